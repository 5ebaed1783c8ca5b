/* Webhook signatures: the published vectors, both directions, two secrets, and what forgers send. */
#include "check.h"

#include "iv_config.h"
#include "iv_crypto.h"
#include "iv_webhook_sign.h"

/* The vector that the Standard Webhooks libraries share. */
#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define ID "msg_p5jXN8AQM9LWM0D4loKWxJek"
#define TIME INT64_C(1614265330)
#define BODY "{\"test\": 2432232314}"
#define SIGNATURE "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
#define OTHER "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static const struct iv_webhook_secrets one = {.current = IV_S(SECRET)};
static const struct iv_webhook_secrets rotated = {IV_S(OTHER), IV_S(SECRET)};
static const struct iv_webhook_secrets stranger = {IV_S(OTHER), IV_S("")};
static const struct iv_webhook_secrets none;

static struct iv_webhook_headers out;

static void sign(const struct iv_webhook_secrets *s)
{
	iv_webhook_sign(s, IV_S(ID), TIME, IV_S(BODY), &out);
}

static void our_headers_have_the_published_values(void **state)
{
	(void)state;
	sign(&one);
	assert_string_equal(out.timestamp, "1614265330");
	assert_string_equal(out.standard, SIGNATURE);
	/* The next two by Python's hmac, with the text of the secret as the key. */
	assert_string_equal(out.body, "sha256="
				      "80ec8a89ce3cd22133a1066caecb4d04fea7467657c8514d717ec42c38a5c94c");
	assert_string_equal(out.stamped, "t=1614265330,v1="
					 "2e37df5d4a028c51a7f3133d64ae1e300d2c2c900f1b1d49d4369ad2530f8964");
}

static void two_secrets_give_two_signatures(void **state)
{
	const char *first;

	(void)state;
	sign(&stranger);
	first = strdup(out.standard);
	sign(&rotated);
	check_holds(iv_str(out.standard), " " SIGNATURE);
	assert_true(iv_str_starts(iv_str(out.standard), iv_str(first)));
	free((void *)(uintptr_t)first);
	assert_int_equal(strlen(out.standard), 2 * strlen(SIGNATURE) + 1);
	check_holds(iv_str(out.stamped), ",v1=2e37df5d4a028c51a7f3133d64ae1e300d2c2c900f1b1d49d4369ad2530f8964");
	assert_int_equal(strlen(out.stamped), strlen("t=1614265330") + 2 * strlen(",v1=") + 128);
	iv_webhook_sign(&rotated, IV_S(ID), INT64_C(99999999999), IV_S(BODY), &out); /* the longest */
	assert_int_equal(strlen(out.stamped), strlen("t=99999999999") + 2 * strlen(",v1=") + 128);
}

static void without_a_secret_nothing_is_signed(void **state)
{
	const struct iv_webhook_secrets plain = {IV_S("an old secret of no form"), IV_S("")};

	(void)state;
	sign(&none);
	assert_string_equal(out.standard, "");
	assert_string_equal(out.body, "");
	assert_string_equal(out.stamped, "");
	sign(&plain); /* the seed's secrets are plain texts: they serve the old headers */
	assert_string_equal(out.standard, "");
	assert_int_equal(strlen(out.body), 7 + 64);
	assert_int_equal(strlen(out.stamped), strlen("t=1614265330,v1=") + 64);
}

static void what_we_sign_is_verified(void **state)
{
	(void)state;
	sign(&rotated);
	assert_int_equal(iv_webhook_verify_standard(&one, IV_S(ID), iv_str(out.timestamp), iv_str(out.standard),
						    IV_S(BODY), TIME, 300),
			 IV_WEBHOOK_OK);
	assert_int_equal(iv_webhook_verify_standard(&stranger, IV_S(ID), iv_str(out.timestamp),
						    iv_str(out.standard), IV_S(BODY), TIME, 300),
			 IV_WEBHOOK_OK);
	assert_int_equal(iv_webhook_verify_body(&rotated, iv_str(out.body), IV_S(BODY)), IV_WEBHOOK_OK);
	assert_int_equal(iv_webhook_verify_stamped(&one, "v1", iv_str(out.stamped), IV_S(BODY), TIME, 300),
			 IV_WEBHOOK_OK);
	assert_int_equal(iv_webhook_verify_stamped(&stranger, "v1", iv_str(out.stamped), IV_S(BODY), TIME, 300),
			 IV_WEBHOOK_OK);
}

static void a_standard_webhook_is_judged(void **state)
{
	static const struct {
		const struct iv_webhook_secrets *secrets;
		const char *id, *timestamp, *signature, *body;
		int64_t now;
		enum iv_webhook_verdict want;
	} rows[] = {
		{&one, ID, "1614265330", SIGNATURE, BODY, TIME, IV_WEBHOOK_OK},
		{&rotated, ID, "1614265330", SIGNATURE, BODY, TIME, IV_WEBHOOK_OK},
		{&one, ID, "1614265330", "v1,AAAA " SIGNATURE, BODY, TIME, IV_WEBHOOK_OK},
		{&one, ID, "1614265330", SIGNATURE " v1a,hnO3f9T8Ytu9HwrXslvumlUpqtNVqkhqw/enGzPCXe5BdqzCInXqYXFy"
						   "mVJaA7AZdpXwVLPo3mNl8EM+m7TBAg==",
		 BODY, TIME, IV_WEBHOOK_OK},
		{&one, ID, "1614265330", SIGNATURE, BODY, TIME + 300, IV_WEBHOOK_OK},
		{&one, ID, "1614265330", SIGNATURE, BODY, TIME - 300, IV_WEBHOOK_OK},
		{&one, ID, "1614265330", SIGNATURE, BODY, TIME + 301, IV_WEBHOOK_STALE},
		{&one, ID, "1614265330", SIGNATURE, BODY, TIME - 301, IV_WEBHOOK_EARLY},
		{&one, "", "1614265330", SIGNATURE, BODY, TIME, IV_WEBHOOK_MISSING},
		{&one, ID, "", SIGNATURE, BODY, TIME, IV_WEBHOOK_MISSING},
		{&one, ID, "1614265330", "", BODY, TIME, IV_WEBHOOK_MISSING},
		{&one, ID "x", "1614265330", SIGNATURE, BODY, TIME, IV_WEBHOOK_WRONG},
		{&one, ID, "1614265331", SIGNATURE, BODY, TIME, IV_WEBHOOK_WRONG},
		{&one, ID, "1614265330", SIGNATURE, BODY " ", TIME, IV_WEBHOOK_WRONG},
		{&one, ID, "1614265330", SIGNATURE, "", TIME, IV_WEBHOOK_WRONG},
		{&stranger, ID, "1614265330", SIGNATURE, BODY, TIME, IV_WEBHOOK_WRONG},
		{&none, ID, "1614265330", SIGNATURE, BODY, TIME, IV_WEBHOOK_WRONG},
		{&none, ID, "1614265330", "v1,", BODY, TIME, IV_WEBHOOK_WRONG},
		{&one, ID, "1614265330", "v1,", BODY, TIME, IV_WEBHOOK_WRONG},
		{&one, ID, "1614265330", "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", BODY, TIME,
		 IV_WEBHOOK_MALFORMED},
		{&one, ID, "1614265330", "g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", BODY, TIME,
		 IV_WEBHOOK_MALFORMED},
		{&one, ID, "1614265330", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE", BODY, TIME,
		 IV_WEBHOOK_WRONG}, /* no padding */
		{&one, ID, "+1614265330", SIGNATURE, BODY, TIME, IV_WEBHOOK_MALFORMED},
		{&one, ID, " 1614265330", SIGNATURE, BODY, TIME, IV_WEBHOOK_MALFORMED},
		{&one, ID, "1614265330.0", SIGNATURE, BODY, TIME, IV_WEBHOOK_MALFORMED},
		{&one, ID, "1614265330000", SIGNATURE, BODY, TIME, IV_WEBHOOK_MALFORMED},
		{&one, ID, "-1", SIGNATURE, BODY, TIME, IV_WEBHOOK_MALFORMED},
		/* seventeen signatures, the right one last */
		{&one, ID, "1614265330",
		 "v1,a v1,a v1,a v1,a v1,a v1,a v1,a v1,a v1,a v1,a v1,a v1,a v1,a v1,a v1,a v1,a " SIGNATURE, BODY,
		 TIME, IV_WEBHOOK_WRONG},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		enum iv_webhook_verdict got = iv_webhook_verify_standard(
			rows[i].secrets, iv_str(rows[i].id), iv_str(rows[i].timestamp),
			iv_str(rows[i].signature), iv_str(rows[i].body), rows[i].now, 300);

		if (got != rows[i].want)
			fail_msg("row %zu: %s, want %s", i, iv_webhook_verdict_name(got),
				 iv_webhook_verdict_name(rows[i].want));
	}
}

static void a_signature_of_the_body_alone_is_judged(void **state)
{
	static const char hex[] = "80ec8a89ce3cd22133a1066caecb4d04fea7467657c8514d717ec42c38a5c94c";
	char text[200];

	(void)state;
	snprintf(text, sizeof(text), "sha256=%s", hex);
	assert_int_equal(iv_webhook_verify_body(&one, iv_str(text), IV_S(BODY)), IV_WEBHOOK_OK);
	assert_int_equal(iv_webhook_verify_body(&rotated, iv_str(text), IV_S(BODY)), IV_WEBHOOK_OK);
	assert_int_equal(iv_webhook_verify_body(&stranger, iv_str(text), IV_S(BODY)), IV_WEBHOOK_WRONG);
	assert_int_equal(iv_webhook_verify_body(&one, iv_str(text), IV_S(BODY "\n")), IV_WEBHOOK_WRONG);
	assert_int_equal(iv_webhook_verify_body(&one, IV_S(""), IV_S(BODY)), IV_WEBHOOK_MISSING);
	assert_int_equal(iv_webhook_verify_body(&one, iv_str(hex), IV_S(BODY)), IV_WEBHOOK_MALFORMED);
	assert_int_equal(iv_webhook_verify_body(&one, IV_S("sha256="), IV_S(BODY)), IV_WEBHOOK_WRONG);
	assert_int_equal(iv_webhook_verify_body(&none, IV_S("sha256="), IV_S(BODY)), IV_WEBHOOK_WRONG);
	text[20] = text[20] == 'a' ? 'b' : 'a';
	assert_int_equal(iv_webhook_verify_body(&one, iv_str(text), IV_S(BODY)), IV_WEBHOOK_WRONG);
}

static void stamped_signatures_are_judged_by_their_scheme(void **state)
{
#define GOOD "2e37df5d4a028c51a7f3133d64ae1e300d2c2c900f1b1d49d4369ad2530f8964"
#define ZERO "0000000000000000000000000000000000000000000000000000000000000000"
	static const struct {
		const char *scheme, *header;
		enum iv_webhook_verdict want;
	} rows[] = {
		{"v1", "t=1614265330,v1=" GOOD, IV_WEBHOOK_OK},
		{"v0", "t=1614265330,v0=" GOOD, IV_WEBHOOK_OK}, /* ElevenLabs */
		{"v1", "v1=" GOOD ",t=1614265330", IV_WEBHOOK_OK},
		{"v1", "t=1614265330, v1=" GOOD, IV_WEBHOOK_OK},
		{"v1", "t=1614265330,v1=" ZERO ",v1=" GOOD, IV_WEBHOOK_OK},
		{"v1", "t=1614265330,v0=" ZERO ",v1=" GOOD ",x=1", IV_WEBHOOK_OK},
		{"v0", "t=1614265330,v1=" GOOD, IV_WEBHOOK_MALFORMED},
		{"v1", "t=1614265330,v0=" GOOD, IV_WEBHOOK_MALFORMED}, /* no falling back to another scheme */
		{"v1", "t=1614265330,v1=" ZERO, IV_WEBHOOK_WRONG},
		{"v1", "t=1614265330,v1=", IV_WEBHOOK_WRONG},
		{"v1", "t=1614265331,v1=" GOOD, IV_WEBHOOK_WRONG},
		{"v1", "t=1614265330,t=1614265330,v1=" GOOD, IV_WEBHOOK_MALFORMED},
		{"v1", "t=1614265330,t=1914265330,v1=" GOOD, IV_WEBHOOK_MALFORMED},
		{"v1", "v1=" GOOD, IV_WEBHOOK_MALFORMED},
		{"v1", "t=,v1=" GOOD, IV_WEBHOOK_MALFORMED},
		{"v1", "t=1614265330000,v1=" GOOD, IV_WEBHOOK_MALFORMED},
		{"v1", "t=0x6037a0b2,v1=" GOOD, IV_WEBHOOK_MALFORMED},
		{"v1", "1614265330," GOOD, IV_WEBHOOK_MALFORMED},
		{"v1", "", IV_WEBHOOK_MISSING},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		enum iv_webhook_verdict got = iv_webhook_verify_stamped(
			&one, rows[i].scheme, iv_str(rows[i].header), IV_S(BODY), TIME, 300);

		if (got != rows[i].want)
			fail_msg("%s: %s", rows[i].header, iv_webhook_verdict_name(got));
	}
	assert_int_equal(iv_webhook_verify_stamped(&one, "v1", IV_S("t=1614265330,v1=" GOOD), IV_S(BODY), TIME + 299,
						   300),
			 IV_WEBHOOK_OK);
	assert_int_equal(iv_webhook_verify_stamped(&one, "v1", IV_S("t=1614265330,v1=" GOOD), IV_S(BODY), TIME + 301,
						   300),
			 IV_WEBHOOK_STALE);
	assert_int_equal(iv_webhook_verify_stamped(&one, "v1", IV_S("t=1614265330,v1=" GOOD), IV_S(BODY), TIME - 400,
						   300),
			 IV_WEBHOOK_EARLY);
	assert_int_equal(iv_webhook_verify_stamped(&none, "v1", IV_S("t=1614265330,v1=" GOOD), IV_S(BODY), TIME, 300),
			 IV_WEBHOOK_WRONG);
}

static void an_empty_secret_never_matches(void **state)
{
	static const struct iv_str empty = IV_S("");
	char hex[IV_SHA256_HEX], header[200];
	struct iv_arena arena;
	uint8_t mac[IV_SHA1_BYTES];
	char sha1[40] = "";

	(void)state;
	iv_hmac_sha256_hex(empty, IV_S("1614265330." BODY), hex);
	snprintf(header, sizeof(header), "t=1614265330,v1=%s", hex);
	assert_int_equal(iv_webhook_verify_stamped(&one, "v1", iv_str(header), IV_S(BODY), TIME, 300), IV_WEBHOOK_WRONG);
	iv_hmac_sha256_hex(empty, IV_S(BODY), hex);
	snprintf(header, sizeof(header), "sha256=%s", hex);
	assert_int_equal(iv_webhook_verify_body(&one, iv_str(header), IV_S(BODY)), IV_WEBHOOK_WRONG);
	iv_hmac_sha1(empty, IV_S("https://a.b/c"), mac);
	iv_base64(mac, sizeof(mac), sha1);
	iv_arena_init(&arena, 4096);
	assert_int_equal(iv_twilio_verify(&one, IV_S("https://a.b/c"), NULL, 0, iv_str(sha1), &arena), IV_WEBHOOK_WRONG);
	assert_int_equal(iv_twilio_verify(&none, IV_S("https://a.b/c"), NULL, 0, iv_str(sha1), &arena), IV_WEBHOOK_WRONG);
	iv_arena_deinit(&arena);
}

static void secrets_are_made_and_known(void **state)
{
	static const struct {
		const char *secret;
		bool good;
	} rows[] = {
		{SECRET, true},
		{OTHER, true},
		{"whsec_", false},
		{"whsec_AAAA", false},
		{"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=", false}, /* 23 bytes */
		{"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n", false},
		{"whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA-_", false},
		{"WHSEC_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false},
		{"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false},
		{"whsk_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", false},
		{"whsec_" "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
		 true}, /* 64 bytes */
		{"whsec_" "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
		 false}, /* 65 */
		{"whsec_" "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
		 false},
	};
	char made[IV_WEBHOOK_SECRET_SIZE], again[IV_WEBHOOK_SECRET_SIZE];

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		if (iv_webhook_secret_check(iv_str(rows[i].secret)) != rows[i].good)
			fail_msg("%s", rows[i].secret);
	}
	iv_webhook_secret_make(made);
	iv_webhook_secret_make(again);
	assert_true(iv_webhook_secret_check(iv_str(made)));
	assert_string_not_equal(made, again);
}

/* ── Twilio */
static const struct iv_webhook_secrets token = {IV_S("12345"), IV_S("")};

static enum iv_webhook_verdict twilio(const struct iv_webhook_secrets *tokens, const char *url, const char *form,
				      const char *header)
{
	struct iv_arena arena;
	struct iv_pair *pairs;
	size_t count;
	enum iv_webhook_verdict v;

	iv_arena_init(&arena, 1 << 16);
	assert_true(iv_query_parse(iv_str(form), &arena, &pairs, &count, NULL));
	v = iv_twilio_verify(tokens, iv_str(url), pairs, count, iv_str(header), &arena);
	iv_arena_deinit(&arena);
	return v;
}

#define FORM_5310 \
	"To=%2B18005551212&CallSid=CA1234567890ABCDE&Caller=%2B14158675310&Digits=1234&From=%2B14158675310"
#define FORM_5309 \
	"CallSid=CA1234567890ABCDE&Caller=%2B14158675309&Digits=1234&From=%2B14158675309&To=%2B18005551212"

static void twilios_own_examples_are_verified(void **state)
{
	static const struct iv_webhook_secrets both = {IV_S("new token"), IV_S("12345")};

	(void)state;
	assert_int_equal(twilio(&token, "https://example.com/myapp.php?foo=1&bar=2", FORM_5310,
				"L/OH5YylLD5NRKLltdqwSvS0BnU="),
			 IV_WEBHOOK_OK);
	assert_int_equal(twilio(&token, "https://mycompany.com/myapp.php?foo=1&bar=2", FORM_5309,
				"RSOYDt4T1cUTdK1PDd93/VVr8B8="),
			 IV_WEBHOOK_OK);
	assert_int_equal(twilio(&both, "https://mycompany.com/myapp.php?foo=1&bar=2", FORM_5309,
				"RSOYDt4T1cUTdK1PDd93/VVr8B8="),
			 IV_WEBHOOK_OK);
	assert_int_equal(twilio(&token, "https://mycompany.com/myapp.php?foo=1&bar=2", FORM_5310,
				"RSOYDt4T1cUTdK1PDd93/VVr8B8="),
			 IV_WEBHOOK_WRONG);
	assert_int_equal(twilio(&token, "https://mycompany.com/myapp.php?bar=2&foo=1", FORM_5309,
				"RSOYDt4T1cUTdK1PDd93/VVr8B8="),
			 IV_WEBHOOK_WRONG);
	assert_int_equal(twilio(&token, "https://mycompany.com/myapp.php?foo=1&bar=2", FORM_5309 "&X=1",
				"RSOYDt4T1cUTdK1PDd93/VVr8B8="),
			 IV_WEBHOOK_WRONG);
	assert_int_equal(twilio(&token, "https://mycompany.com/myapp.php?foo=1&bar=2", FORM_5309, ""),
			 IV_WEBHOOK_MISSING);
	assert_int_equal(twilio(&token, "https://mycompany.com/myapp.php?foo=1&bar=2", FORM_5309,
				"RSOYDt4T1cUTdK1PDd93/VVr8B8=\n"),
			 IV_WEBHOOK_WRONG);
	assert_int_equal(twilio(&token, "/myapp.php", FORM_5309, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
			 IV_WEBHOOK_MALFORMED);
}

/* Signed by hand, as the text says that Twilio built. */
static void sign_by_hand(const char *text, char signature[32])
{
	uint8_t mac[IV_SHA1_BYTES];

	iv_hmac_sha1(IV_S("12345"), iv_str(text), mac);
	signature[iv_base64(mac, sizeof(mac), signature)] = '\0';
}

static void ports_and_slashes_may_be_spelt_either_way(void **state)
{
	static const struct {
		const char *url, *form, *signed_text;
		enum iv_webhook_verdict want;
	} rows[] = {
		{"https://a.example/x", "", "https://a.example/x", IV_WEBHOOK_OK},
		{"https://a.example/x", "", "https://a.example:443/x", IV_WEBHOOK_OK},
		{"https://a.example:443/x", "", "https://a.example/x", IV_WEBHOOK_OK},
		{"https://a.example:8443/x", "", "https://a.example/x", IV_WEBHOOK_OK},
		{"https://a.example:8443/x", "", "https://a.example:8443/x", IV_WEBHOOK_OK},
		{"https://a.example:8443/x", "", "https://a.example:443/x", IV_WEBHOOK_WRONG},
		{"http://a.example/x?y=1:2", "", "http://a.example:80/x?y=1:2", IV_WEBHOOK_OK},
		{"https://[2001:db8::1]/x", "", "https://[2001:db8::1]:443/x", IV_WEBHOOK_OK},
		{"https://[2001:db8::1]:9/x", "", "https://[2001:db8::1]/x", IV_WEBHOOK_OK},
		{"https://a.example", "", "https://a.example:443", IV_WEBHOOK_OK},
		{"https://a.example?x=1", "", "https://a.example:443?x=1", IV_WEBHOOK_OK},
		{"wss://a.example/ms/abc", "", "wss://a.example/ms/abc", IV_WEBHOOK_OK},
		{"wss://a.example/ms/abc", "", "wss://a.example/ms/abc/", IV_WEBHOOK_OK},
		{"wss://a.example/ms/abc/", "", "wss://a.example/ms/abc", IV_WEBHOOK_OK},
		{"wss://a.example/ms/abc/", "", "wss://a.example:443/ms/abc", IV_WEBHOOK_OK},
		{"wss://a.example/ms/abc", "", "https://a.example/ms/abc", IV_WEBHOOK_WRONG},
		{"https://a.example/x", "", "https://a.example/x/", IV_WEBHOOK_WRONG},
		{"https://a.example/x", "", "http://a.example/x", IV_WEBHOOK_WRONG},
		/* names in order of their bytes, each different value once, none trimmed */
		{"https://a.example/x", "b=2&a=1&B=3", "https://a.example/xB3a1b2", IV_WEBHOOK_OK},
		{"https://a.example/x", "a=2&a=1&a=2", "https://a.example/xa1a2", IV_WEBHOOK_OK},
		{"https://a.example/x", "a=&b=+x+", "https://a.example/xab x ", IV_WEBHOOK_OK},
		{"https://a.example/x", "ab=c&a=bc", "https://a.example/xabcabc", IV_WEBHOOK_OK},
		{"https://a.example/x", "a=%E2%82%AC", "https://a.example/xa\xE2\x82\xAC", IV_WEBHOOK_OK},
	};
	char signature[32];

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		sign_by_hand(rows[i].signed_text, signature);
		if (twilio(&token, rows[i].url, rows[i].form, signature) != rows[i].want)
			fail_msg("%s signed as %s", rows[i].url, rows[i].signed_text);
	}
}

static void a_json_body_is_checked_through_its_digest(void **state)
{
	static const char body[] = "{\"a\":1}";
	char url[300], digest[IV_SHA256_HEX], signature[32];
	struct iv_arena arena;

	(void)state;
	iv_arena_init(&arena, 1 << 14);
	iv_sha256_hex(iv_str(body), digest);
	snprintf(url, sizeof(url), "https://a.example/x?y=1&bodySHA256=%s", digest);
	sign_by_hand(url, signature);
	assert_int_equal(iv_twilio_verify_json(&token, iv_str(url), iv_str(body), iv_str(signature), &arena),
			 IV_WEBHOOK_OK);
	assert_int_equal(iv_twilio_verify_json(&token, iv_str(url), IV_S("{\"a\":2}"), iv_str(signature), &arena),
			 IV_WEBHOOK_WRONG);
	assert_int_equal(iv_twilio_verify_json(&token, iv_str(url), iv_str(body), IV_S("AAAA"), &arena),
			 IV_WEBHOOK_WRONG);
	sign_by_hand("https://a.example/x", signature);
	assert_int_equal(iv_twilio_verify_json(&token, IV_S("https://a.example/x"), iv_str(body), iv_str(signature),
					       &arena),
			 IV_WEBHOOK_MALFORMED); /* signed, but nothing says that the body is */
	iv_arena_deinit(&arena);
}

static void a_long_url_and_a_full_arena_are_refused(void **state)
{
	char url[5000] = "https://a.example/";
	struct iv_arena small;
	struct iv_pair pair = {IV_S("a"), IV_S("b")};

	(void)state;
	memset(url + strlen(url), 'x', 4900);
	assert_int_equal(twilio(&token, url, "", "L/OH5YylLD5NRKLltdqwSvS0BnU="), IV_WEBHOOK_MALFORMED);
	iv_arena_init(&small, 16);
	assert_int_equal(iv_twilio_verify(&token, IV_S("https://a.example/"), &pair, 1,
					  IV_S("L/OH5YylLD5NRKLltdqwSvS0BnU="), &small),
			 IV_WEBHOOK_MALFORMED);
	iv_arena_deinit(&small);
}

/* Expected values by Python's hmac. */
static void a_bare_digest_is_judged(void **state)
{
	const struct iv_webhook_secrets s = {IV_S("12345"), IV_S("")}, old = {IV_S("new"), IV_S("12345")};
	const struct iv_str body = IV_S("{\"call_sid\":\"1\"}");
	const struct iv_str header = IV_S("024af41a7a66c8107c552a4325838a5b997bff782fda7dac4865567a8ccce31e");

	(void)state;
	assert_int_equal(iv_webhook_verify_hex(&s, header, body), IV_WEBHOOK_OK);
	assert_int_equal(iv_webhook_verify_hex(&old, header, body), IV_WEBHOOK_OK);
	assert_int_equal(iv_webhook_verify_hex(&s, header, IV_S("{\"call_sid\":\"2\"}")), IV_WEBHOOK_WRONG);
	assert_int_equal(iv_webhook_verify_hex(&none, header, body), IV_WEBHOOK_WRONG);
	assert_int_equal(iv_webhook_verify_hex(&s, IV_S(""), body), IV_WEBHOOK_MISSING);
}

static void twilios_sockets_are_known_by_our_public_address(void **state)
{
	struct iv_config cfg = {.public_base_url = "https://gw.example/"};
	const struct iv_str path = IV_S("/realtime/twilio");

	(void)state;
	assert_true(iv_twilio_upgrade_ok(&cfg, path, IV_S(""))); /* nothing to check by */
	cfg.twilio_auth_token.hidden = "12345";
	assert_true(iv_twilio_upgrade_ok(&cfg, path, IV_S("q5wA3HNJ+39+uOZhexeUivT/JLE=")));
	assert_true(iv_twilio_upgrade_ok(&cfg, path, IV_S("LMMf4fVtxGh0xmeNXJ/Bi1rJzoQ=")));
	assert_false(iv_twilio_upgrade_ok(&cfg, path, IV_S("Z/p9/yNLSEm7aWM4NRWs5h7RuZI=")));
	assert_false(iv_twilio_upgrade_ok(&cfg, path, IV_S("")));
	assert_false(iv_twilio_upgrade_ok(&cfg, IV_S("/realtime/voice"), IV_S("q5wA3HNJ+39+uOZhexeUivT/JLE=")));
	cfg.twilio_auth_token = (struct iv_secret){"new"};
	assert_false(iv_twilio_upgrade_ok(&cfg, path, IV_S("q5wA3HNJ+39+uOZhexeUivT/JLE=")));
	cfg.twilio_auth_token_old = (struct iv_secret){"12345"};
	assert_true(iv_twilio_upgrade_ok(&cfg, path, IV_S("q5wA3HNJ+39+uOZhexeUivT/JLE=")));
	cfg.public_base_url = "";
	assert_false(iv_twilio_upgrade_ok(&cfg, path, IV_S("q5wA3HNJ+39+uOZhexeUivT/JLE=")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(our_headers_have_the_published_values),
		cmocka_unit_test(two_secrets_give_two_signatures),
		cmocka_unit_test(without_a_secret_nothing_is_signed),
		cmocka_unit_test(what_we_sign_is_verified),
		cmocka_unit_test(a_standard_webhook_is_judged),
		cmocka_unit_test(a_signature_of_the_body_alone_is_judged),
		cmocka_unit_test(stamped_signatures_are_judged_by_their_scheme),
		cmocka_unit_test(an_empty_secret_never_matches),
		cmocka_unit_test(secrets_are_made_and_known),
		cmocka_unit_test(twilios_own_examples_are_verified),
		cmocka_unit_test(ports_and_slashes_may_be_spelt_either_way),
		cmocka_unit_test(a_json_body_is_checked_through_its_digest),
		cmocka_unit_test(a_bare_digest_is_judged),
		cmocka_unit_test(twilios_sockets_are_known_by_our_public_address),
		cmocka_unit_test(a_long_url_and_a_full_arena_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
