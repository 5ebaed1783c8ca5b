/* Rooms: calls of a carrier that hear each other. One order goes to several calls, one after the other; a call that
 * cannot follow it does not keep the others from it.
 *
 * The process that holds a call says whether it may follow: who joins listens, everybody else is in that room. Joining
 * then is the carrier's business by itself; of leaving and of being heard it is told. Who leaves comes back to the
 * agent, by the same hook as when a dial is over. */
#include "telephony.h"

#include <stdio.h>
#include "iv_calls.h"
#include "iv_carrier.h"
#include "iv_crypto.h"
#include "iv_id.h"

enum { ORDER_MS = 5000, CARRIER_MS = 20000, ROOM_KEPT_S = 86400 };

static void next_party(struct room_run *r);

static bool is(const struct room_run *r, const char *action)
{
	return iv_str_eq(r->line.action, iv_str(action));
}

static enum iv_flow_next party_state(struct iv_flow *f)
{
	struct room_run *r = IV_CONTAINER(f, struct room_run, flow);
	struct iv_api_call *c = r->c;

	return iv_pg_one(c->s->pg, f, &r->pg, &c->scope, &c->arena, &iv_sql_line_state,
			 &(struct iv_line_state_in){.name = r->parties[r->at].id}, &r->rows);
}

static enum iv_flow_next party_order(struct iv_flow *f)
{
	struct room_run *r = IV_CONTAINER(f, struct room_run, flow);
	struct iv_api_call *c = r->c;
	char name[IV_CALL_NAME_SIZE];

	if (!r->rows.count || iv_line_state_at(&r->rows, 0)->over)
		return iv_flow_fail(f, r->rows.count ? IV_ECONFLICT : IV_ENOENT, "is no live call");
	r->parties[r->at].call_id = iv_line_state_at(&r->rows, 0)->id;
	(void)iv_call_name(c->who.tenant_id, r->parties[r->at].call_id, name);
	return iv_control_send(c->s->control, f, &r->control, &c->arena, iv_arena_str(&c->arena, iv_str(name)),
			       IV_S("line.order"), r->args, ORDER_MS, &r->answer);
}

static enum iv_flow_next party_carrier(struct iv_flow *f)
{
	struct room_run *r = IV_CONTAINER(f, struct room_run, flow);
	struct iv_api_call *c = r->c;
	const struct iv_line_state_out *call = iv_line_state_at(&r->rows, 0);
	enum iv_carrier which = iv_carrier_named(call->carrier);
	struct say_call say;
	char url[SAY_URL_SIZE];

	if (is(r, "join"))
		return IV_FLOW_NEXT;
	if (!c->s->carriers || which >= IV_CARRIERS || !iv_carriers_has(c->s->carriers, which))
		return iv_flow_fail(f, IV_EUNSUPPORTED, "the call's carrier takes no orders: its API is not configured");
	if (!is(r, "leave"))
		return iv_carrier_mute(c->s->carriers, f, &r->carrier, &c->arena, which, call->provider_id, r->line.room,
				       is(r, "mute"));
	say_call_init(&say, c->s->cfg);
	if (!say_url(&say, which == IV_TWILIO ? "/telephony/twilio/dialed" : "/telephony/jambonz/dialed", NULL, IV_STR_NULL,
		     url))
		return iv_flow_fail(f, IV_ETOOBIG, "PUBLIC_BASE_URL is too long");
	return iv_carrier_redirect(c->s->carriers, f, &r->carrier, &c->arena, which, call->provider_id,
				   iv_arena_str(&c->arena, iv_str(url)));
}

static void party_done(struct iv_flow *f)
{
	struct room_run *r = IV_CONTAINER(f, struct room_run, flow);

	r->parties[r->at++].err = f->err;
	if (r->op.flow)
		next_party(r);
}

static void next_party(struct room_run *r)
{
	static const struct iv_flow_step steps[] = {
		{"state", party_state}, {"order", party_order}, {"carrier", party_carrier}, {0}};
	static const struct iv_flow_type type = {"room_order", steps, party_done};

	if (r->at == r->count)
		iv_op_done(&r->op, NULL);
	else
		iv_flow_start(&r->flow, &type, r->c->s->loop, CARRIER_MS, &r->running);
}

static void cancel_parties(struct iv_op *op)
{
	struct room_run *r = IV_CONTAINER(op, struct room_run, op);

	if (r->running)
		iv_flow_cancel(r->running, IV_ECANCELED, "the order is over");
}

/* All tenants share their carrier's account, and it knows rooms by their names alone: there a room's name is made of the
 * tenant's and its own, so that nobody can name another's. */
static struct iv_str name_at_carrier(struct iv_api_call *c, const char *name)
{
	struct iv_sha256 *sum = iv_sha256_begin();
	char hex[IV_SHA256_HEX], text[48];

	iv_sha256_add(sum, c->who.tenant_id);
	iv_sha256_add(sum, IV_S("\n"));
	iv_sha256_add(sum, iv_str(name));
	iv_sha256_end_hex(sum, hex);
	(void)snprintf(text, sizeof(text), "room-%.32s", hex);
	return iv_arena_str(&c->arena, iv_str(text));
}

void room_name(struct iv_api_call *c, struct room_run *r, struct iv_str given, const char *prefix, struct iv_str call_id)
{
	if (given.len)
		(void)iv_str_copy(r->name, sizeof(r->name), given); /* 128 at most */
	else
		(void)snprintf(r->name, sizeof(r->name), "%s%.*s", prefix, IV_FMT(call_id));
	(void)snprintf(r->key, sizeof(r->key), "room:%.*s:%s", IV_FMT(c->who.tenant_id), r->name);
}

enum iv_flow_next room_order(struct iv_flow *f, struct room_run *r, const char *action, struct iv_str self,
			     const struct iv_strs *others, bool muted)
{
	struct iv_api_call *c = iv_api_self(f);
	struct iv_buf b;

	if (!iv_id_acceptable(iv_str(r->name)))
		return iv_flow_fail(f, IV_EINVAL, "a room's name is 1 to 128 of A-Z a-z 0-9 . _ : -");
	r->c = c;
	r->line = (struct iv_line_do){.verb = IV_LINE_CONFERENCE, .room = name_at_carrier(c, r->name), .action = iv_str(action),
				      .muted = muted, .timeout_s = 30, .max_digits = 1};
	iv_buf_init(&b, 1024);
	if (iv_line_write(&r->line, &b))
		r->args = iv_arena_str(&c->arena, iv_buf_str(&b));
	iv_buf_deinit(&b);
	if (self.len)
		r->parties[r->count++].id = self;
	for (size_t i = 0; others && i < others->count && r->count < IV_COUNT(r->parties); i++)
		r->parties[r->count++].id = others->items[i];
	iv_op_begin(&r->op, f, cancel_parties);
	next_party(r);
	return iv_flow_await(f);
}

enum iv_flow_next room_list(struct iv_flow *f, struct room_run *r)
{
	struct iv_api_call *c = iv_api_self(f);

	return iv_redis_cmd(c->s->redis, f, &r->redis, &c->arena, (const struct iv_str[]){IV_S("SMEMBERS"), iv_str(r->key)}, 2,
			    &r->members);
}

/* Who went into a room and was not taken out of it, for who asks; its carrier knows who is still there. */
static void remember(struct iv_api_call *c, struct room_run *r, struct iv_str call_id)
{
	char ttl[16];

	if (!is(r, "join") && !is(r, "leave"))
		return;
	(void)snprintf(ttl, sizeof(ttl), "%d", ROOM_KEPT_S);
	(void)iv_redis_send(c->s->redis,
			    (const struct iv_str[]){is(r, "join") ? IV_S("SADD") : IV_S("SREM"), iv_str(r->key), call_id}, 3);
	(void)iv_redis_send(c->s->redis, (const struct iv_str[]){IV_S("EXPIRE"), iv_str(r->key), iv_str(ttl)}, 3);
}

enum iv_flow_next room_ordered(struct iv_flow *f, struct room_run *r)
{
	struct iv_api_call *c = iv_api_self(f);
	bool any = false;

	for (size_t i = 0; i < r->count; i++) {
		if (r->parties[i].err.code == IV_OK)
			remember(c, r, r->parties[i].call_id);
		any = any || r->parties[i].err.code == IV_OK;
	}
	if (r->count && !any)
		f->err = r->parties[0].err;
	return f->err.code == IV_OK ? IV_FLOW_NEXT : IV_FLOW_DONE;
}

void room_put(struct iv_jw *w, const struct room_run *r)
{
	iv_jw_cstr(w, "conferenceId", r->name);
	iv_jw_arr(w, "participants");
	for (size_t i = 0; i < r->count; i++) {
		iv_jw_obj(w, NULL);
		iv_jw_str(w, "id", r->parties[i].id);
		iv_jw_bool(w, "ok", r->parties[i].err.code == IV_OK);
		if (r->parties[i].err.code != IV_OK)
			iv_jw_cstr(w, "code", iv_code_info(r->parties[i].err.code)->name);
		iv_jw_end_obj(w);
	}
	for (size_t i = 0; i < r->members.count; i++) {
		iv_jw_obj(w, NULL);
		iv_jw_str(w, "id", r->members.items[i].s);
		iv_jw_bool(w, "ok", true);
		iv_jw_end_obj(w);
	}
	iv_jw_end_arr(w);
}
