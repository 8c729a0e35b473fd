/* What a timer property means, whatever JavaScript left in it. */
#include "../../src/core/setting.h"

#include <math.h>

#include "tap.h"

static const struct {
  double value;
  lbst_setting_kind_t kind;
  uint32_t ms;
} numbers[] = {
  {0, LBST_SETTING_MS, 0},
  {5000, LBST_SETTING_MS, 5000},
  {0.4, LBST_SETTING_MS, 0},
  {400.9, LBST_SETTING_MS, 400},
  {2147483647, LBST_SETTING_MS, 2147483647u},
  {4294967295.0, LBST_SETTING_MS, UINT32_MAX},
  {1e300, LBST_SETTING_MS, UINT32_MAX},
  {-0.0, LBST_SETTING_MS, 0},
  {-1, LBST_SETTING_NEGATIVE, 0},
  {-1e300, LBST_SETTING_NEGATIVE, 0},
  {(double) NAN, LBST_SETTING_NOT_FINITE, 0},
  {(double) INFINITY, LBST_SETTING_NOT_FINITE, 0},
  {(double) -INFINITY, LBST_SETTING_NOT_FINITE, 0},
};

static const struct {
  const char *text;
  lbst_setting_kind_t kind;
  uint32_t ms;
} texts[] = {
  {"65000", LBST_SETTING_TEXT_MS, 65000},
  {" 65000\n", LBST_SETTING_TEXT_MS, 65000},
  {"0", LBST_SETTING_TEXT_MS, 0},
  {"12.5", LBST_SETTING_TEXT_MS, 12},
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

int
main(void) {
  lbst_setting_t absent = {LBST_SETTING_ABSENT, 0};
  size_t i;

  for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
    lbst_setting_t found = lbst_setting_from_number(numbers[i].value);
    is_u64(found.kind, numbers[i].kind, "kind of %g", numbers[i].value);
    is_u64(found.ms, numbers[i].ms, "ms of %g", numbers[i].value);
    is_u64(lbst_setting_usable(found), numbers[i].kind == LBST_SETTING_MS, "usable: %g",
           numbers[i].value);
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
