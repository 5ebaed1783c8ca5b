/* Who opens a socket: the process's own key at once, a signature once across all instances, a tenant's key or
 * token like a request's, or a ticket that was made for this one socket. */
#include <stdio.h>
#include <stdlib.h>
#include "auth_priv.h"
#include "iv_crypto.h"
#include "iv_api_key.h"

enum { GUEST_MS = 5000, TICKET_BYTES = 24 };

struct auth_guest {
	struct iv_flow flow; /* first */
	struct iv_list node;
	struct iv_flow *running;
	struct iv_auth *auth;
	struct iv_auth_run *run; /* NULL: nobody waits any more */
	struct iv_auth_run find;
	struct iv_once_run once;
	struct iv_rate_run rate;
	struct iv_rate_policy policy;
	struct iv_rate_verdict verdict;
	struct iv_offer offer;
	struct iv_str ticket, value;
	char sig[80];
	bool fresh;
	char bearer[IV_JWT_TOKEN_MAX + 16];
	struct iv_arena *arena; /* of who asks */
	struct iv_socket_guest *guest;
};

static struct auth_guest *self(struct iv_flow *f)
{
	return (struct auth_guest *)(void *)f;
}

/* ── tickets ── */

enum { T_TENANT, T_ROLE, T_KEY, T_USER, T_LIVE, T_CALL, T_AGENT, T_FIELDS };

enum iv_flow_next iv_auth_ticket(struct iv_auth *a, struct iv_flow *f, struct iv_ticket_run *run,
				 const struct iv_principal *who, struct iv_str call_id, struct iv_str agent_id,
				 char out[IV_TICKET_SIZE])
{
	uint8_t bytes[TICKET_BYTES];
	char value[IV_ONCE_VALUE_MAX + 1];
	int n;

	if (!a->door || !a->door->s->rate)
		return iv_flow_fail(f, IV_EDRAINING, "this process has no Redis: REDIS_URL is not set");
	memcpy(out, "wst_", 4);
	iv_random(bytes, sizeof(bytes));
	out[4 + iv_base64url(bytes, sizeof(bytes), out + 4)] = '\0';
	n = snprintf(value, sizeof(value), "%.*s\n%s\n%.*s\n%.*s\n%d\n%.*s\n%.*s", IV_FMT(who->tenant_id),
		     iv_role_names[who->role], IV_FMT(who->key_id), IV_FMT(who->user_id), who->live, IV_FMT(call_id),
		     IV_FMT(agent_id));
	if (n < 0 || n >= (int)sizeof(value))
		return iv_flow_fail(f, IV_EINVAL, "callId and agentId are too long together");
	return iv_once_put(a->door->s->rate, f, &run->once, iv_str(out), a->cfg->ticket_s * 1000, iv_str(value), &run->fresh);
}

static enum iv_flow_next take_ticket(struct iv_flow *f)
{
	struct auth_guest *g = self(f);

	return iv_once_take(g->auth->door->s->rate, f, &g->once, g->arena, g->ticket, &g->value);
}

static enum iv_flow_next read_ticket(struct iv_flow *f)
{
	struct auth_guest *g = self(f);
	struct iv_socket_guest *guest = g->guest;
	struct iv_str rest = g->value, field[T_FIELDS] = {{0}};
	int role;

	if (!g->value.ptr) {
		auth_guard_note(&g->auth->door->guard, g->offer.peer);
		return iv_flow_fail(f, IV_EAUTH, "the ticket was used, is too old, or is none of ours");
	}
	for (size_t i = 0; i < T_FIELDS; i++)
		(void)iv_str_split(&rest, '\n', &field[i]); /* the last may be empty */
	role = iv_role_of(field[T_ROLE]);
	guest->method = IV_AUTH_TICKET;
	guest->who = (struct iv_principal){.role = role < 0 ? IV_ROLE_ANYONE : (enum iv_role)role,
					   .tenant_id = field[T_TENANT],
					   .key_id = field[T_KEY],
					   .user_id = field[T_USER],
					   .live = iv_str_eq(field[T_LIVE], IV_S("1"))};
	guest->call_id = field[T_CALL];
	guest->agent_id = field[T_AGENT];
	return IV_FLOW_NEXT;
}

/* ── signatures ── */

static enum iv_flow_next put_sig(struct iv_flow *f)
{
	struct auth_guest *g = self(f);

	return iv_once_put(g->auth->door->s->rate, f, &g->once, iv_str(g->sig), 2 * g->auth->cfg->realtime_ws_ttl * 1000,
			   IV_STR_NULL, &g->fresh);
}

static enum iv_flow_next sig_was_fresh(struct iv_flow *f)
{
	if (!self(f)->fresh) {
		(void)iv_fail_field(&f->err, IV_EAUTH, "sig", "was used before; a signature is good once");
		return IV_FLOW_DONE;
	}
	return IV_FLOW_NEXT;
}

/* ── keys and tokens ── */

static enum iv_flow_next find(struct iv_flow *f)
{
	struct auth_guest *g = self(f);

	return iv_auth_principal(g->auth, f, &g->find, &g->offer, g->arena, &g->guest->who);
}

static enum iv_flow_next count(struct iv_flow *f)
{
	struct auth_guest *g = self(f);
	const struct iv_principal *who = &g->guest->who;
	char key[140];

	g->guest->method = who->key_id.len ? IV_AUTH_TENANT_KEY : IV_AUTH_TOKEN;
	if (!g->auth->door->s->rate)
		return IV_FLOW_NEXT;
	(void)snprintf(key, 128, "%.*s", IV_FMT(who->key_id.len ? who->key_id : who->user_id));
	g->policy = (struct iv_rate_policy){.name = "sockets", .limit = g->auth->cfg->ws_connects_per_s, .window_ms = 1000};
	return iv_rate_take(g->auth->door->s->rate, f, &g->rate, &g->policy, iv_str(key), &g->verdict);
}

static enum iv_flow_next counted(struct iv_flow *f)
{
	const struct auth_guest *g = self(f);

	if (g->verdict.limit && !g->verdict.allowed)
		return iv_flow_fail(f, IV_ERATE, "at most %lld sockets a second", (long long)g->verdict.limit);
	return IV_FLOW_NEXT;
}

/* ── the operation ── */

static void ended(struct iv_flow *f)
{
	struct auth_guest *g = self(f);

	iv_list_remove(&g->node);
	if (g->run) {
		g->run->wait_s = g->find.wait_s;
		iv_op_done(&g->run->op, &f->err);
	}
	iv_free_later(g->auth->door->s->loop, g);
}

static void cancel(struct iv_op *op)
{
	struct auth_guest *g = IV_CONTAINER(op, struct iv_auth_run, op)->guest;

	g->run = NULL;
	iv_flow_cancel(g->running, IV_ECANCELED, "nobody waits for the answer");
}

static const struct iv_flow_step ticket_steps[] = {{"take_ticket", take_ticket}, {"read_ticket", read_ticket}, {0}};
static const struct iv_flow_type ticket_flow = {"auth_ticket", ticket_steps, ended};
static const struct iv_flow_step key_steps[] = {{"find", find}, {"count", count}, {"counted", counted}, {0}};
static const struct iv_flow_type key_flow = {"auth_guest", key_steps, ended};
static const struct iv_flow_step sig_steps[] = {{"put_sig", put_sig}, {"sig_was_fresh", sig_was_fresh}, {0}};
static const struct iv_flow_type sig_flow = {"auth_signature", sig_steps, ended};

/* A subprotocol that may be a credential of a tenant: an API key, or a token with its two dots. */
static struct iv_str offered_subprotocol(struct iv_str list)
{
	struct iv_str one;

	while (iv_str_split(&list, ',', &one)) {
		ptrdiff_t dot;

		one = iv_str_trim(one);
		dot = iv_str_find(one, IV_S("."), 0);
		if (auth_looks_like_key(one) || (iv_str_starts(one, IV_S("ey")) && dot >= 0 &&
						   iv_str_find(one, IV_S("."), (size_t)dot + 1) >= 0))
			return one;
	}
	return IV_STR_NULL;
}

static bool take_credential(struct auth_guest *g, const struct iv_credentials *c)
{
	struct iv_str token = offered_subprotocol(c->subprotocols);

	g->offer.peer = c->peer;
	g->offer.authorization = c->authorization;
	if (!token.len && !c->authorization.len)
		token = c->api_key;
	if (!token.len)
		return c->authorization.len > 0;
	if (snprintf(g->bearer, sizeof(g->bearer), "Bearer %.*s", IV_FMT(token)) >= (int)sizeof(g->bearer))
		return false;
	g->offer.authorization = iv_str(g->bearer);
	return true;
}

static enum iv_flow_next begin(struct auth_guest *g, struct iv_flow *f, const struct iv_flow_type *type)
{
	struct auth_door *door = g->auth->door;

	iv_list_append(&door->guests, &g->node);
	g->run->guest = g;
	iv_op_begin(&g->run->op, f, cancel);
	iv_flow_start(&g->flow, type, door->s->loop, GUEST_MS, &g->running);
	return iv_flow_await(f);
}

static struct auth_guest *guest_new(struct iv_auth *a, struct iv_auth_run *run, struct iv_arena *arena,
				    struct iv_socket_guest *guest)
{
	struct auth_guest *g = calloc(1, sizeof(*g));

	if (!g)
		abort();
	g->auth = a;
	g->run = run;
	g->arena = arena;
	g->guest = guest;
	return g;
}

/* It was not used here; was it anywhere? Without Redis here is all that can be said. */
static enum iv_flow_next check_once(struct iv_auth *a, struct iv_flow *f, struct iv_auth_run *run,
				    const struct iv_credentials *c, struct iv_socket_guest *guest)
{
	struct auth_guest *g;

	if (guest->method != IV_AUTH_SIGNATURE || !a->door || !a->door->s->rate)
		return IV_FLOW_NEXT;
	g = guest_new(a, run, NULL, guest);
	(void)iv_str_copy(g->sig, sizeof(g->sig), c->sig); /* 64 digits: it was right */
	return begin(g, f, &sig_flow);
}

enum iv_flow_next iv_auth_guest(struct iv_auth *a, struct iv_flow *f, struct iv_auth_run *run,
				const struct iv_credentials *c, struct iv_arena *arena, struct iv_socket_guest *guest)
{
	struct auth_guest *g;
	struct iv_err e = {0};

	*guest = (struct iv_socket_guest){0};
	if (!c->ticket.len || !a->door) {
		if (iv_auth_socket(a, c, iv_wall_ms(), &guest->method, &e)) {
			guest->who.tenant_id = guest->method == IV_AUTH_SIGNATURE ? c->tenant_id : IV_STR_NULL;
			return check_once(a, f, run, c, guest);
		}
		if (c->sig.len || !a->door) {
			f->err = e;
			return IV_FLOW_DONE;
		}
	}
	g = guest_new(a, run, arena, guest);
	g->ticket = c->ticket;
	if (!take_credential(g, c) && !c->ticket.len) {
		free(g);
		f->err = e;
		return IV_FLOW_DONE;
	}
	if (c->ticket.len && !a->door->s->rate) {
		free(g);
		return iv_flow_fail(f, IV_EDRAINING, "this process has no Redis: REDIS_URL is not set");
	}
	return begin(g, f, c->ticket.len ? &ticket_flow : &key_flow);
}

void auth_guests_cancel(struct auth_door *d)
{
	while (!iv_list_empty(&d->guests))
		iv_flow_cancel(IV_CONTAINER(d->guests.next, struct auth_guest, node)->running, IV_ECANCELED,
			       "the process stops");
}
