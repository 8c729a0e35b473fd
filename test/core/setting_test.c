/* What a timer property means, whatever JavaScript left in it. */
#include "../../src/core/setting.h"

#include <math.h>

#include "tap.h"

/* of what a timer takes as its duration, and of what Node reads into a uint32_t */
static const struct {
  double value;
  lbst_setting_kind_t kind;
  uint32_t timer_ms;
  uint32_t limit_ms;
} numbers[] = {
  {0, LBST_SETTING_MS, 0, 0},
  {5000, LBST_SETTING_MS, 5000, 5000},
  {0.4, LBST_SETTING_MS, 1, 0},
  {400.9, LBST_SETTING_MS, 400, 400},
  {2147483647, LBST_SETTING_MS, 2147483647u, 2147483647u},
  {4294967295.0, LBST_SETTING_MS, UINT32_MAX, UINT32_MAX},
  {4294967301.0, LBST_SETTING_MS, UINT32_MAX, 5},
  {9007199254740991.0, LBST_SETTING_MS, UINT32_MAX, UINT32_MAX},
  {1e300, LBST_SETTING_MS, UINT32_MAX, 0},
  {-0.0, LBST_SETTING_MS, 0, 0},
  {-1, LBST_SETTING_NEGATIVE, 0, 0},
  {-1e300, LBST_SETTING_NEGATIVE, 0, 0},
  {(double) NAN, LBST_SETTING_NOT_FINITE, 0, 0},
  {(double) INFINITY, LBST_SETTING_NOT_FINITE, 0, 0},
  {(double) -INFINITY, LBST_SETTING_NOT_FINITE, 0, 0},
};

static const lbst_prop_t timers[] = {LBST_PROP_KEEP_ALIVE, LBST_PROP_SOCKET,
                                     LBST_PROP_BUFFER, LBST_PROP_CHECK};
static const lbst_prop_t limits[] = {LBST_PROP_HEADERS, LBST_PROP_REQUEST};

static const struct {
  const char *text;
  lbst_setting_kind_t kind;
  uint32_t ms;
} texts[] = {
  {"65000", LBST_SETTING_TEXT_MS, 65000},
  {" 65000\n", LBST_SETTING_TEXT_MS, 65000},
  {"0", LBST_SETTING_TEXT_MS, 0},
  {"\t\r\n\v\f 65000\t\r\n\v\f ", LBST_SETTING_TEXT_MS, 65000},
  {"12.5", LBST_SETTING_TEXT_MS, 12},
  {"0.5", LBST_SETTING_TEXT_MS, 1},
  {"0.0", LBST_SETTING_TEXT_MS, 0},
  {"5.", LBST_SETTING_TEXT_MS, 5},
  {"99999999999999999999999999", LBST_SETTING_TEXT_MS, UINT32_MAX},
  {"", LBST_SETTING_NOT_NUMBER, 0},
  {"  ", LBST_SETTING_NOT_NUMBER, 0},
  {"60s", LBST_SETTING_NOT_NUMBER, 0},
  {"-1", LBST_SETTING_NOT_NUMBER, 0},
  {"0x10", LBST_SETTING_NOT_NUMBER, 0},
  {"1e3", LBST_SETTING_NOT_NUMBER, 0},
  {".5", LBST_SETTING_NOT_NUMBER, 0},
  {"undefined", LBST_SETTING_NOT_NUMBER, 0},
};

static void
test_number(lbst_prop_t prop, double value, lbst_setting_kind_t kind, uint32_t ms) {
  const char *name = lbst_prop_name(prop);
  lbst_setting_t found = lbst_setting_from_number(prop, value);

  is_u64(found.kind, kind, "%s: kind of %g", name, value);
  is_u64(found.ms, ms, "%s: ms of %g", name, value);
  is_u64(lbst_setting_usable(found), kind == LBST_SETTING_MS, "usable: %g", value);
}

int
main(void) {
  lbst_setting_t absent = {LBST_SETTING_ABSENT, 0};
  size_t i, j;

  for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
    for (j = 0; j < sizeof(timers) / sizeof(timers[0]); j++)
      test_number(timers[j], numbers[i].value, numbers[i].kind, numbers[i].timer_ms);
    for (j = 0; j < sizeof(limits) / sizeof(limits[0]); j++)
      test_number(limits[j], numbers[i].value, numbers[i].kind, numbers[i].limit_ms);
  }
  for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
    lbst_setting_t found = lbst_setting_from_text(texts[i].text, strlen(texts[i].text));
    is_u64(found.kind, texts[i].kind, "kind of text %d", (int) i);
    is_u64(found.ms, texts[i].ms, "ms of text %d", (int) i);
    ok(!lbst_setting_usable(found), "a string is not usable as it is");
  }
  ok(lbst_setting_usable(absent), "an absent setting is no mistake");
  is_str(lbst_prop_name(LBST_PROP_SOCKET), "timeout", "Node's name of server.timeout");
  is_str(lbst_prop_name(LBST_PROP_COUNT), "?", "a value that is no property");
  return done_testing();
}
