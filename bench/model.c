/* How many events of the timer model a core takes per second, in C.
 *
 *   node bench/model.js     compiles and runs this, too
 *
 * A connection's life of 1000 requests: bytes, headers, request, answer, and the question
 * when Node will act next, after each. */
#include <stdio.h>
#include <time.h>

#include "../src/core/conn.h"

#define LIVES    4000
#define REQUESTS 1000
#define ROUNDS   5

static double
seconds(void) {
  struct timespec now;

  (void) clock_gettime(CLOCK_MONOTONIC, &now);
  return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static const lbst_conn_event_t script[] = {LBST_CONN_BYTES, LBST_CONN_HEADERS_COMPLETE,
                                           LBST_CONN_REQUEST_COMPLETE,
                                           LBST_CONN_RESPONSE_FINISH};

#define EVENTS (sizeof(script) / sizeof(script[0]))

/* Returns a number that depends on all answers, so that none is optimized away. */
static uint64_t
live(const lbst_rules_t *rules, bool ask) {
  lbst_conn_t conn;
  uint64_t now = 0, sum = 0;
  size_t i, j;

  lbst_conn_init(&conn, rules);
  (void) lbst_conn_on_event(&conn, LBST_CONN_OPEN, now);
  for (i = 0; i < REQUESTS; i++) {
    now += LBST_NS_PER_MS;
    for (j = 0; j < EVENTS; j++) {
      if (lbst_conn_on_event(&conn, script[j], now) != LBST_OK) return 0;
      if (ask) sum += lbst_conn_next_deadline(&conn);
    }
  }
  return sum + conn.timer_start;
}

static double
best(const lbst_rules_t *rules, bool ask, uint64_t *sum) {
  double shortest = 1e9;
  int round, i;

  for (round = 0; round < ROUNDS; round++) {
    double started = seconds();
    for (i = 0; i < LIVES; i++)
      *sum += live(rules, ask);
    started = seconds() - started;
    if (started < shortest) shortest = started;
  }
  return (double) LIVES * REQUESTS * (double) EVENTS / shortest / 1e6;
}

int
main(void) {
  const lbst_node_t *node = lbst_node_find((lbst_version_t){22, 23, 3});
  const lbst_conn_settings_t settings = lbst_conn_settings_default(node, 0);
  lbst_rules_t rules;
  uint64_t sum = 0;

  lbst_rules_init(&rules, node, &settings);
  printf("C: %.1f million events per second\n", best(&rules, false, &sum));
  printf("C: %.1f million events per second, each followed by next_deadline\n",
         best(&rules, true, &sum));
  return sum == 0;
}
