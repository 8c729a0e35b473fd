#include <math.h>
#include <stdlib.h>

#include "../core/conn.h"
#include "bind.h"
#include "convert.h"
#include "glue.h"

/* A model as JavaScript holds it: an object around one connection and its rules. */
typedef struct lbst_napi_conn_s {
  lbst_rules_t rules;
  lbst_conn_t conn;
} lbst_napi_conn_t;

/* The second half is an address in this loaded copy of the module: an object of another
 * copy, whose layout may differ, has another tag. */
static napi_type_tag
conn_tag(void) {
  static const char anchor = 0;
  napi_type_tag tag = {UINT64_C(0x6c6273745f636f6e), (uint64_t) (uintptr_t) &anchor};

  return tag;
}

static void
free_conn(napi_env env, void *data, void *hint) {
  (void) env;
  (void) hint;
  free(data);
}

static napi_status
get_conn(napi_env env, napi_value value, lbst_napi_conn_t **conn) {
  return lbst_napi_unwrap(env, value, conn_tag(), "this is no connection model",
                          (void **) conn);
}

/* A point in time: ms, a fraction allowed, to ns; Infinity is the end of time. */
static napi_status
get_time(napi_env env, napi_value value, const char *what, uint64_t *ns) {
  double ms;

  *ns = 0;
  if (!lbst_napi_is(env, value, napi_number))
    return lbst_napi_throw(env, LBST_E_INVALID_TYPE, what);
  NAPI_CHECK(napi_get_value_double(env, value, &ms));
  if (!(ms >= 0.0)) return lbst_napi_throw(env, LBST_E_OUT_OF_RANGE, what);
  ms = ms * (double) LBST_NS_PER_MS + 0.5;
  *ns = ms < (double) UINT64_MAX ? (uint64_t) ms : UINT64_MAX;
  return napi_ok;
}

static napi_status
set_time(napi_env env, napi_value object, const char *name, uint64_t ns) {
  napi_value value;

  NAPI_CHECK(napi_create_double(env, (double) ns / (double) LBST_NS_PER_MS, &value));
  return napi_set_named_property(env, object, name, value);
}

/* Reads a number where the property is there. */
static napi_status
get_number(napi_env env, napi_value object, const char *name, double *number) {
  napi_value value;
  napi_valuetype type;

  NAPI_CHECK(napi_get_named_property(env, object, name, &value));
  NAPI_CHECK(napi_typeof(env, value, &type));
  if (type == napi_undefined) return napi_ok;
  if (type != napi_number) return lbst_napi_throw(env, LBST_E_INVALID_TYPE, name);
  return napi_get_value_double(env, value, number);
}

static napi_status
get_conn_settings(napi_env env, napi_value object, lbst_conn_settings_t *s) {
  NAPI_CHECK(lbst_napi_expect_object(env, object, "settings"));
  NAPI_CHECK(get_number(env, object, "keepAliveTimeout", &s->keep_alive_ms));
  NAPI_CHECK(get_number(env, object, "keepAliveTimeoutBuffer", &s->buffer_ms));
  NAPI_CHECK(get_number(env, object, "headersTimeout", &s->headers_ms));
  NAPI_CHECK(get_number(env, object, "requestTimeout", &s->request_ms));
  NAPI_CHECK(get_number(env, object, "timeout", &s->socket_ms));
  NAPI_CHECK(get_number(env, object, "connectionsCheckingInterval", &s->check_ms));
  return get_number(env, object, "maxRequestsPerSocket", &s->max_requests);
}

/* connCreate(settings, nodeVersion, listenAtMs, uptimeMs) -> handle */
LBST_BIND(conn_create) {
  const napi_type_tag tag = conn_tag();
  napi_value argv[4], handle;
  const lbst_node_t *node;
  bool tested;
  lbst_conn_settings_t settings;
  uint64_t listen_at, uptime;
  lbst_napi_conn_t *conn;
  napi_status status;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 4, argv));
  NAPI_TRY(env, lbst_napi_get_node(env, argv[1], &node, &tested));
  NAPI_TRY(env, get_time(env, argv[2], "listenAtMs", &listen_at));
  NAPI_TRY(env, get_time(env, argv[3], "uptimeMs", &uptime));
  settings = lbst_conn_settings_default(node, listen_at);
  settings.uptime = uptime;
  NAPI_TRY(env, get_conn_settings(env, argv[0], &settings));
  NAPI_TRY(env, napi_create_object(env, &handle));
  NAPI_TRY(env, napi_type_tag_object(env, handle, &tag));

  conn = malloc(sizeof(*conn));
  if (conn == NULL) return lbst_napi_refuse(env, LBST_E_NATIVE_FAILED, NULL);
  lbst_rules_init(&conn->rules, node, &settings);
  lbst_conn_init(&conn->conn, &conn->rules);
  status = napi_wrap(env, handle, conn, free_conn, NULL, NULL);
  if (status != napi_ok) free(conn);
  NAPI_TRY(env, status);
  return handle;
}

/* connEvents() -> the names, by the number that connEvent() takes */
LBST_BIND(conn_events) {
  napi_value list;
  uint32_t i;

  (void) info;
  NAPI_TRY(env, napi_create_array_with_length(env, LBST_CONN_EVENT_COUNT, &list));
  for (i = 0; i < LBST_CONN_EVENT_COUNT; i++) {
    NAPI_TRY(env, lbst_napi_set_text_at(env, list, i,
                                        lbst_conn_event_name((lbst_conn_event_t) i)));
  }
  return list;
}

/* connEvent(handle, event, atMs) */
LBST_BIND(conn_event) {
  napi_value argv[3];
  lbst_napi_conn_t *conn;
  uint32_t event;
  uint64_t at;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 3, argv));
  NAPI_TRY(env, get_conn(env, argv[0], &conn));
  NAPI_TRY(env, lbst_napi_get_u32(env, argv[1], "event", &event));
  NAPI_TRY(env, get_time(env, argv[2], "atMs", &at));
  if (event >= LBST_CONN_EVENT_COUNT)
    NAPI_TRY(env, lbst_napi_check(env, LBST_E_UNKNOWN_EVENT));
  NAPI_TRY(env, lbst_napi_check(
                  env, lbst_conn_on_event(&conn->conn, (lbst_conn_event_t) event, at)));
  return NULL;
}

/* connStall(handle, fromMs, untilMs) */
LBST_BIND(conn_stall) {
  napi_value argv[3];
  lbst_napi_conn_t *conn;
  uint64_t from, until;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 3, argv));
  NAPI_TRY(env, get_conn(env, argv[0], &conn));
  NAPI_TRY(env, get_time(env, argv[1], "fromMs", &from));
  NAPI_TRY(env, get_time(env, argv[2], "untilMs", &until));
  NAPI_TRY(env, lbst_napi_check(env, lbst_conn_stall(&conn->conn, from, until)));
  return NULL;
}

/* connNext(handle) -> ms, or Infinity */
LBST_BIND(conn_next) {
  napi_value argv[1], result;
  lbst_napi_conn_t *conn;
  uint64_t at;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 1, argv));
  NAPI_TRY(env, get_conn(env, argv[0], &conn));
  at = lbst_conn_next_deadline(&conn->conn);
  NAPI_TRY(env,
           napi_create_double(env,
                              at == LBST_NEVER ? (double) INFINITY
                                               : (double) at / (double) LBST_NS_PER_MS,
                              &result));
  return result;
}

/* connAdvance(handle, toMs) -> null or { atMs, action, reason, earliestMs, latestMs } */
LBST_BIND(conn_advance) {
  napi_value argv[2], result;
  lbst_napi_conn_t *conn;
  lbst_outcome_t outcome;
  lbst_status_t status;
  uint64_t to;
  bool acted;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 2, argv));
  NAPI_TRY(env, get_conn(env, argv[0], &conn));
  NAPI_TRY(env, get_time(env, argv[1], "toMs", &to));
  acted = lbst_conn_advance(&conn->conn, to, &outcome, &status);
  NAPI_TRY(env, lbst_napi_check(env, status));
  if (!acted) {
    NAPI_TRY(env, napi_get_null(env, &result));
    return result;
  }
  NAPI_TRY(env, napi_create_object(env, &result));
  NAPI_TRY(env, set_time(env, result, "atMs", outcome.at));
  NAPI_TRY(env, lbst_napi_set_text(env, result, "action",
                                   lbst_conn_action_name(outcome.action)));
  NAPI_TRY(env, lbst_napi_set_text(env, result, "reason",
                                   lbst_conn_reason_name(outcome.reason)));
  NAPI_TRY(env, set_time(env, result, "earliestMs", outcome.earliest));
  NAPI_TRY(env, set_time(env, result, "latestMs", outcome.latest));
  return result;
}

/* connState(handle) -> { open, idle, active, saysClose, advertisedSeconds, maxRequests }
 */
LBST_BIND(conn_state) {
  napi_value argv[1], o, seconds;
  lbst_napi_conn_t *conn;
  double advertised;
  bool open;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 1, argv));
  NAPI_TRY(env, get_conn(env, argv[0], &conn));
  open = conn->conn.phase == LBST_PHASE_HTTP || conn->conn.phase == LBST_PHASE_UPGRADED;
  NAPI_TRY(env, napi_get_null(env, &seconds));
  if (lbst_rules_advertised_s(&conn->rules, &advertised))
    NAPI_TRY(env, napi_create_double(env, advertised, &seconds));
  NAPI_TRY(env, napi_create_object(env, &o));
  NAPI_TRY(env, lbst_napi_set_bool(env, o, "open", open));
  NAPI_TRY(env, lbst_napi_set_bool(env, o, "idle", lbst_conn_is_idle(&conn->conn)));
  NAPI_TRY(env, lbst_napi_set_bool(env, o, "active", lbst_conn_is_active(&conn->conn)));
  NAPI_TRY(env,
           lbst_napi_set_bool(env, o, "saysClose", lbst_conn_says_close(&conn->conn)));
  NAPI_TRY(env, napi_set_named_property(env, o, "advertisedSeconds", seconds));
  NAPI_TRY(env,
           lbst_napi_set_u32(env, o, "maxRequests",
                             conn->rules.node.max_header ? conn->rules.max_requests : 0));
  return o;
}
