/* The supervisor of the service: told when calls are taken, when the process drains, and regularly that the loop still
 * turns. One datagram each to NOTIFY_SOCKET, which systemd gives; without it nothing is done.
 *
 * Protocol: sd_notify(3), "READY=1", "STOPPING=1", "STATUS=…", "WATCHDOG=1", "EXTEND_TIMEOUT_USEC=…". */
#ifndef SUPERVISOR_H
#define SUPERVISOR_H

#include "iv_config.h"
#include "iv_loop.h"

struct supervisor;

/* NULL: there is none. e: NOTIFY_SOCKET is set and cannot be used. */
struct supervisor *supervisor_new(const struct iv_config *cfg, struct iv_loop *l, size_t (*live)(const void *arg),
				  const void *arg, struct iv_err *e);
void supervisor_ready(struct supervisor *s);    /* NULL: nothing; so with the others */
void supervisor_draining(struct supervisor *s); /* and goes on saying for how many calls */
void supervisor_free(struct supervisor *s);

#endif
