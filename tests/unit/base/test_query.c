/* Queries and forms: pairs as sent, and parameters read by a shape. */
#include "check.h"

#include "iv_query.h"
#include "shapes.h"

struct listing {
	int64_t limit;
	double score;
	bool live, whole;
	int status;
	struct iv_str cursor, from;
	struct iv_strs tags;
	struct endpointing group;
	struct iv_str filter;
};

static const char *const statuses[] = {"queued", "in-progress", "completed", NULL};

static const struct iv_field listing_fields[] = {
	IV_INT(struct listing, limit, "limit", 0, 1, 100, "rows"),
	IV_DBL(struct listing, score, "score", 0, -1, 1, "at least"),
	IV_BOOL(struct listing, live, "live", 0, "only live ones"),
	IV_ROW(IV_F_BOOL, struct listing, whole, "whole", "full", 0, 0, 0, NULL, NULL, "everything"),
	IV_ENUM(struct listing, status, "status", 0, statuses, "of the call"),
	IV_STR(struct listing, cursor, "cursor", 0, 1, 40, "where to go on"),
	IV_STR(struct listing, from, "from", IV_REQUIRED, 1, 40, "time"),
	IV_STRS(struct listing, tags, "tags", 0, 3, "any of"),
	IV_OBJ(struct listing, group, "group", 0, &endpointing_shape, "no way to give it"),
	IV_JSON(struct listing, filter, "filter", 0, 40, "JSON"),
	IV_FIELDS_END,
};

static void listing_defaults(void *object)
{
	struct listing *l = object;

	l->limit = 50;
	l->status = 2;
}

static const struct iv_shape listing_shape = {"listing", sizeof(struct listing), listing_fields,
					      listing_defaults};

static struct iv_arena arena;
static struct listing got;
static struct iv_err err;
static struct iv_buf named; /* "pointer rule\n" */

static int set_up(void **state)
{
	(void)state;
	iv_arena_init(&arena, 1 << 18);
	iv_buf_init(&named, 1 << 16);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	iv_arena_deinit(&arena);
	iv_buf_deinit(&named);
	return 0;
}

static void note(void *arg, const char *pointer, const char *rule)
{
	(void)arg;
	assert_true(iv_buf_printf(&named, "%s %s\n", pointer, rule));
}

static bool read_query(struct iv_str query)
{
	bool ok;

	iv_buf_clear(&named);
	err = (struct iv_err){0};
	memset(&got, 0xAA, sizeof(got));
	ok = iv_query_read(&listing_shape, query, &got, &arena, note, NULL, &err);
	assert_int_equal(ok, named.len == 0 && err.code == IV_OK);
	return ok;
}

static void every_kind_is_read_from_its_text(void **state)
{
	(void)state;
	assert_true(read_query(IV_S("limit=7&score=-0.5&live=true&full=false&status=in-progress&cursor=a%2Bb+c"
				    "&from=2026-11-21T10%3A00%3A00.000Z&tags=a,b&filter=%7B%22a%22%3A+1%7D")));
	assert_int_equal(got.limit, 7);
	assert_true(got.score == -0.5 && got.live && !got.whole);
	assert_int_equal(got.status, 1);
	check_text(got.cursor, "a+b c");
	check_text(got.from, "2026-11-21T10:00:00.000Z");
	assert_int_equal(got.tags.count, 2);
	check_text(got.tags.items[1], "b");
	check_text(got.filter, "{\"a\":1}");
}

static void what_is_absent_keeps_its_default(void **state)
{
	(void)state;
	assert_true(read_query(IV_S("&from=now&&")));
	assert_int_equal(got.limit, 50);
	assert_int_equal(got.status, 2);
	assert_null(got.cursor.ptr);
	assert_int_equal(got.tags.count, 0);
	assert_true(read_query(IV_S("%66rom=x"))); /* a name may be escaped as well */
	check_text(got.from, "x");
}

static void lists_are_repeated_or_parted_by_commas(void **state)
{
	static const char *const rows[] = {"tags=a,b,c&from=x", "tags=a&from=x&tags=b&tags=c",
					   "tags=a,b&tags=c&from=x", "from=x&tags=a%2Cb%2Cc"};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		assert_true(read_query(iv_str(rows[i])));
		assert_int_equal(got.tags.count, 3);
		check_text(got.tags.items[0], "a");
		check_text(got.tags.items[2], "c");
	}
}

static void every_wrong_parameter_is_named_with_its_rule(void **state)
{
	static const struct {
		const char *query, *named;
	} rows[] = {
		{"", "/from is required\n"},
		{"from=", "/from must be a string of 1 to 40 bytes, got 0\n"},
		{"from", "/from must be a string of 1 to 40 bytes, got 0\n"},
		{"from=x&limit=0", "/limit must be an integer from 1 to 100, got 0\n"},
		{"from=x&limit=", "/limit must be an integer from 1 to 100, got \"\"\n"},
		{"from=x&limit=1e9", "/limit must be an integer from 1 to 100, got 1000000000\n"},
		{"from=x&limit=ten", "/limit must be an integer from 1 to 100, got \"ten\"\n"},
		{"from=x&limit=0x10", "/limit must be an integer from 1 to 100, got \"0x10\"\n"},
		{"from=x&limit=7&limit=8", "/limit is given twice\n"},
		{"from=x&live=1", "/live must be true or false, got \"1\"\n"},
		{"from=x&live", "/live must be true or false, got \"\"\n"},
		{"from=x&full=true&whole=true", "/whole is given twice\n"},
		{"from=x&full=maybe", "/full must be true or false, got \"maybe\"\n"},
		{"from=x&status=done",
		 "/status must be one of queued, in-progress, completed, got \"done\"\n"},
		{"from=x&Limit=5", "/Limit is not a known parameter\n"},
		{"from=x&a~b%2Fc=5", "/a~0b~1c is not a known parameter\n"},
		{"from=x&group=1", "/group must be an object, got a string\n"},
		{"from=x&group.silenceMs=100", "/group.silenceMs is not a known parameter\n"},
		{"from=x&tags=a,b,c,d", "/tags must have at most 3 items, got 4\n"},
		{"from=x&tags=a,,b", "/tags/1 must be a string of 1 to 4096 bytes, got 0\n"},
		{"from=x&filter={", "/filter is not JSON: expected a key in quotes, the text ends at offset 1\n"},
		{"from=x&cursor=%", "/cursor must be percent-encoded UTF-8 without NUL\n"},
		{"from=x&cursor=%4", "/cursor must be percent-encoded UTF-8 without NUL\n"},
		{"from=x&cursor=%g0", "/cursor must be percent-encoded UTF-8 without NUL\n"},
		{"from=x&cursor=%00", "/cursor must be percent-encoded UTF-8 without NUL\n"},
		{"from=x&cursor=%ff", "/cursor must be percent-encoded UTF-8 without NUL\n"},
		{"from=x&%zz=1", " has a name that is not percent-encoded UTF-8\n"},
		{"from=x&%00=1", " has a name that is not percent-encoded UTF-8\n"},
		{"from=x&=1", "/ is not a known parameter\n"},
		{"limit=0&live=7&nope=1&status=x&from=x",
		 "/nope is not a known parameter\n"
		 "/limit must be an integer from 1 to 100, got 0\n"
		 "/live must be true or false, got \"7\"\n"
		 "/status must be one of queued, in-progress, completed, got \"x\"\n"},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		if (read_query(iv_str(rows[i].query)))
			fail_msg("%s was read", rows[i].query);
		assert_int_equal(err.code, IV_EINVAL);
		check_text(iv_buf_str(&named), rows[i].named);
	}
}

static void no_more_are_named_than_of_a_body(void **state)
{
	struct iv_buf query;
	size_t lines = 0;

	(void)state;
	iv_buf_init(&query, 1 << 16);
	for (int i = 0; i < 300; i++)
		assert_true(iv_buf_printf(&query, "x%d=1&", i));
	assert_false(read_query(iv_buf_str(&query)));
	for (size_t i = 0; i < named.len; i++)
		lines += named.ptr[i] == '\n';
	assert_int_equal(lines, IV_SHAPE_BAD_MAX);
	iv_buf_clear(&query);
	assert_true(iv_buf_adds(&query, IV_S("from=x")));
	for (int i = 0; i < 300; i++)
		assert_true(iv_buf_adds(&query, IV_S("&tags=")));
	assert_false(read_query(iv_buf_str(&query)));
	check_text(iv_buf_str(&named), " has more than 256 parameters\n");
	iv_buf_deinit(&query);
}

static void memory_is_a_limit(void **state)
{
	struct iv_arena small;

	(void)state;
	iv_buf_clear(&named);
	for (size_t limit = 0; limit < 160; limit += 16) {
		err = (struct iv_err){0};
		iv_arena_init(&small, limit);
		if (!iv_query_read(&listing_shape, IV_S("from=0123456789&tags=a,b"), &got, &small, note, NULL, &err))
			assert_int_equal(err.code, IV_ETOOBIG);
		iv_arena_deinit(&small);
	}
	assert_int_equal(named.len, 0);
}

static void a_form_gives_its_pairs_as_bytes_and_in_order(void **state)
{
	struct iv_pair *pairs;
	size_t count;

	(void)state;
	assert_true(iv_query_parse(IV_S("To=%2B1800&Body=a%00%ff+b&&Empty=&Bare&To=2&x=a=b"), &arena, &pairs, &count,
				   &err));
	assert_int_equal(count, 6);
	check_text(pairs[0].name, "To");
	check_text(pairs[0].value, "+1800");
	assert_int_equal(pairs[1].value.len, 5);
	assert_memory_equal(pairs[1].value.ptr, "a\0\xff b", 5);
	check_text(pairs[2].value, "");
	check_text(pairs[3].name, "Bare");
	check_text(pairs[3].value, "");
	check_text(pairs[5].value, "a=b");
	check_text(iv_query_value(pairs, count, "To"), "+1800");
	assert_null(iv_query_value(pairs, count, "to").ptr);
	assert_true(iv_query_parse(IV_STR_NULL, &arena, &pairs, &count, &err));
	assert_int_equal(count, 0);
}

static void a_form_with_a_broken_escape_is_refused(void **state)
{
	static const char *const rows[] = {"%", "a=%", "a=%1", "a=%1x", "a=1&%x1=2", "a=%%31"};
	struct iv_pair *pairs;
	size_t count;
	struct iv_buf many;

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++)
		assert_false(iv_query_parse(iv_str(rows[i]), &arena, &pairs, &count, NULL));
	iv_buf_init(&many, 1 << 12);
	for (int i = 0; i < IV_QUERY_PAIRS_MAX; i++)
		assert_true(iv_buf_adds(&many, IV_S("a&")));
	assert_true(iv_query_parse(iv_buf_str(&many), &arena, &pairs, &count, NULL));
	assert_true(iv_buf_adds(&many, IV_S("a")));
	assert_false(iv_query_parse(iv_buf_str(&many), &arena, &pairs, &count, NULL));
	iv_buf_deinit(&many);
}

int main(void)
{
#define QUERY_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		QUERY_TEST(every_kind_is_read_from_its_text),
		QUERY_TEST(what_is_absent_keeps_its_default),
		QUERY_TEST(lists_are_repeated_or_parted_by_commas),
		QUERY_TEST(every_wrong_parameter_is_named_with_its_rule),
		QUERY_TEST(no_more_are_named_than_of_a_body),
		QUERY_TEST(memory_is_a_limit),
		QUERY_TEST(a_form_gives_its_pairs_as_bytes_and_in_order),
		QUERY_TEST(a_form_with_a_broken_escape_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
