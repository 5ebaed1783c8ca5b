/* iv_browser: the JSON messages of /realtime/voice, written once as tables: the parser, the writer, the
 * AsyncAPI document and the tests read them. Every server message carries ts (seconds since the call
 * began), timestamp (Unix ms) and, when it must not be lost, n (1, 2, …) for resuming. */
#ifndef IV_BROWSER_H
#define IV_BROWSER_H

#include "iv_leg.h"
#include "iv_shape.h"

enum iv_client_type {
	IV_CL_START,
	IV_CL_AUDIO,      /* pcm16: base64; seq */
	IV_CL_DTMF_SEND,  /* digits, method */
	IV_CL_TRANSFER,   /* to, mode */
	IV_CL_TOOL_RESULT,/* id, result */
	IV_CL_PAUSE,
	IV_CL_RESUME,
	IV_CL_CONFIG,     /* config: merged over the agent's settings */
	IV_CL_PING,
	IV_CL_TEXT,       /* "user.text": a typed turn, for those without a microphone */
	IV_CL_TYPES
};

struct iv_client_message {
	enum iv_client_type type;
	struct iv_str call_id, agent_id, locale; /* start */
	struct iv_str pcm16;                     /* audio, still base64 */
	int64_t seq;                             /* audio; -1 when absent */
	struct iv_str digits;                    /* 0-9*#A-Dw, 1…64 */
	int method;                              /* 0 rfc2833, 1 info */
	struct iv_str to;
	int mode;                                /* 0 blind, 1 attended */
	struct iv_str id, result;                /* tool.result; result is JSON text */
	struct iv_str config;                    /* JSON text */
	struct iv_str text;
	double timestamp;                        /* pause, resume, ping; 0 when absent */
};

/* One shape per client type: what is read, and what AsyncAPI prints. Unknown members are ignored here
 * (old SDKs send more), wrong types are not. */
extern const struct iv_shape *const iv_client_shapes[IV_CL_TYPES];
extern const char *const iv_client_names[]; /* "start", "audio", … NULL */
IV_MUST_CHECK bool iv_client_parse(struct iv_str json, struct iv_client_message *m,
				   struct iv_arena *arena, struct iv_err *e);

/* The server's messages: "t" and the members behind it, without ts, timestamp and n. Ends with t NULL.
 * For documents and tests; messages are written by the functions below and by iv_leg. */
struct iv_server_row {
	const char *t;
	struct iv_shape shape;
};
extern const struct iv_server_row iv_server_rows[];

/* Server messages. `n` 0: not numbered (may be dropped). */
struct iv_stamp {
	double ts_s;
	int64_t wall_ms;
	uint32_t n;
};
struct iv_turn_stamps { /* Unix ms would lie: milliseconds since the call began, -1
			   * when it did not happen (left out of the message) */
	int64_t vad_end, stt_final, eou, llm_first, sentence_first, tts_first, leg_first, heard_first;
};

IV_MUST_CHECK bool iv_msg_connected(struct iv_buf *b, struct iv_stamp at, struct iv_str call_id,
				    struct iv_str resume_token, struct iv_str agent_name);
IV_MUST_CHECK bool iv_msg_stt(struct iv_buf *b, struct iv_stamp at, bool final, struct iv_str text,
			      double confidence, double duration_s);
IV_MUST_CHECK bool iv_msg_llm_delta(struct iv_buf *b, struct iv_stamp at, struct iv_str text);
IV_MUST_CHECK bool iv_msg_tool_call(struct iv_buf *b, struct iv_stamp at, struct iv_str id,
				    struct iv_str name, struct iv_str args_json);
IV_MUST_CHECK bool iv_msg_emotion(struct iv_buf *b, struct iv_stamp at, double energy_db, bool speaking);
IV_MUST_CHECK bool iv_msg_emotion_state(struct iv_buf *b, struct iv_stamp at, const char *cls,
					double arousal, double valence, double confidence);
IV_MUST_CHECK bool iv_msg_dtmf(struct iv_buf *b, struct iv_stamp at, char digit);
IV_MUST_CHECK bool iv_msg_end(struct iv_buf *b, struct iv_stamp at, const char *reason);
IV_MUST_CHECK bool iv_msg_error(struct iv_buf *b, struct iv_stamp at, const struct iv_err *err);
IV_MUST_CHECK bool iv_msg_pong(struct iv_buf *b, struct iv_stamp at);
/* Ours, for the page and the console; clients ignore what they do not know. */
IV_MUST_CHECK bool iv_msg_say(struct iv_buf *b, struct iv_stamp at, int turn, struct iv_str text);
IV_MUST_CHECK bool iv_msg_turn(struct iv_buf *b, struct iv_stamp at, int turn, const char *outcome,
			       struct iv_str heard, const struct iv_turn_stamps *stamps);

#endif
