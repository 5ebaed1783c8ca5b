/* iv_buf: growing bytes with a ceiling that must be named where the buffer is made. At the ceiling a
 * writer returns false and the buffer stays as it was. */
#ifndef IV_BUF_H
#define IV_BUF_H

#include <stdarg.h>
#include "iv_str.h"

struct iv_buf {
	char *ptr;
	size_t len;
	size_t cap;
	size_t limit;
};

void iv_buf_init(struct iv_buf *b, size_t limit_bytes); /* allocates nothing yet */
void iv_buf_deinit(struct iv_buf *b);
void iv_buf_clear(struct iv_buf *b); /* len 0, memory kept */
IV_MUST_CHECK bool iv_buf_reserve(struct iv_buf *b, size_t more);
IV_MUST_CHECK bool iv_buf_add(struct iv_buf *b, const void *bytes, size_t n);
IV_MUST_CHECK bool iv_buf_adds(struct iv_buf *b, struct iv_str s);
IV_MUST_CHECK bool iv_buf_addc(struct iv_buf *b, char c);
IV_MUST_CHECK bool iv_buf_printf(struct iv_buf *b, const char *fmt, ...) IV_PRINTF(2, 3);
IV_MUST_CHECK bool iv_buf_vprintf(struct iv_buf *b, const char *fmt, va_list ap) IV_PRINTF(2, 0);
void iv_buf_consume(struct iv_buf *b, size_t n); /* drops n bytes from the front */
struct iv_str iv_buf_str(const struct iv_buf *b);

#endif
