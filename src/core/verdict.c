#include "verdict.h"
#include "verdicts.h"

const char *
lbst_verdict_name(lbst_verdict_t verdict) {
  switch (verdict) {
#define XX(name, text)                                                                   \
  case LBST_VERDICT_##name: return text;
    LBST_VERDICT_MAP(XX)
#undef XX
  case LBST_VERDICT_COUNT: break;
  }
  return "?";
}

lbst_verdict_t
lbst_why_verdict(lbst_why_t why) {
  switch (why) {
#define LBST_WHY(name, verdict, text)                                                    \
  case LBST_WHY_##name:                                                                  \
    return LBST_VERDICT_##verdict;
#include "verdict.def"
#undef LBST_WHY
  case LBST_WHY_COUNT: break;
  }
  return LBST_VERDICT_OTHER;
}

const char *
lbst_why_text(lbst_why_t why) {
  switch (why) {
#define LBST_WHY(name, verdict, text)                                                    \
  case LBST_WHY_##name:                                                                  \
    return text;
#include "verdict.def"
#undef LBST_WHY
  case LBST_WHY_COUNT: break;
  }
  return "?";
}

/* A cause, and why it is what it is. */
typedef struct lbst_cause_row_s {
  const char *text;
  lbst_why_t why;
} lbst_cause_row_t;

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static lbst_why_t
why_of(const lbst_cause_row_t *rows, size_t count, lbst_slice_t cause) {
  size_t i;

  for (i = 0; i < count; i++)
    if (lbst_slice_equal(cause, (lbst_slice_t){rows[i].text, strlen(rows[i].text)}))
      return rows[i].why;
  return LBST_WHY_COUNT;
}

static lbst_why_t
judge_alb(const lbst_line_t *line) {
  /* a status such as 460 is the load balancer's own, unless the target said the same */
  if (lbst__client_left(line->status) &&
      (line->backend_status == 0 || line->backend_status != line->status))
    return LBST_WHY_CLIENT_CLOSED;
  if (line->backend_status != 0) {
    if (line->status < 500) return LBST_WHY_ANSWERED;
    return line->backend_status >= 500 ? LBST_WHY_TARGET_ANSWERED_5XX
                                       : LBST_WHY_DIED_IN_ANSWER;
  }
  if (line->status < 400) return LBST_WHY_LB_ANSWERED;
  if (LBST_STARTS(line->cause, "Lambda")) return LBST_WHY_BAD_ANSWER;
  switch (line->status) {
  case 502:
    if (line->connect_us < 0 && line->answer_us < 0) return LBST_WHY_NOT_DISPATCHED;
    return line->target.len == 0 ? LBST_WHY_LB_OWN_ERROR
                                 : lbst__closed_after(line->answer_us);
  case 503: return LBST_WHY_NO_TARGET;
  case 504:
    /* the connect timeout is fixed at 10 s */
    return line->answer_us < 0 && line->connect_us >= 9500000 &&
               line->connect_us <= 10500000
             ? LBST_WHY_CONNECT_TIMEOUT
             : LBST_WHY_NO_ANSWER_IN_TIME;
  default: return LBST_WHY_LB_OWN_ERROR;
  }
}

static lbst_why_t
judge_clb(const lbst_line_t *line) {
  if (line->backend_status >= 500) return LBST_WHY_TARGET_ANSWERED_5XX;
  if (line->backend_status != 0 && line->status < 500) return LBST_WHY_ANSWERED;
  if (line->status == 0)
    return line->method.len == 0 ? LBST_WHY_NO_REQUEST : LBST_WHY_CLIENT_CLOSED;
  if (lbst__client_left(line->status)) return LBST_WHY_CLIENT_CLOSED;
  switch (line->status) {
  case 502: return LBST_WHY_BAD_ANSWER;
  case 503: return LBST_WHY_NO_TARGET;
  case 504:
    return line->answer_us > LBST_RACE_US_MAX ? LBST_WHY_NO_ANSWER_IN_TIME
                                              : LBST_WHY_CLB_504;
  default: return LBST_WHY_LB_OWN_ERROR;
  }
}

static lbst_why_t
judge_cloudfront(const lbst_line_t *line) {
  static const lbst_cause_row_t rows[] = {
    {"OriginConnectError", LBST_WHY_CONNECT_FAILED},
    {"OriginDnsError", LBST_WHY_NO_TARGET},
    {"OriginError", LBST_WHY_TARGET_ANSWERED_5XX},
    {"OriginInvalidResponseError", LBST_WHY_BAD_ANSWER},
    {"OriginHeaderTooBigError", LBST_WHY_BAD_ANSWER},
    {"OriginZeroSizeObjectError", LBST_WHY_BAD_ANSWER},
    {"OriginContentRangeLengthError", LBST_WHY_BAD_ANSWER},
    {"ClientCommError", LBST_WHY_CLIENT_CLOSED},
    {"ClientHungUpRequest", LBST_WHY_CLIENT_CLOSED},
    {"AbortedOrigin", LBST_WHY_UNKNOWN_CAUSE},
  };
  const bool late = line->answer_us > LBST_RACE_US_MAX;
  lbst_why_t why;

  if (LBST_IS(line->detail, "OriginReadError") ||
      LBST_IS(line->detail, "OriginWriteError"))
    return lbst__closed_after(line->answer_us);
  if (LBST_IS(line->detail, "OriginCommError"))
    return late ? LBST_WHY_NO_ANSWER_IN_TIME : LBST_WHY_CLOSED_AT_ONCE;
  why = why_of(rows, COUNT(rows), line->detail);
  if (why != LBST_WHY_COUNT) return why;
  if (lbst__client_left(line->status)) return LBST_WHY_CLIENT_CLOSED;
  if (line->status < 500) return LBST_WHY_ANSWERED;
  if (line->status == 504) return LBST_WHY_NO_ANSWER_IN_TIME;
  /* an error that is not CloudFront's own was passed on from the origin */
  return LBST_IS(line->cause, "Error") ? LBST_WHY_UNKNOWN_CAUSE
                                       : LBST_WHY_TARGET_ANSWERED_5XX;
}

static lbst_why_t
judge_gcp(const lbst_line_t *line) {
  static const lbst_cause_row_t rows[] = {
    {"backend_connection_closed_before_data_sent_to_client", LBST_WHY_GCP_CLOSED},
    {"backend_connection_closed_after_partial_response_sent", LBST_WHY_DIED_IN_ANSWER},
    {"failed_to_connect_to_backend", LBST_WHY_CONNECT_FAILED},
    {"failed_to_pick_backend", LBST_WHY_NO_TARGET},
    {"backend_timeout", LBST_WHY_NO_ANSWER_IN_TIME},
    {"backend_early_response_with_non_error_status", LBST_WHY_BAD_ANSWER},
    {"client_disconnected_before_any_response", LBST_WHY_CLIENT_CLOSED},
    {"client_disconnected_after_partial_response", LBST_WHY_CLIENT_CLOSED},
    {"client_timed_out", LBST_WHY_CLIENT_CLOSED},
  };
  const lbst_why_t why = why_of(rows, COUNT(rows), line->cause);

  if (why == LBST_WHY_GCP_CLOSED) {
    /* 101: an upgraded connection ended, as all of them do */
    if (line->status == 101) return LBST_WHY_ANSWERED;
    if (line->answer_us > LBST_RACE_US_MAX) return LBST_WHY_CLOSED_WHILE_WORKING;
  }
  if (why != LBST_WHY_COUNT) return why;
  if (line->status == 0) return LBST_WHY_CLIENT_CLOSED;
  if (line->status < 500) return LBST_WHY_ANSWERED;
  return LBST_IS(line->cause, "response_sent_by_backend") ? LBST_WHY_TARGET_ANSWERED_5XX
                                                          : LBST_WHY_UNKNOWN_CAUSE;
}

/* The target closed the connection; what the client had by then tells when. */
static lbst_why_t
judge_azure_closed(const lbst_line_t *line) {
  if (line->status == 101) return LBST_WHY_ANSWERED;
  if (line->status != 0 && line->status < 500) return LBST_WHY_DIED_IN_ANSWER;
  return lbst__closed_after(line->answer_us);
}

static lbst_why_t
judge_azure_appgw(const lbst_line_t *line) {
  static const lbst_cause_row_t rows[] = {
    {"ERRORINFO_UPSTREAM_TIMED_OUT", LBST_WHY_NO_ANSWER_IN_TIME},
    {"ERRORINFO_UPSTREAM_NO_LIVE", LBST_WHY_NO_TARGET},
    {"ERRORINFO_CLIENT_CLOSED_REQUEST", LBST_WHY_CLIENT_CLOSED},
    {"ERRORINFO_CLIENT_TIMED_OUT", LBST_WHY_CLIENT_CLOSED},
  };
  const lbst_why_t why = why_of(rows, COUNT(rows), line->cause);

  if (LBST_IS(line->cause, "ERRORINFO_UPSTREAM_CLOSED_CONNECTION"))
    return judge_azure_closed(line);
  if (why != LBST_WHY_COUNT) return why;
  if (lbst__client_left(line->status)) return LBST_WHY_CLIENT_CLOSED;
  if (line->status < 500) return LBST_WHY_ANSWERED;
  if (line->backend_status >= 500) return LBST_WHY_TARGET_ANSWERED_5XX;
  return line->status == 504 ? LBST_WHY_NO_ANSWER_IN_TIME : LBST_WHY_UNKNOWN_CAUSE;
}

static lbst_why_t
judge_azure_frontdoor(const lbst_line_t *line) {
  static const lbst_cause_row_t rows[] = {
    {"OriginTimeout", LBST_WHY_NO_ANSWER_IN_TIME},
    {"OriginConnectionRefused", LBST_WHY_CONNECT_FAILED},
    {"OriginConnectionError", LBST_WHY_CONNECT_FAILED},
    {"DNSFailure", LBST_WHY_NO_TARGET},
    {"DNSNameNotResolved", LBST_WHY_NO_TARGET},
    {"SSLHandshakeError", LBST_WHY_CONNECT_FAILED},
    {"OriginInvalidResponse", LBST_WHY_BAD_ANSWER},
    {"OriginInvalidRequest", LBST_WHY_BAD_ANSWER},
    {"ClientDisconnected", LBST_WHY_CLIENT_CLOSED},
  };
  const lbst_why_t why = why_of(rows, COUNT(rows), line->cause);

  if (LBST_IS(line->cause, "OriginConnectionAborted")) return judge_azure_closed(line);
  if (why != LBST_WHY_COUNT) return why;
  if (line->status == 0) return LBST_WHY_NO_ANSWER_IN_TIME;
  if (lbst__client_left(line->status)) return LBST_WHY_CLIENT_CLOSED;
  if (line->status < 500) return LBST_WHY_ANSWERED;
  /* nothing went wrong on the way, so the answer is the origin's */
  return LBST_IS(line->cause, "NoError") || lbst_slice_is_blank(line->cause)
           ? LBST_WHY_TARGET_ANSWERED_5XX
           : LBST_WHY_UNKNOWN_CAUSE;
}

static lbst_why_t
judge_heroku(const lbst_line_t *line) {
  static const lbst_cause_row_t rows[] = {
    {"H10", LBST_WHY_NO_TARGET},         {"H11", LBST_WHY_OVERLOADED},
    {"H12", LBST_WHY_NO_ANSWER_IN_TIME}, {"H14", LBST_WHY_NO_TARGET},
    {"H15", LBST_WHY_NO_ANSWER_IN_TIME}, {"H17", LBST_WHY_BAD_ANSWER},
    {"H18", LBST_WHY_DIED_IN_ANSWER},    {"H19", LBST_WHY_CONNECT_TIMEOUT},
    {"H20", LBST_WHY_NO_TARGET},         {"H21", LBST_WHY_CONNECT_FAILED},
    {"H22", LBST_WHY_OVERLOADED},        {"H23", LBST_WHY_CONNECT_FAILED},
    {"H25", LBST_WHY_BAD_ANSWER},        {"H27", LBST_WHY_CLIENT_CLOSED},
    {"H28", LBST_WHY_CLIENT_CLOSED},
  };
  const lbst_why_t why = why_of(rows, COUNT(rows), line->cause);

  if (LBST_IS(line->cause, "H13"))
    return line->answer_us > LBST_RACE_US_MAX ? LBST_WHY_CLOSED_WHILE_WORKING
                                              : LBST_WHY_HEROKU_H13;
  if (why != LBST_WHY_COUNT) return why;
  if (line->cause.len > 0) return LBST_WHY_LB_OWN_ERROR;
  if (lbst__client_left(line->status)) return LBST_WHY_CLIENT_CLOSED;
  return line->status < 500 ? LBST_WHY_ANSWERED : LBST_WHY_TARGET_ANSWERED_5XX;
}

lbst_why_t
lbst_verdict(const lbst_layout_t *layout, const lbst_line_t *line) {
  switch (layout->format) {
  case LBST_LOG_ALB: return judge_alb(line);
  case LBST_LOG_CLB: return judge_clb(line);
  case LBST_LOG_CLOUDFRONT: return judge_cloudfront(line);
  case LBST_LOG_GCP: return judge_gcp(line);
  case LBST_LOG_AZURE_APPGW: return judge_azure_appgw(line);
  case LBST_LOG_AZURE_FRONTDOOR: return judge_azure_frontdoor(line);
  case LBST_LOG_NGINX_ERROR: return lbst__judge_nginx_error(line);
  case LBST_LOG_NGINX_ACCESS:
  case LBST_LOG_INGRESS_NGINX: return lbst__judge_nginx_access(layout, line);
  case LBST_LOG_HAPROXY: return lbst__judge_haproxy(line);
  case LBST_LOG_ENVOY:
  case LBST_LOG_ISTIO:
  case LBST_LOG_ENVOY_JSON:
  case LBST_LOG_ISTIO_JSON: return lbst__judge_envoy(line);
  case LBST_LOG_TRAEFIK:
  case LBST_LOG_TRAEFIK_JSON: return lbst__judge_traefik(line);
  case LBST_LOG_APACHE_ERROR: return lbst__judge_apache_error(line);
  case LBST_LOG_HEROKU: return judge_heroku(line);
  case LBST_LOG_VARNISH: return lbst__judge_varnish(line);
  case LBST_LOG_FORMAT_COUNT: break;
  }
  return LBST_WHY_UNKNOWN_CAUSE;
}
