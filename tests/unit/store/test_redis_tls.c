/* rediss:// against a redis-server with certificates made here. Skipped by a build whose hiredis has no TLS. */
#include "redis_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

static struct iv_loop *loop;
static struct redis_server server;
static char ca[96], other_ca[96];
static bool have_tls;

static void run(const char *fmt, ...) IV_PRINTF(1, 2);
static void run(const char *fmt, ...)
{
	char command[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	if (system(command) != 0)
		fail_msg("failed: %s", command);
}

static void make_ca(const char *dir, const char *name, char *path, size_t size)
{
	snprintf(path, size, "%s/%s.crt", dir, name);
	run("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=%s -keyout %s/%s.key -out %s 2>/dev/null", name,
	    dir, name, path);
}

static int free_port(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &len), 0);
	close(fd);
	return ntohs(a.sin_port);
}

static struct iv_redis *open_tls(const char *host, const char *ca_file)
{
	char url[128];
	struct iv_redis_opts o = {
		.url = url, .ca_file = ca_file, .connect_ms = 2000, .command_ms = 2000, .pending_max = 2000};
	struct iv_err e = {0};
	struct iv_redis *r;

	snprintf(url, sizeof(url), "rediss://%s:%d/2", host, server.port);
	r = iv_redis_new(loop, &o, &e);
	if (!r)
		fail_msg("%s", e.msg);
	return r;
}

struct count {
	int answers, errors, want;
	size_t bytes;
};

static void on_answer(void *arg, const struct iv_reply *reply, const struct iv_err *err)
{
	struct count *c = arg;

	(void)err;
	c->answers++;
	c->errors += reply == NULL;
	c->bytes += reply ? reply->s.len : 0;
}

static bool all_answered(void *arg)
{
	struct count *c = arg;

	return c->answers == c->want;
}

static void commands_and_large_answers_go_both_ways(void **state)
{
	struct iv_redis *r;
	struct count c = {.want = 1001};
	size_t big = 3 << 20;
	char *bytes;

	(void)state;
	if (!have_tls)
		skip();
	r = open_tls("localhost", ca);
	bytes = malloc(big);
	assert_non_null(bytes);
	memset(bytes, 'x', big);
	assert_true(loop_until(loop, 3000, redis_is_up, r));
	assert_non_null(iv_redis_ask(r, (const struct iv_str[]){IV_S("SET"), IV_S("big"), {bytes, big}}, 3, on_answer, &c,
				     NULL));
	for (int i = 0; i < 1000; i++)
		assert_non_null(iv_redis_ask(r, (const struct iv_str[]){IV_S("ECHO"), {bytes, 1000}}, 2, on_answer, &c,
					     NULL));
	assert_true(loop_until(loop, 5000, all_answered, &c));
	assert_int_equal(c.errors, 0);
	assert_int_equal(c.bytes, 1000 * 1000 + 2);
	c = (struct count){.want = 2};
	for (int i = 0; i < 2; i++)
		assert_non_null(
			iv_redis_ask(r, (const struct iv_str[]){IV_S("GET"), IV_S("big")}, 2, on_answer, &c, NULL));
	assert_true(loop_until(loop, 5000, all_answered, &c));
	assert_int_equal(c.bytes, 2 * big);
	free(bytes);
	redis_shut(loop, r);
}

static void it_comes_back_when_the_connection_is_cut(void **state)
{
	struct iv_redis *r;

	(void)state;
	if (!have_tls)
		skip();
	r = open_tls("127.0.0.1", ca);
	assert_true(loop_until(loop, 3000, redis_is_up, r));
	(void)server_ask(&server, "CLIENT KILL TYPE normal SKIPME yes");
	assert_true(loop_until(loop, 3000, redis_is_down, r));
	assert_true(loop_until(loop, 3000, redis_is_up, r));
	redis_shut(loop, r);
}

static void a_certificate_for_another_name_or_by_a_stranger_is_refused(void **state)
{
	struct iv_redis *r;

	(void)state;
	if (!have_tls)
		skip();
	r = open_tls("localhost", other_ca);
	loop_for(loop, 500);
	assert_false(iv_redis_up(r));
	redis_shut(loop, r);
	r = open_tls("127.0.0.2", ca); /* listens there, is not named so */
	loop_for(loop, 500);
	assert_false(iv_redis_up(r));
	redis_shut(loop, r);
	r = open_tls("localhost", ca);
	assert_true(loop_until(loop, 3000, redis_is_up, r));
	redis_shut(loop, r);
}

static int start(void **state)
{
	struct iv_redis_opts o = {.url = "rediss://localhost", .connect_ms = 1, .command_ms = 1, .pending_max = 1};
	struct iv_redis *r;
	char text[3][128];
	char *const options[] = {(char[]){"--tls-port"}, text[0], (char[]){"--tls-cert-file"}, text[1],
				 (char[]){"--tls-key-file"}, text[2], (char[]){"--tls-ca-cert-file"}, ca,
				 (char[]){"--tls-auth-clients"}, (char[]){"no"}, (char[]){"--bind"},
				 (char[]){"127.0.0.1"}, (char[]){"127.0.0.2"}, NULL};

	(void)state;
	loop = iv_loop_new();
	r = iv_redis_new(loop, &o, NULL);
	have_tls = r != NULL;
	if (!have_tls)
		return 0;
	redis_shut(loop, r);
	SCRATCH(server.dir, "iv_redis");
	assert_non_null(mkdtemp(server.dir));
	snprintf(server.socket, sizeof(server.socket), "%s/sock", server.dir);
	make_ca(server.dir, "ca", ca, sizeof(ca));
	make_ca(server.dir, "other", other_ca, sizeof(other_ca));
	run("cd %s && openssl req -newkey rsa:2048 -nodes -subj /CN=redis -keyout key.pem -out csr.pem 2>/dev/null && "
	    "printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' > ext && "
	    "openssl x509 -req -in csr.pem -CA ca.crt -CAkey ca.key -CAcreateserial -days 2 -extfile ext -out cert.pem "
	    "2>/dev/null",
	    server.dir);
	snprintf(text[1], sizeof(text[1]), "%s/cert.pem", server.dir);
	snprintf(text[2], sizeof(text[2]), "%s/key.pem", server.dir);
	int port = free_port();
	snprintf(text[0], sizeof(text[0]), "%d", port);
	server_run(&server, options);
	server.port = port;
	return 0;
}

static int end(void **state)
{
	(void)state;
	if (have_tls)
		server_end(&server);
	iv_loop_free(loop);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commands_and_large_answers_go_both_ways),
		cmocka_unit_test(it_comes_back_when_the_connection_is_cut),
		cmocka_unit_test(a_certificate_for_another_name_or_by_a_stranger_is_refused),
	};
	return cmocka_run_group_tests(tests, start, end);
}
