/* The grammar's source and how its sentences are written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "expected.h"
#include "grammar.h"

static void count_word(void *arg, struct iv_str word)
{
	(void)word;
	++*(int *)arg;
}

static void find_word(void *arg, struct iv_str word)
{
	struct iv_str *wanted = arg;

	if (iv_str_eq(*wanted, word))
		*wanted = IV_STR_NULL;
}

static void the_vocabulary_is_small_and_without_rule_names(void **state)
{
	struct iv_str table = IV_S("table"), contraction = IV_S("o'clock"), rule = IV_S("weekday");
	int words = 0;

	(void)state;
	grammar_words(count_word, &words);
	assert_in_range(words, 80, 140);
	grammar_words(find_word, &table);
	grammar_words(find_word, &contraction);
	grammar_words(find_word, &rule);
	assert_null(table.ptr);
	assert_null(contraction.ptr);
	assert_non_null(rule.ptr);
}

static void each_kind_has_one_public_rule(void **state)
{
	char jsgf[GRAMMAR_JSGF_SIZE], wanted[64];

	(void)state;
	for (int kind = 0; kind < GRAMMAR_KINDS; kind++) {
		const char *public;

		assert_true(grammar_jsgf((enum grammar_kind)kind, jsgf, sizeof(jsgf)) <
			    sizeof(jsgf));
		snprintf(wanted, sizeof(wanted), "public <turn> = <%s>;",
			 grammar_name((enum grammar_kind)kind));
		public = strstr(jsgf, wanted);
		assert_non_null(public);
		assert_null(strstr(public + 1, "public"));
	}
}

static void sentences_are_written_as_a_person_would(void **state)
{
	static const struct {
		const char *plain, *written;
		bool whole;
	} rows[] = {
		{"what's the time", "What's the time?", true},
		{"i would like to book a table", "I would like to book a table.", true},
		{"i would like to", "I would like to", true},
		{"can i book a table on monday", "Can I book a table on Monday?", true},
		{"book a table for", "Book a table for", true},
		{"stop", "Stop.", true},
		{"what time", "What time", false},
		{"", "", true},
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		grammar_punctuate(iv_str(rows[i].plain), rows[i].whole, out, sizeof(out));
		assert_string_equal(out, rows[i].written);
	}
	grammar_punctuate(IV_S("what time is it"), true, out, 10); /* no room: whole words only */
	assert_true(strlen(out) < 10);
}

static void a_call_is_expected_to_answer_what_it_was_asked(void **state)
{
	struct expected *x = expected_new();
	char id[24];

	(void)state;
	assert_int_equal(expected_get(x, IV_S("call_1")), GRAMMAR_ANY);
	expected_set(x, IV_S("call_1"), GRAMMAR_BOOKING);
	expected_set(x, IV_STR_NULL, GRAMMAR_BOOKING);
	assert_int_equal(expected_get(x, IV_S("call_1")), GRAMMAR_BOOKING);
	assert_int_equal(expected_get(x, IV_STR_NULL), GRAMMAR_ANY);
	for (int i = 0; i < 300; i++) {
		snprintf(id, sizeof(id), "other_%d", i);
		expected_set(x, iv_str(id), GRAMMAR_BOOKING);
	}
	assert_int_equal(expected_get(x, IV_S("call_1")), GRAMMAR_ANY); /* long ago */
	assert_int_equal(expected_get(x, IV_S("other_299")), GRAMMAR_BOOKING);
	expected_free(x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vocabulary_is_small_and_without_rule_names),
		cmocka_unit_test(each_kind_has_one_public_rule),
		cmocka_unit_test(sentences_are_written_as_a_person_would),
		cmocka_unit_test(a_call_is_expected_to_answer_what_it_was_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
