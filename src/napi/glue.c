#include "glue.h"

#include <stdio.h>
#include <string.h>

#define MESSAGE_MAX      640 /* of a thrown error */
#define SETTING_TEXT_MAX 64  /* a longer string spells no timeout */

/* Whose fault a failed call was: with these, that of a value which the caller passed. */
static lbst_status_t
find_blame(napi_status status) {
  switch (status) {
  case napi_invalid_arg:
  case napi_object_expected:
  case napi_string_expected:
  case napi_name_expected:
  case napi_function_expected:
  case napi_number_expected:
  case napi_boolean_expected:
  case napi_array_expected: return LBST_E_INVALID_TYPE;
  default: return LBST_E_NATIVE_FAILED;
  }
}

napi_value
lbst_napi_fail(napi_env env) {
  const napi_extended_error_info *info = NULL;
  bool pending = false;
  lbst_status_t status = LBST_E_NATIVE_FAILED;
  const char *message = NULL;

  /* the text first: the next call overwrites it */
  if (napi_get_last_error_info(env, &info) == napi_ok && info != NULL) {
    status = find_blame(info->error_code);
    message = info->error_message;
  }
  if (napi_is_exception_pending(env, &pending) != napi_ok || pending) return NULL;
  /* may be refused too, in an environment that is going away: then there is nobody left
   * to tell */
  (void) lbst_napi_throw(env, status, message);
  return NULL;
}

napi_status
lbst_napi_throw(napi_env env, lbst_status_t status, const char *message) {
  const char *code = lbst_status_name(status);
  napi_status thrown = napi_generic_failure;

  if (message == NULL) message = lbst_status_text(status);
  switch (lbst_status_class(status)) {
  case LBST_CLASS_TYPE_ERROR: thrown = napi_throw_type_error(env, code, message); break;
  case LBST_CLASS_RANGE_ERROR: thrown = napi_throw_range_error(env, code, message); break;
  case LBST_CLASS_ERROR: thrown = napi_throw_error(env, code, message); break;
  }
  return thrown == napi_ok ? napi_pending_exception : thrown;
}

napi_value
lbst_napi_refuse(napi_env env, lbst_status_t status, const char *message) {
  (void) lbst_napi_throw(env, status, message);
  return NULL;
}

napi_status
lbst_napi_check(napi_env env, lbst_status_t status) {
  return status == LBST_OK ? napi_ok : lbst_napi_throw(env, status, NULL);
}

static napi_status
throw_about(napi_env env, lbst_status_t status, const char *what, const char *problem) {
  char message[MESSAGE_MAX];

  (void) snprintf(message, sizeof(message), "%s %s", what, problem);
  return lbst_napi_throw(env, status, message);
}

napi_status
lbst_napi_get_args(napi_env env, napi_callback_info info, size_t argc, napi_value *argv) {
  return napi_get_cb_info(env, info, &argc, argv, NULL, NULL);
}

bool
lbst_napi_is(napi_env env, napi_value value, napi_valuetype type) {
  napi_valuetype found;

  return napi_typeof(env, value, &found) == napi_ok && found == type;
}

napi_status
lbst_napi_expect_object(napi_env env, napi_value value, const char *what) {
  if (lbst_napi_is(env, value, napi_object) || lbst_napi_is(env, value, napi_function))
    return napi_ok;
  return throw_about(env, LBST_E_INVALID_TYPE, what, "is no object");
}

napi_status
lbst_napi_get_u32(napi_env env, napi_value value, const char *what, uint32_t *result) {
  double number;

  if (!lbst_napi_is(env, value, napi_number))
    return throw_about(env, LBST_E_INVALID_TYPE, what, "is not a number");
  NAPI_CHECK(napi_get_value_double(env, value, &number));
  /* napi_get_value_uint32 would turn -1 into 4294967295 and NaN into 0, silently */
  if (!(number >= 0 && number <= (double) UINT32_MAX))
    return throw_about(env, LBST_E_OUT_OF_RANGE, what, "is out of range");
  *result = (uint32_t) number;
  if ((double) *result < number)
    return throw_about(env, LBST_E_OUT_OF_RANGE, what, "is not a whole number");
  return napi_ok;
}

napi_status
lbst_napi_get_text(napi_env env, napi_value value, const char *what, char *buffer,
                   size_t size, size_t *len) {
  if (!lbst_napi_is(env, value, napi_string))
    return throw_about(env, LBST_E_INVALID_TYPE, what, "is not a string");
  return napi_get_value_string_utf8(env, value, buffer, size, len);
}

napi_status
lbst_napi_get_u32_property(napi_env env, napi_value object, const char *name,
                           uint32_t *result) {
  napi_value value;

  NAPI_CHECK(napi_get_named_property(env, object, name, &value));
  return lbst_napi_get_u32(env, value, name, result);
}

napi_status
lbst_napi_get_bool_property(napi_env env, napi_value object, const char *name,
                            bool *result) {
  napi_value value;

  NAPI_CHECK(napi_get_named_property(env, object, name, &value));
  if (!lbst_napi_is(env, value, napi_boolean))
    return throw_about(env, LBST_E_INVALID_TYPE, name, "is not true or false");
  return napi_get_value_bool(env, value, result);
}

napi_status
lbst_napi_unwrap(napi_env env, napi_value value, napi_type_tag tag, const char *what,
                 void **data) {
  bool is_ours = false;

  if (lbst_napi_is(env, value, napi_object))
    NAPI_CHECK(napi_check_object_type_tag(env, value, &tag, &is_ours));
  if (!is_ours) return lbst_napi_throw(env, LBST_E_INVALID_TYPE, what);
  return napi_unwrap(env, value, data);
}

napi_status
lbst_napi_get_choice(napi_env env, napi_value value, const char *what,
                     const char *const *names, size_t count, uint32_t *index) {
  char text[32];
  size_t len, i;

  NAPI_CHECK(lbst_napi_get_text(env, value, what, text, sizeof(text), &len));
  for (i = 0; i < count; i++) {
    if (strcmp(text, names[i]) == 0) {
      *index = (uint32_t) i;
      return napi_ok;
    }
  }
  return throw_about(env, LBST_E_INVALID_TYPE, what, "is none of the known words");
}

napi_status
lbst_napi_get_bytes(napi_env env, napi_value value, const char *what, const char **at,
                    size_t *len) {
  bool is_buffer;
  void *data;

  /* Node 18 aborts the process when it is asked for the bytes of another value */
  NAPI_CHECK(napi_is_buffer(env, value, &is_buffer));
  if (!is_buffer) return throw_about(env, LBST_E_INVALID_TYPE, what, "is not a Buffer");
  NAPI_CHECK(napi_get_buffer_info(env, value, &data, len));
  *at = data;
  return napi_ok;
}

napi_status
lbst_napi_get_setting(napi_env env, napi_value value, lbst_prop_t prop,
                      lbst_setting_t *setting) {
  napi_valuetype type;
  char text[SETTING_TEXT_MAX];
  size_t len;
  double number;

  setting->kind = LBST_SETTING_NOT_NUMBER;
  setting->ms = 0;
  NAPI_CHECK(napi_typeof(env, value, &type));
  if (type == napi_undefined) {
    setting->kind = LBST_SETTING_ABSENT;
  } else if (type == napi_number) {
    NAPI_CHECK(napi_get_value_double(env, value, &number));
    *setting = lbst_setting_from_number(prop, number);
  } else if (type == napi_string) {
    NAPI_CHECK(napi_get_value_string_utf8(env, value, text, sizeof(text), &len));
    if (len + 1 < sizeof(text)) *setting = lbst_setting_from_text(text, len);
  }
  return napi_ok;
}

napi_status
lbst_napi_set_u32(napi_env env, napi_value object, const char *name, uint32_t value) {
  napi_value number;

  NAPI_CHECK(napi_create_uint32(env, value, &number));
  return napi_set_named_property(env, object, name, number);
}

napi_status
lbst_napi_set_number(napi_env env, napi_value object, const char *name, double number) {
  napi_value value;

  NAPI_CHECK(napi_create_double(env, number, &value));
  return napi_set_named_property(env, object, name, value);
}

napi_status
lbst_napi_set_ms(napi_env env, napi_value object, const char *name, uint64_t value,
                 uint64_t none) {
  if (value == none) return lbst_napi_set_text(env, object, name, NULL);
  return lbst_napi_set_number(env, object, name, (double) value);
}

napi_status
lbst_napi_set_bool(napi_env env, napi_value object, const char *name, bool value) {
  napi_value result;

  NAPI_CHECK(napi_get_boolean(env, value, &result));
  return napi_set_named_property(env, object, name, result);
}

napi_status
lbst_napi_set_text(napi_env env, napi_value object, const char *name, const char *text) {
  napi_value result;

  if (text == NULL) {
    NAPI_CHECK(napi_get_null(env, &result));
  } else {
    NAPI_CHECK(napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &result));
  }
  return napi_set_named_property(env, object, name, result);
}

napi_status
lbst_napi_set_text_at(napi_env env, napi_value list, uint32_t at, const char *text) {
  napi_value value;

  NAPI_CHECK(napi_create_string_utf8(env, text, NAPI_AUTO_LENGTH, &value));
  return napi_set_element(env, list, at, value);
}
