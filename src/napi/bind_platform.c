#include "../core/platform.h"
#include "bind.h"
#include "glue.h"

/* platformList() -> what to look for in the environment, in this order */
LBST_BIND(platform_list) {
  napi_value list, row;
  uint32_t i;

  (void) info;
  NAPI_TRY(env, napi_create_array_with_length(env, lbst_platform_count(), &list));
  for (i = 0; i < lbst_platform_count(); i++) {
    const lbst_platform_t *platform = lbst_platform_at(i);
    NAPI_TRY(env, napi_create_object(env, &row));
    NAPI_TRY(env, lbst_napi_set_text(env, row, "variable", platform->variable));
    NAPI_TRY(env, lbst_napi_set_text(env, row, "name", platform->name));
    NAPI_TRY(env, lbst_napi_set_text(env, row, "lb", platform->lb));
    NAPI_TRY(env, napi_set_element(env, list, i, row));
  }
  return list;
}
