#include <stdlib.h>

#include "bind.h"
#include "glue.h"
#include "log.h"

/* One logRead() on its way through libuv's thread pool. */
typedef struct lbst_napi_read_s {
  napi_async_work work;
  napi_deferred deferred;
  napi_ref handle; /* keeps the log while a thread has it */
  lbst_napi_log_t *log;
  size_t count;
  int result;
} lbst_napi_read_t;

/* In a thread of the pool: nothing of Node-API may be called here. */
static void
run(napi_env env, void *data) {
  lbst_napi_read_t *read = data;

  (void) env;
  read->result = lbst_reader_run(&read->log->reader, &read->log->scan, read->log->entries,
                                 LBST_NAPI_LOG_ENTRIES, &read->count);
}

/* { done, error, entries }: |error| is 0 or what libuv says, and nothing is lost by it.
 */
static napi_status
create_outcome(napi_env env, const lbst_napi_read_t *read, napi_value *outcome) {
  napi_value list, error;

  NAPI_CHECK(napi_create_object(env, outcome));
  NAPI_CHECK(lbst_napi_set_bool(env, *outcome, "done", read->result != LBST_READER_MORE));
  NAPI_CHECK(napi_create_int32(env, read->result < 0 ? read->result : 0, &error));
  NAPI_CHECK(napi_set_named_property(env, *outcome, "error", error));
  NAPI_CHECK(lbst_napi_create_entries(env, read->log, read->count, &list));
  return napi_set_named_property(env, *outcome, "entries", list);
}

/* A promise that nobody settles keeps its caller waiting. All is refused where the
 * environment is going away: then nobody waits. */
static void
settle(napi_env env, napi_deferred deferred, napi_status status, napi_value outcome) {
  napi_value cause;

  if (status == napi_ok && napi_resolve_deferred(env, deferred, outcome) == napi_ok)
    return;
  (void) lbst_napi_fail(env);
  if (napi_get_and_clear_last_exception(env, &cause) == napi_ok)
    (void) napi_reject_deferred(env, deferred, cause);
}

static void
finish(napi_env env, napi_status status, void *data) {
  lbst_napi_read_t *read = data;
  napi_value outcome = NULL;

  if (status == napi_ok) status = create_outcome(env, read, &outcome);
  read->log->busy = false;
  settle(env, read->deferred, status, outcome);
  (void) napi_delete_reference(env, read->handle);
  (void) napi_delete_async_work(env, read->work);
  free(read);
}

static napi_status
start(napi_env env, lbst_napi_read_t *read, napi_value handle, napi_value *promise) {
  napi_value name;

  NAPI_CHECK(napi_create_reference(env, handle, 1, &read->handle));
  NAPI_CHECK(
    napi_create_string_utf8(env, "lb-safe-timeouts:log", NAPI_AUTO_LENGTH, &name));
  NAPI_CHECK(napi_create_async_work(env, NULL, name, run, finish, read, &read->work));
  NAPI_CHECK(napi_create_promise(env, &read->deferred, promise));
  return napi_queue_async_work(env, read->work);
}

static const char *const packings[] = {"plain", "gzip", "zstd"};

/* A number of JavaScript's, Infinity for none. */
static uint64_t
end_of(double to) {
  return to > LBST_NAPI_OFFSET_MAX ? UINT64_MAX : (uint64_t) to;
}

/* logSource(handle, fd, packing, from, to): what logRead() reads, from the beginning of a
 * line on; |to| may be Infinity. In place of |from| a Buffer: of a pipe, what was read of
 * it before. */
LBST_BIND(log_source) {
  napi_value argv[5];
  lbst_napi_log_t *log;
  lbst_reader_t reader;
  lbst_slice_t head = {"", 0};
  double from = 0, to;
  uint32_t fd, packing;
  bool is_stream;
  void *data;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 5, argv));
  NAPI_TRY(env, lbst_napi_get_log(env, argv[0], &log));
  NAPI_TRY(env, lbst_napi_get_u32(env, argv[1], "fd", &fd));
  NAPI_TRY(env, lbst_napi_get_choice(env, argv[2], "packing", packings, 3, &packing));
  NAPI_TRY(env, napi_is_buffer(env, argv[3], &is_stream));
  if (is_stream) {
    NAPI_TRY(env, napi_get_buffer_info(env, argv[3], &data, &head.len));
    head.at = data;
  } else {
    NAPI_TRY(env, napi_get_value_double(env, argv[3], &from));
  }
  NAPI_TRY(env, napi_get_value_double(env, argv[4], &to));
  if (fd > INT32_MAX || head.len > LBST_READER_HEAD_MAX ||
      !(from >= 0 && from <= to && from <= LBST_NAPI_OFFSET_MAX))
    return lbst_napi_refuse(env, LBST_E_OUT_OF_RANGE, "no such part of a file");
  NAPI_TRY(env, lbst_napi_check(
                  env, lbst_reader_init(&reader, (int) fd, (lbst_packing_t) packing,
                                        is_stream ? LBST_READER_STREAM : (uint64_t) from,
                                        end_of(to), head)));
  lbst_reader_free(&log->reader);
  log->reader = reader;
  return NULL;
}

/* logUnpack(head, packing, to) -> how many bytes of |to| the text that |head| is the
 * beginning of fills, or null where this process cannot unpack it */
LBST_BIND(log_unpack) {
  napi_value argv[3], result;
  lbst_unpack_t *unpack;
  lbst_slice_t in;
  size_t room, len;
  uint32_t packing;
  const char *checked;
  void *to;
  char *out;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 3, argv));
  NAPI_TRY(env, lbst_napi_get_bytes(env, argv[0], "a head", &in.at, &in.len));
  NAPI_TRY(env, lbst_napi_get_choice(env, argv[1], "packing", packings, 3, &packing));
  NAPI_TRY(env, lbst_napi_get_bytes(env, argv[2], "room for a text", &checked, &len));
  NAPI_TRY(env, napi_get_buffer_info(env, argv[2], &to, &len));
  out = to;
  room = len;
  unpack =
    packing == LBST_PACKING_PLAIN ? NULL : lbst_unpack_open((lbst_packing_t) packing);
  if (unpack == NULL) {
    NAPI_TRY(env, napi_get_null(env, &result));
    return result;
  }
  /* what is broken behind it is found again when all of it is read */
  (void) lbst_unpack_run(unpack, &in, &out, &room);
  lbst_unpack_close(unpack);
  NAPI_TRY(env, napi_create_double(env, (double) (len - room), &result));
  return result;
}

/* logRead(handle) -> a promise of { done, error, entries }. Until it is settled, every
 * other call with this handle throws. */
LBST_BIND(log_read) {
  napi_value argv[1], promise = NULL;
  lbst_napi_log_t *log;
  lbst_napi_read_t *read;
  napi_status status;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 1, argv));
  NAPI_TRY(env, lbst_napi_get_log(env, argv[0], &log));
  if (log->reader.buffer == NULL)
    return lbst_napi_refuse(env, LBST_E_CONFLICT, "there is nothing to read");
  read = calloc(1, sizeof(*read));
  if (read == NULL) return lbst_napi_refuse(env, LBST_E_NATIVE_FAILED, NULL);
  read->log = log;
  status = start(env, read, argv[0], &promise);
  if (status != napi_ok) {
    if (read->handle != NULL) (void) napi_delete_reference(env, read->handle);
    if (read->work != NULL) (void) napi_delete_async_work(env, read->work);
    if (read->deferred == NULL) {
      free(read);
      NAPI_TRY(env, status);
    }
    /* there is a promise already: it says what was refused */
    settle(env, read->deferred, status, NULL);
    free(read);
    return promise;
  }
  log->busy = true;
  return promise;
}
