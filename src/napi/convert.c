#include "convert.h"

#include <stdio.h>
#include <string.h>

#include "glue.h"

#define XX(name, text) text,
static const char *const source_names[] = {LBST_SOURCE_MAP(XX)};
static const char *const headers_names[] = {LBST_HEADERS_MAP(XX)};
static const char *const unbounded_names[] = {LBST_UNBOUNDED_MAP(XX)};
static const char *const role_names[] = {LBST_ROLE_MAP(XX)};
#undef XX

#define COUNT(names) (sizeof(names) / sizeof((names)[0]))

/* Reads a property; |*found| is false where it is undefined or null. */
static napi_status
get_property(napi_env env, napi_value object, const char *name, napi_value *value,
             bool *found) {
  napi_valuetype type;

  NAPI_CHECK(napi_get_named_property(env, object, name, value));
  NAPI_CHECK(napi_typeof(env, *value, &type));
  *found = type != napi_undefined && type != napi_null;
  return napi_ok;
}

static napi_status
get_choice_property(napi_env env, napi_value object, const char *name,
                    const char *const *names, size_t count, uint32_t *index) {
  napi_value value;
  bool found;

  NAPI_CHECK(get_property(env, object, name, &value, &found));
  return lbst_napi_get_choice(env, value, name, names, count, index);
}

static napi_status
get_hop(napi_env env, napi_value value, lbst_hop_t *hop, char *name) {
  napi_value field;
  bool found;
  char id[80];
  size_t len;
  uint32_t role;

  memset(hop, 0, sizeof(*hop));
  NAPI_CHECK(lbst_napi_expect_object(env, value, "a hop"));
  NAPI_CHECK(get_property(env, value, "id", &field, &found));
  if (found) {
    const lbst_lb_t *lb;
    NAPI_CHECK(lbst_napi_get_text(env, field, "id", id, sizeof(id), &len));
    lb = lbst_lb_find(id, len);
    if (lb != NULL) *hop = lbst_hop_from_lb(lb);
  }
  NAPI_CHECK(get_property(env, value, "name", &field, &found));
  if (found) {
    NAPI_CHECK(lbst_napi_get_text(env, field, "name", name, LBST_HOP_NAME_MAX, &len));
    hop->name = name;
  }
  if (hop->name == NULL) hop->name = "the load balancer";
  NAPI_CHECK(get_property(env, value, "role", &field, &found));
  if (found) {
    NAPI_CHECK(
      lbst_napi_get_choice(env, field, "role", role_names, COUNT(role_names), &role));
    hop->role = (lbst_role_t) role;
  }
  NAPI_CHECK(get_property(env, value, "idleTimeoutMs", &field, &found));
  if (found) {
    NAPI_CHECK(lbst_napi_get_u32(env, field, "idleTimeoutMs", &hop->idle_ms));
    hop->idle = LBST_IDLE_KNOWN;
  }
  NAPI_CHECK(get_property(env, value, "unbounded", &field, &found));
  if (found) hop->idle = LBST_IDLE_UNBOUNDED;
  return napi_ok;
}

static napi_status
get_hops(napi_env env, napi_value list, lbst_napi_ask_t *ask) {
  uint32_t count, i;
  napi_value value;

  NAPI_CHECK(napi_get_array_length(env, list, &count));
  if (count > LBST_CHAIN_MAX)
    return lbst_napi_throw(env, LBST_E_OUT_OF_RANGE, "a chain has at most 16 hops");
  for (i = 0; i < count; i++) {
    NAPI_CHECK(napi_get_element(env, list, i, &value));
    NAPI_CHECK(get_hop(env, value, &ask->hops[i], ask->names[i]));
  }
  ask->ask.hops = ask->hops;
  ask->ask.hop_count = count;
  return napi_ok;
}

static napi_status
get_platform(napi_env env, napi_value object, lbst_ask_t *ask) {
  napi_value field;
  bool found;
  char variable[80];
  size_t len;

  NAPI_CHECK(get_property(env, object, "platform", &field, &found));
  if (!found) return napi_ok;
  NAPI_CHECK(
    lbst_napi_get_text(env, field, "platform", variable, sizeof(variable), &len));
  ask->platform = lbst_platform_find(variable, len);
  return napi_ok;
}

static napi_status
get_headers_mode(napi_env env, napi_value value, lbst_ask_t *ask) {
  uint32_t mode;

  if (lbst_napi_is(env, value, napi_number)) {
    ask->headers_mode = LBST_HEADERS_MS;
    return lbst_napi_get_u32(env, value, "headersTimeout", &ask->headers_ms);
  }
  NAPI_CHECK(lbst_napi_get_choice(env, value, "headersTimeout", headers_names,
                                  COUNT(headers_names), &mode));
  ask->headers_mode = (lbst_headers_mode_t) mode;
  return napi_ok;
}

napi_status
lbst_napi_get_node(napi_env env, napi_value value, const lbst_node_t **node,
                   bool *tested) {
  char text[80];
  size_t len;
  lbst_version_t version;

  NAPI_CHECK(lbst_napi_get_text(env, value, "nodeVersion", text, sizeof(text), &len));
  NAPI_CHECK(lbst_napi_check(env, lbst_version_parse(&version, text, len)));
  *node = lbst_node_find(version);
  *tested = lbst_node_tested(version);
  return napi_ok;
}

napi_status
lbst_napi_get_ask(napi_env env, napi_value value, lbst_napi_ask_t *ask) {
  napi_value field;
  uint32_t index;
  bool found;

  memset(&ask->ask, 0, sizeof(ask->ask));
  NAPI_CHECK(lbst_napi_expect_object(env, value, "ask"));
  NAPI_CHECK(napi_get_named_property(env, value, "hops", &field));
  NAPI_CHECK(get_hops(env, field, ask));
  NAPI_CHECK(
    get_choice_property(env, value, "source", source_names, COUNT(source_names), &index));
  ask->ask.source = (lbst_source_t) index;
  NAPI_CHECK(get_property(env, value, "idleTimeoutMs", &field, &found));
  if (found)
    NAPI_CHECK(lbst_napi_get_u32(env, field, "idleTimeoutMs", &ask->ask.idle_ms));
  NAPI_CHECK(get_platform(env, value, &ask->ask));
  ask->ask.margin_ms = LBST_MARGIN_MS;
  NAPI_CHECK(get_property(env, value, "marginMs", &field, &found));
  if (found) NAPI_CHECK(lbst_napi_get_u32(env, field, "marginMs", &ask->ask.margin_ms));
  NAPI_CHECK(napi_get_named_property(env, value, "headersTimeout", &field));
  NAPI_CHECK(get_headers_mode(env, field, &ask->ask));
  NAPI_CHECK(get_choice_property(env, value, "unbounded", unbounded_names,
                                 COUNT(unbounded_names), &index));
  ask->ask.unbounded = (lbst_unbounded_mode_t) index;
  NAPI_CHECK(get_property(env, value, "otherRuntime", &field, &ask->ask.other_runtime));
  NAPI_CHECK(napi_get_named_property(env, value, "nodeVersion", &field));
  return lbst_napi_get_node(env, field, &ask->ask.node, &ask->ask.node_tested);
}

napi_status
lbst_napi_get_settings(napi_env env, napi_value object, napi_value *values,
                       lbst_settings_t *settings) {
  int i;

  NAPI_CHECK(lbst_napi_expect_object(env, object, "what has the settings"));
  for (i = 0; i < LBST_PROP_COUNT; i++) {
    NAPI_CHECK(
      napi_get_named_property(env, object, lbst_prop_name((lbst_prop_t) i), &values[i]));
    NAPI_CHECK(
      lbst_napi_get_setting(env, values[i], (lbst_prop_t) i, &settings->prop[i]));
  }
  return napi_ok;
}

napi_status
lbst_napi_check_plan(napi_env env, lbst_status_t status, const lbst_ask_t *ask) {
  char message[1024];
  const char *name = "the load balancer";
  const lbst_lb_t *lb = NULL;
  size_t owner;

  if (status == LBST_OK) return napi_ok;
  owner = lbst_chain_owner(ask->hops, ask->hop_count, ask->source);
  if (owner != LBST_NO_HOP) {
    name = ask->hops[owner].name;
    lb = ask->hops[owner].lb;
  }
  switch (status) {
  case LBST_E_CONFLICT:
    if (ask->source == LBST_SOURCE_METADATA) {
      (void) snprintf(message, sizeof(message),
                      "idleTimeoutMs is %u, which is not the idle timeout of %s that "
                      "option metadata tells of; pass the one that you trust",
                      (unsigned) ask->idle_ms, name);
      break;
    }
    (void) snprintf(
      message, sizeof(message),
      "idleTimeoutMs is %u, which is not the idle timeout of %s that option "
      "lb stands for; to say both, write lb: { id, idleTimeoutMs: %u }",
      (unsigned) ask->idle_ms, name, (unsigned) ask->idle_ms);
    break;
  case LBST_E_NO_IDLE_TIMEOUT:
    (void) snprintf(
      message, sizeof(message),
      "no source says how long %s keeps an idle connection, and none is guessed. Where "
      "to "
      "find the number: %s. Then pass it as lb: { id: '%s', idleTimeoutMs: <ms> }, or in "
      "LB_SAFE_TIMEOUTS_IDLE_MS beside LB_SAFE_TIMEOUTS_LB%s%s",
      name, lb != NULL && lb->revealed_by != NULL ? lb->revealed_by : "its configuration",
      lb != NULL ? lb->id : "...", lb != NULL ? "; see " : "", lb != NULL ? lb->url : "");
    break;
  case LBST_E_TOO_LONG:
    (void) snprintf(message, sizeof(message),
                    "an idle timeout and margin that long for %s need a timeout above "
                    "2147483647 ms, the longest that Node has",
                    name);
    break;
  default: return lbst_napi_throw(env, status, NULL);
  }
  return lbst_napi_throw(env, status, message);
}

static napi_status
create_notes(napi_env env, const lbst_plan_t *plan, bool warnings, napi_value *result) {
  char text[LBST_NOTE_TEXT_MAX];
  uint32_t count = 0;
  size_t i;

  NAPI_CHECK(napi_create_array(env, result));
  for (i = 0; i < plan->note_count; i++) {
    const lbst_note_t *note = &plan->notes[i];
    napi_value row;
    if (lbst_note_is_warning(note->code) != warnings) continue;
    (void) lbst_note_text(note, text, sizeof(text));
    NAPI_CHECK(napi_create_object(env, &row));
    NAPI_CHECK(lbst_napi_set_text(env, row, "code", lbst_note_name(note->code)));
    NAPI_CHECK(lbst_napi_set_text(env, row, "message", text));
    NAPI_CHECK(napi_set_element(env, *result, count++, row));
  }
  return napi_ok;
}

static napi_status
set_targets(napi_env env, napi_value object, const lbst_plan_t *plan) {
  napi_value targets;
  int i;

  NAPI_CHECK(napi_create_object(env, &targets));
  for (i = 0; i < LBST_PROP_COUNT; i++) {
    const lbst_target_t *target = lbst_plan_target(plan, (lbst_prop_t) i);
    if (target == NULL || !target->write) continue;
    NAPI_CHECK(
      lbst_napi_set_u32(env, targets, lbst_prop_name((lbst_prop_t) i), target->ms));
  }
  return napi_set_named_property(env, object, "targets", targets);
}

napi_status
lbst_napi_create_plan(napi_env env, const lbst_plan_t *plan, napi_value *result) {
  napi_value o, close, list;
  uint64_t owner = plan->owner == LBST_NO_HOP ? UINT64_MAX : plan->owner;
  uint64_t idle_ms = plan->idle == LBST_IDLE_KNOWN ? plan->idle_ms : UINT64_MAX;

  NAPI_CHECK(napi_create_object(env, &o));
  NAPI_CHECK(lbst_napi_set_ms(env, o, "owner", owner, UINT64_MAX));
  NAPI_CHECK(lbst_napi_set_ms(env, o, "idleTimeoutMs", idle_ms, UINT64_MAX));
  NAPI_CHECK(lbst_napi_set_bool(env, o, "tcpKeepAlive", plan->tcp_keep_alive));
  NAPI_CHECK(set_targets(env, o, plan));
  NAPI_CHECK(napi_create_object(env, &close));
  NAPI_CHECK(
    lbst_napi_set_ms(env, close, "earliest", plan->close_earliest_ms, LBST_NEVER_MS));
  NAPI_CHECK(
    lbst_napi_set_ms(env, close, "latest", plan->close_latest_ms, LBST_NEVER_MS));
  NAPI_CHECK(napi_set_named_property(env, o, "idleCloseMs", close));
  NAPI_CHECK(lbst_napi_set_bool(env, o, "safe", plan->safe));
  NAPI_CHECK(create_notes(env, plan, false, &list));
  NAPI_CHECK(napi_set_named_property(env, o, "reasons", list));
  NAPI_CHECK(create_notes(env, plan, true, &list));
  NAPI_CHECK(napi_set_named_property(env, o, "warnings", list));
  *result = o;
  return napi_ok;
}
