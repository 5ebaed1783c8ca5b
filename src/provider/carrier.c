/* Carriers over HTTP: their names, from their settings to their end. What is asked of them is in the files of
 * carrier_job.h. */
#include "carrier_job.h"

#include <stdlib.h>

const char *const iv_carrier_names[] = {"jambonz", "twilio", "elevenlabs", NULL};
static const struct carrier_vendor *const vendors[] = {&carrier_jambonz, &carrier_twilio, &carrier_elevenlabs};

bool iv_carriers_has(const struct iv_carriers *c, enum iv_carrier which)
{
	return which < IV_CARRIERS && c->items[which].configured;
}

const struct iv_breaker *iv_carriers_breaker(const struct iv_carriers *c, enum iv_carrier which)
{
	return &c->items[which].breaker;
}

enum iv_carrier iv_carrier_named(struct iv_str name)
{
	int i = 0;

	while (iv_carrier_names[i] && !iv_str_eq(name, iv_str(iv_carrier_names[i])))
		i++;
	return (enum iv_carrier)i;
}

struct iv_carriers *iv_carriers_new(struct iv_net *n, const struct iv_config *cfg, struct iv_err *e)
{
	const double cps[] = {cfg->jambonz_cps, cfg->twilio_cps, cfg->elevenlabs_cps};
	struct iv_carriers *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	*c = (struct iv_carriers){.net = n, .loop = iv_net_loop(n), .cfg = cfg};
	if (!carriers_read(c, e)) {
		free(c);
		return NULL;
	}
	for (size_t i = 0; i < IV_CARRIERS; i++) {
		struct carrier *k = &c->items[i];

		k->all = c;
		k->vendor = vendors[i];
		pace_init(&k->pace, c->loop, (int64_t)(1e6 / cps[i]), carrier_on_pace, k);
		iv_list_init(&k->waiting);
		iv_timer_init(&k->turn, c->loop, carrier_on_turn, k);
		iv_breaker_init(&k->breaker, (int)cfg->breaker_failures, cfg->breaker_open_ms);
		iv_breaker_init(&k->rest, (int)cfg->breaker_failures, cfg->breaker_open_ms);
	}
	return c;
}

void iv_carriers_free(struct iv_carriers *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < IV_CARRIERS; i++) {
		iv_timer_stop(&c->items[i].turn);
		pace_end(&c->items[i].pace);
	}
	free(c);
}

void iv_carriers_share(struct iv_carriers *c, struct iv_redis *redis, const char *instance)
{
	for (size_t i = 0; i < IV_CARRIERS; i++) {
		struct carrier *k = &c->items[i];

		if (k->configured) /* an API key that is no account's is told apart by itself: by its digest */
			pace_share(&k->pace, redis, instance, iv_carrier_names[i],
				   k->place.account.len ? k->place.account : iv_str(iv_secret_reveal(k->place.secret)));
	}
}
