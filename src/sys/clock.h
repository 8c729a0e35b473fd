#ifndef LBST_CLOCK_H
#define LBST_CLOCK_H

#include <stdint.h>

/* A point in time on the clock that never goes back, in nanoseconds from an arbitrary
 * start: the clock of Node's timers. Only differences mean anything; it has nothing to do
 * with the time of day. */
typedef uint64_t lbst_instant_ns_t;

/* Now. Cheap (tens of nanoseconds), callable from any thread. */
lbst_instant_ns_t
lbst_clock_now_ns(void);

#endif /* LBST_CLOCK_H */
