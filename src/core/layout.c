/* How lines are laid out: nginx's log_format, CloudFront's header. */
#include "lines.h"

typedef struct lbst_column_name_s {
  const char *name;
  lbst_column_t what;
} lbst_column_name_t;

/* nginx's variables, and names for what varnishncsa writes; every other one is passed
 * over */
static const lbst_column_name_t nginx_names[] = {
  {"time_local", LBST_COLUMN_TIME_CLF},
  {"time_iso8601", LBST_COLUMN_TIME_ISO},
  {"msec", LBST_COLUMN_TIME_EPOCH},
  {"request", LBST_COLUMN_REQUEST},
  {"request_method", LBST_COLUMN_METHOD},
  {"status", LBST_COLUMN_STATUS},
  {"upstream_addr", LBST_COLUMN_UPSTREAM_ADDR},
  {"upstream_status", LBST_COLUMN_UPSTREAM_STATUS},
  {"upstream_response_time", LBST_COLUMN_UPSTREAM_TOOK},
  {"upstream_connect_time", LBST_COLUMN_UPSTREAM_CONNECT},
  {"upstream_header_time", LBST_COLUMN_UPSTREAM_HEADER},
  {"upstream_response_length", LBST_COLUMN_UPSTREAM_BYTES},
  {"upstream_bytes_received", LBST_COLUMN_UPSTREAM_BYTES},
  {"varnish_time_firstbyte", LBST_COLUMN_TOOK},
  {"varnish_sent_bytes", LBST_COLUMN_SENT_BYTES},
  {"varnish_backend", LBST_COLUMN_TARGET},
  {"varnish_connection", LBST_COLUMN_DETAIL},
  {"varnish_fetch_error", LBST_COLUMN_CAUSE},
};

static const lbst_column_name_t cloudfront_names[] = {
  {"date", LBST_COLUMN_DATE},
  {"time", LBST_COLUMN_CLOCK},
  {"cs-method", LBST_COLUMN_METHOD},
  {"sc-status", LBST_COLUMN_STATUS},
  {"time-taken", LBST_COLUMN_TOOK},
  {"x-host-header", LBST_COLUMN_TARGET},
  {"x-edge-result-type", LBST_COLUMN_CAUSE},
  {"x-edge-detailed-result-type", LBST_COLUMN_DETAIL},
};

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

#define COMBINED                                                                         \
  "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent "     \
  "\"$http_referer\" \"$http_user_agent\""

#define INGRESS                                                                          \
  COMBINED " $request_length $request_time [$proxy_upstream_name] "                      \
           "[$proxy_alternative_upstream_name] $upstream_addr "                          \
           "$upstream_response_length $upstream_response_time $upstream_status $req_id"

/* varnishncsa -b -F '%h %l %u %t "%r" %s %b "%{Referer}i" "%{User-agent}i"
 *   %{Varnish:time_firstbyte}x %{VSL:BereqAcct[2]}x
 *   %{VSL:BackendOpen[3]}x:%{VSL:BackendOpen[4]}x %{VSL:BackendOpen[7]}x
 *   "%{VSL:FetchError}x"', in one line */
#define VARNISH                                                                          \
  COMBINED " $varnish_time_firstbyte $varnish_sent_bytes $varnish_backend "              \
           "$varnish_connection \"$varnish_fetch_error\""

#define CLOUDFRONT                                                                       \
  "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem "     \
  "sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type "     \
  "x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for "     \
  "ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status "  \
  "fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type "          \
  "sc-content-type sc-content-len sc-range-start sc-range-end"

static lbst_column_t
column_of(const lbst_column_name_t *names, size_t count, lbst_slice_t name) {
  size_t i;

  for (i = 0; i < count; i++)
    if (lbst_slice_equal(name, (lbst_slice_t){names[i].name, strlen(names[i].name)}))
      return names[i].what;
  return LBST_COLUMN_IGNORED;
}

void
lbst_layout_header(lbst_layout_t *layout, lbst_slice_t line) {
  lbst_cursor_t c = {line.at, line.at + line.len};
  lbst_slice_t name;

  if (layout->format != LBST_LOG_CLOUDFRONT || !LBST_STARTS(line, "#Fields:")) return;
  c.at += sizeof("#Fields:") - 1;
  layout->column_count = 0;
  while (layout->column_count < LBST_LAYOUT_COLUMNS_MAX && lbst_cursor_word(&c, &name)) {
    if (name.len == 0) continue;
    layout->columns[layout->column_count++].what =
      column_of(cloudfront_names, COUNT(cloudfront_names), name);
  }
}

static bool
is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         c == '_';
}

static void
note_column(lbst_layout_t *layout, lbst_column_t what) {
  switch (what) {
  case LBST_COLUMN_UPSTREAM_STATUS: layout->has_upstream = true; break;
  case LBST_COLUMN_UPSTREAM_CONNECT: layout->has_connect = true; break;
  case LBST_COLUMN_UPSTREAM_HEADER: layout->has_header = true; break;
  default: break;
  }
}

/* "$name" or "${name}" at |*at|; passes over it. */
static lbst_slice_t
take_name(const char **at, const char *end) {
  const char *start = *at + 1;
  const bool braces = start < end && *start == '{';
  lbst_slice_t name;

  if (braces) start++;
  for (*at = start; *at < end && is_name(**at); (*at)++) {
  }
  name = lbst_slice_between(start, *at);
  if (braces && *at < end && **at == '}') (*at)++;
  return name;
}

lbst_status_t
lbst__layout_compile(lbst_layout_t *layout, lbst_slice_t log_format) {
  const char *at = log_format.at, *const end = log_format.at + log_format.len;
  uint16_t used = 0;
  bool has_status = false;

  layout->column_count = 0;
  while (at < end) {
    const uint16_t before = used;
    lbst_column_t what;
    for (; at < end && *at != '$'; at++) {
      if (used == LBST_LAYOUT_TEXT_MAX) return LBST_E_LOG_FORMAT;
      layout->text[used++] = *at;
    }
    if (at == end) {
      layout->tail = before;
      layout->tail_len = (uint16_t) (used - before);
      break;
    }
    if (layout->column_count == LBST_LAYOUT_COLUMNS_MAX) return LBST_E_LOG_FORMAT;
    if (layout->column_count > 0 && used == before) return LBST_E_LOG_FORMAT;
    what = column_of(nginx_names, COUNT(nginx_names), take_name(&at, end));
    layout->columns[layout->column_count].what = what;
    layout->columns[layout->column_count].before = before;
    layout->columns[layout->column_count].before_len = (uint16_t) (used - before);
    layout->column_count++;
    note_column(layout, what);
    if (what == LBST_COLUMN_STATUS) has_status = true;
  }
  return has_status ? LBST_OK : LBST_E_LOG_FORMAT;
}

lbst_status_t
lbst_layout_init(lbst_layout_t *layout, lbst_log_format_t format,
                 lbst_slice_t log_format) {
  memset(layout, 0, sizeof(*layout));
  layout->format = format;
  switch (format) {
  case LBST_LOG_CLOUDFRONT:
    lbst_layout_header(layout, LBST_SLICE(CLOUDFRONT));
    return LBST_OK;
  case LBST_LOG_NGINX_ACCESS:
    return lbst__layout_compile(layout,
                                log_format.len > 0 ? log_format : LBST_SLICE(COMBINED));
  case LBST_LOG_VARNISH: return lbst__layout_compile(layout, LBST_SLICE(VARNISH));
  case LBST_LOG_INGRESS_NGINX: return lbst__layout_compile(layout, LBST_SLICE(INGRESS));
  default: return LBST_OK;
  }
}
