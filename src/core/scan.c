#include "scan.h"

lbst_status_t
lbst_scan_init(lbst_scan_t *scan, lbst_log_format_t format, lbst_slice_t log_format,
               lbst_scan_entries_t entries, uint32_t evidence) {
  const lbst_status_t status = lbst_layout_init(&scan->layout, format, log_format);
  size_t i;

  if (status != LBST_OK) return status;
  scan->since_ms = INT64_MIN;
  scan->until_ms = INT64_MAX;
  scan->entries = entries;
  for (i = 0; i <= LBST_VERDICT_COUNT; i++)
    scan->evidence_left[i] = evidence;
  scan->evidence_left[LBST_VERDICT_OK] = 0;
  lbst_answered_init(&scan->answered);
  return LBST_OK;
}

void
lbst_entry_move(lbst_entry_t *entry, char *to) {
  lbst_slice_t *slices[] = {&entry->line.method, &entry->line.target, &entry->line.cause,
                            &entry->line.detail};
  const char *from = entry->text.at;
  size_t i;

  memcpy(to, from, entry->text.len);
  entry->text.at = to;
  for (i = 0; i < sizeof(slices) / sizeof(slices[0]); i++) {
    const size_t offset = (size_t) (slices[i]->at - from);
    slices[i]->at = slices[i]->len == 0 ? to : to + offset;
  }
}

static bool
is_outside(const lbst_scan_t *scan, int64_t time_ms) {
  return time_ms != LBST_TIME_NONE &&
         (time_ms < scan->since_ms || time_ms >= scan->until_ms);
}

/* Whether the line that was just read is to be handed out. */
static bool
is_wanted(lbst_scan_t *scan, size_t kind) {
  if (scan->entries != LBST_SCAN_EVIDENCE) return scan->entries == LBST_SCAN_ALL;
  if (scan->evidence_left[kind] == 0) return false;
  scan->evidence_left[kind]--;
  return true;
}

static void
count_bad(lbst_scan_t *scan, lbst_line_result_t result) {
  scan->lines++;
  if (result == LBST_LINE_FOREIGN)
    scan->foreign++;
  else
    scan->broken++;
}

/* False for one that is outside of the times asked for. */
static bool
count_judged(lbst_scan_t *scan, const lbst_line_t *line, lbst_why_t why) {
  if (is_outside(scan, line->time_ms)) {
    scan->outside++;
    return false;
  }
  scan->lines++;
  lbst_tally_add(&scan->tally, line, why);
  return true;
}

/* Judges and counts one line. True when |*entry| was written and is wanted. */
static bool
read_line(lbst_scan_t *scan, lbst_slice_t whole, lbst_entry_t *entry) {
  const lbst_slice_t text = lbst_slice_line(whole);
  lbst_line_t line;
  lbst_line_result_t result;
  lbst_why_t why = LBST_WHY_COUNT;
  size_t kind = LBST_SCAN_BAD;

  scan->line_no++;
  if (scan->layout.format == LBST_LOG_ALB && scan->entries != LBST_SCAN_ALL &&
      lbst_answered_alb(&scan->answered, text, &line)) {
    /* the evidence of what is ok is never wanted */
    (void) count_judged(scan, &line, LBST_WHY_ANSWERED);
    return false;
  }
  if (text.len == 0) return false;
  if (text.at[0] == '#') {
    lbst_layout_header(&scan->layout, text);
    return false;
  }
  result = lbst_line_parse(&line, &scan->layout, text);
  if (result == LBST_LINE_OK) {
    why = lbst_verdict(&scan->layout, &line);
    kind = lbst_why_verdict(why);
    if (!count_judged(scan, &line, why)) return false;
  } else {
    count_bad(scan, result);
  }
  if (!is_wanted(scan, kind)) return false;
  entry->line_no = scan->line_no;
  entry->text = text;
  entry->result = result;
  entry->why = why;
  entry->line = line;
  return true;
}

size_t
lbst_scan_block(lbst_scan_t *scan, lbst_slice_t block, bool last, lbst_entry_t *entries,
                size_t entry_max, size_t *entry_count) {
  const char *at = block.at, *const end = block.at + block.len;

  *entry_count = 0;
  while (at < end) {
    const char *eol = memchr(at, '\n', (size_t) (end - at));
    lbst_slice_t text;
    if (scan->entries != LBST_SCAN_NONE && *entry_count == entry_max) break;
    if (eol == NULL && !last) {
      if (!scan->skipping && (size_t) (end - at) <= LBST_SCAN_LINE_MAX) break;
      if (!scan->skipping) count_bad(scan, LBST_LINE_BROKEN);
      scan->skipping = true;
      at = end;
      break;
    }
    text = lbst_slice_between(at, eol == NULL ? end : eol);
    at = eol == NULL ? end : eol + 1;
    if (scan->skipping) {
      scan->skipping = false;
      scan->line_no++;
      continue;
    }
    if (text.len > LBST_SCAN_LINE_MAX) {
      count_bad(scan, LBST_LINE_BROKEN);
      scan->line_no++;
      continue;
    }
    if (read_line(scan, text, &entries[*entry_count])) (*entry_count)++;
  }
  return (size_t) (at - block.at);
}
