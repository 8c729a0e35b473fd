#include "../sys/clock.h"
#include "../sys/sock.h"
#include "bind.h"
#include "glue.h"

#define NS_PER_MS 1e6

/* sockInspect(fd) -> { atMs, waitingBytes, ... }; what the OS does not say is null. */
LBST_BIND(sock_inspect) {
  napi_value argv[1], o, at;
  uint32_t fd;
  lbst_sock_t sock;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 1, argv));
  NAPI_TRY(env, lbst_napi_get_u32(env, argv[0], "fd", &fd));
  NAPI_TRY(env, lbst_napi_check(env, lbst_sock_inspect(&sock, (int) fd)));
  NAPI_TRY(env, napi_create_object(env, &o));
  NAPI_TRY(env, napi_create_double(env, (double) lbst_clock_now_ns() / NS_PER_MS, &at));
  NAPI_TRY(env, napi_set_named_property(env, o, "atMs", at));
  NAPI_TRY(
    env, lbst_napi_set_ms(env, o, "waitingBytes", sock.waiting_bytes, LBST_SOCK_UNKNOWN));
  NAPI_TRY(
    env, lbst_napi_set_ms(env, o, "untakenBytes", sock.untaken_bytes, LBST_SOCK_UNKNOWN));
  NAPI_TRY(env, lbst_napi_set_ms(env, o, "lastReceivedMs", sock.last_received_ms,
                                 LBST_SOCK_UNKNOWN));
  NAPI_TRY(env,
           lbst_napi_set_ms(env, o, "lastSentMs", sock.last_sent_ms, LBST_SOCK_UNKNOWN));
  NAPI_TRY(
    env, lbst_napi_set_ms(env, o, "lastAckedMs", sock.last_acked_ms, LBST_SOCK_UNKNOWN));
  NAPI_TRY(env,
           lbst_napi_set_ms(env, o, "freeBytes", sock.free_bytes, LBST_SOCK_UNKNOWN));
  NAPI_TRY(env, lbst_napi_set_ms(env, o, "probeMs", sock.probe_ms, LBST_SOCK_UNKNOWN));
  NAPI_TRY(env, lbst_napi_set_bool(env, o, "peerEnded", sock.peer_ended));
  return o;
}
