#ifndef LBST_LOGTIME_H
#define LBST_LOGTIME_H

#include "slice.h"

/* The times that logs are written with, as ms since 1970. A time that names no zone is
 * taken as UTC. Each returns false, and writes nothing, for what is no such time. */

#define LBST_TIME_NONE INT64_MIN

/* 2026-01-14T09:12:31.004217Z, with '-' or '/' in the date, 'T' or a space or a tab
 * behind it, a fraction or none, and "Z", "+00:00", "+0000" or nothing at the end. */
bool
lbst_logtime_iso(lbst_slice_t text, int64_t *time_ms);

/* 14/Jan/2026:09:12:31 +0000, and HAProxy's 20/Nov/2026:08:12:40.953. */
bool
lbst_logtime_clf(lbst_slice_t text, int64_t *time_ms);

/* 2026/11/20 08:12:41 */
bool
lbst_logtime_nginx(lbst_slice_t text, int64_t *time_ms);

/* Fri Nov 20 08:12:41.123456 2026 */
bool
lbst_logtime_apache(lbst_slice_t text, int64_t *time_ms);

#endif /* LBST_LOGTIME_H */
