/* Ids: their form, their order, and which ids of others we take. */
#include "check.h"

#include "iv_id.h"

/* The 128 bits of an id's 26 digits, read by the alphabet's definition. */
static void decode(const char *digits, uint8_t uuid[16])
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

	memset(uuid, 0, 16);
	for (int i = 0; i < 26; i++) {
		const char *at = strchr(alphabet, digits[i]);
		unsigned carry;

		assert_non_null(at);
		carry = (unsigned)(at - alphabet);
		for (int k = 15; k >= 0; k--) {
			unsigned v = (unsigned)uuid[k] * 32 + carry;

			uuid[k] = (uint8_t)v;
			carry = v >> 8;
		}
		assert_int_equal(carry, 0);
	}
}

static void an_id_is_a_uuid_of_version_7_in_base32(void **state)
{
	char id[IV_ID_SIZE];
	uint8_t uuid[16];
	uint64_t ms = 0;

	(void)state;
	iv_id_new("call", 0x017F22E279B0, id); /* the time of RFC 9562's example */
	assert_int_equal(strlen(id), 5 + 26);
	assert_memory_equal(id, "call_", 5);
	decode(id + 5, uuid);
	for (int i = 0; i < 6; i++)
		ms = ms << 8 | uuid[i];
	assert_true(ms == 0x017F22E279B0);
	assert_int_equal(uuid[6] >> 4, 7);
	assert_int_equal(uuid[8] >> 6, 2);
}

static void ids_sort_by_time_and_differ_within_it(void **state)
{
	char a[IV_ID_SIZE], b[IV_ID_SIZE], c[IV_ID_SIZE];

	(void)state;
	for (int64_t ms = 1700000000000; ms < 1700000000100; ms++) {
		iv_id_new("turn", ms, a);
		iv_id_new("turn", ms, b);
		iv_id_new("turn", ms + 1, c);
		assert_true(strcmp(a, c) < 0 && strcmp(b, c) < 0);
		assert_string_not_equal(a, b);
		assert_memory_equal(a, b, 5 + 9); /* 45 bits of the time */
	}
}

static void the_longest_prefix_fits(void **state)
{
	char id[IV_ID_SIZE];

	(void)state;
	iv_id_new("abcdefghijkl", INT64_C(1) << 47, id);
	assert_int_equal(strlen(id), IV_ID_SIZE - 1);
}

static void ids_of_others_are_short_and_plain(void **state)
{
	char longest[129];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	assert_true(iv_id_acceptable(IV_S("Az09._:-")));
	assert_true(iv_id_acceptable((struct iv_str){longest, 128}));
	assert_false(iv_id_acceptable((struct iv_str){longest, 129}));
	assert_false(iv_id_acceptable(IV_STR_NULL));
	assert_false(iv_id_acceptable(IV_S("a b")));
	assert_false(iv_id_acceptable(IV_S("a/b")));
	assert_false(iv_id_acceptable(IV_S("\xC3\xA4")));
	assert_false(iv_id_acceptable((struct iv_str){"a\0", 2}));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_is_a_uuid_of_version_7_in_base32),
		cmocka_unit_test(ids_sort_by_time_and_differ_within_it),
		cmocka_unit_test(the_longest_prefix_fits),
		cmocka_unit_test(ids_of_others_are_short_and_plain),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
