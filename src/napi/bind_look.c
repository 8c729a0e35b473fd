#include <string.h>

#include "../core/look.h"
#include "../sys/sock.h"
#include "bind.h"
#include "glue.h"

static const char *const action_names[] = {
#define XX(name, text) text,
  LBST_LOOK_MAP(XX)
#undef XX
};

/* The numbers of lbst_look_memory_t by their names in the object that JavaScript keeps
 * between two looks and hands back. */
#define MEMORY_MAP(XX)                                                                   \
  XX(keeps, "keeps")                                                                     \
  XX(waits, "waits")                                                                     \
  XX(stalls, "stalls")                                                                   \
  XX(untaken_bytes, "untakenBytes")

static napi_status
get_memory(napi_env env, napi_value object, lbst_look_memory_t *memory) {
  lbst_look_memory_t found = {0, 0, 0, 0};
  napi_value number;

  if (lbst_napi_is(env, object, napi_object)) {
#define XX(field, name)                                                                  \
  NAPI_CHECK(napi_get_named_property(env, object, name, &number));                       \
  NAPI_CHECK(lbst_napi_get_u32(env, number, name, &found.field));
    MEMORY_MAP(XX)
#undef XX
  }
  *memory = found;
  return napi_ok;
}

static napi_status
create_look(napi_env env, const lbst_look_t *look, const lbst_look_facts_t *facts,
            napi_value *result) {
  napi_value o;

  NAPI_CHECK(napi_create_object(env, &o));
  NAPI_CHECK(lbst_napi_set_text(env, o, "action", action_names[look->action]));
  NAPI_CHECK(lbst_napi_set_u32(env, o, "waitMs", look->wait_ms));
  NAPI_CHECK(
    lbst_napi_set_ms(env, o, "waitingBytes", facts->waiting_bytes, LBST_LOOK_UNKNOWN));
  NAPI_CHECK(
    lbst_napi_set_ms(env, o, "peerIdleMs", look->peer_idle_ms, LBST_LOOK_UNKNOWN));
  NAPI_CHECK(lbst_napi_set_bool(env, o, "peerEnded", facts->peer_ended));
#define XX(field, name) NAPI_CHECK(lbst_napi_set_u32(env, o, name, look->memory.field));
  MEMORY_MAP(XX)
#undef XX
  *result = o;
  return napi_ok;
}

static void
ask_kernel(uint32_t fd, lbst_look_facts_t *facts) {
  lbst_sock_t sock;

  memset(facts, 0, sizeof(*facts));
  if (lbst_sock_inspect(&sock, (int) fd) != LBST_OK) return;
  facts->known = true;
  facts->peer_ended = sock.peer_ended;
  facts->waiting_bytes = sock.waiting_bytes;
  facts->untaken_bytes = sock.untaken_bytes;
  facts->last_sent_ms = sock.last_sent_ms;
  facts->last_acked_ms = sock.last_acked_ms;
  facts->free_bytes = sock.free_bytes;
  facts->probe_ms = sock.probe_ms;
}

_Static_assert(LBST_LOOK_UNKNOWN == LBST_SOCK_UNKNOWN, "one word for \"not known\"");

/* lookDecide(fd, armedMs, idleMs, memory) -> { action, waitMs, ... }, which is also the
 * next |memory| of this connection; null at its first look. */
LBST_BIND(look_decide) {
  napi_value argv[4], result;
  uint32_t fd, armed_ms, idle_ms;
  lbst_look_memory_t memory;
  lbst_look_facts_t facts;
  lbst_look_t look;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 4, argv));
  NAPI_TRY(env, lbst_napi_get_u32(env, argv[0], "fd", &fd));
  NAPI_TRY(env, lbst_napi_get_u32(env, argv[1], "armedMs", &armed_ms));
  NAPI_TRY(env, lbst_napi_get_u32(env, argv[2], "idleMs", &idle_ms));
  NAPI_TRY(env, get_memory(env, argv[3], &memory));
  ask_kernel(fd, &facts);
  look = lbst_look_decide(&facts, &memory, armed_ms, idle_ms);
  NAPI_TRY(env, create_look(env, &look, &facts, &result));
  return result;
}
