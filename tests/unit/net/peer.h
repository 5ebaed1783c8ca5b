/* Starts peer.py for a test program and runs the loop until something has happened. */
#ifndef TEST_PEER_H
#define TEST_PEER_H

#include <signal.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "iv_net.h"

struct peer {
	pid_t pid;
	int input;
	int plain, tls, tls_other, silent; /* ports */
	char dir[64];
	char ca[96];
};

static struct peer peer;

/* A CA and two leaves: one for the name we dial, one for another. */
static char make_certs[] =
	"set -e; cd \"$1\"; "
	"openssl ecparam -name prime256v1 -genkey -noout -out ca.key; "
	"openssl req -x509 -new -key ca.key -subj /CN=test-ca -days 2 -out ca.pem; "
	"for n in localhost other; do "
	"[ $n = other ] && san=DNS:other.test || san=DNS:localhost; "
	"openssl ecparam -name prime256v1 -genkey -noout -out $n.key; "
	"openssl req -new -key $n.key -subj /CN=$n -out $n.csr; "
	"echo subjectAltName=$san > $n.ext; "
	"openssl x509 -req -in $n.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 "
	"-extfile $n.ext -out $n.pem; "
	"done";

static void run_and_wait(char *const argv[])
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (!freopen("/dev/null", "w", stderr) || !freopen("/dev/null", "w", stdout))
			_exit(126);
		execvp(argv[0], argv);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static int peer_start(void **state)
{
	int in[2], out[2];
	char line[128] = "";

	(void)state;
	signal(SIGPIPE, SIG_IGN);
	strcpy(peer.dir, "/tmp/iv-peer-XXXXXX");
	assert_non_null(mkdtemp(peer.dir));
	snprintf(peer.ca, sizeof(peer.ca), "%s/ca.pem", peer.dir);
	run_and_wait((char *[]){(char[]){"sh"}, (char[]){"-c"}, make_certs, (char[]){"sh"},
				peer.dir, NULL});
	assert_int_equal(pipe(in) | pipe(out), 0);
	peer.pid = fork();
	if (peer.pid == 0) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		close(in[1]);
		close(out[0]);
		execlp("python3", "python3", "tests/unit/net/peer.py", peer.dir, (char *)NULL);
		_exit(127);
	}
	close(in[0]);
	close(out[1]);
	peer.input = in[1];
	FILE *f = fdopen(out[0], "r");
	assert_non_null(fgets(line, sizeof(line), f));
	fclose(f);
	struct iv_str rest = iv_str_trim(iv_str(line)), field;
	int *ports[] = {&peer.plain, &peer.tls, &peer.tls_other, &peer.silent};
	for (size_t i = 0; i < IV_COUNT(ports); i++) {
		int64_t n = 0;
		assert_true(iv_str_split(&rest, ' ', &field) && iv_str_to_i64(field, &n));
		*ports[i] = (int)n;
	}
	return 0;
}

static int peer_stop(void **state)
{
	(void)state;
	close(peer.input);
	waitpid(peer.pid, NULL, 0);
	run_and_wait((char *[]){(char[]){"rm"}, (char[]){"-rf"}, peer.dir, NULL});
	return 0;
}

/* ── a loop with a net, whose closing must leave nothing behind */

static struct iv_loop *loop;
static struct iv_net *net;

static void stop_loop(void *arg)
{
	(void)arg;
	iv_loop_stop(loop);
}

/* Not a failed assertion: those jump out of the loop, which cannot be left that way. */
static void out_of_time(void *arg)
{
	(void)arg;
	fprintf(stderr, "nothing happened for too long\n");
	abort();
}

/* Runs until somebody calls iv_loop_stop. */
static void run_loop(int at_most_ms)
{
	struct iv_timer guard;

	iv_timer_init(&guard, loop, out_of_time, NULL);
	iv_timer_in_ms(&guard, at_most_ms);
	iv_loop_run(loop);
	iv_timer_stop(&guard);
}

static void run_for(int ms)
{
	struct iv_timer t;

	iv_timer_init(&t, loop, stop_loop, NULL);
	iv_timer_in_ms(&t, ms);
	run_loop(ms + 5000);
}

static int net_up(void **state)
{
	struct iv_err e = {0};

	(void)state;
	loop = iv_loop_new();
	net = iv_net_new(
		loop, &(struct iv_net_opts){.user_agent = "invorto/test", .ca_file = peer.ca}, &e);
	assert_non_null(net);
	return 0;
}

static int net_down(void **state)
{
	(void)state;
	iv_net_close(net, stop_loop, NULL);
	run_loop(5000);
	iv_loop_free(loop); /* aborts when a handle is open */
	return 0;
}

static char *url(const char *fmt, ...) IV_PRINTF(1, 2);
static char *url(const char *fmt, ...)
{
	static char text[16][8300];
	static int next;
	char *s = text[next++ % 16];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(s, sizeof(text[0]), fmt, ap);
	va_end(ap);
	return s;
}

#endif
