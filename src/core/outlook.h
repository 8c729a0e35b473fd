#ifndef LBST_OUTLOOK_H
#define LBST_OUTLOOK_H

#include "owner.h"

/* What the planned timeouts will do to connections: when Node closes them, and whether
 * the owner still keeps them then. For policy.c alone. */

/* Will Node throw at the end of an answer? 22.19, 24.6 and 24.7 add up keepAliveTimeout
 * and whatever they find for the buffer. An http2 server with allowHTTP1 has none there
 * until somebody gives it one. */
bool
lbst_outlook_throws(const lbst_draft_t *draft);

/* Fills in the plan's |close_earliest_ms|, |close_latest_ms| and |safe|, when all its
 * targets are known, and says what is not safe. */
void
lbst_outlook_tell(lbst_draft_t *draft);

#endif /* LBST_OUTLOOK_H */
