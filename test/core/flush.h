#ifndef LBST_FLUSH_H
#define LBST_FLUSH_H

/* Input flush against an unreadable page: a read of one byte past the end is a crash,
 * with or without a sanitizer. */

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../src/core/slice.h"

typedef struct flush_s {
  char *base;
  size_t size; /* readable; the page behind it is not */
} flush_t;

static flush_t
flush_open(size_t pages) {
  const size_t page = (size_t) sysconf(_SC_PAGESIZE);
  flush_t f;

  f.size = pages * page;
  f.base =
    mmap(NULL, f.size + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (f.base == MAP_FAILED || mprotect(f.base + f.size, page, PROT_NONE) != 0) abort();
  return f;
}

/* Copies |len| bytes so that the last one is the last that can be read. */
static lbst_slice_t
flush_put(const flush_t *f, const char *data, size_t len) {
  lbst_slice_t slice = {f->base + f->size - len, len};

  if (len > f->size) abort();
  memcpy(f->base + f->size - len, data, len);
  return slice;
}

#endif /* LBST_FLUSH_H */
