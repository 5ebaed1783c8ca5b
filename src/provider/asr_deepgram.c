/* Deepgram's live recognition, v1: URL, control messages, reading what it says. Pure. */
#include <math.h>
#include "asr_vendor.h"
#include "iv_net.h"

static bool scheme_and_host(struct iv_buf *out, struct iv_str base)
{
	if (iv_str_starts(base, IV_S("http"))) {
		base.ptr += 4;
		base.len -= 4;
		if (!iv_buf_adds(out, IV_S("ws")))
			return false;
	}
	while (base.len > 0 && base.ptr[base.len - 1] == '/')
		base.len--;
	return iv_buf_adds(out, base);
}

static bool build_url(struct iv_buf *out, const struct asr_params *p)
{
	/* utterance_end_ms below 1000 is pointless: interim texts come about once a second. */
	if (!scheme_and_host(out, p->base_url) || !iv_buf_adds(out, IV_S("/v1/listen?model=")) ||
	    !iv_url_encode(out, p->model) ||
	    !iv_buf_printf(out,
			   "&encoding=%s&sample_rate=%d&channels=1&interim_results=true"
			   "&punctuate=true&smart_format=true&endpointing=300"
			   "&utterance_end_ms=1000&vad_events=true&no_delay=true",
			   p->rate_hz == 8000 ? "mulaw" : "linear16", p->rate_hz))
		return false;
	if (p->language.len &&
	    !(iv_buf_adds(out, IV_S("&language=")) && iv_url_encode(out, p->language)))
		return false;
	return !p->call_id.len || (iv_buf_adds(out, IV_S("&tag=")) && iv_url_encode(out, p->call_id));
}

static bool build_authorization(struct iv_buf *out, const char *key)
{
	return iv_buf_printf(out, "Token %s", key);
}

/* A finite number in [0, max], or fallback: times and confidences are used in arithmetic. */
static double number(const cJSON *obj, const char *key, double max, double fallback)
{
	const cJSON *n = iv_json_get(obj, key);
	if (!cJSON_IsNumber(n) || !isfinite(n->valuedouble) || n->valuedouble < 0 ||
	    n->valuedouble > max)
		return fallback;
	return n->valuedouble;
}

static bool flag(const cJSON *obj, const char *key)
{
	return cJSON_IsTrue(iv_json_get(obj, key));
}

#define DAY_S 86400.0

static void read_results(const cJSON *tree, struct asr_msg *m)
{
	const cJSON *alternatives = iv_json_get(iv_json_get(tree, "channel"), "alternatives");
	const cJSON *best =
		cJSON_IsArray(alternatives) ? cJSON_GetArrayItem(alternatives, 0) : NULL;
	if (!cJSON_IsObject(best) || !cJSON_IsString(iv_json_get(best, "transcript"))) {
		m->kind = ASR_MSG_BAD;
		return;
	}
	m->kind = ASR_MSG_TEXT;
	m->text = iv_str_trim(iv_json_str(best, "transcript"));
	m->confidence = number(best, "confidence", 1, 0);
	m->is_final = flag(tree, "is_final");
	m->end_of_turn = m->is_final && flag(tree, "speech_final");
	m->from_finalize = flag(tree, "from_finalize");
	m->end_s = number(tree, "start", DAY_S, 0) + number(tree, "duration", DAY_S, 0);
}

static void read_message(struct iv_str message, struct asr_msg *m)
{
	*m = (struct asr_msg){.kind = ASR_MSG_BAD};
	m->tree = iv_json_parse(message, NULL);
	if (!cJSON_IsObject(m->tree))
		return;
	struct iv_str type = iv_json_str(m->tree, "type");
	if (iv_str_eq(type, IV_S("Results")))
		read_results(m->tree, m);
	else if (iv_str_eq(type, IV_S("SpeechStarted")))
		m->kind = ASR_MSG_SPEECH;
	else if (iv_str_eq(type, IV_S("UtteranceEnd")))
		m->kind = ASR_MSG_UTTERANCE_END;
	else if (iv_str_eq(type, IV_S("Error")))
		m->kind = ASR_MSG_ERROR;
	else if (type.len > 0) /* Metadata, and what may come later */
		m->kind = ASR_MSG_OTHER;
}

void asr_msg_deinit(struct asr_msg *m)
{
	cJSON_Delete(m->tree);
	m->tree = NULL;
	m->text = IV_STR_NULL;
}

#define TEXT(s)                    \
	{                          \
		(s), sizeof(s) - 1 \
	}

/* Controls are text frames: a KeepAlive sent as binary is taken for audio. */
const struct asr_vendor asr_deepgram = {
	.keep_alive = TEXT("{\"type\":\"KeepAlive\"}"),
	.finalize = TEXT("{\"type\":\"Finalize\"}"),
	.close = TEXT("{\"type\":\"CloseStream\"}"),
	.url = build_url,
	.authorization = build_authorization,
	.read = read_message,
};
