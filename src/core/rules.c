#include "rules.h"

#include <string.h>

#define REQUEST_TIMER_SINCE 14 /* the first line that has a requestTimeout */

static bool
is_finite(double value) {
  return value - value == 0.0;
}

/* As setTimeout() and socket.setTimeout() take a duration that they accept. */
static uint32_t
to_timer_ms(double value) {
  if (value >= (double) LBST_TIMEOUT_MS_MAX) return LBST_TIMEOUT_MS_MAX;
  return value < 1.0 ? 1 : (uint32_t) value;
}

/* What the end of an answer does to the socket's timer. */
static void
derive_idle(lbst_rules_t *rules, const lbst_conn_settings_t *settings) {
  const bool ignores = rules->node.bad_idle == LBST_BAD_IDLE_IGNORED;
  double idle = settings->keep_alive_ms;
  double buffer = 0.0;

  rules->idle_set = false;
  rules->idle_ms = 0;
  if (ignores && (!is_finite(idle) || idle < 0.0)) return;
  if (idle == 0.0 || idle != idle) return;
  switch (rules->node.buffer) {
  case LBST_BUFFER_NONE: break;
  case LBST_BUFFER_CONSTANT: buffer = LBST_NODE_BUFFER_MS; break;
  case LBST_BUFFER_PROPERTY:
    buffer = settings->buffer_ms;
    if (ignores && (!is_finite(buffer) || buffer < 0.0)) buffer = LBST_NODE_BUFFER_MS;
    break;
  }
  idle += buffer;
  /* throws out of 'finish', before the timer was touched */
  if (!is_finite(idle) || idle < 0.0) return;
  rules->idle_set = true;
  rules->idle_ms = idle == 0.0 ? 0 : to_timer_ms(idle);
}

static void
derive_limits(lbst_rules_t *rules, const lbst_conn_settings_t *settings) {
  double headers = settings->headers_ms;
  double request = settings->request_ms;
  uint64_t swap;

  if (rules->node.bad_limit == LBST_BAD_LIMIT_ZERO) {
    if (!is_finite(headers) || headers < 0.0) headers = 0.0;
    if (!is_finite(request) || request < 0.0) request = 0.0;
  }
  rules->headers_ns = lbst_setting_limit_ms(headers) * LBST_NS_PER_MS;
  rules->request_ns = lbst_setting_limit_ms(request) * LBST_NS_PER_MS;
  if (rules->node.checker != LBST_CHECKER_INTERVAL) {
    if (rules->node.from.major < REQUEST_TIMER_SINCE) rules->request_ns = 0;
    return;
  }
  if (rules->request_ns > 0 && rules->headers_ns > rules->request_ns) {
    swap = rules->headers_ns;
    rules->headers_ns = rules->request_ns;
    rules->request_ns = swap;
  }
}

lbst_conn_settings_t
lbst_conn_settings_default(const lbst_node_t *node, uint64_t listen_at) {
  lbst_conn_settings_t settings;

  settings.keep_alive_ms = node->keep_alive_ms;
  settings.buffer_ms = LBST_NODE_BUFFER_MS;
  settings.headers_ms = node->headers_ms;
  settings.request_ms = node->request_ms;
  settings.socket_ms = node->socket_ms;
  settings.check_ms = node->check_ms;
  settings.max_requests = 0.0;
  settings.uptime = LBST_NEVER;
  settings.listen_at = listen_at;
  return settings;
}

void
lbst_rules_init(lbst_rules_t *rules, const lbst_node_t *node,
                const lbst_conn_settings_t *settings) {
  const double check = settings->check_ms;

  memset(rules, 0, sizeof(*rules));
  rules->node = *node;
  derive_idle(rules, settings);
  derive_limits(rules, settings);
  /* a negative or infinite one throws out of 'connection': no timer either */
  if (is_finite(settings->socket_ms) && settings->socket_ms > 0.0)
    rules->socket_ms = to_timer_ms(settings->socket_ms);
  /* setInterval() takes what is out of range for 1 ms */
  rules->check_ns = LBST_NS_PER_MS;
  if (check >= 1.0 && check <= (double) LBST_TIMEOUT_MS_MAX)
    rules->check_ns = (uint32_t) check * LBST_NS_PER_MS;
  rules->listen_at = settings->listen_at;
  rules->uptime = settings->uptime;
  if (settings->max_requests >= (double) UINT32_MAX) {
    rules->max_requests = UINT32_MAX;
  } else if (settings->max_requests > 0.0) {
    rules->max_requests = (uint32_t) settings->max_requests;
  }
  rules->advertised_ms = settings->keep_alive_ms;
}

bool
lbst_rules_advertised_s(const lbst_rules_t *rules, double *seconds) {
  const double exact = 9007199254740992.0; /* every number from here on is whole */
  double value = rules->advertised_ms / 1000.0;

  if (value == 0.0 || value != value) return false;
  if (value < exact && value > -exact) {
    double whole = (double) (int64_t) value;
    value = whole > value ? whole - 1.0 : whole;
  }
  *seconds = value;
  return true;
}
