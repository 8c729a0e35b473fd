#ifndef LBST_CHAIN_H
#define LBST_CHAIN_H

#include <stddef.h>
#include <stdint.h>

#include "lb.h"

#define LBST_CHAIN_MAX 16u /* hops in one chain */
#define LBST_NO_HOP    ((size_t) -1)

/* Who named the load balancer. */
#define LBST_SOURCE_MAP(XX)                                                              \
  XX(OPTION, "option")                                                                   \
  XX(METADATA, "metadata")                                                               \
  XX(ENVIRONMENT, "environment")                                                         \
  XX(PLATFORM, "platform")                                                               \
  XX(ASSUMED, "assumed")

typedef enum lbst_source_e {
#define XX(name, text) LBST_SOURCE_##name,
  LBST_SOURCE_MAP(XX)
#undef XX
} lbst_source_t;

/* One proxy on the way. */
typedef struct lbst_hop_s {
  const lbst_lb_t *lb; /* its catalogue row, or NULL */
  const char *name;    /* never NULL; not owned */
  lbst_role_t role;
  lbst_idle_t idle;
  uint32_t idle_ms; /* of KNOWN */
} lbst_hop_t;

/* Builds the hop that |lb| is by default. */
lbst_hop_t
lbst_hop_from_lb(const lbst_lb_t *lb);

/* The index of the hop whose idle timeout matters to Node, or LBST_NO_HOP when none of
 * the |count| |hops| keeps connections to it. In a chain (outermost hop first) that is
 * the last pool owner; hops from METADATA stand side by side, and the one that keeps a
 * connection longest governs. */
size_t
lbst_chain_owner(const lbst_hop_t *hops, size_t count, lbst_source_t source);

#endif /* LBST_CHAIN_H */
