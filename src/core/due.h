#ifndef LBST_DUE_H
#define LBST_DUE_H

#include "conn.h"

/* When the timers of a connection come due, and what Node does then: the half of the
 * model that only reads. For conn.c alone. */

/* Clamped, so that a sum never lies in the past. */
static inline uint64_t
lbst_add_ns(uint64_t at, uint64_t ns) {
  return ns > LBST_NEVER - at ? LBST_NEVER : at + ns;
}

static inline uint64_t
lbst_sub_ns(uint64_t at, uint64_t ns) {
  return ns > at ? 0 : at - ns;
}

static inline uint64_t
lbst_later(uint64_t a, uint64_t b) {
  return a > b ? a : b;
}

static inline uint64_t
lbst_earlier(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

/* Could a deadline lie before |to|? Cheap, and asked at every event. */
bool
lbst_due_possible(const lbst_conn_t *conn, uint64_t to);

/* What comes next on a loop that is not late; false when nothing does. */
bool
lbst_due_next(const lbst_conn_t *conn, lbst_outcome_t *next);

/* What an event loop that stood still from |from| does first at |until|: it runs the
 * timers that came due meanwhile, in the order in which they did. False when none of them
 * ends the connection. |*check_ran|: the check of connections was among them. */
bool
lbst_due_late(const lbst_conn_t *conn, uint64_t from, uint64_t until,
              lbst_outcome_t *next, bool *check_ran);

#endif /* LBST_DUE_H */
