/* iv_cidr: networks of IPv4 and IPv6 addresses, as text and as bits. An IPv4 address inside IPv6
 * ("::ffff:192.0.2.1") is the IPv4 address. */
#ifndef IV_CIDR_H
#define IV_CIDR_H

#include "iv_err.h"

struct iv_address {
	uint8_t bytes[16];
	bool v6;
};

struct iv_cidr {
	struct iv_address address;
	int bits; /* 0…32, 0…128 */
};

IV_MUST_CHECK bool iv_address_parse(struct iv_str s, struct iv_address *a);
/* "192.0.2.0/24", "2001:db8::/32", or an address alone. Bits behind the length must be zero: who writes
 * 10.0.0.1/8 meant something else. */
IV_MUST_CHECK bool iv_cidr_parse(struct iv_str s, struct iv_cidr *c, struct iv_err *e);
bool iv_cidr_has(const struct iv_cidr *c, const struct iv_address *a);

#endif
