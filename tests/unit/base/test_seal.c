/* Sealed secrets: what opens them, and all that does not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "iv_crypto.h"
#include "iv_seal.h"

#define KEY_HEX "feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"
#define OTHER_HEX "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

static struct iv_seal_keys keys_of(const char *text)
{
	struct iv_seal_keys keys = {0};
	struct iv_err e = {0};

	assert_true(iv_seal_keys_read(&keys, iv_str(text), &e));
	return keys;
}

static struct iv_str bytes_of(const void *p, size_t n)
{
	return (struct iv_str){p, n};
}

static bool opens(const struct iv_seal_keys *keys, const struct iv_sealed *s, const char *owner, const char *name, enum iv_code *why)
{
	struct iv_err e = {0};
	struct iv_buf out;
	bool ok;

	iv_buf_init(&out, IV_SEAL_VALUE_MAX);
	ok = iv_unseal(keys, iv_str(s->key_id), iv_str(owner), iv_str(name), bytes_of(s->nonce, sizeof(s->nonce)),
		       iv_buf_str(&s->bytes), &out, &e);
	assert_true(!ok || iv_str_eq(iv_buf_str(&out), IV_S("sk-live-0123456789")));
	assert_true(ok || out.len == 0);
	iv_buf_deinit(&out);
	*why = e.code;
	return ok;
}

/* The gcm specification's test case 15 is without what is authenticated beside it; ours has two lengths and both names
 * there. What was made by another implementation (python's cryptography, owner "A", name "crm") opens here. */
static void what_another_implementation_sealed_opens(void **state)
{
	static const uint8_t nonce[] = {0xca, 0xfe, 0xba, 0xbe, 0xfa, 0xce, 0xdb, 0xad, 0xde, 0xca, 0xf8, 0x88};
	static const uint8_t sealed[] = {
		0xf8, 0x77, 0xde, 0xb9, 0x08, 0xa4, 0x1e, 0xcf, 0x61, 0x17, 0x0c, 0x55, 0xb1, 0x44, 0x52, 0xd0, 0xda,
		0xa4, 0x37, 0x15, 0xef, 0x94, 0xe5, 0x51, 0x8f, 0xca, 0x52, 0x58, 0xc7, 0xda, 0x13, 0xab, 0x44, 0xbc,
	};
	struct iv_seal_keys keys = keys_of(KEY_HEX);
	struct iv_err e = {0};
	struct iv_buf out;

	(void)state;
	iv_buf_init(&out, 100);
	assert_true(iv_unseal(&keys, iv_str(keys.items[0].id), IV_S("A"), IV_S("crm"), bytes_of(nonce, sizeof(nonce)),
			      bytes_of(sealed, sizeof(sealed)), &out, &e));
	assert_true(iv_str_eq(iv_buf_str(&out), IV_S("sk-live-0123456789")));
	iv_buf_deinit(&out);
}

static void a_value_opens_for_whom_it_was_sealed_and_for_nobody_else(void **state)
{
	struct iv_seal_keys keys = keys_of(KEY_HEX), other = keys_of(OTHER_HEX);
	struct iv_sealed s, again;
	struct iv_err e = {0};
	enum iv_code why;

	(void)state;
	assert_true(iv_seal(&keys, IV_S("A"), IV_S("crm"), IV_S("sk-live-0123456789"), &s, &e));
	assert_int_equal(s.bytes.len, 18 + IV_SEAL_TAG);
	assert_true(iv_str_find(iv_buf_str(&s.bytes), IV_S("sk-live"), 0) < 0);
	assert_true(opens(&keys, &s, "A", "crm", &why));
	assert_false(opens(&keys, &s, "B", "crm", &why));
	assert_int_equal(why, IV_EFORBIDDEN);
	assert_false(opens(&keys, &s, "A", "crn", &why));
	assert_false(opens(&keys, &s, "Ac", "rm", &why)); /* the border between both is part of it */
	assert_false(opens(&other, &s, "A", "crm", &why));
	assert_int_equal(why, IV_ECONFLICT);
	memcpy(other.items[0].id, s.key_id, sizeof(s.key_id)); /* another key that says it is this one */
	assert_false(opens(&other, &s, "A", "crm", &why));
	assert_int_equal(why, IV_EFORBIDDEN);
	/* Sealed twice it does not look the same. */
	assert_true(iv_seal(&keys, IV_S("A"), IV_S("crm"), IV_S("sk-live-0123456789"), &again, &e));
	assert_memory_not_equal(s.nonce, again.nonce, sizeof(s.nonce));
	assert_false(iv_str_eq(iv_buf_str(&s.bytes), iv_buf_str(&again.bytes)));
	for (size_t i = 0; i < s.bytes.len; i++) {
		s.bytes.ptr[i] ^= 1;
		assert_false(opens(&keys, &s, "A", "crm", &why));
		s.bytes.ptr[i] ^= 1;
	}
	s.nonce[3] ^= 1;
	assert_false(opens(&keys, &s, "A", "crm", &why));
	s.nonce[3] ^= 1;
	s.bytes.len--;
	assert_false(opens(&keys, &s, "A", "crm", &why));
	s.bytes.len = IV_SEAL_TAG;
	assert_false(opens(&keys, &s, "A", "crm", &why));
	iv_buf_deinit(&s.bytes);
	iv_buf_deinit(&again.bytes);
}

static void the_key_before_opens_and_the_new_one_seals(void **state)
{
	struct iv_seal_keys old = keys_of(KEY_HEX), both = keys_of(OTHER_HEX ", " KEY_HEX), none = {0};
	struct iv_sealed s, fresh;
	struct iv_err e = {0};
	enum iv_code why;

	(void)state;
	assert_true(iv_seal(&old, IV_S("A"), IV_S("crm"), IV_S("sk-live-0123456789"), &s, &e));
	assert_true(opens(&both, &s, "A", "crm", &why));
	assert_true(iv_seal(&both, IV_S("A"), IV_S("crm"), IV_S("sk-live-0123456789"), &fresh, &e));
	assert_string_equal(fresh.key_id, both.items[0].id);
	assert_string_not_equal(fresh.key_id, s.key_id);
	assert_false(opens(&old, &fresh, "A", "crm", &why));
	iv_buf_deinit(&s.bytes);
	iv_buf_deinit(&fresh.bytes);
	assert_false(iv_seal(&none, IV_S("A"), IV_S("crm"), IV_S("x"), &s, &e));
	assert_int_equal(e.code, IV_ECONFLICT);
}

static void values_and_keys_have_bounds(void **state)
{
	static const char *const bad[] = {"short", KEY_HEX "00", "zz" OTHER_HEX, KEY_HEX "," KEY_HEX "," KEY_HEX "," KEY_HEX "," KEY_HEX,
					  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="};
	static char large[IV_SEAL_VALUE_MAX + 1], owner[300];
	struct iv_seal_keys keys = keys_of("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="), same = keys_of(OTHER_HEX);
	struct iv_sealed s;

	(void)state;
	assert_memory_equal(keys.items[0].bytes, same.items[0].bytes, IV_SEAL_KEY);
	for (size_t i = 0; i < IV_COUNT(bad); i++) {
		struct iv_seal_keys k = {0};
		struct iv_err e = {0};

		if (iv_seal_keys_read(&k, iv_str(bad[i]), &e))
			fail_msg("taken: %zu", i);
		assert_null(strstr(e.msg, "AAAA")); /* what was given is not told */
	}
	memset(large, 'x', sizeof(large));
	memset(owner, 'o', sizeof(owner));
	for (size_t i = 0; i < 3; i++) {
		struct iv_err e = {0};
		struct iv_str value = i == 0 ? IV_S("") : bytes_of(large, sizeof(large) - (i == 2));

		assert_false(iv_seal(&keys, i == 2 ? bytes_of(owner, sizeof(owner)) : IV_S("A"), IV_S("n"), value, &s, &e));
		assert_int_equal(e.code, IV_EINVAL);
		iv_buf_deinit(&s.bytes);
	}
	iv_seal_keys_wipe(&keys);
	assert_int_equal(keys.count + keys.items[0].bytes[5], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_another_implementation_sealed_opens),
		cmocka_unit_test(a_value_opens_for_whom_it_was_sealed_and_for_nobody_else),
		cmocka_unit_test(the_key_before_opens_and_the_new_one_seals),
		cmocka_unit_test(values_and_keys_have_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
