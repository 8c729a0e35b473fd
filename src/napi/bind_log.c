#include <stdlib.h>

#include "../core/detect.h"
#include "bind.h"
#include "glue.h"
#include "log.h"

/* Of nginx's log_format as it is written; the names of its variables are not kept. */
#define LOG_FORMAT_MAX 8192

/* As of a model, see bind_conn.c: no other copy of the module takes it for its own. */
static napi_type_tag
log_tag(void) {
  static const char anchor = 0;
  napi_type_tag tag = {UINT64_C(0x6c6273745f6c6f67), (uint64_t) (uintptr_t) &anchor};

  return tag;
}

static void
free_log(napi_env env, void *data, void *hint) {
  lbst_napi_log_t *log = data;

  (void) env;
  (void) hint;
  lbst_reader_free(&log->reader);
  free(log);
}

napi_status
lbst_napi_get_log(napi_env env, napi_value value, lbst_napi_log_t **log) {
  NAPI_CHECK(
    lbst_napi_unwrap(env, value, log_tag(), "this is no log scanner", (void **) log));
  if ((*log)->busy)
    return lbst_napi_throw(env, LBST_E_CONFLICT, "this log scanner is at work");
  return napi_ok;
}

/* ---- opening --------------------------------------------------------------------- */

static napi_status
get_text(napi_env env, napi_value object, const char *name, char *buffer, size_t size,
         lbst_slice_t *text) {
  napi_value value;

  NAPI_CHECK(napi_get_named_property(env, object, name, &value));
  text->at = buffer;
  return lbst_napi_get_text(env, value, name, buffer, size, &text->len);
}

/* ms since 1970, or null for |none|. */
static napi_status
get_moment(napi_env env, napi_value object, const char *name, int64_t none,
           int64_t *time_ms) {
  napi_value value;

  *time_ms = none;
  NAPI_CHECK(napi_get_named_property(env, object, name, &value));
  if (lbst_napi_is(env, value, napi_null)) return napi_ok;
  return napi_get_value_int64(env, value, time_ms);
}

static napi_status
open_log(napi_env env, napi_value options, lbst_napi_log_t *log) {
  static const char *const modes[] = {"none", "evidence", "all"};
  char name[32], log_format[LOG_FORMAT_MAX + 2]; /* what is cut is too long */
  lbst_slice_t name_text, format_text;
  lbst_log_format_t format;
  bool record;
  uint32_t mode, evidence;
  napi_value value;
  int64_t since_ms, until_ms;

  NAPI_CHECK(lbst_napi_expect_object(env, options, "options"));
  NAPI_CHECK(get_text(env, options, "format", name, sizeof(name), &name_text));
  NAPI_CHECK(
    get_text(env, options, "logFormat", log_format, sizeof(log_format), &format_text));
  NAPI_CHECK(lbst_napi_get_bool_property(env, options, "record", &record));
  NAPI_CHECK(napi_get_named_property(env, options, "entries", &value));
  NAPI_CHECK(lbst_napi_get_choice(env, value, "entries", modes, 3, &mode));
  NAPI_CHECK(lbst_napi_get_u32_property(env, options, "evidence", &evidence));
  NAPI_CHECK(get_moment(env, options, "sinceMs", INT64_MIN, &since_ms));
  NAPI_CHECK(get_moment(env, options, "untilMs", INT64_MAX, &until_ms));
  if (format_text.len > LOG_FORMAT_MAX ||
      !lbst_log_format_find(name_text, record, &format))
    return lbst_napi_throw(env, LBST_E_LOG_FORMAT, NULL);
  NAPI_CHECK(lbst_napi_check(env, lbst_scan_init(&log->scan, format, format_text,
                                                 (lbst_scan_entries_t) mode, evidence)));
  log->scan.since_ms = since_ms;
  log->scan.until_ms = until_ms;
  return napi_ok;
}

/* logOpen({ format, record, logFormat, entries, evidence, sinceMs, untilMs }) -> handle
 */
LBST_BIND(log_open) {
  const napi_type_tag tag = log_tag();
  napi_value argv[1], handle;
  lbst_napi_log_t *log;
  napi_status status;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 1, argv));
  NAPI_TRY(env, napi_create_object(env, &handle));
  NAPI_TRY(env, napi_type_tag_object(env, handle, &tag));
  log = calloc(1, sizeof(*log));
  if (log == NULL) return lbst_napi_refuse(env, LBST_E_NATIVE_FAILED, NULL);
  status = open_log(env, argv[0], log);
  if (status == napi_ok) status = napi_wrap(env, handle, log, free_log, NULL, NULL);
  if (status != napi_ok) free(log);
  NAPI_TRY(env, status);
  return handle;
}

/* ---- scanning -------------------------------------------------------------------- */

napi_status
lbst_napi_create_slice(napi_env env, lbst_slice_t text, napi_value *value) {
  if (text.len == 0) return napi_get_null(env, value);
  return napi_create_string_utf8(env, text.at, text.len, value);
}

static napi_status
create_entry(napi_env env, const lbst_entry_t *entry, const lbst_napi_texts_t *texts,
             napi_value *result) {
  const bool judged = entry->result == LBST_LINE_OK;
  const lbst_line_t *line = &entry->line;
  const char *broken = entry->result == LBST_LINE_FOREIGN ? "no line of this format"
                                                          : "cut off or malformed";
  napi_value o;

  NAPI_CHECK(napi_create_object(env, &o));
  NAPI_CHECK(lbst_napi_set_number(env, o, "line", (double) entry->line_no));
  NAPI_CHECK(lbst_napi_set_text(
    env, o, "verdict", judged ? lbst_verdict_name(lbst_why_verdict(entry->why)) : NULL));
  if (judged) {
    if (line->time_ms == LBST_TIME_NONE)
      NAPI_CHECK(lbst_napi_set_text(env, o, "time", NULL));
    else
      NAPI_CHECK(lbst_napi_set_number(env, o, "time", (double) line->time_ms));
    NAPI_CHECK(napi_set_named_property(env, o, "method", texts->method));
    NAPI_CHECK(lbst_napi_set_ms(env, o, "status", line->status, 0));
    NAPI_CHECK(napi_set_named_property(env, o, "target", texts->target));
  }
  NAPI_CHECK(
    lbst_napi_set_text(env, o, "why", judged ? lbst_why_text(entry->why) : broken));
  NAPI_CHECK(napi_set_named_property(env, o, "text", texts->line));
  *result = o;
  return napi_ok;
}

/* All texts first. To set a property may run JavaScript (a setter on Object.prototype),
 * after which the caller's block need not be there any more. */
static napi_status
create_texts(napi_env env, lbst_napi_log_t *log, size_t count) {
  size_t i;

  for (i = 0; i < count; i++) {
    const lbst_entry_t *entry = &log->entries[i];
    const bool judged = entry->result == LBST_LINE_OK;
    const lbst_slice_t none = {NULL, 0};
    lbst_napi_texts_t *texts = &log->texts[i];
    NAPI_CHECK(
      lbst_napi_create_slice(env, judged ? entry->line.method : none, &texts->method));
    NAPI_CHECK(
      lbst_napi_create_slice(env, judged ? entry->line.target : none, &texts->target));
    NAPI_CHECK(lbst_napi_create_slice(env, entry->text, &texts->line));
  }
  return napi_ok;
}

napi_status
lbst_napi_create_entries(napi_env env, lbst_napi_log_t *log, size_t count,
                         napi_value *list) {
  napi_value item;
  size_t i;

  NAPI_CHECK(create_texts(env, log, count));
  NAPI_CHECK(napi_create_array_with_length(env, count, list));
  for (i = 0; i < count; i++) {
    NAPI_CHECK(create_entry(env, &log->entries[i], &log->texts[i], &item));
    NAPI_CHECK(napi_set_element(env, *list, (uint32_t) i, item));
  }
  return napi_ok;
}

static napi_status
create_scanned(napi_env env, lbst_napi_log_t *log, size_t consumed, size_t count,
               napi_value *result) {
  napi_value list;

  NAPI_CHECK(lbst_napi_create_entries(env, log, count, &list));
  NAPI_CHECK(napi_create_object(env, result));
  NAPI_CHECK(lbst_napi_set_number(env, *result, "consumed", (double) consumed));
  return napi_set_named_property(env, *result, "entries", list);
}

/* logScan(handle, block, last) -> { consumed, entries } */
LBST_BIND(log_scan) {
  napi_value argv[3], result;
  lbst_napi_log_t *log;
  lbst_slice_t block;
  bool last;
  size_t consumed, count;
  napi_status status;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 3, argv));
  NAPI_TRY(env, lbst_napi_get_log(env, argv[0], &log));
  NAPI_TRY(env, lbst_napi_get_bytes(env, argv[1], "a block", &block.at, &block.len));
  NAPI_TRY(env, napi_get_value_bool(env, argv[2], &last));
  consumed = block.len == 0 ? 0
                            : lbst_scan_block(&log->scan, block, last, log->entries,
                                              LBST_NAPI_LOG_ENTRIES, &count);
  if (block.len == 0) count = 0;
  log->busy = true;
  status = create_scanned(env, log, consumed, count, &result);
  log->busy = false;
  NAPI_TRY(env, status);
  return result;
}

/* ---- the rest ------------------------------------------------------------------- */

/* logClose(handle) */
LBST_BIND(log_close) {
  napi_value argv[1];
  lbst_napi_log_t *log;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 1, argv));
  NAPI_TRY(env, lbst_napi_get_log(env, argv[0], &log));
  NAPI_TRY(env, napi_remove_wrap(env, argv[0], (void **) &log));
  free_log(env, log, NULL);
  return NULL;
}

/* logDetect(head) -> the name of a text format, or null */
LBST_BIND(log_detect) {
  napi_value argv[1], result;
  lbst_slice_t head;
  lbst_log_format_t format;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 1, argv));
  NAPI_TRY(env, lbst_napi_get_bytes(env, argv[0], "a head", &head.at, &head.len));
  if (head.len > 0 && lbst_log_detect(head, &format))
    NAPI_TRY(env, napi_create_string_utf8(env, lbst_log_format_name(format),
                                          NAPI_AUTO_LENGTH, &result));
  else
    NAPI_TRY(env, napi_get_null(env, &result));
  return result;
}

/* logHeader(handle, lines) */
LBST_BIND(log_header) {
  napi_value argv[2];
  lbst_napi_log_t *log;
  size_t len;
  lbst_cursor_t c;
  lbst_slice_t line;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 2, argv));
  NAPI_TRY(env, lbst_napi_get_log(env, argv[0], &log));
  NAPI_TRY(env, lbst_napi_get_bytes(env, argv[1], "header lines", &c.at, &len));
  if (len == 0) return NULL;
  c.end = c.at + len;
  while (lbst_cursor_until(&c, '\n', &line))
    lbst_layout_header(&log->scan.layout, lbst_slice_line(line));
  return NULL;
}
