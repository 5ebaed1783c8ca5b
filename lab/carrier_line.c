/* The states of a telephone line. */
#include "carrier_line.h"

static const int usual_sip[] = {
	[LINE_QUEUED] = 0,	[LINE_TRYING] = 100,	[LINE_RINGING] = 180,
	[LINE_TALKING] = 200,	[LINE_COMPLETED] = 200, [LINE_BUSY] = 486,
	[LINE_NO_ANSWER] = 487, [LINE_FAILED] = 503,	[LINE_CANCELED] = 487,
};

const char *line_sip_reason(int sip)
{
	static const struct {
		int status;
		const char *reason;
	} table[] = {
		{100, "Trying"},       {180, "Ringing"},	   {183, "Session Progress"}, {200, "OK"},
		{403, "Forbidden"},    {404, "Not Found"},	   {480, "Temporarily Unavailable"},
		{486, "Busy Here"},    {487, "Request Terminated"}, {488, "Not Acceptable Here"},
		{500, "Server Internal Error"}, {503, "Service Unavailable"}, {600, "Busy Everywhere"},
		{603, "Decline"},
	};

	for (size_t i = 0; i < IV_COUNT(table); i++)
		if (table[i].status == sip)
			return table[i].reason;
	return "Unknown";
}

void line_init(struct line *l, const struct line_plan *plan, line_fn *told, void *arg)
{
	*l = (struct line){.plan = *plan, .told = told, .arg = arg, .sequence = -1, .answered_ms = -1, .ended_ms = -1};
}

static void set_state(struct line *l, enum line_state state, int64_t at_ms, int sip)
{
	l->state = state;
	l->since_ms = at_ms;
	l->sip_status = sip ? sip : usual_sip[state];
	l->sequence++;
	if (state == LINE_TALKING)
		l->answered_ms = at_ms;
	if (line_over(l))
		l->ended_ms = at_ms;
	l->told(l->arg, l);
}

void line_place(struct line *l, int64_t now_ms)
{
	l->placed_ms = now_ms;
	if (!l->plan.inbound && l->plan.queue_ms > 0) {
		set_state(l, LINE_QUEUED, now_ms, 0);
		return;
	}
	set_state(l, LINE_TRYING, now_ms, 0);
}

static int64_t earlier(int64_t due, int64_t from_ms, int64_t wait_ms)
{
	int64_t at = from_ms + wait_ms;

	return wait_ms < 0 || (due >= 0 && due <= at) ? due : at;
}

int64_t line_due(const struct line *l)
{
	const struct line_plan *p = &l->plan;
	int64_t due = -1;

	if (l->state == LINE_QUEUED)
		due = earlier(due, l->placed_ms, p->queue_ms);
	if (l->state == LINE_TRYING)
		due = earlier(due, l->since_ms, p->trying_ms);
	if (l->state == LINE_RINGING && !p->inbound && p->outcome != LINE_NO_ANSWER)
		due = earlier(due, l->since_ms, p->pick_up_ms);
	if (l->state == LINE_TRYING || l->state == LINE_RINGING)
		due = earlier(due, l->placed_ms, p->inbound ? p->give_up_ms : p->timeout_ms);
	if (l->state == LINE_TALKING) {
		due = earlier(due, l->answered_ms, p->hang_up_ms);
		due = earlier(due, l->answered_ms, p->limit_ms);
	}
	return due;
}

static bool passed(int64_t from_ms, int64_t wait_ms, int64_t now_ms)
{
	return wait_ms >= 0 && now_ms >= from_ms + wait_ms;
}

static void tick_ringing(struct line *l, int64_t now_ms)
{
	const struct line_plan *p = &l->plan;

	if (passed(l->placed_ms, p->inbound ? p->give_up_ms : p->timeout_ms, now_ms)) {
		l->by = p->inbound ? LINE_BY_PERSON : LINE_BY_CARRIER;
		set_state(l, p->inbound ? LINE_CANCELED : LINE_NO_ANSWER, now_ms, 487);
	} else if (!p->inbound && p->outcome != LINE_NO_ANSWER && passed(l->since_ms, p->pick_up_ms, now_ms)) {
		l->by = p->outcome == LINE_TALKING ? LINE_BY_NOBODY : LINE_BY_PERSON;
		set_state(l, p->outcome, now_ms, p->outcome == LINE_TALKING ? 0 : p->sip);
	}
}

static void tick_once(struct line *l, int64_t now_ms)
{
	switch (l->state) {
	case LINE_QUEUED:
		set_state(l, LINE_TRYING, now_ms, 0);
		break;
	case LINE_TRYING:
		if (passed(l->since_ms, l->plan.trying_ms, now_ms) && l->plan.outcome == LINE_FAILED && !l->plan.inbound &&
		    l->plan.pick_up_ms == 0)
			set_state(l, LINE_FAILED, now_ms, l->plan.sip); /* refused without ringing */
		else if (passed(l->since_ms, l->plan.trying_ms, now_ms))
			set_state(l, LINE_RINGING, now_ms, 0);
		else
			tick_ringing(l, now_ms);
		break;
	case LINE_RINGING:
		tick_ringing(l, now_ms);
		break;
	case LINE_TALKING:
		line_hang_up(l, now_ms,
			     passed(l->answered_ms, l->plan.hang_up_ms, now_ms) ? LINE_BY_PERSON : LINE_BY_CARRIER, 0);
		break;
	case LINE_COMPLETED:
	case LINE_BUSY:
	case LINE_NO_ANSWER:
	case LINE_FAILED:
	case LINE_CANCELED:
		break;
	}
}

void line_tick(struct line *l, int64_t now_ms)
{
	int64_t due;

	while ((due = line_due(l)) >= 0 && due <= now_ms)
		tick_once(l, now_ms);
}

bool line_answer(struct line *l, int64_t now_ms)
{
	if (line_over(l) || l->state == LINE_TALKING)
		return false;
	set_state(l, LINE_TALKING, now_ms, 0);
	return true;
}

bool line_hang_up(struct line *l, int64_t now_ms, enum line_by by, int sip)
{
	enum line_state end = LINE_CANCELED;

	if (line_over(l))
		return false;
	l->by = by;
	if (l->state == LINE_TALKING)
		end = LINE_COMPLETED;
	else if (sip == 486 || sip == 600)
		end = LINE_BUSY;
	else if (sip != 0 && sip != 487)
		end = LINE_FAILED;
	set_state(l, end, now_ms, sip);
	return true;
}

int64_t line_duration_ms(const struct line *l)
{
	return l->answered_ms < 0 || l->ended_ms < 0 ? 0 : l->ended_ms - l->answered_ms;
}
