/* What a text says about whether its speaker is done. */
#include "call_driver.h"
#include "call_priv.h"

static void the_end_of_a_text_is_told_apart(void **state)
{
	static const struct { const char *text; enum text_end end; } cases[] = {
		{"I want to book a table.", TEXT_FINISHED}, {"What time is it?", TEXT_FINISHED},
		{"Stop!", TEXT_FINISHED},                   {"I do not want that.", TEXT_FINISHED},
		{"What is it like?", TEXT_FINISHED},        {"what is it like", TEXT_TRAILING},
		{"I want to book a table", TEXT_OPEN},
		{"I want to book a table and", TEXT_TRAILING}, {"I want to, um.", TEXT_TRAILING},
		{"On Friday,", TEXT_TRAILING},              {"my number is 5 5 1", TEXT_DIGITS},
		{"it is nine double seven.", TEXT_DIGITS},  {"", TEXT_OPEN},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(cases); i++)
		if (endpoint_text(iv_str(cases[i].text)) != cases[i].end)
			fail_msg("\"%s\" ends as %d", cases[i].text, endpoint_text(iv_str(cases[i].text)));
}

static void the_wait_follows_the_tunables(void **state)
{
	const struct iv_endpointing e = {.silence_ms = 220, .min_words = 2, .confidence = 0.65,
					 .unfinished_ms = 1200, .digits_ms = 800, .max_ms = 3000};
	struct iv_endpointing f = e;

	(void)state;
	assert_int_equal(endpoint_wait_ms(&e, IV_S("What time is it?"), 0.9, false), 220);
	assert_int_equal(endpoint_wait_ms(&e, IV_S("What time is it?"), 0, false), 220); /* unknown */
	assert_int_equal(endpoint_wait_ms(&e, IV_S("What time is it?"), 0.5, false), 1200);
	assert_int_equal(endpoint_wait_ms(&e, IV_S("what time is it"), 0.9, false), 440);
	assert_int_equal(endpoint_wait_ms(&e, IV_S("Friday."), 0.9, false), 440);
	assert_int_equal(endpoint_wait_ms(&e, IV_S("Friday."), 0.9, true), 220);
	assert_int_equal(endpoint_wait_ms(&e, IV_S("on Friday and"), 0.9, true), 1200);
	assert_int_equal(endpoint_wait_ms(&e, IV_S("five five one"), 0.9, true), 800);
	f.max_ms = 500;
	assert_int_equal(endpoint_wait_ms(&f, IV_S("on Friday and"), 0.9, false), 500);
	f = e;
	f.wait_function = IV_S("200 + 8000*x");
	assert_int_equal(endpoint_wait_ms(&f, IV_S("What time is it?"), 0.9, false), 600); /* x = 0.05 */
	assert_int_equal(endpoint_wait_ms(&f, IV_S("on Friday and"), 0.9, false), 3000);
	f.wait_function = IV_S("0 - 100");
	assert_int_equal(endpoint_wait_ms(&f, IV_S("What time is it?"), 0.9, false), 0);
}

static void words_are_counted_and_phrases_found_as_words(void **state)
{
	(void)state;
	assert_int_equal(count_words(IV_S("it's, well - 3 o'clock!")), 4);
	assert_int_equal(count_words(IV_S(" ... ")), 0);
	assert_true(contains_phrase(IV_S("Thank you. Good-bye!"), IV_S("good bye")));
	assert_false(contains_phrase(IV_S("I know it"), IV_S("no")));
	assert_false(contains_phrase(IV_S("anything"), IV_S("")));
}

static void backchannels_are_made_of_listed_pieces_only(void **state)
{
	struct iv_str items[] = {IV_S("uh-huh"), IV_S("yeah"), IV_S("okay"), IV_S("i see")};
	struct iv_strs list = {items, IV_COUNT(items)};

	(void)state;
	assert_true(is_backchannel(&list, IV_S("Uh huh."), false));
	assert_true(is_backchannel(&list, IV_S("Yeah, yeah, I see, okay."), false));
	assert_false(is_backchannel(&list, IV_S("Yeah but wait"), false));
	assert_false(is_backchannel(&list, IV_S("I seek"), false));
	assert_false(is_backchannel(&list, IV_S(""), false));
	assert_false(is_backchannel(&list, IV_S("uh"), false));
	assert_true(is_backchannel(&list, IV_S("uh"), true));
	assert_true(is_backchannel(&list, IV_S("Yeah, I"), true));
	assert_false(is_backchannel(&list, IV_S("I want"), true));
	assert_false(is_backchannel(&list, IV_S("o"), true));
}

static void the_same_words_are_found_whatever_their_dress(void **state)
{
	(void)state;
	assert_int_equal(same_words(IV_S("Book a table, please."), IV_S("book a table")),
			 14); /* up to "please" */
	assert_int_equal(same_words(IV_S("It's Friday"), IV_S("its friday")), 11);
	assert_int_equal(same_words(IV_S("book a tables"), IV_S("book a table")), 0);
	assert_int_equal(same_words(IV_S("book"), IV_S("book a table")), 0);
	assert_int_equal(same_words(IV_S("look a table"), IV_S("book a table")), 0);
}

static void the_wait_function_is_arithmetic(void **state)
{
	static const struct { const char *expr; double x, ms; } good[] = {
		{"200 + 8000*x", 0.5, 4200}, {"2000/(1+exp(-10*(x-0.5)))", 0.5, 1000},
		{"100*(1+x)^2", 1, 400},     {" 300 ", 0, 300},
		{"-x+1", 0.25, 0.75},
	};
	static const char *const bad[] = {
		"", "200 +", "x x", "y", "exp(x", "1/0", "((((((((((((((((((((1", "1..2", "sin(x)"};
	double ms;

	(void)state;
	for (size_t i = 0; i < IV_COUNT(good); i++) {
		assert_true(iv_wait_function(iv_str(good[i].expr), good[i].x, &ms, NULL));
		assert_true(ms > good[i].ms - 1e-6 && ms < good[i].ms + 1e-6);
	}
	for (size_t i = 0; i < IV_COUNT(bad); i++) {
		struct iv_err e = {0};

		assert_false(iv_wait_function(iv_str(bad[i]), 0.5, &ms, &e));
		assert_string_equal(e.field, "endpointing.waitFunction");
		assert_true(strstr(e.msg, "must be") != NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_end_of_a_text_is_told_apart),
		cmocka_unit_test(the_wait_follows_the_tunables),
		cmocka_unit_test(words_are_counted_and_phrases_found_as_words),
		cmocka_unit_test(backchannels_are_made_of_listed_pieces_only),
		cmocka_unit_test(the_same_words_are_found_whatever_their_dress),
		cmocka_unit_test(the_wait_function_is_arithmetic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
