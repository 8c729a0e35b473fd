#ifndef LBST_WASM_UV_H
#define LBST_WASM_UV_H

#include <stdint.h>

/* The one function of libuv that src/sys uses everywhere; lib/wasm has it. */
uint64_t
uv_hrtime(void);

#endif /* LBST_WASM_UV_H */
