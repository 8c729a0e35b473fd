#include "doctor.h"

/* ---- the series ------------------------------------------------------------------ */

/* by insertion: there are few, and nothing is allocated */
static void
sort(uint64_t *values, size_t count) {
  size_t i, at;

  for (i = 1; i < count; i++) {
    uint64_t value = values[i];
    for (at = i; at > 0 && values[at - 1] > value; at--)
      values[at] = values[at - 1];
    values[at] = value;
  }
}

/* Node looks at the age of unused connections only now and then, and closes what is too
 * old by then: how long one is kept depends on the moment at which it was opened. An
 * answer is the sign of that, and so are closes that differ. */
static bool
is_checked(const lbst_doctor_finding_t *f, const lbst_doctor_series_t *s) {
  return s->answered_count > 0 || f->max_us - f->min_us > LBST_DOCTOR_SPREAD_US;
}

static void
measure(lbst_doctor_finding_t *f, lbst_doctor_state_t state,
        const lbst_doctor_series_t *s) {
  f->min_us = f->median_us = f->max_us = LBST_DOCTOR_NEVER;
  f->known_from_us = 0;
  f->known_to_us = LBST_DOCTOR_NEVER;
  if (s->close_count > 0) {
    size_t middle = s->close_count / 2;
    sort(s->closes_us, s->close_count);
    f->min_us = s->closes_us[0];
    f->max_us = s->closes_us[s->close_count - 1];
    f->median_us = s->closes_us[middle];
    if (s->close_count % 2 == 0) /* the halves: a sum could wrap */
      f->median_us =
        s->closes_us[middle - 1] + (s->closes_us[middle] - s->closes_us[middle - 1]) / 2;
    f->known_from_us = f->known_to_us = f->min_us;
    /* elsewhere an early close is no race, and nothing hangs on it */
    if (state == LBST_DOCTOR_UNUSED && is_checked(f, s) && s->passed_us < f->min_us)
      f->known_from_us = s->passed_us;
  } else if (s->open_count > 0) {
    f->known_from_us = s->open_us;
  }
}

/* ---- the rules ------------------------------------------------------------------- */

static void
say(lbst_doctor_finding_t *f, lbst_doctor_reason_t reason) {
  if (f->reason_count < LBST_DOCTOR_REASONS_MAX) f->reasons[f->reason_count++] = reason;
}

static void
settle(lbst_doctor_finding_t *f, lbst_doctor_verdict_t verdict,
       lbst_doctor_reason_t reason) {
  f->verdict = verdict;
  say(f, reason);
}

static uint64_t
add(uint64_t a, uint64_t b) {
  return a > LBST_DOCTOR_NEVER - b ? LBST_DOCTOR_NEVER : a + b;
}

/* Does the load balancer send on connections in this state whenever it likes? */
static bool
is_at_rest(lbst_doctor_state_t state) {
  return state == LBST_DOCTOR_UNUSED || state == LBST_DOCTOR_IDLE;
}

/* The server closed at least one connection before the load balancer would have. */
static void
judge_early(lbst_doctor_finding_t *f, lbst_doctor_state_t state,
            const lbst_doctor_series_t *s, uint64_t idle_us) {
  if (!is_at_rest(state)) {
    settle(f, LBST_DOCTOR_LIMITED,
           s->answered_count == s->close_count ? LBST_DOCTOR_R_CUT_ANSWERED
                                               : LBST_DOCTOR_R_CUT_SILENTLY);
    return;
  }
  if (state == LBST_DOCTOR_UNUSED && idle_us == LBST_DOCTOR_NEVER) {
    settle(f, LBST_DOCTOR_LIMITED, LBST_DOCTOR_R_UNUSED_CLOSES);
    return;
  }
  settle(f, LBST_DOCTOR_UNSAFE,
         idle_us == LBST_DOCTOR_NEVER ? LBST_DOCTOR_R_UNBOUNDED_LB
                                      : LBST_DOCTOR_R_CLOSES_FIRST);
  f->has_window = true;
  f->unsafe_from_us =
    f->min_us > LBST_DOCTOR_ERROR_US ? f->min_us - LBST_DOCTOR_ERROR_US : 0;
  f->unsafe_to_us = idle_us;
}

void
lbst_doctor_judge(lbst_doctor_finding_t *f, lbst_doctor_state_t state,
                  const lbst_doctor_series_t *s, uint64_t idle_us) {
  uint64_t lb_gone_us = add(idle_us, LBST_DOCTOR_ERROR_US);
  bool has_sample = s->close_count > 0 || s->open_count > 0 || s->not_kept_count > 0;

  f->reason_count = 0;
  f->has_window = false;
  f->unsafe_from_us = f->unsafe_to_us = 0;
  measure(f, state, s);

  if (s->close_count > 0 && (idle_us == LBST_DOCTOR_NEVER || f->min_us <= lb_gone_us)) {
    judge_early(f, state, s, idle_us);
  } else if (s->open_count > 0 &&
             (idle_us == LBST_DOCTOR_NEVER || s->open_us <= lb_gone_us)) {
    settle(f, LBST_DOCTOR_INCONCLUSIVE, LBST_DOCTOR_R_LIMIT_REACHED);
  } else if (s->close_count > 0 && f->known_from_us <= lb_gone_us) {
    settle(f, LBST_DOCTOR_INCONCLUSIVE, LBST_DOCTOR_R_MAY_BE_SOONER);
  } else if (s->close_count > 0) {
    settle(f, LBST_DOCTOR_SAFE, LBST_DOCTOR_R_OUTLASTS);
    if (is_at_rest(state) && f->min_us < add(idle_us, LBST_DOCTOR_MARGIN_US))
      say(f, LBST_DOCTOR_R_THIN_MARGIN);
  } else if (s->open_count > 0) {
    settle(f, LBST_DOCTOR_SAFE, LBST_DOCTOR_R_OPEN_AT_LIMIT);
  } else if (s->not_kept_count > 0) {
    settle(f, LBST_DOCTOR_SAFE, LBST_DOCTOR_R_NOT_KEPT);
  } else {
    settle(f, LBST_DOCTOR_INCONCLUSIVE, LBST_DOCTOR_R_NO_SAMPLE);
  }

  if (s->failed_count > 0 && has_sample) {
    if (f->verdict == LBST_DOCTOR_SAFE) f->verdict = LBST_DOCTOR_INCONCLUSIVE;
    say(f, LBST_DOCTOR_R_SOME_FAILED);
  }
  if (state == LBST_DOCTOR_UNUSED && s->answered_count > 0)
    say(f, LBST_DOCTOR_R_UNASKED_ANSWER);
  if (state == LBST_DOCTOR_IDLE && s->close_count > 0 &&
      f->max_us - f->min_us > LBST_DOCTOR_SPREAD_US)
    say(f, LBST_DOCTOR_R_SPREAD);
}

lbst_doctor_verdict_t
lbst_doctor_overall(const lbst_doctor_finding_t *findings) {
  lbst_doctor_verdict_t unused = findings[LBST_DOCTOR_UNUSED].verdict;
  lbst_doctor_verdict_t idle = findings[LBST_DOCTOR_IDLE].verdict;

  if (unused == LBST_DOCTOR_UNSAFE || idle == LBST_DOCTOR_UNSAFE)
    return LBST_DOCTOR_UNSAFE;
  if (unused == LBST_DOCTOR_INCONCLUSIVE || idle == LBST_DOCTOR_INCONCLUSIVE)
    return LBST_DOCTOR_INCONCLUSIVE;
  return LBST_DOCTOR_SAFE;
}

uint64_t
lbst_doctor_idle_below(const lbst_doctor_finding_t *findings) {
  const lbst_doctor_finding_t *unused = &findings[LBST_DOCTOR_UNUSED];
  const lbst_doctor_finding_t *idle = &findings[LBST_DOCTOR_IDLE];
  uint64_t shortest = LBST_DOCTOR_NEVER;

  /* of a state without a close only the limit of the run is known */
  if (unused->min_us != LBST_DOCTOR_NEVER) shortest = unused->known_from_us;
  if (idle->min_us < shortest) shortest = idle->min_us;
  if (shortest == LBST_DOCTOR_NEVER) return LBST_DOCTOR_NEVER;
  return shortest > LBST_DOCTOR_MARGIN_US ? shortest - LBST_DOCTOR_MARGIN_US : 0;
}

/* ---- the names ------------------------------------------------------------------- */

const char *
lbst_doctor_state_name(lbst_doctor_state_t state) {
  switch (state) {
#define XX(name, text)                                                                   \
  case LBST_DOCTOR_##name: return text;
    LBST_DOCTOR_STATE_MAP(XX)
#undef XX
  case LBST_DOCTOR_STATE_COUNT: break;
  }
  return "?";
}

const char *
lbst_doctor_verdict_name(lbst_doctor_verdict_t verdict) {
  switch (verdict) {
#define XX(name, text)                                                                   \
  case LBST_DOCTOR_##name: return text;
    LBST_DOCTOR_VERDICT_MAP(XX)
#undef XX
  }
  return "?";
}

const char *
lbst_doctor_reason_name(lbst_doctor_reason_t reason) {
  switch (reason) {
#define XX(name)                                                                         \
  case LBST_DOCTOR_R_##name: return "LBST_D_" #name;
    LBST_DOCTOR_REASON_MAP(XX)
#undef XX
  case LBST_DOCTOR_REASON_COUNT: break;
  }
  return "LBST_D_?";
}
