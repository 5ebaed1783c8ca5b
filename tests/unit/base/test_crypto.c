/* Digests against their standards' vectors, base64 against RFC 4648. */
#include "check.h"

#include "iv_crypto.h"

#define X20(c) c c c c c c c c c c c c c c c c c c c c
#define X131(c) X20(c) X20(c) X20(c) X20(c) X20(c) X20(c) c c c c c c c c c c c

static void hmac_sha256_gives_the_values_of_rfc_4231(void **state)
{
	static const struct {
		struct iv_str key, msg;
		const char *want;
	} rows[] = {
		{{X20("\x0b"), 20},
		 {"Hi There", 8},
		 "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
		{{"Jefe", 4},
		 {"what do ya want for nothing?", 28},
		 "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
		{{X20("\xaa"), 20},
		 {X20("\xdd") X20("\xdd") "\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd\xdd", 50},
		 "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
		{{"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13"
		  "\x14\x15\x16\x17\x18\x19",
		  25},
		 {X20("\xcd") X20("\xcd") "\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd\xcd", 50},
		 "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
		{{X131("\xaa"), 131},
		 {"Test Using Larger Than Block-Size Key - Hash Key First", 54},
		 "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
		{{X131("\xaa"), 131},
		 {"This is a test using a larger than block-size key and a larger than block-size "
		  "data. The key needs to be hashed before being used by the HMAC algorithm.",
		  152},
		 "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
		{IV_STR_NULL, IV_STR_NULL,
		 "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"},
	};
	char hex[IV_SHA256_HEX];

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		iv_hmac_sha256_hex(rows[i].key, rows[i].msg, hex);
		assert_string_equal(hex, rows[i].want);
	}
}

static void digests_give_the_values_of_fips_180(void **state)
{
	uint8_t sha256[IV_SHA256_BYTES], sha1[IV_SHA1_BYTES];
	char hex[IV_SHA256_HEX];

	(void)state;
	iv_sha256(IV_S("abc"), sha256);
	iv_hex(sha256, sizeof(sha256), hex);
	assert_string_equal(hex,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	iv_sha256(IV_STR_NULL, sha256);
	iv_hex(sha256, sizeof(sha256), hex);
	assert_string_equal(hex,
			    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	iv_sha1(IV_S("abc"), sha1);
	assert_int_equal(iv_hex(sha1, sizeof(sha1), hex), 40);
	assert_string_equal(hex, "a9993e364706816aba3e25717850c26c9cd0d89d");
}

static void base64_gives_the_values_of_rfc_4648(void **state)
{
	static const struct {
		const char *plain, *text;
	} rows[] = {
		{"", ""},
		{"f", "Zg=="},
		{"fo", "Zm8="},
		{"foo", "Zm9v"},
		{"foob", "Zm9vYg=="},
		{"fooba", "Zm9vYmE="},
		{"foobar", "Zm9vYmFy"},
		{"\xfb\xff\xfe", "+//+"},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		size_t n = strlen(rows[i].plain);
		char text[16];
		uint8_t plain[16];

		assert_int_equal(iv_base64_size(n), strlen(rows[i].text));
		check_text(
			(struct iv_str){text, iv_base64((const uint8_t *)rows[i].plain, n, text)},
			rows[i].text);
		assert_int_equal(iv_base64_decode(iv_str(rows[i].text), plain), (ptrdiff_t)n);
		assert_memory_equal(plain, rows[i].plain, n);
	}
}

static void base64_that_is_not_canonical_is_refused(void **state)
{
	static const char *const rows[] = {
		"Z",	"Zg",	    "Zg=",	 "Zg===",      "Zh==", /* bits left over */
		"Zm9=", "=Zg=",	    "Zg=a",	 "====",       "Zm9v Zg=", "Zm9v\n", "Zm-v",
		"Zm_v", "Zg==Zg==", "Zm9vZg=\n", "\xC3\xA4Zg", "Z===",	   "Zm9*",   "Zm9v====",
	};
	uint8_t out[64];

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		if (iv_base64_decode(iv_str(rows[i]), out) != -1)
			fail_msg("\"%s\" was decoded", rows[i]);
	}
	assert_int_equal(iv_base64_decode((struct iv_str){"Zm\0v", 4}, out), -1);
}

static void base64_comes_back_for_all_lengths(void **state)
{
	uint8_t in[257], back[3 * 100];
	char text[400];

	(void)state;
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 7 + 3);
	for (size_t n = 0; n <= sizeof(in); n++) {
		size_t len = iv_base64(in, n, text);

		assert_int_equal(iv_base64_decode((struct iv_str){text, len}, back), (ptrdiff_t)n);
		assert_memory_equal(back, in, n);
	}
}

static void base64url_has_no_padding_and_one_spelling(void **state)
{
	static const struct {
		const char *plain, *text;
	} rows[] = {{"", ""},	      {"f", "Zg"},	   {"fo", "Zm8"},	     {"foo", "Zm9v"},
		    {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"\xfb\xff\xfe", "-__-"}, {"\xff\xef", "_-8"}};
	static const char *const bad[] = {"Z",	 "Zg=",	  "Zg==", "Zh",	   "Zm9",  "Zm9v+", "Zm9v/",
					  "-_ -", "Zm9v\n", " Zg",  "Zm9vY", "\xC3\xA4", "Zm.v"};
	uint8_t in[257], back[400];
	char text[400];

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		size_t n = strlen(rows[i].plain);

		assert_int_equal(iv_base64url_size(n), strlen(rows[i].text));
		check_text((struct iv_str){text, iv_base64url((const uint8_t *)rows[i].plain, n, text)},
			   rows[i].text);
	}
	for (size_t i = 0; i < IV_COUNT(bad); i++) {
		if (iv_base64url_decode(iv_str(bad[i]), back) != -1)
			fail_msg("\"%s\" was decoded", bad[i]);
	}
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)(i * 7 + 3);
	for (size_t n = 0; n <= sizeof(in); n++) {
		size_t len = iv_base64url(in, n, text);

		assert_int_equal(len, iv_base64url_size(n));
		assert_int_equal(iv_base64url_decode((struct iv_str){text, len}, back), (ptrdiff_t)n);
		assert_memory_equal(back, in, n);
	}
}

static void hmac_sha1_gives_the_values_of_rfc_2202(void **state)
{
	uint8_t mac[IV_SHA1_BYTES];
	char hex[2 * IV_SHA1_BYTES + 1];

	(void)state;
	iv_hmac_sha1((struct iv_str){X20("\x0b"), 20}, IV_S("Hi There"), mac);
	iv_hex(mac, sizeof(mac), hex);
	assert_string_equal(hex, "b617318655057264e28bc0b6fb378c8ef146be00");
	iv_hmac_sha1(IV_S("Jefe"), IV_S("what do ya want for nothing?"), mac);
	iv_hex(mac, sizeof(mac), hex);
	assert_string_equal(hex, "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
}

static void secrets_are_equal_only_as_a_whole(void **state)
{
	(void)state;
	assert_true(iv_secret_equal(IV_S("abc"), IV_S("abc")));
	assert_false(iv_secret_equal(IV_S("abc"), IV_S("abd")));
	assert_false(iv_secret_equal(IV_S("abc"), IV_S("ab")));
	assert_true(iv_secret_equal(IV_STR_NULL, IV_S("")));
}

static void random_bytes_differ(void **state)
{
	uint8_t a[32] = {0}, b[32] = {0};

	(void)state;
	iv_random(a, sizeof(a));
	iv_random(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	iv_random(NULL, 0);
}

static void a_digest_of_pieces_is_that_of_the_whole(void **state)
{
	char whole[IV_SHA256_HEX], pieces[IV_SHA256_HEX], text[1000];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t step = 1; step < sizeof(text); step += 97) {
		struct iv_sha256 *s = iv_sha256_begin();

		for (size_t at = 0; at < sizeof(text); at += step)
			iv_sha256_add(s, (struct iv_str){text + at, at + step < sizeof(text) ? step : sizeof(text) - at});
		iv_sha256_end_hex(s, pieces);
		iv_sha256_hex((struct iv_str){text, sizeof(text)}, whole);
		assert_string_equal(pieces, whole);
	}
	iv_sha256_end_hex(iv_sha256_begin(), pieces);
	iv_sha256_hex(IV_S(""), whole);
	assert_string_equal(pieces, whole);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_digest_of_pieces_is_that_of_the_whole),
		cmocka_unit_test(hmac_sha256_gives_the_values_of_rfc_4231),
		cmocka_unit_test(digests_give_the_values_of_fips_180),
		cmocka_unit_test(base64_gives_the_values_of_rfc_4648),
		cmocka_unit_test(base64_that_is_not_canonical_is_refused),
		cmocka_unit_test(base64_comes_back_for_all_lengths),
		cmocka_unit_test(base64url_has_no_padding_and_one_spelling),
		cmocka_unit_test(hmac_sha1_gives_the_values_of_rfc_2202),
		cmocka_unit_test(secrets_are_equal_only_as_a_whole),
		cmocka_unit_test(random_bytes_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
