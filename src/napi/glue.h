#ifndef LBST_GLUE_H
#define LBST_GLUE_H

#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../core/setting.h"
#include "../core/status.h"

/* Node-API may be refused at any moment, because a worker is being terminated or a getter
 * of the caller's threw. Every glue function therefore returns napi_status, and two
 * macros carry it: NAPI_TRY out of a callback (throws once, returns NULL), NAPI_CHECK out
 * of a glue function. */
#define NAPI_TRY(env, call)                                                              \
  do {                                                                                   \
    if ((call) != napi_ok) return lbst_napi_fail(env);                                   \
  } while (0)

#define NAPI_CHECK(call)                                                                 \
  do {                                                                                   \
    napi_status napi_check_status = (call);                                              \
    if (napi_check_status != napi_ok) return napi_check_status;                          \
  } while (0)

/* Turns the last failed Node-API call into an exception, unless one is pending already or
 * the environment is going away: LBST_E_INVALID_TYPE where a value of the caller's was
 * refused, else LBST_E_NATIVE_FAILED. Returns NULL, for a callback to return. */
napi_value
lbst_napi_fail(napi_env env);

/* Throws the error of |status| with |message| (NULL: the status' own text). Returns
 * napi_pending_exception, or why it could not throw. */
napi_status
lbst_napi_throw(napi_env env, lbst_status_t status, const char *message);

/* As lbst_napi_throw, for a callback to return: NULL. */
napi_value
lbst_napi_refuse(napi_env env, lbst_status_t status, const char *message);

/* As lbst_napi_throw for a |status| that is not LBST_OK; napi_ok otherwise. */
napi_status
lbst_napi_check(napi_env env, lbst_status_t status);

/* Reads the |argc| arguments of the call, the missing ones as undefined. */
napi_status
lbst_napi_get_args(napi_env env, napi_callback_info info, size_t argc, napi_value *argv);

bool
lbst_napi_is(napi_env env, napi_value value, napi_valuetype type);

/* Throws LBST_E_INVALID_TYPE, naming |what|, unless |value| can have properties. */
napi_status
lbst_napi_expect_object(napi_env env, napi_value value, const char *what);

/* A whole number from 0 to UINT32_MAX; else throws LBST_E_INVALID_TYPE or
 * LBST_E_OUT_OF_RANGE, naming |what|. */
napi_status
lbst_napi_get_u32(napi_env env, napi_value value, const char *what, uint32_t *result);

/* What the property |name| of |object| holds, when it is such a value; else throws. */
napi_status
lbst_napi_get_u32_property(napi_env env, napi_value object, const char *name,
                           uint32_t *result);

napi_status
lbst_napi_get_bool_property(napi_env env, napi_value object, const char *name,
                            bool *result);

/* What an object with our |tag| is wrapped around; else throws the sentence |what|. */
napi_status
lbst_napi_unwrap(napi_env env, napi_value value, napi_type_tag tag, const char *what,
                 void **data);

/* Copies a string of at most |size| - 1 bytes and a NUL to |buffer|, its length to
 * |*len|; else throws, naming |what|. A longer one is cut. */
napi_status
lbst_napi_get_text(napi_env env, napi_value value, const char *what, char *buffer,
                   size_t size, size_t *len);

/* The index of a string in |names|; else throws LBST_E_INVALID_TYPE, naming |what|. */
napi_status
lbst_napi_get_choice(napi_env env, napi_value value, const char *what,
                     const char *const *names, size_t count, uint32_t *index);

/* The bytes of a Buffer, a typed array or a DataView, the caller's own: they are there
 * until JavaScript runs again. Throws LBST_E_INVALID_TYPE, naming |what|, for anything
 * else. */
napi_status
lbst_napi_get_bytes(napi_env env, napi_value value, const char *what, const char **at,
                    size_t *len);

/* What |prop| holds when its value is |value|. Never throws on a value. */
napi_status
lbst_napi_get_setting(napi_env env, napi_value value, lbst_prop_t prop,
                      lbst_setting_t *setting);

napi_status
lbst_napi_set_u32(napi_env env, napi_value object, const char *name, uint32_t value);

napi_status
lbst_napi_set_number(napi_env env, napi_value object, const char *name, double number);

/* |value| as a number, or null for |none|. */
napi_status
lbst_napi_set_ms(napi_env env, napi_value object, const char *name, uint64_t value,
                 uint64_t none);

napi_status
lbst_napi_set_bool(napi_env env, napi_value object, const char *name, bool value);

/* |text|, or null for NULL. */
napi_status
lbst_napi_set_text(napi_env env, napi_value object, const char *name, const char *text);

/* |text| as the element |at| of |list|. */
napi_status
lbst_napi_set_text_at(napi_env env, napi_value list, uint32_t at, const char *text);

#endif /* LBST_GLUE_H */
