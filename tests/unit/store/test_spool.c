/* spool.c: what is added is on the disk, whole and in order, soon for a file that is new, and whatever the disk does. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "iv_metrics.h"
#include "iv_spool.h"

enum { LIMIT = 65536, MANY = 300, NEVER_MS = 3600000 };

static struct iv_loop *loop;
static struct iv_spools *spools;
static char dir[] = "/tmp/spool-test-XXXXXX", path[256];
static bool over, told, whole;
static struct iv_timer watch;

static int begin(void **state)
{
	(void)state;
	over = told = whole = false;
	loop = iv_loop_new();
	memcpy(dir + sizeof(dir) - 7, "XXXXXX", 6);
	return mkdtemp(dir) ? 0 : -1;
}

static void on_over(void *arg)
{
	(void)arg;
	over = true;
}

static int end(void **state)
{
	char command[300];

	(void)state;
	iv_spools_close(spools, on_over, NULL);
	if (!over)
		iv_loop_run(loop);
	assert_true(over);
	iv_loop_free(loop);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

static const char *named(const char *name)
{
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static struct iv_str content(const char *name)
{
	static struct iv_buf b;
	struct iv_err e = {0};

	iv_buf_deinit(&b);
	iv_buf_init(&b, 1 << 20);
	return iv_file_read(named(name), 1 << 20, &b, &e) ? iv_buf_str(&b) : IV_STR_NULL;
}

static void on_closed(void *arg, bool is_whole)
{
	(void)arg;
	told = true;
	whole = is_whole;
	iv_loop_stop(loop);
}

static void what_is_added_is_there_in_order_under_its_last_header(void **state)
{
	struct iv_spool *s;

	(void)state;
	spools = iv_spools_new(loop, 20);
	s = iv_spool_open(spools, named("a/b/c.wav"), LIMIT);
	assert_true(iv_spool_add(s, IV_S("HEAD")));
	for (char c = 'a'; c <= 'z'; c++)
		assert_true(iv_spool_add(s, (struct iv_str){&c, 1}));
	iv_spool_set_header(s, IV_S("head"));
	iv_spool_close_then(s, on_closed, NULL);
	iv_loop_run(loop);
	assert_true(told && whole);
	assert_true(iv_str_eq(content("a/b/c.wav"), IV_S("headabcdefghijklmnopqrstuvwxyz")));
}

static int tries;

static void look(void *arg)
{
	if (content(arg).len || ++tries == 2000) {
		iv_loop_stop(loop);
		return;
	}
	iv_timer_in_ms(&watch, 5);
}

/* A call that began must be found by its file however many others write, and long before its turn in the rounds. */
static void a_new_file_is_on_the_disk_before_all_others_have_had_their_turn(void **state)
{
	static char newest[] = "newest";
	enum { FEW = 20 }; /* of which a round visits one or two */
	struct iv_spool *all[FEW], *fresh[5];
	char name[32];

	(void)state;
	spools = iv_spools_new(loop, NEVER_MS); /* a round is three minutes */
	for (int i = 0; i < FEW; i++) {
		(void)snprintf(name, sizeof(name), "old-%d", i);
		all[i] = iv_spool_open(spools, named(name), LIMIT);
		assert_true(iv_spool_add(all[i], IV_S("old")));
	}
	for (int i = 0; i < 5; i++) {
		(void)snprintf(name, sizeof(name), i ? "fresh-%d" : "newest", i);
		fresh[i] = iv_spool_open(spools, named(name), LIMIT); /* "newest" is behind the others in front */
		assert_true(iv_spool_add(fresh[i], IV_S("it began")));
	}
	tries = 0;
	iv_timer_init(&watch, loop, look, newest);
	iv_timer_in_ms(&watch, 5);
	iv_loop_run(loop);
	assert_true(tries < 2000);
	assert_true(iv_str_eq(content("newest"), IV_S("it began")));
	/* And another that comes while a batch is under way, or behind it. */
	tries = 0;
	(void)iv_spool_open(spools, named("one more"), LIMIT); /* with nothing to say: it holds nobody up */
	fresh[0] = iv_spool_open(spools, named("another"), LIMIT);
	assert_true(iv_spool_add(fresh[0], IV_S("so did this")));
	watch.arg = (char[]){"another"};
	iv_timer_in_ms(&watch, 5);
	iv_loop_run(loop);
	assert_true(tries < 2000);
}

static void a_file_that_ends_while_others_begin_is_told_once_it_is_whole(void **state)
{
	struct iv_spool *s, *next;

	(void)state;
	spools = iv_spools_new(loop, NEVER_MS);
	s = iv_spool_open(spools, named("ends"), LIMIT);
	assert_true(iv_spool_add(s, IV_S("all of it")));
	iv_spool_close_then(s, on_closed, NULL); /* before it was ever written */
	next = iv_spool_open(spools, named("begins"), LIMIT);
	assert_true(iv_spool_add(next, IV_S("x")));
	iv_loop_run(loop);
	assert_true(told && whole);
	assert_true(iv_str_eq(content("ends"), IV_S("all of it")));
}

static void a_disk_that_takes_nothing_is_counted_and_told(void **state)
{
	double before = iv_metric_get(IV_M_journal_errors_total, 0);
	struct iv_spool *s;

	(void)state;
	spools = iv_spools_new(loop, 20);
	assert_int_equal(mkdir(named("file"), 0700), 0);
	s = iv_spool_open(spools, named("file"), LIMIT); /* a directory is no file */
	assert_true(iv_spool_add(s, IV_S("lost")));
	iv_spool_close_then(s, on_closed, NULL);
	iv_loop_run(loop);
	assert_true(told && !whole);
	assert_true(iv_metric_get(IV_M_journal_errors_total, 0) > before);
}

static void beyond_its_limit_nothing_waits_and_what_waited_is_written(void **state)
{
	struct iv_spool *s;

	(void)state;
	spools = iv_spools_new(loop, 20);
	s = iv_spool_open(spools, named("full"), 8);
	assert_true(iv_spool_add(s, IV_S("12345678")));
	assert_false(iv_spool_add(s, IV_S("9")));
	iv_spool_close_then(s, on_closed, NULL);
	iv_loop_run(loop);
	assert_true(whole);
	assert_true(iv_str_eq(content("full"), IV_S("12345678")));
}

static void the_end_writes_everything_out(void **state)
{
	char name[32];

	spools = iv_spools_new(loop, NEVER_MS);
	for (int i = 0; i < MANY; i++) {
		struct iv_spool *s;

		(void)snprintf(name, sizeof(name), "last-%d", i);
		s = iv_spool_open(spools, named(name), LIMIT);
		assert_true(iv_spool_add(s, iv_str(name)));
		if (i % 2)
			iv_spool_close(s);
	}
	iv_spools_close(spools, on_over, NULL);
	iv_loop_run(loop);
	assert_true(over);
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(name, sizeof(name), "last-%d", i);
		assert_true(iv_str_eq(content(name), iv_str(name)));
	}
	(void)state;
}

static int end_again(void **state)
{
	char command[300];

	(void)state;
	iv_loop_free(loop);
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_added_is_there_in_order_under_its_last_header, begin, end),
		cmocka_unit_test_setup_teardown(a_new_file_is_on_the_disk_before_all_others_have_had_their_turn, begin, end),
		cmocka_unit_test_setup_teardown(a_file_that_ends_while_others_begin_is_told_once_it_is_whole, begin, end),
		cmocka_unit_test_setup_teardown(a_disk_that_takes_nothing_is_counted_and_told, begin, end),
		cmocka_unit_test_setup_teardown(beyond_its_limit_nothing_waits_and_what_waited_is_written, begin, end),
		cmocka_unit_test_setup_teardown(the_end_writes_everything_out, begin, end_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
