/* Names that are good once: SET NX and GETDEL in Redis, and a bounded table of what was put here. */
#include "rate_priv.h"

#include <stdio.h>

#include "iv_crypto.h"

/* ── what was put here ── */

static void free_entry(struct iv_rate *r, struct once_entry *en)
{
	(void)iv_map_remove(r->once, iv_str(en->key));
	iv_list_remove(&en->node);
	free(en);
}

static struct once_entry *find(struct iv_rate *r, const char *key)
{
	struct once_entry *en = iv_map_get(r->once, iv_str(key));

	if (!en || iv_now_us() < en->expires_us)
		return en;
	free_entry(r, en);
	return NULL;
}

static void keep(struct iv_rate *r, const struct iv_once_run *run, bool in_redis)
{
	size_t len = in_redis ? 0 : strlen(run->kept);
	struct once_entry *en = find(r, run->key);

	if (en)
		return; /* the first value stays */
	if (iv_map_count(r->once) >= ONCE_KEYS_MAX)
		free_entry(r, IV_CONTAINER(r->once_by_age.next, struct once_entry, node));
	en = calloc(1, sizeof(*en) + len + 1);
	if (!en)
		abort();
	(void)iv_str_copy(en->key, sizeof(en->key), iv_str(run->key));
	en->expires_us = iv_now_us() + run->ttl_ms * 1000;
	en->in_redis = in_redis;
	en->len = len;
	memcpy(en->value, run->kept, len);
	(void)iv_map_put(r->once, iv_str(en->key), en);
	iv_list_append(&r->once_by_age, &en->node);
}

void iv_once_end(struct iv_rate *r)
{
	while (!iv_list_empty(&r->once_by_age))
		free_entry(r, IV_CONTAINER(r->once_by_age.next, struct once_entry, node));
	iv_map_free(r->once);
}

/* ── operations ── */

static void begin(struct iv_once_run *run, struct iv_rate *r, struct iv_str name)
{
	uint8_t digest[IV_SHA256_BYTES];

	iv_sha256(name, digest);
	run->rate = r;
	memcpy(run->key, "once:", 5);
	iv_hex(digest, sizeof(digest), run->key + 5);
}

static void on_cancelled(struct iv_op *op)
{
	struct iv_once_run *run = IV_CONTAINER(op, struct iv_once_run, op);

	if (run->command)
		iv_redis_forget(run->command);
	run->command = NULL;
}

static enum iv_flow_next await(struct iv_flow *f, struct iv_once_run *run)
{
	iv_op_begin(&run->op, f, on_cancelled);
	return iv_flow_await(f);
}

static void on_put(void *arg, const struct iv_reply *reply, const struct iv_err *err)
{
	struct iv_once_run *run = arg;

	(void)err; /* without Redis, fresh means here; it was not when this was asked */
	run->command = NULL;
	*run->fresh = !reply || reply->kind == IV_REPLY_STATUS;
	if (*run->fresh)
		keep(run->rate, run, reply != NULL);
	iv_op_done(&run->op, NULL);
}

enum iv_flow_next iv_once_put(struct iv_rate *r, struct iv_flow *f, struct iv_once_run *run, struct iv_str name,
			      int64_t ttl_ms, struct iv_str value, bool *fresh)
{
	char ttl[24];

	*fresh = false;
	if (!iv_str_copy(run->kept, sizeof(run->kept), value) || memchr(run->kept, '\0', value.len))
		return iv_flow_fail(f, IV_ETOOBIG, "a value has at most %d bytes, none of them NUL", IV_ONCE_VALUE_MAX);
	begin(run, r, name);
	run->ttl_ms = ttl_ms > 0 ? ttl_ms : 1;
	run->fresh = fresh;
	if (find(r, run->key))
		return IV_FLOW_NEXT; /* put here before */
	snprintf(ttl, sizeof(ttl), "%lld", (long long)run->ttl_ms);
	run->command = iv_redis_ask(
		r->redis,
		(const struct iv_str[]){IV_S("SET"), iv_str(run->key), value, IV_S("PX"), iv_str(ttl), IV_S("NX")}, 6,
		on_put, run, NULL);
	if (run->command)
		return await(f, run);
	*fresh = true;
	keep(r, run, false);
	return IV_FLOW_NEXT;
}

static bool give(struct iv_once_run *run, struct iv_str value, struct iv_err *e)
{
	*run->value = iv_arena_str(run->arena, value);
	return run->value->ptr || iv_fail(e, IV_ETOOBIG, "the value does not fit");
}

static void on_taken(void *arg, const struct iv_reply *reply, const struct iv_err *err)
{
	struct iv_once_run *run = arg;
	struct once_entry *en = find(run->rate, run->key);
	struct iv_err e = *err;

	run->command = NULL;
	if (en && reply)
		free_entry(run->rate, en);
	if (reply && reply->kind == IV_REPLY_TEXT)
		(void)give(run, reply->s, &e);
	iv_op_done(&run->op, &e);
}

enum iv_flow_next iv_once_take(struct iv_rate *r, struct iv_flow *f, struct iv_once_run *run, struct iv_arena *arena,
			       struct iv_str name, struct iv_str *value)
{
	struct once_entry *en;
	struct iv_err e = {0};
	struct iv_str argv[2];

	*value = IV_STR_NULL;
	begin(run, r, name);
	run->arena = arena;
	run->value = value;
	argv[0] = IV_S("GETDEL");
	argv[1] = iv_str(run->key);
	en = find(r, run->key);
	if (en && !en->in_redis) {
		bool given = give(run, (struct iv_str){en->value, en->len}, &e);

		free_entry(r, en);
		/* The put may have reached Redis without its answer reaching us. */
		(void)iv_redis_send(r->redis, argv, 2);
		return given ? IV_FLOW_NEXT : iv_flow_fail(f, e.code, "%s", e.msg);
	}
	run->command = iv_redis_ask(r->redis, argv, 2, on_taken, run, &e);
	if (!run->command)
		return iv_flow_fail(f, e.code, "%s", e.msg);
	return await(f, run);
}
