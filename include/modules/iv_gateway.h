/* iv_gateway: the sockets where calls arrive. Accepts, authenticates, binds leg ↔ call ↔ providers,
 * paces. Routes: iv_gateway_routes, mounted by the app beside the others'. */
#ifndef IV_GATEWAY_H
#define IV_GATEWAY_H

#include "iv_agents.h"
#include "iv_auth.h"
#include "iv_calls.h"
#include "iv_control.h"
#include "iv_http.h"
#include "iv_provider.h"
#include "iv_slots.h"
#include "iv_spool.h"

struct iv_gateway;

struct iv_gateway_deps {
	const struct iv_config *cfg;
	struct iv_loop *loop;
	struct iv_net *net;
	struct iv_providers *providers;
	struct iv_agents *agents;
	struct iv_auth *auth;
	struct iv_spools *spools;
	struct iv_calls *calls;     /* NULL: no database; agents come from files, nothing is kept but the journal */
	struct iv_secrets *secrets; /* NULL: tools have none */
	struct iv_control *control; /* NULL without Redis: orders cannot reach calls */
	struct iv_carriers *carriers; /* NULL: none; they press keys where they can */
	struct iv_slots *slots;     /* NULL without Redis: only MAX_LIVE_CALLS holds */
	const char *version;
	struct iv_str clip; /* 16-bit mono PCM at 8 kHz: what is played when no synthesiser answers */
};

struct iv_gateway *iv_gateway_new(const struct iv_gateway_deps *d);
size_t iv_gateway_live(const struct iv_gateway *g);
/* No new calls from now on; `done` when the last has ended. */
void iv_gateway_drain(struct iv_gateway *g, void (*done)(void *arg), void *arg);
bool iv_gateway_draining(const struct iv_gateway *g);
/* Calls that a carrier of ours can bring to another process go there: towards the end of a drain. */
void iv_gateway_hand_over(struct iv_gateway *g);
/* Ends what is left, with reason "drain". Sessions are gone some turns later: wait for drain's done. */
void iv_gateway_end_all(struct iv_gateway *g);
void iv_gateway_free(struct iv_gateway *g); /* no call is left */

/* Handlers for the route table; their ctx is the app's and must begin with struct iv_route_ctx. */
struct iv_route_ctx {
	struct iv_gateway *gateway;
	struct iv_ops *ops;
};
void iv_gateway_on_realtime(void *ctx, struct iv_http_req *rq);
void iv_gateway_on_twilio(void *ctx, struct iv_http_req *rq);
void iv_gateway_on_ticket(void *ctx, struct iv_http_req *rq);

#endif
