/* Where requests to addresses of a tenant's choosing may go: the public internet, and the networks that the
 * operator has named. */
#include "egress.h"

#include <netinet/in.h>
#include "iv_cidr.h"
#include "public_addr.h"

struct iv_egress {
	struct iv_cidr *allowed;
	size_t count;
};

void iv_egress_free(struct iv_egress *g)
{
	if (g)
		free(g->allowed);
	free(g);
}

struct iv_egress *iv_egress_new(const char *networks, struct iv_err *e)
{
	struct iv_str rest = iv_str(networks), one;
	struct iv_egress *g = net_calloc(sizeof(*g));

	g->allowed = net_calloc((rest.len + 1) * sizeof(*g->allowed));
	while (iv_str_split(&rest, ',', &one)) {
		struct iv_err why = {0};

		one = iv_str_trim(one);
		if (!one.len || iv_cidr_parse(one, &g->allowed[g->count++], &why))
			continue;
		iv_fail(e, IV_EINVAL, "\"%.*s\": %s", (int)(one.len < 64 ? one.len : 64), one.ptr, why.msg);
		iv_egress_free(g);
		return NULL;
	}
	return g;
}

static bool address_of(const struct sockaddr *sa, struct iv_address *a)
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
	a->v6 = !IN6_IS_ADDR_V4MAPPED(&in6.sin6_addr);
	if (a->v6)
		memcpy(a->bytes, &in6.sin6_addr, 16);
	else
		memcpy(a->bytes, in6.sin6_addr.s6_addr + 12, 4);
	return true;
}

bool iv_egress_allows(const struct iv_egress *g, const struct sockaddr *sa)
{
	struct iv_address a;

	if (iv_address_is_public(sa))
		return true;
	if (!address_of(sa, &a))
		return false;
	for (size_t i = 0; i < g->count; i++)
		if (iv_cidr_has(&g->allowed[i], &a))
			return true;
	return false;
}
