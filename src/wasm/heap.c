/* malloc and free for WebAssembly. There are few blocks, of few sizes, and they come
 * again: one list of free blocks per power of two. The state is mutable, as a heap's is;
 * every environment has an instance of the module and so its own. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define PAGE_LEN  65536u
#define CLASS_MIN 5u  /* 32 bytes, the head among them */
#define CLASS_MAX 29u /* 512 MB */
#define HEAD_LEN  16u /* keeps the block aligned for everything */
#define NO_BLOCK  0u

typedef struct lbst_block_s {
  uint32_t class_no;
  struct lbst_block_s *next; /* while it is free */
} lbst_block_t;

extern unsigned char __heap_base; /* the linker's: the first byte that nobody uses */

static lbst_block_t *free_blocks[CLASS_MAX + 1];
static uintptr_t fresh; /* the first byte never used, NO_BLOCK before the first call */

/* |len| bytes that were never used. */
static lbst_block_t *
take_fresh(uint32_t len) {
  const uintptr_t end_max = UINT32_MAX - PAGE_LEN;
  uintptr_t at, have;

  if (fresh == NO_BLOCK)
    fresh = ((uintptr_t) &__heap_base + HEAD_LEN - 1) & ~(uintptr_t) (HEAD_LEN - 1);
  at = fresh;
  if (len > end_max - at) return NULL;
  have = __builtin_wasm_memory_size(0) * (uintptr_t) PAGE_LEN;
  if (at + len > have && __builtin_wasm_memory_grow(0, (at + len - have + PAGE_LEN - 1) /
                                                         PAGE_LEN) == SIZE_MAX)
    return NULL;
  fresh = at + len;
  return (lbst_block_t *) at;
}

void *
malloc(size_t size) {
  uint32_t class_no = CLASS_MIN;
  lbst_block_t *block;

  while (class_no <= CLASS_MAX && ((size_t) 1 << class_no) - HEAD_LEN < size)
    class_no++;
  if (class_no > CLASS_MAX) return NULL;
  block = free_blocks[class_no];
  if (block != NULL)
    free_blocks[class_no] = block->next;
  else
    block = take_fresh((uint32_t) 1 << class_no);
  if (block == NULL) return NULL;
  block->class_no = class_no;
  return (unsigned char *) block + HEAD_LEN;
}

void *
calloc(size_t count, size_t size) {
  void *data = size != 0 && count > SIZE_MAX / size ? NULL : malloc(count * size);

  return data == NULL ? NULL : memset(data, 0, count * size);
}

void
free(void *data) {
  lbst_block_t *block;

  if (data == NULL) return;
  block = (lbst_block_t *) (void *) ((unsigned char *) data - HEAD_LEN);
  block->next = free_blocks[block->class_no];
  free_blocks[block->class_no] = block;
}
