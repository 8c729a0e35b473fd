#ifndef LBST_WASM_UV_H
#define LBST_WASM_UV_H

#include <stdint.h>

/* Of libuv, the clock alone; lib/wasm has it. */
uint64_t
uv_hrtime(void);

#endif /* LBST_WASM_UV_H */
