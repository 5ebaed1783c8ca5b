/* ElevenLabs' speech synthesis over HTTP, streamed: request. Pure. */
#include "iv_net.h"
#include "tts_vendor.h"

static bool build_url(struct iv_buf *out, const struct tts_params *p)
{
	struct iv_str base = p->base_url;
	while (base.len > 0 && base.ptr[base.len - 1] == '/')
		base.len--;
	return iv_buf_adds(out, base) && iv_buf_adds(out, IV_S("/v1/text-to-speech/")) &&
	       iv_url_encode(out, p->voice) &&
	       iv_buf_printf(out, "/stream?output_format=%s",
			     p->rate_hz == 8000 ? "ulaw_8000" : "pcm_16000");
}

static bool build_key(struct iv_buf *out, const char *key)
{
	return iv_buf_adds(out, iv_str(key));
}

static bool build_body(struct iv_buf *out, const struct tts_params *p)
{
	struct iv_jw w;
	iv_jw_init(&w, out);
	iv_jw_obj(&w, NULL);
	iv_jw_str(&w, "text", p->text);
	iv_jw_str(&w, "model_id", p->model);
	iv_jw_obj(&w, "voice_settings");
	iv_jw_num(&w, "stability", 0.5, 2);
	iv_jw_num(&w, "similarity_boost", 0.8, 2);
	iv_jw_end_obj(&w);
	iv_jw_end_obj(&w);
	return iv_jw_done(&w);
}

const struct tts_vendor tts_elevenlabs = {
	.key_header = "xi-api-key",
	.url = build_url,
	.key_value = build_key,
	.body = build_body,
};
