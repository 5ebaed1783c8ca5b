/* Fault rules: what is read, what is refused, which request they hit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "faults.h"

static void rules_are_read(void **state)
{
	struct faults *f = faults_new();
	struct fault hit;

	(void)state;
	assert_true(faults_add(f, IV_S("chat=status=503,delay=20"), NULL));
	assert_true(faults_add(f, IV_S(" speak:2=cut_after=100 "), NULL));
	assert_true(faults_add(f, IV_S("listen=stall_after=0, garbage"), NULL));
	hit = faults_take(f, LAB_CHAT);
	assert_int_equal(hit.status, 503);
	assert_int_equal(hit.delay_ms, 20);
	assert_int_equal(hit.cut_after, -1);
	hit = faults_take(f, LAB_LISTEN);
	assert_int_equal(hit.stall_after, 0);
	assert_true(hit.garbage);
	hit = faults_take(f, LAB_TOOLS);
	assert_false(fault_replaces(&hit));
	faults_free(f);
}

static void nth_counts_from_when_the_rule_was_set(void **state)
{
	struct faults *f = faults_new();

	(void)state;
	assert_false(faults_take(f, LAB_SPEAK).empty);
	assert_true(faults_add(f, IV_S("speak:2=empty"), NULL));
	assert_false(faults_take(f, LAB_SPEAK).empty);
	assert_false(faults_take(f, LAB_CHAT).empty); /* another service does not count */
	assert_true(faults_take(f, LAB_SPEAK).empty);
	assert_false(faults_take(f, LAB_SPEAK).empty);
	faults_free(f);
}

static void bad_rules_are_refused_with_what_is_allowed(void **state)
{
	static const struct {
		const char *rule, *says;
	} rows[] = {
		{"", "must be service[:nth]=fault"},
		{"chat", "must be service[:nth]=fault"},
		{"=stall", "must be service[:nth]=fault"},
		{"sing=stall",
		 "service must be listen, speak, elevenlabs, chat or tools, got \"sing\""},
		{"chat:0=stall", "nth must be a number from 1"},
		{"chat:x=stall", "nth must be a number from 1"},
		{"chat=", "must name a fault"},
		{"chat=explode", "got \"explode\""},
		{"chat=stall=1", "got \"stall=1\""},
		{"chat=status", "status must be a number from 400 to 599"},
		{"chat=status=200", "status must be a number from 400 to 599, got \"200\""},
		{"chat=delay=-5", "delay must be a number from 0"},
		{"chat=delay=9,,", "fault must be"},
	};
	struct faults *f = faults_new();

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct iv_err e = {0};

		assert_false(faults_add(f, iv_str(rows[i].rule), &e));
		assert_string_equal(e.field, "rule");
		if (!strstr(e.msg, rows[i].says))
			fail_msg("\"%s\": %s", rows[i].rule, e.msg);
		assert_int_equal(faults_count(f), 0);
	}
	faults_free(f);
}

static void there_is_a_limit_to_rules(void **state)
{
	struct faults *f = faults_new();
	struct iv_err e = {0};

	(void)state;
	for (int i = 0; i < FAULT_RULES_MAX; i++)
		assert_true(faults_add(f, IV_S("tools=stall"), NULL));
	assert_false(faults_add(f, IV_S("tools=stall"), &e));
	assert_int_equal(e.code, IV_ETOOBIG);
	faults_clear(f);
	assert_true(faults_add(f, IV_S("tools=stall"), NULL));
	faults_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_read),
		cmocka_unit_test(nth_counts_from_when_the_rule_was_set),
		cmocka_unit_test(bad_rules_are_refused_with_what_is_allowed),
		cmocka_unit_test(there_is_a_limit_to_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
