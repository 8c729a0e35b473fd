/* What the environment can tell. A platform names its router only where the catalogue
 * says how long that one keeps a connection; all others say how to make it certain. */
#include "../../src/core/lb.h"
#include "../../src/core/platform.h"

#include "tap.h"

static void
test_invariants(size_t index) {
  const lbst_platform_t *platform = lbst_platform_at(index);
  const char *variable = platform->variable;

  ok(strspn(variable, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == strlen(variable),
     "%s: is a variable's name", variable);
  ok(platform->name != NULL, "%s: is named", variable);
  ok((platform->lb == NULL) != (platform->hint == NULL),
     "%s: names its router or says how to", variable);
  ok(lbst_platform_find(variable, strlen(variable)) == platform, "%s: is found",
     variable);
  if (platform->lb != NULL) {
    const lbst_lb_t *lb = lbst_lb_find(platform->lb, strlen(platform->lb));
    ok(lb != NULL && lb->idle != LBST_IDLE_UNKNOWN && lb->role == LBST_ROLE_POOL_OWNER,
       "%s: its router's idle timeout is known", variable);
  }
}

/* An id in quotes inside a hint is one that can be passed. */
static void
test_hint(const lbst_platform_t *platform) {
  const char *at = platform->hint;

  while (at != NULL && (at = strchr(at, '\'')) != NULL) {
    const char *end = strchr(at + 1, '\'');
    size_t len = end == NULL ? 0 : (size_t) (end - at - 1);
    ok(lbst_lb_find(at + 1, len) != NULL, "%s: %.*s is in the catalogue",
       platform->variable, (int) len, at + 1);
    at = end == NULL ? NULL : end + 1;
  }
}

int
main(void) {
  size_t i;

  for (i = 0; i < lbst_platform_count(); i++) {
    test_invariants(i);
    test_hint(lbst_platform_at(i));
  }
  ok(lbst_platform_at(lbst_platform_count()) == NULL, "nothing past the last one");
  ok(lbst_platform_find("DYN", 3) == NULL, "a prefix is no variable");
  ok(lbst_platform_find("", 0) == NULL, "nothing is no variable");
  return done_testing();
}
