/* Passwords and API keys. */
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

static void a_key_of_ours_is_well_formed_and_no_neighbour_is(void **state)
{
	char key[IV_API_KEY_SIZE], other[IV_API_KEY_SIZE];

	(void)state;
	for (int i = 0; i < 200; i++) {
		iv_api_key_new(i % 2 == 0, key);
		iv_api_key_new(i % 2 == 0, other);
		assert_string_not_equal(key, other);
		assert_int_equal(strlen(key), IV_API_KEY_SIZE - 1);
		assert_true(iv_str_starts(iv_str(key), i % 2 == 0 ? IV_S("inv_live_") : IV_S("inv_test_")));
		assert_true(iv_api_key_well_formed(iv_str(key)));
		for (size_t k = 0; key[k]; k++) { /* any one character mistyped */
			memcpy(other, key, sizeof(other));
			other[k] = other[k] == 'x' ? 'y' : 'x';
			assert_false(iv_api_key_well_formed(iv_str(other)));
		}
	}
	assert_false(iv_api_key_well_formed(IV_S("")));
	assert_false(iv_api_key_well_formed((struct iv_str){key, strlen(key) - 1}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_password_matches_its_own_hash_and_no_other),
		cmocka_unit_test(the_function_is_scrypt),
		cmocka_unit_test(what_is_no_hash_matches_nothing),
		cmocka_unit_test(a_key_of_ours_is_well_formed_and_no_neighbour_is),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
