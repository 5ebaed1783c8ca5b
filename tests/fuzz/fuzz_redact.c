/* Any text, whole and in pieces, in every mode, and as JSON. Pieces give what the whole gives; valid UTF-8 stays
 * valid; stars keep the number of characters; JSON stays JSON. */
#include <stdlib.h>

#include "iv_redact.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t characters(struct iv_str s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += ((unsigned char)s.ptr[i] & 0xC0) != 0x80;
	return n;
}

static void in_pieces(const struct iv_redact *how, struct iv_str text, size_t step, struct iv_str want)
{
	struct iv_redact_stream s;
	struct iv_buf got;

	iv_buf_init(&got, 1 << 20);
	iv_redact_begin(&s, how);
	for (size_t at = 0; at < text.len; at += step) {
		size_t n = text.len - at < step ? text.len - at : step;

		if (!iv_redact_feed(&s, (struct iv_str){text.ptr + at, n}, &got, NULL) || s.held.len - s.at > 1024 + step)
			abort();
	}
	if (!iv_redact_end(&s, &got, NULL) || !iv_str_eq(iv_buf_str(&got), want))
		abort();
	iv_buf_deinit(&got);
}

static void as_text(const struct iv_redact *how, struct iv_str text, size_t step)
{
	struct iv_redact_counts counts = {{0}};
	struct iv_buf out;

	iv_buf_init(&out, 1 << 20);
	if (!iv_redact_text(how, text, &out, &counts))
		abort();
	if (iv_utf8_valid(text) &&
	    (!iv_utf8_valid(iv_buf_str(&out)) ||
	     (how->mode == IV_REDACT_LENGTH && characters(text) != characters(iv_buf_str(&out)))))
		abort();
	in_pieces(how, text, step, iv_buf_str(&out));
	iv_buf_deinit(&out);
}

static void as_json(const struct iv_redact *how, struct iv_str text)
{
	struct iv_buf out;
	struct iv_err e = {0};
	cJSON *again;

	iv_buf_init(&out, 1 << 20);
	if (iv_redact_json(how, text, &out, NULL, &e)) {
		again = iv_json_parse(iv_buf_str(&out), NULL);
		if (!again)
			abort();
		cJSON_Delete(again);
	} else if (e.code == IV_OK || out.len) {
		abort();
	}
	iv_buf_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iv_redact how = {.hash_key = IV_S("key")};
	struct iv_str text = {(const char *)data + 2, size - 2};

	if (size < 2 || size > 4096)
		return 0;
	how.mode = (enum iv_redact_mode)(data[0] % 3);
	how.kinds = data[0] & 4 ? 0xff : 0;
	if (data[0] & 8)
		as_json(&how, text);
	else
		as_text(&how, text, data[1] % 64 + 1U);
	return 0;
}
