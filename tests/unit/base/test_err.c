/* Errors: the first one wins, long ones are cut at a character, the table answers for each code. */
#include "check.h"

#include "iv_err.h"

static void the_first_error_wins(void **state)
{
	struct iv_err e = {0};

	(void)state;
	assert_false(iv_fail_field(&e, IV_ENOENT, "agent.id", "no agent %d", 7));
	assert_false(iv_fail(&e, IV_EINTERNAL, "later"));
	assert_int_equal(e.code, IV_ENOENT);
	assert_string_equal(e.field, "agent.id");
	assert_string_equal(e.msg, "no agent 7");
	assert_false(iv_fail(NULL, IV_EINVAL, "nobody asks"));
}

static void a_long_message_is_cut_at_a_whole_character(void **state)
{
	struct iv_err e = {0};
	char text[300];

	(void)state;
	memset(text, 'x', sizeof(text));
	memcpy(text + 190, "\xE2\x82\xAC", 3); /* the euro sign straddles byte 191 */
	text[299] = '\0';
	memcpy(text + 62, "\xC3\xA9", 2); /* and this one byte 63 */
	iv_fail_field(&e, IV_EINVAL, text, "%s", text);
	assert_int_equal(strlen(e.msg), 190);
	assert_int_equal(strlen(e.field), 62);
}

static void every_code_has_its_meaning(void **state)
{
	(void)state;
	assert_int_equal(iv_code_info(IV_EAUTH)->http_status, 401);
	assert_int_equal(iv_code_info(IV_EAUTH)->ws_close, 4003);
	assert_string_equal(iv_code_info(IV_EQUOTA)->name, "quota_exceeded");
	assert_true(iv_code_info(IV_EUPSTREAM)->retryable);
	assert_false(iv_code_info(IV_EINVAL)->retryable);
	assert_int_equal(iv_code_info((enum iv_code)999)->http_status, 500);
	for (int code = IV_OK; code <= IV_ETIMEDOUT; code++) {
		const struct iv_code_info *info = iv_code_info((enum iv_code)code);

		assert_non_null(info->name);
		assert_in_range(info->http_status, 200, 599);
		assert_in_range(info->ws_close, 1000, 4999);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_error_wins),
		cmocka_unit_test(a_long_message_is_cut_at_a_whole_character),
		cmocka_unit_test(every_code_has_its_meaning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
