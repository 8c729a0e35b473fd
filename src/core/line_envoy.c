/* Envoy and Istio. */
#include "lines.h"

#define MS_US 1000

/* [time] "METHOD PATH PROTOCOL" code flags: how both begin. */
static lbst_line_result_t
read_head(lbst_line_t *line, lbst_cursor_t *c) {
  lbst_slice_t time, request, code;

  if (!lbst_cursor_enclosed(c, '[', ']', &time) ||
      !lbst_logtime_iso(time, &line->time_ms))
    return LBST_LINE_FOREIGN;
  if (!lbst_cursor_field(c, &request) || !lbst_cursor_word(c, &code) ||
      !lbst_slice_status(code, &line->status) || !lbst_cursor_word(c, &line->cause))
    return LBST_LINE_BROKEN;
  line->method = lbst__request_method(request);
  if (lbst_slice_is_blank(line->cause)) line->cause.len = 0;
  return LBST_LINE_OK;
}

/* bytes_received bytes_sent duration service_time "xff" "agent" "id" "authority" "host"
 */
static lbst_line_result_t
read_rest(lbst_line_t *line, lbst_cursor_t *c) {
  lbst_slice_t received, sent, took, service;
  size_t i;

  if (!lbst_cursor_word(c, &received) || !lbst_cursor_word(c, &sent) ||
      !lbst_cursor_word(c, &took) || !lbst_cursor_word(c, &service))
    return LBST_LINE_BROKEN;
  if (!lbst_slice_number(sent, &line->bytes) ||
      !lbst_slice_us(took, MS_US, &line->answer_us) ||
      !lbst_slice_us(service, MS_US, &line->rest_us))
    return LBST_LINE_BROKEN;
  if (line->rest_us >= 0) line->backend_status = line->status;
  /* Envoy does not escape quotes: those between two fields are told by the next one's */
  for (i = 0; i < 4; i++)
    if (!lbst_cursor_past(c, LBST_SLICE("\" \""))) return LBST_LINE_BROKEN;
  c->at--;
  if (!lbst_cursor_field(c, &line->target)) return LBST_LINE_BROKEN;
  if (lbst_slice_is_blank(line->target)) line->target.len = 0;
  return LBST_LINE_OK;
}

lbst_line_result_t
lbst__line_envoy(lbst_line_t *line, const lbst_layout_t *layout, lbst_slice_t text) {
  lbst_cursor_t c = {text.at, text.at + text.len};
  const lbst_line_result_t head = read_head(line, &c);

  (void) layout;
  return head != LBST_LINE_OK ? head : read_rest(line, &c);
}

lbst_line_result_t
lbst__line_istio(lbst_line_t *line, const lbst_layout_t *layout, lbst_slice_t text) {
  lbst_cursor_t c = {text.at, text.at + text.len};
  const lbst_line_result_t head = read_head(line, &c);
  lbst_slice_t termination, transport;

  (void) layout;
  if (head != LBST_LINE_OK) return head;
  if (!lbst_cursor_field(&c, &line->detail) || !lbst_cursor_field(&c, &termination) ||
      !lbst_cursor_field(&c, &transport))
    return LBST_LINE_BROKEN;
  return read_rest(line, &c);
}
