#include <node_api.h>

#include "bind.h"
#include "glue.h"

/* The module keeps no state: no environment data, no handle, no reference. Any number of
 * workers, loads and copies can use it at once, and nothing has to be torn down: Node
 * waits for a logRead() that a thread is busy with before it ends an environment. */

#define METHOD(name, function)                                                           \
  { name, NULL, function, NULL, NULL, NULL, napi_enumerable, NULL }

static const napi_property_descriptor lbst_exports[] = {
  METHOD("connAdvance", lbst_bind_conn_advance),
  METHOD("connCreate", lbst_bind_conn_create),
  METHOD("connEvent", lbst_bind_conn_event),
  METHOD("connEvents", lbst_bind_conn_events),
  METHOD("connNext", lbst_bind_conn_next),
  METHOD("connStall", lbst_bind_conn_stall),
  METHOD("connState", lbst_bind_conn_state),
  METHOD("logClose", lbst_bind_log_close),
  METHOD("logDetect", lbst_bind_log_detect),
  METHOD("logHeader", lbst_bind_log_header),
  METHOD("logNames", lbst_bind_log_names),
  METHOD("logOpen", lbst_bind_log_open),
  METHOD("logRead", lbst_bind_log_read),
  METHOD("logResult", lbst_bind_log_result),
  METHOD("logScan", lbst_bind_log_scan),
  METHOD("logSource", lbst_bind_log_source),
  METHOD("logUnpack", lbst_bind_log_unpack),
  METHOD("doctorJudge", lbst_bind_doctor_judge),
  METHOD("doctorLimits", lbst_bind_doctor_limits),
  METHOD("evidenceJudge", lbst_bind_evidence_judge),
  METHOD("guardJudge", lbst_bind_guard_judge),
  METHOD("gateBacklog", lbst_bind_gate_backlog),
  METHOD("gateClose", lbst_bind_gate_close),
  METHOD("gateOpen", lbst_bind_gate_open),
  METHOD("lbList", lbst_bind_lb_list),
  METHOD("lookDecide", lbst_bind_look_decide),
  METHOD("nodeTimers", lbst_bind_node_timers),
  METHOD("platformList", lbst_bind_platform_list),
  METHOD("policyIdle", lbst_bind_policy_idle),
  METHOD("policyLimits", lbst_bind_policy_limits),
  METHOD("policyPlan", lbst_bind_policy_plan),
  METHOD("serverApply", lbst_bind_server_apply),
  METHOD("serverCheck", lbst_bind_server_check),
  METHOD("serverRestore", lbst_bind_server_restore),
  METHOD("sockInspect", lbst_bind_sock_inspect),
  METHOD("spellNearest", lbst_bind_spell_nearest),
  METHOD("spellTies", lbst_bind_spell_ties),
  METHOD("statusList", lbst_bind_status_list),
};

NAPI_MODULE_INIT() {
  NAPI_TRY(env, napi_define_properties(env, exports,
                                       sizeof(lbst_exports) / sizeof(lbst_exports[0]),
                                       lbst_exports));
  return exports;
}
