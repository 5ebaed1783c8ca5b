/* Task protection: while calls live here, Amazon's scheduler takes neither this task for scaling in nor for a new
 * version. Asked for at ECS_AGENT_URI, which ECS gives each container; without it nothing is done.
 *
 * PUT $ECS_AGENT_URI/task-protection/v1/state {"ProtectionEnabled":true,"ExpiresInMinutes":60} */
#ifndef PROTECT_H
#define PROTECT_H

#include "iv_net.h"

struct protect;

struct protect_deps {
	struct iv_net *net;
	struct iv_loop *loop;
	const char *agent_uri;           /* "": none */
	size_t (*live)(const void *arg); /* calls that need this process */
	const void *arg;
};

struct protect *protect_new(const struct protect_deps *d); /* looks every few seconds */
void protect_free(struct protect *p);                      /* before iv_net_close; what is in flight is dropped */

#endif
