/* The recogniser's session: one socket at a time, the same provider once more when it falls, then
 * the next; audio waits in the ring meanwhile. */
#include <assert.h>
#include <stdlib.h>
#include "asr.h"
#include "iv_log.h"

#define URL_MAX 8192
#define BAD_MESSAGES_MAX 3

static const char *const state_names[ASR_STATES] = {"idle",	"connecting", "ready",
						    "retrying", "failed",     "closed"};

#define TO(s) (1u << (s))
static const unsigned edges[ASR_STATES] = {
	[ASR_IDLE] = TO(ASR_CONNECTING) | TO(ASR_FAILED) | TO(ASR_CLOSED),
	[ASR_CONNECTING] = TO(ASR_CONNECTING) | TO(ASR_READY) | TO(ASR_RETRYING) | TO(ASR_FAILED) |
			   TO(ASR_CLOSED),
	[ASR_READY] = TO(ASR_CONNECTING) | TO(ASR_RETRYING) | TO(ASR_FAILED) | TO(ASR_CLOSED),
	[ASR_RETRYING] = TO(ASR_CONNECTING) | TO(ASR_CLOSED),
	[ASR_FAILED] = TO(ASR_CLOSED),
};

static void set_state(struct iv_asr *a, enum asr_state to);

/* ── ends of a connection */

static void drop_socket(struct iv_asr *a)
{
	iv_timer_stop(&a->wait);
	iv_timer_stop(&a->pace);
	iv_timer_stop(&a->keep_alive);
	iv_timer_stop(&a->stall);
	if (a->ws)
		iv_ws_abandon(a->ws, 1000, IV_S(""));
	a->ws = NULL;
}

static bool retry_same(struct iv_asr *a)
{
	if (a->retried || !role_walk_again(&a->walk))
		return false;
	a->retried = true;
	set_state(a, ASR_RETRYING);
	return true;
}

static bool try_next(struct iv_asr *a)
{
	if (!role_walk_next(&a->walk))
		return false;
	a->retried = false;
	set_state(a, ASR_CONNECTING);
	return true;
}

void asr_lose(struct iv_asr *a, const char *reason, enum asr_fault fault)
{
	bool proven = a->state == ASR_READY && a->spoke &&
		      iv_now_us() - a->ready_us >= (int64_t)a->p->times.asr_proven_ms * 1000;
	drop_socket(a);
	role_walk_end(&a->walk, ROLE_FAILED, reason);
	a->reason = reason;
	if (proven) {
		a->retried = false;
		role_walk_forgive(&a->walk);
	}
	if (fault == FAULT_PASSING && retry_same(a))
		return;
	if (try_next(a) || (fault == FAULT_STALLED && retry_same(a)))
		return;
	set_state(a, ASR_FAILED);
}

static void lose_dial(struct iv_asr *a, int http_status)
{
	role_walk_status(&a->walk, http_status);
	if (http_status == 401 || http_status == 403)
		asr_lose(a, "unauthorized", FAULT_LASTING);
	else if (http_status == 429)
		asr_lose(a, "rate_limited", FAULT_LASTING);
	else if (http_status >= 500)
		asr_lose(a, "server_error", FAULT_PASSING);
	else if (http_status > 0)
		asr_lose(a, "refused", FAULT_LASTING);
	else
		asr_lose(a, "refused", FAULT_PASSING);
}

static void on_closed(void *arg, struct iv_ws *ws, int code, int http_status, struct iv_str why)
{
	struct iv_asr *a = arg;
	(void)ws;
	(void)why; /* the provider's words stay outside */
	a->ws = NULL;
	if (a->state == ASR_CONNECTING)
		lose_dial(a, http_status);
	else if (code == 1008) /* DATA-0000: it cannot read our audio, and never will */
		asr_lose(a, "refused", FAULT_LASTING);
	else if (code == 4000) /* our own pings went unanswered */
		asr_lose(a, "stalled", FAULT_STALLED);
	else
		asr_lose(a, code == 1011 ? "server_error" : "cut", FAULT_PASSING);
}

/* ── downstream */

static void give_end_of_turn(struct iv_asr *a)
{
	if (!a->turn_open)
		return;
	a->turn_open = false;
	a->ev.end_of_turn(a->arg);
}

static void give_text(struct iv_asr *a, const struct asr_msg *m)
{
	if (m->is_final)
		uplink_heard(&a->up, m->end_s);
	if (m->from_finalize)
		uplink_answered(&a->up);
	if (m->text.len > 0) {
		a->turn_open = !m->end_of_turn;
		a->ev.text(a->arg, m->is_final, m->text, m->confidence, m->end_of_turn);
	} else if (m->end_of_turn && !m->from_finalize) {
		give_end_of_turn(a);
	}
}

static void on_message(void *arg, struct iv_ws *ws, bool text, struct iv_str data)
{
	struct iv_asr *a = arg;
	struct asr_msg m = {.kind = ASR_MSG_BAD};
	(void)ws;
	a->loud_samples = 0;
	iv_timer_stop(&a->stall);
	if (text)
		a->vendor->read(data, &m);
	if (m.kind != ASR_MSG_BAD) {
		a->bad_messages = 0;
		if (!a->spoke && m.kind != ASR_MSG_ERROR) {
			role_walk_works(&a->walk);
			iv_span_event(a->walk.span, "first_message", iv_now_us());
		}
		a->spoke = true;
	}
	switch (m.kind) {
	case ASR_MSG_TEXT:
		give_text(a, &m);
		break;
	case ASR_MSG_SPEECH:
		a->ev.speech(a->arg);
		break;
	case ASR_MSG_UTTERANCE_END:
		/* Behind a speech_final it tells nothing new. */
		give_end_of_turn(a);
		break;
	case ASR_MSG_ERROR:
		asr_lose(a, "server_error", FAULT_PASSING);
		break;
	case ASR_MSG_BAD:
		if (++a->bad_messages >= BAD_MESSAGES_MAX)
			asr_lose(a, "garbage", FAULT_LASTING);
		break;
	case ASR_MSG_OTHER:
		break;
	}
	asr_msg_deinit(&m);
}

static void on_opened(void *arg, struct iv_ws *ws)
{
	(void)ws;
	set_state(arg, ASR_READY);
}

/* ── states */

static bool dial(struct iv_asr *a)
{
	static const struct iv_ws_handlers handlers = {
		.opened = on_opened, .message = on_message, .closed = on_closed};
	const struct provider *v = a->walk.now;
	struct asr_params params = {iv_str(v->base_url), iv_str(a->model), iv_str(a->language),
				    a->rate_hz, iv_str(a->call_id)};
	struct iv_buf url, key;
	a->vendor = &asr_deepgram;
	a->spoke = false;
	a->bad_messages = 0;
	a->loud_samples = 0;
	iv_buf_init(&url, URL_MAX);
	bool has_key = role_key(&key, v, a->vendor->authorization);
	bool ok = a->vendor->url(&url, &params);
	role_walk_wants(&a->walk, params.model, params.call_id);
	if (ok) {
		struct iv_header header = {IV_S("Authorization"), iv_buf_str(&key)};
		struct iv_ws_dial d = {
			.url = iv_buf_str(&url),
			.headers = &header,
			.header_count = has_key ? 1 : 0,
			.span = a->walk.span,
			/* Behind our own deadline, which alone says timeout. */
			.connect_ms = (int)a->p->cfg->asr_connect_ms + 1000,
			.limits = {.message_max = (size_t)256 * 1024,
				   .soft_bytes = 4 * ASR_QUEUE_MAX,
				   .hard_bytes = 8 * ASR_QUEUE_MAX,
				   .hard_ms = 5000,
				   .ping_ms = 10000},
		};
		a->ws = iv_ws_dial(a->p->net, &d, &handlers, a);
	}
	role_key_wipe(&key);
	iv_buf_deinit(&url);
	return ok;
}

static void enter_connecting(struct iv_asr *a, enum asr_state from)
{
	/* A request that cannot be built is reported by on_wait too, from the loop. */
	iv_timer_in_ms(&a->wait, dial(a) ? a->p->cfg->asr_connect_ms : 0);
	if (from == ASR_CONNECTING || from == ASR_READY)
		a->ev.switched(a->arg, a->walk.now->name, a->reason);
}

static void enter_ready(struct iv_asr *a)
{
	iv_timer_stop(&a->wait);
	a->ready_us = a->audio_us = iv_now_us();
	iv_span_event(a->walk.span, "connected", a->ready_us);
	uplink_restart(&a->up, a->ready_us);
	iv_timer_in_ms(&a->keep_alive, a->p->times.asr_keep_alive_ms);
	asr_pump(a);
	a->ev.ready(a->arg, a->walk.now->name);
}

static void enter_retrying(struct iv_asr *a)
{
	iv_timer_in_ms(&a->wait, a->p->times.asr_retry_ms);
	a->ev.switched(a->arg, a->walk.now->name, a->reason);
}

/* The only place where the state changes. Entering may call back, so it is the last thing to do. */
static void set_state(struct iv_asr *a, enum asr_state to)
{
	enum asr_state from = a->state;
	assert(edges[from] & TO(to));
	iv_debug("asr.state", IV_LS("from", state_names[from]), IV_LS("to", state_names[to]));
	a->state = to;
	switch (to) {
	case ASR_CONNECTING:
		enter_connecting(a, from);
		break;
	case ASR_READY:
		enter_ready(a);
		break;
	case ASR_RETRYING:
		enter_retrying(a);
		break;
	case ASR_FAILED:
		a->ev.failed(a->arg, a->reason);
		break;
	default:
		break;
	}
}

static void on_wait(void *arg)
{
	struct iv_asr *a = arg;
	if (a->state == ASR_RETRYING)
		set_state(a, ASR_CONNECTING);
	else if (a->state == ASR_CONNECTING && a->ws)
		asr_lose(a, "timeout", FAULT_PASSING);
	else if (a->state == ASR_CONNECTING)
		asr_lose(a, "refused", FAULT_LASTING);
	else
		set_state(a, ASR_FAILED);
}

struct iv_asr *iv_asr_open(struct iv_providers *p, const struct iv_asr_opts *o,
			   const struct iv_asr_events *ev, void *arg)
{
	struct iv_asr *a = calloc(1, sizeof(*a));
	if (!a)
		abort();
	a->p = p;
	a->ev = *ev;
	a->arg = arg;
	a->reason = "refused"; /* when no provider may be asked at all */
	a->rate_hz = o->rate_hz == 8000 ? 8000 : 16000;
	a->model = role_copy(role_or(o->model, p->cfg->deepgram_model));
	a->language = role_copy(o->language);
	a->call_id = role_copy(o->call_id);
	uplink_init(&a->up, &p->rings, a->rate_hz, (int)p->cfg->asr_uplink_ms, (int)p->cfg->asr_ring_ms);
	iv_timer_init(&a->wait, p->loop, on_wait, a);
	iv_timer_init(&a->pace, p->loop, asr_on_pace, a);
	iv_timer_init(&a->keep_alive, p->loop, asr_on_keep_alive, a);
	iv_timer_init(&a->stall, p->loop, asr_on_stall, a);
	role_walk_init(&a->walk, p, IV_ASR, o->list);
	role_walk_trace(&a->walk, o->span);
	if (role_walk_next(&a->walk))
		set_state(a, ASR_CONNECTING);
	else
		iv_timer_in_ms(&a->wait, 0);
	return a;
}

static void destroy(void *arg)
{
	struct iv_asr *a = arg;
	uplink_deinit(&a->up);
	free(a->model);
	free(a->language);
	free(a->call_id);
	role_walk_deinit(&a->walk);
	free(a);
}

static void say_goodbye(struct iv_asr *a)
{
	asr_pump(a);
	struct uplink_part rest = uplink_rest(&a->up);
	if (rest.kind == UPLINK_AUDIO)
		(void)iv_ws_send_binary(a->ws, rest.bytes, rest.n, IV_WS_MUST);
	/* Without it the provider goes on billing until it notices by itself. */
	(void)iv_ws_send_text(a->ws, a->vendor->close, IV_WS_MUST);
}

void iv_asr_close(struct iv_asr *a)
{
	enum asr_state from = a->state;
	if (from == ASR_CLOSED)
		return;
	if (from == ASR_READY)
		say_goodbye(a);
	if (from == ASR_READY)
		role_walk_end(&a->walk, a->spoke ? ROLE_OK : ROLE_UNPROVEN, NULL);
	else if (from == ASR_CONNECTING || from == ASR_RETRYING)
		role_walk_end(&a->walk, ROLE_CANCELLED, NULL);
	drop_socket(a);
	set_state(a, ASR_CLOSED);
	iv_defer(a->p->loop, destroy, a);
}
