/* iv_replay: a call's journal through the machine again, as it was or with other settings. Pure; some 2 ms for a minute
 * of a call, for a worker thread. */
#ifndef IV_REPLAY_H
#define IV_REPLAY_H

#include "iv_record.h"

struct iv_replay_watch {
	void (*event)(void *arg, const struct iv_event *ev); /* before its step; may be NULL */
	void (*action)(void *arg, int64_t now_us, const struct iv_action *a, const struct iv_call *c);
	void *arg;
};

struct iv_replay_end {
	size_t events;
	bool torn;       /* the last record is cut: the process died writing it */
	bool ended;      /* the call came to its end */
	int64_t last_us; /* of the last step */
	char reason[32]; /* of the end; "" without one */
};

/* `events` is the journal behind its header. False: it holds something that is no record (end->events says after how
 * many), or more answers of providers than IV_REPLAY_ANSWERS. */
IV_MUST_CHECK bool iv_replay_exactly(const struct iv_record_header *h, struct iv_str events,
				     const struct iv_replay_watch *watch, struct iv_replay_end *end, struct iv_err *e);

/* With this agent instead. What model, synthesiser and tools answered keeps its delay behind what asked for it,
 * wherever that moves to: the first question of the new run gets the answers of the first, and so on; the caller keeps
 * his own time. A question beyond those that were asked gets no answer. */
#define IV_REPLAY_ANSWERS 262144
IV_MUST_CHECK bool iv_replay_changed(const struct iv_record_header *h, struct iv_str events, const struct iv_agent *agent,
				     const struct iv_replay_watch *watch, struct iv_replay_end *end, struct iv_err *e);

#endif
