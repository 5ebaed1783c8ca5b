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
#include "arrival.h"

enum { GIVE_MS = 8000 }; /* another process closes a call's files and tells Postgres */

static struct arrival *self(struct iv_flow *f)
{
	return (struct arrival *)(void *)f;
}

/* ── steps ── */

struct iv_credentials arrival_credentials(const struct arrival *a)
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
	struct iv_credentials c = arrival_credentials(a);
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
	struct iv_credentials c = arrival_credentials(a);

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

/* Only our own hooks sign with a nonce, and only with orders that reach calls can they ask. */
static bool has_line(const struct arrival *a)
{
	return a->nonce[0] && a->g->d.calls && a->g->d.control && a->leg.kind != IV_LEG_BROWSER;
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
	a->stays = has_line(a);
	if (!iv_calls_up(g->d.calls))
		keep_trying(f);
	if (a->agent)
		return IV_FLOW_NEXT;
	iv_undo_push(f, &a->undo_open, abandon_call, a);
	return iv_calls_open(g->d.calls, f, &a->opened, &a->arena, &a->opening);
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
	struct arrival *a = self(f);

	return a->g->d.calls ? iv_calls_taken(a->g->d.calls, f, &a->taking, &a->journal) : IV_FLOW_NEXT;
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

	if (!a->ws && !a->journal.len)
		return iv_flow_fail(f, IV_ECANCELED, "the socket closed before the call began");
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
							       .binary_out = a->binary_out,
							       .trace = a->traced ? &a->trace : NULL,
							       .came_us = a->came_us};

	a->taken = a->journal.len > 0;
	a->session = a->taken ? handover_take(a->g, &start, iv_buf_str(&a->journal), &a->replayed, &f->err)
			      : session_new(a->g, &start);
	return a->taken && a->session ? IV_FLOW_NEXT : IV_FLOW_DONE;
}

static void on_replay_turn(void *arg)
{
	struct arrival *a = arg;

	if (handover_replay(a->session, iv_buf_str(&a->journal), &a->replayed))
		iv_timer_in_ms(&a->replay_turn, 0);
	else
		iv_op_done(&a->replaying, NULL);
}

static void stop_replaying(struct iv_op *op)
{
	iv_timer_stop(&IV_CONTAINER(op, struct arrival, replaying)->replay_turn);
}

/* A piece in each turn of the loop. Nobody else steps it meanwhile: it is new, and its name is among those being opened. */
static enum iv_flow_next replay_journal(struct iv_flow *f)
{
	struct arrival *a = self(f);

	iv_timer_init(&a->replay_turn, a->g->d.loop, on_replay_turn, a);
	iv_op_begin(&a->replaying, f, stop_replaying);
	on_replay_turn(a);
	return iv_flow_await(f);
}

/* ── the one exit ── */

int arrival_refusal_label(enum iv_code code)
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

	iv_metric_add(IV_M_calls_refused_total, arrival_refusal_label(e->code), 1);
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

static void begin_call(struct arrival *a, struct session *s)
{
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
	arrival_give_early(a, s);
}

/* The carrier's next media socket. */
static void bind_again(struct arrival *a, struct session *s)
{
	a->leg.rate_hz = s->leg.rate_hz;
	s->leg = a->leg; /* a new stream, with a name of its own */
	session_bind(s, a->ws);
	line_back(s);
	arrival_give_early(a, s);
}

static void resume(struct arrival *a, struct session *s)
{
	session_bind(s, a->ws);
	message_replay(s, a->resume_after);
	session_step(s, &(struct iv_event){.type = IV_EV_LEG_BACK});
}

static void admit(struct arrival *a, struct session *s)
{
	if (a->ws)
		iv_ws_give(a->ws, &session_socket, s);
	if (a->kind != ARRIVAL_WATCHES)
		memcpy(s->carrier_id, a->carrier_id, sizeof(s->carrier_id));
	if (a->kind == ARRIVAL_NEW)
		begin_call(a, s);
	else if (a->kind == ARRIVAL_RETURNS)
		bind_again(a, s);
	else if (a->kind == ARRIVAL_RESUMES)
		resume(a, s);
	if (!a->ws)
		session_cut(s, a->left);
}

static void end(struct iv_flow *f)
{
	struct arrival *a = self(f);
	char name[IV_CALL_NAME_SIZE];

	if (a->opens)
		(void)iv_map_remove(a->g->opening, iv_call_name(a->guest.who.tenant_id, iv_str(a->call_id), name));
	if (f->err.code != IV_OK)
		refuse(a, &f->err);
	else
		admit(a, a->session);
	arrival_free(a);
	iv_free_later(a->g->d.loop, a);
}

static const struct iv_flow_step realtime_steps[] = {
	{"check_origin", check_origin}, {"authenticate", authenticate}, {"find_tenant", find_tenant},
	{"know_tenant", know_tenant},   {"await_start", await_start},   {"find_call", find_call},
	{"check_room", check_room},     {"take_slot", take_slot},       {"slot_taken", slot_taken},
	{"open_call", open_call},       {"take_agent", take_agent},     {"open_again", open_again},
	{"take_agent", take_agent},     {"take_journal", take_journal},
	{"read_journal", read_journal}, {"take_place", take_place},     {"replay_journal", replay_journal},
	{0},
};
const struct iv_flow_type arrival_realtime = {"realtime_start", realtime_steps, end};

static const struct iv_flow_step twilio_steps[] = {
	{"await_start", await_start},   {"authenticate", authenticate}, {"find_tenant", find_tenant},
	{"know_tenant", know_tenant},   {"find_call", find_call},       {"check_room", check_room},
	{"take_slot", take_slot},       {"slot_taken", slot_taken},     {"open_call", open_call},
	{"take_agent", take_agent},     {"open_again", open_again},     {"take_agent", take_agent},
	{"take_journal", take_journal}, {"read_journal", read_journal}, {"take_place", take_place},
	{"replay_journal", replay_journal}, {0},
};
const struct iv_flow_type arrival_twilio = {"twilio_start", twilio_steps, end};
