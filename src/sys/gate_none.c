/* An OS without a filter on listening sockets. */
#include "gate.h"

lbst_status_t
lbst_gate_close(int fd) {
  (void) fd;
  return LBST_E_UNSUPPORTED;
}

lbst_status_t
lbst_gate_open(int fd) {
  (void) fd;
  return LBST_E_UNSUPPORTED;
}

lbst_status_t
lbst_gate_backlog(uint32_t *pending, int fd) {
  (void) pending;
  (void) fd;
  return LBST_E_UNSUPPORTED;
}
