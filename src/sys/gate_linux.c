/* Linux: SO_ATTACH_FILTER; the backlog's length is in the listener's TCP_INFO. */
#include "gate.h"

#include <errno.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "../core/gate.h"

static lbst_status_t
inspect(int fd, struct tcp_info *info) {
  socklen_t len = sizeof(*info);

  memset(info, 0, sizeof(*info));
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &len) != 0) return LBST_E_OUT_OF_RANGE;
  return info->tcpi_state == TCP_LISTEN ? LBST_OK : LBST_E_OUT_OF_RANGE;
}

lbst_status_t
lbst_gate_close(int fd) {
  lbst_gate_insn_t program[LBST_GATE_PROGRAM_LEN];
  struct sock_filter filter[LBST_GATE_PROGRAM_LEN];
  struct sock_fprog attached;
  struct tcp_info info;
  lbst_status_t status = inspect(fd, &info);
  size_t i;

  if (status != LBST_OK) return status;
  lbst_gate_build(program);
  for (i = 0; i < LBST_GATE_PROGRAM_LEN; i++) {
    filter[i].code = program[i].code;
    filter[i].jt = program[i].jump_true;
    filter[i].jf = program[i].jump_false;
    filter[i].k = program[i].k;
  }
  attached.len = LBST_GATE_PROGRAM_LEN;
  attached.filter = filter;
  if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &attached, sizeof(attached)) != 0)
    return LBST_E_UNSUPPORTED;
  return LBST_OK;
}

lbst_status_t
lbst_gate_open(int fd) {
  struct tcp_info info;
  lbst_status_t status = inspect(fd, &info);
  int ignored = 0;

  if (status != LBST_OK) return status;
  if (setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &ignored, sizeof(ignored)) != 0 &&
      errno != ENOENT)
    return LBST_E_UNSUPPORTED;
  return LBST_OK;
}

lbst_status_t
lbst_gate_backlog(uint32_t *pending, int fd) {
  struct tcp_info info;
  lbst_status_t status = inspect(fd, &info);

  /* of a listening socket this field is the length of its accept queue */
  if (status == LBST_OK) *pending = info.tcpi_unacked;
  return status;
}
