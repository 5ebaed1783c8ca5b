/* iv_agent: what an agent is. One field table reads it, checks it, prints it and documents it; the call
 * takes a snapshot at its start. Nothing here is a secret: keys live in the configuration. */
#ifndef IV_AGENT_H
#define IV_AGENT_H

#include "iv_shape.h"

struct iv_endpointing {
	int provider;          /* index of iv_endpointing_names: invorto, off (the recogniser decides) */
	int64_t silence_ms;    /* ends a turn whose text looks finished */
	int64_t min_words;     /* fewer words wait twice as long */
	double confidence;     /* under it a final waits as if unfinished */
	struct iv_str wait_function; /* ms of silence as a function of x, how unfinished (0…1) the text looks */
	int64_t unfinished_ms; /* silence after "and", "um", a comma, no punctuation */
	int64_t digits_ms;     /* silence after a number */
	int64_t max_ms;        /* whatever the text looks like */
	int64_t finalize_ms;   /* silence after which the recogniser is told to finish */
};

struct iv_barge_in {
	bool enabled;
	int64_t onset_ms;      /* speech over the agent that silences it */
	int64_t echo_guard_db; /* how far above its own echo the caller has to be */
	int64_t min_words;     /* words that make an interruption real; 0: any text */
	bool resume;           /* go on after a false alarm */
	int64_t resume_ms;     /* silence without words after which it was one */
	struct iv_strs backchannels; /* never interrupt */
};

struct iv_idle {
	int64_t prompt_ms;     /* silence after which the agent asks; 0: off */
	struct iv_strs prompts;
	int64_t hangup_ms;     /* silence that ends the call; 0: off */
	struct iv_str goodbye;
};

struct iv_consent {
	int mode;              /* index of iv_consent_names: off, announce, ask */
	struct iv_str prompt;
	struct iv_str declined;
};

struct iv_keypad {
	int64_t gap_ms;        /* digits closer than this belong together */
	int64_t max_digits;
	struct iv_str finish;  /* a key that ends the number, or "" */
};

/* After the call: what a model is asked about it. */
struct iv_analysis {
	bool enabled;
	struct iv_str prompt;            /* said beside the house's own words */
	struct iv_str rubric;            /* what a successful call is; "": no score is asked for */
	struct iv_str structured_schema; /* JSON Schema of structuredData; "": none is asked for */
};

struct iv_tool {
	struct iv_str name;
	struct iv_str description;
	struct iv_str parameters; /* JSON Schema text */
	struct iv_str output_schema; /* of its answer; ptr NULL: any JSON */
	struct iv_str url;        /* "" : the client runs it (tool.call / tool.result) */
	struct iv_str headers;    /* object of strings, sent along; never credentials: a snapshot shows them */
	int method;               /* index of iv_tool_methods */
	int64_t timeout_ms;       /* 0: the configured default */
	bool blocking;            /* false: the conversation goes on at once with "started" */
	struct iv_str filler;     /* spoken when it takes longer than the budget */
};

/* How transfer_to_human is done on a telephone line. */
struct iv_transfer {
	int mode;                 /* index of iv_transfer_modes */
	struct iv_str whisper;    /* attended: said to who answers, before the two are connected */
	int64_t ring_ms;          /* how long it may ring there */
	struct iv_str failed;     /* said to the caller when nobody took it; the conversation goes on */
};

/* What is done when a machine answers an outbound call. */
struct iv_voicemail {
	int action;               /* index of iv_voicemail_actions */
	struct iv_str message;    /* left after the tone */
};

struct iv_agent {
	struct iv_str id, name, locale;
	struct iv_str prompt;
	struct iv_str disclosure;  /* "this is an AI"; spoken first; "" only with disclosure_waived */
	bool disclosure_waived;
	struct iv_str greeting;
	bool interruptible;        /* greeting and answers; the disclosure never is */
	struct iv_consent consent;
	struct iv_strs asr, llm, tts; /* provider lists; empty: the configured ones */
	struct iv_str model, voice, voice_elevenlabs, asr_model;
	double temperature;        /* < 0: the configured one */
	int64_t max_tokens;        /* 0: the configured one */
	struct iv_endpointing endpointing;
	struct iv_barge_in barge_in;
	struct iv_idle idle;
	struct iv_keypad keypad;
	struct iv_objs tools;      /* of struct iv_tool */
	int64_t tool_budget_ms;    /* a blocking tool beyond it gets its filler spoken */
	struct iv_str filler;
	struct iv_str apology;     /* spoken when providers are out */
	struct iv_strs end_call_phrases; /* the agent saying one ends the call after it is heard */
	struct iv_str opt_out_digit; /* the key that says "do not call me again"; "": none does */
	struct iv_str opt_out_text;  /* said then, before the call ends */
	struct iv_str transfer_to; /* where transfer_to_human leads */
	struct iv_transfer transfer;
	struct iv_voicemail voicemail;
	int64_t max_duration_ms;
	struct iv_str max_duration_text;
	bool emotion, record;
	int recording_format;      /* index of iv_recording_formats: wav, opus */
	struct iv_analysis analysis;
	bool echo;                 /* says back what it hears: to test a line, and to measure one */
	struct iv_str metadata;    /* JSON, kept and returned */
};

extern const struct iv_shape iv_agent_shape;
extern const struct iv_shape iv_tool_shape;
extern const char *const iv_endpointing_names[];
extern const char *const iv_consent_names[];
extern const char *const iv_tool_methods[];
extern const char *const iv_recording_formats[];
extern const char *const iv_transfer_modes[];     /* blind, attended */
extern const char *const iv_voicemail_actions[];  /* hangup, message, continue */

/* Checks what a field table cannot: disclosure present or waived, tool names unique, schemas JSON,
 * wait function parses, url templates. */
IV_MUST_CHECK bool iv_agent_check(const struct iv_agent *a, struct iv_err *e);
/* The same for one tool; e->field is dotted within it ("headers.X-Shop"). */
IV_MUST_CHECK bool iv_tool_check(const struct iv_tool *t, struct iv_err *e);
#define IV_TOOL_HEADERS_MAX 16
/* Built-in tools every agent may call; the model is told about them beside its own. */
IV_MUST_CHECK bool iv_agent_tools_json(const struct iv_agent *a, struct iv_buf *out);

/* Silence in ms by the wait function: numbers, x, + - * / ^ ( ) exp(). False when it does not parse. */
IV_MUST_CHECK bool iv_wait_function(struct iv_str expr, double x, double *ms, struct iv_err *e);

#endif
