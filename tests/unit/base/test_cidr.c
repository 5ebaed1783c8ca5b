/* Networks and what is inside them. */
#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

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
		{"::ffff:10.0.0.0/104", "10.255.0.1", true}, /* IPv4, however it is written */
		{"::ffff:10.0.0.0/104", "11.0.0.1", false},
		{"::ffff:0:0/96", "203.0.113.9", true},
		{"::ffff:192.0.2.1", "192.0.2.1", true},
		{"::ffff:192.0.2.1/128", "192.0.2.2", false},
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
		"1.2.3.4.5", "::ffff:1.2.3.4/96", "::ffff:0:0/95", "10.0.0.0/+8", "10.0.0.0/08a", "10.0.0.0/0008", "::/ 0",
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

/* A generator that gives the same numbers in every run. */
static uint32_t next_random(void)
{
	static uint64_t seed = 88172645463325252;

	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)(seed >> 16);
}

/* What it means to be inside, bit by bit, with nothing of ours. */
static bool same_bits(const uint8_t *a, const uint8_t *b, int bits)
{
	for (int i = 0; i < bits; i++) {
		if ((a[i / 8] >> (7 - i % 8) & 1) != (b[i / 8] >> (7 - i % 8) & 1))
			return false;
	}
	return true;
}

static void random_networks_hold_what_their_bits_say(void **state)
{
	(void)state;
	for (int round = 0; round < 20000; round++) {
		bool v6 = round % 2;
		int all = v6 ? 128 : 32, bits = (int)(next_random() % (uint32_t)(all + 1));
		uint8_t net[16] = {0}, other[16];
		char text[80], net_text[64];
		struct iv_cidr c;
		struct iv_address a;

		for (int i = 0; i < all; i++) {
			if (i < bits && next_random() % 2)
				net[i / 8] |= (uint8_t)(0x80 >> i % 8);
		}
		if (v6)
			net[0] |= bits >= 8 ? 0x20 : 0; /* never by chance an IPv4 inside */
		memcpy(other, net, sizeof(other));
		for (uint32_t flips = next_random() % 3; flips; flips--) { /* a neighbour, mostly near the edge */
			int i = bits + (int)(next_random() % 5) - 2;

			if (i >= 0 && i < all)
				other[i / 8] ^= (uint8_t)(0x80 >> i % 8);
		}
		inet_ntop(v6 ? AF_INET6 : AF_INET, net, net_text, sizeof(net_text));
		snprintf(text, sizeof(text), "%s/%d", net_text, bits);
		assert_true(iv_cidr_parse(iv_str(text), &c, NULL));
		if (c.address.v6 != v6)
			continue; /* ::ffff:0:0/96 came up after all */
		inet_ntop(v6 ? AF_INET6 : AF_INET, other, net_text, sizeof(net_text));
		assert_true(iv_address_parse(iv_str(net_text), &a));
		if (iv_cidr_has(&c, &a) != (a.v6 == v6 && same_bits(net, other, bits)))
			fail_msg("%s in %s", net_text, text);
	}
}

static void addresses_are_the_resolvers_both_ways(void **state)
{
	(void)state;
	for (int round = 0; round < 5000; round++) {
		struct sockaddr_storage sa = {0};
		struct sockaddr_in in = {.sin_family = AF_INET};
		struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
		char want[64], got[IV_ADDRESS_SIZE];
		struct iv_address from_text, from_socket;
		bool v6 = round % 2;
		uint32_t words[4] = {next_random(), round % 3 ? next_random() : 0, next_random(), next_random()};

		memcpy(&in.sin_addr, words, 4);
		memcpy(&in6.sin6_addr, words, 16);
		if (v6)
			memcpy(&sa, &in6, sizeof(in6));
		else
			memcpy(&sa, &in, sizeof(in));
		inet_ntop(v6 ? AF_INET6 : AF_INET, words, want, sizeof(want));
		assert_true(iv_address_parse(iv_str(want), &from_text));
		assert_true(iv_address_of((const struct sockaddr *)&sa, &from_socket));
		assert_true(iv_address_eq(&from_text, &from_socket));
		iv_address_print(&from_text, got);
		assert_string_equal(got, want);
	}
}

static void ipv4_inside_ipv6_is_ipv4(void **state)
{
	struct iv_address a, b;
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	char text[IV_ADDRESS_SIZE];

	(void)state;
	assert_true(iv_address_parse(IV_S("::ffff:192.0.2.9"), &a));
	assert_true(iv_address_parse(IV_S("::FFFF:c000:209"), &b));
	assert_true(iv_address_eq(&a, &b));
	assert_int_equal(inet_pton(AF_INET6, "::ffff:192.0.2.9", &in6.sin6_addr), 1);
	assert_true(iv_address_of((const struct sockaddr *)&in6, &b));
	assert_true(iv_address_eq(&a, &b) && !b.v6);
	iv_address_print(&b, text);
	assert_string_equal(text, "192.0.2.9");
	assert_true(iv_address_parse(IV_S("192.0.2.9"), &a));
	assert_true(iv_address_eq(&a, &b));
	assert_true(iv_address_parse(IV_S("c000:209::"), &a));
	assert_false(iv_address_eq(&a, &b)); /* the same bytes in front */
	assert_false(iv_address_of(&(struct sockaddr){.sa_family = AF_UNIX}, &a));
}

static void a_list_holds_what_one_of_its_networks_holds(void **state)
{
	struct iv_arena arena;
	struct iv_cidrs list;
	struct iv_address a;
	struct iv_err e = {0};
	struct iv_buf many;

	(void)state;
	iv_arena_init(&arena, 1 << 16);
	assert_true(iv_cidrs_parse(IV_S(" 10.0.0.0/8,2001:db8::/32 ,, 192.0.2.1\t,"), &arena, &list, &e));
	assert_int_equal(list.count, 3);
	assert_true(iv_address_parse(IV_S("2001:db8::7"), &a) && iv_cidrs_have(&list, &a));
	assert_true(iv_address_parse(IV_S("192.0.2.1"), &a) && iv_cidrs_have(&list, &a));
	assert_true(iv_address_parse(IV_S("192.0.2.2"), &a) && !iv_cidrs_have(&list, &a));
	assert_true(iv_cidrs_parse(IV_S(" , "), &arena, &list, &e));
	assert_int_equal(list.count, 0);
	assert_false(iv_cidrs_have(&list, &a)); /* an empty list holds nothing: what it means is the caller's */
	assert_true(iv_cidrs_parse(IV_STR_NULL, &arena, &list, &e));
	assert_false(iv_cidrs_parse(IV_S("10.0.0.0/8, 10.0.0.0/99"), &arena, &list, &e));
	assert_int_equal(list.count, 0);
	check_holds(iv_str(e.msg), "\"10.0.0.0/99\": must have a length of 0 to 32");
	iv_buf_init(&many, 1 << 16);
	for (int i = 0; i <= IV_CIDRS_MAX; i++)
		assert_true(iv_buf_adds(&many, IV_S("10.0.0.0/8,")));
	assert_false(iv_cidrs_parse(iv_buf_str(&many), &arena, &list, NULL));
	iv_buf_deinit(&many);
	iv_arena_deinit(&arena);
	iv_arena_init(&arena, 16);
	assert_false(iv_cidrs_parse(IV_S("10.0.0.0/8"), &arena, &list, NULL));
	iv_arena_deinit(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_inside_exactly_the_networks_that_hold_it),
		cmocka_unit_test(what_is_no_network_is_refused),
		cmocka_unit_test(random_networks_hold_what_their_bits_say),
		cmocka_unit_test(addresses_are_the_resolvers_both_ways),
		cmocka_unit_test(ipv4_inside_ipv6_is_ipv4),
		cmocka_unit_test(a_list_holds_what_one_of_its_networks_holds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
