/* What is said about a call's line, and the signed address of its media. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "iv_line.h"
#include "iv_net.h"

#define NOW_MS 1770000000000

static const char *look_up(void *arg, const char *name)
{
	if (strcmp(name, "PUBLIC_BASE_URL") == 0)
		return arg;
	return strcmp(name, "REALTIME_WS_SECRET") == 0 ? "a-secret-of-some-length" : NULL;
}

static void configure(struct iv_config *cfg, char *base)
{
	struct iv_buf errors;

	iv_buf_init(&errors, 4096);
	assert_true(iv_config_read(cfg, look_up, base, &errors));
	iv_buf_deinit(&errors);
}

static void orders_survive_the_way_to_another_instance(void **state)
{
	struct iv_line_do d = {.verb = IV_LINE_DIAL, .to = IV_S("+4712345678"), .whisper = IV_S("A \"caller\"\nwaits"),
			       .timeout_s = 25, .max_digits = 1, .back = true}, r;
	struct iv_arena arena;
	struct iv_err e = {0};
	struct iv_buf b;

	(void)state;
	iv_arena_init(&arena, 65536);
	iv_buf_init(&b, 4096);
	assert_true(iv_line_write(&d, &b));
	assert_true(iv_line_read(iv_buf_str(&b), &r, &arena, &e));
	assert_int_equal(r.verb, IV_LINE_DIAL);
	assert_true(iv_str_eq(r.to, d.to) && iv_str_eq(r.whisper, d.whisper) && r.back && !r.record);
	assert_int_equal(r.timeout_s, 25);
	assert_false(iv_line_read(IV_S("{\"do\":\"fly\"}"), &r, &arena, &e));
	assert_string_equal(e.field, "do");
	assert_false(iv_line_read(IV_S("[]"), &r, &arena, &e));
	iv_buf_deinit(&b);
	iv_arena_deinit(&arena);
}

static void a_wrong_order_names_its_field(void **state)
{
	static const struct { struct iv_line_do d; const char *field; } wrong[] = {
		{{.verb = IV_LINE_DIAL, .to = {"5551234", 7}}, "to"},
		{{.verb = IV_LINE_DIAL, .to = {"+0123456", 8}}, "to"},
		{{.verb = IV_LINE_DIAL, .to = {"+12", 3}}, "to"},
		{{.verb = IV_LINE_REFER, .to = {"sip:", 4}}, "to"},
		{{.verb = IV_LINE_DIAL, .to = {"+4712345678", 11}, .caller_id = {"me", 2}}, "callerId"},
		{{.verb = IV_LINE_DTMF, .digits = {"12x", 3}}, "digits"},
		{{.verb = IV_LINE_DTMF}, "digits"},
		{{.verb = IV_LINE_CONFERENCE, .room = {"a b", 3}}, "room"},
		{{.verb = IV_LINE_CONFERENCE, .room = {"a", 1}, .action = {"sing", 4}}, "action"},
		{{.verb = IV_LINE_ASK}, "prompt"},
		{{.verb = IV_LINE_REDIRECT, .url = {"ftp://x", 7}}, "url"},
	};
	static const struct iv_line_do right[] = {
		{.verb = IV_LINE_HANGUP}, {.verb = IV_LINE_LISTEN}, {.verb = IV_LINE_DIAL, .to = {"sip:a@b.example", 15}},
		{.verb = IV_LINE_DTMF, .digits = {"1w2#*ABCD", 9}},
		{.verb = IV_LINE_CONFERENCE, .room = {"room-1", 6}, .action = {"join", 4}},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(wrong); i++) {
		struct iv_err e = {0};

		assert_false(iv_line_check(&wrong[i].d, &e));
		assert_string_equal(e.field, wrong[i].field);
	}
	for (size_t i = 0; i < IV_COUNT(right); i++)
		assert_true(iv_line_check(&right[i], &(struct iv_err){0}));
}

static void take(struct iv_str query, const char *name, char *out, size_t size)
{
	assert_true(iv_query_get(query, iv_str(name), out, size));
}

static void the_address_opens_this_call_of_this_tenant_once(void **state)
{
	char base[] = "https://voice.example.com/";
	struct iv_config cfg;
	struct iv_auth *auth;
	struct iv_line_call call = {IV_S("t_1"), IV_S("call:a b?"), IV_S("agent&1"), IV_STR_NULL};
	struct iv_line_media m, again;
	char call_id[200], tenant[64], nonce[64], ts[32], sig[80];
	struct iv_credentials c;
	enum iv_auth_method method;
	struct iv_err e = {0};
	struct iv_str q;

	(void)state;
	configure(&cfg, base);
	auth = iv_auth_new(&cfg);
	assert_true(iv_line_media(auth, &cfg, false, &call, NOW_MS, &m, &e));
	assert_true(iv_str_starts(iv_str(m.url), IV_S("wss://voice.example.com/realtime/voice?callId=call%3Aa%20b%3F&agentId=agent%261&")));
	assert_null(strchr(m.url, '|'));
	assert_null(strstr(m.url, "traceparent"));
	q = iv_str(strchr(m.url, '?') + 1);
	take(q, "callId", call_id, sizeof(call_id));
	take(q, "tenantId", tenant, sizeof(tenant));
	take(q, "nonce", nonce, sizeof(nonce));
	take(q, "ts", ts, sizeof(ts));
	take(q, "sig", sig, sizeof(sig));
	c = (struct iv_credentials){.call_id = iv_str(call_id), .tenant_id = iv_str(tenant), .nonce = iv_str(nonce),
				    .ts = iv_str(ts), .sig = iv_str(sig)};
	c.tenant_id = IV_S("t_2");
	assert_false(iv_auth_socket(auth, &c, NOW_MS, &method, &e));
	c.tenant_id = IV_STR_NULL;
	c.nonce = IV_STR_NULL;
	assert_false(iv_auth_socket(auth, &c, NOW_MS, &method, &e));
	c.tenant_id = iv_str(tenant);
	c.nonce = iv_str(nonce);
	assert_true(iv_auth_socket(auth, &c, NOW_MS + 30000, &method, &e));
	assert_int_equal(method, IV_AUTH_SIGNATURE);
	assert_false(iv_auth_socket(auth, &c, NOW_MS + 30000, &method, &e));
	assert_string_equal(e.field, "sig");
	/* Two of one call within a second are two. */
	assert_true(iv_line_media(auth, &cfg, true, &call, NOW_MS, &again, &e));
	assert_string_equal(again.url, "wss://voice.example.com/realtime/twilio");
	assert_string_not_equal(again.sig, m.sig);
	call.traceparent = IV_S("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
	assert_true(iv_line_media(auth, &cfg, false, &call, NOW_MS, &again, &e));
	assert_true(iv_str_ends(iv_str(again.url), IV_S("&traceparent=00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")));
	iv_auth_free(auth);
	iv_config_free(&cfg);
}

static void without_a_public_address_or_a_secret_it_is_said_which(void **state)
{
	char base[] = "";
	struct iv_config cfg;
	struct iv_auth *auth;
	struct iv_line_call call = {IV_S("t"), IV_S("c"), IV_S("a"), IV_STR_NULL};
	struct iv_line_media m;
	struct iv_err e = {0};

	(void)state;
	configure(&cfg, base);
	auth = iv_auth_new(&cfg);
	assert_false(iv_line_media(auth, &cfg, false, &call, NOW_MS, &m, &e));
	assert_string_equal(e.field, "PUBLIC_BASE_URL");
	iv_auth_free(auth);
	iv_config_free(&cfg);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_survive_the_way_to_another_instance),
		cmocka_unit_test(a_wrong_order_names_its_field),
		cmocka_unit_test(the_address_opens_this_call_of_this_tenant_once),
		cmocka_unit_test(without_a_public_address_or_a_secret_it_is_said_which),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
