/* Bodies of carriers' hooks: what is read of them is bounded and clean, and whatever an order holds of it, the answer is
 * JSON, or XML without a stray bracket. */
#include "../../src/modules/telephony/say.h"
#include "../../src/modules/telephony/words.h"
#include "fuzz_leg.h"
#include "iv_id.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct word_hook *h, bool has_id)
{
	fuzz_must(!has_id || iv_id_acceptable(h->provider_id));
	fuzz_must(!h->tag_call.len || iv_id_acceptable(h->tag_call));
	fuzz_must(h->from.len <= 512 && h->to.len <= 512 && iv_utf8_valid(h->from) && iv_utf8_valid(h->digits));
	fuzz_must(h->duration_s >= 0 && h->sip_status >= 0 && h->dial_duration_s >= 0);
}

/* Between the tags of our own there is no bracket of theirs. */
static void check_xml(struct iv_str text)
{
	int depth = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];

		depth += c == '<' ? 1 : c == '>' ? -1 : 0;
		fuzz_must(depth == 0 || depth == 1);
		fuzz_must(c >= ' ' && c != 0x7f);
	}
	fuzz_must(depth == 0);
}

static void answer(const struct word_hook *h, struct iv_str any)
{
	struct iv_config cfg = {.public_base_url = "https://gw.example", .telephony_sorry_text = "Sorry."};
	struct iv_line_media media = {.url = "wss://gw.example/realtime/twilio", .ts = "1", .sig = "2", .nonce = "3"};
	size_t n = any.len > 500 ? 500 : any.len; /* what is ordered holds no NUL: its readers see to that */
	struct iv_str text = {any.ptr, n ? strnlen(any.ptr, n) : 0};
	struct say_call c;
	struct iv_buf out;

	say_call_init(&c, &cfg);
	c.call_id = c.tenant_id = c.agent_id = text;
	c.our_number = h->from;
	c.media = &media;
	for (int verb = 0; verb < IV_LINE_VERBS; verb++) {
		const struct iv_line_do d = {.verb = verb, .to = h->to, .whisper = text, .digits = text, .room = text,
					     .prompt = text, .url = text, .text = text};
		cJSON *tree;

		iv_buf_init(&out, 65536);
		if (say_verbs(&c, &d, &out)) {
			tree = iv_json_parse(iv_buf_str(&out), NULL);
			fuzz_must(cJSON_IsArray(tree));
			cJSON_Delete(tree);
		}
		iv_buf_clear(&out);
		if (twiml_verbs(&c, &d, &out))
			check_xml(iv_buf_str(&out));
		iv_buf_deinit(&out);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct iv_str body = {(const char *)data, size};
	struct iv_arena arena;
	struct iv_pair *pairs;
	struct word_hook h = {0};
	struct iv_err e = {0};
	size_t count;

	iv_arena_init(&arena, 1 << 20);
	if (word_read_jambonz(body, true, &arena, &h, &e))
		check(&h, true);
	else if (word_read_jambonz(body, false, &arena, &h, &e))
		check(&h, false);
	answer(&h, body);
	if (iv_query_parse(body, &arena, &pairs, &count, &e) && word_read_twilio(pairs, count, &arena, &h, &e))
		check(&h, true);
	iv_arena_deinit(&arena);
	return 0;
}
