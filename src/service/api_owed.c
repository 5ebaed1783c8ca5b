/* What could not be written behind an answer because the database was away: kept here, and written once it answers. Until
 * then a second request with the key hears that the first one runs. What a process that dies owes is lost. */
#include "api_priv.h"

#include <stdlib.h>
#include "iv_log.h"

enum { OWED_BYTES = 16 << 20, LOOK_MS = 500, WRITE_MS = 10000 };

struct owed {
	struct iv_flow flow; /* first */
	struct iv_flow *running;
	struct iv_list node;
	struct iv_api *api;
	struct iv_pg_joined joined;
	struct iv_idempotency_finish_in told;
	struct iv_scope scope;
	size_t bytes;
	char text[]; /* tenant, person, item */
};

static void forget(struct owed *o)
{
	iv_list_remove(&o->node);
	o->api->owed_bytes -= o->bytes;
	free(o);
}

static bool may_yet(enum iv_code code)
{
	return code == IV_EDRAINING || code == IV_ETIMEDOUT;
}

static enum iv_flow_next write_it(struct iv_flow *f)
{
	struct owed *o = (struct owed *)(void *)f;

	return iv_pg_join(o->api->s->pg, f, &o->joined, &o->scope, NULL, &iv_sql_idempotency_finish, &o->told, NULL);
}

static void written(struct iv_flow *f)
{
	struct owed *o = (struct owed *)(void *)f;

	if (may_yet(f->err.code))
		return;
	/* A line of the audit log that is there: it was written, and the answer to that lost. */
	if (f->err.code != IV_OK && f->err.code != IV_ECONFLICT)
		iv_warn("api.not_remembered", IV_LS("code", iv_code_info(f->err.code)->name));
	forget(o);
}

static const struct iv_flow_step steps[] = {{"write", write_it}, {0}};
static const struct iv_flow_type type = {"api_owed", steps, written};

static void look(void *arg)
{
	struct iv_api *a = arg;

	for (struct iv_list *node = a->owed.next, *next; node != &a->owed && iv_pg_up(a->s->pg); node = next) {
		struct owed *o = IV_CONTAINER(node, struct owed, node);

		next = node->next;
		if (!o->running)
			iv_flow_start(&o->flow, &type, a->s->loop, WRITE_MS, &o->running);
	}
	if (!iv_list_empty(&a->owed))
		iv_timer_in_ms(&a->look, LOOK_MS);
}

static struct iv_str put(char **at, struct iv_str s)
{
	struct iv_str copy = {*at, s.len};

	if (s.len)
		memcpy(*at, s.ptr, s.len);
	*at += s.len;
	return copy;
}

bool api_owe(struct iv_api_call *c, enum iv_code code)
{
	struct iv_api *a = c->priv->api;
	struct iv_str item = c->priv->claim.told.items;
	size_t size = sizeof(struct owed) + c->scope.tenant_id.len + c->scope.user_id.len + item.len;
	struct owed *o;
	char *at;

	if (!may_yet(code) || !item.len || size > OWED_BYTES - a->owed_bytes || !(o = calloc(1, size)))
		return false;
	at = o->text;
	o->api = a;
	o->bytes = size;
	o->scope.tenant_id = put(&at, c->scope.tenant_id);
	o->scope.user_id = put(&at, c->scope.user_id);
	o->told.items = put(&at, item);
	a->owed_bytes += size;
	iv_list_append(&a->owed, &o->node);
	if (!iv_timer_armed(&a->look))
		iv_timer_in_ms(&a->look, LOOK_MS);
	return true;
}

void api_owed_init(struct iv_api *a)
{
	iv_list_init(&a->owed);
	iv_timer_init(&a->look, a->s->loop, look, a);
}

void api_owed_drop(struct iv_api *a)
{
	iv_timer_stop(&a->look);
	while (!iv_list_empty(&a->owed)) {
		struct owed *o = IV_CONTAINER(a->owed.next, struct owed, node);

		iv_warn("api.not_remembered", IV_LS("code", iv_code_info(IV_ECANCELED)->name));
		if (o->running)
			iv_flow_cancel(o->running, IV_ECANCELED, "the process stops"); /* which forgets it */
		else
			forget(o);
	}
}
