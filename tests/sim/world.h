/* A virtual world around one call machine: a caller, a far end that plays what is sent, a recogniser, a
 * model, a synthesiser, tools and an operator, all random, all from one seed. Every action is judged.
 *
 *   world.c   clock, events in, actions judged     far.c     the leg: plays, answers marks, stalls, vanishes
 *   people.c  caller, recogniser, operator         models.c  model, synthesiser, tools */
#ifndef TESTS_SIM_WORLD_H
#define TESTS_SIM_WORLD_H

#include "iv_call.h"
#include "iv_record.h"

#define MS 1000
#define NOT_DUE INT64_MAX

struct far_mark {
	struct iv_mark mark;
	int64_t due_us;
	bool cleared;
};

struct far {
	const struct iv_leg_caps *caps;
	enum iv_leg_kind kind;
	int rate_hz;
	int64_t one_way_us;
	int64_t end_us;       /* when it has played everything */
	int64_t sent, kept;   /* positions: behind the last sample sent, KEEP_FROM */
	bool jumped;          /* a clear or cut came: the next block may begin elsewhere */
	bool held;            /* cleared and nothing sent since */
	bool bar_back;        /* the clear's own mark came back */
	int64_t cleared_us, held_us; /* of the last clear; since when it could go on */
	uint32_t epoch;
	struct far_mark marks[64];
	size_t mark_count;
	int64_t stall_until_us; /* frames of the caller pile up until then */
	int stalled;
};

enum talk { TALK_NONE, TALK_WORDS, TALK_ASIDE, TALK_COUGH };

struct people {
	enum talk talk;
	int64_t talk_from_us, talk_until_us, next_talk_us;
	int64_t speech_from_us, speech_until_us; /* what the recogniser works on */
	const char *text;
	int words_given;
	int64_t partial_us, final_us, eot_us;
	bool finals_fail, noisy, echo;
	int64_t operator_us, gone_us, asr_fail_us, back_us, resume_us;
	int64_t away_since_us;
	bool paused, lost, away; /* away: the line is with another telephone */
};

enum stream_state { STREAM_FREE, STREAM_OPEN, STREAM_CANCELLED };
struct llm_stream {
	enum stream_state state;
	uint32_t gen;
	int64_t due_us;
	int words, tools;
	size_t at;
	const char *text;
	bool fails;
};
struct tts_stream {
	enum stream_state state;
	uint32_t utt;
	int64_t due_us, left, step_us, chunk;
	bool fails, given;
};
struct tool_run {
	enum stream_state state;
	char id[32];
	int64_t due_us;
};

struct world {
	uint64_t rng;
	struct iv_call *call;
	int64_t now_us, end_by_us;
	int64_t next_due_us;  /* the earliest of everything but frames and ticks */
	struct far far;
	struct people people;
	struct llm_stream llm[4];
	struct tts_stream tts[4];
	struct tool_run tools[16];
	unsigned tool_ids;
	/* what was seen */
	bool resumable;       /* the line can come back from another telephone */
	bool ended, check_messages, said_by_operator;
	uint32_t last_gen, last_utt, cancelled_gen;
	char asked[256];      /* text of the last sentence asked for */
	bool broke_off;       /* it was given in part */
	bool cut_off;         /* … and then cancelled, for whatever reason */
	int asr_opens, asr_closes, turns;
	int64_t audio_end;    /* our queue's end */
	int64_t active_us;    /* last action that is a step forward */
	bool answering;       /* a turn of the agent is open */
	struct iv_buf said;   /* sentences announced in this turn */
	struct iv_buf scratch;
	/* wanted by somebody */
	bool verbose;
	struct iv_buf *journal, *printed;
	int64_t journal_us;
	char (*lines)[240];   /* the last 50 */
	unsigned line_count;
	uint64_t steps;
};

enum { LINES = 50 };

/* A call from its first event to its end; false: something was wrong, and said on stderr. */
void world_run(struct world *w, uint64_t seed, const struct iv_agent *agent, const struct iv_call_opts *opts);
void world_random_opts(uint64_t seed, struct iv_call_opts *opts);
void world_deinit(struct world *w);
void world_step(struct world *w, struct iv_event *ev);
void world_due(struct world *w, int64_t at_us); /* wake me then */
_Noreturn void world_fail(struct world *w, const char *fmt, ...) IV_PRINTF(2, 3);
#define world_must(w, ok, ...)                                                                     \
	do {                                                                                       \
		if (!(ok))                                                                         \
			world_fail(w, __VA_ARGS__);                                                \
	} while (0)

/* A pool of differently set agents, made once. */
void world_agents_init(void);
void world_agents_deinit(void);
const struct iv_agent *world_agent(uint64_t seed);

uint64_t dice(struct world *w);
int64_t between(struct world *w, int64_t least, int64_t most);
int64_t ms_between(struct world *w, int64_t least, int64_t most); /* in µs, not on the grid */
bool chance(struct world *w, int percent);
static inline int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Each: start, what the machine orders, what is due (returns when next). */
void far_start(struct world *w);
void far_act(struct world *w, const struct iv_action *a);
int64_t far_due(struct world *w);
void far_frame(struct world *w, struct iv_level level);
void far_check(struct world *w);

void people_start(struct world *w);
void people_act(struct world *w, const struct iv_action *a);
int64_t people_due(struct world *w);
struct iv_level people_level(struct world *w);

void models_act(struct world *w, const struct iv_action *a);
int64_t models_due(struct world *w);
void models_gone(struct world *w); /* nothing of what is under way will answer */
bool models_open(const struct world *w);
bool models_gen_stands(const struct world *w, uint32_t gen);

#endif
