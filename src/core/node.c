#include "node.h"

static const lbst_node_t nodes[] = {
#define LBST_NODE(major_, minor_, patch_, buffer_, stray_, checker_, idle_, limit_, hdr, \
                  check, close_idle, close_fresh, http1_, uv, ht, rt, st, late, up, max) \
  {.from = {major_, minor_, patch_},                                                     \
   .buffer = LBST_BUFFER_##buffer_,                                                      \
   .stray = LBST_STRAY_##stray_,                                                         \
   .checker = LBST_CHECKER_##checker_,                                                   \
   .bad_idle = LBST_BAD_IDLE_##idle_,                                                    \
   .bad_limit = LBST_BAD_LIMIT_##limit_,                                                 \
   .header_timer_idle = hdr,                                                             \
   .check_read = LBST_CHECK_READ_##check,                                                \
   .close_ends_idle = close_idle,                                                        \
   .close_ends_fresh = close_fresh,                                                      \
   .http1 = LBST_HTTP1_##http1_,                                                         \
   .timers_before_poll = uv,                                                             \
   .accepts_all = uv,                                                                    \
   .late_408 = late,                                                                     \
   .young_clock = up,                                                                    \
   .max_header = max,                                                                    \
   .keep_alive_ms = 5000,                                                                \
   .headers_ms = ht,                                                                     \
   .request_ms = rt,                                                                     \
   .socket_ms = st,                                                                      \
   .check_ms = LBST_CHECK_READ_##check == LBST_CHECK_READ_NEVER ? 0 : 30000},
#define LBST_NODE_LAST(major_, minor_, patch_)
#include "node.def"
#undef LBST_NODE
#undef LBST_NODE_LAST
};

static const lbst_version_t lasts[] = {
#define LBST_NODE(...)
#define LBST_NODE_LAST(major_, minor_, patch_) {major_, minor_, patch_},
#include "node.def"
#undef LBST_NODE
#undef LBST_NODE_LAST
};

#define NODE_COUNT (sizeof(nodes) / sizeof(nodes[0]))
#define LAST_COUNT (sizeof(lasts) / sizeof(lasts[0]))
#define PART_MAX   9999u /* no part of a Node version needs more digits */

static const lbst_version_t *
last_of_line(uint16_t major) {
  size_t i;

  for (i = 0; i < LAST_COUNT; i++) {
    if (lasts[i].major == major) return &lasts[i];
  }
  return NULL;
}

/* Reads digits at |*at|; false when there are none or too many. */
static bool
read_part(const char *text, size_t len, size_t *at, uint16_t *part) {
  uint32_t value = 0;
  size_t start = *at;

  while (*at < len && text[*at] >= '0' && text[*at] <= '9') {
    value = value * 10 + (uint32_t) (text[*at] - '0');
    if (value > PART_MAX) return false;
    (*at)++;
  }
  *part = (uint16_t) value;
  return *at > start;
}

lbst_status_t
lbst_version_parse(lbst_version_t *version, const char *text, size_t len) {
  uint16_t parts[3] = {0, 0, 0};
  size_t at = len > 0 && text[0] == 'v' ? 1 : 0;
  size_t count = 0;

  while (count < 3) {
    if (!read_part(text, len, &at, &parts[count])) return LBST_E_UNKNOWN_NODE;
    count++;
    if (at == len || text[at] != '.') break;
    if (count < 3) at++;
  }
  /* after a whole version only a pre-release or build tag may follow */
  if (at < len && !(count == 3 && (text[at] == '-' || text[at] == '+')))
    return LBST_E_UNKNOWN_NODE;
  if (parts[0] < nodes[0].from.major) return LBST_E_UNKNOWN_NODE;

  version->major = parts[0];
  version->minor = parts[1];
  version->patch = parts[2];
  if (count == 1) {
    const lbst_version_t *last = last_of_line(parts[0]);
    if (last != NULL) *version = *last;
  }
  return LBST_OK;
}

int
lbst_version_compare(lbst_version_t a, lbst_version_t b) {
  if (a.major != b.major) return a.major < b.major ? -1 : 1;
  if (a.minor != b.minor) return a.minor < b.minor ? -1 : 1;
  if (a.patch != b.patch) return a.patch < b.patch ? -1 : 1;
  return 0;
}

const lbst_node_t *
lbst_node_find(lbst_version_t version) {
  const lbst_node_t *found = NULL;
  size_t i;

  for (i = 0; i < NODE_COUNT; i++) {
    if (lbst_version_compare(nodes[i].from, version) > 0) break;
    found = &nodes[i];
  }
  return found;
}

bool
lbst_node_tested(lbst_version_t version) {
  const lbst_version_t *last = last_of_line(version.major);

  return last != NULL && lbst_version_compare(version, *last) <= 0;
}

const lbst_node_t *
lbst_node_at(size_t index) {
  return index < NODE_COUNT ? &nodes[index] : NULL;
}
