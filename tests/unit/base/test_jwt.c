/* Tokens: the standard's own vectors, everything a forger tries, and what we sign ourselves. */
#include "check.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "iv_crypto.h"
#include "iv_json.h"
#include "iv_jwt.h"

#define NOW_S 1760000000
#define NOW_MS (NOW_S * INT64_C(1000))
#define ISSUER "https://ref.supabase.co/auth/v1"
#define SECRET "a secret of a project that is long enough to be one"
#define OTHER "another secret that is also long enough to be one"
#define KID "4a1f"

/* RFC 7515, appendix A. */
#define RFC_PAYLOAD \
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ"
#define RFC_MS INT64_C(1300819379000)

static const char hs_token[] = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." RFC_PAYLOAD
			       ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
static const char hs_key[] =
	"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow";

static const char rs_token[] =
	"eyJhbGciOiJSUzI1NiJ9." RFC_PAYLOAD
	".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujG"
	"bds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0"
	"GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6Lb"
	"gGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
#define RFC_N \
	"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-" \
	"yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e" \
	"-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco" \
	"9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"
#define RFC_RSA_JWK "{\"kty\":\"RSA\",\"n\":\"" RFC_N "\",\"e\":\"AQAB\"}"

static const char es_token[] =
	"eyJhbGciOiJFUzI1NiJ9." RFC_PAYLOAD
	".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
#define RFC_X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define RFC_Y "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"
#define RFC_EC_JWK "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC_X "\",\"y\":\"" RFC_Y "\"}"

static struct iv_arena arena;
static struct iv_jwt_claims claims;
static struct iv_err err;
static char rsa_private[4096], rsa_public[2048], ec_private[1024], ec_public[512], ed_private[512], ed_public[512];

static enum iv_jwt_verdict verify(const struct iv_jwt_keys *keys, const struct iv_jwt_rules *rules,
				  struct iv_str token, int64_t wall_ms)
{
	iv_arena_deinit(&arena);
	iv_arena_init(&arena, 1 << 16);
	err = (struct iv_err){0};
	return iv_jwt_verify(keys, rules, token, wall_ms, &arena, &claims, &err);
}

static struct iv_jwt_keys *with_jwks(const char *keys_json)
{
	struct iv_jwt_keys *keys = iv_jwt_keys_new();
	char text[8192];

	snprintf(text, sizeof(text), "{\"keys\":[%s]}", keys_json);
	err = (struct iv_err){0};
	if (!iv_jwt_keys_add_jwks(keys, iv_str(text), &err))
		fail_msg("%s: %s", text, err.msg);
	return keys;
}

static void tokens_of_rfc_7515_are_verified(void **state)
{
	struct iv_jwt_keys *hs = iv_jwt_keys_new(), *rs = with_jwks(RFC_RSA_JWK),
			   *es = with_jwks(RFC_EC_JWK);
	const struct iv_jwt_rules rules = {.issuer = IV_S("joe")};
	const struct {
		struct iv_jwt_keys *keys;
		const char *token;
	} rows[] = {{hs, hs_token}, {rs, rs_token}, {es, es_token}};
	uint8_t secret[80];
	ptrdiff_t n = iv_base64url_decode(iv_str(hs_key), secret);

	(void)state;
	assert_int_equal(n, 64);
	assert_true(iv_jwt_keys_add_secret(hs, IV_S(""), (struct iv_str){(char *)secret, (size_t)n}, &err));
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		char bent[1200];
		struct iv_str token = iv_str(rows[i].token);

		assert_int_equal(verify(rows[i].keys, &rules, token, RFC_MS), IV_JWT_OK);
		check_text(claims.issuer, "joe");
		assert_true(claims.expires_at_s == 1300819380);
		check_holds(claims.payload, "http://example.com/is_root");
		assert_int_equal(verify(rows[i].keys, &rules, token, RFC_MS + 1000), IV_JWT_EXPIRED);
		/* One bit anywhere, and it is no longer that token. */
		for (size_t at = 0; at < token.len; at++) {
			assert_true(iv_str_copy(bent, sizeof(bent), token));
			bent[at] = bent[at] == 'A' ? 'B' : 'A';
			if (verify(rows[i].keys, &rules, iv_str(bent), RFC_MS) == IV_JWT_OK)
				fail_msg("changed at %zu it is still taken", at);
			assert_null(claims.issuer.ptr);
		}
		/* Nor with any other row's key. */
		for (size_t other = 0; other < IV_COUNT(rows); other++) {
			if (other != i)
				assert_int_equal(verify(rows[other].keys, &rules, token, RFC_MS),
						 IV_JWT_WRONG_ALG);
		}
	}
	iv_jwt_keys_free(hs);
	iv_jwt_keys_free(rs);
	iv_jwt_keys_free(es);
}

/* ── a forger's bench: any header, any payload, signed with HMAC by hand */
static struct iv_str forge(char out[16384], struct iv_str header, struct iv_str payload, struct iv_str secret)
{
	uint8_t mac[IV_SHA256_BYTES];
	size_t n = iv_base64url((const uint8_t *)header.ptr, header.len, out);

	out[n++] = '.';
	n += iv_base64url((const uint8_t *)payload.ptr, payload.len, out + n);
	iv_hmac_sha256(secret, (struct iv_str){out, n}, mac);
	out[n++] = '.';
	n += iv_base64url(mac, sizeof(mac), out + n);
	return (struct iv_str){out, n};
}

#define HS "{\"alg\":\"HS256\",\"typ\":\"JWT\"}"
#define BASE "\"iss\":\"" ISSUER "\",\"aud\":\"authenticated\",\"exp\":1760000600"
#define GOOD "{" BASE ",\"iat\":1759999000,\"sub\":\"u-1\"}"

static const struct iv_jwt_rules supabase = {
	.issuer = IV_S(ISSUER), .audience = IV_S("authenticated"), .skew_s = 30};

static struct iv_jwt_keys *secret_keys(void)
{
	struct iv_jwt_keys *keys = iv_jwt_keys_new();

	assert_true(iv_jwt_keys_add_secret(keys, IV_S(""), IV_S(SECRET), &err));
	return keys;
}

static void claims_of_a_supabase_token_are_taken_out(void **state)
{
	struct iv_jwt_keys *keys = secret_keys();
	char text[16384];
	struct iv_str token = forge(
		text, IV_S("{\"alg\":\"HS256\",\"kid\":\"ZyQ2\",\"typ\":\"JWT\"}"),
		IV_S("{" BASE ",\"iat\":1759999000,\"sub\":\"7d1e\",\"role\":\"authenticated\",\"email\":"
		     "\"a@b.c\",\"phone\":\"\",\"session_id\":\"s-9\",\"is_anonymous\":false,\"aal\":\"aal1\","
		     "\"app_metadata\":{\"provider\":\"email\",\"tenant_id\":\"tnt_7\",\"role\":\"dev\"},"
		     "\"user_metadata\":{\"tenant_id\":\"tnt_evil\",\"role\":\"admin\"},\"jti\":\"j1\"}"),
		IV_S(SECRET));
	struct iv_jwt_rules rules = supabase;

	(void)state;
	assert_int_equal(verify(keys, &rules, token, NOW_MS), IV_JWT_OK);
	check_text(claims.issuer, ISSUER);
	check_text(claims.subject, "7d1e");
	check_text(claims.tenant_id, "tnt_7");
	check_text(claims.role, "authenticated");
	check_text(claims.email, "a@b.c");
	check_text(claims.session_id, "s-9");
	check_text(claims.token_id, "j1");
	check_text(claims.kid, "ZyQ2");
	assert_false(claims.anonymous);
	assert_true(claims.expires_at_s == 1760000600 && claims.issued_at_s == 1759999000);
	rules.role_path = IV_S("app_metadata.role");
	assert_int_equal(verify(keys, &rules, token, NOW_MS), IV_JWT_OK);
	check_text(claims.role, "dev");
	/* What users may write is never authority, whatever the configuration says. */
	rules.role_path = IV_S("user_metadata.role");
	rules.tenant_path = IV_S("user_metadata.tenant_id");
	assert_int_equal(verify(keys, &rules, token, NOW_MS), IV_JWT_OK);
	check_text(claims.role, "");
	check_text(claims.tenant_id, "");
	iv_jwt_keys_free(keys);
}

static void a_tenant_claim_may_have_dots_in_its_name(void **state)
{
	struct iv_jwt_keys *keys = secret_keys();
	struct iv_jwt_rules rules = supabase;
	char text[16384];

	(void)state;
	rules.tenant_path = IV_S("https://invorto.ai/tenant");
	assert_int_equal(verify(keys, &rules,
				forge(text, IV_S(HS),
				      IV_S("{" BASE ",\"https://invorto.ai/tenant\":\"t_1\"}"),
				      IV_S(SECRET)),
				NOW_MS),
			 IV_JWT_OK);
	check_text(claims.tenant_id, "t_1");
	rules.tenant_path = IV_S("org.unit.id");
	assert_int_equal(verify(keys, &rules,
				forge(text, IV_S(HS), IV_S("{" BASE ",\"org\":{\"unit\":{\"id\":\"t_2\"}}}"),
				      IV_S(SECRET)),
				NOW_MS),
			 IV_JWT_OK);
	check_text(claims.tenant_id, "t_2");
	iv_jwt_keys_free(keys);
}

static void what_is_signed_well_is_still_held_to_the_rules(void **state)
{
	static const struct {
		const char *header, *payload;
		enum iv_jwt_verdict want;
	} rows[] = {
		{HS, GOOD, IV_JWT_OK},
		{"{\"alg\":\"HS256\"}", GOOD, IV_JWT_OK}, /* typ is optional */
		{"{\"alg\":\"HS256\",\"typ\":\"jwt\"}", GOOD, IV_JWT_OK},
		{"{\"alg\":\"HS256\",\"typ\":\"at+jwt\"}", GOOD, IV_JWT_OK},
		{"{\"alg\":\"HS256\",\"typ\":\"application/at+jwt\"}", GOOD, IV_JWT_OK},
		{"{\"alg\":\"HS256\",\"typ\":\"ticket+jwt\"}", GOOD, IV_JWT_WRONG_TYPE},
		{"{\"alg\":\"HS256\",\"typ\":\"JOSE\"}", GOOD, IV_JWT_WRONG_TYPE},
		{"{\"alg\":\"HS256\",\"typ\":7}", GOOD, IV_JWT_MALFORMED},
		/* where a key would be said to be: never looked at */
		{"{\"alg\":\"HS256\",\"jku\":\"https://evil.example/jwks\"}", GOOD, IV_JWT_OK},
		{"{\"alg\":\"HS256\",\"x5u\":\"https://evil.example/\",\"x5c\":[\"AA\"]}", GOOD, IV_JWT_OK},
		{"{\"alg\":\"HS256\",\"jwk\":" RFC_EC_JWK "}", GOOD, IV_JWT_OK},
		{"{\"alg\":\"HS256\",\"kid\":\"../../etc/passwd\"}", GOOD, IV_JWT_OK}, /* only a name */
		{"{\"alg\":\"HS256\",\"kid\":\"' OR 1=1 --\"}", GOOD, IV_JWT_OK},
		{"{\"alg\":\"HS256\",\"kid\":7}", GOOD, IV_JWT_MALFORMED},
		{"{\"alg\":\"HS256\",\"crit\":[\"exp\"]}", GOOD, IV_JWT_MALFORMED},
		{"{\"alg\":\"HS256\",\"crit\":[]}", GOOD, IV_JWT_MALFORMED},
		{"{\"alg\":\"HS256\",\"b64\":false,\"crit\":[\"b64\"]}", GOOD, IV_JWT_MALFORMED},
		{"{\"alg\":\"HS256\",\"alg\":\"HS256\"}", GOOD, IV_JWT_MALFORMED},
		{"{\"alg\":\"none\",\"alg\":\"HS256\"}", GOOD, IV_JWT_MALFORMED},
		{"{\"alg\":\"HS256\"} ", GOOD, IV_JWT_OK}, /* JSON allows blanks around */
		{"{\"alg\":\"HS256\"}x", GOOD, IV_JWT_MALFORMED},
		{"[\"HS256\"]", GOOD, IV_JWT_MALFORMED},
		{"\"HS256\"", GOOD, IV_JWT_MALFORMED},
		{"", GOOD, IV_JWT_MALFORMED},
		{"{}", GOOD, IV_JWT_MALFORMED},
		{"{\"alg\":null}", GOOD, IV_JWT_MALFORMED},
		{"{\"alg\":\"none\"}", GOOD, IV_JWT_WRONG_ALG},
		{"{\"alg\":\"None\"}", GOOD, IV_JWT_WRONG_ALG},
		{"{\"alg\":\"\"}", GOOD, IV_JWT_WRONG_ALG},
		{"{\"alg\":\"hs256\"}", GOOD, IV_JWT_WRONG_ALG},
		{"{\"alg\":\"HS384\"}", GOOD, IV_JWT_WRONG_ALG},
		{"{\"alg\":\"HS512\"}", GOOD, IV_JWT_WRONG_ALG},
		{"{\"alg\":\"RS256\"}", GOOD, IV_JWT_WRONG_ALG},
		{"{\"alg\":\"ES256\"}", GOOD, IV_JWT_WRONG_ALG},
		{"{\"alg\":\"PS256\"}", GOOD, IV_JWT_WRONG_ALG},
		{"{\"alg\":\"EdDSA\"}", GOOD, IV_JWT_WRONG_ALG},
		{"{\"alg\":\"dir\",\"enc\":\"A128GCM\"}", GOOD, IV_JWT_WRONG_ALG},
		/* claims */
		{HS, "", IV_JWT_MALFORMED},
		{HS, "{}", IV_JWT_WRONG_ISSUER},
		{HS, "[]", IV_JWT_MALFORMED},
		{HS, "null", IV_JWT_MALFORMED},
		{HS, GOOD GOOD, IV_JWT_MALFORMED},
		{HS, "{" BASE ",\"exp\":1860000000}", IV_JWT_MALFORMED}, /* which one counts? neither */
		{HS, "{" BASE ",\"e\\u0078p\":1860000000}", IV_JWT_MALFORMED},
		{HS, "{\"iss\":\"" ISSUER "\",\"aud\":\"authenticated\"}", IV_JWT_MALFORMED}, /* no end */
		{HS, "{\"iss\":\"" ISSUER "\",\"aud\":\"authenticated\",\"exp\":\"1760000600\"}",
		 IV_JWT_MALFORMED},
		{HS, "{\"iss\":\"" ISSUER "\",\"aud\":\"authenticated\",\"exp\":null}", IV_JWT_MALFORMED},
		{HS, "{\"iss\":\"" ISSUER "\",\"aud\":\"authenticated\",\"exp\":true}", IV_JWT_MALFORMED},
		{HS, "{\"iss\":\"" ISSUER "\",\"aud\":\"authenticated\",\"exp\":-1}", IV_JWT_MALFORMED},
		{HS, "{\"iss\":\"" ISSUER "\",\"aud\":\"authenticated\",\"exp\":1e400}", IV_JWT_MALFORMED},
		{HS, "{\"iss\":\"" ISSUER "\",\"aud\":\"authenticated\",\"exp\":1e300}", IV_JWT_MALFORMED},
		{HS, "{\"iss\":\"" ISSUER "\",\"aud\":\"authenticated\",\"exp\":1000}", IV_JWT_EXPIRED},
		{HS, "{\"iss\":\"" ISSUER "\",\"aud\":\"authenticated\",\"exp\":1759999970}", IV_JWT_EXPIRED},
		{HS, "{\"iss\":\"" ISSUER "\",\"aud\":\"authenticated\",\"exp\":1759999971}", IV_JWT_OK},
		{HS, "{\"iss\":\"" ISSUER "\",\"aud\":\"authenticated\",\"exp\":1760000600.5}", IV_JWT_OK},
		{HS, "{" BASE ",\"nbf\":1760000030}", IV_JWT_OK},
		{HS, "{" BASE ",\"nbf\":1760000031}", IV_JWT_NOT_YET},
		{HS, "{" BASE ",\"nbf\":\"soon\"}", IV_JWT_MALFORMED},
		{HS, "{" BASE ",\"iat\":1760000031}", IV_JWT_NOT_YET},
		{HS, "{" BASE ",\"iat\":[]}", IV_JWT_MALFORMED},
		{HS, "{\"iss\":\"supabase\",\"aud\":\"authenticated\",\"exp\":1760000600}", IV_JWT_WRONG_ISSUER},
		{HS, "{\"iss\":\"" ISSUER "/\",\"aud\":\"authenticated\",\"exp\":1760000600}",
		 IV_JWT_WRONG_ISSUER},
		{HS, "{\"iss\":[\"" ISSUER "\"],\"aud\":\"authenticated\",\"exp\":1760000600}",
		 IV_JWT_MALFORMED},
		{HS, "{\"iss\":\"" ISSUER "\",\"exp\":1760000600}", IV_JWT_WRONG_AUDIENCE},
		{HS, "{\"iss\":\"" ISSUER "\",\"aud\":\"anon\",\"exp\":1760000600}", IV_JWT_WRONG_AUDIENCE},
		{HS, "{\"iss\":\"" ISSUER "\",\"aud\":[],\"exp\":1760000600}", IV_JWT_WRONG_AUDIENCE},
		{HS, "{\"iss\":\"" ISSUER "\",\"aud\":[\"x\",\"authenticated\"],\"exp\":1760000600}", IV_JWT_OK},
		{HS, "{\"iss\":\"" ISSUER "\",\"aud\":[\"authenticated\",1],\"exp\":1760000600}",
		 IV_JWT_MALFORMED},
		{HS, "{\"iss\":\"" ISSUER "\",\"aud\":{\"authenticated\":1},\"exp\":1760000600}",
		 IV_JWT_MALFORMED},
		{HS, "{" BASE ",\"sub\":7}", IV_JWT_MALFORMED},
		{HS, "{" BASE ",\"sub\":null}", IV_JWT_OK},
		{HS, "{" BASE ",\"sub\":\"a\\u0000b\"}", IV_JWT_MALFORMED},
		{HS, "{" BASE ",\"app_metadata\":{\"tenant_id\":7}}", IV_JWT_MALFORMED},
		{HS, "{" BASE ",\"app_metadata\":{\"tenant_id\":\"a'; drop table\"}}", IV_JWT_MALFORMED},
		{HS, "{" BASE ",\"app_metadata\":{\"tenant_id\":{\"x\":1}}}", IV_JWT_MALFORMED},
		{HS, "{" BASE ",\"app_metadata\":[]}", IV_JWT_OK},
		{HS, "{" BASE ",\"role\":[\"admin\"]}", IV_JWT_MALFORMED},
		{HS, "{" BASE ",\"x\":\"\xff\"}", IV_JWT_MALFORMED},
		{HS, "{" BASE ",\"x\":01}", IV_JWT_MALFORMED},
	};
	struct iv_jwt_keys *keys = secret_keys();
	char text[16384];

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		enum iv_jwt_verdict got = verify(
			keys, &supabase,
			forge(text, iv_str(rows[i].header), iv_str(rows[i].payload), IV_S(SECRET)), NOW_MS);

		if (got != rows[i].want)
			fail_msg("%s %s: %s, want %s (%s)", rows[i].header, rows[i].payload,
				 iv_jwt_verdict_name(got), iv_jwt_verdict_name(rows[i].want), err.msg);
		assert_int_equal(err.code, got == IV_JWT_OK ? IV_OK : IV_EAUTH);
		if (got != IV_JWT_OK)
			assert_null(claims.payload.ptr);
		check_holds_not(iv_str(err.msg), "evil");
		check_holds_not(iv_str(err.msg), "drop table");
	}
	iv_jwt_keys_free(keys);
}

static void what_is_not_signed_by_our_key_is_forged(void **state)
{
	struct iv_jwt_keys *keys = secret_keys();
	char text[16384], changed[16384];
	struct iv_str good;
	size_t dot;

	(void)state;
	good = forge(text, IV_S(HS), IV_S(GOOD), IV_S(SECRET));
	assert_int_equal(verify(keys, &supabase, good, NOW_MS), IV_JWT_OK);
	dot = (size_t)(strrchr(text, '.') - text);
	/* signature: none, half, of another length, of another secret */
	assert_int_equal(verify(keys, &supabase, (struct iv_str){text, dot + 1}, NOW_MS), IV_JWT_FORGED);
	assert_int_equal(verify(keys, &supabase, (struct iv_str){text, good.len - 3}, NOW_MS), IV_JWT_FORGED);
	assert_int_equal(verify(keys, &supabase, (struct iv_str){text, good.len - 22}, NOW_MS),
			 IV_JWT_MALFORMED); /* no such length in base64 */
	assert_int_equal(verify(keys, &supabase, forge(changed, IV_S(HS), IV_S(GOOD), IV_S(OTHER)), NOW_MS),
			 IV_JWT_FORGED);
	assert_int_equal(verify(keys, &supabase, forge(changed, IV_S(HS), IV_S(GOOD), IV_S("")), NOW_MS),
			 IV_JWT_FORGED);
	/* an expired one with a wrong signature does not say that it is expired */
	assert_int_equal(
		verify(keys, &supabase, forge(changed, IV_S(HS), IV_S("{\"exp\":1}"), IV_S(OTHER)), NOW_MS),
		IV_JWT_FORGED);
	iv_jwt_keys_free(keys);
}

static void other_spellings_of_a_good_token_are_refused(void **state)
{
	struct iv_jwt_keys *keys = secret_keys();
	char text[16384], bad[16400];
	struct iv_str good = forge(text, IV_S(HS), IV_S(GOOD), IV_S(SECRET));
	static const char *const around[][2] = {
		{" ", ""},  {"", " "},	 {"", "\n"},	 {"\t", ""}, {"", "="}, {"", "=="}, {"", "."},
		{".", ""},  {"", ".AA"}, {"Bearer ", ""}, {"", "%20"}, {"", "A"}, {"\"", "\""},
	};

	(void)state;
	text[good.len] = '\0';
	for (size_t i = 0; i < IV_COUNT(around); i++) {
		snprintf(bad, sizeof(bad), "%s%s%s", around[i][0], text, around[i][1]);
		if (verify(keys, &supabase, iv_str(bad), NOW_MS) == IV_JWT_OK)
			fail_msg("\"%s\" was taken", bad);
	}
	for (size_t at = 0; at <= good.len; at++) { /* a blank or a NUL inside, and cut at every place */
		snprintf(bad, sizeof(bad), "%.*s %s", (int)at, text, text + at);
		assert_int_equal(verify(keys, &supabase, iv_str(bad), NOW_MS), IV_JWT_MALFORMED);
		bad[at] = '\0';
		assert_int_equal(verify(keys, &supabase, (struct iv_str){bad, good.len + 1}, NOW_MS),
				 IV_JWT_MALFORMED);
		if (at < good.len)
			assert_int_not_equal(verify(keys, &supabase, (struct iv_str){text, at}, NOW_MS),
					     IV_JWT_OK);
	}
	/* the last character holds four loose bits: only zero is canonical */
	memcpy(bad, text, good.len);
	bad[good.len - 1] = (char)(bad[good.len - 1] + 1);
	assert_int_equal(verify(keys, &supabase, (struct iv_str){bad, good.len}, NOW_MS), IV_JWT_MALFORMED);
	assert_int_equal(verify(keys, &supabase, IV_S(""), NOW_MS), IV_JWT_MALFORMED);
	assert_int_equal(verify(keys, &supabase, IV_S(".."), NOW_MS), IV_JWT_MALFORMED);
	assert_int_equal(verify(keys, &supabase, IV_S("..."), NOW_MS), IV_JWT_MALFORMED);
	assert_int_equal(verify(keys, &supabase, IV_STR_NULL, NOW_MS), IV_JWT_MALFORMED);
	iv_jwt_keys_free(keys);
}

static void huge_and_deep_tokens_are_refused(void **state)
{
	struct iv_jwt_keys *keys = secret_keys();
	char text[16384];
	struct iv_buf payload;

	(void)state;
	iv_buf_init(&payload, 1 << 20);
	assert_true(iv_buf_printf(&payload, "{" BASE ",\"x\":\"%07000d\"}", 1));
	assert_int_equal(verify(keys, &supabase, forge(text, IV_S(HS), iv_buf_str(&payload), IV_S(SECRET)),
				NOW_MS),
			 IV_JWT_MALFORMED); /* 9 KB */
	iv_buf_clear(&payload);
	assert_true(iv_buf_printf(&payload, "{" BASE ",\"x\":\"%05800d\"}", 1));
	assert_int_equal(verify(keys, &supabase, forge(text, IV_S(HS), iv_buf_str(&payload), IV_S(SECRET)),
				NOW_MS),
			 IV_JWT_OK); /* just below 8 KiB */
	iv_buf_clear(&payload);
	assert_true(iv_buf_adds(&payload, IV_S("{" BASE ",\"x\":")));
	for (int i = 0; i < 500; i++)
		assert_true(iv_buf_addc(&payload, '['));
	for (int i = 0; i < 500; i++)
		assert_true(iv_buf_addc(&payload, ']'));
	assert_true(iv_buf_addc(&payload, '}'));
	assert_int_equal(verify(keys, &supabase, forge(text, IV_S(HS), iv_buf_str(&payload), IV_S(SECRET)),
				NOW_MS),
			 IV_JWT_MALFORMED);
	iv_buf_clear(&payload);
	assert_true(iv_buf_printf(&payload, "{\"alg\":\"HS256\",\"kid\":\"%0129d\"}", 1));
	assert_int_equal(verify(keys, &supabase, forge(text, iv_buf_str(&payload), IV_S(GOOD), IV_S(SECRET)),
				NOW_MS),
			 IV_JWT_MALFORMED);
	iv_buf_clear(&payload);
	assert_true(iv_buf_printf(&payload, "{\"alg\":\"HS256\",\"x\":\"%02100d\"}", 1));
	assert_int_equal(verify(keys, &supabase, forge(text, iv_buf_str(&payload), IV_S(GOOD), IV_S(SECRET)),
				NOW_MS),
			 IV_JWT_MALFORMED);
	iv_buf_deinit(&payload);
	iv_jwt_keys_free(keys);
}

/* ── keys of every kind, made here */
static void pem_of(EVP_PKEY *pkey, char *private, size_t private_size, char *public, size_t public_size)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int n;

	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL), 1);
	n = BIO_read(bio, private, (int)private_size - 1);
	assert_true(n > 0);
	private[n] = '\0';
	assert_int_equal(PEM_write_bio_PUBKEY(bio, pkey), 1);
	n = BIO_read(bio, public, (int)public_size - 1);
	assert_true(n > 0);
	public[n] = '\0';
	BIO_free(bio);
	EVP_PKEY_free(pkey);
}

static int make_keys(void **state)
{
	(void)state;
	iv_arena_init(&arena, 1 << 16);
	pem_of(EVP_RSA_gen(2048), rsa_private, sizeof(rsa_private), rsa_public, sizeof(rsa_public));
	pem_of(EVP_EC_gen("P-256"), ec_private, sizeof(ec_private), ec_public, sizeof(ec_public));
	pem_of(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519"), ed_private, sizeof(ed_private), ed_public, sizeof(ed_public));
	return 0;
}

static int drop_keys(void **state)
{
	(void)state;
	iv_arena_deinit(&arena);
	return 0;
}

static void our_own_tokens_come_back_with_every_algorithm(void **state)
{
	struct iv_jwt_keys *sign = iv_jwt_keys_new(), *check = iv_jwt_keys_new();
	static const char *const kids[] = {"h", "e", "r", "d"};
	const struct iv_jwt_rules rules = {.typ = IV_S("ticket+jwt")};
	struct iv_buf token;

	(void)state;
	err = (struct iv_err){0};
	assert_true(iv_jwt_keys_add_secret(sign, IV_S("h"), IV_S(SECRET), &err));
	assert_true(iv_jwt_keys_add_pem(sign, IV_S("e"), IV_JWT_ES256, iv_str(ec_private), &err));
	assert_true(iv_jwt_keys_add_pem(sign, IV_S("r"), IV_JWT_RS256, iv_str(rsa_private), &err));
	assert_true(iv_jwt_keys_add_secret(check, IV_S("h"), IV_S(SECRET), &err));
	assert_true(iv_jwt_keys_add_pem(check, IV_S("e"), IV_JWT_ES256, iv_str(ec_public), &err));
	assert_true(iv_jwt_keys_add_pem(check, IV_S("r"), IV_JWT_RS256, iv_str(rsa_public), &err));
	assert_true(iv_jwt_keys_add_pem(sign, IV_S("d"), IV_JWT_EDDSA, iv_str(ed_private), &err));
	assert_true(iv_jwt_keys_add_pem(check, IV_S("d"), IV_JWT_EDDSA, iv_str(ed_public), &err));
	iv_buf_init(&token, IV_JWT_TOKEN_MAX);
	for (size_t i = 0; i < IV_COUNT(kids) * 20; i++) { /* often: ECDSA's r and s may begin with zeros */
		const char *kid = kids[i % IV_COUNT(kids)];

		iv_buf_clear(&token);
		assert_true(iv_jwt_sign(sign, iv_str(kid), "ticket+jwt", IV_S("{\"exp\":1760000060,\"sub\":\"c1\"}"),
					&token, &err));
		assert_int_equal(verify(check, &rules, iv_buf_str(&token), NOW_MS), IV_JWT_OK);
		check_text(claims.subject, "c1");
		check_text(claims.kid, kid);
		/* a ticket is no login */
		assert_int_equal(verify(check, &(struct iv_jwt_rules){0}, iv_buf_str(&token), NOW_MS),
				 IV_JWT_WRONG_TYPE);
	}
	/* a public key does not sign */
	iv_buf_clear(&token);
	assert_false(iv_jwt_sign(check, IV_S("e"), "JWT", IV_S("{\"exp\":1}"), &token, NULL));
	assert_int_equal(token.len, 0);
	assert_false(iv_jwt_sign(sign, IV_S("x"), "JWT", IV_S("{\"exp\":1}"), &token, NULL));
	iv_buf_deinit(&token);
	iv_jwt_keys_free(sign);
	iv_jwt_keys_free(check);
}

static void only_claims_with_an_end_are_signed_and_only_whole(void **state)
{
	struct iv_jwt_keys *keys = secret_keys();
	static const char *const rows[] = {"", "[]", "7", "{}", "{\"exp\":\"1\"}", "{\"exp\":1}x", "{\"exp\":1"};
	struct iv_buf small;

	(void)state;
	iv_buf_init(&small, 100);
	for (size_t i = 0; i < IV_COUNT(rows); i++)
		assert_false(iv_jwt_sign(keys, IV_S(""), "JWT", iv_str(rows[i]), &small, NULL));
	assert_true(iv_buf_adds(&small, IV_S("Bearer ")));
	err = (struct iv_err){0};
	assert_false(iv_jwt_sign(keys, IV_S(""), "JWT", IV_S("{\"exp\":1,\"sub\":\"123456789012345\"}"), &small,
				 &err));
	assert_int_equal(err.code, IV_ETOOBIG);
	check_text(iv_buf_str(&small), "Bearer ");
	iv_buf_deinit(&small);
	iv_jwt_keys_free(keys);
}

static void a_public_key_is_never_taken_for_a_secret(void **state)
{
	struct iv_jwt_keys *keys = iv_jwt_keys_new();
	char text[16384];
	static const char *const headers[] = {HS, "{\"alg\":\"HS256\",\"kid\":\"" KID "\"}"};

	(void)state;
	assert_true(iv_jwt_keys_add_pem(keys, IV_S(KID), IV_JWT_RS256, iv_str(rsa_public), &err));
	for (size_t i = 0; i < IV_COUNT(headers); i++) {
		assert_int_equal(verify(keys, &supabase,
					forge(text, iv_str(headers[i]), IV_S(GOOD), iv_str(rsa_public)),
					NOW_MS),
				 IV_JWT_WRONG_ALG);
		/* without its last line feed, another way to read the file */
		assert_int_equal(verify(keys, &supabase,
					forge(text, iv_str(headers[i]), IV_S(GOOD),
					      (struct iv_str){rsa_public, strlen(rsa_public) - 1}),
					NOW_MS),
				 IV_JWT_WRONG_ALG);
	}
	assert_false(iv_jwt_keys_add_secret(keys, IV_S("x"), iv_str(rsa_public), NULL));
	assert_false(iv_jwt_keys_add_secret(keys, IV_S("x"), iv_str(ec_public), NULL));
	assert_false(iv_jwt_keys_add_secret(keys, IV_S("x"), IV_S("short"), NULL));
	assert_false(iv_jwt_keys_add_secret(keys, IV_S("x"), IV_S(""), NULL));
	assert_int_equal(iv_jwt_keys_count(keys), 1);
	iv_jwt_keys_free(keys);
}

static struct iv_str token_of(struct iv_jwt_keys *keys, const char *kid, struct iv_buf *out)
{
	iv_buf_clear(out);
	assert_true(iv_jwt_sign(keys, iv_str(kid), "JWT", IV_S(GOOD), out, &err));
	return iv_buf_str(out);
}

static void a_kid_chooses_among_our_keys_and_does_no_more(void **state)
{
	struct iv_jwt_keys *one = iv_jwt_keys_new(), *two = iv_jwt_keys_new(), *none = iv_jwt_keys_new();
	struct iv_jwt_keys *nameless = iv_jwt_keys_new(), *clash = iv_jwt_keys_new();
	struct iv_buf token;

	(void)state;
	iv_buf_init(&token, IV_JWT_TOKEN_MAX);
	assert_true(iv_jwt_keys_add_secret(one, IV_S("a"), IV_S(SECRET), &err));
	assert_true(iv_jwt_keys_add_secret(two, IV_S("a"), IV_S(OTHER), &err));
	assert_true(iv_jwt_keys_add_secret(two, IV_S("b"), IV_S(SECRET), &err));
	assert_true(iv_jwt_keys_add_secret(nameless, IV_S(""), IV_S(OTHER), &err));
	assert_true(iv_jwt_keys_add_secret(nameless, IV_S(""), IV_S(SECRET), &err));
	assert_true(iv_jwt_keys_add_pem(clash, IV_S("a"), IV_JWT_ES256, iv_str(ec_public), &err));
	assert_true(iv_jwt_keys_add_secret(clash, IV_S(""), IV_S(SECRET), &err));

	assert_int_equal(verify(one, &supabase, token_of(one, "a", &token), NOW_MS), IV_JWT_OK);
	/* the same kid, another key */
	assert_int_equal(verify(two, &supabase, token_of(one, "a", &token), NOW_MS), IV_JWT_FORGED);
	assert_int_equal(verify(two, &supabase, token_of(two, "b", &token), NOW_MS), IV_JWT_OK);
	/* no such kid: the keys may have been rotated */
	assert_int_equal(verify(one, &supabase, token_of(two, "b", &token), NOW_MS), IV_JWT_UNKNOWN_KEY);
	assert_int_equal(verify(none, &supabase, token_of(one, "a", &token), NOW_MS), IV_JWT_UNKNOWN_KEY);
	/* without kid: the only key of its kind, but never a guess among named ones */
	assert_int_equal(verify(one, &supabase, token_of(nameless, "", &token), NOW_MS), IV_JWT_FORGED);
	assert_int_equal(verify(two, &supabase, token_of(nameless, "", &token), NOW_MS), IV_JWT_UNKNOWN_KEY);
	/* two secrets while one replaces the other */
	assert_int_equal(verify(nameless, &supabase, token_of(one, "a", &token), NOW_MS), IV_JWT_OK);
	assert_int_equal(verify(nameless, &supabase, token_of(nameless, "", &token), NOW_MS), IV_JWT_OK);
	/* the kid is an EC key's: a secret does not stand in for it */
	assert_int_equal(verify(clash, &supabase, token_of(one, "a", &token), NOW_MS), IV_JWT_WRONG_ALG);
	iv_buf_deinit(&token);
	iv_jwt_keys_free(one);
	iv_jwt_keys_free(two);
	iv_jwt_keys_free(none);
	iv_jwt_keys_free(nameless);
	iv_jwt_keys_free(clash);
}

static void signatures_of_other_shapes_are_refused(void **state)
{
	struct iv_jwt_keys *es = with_jwks(RFC_EC_JWK), *rs = with_jwks(RFC_RSA_JWK);
	static const size_t lengths[] = {0, 1, 32, 63, 64, 65, 70, 72, 128, 255, 256, 257, 512};
	static const uint8_t fills[] = {0x00, 0x01, 0xff};
	char text[16384];

	(void)state; /* among them r = s = 0, which once made any token good in a well-known runtime */
	for (size_t i = 0; i < IV_COUNT(lengths); i++) {
		for (size_t f = 0; f < IV_COUNT(fills); f++) {
			uint8_t raw[512];
			size_t n;

			memset(raw, fills[f], sizeof(raw));
			n = (size_t)snprintf(text, sizeof(text), "eyJhbGciOiJFUzI1NiJ9." RFC_PAYLOAD ".");
			n += iv_base64url(raw, lengths[i], text + n);
			assert_int_equal(verify(es, &(struct iv_jwt_rules){0}, (struct iv_str){text, n}, RFC_MS),
					 IV_JWT_FORGED);
			n = (size_t)snprintf(text, sizeof(text), "eyJhbGciOiJSUzI1NiJ9." RFC_PAYLOAD ".");
			n += iv_base64url(raw, lengths[i], text + n);
			assert_int_equal(verify(rs, &(struct iv_jwt_rules){0}, (struct iv_str){text, n}, RFC_MS),
					 IV_JWT_FORGED);
		}
	}
	iv_jwt_keys_free(es);
	iv_jwt_keys_free(rs);
}

/* RFC 8037, A.4: what is signed there are no claims, so that a good signature is told by what is refused behind it. */
static void the_example_of_rfc_8037_is_verified_and_its_key_is_for_nothing_else(void **state)
{
	static const char jwk[] = "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}";
	static const char head[] = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.";
	static const char sig[] = "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
	struct iv_jwt_keys *keys = with_jwks(jwk), *es = with_jwks(RFC_EC_JWK);
	char text[512];

	(void)state;
	(void)snprintf(text, sizeof(text), "%s%s", head, sig);
	assert_int_equal(verify(keys, &(struct iv_jwt_rules){0}, iv_str(text), RFC_MS), IV_JWT_MALFORMED);
	assert_int_equal(verify(es, &(struct iv_jwt_rules){0}, iv_str(text), RFC_MS), IV_JWT_WRONG_ALG);
	text[30]++; /* the text */
	assert_int_equal(verify(keys, &(struct iv_jwt_rules){0}, iv_str(text), RFC_MS), IV_JWT_FORGED);
	(void)snprintf(text, sizeof(text), "%s%s", head, sig);
	text[sizeof(head) + 10]++; /* the signature */
	assert_int_equal(verify(keys, &(struct iv_jwt_rules){0}, iv_str(text), RFC_MS), IV_JWT_FORGED);
	(void)snprintf(text, sizeof(text), "%s", head);
	assert_int_equal(verify(keys, &(struct iv_jwt_rules){0}, iv_str(text), RFC_MS), IV_JWT_FORGED);
	/* Signed by a secret that is the public key, and said to be so. */
	(void)snprintf(text, sizeof(text), "eyJhbGciOiJIUzI1NiJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.%s", sig);
	assert_int_equal(verify(keys, &(struct iv_jwt_rules){0}, iv_str(text), RFC_MS), IV_JWT_WRONG_ALG);
	iv_jwt_keys_free(keys);
	iv_jwt_keys_free(es);
}

static void a_key_document_gives_only_public_keys_for_signatures(void **state)
{
	static const struct {
		const char *keys;
		size_t want;
	} rows[] = {
		{"", 0}, /* a Supabase project that signs with its secret */
		{RFC_RSA_JWK, 1},
		{RFC_EC_JWK, 1},
		{RFC_RSA_JWK "," RFC_EC_JWK, 2},
		{"{\"kty\":\"oct\",\"k\":\"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75\"}", 0},
		{"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}", 1},
		{"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHUQ\"}", 0}, /* too short */
		{"{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}", 0},
		{"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"alg\":\"ES256\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}", 0},
		{"{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\",\"d\":\"AA\"}", 0},
		{"{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"" RFC_X "\",\"y\":\"" RFC_Y "\"}", 0},
		{"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC_X "\"}", 0},
		{"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC_Y "\",\"y\":\"" RFC_X "\"}", 0}, /* off the curve */
		{"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC_X "=\",\"y\":\"" RFC_Y "\"}", 0},
		{"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}", 0},
		{"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC_X "\",\"y\":\"" RFC_Y "\",\"d\":\"jpsQ\"}", 0},
		{"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC_X "\",\"y\":\"" RFC_Y "\",\"alg\":\"ES256\","
		 "\"use\":\"sig\",\"key_ops\":[\"verify\"],\"ext\":true,\"kid\":\"k\"}",
		 1},
		{"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC_X "\",\"y\":\"" RFC_Y "\",\"use\":\"enc\"}", 0},
		{"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC_X "\",\"y\":\"" RFC_Y
		 "\",\"key_ops\":[\"deriveKey\"]}",
		 0},
		{"{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC_X "\",\"y\":\"" RFC_Y "\",\"alg\":\"HS256\"}", 0},
		{"{\"kty\":\"RSA\",\"n\":\"" RFC_N "\",\"e\":\"AQAB\",\"alg\":\"RS512\"}", 0},
		{"{\"kty\":\"RSA\",\"n\":\"" RFC_N "\",\"e\":\"AQAB\",\"alg\":\"HS256\"}", 0},
		{"{\"kty\":\"RSA\",\"n\":\"" RFC_N "\",\"e\":\"AQAB\",\"d\":\"AQAB\"}", 0},
		{"{\"kty\":\"RSA\",\"n\":\"" RFC_N "\",\"e\":\"AQ\"}", 0}, /* e = 1: every text signs itself */
		{"{\"kty\":\"RSA\",\"n\":\"" RFC_N "\",\"e\":\"Ag\"}", 0},
		{"{\"kty\":\"RSA\",\"n\":\"" RFC_N "\",\"e\":\"\"}", 0},
		{"{\"kty\":\"RSA\",\"n\":\"" RFC_N "\"}", 0},
		{"{\"kty\":\"RSA\",\"e\":\"AQAB\"}", 0},
		{"{\"kty\":\"RSA\",\"n\":\"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAk\",\"e\":\"AQAB\"}", 0}, /* 192 bits */
		{"{\"kty\":\"rsa\",\"n\":\"" RFC_N "\",\"e\":\"AQAB\"}", 0},
		{"{\"kty\":7}," RFC_EC_JWK, 1}, /* one bad key does not take the others with it */
		{"{}", 0},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct iv_jwt_keys *keys = with_jwks(rows[i].keys);

		if (iv_jwt_keys_count(keys) != rows[i].want)
			fail_msg("%s gave %zu keys", rows[i].keys, iv_jwt_keys_count(keys));
		iv_jwt_keys_free(keys);
	}
}

static void a_bad_key_document_leaves_the_set_as_it_was(void **state)
{
	static const char *const rows[] = {
		"",
		"{}",
		"[]",
		"{\"keys\":{}}",
		"{\"keys\":[1]}",
		"{\"keys\":[" RFC_EC_JWK ",null]}",
		"{\"keys\":[],\"keys\":[]}",
		"{\"keys\":[]}x",
		"{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":7,\"x\":\"" RFC_X "\",\"y\":\"" RFC_Y "\"}]}",
		"{\"keys\":[{\"kid\":\"a\"," "\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC_X "\",\"y\":\"" RFC_Y
		"\"},{\"kid\":\"a\",\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"" RFC_X "\",\"y\":\"" RFC_Y "\"}]}",
	};
	struct iv_jwt_keys *keys = with_jwks(RFC_RSA_JWK);
	struct iv_buf many;

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		err = (struct iv_err){0};
		if (iv_jwt_keys_add_jwks(keys, iv_str(rows[i]), &err))
			fail_msg("%s was taken", rows[i]);
		assert_int_not_equal(err.code, IV_OK);
		assert_int_equal(iv_jwt_keys_count(keys), 1);
	}
	iv_buf_init(&many, 1 << 20);
	assert_true(iv_buf_adds(&many, IV_S("{\"keys\":[" RFC_EC_JWK)));
	for (int i = 0; i < IV_JWT_KEYS_MAX; i++)
		assert_true(iv_buf_adds(&many, IV_S("," RFC_EC_JWK)));
	assert_true(iv_buf_adds(&many, IV_S("]}")));
	assert_false(iv_jwt_keys_add_jwks(keys, iv_buf_str(&many), NULL));
	assert_int_equal(iv_jwt_keys_count(keys), 1);
	iv_buf_clear(&many);
	assert_true(iv_buf_printf(&many, "{\"keys\":[],\"x\":\"%065536d\"}", 1));
	assert_false(iv_jwt_keys_add_jwks(keys, iv_buf_str(&many), NULL));
	iv_buf_deinit(&many);
	iv_jwt_keys_free(keys);
}

static void keys_in_pem_must_be_of_their_algorithm(void **state)
{
	struct iv_jwt_keys *keys = iv_jwt_keys_new();
	char weak_private[2048], weak_public[1024], p384_private[1024], p384_public[512];

	(void)state;
	pem_of(EVP_RSA_gen(1024), weak_private, sizeof(weak_private), weak_public, sizeof(weak_public));
	pem_of(EVP_EC_gen("P-384"), p384_private, sizeof(p384_private), p384_public, sizeof(p384_public));
	const struct {
		const char *pem;
		enum iv_jwt_alg alg;
	} rows[] = {
		{rsa_public, IV_JWT_ES256}, {rsa_public, IV_JWT_HS256},	 {ec_public, IV_JWT_RS256},
		{ec_private, IV_JWT_HS256}, {weak_public, IV_JWT_RS256}, {weak_private, IV_JWT_RS256},
		{p384_public, IV_JWT_ES256}, {"", IV_JWT_ES256},	 {"-----BEGIN PUBLIC KEY-----", IV_JWT_ES256},
		{"no key", IV_JWT_RS256},   {ed_public, IV_JWT_ES256},	 {ed_public, IV_JWT_RS256},
		{ed_public, IV_JWT_HS256},  {ec_public, IV_JWT_EDDSA},	 {rsa_private, IV_JWT_EDDSA},
	};

	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		err = (struct iv_err){0};
		assert_false(iv_jwt_keys_add_pem(keys, IV_S("k"), rows[i].alg, iv_str(rows[i].pem), &err));
		assert_int_equal(err.code, IV_EINVAL);
	}
	assert_true(iv_jwt_keys_add_pem(keys, IV_S("k"), IV_JWT_ES256, iv_str(ec_public), NULL));
	assert_false(iv_jwt_keys_add_pem(keys, IV_S("k"), IV_JWT_ES256, iv_str(ec_private), NULL)); /* taken */
	assert_true(iv_jwt_keys_add_pem(keys, IV_S("k"), IV_JWT_RS256, iv_str(rsa_public), NULL));
	assert_int_equal(iv_jwt_keys_count(keys), 2);
	iv_jwt_keys_free(keys);
	iv_jwt_keys_free(NULL);
}

static void an_arena_that_is_full_is_a_refusal(void **state)
{
	struct iv_jwt_keys *keys = secret_keys();
	char text[16384];
	struct iv_str token = forge(text, IV_S(HS), IV_S(GOOD), IV_S(SECRET));

	(void)state;
	for (size_t limit = 0; limit < 480; limit += 16) {
		struct iv_arena small;

		iv_arena_init(&small, limit);
		if (iv_jwt_verify(keys, &supabase, token, NOW_MS, &small, &claims, NULL) == IV_JWT_OK)
			assert_non_null(claims.subject.ptr);
		else
			assert_null(claims.payload.ptr);
		iv_arena_deinit(&small);
	}
	iv_jwt_keys_free(keys);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_of_rfc_7515_are_verified),
		cmocka_unit_test(claims_of_a_supabase_token_are_taken_out),
		cmocka_unit_test(a_tenant_claim_may_have_dots_in_its_name),
		cmocka_unit_test(what_is_signed_well_is_still_held_to_the_rules),
		cmocka_unit_test(what_is_not_signed_by_our_key_is_forged),
		cmocka_unit_test(other_spellings_of_a_good_token_are_refused),
		cmocka_unit_test(huge_and_deep_tokens_are_refused),
		cmocka_unit_test(our_own_tokens_come_back_with_every_algorithm),
		cmocka_unit_test(only_claims_with_an_end_are_signed_and_only_whole),
		cmocka_unit_test(a_public_key_is_never_taken_for_a_secret),
		cmocka_unit_test(a_kid_chooses_among_our_keys_and_does_no_more),
		cmocka_unit_test(signatures_of_other_shapes_are_refused),
		cmocka_unit_test(the_example_of_rfc_8037_is_verified_and_its_key_is_for_nothing_else),
		cmocka_unit_test(a_key_document_gives_only_public_keys_for_signatures),
		cmocka_unit_test(a_bad_key_document_leaves_the_set_as_it_was),
		cmocka_unit_test(keys_in_pem_must_be_of_their_algorithm),
		cmocka_unit_test(an_arena_that_is_full_is_a_refusal),
	};

	return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
