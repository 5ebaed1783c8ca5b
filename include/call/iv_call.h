/* iv_call: one live conversation as a pure, deterministic machine. Everything that happens is an event
 * with a time; iv_call_step changes the state and gives actions to `act`. No clock, no socket, no
 * thread, no randomness, and not one audio sample: sound is a level a frame coming in, a count of
 * samples going out. The same code runs live, in the simulator, in a replay and in a fuzzer.
 *
 * Time: now_us counts from the call's start and never goes back. The owner must step a TICK at least
 * every 20 ms while the call lives; all deadlines are met on ticks.
 * Positions: `at` is in samples of the leg's rate since the call's first synthesised sample. */
#ifndef IV_CALL_H
#define IV_CALL_H

#include "iv_agent.h"
#include "iv_buf.h"
#include "iv_leg.h"
#include "iv_level.h"

struct iv_call;

/* ── events ─────────────────────────────────────────────────────────────────────────────────────── */
enum iv_event_type {
	IV_EV_START = 1,    /* the leg is bound; first event */
	IV_EV_TICK,
	IV_EV_FRAME,        /* 20 ms from the caller */
	IV_EV_DTMF,         /* text: one digit */
	IV_EV_MARK,         /* far end: position mark.at was played (or given back by a clear) */
	IV_EV_LEG_GONE,     /* text: reason; the socket is gone and will not come back */
	IV_EV_LEG_LOST,     /* the socket is gone and may come back (browser resume, a carrier's next media socket) */
	IV_EV_LEG_BACK,
	IV_EV_ASR_READY,
	IV_EV_ASR_SPEECH,   /* the recogniser hears speech */
	IV_EV_ASR_PARTIAL,  /* text */
	IV_EV_ASR_FINAL,    /* text, confidence, flag: the recogniser's own end of turn */
	IV_EV_ASR_EOT,      /* the recogniser's end of utterance, without text */
	IV_EV_ASR_FAILED,   /* all recognisers are out */
	IV_EV_ASR_SWITCHED, /* text: which one took over, name: why */
	IV_EV_LLM_DELTA,    /* gen, text */
	IV_EV_LLM_TOOL,     /* gen, id, name, text: arguments as JSON */
	IV_EV_LLM_DONE,     /* gen, a: tokens in, b: tokens out */
	IV_EV_LLM_FAILED,   /* gen, text: reason (a word, never the provider's text) */
	IV_EV_LLM_SWITCHED, /* gen, text, name: the same; nothing was said yet */
	IV_EV_TTS_AUDIO,    /* utt, samples, levels (one per started 20 ms) */
	IV_EV_TTS_DONE,     /* utt */
	IV_EV_TTS_FAILED,   /* utt, text: reason, flag: somebody was not asked for this sentence yet */
	IV_EV_TTS_SWITCHED, /* utt, text, name: the same */
	IV_EV_TOOL_RESULT,  /* id, text: JSON, flag: ok */
	IV_EV_TEXT,         /* the caller typed: text */
	IV_EV_PAUSE,
	IV_EV_RESUME,
	IV_EV_CONFIG,       /* text: JSON merged over the settings; the owner has checked it */
	IV_EV_DTMF_SEND,    /* text: digits */
	IV_EV_TRANSFER,     /* text: to, flag: attended, name: whisper */
	IV_EV_SAY,          /* operator: text, flag: interrupt what is being said */
	IV_EV_HANGUP,       /* text: reason */
	IV_EV_RECORDING,    /* flag: silence is recorded from a (ms since the start) on, text: why; else until a */
	IV_EV_DIALED,       /* the telephone a call was transferred to; text: completed, busy, no-answer, failed; a: seconds */
	IV_EV_MOVED,        /* behind LEG_LOST: another process goes on. Its queue of samples is empty up to iv_call_audio_end,
				no stream and no tool of before will answer */
	IV_EV_AMD,          /* who answered; text: human, machine, machine_end, fax, unknown */
	IV_EV_TYPES
};
extern const char *const iv_event_names[IV_EV_TYPES];

struct iv_event {
	enum iv_event_type type;
	int64_t now_us;
	struct iv_level level;  /* FRAME */
	struct iv_mark mark;    /* MARK */
	bool cleared;           /* MARK */
	bool flag;
	double confidence;      /* ASR_FINAL; 0 unknown */
	uint32_t gen, utt;
	int64_t a, b;
	int64_t samples;        /* TTS_AUDIO */
	const uint8_t *levels;  /* TTS_AUDIO: -dBFS, 0…120, one per 20 ms begun */
	size_t level_count;
	struct iv_str id, name, text;
	/* START */
	enum iv_leg_kind leg;
	int rate_hz;
	bool resumable;
};

/* ── actions ────────────────────────────────────────────────────────────────────────────────────── */
enum iv_action_type {
	IV_ACT_ASR_OPEN = 1,
	IV_ACT_ASR_FLUSH,    /* the caller paused: what is gathered goes upstream now */
	IV_ACT_ASR_FINALIZE,
	IV_ACT_ASR_CLOSE,
	IV_ACT_LLM_ASK,      /* gen; messages by iv_call_messages */
	IV_ACT_LLM_CANCEL,   /* gen */
	IV_ACT_TTS_SAY,      /* utt, text, flag: the rest of the sentence asked before, which broke off:
				those that were asked for it already come last */
	IV_ACT_TTS_CANCEL,   /* utt */
	IV_ACT_LEG_SEND,     /* at, samples to read there, pad: zeros behind them */
	IV_ACT_LEG_MARK,     /* mark */
	IV_ACT_LEG_CLEAR,    /* gen: the new epoch */
	IV_ACT_KEEP_FROM,    /* at: samples before it are not needed any more */
	IV_ACT_CUT_FROM,     /* at: samples from it on will never be played */
	IV_ACT_TOOL_CALL,    /* id, name, text: arguments */
	IV_ACT_TOOL_CANCEL,  /* id */
	IV_ACT_STT,          /* text, flag: final, confidence: for the client */
	IV_ACT_DELTA,        /* text: for the client */
	IV_ACT_SAY,          /* a: turn, text: this sentence is about to be heard */
	IV_ACT_EMOTION,      /* value: energy in dBFS, flag: speaking */
	IV_ACT_TURN,         /* a turn is closed: iv_call_last_turn */
	IV_ACT_DTMF_IN,      /* text: digit, for the client */
	IV_ACT_DTMF_OUT,     /* text: digits, for the carrier */
	IV_ACT_TRANSFER,     /* text: to, flag: attended, name: whisper; the line is away until LEG_BACK or LEG_GONE when
				it can come back (START's resumable, not on browser legs), else END follows */
	IV_ACT_NOTE,         /* name: timeline kind, text: JSON payload */
	IV_ACT_END,          /* last action but ASR_CLOSE and cancels, exactly once; text: reason */
	IV_ACT_TYPES
};
extern const char *const iv_action_names[IV_ACT_TYPES];

struct iv_action {
	enum iv_action_type type;
	uint32_t gen, utt;
	int64_t at, samples, pad, a;
	struct iv_mark mark;
	bool flag;
	double value;
	struct iv_str id, name, text; /* valid during the callback */
};

typedef void iv_act_fn(void *arg, const struct iv_action *a);

/* ── what the configuration adds to an agent */
struct iv_call_opts {
	int64_t lead_min_ms, lead_max_ms;
	double emotion_threshold_db;
	int64_t emotion_window_ms, emotion_min_hold;
	int64_t tool_timeout_ms;
	struct iv_str consent_prompt, system_prompt;
	double rate_asr_per_min, rate_tts_per_char, rate_llm_per_token, rate_transport_per_min,
		rate_platform_per_call; /* INR */
};
extern const struct iv_shape iv_call_opts_shape; /* its defaults are the config table's */

/* The agent is copied. `act` must not call iv_call_step: actions are carried out, and what comes of
 * them is the next event. */
struct iv_call *iv_call_new(const struct iv_agent *agent, const struct iv_call_opts *opts, iv_act_fn *act,
			    void *arg);
void iv_call_free(struct iv_call *c);
/* From now on actions go there: a machine that was brought to where another one stood by replaying. */
void iv_call_redirect(struct iv_call *c, iv_act_fn *act, void *arg);
void iv_call_step(struct iv_call *c, const struct iv_event *ev);

/* ── questions */
enum iv_turn_outcome { IV_TURN_COMPLETED, IV_TURN_INTERRUPTED, IV_TURN_FAILED, IV_TURN_TOOL, IV_TURN_OUTCOMES };
extern const char *const iv_turn_outcomes[];

struct iv_turn_report {
	int number;
	enum iv_turn_outcome outcome;
	struct iv_turn_stamps_us { int64_t speech_start, vad_end, stt_first, stt_final, eou, llm_first,
		sentence_first, tts_first, leg_first, heard_first; } at_us; /* -1: did not happen;
		heard_first is the first sound loud enough to be one, as the far end plays it */
	int64_t ended_us;    /* when the caller heard the last of it; -1: there was no sound */
	struct iv_str heard; /* agent's words the caller heard */
};

struct iv_usage {
	int64_t asr_ms, call_ms;
	int64_t tts_chars, llm_in, llm_out, tool_calls, turns, interruptions;
	double cost_inr;
};

bool iv_call_ended(const struct iv_call *c);
const char *iv_call_end_reason(const struct iv_call *c); /* NULL while it lives */
const struct iv_turn_report *iv_call_last_turn(const struct iv_call *c);
void iv_call_usage(const struct iv_call *c, struct iv_usage *u);
const struct iv_agent *iv_call_agent(const struct iv_call *c);
/* Position behind the last synthesised sample the machine accepted. The owner appends a TTS_AUDIO's
 * samples to its queue before the step and cuts the queue back to this after it. */
int64_t iv_call_audio_end(const struct iv_call *c);
/* Position the caller has heard by now, as far as the far end's clock tells (for the recording). */
int64_t iv_call_heard(const struct iv_call *c);
/* Audio from the caller is wanted now (not paused, not over): what goes to the recogniser. */
bool iv_call_listening(const struct iv_call *c);
/* The conversation as chat-completions messages (a JSON array), cut to what was heard. */
IV_MUST_CHECK bool iv_call_messages(const struct iv_call *c, struct iv_buf *out);
/* One short line for logs and assertions: "live listening/speaking gen=3 queued=1200". */
void iv_call_describe(const struct iv_call *c, char *out, size_t size);

/* Invariants, checked after every step in debug builds and by the simulator: aborts with a message. */
void iv_call_check(const struct iv_call *c);

#endif
