#ifndef LBST_NODE_H
#define LBST_NODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "status.h"

/* The values of each column of node.def, with the names that JavaScript sees. */

/* What Node adds to keepAliveTimeout before it arms the idle timer: nothing, 1000 ms
 * for good, or server.keepAliveTimeoutBuffer (1000 ms by default). */
#define LBST_BUFFER_MAP(XX)                                                              \
  XX(NONE, "none")                                                                       \
  XX(CONSTANT, "constant")                                                               \
  XX(PROPERTY, "property")

typedef enum lbst_node_buffer_e {
#define XX(name, text) LBST_BUFFER_##name,
  LBST_BUFFER_MAP(XX)
#undef XX
} lbst_node_buffer_t;

/* What a byte that is no whole request (a CRLF, half a header), or a body byte that comes
 * after the answer, does to a running idle timer: cancels it for good, so that the
 * connection may never close, or starts it anew. */
#define LBST_STRAY_MAP(XX)                                                               \
  XX(CANCELS, "cancels")                                                                 \
  XX(RESTARTS, "restarts")

typedef enum lbst_node_stray_e {
#define XX(name, text) LBST_STRAY_##name,
  LBST_STRAY_MAP(XX)
#undef XX
} lbst_node_stray_t;

/* How headersTimeout and requestTimeout are watched: per socket when data arrives, or by
 * an interval for all connections, those without a first request too (answered with a
 * 408); with the interval, a headersTimeout above requestTimeout swaps the two. */
#define LBST_CHECKER_MAP(XX)                                                             \
  XX(SOCKET, "socket")                                                                   \
  XX(INTERVAL, "interval")

typedef enum lbst_node_checker_e {
#define XX(name, text) LBST_CHECKER_##name,
  LBST_CHECKER_MAP(XX)
#undef XX
} lbst_node_checker_t;

/* What becomes of a keepAliveTimeout that is no finite number >= 0: an uncaught exception
 * at the end of a response, or 0, so that idle connections never close. */
#define LBST_BAD_IDLE_MAP(XX)                                                            \
  XX(THROWS, "throws")                                                                   \
  XX(IGNORED, "ignored")

typedef enum lbst_node_bad_idle_e {
#define XX(name, text) LBST_BAD_IDLE_##name,
  LBST_BAD_IDLE_MAP(XX)
#undef XX
} lbst_node_bad_idle_t;

/* What becomes of a headersTimeout or requestTimeout that is no number: compared as
 * JavaScript compares it, an abort of the process at the next check, or no limit. */
#define LBST_BAD_LIMIT_MAP(XX)                                                           \
  XX(LOOSE, "loose")                                                                     \
  XX(ABORTS, "aborts")                                                                   \
  XX(ZERO, "zero")

typedef enum lbst_node_bad_limit_e {
#define XX(name, text) LBST_BAD_LIMIT_##name,
  LBST_BAD_LIMIT_MAP(XX)
#undef XX
} lbst_node_bad_limit_t;

/* Which limits an http2 server with allowHTTP1 gives to its HTTP/1 connections: none,
 * headersTimeout and requestTimeout but no idle timeout, or all as http.Server. */
#define LBST_HTTP1_MAP(XX)                                                               \
  XX(NONE, "none")                                                                       \
  XX(LIMITS, "limits")                                                                   \
  XX(ALL, "all")

typedef enum lbst_node_http1_e {
#define XX(name, text) LBST_HTTP1_##name,
  LBST_HTTP1_MAP(XX)
#undef XX
} lbst_node_http1_t;

/* When connectionsCheckingInterval is read. */
#define LBST_CHECK_READ_MAP(XX)                                                          \
  XX(NEVER, "never")                                                                     \
  XX(CONSTRUCTOR, "constructor")                                                         \
  XX(LISTENING, "listening")

typedef enum lbst_node_check_read_e {
#define XX(name, text) LBST_CHECK_READ_##name,
  LBST_CHECK_READ_MAP(XX)
#undef XX
} lbst_node_check_read_t;

typedef struct lbst_version_s {
  uint16_t major;
  uint16_t minor;
  uint16_t patch;
} lbst_version_t;

/* How the timers of http.Server behave from |from| to the next row. */
typedef struct lbst_node_s {
  lbst_version_t from;
  lbst_node_buffer_t buffer;
  lbst_node_stray_t stray;
  lbst_node_checker_t checker;
  lbst_node_bad_idle_t bad_idle;
  lbst_node_bad_limit_t bad_limit;
  bool header_timer_idle; /* the header clock runs while a connection idles, so
                           * headersTimeout must exceed keepAliveTimeout */
  lbst_node_check_read_t check_read;
  bool close_ends_idle;  /* server.close() destroys idle connections */
  bool close_ends_fresh; /* ... and those that have not sent a byte yet */
  lbst_node_http1_t http1;
  bool timers_before_poll; /* libuv < 1.45: timers run first in each loop turn */
  bool accepts_all;        /* libuv < 1.45: one poll drains the accept backlog */
  bool late_408;           /* a 408 may follow earlier answers; before, none did */
  bool young_clock;        /* a headersTimeout or requestTimeout that is longer than the
                            * monotonic clock has run (since boot) expires at once */
  bool max_header;         /* `Keep-Alive: max=` says maxRequestsPerSocket */
  uint32_t keep_alive_ms;  /* defaults of http.createServer(); 0 = off or absent */
  uint32_t headers_ms;
  uint32_t request_ms;
  uint32_t socket_ms; /* server.timeout */
  uint32_t check_ms;  /* connectionsCheckingInterval */
} lbst_node_t;

#define LBST_NODE_BUFFER_MS 1000u /* the constant, and the property's default */

/* Reads "22.19.0", "v22.19.0-nightly", "22.19" (patch 0) or "22" (the newest release of
 * that line that was measured) from the |len| bytes at |text| into |*version|.
 *
 * Returns LBST_OK, or LBST_E_UNKNOWN_NODE when it is no version or one before 10.0.0;
 * then |*version| is not written. */
lbst_status_t
lbst_version_parse(lbst_version_t *version, const char *text, size_t len);

/* Negative, 0 or positive as |a| is older than, the same as or newer than |b|. */
int
lbst_version_compare(lbst_version_t a, lbst_version_t b);

/* The row for |version|, or NULL before 10.0.0. A version newer than every row gets the
 * newest one: ask lbst_node_tested(). Static storage. */
const lbst_node_t *
lbst_node_find(lbst_version_t version);

/* Was a release of this line at least as new as |version| measured? */
bool
lbst_node_tested(lbst_version_t version);

/* Row |index| in the order of versions, or NULL when there is none. Static storage. */
const lbst_node_t *
lbst_node_at(size_t index);

#endif /* LBST_NODE_H */
