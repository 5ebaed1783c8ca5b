/* A model's streamed answer, cut in two at a place the first byte says. */
#include <stdlib.h>
#include "iv_sse.h"
#include "../../src/provider/llm_vendor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct stream {
	struct llm_reader reader;
	bool over;
	uint64_t bytes;
};

static void on_event(void *arg, struct iv_str event, struct iv_str data)
{
	struct stream *s = arg;
	if (s->over)
		return;
	s->over = llm_openai.read(&s->reader, event, data) != LLM_READ_MORE;
	s->bytes += s->reader.text.len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	struct stream s = {.over = false};
	struct iv_sse sse;
	const char *bytes = (const char *)data + 1;
	size_t n = size - 1, cut = n * data[0] / 255;
	llm_reader_init(&s.reader);
	iv_sse_init(&sse, 1 << 16);
	if (iv_sse_feed(&sse, (struct iv_str){bytes, cut}, on_event, &s) &&
	    iv_sse_feed(&sse, (struct iv_str){bytes + cut, n - cut}, on_event, &s))
		iv_sse_finish(&sse, on_event, &s);
	bool whole = llm_reader_finish(&s.reader);
	for (size_t i = 0; whole && i < s.reader.tools.count; i++) {
		const struct llm_tool *t = &s.reader.tools.slots[i];
		cJSON *args = iv_json_parse(iv_buf_str(&t->args), NULL);
		if (!cJSON_IsObject(args) || t->id.len == 0 || t->name.len == 0)
			abort();
		cJSON_Delete(args);
	}
	if (s.reader.tokens_in < 0 || s.reader.tokens_out < 0 || s.bytes > n)
		abort();
	iv_sse_deinit(&sse);
	llm_reader_deinit(&s.reader);
	return 0;
}
