#include "note.h"

#include <string.h>

typedef struct lbst_note_row_s {
  const char *name;
  const char *text;
  bool is_warning;
} lbst_note_row_t;

static const lbst_note_row_t rows[] = {
#define LBST_REASON(code, text)  {"LBST_" #code, text, false},
#define LBST_WARNING(code, text) {"LBST_" #code, text, true},
#include "note.def"
#undef LBST_REASON
#undef LBST_WARNING
};

typedef struct lbst_writer_s {
  char *buffer;
  size_t size; /* the NUL's place included */
  size_t len;
} lbst_writer_t;

static void
put(lbst_writer_t *writer, const char *text, size_t len) {
  size_t room = writer->size - 1 - writer->len;

  if (len > room) len = room;
  memcpy(writer->buffer + writer->len, text, len);
  writer->len += len;
}

static void
put_number(lbst_writer_t *writer, uint32_t value) {
  char digits[10];
  size_t at = sizeof(digits);

  do {
    digits[--at] = (char) ('0' + value % 10);
    value /= 10;
  } while (value > 0);
  put(writer, digits + at, sizeof(digits) - at);
}

static void
put_text(lbst_writer_t *writer, const char *text) {
  put(writer, text, strlen(text));
}

/* "httpd.conf: ProxySet ttl=4; or ..." */
static void
put_remedies(lbst_writer_t *writer, const lbst_lb_t *lb) {
  size_t i;

  if (lb == NULL || lb->remedies[0].line == NULL)
    put_text(writer, "see its documentation");
  for (i = 0; lb != NULL && i < LBST_LB_REMEDY_MAX && lb->remedies[i].line != NULL; i++) {
    if (i > 0) put_text(writer, "; or ");
    put_text(writer, lb->remedies[i].where);
    put_text(writer, ": ");
    put_text(writer, lb->remedies[i].line);
  }
}

static bool
is_field(const char *name, size_t len, const char *field) {
  return strlen(field) == len && memcmp(name, field, len) == 0;
}

static void
put_field(lbst_writer_t *writer, const lbst_note_t *note, const char *name, size_t len) {
  const lbst_platform_t *platform = note->platform;
  const char *text = NULL;

  if (is_field(name, len, "a")) {
    put_number(writer, note->a_ms);
  } else if (is_field(name, len, "b")) {
    put_number(writer, note->b_ms);
  } else if (is_field(name, len, "prop")) {
    text = lbst_prop_name(note->prop);
  } else if (is_field(name, len, "hop")) {
    text = note->hop != NULL ? note->hop : "the load balancer";
  } else if (is_field(name, len, "remedy")) {
    put_remedies(writer, note->lb);
  } else if (platform != NULL && is_field(name, len, "platform")) {
    text = platform->name;
  } else if (platform != NULL && is_field(name, len, "variable")) {
    text = platform->variable;
  } else if (platform != NULL && is_field(name, len, "hint")) {
    text = platform->hint;
  }
  if (text != NULL) put_text(writer, text);
}

const char *
lbst_note_name(lbst_note_code_t code) {
  return (size_t) code < LBST_NOTE_CODE_COUNT ? rows[code].name : "LBST_?";
}

bool
lbst_note_is_warning(lbst_note_code_t code) {
  return (size_t) code < LBST_NOTE_CODE_COUNT && rows[code].is_warning;
}

size_t
lbst_note_text(const lbst_note_t *note, char *buffer, size_t size) {
  lbst_writer_t writer = {buffer, size, 0};
  const char *at;

  if (size == 0) return 0;
  at = (size_t) note->code < LBST_NOTE_CODE_COUNT ? rows[note->code].text : "";
  while (*at != '\0') {
    const char *open = strchr(at, '{');
    const char *close = open != NULL ? strchr(open, '}') : NULL;
    if (close == NULL) {
      put(&writer, at, strlen(at));
      break;
    }
    put(&writer, at, (size_t) (open - at));
    put_field(&writer, note, open + 1, (size_t) (close - open - 1));
    at = close + 1;
  }
  buffer[writer.len] = '\0';
  return writer.len;
}
