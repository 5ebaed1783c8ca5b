/* Reads recorded transcripts and their expectations from tests/golden/provider. */
#ifndef TEST_GOLDEN_H
#define TEST_GOLDEN_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "iv_buf.h"

static inline void golden_read(struct iv_buf *out, const char *name, const char *extension)
{
	char path[256], bytes[4096];
	size_t n;
	snprintf(path, sizeof(path), "tests/golden/provider/%s.%s", name, extension);
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	iv_buf_init(out, (size_t)1 << 20);
	while ((n = fread(bytes, 1, sizeof(bytes), f)) > 0)
		assert_true(iv_buf_add(out, bytes, n));
	fclose(f);
}

/* Compares what a test wrote down with <name>.expected. */
static inline void golden_check(struct iv_buf *seen, const char *name)
{
	struct iv_buf expected;
	golden_read(&expected, name, "expected");
	assert_true(iv_buf_addc(&expected, '\0') && iv_buf_addc(seen, '\0'));
	assert_string_equal(seen->ptr, expected.ptr);
	iv_buf_deinit(&expected);
	iv_buf_deinit(seen);
}

#define BUF_IS(buf, literal)                                \
	do {                                                \
		assert_true(iv_buf_addc((buf), '\0'));      \
		assert_string_equal((buf)->ptr, (literal)); \
	} while (0)

#endif
