/* The inside of authentication: what it remembers, whom it lets wait, which keys verify tokens. */
#ifndef AUTH_PRIV_H
#define AUTH_PRIV_H

#include "iv_cidr.h"
#include "iv_fetch.h"
#include "iv_jwt.h"
#include "iv_map.h"
#include "iv_pg.h"
#include "iv_principal.h"

enum {
	AUTH_KNOWN_MAX = 10000, /* credentials remembered, of each kind */
	AUTH_KNOWN_MS = 30000,
	AUTH_UNKNOWN_MS = 5000,
	AUTH_PROXIES_MAX = 32,
};

#define AUTH_ISSUER "invorto" /* of the tokens that sign-ins get */

struct auth_door;

struct iv_auth {
	const struct iv_config *cfg;
	struct iv_map *used; /* signature → its expiry, as a pointer-sized number of seconds */
	int64_t swept_s;
	int64_t now_s;
	struct auth_door *door; /* NULL: no database */
};

/* ── auth_memory.c: what was found out about a credential, for a while; the oldest go first */

struct auth_tenant { /* that a key or a person may speak for */
	struct iv_str id;
	enum iv_role role;
	bool active, any_address;
	struct iv_cidr *allow;
	size_t allow_count;
	int64_t rate_per_minute;
};

struct auth_known {
	struct iv_list node;
	int64_t until_us;
	char name[140]; /* SHA-256 of the key, or the person's id */
	struct iv_arena arena;
	bool found; /* false: there is no such credential */
	/* key */
	struct iv_str key_id;
	struct iv_strs scopes;
	bool live;
	int64_t expires_ms, revoked_ms; /* Unix; IV_SQL_NULL: not */
	/* person */
	bool disabled, platform;
	struct auth_tenant *tenants; /* a key has one */
	size_t tenant_count;
};

struct auth_memory {
	struct iv_map *by_name;
	struct iv_list oldest;
	size_t max;
};

void auth_memory_init(struct auth_memory *m, size_t max);
void auth_memory_deinit(struct auth_memory *m);
struct auth_known *auth_memory_get(struct auth_memory *m, struct iv_str name); /* NULL: not, or too old */
/* A fresh entry in the place of an old one; NULL when the name is too long. */
struct auth_known *auth_memory_put(struct auth_memory *m, struct iv_str name, int64_t ms);
void auth_memory_clear(struct auth_memory *m);
void auth_memory_forget(struct auth_memory *m, struct auth_known *k);
/* Which entries a piece of news is about: "key ID", "tenant ID", "user ID"; empty: all. */
void auth_memory_news(struct auth_memory *m, struct iv_str news);
/* Networks as the schema has them; what cannot be read lets nobody in. */
void auth_allow(struct auth_tenant *t, const struct iv_strs *networks, struct iv_arena *a);

/* ── auth_guard.c: addresses that were wrong too often */
struct auth_guard {
	struct iv_map *by_address;
	struct iv_list oldest;
	size_t count;
};
void auth_guard_init(struct auth_guard *g);
void auth_guard_deinit(struct auth_guard *g);
void auth_guard_note(struct auth_guard *g, struct iv_str address);
int64_t auth_guard_wait_s(struct auth_guard *g, struct iv_str address, int64_t limit); /* 0: go on */

/* ── auth_keys.c: the keys of tokens, and the document they come from */
struct auth_keys {
	struct iv_services *s;
	struct iv_jwt_keys *set;
	struct iv_buf jwks; /* the last good document */
	struct iv_timer refresh;
	struct iv_fetch *fetch;
	int64_t good_us, tried_us; /* monotonic; 0: never */
	struct iv_list waiting;    /* struct auth_wait */
};
struct auth_wait {
	struct iv_op op;
	struct iv_list node;
};
bool auth_keys_init(struct auth_keys *k, struct iv_services *s, struct iv_err *e);
void auth_keys_deinit(struct auth_keys *k);
void auth_keys_purge(struct auth_keys *k);
/* A token names a key we do not have: may the document be asked for again? At most twice a minute, whoever
 * asks. Then `return auth_keys_await(…)`. */
bool auth_keys_may_ask(const struct auth_keys *k);
enum iv_flow_next auth_keys_await(struct auth_keys *k, struct iv_flow *f, struct auth_wait *w);

/* ── one search */
struct auth_lookup {
	struct iv_flow flow; /* first */
	struct iv_list node; /* of the door */
	struct iv_flow *running;
	struct iv_auth *auth;
	struct iv_auth_run *run; /* NULL: nobody waits any more */
	struct iv_arena arena;   /* answers of the database */
	struct iv_pg_run pg;
	struct iv_rows rows, more;
	struct auth_wait wait;
	/* asked, in the memory of who asks */
	struct iv_offer offer;
	struct iv_str token;
	char hash[65];
	struct iv_jwt_claims claims;
	struct iv_arena *out_arena;
	struct iv_principal *who;
};

struct auth_door {
	struct iv_services *s;
	struct auth_memory keys, persons, strangers;
	struct auth_guard guard;
	struct auth_keys tokens;
	struct iv_list lookups, uses, guests;
	struct iv_list passwords; /* that wait for the thread; the first is in it when busy */
	size_t password_count;
	bool password_busy;
	struct iv_cidr proxies[AUTH_PROXIES_MAX];
	size_t proxy_count;
};

/* principal.c: does the remembered credential make this principal? */
bool auth_settle(struct iv_auth *a, const struct auth_known *k, const struct auth_lookup *asked, struct iv_err *e);
/* A token that was read: nobody's (*e is filled), the project's own (*settled), or a person's. */
bool auth_token_is_somebody(const struct auth_lookup *asked, bool *settled, struct iv_err *e);
/* Begins like an API key; whether it is one its checksum tells. */
bool auth_looks_like_key(struct iv_str token);
void auth_door_free(struct auth_door *d);
/* auth_lookup.c */
enum iv_flow_next auth_lookup_key(struct iv_flow *f, const struct auth_lookup *asked);
enum iv_flow_next auth_lookup_person(struct iv_flow *f, const struct auth_lookup *asked, bool unknown_key);
/* Reads the token: IV_JWT_OK fills asked->claims, anything else *e. */
enum iv_jwt_verdict auth_read_token(struct iv_auth *a, struct auth_lookup *asked, struct iv_err *e);
void auth_lookups_cancel(struct auth_door *d);
void auth_guests_cancel(struct auth_door *d);    /* auth_guest.c */
void auth_passwords_cancel(struct auth_door *d); /* auth_password.c */

#endif
