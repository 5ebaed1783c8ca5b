/* Which row of a route table answers a request; pure. */
#ifndef ROUTE_H
#define ROUTE_H

#include "iv_arena.h"
#include "iv_http.h"

#define ROUTE_PARAMS 8
#define ROUTE_ALLOW 128

struct route_match {
	const struct iv_route *route;
	size_t param_count;
	struct {
		struct iv_str name;  /* without the colon; "*" for the rest */
		struct iv_str value; /* percent-decoded, in the arena */
	} params[ROUTE_PARAMS];
	char allow[ROUTE_ALLOW]; /* for 405 */
};

/* The first row whose method and path fit. Returns 0, 400 (bad escape), 404, 405, or 426 (only an
 * upgrade is answered here). */
int route_find(const struct iv_route *routes, struct iv_str method, struct iv_str path,
	       bool upgrade, struct iv_arena *a, struct route_match *m);
/* "%2f" to "/"; IV_STR_NULL for a malformed escape, a NUL, or no memory. */
struct iv_str route_decode(struct iv_arena *a, struct iv_str s);

#endif
