#include "logtime.h"

/* Days since 1970-01-01 of a day of the Gregorian calendar: years that begin in March
 * have their leap day at the end. */
static int64_t
days_of(int64_t year, int64_t month, int64_t day) {
  const int64_t y = month <= 2 ? year - 1 : year;
  const int64_t era = y / 400;
  const int64_t of_era = y - era * 400;
  const int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool
digits(const char *at, size_t count, int64_t *value) {
  lbst_slice_t slice = {at, count};

  return lbst_slice_number(slice, value);
}

/* HH:MM:SS at |at|, 8 bytes. */
static bool
clock_of(const char *at, int64_t *seconds) {
  int64_t h, m, s;

  if (at[2] != ':' || at[5] != ':' || !digits(at, 2, &h) || !digits(at + 3, 2, &m) ||
      !digits(at + 6, 2, &s))
    return false;
  if (h > 23 || m > 59 || s > 60) return false;
  *seconds = h * 3600 + m * 60 + s;
  return true;
}

static bool
month_of(const char *at, int64_t *month) {
  static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
  int64_t i;

  for (i = 0; i < 12; i++) {
    if (memcmp(at, names + 3 * i, 3) == 0) {
      *month = i + 1;
      return true;
    }
  }
  return false;
}

/* The fraction that |rest| begins with, in ms; passes over all its digits. */
static int64_t
take_fraction(lbst_slice_t *rest) {
  int64_t ms = 0, unit = 100;

  if (rest->len == 0 || rest->at[0] != '.') return 0;
  for (rest->at++, rest->len--; rest->len > 0; rest->at++, rest->len--) {
    const unsigned digit = (unsigned) (unsigned char) rest->at[0] - '0';
    if (digit > 9) break;
    ms += digit * unit;
    unit /= 10;
  }
  return ms;
}

/* "Z", "", "+01:00", " +0100" -> how far it is ahead of UTC. */
static bool
zone_of(lbst_slice_t rest, int64_t *ahead_ms) {
  int64_t h, m, sign;

  *ahead_ms = 0;
  if (rest.len > 0 && rest.at[0] == ' ') rest.at++, rest.len--;
  if (rest.len == 0 || (rest.len == 1 && rest.at[0] == 'Z')) return true;
  if (rest.len < 5 || rest.len > 6 || (rest.at[0] != '+' && rest.at[0] != '-'))
    return false;
  sign = rest.at[0] == '-' ? -1 : 1;
  if (rest.len == 6 && rest.at[3] != ':') return false;
  if (!digits(rest.at + 1, 2, &h) || !digits(rest.at + rest.len - 2, 2, &m)) return false;
  *ahead_ms = sign * (h * 3600 + m * 60) * 1000;
  return true;
}

static int64_t
days_in(int64_t year, int64_t month) {
  return month == 12 ? 31 : days_of(year, month + 1, 1) - days_of(year, month, 1);
}

static bool
compose(int64_t y, int64_t mon, int64_t d, int64_t seconds, int64_t ms, int64_t ahead_ms,
        int64_t *time_ms) {
  if (mon < 1 || mon > 12 || d < 1 || (d > 28 && d > days_in(y, mon))) return false;
  *time_ms = (days_of(y, mon, d) * 86400 + seconds) * 1000 + ms - ahead_ms;
  return true;
}

bool
lbst_logtime_iso(lbst_slice_t text, int64_t *time_ms) {
  int64_t y, mon, d, seconds, ms, ahead_ms;
  lbst_slice_t rest;

  if (text.len < 19 || text.at[4] != text.at[7] ||
      (text.at[4] != '-' && text.at[4] != '/'))
    return false;
  if (text.at[10] != 'T' && text.at[10] != ' ' && text.at[10] != '\t') return false;
  if (!digits(text.at, 4, &y) || !digits(text.at + 5, 2, &mon) ||
      !digits(text.at + 8, 2, &d) || !clock_of(text.at + 11, &seconds))
    return false;
  rest = lbst_slice_between(text.at + 19, text.at + text.len);
  ms = take_fraction(&rest);
  if (!zone_of(rest, &ahead_ms)) return false;
  return compose(y, mon, d, seconds, ms, ahead_ms, time_ms);
}

bool
lbst_logtime_clf(lbst_slice_t text, int64_t *time_ms) {
  int64_t y, mon, d, seconds, ms, ahead_ms;
  lbst_slice_t rest;

  if (text.len < 20 || text.at[2] != '/' || text.at[6] != '/' || text.at[11] != ':')
    return false;
  if (!digits(text.at, 2, &d) || !month_of(text.at + 3, &mon) ||
      !digits(text.at + 7, 4, &y) || !clock_of(text.at + 12, &seconds))
    return false;
  rest = lbst_slice_between(text.at + 20, text.at + text.len);
  ms = take_fraction(&rest);
  if (!zone_of(rest, &ahead_ms)) return false;
  return compose(y, mon, d, seconds, ms, ahead_ms, time_ms);
}

bool
lbst_logtime_nginx(lbst_slice_t text, int64_t *time_ms) {
  if (text.len != 19 || text.at[4] != '/' || text.at[10] != ' ') return false;
  return lbst_logtime_iso(text, time_ms);
}

bool
lbst_logtime_apache(lbst_slice_t text, int64_t *time_ms) {
  int64_t y, mon, d, seconds, ms;
  lbst_slice_t rest;

  /* "Fri Nov 20 08:12:41", then a fraction or none, then the year */
  if (text.len < 24 || text.at[3] != ' ' || text.at[7] != ' ' || text.at[10] != ' ')
    return false;
  if (!month_of(text.at + 4, &mon) || !clock_of(text.at + 11, &seconds)) return false;
  if (text.at[8] == ' ' ? !digits(text.at + 9, 1, &d) : !digits(text.at + 8, 2, &d))
    return false;
  rest = lbst_slice_between(text.at + 19, text.at + text.len);
  ms = take_fraction(&rest);
  if (rest.len != 5 || rest.at[0] != ' ' || !digits(rest.at + 1, 4, &y)) return false;
  return compose(y, mon, d, seconds, ms, 0, time_ms);
}
