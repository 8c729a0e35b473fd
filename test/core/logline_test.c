/* The scanning of lines: primitives, times, and each format's parser on every cut of a
 * line, flush against an unreadable page. */
#define _DEFAULT_SOURCE

#include "../../src/core/detect.h"
#include "../../src/core/logline.h"

#include "flush.h"
#include "tap.h"

static const struct {
  lbst_log_format_t format;
  const char *text;
  const char *method;
  const char *target;
  unsigned status;
  int64_t time_ms;
} lines[] = {
  {LBST_LOG_ALB,
   "https 2026-01-14T09:12:31.004217Z app/shop/50dc6c495c0c9188 203.0.113.7:51234 "
   "192.0.2.15:3000 0.000 0.001 -1 502 - 412 277 \"POST https://shop.example.com:443/ "
   "HTTP/1.1\" \"a \\\"b\\\" c\" - - arn \"Root=1\" \"-\" \"-\" 0 "
   "2026-01-14T09:12:31.001000Z \"forward\" \"-\" \"-\" \"-\" \"-\" \"-\" \"-\"",
   "POST", "192.0.2.15:3000", 502, 1768381951004},
  {LBST_LOG_CLB,
   "2026-01-14T09:12:31.945958Z my-clb 203.0.113.7:2817 - -1 -1 -1 504 0 0 0 "
   "\"GET http://www.example.com:80/ HTTP/1.1\" \"curl/8.5.0\" - -",
   "GET", "", 504, 1768381951945},
  {LBST_LOG_CLOUDFRONT,
   "2026-01-14\t09:12:31\tFRA56-P4\t1032\t203.0.113.7\tPOST\td1.cloudfront.net\t/api\t502"
   "\t-\tMozilla\t-\t-\tError\tWf==\tshop.example.com\thttps\t430\t0.011\t-\tTLSv1.3\tTLS"
   "\tError\tHTTP/2.0\t-\t-\t51234\t0.011\tOriginReadError\ttext/html\t997\t-\t-",
   "POST", "shop.example.com", 502, 1768381951000},
  {LBST_LOG_GCP,
   "2026-01-14T09:12:31.004Z\tPOST\t192.0.2.15\t502\t\t\t2.741\t\t1\t"
   "backend_connection_closed_before_data_sent_to_client\t",
   "POST", "192.0.2.15", 502, 1768381951004},
  {LBST_LOG_NGINX_ERROR,
   "2026/01/14 09:12:31 [error] 345#345: *7 recv() failed (104: Connection reset by "
   "peer) "
   "while reading response header from upstream, client: 127.0.0.1, server: , request: "
   "\"POST /rst HTTP/1.1\", upstream: \"http://[::1]:28471/rst\", host: \"x\"",
   "POST", "[::1]:28471", 0, 1768381951000},
  {LBST_LOG_NGINX_ACCESS,
   "203.0.113.7 - - [14/Jan/2026:10:12:31 +0100] \"GET / HTTP/1.1\" 504 5 \"-\" \"c\"",
   "GET", "", 504, 1768381951000},
  {LBST_LOG_INGRESS_NGINX,
   "203.0.113.7 - - [14/Jan/2026:09:12:31 +0000] \"GET /x HTTP/1.1\" 200 871 \"-\" \"M\" "
   "380 0.004 [default-shop-3000] [] 192.0.2.15:3000, 192.0.2.16:3000 0, 871 0.001, "
   "0.003 "
   "502, 200 fedcba98",
   "GET", "192.0.2.16:3000", 200, 1768381951000},
  {LBST_LOG_HAPROXY,
   "haproxy[9]: 127.0.0.1:54702 [14/Jan/2026:09:12:31.565] f b/s1 0/0/0/-1/1 502 209 - - "
   "SH-- 1/1/0/0/0 0/0 {a b} {c} \"GET /close HTTP/1.1\"",
   "GET", "b/s1", 502, 1768381951565},
  {LBST_LOG_ENVOY,
   "[2026-01-14T09:12:31.004Z] \"GET /slow HTTP/1.1\" 504 UT 0 24 15001 - \"-\" \"curl\" "
   "\"1\" \"shop\" \"192.0.2.15:3000\"",
   "GET", "192.0.2.15:3000", 504, 1768381951004},
  {LBST_LOG_ISTIO,
   "[2026-01-14T09:12:31.004Z] \"POST /api HTTP/1.1\" 503 UC upstream_reset{x} - \"-\" "
   "64 "
   "95 1 - \"-\" \"M\" \"0f\" \"shop\" \"192.0.2.15:3000\" inbound|3000|| - - - - "
   "default",
   "POST", "192.0.2.15:3000", 503, 1768381951004},
  {LBST_LOG_TRAEFIK,
   "203.0.113.7 - - [14/Jan/2026:09:12:31 +0000] \"POST /api HTTP/1.1\" 502 11 \"-\" "
   "\"M\" 1042 \"shop@docker\" \"http://192.0.2.15:3000\" 1ms",
   "POST", "192.0.2.15:3000", 502, 1768381951000},
  {LBST_LOG_APACHE_ERROR,
   "[Wed Jan 14 09:12:31.004217 2026] [proxy_http:error] [pid 1:tid 2] (104)Connection "
   "reset by peer: [client ::1:5] AH01102: error reading status line from remote server "
   "127.0.0.1:3000",
   "", "127.0.0.1:3000", 0, 1768381951004},
  {LBST_LOG_HEROKU,
   "2026-01-14T09:12:31.004+00:00 heroku[router]: at=error code=H13 desc=\"C w r\" "
   "method=POST path=\"/?status=200\" host=x fwd=\"1\" dyno=web.1 connect=0ms "
   "service=1ms "
   "status=503 bytes=0",
   "POST", "web.1", 503, 1768381951004},
  {LBST_LOG_VARNISH,
   "192.0.2.15 - - [14/Jan/2026:09:12:31 +0000] \"POST http://shop/ HTTP/1.1\" 503 0 "
   "\"-\" \"a \\\"b\\\"\" 0.000175 2 192.0.2.15:3000 reuse \"HTC eof (-1)\"",
   "POST", "192.0.2.15:3000", 503, 1768381951000},
};

static bool
slice_is(lbst_slice_t slice, const char *text) {
  return slice.len == strlen(text) && memcmp(slice.at, text, slice.len) == 0;
}

/* Every beginning of the line, and every line with one byte made another: no crash, and a
 * slice that is not inside the line is a failure. */
static bool
holds(const lbst_layout_t *layout, lbst_slice_t text) {
  lbst_line_t line;
  const lbst_line_result_t result = lbst_line_parse(&line, layout, text);
  const lbst_slice_t slices[] = {line.method, line.target, line.cause, line.detail};
  size_t i;

  for (i = 0; i < sizeof(slices) / sizeof(slices[0]); i++) {
    if (slices[i].len == 0) continue;
    if (slices[i].at < text.at || slices[i].at + slices[i].len > text.at + text.len)
      return false;
  }
  return result <= LBST_LINE_BROKEN && line.tries >= 1;
}

static void
test_line(const flush_t *flush, size_t row) {
  static const char strange[] = {'"', ' ', '\t', '\\', '-', '[', '\0', (char) 0xff};
  const char *name = lbst_log_format_name(lines[row].format);
  const size_t len = strlen(lines[row].text);
  lbst_slice_t empty = {"", 0}, text;
  lbst_layout_t layout;
  lbst_line_t line;
  bool all = true;
  size_t cut, i;

  ok(lbst_layout_init(&layout, lines[row].format, empty) == LBST_OK, "%s: layout", name);
  text = flush_put(flush, lines[row].text, len);
  is_u64(lbst_line_parse(&line, &layout, text), LBST_LINE_OK, "%s: is read", name);
  ok(slice_is(line.method, lines[row].method), "%s: method", name);
  ok(slice_is(line.target, lines[row].target), "%s: target", name);
  is_u64(line.status, lines[row].status, "%s: status", name);
  ok(line.time_ms == lines[row].time_ms, "%s: time %lld", name, (long long) line.time_ms);
  for (cut = 0; cut <= len && all; cut++)
    all = holds(&layout, flush_put(flush, lines[row].text, cut));
  ok(all, "%s: every beginning of it", name);
  for (cut = 0; cut < len && all; cut++) {
    for (i = 0; i < sizeof(strange) && all; i++) {
      text = flush_put(flush, lines[row].text, len);
      flush->base[flush->size - len + cut] = strange[i];
      all = holds(&layout, text);
    }
  }
  ok(all, "%s: every byte of it made another", name);
}

static void
test_detect(const flush_t *flush, size_t row) {
  lbst_log_format_t found = LBST_LOG_FORMAT_COUNT;
  const lbst_slice_t head = flush_put(flush, lines[row].text, strlen(lines[row].text));

  if (lines[row].format == LBST_LOG_GCP) {
    ok(!lbst_log_detect(head, &found), "a record is found by nobody");
    return;
  }
  ok(lbst_log_detect(head, &found) && found == lines[row].format, "%s is found",
     lbst_log_format_name(lines[row].format));
}

static void
test_spaces(const flush_t *flush) {
  char text[40];
  const char *found[40];
  size_t len, a, b, wrong = 0;

  for (len = 0; len < sizeof(text); len++) {
    for (a = 0; a < len; a++) {
      for (b = a + 1; b < len; b++) {
        lbst_slice_t s;
        memset(text, '!', len); /* one more than a space: where a borrow would show */
        text[a] = text[b] = ' ';
        s = flush_put(flush, text, len);
        if (lbst_spaces(s.at, s.at + len, found, 40) != 2 || found[0] != s.at + a ||
            found[1] != s.at + b || lbst_spaces(s.at, s.at + len, found, 1) != 1)
          wrong++;
      }
    }
  }
  is_u64(wrong, 0, "two spaces at any two places, and nothing else is one");
  for (a = 0; a < 256; a++) {
    memset(text, (int) a, sizeof(text));
    b = lbst_spaces(text, text + sizeof(text), found, 40);
    if (b != (a == ' ' ? sizeof(text) : 0)) wrong++;
  }
  is_u64(wrong, 0, "every byte but a space");
}

static void
test_numbers(void) {
  static const struct {
    const char *text;
    bool is;
    int64_t us;
  } rows[] = {
    {"0.001", true, 1000},
    {"60.000812", true, 60000812},
    {"12", true, 12000000},
    {"-1", true, -1},
    {"-", true, -1},
    {"-1.000", true, -1},
    {"", false, 0},
    {".5", false, 0},
    {"1e3", false, 0},
    {"0.0000009", true, 0},
    {"12345678901", false, 0},
    {"-x", false, 0},
    {"4294967296", true, 4294967296000000},
  };
  size_t i;

  for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    const lbst_slice_t s = {rows[i].text, strlen(rows[i].text)};
    int64_t us = 0;
    ok(lbst_slice_us(s, 1000000, &us) == rows[i].is && us == rows[i].us, "'%s' s",
       rows[i].text);
  }
}

static void
test_times(void) {
  static const struct {
    const char *text;
    bool (*read)(lbst_slice_t, int64_t *);
    int64_t ms; /* -1: none */
  } rows[] = {
    {"1970-01-01T00:00:00Z", lbst_logtime_iso, 0},
    {"2000-02-29T23:59:59.999Z", lbst_logtime_iso, 951868799999},
    {"2026-01-14T09:12:31+01:00", lbst_logtime_iso, 1768378351000},
    {"2026-01-14 09:12:31", lbst_logtime_iso, 1768381951000},
    {"2026-01-14T24:12:31Z", lbst_logtime_iso, -1},
    {"2026-13-14T09:12:31Z", lbst_logtime_iso, -1},
    {"2026-01-14T09:12:31Zulu", lbst_logtime_iso, -1},
    {"2026-02-28T09:12:31Z", lbst_logtime_iso, 1772269951000},
    {"2026-02-29T09:12:31Z", lbst_logtime_iso, -1},
    {"2000-02-29T00:00:00Z", lbst_logtime_iso, 951782400000},
    {"1900-02-29T00:00:00Z", lbst_logtime_iso, -1},
    {"2026-04-31T00:00:00Z", lbst_logtime_iso, -1},
    {"2026-12-31T00:00:00Z", lbst_logtime_iso, 1798675200000},
    {"2026-12-32T00:00:00Z", lbst_logtime_iso, -1},
    {"31/Nov/2026:09:12:31 +0000", lbst_logtime_clf, -1},
    {"14/Jan/2026:09:12:31 -0130", lbst_logtime_clf, 1768387351000},
    {"14/Foo/2026:09:12:31 +0000", lbst_logtime_clf, -1},
    {"Sat Feb 29 23:59:59.999 2020", lbst_logtime_apache, 1583020799999},
    {"Sun Mar  1 00:00:00 2020", lbst_logtime_apache, 1583020800000},
    {"2026/01/14 09:12:31", lbst_logtime_nginx, 1768381951000},
    {"2026-01-14 09:12:31", lbst_logtime_nginx, -1},
  };
  size_t i;

  for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    const lbst_slice_t s = {rows[i].text, strlen(rows[i].text)};
    int64_t ms = -1;
    ok(rows[i].read(s, &ms) == (rows[i].ms != -1) && ms == rows[i].ms, "%s",
       rows[i].text);
  }
}

static void
test_fields(void) {
  static const char text[] = "a \"b \\\"c\\\" d\" \"\" e\"f \"g\"h i\" \"open";
  static const char *const wanted[] = {"a", "b \\\"c\\\" d", "", "e\"f", "g\"h i"};
  lbst_cursor_t c = {text, text + sizeof(text) - 1};
  lbst_slice_t field;
  size_t i;

  for (i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
    ok(lbst_cursor_field(&c, &field) && slice_is(field, wanted[i]), "field '%s'",
       wanted[i]);
  ok(!lbst_cursor_field(&c, &field), "a quote that never closes is no field");
}

static void
test_mark(void) {
  static const char *const texts[] = {
    "\xef\xbb\xbf", "\xef\xbb",
    "\xef\xbb\xbf"
    "2026-01-14T09:00:00Z e c - -1 -1 -1 504 0 0 0 \"GET "
    "http://x/ HTTP/1.1\" \"a\" - -"};
  lbst_layout_t layout;
  lbst_line_t line;
  size_t i;

  ok(lbst_layout_init(&layout, LBST_LOG_CLB, (lbst_slice_t){"", 0}) == LBST_OK, "clb");
  for (i = 0; i < 3; i++) {
    const lbst_slice_t text = lbst_slice_line((lbst_slice_t){texts[i], strlen(texts[i])});
    const lbst_line_result_t wanted = i == 2 ? LBST_LINE_OK : LBST_LINE_FOREIGN;
    ok(lbst_line_parse(&line, &layout, text) == wanted, "byte order mark %u",
       (unsigned) i);
  }
  ok(line.status == 504, "and the line behind it is read");
}

int
main(void) {
  const flush_t flush = flush_open(1);
  size_t i;

  for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
    test_line(&flush, i);
    test_detect(&flush, i);
  }
  test_spaces(&flush);
  test_numbers();
  test_times();
  test_fields();
  test_mark();
  return done_testing();
}
