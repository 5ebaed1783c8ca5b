/* iv_story: what a call leaves behind: who said what and when, how long everything took, which tools ran, how
 * well the line was. Told by the machine's events and actions, as they happen or from the journal: the same
 * code, so that a call whose process died leaves what it would have left. Pure.
 *
 * Lines go out while the call lives, as soon as they cannot change any more (a turn that may yet be taken
 * back waits); the whole is written at the end. Personal data is masked in everything that is written when
 * `redact` is set; what the questions answer is as it was said. */
#ifndef IV_STORY_H
#define IV_STORY_H

#include "iv_call.h"

enum {
	IV_STORY_TURNS = 4000,       /* more are only in the lines; the transcript says truncated */
	IV_STORY_TEXT = 2 << 20,     /* bytes of all of them */
	IV_STORY_TOOLS = 256,        /* tool calls kept */
	IV_STORY_PAUSES = 256,       /* of the recording; more are not listed */
	IV_STORY_LOUDS = 64,         /* more are not listed */
	IV_STORY_LINE = 131072,      /* bytes of one line; a longer one is left out and counted in `dropped` */
};

enum iv_story_file { IV_STORY_TRANSCRIPT, IV_STORY_METRICS, IV_STORY_FILES };
typedef void iv_story_line_fn(void *arg, enum iv_story_file file, struct iv_str line); /* with its newline */

struct iv_story_opts {
	struct iv_str call_id;
	int64_t started_ms;           /* Unix */
	const struct iv_agent *agent; /* outlives the story */
	const struct iv_call_opts *opts;
	bool redact;
	iv_story_line_fn *line;       /* or NULL */
	void *arg;
};

struct iv_story;

/* Strings of opts are copied. */
struct iv_story *iv_story_new(const struct iv_story_opts *opts);
void iv_story_free(struct iv_story *s);
void iv_story_event(struct iv_story *s, const struct iv_event *ev); /* before its step */
void iv_story_action(struct iv_story *s, int64_t now_us, const struct iv_action *a, const struct iv_call *c);

/* ── questions. What they return lives until the next event. */

enum iv_story_role { IV_STORY_USER, IV_STORY_AGENT };
extern const char *const iv_story_roles[]; /* "user", "agent" */

struct iv_story_turn {
	enum iv_story_role role;
	int number;          /* the agent's turn it is, or that answered it */
	struct iv_str text;
	int64_t start_ms, end_ms; /* since the call's start; -1: not known (typed, nothing heard) */
	double confidence;   /* of the recogniser, 0: not known; 1 for the agent */
	bool interrupted;
};
size_t iv_story_turns(const struct iv_story *s, const struct iv_story_turn **turns);

struct iv_story_pause {
	int64_t from_ms, to_ms; /* to_ms -1: to the end */
	char reason[24];
};
size_t iv_story_pauses(const struct iv_story *s, const struct iv_story_pause **pauses);

struct iv_story_tool {
	char name[64], id[96];
	int64_t start_ms, end_ms; /* end -1: never answered */
	bool blocking, ok, cancelled;
	int http_status;     /* 0: not known, or no HTTP */
	struct iv_str args, result; /* JSON as the model wrote it and was told it, cut to 2 KiB and 500 bytes; "" */
};
size_t iv_story_tools(const struct iv_story *s, const struct iv_story_tool **tools);

/* Median of the turns that have one, in ms; NaN: none has. */
struct iv_story_latencies {
	double asr_first_partial, eou, llm_first_token, tts_first_chunk, turn;
};
void iv_story_latencies(const struct iv_story *s, struct iv_story_latencies *l);

/* The caller's line, from when its frames came: spread of arrival (p95, ms), share that came too late for a
 * playout buffer of 40 ms (percent; what lost packets would be on a line that loses them), and the mean
 * opinion score the E-model (ITU-T G.107) gives for both. NaN: no frame came. */
struct iv_story_media {
	double jitter_ms_p95, late_pct, mos;
};
void iv_story_media(const struct iv_story *s, struct iv_story_media *m);

/* The caller's voice, by its energy alone (where the agent has `emotion`). */
struct iv_story_mood {
	int64_t windows, speaking; /* windows 0: nobody looked */
	double lively;             /* share of the speaking windows well above the threshold, 0…1 */
	double arousal;            /* mean of the speaking windows, 0 calm … 1 */
};
void iv_story_mood(const struct iv_story *s, struct iv_story_mood *m);
/* Where the caller was much louder than he usually is, for a second at least. */
struct iv_story_loud {
	int64_t from_ms, to_ms;
	double above_db; /* his usual level */
};
size_t iv_story_louds(const struct iv_story *s, const struct iv_story_loud **louds);
/* The last transfer; to "": there was none. status: completed, busy, no-answer, failed; "" while it lasts, and on legs
 * that are given away. */
struct iv_story_transfer {
	struct iv_str to, status;
	bool attended;
	int64_t seconds;
};
void iv_story_transfer(const struct iv_story *s, struct iv_story_transfer *t);
bool iv_story_opted_out(const struct iv_story *s); /* the caller does not want to be called again */
struct iv_str iv_story_transferred_to(const struct iv_story *s); /* "" : it was not, or nobody took it */

/* ── writing */

/* {callId, language, startedAt, durationSec, turns[{turn, role, text, start, end, confidence, interrupted}], text,
 * redacted, provider, pauses[{from, to, reason}]}, times in seconds since the start. */
IV_MUST_CHECK bool iv_story_transcript(const struct iv_story *s, struct iv_buf *out);
/* "User: …\nAgent: …": the text of it. */
IV_MUST_CHECK bool iv_story_text(const struct iv_story *s, struct iv_buf *out);

/* Steps a whole journal into `story` (made by the caller from its header, or by iv_story_open_journal). A journal
 * whose call did not end is ended with reason "crashed". The machine's usage and end are in *end. */
struct iv_story_end {
	char reason[32];
	bool crashed;
	int64_t duration_ms;
	struct iv_usage usage;
};
IV_MUST_CHECK bool iv_story_from_journal(struct iv_str journal, struct iv_arena *arena, bool redact,
					 iv_story_line_fn *line, void *arg, struct iv_story **story,
					 struct iv_story_end *end, struct iv_err *e);

#endif
