/* Whatever a carrier answers, or does not, and whatever it says of the call before that: what it means, and that no
 * telephone rings twice. */
#include "dial_case.h"

static const struct {
	const char *agent, *carrier;
} lines[] = {{"desk", "jambonz"}, {"desk", "twilio"}, {"host", ""}};

static const struct answer {
	int status;
	const char *headers, *body;
	enum far_way way;
	bool shut;
	enum iv_placed placed;
} every_answer[] = {
	{0, NULL, NULL, FAR_WHOLE, false, IV_PLACED},
	{201, NULL, "nonsense", FAR_WHOLE, false, IV_MAYBE_PLACED},
	{201, NULL, "{}", FAR_WHOLE, false, IV_MAYBE_PLACED},
	{200, NULL, "", FAR_WHOLE, false, IV_MAYBE_PLACED},
	{201, NULL, "{\"sid\":7}", FAR_WHOLE, false, IV_MAYBE_PLACED},
	{0, NULL, NULL, FAR_SHUT, false, IV_MAYBE_PLACED},
	{0, NULL, NULL, FAR_HALF_HEAD, false, IV_MAYBE_PLACED},
	{0, NULL, NULL, FAR_HEAD_ONLY, false, IV_MAYBE_PLACED},
	{0, NULL, NULL, FAR_SILENT, false, IV_MAYBE_PLACED},
	{500, NULL, "{}", FAR_WHOLE, false, IV_MAYBE_PLACED},
	{502, NULL, "<html>", FAR_WHOLE, false, IV_MAYBE_PLACED},
	{503, "Retry-After: 1\r\n", "", FAR_WHOLE, false, IV_MAYBE_PLACED},
	{408, NULL, "", FAR_WHOLE, false, IV_MAYBE_PLACED},
	{400, NULL, "{\"code\":21211}", FAR_WHOLE, false, IV_NOT_PLACED},
	{401, NULL, "{}", FAR_WHOLE, false, IV_NOT_PLACED},
	{404, NULL, "", FAR_WHOLE, false, IV_NOT_PLACED},
	{422, NULL, "nonsense", FAR_WHOLE, false, IV_NOT_PLACED},
	{429, "Retry-After: 60\r\n", "{}", FAR_WHOLE, false, IV_NOT_PLACED},
	{302, "Location: http://127.0.0.1/\r\n", "", FAR_WHOLE, false, IV_NOT_PLACED},
	{0, NULL, NULL, FAR_WHOLE, true, IV_NOT_PLACED},
};

static struct dial_case case_of(size_t line, const struct answer *a, bool takes)
{
	return (struct dial_case){.agent = lines[line].agent, .carrier = lines[line].carrier, .planned = true, .shut = a->shut,
				  .far = {.status = a->status, .headers = a->headers, .body = a->body, .way = a->way, .takes = takes}};
}

/* A pause that a carrier asks for holds its line up for those behind. */
static void forget_pauses(void)
{
	struct iv_err e = {0};

	iv_carriers_free(house.s.carriers);
	house.s.carriers = iv_carriers_new(house.s.net, house.s.cfg, &e);
	assert_non_null(house.s.carriers);
}

static void check_answer(const struct dial_case *k, const struct answer *a, const char *row)
{
	static const char *const statuses[] = {"queued", "failed", "unknown"};
	char what[256];

	case_text(k, what);
	if (asker.err.code != IV_OK || asker.answer.placed != a->placed)
		fail_msg("%s: told %s %s, placed %d", what, iv_code_info(asker.err.code)->name, asker.err.msg,
			 (int)asker.answer.placed);
	if (!k->early && strncmp(row, statuses[a->placed], strlen(statuses[a->placed])) != 0)
		fail_msg("%s: the row says %s", what, row);
	/* Who asked hears what is in the row, whoever wrote it. */
	if (strncmp(row, asker.status, strlen(asker.status)) != 0 || row[strlen(asker.status)] != ' ')
		fail_msg("%s: told %s, the row says %s", what, asker.status, row);
	if (strcmp(asker.status, "failed") == 0 && !asker.failure[0])
		fail_msg("%s: told that it failed, not why", what);
}

static void every_answer_of_every_carrier_means_one_thing(void **state)
{
	char row[256];

	(void)state;
	if (!there)
		skip();
	for (size_t l = 0; l < IV_COUNT(lines); l++)
		for (size_t i = 0; i < IV_COUNT(every_answer); i++) {
			const struct answer *a = &every_answer[i];

			/* When nobody knows, both may be true. */
			for (int takes = a->placed == IV_PLACED; takes <= (a->placed != IV_NOT_PLACED); takes++) {
				struct dial_case k = case_of(l, a, takes);

				(void)run_case(&k, row);
				check_answer(&k, a, row);
				forget_pauses();
			}
		}
}

static void a_hook_may_be_quicker_than_the_answer(void **state)
{
	static void (*const early[])(void *arg) = {rings, answers, ends_unanswered, media_opens};
	static const size_t some[] = {0, 1, 5, 7, 8, 9, 12};
	char row[256];

	(void)state;
	if (!there)
		skip();
	for (size_t l = 0; l < 2; l++) /* what ElevenLabs hosts is told of by its report */
		for (size_t i = 0; i < IV_COUNT(some); i++)
			for (size_t j = 0; j < IV_COUNT(early); j++) {
				static const char *const after[] = {"ringing", "answered", "no-answer", "in-progress"};
				const struct answer *a = &every_answer[some[i]];
				struct dial_case k = case_of(l, a, true);
				char what[256];

				k.early = early[j];
				(void)run_case(&k, row);
				check_answer(&k, a, row);
				/* What the hook said is not taken back by what comes behind it. */
				if (strncmp(row, after[j], strlen(after[j])) != 0)
					fail_msg("%s: the row says %s, not %s", case_text(&k, what), row, after[j]);
				if (early[j] == ends_unanswered && strcmp(asker.failure, "no_answer") != 0)
					fail_msg("%s: told it failed for %s", case_text(&k, what), asker.failure);
			}
}

static void accept_now(void *arg)
{
	(void)arg;
	if (far.posts > 1) {
		far.status = 0;
		far.headers = NULL;
		far.takes = true;
	}
}

/* 429 is the one answer after which a call is asked for again: nobody has it. */
static void a_call_that_there_was_no_room_for_is_asked_for_again(void **state)
{
	struct dial_case k = {.agent = "desk", .carrier = "twilio", .far = {.status = 429, .headers = "Retry-After: 0\r\n"}};

	(void)state;
	if (!there)
		skip();
	k.early = accept_now;
	begin_case(&k);
	ask_now(&place_asker, k.agent, k.carrier);
	wait_idle("429, then room");
	assert_int_equal(asker.answer.placed, IV_PLACED);
	assert_int_equal(far.posts, 2);
	house_end_dials(now.d);
	far.state = "busy";
	reconcile("429, then room");
	check_books("429, then room");
	assert_string_equal(house_sql("select status from voice_call_records where id = '%s'", now.call), "busy");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_answer_of_every_carrier_means_one_thing),
		cmocka_unit_test(a_hook_may_be_quicker_than_the_answer),
		cmocka_unit_test(a_call_that_there_was_no_room_for_is_asked_for_again),
	};
	int failed = cmocka_run_group_tests(tests, set_up, tear_down);

	print_message("%d calls dialled\n", now.cases);
	return failed;
}
