#include "status.h"

const char *
lbst_status_name(lbst_status_t status) {
  switch (status) {
  case LBST_OK: return "LBST_OK";
#define XX(name, cls, text)                                                              \
  case LBST_##name: return "LBST_" #name;
    LBST_STATUS_MAP(XX)
#undef XX
  case LBST_STATUS_COUNT: break;
  }
  return "LBST_E_?";
}

const char *
lbst_status_text(lbst_status_t status) {
  switch (status) {
  case LBST_OK: return "success";
#define XX(name, cls, text)                                                              \
  case LBST_##name: return text;
    LBST_STATUS_MAP(XX)
#undef XX
  case LBST_STATUS_COUNT: break;
  }
  return "unknown status";
}

lbst_error_class_t
lbst_status_class(lbst_status_t status) {
  switch (status) {
  case LBST_OK: return LBST_CLASS_ERROR;
#define XX(name, cls, text)                                                              \
  case LBST_##name: return LBST_CLASS_##cls;
    LBST_STATUS_MAP(XX)
#undef XX
  case LBST_STATUS_COUNT: break;
  }
  return LBST_CLASS_ERROR;
}

const char *
lbst_error_class_name(lbst_error_class_t error_class) {
  switch (error_class) {
  case LBST_CLASS_TYPE_ERROR: return "TypeError";
  case LBST_CLASS_RANGE_ERROR: return "RangeError";
  case LBST_CLASS_ERROR: break;
  }
  return "Error";
}
