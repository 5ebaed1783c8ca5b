/* iv_cidr: networks of IPv4 and IPv6 addresses, as text and as bits. An IPv4 address inside IPv6
 * ("::ffff:192.0.2.1") is the IPv4 address. */
#ifndef IV_CIDR_H
#define IV_CIDR_H

#include "iv_arena.h"
#include "iv_err.h"

struct sockaddr;

struct iv_address {
	uint8_t bytes[16]; /* IPv4: the first four */
	bool v6;
};

struct iv_cidr {
	struct iv_address address;
	int bits; /* 0…32, 0…128 */
};

#define IV_CIDRS_MAX 1000

struct iv_cidrs {
	struct iv_cidr *items;
	size_t count;
};

/* As inet_pton reads it: four decimal parts, or IPv6 without zone; never octal, hex or fewer parts. */
IV_MUST_CHECK bool iv_address_parse(struct iv_str s, struct iv_address *a);
/* False for what is neither IPv4 nor IPv6. Port and zone are left out. */
IV_MUST_CHECK bool iv_address_of(const struct sockaddr *sa, struct iv_address *a);
#define IV_ADDRESS_SIZE 46
void iv_address_print(const struct iv_address *a, char out[IV_ADDRESS_SIZE]);
static inline bool iv_address_eq(const struct iv_address *a, const struct iv_address *b)
{
	return a->v6 == b->v6 && memcmp(a->bytes, b->bytes, a->v6 ? 16 : 4) == 0;
}

/* "192.0.2.0/24", "2001:db8::/32", or an address alone. Bits behind the length must be zero: who writes
 * 10.0.0.1/8 meant something else. */
IV_MUST_CHECK bool iv_cidr_parse(struct iv_str s, struct iv_cidr *c, struct iv_err *e);
bool iv_cidr_has(const struct iv_cidr *c, const struct iv_address *a);

/* "10.0.0.0/8, ::1": parted by commas, blanks around and empty places are fine, at most IV_CIDRS_MAX. The
 * error names the one that is none. */
IV_MUST_CHECK bool iv_cidrs_parse(struct iv_str list, struct iv_arena *arena, struct iv_cidrs *out,
				  struct iv_err *e);
bool iv_cidrs_have(const struct iv_cidrs *list, const struct iv_address *a);

#endif
