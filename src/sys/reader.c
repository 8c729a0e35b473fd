#include "reader.h"

#include <errno.h>
#include <stdlib.h>
#include <uv.h>

#ifndef _WIN32
#include <poll.h>
#endif

/* Fits into the second-level cache of most processors. */
#define BLOCK_LEN 262144u

/* A scan leaves at most a line that is as long as it may be, and then a block follows. */
#define BUFFER_LEN (LBST_SCAN_LINE_MAX + BLOCK_LEN)

/* Where the lines of entries are kept while the next block is read. */
#define KEPT_LEN 65536u

/* Read at once of what is packed. */
#define PACKED_LEN LBST_READER_HEAD_MAX

lbst_status_t
lbst_reader_init(lbst_reader_t *reader, int fd, lbst_packing_t packing, uint64_t at,
                 uint64_t end, lbst_slice_t head) {
  const bool is_packed = packing != LBST_PACKING_PLAIN;
  lbst_unpack_t *unpack = is_packed ? lbst_unpack_open(packing) : NULL;
  char *buffer;

  if (is_packed && unpack == NULL) return LBST_E_UNSUPPORTED;
  buffer = malloc(BUFFER_LEN + KEPT_LEN + (is_packed ? PACKED_LEN : 0));
  if (buffer == NULL) {
    lbst_unpack_close(unpack);
    return LBST_E_NATIVE_FAILED;
  }
  memset(reader, 0, sizeof(*reader));
  reader->fd = fd;
  reader->at = at;
  reader->end = end;
  reader->unpack = unpack;
  reader->packed.at = buffer + BUFFER_LEN + KEPT_LEN;
  reader->buffer = buffer;
  if (at != LBST_READER_STREAM) return LBST_OK;
  reader->is_stream = true;
  if (head.len == 0) return LBST_OK;
  memcpy(is_packed ? buffer + BUFFER_LEN + KEPT_LEN : buffer, head.at, head.len);
  if (is_packed)
    reader->packed.len = head.len;
  else
    reader->filled = head.len;
  return LBST_OK;
}

void
lbst_reader_free(lbst_reader_t *reader) {
  lbst_unpack_close(reader->unpack);
  reader->unpack = NULL;
  free(reader->buffer);
  reader->buffer = NULL;
}

/* Whoever shares a pipe with us may have made it one that does not block. False: it
 * cannot be waited for. */
static bool
wait_for(int fd) {
#ifdef _WIN32
  (void) fd;
  return false;
#else
  struct pollfd asked = {fd, POLLIN, 0};

  while (poll(&asked, 1, -1) < 0)
    if (errno != EINTR) return false;
  return true;
#endif
}

/* Reads at most |len| bytes. Returns how many, 0 at the end, or libuv's error. */
static int
read_some(lbst_reader_t *reader, char *to, unsigned len) {
  const uint64_t left = reader->is_stream ? len : reader->end - reader->at;
  const int64_t from = reader->is_stream ? -1 : (int64_t) reader->at;
  uv_buf_t buf = uv_buf_init(to, left < len ? (unsigned) left : len);
  uv_fs_t req;
  int length;

  if (buf.len == 0) return 0;
  do {
    length = uv_fs_read(NULL, &req, reader->fd, &buf, 1, from, NULL);
    uv_fs_req_cleanup(&req);
  } while (length == UV_EAGAIN && wait_for(reader->fd));
  if (length > 0 && !reader->is_stream) reader->at += (uint64_t) length;
  return length;
}

/* Unpacks a block to |to|. Returns how long it is, 0 at the end, or an error: only when
 * there is nothing good in front of it. */
static int
unpack_some(lbst_reader_t *reader, char *to) {
  char *const packed = reader->buffer + BUFFER_LEN + KEPT_LEN;
  size_t room = BLOCK_LEN;
  int length = 1;

  while (room > 0 && length > 0 && reader->failure == 0) {
    const size_t room_before = room, packed_before = reader->packed.len;
    if (!lbst_unpack_run(reader->unpack, &reader->packed, &to, &room))
      reader->failure = UV_EPROTO;
    else if (reader->packed.len > 0 && reader->packed.len == packed_before &&
             room == room_before)
      reader->failure = UV_EPROTO; /* it does not get on */
    if (reader->failure != 0 || reader->packed.len > 0 || room < room_before) continue;
    length = read_some(reader, packed, PACKED_LEN);
    if (length < 0) reader->failure = length;
    if (length == 0 && !lbst_unpack_is_whole(reader->unpack)) reader->failure = UV_EOF;
    if (length > 0) reader->packed = lbst_slice_between(packed, packed + length);
  }
  return room < BLOCK_LEN ? (int) (BLOCK_LEN - room) : reader->failure;
}

/* One more block behind what is left of the last one. Returns 0 or an error. */
static int
fill(lbst_reader_t *reader) {
  const size_t left = reader->filled - reader->begin;
  int length;

  if (reader->begin > 0) memmove(reader->buffer, reader->buffer + reader->begin, left);
  reader->begin = 0;
  reader->filled = left;
  length = reader->unpack == NULL ? read_some(reader, reader->buffer + left, BLOCK_LEN)
                                  : unpack_some(reader, reader->buffer + left);
  if (length < 0) return length;
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
