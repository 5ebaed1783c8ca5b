/* The call machine's front: life, one step, the questions its owner may ask. */
#include <stdlib.h>
#include <stdio.h>
#include "call_priv.h"

enum { CLOSING_MS = 15000, AGENT_BYTES = 524288 };

static const char *const life_names[LIFE_STATES] = {"new", "live", "closing", "ended"};
static const char *const mouth_names[MOUTH_STATES] = {"idle", "thinking", "speaking", "held"};
static const char *const ear_names[EAR_STATES] = {"quiet", "speech", "pause"};

_Noreturn void bad_edge(const char *machine, int from, int to)
{
	(void)fprintf(stderr, "call: %s may not go from state %d to %d\n", machine, from, to);
	abort();
}

char *copy_text(struct iv_str s)
{
	char *copy = malloc(s.len + 1);

	if (!copy)
		abort();
	if (s.len)
		memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return copy;
}

void act(struct iv_call *c, const struct iv_action *a)
{
	c->act(c->act_arg, a);
}

void set_life(struct iv_call *c, enum life to)
{
	static const bool legal[LIFE_STATES][LIFE_STATES] = {
		[LIFE_NEW] = {[LIFE_LIVE] = true, [LIFE_ENDED] = true},
		[LIFE_LIVE] = {[LIFE_CLOSING] = true, [LIFE_ENDED] = true},
		[LIFE_CLOSING] = {[LIFE_ENDED] = true},
	};

	if (!legal[c->life][to])
		bad_edge("life", (int)c->life, (int)to);
	c->life = to;
}

void set_mouth(struct iv_call *c, enum mouth to)
{
	static const bool legal[MOUTH_STATES][MOUTH_STATES] = {
		[MOUTH_IDLE] = {[MOUTH_THINKING] = true},
		[MOUTH_THINKING] = {[MOUTH_SPEAKING] = true, [MOUTH_HELD] = true, [MOUTH_IDLE] = true},
		[MOUTH_SPEAKING] = {[MOUTH_HELD] = true, [MOUTH_IDLE] = true},
		[MOUTH_HELD] = {[MOUTH_SPEAKING] = true, [MOUTH_THINKING] = true, [MOUTH_IDLE] = true},
	};

	if (c->mouth == to)
		return;
	if (!legal[c->mouth][to])
		bad_edge("mouth", (int)c->mouth, (int)to);
	c->mouth = to;
}

/* ── life ── */

/* A snapshot through the field table: whatever an agent may hold is copied, secrets it cannot hold. */
static void copy_shape(struct iv_call *c, const struct iv_shape *shape, const void *from, void *to)
{
	struct iv_buf text;
	struct iv_jw w;
	cJSON *json = NULL;
	struct iv_err e = {0};

	iv_buf_init(&text, AGENT_BYTES);
	iv_jw_init(&w, &text);
	iv_shape_write(shape, from, NULL, &w);
	if (iv_jw_done(&w))
		json = iv_json_parse(iv_buf_str(&text), &e);
	if (!json || !iv_shape_read(shape, json, to, &c->agent_memory, &e)) {
		(void)fprintf(stderr, "call: %s does not survive its own table: %s %s\n",
			      shape->name, e.field, e.msg);
		abort();
	}
	cJSON_Delete(json);
	iv_buf_deinit(&text);
}

struct iv_call *iv_call_new(const struct iv_agent *agent, const struct iv_call_opts *opts, iv_act_fn *act_fn,
			    void *arg)
{
	struct iv_call *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->act = act_fn;
	c->act_arg = arg;
	iv_arena_init(&c->agent_memory, AGENT_BYTES);
	copy_shape(c, &iv_agent_shape, agent, &c->agent);
	copy_shape(c, &iv_call_opts_shape, opts, &c->opts);
	listen_init(c);
	iv_buf_init(&c->turn.tail, ANSWER_MAX);
	iv_buf_init(&c->heard, ANSWER_MAX + SENTENCE_MAX * UTTS);
	iv_buf_init(&c->json, 65536);
	c->out.flushed = true; /* nothing is out yet */
	c->echo_coupling_ddb = COUPLING_START_DDB; /* telephone networks cancel echo to there */
	return c;
}

void iv_call_free(struct iv_call *c)
{
	if (!c)
		return;
	utts_clear(c);
	tools_deinit(c);
	history_deinit(c);
	listen_deinit(c);
	iv_buf_deinit(&c->turn.tail);
	iv_buf_deinit(&c->heard);
	iv_buf_deinit(&c->json);
	iv_arena_deinit(&c->agent_memory);
	free(c);
}

void iv_call_redirect(struct iv_call *c, iv_act_fn *act_fn, void *arg)
{
	c->act = act_fn;
	c->act_arg = arg;
}

static void count_cost(const struct iv_call *c, struct iv_usage *u)
{
	const struct iv_call_opts *o = &c->opts;

	u->call_ms = c->now_us / US_PER_MS;
	u->asr_ms = c->in.asr_out ? u->asr_ms : u->call_ms;
	u->cost_inr = (double)u->asr_ms / 60000.0 * o->rate_asr_per_min +
		      (double)u->tts_chars * o->rate_tts_per_char +
		      (double)(u->llm_in + u->llm_out) * o->rate_llm_per_token +
		      (double)u->call_ms / 60000.0 * o->rate_transport_per_min + o->rate_platform_per_call;
}

void call_end(struct iv_call *c, const char *reason)
{
	if (c->life == LIFE_ENDED)
		return;
	if (reason != c->end_reason)
		iv_str_copy(c->end_reason, sizeof(c->end_reason), iv_str(reason));
	c->turn.hangup_after = c->turn.transfer_after = false;
	tools_end(c);
	if (c->turn.open) {
		bool cut = !turn_finished(c);

		if (c->mouth != MOUTH_HELD)
			c->held.at = playout_heard(c);
		c->out.end = c->out.sent = cut ? c->held.at : c->out.sent;
		turn_close(c, cut ? IV_TURN_INTERRUPTED : IV_TURN_COMPLETED);
	}
	listen_over(c);
	set_life(c, LIFE_ENDED);
	count_cost(c, &c->usage);
	note_end(c);
	act(c, &(struct iv_action){.type = IV_ACT_ASR_CLOSE});
	act(c, &(struct iv_action){.type = IV_ACT_END, .text = iv_str(c->end_reason)});
}

/* The note is all it takes: whoever keeps the call's account sees to the rest, also when it comes late. */
void call_opted_out(struct iv_call *c, const char *by)
{
	if (!c->opted_out)
		note(c, "callee.opted_out", "by", by, NULL);
	c->opted_out = true;
}

void call_close(struct iv_call *c, const char *reason, struct iv_str farewell)
{
	if (c->life != LIFE_LIVE)
		return;
	if (!farewell.len || c->in.lost) {
		call_end(c, reason);
		return;
	}
	iv_str_copy(c->end_reason, sizeof(c->end_reason), iv_str(reason));
	if (c->turn.open) {
		c->turn.hangup_after = c->turn.transfer_after = false;
		if (c->mouth != MOUTH_HELD && !playout_drained(c)) {
			c->held.at = playout_heard(c);
			playout_clear(c, 0);
		} else if (c->mouth != MOUTH_HELD) {
			c->held.at = c->out.sent;
		}
		tools_cancel(c);
		turn_cancel_streams(c);
		c->out.end = c->out.sent = c->held.at;
		act(c, &(struct iv_action){.type = IV_ACT_CUT_FROM, .at = c->held.at});
		turn_close(c, IV_TURN_INTERRUPTED);
	}
	set_life(c, LIFE_CLOSING);
	c->closing_us = c->now_us + (int64_t)CLOSING_MS * US_PER_MS;
	if (c->in.paused)
		note(c, "call.resumed", NULL); /* the farewell is heard */
	c->in.paused = false;
	turn_open(c, TURN_CLOSING);
	c->turn.hangup_after = true;
	iv_str_copy(c->turn.end_reason, sizeof(c->turn.end_reason), iv_str(reason));
	turn_say(c, farewell, UTT_KEEP | UTT_ASIDE);
}

/* ── one step ── */

/* What may have become due. Cheap when nothing has. */
static void settle(struct iv_call *c)
{
	tools_check(c);
	turn_check(c);
	utts_check(c);
	turn_progress(c);
	if (c->life == LIFE_ENDED)
		return;
	playout_pump(c);
	barge_check(c);
	keypad_check(c);
	line_check(c);
	if (turn_finished(c))
		turn_close(c, c->turn.failed ? IV_TURN_FAILED
				: c->utt_count ? IV_TURN_COMPLETED : IV_TURN_TOOL);
	if (c->life != LIFE_ENDED)
		listen_check(c);
	if (c->life != LIFE_ENDED)
		idle_check(c);
}

void iv_call_step(struct iv_call *c, const struct iv_event *ev)
{
	if (c->life == LIFE_ENDED || (c->life == LIFE_NEW && ev->type != IV_EV_START))
		return;
	if (ev->now_us < c->now_us || (c->life != LIFE_NEW && ev->type == IV_EV_START))
		bad_edge("time", (int)c->life, (int)ev->type);
	c->now_us = ev->now_us;
	call_dispatch(c, ev);
	if (ev->type != IV_EV_FRAME && c->life != LIFE_ENDED)
		settle(c);
	if (IV_DEBUG)
		iv_call_check(c);
}

/* ── questions ── */

bool iv_call_ended(const struct iv_call *c)
{
	return c->life == LIFE_ENDED;
}

const char *iv_call_end_reason(const struct iv_call *c)
{
	return c->life == LIFE_ENDED ? c->end_reason : NULL;
}

const struct iv_turn_report *iv_call_last_turn(const struct iv_call *c)
{
	return &c->report;
}

void iv_call_usage(const struct iv_call *c, struct iv_usage *u)
{
	*u = c->usage;
	if (c->life != LIFE_ENDED)
		count_cost(c, u);
}

const struct iv_agent *iv_call_agent(const struct iv_call *c)
{
	return &c->agent;
}

int64_t iv_call_audio_end(const struct iv_call *c)
{
	return c->out.end;
}

int64_t iv_call_heard(const struct iv_call *c)
{
	return c->life == LIFE_NEW ? 0 : playout_heard(c);
}

bool iv_call_listening(const struct iv_call *c)
{
	return c->life != LIFE_NEW && c->life != LIFE_ENDED && !c->in.paused && !c->in.lost && !c->in.asr_out;
}

void iv_call_describe(const struct iv_call *c, char *out, size_t size)
{
	(void)snprintf(out, size, "%s %s/%s turn=%d gen=%u utts=%zu sent=%lld end=%lld t=%.3f",
		       life_names[c->life], ear_names[c->in.ear], mouth_names[c->mouth], c->turns,
		       c->turn.gen, c->utt_count, (long long)c->out.sent, (long long)c->out.end,
		       (double)c->now_us / 1e6);
}

static void must(const struct iv_call *c, bool ok, const char *what)
{
	char state[200];

	if (ok)
		return;
	iv_call_describe(c, state, sizeof(state));
	(void)fprintf(stderr, "call: invariant broken: %s (%s)\n", what, state);
	abort();
}

void iv_call_check(const struct iv_call *c)
{
	must(c, c->out.sent <= c->out.end, "nothing is sent that was not synthesised");
	must(c, c->life == LIFE_NEW || playout_heard(c) <= c->out.sent, "nothing is heard that was not sent");
	must(c, c->turn.open == (c->mouth != MOUTH_IDLE), "the mouth is idle exactly between turns");
	must(c, c->utt_count <= UTTS && c->out.seg_count <= SEGMENTS, "queues are bounded");
	must(c, c->turn.open || (!c->turn.gen && !c->utt_count), "no stream runs between turns");
	must(c, c->in.text.len <= TEXT_MAX && c->history_count <= HISTORY_MESSAGES, "texts are bounded");
	must(c, c->life != LIFE_ENDED || (!c->turn.open && !tools_open(c)), "the end leaves nothing open");
}
