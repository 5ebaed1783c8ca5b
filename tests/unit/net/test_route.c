/* route.c: which row answers, what the parameters are, what else is allowed. */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <cmocka.h>
#include "../../../src/net/route.h"

static void handle(void *ctx, struct iv_http_req *rq)
{
	(void)ctx;
	(void)rq;
}

static const struct iv_route routes[] = {
	{.method = "GET", .path = "/", .handle = handle},
	{.method = "GET", .path = "/v1/calls", .handle = handle},
	{.method = "POST", .path = "/v1/calls", .handle = handle},
	{.method = "GET", .path = "/v1/calls/stats", .handle = handle},
	{.method = "GET", .path = "/v1/calls/:callId", .handle = handle},
	{.method = "DELETE", .path = "/v1/calls/:callId", .handle = handle},
	{.method = "GET", .path = "/v1/calls/:callId/turns/:n", .handle = handle},
	{.method = "WS", .path = "/v1/realtime/:callId", .handle = handle},
	{.method = "WS", .path = "/both", .handle = handle},
	{.method = "GET", .path = "/both", .handle = handle},
	{.method = "GET", .path = "/static/*", .handle = handle},
	{0},
};

static void the_first_row_that_fits_answers(void **state)
{
	static const struct {
		const char *method, *path;
		bool upgrade;
		int status, row;
		const char *p0, *p1, *allow;
	} rows[] = {
		{"GET", "/", false, 0, 0, NULL, NULL, NULL},
		{"HEAD", "/", false, 0, 0, NULL, NULL, NULL},
		{"GET", "/v1/calls", false, 0, 1, NULL, NULL, NULL},
		{"POST", "/v1/calls", false, 0, 2, NULL, NULL, NULL},
		{"GET", "/v1/calls/", false, 404, 0, NULL, NULL, NULL},
		{"GET", "//", false, 404, 0, NULL, NULL, NULL},
		{"GET", "/v1", false, 404, 0, NULL, NULL, NULL},
		{"GET", "/V1/calls", false, 404, 0, NULL, NULL, NULL},
		{"GET", "*", false, 404, 0, NULL, NULL, NULL},
		{"GET", "", false, 404, 0, NULL, NULL, NULL},
		{"GET", "/v1/calls/stats", false, 0, 3, NULL, NULL, NULL},
		{"GET", "/v1/calls/abc", false, 0, 4, "abc", NULL, NULL},
		{"GET", "/v1/calls/a%2Fb%20c", false, 0, 4, "a/b c", NULL, NULL},
		{"GET", "/v1/calls/abc/", false, 404, 0, NULL, NULL, NULL},
		{"GET", "/v1/calls//turns/1", false, 404, 0, NULL, NULL, NULL},
		{"GET", "/v1/calls/a/turns/7", false, 0, 6, "a", "7", NULL},
		{"GET", "/v1/calls/a/turns", false, 404, 0, NULL, NULL, NULL},
		{"GET", "/v1/calls/a/turns/7/x", false, 404, 0, NULL, NULL, NULL},
		{"GET", "/v1/calls/%", false, 400, 0, NULL, NULL, NULL},
		{"GET", "/v1/calls/%4", false, 400, 0, NULL, NULL, NULL},
		{"GET", "/v1/calls/%zz", false, 400, 0, NULL, NULL, NULL},
		{"GET", "/v1/calls/a%00b", false, 400, 0, NULL, NULL, NULL},
		{"GET", "/v1/calls/%41", false, 0, 4, "A", NULL, NULL},
		{"PUT", "/v1/calls", false, 405, 0, NULL, NULL, "GET, HEAD, POST"},
		{"PUT", "/v1/calls/x", false, 405, 0, NULL, NULL, "GET, HEAD, DELETE"},
		{"get", "/", false, 405, 0, NULL, NULL, "GET, HEAD"},
		{"WS", "/v1/realtime/x", false, 405, 0, NULL, NULL, "GET, HEAD"},
		{"GET", "/v1/realtime/x", true, 0, 7, "x", NULL, NULL},
		{"GET", "/v1/realtime/x", false, 426, 0, NULL, NULL, NULL},
		{"POST", "/v1/realtime/x", true, 405, 0, NULL, NULL, "GET, HEAD"},
		{"GET", "/both", true, 0, 8, NULL, NULL, NULL},
		{"GET", "/both", false, 0, 9, NULL, NULL, NULL},
		{"GET", "/v1/calls", true, 0, 1, NULL, NULL, NULL},
		{"GET", "/static/a/b.js", false, 0, 10, "a/b.js", NULL, NULL},
		{"GET", "/static", false, 404, 0, NULL, NULL, NULL},
		{"GET", "/static/", false, 0, 10, "", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct iv_arena a;
		struct route_match m;

		iv_arena_init(&a, 4096);
		int status = route_find(routes, iv_str(rows[i].method), iv_str(rows[i].path),
					rows[i].upgrade, &a, &m);
		if (status != rows[i].status)
			fail_msg("%s %s: %d", rows[i].method, rows[i].path, status);
		if (status == 0)
			assert_ptr_equal(m.route, &routes[rows[i].row]);
		if (rows[i].p0)
			assert_true(iv_str_eq(m.params[0].value, iv_str(rows[i].p0)));
		if (rows[i].p1)
			assert_true(iv_str_eq(m.params[1].value, iv_str(rows[i].p1)));
		if (rows[i].allow)
			assert_string_equal(m.allow, rows[i].allow);
		iv_arena_deinit(&a);
	}
}

/* A page behind everything else must not make every unknown path a known one. */
static void a_row_for_every_path_hides_no_405_and_makes_none(void **state)
{
	static const struct iv_route some[] = {
		{.method = "POST", .path = "/v1/login", .handle = handle},
		{.method = "GET", .path = "/*", .handle = handle},
		{0},
	};
	struct iv_arena a;
	struct route_match m;

	(void)state;
	iv_arena_init(&a, 4096);
	assert_int_equal(route_find(some, IV_S("GET"), IV_S("/index.html"), false, &a, &m), 0);
	assert_ptr_equal(m.route, &some[1]);
	assert_int_equal(route_find(some, IV_S("GET"), IV_S("/v1/login"), false, &a, &m), 405);
	assert_string_equal(m.allow, "POST");
	assert_int_equal(route_find(some, IV_S("DELETE"), IV_S("/v1/login"), false, &a, &m), 405);
	assert_string_equal(m.allow, "POST");
	assert_int_equal(route_find(some, IV_S("DELETE"), IV_S("/index.html"), false, &a, &m), 404);
	iv_arena_deinit(&a);
}

static void parameters_are_found_by_name(void **state)
{
	struct iv_arena a;
	struct route_match m;

	(void)state;
	iv_arena_init(&a, 4096);
	assert_int_equal(route_find(routes, IV_S("GET"), IV_S("/v1/calls/a/turns/7"), false, &a, &m), 0);
	assert_int_equal(m.param_count, 2);
	assert_true(iv_str_eq(m.params[0].name, IV_S("callId")));
	assert_true(iv_str_eq(m.params[1].name, IV_S("n")));
	iv_arena_deinit(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_row_that_fits_answers),
		cmocka_unit_test(a_row_for_every_path_hides_no_405_and_makes_none),
		cmocka_unit_test(parameters_are_found_by_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
