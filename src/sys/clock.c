#include "clock.h"

#include <uv.h>

lbst_instant_ns_t
lbst_clock_now_ns(void) {
  return uv_hrtime();
}
