#ifndef LBST_SLICE_H
#define LBST_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Scanning of text that belongs to somebody else. Nothing here allocates, writes to the
 * text, needs a NUL behind it or reads a byte past its end. */

/* Some bytes of a caller's buffer. */
typedef struct lbst_slice_s {
  const char *at;
  size_t len;
} lbst_slice_t;

/* What of a line is still to be read. */
typedef struct lbst_cursor_s {
  const char *at;
  const char *end;
} lbst_cursor_t;

#define LBST_US_ABSENT (-2) /* this layout has no such time */
#define LBST_US_NONE   (-1) /* the log says that there is none: "-1" or "-" */

#define LBST_SLICE(literal)     ((lbst_slice_t){(literal), sizeof(literal) - 1})
#define LBST_IS(slice, literal) lbst_slice_equal((slice), LBST_SLICE(literal))
#define LBST_HAS(slice, literal)                                                         \
  (lbst_slice_find((slice), LBST_SLICE(literal)) != LBST_NO_INDEX)
#define LBST_STARTS(slice, literal)                                                      \
  ((slice).len >= sizeof(literal) - 1 &&                                                 \
   memcmp((slice).at, (literal), sizeof(literal) - 1) == 0)
#define LBST_NO_INDEX SIZE_MAX

static inline lbst_slice_t
lbst_slice_between(const char *at, const char *end) {
  lbst_slice_t slice = {at, (size_t) (end - at)};

  return slice;
}

static inline bool
lbst_slice_equal(lbst_slice_t a, lbst_slice_t b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

/* What |line|, without its newline, says: without the CR of a Windows line end, and
 * without the byte order mark that an editor may have put in front of a log. */
static inline lbst_slice_t
lbst_slice_line(lbst_slice_t line) {
  if (line.len > 0 && line.at[line.len - 1] == '\r') line.len--;
  if (line.len >= 3 && memcmp(line.at, "\xef\xbb\xbf", 3) == 0) {
    line.at += 3;
    line.len -= 3;
  }
  return line;
}

/* "-" or nothing. */
static inline bool
lbst_slice_is_blank(lbst_slice_t slice) {
  return slice.len == 0 || (slice.len == 1 && slice.at[0] == '-');
}

/* Where |needle| first stands in |slice|, or LBST_NO_INDEX. */
size_t
lbst_slice_find(lbst_slice_t slice, lbst_slice_t needle);

/* What follows the first |needle|; an empty slice when there is none. */
lbst_slice_t
lbst_slice_after(lbst_slice_t slice, lbst_slice_t needle);

/* What stands before the first byte |stop|, or all of it. */
lbst_slice_t
lbst_slice_until(lbst_slice_t slice, char stop);

/* Digits only, at most 18 of them. Writes |*value| only on true. */
bool
lbst_slice_number(lbst_slice_t slice, int64_t *value);

/* A decimal count of |unit_us| microseconds: "0.004" with 1000000 is 4000. "-" and any
 * negative number are LBST_US_NONE. Writes |*us| only on true. */
bool
lbst_slice_us(lbst_slice_t slice, int64_t unit_us, int64_t *us);

/* Three digits, or "-" for 0. Writes |*status| only on true. */
bool
lbst_slice_status(lbst_slice_t slice, uint16_t *status);

/* Finds the first |want| spaces of the text at |at|, eight bytes at a time, and writes
 * where they are to |found|. Returns how many there are. */
size_t
lbst_spaces(const char *at, const char *end, const char **found, size_t want);

/* Reads up to the next byte |stop|, which is passed over, or to the end. False when
 * nothing at all is left. */
bool
lbst_cursor_until(lbst_cursor_t *cursor, char stop, lbst_slice_t *slice);

/* A word up to the next space. */
bool
lbst_cursor_word(lbst_cursor_t *cursor, lbst_slice_t *word);

/* A word, or what stands between quotes. A quote behind a backslash is part of the text,
 * and so is one that no space follows. False when nothing is left or the quote never
 * closes. */
bool
lbst_cursor_field(lbst_cursor_t *cursor, lbst_slice_t *field);

/* Passes over everything up to and with the next |mark|. False when there is none. */
bool
lbst_cursor_past(lbst_cursor_t *cursor, lbst_slice_t mark);

/* Passes over |count| fields. */
bool
lbst_cursor_skip(lbst_cursor_t *cursor, size_t count);

/* What stands between |open| and the next |shut|. False when |open| is not next. */
bool
lbst_cursor_enclosed(lbst_cursor_t *cursor, char open, char shut, lbst_slice_t *slice);

#endif /* LBST_SLICE_H */
