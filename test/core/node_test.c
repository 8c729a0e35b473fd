/* How Node's timers behave by version. Each row of the table stands on both sides of a
 * change: the last release before it and the first one with it. */
#include "../../src/core/node.h"

#include "tap.h"

static lbst_version_t
version(const char *text) {
  lbst_version_t result = {0, 0, 0};

  ok(lbst_version_parse(&result, text, strlen(text)) == LBST_OK, "%s is a version", text);
  return result;
}

static const struct {
  const char *version;
  lbst_node_buffer_t buffer;
  const char *why;
} buffers[] = {
  {"18.20.8", LBST_BUFFER_NONE, "18 never got one"},
  {"20.17.0", LBST_BUFFER_NONE, "the last 20 without"},
  {"20.18.0", LBST_BUFFER_CONSTANT, "a minor release adds a second"},
  {"20.20.2", LBST_BUFFER_CONSTANT, "20 never got the property"},
  {"21.7.3", LBST_BUFFER_NONE, "21 never got one"},
  {"22.8.0", LBST_BUFFER_NONE, "the last 22 without"},
  {"22.9.0", LBST_BUFFER_CONSTANT, "the same second in 22"},
  {"22.18.0", LBST_BUFFER_CONSTANT, "the last 22 without the property"},
  {"22.19.0", LBST_BUFFER_PROPERTY, "keepAliveTimeoutBuffer"},
  {"23.11.1", LBST_BUFFER_CONSTANT, "23 never got the property"},
  {"24.5.0", LBST_BUFFER_CONSTANT, "the last 24 without the property"},
  {"24.6.0", LBST_BUFFER_PROPERTY, "keepAliveTimeoutBuffer"},
  {"26.10.0", LBST_BUFFER_PROPERTY, "and since then"},
};

static const struct {
  const char *version;
  bool header_timer_idle;
} header_timers[] = {
  {"10.15.1", false}, {"10.15.2", true},  {"10.24.1", true},  {"11.10.1", false},
  {"11.11.0", true},  {"12.18.4", true},  {"12.19.0", false}, {"13.12.0", true},
  {"13.13.0", false}, {"14.0.0", false},  {"17.9.1", false},  {"18.0.0", false},
  {"20.20.2", false}, {"26.10.0", false},
};

static const struct {
  const char *version;
  lbst_node_stray_t stray;
  lbst_node_bad_idle_t bad_idle;
  lbst_node_bad_limit_t bad_limit;
  lbst_node_http1_t http1;
  bool close_ends_idle;
  bool close_ends_fresh;
  bool timers_before_poll;
} behaviours[] = {
  {"17.9.1", LBST_STRAY_CANCELS, LBST_BAD_IDLE_THROWS, LBST_BAD_LIMIT_LOOSE,
   LBST_HTTP1_NONE, false, false, true},
  {"18.18.2", LBST_STRAY_CANCELS, LBST_BAD_IDLE_THROWS, LBST_BAD_LIMIT_ABORTS,
   LBST_HTTP1_NONE, false, false, true},
  {"18.20.2", LBST_STRAY_CANCELS, LBST_BAD_IDLE_THROWS, LBST_BAD_LIMIT_ABORTS,
   LBST_HTTP1_NONE, true, false, true},
  {"18.20.8", LBST_STRAY_CANCELS, LBST_BAD_IDLE_THROWS, LBST_BAD_LIMIT_ABORTS,
   LBST_HTTP1_NONE, false, false, true},
  {"20.2.0", LBST_STRAY_CANCELS, LBST_BAD_IDLE_THROWS, LBST_BAD_LIMIT_ABORTS,
   LBST_HTTP1_NONE, true, false, true},
  {"20.3.0", LBST_STRAY_CANCELS, LBST_BAD_IDLE_THROWS, LBST_BAD_LIMIT_ABORTS,
   LBST_HTTP1_NONE, true, false, false},
  {"20.20.0", LBST_STRAY_CANCELS, LBST_BAD_IDLE_THROWS, LBST_BAD_LIMIT_ABORTS,
   LBST_HTTP1_LIMITS, true, false, false},
  {"20.20.1", LBST_STRAY_RESTARTS, LBST_BAD_IDLE_THROWS, LBST_BAD_LIMIT_ABORTS,
   LBST_HTTP1_LIMITS, true, false, false},
  {"22.19.0", LBST_STRAY_RESTARTS, LBST_BAD_IDLE_THROWS, LBST_BAD_LIMIT_ABORTS,
   LBST_HTTP1_LIMITS, true, false, false},
  {"22.20.0", LBST_STRAY_RESTARTS, LBST_BAD_IDLE_IGNORED, LBST_BAD_LIMIT_ABORTS,
   LBST_HTTP1_LIMITS, true, false, false},
  {"24.14.1", LBST_STRAY_RESTARTS, LBST_BAD_IDLE_IGNORED, LBST_BAD_LIMIT_ABORTS,
   LBST_HTTP1_LIMITS, true, false, false},
  {"24.15.0", LBST_STRAY_RESTARTS, LBST_BAD_IDLE_IGNORED, LBST_BAD_LIMIT_ABORTS,
   LBST_HTTP1_ALL, true, false, false},
  {"24.20.0", LBST_STRAY_RESTARTS, LBST_BAD_IDLE_IGNORED, LBST_BAD_LIMIT_ZERO,
   LBST_HTTP1_ALL, true, false, false},
  {"25.6.1", LBST_STRAY_RESTARTS, LBST_BAD_IDLE_IGNORED, LBST_BAD_LIMIT_ABORTS,
   LBST_HTTP1_LIMITS, true, false, false},
  {"26.3.1", LBST_STRAY_RESTARTS, LBST_BAD_IDLE_IGNORED, LBST_BAD_LIMIT_ABORTS,
   LBST_HTTP1_ALL, true, false, false},
  {"26.4.0", LBST_STRAY_RESTARTS, LBST_BAD_IDLE_IGNORED, LBST_BAD_LIMIT_ABORTS,
   LBST_HTTP1_ALL, true, true, false},
  {"26.10.0", LBST_STRAY_RESTARTS, LBST_BAD_IDLE_IGNORED, LBST_BAD_LIMIT_ZERO,
   LBST_HTTP1_ALL, true, true, false},
};

static void
test_order(void) {
  size_t i;

  for (i = 1; lbst_node_at(i) != NULL; i++) {
    const lbst_node_t *before = lbst_node_at(i - 1);
    const lbst_node_t *row = lbst_node_at(i);
    ok(lbst_version_compare(before->from, row->from) < 0, "row %d is newer than row %d",
       (int) i, (int) i - 1);
  }
  ok(i > 30, "there are many rows");
}

static void
test_parse(void) {
  static const char *const bad[] = {"",      "v",        "x",         "9.11.2", "22.",
                                    "22.1.", "22.1.2.3", "22x",       "22.1x",  " 22",
                                    "-1",    "22.1-rc",  "99999.0.0", "node22", "22..1"};
  lbst_version_t found = {7, 7, 7};
  size_t i;

  for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
    ok(lbst_version_parse(&found, bad[i], strlen(bad[i])) == LBST_E_UNKNOWN_NODE,
       "'%s' is no version", bad[i]);
  }
  is_u64(found.major, 7, "and nothing was written");
  found = version("v27.0.0-nightly2026");
  is_u64(found.major, 27, "a nightly");
  found = version("22.3");
  is_u64(found.minor * 100u + found.patch, 300, "a missing patch is 0");
  found = version("20");
  is_u64(found.minor * 100u + found.patch, 2002, "a line is its newest measured release");
  found = version("30");
  is_u64(found.major, 30, "a line that nobody has seen yet");
}

static void
test_tested(void) {
  ok(lbst_node_tested(version("26.10.0")), "the newest that was run");
  ok(!lbst_node_tested(version("26.10.1")), "one newer");
  ok(!lbst_node_tested(version("24.22.0")), "one newer in an older line");
  ok(!lbst_node_tested(version("27.0.0")), "a new line");
  is_u64(lbst_node_find(version("27.0.0"))->from.major, 26, "gets the newest row");
}

static const struct {
  const char *version;
  bool late_408;
  bool young_clock;
  bool max_header;
} checks[] = {
  {"18.7.0", false, true, false}, {"18.8.0", false, true, true},
  {"18.10.0", false, true, true}, {"18.11.0", true, true, true},
  {"18.17.1", true, true, true},  {"18.18.0", true, false, true},
  {"19.8.1", true, true, true},   {"20.3.1", true, true, true},
  {"20.4.0", true, false, true},  {"26.10.0", true, false, true},
};

int
main(void) {
  lbst_version_t ancient = {8, 0, 0};
  size_t i;

  test_order();
  test_parse();
  test_tested();
  ok(lbst_node_find(ancient) == NULL, "there is no row before 10.0.0");
  for (i = 0; i < sizeof(buffers) / sizeof(buffers[0]); i++) {
    is_u64(lbst_node_find(version(buffers[i].version))->buffer, buffers[i].buffer,
           "%s buffer: %s", buffers[i].version, buffers[i].why);
  }
  for (i = 0; i < sizeof(header_timers) / sizeof(header_timers[0]); i++) {
    is_u64(lbst_node_find(version(header_timers[i].version))->header_timer_idle,
           header_timers[i].header_timer_idle, "%s header timer during idle",
           header_timers[i].version);
  }
  for (i = 0; i < sizeof(behaviours) / sizeof(behaviours[0]); i++) {
    const char *text = behaviours[i].version;
    const lbst_node_t *node = lbst_node_find(version(text));
    is_u64(node->stray, behaviours[i].stray, "%s stray byte", text);
    is_u64(node->bad_idle, behaviours[i].bad_idle, "%s bad keepAliveTimeout", text);
    is_u64(node->bad_limit, behaviours[i].bad_limit, "%s bad limit", text);
    is_u64(node->http1, behaviours[i].http1, "%s http2 allowHTTP1", text);
    is_u64(node->close_ends_idle, behaviours[i].close_ends_idle, "%s close, idle", text);
    is_u64(node->close_ends_fresh, behaviours[i].close_ends_fresh, "%s close, fresh",
           text);
    is_u64(node->timers_before_poll, behaviours[i].timers_before_poll, "%s loop", text);
  }
  for (i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
    const char *text = checks[i].version;
    const lbst_node_t *node = lbst_node_find(version(text));
    is_u64(node->late_408, checks[i].late_408, "%s 408 after an answer", text);
    is_u64(node->young_clock, checks[i].young_clock, "%s limits after boot", text);
    is_u64(node->max_header, checks[i].max_header, "%s Keep-Alive: max=", text);
  }
  return done_testing();
}
