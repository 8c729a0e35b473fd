#ifndef LBST_SCAN_H
#define LBST_SCAN_H

#include "answered.h"
#include "tally.h"

/* The longest line that is looked at; a longer one is bad, and passed over. */
#define LBST_SCAN_LINE_MAX 262144u

/* Which lines come back as entries. */
typedef enum lbst_scan_entries_e {
  LBST_SCAN_NONE,
  LBST_SCAN_EVIDENCE, /* the first ones of each verdict but ok, and of the bad ones */
  LBST_SCAN_ALL,
} lbst_scan_entries_t;

#define LBST_SCAN_BAD LBST_VERDICT_COUNT /* the "verdict" of a bad line's evidence */

/* One line that was asked for. Slices point into the block. */
typedef struct lbst_entry_s {
  uint64_t line_no; /* from 1 */
  lbst_slice_t text;
  lbst_line_result_t result;
  lbst_why_t why; /* of LBST_LINE_OK */
  lbst_line_t line;
} lbst_entry_t;

/* Copies the line of |*entry| to |to|, which has room for it, and points all of the entry
 * there. */
void
lbst_entry_move(lbst_entry_t *entry, char *to);

/* One pass over one log. */
typedef struct lbst_scan_s {
  lbst_layout_t layout;
  lbst_answered_t answered;
  int64_t since_ms; /* lines before it and at or after |until_ms| are not judged */
  int64_t until_ms;
  lbst_scan_entries_t entries;
  uint32_t evidence_left[LBST_VERDICT_COUNT + 1];
  bool skipping;    /* inside a line that is too long */
  uint64_t line_no; /* lines seen */
  uint64_t lines;   /* judged or bad: no header, no empty line, none outside the times */
  uint64_t foreign;
  uint64_t broken;
  uint64_t outside;
  lbst_tally_t tally;
} lbst_scan_t;

/* Prepares |*scan|, which must be all zero: see tally.h. Returns what lbst_layout_init()
 * does. |evidence| is how many lines of each verdict LBST_SCAN_EVIDENCE gives. */
lbst_status_t
lbst_scan_init(lbst_scan_t *scan, lbst_log_format_t format, lbst_slice_t log_format,
               lbst_scan_entries_t entries, uint32_t evidence);

/* Reads the lines of |block|; |last|: what has no end of line is one too. Writes at most
 * |entry_max| entries to |entries| and their number to |*entry_count|; stops when there
 * is no room for one more.
 *
 * Returns how many bytes are done with. The rest, an unfinished line or what there was no
 * room for, must be handed in again in front of what follows. */
size_t
lbst_scan_block(lbst_scan_t *scan, lbst_slice_t block, bool last, lbst_entry_t *entries,
                size_t entry_max, size_t *entry_count);

#endif /* LBST_SCAN_H */
