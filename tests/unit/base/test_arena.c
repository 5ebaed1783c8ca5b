/* Arenas: zeroed, aligned, limited, reusable. */
#include "check.h"

#include <stdalign.h>

#include "iv_arena.h"

static void the_limit_is_a_null_and_not_a_crash(void **state)
{
	struct iv_arena a;
	size_t total = 0;

	(void)state;
	iv_arena_init(&a, 4096);
	assert_null(iv_arena_alloc(&a, 4097));
	assert_null(iv_arena_alloc(&a, SIZE_MAX));
	assert_null(iv_arena_alloc(&a, SIZE_MAX - 20));
	while (iv_arena_alloc(&a, 64))
		total += 64;
	assert_int_equal(total, 4096);
	assert_null(iv_arena_alloc(&a, 0));
	assert_null(iv_arena_str(&a, IV_S("x")).ptr);
	iv_arena_reset(&a);
	assert_int_equal(a.used, 0);
	assert_non_null(iv_arena_alloc(&a, 4096));
	iv_arena_deinit(&a);
}

static void memory_is_zeroed_and_aligned_even_when_reused(void **state)
{
	struct iv_arena a;

	(void)state;
	iv_arena_init(&a, 1 << 20);
	for (int round = 0; round < 3; round++) {
		for (size_t n = 1; n < 300; n++) {
			unsigned char *p = iv_arena_alloc(&a, n);

			assert_non_null(p);
			assert_int_equal((uintptr_t)p % alignof(max_align_t), 0);
			for (size_t i = 0; i < n; i++)
				assert_int_equal(p[i], 0);
			memset(p, 0xAA, n);
		}
		iv_arena_reset(&a);
	}
	iv_arena_deinit(&a);
}

static void allocations_do_not_overlap(void **state)
{
	struct iv_arena a;
	unsigned char *p[200];

	(void)state;
	iv_arena_init(&a, 1 << 20);
	for (size_t i = 0; i < 200; i++) {
		p[i] = iv_arena_alloc(&a, 100);
		assert_non_null(p[i]);
		memset(p[i], (int)i, 100);
	}
	for (size_t i = 0; i < 200; i++) {
		for (size_t k = 0; k < 100; k++)
			assert_int_equal(p[i][k], i);
	}
	iv_arena_deinit(&a);
}

static void a_copied_string_ends_with_nul(void **state)
{
	struct iv_arena a;
	struct iv_str copy;

	(void)state;
	iv_arena_init(&a, 1024);
	copy = iv_arena_str(&a, (struct iv_str){"abcdef", 3});
	assert_int_equal(copy.len, 3);
	assert_string_equal(copy.ptr, "abc");
	copy = iv_arena_str(&a, IV_STR_NULL);
	assert_non_null(copy.ptr);
	assert_string_equal(copy.ptr, "");
	iv_arena_deinit(&a);
	iv_arena_deinit(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_limit_is_a_null_and_not_a_crash),
		cmocka_unit_test(memory_is_zeroed_and_aligned_even_when_reused),
		cmocka_unit_test(allocations_do_not_overlap),
		cmocka_unit_test(a_copied_string_ends_with_nul),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
