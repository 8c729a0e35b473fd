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
  return o;
}
