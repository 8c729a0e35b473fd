#ifndef LBST_TALLY_H
#define LBST_TALLY_H

#include "verdict.h"

/* What is counted while lines go by. All tables have a fixed size: however long a log is,
 * the memory stays the same, and what finds no room is counted as such.
 *
 * It begins with all bytes zero, and nothing clears it: the tables are large and mostly
 * stay empty, and fresh memory of calloc() costs nothing until it is written to. */

#define LBST_TALLY_HOURS     16384u /* a year, and room to find one in it */
#define LBST_TALLY_MINUTES   32768u /* of those in which something failed, per target */
#define LBST_TALLY_TARGETS   1024u
#define LBST_TARGET_NAME_MAX 96u
#define LBST_TALLY_NO_TARGET UINT32_MAX

#define LBST_METHOD_MAP(XX)                                                              \
  XX(GET)                                                                                \
  XX(HEAD)                                                                               \
  XX(POST)                                                                               \
  XX(PUT)                                                                                \
  XX(PATCH)                                                                              \
  XX(DELETE)                                                                             \
  XX(OPTIONS)                                                                            \
  XX(other)

typedef enum lbst_method_e {
#define XX(name) LBST_METHOD_##name,
  LBST_METHOD_MAP(XX)
#undef XX
    LBST_METHOD_COUNT
} lbst_method_t;

typedef struct lbst_counts_s {
  uint64_t of[LBST_VERDICT_COUNT];
} lbst_counts_t;

/* One hour, or one minute of one target. */
typedef struct lbst_bucket_s {
  int64_t key; /* hours or minutes since 1970 */
  bool is_taken;
  uint32_t target;
  uint32_t of[LBST_VERDICT_COUNT];
} lbst_bucket_t;

typedef struct lbst_target_row_s {
  uint32_t name_len; /* 0: free */
  char name[LBST_TARGET_NAME_MAX];
  lbst_counts_t counts;
} lbst_target_row_t;

typedef struct lbst_tally_s {
  lbst_counts_t counts;
  uint64_t whys[LBST_WHY_COUNT];
  lbst_counts_t methods[LBST_METHOD_COUNT];
  uint64_t targets_beyond; /* lines whose target, hour or minute found no room */
  uint64_t hours_beyond;
  uint64_t minutes_beyond;
  size_t target_count;
  size_t hour_count;
  size_t minute_count;
  lbst_bucket_t *last_hour; /* lines come in order: mostly the same again */
  int64_t last_hour_ms;     /* when it began */
  lbst_target_row_t targets[LBST_TALLY_TARGETS];
  lbst_bucket_t hours[LBST_TALLY_HOURS];
  lbst_bucket_t minutes[LBST_TALLY_MINUTES];
} lbst_tally_t;

/* Counts one line and its verdict. */
void
lbst_tally_add(lbst_tally_t *tally, const lbst_line_t *line, lbst_why_t why);

/* "GET" */
const char *
lbst_method_name(lbst_method_t method);

#endif /* LBST_TALLY_H */
