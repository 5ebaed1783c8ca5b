/* Deepgram's speech synthesis over HTTP, v1: request. Pure. */
#include "iv_net.h"
#include "tts_vendor.h"

static bool build_url(struct iv_buf *out, const struct tts_params *p)
{
	struct iv_str base = p->base_url;
	while (base.len > 0 && base.ptr[base.len - 1] == '/')
		base.len--;
	/* Without container=none the samples come behind a WAV header. */
	return iv_buf_adds(out, base) && iv_buf_adds(out, IV_S("/v1/speak?model=")) &&
	       iv_url_encode(out, p->voice) &&
	       iv_buf_printf(out, "&encoding=%s&sample_rate=%d&container=none",
			     p->rate_hz == 8000 ? "mulaw" : "linear16", p->rate_hz);
}

static bool build_key(struct iv_buf *out, const char *key)
{
	return iv_buf_printf(out, "Token %s", key);
}

static bool build_body(struct iv_buf *out, const struct tts_params *p)
{
	struct iv_jw w;
	iv_jw_init(&w, out);
	iv_jw_obj(&w, NULL);
	iv_jw_str(&w, "text", p->text);
	iv_jw_end_obj(&w);
	return iv_jw_done(&w);
}

const struct tts_vendor tts_deepgram = {
	.key_header = "Authorization",
	.url = build_url,
	.key_value = build_key,
	.body = build_body,
};
