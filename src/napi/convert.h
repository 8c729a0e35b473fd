#ifndef LBST_CONVERT_H
#define LBST_CONVERT_H

#include <node_api.h>

#include "../core/policy.h"

#define LBST_HOP_NAME_MAX 96 /* a longer name of a hop is cut off in messages */

/* An ask with the storage that its pointers point to: lives on the callback's stack. */
typedef struct lbst_napi_ask_s {
  lbst_ask_t ask;
  lbst_hop_t hops[LBST_CHAIN_MAX];
  char names[LBST_CHAIN_MAX][LBST_HOP_NAME_MAX];
} lbst_napi_ask_t;

/* Reads what lib/options.js makes of the options:
 * { hops: [{ id, name, role, idleTimeoutMs, unbounded }], idleTimeoutMs, source,
 *   platform, marginMs, headersTimeout, unbounded, otherRuntime, nodeVersion }.
 * Leaves |protocol| and |present| for the caller to fill. */
napi_status
lbst_napi_get_ask(napi_env env, napi_value value, lbst_napi_ask_t *ask);

/* Reads the name of a Node version: its row, and whether its like was measured. */
napi_status
lbst_napi_get_node(napi_env env, napi_value value, const lbst_node_t **node,
                   bool *tested);

/* Reads the timer properties of |object|, a server or a plain object: each value to
 * |values| as it is, and what it means to |*settings|. */
napi_status
lbst_napi_get_settings(napi_env env, napi_value object, napi_value *values,
                       lbst_settings_t *settings);

/* Throws what lbst_policy_plan() answered, with the owner's name and what to do. */
napi_status
lbst_napi_check_plan(napi_env env, lbst_status_t status, const lbst_ask_t *ask);

/* The plan as a plain object:
 * { owner, idleTimeoutMs, tcpKeepAlive, targets, idleCloseMs, safe, reasons, warnings }
 */
napi_status
lbst_napi_create_plan(napi_env env, const lbst_plan_t *plan, napi_value *result);

#endif /* LBST_CONVERT_H */
