/* Buffers keep their ceiling, and what they held when they hit it. */
#include "check.h"

static void a_writer_at_the_ceiling_changes_nothing(void **state)
{
	struct iv_buf b;

	(void)state;
	iv_buf_init(&b, 8);
	assert_true(iv_buf_adds(&b, IV_S("12345")));
	assert_false(iv_buf_adds(&b, IV_S("6789")));
	assert_false(iv_buf_printf(&b, "%d", 6789));
	check_text(iv_buf_str(&b), "12345");
	assert_true(iv_buf_printf(&b, "%d", 678)); /* exactly full: the NUL costs nothing */
	check_text(iv_buf_str(&b), "12345678");
	assert_false(iv_buf_addc(&b, 'x'));
	assert_true(iv_buf_add(&b, NULL, 0));
	assert_int_equal(b.len, 8);
	assert_true(b.cap <= 8);
	iv_buf_deinit(&b);
	assert_null(b.ptr);
	assert_int_equal(b.limit, 8);
}

static void growing_keeps_the_bytes(void **state)
{
	struct iv_buf b;

	(void)state;
	iv_buf_init(&b, 100000);
	for (int i = 0; i < 10000; i++)
		assert_true(iv_buf_printf(&b, "%04d,", i));
	assert_int_equal(b.len, 50000);
	for (int i = 0; i < 10000; i++) {
		char want[8];

		snprintf(want, sizeof(want), "%04d,", i);
		assert_memory_equal(b.ptr + 5 * i, want, 5);
	}
	iv_buf_deinit(&b);
}

static void consuming_drops_the_front(void **state)
{
	struct iv_buf b;

	(void)state;
	iv_buf_init(&b, 64);
	iv_buf_consume(&b, 3);
	assert_true(iv_buf_adds(&b, IV_S("abcdef")));
	iv_buf_consume(&b, 2);
	check_text(iv_buf_str(&b), "cdef");
	iv_buf_consume(&b, 99);
	assert_int_equal(b.len, 0);
	assert_true(iv_buf_addc(&b, 'z'));
	iv_buf_clear(&b);
	assert_int_equal(b.len, 0);
	assert_non_null(b.ptr);
	iv_buf_deinit(&b);
}

static void a_reservation_beyond_any_size_is_refused(void **state)
{
	struct iv_buf b;

	(void)state;
	iv_buf_init(&b, 64);
	assert_true(iv_buf_addc(&b, 'a'));
	assert_false(iv_buf_reserve(&b, SIZE_MAX));
	assert_false(iv_buf_reserve(&b, 64));
	assert_true(iv_buf_reserve(&b, 63));
	iv_buf_deinit(&b);
	iv_buf_init(&b, 0);
	assert_false(iv_buf_addc(&b, 'a'));
	iv_buf_deinit(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_writer_at_the_ceiling_changes_nothing),
		cmocka_unit_test(growing_keeps_the_bytes),
		cmocka_unit_test(consuming_drops_the_front),
		cmocka_unit_test(a_reservation_beyond_any_size_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
