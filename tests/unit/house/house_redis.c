/* The house's Redis. */
#include "../store/redis_server.h"
#include "house.h"

static struct redis_server server;

void house_redis_start(void)
{
	server_start(&server, NULL);
	/* A new server that never held a slot: nobody has to be waited for. */
	(void)server_ask(&server, "HSET {slots}:epoch since 0");
}

void house_redis_end(void)
{
	server_end(&server);
}

const char *house_redis_url(void)
{
	return server.url;
}

const char *house_redis_ask(const char *command, const char *key, const char *member)
{
	return member ? server_ask(&server, "%s %s %s", command, key, member) : server_ask(&server, "%s %s", command, key);
}

void house_redis_freeze(void)
{
	kill(server.pid, SIGSTOP);
}

void house_redis_thaw(void)
{
	kill(server.pid, SIGCONT);
}
