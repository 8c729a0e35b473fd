#include "../core/lb.h"
#include "bind.h"
#include "glue.h"

static const char *const role_names[] = {
#define XX(name, text) text,
  LBST_ROLE_MAP(XX)
#undef XX
};

static const char *const confidence_names[] = {
#define XX(name, text) text,
  LBST_CONFIDENCE_MAP(XX)
#undef XX
};

static napi_status
set_range(napi_env env, napi_value object, const lbst_lb_t *lb) {
  napi_value range;

  if (lb->min_ms == 0 && lb->max_ms == 0) {
    NAPI_CHECK(napi_get_null(env, &range));
  } else {
    NAPI_CHECK(napi_create_object(env, &range));
    NAPI_CHECK(lbst_napi_set_ms(env, range, "min", lb->min_ms, 0));
    NAPI_CHECK(lbst_napi_set_ms(env, range, "max", lb->max_ms, 0));
  }
  return napi_set_named_property(env, object, "rangeMs", range);
}

static napi_status
set_stale_status(napi_env env, napi_value object, const lbst_lb_t *lb) {
  napi_value list, status;
  uint32_t i;

  NAPI_CHECK(napi_create_array(env, &list));
  for (i = 0; i < LBST_LB_STALE_MAX && lb->stale_status[i] != 0; i++) {
    NAPI_CHECK(napi_create_uint32(env, lb->stale_status[i], &status));
    NAPI_CHECK(napi_set_element(env, list, i, status));
  }
  return napi_set_named_property(env, object, "staleStatus", list);
}

static napi_status
set_answer(napi_env env, napi_value object, const char *name, lbst_answer_t answer) {
  napi_value value;

  if (answer == LBST_ANSWER_UNKNOWN) {
    NAPI_CHECK(napi_get_null(env, &value));
  } else {
    NAPI_CHECK(napi_get_boolean(env, answer == LBST_ANSWER_YES, &value));
  }
  return napi_set_named_property(env, object, name, value);
}

static napi_status
set_origin_http(napi_env env, napi_value object, const lbst_lb_t *lb) {
  static const struct {
    uint32_t flag;
    const char *text;
  } versions[] = {
#define XX(name, flag, text) {flag, text},
    LBST_HTTP_MAP(XX)
#undef XX
  };
  napi_value list;
  uint32_t i, at = 0;

  NAPI_CHECK(napi_create_array(env, &list));
  for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
    if ((lb->origin_http & versions[i].flag) == 0) continue;
    NAPI_CHECK(lbst_napi_set_text_at(env, list, at++, versions[i].text));
  }
  return napi_set_named_property(env, object, "originHttp", list);
}

static napi_status
set_remedies(napi_env env, napi_value object, const lbst_lb_t *lb) {
  napi_value list, remedy;
  uint32_t i;

  NAPI_CHECK(napi_create_array(env, &list));
  for (i = 0; i < LBST_LB_REMEDY_MAX && lb->remedies[i].line != NULL; i++) {
    NAPI_CHECK(napi_create_object(env, &remedy));
    NAPI_CHECK(lbst_napi_set_text(env, remedy, "where", lb->remedies[i].where));
    NAPI_CHECK(lbst_napi_set_text(env, remedy, "line", lb->remedies[i].line));
    NAPI_CHECK(napi_set_element(env, list, i, remedy));
  }
  return napi_set_named_property(env, object, "remedies", list);
}

static napi_status
create_lb(napi_env env, const lbst_lb_t *lb, napi_value *result) {
  napi_value o;

  NAPI_CHECK(napi_create_object(env, &o));
  NAPI_CHECK(lbst_napi_set_text(env, o, "id", lb->id));
  NAPI_CHECK(lbst_napi_set_text(env, o, "name", lb->name));
  NAPI_CHECK(lbst_napi_set_text(env, o, "vendor", lb->vendor));
  NAPI_CHECK(lbst_napi_set_text(env, o, "kind", lb->kind));
  NAPI_CHECK(lbst_napi_set_text(env, o, "role", role_names[lb->role]));
  NAPI_CHECK(lbst_napi_set_ms(env, o, "idleTimeoutMs", lb->idle_ms, 0));
  NAPI_CHECK(lbst_napi_set_bool(env, o, "unbounded", lb->idle == LBST_IDLE_UNBOUNDED));
  NAPI_CHECK(set_answer(env, o, "configurable", lb->configurable));
  NAPI_CHECK(set_range(env, o, lb));
  NAPI_CHECK(lbst_napi_set_ms(env, o, "backendAdviceMs", lb->advice_ms, 0));
  NAPI_CHECK(lbst_napi_set_ms(env, o, "drainMs", lb->drain_ms, 0));
  NAPI_CHECK(set_stale_status(env, o, lb));
  NAPI_CHECK(lbst_napi_set_bool(env, o, "staleCloses", lb->stale_closes));
  NAPI_CHECK(set_answer(env, o, "retries", lb->retries));
  NAPI_CHECK(lbst_napi_set_text(env, o, "retried", lb->retried));
  NAPI_CHECK(
    lbst_napi_set_bool(env, o, "ignoresTcpKeepAlive", lb->ignores_tcp_keep_alive));
  NAPI_CHECK(set_origin_http(env, o, lb));
  NAPI_CHECK(set_remedies(env, o, lb));
  NAPI_CHECK(lbst_napi_set_text(env, o, "revealedBy", lb->revealed_by));
  NAPI_CHECK(lbst_napi_set_text(env, o, "caveat", lb->caveat));
  NAPI_CHECK(lbst_napi_set_text(env, o, "url", lb->url));
  NAPI_CHECK(lbst_napi_set_text(env, o, "asOf", lb->as_of));
  NAPI_CHECK(lbst_napi_set_text(env, o, "confidence", confidence_names[lb->confidence]));
  *result = o;
  return napi_ok;
}

/* lbList() -> the catalogue */
LBST_BIND(lb_list) {
  napi_value list, row;
  uint32_t i;

  (void) info;
  NAPI_TRY(env, napi_create_array_with_length(env, lbst_lb_count(), &list));
  for (i = 0; i < lbst_lb_count(); i++) {
    NAPI_TRY(env, create_lb(env, lbst_lb_at(i), &row));
    NAPI_TRY(env, napi_set_element(env, list, i, row));
  }
  return list;
}
