/* The timers of one connection, by hand-made stories. That real Nodes tell the same ones
 * is what test/conformance shows; here each rule has its row, with a sentence why. */
#include "../../src/core/conn.h"

#include "tap.h"

#define MS(value) ((uint64_t) ((value) *LBST_NS_PER_MS))
#define END       0xffu /* ends a story */

typedef struct step_s {
  unsigned event;
  uint32_t at_ms;
} step_t;

#define OPEN(t)                                                                          \
  { LBST_CONN_OPEN, t }
#define BYTES(t)                                                                         \
  { LBST_CONN_BYTES, t }
#define BLANK(t)                                                                         \
  { LBST_CONN_BLANK, t }
#define HEADERS(t)                                                                       \
  { LBST_CONN_HEADERS_COMPLETE, t }
#define REQUEST(t)                                                                       \
  { LBST_CONN_REQUEST_COMPLETE, t }
#define HEAD(t)                                                                          \
  { LBST_CONN_RESPONSE_HEADERS, t }
#define FINISH(t)                                                                        \
  { LBST_CONN_RESPONSE_FINISH, t }
#define LAST(t)                                                                          \
  { LBST_CONN_RESPONSE_FINISH_CLOSE, t }
#define UPGRADE(t)                                                                       \
  { LBST_CONN_UPGRADE, t }
#define FIN(t)                                                                           \
  { LBST_CONN_PEER_END, t }
#define STALL(t)                                                                         \
  { LBST_CONN_STALL, t }
#define SHUTDOWN(t)                                                                      \
  { LBST_CONN_SERVER_CLOSE, t }
#define GET(t) BYTES(t), HEADERS(t), REQUEST(t)
#define DONE                                                                             \
  { END, 0 }

/* keepAlive, buffer, headers, request, socket, check */
#define USUAL                                                                            \
  { 1000, 500, 600, 2000, 0, 100 }

typedef struct limits_s {
  double keep_alive, buffer, headers, request, socket, check;
} limits_t;

static const char never[] = "never";

static const struct {
  const char *node;
  limits_t limits;
  step_t steps[12];
  const char *reason; /* and action; |never|: Node does nothing */
  const char *action;
  uint64_t at_ms;
  const char *why;
} stories[] = {
  /* fresh */
  {"22.23.3",
   USUAL,
   {OPEN(5), DONE},
   "headers",
   "respond-408",
   700,
   "a connection that never sends a byte: the first check after headersTimeout"},
  {"22.23.3",
   USUAL,
   {OPEN(5), BLANK(300), DONE},
   "headers",
   "respond-408",
   700,
   "a CRLF is no byte of a message: counted from the accept"},
  {"22.23.3",
   USUAL,
   {OPEN(5), BYTES(300), DONE},
   "headers",
   "respond-408",
   1000,
   "half a header: counted from its first byte"},
  {"22.23.3",
   USUAL,
   {OPEN(5), BYTES(300), BYTES(800), DONE},
   "headers",
   "respond-408",
   1000,
   "a dribbling header wins no time"},
  {"22.23.3",
   {1000, 500, 0, 2000, 0, 100},
   {OPEN(5), DONE},
   "request",
   "respond-408",
   2100,
   "headersTimeout 0: requestTimeout rules the header, too"},
  {"22.23.3", {1000, 500, 0, 0, 0, 100}, {OPEN(5), DONE}, never, "", 0, "both off"},
  {"22.23.3",
   {1000, 500, 600, 2000, 300, 100},
   {OPEN(5), DONE},
   "socket",
   "destroy",
   305,
   "server.timeout rules an unused connection"},
  {"17.9.1",
   USUAL,
   {OPEN(5), DONE},
   "request",
   "respond-408",
   2005,
   "before 18 requestTimeout is a timer of the socket, without a check"},
  {"12.22.12", USUAL, {OPEN(5), DONE}, never, "", 0, "and before 14 there is none"},
  /* idle */
  {"18.20.8",
   USUAL,
   {OPEN(0), GET(10), FINISH(20), DONE},
   "keep-alive",
   "close",
   1020,
   "18: keepAliveTimeout and nothing more"},
  {"20.17.0",
   USUAL,
   {OPEN(0), GET(10), FINISH(20), DONE},
   "keep-alive",
   "close",
   1020,
   "20.17: the same"},
  {"20.18.0",
   USUAL,
   {OPEN(0), GET(10), FINISH(20), DONE},
   "keep-alive",
   "close",
   2020,
   "20.18: a second more, whatever keepAliveTimeoutBuffer says"},
  {"22.23.3",
   USUAL,
   {OPEN(0), GET(10), FINISH(20), DONE},
   "keep-alive",
   "close",
   1520,
   "22.19 and later: keepAliveTimeoutBuffer more"},
  {"22.23.3",
   USUAL,
   {OPEN(0), GET(10), DONE},
   never,
   "",
   0,
   "a slow handler is nobody's business"},
  {"22.23.3",
   {1000, 500, 600, 2000, 300, 100},
   {OPEN(0), GET(10), DONE},
   "socket",
   "destroy",
   310,
   "but server.timeout destroys it without an answer"},
  {"22.23.3",
   {1000, 500, 600, 2000, 300, 100},
   {OPEN(0), GET(10), FINISH(20), DONE},
   "keep-alive",
   "close",
   1520,
   "a shorter server.timeout does not rule the idle time"},
  {"22.23.3",
   {0, 500, 600, 2000, 300, 100},
   {OPEN(0), GET(10), FINISH(20), DONE},
   "socket",
   "destroy",
   320,
   "keepAliveTimeout 0 leaves server.timeout running"},
  {"22.23.3",
   {0, 500, 600, 2000, 0, 100},
   {OPEN(0), GET(10), FINISH(20), DONE},
   never,
   "",
   0,
   "keepAliveTimeout 0: never"},
  {"22.23.3",
   USUAL,
   {OPEN(0), GET(10), GET(12), FINISH(20), DONE},
   never,
   "",
   0,
   "pipelined: not before the last answer"},
  {"22.23.3",
   USUAL,
   {OPEN(0), GET(10), GET(12), FINISH(20), FINISH(50), DONE},
   "keep-alive",
   "close",
   1550,
   "... and then from its end"},
  {"22.23.3",
   USUAL,
   {OPEN(0), GET(10), FINISH(20), GET(500), DONE},
   never,
   "",
   0,
   "a whole request stops the idle timer"},
  {"22.23.3",
   USUAL,
   {OPEN(0), GET(10), FINISH(20), BYTES(500), DONE},
   "headers",
   "respond-408",
   1200,
   "half a second header: the header limit, from its first byte"},
  {"22.23.3",
   USUAL,
   {OPEN(0), GET(10), FINISH(20), BLANK(500), DONE},
   "keep-alive",
   "close",
   2000,
   "a stray CRLF starts the idle time anew ..."},
  {"22.17.0",
   USUAL,
   {OPEN(0), GET(10), FINISH(20), BLANK(500), DONE},
   never,
   "",
   0,
   "... and on older lines ends it for good"},
  {"22.17.0",
   {1000, 500, 600, 2000, 300, 100},
   {OPEN(0), GET(10), FINISH(20), BLANK(500), DONE},
   "socket",
   "destroy",
   800,
   "server.timeout takes its place"},
  /* bodies */
  {"22.23.3",
   USUAL,
   {OPEN(0), BYTES(10), HEADERS(10), DONE},
   "request",
   "respond-408",
   2100,
   "a body that does not come: requestTimeout, header time included"},
  {"22.23.3",
   USUAL,
   {OPEN(0), BYTES(10), HEADERS(10), BYTES(900), DONE},
   "request",
   "respond-408",
   2100,
   "a dribbling body wins no time"},
  {"22.23.3",
   {1000, 500, 600, 0, 0, 100},
   {OPEN(0), BYTES(10), HEADERS(10), DONE},
   never,
   "",
   0,
   "requestTimeout 0: a body has all the time"},
  {"22.23.3",
   {1000, 500, 600, 2000, 0, 100},
   {OPEN(0), BYTES(10), HEADERS(10), HEAD(50), DONE},
   "request",
   "destroy",
   2100,
   "no 408 behind a head that is out"},
  {"22.23.3",
   {9000, 500, 600, 2000, 0, 100},
   {OPEN(0), BYTES(10), HEADERS(10), FINISH(50), DONE},
   "request",
   "respond-408",
   2100,
   "a 408 behind a finished answer, if the body never came"},
  {"22.23.3",
   USUAL,
   {OPEN(0), BYTES(10), HEADERS(10), FINISH(50), BYTES(700), DONE},
   "request",
   "respond-408",
   2100,
   "an early answer: each body byte starts the idle time"},
  {"18.20.8",
   USUAL,
   {OPEN(0), BYTES(10), HEADERS(10), FINISH(10), REQUEST(10), DONE},
   never,
   "",
   0,
   "18: an answer given before the body was read is never closed again"},
  {"20.20.1",
   USUAL,
   {OPEN(0), BYTES(10), HEADERS(10), FINISH(10), REQUEST(10), DONE},
   "keep-alive",
   "close",
   2010,
   "mended in 20.20.1"},
  /* the swap */
  {"22.23.3",
   {1000, 500, 2000, 700, 0, 100},
   {OPEN(0), BYTES(10), DONE},
   "headers",
   "respond-408",
   800,
   "headersTimeout above requestTimeout: the header gets the shorter"},
  {"22.23.3",
   {1000, 500, 2000, 700, 0, 100},
   {OPEN(0), BYTES(10), HEADERS(10), DONE},
   "request",
   "respond-408",
   2100,
   "... and the body the longer"},
  /* odd values */
  {"18.20.8",
   {-1, 500, 600, 2000, 0, 100},
   {OPEN(0), GET(10), FINISH(20), DONE},
   never,
   "",
   0,
   "18: a negative keepAliveTimeout throws, and no timer is set"},
  {"20.20.2",
   {-500, 500, 600, 2000, 0, 100},
   {OPEN(0), GET(10), FINISH(20), DONE},
   "keep-alive",
   "close",
   520,
   "20.18 and later: it is added to the second"},
  {"20.20.2",
   {-1000, 500, 600, 2000, 300, 100},
   {OPEN(0), GET(10), FINISH(20), DONE},
   never,
   "",
   0,
   "a sum of 0 switches the timer off"},
  {"22.23.3",
   {-500, 500, 600, 2000, 0, 100},
   {OPEN(0), GET(10), FINISH(20), DONE},
   never,
   "",
   0,
   "22.20 and later: negative is 0"},
  {"22.19.0",
   {1000, -1, 600, 2000, 0, 100},
   {OPEN(0), GET(10), FINISH(20), DONE},
   "keep-alive",
   "close",
   1019,
   "22.19: a negative buffer is subtracted"},
  {"22.20.0",
   {1000, -1, 600, 2000, 0, 100},
   {OPEN(0), GET(10), FINISH(20), DONE},
   "keep-alive",
   "close",
   2020,
   "22.20: it is taken for 1000"},
  {"18.20.8",
   {0.4, 0, 600, 2000, 0, 100},
   {OPEN(0), GET(10), FINISH(20), DONE},
   "keep-alive",
   "close",
   21,
   "a fraction is 1 ms"},
  {"22.23.3",
   {1000, 0, -1, 700, 0, 100},
   {OPEN(0), BYTES(10), HEADERS(10), DONE},
   "request",
   "respond-408",
   4294967400,
   "-1 is 4294967295: the body has that long"},
  {"24.21.0",
   {1000, 0, -1, 700, 0, 100},
   {OPEN(0), BYTES(10), HEADERS(10), DONE},
   "request",
   "respond-408",
   800,
   "24.20 and later: -1 is 0"},
  /* ends */
  {"22.23.3",
   USUAL,
   {OPEN(0), GET(10), LAST(20), DONE},
   never,
   "",
   0,
   "Connection: close: over at once, nothing is due"},
  {"22.23.3",
   USUAL,
   {OPEN(0), GET(10), FINISH(20), FIN(30), DONE},
   never,
   "",
   0,
   "the peer's FIN"},
  {"22.23.3",
   {1000, 500, 600, 2000, 300, 100},
   {OPEN(0), GET(10), UPGRADE(10), DONE},
   never,
   "",
   0,
   "upgraded: no timer of Node's is left, not even server.timeout"},
  /* stalls */
  {"22.23.3",
   USUAL,
   {OPEN(0), GET(10), FINISH(20), STALL(1400), BYTES(1700), DONE},
   "keep-alive",
   "close",
   1700,
   "due in a stall: closed at its end, before the read"},
  {"22.23.3",
   USUAL,
   {OPEN(0), GET(10), FINISH(20), STALL(1400), GET(1500), DONE},
   never,
   "",
   0,
   "not due in a stall: the read comes first"},
  {"22.23.3",
   USUAL,
   {OPEN(0), STALL(550), BLANK(910), DONE},
   "headers",
   "respond-408",
   910,
   "the check runs at the end of the stall"},
  {"22.23.3",
   USUAL,
   {OPEN(0), STALL(150), BYTES(230), DONE},
   "headers",
   "respond-408",
   930,
   "and counts its interval from there"},
  /* server.close() */
  {"18.18.2",
   USUAL,
   {OPEN(0), GET(10), FINISH(20), SHUTDOWN(30), DONE},
   "keep-alive",
   "close",
   1020,
   "18.18: close() leaves idle connections alone"},
  {"18.19.0",
   USUAL,
   {OPEN(0), GET(10), FINISH(20), SHUTDOWN(30), DONE},
   "server-close",
   "close",
   30,
   "18.19: it destroys them"},
  {"18.20.8",
   USUAL,
   {OPEN(0), GET(10), FINISH(20), SHUTDOWN(30), DONE},
   "keep-alive",
   "close",
   1020,
   "18.20.3: not any more"},
  {"26.3.0",
   USUAL,
   {OPEN(0), SHUTDOWN(30), DONE},
   never,
   "",
   0,
   "a fresh connection is left alone, and nothing will close it"},
  {"26.4.0",
   USUAL,
   {OPEN(0), SHUTDOWN(30), DONE},
   "server-close",
   "close",
   30,
   "26.4: destroyed"},
  {"26.4.0",
   USUAL,
   {OPEN(0), BLANK(20), SHUTDOWN(30), DONE},
   "server-close",
   "close",
   30,
   "26.4: a CRLF does not make it used"},
  {"22.23.3",
   USUAL,
   {OPEN(0), BYTES(20), SHUTDOWN(30), DONE},
   never,
   "",
   0,
   "half a header after close(): no check, no limit"},
  {"22.23.3",
   USUAL,
   {OPEN(0), GET(10), SHUTDOWN(30), FINISH(40), DONE},
   "keep-alive",
   "close",
   1540,
   "an answer under way keeps its connection for the idle time"},
  /* what 18.11 changed */
  {"18.10.0",
   USUAL,
   {OPEN(0), GET(10), FINISH(20), BYTES(100), DONE},
   "headers",
   "destroy",
   800,
   "until 18.10 no 408 where anything was written before"},
  {"18.11.0",
   USUAL,
   {OPEN(0), GET(10), FINISH(20), BYTES(100), DONE},
   "headers",
   "respond-408",
   800,
   "18.11: it is"},
  /* the header clock of old lines */
  {"12.18.4",
   USUAL,
   {OPEN(0), GET(10), FINISH(20), BYTES(700), DONE},
   "headers",
   "destroy",
   700,
   "12.18: half a header after headersTimeout of idling is killed"},
  {"12.18.4",
   USUAL,
   {OPEN(0), GET(10), FINISH(20), GET(700), FINISH(710), DONE},
   "keep-alive",
   "close",
   1710,
   "a whole one is served"},
  {"12.19.0",
   USUAL,
   {OPEN(0), GET(10), FINISH(20), BYTES(700), DONE},
   never,
   "",
   0,
   "12.19: the clock starts with the request"},
  {"12.19.0",
   USUAL,
   {OPEN(0), BYTES(100), BYTES(701), DONE},
   "headers",
   "destroy",
   701,
   "and is looked at when bytes come"},
};

static lbst_rules_t
rules_of(const char *text, limits_t limits) {
  lbst_version_t version = {0, 0, 0};
  const lbst_node_t *node;
  lbst_conn_settings_t settings;
  lbst_rules_t rules;

  ok(lbst_version_parse(&version, text, strlen(text)) == LBST_OK, "%s", text);
  node = lbst_node_find(version);
  settings = lbst_conn_settings_default(node, 0);
  settings.keep_alive_ms = limits.keep_alive;
  settings.buffer_ms = limits.buffer;
  settings.headers_ms = limits.headers;
  settings.request_ms = limits.request;
  settings.socket_ms = limits.socket;
  settings.check_ms = limits.check;
  lbst_rules_init(&rules, node, &settings);
  return rules;
}

static void
tell_stories(void) {
  size_t i, step;

  for (i = 0; i < sizeof(stories) / sizeof(stories[0]); i++) {
    lbst_rules_t rules = rules_of(stories[i].node, stories[i].limits);
    lbst_conn_t conn;
    lbst_outcome_t outcome;
    lbst_status_t status;
    bool acted, rising = true;

    lbst_conn_init(&conn, &rules);
    for (step = 0; stories[i].steps[step].event != END; step++) {
      const step_t *s = &stories[i].steps[step];
      rising = rising && lbst_conn_on_event(&conn, (lbst_conn_event_t) s->event,
                                            MS(s->at_ms)) == LBST_OK;
    }
    ok(rising, "%s: the events are taken", stories[i].why);
    acted = lbst_conn_advance(&conn, LBST_NEVER, &outcome, &status);
    if (stories[i].reason == never) {
      ok(!acted, "%s", stories[i].why);
      continue;
    }
    ok(acted, "%s", stories[i].why);
    if (!acted) continue;
    is_str(lbst_conn_reason_name(outcome.reason), stories[i].reason, "its reason");
    is_str(lbst_conn_action_name(outcome.action), stories[i].action, "its action");
    is_u64(outcome.at, MS(stories[i].at_ms), "its time");
    ok(outcome.earliest <= outcome.at && outcome.at <= outcome.latest, "within bounds");
    ok(lbst_conn_next_deadline(&conn) == LBST_NEVER, "no deadline after the end");
    ok(!lbst_conn_advance(&conn, LBST_NEVER, &outcome, &status), "told once");
  }
}

static void
refuse_disorder(void) {
  lbst_rules_t rules = rules_of("22.23.3", (limits_t) USUAL);
  lbst_conn_t conn;
  lbst_outcome_t outcome;
  lbst_status_t status;

  lbst_conn_init(&conn, &rules);
  ok(lbst_conn_on_event(&conn, LBST_CONN_BYTES, 0) == LBST_E_EVENT_ORDER,
     "nothing before the open");
  ok(lbst_conn_on_event(&conn, LBST_CONN_OPEN, MS(10)) == LBST_OK, "open");
  ok(lbst_conn_on_event(&conn, LBST_CONN_OPEN, MS(10)) == LBST_E_EVENT_ORDER,
     "open once");
  ok(lbst_conn_on_event(&conn, LBST_CONN_BYTES, MS(9)) == LBST_E_TIME_ORDER,
     "an event in the past");
  ok(!lbst_conn_advance(&conn, MS(9), &outcome, &status) && status == LBST_E_TIME_ORDER,
     "an advance to the past");
  ok(lbst_conn_stall(&conn, MS(20), MS(19)) == LBST_E_TIME_ORDER,
     "a stall that ends before it starts");
  is_u64(lbst_conn_next_deadline(&conn), MS(700), "and nothing was changed");
  ok(lbst_conn_on_event(&conn, LBST_CONN_STALL, MS(20)) == LBST_OK, "a stall begins");
  ok(!lbst_conn_advance(&conn, MS(900), &outcome, &status) && status == LBST_OK,
     "while it lasts nothing is known");
  ok(lbst_conn_on_event(&conn, LBST_CONN_BYTES, MS(899)) == LBST_E_TIME_ORDER,
     "but time went on");
  ok(lbst_conn_on_event(&conn, LBST_CONN_BYTES, MS(900)) == LBST_OK, "it ends");
  ok(lbst_conn_advance(&conn, MS(900), &outcome, &status) && outcome.earliest == MS(900),
     "and what came due in it is done");
}

/* Near the end of time sums are clamped, never wrapped. */
static void
stay_at_the_end_of_time(void) {
  lbst_rules_t rules = rules_of("22.23.3", (limits_t) USUAL);
  lbst_conn_t conn;
  lbst_outcome_t outcome;
  lbst_status_t status;

  lbst_conn_init(&conn, &rules);
  ok(lbst_conn_on_event(&conn, LBST_CONN_OPEN, LBST_NEVER - 5) == LBST_OK, "open");
  ok(lbst_conn_next_deadline(&conn) >= LBST_NEVER - 5, "no deadline in the past");
  ok(lbst_conn_on_event(&conn, LBST_CONN_REQUEST_COMPLETE, LBST_NEVER - 4) == LBST_OK,
     "a request");
  ok(lbst_conn_on_event(&conn, LBST_CONN_RESPONSE_FINISH, LBST_NEVER - 4) == LBST_OK,
     "an answer");
  is_u64(lbst_conn_next_deadline(&conn), LBST_NEVER, "the deadline is past all time");
  ok(!lbst_conn_advance(&conn, LBST_NEVER, &outcome, &status), "and never comes");
}

static void
advertise(void) {
  static const struct {
    double keep_alive_ms;
    bool shown;
    double seconds;
  } rows[] = {{5000, true, 5}, {5999, true, 5},  {999, true, 0},
              {0, false, 0},   {-500, true, -1}, {1e300, true, 1e297}};
  size_t i;

  for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    lbst_rules_t rules =
      rules_of("22.23.3", (limits_t){rows[i].keep_alive_ms, 0, 0, 0, 0, 0});
    double seconds = 0;
    bool shown = lbst_rules_advertised_s(&rules, &seconds);
    ok(shown == rows[i].shown && seconds == rows[i].seconds,
       "keepAliveTimeout %g is advertised as %g", rows[i].keep_alive_ms, seconds);
  }
}

static void
count_requests(void) {
  lbst_conn_settings_t settings = lbst_conn_settings_default(lbst_node_at(20), 0);
  lbst_rules_t rules;
  lbst_conn_t conn;

  settings.max_requests = 2;
  lbst_rules_init(&rules, lbst_node_at(20), &settings);
  lbst_conn_init(&conn, &rules);
  (void) lbst_conn_on_event(&conn, LBST_CONN_OPEN, 0);
  (void) lbst_conn_on_event(&conn, LBST_CONN_REQUEST_COMPLETE, 1);
  ok(!lbst_conn_says_close(&conn), "the first of two requests is kept alive");
  (void) lbst_conn_on_event(&conn, LBST_CONN_RESPONSE_FINISH, 2);
  (void) lbst_conn_on_event(&conn, LBST_CONN_REQUEST_COMPLETE, 3);
  ok(lbst_conn_says_close(&conn), "the second one's answer says Connection: close");
  (void) lbst_conn_on_event(&conn, LBST_CONN_RESPONSE_FINISH, 4);
  ok(lbst_conn_is_idle(&conn), "and Node does not close");
}

/* Until 18.17 and 20.3 a limit is subtracted from the time since boot, and wraps. */
static void
boot(void) {
  static const struct {
    const char *version;
    uint64_t uptime;
    uint64_t deadline_ms;
  } rows[] = {
    {"18.17.1", MS(0), 100},      {"18.17.1", MS(499), 100}, {"18.17.1", MS(500), 700},
    {"18.17.1", LBST_NEVER, 700}, {"18.18.0", MS(0), 700},   {"19.8.1", MS(0), 100},
    {"20.3.1", MS(0), 100},       {"20.4.0", MS(0), 700},
  };
  size_t i;

  for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    limits_t limits = {1000, 0, 600, 0, 0, 100};
    lbst_rules_t rules = rules_of(rows[i].version, limits);
    lbst_conn_t conn;

    rules.uptime = rows[i].uptime;
    lbst_conn_init(&conn, &rules);
    (void) lbst_conn_on_event(&conn, LBST_CONN_OPEN, MS(5));
    is_u64(lbst_conn_next_deadline(&conn), MS(rows[i].deadline_ms),
           "%s, booted %g ms before", rows[i].version, (double) rows[i].uptime / 1e6);
  }
}

int
main(void) {
  boot();
  tell_stories();
  refuse_disorder();
  stay_at_the_end_of_time();
  advertise();
  count_requests();
  return done_testing();
}
