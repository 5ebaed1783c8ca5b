/* Where a model's text is cut for speaking, and what of it is spoken. */
#include "call_driver.h"
#include "call_priv.h"

static void check_pieces(const char *text, bool first, bool done, const char *const *want, size_t n)
{
	struct iv_str rest = iv_str(text);

	for (size_t i = 0; i < n; i++) {
		size_t cut = sentence_next(rest, first && i == 0, done);
		struct iv_str piece = {rest.ptr, cut};

		if (!iv_str_eq(iv_str_trim(piece), iv_str(want[i])))
			fail_msg("piece %zu of \"%s\" is \"%.*s\", want \"%s\"", i, text,
				 IV_FMT(piece), want[i]);
		rest.ptr += cut;
		rest.len -= cut;
	}
	if (!done && sentence_next(rest, first && n == 0, false) != 0)
		fail_msg("more than %zu pieces of \"%s\"", n, text);
	if (done)
		assert_int_equal(rest.len, 0);
}
#define PIECES(text, first, done, ...)                                                             \
	do {                                                                                       \
		static const char *const want_[] = {__VA_ARGS__};                                  \
		check_pieces(text, first, done, want_, IV_COUNT(want_));                           \
	} while (0)

static void sentences_end_at_stops_followed_by_a_blank(void **state)
{
	(void)state;
	PIECES("The table is booked. See you on Friday evening! Is that all right with you? ", true, false,
	       "The table is booked.", "See you on Friday evening!", "Is that all right with you?");
	assert_int_equal(sentence_next(IV_S("It is done."), true, false), 0); /* perhaps "done.net" */
	PIECES("It is done.", true, true, "It is done.");
}

static void abbreviations_initials_and_decimals_do_not_end_one(void **state)
{
	(void)state;
	PIECES("Dr. Smith and J. R. Jones pay 3.5 dollars, e.g. by card (approx. today). Good. ", false, true,
	       "Dr. Smith and J. R. Jones pay 3.5 dollars, e.g. by card (approx. today).", "Good.");
	PIECES("We meet at 9 a.m. on Monday at example.com. It is fine with me. ", false, false,
	       "We meet at 9 a.m. on Monday at example.com.", "It is fine with me.");
	PIECES("Well... that is it for today. ", false, false, "Well... that is it for today.");
}

static void no_is_an_answer_and_not_an_abbreviation(void **state)
{
	(void)state;
	PIECES("I am afraid it is no. Another day will do. ", false, false, "I am afraid it is no.",
	       "Another day will do.");
}

static void closing_quotes_belong_to_the_sentence(void **state)
{
	(void)state;
	PIECES("She said \"we are open today.\" Then she left the room. ", false, false,
	       "She said \"we are open today.\"", "Then she left the room.");
	PIECES("She said \xe2\x80\x9cwe are open today.\xe2\x80\x9d Then she left the room. ", false, false,
	       "She said \xe2\x80\x9cwe are open today.\xe2\x80\x9d", "Then she left the room.");
}

static void short_sentences_are_joined_except_the_first(void **state)
{
	(void)state;
	PIECES("Sure. Yes. I can do that for you. ", true, false, "Sure.", "Yes. I can do that for you.");
	PIECES("Yes. I see. That is fine. ", false, false, "Yes. I see. That is fine.");
}

static void the_first_piece_may_end_at_a_comma(void **state)
{
	(void)state;
	PIECES("Let me have a look at the calendar, there is still a table free on Friday. ", true, false,
	       "Let me have a look at the calendar,", "there is still a table free on Friday.");
	PIECES("Well, let me see. ", true, false, "Well, let me see.");
	PIECES("Let me have a look at the calendar, there is still a table. ", false, false,
	       "Let me have a look at the calendar, there is still a table.");
}

static void a_danda_ends_a_sentence_without_a_blank(void **state)
{
	(void)state;
	PIECES("\xe0\xa4\xb9\xe0\xa4\xbe\xe0\xa4\x81\xe0\xa5\xa4 "
	       "\xe0\xa4\xa0\xe0\xa5\x80\xe0\xa4\x95\xe0\xa5\xa4",
	       true, false, "\xe0\xa4\xb9\xe0\xa4\xbe\xe0\xa4\x81\xe0\xa5\xa4",
	       "\xe0\xa4\xa0\xe0\xa5\x80\xe0\xa4\x95\xe0\xa5\xa4");
}

static void no_piece_is_longer_than_240_bytes_nor_cuts_a_character(void **state)
{
	char text[1200];
	struct iv_str rest = {text, 0};

	(void)state;
	for (size_t i = 0; i < 100; i++)
		memcpy(text + i * 6, "hello ", 6);
	rest.len = 600;
	while (rest.len) {
		size_t n = sentence_next(rest, false, true);

		assert_in_range(n, 1, 240);
		assert_true(rest.ptr[0] == 'h');
		rest.ptr += n;
		rest.len -= n;
	}
	for (size_t i = 0; i < 300; i++)
		memcpy(text + i * 3, "\xe4\xbd\xa0", 3);
	memcpy(text, "abc", 3);
	text[3] = 'd'; /* now not a multiple of three */
	text[4] = 'e';
	text[5] = 'f';
	text[6] = 'g';
	memmove(text + 7, text + 9, 300);
	rest = (struct iv_str){text, 307};
	{
		size_t n = sentence_next(rest, false, false);

		assert_in_range(n, 230, 240);
		assert_true(((unsigned char)text[n] & 0xc0) != 0x80);
	}
}

static void a_line_break_ends_a_piece(void **state)
{
	(void)state;
	PIECES("First point\nSecond point\n", false, false, "First point", "Second point");
}

static void markup_emoji_and_addresses_are_not_spoken(void **state)
{
	static const struct { const char *in, *out; } cases[] = {
		{"**Bold** and _soft_ `code`", "Bold and soft code"},
		{"## Head\n# Other", "Head Other"},
		{"Press # to finish", "Press # to finish"},
		{"Hi \xf0\x9f\x91\x8b there \xe2\x98\xba\xef\xb8\x8f!", "Hi there !"},
		{"See [our menu](https://example.com/menu) today", "See our menu today"},
		{"Look at https://example.com/a?b=c now", "Look at now"},
		{"It is [not] a link", "It is [not] a link"},
		{"  many   blanks\n\n here ", "many blanks here"},
		{"caf\xc3\xa9 \xe0\xa4\xa8", "caf\xc3\xa9 \xe0\xa4\xa8"},
		{"\xf0\x9f\x91\x8d", ""},
	};
	char out[200];

	(void)state;
	for (size_t i = 0; i < IV_COUNT(cases); i++) {
		size_t n = sentence_speakable(iv_str(cases[i].in), out, sizeof(out));

		if (!iv_str_eq((struct iv_str){out, n}, iv_str(cases[i].out)))
			fail_msg("\"%s\" is spoken \"%.*s\"", cases[i].in, (int)n, out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sentences_end_at_stops_followed_by_a_blank),
		cmocka_unit_test(abbreviations_initials_and_decimals_do_not_end_one),
		cmocka_unit_test(no_is_an_answer_and_not_an_abbreviation),
		cmocka_unit_test(closing_quotes_belong_to_the_sentence),
		cmocka_unit_test(short_sentences_are_joined_except_the_first),
		cmocka_unit_test(the_first_piece_may_end_at_a_comma),
		cmocka_unit_test(a_danda_ends_a_sentence_without_a_blank),
		cmocka_unit_test(no_piece_is_longer_than_240_bytes_nor_cuts_a_character),
		cmocka_unit_test(a_line_break_ends_a_piece),
		cmocka_unit_test(markup_emoji_and_addresses_are_not_spoken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
