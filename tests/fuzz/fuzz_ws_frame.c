/* Any bytes into the frame reader, in pieces whose sizes the input chooses: the same events must come
 * out as when it is fed whole. First byte: role and piece size; second: message limit. */
#include <stdlib.h>
#include "iv_ws_frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct tally {
	uint64_t hash;
	bool stop;
};

static void mix(struct tally *t, unsigned kind, struct iv_str s)
{
	t->hash = (t->hash ^ kind) * 1099511628211u;
	for (size_t i = 0; i < s.len; i++)
		t->hash = (t->hash ^ (uint8_t)s.ptr[i]) * 1099511628211u;
}

static void on_message(void *arg, bool text, struct iv_str data)
{
	if (text && !iv_utf8_valid(data))
		abort();
	mix(arg, text, data);
}

static void on_control(void *arg, enum iv_ws_opcode op, struct iv_str payload)
{
	struct tally *t = arg;

	if (payload.len > 125)
		abort();
	mix(t, op, payload);
	t->stop = op == IV_WS_CLOSE;
}

static uint64_t run(const uint8_t *data, size_t size, bool from_client, size_t max, size_t piece, int *code)
{
	static const struct iv_ws_events ev = {on_message, on_control};
	struct iv_ws_reader r;
	struct tally t = {.hash = 14695981039346656037u};

	*code = 0;
	iv_ws_reader_init(&r, from_client, max);
	while (size > 0 && *code == 0 && !t.stop) {
		size_t n = size < piece ? size : piece;
		char *part = malloc(n);

		if (!part)
			abort();
		memcpy(part, data, n);
		*code = iv_ws_reader_feed(&r, part, n, &ev, &t, &t.stop);
		free(part);
		data += n;
		size -= n;
	}
	if (r.message.len > max)
		abort();
	iv_ws_reader_deinit(&r);
	return t.hash;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int whole, cut;

	if (size < 2)
		return 0;
	bool from_client = data[0] & 1;
	size_t piece = 1 + (data[0] >> 1) % 16, max = data[1] * 16u;
	uint64_t a = run(data + 2, size - 2, from_client, max, SIZE_MAX, &whole);
	uint64_t b = run(data + 2, size - 2, from_client, max, piece, &cut);
	if (a != b || whole != cut)
		abort();
	return 0;
}
