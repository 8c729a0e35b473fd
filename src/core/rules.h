#ifndef LBST_RULES_H
#define LBST_RULES_H

#include <stdbool.h>
#include <stdint.h>

#include "node.h"
#include "setting.h"

/* From the settings of a server to the rules that its connections live by: each version
 * of Node has its own way with the same numbers. */

#define LBST_NEVER     UINT64_MAX /* no deadline */
#define LBST_NS_PER_MS UINT64_C(1000000)

/* What the server's properties hold, as JavaScript numbers: any of them, since each
 * version has its own way with NaN, Infinity, fractions and negative ones. */
typedef struct lbst_conn_settings_s {
  double keep_alive_ms;
  double buffer_ms;
  double headers_ms;
  double request_ms;
  double socket_ms;    /* server.timeout */
  double check_ms;     /* connectionsCheckingInterval */
  double max_requests; /* maxRequestsPerSocket */
  uint64_t uptime; /* how long the machine was up at time 0, LBST_NEVER = for long: some
                    * versions care (node.def: up) */
  uint64_t listen_at; /* when the check started: at 'listening', or where node.def says
                       * so when the server was made; any past run of it will do */
} lbst_conn_settings_t;

/* What a version makes of these settings: the same for all connections of a server. */
typedef struct lbst_rules_s {
  lbst_node_t node;
  bool idle_set;      /* the end of an answer sets the timer to |idle_ms| */
  uint32_t idle_ms;   /* 0: it switches the timer off */
  uint32_t socket_ms; /* 0 = off */
  uint64_t headers_ns;
  uint64_t request_ns;
  uint64_t check_ns;
  uint64_t listen_at;
  uint64_t uptime;
  uint32_t max_requests; /* 0 = any number */
  double advertised_ms;  /* keepAliveTimeout, for the Keep-Alive header */
} lbst_rules_t;

/* The settings of http.createServer() on |node|, listening at |listen_at|. */
lbst_conn_settings_t
lbst_conn_settings_default(const lbst_node_t *node, uint64_t listen_at);

/* Derives the rules. Total: Node takes any number, and so does this. */
void
lbst_rules_init(lbst_rules_t *rules, const lbst_node_t *node,
                const lbst_conn_settings_t *settings);

/* The number after `Keep-Alive: timeout=` in an answer; false when there is no such
 * header. May be negative or infinite, as Node's is. */
bool
lbst_rules_advertised_s(const lbst_rules_t *rules, double *seconds);

#endif /* LBST_RULES_H */
