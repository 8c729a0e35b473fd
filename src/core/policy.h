#ifndef LBST_POLICY_H
#define LBST_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "chain.h"
#include "node.h"
#include "note.h"
#include "platform.h"
#include "setting.h"
#include "status.h"

#define LBST_NOTES_MAX        64u        /* more than all rules and hops can say */
#define LBST_NEVER_MS         UINT64_MAX /* "does not close at all" */
#define LBST_IDLE_MS_MIN      1000u      /* less was meant as seconds */
#define LBST_MARGIN_MS        5000u      /* default margin */
#define LBST_MARGIN_MS_LOW    1000u      /* one stall or late timer eats less */
#define LBST_HEADERS_ABOVE_MS 1000u      /* headersTimeout over keepAliveTimeout */
#define LBST_ASSUMED_IDLE_MS  60000u     /* of a load balancer that nobody named */
#define LBST_LONG_MS          3600000u   /* unbounded: 'long' */

/* Timers count whole milliseconds from a rounded-down clock: a close may come up to 1 ms
 * before its time, and on an idle loop not more than 2 ms after it (measured on Node 18
 * to 26: 38 to 46 % of the closes are early). */
#define LBST_CLOSE_EARLY_MS 1u
#define LBST_CLOSE_LATE_MS  2u

/* Which connections of a server the HTTP/1 timers rule: all of http.Server and
 * https.Server, the HTTP/1 ones of an http2 server with allowHTTP1, none of another. */
#define LBST_PROTOCOL_MAP(XX)                                                            \
  XX(HTTP1, "http1")                                                                     \
  XX(HTTP2_HTTP1, "http2-http1")                                                         \
  XX(HTTP2, "http2")

typedef enum lbst_protocol_e {
#define XX(name, text) LBST_PROTOCOL_##name,
  LBST_PROTOCOL_MAP(XX)
#undef XX
} lbst_protocol_t;

/* headersTimeout: longer than keepAliveTimeout, as it is, or a number of ms. */
#define LBST_HEADERS_MAP(XX)                                                             \
  XX(OUTLAST, "outlast")                                                                 \
  XX(KEEP, "keep")

typedef enum lbst_headers_mode_e {
#define XX(name, text) LBST_HEADERS_##name,
  LBST_HEADERS_MAP(XX)
#undef XX
    LBST_HEADERS_MS
} lbst_headers_mode_t;

/* What to do about a pool owner without an idle limit. */
#define LBST_UNBOUNDED_MAP(XX)                                                           \
  XX(NEVER_CLOSE, "never-close")                                                         \
  XX(LONG, "long")

typedef enum lbst_unbounded_mode_e {
#define XX(name, text) LBST_UNBOUNDED_##name,
  LBST_UNBOUNDED_MAP(XX)
#undef XX
} lbst_unbounded_mode_t;

/* What a plan is asked for. */
typedef struct lbst_ask_s {
  const lbst_hop_t *hops; /* the chain, outermost first; may be empty */
  size_t hop_count;       /* at most LBST_CHAIN_MAX */
  lbst_source_t source;   /* who named the hops. Those of METADATA stand side by side:
                           * the pool owner with the longest idle timeout governs */
  const lbst_platform_t *platform; /* of ASSUMED: found, and its router is not known */
  uint32_t idle_ms; /* the pool owner's idle timeout as named apart from |hops|;
                     * 0 = not. From ENVIRONMENT it overrides, else it must agree */
  uint32_t margin_ms;
  lbst_headers_mode_t headers_mode;
  uint32_t headers_ms; /* of LBST_HEADERS_MS */
  lbst_unbounded_mode_t unbounded;
  lbst_protocol_t protocol;
  const lbst_node_t *node; /* never NULL */
  bool node_tested;
  bool other_runtime;      /* none of Node's: it imitates |node| */
  bool applied_before;     /* the server carries the mark of an earlier plan */
  lbst_settings_t present; /* what the server holds now */
} lbst_ask_t;

/* A value to write, or not. */
typedef struct lbst_target_s {
  bool write;
  uint32_t ms; /* the value after the plan, written or not; 0 = off */
} lbst_target_t;

/* The timeouts to set, and why. */
typedef struct lbst_plan_s {
  size_t owner;        /* index of the pool owner in the ask's hops, or LBST_NO_HOP */
  lbst_idle_t idle;    /* KNOWN or UNBOUNDED */
  uint32_t idle_ms;    /* of KNOWN */
  bool tcp_keep_alive; /* dead peers must be found by TCP, no timer of Node's will */
  lbst_target_t keep_alive;
  lbst_target_t headers;
  lbst_target_t request;
  uint64_t close_earliest_ms; /* idle time after which Node closes, LBST_NEVER_MS = not */
  uint64_t close_latest_ms;
  bool safe; /* no idle connection and no unused one is closed before the owner does */
  lbst_note_t notes[LBST_NOTES_MAX];
  size_t note_count;
} lbst_plan_t;

/* Derives the plan that |ask| asks for.
 *
 * Pure: no clock, no allocation, no I/O. Writes |*plan| only on LBST_OK. The notes point
 * to the names of |ask->hops| and of the catalogue.
 *
 * Returns LBST_OK, or
 *   LBST_E_OUT_OF_RANGE     more than LBST_CHAIN_MAX hops
 *   LBST_E_CONFLICT         |ask->idle_ms| is not what the pool owner in |hops| has
 *   LBST_E_NO_IDLE_TIMEOUT  nobody says how long the pool owner keeps a connection
 *   LBST_E_TOO_LONG         a timeout would exceed LBST_TIMEOUT_MS_MAX
 */
lbst_status_t
lbst_policy_plan(lbst_plan_t *plan, const lbst_ask_t *ask);

/* After how long an idle connection's timer fires on |node| with |present|, as Node arms
 * it: keepAliveTimeout and what this version adds. LBST_NEVER_MS when there is none, or
 * when keepAliveTimeout is no usable number. */
uint64_t
lbst_policy_idle_timer_ms(const lbst_node_t *node, const lbst_settings_t *present);

/* Which value a plan wants for |prop|; NULL for those that it never writes. */
const lbst_target_t *
lbst_plan_target(const lbst_plan_t *plan, lbst_prop_t prop);

#endif /* LBST_POLICY_H */
