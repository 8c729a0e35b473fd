#ifndef LBST_SYS_GATE_H
#define LBST_SYS_GATE_H

#include <stdint.h>

#include "../core/status.h"

/* Puts the gate of core/gate.h on the listening TCP socket |fd|: from now on the kernel
 * drops every SYN for it. Needs no privilege on most kernels, and CAP_NET_ADMIN on the
 * newest (without it 6.18.44 says EPERM). It belongs to the socket and not to the
 * process: whoever else holds the same socket gets no new connection either, until it is
 * opened again.
 *
 * Returns LBST_OK, or
 *   LBST_E_UNSUPPORTED   this OS has no such thing, or refused it
 *   LBST_E_OUT_OF_RANGE  |fd| is no listening TCP socket of this process
 */
lbst_status_t
lbst_gate_close(int fd);

/* Takes it off again. Returns as lbst_gate_close; LBST_OK too when there was none. */
lbst_status_t
lbst_gate_open(int fd);

/* How many connections are established and not yet accepted. Writes |*pending| only on
 * LBST_OK; returns as lbst_gate_close. */
lbst_status_t
lbst_gate_backlog(uint32_t *pending, int fd);

#endif /* LBST_SYS_GATE_H */
