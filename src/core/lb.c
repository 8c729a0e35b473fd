#include "lb.h"

#include <string.h>

static const lbst_lb_t lbs[] = {
#define LBST_LB(...) {__VA_ARGS__},
#include "lb.def"
#undef LBST_LB
};

#define LB_COUNT (sizeof(lbs) / sizeof(lbs[0]))

size_t
lbst_lb_count(void) {
  return LB_COUNT;
}

const lbst_lb_t *
lbst_lb_at(size_t index) {
  return index < LB_COUNT ? &lbs[index] : NULL;
}

const lbst_lb_t *
lbst_lb_find(const char *id, size_t len) {
  size_t i;

  for (i = 0; i < LB_COUNT; i++) {
    if (strlen(lbs[i].id) == len && memcmp(lbs[i].id, id, len) == 0) return &lbs[i];
  }
  return NULL;
}
