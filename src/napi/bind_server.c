#include <stdio.h>
#include <string.h>

#include "../core/server.h"
#include "bind.h"
#include "convert.h"
#include "glue.h"

/* ---- what was passed ------------------------------------------------------------- */

typedef struct lbst_trait_row_s {
  uint32_t trait;
  const char *name;
} lbst_trait_row_t;

#define XX(name, text) {LBST_TRAIT(name), text},
static const lbst_trait_row_t function_traits[] = {LBST_TRAIT_FUNCTIONS(XX)};
static const lbst_trait_row_t property_traits[] = {LBST_TRAIT_PROPERTIES(XX)};
#undef XX

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static napi_status
see_members(napi_env env, napi_value value, uint32_t *traits) {
  napi_value member;
  napi_valuetype type;
  size_t i;

  for (i = 0; i < COUNT(function_traits); i++) {
    NAPI_CHECK(napi_get_named_property(env, value, function_traits[i].name, &member));
    NAPI_CHECK(napi_typeof(env, member, &type));
    if (type == napi_function) *traits |= function_traits[i].trait;
  }
  for (i = 0; i < COUNT(property_traits); i++) {
    NAPI_CHECK(napi_get_named_property(env, value, property_traits[i].name, &member));
    NAPI_CHECK(napi_typeof(env, member, &type));
    if (type != napi_undefined && type != napi_null) *traits |= property_traits[i].trait;
  }
  return napi_ok;
}

/* A TLS server lists what it offers in ALPNProtocols, each name behind its length:
 * "\x02h2\x08http/1.1". An http2 server offers http/1.1 exactly with allowHTTP1. */
static napi_status
see_alpn(napi_env env, napi_value value, uint32_t *traits) {
  static const char http1[] = "\x08http/1.1";
  const size_t http1_len = sizeof(http1) - 1;
  napi_value alpn;
  bool is_buffer;
  void *data;
  size_t len, at;

  NAPI_CHECK(napi_get_named_property(env, value, "ALPNProtocols", &alpn));
  NAPI_CHECK(napi_is_buffer(env, alpn, &is_buffer));
  if (!is_buffer) return napi_ok;
  NAPI_CHECK(napi_get_buffer_info(env, alpn, &data, &len));
  for (at = 0; at + http1_len <= len; at++) {
    if (memcmp((const char *) data + at, http1, http1_len) == 0)
      *traits |= LBST_TRAIT(ALPN_HTTP1);
  }
  return napi_ok;
}

static napi_status
see_instance(napi_env env, napi_value value, napi_value constructors, bool *is_instance) {
  uint32_t count, i;
  napi_value constructor;

  *is_instance = false;
  NAPI_CHECK(napi_get_array_length(env, constructors, &count));
  for (i = 0; i < count && !*is_instance; i++) {
    NAPI_CHECK(napi_get_element(env, constructors, i, &constructor));
    if (!lbst_napi_is(env, constructor, napi_function))
      return lbst_napi_throw(env, LBST_E_INVALID_TYPE, "a constructor is no function");
    NAPI_CHECK(napi_instanceof(env, value, constructor, is_instance));
  }
  return napi_ok;
}

static napi_status
get_traits(napi_env env, napi_value value, napi_value constructors, uint32_t *traits) {
  napi_valuetype type;
  bool is_instance;

  *traits = 0;
  NAPI_CHECK(napi_typeof(env, value, &type));
  switch (type) {
  case napi_undefined:
  case napi_null: *traits = LBST_TRAIT(NULLISH); return napi_ok;
  case napi_function: *traits |= LBST_TRAIT(FUNCTION); break;
  case napi_object: break;
  default: *traits = LBST_TRAIT(PRIMITIVE); return napi_ok;
  }
  NAPI_CHECK(see_instance(env, value, constructors, &is_instance));
  if (is_instance) {
    *traits |= LBST_TRAIT(INSTANCE);
    return napi_ok;
  }
  NAPI_CHECK(see_members(env, value, traits));
  return see_alpn(env, value, traits);
}

static napi_status
check_server(napi_env env, napi_value value, napi_value constructors,
             lbst_protocol_t *protocol) {
  char message[320];
  uint32_t traits;
  lbst_server_kind_t kind;
  const char *hint;

  NAPI_CHECK(get_traits(env, value, constructors, &traits));
  kind = lbst_server_classify(traits);
  hint = lbst_server_hint(kind);
  if (hint != NULL) {
    (void) snprintf(message, sizeof(message),
                    "expected an http, https or http2 server, got %s", hint);
    return lbst_napi_throw(env, LBST_E_NOT_A_SERVER, message);
  }
  *protocol = lbst_server_protocol(kind);
  return napi_ok;
}

static const char *const protocol_names[] = {
#define XX(name, text) text,
  LBST_PROTOCOL_MAP(XX)
#undef XX
};

/* serverCheck(server, constructors): throws LBST_E_NOT_A_SERVER with the way from what
 * was passed to a server. */
LBST_BIND(server_check) {
  napi_value argv[2];
  lbst_protocol_t protocol;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 2, argv));
  NAPI_TRY(env, check_server(env, argv[0], argv[1], &protocol));
  return NULL;
}

/* ---- writing --------------------------------------------------------------------- */

/* Writes |value| and looks whether the server took it: a frozen object refuses a write
 * without a word, and a setter may take another value. */
static napi_status
write_checked(napi_env env, napi_value server, const char *name, napi_value value) {
  char message[160];
  napi_value found;
  bool same;

  NAPI_CHECK(napi_set_named_property(env, server, name, value));
  NAPI_CHECK(napi_get_named_property(env, server, name, &found));
  NAPI_CHECK(napi_strict_equals(env, found, value, &same));
  if (same) return napi_ok;
  (void) snprintf(message, sizeof(message),
                  "the server did not take the new %s; is it frozen, or does an accessor "
                  "stand there?",
                  name);
  return lbst_napi_throw(env, LBST_E_WRITE_REFUSED, message);
}

/* requestTimeout first and keepAliveTimeout last: a server that is serving while we write
 * never sees headersTimeout above requestTimeout. */
static const lbst_prop_t write_order[] = {LBST_PROP_REQUEST, LBST_PROP_HEADERS,
                                          LBST_PROP_KEEP_ALIVE};

typedef struct lbst_written_s {
  lbst_prop_t props[COUNT(write_order)];
  size_t count;
} lbst_written_t;

/* Writes what the plan wants. |*written| lists what was touched, also on failure. */
static napi_status
write_plan(napi_env env, napi_value server, const lbst_plan_t *plan,
           lbst_written_t *written) {
  size_t i;

  for (i = 0; i < COUNT(write_order); i++) {
    const lbst_target_t *target = lbst_plan_target(plan, write_order[i]);
    napi_value value;
    if (target == NULL || !target->write) continue;
    NAPI_CHECK(napi_create_uint32(env, target->ms, &value));
    written->props[written->count++] = write_order[i];
    NAPI_CHECK(write_checked(env, server, lbst_prop_name(write_order[i]), value));
  }
  return napi_ok;
}

/* Puts the written values back, keeping the exception that made it necessary. */
static void
roll_back(napi_env env, napi_value server, const lbst_written_t *written,
          const napi_value *values) {
  napi_value cause = NULL;
  bool pending = false;
  size_t i;

  if (napi_is_exception_pending(env, &pending) != napi_ok) return;
  if (pending && napi_get_and_clear_last_exception(env, &cause) != napi_ok) return;
  for (i = 0; i < written->count; i++) {
    lbst_prop_t prop = written->props[i];
    napi_value ignored;
    if (napi_set_named_property(env, server, lbst_prop_name(prop), values[prop]) ==
        napi_ok)
      continue;
    /* what a setter throws now is less worth knowing than |cause| */
    if (napi_is_exception_pending(env, &pending) == napi_ok && pending)
      (void) napi_get_and_clear_last_exception(env, &ignored);
  }
  if (cause != NULL) (void) napi_throw(env, cause);
}

static napi_status
set_values(napi_env env, napi_value object, const char *name, const napi_value *values) {
  napi_value o;
  int i;

  NAPI_CHECK(napi_create_object(env, &o));
  for (i = 0; i < LBST_PROP_CHECK; i++)
    NAPI_CHECK(
      napi_set_named_property(env, o, lbst_prop_name((lbst_prop_t) i), values[i]));
  return napi_set_named_property(env, object, name, o);
}

/* Leaves |mark| on the server under |key|, a registered symbol, so that any other copy of
 * this package finds it. An object that takes no new property refuses it. */
static napi_status
leave_mark(napi_env env, napi_value server, napi_value key, napi_value mark) {
  napi_property_descriptor property;
  napi_status status;
  bool pending = false;

  memset(&property, 0, sizeof(property));
  property.name = key;
  property.value = mark;
  property.attributes = napi_writable | napi_configurable; /* not enumerable */
  status = napi_define_properties(env, server, 1, &property);
  if (status == napi_ok) return napi_ok;
  NAPI_CHECK(napi_is_exception_pending(env, &pending));
  if (pending) return status;
  return lbst_napi_throw(env, LBST_E_WRITE_REFUSED,
                         "the server takes no new property; is it frozen or sealed?");
}

/* Writes the plan and the mark. */
static napi_status
carry_out(napi_env env, const napi_value *argv, const lbst_plan_t *plan,
          lbst_written_t *written) {
  NAPI_CHECK(write_plan(env, argv[0], plan, written));
  return leave_mark(env, argv[0], argv[3], argv[4]);
}

/* serverApply(server, ask, constructors, key, mark)
 *   -> plan with { before, protocol }
 * All or nothing: when it returns, the server holds what |before| and the plan's targets
 * say, and when anything throws, its timeouts are as they were. */
LBST_BIND(server_apply) {
  napi_value argv[5], before[LBST_PROP_COUNT], mark, result;
  lbst_napi_ask_t ask;
  lbst_plan_t plan;
  lbst_written_t written = {{LBST_PROP_KEEP_ALIVE}, 0};

  NAPI_TRY(env, lbst_napi_get_args(env, info, 5, argv));
  NAPI_TRY(env, lbst_napi_get_ask(env, argv[1], &ask));
  NAPI_TRY(env, check_server(env, argv[0], argv[2], &ask.ask.protocol));
  if (!lbst_napi_is(env, argv[3], napi_symbol))
    return lbst_napi_refuse(env, LBST_E_INVALID_TYPE, "the key is no symbol");
  NAPI_TRY(env, napi_get_property(env, argv[0], argv[3], &mark));
  ask.ask.applied_before = lbst_napi_is(env, mark, napi_object);
  NAPI_TRY(env, lbst_napi_get_settings(env, argv[0], before, &ask.ask.present));
  NAPI_TRY(env, lbst_napi_check_plan(env, lbst_policy_plan(&plan, &ask.ask), &ask.ask));
  NAPI_TRY(env, lbst_napi_create_plan(env, &plan, &result));
  NAPI_TRY(env, set_values(env, result, "before", before));
  NAPI_TRY(env,
           lbst_napi_set_text(env, result, "protocol", protocol_names[ask.ask.protocol]));
  if (carry_out(env, argv, &plan, &written) != napi_ok) {
    roll_back(env, argv[0], &written, before);
    return lbst_napi_fail(env);
  }
  return result;
}

/* ---- taking it back -------------------------------------------------------------- */

static napi_status
restore_one(napi_env env, napi_value server, napi_value name, napi_value from,
            napi_value to, bool *restored) {
  napi_value present;

  *restored = false;
  if (!lbst_napi_is(env, name, napi_string))
    return lbst_napi_throw(env, LBST_E_INVALID_TYPE, "the name of a change is no string");
  NAPI_CHECK(napi_get_property(env, server, name, &present));
  NAPI_CHECK(napi_strict_equals(env, present, to, restored));
  return *restored ? napi_set_property(env, server, name, from) : napi_ok;
}

/* serverRestore(server, [{ name, from, to }]) -> the names whose value was put back:
 * those that still hold what we wrote. What somebody else wrote since then is theirs. */
LBST_BIND(server_restore) {
  napi_value argv[2], result, change, name, from, to;
  uint32_t count, i, at = 0;
  bool restored;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 2, argv));
  NAPI_TRY(env, lbst_napi_expect_object(env, argv[0], "server"));
  NAPI_TRY(env, napi_get_array_length(env, argv[1], &count));
  NAPI_TRY(env, napi_create_array(env, &result));
  for (i = 0; i < count; i++) {
    NAPI_TRY(env, napi_get_element(env, argv[1], i, &change));
    NAPI_TRY(env, lbst_napi_expect_object(env, change, "a change"));
    NAPI_TRY(env, napi_get_named_property(env, change, "name", &name));
    NAPI_TRY(env, napi_get_named_property(env, change, "from", &from));
    NAPI_TRY(env, napi_get_named_property(env, change, "to", &to));
    NAPI_TRY(env, restore_one(env, argv[0], name, from, to, &restored));
    if (restored) NAPI_TRY(env, napi_set_element(env, result, at++, name));
  }
  return result;
}
