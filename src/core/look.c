#include "look.h"

#include "setting.h"

#define PROBE_SLACK_MS 1000u /* TCP_KEEPIDLE counts whole seconds */

static bool
has_bytes(uint32_t bytes) {
  return bytes != 0 && bytes != LBST_LOOK_UNKNOWN;
}

/* Since when the peer has nothing more to take. An acknowledgement without data of ours
 * before it is a reader that makes room, or the answer to a keep-alive probe: the latter
 * cannot come before probes start, and must not look like a busy reader. */
static uint32_t
peer_idle_ms(const lbst_look_facts_t *facts) {
  uint32_t sent_ms = facts->last_sent_ms;
  uint32_t acked_ms = facts->last_acked_ms;

  if (sent_ms == LBST_LOOK_UNKNOWN || acked_ms >= sent_ms) return sent_ms;
  if (facts->probe_ms != LBST_LOOK_UNKNOWN &&
      (uint64_t) (sent_ms - acked_ms) + PROBE_SLACK_MS >= facts->probe_ms)
    return sent_ms;
  return acked_ms;
}

/* Did the peer still have bytes to take, or to read, after Node had handed them over? */
static bool
was_slow(const lbst_look_facts_t *facts, const lbst_look_memory_t *memory,
         uint32_t idle_ms, uint32_t armed_ms) {
  if (memory->waits > 0 || has_bytes(facts->untaken_bytes)) return true;
  if (facts->free_bytes < LBST_LOOK_FREE_BYTES) return true;
  return idle_ms != LBST_LOOK_UNKNOWN &&
         (uint64_t) idle_ms + LBST_LOOK_PROMPT_MS < armed_ms;
}

static bool
may_wait(const lbst_look_facts_t *facts, lbst_look_memory_t *memory) {
  bool moved = memory->waits == 0 || facts->untaken_bytes < memory->untaken_bytes;

  memory->waits++;
  memory->stalls = moved ? 0 : memory->stalls + 1;
  memory->untaken_bytes = facts->untaken_bytes;
  return memory->waits <= LBST_LOOK_WAITS_MAX && memory->stalls < LBST_LOOK_STALLS_MAX;
}

lbst_look_t
lbst_look_decide(const lbst_look_facts_t *facts, const lbst_look_memory_t *memory,
                 uint32_t armed_ms, uint32_t idle_ms) {
  lbst_look_t look = {LBST_LOOK_CLOSE, 0, LBST_LOOK_UNKNOWN, *memory};
  uint64_t need_ms = (uint64_t) idle_ms + LBST_LOOK_UNREAD_MS;

  if (!facts->known) {
    look.action = LBST_LOOK_POLL;
    return look;
  }
  look.peer_idle_ms = peer_idle_ms(facts);
  if (facts->peer_ended) return look;
  if (has_bytes(facts->waiting_bytes)) {
    if (memory->keeps >= LBST_LOOK_KEEPS_MAX) return look;
    look.memory.keeps++;
    look.action = LBST_LOOK_KEEP;
    return look;
  }
  if (!was_slow(facts, memory, look.peer_idle_ms, armed_ms)) return look;

  /* bytes on the way: the idle time of the peer has not even begun */
  if (!has_bytes(facts->untaken_bytes) && look.peer_idle_ms != LBST_LOOK_UNKNOWN)
    need_ms = need_ms > look.peer_idle_ms ? need_ms - look.peer_idle_ms : 0;
  else if (!has_bytes(facts->untaken_bytes))
    need_ms = 0;
  if (need_ms == 0 || !may_wait(facts, &look.memory)) return look;
  look.action = LBST_LOOK_WAIT;
  look.wait_ms = need_ms < LBST_TIMEOUT_MS_MAX ? (uint32_t) need_ms : LBST_TIMEOUT_MS_MAX;
  return look;
}
