/* Where calls arrive: the handlers of their addresses, and the socket for as long as it is nobody's session yet. */
#include <stdlib.h>
#include "iv_log.h"
#include "iv_metrics.h"
#include "iv_webhook_sign.h"
#include "arrival.h"

enum {
	ARRIVAL_BYTES = 2 << 20, /* its credential and the agent it talks to */
	EARLY_BYTES = 262144,
	TAKEN_BYTES = 96 << 20,  /* a journal */
};

/* ── what is said too early ── */

/* The client need not know that a database is asked: what it says meanwhile is kept for its call. */
void arrival_keep_early(struct arrival *a, bool text, struct iv_str data)
{
	uint32_t head = (uint32_t)data.len << 1 | (text ? 1 : 0);

	if (!iv_buf_reserve(&a->early, sizeof(head) + data.len) || !iv_buf_add(&a->early, &head, sizeof(head)) ||
	    !iv_buf_adds(&a->early, data))
		iv_metric_add(IV_M_audio_dropped_total, 0, 1); /* more than seconds of it */
}

void arrival_give_early(struct arrival *a, struct session *s)
{
	struct iv_str rest = iv_buf_str(&a->early);

	while (rest.len && (s->state == SESSION_LIVE)) {
		uint32_t head;

		memcpy(&head, rest.ptr, sizeof(head));
		events_message(s, head & 1, (struct iv_str){rest.ptr + sizeof(head), head >> 1});
		rest.ptr += sizeof(head) + (head >> 1);
		rest.len -= sizeof(head) + (head >> 1);
	}
}

/* ── the socket while it belongs to the arrival ── */

/* Pages cannot set headers of a socket, nor can carriers: their address or their first message says it instead. */
static void know_trace(struct arrival *a)
{
	if (!a->traced && iv_trace_on())
		a->traced = iv_trace_context_read(iv_str(a->traceparent), IV_STR_NULL, &a->trace);
}

static void take_params(struct arrival *a, const struct iv_leg_event *ev)
{
	static const struct {
		const char *name;
		size_t offset, size;
	} wanted[] = {
		{"callId", offsetof(struct arrival, call_id), sizeof(((struct arrival *)0)->call_id)},
		{"agentId", offsetof(struct arrival, agent_id), sizeof(((struct arrival *)0)->agent_id)},
		{"ts", offsetof(struct arrival, ts), sizeof(((struct arrival *)0)->ts)},
		{"sig", offsetof(struct arrival, sig), sizeof(((struct arrival *)0)->sig)},
		{"tenantId", offsetof(struct arrival, tenant_id), sizeof(((struct arrival *)0)->tenant_id)},
		{"nonce", offsetof(struct arrival, nonce), sizeof(((struct arrival *)0)->nonce)},
		{"traceparent", offsetof(struct arrival, traceparent), sizeof(((struct arrival *)0)->traceparent)},
	};

	for (size_t i = 0; i < ev->param_count; i++)
		for (size_t k = 0; k < IV_COUNT(wanted); k++)
			if (iv_str_eq(ev->params[i].name, iv_str(wanted[k].name)))
				(void)iv_str_copy((char *)a + wanted[k].offset, wanted[k].size,
						  ev->params[i].value); /* too long: will not match */
	know_trace(a);
}

static void take_start_message(struct arrival *a, struct iv_str json)
{
	struct iv_client_message m;
	struct iv_arena arena;

	iv_arena_init(&arena, 65536);
	if (iv_client_parse(json, &m, &arena, &a->bad) && m.type == IV_CL_START) {
		if (!m.agent_id.len)
			(void)iv_fail_field(&a->bad, IV_ENOENT, "agentId", "is required here or in the address");
		(void)iv_str_copy(a->agent_id, sizeof(a->agent_id), m.agent_id); /* too long: not found */
		a->said = true;
	}
	a->said = a->said || a->bad.code != IV_OK;
	iv_arena_deinit(&arena);
}

static void on_leg(void *arg, const struct iv_leg_event *ev)
{
	struct arrival *a = arg;

	if (ev->type == IV_LEG_STARTED) {
		take_params(a, ev);
		(void)iv_str_copy(a->carrier_id, sizeof(a->carrier_id), ev->call_id); /* too long: none of a carrier's */
		if (ev->rate_hz == 8000 || ev->rate_hz == 16000)
			a->rate_hz = ev->rate_hz;
		else if (ev->rate_hz)
			(void)iv_fail_field(&a->bad, IV_EINVAL, "sampleRate", "must be 8000 or 16000, got %d", ev->rate_hz);
		a->said = a->leg.kind != IV_LEG_BROWSER;
	} else if (ev->type == IV_LEG_CONTROL && !a->said) {
		take_start_message(a, ev->text);
	}
}

static void on_message(void *arg, struct iv_ws *ws, bool text, struct iv_str data)
{
	struct arrival *a = arg;
	struct iv_err e = {0};

	(void)ws;
	if (!a->running)
		return;
	if (a->said || a->known) {
		arrival_keep_early(a, text, data);
		return;
	}
	if (!iv_leg_receive(&a->leg, text, data, &a->g->scratch, on_leg, a, &e) && a->leg.kind != IV_LEG_JAMBONZ) {
		a->bad = e;
		a->said = true;
	}
	if (a->said && a->waiting)
		iv_op_done(&a->started, NULL);
}

static void on_closed(void *arg, struct iv_ws *ws, int code, int http_status, struct iv_str reason)
{
	struct arrival *a = arg;

	(void)ws;
	(void)http_status;
	(void)reason;
	a->ws = NULL;
	a->left = code;
	if (a->running && !a->stays)
		iv_flow_cancel(a->running, IV_ECANCELED, "the socket closed before the call began");
}

static const struct iv_ws_handlers arrival_socket = {.message = on_message, .closed = on_closed};

/* ── handlers ── */

static void copy_header(struct iv_http_req *rq, const char *name, char *dst, size_t size)
{
	(void)iv_str_copy(dst, size, iv_http_header(rq, name)); /* too long: will not match */
}

static void take_trace(struct arrival *a, struct iv_http_req *rq)
{
	if (!iv_trace_on())
		return;
	a->traced = iv_trace_context_read(iv_http_header(rq, "traceparent"), iv_http_header(rq, "tracestate"), &a->trace);
	(void)iv_query_get(iv_http_query(rq), IV_S("traceparent"), a->traceparent, sizeof(a->traceparent)); /* absent */
	know_trace(a);
}

static struct arrival *arrive(struct iv_gateway *g, struct iv_http_req *rq, enum iv_leg_kind kind)
{
	struct arrival *a = calloc(1, sizeof(*a));

	if (!a)
		abort();
	a->g = g;
	iv_arena_init(&a->arena, ARRIVAL_BYTES);
	iv_arena_init(&a->big, TAKEN_BYTES);
	iv_buf_init(&a->journal, IV_CALLS_GIVE_MAX);
	iv_buf_init(&a->early, EARLY_BYTES);
	a->rate_hz = kind == IV_LEG_BROWSER ? 16000 : 8000;
	iv_leg_init(&a->leg, kind, a->rate_hz);
	copy_header(rq, "sec-websocket-protocol", a->subprotocols, sizeof(a->subprotocols));
	copy_header(rq, "authorization", a->authorization, sizeof(a->authorization));
	copy_header(rq, "origin", a->origin, sizeof(a->origin));
	copy_header(rq, "host", a->host, sizeof(a->host));
	a->came_us = iv_now_us();
	take_trace(a, rq);
	(void)iv_str_copy(a->peer, sizeof(a->peer),
			  iv_auth_peer(g->d.auth, iv_http_peer(rq), iv_http_header(rq, "x-forwarded-for")));
	return a;
}

void arrival_free(struct arrival *a)
{
	iv_arena_deinit(&a->arena);
	iv_arena_deinit(&a->big);
	iv_buf_deinit(&a->journal);
	iv_buf_deinit(&a->early);
}

static bool refuse_while_draining(struct iv_gateway *g, struct iv_http_req *rq)
{
	struct iv_err e = {0};

	if (!g->draining)
		return false;
	(void)iv_fail(&e, IV_EDRAINING, "this process takes no more calls");
	iv_metric_add(IV_M_calls_refused_total, arrival_refusal_label(e.code), 1);
	iv_http_set_header(rq, "Retry-After", IV_S("1"));
	iv_http_reply_err(rq, &e);
	return true;
}

static void go(struct arrival *a, struct iv_http_req *rq, const struct iv_flow_type *type)
{
	struct iv_credentials c = arrival_credentials(a);
	struct iv_ws_limits limits = gateway_limits(a->g);

	a->ws = iv_ws_accept(rq, iv_auth_subprotocol(&c), &limits, &arrival_socket, a);
	iv_flow_start(&a->flow, type, a->g->d.loop, a->g->d.cfg->start_timeout_ms, &a->running);
}

static void take_query(struct arrival *a, struct iv_http_req *rq)
{
	struct iv_str q = iv_http_query(rq), path_id = iv_http_param(rq, "callId");
	char number[16];
	int64_t n;

	if (path_id.len)
		(void)iv_str_copy(a->call_id, sizeof(a->call_id), path_id); /* too long: refused as no id */
	else
		(void)iv_query_get(q, IV_S("callId"), a->call_id, sizeof(a->call_id)); /* absent: refused */
	(void)iv_query_get(q, IV_S("agentId"), a->agent_id, sizeof(a->agent_id));
	(void)iv_query_get(q, IV_S("api_key"), a->api_key, sizeof(a->api_key));
	(void)iv_query_get(q, IV_S("ticket"), a->ticket, sizeof(a->ticket));
	(void)iv_query_get(q, IV_S("ts"), a->ts, sizeof(a->ts));
	(void)iv_query_get(q, IV_S("sig"), a->sig, sizeof(a->sig));
	(void)iv_query_get(q, IV_S("tenantId"), a->tenant_id, sizeof(a->tenant_id));
	(void)iv_query_get(q, IV_S("nonce"), a->nonce, sizeof(a->nonce));
	(void)iv_query_get(q, IV_S("resume"), a->resume, sizeof(a->resume));
	if (iv_query_get(q, IV_S("after"), number, sizeof(number)) && iv_str_to_i64(iv_str(number), &n) && n > 0)
		a->resume_after = (uint32_t)n;
	if (iv_query_get(q, IV_S("rate"), number, sizeof(number)))
		a->rate_hz = strcmp(number, "8000") == 0 ? 8000 : strcmp(number, "16000") == 0 ? 16000 : 0;
	if (iv_query_get(q, IV_S("audio"), number, sizeof(number)))
		a->binary_out = strcmp(number, "binary") == 0;
}

void iv_gateway_on_realtime(void *ctx, struct iv_http_req *rq)
{
	struct iv_gateway *g = ((struct iv_route_ctx *)ctx)->gateway;
	bool jambonz = iv_auth_is_jambonz(iv_http_header(rq, "sec-websocket-protocol"));
	struct arrival *a;
	struct iv_err e = {0};

	if (refuse_while_draining(g, rq))
		return;
	a = arrive(g, rq, jambonz ? IV_LEG_JAMBONZ : IV_LEG_BROWSER);
	take_query(a, rq);
	if (!a->rate_hz) {
		(void)iv_fail_field(&e, IV_EINVAL, "rate", "must be 8000 or 16000");
		iv_http_reply_err(rq, &e);
		arrival_free(a);
		free(a);
		return;
	}
	go(a, rq, &arrival_realtime);
}

void iv_gateway_on_twilio(void *ctx, struct iv_http_req *rq)
{
	struct iv_gateway *g = ((struct iv_route_ctx *)ctx)->gateway;
	struct iv_err e = {0};

	if (refuse_while_draining(g, rq))
		return;
	/* Its own signature says that it is Twilio; that of the start message, which call it may have. */
	if (!iv_twilio_upgrade_ok(g->d.cfg, iv_http_path(rq), iv_http_header(rq, "x-twilio-signature"))) {
		(void)iv_fail_field(&e, IV_EFORBIDDEN, "X-Twilio-Signature",
				    "must be Twilio's over PUBLIC_BASE_URL, as wss, and this path");
		iv_metric_add(IV_M_calls_refused_total, arrival_refusal_label(e.code), 1);
		iv_http_reply_err(rq, &e);
		return;
	}
	go(arrive(g, rq, IV_LEG_TWILIO), rq, &arrival_twilio);
}
