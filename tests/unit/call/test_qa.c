/* Flags by rules: each at its threshold, and none below it. */
#include "call_driver.h"
#include "iv_qa.h"

enum { MOST = 64 };

static struct iv_recap_message said[MOST];
static struct iv_recap_loud louds[MOST];
static struct iv_recap recap;
static struct iv_qa_flag flags[IV_QA_FLAGS_MAX];
static size_t count;

static int quiet(void **state)
{
	(void)state;
	recap = (struct iv_recap){.messages = {said, 0}, .louds = {louds, 0}};
	return 0;
}

static void say(int role, const char *text, int64_t from_ms, int64_t to_ms, bool interrupted)
{
	said[recap.messages.count++] = (struct iv_recap_message){
		.role = role, .text = iv_str(text), .start_ms = from_ms, .end_ms = to_ms, .interrupted = interrupted};
}

static void shout(int64_t from_ms, int64_t to_ms)
{
	louds[recap.louds.count++] = (struct iv_recap_loud){from_ms, to_ms, 12};
}

static void look(const char *words)
{
	count = iv_qa_flags(&recap, iv_str(words), flags);
}

static const struct iv_qa_flag *flag(enum iv_qa_kind kind)
{
	for (size_t i = 0; i < count; i++)
		if (flags[i].kind == kind)
			return &flags[i];
	return NULL;
}

static void a_friendly_call_has_no_flags(void **state)
{
	(void)state;
	for (int i = 0; i < 20; i++) {
		say(IV_STORY_USER, "Thank you, that is classic.", i * 10000, i * 10000 + 3000, false);
		say(IV_STORY_AGENT, "You are welcome.", i * 10000 + 3500, i * 10000 + 8000, i == 7);
	}
	shout(50000, 52000);
	look("ass,idiot");
	assert_int_equal(count, 0);
}

static void frustration_is_interrupting_and_shouting_within_half_a_minute(void **state)
{
	(void)state;
	say(IV_STORY_AGENT, "a", 0, 10000, true);
	say(IV_STORY_AGENT, "b", 11000, 25000, true);
	look("");
	assert_null(flag(IV_QA_FRUSTRATION));
	shout(39000, 40500);
	look("");
	assert_non_null(flag(IV_QA_FRUSTRATION));
	assert_int_equal(flag(IV_QA_FRUSTRATION)->level, IV_QA_LOW);
	assert_int_equal(flag(IV_QA_FRUSTRATION)->at_ms, 10000);
	louds[0].to_ms = 42000; /* longer: two points */
	look("");
	assert_int_equal(flag(IV_QA_FRUSTRATION)->level, IV_QA_MEDIUM);
	shout(20000, 23000);
	look("");
	assert_int_equal(flag(IV_QA_FRUSTRATION)->level, IV_QA_HIGH);
}

static void the_same_spread_over_the_call_is_no_spike(void **state)
{
	(void)state;
	for (int i = 0; i < 6; i++) {
		say(IV_STORY_AGENT, "a", i * 40000, i * 40000 + 9000, true);
		for (int k = 0; k < 4; k++) /* and most answers are heard out */
			say(IV_STORY_AGENT, "b", i * 40000 + 10000 + k * 6000, i * 40000 + 15000 + k * 6000, false);
	}
	look("");
	assert_int_equal(count, 0);
}

static void each_spike_is_told_once(void **state)
{
	(void)state;
	for (int spike = 0; spike < 2; spike++)
		for (int i = 0; i < 5; i++)
			shout(spike * 120000 + i * 4000, spike * 120000 + i * 4000 + 1500);
	look("");
	assert_int_equal(count, 2);
	assert_int_equal(flags[0].at_ms, 0);
	assert_int_equal(flags[1].at_ms, 120000);
	assert_int_equal(flags[1].level, IV_QA_MEDIUM);
}

static void bad_words_count_as_words_and_worse_from_the_agent(void **state)
{
	(void)state;
	assert_true(iv_qa_mentions(IV_S("You IDIOT!"), IV_S("idiot, shut up")));
	assert_true(iv_qa_mentions(IV_S("Oh, shut up."), IV_S("idiot, shut up")));
	assert_false(iv_qa_mentions(IV_S("An idiotic thing, a shut upper door"), IV_S("idiot, shut up")));
	assert_false(iv_qa_mentions(IV_S("\xc3\xa4idiot"), IV_S("idiot"))); /* a letter is a letter, ASCII or not */
	assert_false(iv_qa_mentions(IV_S("anything"), IV_S(" ,,")));
	say(IV_STORY_USER, "You idiot.", 5000, 6000, false);
	say(IV_STORY_USER, "You idiot!", 7000, 8000, false);
	look("idiot");
	assert_int_equal(count, 2);
	assert_int_equal(flags[0].level, IV_QA_MEDIUM);
	say(IV_STORY_USER, "Idiot.", 9000, 10000, false);
	say(IV_STORY_AGENT, "Idiot yourself.", 1000, 2000, false);
	look("idiot");
	assert_int_equal(count, 4);
	assert_int_equal(flags[0].at_ms, 1000); /* in the order of time */
	assert_int_equal(flags[0].level, IV_QA_HIGH);
	assert_int_equal(flags[3].level, IV_QA_HIGH);
}

static void overlap_is_a_share_of_answers_or_of_speech(void **state)
{
	(void)state;
	for (int i = 0; i < 12; i++)
		say(IV_STORY_AGENT, "a", i * 40000, i * 40000 + 9000, i < 2);
	look("");
	assert_null(flag(IV_QA_OVERLAP)); /* two are chance */
	said[2].interrupted = true;
	look("");
	assert_int_equal(flag(IV_QA_OVERLAP)->level, IV_QA_LOW);
	assert_int_equal(flag(IV_QA_OVERLAP)->at_ms, 9000);
	said[3].interrupted = said[4].interrupted = true;
	look("");
	assert_int_equal(flag(IV_QA_OVERLAP)->level, IV_QA_MEDIUM);
	(void)quiet(NULL);
	say(IV_STORY_AGENT, "a", 0, 10000, false);
	say(IV_STORY_USER, "b", 8000, 20000, false);
	look("");
	assert_null(flag(IV_QA_OVERLAP)); /* two seconds */
	said[1].start_ms = 6000;
	look("");
	assert_int_equal(flag(IV_QA_OVERLAP)->level, IV_QA_MEDIUM); /* four of fourteen */
	assert_int_equal(flag(IV_QA_OVERLAP)->at_ms, 6000);
}

static void there_are_never_more_flags_than_fit(void **state)
{
	(void)state;
	for (int i = 0; i < MOST; i++)
		say(IV_STORY_USER, "idiot", i * 1000, i * 1000 + 500, false);
	for (int i = 0; i < 5; i++)
		shout(i * 1000, i * 1000 + 2600);
	look("idiot");
	assert_int_equal(count, IV_QA_FLAGS_MAX);
	assert_non_null(flag(IV_QA_FRUSTRATION)); /* what is rare is not crowded out */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_friendly_call_has_no_flags, quiet),
		cmocka_unit_test_setup(frustration_is_interrupting_and_shouting_within_half_a_minute, quiet),
		cmocka_unit_test_setup(the_same_spread_over_the_call_is_no_spike, quiet),
		cmocka_unit_test_setup(each_spike_is_told_once, quiet),
		cmocka_unit_test_setup(bad_words_count_as_words_and_worse_from_the_agent, quiet),
		cmocka_unit_test_setup(overlap_is_a_share_of_answers_or_of_speech, quiet),
		cmocka_unit_test_setup(there_are_never_more_flags_than_fit, quiet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
