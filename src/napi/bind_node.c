#include <stdio.h>

#include "../core/node.h"
#include "bind.h"
#include "glue.h"

#define XX(name, text) text,
static const char *const buffer_names[] = {LBST_BUFFER_MAP(XX)};
static const char *const stray_names[] = {LBST_STRAY_MAP(XX)};
static const char *const checker_names[] = {LBST_CHECKER_MAP(XX)};
static const char *const bad_idle_names[] = {LBST_BAD_IDLE_MAP(XX)};
static const char *const bad_limit_names[] = {LBST_BAD_LIMIT_MAP(XX)};
static const char *const http1_names[] = {LBST_HTTP1_MAP(XX)};
static const char *const check_read_names[] = {LBST_CHECK_READ_MAP(XX)};
#undef XX

static napi_status
set_version(napi_env env, napi_value object, const char *name, lbst_version_t version) {
  char text[24];

  (void) snprintf(text, sizeof(text), "%u.%u.%u", (unsigned) version.major,
                  (unsigned) version.minor, (unsigned) version.patch);
  return lbst_napi_set_text(env, object, name, text);
}

/* The values that http.createServer() starts with, by their names on the server. */
static napi_status
set_defaults(napi_env env, napi_value object, const lbst_node_t *node) {
  napi_value d;

  NAPI_CHECK(napi_create_object(env, &d));
  NAPI_CHECK(lbst_napi_set_u32(env, d, "keepAliveTimeout", node->keep_alive_ms));
  if (node->headers_ms != 0)
    NAPI_CHECK(lbst_napi_set_u32(env, d, "headersTimeout", node->headers_ms));
  if (node->request_ms != 0)
    NAPI_CHECK(lbst_napi_set_u32(env, d, "requestTimeout", node->request_ms));
  NAPI_CHECK(lbst_napi_set_u32(env, d, "timeout", node->socket_ms));
  if (node->buffer == LBST_BUFFER_PROPERTY)
    NAPI_CHECK(lbst_napi_set_u32(env, d, "keepAliveTimeoutBuffer", LBST_NODE_BUFFER_MS));
  if (node->check_ms != 0)
    NAPI_CHECK(lbst_napi_set_u32(env, d, "connectionsCheckingInterval", node->check_ms));
  return napi_set_named_property(env, object, "defaults", d);
}

/* nodeTimers(version) -> the row of node.def for it */
LBST_BIND(node_timers) {
  napi_value argv[1], o;
  char text[80], message[192];
  size_t len;
  lbst_version_t version;
  const lbst_node_t *node;
  lbst_status_t status;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 1, argv));
  NAPI_TRY(env, lbst_napi_get_text(env, argv[0], "version", text, sizeof(text), &len));
  status = lbst_version_parse(&version, text, len);
  if (status != LBST_OK) {
    (void) snprintf(message, sizeof(message),
                    "'%s' is no version of Node.js from 10.0.0 on; "
                    "expected for example '22.19.0' or '22'",
                    text);
    NAPI_TRY(env, lbst_napi_throw(env, status, message));
  }
  node = lbst_node_find(version);

  NAPI_TRY(env, napi_create_object(env, &o));
  NAPI_TRY(env, set_version(env, o, "version", version));
  NAPI_TRY(env, set_version(env, o, "from", node->from));
  NAPI_TRY(env, lbst_napi_set_bool(env, o, "tested", lbst_node_tested(version)));
  NAPI_TRY(env, lbst_napi_set_text(env, o, "idleBuffer", buffer_names[node->buffer]));
  NAPI_TRY(env, lbst_napi_set_text(env, o, "strayByte", stray_names[node->stray]));
  NAPI_TRY(env, lbst_napi_set_text(env, o, "checker", checker_names[node->checker]));
  NAPI_TRY(env, lbst_napi_set_text(env, o, "badKeepAliveTimeout",
                                   bad_idle_names[node->bad_idle]));
  NAPI_TRY(env, lbst_napi_set_text(env, o, "badLimit", bad_limit_names[node->bad_limit]));
  NAPI_TRY(env,
           lbst_napi_set_bool(env, o, "headerTimerRunsIdle", node->header_timer_idle));
  NAPI_TRY(env, lbst_napi_set_text(env, o, "checkIntervalRead",
                                   check_read_names[node->check_read]));
  NAPI_TRY(env, lbst_napi_set_bool(env, o, "closeEndsIdle", node->close_ends_idle));
  NAPI_TRY(env, lbst_napi_set_bool(env, o, "closeEndsFresh", node->close_ends_fresh));
  NAPI_TRY(env, lbst_napi_set_text(env, o, "http2AllowHttp1", http1_names[node->http1]));
  NAPI_TRY(env, lbst_napi_set_bool(env, o, "timersBeforePoll", node->timers_before_poll));
  NAPI_TRY(env, lbst_napi_set_bool(env, o, "acceptsWholeBacklog", node->accepts_all));
  NAPI_TRY(env, lbst_napi_set_bool(env, o, "answers408AfterAnswers", node->late_408));
  NAPI_TRY(env, lbst_napi_set_bool(env, o, "youngClockExpires", node->young_clock));
  NAPI_TRY(env, lbst_napi_set_bool(env, o, "advertisesMaxRequests", node->max_header));
  NAPI_TRY(env, set_defaults(env, o, node));
  return o;
}
