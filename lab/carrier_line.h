/* carrier_line: one telephone line seen by its carrier: placed, ringing, answered, over. Pure: time is given, what
 * is due is asked for. A line ends once; every state is told once, in order, with a sequence number. */
#ifndef LAB_CARRIER_LINE_H
#define LAB_CARRIER_LINE_H

#include "iv_str.h"

enum line_state {
	LINE_QUEUED,
	LINE_TRYING,
	LINE_RINGING,
	LINE_TALKING,
	LINE_COMPLETED,
	LINE_BUSY,
	LINE_NO_ANSWER,
	LINE_FAILED,
	LINE_CANCELED,
};

enum line_by { LINE_BY_NOBODY, LINE_BY_PERSON, LINE_BY_CARRIER };

/* What the person at the far end does; -1: never. An outbound line rings at the person's, an inbound one is
 * rung by them. */
struct line_plan {
	bool inbound;
	int64_t queue_ms;   /* outbound: waits for its turn */
	int64_t trying_ms;  /* from placed to ringing */
	int64_t pick_up_ms; /* outbound: from ringing to `outcome` */
	enum line_state outcome; /* TALKING, BUSY, FAILED, or NO_ANSWER: rings until somebody gives up */
	int sip;            /* of BUSY and FAILED; 0: the usual one */
	int64_t timeout_ms; /* outbound: the carrier gives up so long after it was placed */
	int64_t give_up_ms; /* inbound: the person does, before an answer */
	int64_t hang_up_ms; /* the person does, so long after the answer */
	int64_t limit_ms;   /* the carrier cuts, so long after the answer */
};

struct line;
typedef void line_fn(void *arg, const struct line *l);

struct line {
	struct line_plan plan;
	enum line_state state;
	int sip_status;
	enum line_by by;
	int sequence; /* of the state: 0, 1, … */
	int64_t placed_ms, since_ms, answered_ms, ended_ms; /* answered, ended: -1: not yet */
	line_fn *told;
	void *arg;
};

void line_init(struct line *l, const struct line_plan *plan, line_fn *told, void *arg);
void line_place(struct line *l, int64_t now_ms);
/* Does everything that is due; several states may be told. */
void line_tick(struct line *l, int64_t now_ms);
int64_t line_due(const struct line *l); /* when to tick next; -1: nothing is waited for */
/* Inbound: what answers is the application. False: too late. */
bool line_answer(struct line *l, int64_t now_ms);
/* Ends it, as fits: an answered one is completed, an unanswered one canceled or as `sip` says. False: was over. */
bool line_hang_up(struct line *l, int64_t now_ms, enum line_by by, int sip);
static inline bool line_over(const struct line *l)
{
	return l->state >= LINE_COMPLETED;
}
int64_t line_duration_ms(const struct line *l); /* from the answer to the end; 0 without an answer */
const char *line_sip_reason(int sip);

#endif
