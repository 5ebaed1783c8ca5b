/* iv_principal: who asks. What a request or a socket brought becomes a tenant, a role and limits; always
 * from the credential, never from what the request says of itself.
 *
 *   API key   iv_live_… or iv_test_…, as bearer token or x-api-key; looked up by its SHA-256
 *   JWT       HS256 with JWT_SECRET, or keys of JWT_PUBLIC_KEY and JWT_JWKS_URL; ours or Supabase's claims
 *   ticket    wst_…, made by POST /v1/realtime/tickets for one socket, good once
 *
 * Known credentials are remembered for 30 s, unknown ones for 5 s; a revocation that reaches us by
 * NOTIFY forgets at once. Ten wrong ones from one address within a minute: that address waits. */
#ifndef IV_PRINCIPAL_H
#define IV_PRINCIPAL_H

#include "iv_arena.h"
#include "iv_auth.h"
#include "iv_flow.h"
#include "iv_rate.h"
#include "iv_services.h"
#include "iv_shape.h"

/* Ordered: a role may do what the ones before it may. */
enum iv_role { IV_ROLE_ANYONE, IV_ROLE_ANALYST, IV_ROLE_DEV, IV_ROLE_ADMIN, IV_ROLE_PLATFORM };
extern const char *const iv_role_names[]; /* "anyone", "analyst", "dev", "admin", "platform", NULL */
/* Index of the name, or -1. */
int iv_role_of(struct iv_str name);

/* Strings live in the arena that was given. */
struct iv_principal {
	enum iv_role role;
	struct iv_str tenant_id; /* "" only for IV_ROLE_ANYONE and IV_ROLE_PLATFORM without a tenant */
	struct iv_str user_id;   /* the subject of a JWT, else "" */
	struct iv_str key_id;    /* the API key, else "" */
	struct iv_strs scopes;   /* "agents:read", "calls:*", "*:read"; none: all that the role allows */
	int64_t rate_per_minute; /* 0: the default of the process */
	int64_t expires_ms;      /* Unix; 0: not by itself */
	bool live;               /* false: a test key */
};

/* Does a list of scopes hold "agents:write"? An empty list holds everything. */
bool iv_scope_allows(const struct iv_strs *scopes, struct iv_str wanted);

/* What was brought; empty where nothing was. */
struct iv_offer {
	struct iv_str authorization; /* header */
	struct iv_str api_key;       /* header x-api-key */
	struct iv_str tenant_id;     /* header x-tenant-id: one of several, never any */
	struct iv_str peer;          /* address of the client: iv_auth_peer */
};

/* Embedded in whoever asks; alive until the operation is done or its flow has ended. */
struct iv_auth_run {
	struct iv_op op;
	struct auth_lookup *lookup;
	struct auth_guest *guest;
	int64_t wait_s; /* of IV_ERATE: Retry-After */
};

/* Gives it the database, Redis and the keys' address: from here on keys, people and tickets are known.
 * Without s->pg only the process's own secrets are. */
IV_MUST_CHECK bool iv_auth_open(struct iv_auth *a, struct iv_services *s, struct iv_err *e);
/* Lookups in flight end with IV_ECANCELED; no callback runs afterwards. Before iv_net_close. */
void iv_auth_close(struct iv_auth *a);

/* The client's address: the peer's, or what proxies named in TRUSTED_PROXIES forwarded. */
struct iv_str iv_auth_peer(const struct iv_auth *a, struct iv_str peer, struct iv_str forwarded_for);

/* An operation: `return iv_auth_principal(…)` in a step. Finishes at once for what is remembered.
 *   IV_EAUTH       no credential, or none that is right; IV_EFORBIDDEN  the address is not on the tenant's
 *   list, or x-tenant-id is none of the principal's; IV_ERATE  too many wrong ones; IV_EDRAINING  the
 *   database does not answer */
enum iv_flow_next iv_auth_principal(struct iv_auth *a, struct iv_flow *f, struct iv_auth_run *run,
				    const struct iv_offer *offer, struct iv_arena *arena, struct iv_principal *who);

/* ── passwords, in a thread: one at a time, a few wait, one more is IV_EDRAINING */
struct iv_password_run {
	struct iv_op op;
	struct auth_password *job;
};
/* *matches: the password is the hash's. An empty hash takes as long. Both are copied, and wiped afterwards. */
enum iv_flow_next iv_auth_password_check(struct iv_auth *a, struct iv_flow *f, struct iv_password_run *run,
					 struct iv_str password, struct iv_str hash, bool *matches);
/* `out`: IV_PASSWORD_HASH_SIZE bytes. */
enum iv_flow_next iv_auth_password_hash(struct iv_auth *a, struct iv_flow *f, struct iv_password_run *run,
					struct iv_str password, char *out);

/* ── sign-ins: a short token that the API takes, good for ACCESS_TOKEN_TTL; and one that renews it */
#define IV_SESSION_TOKEN_SIZE 64
/* The claims of such a token, as JSON; tenant_id may be empty. */
IV_MUST_CHECK bool iv_auth_claims(const struct iv_config *cfg, struct iv_str user_id, struct iv_str tenant_id,
				  struct iv_str session_id, int64_t now_s, int64_t seconds, struct iv_buf *out);
/* IV_EUNSUPPORTED without JWT_SECRET. */
IV_MUST_CHECK bool iv_auth_access_token(const struct iv_auth *a, struct iv_str user_id, struct iv_str tenant_id,
					struct iv_str session_id, int64_t wall_ms, struct iv_buf *out, struct iv_err *e);
void iv_auth_refresh_token(char out[IV_SESSION_TOKEN_SIZE]); /* "rft_" and 192 random bits */
/* A wrong password counts like any wrong credential: how long the address has to wait, 0 when not. */
int64_t iv_auth_wait_s(struct iv_auth *a, struct iv_str peer);
void iv_auth_was_wrong(struct iv_auth *a, struct iv_str peer);

/* Who opened a socket, and which call it is for. */
struct iv_socket_guest {
	struct iv_principal who;        /* role IV_ROLE_ANYONE and no tenant: the process's own secrets */
	enum iv_auth_method method;
	struct iv_str call_id, agent_id; /* what a ticket was made for; "" when it says nothing */
};
/* A ticket for one socket of this principal: "wst_…", into `out`. Good for SOCKET_TICKET_TTL, once. */
#define IV_TICKET_SIZE 48
struct iv_ticket_run {
	struct iv_once_run once;
	bool fresh;
};
enum iv_flow_next iv_auth_ticket(struct iv_auth *a, struct iv_flow *f, struct iv_ticket_run *run,
				 const struct iv_principal *who, struct iv_str call_id, struct iv_str agent_id,
				 char out[IV_TICKET_SIZE]);
/* iv_auth_socket first, then keys, JWTs and tickets of tenants. At most ws_connects_per_s sockets a second
 * for one key (IV_ERATE). */
enum iv_flow_next iv_auth_guest(struct iv_auth *a, struct iv_flow *f, struct iv_auth_run *run,
				const struct iv_credentials *c, struct iv_arena *arena, struct iv_socket_guest *guest);

#endif
