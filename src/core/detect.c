#include "detect.h"

#define LINES_MAX 64

/* Traefik's short form is nginx's combined one to the letter, and nginx is everywhere. */
static bool
is_telling(lbst_log_format_t format, const lbst_line_t *line) {
  return format != LBST_LOG_TRAEFIK || line->answer_us != LBST_US_ABSENT;
}

/* How many of the first lines can be read as |format|; |*seen|: of how many. */
static unsigned
count_read(lbst_slice_t head, lbst_log_format_t format, unsigned *seen) {
  static const lbst_slice_t no_log_format = {"", 0};
  lbst_layout_t layout;
  lbst_cursor_t c = {head.at, head.at + head.len};
  lbst_slice_t text;
  lbst_line_t line;
  unsigned count = 0, i;

  *seen = 0;
  if (lbst_layout_init(&layout, format, no_log_format) != LBST_OK) return 0;
  for (i = 0; i < LINES_MAX && lbst_cursor_until(&c, '\n', &text); i++) {
    text = lbst_slice_line(text);
    if (text.len == 0) continue;
    if (text.at[0] == '#') {
      lbst_layout_header(&layout, text);
      continue;
    }
    (*seen)++;
    if (lbst_line_parse(&line, &layout, text) == LBST_LINE_OK &&
        is_telling(format, &line))
      count++;
  }
  return count;
}

bool
lbst_log_detect(lbst_slice_t head, lbst_log_format_t *format) {
  /* the more telling first: a line of ingress-nginx, Varnish or Traefik is one of nginx,
   * too */
  static const lbst_log_format_t order[] = {
    LBST_LOG_ALB,          LBST_LOG_CLB,           LBST_LOG_CLOUDFRONT,  LBST_LOG_HAPROXY,
    LBST_LOG_ISTIO,        LBST_LOG_ENVOY,         LBST_LOG_NGINX_ERROR, LBST_LOG_HEROKU,
    LBST_LOG_APACHE_ERROR, LBST_LOG_INGRESS_NGINX, LBST_LOG_VARNISH,     LBST_LOG_TRAEFIK,
    LBST_LOG_NGINX_ACCESS,
  };
  unsigned best = 0, seen = 0;
  size_t i;

  for (i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
    /* a few cut lines must not hand an ingress-nginx log to the format that takes them */
    const unsigned count = count_read(head, order[i], &seen);
    if (count * 3 > best * 4) {
      best = count;
      *format = order[i];
    }
    if (best * 4 >= seen * 3) break; /* none can be that much better */
  }
  return best > 0;
}
