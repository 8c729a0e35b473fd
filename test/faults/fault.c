/* The calls that fail, and how JavaScript says which. For a test that runs in one thread.
 * A name in parentheses is no macro: these are the functions themselves. */
#include "fault.h"

#include <stdio.h>

/* What the chosen call does: fails once; throws and fails once; fails, as all after it.
 */
enum { MODE_STATUS, MODE_THROW, MODE_STAY };

static struct {
  uint32_t at; /* 0: nothing fails */
  uint32_t mode;
  uint32_t seen;
  const char *taken;
} fault;

napi_status
lbst_fault_take(napi_env env, const char *name) {
  if (fault.at == 0) return napi_ok;
  fault.seen++;
  if (fault.seen < fault.at) return napi_ok;
  if (fault.seen > fault.at && fault.mode != MODE_STAY) return napi_ok;
  if (fault.seen == fault.at) fault.taken = name;
  if (fault.mode != MODE_THROW) return napi_generic_failure;
  (void) (napi_throw_error) (env, "INJECTED", name);
  return napi_pending_exception;
}

static bool
take_memory(void) {
  if (fault.at == 0) return false;
  fault.seen++;
  if (fault.seen < fault.at || (fault.seen > fault.at && fault.mode != MODE_STAY))
    return false;
  if (fault.seen == fault.at) fault.taken = "malloc";
  return true;
}

void *
lbst_fault_malloc(size_t size) {
  return take_memory() ? NULL : (malloc) (size);
}

void *
lbst_fault_calloc(size_t count, size_t size) {
  return take_memory() ? NULL : (calloc) (count, size);
}

/* faultArm(at, mode) */
static napi_value
arm(napi_env env, napi_callback_info info) {
  napi_value argv[2];
  size_t argc = 2;

  fault.at = 0;
  if ((napi_get_cb_info) (env, info, &argc, argv, NULL, NULL) != napi_ok ||
      (napi_get_value_uint32) (env, argv[0], &fault.at) != napi_ok ||
      (napi_get_value_uint32) (env, argv[1], &fault.mode) != napi_ok)
    abort();
  fault.seen = 0;
  fault.taken = NULL;
  return NULL;
}

/* faultTaken() -> the name of the call that failed, or undefined; disarms. */
static napi_value
taken(napi_env env, napi_callback_info info) {
  napi_value result = NULL;

  (void) info;
  fault.at = 0;
  if (fault.taken != NULL &&
      (napi_create_string_utf8) (env, fault.taken, NAPI_AUTO_LENGTH, &result) != napi_ok)
    abort();
  return result;
}

napi_status
lbst_fault_define(napi_env env, napi_value object, size_t count,
                  const napi_property_descriptor *properties) {
  const napi_property_descriptor ours[] = {
    {"faultArm", NULL, arm, NULL, NULL, NULL, napi_default, NULL},
    {"faultTaken", NULL, taken, NULL, NULL, NULL, napi_default, NULL},
  };
  napi_status status;

  /* a call with one property is leave_mark() of bind_server.c */
  if (count > 1 && (napi_define_properties) (env, object, 2, ours) != napi_ok) abort();
  status = lbst_fault_take(env, "napi_define_properties");
  return status != napi_ok ? status
                           : (napi_define_properties) (env, object, count, properties);
}
