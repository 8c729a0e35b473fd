/* Linux: FIONREAD and SIOCOUTQ for the two queues, TCP_INFO for the rest. */
#include "sock.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

/* The answer of an ioctl that counts bytes. */
static uint32_t
count_bytes(int fd, unsigned long request) {
  int count = 0;

  if (ioctl(fd, request, &count) != 0 || count < 0) return LBST_SOCK_UNKNOWN;
  return (uint32_t) count;
}

lbst_status_t
lbst_sock_inspect(lbst_sock_t *sock, int fd) {
  struct tcp_info info;
  socklen_t len = sizeof(info);

  memset(&info, 0, sizeof(info));
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0) return LBST_E_OUT_OF_RANGE;
  if (info.tcpi_state == TCP_LISTEN) return LBST_E_OUT_OF_RANGE;

  sock->waiting_bytes = count_bytes(fd, FIONREAD);
  sock->untaken_bytes = count_bytes(fd, SIOCOUTQ);
  sock->last_received_ms = info.tcpi_last_data_recv;
  sock->last_sent_ms = info.tcpi_last_data_sent;
  sock->last_acked_ms = info.tcpi_last_ack_recv;
  sock->peer_ended = info.tcpi_state == TCP_CLOSE_WAIT ||
                     info.tcpi_state == TCP_LAST_ACK || info.tcpi_state == TCP_CLOSING ||
                     info.tcpi_state == TCP_TIME_WAIT || info.tcpi_state == TCP_CLOSE;
  return LBST_OK;
}
