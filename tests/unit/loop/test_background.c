/* Long work on a thread of its own: order, cancelling before and during, closing with work left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "iv_background.h"

enum { JOBS = 5 };

static struct iv_loop *loop;
static struct iv_background *background;
static int order[JOBS], done_count, began[JOBS];
static bool ran[JOBS], closed;
static int priority;
static pid_t thread;
static atomic_bool entered;

struct job {
	struct iv_job job;
	int number;
	bool until_stopped;
};
static struct job jobs[JOBS];

static void work(struct iv_job *job, void *arg)
{
	struct job *j = arg;

	began[j->number]++;
	thread = (pid_t)syscall(SYS_gettid);
	priority = getpriority(PRIO_PROCESS, (id_t)thread);
	atomic_store(&entered, true);
	while (j->until_stopped && !iv_job_stopping(job))
		(void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

static void on_closed(void *arg)
{
	(void)arg;
	closed = true;
}

static void done(void *arg, bool did)
{
	struct job *j = arg;

	assert_int_equal(syscall(SYS_gettid), getpid()); /* on the loop's thread */
	ran[j->number] = did;
	order[done_count++] = j->number;
	if (done_count == JOBS)
		iv_background_close(background, on_closed, NULL);
}

static int setup(void **state)
{
	(void)state;
	loop = iv_loop_new();
	background = iv_background_new(loop);
	memset(began, 0, sizeof(began));
	memset(jobs, 0, sizeof(jobs));
	done_count = 0;
	closed = false;
	atomic_store(&entered, false);
	for (int i = 0; i < JOBS; i++)
		jobs[i] = (struct job){.job = {.work = work, .done = done, .arg = &jobs[i]}, .number = i};
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	iv_loop_free(loop);
	return 0;
}

static void jobs_run_in_order_on_a_thread_that_gives_way(void **state)
{
	int own = getpriority(PRIO_PROCESS, 0);

	(void)state;
	for (int i = 0; i < JOBS; i++)
		iv_background_add(background, &jobs[i].job);
	assert_int_equal(iv_background_waiting(background), JOBS);
	iv_loop_run(loop);
	assert_true(closed);
	for (int i = 0; i < JOBS; i++) {
		assert_int_equal(order[i], i);
		assert_true(ran[i]);
		assert_int_equal(began[i], 1);
	}
	assert_int_not_equal(thread, getpid());
	assert_int_equal(priority, own < 9 ? own + 10 : 19);
	assert_int_equal(getpriority(PRIO_PROCESS, 0), own); /* the loop kept its own */
}

static void a_cancelled_job_stops_and_one_that_waited_does_not_begin(void **state)
{
	(void)state;
	jobs[0].until_stopped = true;
	for (int i = 0; i < JOBS; i++)
		iv_background_add(background, &jobs[i].job);
	while (!atomic_load(&entered))
		(void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	iv_job_cancel(&jobs[2].job);
	iv_job_cancel(&jobs[0].job);
	iv_loop_run(loop);
	assert_true(ran[0]); /* it began: what it left is its own business */
	assert_false(ran[2]);
	assert_int_equal(began[2], 0);
	assert_true(ran[1] && ran[3] && ran[4]);
}

static void closing_stops_the_job_under_way_and_ends_the_rest_unrun(void **state)
{
	(void)state;
	jobs[0].until_stopped = true;
	for (int i = 0; i < JOBS - 1; i++) /* one short: done() must not close a second time */
		iv_background_add(background, &jobs[i].job);
	while (!atomic_load(&entered))
		(void)nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	iv_background_close(background, on_closed, NULL);
	iv_loop_run(loop);
	assert_true(closed);
	assert_int_equal(done_count, JOBS - 1);
	assert_true(ran[0]);
	for (int i = 1; i < JOBS - 1; i++)
		assert_false(ran[i] || began[i]);
}

static void closing_with_nothing_to_do_is_at_once(void **state)
{
	(void)state;
	iv_background_close(background, on_closed, NULL);
	iv_loop_run(loop);
	assert_true(closed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(jobs_run_in_order_on_a_thread_that_gives_way, setup, teardown),
		cmocka_unit_test_setup_teardown(a_cancelled_job_stops_and_one_that_waited_does_not_begin, setup, teardown),
		cmocka_unit_test_setup_teardown(closing_stops_the_job_under_way_and_ends_the_rest_unrun, setup, teardown),
		cmocka_unit_test_setup_teardown(closing_with_nothing_to_do_is_at_once, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
