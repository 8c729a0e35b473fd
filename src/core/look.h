#ifndef LBST_LOOK_H
#define LBST_LOOK_H

#include <stdbool.h>
#include <stdint.h>

#define LBST_LOOK_UNKNOWN UINT32_MAX /* the OS does not say */

/* Bounds on what one connection can get out of looks between two answers. */
#define LBST_LOOK_KEEPS_MAX  1u  /* served after that, or closed at the next deadline */
#define LBST_LOOK_STALLS_MAX 3u  /* waits in a row in which the peer took nothing */
#define LBST_LOOK_WAITS_MAX  64u /* a peer that takes a byte now and then ends too */

/* A peer that took its last byte at once: what it sent last came within this time. Two
 * ticks of the kernel's clock at HZ=250, a delayed acknowledgement of 40 ms, and a Node
 * timer that fires up to 1 ms early. */
#define LBST_LOOK_PROMPT_MS 60u

/* A peer that says that less than this of its receive buffer is free has not read all. As
 * soon as its free part has doubled it says so, and the smallest default is 64 KB. */
#define LBST_LOOK_FREE_BYTES 32768u

/* What a slow peer's kernel has acknowledged, its program may still have to read: a
 * default receive buffer of 128 KB at 50 KB/s. */
#define LBST_LOOK_UNREAD_MS 3000u

/* What to do with a connection whose idle deadline has come. */
#define LBST_LOOK_MAP(XX)                                                                \
  XX(CLOSE, "close") /* as Node would */                                                 \
  XX(KEEP, "keep")   /* a request lies in the receive buffer: the next poll reads it */  \
  XX(WAIT, "wait")   /* the peer got its last byte late: give it the rest of its time */ \
  XX(POLL, "poll")   /* the OS says nothing: let one poll phase decide */

typedef enum lbst_look_action_e {
#define XX(name, text) LBST_LOOK_##name,
  LBST_LOOK_MAP(XX)
#undef XX
} lbst_look_action_t;

/* What the kernel says of the connection, now. */
typedef struct lbst_look_facts_s {
  bool known;             /* false: it says nothing at all, the rest is not read */
  bool peer_ended;        /* the peer has sent its FIN */
  uint32_t waiting_bytes; /* each may be LBST_LOOK_UNKNOWN */
  uint32_t untaken_bytes;
  uint32_t last_sent_ms;  /* since the last data byte went out */
  uint32_t last_acked_ms; /* since the peer last acknowledged anything */
  uint32_t free_bytes;    /* of the peer's receive buffer, as far as it has told us */
  uint32_t probe_ms;      /* TCP keep-alive probes start after this; UNKNOWN = none */
} lbst_look_facts_t;

/* What earlier looks between the same two answers left; all zero at the first one. */
typedef struct lbst_look_memory_s {
  uint32_t keeps;
  uint32_t waits;
  uint32_t stalls;        /* the last so many waits brought nothing */
  uint32_t untaken_bytes; /* at the last wait */
} lbst_look_memory_t;

typedef struct lbst_look_s {
  lbst_look_action_t action;
  uint32_t wait_ms;      /* of WAIT, at least 1 */
  uint32_t peer_idle_ms; /* since the peer last took a byte, or UNKNOWN */
  lbst_look_memory_t memory;
} lbst_look_t;

/* Decides what to do at an idle deadline. |armed_ms| is how long Node's timer ran since
 * the kernel had the last byte; |idle_ms| is how long a peer may idle by the plan.
 *
 * The connection of a peer that took all bytes at once is closed exactly when Node would
 * close it. One that took the last byte late gets |idle_ms| and LBST_LOOK_UNREAD_MS from
 * then on. Nothing is kept for a peer that has sent its FIN.
 *
 * Pure: no clock, no allocation, no I/O. Total: every input has an answer. */
lbst_look_t
lbst_look_decide(const lbst_look_facts_t *facts, const lbst_look_memory_t *memory,
                 uint32_t armed_ms, uint32_t idle_ms);

#endif /* LBST_LOOK_H */
