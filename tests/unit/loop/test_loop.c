/* loop.c, defer.c and work.c: order of deferred work, the turn hook, threads, teardown. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include "iv_loop.h"

static struct iv_loop *loop;
static char trace[64];
static size_t traced;

/* Arguments are void *, literals are const. */
static char *letter(const char *name)
{
	static char letters[128][2];
	char *l = letters[*name & 127];

	l[0] = *name;
	return l;
}

static void note(void *arg)
{
	trace[traced++] = *(const char *)arg;
	trace[traced] = '\0';
}

static void note_and_defer(void *arg)
{
	note(arg);
	iv_defer(loop, note, letter("d"));
}

static int turns;

static void on_turn(void *arg)
{
	turns++;
	note(arg);
}

static void deferred_work_runs_in_order_and_its_own_work_a_turn_later(void **state)
{
	(void)state;
	traced = 0;
	turns = 0;
	loop = iv_loop_new();
	iv_loop_set_turn_hook(loop, on_turn, letter("|"));
	iv_defer(loop, note, letter("a"));
	iv_defer(loop, note_and_defer, letter("b"));
	iv_defer(loop, note, letter("c"));
	iv_loop_run(loop); /* ends by itself: nothing is left */
	assert_string_equal(trace, "abc|d|");
	assert_int_equal(turns, 2);
	iv_loop_free(loop);
}

static void freeing_the_loop_runs_what_is_deferred(void **state)
{
	(void)state;
	traced = 0;
	loop = iv_loop_new();
	iv_defer(loop, note_and_defer, letter("a"));
	iv_free_later(loop, malloc(10));
	iv_free_later(loop, NULL);
	iv_loop_free(loop);
	assert_string_equal(trace, "ad");
}

static void many_deferred_calls_are_all_run(void **state)
{
	static char x[] = "x";

	(void)state;
	loop = iv_loop_new();
	for (int i = 0; i < 10000; i++)
		iv_free_later(loop, malloc(1));
	traced = 0;
	iv_defer(loop, note, x);
	iv_loop_run(loop);
	assert_string_equal(trace, "x");
	iv_loop_free(loop);
}

struct job {
	pthread_t here, there;
	int done;
};

static void work_there(void *arg)
{
	((struct job *)arg)->there = pthread_self();
}

static void done_here(void *arg)
{
	struct job *j = arg;

	j->done++;
	assert_true(pthread_equal(j->here, pthread_self()));
	assert_false(pthread_equal(j->here, j->there));
}

static void work_runs_in_a_thread_and_is_done_here(void **state)
{
	struct job j = {.here = pthread_self()};

	(void)state;
	loop = iv_loop_new();
	iv_loop_work(loop, work_there, done_here, &j);
	iv_loop_run(loop);
	assert_int_equal(j.done, 1);
	iv_loop_work(loop, work_there, done_here, &j);
	iv_loop_free(loop); /* waits for it */
	assert_int_equal(j.done, 2);
}

static void stop_it(void *arg)
{
	iv_loop_stop(arg);
}

static void stop_ends_a_run_that_has_more_to_wait_for(void **state)
{
	struct iv_timer stop, later;
	int64_t t0 = iv_now_us();

	(void)state;
	loop = iv_loop_new();
	iv_timer_init(&stop, loop, stop_it, loop);
	iv_timer_init(&later, loop, stop_it, loop);
	iv_timer_in_ms(&stop, 5);
	iv_timer_in_ms(&later, 60000);
	iv_loop_run(loop);
	assert_true(iv_now_us() - t0 < 5000000);
	iv_timer_stop(&later);
	iv_loop_free(loop);
}

static void a_handle_left_open_is_named(void **state)
{
	int pipefd[2], status;
	char said[200] = {0};

	(void)state;
	if (!IV_DEBUG)
		skip();
	assert_int_equal(pipe(pipefd), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		static uv_timer_t forgotten;

		signal(SIGABRT, SIG_DFL);
		dup2(pipefd[1], 2);
		loop = iv_loop_new();
		uv_timer_init(iv_loop_uv(loop), &forgotten);
		iv_loop_free(loop);
		_exit(0);
	}
	close(pipefd[1]);
	ssize_t n = read(pipefd[0], said, sizeof(said) - 1);
	assert_true(n > 0);
	assert_non_null(strstr(said, "timer handle"));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(!WIFEXITED(status) || WEXITSTATUS(status) != 0);
	close(pipefd[0]);
}

static void the_clocks_tell_time(void **state)
{
	int64_t a = iv_now_us();

	(void)state;
	usleep(2000);
	assert_true(iv_now_us() - a >= 2000);
	assert_true(iv_wall_ms() > 1600000000000); /* after 2020 */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deferred_work_runs_in_order_and_its_own_work_a_turn_later),
		cmocka_unit_test(freeing_the_loop_runs_what_is_deferred),
		cmocka_unit_test(many_deferred_calls_are_all_run),
		cmocka_unit_test(work_runs_in_a_thread_and_is_done_here),
		cmocka_unit_test(stop_ends_a_run_that_has_more_to_wait_for),
		cmocka_unit_test(a_handle_left_open_is_named),
		cmocka_unit_test(the_clocks_tell_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
