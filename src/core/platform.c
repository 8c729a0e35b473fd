#include "platform.h"

#include <string.h>

static const lbst_platform_t platforms[] = {
#define LBST_PLATFORM(...) {__VA_ARGS__},
#include "platform.def"
#undef LBST_PLATFORM
};

#define PLATFORM_COUNT (sizeof(platforms) / sizeof(platforms[0]))

size_t
lbst_platform_count(void) {
  return PLATFORM_COUNT;
}

const lbst_platform_t *
lbst_platform_at(size_t index) {
  return index < PLATFORM_COUNT ? &platforms[index] : NULL;
}

const lbst_platform_t *
lbst_platform_find(const char *variable, size_t len) {
  size_t i;

  for (i = 0; i < PLATFORM_COUNT; i++) {
    const lbst_platform_t *platform = &platforms[i];
    if (strlen(platform->variable) == len &&
        memcmp(platform->variable, variable, len) == 0)
      return platform;
  }
  return NULL;
}
