/* The far side of the session tests: a server in the same loop that plays providers "a" and "b"
 * from a script, and the configuration that points every provider name at one of them. */
#ifndef TEST_FAR_H
#define TEST_FAR_H

#include "golden.h"
#include "iv_g711.h"
#include "iv_http.h"
#include "iv_metrics.h"
#include "iv_provider.h"
#include "iv_ws.h"
#include "../../../src/provider/registry.h"

enum far_end { FAR_END, FAR_CUT, FAR_HANG };

/* How a request is answered. status 0: never. Without bytes the answer is sent whole, without a
 * stream, unless it hangs. */
struct far_script {
	int status;
	const char *type;
	const char *bytes;
	size_t len; /* 0: strlen(bytes) */
	enum far_end end;
};

#define FAR_CONNECTIONS 16

struct far_socket {
	struct far *far;
	struct iv_ws *ws;
	struct iv_buf audio, texts;
	int64_t opened_us;
	int close_code; /* 0: open */
	bool too_fast;
};

struct far {
	struct far_script script;
	int requests, gone; /* gone: left by the client before the answer was complete */
	char key[128], target[512], body[2048];
	/* recogniser */
	int refuse; /* status instead of an upgrade; -1: no answer at all */
	struct far_socket sockets[FAR_CONNECTIONS];
	int socket_count;
	void (*on_audio)(struct far_socket *s);
	void (*on_text)(struct far_socket *s, struct iv_str text);
};

static struct iv_loop *loop;
static struct iv_net *net;
static struct iv_http_server *server;
static struct iv_config config;
static struct iv_providers *providers;
static struct far far_a, far_b;
static struct iv_timer far_watch;
static bool far_late;

static struct far *far_of(struct iv_http_req *rq)
{
	struct far *f = iv_str_eq(iv_http_param(rq, "who"), IV_S("a")) ? &far_a : &far_b;
	struct iv_str key = iv_http_header(rq, "authorization");
	if (key.len == 0)
		key = iv_http_header(rq, "xi-api-key");
	f->requests++;
	iv_str_copy(f->key, sizeof(f->key), key);
	snprintf(f->target, sizeof(f->target), "%.*s?%.*s", IV_FMT(iv_http_path(rq)),
		 IV_FMT(iv_http_query(rq)));
	iv_str_copy(f->body, sizeof(f->body), iv_http_body(rq));
	return f;
}

static void far_left(void *arg)
{
	struct far *f = arg;
	f->gone++;
}

static void far_answer(void *ctx, struct iv_http_req *rq)
{
	struct far *f = far_of(rq);
	const struct far_script *s = &f->script;
	(void)ctx;
	if (s->status == 0) {
		iv_http_on_close(rq, far_left, f);
		return;
	}
	if (!s->bytes && s->end == FAR_END) {
		iv_http_reply(rq, s->status, "application/json",
			      IV_S("{\"error\":{\"message\":\"no\"}}"));
		return;
	}
	iv_http_stream_begin(rq, s->status, s->type);
	if (s->bytes)
		(void)iv_http_stream_write(
			rq, (struct iv_str){s->bytes, s->len > 0 ? s->len : strlen(s->bytes)});
	if (s->end == FAR_END)
		iv_http_stream_end(rq);
	else if (s->end == FAR_CUT)
		iv_http_stream_abort(rq);
	else
		iv_http_on_close(rq, far_left, f);
}

/* At most 1.25 times real time behind the first half second; 100 ms for the clocks of both sides. */
static void far_check_pace(struct far_socket *s)
{
	int64_t ms = (iv_now_us() - s->opened_us) / 1000 + 100;
	if ((int64_t)s->audio.len > 8 * (500 + ms * 5 / 4))
		s->too_fast = true;
}

static void far_message(void *arg, struct iv_ws *ws, bool text, struct iv_str data)
{
	struct far_socket *s = arg;
	(void)ws;
	assert_true(data.len > 0);
	if (text) {
		assert_true(iv_buf_adds(&s->texts, data) && iv_buf_addc(&s->texts, '\n'));
		if (s->far->on_text)
			s->far->on_text(s, data);
		return;
	}
	assert_true(iv_buf_adds(&s->audio, data));
	far_check_pace(s);
	if (s->far->on_audio)
		s->far->on_audio(s);
}

static void far_closed(void *arg, struct iv_ws *ws, int code, int http_status, struct iv_str reason)
{
	struct far_socket *s = arg;
	(void)ws;
	(void)http_status;
	(void)reason;
	s->close_code = code;
	s->ws = NULL;
}

static void far_listen(void *ctx, struct iv_http_req *rq)
{
	static const struct iv_ws_limits limits = {.message_max = 1 << 20,
						   .soft_bytes = 1 << 20,
						   .hard_bytes = 4 << 20,
						   .hard_ms = 1000};
	static const struct iv_ws_handlers handlers = {.message = far_message,
						       .closed = far_closed};
	struct far *f = far_of(rq);
	(void)ctx;
	if (f->refuse < 0) {
		iv_http_on_close(rq, far_left, f);
		return;
	}
	if (f->refuse) {
		iv_http_reply(rq, f->refuse, "application/json", IV_S("{}"));
		return;
	}
	assert_true(f->socket_count < FAR_CONNECTIONS);
	struct far_socket *s = &f->sockets[f->socket_count++];
	s->far = f;
	s->opened_us = iv_now_us();
	iv_buf_init(&s->audio, 1 << 22);
	iv_buf_init(&s->texts, 1 << 16);
	s->ws = iv_ws_accept(rq, IV_STR_NULL, &limits, &handlers, s);
}

static const struct iv_route far_routes[] = {
	{"POST", "/:who/chat/completions", far_answer, 0, 0, "model"},
	{"POST", "/:who/v1/speak", far_answer, 0, 0, "synthesiser"},
	{"POST", "/:who/v1/text-to-speech/:voice/stream", far_answer, 0, 0, "synthesiser"},
	{"WS", "/:who/v1/listen", far_listen, 0, 0, "recogniser"},
	{0},
};

/* name → value; "%s" in a value is the server's address. */
static const char *const far_env[][2] = {
	{"DEEPGRAM_API_KEY", "key-dg"},	       {"DEEPGRAM_BASE_URL", "%s/a"},
	{"DEEPGRAM_2_BASE_URL", "%s/b"},       {"OPENAI_API_KEY", "key-oa"},
	{"OPENAI_BASE_URL", "%s/a"},	       {"OPENAI_2_BASE_URL", "%s/b"},
	{"OPENAI_2_MODEL", "second-model"},    {"ELEVENLABS_API_KEY", "key-el"},
	{"ELEVENLABS_BASE_URL", "%s/b"},       {"ASR_PROVIDERS", "deepgram,deepgram-2"},
	{"LLM_PROVIDERS", "openai,openai-2"},  {"TTS_PROVIDER", "deepgram,elevenlabs"},
	{"LLM_FIRST_TOKEN_TIMEOUT_MS", "300"}, {"LLM_STALL_TIMEOUT_MS", "500"},
	{"TTS_FIRST_BYTE_TIMEOUT_MS", "300"},  {"TTS_STALL_TIMEOUT_MS", "500"},
	{"ASR_CONNECT_TIMEOUT_MS", "200"},     {"CIRCUIT_BREAKER_TIMEOUT_MS", "300"},
};

static const char *far_getenv(void *arg, const char *name)
{
	static char value[256];
	(void)arg;
	for (size_t i = 0; i < IV_COUNT(far_env); i++) {
		const char *from = far_env[i][1], *mark = strstr(from, "%s");
		if (strcmp(far_env[i][0], name) != 0)
			continue;
		if (!mark)
			return from;
		snprintf(value, sizeof(value), "http://127.0.0.1:%d%s", iv_http_port(server),
			 mark + 2);
		return value;
	}
	return NULL;
}

static void far_give_up(void *arg)
{
	(void)arg;
	far_late = true;
	iv_loop_stop(loop);
}

static int far_setup(void **state)
{
	static const struct iv_net_opts net_opts = {.user_agent = "test"};
	static const struct iv_http_opts http_opts = {.address = "127.0.0.1",
						      .header_max = 16384,
						      .body_max = 1 << 20,
						      .header_ms = 5000,
						      .keepalive_ms = 5000,
						      .max_connections = 100};
	struct iv_err e = {.code = IV_OK};
	struct iv_buf errors;
	(void)state;
	far_a = (struct far){.requests = 0};
	far_b = (struct far){.requests = 0};
	iv_metrics_reset();
	loop = iv_loop_new();
	net = iv_net_new(loop, &net_opts, &e);
	assert_non_null(net);
	server = iv_http_listen(net, &http_opts, far_routes, NULL, &e);
	assert_non_null(server);
	iv_buf_init(&errors, 1 << 16);
	assert_true(iv_config_read(&config, far_getenv, NULL, &errors));
	iv_buf_deinit(&errors);
	providers = iv_providers_new(net, &config, &e);
	assert_non_null(providers);
	providers->times.asr_retry_ms = 30;
	iv_timer_init(&far_watch, loop, far_give_up, NULL);
	return 0;
}

static void far_stop(void *arg)
{
	(void)arg;
	iv_loop_stop(loop);
}

static void far_forget(struct far *f)
{
	for (int i = 0; i < f->socket_count; i++) {
		iv_buf_deinit(&f->sockets[i].audio);
		iv_buf_deinit(&f->sockets[i].texts);
	}
}

static int far_teardown(void **state)
{
	(void)state;
	iv_providers_free(providers);
	iv_http_close(server, far_stop, NULL);
	iv_loop_run(loop);
	iv_net_close(net, far_stop, NULL);
	iv_loop_run(loop);
	iv_loop_free(loop);
	iv_config_free(&config);
	far_forget(&far_a);
	far_forget(&far_b);
	return 0;
}

/* Runs until something calls iv_loop_stop; a test that waits in vain fails. */
static inline void far_run(void)
{
	far_late = false;
	iv_timer_in_ms(&far_watch, 5000);
	iv_loop_run(loop);
	iv_timer_stop(&far_watch);
	assert_false(far_late);
}

static inline void far_run_ms(int ms)
{
	struct iv_timer t;
	iv_timer_init(&t, loop, far_stop, NULL);
	iv_timer_in_ms(&t, ms);
	iv_loop_run(loop);
	iv_timer_stop(&t);
}

static inline double far_count(const char *label)
{
	static const char *const labels[] = {"asr_ok",	  "asr_error",	   "llm_ok",
					     "llm_error", "llm_cancelled", "tts_ok",
					     "tts_error", "tts_cancelled"};
	for (size_t i = 0; i < IV_COUNT(labels); i++)
		if (strcmp(labels[i], label) == 0)
			return iv_metric_get(IV_M_provider_requests_total, (int)i);
	fail_msg("no label %s", label);
	return -1;
}

#endif
