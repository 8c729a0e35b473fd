#ifndef LBST_SOCK_H
#define LBST_SOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "../core/status.h"

#define LBST_SOCK_UNKNOWN UINT32_MAX /* this OS does not say */

/* What the kernel knows of one connected socket, at one moment. Each number may be
 * LBST_SOCK_UNKNOWN. Durations are the kernel's own and as coarse as its clock (4 ms at
 * HZ=250). */
typedef struct lbst_sock_s {
  uint32_t waiting_bytes;    /* received, and not yet read by us */
  uint32_t untaken_bytes;    /* written by us, and not yet acknowledged by the peer */
  uint32_t last_received_ms; /* since the last data byte came */
  uint32_t last_sent_ms;     /* since the last data byte went out */
  uint32_t last_acked_ms;    /* since the peer last acknowledged anything */
  uint32_t free_bytes;       /* of the peer's receive buffer, when it last told */
  uint32_t probe_ms;         /* silence after which TCP keep-alive probes start; UNKNOWN
                              * = there are none. Their answers count as acknowledged */
  bool peer_ended;           /* the peer has sent its FIN (or a reset came) */
} lbst_sock_t;

/* Asks the kernel about the socket |fd|. Never blocks, changes nothing. Writes |*sock|
 * only on LBST_OK. A Unix domain socket has no times, but it has its two queues.
 *
 * Returns LBST_OK, or
 *   LBST_E_UNSUPPORTED   this OS answers none of it
 *   LBST_E_OUT_OF_RANGE  |fd| is no socket of this process, or a listening one
 */
lbst_status_t
lbst_sock_inspect(lbst_sock_t *sock, int fd);

#endif /* LBST_SOCK_H */
