#ifndef LBST_TAP_H
#define LBST_TAP_H

/* A C test prints TAP on stdout, so that one runner and one report serve C and
 * JavaScript. Each test program includes this once and ends with `return done_testing()`.
 */

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_count;
static int tap_failed;

/* One assertion: what is true, and a sentence about it in the way of printf. */
#define ok(condition, ...) tap_ok((condition), __FILE__, __LINE__, __VA_ARGS__)

#define tap_ok(condition, file, line, ...)                                               \
  do {                                                                                   \
    bool tap_passed = (condition);                                                       \
    tap_count++;                                                                         \
    if (!tap_passed) tap_failed++;                                                       \
    printf("%sok %d - ", tap_passed ? "" : "not ", tap_count);                           \
    printf(__VA_ARGS__);                                                                 \
    printf("\n");                                                                        \
    if (!tap_passed) printf("# at %s:%d: %s\n", file, line, #condition);                 \
  } while (0)

/* Two numbers that must be the same; shows both when they are not. */
#define is_u64(found, wanted, ...)                                                       \
  do {                                                                                   \
    unsigned long long tap_found = (unsigned long long) (found);                         \
    unsigned long long tap_wanted = (unsigned long long) (wanted);                       \
    ok(tap_found == tap_wanted, __VA_ARGS__);                                            \
    if (tap_found != tap_wanted)                                                         \
      printf("# found %llu, wanted %llu\n", tap_found, tap_wanted);                      \
  } while (0)

/* Two strings that must be the same; shows both when they are not. */
#define is_str(found, wanted, ...)                                                       \
  do {                                                                                   \
    const char *tap_found = (found);                                                     \
    const char *tap_wanted = (wanted);                                                   \
    ok(strcmp(tap_found, tap_wanted) == 0, __VA_ARGS__);                                 \
    if (strcmp(tap_found, tap_wanted) != 0)                                              \
      printf("# found '%s', wanted '%s'\n", tap_found, tap_wanted);                      \
  } while (0)

static int
done_testing(void) {
  printf("1..%d\n", tap_count);
  return tap_failed == 0 ? 0 : 1;
}

#endif /* LBST_TAP_H */
