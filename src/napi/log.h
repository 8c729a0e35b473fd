#ifndef LBST_NAPI_LOG_H
#define LBST_NAPI_LOG_H

#include <node_api.h>

#include "../core/scan.h"
#include "../sys/reader.h"

#define LBST_NAPI_LOG_ENTRIES 2048 /* of one call of logScan() or logRead() */

/* Byte offsets come as numbers, whole ones only up to here. */
#define LBST_NAPI_OFFSET_MAX 9007199254740991.0

/* The texts of an entry as JavaScript has them. */
typedef struct lbst_napi_texts_s {
  napi_value method;
  napi_value target;
  napi_value line;
} lbst_napi_texts_t;

/* A pass over a log as JavaScript holds it. */
typedef struct lbst_napi_log_s {
  lbst_scan_t scan;
  lbst_reader_t reader; /* all zero until logRead() opens it */
  bool busy; /* a thread of the pool has it, or a call that may run JavaScript */
  lbst_entry_t entries[LBST_NAPI_LOG_ENTRIES];
  lbst_napi_texts_t texts[LBST_NAPI_LOG_ENTRIES]; /* of a call that makes entries */
} lbst_napi_log_t;

/* The log of a handle; throws for any other value, and while it is busy. */
napi_status
lbst_napi_get_log(napi_env env, napi_value value, lbst_napi_log_t **log);

/* |text| as a string, or null where it is empty. */
napi_status
lbst_napi_create_slice(napi_env env, lbst_slice_t text, napi_value *value);

/* The first |count| entries of |log|, which is busy, as a list of objects. */
napi_status
lbst_napi_create_entries(napi_env env, lbst_napi_log_t *log, size_t count,
                         napi_value *list);

#endif /* LBST_NAPI_LOG_H */
