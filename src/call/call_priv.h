/* The inside of a call, shared by the files of this folder and by nobody else.
 *
 *   call.c      step, life, invariants       events.c   which event concerns whom
 *   opts.c      the options' table           listen.c   caller's turn: vad, text, end of turn
 *   speak.c     agent's turn                 utt.c      its sentences and their synthesis
 *   playout.c   far end's clock: what was sent, what is heard
 *   barge.c     interruption and resume      tools.c    function calls
 *   opening.c   disclosure, consent, hello   idle.c     silence and maximum duration
 *   history.c   what the model is told       note.c     timeline entries
 *
 * Three machines run side by side: the call's life, the caller (ear), the agent (mouth). Each has one
 * setter that checks the edge. */
#ifndef CALL_PRIV_H
#define CALL_PRIV_H

#include "iv_call.h"

#define US_PER_MS 1000
#define NEVER INT64_MAX
#define IV_TICK_US_OF_FRAME 20000
#define COUPLING_START_DDB (-350)

enum life { LIFE_NEW, LIFE_LIVE, LIFE_CLOSING, LIFE_ENDED, LIFE_STATES };
enum ear { EAR_QUIET, EAR_SPEECH, EAR_PAUSE, EAR_STATES };
enum mouth { MOUTH_IDLE, MOUTH_THINKING, MOUTH_SPEAKING, MOUTH_HELD, MOUTH_STATES };

/* ── limits of one call; each says what happens at it */
enum {
	TEXT_MAX = 8192,        /* caller's words of one turn; more are dropped */
	ANSWER_MAX = 16384,     /* model's words of one turn; the stream is cancelled there */
	UTTS = 64,              /* sentences of one turn not yet retired; the stream is cancelled there */
	TOOLS_IN_FLIGHT = 8,    /* more at the same time get an error result */
	TOOLS_MAX = 16,         /* tool calls of one answer; more are ignored */
	TOOL_ROUNDS = 5,        /* asks of one turn; then the agent apologises */
	SEGMENTS = 32,          /* far-end stretches; the oldest is forgotten */
	HISTORY_MESSAGES = 400, /* the oldest go first */
	HISTORY_BYTES = 131072,
	SENTENCE_MAX = 240,     /* bytes sent to the synthesiser at once */
	TOOL_ARGS_MAX = 16384,  /* a call with more is answered with an error */
};

struct vad {
	int floor_ddb;       /* adaptive noise floor */
	int run, gap;        /* frames of speech so far (short gaps bridged), frames since the last */
	int64_t run_start_us;
};

struct listen {
	enum ear ear;
	struct vad vad;
	int64_t speech_start_us, last_speech_us; /* of the turn under way; -1 none */
	int64_t tail_us;     /* end of what could still be heard of it: the dying away of the last word */
	bool tail_open;
	int64_t silent_frames;
	bool finalized;      /* the recogniser was told to finish since the last speech */
	bool provider_eot;
	double confidence;
	struct iv_buf text;  /* finals of this turn */
	struct iv_buf partial;
	struct iv_buf taken; /* the partial that ended the last turn; its final is still to come */
	int64_t taken_us;
	int64_t first_text_us, final_us, partial_us;
	int64_t frame_us;    /* when the last frame came */
	bool paused, lost, asr_ready, asr_out;
	bool away;           /* lost on purpose: the line is with another telephone */
};

enum utt_state { UTT_WAITING, UTT_ASKED, UTT_READY, UTT_FAILED, UTT_STATES };
enum utt_flag {
	UTT_KEEP = 1,       /* cannot be interrupted */
	UTT_ASIDE = 2,      /* filler, idle prompt: not part of the history */
	UTT_CLIP = 4,       /* a recorded clip; needs no synthesiser */
	UTT_DISCLOSURE = 16, /* that this is a machine */
	UTT_AGAIN = 8,      /* the rest of a sentence that broke off */
};

struct utt {
	uint32_t id;
	enum utt_state state;
	unsigned flags;
	char *text;
	size_t text_len;
	uint32_t message;    /* history id it belongs to; 0: none */
	int64_t start, end;  /* positions; start -1 until its first sample came */
	int64_t alive_us;    /* when the synthesiser was asked or last gave something */
	bool announced, marked;
	bool whole;          /* all its audio is there, so its length says how fast it is spoken */
	uint8_t *levels;
	size_t level_count;
};

enum turn_kind { TURN_OPENING, TURN_ANSWER, TURN_ASIDE, TURN_CLOSING };

struct turn {
	bool open;
	int number;
	enum turn_kind kind;
	uint32_t gen;        /* the model's stream in flight; 0 none */
	bool failed, truncated;
	int rounds;
	uint32_t message;    /* assistant message being spoken */
	size_t said;         /* characters of the answer so far */
	struct iv_buf tail;  /* model's text not yet a sentence */
	bool first_sentence_done;
	struct iv_turn_stamps_us at;
	int64_t alive_us;    /* when the model was asked or last said something */
	bool acted;          /* a tool was started: the turn cannot be taken back */
	int requested;       /* tool calls of the answer under way */
	bool ask_again;      /* a tool was answered since the model was last asked */
	bool hangup_after, transfer_after, transfer_attended;
	char transfer_to[128], whisper[600];
	char end_reason[32];
};

struct segment {
	int64_t at, samples, start_us; /* position, length, when the far end begins it */
};

struct playout {
	int64_t end;         /* behind the last sample the synthesiser gave */
	int64_t sent;        /* behind the last sample sent */
	int64_t kept_from;   /* last KEEP_FROM told */
	int64_t busy_us;     /* when everything sent would be played, had it arrived at once: the pace */
	int64_t late_us;     /* how much later the far end plays, by its marks; never the pace's business */
	int64_t hold_us;     /* nothing may be sent before (clear not acknowledged); 0 none */
	uint32_t epoch;
	struct segment seg[SEGMENTS];
	size_t seg_count;
	bool flushed;        /* the zeros behind the last mark are out */
};

struct hold {
	int64_t since_us, at, onset_us; /* when, position heard, caller's first speech */
	bool for_pause;      /* held by pause or a lost leg, not by the caller's voice */
};

enum tool_state { TOOL_FREE, TOOL_PENDING, TOOL_RUNNING, TOOL_DONE };
struct tool_call {
	enum tool_state state;
	bool background, last_act; /* last_act: end_call, transfer: the model is not asked again */
	char id[96], name[64];
	char *args, *result;
	int64_t started_us, deadline_us;
	uint32_t gen;
};

struct message {
	uint32_t id;
	enum { ROLE_USER, ROLE_ASSISTANT, ROLE_TOOL, ROLE_NOTE } role;
	char *text;
	char *tool_calls;    /* assistant: JSON array */
	char tool_id[96];    /* tool */
	bool cut;            /* assistant: interrupted */
};

struct iv_call {
	struct iv_agent agent;
	struct iv_arena agent_memory;
	struct iv_call_opts opts;
	iv_act_fn *act;
	void *act_arg;

	enum life life;
	enum mouth mouth;
	const struct iv_leg_caps *caps;
	enum iv_leg_kind leg;
	int rate_hz;
	bool resumable;
	int64_t now_us;
	char end_reason[32];
	int64_t closing_us;  /* a closing turn may last so long */

	struct listen in;
	struct turn turn;
	struct iv_turn_report report;
	struct iv_buf heard; /* text of the report */
	struct utt utts[UTTS];
	size_t utt_count;
	uint32_t next_utt, next_gen, next_message;
	int turns;
	struct playout out;
	struct hold held;
	int echo_coupling_ddb; /* inbound minus outbound level of echo, learnt from false alarms */

	struct tool_call tools[TOOLS_IN_FLIGHT];
	bool filler_said;
	struct message *history;
	size_t history_count, history_cap, history_bytes;

	struct { char digits[65]; size_t n; int64_t last_us; bool collecting; char tool_id[96];
		 int64_t deadline_us; size_t max; char finish; bool complete; } keypad;
	struct { bool asking; int asked; } consent;
	bool opted_out;        /* he does not want to be called again */
	struct { int64_t since_us, caller_us; size_t prompts; } idle;
	struct { double power; int frames; int64_t due_us; bool speaking; int streak; } emotion;
	int64_t away_since_us, away_us; /* since when; how long altogether: not the agent's time */
	bool nobody_took_it;   /* the transfer failed; said when the line is back */
	int64_t tone_us;       /* a machine talks: its message is left at the latest now; 0: none does */
	int failed_turns;
	struct iv_usage usage;
	struct iv_buf json; /* scratch for notes */
};

/* call.c */
_Noreturn void bad_edge(const char *machine, int from, int to);
void set_life(struct iv_call *c, enum life to);
void set_mouth(struct iv_call *c, enum mouth to);
void act(struct iv_call *c, const struct iv_action *a);
void call_end(struct iv_call *c, const char *reason);
void call_opted_out(struct iv_call *c, const char *by); /* once */
void call_close(struct iv_call *c, const char *reason, struct iv_str farewell); /* say it, then end */
char *copy_text(struct iv_str s);
int64_t samples_us(const struct iv_call *c, int64_t samples);
int64_t us_samples(const struct iv_call *c, int64_t us);

/* events.c */
void call_dispatch(struct iv_call *c, const struct iv_event *ev);

/* line.c: the line is held, lost, elsewhere, or a machine's. */
void line_pause(struct iv_call *c, bool paused);
void line_lost(struct iv_call *c, bool lost);
void line_transfer(struct iv_call *c, struct iv_str to, bool attended, struct iv_str whisper);
void line_dialed(struct iv_call *c, struct iv_str status, int64_t seconds);
void line_moved(struct iv_call *c);
void line_answered_by(struct iv_call *c, struct iv_str verdict);
void line_check(struct iv_call *c); /* a machine that never came to its tone */

/* vad.c */
void vad_init(struct vad *v);
/* Is this frame speech? `over_ddb` is an extra threshold (echo), IV_LEVEL_FLOOR_DDB for none. */
bool vad_frame(struct vad *v, struct iv_level level, int over_ddb, int64_t now_us);
int vad_run_ms(const struct vad *v);

/* listen.c */
void listen_init(struct iv_call *c);
void listen_deinit(struct iv_call *c);
void listen_frame(struct iv_call *c, struct iv_level level);
void listen_text(struct iv_call *c, bool final, struct iv_str text, double confidence, bool eot);
void listen_typed(struct iv_call *c, struct iv_str text);
void listen_check(struct iv_call *c); /* end of turn? */
void listen_forget(struct iv_call *c); /* the text of the turn under way is not wanted */
struct iv_str listen_words(const struct iv_call *c); /* finals, or the partial when there are none */
void listen_over(struct iv_call *c); /* what was said and answered no more is told */

/* endpoint.c: what a text says about being finished. Pure. */
enum text_end { TEXT_FINISHED, TEXT_OPEN, TEXT_TRAILING, TEXT_DIGITS };
enum text_end endpoint_text(struct iv_str text);
double endpoint_unfinished(struct iv_str text); /* x, 0…1 */
size_t count_words(struct iv_str text);
/* Lower case, letters, digits and single blanks only, into dst. */
size_t normalize(struct iv_str text, char *dst, size_t size);
/* Bytes at the head of text that are the words of `head`, punctuation and case aside; 0 when they differ. */
size_t same_words(struct iv_str text, struct iv_str head);
/* Is it made of pieces of the list? Unfinished: or may become so, as "uh" may become "uh huh". */
bool is_backchannel(const struct iv_strs *list, struct iv_str text, bool unfinished);
bool contains_phrase(struct iv_str text, struct iv_str phrase); /* both normalised inside */
int64_t endpoint_wait_ms(const struct iv_endpointing *e, struct iv_str text, double confidence,
			 bool provider_eot);

/* sentence.c: cuts the model's text into what is worth speaking. Pure. */
/* Length in bytes of the next piece at the head of text, 0 when it is not complete yet. */
size_t sentence_next(struct iv_str text, bool first, bool done);
/* Markdown, emoji and bare links out; returns the bytes written. */
size_t sentence_speakable(struct iv_str in, char *out, size_t size);

/* speak.c */
void turn_open(struct iv_call *c, enum turn_kind kind);
void turn_ask(struct iv_call *c);            /* LLM_ASK with a new generation */
void turn_delta(struct iv_call *c, struct iv_str text);
void turn_llm_done(struct iv_call *c);
void turn_fail(struct iv_call *c, const char *reason);
void turn_close(struct iv_call *c, enum iv_turn_outcome outcome);
void turn_cancel_streams(struct iv_call *c);
void turn_moved(struct iv_call *c);          /* the model's stream is gone */
bool turn_finished(const struct iv_call *c); /* nothing left to ask, hear or play */
void turn_check(struct iv_call *c);          /* a model that went silent is given up */

/* utt.c */
void turn_say(struct iv_call *c, struct iv_str text, unsigned flags);
void turn_progress(struct iv_call *c);       /* ask for the next sentence */
void utts_check(struct iv_call *c);          /* a synthesiser that went silent is given up */
bool utts_in(const struct iv_call *c, enum utt_state state);
bool utts_unsaid(const struct iv_call *c);   /* something is still to be said or played */
void utt_audio(struct iv_call *c, const struct iv_event *ev);
struct utt_end {
	bool failed, others; /* others: somebody was not asked for this sentence yet */
	struct iv_str reason;
};
void utt_done(struct iv_call *c, uint32_t id, struct utt_end end);
void utts_moved(struct iv_call *c, int64_t at);
struct utt *utt_at(struct iv_call *c, size_t i);
const struct utt *utt_get(const struct iv_call *c, size_t i);
void utts_clear(struct iv_call *c);

/* playout.c */
void playout_pump(struct iv_call *c);
int64_t playout_heard(const struct iv_call *c);
int64_t playout_ended_us(const struct iv_call *c); /* when the caller heard, or by now has heard, the last of it */
void playout_clear(struct iv_call *c, double cutoff_ms);
void playout_mark(struct iv_call *c, const struct iv_mark *m, bool cleared);
bool playout_drained(const struct iv_call *c);
int playout_level_ddb(const struct iv_call *c); /* loudest of what the caller heard in the last 300 ms */
size_t heard_chars(const struct iv_call *c, const struct utt *u, int64_t heard); /* cut at a word's end */
int64_t resume_point(const struct iv_call *c, int64_t heard); /* start of the last heard word */

/* barge.c */
bool may_interrupt(const struct iv_call *c);
bool must_be_heard(const struct iv_call *c); /* a sentence nobody may cut is not over */
void barge_frame(struct iv_call *c);
void barge_text(struct iv_call *c, struct iv_str text, bool final);
void barge_confirm(struct iv_call *c);
void barge_resume(struct iv_call *c);
void barge_check(struct iv_call *c);
void hold_start(struct iv_call *c, int64_t onset_us, bool for_pause);

/* tools.c */
void tool_requested(struct iv_call *c, const struct iv_event *ev);
void tool_result(struct iv_call *c, struct iv_str id, bool ok, struct iv_str json);
void tools_check(struct iv_call *c);
void tools_start_pending(struct iv_call *c);
void tools_cancel(struct iv_call *c);
void tools_moved(struct iv_call *c); /* those that run will never answer */
void tools_end(struct iv_call *c); /* background ones too */
/* Results that came in the background, into the history: only between answers, because a tool call and
 * its answer must stand together. */
void tools_tell_background(struct iv_call *c);
bool tools_open(const struct iv_call *c); /* blocking calls without a result */
void tools_deinit(struct iv_call *c);

/* keypad.c, opening.c, idle.c, emotion.c */
void keypad_digit(struct iv_call *c, char digit);
void keypad_collect(struct iv_call *c, struct iv_str tool_id, size_t max, char finish);
void keypad_check(struct iv_call *c);
void keypad_back(struct iv_call *c); /* the line is back: what was pressed meanwhile counts from now */
void opening_start(struct iv_call *c);
bool opening_takes(struct iv_call *c, struct iv_str text); /* an answer to the consent question */
void idle_touch(struct iv_call *c);
void idle_check(struct iv_call *c);
void emotion_frame(struct iv_call *c, struct iv_level level);

/* history.c */
uint32_t history_add(struct iv_call *c, int role, struct iv_str text);
struct message *history_find(struct iv_call *c, uint32_t id);
void history_set_text(struct iv_call *c, struct message *m, struct iv_str text);
void history_drop(struct iv_call *c, uint32_t id);
void history_drop_last_user(struct iv_call *c, struct iv_buf *text); /* moves its text into `text` */
void history_deinit(struct iv_call *c);

/* note.c: one timeline entry. Pairs of key and value end with NULL. */
void note(struct iv_call *c, const char *kind, const char *key, ...);
void note_final(struct iv_call *c, struct iv_str text, double confidence);
void note_text(struct iv_call *c, const char *kind, const char *key, struct iv_str text);
void note_switch(struct iv_call *c, const char *kind, struct iv_str provider, struct iv_str reason);
void note_ms(struct iv_call *c, const char *kind, const char *key, int64_t ms);
void note_user(struct iv_call *c, struct iv_str words); /* what the caller said, with when and how surely */
void note_dialed(struct iv_call *c, const char *kind, struct iv_str status, int64_t seconds);
void note_recording(struct iv_call *c, const struct iv_event *ev);
void note_turn(struct iv_call *c);
void note_end(struct iv_call *c);

#endif
