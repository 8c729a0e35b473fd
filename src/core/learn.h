#ifndef LBST_LEARN_H
#define LBST_LEARN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LBST_LEARN_CLOSES_MAX  256u /* no more are looked at */
#define LBST_LEARN_IDLE_MS_MIN 500u /* sooner has another reason */
#define LBST_LEARN_MODE_MIN    10u  /* closes that must agree */
#define LBST_LEARN_WINDOW_MS   60u  /* ... this closely; nginx, Caddy and Varnish: 7 ms */
#define LBST_LEARN_PHASES_MIN  5u   /* of 10: at so different moments must they idle */

/* One idle connection that the peer has closed. */
typedef struct lbst_peer_close_s {
  uint64_t since_ms; /* when it became idle, on a monotonic clock */
  uint32_t idle_ms;  /* how long it then was idle, by the kernel's clock */
  bool provoked;     /* the peer opened another connection at the same moment */
} lbst_peer_close_t;

/* What the closes say about the peer's idle timeout. */
#define LBST_LEARN_MAP(XX)                                                               \
  XX(CLEAR, "clear")     /* one number, |idle_ms| */                                     \
  XX(FEW, "few")         /* not enough closes yet */                                     \
  XX(SPREAD, "spread")   /* no number that most agree on and hardly any exceeds */       \
  XX(LAZY, "lazy")       /* it closes when it has something to send, not by a timer */   \
  XX(IN_STEP, "in-step") /* all idled at the same moments: they prove one thing only */

typedef enum lbst_learn_kind_e {
#define XX(name, text) LBST_LEARN_##name,
  LBST_LEARN_MAP(XX)
#undef XX
} lbst_learn_kind_t;

typedef struct lbst_learned_s {
  lbst_learn_kind_t kind;
  uint32_t idle_ms; /* of CLEAR */
  size_t samples;   /* closes that count */
  size_t agreeing;  /* of them, those within LBST_LEARN_WINDOW_MS */
} lbst_learned_t;

/* Learns the peer's idle timeout from |count| |closes|, in any order. An idle timeout is
 * a number that hardly any connection outlives: the closes must agree on the longest
 * time.
 *
 * A proxy that closes on a sweep, or when it next wants to send, can look as if it had a
 * timer when its connections idle in step; such closes are no proof, and are said not to
 * be. Pure: no clock, no allocation, no I/O. Total: every input has an answer. */
lbst_learned_t
lbst_learn_idle(const lbst_peer_close_t *closes, size_t count);

#endif /* LBST_LEARN_H */
