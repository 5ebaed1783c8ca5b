/* The chunked queue against one long array, under random operations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include "iv_pcm.h"

#define MODEL 60000

struct model {
	int16_t pcm[MODEL];
	int64_t base, end;
};

static void read_is_the_model(const struct iv_pcm_queue *q, const struct model *m, int64_t at,
			      size_t n)
{
	int16_t got[5000];
	size_t there = 0;

	memset(got, 0x55, sizeof(got));
	assert_true(n < 5000);
	for (size_t i = 0; i < n; i++)
		there += at + (int64_t)i >= m->base && at + (int64_t)i < m->end;
	assert_int_equal(iv_pcm_read(q, at, got, n), there);
	for (size_t i = 0; i < n; i++) {
		int64_t p = at + (int64_t)i;

		assert_int_equal(got[i], p >= m->base && p < m->end ? m->pcm[p] : 0);
	}
	assert_int_equal(got[n], 0x5555);
}

static void append(struct iv_pcm_queue *q, struct model *m, size_t n)
{
	int16_t pcm[3000];

	if (m->end + (int64_t)n > MODEL)
		return;
	for (size_t i = 0; i < n; i++)
		pcm[i] = m->pcm[m->end + (int64_t)i] = (int16_t)(rand() - RAND_MAX / 2);
	iv_pcm_append(q, pcm, n);
	m->end += (int64_t)n;
}

static void drop_before(struct iv_pcm_queue *q, struct model *m, int64_t at)
{
	iv_pcm_drop_before(q, at);
	if (at > m->base)
		m->base = at;
	if (at > m->end)
		m->end = at;
}

static void cut_from(struct iv_pcm_queue *q, struct model *m, int64_t at)
{
	iv_pcm_cut_from(q, at);
	if (at < m->end)
		m->end = at > m->base ? at : m->base;
}

static void one_operation(struct iv_pcm_queue *q, struct model *m)
{
	int64_t span = m->end - m->base + 400;
	int64_t at = m->base - 200 + rand() % span;
	/* Chunk edges are where it would break. */
	int64_t edge =
		m->base - m->base % IV_PCM_CHUNK_SAMPLES + IV_PCM_CHUNK_SAMPLES * (rand() % 3);

	if (rand() % 4 == 0)
		at = edge;
	switch (rand() % 8) {
	case 0:
	case 1:
	case 2:
		append(q, m, (size_t)(rand() % 4 ? rand() % 500 : rand() % 3000));
		break;
	case 3:
		if (at < MODEL - 100)
			drop_before(q, m, at);
		break;
	case 4:
		cut_from(q, m, at);
		break;
	default:
		read_is_the_model(q, m, at, (size_t)(rand() % 4000));
	}
	assert_int_equal(q->base, m->base);
	assert_int_equal(q->end, m->end);
}

static void behaves_like_an_array(void **state)
{
	static struct model m;

	(void)state;
	srand(11);
	for (int round = 0; round < 60; round++) {
		struct iv_pcm_pool pool;
		struct iv_pcm_queue q;

		iv_pcm_pool_init(&pool);
		iv_pcm_init(&q, &pool);
		m.base = m.end = 0;
		for (int i = 0; i < 1000; i++) {
			int64_t kept;

			one_operation(&q, &m);
			kept = m.end - m.base;
			/* Never more than the chunks that are touched. */
			assert_true(pool.in_use <= (size_t)(kept / IV_PCM_CHUNK_SAMPLES) + 2);
		}
		iv_pcm_deinit(&q);
		assert_int_equal(pool.in_use, 0);
		iv_pcm_pool_deinit(&pool);
		assert_int_equal(pool.total, 0);
	}
}

static void the_pool_stops_growing(void **state)
{
	struct iv_pcm_pool pool;
	struct iv_pcm_queue q;
	int16_t pcm[1280] = {0};
	size_t grown;

	(void)state;
	iv_pcm_pool_init(&pool);
	iv_pcm_init(&q, &pool);
	for (int i = 0; i < 4; i++)
		iv_pcm_append(&q, pcm, 1280);
	grown = pool.total;
	for (int i = 0; i < 1000; i++) {
		iv_pcm_drop_before(&q, q.base + 1280);
		iv_pcm_append(&q, pcm, 1280);
	}
	assert_true(pool.total <= grown + 1);
	iv_pcm_deinit(&q);
	iv_pcm_pool_deinit(&pool);
}

static void chunks_that_hold_nothing_go_back_at_once(void **state)
{
	struct iv_pcm_pool pool;
	struct iv_pcm_queue q;
	int16_t pcm[3 * IV_PCM_CHUNK_SAMPLES] = {0};

	(void)state;
	iv_pcm_pool_init(&pool);
	iv_pcm_init(&q, &pool);
	iv_pcm_append(&q, pcm, 3 * IV_PCM_CHUNK_SAMPLES);
	assert_int_equal(pool.in_use, 3);
	iv_pcm_cut_from(&q, 2 * IV_PCM_CHUNK_SAMPLES);
	assert_int_equal(pool.in_use, 2);
	iv_pcm_drop_before(&q, IV_PCM_CHUNK_SAMPLES);
	assert_int_equal(pool.in_use, 1);
	iv_pcm_cut_from(&q, 0);
	assert_int_equal(pool.in_use, 0);
	assert_int_equal(q.end, IV_PCM_CHUNK_SAMPLES);
	iv_pcm_deinit(&q);
	iv_pcm_pool_deinit(&pool);
}

static void dropping_past_the_end_moves_both_ends(void **state)
{
	struct iv_pcm_pool pool;
	struct iv_pcm_queue q;
	int16_t pcm[10] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, got[4];

	(void)state;
	iv_pcm_pool_init(&pool);
	iv_pcm_init(&q, &pool);
	iv_pcm_append(&q, pcm, 10);
	iv_pcm_drop_before(&q, 1000000007);
	assert_int_equal(q.base, 1000000007);
	assert_int_equal(q.end, 1000000007);
	assert_int_equal(pool.in_use, 0);
	iv_pcm_append(&q, pcm, 3);
	assert_int_equal(iv_pcm_read(&q, 1000000008, got, 4), 2);
	assert_int_equal(got[0], 2);
	assert_int_equal(got[1], 3);
	assert_int_equal(got[2], 0);
	iv_pcm_deinit(&q);
	iv_pcm_pool_deinit(&pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(behaves_like_an_array),
		cmocka_unit_test(the_pool_stops_growing),
		cmocka_unit_test(chunks_that_hold_nothing_go_back_at_once),
		cmocka_unit_test(dropping_past_the_end_moves_both_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
