#ifndef LBST_VERDICT_H
#define LBST_VERDICT_H

#include "logline.h"

/* What happened to a request, by the public names. */
#define LBST_VERDICT_MAP(XX)                                                             \
  XX(KEEP_ALIVE_RACE, "keep-alive-race")                                                 \
  XX(REPAIRED_RACE, "repaired-race")                                                     \
  XX(TARGET_TIMEOUT, "target-timeout")                                                   \
  XX(REFUSED, "refused")                                                                 \
  XX(MID_RESPONSE, "mid-response")                                                       \
  XX(APP_ERROR, "app-error")                                                             \
  XX(CLIENT_LEFT, "client-left")                                                         \
  XX(OK, "ok")                                                                           \
  XX(OTHER, "other")

typedef enum lbst_verdict_e {
#define XX(name, text) LBST_VERDICT_##name,
  LBST_VERDICT_MAP(XX)
#undef XX
    LBST_VERDICT_COUNT
} lbst_verdict_t;

/* Why: the rows of verdict.def. */
typedef enum lbst_why_e {
#define LBST_WHY(name, verdict, text) LBST_WHY_##name,
#include "verdict.def"
#undef LBST_WHY
  LBST_WHY_COUNT
} lbst_why_t;

/* A connection that was already closed fails within a round trip, or once a stalled
 * process wakes up. What took longer was being worked on. */
#define LBST_RACE_US_MAX 1000000

/* Judges one line that lbst_line_parse() took. Pure. |layout| says which fields the line
 * can have at all. */
lbst_why_t
lbst_verdict(const lbst_layout_t *layout, const lbst_line_t *line);

/* The verdict of the row; OTHER for a value that is no row. */
lbst_verdict_t
lbst_why_verdict(lbst_why_t why);

/* The sentence of the row. Never NULL. Static storage. */
const char *
lbst_why_text(lbst_why_t why);

/* "keep-alive-race". Never NULL. Static storage. */
const char *
lbst_verdict_name(lbst_verdict_t verdict);

#endif /* LBST_VERDICT_H */
