/* An OS that we cannot ask. */
#include "sock.h"

lbst_status_t
lbst_sock_inspect(lbst_sock_t *sock, int fd) {
  (void) sock;
  (void) fd;
  return LBST_E_UNSUPPORTED;
}
