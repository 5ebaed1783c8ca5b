/* A journal through the machine again. With other settings events that answer an action follow that action, wherever it
 * moves to. */
#include "iv_replay.h"

#include <stdlib.h>

enum kind { KIND_ASK, KIND_SAY, KIND_TOOL, KINDS };
enum { ORDINALS = 4096, PENDING = 65536, TOOL_ID = 96 };

/* Which kind of action an event answers; KINDS: none. */
static enum kind answers(enum iv_event_type type)
{
	switch (type) {
	case IV_EV_LLM_DELTA:
	case IV_EV_LLM_TOOL:
	case IV_EV_LLM_DONE:
	case IV_EV_LLM_FAILED:
	case IV_EV_LLM_SWITCHED:
		return KIND_ASK;
	case IV_EV_TTS_AUDIO:
	case IV_EV_TTS_DONE:
	case IV_EV_TTS_FAILED:
	case IV_EV_TTS_SWITCHED:
		return KIND_SAY;
	case IV_EV_TOOL_RESULT:
		return KIND_TOOL;
	default:
		return KINDS;
	}
}

static enum kind caused_by(enum iv_action_type type)
{
	return type == IV_ACT_LLM_ASK ? KIND_ASK : type == IV_ACT_TTS_SAY ? KIND_SAY
					   : type == IV_ACT_TOOL_CALL	   ? KIND_TOOL : KINDS;
}

/* ── one run ── */

struct run {
	const struct iv_replay_watch *watch;
	struct iv_replay_end *end;
	struct iv_call *call;
	int64_t now_us;
};

static void tell(struct run *r, const struct iv_action *a)
{
	r->watch->action(r->watch->arg, r->now_us, a, r->call);
}

static void step(struct run *r, const struct iv_event *ev)
{
	r->now_us = ev->now_us;
	if (r->watch->event)
		r->watch->event(r->watch->arg, ev);
	iv_call_step(r->call, ev);
}

static void over(struct run *r)
{
	r->end->last_us = r->now_us;
	r->end->ended = iv_call_ended(r->call);
	if (r->end->ended)
		(void)iv_str_copy(r->end->reason, sizeof(r->end->reason), iv_str(iv_call_end_reason(r->call)));
	iv_call_free(r->call);
}

/* The next event of the journal; false: there is none, or *bad. */
struct reader {
	struct iv_str rest;
	int64_t last_us;
	size_t count;
	bool torn, bad;
};

static bool next(struct reader *in, struct iv_event *ev)
{
	ptrdiff_t n = in->rest.len ? iv_record_read(in->rest, ev, &in->last_us) : 0;

	in->bad = n < 0;
	in->torn = n == 0 && in->rest.len;
	if (n <= 0)
		return false;
	in->rest.ptr += n;
	in->rest.len -= (size_t)n;
	in->count++;
	return true;
}

static bool read_whole(const struct reader *in, struct iv_replay_end *end, struct iv_err *e)
{
	end->events = in->count;
	end->torn = in->torn;
	return !in->bad || iv_fail(e, IV_EINVAL, "not a record after %zu events", in->count);
}

static void act_exactly(void *arg, const struct iv_action *a)
{
	tell(arg, a);
}

bool iv_replay_exactly(const struct iv_record_header *h, struct iv_str events, const struct iv_replay_watch *watch,
		       struct iv_replay_end *end, struct iv_err *e)
{
	struct run r = {.watch = watch, .end = end};
	struct reader in = {.rest = events};
	struct iv_event ev;

	*end = (struct iv_replay_end){0};
	r.call = iv_call_new(&h->agent, &h->opts, act_exactly, &r);
	while (next(&in, &ev))
		step(&r, &ev);
	over(&r);
	return read_whole(&in, end, e);
}

/* ── pass one: what answered which action, and how long after it? ── */

struct answer {
	struct iv_event ev;
	size_t place; /* which event of the journal it is */
	int64_t delay_us;
	uint32_t next; /* the next one to the same action, counted from 1; 0: none */
};

struct causes {
	struct answer *answers;
	size_t count, cap;
	uint32_t first[KINDS][ORDINALS], last[KINDS][ORDINALS]; /* counted from 1 */
	/* while reading */
	int64_t now_us, at_us[KINDS][ORDINALS];
	size_t asked[KINDS];
	uint32_t gens[ORDINALS], utts[ORDINALS];
	char tools[ORDINALS][TOOL_ID];
};

static void note_origin(void *arg, const struct iv_action *a)
{
	struct causes *p = arg;
	enum kind k = caused_by(a->type);
	size_t n;

	if (k == KINDS || p->asked[k] == ORDINALS)
		return;
	n = p->asked[k]++;
	p->at_us[k][n] = p->now_us;
	if (k == KIND_ASK)
		p->gens[n] = a->gen;
	else if (k == KIND_SAY)
		p->utts[n] = a->utt;
	else
		(void)iv_str_copy(p->tools[n], sizeof(p->tools[n]), a->id);
}

/* The latest action that the event can answer; -1: none. */
static ptrdiff_t ordinal(const struct causes *p, const struct iv_event *ev, enum kind k)
{
	for (size_t i = p->asked[k]; i-- > 0;)
		if ((k == KIND_ASK && p->gens[i] == ev->gen) || (k == KIND_SAY && p->utts[i] == ev->utt) ||
		    (k == KIND_TOOL && iv_str_eq(iv_str(p->tools[i]), ev->id)))
			return (ptrdiff_t)i;
	return -1;
}

static bool note_answer(struct causes *p, const struct iv_event *ev, size_t place, struct iv_err *e)
{
	enum kind k = answers(ev->type);
	ptrdiff_t n = k == KINDS ? -1 : ordinal(p, ev, k);
	uint32_t self;

	if (n < 0)
		return true;
	if (p->count == IV_REPLAY_ANSWERS)
		return iv_fail(e, IV_ETOOBIG, "the call is too long for that: more than %d answers", IV_REPLAY_ANSWERS);
	if (p->count == p->cap) {
		p->cap = p->cap ? 2 * p->cap : 1024;
		p->answers = realloc(p->answers, p->cap * sizeof(p->answers[0]));
		if (!p->answers)
			abort();
	}
	p->answers[p->count++] = (struct answer){.ev = *ev, .place = place, .delay_us = ev->now_us - p->at_us[k][n]};
	self = (uint32_t)p->count;
	if (p->last[k][n])
		p->answers[p->last[k][n] - 1].next = self;
	else
		p->first[k][n] = self;
	p->last[k][n] = self;
	return true;
}

static bool find_causes(const struct iv_record_header *h, struct iv_str events, struct causes *p, struct iv_err *e)
{
	struct iv_call *call = iv_call_new(&h->agent, &h->opts, note_origin, p);
	struct reader in = {.rest = events};
	struct iv_event ev;
	bool ok = true;

	while (ok && next(&in, &ev)) {
		p->now_us = ev.now_us;
		ok = note_answer(p, &ev, in.count, e);
		iv_call_step(call, &ev);
	}
	iv_call_free(call);
	return ok;
}

/* ── pass two: with the other settings ── */

struct changed {
	struct run run; /* first */
	const struct causes *causes;
	size_t asked[KINDS];
	struct iv_event *pending; /* answers on their way, by time */
	size_t pending_count;
	char tool_ids[ORDINALS][TOOL_ID];
};

static void schedule(struct changed *p, struct iv_event ev, int64_t at_us)
{
	size_t i = p->pending_count;

	if (p->pending_count == PENDING)
		return;
	ev.now_us = at_us;
	while (i > 0 && p->pending[i - 1].now_us > at_us) {
		p->pending[i] = p->pending[i - 1];
		i--;
	}
	p->pending[i] = ev;
	p->pending_count++;
}

static void act_changed(void *arg, const struct iv_action *a)
{
	struct changed *p = arg;
	enum kind k = caused_by(a->type);
	size_t n;

	tell(&p->run, a);
	if (k == KINDS || p->asked[k] == ORDINALS)
		return;
	n = p->asked[k]++;
	if (k == KIND_TOOL)
		(void)iv_str_copy(p->tool_ids[n], sizeof(p->tool_ids[n]), a->id);
	for (uint32_t i = p->causes->first[k][n]; i; i = p->causes->answers[i - 1].next) {
		const struct answer *was = &p->causes->answers[i - 1];
		struct iv_event ev = was->ev;

		ev.gen = a->gen;
		ev.utt = a->utt;
		if (k == KIND_TOOL)
			ev.id = iv_str(p->tool_ids[n]);
		schedule(p, ev, p->run.now_us + was->delay_us);
	}
}

static void deliver_until(struct changed *p, int64_t until_us)
{
	while (p->pending_count && p->pending[0].now_us <= until_us) {
		struct iv_event ev = p->pending[0];

		p->pending_count--;
		memmove(p->pending, p->pending + 1, p->pending_count * sizeof(p->pending[0]));
		if (ev.now_us < p->run.now_us)
			ev.now_us = p->run.now_us;
		step(&p->run, &ev);
	}
}

static bool run_changed(struct changed *p, struct iv_str events, struct iv_err *e)
{
	struct reader in = {.rest = events};
	const struct causes *c = p->causes;
	struct iv_event ev;
	size_t answered = 0;

	while (next(&in, &ev)) {
		if (answered < c->count && c->answers[answered].place == in.count) {
			answered++; /* it follows what asks for it now */
			continue;
		}
		if (ev.type == IV_EV_MARK)
			continue; /* marks belong to audio that may be sent at other times: the clock does */
		deliver_until(p, ev.now_us);
		if (ev.now_us >= p->run.now_us)
			step(&p->run, &ev);
	}
	over(&p->run);
	return read_whole(&in, p->run.end, e);
}

bool iv_replay_changed(const struct iv_record_header *h, struct iv_str events, const struct iv_agent *agent,
		       const struct iv_replay_watch *watch, struct iv_replay_end *end, struct iv_err *e)
{
	struct causes *causes = calloc(1, sizeof(*causes));
	struct changed *p = calloc(1, sizeof(*p));
	bool ok;

	if (!causes || !p || !(p->pending = calloc(PENDING, sizeof(*p->pending))))
		abort();
	*end = (struct iv_replay_end){0};
	ok = find_causes(h, events, causes, e);
	if (ok) {
		p->run = (struct run){.watch = watch, .end = end};
		p->causes = causes;
		p->run.call = iv_call_new(agent, &h->opts, act_changed, p);
		ok = run_changed(p, events, e);
	}
	free(p->pending);
	free(p);
	free(causes->answers);
	free(causes);
	return ok;
}
