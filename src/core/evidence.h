#ifndef LBST_EVIDENCE_H
#define LBST_EVIDENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "learn.h"
#include "note.h"
#include "policy.h"

#define LBST_AGREE_MS           500u /* how far a learned and a told number may be apart */
#define LBST_NODE_CLOSES_MIN    5u /* fewer closes by Node may be clients of other kinds */
#define LBST_EVIDENCE_NOTES_MAX 8u

#define LBST_STANDING_MAP(XX)                                                            \
  XX(SAFE, "safe")         /* seen: the peers close first */                             \
  XX(UNSAFE, "unsafe")     /* seen, or known: requests can be lost */                    \
  XX(UNPROVEN, "unproven") /* nothing speaks against it, and too little for it */

typedef enum lbst_standing_e {
#define XX(name, text) LBST_STANDING_##name,
  LBST_STANDING_MAP(XX)
#undef XX
} lbst_standing_t;

/* What is known of a server that has a plan. */
typedef struct lbst_evidence_s {
  const char *hop;            /* the pool owner's name; never NULL */
  bool plan_safe;             /* the plan says so */
  bool unbounded;             /* the pool owner has no idle limit; |told_ms| is nothing */
  uint32_t told_ms;           /* its idle timeout, as somebody said */
  uint64_t close_earliest_ms; /* idle time after which Node closes, or LBST_NEVER_MS */
  uint32_t broken_writes;     /* properties that hold a value that breaks the plan */
  uint32_t closed_by_peer;    /* idle connections */
  uint32_t closed_by_node;
  uint32_t loop_delay_ms; /* the longest that the event loop was blocked */
  bool last_look;         /* a stall loses nothing */
  lbst_learned_t learned;
} lbst_evidence_t;

typedef struct lbst_finding_s {
  lbst_standing_t standing;
  lbst_note_t notes[LBST_EVIDENCE_NOTES_MAX];
  size_t note_count;
} lbst_finding_t;

/* Weighs the |evidence|. Pure: no clock, no allocation, no I/O. Total. The notes point to
 * |evidence->hop|. */
lbst_finding_t
lbst_evidence_judge(const lbst_evidence_t *evidence);

#endif /* LBST_EVIDENCE_H */
