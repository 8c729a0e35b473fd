/* Which word was meant: the mistakes are those that people make in issue trackers. */
#include "../../src/core/spell.h"

#include "tap.h"

static const struct {
  const char *word;
  const char *known;
  size_t cost;
  const char *why;
} rows[] = {
  {"aws-alb", "aws-alb", 0, "the same"},
  {"AWS_ALB", "aws-alb", 0, "case and underscore are forgiven"},
  {"aws alb", "aws-alb", 0, "a blank for a dash"},
  {"alb", "aws-alb", 1, "the vendor left out"},
  {"front-door", "azure-front-door", 1, "the last two parts"},
  {"external", "gcp-external-alb", 1, "a part in the middle"},
  {"aws-abl", "aws-alb", 2, "two neighbours swapped are one mistake"},
  {"awsalb", "aws-alb", 2, "a missing dash"},
  {"ngnix", "nginx", 2, "the classic"},
  {"traffic", "traefik", 3, "two letters of seven"},
  {"trains", "traefik", LBST_SPELL_FAR, "more than a third is different"},
  {"al", "aws-alb", LBST_SPELL_FAR, "no whole part"},
  {"", "nginx", LBST_SPELL_FAR, "nothing means nothing"},
  {"idleTimeout", "idleTimeoutMs", 3, "two letters missing at the end"},
};

int
main(void) {
  char longer[300];
  size_t i;

  for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
    is_u64(lbst_spell_cost(rows[i].word, strlen(rows[i].word), rows[i].known),
           rows[i].cost, "'%s' for '%s': %s", rows[i].word, rows[i].known, rows[i].why);
  }
  memset(longer, 'x', sizeof(longer) - 1);
  longer[sizeof(longer) - 1] = '\0';
  is_u64(lbst_spell_cost(longer, sizeof(longer) - 1, longer), 0,
         "words longer than the limit are compared up to it");
  is_u64(lbst_spell_cost(longer, sizeof(longer) - 1, "nginx"), LBST_SPELL_FAR,
         "a long word is far from a short one");
  return done_testing();
}
