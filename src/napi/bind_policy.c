#include "../core/learn.h"
#include "../core/policy.h"
#include "bind.h"
#include "convert.h"
#include "glue.h"

/* policyPlan(ask, settings) -> plan. |settings| is an object with Node's own property
 * names; what is undefined there is absent. */
LBST_BIND(policy_plan) {
  napi_value argv[2], values[LBST_PROP_COUNT], result;
  lbst_napi_ask_t ask;
  lbst_plan_t plan;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 2, argv));
  NAPI_TRY(env, lbst_napi_get_ask(env, argv[0], &ask));
  NAPI_TRY(env, lbst_napi_get_settings(env, argv[1], values, &ask.ask.present));
  NAPI_TRY(env, lbst_napi_check_plan(env, lbst_policy_plan(&plan, &ask.ask), &ask.ask));
  NAPI_TRY(env, lbst_napi_create_plan(env, &plan, &result));
  return result;
}

/* policyLimits() -> the bounds that lib/options.js checks against */
LBST_BIND(policy_limits) {
  napi_value o;

  (void) info;
  NAPI_TRY(env, napi_create_object(env, &o));
  NAPI_TRY(env, lbst_napi_set_u32(env, o, "idleMsMin", LBST_IDLE_MS_MIN));
  NAPI_TRY(env, lbst_napi_set_u32(env, o, "timeoutMsMax", LBST_TIMEOUT_MS_MAX));
  NAPI_TRY(env, lbst_napi_set_u32(env, o, "hopsMax", LBST_CHAIN_MAX));
  NAPI_TRY(env, lbst_napi_set_u32(env, o, "closesMax", LBST_LEARN_CLOSES_MAX));
  return o;
}

/* policyIdle(nodeVersion, settings) -> { keepAliveMs, timerMs } of an idle connection, or
 * null when no timer of Node's closes it. */
LBST_BIND(policy_idle) {
  napi_value argv[2], values[LBST_PROP_COUNT], o;
  const lbst_node_t *node;
  lbst_settings_t settings;
  uint64_t timer_ms;
  bool tested;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 2, argv));
  NAPI_TRY(env, lbst_napi_get_node(env, argv[0], &node, &tested));
  NAPI_TRY(env, lbst_napi_get_settings(env, argv[1], values, &settings));
  timer_ms = lbst_policy_idle_timer_ms(node, &settings);
  if (timer_ms == LBST_NEVER_MS) {
    NAPI_TRY(env, napi_get_null(env, &o));
    return o;
  }
  NAPI_TRY(env, napi_create_object(env, &o));
  NAPI_TRY(env, lbst_napi_set_u32(env, o, "keepAliveMs",
                                  settings.prop[LBST_PROP_KEEP_ALIVE].ms));
  NAPI_TRY(env, lbst_napi_set_ms(env, o, "timerMs", timer_ms, LBST_NEVER_MS));
  return o;
}
