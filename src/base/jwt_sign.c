/* Tokens of our own: logins and tickets. */
#include "jwt_key.h"

#include "iv_crypto.h"
#include "iv_json.h"

#define CLAIMS_MAX 4096 /* bytes: what we sign stays well below what we take */
#define HEADER_MAX 512

static const struct jwt_key *signer(const struct iv_jwt_keys *keys, struct iv_str kid)
{
	for (size_t i = 0; i < keys->count; i++) {
		const struct jwt_key *key = &keys->items[i];

		if (key->can_sign && (kid.len == 0 || iv_str_eq(kid, iv_str(key->kid))))
			return key;
	}
	return NULL;
}

/* A token without an end is a mistake of the caller's, refused before it is out. */
static bool check_claims(struct iv_str claims, struct iv_err *e)
{
	cJSON *json;
	bool ok;

	if (claims.len > CLAIMS_MAX)
		return iv_fail(e, IV_ETOOBIG, "claims must be at most %d bytes, got %zu", CLAIMS_MAX,
			       claims.len);
	json = iv_json_parse(claims, e);
	ok = cJSON_IsObject(json) && cJSON_IsNumber(iv_json_get(json, "exp"));
	cJSON_Delete(json);
	return ok || iv_fail_field(e, IV_EINVAL, "exp", "claims must be an object with a number exp");
}

static bool add_part(struct iv_buf *out, const void *bytes, size_t n)
{
	if (!iv_buf_reserve(out, iv_base64url_size(n)))
		return false;
	out->len += iv_base64url(bytes, n, out->ptr + out->len);
	return true;
}

static bool add_header(const struct jwt_key *key, const char *typ, struct iv_buf *out)
{
	char memory[HEADER_MAX + 1];
	struct iv_buf header = {memory, 0, HEADER_MAX, HEADER_MAX};
	struct iv_jw w;

	iv_jw_init(&w, &header);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "alg", iv_jwt_alg_names[key->alg]);
	iv_jw_cstr(&w, "typ", typ);
	if (key->kid[0])
		iv_jw_cstr(&w, "kid", key->kid);
	iv_jw_end_obj(&w);
	return iv_jw_done(&w) && add_part(out, header.ptr, header.len);
}

bool iv_jwt_sign(const struct iv_jwt_keys *keys, struct iv_str kid, const char *typ, struct iv_str claims,
		 struct iv_buf *out, struct iv_err *e)
{
	const struct jwt_key *key = signer(keys, kid);
	uint8_t signature[JWT_SIGNATURE_MAX];
	size_t from = out->len, n;
	bool fits;

	if (!key)
		return iv_fail(e, IV_ENOENT, "no key of this id can sign");
	if (!check_claims(claims, e))
		return false;
	fits = add_header(key, typ, out) && iv_buf_addc(out, '.') &&
	       add_part(out, claims.ptr, claims.len);
	n = fits ? iv_jwt_key_sign(key, (struct iv_str){out->ptr + from, out->len - from}, signature) : 0;
	if (n && iv_buf_addc(out, '.') && add_part(out, signature, n))
		return true;
	out->len = from;
	return fits ? iv_fail(e, n ? IV_ETOOBIG : IV_EINTERNAL, "token could not be signed")
		    : iv_fail(e, IV_ETOOBIG, "token does not fit its buffer");
}
