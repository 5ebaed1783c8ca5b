/* Asking the database about a credential: a flow of its own, which ends the operation of whoever waits. If
 * nobody waits any more the answer is thrown away. */
#include <stdlib.h>
#include "auth_priv.h"
#include "iv_log.h"
#include "iv_sql.h"

enum { LOOKUP_MS = 5000 };

static const struct iv_scope nobody;

static struct auth_lookup *self(struct iv_flow *f)
{
	return (struct auth_lookup *)(void *)f;
}

/* ── a key was used: noted at most once a minute, nobody waits for it ── */

struct key_use {
	struct iv_flow flow; /* first */
	struct iv_list node; /* among the lookups: cancelled with them */
	struct iv_flow *running;
	struct iv_auth *auth;
	struct iv_pg_run pg;
	struct iv_arena arena;
	char key_id[140], tenant_id[140];
};

static enum iv_flow_next note_use(struct iv_flow *f)
{
	struct key_use *u = (struct key_use *)(void *)f;
	const struct iv_scope scope = {.tenant_id = iv_str(u->tenant_id)};

	return iv_pg_one(u->auth->door->s->pg, f, &u->pg, &scope, &u->arena, &iv_sql_key_used,
			 &(struct iv_key_used_in){.id = iv_str(u->key_id)}, NULL);
}

static void noted(struct iv_flow *f)
{
	struct key_use *u = (struct key_use *)(void *)f;

	iv_list_remove(&u->node);
	iv_arena_deinit(&u->arena);
	iv_free_later(u->auth->door->s->loop, u);
}

static void remember_use(struct iv_auth *a, const struct auth_known *k)
{
	static const struct iv_flow_step steps[] = {{"note_use", note_use}, {0}};
	static const struct iv_flow_type type = {"key_used", steps, noted};
	struct key_use *u = calloc(1, sizeof(*u));

	if (!u)
		abort();
	u->auth = a;
	iv_arena_init(&u->arena, 4096);
	iv_list_append(&a->door->uses, &u->node);
	(void)iv_str_copy(u->key_id, sizeof(u->key_id), k->key_id);
	(void)iv_str_copy(u->tenant_id, sizeof(u->tenant_id), k->tenants[0].id);
	iv_flow_start(&u->flow, &type, a->door->s->loop, LOOKUP_MS, &u->running);
}

/* ── keys ── */

static enum iv_flow_next ask_key(struct iv_flow *f)
{
	struct auth_lookup *l = self(f);

	return iv_pg_one(l->auth->door->s->pg, f, &l->pg, &nobody, &l->arena, &iv_sql_key_lookup,
			 &(struct iv_key_lookup_in){.hash = iv_str(l->hash)}, &l->rows);
}

static struct auth_tenant *new_tenants(struct auth_known *k, size_t n)
{
	k->tenants = iv_arena_alloc(&k->arena, n * sizeof(*k->tenants));
	if (!k->tenants)
		abort(); /* a few hundred bytes of a fresh megabyte */
	k->tenant_count = n;
	return k->tenants;
}

static enum iv_role role_named(struct iv_str name)
{
	int role = iv_role_of(name);

	return role < 0 ? IV_ROLE_ANYONE : (enum iv_role)role;
}

static void fill_key(struct auth_known *k, const struct iv_key_lookup_out *row)
{
	struct auth_tenant *t = new_tenants(k, 1);

	k->found = true;
	k->key_id = iv_arena_str(&k->arena, row->key_id);
	k->live = row->live;
	k->expires_ms = row->expires_at;
	k->revoked_ms = row->revoked_at;
	k->scopes.items = iv_arena_alloc(&k->arena, row->scopes.count * sizeof(struct iv_str));
	for (size_t i = 0; k->scopes.items && i < row->scopes.count; i++)
		k->scopes.items[k->scopes.count++] = iv_arena_str(&k->arena, row->scopes.items[i]);
	*t = (struct auth_tenant){.id = iv_arena_str(&k->arena, row->tenant_id),
				  .role = role_named(row->role),
				  .active = iv_str_eq(row->tenant_status, IV_S("active")),
				  .rate_per_minute = row->rate_per_minute == IV_SQL_NULL ? 0 : row->rate_per_minute};
	auth_allow(t, &row->ip_allow, &k->arena);
}

static enum iv_flow_next learn_key(struct iv_flow *f)
{
	struct auth_lookup *l = self(f);
	struct auth_door *d = l->auth->door;
	bool found = l->rows.count > 0;
	struct auth_known *k = auth_memory_put(found ? &d->keys : &d->strangers, iv_str(l->hash),
					       found ? AUTH_KNOWN_MS : AUTH_UNKNOWN_MS);

	if (found) {
		fill_key(k, iv_key_lookup_at(&l->rows, 0));
		remember_use(l->auth, k);
	}
	return auth_settle(l->auth, k, l, &f->err) ? IV_FLOW_NEXT : IV_FLOW_DONE;
}

/* ── people ── */

static enum iv_flow_next await_keys(struct iv_flow *f)
{
	struct auth_lookup *l = self(f);

	return auth_keys_await(&l->auth->door->tokens, f, &l->wait);
}

static enum iv_flow_next read_again(struct iv_flow *f)
{
	struct auth_lookup *l = self(f);
	struct iv_err e = {0};
	bool settled;

	if (auth_read_token(l->auth, l, &e) != IV_JWT_OK) {
		auth_guard_note(&l->auth->door->guard, l->offer.peer);
		return iv_flow_fail(f, IV_EAUTH, "%s", e.msg);
	}
	if (!auth_token_is_somebody(l, &settled, &f->err) || settled)
		return IV_FLOW_DONE;
	return IV_FLOW_NEXT;
}

static enum iv_flow_next ask_person(struct iv_flow *f)
{
	struct auth_lookup *l = self(f);
	const struct iv_person_subject_in subject = {.id = l->claims.subject};
	const struct iv_person_memberships_in person = {.id = l->claims.subject};
	const struct iv_pg_part parts[] = {
		{&iv_sql_person_subject, &subject, &l->rows},
		{&iv_sql_person_memberships, &person, &l->more},
	};

	return iv_pg_run(l->auth->door->s->pg, f, &l->pg, &nobody, &l->arena, parts, IV_COUNT(parts));
}

static void fill_person(struct auth_known *k, const struct auth_lookup *l)
{
	const struct iv_person_subject_out *subject = iv_person_subject_at(&l->rows, 0);
	struct auth_tenant *tenants = new_tenants(k, l->more.count);

	k->found = true;
	k->disabled = subject->disabled;
	k->platform = subject->platform_admin;
	for (size_t i = 0; i < l->more.count; i++) {
		const struct iv_person_memberships_out *m = iv_person_memberships_at(&l->more, i);

		tenants[i] = (struct auth_tenant){.id = iv_arena_str(&k->arena, m->tenant_id),
						  .role = role_named(m->role),
						  .active = iv_str_eq(m->tenant_status, IV_S("active")),
						  .rate_per_minute =
							  m->rate_per_minute == IV_SQL_NULL ? 0 : m->rate_per_minute};
		auth_allow(&tenants[i], &m->ip_allow, &k->arena);
	}
}

static enum iv_flow_next learn_person(struct iv_flow *f)
{
	struct auth_lookup *l = self(f);
	bool found = l->rows.count > 0;
	struct auth_known *k = auth_memory_put(&l->auth->door->persons, l->claims.subject,
					       found ? AUTH_KNOWN_MS : AUTH_UNKNOWN_MS);

	if (!k)
		return iv_flow_fail(f, IV_EAUTH, "the token's subject is longer than any of ours");
	if (found)
		fill_person(k, l);
	return auth_settle(l->auth, k, l, &f->err) ? IV_FLOW_NEXT : IV_FLOW_DONE;
}

/* ── the end, and how it begins ── */

static void ended(struct iv_flow *f)
{
	struct auth_lookup *l = self(f);

	iv_list_remove(&l->node);
	if (l->run)
		iv_op_done(&l->run->op, &f->err);
	iv_arena_deinit(&l->arena);
	iv_free_later(l->auth->door->s->loop, l);
}

/* Whoever asked has gone, with the memory of his question. */
static void cancel(struct iv_op *op)
{
	struct iv_auth_run *run = IV_CONTAINER(op, struct iv_auth_run, op);
	struct auth_lookup *l = run->lookup;

	l->run = NULL;
	iv_flow_cancel(l->running, IV_ECANCELED, "nobody waits for the answer");
}

static const struct iv_flow_step key_steps[] = {{"ask_key", ask_key}, {"learn_key", learn_key}, {0}};
static const struct iv_flow_type key_flow = {"auth_key", key_steps, ended};
static const struct iv_flow_step person_steps[] = {{"ask_person", ask_person}, {"learn_person", learn_person}, {0}};
static const struct iv_flow_type person_flow = {"auth_person", person_steps, ended};
static const struct iv_flow_step rotated_steps[] = {
	{"await_keys", await_keys}, {"read_again", read_again}, {"ask_person", ask_person}, {"learn_person", learn_person}, {0},
};
static const struct iv_flow_type rotated_flow = {"auth_rotated", rotated_steps, ended};

static enum iv_flow_next begin(struct iv_flow *f, const struct auth_lookup *asked, const struct iv_flow_type *type)
{
	struct auth_lookup *l = calloc(1, sizeof(*l));
	struct auth_door *d = asked->auth->door;

	if (!l)
		abort();
	*l = *asked;
	iv_arena_init(&l->arena, 1 << 20);
	iv_list_append(&d->lookups, &l->node);
	l->run->lookup = l;
	iv_op_begin(&l->run->op, f, cancel);
	iv_flow_start(&l->flow, type, d->s->loop, LOOKUP_MS, &l->running);
	return iv_flow_await(f);
}

enum iv_flow_next auth_lookup_key(struct iv_flow *f, const struct auth_lookup *asked)
{
	return begin(f, asked, &key_flow);
}

enum iv_flow_next auth_lookup_person(struct iv_flow *f, const struct auth_lookup *asked, bool unknown_key)
{
	return begin(f, asked, unknown_key ? &rotated_flow : &person_flow);
}

void auth_lookups_cancel(struct auth_door *d)
{
	while (!iv_list_empty(&d->lookups))
		iv_flow_cancel(IV_CONTAINER(d->lookups.next, struct auth_lookup, node)->running, IV_ECANCELED,
			       "the process stops");
	while (!iv_list_empty(&d->uses))
		iv_flow_cancel(IV_CONTAINER(d->uses.next, struct key_use, node)->running, IV_ECANCELED, "the process stops");
}
