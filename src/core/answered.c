#include "answered.h"
#include "mask.h"

void
lbst_answered_init(lbst_answered_t *answered) {
  memset(answered, 0, sizeof(*answered));
  answered->minute_ms = LBST_TIME_NONE;
}

#if LBST_HAS_MASKS

#define TYPE_MAX  5u  /* "https" */
#define TIME_LEN  27u /* "2026-01-14T09:12:31.004217Z" */
#define SECOND_AT LBST_ANSWERED_MINUTE_LEN

/* What stands behind the target: " 0.000 0.001 0.000 200 200 ". */
#define BEHIND_LEN 27u
#define STATUS_AT  19u
#define BACKEND_AT 23u

#define NO_SPACE 128u

/* As far as anything below looks: no other length is compared with anything. */
#define LEN_MIN (TYPE_MAX + 1 + TIME_LEN + 1 + NO_SPACE + BEHIND_LEN + 64 + 2 + 8)

/* Bytes of one shape, eight at a time: a '0' of |shape| stands for any digit, every other
 * byte for itself. Where they differ, a top bit is set in what this returns. */
static inline uint64_t
differ(const char *at, const char *shape) {
  const uint64_t model = lbst_word8(shape);
  const uint64_t found = lbst_word8(at) ^ model;
  const uint64_t digits = lbst_zero_bytes(model ^ LBST_BYTES('0')) >> 7;

  /* a digit differs by 9 at most, another byte by nothing: what is above reaches 0x80 */
  return (found | (found + LBST_BYTES(0x7f) - digits * 9)) & LBST_BYTES(0x80);
}

/* How many of the eight bytes stand in front of the first space; 8: there is none. */
static inline unsigned
until_space(uint64_t word) {
  const uint64_t spaces = lbst_zero_bytes(word ^ LBST_BYTES(' '));

  return spaces == 0 ? 8 : (unsigned) __builtin_ctzll(spaces) >> 3;
}

/* |len| bytes of the word, and the space behind them. */
static inline bool
is_type(uint64_t word, unsigned len) {
  if (len > TYPE_MAX) return false;
  word &= ~(UINT64_MAX << (8 * (len + 1)));
  return word == lbst_word8("https \0") || word == lbst_word8("h2 \0\0\0\0") ||
         word == lbst_word8("http \0\0") || word == lbst_word8("grpcs \0") ||
         word == lbst_word8("wss \0\0\0") || word == lbst_word8("ws \0\0\0\0");
}

/* |len| bytes of the word: capital letters, all of them. */
static inline bool
is_method(uint64_t word, unsigned len) {
  uint64_t below, above;

  if (len == 0 || len == 8) return false;
  word &= ~(UINT64_MAX << (8 * len));
  word |= LBST_BYTES('A') << (8 * len);
  below = ~(word + LBST_BYTES(0x80 - 'A'));
  above = word + LBST_BYTES(0x7f - 'Z');
  return ((word | below | above) & LBST_BYTES(0x80)) == 0;
}

static inline unsigned
digit2(const char *at) {
  return (unsigned) (at[0] - '0') * 10 + (unsigned) (at[1] - '0');
}

/* The word at |at|, when it is TIME_LEN bytes long and ends in microseconds. */
static inline bool
read_time(lbst_answered_t *answered, const char *at, int64_t *time_ms) {
  const char *second = at + SECOND_AT;
  const lbst_slice_t text = {at, TIME_LEN};
  int64_t of_minute_ms;

  if ((differ(second, "00.00000") | differ(second + 3, "000000Z ")) != 0) return false;
  of_minute_ms = (int64_t) digit2(second) * 1000 + (second[3] - '0') * 100 +
                 (int64_t) digit2(second + 4);
  if (of_minute_ms > 60999) return false;
  if (memcmp(at, answered->minute, LBST_ANSWERED_MINUTE_LEN) != 0) {
    /* a space is a date's end to the parser, and not part of a time */
    if (at[10] == ' ' || !lbst_logtime_iso(text, time_ms)) return false;
    memcpy(answered->minute, at, LBST_ANSWERED_MINUTE_LEN);
    answered->minute_ms = *time_ms - of_minute_ms;
  }
  *time_ms = answered->minute_ms + of_minute_ms;
  return true;
}

/* The spaces in 128 bytes. */
typedef struct spaces_s {
  uint64_t low;
  uint64_t high;
} spaces_t;

/* Where the next one is, or NO_SPACE. Without a branch: where words end is as good as
 * random. */
static inline size_t
next_space(spaces_t *spaces) {
  const bool in_low = spaces->low != 0;
  const uint64_t half = in_low ? spaces->low : spaces->high;
  const uint64_t rest = half & (half - 1);
  const size_t index = half == 0 ? 64 : (size_t) __builtin_ctzll(half);

  spaces->low = in_low ? rest : 0;
  spaces->high = in_low ? spaces->high : rest;
  return in_low ? index : 64 + index;
}

bool
lbst_answered_alb(lbst_answered_t *answered, lbst_slice_t text, lbst_line_t *line) {
  const char *at = text.at, *target, *behind, *method;
  spaces_t spaces;
  size_t behind_at;
  uint64_t word;
  unsigned len;

  if (text.len < LEN_MIN) return false;
  word = lbst_word8(at);
  len = until_space(word);
  if (!is_type(word, len)) return false;
  at += len + 1;
  if (!read_time(answered, at, &line->time_ms)) return false;

  /* elb, client, target */
  at += TIME_LEN + 1;
  spaces.low = lbst_mask64(at, ' ');
  spaces.high = lbst_mask64(at + 64, ' ');
  (void) next_space(&spaces);
  target = at + next_space(&spaces) + 1;
  behind_at = next_space(&spaces);
  if (behind_at == NO_SPACE) return false;
  behind = at + behind_at;
  line->target = lbst_slice_between(target, behind);
  if (lbst_slice_is_blank(line->target)) return false;
  if ((differ(behind, " 0.000 0") | differ(behind + 8, ".000 0.0") |
       differ(behind + 16, "00 000 0") | differ(behind + 19, "000 000 ")) != 0)
    return false;
  /* what the target said is what the client got */
  if (behind[STATUS_AT] >= '5' || memcmp(behind + STATUS_AT, "000", 3) == 0 ||
      memcmp(behind + STATUS_AT, behind + BACKEND_AT, 3) != 0)
    return false;

  /* two counts of bytes, and then the request */
  at = behind + BEHIND_LEN;
  word = lbst_mask64(at, ' ');
  word &= word - 1;
  if (word == 0) return false;
  at += __builtin_ctzll(word) + 1;
  if (*at != '"') return false;
  method = at + 1;
  word = lbst_word8(method);
  len = until_space(word);
  if (!is_method(word, len)) return false;
  line->method = lbst_slice_between(method, method + len);
  return true;
}

#else

bool
lbst_answered_alb(lbst_answered_t *answered, lbst_slice_t text, lbst_line_t *line) {
  (void) answered;
  (void) text;
  (void) line;
  return false;
}

#endif
