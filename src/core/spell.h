#ifndef LBST_SPELL_H
#define LBST_SPELL_H

#include <stddef.h>

#define LBST_SPELL_FAR ((size_t) -1) /* "not worth a suggestion" */
#define LBST_SPELL_MAX 64u           /* bytes of a word that are looked at */

/* How far the |len| bytes at |word| are from the NUL-terminated |known|: 0 when they
 * differ in case or in '_', ' ', '.' for '-' only; 1 when |word| is one whole dash-
 * separated part or the tail of |known| ("alb" for "aws-alb"); else the edit distance
 * (insert, delete, replace, swap of neighbours, each 1) plus 1; LBST_SPELL_FAR when that
 * is more than a third of the longer word. Reads at most LBST_SPELL_MAX bytes of each. */
size_t
lbst_spell_cost(const char *word, size_t len, const char *known);

#endif /* LBST_SPELL_H */
