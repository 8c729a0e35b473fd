/* macOS: FIONREAD and SO_NWRITE for the two queues. It keeps no time of the last byte
 * that could be asked for. */
#include "sock.h"

#include <sys/ioctl.h>
#include <sys/socket.h>

lbst_status_t
lbst_sock_inspect(lbst_sock_t *sock, int fd) {
  int waiting = 0;
  int untaken = 0;
  socklen_t len = sizeof(untaken);
  char byte;
  ssize_t peeked;

  if (ioctl(fd, FIONREAD, &waiting) != 0) return LBST_E_OUT_OF_RANGE;
  if (getsockopt(fd, SOL_SOCKET, SO_NWRITE, &untaken, &len) != 0)
    return LBST_E_OUT_OF_RANGE;
  peeked = recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

  sock->waiting_bytes = waiting >= 0 ? (uint32_t) waiting : LBST_SOCK_UNKNOWN;
  sock->untaken_bytes = untaken >= 0 ? (uint32_t) untaken : LBST_SOCK_UNKNOWN;
  sock->last_received_ms = LBST_SOCK_UNKNOWN;
  sock->last_sent_ms = LBST_SOCK_UNKNOWN;
  sock->last_acked_ms = LBST_SOCK_UNKNOWN;
  sock->free_bytes = LBST_SOCK_UNKNOWN;
  sock->probe_ms = LBST_SOCK_UNKNOWN;
  sock->peer_ended = peeked == 0;
  return LBST_OK;
}
