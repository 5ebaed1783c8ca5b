/* A stand-in for the daemon, for tests of the callers. */
#include "peer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include "iv_browser.h"
#include "iv_crypto.h"
#include "iv_level.h"

#define TICK_MS 20
#define LEAD_MS 200
#define SPEECH_DDB (-450)
#define ANSWER_AFTER_MS 300
#define BARGE_MS 100

struct conn {
	struct peer *peer;
	struct iv_ws *ws;
	struct iv_leg leg;
	struct iv_pacer_member pace;
	struct peer_seen seen;
	int64_t ticks;
	int heard_ms, silent_ms; /* of the caller */
	bool owed;		 /* the caller has spoken: an answer is due */
	int talk_at_ms;		 /* >= 0: so much of the talk is sent */
	int talk_ms;
	int64_t talk_tick;
	uint32_t epoch, utterance;
};

struct peer {
	struct peer_opts opts;
	struct iv_http_server *http;
	struct iv_loop *loop;
	struct iv_leg_scratch scratch;
	struct peer_seen last[3];
	int live;
};

static void put_message(void *arg, bool text, struct iv_str message)
{
	struct conn *c = arg;

	if (text)
		iv_ws_send_text(c->ws, message, IV_WS_MUST);
	else
		iv_ws_send_binary(c->ws, message.ptr, message.len, IV_WS_MUST);
}

static void send_tone(struct conn *c, int at_ms, int ms, double gain)
{
	int16_t pcm[1280];
	int rate = c->leg.rate_hz;
	size_t n = (size_t)(rate / 1000 * ms);

	for (size_t i = 0; i < n; i++)
		pcm[i] =
			(int16_t)(gain * sin(2 * M_PI * 440 * (at_ms / 1000.0 + (double)i / rate)));
	iv_leg_audio(&c->leg, pcm, n, 0, 0, &c->peer->scratch, put_message, c);
	c->seen.sent_samples += (int64_t)n;
}

static void start_talk(struct conn *c, int ms)
{
	c->talk_at_ms = 0;
	c->talk_ms = ms;
	c->talk_tick = c->ticks;
}

/* 200 ms ahead of real time; Jambonz wants blocks of 80 ms, a mark and zeros behind the last. */
static void talk(struct conn *c)
{
	const struct iv_leg_caps *caps = iv_leg_caps(c->leg.kind);
	int due = (int)(c->ticks - c->talk_tick) * TICK_MS + LEAD_MS;

	while (c->talk_at_ms >= 0 && c->talk_at_ms < due) {
		send_tone(c, c->talk_at_ms, caps->block_ms, 8000);
		c->talk_at_ms += caps->block_ms;
		if (c->talk_at_ms < c->talk_ms)
			continue;
		c->talk_at_ms = -1;
		if (!caps->marks)
			break;
		struct iv_mark mark = {
			.epoch = c->epoch, .utterance = ++c->utterance, .at = c->seen.sent_samples};
		iv_leg_mark(&c->leg, &mark, put_message, c);
		if (caps->flush_block)
			send_tone(c, 0, caps->block_ms, 0);
	}
}

static void on_tick(void *arg, int64_t slot_us)
{
	struct conn *c = arg;

	(void)slot_us;
	c->ticks++;
	if (c->talk_at_ms >= 0)
		talk(c);
}

static void hear(struct conn *c, const struct iv_leg_event *ev)
{
	int ms = (int)(ev->samples * 1000) / c->leg.rate_hz;
	bool speech = iv_level_measure(ev->pcm, ev->samples).rms_ddb > SPEECH_DDB;

	c->seen.samples += (int64_t)ev->samples;
	c->silent_ms = speech ? 0 : c->silent_ms + ms;
	c->heard_ms = speech ? c->heard_ms + ms : c->heard_ms;
	if (c->heard_ms >= BARGE_MS)
		c->owed = true;
	if (c->owed && speech && c->talk_at_ms >= 0) {
		c->talk_at_ms = -1;
		c->seen.clears++;
		iv_leg_clear(&c->leg, ++c->epoch, 0, 0, put_message, c);
	}
	if (c->silent_ms < ANSWER_AFTER_MS)
		return;
	c->heard_ms = 0;
	if (!c->owed)
		return;
	c->owed = false;
	if (c->peer->opts.answers > 0 && c->seen.answers == c->peer->opts.answers) {
		iv_ws_close(c->ws, 1000, IV_S("goodbye"));
		return;
	}
	c->seen.answers++;
	start_talk(c, c->peer->opts.answer_ms);
}

static bool authentic(struct iv_str call_id, struct iv_str ts, struct iv_str sig)
{
	char text[200], want[IV_SHA256_HEX];

	snprintf(text, sizeof(text), "%.*s:%.*s", IV_FMT(call_id), IV_FMT(ts));
	iv_hmac_sha256_hex(IV_S(PEER_SECRET), iv_str(text), want);
	return iv_str_eq(sig, iv_str(want));
}

static struct iv_str param(const struct iv_leg_event *ev, const char *name)
{
	for (size_t i = 0; i < ev->param_count; i++)
		if (iv_str_eq(ev->params[i].name, iv_str(name)))
			return ev->params[i].value;
	return IV_STR_NULL;
}

static void on_control(struct conn *c, struct iv_str json)
{
	struct iv_client_message m;
	struct iv_arena arena;
	struct iv_err e = {0};

	iv_arena_init(&arena, 65536);
	if (!iv_client_parse(json, &m, &arena, &e))
		c->seen.malformed = true;
	else if (m.type == IV_CL_START)
		c->seen.browser_started = true;
	else if (m.type == IV_CL_TEXT)
		iv_str_copy(c->seen.typed, sizeof(c->seen.typed), m.text);
	iv_arena_deinit(&arena);
}

static void on_event(void *arg, const struct iv_leg_event *ev)
{
	struct conn *c = arg;

	switch (ev->type) {
	case IV_LEG_STARTED:
		if (c->leg.kind == IV_LEG_TWILIO)
			c->seen.authentic =
				authentic(param(ev, "callId"), param(ev, "ts"), param(ev, "sig"));
		c->seen.rate_hz = ev->rate_hz;
		start_talk(c, c->peer->opts.greeting_ms);
		break;
	case IV_LEG_AUDIO:
		hear(c, ev);
		break;
	case IV_LEG_DTMF:
		c->seen.digits[strnlen(c->seen.digits, sizeof(c->seen.digits) - 2)] = ev->digit;
		start_talk(c, c->peer->opts.greeting_ms);
		break;
	case IV_LEG_MARKED:
		if (ev->cleared || ev->mark.epoch != c->epoch)
			c->seen.marks_cleared++;
		else
			c->seen.marks_played++;
		break;
	case IV_LEG_CONTROL:
		on_control(c, ev->text);
		break;
	case IV_LEG_STOPPED:
		break;
	}
}

static void echo(struct conn *c, bool text, struct iv_str data)
{
	const char key[] = "\"payload\":\"";
	ptrdiff_t at = text ? iv_str_find(data, IV_S(key), 0) : -1;
	char out[2048];

	if (!text) {
		iv_ws_send_binary(c->ws, data.ptr, data.len, IV_WS_MUST);
	} else if (iv_str_find(data, IV_S("\"start\""), 0) >= 0) {
		ptrdiff_t sid = iv_str_find(data, IV_S("\"streamSid\":\""), 0);

		if (sid > 0)
			snprintf(c->leg.stream_sid, sizeof(c->leg.stream_sid), "%.34s",
				 data.ptr + sid + 13);
	} else if (at > 0) {
		struct iv_str rest = {data.ptr + at + sizeof(key) - 1,
				      data.len - (size_t)at - sizeof(key) + 1},
			      payload;

		if (!iv_str_split(&rest, '"', &payload) || payload.len > 1500)
			return;
		int n = snprintf(out, sizeof(out),
				 "{\"event\":\"media\",\"streamSid\":\"%s\",\"media\":{\"payload\":"
				 "\"%.*s\"}}",
				 c->leg.stream_sid, IV_FMT(payload));
		iv_ws_send_text(c->ws, (struct iv_str){out, (size_t)n}, IV_WS_MUST);
	}
}

static void on_message(void *arg, struct iv_ws *ws, bool text, struct iv_str data)
{
	struct conn *c = arg;
	struct iv_err e = {0};

	(void)ws;
	c->seen.messages++;
	if (c->peer->opts.echo) {
		echo(c, text, data);
		return;
	}
	if (!iv_leg_receive(&c->leg, text, data, &c->peer->scratch, on_event, c, &e)) {
		c->seen.malformed = true;
		snprintf(c->seen.first_bad, sizeof(c->seen.first_bad), "%.40s %.80s", e.field,
			 e.msg);
	}
}

static void on_closed(void *arg, struct iv_ws *ws, int code, int http_status, struct iv_str reason)
{
	struct conn *c = arg;

	(void)ws;
	(void)code;
	(void)http_status;
	(void)reason;
	if (!c->peer->opts.echo)
		iv_pacer_leave(c->peer->loop, &c->pace);
	c->peer->last[c->leg.kind] = c->seen;
	c->peer->live--;
	iv_free_later(c->peer->loop, c);
}

static const struct iv_ws_handlers handlers = {.message = on_message, .closed = on_closed};
static const struct iv_ws_limits limits = {
	.message_max = 1 << 20, .soft_bytes = 262144, .hard_bytes = 1 << 20, .hard_ms = 2000};

static void accept_leg(struct peer *p, struct iv_http_req *rq, enum iv_leg_kind kind,
		       struct iv_str subprotocol, bool ok)
{
	struct conn *c = calloc(1, sizeof(*c));
	char rate[8] = "";

	if (!c)
		abort();
	iv_query_get(iv_http_query(rq), IV_S("rate"), rate, sizeof(rate));
	int rate_hz = kind == IV_LEG_BROWSER ? 16000 : 8000;
	if (rate[0] != '\0')
		rate_hz = rate[0] == '8' ? 8000 : 16000;
	c->peer = p;
	c->talk_at_ms = -1;
	c->seen.kind = kind;
	c->seen.authentic = ok;
	c->pace.phase = -1;
	iv_leg_init(&c->leg, kind, rate_hz);
	p->live++;
	c->ws = iv_ws_accept(rq, subprotocol, &limits, &handlers, c);
	if (p->opts.echo)
		return;
	iv_pacer_join(p->loop, &c->pace, on_tick, c);
	if (kind == IV_LEG_BROWSER)
		start_talk(c, p->opts.greeting_ms);
}

static void on_twilio(void *ctx, struct iv_http_req *rq)
{
	accept_leg(ctx, rq, IV_LEG_TWILIO, IV_STR_NULL, false);
}

static void on_voice(void *ctx, struct iv_http_req *rq)
{
	struct iv_str offered = iv_http_header(rq, "Sec-WebSocket-Protocol");
	char call[64] = "", ts[24] = "", sig[80] = "";

	if (iv_str_starts(offered, IV_S("audio."))) {
		struct iv_str q = iv_http_query(rq);
		bool ok = iv_query_get(q, IV_S("callId"), call, sizeof(call)) &&
			  iv_query_get(q, IV_S("ts"), ts, sizeof(ts)) &&
			  iv_query_get(q, IV_S("sig"), sig, sizeof(sig)) &&
			  authentic(iv_str(call), iv_str(ts), iv_str(sig)) &&
			  iv_str_find(iv_http_header(rq, "Host"), IV_S(":"), 0) < 0 &&
			  iv_str_starts(iv_http_header(rq, "Origin"), IV_S("http://"));
		accept_leg(ctx, rq, IV_LEG_JAMBONZ, offered, ok);
	} else if (iv_str_eq(offered, IV_S("invorto.v1, " PEER_KEY))) {
		accept_leg(ctx, rq, IV_LEG_BROWSER, IV_S("invorto.v1"), true);
	} else {
		iv_http_reply(rq, 401, "text/plain", IV_S("no\n"));
	}
}

static const struct iv_route routes[] = {
	{.method = "WS", .path = "/realtime/twilio", .handle = on_twilio, .doc = "Twilio"},
	{.method = "WS", .path = "/realtime/voice", .handle = on_voice, .doc = "the others"},
	{0},
};

struct peer *peer_new(struct iv_net *net, const struct peer_opts *opts)
{
	struct iv_http_opts http = {.address = "127.0.0.1",
				    .header_max = 16384,
				    .body_max = 65536,
				    .header_ms = 10000,
				    .keepalive_ms = 10000,
				    .max_connections = 20000};
	struct iv_err e = {0};
	struct peer *p = calloc(1, sizeof(*p));

	if (!p)
		abort();
	p->opts = *opts;
	p->loop = iv_net_loop(net);
	p->http = iv_http_listen(net, &http, routes, p, &e);
	if (!p->http) {
		fprintf(stderr, "peer: %s\n", e.msg);
		abort();
	}
	return p;
}

int peer_port(const struct peer *p)
{
	return iv_http_port(p->http);
}

const struct peer_seen *peer_seen(const struct peer *p, enum iv_leg_kind kind)
{
	return &p->last[kind];
}

int peer_live(const struct peer *p)
{
	return p->live;
}

void peer_close(struct peer *p, void (*done)(void *arg), void *arg)
{
	iv_http_close(p->http, done, arg);
}

void peer_free(struct peer *p)
{
	free(p);
}
