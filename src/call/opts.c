/* What the configuration adds to an agent: the field table of the call's options. */
#include "call_priv.h"

static void opts_defaults(void *object)
{
	struct iv_call_opts *o = object;

	*o = (struct iv_call_opts){
		.lead_min_ms = 200,
		.lead_max_ms = 400,
		.emotion_threshold_db = -50,
		.emotion_window_ms = 250,
		.emotion_min_hold = 2,
		.tool_timeout_ms = 2000,
		.rate_asr_per_min = 2.5,
		.rate_tts_per_char = 0.001,
		.rate_llm_per_token = 0.0001,
		.rate_transport_per_min = 1.0,
		.rate_platform_per_call = 0.5,
	};
}

static const struct iv_field opts_fields[] = {
	IV_INT(struct iv_call_opts, lead_min_ms, "leadMinMs", 0, 40, 2000, "least lead of playout"),
	IV_INT(struct iv_call_opts, lead_max_ms, "leadMaxMs", 0, 80, 4000, "largest lead of playout"),
	IV_DBL(struct iv_call_opts, emotion_threshold_db, "emotionThresholdDb", 0, -120, 0, "speaking"),
	IV_INT(struct iv_call_opts, emotion_window_ms, "emotionWindowMs", 0, 100, 2000, "window"),
	IV_INT(struct iv_call_opts, emotion_min_hold, "emotionMinHold", 0, 1, 20, "hysteresis"),
	IV_INT(struct iv_call_opts, tool_timeout_ms, "toolTimeoutMs", 0, 100, 30000, "of a tool"),
	IV_STR(struct iv_call_opts, consent_prompt, "consentPrompt", 0, 0, 2000, "spoken first"),
	IV_STR(struct iv_call_opts, system_prompt, "systemPrompt", 0, 0, 16384, "before every prompt"),
	IV_DBL(struct iv_call_opts, rate_asr_per_min, "rateAsrPerMin", 0, 0, 1e6, "INR"),
	IV_DBL(struct iv_call_opts, rate_tts_per_char, "rateTtsPerChar", 0, 0, 1e6, "INR"),
	IV_DBL(struct iv_call_opts, rate_llm_per_token, "rateLlmPerToken", 0, 0, 1e6, "INR"),
	IV_DBL(struct iv_call_opts, rate_transport_per_min, "rateTransportPerMin", 0, 0, 1e6, "INR"),
	IV_DBL(struct iv_call_opts, rate_platform_per_call, "ratePlatformPerCall", 0, 0, 1e6, "INR"),
	IV_FIELDS_END,
};
const struct iv_shape iv_call_opts_shape = {.name = "CallOptions",
					    .size = sizeof(struct iv_call_opts),
					    .fields = opts_fields,
					    .defaults = opts_defaults};
