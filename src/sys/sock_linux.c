/* Linux: FIONREAD and SIOCOUTQ for the two queues, TCP_INFO for the rest. */
#include "sock.h"

#include <errno.h>
#include <linux/sockios.h>
#include <linux/tcp.h> /* more of tcp_info than the C library's header has */
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define MS_PER_S 1000u

/* The states that TCP_INFO reports. */
enum {
  STATE_TIME_WAIT = 6,
  STATE_CLOSE = 7,
  STATE_CLOSE_WAIT = 8,
  STATE_LAST_ACK = 9,
  STATE_LISTEN = 10,
  STATE_CLOSING = 11
};

/* Where tcpi_snd_wnd lies since Linux 5.4: the answer of an older kernel ends before it,
 * and older headers do not name it. */
#define SEND_WINDOW_AT 228u

typedef union answer_u {
  struct tcp_info info;
  unsigned char bytes[SEND_WINDOW_AT + sizeof(uint32_t)];
} answer_t;

/* The answer of an ioctl that counts bytes. (Not as an argument beside the ioctl that
 * fills it: the order of evaluation is not defined.) */
static uint32_t
count_bytes(int fd, unsigned long request) {
  int count = 0;

  if (ioctl(fd, request, &count) != 0 || count < 0) return LBST_SOCK_UNKNOWN;
  return (uint32_t) count;
}

static uint32_t
probe_ms(int fd) {
  int on = 0;
  int idle_s = 0;
  socklen_t len = sizeof(on);

  if (getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, &len) != 0 || on == 0)
    return LBST_SOCK_UNKNOWN;
  len = sizeof(idle_s);
  if (getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, &len) != 0 || idle_s < 0)
    return 0; /* on, and at any time */
  return (uint32_t) idle_s * MS_PER_S;
}

/* A Unix domain socket: the queues, and the end of the stream. */
static lbst_status_t
inspect_unix(lbst_sock_t *sock, int fd) {
  char byte;
  ssize_t peeked = recv(fd, &byte, sizeof(byte), MSG_PEEK | MSG_DONTWAIT);

  if (peeked < 0 && errno != EAGAIN && errno != ECONNRESET) return LBST_E_OUT_OF_RANGE;
  sock->peer_ended = peeked == 0 || (peeked < 0 && errno == ECONNRESET);
  sock->last_received_ms = LBST_SOCK_UNKNOWN;
  sock->last_sent_ms = LBST_SOCK_UNKNOWN;
  sock->last_acked_ms = LBST_SOCK_UNKNOWN;
  sock->free_bytes = LBST_SOCK_UNKNOWN;
  sock->probe_ms = LBST_SOCK_UNKNOWN;
  return LBST_OK;
}

static uint32_t
free_bytes(const answer_t *answer, size_t len) {
  uint32_t window;

  if (len < SEND_WINDOW_AT + sizeof(window)) return LBST_SOCK_UNKNOWN;
  memcpy(&window, answer->bytes + SEND_WINDOW_AT, sizeof(window));
  return window;
}

static lbst_status_t
inspect_tcp(lbst_sock_t *sock, int fd, const answer_t *answer, size_t len) {
  const struct tcp_info *info = &answer->info;

  if (info->tcpi_state == STATE_LISTEN) return LBST_E_OUT_OF_RANGE;
  sock->last_received_ms = info->tcpi_last_data_recv;
  sock->last_sent_ms = info->tcpi_last_data_sent;
  sock->last_acked_ms = info->tcpi_last_ack_recv;
  sock->free_bytes = free_bytes(answer, len);
  sock->probe_ms = probe_ms(fd);
  sock->peer_ended =
    info->tcpi_state == STATE_CLOSE_WAIT || info->tcpi_state == STATE_LAST_ACK ||
    info->tcpi_state == STATE_CLOSING || info->tcpi_state == STATE_TIME_WAIT ||
    info->tcpi_state == STATE_CLOSE;
  return LBST_OK;
}

lbst_status_t
lbst_sock_inspect(lbst_sock_t *sock, int fd) {
  answer_t answer;
  socklen_t len = sizeof(answer);
  lbst_sock_t found;
  lbst_status_t status;

  memset(&answer, 0, sizeof(answer));
  if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &answer, &len) == 0)
    status = inspect_tcp(&found, fd, &answer, len);
  else
    status = errno == EOPNOTSUPP ? inspect_unix(&found, fd) : LBST_E_OUT_OF_RANGE;
  if (status != LBST_OK) return status;

  found.waiting_bytes = count_bytes(fd, FIONREAD);
  found.untaken_bytes = count_bytes(fd, SIOCOUTQ);
  *sock = found;
  return LBST_OK;
}
