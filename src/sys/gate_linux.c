/* Linux: SO_ATTACH_FILTER, or SO_BINDTOIFINDEX where that needs a privilege; the
 * backlog's length is in the listener's TCP_INFO. */
#include "gate.h"

#include <errno.h>
#include <limits.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "../core/gate.h"

/* Since Linux 5.1; headers may be older than the kernel. */
#ifndef SO_BINDTOIFINDEX
#define SO_BINDTOIFINDEX 62
#endif

/* The number of a network interface that no machine has: they count from 1. */
#define NOWHERE INT_MAX

static lbst_status_t
inspect(int fd, struct tcp_info *info) {
  socklen_t len = sizeof(*info);

  memset(info, 0, sizeof(*info));
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, &len) != 0) return LBST_E_OUT_OF_RANGE;
  return info->tcpi_state == TCP_LISTEN ? LBST_OK : LBST_E_OUT_OF_RANGE;
}

static int
get_number(int fd, int option) {
  int number = 0;
  socklen_t len = sizeof(number);

  return getsockopt(fd, SOL_SOCKET, option, &number, &len) == 0 ? number : 0;
}

static bool
attach_filter(int fd) {
  lbst_gate_insn_t program[LBST_GATE_PROGRAM_LEN];
  struct sock_filter filter[LBST_GATE_PROGRAM_LEN];
  struct sock_fprog attached;
  size_t i;

  lbst_gate_build(program);
  for (i = 0; i < LBST_GATE_PROGRAM_LEN; i++) {
    filter[i].code = program[i].code;
    filter[i].jt = program[i].jump_true;
    filter[i].jf = program[i].jump_false;
    filter[i].k = program[i].k;
  }
  attached.len = LBST_GATE_PROGRAM_LEN;
  attached.filter = filter;
  return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &attached, sizeof(attached)) == 0;
}

/* A listener that is bound to an interface hears the SYNs of this one alone. A handshake
 * under way has its own entry in the kernel, made when its SYN came, and is not bound;
 * nor are the connections that come of it. Of several listeners on one port
 * (SO_REUSEPORT) the kernel chooses before it asks for the interface: no gate. Who is
 * bound cannot bind again without a privilege, so that the second time is no error. */
static bool
bind_nowhere(int fd) {
  int nowhere = NOWHERE;

  if (get_number(fd, SO_REUSEPORT) != 0) return false;
  if (get_number(fd, SO_BINDTOIFINDEX) == NOWHERE) return true;
  return setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &nowhere, sizeof(nowhere)) == 0;
}

lbst_status_t
lbst_gate_close(int fd) {
  struct tcp_info info;
  lbst_status_t status = inspect(fd, &info);

  if (status != LBST_OK) return status;
  return attach_filter(fd) || bind_nowhere(fd) ? LBST_OK : LBST_E_UNSUPPORTED;
}

lbst_status_t
lbst_gate_open(int fd) {
  struct tcp_info info;
  lbst_status_t status = inspect(fd, &info);
  int none = 0;

  if (status != LBST_OK) return status;
  if (setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof(none)) != 0 &&
      errno != ENOENT)
    return LBST_E_UNSUPPORTED;
  if (get_number(fd, SO_BINDTOIFINDEX) == NOWHERE &&
      setsockopt(fd, SOL_SOCKET, SO_BINDTOIFINDEX, &none, sizeof(none)) != 0)
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
