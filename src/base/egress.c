/* Which addresses are public: a table of those that are not, from the IANA special-purpose registries, and
 * what carries IPv4 inside IPv6. */
#include "iv_egress.h"

#include <sys/socket.h>

#include "mem.h"

struct range {
	uint8_t bytes[16];
	int bits;
	enum iv_range kind;
};

static const struct range special4[] = {
	{{0}, 8, IV_RANGE_UNSPECIFIED},
	{{10}, 8, IV_RANGE_PRIVATE},
	{{100, 64}, 10, IV_RANGE_PRIVATE}, /* carrier NAT; a cloud's metadata lives here too */
	{{127}, 8, IV_RANGE_LOOPBACK},
	{{168, 63, 129, 16}, 32, IV_RANGE_PLATFORM}, /* Azure's guest agent, from inside only */
	{{169, 254}, 16, IV_RANGE_LINK_LOCAL},
	{{172, 16}, 12, IV_RANGE_PRIVATE},
	{{192, 0, 0}, 24, IV_RANGE_RESERVED}, /* protocol assignments */
	{{192, 0, 2}, 24, IV_RANGE_DOCUMENTATION},
	{{192, 88, 99}, 24, IV_RANGE_TUNNEL}, /* relays of 6to4 */
	{{192, 168}, 16, IV_RANGE_PRIVATE},
	{{198, 18}, 15, IV_RANGE_DOCUMENTATION}, /* benchmarks */
	{{198, 51, 100}, 24, IV_RANGE_DOCUMENTATION},
	{{203, 0, 113}, 24, IV_RANGE_DOCUMENTATION},
	{{255, 255, 255, 255}, 32, IV_RANGE_MULTICAST},
	{{224}, 4, IV_RANGE_MULTICAST},
	{{240}, 4, IV_RANGE_RESERVED},
};

/* Behind these comes all that is not 2000::/3, the only unicast that is global. */
static const struct range special6[] = {
	{{0}, 128, IV_RANGE_UNSPECIFIED},
	{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, IV_RANGE_LOOPBACK},
	{{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, IV_RANGE_TUNNEL}, /* a site's own NAT64 */
	{{0x01, 0x00}, 64, IV_RANGE_RESERVED},			     /* discard */
	{{0x20, 0x01, 0x00, 0x00}, 32, IV_RANGE_TUNNEL},	     /* Teredo */
	{{0x20, 0x01, 0x00, 0x02}, 48, IV_RANGE_DOCUMENTATION},	     /* benchmarks */
	{{0x20, 0x01}, 23, IV_RANGE_RESERVED},			     /* protocols: ORCHID and others */
	{{0x20, 0x01, 0x0d, 0xb8}, 32, IV_RANGE_DOCUMENTATION},
	{{0x20, 0x02}, 16, IV_RANGE_TUNNEL}, /* 6to4, withdrawn */
	{{0x3f, 0xff}, 20, IV_RANGE_DOCUMENTATION},
	{{0x5f, 0x00}, 16, IV_RANGE_RESERVED}, /* segment routing */
	{{0xfc}, 7, IV_RANGE_PRIVATE},
	{{0xfe, 0x80}, 10, IV_RANGE_LINK_LOCAL},
	{{0xfe, 0xc0}, 10, IV_RANGE_PRIVATE}, /* site-local, withdrawn */
	{{0xff}, 8, IV_RANGE_MULTICAST},
};

const char *iv_range_name(enum iv_range r)
{
	static const char *const names[] = {
#define X(range, name) [range] = name,
		IV_RANGES(X)
#undef X
	};

	return (size_t)r < IV_COUNT(names) ? names[r] : "unknown";
}

static bool has(const struct range *r, const uint8_t *bytes)
{
	size_t whole = (size_t)r->bits / 8;
	int left = r->bits % 8;

	return memcmp(r->bytes, bytes, whole) == 0 &&
	       (left == 0 || (r->bytes[whole] ^ bytes[whole]) >> (8 - left) == 0);
}

static enum iv_range look_up(const struct range *table, size_t count, const uint8_t *bytes, enum iv_range other)
{
	for (size_t i = 0; i < count; i++) {
		if (has(&table[i], bytes))
			return table[i].kind;
	}
	return other;
}

/* 64:ff9b::/96: where there is no IPv4 at all it is the only way to most of the net. */
static bool reaches_ipv4(const struct iv_address *a, struct iv_address *inner)
{
	static const uint8_t nat64[12] = {0x00, 0x64, 0xff, 0x9b};

	if (!a->v6 || memcmp(a->bytes, nat64, sizeof(nat64)) != 0)
		return false;
	*inner = (struct iv_address){0};
	memcpy(inner->bytes, a->bytes + 12, 4);
	return true;
}

enum iv_range iv_address_range(const struct iv_address *a)
{
	struct iv_address inner;
	bool global;

	if (reaches_ipv4(a, &inner))
		a = &inner;
	if (!a->v6)
		return look_up(special4, IV_COUNT(special4), a->bytes, IV_RANGE_PUBLIC);
	global = (a->bytes[0] & 0xe0) == 0x20;
	return look_up(special6, IV_COUNT(special6), a->bytes, global ? IV_RANGE_PUBLIC : IV_RANGE_RESERVED);
}

bool iv_address_is_public(const struct sockaddr *sa)
{
	struct iv_address a;

	return iv_address_of(sa, &a) && iv_address_range(&a) == IV_RANGE_PUBLIC;
}

/* ── the rules of one process */

struct iv_egress {
	struct iv_arena arena;
	struct iv_cidrs allowed;
	bool (*own)(void *arg, const struct iv_address *a);
	void *arg;
};

struct iv_egress *iv_egress_new(const char *allow, struct iv_err *e)
{
	struct iv_egress *g = must_calloc(1, sizeof(*g));

	iv_arena_init(&g->arena, 64 * 1024);
	if (iv_cidrs_parse(iv_str(allow), &g->arena, &g->allowed, e))
		return g;
	iv_egress_free(g);
	return NULL;
}

void iv_egress_free(struct iv_egress *g)
{
	if (g)
		iv_arena_deinit(&g->arena);
	free(g);
}

void iv_egress_own(struct iv_egress *g, bool (*own)(void *arg, const struct iv_address *a), void *arg)
{
	g->own = own;
	g->arg = arg;
}

enum iv_range iv_egress_judge(const struct iv_egress *g, const struct sockaddr *sa)
{
	struct iv_address a, inner;
	enum iv_range range;

	if (!iv_address_of(sa, &a))
		return IV_RANGE_RESERVED;
	if (iv_cidrs_have(&g->allowed, &a))
		return IV_RANGE_PUBLIC;
	range = iv_address_range(&a);
	if (range != IV_RANGE_PUBLIC || !g->own)
		return range;
	if (g->own(g->arg, &a) || (reaches_ipv4(&a, &inner) && g->own(g->arg, &inner)))
		return IV_RANGE_OWN;
	return IV_RANGE_PUBLIC;
}

bool iv_egress_allows(const struct iv_egress *g, const struct sockaddr *sa)
{
	return iv_egress_judge(g, sa) == IV_RANGE_PUBLIC;
}
