#include "guard.h"

#include <string.h>

static void
say(lbst_guard_t *guard, const lbst_ask_t *ask, const lbst_plan_t *plan,
    lbst_note_code_t code, lbst_prop_t prop, uint32_t a_ms) {
  lbst_note_t *note = &guard->notes[guard->note_count];

  if (guard->note_count == LBST_GUARD_NOTES_MAX) return;
  guard->note_count++;
  memset(note, 0, sizeof(*note));
  note->code = code;
  note->prop = prop;
  note->a_ms = a_ms;
  note->b_ms = guard->planned_ms;
  note->hop = plan->owner != LBST_NO_HOP ? ask->hops[plan->owner].name : NULL;
  if (note->hop == NULL) note->hop = "the load balancer";
}

/* What this Node would make of the value: the plan has said so already. */
static void
say_consequence(lbst_guard_t *guard, const lbst_ask_t *ask, const lbst_plan_t *plan,
                lbst_prop_t prop) {
  size_t i;

  for (i = 0; i < plan->note_count; i++) {
    const lbst_note_t *note = &plan->notes[i];
    if (note->prop != prop) continue;
    if (note->code == LBST_W_VALUE_ABORTS || note->code == LBST_W_VALUE_THROWS)
      say(guard, ask, plan, note->code, prop, 0);
  }
}

/* Would the plan still have anything to say against the number that is there now? */
static bool
breaks_plan(const lbst_ask_t *ask, const lbst_plan_t *plan, lbst_prop_t prop) {
  const lbst_target_t *target = lbst_plan_target(plan, prop);
  lbst_ask_t without = *ask;
  lbst_plan_t other;

  if (target != NULL) return target->write;
  if (prop != LBST_PROP_SOCKET || plan->safe) return false;
  /* not safe: is it server.timeout that makes it so? */
  without.present.prop[prop].ms = 0;
  return lbst_policy_plan(&other, &without) == LBST_OK && other.safe;
}

static bool
is_guarded(const lbst_ask_t *ask, lbst_prop_t prop) {
  if (ask->protocol == LBST_PROTOCOL_HTTP2) return false;
  if (prop == LBST_PROP_BUFFER) return ask->node->buffer == LBST_BUFFER_PROPERTY;
  return prop < LBST_PROP_CHECK;
}

/* undefined is no value, but where Node or the plan needs one it is the worst of all. */
static bool
is_bad(const lbst_plan_t *plan, lbst_setting_t setting, lbst_prop_t prop) {
  const lbst_target_t *target = lbst_plan_target(plan, prop);

  if (setting.kind == LBST_SETTING_ABSENT) return target != NULL && target->write;
  return !lbst_setting_usable(setting);
}

lbst_status_t
lbst_guard_judge(lbst_guard_t *guard, const lbst_ask_t *ask, lbst_prop_t prop) {
  lbst_guard_t work;
  lbst_plan_t plan;
  lbst_ask_t meant = *ask;
  lbst_setting_t *setting = &meant.present.prop[prop];
  lbst_status_t status = lbst_policy_plan(&plan, ask);

  if (status != LBST_OK) return status;
  memset(&work, 0, sizeof(work));
  if (!is_guarded(ask, prop)) {
    *guard = work;
    return LBST_OK;
  }
  if (setting->kind == LBST_SETTING_TEXT_MS) {
    work.has_meant = true;
    work.meant_ms = setting->ms;
    work.write = LBST_WRITE_TEXT;
    say(&work, ask, &plan, LBST_W_TEXT_WRITE, prop, setting->ms);
    say_consequence(&work, ask, &plan, prop);
    setting->kind = LBST_SETTING_MS;
    status = lbst_policy_plan(&plan, &meant);
    if (status != LBST_OK) return status;
  }
  if (lbst_plan_target(&plan, prop) != NULL) {
    work.has_planned = true;
    work.planned_ms = lbst_plan_target(&plan, prop)->ms;
  }
  if (is_bad(&plan, *setting, prop)) {
    work.write = LBST_WRITE_BAD;
    say(&work, ask, &plan, LBST_W_BAD_WRITE, prop, 0);
    say_consequence(&work, ask, &plan, prop);
  } else if (breaks_plan(&meant, &plan, prop)) {
    work.write = LBST_WRITE_UNSAFE;
    say(&work, ask, &plan,
        work.has_planned ? LBST_W_UNSAFE_WRITE : LBST_W_UNSAFE_SERVER_TIMEOUT, prop,
        setting->ms);
  }
  *guard = work;
  return LBST_OK;
}
