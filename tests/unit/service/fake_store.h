/* Postgres and Redis as the API sees them: operations that answer late, at once, wrongly, or to nobody. The
 * program that includes this is linked with these functions in the place of the store's.
 *
 * A statement is performed when it is asked, as a server does whether or not anybody waits for its answer;
 * its answer comes a turn later. */
#ifndef FAKE_STORE_H
#define FAKE_STORE_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "iv_json.h"
#include "iv_pg_join.h"
#include "iv_rate.h"
#include "iv_sql.h"

struct iv_pg {
	int unused;
};
struct iv_rate {
	int unused;
};

static struct {
	struct iv_loop *loop;
	bool at_once, down;
	int ops, fail_at;            /* the nth operation from here on fails; 0: none does */
	int silent_at;               /* never answers */
	const struct iv_query *silent; /* this statement is never answered */
	const struct iv_query *away;   /* the database goes away under this one */
	enum iv_code fail_code;
	void (*news)(void *arg, struct iv_str payload);
	void *news_arg;
	/* what the database knows */
	int key_lookups, person_lookups, uses, audits, executed;
	struct fake_claim {
		char route[64], key[300], fingerprint[65], token[40], type[64], answer[4096];
		bool taken, done, abandoned;
		int status;
	} claims[64];
	int64_t limit_left; /* of the rate; -1: no limit */
	char once[8][2][600];
} fake = {.limit_left = -1};

static inline void fake_reset(void)
{
	struct iv_loop *l = fake.loop;
	void (*news)(void *, struct iv_str) = fake.news;
	void *arg = fake.news_arg;

	memset(&fake, 0, sizeof(fake));
	fake.loop = l;
	fake.news = news;
	fake.news_arg = arg;
	fake.limit_left = -1;
}

/* ── one answer on its way */
struct fake_answer {
	struct iv_op *op;
	struct iv_err err;
};

static inline void fake_deliver(void *arg)
{
	struct fake_answer *a = arg;

	if (a->op)
		iv_op_done(a->op, &a->err);
	free(a);
}

/* The op that was in flight may be gone when its flow was cancelled: then nobody is told. */
static struct fake_answer *fake_flying[64];

static inline void fake_forget(struct iv_op *op)
{
	for (size_t i = 0; i < IV_COUNT(fake_flying); i++)
		if (fake_flying[i] && fake_flying[i]->op == op)
			fake_flying[i]->op = NULL;
}

static inline void fake_landed(void *arg)
{
	for (size_t i = 0; i < IV_COUNT(fake_flying); i++)
		if (fake_flying[i] == arg)
			fake_flying[i] = NULL;
	fake_deliver(arg);
}

static inline enum iv_flow_next fake_answer(struct iv_flow *f, struct iv_op *op, bool *performed)
{
	struct fake_answer *a = calloc(1, sizeof(*a));
	int n = ++fake.ops;

	assert_non_null(a);
	a->op = op;
	iv_op_begin(op, f, fake_forget);
	if (n == fake.fail_at)
		(void)iv_fail(&a->err, fake.fail_code, "the fake fails");
	*performed = n != fake.fail_at;
	if (n == fake.silent_at) {
		free(a);
		return iv_flow_await(f);
	}
	if (fake.at_once) {
		iv_op_done(op, &a->err);
		free(a);
		return iv_flow_await(f);
	}
	for (size_t i = 0; i < IV_COUNT(fake_flying); i++)
		if (!fake_flying[i]) {
			fake_flying[i] = a;
			break;
		}
	iv_defer(fake.loop, fake_landed, a);
	return iv_flow_await(f);
}

/* ── the statements; the test program adds its own */
static bool fake_perform(const struct iv_query *q, const void *in, struct iv_rows *rows, struct iv_arena *arena,
			 const struct iv_scope *scope);

static inline void *fake_row(struct iv_rows *rows, struct iv_arena *arena, const struct iv_query *q)
{
	rows->items = iv_arena_alloc(arena, q->out_size);
	rows->count = 1;
	assert_non_null(rows->items);
	return rows->items;
}

static inline void fake_copy(char *dst, size_t size, struct iv_str s)
{
	assert_true(iv_str_copy(dst, size, s));
}

static inline struct fake_claim *fake_find_claim(struct iv_str route, struct iv_str key, bool make)
{
	struct fake_claim *free_one = NULL;

	for (size_t i = 0; i < IV_COUNT(fake.claims); i++) {
		struct fake_claim *c = &fake.claims[i];

		if (c->taken && iv_str_eq(iv_str(c->route), route) && iv_str_eq(iv_str(c->key), key))
			return c;
		if (!c->taken && !free_one)
			free_one = c;
	}
	assert_true(!make || free_one);
	return make ? free_one : NULL;
}

static inline struct iv_idempotency_claim_out fake_claims(const cJSON *item)
{
	struct iv_str fingerprint = iv_json_str(item, "fingerprint"), token = iv_json_str(item, "token");
	struct fake_claim *c = fake_find_claim(iv_json_str(item, "route"), iv_json_str(item, "key"), true);
	bool same = c->taken && iv_str_eq(iv_str(c->fingerprint), fingerprint);

	if (!c->taken || (cJSON_IsTrue(iv_json_get(item, "retake")) && !c->done && c->abandoned && same)) {
		*c = (struct fake_claim){.taken = true};
		fake_copy(c->route, sizeof(c->route), iv_json_str(item, "route"));
		fake_copy(c->key, sizeof(c->key), iv_json_str(item, "key"));
		fake_copy(c->fingerprint, sizeof(c->fingerprint), fingerprint);
		fake_copy(c->token, sizeof(c->token), token);
	}
	return (struct iv_idempotency_claim_out){.n = 1,
						 .mine = iv_str_eq(iv_str(c->token), token),
						 .same = iv_str_eq(iv_str(c->fingerprint), fingerprint),
						 .done = c->done};
}

static inline void fake_finishes(const cJSON *item, const struct iv_scope *scope)
{
	struct iv_str key = iv_json_str(item, "key");
	struct fake_claim *c = key.len ? fake_find_claim(iv_json_str(item, "route"), key, false) : NULL;
	const cJSON *status = iv_json_get(item, "status");

	if (iv_json_get(item, "audit")) {
		assert_true(iv_str_eq(scope->tenant_id, IV_S("tnt_a")));
		fake.audits++;
	}
	if (!c || !iv_str_eq(iv_str(c->token), iv_json_str(item, "token")))
		return;
	if (!status) {
		*c = (struct fake_claim){0};
		return;
	}
	c->done = true;
	c->status = (int)status->valuedouble;
	fake_copy(c->type, sizeof(c->type), iv_json_str(item, "type"));
	fake_copy(c->answer, sizeof(c->answer), iv_json_str(item, "answer"));
}

static inline bool fake_idempotency(const struct iv_query *q, const void *in, struct iv_rows *rows, struct iv_arena *arena,
				    const struct iv_scope *scope)
{
	struct iv_err e = {0};
	cJSON *item;

	if (q == &iv_sql_idempotency_answer) {
		const struct iv_idempotency_answer_in *i = in;
		struct fake_claim *c = fake_find_claim(i->route, i->key, false);

		if (c && c->done && iv_str_eq(iv_str(c->fingerprint), i->fingerprint))
			*(struct iv_idempotency_answer_out *)fake_row(rows, arena, q) = (struct iv_idempotency_answer_out){
				.status = c->status,
				.content_type = iv_arena_str(arena, iv_str(c->type)),
				.answer = iv_arena_str(arena, iv_str(c->answer))};
		return true;
	}
	if (q != &iv_sql_idempotency_claim && q != &iv_sql_idempotency_finish)
		return false;
	item = iv_json_parse(*(const struct iv_str *)in, &e);
	assert_non_null(item);
	if (q == &iv_sql_idempotency_claim)
		*(struct iv_idempotency_claim_out *)fake_row(rows, arena, q) = fake_claims(item);
	else
		fake_finishes(item, scope);
	cJSON_Delete(item);
	return true;
}

enum iv_flow_next iv_pg_run(struct iv_pg *pg, struct iv_flow *f, struct iv_pg_run *run, const struct iv_scope *scope,
			    struct iv_arena *arena, const struct iv_pg_part *parts, size_t count)
{
	bool works = fake.ops + 1 != fake.fail_at, told;

	(void)pg;
	for (size_t i = 0; i < count; i++) {
		struct iv_rows none, *rows = parts[i].rows ? parts[i].rows : &none;

		*rows = (struct iv_rows){0};
		if (works && !fake_idempotency(parts[i].query, parts[i].in, rows, arena, scope) &&
		    !fake_perform(parts[i].query, parts[i].in, rows, arena, scope))
			fail_msg("nobody performs %s", parts[i].query->name);
		assert_true(!parts[i].query->one || !works || rows->count == 1);
	}
	if (parts[0].query == fake.silent)
		fake.silent_at = fake.ops + 1;
	return fake_answer(f, &run->op, &told);
}

/* Nobody else asks: together are those who ask alone. */
enum iv_flow_next iv_pg_join(struct iv_pg *pg, struct iv_flow *f, struct iv_pg_joined *run, const struct iv_scope *scope,
			     struct iv_arena *arena, const struct iv_query *q, const void *in, struct iv_rows *rows)
{
	bool told;

	(void)pg;
	if (rows)
		*rows = (struct iv_rows){0};
	if (q == fake.away) {
		fake.down = true;
		fake.fail_at = fake.ops + 1;
		fake.fail_code = IV_EDRAINING;
	}
	if (fake.ops + 1 != fake.fail_at && !fake_idempotency(q, in, rows, arena, scope))
		fail_msg("nobody performs %s", q->name);
	return fake_answer(f, &run->op, &told);
}

bool iv_pg_up(const struct iv_pg *pg)
{
	(void)pg;
	return !fake.down;
}

void iv_pg_listen(struct iv_pg *pg, const char *channel, void (*fn)(void *arg, struct iv_str payload), void *arg)
{
	(void)pg;
	assert_string_equal(channel, "credentials");
	fake.news = fn;
	fake.news_arg = arg;
}

/* ── Redis ── */

enum iv_flow_next iv_rate_take(struct iv_rate *r, struct iv_flow *f, struct iv_rate_run *run,
			       const struct iv_rate_policy *policy, struct iv_str key, struct iv_rate_verdict *verdict)
{
	bool told;

	(void)r;
	assert_true(key.len > 0 && key.len <= 128);
	*verdict = (struct iv_rate_verdict){.allowed = fake.limit_left != 0,
					    .limit = policy->limit,
					    .remaining = fake.limit_left < 0 ? policy->limit - 1 : fake.limit_left,
					    .reset_s = 17};
	if (fake.limit_left > 0)
		fake.limit_left--;
	return fake_answer(f, &run->op, &told);
}

void iv_rate_policy_header(const struct iv_rate_policy *policy, char out[IV_RATE_HEADER_SIZE])
{
	snprintf(out, IV_RATE_HEADER_SIZE, "\"%s\";q=%lld;w=%lld", policy->name, (long long)policy->limit,
		 (long long)policy->window_ms / 1000);
}

void iv_rate_header(const struct iv_rate_policy *policy, const struct iv_rate_verdict *v, char out[IV_RATE_HEADER_SIZE])
{
	snprintf(out, IV_RATE_HEADER_SIZE, "\"%s\";r=%lld;t=%lld", policy->name, (long long)v->remaining,
		 (long long)v->reset_s);
}

enum iv_flow_next iv_once_put(struct iv_rate *r, struct iv_flow *f, struct iv_once_run *run, struct iv_str name,
			      int64_t ttl_ms, struct iv_str value, bool *fresh)
{
	bool told;

	(void)r;
	assert_true(ttl_ms > 0);
	*fresh = true;
	for (size_t i = 0; i < IV_COUNT(fake.once); i++)
		if (!fake.once[i][0][0]) {
			fake_copy(fake.once[i][0], 600, name);
			fake_copy(fake.once[i][1], 600, value);
			break;
		}
	return fake_answer(f, &run->op, &told);
}

enum iv_flow_next iv_once_take(struct iv_rate *r, struct iv_flow *f, struct iv_once_run *run, struct iv_arena *arena,
			       struct iv_str name, struct iv_str *value)
{
	bool told;

	(void)r;
	*value = IV_STR_NULL;
	for (size_t i = 0; i < IV_COUNT(fake.once); i++)
		if (fake.once[i][0][0] && iv_str_eq(iv_str(fake.once[i][0]), name)) {
			*value = iv_arena_str(arena, iv_str(fake.once[i][1]));
			fake.once[i][0][0] = '\0';
		}
	return fake_answer(f, &run->op, &told);
}

#endif
