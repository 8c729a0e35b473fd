#ifndef LBST_CONN_H
#define LBST_CONN_H

#include <stdbool.h>
#include <stdint.h>

#include "rules.h"
#include "status.h"

/* The timers of one HTTP/1 connection as a Node server runs them. Time is a parameter: a
 * point in time is a uint64_t of nanoseconds on any one monotonic clock, and the model
 * never asks what time it is.
 *
 * From Node 18 on the model is held against real processes (test/conformance). For older
 * lines that is so of the idle timer and of headersTimeout during idle; their
 * requestTimeout (from 14.11 on, off by default) is as their source reads, for an
 * application that reads the whole request.
 *
 * Not in the model: a server 'timeout' or 'clientError' listener (it takes the decision
 * away from Node), socket.setTimeout(), and an answer that the peer is slow to take (say
 * RESPONSE_FINISH when the kernel took the last byte). */

/* How exact Node is on an event loop that is not late. A timer starts from the clock cut
 * to whole ms, so it may fire almost 1 ms early; it fires in the first loop turn after,
 * and epoll_wait and the timer list round up by 1 ms each. */
#define LBST_TIMER_EARLY_NS (1 * LBST_NS_PER_MS)
#define LBST_TIMER_LATE_NS  (2 * LBST_NS_PER_MS)
/* The check of connections is an interval that starts anew from each of its own runs, so
 * the rounding adds up: this much at most for each run since it started. */
#define LBST_CHECK_DRIFT_NS (1 * LBST_NS_PER_MS)

/* What can happen to a connection. A request that comes in one read is BYTES,
 * HEADERS_COMPLETE, REQUEST_COMPLETE, all at the same time.
 *
 *   BYTES                a read brought bytes of a message, complete or not
 *   BLANK                a read brought nothing but CR and LF, between messages
 *   RESPONSE_HEADERS     the head of the oldest open answer was written (only needed
 *                        when that is not at the time of its end)
 *   RESPONSE_FINISH      the kernel took the last byte of the oldest open answer
 *   RESPONSE_FINISH_CLOSE ... and the answer said `Connection: close`
 *   UPGRADE              the application took the connection over
 *   PEER_END             the peer's FIN
 *   STALL                the event loop stood still from now to the time of the next
 *                        event (see lbst_conn_stall)
 *   SERVER_CLOSE         server.close() was called */
#define LBST_CONN_EVENT_MAP(XX)                                                          \
  XX(OPEN, "open")                                                                       \
  XX(BYTES, "bytes")                                                                     \
  XX(BLANK, "blank")                                                                     \
  XX(HEADERS_COMPLETE, "headers-complete")                                               \
  XX(REQUEST_COMPLETE, "request-complete")                                               \
  XX(RESPONSE_HEADERS, "response-headers")                                               \
  XX(RESPONSE_FINISH, "response-finish")                                                 \
  XX(RESPONSE_FINISH_CLOSE, "response-finish-close")                                     \
  XX(UPGRADE, "upgrade")                                                                 \
  XX(PEER_END, "peer-end")                                                               \
  XX(STALL, "stall")                                                                     \
  XX(SERVER_CLOSE, "server-close")

typedef enum lbst_conn_event_e {
#define XX(name, text) LBST_CONN_##name,
  LBST_CONN_EVENT_MAP(XX)
#undef XX
    LBST_CONN_EVENT_COUNT
} lbst_conn_event_t;

/* What Node does at a deadline: close an idle connection, write `408 Request Timeout` and
 * close, or destroy the connection without a word. */
#define LBST_CONN_ACTION_MAP(XX)                                                         \
  XX(CLOSE, "close")                                                                     \
  XX(RESPOND_408, "respond-408")                                                         \
  XX(DESTROY, "destroy")

typedef enum lbst_conn_action_e {
#define XX(name, text) LBST_ACTION_##name,
  LBST_CONN_ACTION_MAP(XX)
#undef XX
} lbst_conn_action_t;

/* Which limit it was: keepAliveTimeout, headersTimeout, requestTimeout (after the two
 * were swapped, if they are), server.timeout, or server.close(). */
#define LBST_CONN_REASON_MAP(XX)                                                         \
  XX(KEEP_ALIVE, "keep-alive")                                                           \
  XX(HEADERS, "headers")                                                                 \
  XX(REQUEST, "request")                                                                 \
  XX(SOCKET, "socket")                                                                   \
  XX(SERVER_CLOSE, "server-close")

typedef enum lbst_conn_reason_e {
#define XX(name, text) LBST_REASON_##name,
  LBST_CONN_REASON_MAP(XX)
#undef XX
} lbst_conn_reason_t;

typedef struct lbst_outcome_s {
  uint64_t at; /* when, on an event loop without any delay */
  lbst_conn_action_t action;
  lbst_conn_reason_t reason;
  uint64_t earliest; /* the bounds that hold for a loop that is not late */
  uint64_t latest;
} lbst_outcome_t;

typedef enum lbst_conn_phase_e {
  LBST_PHASE_NEW,      /* not open yet */
  LBST_PHASE_HTTP,     /* Node's timers rule it */
  LBST_PHASE_UPGRADED, /* Node has let go of it */
  LBST_PHASE_OVER,     /* closed */
} lbst_conn_phase_t;

typedef struct lbst_conn_s {
  const lbst_rules_t *rules; /* not owned */
  uint64_t now;
  lbst_conn_phase_t phase;

  /* the socket's only timer: server.timeout or the idle timeout */
  bool timer_armed;
  bool timer_idle; /* it is the idle timeout ("keepAliveTimeoutSet") */
  uint32_t timer_ms;
  uint64_t timer_start;

  /* the message that is being read */
  bool message_begun;    /* its first byte is here */
  bool headers_complete; /* of the current message */
  bool watched;          /* headers and request limits apply, from |message_start| */
  bool used;             /* a message has begun, ever */
  uint64_t message_start;

  /* Node < 18: limits per socket */
  bool header_clock;  /* runs since |header_start| */
  bool header_due;    /* a read ended with the header incomplete and too old */
  bool request_timer; /* runs since |request_start| */
  uint64_t header_start;
  uint64_t request_start;

  uint32_t open_answers;
  uint32_t requests; /* so far */
  bool head_sent;    /* of the oldest open answer */
  bool answered;     /* something was written to the connection */

  bool check_stopped;    /* by server.close() */
  uint64_t check_anchor; /* a run of the check, or its start */

  bool stalled; /* since |stall_start|, until the next event */
  uint64_t stall_start;

  bool pending; /* |outcome| was not told yet */
  lbst_outcome_t outcome;
} lbst_conn_t;

/* A connection that is not open yet. |rules| must outlive it. */
void
lbst_conn_init(lbst_conn_t *conn, const lbst_rules_t *rules);

/* Tells what happens at |now|. Deadlines before |now| are met first: where one closes the
 * connection the event came too late and changes nothing, and lbst_conn_advance() has the
 * outcome. A deadline at |now| itself waits: sockets are read first, unless the loop was
 * stalled. Events after the end of a connection change nothing.
 *
 * Returns LBST_OK, or, with nothing changed,
 *   LBST_E_TIME_ORDER   |now| is before an earlier call's
 *   LBST_E_EVENT_ORDER  any but STALL before OPEN, or a second OPEN
 */
lbst_status_t
lbst_conn_on_event(lbst_conn_t *conn, lbst_conn_event_t event, uint64_t now);

/* The event loop did not run from |from| to |until|: timers that came due meanwhile run
 * at |until|, before sockets are read. (Holds for a stall in an I/O or setImmediate
 * callback and for a stopped process.) The next event or advance is not before |until|.
 *
 * Returns as lbst_conn_on_event(); LBST_E_TIME_ORDER also when |until| < |from|. */
lbst_status_t
lbst_conn_stall(lbst_conn_t *conn, uint64_t from, uint64_t until);

/* When Node will act next if nothing happens, or LBST_NEVER. Never before the time of the
 * last call. While a STALL is open, LBST_NEVER: its end is not known. */
uint64_t
lbst_conn_next_deadline(const lbst_conn_t *conn);

/* Moves time to |to|. Returns true, and the outcome, when Node closed the connection by
 * then and this was not told before.
 *
 * *status: LBST_OK, or LBST_E_TIME_ORDER as above; then the answer is false. */
bool
lbst_conn_advance(lbst_conn_t *conn, uint64_t to, lbst_outcome_t *outcome,
                  lbst_status_t *status);

/* How server.closeIdleConnections() and Node's own lists see the connection. */
bool
lbst_conn_is_idle(const lbst_conn_t *conn);

/* Do the headers and request limits apply now? ("active" in Node's connection list) */
bool
lbst_conn_is_active(const lbst_conn_t *conn);

/* Would the answer to the newest request carry `Connection: close` because of
 * maxRequestsPerSocket? (Node does not close all the same.) */
bool
lbst_conn_says_close(const lbst_conn_t *conn);

/* "keep-alive" and the like. Static storage; never NULL. */
const char *
lbst_conn_event_name(lbst_conn_event_t event);
const char *
lbst_conn_action_name(lbst_conn_action_t action);
const char *
lbst_conn_reason_name(lbst_conn_reason_t reason);

#endif /* LBST_CONN_H */
