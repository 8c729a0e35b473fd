#include "outlook.h"

bool
lbst_outlook_throws(const lbst_draft_t *draft) {
  const lbst_ask_t *ask = draft->ask;

  return ask->node->buffer == LBST_BUFFER_PROPERTY &&
         ask->node->bad_idle == LBST_BAD_IDLE_THROWS && draft->plan->keep_alive.ms != 0 &&
         ask->present.prop[LBST_PROP_BUFFER].kind != LBST_SETTING_MS;
}

/* server.timeout, as long as a timer can be; LBST_NEVER_MS: off. */
static uint64_t
socket_timer_ms(const lbst_draft_t *draft) {
  uint32_t socket_ms = draft->ask->present.prop[LBST_PROP_SOCKET].ms;

  if (socket_ms == 0) return LBST_NEVER_MS;
  return socket_ms < LBST_TIMEOUT_MS_MAX ? socket_ms : LBST_TIMEOUT_MS_MAX;
}

static void
foresee_close(lbst_draft_t *draft) {
  lbst_plan_t *plan = draft->plan;
  lbst_settings_t planned = draft->ask->present;
  uint64_t close_ms = LBST_NEVER_MS;

  if (draft->ask->protocol != LBST_PROTOCOL_HTTP2) {
    planned.prop[LBST_PROP_KEEP_ALIVE].kind = LBST_SETTING_MS;
    planned.prop[LBST_PROP_KEEP_ALIVE].ms = plan->keep_alive.ms;
    close_ms = lbst_policy_idle_timer_ms(draft->ask->node, &planned);
  }
  /* the idle timer takes the place of server.timeout's, which else goes on */
  if (close_ms == LBST_NEVER_MS) close_ms = socket_timer_ms(draft);
  if (close_ms == LBST_NEVER_MS) {
    plan->close_earliest_ms = LBST_NEVER_MS;
    plan->close_latest_ms = LBST_NEVER_MS;
    return;
  }
  plan->close_earliest_ms = close_ms - LBST_CLOSE_EARLY_MS;
  plan->close_latest_ms = close_ms + LBST_CLOSE_LATE_MS;
}

/* The limit after which Node closes a connection that was never used; 0 = never. */
static uint32_t
unused_close_ms(const lbst_draft_t *draft) {
  const lbst_plan_t *plan = draft->plan;

  if (draft->ask->node->checker != LBST_CHECKER_INTERVAL) return 0;
  return plan->headers.ms != 0 ? plan->headers.ms : plan->request.ms;
}

/* Does server.timeout close what {hop} still keeps? It rules connections that were not
 * used yet, and where no idle timer takes its place all others. An owner without a limit
 * opens none in advance. */
static bool
closes_by_socket(const lbst_draft_t *draft) {
  const lbst_plan_t *plan = draft->plan;
  bool has_idle_timer =
    draft->ask->protocol != LBST_PROTOCOL_HTTP2 && plan->keep_alive.ms != 0;

  if (socket_timer_ms(draft) == LBST_NEVER_MS) return false;
  if (plan->idle == LBST_IDLE_UNBOUNDED) return !has_idle_timer;
  return socket_timer_ms(draft) <= plan->idle_ms;
}

/* What Node's HTTP/1 timers close too early, before an owner with a limit. */
static void
judge_http1(lbst_draft_t *draft) {
  lbst_plan_t *plan = draft->plan;
  uint32_t unused_ms = unused_close_ms(draft);

  if (plan->keep_alive.ms != 0 && plan->close_earliest_ms <= plan->idle_ms) {
    plan->safe = false;
    lbst_say(draft, LBST_W_STILL_UNSAFE, (uint32_t) plan->close_earliest_ms,
             plan->idle_ms);
  }
  if (draft->ask->node->header_timer_idle && plan->headers.ms != 0 &&
      plan->headers.ms <= plan->idle_ms) {
    plan->safe = false;
    lbst_say(draft, LBST_W_HEADERS_IDLE, plan->headers.ms, plan->idle_ms);
  }
  if (unused_ms != 0 && unused_ms <= plan->idle_ms) {
    plan->safe = false;
    lbst_say(draft, LBST_W_UNUSED_CONNECTION, unused_ms, plan->idle_ms);
  }
  if (!plan->safe && draft->owner_lb != NULL && draft->owner_lb->remedies[0].line != NULL)
    lbst_say(draft, LBST_W_CHANGE_LB, 0, 0);
}

static void
judge(lbst_draft_t *draft) {
  lbst_plan_t *plan = draft->plan;
  bool is_http1 = draft->ask->protocol != LBST_PROTOCOL_HTTP2;

  plan->safe = true;
  if (is_http1 && plan->idle == LBST_IDLE_UNBOUNDED)
    plan->safe = plan->keep_alive.ms == 0;
  else if (is_http1)
    judge_http1(draft);
  /* these last: no setting of a load balancer helps */
  if (closes_by_socket(draft)) {
    plan->safe = false;
    lbst_say_prop(draft, LBST_W_SERVER_TIMEOUT_CLOSES, LBST_PROP_SOCKET,
                  draft->ask->present.prop[LBST_PROP_SOCKET].ms, 0);
  }
  if (is_http1 && lbst_outlook_throws(draft)) plan->safe = false;
}

void
lbst_outlook_tell(lbst_draft_t *draft) {
  foresee_close(draft);
  judge(draft);
}
