/* One caller. The clock of everything printed and recorded is the sound's own: 0 is the first
 * sample the caller sends. Frame k is spoken from 20k to 20(k+1) ms and sent at the end of it, as a
 * telephone does; the frame taken from the far end at that moment is heard from 20(k+1) on. */
#include "caller.h"

#include <stdio.h>
#include <stdlib.h>

#define HANDSHAKE_MS 10000

static int64_t now_ms(const struct caller *c)
{
	return c->frames * FAR_FRAME_MS;
}

/* ── what comes in */

static void count(struct caller *c, struct iv_str name)
{
	size_t i = 0;

	while (i < c->type_count && !iv_str_eq(iv_str(c->types[i].name), name))
		i++;
	if (i == c->type_count) {
		if (i == CALLER_TYPES_MAX)
			return;
		iv_str_copy(c->types[c->type_count++].name, CALLER_TYPE_NAME, name);
	}
	c->types[i].count++;
}

/* What the model says comes in tokens: printed when something else happens. */
static void flush_said(struct caller *c)
{
	if (c->said.len > 0)
		report_line(c, now_ms(c), "llm: \"%.*s\"", IV_FMT(iv_buf_str(&c->said)));
	iv_buf_clear(&c->said);
}

static void show(struct caller *c, struct iv_str name, struct iv_str text)
{
	if (iv_str_eq(name, IV_S("llm.delta"))) {
		if (!iv_buf_adds(&c->said, text))
			flush_said(c);
		return;
	}
	flush_said(c);
	report_line(c, now_ms(c), "%.*s: \"%.*s\"", IV_FMT(name), IV_FMT(text));
}

static void on_leg_event(void *arg, const struct leg_event *ev)
{
	struct caller *c = arg;

	switch (ev->type) {
	case LEG_AUDIO:
		count(c, IV_S("audio"));
		if (c->opts->unheard)
			break;
		if (c->opts->leg.kind == FAR_JAMBONZ)
			far_end_bytes(&c->far, ev->text);
		else
			far_end_audio(&c->far, ev->pcm, ev->samples);
		break;
	case LEG_MARK:
		count(c, IV_S("mark"));
		far_end_mark(&c->far, ev->name);
		break;
	case LEG_CLEAR:
		count(c, ev->name);
		c->clears++;
		report_line(c, now_ms(c), "%.*s (%lld ms of speech thrown away)", IV_FMT(ev->name),
			    (long long)far_end_buffered(&c->far) * 1000 / c->opts->leg.rate_hz);
		far_end_clear(&c->far);
		dialogue_cleared(&c->turns, now_ms(c));
		break;
	case LEG_CLEAR_MARKS:
		count(c, ev->name);
		far_end_clear_marks(&c->far);
		break;
	case LEG_HANG_UP:
		count(c, IV_S("end"));
		flush_said(c);
		snprintf(c->end_reason, sizeof(c->end_reason), "agent hung up: %.*s",
			 IV_FMT(ev->name));
		if (c->opts->leg.kind == FAR_JAMBONZ) /* it is Jambonz that closes */
			wire_close(&c->wire, 1000);
		break;
	case LEG_TEXT:
		count(c, ev->name);
		show(c, ev->name, ev->text);
		break;
	case LEG_OTHER:
		count(c, ev->name);
		break;
	case LEG_BAD:
		count(c, IV_S("bad"));
		c->bad++;
		report_line(c, now_ms(c), "bad message: %.*s", IV_FMT(ev->name));
		break;
	}
}

static void on_mark_heard(void *arg, struct iv_str name, bool cleared)
{
	struct caller *c = arg;

	if (!c->leg.ops->mark_heard || c->state != CALLER_TALKING)
		return;
	c->marks_echoed++;
	c->leg.ops->mark_heard(&c->leg, name, cleared);
}

/* ── what goes out */

static uint64_t random_next(struct caller *c)
{
	c->noise ^= c->noise << 13;
	c->noise ^= c->noise >> 7;
	c->noise ^= c->noise << 17;
	return c->noise;
}

/* A quiet line: noise at about -70 dBFS. Real lines are never digitally silent. */
static void quiet_line(struct caller *c, int16_t *pcm, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int noise = (int)(random_next(c) >> 33) % 35 - 17;

		pcm[i] = (int16_t)(c->opts->silence_zero ? 0 : noise);
	}
}

/* As a busy media server does it: keeps frames back, sends several as one message, cut anywhere. */
static void send_messy(struct caller *c, const int16_t *pcm, size_t n)
{
	uint64_t dice = random_next(c) >> 20;

	memcpy(c->held + c->held_samples, pcm, n * sizeof(*pcm));
	c->held_samples += n;
	if (c->held_samples <= 5 * c->far.frame && dice % 10 < 4)
		return;
	size_t keep = dice % 3 == 0 ? 0 : (size_t)(dice >> 8) % 38;
	size_t out = c->held_samples - keep;
	c->leg.ops->audio(&c->leg, c->held, out);
	memmove(c->held, c->held + out, keep * sizeof(*c->held));
	c->held_samples = keep;
}

static void hang_up(struct caller *c, const char *reason)
{
	if (c->state != CALLER_TALKING)
		return;
	flush_said(c);
	if (c->end_reason[0] == '\0')
		snprintf(c->end_reason, sizeof(c->end_reason), "%s", reason);
	c->by_us = true;
	c->state = CALLER_CLOSING;
	iv_pacer_leave(c->net->loop, &c->pace);
	if (c->opts->messy && c->opts->leg.kind == FAR_JAMBONZ)
		wire_send(&c->wire, IV_WS_BIN, leg_out(&c->leg), 0); /* seen when it shuts down */
	c->leg.ops->hang_up(&c->leg);
}

static void step_begins(struct caller *c, const struct talk_order *order)
{
	const struct step *s = order->step;
	int64_t rate = c->opts->leg.rate_hz, at = now_ms(c);

	switch (s->kind) {
	case STEP_WAV:
	case STEP_TEXT:
	case STEP_TONE:
		dialogue_caller(&c->turns, at, at + (int64_t)s->speech_end * 1000 / rate, s->words);
		report_line(c, at, "caller: \"%s\" (%.2f s)", s->words,
			    (double)s->speech_end / (double)rate);
		break;
	case STEP_TYPED:
		dialogue_caller(&c->turns, at, at, s->words);
		report_line(c, at, "caller types: \"%s\"", s->words);
		break;
	case STEP_DTMF:
		dialogue_caller(&c->turns, at, at, s->words);
		report_line(c, at, "caller presses %s", s->words);
		break;
	case STEP_WAIT:
	case STEP_HANG_UP:
		break;
	}
}

/* False: hung up, nothing more to send. */
static bool obey(struct caller *c, const struct talk_order *order, int16_t *frame)
{
	if (order->begins)
		step_begins(c, order);
	switch (order->what) {
	case TALK_SPEECH:
		memcpy(frame, order->pcm, order->n * sizeof(*frame));
		break;
	case TALK_DIGIT:
		dialogue_now(&c->turns)->caller_last_ms = now_ms(c);
		if (!c->opts->no_keys)
			c->leg.ops->dtmf(&c->leg, order->digit);
		break;
	case TALK_TYPE:
		c->leg.ops->typed(&c->leg, iv_str(order->step->words));
		break;
	case TALK_HANG_UP:
		hang_up(c, "caller hung up");
		return false;
	case TALK_SILENCE:
		break;
	}
	return true;
}

static void hear(struct caller *c)
{
	if (far_end_tick(&c->far, c->heard) > 0 && far_audible(c->heard, c->far.frame)) {
		c->last_heard_us = iv_now_us();
		if (c->first_heard_us == 0)
			c->first_heard_us = c->last_heard_us;
	}
	if (!dialogue_heard(&c->turns, now_ms(c), c->heard, c->far.frame, c->opts->leg.rate_hz))
		return;
	const struct turn *turn = dialogue_now(&c->turns);
	if (turn->caller_last_ms < 0 || turn->agent_first_ms < 0)
		report_line(c, now_ms(c), "agent heard");
	else
		report_line(c, turn->agent_first_ms,
			    "agent heard (%.2f s after the caller's last sample)",
			    (double)(turn->agent_first_ms - turn->caller_last_ms) / 1000);
}

/* False: the call is over. */
static bool one_frame(struct caller *c)
{
	int16_t frame[FAR_FRAME_MAX];
	size_t n = c->far.frame;

	quiet_line(c, frame, n);
	struct talk_order order = talk_tick(&c->talk, now_ms(c), &c->turns);
	if (!obey(c, &order, frame))
		return false;
	if (c->opts->echo && order.what == TALK_SILENCE)
		memcpy(frame, c->heard, n * sizeof(*frame));
	if (c->opts->mute)
		(void)frame; /* time goes by, nothing is sent */
	else if (c->opts->messy)
		send_messy(c, frame, n);
	else
		c->leg.ops->audio(&c->leg, frame, n);
	stereo_write(&c->stereo, frame, c->heard, n);
	c->frames++;
	if (now_ms(c) >= (int64_t)c->opts->max_s * 1000) {
		hang_up(c, "longest duration reached");
		return false;
	}
	hear(c);
	return true;
}

/* Slots are absolute; after a stall what is due is sent at once, as a late socket would. */
static void on_tick(void *arg, int64_t slot_us)
{
	struct caller *c = arg;

	if (c->first_slot_us == 0)
		c->first_slot_us = slot_us;
	int64_t due = (slot_us - c->first_slot_us) / IV_TICK_US + 1;
	while (c->state == CALLER_TALKING && c->frames < due)
		if (!one_frame(c))
			return;
}

/* ── the socket */

static void on_opened(void *arg)
{
	struct caller *c = arg;

	c->state = CALLER_TALKING;
	c->opened = true;
	c->leg.ops->opened(&c->leg);
	if (c->opts->on_open)
		c->opts->on_open(c->opts->tell_arg);
	iv_pacer_join(c->net->loop, &c->pace, on_tick, c);
}

static void on_message(void *arg, bool text, struct iv_str data)
{
	struct caller *c = arg;

	c->leg.ops->receive(&c->leg, text, data, on_leg_event, c);
}

static void on_closed(void *arg, int code, const char *why)
{
	struct caller *c = arg;

	if (c->state == CALLER_TALKING)
		iv_pacer_leave(c->net->loop, &c->pace);
	flush_said(c);
	if (c->end_reason[0] == '\0' && c->opened)
		snprintf(c->end_reason, sizeof(c->end_reason), "daemon closed: %d %.100s", code,
			 why);
	else if (c->end_reason[0] == '\0')
		snprintf(c->end_reason, sizeof(c->end_reason), "not connected: %.100s", why);
	c->state = CALLER_DONE;
	c->close_code = code;
	c->done(c->done_arg);
}

static const struct wire_handlers handlers = {on_opened, on_message, on_closed};

bool caller_start(struct caller *c, const struct caller_opts *opts, struct wire_net *net,
		  struct leg_scratch *scratch, void (*done)(void *arg), void *arg, struct iv_err *e)
{
	struct wire_request rq = {.timeout_ms = HANDSHAKE_MS, .address = opts->address};
	struct iv_buf target;

	memset(c, 0, sizeof(*c));
	c->opts = opts;
	c->net = net;
	c->done = done;
	c->done_arg = arg;
	c->noise = opts->seed * 2 + 0x9e3779b97f4a7c15u;
	c->pace.phase = -1;
	if (opts->out && !stereo_open(&c->stereo, opts->out, opts->leg.rate_hz, e))
		return false;
	iv_buf_init(&c->said, 4096);
	far_end_init(&c->far, opts->leg.kind, opts->leg.rate_hz, on_mark_heard, c);
	c->far.marks_destroyed = opts->marks_destroyed;
	talk_init(&c->talk, opts->script, c->far.frame);
	c->talk.stay = opts->stay;
	c->talk.at = opts->first_step;
	dialogue_init(&c->turns);
	leg_init(&c->leg, &opts->leg, scratch, &c->wire);
	iv_buf_init(&target, 4096);
	c->leg.ops->request(&c->leg, opts->host, &target, &rq);
	wire_dial(&c->wire, net, &rq, &handlers, c);
	iv_buf_deinit(&target);
	return true;
}

void caller_hang_up(struct caller *c, const char *why)
{
	if (c->state == CALLER_TALKING)
		hang_up(c, why);
	else if (c->state == CALLER_DIALLING)
		wire_kill(&c->wire, why);
}

void caller_deinit(struct caller *c)
{
	far_end_deinit(&c->far);
	iv_buf_deinit(&c->said);
	stereo_close(&c->stereo);
}
