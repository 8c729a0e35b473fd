#include "policy.h"

#include <string.h>

#include "outlook.h"
#include "owner.h"

/* ---- values that Node does not read as they were meant --------------------------- */

/* Says what |prop| holds when it is no usable number, and what this Node makes of it. */
static void
warn_value(lbst_draft_t *draft, lbst_prop_t prop, bool replaced, uint32_t by_ms) {
  const lbst_node_t *node = draft->ask->node;
  lbst_setting_kind_t kind = draft->ask->present.prop[prop].kind;
  bool is_limit = prop == LBST_PROP_HEADERS || prop == LBST_PROP_REQUEST;
  bool throws = prop == LBST_PROP_KEEP_ALIVE
                  ? node->bad_idle == LBST_BAD_IDLE_THROWS && kind != LBST_SETTING_ABSENT
                  : prop == LBST_PROP_BUFFER && lbst_outlook_throws(draft);

  lbst_say_prop(draft, replaced ? LBST_W_VALUE_REPLACED : LBST_W_VALUE_LEFT, prop, 0,
                by_ms);
  if (is_limit && node->bad_limit == LBST_BAD_LIMIT_ABORTS &&
      kind != LBST_SETTING_NOT_FINITE && kind != LBST_SETTING_NEGATIVE)
    lbst_say_prop(draft, LBST_W_VALUE_ABORTS, prop, 0, 0);
  if (throws) lbst_say_prop(draft, LBST_W_VALUE_THROWS, prop, 0, 0);
}

/* ---- rules 1, 4 and 6: keepAliveTimeout ------------------------------------------ */

static lbst_status_t
target_keep_alive(lbst_draft_t *draft) {
  const lbst_ask_t *ask = draft->ask;
  const lbst_plan_t *plan = draft->plan;
  uint64_t target_ms; /* 64 bits: the sums of two uint32_t cannot wrap */
  uint64_t longest_ms;

  if (plan->idle == LBST_IDLE_UNBOUNDED) {
    draft->keep_alive_target_ms =
      ask->unbounded == LBST_UNBOUNDED_LONG ? LBST_LONG_MS : 0;
    return LBST_OK;
  }
  target_ms = (uint64_t) plan->idle_ms + ask->margin_ms;
  if (plan->owner != LBST_NO_HOP) {
    const lbst_lb_t *lb = ask->hops[plan->owner].lb;
    if (lb != NULL && lb->advice_ms > target_ms) target_ms = lb->advice_ms;
  }
  /* what Node adds, and what headersTimeout adds, must still fit one of its timers */
  longest_ms = target_ms + LBST_HEADERS_ABOVE_MS;
  if (longest_ms > LBST_TIMEOUT_MS_MAX) return LBST_E_TOO_LONG;
  draft->keep_alive_target_ms = (uint32_t) target_ms;
  return LBST_OK;
}

static void
explain_keep_alive(lbst_draft_t *draft) {
  const lbst_plan_t *plan = draft->plan;
  uint32_t target_ms = draft->keep_alive_target_ms;

  if (plan->idle == LBST_IDLE_UNBOUNDED) {
    lbst_say(draft, target_ms == 0 ? LBST_R_NEVER_CLOSE : LBST_R_LONG, 0, target_ms);
  } else if (target_ms > (uint64_t) plan->idle_ms + draft->ask->margin_ms) {
    lbst_say(draft, LBST_R_VENDOR_ADVICE, plan->idle_ms, target_ms);
  } else {
    lbst_say(draft, LBST_R_OUTLAST, plan->idle_ms, target_ms);
  }
}

/* "Only raise": 0 (off) is longer than any number, and a target of 0 is the longest. */
static bool
is_shorter(uint32_t ms, uint32_t target_ms) {
  return ms != 0 && (target_ms == 0 || ms < target_ms);
}

static void
plan_keep_alive(lbst_draft_t *draft) {
  lbst_setting_t present = draft->ask->present.prop[LBST_PROP_KEEP_ALIVE];
  lbst_target_t *keep_alive = &draft->plan->keep_alive;
  uint32_t target_ms = draft->keep_alive_target_ms;
  bool unbounded = draft->plan->idle == LBST_IDLE_UNBOUNDED;

  if (present.kind == LBST_SETTING_ABSENT &&
      draft->ask->protocol == LBST_PROTOCOL_HTTP2_HTTP1) {
    lbst_say(draft, LBST_W_HTTP1_NEVER_CLOSES, 0, 0);
    return;
  }
  if (present.kind == LBST_SETTING_MS || present.kind == LBST_SETTING_TEXT_MS) {
    keep_alive->ms = is_shorter(present.ms, target_ms) ? target_ms : present.ms;
    keep_alive->write =
      present.kind == LBST_SETTING_TEXT_MS || keep_alive->ms != present.ms;
  } else {
    keep_alive->ms = target_ms;
    keep_alive->write = true;
  }
  if (present.kind != LBST_SETTING_MS)
    warn_value(draft, LBST_PROP_KEEP_ALIVE, true, keep_alive->ms);

  if (keep_alive->ms == target_ms && (keep_alive->write || unbounded)) {
    explain_keep_alive(draft);
  } else if (keep_alive->ms == 0) {
    lbst_say_prop(draft, LBST_R_STAYS_OFF, LBST_PROP_KEEP_ALIVE, 0, 0);
  } else {
    lbst_say_prop(draft, LBST_R_ALREADY_LONG, LBST_PROP_KEEP_ALIVE, keep_alive->ms,
                  target_ms);
  }
}

/* ---- rule 2: headersTimeout ------------------------------------------------------ */

static void
explain_headers(lbst_draft_t *draft, uint32_t base_ms, uint32_t headers_ms) {
  const lbst_node_t *node = draft->ask->node;

  lbst_say(draft, LBST_R_HEADERS_CUSTOM, base_ms, headers_ms);
  if (node->header_timer_idle)
    lbst_say(draft, LBST_R_HEADERS_IDLE_TIMER, base_ms, headers_ms);
  if (node->checker == LBST_CHECKER_INTERVAL)
    lbst_say(draft, LBST_R_HEADERS_UNUSED, base_ms, headers_ms);
}

/* The headersTimeout that belongs to an idle time. A keepAliveTimeout that was there
 * before may be longer than any timer of Node's: it is the user's, and stays. */
static uint32_t
above(uint32_t idle_ms) {
  return idle_ms < LBST_TIMEOUT_MS_MAX - LBST_HEADERS_ABOVE_MS
           ? idle_ms + LBST_HEADERS_ABOVE_MS
           : LBST_TIMEOUT_MS_MAX;
}

/* The idle time that headersTimeout has to be longer than; 0 when there is none. */
static uint32_t
headers_base(const lbst_draft_t *draft) {
  uint32_t planned_ms = draft->plan->keep_alive.ms;

  return planned_ms != 0 ? planned_ms : draft->keep_alive_target_ms;
}

static void
plan_headers(lbst_draft_t *draft) {
  const lbst_ask_t *ask = draft->ask;
  lbst_setting_t present = ask->present.prop[LBST_PROP_HEADERS];
  lbst_target_t *headers = &draft->plan->headers;
  uint32_t base_ms = headers_base(draft);
  uint32_t target_ms = 0; /* 0: nothing to reach */
  bool bad = !lbst_setting_usable(present);

  if (present.kind == LBST_SETTING_ABSENT) {
    /* a Node or an http2 server without this limit; http.Server always has a value */
    if (ask->protocol != LBST_PROTOCOL_HTTP1 || ask->node->headers_ms == 0) return;
    bad = true;
  }
  headers->ms = present.ms;
  if (bad && present.kind != LBST_SETTING_TEXT_MS) headers->ms = ask->node->headers_ms;

  if (ask->headers_mode == LBST_HEADERS_MS) {
    target_ms = ask->headers_ms;
    if (target_ms == 0) headers->ms = 0; /* off is longer than any number */
  } else if (ask->headers_mode == LBST_HEADERS_OUTLAST && base_ms != 0) {
    target_ms = headers->ms > base_ms ? base_ms + 1 : above(base_ms);
  }
  if (headers->ms != 0 && target_ms > headers->ms) headers->ms = target_ms;
  headers->write = bad || headers->ms != present.ms;

  if (bad) warn_value(draft, LBST_PROP_HEADERS, true, headers->ms);
  if (ask->headers_mode == LBST_HEADERS_MS && headers->ms == ask->headers_ms) {
    lbst_say(draft, LBST_R_HEADERS_GIVEN, 0, headers->ms);
  } else if (headers->ms == 0) {
    lbst_say_prop(draft, LBST_R_STAYS_OFF, LBST_PROP_HEADERS, 0, 0);
  } else if (ask->headers_mode == LBST_HEADERS_KEEP) {
    lbst_say(draft, LBST_R_HEADERS_KEPT, 0, headers->ms);
  } else if (headers->write && target_ms != 0) {
    explain_headers(draft, base_ms, headers->ms);
  } else if (target_ms != 0) {
    lbst_say_prop(draft, LBST_R_ALREADY_LONG, LBST_PROP_HEADERS, headers->ms, target_ms);
  }
}

/* ---- rule 3: requestTimeout ------------------------------------------------------ */

static void
plan_request(lbst_draft_t *draft) {
  const lbst_ask_t *ask = draft->ask;
  lbst_setting_t present = ask->present.prop[LBST_PROP_REQUEST];
  lbst_target_t *request = &draft->plan->request;
  uint32_t headers_ms = draft->plan->headers.ms;
  uint32_t base_ms = headers_base(draft);
  bool bad = !lbst_setting_usable(present);
  bool headers_off = headers_ms == 0 && ask->headers_mode != LBST_HEADERS_KEEP &&
                     ask->present.prop[LBST_PROP_HEADERS].kind != LBST_SETTING_ABSENT;
  uint32_t need_ms = headers_off && base_ms != 0 ? above(base_ms) : headers_ms;

  if (present.kind == LBST_SETTING_ABSENT) {
    if (ask->protocol != LBST_PROTOCOL_HTTP1 || ask->node->request_ms == 0) return;
    bad = true;
  }
  request->ms = present.ms;
  if (bad && present.kind != LBST_SETTING_TEXT_MS) request->ms = ask->node->request_ms;
  /* only the interval checker swaps the limits and watches unused connections */
  if (ask->node->checker == LBST_CHECKER_INTERVAL && request->ms != 0 &&
      request->ms < need_ms) {
    request->ms = need_ms;
    lbst_say_prop(draft, headers_off ? LBST_R_REQUEST_UNUSED : LBST_R_REQUEST_SWAP,
                  LBST_PROP_REQUEST, headers_ms, need_ms);
  }
  request->write = bad || request->ms != present.ms;
  if (bad) warn_value(draft, LBST_PROP_REQUEST, true, request->ms);
}

/* ---- rule 5: dangers ------------------------------------------------------------- */

static void
warn_server_timeout(lbst_draft_t *draft) {
  lbst_setting_t socket = draft->ask->present.prop[LBST_PROP_SOCKET];

  if (!lbst_setting_usable(socket)) {
    warn_value(draft, LBST_PROP_SOCKET, false, 0);
  } else if (socket.ms != 0) {
    lbst_say_prop(draft, LBST_W_SERVER_TIMEOUT, LBST_PROP_SOCKET, socket.ms, 0);
  }
}

static void
warn_dangers(lbst_draft_t *draft) {
  const lbst_ask_t *ask = draft->ask;
  lbst_setting_t buffer = ask->present.prop[LBST_PROP_BUFFER];
  uint32_t limit_ms = draft->plan->request.ms;

  if (draft->plan->headers.ms > limit_ms) limit_ms = draft->plan->headers.ms;
  if (ask->node->buffer == LBST_BUFFER_PROPERTY &&
      (!lbst_setting_usable(buffer) || lbst_outlook_throws(draft)))
    warn_value(draft, LBST_PROP_BUFFER, false, 0);
  if (ask->node->stray == LBST_STRAY_CANCELS) lbst_say(draft, LBST_W_STRAY_BYTE, 0, 0);
  if (ask->node->young_clock && limit_ms != 0)
    lbst_say(draft, LBST_W_YOUNG_CLOCK, limit_ms, 0);
  if (!ask->node_tested) lbst_say(draft, LBST_W_NODE_UNTESTED, 0, 0);
  if (ask->other_runtime) lbst_say(draft, LBST_W_RUNTIME, 0, 0);
  if (ask->margin_ms < LBST_MARGIN_MS_LOW && draft->plan->idle == LBST_IDLE_KNOWN)
    lbst_say(draft, LBST_W_SMALL_MARGIN, ask->margin_ms, 0);
  if (draft->plan->idle == LBST_IDLE_UNBOUNDED) {
    bool never = draft->plan->keep_alive.ms == 0;
    lbst_say(draft, never ? LBST_W_UNBOUNDED : LBST_W_LONG_UNBOUNDED,
             draft->plan->keep_alive.ms, 0);
  }
}

/* ---- the idle timer and the plan ------------------------------------------------- */

static uint32_t
node_buffer_ms(const lbst_node_t *node, const lbst_settings_t *present) {
  lbst_setting_t buffer = present->prop[LBST_PROP_BUFFER];

  switch (node->buffer) {
  case LBST_BUFFER_NONE: return 0;
  case LBST_BUFFER_CONSTANT: return LBST_NODE_BUFFER_MS;
  case LBST_BUFFER_PROPERTY: break;
  }
  return buffer.kind == LBST_SETTING_MS ? buffer.ms : LBST_NODE_BUFFER_MS;
}

uint64_t
lbst_policy_idle_timer_ms(const lbst_node_t *node, const lbst_settings_t *present) {
  lbst_setting_t keep_alive = present->prop[LBST_PROP_KEEP_ALIVE];
  uint64_t timer_ms = (uint64_t) keep_alive.ms + node_buffer_ms(node, present);

  if (keep_alive.kind != LBST_SETTING_MS || keep_alive.ms == 0) return LBST_NEVER_MS;
  return timer_ms < LBST_TIMEOUT_MS_MAX ? timer_ms : LBST_TIMEOUT_MS_MAX;
}

lbst_status_t
lbst_policy_plan(lbst_plan_t *plan, const lbst_ask_t *ask) {
  lbst_plan_t work;
  lbst_draft_t draft = {ask, &work, "the load balancer", NULL, 0};
  lbst_status_t status;

  memset(&work, 0, sizeof(work));
  status = lbst_owner_choose(&draft);
  if (status == LBST_OK) status = target_keep_alive(&draft);
  if (status != LBST_OK) return status;

  if (ask->protocol == LBST_PROTOCOL_HTTP2) {
    lbst_say(&draft, LBST_R_HTTP2_ONLY, 0, 0);
    warn_server_timeout(&draft);
  } else {
    plan_keep_alive(&draft);
    plan_headers(&draft);
    plan_request(&draft);
    warn_server_timeout(&draft);
    warn_dangers(&draft);
    work.tcp_keep_alive = work.idle == LBST_IDLE_UNBOUNDED && work.keep_alive.ms == 0;
  }
  lbst_outlook_tell(&draft);
  *plan = work;
  return LBST_OK;
}

const lbst_target_t *
lbst_plan_target(const lbst_plan_t *plan, lbst_prop_t prop) {
  switch (prop) {
  case LBST_PROP_KEEP_ALIVE: return &plan->keep_alive;
  case LBST_PROP_HEADERS: return &plan->headers;
  case LBST_PROP_REQUEST: return &plan->request;
  case LBST_PROP_SOCKET:
  case LBST_PROP_BUFFER:
  case LBST_PROP_CHECK:
  case LBST_PROP_COUNT: break;
  }
  return NULL;
}
