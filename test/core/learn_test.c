/* The load balancer's idle timeout, learned from the connections that it closes; and when
 * that is no proof of anything. */
#include "../../src/core/learn.h"

#include "tap.h"

/* A reproducible sequence, so that a failure can be run again. */
static uint32_t
next(uint32_t *state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}

typedef struct shape_s {
  const char *who;
  size_t count;
  uint32_t idle_ms;      /* shortest */
  uint32_t late_ms;      /* how much later it may be */
  uint32_t sweep_ms;     /* closes only at multiples of this; 0 = by a timer */
  uint32_t step_ms;      /* all become idle at multiples of this; 0 = at any moment */
  uint32_t early_of_ten; /* so many of ten are closed early, for another reason */
  uint32_t later_of_ten; /* ... are closed much later */
  bool provoked;
  lbst_learn_kind_t kind;
} shape_t;

static const shape_t shapes[] = {
  {"nginx, Caddy, Varnish: 7 ms late at most", 40, 3000, 7, 0, 0, 0, 0, false,
   LBST_LEARN_CLEAR},
  {"an ALB at 60 s", 12, 60000, 50, 0, 0, 0, 0, false, LBST_LEARN_CLEAR},
  {"nine closes", 9, 3000, 7, 0, 0, 0, 0, false, LBST_LEARN_FEW},
  {"a third evicted from a full pool", 60, 3000, 7, 0, 0, 3, 0, false, LBST_LEARN_CLEAR},
  {"most evicted from a full pool", 60, 3000, 7, 0, 0, 8, 0, false, LBST_LEARN_SPREAD},
  {"two load balancers, the longer one hidden", 60, 3000, 7, 0, 0, 0, 3, false,
   LBST_LEARN_SPREAD},
  {"Traffic Server: up to a second late", 60, 3015, 985, 0, 0, 0, 0, false,
   LBST_LEARN_SPREAD},
  {"a sweep each second over connections that idle at any moment", 60, 3000, 0, 1000, 0,
   0, 0, false, LBST_LEARN_SPREAD},
  {"a sweep each second over connections of a ticking client: 3.4 s is no timeout", 60,
   3400, 7, 0, 1000, 0, 0, false, LBST_LEARN_IN_STEP},
  {"a sweep each 5 s over the connections of a client that ticks each 5 s", 60, 9200, 7,
   0, 5000, 0, 0, false, LBST_LEARN_IN_STEP},
  {"HAProxy, Apache: closes as it needs another connection", 60, 13500, 7, 0, 0, 0, 0,
   true, LBST_LEARN_LAZY},
  {"closes right after an answer", 60, 0, 7, 0, 0, 0, 0, false, LBST_LEARN_FEW},
};

static lbst_peer_close_t
make(const shape_t *shape, uint32_t *state) {
  lbst_peer_close_t close;
  uint64_t end_ms;
  uint32_t dice = next(state) % 10;

  close.since_ms = 1000000u + next(state) % 600000u;
  if (shape->step_ms != 0) close.since_ms -= close.since_ms % shape->step_ms;
  end_ms = close.since_ms + shape->idle_ms;
  if (shape->late_ms != 0) end_ms += next(state) % shape->late_ms;
  if (shape->sweep_ms != 0) end_ms += shape->sweep_ms - end_ms % shape->sweep_ms;
  close.idle_ms = (uint32_t) (end_ms - close.since_ms);
  if (dice < shape->early_of_ten)
    close.idle_ms = 500 + next(state) % (shape->idle_ms - 600);
  if (dice >= 10 - shape->later_of_ten) close.idle_ms += 2000 + next(state) % 8000;
  close.provoked = shape->provoked;
  return close;
}

int
main(void) {
  lbst_peer_close_t closes[LBST_LEARN_CLOSES_MAX + 50];
  uint32_t seed, wrong = 0;
  lbst_learned_t learned;
  size_t i, k;

  for (k = 0; k < sizeof(shapes) / sizeof(shapes[0]); k++) {
    uint32_t agreed = 0, far = 0;
    for (seed = 1; seed <= 500; seed++) {
      uint32_t state = seed;
      for (i = 0; i < shapes[k].count; i++)
        closes[i] = make(&shapes[k], &state);
      learned = lbst_learn_idle(closes, shapes[k].count);
      if (learned.kind == shapes[k].kind) agreed++;
      if (learned.kind != LBST_LEARN_CLEAR) continue;
      if (shapes[k].kind != LBST_LEARN_CLEAR) wrong++;
      if (learned.idle_ms < shapes[k].idle_ms ||
          learned.idle_ms > shapes[k].idle_ms + 100)
        far++;
    }
    ok(agreed >= 480, "%s: %u of 500 seeds", shapes[k].who, (unsigned) agreed);
    is_u64(far, 0, "%s: never a number that is more than 100 ms off", shapes[k].who);
  }
  is_u64(wrong, 0, "no number at all where there is none");

  learned = lbst_learn_idle(closes, 0);
  ok(learned.kind == LBST_LEARN_FEW && learned.samples == 0, "nothing seen");
  for (i = 0; i < sizeof(closes) / sizeof(closes[0]); i++) {
    uint32_t state = (uint32_t) i;
    closes[i] = make(&shapes[0], &state);
  }
  is_u64(lbst_learn_idle(closes, sizeof(closes) / sizeof(closes[0])).samples,
         LBST_LEARN_CLOSES_MAX, "more than the most are cut off");
  closes[0].since_ms = UINT64_MAX;
  closes[0].idle_ms = UINT32_MAX;
  ok(lbst_learn_idle(closes, 40).kind == LBST_LEARN_CLEAR,
     "one odd close spoils nothing");
  return done_testing();
}
