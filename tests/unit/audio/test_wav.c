/* WAVE headers: byte by byte as written, and everything that is refused when read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "iv_wav.h"

/* 16 kHz mono, two samples, as any other program writes it. */
static const uint8_t two_samples[] = {'R',  'I',  'F', 'F', 40, 0,    0, 0, 'W', 'A', 'V',  'E',
				      'f',  'm',  't', ' ', 16, 0,    0, 0, 1,	 0,   1,    0,
				      0x80, 0x3e, 0,   0,   0,	0x7d, 0, 0, 2,	 0,   16,   0,
				      'd',  'a',  't', 'a', 4,	0,    0, 0, 1,	 0,   0xff, 0xff};

static struct iv_str str_of(const uint8_t *bytes, size_t n)
{
	return (struct iv_str){(const char *)bytes, n};
}

static void the_header_is_the_standard_one(void **state)
{
	uint8_t header[IV_WAV_HEADER];

	(void)state;
	iv_wav_header(header, 16000, 1, 4);
	assert_memory_equal(header, two_samples, IV_WAV_HEADER);
}

static void sizes_beyond_the_format_saturate(void **state)
{
	uint8_t header[IV_WAV_HEADER];

	(void)state;
	iv_wav_header(header, 8000, 2, UINT32_MAX);
	assert_memory_equal(header + 4, "\xff\xff\xff\xff", 4);
	assert_int_equal(header[22], 2);
	assert_int_equal(header[32], 4);
}

static void a_plain_file_is_read(void **state)
{
	struct iv_wav w;
	struct iv_err e = {0};

	(void)state;
	assert_true(iv_wav_parse(str_of(two_samples, sizeof(two_samples)), &w, &e));
	assert_int_equal(w.rate_hz, 16000);
	assert_int_equal(w.channels, 1);
	assert_int_equal(w.samples, 2);
	assert_memory_equal(w.data, "\1\0\xff\xff", 4);
}

static void other_chunks_and_the_extensible_form_are_read(void **state)
{
	uint8_t file[12 + 8 + 4 + 8 + 40 + 8 + 6];
	uint8_t *p = file;
	struct iv_wav w;
	struct iv_err e = {0};

	(void)state;
	memset(file, 0, sizeof(file));
	memcpy(p, "RIFF\0\0\0\0WAVE", 12);
	memcpy(p + 12, "LIST\3\0\0\0abc\0", 12); /* odd, so one byte of padding */
	memcpy(p + 24, "fmt \x28\0\0\0\xfe\xff\2\0\x40\x1f\0\0\0\x7d\0\0\4\0\x10\0\x16\0\x10\0",
	       28);
	p[24 + 8 + 24] = 1;
	memcpy(p + 72, "data\6\0\0\0", 8);
	assert_true(iv_wav_parse(str_of(file, sizeof(file)), &w, &e));
	assert_int_equal(w.rate_hz, 8000);
	assert_int_equal(w.channels, 2);
	assert_int_equal(w.samples, 1); /* the last, half frame is left out */
}

static void an_unfinished_file_is_cut_to_what_is_there(void **state)
{
	static const uint32_t claims[] = {5, 1000, UINT32_MAX};
	uint8_t file[IV_WAV_HEADER + 5] = {0};
	struct iv_wav w;
	struct iv_err e = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
		iv_wav_header(file, 8000, 1, claims[i]);
		assert_true(iv_wav_parse(str_of(file, sizeof(file)), &w, &e));
		assert_int_equal(w.samples, 2);
	}
	/* The header as it is before the sizes are patched in. */
	iv_wav_header(file, 8000, 1, 0);
	assert_true(iv_wav_parse(str_of(file, sizeof(file)), &w, &e));
	assert_int_equal(w.samples, 2);
	/* No data, said by a file whose size is right. */
	file[4] = 36 + 5;
	assert_true(iv_wav_parse(str_of(file, sizeof(file)), &w, &e));
	assert_int_equal(w.samples, 0);
}

static void what_is_not_wanted_is_refused_by_name(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
		size_t len; /* 0: all */
		const char *field;
	} rows[] = {
		{0, 'X', 0, "riff"},	    {8, 'X', 0, "riff"},	{0, 'R', 11, "riff"},
		{0, 'R', 12, "data"},	    {20, 7, 0, "fmt.format"},	{20, 3, 0, "fmt.format"},
		{22, 0, 0, "fmt.channels"}, {22, 9, 0, "fmt.channels"}, {25, 0x1e, 0, "fmt.rate"},
		{26, 1, 0, "fmt.rate"},	    {34, 8, 0, "fmt.bits"},	{34, 24, 0, "fmt.bits"},
		{12, 'F', 0, "fmt"},	    {36, 'D', 0, "data"},	{16, 200, 0, "data"},
		{16, 14, 0, "fmt"},	    {0, 'R', 43, "data"},	{0, 'R', 30, "data"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t file[sizeof(two_samples)];
		struct iv_wav w;
		struct iv_err e = {0};

		memcpy(file, two_samples, sizeof(file));
		file[rows[i].at] = rows[i].value;
		assert_false(iv_wav_parse(str_of(file, rows[i].len ? rows[i].len : sizeof(file)),
					  &w, &e));
		assert_string_equal(e.field, rows[i].field);
		assert_true(e.msg[0] != '\0');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_header_is_the_standard_one),
		cmocka_unit_test(sizes_beyond_the_format_saturate),
		cmocka_unit_test(a_plain_file_is_read),
		cmocka_unit_test(other_chunks_and_the_extensible_form_are_read),
		cmocka_unit_test(an_unfinished_file_is_cut_to_what_is_there),
		cmocka_unit_test(what_is_not_wanted_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
