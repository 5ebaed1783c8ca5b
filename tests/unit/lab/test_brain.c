/* The scripted mind: conversations as tables. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include "brain.h"
#include "brain_words.h"

static const char all_tools[] =
	"[{\"type\":\"function\",\"function\":{\"name\":\"book_table\"}},"
	"{\"type\":\"function\",\"function\":{\"name\":\"end_call\"}},"
	"{\"type\":\"function\",\"function\":{\"name\":\"transfer_to_human\"}}]";

static void ask(const char *messages, const char *tools, int minute, struct brain_reply *r)
{
	struct iv_err e = {0};
	cJSON *m = iv_json_parse(iv_str(messages), &e),
	      *t = tools ? iv_json_parse(iv_str(tools), &e) : NULL;

	if (!m)
		fail_msg("%s", messages);
	brain_answer(m, t, minute, r);
	cJSON_Delete(m);
	cJSON_Delete(t);
}

static void hear(const char *text, struct brain_reply *r)
{
	char messages[600];

	snprintf(messages, sizeof(messages),
		 "[{\"role\":\"system\",\"content\":\"Be "
		 "brief.\"},{\"role\":\"user\",\"content\":\"%s\"}]",
		 text);
	ask(messages, all_tools, 16 * 60 + 18, r);
}

static void spoken_and_typed_words_mean_the_same(void **state)
{
	static const struct {
		const char *text;
		enum intent intent;
		int people;
		const char *day;
		int minute;
	} rows[] = {
		{"I would like to book a table.", INTENT_BOOK, 0, "", -1},
		{"Book a table for four people tomorrow at seven.", INTENT_BOOK, 4, "tomorrow",
		 19 * 60},
		{"table 4 2, 7pm pls", INTENT_BOOK, 4, "", 19 * 60},
		{"RESERVATION for 6 on friday 19:30", INTENT_BOOK, 6, "friday", 19 * 60 + 30},
		{"at half past six", INTENT_NONE, 0, "", 18 * 60 + 30},
		{"a party of eight", INTENT_NONE, 8, "", -1},
		{"tomorrow at seven thirty", INTENT_NONE, 0, "tomorrow", 19 * 60 + 30},
		{"on monday at noon", INTENT_NONE, 0, "monday", 12 * 60},
		{"seven o'clock", INTENT_NONE, 0, "", 19 * 60},
		{"for two people at eight o clock", INTENT_NONE, 2, "", 20 * 60},
		{"What's the time?", INTENT_TIME, 0, "", -1},
		{"whats the time", INTENT_TIME, 0, "", -1},
		{"Tell me a story, please", INTENT_STORY, 0, "", -1},
		{"let me talk to a human", INTENT_HUMAN, 0, "", -1},
		{"Are you a human?", INTENT_WHO, 0, "", -1},
		{"No thanks.", INTENT_NO, 0, "", -1},
		{"Thank you, goodbye.", INTENT_GOODBYE, 0, "", -1},
		{"[unclear]", INTENT_UNCLEAR, 0, "", -1},
		{"uh huh", INTENT_BACKCHANNEL, 0, "", -1},
		{"", INTENT_NONE, 0, "", -1},
		{"7am", INTENT_NONE, 0, "", 7 * 60},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct understood u = brain_understand(iv_str(rows[i].text));

		if (u.intent != rows[i].intent || u.people != rows[i].people ||
		    u.minute != rows[i].minute || strcmp(u.day, rows[i].day) != 0)
			fail_msg("\"%s\": intent %d, people %d, day \"%s\", minute %d",
				 rows[i].text, (int)u.intent, u.people, u.day, u.minute);
	}
}

static void each_intent_has_its_answer(void **state)
{
	static const struct {
		const char *text, *answer, *tool;
	} rows[] = {
		{"hello", "Hello. What can I do for you?", ""},
		{"what time is it",
		 "It is four eighteen in the afternoon. What else can I do for you?", ""},
		{"thanks a lot", "You are welcome. Is there anything else?", ""},
		{"goodbye", "Thank you for calling. Goodbye.", "end_call"},
		{"can I speak to a person",
		 "I will connect you to a colleague. One moment, please.", "transfer_to_human"},
		{"are you a robot",
		 "I am an automated assistant, not a person. I can connect you to one.", ""},
		{"[unclear]", "Sorry, I did not catch that. Could you say it again?", ""},
		{"never mind", "No problem. What else can I do for you?", ""},
		{"sing me the anthem",
		 "I am afraid I can not help with that. I can tell the time, book a table, or tell "
		 "a story.",
		 ""},
	};
	struct brain_reply r;

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		hear(rows[i].text, &r);
		assert_string_equal(r.text, rows[i].answer);
		assert_string_equal(r.tool, rows[i].tool);
		assert_int_equal(r.expects, GRAMMAR_ANY);
	}
}

static void times_are_told_as_people_say_them(void **state)
{
	static const struct {
		int minute;
		const char *says;
	} rows[] = {
		{0, "It is twelve o'clock in the morning."},
		{7 * 60 + 5, "It is seven oh five in the morning."},
		{12 * 60, "It is twelve o'clock in the afternoon."},
		{13 * 60 + 13, "It is one thirteen in the afternoon."},
		{20 * 60 + 40, "It is eight forty in the evening."},
		{23 * 60 + 59, "It is eleven fifty nine in the evening."},
		{10 * 60 + 11, "It is ten eleven in the morning."},
	};
	struct brain_reply r;

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		ask("[{\"role\":\"user\",\"content\":\"what time is it\"}]", NULL, rows[i].minute,
		    &r);
		assert_memory_equal(r.text, rows[i].says, strlen(rows[i].says));
	}
}

static void a_booking_takes_two_turns_and_a_tool(void **state)
{
	struct brain_reply r;

	(void)state;
	hear("I would like to book a table.", &r);
	assert_string_equal(r.text, "Of course. For how many people, and at what time?");
	assert_int_equal(r.expects, GRAMMAR_BOOKING);
	ask("[{\"role\":\"user\",\"content\":\"I would like to book a table.\"},"
	    "{\"role\":\"assistant\",\"content\":\"Of course. For how many\"},"
	    "{\"role\":\"user\",\"content\":\"for four people\"}]",
	    all_tools, 0, &r);
	assert_string_equal(r.text, "And for what day and time?");
	ask("[{\"role\":\"user\",\"content\":\"I would like to book a table.\"},"
	    "{\"role\":\"assistant\",\"content\":\"Of course. For how many people, and at what "
	    "time?\"},"
	    "{\"role\":\"user\",\"content\":\"For four people tomorrow at seven.\"}]",
	    all_tools, 0, &r);
	assert_string_equal(r.text, "");
	assert_string_equal(r.tool, "book_table");
	assert_string_equal(r.arguments, "{\"people\":4,\"day\":\"tomorrow\",\"time\":\"19:00\"}");
	ask("[{\"role\":\"user\",\"content\":\"Book a table for four people tomorrow at seven.\"},"
	    "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":"
	    "\"function\","
	    "\"function\":{\"name\":\"book_table\",\"arguments\":\"{}\"}}]},"
	    "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"{\\\"confirmation\\\":\\\"A "
	    "table for four.\\\"}\"}]",
	    all_tools, 0, &r);
	assert_string_equal(r.text,
			    "Your table is booked. A table for four. Is there anything else?");
	assert_string_equal(r.tool, "");
}

static void after_a_booking_the_next_one_starts_empty(void **state)
{
	struct brain_reply r;

	(void)state;
	ask("[{\"role\":\"user\",\"content\":\"Book a table for four people tomorrow at seven.\"},"
	    "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":"
	    "\"function\","
	    "\"function\":{\"name\":\"book_table\",\"arguments\":\"{}\"}}]},"
	    "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"{\\\"confirmation\\\":"
	    "\\\"Fine.\\\"}\"},"
	    "{\"role\":\"assistant\",\"content\":\"Your table is booked. Fine.\"},"
	    "{\"role\":\"user\",\"content\":\"book a table\"}]",
	    all_tools, 0, &r);
	assert_string_equal(r.text, "Of course. For how many people, and at what time?");
}

static void a_failed_tool_is_admitted(void **state)
{
	struct brain_reply r;

	(void)state;
	ask("[{\"role\":\"user\",\"content\":\"Book a table for two tonight at eight\"},"
	    "{\"role\":\"assistant\",\"content\":null,\"tool_calls\":[{\"id\":\"c\",\"type\":"
	    "\"function\","
	    "\"function\":{\"name\":\"book_table\",\"arguments\":\"{}\"}}]},"
	    "{\"role\":\"tool\",\"tool_call_id\":\"c\",\"content\":\"{\\\"error\\\":"
	    "\\\"timeout\\\"}\"}]",
	    all_tools, 0, &r);
	assert_string_equal(r.text,
			    "I am sorry, the booking did not work. Please try again later.");
}

static void one_breath_in_two_messages_is_one_turn(void **state)
{
	struct brain_reply r;

	(void)state;
	ask("[{\"role\":\"user\",\"content\":\"I would like to\"},"
	    "{\"role\":\"user\",\"content\":\"book a table for two today at six\"}]",
	    all_tools, 0, &r);
	assert_string_equal(r.arguments, "{\"people\":2,\"day\":\"today\",\"time\":\"18:00\"}");
}

static void tools_that_were_not_offered_are_not_called(void **state)
{
	struct brain_reply r;

	(void)state;
	ask("[{\"role\":\"user\",\"content\":\"goodbye\"}]", "[]", 0, &r);
	assert_string_equal(r.tool, "");
	assert_string_equal(r.text, "Thank you for calling. Goodbye.");
	ask("[{\"role\":\"user\",\"content\":\"book a table for two today at six\"}]", NULL, 0, &r);
	assert_string_equal(r.tool, "");
	assert_string_equal(r.text, "I am sorry, I was not given a way to book tables.");
}

static void what_was_said_is_repeated_and_stories_change(void **state)
{
	struct brain_reply first, second;

	(void)state;
	ask("[{\"role\":\"assistant\",\"content\":\"It is "
	    "noon.\"},{\"role\":\"user\",\"content\":\"say that again\"}]",
	    NULL, 0, &first);
	assert_string_equal(first.text, "It is noon.");
	hear("tell me a story", &first);
	assert_true(strlen(first.text) > 400); /* about fifteen characters a second */
	ask("[{\"role\":\"user\",\"content\":\"tell me a "
	    "story\"},{\"role\":\"assistant\",\"content\":\"Once upon a\"},"
	    "{\"role\":\"user\",\"content\":\"tell me another story\"}]",
	    NULL, 0, &second);
	assert_true(strcmp(first.text, second.text) != 0);
}

static void nonsense_in_place_of_messages_is_survived(void **state)
{
	struct brain_reply r;

	(void)state;
	ask("[{\"role\":\"tool\"},{\"role\":5},{},{\"role\":\"assistant\",\"tool_calls\":[{"
	    "\"function\":3}]},"
	    "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"hello\"}]}]",
	    "[1,{}]", 0, &r);
	assert_string_equal(r.text, "Hello. What can I do for you?");
	ask("[]", NULL, 0, &r);
	assert_string_equal(r.text, "Hello. What can I do for you?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spoken_and_typed_words_mean_the_same),
		cmocka_unit_test(each_intent_has_its_answer),
		cmocka_unit_test(times_are_told_as_people_say_them),
		cmocka_unit_test(a_booking_takes_two_turns_and_a_tool),
		cmocka_unit_test(after_a_booking_the_next_one_starts_empty),
		cmocka_unit_test(a_failed_tool_is_admitted),
		cmocka_unit_test(one_breath_in_two_messages_is_one_turn),
		cmocka_unit_test(tools_that_were_not_offered_are_not_called),
		cmocka_unit_test(what_was_said_is_repeated_and_stories_change),
		cmocka_unit_test(nonsense_in_place_of_messages_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
