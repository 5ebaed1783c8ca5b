/* traceparent and tracestate as W3C Trace Context has them. */
#include "check.h"

#include <stdio.h>

#include "iv_trace_context.h"

#define GOOD "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

static bool reads(const char *parent, const char *state, struct iv_trace_context *c)
{
	return iv_trace_context_read(iv_str(parent), iv_str(state), c);
}

static void a_traceparent_is_read_and_written_back(void **state)
{
	static const uint8_t trace[16] = {0x4b, 0xf9, 0x2f, 0x35, 0x77, 0xb3, 0x4d, 0xa6,
					  0xa3, 0xce, 0x92, 0x9d, 0x0e, 0x0e, 0x47, 0x36};
	static const uint8_t span[8] = {0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7};
	struct iv_trace_context c;
	char text[IV_TRACEPARENT_SIZE];

	(void)state;
	assert_true(reads(GOOD, "", &c));
	assert_memory_equal(c.trace_id, trace, 16);
	assert_memory_equal(c.span_id, span, 8);
	assert_int_equal(c.flags, IV_TRACE_SAMPLED);
	assert_string_equal(c.state, "");
	iv_traceparent_write(c.trace_id, c.span_id, c.flags, text);
	assert_string_equal(text, GOOD);
	assert_true(reads("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", "", &c));
	assert_int_equal(c.flags, 0);
	iv_traceparent_write(c.trace_id, c.span_id, c.flags, text);
	assert_string_equal(text + 53, "00");
}

static void what_is_malformed_is_no_traceparent(void **state)
{
	static const char *const bad[] = {
		"",
		"00",
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0",
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-",      /* version 00 has no more */
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what",
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-011",
		"ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",       /* never a version */
		"0g-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
		"00-00000000000000000000000000000000-00f067aa0ba902b7-01",       /* no trace */
		"00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",       /* no span */
		"00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",       /* capitals */
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00F067AA0BA902B7-01",
		"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0G",
		"00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
		"00-4bf92f3577b34da6a3ce929d0e0e4736_00f067aa0ba902b7-01",
		"00-4bf92f3577b34da6a3ce929d0e0e473-600f067aa0ba902b7-01",
		GOOD ", " GOOD, /* sent twice */
		"01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01what",   /* more, and no dash before it */
	};
	struct iv_trace_context c, none = {0};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(bad); i++) {
		if (reads(bad[i], "a=b", &c))
			fail_msg("read: %s", bad[i]);
		assert_memory_equal(&c, &none, sizeof(c));
	}
	/* A byte of NUL inside is no end. */
	assert_false(iv_trace_context_read((struct iv_str){GOOD "\0", 56}, IV_S(""), &c));
}

static void a_later_version_is_read_as_far_as_it_is_known(void **state)
{
	struct iv_trace_context c;
	char text[IV_TRACEPARENT_SIZE];

	(void)state;
	assert_true(reads("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff-what-ever", "", &c));
	assert_int_equal(c.flags, IV_TRACE_SAMPLED);
	iv_traceparent_write(c.trace_id, c.span_id, c.flags, text);
	assert_string_equal(text, GOOD); /* we speak our own version */
	assert_true(reads("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", "", &c));
	assert_int_equal(c.flags, 0);
}

static void of_the_flags_only_the_known_ones_go_on(void **state)
{
	struct iv_trace_context c;

	(void)state;
	assert_true(reads("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff", "", &c));
	assert_int_equal(c.flags, IV_TRACE_SAMPLED | IV_TRACE_RANDOM);
	assert_true(reads("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-fc", "", &c));
	assert_int_equal(c.flags, 0);
}

static void a_tracestate_is_passed_on(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{"", ""},
		{"congo=t61rcWkgMzE", "congo=t61rcWkgMzE"},
		{"rojo=00f067aa0ba902b7,congo=t61rcWkgMzE", "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE"},
		{" a=1 ,\tb=2 , , c=3", "a=1,b=2,c=3"},
		{"fw529a3039@dt=FfAAAA,1a-_*/=x y", "fw529a3039@dt=FfAAAA,1a-_*/=x y"},
		{"noequals", ""},
		{"=value", ""},
		{"key=", ""},
		{"Key=1", ""},
		{"a=1,b=two=2", ""},
		{"a=1,b=\x01", ""},
		{"a=1,b=\xc3\xa9", ""},
		{"a b=1", ""},
	};
	struct iv_trace_context c;

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		assert_true(reads(GOOD, rows[i].in, &c));
		assert_string_equal(c.state, rows[i].out);
	}
}

static void a_tracestate_with_too_many_members_is_left_out(void **state)
{
	char text[512] = "";
	struct iv_trace_context c;
	size_t len = 0;

	(void)state;
	for (int i = 0; i < 32; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%sk%d=1", i ? "," : "", i);
	assert_true(reads(GOOD, text, &c));
	assert_string_equal(c.state, text);
	(void)snprintf(text + len, sizeof(text) - len, ",more=1");
	assert_true(reads(GOOD, text, &c));
	assert_string_equal(c.state, "");
}

static void of_a_tracestate_that_is_too_long_the_long_members_go_first(void **state)
{
	char text[2048];
	struct iv_trace_context c;
	int len = snprintf(text, sizeof(text), "first=1,long=%0200d", 7);

	(void)state;
	for (int i = 0; i < 6; i++)
		len += snprintf(text + len, sizeof(text) - (size_t)len, ",m%d=%090d", i, i);
	assert_true(reads(GOOD, text, &c));
	assert_true(strlen(c.state) <= IV_TRACESTATE_MAX);
	assert_memory_equal(c.state, "first=1,m0=", 11);
	assert_non_null(strstr(c.state, ",m4="));
	assert_null(strstr(c.state, "m5="));
	assert_null(strstr(c.state, "long="));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_traceparent_is_read_and_written_back),
		cmocka_unit_test(what_is_malformed_is_no_traceparent),
		cmocka_unit_test(a_later_version_is_read_as_far_as_it_is_known),
		cmocka_unit_test(of_the_flags_only_the_known_ones_go_on),
		cmocka_unit_test(a_tracestate_is_passed_on),
		cmocka_unit_test(a_tracestate_with_too_many_members_is_left_out),
		cmocka_unit_test(of_a_tracestate_that_is_too_long_the_long_members_go_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
