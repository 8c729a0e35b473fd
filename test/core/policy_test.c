/* The seven rules of the plan, each with its edges, as tables: what is in front, what the
 * server holds, what must come out, and why. Times are in milliseconds. */
#include "../../src/core/policy.h"

#include "tap.h"

#define NEVER LBST_NEVER_MS
#define MAX   LBST_TIMEOUT_MS_MAX

/* ---- asking ---------------------------------------------------------------------- */

typedef struct lbst_story_s {
  lbst_ask_t ask;
  lbst_hop_t hops[LBST_CHAIN_MAX];
  lbst_plan_t plan;
  lbst_status_t status;
} lbst_story_t;

static lbst_setting_t
ms(uint32_t value) {
  lbst_setting_t setting = {LBST_SETTING_MS, value};

  return setting;
}

static lbst_setting_t
odd(lbst_setting_kind_t kind, uint32_t value) {
  lbst_setting_t setting = {kind, value};

  return setting;
}

static void
set(lbst_story_t *story, lbst_prop_t prop, lbst_setting_t setting) {
  story->ask.present.prop[prop] = setting;
}

/* A server as Node 22.23.3 makes it, behind the chain |ids| ("cloudflare,aws-alb"). */
static void
begin(lbst_story_t *story, const char *ids) {
  lbst_version_t version = {22, 23, 3};
  const char *at = ids;

  memset(story, 0, sizeof(*story));
  story->ask.hops = story->hops;
  story->ask.source = LBST_SOURCE_OPTION;
  story->ask.margin_ms = LBST_MARGIN_MS;
  story->ask.node = lbst_node_find(version);
  story->ask.node_tested = true;
  set(story, LBST_PROP_KEEP_ALIVE, ms(5000));
  set(story, LBST_PROP_HEADERS, ms(60000));
  set(story, LBST_PROP_REQUEST, ms(300000));
  set(story, LBST_PROP_SOCKET, ms(0));
  set(story, LBST_PROP_BUFFER, ms(1000));
  while (*at != '\0') {
    size_t len = strcspn(at, ",");
    const lbst_lb_t *lb = lbst_lb_find(at, len);
    ok(lb != NULL, "%.*s is in the catalogue", (int) len, at);
    if (lb != NULL) story->hops[story->ask.hop_count++] = lbst_hop_from_lb(lb);
    at += len + (at[len] == ',' ? 1 : 0);
  }
}

static void
on_node(lbst_story_t *story, const char *text) {
  lbst_version_t version = {0, 0, 0};

  ok(lbst_version_parse(&version, text, strlen(text)) == LBST_OK, "Node %s", text);
  story->ask.node = lbst_node_find(version);
  story->ask.node_tested = lbst_node_tested(version);
  if (story->ask.node->buffer != LBST_BUFFER_PROPERTY)
    set(story, LBST_PROP_BUFFER, odd(LBST_SETTING_ABSENT, 0));
  if (story->ask.node->request_ms == 0)
    set(story, LBST_PROP_REQUEST, odd(LBST_SETTING_ABSENT, 0));
}

static void
plan(lbst_story_t *story) {
  story->status = lbst_policy_plan(&story->plan, &story->ask);
  is_str(lbst_status_name(story->status), "LBST_OK", "there is a plan");
}

static bool
says(const lbst_story_t *story, lbst_note_code_t code) {
  size_t i;

  for (i = 0; i < story->plan.note_count; i++) {
    if (story->plan.notes[i].code == code) return true;
  }
  return false;
}

static void
expect(const lbst_story_t *story, uint32_t keep_alive_ms, uint32_t headers_ms,
       uint32_t request_ms, const char *why) {
  is_u64(story->plan.keep_alive.ms, keep_alive_ms, "keepAliveTimeout: %s", why);
  is_u64(story->plan.headers.ms, headers_ms, "headersTimeout: %s", why);
  is_u64(story->plan.request.ms, request_ms, "requestTimeout: %s", why);
}

/* ---- rule 1: outlast, and the vendor's advice ------------------------------------ */

static const struct {
  const char *lb;
  uint32_t keep_alive_ms;
  uint32_t headers_ms;
  uint32_t request_ms;
  lbst_note_code_t reason;
} balancers[] = {
  {"aws-alb", 65000, 66000, 300000, LBST_R_OUTLAST},
  {"aws-clb", 65000, 66000, 300000, LBST_R_OUTLAST},
  {"aws-cloudfront", 10000, 60000, 300000, LBST_R_OUTLAST},
  {"gcp-external-alb", 620000, 621000, 621000, LBST_R_VENDOR_ADVICE},
  {"azure-front-door", 95000, 96000, 300000, LBST_R_OUTLAST},
  {"heroku", 95000, 96000, 300000, LBST_R_OUTLAST},
  {"cloudflare", 905000, 906000, 906000, LBST_R_OUTLAST},
  {"nginx", 65000, 66000, 300000, LBST_R_OUTLAST},
  {"envoy", 3605000, 3606000, 3606000, LBST_R_OUTLAST},
  {"traefik", 95000, 96000, 300000, LBST_R_OUTLAST},
};

static void
test_outlast(void) {
  lbst_story_t story;
  size_t i;

  for (i = 0; i < sizeof(balancers) / sizeof(balancers[0]); i++) {
    begin(&story, balancers[i].lb);
    plan(&story);
    expect(&story, balancers[i].keep_alive_ms, balancers[i].headers_ms,
           balancers[i].request_ms, balancers[i].lb);
    ok(says(&story, balancers[i].reason), "%s: says why", balancers[i].lb);
    ok(story.plan.safe, "%s: safe", balancers[i].lb);
    is_u64(story.plan.close_earliest_ms, balancers[i].keep_alive_ms + 999u,
           "%s: one second is added by Node, and timers fire up to 1 ms early",
           balancers[i].lb);
  }

  begin(&story, "aws-alb");
  story.hops[0].idle_ms = 4000000;
  plan(&story);
  expect(&story, 4005000, 4006000, 4006000, "an ALB set to its maximum");
  ok(!says(&story, LBST_W_OUTSIDE_RANGE), "which is in its range");

  begin(&story, "aws-alb");
  story.hops[0].idle_ms = 4000001;
  plan(&story);
  ok(says(&story, LBST_W_OUTSIDE_RANGE), "one more is not");

  begin(&story, "heroku");
  story.hops[0].idle_ms = 60000;
  plan(&story);
  expect(&story, 95000, 96000, 300000, "the vendor's advice is never undercut");
  ok(says(&story, LBST_W_OUTSIDE_RANGE), "and a fixed timeout cannot be 60 s");

  begin(&story, "gcp-external-alb");
  story.ask.margin_ms = 30000;
  plan(&story);
  expect(&story, 630000, 631000, 631000, "a margin longer than the advice wins");
  ok(says(&story, LBST_R_OUTLAST), "and is the reason");

  begin(&story, "aws-alb");
  story.ask.margin_ms = 0;
  plan(&story);
  expect(&story, 60000, 61000, 300000, "no margin: Node's own second is left");
  ok(story.plan.safe && says(&story, LBST_W_SMALL_MARGIN), "safe here, and warned of");

  begin(&story, "aws-alb");
  story.ask.margin_ms = 0;
  on_node(&story, "18.20.8");
  plan(&story);
  ok(!story.plan.safe && says(&story, LBST_W_STILL_UNSAFE),
     "no margin on a Node that adds nothing is not safe");
  ok(says(&story, LBST_W_CHANGE_LB), "so it says what to change on the other side");

  begin(&story, "azure-front-door");
  story.ask.margin_ms = 0;
  on_node(&story, "18.20.8");
  plan(&story);
  ok(!story.plan.safe && !says(&story, LBST_W_CHANGE_LB),
     "nothing to change where it is fixed");
}

/* ---- rule 2: headersTimeout ------------------------------------------------------ */

static void
test_headers(void) {
  lbst_story_t story;

  begin(&story, "aws-alb");
  plan(&story);
  ok(says(&story, LBST_R_HEADERS_CUSTOM) && says(&story, LBST_R_HEADERS_UNUSED) &&
       !says(&story, LBST_R_HEADERS_IDLE_TIMER),
     "Node 22: custom, and connections that are not used yet");

  begin(&story, "aws-alb");
  on_node(&story, "12.18.4");
  plan(&story);
  ok(says(&story, LBST_R_HEADERS_CUSTOM) && says(&story, LBST_R_HEADERS_IDLE_TIMER) &&
       !says(&story, LBST_R_HEADERS_UNUSED),
     "Node 12.18: required, because the header timer runs during idle");

  begin(&story, "aws-alb");
  on_node(&story, "16.20.2");
  plan(&story);
  ok(says(&story, LBST_R_HEADERS_CUSTOM) && !says(&story, LBST_R_HEADERS_IDLE_TIMER) &&
       !says(&story, LBST_R_HEADERS_UNUSED),
     "Node 16: custom alone");

  begin(&story, "aws-alb");
  story.ask.headers_mode = LBST_HEADERS_KEEP;
  plan(&story);
  expect(&story, 65000, 60000, 300000, "'keep' leaves it");
  ok(!story.plan.headers.write && says(&story, LBST_R_HEADERS_KEPT), "unwritten");
  ok(!story.plan.safe && says(&story, LBST_W_UNUSED_CONNECTION),
     "60 s do not outlast 60 s: an unused connection can still be lost");

  begin(&story, "aws-cloudfront");
  story.ask.headers_mode = LBST_HEADERS_KEEP;
  plan(&story);
  ok(story.plan.safe, "'keep' is safe where the default outlasts the pool owner");

  begin(&story, "aws-alb");
  story.ask.headers_mode = LBST_HEADERS_MS;
  story.ask.headers_ms = 90000;
  plan(&story);
  expect(&story, 65000, 90000, 300000, "a number is taken");
  ok(says(&story, LBST_R_HEADERS_GIVEN), "as given");

  begin(&story, "aws-alb");
  story.ask.headers_mode = LBST_HEADERS_MS;
  story.ask.headers_ms = 30000;
  plan(&story);
  expect(&story, 65000, 60000, 300000, "a smaller number lowers nothing");
  ok(!story.plan.safe, "and is not safe");

  begin(&story, "gcp-external-alb");
  story.ask.headers_mode = LBST_HEADERS_MS;
  story.ask.headers_ms = 0;
  plan(&story);
  expect(&story, 620000, 0, 621000, "0 turns it off, and requestTimeout rules then");
  ok(story.plan.headers.write && says(&story, LBST_R_HEADERS_GIVEN), "as given");

  begin(&story, "aws-alb");
  story.ask.headers_mode = LBST_HEADERS_KEEP;
  on_node(&story, "12.18.4");
  plan(&story);
  ok(!story.plan.safe && says(&story, LBST_W_HEADERS_IDLE),
     "'keep' on Node 12.18: a header in two parts is killed after 60 s");

  begin(&story, "aws-alb");
  story.ask.headers_mode = LBST_HEADERS_MS;
  story.ask.headers_ms = MAX;
  plan(&story);
  expect(&story, 65000, MAX, MAX, "the longest number, and requestTimeout with it");

  begin(&story, "aws-alb");
  set(&story, LBST_PROP_HEADERS, ms(65001));
  plan(&story);
  ok(!story.plan.headers.write, "longer by one is longer");

  begin(&story, "aws-alb");
  set(&story, LBST_PROP_HEADERS, ms(65000));
  plan(&story);
  expect(&story, 65000, 66000, 300000, "equal is not longer");

  begin(&story, "aws-alb");
  set(&story, LBST_PROP_HEADERS, ms(0));
  plan(&story);
  expect(&story, 65000, 0, 300000, "off stays off");
  ok(says(&story, LBST_R_STAYS_OFF), "and says so");
}

/* ---- rule 3: requestTimeout ------------------------------------------------------ */

static void
test_request(void) {
  lbst_story_t story;

  begin(&story, "gcp-external-alb");
  plan(&story);
  ok(says(&story, LBST_R_REQUEST_SWAP),
     "raised with headersTimeout: Node would swap them");

  begin(&story, "gcp-external-alb");
  set(&story, LBST_PROP_REQUEST, ms(0));
  plan(&story);
  expect(&story, 620000, 621000, 0, "off stays off");
  ok(!story.plan.request.write, "unwritten");

  begin(&story, "gcp-external-alb");
  set(&story, LBST_PROP_REQUEST, ms(621000));
  plan(&story);
  ok(!story.plan.request.write, "equal is enough");

  begin(&story, "gcp-external-alb");
  set(&story, LBST_PROP_REQUEST, ms(620999));
  plan(&story);
  expect(&story, 620000, 621000, 621000, "one less is not");

  begin(&story, "aws-alb");
  story.ask.headers_mode = LBST_HEADERS_KEEP;
  set(&story, LBST_PROP_HEADERS, ms(400000));
  plan(&story);
  expect(&story, 65000, 400000, 400000, "an existing swap is mended, even with 'keep'");

  begin(&story, "gcp-external-alb");
  set(&story, LBST_PROP_HEADERS, ms(0));
  plan(&story);
  expect(&story, 620000, 0, 621000,
         "headersTimeout off: requestTimeout rules the unused");
  ok(says(&story, LBST_R_REQUEST_UNUSED), "and says so");
  ok(story.plan.safe, "safe");

  begin(&story, "gcp-external-alb");
  on_node(&story, "16.20.2");
  plan(&story);
  ok(!story.plan.request.write, "Node 16 swaps nothing");
}

/* ---- rule 4: only raise
 * ---------------------------------------------------------------- */

static void
test_only_raise(void) {
  lbst_story_t story;
  lbst_plan_t first;

  begin(&story, "aws-alb");
  set(&story, LBST_PROP_KEEP_ALIVE, ms(72000));
  set(&story, LBST_PROP_REQUEST, ms(0));
  plan(&story);
  expect(&story, 72000, 73000, 0, "Fastify's own 72 s stay");
  ok(!story.plan.keep_alive.write && says(&story, LBST_R_ALREADY_LONG), "unwritten");

  begin(&story, "aws-alb");
  set(&story, LBST_PROP_KEEP_ALIVE, ms(64999));
  plan(&story);
  ok(story.plan.keep_alive.write, "one ms short is short");

  begin(&story, "aws-alb");
  set(&story, LBST_PROP_KEEP_ALIVE, ms(0));
  plan(&story);
  expect(&story, 0, 66000, 300000, "off is longer than any number");
  is_u64(story.plan.close_earliest_ms, NEVER, "it never closes");
  ok(story.plan.safe && says(&story, LBST_R_STAYS_OFF), "safe, and says so");
  ok(!story.plan.tcp_keep_alive, "a pool owner with a limit closes itself");

  begin(&story, "gcp-external-alb");
  plan(&story);
  first = story.plan;
  set(&story, LBST_PROP_KEEP_ALIVE, ms(first.keep_alive.ms));
  set(&story, LBST_PROP_HEADERS, ms(first.headers.ms));
  set(&story, LBST_PROP_REQUEST, ms(first.request.ms));
  story.ask.applied_before = true;
  plan(&story);
  ok(!story.plan.keep_alive.write && !story.plan.headers.write &&
       !story.plan.request.write,
     "a second plan changes nothing");
  ok(says(&story, LBST_R_ALREADY_APPLIED), "and says that it is the second");

  begin(&story, "aws-alb");
  set(&story, LBST_PROP_KEEP_ALIVE, ms(MAX));
  plan(&story);
  expect(&story, MAX, MAX, MAX, "the longest timeout there is");
  is_u64(story.plan.close_earliest_ms, MAX - 1u, "Node's second is cut off there");

  begin(&story, "aws-alb");
  set(&story, LBST_PROP_KEEP_ALIVE, ms(UINT32_MAX));
  set(&story, LBST_PROP_HEADERS, ms(UINT32_MAX));
  set(&story, LBST_PROP_REQUEST, ms(UINT32_MAX));
  plan(&story);
  expect(&story, UINT32_MAX, UINT32_MAX, UINT32_MAX, "longer than that stays as it is");
}

/* ---- rule 5: dangers
 * ------------------------------------------------------------------- */

static const struct {
  lbst_prop_t prop;
  lbst_setting_kind_t kind;
  uint32_t value;
  const char *node;
  uint32_t after_ms;
  lbst_note_code_t says;
  const char *why;
} odd_values[] = {
  {LBST_PROP_KEEP_ALIVE, LBST_SETTING_TEXT_MS, 5000, "20.20.2", 65000,
   LBST_W_VALUE_THROWS, "'5000' from the environment throws at the first response"},
  {LBST_PROP_KEEP_ALIVE, LBST_SETTING_TEXT_MS, 5000, "22.23.3", 65000,
   LBST_W_VALUE_REPLACED, "'5000': never closes on newer Nodes, not what was meant"},
  {LBST_PROP_KEEP_ALIVE, LBST_SETTING_TEXT_MS, 90000, "22.23.3", 90000,
   LBST_W_VALUE_REPLACED, "'90000' is the number that was meant"},
  {LBST_PROP_KEEP_ALIVE, LBST_SETTING_NOT_FINITE, 0, "18.20.8", 65000,
   LBST_W_VALUE_THROWS, "Infinity"},
  {LBST_PROP_KEEP_ALIVE, LBST_SETTING_NEGATIVE, 0, "26.10.0", 65000,
   LBST_W_VALUE_REPLACED, "-1"},
  {LBST_PROP_KEEP_ALIVE, LBST_SETTING_ABSENT, 0, "26.10.0", 65000, LBST_W_VALUE_REPLACED,
   "undefined on an http.Server"},
  {LBST_PROP_HEADERS, LBST_SETTING_TEXT_MS, 60000, "20.20.2", 66000, LBST_W_VALUE_ABORTS,
   "'60000' aborts the process"},
  {LBST_PROP_HEADERS, LBST_SETTING_TEXT_MS, 90000, "20.20.2", 90000, LBST_W_VALUE_ABORTS,
   "'90000' becomes the number"},
  {LBST_PROP_HEADERS, LBST_SETTING_NOT_NUMBER, 0, "22.23.3", 66000, LBST_W_VALUE_ABORTS,
   "null aborts the process"},
  {LBST_PROP_HEADERS, LBST_SETTING_NOT_NUMBER, 0, "26.10.0", 66000, LBST_W_VALUE_REPLACED,
   "null is no limit on newer Nodes"},
  {LBST_PROP_REQUEST, LBST_SETTING_TEXT_MS, 1000, "22.23.3", 66000, LBST_W_VALUE_ABORTS,
   "'1000' is below headersTimeout, too"},
  {LBST_PROP_REQUEST, LBST_SETTING_NOT_NUMBER, 0, "22.23.3", 300000, LBST_W_VALUE_ABORTS,
   "{} becomes Node's own default"},
};

static void
test_dangers(void) {
  lbst_story_t story;
  size_t i;

  for (i = 0; i < sizeof(odd_values) / sizeof(odd_values[0]); i++) {
    const lbst_target_t *target;
    begin(&story, "aws-alb");
    on_node(&story, odd_values[i].node);
    set(&story, odd_values[i].prop, odd(odd_values[i].kind, odd_values[i].value));
    plan(&story);
    target = odd_values[i].prop == LBST_PROP_KEEP_ALIVE ? &story.plan.keep_alive
             : odd_values[i].prop == LBST_PROP_HEADERS  ? &story.plan.headers
                                                        : &story.plan.request;
    ok(target->write, "written: %s", odd_values[i].why);
    is_u64(target->ms, odd_values[i].after_ms, "%s", odd_values[i].why);
    ok(says(&story, odd_values[i].says), "told: %s", odd_values[i].why);
  }

  begin(&story, "aws-alb");
  set(&story, LBST_PROP_SOCKET, ms(120000));
  plan(&story);
  ok(story.plan.safe && says(&story, LBST_W_SERVER_TIMEOUT),
     "server.timeout is a danger, though not to idle connections");

  begin(&story, "aws-alb");
  set(&story, LBST_PROP_SOCKET, ms(60000));
  plan(&story);
  ok(!story.plan.safe && says(&story, LBST_W_SERVER_TIMEOUT_CLOSES) &&
       !says(&story, LBST_W_UNUSED_CONNECTION) && !says(&story, LBST_W_CHANGE_LB),
     "one that is not longer than the pool owner's timeout closes unused connections");
  is_u64(story.plan.close_earliest_ms, 65999, "the idle ones have their own timer");

  begin(&story, "aws-alb");
  set(&story, LBST_PROP_KEEP_ALIVE, ms(0));
  set(&story, LBST_PROP_SOCKET, ms(60000));
  plan(&story);
  ok(!story.plan.safe && says(&story, LBST_W_SERVER_TIMEOUT_CLOSES),
     "where keepAliveTimeout is off it closes idle ones, too");
  is_u64(story.plan.close_earliest_ms, 59999, "and when is told");
  set(&story, LBST_PROP_SOCKET, ms(60001));
  plan(&story);
  ok(story.plan.safe && !says(&story, LBST_W_SERVER_TIMEOUT_CLOSES), "a longer one not");

  begin(&story, "haproxy");
  set(&story, LBST_PROP_SOCKET, ms(900000));
  plan(&story);
  ok(!story.plan.safe && says(&story, LBST_W_SERVER_TIMEOUT_CLOSES),
     "an owner without a limit is outlasted by no server.timeout");
  is_u64(story.plan.close_earliest_ms, 899999, "and when is told");
  ok(!story.plan.keep_alive.write || story.plan.keep_alive.ms == 0, "with the timer off");

  begin(&story, "aws-alb");
  set(&story, LBST_PROP_SOCKET, odd(LBST_SETTING_TEXT_MS, 120000));
  plan(&story);
  ok(says(&story, LBST_W_VALUE_LEFT), "server.timeout as a string: told, left");

  begin(&story, "aws-alb");
  set(&story, LBST_PROP_BUFFER, odd(LBST_SETTING_NOT_FINITE, 0));
  plan(&story);
  ok(says(&story, LBST_W_VALUE_LEFT), "a bad keepAliveTimeoutBuffer: told, left");
  is_u64(story.plan.close_earliest_ms, 65999, "Node takes its 1000 then");

  begin(&story, "aws-alb");
  on_node(&story, "18.20.8");
  plan(&story);
  ok(says(&story, LBST_W_STRAY_BYTE), "a stray byte cancels the idle timer on Node 18");
  is_u64(story.plan.close_earliest_ms, 64999, "and it adds nothing");

  ok(!says(&story, LBST_W_YOUNG_CLOCK), "18.20.8 takes any uptime");

  begin(&story, "aws-alb");
  on_node(&story, "18.17.1");
  plan(&story);
  ok(says(&story, LBST_W_YOUNG_CLOCK), "a limit longer than the uptime, on Node 18.17.1");

  begin(&story, "aws-alb");
  on_node(&story, "31.0.0");
  plan(&story);
  ok(says(&story, LBST_W_NODE_UNTESTED), "a Node that nobody has measured");
  ok(!says(&story, LBST_W_RUNTIME), "is still a Node");

  begin(&story, "aws-alb");
  story.ask.other_runtime = true;
  plan(&story);
  expect(&story, 65000, 66000, 300000, "another runtime gets the same timeouts");
  ok(says(&story, LBST_W_RUNTIME), "and is told what does not hold there");
}

static void
test_http2(void) {
  lbst_story_t story;

  begin(&story, "aws-alb");
  story.ask.protocol = LBST_PROTOCOL_HTTP2_HTTP1;
  on_node(&story, "20.20.2");
  set(&story, LBST_PROP_KEEP_ALIVE, odd(LBST_SETTING_ABSENT, 0));
  plan(&story);
  ok(!story.plan.keep_alive.write && says(&story, LBST_W_HTTP1_NEVER_CLOSES),
     "allowHTTP1 without an idle timeout: told, left alone");
  is_u64(story.plan.headers.ms, 66000, "its header limit still rules unused connections");
  ok(story.plan.safe, "safe");

  begin(&story, "aws-alb");
  story.ask.protocol = LBST_PROTOCOL_HTTP2_HTTP1;
  on_node(&story, "18.20.8");
  set(&story, LBST_PROP_KEEP_ALIVE, odd(LBST_SETTING_ABSENT, 0));
  set(&story, LBST_PROP_HEADERS, odd(LBST_SETTING_ABSENT, 0));
  set(&story, LBST_PROP_REQUEST, odd(LBST_SETTING_ABSENT, 0));
  plan(&story);
  ok(!story.plan.keep_alive.write && !story.plan.headers.write &&
       !story.plan.request.write,
     "on Node 18 it has no limits at all: nothing is invented");

  begin(&story, "aws-alb");
  story.ask.protocol = LBST_PROTOCOL_HTTP2_HTTP1;
  on_node(&story, "26.10.0");
  plan(&story);
  expect(&story, 65000, 66000, 300000, "from 24.15 on it is as http");

  begin(&story, "aws-alb");
  story.ask.protocol = LBST_PROTOCOL_HTTP2_HTTP1;
  on_node(&story, "24.7.0");
  set(&story, LBST_PROP_KEEP_ALIVE, ms(5000));
  set(&story, LBST_PROP_BUFFER, odd(LBST_SETTING_ABSENT, 0));
  plan(&story);
  ok(!story.plan.safe && says(&story, LBST_W_VALUE_THROWS),
     "24.7 throws at the first answer where there is no keepAliveTimeoutBuffer");
  on_node(&story, "24.8.0");
  plan(&story);
  ok(story.plan.safe && !says(&story, LBST_W_VALUE_THROWS), "24.8 takes 1000 ms for it");
  on_node(&story, "24.7.0");
  set(&story, LBST_PROP_KEEP_ALIVE, ms(0));
  plan(&story);
  ok(story.plan.safe && !says(&story, LBST_W_VALUE_THROWS),
     "nor does 24.7 throw where the idle timeout is off");

  begin(&story, "aws-alb");
  story.ask.protocol = LBST_PROTOCOL_HTTP2;
  plan(&story);
  ok(!story.plan.keep_alive.write && !story.plan.headers.write &&
       says(&story, LBST_R_HTTP2_ONLY),
     "no HTTP/1, nothing to set");
  is_u64(story.plan.close_earliest_ms, NEVER, "an idle session stays");
  ok(story.plan.safe && !says(&story, LBST_W_SERVER_TIMEOUT), "safe");
  set(&story, LBST_PROP_SOCKET, ms(60000));
  plan(&story);
  ok(!story.plan.safe && says(&story, LBST_W_SERVER_TIMEOUT) &&
       says(&story, LBST_W_SERVER_TIMEOUT_CLOSES),
     "but server.timeout rules sessions");
  is_u64(story.plan.close_earliest_ms, 59999, "and when is told");
}

/* ---- rule 6: no idle limit
 * --------------------------------------------------------------- */

static void
test_unbounded(void) {
  lbst_story_t story;

  begin(&story, "haproxy");
  plan(&story);
  expect(&story, 0, 60000, 300000, "never close");
  ok(story.plan.keep_alive.write && story.plan.tcp_keep_alive, "with TCP keep-alive");
  ok(says(&story, LBST_R_NEVER_CLOSE) && says(&story, LBST_W_UNBOUNDED), "told");
  ok(story.plan.safe, "safe");
  is_u64(story.plan.close_latest_ms, NEVER, "it never closes");

  begin(&story, "haproxy");
  set(&story, LBST_PROP_KEEP_ALIVE, ms(MAX));
  plan(&story);
  expect(&story, 0, 60000, 300000, "even the longest number is raised to never");

  begin(&story, "haproxy");
  set(&story, LBST_PROP_KEEP_ALIVE, ms(0));
  plan(&story);
  ok(!story.plan.keep_alive.write && story.plan.tcp_keep_alive, "off already");

  begin(&story, "haproxy");
  story.ask.unbounded = LBST_UNBOUNDED_LONG;
  plan(&story);
  expect(&story, 3600000, 3601000, 3601000, "one hour");
  ok(!story.plan.safe && says(&story, LBST_R_LONG) && says(&story, LBST_W_LONG_UNBOUNDED),
     "and what is left of the risk");
  ok(!story.plan.tcp_keep_alive, "Node closes by itself");

  begin(&story, "haproxy");
  story.hops[0].idle = LBST_IDLE_KNOWN;
  story.hops[0].idle_ms = 30000;
  plan(&story);
  expect(&story, 35000, 60000, 300000, "a limit that its user knows of");
}

/* ---- rule 7: chains
 * ------------------------------------------------------------------------ */

/* No number is guessed: the user must say it, in any of the places where one can. */
static void
test_unknown(void) {
  lbst_story_t story;

  begin(&story, "render");
  story.status = lbst_policy_plan(&story.plan, &story.ask);
  is_str(lbst_status_name(story.status), "LBST_E_NO_IDLE_TIMEOUT", "nobody knows");

  begin(&story, "cloudflare,render");
  story.status = lbst_policy_plan(&story.plan, &story.ask);
  is_str(lbst_status_name(story.status), "LBST_E_NO_IDLE_TIMEOUT", "as the last hop");

  begin(&story, "render,nginx");
  plan(&story);
  expect(&story, 65000, 66000, 300000, "it does not matter in front of another owner");

  begin(&story, "render");
  story.hops[0].idle = LBST_IDLE_KNOWN;
  story.hops[0].idle_ms = 100000;
  plan(&story);
  expect(&story, 105000, 106000, 300000, "said of the hop");

  begin(&story, "render");
  story.ask.idle_ms = 100000;
  plan(&story);
  expect(&story, 105000, 106000, 300000, "said beside it");
}

static void
test_chain(void) {
  lbst_story_t story;

  begin(&story, "cloudflare,aws-alb");
  plan(&story);
  expect(&story, 65000, 66000, 300000, "the ALB governs, though Cloudflare idles longer");
  ok(says(&story, LBST_R_POOL_OWNER) && says(&story, LBST_R_NOT_LAST), "told");
  is_u64(story.plan.owner, 1, "by its index");

  begin(&story, "cloudflare,aws-nlb");
  plan(&story);
  expect(&story, 905000, 906000, 906000, "an NLB is passed over");
  ok(says(&story, LBST_R_L4_PASSED_OVER), "told");
  ok(says(&story, LBST_W_FLOW_TIMER),
     "and it forgets the flow after 350 s: a black hole");

  begin(&story, "aws-nlb,nginx");
  plan(&story);
  expect(&story, 65000, 66000, 300000, "an NLB in front of nginx");
  ok(!says(&story, LBST_W_FLOW_TIMER), "has no flow to Node");

  begin(&story, "cloudflare,aws-global-accelerator");
  plan(&story);
  ok(says(&story, LBST_W_FLOW_TIMER_DATA) && !says(&story, LBST_W_FLOW_TIMER),
     "where TCP keep-alive does not help, it is not advised");

  begin(&story, "aws-alb,aws-nlb");
  story.hops[1].idle = LBST_IDLE_UNKNOWN;
  plan(&story);
  ok(!says(&story, LBST_W_FLOW_TIMER), "a flow timer that nobody knows warns of nothing");

  begin(&story, "haproxy,aws-nlb");
  plan(&story);
  ok(says(&story, LBST_W_FLOW_TIMER), "no limit is longer than the flow timer");

  begin(&story, "aws-nlb");
  plan(&story);
  expect(&story, 65000, 66000, 300000, "nobody pools: the generic 60 s");
  ok(says(&story, LBST_W_NO_POOL_OWNER) && story.plan.owner == LBST_NO_HOP, "told");

  begin(&story, "aws-nlb");
  story.ask.idle_ms = 100000;
  plan(&story);
  expect(&story, 105000, 106000, 300000, "an idle timeout beside it is the pool owner's");

  begin(&story, "");
  story.ask.source = LBST_SOURCE_ASSUMED;
  plan(&story);
  expect(&story, 65000, 66000, 300000, "nothing named: 60 s are assumed");
  ok(says(&story, LBST_R_ASSUMED) && says(&story, LBST_W_ASSUMED), "told");

  begin(&story, "");
  story.ask.source = LBST_SOURCE_ASSUMED;
  story.ask.platform = lbst_platform_find("K_SERVICE", 9);
  plan(&story);
  expect(&story, 65000, 66000, 300000,
         "a platform that nobody knows enough of: 60 s too");
  ok(says(&story, LBST_W_PLATFORM_ASSUMED) && !says(&story, LBST_W_ASSUMED),
     "but it is named");

  begin(&story, "heroku");
  story.ask.source = LBST_SOURCE_PLATFORM;
  plan(&story);
  ok(says(&story, LBST_R_PLATFORM), "found by the platform's variable");

  begin(&story, "aws-cloudfront,nginx,aws-alb");
  story.ask.source = LBST_SOURCE_METADATA;
  story.hops[0].idle_ms = 100000;
  plan(&story);
  expect(&story, 105000, 106000, 300000, "side by side, the longest governs");
  ok(says(&story, LBST_R_NOT_LONGEST) && !says(&story, LBST_R_POOL_OWNER), "told");
}

/* ---- what is refused
 * -------------------------------------------------------------------------- */

static void
refuse(lbst_story_t *story, lbst_status_t status, const char *why) {
  memset(&story->plan, 0x5a, sizeof(story->plan));
  is_str(lbst_status_name(lbst_policy_plan(&story->plan, &story->ask)),
         lbst_status_name(status), "%s", why);
  ok(story->plan.idle_ms == 0x5a5a5a5a, "and nothing was written");
}

static void
test_refused(void) {
  lbst_story_t story;

  begin(&story, "");
  story.ask.idle_ms = MAX - 6000;
  plan(&story);
  expect(&story, MAX - 1000, MAX, MAX, "the longest idle timeout that can be outlasted");
  story.ask.idle_ms = MAX - 5999;
  refuse(&story, LBST_E_TOO_LONG, "one ms longer");
  story.ask.idle_ms = MAX;
  refuse(&story, LBST_E_TOO_LONG, "the longest number");
  story.ask.idle_ms = UINT32_MAX;
  story.ask.margin_ms = UINT32_MAX;
  refuse(&story, LBST_E_TOO_LONG, "sums do not wrap around");

  begin(&story, "aws-alb");
  story.ask.idle_ms = 120000;
  refuse(&story, LBST_E_CONFLICT, "an ALB of 60 s and an idle timeout of 120 s");
  story.ask.idle_ms = 60000;
  plan(&story);
  story.ask.source = LBST_SOURCE_ENVIRONMENT;
  story.ask.idle_ms = 120000;
  plan(&story);
  expect(&story, 125000, 126000, 300000, "the environment has no other way to say both");

  begin(&story, "haproxy");
  story.ask.idle_ms = 60000;
  refuse(&story, LBST_E_CONFLICT, "no limit, and 60 s");

  begin(&story, "aws-alb");
  story.hops[0].idle = LBST_IDLE_UNKNOWN;
  refuse(&story, LBST_E_NO_IDLE_TIMEOUT, "nobody knows the number");
  story.ask.idle_ms = 60000;
  plan(&story);
  expect(&story, 65000, 66000, 300000, "unless it is named beside");

  begin(&story, "aws-alb");
  story.ask.hop_count = LBST_CHAIN_MAX + 1;
  refuse(&story, LBST_E_OUT_OF_RANGE, "more hops than a chain has");
}

/* The longest story a plan can tell fits its notes. */
static void
test_notes_fit(void) {
  lbst_story_t story;
  size_t i;

  begin(&story, "");
  on_node(&story, "18.0.0");
  for (i = 0; i < LBST_CHAIN_MAX; i++) {
    story.hops[i] = lbst_hop_from_lb(lbst_lb_find("aws-nlb", 7));
    story.hops[i].idle_ms = 1000;
  }
  story.ask.hop_count = LBST_CHAIN_MAX;
  story.ask.node_tested = false;
  story.ask.applied_before = true;
  story.ask.margin_ms = 0;
  for (i = 0; i < LBST_PROP_COUNT; i++)
    set(&story, (lbst_prop_t) i, odd(LBST_SETTING_NOT_NUMBER, 0));
  plan(&story);
  ok(story.plan.note_count > LBST_CHAIN_MAX && story.plan.note_count < LBST_NOTES_MAX,
     "%d notes fit", (int) story.plan.note_count);
}

/* What Node arms for an idle connection, by what its server holds. */
static void
test_idle_timer(void) {
  lbst_story_t story;
  const lbst_settings_t *present = &story.ask.present;

  begin(&story, "");
  on_node(&story, "18.20.8");
  set(&story, LBST_PROP_KEEP_ALIVE, odd(LBST_SETTING_MS, 65000));
  set(&story, LBST_PROP_BUFFER, odd(LBST_SETTING_MS, 7));
  is_u64(lbst_policy_idle_timer_ms(story.ask.node, present), 65000,
         "Node 18 adds nothing");
  on_node(&story, "20.20.2");
  is_u64(lbst_policy_idle_timer_ms(story.ask.node, present), 66000, "Node 20 a second");
  on_node(&story, "24.21.0");
  set(&story, LBST_PROP_KEEP_ALIVE, odd(LBST_SETTING_MS, 65000));
  set(&story, LBST_PROP_BUFFER, odd(LBST_SETTING_MS, 7));
  is_u64(lbst_policy_idle_timer_ms(story.ask.node, present), 65007,
         "Node 24 the property");
  set(&story, LBST_PROP_KEEP_ALIVE, odd(LBST_SETTING_MS, UINT32_MAX));
  is_u64(lbst_policy_idle_timer_ms(story.ask.node, present), LBST_TIMEOUT_MS_MAX,
         "no timer is longer");
  set(&story, LBST_PROP_KEEP_ALIVE, odd(LBST_SETTING_MS, 0));
  ok(lbst_policy_idle_timer_ms(story.ask.node, present) == LBST_NEVER_MS, "off");
  set(&story, LBST_PROP_KEEP_ALIVE, odd(LBST_SETTING_NEGATIVE, 0));
  ok(lbst_policy_idle_timer_ms(story.ask.node, present) == LBST_NEVER_MS, "no number");
}

int
main(void) {
  test_idle_timer();
  test_outlast();
  test_headers();
  test_request();
  test_only_raise();
  test_dangers();
  test_http2();
  test_unbounded();
  test_unknown();
  test_chain();
  test_refused();
  test_notes_fit();
  return done_testing();
}
