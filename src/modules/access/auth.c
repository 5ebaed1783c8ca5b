/* Signing in with a password, renewing, signing out; who am I; and tickets for one socket. */
#include <stdio.h>
#include "iv_crypto.h"
#include "iv_id.h"
#include "iv_access.h"
#include "iv_sql.h"
#include "iv_page.h"

/* ── shapes ── */

struct person {
	struct iv_str id, email, name;
	bool platform_admin;
};
static const struct iv_field person_fields[] = {
	IV_STR(struct person, id, "id", IV_REQUIRED, 0, 0, "usr_…"),
	IV_STR(struct person, email, "email", IV_REQUIRED, 0, 0, "The address he signs in with"),
	IV_STR(struct person, name, "name", 0, 0, 0, "What he is called"),
	IV_BOOL(struct person, platform_admin, "platformAdmin", IV_REQUIRED, "All tenants are his"),
	IV_FIELDS_END,
};
static const struct iv_shape person_shape = {"Person", sizeof(struct person), person_fields, NULL};

struct membership {
	struct iv_str id, slug, name, role;
};
static const struct iv_field membership_fields[] = {
	IV_STR(struct membership, id, "id", IV_REQUIRED, 0, 0, "tnt_…"),
	IV_STR(struct membership, slug, "slug", IV_REQUIRED, 0, 0, "Its short name"),
	IV_STR(struct membership, name, "name", IV_REQUIRED, 0, 0, "What it is called"),
	IV_STR(struct membership, role, "role", IV_REQUIRED, 0, 0, "What the person may there"),
	IV_FIELDS_END,
};
static const struct iv_shape membership_shape = {"Membership", sizeof(struct membership), membership_fields, NULL};

struct sign_in {
	struct iv_str token, refresh_token, token_type, expires_at, tenant_id;
	int64_t expires_in;
	struct person user;
	struct iv_objs tenants;
};
static const struct iv_field sign_in_fields[] = {
	IV_STR(struct sign_in, token, "token", IV_REQUIRED, 0, 0, "For Authorization: Bearer"),
	IV_STR(struct sign_in, token_type, "tokenType", IV_REQUIRED, 0, 0, "Bearer"),
	IV_INT(struct sign_in, expires_in, "expiresIn", IV_REQUIRED, 0, 0, "Seconds the token is good"),
	IV_STR(struct sign_in, expires_at, "expiresAt", IV_REQUIRED, 0, 0, "When it is good no more"),
	IV_STR(struct sign_in, refresh_token, "refreshToken", IV_REQUIRED, 0, 0,
	       "Renews the sign-in, once; its answer has the next"),
	IV_OBJ(struct sign_in, user, "user", IV_REQUIRED, &person_shape, "Who signed in"),
	IV_STR(struct sign_in, tenant_id, "tenantId", 0, 0, 0, "The tenant the token is for; another: x-tenant-id"),
	IV_OBJS(struct sign_in, tenants, "tenants", IV_REQUIRED, 0, &membership_shape, "Where the person belongs"),
	IV_FIELDS_END,
};
static const struct iv_shape sign_in_shape = {"SignIn", sizeof(struct sign_in), sign_in_fields, NULL};

struct login {
	struct iv_str email, password, tenant_id;
};
static const struct iv_field login_fields[] = {
	IV_STR(struct login, email, "email", IV_REQUIRED, 1, 254, "As it was given to us"),
	IV_STR(struct login, password, "password", IV_REQUIRED | IV_SECRET, 1, 1024, "His"),
	IV_STR(struct login, tenant_id, "tenantId", 0, 1, 128, "Which tenant the token is for; else the first he joined"),
	IV_FIELDS_END,
};
static const struct iv_shape login_shape = {"LogIn", sizeof(struct login), login_fields, NULL};

struct renewal {
	struct iv_str refresh_token;
};
static const struct iv_field renewal_fields[] = {
	IV_STR(struct renewal, refresh_token, "refreshToken", IV_REQUIRED, 1, 128, "Of the sign-in"),
	IV_FIELDS_END,
};
static const struct iv_shape renewal_shape = {"Renewal", sizeof(struct renewal), renewal_fields, NULL};

/* ── signing in ── */

struct work {
	struct iv_rows rows, subject, memberships;
	struct iv_password_run password;
	bool matches;
	struct iv_str user_id, tenant_id, session_id;
	char refresh[IV_SESSION_TOKEN_SIZE], hash[IV_SHA256_HEX], old_hash[IV_SHA256_HEX], session[IV_ID_SIZE];
	struct sign_in out;
};

static const struct iv_scope nobody;

static void hash_token(struct iv_str token, char out[IV_SHA256_HEX])
{
	uint8_t hash[IV_SHA256_BYTES];

	iv_sha256(token, hash);
	(void)iv_hex(hash, sizeof(hash), out);
}

static enum iv_flow_next may_try(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	int64_t wait_s = iv_auth_wait_s(c->s->auth, c->peer);

	if (!c->s->pg)
		return iv_flow_fail(f, IV_EDRAINING, "this process has no database: DATABASE_URL is not set");
	if (!iv_secret_set(c->s->cfg->jwt_secret))
		return iv_flow_fail(f, IV_EUNSUPPORTED, "sign-ins are not possible here: JWT_SECRET is not set");
	if (!wait_s)
		return IV_FLOW_NEXT;
	iv_api_retry_after(c, wait_s);
	return iv_flow_fail(f, IV_ERATE, "too many wrong sign-ins from this address; wait %lld s", (long long)wait_s);
}

static enum iv_flow_next find_person(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	const struct login *in = c->in;

	return iv_pg_one(c->s->pg, f, &c->pg, &nobody, &c->arena, &iv_sql_person_by_email,
			 &(struct iv_person_by_email_in){.email = in->email}, &w->rows);
}

/* Somebody unknown takes as long as somebody who is wrong. */
static enum iv_flow_next check_password(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	const struct login *in = c->in;
	struct iv_str hash = w->rows.count ? iv_person_by_email_at(&w->rows, 0)->password_hash : IV_S("");

	return iv_auth_password_check(c->s->auth, f, &w->password, in->password, hash, &w->matches);
}

static enum iv_flow_next checked(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	const struct login *in = c->in;

	if (!w->matches) {
		iv_auth_was_wrong(c->s->auth, c->peer);
		return iv_flow_fail(f, IV_EAUTH, "no such person, or not this password");
	}
	if (iv_person_by_email_at(&w->rows, 0)->disabled)
		return iv_flow_fail(f, IV_EFORBIDDEN, "this person's access was taken away");
	w->user_id = iv_person_by_email_at(&w->rows, 0)->user_id;
	w->tenant_id = in->tenant_id.ptr ? in->tenant_id : IV_S("");
	return IV_FLOW_NEXT;
}

static enum iv_flow_next find_tenants(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	const struct iv_person_subject_in subject = {.id = w->user_id};
	const struct iv_person_memberships_in person = {.id = w->user_id};
	const struct iv_pg_part parts[] = {
		{&iv_sql_person_subject, &subject, &w->subject},
		{&iv_sql_person_memberships, &person, &w->memberships},
	};

	return iv_pg_run(c->s->pg, f, &c->pg, &nobody, &c->arena, parts, IV_COUNT(parts));
}

/* The one asked for must be his; else the first he joined. A platform admin may name any, or none. */
static bool choose_tenant(struct work *w, bool platform)
{
	for (size_t i = 0; i < w->memberships.count; i++) {
		struct iv_str id = iv_person_memberships_at(&w->memberships, i)->tenant_id;

		if (!w->tenant_id.len)
			w->tenant_id = id;
		if (iv_str_eq(w->tenant_id, id))
			return true;
	}
	return platform;
}

static enum iv_flow_next chosen(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	const struct iv_person_subject_out *who = iv_person_subject_at(&w->subject, 0);
	struct membership *all = iv_arena_alloc(&c->arena, (w->memberships.count + 1) * sizeof(*all));

	if (!w->subject.count || who->disabled)
		return iv_flow_fail(f, IV_EFORBIDDEN, "this person's access was taken away");
	if (!choose_tenant(w, who->platform_admin))
		return iv_flow_fail(f, IV_EFORBIDDEN, w->tenant_id.len ? "you do not belong to this tenant"
								       : "you belong to no tenant");
	if (!all)
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for the tenants");
	for (size_t i = 0; i < w->memberships.count; i++) {
		const struct iv_person_memberships_out *m = iv_person_memberships_at(&w->memberships, i);

		all[i] = (struct membership){m->tenant_id, m->slug, m->name, m->role};
	}
	w->out.tenants = (struct iv_objs){all, w->memberships.count};
	w->out.user = (struct person){w->user_id, who->email, who->name, who->platform_admin};
	return IV_FLOW_NEXT;
}

static enum iv_flow_next open_session(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;

	iv_auth_refresh_token(w->refresh);
	hash_token(iv_str(w->refresh), w->hash);
	iv_id_new("ses", iv_wall_ms(), w->session);
	w->session_id = iv_str(w->session);
	return iv_pg_one(c->s->pg, f, &c->pg, &nobody, &c->arena, &iv_sql_session_open,
			 &(struct iv_session_open_in){.id = w->session_id,
						      .user_id = w->user_id,
						      .tenant_id = w->tenant_id,
						      .hash = iv_str(w->hash),
						      .ttl_s = c->s->cfg->refresh_token_s},
			 &w->rows);
}

static enum iv_flow_next hand_out(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	int64_t now_ms = iv_wall_ms(), ttl_s = c->s->cfg->access_token_s;

	if (!iv_auth_access_token(c->s->auth, w->user_id, w->tenant_id, w->session_id, now_ms, &c->json, &f->err))
		return IV_FLOW_DONE;
	w->out.token = iv_arena_str(&c->arena, iv_buf_str(&c->json));
	w->out.token_type = IV_S("Bearer");
	w->out.refresh_token = iv_str(w->refresh);
	w->out.expires_in = ttl_s;
	w->out.expires_at = iv_time_text(c, (now_ms / 1000 + ttl_s) * 1000);
	w->out.tenant_id = w->tenant_id.len ? w->tenant_id : IV_STR_NULL;
	c->out = &w->out;
	return IV_FLOW_NEXT;
}

/* ── renewing, signing out ── */

static enum iv_flow_next renew(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	const struct renewal *in = c->in;

	hash_token(in->refresh_token, w->old_hash);
	iv_auth_refresh_token(w->refresh);
	hash_token(iv_str(w->refresh), w->hash);
	return iv_pg_one(c->s->pg, f, &c->pg, &nobody, &c->arena, &iv_sql_session_renew,
			 &(struct iv_session_renew_in){.hash = iv_str(w->old_hash),
						       .new_hash = iv_str(w->hash),
						       .ttl_s = c->s->cfg->refresh_token_s},
			 &w->rows);
}

static enum iv_flow_next renewed(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	const struct iv_session_renew_out *row = iv_session_renew_at(&w->rows, 0);

	if (!w->rows.count) {
		iv_auth_was_wrong(c->s->auth, c->peer);
		return iv_flow_fail(f, IV_EAUTH, "this sign-in is over; sign in again");
	}
	w->user_id = row->user_id;
	w->tenant_id = row->tenant_id;
	w->session_id = row->session_id;
	return IV_FLOW_NEXT;
}

static enum iv_flow_next sign_out(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	const struct renewal *in = c->in;

	hash_token(in->refresh_token, w->hash);
	return iv_pg_one(c->s->pg, f, &c->pg, &nobody, &c->arena, &iv_sql_session_close,
			 &(struct iv_session_close_in){.hash = iv_str(w->hash)}, &w->rows);
}

/* ── who am I ── */

struct me {
	bool ok, live;
	struct iv_str role, tenant_id, key_id, expires_at;
	struct iv_str user_id;
	struct iv_strs scopes;
	int64_t rate_per_minute;
};
static const struct iv_field me_fields[] = {
	IV_BOOL(struct me, ok, "ok", IV_REQUIRED, "The credential is good"),
	IV_STR(struct me, role, "role", IV_REQUIRED, 0, 0, "analyst, dev, admin or platform"),
	IV_STR(struct me, tenant_id, "tenantId", 0, 0, 0, "Whose rows it sees"),
	IV_STR(struct me, key_id, "keyId", 0, 0, 0, "An API key"),
	IV_STR(struct me, user_id, "userId", 0, 0, 0, "A person"),
	IV_STRS(struct me, scopes, "scopes", IV_REQUIRED, 0, "None: all that the role may"),
	IV_BOOL(struct me, live, "live", IV_REQUIRED, "False: a test key"),
	IV_INT(struct me, rate_per_minute, "ratePerMinute", IV_REQUIRED, 0, 0, "Requests a minute"),
	IV_STR(struct me, expires_at, "expiresAt", 0, 0, 0, "Good until then"),
	IV_FIELDS_END,
};
static const struct iv_shape me_shape = {"Me", sizeof(struct me), me_fields, NULL};

static struct iv_str or_absent(struct iv_str s)
{
	return s.len ? s : IV_STR_NULL;
}

static enum iv_flow_next tell_me(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct me *m = c->state;

	*m = (struct me){.ok = true,
			 .live = c->who.live,
			 .role = iv_str(iv_role_names[c->who.role]),
			 .tenant_id = or_absent(c->who.tenant_id),
			 .key_id = or_absent(c->who.key_id),
			 .user_id = or_absent(c->who.user_id),
			 .scopes = c->who.scopes,
			 .rate_per_minute = c->who.rate_per_minute ? c->who.rate_per_minute : c->s->cfg->api_rate_per_minute,
			 .expires_at = iv_time_text(c, iv_or_null(c->who.expires_ms))};
	c->out = m;
	(void)f;
	return IV_FLOW_DONE;
}

/* ── tickets ── */

struct ticket_in {
	struct iv_str call_id, agent_id;
};
static const struct iv_field ticket_in_fields[] = {
	IV_STR(struct ticket_in, agent_id, "agentId", 0, 1, 128, "Who answers; else the address or the start message says it"),
	IV_STR(struct ticket_in, call_id, "callId", 0, 1, 128, "Of a call that exists; else a new one"),
	IV_FIELDS_END,
};
static const struct iv_shape ticket_in_shape = {"TicketCreate", sizeof(struct ticket_in), ticket_in_fields, NULL};

struct ticket_out {
	struct iv_str call_id, ticket, url, expires_at;
};
static const struct iv_field ticket_out_fields[] = {
	IV_STR(struct ticket_out, call_id, "callId", IV_REQUIRED, 0, 0, "The call it opens"),
	IV_STR(struct ticket_out, ticket, "ticket", IV_REQUIRED, 0, 0, "Good for one socket"),
	IV_STR(struct ticket_out, url, "url", IV_REQUIRED, 0, 0, "Where to open it, the ticket in it"),
	IV_STR(struct ticket_out, expires_at, "expiresAt", IV_REQUIRED, 0, 0, "When it is good no more"),
	IV_FIELDS_END,
};
static const struct iv_shape ticket_out_shape = {"Ticket", sizeof(struct ticket_out), ticket_out_fields, NULL};

struct ticket_work {
	struct iv_ticket_run run;
	char ticket[IV_TICKET_SIZE], call_id[IV_ID_SIZE];
	struct ticket_out out;
};

static enum iv_flow_next make_ticket(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct ticket_work *w = c->state;
	const struct ticket_in *in = c->in;

	if (in->agent_id.len && !iv_id_acceptable(in->agent_id))
		iv_api_bad(c, "/agentId", "must be an id");
	if (in->call_id.len && !iv_id_acceptable(in->call_id))
		iv_api_bad(c, "/callId", "must be an id");
	if (iv_api_any_bad(c))
		return iv_api_refuse_if_bad(c);
	if (!c->who.tenant_id.len)
		return iv_flow_fail(f, IV_EINVAL, "x-tenant-id is required: say which tenant");
	iv_id_new("call", iv_wall_ms(), w->call_id);
	w->out.call_id = in->call_id.len ? in->call_id : iv_str(w->call_id);
	return iv_auth_ticket(c->s->auth, f, &w->run, &c->who, w->out.call_id, in->agent_id, w->ticket);
}

/* Where the outside reaches us: PUBLIC_BASE_URL, else the host that was asked. */
static bool put_base(const struct iv_api_call *c, struct iv_buf *b)
{
	struct iv_url u;
	struct iv_str base = iv_str(c->s->cfg->public_base_url), host = iv_api_header(c, "host");

	if (!base.len || !iv_url_parse(base, &u, NULL))
		return iv_buf_printf(b, "ws://%.*s", IV_FMT(host));
	while (iv_str_ends(base, IV_S("/")))
		base.len--;
	return iv_buf_printf(b, "ws%.*s", (int)base.len - 4, base.ptr + 4); /* http → ws, https → wss */
}

static enum iv_flow_next show_ticket(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct ticket_work *w = c->state;
	const struct ticket_in *in = c->in;
	struct iv_buf *b = &c->json;
	bool ok = put_base(c, b) && iv_buf_adds(b, IV_S("/realtime/voice?callId=")) && iv_url_encode(b, w->out.call_id);

	if (in->agent_id.len)
		ok = ok && iv_buf_adds(b, IV_S("&agentId=")) && iv_url_encode(b, in->agent_id);
	ok = ok && iv_buf_printf(b, "&ticket=%s", w->ticket);
	if (!ok)
		return iv_flow_fail(f, IV_EINTERNAL, "the address of the socket does not fit");
	w->out.url = iv_arena_str(&c->arena, iv_buf_str(b));
	w->out.ticket = iv_str(w->ticket);
	w->out.expires_at = iv_time_text(c, iv_wall_ms() + c->s->cfg->ticket_s * 1000);
	c->out = &w->out;
	return IV_FLOW_NEXT;
}

/* ── token keys ── */

struct purge_work {
	struct iv_rows rows;
};

static enum iv_flow_next purge(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct purge_work *w = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_token_keys_purge, NULL, &w->rows);
}

/* ── rows ── */

static const struct iv_flow_step login_steps[] = {
	{"may_try", may_try},           {"find_person", find_person},   {"check_password", check_password},
	{"checked", checked},           {"find_tenants", find_tenants}, {"chosen", chosen},
	{"open_session", open_session}, {"hand_out", hand_out},         {0},
};
static const struct iv_flow_step refresh_steps[] = {
	{"may_try", may_try}, {"renew", renew},       {"renewed", renewed}, {"find_tenants", find_tenants},
	{"chosen", chosen},   {"hand_out", hand_out}, {0},
};
static const struct iv_flow_step logout_steps[] = {{"may_try", may_try}, {"sign_out", sign_out}, {0}};
static const struct iv_flow_step me_steps[] = {{"tell_me", tell_me}, {0}};
static const struct iv_flow_step ticket_steps[] = {{"make_ticket", make_ticket}, {"show_ticket", show_ticket}, {0}};
static const struct iv_flow_step purge_steps[] = {{"purge", purge}, {0}};
static const enum iv_code sign_in_errors[] = {IV_EAUTH, IV_EFORBIDDEN, IV_EUNSUPPORTED, IV_OK};

const struct iv_api_route iv_auth_rows[] = {
	{.method = "POST", .path = "/api/auth/login", .id = "logIn", .tag = "Auth", .in = &login_shape, .out = &sign_in_shape,
	 .status = 200, .state_size = sizeof(struct work), .steps = login_steps, .errors = sign_in_errors,
	 .doc = "A short token and one that renews it, for e-mail and password", .body_max = 4096},
	{.method = "POST", .path = "/api/auth/refresh", .id = "refresh", .tag = "Auth", .in = &renewal_shape,
	 .out = &sign_in_shape, .status = 200, .state_size = sizeof(struct work), .steps = refresh_steps,
	 .errors = sign_in_errors, .doc = "Renews a sign-in; the old refresh token is good no more", .body_max = 4096},
	{.method = "POST", .path = "/api/auth/logout", .id = "logOut", .tag = "Auth", .in = &renewal_shape, .status = 204,
	 .state_size = sizeof(struct work), .steps = logout_steps, .errors = sign_in_errors,
	 .doc = "Ends a sign-in: it cannot be renewed any more", .body_max = 4096},
	{.method = "GET", .path = "/api/auth/verify", .id = "verify", .tag = "Auth", .role = IV_ROLE_ANALYST,
	 .out = &me_shape, .status = 200, .state_size = sizeof(struct me), .steps = me_steps, .doc = "Is this token good"},
	{.method = "GET", .path = "/v1/me", .id = "getMe", .tag = "Auth", .role = IV_ROLE_ANALYST, .out = &me_shape,
	 .status = 200, .state_size = sizeof(struct me), .steps = me_steps, .doc = "Whose credential this is and what it may"},
	{.method = "POST", .path = "/api/auth/keys/purge", .id = "purgeTokenKeys", .tag = "Auth", .role = IV_ROLE_PLATFORM,
	 .status = 204, .state_size = sizeof(struct purge_work), .steps = purge_steps,
	 .doc = "An identity provider lost a key: every process forgets its keys and fetches them anew"},
	{.method = "POST", .path = "/v1/realtime/tickets", .id = "createTicket", .tag = "Realtime", .role = IV_ROLE_DEV,
	 .flags = IV_API_SHOWN_ONCE, .in = &ticket_in_shape, .out = &ticket_out_shape, .status = 201,
	 .state_size = sizeof(struct ticket_work), .steps = ticket_steps,
	 .doc = "Lets one browser socket in, once, without showing it a key"},
	{0},
};
