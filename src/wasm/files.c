/* Files and the libraries of a process are out of a WebAssembly module's reach: in place
 * of src/sys/reader.c and src/sys/unpack.c. lib reads logs in JavaScript then. */
#include "../sys/reader.h"

lbst_status_t
lbst_reader_init(lbst_reader_t *reader, int fd, lbst_packing_t packing, uint64_t at,
                 uint64_t end, lbst_slice_t head) {
  (void) reader;
  (void) fd;
  (void) packing;
  (void) at;
  (void) end;
  (void) head;
  return LBST_E_UNSUPPORTED;
}

void
lbst_reader_free(lbst_reader_t *reader) {
  (void) reader;
}

int
lbst_reader_run(lbst_reader_t *reader, lbst_scan_t *scan, lbst_entry_t *entries,
                size_t entry_max, size_t *entry_count) {
  (void) reader;
  (void) scan;
  (void) entries;
  (void) entry_max;
  *entry_count = 0;
  return LBST_READER_DONE;
}

lbst_unpack_t *
lbst_unpack_open(lbst_packing_t packing) {
  (void) packing;
  return NULL;
}

void
lbst_unpack_close(lbst_unpack_t *unpack) {
  (void) unpack;
}

bool
lbst_unpack_run(lbst_unpack_t *unpack, lbst_slice_t *in, char **out, size_t *room) {
  (void) unpack;
  (void) in;
  (void) out;
  (void) room;
  return false;
}
