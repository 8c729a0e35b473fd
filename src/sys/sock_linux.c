/* Linux: FIONREAD and SIOCOUTQ for the two queues, TCP_INFO for the rest. */
#include "sock.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

static uint32_t
count_or_unknown(int result, int count) {
  return result == 0 && count >= 0 ? (uint32_t) count : LBST_SOCK_UNKNOWN;
}

lbst_status_t
lbst_sock_inspect(lbst_sock_t *sock, int fd) {
  struct tcp_info info;
  socklen_t len = sizeof(info);
  int waiting = 0;
  int untaken = 0;

  memset(&info, 0, sizeof(info));
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0) return LBST_E_OUT_OF_RANGE;
  if (info.tcpi_state == TCP_LISTEN) return LBST_E_OUT_OF_RANGE;

  sock->waiting_bytes = count_or_unknown(ioctl(fd, FIONREAD, &waiting), waiting);
  sock->untaken_bytes = count_or_unknown(ioctl(fd, SIOCOUTQ, &untaken), untaken);
  sock->last_received_ms = info.tcpi_last_data_recv;
  sock->last_sent_ms = info.tcpi_last_data_sent;
  sock->last_acked_ms = info.tcpi_last_ack_recv;
  sock->peer_ended = info.tcpi_state == TCP_CLOSE_WAIT ||
                     info.tcpi_state == TCP_LAST_ACK || info.tcpi_state == TCP_CLOSING ||
                     info.tcpi_state == TCP_TIME_WAIT || info.tcpi_state == TCP_CLOSE;
  return LBST_OK;
}
