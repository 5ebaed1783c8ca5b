/* Events as bytes, by a table of which fields each event has. Numbers are varints; a frame costs five
 * bytes, a tick four. */
#include "iv_record.h"

#define STARTED_MAX_MS 1e15 /* the year 33658 */

enum field {
	F_LEVEL = 1, F_MARK = 2, F_FLAG = 4, F_CONFIDENCE = 8, F_GEN = 16, F_UTT = 32, F_COUNTS = 64,
	F_AUDIO = 128, F_ID = 256, F_NAME = 512, F_TEXT = 1024, F_START = 2048,
	F_LATER_FLAG = 4096, /* not in journals written before the field was */
	F_LATER_NAME = 8192, /* the same */
};

static const unsigned fields_of[IV_EV_TYPES] = {
	[IV_EV_START] = F_START,
	[IV_EV_FRAME] = F_LEVEL,
	[IV_EV_DTMF] = F_TEXT,
	[IV_EV_MARK] = F_MARK | F_FLAG,
	[IV_EV_LEG_GONE] = F_TEXT,
	[IV_EV_ASR_READY] = F_TEXT,
	[IV_EV_ASR_PARTIAL] = F_TEXT,
	[IV_EV_ASR_FINAL] = F_TEXT | F_CONFIDENCE | F_FLAG,
	[IV_EV_ASR_SWITCHED] = F_NAME | F_TEXT,
	[IV_EV_LLM_DELTA] = F_GEN | F_TEXT,
	[IV_EV_LLM_TOOL] = F_GEN | F_ID | F_NAME | F_TEXT,
	[IV_EV_LLM_DONE] = F_GEN | F_COUNTS,
	[IV_EV_LLM_FAILED] = F_GEN | F_TEXT,
	[IV_EV_LLM_SWITCHED] = F_GEN | F_NAME | F_TEXT,
	[IV_EV_TTS_AUDIO] = F_UTT | F_AUDIO,
	[IV_EV_TTS_DONE] = F_UTT,
	[IV_EV_TTS_FAILED] = F_UTT | F_TEXT | F_LATER_FLAG,
	[IV_EV_TTS_SWITCHED] = F_UTT | F_NAME | F_TEXT,
	[IV_EV_TOOL_RESULT] = F_ID | F_TEXT | F_FLAG,
	[IV_EV_TEXT] = F_TEXT,
	[IV_EV_CONFIG] = F_TEXT,
	[IV_EV_DTMF_SEND] = F_TEXT,
	[IV_EV_TRANSFER] = F_TEXT | F_FLAG | F_LATER_NAME,
	[IV_EV_SAY] = F_TEXT | F_FLAG,
	[IV_EV_HANGUP] = F_TEXT,
	[IV_EV_RECORDING] = F_FLAG | F_COUNTS | F_TEXT,
	[IV_EV_DIALED] = F_COUNTS | F_TEXT,
	[IV_EV_AMD] = F_TEXT,
};

/* ── writing ── */

static size_t put_varint(uint8_t *out, uint64_t v)
{
	size_t n = 0;

	while (v >= 0x80) {
		out[n++] = (uint8_t)(v | 0x80);
		v >>= 7;
	}
	out[n++] = (uint8_t)v;
	return n;
}

static bool add_varint(struct iv_buf *b, uint64_t v)
{
	uint8_t bytes[10];

	return iv_buf_add(b, bytes, put_varint(bytes, v));
}

static bool add_signed(struct iv_buf *b, int64_t v)
{
	return add_varint(b, ((uint64_t)v << 1) ^ (uint64_t)(v >> 63));
}

static bool add_text(struct iv_buf *b, struct iv_str s)
{
	return add_varint(b, s.len) && iv_buf_adds(b, s);
}

static bool add_mark(struct iv_buf *b, const struct iv_mark *m)
{
	return add_varint(b, m->epoch) && add_varint(b, m->utterance) && add_signed(b, m->at);
}

static bool add_fields(struct iv_buf *b, const struct iv_event *ev, unsigned f)
{
	bool ok = true;

	if (f & F_START)
		ok = add_varint(b, (uint64_t)ev->leg) && add_varint(b, (uint64_t)ev->rate_hz) &&
		     iv_buf_addc(b, (char)ev->resumable);
	if (f & F_LEVEL)
		ok = ok && add_varint(b, (uint64_t)-ev->level.rms_ddb) && add_varint(b, ev->level.crossings);
	if (f & F_MARK)
		ok = ok && add_mark(b, &ev->mark) && iv_buf_addc(b, (char)ev->cleared);
	if (f & F_FLAG)
		ok = ok && iv_buf_addc(b, (char)ev->flag);
	if (f & F_CONFIDENCE)
		ok = ok && iv_buf_add(b, &ev->confidence, sizeof(ev->confidence));
	if (f & F_GEN)
		ok = ok && add_varint(b, ev->gen);
	if (f & F_UTT)
		ok = ok && add_varint(b, ev->utt);
	if (f & F_COUNTS)
		ok = ok && add_signed(b, ev->a) && add_signed(b, ev->b);
	if (f & F_AUDIO)
		ok = ok && add_signed(b, ev->samples) &&
		     add_text(b, (struct iv_str){(const char *)ev->levels, ev->level_count});
	if (f & F_ID)
		ok = ok && add_text(b, ev->id);
	if (f & F_NAME)
		ok = ok && add_text(b, ev->name);
	if (f & F_TEXT)
		ok = ok && add_text(b, ev->text);
	if (f & F_LATER_FLAG)
		ok = ok && iv_buf_addc(b, (char)ev->flag);
	if (f & F_LATER_NAME)
		ok = ok && add_text(b, ev->name);
	return ok;
}

static bool add_length(struct iv_buf *out, size_t at, size_t length)
{
	/* Two bytes hold a length up to 16383, which is all but the longest texts: a padded varint keeps
	 * the record in place. Four bytes for the rest would cost every frame two. */
	if (length >= 1u << 14)
		return false;
	out->ptr[at] = (char)((length & 0x7f) | 0x80);
	out->ptr[at + 1] = (char)(length >> 7);
	return true;
}

bool iv_record_write(struct iv_buf *out, const struct iv_event *ev, int64_t *last_us)
{
	size_t before = out->len, body;
	struct iv_buf long_body;
	bool ok;

	ok = iv_buf_add(out, "\0\0", 2);
	body = out->len;
	ok = ok && add_varint(out, (uint64_t)(ev->now_us - *last_us)) && iv_buf_addc(out, (char)ev->type) &&
	     add_fields(out, ev, fields_of[ev->type]);
	if (ok && !add_length(out, before, out->len - body)) {
		iv_buf_init(&long_body, IV_RECORD_MAX);
		ok = iv_buf_add(&long_body, out->ptr + body, out->len - body);
		out->len = before;
		ok = ok && add_varint(out, long_body.len) && iv_buf_adds(out, iv_buf_str(&long_body));
		iv_buf_deinit(&long_body);
	}
	if (!ok) {
		out->len = before;
		return false;
	}
	*last_us = ev->now_us;
	return true;
}

/* ── reading ── */

struct reader {
	struct iv_str in;
	bool ok;
};

static uint64_t get_varint(struct reader *r)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		uint8_t byte;

		if (!r->in.len) {
			r->ok = false;
			return 0;
		}
		byte = (uint8_t)*r->in.ptr++;
		r->in.len--;
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return v;
	}
	r->ok = false;
	return 0;
}

static int64_t get_signed(struct reader *r)
{
	uint64_t v = get_varint(r);

	return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

static struct iv_str get_bytes(struct reader *r, size_t n)
{
	struct iv_str s = {r->in.ptr, n};

	if (n > r->in.len) {
		r->ok = false;
		return IV_STR_NULL;
	}
	r->in.ptr += n;
	r->in.len -= n;
	return s;
}

static struct iv_str get_text(struct reader *r)
{
	return get_bytes(r, (size_t)get_varint(r));
}

static bool get_bool(struct reader *r)
{
	struct iv_str s = get_bytes(r, 1);

	return s.len && s.ptr[0] != 0;
}

static void get_fields(struct reader *r, struct iv_event *ev, unsigned f)
{
	if (f & F_START) {
		uint64_t leg = get_varint(r), rate = get_varint(r);

		r->ok = r->ok && leg <= IV_LEG_TWILIO && rate >= 8000 && rate <= 48000;
		ev->leg = r->ok ? (enum iv_leg_kind)leg : IV_LEG_BROWSER;
		ev->rate_hz = (int)rate;
		ev->resumable = get_bool(r);
	}
	if (f & F_LEVEL) {
		uint64_t down = get_varint(r), crossings = get_varint(r);

		r->ok = r->ok && down <= 1200 && crossings <= UINT16_MAX;
		ev->level.rms_ddb = (int16_t)-(int)(down <= 1200 ? down : 0);
		ev->level.crossings = (uint16_t)crossings;
	}
	if (f & F_MARK) {
		ev->mark.epoch = (uint32_t)get_varint(r);
		ev->mark.utterance = (uint32_t)get_varint(r);
		ev->mark.at = get_signed(r);
		ev->cleared = get_bool(r);
	}
	if (f & F_FLAG)
		ev->flag = get_bool(r);
	if (f & F_CONFIDENCE) {
		struct iv_str s = get_bytes(r, sizeof(ev->confidence));

		if (s.len)
			memcpy(&ev->confidence, s.ptr, s.len);
		r->ok = r->ok && ev->confidence >= 0 && ev->confidence <= 1;
	}
	if (f & F_GEN)
		ev->gen = (uint32_t)get_varint(r);
	if (f & F_UTT)
		ev->utt = (uint32_t)get_varint(r);
	if (f & F_COUNTS) {
		ev->a = get_signed(r);
		ev->b = get_signed(r);
	}
	if (f & F_AUDIO) {
		struct iv_str levels;

		ev->samples = get_signed(r);
		levels = get_text(r);
		ev->levels = (const uint8_t *)levels.ptr;
		ev->level_count = levels.len;
		r->ok = r->ok && ev->samples >= 0 && ev->samples < (1 << 24);
	}
	if (f & F_ID)
		ev->id = get_text(r);
	if (f & F_NAME)
		ev->name = get_text(r);
	if (f & F_TEXT)
		ev->text = get_text(r);
	if (f & F_LATER_FLAG && r->in.len)
		ev->flag = get_bool(r);
	if (f & F_LATER_NAME && r->in.len)
		ev->name = get_text(r);
}

ptrdiff_t iv_record_read(struct iv_str in, struct iv_event *ev, int64_t *last_us)
{
	struct reader r = {in, true}, body;
	uint64_t length = get_varint(&r), delta;
	struct iv_str type;

	if (!r.ok)
		return in.len < 10 ? 0 : -1;
	if (length > IV_RECORD_MAX)
		return -1;
	if (length > r.in.len)
		return 0;
	body = (struct reader){{r.in.ptr, (size_t)length}, true};
	*ev = (struct iv_event){0};
	delta = get_varint(&body);
	type = get_bytes(&body, 1);
	if (!body.ok || delta > (uint64_t)86400 * 1000000 || (uint8_t)type.ptr[0] == 0 ||
	    (uint8_t)type.ptr[0] >= IV_EV_TYPES)
		return -1;
	ev->type = (enum iv_event_type)(uint8_t)type.ptr[0];
	ev->now_us = *last_us + (int64_t)delta;
	get_fields(&body, ev, fields_of[ev->type]);
	if (!body.ok || body.in.len)
		return -1;
	*last_us = ev->now_us;
	return (ptrdiff_t)((size_t)(r.in.ptr - in.ptr) + (size_t)length);
}

/* ── header ── */

bool iv_record_write_header(struct iv_buf *out, const struct iv_record_header *h)
{
	struct iv_jw w;

	if (!iv_buf_adds(out, IV_S(IV_RECORD_MAGIC)))
		return false;
	iv_jw_init(&w, out);
	iv_jw_obj(&w, NULL);
	iv_jw_str(&w, "callId", h->call_id);
	iv_jw_str(&w, "version", h->version);
	iv_jw_i64(&w, "startedMs", h->started_ms);
	if (h->context.len)
		iv_jw_raw(&w, "context", h->context);
	if (h->traceparent.len)
		iv_jw_str(&w, "traceparent", h->traceparent);
	iv_shape_write(&iv_call_opts_shape, &h->opts, "opts", &w);
	iv_shape_write(&iv_agent_shape, &h->agent, "agent", &w);
	iv_jw_end_obj(&w);
	return iv_jw_done(&w) && iv_buf_addc(out, '\n');
}

/* The member's text as it stands, for whoever knows what it means. */
static struct iv_str arena_json(struct iv_arena *a, const cJSON *json)
{
	char *text = json ? cJSON_PrintUnformatted(json) : NULL;
	struct iv_str copy = text ? iv_arena_str(a, iv_str(text)) : IV_STR_NULL;

	cJSON_free(text);
	return copy;
}

static struct iv_str arena_member(struct iv_arena *a, const cJSON *json, const char *key)
{
	return iv_arena_str(a, iv_json_str(json, key));
}

ptrdiff_t iv_record_read_header(struct iv_str in, struct iv_record_header *h, struct iv_arena *arena,
				struct iv_err *e)
{
	struct iv_str magic = IV_S(IV_RECORD_MAGIC);
	ptrdiff_t end;
	cJSON *json;
	const cJSON *started;
	bool ok;

	if (!iv_str_starts(in, magic)) {
		(void)iv_fail(e, IV_EINVAL, "expected a call journal, which begins with INVORTO-CALL-1");
		return -1;
	}
	end = iv_str_find(in, IV_S("\n"), magic.len);
	if (end < 0) {
		(void)iv_fail(e, IV_EINVAL, "the journal ends inside its header");
		return -1;
	}
	json = iv_json_parse((struct iv_str){in.ptr + magic.len, (size_t)end - magic.len}, e);
	if (!json)
		return -1;
	*h = (struct iv_record_header){.call_id = arena_member(arena, json, "callId"),
				       .version = arena_member(arena, json, "version"),
				       .context = arena_json(arena, iv_json_get(json, "context")),
				       .traceparent = arena_member(arena, json, "traceparent")};
	started = iv_json_get(json, "startedMs");
	ok = cJSON_IsNumber(started) && started->valuedouble >= 0 && started->valuedouble <= STARTED_MAX_MS;
	if (!ok)
		(void)iv_fail_field(e, IV_EINVAL, "startedMs", "must be Unix milliseconds, from 0 to 10^15");
	h->started_ms = ok ? (int64_t)started->valuedouble : 0;
	ok = ok && iv_json_get(json, "opts") && iv_json_get(json, "agent") &&
	     iv_shape_read(&iv_call_opts_shape, iv_json_get(json, "opts"), &h->opts, arena, e) &&
	     iv_shape_read(&iv_agent_shape, iv_json_get(json, "agent"), &h->agent, arena, e);
	if (!ok)
		(void)iv_fail(e, IV_EINVAL, "the journal's header lacks opts or agent");
	cJSON_Delete(json);
	return ok ? end + 1 : -1;
}
