/* egress.c: what requests to a tenant's address may reach. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "../../../src/net/egress.h"

static bool allows(const struct iv_egress *g, const char *ip)
{
	struct sockaddr_storage sa = {0};

	if (uv_ip4_addr(ip, 80, (struct sockaddr_in *)(void *)&sa) != 0)
		assert_int_equal(uv_ip6_addr(ip, 80, (struct sockaddr_in6 *)(void *)&sa), 0);
	return iv_egress_allows(g, (const struct sockaddr *)&sa);
}

static void without_a_list_only_public_addresses_are_reached(void **state)
{
	struct iv_egress *g = iv_egress_new("", NULL);

	(void)state;
	assert_true(allows(g, "8.8.8.8"));
	assert_true(allows(g, "2606:4700:4700::1111"));
	assert_false(allows(g, "127.0.0.1"));
	assert_false(allows(g, "10.1.2.3"));
	assert_false(allows(g, "169.254.169.254"));
	assert_false(allows(g, "::1"));
	assert_false(allows(g, "::ffff:127.0.0.1"));
	assert_false(allows(g, "3fff:0fff::1"));
	assert_true(allows(g, "3fff:1000::1"));
	assert_false(iv_egress_allows(g, &(struct sockaddr){.sa_family = AF_UNIX}));
	iv_egress_free(g);
}

static void a_named_network_is_reached_and_its_neighbours_are_not(void **state)
{
	struct iv_egress *g = iv_egress_new(" 127.0.0.2 , 10.8.0.0/16,,fd00::/8", NULL);

	(void)state;
	assert_non_null(g);
	assert_true(allows(g, "127.0.0.2"));
	assert_true(allows(g, "::ffff:127.0.0.2"));
	assert_false(allows(g, "127.0.0.1"));
	assert_false(allows(g, "::ffff:127.0.0.1"));
	assert_true(allows(g, "10.8.255.255"));
	assert_false(allows(g, "10.9.0.0"));
	assert_true(allows(g, "fd12::1"));
	assert_false(allows(g, "fe80::1"));
	assert_false(allows(g, "::1"));
	assert_true(allows(g, "8.8.8.8"));
	iv_egress_free(g);
}

static void what_is_no_network_is_refused_by_name(void **state)
{
	static const char *const bad[] = {"10.0.0.1/8", "localhost", "10.0.0.0/33", "127.0.0.1,x"};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(bad); i++) {
		struct iv_err e = {0};

		assert_null(iv_egress_new(bad[i], &e));
		assert_int_equal(e.code, IV_EINVAL);
		assert_non_null(strstr(e.msg, i == 3 ? "\"x\"" : bad[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_list_only_public_addresses_are_reached),
		cmocka_unit_test(a_named_network_is_reached_and_its_neighbours_are_not),
		cmocka_unit_test(what_is_no_network_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
