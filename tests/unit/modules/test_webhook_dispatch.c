/* The dispatcher over a fake store and fake receivers: whatever fails, each delivery is settled once or comes
 * again, and nothing is held at the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "../../../src/modules/webhook/webhook.h"

enum { ROWS = 400 };

enum row_state { PENDING, SENDING, DELIVERED, DEAD };

static struct row {
	enum row_state state;
	int attempt, posts, settled;
	bool hidden; /* not due: nobody has woken us for it */
	char id[32], endpoint[32], tenant[24];
} rows[ROWS];

static struct {
	struct iv_loop *loop;
	struct iv_webhook *w;
	size_t count;      /* rows in use */
	int ops, fail_at;  /* the nth statement fails */
	enum iv_code fail_code;
	const char *poison; /* a settlement that names this row is refused */
	int status, latency_ms; /* of receivers; status 0: no connection; latency -1: never */
	bool random;
	uint32_t seed;
	void (*notify)(void *arg, struct iv_str payload);
	void *notify_arg;
	int fetches, refused, done;
} fake;

static uint32_t dice(void)
{
	fake.seed = fake.seed * 1664525 + 1013904223;
	return fake.seed >> 8;
}

/* ── the store ── */

struct answer {
	struct iv_pg_run *run;
	struct iv_err err;
	struct iv_timer timer;
};

static void forget(struct iv_op *op)
{
	struct iv_pg_run *run = IV_CONTAINER(op, struct iv_pg_run, op);

	((struct answer *)(void *)run->batch)->run = NULL;
	run->batch = NULL;
}

static void land(void *arg)
{
	struct answer *a = arg;

	if (a->run) {
		a->run->batch = NULL;
		iv_op_done(&a->run->op, &a->err);
	}
	iv_free_later(fake.loop, a);
}

static bool holds(const struct iv_strs *list, const char *text)
{
	for (size_t i = 0; i < list->count; i++)
		if (iv_str_eq(list->items[i], iv_str(text)))
			return true;
	return false;
}

static void claim(const struct iv_webhook_claim_in *in, struct iv_rows *out, struct iv_arena *arena)
{
	struct iv_webhook_claim_out *items = iv_arena_alloc(arena, ROWS * sizeof(*items));

	out->items = items;
	for (size_t i = 0; i < fake.count && out->count < (size_t)in->most; i++) {
		struct row *r = &rows[i];

		if (r->state != PENDING || r->hidden || holds(&in->endpoints_full, r->endpoint) ||
		    holds(&in->tenants_full, r->tenant))
			continue;
		r->state = SENDING;
		r->attempt++;
		items[out->count++] = (struct iv_webhook_claim_out){
			.tenant_id = iv_str(r->tenant), .id = iv_str(r->id), .endpoint_id = iv_str(r->endpoint),
			.event_id = iv_str(r->id), .type = IV_S("call.ended"), .payload = IV_S("{\"type\":\"call.ended\"}"),
			.url = IV_S("https://example.com/"), .secret = IV_S("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
			.headers = IV_S("{\"X-Mine\":\"1\",\"webhook-id\":\"no\"}"), .schedule = IV_S("standard"),
			.max_concurrency = 4, .attempt = r->attempt, .priority = 1, .failing_since = IV_SQL_NULL,
			.open = true, .created_at = 0, .now_at = 1};
	}
}

static struct row *row_of(struct iv_str id)
{
	for (size_t i = 0; i < fake.count; i++)
		if (iv_str_eq(id, iv_str(rows[i].id)))
			return &rows[i];
	fail_msg("no row %.*s", IV_FMT(id));
	return NULL;
}

static void settle_one(const cJSON *end)
{
	struct row *r = row_of(iv_json_str(end, "id"));
	struct iv_str verdict = iv_json_str(end, "verdict");
	bool back = iv_str_eq(verdict, IV_S("back"));

	if (r->state != SENDING || r->attempt != iv_json_get(end, "attempt")->valueint)
		return; /* fenced */
	r->settled++;
	r->attempt -= back;
	r->state = iv_str_eq(verdict, IV_S("delivered")) ? DELIVERED : iv_str_eq(verdict, IV_S("dead")) ? DEAD : PENDING;
	assert_int_equal(back, !iv_json_get(end, "tried"));
	r->hidden = iv_str_eq(verdict, IV_S("retry"));
}

static bool settle(const struct iv_webhook_settle_in *in)
{
	cJSON *ends = iv_json_parse(in->ends, NULL);
	const cJSON *end;

	assert_true(cJSON_IsArray(ends) && ends->child);
	if (fake.poison && iv_str_find(in->ends, iv_str(fake.poison), 0) >= 0) {
		cJSON_Delete(ends);
		fake.refused++;
		return false;
	}
	cJSON_ArrayForEach(end, ends)
		settle_one(end);
	cJSON_Delete(ends);
	return true;
}

static bool perform(const struct iv_pg_part *p, struct iv_arena *arena)
{
	if (p->rows)
		*p->rows = (struct iv_rows){0};
	if (p->query == &iv_sql_webhook_claim) {
		claim(p->in, p->rows, arena);
	} else if (p->query == &iv_sql_webhook_settle) {
		return settle(p->in);
	} else if (p->query == &iv_sql_webhook_next) {
		p->rows->items = iv_arena_alloc(arena, sizeof(struct iv_webhook_next_out));
		*(struct iv_webhook_next_out *)p->rows->items = (struct iv_webhook_next_out){IV_SQL_NULL, IV_SQL_NULL};
		p->rows->count = 1;
	} else if (p->query->one) {
		p->rows->items = iv_arena_alloc(arena, p->query->out_size);
		p->rows->count = 1;
	}
	return true;
}

enum iv_flow_next iv_pg_run(struct iv_pg *pg, struct iv_flow *f, struct iv_pg_run *run, const struct iv_scope *scope,
			    struct iv_arena *arena, const struct iv_pg_part *parts, size_t count)
{
	struct answer *a = calloc(1, sizeof(*a));
	bool chore = parts[0].query == &iv_sql_webhook_backlog || parts[0].query == &iv_sql_webhook_forget;

	(void)pg;
	(void)scope;
	assert_non_null(a);
	fake.ops += !chore;
	if (!chore && fake.fail_at && (fake.ops == fake.fail_at || (fake.random && dice() % 15 == 0)))
		(void)iv_fail(&a->err, fake.fail_code, "the fake fails");
	for (size_t i = 0; i < count && a->err.code == IV_OK; i++)
		if (!perform(&parts[i], arena))
			(void)iv_fail(&a->err, IV_EINVAL, "refused");
	/* Some fail when the work is done: the answer was lost. */
	if (a->err.code == IV_OK && fake.random && dice() % 20 == 0)
		(void)iv_fail(&a->err, IV_EDRAINING, "the answer is lost");
	a->run = run;
	run->batch = (struct iv_pg_batch *)(void *)a;
	iv_op_begin(&run->op, f, forget);
	iv_timer_init(&a->timer, fake.loop, land, a);
	iv_timer_in_ms(&a->timer, fake.random ? dice() % 3 : 0);
	return IV_FLOW_WAIT;
}

void iv_pg_listen(struct iv_pg *pg, const char *channel, void (*fn)(void *arg, struct iv_str payload), void *arg)
{
	(void)pg;
	assert_string_equal(channel, "webhook_outbox");
	fake.notify = fn;
	fake.notify_arg = arg;
}

/* ── receivers ── */

struct iv_fetch {
	struct iv_fetch_handlers h;
	void *arg;
	struct iv_timer timer;
	int status;
};

static void answered(void *arg)
{
	struct iv_fetch *f = arg;
	struct iv_fetch_result r = {.status = f->status, .retry_after_ms = -1, .body = IV_S("ok")};

	if (f->status == 0)
		(void)iv_fail(&r.err, IV_EUPSTREAM, "example.com: refused");
	fake.fetches--;
	f->h.done(f->arg, &r);
	iv_free_later(fake.loop, f);
}

static bool sent(const struct iv_fetch_opts *o, const char *name, struct iv_str *value)
{
	int n = 0;

	for (size_t i = 0; i < o->header_count; i++)
		if (iv_str_ieq(o->headers[i].name, iv_str(name))) {
			*value = o->headers[i].value;
			n++;
		}
	assert_true(n <= 1); /* a tenant's cannot stand beside ours */
	return n == 1;
}

struct iv_fetch *iv_fetch_start(struct iv_net *n, const struct iv_fetch_opts *o, const struct iv_fetch_handlers *h,
				void *arg)
{
	static const int statuses[] = {200, 200, 200, 204, 500, 0, 302, 429};
	struct iv_fetch *f = calloc(1, sizeof(*f));
	struct iv_str id = IV_STR_NULL, ignored;

	(void)n;
	assert_non_null(f);
	assert_true(o->public_only && sent(o, "webhook-id", &id) && sent(o, "x-mine", &ignored));
	assert_true(sent(o, "webhook-signature", &ignored) && sent(o, "x-signature", &ignored));
	assert_true(sent(o, "x-webhook-signature-v2", &ignored));
	row_of(id)->posts++;
	*f = (struct iv_fetch){.h = *h, .arg = arg, .status = fake.random ? statuses[dice() % 8] : fake.status};
	fake.fetches++;
	iv_timer_init(&f->timer, fake.loop, answered, f);
	if (fake.latency_ms >= 0)
		iv_timer_in_ms(&f->timer, fake.random ? dice() % 5 : (uint32_t)fake.latency_ms);
	return f;
}

void iv_fetch_cancel(struct iv_fetch *f)
{
	iv_timer_stop(&f->timer);
	fake.fetches--;
	iv_free_later(fake.loop, f);
}

/* ── the rig ── */

static struct iv_config cfg;
static struct iv_services services;

static const char *no_env(void *arg, const char *name)
{
	static const char *const set[][2] = {
		{"WEBHOOK_TIMEOUT", "500"}, {"WEBHOOK_LEASE_MS", "2000"}, {"CIRCUIT_BREAKER_TIMEOUT", "100"}};

	(void)arg;
	for (size_t i = 0; i < IV_COUNT(set); i++)
		if (strcmp(name, set[i][0]) == 0)
			return set[i][1];
	return NULL;
}

static void set_up(size_t count)
{
	struct iv_buf errors;
	struct iv_err e = {0};

	memset(&fake, 0, sizeof(fake));
	memset(rows, 0, sizeof(rows));
	fake.status = 204;
	fake.fail_code = IV_EDRAINING;
	fake.count = count;
	for (size_t i = 0; i < count; i++) {
		(void)snprintf(rows[i].id, sizeof(rows[i].id), "dlv-%zu.", i);
		(void)snprintf(rows[i].endpoint, sizeof(rows[i].endpoint), "whe_%zu", i % 9);
		(void)snprintf(rows[i].tenant, sizeof(rows[i].tenant), "t%zu", i % 3);
	}
	iv_buf_init(&errors, 65536);
	assert_true(iv_config_read(&cfg, no_env, NULL, &errors));
	iv_buf_deinit(&errors);
	fake.loop = iv_loop_new();
	services = (struct iv_services){.cfg = &cfg, .loop = fake.loop, .instance_id = "ins_1"};
	fake.w = iv_webhook_new(&services, &e);
	assert_non_null(fake.w);
	iv_webhook_start(fake.w);
}

static void stop_loop(void *arg)
{
	(void)arg;
	iv_loop_stop(fake.loop);
}

static void run_ms(int64_t ms)
{
	struct iv_timer t;

	iv_timer_init(&t, fake.loop, stop_loop, NULL);
	iv_timer_in_ms(&t, ms);
	iv_loop_run(fake.loop);
	iv_timer_stop(&t);
}

static size_t in_state(enum row_state state)
{
	size_t n = 0;

	for (size_t i = 0; i < fake.count; i++)
		n += rows[i].state == state;
	return n;
}

static void wake(void)
{
	for (size_t i = 0; i < fake.count; i++)
		rows[i].hidden = false;
	fake.notify(fake.notify_arg, IV_S("t0"));
}

static void tear_down(void)
{
	struct iv_webhook_stats s;

	iv_webhook_stop(fake.w);
	s = iv_webhook_stats(fake.w);
	assert_int_equal(s.waiting + s.in_flight + s.unsettled, 0);
	assert_int_equal(fake.fetches, 0);
	assert_int_equal(fake.w->held_bytes, 0);
	assert_true(iv_list_empty(&fake.w->live));
	run_ms(5); /* what was asked of the store answers to nobody */
	iv_webhook_free(fake.w);
	iv_loop_free(fake.loop);
	iv_config_free(&cfg);
}

static void until(enum row_state state, size_t count, int64_t ms)
{
	int64_t end = iv_now_us() + ms * 1000;

	while (in_state(state) < count && iv_now_us() < end)
		run_ms(2);
	if (in_state(state) != count)
		fail_msg("%zu of %zu are in state %d", in_state(state), count, (int)state);
}

static void on_drained(void *arg)
{
	(void)arg;
	fake.done++;
}

/* ── tests ── */

static void everything_due_is_delivered_once(void **state)
{
	(void)state;
	set_up(ROWS);
	until(DELIVERED, ROWS, 5000);
	for (size_t i = 0; i < ROWS; i++)
		assert_true(rows[i].posts == 1 && rows[i].settled == 1 && rows[i].attempt == 1);
	tear_down();
}

static void a_failure_is_tried_again_when_it_is_due_and_not_before(void **state)
{
	(void)state;
	set_up(10);
	fake.status = 500;
	until(PENDING, 10, 1000);
	run_ms(50);
	for (size_t i = 0; i < 10; i++)
		assert_true(rows[i].posts == 1 && rows[i].hidden);
	fake.status = 200;
	wake();
	until(DELIVERED, 10, 1000);
	for (size_t i = 0; i < 10; i++)
		assert_int_equal(rows[i].posts, 2);
	tear_down();
}

/* The nth statement fails, for every n: claims and settlements alike are asked again. */
static void a_store_that_fails_once_anywhere_costs_nothing(void **state)
{
	(void)state;
	for (int n = 1; n <= 8; n++) {
		set_up(30);
		fake.fail_at = n;
		until(DELIVERED, 30, 5000);
		for (size_t i = 0; i < 30; i++)
			assert_int_equal(rows[i].posts, 1);
		tear_down();
	}
}

static void one_settlement_that_is_refused_does_not_hold_up_the_others(void **state)
{
	(void)state;
	set_up(100);
	fake.poison = "dlv-42.";
	until(DELIVERED, 99, 10000);
	assert_int_equal(rows[42].state, SENDING); /* its lease will run out */
	assert_int_equal(rows[42].settled, 0);
	assert_true(fake.refused >= 2 && fake.refused < 20);
	tear_down();
}

static void stopping_at_any_moment_holds_nothing(void **state)
{
	(void)state;
	for (int ms = 0; ms < 40; ms++) {
		set_up(120);
		fake.latency_ms = 7;
		run_ms(ms);
		tear_down();
		for (size_t i = 0; i < fake.count; i++)
			assert_true(rows[i].settled <= 1);
	}
}

static void draining_gives_back_what_was_not_sent(void **state)
{
	(void)state;
	set_up(200);
	fake.latency_ms = 30;
	while (fake.fetches == 0)
		run_ms(1);
	iv_webhook_drain(fake.w, on_drained, NULL);
	run_ms(200);
	assert_int_equal(fake.done, 1);
	assert_int_equal(in_state(SENDING), 0);
	assert_true(in_state(DELIVERED) > 0 && in_state(PENDING) > 0);
	for (size_t i = 0; i < 200; i++)
		assert_int_equal(rows[i].attempt, rows[i].state == DELIVERED);
	wake(); /* nothing begins any more */
	run_ms(20);
	assert_int_equal(in_state(SENDING), 0);
	tear_down();
}

static void a_drain_ends_although_nobody_answers(void **state)
{
	int64_t began = iv_now_us();

	(void)state;
	set_up(5);
	fake.latency_ms = -1;
	while (fake.fetches < 5)
		run_ms(1);
	iv_webhook_drain(fake.w, on_drained, NULL);
	while (!fake.done && iv_now_us() - began < 5000000)
		run_ms(10);
	assert_int_equal(fake.done, 1);
	assert_true(iv_now_us() - began < 3000000);
	tear_down();
}

/* Statements fail or lose their answer, receivers do as they like: in the end all is delivered, and what is
 * delivered was posted. */
static void it_gets_through_any_weather(void **state)
{
	(void)state;
	for (uint32_t seed = 1; seed <= 3; seed++) {
		set_up(150);
		fake.random = true;
		fake.fail_at = -1;
		fake.seed = seed;
		for (int round = 0; round < 3000 && in_state(DELIVERED) + in_state(DEAD) < 150; round++) {
			run_ms(10);
			/* Leases of claims whose answer was lost run out, and what waited comes due. */
			for (size_t i = 0; i < fake.count && round % 100 == 99; i++)
				if (rows[i].state == SENDING)
					rows[i].state = PENDING;
			if (round % 10 == 9)
				wake();
		}
		assert_int_equal(in_state(DELIVERED) + in_state(DEAD), 150);
		for (size_t i = 0; i < 150; i++)
			assert_true(rows[i].posts > 0);
		tear_down();
	}
}

static void what_a_receiver_says_is_kept_harmless(void **state)
{
	static const struct {
		const char *said, *kept;
	} table[] = {
		{"", ""},
		{"all is well", "all is well"},
		{"a\r\nb\tc\x01", "a  b c "},
		{"call +91 98765 43210 now", "call [PHONE] now"},
		{"card 4111-1111-1111-1111, room 12345, a@b.co", "card [CARD], room 12345, [EMAIL]"},
	};
	char out[2048], small[8], big[3000];

	(void)state;
	for (size_t i = 0; i < IV_COUNT(table); i++) {
		webhook_excerpt(iv_str(table[i].said), out, sizeof(out));
		assert_string_equal(out, table[i].kept);
	}
	memset(big, 'x', sizeof(big));
	memcpy(big + 1023, "\xc3\xa9", 2); /* not half a character */
	webhook_excerpt((struct iv_str){big, sizeof(big)}, out, sizeof(out));
	assert_int_equal(strlen(out), 1023);
	webhook_excerpt(IV_S("longer than its place"), small, sizeof(small));
	assert_string_equal(small, "[not ke");
}

static void our_headers_are_ours(void **state)
{
	static const char *const ours[] = {"Content-Type", "CONTENT-LENGTH", "Host", "x-signature", "X-Webhook-Anything",
					   "Webhook-Id", "svix-id", "Transfer-Encoding", "proxy-authorization", "Connection"};
	static const char *const theirs[] = {"Authorization", "X-Api-Key", "X-Sign", "Webhook", "Accept", "Cookie"};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(ours); i++)
		assert_false(webhook_header_free(iv_str(ours[i])));
	for (size_t i = 0; i < IV_COUNT(theirs); i++)
		assert_true(webhook_header_free(iv_str(theirs[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_due_is_delivered_once),
		cmocka_unit_test(a_failure_is_tried_again_when_it_is_due_and_not_before),
		cmocka_unit_test(a_store_that_fails_once_anywhere_costs_nothing),
		cmocka_unit_test(one_settlement_that_is_refused_does_not_hold_up_the_others),
		cmocka_unit_test(stopping_at_any_moment_holds_nothing),
		cmocka_unit_test(draining_gives_back_what_was_not_sent),
		cmocka_unit_test(a_drain_ends_although_nobody_answers),
		cmocka_unit_test(it_gets_through_any_weather),
		cmocka_unit_test(what_a_receiver_says_is_kept_harmless),
		cmocka_unit_test(our_headers_are_ours),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
