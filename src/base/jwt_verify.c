/* Verifying a token: shape, key, signature, claims, in that order. Until the signature is right nothing is
 * believed but which of our keys the token would like to be checked with. */
#include "jwt_key.h"

#include <math.h>

#include "iv_crypto.h"
#include "iv_id.h"
#include "iv_json.h"

#define HEADER_MAX 2048 /* bytes, decoded */
#define TRIES_MAX 4	/* keys that one token may cost us */
#define SKEW_MAX_S 300
#define SECONDS_MAX 253402300799.0 /* the end of the year 9999 */
#define TEXT_MAX 512		   /* longest text claim that is taken out */
#define AUDIENCES_MAX 16

struct token {
	struct iv_str signed_text, header, payload;
	uint8_t signature[JWT_SIGNATURE_MAX];
	size_t signature_len;
	char kid[IV_JWT_KID_MAX + 1], typ[64];
	bool has_kid;
	enum iv_jwt_alg alg;
};

const char *iv_jwt_verdict_name(enum iv_jwt_verdict v)
{
	static const char *const names[] = {
#define X(verdict, name) [verdict] = name,
		IV_JWT_VERDICTS(X)
#undef X
	};

	return (size_t)v < IV_COUNT(names) ? names[v] : "unknown";
}

static enum iv_jwt_verdict refuse(struct iv_err *e, enum iv_jwt_verdict v, const char *why)
{
	iv_fail(e, IV_EAUTH, "%s", why);
	return v;
}

static struct iv_str decode(struct iv_arena *arena, struct iv_str text)
{
	uint8_t *bytes = iv_arena_alloc(arena, text.len * 3 / 4 + 1);
	ptrdiff_t n = bytes ? iv_base64url_decode(text, bytes) : -1;

	return n < 0 ? IV_STR_NULL : (struct iv_str){(const char *)bytes, (size_t)n};
}

/* Three parts of base64url and nothing else. */
static bool cut(struct iv_str text, struct iv_arena *arena, struct token *t)
{
	ptrdiff_t first = iv_str_find(text, IV_S("."), 0);
	ptrdiff_t second = first < 0 ? -1 : iv_str_find(text, IV_S("."), (size_t)first + 1);
	struct iv_str signature;
	ptrdiff_t n;

	if (second < 0)
		return false;
	signature = (struct iv_str){text.ptr + second + 1, text.len - (size_t)second - 1};
	if (signature.len * 3 / 4 > sizeof(t->signature))
		return false;
	n = iv_base64url_decode(signature, t->signature);
	if (n < 0)
		return false;
	t->signature_len = (size_t)n;
	t->signed_text = (struct iv_str){text.ptr, (size_t)second};
	t->header = decode(arena, (struct iv_str){text.ptr, (size_t)first});
	t->payload = decode(arena, (struct iv_str){text.ptr + first + 1, (size_t)(second - first) - 1});
	return t->header.ptr && t->payload.ptr && t->header.len <= HEADER_MAX;
}

static bool algorithm(struct iv_str name, enum iv_jwt_alg *alg)
{
	for (int i = 0; iv_jwt_alg_names[i]; i++) {
		if (iv_str_eq(name, iv_str(iv_jwt_alg_names[i]))) {
			*alg = (enum iv_jwt_alg)i;
			return true;
		}
	}
	return false;
}

/* An optional text: absent, or a string that fits. */
static bool text_member(const cJSON *obj, const char *name, char *out, size_t size)
{
	const cJSON *item = iv_json_get(obj, name);

	return !item || (cJSON_IsString(item) && iv_str_copy(out, size, iv_str(item->valuestring)));
}

static enum iv_jwt_verdict read_header(struct token *t, const cJSON *header, struct iv_err *e)
{
	if (!cJSON_IsObject(header) || !cJSON_IsString(iv_json_get(header, "alg")) ||
	    !text_member(header, "kid", t->kid, sizeof(t->kid)) ||
	    !text_member(header, "typ", t->typ, sizeof(t->typ)))
		return refuse(e, IV_JWT_MALFORMED, "token header is not one of a JWT");
	if (iv_json_get(header, "crit"))
		return refuse(e, IV_JWT_MALFORMED, "token asks for extensions that are not known");
	t->has_kid = iv_json_get(header, "kid") != NULL;
	if (!algorithm(iv_json_str(header, "alg"), &t->alg))
		return refuse(e, IV_JWT_WRONG_ALG, "token algorithm must be HS256, ES256 or RS256");
	return IV_JWT_OK;
}

/* The keys this token may be checked with. Its algorithm never makes a key do what it is not for: it only
 * leaves out keys of other algorithms. */
static enum iv_jwt_verdict choose(const struct iv_jwt_keys *keys, const struct token *t,
				  const struct jwt_key *chosen[TRIES_MAX], size_t *count, struct iv_err *e)
{
	const struct jwt_key *only = NULL;
	size_t of_alg = 0, of_kid = 0;

	*count = 0;
	for (size_t i = 0; i < keys->count; i++) {
		const struct jwt_key *key = &keys->items[i];
		bool named = t->has_kid && key->kid[0] && strcmp(key->kid, t->kid) == 0;

		of_kid += named;
		if (key->alg != t->alg)
			continue;
		only = key;
		of_alg++;
		if (named) {
			chosen[0] = key;
			*count = 1;
			return IV_JWT_OK;
		}
		if (!key->kid[0] && *count < TRIES_MAX)
			chosen[(*count)++] = key;
	}
	if (of_kid || (!t->has_kid && !of_alg && keys->count))
		return refuse(e, IV_JWT_WRONG_ALG, "token algorithm is not the one of its key");
	if (!t->has_kid && of_alg == 1) {
		chosen[0] = only;
		*count = 1;
	}
	if (*count == 0)
		return refuse(e, IV_JWT_UNKNOWN_KEY, "token is signed with an unknown key");
	return IV_JWT_OK;
}

static enum iv_jwt_verdict check_signature(const struct iv_jwt_keys *keys, const struct token *t,
					   struct iv_err *e)
{
	const struct jwt_key *chosen[TRIES_MAX];
	size_t count;
	enum iv_jwt_verdict v = choose(keys, t, chosen, &count, e);

	if (v != IV_JWT_OK)
		return v;
	for (size_t i = 0; i < count; i++) {
		if (iv_jwt_key_verify(chosen[i], t->signed_text, t->signature, t->signature_len))
			return IV_JWT_OK;
	}
	return refuse(e, IV_JWT_FORGED, "token signature is wrong");
}

static bool is_type(const char *typ, struct iv_str want)
{
	struct iv_str got = iv_str(typ);
	const struct iv_str media = IV_S("application/");

	if (got.len > media.len && iv_str_ieq((struct iv_str){got.ptr, media.len}, media))
		got = (struct iv_str){got.ptr + media.len, got.len - media.len};
	return iv_str_ieq(got, want);
}

static bool right_type(const struct token *t, const struct iv_jwt_rules *rules)
{
	if (rules->typ.len)
		return is_type(t->typ, rules->typ);
	return t->typ[0] == '\0' || is_type(t->typ, IV_S("JWT")) || is_type(t->typ, IV_S("at+jwt"));
}

/* A NumericDate; fractions are allowed. Absent leaves *out alone. */
static bool seconds(const cJSON *claims, const char *name, double *out)
{
	const cJSON *item = iv_json_get(claims, name);

	if (!item)
		return true;
	if (!cJSON_IsNumber(item) || item->valuedouble < 0 || item->valuedouble > SECONDS_MAX)
		return false;
	*out = item->valuedouble;
	return true;
}

static enum iv_jwt_verdict check_times(const cJSON *claims, const struct iv_jwt_rules *rules,
				       int64_t wall_ms, struct iv_jwt_claims *out, struct iv_err *e)
{
	double now = (double)wall_ms / 1000, exp = -1, nbf = 0, iat = 0, skew = 0;

	if (rules->skew_s > 0)
		skew = rules->skew_s > SKEW_MAX_S ? SKEW_MAX_S : (double)rules->skew_s;
	if (!seconds(claims, "exp", &exp) || !seconds(claims, "nbf", &nbf) ||
	    !seconds(claims, "iat", &iat) || exp < 0)
		return refuse(e, IV_JWT_MALFORMED, "token times must be numbers, and exp be given");
	if (now >= exp + skew)
		return refuse(e, IV_JWT_EXPIRED, "token is expired");
	if (nbf > now + skew || iat > now + skew)
		return refuse(e, IV_JWT_NOT_YET, "token is not valid yet");
	out->expires_at_s = (int64_t)exp;
	out->issued_at_s = (int64_t)iat;
	return IV_JWT_OK;
}

/* "aud": a string or strings. */
static enum iv_jwt_verdict check_audience(const cJSON *claims, struct iv_str want, struct iv_err *e)
{
	const cJSON *aud = iv_json_get(claims, "aud"), *item;
	bool found = false;
	int count = 0;

	if (aud && !cJSON_IsString(aud) && !cJSON_IsArray(aud))
		return refuse(e, IV_JWT_MALFORMED, "token audience must be a string or strings");
	if (cJSON_IsString(aud))
		found = iv_str_eq(iv_str(aud->valuestring), want);
	for (item = cJSON_IsArray(aud) ? aud->child : NULL; item; item = item->next) {
		if (!cJSON_IsString(item) || ++count > AUDIENCES_MAX)
			return refuse(e, IV_JWT_MALFORMED,
				      "token audience must be a string or strings");
		found = found || iv_str_eq(iv_str(item->valuestring), want);
	}
	if (want.len && !found)
		return refuse(e, IV_JWT_WRONG_AUDIENCE, "token is for somebody else");
	return IV_JWT_OK;
}

/* The member at a path. What users write themselves is never authority. */
static const cJSON *at_path(const cJSON *claims, struct iv_str path)
{
	char name[128];
	struct iv_str part;
	const cJSON *at = claims;
	bool first = true;

	if (iv_str_copy(name, sizeof(name), path) && iv_json_get(claims, name))
		return strcmp(name, "user_metadata") == 0 ? NULL : iv_json_get(claims, name);
	while (at && iv_str_split(&path, '.', &part)) {
		if (!iv_str_copy(name, sizeof(name), part) ||
		    (first && strcmp(name, "user_metadata") == 0))
			return NULL;
		at = iv_json_get(at, name);
		first = false;
	}
	return at;
}

/* An optional text claim into the arena; null counts as absent. */
static bool take(struct iv_arena *arena, const cJSON *item, struct iv_str *out)
{
	*out = IV_S("");
	if (!item || cJSON_IsNull(item))
		return true;
	if (!cJSON_IsString(item) || strlen(item->valuestring) > TEXT_MAX)
		return false;
	*out = iv_arena_str(arena, iv_str(item->valuestring));
	return out->ptr != NULL;
}

static enum iv_jwt_verdict take_out(const cJSON *claims, const struct iv_jwt_rules *rules,
				    const struct token *t, struct iv_arena *arena,
				    struct iv_jwt_claims *out, struct iv_err *e)
{
	struct iv_str tenant_path =
		rules->tenant_path.len ? rules->tenant_path : IV_S("app_metadata.tenant_id");
	struct iv_str role_path = rules->role_path.len ? rules->role_path : IV_S("role");

	if (!take(arena, iv_json_get(claims, "iss"), &out->issuer) ||
	    !take(arena, iv_json_get(claims, "sub"), &out->subject) ||
	    !take(arena, iv_json_get(claims, "email"), &out->email) ||
	    !take(arena, iv_json_get(claims, "session_id"), &out->session_id) ||
	    !take(arena, iv_json_get(claims, "jti"), &out->token_id) ||
	    !take(arena, at_path(claims, tenant_path), &out->tenant_id) ||
	    !take(arena, at_path(claims, role_path), &out->role) ||
	    (out->tenant_id.len && !iv_id_acceptable(out->tenant_id)))
		return refuse(e, IV_JWT_MALFORMED, "token claims are not of the expected types");
	out->anonymous = cJSON_IsTrue(iv_json_get(claims, "is_anonymous"));
	out->kid = iv_arena_str(arena, iv_str(t->kid));
	out->payload = t->payload;
	if (!out->kid.ptr)
		return refuse(e, IV_JWT_MALFORMED, "token claims are too large");
	if (rules->issuer.len && !iv_str_eq(out->issuer, rules->issuer))
		return refuse(e, IV_JWT_WRONG_ISSUER, "token is from another issuer");
	return IV_JWT_OK;
}

static enum iv_jwt_verdict check_claims(const struct token *t, const struct iv_jwt_rules *rules,
					int64_t wall_ms, struct iv_arena *arena,
					struct iv_jwt_claims *out, struct iv_err *e)
{
	cJSON *claims = iv_json_parse(t->payload, NULL);
	enum iv_jwt_verdict v;

	if (!cJSON_IsObject(claims))
		v = refuse(e, IV_JWT_MALFORMED, "token claims must be a JSON object");
	else if (!right_type(t, rules))
		v = refuse(e, IV_JWT_WRONG_TYPE, "token is of another type");
	else
		v = take_out(claims, rules, t, arena, out, e);
	if (v == IV_JWT_OK)
		v = check_audience(claims, rules->audience, e);
	if (v == IV_JWT_OK)
		v = check_times(claims, rules, wall_ms, out, e);
	cJSON_Delete(claims);
	return v;
}

enum iv_jwt_verdict iv_jwt_verify(const struct iv_jwt_keys *keys, const struct iv_jwt_rules *rules,
				  struct iv_str token, int64_t wall_ms, struct iv_arena *arena,
				  struct iv_jwt_claims *claims, struct iv_err *e)
{
	struct token t = {0};
	enum iv_jwt_verdict v;
	cJSON *header;

	*claims = (struct iv_jwt_claims){0};
	if (token.len > IV_JWT_TOKEN_MAX)
		return refuse(e, IV_JWT_MALFORMED, "token is too long");
	if (!cut(token, arena, &t))
		return refuse(e, IV_JWT_MALFORMED, "is not a signed token");
	header = iv_json_parse(t.header, NULL);
	v = read_header(&t, header, e);
	cJSON_Delete(header);
	if (v == IV_JWT_OK)
		v = check_signature(keys, &t, e);
	if (v == IV_JWT_OK)
		v = check_claims(&t, rules, wall_ms, arena, claims, e);
	if (v != IV_JWT_OK)
		*claims = (struct iv_jwt_claims){0};
	return v;
}
