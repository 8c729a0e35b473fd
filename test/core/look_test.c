/* The last look: what the kernel says of a connection at its idle deadline, and what
 * becomes of it. Timer 6000 ms, plan 5000 ms, as on a Node with a buffer of 1000 ms. */
#include "../../src/core/look.h"

#include "tap.h"

#define NO    LBST_LOOK_UNKNOWN
#define ARMED 6000u
#define IDLE  5000u
#define FULL  65536u
#define NEED  (IDLE + LBST_LOOK_UNREAD_MS)
#define OK(...)                                                                          \
  { true, __VA_ARGS__ }

static const struct {
  lbst_look_facts_t facts; /* ended, waiting, untaken, sent, acked, free, probe */
  lbst_look_memory_t memory;
  lbst_look_action_t action;
  uint32_t wait_ms;
  const char *why;
} rows[] = {
  {OK(false, 0, 0, 6000, 5999, FULL, NO),
   {0, 0, 0, 0},
   LBST_LOOK_CLOSE,
   0,
   "idle all the time"},
  {OK(false, 0, 0, 5990, 5950, FULL, NO),
   {0, 0, 0, 0},
   LBST_LOOK_CLOSE,
   0,
   "sent at once, and a delayed acknowledgement 40 ms later is no slow reader"},
  {OK(false, 0, 0, 9000, 8990, FULL, NO),
   {0, 0, 0, 0},
   LBST_LOOK_CLOSE,
   0,
   "late after a stall"},
  {OK(false, 87, 0, 6000, 6000, FULL, NO),
   {0, 0, 0, 0},
   LBST_LOOK_KEEP,
   0,
   "a request waits"},
  {OK(false, 87, 0, 6000, 6000, FULL, NO),
   {1, 0, 0, 0},
   LBST_LOOK_CLOSE,
   0,
   "kept once and not served since: not a second time"},
  {OK(false, 87, 0, 6000, 6000, FULL, NO),
   {0, 2, 1, 9},
   LBST_LOOK_KEEP,
   0,
   "earlier waits are no earlier keeps"},
  {OK(true, 87, 0, 6000, 6000, FULL, NO),
   {0, 0, 0, 0},
   LBST_LOOK_CLOSE,
   0,
   "the peer has left"},
  {OK(true, 0, 500, 10, 10, FULL, NO),
   {0, 0, 0, 0},
   LBST_LOOK_CLOSE,
   0,
   "the peer has left in the middle of an answer"},
  {OK(false, 0, 500, 10, 10, FULL, NO),
   {0, 0, 0, 0},
   LBST_LOOK_WAIT,
   NEED,
   "bytes on the way: its idle time has not begun"},
  {OK(false, 0, 0, 16, 12, FULL, NO),
   {0, 0, 0, 0},
   LBST_LOOK_WAIT,
   NEED - 12,
   "it took the last byte just now"},
  {OK(false, 0, 0, 4000, 900, FULL, NO),
   {0, 0, 0, 0},
   LBST_LOOK_WAIT,
   NEED - 900,
   "a window that opens is a reader that still reads"},
  {OK(false, 0, 0, 5939, 5939, FULL, NO),
   {0, 0, 0, 0},
   LBST_LOOK_WAIT,
   NEED - 5939,
   "the last byte left after Node had handed it over"},
  {OK(false, 0, 0, 6000, 6000, 20000, NO),
   {0, 0, 0, 0},
   LBST_LOOK_WAIT,
   NEED - 6000,
   "taken at once by the peer's kernel, and not yet read by its program"},
  {OK(false, 0, 0, 6000, 6000, 32768, NO),
   {0, 0, 0, 0},
   LBST_LOOK_CLOSE,
   0,
   "an answer that fills half of the buffer need not be told as read"},
  {OK(false, 0, 0, 6000, 6000, NO, NO),
   {0, 0, 0, 0},
   LBST_LOOK_CLOSE,
   0,
   "an old kernel"},
  {OK(false, 0, 0, NEED, NEED, FULL, NO),
   {0, 2, 0, 77},
   LBST_LOOK_CLOSE,
   0,
   "a slow reader that had all its time"},
  {OK(false, 0, 0, NEED - 1, NEED - 1, FULL, NO),
   {0, 2, 0, 77},
   LBST_LOOK_WAIT,
   1,
   "a slow reader that had all but a millisecond"},
  {OK(false, 0, 0, 70000, 5000, FULL, 60000),
   {0, 1, 0, 0},
   LBST_LOOK_CLOSE,
   0,
   "the answer to a keep-alive probe is no reading"},
  {OK(false, 0, 0, 6000, 1000, FULL, 60000),
   {0, 1, 0, 0},
   LBST_LOOK_WAIT,
   NEED - 1000,
   "too early for a keep-alive probe"},
  {OK(false, 0, 0, 5000, 4900, FULL, 0),
   {0, 1, 0, 0},
   LBST_LOOK_WAIT,
   NEED - 5000,
   "probes at any time: only what was sent counts"},
  {OK(false, 0, 500, 10, 10, FULL, NO),
   {0, 5, 2, 500},
   LBST_LOOK_CLOSE,
   0,
   "the third wait in a row in which nothing was taken"},
  {OK(false, 0, 499, 10, 10, FULL, NO),
   {0, 5, 2, 500},
   LBST_LOOK_WAIT,
   NEED,
   "one byte taken starts the count anew"},
  {OK(false, 0, 499, 10, 10, FULL, NO),
   {0, LBST_LOOK_WAITS_MAX, 0, 500},
   LBST_LOOK_CLOSE,
   0,
   "a byte now and then ends too"},
  {OK(false, 0, NO, NO, NO, FULL, NO),
   {0, 0, 0, 0},
   LBST_LOOK_CLOSE,
   0,
   "Unix domain socket, idle"},
  {OK(false, 9, NO, NO, NO, FULL, NO),
   {0, 0, 0, 0},
   LBST_LOOK_KEEP,
   0,
   "... with a request"},
  {OK(false, 0, 9, NO, NO, FULL, NO),
   {0, 0, 0, 0},
   LBST_LOOK_WAIT,
   NEED,
   "... with a slow reader"},
  {OK(false, 0, 0, NO, NO, FULL, NO),
   {0, 1, 0, 9},
   LBST_LOOK_CLOSE,
   0,
   "... that has read: since when, nobody knows"},
  {OK(false, NO, NO, 6000, 6000, FULL, NO),
   {0, 0, 0, 0},
   LBST_LOOK_CLOSE,
   0,
   "no queues known"},
  {{false, false, 87, 0, 0, 0, 0, NO},
   {0, 0, 0, 0},
   LBST_LOOK_POLL,
   0,
   "an OS without answers"},
};

/* However the kernel answers, one idle period ends. */
static void
test_bounded(void) {
  lbst_look_facts_t facts = OK(false, 0, 1000000, 5, 5, FULL, NO);
  lbst_look_memory_t memory = {0, 0, 0, 0};
  uint32_t turns = 0;

  for (; turns < 1000; turns++) {
    lbst_look_t look;
    facts.waiting_bytes = turns % 3 == 0 ? 1 : 0;
    facts.untaken_bytes--;
    look = lbst_look_decide(&facts, &memory, ARMED, IDLE);
    memory = look.memory;
    if (look.action == LBST_LOOK_CLOSE) break;
  }
  ok(turns <= LBST_LOOK_KEEPS_MAX + LBST_LOOK_WAITS_MAX,
     "trickling both ways ends after at most %u looks (%u)",
     (unsigned) (LBST_LOOK_KEEPS_MAX + LBST_LOOK_WAITS_MAX), (unsigned) turns);
}

int
main(void) {
  lbst_look_facts_t facts = OK(false, 0, 9, 0, 0, FULL, NO);
  lbst_look_memory_t none = {0, 0, 0, 0};
  size_t i;

  for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    lbst_look_t look = lbst_look_decide(&rows[i].facts, &rows[i].memory, ARMED, IDLE);
    is_u64(look.action, rows[i].action, "%s", rows[i].why);
    is_u64(look.wait_ms, rows[i].wait_ms, "%s: wait", rows[i].why);
  }
  is_u64(lbst_look_decide(&facts, &none, ARMED, UINT32_MAX).wait_ms, 2147483647u,
         "no longer than a timer of Node's can be");
  test_bounded();
  return done_testing();
}
