#ifndef LBST_WASM_UV_H
#define LBST_WASM_UV_H

#include <stdint.h>

/* Of libuv, what src/sys uses. The clock is real, lib/wasm has it; files and libraries
 * are not to be had, and say so. */
uint64_t
uv_hrtime(void);

#define UV_ENOSYS (-38)

typedef struct uv_buf_s {
  char *base;
  unsigned len;
} uv_buf_t;

typedef struct uv_fs_s {
  int result;
} uv_fs_t;

typedef struct uv_lib_s {
  void *handle;
} uv_lib_t;

static inline uv_buf_t
uv_buf_init(char *base, unsigned len) {
  const uv_buf_t buf = {base, len};

  return buf;
}

static inline int
uv_fs_read(void *loop, uv_fs_t *req, int file, const uv_buf_t *bufs, unsigned count,
           int64_t offset, void *callback) {
  (void) loop;
  (void) file;
  (void) bufs;
  (void) count;
  (void) offset;
  (void) callback;
  req->result = UV_ENOSYS;
  return req->result;
}

static inline void
uv_fs_req_cleanup(uv_fs_t *req) {
  (void) req;
}

static inline int
uv_dlopen(const char *name, uv_lib_t *library) {
  (void) name;
  library->handle = 0;
  return -1;
}

static inline void
uv_dlclose(uv_lib_t *library) {
  (void) library;
}

static inline int
uv_dlsym(uv_lib_t *library, const char *name, void **symbol) {
  (void) library;
  (void) name;
  (void) symbol;
  return -1;
}

#endif /* LBST_WASM_UV_H */
