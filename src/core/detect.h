#ifndef LBST_DETECT_H
#define LBST_DETECT_H

#include "logline.h"

/* Which text format the lines at the beginning of a log have: the one that most of them
 * can be read as, the more telling one of two that fit alike. False when not a single
 * line can be read; then nothing is written. JSON is not looked at. */
bool
lbst_log_detect(lbst_slice_t head, lbst_log_format_t *format);

#endif /* LBST_DETECT_H */
