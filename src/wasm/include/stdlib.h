#ifndef LBST_WASM_STDLIB_H
#define LBST_WASM_STDLIB_H

#include <stddef.h>

void *
malloc(size_t size);
void *
calloc(size_t count, size_t size);
void
free(void *data);

#endif /* LBST_WASM_STDLIB_H */
