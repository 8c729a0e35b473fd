/* Every status has a name that starts with LBST_E_, a text and a class; a value that is
 * none of them is answered too. */
#include "../../src/core/status.h"

#include "tap.h"

int
main(void) {
  int i;

  is_str(lbst_status_name(LBST_OK), "LBST_OK", "success has a name");
  for (i = LBST_OK + 1; i < LBST_STATUS_COUNT; i++) {
    lbst_status_t status = (lbst_status_t) i;
    const char *name = lbst_status_name(status);
    ok(strncmp(name, "LBST_E_", 7) == 0 && strlen(name) > 7, "%s is a code", name);
    ok(strlen(lbst_status_text(status)) > 10, "%s has a text", name);
    ok(strstr(lbst_error_class_name(lbst_status_class(status)), "Error") != NULL,
       "%s has a class", name);
  }
  is_str(lbst_status_name(LBST_STATUS_COUNT), "LBST_E_?", "a value past the last one");
  is_str(lbst_error_class_name(lbst_status_class(LBST_E_LOOKS_LIKE_SECONDS)),
         "RangeError", "a number in the wrong unit is a RangeError");
  is_str(lbst_error_class_name(lbst_status_class(LBST_E_NOT_A_SERVER)), "TypeError",
         "a thing that is no server is a TypeError");
  return done_testing();
}
