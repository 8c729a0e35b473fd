#ifndef LBST_OWNER_H
#define LBST_OWNER_H

#include "policy.h"

/* Whose idle timeout the plan has to outlast: rule 7 and the choice of the pool owner.
 * With it what the rules of a plan share, a draft to which each adds its notes. For
 * policy.c and outlook.c alone. */

/* What one derivation carries from rule to rule. */
typedef struct lbst_draft_s {
  const lbst_ask_t *ask;
  lbst_plan_t *plan;
  const char *owner_name;
  const lbst_lb_t *owner_lb;
  uint32_t keep_alive_target_ms; /* 0 = never close */
} lbst_draft_t;

/* Adds a note about the pool owner. */
lbst_note_t *
lbst_say(lbst_draft_t *draft, lbst_note_code_t code, uint32_t a_ms, uint32_t b_ms);

void
lbst_say_hop(lbst_draft_t *draft, lbst_note_code_t code, const lbst_hop_t *hop,
             uint32_t a_ms, uint32_t b_ms);

void
lbst_say_prop(lbst_draft_t *draft, lbst_note_code_t code, lbst_prop_t prop, uint32_t a_ms,
              uint32_t b_ms);

/* Fills in the draft's owner and the plan's |owner|, |idle| and |idle_ms|, and says why.
 *
 * Returns LBST_OK, or
 *   LBST_E_OUT_OF_RANGE     the chain has more than LBST_CHAIN_MAX hops
 *   LBST_E_CONFLICT         ask's idle_ms is not what the owner stands for
 *   LBST_E_NO_IDLE_TIMEOUT  nobody knows the owner's idle timeout */
lbst_status_t
lbst_owner_choose(lbst_draft_t *draft);

#endif /* LBST_OWNER_H */
