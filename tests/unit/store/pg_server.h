/* A private PostgreSQL in a directory of its own, on a unix socket and a port of 127.0.0.1, for tests: started,
 * killed, frozen, started again; and a second pair of eyes on it through libpq's blocking calls. Where no server is
 * installed the tests are skipped. Run as root it becomes the user postgres. */
#ifndef PG_SERVER_H
#define PG_SERVER_H

#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <arpa/inet.h>
#include <cmocka.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "../scratch.h"

struct pg_server {
	char dir[64], bin[256];
	char url[256];     /* as the app's role, over the socket; the eyes are the superuser */
	char tcp_url[256]; /* the same over TCP, with TLS if the server has it and a password */
	int port;
	pid_t pid;
	PGconn *eyes;
};

static inline void server_sleep_ms(int ms)
{
	struct timespec ts = {ms / 1000, (ms % 1000) * 1000000L};

	while (nanosleep(&ts, &ts) != 0)
		;
}

static inline bool server_find(char *bin, size_t size)
{
	glob_t g;
	bool found = glob("/usr/lib/postgresql/*/bin/initdb", 0, NULL, &g) == 0 && g.gl_pathc > 0;

	if (found) {
		snprintf(bin, size, "%s", g.gl_pathv[g.gl_pathc - 1]);
		*strrchr(bin, '/') = '\0';
	}
	globfree(&g);
	return found;
}

static inline void server_become_postgres(void)
{
	struct passwd *pw = getpwnam("postgres");

	if (getuid() != 0)
		return;
	if (!pw || setgid(pw->pw_gid) != 0 || initgroups("postgres", pw->pw_gid) != 0 || setuid(pw->pw_uid) != 0)
		_exit(126);
}

/* argv[0] is a program of the server's bin directory. */
static inline pid_t server_exec(struct pg_server *s, char *const *argv)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		char path[512], log[128];

		server_become_postgres();
		(void)prctl(PR_SET_PDEATHSIG, SIGQUIT); /* a test that dies takes its server with it */
		snprintf(log, sizeof(log), "%s/log", s->dir);
		int fd = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
		dup2(fd, 1);
		dup2(fd, 2);
		snprintf(path, sizeof(path), "%s/%s", s->bin, argv[0]);
		if (chdir(s->dir) == 0)
			execv(path, argv);
		_exit(127);
	}
	return pid;
}

static inline void server_close_eyes(struct pg_server *s)
{
	PQfinish(s->eyes);
	s->eyes = NULL;
}

/* Blocking; "" for null or no row, the first value else. The buffer is reused. */
static inline const char *server_ask(struct pg_server *s, const char *sql)
{
	static char out[4096];
	PGresult *res;

	if (PQstatus(s->eyes) != CONNECTION_OK) {
		char conninfo[256];

		server_close_eyes(s);
		snprintf(conninfo, sizeof(conninfo), "host=%s port=%d user=admin dbname=postgres", s->dir, s->port);
		s->eyes = PQconnectdb(conninfo);
		if (PQstatus(s->eyes) != CONNECTION_OK)
			fail_msg("%s", PQerrorMessage(s->eyes));
	}
	res = PQexec(s->eyes, sql);
	if (PQresultStatus(res) != PGRES_TUPLES_OK && PQresultStatus(res) != PGRES_COMMAND_OK)
		fail_msg("%s: %.200s", PQerrorMessage(s->eyes), sql);
	snprintf(out, sizeof(out), "%s", PQntuples(res) ? PQgetvalue(res, 0, 0) : "");
	PQclear(res);
	return out;
}

static inline long server_number(struct pg_server *s, const char *sql)
{
	return strtol(server_ask(s, sql), NULL, 10);
}

static inline void server_run(struct pg_server *s, const char *setting)
{
	char port[16], sockets[128], option[] = "-c", extra[128], conninfo[256];
	char *argv[32] = {(char[]){"postgres"}, (char[]){"-D"}, (char[]){"data"}, (char[]){"-p"}, port, (char[]){"-k"},
			  s->dir, (char[]){"-c"}, (char[]){"listen_addresses=127.0.0.1"}, (char[]){"-c"},
			  (char[]){"fsync=off"}, (char[]){"-c"}, (char[]){"max_connections=30"}, (char[]){"-c"}, sockets,
			  (char[]){"-c"}, (char[]){"log_min_messages=log"}};
	int n = 17;

	snprintf(port, sizeof(port), "%d", s->port);
	snprintf(sockets, sizeof(sockets), "unix_socket_directories=%s", s->dir);
	if (setting) {
		snprintf(extra, sizeof(extra), "%s", setting);
		argv[n++] = option;
		argv[n++] = extra;
	}
	s->pid = server_exec(s, argv);
	snprintf(conninfo, sizeof(conninfo), "host=%s port=%d user=admin dbname=postgres", s->dir, s->port);
	for (int i = 0; i < 3000; i++) {
		if (PQping(conninfo) == PQPING_OK)
			return;
		if (waitpid(s->pid, NULL, WNOHANG) == s->pid)
			break;
		server_sleep_ms(10);
	}
	fail_msg("postgres does not answer; see %s/log", s->dir);
}

static inline int server_free_port(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(bind(fd, (struct sockaddr *)&a, len) == 0 && getsockname(fd, (struct sockaddr *)&a, &len) == 0);
	close(fd);
	return ntohs(a.sin_port);
}

static inline void server_wait(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* False when there is no PostgreSQL on this machine. */
static inline bool server_start(struct pg_server *s)
{
	char *initdb[] = {(char[]){"initdb"}, (char[]){"-D"}, (char[]){"data"}, (char[]){"-U"}, (char[]){"admin"},
			  (char[]){"-A"}, (char[]){"trust"}, (char[]){"--auth-host=scram-sha-256"}, (char[]){"-E"},
			  (char[]){"UTF8"}, (char[]){"--locale=C.UTF-8"}, (char[]){"--no-sync"},
			  (char[]){"--pwfile=pw"}, NULL};
	char pw[128];
	FILE *f;

	*s = (struct pg_server){0};
	if (!server_find(s->bin, sizeof(s->bin)))
		return false;
	SCRATCH(s->dir, "iv_pg");
	assert_non_null(mkdtemp(s->dir));
	snprintf(pw, sizeof(pw), "%s/pw", s->dir);
	f = fopen(pw, "w");
	assert_non_null(f);
	fputs("secret-of-admin\n", f);
	fclose(f);
	struct passwd *user = getpwnam("postgres");
	if (getuid() == 0)
		assert_true(user && chown(s->dir, user->pw_uid, user->pw_gid) == 0 &&
			    chown(pw, user->pw_uid, user->pw_gid) == 0);
	s->port = server_free_port();
	snprintf(s->url, sizeof(s->url), "postgresql://test_app@/postgres?host=%s&port=%d", s->dir, s->port);
	snprintf(s->tcp_url, sizeof(s->tcp_url), "postgresql://test_app:secret%%20word@localhost:%d/postgres", s->port);
	server_wait(server_exec(s, initdb));
	server_run(s, NULL);
	return true;
}

/* The whole family: a frozen or killed server has no process that goes on. */
static inline void server_signal(struct pg_server *s, int sig)
{
	char path[64], line[4096] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", (int)s->pid, (int)s->pid);
	f = fopen(path, "r");
	assert_non_null(f);
	if (!fgets(line, sizeof(line), f))
		line[0] = '\0';
	fclose(f);
	kill(s->pid, sig);
	for (char *p = line, *end; strtol(p, &end, 10) > 0; p = end)
		kill((pid_t)strtol(p, NULL, 10), sig);
}

static inline void server_kill(struct pg_server *s)
{
	server_close_eyes(s);
	if (s->pid <= 0)
		return;
	server_signal(s, SIGKILL);
	waitpid(s->pid, NULL, 0);
	s->pid = 0;
}

static inline void server_end(struct pg_server *s)
{
	char command[128];

	if (!s->dir[0])
		return;
	server_kill(s);
	snprintf(command, sizeof(command), "rm -rf '%s'", s->dir);
	assert_int_equal(system(command), 0);
}

#endif
