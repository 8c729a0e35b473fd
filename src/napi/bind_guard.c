#include <stdio.h>
#include <string.h>

#include "../core/guard.h"
#include "bind.h"
#include "convert.h"
#include "glue.h"

#define MESSAGE_MAX (LBST_GUARD_NOTES_MAX * LBST_NOTE_TEXT_MAX)

static const char *const write_names[] = {
#define XX(name, text) text,
  LBST_WRITE_MAP(XX)
#undef XX
};

static const char *const prop_names[] = {
#define XX(name, text) text,
  LBST_PROP_MAP(XX)
#undef XX
};

static const char *const protocol_names[] = {
#define XX(name, text) text,
  LBST_PROTOCOL_MAP(XX)
#undef XX
};

/* The code of the first thing to say, and all of it in one line. */
static napi_status
set_notes(napi_env env, napi_value object, const lbst_guard_t *guard) {
  char message[MESSAGE_MAX];
  size_t i, len = 0;
  const char *code = NULL;

  message[0] = '\0';
  for (i = 0; i < guard->note_count; i++) {
    if (i == 0) code = lbst_note_name(guard->notes[i].code);
    if (i > 0 && len + 2 < sizeof(message)) {
      memcpy(message + len, "; ", 3);
      len += 2;
    }
    len += lbst_note_text(&guard->notes[i], message + len, sizeof(message) - len);
  }
  NAPI_CHECK(lbst_napi_set_text(env, object, "code", code));
  return lbst_napi_set_text(env, object, "message", message);
}

/* guardJudge(ask, protocol, settings, name) -> { write, meantMs, code, message }
 * |settings| is how the server would be with the value that was written to |name|. */
LBST_BIND(guard_judge) {
  napi_value argv[4], values[LBST_PROP_COUNT], o;
  lbst_napi_ask_t ask;
  lbst_guard_t guard;
  uint32_t prop, protocol;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 4, argv));
  NAPI_TRY(env, lbst_napi_get_ask(env, argv[0], &ask));
  NAPI_TRY(env, lbst_napi_get_choice(env, argv[1], "protocol", protocol_names,
                                     sizeof(protocol_names) / sizeof(protocol_names[0]),
                                     &protocol));
  ask.ask.protocol = (lbst_protocol_t) protocol;
  NAPI_TRY(env, lbst_napi_get_settings(env, argv[2], values, &ask.ask.present));
  NAPI_TRY(env, lbst_napi_get_choice(env, argv[3], "name", prop_names,
                                     sizeof(prop_names) / sizeof(prop_names[0]), &prop));
  NAPI_TRY(env, lbst_napi_check_plan(
                  env, lbst_guard_judge(&guard, &ask.ask, (lbst_prop_t) prop), &ask.ask));
  NAPI_TRY(env, napi_create_object(env, &o));
  NAPI_TRY(env, lbst_napi_set_text(env, o, "write", write_names[guard.write]));
  NAPI_TRY(env,
           lbst_napi_set_ms(env, o, "meantMs",
                            guard.has_meant ? guard.meant_ms : UINT64_MAX, UINT64_MAX));
  NAPI_TRY(env, set_notes(env, o, &guard));
  return o;
}
