/* Passwords. */
#include "check.h"

#include "iv_password.h"

static void a_password_matches_its_own_hash_and_no_other(void **state)
{
	char a[IV_PASSWORD_HASH_SIZE], b[IV_PASSWORD_HASH_SIZE];

	(void)state;
	assert_true(iv_password_hash(IV_S("correct horse"), a));
	assert_true(iv_password_hash(IV_S("correct horse"), b));
	assert_string_not_equal(a, b); /* salted */
	assert_true(iv_str_starts(iv_str(a), IV_S("scrypt$15$8$1$")));
	assert_null(strstr(a, "horse"));
	assert_true(iv_password_matches(IV_S("correct horse"), iv_str(a)));
	assert_true(iv_password_matches(IV_S("correct horse"), iv_str(b)));
	assert_false(iv_password_matches(IV_S("correct horsE"), iv_str(a)));
	assert_false(iv_password_matches(IV_S(""), iv_str(a)));
}

/* Made by Python's hashlib.scrypt. */
static void the_function_is_scrypt(void **state)
{
	(void)state;
	assert_true(iv_password_matches(IV_S("pleaseletmein"),
					IV_S("scrypt$14$8$1$MDEyMzQ1Njc4OWFiY2RlZg$wOBlTLx2kTvDnlM7GeRqLPJSaL8dgO6Mbiarn6WFHEI")));
}

static void what_is_no_hash_matches_nothing(void **state)
{
	static const char *const rows[] = {
		"", "scrypt", "scrypt$15$8$1$$", "scrypt$15$8$1$AAAAAAAAAAAAAAAAAAAAAA$",
		"scrypt$30$8$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"scrypt$0$8$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"scrypt$15$9999$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		"bcrypt$15$8$1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++)
		assert_false(iv_password_matches(IV_S(""), iv_str(rows[i])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_password_matches_its_own_hash_and_no_other),
		cmocka_unit_test(the_function_is_scrypt),
		cmocka_unit_test(what_is_no_hash_matches_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
