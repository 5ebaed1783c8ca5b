/* The map with many keys, and its hash against the paper's vector. */
#include "check.h"

#include "../../../src/base/siphash.h"
#include "iv_map.h"

#define MANY 100000

static size_t values[MANY];

static struct iv_str key_of(size_t i, char memory[24])
{
	return (struct iv_str){memory, (size_t)snprintf(memory, 24, "key-%zu", i)};
}

static void the_hash_is_siphash_2_4(void **state)
{
	/* Appendix A of the paper: key 00..0f, message 00..0e. The others are of its reference
	 * implementation's table: the messages of 0, 1 and 8 bytes. */
	static const struct {
		size_t len;
		uint64_t want;
	} rows[] = {
		{15, 0xa129ca6149be45e5},
		{0, 0x726fdb47dd0e0e31},
		{1, 0x74f839c593dc67fd},
		{8, 0x93f5f5799a932462},
	};
	const uint64_t key[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
	char bytes[16];

	(void)state;
	for (int i = 0; i < 16; i++)
		bytes[i] = (char)i;
	for (size_t i = 0; i < IV_COUNT(rows); i++)
		assert_true(iv_siphash(key, (struct iv_str){bytes, rows[i].len}) == rows[i].want);
}

static void a_hundred_thousand_keys_are_found_again(void **state)
{
	struct iv_map *m = iv_map_new();
	char memory[24];

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		assert_null(iv_map_put(m, key_of(i, memory), &values[i]));
	assert_int_equal(iv_map_count(m), MANY);
	for (size_t i = 0; i < MANY; i++)
		assert_ptr_equal(iv_map_get(m, key_of(i, memory)), &values[i]);
	assert_null(iv_map_get(m, IV_S("key-100000")));
	for (size_t i = 0; i < MANY; i += 2)
		assert_ptr_equal(iv_map_remove(m, key_of(i, memory)), &values[i]);
	assert_int_equal(iv_map_count(m), MANY / 2);
	for (size_t i = 0; i < MANY; i++)
		assert_ptr_equal(iv_map_get(m, key_of(i, memory)), i % 2 ? &values[i] : NULL);
	iv_map_free(m);
}

struct walk {
	struct iv_map *map;
	size_t seen;
};

static void remove_every_third(void *arg, struct iv_str key, void *value)
{
	struct walk *walk = arg;
	size_t *times = value;

	++*times;
	if (walk->seen++ % 3 == 0)
		assert_ptr_equal(iv_map_remove(walk->map, key), value);
}

static void a_walk_sees_each_pair_once_while_it_removes(void **state)
{
	struct walk walk = {iv_map_new(), 0};
	char memory[24];

	(void)state;
	memset(values, 0, sizeof(values));
	for (size_t i = 0; i < MANY; i++)
		iv_map_put(walk.map, key_of(i, memory), &values[i]);
	iv_map_each(walk.map, remove_every_third, &walk);
	assert_int_equal(walk.seen, MANY);
	assert_int_equal(iv_map_count(walk.map), MANY - (MANY + 2) / 3);
	for (size_t i = 0; i < MANY; i++)
		assert_int_equal(values[i], 1);
	iv_map_free(walk.map);
}

static void putting_again_gives_the_old_value_back(void **state)
{
	struct iv_map *m = iv_map_new();
	int a, b;

	(void)state;
	assert_null(iv_map_put(m, IV_S("k"), &a));
	assert_ptr_equal(iv_map_put(m, IV_S("k"), &b), &a);
	assert_ptr_equal(iv_map_get(m, IV_S("k")), &b);
	assert_int_equal(iv_map_count(m), 1);
	assert_null(iv_map_remove(m, IV_S("other")));
	assert_ptr_equal(iv_map_remove(m, IV_S("k")), &b);
	assert_null(iv_map_remove(m, IV_S("k")));
	iv_map_free(m);
	iv_map_free(NULL);
}

static void keys_are_bytes_and_copied(void **state)
{
	struct iv_map *m = iv_map_new();
	char key[3] = {'a', 0, 'b'};
	int a, b, c;

	(void)state;
	iv_map_put(m, (struct iv_str){key, 3}, &a);
	iv_map_put(m, (struct iv_str){key, 1}, &b);
	iv_map_put(m, IV_STR_NULL, &c);
	key[2] = 'c';
	assert_null(iv_map_get(m, (struct iv_str){key, 3}));
	key[2] = 'b';
	assert_ptr_equal(iv_map_get(m, (struct iv_str){key, 3}), &a);
	assert_ptr_equal(iv_map_get(m, IV_S("a")), &b);
	assert_ptr_equal(iv_map_get(m, IV_S("")), &c);
	iv_map_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hash_is_siphash_2_4),
		cmocka_unit_test(a_hundred_thousand_keys_are_found_again),
		cmocka_unit_test(a_walk_sees_each_pair_once_while_it_removes),
		cmocka_unit_test(putting_again_gives_the_old_value_back),
		cmocka_unit_test(keys_are_bytes_and_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
