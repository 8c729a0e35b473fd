#ifndef LBST_READER_H
#define LBST_READER_H

#include "../core/scan.h"

/* A file, or a part of one, through a scan: read in blocks into one buffer that stays in
 * the processor's cache, and scanned there. Nothing is mapped: a log that is cut while it
 * is read must end early, and not with a signal. */
typedef struct lbst_reader_s {
  int fd;
  uint64_t at;  /* the next byte to read */
  uint64_t end; /* none from there on; UINT64_MAX: as far as the file goes */
  bool ended;
  size_t begin; /* what is read and not yet done with, in |buffer| */
  size_t filled;
  char *buffer;
} lbst_reader_t;

/* Prepares |*reader| for the bytes of |fd|, an open file, from |at| to before |end|;
 * |at| must be the beginning of a line. The descriptor stays the caller's. False: there
 * is no memory; then nothing is written. */
bool
lbst_reader_init(lbst_reader_t *reader, int fd, uint64_t at, uint64_t end);

/* Frees what lbst_reader_init() took. Does nothing to a reader that is all zero. */
void
lbst_reader_free(lbst_reader_t *reader);

/* Reads and scans until there is nothing left, or no room for entries: blocks, and may be
 * called by any thread, by one at a time. Writes at most |entry_max| entries and their
 * number; their slices hold until the next call.
 *
 * Returns LBST_READER_DONE, LBST_READER_MORE (take the entries and call again), or what
 * libuv says of an error, which is below 0. */
#define LBST_READER_DONE 0
#define LBST_READER_MORE 1

int
lbst_reader_run(lbst_reader_t *reader, lbst_scan_t *scan, lbst_entry_t *entries,
                size_t entry_max, size_t *entry_count);

#endif /* LBST_READER_H */
