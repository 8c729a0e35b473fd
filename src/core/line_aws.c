/* Amazon's load balancers and CloudFront. */
#include "lines.h"

#define SECOND_US 1000000

/* The head of an ALB line, by the order of its words. */
enum {
  ALB_TYPE,
  ALB_TIME,
  ALB_ELB,
  ALB_CLIENT,
  ALB_TARGET,
  ALB_REQUEST_US,
  ALB_TARGET_US,
  ALB_RESPONSE_US,
  ALB_STATUS,
  ALB_TARGET_STATUS,
  ALB_RECEIVED,
  ALB_SENT,
  ALB_HEAD_COUNT
};

#define ALB_FIELDS_TO_ERROR_REASON 11 /* from behind the request to error_reason */

static bool
is_alb_type(lbst_slice_t word) {
  return LBST_IS(word, "https") || LBST_IS(word, "h2") || LBST_IS(word, "http") ||
         LBST_IS(word, "grpcs") || LBST_IS(word, "ws") || LBST_IS(word, "wss");
}

lbst_line_result_t
lbst__line_alb(lbst_line_t *line, const lbst_layout_t *layout, lbst_slice_t text) {
  const char *spaces[ALB_HEAD_COUNT];
  lbst_slice_t word[ALB_HEAD_COUNT], request;
  const char *at = text.at, *const end = text.at + text.len;
  lbst_cursor_t c;
  size_t i, found;

  (void) layout;
  found = lbst_spaces(at, end, spaces, ALB_HEAD_COUNT);
  if (found == 0) return LBST_LINE_FOREIGN;
  for (i = 0; i < found; i++) {
    word[i] = lbst_slice_between(at, spaces[i]);
    at = spaces[i] + 1;
  }
  if (!is_alb_type(word[ALB_TYPE])) return LBST_LINE_FOREIGN;
  if (found < ALB_HEAD_COUNT || at == end || *at != '"') return LBST_LINE_BROKEN;
  if (!lbst_logtime_iso(word[ALB_TIME], &line->time_ms) ||
      !lbst_slice_us(word[ALB_REQUEST_US], SECOND_US, &line->connect_us) ||
      !lbst_slice_us(word[ALB_TARGET_US], SECOND_US, &line->answer_us) ||
      !lbst_slice_us(word[ALB_RESPONSE_US], SECOND_US, &line->rest_us) ||
      !lbst_slice_status(word[ALB_STATUS], &line->status) ||
      !lbst_slice_status(word[ALB_TARGET_STATUS], &line->backend_status))
    return LBST_LINE_BROKEN;
  if (!lbst_slice_is_blank(word[ALB_TARGET])) line->target = word[ALB_TARGET];
  line->method = lbst__request_method(lbst_slice_between(at + 1, end));
  if (line->status < 500) return LBST_LINE_OK;

  /* the rare rest: why the load balancer gave up. Older lines end before it. */
  c.at = at;
  c.end = end;
  if (!lbst_cursor_field(&c, &request)) return LBST_LINE_BROKEN;
  if (lbst_cursor_skip(&c, ALB_FIELDS_TO_ERROR_REASON) &&
      lbst_cursor_field(&c, &line->cause) && lbst_slice_is_blank(line->cause))
    line->cause.len = 0;
  return LBST_LINE_OK;
}

lbst_line_result_t
lbst__line_clb(lbst_line_t *line, const lbst_layout_t *layout, lbst_slice_t text) {
  enum { TIME, ELB, CLIENT, BACKEND, T1, T2, T3, STATUS, BACKEND_STATUS, IN, OUT, COUNT };
  const char *spaces[COUNT];
  lbst_slice_t word[COUNT];
  const char *at = text.at, *const end = text.at + text.len;
  size_t i, found;

  (void) layout;
  found = lbst_spaces(at, end, spaces, COUNT);
  for (i = 0; i < found; i++) {
    word[i] = lbst_slice_between(at, spaces[i]);
    at = spaces[i] + 1;
  }
  if (found == 0 || !lbst_logtime_iso(word[TIME], &line->time_ms))
    return LBST_LINE_FOREIGN;
  if (found < COUNT || at == end || *at != '"') return LBST_LINE_BROKEN;
  if (!lbst_slice_us(word[T1], SECOND_US, &line->connect_us) ||
      !lbst_slice_us(word[T2], SECOND_US, &line->answer_us) ||
      !lbst_slice_us(word[T3], SECOND_US, &line->rest_us) ||
      !lbst_slice_status(word[STATUS], &line->status) ||
      !lbst_slice_status(word[BACKEND_STATUS], &line->backend_status))
    return LBST_LINE_BROKEN;
  if (!lbst_slice_is_blank(word[BACKEND])) line->target = word[BACKEND];
  line->method = lbst__request_method(lbst_slice_between(at + 1, end));
  return LBST_LINE_OK;
}

lbst_line_result_t
lbst__line_cloudfront(lbst_line_t *line, const lbst_layout_t *layout, lbst_slice_t text) {
  lbst_cursor_t c = {text.at, text.at + text.len};
  lbst_slice_t field, date = {text.at, 0};
  bool has_status = false;
  size_t i;

  for (i = 0; i < layout->column_count; i++) {
    if (!lbst_cursor_until(&c, '\t', &field)) break;
    if (i == 0 && c.at == c.end) return LBST_LINE_FOREIGN; /* no tab at all */
    switch (layout->columns[i].what) {
    case LBST_COLUMN_DATE: date = field; break;
    case LBST_COLUMN_CLOCK:
      /* date and time stand side by side: together they are an ISO time */
      if (date.at + date.len + 1 != field.at ||
          !lbst_logtime_iso(lbst_slice_between(date.at, field.at + field.len),
                            &line->time_ms))
        return LBST_LINE_FOREIGN;
      break;
    case LBST_COLUMN_METHOD: line->method = field; break;
    case LBST_COLUMN_STATUS:
      if (!lbst_slice_status(field, &line->status)) return LBST_LINE_BROKEN;
      has_status = true;
      break;
    case LBST_COLUMN_TOOK:
      if (!lbst_slice_us(field, SECOND_US, &line->answer_us)) return LBST_LINE_BROKEN;
      break;
    case LBST_COLUMN_TARGET: line->target = field; break;
    case LBST_COLUMN_CAUSE: line->cause = field; break;
    case LBST_COLUMN_DETAIL: line->detail = field; break;
    default: break;
    }
  }
  return has_status ? LBST_LINE_OK : LBST_LINE_BROKEN;
}
