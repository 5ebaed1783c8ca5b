/* iv_jwt: compact JSON web tokens, verified with keys whose algorithm is pinned with the key and never read
 * from the token (RFC 7515, 7517, 7519, 8725). HS256, ES256, RS256 and EdDSA (Ed25519, RFC 8037) by OpenSSL; "none" does
 * not exist. */
#ifndef IV_JWT_H
#define IV_JWT_H

#include "iv_arena.h"
#include "iv_buf.h"
#include "iv_err.h"

#define IV_JWT_TOKEN_MAX 8192  /* bytes of a token; more is refused unread */
#define IV_JWT_JWKS_MAX 65536  /* bytes of a key document */
#define IV_JWT_KEYS_MAX 32     /* keys of a set */
#define IV_JWT_KID_MAX 128     /* bytes of a key id */
#define IV_JWT_SECRET_MIN 32   /* bytes of an HS256 secret (RFC 7518 §3.2) */

enum iv_jwt_alg { IV_JWT_HS256, IV_JWT_ES256, IV_JWT_RS256, IV_JWT_EDDSA };

/* ── keys. A set is filled once and then only read; a new key document makes a new set. */
struct iv_jwt_keys;

struct iv_jwt_keys *iv_jwt_keys_new(void);
void iv_jwt_keys_free(struct iv_jwt_keys *keys); /* secrets are wiped; NULL is fine */
size_t iv_jwt_keys_count(const struct iv_jwt_keys *keys);
/* A shared secret; kid "" serves tokens of any kid that no other key has. Copied. A PEM text is refused: it
 * is a public key, and no secret. Two keys of one kid and algorithm are refused everywhere. */
IV_MUST_CHECK bool iv_jwt_keys_add_secret(struct iv_jwt_keys *keys, struct iv_str kid, struct iv_str secret,
					  struct iv_err *e);
/* ES256 (P-256), RS256 (2048 to 8192 bits) or EdDSA (Ed25519): a public key, or a private one, which can sign as well. */
IV_MUST_CHECK bool iv_jwt_keys_add_pem(struct iv_jwt_keys *keys, struct iv_str kid, enum iv_jwt_alg alg,
				       struct iv_str pem, struct iv_err *e);
/* A key document as fetched. Taken are RSA, P-256 and Ed25519 public keys for signatures; others are passed over:
 * other types, encryption keys, weak or broken ones, and what nobody may publish ("oct" secrets, private
 * members). No key at all is fine: so says a Supabase project that still signs with its secret. False: not
 * such a document, too large, or a kid given twice for one algorithm; the set is then as before. */
IV_MUST_CHECK bool iv_jwt_keys_add_jwks(struct iv_jwt_keys *keys, struct iv_str json, struct iv_err *e);

/* ── verifying */
#define IV_JWT_VERDICTS(X)                                                                         \
	X(IV_JWT_OK, "ok")                                                                         \
	X(IV_JWT_MALFORMED, "malformed")                                                           \
	X(IV_JWT_WRONG_ALG, "wrong_algorithm")                                                     \
	X(IV_JWT_UNKNOWN_KEY, "unknown_key") /* perhaps the keys were rotated: fetch them again */ \
	X(IV_JWT_FORGED, "bad_signature")                                                          \
	X(IV_JWT_EXPIRED, "expired")                                                               \
	X(IV_JWT_NOT_YET, "not_yet_valid")                                                         \
	X(IV_JWT_WRONG_ISSUER, "wrong_issuer")                                                     \
	X(IV_JWT_WRONG_AUDIENCE, "wrong_audience")                                                 \
	X(IV_JWT_WRONG_TYPE, "wrong_type")

enum iv_jwt_verdict {
#define X(verdict, name) verdict,
	IV_JWT_VERDICTS(X)
#undef X
};
const char *iv_jwt_verdict_name(enum iv_jwt_verdict v); /* a metric's label */

struct iv_jwt_rules {
	struct iv_str issuer;   /* "iss" must be this; empty: not asked */
	struct iv_str audience; /* must be "aud" or one of it; empty: not asked */
	struct iv_str typ;      /* empty: "JWT", "at+jwt" or none; else exactly this kind ("ticket+jwt") */
	int64_t skew_s;         /* how far clocks may be apart, 0…300 */
	/* Where tenant and role are: members joined by dots, or one member of that whole name. Never below
	 * user_metadata, which users write themselves. Empty: "app_metadata.tenant_id" and "role". */
	struct iv_str tenant_path, role_path;
};

/* Texts lie in the arena; empty where the token has none. */
struct iv_jwt_claims {
	struct iv_str issuer, subject, tenant_id, role, email, session_id, token_id;
	struct iv_str kid, payload; /* the claims' JSON, for what is not here */
	bool anonymous;             /* Supabase's is_anonymous */
	int64_t expires_at_s, issued_at_s; /* wall; issued 0: not said */
};

/* Signature first, then the claims: "exp" is required, "nbf" and "iat" must not lie ahead. A kid only
 * chooses among our keys; without one, the only key of its algorithm or up to four that have no kid are
 * tried. "jku", "x5u", "jwk" and "x5c" are never looked at, "crit" is refused. Anything but IV_JWT_OK
 * fills *e (IV_EAUTH) with words that hold nothing of the token, and *claims is then empty. */
IV_MUST_CHECK enum iv_jwt_verdict iv_jwt_verify(const struct iv_jwt_keys *keys, const struct iv_jwt_rules *rules,
						struct iv_str token, int64_t wall_ms, struct iv_arena *arena,
						struct iv_jwt_claims *claims, struct iv_err *e);

/* ── signing: appends a token with these claims, a JSON object that must have "exp". By the key of that
 * kid, or with "" the first that can sign. */
IV_MUST_CHECK bool iv_jwt_sign(const struct iv_jwt_keys *keys, struct iv_str kid, const char *typ,
			       struct iv_str claims, struct iv_buf *out, struct iv_err *e);

#endif
