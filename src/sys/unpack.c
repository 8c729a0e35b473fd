#include "unpack.h"

#include <limits.h>
#include <stdlib.h>
#include <uv.h>
#if __has_include(<zlib.h>)
#include <zlib.h>
#define HAS_ZLIB 1
#else
#define HAS_ZLIB 0
#endif

#define GZIP_WINDOW_BITS (15 + 16) /* the largest window, and gzip's header */

/* zstd's interface of streams, which has been the same since 1.0. */
typedef struct zstd_in_s {
  const void *src;
  size_t size;
  size_t pos;
} zstd_in_t;

typedef struct zstd_out_s {
  void *dst;
  size_t size;
  size_t pos;
} zstd_out_t;

struct lbst_unpack_s {
  lbst_packing_t packing;
  uv_lib_t process;
  bool is_whole;
  bool is_padding; /* zeros behind the last member */
#if HAS_ZLIB
  z_stream stream;
  int (*inflate)(z_stream *, int);
  int (*inflate_reset)(z_stream *);
  int (*inflate_end)(z_stream *);
#endif
  void *zstd;
  size_t (*zstd_run)(void *, zstd_out_t *, zstd_in_t *);
  unsigned (*zstd_is_error)(size_t);
  size_t (*zstd_free)(void *);
};

/* The program and what it has loaded. On Windows it is the program alone, and libuv has
 * no word for it: it takes NULL for a name. */
static bool
open_process(uv_lib_t *process) {
#ifdef _WIN32
  return GetModuleHandleExW(0, NULL, &process->handle) != 0;
#else
  return uv_dlopen(NULL, process) == 0;
#endif
}

/* Functions and data are different things to C, and the same to a linker. */
static bool
find(uv_lib_t *process, const char *name, void *function) {
  void *symbol;

  if (uv_dlsym(process, name, &symbol) != 0 || symbol == NULL) return false;
  memcpy(function, &symbol, sizeof(symbol));
  return true;
}

static bool
open_gzip(lbst_unpack_t *u) {
#if HAS_ZLIB
  int (*init)(z_stream *, int, const char *, int);

  return find(&u->process, "inflateInit2_", &init) &&
         find(&u->process, "inflate", &u->inflate) &&
         find(&u->process, "inflateReset", &u->inflate_reset) &&
         find(&u->process, "inflateEnd", &u->inflate_end) &&
         init(&u->stream, GZIP_WINDOW_BITS, ZLIB_VERSION, (int) sizeof(u->stream)) ==
           Z_OK;
#else
  (void) u;
  return false;
#endif
}

static bool
open_zstd(lbst_unpack_t *u) {
  void *(*create)(void);

  if (!find(&u->process, "ZSTD_createDStream", &create) ||
      !find(&u->process, "ZSTD_decompressStream", &u->zstd_run) ||
      !find(&u->process, "ZSTD_isError", &u->zstd_is_error) ||
      !find(&u->process, "ZSTD_freeDStream", &u->zstd_free))
    return false;
  u->zstd = create();
  return u->zstd != NULL;
}

lbst_unpack_t *
lbst_unpack_open(lbst_packing_t packing) {
  lbst_unpack_t *u = calloc(1, sizeof(*u));

  if (u == NULL) return NULL;
  u->packing = packing;
  u->is_whole = true;
  if (open_process(&u->process) &&
      (packing == LBST_PACKING_GZIP ? open_gzip(u) : open_zstd(u)))
    return u;
  uv_dlclose(&u->process);
  free(u);
  return NULL;
}

void
lbst_unpack_close(lbst_unpack_t *unpack) {
  if (unpack == NULL) return;
#if HAS_ZLIB
  if (unpack->packing == LBST_PACKING_GZIP) (void) unpack->inflate_end(&unpack->stream);
#endif
  if (unpack->zstd != NULL) (void) unpack->zstd_free(unpack->zstd);
  uv_dlclose(&unpack->process);
  free(unpack);
}

#if HAS_ZLIB
/* One step of one member. False: it is broken. */
static bool
inflate_some(lbst_unpack_t *u, lbst_slice_t *in, char **out, size_t *room) {
  z_stream *z = &u->stream;
  const uInt before = in->len > UINT_MAX ? UINT_MAX : (uInt) in->len;
  const uInt limit = *room > UINT_MAX ? UINT_MAX : (uInt) *room;
  int code;

  z->next_in = (Bytef *) (uintptr_t) in->at;
  z->avail_in = before;
  z->next_out = (Bytef *) *out;
  z->avail_out = limit;
  code = u->inflate(z, Z_NO_FLUSH);
  in->at += before - z->avail_in;
  in->len -= before - z->avail_in;
  *out += limit - z->avail_out;
  *room -= limit - z->avail_out;
  u->is_whole = code == Z_STREAM_END;
  /* without input or room there is nothing that it could do */
  return code == Z_OK || code == Z_STREAM_END || code == Z_BUF_ERROR;
}

static bool
run_gzip(lbst_unpack_t *u, lbst_slice_t *in, char **out, size_t *room) {
  bool again = true;

  while (again) {
    const size_t in_before = in->len, room_before = *room;
    if (u->is_whole) {
      if (in->len == 0) return true;
      if (u->stream.total_in > 0 && *in->at == 0) u->is_padding = true;
      if (u->is_padding) {
        in->len = 0;
        return true;
      }
      if (u->inflate_reset(&u->stream) != Z_OK) return false;
    }
    if (!inflate_some(u, in, out, room)) return false;
    again = *room > 0 && (in->len < in_before || *room < room_before);
  }
  return true;
}
#endif

static bool
run_zstd(lbst_unpack_t *u, lbst_slice_t *in, char **out, size_t *room) {
  zstd_in_t source = {in->at, in->len, 0};
  zstd_out_t sink = {*out, *room, 0};
  bool again = true, is_good = true;

  while (again) {
    const size_t in_before = source.pos, out_before = sink.pos;
    const size_t hint = u->zstd_run(u->zstd, &sink, &source);
    is_good = !u->zstd_is_error(hint);
    /* between frames it asks for a header: whole until a byte of that has come */
    if (source.pos > in_before || sink.pos > out_before) u->is_whole = hint == 0;
    again = is_good && sink.pos < sink.size &&
            (source.pos > in_before || sink.pos > out_before);
  }
  in->at += source.pos;
  in->len -= source.pos;
  *out += sink.pos;
  *room -= sink.pos;
  return is_good;
}

bool
lbst_unpack_run(lbst_unpack_t *unpack, lbst_slice_t *in, char **out, size_t *room) {
#if HAS_ZLIB
  if (unpack->packing == LBST_PACKING_GZIP) return run_gzip(unpack, in, out, room);
#endif
  return run_zstd(unpack, in, out, room);
}

bool
lbst_unpack_is_whole(const lbst_unpack_t *unpack) {
  return unpack->is_whole;
}
