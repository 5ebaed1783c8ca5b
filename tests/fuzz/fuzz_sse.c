/* Any bytes, fed whole and fed in pieces, give the same events. */
#include <stdlib.h>

#include "iv_sse.h"

static void note(void *arg, struct iv_str event, struct iv_str data)
{
	struct iv_buf *out = arg;

	if (!iv_buf_adds(out, event) || !iv_buf_addc(out, '|') || !iv_buf_adds(out, data) ||
	    !iv_buf_addc(out, ';'))
		abort();
}

static bool run(struct iv_str in, size_t step, struct iv_buf *out)
{
	struct iv_sse s;
	bool ok = true;

	iv_sse_init(&s, 64);
	for (size_t at = 0; at < in.len; at += step) {
		struct iv_str piece = {in.ptr + at, in.len - at < step ? in.len - at : step};
		ok = iv_sse_feed(&s, piece, note, out);
	}
	iv_sse_finish(&s, note, out);
	iv_sse_deinit(&s);
	return ok;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct iv_str in = {(const char *)bytes, n};
	struct iv_buf whole, bit;

	iv_buf_init(&whole, 16 * n + 64);
	iv_buf_init(&bit, 16 * n + 64);
	bool ok = run(in, n ? n : 1, &whole);
	for (size_t step = 1; step <= 3; step++) {
		iv_buf_clear(&bit);
		if (run(in, step, &bit) != ok || !iv_str_eq(iv_buf_str(&whole), iv_buf_str(&bit)))
			abort();
	}
	iv_buf_deinit(&whole);
	iv_buf_deinit(&bit);
	return 0;
}
