/* The judges of the proxies that people run themselves. */
#include "verdicts.h"

/* A connection that the other side does not have any more, in the words of Unix and with
 * the numbers of Linux and of Windows, whose words are in its own language. */
static bool
is_reset(lbst_slice_t message) {
  return LBST_HAS(message, "Connection reset by peer") || LBST_HAS(message, "(104:") ||
         LBST_HAS(message, "(10054:") || LBST_HAS(message, "(10053:");
}

static bool
is_broken_pipe(lbst_slice_t message) {
  return LBST_HAS(message, "Broken pipe") || LBST_HAS(message, "(32:");
}

/* What nginx was doing: "upstream timed out (110: ...) while connecting to upstream" */
static lbst_slice_t
step_of(lbst_slice_t detail) {
  lbst_slice_t rest, step = {detail.at, 0};

  for (rest = lbst_slice_after(detail, LBST_SLICE("while ")); rest.len > 0;
       rest = lbst_slice_after(rest, LBST_SLICE("while ")))
    step = rest;
  return step;
}

lbst_why_t
lbst__judge_nginx_error(const lbst_line_t *line) {
  const lbst_slice_t m = line->cause, step = step_of(line->detail);

  if (m.len == 0) return LBST_WHY_NO_REQUEST;
  if (LBST_STARTS(m, "client "))
    return LBST_HAS(m, "closed keepalive connection") ? LBST_WHY_NO_REQUEST
                                                      : LBST_WHY_CLIENT_CLOSED;
  if (LBST_STARTS(m, "upstream server temporarily disabled")) return LBST_WHY_COMPANION;
  if (LBST_STARTS(m, "no live upstreams")) return LBST_WHY_NO_TARGET;
  if (LBST_HAS(m, "client prematurely closed") ||
      LBST_STARTS(step, "sending to client") ||
      LBST_STARTS(step, "reading client request") ||
      LBST_STARTS(step, "waiting for request"))
    return LBST_WHY_CLIENT_CLOSED;
  if (LBST_STARTS(step, "reading response header from upstream")) {
    if (LBST_HAS(m, "prematurely closed connection")) return LBST_WHY_NGINX_PREMATURE;
    if (LBST_HAS(m, "timed out")) return LBST_WHY_NO_ANSWER_IN_TIME;
    return is_reset(m) ? LBST_WHY_NGINX_RESET : LBST_WHY_BAD_ANSWER;
  }
  if (LBST_STARTS(step, "connecting to upstream"))
    return LBST_HAS(m, "timed out") ? LBST_WHY_CONNECT_TIMEOUT : LBST_WHY_CONNECT_FAILED;
  if (LBST_STARTS(step, "SSL handshaking to upstream")) return LBST_WHY_CONNECT_FAILED;
  if (LBST_STARTS(step, "sending request to upstream")) {
    if (LBST_HAS(m, "timed out")) return LBST_WHY_NO_ANSWER_IN_TIME;
    return LBST_HAS(m, "prematurely closed connection") || is_reset(m) ||
               is_broken_pipe(m)
             ? LBST_WHY_LOST_ON_WRITE
             : LBST_WHY_BAD_ANSWER;
  }
  if (LBST_STARTS(step, "reading upstream")) {
    if (LBST_HAS(m, "timed out")) return LBST_WHY_NO_ANSWER_IN_TIME;
    if (LBST_STARTS(m, "upstream sent")) return LBST_WHY_BAD_ANSWER;
    return LBST_STARTS(m, "pwrite") ? LBST_WHY_LB_OWN_ERROR : LBST_WHY_DIED_IN_ANSWER;
  }
  /* "while proxying upgraded connection", and what has no step */
  return LBST_WHY_NO_REQUEST;
}

static lbst_why_t
judge_lost_try(const lbst_layout_t *layout, const lbst_line_t *line) {
  /* a name without a port is the upstream block itself: all its servers are marked down
   */
  if (line->target.len > 0 &&
      lbst_slice_find(line->target, LBST_SLICE(":")) == LBST_NO_INDEX)
    return LBST_WHY_NO_TARGET;
  if (layout->has_connect && line->connect_us == LBST_US_NONE)
    return LBST_WHY_CONNECT_FAILED;
  /* a head or a body means that the target said 502 */
  if (line->bytes > 0 || (layout->has_header && line->rest_us >= 0))
    return LBST_WHY_TARGET_ANSWERED_5XX;
  if (line->answer_us > LBST_RACE_US_MAX) return LBST_WHY_CLOSED_WHILE_WORKING;
  /* nginx writes a length of 0 for an answer that it put a page in place of */
  if (line->redispatched && !layout->has_header) return LBST_WHY_REPLACED_502;
  if (layout->has_connect) return LBST_WHY_CLOSED_AT_ONCE;
  return line->tries_502 > 0 ? LBST_WHY_ALL_TRIES_FAILED : LBST_WHY_CLOSED_OR_REFUSED;
}

lbst_why_t
lbst__judge_nginx_access(const lbst_layout_t *layout, const lbst_line_t *line) {
  uint16_t status = line->status;

  if (line->status == 499 || line->status == 408 || line->status == 0)
    return LBST_WHY_CLIENT_CLOSED;
  if (!layout->has_upstream) {
    if (line->status < 500) return LBST_WHY_ANSWERED;
    return line->status == 504 ? LBST_WHY_NO_ANSWER_IN_TIME : LBST_WHY_NO_UPSTREAM_FIELDS;
  }
  /* the tries failed, and what the client got is from elsewhere: a page for errors */
  if (line->redispatched) status = line->backend_status;
  if (status < 500) {
    if (line->tries == 1 || line->backend_status >= 500) return LBST_WHY_ANSWERED;
    return line->tries_502 > 0 ? LBST_WHY_RETRIED_502 : LBST_WHY_RETRIED_OTHER;
  }
  if (line->backend_status == 0) return LBST_WHY_LB_OWN_ERROR;
  if (status == 504)
    return layout->has_connect && line->connect_us == LBST_US_NONE
             ? LBST_WHY_CONNECT_TIMEOUT
             : LBST_WHY_NO_ANSWER_IN_TIME;
  if (line->backend_status == 502) return judge_lost_try(layout, line);
  return LBST_WHY_TARGET_ANSWERED_5XX;
}

lbst_why_t
lbst__judge_haproxy(const lbst_line_t *line) {
  const char who = line->cause.at[0], when = line->cause.at[1];

  if (who == 'C' || who == 'c') return LBST_WHY_CLIENT_CLOSED;
  if (when == 'C' || when == 'Q') {
    if (line->target.len == 0) return LBST_WHY_NO_TARGET;
    if (who == 's') return LBST_WHY_CONNECT_TIMEOUT;
    if (who == 'S') return LBST_WHY_CONNECT_FAILED;
    return LBST_WHY_OVERLOADED;
  }
  if (who == 's') return LBST_WHY_NO_ANSWER_IN_TIME;
  if (who == 'S') {
    if (when == 'D' || when == 'L') return LBST_WHY_DIED_IN_ANSWER;
    if (when == 'H') return LBST_WHY_CLOSED_FRESH;
    return LBST_WHY_UNKNOWN_CAUSE;
  }
  if (who == 'R') return LBST_WHY_OVERLOADED;
  if (who == 'P' && when == 'H')
    return line->status >= 500 ? LBST_WHY_BAD_ANSWER : LBST_WHY_LB_OWN_ERROR;
  if (who == 'L') return LBST_WHY_LB_ANSWERED;
  if (who != '-') return LBST_WHY_LB_OWN_ERROR;
  if (line->status >= 500) return LBST_WHY_TARGET_ANSWERED_5XX;
  if (line->tries == 1) return LBST_WHY_ANSWERED;
  /* a connect is tried again after a second, or on another server */
  return line->redispatched || line->connect_us >= 1000000 ? LBST_WHY_RETRIED_CONNECT
                                                           : LBST_WHY_RETRIED;
}

/* Is |flag| one of the flags between commas? */
static bool
has_flag(lbst_slice_t flags, lbst_slice_t flag) {
  lbst_cursor_t c = {flags.at, flags.at + flags.len};
  lbst_slice_t part;

  while (lbst_cursor_until(&c, ',', &part))
    if (lbst_slice_equal(part, flag)) return true;
  return false;
}

#define FLAG(name) has_flag(line->cause, LBST_SLICE(name))

lbst_why_t
lbst__judge_envoy(const lbst_line_t *line) {
  /* Envoy's own answer to gRPC is 200 as well */
  const bool answered = line->status != 0 && line->status < 500 &&
                        !LBST_HAS(line->detail, "before_response_started");

  if (line->cause.len == 0) {
    if (line->status == 0) return LBST_WHY_CLIENT_CLOSED;
    if (line->status >= 500)
      return line->target.len > 0 ? LBST_WHY_TARGET_ANSWERED_5XX : LBST_WHY_LB_OWN_ERROR;
    return line->tries > 1 ? LBST_WHY_RETRIED : LBST_WHY_ANSWERED;
  }
  if (FLAG("UF") || FLAG("LH")) return LBST_WHY_CONNECT_FAILED;
  if (FLAG("UH") || FLAG("NC") || FLAG("DF")) return LBST_WHY_NO_TARGET;
  if (FLAG("UO")) return LBST_WHY_OVERLOADED;
  if (FLAG("UT") || FLAG("SI") || FLAG("UMSDR")) return LBST_WHY_NO_ANSWER_IN_TIME;
  if (FLAG("UC")) {
    if (line->status == 101) return LBST_WHY_ANSWERED;
    return answered || LBST_HAS(line->detail, "after_response_started")
             ? LBST_WHY_DIED_IN_ANSWER
             : lbst__closed_after(line->answer_us);
  }
  if (FLAG("DC") || FLAG("DT")) return LBST_WHY_CLIENT_CLOSED;
  if (FLAG("UPE")) return LBST_WHY_BAD_ANSWER;
  if (FLAG("UR"))
    return answered ? LBST_WHY_DIED_IN_ANSWER : LBST_WHY_TARGET_RESET_STREAM;
  if (FLAG("URX")) return LBST_WHY_TARGET_ANSWERED_5XX;
  return line->status != 0 && line->status < 500 ? LBST_WHY_LB_ANSWERED
                                                 : LBST_WHY_LB_OWN_ERROR;
}

/* The body of Traefik's own 502 is "Bad Gateway". */
#define TRAEFIK_OWN_BODY 11

lbst_why_t
lbst__judge_traefik(const lbst_line_t *line) {
  if (lbst__client_left(line->status)) return LBST_WHY_CLIENT_CLOSED;
  if (line->status < 500) return line->tries > 1 ? LBST_WHY_RETRIED : LBST_WHY_ANSWERED;
  switch (line->status) {
  case 502:
    if (line->bytes >= 0 && line->bytes != TRAEFIK_OWN_BODY)
      return LBST_WHY_TARGET_ANSWERED_5XX;
    if (line->answer_us == LBST_US_ABSENT) return LBST_WHY_UNKNOWN_CAUSE;
    return line->answer_us > LBST_RACE_US_MAX ? LBST_WHY_CLOSED_WHILE_WORKING
                                              : LBST_WHY_CLOSED_OR_REFUSED;
  case 503:
    return line->target.len == 0 ? LBST_WHY_NO_TARGET : LBST_WHY_TARGET_ANSWERED_5XX;
  case 504: return LBST_WHY_NO_ANSWER_IN_TIME;
  default: return LBST_WHY_TARGET_ANSWERED_5XX;
  }
}

/* "proxy: HTTPS: attempt to connect to 192.0.2.15:3443 (shop) failed", of Apache 2.2 */
static bool
is_failed_connect_of_22(lbst_slice_t m) {
  lbst_cursor_t c = {m.at, m.at + m.len};
  lbst_slice_t word, protocol;

  return lbst_cursor_word(&c, &word) && LBST_IS(word, "proxy:") &&
         lbst_cursor_word(&c, &protocol) && LBST_HAS(protocol, ":") &&
         LBST_STARTS(lbst_slice_between(c.at, c.end), "attempt to connect to ");
}

/* The cause begins with the message's code or, of Apache 2.2, with "proxy: ". What
 * follows may be a client's own text. */
lbst_why_t
lbst__judge_apache_error(const lbst_line_t *line) {
  const lbst_slice_t m = line->cause, error = line->detail;
  const bool timed_out = LBST_HAS(error, "(70007)") || LBST_HAS(error, "(110)") ||
                         LBST_HAS(error, "timed out");

  if (LBST_STARTS(m, "AH01102:") ||
      LBST_STARTS(m, "proxy: error reading status line from remote server"))
    return timed_out ? LBST_WHY_NO_ANSWER_IN_TIME : LBST_WHY_POOLED_STATUS_LINE;
  if (LBST_STARTS(m, "AH00957:") || LBST_STARTS(m, "AH00958:") ||
      LBST_STARTS(m, "AH00939:") || LBST_STARTS(m, "AH02454:") ||
      is_failed_connect_of_22(m))
    return timed_out ? LBST_WHY_CONNECT_TIMEOUT : LBST_WHY_CONNECT_FAILED;
  if (LBST_STARTS(m, "AH01084:"))
    return timed_out ? LBST_WHY_NO_ANSWER_IN_TIME : LBST_WHY_LOST_ON_WRITE;
  if (LBST_STARTS(m, "AH01110:") || LBST_STARTS(m, "proxy: error reading response"))
    return timed_out ? LBST_WHY_NO_ANSWER_IN_TIME : LBST_WHY_DIED_IN_ANSWER;
  if (LBST_STARTS(m, "AH01095:") || LBST_STARTS(m, "proxy: prefetch request body failed"))
    return LBST_WHY_CLIENT_CLOSED;
  /* of AH00898 this one is written with AH01102, the others alone */
  if (LBST_STARTS(m, "AH00898: Error reading from remote server"))
    return LBST_WHY_COMPANION;
  if (LBST_STARTS(m, "AH00898: DNS lookup failure")) return LBST_WHY_NO_TARGET;
  if (LBST_STARTS(m, "AH00898: Timeout")) return LBST_WHY_NO_ANSWER_IN_TIME;
  if (LBST_STARTS(m, "AH00898:")) return LBST_WHY_BAD_ANSWER;
  if (LBST_STARTS(m, "AH01114:") || LBST_STARTS(m, "AH01097:") ||
      LBST_STARTS(m, "AH00959:"))
    return LBST_WHY_COMPANION;
  return LBST_WHY_NO_REQUEST;
}

/* The connection ended before an answer's head: the words of Varnish 7, and of 4 to 6. */
static bool
is_lost(lbst_slice_t error) {
  return LBST_HAS(error, "HTC eof") || LBST_HAS(error, "HTC close") ||
         LBST_HAS(error, "first read error") || LBST_HAS(error, "write error");
}

/* "backend name: why it has no connection" */
static lbst_why_t
judge_no_connection(lbst_slice_t error) {
  if (LBST_HAS(error, "unhealthy")) return LBST_WHY_NO_TARGET;
  if (LBST_HAS(error, ": busy")) return LBST_WHY_OVERLOADED;
  return LBST_HAS(error, "timed out") ? LBST_WHY_CONNECT_TIMEOUT
                                      : LBST_WHY_CONNECT_FAILED;
}

lbst_why_t
lbst__judge_varnish(const lbst_line_t *line) {
  const lbst_slice_t e = line->cause;

  if (e.len == 0) {
    /* piped: what became of it is in no record */
    if (line->status == 0) return LBST_WHY_NO_REQUEST;
    return line->status < 500 ? LBST_WHY_ANSWERED : LBST_WHY_TARGET_ANSWERED_5XX;
  }
  if (is_lost(e)) {
    if (line->status < 500) return LBST_WHY_RETRIED;
    /* without a body it was tried again, on a new connection: that one was lost as well
     */
    if (LBST_IS(line->detail, "connect") || line->sent_bytes == 0)
      return line->answer_us > LBST_RACE_US_MAX ? LBST_WHY_CLOSED_WHILE_WORKING
                                                : LBST_WHY_CLOSED_FRESH;
    return LBST_HAS(e, "write error") ? LBST_WHY_LOST_ON_WRITE
                                      : lbst__closed_after(line->answer_us);
  }
  if (LBST_STARTS(e, "req.body")) return LBST_WHY_CLIENT_CLOSED;
  if (LBST_HAS(e, "first byte timeout")) return LBST_WHY_NO_ANSWER_IN_TIME;
  if (LBST_STARTS(e, "backend ")) return judge_no_connection(e);
  if (LBST_HAS(e, "no backend") || LBST_HAS(e, "No backend")) return LBST_WHY_NO_TARGET;
  if (LBST_HAS(e, "http format error") || LBST_HAS(e, "HTC junk") ||
      LBST_HAS(e, "HTC overflow") || LBST_HAS(e, "Received junk"))
    return LBST_WHY_BAD_ANSWER;
  if (line->status != 0 && line->status < 500) return LBST_WHY_DIED_IN_ANSWER;
  return LBST_WHY_UNKNOWN_CAUSE;
}
