/* Which addresses the public internet has: what a tenant's URL may reach. A list of what may not,
 * from the IANA special-purpose registries; IPv4 inside IPv6 is judged as the IPv4 it reaches. */
#include "public_addr.h"

#include <netinet/in.h>

struct range4 {
	uint32_t base;
	int bits;
};

static const struct range4 special4[] = {
	{0x00000000, 8},  /* 0.0.0.0/8 this host */
	{0x0a000000, 8},  /* 10/8 private */
	{0x64400000, 10}, /* 100.64/10 carrier NAT */
	{0x7f000000, 8},  /* 127/8 loopback */
	{0xa9fe0000, 16}, /* 169.254/16 link-local, cloud metadata */
	{0xac100000, 12}, /* 172.16/12 private */
	{0xc0000000, 24}, /* 192.0.0/24 protocol assignments */
	{0xc0000200, 24}, /* 192.0.2/24 documentation */
	{0xc0586300, 24}, /* 192.88.99/24 6to4 relays */
	{0xc0a80000, 16}, /* 192.168/16 private */
	{0xc6120000, 15}, /* 198.18/15 benchmarks */
	{0xc6336400, 24}, /* 198.51.100/24 documentation */
	{0xcb007100, 24}, /* 203.0.113/24 documentation */
	{0xe0000000, 3},  /* 224/4 multicast, 240/4 reserved, broadcast */
};

static bool public4(uint32_t ip)
{
	for (size_t i = 0; i < IV_COUNT(special4); i++)
		if (((ip ^ special4[i].base) >> (32 - special4[i].bits)) == 0)
			return false;
	return true;
}

static uint32_t be32(const uint8_t *b)
{
	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static bool public6(const uint8_t b[16])
{
	static const uint8_t zero[16];

	if (memcmp(b, zero, 10) == 0 && b[10] == 0xff && b[11] == 0xff) /* ::ffff:a.b.c.d */
		return public4(be32(b + 12));
	if (be32(b) == 0x0064ff9b && memcmp(b + 4, zero, 8) == 0) /* 64:ff9b::/96 NAT64 */
		return public4(be32(b + 12));
	if (b[0] == 0x20 && b[1] == 0x02) /* 2002::/16 6to4 */
		return public4(be32(b + 2));
	/* Only 2000::/3 is global unicast: not ::1, fc00::/7, fe80::/10, ff00::/8. */
	if ((b[0] & 0xe0) != 0x20)
		return false;
	/* 2001::/23 Teredo and other protocols */
	if (b[0] == 0x20 && b[1] == 0x01 && (b[2] & 0xfe) == 0)
		return false;
	if (b[0] == 0x3f && b[1] == 0xff && b[2] < 0x10) /* 3fff::/20 documentation */
		return false;
	return be32(b) != 0x20010db8; /* documentation */
}

bool iv_address_is_public(const struct sockaddr *sa)
{
	if (sa->sa_family == AF_INET) {
		struct sockaddr_in in;

		memcpy(&in, sa, sizeof(in));
		return public4(ntohl(in.sin_addr.s_addr));
	}
	if (sa->sa_family == AF_INET6) {
		struct sockaddr_in6 in6;

		memcpy(&in6, sa, sizeof(in6));
		return public6(in6.sin6_addr.s6_addr);
	}
	return false;
}
