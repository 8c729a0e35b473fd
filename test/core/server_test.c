/* What people pass instead of a server, by the members that the thing has. */
#include "../../src/core/server.h"

#include "tap.h"

#define T(name) LBST_TRAIT(name)
#define METHODS (T(LISTEN) | T(CLOSE) | T(ON) | T(PREPEND))

static const struct {
  uint32_t traits;
  lbst_server_kind_t kind;
  const char *why;
} rows[] = {
  {T(NULLISH), LBST_SERVER_NULLISH, "undefined"},
  {T(PRIMITIVE), LBST_SERVER_PRIMITIVE,
   "'http://127.0.0.1:3000', what Fastify's listen gives"},
  {T(INSTANCE), LBST_SERVER_HTTP1, "http.Server, https.Server"},
  {METHODS | T(UPDATE_SETTINGS), LBST_SERVER_HTTP2, "http2.createServer()"},
  {METHODS | T(UPDATE_SETTINGS) | T(ALPN_HTTP1), LBST_SERVER_HTTP2_HTTP1, "allowHTTP1"},
  {METHODS | T(UPDATE_SETTINGS) | T(ALPN_HTTP1) | T(KEEP_ALIVE) | T(HEADERS),
   LBST_SERVER_HTTP2_HTTP1, "allowHTTP1 on Node 24.15 and later"},
  {METHODS | T(KEEP_ALIVE), LBST_SERVER_HTTP1, "spdy: same methods, same timers"},
  {METHODS | T(HEADERS), LBST_SERVER_HTTP1, "another realm's server"},
  {METHODS, LBST_SERVER_NET_SERVER, "net.createServer()"},
  {T(LISTEN) | T(CLOSE) | T(ON) | T(KEEP_ALIVE) | T(HEADERS), LBST_SERVER_OTHER,
   "its events are not Node's"},
  {T(FUNCTION) | T(LISTEN) | T(ON) | T(USE) | T(HANDLE), LBST_SERVER_EXPRESS,
   "express()"},
  {T(FUNCTION) | T(USE) | T(HANDLE), LBST_SERVER_EXPRESS, "an Express router"},
  {T(LISTEN) | T(ON) | T(USE) | T(CALLBACK), LBST_SERVER_KOA, "new Koa()"},
  {T(LISTEN) | T(CLOSE) | T(INJECT) | T(SERVER), LBST_SERVER_FASTIFY, "fastify()"},
  {T(LISTEN) | T(CLOSE) | T(INJECT) | T(SERVER) | T(THEN), LBST_SERVER_FASTIFY,
   "fastify(), which is thenable"},
  {T(INJECT) | T(LISTENER), LBST_SERVER_HAPI, "Hapi.server()"},
  {T(LISTEN) | T(CLOSE) | T(USE) | T(GET_HTTP_SERVER), LBST_SERVER_NEST, "NestFactory"},
  {T(FUNCTION), LBST_SERVER_LISTENER, "(req, res) => {}"},
  {T(THEN), LBST_SERVER_PROMISE, "app.listen() of Nest, not awaited"},
  {T(KEY) | T(CERT), LBST_SERVER_TLS_OPTIONS, "the options of https.createServer"},
  {T(CERT), LBST_SERVER_TLS_OPTIONS, "half of them"},
  {T(SERVER), LBST_SERVER_HOLDER, "{ server, port }"},
  {0, LBST_SERVER_OTHER, "{}"},
  {T(KEEP_ALIVE), LBST_SERVER_OTHER, "{ keepAliveTimeout: 5000 } is no server"},
};

int
main(void) {
  uint32_t traits;
  size_t i, unanswered = 0;

  for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    lbst_server_kind_t kind = lbst_server_classify(rows[i].traits);
    is_u64(kind, rows[i].kind, "%s", rows[i].why);
    ok((lbst_server_hint(kind) == NULL) ==
         (kind == LBST_SERVER_HTTP1 || kind == LBST_SERVER_HTTP2_HTTP1 ||
          kind == LBST_SERVER_HTTP2),
       "a hint for all but servers: %s", rows[i].why);
  }
  /* total: every combination of members has an answer */
  for (traits = 0; traits < 1u << LBST_TRAIT_BIT_COUNT; traits++) {
    if (lbst_server_classify(traits) > LBST_SERVER_OTHER) unanswered++;
  }
  is_u64(unanswered, 0, "all %u combinations are answered", 1u << LBST_TRAIT_BIT_COUNT);
  is_u64(lbst_server_protocol(LBST_SERVER_HTTP1), LBST_PROTOCOL_HTTP1, "HTTP/1");
  is_u64(lbst_server_protocol(LBST_SERVER_HTTP2), LBST_PROTOCOL_HTTP2, "HTTP/2");
  is_u64(lbst_server_protocol(LBST_SERVER_HTTP2_HTTP1), LBST_PROTOCOL_HTTP2_HTTP1,
         "both");
  return done_testing();
}
