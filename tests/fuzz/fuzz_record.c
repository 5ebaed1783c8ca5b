/* Any bytes as a journal: header and records. What is read as a record must write and read the same. */
#include <stdlib.h>

#include "iv_record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_header(struct iv_str in)
{
	struct iv_record_header h;
	struct iv_arena arena;
	struct iv_err e = {0};
	ptrdiff_t n;

	iv_arena_init(&arena, 1u << 20);
	n = iv_record_read_header(in, &h, &arena, &e);
	if (n > (ptrdiff_t)in.len || (n < 0 && e.code == IV_OK))
		abort();
	iv_arena_deinit(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iv_str in = {(const char *)data, size};
	struct iv_event ev, again;
	struct iv_buf out;
	int64_t last_us = 0, before = 0;
	ptrdiff_t n;

	read_header(in);
	iv_buf_init(&out, IV_RECORD_MAX + 64);
	while ((n = iv_record_read(in, &ev, &last_us)) > 0) {
		int64_t write_us = before, read_us = before; /* a record counts from the one before it */

		if ((size_t)n > in.len)
			abort();
		iv_buf_clear(&out);
		if (!iv_record_write(&out, &ev, &write_us) ||
		    iv_record_read(iv_buf_str(&out), &again, &read_us) != (ptrdiff_t)out.len ||
		    again.type != ev.type || again.now_us != ev.now_us || !iv_str_eq(again.text, ev.text))
			abort();
		in.ptr += n;
		in.len -= (size_t)n;
		before = last_us;
	}
	iv_buf_deinit(&out);
	return 0;
}
