#include "../core/doctor.h"
#include "bind.h"
#include "glue.h"

#define US_PER_MS 1000.0
/* beyond this a duration is no measured one (35 years), and as an integer still exact */
#define MS_MAX 1e12

/* ms, a fraction allowed, to us */
static napi_status
get_us(napi_env env, napi_value value, const char *what, uint64_t *us) {
  double ms;

  *us = 0;
  if (!lbst_napi_is(env, value, napi_number))
    return lbst_napi_throw(env, LBST_E_INVALID_TYPE, what);
  NAPI_CHECK(napi_get_value_double(env, value, &ms));
  if (!(ms >= 0.0 && ms <= MS_MAX))
    return lbst_napi_throw(env, LBST_E_OUT_OF_RANGE, what);
  *us = (uint64_t) (ms * US_PER_MS + 0.5);
  return napi_ok;
}

static napi_status
set_us(napi_env env, napi_value object, const char *name, uint64_t us) {
  napi_value value;

  if (us == LBST_DOCTOR_NEVER) {
    NAPI_CHECK(napi_get_null(env, &value));
  } else {
    NAPI_CHECK(napi_create_double(env, (double) us / US_PER_MS, &value));
  }
  return napi_set_named_property(env, object, name, value);
}

static napi_status
get_count(napi_env env, napi_value object, const char *name, size_t *count) {
  uint32_t number = 0;

  NAPI_CHECK(lbst_napi_get_u32_property(env, object, name, &number));
  *count = number;
  return napi_ok;
}

static napi_status
get_closes(napi_env env, napi_value object, lbst_doctor_series_t *series) {
  napi_value list, value;
  bool is_array = false;
  uint32_t count, i;

  NAPI_CHECK(napi_get_named_property(env, object, "closesMs", &list));
  NAPI_CHECK(napi_is_array(env, list, &is_array));
  if (!is_array) return lbst_napi_throw(env, LBST_E_INVALID_TYPE, "closesMs");
  NAPI_CHECK(napi_get_array_length(env, list, &count));
  if (count > LBST_DOCTOR_CLOSES_MAX)
    return lbst_napi_throw(env, LBST_E_OUT_OF_RANGE, "closesMs has too many elements");
  for (i = 0; i < count; i++) {
    NAPI_CHECK(napi_get_element(env, list, i, &value));
    NAPI_CHECK(get_us(env, value, "closesMs", &series->closes_us[i]));
  }
  series->close_count = count;
  return napi_ok;
}

/* { closesMs, answered, open, openMs, notKept, failed, passedMs }; |series->closes_us| is
 * the caller's */
static napi_status
get_series(napi_env env, napi_value object, lbst_doctor_series_t *series) {
  napi_value value;

  if (!lbst_napi_is(env, object, napi_object))
    return lbst_napi_throw(env, LBST_E_INVALID_TYPE, "a series is an object");
  NAPI_CHECK(get_closes(env, object, series));
  NAPI_CHECK(get_count(env, object, "answered", &series->answered_count));
  NAPI_CHECK(get_count(env, object, "open", &series->open_count));
  NAPI_CHECK(get_count(env, object, "notKept", &series->not_kept_count));
  NAPI_CHECK(get_count(env, object, "failed", &series->failed_count));
  NAPI_CHECK(napi_get_named_property(env, object, "openMs", &value));
  NAPI_CHECK(get_us(env, value, "openMs", &series->open_us));
  NAPI_CHECK(napi_get_named_property(env, object, "passedMs", &value));
  return get_us(env, value, "passedMs", &series->passed_us);
}

static napi_status
create_range(napi_env env, napi_value object, const char *name, uint64_t from,
             uint64_t to) {
  napi_value range;

  NAPI_CHECK(napi_create_object(env, &range));
  NAPI_CHECK(set_us(env, range, "from", from));
  NAPI_CHECK(set_us(env, range, "to", to));
  return napi_set_named_property(env, object, name, range);
}

static napi_status
create_finding(napi_env env, const lbst_doctor_finding_t *finding, napi_value *result) {
  napi_value o, list;
  uint32_t i;

  NAPI_CHECK(napi_create_object(env, &o));
  NAPI_CHECK(
    lbst_napi_set_text(env, o, "verdict", lbst_doctor_verdict_name(finding->verdict)));
  NAPI_CHECK(set_us(env, o, "minMs", finding->min_us));
  NAPI_CHECK(set_us(env, o, "medianMs", finding->median_us));
  NAPI_CHECK(set_us(env, o, "maxMs", finding->max_us));
  NAPI_CHECK(
    create_range(env, o, "knownMs", finding->known_from_us, finding->known_to_us));
  if (finding->has_window) {
    NAPI_CHECK(
      create_range(env, o, "unsafeMs", finding->unsafe_from_us, finding->unsafe_to_us));
  } else {
    NAPI_CHECK(lbst_napi_set_text(env, o, "unsafeMs", NULL));
  }
  NAPI_CHECK(napi_create_array(env, &list));
  for (i = 0; i < finding->reason_count; i++) {
    NAPI_CHECK(
      lbst_napi_set_text_at(env, list, i, lbst_doctor_reason_name(finding->reasons[i])));
  }
  NAPI_CHECK(napi_set_named_property(env, o, "reasons", list));
  *result = o;
  return napi_ok;
}

/* doctorJudge({ unused: series, idle: ..., headers: ..., body: ... }, idleMs or null) ->
 * { verdict, idleBelowMs, states: { unused: finding, ... } } */
LBST_BIND(doctor_judge) {
  napi_value argv[2], o, states, value;
  uint64_t closes_us[LBST_DOCTOR_CLOSES_MAX];
  lbst_doctor_finding_t findings[LBST_DOCTOR_STATE_COUNT];
  uint64_t idle_us = LBST_DOCTOR_NEVER;
  int i;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 2, argv));
  NAPI_TRY(env, lbst_napi_expect_object(env, argv[0], "series by state"));
  if (!lbst_napi_is(env, argv[1], napi_null))
    NAPI_TRY(env, get_us(env, argv[1], "idleMs", &idle_us));
  NAPI_TRY(env, napi_create_object(env, &o));
  NAPI_TRY(env, napi_create_object(env, &states));
  for (i = 0; i < LBST_DOCTOR_STATE_COUNT; i++) {
    const char *name = lbst_doctor_state_name((lbst_doctor_state_t) i);
    lbst_doctor_series_t series = {closes_us, 0, 0, 0, 0, 0, 0, 0};
    NAPI_TRY(env, napi_get_named_property(env, argv[0], name, &value));
    NAPI_TRY(env, get_series(env, value, &series));
    lbst_doctor_judge(&findings[i], (lbst_doctor_state_t) i, &series, idle_us);
    NAPI_TRY(env, create_finding(env, &findings[i], &value));
    NAPI_TRY(env, napi_set_named_property(env, states, name, value));
  }
  NAPI_TRY(env,
           lbst_napi_set_text(env, o, "verdict",
                              lbst_doctor_verdict_name(lbst_doctor_overall(findings))));
  NAPI_TRY(env, set_us(env, o, "idleBelowMs", lbst_doctor_idle_below(findings)));
  NAPI_TRY(env, napi_set_named_property(env, o, "states", states));
  return o;
}

/* doctorLimits() -> the bounds that lib/doctor checks against */
LBST_BIND(doctor_limits) {
  napi_value o;

  (void) info;
  NAPI_TRY(env, napi_create_object(env, &o));
  NAPI_TRY(env, lbst_napi_set_u32(env, o, "closesMax", LBST_DOCTOR_CLOSES_MAX));
  return o;
}
