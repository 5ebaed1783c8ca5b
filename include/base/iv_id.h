/* iv_id: prefixed sortable ids, "call_" + 26 characters of Crockford base32 over a UUIDv7. */
#ifndef IV_ID_H
#define IV_ID_H

#include "iv_str.h"

#define IV_ID_SIZE 40 /* room for any prefix of up to 12 characters, and NUL */

/* `prefix` without its underscore. Ids of different milliseconds sort by time; 74 bits are random. */
void iv_id_new(const char *prefix, int64_t wall_ms, char out[IV_ID_SIZE]);
/* Ids that callers bring: 1 to 128 of [A-Za-z0-9._:-]. */
bool iv_id_acceptable(struct iv_str id);

#endif
