#include "learn.h"

#define PHASES 10u

/* Periods in which proxies sweep and load generators tick. */
static const uint32_t periods_ms[] = {1000, 5000};

/* Sorts by insertion: at most LBST_LEARN_CLOSES_MAX, and rarely. */
static void
insert(uint32_t *sorted, size_t count, uint32_t value) {
  size_t at = count;

  for (; at > 0 && sorted[at - 1] > value; at--)
    sorted[at] = sorted[at - 1];
  sorted[at] = value;
}

/* The first of the most values that lie within the window; |*agreeing| of them. */
static size_t
densest(const uint32_t *sorted, size_t count, size_t *agreeing) {
  size_t first, end = 0, best = 0;

  *agreeing = 0;
  for (first = 0; first < count; first++) {
    while (end < count && sorted[end] - sorted[first] <= LBST_LEARN_WINDOW_MS)
      end++;
    if (end - first > *agreeing) {
      *agreeing = end - first;
      best = first;
    }
  }
  return best;
}

static bool
counts(const lbst_peer_close_t *close) {
  return close->idle_ms >= LBST_LEARN_IDLE_MS_MIN;
}

static bool
agrees(const lbst_peer_close_t *close, uint32_t from_ms) {
  return close->idle_ms >= from_ms && close->idle_ms - from_ms <= LBST_LEARN_WINDOW_MS;
}

/* At how many different moments of the period did the agreeing ones become idle? */
static uint32_t
phases(const lbst_peer_close_t *closes, size_t count, uint32_t from_ms,
       uint32_t period_ms) {
  uint32_t seen = 0, result = 0, phase;
  size_t i;

  for (i = 0; i < count; i++) {
    if (!agrees(&closes[i], from_ms)) continue;
    phase = (uint32_t) (closes[i].since_ms % period_ms) / (period_ms / PHASES);
    if ((seen & (1u << phase)) == 0) result++;
    seen |= 1u << phase;
  }
  return result;
}

lbst_learned_t
lbst_learn_idle(const lbst_peer_close_t *closes, size_t count) {
  lbst_learned_t learned = {LBST_LEARN_FEW, 0, 0, 0};
  uint32_t sorted[LBST_LEARN_CLOSES_MAX];
  size_t first, i, provoked = 0;

  if (count > LBST_LEARN_CLOSES_MAX) count = LBST_LEARN_CLOSES_MAX;
  for (i = 0; i < count; i++) {
    if (counts(&closes[i])) insert(sorted, learned.samples++, closes[i].idle_ms);
  }
  if (learned.samples < LBST_LEARN_MODE_MIN) return learned;
  first = densest(sorted, learned.samples, &learned.agreeing);

  /* most agree, and of ten that got so far not more than one got further */
  learned.kind = LBST_LEARN_SPREAD;
  if (learned.agreeing < LBST_LEARN_MODE_MIN || learned.agreeing * 2 < learned.samples ||
      (learned.samples - first - learned.agreeing) * 10 > learned.agreeing)
    return learned;

  for (i = 0; i < count; i++) {
    if (agrees(&closes[i], sorted[first]) && closes[i].provoked) provoked++;
  }
  learned.kind = LBST_LEARN_LAZY;
  if (provoked * 2 > learned.agreeing) return learned;

  learned.kind = LBST_LEARN_IN_STEP;
  for (i = 0; i < sizeof(periods_ms) / sizeof(periods_ms[0]); i++) {
    if (phases(closes, count, sorted[first], periods_ms[i]) < LBST_LEARN_PHASES_MIN)
      return learned;
  }
  learned.kind = LBST_LEARN_CLEAR;
  learned.idle_ms = sorted[first + learned.agreeing / 2];
  return learned;
}
