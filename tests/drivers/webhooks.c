/* The webhook dispatcher alone, for tests that kill it at any moment and for the bench; and a receiver that
 * answers as fast as it can.
 *
 *   webhooks dispatch       settings from the environment, as the daemon's; needs DATABASE_WORKER_URL
 *   webhooks sink PORT      204 to every POST; prints how many on SIGTERM
 *   webhooks check          reads payloads, one a line: each must be what the shape of its type says */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include "iv_http.h"
#include "iv_id.h"
#include "iv_log.h"
#include "iv_webhook.h"
#include "iv_webhook_event.h"

struct driver {
	struct iv_loop *loop;
	struct iv_net *net;
	struct iv_config cfg;
	struct iv_services s;
	struct iv_webhook *webhook;
	struct iv_http_server *http;
	uv_signal_t term;
	char instance_id[IV_ID_SIZE];
	long received;
};

static const char *from_env(void *arg, const char *name)
{
	(void)arg;
	return getenv(name);
}

static void flush(void *arg)
{
	(void)arg;
	iv_log_flush();
}

static int give_up(const struct iv_err *e)
{
	(void)fprintf(stderr, "webhooks: %s%s%s\n", e->field, e->field[0] ? ": " : "", e->msg);
	return EXIT_FAILURE;
}

static void nothing(void *arg)
{
	(void)arg;
}

static void closed_pool(void *arg)
{
	struct driver *d = arg;

	iv_net_close(d->net, nothing, NULL);
}

static void drained(void *arg)
{
	struct driver *d = arg;

	iv_webhook_stop(d->webhook);
	iv_pg_close(d->s.worker, closed_pool, d);
}

static void closed_http(void *arg)
{
	struct driver *d = arg;

	printf("%ld\n", d->received);
	iv_net_close(d->net, nothing, NULL);
}

static void on_term(uv_signal_t *handle, int number)
{
	struct driver *d = handle->data;

	(void)number;
	uv_close((uv_handle_t *)&d->term, NULL);
	if (d->webhook)
		iv_webhook_drain(d->webhook, drained, d);
	else
		iv_http_close(d->http, closed_http, d);
}

static void watch_term(struct driver *d)
{
	(void)uv_signal_init(iv_loop_uv(d->loop), &d->term);
	d->term.data = d;
	(void)uv_signal_start(&d->term, on_term, SIGTERM);
}

static int dispatch(struct driver *d)
{
	struct iv_err e = {0};
	struct iv_buf problems;

	iv_buf_init(&problems, 65536);
	if (!iv_config_read(&d->cfg, from_env, NULL, &problems)) {
		(void)fprintf(stderr, "%.*s", IV_FMT(iv_buf_str(&problems)));
		return EXIT_FAILURE;
	}
	iv_buf_deinit(&problems);
	d->net = iv_net_new(d->loop,
			    &(struct iv_net_opts){.user_agent = "invorto/test", .egress_allow = d->cfg.egress_allow}, &e);
	iv_id_new("ins", iv_wall_ms(), d->instance_id);
	d->s = (struct iv_services){.cfg = &d->cfg, .loop = d->loop, .net = d->net, .instance_id = d->instance_id};
	if (d->net)
		d->s.worker = iv_pg_new(d->loop,
					&(struct iv_pg_opts){.url = iv_secret_reveal(d->cfg.database_worker_url),
							     .name = "worker",
							     .connections = (int)d->cfg.pg_worker_connections,
							     .depth = 8,
							     .waiting_max = 1000,
							     .connect_ms = 3000,
							     .query_ms = 10000},
					&e);
	if (d->s.worker)
		d->webhook = iv_webhook_new(&d->s, &e);
	if (!d->webhook)
		return give_up(&e);
	watch_term(d);
	iv_webhook_start(d->webhook);
	printf("ready\n");
	(void)fflush(stdout);
	iv_loop_run(d->loop);
	iv_webhook_free(d->webhook);
	iv_loop_free(d->loop);
	iv_config_free(&d->cfg);
	iv_log_flush();
	return EXIT_SUCCESS;
}

static void on_post(void *ctx, struct iv_http_req *rq)
{
	struct driver *d = ctx;

	d->received++;
	iv_http_reply(rq, 204, NULL, IV_S(""));
}

static int sink(struct driver *d, const char *port)
{
	static const struct iv_route routes[] = {{"POST", "/*", on_post, 0, 0, "anything"}, {0}};
	struct iv_err e = {0};

	d->net = iv_net_new(d->loop, &(struct iv_net_opts){.user_agent = "sink"}, &e);
	if (d->net)
		d->http = iv_http_listen(d->net,
					 &(struct iv_http_opts){.address = "127.0.0.1",
								.port = (int)strtol(port, NULL, 10),
								.header_max = 16384,
								.body_max = 1 << 20,
								.header_ms = 10000,
								.keepalive_ms = 60000,
								.max_connections = 4096},
					 routes, d, &e);
	if (!d->http)
		return give_up(&e);
	watch_term(d);
	printf("ready\n");
	(void)fflush(stdout);
	iv_loop_run(d->loop);
	iv_loop_free(d->loop);
	return EXIT_SUCCESS;
}

/* What is wrong with a payload; false when it is right. */
static bool wrong(struct iv_str line, struct iv_arena *arena, struct iv_err *e)
{
	cJSON *json = iv_json_parse(line, e);
	struct iv_str name = iv_json_str(json, "type");
	const struct iv_webhook_type *type = iv_webhook_type(name);
	void *event = type ? iv_arena_alloc(arena, type->shape->size) : NULL;
	bool ok = event && iv_shape_read(type->shape, json, event, arena, e);

	if (ok && !iv_str_eq(iv_json_str(json, "schemaVersion"), iv_str(type->version)))
		ok = iv_fail_field(e, IV_EINVAL, "schemaVersion", "must be %s", type->version);
	if (json && !type)
		iv_fail(e, IV_EINVAL, "no type of event is called \"%.*s\"", IV_FMT(name));
	cJSON_Delete(json);
	return !ok;
}

static int check(void)
{
	static char line[2 << 20];
	int failed = 0;

	while (fgets(line, sizeof(line), stdin)) {
		struct iv_arena arena;
		struct iv_err e = {0};

		iv_arena_init(&arena, 8 << 20);
		if (wrong(iv_str_trim(iv_str(line)), &arena, &e)) {
			printf("%s: %s in %.200s\n", e.field, e.msg, line);
			failed++;
		}
		iv_arena_deinit(&arena);
	}
	return failed > 0;
}

int main(int argc, char **argv)
{
	static struct driver d;

	if (argc == 2 && strcmp(argv[1], "check") == 0)
		return check();
	d.loop = iv_loop_new();
	iv_loop_set_turn_hook(d.loop, flush, NULL);
	if (argc == 2 && strcmp(argv[1], "dispatch") == 0)
		return dispatch(&d);
	if (argc == 3 && strcmp(argv[1], "sink") == 0)
		return sink(&d, argv[2]);
	(void)fprintf(stderr, "usage: webhooks dispatch | sink PORT | check\n");
	return 64;
}
