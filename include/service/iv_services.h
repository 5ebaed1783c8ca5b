/* iv_services: what a module may know of the rest of the process. Set once by the app, top to bottom;
 * every pointer outlives the modules. Modules never include each other: they meet here. */
#ifndef IV_SERVICES_H
#define IV_SERVICES_H

#include "iv_config.h"
#include "iv_net.h"
#include "iv_pg.h"
#include "iv_redis.h"

struct iv_services {
	const struct iv_config *cfg;
	struct iv_loop *loop;
	struct iv_net *net;
	struct iv_pg *pg;     /* role invorto_app: rows of one tenant at a time */
	struct iv_pg *worker; /* role invorto_worker: claims of outbox, artifacts, retention */
	struct iv_redis *redis;
	struct iv_providers *providers; /* which ones an agent may name */
	struct iv_auth *auth;
	struct iv_events *events;   /* the bus: published here, watched anywhere */
	struct iv_control *control; /* a command reaches the instance that owns a call */
	struct iv_rate *rate;       /* limits and one-time tokens, shared by all instances */
	struct iv_slots *slots;     /* how many calls at once, counted across all instances */
	struct iv_carriers *carriers; /* their REST sides */
	struct iv_calls *calls;       /* in the books */
	struct iv_dials *dials;       /* placing calls */
	struct iv_live *live; /* calls of this process: hang up, say, transfer … */
	struct iv_artifacts *artifacts;
	struct iv_secrets *secrets; /* what tools send by name */
	struct iv_replays *replays; /* calls that are over, with other settings */
	struct iv_imports *imports;     /* files of leads that are being read */
	struct iv_telephony *telephony; /* whose hooks are believed */
	const char *instance_id; /* of this process, new at each start */
	const char *version;
};

#endif
