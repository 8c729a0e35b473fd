/* HAProxy, Traefik, Apache, Heroku's router. */
#include "lines.h"

#define MS_US 1000

static lbst_slice_t
word_after(lbst_slice_t text, lbst_slice_t key) {
  return lbst_slice_until(lbst_slice_after(text, key), ' ');
}

/* TR/Tw/Tc/Tr/Ta: times in ms, -1 for a step that was not reached, '+' in front of the
 * last one when the line was written early. */
static bool
read_timers(lbst_line_t *line, lbst_slice_t word) {
  lbst_cursor_t c = {word.at, word.at + word.len};
  lbst_slice_t timer[5];
  size_t i;

  for (i = 0; i < 5; i++)
    if (!lbst_cursor_until(&c, '/', &timer[i])) return false;
  return lbst_slice_us(timer[2], MS_US, &line->connect_us) &&
         lbst_slice_us(timer[3], MS_US, &line->answer_us);
}

/* actconn/feconn/beconn/srvconn/retries, '+' in front of the last when another server
 * took over */
static bool
read_retries(lbst_line_t *line, lbst_slice_t word) {
  lbst_cursor_t c = {word.at, word.at + word.len};
  lbst_slice_t part;
  int64_t retries;
  size_t i;

  for (i = 0; i < 5; i++)
    if (!lbst_cursor_until(&c, '/', &part)) return false;
  if (part.len > 0 && part.at[0] == '+') {
    line->redispatched = true;
    part.at++, part.len--;
  }
  if (!lbst_slice_number(part, &retries) || retries > 1000) return false;
  line->tries = (uint32_t) retries + 1;
  return true;
}

/* Where the accept date begins, behind whatever prefix syslog put there. */
static bool
find_accept_date(lbst_cursor_t *c, int64_t *time_ms) {
  lbst_slice_t date;

  for (;;) {
    lbst_slice_t rest = lbst_slice_between(c->at, c->end);
    const size_t index = lbst_slice_find(rest, LBST_SLICE(" ["));
    if (index == LBST_NO_INDEX) return false;
    c->at += index + 1;
    rest = lbst_slice_between(c->at + 1, c->end);
    if (rest.len < 3 || rest.at[2] != '/') continue;
    return lbst_cursor_enclosed(c, '[', ']', &date) && lbst_logtime_clf(date, time_ms);
  }
}

lbst_line_result_t
lbst__line_haproxy(lbst_line_t *line, const lbst_layout_t *layout, lbst_slice_t text) {
  lbst_cursor_t c = {text.at, text.at + text.len};
  lbst_slice_t frontend, server, timers, status, bytes, cookie, conns, queues, rest;

  (void) layout;
  if (!find_accept_date(&c, &line->time_ms)) return LBST_LINE_FOREIGN;
  if (!lbst_cursor_word(&c, &frontend) || !lbst_cursor_word(&c, &server) ||
      !lbst_cursor_word(&c, &timers) || !lbst_cursor_word(&c, &status) ||
      !lbst_cursor_word(&c, &bytes) || !lbst_cursor_word(&c, &cookie) ||
      !lbst_cursor_word(&c, &cookie) || !lbst_cursor_word(&c, &line->cause) ||
      !lbst_cursor_word(&c, &conns) || !lbst_cursor_word(&c, &queues))
    return LBST_LINE_BROKEN;
  if (!read_timers(line, timers) || !read_retries(line, conns) || line->cause.len != 4)
    return LBST_LINE_BROKEN;
  /* -1: the request never became one */
  if (!LBST_IS(status, "-1") && !lbst_slice_status(status, &line->status))
    return LBST_LINE_BROKEN;
  if (!LBST_HAS(server, "<NOSRV>")) line->target = server;
  /* captured headers may stand between braces before the request, which begins with the
   * first quote behind such a brace */
  rest = lbst_slice_between(c.at, c.end);
  if (rest.len > 0 && rest.at[0] != '"') {
    const size_t index = lbst_slice_find(rest, LBST_SLICE("} \""));
    if (index == LBST_NO_INDEX) return LBST_LINE_BROKEN;
    rest = lbst_slice_between(rest.at + index + 2, c.end);
  }
  if (rest.len < 2) return LBST_LINE_BROKEN;
  line->method = lbst__request_method(lbst_slice_between(rest.at + 1, c.end));
  return LBST_LINE_OK;
}

/* The quotes behind the user agent: its own, two fields, and some that may come to be. */
#define TRAEFIK_QUOTES_MAX 16u

/* RequestCount "RouterName" "ServiceURL" DURATIONms. Writes to |*line| only on true. */
static bool
read_traefik_rest(lbst_line_t *line, lbst_cursor_t c) {
  lbst_slice_t count, target, took;
  int64_t number;

  if (!lbst_cursor_word(&c, &count) || !lbst_slice_number(count, &number) ||
      !lbst_cursor_skip(&c, 1) || !lbst_cursor_field(&c, &target) ||
      !lbst_cursor_word(&c, &took))
    return false;
  if (took.len < 3 || took.at[took.len - 1] != 's' || took.at[took.len - 2] != 'm')
    return false;
  took.len -= 2;
  if (!lbst_slice_us(took, MS_US, &line->answer_us)) return false;
  if (LBST_HAS(target, "://"))
    target = lbst_slice_until(lbst_slice_after(target, LBST_SLICE("://")), '/');
  line->target = target;
  if (lbst_slice_is_blank(target)) line->target.len = 0;
  return true;
}

lbst_line_result_t
lbst__line_traefik(lbst_line_t *line, const lbst_layout_t *layout, lbst_slice_t text) {
  lbst_cursor_t c = {text.at, text.at + text.len};
  lbst_slice_t word, user, date, request, status, size;
  const char *at;
  unsigned quotes = 0;

  (void) layout;
  if (!lbst_cursor_word(&c, &word) || !lbst_cursor_word(&c, &word) || !LBST_IS(word, "-"))
    return LBST_LINE_FOREIGN;
  if (!lbst_cursor_word(&c, &user) || !lbst_cursor_enclosed(&c, '[', ']', &date) ||
      !lbst_logtime_clf(date, &line->time_ms))
    return LBST_LINE_FOREIGN;
  if (!lbst_cursor_field(&c, &request) || !lbst_cursor_word(&c, &status) ||
      !lbst_cursor_word(&c, &size) || !lbst_slice_status(status, &line->status))
    return LBST_LINE_BROKEN;
  if (!lbst_slice_number(size, &line->bytes)) line->bytes = -1;
  line->method = lbst__request_method(request);
  if (!lbst_cursor_skip(&c, 1) || c.at == c.end) return LBST_LINE_BROKEN;
  /* from the end: the user agent may hold quotes, and what looks like all that follows */
  for (at = c.end; at - c.at >= 2 && quotes < TRAEFIK_QUOTES_MAX; at--) {
    if (at[-1] != ' ' || at[-2] != '"') continue;
    if (read_traefik_rest(line, (lbst_cursor_t){at, c.end})) return LBST_LINE_OK;
    quotes++;
  }
  /* genericCLF has nothing behind it */
  return c.end[-1] == '"' ? LBST_LINE_OK : LBST_LINE_BROKEN;
}

/* "remote server 127.0.0.1:3000", "failed to 127.0.0.1:3000 (host)": of the proxy's own
 * messages, as in others a client's text may say so. */
static lbst_slice_t
apache_target(lbst_slice_t message) {
  lbst_slice_t target = {message.at, 0};

  if (!LBST_STARTS(message, "AH010") && !LBST_STARTS(message, "AH011") &&
      !LBST_STARTS(message, "AH0095") && !LBST_STARTS(message, "AH00939") &&
      !LBST_STARTS(message, "proxy: "))
    return target;
  target = word_after(message, LBST_SLICE("remote server "));
  if (target.len == 0) target = word_after(message, LBST_SLICE("failed to "));
  if (target.len == 0) target = word_after(message, LBST_SLICE("attempt to connect to "));
  if (lbst_slice_find(target, LBST_SLICE(":")) == LBST_NO_INDEX) target.len = 0;
  return target;
}

/* Passes over "[proxy_http:error] [pid 345:tid 2] ". Of "[client %a] " in an
 * ErrorLogFormat Apache leaves "[client " where there is no client. */
static void
pass_brackets(lbst_cursor_t *c) {
  lbst_slice_t part;

  do {
    if (LBST_STARTS(lbst_slice_between(c->at, c->end), "[client AH")) {
      c->at += sizeof("[client ") - 1;
      return;
    }
  } while (lbst_cursor_enclosed(c, '[', ']', &part));
}

/* "mod_proxy_http.c(1398): ", which ErrorLogFormat writes for %F */
static void
pass_source(lbst_cursor_t *c) {
  lbst_cursor_t rest = *c;
  lbst_slice_t name, line_no;
  int64_t number;

  if (!lbst_cursor_until(&rest, '(', &name) || !lbst_cursor_until(&rest, ')', &line_no))
    return;
  /* "(104)Connection reset by peer: " has no name */
  if (name.len == 0 || lbst_slice_find(name, LBST_SLICE(" ")) != LBST_NO_INDEX) return;
  if (!lbst_slice_number(line_no, &number) ||
      !LBST_STARTS(lbst_slice_between(rest.at, rest.end), ": "))
    return;
  c->at = rest.at + 2;
}

lbst_line_result_t
lbst__line_apache_error(lbst_line_t *line, const lbst_layout_t *layout,
                        lbst_slice_t text) {
  lbst_cursor_t c = {text.at, text.at + text.len};
  lbst_slice_t date, part, error;

  (void) layout;
  if (!lbst_cursor_enclosed(&c, '[', ']', &date) ||
      !lbst_logtime_apache(date, &line->time_ms))
    return LBST_LINE_FOREIGN;
  if (!lbst_cursor_enclosed(&c, '[', ']', &part)) return LBST_LINE_BROKEN;
  pass_brackets(&c);
  pass_source(&c);
  pass_brackets(&c);
  /* "(104)Connection reset by peer: [client 203.0.113.7:51234] AH01102: ...": only what
   * follows may hold a client's own text */
  error = lbst_slice_between(c.at, c.end);
  if (LBST_STARTS(error, "(") && lbst_cursor_past(&c, LBST_SLICE(": "))) {
    line->detail = lbst_slice_between(error.at, c.at);
    pass_brackets(&c);
  }
  line->cause = lbst_slice_between(c.at, c.end);
  if (line->cause.len == 0) return LBST_LINE_BROKEN;
  line->target = apache_target(line->cause);
  if (line->target.len > 0) {
    const char last = line->target.at[line->target.len - 1];
    if (last == ',' || last == ':') line->target.len--;
  }
  return LBST_LINE_OK;
}

/* A duration of Heroku's: "12ms", "12s". */
static int64_t
heroku_us(lbst_slice_t word) {
  int64_t us = LBST_US_ABSENT;

  if (word.len > 2 && word.at[word.len - 2] == 'm') {
    word.len -= 2;
    (void) lbst_slice_us(word, MS_US, &us);
  } else if (word.len > 1) {
    word.len -= 1;
    (void) lbst_slice_us(word, 1000 * MS_US, &us);
  }
  return us;
}

lbst_line_result_t
lbst__line_heroku(lbst_line_t *line, const lbst_layout_t *layout, lbst_slice_t text) {
  lbst_slice_t status, body, head, desc, rest, time;
  const size_t at = lbst_slice_find(text, LBST_SLICE("at="));

  (void) layout;
  if (at == LBST_NO_INDEX) return LBST_LINE_FOREIGN;
  if (at > 0 && text.at[at - 1] != ' ') return LBST_LINE_FOREIGN;
  body = lbst_slice_between(text.at + at, text.at + text.len);
  if (!LBST_HAS(body, " method=") || !LBST_HAS(body, " path=")) return LBST_LINE_FOREIGN;
  /* a drain writes "<158>1 2026-01-14T...", the command line tool begins with the time */
  time = lbst_slice_until(text, ' ');
  if (!lbst_logtime_iso(time, &line->time_ms))
    (void) lbst_logtime_iso(word_after(text, LBST_SLICE(">1 ")), &line->time_ms);
  /* from the path on there is text of the client's, up to the last "dyno=" */
  head =
    lbst_slice_between(body.at, body.at + lbst_slice_find(body, LBST_SLICE(" path=")));
  line->cause = word_after(head, LBST_SLICE(" code="));
  desc = lbst_slice_after(head, LBST_SLICE(" desc=\""));
  line->detail = lbst_slice_until(desc, '"');
  line->method = word_after(head, LBST_SLICE(" method="));
  body = lbst_slice_after(body, LBST_SLICE(" dyno="));
  for (rest = body; rest.len > 0; rest = lbst_slice_after(rest, LBST_SLICE(" dyno=")))
    body = rest;
  line->target = lbst_slice_until(body, ' ');
  status = word_after(body, LBST_SLICE(" status="));
  if (status.len == 0 || !lbst_slice_status(status, &line->status))
    return LBST_LINE_BROKEN;
  line->connect_us = heroku_us(word_after(body, LBST_SLICE(" connect=")));
  line->answer_us = heroku_us(word_after(body, LBST_SLICE(" service=")));
  return LBST_LINE_OK;
}
