#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>

#include "iv_buf.h"
#include "iv_net.h"

static struct iv_str s_of(const char *c)
{
	return iv_str(c);
}

static void every_part_of_a_url_is_found(void **state)
{
	static const struct {
		const char *url, *scheme, *host;
		int port;
		const char *target;
		bool tls;
	} rows[] = {
		{"http://example.com", "http", "example.com", 80, "/", false},
		{"https://example.com/", "https", "example.com", 443, "/", true},
		{"ws://h:8080/a/b?c=d", "ws", "h", 8080, "/a/b?c=d", false},
		{"wss://api.deepgram.com/v1/listen?model=nova-3&a=%20", "wss", "api.deepgram.com",
		 443, "/v1/listen?model=nova-3&a=%20", true},
		{"HTTPS://A.b-C_d:1/", "HTTPS", "A.b-C_d", 1, "/", true},
		{"http://[::1]:65535/x", "http", "::1", 65535, "/x", false},
		{"http://[fe80::1]", "http", "fe80::1", 80, "/", false},
		{"http://127.0.0.1:3000/?", "http", "127.0.0.1", 3000, "/?", false},
		{"https://h//double", "https", "h", 443, "//double", true},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct iv_url u;
		struct iv_err e = {0};

		assert_true(iv_url_parse(s_of(rows[i].url), &u, &e));
		assert_true(iv_str_eq(u.scheme, s_of(rows[i].scheme)));
		assert_true(iv_str_eq(u.host, s_of(rows[i].host)));
		assert_int_equal(u.port, rows[i].port);
		assert_true(iv_str_eq(u.target, s_of(rows[i].target)));
		assert_int_equal(u.tls, rows[i].tls);
	}
}

static void what_is_not_a_plain_url_is_refused_with_the_rule(void **state)
{
	static const struct {
		const char *url, *rule;
	} rows[] = {
		{"", "start with"},
		{"example.com", "start with"},
		{"//example.com/", "start with"},
		{"ftp://example.com/", "start with"},
		{"file:///etc/passwd", "start with"},
		{"javascript:alert(1)", "start with"},
		{"http:/example.com", "start with"},
		{"http://", "host must not be empty"},
		{"http:///x", "host must not be empty"},
		{"http://:80/", "host must not be empty"},
		{"http://user@example.com/", "user name"},
		{"http://user:pass@example.com/", "user name"},
		{"http://good.com@evil.com/", "user name"},
		{"http://exa mple.com/", "printable"},
		{"http://example.com/a b", "printable"},
		{"http://example.com/\r\nX: y", "printable"},
		{"http://example.com\\@evil.com/", "printable"},
		{"http://ex\xc3\xa4mple.com/", "printable"},
		{"http://exam%70le.com/", "letters"},
		{"http://a,b/", "letters"},
		{"http://h:0/", "port"},
		{"http://h:65536/", "port"},
		{"http://h:-1/", "port"},
		{"http://h:+80/", "port"},
		{"http://h:80x/", "port"},
		{"http://h:/", "port"},
		{"http://h:000080/", "port"},
		{"http://[::1", "not closed"},
		{"http://[]/", "IPv6"},
		{"http://[::1%25lo]/", "IPv6"},
		{"http://[::1]x/", "behind"},
		{"http://h?x=1", "start with '/'"},
		{"http://h#f", "start with '/'"},
		{"http://h/#f", "fragment"},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct iv_url u;
		struct iv_err e = {0};

		if (iv_url_parse(s_of(rows[i].url), &u, &e) || !strstr(e.msg, rows[i].rule))
			fail_msg("%s: \"%s\"", rows[i].url, e.msg);
		assert_int_equal(e.code, IV_EINVAL);
	}
}

static void a_url_beyond_8_kib_is_refused(void **state)
{
	char *url = malloc(9000);
	struct iv_url u;
	struct iv_err e = {0};

	(void)state;
	assert_non_null(url);
	memset(url, 'a', 9000);
	memcpy(url, "http://h/", 9);
	assert_true(iv_url_parse((struct iv_str){url, 8192}, &u, &e));
	assert_false(iv_url_parse((struct iv_str){url, 8193}, &u, &e));
	assert_non_null(strstr(e.msg, "8192"));
	free(url);
}

static void a_query_parameter_is_found_and_decoded(void **state)
{
	static const struct {
		const char *query, *name, *value; /* NULL: refused */
	} rows[] = {
		{"a=1&b=2", "a", "1"},
		{"a=1&b=2", "b", "2"},
		{"a=1&a=2", "a", "1"},
		{"a=1&b=2", "c", NULL},
		{"a=", "a", ""},
		{"a", "a", ""},
		{"&&x=y&", "x", "y"},
		{"ab=1", "a", NULL},
		{"a=b=c", "a", "b=c"},
		{"a=%41%7e+%2B", "a", "A~ +"},
		{"%61=v", "a", "v"},
		{"a=%4", "a", NULL},
		{"a=%", "a", NULL},
		{"a=%zz", "a", NULL},
		{"a=%00", "a", NULL},
		{"%zz=1&a=2", "a", "2"},
		{"a=1234567", "a", "1234567"},
		{"a=12345678", "a", NULL},
		{"", "a", NULL},
		{"tok=\xc3\xa4", "tok", "\xc3\xa4"},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		char out[8];
		bool ok = iv_query_get(s_of(rows[i].query), s_of(rows[i].name), out, sizeof(out));

		if (ok != (rows[i].value != NULL))
			fail_msg("%s: %s", rows[i].query, rows[i].name);
		if (ok)
			assert_string_equal(out, rows[i].value);
	}
}

static void encoding_keeps_the_unreserved_and_escapes_the_rest(void **state)
{
	struct iv_buf b;

	(void)state;
	iv_buf_init(&b, 64);
	assert_true(iv_url_encode(&b, IV_S("aZ09-._~ /?&=+%\xc3\xa4")));
	assert_true(iv_str_eq(iv_buf_str(&b), IV_S("aZ09-._~%20%2F%3F%26%3D%2B%25%C3%A4")));
	iv_buf_deinit(&b);
	iv_buf_init(&b, 2);
	assert_false(iv_url_encode(&b, IV_S(" ")));
	iv_buf_deinit(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_part_of_a_url_is_found),
		cmocka_unit_test(what_is_not_a_plain_url_is_refused_with_the_rule),
		cmocka_unit_test(a_url_beyond_8_kib_is_refused),
		cmocka_unit_test(a_query_parameter_is_found_and_decoded),
		cmocka_unit_test(encoding_keeps_the_unreserved_and_escapes_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
