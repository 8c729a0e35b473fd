#ifndef LBST_NOTE_H
#define LBST_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lb.h"
#include "platform.h"
#include "setting.h"

#define LBST_NOTE_TEXT_MAX 1024u /* no message is longer, its NUL included */

typedef enum lbst_note_code_e {
#define LBST_REASON(code, text)  LBST_##code,
#define LBST_WARNING(code, text) LBST_##code,
#include "note.def"
#undef LBST_REASON
#undef LBST_WARNING
  LBST_NOTE_CODE_COUNT
} lbst_note_code_t;

/* One thing that a plan says. Which fields count depends on the code's text. */
typedef struct lbst_note_s {
  lbst_note_code_t code;
  lbst_prop_t prop;
  uint32_t a_ms;
  uint32_t b_ms;
  const char *hop;                 /* its name; not owned, may be NULL */
  const lbst_lb_t *lb;             /* its row in the catalogue, or NULL */
  const lbst_platform_t *platform; /* that was found, or NULL */
} lbst_note_t;

/* "LBST_R_OUTLAST". Never NULL. Static storage. */
const char *
lbst_note_name(lbst_note_code_t code);

/* Is it a warning (and not a reason)? */
bool
lbst_note_is_warning(lbst_note_code_t code);

/* Writes the message of |note|, with its fields in place, and a NUL to |buffer| of |size|
 * bytes; cuts it off at the end of the buffer. Returns the length without the NUL. */
size_t
lbst_note_text(const lbst_note_t *note, char *buffer, size_t size);

#endif /* LBST_NOTE_H */
