#include "conn.h"

#include <stddef.h>
#include <string.h>

#define REQUEST_TIMER_SINCE 14 /* the first line that has a requestTimeout */

/* ---- settings -> rules --------------------------------------------------------------
 */

static bool
is_finite(double value) {
  return value - value == 0.0;
}

/* As Node's C++ reads a JavaScript number into a uint32_t. */
static uint32_t
to_u32(double value) {
  const double int64_end = 9223372036854775808.0;

  if (!is_finite(value) || value >= int64_end || value <= -int64_end) return 0;
  return (uint32_t) (uint64_t) (int64_t) value;
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
  rules->headers_ns = to_u32(headers) * LBST_NS_PER_MS;
  rules->request_ns = to_u32(request) * LBST_NS_PER_MS;
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

/* ---- time ---------------------------------------------------------------------------
 */

/* Clamped, so that a sum never lies in the past. */
static uint64_t
add_ns(uint64_t at, uint64_t ns) {
  return ns > LBST_NEVER - at ? LBST_NEVER : at + ns;
}

static uint64_t
sub_ns(uint64_t at, uint64_t ns) {
  return ns > at ? 0 : at - ns;
}

static uint64_t
max_at(uint64_t a, uint64_t b) {
  return a > b ? a : b;
}

static uint64_t
min_at(uint64_t a, uint64_t b) {
  return a < b ? a : b;
}

/* ---- deadlines ----------------------------------------------------------------------
 */

static uint64_t
timer_at(const lbst_conn_t *conn) {
  if (!conn->timer_armed) return LBST_NEVER;
  return add_ns(conn->timer_start, conn->timer_ms * LBST_NS_PER_MS);
}

/* Which run of the check, counted from the anchor, is the first one later than |after|.
 */
static uint64_t
check_run_after(const lbst_conn_t *conn, uint64_t after) {
  if (after < conn->check_anchor) return 1;
  return (after - conn->check_anchor) / conn->rules->check_ns + 1;
}

static uint64_t
check_run_at(const lbst_conn_t *conn, uint64_t run) {
  const uint64_t check_ns = conn->rules->check_ns;

  if (run > (LBST_NEVER - conn->check_anchor) / check_ns) return LBST_NEVER;
  return conn->check_anchor + run * check_ns;
}

/* After which moment the check finds that the message has used up |limit_ns|. Some
 * versions subtract the limit from the clock, and the difference wraps as long as the
 * clock has not run for the limit: then everything is older. */
static uint64_t
limit_after(const lbst_conn_t *conn, uint64_t limit_ns) {
  const lbst_rules_t *rules = conn->rules;

  if (rules->node.young_clock) {
    uint64_t run_at =
      check_run_at(conn, check_run_after(conn, max_at(conn->message_start, conn->now)));
    if (add_ns(run_at, rules->uptime) < limit_ns) return conn->message_start;
  }
  return add_ns(conn->message_start, limit_ns);
}

/* After which moment the check finds the message too old; LBST_NEVER: after none. */
static uint64_t
expires_after(const lbst_conn_t *conn, lbst_conn_reason_t *reason) {
  const lbst_rules_t *rules = conn->rules;
  uint64_t after = LBST_NEVER;

  if (!conn->watched || conn->check_stopped) return LBST_NEVER;
  if (!conn->headers_complete && rules->headers_ns > 0) {
    after = limit_after(conn, rules->headers_ns);
    *reason = LBST_REASON_HEADERS;
  }
  if (rules->request_ns > 0) {
    uint64_t request = limit_after(conn, rules->request_ns);
    if (request < after) {
      after = request;
      *reason = LBST_REASON_REQUEST;
    }
  }
  return after;
}

/* An answer that has begun cannot be followed by a 408, and on some versions none can. */
static lbst_conn_action_t
expiry_action(const lbst_conn_t *conn) {
  if (conn->open_answers > 0 && conn->head_sent) return LBST_ACTION_DESTROY;
  if (conn->answered && !conn->rules->node.late_408) return LBST_ACTION_DESTROY;
  return LBST_ACTION_RESPOND_408;
}

static void
tell_timer(const lbst_conn_t *conn, lbst_outcome_t *outcome) {
  outcome->at = timer_at(conn);
  outcome->action = conn->timer_idle ? LBST_ACTION_CLOSE : LBST_ACTION_DESTROY;
  outcome->reason = conn->timer_idle ? LBST_REASON_KEEP_ALIVE : LBST_REASON_SOCKET;
  outcome->earliest = sub_ns(outcome->at, LBST_TIMER_EARLY_NS);
  outcome->latest = add_ns(outcome->at, LBST_TIMER_LATE_NS);
}

static uint64_t
request_timer_at(const lbst_conn_t *conn) {
  if (!conn->request_timer) return LBST_NEVER;
  return add_ns(conn->request_start, conn->rules->request_ns);
}

static void
tell_request_timer(const lbst_conn_t *conn, lbst_outcome_t *outcome) {
  outcome->at = request_timer_at(conn);
  outcome->action = expiry_action(conn);
  outcome->reason = LBST_REASON_REQUEST;
  outcome->earliest = sub_ns(outcome->at, LBST_TIMER_EARLY_NS);
  outcome->latest = add_ns(outcome->at, LBST_TIMER_LATE_NS);
}

/* The runs drift: each may be late by LBST_CHECK_DRIFT_NS more than the one before. So
 * the run before may find the message too old after all, and a run so close behind
 * |after| as a timer may be early can just miss it; but two runs are never much further
 * apart than the interval says. */
static void
tell_check(const lbst_conn_t *conn, uint64_t after, lbst_outcome_t *outcome) {
  const uint64_t check_ns = conn->rules->check_ns;
  uint64_t run = check_run_after(conn, after);
  uint64_t at = check_run_at(conn, run);
  uint64_t limit = add_ns(max_at(after, conn->check_anchor), check_ns);
  uint64_t drift;

  if (at < conn->now) {
    run = check_run_after(conn, conn->now - 1);
    at = check_run_at(conn, run);
    limit = add_ns(conn->now, check_ns);
  }
  drift = run > check_ns / LBST_CHECK_DRIFT_NS ? check_ns : run * LBST_CHECK_DRIFT_NS;
  outcome->at = at;
  outcome->earliest = max_at(after, sub_ns(at, LBST_TIMER_EARLY_NS));
  if (run > 1 && at != LBST_NEVER && add_ns(at - check_ns, drift) > after)
    outcome->earliest = after;
  outcome->latest = add_ns(at, drift + LBST_TIMER_LATE_NS);
  if (sub_ns(at, LBST_TIMER_EARLY_NS) <= after)
    outcome->latest = add_ns(outcome->latest, check_ns);
  outcome->latest =
    min_at(outcome->latest, add_ns(limit, LBST_CHECK_DRIFT_NS + LBST_TIMER_LATE_NS));
  outcome->latest = max_at(outcome->latest, at);
}

/* What comes next; false when nothing does. */
static bool
find_next(const lbst_conn_t *conn, lbst_outcome_t *next) {
  lbst_outcome_t other;
  uint64_t after;

  next->at = LBST_NEVER;
  if (conn->phase != LBST_PHASE_HTTP) return false;
  if (conn->header_due) {
    next->at = next->earliest = conn->now;
    next->latest = add_ns(conn->now, LBST_TIMER_LATE_NS);
    next->action = LBST_ACTION_DESTROY;
    next->reason = LBST_REASON_HEADERS;
    return true;
  }
  if (conn->timer_armed) tell_timer(conn, next);
  if (request_timer_at(conn) < next->at) tell_request_timer(conn, next);
  after = expires_after(conn, &other.reason);
  if (after < next->at) {
    tell_check(conn, after, &other);
    other.action = expiry_action(conn);
    if (other.at < next->at) *next = other;
  }
  return next->at != LBST_NEVER;
}

static void
end(lbst_conn_t *conn) {
  conn->phase = LBST_PHASE_OVER;
}

static void
end_with(lbst_conn_t *conn, const lbst_outcome_t *outcome) {
  end(conn);
  conn->outcome = *outcome;
  conn->pending = true;
}

/* Could a deadline lie before |to|? Cheap, and asked at every event. */
static bool
may_be_due(const lbst_conn_t *conn, uint64_t to) {
  lbst_conn_reason_t reason;

  return conn->header_due || conn->request_timer || timer_at(conn) <= to ||
         expires_after(conn, &reason) <= to;
}

/* Meets the deadline before |to|, or at it where |inclusive|. */
static void
meet(lbst_conn_t *conn, uint64_t to, bool inclusive) {
  lbst_outcome_t next;

  if (conn->phase != LBST_PHASE_HTTP || !may_be_due(conn, to)) return;
  if (find_next(conn, &next) && (next.at < to || (inclusive && next.at == to)))
    end_with(conn, &next);
}

/* ---- stalls -------------------------------------------------------------------------
 */

/* The first thing that the loop does at |until| is to run the timers that came due since
 * |from|, in the order in which they did. */
static void
run_late(lbst_conn_t *conn, uint64_t from, uint64_t until) {
  const uint64_t run_at =
    check_run_at(conn, check_run_after(conn, from > 0 ? from - 1 : 0));
  lbst_outcome_t next;
  lbst_conn_reason_t reason;

  if (conn->pending && conn->outcome.latest > from) {
    /* it was due just before the stall, and may not have been met in time */
    conn->outcome.latest =
      max_at(conn->outcome.latest, add_ns(until, LBST_TIMER_LATE_NS));
  }
  next.at = LBST_NEVER;
  if (conn->phase == LBST_PHASE_HTTP) {
    if (conn->timer_armed) tell_timer(conn, &next);
    if (request_timer_at(conn) < next.at) tell_request_timer(conn, &next);
    if (run_at <= until && run_at < next.at && expires_after(conn, &reason) < until) {
      next.at = next.earliest = run_at;
      next.action = expiry_action(conn);
      next.reason = reason;
    }
  }
  if (run_at <= until) conn->check_anchor = until;
  if (next.at > until || next.at == LBST_NEVER) return;
  /* close to the start of the stall it may still have been met in time */
  if (next.at > add_ns(from, LBST_TIMER_LATE_NS)) next.earliest = until;
  next.at = until;
  next.latest = add_ns(until, LBST_TIMER_LATE_NS);
  end_with(conn, &next);
}

static void
end_stall(lbst_conn_t *conn, uint64_t until) {
  if (!conn->stalled) return;
  conn->stalled = false;
  run_late(conn, conn->now, until);
  conn->now = until;
}

lbst_status_t
lbst_conn_stall(lbst_conn_t *conn, uint64_t from, uint64_t until) {
  lbst_status_t status;

  if (until < from) return LBST_E_TIME_ORDER;
  status = lbst_conn_on_event(conn, LBST_CONN_STALL, from);
  if (status == LBST_OK) end_stall(conn, until);
  return status;
}

/* ---- events -------------------------------------------------------------------------
 */

/* socket.setTimeout() */
static void
set_timer(lbst_conn_t *conn, uint32_t ms, bool idle) {
  conn->timer_armed = ms > 0;
  conn->timer_ms = ms;
  conn->timer_idle = idle;
  conn->timer_start = conn->now;
}

/* socket._unrefTimer(), which every read and write calls */
static void
touch_timer(lbst_conn_t *conn) {
  conn->timer_start = conn->now;
}

static void
begin_message(lbst_conn_t *conn) {
  const lbst_node_t *node = &conn->rules->node;

  conn->message_begun = true;
  conn->headers_complete = false;
  conn->message_start = conn->now;
  if (node->checker == LBST_CHECKER_INTERVAL) {
    conn->watched = true;
    return;
  }
  if (!node->header_timer_idle) {
    conn->header_clock = true;
    conn->header_start = conn->now;
  }
  if (!conn->request_timer && conn->rules->request_ns > 0) {
    conn->request_timer = true;
    conn->request_start = conn->now;
  }
}

/* Every run of the parser ends so. */
static void
end_read(lbst_conn_t *conn) {
  const lbst_rules_t *rules = conn->rules;

  touch_timer(conn);
  if (conn->timer_idle && rules->node.stray == LBST_STRAY_CANCELS)
    set_timer(conn, rules->socket_ms, false);
  if (conn->header_clock && rules->headers_ns > 0 &&
      conn->now - conn->header_start > rules->headers_ns)
    conn->header_due = true;
}

static void
on_open(lbst_conn_t *conn) {
  const lbst_rules_t *rules = conn->rules;

  conn->phase = LBST_PHASE_HTTP;
  conn->message_start = conn->now;
  set_timer(conn, rules->socket_ms, false);
  if (rules->node.checker == LBST_CHECKER_INTERVAL) {
    conn->watched = true;
    return;
  }
  conn->header_clock = rules->node.header_timer_idle;
  conn->header_start = conn->now;
  conn->request_timer = rules->request_ns > 0;
  conn->request_start = conn->now;
}

static void
on_headers_complete(lbst_conn_t *conn) {
  conn->used = true;
  if (!conn->message_begun) begin_message(conn);
  if (conn->headers_complete) return;
  conn->headers_complete = true;
  conn->header_clock = false;
  conn->header_due = false;
  if (conn->timer_idle) set_timer(conn, conn->rules->socket_ms, false);
  if (conn->open_answers < UINT32_MAX) conn->open_answers++;
  if (conn->requests < UINT32_MAX) conn->requests++;
}

static void
on_request_complete(lbst_conn_t *conn) {
  on_headers_complete(conn);
  conn->message_begun = false;
  conn->watched = false;
  conn->request_timer = false;
}

static void
on_response_finish(lbst_conn_t *conn) {
  const lbst_rules_t *rules = conn->rules;

  touch_timer(conn);
  conn->head_sent = false;
  conn->answered = true;
  conn->request_timer = false;
  if (conn->open_answers > 0) conn->open_answers--;
  if (conn->open_answers > 0) return; /* the next one is written now */
  if (!rules->idle_set) return;
  set_timer(conn, rules->idle_ms, true);
  if (rules->node.header_timer_idle) {
    conn->header_clock = true;
    conn->header_start = conn->now;
  }
}

static void
on_server_close(lbst_conn_t *conn) {
  lbst_outcome_t outcome;

  conn->check_stopped = true;
  if (!conn->rules->node.close_ends_idle || !lbst_conn_is_idle(conn)) return;
  outcome.at = outcome.earliest = conn->now;
  outcome.latest = add_ns(conn->now, LBST_TIMER_LATE_NS);
  outcome.action = LBST_ACTION_CLOSE;
  outcome.reason = LBST_REASON_SERVER_CLOSE;
  end_with(conn, &outcome);
}

void
lbst_conn_init(lbst_conn_t *conn, const lbst_rules_t *rules) {
  memset(conn, 0, sizeof(*conn));
  conn->rules = rules;
  conn->check_anchor = rules->listen_at;
}

lbst_status_t
lbst_conn_on_event(lbst_conn_t *conn, lbst_conn_event_t event, uint64_t now) {
  if (now < conn->now) return LBST_E_TIME_ORDER;
  if (event != LBST_CONN_STALL &&
      (event == LBST_CONN_OPEN) != (conn->phase == LBST_PHASE_NEW))
    return LBST_E_EVENT_ORDER;

  end_stall(conn, now);
  /* what a read made due is due at once; only the same read can still avert it */
  meet(conn, now, false);
  conn->now = now;
  if (event == LBST_CONN_STALL) {
    conn->stalled = true;
    return LBST_OK;
  }
  if (event != LBST_CONN_OPEN && conn->phase != LBST_PHASE_HTTP) return LBST_OK;

  switch (event) {
  case LBST_CONN_OPEN: on_open(conn); break;
  case LBST_CONN_BYTES:
    conn->used = true;
    if (!conn->message_begun) begin_message(conn);
    end_read(conn);
    break;
  case LBST_CONN_BLANK: end_read(conn); break;
  case LBST_CONN_HEADERS_COMPLETE:
    on_headers_complete(conn);
    end_read(conn);
    break;
  case LBST_CONN_REQUEST_COMPLETE:
    on_request_complete(conn);
    end_read(conn);
    break;
  case LBST_CONN_RESPONSE_HEADERS:
    conn->head_sent = conn->open_answers > 0;
    conn->answered = true;
    touch_timer(conn);
    break;
  case LBST_CONN_RESPONSE_FINISH: on_response_finish(conn); break;
  case LBST_CONN_UPGRADE: conn->phase = LBST_PHASE_UPGRADED; break;
  case LBST_CONN_RESPONSE_FINISH_CLOSE:
  case LBST_CONN_PEER_END: end(conn); break;
  case LBST_CONN_SERVER_CLOSE: on_server_close(conn); break;
  case LBST_CONN_STALL:
  case LBST_CONN_EVENT_COUNT: break;
  }
  return LBST_OK;
}

/* ---- answers ------------------------------------------------------------------------
 */

uint64_t
lbst_conn_next_deadline(const lbst_conn_t *conn) {
  lbst_outcome_t next;

  return !conn->stalled && find_next(conn, &next) ? next.at : LBST_NEVER;
}

bool
lbst_conn_advance(lbst_conn_t *conn, uint64_t to, lbst_outcome_t *outcome,
                  lbst_status_t *status) {
  *status = to < conn->now ? LBST_E_TIME_ORDER : LBST_OK;
  if (*status != LBST_OK) return false;
  if (!conn->stalled) {
    meet(conn, to, true);
    conn->now = to;
  }
  if (!conn->pending) return false;
  conn->pending = false;
  *outcome = conn->outcome;
  return true;
}

bool
lbst_conn_is_idle(const lbst_conn_t *conn) {
  if (conn->phase != LBST_PHASE_HTTP || conn->open_answers > 0) return false;
  if (!conn->used) return conn->rules->node.close_ends_fresh;
  return !conn->message_begun && !conn->watched;
}

bool
lbst_conn_is_active(const lbst_conn_t *conn) {
  return conn->phase == LBST_PHASE_HTTP && conn->watched;
}

bool
lbst_conn_says_close(const lbst_conn_t *conn) {
  return conn->rules->max_requests > 0 && conn->requests >= conn->rules->max_requests;
}

const char *
lbst_conn_event_name(lbst_conn_event_t event) {
  switch (event) {
#define XX(name, text)                                                                   \
  case LBST_CONN_##name: return text;
    LBST_CONN_EVENT_MAP(XX)
#undef XX
  case LBST_CONN_EVENT_COUNT: break;
  }
  return "?";
}

const char *
lbst_conn_action_name(lbst_conn_action_t action) {
  switch (action) {
#define XX(name, text)                                                                   \
  case LBST_ACTION_##name: return text;
    LBST_CONN_ACTION_MAP(XX)
#undef XX
  }
  return "?";
}

const char *
lbst_conn_reason_name(lbst_conn_reason_t reason) {
  switch (reason) {
#define XX(name, text)                                                                   \
  case LBST_REASON_##name: return text;
    LBST_CONN_REASON_MAP(XX)
#undef XX
  }
  return "?";
}
