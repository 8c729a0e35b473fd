#include "../core/status.h"
#include "bind.h"
#include "glue.h"

/* statusList() -> { LBST_E_...: 'TypeError', ... } */
LBST_BIND(status_list) {
  napi_value result;
  int i;

  (void) info;
  NAPI_TRY(env, napi_create_object(env, &result));
  for (i = LBST_OK + 1; i < LBST_STATUS_COUNT; i++) {
    lbst_status_t status = (lbst_status_t) i;
    NAPI_TRY(env, lbst_napi_set_text(env, result, lbst_status_name(status),
                                     lbst_error_class_name(lbst_status_class(status))));
  }
  return result;
}
