/* Random servers, events and times against the timer model. libFuzzer's input is a server
 * of 5 settings, and then operations of one byte and a time.
 *
 *   npm run fuzz                 conn, 60 s
 *   node scripts/fuzz.js conn 600
 *
 * Holds whatever the input: a deadline is never in the past, time never runs back, a
 * refused call changes nothing, bounds enclose their moment, an outcome is told once, and
 * after the end there is no deadline. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "../../src/core/conn.h"

#define CHECK(condition)                                                                 \
  do {                                                                                   \
    if (!(condition)) abort();                                                           \
  } while (0)

#define OP_ADVANCE (LBST_CONN_EVENT_COUNT + 0)
#define OP_STALL   (LBST_CONN_EVENT_COUNT + 1)
#define OP_COUNT   (LBST_CONN_EVENT_COUNT + 2)

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct input_s {
  const uint8_t *data;
  size_t size;
} input_t;

static uint64_t
take(input_t *in, size_t bytes) {
  uint64_t value = 0;

  while (bytes-- > 0 && in->size > 0) {
    value = value << 8 | *in->data++;
    in->size--;
  }
  return value;
}

/* Small, large, any bits at all. */
static double
take_number(input_t *in) {
  uint64_t bits;
  double value;

  switch (take(in, 1) % 4) {
  case 0: return (double) take(in, 1);
  case 1: return (double) take(in, 4);
  case 2: return -(double) take(in, 2) / 16.0;
  default:
    bits = take(in, 8);
    memcpy(&value, &bits, sizeof(value));
    return value;
  }
}

/* The same moment, a little later, a lot later, any moment, the end of time. */
static uint64_t
take_time(input_t *in, uint64_t now) {
  uint64_t step;

  switch (take(in, 1) % 6) {
  case 0: return now;
  case 1: step = take(in, 2) * LBST_NS_PER_MS; break;
  case 2: step = take(in, 4); break;
  case 3: step = take(in, 7); break;
  case 4: return take(in, 8);
  default: return LBST_NEVER - take(in, 1);
  }
  return step > LBST_NEVER - now ? LBST_NEVER : now + step;
}

static const lbst_node_t *
take_node(input_t *in) {
  size_t count = 0;

  while (lbst_node_at(count) != NULL)
    count++;
  return lbst_node_at((size_t) take(in, 1) % count);
}

static void
check_outcome(const lbst_conn_t *conn, const lbst_outcome_t *outcome) {
  CHECK(outcome->earliest <= outcome->at && outcome->at <= outcome->latest);
  CHECK(outcome->at <= conn->now);
  CHECK(strcmp(lbst_conn_action_name(outcome->action), "?") != 0);
  CHECK(strcmp(lbst_conn_reason_name(outcome->reason), "?") != 0);
  CHECK(lbst_conn_next_deadline(conn) == LBST_NEVER);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  input_t in = {data, size};
  const lbst_node_t *node = take_node(&in);
  lbst_conn_settings_t settings = lbst_conn_settings_default(node, take_time(&in, 0));
  lbst_rules_t rules;
  lbst_conn_t conn;
  uint64_t now = 0;
  unsigned told = 0;

  settings.keep_alive_ms = take_number(&in);
  settings.buffer_ms = take_number(&in);
  settings.headers_ms = take_number(&in);
  settings.request_ms = take_number(&in);
  settings.socket_ms = take_number(&in);
  settings.check_ms = take_number(&in);
  settings.max_requests = take_number(&in);
  settings.uptime = take_time(&in, 0);
  lbst_rules_init(&rules, node, &settings);
  lbst_conn_init(&conn, &rules);

  while (in.size > 0) {
    const unsigned op = (unsigned) take(&in, 1) % OP_COUNT;
    const uint64_t at = take_time(&in, now);
    const lbst_conn_t before = conn;
    const uint64_t deadline_before = lbst_conn_next_deadline(&conn);
    lbst_outcome_t outcome;
    lbst_status_t status;

    if (op == OP_ADVANCE) {
      bool acted = lbst_conn_advance(&conn, at, &outcome, &status);
      if (acted) {
        CHECK(status == LBST_OK && ++told == 1);
        check_outcome(&conn, &outcome);
      } else if (status == LBST_OK && !conn.stalled) {
        /* nothing was told, so nothing was due, unless it was told before */
        CHECK(deadline_before > at || deadline_before == LBST_NEVER || told == 1);
      }
    } else if (op == OP_STALL) {
      status = lbst_conn_stall(&conn, at, take_time(&in, at));
    } else {
      status = lbst_conn_on_event(&conn, (lbst_conn_event_t) op, at);
    }

    if (status == LBST_OK) {
      CHECK(conn.now >= before.now);
    } else {
      CHECK(memcmp(&before, &conn, sizeof(conn)) == 0);
    }
    now = conn.now;
    CHECK(lbst_conn_next_deadline(&conn) >= now);
    if (conn.phase == LBST_PHASE_OVER || conn.phase == LBST_PHASE_UPGRADED)
      CHECK(lbst_conn_next_deadline(&conn) == LBST_NEVER);
    CHECK(!(lbst_conn_is_idle(&conn) && conn.phase != LBST_PHASE_HTTP));
  }
  return 0;
}
