#include "reader.h"

#include <stdlib.h>
#include <uv.h>

/* Fits into the second-level cache of most processors. */
#define BLOCK_LEN 262144u

/* A scan leaves at most a line that is as long as it may be, and then a block follows. */
#define BUFFER_LEN (LBST_SCAN_LINE_MAX + BLOCK_LEN)

/* Where the lines of entries are kept while the next block is read. */
#define KEPT_LEN 65536u

bool
lbst_reader_init(lbst_reader_t *reader, int fd, uint64_t at, uint64_t end) {
  char *buffer = malloc(BUFFER_LEN + KEPT_LEN);

  if (buffer == NULL) return false;
  reader->fd = fd;
  reader->at = at;
  reader->end = end;
  reader->ended = false;
  reader->begin = reader->filled = 0;
  reader->buffer = buffer;
  return true;
}

void
lbst_reader_free(lbst_reader_t *reader) {
  free(reader->buffer);
  reader->buffer = NULL;
}

/* One more block behind what is left of the last one. Returns 0 or libuv's error. */
static int
fill(lbst_reader_t *reader) {
  const uint64_t left = reader->end - reader->at;
  uv_buf_t block;
  uv_fs_t req;
  int length = 0;

  if (reader->begin > 0)
    memmove(reader->buffer, reader->buffer + reader->begin,
            reader->filled - reader->begin);
  reader->filled -= reader->begin;
  reader->begin = 0;
  block = uv_buf_init(reader->buffer + reader->filled,
                      left < BLOCK_LEN ? (unsigned) left : BLOCK_LEN);
  if (block.len > 0) {
    length = uv_fs_read(NULL, &req, reader->fd, &block, 1, (int64_t) reader->at, NULL);
    uv_fs_req_cleanup(&req);
  }
  if (length < 0) return length;
  reader->at += (uint64_t) length;
  reader->filled += (size_t) length;
  reader->ended = length == 0;
  return 0;
}

/* Moves the lines of |count| entries to where no block overwrites them. False: there is
 * no room for all of them. */
static bool
keep(lbst_reader_t *reader, size_t *kept, lbst_entry_t *entries, size_t count) {
  char *at = reader->buffer + BUFFER_LEN;
  size_t i, len = *kept;

  for (i = 0; i < count; i++)
    len += entries[i].text.len;
  if (len > KEPT_LEN) return false;
  for (i = 0; i < count; i++) {
    lbst_entry_move(&entries[i], at + *kept);
    *kept += entries[i].text.len;
  }
  return true;
}

int
lbst_reader_run(lbst_reader_t *reader, lbst_scan_t *scan, lbst_entry_t *entries,
                size_t entry_max, size_t *entry_count) {
  size_t kept = 0;
  int error;

  *entry_count = 0;
  for (;;) {
    size_t found = 0;
    const lbst_slice_t block = {reader->buffer + reader->begin,
                                reader->filled - reader->begin};
    reader->begin += lbst_scan_block(scan, block, reader->ended, entries + *entry_count,
                                     entry_max - *entry_count, &found);
    *entry_count += found;
    if (*entry_count == entry_max) return LBST_READER_MORE;
    if (reader->ended) return LBST_READER_DONE;
    if (found > 0 && !keep(reader, &kept, entries + *entry_count - found, found))
      return LBST_READER_MORE;
    error = fill(reader);
    if (error < 0) return error;
  }
}
