/* Files over real sockets: whole, in ranges, to slow readers, to readers that leave. */
#include "raw_client.h"

#include <fcntl.h>
#include "iv_http.h"

enum { SIZE = 900000 };

static struct iv_http_server *server;
static int port;
static char path[80], dir[64], *bytes;

static void get_file(void *ctx, struct iv_http_req *rq)
{
	(void)ctx;
	iv_http_set_header(rq, "Cache-Control", IV_S("private"));
	iv_http_reply_file(rq, path, "audio/wav");
}

static void get_missing(void *ctx, struct iv_http_req *rq)
{
	(void)ctx;
	iv_http_reply_file(rq, "/nowhere/at/all", "audio/wav");
}

static void get_folder(void *ctx, struct iv_http_req *rq)
{
	(void)ctx;
	iv_http_reply_file(rq, dir, "audio/wav");
}

static const struct iv_route routes[] = {{.method = "GET", .path = "/file", .handle = get_file},
					 {.method = "GET", .path = "/missing", .handle = get_missing},
					 {.method = "GET", .path = "/folder", .handle = get_folder},
					 {0}};

static void closed(void *arg)
{
	server = NULL;
	iv_loop_stop(arg);
}

static int up(void **state)
{
	struct iv_http_opts opts = {.address = "127.0.0.1", .header_max = 4096, .body_max = 1000, .header_ms = 5000,
				    .keepalive_ms = 5000, .max_connections = 100};
	struct iv_err e = {0};
	int fd;

	(void)state;
	strcpy(dir, "/tmp/iv-file-XXXXXX");
	assert_non_null(mkdtemp(dir));
	(void)snprintf(path, sizeof(path), "%s/f", dir);
	bytes = malloc(SIZE);
	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (char)(i * 2654435761u >> 11);
	fd = open(path, O_WRONLY | O_CREAT, 0600);
	assert_int_equal(write(fd, bytes, SIZE), SIZE);
	close(fd);
	raw_setup();
	server = iv_http_listen(raw.net, &opts, routes, NULL, &e);
	assert_non_null(server);
	port = iv_http_port(server);
	return 0;
}

static int down(void **state)
{
	(void)state;
	iv_http_close(server, closed, raw.loop);
	iv_loop_run(raw.loop);
	raw_teardown();
	unlink(path);
	rmdir(dir);
	free(bytes);
	return 0;
}

static struct raw_conn *ask(const char *request)
{
	struct raw_conn *c = raw_connect(port);

	raw_sends(c, request);
	raw_read_to_end(c, 5000);
	return c;
}

/* The body is exactly the file's bytes from..end. */
static void check_body(const struct raw_conn *c, size_t from, size_t end, int line)
{
	const char *body = memmem(c->bytes, c->len, "\r\n\r\n", 4);
	char length[64];

	(void)snprintf(length, sizeof(length), "Content-Length: %zu\r\n", end - from);
	if (!body || !raw_has(c, length) || c->len - (size_t)(body + 4 - c->bytes) != end - from ||
	    memcmp(body + 4, bytes + from, end - from) != 0)
		RAW_CHECK(false, "line %d: %zu…%zu: %.200s", line, from, end, c->bytes);
}

#define END "Host: x\r\nConnection: close\r\n\r\n"

static void ask_whole(void)
{
	struct raw_conn *c = ask("GET /file HTTP/1.1\r\n" END);

	RAW_CHECK(raw_has(c, "HTTP/1.1 200 OK\r\n") && raw_has(c, "Accept-Ranges: bytes\r\n") &&
			  raw_has(c, "Content-Type: audio/wav\r\n") && raw_has(c, "Cache-Control: private\r\n"),
		  "%.300s", c->bytes);
	check_body(c, 0, SIZE, __LINE__);
	raw_close(c);
	c = ask("HEAD /file HTTP/1.1\r\n" END);
	RAW_CHECK(raw_has(c, "Content-Length: 900000\r\n") && c->len < 400, "%.300s", c->bytes);
	raw_close(c);
}

static void a_whole_file_comes_with_its_length(void **state)
{
	(void)state;
	raw_run(ask_whole);
}

static void ask_ranges(void)
{
	static const struct {
		const char *range;
		int status;
		size_t from, end;
	} rows[] = {
		{"bytes=0-0", 206, 0, 1},           {"bytes=0-99", 206, 0, 100},
		{"bytes=100-", 206, 100, SIZE},     {"bytes=-100", 206, SIZE - 100, SIZE},
		{"bytes=899999-", 206, SIZE - 1, SIZE}, {"bytes=300000-599999", 206, 300000, 600000},
		{"bytes=5-9999999", 206, 5, SIZE},  {"bytes=-9999999", 206, 0, SIZE},
		{"bytes=0-1,5-6", 200, 0, SIZE},    {"bytes=b-c", 200, 0, SIZE},
		{"bytes=9-5", 200, 0, SIZE},        {"lines=1-2", 200, 0, SIZE},
		{"bytes=", 200, 0, SIZE},           {"bytes=99999999999999999999-", 200, 0, SIZE},
	};

	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		char request[200], want[100];
		struct raw_conn *c;

		(void)snprintf(request, sizeof(request), "GET /file HTTP/1.1\r\nRange: %s\r\n" END, rows[i].range);
		c = ask(request);
		(void)snprintf(want, sizeof(want), "HTTP/1.1 %d ", rows[i].status);
		RAW_CHECK(raw_has(c, want), "%s: %.200s", rows[i].range, c->bytes);
		(void)snprintf(want, sizeof(want), "Content-Range: bytes %zu-%zu/900000\r\n", rows[i].from, rows[i].end - 1);
		RAW_CHECK(raw_has(c, want) == (rows[i].status == 206), "%s: %.300s", rows[i].range, c->bytes);
		check_body(c, rows[i].from, rows[i].end, __LINE__);
		raw_close(c);
	}
	for (int i = 0; i < 2; i++) {
		struct raw_conn *c = ask(i ? "GET /file HTTP/1.1\r\nRange: bytes=900000-\r\n" END
					   : "GET /file HTTP/1.1\r\nRange: bytes=-0\r\n" END);

		RAW_CHECK(raw_has(c, "HTTP/1.1 416 ") && raw_has(c, "Content-Range: bytes */900000\r\n"), "%.300s", c->bytes);
		raw_close(c);
	}
}

static void ranges_are_served_as_the_standard_has_them(void **state)
{
	(void)state;
	raw_run(ask_ranges);
}

static void ask_twice(void)
{
	struct raw_conn *c = raw_connect(port);

	raw_sends(c, "GET /file HTTP/1.1\r\nHost: x\r\nRange: bytes=0-9\r\n\r\nGET /file HTTP/1.1\r\nRange: bytes=10-19\r\n" END);
	raw_read_to_end(c, 5000);
	RAW_CHECK(raw_count(c, "HTTP/1.1 206 ") == 2 && memcmp(c->bytes + c->len - 10, bytes + 10, 10) == 0, "%.300s", c->bytes);
	raw_close(c);
}

static void a_connection_goes_on_behind_a_file(void **state)
{
	(void)state;
	raw_run(ask_twice);
}

static void read_slowly(void)
{
	struct raw_conn *c = raw_connect(port);

	raw_sends(c, "GET /file HTTP/1.1\r\n" END);
	usleep(300000); /* all that fits between us is full by now */
	raw_read_to_end(c, 5000);
	check_body(c, 0, SIZE, __LINE__);
	raw_close(c);
}

static void a_slow_reader_gets_all_of_it(void **state)
{
	(void)state;
	raw_run(read_slowly);
}

static void leave(void)
{
	for (int i = 0; i < 30; i++) {
		struct raw_conn *c = raw_connect(port);

		raw_sends(c, "GET /file HTTP/1.1\r\nHost: x\r\n\r\n");
		if (i % 3)
			usleep((unsigned)(i % 5) * 1000);
		raw_reset(c);
	}
	usleep(200000); /* what a worker still reads comes back */
}

static void readers_that_leave_leave_nothing_behind(void **state)
{
	(void)state;
	raw_run(leave);
}

static void ask_nothing(void)
{
	struct raw_conn *c = ask("GET /missing HTTP/1.1\r\n" END);

	RAW_CHECK(raw_has(c, "HTTP/1.1 404 ") && raw_has(c, "\"not_found\"") && !raw_has(c, "nowhere"), "%.300s", c->bytes);
	raw_close(c);
	c = ask("GET /folder HTTP/1.1\r\n" END);
	RAW_CHECK(raw_has(c, "HTTP/1.1 404 "), "%.300s", c->bytes);
	raw_close(c);
}

static void what_is_no_file_is_not_found(void **state)
{
	(void)state;
	raw_run(ask_nothing);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, up, down)
	const struct CMUnitTest tests[] = {
		T(a_whole_file_comes_with_its_length), T(ranges_are_served_as_the_standard_has_them),
		T(a_connection_goes_on_behind_a_file), T(a_slow_reader_gets_all_of_it),
		T(readers_that_leave_leave_nothing_behind), T(what_is_no_file_is_not_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
