#include "evidence.h"

#include <string.h>

static void
say(lbst_finding_t *finding, const lbst_evidence_t *evidence, lbst_note_code_t code,
    uint32_t a_ms, uint32_t b_ms) {
  lbst_note_t *note = &finding->notes[finding->note_count];

  if (finding->note_count == LBST_EVIDENCE_NOTES_MAX) return;
  finding->note_count++;
  memset(note, 0, sizeof(*note));
  note->code = code;
  note->prop = LBST_PROP_KEEP_ALIVE;
  note->a_ms = a_ms;
  note->b_ms = b_ms;
  note->hop = evidence->hop;
}

static void
condemn(lbst_finding_t *finding, const lbst_evidence_t *evidence, lbst_note_code_t code,
        uint32_t a_ms, uint32_t b_ms) {
  finding->standing = LBST_STANDING_UNSAFE;
  say(finding, evidence, code, a_ms, b_ms);
}

/* Behind a load balancer that closes first, Node has no idle connection to close. */
static void
weigh_closes(lbst_finding_t *finding, const lbst_evidence_t *evidence) {
  if (evidence->closed_by_node >= LBST_NODE_CLOSES_MIN &&
      evidence->closed_by_node > evidence->closed_by_peer)
    condemn(finding, evidence, LBST_W_CLOSED_BY_NODE, evidence->closed_by_node,
            evidence->closed_by_peer);
}

static void
weigh_stalls(lbst_finding_t *finding, const lbst_evidence_t *evidence) {
  uint64_t margin_ms = evidence->close_earliest_ms - evidence->told_ms;

  if (evidence->unbounded || evidence->close_earliest_ms == LBST_NEVER_MS) return;
  if (evidence->close_earliest_ms < evidence->told_ms) margin_ms = 0;
  if (evidence->loop_delay_ms <= margin_ms) return;
  if (evidence->last_look)
    say(finding, evidence, LBST_R_LOOP_DELAY, evidence->loop_delay_ms,
        (uint32_t) margin_ms);
  else
    condemn(finding, evidence, LBST_W_LOOP_DELAY, evidence->loop_delay_ms,
            (uint32_t) margin_ms);
}

static void
weigh_learned(lbst_finding_t *finding, const lbst_evidence_t *evidence) {
  const lbst_learned_t *learned = &evidence->learned;
  uint32_t samples = (uint32_t) learned->samples;

  switch (learned->kind) {
  case LBST_LEARN_FEW:
    say(finding, evidence, LBST_R_LEARN_FEW, samples, LBST_LEARN_MODE_MIN);
    return;
  case LBST_LEARN_SPREAD: say(finding, evidence, LBST_R_LEARN_SPREAD, samples, 0); return;
  case LBST_LEARN_LAZY: say(finding, evidence, LBST_R_LEARN_LAZY, samples, 0); return;
  case LBST_LEARN_IN_STEP:
    say(finding, evidence, LBST_R_LEARN_IN_STEP, samples, 0);
    return;
  case LBST_LEARN_CLEAR: break;
  }
  if (!evidence->unbounded && learned->idle_ms > evidence->told_ms + LBST_AGREE_MS) {
    /* longer than told: the margin is smaller than meant, or gone */
    condemn(finding, evidence, LBST_W_LEARNED_LONGER, learned->idle_ms,
            evidence->told_ms);
    return;
  }
  if (!evidence->unbounded && learned->idle_ms + LBST_AGREE_MS < evidence->told_ms)
    say(finding, evidence, LBST_R_LEARNED_SHORTER, learned->idle_ms, evidence->told_ms);
  else
    say(finding, evidence, LBST_R_LEARNED, learned->idle_ms, samples);
  if (finding->standing != LBST_STANDING_UNSAFE) finding->standing = LBST_STANDING_SAFE;
}

lbst_finding_t
lbst_evidence_judge(const lbst_evidence_t *evidence) {
  lbst_finding_t finding;

  memset(&finding, 0, sizeof(finding));
  finding.standing = LBST_STANDING_UNPROVEN;
  if (!evidence->plan_safe) condemn(&finding, evidence, LBST_W_PLAN_UNSAFE, 0, 0);
  if (evidence->broken_writes > 0)
    condemn(&finding, evidence, LBST_W_PLAN_BROKEN, evidence->broken_writes, 0);
  weigh_closes(&finding, evidence);
  weigh_stalls(&finding, evidence);
  if (evidence->plan_safe && evidence->close_earliest_ms == LBST_NEVER_MS) {
    /* nothing to learn: Node closes no idle connection at all */
    say(&finding, evidence, LBST_R_NODE_NEVER_CLOSES, 0, 0);
    if (finding.standing != LBST_STANDING_UNSAFE) finding.standing = LBST_STANDING_SAFE;
    return finding;
  }
  weigh_learned(&finding, evidence);
  return finding;
}
