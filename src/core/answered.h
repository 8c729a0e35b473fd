#ifndef LBST_ANSWERED_H
#define LBST_ANSWERED_H

#include "logline.h"

/* The short way for the lines that fill a log: the target answered, with less than 500.
 * Such a line of the commonest shape is read here in a fraction of the time; every other
 * one is left to lbst_line_parse() and lbst_verdict(), which have the last word. */

/* "2026-01-14T09:12:" */
#define LBST_ANSWERED_MINUTE_LEN 17u

/* What the lines before it leave behind: most begin in the same minute. */
typedef struct lbst_answered_s {
  int64_t minute_ms; /* when it begins */
  char minute[LBST_ANSWERED_MINUTE_LEN];
} lbst_answered_t;

void
lbst_answered_init(lbst_answered_t *answered);

/* Reads the ALB line |text|. True: lbst_line_parse() takes it, lbst_verdict() says
 * LBST_WHY_ANSWERED, and |line->time_ms|, |line->method| and |line->target| are what the
 * parser writes there; nothing else of |*line| is written. False: it may be anything. */
bool
lbst_answered_alb(lbst_answered_t *answered, lbst_slice_t text, lbst_line_t *line);

#endif /* LBST_ANSWERED_H */
