#include "server.h"

#include <stddef.h>

/* An EventEmitter of Node's, that is: on() alone is of any make. */
#define SERVER_METHODS                                                                   \
  (LBST_TRAIT(LISTEN) | LBST_TRAIT(CLOSE) | LBST_TRAIT(ON) | LBST_TRAIT(PREPEND))

static bool
has(uint32_t traits, uint32_t wanted) {
  return (traits & wanted) == wanted;
}

/* What was passed instead of a server, the most specific answer first. */
static lbst_server_kind_t
classify_mistake(uint32_t traits) {
  if (has(traits, LBST_TRAIT(GET_HTTP_SERVER))) return LBST_SERVER_NEST;
  if (has(traits, LBST_TRAIT(INJECT) | LBST_TRAIT(LISTENER))) return LBST_SERVER_HAPI;
  if (has(traits, LBST_TRAIT(INJECT) | LBST_TRAIT(SERVER))) return LBST_SERVER_FASTIFY;
  if (has(traits, LBST_TRAIT(USE) | LBST_TRAIT(CALLBACK))) return LBST_SERVER_KOA;
  if (has(traits, LBST_TRAIT(USE) | LBST_TRAIT(HANDLE))) return LBST_SERVER_EXPRESS;
  if (has(traits, LBST_TRAIT(THEN))) return LBST_SERVER_PROMISE;
  if (has(traits, LBST_TRAIT(FUNCTION))) return LBST_SERVER_LISTENER;
  if (has(traits, SERVER_METHODS)) return LBST_SERVER_NET_SERVER;
  if (has(traits, LBST_TRAIT(SERVER))) return LBST_SERVER_HOLDER;
  if ((traits & (LBST_TRAIT(KEY) | LBST_TRAIT(CERT))) != 0)
    return LBST_SERVER_TLS_OPTIONS;
  return LBST_SERVER_OTHER;
}

lbst_server_kind_t
lbst_server_classify(uint32_t traits) {
  if (has(traits, LBST_TRAIT(NULLISH))) return LBST_SERVER_NULLISH;
  if (has(traits, LBST_TRAIT(PRIMITIVE))) return LBST_SERVER_PRIMITIVE;
  if (has(traits, LBST_TRAIT(INSTANCE))) return LBST_SERVER_HTTP1;
  if (has(traits, SERVER_METHODS | LBST_TRAIT(UPDATE_SETTINGS)))
    return has(traits, LBST_TRAIT(ALPN_HTTP1)) ? LBST_SERVER_HTTP2_HTTP1
                                               : LBST_SERVER_HTTP2;
  /* spdy, servers of other realms, a framework's own: the same timers are what counts */
  if (has(traits, SERVER_METHODS) &&
      (traits & (LBST_TRAIT(KEEP_ALIVE) | LBST_TRAIT(HEADERS))) != 0)
    return LBST_SERVER_HTTP1;
  return classify_mistake(traits);
}

const char *
lbst_server_hint(lbst_server_kind_t kind) {
  switch (kind) {
#define XX(name, hint)                                                                   \
  case LBST_SERVER_##name: return hint;
    LBST_SERVER_KIND_MAP(XX)
#undef XX
  }
  return NULL;
}

lbst_protocol_t
lbst_server_protocol(lbst_server_kind_t kind) {
  if (kind == LBST_SERVER_HTTP2) return LBST_PROTOCOL_HTTP2;
  return kind == LBST_SERVER_HTTP2_HTTP1 ? LBST_PROTOCOL_HTTP2_HTTP1
                                         : LBST_PROTOCOL_HTTP1;
}
