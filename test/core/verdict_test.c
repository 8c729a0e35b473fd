/* What decides between the verdicts, with the numbers on both sides of each limit. Whole
 * lines stand in test/fixtures/logs. */
#define _DEFAULT_SOURCE

#include "../../src/core/scan.h"

#include "flush.h"
#include "tap.h"

#define NONE LBST_US_NONE
#define MISS LBST_US_ABSENT

static const struct {
  lbst_log_format_t format;
  unsigned status, backend_status;
  int64_t connect_us, answer_us;
  const char *target, *cause, *verdict, *why;
} rows[] = {
  {LBST_LOG_ALB, 502, 0, 0, LBST_RACE_US_MAX, "t:1", "", "keep-alive-race",
   "at the limit"},
  {LBST_LOG_ALB, 502, 0, 0, LBST_RACE_US_MAX + 1, "t:1", "", "app-error", "past it"},
  {LBST_LOG_ALB, 502, 0, 0, NONE, "t:1", "", "keep-alive-race",
   "dispatched, then nothing"},
  {LBST_LOG_ALB, 502, 0, NONE, NONE, "t:1", "", "refused", "never dispatched"},
  {LBST_LOG_ALB, 502, 502, 0, 1000, "t:1", "", "app-error", "the target's own"},
  {LBST_LOG_ALB, 502, 200, 0, 1000, "t:1", "", "mid-response", "200 broke off"},
  {LBST_LOG_ALB, 504, 0, 9499999, NONE, "t:1", "", "target-timeout", "below 10 s"},
  {LBST_LOG_ALB, 504, 0, 10000000, NONE, "t:1", "", "refused", "the connect timeout"},
  {LBST_LOG_ALB, 504, 0, 10500001, NONE, "t:1", "", "target-timeout", "above 10 s"},
  {LBST_LOG_ALB, 502, 0, NONE, NONE, "", "LambdaTimeout", "app-error", "a Lambda"},
  {LBST_LOG_ALB, 499, 499, 0, 1, "t:1", "", "ok", "a status of the app's own"},
  {LBST_LOG_ALB, 460, 460, 0, 1, "t:1", "", "ok", "460 of the app's own"},
  {LBST_LOG_ALB, 460, 200, 0, 1, "t:1", "", "client-left", "460 beside the app's 200"},
  {LBST_LOG_ALB, 0, 0, NONE, NONE, "t:1", "", "client-left", "no status at all"},
  {LBST_LOG_CLB, 504, 0, NONE, NONE, "", "", "keep-alive-race", "what AWS says of 504"},
  {LBST_LOG_CLB, 504, 0, 0, 60000000, "t:1", "", "target-timeout", "a minute"},
  {LBST_LOG_HAPROXY, 200, 0, 999000, 1, "b/s", "----", "ok", "one try"},
  {LBST_LOG_HAPROXY, 502, 0, 0, NONE, "b/s", "SH--", "app-error", "fresh, so the app"},
  {LBST_LOG_ENVOY, 503, 0, MISS, 1000, "t:1", "UC", "keep-alive-race", "UC at once"},
  {LBST_LOG_ENVOY, 503, 0, MISS, 120001000, "t:1", "UC", "app-error",
   "after two minutes"},
  {LBST_LOG_ENVOY, 503, 0, MISS, 1000, "t:1", "URX,UF", "refused", "connect, retried"},
  {LBST_LOG_ENVOY, 503, 0, MISS, 1000, "t:1", "UCX", "other", "a flag is a whole word"},
  {LBST_LOG_HEROKU, 503, 0, 0, 1000, "web.1", "H13", "keep-alive-race", "H13 at once"},
  {LBST_LOG_HEROKU, 503, 0, 0, 9000000, "web.1", "H13", "app-error", "after 9 s"},
  {LBST_LOG_VARNISH, 503, 0, MISS, LBST_RACE_US_MAX, "t:1", "HTC eof (-1)",
   "keep-alive-race", "at the limit"},
  {LBST_LOG_VARNISH, 503, 0, MISS, LBST_RACE_US_MAX + 1, "t:1", "HTC eof (-1)",
   "app-error", "past it"},
  {LBST_LOG_VARNISH, 499, 0, MISS, 1000, "t:1", "HTC eof (-1)", "repaired-race",
   "answered in the end"},
  {LBST_LOG_VARNISH, 500, 0, MISS, 1000, "t:1", "", "app-error", "the target's own"},
};

static void
test_rows(void) {
  const lbst_slice_t empty = {"", 0};
  lbst_layout_t layout;
  size_t i;

  for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    lbst_line_t line;
    memset(&line, 0, sizeof(line));
    line.method = line.detail = empty;
    line.status = (uint16_t) rows[i].status;
    line.backend_status = (uint16_t) rows[i].backend_status;
    line.connect_us = rows[i].connect_us;
    line.answer_us = rows[i].answer_us;
    line.rest_us = MISS;
    line.bytes = line.sent_bytes = -1;
    line.tries = 1;
    line.target.at = rows[i].target;
    line.target.len = strlen(rows[i].target);
    line.cause.at = rows[i].cause;
    line.cause.len = strlen(rows[i].cause);
    ok(lbst_layout_init(&layout, rows[i].format, empty) == LBST_OK, "%s",
       lbst_log_format_name(rows[i].format));
    is_str(lbst_verdict_name(lbst_why_verdict(lbst_verdict(&layout, &line))),
           rows[i].verdict, "%s: %s", lbst_log_format_name(rows[i].format), rows[i].why);
  }
}

static void
test_whys(void) {
  unsigned i;

  for (i = 0; i < LBST_WHY_COUNT; i++)
    ok(strlen(lbst_why_text((lbst_why_t) i)) > 5 &&
         lbst_why_verdict((lbst_why_t) i) < LBST_VERDICT_COUNT,
       "%s", lbst_why_text((lbst_why_t) i));
  is_str(lbst_why_text(LBST_WHY_COUNT), "?", "no row");
}

/* A log in two blocks, wherever it is cut, counts as it does whole. */
static void
test_blocks(const flush_t *flush) {
  static const char log[] =
    "[2026-01-14T09:12:31.004Z] \"GET / HTTP/1.1\" 200 - 0 1 1 1 \"-\" \"c\" \"1\" \"s\" "
    "\"a:1\"\r\n"
    "\n"
    "junk\n"
    "[2026-01-14T10:12:31.004Z] \"POST / HTTP/1.1\" 503 UC 0 1 1 - \"-\" \"c\" \"1\" "
    "\"s\" "
    "\"b:1\"";
  const size_t len = sizeof(log) - 1;
  const lbst_slice_t empty = {"", 0};
  lbst_scan_t *scan = malloc(sizeof(*scan));
  lbst_entry_t entries[8];
  size_t cut, count, done, wrong = 0, of;

  if (scan == NULL) abort();
  for (cut = 0; cut <= len; cut++) {
    memset(scan, 0, sizeof(*scan));
    memset(scan, 0, sizeof(*scan));
    (void) lbst_scan_init(scan, LBST_LOG_ENVOY, empty, LBST_SCAN_ALL, 0);
    done = lbst_scan_block(scan, flush_put(flush, log, cut), false, entries, 8, &of);
    (void) lbst_scan_block(scan, flush_put(flush, log + done, len - done), true, entries,
                           8, &count);
    if (scan->lines != 3 || scan->foreign != 1 || scan->line_no != 4 || of + count != 3 ||
        scan->tally.counts.of[LBST_VERDICT_KEEP_ALIVE_RACE] != 1 ||
        scan->tally.target_count != 2 || scan->tally.hour_count != 2)
      wrong++;
  }
  is_u64(wrong, 0, "cut at each of %zu places", len + 1);
  (void) lbst_scan_init(scan, LBST_LOG_ENVOY, empty, LBST_SCAN_ALL, 0);
  done = lbst_scan_block(scan, flush_put(flush, log, len), true, entries, 1, &count);
  ok(count == 1 && done < len, "no room for a second entry: it stops before it");
  free(scan);
}

/* More targets, hours and minutes than there is room for: counted, and nothing overruns.
 */
static void
test_limits(void) {
  const lbst_slice_t empty = {"", 0};
  lbst_scan_t *scan = malloc(sizeof(*scan));
  lbst_line_t line;
  char name[200];
  uint64_t sum = 0;
  unsigned i;

  if (scan == NULL) abort();
  memset(scan, 0, sizeof(*scan));
  (void) lbst_scan_init(scan, LBST_LOG_ALB, empty, LBST_SCAN_NONE, 0);
  memset(&line, 0, sizeof(line));
  line.method = empty;
  line.target.at = name;
  for (i = 0; i < 40000; i++) {
    line.target.len =
      (size_t) snprintf(name, sizeof(name), "%0*u:3000", i % 2 == 0 ? 150 : 3, i);
    line.time_ms = -(int64_t) i * 3600000;
    lbst_tally_add(&scan->tally, &line, LBST_WHY_CLOSED_AT_ONCE);
  }
  is_u64(scan->tally.counts.of[LBST_VERDICT_KEEP_ALIVE_RACE], 40000, "all are counted");
  is_u64(scan->tally.hour_count, LBST_TALLY_HOURS / 4 * 3, "as many hours as have room");
  is_u64(scan->tally.hours_beyond, 40000 - LBST_TALLY_HOURS / 4 * 3, "and the others");
  is_u64(scan->tally.minutes_beyond, 40000 - LBST_TALLY_MINUTES / 4 * 3, "minutes too");
  for (i = 0; i < LBST_TALLY_TARGETS; i++)
    sum += scan->tally.targets[i].counts.of[LBST_VERDICT_KEEP_ALIVE_RACE];
  is_u64(sum + scan->tally.targets_beyond, 40000, "each target is in a row or beyond");
  free(scan);
}

int
main(void) {
  const flush_t flush = flush_open(1);

  test_rows();
  test_whys();
  test_blocks(&flush);
  test_limits();
  return done_testing();
}
