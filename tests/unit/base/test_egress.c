/* What requests to addresses of somebody else's choosing may reach: every range, its neighbours, and the ways
 * to write an address that a resolver understands. */
#include "check.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "iv_egress.h"

static void sockaddr_of(const char *ip, struct sockaddr_storage *sa)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(80)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(80)};

	memset(sa, 0, sizeof(*sa));
	if (inet_pton(AF_INET, ip, &in.sin_addr) == 1)
		memcpy(sa, &in, sizeof(in));
	else if (inet_pton(AF_INET6, ip, &in6.sin6_addr) == 1)
		memcpy(sa, &in6, sizeof(in6));
	else
		fail_msg("%s is no address", ip);
}

static bool allows(const struct iv_egress *g, const char *ip)
{
	struct sockaddr_storage sa;

	sockaddr_of(ip, &sa);
	return iv_egress_allows(g, (const struct sockaddr *)&sa);
}

static void every_range_has_its_edges(void **state)
{
	static const struct {
		const char *first, *last;
		enum iv_range range;
	} rows[] = {
		{"0.0.0.0", "0.255.255.255", IV_RANGE_UNSPECIFIED},
		{"10.0.0.0", "10.255.255.255", IV_RANGE_PRIVATE},
		{"100.64.0.0", "100.127.255.255", IV_RANGE_PRIVATE},
		{"127.0.0.0", "127.255.255.255", IV_RANGE_LOOPBACK},
		{"168.63.129.16", "168.63.129.16", IV_RANGE_PLATFORM},
		{"169.254.0.0", "169.254.255.255", IV_RANGE_LINK_LOCAL},
		{"172.16.0.0", "172.31.255.255", IV_RANGE_PRIVATE},
		{"192.0.0.0", "192.0.0.255", IV_RANGE_RESERVED},
		{"192.0.2.0", "192.0.2.255", IV_RANGE_DOCUMENTATION},
		{"192.88.99.0", "192.88.99.255", IV_RANGE_TUNNEL},
		{"192.168.0.0", "192.168.255.255", IV_RANGE_PRIVATE},
		{"198.18.0.0", "198.19.255.255", IV_RANGE_DOCUMENTATION},
		{"198.51.100.0", "198.51.100.255", IV_RANGE_DOCUMENTATION},
		{"203.0.113.0", "203.0.113.255", IV_RANGE_DOCUMENTATION},
		{"224.0.0.0", "239.255.255.255", IV_RANGE_MULTICAST},
		{"240.0.0.0", "255.255.255.254", IV_RANGE_RESERVED},
		{"255.255.255.255", "255.255.255.255", IV_RANGE_MULTICAST},
		{"1.0.0.0", "9.255.255.255", IV_RANGE_PUBLIC},
		{"11.0.0.0", "100.63.255.255", IV_RANGE_PUBLIC},
		{"100.128.0.0", "126.255.255.255", IV_RANGE_PUBLIC},
		{"128.0.0.0", "168.63.129.15", IV_RANGE_PUBLIC},
		{"168.63.129.17", "169.253.255.255", IV_RANGE_PUBLIC},
		{"169.255.0.0", "172.15.255.255", IV_RANGE_PUBLIC},
		{"172.32.0.0", "191.255.255.255", IV_RANGE_PUBLIC},
		{"192.0.1.0", "192.0.1.255", IV_RANGE_PUBLIC},
		{"192.0.3.0", "192.88.98.255", IV_RANGE_PUBLIC},
		{"192.88.100.0", "192.167.255.255", IV_RANGE_PUBLIC},
		{"192.169.0.0", "198.17.255.255", IV_RANGE_PUBLIC},
		{"198.20.0.0", "198.51.99.255", IV_RANGE_PUBLIC},
		{"198.51.101.0", "203.0.112.255", IV_RANGE_PUBLIC},
		{"203.0.114.0", "223.255.255.255", IV_RANGE_PUBLIC},

		{"::", "::", IV_RANGE_UNSPECIFIED},
		{"::1", "::1", IV_RANGE_LOOPBACK},
		{"::2", "::fffe:ffff:ffff", IV_RANGE_RESERVED}, /* and the old way to write IPv4 */
		{"::ffff:127.0.0.0", "::ffff:127.255.255.255", IV_RANGE_LOOPBACK},
		{"::ffff:8.8.8.8", "::ffff:9.255.255.255", IV_RANGE_PUBLIC},
		{"::ffff:0:127.0.0.1", "::ffff:0:8.8.8.8", IV_RANGE_RESERVED}, /* SIIT */
		{"64:ff9b::8.8.8.8", "64:ff9b::9.255.255.255", IV_RANGE_PUBLIC},
		{"64:ff9b::10.0.0.0", "64:ff9b::10.255.255.255", IV_RANGE_PRIVATE},
		{"64:ff9b::169.254.169.254", "64:ff9b::a9fe:a9fe", IV_RANGE_LINK_LOCAL},
		{"64:ff9b:0:1::", "64:ff9b:0:ffff:ffff:ffff:ffff:ffff", IV_RANGE_RESERVED},
		{"64:ff9b:1::", "64:ff9b:1:ffff:ffff:ffff:ffff:ffff", IV_RANGE_TUNNEL},
		{"100::", "100::ffff:ffff:ffff:ffff", IV_RANGE_RESERVED},
		{"2001::", "2001:0:ffff:ffff:ffff:ffff:ffff:ffff", IV_RANGE_TUNNEL},
		{"2001:2::", "2001:2:0:ffff:ffff:ffff:ffff:ffff", IV_RANGE_DOCUMENTATION},
		{"2001:10::", "2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", IV_RANGE_RESERVED},
		{"2001:1ff::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", IV_RANGE_RESERVED},
		{"2001:200::", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", IV_RANGE_PUBLIC},
		{"2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", IV_RANGE_DOCUMENTATION},
		{"2001:db9::", "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", IV_RANGE_PUBLIC},
		{"2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", IV_RANGE_TUNNEL},
		{"2003::", "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", IV_RANGE_PUBLIC},
		{"3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", IV_RANGE_DOCUMENTATION},
		{"3fff:1000::", "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", IV_RANGE_PUBLIC},
		{"4000::", "5eff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", IV_RANGE_RESERVED},
		{"5f00::", "fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", IV_RANGE_RESERVED},
		{"fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", IV_RANGE_PRIVATE},
		{"fe00::", "fe7f:ffff:ffff:ffff:ffff:ffff:ffff:ffff", IV_RANGE_RESERVED},
		{"fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", IV_RANGE_LINK_LOCAL},
		{"fec0::", "feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", IV_RANGE_PRIVATE},
		{"ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", IV_RANGE_MULTICAST},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		const char *const edges[] = {rows[i].first, rows[i].last};

		for (size_t k = 0; k < 2; k++) {
			struct sockaddr_storage sa;
			struct iv_address a;

			assert_true(iv_address_parse(iv_str(edges[k]), &a));
			if (iv_address_range(&a) != rows[i].range)
				fail_msg("%s is %s", edges[k], iv_range_name(iv_address_range(&a)));
			sockaddr_of(edges[k], &sa);
			assert_int_equal(iv_address_is_public((const struct sockaddr *)&sa),
					 rows[i].range == IV_RANGE_PUBLIC);
		}
	}
}

/* Whatever a resolver makes of these, none of it is ours to reach. */
static void no_spelling_of_an_inner_address_gets_through(void **state)
{
	static const char *const spellings[] = {
		/* loopback */
		"127.0.0.1", "127.0.0.2", "127.1", "127.0.1", "127.255.255.254", "2130706433", "0x7f000001",
		"0x7F.0.0.1", "0x7f.1", "0177.0.0.1", "0177.0.0.01", "017700000001", "0177.1", "127.0.0.0x1",
		"0x7f.0x0.0x0.0x1", "00000000177.0.0.1", "127.0x0.00.1", "0", "0.0.0.0", "00", "0x0", "0.0",
		"::", "::1", "0:0:0:0:0:0:0:1", "0000:0000:0000:0000:0000:0000:0000:0001", "::0001",
		"::ffff:127.0.0.1", "::ffff:7f00:1", "::FFFF:7F00:0001", "0:0:0:0:0:ffff:127.0.0.1", "::127.0.0.1",
		"::7f00:1", "64:ff9b::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::127.0.0.1", "2002:7f00:1::",
		"2002:7f00:0001::1", "2001:0:4136:e378:8000:63bf:80ff:fffe", "::ffff:0:127.0.0.1",
		/* cloud metadata */
		"169.254.169.254", "2852039166", "0xA9FEA9FE", "0xa9.0xfe.0xa9.0xfe", "0251.0376.0251.0376",
		"025177524776", "169.254.43518", "169.16689662", "::ffff:169.254.169.254", "::ffff:a9fe:a9fe",
		"64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1", "fd00:ec2::254", "100.100.100.200", "192.0.0.192",
		"168.63.129.16", "169.254.170.2", "fe80::a9fe:a9fe",
		/* private networks */
		"10.0.0.1", "10.1", "167772161", "0x0a000001", "012.0.0.1", "0xa.0.0.1", "::ffff:10.0.0.1",
		"64:ff9b::10.0.0.1", "172.16.0.1", "172.1048577", "0xac100001", "192.168.0.1", "192.168.1",
		"3232235521", "0300.0250.0.1", "::ffff:192.168.0.1", "fc00::1", "fd12:3456:789a::1", "fe80::1",
		"fec0::1", "100.64.0.1", "0144.0100.0.1",
		/* nobody's */
		"255.255.255.255", "4294967295", "0xffffffff", "224.0.0.1", "ff02::1", "ff02::1:ff00:1", "240.0.0.1",
		"198.18.0.1", "192.0.2.1", "203.0.113.1", "2001:db8::1", "3fff::1", "100::1", "5f00::1",
	};
	struct iv_egress *g = iv_egress_new("", NULL);
	size_t resolved = 0;

	(void)state;
	assert_true(IV_COUNT(spellings) >= 80);
	for (size_t i = 0; i < IV_COUNT(spellings); i++) {
		const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
		struct addrinfo *list = NULL;

		if (getaddrinfo(spellings[i], "80", &hints, &list) != 0)
			continue; /* not an address to this resolver either */
		resolved++;
		for (const struct addrinfo *one = list; one; one = one->ai_next) {
			if (iv_egress_allows(g, one->ai_addr))
				fail_msg("%s got through", spellings[i]);
		}
		freeaddrinfo(list);
	}
	assert_true(resolved >= 80); /* else the test would show nothing */
	iv_egress_free(g);
}

static void public_addresses_are_reached(void **state)
{
	static const char *const rows[] = {"1.1.1.1",	      "8.8.8.8",	      "52.95.110.1",	      "223.5.5.5",
					   "192.31.196.1",    "2606:4700:4700::1111", "2a00:1450:4001::200e", "2400:cb00::1",
					   "64:ff9b::808:808", "::ffff:1.1.1.1",	      "2620:fe::fe",	      "2001:4860:4860::8888"};
	struct iv_egress *g = iv_egress_new("", NULL);

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		if (!allows(g, rows[i]))
			fail_msg("%s is refused", rows[i]);
	}
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
	assert_false(allows(g, "fc12::1"));
	assert_false(allows(g, "fe80::1"));
	assert_false(allows(g, "64:ff9b::10.8.0.1")); /* named is the address, not what a translator makes of it */
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
	iv_egress_free(NULL);
}

static bool is_mine(void *arg, const struct iv_address *a)
{
	struct iv_address mine;

	assert_true(iv_address_parse(iv_str(arg), &mine));
	return iv_address_eq(&mine, a);
}

static void an_address_of_our_own_is_refused_though_it_is_public(void **state)
{
	char ip[] = "52.1.2.3";
	struct iv_egress *g = iv_egress_new("", NULL), *named = iv_egress_new("52.1.2.3", NULL);
	struct sockaddr_storage sa;

	(void)state;
	iv_egress_own(g, is_mine, ip);
	iv_egress_own(named, is_mine, ip);
	assert_false(allows(g, "52.1.2.3"));
	assert_false(allows(g, "::ffff:52.1.2.3"));
	assert_false(allows(g, "64:ff9b::52.1.2.3"));
	assert_true(allows(g, "52.1.2.4"));
	sockaddr_of("52.1.2.3", &sa);
	assert_int_equal(iv_egress_judge(g, (const struct sockaddr *)&sa), IV_RANGE_OWN);
	assert_int_equal(iv_egress_judge(named, (const struct sockaddr *)&sa), IV_RANGE_PUBLIC);
	assert_string_equal(iv_range_name(IV_RANGE_OWN), "own");
	iv_egress_free(g);
	iv_egress_free(named);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_range_has_its_edges),
		cmocka_unit_test(no_spelling_of_an_inner_address_gets_through),
		cmocka_unit_test(public_addresses_are_reached),
		cmocka_unit_test(a_named_network_is_reached_and_its_neighbours_are_not),
		cmocka_unit_test(what_is_no_network_is_refused_by_name),
		cmocka_unit_test(an_address_of_our_own_is_refused_though_it_is_public),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
