/* Later writes to a server that has a plan: which of them break it, on which Node. The
 * load balancer keeps idle connections for 60 s: keepAliveTimeout 65000, headersTimeout
 * 66000. */
#include "../../src/core/guard.h"

#include "tap.h"

#define N22 "22.23.3"
#define N24 "24.21.0"
#define MS(value)                                                                        \
  { LBST_SETTING_MS, value }
#define TEXT(value)                                                                      \
  { LBST_SETTING_TEXT_MS, value }
#define KIND(kind)                                                                       \
  { LBST_SETTING_##kind, 0 }
#define NONE ((lbst_note_code_t) LBST_NOTE_CODE_COUNT)

static const struct {
  const char *node;
  lbst_prop_t prop;
  lbst_setting_t written;
  lbst_write_t write;
  uint32_t planned_ms; /* 0 = not looked at */
  lbst_note_code_t first, second;
  const char *why;
} rows[] = {
  {N22, LBST_PROP_KEEP_ALIVE, MS(65000), LBST_WRITE_FINE, 0, NONE, NONE, "the same"},
  {N22, LBST_PROP_KEEP_ALIVE, MS(72000), LBST_WRITE_FINE, 0, NONE, NONE, "longer"},
  {N22, LBST_PROP_KEEP_ALIVE, MS(0), LBST_WRITE_FINE, 0, NONE, NONE, "never closes"},
  {N22, LBST_PROP_KEEP_ALIVE, MS(5000), LBST_WRITE_UNSAFE, 65000, LBST_W_UNSAFE_WRITE,
   NONE, "Node's default again"},
  {N22, LBST_PROP_KEEP_ALIVE, TEXT(70000), LBST_WRITE_TEXT, 0, LBST_W_TEXT_WRITE, NONE,
   "an environment variable that is long enough"},
  {N22, LBST_PROP_KEEP_ALIVE, TEXT(5000), LBST_WRITE_UNSAFE, 65000, LBST_W_TEXT_WRITE,
   LBST_W_UNSAFE_WRITE, "an environment variable that is not"},
  {"18.20.8", LBST_PROP_KEEP_ALIVE, TEXT(70000), LBST_WRITE_TEXT, 0, LBST_W_TEXT_WRITE,
   LBST_W_VALUE_THROWS, "... which would throw on this Node"},
  {"20.20.2", LBST_PROP_KEEP_ALIVE, KIND(NOT_FINITE), LBST_WRITE_BAD, 65000,
   LBST_W_BAD_WRITE, LBST_W_VALUE_THROWS, "Infinity throws from the first response"},
  {N22, LBST_PROP_KEEP_ALIVE, KIND(NEGATIVE), LBST_WRITE_BAD, 65000, LBST_W_BAD_WRITE,
   NONE, "-1"},
  {N22, LBST_PROP_HEADERS, MS(60000), LBST_WRITE_UNSAFE, 66000, LBST_W_UNSAFE_WRITE, NONE,
   "below keepAliveTimeout"},
  {N22, LBST_PROP_HEADERS, KIND(NOT_NUMBER), LBST_WRITE_BAD, 66000, LBST_W_BAD_WRITE,
   LBST_W_VALUE_ABORTS, "null aborts the process within 30 s"},
  {N22, LBST_PROP_HEADERS, KIND(ABSENT), LBST_WRITE_BAD, 66000, LBST_W_BAD_WRITE,
   LBST_W_VALUE_ABORTS, "and so does undefined"},
  {N24, LBST_PROP_HEADERS, KIND(NOT_NUMBER), LBST_WRITE_BAD, 66000, LBST_W_BAD_WRITE,
   NONE, "a Node that takes it as 0"},
  {N22, LBST_PROP_HEADERS, TEXT(90000), LBST_WRITE_TEXT, 0, LBST_W_TEXT_WRITE,
   LBST_W_VALUE_ABORTS, "a string would abort, its number is fine"},
  {N22, LBST_PROP_REQUEST, MS(30000), LBST_WRITE_UNSAFE, 66000, LBST_W_UNSAFE_WRITE, NONE,
   "below headersTimeout: Node swaps the two"},
  {N22, LBST_PROP_REQUEST, MS(0), LBST_WRITE_FINE, 0, NONE, NONE, "off"},
  {N22, LBST_PROP_SOCKET, MS(30000), LBST_WRITE_UNSAFE, 0, LBST_W_UNSAFE_SERVER_TIMEOUT,
   NONE, "closes an unused connection before the load balancer does"},
  {N22, LBST_PROP_SOCKET, MS(120000), LBST_WRITE_FINE, 0, NONE, NONE, "later than it"},
  {N22, LBST_PROP_SOCKET, MS(0), LBST_WRITE_FINE, 0, NONE, NONE, "off"},
  {N22, LBST_PROP_BUFFER, MS(0), LBST_WRITE_FINE, 0, NONE, NONE, "the margin is ours"},
  {N22, LBST_PROP_BUFFER, KIND(NEGATIVE), LBST_WRITE_BAD, 0, LBST_W_BAD_WRITE, NONE,
   "-1"},
  {"20.20.2", LBST_PROP_BUFFER, KIND(NEGATIVE), LBST_WRITE_FINE, 0, NONE, NONE,
   "a Node that has no such property"},
};

static lbst_note_code_t
code_at(const lbst_guard_t *guard, size_t index) {
  return index < guard->note_count ? guard->notes[index].code : NONE;
}

static void
set_planned(lbst_ask_t *ask, const char *version) {
  lbst_version_t parsed = {0, 0, 0};
  static const lbst_setting_t present[] = {MS(65000), MS(66000), MS(300000),
                                           MS(0),     MS(1000),  MS(30000)};

  ok(lbst_version_parse(&parsed, version, strlen(version)) == LBST_OK, "%s", version);
  memset(ask, 0, sizeof(*ask));
  ask->source = LBST_SOURCE_OPTION;
  ask->idle_ms = 60000;
  ask->margin_ms = LBST_MARGIN_MS;
  ask->node = lbst_node_find(parsed);
  ask->node_tested = true;
  memcpy(ask->present.prop, present, sizeof(present));
}

int
main(void) {
  lbst_ask_t ask;
  lbst_guard_t guard;
  size_t i;

  for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    set_planned(&ask, rows[i].node);
    ask.present.prop[rows[i].prop] = rows[i].written;
    ok(lbst_guard_judge(&guard, &ask, rows[i].prop) == LBST_OK, "%s", rows[i].why);
    is_u64(guard.write, rows[i].write, "%s", rows[i].why);
    if (rows[i].planned_ms != 0)
      is_u64(guard.planned_ms, rows[i].planned_ms, "%s: at least", rows[i].why);
    is_u64(code_at(&guard, 0), rows[i].first, "%s: first note", rows[i].why);
    is_u64(code_at(&guard, 1), rows[i].second, "%s: second note", rows[i].why);
  }
  set_planned(&ask, N22);
  ask.protocol = LBST_PROTOCOL_HTTP2;
  ask.present.prop[LBST_PROP_KEEP_ALIVE].ms = 1;
  ok(lbst_guard_judge(&guard, &ask, LBST_PROP_KEEP_ALIVE) == LBST_OK &&
       guard.write == LBST_WRITE_FINE,
     "HTTP/2 alone has no such timers");
  set_planned(&ask, N22);
  ask.hop_count = LBST_CHAIN_MAX + 1;
  ok(lbst_guard_judge(&guard, &ask, LBST_PROP_KEEP_ALIVE) == LBST_E_OUT_OF_RANGE,
     "an ask that has no plan");
  return done_testing();
}
