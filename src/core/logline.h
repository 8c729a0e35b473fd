#ifndef LBST_LOGLINE_H
#define LBST_LOGLINE_H

#include "logtime.h"
#include "slice.h"
#include "status.h"

/* The formats, by their public names. Those of JSON reach C as records: what
 * lib/logs/json.js takes from each object, see lbst_line_record(). */
#define LBST_LOG_FORMAT_MAP(XX)                                                          \
  XX(ALB, "alb", alb)                                                                    \
  XX(CLB, "clb", clb)                                                                    \
  XX(CLOUDFRONT, "cloudfront", cloudfront)                                               \
  XX(GCP, "gcp", record)                                                                 \
  XX(AZURE_APPGW, "azure-appgw", record)                                                 \
  XX(AZURE_FRONTDOOR, "azure-frontdoor", record)                                         \
  XX(NGINX_ERROR, "nginx-error", nginx_error)                                            \
  XX(NGINX_ACCESS, "nginx-access", nginx_access)                                         \
  XX(INGRESS_NGINX, "ingress-nginx", nginx_access)                                       \
  XX(HAPROXY, "haproxy", haproxy)                                                        \
  XX(ENVOY, "envoy", envoy)                                                              \
  XX(ISTIO, "istio", istio)                                                              \
  XX(TRAEFIK, "traefik", traefik)                                                        \
  XX(TRAEFIK_JSON, "traefik-json", record)                                               \
  XX(APACHE_ERROR, "apache-error", apache_error)                                         \
  XX(HEROKU, "heroku", heroku)                                                           \
  XX(VARNISH, "varnish", nginx_access)                                                   \
  XX(ENVOY_JSON, "envoy", record)                                                        \
  XX(ISTIO_JSON, "istio", record)

typedef enum lbst_log_format_e {
#define XX(name, text, parser) LBST_LOG_##name,
  LBST_LOG_FORMAT_MAP(XX)
#undef XX
    LBST_LOG_FORMAT_COUNT
} lbst_log_format_t;

/* What became of a line. */
typedef enum lbst_line_result_e {
  LBST_LINE_OK,
  LBST_LINE_FOREIGN, /* not a line of this format at all */
  LBST_LINE_BROKEN,  /* begins like one, and then something is missing or wrong */
} lbst_line_result_t;

/* The fields that a verdict needs. Slices point into the caller's line. A field that the
 * format does not have, or that is "-", is empty, 0, LBST_US_ABSENT or LBST_TIME_NONE. */
typedef struct lbst_line_s {
  int64_t time_ms;
  lbst_slice_t method;
  lbst_slice_t target; /* host:port that the load balancer chose, the last one it tried */
  lbst_slice_t cause;  /* what the load balancer says of it: flags, code, message */
  lbst_slice_t detail; /* and more of that: the step it was in, the error's own number */
  uint16_t status;     /* that the client got */
  uint16_t backend_status; /* that the target sent, on the last try */
  int64_t connect_us;      /* until the request could be sent */
  int64_t answer_us;       /* from there to the answer's head, or to the failure */
  int64_t rest_us;         /* from there to the end */
  int64_t bytes;           /* of the answer's body, -1 unknown */
  int64_t sent_bytes;      /* of the request's body to the target, -1 unknown */
  uint32_t tries;          /* how many targets were tried, at least 1 */
  uint32_t tries_502;      /* of those before the last: lost, as nginx writes them */
  bool redispatched;       /* another server took it, or a page for errors */
} lbst_line_t;

/* What a column of a layout means. */
typedef enum lbst_column_e {
  LBST_COLUMN_IGNORED,
  LBST_COLUMN_TIME_CLF,
  LBST_COLUMN_TIME_ISO,
  LBST_COLUMN_TIME_EPOCH,
  LBST_COLUMN_DATE,
  LBST_COLUMN_CLOCK,
  LBST_COLUMN_REQUEST,
  LBST_COLUMN_METHOD,
  LBST_COLUMN_STATUS,
  LBST_COLUMN_TOOK,
  LBST_COLUMN_CAUSE,
  LBST_COLUMN_DETAIL,
  LBST_COLUMN_TARGET,
  LBST_COLUMN_SENT_BYTES,
  /* nginx: one value per try */
  LBST_COLUMN_UPSTREAM_ADDR,
  LBST_COLUMN_UPSTREAM_STATUS,
  LBST_COLUMN_UPSTREAM_TOOK,
  LBST_COLUMN_UPSTREAM_CONNECT,
  LBST_COLUMN_UPSTREAM_HEADER,
  LBST_COLUMN_UPSTREAM_BYTES,
} lbst_column_t;

#define LBST_LAYOUT_COLUMNS_MAX 96u
#define LBST_LAYOUT_TEXT_MAX    2048u

/* How the lines of one file are laid out: of nginx the compiled log_format, of Varnish
 * one in the same notation, of CloudFront the columns that its header names. */
typedef struct lbst_layout_s {
  lbst_log_format_t format;
  size_t column_count;
  struct {
    lbst_column_t what;
    uint16_t before; /* the literal in front of it, in |text| */
    uint16_t before_len;
  } columns[LBST_LAYOUT_COLUMNS_MAX];
  uint16_t tail; /* the literal behind the last column */
  uint16_t tail_len;
  bool has_upstream; /* the tries are in the line */
  bool has_connect;
  bool has_header;
  char text[LBST_LAYOUT_TEXT_MAX];
} lbst_layout_t;

/* Prepares |*layout| for |format|. |log_format| is nginx's own notation, for
 * NGINX_ACCESS; empty for the format's default.
 *
 * Returns LBST_OK, or LBST_E_LOG_FORMAT: it names no $status, is too long, or two
 * variables stand side by side with nothing between them. */
lbst_status_t
lbst_layout_init(lbst_layout_t *layout, lbst_log_format_t format,
                 lbst_slice_t log_format);

/* Takes over what a header line ("#Fields: ...") says; ignores any other. */
void
lbst_layout_header(lbst_layout_t *layout, lbst_slice_t line);

/* Reads one |text| line, without its end of line. Writes all of |*line| whatever it
 * returns; only on LBST_LINE_OK do the fields mean anything. Fields behind those that are
 * known are accepted. */
lbst_line_result_t
lbst_line_parse(lbst_line_t *line, const lbst_layout_t *layout, lbst_slice_t text);

/* The format of that public name; |record|: its JSON lines, as records. False when there
 * is none, and then nothing is written. */
bool
lbst_log_format_find(lbst_slice_t name, bool record, lbst_log_format_t *format);

/* The public name. Never NULL. */
const char *
lbst_log_format_name(lbst_log_format_t format);

#endif /* LBST_LOGLINE_H */
