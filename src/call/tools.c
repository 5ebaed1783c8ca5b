/* Function calls of the model: started only while their generation stands, answered within a time limit,
 * bridged by a filler when slow, and never left without an answer in the history. */
#include <stdlib.h>
#include <stdio.h>
#include "call_priv.h"

enum { RESULT_MAX = 8192, DIGITS_DEFAULT = 32 };

static const struct iv_tool *declared(const struct iv_call *c, const char *name)
{
	const struct iv_tool *tools = c->agent.tools.items;

	for (size_t i = 0; i < c->agent.tools.count; i++)
		if (iv_str_eq(tools[i].name, iv_str(name)))
			return &tools[i];
	return NULL;
}

static void release(struct tool_call *t)
{
	free(t->args);
	free(t->result);
	*t = (struct tool_call){0};
}

void tools_deinit(struct iv_call *c)
{
	for (size_t i = 0; i < TOOLS_IN_FLIGHT; i++)
		release(&c->tools[i]);
}

static struct tool_call *find(struct iv_call *c, struct iv_str id)
{
	for (size_t i = 0; i < TOOLS_IN_FLIGHT; i++)
		if (c->tools[i].state != TOOL_FREE && iv_str_eq(iv_str(c->tools[i].id), id))
			return &c->tools[i];
	return NULL;
}

static void tell_model(struct iv_call *c, const char *id, struct iv_str json)
{
	struct message *m = history_find(c, history_add(c, ROLE_TOOL, json));

	iv_str_copy(m->tool_id, sizeof(m->tool_id), iv_str(id));
}

static void finish(struct iv_call *c, struct tool_call *t, bool ok, struct iv_str json)
{
	char ms[24];

	if (json.len > RESULT_MAX) {
		ok = false;
		json = IV_S("{\"error\":\"the tool's answer is larger than 8192 bytes\"}");
	}
	(void)snprintf(ms, sizeof(ms), "%lld", (long long)((c->now_us - t->started_us) / US_PER_MS));
	note(c, ok ? "tool.succeeded" : "tool.failed", "name", t->name, "id", t->id, "latencyMs", ms, NULL);
	t->state = TOOL_DONE;
	if (t->background) {
		t->result = copy_text(json);
		return;
	}
	tell_model(c, t->id, json);
	if (!t->last_act)
		c->turn.ask_again = true;
}

static void add_to_message(struct iv_call *c, const struct tool_call *t)
{
	struct message *m;
	struct iv_buf all;
	struct iv_jw w;
	struct iv_str before;

	if (!c->turn.message)
		c->turn.message = history_add(c, ROLE_ASSISTANT, IV_S(""));
	m = history_find(c, c->turn.message);
	if (!m)
		return;
	before = iv_str(m->tool_calls);
	/* Room for all calls of one answer with every byte of their arguments escaped. */
	iv_buf_init(&all, TOOLS_MAX * (6 * TOOL_ARGS_MAX + 2048));
	if (before.len)
		(void)!iv_buf_add(&all, before.ptr, before.len - 1);
	(void)!iv_buf_addc(&all, before.len ? ',' : '[');
	iv_jw_init(&w, &all);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "id", t->id);
	iv_jw_cstr(&w, "type", "function");
	iv_jw_obj(&w, "function");
	iv_jw_cstr(&w, "name", t->name);
	iv_jw_cstr(&w, "arguments", t->args);
	iv_jw_end_obj(&w);
	iv_jw_end_obj(&w);
	if (iv_jw_done(&w) && iv_buf_addc(&all, ']')) {
		free(m->tool_calls);
		m->tool_calls = copy_text(iv_buf_str(&all));
		c->history_bytes += all.len - before.len;
	}
	iv_buf_deinit(&all);
}

static void start_built_in_digits(struct iv_call *c, struct tool_call *t)
{
	cJSON *args = iv_json_parse(iv_str(t->args), NULL);
	const cJSON *max = iv_json_get(args, "max");
	struct iv_str finish_key = iv_json_str(args, "finish");

	if (c->keypad.collecting) {
		cJSON_Delete(args);
		finish(c, t, false, IV_S("{\"error\":\"digits are already being collected\"}"));
		return;
	}
	t->state = TOOL_RUNNING;
	t->deadline_us = NEVER; /* the keypad has its own */
	keypad_collect(c, iv_str(t->id),
		       cJSON_IsNumber(max) && max->valueint > 0 && max->valueint <= 64 ? (size_t)max->valueint
										      : DIGITS_DEFAULT,
		       finish_key.len == 1 ? finish_key.ptr[0] : '#');
	cJSON_Delete(args);
}

static void send_digits(struct iv_call *c, struct tool_call *t)
{
	cJSON *args = iv_json_parse(iv_str(t->args), NULL);
	struct iv_str digits = iv_json_str(args, "digits");
	bool ok = digits.len >= 1 && digits.len <= 64;

	for (size_t i = 0; i < digits.len; i++)
		ok = ok && strchr("0123456789*#ABCDw", digits.ptr[i]);
	if (ok)
		act(c, &(struct iv_action){.type = IV_ACT_DTMF_OUT, .text = digits});
	finish(c, t, ok,
	       ok ? IV_S("{\"status\":\"sent\"}")
		  : IV_S("{\"error\":\"digits must be 1 to 64 of 0-9 * # A-D w\"}"));
	cJSON_Delete(args);
}

/* What the person hears first: the operator's words, then what the model says it is about. */
static void write_whisper(struct iv_call *c, const struct tool_call *t)
{
	cJSON *args = iv_json_parse(iv_str(t->args), NULL);
	struct iv_str reason = iv_json_str(args, "reason"), whisper = c->agent.transfer.whisper;
	char *to = c->turn.whisper;
	size_t room = sizeof(c->turn.whisper) - 1, n = whisper.len < room ? whisper.len : room;

	to[0] = '\0';
	if (c->turn.transfer_attended) {
		memcpy(to, whisper.ptr ? whisper.ptr : "", n);
		if (n && n < room && reason.len)
			to[n++] = ' ';
		reason.len = reason.len < room - n ? reason.len : room - n;
		memcpy(to + n, reason.ptr ? reason.ptr : "", reason.len);
		n += reason.len;
		while (n && !iv_utf8_valid((struct iv_str){to, n}))
			n--; /* cut within a character */
		to[n] = '\0';
	}
	cJSON_Delete(args);
}

static bool start_built_in(struct iv_call *c, struct tool_call *t)
{
	struct turn *turn = &c->turn;

	if (strcmp(t->name, "end_call") == 0) {
		turn->hangup_after = true;
		iv_str_copy(turn->end_reason, sizeof(turn->end_reason), IV_S("agent_ended"));
		t->last_act = true;
		finish(c, t, true, IV_S("{\"status\":\"ok\"}"));
	} else if (strcmp(t->name, "opt_out") == 0) {
		call_opted_out(c, "voice");
		finish(c, t, true, IV_S("{\"status\":\"ok\",\"meaning\":\"this number will not be called again\"}"));
	} else if (strcmp(t->name, "transfer_to_human") == 0 && !c->agent.transfer_to.len) {
		finish(c, t, false, IV_S("{\"error\":\"there is nobody to hand over to\"}"));
	} else if (strcmp(t->name, "transfer_to_human") == 0) {
		/* Where to is the operator's to say, never the model's. */
		turn->transfer_after = true;
		turn->transfer_attended = c->agent.transfer.mode == 1;
		iv_str_copy(turn->transfer_to, sizeof(turn->transfer_to), c->agent.transfer_to);
		write_whisper(c, t);
		t->last_act = true;
		finish(c, t, true, IV_S("{\"status\":\"transferring\"}"));
	} else if (strcmp(t->name, "collect_digits") == 0) {
		start_built_in_digits(c, t);
	} else if (strcmp(t->name, "send_dtmf") == 0) {
		send_digits(c, t);
	} else {
		return false;
	}
	return true;
}

static void start(struct iv_call *c, struct tool_call *t)
{
	const struct iv_tool *tool = declared(c, t->name);
	int64_t timeout_ms;

	t->started_us = c->now_us;
	c->turn.acted = true;
	c->usage.tool_calls++;
	note(c, "tool.requested", "name", t->name, "id", t->id, NULL);
	if (start_built_in(c, t))
		return;
	if (!tool) {
		finish(c, t, false, IV_S("{\"error\":\"no such tool\"}"));
		return;
	}
	timeout_ms = tool->timeout_ms ? tool->timeout_ms : c->opts.tool_timeout_ms;
	t->state = TOOL_RUNNING;
	t->deadline_us = c->now_us + timeout_ms * US_PER_MS;
	if (!tool->blocking) {
		tell_model(c, t->id, IV_S("{\"status\":\"started\"}"));
		t->background = true;
		c->turn.ask_again = true;
	}
	act(c, &(struct iv_action){.type = IV_ACT_TOOL_CALL,
				   .gen = t->gen,
				   .id = iv_str(t->id),
				   .name = iv_str(t->name),
				   .text = iv_str(t->args)});
}

/* A call the machine cannot take is answered all the same: the model must not wait for it. */
static void refuse(struct iv_call *c, const struct iv_event *ev, const char *why)
{
	struct tool_call t = {.args = copy_text(IV_S("{}"))};

	iv_str_copy(t.id, sizeof(t.id), ev->id);
	iv_str_copy(t.name, sizeof(t.name), ev->name);
	note(c, "tool.refused", "name", t.name, "id", t.id, "rule", why, NULL);
	add_to_message(c, &t);
	tell_model(c, t.id, iv_str(why));
	c->turn.ask_again = true;
	release(&t);
}

static struct tool_call *free_slot(struct iv_call *c)
{
	for (size_t i = 0; i < TOOLS_IN_FLIGHT; i++)
		if (c->tools[i].state == TOOL_FREE)
			return &c->tools[i];
	return NULL;
}

void tool_requested(struct iv_call *c, const struct iv_event *ev)
{
	struct tool_call *t = free_slot(c);

	if (!c->turn.open || !c->turn.gen || ev->gen != c->turn.gen || find(c, ev->id) ||
	    c->turn.requested == TOOLS_MAX) {
		note_text(c, "tool.ignored", "name",
			  ev->name); /* of an answer that was cancelled, or twice */
		return;
	}
	c->turn.requested++;
	c->turn.alive_us = c->now_us;
	if (c->turn.at.llm_first < 0)
		c->turn.at.llm_first = c->now_us;
	if (!t || ev->text.len > TOOL_ARGS_MAX) {
		refuse(c, ev, t ? "{\"error\":\"arguments are larger than 16384 bytes\"}"
				: "{\"error\":\"too many tools at the same time\"}");
		return;
	}
	t->state = TOOL_PENDING;
	t->gen = ev->gen;
	iv_str_copy(t->id, sizeof(t->id), ev->id);
	iv_str_copy(t->name, sizeof(t->name), ev->name);
	t->args = copy_text(ev->text.len ? ev->text : IV_S("{}"));
	add_to_message(c, t);
	if (c->mouth != MOUTH_HELD) /* perhaps an interruption: wait whether it is one */
		start(c, t);
}

void tools_start_pending(struct iv_call *c)
{
	for (size_t i = 0; i < TOOLS_IN_FLIGHT; i++)
		if (c->tools[i].state == TOOL_PENDING)
			start(c, &c->tools[i]);
}

void tool_result(struct iv_call *c, struct iv_str id, bool ok, struct iv_str json)
{
	struct tool_call *t = find(c, id);

	if (!t || t->state != TOOL_RUNNING) {
		note_text(c, "tool.late", "id", id);
		return;
	}
	finish(c, t, ok, json.len ? json : IV_S("{}"));
}

void tools_moved(struct iv_call *c)
{
	for (size_t i = 0; i < TOOLS_IN_FLIGHT; i++)
		if (c->tools[i].state == TOOL_RUNNING && c->tools[i].deadline_us != NEVER)
			finish(c, &c->tools[i], false, IV_S("{\"error\":\"its answer was lost\"}"));
}

/* The owner runs it: what the machine does by itself it does not cancel with him. */
static void cancel_outside(struct iv_call *c, const struct tool_call *t)
{
	if (t->state == TOOL_RUNNING && t->deadline_us != NEVER)
		act(c, &(struct iv_action){.type = IV_ACT_TOOL_CANCEL, .id = iv_str(t->id)});
}

void tools_cancel(struct iv_call *c)
{
	for (size_t i = 0; i < TOOLS_IN_FLIGHT; i++) {
		struct tool_call *t = &c->tools[i];

		if (t->state == TOOL_FREE || t->background)
			continue;
		cancel_outside(c, t);
		if (t->state != TOOL_DONE) {
			note(c, "tool.cancelled", "name", t->name, "id", t->id, NULL);
			tell_model(c, t->id, IV_S("{\"error\":\"cancelled by the caller\"}"));
		}
		release(t);
	}
	c->keypad.collecting = false;
	c->turn.ask_again = false;
}

void tools_end(struct iv_call *c)
{
	tools_cancel(c);
	for (size_t i = 0; i < TOOLS_IN_FLIGHT; i++) {
		cancel_outside(c, &c->tools[i]);
		release(&c->tools[i]);
	}
}

bool tools_open(const struct iv_call *c)
{
	for (size_t i = 0; i < TOOLS_IN_FLIGHT; i++)
		if (c->tools[i].state != TOOL_FREE && !c->tools[i].background)
			return true;
	return false;
}

void tools_tell_background(struct iv_call *c)
{
	struct iv_buf text;

	for (size_t i = 0; i < TOOLS_IN_FLIGHT; i++) {
		struct tool_call *t = &c->tools[i];

		if (t->state != TOOL_DONE || !t->background)
			continue;
		iv_buf_init(&text, RESULT_MAX + 256);
		if (iv_buf_printf(&text, "Result of %s: %s", t->name, t->result))
			(void)history_add(c, ROLE_NOTE, iv_buf_str(&text));
		iv_buf_deinit(&text);
		release(t);
	}
}

static void check_running(struct iv_call *c, struct tool_call *t)
{
	const struct iv_tool *tool = declared(c, t->name);

	if (c->now_us >= t->deadline_us) {
		act(c, &(struct iv_action){.type = IV_ACT_TOOL_CANCEL, .id = iv_str(t->id)});
		finish(c, t, false, IV_S("{\"error\":\"timeout\"}"));
	} else if (!t->background && t->deadline_us != NEVER && !c->filler_said && c->mouth != MOUTH_HELD &&
		   c->now_us - t->started_us >= c->agent.tool_budget_ms * US_PER_MS && !utts_unsaid(c)) {
		c->filler_said = true;
		turn_say(c, tool && tool->filler.len ? tool->filler : c->agent.filler, UTT_ASIDE);
	}
}

void tools_check(struct iv_call *c)
{
	for (size_t i = 0; i < TOOLS_IN_FLIGHT; i++)
		if (c->tools[i].state == TOOL_RUNNING)
			check_running(c, &c->tools[i]);
	if (!c->turn.open || c->turn.gen || c->mouth == MOUTH_HELD)
		return;
	for (size_t i = 0; i < TOOLS_IN_FLIGHT; i++) {
		const struct tool_call *t = &c->tools[i];

		if (!t->background && (t->state == TOOL_RUNNING || t->state == TOOL_PENDING))
			return; /* the model is asked when all its calls are answered */
	}
	for (size_t i = 0; i < TOOLS_IN_FLIGHT; i++)
		if (c->tools[i].state == TOOL_DONE && !c->tools[i].background)
			release(&c->tools[i]);
	if (!c->turn.ask_again)
		return;
	c->turn.ask_again = c->filler_said = false;
	if (!c->turn.hangup_after && !c->turn.transfer_after)
		turn_ask(c);
}
