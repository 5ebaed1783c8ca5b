/* answer: one HTTP answer of a service, on its way through the fault rules and the counters. A
 * service says what it would send; whether and when it leaves is decided here. */
#ifndef LAB_ANSWER_H
#define LAB_ANSWER_H

#include "faults.h"
#include "stats.h"

struct answer {
	struct lab *lab;
	struct iv_http_req *rq; /* NULL: over */
	struct stats_tab tab;
	struct fault fault;
	int64_t sent; /* body bytes */
	bool stalled;
	struct iv_timer delay;
	void (*go)(void *arg);
	void (*over)(void *arg);
	void (*room)(void *arg);
	void *arg;
};

/* Takes the request over. `go` runs now or after the rule's delay, unless a rule replaces the
 * answer; in it, or later, the service begins the answer. `over` runs exactly once, after this turn
 * of the loop, when nothing may be sent any more: the answer is complete, cut, or the client has
 * left. The struct is the owner's and lives until then. */
void answer_start(struct answer *a, struct lab *lab, struct iv_http_req *rq,
		  enum lab_service service, struct iv_str call_id, void (*go)(void *arg),
		  void (*over)(void *arg), void *arg);
bool answer_open(const struct answer *a); /* false: what is sent goes nowhere */
void answer_begin(struct answer *a, const char *content_type);
/* False: enough waits in the socket, `room` is called when there is room again. */
bool answer_write(struct answer *a, struct iv_str bytes);
void answer_on_room(struct answer *a, void (*room)(void *arg));
void answer_end(struct answer *a);
/* Instead of beginning: the whole answer at once, counted complete (2xx) or refused. */
void answer_whole(struct answer *a, int status, struct iv_str json);

#endif
