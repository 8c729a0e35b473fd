/* The short way must never say anything that the parser and the judge do not: each line
 * is read both ways, as it is, cut anywhere, and with any of its bytes made another. */
#define _DEFAULT_SOURCE

#include "../../src/core/answered.h"
#include "../../src/core/mask.h"
#include "../../src/core/scan.h"

#include "flush.h"
#include "tap.h"

#define REST                                                                             \
  "\"POST https://shop.example.com:443/api/cart?q=%22502 HTTP/1.1\" \"Mozilla/5.0\" "    \
  "ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:elasticloadbalancing:eu-west-1:1234:tg "  \
  "\"Root=1-65a3a0ff-0123456789abcdef01234567\" \"shop.example.com\" \"-\" 1 "           \
  "2026-01-14T09:12:31.001000Z \"forward\" \"-\" \"-\" \"192.0.2.15:3000\" \"200\" "     \
  "\"-\" \"-\" TID_0123456789abcdef0123456789abcdef \"-\" \"-\" \"-\""
#define HEAD(type, time)                 type " " time " app/shop/50dc6c495c0c9188 203.0.113.7:51234 "
#define TIME                             "2026-01-14T09:12:31.004217Z"
#define BEHIND                           "0.000 0.168 0.000 200 200 933 6110 "
#define LINE(type, time, target, behind) HEAD(type, time) target " " behind REST

static const struct {
  const char *text;
  bool is_short;
  const char *why;
} rows[] = {
  {LINE("https", TIME, "192.0.2.15:3000", BEHIND), true, "the commonest line"},
  {LINE("h2", "2026-01-14T09:12:60.999999Z", "192.0.2.15:3000", BEHIND), true,
   "a leap second"},
  {LINE("http", "1969-12-31T23:59:59.999999Z", "192.0.2.15:3000", BEHIND), true,
   "before 1970"},
  {LINE("grpcs", "1969-12-31T23:59:00.001999Z", "a.b", BEHIND), true,
   "the same minute, and a short target"},
  {LINE("wss", TIME, "[2001:db8::15]:3000", BEHIND), true, "IPv6"},
  {LINE("ws", TIME, "192.0.2.15:3000", "9.999 0.000 9.999 101 101 0 0 "), true,
   "a WebSocket"},
  {LINE("https", TIME, "192.0.2.15:3000", "0.000 0.168 0.000 460 460 9 9 "), true,
   "460 of the target's own"},
  {LINE("https", TIME, "192.0.2.15:3000", "0.000 0.168 0.000 460 200 9 9 "), false,
   "460 of the load balancer's"},
  {LINE("https", TIME, "192.0.2.15:3000", "0.000 0.168 0.000 000 200 9 9 "), false,
   "no status"},
  {LINE("https", TIME, "192.0.2.15:3000", "0.000 0.168 0.000 000 000 9 9 "), false,
   "nor one of the target's"},
  {LINE("https", TIME, "192.0.2.15:3000", "0.000 0.168 0.000 499 500 9 9 "), false,
   "another one than the target's"},
  {LINE("https", TIME, "192.0.2.15:3000", "0.000 0.168 0.000 500 500 9 9 "), false,
   "500"},
  {LINE("https", TIME, "192.0.2.15:3000", "0.000 0.168 0.000 200 000 9 9 "), false,
   "the target answered 000: nothing"},
  {LINE("https", TIME, "192.0.2.15:3000", "0.000 0.168 0.000 200 - 9 9 "), false,
   "no answer of a target's"},
  {LINE("https", TIME, "192.0.2.15:3000", "0.000 60.001 0.000 200 200 9 9 "), false,
   "a long time"},
  {LINE("https", TIME, "-", BEHIND), false, "no target"},
  {LINE("https", TIME, "", BEHIND), false, "an empty one"},
  {LINE("httpx", TIME, "192.0.2.15:3000", BEHIND), false, "no such type"},
  {LINE("https", "2026-01-14 09:12:31.004217Z", "192.0.2.15:3000", BEHIND), false,
   "a space inside the time"},
  {LINE("https", "2026-01-14T09:12:61.004217Z", "192.0.2.15:3000", BEHIND), false,
   "a second too many"},
  {LINE("https", "2026-13-14T09:12:31.004217Z", "192.0.2.15:3000", BEHIND), false,
   "a month too many"},
  {LINE("https", TIME, "192.0.2.15:3000", "0.000 0.168 0.000 200 200  933 "), true,
   "two spaces: an empty word"},
  {LINE("https", TIME, "192.0.2.15:3000", "0.000 0.168 0.000 200 200 933 6110"), false,
   "no space in front of the request"},
};

static bool
same_slice(lbst_slice_t a, lbst_slice_t b) {
  return a.len == b.len && (a.len == 0 || a.at == b.at);
}

/* Whether the short way is silent, or says what the long way says. */
static bool
agrees(lbst_answered_t *answered, const lbst_layout_t *layout, lbst_slice_t text,
       bool *is_short) {
  lbst_line_t quick, line;

  *is_short = lbst_answered_alb(answered, text, &quick);
  if (!*is_short) return true;
  return lbst_line_parse(&line, layout, text) == LBST_LINE_OK &&
         lbst_verdict(layout, &line) == LBST_WHY_ANSWERED &&
         quick.time_ms == line.time_ms && same_slice(quick.method, line.method) &&
         same_slice(quick.target, line.target);
}

static void
test_row(const flush_t *flush, lbst_answered_t *answered, const lbst_layout_t *layout,
         size_t row) {
  static const char strange[] = {'"', ' ', '\t', '\\', '-', '0', '9',  ':',
                                 ';', '/', 'A',  'Z',  '@', '[', '\0', (char) 0xff};
  const char *why = rows[row].why;
  const size_t len = strlen(rows[row].text);
  bool all = true, is_short;
  size_t at, i, shorts = 0;

  ok(agrees(answered, layout, flush_put(flush, rows[row].text, len), &is_short), "%s",
     why);
  ok(is_short == rows[row].is_short, "%s: %s", why,
     rows[row].is_short ? "is read the short way" : "is left to the parser");
  for (at = 0; at <= len && all; at++)
    all = agrees(answered, layout, flush_put(flush, rows[row].text, at), &is_short);
  ok(all, "%s: every beginning of it", why);
  for (at = 0; at < len && all; at++) {
    for (i = 0; i < sizeof(strange) && all; i++) {
      const lbst_slice_t text = flush_put(flush, rows[row].text, len);
      flush->base[flush->size - len + at] = strange[i];
      all = agrees(answered, layout, text, &is_short);
      shorts += is_short;
    }
  }
  ok(all, "%s: every byte of it made another; %zu of them the short way", why, shorts);
}

static void
test_masks(const flush_t *flush) {
  uint32_t state = 1;
  bool all = true;
  char bytes[64];
  size_t round, i;

  for (round = 0; round < 4096 && all; round++) {
    uint64_t wanted = 0;
    const char *at;
    for (i = 0; i < sizeof(bytes); i++) {
      state = state * 1664525u + 1013904223u;
      /* many of what is sought, and of its neighbours and its double */
      bytes[i] = (char) (" \x1f!\xa0\x20q\0\xff"[state >> 29]);
      if (bytes[i] == ' ') wanted |= UINT64_C(1) << i;
    }
    at = flush_put(flush, bytes, sizeof(bytes)).at;
    all = lbst_mask64(at, ' ') == wanted && lbst_mask64_plain(at, ' ') == wanted;
  }
  ok(all, "64 bytes to a mask, by vectors and by plain words");
}

/* The same log, once so that every line goes the long way. */
static void
test_scan(void) {
  static const char *const targets[] = {"a", "ab:1", "10.0.0.1:80", "10.0.0.12:3000",
                                        "[2001:db8::15]:3000"};
  static const char *const methods[] = {"GET",    "POST", "OPTIONS", "PROPFIND",
                                        "X",      "GE",   "PUT",     "PUTS",
                                        "DELETE", "HEAD", "PATCH"};
  static lbst_scan_t quick, slow;
  static lbst_entry_t entries[4096];
  static char log[1200000];
  const lbst_slice_t none = {"", 0};
  lbst_slice_t text = {log, 0};
  size_t i, found;

  for (i = 0; i < 2000; i++)
    text.len += (size_t) snprintf(
      log + text.len, sizeof(log) - text.len,
      "https 2026-01-14T%02u:%02u:%02u.%06uZ app/shop/50dc 203.0.113.7:%u %s 0.00%u "
      "0.168 0.000 %u %s %u %u \"%s /%s\n",
      (unsigned) i / 300, (unsigned) i % 60, (unsigned) i * 7 % 60, (unsigned) i * 400,
      (unsigned) i * 31, targets[i % 5], (unsigned) i % 10, i % 9 == 0 ? 502u : 200u,
      i % 18 == 0 ? "-" : "200", (unsigned) i, (unsigned) (i * i), methods[i % 11], REST);
  ok(lbst_scan_init(&quick, LBST_LOG_ALB, none, LBST_SCAN_NONE, 0) == LBST_OK &&
       lbst_scan_init(&slow, LBST_LOG_ALB, none, LBST_SCAN_ALL, 0) == LBST_OK,
     "two scans");
  quick.since_ms = slow.since_ms = INT64_C(1768348800000) + 3600000;
  is_u64(lbst_scan_block(&quick, text, true, entries, 0, &found), text.len,
         "all of it, the short way");
  is_u64(lbst_scan_block(&slow, text, true, entries, 4096, &found), text.len,
         "all of it, the long way");
  is_u64(quick.lines, slow.lines, "lines");
  is_u64(quick.outside, 300, "outside of the times asked for");
  is_u64(slow.outside, 300, "outside, the long way");
  quick.tally.last_hour = slow.tally.last_hour = NULL;
  ok(memcmp(&quick.tally, &slow.tally, sizeof(quick.tally)) == 0, "every count");
  is_u64(quick.tally.counts.of[LBST_VERDICT_OK], slow.tally.counts.of[LBST_VERDICT_OK],
         "answered");
  ok(quick.tally.counts.of[LBST_VERDICT_OK] > 1000, "and most were");
}

int
main(void) {
  const flush_t flush = flush_open(1);
  const lbst_slice_t none = {"", 0};
  lbst_answered_t answered;
  lbst_layout_t layout;
  size_t i;

  lbst_answered_init(&answered);
  ok(lbst_layout_init(&layout, LBST_LOG_ALB, none) == LBST_OK, "layout");
  for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
    test_row(&flush, &answered, &layout, i);
  test_masks(&flush);
  test_scan();
  return done_testing();
}
