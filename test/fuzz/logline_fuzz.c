/* Any bytes as a log of any format, flush against an unreadable page, in two blocks. The
 * input's first byte is the format, the second where it is cut, and of nginx the
 * log_format is the first line.
 *
 *   node scripts/fuzz-logs.js 60
 *
 * Holds whatever the input: slices lie inside the line, every line is counted once, a
 * verdict is one of the list, the short way says what the long way says, and two blocks
 * give what one gives (one input in 32: clearing the tables is slow). */
#include "../../src/core/detect.h"
#include "../../src/core/scan.h"
#include "../core/flush.h"

#define CHECK(condition)                                                                 \
  do {                                                                                   \
    if (!(condition)) abort();                                                           \
  } while (0)

#define ENTRIES 256

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct run_s {
  lbst_scan_t scan;
  lbst_entry_t entries[ENTRIES];
} run_t;

static void
check_entry(const lbst_entry_t *entry) {
  const lbst_line_t *line = &entry->line;
  const lbst_slice_t slices[] = {line->method, line->target, line->cause, line->detail};
  size_t i;

  if (entry->result != LBST_LINE_OK) return;
  CHECK(entry->why < LBST_WHY_COUNT);
  CHECK(lbst_why_verdict(entry->why) < LBST_VERDICT_COUNT);
  for (i = 0; i < sizeof(slices) / sizeof(slices[0]); i++) {
    if (slices[i].len == 0) continue;
    CHECK(slices[i].at >= entry->text.at &&
          slices[i].at + slices[i].len <= entry->text.at + entry->text.len);
  }
  CHECK(line->tries >= 1);
}

/* What is read the short way must be what the parser and the judge say. */
static void
check_short_way(lbst_answered_t *answered, const lbst_entry_t *entry) {
  lbst_line_t line;

  if (!lbst_answered_alb(answered, entry->text, &line)) return;
  CHECK(entry->why == LBST_WHY_ANSWERED && line.time_ms == entry->line.time_ms);
  CHECK(line.method.at == entry->line.method.at &&
        line.method.len == entry->line.method.len);
  CHECK(line.target.at == entry->line.target.at &&
        line.target.len == entry->line.target.len);
}

/* Reads all of |block|, however often the entries fill up; returns what is left of it. */
static size_t
read_block(run_t *run, lbst_slice_t block, bool last) {
  for (;;) {
    size_t count, i;
    const size_t done =
      lbst_scan_block(&run->scan, block, last, run->entries, ENTRIES, &count);
    CHECK(done <= block.len && count <= ENTRIES);
    for (i = 0; i < count; i++)
      check_entry(&run->entries[i]);
    block.at += done;
    block.len -= done;
    if (count < ENTRIES || block.len == 0) break;
  }
  CHECK(!last || block.len == 0);
  return block.len;
}

/* Line by line and without the tables, whose clearing costs more than all the rest. */
static void
read_lines(lbst_log_format_t format, lbst_slice_t log_format, lbst_slice_t block) {
  lbst_answered_t answered;
  lbst_cursor_t c = {block.at, block.at + block.len};
  lbst_layout_t layout;
  lbst_entry_t entry;

  if (lbst_layout_init(&layout, format, log_format) != LBST_OK) return;
  lbst_answered_init(&answered);
  while (lbst_cursor_until(&c, '\n', &entry.text)) {
    entry.text = lbst_slice_line(entry.text);
    lbst_layout_header(&layout, entry.text);
    entry.result = lbst_line_parse(&entry.line, &layout, entry.text);
    entry.why =
      entry.result == LBST_LINE_OK ? lbst_verdict(&layout, &entry.line) : LBST_WHY_COUNT;
    if (format == LBST_LOG_ALB) check_short_way(&answered, &entry);
    if (entry.result == LBST_LINE_OK) check_entry(&entry);
  }
}

static void
check_sums(const lbst_scan_t *scan) {
  uint64_t sum = 0;
  size_t i;

  for (i = 0; i < LBST_VERDICT_COUNT; i++)
    sum += scan->tally.counts.of[i];
  CHECK(sum + scan->foreign + scan->broken == scan->lines);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static flush_t flush;
  static run_t *one, *two;
  lbst_slice_t log_format = {"", 0};
  lbst_log_format_t format, found;
  size_t cut, left;

  if (flush.base == NULL) {
    flush = flush_open(16);
    one = malloc(sizeof(*one));
    two = malloc(sizeof(*two));
    CHECK(one != NULL && two != NULL);
  }
  if (size < 2 || size > flush.size) return 0;
  format = (lbst_log_format_t) (data[0] % LBST_LOG_FORMAT_COUNT);
  cut = data[1];
  data += 2;
  size -= 2;
  if (format == LBST_LOG_NGINX_ACCESS && cut % 2 == 1) {
    const uint8_t *eol = memchr(data, '\n', size);
    log_format.at = (const char *) data;
    log_format.len = eol == NULL ? size : (size_t) (eol - data);
    data += log_format.len;
    size -= log_format.len;
  }
  if (cut % 64 > 1) {
    read_lines(format, log_format, flush_put(&flush, (const char *) data, size));
    return 0;
  }
  cut = size * cut / 256;
  memset(&one->scan, 0, sizeof(one->scan));
  memset(&two->scan, 0, sizeof(two->scan));
  if (lbst_scan_init(&one->scan, format, log_format, LBST_SCAN_ALL, 0) != LBST_OK)
    return 0;
  /* no entries: answered lines are read the short way */
  CHECK(lbst_scan_init(&two->scan, format, log_format, LBST_SCAN_NONE, 0) == LBST_OK);
  (void) read_block(one, flush_put(&flush, (const char *) data, size), true);
  left = read_block(two, flush_put(&flush, (const char *) data, cut), false);
  (void) read_block(
    two, flush_put(&flush, (const char *) data + cut - left, size - cut + left), true);
  check_sums(&one->scan);
  CHECK(one->scan.lines == two->scan.lines && one->scan.foreign == two->scan.foreign);
  CHECK(memcmp(&one->scan.tally.counts, &two->scan.tally.counts,
               sizeof(one->scan.tally.counts)) == 0);
  if (lbst_log_detect(flush_put(&flush, (const char *) data, size), &found))
    CHECK(found < LBST_LOG_FORMAT_COUNT);
  return 0;
}
