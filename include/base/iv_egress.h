/* iv_egress: where requests may go whose address somebody else has chosen: a tenant's webhook, tool or URL.
 * Judged is the socket's address, never the text of the host: no resolver, spelling or redirect comes
 * between the two. Public is what the IANA registries call global and nobody tunnels; IPv4 inside IPv6 is
 * judged as the IPv4 that it reaches. */
#ifndef IV_EGRESS_H
#define IV_EGRESS_H

#include "iv_cidr.h"

#define IV_RANGES(X)                                                                               \
	X(IV_RANGE_PUBLIC, "public")                                                               \
	X(IV_RANGE_UNSPECIFIED, "unspecified")     /* 0/8, :: */                                   \
	X(IV_RANGE_LOOPBACK, "loopback")                                                           \
	X(IV_RANGE_PRIVATE, "private")             /* RFC 1918, unique local, carrier NAT */       \
	X(IV_RANGE_LINK_LOCAL, "link_local")       /* cloud metadata too */                        \
	X(IV_RANGE_MULTICAST, "multicast")         /* and broadcast */                             \
	X(IV_RANGE_DOCUMENTATION, "documentation") /* and benchmarks */                            \
	X(IV_RANGE_TUNNEL, "tunnel")               /* 6to4, Teredo, a site's own NAT64 */          \
	X(IV_RANGE_PLATFORM, "platform")           /* a cloud's own service on a public address */ \
	X(IV_RANGE_RESERVED, "reserved")           /* all that is left */                          \
	X(IV_RANGE_OWN, "own")                     /* this machine's, by the hook */

enum iv_range {
#define X(range, name) range,
	IV_RANGES(X)
#undef X
};

const char *iv_range_name(enum iv_range r);
enum iv_range iv_address_range(const struct iv_address *a); /* never IV_RANGE_OWN */
bool iv_address_is_public(const struct sockaddr *sa);       /* false for other families */

struct iv_egress;

/* `allow`: networks that may be reached all the same, "10.0.0.0/8, ::1"; NULL with *e when one is none. */
struct iv_egress *iv_egress_new(const char *allow, struct iv_err *e);
void iv_egress_free(struct iv_egress *g);
/* `own` says whether an address is one of this machine's, which may be public and yet lead back inside. */
void iv_egress_own(struct iv_egress *g, bool (*own)(void *arg, const struct iv_address *a), void *arg);
bool iv_egress_allows(const struct iv_egress *g, const struct sockaddr *sa);
/* The same with the reason: IV_RANGE_PUBLIC when it is public or allowed. */
enum iv_range iv_egress_judge(const struct iv_egress *g, const struct sockaddr *sa);

#endif
