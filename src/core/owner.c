#include "owner.h"

lbst_note_t *
lbst_say(lbst_draft_t *draft, lbst_note_code_t code, uint32_t a_ms, uint32_t b_ms) {
  lbst_plan_t *plan = draft->plan;
  /* past the end the last note is overwritten: LBST_NOTES_MAX makes that unreachable,
   * and a lost note must not become a write out of bounds */
  size_t at = plan->note_count < LBST_NOTES_MAX ? plan->note_count++ : LBST_NOTES_MAX - 1;
  lbst_note_t *note = &plan->notes[at];

  note->code = code;
  note->prop = LBST_PROP_KEEP_ALIVE;
  note->a_ms = a_ms;
  note->b_ms = b_ms;
  note->hop = draft->owner_name;
  note->lb = draft->owner_lb;
  note->platform = draft->ask->platform;
  return note;
}

void
lbst_say_hop(lbst_draft_t *draft, lbst_note_code_t code, const lbst_hop_t *hop,
             uint32_t a_ms, uint32_t b_ms) {
  lbst_note_t *note = lbst_say(draft, code, a_ms, b_ms);

  note->hop = hop->name;
  note->lb = hop->lb;
}

void
lbst_say_prop(lbst_draft_t *draft, lbst_note_code_t code, lbst_prop_t prop, uint32_t a_ms,
              uint32_t b_ms) {
  lbst_say(draft, code, a_ms, b_ms)->prop = prop;
}

static void
explain_hop(lbst_draft_t *draft, size_t index) {
  const lbst_hop_t *hop = &draft->ask->hops[index];
  size_t owner = draft->plan->owner;

  if (index == owner) {
    if (draft->ask->source == LBST_SOURCE_PLATFORM)
      lbst_say_hop(draft, LBST_R_PLATFORM, hop, 0, 0);
    if (draft->ask->hop_count > 1 && draft->ask->source != LBST_SOURCE_METADATA)
      lbst_say_hop(draft, LBST_R_POOL_OWNER, hop, 0, 0);
  } else if (hop->role == LBST_ROLE_L4) {
    lbst_say_hop(draft, LBST_R_L4_PASSED_OVER, hop, 0, 0);
  } else if (hop->role == LBST_ROLE_NOT_POOLING) {
    lbst_say_hop(draft, LBST_R_NOT_POOLING, hop, 0, 0);
  } else if (draft->ask->source == LBST_SOURCE_METADATA) {
    lbst_say_hop(draft, LBST_R_NOT_LONGEST, hop, 0, 0);
  } else {
    lbst_say_hop(draft, LBST_R_NOT_LAST, hop, 0, 0);
  }
}

/* A flow timer between the pool owner and Node that runs out before the pool does. */
static void
warn_flow_timers(lbst_draft_t *draft) {
  const lbst_ask_t *ask = draft->ask;
  const lbst_plan_t *plan = draft->plan;
  bool is_chain = ask->source != LBST_SOURCE_METADATA && plan->owner != LBST_NO_HOP;
  size_t i = is_chain ? plan->owner + 1 : 0;

  for (; i < ask->hop_count; i++) {
    const lbst_hop_t *hop = &ask->hops[i];
    if (hop->role != LBST_ROLE_L4 || hop->idle != LBST_IDLE_KNOWN) continue;
    if (plan->idle == LBST_IDLE_KNOWN && hop->idle_ms >= plan->idle_ms) continue;
    lbst_say_hop(draft,
                 hop->lb != NULL && hop->lb->ignores_tcp_keep_alive
                   ? LBST_W_FLOW_TIMER_DATA
                   : LBST_W_FLOW_TIMER,
                 hop, hop->idle_ms, hop->idle_ms / 2);
  }
}

/* Takes the idle timeout that was named apart from the hops. */
static lbst_status_t
take_idle(lbst_plan_t *plan, const lbst_ask_t *ask) {
  bool overrides = ask->source == LBST_SOURCE_ENVIRONMENT ||
                   plan->idle == LBST_IDLE_UNKNOWN || plan->owner == LBST_NO_HOP;

  if (ask->idle_ms == 0) return LBST_OK;
  if (!overrides && (plan->idle != LBST_IDLE_KNOWN || plan->idle_ms != ask->idle_ms))
    return LBST_E_CONFLICT;
  plan->idle = LBST_IDLE_KNOWN;
  plan->idle_ms = ask->idle_ms;
  return LBST_OK;
}

static void
warn_range(lbst_draft_t *draft) {
  const lbst_plan_t *plan = draft->plan;
  const lbst_lb_t *lb = draft->ask->hops[plan->owner].lb;
  bool below, above_max, fixed;

  if (lb == NULL || plan->idle != LBST_IDLE_KNOWN) return;
  below = lb->min_ms != 0 && plan->idle_ms < lb->min_ms;
  above_max = lb->max_ms != 0 && plan->idle_ms > lb->max_ms;
  fixed = lb->idle == LBST_IDLE_KNOWN && lb->configurable == LBST_ANSWER_NO &&
          plan->idle_ms != lb->idle_ms;
  if (below || above_max || fixed)
    lbst_say(draft, LBST_W_OUTSIDE_RANGE, plan->idle_ms, 0);
}

lbst_status_t
lbst_owner_choose(lbst_draft_t *draft) {
  const lbst_ask_t *ask = draft->ask;
  lbst_plan_t *plan = draft->plan;
  lbst_status_t status;
  size_t i;

  if (ask->hop_count > LBST_CHAIN_MAX) return LBST_E_OUT_OF_RANGE;
  plan->owner = lbst_chain_owner(ask->hops, ask->hop_count, ask->source);
  plan->idle = LBST_IDLE_KNOWN;
  plan->idle_ms = LBST_ASSUMED_IDLE_MS;
  if (plan->owner != LBST_NO_HOP) {
    const lbst_hop_t *owner = &ask->hops[plan->owner];
    plan->idle = owner->idle;
    plan->idle_ms = owner->idle == LBST_IDLE_KNOWN ? owner->idle_ms : 0;
    draft->owner_name = owner->name;
    draft->owner_lb = owner->lb;
  }
  status = take_idle(plan, ask);
  if (status != LBST_OK) return status;
  if (plan->idle == LBST_IDLE_UNKNOWN) return LBST_E_NO_IDLE_TIMEOUT;

  if (ask->applied_before) lbst_say(draft, LBST_R_ALREADY_APPLIED, 0, 0);
  for (i = 0; i < ask->hop_count; i++)
    explain_hop(draft, i);
  if (plan->owner != LBST_NO_HOP) {
    warn_range(draft);
  } else if (ask->hop_count > 0) {
    lbst_say(draft, LBST_W_NO_POOL_OWNER, plan->idle_ms, 0);
  } else if (ask->idle_ms == 0) {
    lbst_say(draft, LBST_R_ASSUMED, plan->idle_ms, 0);
    lbst_say(draft, ask->platform != NULL ? LBST_W_PLATFORM_ASSUMED : LBST_W_ASSUMED,
             plan->idle_ms, 0);
  }
  warn_flow_timers(draft);
  return LBST_OK;
}
