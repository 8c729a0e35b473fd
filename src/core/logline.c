#include "lines.h"

const char *
lbst_log_format_name(lbst_log_format_t format) {
  switch (format) {
#define XX(name, text, parser)                                                           \
  case LBST_LOG_##name: return text;
    LBST_LOG_FORMAT_MAP(XX)
#undef XX
  case LBST_LOG_FORMAT_COUNT: break;
  }
  return "?";
}

#define IS_RECORD(parser) (sizeof(#parser) == sizeof("record") && #parser[0] == 'r')

bool
lbst_log_format_find(lbst_slice_t name, bool record, lbst_log_format_t *format) {
#define XX(NAME, text, parser)                                                           \
  if (IS_RECORD(parser) == record && LBST_IS(name, text)) {                              \
    *format = LBST_LOG_##NAME;                                                           \
    return true;                                                                         \
  }
  LBST_LOG_FORMAT_MAP(XX)
#undef XX
  return false;
}

lbst_slice_t
lbst__request_method(lbst_slice_t request) {
  lbst_slice_t none = {request.at, 0};
  size_t i;

  for (i = 0; i < request.len && request.at[i] != ' '; i++)
    if (i > 15 || request.at[i] < 'A' || request.at[i] > 'Z') return none;
  if (i == request.len) return none;
  return lbst_slice_between(request.at, request.at + i);
}

static void
clear_line(lbst_line_t *line, lbst_slice_t text) {
  const lbst_slice_t none = {text.at, 0};

  line->time_ms = LBST_TIME_NONE;
  line->method = line->target = line->cause = line->detail = none;
  line->status = line->backend_status = 0;
  line->connect_us = line->answer_us = line->rest_us = LBST_US_ABSENT;
  line->bytes = line->sent_bytes = -1;
  line->tries = 1;
  line->tries_502 = 0;
  line->redispatched = false;
}

lbst_line_result_t
lbst_line_parse(lbst_line_t *line, const lbst_layout_t *layout, lbst_slice_t text) {
  clear_line(line, text);
  switch (layout->format) {
#define XX(name, format, parser)                                                         \
  case LBST_LOG_##name: return lbst__line_##parser(line, layout, text);
    LBST_LOG_FORMAT_MAP(XX)
#undef XX
  case LBST_LOG_FORMAT_COUNT: break;
  }
  return LBST_LINE_FOREIGN;
}

lbst_line_result_t
lbst__line_record(lbst_line_t *line, const lbst_layout_t *layout, lbst_slice_t text) {
  lbst_cursor_t c = {text.at, text.at + text.len};
  lbst_slice_t f[9];
  int64_t tries;
  size_t i;

  (void) layout;
  for (i = 0; i < sizeof(f) / sizeof(f[0]); i++)
    if (!lbst_cursor_until(&c, '\t', &f[i])) return LBST_LINE_FOREIGN;
  if (!lbst_cursor_until(&c, '\t', &line->cause)) line->cause.len = 0;
  if (!lbst_cursor_until(&c, '\t', &line->detail)) line->detail.len = 0;
  if (!lbst_logtime_iso(f[0], &line->time_ms)) line->time_ms = LBST_TIME_NONE;
  line->method = f[1];
  line->target = f[2];
  if (f[3].len > 0 && !lbst_slice_status(f[3], &line->status)) return LBST_LINE_BROKEN;
  (void) lbst_slice_status(f[4], &line->backend_status);
  (void) lbst_slice_us(f[5], 1000, &line->connect_us);
  (void) lbst_slice_us(f[6], 1000, &line->answer_us);
  (void) lbst_slice_number(f[7], &line->bytes);
  if (lbst_slice_number(f[8], &tries) && tries >= 1 && tries < 1000)
    line->tries = (uint32_t) tries;
  return LBST_LINE_OK;
}
