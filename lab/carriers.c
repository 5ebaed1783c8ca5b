/* Both carriers on one port. */
#include "carrier.h"
#include "carrier_elevenlabs.h"

#include <stdio.h>
#include <stdlib.h>

#define SETTLES 200 /* of 10 ms */

static void drop_all(struct carriers *c)
{
	call_free_all(c);
	scripts_free(c->scripts);
	numbers_free(c);
	rules_free(c->rules);
	iv_map_free(c->calls);
	cJSON_Delete(c->conferences);
	elevenlabs_free(c->elevenlabs);
	free(c);
}

static bool busy(const struct carriers *c)
{
	if (c->hooks_out > 0 || !scripts_idle(c->scripts))
		return true;
	IV_LIST_EACH(node, &c->all)
	if (IV_CONTAINER(node, struct carrier_call, node)->holds > 0)
		return true;
	return false;
}

static void settle(void *arg)
{
	struct carriers *c = arg;
	void (*closed)(void *) = c->closed;
	void *closed_arg = c->closed_arg;

	if (++c->settled == SETTLES) /* the ends have been told, or nobody listens */
		hook_cancel_all(c);
	if (busy(c)) {
		iv_timer_in_ms(&c->settle, 10);
		return;
	}
	drop_all(c);
	closed(closed_arg);
}

static void server_closed(void *arg)
{
	struct carriers *c = arg;

	iv_timer_in_ms(&c->settle, 1);
}

void carriers_close(struct carriers *c, void (*closed)(void *arg), void *arg)
{
	c->closing = true;
	c->closed = closed;
	c->closed_arg = arg;
	IV_LIST_EACH(node, &c->all)
	call_hang_up(IV_CONTAINER(node, struct carrier_call, node), LINE_BY_CARRIER, 0, "the lab ends");
	elevenlabs_quit(c->elevenlabs);
	iv_http_close(c->server, server_closed, c);
}

struct carriers *carriers_open(struct iv_net *net, const struct carriers_opts *opts, struct iv_err *e)
{
	struct carriers *c = calloc(1, sizeof(*c));
	struct iv_http_opts http = {.address = opts->host, .port = opts->port, .header_max = 16384, .body_max = CARRIER_BODY_MAX,
				    .header_ms = 10000, .keepalive_ms = 120000, .max_connections = 4096};

	if (!c)
		abort();
	c->opts = *opts;
	c->net = net;
	c->loop = iv_net_loop(net);
	c->wire.loop = c->loop;
	c->rules = rules_new();
	c->calls = iv_map_new();
	c->scripts = scripts_new(c->loop);
	c->conferences = cJSON_CreateObject();
	c->elevenlabs = elevenlabs_new(c);
	iv_list_init(&c->all);
	iv_list_init(&c->hooks);
	iv_timer_init(&c->settle, c->loop, settle, c);
	c->server = iv_http_listen(net, &http, carrier_routes, c, e);
	if (!c->server) {
		drop_all(c);
		return NULL;
	}
	return c;
}

int carriers_port(const struct carriers *c)
{
	return iv_http_port(c->server);
}
