/* queue.c: whose turn it is, on a virtual clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include "../../../src/modules/webhook/queue.h"

#define SEC ((int64_t)1000000)

struct item {
	struct webhook_turn turn;
	char tenant[16], endpoint[16];
	int n;
};

static int endpoint_limit;

static struct item *put(struct webhook_queue *q, const char *tenant, const char *endpoint, int n)
{
	struct item *it = calloc(1, sizeof(*it));

	assert_non_null(it);
	(void)snprintf(it->tenant, sizeof(it->tenant), "%s", tenant);
	(void)snprintf(it->endpoint, sizeof(it->endpoint), "%s", endpoint);
	it->n = n;
	webhook_queue_put(q, iv_str(tenant), iv_str(endpoint), endpoint_limit, &it->turn);
	return it;
}

static struct item *take(struct webhook_queue *q, int64_t now)
{
	struct webhook_turn *t = webhook_queue_take(q, now);

	return t ? IV_CONTAINER(t, struct item, turn) : NULL;
}

static void end(struct webhook_queue *q, struct item *it, enum webhook_end how, int64_t now)
{
	webhook_queue_done(q, &it->turn, how, 0, now);
	free(it);
}

static struct webhook_queue *queue(int slots, int limit)
{
	endpoint_limit = limit;
	return webhook_queue_new(&(struct webhook_queue_opts){slots, 3, 60000});
}

static void drain(struct webhook_queue *q, struct item **flying, size_t n)
{
	struct webhook_turn *t;

	for (size_t i = 0; i < n; i++)
		if (flying[i])
			end(q, flying[i], WEBHOOK_END_UNKNOWN, 0);
	while ((t = webhook_queue_evict(q, true, 0)) != NULL)
		free(IV_CONTAINER(t, struct item, turn));
	assert_int_equal(webhook_queue_waiting(q), 0);
	assert_int_equal(webhook_queue_in_flight(q), 0);
	webhook_queue_free(q);
}

static void tenants_take_turns_and_so_do_their_endpoints(void **state)
{
	static const char *const expected[] = {"a1", "b1", "c1", "a2", "b1", "c1", "a1", "b1", "a2", "a1", "a2"};
	struct webhook_queue *q = queue(100, 10);
	struct item *flying[11] = {0};
	int last[3][3] = {{0}};

	(void)state;
	for (int i = 0; i < 3; i++)
		put(q, "A", "a1", i);
	for (int i = 0; i < 3; i++)
		put(q, "A", "a2", i);
	for (int i = 0; i < 3; i++)
		put(q, "B", "b1", i);
	for (int i = 0; i < 2; i++)
		put(q, "C", "c1", i);
	for (size_t i = 0; i < IV_COUNT(flying); i++) {
		flying[i] = take(q, 0);
		assert_non_null(flying[i]);
		assert_string_equal(flying[i]->endpoint, expected[i]);
		int *next = &last[flying[i]->tenant[0] - 'A'][flying[i]->endpoint[1] - '0'];
		assert_int_equal(flying[i]->n, (*next)++); /* an endpoint's line keeps its order */
	}
	assert_null(take(q, 0));
	drain(q, flying, IV_COUNT(flying));
}

static void an_endpoint_has_no_more_in_flight_than_its_limit(void **state)
{
	struct webhook_queue *q = queue(100, 4);
	struct item *flying[5] = {0};

	(void)state;
	for (int i = 0; i < 50; i++)
		put(q, "A", "a1", i);
	put(q, "A", "a2", 0);
	for (int i = 0; i < 5; i++)
		assert_non_null(flying[i] = take(q, 0));
	assert_null(take(q, 0));
	for (int i = 0, of_a1 = 0; i < 5; i++) {
		of_a1 += flying[i]->endpoint[1] == '1';
		assert_true(of_a1 <= 4);
	}
	end(q, flying[0], WEBHOOK_END_ANSWERED, 0);
	assert_non_null(flying[0] = take(q, 0));
	assert_string_equal(flying[0]->endpoint, "a1");
	assert_null(take(q, 0));
	drain(q, flying, 5);
}

static void a_thousand_hung_receivers_leave_room_for_everybody_else(void **state)
{
	enum { SLOTS = 512 };
	struct webhook_queue *q = queue(SLOTS, 8);
	struct item *flying[SLOTS] = {0};
	char endpoint[16];
	int n = 0, of_a = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		(void)snprintf(endpoint, sizeof(endpoint), "a%d", i);
		for (int k = 0; k < 10; k++)
			put(q, "A", endpoint, k);
	}
	while ((flying[n] = take(q, 0)) != NULL)
		n++;
	of_a = n;
	assert_int_equal(of_a, SLOTS / 2); /* alone: half */
	/* Nobody of A ever answers; B comes and is served at once, again and again. */
	for (int round = 0; round < 1000; round++) {
		struct item *b = put(q, "B", "b1", round);

		assert_ptr_equal(take(q, 0), b);
		end(q, b, WEBHOOK_END_ANSWERED, 0);
	}
	/* A second tenant that hangs gets less, a third less again; the tenth still begins at once. */
	for (int t = 0; t < 10; t++) {
		char tenant[16];
		int got = 0;

		(void)snprintf(tenant, sizeof(tenant), "T%d", t);
		for (int i = 0; i < 400; i++) {
			(void)snprintf(endpoint, sizeof(endpoint), "t%d-%d", t, i);
			put(q, tenant, endpoint, 0);
		}
		while (n < SLOTS && (flying[n] = take(q, 0)) != NULL) {
			got += strcmp(flying[n]->tenant, tenant) == 0;
			n++;
		}
		/* Each step takes half of what is left. */
		assert_true(t == 0 ? got == 128 : t < 8 ? got >= 1 : got >= 0);
	}
	drain(q, flying, (size_t)n);
}

static void a_broken_endpoint_is_left_alone_and_then_tried_once(void **state)
{
	struct webhook_queue *q = queue(100, 10);
	struct item *it, *second;

	(void)state;
	for (int i = 0; i < 3; i++) {
		put(q, "A", "a1", i);
		end(q, take(q, 0), WEBHOOK_END_OUTAGE, 0);
	}
	put(q, "A", "a1", 3);
	put(q, "A", "a1", 4);
	put(q, "A", "a2", 0);
	it = take(q, 0);
	assert_string_equal(it->endpoint, "a2"); /* its neighbour does not suffer */
	end(q, it, WEBHOOK_END_ANSWERED, 0);
	assert_null(take(q, 60 * SEC - 1));
	assert_int_equal(webhook_queue_opens_us(q, 0), 60 * SEC);
	assert_int_equal(webhook_queue_broken(q, 0), 1);
	assert_non_null(it = take(q, 60 * SEC));
	assert_null(take(q, 60 * SEC)); /* one tries */
	assert_null(take(q, 61 * SEC));
	end(q, it, WEBHOOK_END_ANSWERED, 62 * SEC);
	assert_non_null(second = take(q, 62 * SEC));
	end(q, second, WEBHOOK_END_ANSWERED, 62 * SEC);
	assert_int_equal(webhook_queue_opens_us(q, 62 * SEC), INT64_MAX);
	drain(q, NULL, 0);
}

static void a_try_that_was_cancelled_decides_nothing(void **state)
{
	struct webhook_queue *q = queue(100, 10);

	(void)state;
	for (int i = 0; i < 5; i++)
		put(q, "A", "a1", i);
	for (int i = 0; i < 3; i++)
		end(q, take(q, 0), WEBHOOK_END_OUTAGE, 0);
	end(q, take(q, 60 * SEC), WEBHOOK_END_UNKNOWN, 60 * SEC);
	struct item *again = take(q, 60 * SEC);
	assert_non_null(again);
	end(q, again, WEBHOOK_END_OUTAGE, 61 * SEC);
	put(q, "A", "a1", 9);
	assert_null(take(q, 120 * SEC));
	drain(q, NULL, 0);
}

static void one_who_asks_for_time_gets_it(void **state)
{
	struct webhook_queue *q = queue(100, 10);
	struct item *first, *late;

	(void)state;
	put(q, "A", "a1", 0);
	put(q, "A", "a1", 1);
	first = take(q, 0);
	late = take(q, 0);
	webhook_queue_done(q, &first->turn, WEBHOOK_END_OUTAGE, 30000, 0);
	free(first);
	webhook_queue_done(q, &late->turn, WEBHOOK_END_OUTAGE, 10000, SEC); /* shortens nothing */
	free(late);
	put(q, "A", "a1", 2);
	assert_null(take(q, 29 * SEC));
	late = take(q, 30 * SEC);
	assert_non_null(late);
	end(q, late, WEBHOOK_END_ANSWERED, 30 * SEC);
	drain(q, NULL, 0);
}

struct told {
	char ids[8][16];
	int count;
};

static void tell(void *arg, struct iv_str id)
{
	struct told *t = arg;

	assert_true(t->count < 8);
	(void)iv_str_copy(t->ids[t->count++], 16, id);
}

static void who_cannot_be_served_is_not_fetched(void **state)
{
	struct webhook_queue *q = queue(8, 2);
	struct item *flying[6] = {0};
	struct told t = {0};

	(void)state;
	for (int i = 0; i < 3; i++) {
		put(q, "B", "broken", i);
		end(q, take(q, 0), WEBHOOK_END_OUTAGE, 0);
	}
	put(q, "A", "full", 0);
	put(q, "A", "full", 1);
	put(q, "A", "one", 0);
	for (int i = 0; i < 3; i++)
		assert_non_null(flying[i] = take(q, 0));
	webhook_queue_blocked(q, SEC, tell, tell, &t);
	assert_int_equal(t.count, 2);
	assert_true((strcmp(t.ids[0], "broken") == 0) != (strcmp(t.ids[1], "broken") == 0));
	assert_true((strcmp(t.ids[0], "full") == 0) != (strcmp(t.ids[1], "full") == 0));

	/* A fourth puts A at its share of eight: then the tenant is named too. */
	put(q, "A", "two", 0);
	assert_non_null(flying[3] = take(q, 0));
	t.count = 0;
	webhook_queue_blocked(q, SEC, tell, tell, &t);
	assert_int_equal(t.count, 3);
	assert_string_equal(t.ids[0], "A");

	/* When the broken one may be tried, it may be fetched; while it is tried it may not. */
	t.count = 0;
	webhook_queue_blocked(q, 61 * SEC, tell, tell, &t);
	assert_int_equal(t.count, 2);
	put(q, "B", "broken", 9);
	assert_non_null(flying[4] = take(q, 61 * SEC));
	t.count = 0;
	webhook_queue_blocked(q, 61 * SEC, tell, tell, &t);
	assert_int_equal(t.count, 3);
	drain(q, flying, 6);
}

static void room_is_kept_for_those_who_come_later(void **state)
{
	struct webhook_queue *q = queue(16, 4);
	struct told t = {0};
	int n = 0;

	(void)state;
	/* A tenant of many endpoints fills half of what is left, over and over: there is always one more place. */
	while (webhook_queue_room(q) > 1 && n < 100) {
		char endpoint[16];

		for (size_t room = webhook_queue_room(q); room > 0; room--) {
			(void)snprintf(endpoint, sizeof(endpoint), "a%d", n++);
			put(q, "A", endpoint, 0);
		}
		t.count = 0;
		webhook_queue_blocked(q, 0, tell, tell, &t);
		assert_int_equal(t.count, 1);
		assert_string_equal(t.ids[0], "A"); /* it is not fetched for any more */
		if (n < 31)
			continue;
	}
	assert_true(webhook_queue_room(q) >= 1 && n < 32);
	put(q, "B", "b1", 0);
	t.count = 0;
	drain(q, NULL, 0);
}

static void one_that_answers_is_fetched_for_ahead(void **state)
{
	struct webhook_queue *q = queue(100, 2);
	struct item *flying[2];
	struct told t = {0};

	(void)state;
	put(q, "A", "a1", 0);
	end(q, take(q, 0), WEBHOOK_END_ANSWERED, 0);
	for (int i = 0; i < 2; i++) {
		put(q, "A", "a1", i);
		flying[i] = take(q, 0);
	}
	webhook_queue_blocked(q, 0, tell, tell, &t);
	assert_int_equal(t.count, 0);
	put(q, "A", "a1", 2);
	webhook_queue_blocked(q, 0, tell, tell, &t);
	assert_int_equal(t.count, 0);
	put(q, "A", "a1", 3);
	webhook_queue_blocked(q, 0, tell, tell, &t);
	assert_int_equal(t.count, 1);
	/* One that stops answering is not. */
	t.count = 0;
	end(q, flying[0], WEBHOOK_END_OUTAGE, 0);
	webhook_queue_blocked(q, 0, tell, tell, &t);
	assert_int_equal(t.count, 1);
	drain(q, flying + 1, 1);
}

static void what_waits_behind_a_broken_endpoint_goes_back(void **state)
{
	struct webhook_queue *q = queue(100, 1);
	struct item *it;
	int back = 0;

	(void)state;
	for (int i = 0; i < 3; i++)
		put(q, "A", "a1", i);
	put(q, "B", "b1", 0);
	for (int i = 0; i < 3; i++) {
		it = take(q, 0);
		if (it->tenant[0] == 'B') {
			end(q, it, WEBHOOK_END_ANSWERED, 0);
			it = take(q, 0);
		}
		end(q, it, WEBHOOK_END_OUTAGE, 0);
	}
	for (int i = 0; i < 5; i++)
		put(q, "A", "a1", 10 + i);
	put(q, "B", "b1", 1);
	for (struct webhook_turn *t; (t = webhook_queue_evict(q, false, SEC)) != NULL; back++) {
		it = IV_CONTAINER(t, struct item, turn);
		assert_int_equal(it->n, 10 + back);
		free(it);
	}
	assert_int_equal(back, 5);
	assert_int_equal(webhook_queue_waiting(q), 1);
	it = take(q, SEC);
	assert_string_equal(it->endpoint, "b1");
	end(q, it, WEBHOOK_END_ANSWERED, SEC);
	drain(q, NULL, 0);
}

static void failures_are_remembered_for_a_while_and_then_forgotten(void **state)
{
	struct webhook_queue *q = queue(100, 10);

	(void)state;
	put(q, "A", "a1", 0);
	put(q, "A", "a1", 1);
	end(q, take(q, SEC), WEBHOOK_END_OUTAGE, SEC);
	end(q, take(q, SEC), WEBHOOK_END_OUTAGE, SEC);
	webhook_queue_sweep(q, 100 * SEC);
	put(q, "A", "a1", 2);
	end(q, take(q, 100 * SEC), WEBHOOK_END_OUTAGE, 100 * SEC); /* the third */
	webhook_queue_sweep(q, 130 * SEC);
	put(q, "A", "a1", 3);
	assert_null(take(q, 130 * SEC));
	free(IV_CONTAINER(webhook_queue_evict(q, true, 130 * SEC), struct item, turn));
	webhook_queue_sweep(q, 800 * SEC);
	for (int i = 0; i < 2; i++) {
		put(q, "A", "a1", 4);
		end(q, take(q, 800 * SEC), WEBHOOK_END_OUTAGE, 800 * SEC);
	}
	put(q, "A", "a1", 5);
	struct item *it = take(q, 800 * SEC);
	assert_non_null(it); /* two failures, not five */
	end(q, it, WEBHOOK_END_ANSWERED, 800 * SEC);
	drain(q, NULL, 0);
}

/* Random arrivals, ends and outages: the counts stay true, limits hold, nothing is lost or given twice. */
static void it_stays_true_under_random_use(void **state)
{
	enum { SLOTS = 32, ENDPOINT = 3, ROUNDS = 200000 };
	struct webhook_queue *q = queue(SLOTS, ENDPOINT);
	struct item *flying[SLOTS] = {0};
	long in = 0, out = 0;
	int64_t now = 0;
	uint32_t seed = 42;

	(void)state;
	for (int r = 0; r < ROUNDS; r++) {
		seed = seed * 1664525 + 1013904223;
		uint32_t dice = seed >> 8;

		now += dice % 5000;
		if (dice % 3 == 0 && webhook_queue_waiting(q) < 500) {
			char tenant[16], endpoint[16];
			unsigned t = dice / 3 % 5;

			(void)snprintf(tenant, sizeof(tenant), "t%u", t);
			(void)snprintf(endpoint, sizeof(endpoint), "e%u-%u", t, dice / 15 % 7);
			put(q, tenant, endpoint, r);
			in++;
		} else if (dice % 3 == 1) {
			struct item *it = take(q, now);
			int same = 0, of_tenant = 0, all = 0;

			for (int i = 0; it && i < SLOTS; i++) {
				all += flying[i] != NULL;
				same += flying[i] && strcmp(flying[i]->endpoint, it->endpoint) == 0;
				of_tenant += flying[i] && strcmp(flying[i]->tenant, it->tenant) == 0;
			}
			assert_true(!it || (same < ENDPOINT && of_tenant < SLOTS - all));
			for (int i = 0; it && i < SLOTS; i++)
				if (!flying[i]) {
					flying[i] = it;
					it = NULL;
				}
			assert_null(it);
		} else {
			struct item **slot = &flying[dice / 3 % SLOTS];

			if (*slot) {
				end(q, *slot, (enum webhook_end)(dice / 100 % 3), now);
				*slot = NULL;
				out++;
			}
			if (dice % 101 == 0) {
				struct webhook_turn *t = webhook_queue_evict(q, false, now);

				if (t) {
					free(IV_CONTAINER(t, struct item, turn));
					out++;
				}
				webhook_queue_sweep(q, now);
			}
		}
		int flies = 0;
		for (int i = 0; i < SLOTS; i++)
			flies += flying[i] != NULL;
		assert_int_equal(webhook_queue_in_flight(q), flies);
		assert_int_equal((long)webhook_queue_waiting(q) + flies, in - out);
	}
	assert_true(out > 1000);
	drain(q, flying, SLOTS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tenants_take_turns_and_so_do_their_endpoints),
		cmocka_unit_test(an_endpoint_has_no_more_in_flight_than_its_limit),
		cmocka_unit_test(a_thousand_hung_receivers_leave_room_for_everybody_else),
		cmocka_unit_test(a_broken_endpoint_is_left_alone_and_then_tried_once),
		cmocka_unit_test(a_try_that_was_cancelled_decides_nothing),
		cmocka_unit_test(one_who_asks_for_time_gets_it),
		cmocka_unit_test(who_cannot_be_served_is_not_fetched),
		cmocka_unit_test(room_is_kept_for_those_who_come_later),
		cmocka_unit_test(one_that_answers_is_fetched_for_ahead),
		cmocka_unit_test(what_waits_behind_a_broken_endpoint_goes_back),
		cmocka_unit_test(failures_are_remembered_for_a_while_and_then_forgotten),
		cmocka_unit_test(it_stays_true_under_random_use),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
