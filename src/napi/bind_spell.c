#include "../core/spell.h"
#include "bind.h"
#include "glue.h"

#define WORD_SIZE (LBST_SPELL_MAX + 1)

/* spellNearest(word, words) -> the one of |words| that was probably meant, or null */
LBST_BIND(spell_nearest) {
  napi_value argv[2], candidate, best;
  char word[WORD_SIZE], known[WORD_SIZE];
  size_t word_len, known_len, cost;
  size_t best_cost = LBST_SPELL_FAR;
  uint32_t count, i;

  NAPI_TRY(env, lbst_napi_get_args(env, info, 2, argv));
  NAPI_TRY(env, lbst_napi_get_text(env, argv[0], "word", word, sizeof(word), &word_len));
  NAPI_TRY(env, napi_get_array_length(env, argv[1], &count));
  NAPI_TRY(env, napi_get_null(env, &best));
  for (i = 0; i < count; i++) {
    NAPI_TRY(env, napi_get_element(env, argv[1], i, &candidate));
    NAPI_TRY(env, lbst_napi_get_text(env, candidate, "a word", known, sizeof(known),
                                     &known_len));
    cost = lbst_spell_cost(word, word_len, known);
    if (cost >= best_cost) continue;
    best_cost = cost;
    best = candidate;
  }
  return best;
}
