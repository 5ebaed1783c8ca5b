/* From a handshake to a session: one flow, whatever the leg. The socket is accepted first, because a
 * refusal is told in a message and a close code; it belongs to the arrival until the flow ends. */
#include <stdio.h>
#include <stdlib.h>
#include "iv_crypto.h"
#include "iv_flow.h"
#include "iv_log.h"
#include "iv_metrics.h"
#include "iv_principal.h"
#include "iv_webhook_sign.h"
#include "session.h"

enum {
	ARRIVAL_BYTES = 2 << 20, /* its credential and the agent it talks to */
	EARLY_BYTES = 262144,
	GIVE_MS = 8000,          /* another process closes a call's files and tells Postgres */
	TAKEN_BYTES = 96 << 20,
};

struct arrival {
	struct iv_flow flow; /* first: the flow is downcast to the arrival */
	struct iv_gateway *g;
	struct iv_ws *ws;
	struct iv_flow *running; /* NULL once the flow ended */
	struct iv_op started;    /* waiting for the leg to say who it is */
	bool waiting, said;      /* for it; it has */
	bool known;              /* what comes now is for the call that is being opened */
	struct iv_buf early;     /* that: a word of length and kind before each message */
	struct iv_undo undo_place, undo_open;
	struct iv_leg leg;
	char call_id[CALL_ID_SIZE], tenant_id[CALL_ID_SIZE], nonce[40], agent_id[129], subprotocols[512],
		authorization[1024], api_key[256], ticket[256], peer[64], ts[24], sig[80], origin[256], host[256],
		resume[TOKEN_SIZE];
	int rate_hz;
	bool binary_out;
	uint32_t resume_after;
	/* With a database: who came, for whose call, with whom it talks. */
	struct iv_arena arena;
	struct iv_socket_guest guest;
	struct iv_auth_run auth;
	struct iv_call_owner_run whose;
	struct iv_calls_run opened;
	struct iv_call_opening opening;
	struct iv_slot_ask slot;
	struct iv_slots_run slots;
	struct iv_slot_verdict verdict;
	struct iv_undo undo_slot;
	bool came_back; /* with the token of its call */
	/* A call that another process holds, or has given away. */
	bool asked;     /* it was asked to give it */
	struct iv_control_run control;
	struct iv_str answer;
	struct iv_arena big; /* its journal as it came */
	struct iv_calls_take_run taking;
	struct iv_buf journal;
	bool taken;     /* from another process */
	char name[IV_CALL_NAME_SIZE];
	bool opens;     /* its name is among those being opened */
	const struct iv_agent *agent;
	struct session *session; /* the one made, resumed or watched */
	enum { ARRIVAL_NEW, ARRIVAL_RESUMES, ARRIVAL_WATCHES, ARRIVAL_RETURNS } kind;
	struct iv_err bad;       /* why the start message was refused */
};

static struct arrival *self(struct iv_flow *f)
{
	return (struct arrival *)(void *)f;
}

/* ── steps ── */

static struct iv_credentials credentials(const struct arrival *a)
{
	return (struct iv_credentials){.call_id = iv_str(a->call_id),
				       .subprotocols = iv_str(a->subprotocols),
				       .authorization = iv_str(a->authorization),
				       .api_key = iv_str(a->api_key),
				       .ts = iv_str(a->ts),
				       .sig = iv_str(a->sig),
				       .tenant_id = iv_str(a->tenant_id),
				       .nonce = iv_str(a->nonce),
				       .ticket = iv_str(a->ticket),
				       .peer = iv_str(a->peer),
				       .origin = iv_str(a->origin),
				       .host = iv_str(a->host)};
}

static enum iv_flow_next check_origin(struct iv_flow *f)
{
	struct arrival *a = self(f);
	struct iv_credentials c = credentials(a);
	bool carrier = a->leg.kind != IV_LEG_BROWSER;

	return iv_auth_origin(a->g->d.auth, &c, carrier, &f->err) ? IV_FLOW_NEXT : IV_FLOW_DONE;
}

/* A token that was given to this call's own socket is as good as what that socket came with: a signature
 * was good once, and the socket that comes back has no other. */
static struct session *whose_token(const struct arrival *a)
{
	struct iv_str call = iv_str(a->call_id);

	if (!a->resume[0] || a->leg.kind != IV_LEG_BROWSER)
		return NULL;
	IV_LIST_EACH(node, &a->g->list) {
		struct session *s = IV_CONTAINER(node, struct session, node);

		if ((s->state == SESSION_LIVE || s->state == SESSION_LOST) && s->leg.kind == IV_LEG_BROWSER &&
		    iv_str_eq(call, iv_str(s->call_id)) && iv_secret_equal(iv_str(a->resume), iv_str(s->token)))
			return s;
	}
	return NULL;
}

static enum iv_flow_next authenticate(struct iv_flow *f)
{
	struct arrival *a = self(f);
	struct iv_credentials c = credentials(a);

	/* A ticket names the call it was made for. */
	if (!iv_id_acceptable(iv_str(a->call_id)) && !(a->g->d.calls && a->ticket[0] && !a->call_id[0])) {
		(void)iv_fail_field(&f->err, IV_EINVAL, "callId",
				    "is required: 1 to 128 of A-Z a-z 0-9 . _ : -");
		return IV_FLOW_DONE;
	}
	a->came_back = whose_token(a) != NULL;
	if (a->came_back)
		return IV_FLOW_NEXT;
	if (a->g->d.calls)
		return iv_auth_guest(a->g->d.auth, f, &a->auth, &c, &a->arena, &a->guest);
	return iv_auth_socket(a->g->d.auth, &c, iv_wall_ms(), &a->guest.method, &f->err) ? IV_FLOW_NEXT : IV_FLOW_DONE;
}

/* What the credential says goes before what the address says. */
static enum iv_flow_next find_tenant(struct iv_flow *f)
{
	struct arrival *a = self(f);

	if (a->came_back || !a->g->d.calls)
		return IV_FLOW_NEXT;
	if (a->guest.call_id.len)
		(void)iv_str_copy(a->call_id, sizeof(a->call_id), a->guest.call_id); /* ours: it fits */
	if (a->guest.agent_id.len)
		(void)iv_str_copy(a->agent_id, sizeof(a->agent_id), a->guest.agent_id);
	/* Without the database nobody else's calls are known: those of the process's own tenant go on. */
	if (a->guest.who.tenant_id.len || !iv_calls_up(a->g->d.calls))
		return IV_FLOW_NEXT;
	return iv_calls_whose(a->g->d.calls, f, &a->whose, &a->arena, iv_str(a->call_id));
}

static enum iv_flow_next know_tenant(struct iv_flow *f)
{
	struct arrival *a = self(f);

	if (a->came_back || !a->g->d.calls || a->guest.who.tenant_id.len)
		return IV_FLOW_NEXT;
	a->guest.who.tenant_id = iv_calls_whose_is(&a->whose);
	if (!a->guest.who.tenant_id.len)
		a->guest.who.tenant_id = iv_str(a->g->d.cfg->realtime_tenant_id);
	if (!a->guest.who.tenant_id.len) {
		(void)iv_fail_field(&f->err, IV_EAUTH, "callId", "names no call of any tenant");
		return IV_FLOW_DONE;
	}
	return IV_FLOW_NEXT;
}

static enum iv_flow_next await_start(struct iv_flow *f)
{
	struct arrival *a = self(f);

	a->known = a->said || (a->leg.kind == IV_LEG_BROWSER && (a->agent_id[0] || a->resume[0]));
	if (a->known)
		return IV_FLOW_NEXT;
	a->waiting = true;
	iv_op_begin(&a->started, f, NULL);
	return iv_flow_await(f);
}

/* The carrier's next media socket of a call that is between two. */
static bool returns(const struct arrival *a, const struct session *s)
{
	return s->line && a->nonce[0] && (s->state == SESSION_LOST || s->state == SESSION_LIVE) &&
	       s->leg.kind == a->leg.kind && s->leg.rate_hz == a->rate_hz;
}

/* Is this call here already? Then the socket comes back to it, watches it, or is one too many. */
static enum iv_flow_next find_call(struct iv_flow *f)
{
	struct arrival *a = self(f);
	struct session *s = a->came_back ? whose_token(a)
					 : gateway_find(a->g, a->guest.who.tenant_id, iv_str(a->call_id));

	if (a->bad.code != IV_OK) {
		f->err = a->bad;
		return IV_FLOW_DONE;
	}
	if (a->resume[0] && (!s || s->state == SESSION_ENDING))
		return iv_flow_fail(f, IV_EGONE, "the call to resume has ended");
	if (!s)
		return IV_FLOW_NEXT;
	a->session = s;
	if (returns(a, s)) {
		a->kind = ARRIVAL_RETURNS;
		return IV_FLOW_DONE;
	}
	if (a->came_back) {
		a->kind = ARRIVAL_RESUMES;
		return IV_FLOW_DONE;
	}
	if (a->g->d.cfg->realtime_allow_multi && a->leg.kind == IV_LEG_BROWSER && s->state == SESSION_LIVE &&
	    session_add_viewer(s, a->ws)) {
		a->kind = ARRIVAL_WATCHES;
		return IV_FLOW_DONE;
	}
	a->session = NULL;
	return iv_flow_fail(f, IV_ECONFLICT, "connection_limit_exceeded: the call has its socket");
}

/* One at a time for one call: who comes second while the first is being opened must not undo its opening. */
static enum iv_flow_next check_room(struct iv_flow *f)
{
	struct arrival *a = self(f);
	char name[IV_CALL_NAME_SIZE];
	struct iv_str key = iv_call_name(a->guest.who.tenant_id, iv_str(a->call_id), name);

	if (a->g->draining)
		return iv_flow_fail(f, IV_EDRAINING, "this process takes no more calls");
	if ((int64_t)a->g->live >= a->g->d.cfg->max_live_calls)
		return iv_flow_fail(f, IV_EQUOTA, "at most %lld live calls here",
				    (long long)a->g->d.cfg->max_live_calls);
	if (iv_map_get(a->g->opening, key))
		return iv_flow_fail(f, IV_ECONFLICT, "connection_limit_exceeded: the call has its socket");
	(void)iv_map_put(a->g->opening, key, a);
	a->opens = true;
	return IV_FLOW_NEXT;
}

static void drop_slot(void *arg)
{
	struct arrival *a = arg;

	if (a->verdict.granted)
		iv_slots_drop(a->g->d.slots, a->slot.tenant_id, a->slot.call_id, IV_SLOT_REFUSED);
}

/* For calls of carriers the hook that sent them here has done it. */
static enum iv_flow_next take_slot(struct iv_flow *f)
{
	static const char *const carriers[] = {"browser", "jambonz", "twilio"};
	struct arrival *a = self(f);

	if (!a->g->d.slots || !a->guest.who.tenant_id.len || a->nonce[0])
		return IV_FLOW_NEXT;
	a->slot = (struct iv_slot_ask){.tenant_id = a->guest.who.tenant_id,
				       .call_id = iv_str(a->call_id),
				       .agent_id = iv_id_acceptable(iv_str(a->agent_id)) ? iv_str(a->agent_id) : IV_STR_NULL,
				       .carrier = carriers[a->leg.kind],
				       .reason = "realtime"};
	iv_undo_push(f, &a->undo_slot, drop_slot, a);
	return iv_slots_take(a->g->d.slots, f, &a->slots, &a->slot, &a->verdict);
}

static enum iv_flow_next slot_taken(struct iv_flow *f)
{
	const struct iv_slot_verdict *v = &self(f)->verdict;

	if (!v->scope)
		return IV_FLOW_NEXT;
	return iv_flow_fail(f, IV_EQUOTA, "%s: %lld of %lld calls", v->scope, (long long)v->count, (long long)v->limit);
}

static void abandon_call(void *arg)
{
	struct arrival *a = arg;

	/* Refused by the database itself there is nothing to undo, and nothing is: the row is not ours. */
	iv_calls_abandon(a->g->d.calls, a->opening.tenant_id, a->opening.call_id);
}

static void keep_trying(struct iv_flow *f)
{
	struct arrival *a = self(f);
	struct iv_err why = {0};

	/* The database is away: not the caller's fault, if we know whom he wants to talk to. */
	if (iv_calls_open_from_memory(a->g->d.calls, &a->arena, &a->opening, &why))
		a->agent = &a->opening.agent;
}

static enum iv_flow_next open_call(struct iv_flow *f)
{
	static const char *const carriers[] = {"browser", "jambonz", "twilio"};
	struct arrival *a = self(f);
	struct iv_gateway *g = a->g;

	if (!g->d.calls) {
		a->agent = iv_agents_get(g->d.agents, iv_str(a->agent_id));
		if (!a->agent) {
			(void)iv_fail_field(&f->err, IV_ENOENT, "agentId", "names no agent known here");
			return IV_FLOW_DONE;
		}
		return IV_FLOW_NEXT;
	}
	a->opening = (struct iv_call_opening){.tenant_id = a->guest.who.tenant_id,
					      .call_id = iv_str(a->call_id),
					      .agent_id = iv_str(a->agent_id),
					      .carrier = carriers[a->leg.kind],
					      .test = a->guest.who.role != IV_ROLE_ANYONE && !a->guest.who.live};
	if (!iv_calls_up(g->d.calls))
		keep_trying(f);
	if (a->agent)
		return IV_FLOW_NEXT;
	iv_undo_push(f, &a->undo_open, abandon_call, a);
	return iv_calls_open(g->d.calls, f, &a->opened, &a->arena, &a->opening);
}

/* Only our own hooks sign with a nonce, and only with orders that reach calls can they ask. */
static bool has_line(const struct arrival *a)
{
	return a->nonce[0] && a->g->d.calls && a->g->d.control && a->leg.kind != IV_LEG_BROWSER;
}

static enum iv_flow_next take_agent(struct iv_flow *f)
{
	struct arrival *a = self(f);

	if (a->agent)
		return IV_FLOW_NEXT;
	if (iv_calls_opened(a->g->d.calls, &a->opened, &a->arena, &a->opening, &f->err)) {
		a->agent = &a->opening.agent;
		return IV_FLOW_NEXT;
	}
	if (f->err.code != IV_ECONFLICT || a->asked || !has_line(a))
		return IV_FLOW_DONE;
	/* Its last socket was another process's, which waits for this one. */
	f->err = (struct iv_err){0};
	a->asked = true;
	return iv_control_send(a->g->d.control, f, &a->control, &a->arena,
			       iv_call_name(a->opening.tenant_id, a->opening.call_id, a->name), IV_S("line.give"), IV_S("{}"),
			       GIVE_MS, &a->answer);
}

static enum iv_flow_next open_again(struct iv_flow *f)
{
	struct arrival *a = self(f);

	return a->agent ? IV_FLOW_NEXT : iv_calls_open(a->g->d.calls, f, &a->opened, &a->arena, &a->opening);
}

static enum iv_flow_next take_journal(struct iv_flow *f)
{
	struct arrival *a = self(f);

	if (!has_line(a) || !iv_calls_up(a->g->d.calls))
		return IV_FLOW_NEXT;
	return iv_calls_take(a->g->d.calls, f, &a->taking, &a->big, a->opening.tenant_id, a->opening.call_id);
}

static enum iv_flow_next read_journal(struct iv_flow *f)
{
	return iv_calls_taken(&self(f)->taking, &self(f)->journal, &f->err) ? IV_FLOW_NEXT : IV_FLOW_DONE;
}

static void discard_session(void *arg)
{
	struct arrival *a = arg;

	if (a->session)
		gateway_forget(a->g, a->session);
}

static enum iv_flow_next take_place(struct iv_flow *f)
{
	struct arrival *a = self(f);

	iv_undo_push(f, &a->undo_place, discard_session, a);
	struct session_start start = {.tenant_id = a->guest.who.tenant_id,
							       .call_id = iv_str(a->call_id),
							       .agent = a->agent,
							       .context = a->opening.context,
							       .wants_finals = a->opening.wants_finals,
							       .wants_tools = a->opening.wants_tools,
							       .agent_id = a->agent->id,
							       .campaign_id = a->opening.campaign_id,
							       .line = has_line(a),
							       .outbound = a->opening.outbound,
							       .kind = a->leg.kind,
							       .rate_hz = a->rate_hz,
							       .binary_out = a->binary_out};

	a->taken = a->journal.len > 0;
	a->session = a->taken ? handover_take(a->g, &start, iv_buf_str(&a->journal), &f->err) : session_new(a->g, &start);
	return IV_FLOW_DONE;
}

/* ── the one exit ── */

static int refusal_label(enum iv_code code)
{
	switch (code) {
	case IV_EAUTH:
		return 0;
	case IV_EFORBIDDEN:
		return 1;
	case IV_ENOENT:
		return 2;
	case IV_EQUOTA:
		return 3;
	case IV_EDRAINING:
		return 4;
	case IV_ECONFLICT:
		return 5;
	default:
		return 6;
	}
}

static struct iv_str close_reason(const struct iv_err *e)
{
	switch (e->code) {
	case IV_EAUTH:
		return IV_S("unauthorized");
	case IV_EFORBIDDEN:
		return IV_S("forbidden_origin");
	case IV_ECONFLICT:
		return IV_S("connection_limit_exceeded");
	case IV_ENOENT:
		return IV_S("agent_not_found");
	default:
		return strcmp(e->field, "callId") == 0 ? IV_S("missing_call_id") : iv_str(iv_code_info(e->code)->name);
	}
}

static void refuse(struct arrival *a, const struct iv_err *e)
{
	const struct iv_code_info *info = iv_code_info(e->code);
	int code = strcmp(e->field, "callId") == 0 && e->code == IV_EINVAL ? 4002 : info->ws_close;
	struct iv_buf *b = &a->g->json;

	iv_metric_add(IV_M_calls_refused_total, refusal_label(e->code), 1);
	iv_info("call.refused", IV_LS("leg", iv_leg_names[a->leg.kind]), IV_LS("code", info->name),
		IV_LS("field", e->field), IV_LS("rule", e->msg));
	if (!a->ws)
		return;
	iv_buf_clear(b);
	if (a->leg.kind == IV_LEG_BROWSER &&
	    iv_msg_error(b, (struct iv_stamp){.wall_ms = iv_wall_ms()}, e))
		(void)iv_ws_send_text(a->ws, iv_buf_str(b), IV_WS_MUST); /* the close code says it again */
	iv_ws_abandon(a->ws, code, close_reason(e));
}

/* The client need not know that a database is asked: what it says meanwhile is kept for its call. */
static void keep_early(struct arrival *a, bool text, struct iv_str data)
{
	uint32_t head = (uint32_t)data.len << 1 | (text ? 1 : 0);

	if (!iv_buf_reserve(&a->early, sizeof(head) + data.len) || !iv_buf_add(&a->early, &head, sizeof(head)) ||
	    !iv_buf_adds(&a->early, data))
		iv_metric_add(IV_M_audio_dropped_total, 0, 1); /* more than seconds of it */
}

static void give_early(struct arrival *a, struct session *s)
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

static void end(struct iv_flow *f)
{
	struct arrival *a = self(f);
	struct session *s = a->session;
	char name[IV_CALL_NAME_SIZE];

	if (a->opens)
		(void)iv_map_remove(a->g->opening, iv_call_name(a->guest.who.tenant_id, iv_str(a->call_id), name));
	if (f->err.code != IV_OK) {
		refuse(a, &f->err);
	} else {
		iv_ws_give(a->ws, &session_socket, s);
		if (a->kind == ARRIVAL_NEW) {
			a->leg.rate_hz = a->rate_hz;
			a->leg.binary_out = a->binary_out;
			a->leg.legacy_audio = s->leg.legacy_audio;
			s->leg = a->leg; /* with what its first message told */
			session_bind(s, a->ws);
			if (a->taken)
				session_go_on(s);
			else
				session_begin(s);
			if (!a->taken && a->opening.answered_by.len) /* the verdict was there before the media */
				session_step(s, &(struct iv_event){.type = IV_EV_AMD, .text = a->opening.answered_by});
			give_early(a, s);
		} else if (a->kind == ARRIVAL_RETURNS) {
			a->leg.rate_hz = s->leg.rate_hz;
			s->leg = a->leg; /* a new stream, with a name of its own */
			session_bind(s, a->ws);
			line_back(s);
			give_early(a, s);
		} else if (a->kind == ARRIVAL_RESUMES) {
			session_bind(s, a->ws);
			message_replay(s, a->resume_after);
			session_step(s, &(struct iv_event){.type = IV_EV_LEG_BACK});
		}
	}
	iv_arena_deinit(&a->arena);
	iv_arena_deinit(&a->big);
	iv_buf_deinit(&a->journal);
	iv_buf_deinit(&a->early);
	iv_free_later(a->g->d.loop, a);
}

static const struct iv_flow_step realtime_steps[] = {
	{"check_origin", check_origin}, {"authenticate", authenticate}, {"find_tenant", find_tenant},
	{"know_tenant", know_tenant},   {"await_start", await_start},   {"find_call", find_call},
	{"check_room", check_room},     {"take_slot", take_slot},       {"slot_taken", slot_taken},
	{"open_call", open_call},       {"take_agent", take_agent},     {"open_again", open_again},
	{"take_agent", take_agent},     {"take_journal", take_journal},
	{"read_journal", read_journal}, {"take_place", take_place},     {0},
};
static const struct iv_flow_type realtime_flow = {"realtime_start", realtime_steps, end};

static const struct iv_flow_step twilio_steps[] = {
	{"await_start", await_start},   {"authenticate", authenticate}, {"find_tenant", find_tenant},
	{"know_tenant", know_tenant},   {"find_call", find_call},       {"check_room", check_room},
	{"take_slot", take_slot},       {"slot_taken", slot_taken},     {"open_call", open_call},
	{"take_agent", take_agent},     {"open_again", open_again},     {"take_agent", take_agent},
	{"take_journal", take_journal}, {"read_journal", read_journal}, {"take_place", take_place},
	{0},
};
static const struct iv_flow_type twilio_flow = {"twilio_start", twilio_steps, end};

/* ── the socket while it belongs to the arrival ── */

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
	};

	for (size_t i = 0; i < ev->param_count; i++)
		for (size_t k = 0; k < IV_COUNT(wanted); k++)
			if (iv_str_eq(ev->params[i].name, iv_str(wanted[k].name)))
				(void)iv_str_copy((char *)a + wanted[k].offset, wanted[k].size,
						  ev->params[i].value); /* too long: will not match */
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
		keep_early(a, text, data);
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
	(void)code;
	(void)http_status;
	(void)reason;
	a->ws = NULL;
	if (a->running)
		iv_flow_cancel(a->running, IV_ECANCELED, "the socket closed before the call began");
}

static const struct iv_ws_handlers arrival_socket = {.message = on_message, .closed = on_closed};

/* ── handlers ── */

static void copy_header(struct iv_http_req *rq, const char *name, char *dst, size_t size)
{
	(void)iv_str_copy(dst, size, iv_http_header(rq, name)); /* too long: will not match */
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
	(void)iv_str_copy(a->peer, sizeof(a->peer),
			  iv_auth_peer(g->d.auth, iv_http_peer(rq), iv_http_header(rq, "x-forwarded-for")));
	return a;
}

static bool refuse_while_draining(struct iv_gateway *g, struct iv_http_req *rq)
{
	struct iv_err e = {0};

	if (!g->draining)
		return false;
	(void)iv_fail(&e, IV_EDRAINING, "this process takes no more calls");
	iv_metric_add(IV_M_calls_refused_total, refusal_label(e.code), 1);
	iv_http_set_header(rq, "Retry-After", IV_S("1"));
	iv_http_reply_err(rq, &e);
	return true;
}

static void go(struct arrival *a, struct iv_http_req *rq, const struct iv_flow_type *type)
{
	struct iv_credentials c = credentials(a);
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
		iv_arena_deinit(&a->arena);
		iv_arena_deinit(&a->big);
		iv_buf_deinit(&a->journal);
		free(a);
		return;
	}
	go(a, rq, &realtime_flow);
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
		iv_metric_add(IV_M_calls_refused_total, refusal_label(e.code), 1);
		iv_http_reply_err(rq, &e);
		return;
	}
	go(arrive(g, rq, IV_LEG_TWILIO), rq, &twilio_flow);
}

/* ── the page's way in, for development on one machine ── */

static bool from_this_machine(struct iv_http_req *rq)
{
	struct iv_str peer = iv_http_peer(rq), host = iv_http_header(rq, "host"), name = host;
	ptrdiff_t colon = iv_str_find(host, IV_S(":"), 0);

	/* The Host as well: a page of somebody else's name that resolves to us must not get in. */
	if (colon >= 0)
		name.len = (size_t)colon;
	return (iv_str_eq(peer, IV_S("127.0.0.1")) || iv_str_eq(peer, IV_S("::1"))) &&
	       (iv_str_ieq(name, IV_S("localhost")) || iv_str_eq(name, IV_S("127.0.0.1")));
}

void iv_gateway_on_ticket(void *ctx, struct iv_http_req *rq)
{
	struct iv_gateway *g = ((struct iv_route_ctx *)ctx)->gateway;
	int64_t now_s = iv_wall_ms() / 1000;
	char call_id[IV_ID_SIZE], sig[65];
	struct iv_err e = {0};
	struct iv_jw w;

	iv_id_new("call", iv_wall_ms(), call_id);
	if (strcmp(g->d.cfg->env, "development") != 0 || !from_this_machine(rq) ||
	    !iv_auth_sign(g->d.auth, iv_str(call_id), now_s, sig)) {
		(void)iv_fail(&e, IV_EFORBIDDEN,
			      "tickets are given in development, to this machine, when REALTIME_WS_SECRET is set");
		iv_http_reply_err(rq, &e);
		return;
	}
	iv_buf_clear(&g->json);
	iv_jw_init(&w, &g->json);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "callId", call_id);
	iv_jw_i64(&w, "ts", now_s);
	iv_jw_cstr(&w, "sig", sig);
	iv_jw_arr(&w, "agents");
	for (size_t i = 0; i < iv_agents_count(g->d.agents); i++) {
		iv_jw_obj(&w, NULL);
		iv_jw_str(&w, "id", iv_agents_at(g->d.agents, i)->id);
		iv_jw_str(&w, "name", iv_agents_at(g->d.agents, i)->name);
		iv_jw_end_obj(&w);
	}
	iv_jw_end_arr(&w);
	iv_jw_end_obj(&w);
	iv_http_set_header(rq, "Cache-Control", IV_S("no-store"));
	iv_http_reply(rq, iv_jw_done(&w) ? 200 : 500, "application/json", iv_buf_str(&g->json));
}
