/* The messages: every field is put in its place, none is left over, nothing overflows. */
#include "../../src/core/note.h"

#include "tap.h"

int
main(void) {
  lbst_note_t note = {
    LBST_R_OUTLAST, LBST_PROP_KEEP_ALIVE, 60000, 65000, "The LB", NULL, NULL};
  char text[LBST_NOTE_TEXT_MAX], small[24], guard;
  char name[96];
  size_t row;
  int i;

  ok(lbst_note_text(&note, text, sizeof(text)) == strlen(text), "the length is returned");
  is_str(text,
         "keepAliveTimeout 65000: The LB keeps an idle connection for 60000 ms, so Node "
         "must keep it longer and let The LB close first",
         "fields are put in, twice where they stand twice");

  memset(small, '#', sizeof(small));
  guard = small[23];
  is_u64(lbst_note_text(&note, small, sizeof(small) - 1), 22, "cut off at the end");
  ok(small[22] == '\0' && small[23] == guard, "and not a byte further");
  is_u64(lbst_note_text(&note, small, 0), 0, "no room, nothing written");
  is_u64(lbst_note_text(&note, small, 1), 0, "room for the NUL alone");

  note.code = LBST_W_UNBOUNDED;
  note.lb = lbst_lb_find("apache-httpd", 12);
  lbst_note_text(&note, text, sizeof(text));
  ok(strstr(text, "ProxySet ttl=4; or ") != NULL, "each remedy with its place: %s", text);
  note.lb = NULL;
  lbst_note_text(&note, text, sizeof(text));
  ok(strstr(text, "see its documentation") != NULL, "no row, no line");
  note.code = LBST_W_PLATFORM_ASSUMED;
  note.platform = lbst_platform_find("RENDER", 6);
  lbst_note_text(&note, text, sizeof(text));
  ok(strstr(text, "Render (RENDER is set)") != NULL && strstr(text, "'render'") != NULL,
     "the platform, its variable and what to do: %s", text);

  /* the longest hop that a plan can name */
  memset(name, 'n', sizeof(name) - 1);
  name[sizeof(name) - 1] = '\0';
  note.hop = name;
  note.a_ms = note.b_ms = UINT32_MAX;
  for (i = 0; i < LBST_NOTE_CODE_COUNT; i++) {
    const char *code;
    note.code = (lbst_note_code_t) i;
    note.prop = LBST_PROP_BUFFER;
    code = lbst_note_name(note.code);
    ok(lbst_note_text(&note, text, sizeof(text)) < sizeof(text) - 1, "%s: fits", code);
    ok(strchr(text, '{') == NULL && strchr(text, '}') == NULL
         ? true
         : strstr(text, "{ ") != NULL,
       "%s: no field is left over", code);
    ok(strncmp(code, lbst_note_is_warning(note.code) ? "LBST_W_" : "LBST_R_", 7) == 0,
       "%s: its name says whether it is a warning", code);
  }
  note.code = LBST_W_FLOW_TIMER; /* the longest text with a remedy */
  for (row = 0; row < lbst_lb_count(); row++) {
    note.lb = lbst_lb_at(row);
    ok(lbst_note_text(&note, text, sizeof(text)) < sizeof(text) - 1,
       "%s: its remedies fit", note.lb->id);
  }
  note.code = LBST_W_PLATFORM_ASSUMED;
  for (row = 0; row < lbst_platform_count(); row++) {
    note.platform = lbst_platform_at(row);
    if (note.platform->hint == NULL) continue;
    ok(lbst_note_text(&note, text, sizeof(text)) < sizeof(text) - 1, "%s: its hint fits",
       note.platform->variable);
  }
  note.code = LBST_NOTE_CODE_COUNT;
  is_u64(lbst_note_text(&note, text, sizeof(text)), 0, "no code, no text");
  is_str(lbst_note_name(note.code), "LBST_?", "no code, no name");
  return done_testing();
}
