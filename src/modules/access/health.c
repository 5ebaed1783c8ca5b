/* What this process leans on, and whether it is there. Always 200: a balancer must not take every instance
 * away because one database is. */
#include "iv_access.h"
#include "iv_page.h"

struct health {
	bool ok;
	struct iv_str database, redis, timestamp, version, instance_id;
};
static const struct iv_field health_fields[] = {
	IV_BOOL(struct health, ok, "ok", IV_REQUIRED, "All that is configured answers"),
	IV_STR(struct health, database, "database", IV_REQUIRED, 0, 0, "connected, unreachable or not_configured"),
	IV_STR(struct health, redis, "redis", IV_REQUIRED, 0, 0, "connected, unreachable or not_configured"),
	IV_STR(struct health, timestamp, "timestamp", IV_REQUIRED, 0, 0, "Now"),
	IV_STR(struct health, version, "version", IV_REQUIRED, 0, 0, "Of the program"),
	IV_STR(struct health, instance_id, "instanceId", IV_REQUIRED, 0, 0, "Of this process, new at each start"),
	IV_FIELDS_END,
};
static const struct iv_shape health_shape = {"Health", sizeof(struct health), health_fields, NULL};

static struct iv_str state(bool configured, bool up)
{
	return !configured ? IV_S("not_configured") : up ? IV_S("connected") : IV_S("unreachable");
}

static enum iv_flow_next tell(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct iv_services *s = c->s;
	struct health *h = c->state;
	bool pg_up = s->pg && iv_pg_up(s->pg), redis_up = s->redis && iv_redis_up(s->redis);

	*h = (struct health){.ok = (!s->pg || pg_up) && (!s->redis || redis_up),
			     .database = state(s->pg != NULL, pg_up),
			     .redis = state(s->redis != NULL, redis_up),
			     .timestamp = iv_time_text(c, iv_wall_ms()),
			     .version = iv_str(s->version),
			     .instance_id = iv_str(s->instance_id)};
	c->out = h;
	return IV_FLOW_DONE;
}

static const struct iv_flow_step steps[] = {{"tell", tell}, {0}};

const struct iv_api_route iv_health_rows[] = {
	{.method = "GET", .path = "/health/detailed", .id = "getHealth", .tag = "Health", .flags = IV_API_NO_RATE,
	 .out = &health_shape, .status = 200, .state_size = sizeof(struct health), .steps = steps,
	 .doc = "What this process leans on, and whether it is there"},
	{0},
};
