#include "tally.h"

#define HOUR_MS   3600000
#define MINUTE_MS 60000

const char *
lbst_method_name(lbst_method_t method) {
  switch (method) {
#define XX(name)                                                                         \
  case LBST_METHOD_##name: return #name;
    LBST_METHOD_MAP(XX)
#undef XX
  case LBST_METHOD_COUNT: break;
  }
  return "?";
}

/* A name of two to eight bytes in one word, by four loads that overlap: without a branch,
 * for what comes next is as good as random. Two names of one length never share a word.
 */
static uint64_t
word_of(lbst_slice_t name) {
  const size_t last = name.len - 2;
  const size_t second = last < 2 ? last : 2;
  uint16_t parts[4];

  memcpy(&parts[0], name.at, 2);
  memcpy(&parts[1], name.at + second, 2);
  memcpy(&parts[2], name.at + last - second, 2);
  memcpy(&parts[3], name.at + last, 2);
  return (uint64_t) parts[3] << 48 | (uint64_t) parts[2] << 32 |
         (uint64_t) parts[1] << 16 | parts[0];
}

static lbst_method_t
method_of(lbst_slice_t name) {
  unsigned method = LBST_METHOD_other;
  uint64_t word;

  if (name.len < 2 || name.len > 8) return LBST_METHOD_other;
  word = word_of(name);
  /* no branch here either: every row is compared, and the one that fits is let through */
#define XX(text)                                                                         \
  method ^= (LBST_METHOD_##text ^ LBST_METHOD_other) &                                   \
            (0u - (((word ^ word_of(LBST_SLICE(#text))) |                                \
                    (name.len ^ (sizeof(#text) - 1))) == 0));
  LBST_METHOD_MAP(XX)
#undef XX
  return (lbst_method_t) method;
}

/* Multiplication by an odd number spreads a key over the high bits. */
static size_t
slot_of(uint64_t key, size_t size) {
  return (size_t) ((key * UINT64_C(0x9e3779b97f4a7c15)) >> 32) & (size - 1);
}

/* The bucket of |key| and |target|, or NULL when the table is three quarters full. */
static lbst_bucket_t *
find_bucket(lbst_bucket_t *buckets, size_t size, size_t *used, int64_t key,
            uint32_t target) {
  size_t slot = slot_of((uint64_t) key * 1031 + target, size);

  for (;; slot = (slot + 1) & (size - 1)) {
    lbst_bucket_t *b = &buckets[slot];
    if (b->is_taken && b->key == key && b->target == target) return b;
    if (b->is_taken) continue;
    if (*used >= size / 4 * 3) return NULL;
    (*used)++;
    b->is_taken = true;
    b->key = key;
    b->target = target;
    return b;
  }
}

/* Names of hosts and ports are 8 to 16 bytes long, mostly: two words that may overlap. */
static uint64_t
hash_of(lbst_slice_t name) {
  uint64_t hash = name.len, word = 0;
  size_t i;

  if (name.len < 8) {
    for (i = 0; i < name.len; i++)
      word = word << 8 | (unsigned char) name.at[i];
  } else {
    for (i = 0; i + 8 < name.len; i += 8) {
      memcpy(&word, name.at + i, 8);
      hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
      hash ^= hash >> 29;
    }
    memcpy(&word, name.at + name.len - 8, 8);
  }
  hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
  return hash ^ hash >> 29;
}

static bool
has_name(const lbst_target_row_t *row, lbst_slice_t name) {
  uint64_t words[4];

  if (row->name_len != name.len) return false;
  if (name.len < 8 || name.len > 16) return memcmp(row->name, name.at, name.len) == 0;
  memcpy(&words[0], row->name, 8);
  memcpy(&words[1], name.at, 8);
  memcpy(&words[2], row->name + name.len - 8, 8);
  memcpy(&words[3], name.at + name.len - 8, 8);
  return ((words[0] ^ words[1]) | (words[2] ^ words[3])) == 0;
}

/* The index of the target's row, or LBST_TALLY_NO_TARGET when there is no room. */
static uint32_t
find_target(lbst_tally_t *tally, lbst_slice_t name) {
  size_t slot;

  if (name.len > LBST_TARGET_NAME_MAX) name.len = LBST_TARGET_NAME_MAX;
  slot = slot_of(hash_of(name), LBST_TALLY_TARGETS);
  for (;; slot = (slot + 1) & (LBST_TALLY_TARGETS - 1)) {
    lbst_target_row_t *row = &tally->targets[slot];
    if (has_name(row, name)) return (uint32_t) slot;
    if (row->name_len != 0) continue;
    if (tally->target_count >= LBST_TALLY_TARGETS / 4 * 3) return LBST_TALLY_NO_TARGET;
    tally->target_count++;
    row->name_len = (uint32_t) name.len;
    memcpy(row->name, name.at, name.len);
    return (uint32_t) slot;
  }
}

static int64_t
floor_div(int64_t value, int64_t unit) {
  return value >= 0 ? value / unit : -((-value + unit - 1) / unit);
}

static void
add_times(lbst_tally_t *tally, int64_t time_ms, uint32_t target, lbst_verdict_t verdict) {
  lbst_bucket_t *bucket = tally->last_hour;

  if (bucket == NULL || (uint64_t) (time_ms - tally->last_hour_ms) >= HOUR_MS) {
    const int64_t hour = floor_div(time_ms, HOUR_MS);
    bucket = find_bucket(tally->hours, LBST_TALLY_HOURS, &tally->hour_count, hour, 0);
    if (bucket == NULL) tally->hours_beyond++;
    tally->last_hour = bucket;
    tally->last_hour_ms = hour * HOUR_MS;
  }
  if (bucket != NULL) bucket->of[verdict]++;
  if (verdict == LBST_VERDICT_OK) return;
  bucket = find_bucket(tally->minutes, LBST_TALLY_MINUTES, &tally->minute_count,
                       floor_div(time_ms, MINUTE_MS), target);
  if (bucket == NULL)
    tally->minutes_beyond++;
  else
    bucket->of[verdict]++;
}

void
lbst_tally_add(lbst_tally_t *tally, const lbst_line_t *line, lbst_why_t why) {
  const lbst_verdict_t verdict = lbst_why_verdict(why);
  uint32_t target = LBST_TALLY_NO_TARGET;

  tally->counts.of[verdict]++;
  tally->whys[why]++;
  tally->methods[method_of(line->method)].of[verdict]++;
  if (line->target.len > 0) {
    target = find_target(tally, line->target);
    if (target == LBST_TALLY_NO_TARGET)
      tally->targets_beyond++;
    else
      tally->targets[target].counts.of[verdict]++;
  }
  if (line->time_ms != LBST_TIME_NONE) add_times(tally, line->time_ms, target, verdict);
}
