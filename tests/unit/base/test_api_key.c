/* API keys: made, told from everything else, stored as a digest. The fixed keys and digests come from
 * another implementation of CRC-32, base62 and SHA-256. */
#include "check.h"

#include "iv_api_key.h"

static const char *const known[] = {
	"iv_live_0123456789ABCDEFGHIJKLMNOPQRSTUV4a7PXA",
	"iv_test_zyxwvutsrqponmlkjihgfedcbaZYXWVU26IQ1v",
	"iv_live_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA0ClceP", /* its checksum begins with a zero */
};

static void known_keys_are_of_our_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < IV_COUNT(known); i++) {
		bool live = i == 1;

		assert_true(iv_api_key_check(iv_str(known[i]), &live));
		assert_int_equal(live, i != 1);
		assert_true(iv_api_key_check(iv_str(known[i]), NULL));
	}
}

static void any_other_character_anywhere_is_noticed(void **state)
{
	static const char others[] = "0Az9_-+/= .";

	(void)state;
	for (size_t at = 0; at < IV_API_KEY_LEN; at++) {
		for (const char *c = others; *c; c++) {
			char bent[IV_API_KEY_SIZE];

			memcpy(bent, known[0], sizeof(bent));
			if (bent[at] == *c)
				continue;
			bent[at] = *c;
			if (iv_api_key_check(iv_str(bent), NULL))
				fail_msg("%s was taken", bent);
		}
		assert_false(iv_api_key_check((struct iv_str){known[0], at}, NULL)); /* cut */
	}
}

static void neighbours_that_were_swapped_are_noticed(void **state)
{
	(void)state;
	for (size_t at = 8; at + 1 < IV_API_KEY_LEN; at++) {
		char bent[IV_API_KEY_SIZE];

		memcpy(bent, known[0], sizeof(bent));
		bent[at] = known[0][at + 1];
		bent[at + 1] = known[0][at];
		assert_false(iv_api_key_check(iv_str(bent), NULL));
	}
}

static void what_is_no_key_of_ours_is_refused(void **state)
{
	static const char *const rows[] = {
		"",
		"iv_live_",
		"iv_prod_0123456789ABCDEFGHIJKLMNOPQRSTUV4a7PXA",
		"IV_LIVE_0123456789ABCDEFGHIJKLMNOPQRSTUV4a7PXA",
		"iv_test_0123456789ABCDEFGHIJKLMNOPQRSTUV4a7PXA", /* the checksum holds the prefix too */
		" iv_live_0123456789ABCDEFGHIJKLMNOPQRSTUV4a7PXA",
		"iv_live_0123456789ABCDEFGHIJKLMNOPQRSTUV4a7PXA\n",
		"sk_live_0123456789ABCDEFGHIJKLMNOPQRSTUV4a7PXA",
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++)
		assert_false(iv_api_key_check(iv_str(rows[i]), NULL));
	assert_false(iv_api_key_check(IV_STR_NULL, NULL));
	assert_false(iv_api_key_check((struct iv_str){"iv_live_0123456789ABCDEFGHIJKLMNOPQRSTU\0"
						      "4a7PXA",
						      46},
				      NULL));
}

static void made_keys_are_good_and_all_different(void **state)
{
	char keys[400][IV_API_KEY_SIZE];
	unsigned seen[62] = {0};
	static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

	(void)state;
	for (size_t i = 0; i < IV_COUNT(keys); i++) {
		bool live = i % 2;

		iv_api_key_make(i % 2 == 0, keys[i]);
		assert_int_equal(strlen(keys[i]), IV_API_KEY_LEN);
		assert_true(iv_api_key_check(iv_str(keys[i]), &live));
		assert_int_equal(live, i % 2 == 0);
		for (size_t other = 0; other < i; other++)
			assert_string_not_equal(keys[i], keys[other]);
		for (size_t at = 8; at < 40; at++)
			seen[strchr(base62, keys[i][at]) - base62]++;
	}
	/* 12,800 characters, 206 expected of each, sigma 14: a bias of one in ten would show */
	for (size_t c = 0; c < 62; c++)
		assert_in_range(seen[c], 120, 300);
}

static void a_key_is_stored_as_its_digest_and_shown_by_its_head(void **state)
{
	char hex[IV_SHA256_HEX];

	(void)state;
	iv_api_key_hash(iv_str(known[0]), hex);
	assert_string_equal(hex, "5057de986cfe031d0e10070c83fd7aa11aa52982c438285644a0c8403c22c25f");
	iv_api_key_hash(iv_str(known[1]), hex);
	assert_string_equal(hex, "01744d570934756ba01ed0be39951c9f164c0557e5bfdecdb1edc803a559ea42");
	check_text(iv_api_key_shown(iv_str(known[0])), "iv_live_0123");
	check_text(iv_api_key_shown(IV_S("hunter2hunter2")), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_keys_are_of_our_form),
		cmocka_unit_test(any_other_character_anywhere_is_noticed),
		cmocka_unit_test(neighbours_that_were_swapped_are_noticed),
		cmocka_unit_test(what_is_no_key_of_ours_is_refused),
		cmocka_unit_test(made_keys_are_good_and_all_different),
		cmocka_unit_test(a_key_is_stored_as_its_digest_and_shown_by_its_head),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
