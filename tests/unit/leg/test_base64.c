/* Base64 of the media path against RFC 4648 and against the general one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base64.h"
#include "iv_crypto.h"

static void the_vectors_of_rfc_4648_hold(void **state)
{
	static const struct {
		const char *plain, *coded;
	} rows[] = {{"", ""},
		    {"f", "Zg=="},
		    {"fo", "Zm8="},
		    {"foo", "Zm9v"},
		    {"foob", "Zm9vYg=="},
		    {"fooba", "Zm9vYmE="},
		    {"foobar", "Zm9vYmFy"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char coded[16];
		uint8_t plain[16];
		size_t n = strlen(rows[i].plain), m = strlen(rows[i].coded);

		assert_int_equal(base64_encode((const uint8_t *)rows[i].plain, n, coded) - coded,
				 m);
		assert_memory_equal(coded, rows[i].coded, m);
		assert_int_equal(base64_decode(iv_str(rows[i].coded), plain), n);
		assert_memory_equal(plain, rows[i].plain, n);
	}
}

static void what_is_not_canonical_is_refused(void **state)
{
	static const char *const rows[] = {
		"Z",	      "Zg",    "Zg=",	   "Zh==",   "Zm9=", "Zg==Zg==", "=",
		"====",	      "Z===",  "Zm 9",	   "Zm9v\n", "Zm-_", "Zm9v=",	 "Zg=a",
		"\xc3\xa9==", "Zm\"v", "Zm9vZ*9v", "=g==",   "Z=g="};
	uint8_t out[16];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (base64_decode(iv_str(rows[i]), out) != -1)
			fail_msg("taken: %s", rows[i]);
}

static void agrees_with_the_general_one(void **state)
{
	uint8_t in[300], here[300], there[300];
	char a[400], b[400];

	(void)state;
	srand(1);
	for (int round = 0; round < 20000; round++) {
		size_t n = (size_t)(rand() % 300), len;
		struct iv_str text;

		for (size_t i = 0; i < n; i++)
			in[i] = (uint8_t)rand();
		len = (size_t)(base64_encode(in, n, a) - a);
		assert_int_equal(len, base64_size(n));
		assert_int_equal(len, iv_base64(in, n, b));
		assert_memory_equal(a, b, len);
		if (len > 0 && round % 2 == 0)
			a[(size_t)rand() % len] = "=+/A \x80z\"9"[rand() % 9];
		text = (struct iv_str){a, len};
		assert_int_equal(base64_decode(text, here), iv_base64_decode(text, there));
		if (iv_base64_decode(text, there) > 0)
			assert_memory_equal(here, there, (size_t)iv_base64_decode(text, there));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_vectors_of_rfc_4648_hold),
		cmocka_unit_test(what_is_not_canonical_is_refused),
		cmocka_unit_test(agrees_with_the_general_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
