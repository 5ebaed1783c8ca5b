/* A call with other settings: events that answer an action follow that action, wherever it moves to. */
#include <stdlib.h>
#include "app.h"

enum kind { KIND_ASK, KIND_SAY, KIND_TOOL, KINDS };
enum { ORDINALS = 4096, PENDING = 65536 };

struct origin {
	int64_t at_us[KINDS][ORDINALS];
	size_t count[KINDS];
};

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

/* ── pass one: when was each answered action taken? ── */

struct first_pass {
	struct origin *o;
	int64_t now_us;
	uint32_t gens[ORDINALS], utts[ORDINALS];
	char tools[ORDINALS][96];
};

static void note_origin(void *arg, const struct iv_action *a)
{
	struct first_pass *p = arg;
	enum kind k = caused_by(a->type);
	size_t n;

	if (k == KINDS || p->o->count[k] == ORDINALS)
		return;
	n = p->o->count[k]++;
	p->o->at_us[k][n] = p->now_us;
	if (k == KIND_ASK)
		p->gens[n] = a->gen;
	else if (k == KIND_SAY)
		p->utts[n] = a->utt;
	else
		(void)iv_str_copy(p->tools[n], sizeof(p->tools[n]), a->id);
}

static uint32_t ordinal(const struct first_pass *p, const struct iv_event *ev, enum kind k)
{
	for (size_t i = p->o->count[k]; i-- > 0;)
		if ((k == KIND_ASK && p->gens[i] == ev->gen) || (k == KIND_SAY && p->utts[i] == ev->utt) ||
		    (k == KIND_TOOL && iv_str_eq(iv_str(p->tools[i]), ev->id)))
			return (uint32_t)i + 1;
	return 0;
}

void what_if_causes(struct journal *j)
{
	struct first_pass *p = calloc(1, sizeof(*p));
	struct iv_call *call;

	if (!p || !(p->o = calloc(1, sizeof(*p->o))))
		abort();
	call = iv_call_new(&j->header.agent, &j->header.opts, note_origin, p);
	for (size_t i = 0; i < j->count; i++) {
		struct recorded *r = &j->events[i];
		enum kind k = answers(r->ev.type);

		p->now_us = r->ev.now_us;
		if (k != KINDS && (r->cause = ordinal(p, &r->ev, k)) != 0)
			r->delay_us = r->ev.now_us - p->o->at_us[k][r->cause - 1];
		iv_call_step(call, &r->ev);
	}
	iv_call_free(call);
	free(p->o);
	free(p);
}

/* ── pass two: with the other settings ── */

struct second_pass {
	const struct journal *j;
	struct iv_call *call;
	iv_act_fn *act;
	turn_seen_fn *turn;
	void *arg;
	int64_t *clock; /* the caller's copy of now_us */
	int64_t now_us;
	size_t count[KINDS];
	struct iv_event *pending; /* answers on their way, by time */
	size_t pending_count;
	char tool_ids[ORDINALS][96];
};

static void schedule(struct second_pass *p, struct iv_event ev, int64_t at_us)
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

static void answer(struct second_pass *p, enum kind k, uint32_t nth, const struct iv_action *a)
{
	for (size_t i = 0; i < p->j->count; i++) {
		const struct recorded *r = &p->j->events[i];
		struct iv_event ev = r->ev;

		if (r->delay_us < 0 || r->cause != nth || answers(r->ev.type) != k)
			continue;
		ev.gen = a->gen;
		ev.utt = a->utt;
		if (k == KIND_TOOL)
			ev.id = iv_str(p->tool_ids[nth - 1]);
		schedule(p, ev, p->now_us + r->delay_us);
	}
}

static void act_second(void *arg, const struct iv_action *a)
{
	struct second_pass *p = arg;
	enum kind k = caused_by(a->type);

	p->act(p->arg, a);
	if (a->type == IV_ACT_TURN)
		p->turn(p->arg, iv_call_last_turn(p->call));
	if (k == KINDS || p->count[k] == ORDINALS)
		return;
	p->count[k]++;
	if (k == KIND_TOOL)
		(void)iv_str_copy(p->tool_ids[p->count[k] - 1], sizeof(p->tool_ids[0]), a->id);
	answer(p, k, (uint32_t)p->count[k], a);
}

static void deliver_until(struct second_pass *p, int64_t until_us)
{
	while (p->pending_count && p->pending[0].now_us <= until_us) {
		struct iv_event ev = p->pending[0];

		p->pending_count--;
		memmove(p->pending, p->pending + 1, p->pending_count * sizeof(p->pending[0]));
		if (ev.now_us < p->now_us)
			ev.now_us = p->now_us;
		*p->clock = p->now_us = ev.now_us;
		iv_call_step(p->call, &ev);
	}
}

void what_if_run(const struct journal *j, const struct iv_agent *agent, iv_act_fn *act, turn_seen_fn *turn,
		 void *arg, int64_t *now_us)
{
	struct second_pass *p = calloc(1, sizeof(*p));

	if (!p || !(p->pending = calloc(PENDING, sizeof(*p->pending))))
		abort();
	p->j = j;
	p->act = act;
	p->turn = turn;
	p->arg = arg;
	p->clock = now_us;
	p->call = iv_call_new(agent, &j->header.opts, act_second, p);
	for (size_t i = 0; i < j->count; i++) {
		const struct iv_event *ev = &j->events[i].ev;

		if (j->events[i].delay_us >= 0 || ev->type == IV_EV_MARK)
			continue; /* marks belong to audio that may be sent at other times: the clock does */
		deliver_until(p, ev->now_us);
		if (ev->now_us < p->now_us)
			continue;
		*p->clock = p->now_us = ev->now_us;
		iv_call_step(p->call, ev);
	}
	iv_call_free(p->call);
	free(p->pending);
	free(p);
}
