#ifndef LBST_UNPACK_H
#define LBST_UNPACK_H

#include "../core/slice.h"

/* Unpacking by the libraries that this process has in it anyway: Node's own zlib and
 * zstd, looked for when they are needed. A runtime without them loads this module all the
 * same.
 */
typedef enum lbst_packing_e {
  LBST_PACKING_PLAIN,
  LBST_PACKING_GZIP,
  LBST_PACKING_ZSTD
} lbst_packing_t;

typedef struct lbst_unpack_s lbst_unpack_t;

/* Returns NULL when this process cannot unpack |packing|, or has no memory. */
lbst_unpack_t *
lbst_unpack_open(lbst_packing_t packing);

/* NULL does nothing. */
void
lbst_unpack_close(lbst_unpack_t *unpack);

/* Unpacks |*in| to |*out|, moving both, until one of them is used up. Members and frames
 * that follow each other are one text; zeros behind the last member are padding.
 *
 * Returns false when it is broken: what stands in |*out| until then is good. */
bool
lbst_unpack_run(lbst_unpack_t *unpack, lbst_slice_t *in, char **out, size_t *room);

/* Whether the text may end here. */
bool
lbst_unpack_is_whole(const lbst_unpack_t *unpack);

#endif /* LBST_UNPACK_H */
