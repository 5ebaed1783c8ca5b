#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "../../../src/provider/ring.h"

static struct ring_pool pool; /* given back by the last test */

static void the_newest_samples_stay_whatever_the_size_of_the_writes(void **state)
{
	(void)state;
	static const size_t steps[] = {1, 3, 7, 64, 100, 101, 250};
	for (size_t width = 1; width <= 2; width++) {
		for (size_t s = 0; s < sizeof(steps) / sizeof(steps[0]); s++) {
			struct ring r;
			uint8_t in[500], out[200];
			ring_init(&r, &pool, 100, width);
			for (uint64_t at = 0; at < 1000; at += steps[s]) {
				for (size_t i = 0; i < steps[s]; i++)
					for (size_t b = 0; b < width; b++)
						in[i * width + b] = (uint8_t)(at + i + 13 * b);
				ring_write(&r, in, steps[s]);
			}
			assert_int_equal(ring_tail(&r), r.head - 100);
			ring_read(&r, r.head - 100, out, 100);
			for (size_t i = 0; i < 100; i++)
				for (size_t b = 0; b < width; b++)
					assert_int_equal(out[i * width + b],
							 (uint8_t)(r.head - 100 + i + 13 * b));
			ring_deinit(&r);
		}
	}
}

static void before_it_is_full_it_begins_at_zero(void **state)
{
	(void)state;
	struct ring r;
	uint8_t bytes[3] = {1, 2, 3}, out[2];
	ring_init(&r, &pool, 10, 1);
	assert_int_equal(ring_tail(&r), 0);
	ring_write(&r, bytes, 3);
	assert_int_equal(ring_tail(&r), 0);
	ring_read(&r, 1, out, 2);
	assert_int_equal(out[0], 2);
	assert_int_equal(out[1], 3);
	ring_deinit(&r);
}

static void what_is_forgotten_gives_its_memory_to_the_next(void **state)
{
	(void)state;
	struct ring a, b;
	uint8_t bytes[8 * RING_BLOCK_BYTES] = {7}, out[4];
	ring_pool_deinit(&pool);
	ring_init(&a, &pool, sizeof(bytes), 1);
	ring_write(&a, bytes, sizeof(bytes));
	assert_null(pool.free);
	ring_forget(&a, sizeof(bytes) - 2);
	assert_int_equal(ring_tail(&a), sizeof(bytes) - 2);
	size_t given = 0;
	for (void **p = (void *)pool.free; p; p = *p)
		given++;
	assert_int_equal(given, 7);
	ring_init(&b, &pool, sizeof(bytes), 1);
	ring_write(&b, bytes, 7 * RING_BLOCK_BYTES);
	assert_null(pool.free);
	ring_write(&a, bytes, 2);
	ring_read(&a, sizeof(bytes), out, 2);
	assert_int_equal(out[0], 7);
	ring_forget(&a, UINT64_MAX);
	assert_int_equal(ring_tail(&a), a.head);
	ring_deinit(&a);
	ring_deinit(&b);
}

static int drain(void **state)
{
	(void)state;
	ring_pool_deinit(&pool);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_samples_stay_whatever_the_size_of_the_writes),
		cmocka_unit_test(before_it_is_full_it_begins_at_zero),
		cmocka_unit_test(what_is_forgotten_gives_its_memory_to_the_next),
	};
	return cmocka_run_group_tests(tests, NULL, drain);
}
