/* nginx: its error log, and access logs by a compiled log_format; Varnish has one, too.
 */
#include "lines.h"

#define SECOND_US 1000000

/* Takes the message and the step it was in. Between quotes stands what a client asked for
 * or a target sent, and it may hold quotes of its own: the message is what stands in
 * front of all of them, the step is behind. */
static void
take_message(lbst_line_t *line, lbst_slice_t level, lbst_slice_t message) {
  const lbst_slice_t head = lbst_slice_until(message, '"');
  const char *end = message.at + message.len, *step = message.at;
  const char *at;

  /* nginx went on after a warning: nothing is lost by it */
  if (LBST_IS(level, "warn") && !LBST_HAS(head, "temporarily disabled")) return;
  if (head.len < message.len) {
    /* a name of a file may be a client's, and all that seems to stand behind it */
    if (!LBST_STARTS(head, "upstream ") && !LBST_STARTS(head, "client ") &&
        !LBST_STARTS(head, "pwrite"))
      return;
    for (at = message.at; at < end; at++)
      if (*at == '"') step = at;
  }
  line->cause = head;
  line->detail = lbst_slice_between(step, end);
}

/* "http://127.0.0.1:3000/path" -> "127.0.0.1:3000" */
static lbst_slice_t
peer_of(lbst_slice_t upstream) {
  const lbst_slice_t rest = lbst_slice_after(upstream, LBST_SLICE("://"));

  return lbst_slice_until(rest.len > 0 ? rest : upstream, '/');
}

lbst_line_result_t
lbst__line_nginx_error(lbst_line_t *line, const lbst_layout_t *layout,
                       lbst_slice_t text) {
  lbst_cursor_t c = {text.at, text.at + text.len};
  lbst_slice_t level, body;
  size_t index;

  (void) layout;
  if (text.len < 21 ||
      !lbst_logtime_nginx(lbst_slice_between(text.at, text.at + 19), &line->time_ms))
    return LBST_LINE_FOREIGN;
  c.at += 20;
  if (!lbst_cursor_enclosed(&c, '[', ']', &level)) return LBST_LINE_BROKEN;
  if (!lbst_cursor_past(&c, LBST_SLICE(": "))) return LBST_LINE_BROKEN;
  body = lbst_slice_between(c.at, c.end);
  /* the number of the client's connection, where there is one */
  if (body.len > 0 && body.at[0] == '*') body = lbst_slice_after(body, LBST_SLICE(" "));
  /* the request is the client's own text and must not be searched */
  index = lbst_slice_find(body, LBST_SLICE(", client: "));
  if (index == LBST_NO_INDEX) {
    take_message(line, level, body);
    return LBST_LINE_OK;
  }
  take_message(line, level, lbst_slice_between(body.at, body.at + index));
  body = lbst_slice_between(body.at + index, body.at + body.len);
  line->method = lbst__request_method(lbst_slice_after(body, LBST_SLICE("request: \"")));
  /* the request comes first and may hold anything but a quote that ends it: what nginx
   * writes behind it is found from its end */
  body = lbst_slice_after(body, LBST_SLICE("\", upstream: \""));
  line->target = peer_of(lbst_slice_until(body, '"'));
  return LBST_LINE_OK;
}

/* ---- access log ------------------------------------------------------------------ */

/* Reads the next group of a value such as "502, 200 : 200": tries stand between commas,
 * and behind a colon begins what nginx did after a redirect inside of it (error_page,
 * X-Accel-Redirect). False when nothing is left. */
static bool
next_group(lbst_cursor_t *c, lbst_slice_t *group) {
  const lbst_slice_t rest = lbst_slice_between(c->at, c->end);

  if (rest.len == 0) return false;
  if (!lbst_cursor_past(c, LBST_SLICE(" :"))) {
    *group = rest;
    c->at = c->end;
    return true;
  }
  *group = lbst_slice_between(rest.at, c->at - 2);
  if (c->at < c->end && *c->at == ' ') c->at++;
  return true;
}

/* The group of that |index|, or the last one. */
static lbst_slice_t
group_at(lbst_slice_t value, size_t index) {
  lbst_cursor_t c = {value.at, value.at + value.len};
  lbst_slice_t group = {value.at, 0};

  while (next_group(&c, &group) && index-- > 0) {
  }
  return group;
}

static bool
next_try(lbst_cursor_t *c, lbst_slice_t *part) {
  if (!lbst_cursor_until(c, ',', part)) return false;
  if (c->at < c->end && *c->at == ' ') c->at++;
  return true;
}

static lbst_slice_t
last_try(lbst_slice_t group) {
  lbst_cursor_t c = {group.at, group.at + group.len};
  lbst_slice_t part = {group.at, 0};

  while (next_try(&c, &part)) {
  }
  return part;
}

/* What a group tells of the request's fate; more is worse. */
typedef enum fate_e {
  FATE_ANSWERED,
  FATE_REPEATED,
  FATE_FAILED,
} fate_t;

/* Reads the statuses of one group. */
static bool
read_group(lbst_line_t *line, lbst_slice_t group, fate_t *fate) {
  lbst_cursor_t c = {group.at, group.at + group.len};
  lbst_slice_t part;
  uint32_t tries = 0;
  uint16_t status = 0;

  *fate = FATE_ANSWERED;
  line->tries_502 = 0;
  while (next_try(&c, &part)) {
    if (status == 502) line->tries_502++;
    if (!lbst_slice_status(part, &status)) return false;
    if (status >= 500) *fate = FATE_REPEATED;
    tries++;
  }
  if (status >= 500) *fate = FATE_FAILED;
  line->backend_status = status;
  line->tries = tries == 0 ? 1 : tries;
  return true;
}

/* Reads the statuses. Where there are groups, one that failed is what became of the
 * request: what followed it stands in for an answer. Writes which one was taken. */
static bool
read_statuses(lbst_line_t *line, lbst_slice_t value, size_t *taken) {
  lbst_cursor_t c = {value.at, value.at + value.len};
  lbst_slice_t group;
  fate_t worst = FATE_ANSWERED, fate;
  size_t count;

  *taken = 0;
  for (count = 0; next_group(&c, &group); count++) {
    if (!read_group(line, group, &fate)) return false;
    if (fate > worst || worst == FATE_ANSWERED) {
      worst = fate;
      *taken = count;
    }
  }
  line->redispatched = worst == FATE_FAILED && *taken + 1 < count;
  return read_group(line, group_at(value, *taken), &fate);
}

static bool
is_list(lbst_column_t what) {
  return what >= LBST_COLUMN_UPSTREAM_ADDR;
}

static bool
take_value(lbst_line_t *line, lbst_column_t what, lbst_slice_t value) {
  int64_t ms;

  switch (what) {
  case LBST_COLUMN_TIME_CLF: return lbst_logtime_clf(value, &line->time_ms);
  case LBST_COLUMN_TIME_ISO: return lbst_logtime_iso(value, &line->time_ms);
  case LBST_COLUMN_TIME_EPOCH:
    if (!lbst_slice_us(value, 1000, &ms)) return false;
    line->time_ms = ms;
    return true;
  case LBST_COLUMN_REQUEST: line->method = lbst__request_method(value); return true;
  case LBST_COLUMN_METHOD: line->method = value; return true;
  case LBST_COLUMN_STATUS: return lbst_slice_status(value, &line->status);
  case LBST_COLUMN_TOOK: return lbst_slice_us(value, SECOND_US, &line->answer_us);
  case LBST_COLUMN_SENT_BYTES:
    if (!lbst_slice_number(value, &line->sent_bytes)) line->sent_bytes = -1;
    return true;
  case LBST_COLUMN_TARGET:
    /* Varnish has no connection: "-:-" */
    if (!LBST_IS(value, "-:-")) line->target = value;
    return true;
  case LBST_COLUMN_DETAIL: line->detail = value; return true;
  case LBST_COLUMN_CAUSE:
    if (!lbst_slice_is_blank(value)) line->cause = value;
    return true;
  default: return true;
  }
}

/* The values of one part per try, by their columns. */
#define LISTS (LBST_COLUMN_UPSTREAM_BYTES - LBST_COLUMN_UPSTREAM_ADDR + 1)

/* Takes the last try of the group that tells the request's fate; |lists| that the format
 * does not have are NULL. */
static bool
take_lists(lbst_line_t *line, const lbst_slice_t *lists) {
  const lbst_slice_t statuses =
    lists[LBST_COLUMN_UPSTREAM_STATUS - LBST_COLUMN_UPSTREAM_ADDR];
  /* most requests have one try, and then each list is one value */
  const bool is_one =
    statuses.at != NULL && lbst_slice_status(statuses, &line->backend_status);
  size_t taken = SIZE_MAX, i;

  if (!is_one && statuses.at != NULL && !read_statuses(line, statuses, &taken))
    return false;
  for (i = 0; i < LISTS; i++) {
    lbst_slice_t value = lists[i];
    if (value.at == NULL || LBST_COLUMN_UPSTREAM_ADDR + i == LBST_COLUMN_UPSTREAM_STATUS)
      continue;
    if (!is_one) value = last_try(group_at(value, taken));
    switch (LBST_COLUMN_UPSTREAM_ADDR + i) {
    case LBST_COLUMN_UPSTREAM_ADDR:
      if (!lbst_slice_is_blank(value)) line->target = value;
      break;
    case LBST_COLUMN_UPSTREAM_TOOK:
      if (!lbst_slice_us(value, SECOND_US, &line->answer_us)) return false;
      break;
    case LBST_COLUMN_UPSTREAM_CONNECT:
      if (!lbst_slice_us(value, SECOND_US, &line->connect_us)) return false;
      break;
    case LBST_COLUMN_UPSTREAM_HEADER:
      if (!lbst_slice_us(value, SECOND_US, &line->rest_us)) return false;
      break;
    case LBST_COLUMN_UPSTREAM_BYTES:
      if (!lbst_slice_number(value, &line->bytes)) line->bytes = -1;
      break;
    default: break;
    }
  }
  return true;
}

static const char *
find_stop(const char *at, const char *end, lbst_slice_t stop) {
  size_t index;

  if (stop.len == 1) return memchr(at, stop.at[0], (size_t) (end - at));
  index = lbst_slice_find(lbst_slice_between(at, end), stop);
  return index == LBST_NO_INDEX ? NULL : at + index;
}

/* Where the value that begins at |at| ends, given the literal behind it. */
static const char *
end_of_value(const char *at, const char *end, lbst_slice_t stop, bool list) {
  const char *from = at;

  if (stop.len == 0) stop = LBST_SLICE(" ");
  for (;;) {
    const char *hit = find_stop(from, end, stop);
    if (hit == NULL) return NULL;
    from = hit + 1;
    if (stop.at[0] == '"') {
      /* nginx writes a quote of the client's as \x22, and with escape=json as \" */
      const char *slash = hit;
      while (slash > at && slash[-1] == '\\')
        slash--;
      if (((hit - slash) & 1) != 0) continue;
    } else if (list && stop.at[0] == ' ') {
      /* a space inside the list: behind a comma, and on both sides of a colon */
      if (hit > at && hit[-1] == ',') continue;
      if (end - hit > 2 && hit[1] == ':' && hit[2] == ' ') continue;
      if (hit - at >= 2 && hit[-1] == ':' && hit[-2] == ' ') continue;
    }
    return hit;
  }
}

lbst_line_result_t
lbst__line_nginx_access(lbst_line_t *line, const lbst_layout_t *layout,
                        lbst_slice_t text) {
  const char *at = text.at, *const end = text.at + text.len;
  lbst_slice_t lists[LISTS] = {{NULL, 0}};
  size_t i;

  if (text.len < layout->columns[0].before_len ||
      memcmp(at, layout->text + layout->columns[0].before,
             layout->columns[0].before_len) != 0)
    return LBST_LINE_FOREIGN;
  for (i = 0; i < layout->column_count; i++) {
    const lbst_column_t what = layout->columns[i].what;
    const bool is_last = i + 1 == layout->column_count;
    lbst_slice_t stop = {layout->text + layout->tail, layout->tail_len};
    const char *value_end;
    /* the value before it ended there */
    at += layout->columns[i].before_len;
    if (!is_last) {
      stop.at = layout->text + layout->columns[i + 1].before;
      stop.len = layout->columns[i + 1].before_len;
    }
    value_end = end_of_value(at, end, stop, is_list(what));
    if (value_end == NULL) {
      /* only the last one may end with the line */
      if (!is_last || layout->tail_len > 0)
        return i < 3 ? LBST_LINE_FOREIGN : LBST_LINE_BROKEN;
      value_end = end;
    }
    if (is_list(what))
      lists[what - LBST_COLUMN_UPSTREAM_ADDR] = lbst_slice_between(at, value_end);
    else if (!take_value(line, what, lbst_slice_between(at, value_end)))
      return LBST_LINE_BROKEN;
    at = value_end;
  }
  return take_lists(line, lists) ? LBST_LINE_OK : LBST_LINE_BROKEN;
}
