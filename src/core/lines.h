#ifndef LBST_LINES_H
#define LBST_LINES_H

#include "logline.h"

/* One parser per layout, called by lbst_line_parse() with |*line| empty. */
#define LBST_LINE_PARSER(name)                                                           \
  lbst_line_result_t lbst__line_##name(lbst_line_t *line, const lbst_layout_t *layout,   \
                                       lbst_slice_t text)

LBST_LINE_PARSER(alb);
LBST_LINE_PARSER(clb);
LBST_LINE_PARSER(cloudfront);
LBST_LINE_PARSER(nginx_error);
LBST_LINE_PARSER(nginx_access);
LBST_LINE_PARSER(haproxy);
LBST_LINE_PARSER(envoy);
LBST_LINE_PARSER(istio);
LBST_LINE_PARSER(traefik);
LBST_LINE_PARSER(apache_error);
LBST_LINE_PARSER(heroku);

/* A record of lib/logs/json.js, tab separated: time (ISO), method, target, status, the
 * target's status, connect ms, answer ms, body bytes, tries, cause, detail. What is not
 * known is empty. */
LBST_LINE_PARSER(record);

/* "POST /api/cart HTTP/1.1" -> "POST"; empty when it is no request ("-", binary junk). */
lbst_slice_t
lbst__request_method(lbst_slice_t request);

lbst_status_t
lbst__layout_compile(lbst_layout_t *layout, lbst_slice_t log_format);

#endif /* LBST_LINES_H */
