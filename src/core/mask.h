#ifndef LBST_MASK_H
#define LBST_MASK_H

#include <stdint.h>
#include <string.h>

/* Many bytes at once, in one word: for processors whose first byte is the lowest. No
 * header of a compiler's own is needed, and where it knows no vectors, plain words do. */

#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define LBST_HAS_MASKS 1
#else
#define LBST_HAS_MASKS 0
#endif

#if LBST_HAS_MASKS

/* |byte| in all eight bytes of a word. */
#define LBST_BYTES(byte) (UINT64_C(0x0101010101010101) * (byte))

static inline uint64_t
lbst_word8(const char *at) {
  uint64_t word;

  memcpy(&word, at, sizeof(word));
  return word;
}

/* The top bit of each byte of |word| that is 0, and no other bit. */
static inline uint64_t
lbst_zero_bytes(uint64_t word) {
  /* the sum carries into a byte's top bit unless it is 0, and never into the next one */
  return ~(((word & LBST_BYTES(0x7f)) + LBST_BYTES(0x7f)) | word | LBST_BYTES(0x7f));
}

/* Bit i: at[i] is |byte|. Reads 64 bytes. */
static inline uint64_t
lbst_mask64_plain(const char *at, char byte) {
  uint64_t mask = 0;
  unsigned i;

  for (i = 0; i < 8; i++) {
    const uint64_t zero =
      lbst_zero_bytes(lbst_word8(at + 8 * i) ^ LBST_BYTES((unsigned char) byte));
    /* gathers the eight top bits in the top byte */
    mask |= ((zero >> 7) * UINT64_C(0x0102040810204080) >> 56) << (8 * i);
  }
  return mask;
}

#if defined(__SSE2__)

typedef char lbst_vector16_t __attribute__((vector_size(16)));

static inline uint64_t
lbst_mask16_sse2(const char *at, char byte) {
  lbst_vector16_t bytes;

  memcpy(&bytes, at, sizeof(bytes));
  return (unsigned) __builtin_ia32_pmovmskb128((lbst_vector16_t) (bytes == byte));
}

static inline uint64_t
lbst_mask64(const char *at, char byte) {
  return lbst_mask16_sse2(at, byte) | lbst_mask16_sse2(at + 16, byte) << 16 |
         lbst_mask16_sse2(at + 32, byte) << 32 | lbst_mask16_sse2(at + 48, byte) << 48;
}

#else

static inline uint64_t
lbst_mask64(const char *at, char byte) {
  return lbst_mask64_plain(at, byte);
}

#endif

#endif /* LBST_HAS_MASKS */

#endif /* LBST_MASK_H */
