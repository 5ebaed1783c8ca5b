/* pacer.c: exact slots, balanced phases, sleeping without members, stalls skipped, leaving inside ticks. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include <unistd.h>
#include "iv_loop.h"

static struct iv_loop *loop;

struct member {
	struct iv_pacer_member m;
	int64_t last_slot;
	int ticks, leave_after;
	struct member *drags; /* leaves together with it */
	int stall_at;         /* block the loop in this tick */
	int gaps;
};

static void on_tick(void *arg, int64_t slot_us)
{
	struct member *x = arg;

	assert_true(slot_us <= iv_now_us());
	assert_true(slot_us > x->m.joined_us);
	if (x->last_slot) {
		int64_t step = slot_us - x->last_slot;

		assert_true(step > 0);
		assert_int_equal(step % IV_TICK_US, 0);
		if (step != IV_TICK_US)
			x->gaps++;
	}
	x->last_slot = slot_us;
	x->ticks++;
	if (x->stall_at == x->ticks)
		usleep(110000);
	if (x->leave_after == x->ticks) {
		iv_pacer_leave(loop, &x->m);
		iv_pacer_leave(loop, &x->m);
		if (x->drags)
			iv_pacer_leave(loop, &x->drags->m);
	}
}

static void join(struct member *x)
{
	x->m.phase = -1;
	iv_pacer_join(loop, &x->m, on_tick, x);
}

static int64_t worst_late, lag_reports;

static void on_lag(void *arg, int64_t late_us)
{
	(void)arg;
	assert_true(late_us >= 0);
	lag_reports++;
	if (late_us > worst_late)
		worst_late = late_us;
}

static void members_are_spread_over_the_phases_and_ticked_without_drift(void **state)
{
	static struct member x[60];
	int phases[20] = {0};
	int64_t t0 = iv_now_us();

	(void)state;
	loop = iv_loop_new();
	worst_late = lag_reports = 0;
	iv_pacer_set_lag_hook(loop, on_lag, NULL);
	for (int i = 0; i < 60; i++) {
		x[i].leave_after = 10;
		join(&x[i]);
		phases[x[i].m.phase]++;
	}
	for (int i = 0; i < 20; i++)
		assert_int_equal(phases[i], 3);
	iv_loop_run(loop); /* ends: no members, so the tick sleeps */
	int64_t took = iv_now_us() - t0;
	assert_true(took >= 180000 && took < 400000);
	for (int i = 0; i < 60; i++)
		assert_int_equal(x[i].ticks, 10);
	assert_true(lag_reports >= 200);
	iv_loop_free(loop);
}

static void after_a_stall_missed_slots_are_skipped(void **state)
{
	static struct member x[2];

	(void)state;
	loop = iv_loop_new();
	x[0] = (struct member){.leave_after = 6, .stall_at = 3};
	x[1] = (struct member){.leave_after = 6};
	join(&x[0]);
	join(&x[1]);
	int64_t t0 = iv_now_us();
	iv_loop_run(loop);
	assert_int_equal(x[0].gaps, 1);
	assert_int_equal(x[1].gaps, 1);
	/* six ticks and five slots lost: nobody was called faster to catch up */
	assert_true(iv_now_us() - t0 >= 180000);
	iv_loop_free(loop);
}

static void a_member_may_take_another_of_its_phase_with_it(void **state)
{
	static struct member x[41];

	(void)state;
	loop = iv_loop_new();
	for (int i = 0; i < 41; i++)
		join(&x[i]);
	assert_int_equal(x[0].m.phase, x[20].m.phase);
	assert_int_equal(x[0].m.phase, x[40].m.phase);
	x[0].leave_after = 1;
	x[0].drags = &x[20]; /* next in the list being run */
	x[40].leave_after = 1;
	for (int i = 1; i < 40; i++)
		if (i != 20)
			x[i].leave_after = 2;
	iv_loop_run(loop);
	assert_int_equal(x[0].ticks, 1);
	assert_int_equal(x[20].ticks, 0);
	assert_int_equal(x[40].ticks, 1);
	iv_loop_free(loop);
}

static struct member late_joiner;

static void join_other(void *arg, int64_t slot_us)
{
	struct member *x = arg;

	(void)slot_us;
	if (++x->ticks == 1) {
		usleep(30000); /* every phase is due now, but not for one who joins now */
		late_joiner.leave_after = 2;
		join(&late_joiner);
	}
	if (x->ticks == 3)
		iv_pacer_leave(loop, &x->m);
}

static void who_joins_inside_a_tick_gets_no_slot_from_before(void **state)
{
	static struct member x;

	(void)state;
	loop = iv_loop_new();
	x.m.phase = -1;
	iv_pacer_join(loop, &x.m, join_other, &x);
	iv_loop_run(loop);
	assert_int_equal(late_joiner.ticks, 2); /* on_tick checks slot_us against joined_us */
	iv_loop_free(loop);
}

/* A long turn of reading: 60 ms of work that looks at the clock between two sockets. */
static void read_much(void *arg)
{
	int64_t end = iv_now_us() + 60000;

	(void)arg;
	while (iv_now_us() < end) {
		usleep(200);
		iv_pacer_catch_up(loop);
	}
	iv_loop_stop(loop);
}

static void who_keeps_the_loop_busy_can_keep_it_punctual(void **state)
{
	static struct member x[20];
	static struct iv_timer later;
	int ticks = 0;

	(void)state;
	loop = iv_loop_new();
	worst_late = lag_reports = 0;
	iv_pacer_set_lag_hook(loop, on_lag, NULL);
	for (size_t i = 0; i < IV_COUNT(x); i++)
		join(&x[i]);
	iv_timer_init(&later, loop, read_much, NULL);
	iv_timer_in_ms(&later, 5);
	iv_loop_run(loop);
	for (size_t i = 0; i < IV_COUNT(x); i++) {
		ticks += x[i].ticks;
		assert_int_equal(x[i].gaps, 0);
		iv_pacer_leave(loop, &x[i].m);
	}
	assert_true(ticks >= 50); /* 60 slots in the long turn alone; the machine may take some away */
	iv_loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_spread_over_the_phases_and_ticked_without_drift),
		cmocka_unit_test(after_a_stall_missed_slots_are_skipped),
		cmocka_unit_test(a_member_may_take_another_of_its_phase_with_it),
		cmocka_unit_test(who_joins_inside_a_tick_gets_no_slot_from_before),
		cmocka_unit_test(who_keeps_the_loop_busy_can_keep_it_punctual),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
