/* Whole calls in real time against a stand-in built on the daemon's codecs, all of them at once. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <stdio.h>
#include <unistd.h>
#include "caller.h"
#include "iv_wav.h"
#include "load.h"
#include "peer.h"

struct fixture {
	struct iv_loop *loop;
	struct iv_net *net;
	struct peer *peer;
	struct wire_net wires;
	struct leg_scratch scratch;
	char host[32];
	int running;
};

static struct fixture *fixture_new(const struct peer_opts *opts)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct iv_net_opts net = {.user_agent = "test/1"};
	struct iv_err e = {0};

	assert_non_null(f);
	f->loop = iv_loop_new();
	f->net = iv_net_new(f->loop, &net, &e);
	assert_non_null(f->net);
	f->peer = peer_new(f->net, opts);
	f->wires.loop = f->loop;
	snprintf(f->host, sizeof(f->host), "127.0.0.1:%d", peer_port(f->peer));
	uv_ip4_addr("127.0.0.1", peer_port(f->peer), (struct sockaddr_in *)&f->wires.address);
	return f;
}

static void count_down(void *arg)
{
	++*(int *)arg;
}

static void fixture_free(struct fixture *f)
{
	int gone = 0;

	while (peer_live(f->peer) > 0)
		uv_run(iv_loop_uv(f->loop), UV_RUN_ONCE);
	peer_close(f->peer, count_down, &gone);
	while (gone < 1)
		uv_run(iv_loop_uv(f->loop), UV_RUN_ONCE);
	peer_free(f->peer);
	iv_net_close(f->net, count_down, &gone);
	while (gone < 2)
		uv_run(iv_loop_uv(f->loop), UV_RUN_ONCE);
	iv_loop_free(f->loop);
	free(f);
}

static void on_done(void *arg)
{
	struct fixture *f = arg;

	if (--f->running == 0)
		iv_loop_stop(f->loop);
}

/* 400 ms of sound and 100 ms of silence for every spoken step. */
static void give_sound(struct script *s, int rate_hz)
{
	for (size_t i = 0; i < s->count; i++) {
		struct step *step = &s->steps[i];
		size_t speech = (size_t)rate_hz * 2 / 5;

		if (step->kind != STEP_WAV)
			continue;
		step->samples = speech + (size_t)rate_hz / 10;
		step->pcm = calloc(step->samples, sizeof(int16_t));
		assert_non_null(step->pcm);
		for (size_t k = 0; k < speech; k++)
			step->pcm[k] = (int16_t)(9000 * sin(2 * M_PI * 220 * (double)k / rate_hz));
		step->speech_end = script_speech_end(step->pcm, step->samples, rate_hz);
		assert_int_equal(step->speech_end, speech);
	}
}

struct test_call {
	struct caller_opts opts;
	struct script script;
	struct caller *caller;
};

static void start(struct fixture *f, struct test_call *t, const char *const *steps)
{
	struct iv_err e = {0};

	for (; *steps; steps++)
		assert_true(script_add(&t->script, *steps, &e));
	give_sound(&t->script, t->opts.leg.rate_hz);
	t->opts.leg.agent = "demo";
	t->opts.leg.key = PEER_KEY;
	t->opts.leg.secret = PEER_SECRET;
	t->opts.script = &t->script;
	t->opts.host = f->host;
	if (t->opts.max_s == 0)
		t->opts.max_s = 20;
	t->caller = calloc(1, sizeof(*t->caller));
	assert_non_null(t->caller);
	f->running++;
	assert_true(caller_start(t->caller, &t->opts, &f->wires, &f->scratch, on_done, f, &e));
}

static void finish(struct test_call *t)
{
	caller_deinit(t->caller);
	free(t->caller);
	script_free(&t->script);
}

/* Greeting, an answer that is interrupted, an answer that is heard to its end. */
static void check_conversation(const struct test_call *t, const struct peer_seen *seen)
{
	const struct caller *c = t->caller;
	const struct turn *turn = c->turns.items;

	assert_true(c->opened);
	assert_true(c->by_us);
	assert_string_equal(c->end_reason, "caller hung up");
	if (seen->malformed)
		fail_msg("%s: the daemon's codec refused: %s", c->leg.ops->name, seen->first_bad);
	assert_true(seen->authentic);
	assert_int_equal(c->bad, 0);
	assert_int_equal(c->turns.count, 3);
	assert_true(turn[0].agent_first_ms >= 0);
	/* The stand-in answers 300 ms after the speech; frames and jitter buffers add to it. */
	assert_in_range(turn[1].agent_first_ms - turn[1].caller_last_ms, 280, 460);
	assert_in_range(turn[2].agent_first_ms - turn[2].caller_last_ms, 280, 460);
	assert_in_range(turn[2].caller_first_ms - turn[1].agent_first_ms, 300, 340);
	assert_int_equal(c->clears, 1);
	assert_int_equal(seen->clears, 1);
	assert_in_range(turn[1].cleared_at_ms - turn[2].caller_first_ms, 100, 260);
	assert_in_range(turn[1].agent_heard_ms, 380, 620);
	assert_in_range(turn[2].agent_heard_ms, 800, 900);
	assert_int_equal(c->far.gaps, 0);
}

static void check_recording(const struct test_call *t)
{
	static char file[4 << 20];
	FILE *f = fopen(t->opts.out, "rb");
	struct iv_wav w;
	struct iv_err e = {0};
	int rate = t->opts.leg.rate_hz, ms = rate / 1000;

	assert_non_null(f);
	size_t n = fread(file, 1, sizeof(file), f);
	fclose(f);
	unlink(t->opts.out);
	assert_true(iv_wav_parse((struct iv_str){file, n}, &w, &e));
	assert_int_equal(w.rate_hz, rate);
	assert_int_equal(w.channels, 2);
	assert_int_equal(w.samples, t->caller->frames * 20 * ms);
	/* The stamps agree with the waveform: the caller's last loud sample on the left, the
	 * agent's first on the right. */
	for (size_t i = 1; i < t->caller->turns.count; i++) {
		const struct turn *turn = &t->caller->turns.items[i];
		int64_t left = -1, right = -1;

		for (int64_t s = turn->caller_first_ms * ms; s < (int64_t)w.samples; s++) {
			int16_t l = (int16_t)(w.data[4 * s] | w.data[4 * s + 1] << 8);
			int16_t r = (int16_t)(w.data[4 * s + 2] | w.data[4 * s + 3] << 8);

			if (abs(l) > 500 && s < turn->agent_first_ms * ms)
				left = s;
			if (abs(r) > 103 && right < 0 && s >= turn->caller_last_ms * ms)
				right = s;
		}
		assert_in_range(left / ms, turn->caller_last_ms - 2, turn->caller_last_ms);
		assert_in_range(right / ms, turn->agent_first_ms - 1, turn->agent_first_ms + 1);
	}
}

static void three_turns_and_an_interruption_on_every_leg(void **state)
{
	const char *const steps[] = {"a.wav", "@after=300:b.wav", NULL};
	struct peer_opts opts = {.greeting_ms = 400, .answer_ms = 800};
	char wav[3][64];
	struct test_call calls[3] = {
		{.opts.leg = {.kind = FAR_BROWSER, .rate_hz = 16000}},
		{.opts.leg = {.kind = FAR_JAMBONZ, .rate_hz = 8000}},
		{.opts.leg = {.kind = FAR_TWILIO, .rate_hz = 8000}},
	};

	(void)state;
	struct fixture *f = fixture_new(&opts);
	for (int i = 0; i < 3; i++) {
		snprintf(wav[i], sizeof(wav[i]), "lab-caller-%d-%d.wav", (int)getpid(), i);
		calls[i].opts.out = wav[i];
		start(f, &calls[i], steps);
	}
	iv_loop_run(f->loop);
	for (int i = 0; i < 3; i++) {
		const struct caller *c = calls[i].caller;
		const struct peer_seen *seen;
		struct iv_buf json;

		while (peer_live(f->peer) > 0)
			uv_run(iv_loop_uv(f->loop), UV_RUN_ONCE);
		stereo_close(&calls[i].caller->stereo);
		seen = peer_seen(f->peer, (enum iv_leg_kind)i);
		assert_int_equal(seen->kind, i);
		check_conversation(&calls[i], seen);
		check_recording(&calls[i]);
		assert_int_equal(seen->samples, c->frames * (int64_t)c->far.frame);
		iv_buf_init(&json, 65536);
		assert_true(report_json(c, &json));
		cJSON *tree = iv_json_parse(iv_buf_str(&json), NULL);
		assert_non_null(tree);
		assert_int_equal(cJSON_GetArraySize(iv_json_get(tree, "turns")), 3);
		cJSON_Delete(tree);
		iv_buf_deinit(&json);
	}
	assert_true(peer_seen(f->peer, IV_LEG_BROWSER)->browser_started);
	/* Greeting and last answer were heard, the one in between was not. */
	assert_int_equal(peer_seen(f->peer, IV_LEG_TWILIO)->marks_played, 2);
	assert_int_equal(peer_seen(f->peer, IV_LEG_JAMBONZ)->marks_played, 2);
	for (int i = 0; i < 3; i++)
		finish(&calls[i]);
	fixture_free(f);
}

static void broken_preambles_and_messy_frames_are_understood(void **state)
{
	const char *const steps[] = {"a.wav", "@after=300:b.wav", NULL};
	struct peer_opts opts = {.greeting_ms = 400, .answer_ms = 800};
	struct test_call calls[3] = {
		{.opts = {.leg = {.kind = FAR_BROWSER, .rate_hz = 8000, .binary = true},
			  .messy = true,
			  .seed = 1,
			  .silence_zero = true}},
		{.opts = {.leg = {.kind = FAR_JAMBONZ,
				  .rate_hz = 16000,
				  .preamble = PREAMBLE_BROKEN,
				  .drachtio = true},
			  .messy = true,
			  .seed = 2}},
		{.opts = {.leg = {.kind = FAR_TWILIO, .rate_hz = 8000}, .messy = true, .seed = 3}},
	};

	(void)state;
	struct fixture *f = fixture_new(&opts);
	for (int i = 0; i < 3; i++)
		start(f, &calls[i], steps);
	iv_loop_run(f->loop);
	while (peer_live(f->peer) > 0)
		uv_run(iv_loop_uv(f->loop), UV_RUN_ONCE);
	for (int i = 0; i < 3; i++) {
		const struct caller *c = calls[i].caller;
		const struct peer_seen *seen = peer_seen(f->peer, (enum iv_leg_kind)i);

		if (seen->malformed)
			fail_msg("%s: %s", c->leg.ops->name, seen->first_bad);
		assert_true(seen->authentic);
		assert_int_equal(c->turns.count, 3);
		assert_true(c->turns.items[1].agent_first_ms > 0);
		assert_true(c->turns.items[2].agent_first_ms > 0);
		assert_int_equal(c->bad, 0);
		assert_in_range(seen->samples, (c->frames - 6) * (int64_t)c->far.frame,
				c->frames * (int64_t)c->far.frame);
		finish(&calls[i]);
	}
	fixture_free(f);
}

static void keys_and_typed_words_arrive_and_the_daemon_may_hang_up(void **state)
{
	struct peer_opts opts = {.greeting_ms = 200, .answer_ms = 200, .answers = 1};
	struct test_call calls[3] = {
		{.opts.leg = {.kind = FAR_BROWSER, .rate_hz = 16000}},
		{.opts.leg = {.kind = FAR_JAMBONZ, .rate_hz = 8000, .preamble = PREAMBLE_MINIMAL}},
		{.opts.leg = {.kind = FAR_TWILIO, .rate_hz = 8000}},
	};

	(void)state;
	struct fixture *f = fixture_new(&opts);
	start(f, &calls[0],
	      (const char *[]){"text-typed:hello \"you\"", "wait:100", "hangup", NULL});
	start(f, &calls[1], (const char *[]){"dtmf:12#", "wait:700", "hangup", NULL});
	start(f, &calls[2], (const char *[]){"dtmf:9", "a.wav", "a.wav", "wait:9000", NULL});
	calls[2].opts.max_s = 30;
	iv_loop_run(f->loop);
	while (peer_live(f->peer) > 0)
		uv_run(iv_loop_uv(f->loop), UV_RUN_ONCE);
	assert_string_equal(peer_seen(f->peer, IV_LEG_BROWSER)->typed, "hello \"you\"");
	assert_string_equal(peer_seen(f->peer, IV_LEG_JAMBONZ)->digits, "12#");
	assert_string_equal(peer_seen(f->peer, IV_LEG_TWILIO)->digits, "9");
	assert_false(calls[2].caller->by_us);
	assert_int_equal(calls[2].caller->close_code, 1000);
	assert_string_equal(calls[2].caller->end_reason, "daemon closed: 1000 goodbye");
	for (int i = 0; i < 3; i++)
		finish(&calls[i]);
	fixture_free(f);
}

static void a_wrong_key_is_a_call_that_never_opened(void **state)
{
	struct peer_opts opts = {.greeting_ms = 200, .answer_ms = 200};
	struct test_call t = {.opts.leg = {.kind = FAR_BROWSER, .rate_hz = 16000}};
	struct iv_err e = {0};

	(void)state;
	struct fixture *f = fixture_new(&opts);
	t.opts.leg.agent = "demo";
	t.opts.leg.key = "wrong";
	t.opts.leg.secret = "";
	t.opts.script = &t.script;
	t.opts.host = f->host;
	t.opts.max_s = 5;
	t.caller = calloc(1, sizeof(*t.caller));
	assert_non_null(t.caller);
	f->running = 1;
	assert_true(caller_start(t.caller, &t.opts, &f->wires, &f->scratch, on_done, f, &e));
	iv_loop_run(f->loop);
	assert_false(t.caller->opened);
	assert_non_null(strstr(t.caller->end_reason, "not connected: refused: HTTP/1.1 401"));
	finish(&t);
	fixture_free(f);
}

static cJSON *run_load(struct fixture *f, struct load_opts *opts)
{
	struct iv_buf out;
	struct iv_err e = {0};

	opts->leg.agent = "demo";
	opts->leg.key = PEER_KEY;
	opts->leg.secret = PEER_SECRET;
	opts->host = f->host;
	iv_buf_init(&out, 65536);
	assert_true(load_run(opts, &f->wires, &f->scratch, &out, &e));
	cJSON *json = iv_json_parse(iv_buf_str(&out), &e);
	assert_non_null(json);
	iv_buf_deinit(&out);
	return json;
}

static double number(const cJSON *obj, const char *key)
{
	const cJSON *v = iv_json_get(obj, key);

	assert_true(cJSON_IsNumber(v));
	return cJSON_GetNumberValue(v);
}

static void a_load_counts_its_turns(void **state)
{
	static const enum far_kind kinds[] = {FAR_JAMBONZ, FAR_TWILIO, FAR_BROWSER};
	struct peer_opts opts = {.greeting_ms = 200, .answer_ms = 400};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(kinds); i++) {
		struct fixture *f = fixture_new(&opts);
		struct load_opts load = {.leg = {.kind = kinds[i],
						 .rate_hz = kinds[i] == FAR_BROWSER ? 16000 : 8000},
					 .calls = 10,
					 .ramp_per_s = 1000,
					 .seconds = 5};
		cJSON *json = run_load(f, &load);

		assert_int_equal((int)number(json, "opened"), 10);
		assert_int_equal((int)number(json, "refused"), 0);
		assert_int_equal((int)number(json, "dropped"), 0);
		assert_int_equal((int)number(json, "lost_turns"), 0);
		assert_int_equal((int)number(json, "bad_messages"), 0);
		assert_in_range((int)number(json, "turns"), 10, 20);
		/* 300 ms of the stand-in, and the 20 ms frames of both sides */
		assert_in_range((int)number(iv_json_get(json, "answer_ms"), "p50"), 290, 400);
		cJSON_Delete(json);
		fixture_free(f);
	}
}

static void an_echo_load_measures_round_trips(void **state)
{
	static const enum far_kind kinds[] = {FAR_JAMBONZ, FAR_TWILIO, FAR_BROWSER};
	struct peer_opts opts = {.echo = true};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(kinds); i++) {
		struct fixture *f = fixture_new(&opts);
		struct load_opts load = {.leg = {.kind = kinds[i],
						 .rate_hz = kinds[i] == FAR_BROWSER ? 16000 : 8000},
					 .calls = 5,
					 .ramp_per_s = 1000,
					 .seconds = 1,
					 .echo = true};
		cJSON *json = run_load(f, &load);
		const cJSON *echo = iv_json_get(json, "echo_ms");

		assert_in_range((int)number(echo, "count"), 230, 260); /* 5 × 50 */
		assert_in_range((int)number(echo, "p50"), 0, 20);
		cJSON_Delete(json);
		fixture_free(f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_turns_and_an_interruption_on_every_leg),
		cmocka_unit_test(broken_preambles_and_messy_frames_are_understood),
		cmocka_unit_test(keys_and_typed_words_arrive_and_the_daemon_may_hang_up),
		cmocka_unit_test(a_wrong_key_is_a_call_that_never_opened),
		cmocka_unit_test(a_load_counts_its_turns),
		cmocka_unit_test(an_echo_load_measures_round_trips),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
