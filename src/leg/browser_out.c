/* Messages to the browser. A message's members are fixed here; its clocks and number come last. */
#include "iv_browser.h"

#include "iv_json.h"

static struct iv_jw begin(struct iv_buf *b, const char *type)
{
	struct iv_jw w;

	iv_jw_init(&w, b);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "t", type);
	return w;
}

static bool finish(struct iv_jw *w, struct iv_stamp at)
{
	iv_jw_num(w, "ts", at.ts_s, 3);
	iv_jw_i64(w, "timestamp", at.wall_ms);
	if (at.n > 0)
		iv_jw_i64(w, "n", at.n);
	iv_jw_end_obj(w);
	return iv_jw_done(w);
}

bool iv_msg_connected(struct iv_buf *b, struct iv_stamp at, struct iv_str call_id,
		      struct iv_str resume_token, struct iv_str agent_name)
{
	struct iv_jw w = begin(b, "connected");

	iv_jw_str(&w, "callId", call_id);
	if (resume_token.len > 0)
		iv_jw_str(&w, "resumeToken", resume_token);
	if (agent_name.len > 0)
		iv_jw_str(&w, "agentName", agent_name);
	return finish(&w, at);
}

bool iv_msg_stt(struct iv_buf *b, struct iv_stamp at, bool final, struct iv_str text,
		double confidence, double duration_s)
{
	struct iv_jw w = begin(b, final ? "stt.final" : "stt.partial");

	iv_jw_str(&w, "text", text);
	if (final) {
		iv_jw_num(&w, "confidence", confidence, 3);
		iv_jw_num(&w, "duration", duration_s, 3);
	}
	return finish(&w, at);
}

bool iv_msg_llm_delta(struct iv_buf *b, struct iv_stamp at, struct iv_str text)
{
	struct iv_jw w = begin(b, "llm.delta");

	iv_jw_str(&w, "text", text);
	return finish(&w, at);
}

bool iv_msg_tool_call(struct iv_buf *b, struct iv_stamp at, struct iv_str id, struct iv_str name,
		      struct iv_str args_json)
{
	struct iv_jw w = begin(b, "tool.call");

	iv_jw_str(&w, "id", id);
	iv_jw_str(&w, "name", name);
	/* A model that calls without arguments sends nothing at all. */
	iv_jw_raw(&w, "args", args_json.len > 0 ? args_json : IV_S("{}"));
	return finish(&w, at);
}

bool iv_msg_emotion(struct iv_buf *b, struct iv_stamp at, double energy_db, bool speaking)
{
	struct iv_jw w = begin(b, "emotion.window");

	iv_jw_num(&w, "energy_db", energy_db, 1);
	iv_jw_bool(&w, "speaking", speaking);
	return finish(&w, at);
}

bool iv_msg_emotion_state(struct iv_buf *b, struct iv_stamp at, const char *cls, double arousal,
			  double valence, double confidence)
{
	struct iv_jw w = begin(b, "emotion.state");

	iv_jw_cstr(&w, "class", cls);
	iv_jw_num(&w, "arousal", arousal, 3);
	iv_jw_num(&w, "valence", valence, 3);
	iv_jw_num(&w, "confidence", confidence, 3);
	return finish(&w, at);
}

bool iv_msg_dtmf(struct iv_buf *b, struct iv_stamp at, char digit)
{
	struct iv_jw w = begin(b, "dtmf");

	iv_jw_str(&w, "digit", (struct iv_str){&digit, 1});
	return finish(&w, at);
}

bool iv_msg_end(struct iv_buf *b, struct iv_stamp at, const char *reason)
{
	struct iv_jw w = begin(b, "end");

	iv_jw_cstr(&w, "reason", reason);
	return finish(&w, at);
}

bool iv_msg_error(struct iv_buf *b, struct iv_stamp at, const struct iv_err *err)
{
	struct iv_jw w = begin(b, "error");
	const struct iv_code_info *info = iv_code_info(err->code);

	iv_jw_cstr(&w, "code", info->name);
	iv_jw_cstr(&w, "message", err->msg);
	if (err->field[0])
		iv_jw_cstr(&w, "field", err->field);
	iv_jw_bool(&w, "retryable", info->retryable);
	return finish(&w, at);
}

bool iv_msg_pong(struct iv_buf *b, struct iv_stamp at)
{
	struct iv_jw w = begin(b, "pong");

	return finish(&w, at);
}

bool iv_msg_say(struct iv_buf *b, struct iv_stamp at, int turn, struct iv_str text)
{
	struct iv_jw w = begin(b, "say");

	iv_jw_i64(&w, "turn", turn);
	iv_jw_str(&w, "text", text);
	return finish(&w, at);
}

static void put_stamp(struct iv_jw *w, const char *name, int64_t ms)
{
	if (ms >= 0)
		iv_jw_i64(w, name, ms);
}

bool iv_msg_turn(struct iv_buf *b, struct iv_stamp at, int turn, const char *outcome,
		 struct iv_str heard, const struct iv_turn_stamps *stamps)
{
	struct iv_jw w = begin(b, "turn");

	iv_jw_i64(&w, "turn", turn);
	iv_jw_cstr(&w, "outcome", outcome);
	iv_jw_str(&w, "heard", heard);
	iv_jw_obj(&w, "stamps");
	put_stamp(&w, "vad_end", stamps->vad_end);
	put_stamp(&w, "stt_final", stamps->stt_final);
	put_stamp(&w, "eou", stamps->eou);
	put_stamp(&w, "llm_first", stamps->llm_first);
	put_stamp(&w, "sentence_first", stamps->sentence_first);
	put_stamp(&w, "tts_first", stamps->tts_first);
	put_stamp(&w, "leg_first", stamps->leg_first);
	put_stamp(&w, "heard_first", stamps->heard_first);
	iv_jw_end_obj(&w);
	return finish(&w, at);
}
