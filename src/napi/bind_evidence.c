#include <stdio.h>
#include <string.h>

#include "../core/evidence.h"
#include "bind.h"
#include "glue.h"

/* since, idle, provoked: how lib/evidence.js stores them */
#define NUMBERS_PER_CLOSE 3u
#define HOP_NAME_MAX      96

#define XX(name, text) text,
static const char *const standing_names[] = {LBST_STANDING_MAP(XX)};
static const char *const learn_names[] = {LBST_LEARN_MAP(XX)};
#undef XX

/* A duration, or |none| where it is null. */
static napi_status
get_ms(napi_env env, napi_value object, const char *name, uint64_t none,
       uint64_t *result) {
  napi_value value;
  uint32_t ms;

  NAPI_CHECK(napi_get_named_property(env, object, name, &value));
  *result = none;
  if (lbst_napi_is(env, value, napi_null)) return napi_ok;
  NAPI_CHECK(lbst_napi_get_u32(env, value, name, &ms));
  *result = ms;
  return napi_ok;
}

static napi_status
get_evidence(napi_env env, napi_value o, char *hop, lbst_evidence_t *evidence) {
  napi_value value;
  size_t len;
  uint64_t told_ms;

  memset(evidence, 0, sizeof(*evidence));
  NAPI_CHECK(lbst_napi_expect_object(env, o, "evidence"));
  NAPI_CHECK(napi_get_named_property(env, o, "hop", &value));
  NAPI_CHECK(lbst_napi_get_text(env, value, "hop", hop, HOP_NAME_MAX, &len));
  evidence->hop = hop;
  NAPI_CHECK(lbst_napi_get_bool_property(env, o, "planSafe", &evidence->plan_safe));
  NAPI_CHECK(lbst_napi_get_bool_property(env, o, "lastLook", &evidence->last_look));
  NAPI_CHECK(get_ms(env, o, "toldMs", LBST_NEVER_MS, &told_ms));
  evidence->unbounded = told_ms == LBST_NEVER_MS;
  evidence->told_ms = evidence->unbounded ? 0 : (uint32_t) told_ms;
  NAPI_CHECK(
    get_ms(env, o, "closeEarliestMs", LBST_NEVER_MS, &evidence->close_earliest_ms));
  NAPI_CHECK(
    lbst_napi_get_u32_property(env, o, "brokenWrites", &evidence->broken_writes));
  NAPI_CHECK(
    lbst_napi_get_u32_property(env, o, "closedByPeer", &evidence->closed_by_peer));
  NAPI_CHECK(
    lbst_napi_get_u32_property(env, o, "closedByNode", &evidence->closed_by_node));
  return lbst_napi_get_u32_property(env, o, "loopDelayMs", &evidence->loop_delay_ms);
}

static napi_status
get_closes(napi_env env, napi_value array, uint32_t count, lbst_peer_close_t *closes) {
  napi_typedarray_type type;
  size_t length;
  void *data;
  uint32_t i;

  NAPI_CHECK(napi_get_typedarray_info(env, array, &type, &length, &data, NULL, NULL));
  if (type != napi_float64_array || count > LBST_LEARN_CLOSES_MAX ||
      length < (size_t) count * NUMBERS_PER_CLOSE)
    return lbst_napi_throw(env, LBST_E_OUT_OF_RANGE, NULL);
  for (i = 0; i < count; i++) {
    const double *close = (const double *) data + (size_t) i * NUMBERS_PER_CLOSE;
    if (!(close[0] >= 0 && close[0] < 1e15 && close[1] >= 0 && close[1] < 4e9))
      return lbst_napi_throw(env, LBST_E_OUT_OF_RANGE, NULL);
    closes[i].since_ms = (uint64_t) close[0];
    closes[i].idle_ms = (uint32_t) close[1];
    closes[i].provoked = close[2] != 0;
  }
  return napi_ok;
}

static napi_status
set_learned(napi_env env, napi_value object, const lbst_learned_t *learned) {
  napi_value o;
  bool clear = learned->kind == LBST_LEARN_CLEAR;

  NAPI_CHECK(napi_create_object(env, &o));
  NAPI_CHECK(lbst_napi_set_ms(env, o, "idleTimeoutMs",
                              clear ? learned->idle_ms : UINT64_MAX, UINT64_MAX));
  NAPI_CHECK(lbst_napi_set_text(env, o, "kind", learn_names[learned->kind]));
  NAPI_CHECK(lbst_napi_set_u32(env, o, "samples", (uint32_t) learned->samples));
  NAPI_CHECK(lbst_napi_set_u32(env, o, "agreeing", (uint32_t) learned->agreeing));
  return napi_set_named_property(env, object, "learned", o);
}

static napi_status
set_reasons(napi_env env, napi_value object, const lbst_finding_t *finding) {
  char text[LBST_NOTE_TEXT_MAX];
  napi_value list, row;
  uint32_t i;

  NAPI_CHECK(napi_create_array(env, &list));
  for (i = 0; i < finding->note_count; i++) {
    (void) lbst_note_text(&finding->notes[i], text, sizeof(text));
    NAPI_CHECK(napi_create_object(env, &row));
    NAPI_CHECK(
      lbst_napi_set_text(env, row, "code", lbst_note_name(finding->notes[i].code)));
    NAPI_CHECK(lbst_napi_set_text(env, row, "message", text));
    NAPI_CHECK(napi_set_element(env, list, i, row));
  }
  return napi_set_named_property(env, object, "reasons", list);
}

/* evidenceJudge(evidence, closes, count) -> { verdict, reasons, learned }
 * |closes| is a Float64Array of three numbers for each of |count| closes. */
LBST_BIND(evidence_judge) {
  napi_value argv[3], o;
  char hop[HOP_NAME_MAX];
  lbst_peer_close_t closes[LBST_LEARN_CLOSES_MAX];
  lbst_evidence_t evidence;
  lbst_finding_t finding;
  uint32_t count;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 3, argv));
  NAPI_TRY(env, get_evidence(env, argv[0], hop, &evidence));
  NAPI_TRY(env, lbst_napi_get_u32(env, argv[2], "count", &count));
  NAPI_TRY(env, get_closes(env, argv[1], count, closes));
  evidence.learned = lbst_learn_idle(closes, count);
  finding = lbst_evidence_judge(&evidence);
  NAPI_TRY(env, napi_create_object(env, &o));
  NAPI_TRY(env, lbst_napi_set_text(env, o, "verdict", standing_names[finding.standing]));
  NAPI_TRY(env, set_reasons(env, o, &finding));
  NAPI_TRY(env, set_learned(env, o, &evidence.learned));
  return o;
}
