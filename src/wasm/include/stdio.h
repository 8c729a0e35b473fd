#ifndef LBST_WASM_STDIO_H
#define LBST_WASM_STDIO_H

#include <stddef.h>

/* Of the conversions, %s, %u and %% alone. */
__attribute__((format(printf, 3, 4))) int
snprintf(char *restrict buffer, size_t size, const char *restrict format, ...);

#endif /* LBST_WASM_STDIO_H */
