#ifndef LBST_SYS_GATE_H
#define LBST_SYS_GATE_H

#include <stdint.h>

#include "../core/status.h"

/* Closes the gate of the listening TCP socket |fd|: no new connection comes from now on,
 * and handshakes under way finish. Two ways, the first that the kernel allows:
 *
 *   the filter of core/gate.h     drops every SYN, so that a peer asks again a second
 *                                 later. Needs no privilege on most kernels, and
 *                                 CAP_NET_ADMIN on the newest (6.18.44 says EPERM).
 *   bound to no interface         every SYN is refused. Needs Linux 5.7, no privilege,
 *                                 and a port that no other socket shares. It does not
 *                                 know a handshake that the kernel keeps in a SYN cookie.
 *
 * It belongs to the socket and not to the process: whoever else holds the same socket
 * gets no new connection either, until it is opened again.
 *
 * Returns LBST_OK, or
 *   LBST_E_UNSUPPORTED   this OS has no such thing, or refused it
 *   LBST_E_OUT_OF_RANGE  |fd| is no listening TCP socket of this process
 */
lbst_status_t
lbst_gate_close(int fd);

/* Opens it again. Returns as lbst_gate_close; LBST_OK too when it was open. What is bound
 * to no interface stays so without CAP_NET_RAW: LBST_E_UNSUPPORTED. */
lbst_status_t
lbst_gate_open(int fd);

/* How many connections are established and not yet accepted. Writes |*pending| only on
 * LBST_OK; returns as lbst_gate_close. */
lbst_status_t
lbst_gate_backlog(uint32_t *pending, int fd);

#endif /* LBST_SYS_GATE_H */
