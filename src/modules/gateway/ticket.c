/* The page's way in, for development on one machine: a ticket for a call of its own. */
#include "iv_crypto.h"
#include "iv_id.h"
#include "session.h"

static bool from_this_machine(struct iv_http_req *rq)
{
	struct iv_str peer = iv_http_peer(rq), host = iv_http_header(rq, "host"), name = host;
	ptrdiff_t colon = iv_str_find(host, IV_S(":"), 0);

	/* The Host as well: a page of somebody else's name that resolves to us must not get in. */
	if (colon >= 0)
		name.len = (size_t)colon;
	return (iv_str_eq(peer, IV_S("127.0.0.1")) || iv_str_eq(peer, IV_S("::1"))) &&
	       (iv_str_ieq(name, IV_S("localhost")) || iv_str_eq(name, IV_S("127.0.0.1")));
}

void iv_gateway_on_ticket(void *ctx, struct iv_http_req *rq)
{
	struct iv_gateway *g = ((struct iv_route_ctx *)ctx)->gateway;
	int64_t now_s = iv_wall_ms() / 1000;
	char call_id[IV_ID_SIZE], sig[65];
	struct iv_err e = {0};
	struct iv_jw w;

	iv_id_new("call", iv_wall_ms(), call_id);
	if (strcmp(g->d.cfg->env, "development") != 0 || !from_this_machine(rq) ||
	    !iv_auth_sign(g->d.auth, iv_str(call_id), now_s, sig)) {
		(void)iv_fail(&e, IV_EFORBIDDEN,
			      "tickets are given in development, to this machine, when REALTIME_WS_SECRET is set");
		iv_http_reply_err(rq, &e);
		return;
	}
	iv_buf_clear(&g->json);
	iv_jw_init(&w, &g->json);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "callId", call_id);
	iv_jw_i64(&w, "ts", now_s);
	iv_jw_cstr(&w, "sig", sig);
	iv_jw_arr(&w, "agents");
	for (size_t i = 0; i < iv_agents_count(g->d.agents); i++) {
		iv_jw_obj(&w, NULL);
		iv_jw_str(&w, "id", iv_agents_at(g->d.agents, i)->id);
		iv_jw_str(&w, "name", iv_agents_at(g->d.agents, i)->name);
		iv_jw_end_obj(&w);
	}
	iv_jw_end_arr(&w);
	iv_jw_end_obj(&w);
	iv_http_set_header(rq, "Cache-Control", IV_S("no-store"));
	iv_http_reply(rq, iv_jw_done(&w) ? 200 : 500, "application/json", iv_buf_str(&g->json));
}
