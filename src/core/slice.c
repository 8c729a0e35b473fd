#include "slice.h"
#include "mask.h"

#define DIGITS_MAX 18u

size_t
lbst_slice_find(lbst_slice_t slice, lbst_slice_t needle) {
  const char *at = slice.at;
  size_t left = slice.len;

  if (needle.len == 0) return LBST_NO_INDEX;
  while (left >= needle.len) {
    const char *hit = memchr(at, needle.at[0], left - needle.len + 1);
    if (hit == NULL) break;
    if (memcmp(hit, needle.at, needle.len) == 0) return (size_t) (hit - slice.at);
    left -= (size_t) (hit - at) + 1;
    at = hit + 1;
  }
  return LBST_NO_INDEX;
}

lbst_slice_t
lbst_slice_after(lbst_slice_t slice, lbst_slice_t needle) {
  lbst_slice_t rest = {slice.at, 0};
  const size_t index = lbst_slice_find(slice, needle);

  if (index == LBST_NO_INDEX) return rest;
  rest.at = slice.at + index + needle.len;
  rest.len = slice.len - index - needle.len;
  return rest;
}

lbst_slice_t
lbst_slice_until(lbst_slice_t slice, char stop) {
  const char *hit = slice.len == 0 ? NULL : memchr(slice.at, stop, slice.len);

  if (hit != NULL) slice.len = (size_t) (hit - slice.at);
  return slice;
}

bool
lbst_slice_number(lbst_slice_t slice, int64_t *value) {
  int64_t sum = 0;
  size_t i;

  if (slice.len == 0 || slice.len > DIGITS_MAX) return false;
  for (i = 0; i < slice.len; i++) {
    const unsigned digit = (unsigned) (unsigned char) slice.at[i] - '0';
    if (digit > 9) return false;
    sum = sum * 10 + digit;
  }
  *value = sum;
  return true;
}

bool
lbst_slice_us(lbst_slice_t slice, int64_t unit_us, int64_t *us) {
  int64_t whole = 0;
  int64_t scale = unit_us;
  size_t i = 0;

  if (slice.len == 0) return false;
  if (slice.at[0] == '-') {
    /* "-", "-1", "-1.000": nothing but a number may follow */
    for (i = 1; i < slice.len; i++)
      if (slice.at[i] != '.' && (unsigned) (unsigned char) slice.at[i] - '0' > 9)
        return false;
    *us = LBST_US_NONE;
    return true;
  }
  for (; i < slice.len && slice.at[i] != '.'; i++) {
    const unsigned digit = (unsigned) (unsigned char) slice.at[i] - '0';
    if (digit > 9 || i > 9) return false;
    whole = whole * 10 + digit;
  }
  if (i == 0) return false;
  whole *= unit_us;
  for (i++; i < slice.len; i++) {
    const unsigned digit = (unsigned) (unsigned char) slice.at[i] - '0';
    if (digit > 9) return false;
    scale /= 10;
    whole += scale * digit;
  }
  *us = whole;
  return true;
}

bool
lbst_slice_status(lbst_slice_t slice, uint16_t *status) {
  int64_t value;

  if (slice.len == 1 && (slice.at[0] == '-' || slice.at[0] == '0')) {
    *status = 0;
    return true;
  }
  if (slice.len != 3 || !lbst_slice_number(slice, &value)) return false;
  *status = (uint16_t) value;
  return true;
}

size_t
lbst_spaces(const char *at, const char *end, const char **found, size_t want) {
  size_t count = 0;

#if LBST_HAS_MASKS
  while (end - at >= 8) {
    uint64_t spaces = lbst_zero_bytes(lbst_word8(at) ^ LBST_BYTES(' '));
    while (spaces != 0) {
      if (count == want) return count;
      found[count++] = at + (__builtin_ctzll(spaces) >> 3);
      spaces &= spaces - 1;
    }
    at += 8;
    if (count == want) return count;
  }
#endif
  for (; at < end && count < want; at++)
    if (*at == ' ') found[count++] = at;
  return count;
}

bool
lbst_cursor_until(lbst_cursor_t *cursor, char stop, lbst_slice_t *slice) {
  const size_t left = (size_t) (cursor->end - cursor->at);
  const char *hit;

  if (left == 0) return false;
  hit = memchr(cursor->at, stop, left);
  *slice = lbst_slice_between(cursor->at, hit == NULL ? cursor->end : hit);
  cursor->at = hit == NULL ? cursor->end : hit + 1;
  return true;
}

bool
lbst_cursor_word(lbst_cursor_t *cursor, lbst_slice_t *word) {
  return lbst_cursor_until(cursor, ' ', word);
}

static bool
is_escaped(const char *start, const char *quote) {
  const char *at = quote;

  while (at > start && at[-1] == '\\')
    at--;
  return ((quote - at) & 1) != 0;
}

bool
lbst_cursor_field(lbst_cursor_t *cursor, lbst_slice_t *field) {
  const char *start, *at;

  if (cursor->at == cursor->end) return false;
  if (*cursor->at != '"') return lbst_cursor_word(cursor, field);
  start = cursor->at + 1;
  for (at = start; at < cursor->end; at++) {
    at = memchr(at, '"', (size_t) (cursor->end - at));
    if (at == NULL) return false;
    if (is_escaped(start, at)) continue;
    if (at + 1 < cursor->end && at[1] != ' ') continue;
    *field = lbst_slice_between(start, at);
    cursor->at = at + 1 < cursor->end ? at + 2 : cursor->end;
    return true;
  }
  return false;
}

bool
lbst_cursor_past(lbst_cursor_t *cursor, lbst_slice_t mark) {
  const size_t index = lbst_slice_find(lbst_slice_between(cursor->at, cursor->end), mark);

  if (index == LBST_NO_INDEX) return false;
  cursor->at += index + mark.len;
  return true;
}

bool
lbst_cursor_skip(lbst_cursor_t *cursor, size_t count) {
  lbst_slice_t field;

  while (count-- > 0)
    if (!lbst_cursor_field(cursor, &field)) return false;
  return true;
}

bool
lbst_cursor_enclosed(lbst_cursor_t *cursor, char open, char shut, lbst_slice_t *slice) {
  const char *hit;

  if (cursor->at == cursor->end || *cursor->at != open) return false;
  hit = memchr(cursor->at, shut, (size_t) (cursor->end - cursor->at));
  if (hit == NULL) return false;
  *slice = lbst_slice_between(cursor->at + 1, hit);
  cursor->at = hit + 1;
  if (cursor->at < cursor->end && *cursor->at == ' ') cursor->at++;
  return true;
}
