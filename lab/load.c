/* Many callers: a burst of speech, the wait for the answer, its end, a second of silence, again.
 * Binary frames are encoded and masked once for all callers; Twilio's count, so their envelopes are
 * written for each (0.3 µs, the write to the socket costs 8). A caller is one struct on one phase
 * of the pacer; nothing is allocated once all have been started. */
#include "load.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include "far_clock.h"
#include "hist.h"

#define BURST_FRAMES 80 /* 1.6 s */
#define QUIET_FRAMES 50
#define ANSWER_US 10000000	/* no answer within it: the turn is lost */
#define GREETING_US 2000000	/* nothing said by then: the caller begins */
#define AFTER_ANSWER_US 1000000 /* silence behind the answer, then the caller's turn again */
#define HANDSHAKE_MS 10000
#define CLOSE_MS 4000
#define ECHO_RING 512 /* frames on their way; 10 s */
#define RAMP_STEP_MS 10

struct load;

enum load_state { LOAD_DIALLING, LOAD_LISTENING, LOAD_SPEAKING, LOAD_WAITING, LOAD_GONE };

struct load_caller {
	struct load *load;
	struct wire wire;
	struct leg leg;
	struct far_clock far;
	struct iv_pacer_member pace;
	enum load_state state;
	bool opened, closing, killed;
	bool answered; /* LISTENING: something was said since we stopped */
	int64_t first_slot_us, frames;
	int burst;	       /* frames of the burst that are out */
	int64_t since_us;      /* when the state began */
	int64_t *echo_sent_us; /* --echo: ring of ECHO_RING */
	uint64_t echo_samples;
};

struct load {
	const struct load_opts *opts;
	struct wire_net *net;
	struct leg_scratch *scratch;
	struct load_caller *callers;
	int started, live;
	bool measuring, closing;
	struct iv_timer ramp, end;
	int64_t began_us, measured_us;
	double cpu_at_start;

	size_t frame; /* samples */
	/* Jambonz and browser: whole frames, masked; the same for everybody. */
	char *encoded;
	size_t encoded_len;
	int16_t *pcm; /* BURST_FRAMES, then QUIET_FRAMES */

	int64_t opened, refused, dropped, hung_up_by_agent;
	int64_t turns, lost, premature, marks, clears, bad;
	int64_t messages, gaps, unsent, heard_us;
	char first_refusal[160];
	struct hist answer, late, jitter, echo, own_lag;
};

/* ── sound */

/* A voiced sound: 220 Hz with falling harmonics, a syllable's swell, one second and a bit. */
static void make_burst(int16_t *pcm, size_t n, int rate_hz)
{
	for (size_t i = 0; i < n; i++) {
		double t = (double)i / rate_hz, s = 0;

		for (int h = 1; h <= 10; h++)
			s += sin(2 * M_PI * 220 * h * t) / h;
		pcm[i] = (int16_t)(5000 * s * (0.75 + 0.25 * sin(2 * M_PI * 4 * t)));
	}
}

static void make_quiet(int16_t *pcm, size_t n)
{
	uint32_t x = 2463534242u;

	for (size_t i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		pcm[i] = (int16_t)((int)(x >> 8) % 35 - 17);
	}
}

static void *must_calloc(size_t n, size_t size)
{
	void *p = calloc(n, size);

	if (!p)
		abort();
	return p;
}

static void make_frames(struct load *l)
{
	size_t frames = BURST_FRAMES + QUIET_FRAMES;

	l->frame = (size_t)l->opts->leg.rate_hz / 50;
	l->pcm = must_calloc(frames * l->frame, sizeof(*l->pcm));
	make_burst(l->pcm, BURST_FRAMES * l->frame, l->opts->leg.rate_hz);
	make_quiet(l->pcm + BURST_FRAMES * l->frame, QUIET_FRAMES * l->frame);
	if (l->opts->leg.kind == FAR_TWILIO)
		return;
	size_t room = IV_WS_HEADER_MAX + 2 * l->frame;
	l->encoded = must_calloc(frames, room);
	for (size_t f = 0; f < frames; f++) {
		uint8_t bytes[2 * FAR_FRAME_MAX];

		for (size_t i = 0; i < l->frame; i++) {
			uint16_t s = (uint16_t)l->pcm[f * l->frame + i];
			bytes[2 * i] = (uint8_t)s;
			bytes[2 * i + 1] = (uint8_t)(s >> 8);
		}
		l->encoded_len = wire_encode(l->encoded + f * room, IV_WS_BIN, bytes, 2 * l->frame,
					     0x5ac3e197u);
	}
}

static void send_frame(struct load_caller *c, size_t f)
{
	struct load *l = c->load;
	bool sent;

	if (l->encoded)
		sent = wire_send_encoded(&c->wire,
					 l->encoded + f * (IV_WS_HEADER_MAX + 2 * l->frame),
					 l->encoded_len);
	else
		sent = c->leg.ops->audio(&c->leg, l->pcm + f * l->frame, l->frame);
	if (!sent)
		l->unsent++;
}

/* ── one caller */

static void set_state(struct load_caller *c, enum load_state state, int64_t now)
{
	c->state = state;
	c->since_us = now;
	c->answered = false;
	c->burst = 0;
}

/* Between what the person hears and what comes next. */
static void think(struct load_caller *c, int64_t now)
{
	struct load *l = c->load;
	bool silent = now - c->far.play_end_us > AFTER_ANSWER_US;

	switch (c->state) {
	case LOAD_LISTENING:
		if (silent && (c->answered || now - c->since_us > GREETING_US))
			set_state(c, LOAD_SPEAKING, now);
		break;
	case LOAD_SPEAKING:
		if (c->burst == BURST_FRAMES && !l->opts->echo)
			set_state(c, LOAD_WAITING, now);
		break;
	case LOAD_WAITING:
		if (now - c->since_us < ANSWER_US)
			break;
		l->lost += l->measuring ? 1 : 0;
		set_state(c, LOAD_SPEAKING, now);
		break;
	case LOAD_DIALLING:
	case LOAD_GONE:
		break;
	}
}

static void give_marks_back(struct load_caller *c, int64_t now)
{
	char name[FAR_CLOCK_NAME];

	while (far_clock_due(&c->far, now, name)) {
		c->load->marks++;
		if (c->leg.ops->mark_heard)
			c->leg.ops->mark_heard(&c->leg, iv_str(name), c->killed);
	}
	c->killed = false;
}

static void one_frame(struct load_caller *c, int64_t now)
{
	struct load *l = c->load;
	size_t f = BURST_FRAMES + (size_t)(c->frames % QUIET_FRAMES);

	if (c->echo_sent_us)
		c->echo_sent_us[c->frames % ECHO_RING] = now;
	if (c->state == LOAD_SPEAKING && l->opts->echo)
		f = (size_t)(c->frames % BURST_FRAMES);
	else if (c->state == LOAD_SPEAKING)
		f = (size_t)c->burst++;
	send_frame(c, f);
	c->frames++;
}

static void on_tick(void *arg, int64_t slot_us)
{
	struct load_caller *c = arg;
	int64_t now = iv_now_us();

	if (c->first_slot_us == 0)
		c->first_slot_us = slot_us;
	int64_t due = (slot_us - c->first_slot_us) / IV_TICK_US + 1;
	for (; c->frames < due && !c->closing; think(c, now))
		one_frame(c, now);
	if (c->far.mark_count > 0)
		give_marks_back(c, now);
}

static void echoed(struct load_caller *c, int64_t now, size_t samples)
{
	struct load *l = c->load;
	uint64_t first = c->echo_samples / l->frame;

	c->echo_samples += samples;
	uint64_t end = c->echo_samples / l->frame;
	for (uint64_t f = first; f < end && f < (uint64_t)c->frames; f++)
		if (l->measuring)
			hist_add(&l->echo, now - c->echo_sent_us[f % ECHO_RING]);
}

static void heard(struct load_caller *c, const struct leg_event *ev)
{
	struct load *l = c->load;
	int64_t now = iv_now_us();

	if (c->echo_sent_us) {
		echoed(c, now, ev->samples);
		return;
	}
	struct far_arrival a = far_clock_audio(&c->far, now, ev->samples);
	if (l->measuring) {
		l->messages++;
		l->heard_us += (int64_t)ev->samples * 1000000 / l->opts->leg.rate_hz;
		l->gaps += a.late_us > 0 ? 1 : 0;
		if (!a.first) {
			hist_add(&l->late, a.late_us);
			hist_add(&l->jitter, a.jitter_us);
		}
	}
	if (c->answered || !far_audible(ev->pcm, ev->samples))
		return;
	if (c->state == LOAD_WAITING) {
		int64_t took = now - c->since_us;

		set_state(c, LOAD_LISTENING, now);
		if (l->measuring) {
			l->turns++;
			hist_add(&l->answer, took);
		}
	} else if (c->state == LOAD_SPEAKING && l->measuring) {
		l->premature++;
	}
	c->answered = true;
}

static void on_leg_event(void *arg, const struct leg_event *ev)
{
	struct load_caller *c = arg;
	struct load *l = c->load;
	int64_t now;

	switch (ev->type) {
	case LEG_AUDIO:
		heard(c, ev);
		break;
	case LEG_MARK:
		now = iv_now_us();
		far_clock_mark(&c->far, now, ev->name);
		break;
	case LEG_CLEAR:
		now = iv_now_us();
		far_clock_clear(&c->far, now);
		c->killed = true;
		l->clears++;
		if (l->opts->leg.kind == FAR_TWILIO)
			give_marks_back(c, now);
		break;
	case LEG_HANG_UP:
		l->hung_up_by_agent++;
		if (l->opts->leg.kind == FAR_JAMBONZ)
			wire_close(&c->wire, 1000);
		break;
	case LEG_BAD:
		l->bad++;
		break;
	case LEG_CLEAR_MARKS:
	case LEG_TEXT:
	case LEG_OTHER:
		break;
	}
}

static void on_opened(void *arg)
{
	struct load_caller *c = arg;

	c->opened = true;
	c->load->opened++;
	c->leg.ops->opened(&c->leg);
	set_state(c, c->load->opts->echo ? LOAD_SPEAKING : LOAD_LISTENING, iv_now_us());
	iv_pacer_join(c->load->net->loop, &c->pace, on_tick, c);
}

static void on_message(void *arg, bool text, struct iv_str data)
{
	struct load_caller *c = arg;

	c->leg.ops->receive(&c->leg, text, data, on_leg_event, c);
}

static void on_closed(void *arg, int code, const char *why)
{
	struct load_caller *c = arg;
	struct load *l = c->load;

	iv_pacer_leave(l->net->loop, &c->pace);
	if (!c->opened && l->refused++ == 0)
		snprintf(l->first_refusal, sizeof(l->first_refusal), "%s", why);
	else if (c->opened && !l->closing) {
		l->dropped++;
		if (l->first_refusal[0] == '\0')
			snprintf(l->first_refusal, sizeof(l->first_refusal), "%d %.140s", code,
				 why);
	}
	c->state = LOAD_GONE;
	c->closing = true;
	if (--l->live == 0 && l->closing)
		iv_loop_stop(l->net->loop);
}

static const struct wire_handlers handlers = {on_opened, on_message, on_closed};

/* ── all of them */

static void start_caller(struct load *l)
{
	struct load_caller *c = &l->callers[l->started++];
	struct wire_request rq = {.timeout_ms = HANDSHAKE_MS};
	struct iv_buf target;

	c->load = l;
	c->pace.phase = -1;
	if (l->opts->echo)
		c->echo_sent_us = must_calloc(ECHO_RING, sizeof(*c->echo_sent_us));
	far_clock_init(&c->far, l->opts->leg.rate_hz);
	leg_init(&c->leg, &l->opts->leg, l->scratch, &c->wire);
	iv_buf_init(&target, 4096);
	c->leg.ops->request(&c->leg, l->opts->host, &target, &rq);
	l->live++;
	wire_dial(&c->wire, l->net, &rq, &handlers, c);
	iv_buf_deinit(&target);
}

static double cpu_seconds(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)u.ru_utime.tv_sec + (double)u.ru_stime.tv_sec +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static void on_lag(void *arg, int64_t late_us)
{
	struct load *l = arg;

	if (l->measuring)
		hist_add(&l->own_lag, late_us);
}

static void on_end(void *arg)
{
	struct load *l = arg;

	if (l->closing) { /* somebody does not answer the close */
		iv_loop_stop(l->net->loop);
		return;
	}
	l->measured_us = iv_now_us() - l->measured_us;
	l->cpu_at_start = cpu_seconds() - l->cpu_at_start;
	l->measuring = false;
	l->closing = true;
	for (int i = 0; i < l->started; i++) {
		struct load_caller *c = &l->callers[i];

		c->closing = true;
		iv_pacer_leave(l->net->loop, &c->pace);
		if (c->state == LOAD_DIALLING)
			wire_kill(&c->wire, "not opened in time");
		else if (c->state != LOAD_GONE)
			c->leg.ops->hang_up(&c->leg);
	}
	if (l->live == 0)
		iv_loop_stop(l->net->loop);
	else
		iv_timer_in_ms(&l->end, CLOSE_MS);
}

static void on_ramp(void *arg)
{
	struct load *l = arg;
	double elapsed_s = (double)(iv_now_us() - l->began_us) / 1e6;
	int due = (int)(elapsed_s * l->opts->ramp_per_s) + 1;

	while (l->started < l->opts->calls && l->started < due)
		start_caller(l);
	if (l->started < l->opts->calls) {
		iv_timer_in_ms(&l->ramp, RAMP_STEP_MS);
		return;
	}
	l->measuring = true;
	l->measured_us = iv_now_us();
	l->cpu_at_start = cpu_seconds();
	iv_timer_in_ms(&l->end, (int64_t)l->opts->seconds * 1000);
}

static void write_results(const struct load *l, struct iv_jw *w)
{
	double seconds = (double)l->measured_us / 1e6;
	double talk = l->opened > 0 ? (double)l->heard_us / 1e6 / seconds / (double)l->opened : 0;

	iv_jw_obj(w, NULL);
	iv_jw_cstr(w, "leg", leg_name(l->opts->leg.kind));
	iv_jw_i64(w, "rate_hz", l->opts->leg.rate_hz);
	iv_jw_i64(w, "calls", l->opts->calls);
	iv_jw_num(w, "seconds", seconds, 1);
	iv_jw_i64(w, "opened", l->opened);
	iv_jw_i64(w, "refused", l->refused);
	iv_jw_i64(w, "dropped", l->dropped);
	iv_jw_cstr(w, "first_failure", l->first_refusal[0] ? l->first_refusal : NULL);
	iv_jw_i64(w, "hung_up_by_agent", l->hung_up_by_agent);
	iv_jw_i64(w, "turns", l->turns);
	iv_jw_i64(w, "lost_turns", l->lost);
	iv_jw_i64(w, "premature_answers", l->premature);
	iv_jw_i64(w, "marks_echoed", l->marks);
	iv_jw_i64(w, "clears", l->clears);
	iv_jw_i64(w, "bad_messages", l->bad);
	iv_jw_i64(w, "unsent_frames", l->unsent);
	iv_jw_num(w, "agent_talk_share", talk, 3);
	hist_write(&l->answer, w, "answer_ms");
	iv_jw_i64(w, "audio_messages", l->messages);
	iv_jw_i64(w, "gaps", l->gaps);
	hist_write(&l->late, w, "late_ms");
	hist_write(&l->jitter, w, "pacing_jitter_ms");
	hist_write(&l->echo, w, "echo_ms");
	hist_write(&l->own_lag, w, "own_lag_ms");
	iv_jw_num(w, "own_cpu_share", l->cpu_at_start / seconds, 3);
	iv_jw_end_obj(w);
}

static void raise_file_limit(void)
{
	struct rlimit r;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0)
		return;
	r.rlim_cur = r.rlim_max;
	/* When refused, the first call without a descriptor will say so. */
	setrlimit(RLIMIT_NOFILE, &r);
}

bool load_run(const struct load_opts *opts, struct wire_net *net, struct leg_scratch *scratch,
	      struct iv_buf *out, struct iv_err *e)
{
	struct load *l = must_calloc(1, sizeof(*l));
	struct iv_jw w;

	l->opts = opts;
	l->net = net;
	l->scratch = scratch;
	l->callers = calloc((size_t)opts->calls, sizeof(*l->callers));
	if (!l->callers) {
		free(l);
		return iv_fail_field(e, IV_ETOOBIG, "--calls", "no memory for %d callers",
				     opts->calls);
	}
	raise_file_limit();
	make_frames(l);
	iv_timer_init(&l->ramp, net->loop, on_ramp, l);
	iv_timer_init(&l->end, net->loop, on_end, l);
	iv_pacer_set_lag_hook(net->loop, on_lag, l);
	l->began_us = iv_now_us();
	iv_timer_in_ms(&l->ramp, 0);
	iv_loop_run(net->loop);

	iv_timer_stop(&l->end);
	iv_pacer_set_lag_hook(net->loop, NULL, NULL);
	iv_jw_init(&w, out);
	write_results(l, &w);
	bool ok = iv_jw_done(&w) && iv_buf_addc(out, '\n');
	for (int i = 0; i < l->started; i++) {
		if (l->callers[i].state != LOAD_GONE)
			wire_kill(&l->callers[i].wire, "the load is over");
	}
	while (l->live > 0)
		uv_run(iv_loop_uv(net->loop), UV_RUN_ONCE);
	for (int i = 0; i < l->started; i++)
		free(l->callers[i].echo_sent_us);
	free(l->callers);
	free(l->pcm);
	free(l->encoded);
	free(l);
	return ok || iv_fail(e, IV_ETOOBIG, "the results do not fit their buffer");
}
