/* Networks: reading them and asking whether an address is inside. */
#include "iv_cidr.h"

#include <arpa/inet.h>

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool iv_address_parse(struct iv_str s, struct iv_address *a)
{
	char text[INET6_ADDRSTRLEN];

	*a = (struct iv_address){0};
	if (memchr(s.ptr ? s.ptr : "", '\0', s.len) || !iv_str_copy(text, sizeof(text), s))
		return false;
	if (inet_pton(AF_INET, text, a->bytes) == 1)
		return true;
	if (inet_pton(AF_INET6, text, a->bytes) != 1)
		return false;
	a->v6 = memcmp(a->bytes, mapped, sizeof(mapped)) != 0;
	if (!a->v6) {
		memmove(a->bytes, a->bytes + 12, 4);
		memset(a->bytes + 4, 0, 12);
	}
	return true;
}

static bool bit(const struct iv_address *a, int i)
{
	return a->bytes[i / 8] >> (7 - i % 8) & 1;
}

bool iv_cidr_parse(struct iv_str s, struct iv_cidr *c, struct iv_err *e)
{
	struct iv_str rest = s, address = IV_STR_NULL;
	int64_t bits;
	int all;

	if (!iv_str_split(&rest, '/', &address) || !iv_address_parse(address, &c->address))
		return iv_fail(e, IV_EINVAL, "must be an address or a network such as 192.0.2.0/24 or 2001:db8::/32");
	all = c->address.v6 ? 128 : 32;
	bits = all;
	if (address.len < s.len && (!iv_str_to_i64(rest, &bits) || bits < 0 || bits > all))
		return iv_fail(e, IV_EINVAL, "must have a length of 0 to %d behind the slash", all);
	c->bits = (int)bits;
	for (int i = c->bits; i < all; i++) {
		if (bit(&c->address, i))
			return iv_fail(e, IV_EINVAL, "must have zeros behind its first %d bits", c->bits);
	}
	return true;
}

bool iv_cidr_has(const struct iv_cidr *c, const struct iv_address *a)
{
	int whole = c->bits / 8, left = c->bits % 8;

	if (c->address.v6 != a->v6 || memcmp(c->address.bytes, a->bytes, (size_t)whole) != 0)
		return false;
	return left == 0 || c->address.bytes[whole] >> (8 - left) == a->bytes[whole] >> (8 - left);
}
