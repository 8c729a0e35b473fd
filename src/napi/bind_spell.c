#include "../core/spell.h"
#include "bind.h"
#include "glue.h"

#define WORD_SIZE (LBST_SPELL_MAX + 1)

/* Makes |*nearest| an array of those of |words| that cost least, |*count| of them. */
static napi_status
find_nearest(napi_env env, napi_value word, napi_value words, napi_value *nearest,
             uint32_t *count) {
  char text[WORD_SIZE], known[WORD_SIZE];
  size_t text_len, known_len, cost;
  size_t best_cost = LBST_SPELL_FAR;
  napi_value candidate;
  uint32_t word_count, i;

  NAPI_CHECK(lbst_napi_get_text(env, word, "word", text, sizeof(text), &text_len));
  NAPI_CHECK(napi_get_array_length(env, words, &word_count));
  NAPI_CHECK(napi_create_array(env, nearest));
  *count = 0;
  for (i = 0; i < word_count; i++) {
    NAPI_CHECK(napi_get_element(env, words, i, &candidate));
    NAPI_CHECK(
      lbst_napi_get_text(env, candidate, "a word", known, sizeof(known), &known_len));
    cost = lbst_spell_cost(text, text_len, known);
    if (cost == LBST_SPELL_FAR || cost > best_cost) continue;
    if (cost < best_cost) {
      NAPI_CHECK(napi_create_array(env, nearest));
      *count = 0;
    }
    best_cost = cost;
    NAPI_CHECK(napi_set_element(env, *nearest, (*count)++, candidate));
  }
  return napi_ok;
}

/* spellNearest(word, words) -> the one of |words| that was probably meant, or null */
LBST_BIND(spell_nearest) {
  napi_value argv[2], nearest, best;
  uint32_t count;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 2, argv));
  NAPI_TRY(env, find_nearest(env, argv[0], argv[1], &nearest, &count));
  NAPI_TRY(env, napi_get_null(env, &best));
  if (count > 0) NAPI_TRY(env, napi_get_element(env, nearest, 0, &best));
  return best;
}

/* spellTies(word, words) -> all of |words| that are as near as the nearest */
LBST_BIND(spell_ties) {
  napi_value argv[2], nearest;
  uint32_t count;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 2, argv));
  NAPI_TRY(env, find_nearest(env, argv[0], argv[1], &nearest, &count));
  return nearest;
}
