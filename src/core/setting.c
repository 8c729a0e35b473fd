#include "setting.h"

uint32_t
lbst_setting_limit_ms(double value) {
  const double int64_end = 9223372036854775808.0;

  if (value - value != 0.0 || value >= int64_end || value <= -int64_end) return 0;
  return (uint32_t) (uint64_t) (int64_t) value;
}

/* As setTimeout() takes a duration: a part of 1 ms is 1 ms, and 0 alone is off. */
static uint32_t
timer_ms(double value) {
  if (value >= (double) UINT32_MAX) return UINT32_MAX;
  return value > 0.0 && value < 1.0 ? 1 : (uint32_t) value;
}

lbst_setting_t
lbst_setting_from_number(lbst_prop_t prop, double value) {
  const bool is_limit = prop == LBST_PROP_HEADERS || prop == LBST_PROP_REQUEST;
  lbst_setting_t setting = {LBST_SETTING_MS, 0};

  /* NaN and the infinities are the only values whose difference to themselves is no 0 */
  if (!(value - value == 0.0)) {
    setting.kind = LBST_SETTING_NOT_FINITE;
  } else if (value < 0.0) {
    setting.kind = LBST_SETTING_NEGATIVE;
  } else {
    setting.ms = is_limit ? lbst_setting_limit_ms(value) : timer_ms(value);
  }
  return setting;
}

/* What Number() takes away at both ends, as far as it is ASCII. */
static bool
is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
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
  bool has_part = false;

  while (len > 0 && is_blank(text[len - 1]))
    len--;
  for (at = 0; at < len && is_blank(text[at]); at++)
    continue;
  end = skip_digits(text, len, at);
  if (end == at) return setting;
  for (i = at; i < end; i++) {
    value = value * 10 + (uint64_t) (text[i] - '0');
    if (value > UINT32_MAX) value = UINT32_MAX;
  }
  if (end < len && text[end] == '.') {
    for (i = end + 1, end = skip_digits(text, len, i); i < end; i++)
      has_part = has_part || text[i] != '0';
  }
  if (end < len) return setting;
  if (value == 0 && has_part) value = 1;
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
