#ifndef LBST_VERDICTS_H
#define LBST_VERDICTS_H

#include "verdict.h"

/* The judges of the proxies that people run themselves, called by lbst_verdict(). */
lbst_why_t
lbst__judge_nginx_error(const lbst_line_t *line);

lbst_why_t
lbst__judge_nginx_access(const lbst_layout_t *layout, const lbst_line_t *line);

lbst_why_t
lbst__judge_haproxy(const lbst_line_t *line);

lbst_why_t
lbst__judge_envoy(const lbst_line_t *line);

lbst_why_t
lbst__judge_traefik(const lbst_line_t *line);

lbst_why_t
lbst__judge_apache_error(const lbst_line_t *line);

lbst_why_t
lbst__judge_varnish(const lbst_line_t *line);

/* The target closed without an answer |us| after it had the request; negative: unknown,
 * which is at once. */
static inline lbst_why_t
lbst__closed_after(int64_t us) {
  return us > LBST_RACE_US_MAX ? LBST_WHY_CLOSED_WHILE_WORKING : LBST_WHY_CLOSED_AT_ONCE;
}

/* A status that only ever means so: 0, 408, 460, 499. */
static inline bool
lbst__client_left(uint16_t status) {
  return status == 0 || status == 408 || status == 460 || status == 499;
}

#endif /* LBST_VERDICTS_H */
