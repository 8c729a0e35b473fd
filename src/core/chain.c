#include "chain.h"

lbst_hop_t
lbst_hop_from_lb(const lbst_lb_t *lb) {
  lbst_hop_t hop;

  hop.lb = lb;
  hop.name = lb->name;
  hop.role = lb->role;
  hop.idle = lb->idle;
  hop.idle_ms = lb->idle_ms;
  return hop;
}

/* The last hop that keeps connections to Node. One that opens a connection per request
 * ends the search: what lies before it never reaches Node. */
static size_t
find_last_owner(const lbst_hop_t *hops, size_t count) {
  size_t i = count;

  while (i-- > 0) {
    if (hops[i].role == LBST_ROLE_POOL_OWNER) return i;
    if (hops[i].role == LBST_ROLE_NOT_POOLING) break;
  }
  return LBST_NO_HOP;
}

/* A hop's idle time to compare by: nothing known < any number < no limit. */
static uint64_t
idle_rank(const lbst_hop_t *hop) {
  switch (hop->idle) {
  case LBST_IDLE_UNKNOWN: return 0;
  case LBST_IDLE_KNOWN: return (uint64_t) hop->idle_ms + 1;
  case LBST_IDLE_UNBOUNDED: break;
  }
  return UINT64_MAX;
}

/* The pool owner that keeps a connection longest; the first of equals. */
static size_t
find_longest_owner(const lbst_hop_t *hops, size_t count) {
  size_t longest = LBST_NO_HOP;
  size_t i;

  for (i = 0; i < count; i++) {
    if (hops[i].role != LBST_ROLE_POOL_OWNER) continue;
    if (longest == LBST_NO_HOP || idle_rank(&hops[i]) > idle_rank(&hops[longest]))
      longest = i;
  }
  return longest;
}

size_t
lbst_chain_owner(const lbst_hop_t *hops, size_t count, lbst_source_t source) {
  return source == LBST_SOURCE_METADATA ? find_longest_owner(hops, count)
                                        : find_last_owner(hops, count);
}
