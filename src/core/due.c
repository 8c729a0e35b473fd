#include "due.h"

#include <stddef.h>

static uint64_t
timer_at(const lbst_conn_t *conn) {
  if (!conn->timer_armed) return LBST_NEVER;
  return lbst_add_ns(conn->timer_start, conn->timer_ms * LBST_NS_PER_MS);
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
    uint64_t run_at = check_run_at(
      conn, check_run_after(conn, lbst_later(conn->message_start, conn->now)));
    if (lbst_add_ns(run_at, rules->uptime) < limit_ns) return conn->message_start;
  }
  return lbst_add_ns(conn->message_start, limit_ns);
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
  outcome->earliest = lbst_sub_ns(outcome->at, LBST_TIMER_EARLY_NS);
  outcome->latest = lbst_add_ns(outcome->at, LBST_TIMER_LATE_NS);
}

static uint64_t
request_timer_at(const lbst_conn_t *conn) {
  if (!conn->request_timer) return LBST_NEVER;
  return lbst_add_ns(conn->request_start, conn->rules->request_ns);
}

static void
tell_request_timer(const lbst_conn_t *conn, lbst_outcome_t *outcome) {
  outcome->at = request_timer_at(conn);
  outcome->action = expiry_action(conn);
  outcome->reason = LBST_REASON_REQUEST;
  outcome->earliest = lbst_sub_ns(outcome->at, LBST_TIMER_EARLY_NS);
  outcome->latest = lbst_add_ns(outcome->at, LBST_TIMER_LATE_NS);
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
  uint64_t limit = lbst_add_ns(lbst_later(after, conn->check_anchor), check_ns);
  uint64_t drift;

  if (at < conn->now) {
    run = check_run_after(conn, conn->now - 1);
    at = check_run_at(conn, run);
    limit = lbst_add_ns(conn->now, check_ns);
  }
  drift = run > check_ns / LBST_CHECK_DRIFT_NS ? check_ns : run * LBST_CHECK_DRIFT_NS;
  outcome->at = at;
  outcome->earliest = lbst_later(after, lbst_sub_ns(at, LBST_TIMER_EARLY_NS));
  if (run > 1 && at != LBST_NEVER && lbst_add_ns(at - check_ns, drift) > after)
    outcome->earliest = after;
  outcome->latest = lbst_add_ns(at, drift + LBST_TIMER_LATE_NS);
  if (lbst_sub_ns(at, LBST_TIMER_EARLY_NS) <= after)
    outcome->latest = lbst_add_ns(outcome->latest, check_ns);
  outcome->latest = lbst_earlier(
    outcome->latest, lbst_add_ns(limit, LBST_CHECK_DRIFT_NS + LBST_TIMER_LATE_NS));
  outcome->latest = lbst_later(outcome->latest, at);
}

bool
lbst_due_next(const lbst_conn_t *conn, lbst_outcome_t *next) {
  lbst_outcome_t other;
  uint64_t after;

  next->at = LBST_NEVER;
  if (conn->phase != LBST_PHASE_HTTP) return false;
  if (conn->header_due) {
    next->at = next->earliest = conn->now;
    next->latest = lbst_add_ns(conn->now, LBST_TIMER_LATE_NS);
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

bool
lbst_due_possible(const lbst_conn_t *conn, uint64_t to) {
  lbst_conn_reason_t reason;

  return conn->header_due || conn->request_timer || timer_at(conn) <= to ||
         expires_after(conn, &reason) <= to;
}

bool
lbst_due_late(const lbst_conn_t *conn, uint64_t from, uint64_t until,
              lbst_outcome_t *next, bool *check_ran) {
  const uint64_t run_at =
    check_run_at(conn, check_run_after(conn, from > 0 ? from - 1 : 0));
  lbst_conn_reason_t reason;

  *check_ran = run_at <= until;
  next->at = LBST_NEVER;
  if (conn->phase != LBST_PHASE_HTTP) return false;
  if (conn->timer_armed) tell_timer(conn, next);
  if (request_timer_at(conn) < next->at) tell_request_timer(conn, next);
  if (*check_ran && run_at < next->at && expires_after(conn, &reason) < until) {
    next->at = next->earliest = run_at;
    next->action = expiry_action(conn);
    next->reason = reason;
  }
  if (next->at > until || next->at == LBST_NEVER) return false;
  /* close to the start of the stall it may still have been met in time */
  if (next->at > lbst_add_ns(from, LBST_TIMER_LATE_NS)) next->earliest = until;
  next->at = until;
  next->latest = lbst_add_ns(until, LBST_TIMER_LATE_NS);
  return true;
}
