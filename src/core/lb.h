#ifndef LBST_LB_H
#define LBST_LB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LBST_LB_STALE_MAX  4 /* how many statuses a row can name */
#define LBST_LB_REMEDY_MAX 3 /* and how many places to change it */

/* What a hop is to the connections that reach Node: it keeps idle connections to the
 * next hop and reuses them; it forwards flows, and its timer only says when it forgets
 * one; or it opens a connection per request, so there is no idle one to lose. */
#define LBST_ROLE_MAP(XX)                                                                \
  XX(POOL_OWNER, "pool-owner")                                                           \
  XX(L4, "l4")                                                                           \
  XX(NOT_POOLING, "not-pooling")

typedef enum lbst_role_e {
#define XX(name, text) LBST_ROLE_##name,
  LBST_ROLE_MAP(XX)
#undef XX
} lbst_role_t;

/* What is known about how long a hop keeps an unused connection: no trustworthy source
 * names a number, |idle_ms|, or no limit of its own. */
typedef enum lbst_idle_e {
  LBST_IDLE_UNKNOWN,
  LBST_IDLE_KNOWN,
  LBST_IDLE_UNBOUNDED,
} lbst_idle_t;

/* How far a row's number can be trusted. */
#define LBST_CONFIDENCE_MAP(XX)                                                          \
  XX(LOW, "low")                                                                         \
  XX(MEDIUM, "medium")                                                                   \
  XX(HIGH, "high")

typedef enum lbst_confidence_e {
#define XX(name, text) LBST_CONFIDENCE_##name,
  LBST_CONFIDENCE_MAP(XX)
#undef XX
} lbst_confidence_t;

/* To a question that no source may have answered. */
typedef enum lbst_answer_e {
  LBST_ANSWER_UNKNOWN,
  LBST_ANSWER_NO,
  LBST_ANSWER_YES,
} lbst_answer_t;

/* The versions of HTTP that a hop can speak to its backend, as flags. */
#define LBST_HTTP_MAP(XX)                                                                \
  XX(1_0, 1u, "http/1.0")                                                                \
  XX(1_1, 2u, "http/1.1")                                                                \
  XX(2, 4u, "h2")                                                                        \
  XX(3, 8u, "h3")

enum {
#define XX(name, flag, text) LBST_HTTP_##name = (flag),
  LBST_HTTP_MAP(XX)
#undef XX
};

/* Where a user changes the hop, and the line to put there. */
typedef struct lbst_remedy_s {
  const char *where;
  const char *line;
} lbst_remedy_t;

/* One load balancer. Every pointer is to static storage or NULL (unknown). */
typedef struct lbst_lb_s {
  const char *id;   /* [a-z0-9-]+, stable: part of the public API */
  const char *name; /* as its vendor writes it */
  const char *vendor;
  const char *kind; /* l7-lb, l4-lb, cdn, paas, ingress, mesh, proxy, client */
  lbst_role_t role;
  lbst_idle_t idle;
  uint32_t idle_ms; /* default upstream idle timeout; 0 unless |idle| is KNOWN */
  uint32_t min_ms;  /* allowed range of it, 0 = no documented bound */
  uint32_t max_ms;
  lbst_answer_t configurable; /* can its user change the idle timeout? */
  uint32_t advice_ms;         /* backend keep-alive that the vendor advises, 0 = none */
  uint32_t drain_ms; /* default drain (deregistration) time, 0 = none documented */
  uint16_t stale_status[LBST_LB_STALE_MAX]; /* what a client sees when a request was sent
                                             * on a connection that just closed; 0 ends */
  bool stale_closes;           /* the client may see a closed connection and no status */
  lbst_answer_t retries;       /* does it send that request again by itself? */
  const char *retried;         /* which ones, of YES */
  bool ignores_tcp_keep_alive; /* of an L4 hop: only data refreshes its flow timer */
  uint32_t origin_http;        /* LBST_HTTP_*, 0 = not its business, or unknown */
  /* Best first; a NULL line ends. For a server that cannot be changed: 4 s, where that
   * can be set, is less than any Node waits. */
  lbst_remedy_t remedies[LBST_LB_REMEDY_MAX];
  const char *revealed_by; /* what tells the value that yours is set to */
  const char *caveat;      /* what it is mistaken for, when it does not hold */
  const char *url;         /* the source of the numbers, or that is silent on them */
  const char *as_of;       /* when the source was read, YYYY-MM */
  lbst_confidence_t confidence;
} lbst_lb_t;

/* How many rows the catalogue has. */
size_t
lbst_lb_count(void);

/* Row |index|, or NULL when there is none. Static storage. */
const lbst_lb_t *
lbst_lb_at(size_t index);

/* The row whose id is exactly the |len| bytes at |id|, or NULL. */
const lbst_lb_t *
lbst_lb_find(const char *id, size_t len);

#endif /* LBST_LB_H */
