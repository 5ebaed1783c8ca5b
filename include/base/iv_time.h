/* iv_time: Unix milliseconds as text and back. Years 1970 to 9999. */
#ifndef IV_TIME_H
#define IV_TIME_H

#include "iv_str.h"

#define IV_TIME_SIZE 25

/* "2026-01-31T23:59:59.123Z"; out of range becomes the nearest that is in it. */
struct iv_str iv_time_iso(int64_t ms, char out[IV_TIME_SIZE]);
/* RFC 3339: seconds may have a fraction, the offset is Z or ±hh:mm. */
IV_MUST_CHECK bool iv_time_parse(struct iv_str s, int64_t *ms);

#endif
