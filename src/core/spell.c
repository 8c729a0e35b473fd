#include "spell.h"

#include <stdbool.h>
#include <string.h>

static char
fold(char c) {
  if (c >= 'A' && c <= 'Z') return (char) (c - 'A' + 'a');
  return c == '_' || c == ' ' || c == '.' ? '-' : c;
}

static size_t
min3(size_t a, size_t b, size_t c) {
  if (b < a) a = b;
  return c < a ? c : a;
}

/* Optimal string alignment distance, three rows of the usual matrix. */
static size_t
distance(const char *a, size_t a_len, const char *b, size_t b_len) {
  size_t rows[3][LBST_SPELL_MAX + 1];
  size_t *before = rows[0], *above = rows[1], *row = rows[2], *spare;
  size_t i, j;

  for (j = 0; j <= b_len; j++)
    above[j] = j;
  for (i = 1; i <= a_len; i++) {
    row[0] = i;
    for (j = 1; j <= b_len; j++) {
      size_t replace = above[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = min3(above[j] + 1, row[j - 1] + 1, replace);
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
          before[j - 2] + 1 < row[j])
        row[j] = before[j - 2] + 1;
    }
    spare = before;
    before = above;
    above = row;
    row = spare;
  }
  return above[b_len];
}

/* Is |part| a run of whole dash-separated parts of |known|? */
static bool
is_part(const char *part, size_t part_len, const char *known, size_t known_len) {
  size_t at;

  for (at = 0; at + part_len <= known_len; at++) {
    bool starts = at == 0 || known[at - 1] == '-';
    bool ends = at + part_len == known_len || known[at + part_len] == '-';
    if (starts && ends && memcmp(known + at, part, part_len) == 0) return true;
  }
  return false;
}

size_t
lbst_spell_cost(const char *word, size_t len, const char *known) {
  char folded[LBST_SPELL_MAX], target[LBST_SPELL_MAX];
  size_t known_len = strlen(known);
  size_t i, cost, longer;

  if (len == 0) return LBST_SPELL_FAR;
  if (len > LBST_SPELL_MAX) len = LBST_SPELL_MAX;
  if (known_len > LBST_SPELL_MAX) known_len = LBST_SPELL_MAX;
  for (i = 0; i < len; i++)
    folded[i] = fold(word[i]);
  for (i = 0; i < known_len; i++)
    target[i] = fold(known[i]);

  if (len == known_len && memcmp(folded, target, len) == 0) return 0;
  if (is_part(folded, len, target, known_len)) return 1;
  cost = distance(folded, len, target, known_len);
  longer = len > known_len ? len : known_len;
  return cost * 3 <= longer ? cost + 1 : LBST_SPELL_FAR;
}
