/* Bytes that go through Postgres or Redis as text: zlib, fast, then base64. */
#ifndef PACKED_H
#define PACKED_H

#include "iv_buf.h"

/* Behind what is in `out`. False: it does not fit there. */
IV_MUST_CHECK bool packed_write(struct iv_str plain, struct iv_buf *out);
/* `bytes` plain ones, behind what is in `out`. False: it is not packed, or not so many, or does not fit. */
IV_MUST_CHECK bool packed_read(struct iv_str packed, size_t bytes, struct iv_buf *out);

#endif
