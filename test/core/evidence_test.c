/* What was seen of a server, weighed: safe, unsafe, or too little to say. Told 60 s, Node
 * closes after 65 s or later. */
#include "../../src/core/evidence.h"

#include "tap.h"

#define CLEAR(ms)                                                                        \
  { LBST_LEARN_CLEAR, ms, 30, 30 }
#define FEW                                                                              \
  { LBST_LEARN_FEW, 0, 3, 0 }
#define NEVER   LBST_NEVER_MS
#define CODE(c) LBST_##c

static const struct {
  lbst_evidence_t evidence; /* hop, safe, unbounded, told, closes, broken, peer, node,
                             * loop, look, learned */
  lbst_standing_t standing;
  lbst_note_code_t code; /* is among the notes */
  const char *why;
} rows[] = {
  {{"lb", true, false, 60000, 64999, 0, 30, 0, 3, true, CLEAR(60003)},
   LBST_STANDING_SAFE,
   CODE(R_LEARNED),
   "seen to close first, when it was told to"},
  {{"lb", true, false, 60000, 64999, 0, 3, 0, 3, true, FEW},
   LBST_STANDING_UNPROVEN,
   CODE(R_LEARN_FEW),
   "too few closes"},
  {{"lb", true, false, 60000, 64999, 0, 60, 0, 3, true, {LBST_LEARN_LAZY, 0, 60, 50}},
   LBST_STANDING_UNPROVEN,
   CODE(R_LEARN_LAZY),
   "a lazy closer proves nothing"},
  {{"lb", true, false, 60000, 64999, 0, 60, 0, 3, true, {LBST_LEARN_SPREAD, 0, 60, 5}},
   LBST_STANDING_UNPROVEN,
   CODE(R_LEARN_SPREAD),
   "no clear mode"},
  {{"lb", true, false, 60000, 64999, 0, 60, 0, 3, true, {LBST_LEARN_IN_STEP, 0, 60, 60}},
   LBST_STANDING_UNPROVEN,
   CODE(R_LEARN_IN_STEP),
   "in step"},
  {{"lb", true, false, 60000, 64999, 0, 30, 0, 3, true, CLEAR(64000)},
   LBST_STANDING_UNSAFE,
   CODE(W_LEARNED_LONGER),
   "longer than told"},
  {{"lb", true, false, 60000, 64999, 0, 30, 0, 3, true, CLEAR(30000)},
   LBST_STANDING_SAFE,
   CODE(R_LEARNED_SHORTER),
   "sooner than told"},
  {{"lb", true, false, 60000, 64999, 0, 2, 40, 3, true, FEW},
   LBST_STANDING_UNSAFE,
   CODE(W_CLOSED_BY_NODE),
   "Node closes first: told wrong"},
  {{"lb", true, false, 60000, 64999, 0, 0, 4, 3, true, FEW},
   LBST_STANDING_UNPROVEN,
   CODE(R_LEARN_FEW),
   "a few clients of other kinds"},
  {{"lb", true, false, 60000, 64999, 0, 100, 40, 3, true, CLEAR(60003)},
   LBST_STANDING_SAFE,
   CODE(R_LEARNED),
   "clients of other kinds beside a pool"},
  {{"lb", true, false, 60000, 64999, 0, 30, 0, 6000, true, CLEAR(60003)},
   LBST_STANDING_SAFE,
   CODE(R_LOOP_DELAY),
   "a stall that the last look covers"},
  {{"lb", true, false, 60000, 64999, 0, 30, 0, 6000, false, CLEAR(60003)},
   LBST_STANDING_UNSAFE,
   CODE(W_LOOP_DELAY),
   "and one without"},
  {{"lb", true, false, 60000, 64999, 1, 30, 0, 3, true, CLEAR(60003)},
   LBST_STANDING_UNSAFE,
   CODE(W_PLAN_BROKEN),
   "overwritten since"},
  {{"lb", false, false, 60000, 4999, 0, 30, 0, 3, true, CLEAR(4000)},
   LBST_STANDING_UNSAFE,
   CODE(W_PLAN_UNSAFE),
   "the plan is not safe"},
  {{"lb", true, true, 0, NEVER, 0, 0, 0, 90000, false, FEW},
   LBST_STANDING_SAFE,
   CODE(R_NODE_NEVER_CLOSES),
   "never closes first"},
  {{"lb", true, true, 0, NEVER, 2, 0, 0, 0, true, FEW},
   LBST_STANDING_UNSAFE,
   CODE(W_PLAN_BROKEN),
   "... until somebody wrote over it"},
};

static bool
says(const lbst_finding_t *finding, lbst_note_code_t code) {
  size_t i;

  for (i = 0; i < finding->note_count; i++) {
    if (finding->notes[i].code == code) return true;
  }
  return false;
}

int
main(void) {
  size_t i;

  for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    lbst_finding_t finding = lbst_evidence_judge(&rows[i].evidence);
    is_u64(finding.standing, rows[i].standing, "%s", rows[i].why);
    ok(says(&finding, rows[i].code), "%s: %s", rows[i].why, lbst_note_name(rows[i].code));
  }
  return done_testing();
}
