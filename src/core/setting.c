#include "setting.h"

lbst_setting_t
lbst_setting_from_number(double value) {
  lbst_setting_t setting = {LBST_SETTING_MS, 0};

  /* NaN and the infinities are the only values whose difference to themselves is no 0 */
  if (!(value - value == 0.0)) {
    setting.kind = LBST_SETTING_NOT_FINITE;
  } else if (value < 0.0) {
    setting.kind = LBST_SETTING_NEGATIVE;
  } else if (value >= (double) UINT32_MAX) {
    setting.ms = UINT32_MAX;
  } else {
    setting.ms = (uint32_t) value;
  }
  return setting;
}

static size_t
skip_digits(const char *text, size_t len, size_t at) {
  while (at < len && text[at] >= '0' && text[at] <= '9')
    at++;
  return at;
}

lbst_setting_t
lbst_setting_from_text(const char *text, size_t len) {
  lbst_setting_t setting = {LBST_SETTING_NOT_NUMBER, 0};
  size_t at, end, i;
  uint64_t value = 0;

  while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\n'))
    len--;
  for (at = 0; at < len && text[at] == ' '; at++)
    continue;
  end = skip_digits(text, len, at);
  if (end == at) return setting;
  for (i = at; i < end; i++) {
    value = value * 10 + (uint64_t) (text[i] - '0');
    if (value > UINT32_MAX) value = UINT32_MAX;
  }
  if (end < len && text[end] == '.') end = skip_digits(text, len, end + 1);
  if (end < len) return setting;
  setting.kind = LBST_SETTING_TEXT_MS;
  setting.ms = (uint32_t) value;
  return setting;
}

bool
lbst_setting_usable(lbst_setting_t setting) {
  return setting.kind == LBST_SETTING_MS || setting.kind == LBST_SETTING_ABSENT;
}

const char *
lbst_prop_name(lbst_prop_t prop) {
  switch (prop) {
#define XX(name, text)                                                                   \
  case LBST_PROP_##name: return text;
    LBST_PROP_MAP(XX)
#undef XX
  case LBST_PROP_COUNT: break;
  }
  return "?";
}
