#include "bind.h"
#include "glue.h"
#include "log.h"

static napi_status
push_number(napi_env env, napi_value list, uint32_t *at, double number) {
  napi_value value;

  NAPI_CHECK(napi_create_double(env, number, &value));
  return napi_set_element(env, list, (*at)++, value);
}

static napi_status
set_counts(napi_env env, napi_value object, const char *name,
           const lbst_counts_t *counts) {
  napi_value list;
  uint32_t at = 0;

  NAPI_CHECK(napi_create_array_with_length(env, LBST_VERDICT_COUNT, &list));
  while (at < LBST_VERDICT_COUNT)
    NAPI_CHECK(push_number(env, list, &at, (double) counts->of[at]));
  return napi_set_named_property(env, object, name, list);
}

/* One Float64Array for all: key, target's index or -1, a count per verdict. There may be
 * thousands of rows, and a list of numbers would be as many calls and objects. */
static napi_status
set_buckets(napi_env env, napi_value object, const char *name,
            const lbst_bucket_t *buckets, size_t size, size_t used) {
  const size_t count = used * (2 + LBST_VERDICT_COUNT);
  napi_value memory, list;
  void *data;
  double *at;
  size_t i, v;

  NAPI_CHECK(napi_create_arraybuffer(env, count * sizeof(*at), &data, &memory));
  at = data;
  for (i = 0; i < size && used > 0; i++) {
    const lbst_bucket_t *b = &buckets[i];
    if (!b->is_taken) continue;
    *at++ = (double) b->key;
    *at++ = b->target == LBST_TALLY_NO_TARGET ? -1 : (double) b->target;
    for (v = 0; v < LBST_VERDICT_COUNT; v++)
      *at++ = (double) b->of[v];
    used--;
  }
  NAPI_CHECK(napi_create_typedarray(env, napi_float64_array, count, memory, 0, &list));
  return napi_set_named_property(env, object, name, list);
}

static napi_status
set_targets(napi_env env, napi_value object, const lbst_tally_t *tally) {
  napi_value list, row, text;
  uint32_t at = 0, i;

  NAPI_CHECK(napi_create_array(env, &list));
  for (i = 0; i < LBST_TALLY_TARGETS; i++) {
    const lbst_target_row_t *target = &tally->targets[i];
    const lbst_slice_t name = {target->name, target->name_len};
    if (name.len == 0) continue;
    NAPI_CHECK(napi_create_object(env, &row));
    NAPI_CHECK(lbst_napi_set_u32(env, row, "index", i));
    NAPI_CHECK(lbst_napi_create_slice(env, name, &text));
    NAPI_CHECK(napi_set_named_property(env, row, "name", text));
    NAPI_CHECK(set_counts(env, row, "counts", &target->counts));
    NAPI_CHECK(napi_set_element(env, list, at++, row));
  }
  return napi_set_named_property(env, object, "targets", list);
}

static napi_status
set_methods(napi_env env, napi_value object, const lbst_tally_t *tally) {
  napi_value methods;
  unsigned i;

  NAPI_CHECK(napi_create_object(env, &methods));
  for (i = 0; i < LBST_METHOD_COUNT; i++)
    NAPI_CHECK(
      set_counts(env, methods, lbst_method_name((lbst_method_t) i), &tally->methods[i]));
  return napi_set_named_property(env, object, "methods", methods);
}

static napi_status
create_result(napi_env env, const lbst_scan_t *s, napi_value *result) {
  const lbst_tally_t *t = &s->tally;
  napi_value o, whys;
  uint32_t at = 0;

  NAPI_CHECK(napi_create_object(env, &o));
  NAPI_CHECK(lbst_napi_set_number(env, o, "lines", (double) s->lines));
  NAPI_CHECK(lbst_napi_set_number(env, o, "seen", (double) s->line_no));
  NAPI_CHECK(lbst_napi_set_number(env, o, "foreign", (double) s->foreign));
  NAPI_CHECK(lbst_napi_set_number(env, o, "broken", (double) s->broken));
  NAPI_CHECK(lbst_napi_set_number(env, o, "outside", (double) s->outside));
  NAPI_CHECK(set_counts(env, o, "counts", &t->counts));
  NAPI_CHECK(napi_create_array(env, &whys));
  while (at < LBST_WHY_COUNT)
    NAPI_CHECK(push_number(env, whys, &at, (double) t->whys[at]));
  NAPI_CHECK(napi_set_named_property(env, o, "whys", whys));
  NAPI_CHECK(set_methods(env, o, t));
  NAPI_CHECK(set_targets(env, o, t));
  NAPI_CHECK(set_buckets(env, o, "hours", t->hours, LBST_TALLY_HOURS, t->hour_count));
  NAPI_CHECK(
    set_buckets(env, o, "minutes", t->minutes, LBST_TALLY_MINUTES, t->minute_count));
  NAPI_CHECK(lbst_napi_set_number(
    env, o, "beyond",
    (double) (t->targets_beyond + t->hours_beyond + t->minutes_beyond)));
  *result = o;
  return napi_ok;
}

/* logResult(handle) -> { lines, seen, foreign, broken, outside, counts, whys, methods,
 * targets, hours, minutes, beyond } */
LBST_BIND(log_result) {
  napi_value argv[1], result;
  lbst_napi_log_t *log;
  napi_status status;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 1, argv));
  NAPI_TRY(env, lbst_napi_get_log(env, argv[0], &log));
  log->busy = true;
  status = create_result(env, &log->scan, &result);
  log->busy = false;
  NAPI_TRY(env, status);
  return result;
}

/* logNames() -> { verdicts: [name], whys: [sentence] } */
LBST_BIND(log_names) {
  napi_value o, list;
  uint32_t i;

  (void) info;
  NAPI_TRY(env, napi_create_object(env, &o));
  NAPI_TRY(env, napi_create_array(env, &list));
  for (i = 0; i < LBST_VERDICT_COUNT; i++)
    NAPI_TRY(env,
             lbst_napi_set_text_at(env, list, i, lbst_verdict_name((lbst_verdict_t) i)));
  NAPI_TRY(env, napi_set_named_property(env, o, "verdicts", list));
  NAPI_TRY(env, napi_create_array(env, &list));
  for (i = 0; i < LBST_WHY_COUNT; i++)
    NAPI_TRY(env, lbst_napi_set_text_at(env, list, i, lbst_why_text((lbst_why_t) i)));
  NAPI_TRY(env, napi_set_named_property(env, o, "whys", list));
  return o;
}
