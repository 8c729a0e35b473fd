/* The verdict on measured closes: every rule with its edges, as a table. Times are in
 * milliseconds; a series is what a client saw of one state. */
#include "../../src/core/doctor.h"

#include "tap.h"

#define MS    UINT64_C(1000) /* in microseconds */
#define NEVER LBST_DOCTOR_NEVER
#define LB    (60000 * MS)
#define NO_CLOSE                                                                         \
  { 0 }

typedef struct row_s {
  lbst_doctor_state_t state;
  uint64_t idle_us; /* of the load balancer */
  uint64_t closes_us[4];
  size_t close_count;
  size_t answered;
  size_t open;
  uint64_t open_us;
  size_t not_kept;
  size_t failed;
  uint64_t passed_us;
  lbst_doctor_verdict_t verdict;
  const char *reasons; /* without LBST_D_ */
  const char *why;
} row_t;

static const row_t rows[] = {
  {LBST_DOCTOR_IDLE,
   LB,
   {6000 * MS},
   1,
   0,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_UNSAFE,
   "CLOSES_FIRST",
   "Node's defaults behind an ALB"},
  {LBST_DOCTOR_IDLE,
   LB,
   {66000 * MS},
   1,
   0,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_SAFE,
   "OUTLASTS",
   "as the plan sets it"},
  {LBST_DOCTOR_IDLE,
   LB,
   {60000 * MS},
   1,
   0,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_UNSAFE,
   "CLOSES_FIRST",
   "both at the same moment: whoever is first wins"},
  {LBST_DOCTOR_IDLE,
   LB,
   {60003 * MS},
   1,
   0,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_UNSAFE,
   "CLOSES_FIRST",
   "as much later as a timer may be early"},
  {LBST_DOCTOR_IDLE,
   LB,
   {60003 * MS + 1},
   1,
   0,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_SAFE,
   "OUTLASTS THIN_MARGIN",
   "a microsecond more"},
  {LBST_DOCTOR_IDLE,
   LB,
   {60999 * MS},
   1,
   0,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_SAFE,
   "OUTLASTS THIN_MARGIN",
   "one stall uses it up"},
  {LBST_DOCTOR_IDLE,
   LB,
   {61000 * MS},
   1,
   0,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_SAFE,
   "OUTLASTS",
   "a whole margin"},
  {LBST_DOCTOR_IDLE,
   LB,
   {66000 * MS, 59000 * MS},
   2,
   0,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_UNSAFE,
   "CLOSES_FIRST SPREAD",
   "one early close of many is enough"},
  {LBST_DOCTOR_IDLE,
   LB,
   {66000 * MS, 66250 * MS},
   2,
   0,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_SAFE,
   "OUTLASTS",
   "not yet a spread"},
  {LBST_DOCTOR_IDLE,
   LB,
   {66000 * MS, 66251 * MS},
   2,
   0,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_SAFE,
   "OUTLASTS SPREAD",
   "two servers behind one address"},
  {LBST_DOCTOR_IDLE, LB, NO_CLOSE, 0, 0, 3, 75000 * MS, 0, 0, 0, LBST_DOCTOR_SAFE,
   "OPEN_AT_LIMIT", "keepAliveTimeout 0"},
  {LBST_DOCTOR_IDLE, LB, NO_CLOSE, 0, 0, 3, 60000 * MS, 0, 0, 0, LBST_DOCTOR_INCONCLUSIVE,
   "LIMIT_REACHED", "the limit is not beyond the load balancer's idle time"},
  {LBST_DOCTOR_IDLE, LB, NO_CLOSE, 0, 0, 3, 60003 * MS + 1, 0, 0, 0, LBST_DOCTOR_SAFE,
   "OPEN_AT_LIMIT", "just beyond it"},
  {LBST_DOCTOR_IDLE,
   LB,
   {6000 * MS},
   1,
   0,
   3,
   30000 * MS,
   0,
   0,
   0,
   LBST_DOCTOR_UNSAFE,
   "CLOSES_FIRST",
   "an early close is proof, however short the limit"},
  {LBST_DOCTOR_IDLE,
   LB,
   {61000 * MS},
   1,
   0,
   1,
   59000 * MS,
   0,
   0,
   0,
   LBST_DOCTOR_INCONCLUSIVE,
   "LIMIT_REACHED",
   "a late close says nothing of one that was not watched for long"},
  {LBST_DOCTOR_IDLE, LB, NO_CLOSE, 0, 0, 0, 0, 3, 0, 0, LBST_DOCTOR_SAFE, "NOT_KEPT",
   "Connection: close"},
  {LBST_DOCTOR_IDLE,
   LB,
   {0},
   1,
   0,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_UNSAFE,
   "CLOSES_FIRST",
   "closed at once, and nobody said so"},
  {LBST_DOCTOR_IDLE, LB, NO_CLOSE, 0, 0, 0, 0, 0, 0, 0, LBST_DOCTOR_INCONCLUSIVE,
   "NO_SAMPLE", "every connection failed"},
  {LBST_DOCTOR_IDLE,
   NEVER,
   {3600000 * MS},
   1,
   0,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_UNSAFE,
   "UNBOUNDED_LB",
   "no finite time outlasts HAProxy"},
  {LBST_DOCTOR_IDLE, NEVER, NO_CLOSE, 0, 0, 3, 75000 * MS, 0, 0, 0,
   LBST_DOCTOR_INCONCLUSIVE, "LIMIT_REACHED", "nor can it be proven that there is none"},
  {LBST_DOCTOR_IDLE, NEVER, NO_CLOSE, 0, 0, 0, 0, 1, 0, 0, LBST_DOCTOR_SAFE, "NOT_KEPT",
   "but nothing is kept"},
  {LBST_DOCTOR_UNUSED,
   LB,
   {60500 * MS},
   1,
   1,
   0,
   0,
   0,
   0,
   59500 * MS,
   LBST_DOCTOR_INCONCLUSIVE,
   "MAY_BE_SOONER UNASKED_ANSWER",
   "headersTimeout 60 s, just met by the check"},
  {LBST_DOCTOR_UNUSED,
   LB,
   {20000 * MS},
   1,
   1,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_UNSAFE,
   "CLOSES_FIRST UNASKED_ANSWER",
   "headersTimeout below the load balancer's"},
  {LBST_DOCTOR_UNUSED,
   LB,
   {2000 * MS},
   1,
   0,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_UNSAFE,
   "CLOSES_FIRST",
   "server.timeout"},
  {LBST_DOCTOR_HEADERS,
   LB,
   {20000 * MS},
   1,
   1,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_LIMITED,
   "CUT_ANSWERED",
   "a slow sender is told"},
  {LBST_DOCTOR_BODY,
   LB,
   {20000 * MS, 21000 * MS},
   2,
   1,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_LIMITED,
   "CUT_SILENTLY",
   "one of two is not told"},
  {LBST_DOCTOR_BODY,
   LB,
   {300000 * MS},
   1,
   1,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_SAFE,
   "OUTLASTS",
   "requestTimeout 300 s"},
  {LBST_DOCTOR_BODY,
   LB,
   {60100 * MS},
   1,
   1,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_SAFE,
   "OUTLASTS",
   "no margin is asked for what is no race"},
  {LBST_DOCTOR_BODY,
   NEVER,
   {300000 * MS},
   1,
   1,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_LIMITED,
   "CUT_ANSWERED",
   "sooner than never"},
  {LBST_DOCTOR_HEADERS, LB, NO_CLOSE, 0, 0, 1, 1000 * MS, 0, 0, 0,
   LBST_DOCTOR_INCONCLUSIVE, "LIMIT_REACHED", "too short a look"},
  {LBST_DOCTOR_IDLE, LB, NO_CLOSE, 0, 0, 1, 75000 * MS, 0, 4, 0, LBST_DOCTOR_INCONCLUSIVE,
   "OPEN_AT_LIMIT SOME_FAILED", "one was kept, four were cut before their answer"},
  {LBST_DOCTOR_IDLE,
   LB,
   {66000 * MS, 67000 * MS},
   2,
   0,
   0,
   0,
   0,
   1,
   0,
   LBST_DOCTOR_INCONCLUSIVE,
   "OUTLASTS SOME_FAILED SPREAD",
   "late closes prove nothing of what failed"},
  {LBST_DOCTOR_IDLE,
   LB,
   {60500 * MS, 67000 * MS},
   2,
   0,
   0,
   0,
   0,
   1,
   0,
   LBST_DOCTOR_INCONCLUSIVE,
   "OUTLASTS THIN_MARGIN SOME_FAILED SPREAD",
   "as much as can be said of one state"},
  {LBST_DOCTOR_IDLE,
   LB,
   {6000 * MS},
   1,
   0,
   0,
   0,
   0,
   4,
   0,
   LBST_DOCTOR_UNSAFE,
   "CLOSES_FIRST SOME_FAILED",
   "an early close is proof, whatever failed"},
  {LBST_DOCTOR_IDLE, LB, NO_CLOSE, 0, 0, 1, 30000 * MS, 0, 1, 0, LBST_DOCTOR_INCONCLUSIVE,
   "LIMIT_REACHED SOME_FAILED", "not known for two reasons"},
  {LBST_DOCTOR_IDLE, LB, NO_CLOSE, 0, 0, 0, 0, 4, 1, 0, LBST_DOCTOR_INCONCLUSIVE,
   "NOT_KEPT SOME_FAILED", "not each answer said close"},
  {LBST_DOCTOR_IDLE, LB, NO_CLOSE, 0, 0, 0, 0, 0, 5, 0, LBST_DOCTOR_INCONCLUSIVE,
   "NO_SAMPLE", "all of them failed"},
  {LBST_DOCTOR_IDLE,
   2000 * MS,
   {3000 * MS, 4500 * MS},
   2,
   0,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_SAFE,
   "OUTLASTS SPREAD",
   "closes may differ, if the first of them is late enough"},
  {LBST_DOCTOR_BODY,
   LB,
   {20000 * MS},
   1,
   1,
   0,
   0,
   0,
   1,
   0,
   LBST_DOCTOR_LIMITED,
   "CUT_ANSWERED SOME_FAILED",
   "no race, and no proof against it"},
  {LBST_DOCTOR_UNUSED,
   LB,
   {65400 * MS},
   1,
   1,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_INCONCLUSIVE,
   "MAY_BE_SOONER UNASKED_ANSWER",
   "headersTimeout 40 s, met by a check 25.4 s later"},
  {LBST_DOCTOR_UNUSED,
   LB,
   {65400 * MS, 66400 * MS},
   2,
   2,
   1,
   75000 * MS,
   0,
   0,
   60003 * MS,
   LBST_DOCTOR_INCONCLUSIVE,
   "MAY_BE_SOONER UNASKED_ANSWER",
   "one was passed over at an age that is not enough"},
  {LBST_DOCTOR_UNUSED,
   LB,
   {65400 * MS, 66400 * MS},
   2,
   2,
   0,
   0,
   0,
   0,
   60003 * MS + 1,
   LBST_DOCTOR_SAFE,
   "OUTLASTS UNASKED_ANSWER",
   "a microsecond older"},
  {LBST_DOCTOR_UNUSED,
   LB,
   {66400 * MS, 67900 * MS},
   2,
   2,
   1,
   75000 * MS,
   0,
   0,
   64900 * MS,
   LBST_DOCTOR_SAFE,
   "OUTLASTS UNASKED_ANSWER",
   "as the plan sets it, at many moments of the check"},
  {LBST_DOCTOR_UNUSED,
   LB,
   {66400 * MS},
   1,
   1,
   0,
   0,
   0,
   0,
   90000 * MS,
   LBST_DOCTOR_SAFE,
   "OUTLASTS UNASKED_ANSWER",
   "passed over when older than the one that was closed"},
  {LBST_DOCTOR_UNUSED,
   LB,
   {65400 * MS, 65651 * MS},
   2,
   0,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_INCONCLUSIVE,
   "MAY_BE_SOONER",
   "a check that does not answer is known by closes that differ"},
  {LBST_DOCTOR_UNUSED,
   LB,
   {65400 * MS, 65650 * MS},
   2,
   0,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_SAFE,
   "OUTLASTS",
   "a timer of its own, as that of server.timeout"},
  {LBST_DOCTOR_UNUSED,
   LB,
   {20000 * MS},
   1,
   1,
   0,
   0,
   0,
   0,
   10000 * MS,
   LBST_DOCTOR_UNSAFE,
   "CLOSES_FIRST UNASKED_ANSWER",
   "an early close is proof at any moment of the check"},
  {LBST_DOCTOR_UNUSED,
   NEVER,
   {65400 * MS},
   1,
   1,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_LIMITED,
   "UNUSED_CLOSES UNASKED_ANSWER",
   "behind no limit the moment does not matter"},
  {LBST_DOCTOR_HEADERS,
   LB,
   {65400 * MS},
   1,
   1,
   0,
   0,
   0,
   0,
   0,
   LBST_DOCTOR_SAFE,
   "OUTLASTS",
   "nor where there is no race"},
};

static void
join(char *text, size_t size, const lbst_doctor_finding_t *finding) {
  size_t i, len = 0;

  text[0] = '\0';
  for (i = 0; i < finding->reason_count; i++) {
    const char *name = lbst_doctor_reason_name(finding->reasons[i]);
    len += (size_t) snprintf(text + len, size - len, "%s%s", i == 0 ? "" : " ",
                             name + strlen("LBST_D_"));
  }
}

static lbst_doctor_finding_t
judge(const row_t *row) {
  uint64_t closes_us[4];
  lbst_doctor_finding_t finding;
  lbst_doctor_series_t series = {closes_us,   row->close_count, row->answered,
                                 row->open,   row->open_us,     row->not_kept,
                                 row->failed, row->passed_us};

  memcpy(closes_us, row->closes_us, sizeof(closes_us));
  memset(&finding, 0xa5, sizeof(finding)); /* all is written */
  lbst_doctor_judge(&finding, row->state, &series, row->idle_us);
  return finding;
}

static void
test_rows(void) {
  size_t i;

  for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    char reasons[128];
    const row_t *row = &rows[i];
    lbst_doctor_finding_t finding = judge(row);
    join(reasons, sizeof(reasons), &finding);
    is_str(lbst_doctor_verdict_name(finding.verdict),
           lbst_doctor_verdict_name(row->verdict), "%s: the verdict", row->why);
    is_str(reasons, row->reasons, "%s: why", row->why);
    ok(finding.has_window == (row->verdict == LBST_DOCTOR_UNSAFE),
       "%s: an unsafe window where there is one", row->why);
  }
}

static void
test_numbers(void) {
  row_t row = {LBST_DOCTOR_IDLE,
               LB,
               {7000 * MS, 5000 * MS, 9000 * MS, 6000 * MS},
               4,
               0,
               0,
               0,
               0,
               0,
               0,
               LBST_DOCTOR_UNSAFE,
               "",
               ""};
  lbst_doctor_finding_t f = judge(&row);

  is_u64(f.min_us, 5000 * MS, "the shortest");
  is_u64(f.median_us, 6500 * MS, "the middle of an even number");
  is_u64(f.max_us, 9000 * MS, "the longest");
  is_u64(f.unsafe_from_us, 4997 * MS, "unsafe from as early as a close may be");
  is_u64(f.unsafe_to_us, LB, "until the load balancer gives it up");
  row.close_count = 3;
  is_u64(judge(&row).median_us, 7000 * MS, "the middle of an odd number");
  row.closes_us[0] = 1000;
  row.close_count = 1;
  is_u64(judge(&row).unsafe_from_us, 0, "not before the beginning");
  row.idle_us = NEVER;
  is_u64(judge(&row).unsafe_to_us, NEVER,
         "no end behind a load balancer without a limit");
  row.close_count = 2;
  row.closes_us[0] = NEVER - 1;
  row.closes_us[1] = NEVER - 3;
  is_u64(judge(&row).median_us, NEVER - 2, "the median of huge numbers does not wrap");
  row.idle_us = NEVER - 2;
  ok(judge(&row).verdict == LBST_DOCTOR_UNSAFE, "nor does a huge idle time");

  row.close_count = 0;
  row.open = 1;
  row.open_us = 30000 * MS;
  row.idle_us = LB;
  f = judge(&row);
  is_u64(f.known_from_us, 30000 * MS, "known: kept for as long as it was watched");
  is_u64(f.known_to_us, NEVER, "and no upper bound");
  is_u64(f.min_us, NEVER, "no close, no shortest one");
}

/* Only connections at rest decide. */
static void
test_overall(void) {
  static const struct {
    lbst_doctor_verdict_t unused, idle, headers, body, overall;
    const char *why;
  } cases[] = {
    {LBST_DOCTOR_SAFE, LBST_DOCTOR_SAFE, LBST_DOCTOR_SAFE, LBST_DOCTOR_SAFE,
     LBST_DOCTOR_SAFE, "all safe"},
    {LBST_DOCTOR_UNSAFE, LBST_DOCTOR_SAFE, LBST_DOCTOR_SAFE, LBST_DOCTOR_SAFE,
     LBST_DOCTOR_UNSAFE, "unused ones are lost"},
    {LBST_DOCTOR_INCONCLUSIVE, LBST_DOCTOR_UNSAFE, LBST_DOCTOR_SAFE, LBST_DOCTOR_SAFE,
     LBST_DOCTOR_UNSAFE, "unsafe outweighs not known"},
    {LBST_DOCTOR_INCONCLUSIVE, LBST_DOCTOR_SAFE, LBST_DOCTOR_SAFE, LBST_DOCTOR_SAFE,
     LBST_DOCTOR_INCONCLUSIVE, "half known is not known"},
    {LBST_DOCTOR_LIMITED, LBST_DOCTOR_INCONCLUSIVE, LBST_DOCTOR_SAFE, LBST_DOCTOR_SAFE,
     LBST_DOCTOR_INCONCLUSIVE, "behind a load balancer without a limit"},
    {LBST_DOCTOR_SAFE, LBST_DOCTOR_SAFE, LBST_DOCTOR_LIMITED, LBST_DOCTOR_INCONCLUSIVE,
     LBST_DOCTOR_SAFE, "half sent requests do not decide"},
  };
  lbst_doctor_finding_t f[LBST_DOCTOR_STATE_COUNT];
  size_t i;

  memset(f, 0, sizeof(f));
  for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    f[LBST_DOCTOR_UNUSED].verdict = cases[i].unused;
    f[LBST_DOCTOR_IDLE].verdict = cases[i].idle;
    f[LBST_DOCTOR_HEADERS].verdict = cases[i].headers;
    f[LBST_DOCTOR_BODY].verdict = cases[i].body;
    is_str(lbst_doctor_verdict_name(lbst_doctor_overall(f)),
           lbst_doctor_verdict_name(cases[i].overall), "%s", cases[i].why);
  }

  f[LBST_DOCTOR_UNUSED].min_us = f[LBST_DOCTOR_IDLE].min_us = NEVER;
  is_u64(lbst_doctor_idle_below(f), NEVER, "no close: nothing to stay below");
  f[LBST_DOCTOR_IDLE].min_us = 6000 * MS;
  is_u64(lbst_doctor_idle_below(f), 5000 * MS, "a margin below the shortest");
  f[LBST_DOCTOR_UNUSED].min_us = 7000 * MS;
  f[LBST_DOCTOR_UNUSED].known_from_us = 5500 * MS;
  is_u64(lbst_doctor_idle_below(f), 4500 * MS, "or below one that may come sooner");
  f[LBST_DOCTOR_UNUSED].known_from_us = 1000 * MS;
  is_u64(lbst_doctor_idle_below(f), 0, "no room for a margin");
}

int
main(void) {
  test_rows();
  test_numbers();
  test_overall();
  is_str(lbst_doctor_state_name(LBST_DOCTOR_BODY), "body", "a state has a name");
  is_str(lbst_doctor_state_name(LBST_DOCTOR_STATE_COUNT), "?", "no state has none");
  is_str(lbst_doctor_reason_name(LBST_DOCTOR_REASON_COUNT), "LBST_D_?",
         "nor has no reason");
  return done_testing();
}
