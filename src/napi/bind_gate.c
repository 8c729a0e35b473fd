#include "../sys/gate.h"
#include "bind.h"
#include "glue.h"

static napi_status
get_fd(napi_env env, napi_callback_info info, int *fd) {
  napi_value argv[1];
  uint32_t number;

  NAPI_CHECK(lbst_napi_get_args(env, info, 1, argv));
  NAPI_CHECK(lbst_napi_get_u32(env, argv[0], "fd", &number));
  *fd = (int) number;
  return napi_ok;
}

/* gateClose(fd): the kernel drops every SYN for this listening socket. */
LBST_BIND(gate_close) {
  int fd;

  NAPI_TRY(env, get_fd(env, info, &fd));
  NAPI_TRY(env, lbst_napi_check(env, lbst_gate_close(fd)));
  return NULL;
}

/* gateOpen(fd): and takes them again. */
LBST_BIND(gate_open) {
  int fd;

  NAPI_TRY(env, get_fd(env, info, &fd));
  NAPI_TRY(env, lbst_napi_check(env, lbst_gate_open(fd)));
  return NULL;
}

/* gateBacklog(fd) -> how many connections wait to be accepted. */
LBST_BIND(gate_backlog) {
  int fd;
  uint32_t pending;
  napi_value result;

  NAPI_TRY(env, get_fd(env, info, &fd));
  NAPI_TRY(env, lbst_napi_check(env, lbst_gate_backlog(&pending, fd)));
  NAPI_TRY(env, napi_create_uint32(env, pending, &result));
  return result;
}
