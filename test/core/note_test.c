/* The messages: every field is put in its place, none is left over, nothing overflows. */
#include "../../src/core/note.h"

#include "tap.h"

int
main(void) {
  lbst_note_t note = {LBST_R_OUTLAST, LBST_PROP_KEEP_ALIVE, 60000, 65000, "The LB", NULL};
  char text[LBST_NOTE_TEXT_MAX], small[24], guard;
  char name[96];
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

  /* the longest hop and remedy that a plan can name */
  memset(name, 'n', sizeof(name) - 1);
  name[sizeof(name) - 1] = '\0';
  note.hop = name;
  note.remedy = name;
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
  note.code = LBST_NOTE_CODE_COUNT;
  is_u64(lbst_note_text(&note, text, sizeof(text)), 0, "no code, no text");
  is_str(lbst_note_name(note.code), "LBST_?", "no code, no name");
  return done_testing();
}
