/* Digits the caller presses: into a tool that waits for them, or as a turn of their own. What he presses while his line is
 * elsewhere (the carrier asked him) waits here until it is back: with the journal it goes to whichever process goes on. */
#include <stdio.h>
#include "call_priv.h"

enum { COLLECT_WAIT_MS = 10000 };

void keypad_collect(struct iv_call *c, struct iv_str tool_id, size_t max, char finish)
{
	c->keypad.collecting = true;
	c->keypad.n = 0;
	c->keypad.complete = false;
	c->keypad.max = max < sizeof(c->keypad.digits) ? max : sizeof(c->keypad.digits) - 1;
	c->keypad.finish = finish;
	c->keypad.deadline_us = 0; /* runs once the question was heard */
	iv_str_copy(c->keypad.tool_id, sizeof(c->keypad.tool_id), tool_id);
}

static void deliver(struct iv_call *c, bool complete)
{
	char json[128];

	c->keypad.collecting = c->keypad.complete = false;
	(void)snprintf(json, sizeof(json), "{\"digits\":\"%.*s\",\"complete\":%s}", (int)c->keypad.n,
		       c->keypad.digits, complete ? "true" : "false");
	c->keypad.n = 0;
	tool_result(c, iv_str(c->keypad.tool_id), complete, iv_str(json));
}

static void flush(struct iv_call *c)
{
	char text[96];

	(void)snprintf(text, sizeof(text), "[keypad: %.*s]", (int)c->keypad.n, c->keypad.digits);
	c->keypad.n = 0;
	c->keypad.complete = false;
	listen_typed(c, iv_str(text));
}

static void complete(struct iv_call *c)
{
	c->keypad.complete = false;
	if (c->keypad.collecting)
		deliver(c, true);
	else if (c->keypad.n)
		flush(c);
}

/* Not within a number that somebody waits for, or that he has begun. */
static bool is_opt_out(const struct iv_call *c, char digit)
{
	return c->agent.opt_out_digit.len && c->agent.opt_out_digit.ptr[0] == digit && !c->keypad.collecting && !c->keypad.n;
}

void keypad_digit(struct iv_call *c, char digit)
{
	bool collecting = c->keypad.collecting;
	char finish = collecting		   ? c->keypad.finish
		      : c->agent.keypad.finish.len ? c->agent.keypad.finish.ptr[0]
						   : '\0';
	size_t max = collecting ? c->keypad.max : (size_t)c->agent.keypad.max_digits;

	if (!digit || !strchr("0123456789*#ABCD", digit))
		return;
	if (c->in.paused && !is_opt_out(c, digit))
		return;
	idle_touch(c);
	act(c, &(struct iv_action){.type = IV_ACT_DTMF_IN, .text = {&digit, 1}});
	if (is_opt_out(c, digit)) {
		call_opted_out(c, "keys");
		call_close(c, "opted_out", c->agent.opt_out_text);
		return;
	}
	c->keypad.last_us = c->now_us;
	if (digit != finish && c->keypad.n < sizeof(c->keypad.digits) - 1)
		c->keypad.digits[c->keypad.n++] = digit;
	c->keypad.complete = digit == finish || c->keypad.n >= max;
	if (c->in.lost) /* whoever asked has waited for all of them already */
		c->keypad.complete |= !collecting;
	else if (c->keypad.complete)
		complete(c);
	else if (collecting)
		c->keypad.deadline_us = c->now_us + (int64_t)COLLECT_WAIT_MS * US_PER_MS;
}

void keypad_back(struct iv_call *c)
{
	c->keypad.last_us = c->now_us;
	if (c->keypad.deadline_us)
		c->keypad.deadline_us = c->now_us + (int64_t)COLLECT_WAIT_MS * US_PER_MS;
	if (c->keypad.complete)
		complete(c);
}

void keypad_check(struct iv_call *c)
{
	if (c->in.lost)
		return;
	if (c->keypad.collecting) {
		if (!c->keypad.deadline_us && !utts_unsaid(c))
			c->keypad.deadline_us = c->now_us + (int64_t)COLLECT_WAIT_MS * US_PER_MS;
		if (c->keypad.deadline_us && c->now_us >= c->keypad.deadline_us)
			deliver(c, false);
	} else if (c->keypad.n && c->now_us - c->keypad.last_us >= c->agent.keypad.gap_ms * US_PER_MS) {
		flush(c);
	}
}
