/* The gateway's registry: which calls live here, whether more are taken. */
#include <stdlib.h>
#include "iv_metrics.h"
#include "session.h"

struct iv_gateway *iv_gateway_new(const struct iv_gateway_deps *d)
{
	const struct iv_config *cfg = d->cfg;
	struct iv_gateway *g = calloc(1, sizeof(*g));

	if (!g)
		abort();
	g->d = *d;
	g->sessions = iv_map_new();
	g->opening = iv_map_new();
	iv_list_init(&g->list);
	iv_pcm_pool_init(&g->pool);
	iv_buf_init(&g->json, 1 << 20);
	iv_call_opts_shape.defaults(&g->call_opts);
	g->call_opts = (struct iv_call_opts){
		.lead_min_ms = cfg->lead_min_ms,
		.lead_max_ms = cfg->lead_max_ms,
		.emotion_threshold_db = cfg->emotion_threshold_db,
		.emotion_window_ms = cfg->emotion_window_ms,
		.emotion_min_hold = cfg->emotion_min_hold,
		.tool_timeout_ms = cfg->tool_timeout_ms,
		.consent_prompt = iv_str(cfg->consent_prompt),
		.system_prompt = iv_str(cfg->system_prompt),
		.rate_asr_per_min = cfg->rate_asr_per_min,
		.rate_tts_per_char = cfg->rate_tts_per_char,
		.rate_llm_per_token = cfg->rate_llm_per_token,
		.rate_transport_per_min = cfg->rate_transport_per_min,
		.rate_platform_per_call = cfg->rate_platform_per_call,
	};
	control_open(g);
	line_open(g);
	return g;
}

size_t iv_gateway_live(const struct iv_gateway *g)
{
	return g->live;
}

bool iv_gateway_draining(const struct iv_gateway *g)
{
	return g->draining;
}

struct session *gateway_find(struct iv_gateway *g, struct iv_str tenant_id, struct iv_str call_id)
{
	char name[IV_CALL_NAME_SIZE];

	return iv_map_get(g->sessions, iv_call_name(tenant_id, call_id, name));
}

static void tell_drained(void *arg)
{
	struct iv_gateway *g = arg;
	void (*done)(void *) = g->drained;

	g->drained = NULL;
	control_close(g);
	keys_close(g);
	line_close(g);
	if (done)
		done(g->drained_arg);
}

static void rest(struct iv_gateway *g)
{
	if (g->draining && !g->live && !g->giving && !g->resting)
		iv_defer(g->d.loop, tell_drained, g);
	g->resting = g->draining && !g->live && !g->giving;
}

void gateway_forget(struct iv_gateway *g, struct session *s)
{
	char name[IV_CALL_NAME_SIZE];

	(void)iv_map_remove(g->sessions, iv_call_name(iv_str(s->tenant_id), iv_str(s->call_id), name));
	iv_list_remove(&s->node);
	g->live--;
	iv_metric_set(IV_M_calls_live, 0, (double)g->live);
	rest(g);
}

void gateway_given(struct iv_gateway *g)
{
	g->giving--;
	rest(g);
}

void iv_gateway_drain(struct iv_gateway *g, void (*done)(void *arg), void *arg)
{
	g->draining = true;
	g->drained = done;
	g->drained_arg = arg;
	rest(g);
}

void iv_gateway_end_all(struct iv_gateway *g)
{
	IV_LIST_EACH(node, &g->list) {
		struct session *s = IV_CONTAINER(node, struct session, node);

		if (s->state == SESSION_LIVE || s->state == SESSION_LOST)
			session_step(s, &(struct iv_event){.type = IV_EV_HANGUP, .text = IV_S("drain")});
	}
}

void iv_gateway_free(struct iv_gateway *g)
{
	if (!g)
		return;
	iv_map_free(g->sessions);
	iv_map_free(g->opening);
	iv_map_free(g->parted);
	iv_pcm_pool_deinit(&g->pool);
	iv_buf_deinit(&g->json);
	free(g);
}
