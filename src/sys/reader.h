#ifndef LBST_READER_H
#define LBST_READER_H

#include "../core/scan.h"
#include "unpack.h"

#define LBST_READER_STREAM   UINT64_MAX
#define LBST_READER_HEAD_MAX 131072u

/* A file, or a part of a plain one, through a scan: read or unpacked in blocks into one
 * buffer that stays in the processor's cache, and scanned there. Nothing is mapped: a log
 * that is cut while it is read must end early, and not with a signal. */
typedef struct lbst_reader_s {
  int fd;
  bool is_stream;        /* it cannot be read at any place: a pipe */
  uint64_t at;           /* the next byte to read */
  uint64_t end;          /* none from there on; UINT64_MAX: as far as the file goes */
  bool ended;            /* there is no text any more */
  int failure;           /* why not */
  lbst_unpack_t *unpack; /* NULL: it is plain */
  lbst_slice_t packed;   /* read and not yet unpacked */
  size_t begin;          /* what is read and not yet done with, in |buffer| */
  size_t filled;
  char *buffer;
} lbst_reader_t;

/* Prepares |*reader| for the bytes of |fd|, an open file, from |at| to before |end|;
 * |at| must be the beginning of a line, and of what is packed the beginning of it all.
 * The descriptor stays the caller's. LBST_READER_STREAM for |at|: from where it stands,
 * with |head| in front of it, LBST_READER_HEAD_MAX bytes at most, which were read before.
 * Writes |*reader| only on LBST_OK.
 *
 * Returns LBST_OK, or
 *   LBST_E_UNSUPPORTED    this process cannot unpack |packing|
 *   LBST_E_NATIVE_FAILED  no memory */
lbst_status_t
lbst_reader_init(lbst_reader_t *reader, int fd, lbst_packing_t packing, uint64_t at,
                 uint64_t end, lbst_slice_t head);

/* Frees what lbst_reader_init() took. Does nothing to a reader that is all zero. */
void
lbst_reader_free(lbst_reader_t *reader);

/* Reads and scans until there is nothing left, or no room for entries: blocks, and may be
 * called by any thread, by one at a time. Writes at most |entry_max| entries and their
 * number; their slices hold until the next call.
 *
 * Returns LBST_READER_DONE, LBST_READER_MORE (take the entries and call again), or what
 * libuv says of an error, which is below 0; UV_EPROTO is for what cannot be unpacked, and
 * UV_EOF for what ends too early. */
#define LBST_READER_DONE 0
#define LBST_READER_MORE 1

int
lbst_reader_run(lbst_reader_t *reader, lbst_scan_t *scan, lbst_entry_t *entries,
                size_t entry_max, size_t *entry_count);

#endif /* LBST_READER_H */
