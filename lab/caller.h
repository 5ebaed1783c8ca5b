/* caller: one call: dials, speaks its script in real time, hears the answers, prints and measures. */
#ifndef LAB_CALLER_H
#define LAB_CALLER_H

#include "leg.h"
#include "stereo.h"
#include "talk.h"

struct caller_opts {
	struct leg_opts leg;
	const char *host;          /* "127.0.0.1:8080" */
	const struct script *script;
	const char *out;           /* WAV, or NULL */
	bool silence_zero;         /* digital zero between utterances instead of a quiet line */
	bool marks_destroyed;      /* jambonz: as if the leg had another rate than the stream */
	bool messy;                /* frames held back, joined and cut anywhere */
	uint64_t seed;
	int max_s;                 /* hangs up after it */
	bool print;                /* the conversation, to stdout */
	/* A carrier's call: */
	bool stay;                 /* nobody hangs up behind the last step */
	bool echo;                 /* says what it hears */
	bool mute;                 /* the socket opens and nothing is ever sent on it */
	bool no_keys;              /* keys are pressed, and the socket does not tell */
	bool unheard;              /* what comes back is never played */
	size_t first_step;         /* the script goes on where another socket left it */
	const struct sockaddr *address; /* NULL: the net's */
	void (*tell)(void *arg, int64_t at_ms, const char *line); /* the conversation, line by line; or NULL */
	void (*on_open)(void *arg); /* the socket is open; or NULL */
	void *tell_arg;
};

#define CALLER_TYPES_MAX 24
#define CALLER_TYPE_NAME 32

struct caller_count {
	char name[CALLER_TYPE_NAME];
	int64_t count;
};

enum caller_state { CALLER_DIALLING, CALLER_TALKING, CALLER_CLOSING, CALLER_DONE };

struct caller {
	const struct caller_opts *opts;
	struct wire_net *net;
	enum caller_state state;
	struct wire wire;
	struct leg leg;
	struct far_end far;
	struct talk talk;
	struct dialogue turns;
	struct stereo stereo;
	struct iv_pacer_member pace;
	void (*done)(void *arg); /* once, when all is closed */
	void *done_arg;

	int64_t first_slot_us; /* when the first frame was due to be sent; 0: not yet */
	int64_t frames;        /* sent */
	int64_t first_heard_us, last_heard_us; /* audible, monotonic; 0: not yet */
	uint64_t noise;
	int16_t heard[FAR_FRAME_MAX];  /* of the frame that is being sent now */
	int16_t held[8 * FAR_FRAME_MAX]; /* messy: not sent yet */
	size_t held_samples;

	char end_reason[160];
	int close_code;
	bool opened, by_us;
	int64_t marks_echoed, clears, bad;
	int64_t late_us; /* of its clock, at worst */
	struct caller_count types[CALLER_TYPES_MAX];
	size_t type_count;
	struct iv_buf said; /* llm.delta gathered into one line */
};

/* scratch is shared with other callers of the run. `done` may free the caller. */
bool caller_start(struct caller *c, const struct caller_opts *opts, struct wire_net *net,
		  struct leg_scratch *scratch, void (*done)(void *arg), void *arg, struct iv_err *e);
void caller_deinit(struct caller *c); /* after done */
/* Ends it from outside, in whatever state; `done` follows. */
void caller_hang_up(struct caller *c, const char *why);

/* ── report.c */
void report_line(const struct caller *c, int64_t at_ms, const char *fmt, ...) IV_PRINTF(3, 4);
IV_MUST_CHECK bool report_json(const struct caller *c, struct iv_buf *out);
void report_summary(const struct caller *c); /* a few printed lines at the end */

#endif
