#ifndef LBST_DOCTOR_H
#define LBST_DOCTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The verdict on a server that was measured from outside: how long it kept connections in
 * each state, held against how long the load balancer keeps an idle one. Durations are in
 * microseconds, as a client saw them. */

#define LBST_DOCTOR_NEVER       UINT64_MAX /* no end, or none that is known */
#define LBST_DOCTOR_CLOSES_MAX  256u       /* measured closes per state */
#define LBST_DOCTOR_REASONS_MAX 4u
/* A timer may fire 1 ms early, and what a client sees of it differs from run to run: a
 * close is not told from one that comes so much sooner. */
#define LBST_DOCTOR_ERROR_US UINT64_C(3000)
/* Less than this over the load balancer's idle time is used up by one stall. */
#define LBST_DOCTOR_MARGIN_US UINT64_C(1000000)
/* A timer of its own keeps each connection for the same time, to some ms. Closes that
 * differ more are those of more than one server, or of a check that runs now and then. */
#define LBST_DOCTOR_SPREAD_US UINT64_C(250000)

/* What the connection was doing when nothing more was sent on it. */
#define LBST_DOCTOR_STATE_MAP(XX)                                                        \
  XX(UNUSED, "unused")                                                                   \
  XX(IDLE, "idle")                                                                       \
  XX(HEADERS, "headers")                                                                 \
  XX(BODY, "body")

typedef enum lbst_doctor_state_e {
#define XX(name, text) LBST_DOCTOR_##name,
  LBST_DOCTOR_STATE_MAP(XX)
#undef XX
    LBST_DOCTOR_STATE_COUNT
} lbst_doctor_state_t;

/* LIMITED: what the server ends first is no connection at rest, or one that only some
 * load balancers have. It never makes a server unsafe. */
#define LBST_DOCTOR_VERDICT_MAP(XX)                                                      \
  XX(SAFE, "safe")                                                                       \
  XX(UNSAFE, "unsafe")                                                                   \
  XX(LIMITED, "limited")                                                                 \
  XX(INCONCLUSIVE, "inconclusive")

typedef enum lbst_doctor_verdict_e {
#define XX(name, text) LBST_DOCTOR_##name,
  LBST_DOCTOR_VERDICT_MAP(XX)
#undef XX
} lbst_doctor_verdict_t;

/* Why. The codes are part of the report: a row may be added, never renamed.
 *
 *   OUTLASTS        every measured close came after the load balancer's
 *   OPEN_AT_LIMIT   open when measuring ended, which was after the load balancer's close
 *   NOT_KEPT        the answer said `Connection: close`: there is no connection to lose
 *   CLOSES_FIRST    the server closes before the load balancer does
 *   UNBOUNDED_LB    the load balancer has no idle limit, so any close comes first
 *   UNUSED_CLOSES   an unused connection is closed, and there is no idle limit in front:
 *                   matters where connections are opened in advance (the plan for such
 *                   a load balancer leaves it too)
 *   UNASKED_ANSWER  the close of an unused connection comes with an answer (a 408)
 *   CUT_ANSWERED    a sender that stops half way is told so
 *   CUT_SILENTLY    ... is not told: the load balancer makes a 502 of it
 *   LIMIT_REACHED   open when measuring ended, which was too soon to tell
 *   NO_SAMPLE       no connection told anything
 *   MAY_BE_SOONER   unused connections are closed by a check that runs now and then, and
 *                   one that is opened at a moment that was not met may be closed before
 *                   the load balancer does, though none of the measured ones was
 *   SOME_FAILED     some connections told nothing, and nobody knows what they would have
 *   THIN_MARGIN     safe, but by less than LBST_DOCTOR_MARGIN_US
 *   SPREAD          idle closes differ so much that more than one server answers */
#define LBST_DOCTOR_REASON_MAP(XX)                                                       \
  XX(OUTLASTS)                                                                           \
  XX(OPEN_AT_LIMIT)                                                                      \
  XX(NOT_KEPT)                                                                           \
  XX(CLOSES_FIRST)                                                                       \
  XX(UNBOUNDED_LB)                                                                       \
  XX(UNUSED_CLOSES)                                                                      \
  XX(UNASKED_ANSWER)                                                                     \
  XX(CUT_ANSWERED)                                                                       \
  XX(CUT_SILENTLY)                                                                       \
  XX(LIMIT_REACHED)                                                                      \
  XX(NO_SAMPLE)                                                                          \
  XX(MAY_BE_SOONER)                                                                      \
  XX(SOME_FAILED)                                                                        \
  XX(THIN_MARGIN)                                                                        \
  XX(SPREAD)

typedef enum lbst_doctor_reason_e {
#define XX(name) LBST_DOCTOR_R_##name,
  LBST_DOCTOR_REASON_MAP(XX)
#undef XX
    LBST_DOCTOR_REASON_COUNT
} lbst_doctor_reason_t;

/* What was measured in one state. */
typedef struct lbst_doctor_series_s {
  uint64_t *closes_us; /* how long each was kept; not owned, is sorted in place */
  size_t close_count;
  size_t answered_count; /* how many of the closes came with an error answer */
  size_t open_count;     /* connections that were still open ... */
  uint64_t open_us;      /* ... after this long, the shortest of them */
  size_t not_kept_count; /* connections that an answer ended with `Connection: close` */
  size_t failed_count;   /* connections that told nothing */
  uint64_t passed_us;    /* the greatest age at which one outlived a check, of which the
                            closes of others tell when it ran; 0: no such age is known */
} lbst_doctor_series_t;

/* What that means. */
typedef struct lbst_doctor_finding_s {
  lbst_doctor_verdict_t verdict;
  uint64_t min_us; /* of the measured closes; LBST_DOCTOR_NEVER without any */
  uint64_t median_us;
  uint64_t max_us;
  uint64_t
    known_from_us;      /* the shortest time that the server keeps such a connection is */
  uint64_t known_to_us; /* between these two */
  bool has_window;      /* of UNSAFE: a request sent between these two can be lost */
  uint64_t unsafe_from_us;
  uint64_t unsafe_to_us;
  lbst_doctor_reason_t reasons[LBST_DOCTOR_REASONS_MAX];
  size_t reason_count;
} lbst_doctor_finding_t;

/* Judges one state against a load balancer that keeps an idle connection for |idle_us|
 * (LBST_DOCTOR_NEVER: without a limit). Total: every series has a finding. */
void
lbst_doctor_judge(lbst_doctor_finding_t *finding, lbst_doctor_state_t state,
                  const lbst_doctor_series_t *series, uint64_t idle_us);

/* The verdict on the server, of the findings by lbst_doctor_state_t: unsafe when the
 * unused or the idle state is, else inconclusive when one of them is, else safe. */
lbst_doctor_verdict_t
lbst_doctor_overall(const lbst_doctor_finding_t *findings);

/* What the load balancer's idle time would have to stay below for this server as it is:
 * a margin under the shortest time that an unused or an idle connection was closed after,
 * or may be. 0: no idle time is known to be short enough; LBST_DOCTOR_NEVER: no close was
 * seen. */
uint64_t
lbst_doctor_idle_below(const lbst_doctor_finding_t *findings);

/* "unused", "safe", "LBST_D_CLOSES_FIRST". Static storage; never NULL. */
const char *
lbst_doctor_state_name(lbst_doctor_state_t state);
const char *
lbst_doctor_verdict_name(lbst_doctor_verdict_t verdict);
const char *
lbst_doctor_reason_name(lbst_doctor_reason_t reason);

#endif /* LBST_DOCTOR_H */
