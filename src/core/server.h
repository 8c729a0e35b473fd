#ifndef LBST_SERVER_H
#define LBST_SERVER_H

#include <stdbool.h>
#include <stdint.h>

#include "policy.h"

/* What was seen of a value that somebody passed as a server. FUNCTION(...) rows are
 * methods of it, PROPERTY(...) rows are properties that are not undefined. */
#define LBST_TRAIT_FUNCTIONS(XX)                                                         \
  XX(LISTEN, "listen")                                                                   \
  XX(CLOSE, "close")                                                                     \
  XX(ON, "on")                                                                           \
  XX(PREPEND, "prependListener")                                                         \
  XX(THEN, "then")                                                                       \
  XX(USE, "use")                                                                         \
  XX(HANDLE, "handle")                                                                   \
  XX(CALLBACK, "callback")                                                               \
  XX(INJECT, "inject")                                                                   \
  XX(GET_HTTP_SERVER, "getHttpServer")                                                   \
  XX(UPDATE_SETTINGS, "updateSettings")

#define LBST_TRAIT_PROPERTIES(XX)                                                        \
  XX(KEEP_ALIVE, "keepAliveTimeout")                                                     \
  XX(HEADERS, "headersTimeout")                                                          \
  XX(SERVER, "server")                                                                   \
  XX(LISTENER, "listener")                                                               \
  XX(KEY, "key")                                                                         \
  XX(CERT, "cert")

typedef enum lbst_trait_bit_e {
  LBST_TRAIT_BIT_NULLISH,
  LBST_TRAIT_BIT_PRIMITIVE, /* a string, a number, ... */
  LBST_TRAIT_BIT_FUNCTION,
  LBST_TRAIT_BIT_INSTANCE,   /* instanceof http.Server or https.Server */
  LBST_TRAIT_BIT_ALPN_HTTP1, /* offers HTTP/1.1 in its TLS handshake */
#define XX(name, text) LBST_TRAIT_BIT_##name,
  LBST_TRAIT_FUNCTIONS(XX) LBST_TRAIT_PROPERTIES(XX)
#undef XX
    LBST_TRAIT_BIT_COUNT
} lbst_trait_bit_t;

#define LBST_TRAIT(name) (1u << LBST_TRAIT_BIT_##name)

/* What such a value is. The text says how to get from it to the server; NULL for those
 * that are one. */
#define LBST_SERVER_KIND_MAP(XX)                                                         \
  XX(HTTP1, NULL)                                                                        \
  XX(HTTP2_HTTP1, NULL)                                                                  \
  XX(HTTP2, NULL)                                                                        \
  XX(NULLISH, "nothing; pass the server that http.createServer() or "                    \
              "app.listen() returns")                                                    \
  XX(PRIMITIVE, "a string, a number or the like; pass the server object itself")         \
  XX(PROMISE, "a promise; await it first, then pass the server it gives")                \
  XX(NEST, "a Nest application; pass app.getHttpServer()")                               \
  XX(FASTIFY, "a Fastify instance; pass fastify.server")                                 \
  XX(HAPI, "a hapi server; pass server.listener")                                        \
  XX(EXPRESS, "an Express (or Connect) application; pass the server that app.listen() "  \
              "returns, or http.createServer(app)")                                      \
  XX(KOA, "a Koa application; pass the server that app.listen() returns")                \
  XX(LISTENER, "a function; pass http.createServer(thatFunction)")                       \
  XX(NET_SERVER, "a net or tls server without HTTP timeouts; pass the http server that " \
                 "it feeds")                                                             \
  XX(TLS_OPTIONS, "TLS options; pass https.createServer(options, listener)")             \
  XX(HOLDER, "an object that has a server; pass its .server")                            \
  XX(OTHER, "an object without the methods and timeouts of an http server")

typedef enum lbst_server_kind_e {
#define XX(name, hint) LBST_SERVER_##name,
  LBST_SERVER_KIND_MAP(XX)
#undef XX
} lbst_server_kind_t;

/* Says what a value with these |traits| (LBST_TRAIT bits) is. Total: any set of bits has
 * an answer. */
lbst_server_kind_t
lbst_server_classify(uint32_t traits);

/* The hint of the row, or NULL when |kind| is a server. Static storage. */
const char *
lbst_server_hint(lbst_server_kind_t kind);

/* Which connections its HTTP/1 timers rule; only for a |kind| that is a server. */
lbst_protocol_t
lbst_server_protocol(lbst_server_kind_t kind);

#endif /* LBST_SERVER_H */
