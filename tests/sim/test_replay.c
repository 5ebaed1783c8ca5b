/* A journal read back and stepped through a fresh machine does byte by byte what the live one did. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "world.h"

enum { CALLS = 200, JOURNAL_BYTES = 8 << 20, PRINT_BYTES = 16 << 20 };

struct replay {
	struct iv_buf *printed;
	int64_t now_us;
};

static void print_action(void *arg, const struct iv_action *a)
{
	struct replay *r = arg;

	assert_true(iv_action_print(r->printed, r->now_us, a));
}

static void live(uint64_t seed, struct iv_buf *journal, struct iv_buf *printed)
{
	struct iv_record_header h = {.call_id = IV_S("c"), .version = IV_S("test"), .started_ms = 1};
	struct world w = {.journal = journal, .printed = printed};

	h.agent = *world_agent(seed);
	world_random_opts(seed, &h.opts);
	assert_true(iv_record_write_header(journal, &h));
	world_run(&w, seed, &h.agent, &h.opts);
	world_deinit(&w);
}

/* Events stepped; -1 when the journal cannot be read. */
static long replay(struct iv_str in, struct iv_buf *printed)
{
	struct replay r = {.printed = printed};
	struct iv_record_header h;
	struct iv_arena arena;
	struct iv_call *call;
	struct iv_event ev;
	int64_t last_us = 0;
	ptrdiff_t n;
	long steps = 0;

	iv_arena_init(&arena, 1u << 20);
	n = iv_record_read_header(in, &h, &arena, NULL);
	if (n < 0)
		return -1;
	call = iv_call_new(&h.agent, &h.opts, print_action, &r);
	for (in.ptr += n, in.len -= (size_t)n; (n = iv_record_read(in, &ev, &last_us)) > 0; steps++) {
		r.now_us = ev.now_us;
		iv_call_step(call, &ev);
		in.ptr += n;
		in.len -= (size_t)n;
	}
	iv_call_free(call);
	iv_arena_deinit(&arena);
	return n == 0 && in.len == 0 ? steps : -1;
}

static void replay_equals_live(void **state)
{
	struct iv_buf journal, first, second;
	long n, steps = 0;

	(void)state;
	iv_buf_init(&journal, JOURNAL_BYTES);
	iv_buf_init(&first, PRINT_BYTES);
	iv_buf_init(&second, PRINT_BYTES);
	for (uint64_t seed = 1; seed <= CALLS; seed++) {
		iv_buf_clear(&journal);
		iv_buf_clear(&first);
		iv_buf_clear(&second);
		live(seed, &journal, &first);
		n = replay(iv_buf_str(&journal), &second);
		assert_true(n > 0);
		steps += n;
		if (!iv_str_eq(iv_buf_str(&first), iv_buf_str(&second)))
			fail_msg("seed %llu: the replay differs", (unsigned long long)seed);
	}
	assert_true(steps > CALLS * 1000); /* they were calls, not hang-ups */
	iv_buf_deinit(&journal);
	iv_buf_deinit(&first);
	iv_buf_deinit(&second);
}

static void a_crashed_journal_replays_up_to_its_torn_tail(void **state)
{
	struct iv_buf journal, first, second;
	struct iv_str torn;

	(void)state;
	iv_buf_init(&journal, JOURNAL_BYTES);
	iv_buf_init(&first, PRINT_BYTES);
	iv_buf_init(&second, PRINT_BYTES);
	live(3, &journal, &first);
	torn = iv_buf_str(&journal);
	torn.len = torn.len * 2 / 3;
	(void)replay(torn, &second); /* what is whole is replayed, and is the head of the live call */
	assert_true(second.len > 1000);
	assert_true(iv_str_starts(iv_buf_str(&first), iv_buf_str(&second)));
	iv_buf_deinit(&journal);
	iv_buf_deinit(&first);
	iv_buf_deinit(&second);
}

static int agents(void **state)
{
	(void)state;
	world_agents_init();
	return 0;
}

static int no_agents(void **state)
{
	(void)state;
	world_agents_deinit();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(replay_equals_live),
		cmocka_unit_test(a_crashed_journal_replays_up_to_its_torn_tail),
	};

	return cmocka_run_group_tests(tests, agents, no_agents);
}
