/* What the modules share when there is a database: pools, bus, control, limits, credentials, calls in the books.
 * Opened top to bottom, closed bottom to top. */
#include <stdio.h>
#include <stdlib.h>
#include "house.h"
#include "iv_artifacts.h"
#include "iv_control.h"
#include "iv_dial.h"
#include "iv_events.h"
#include "iv_id.h"
#include "iv_log.h"
#include "iv_principal.h"
#include "iv_rate.h"
#include "iv_replays.h"
#include "iv_secrets.h"
#include "iv_slots.h"

enum {
	APP_CONNECTIONS = 8, WORKER_CONNECTIONS = 4, DEPTH = 8, CONTROL_LEASE_MS = 30000, CONTROL_WAITING = 1000,
	CLOSE_CALLS_MS = 5000, CLOSE_EVENTS_MS = 1000,
};

struct house {
	struct iv_services s;
	char instance_id[IV_ID_SIZE];
	struct iv_calls *calls;
	void (*closed)(void *arg);
	void *closed_arg;
};

static struct iv_pg *open_pool(struct house *h, const char *url, const char *name, int connections, struct iv_err *e)
{
	const struct iv_config *cfg = h->s.cfg;

	if (!iv_pg_check(url, e))
		return NULL;
	return iv_pg_new(h->s.loop,
			 &(struct iv_pg_opts){.url = url,
					      .name = name,
					      .connections = connections,
					      .depth = DEPTH,
					      .waiting_max = (int)cfg->pg_waiting_max,
					      .connect_ms = (int)cfg->pg_connect_ms,
					      .query_ms = (int)cfg->pg_query_ms},
			 e);
}

static bool open_redis(struct house *h, struct iv_err *e)
{
	const struct iv_config *cfg = h->s.cfg;

	if (!iv_secret_set(cfg->redis_url))
		return iv_fail_field(e, IV_EINVAL, "REDIS_URL", "is required beside DATABASE_URL");
	h->s.redis = iv_redis_new(h->s.loop,
				  &(struct iv_redis_opts){.url = iv_secret_reveal(cfg->redis_url),
							  .ca_file = cfg->redis_ca_file,
							  .connect_ms = (int)cfg->redis_connect_ms,
							  .command_ms = (int)cfg->redis_command_ms,
							  .pending_max = (size_t)cfg->redis_pending_max},
				  e);
	if (!h->s.redis)
		return false;
	h->s.rate = iv_rate_new(h->s.loop, h->s.redis, h->instance_id);
	h->s.events = iv_events_new(h->s.loop, h->s.redis,
				    &(struct iv_events_opts){.instance_id = h->instance_id,
							     .maxlen = cfg->events_max,
							     .keep_ms = cfg->events_keep_days * 86400000,
							     .buffer_bytes = (size_t)cfg->events_buffer_bytes,
							     .viewers_max = (size_t)cfg->viewers_max});
	h->s.control = iv_control_new(h->s.loop, h->s.redis,
				      &(struct iv_control_opts){.instance_id = h->instance_id,
								.lease_ms = CONTROL_LEASE_MS,
								.waiting_max = CONTROL_WAITING});
	h->s.slots = iv_slots_new(&(struct iv_slots_deps){.cfg = cfg,
							  .loop = h->s.loop,
							  .redis = h->s.redis,
							  .instance_id = h->instance_id},
				  e);
	return h->s.slots != NULL;
}

struct house *house_open(const struct house_deps *d, struct iv_err *e)
{
	const struct iv_config *cfg = d->cfg;
	struct house *h = calloc(1, sizeof(*h));

	if (!h)
		abort();
	iv_id_new("ins", iv_wall_ms(), h->instance_id);
	h->s = (struct iv_services){.cfg = cfg, .loop = d->loop, .net = d->net, .auth = d->auth,
				    .instance_id = h->instance_id, .version = d->version};
	if (!iv_secret_set(cfg->database_worker_url)) {
		(void)iv_fail_field(e, IV_EINVAL, "DATABASE_WORKER_URL", "is required beside DATABASE_URL");
		return NULL;
	}
	h->s.pg = open_pool(h, iv_secret_reveal(cfg->database_url), "app", (int)cfg->pg_connections, e);
	if (h->s.pg)
		h->s.worker = open_pool(h, iv_secret_reveal(cfg->database_worker_url), "worker",
					(int)cfg->pg_worker_connections, e);
	if (!h->s.worker || !open_redis(h, e) || !iv_auth_open(h->s.auth, &h->s, e))
		return NULL; /* the process ends */
	h->s.carriers = iv_carriers_new(d->net, cfg, e);
	if (!h->s.carriers)
		return NULL;
	iv_carriers_share(h->s.carriers, h->s.redis, h->instance_id);
	h->s.dials = iv_dials_new(&h->s);
	h->calls = iv_calls_new(&(struct iv_calls_deps){.cfg = cfg,
							.loop = d->loop,
							.pg = h->s.pg,
							.events = h->s.events,
							.control = h->s.control,
							.instance_id = h->instance_id},
				e);
	if (!h->calls)
		return NULL;
	h->s.calls = h->calls;
	h->s.secrets = iv_secrets_new(cfg, h->s.pg, e);
	if (!h->s.secrets)
		return NULL;
	h->s.replays = iv_replays_new(h->s.loop);
	h->s.artifacts = iv_artifacts_new(&h->s, e);
	if (!h->s.artifacts)
		return NULL;
	iv_calls_use_artifacts(h->calls, h->s.artifacts);
	iv_replays_share(h->s.replays, h->s.control, iv_artifacts_disk(h->s.artifacts), cfg->data_dir);
	iv_artifacts_start(h->s.artifacts);
	iv_calls_recover(h->calls);
	iv_dials_start(h->s.dials);
	return h;
}

struct iv_services *house_services(struct house *h)
{
	return &h->s;
}

struct iv_calls *house_calls(struct house *h)
{
	return h->calls;
}

/* ── the end ── */

static void worker_closed(void *arg)
{
	struct house *h = arg;
	void (*closed)(void *arg) = h->closed;
	void *closed_arg = h->closed_arg;

	iv_artifacts_free(h->s.artifacts);
	iv_secrets_free(h->s.secrets);
	iv_replays_free(h->s.replays);
	free(h);
	closed(closed_arg);
}

static void pg_closed(void *arg)
{
	struct house *h = arg;

	iv_pg_close(h->s.worker, worker_closed, h);
}

static void redis_closed(void *arg)
{
	struct house *h = arg;

	iv_pg_close(h->s.pg, pg_closed, h);
}

static void events_closed(void *arg)
{
	struct house *h = arg;

	iv_control_free(h->s.control);
	iv_auth_close(h->s.auth);
	iv_rate_free(h->s.rate);
	iv_slots_free(h->s.slots);
	iv_redis_close(h->s.redis, redis_closed, h);
}

static void artifacts_stopped(void *arg)
{
	struct house *h = arg;

	iv_events_close(h->s.events, CLOSE_EVENTS_MS, events_closed, h);
}

static void calls_closed(void *arg)
{
	struct house *h = arg;

	iv_artifacts_stop(h->s.artifacts, artifacts_stopped, h);
}

static void dials_closed(void *arg)
{
	struct house *h = arg;

	iv_dials_free(h->s.dials);
	iv_carriers_free(h->s.carriers);
	iv_calls_close(h->calls, CLOSE_CALLS_MS, calls_closed, h);
}

void house_close(struct house *h, void (*closed)(void *arg), void *arg)
{
	h->closed = closed;
	h->closed_arg = arg;
	iv_dials_close(h->s.dials, dials_closed, h);
}
