/* What systemd is told; see supervisor.h. Written here and not by libsystemd: it is one datagram, and that library brings
 * four others into the process. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "iv_log.h"
#include "supervisor.h"

enum { STATUS_MS = 10000 };

struct supervisor {
	struct iv_timer tick;
	int fd;
	struct sockaddr_un to;
	socklen_t to_len;
	size_t (*live)(const void *arg);
	const void *arg;
	int64_t every_ms;
	bool draining, complained;
};

/* Never waits: a supervisor that does not read hears of the next one. */
static void tell(struct supervisor *s, const char *text)
{
	if (sendto(s->fd, text, strlen(text), MSG_NOSIGNAL | MSG_DONTWAIT, (const struct sockaddr *)&s->to, s->to_len) >= 0 ||
	    s->complained)
		return;
	s->complained = true;
	iv_warn("supervisor.unreachable", IV_LS("rule", strerror(errno)));
}

static void tell_state(struct supervisor *s, const char *more)
{
	char text[256];

	(void)snprintf(text, sizeof(text), "%sWATCHDOG=1\nSTATUS=%s %zu calls", more,
		       s->draining ? "draining, still" : "serving", s->live(s->arg));
	tell(s, text);
}

static void on_tick(void *arg)
{
	struct supervisor *s = arg;
	char more[64] = "";

	/* A drain may be longer than what systemd waits for by itself. */
	if (s->draining)
		(void)snprintf(more, sizeof(more), "EXTEND_TIMEOUT_USEC=%lld\n", (long long)(3 * s->every_ms * 1000));
	tell_state(s, more);
	iv_timer_in_ms(&s->tick, s->every_ms);
}

static bool address(struct supervisor *s, const char *name, struct iv_err *e)
{
	size_t n = strlen(name);

	if ((name[0] != '/' && name[0] != '@') || n >= sizeof(s->to.sun_path))
		return iv_fail_field(e, IV_EINVAL, "NOTIFY_SOCKET", "must be a path, or @ and a name, of less than %zu bytes",
				     sizeof(s->to.sun_path));
	s->to.sun_family = AF_UNIX;
	memcpy(s->to.sun_path, name, n);
	if (name[0] == '@')
		s->to.sun_path[0] = '\0'; /* in no file system */
	s->to_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	s->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return s->fd >= 0 || iv_fail_field(e, IV_EINTERNAL, "NOTIFY_SOCKET", "no socket: %s", strerror(errno));
}

struct supervisor *supervisor_new(const struct iv_config *cfg, struct iv_loop *l, size_t (*live)(const void *arg),
				  const void *arg, struct iv_err *e)
{
	struct supervisor *s;

	if (!cfg->notify_socket[0])
		return NULL;
	s = calloc(1, sizeof(*s));
	if (!s)
		abort();
	if (!address(s, cfg->notify_socket, e)) {
		free(s);
		return NULL;
	}
	s->live = live;
	s->arg = arg;
	/* Half of what the watchdog allows, as its manual has it. */
	s->every_ms = cfg->watchdog_usec > 0 && cfg->watchdog_usec / 2000 < STATUS_MS ? cfg->watchdog_usec / 2000 : STATUS_MS;
	iv_timer_init(&s->tick, l, on_tick, s);
	return s;
}

void supervisor_ready(struct supervisor *s)
{
	if (!s)
		return;
	tell_state(s, "READY=1\n");
	iv_timer_in_ms(&s->tick, s->every_ms);
}

void supervisor_draining(struct supervisor *s)
{
	if (!s)
		return;
	s->draining = true;
	tell_state(s, "STOPPING=1\n");
}

void supervisor_free(struct supervisor *s)
{
	if (!s)
		return;
	iv_timer_stop(&s->tick);
	close(s->fd);
	free(s);
}
