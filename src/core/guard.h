#ifndef LBST_GUARD_H
#define LBST_GUARD_H

#include <stdbool.h>
#include <stdint.h>

#include "policy.h"

/* What a write to a server that has a plan is. */
#define LBST_WRITE_MAP(XX)                                                               \
  XX(FINE, "fine")     /* the plan holds */                                              \
  XX(TEXT, "text")     /* a string where a number belongs; with the number it holds */   \
  XX(BAD, "bad")       /* a value that this Node does not take as it was meant */        \
  XX(UNSAFE, "unsafe") /* the plan no longer holds */

typedef enum lbst_write_e {
#define XX(name, text) LBST_WRITE_##name,
  LBST_WRITE_MAP(XX)
#undef XX
} lbst_write_t;

#define LBST_GUARD_NOTES_MAX 3u

typedef struct lbst_guard_s {
  lbst_write_t write;
  bool has_meant; /* the value is a string that spells |meant_ms| */
  uint32_t meant_ms;
  bool has_planned; /* the plan wants |planned_ms|; else the value before the write */
  uint32_t planned_ms;
  lbst_note_t notes[LBST_GUARD_NOTES_MAX]; /* what to say of it; none of FINE */
  size_t note_count;
} lbst_guard_t;

/* Judges a write to |prop| of a server that has the plan of |ask|. |ask->present| is how
 * the server would be with the written value.
 *
 * Pure: no clock, no allocation, no I/O. Writes |*guard| only on LBST_OK. The notes point
 * to the names of |ask->hops| and of the catalogue.
 *
 * Returns LBST_OK, or what lbst_policy_plan() returns. */
lbst_status_t
lbst_guard_judge(lbst_guard_t *guard, const lbst_ask_t *ask, lbst_prop_t prop);

#endif /* LBST_GUARD_H */
