#include "conn.h"

#include <stddef.h>
#include <string.h>

#include "due.h"

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

/* Meets the deadline before |to|, or at it where |inclusive|. */
static void
meet(lbst_conn_t *conn, uint64_t to, bool inclusive) {
  lbst_outcome_t next;

  if (conn->phase != LBST_PHASE_HTTP || !lbst_due_possible(conn, to)) return;
  if (lbst_due_next(conn, &next) && (next.at < to || (inclusive && next.at == to)))
    end_with(conn, &next);
}

/* ---- stalls ------------------------------------------------------------------- */

static void
run_late(lbst_conn_t *conn, uint64_t from, uint64_t until) {
  lbst_outcome_t next;
  bool check_ran;
  bool ends = lbst_due_late(conn, from, until, &next, &check_ran);

  if (conn->pending && conn->outcome.latest > from) {
    /* it was due just before the stall, and may not have been met in time */
    conn->outcome.latest =
      lbst_later(conn->outcome.latest, lbst_add_ns(until, LBST_TIMER_LATE_NS));
  }
  if (check_ran) conn->check_anchor = until;
  if (ends) end_with(conn, &next);
}

static void
end_stall(lbst_conn_t *conn, uint64_t until) {
  if (!conn->stalled) return;
  conn->stalled = false;
  run_late(conn, conn->stall_start, until);
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

/* ---- events ------------------------------------------------------------------- */

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
  outcome.latest = lbst_add_ns(conn->now, LBST_TIMER_LATE_NS);
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
    conn->stall_start = now;
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

/* ---- answers ------------------------------------------------------------------ */

uint64_t
lbst_conn_next_deadline(const lbst_conn_t *conn) {
  lbst_outcome_t next;

  return !conn->stalled && lbst_due_next(conn, &next) ? next.at : LBST_NEVER;
}

bool
lbst_conn_advance(lbst_conn_t *conn, uint64_t to, lbst_outcome_t *outcome,
                  lbst_status_t *status) {
  *status = to < conn->now ? LBST_E_TIME_ORDER : LBST_OK;
  if (*status != LBST_OK) return false;
  if (!conn->stalled) meet(conn, to, true);
  conn->now = to;
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
