/* Networks and what is inside them. */
#include "check.h"

#include "iv_cidr.h"

static void an_address_is_inside_exactly_the_networks_that_hold_it(void **state)
{
	static const struct {
		const char *net, *address;
		bool inside;
	} rows[] = {
		{"192.0.2.0/24", "192.0.2.255", true},
		{"192.0.2.0/24", "192.0.3.0", false},
		{"192.0.2.128/25", "192.0.2.127", false},
		{"192.0.2.128/25", "192.0.2.128", true},
		{"192.0.2.7", "192.0.2.7", true},
		{"192.0.2.7/32", "192.0.2.6", false},
		{"0.0.0.0/0", "203.0.113.9", true},
		{"0.0.0.0/0", "2001:db8::1", false},
		{"::/0", "2001:db8::1", true},
		{"::/0", "203.0.113.9", false},
		{"::/0", "::ffff:203.0.113.9", false},
		{"203.0.113.0/24", "::ffff:203.0.113.9", true},
		{"2001:db8::/33", "2001:db8:7fff::1", true},
		{"2001:db8::/33", "2001:db8:8000::1", false},
		{"2001:db8::1", "2001:db8:0:0::1", true},
		{"10.0.0.0/9", "10.127.255.255", true},
		{"10.0.0.0/9", "10.128.0.0", false},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct iv_cidr c;
		struct iv_address a;
		struct iv_err e = {0};

		if (!iv_cidr_parse(iv_str(rows[i].net), &c, &e))
			fail_msg("%s: %s", rows[i].net, e.msg);
		assert_true(iv_address_parse(iv_str(rows[i].address), &a));
		if (iv_cidr_has(&c, &a) != rows[i].inside)
			fail_msg("%s in %s", rows[i].address, rows[i].net);
	}
}

static void what_is_no_network_is_refused(void **state)
{
	static const char *const rows[] = {
		"", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.1/8", "10.0.0/8", "010.0.0.1", "0x0a000001",
		"10.0.0.0/8/8", "2001:db8::/129", "2001:db8::1/32", "fe80::1%eth0", "example.com", "10.0.0.0 /8",
		"1.2.3.4.5", "::ffff:1.2.3.4/96",
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct iv_cidr c;
		struct iv_err e = {0};

		if (iv_cidr_parse(iv_str(rows[i]), &c, &e))
			fail_msg("\"%s\" was taken", rows[i]);
		assert_int_equal(e.code, IV_EINVAL);
	}
	struct iv_address a;
	assert_false(iv_address_parse((struct iv_str){"1.2.3.4\0x", 9}, &a));
	assert_false(iv_address_parse(IV_STR_NULL, &a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_inside_exactly_the_networks_that_hold_it),
		cmocka_unit_test(what_is_no_network_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
