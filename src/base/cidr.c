/* Networks: reading them and asking whether an address is inside. */
#include "iv_cidr.h"

#include <arpa/inet.h>
#include <netinet/in.h>

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

/* What IPv6 carries of IPv4 becomes IPv4. */
static void canonical(struct iv_address *a)
{
	a->v6 = memcmp(a->bytes, mapped, sizeof(mapped)) != 0;
	if (!a->v6) {
		memcpy(a->bytes, a->bytes + 12, 4);
		memset(a->bytes + 4, 0, 12);
	}
}

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
	canonical(a);
	return true;
}

bool iv_address_of(const struct sockaddr *sa, struct iv_address *a)
{
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	*a = (struct iv_address){0};
	if (sa->sa_family == AF_INET) {
		memcpy(&in, sa, sizeof(in));
		memcpy(a->bytes, &in.sin_addr, 4);
		return true;
	}
	if (sa->sa_family != AF_INET6)
		return false;
	memcpy(&in6, sa, sizeof(in6));
	memcpy(a->bytes, &in6.sin6_addr, 16);
	canonical(a);
	return true;
}

void iv_address_print(const struct iv_address *a, char out[IV_ADDRESS_SIZE])
{
	if (!inet_ntop(a->v6 ? AF_INET6 : AF_INET, a->bytes, out, IV_ADDRESS_SIZE))
		out[0] = '\0';
}

static bool bit(const struct iv_address *a, int i)
{
	return a->bytes[i / 8] >> (7 - i % 8) & 1;
}

/* The length behind the slash; that of an IPv4 network written as IPv6 counts the 96 bits in front. */
static bool read_length(struct iv_str address, struct iv_str rest, bool slash, struct iv_cidr *c)
{
	bool written_v6 = memchr(address.ptr, ':', address.len) != NULL;
	int64_t bits = written_v6 ? 128 : 32, front = written_v6 && !c->address.v6 ? 96 : 0;

	for (size_t i = 0; i < rest.len; i++) {
		if (rest.ptr[i] < '0' || rest.ptr[i] > '9')
			return false;
	}
	if (slash && (rest.len > 3 || !iv_str_to_i64(rest, &bits)))
		return false;
	if (bits < front || bits > (written_v6 ? 128 : 32))
		return false;
	c->bits = (int)(bits - front);
	return true;
}

bool iv_cidr_parse(struct iv_str s, struct iv_cidr *c, struct iv_err *e)
{
	struct iv_str rest = s, address = IV_STR_NULL;
	int all;

	if (!iv_str_split(&rest, '/', &address) || !iv_address_parse(address, &c->address))
		return iv_fail(e, IV_EINVAL, "must be an address or a network such as 192.0.2.0/24 or 2001:db8::/32");
	all = c->address.v6 ? 128 : 32;
	if (!read_length(address, rest, address.len < s.len, c))
		return iv_fail(e, IV_EINVAL, "must have a length of 0 to %d behind the slash", all);
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

bool iv_cidrs_parse(struct iv_str list, struct iv_arena *arena, struct iv_cidrs *out, struct iv_err *e)
{
	struct iv_str rest = list, one;
	size_t count = 0;

	*out = (struct iv_cidrs){0};
	while (iv_str_split(&rest, ',', &one))
		count += iv_str_trim(one).len > 0;
	if (count > IV_CIDRS_MAX)
		return iv_fail(e, IV_ETOOBIG, "more than %d networks", IV_CIDRS_MAX);
	out->items = iv_arena_alloc(arena, count * sizeof(*out->items));
	if (!out->items)
		return iv_fail(e, IV_ETOOBIG, "networks need more than %zu bytes of memory", arena->limit);
	for (rest = list; iv_str_split(&rest, ',', &one);) {
		struct iv_err why = {0};

		one = iv_str_trim(one);
		if (!one.len || iv_cidr_parse(one, &out->items[out->count], &why)) {
			out->count += one.len > 0;
			continue;
		}
		out->count = 0;
		return iv_fail(e, IV_EINVAL, "\"%.*s\": %s", (int)(one.len < 64 ? one.len : 64), one.ptr, why.msg);
	}
	return true;
}

bool iv_cidrs_have(const struct iv_cidrs *list, const struct iv_address *a)
{
	for (size_t i = 0; i < list->count; i++) {
		if (iv_cidr_has(&list->items[i], a))
			return true;
	}
	return false;
}
