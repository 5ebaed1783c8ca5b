/* timer.c: order, moving, stopping and re-arming from inside callbacks; no drift. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdlib.h>
#include "iv_loop.h"

#define MANY 500

static struct iv_loop *loop;

struct shot {
	struct iv_timer timer;
	int64_t due_us, fired_us;
	int fires;
};

static int64_t last_due;
static int fired;

static void on_shot(void *arg)
{
	struct shot *s = arg;

	s->fired_us = iv_now_us();
	s->fires++;
	fired++;
	assert_true(s->fired_us >= s->due_us);
	assert_true(s->due_us >= last_due);
	last_due = s->due_us;
}

static void timers_fire_in_order_of_their_deadlines_and_never_early(void **state)
{
	static struct shot shots[MANY];
	int64_t t0 = iv_now_us();
	unsigned seed = 7;

	(void)state;
	loop = iv_loop_new();
	last_due = fired = 0;
	for (int i = 0; i < MANY; i++) {
		seed = seed * 1103515245u + 12345u;
		shots[i].due_us = t0 + 1000 + (int64_t)(seed >> 16) % 40000;
		iv_timer_init(&shots[i].timer, loop, on_shot, &shots[i]);
		iv_timer_at(&shots[i].timer, shots[i].due_us);
	}
	int stopped = 0;
	for (int i = 0; i < MANY; i += 7) { /* stop some, move some */
		iv_timer_stop(&shots[i].timer);
		iv_timer_stop(&shots[i].timer);
		assert_false(iv_timer_armed(&shots[i].timer));
		stopped++;
	}
	for (int i = 1; i < MANY; i += 7) {
		shots[i].due_us = t0 + (i % 2 ? 500 : 45000);
		iv_timer_at(&shots[i].timer, shots[i].due_us);
	}
	iv_loop_run(loop);
	assert_int_equal(fired, MANY - stopped);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(shots[i].fires, i % 7 ? 1 : 0);
	iv_loop_free(loop);
}

struct self_armed {
	struct iv_timer timer;
	struct iv_timer *victim;
	int64_t due_us;
	int left;
};

static void rearm(void *arg)
{
	struct self_armed *s = arg;

	if (s->victim)
		iv_timer_stop(s->victim);
	if (--s->left > 0) {
		s->due_us += 5000;
		iv_timer_at(&s->timer, s->due_us);
	}
}

static void absolute_deadlines_do_not_drift(void **state)
{
	struct self_armed s = {.left = 40};
	int64_t t0 = iv_now_us();

	(void)state;
	loop = iv_loop_new();
	iv_timer_init(&s.timer, loop, rearm, &s);
	s.due_us = t0 + 5000;
	iv_timer_at(&s.timer, s.due_us);
	iv_loop_run(loop);
	int64_t took = iv_now_us() - t0;
	assert_true(took >= 200000 && took < 215000);
	iv_loop_free(loop);
}

static void a_timer_may_stop_another_that_is_due_at_the_same_moment(void **state)
{
	struct shot victim = {0};
	struct self_armed killer = {.victim = &victim.timer, .left = 1};
	int64_t due = iv_now_us() + 2000;

	(void)state;
	loop = iv_loop_new();
	iv_timer_init(&killer.timer, loop, rearm, &killer);
	iv_timer_init(&victim.timer, loop, on_shot, &victim);
	iv_timer_at(&killer.timer, due);
	iv_timer_at(&victim.timer, due + 1);
	iv_loop_run(loop);
	assert_int_equal(victim.fires, 0);
	iv_loop_free(loop);
}

static int past_runs;

static void arm_in_the_past(void *arg)
{
	struct iv_timer *t = arg;

	if (++past_runs < 1000)
		iv_timer_at(t, 0);
}

static bool other_ran;

static void on_other(void *arg)
{
	(void)arg;
	other_ran = true;
	assert_true(past_runs < 1000);
}

static void a_timer_armed_in_the_past_over_and_over_lets_the_loop_breathe(void **state)
{
	struct iv_timer t;

	(void)state;
	loop = iv_loop_new();
	iv_timer_init(&t, loop, arm_in_the_past, &t);
	iv_timer_at(&t, 0);
	iv_defer(loop, on_other, NULL);
	iv_loop_run(loop);
	assert_int_equal(past_runs, 1000);
	assert_true(other_ran);
	iv_loop_free(loop);
}

static void freed_inside_its_own_callback(void *arg)
{
	free(arg);
	fired = 1;
}

static void a_timer_may_be_freed_inside_its_callback(void **state)
{
	struct iv_timer *t = malloc(sizeof(*t));

	(void)state;
	fired = 0;
	loop = iv_loop_new();
	iv_timer_init(t, loop, freed_inside_its_own_callback, t);
	iv_timer_in_ms(t, 1);
	iv_loop_run(loop);
	assert_int_equal(fired, 1);
	iv_loop_free(loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_fire_in_order_of_their_deadlines_and_never_early),
		cmocka_unit_test(absolute_deadlines_do_not_drift),
		cmocka_unit_test(a_timer_may_stop_another_that_is_due_at_the_same_moment),
		cmocka_unit_test(a_timer_armed_in_the_past_over_and_over_lets_the_loop_breathe),
		cmocka_unit_test(a_timer_may_be_freed_inside_its_callback),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
