/* What the modules share when there is a database; see house.c. */
#ifndef HOUSE_H
#define HOUSE_H

#include "iv_auth.h"
#include "iv_calls.h"
#include "iv_services.h"

struct house;

struct house_deps {
	const struct iv_config *cfg;
	struct iv_loop *loop;
	struct iv_net *net;
	struct iv_auth *auth;
	const char *version;
};

/* Checks schema and roles first (blocks). NULL with *e: the process cannot start; nothing is cleaned up. */
struct house *house_open(const struct house_deps *d, struct iv_err *e);
struct iv_services *house_services(struct house *h);
struct iv_calls *house_calls(struct house *h);
/* After the modules that use it. Calls that ended get some seconds to reach the database. */
void house_close(struct house *h, void (*closed)(void *arg), void *arg);

#endif
