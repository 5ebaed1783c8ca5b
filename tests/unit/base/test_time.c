/* Times as text and back, held against the C library's calendar. */
#include "check.h"
#include <time.h>
#include "iv_time.h"

static void times_print_as_the_calendar_has_them(void **state)
{
	char out[IV_TIME_SIZE], want[64];

	(void)state;
	for (int64_t ms = 0; ms < 253402300800000; ms += 86399999LL * 97 + 12345) {
		time_t s = (time_t)(ms / 1000);
		struct tm tm;
		size_t n;

		gmtime_r(&s, &tm);
		n = strftime(want, sizeof(want), "%Y-%m-%dT%H:%M:%S", &tm);
		(void)snprintf(want + n, sizeof(want) - n, ".%03dZ", (int)(ms % 1000));
		assert_string_equal(iv_time_iso(ms, out).ptr, want);
	}
}

static void every_printed_time_reads_back(void **state)
{
	char out[IV_TIME_SIZE];
	int64_t back;

	(void)state;
	for (int64_t ms = 0; ms < 253402300800000; ms += 86400001LL * 61 + 777) {
		assert_true(iv_time_parse(iv_time_iso(ms, out), &back));
		assert_int_equal(back, ms);
	}
	assert_string_equal(iv_time_iso(951782400000, out).ptr, "2000-02-29T00:00:00.000Z");
	assert_string_equal(iv_time_iso(-1, out).ptr, "1970-01-01T00:00:00.000Z");
	assert_string_equal(iv_time_iso(INT64_MAX, out).ptr, "9999-12-31T23:59:59.999Z");
}

static void offsets_and_fractions_are_read(void **state)
{
	static const struct {
		const char *text;
		int64_t ms;
	} rows[] = {
		{"2026-11-21T13:00:00Z", 1795266000000},    {"2026-11-21t18:30:00+05:30", 1795266000000},
		{"2026-11-21 08:00:00.5-05:00", 1795266000500}, {"2026-11-21T13:00:00.123456789Z", 1795266000123},
		{"1970-01-01T00:00:00Z", 0},
	};
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		assert_true(iv_time_parse(iv_str(rows[i].text), &ms));
		assert_int_equal(ms, rows[i].ms);
	}
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const rows[] = {
		"", "2026", "2026-11-21", "2026-11-21T13:00:00", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
		"2026-00-10T00:00:00Z", "2026-11-31T00:00:00Z", "2026-11-21T24:00:00Z", "2026-11-21T13:60:00Z",
		"2026-11-21T13:00:00.Z", "2026-11-21T13:00:00Zx", "2026-11-21T13:00:00+5:30", "1969-12-31T23:59:59Z",
		"2026-11-21T13:00:00+24:00", "1970-01-01T00:00:00+01:00", "-026-11-21T13:00:00Z", "2026-11-21T1 :00:00Z",
	};
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++)
		assert_false(iv_time_parse(iv_str(rows[i]), &ms));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_print_as_the_calendar_has_them),
		cmocka_unit_test(every_printed_time_reads_back),
		cmocka_unit_test(offsets_and_fractions_are_read),
		cmocka_unit_test(what_is_no_time_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
