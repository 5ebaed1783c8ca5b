/* Provider names → vendor, address, key, breaker; from the configuration, once. */
#include <stdlib.h>
#include "iv_fetch.h"
#include "iv_metrics.h"
#include "llm.h"
#include "iv_ws.h"
#include "registry.h"

static const char *const role_names[ROLES] = {"recogniser", "model", "synthesiser"};

static bool has_role(const struct provider *v, enum iv_provider_role role)
{
	return (v->roles >> role & 1u) != 0;
}

struct provider *registry_find(struct iv_providers *p, enum iv_provider_role role, struct iv_str name)
{
	for (size_t i = 0; i < p->count; i++)
		if (has_role(&p->items[i], role) && iv_str_eq(iv_str(p->items[i].name), name))
			return &p->items[i];
	return NULL;
}

/* A second server exists when it was told where it is. */
static void add(struct iv_providers *p, struct provider v)
{
	if (v.base_url[0] == '\0')
		return;
	for (size_t r = 0; r < ROLES; r++)
		iv_breaker_init(&v.breakers[r], (int)p->cfg->breaker_failures,
				p->cfg->breaker_open_ms);
	p->items[p->count++] = v;
}

static void add_all(struct iv_providers *p)
{
	const struct iv_config *c = p->cfg;
	unsigned hear_and_speak = 1u << IV_ASR | 1u << IV_TTS;
	add(p, (struct provider){.name = "deepgram",
				 .vendor = VENDOR_DEEPGRAM,
				 .roles = hear_and_speak,
				 .base_url = c->deepgram_base_url,
				 .key = c->deepgram_api_key});
	add(p, (struct provider){.name = "deepgram-2",
				 .vendor = VENDOR_DEEPGRAM,
				 .roles = hear_and_speak,
				 .base_url = c->deepgram_2_base_url,
				 .key = c->deepgram_2_api_key});
	add(p, (struct provider){.name = "openai",
				 .vendor = VENDOR_OPENAI,
				 .roles = 1u << IV_LLM,
				 .base_url = c->openai_base_url,
				 .key = c->openai_api_key,
				 .model = c->openai_model});
	add(p, (struct provider){.name = "openai-2",
				 .vendor = VENDOR_OPENAI,
				 .roles = 1u << IV_LLM,
				 .base_url = c->openai_2_base_url,
				 .key = c->openai_2_api_key,
				 .model = c->openai_2_model});
	add(p, (struct provider){.name = "elevenlabs",
				 .vendor = VENDOR_ELEVENLABS,
				 .roles = 1u << IV_TTS,
				 .base_url = c->elevenlabs_base_url,
				 .key = c->elevenlabs_api_key});
}

static bool check_urls(const struct iv_providers *p, struct iv_err *e)
{
	for (size_t i = 0; i < p->count; i++) {
		struct iv_url u;
		if (!iv_url_parse(iv_str(p->items[i].base_url), &u, NULL) ||
		    !iv_str_starts(u.scheme, IV_S("http")))
			return iv_fail(e, IV_EINVAL,
				       "the base URL of %s must be http:// or https://",
				       p->items[i].name);
	}
	return true;
}

static bool unknown(struct iv_err *e, const char *field, enum iv_provider_role role, struct iv_str name)
{
	struct iv_str shown = {name.ptr, name.len < 40 ? name.len : 40};
	return iv_fail_field(e, IV_EINVAL, field, "\"%.*s\" is not a configured %s", IV_FMT(shown),
			     role_names[role]);
}

static bool read_default(struct iv_providers *p, enum iv_provider_role role, const char *variable,
			 const char *value, struct iv_err *e)
{
	struct iv_str rest = iv_str(value), name;
	while (iv_str_split(&rest, ',', &name)) {
		name = iv_str_trim(name);
		struct provider *v = registry_find(p, role, name);
		if (!v)
			return unknown(e, variable, role, name);
		if (p->default_count[role] == PROVIDERS_MAX)
			return iv_fail_field(e, IV_EINVAL, variable, "names more than %d providers",
					     PROVIDERS_MAX);
		p->defaults[role][p->default_count[role]++] = v;
	}
	if (p->default_count[role] == 0)
		return iv_fail_field(e, IV_EINVAL, variable, "must name at least one %s",
				     role_names[role]);
	return true;
}

struct iv_providers *iv_providers_new(struct iv_net *n, const struct iv_config *cfg,
				      struct iv_err *e)
{
	struct iv_providers *p = calloc(1, sizeof(*p));
	if (!p)
		abort();
	p->net = n;
	p->loop = iv_net_loop(n);
	p->cfg = cfg;
	/* A stall is noticed while the ring still holds what was said into it. */
	p->times = (struct provider_times){.asr_retry_ms = 150,
					   .asr_stall_ms = cfg->asr_ring_ms < 5000 ? (int)cfg->asr_ring_ms * 4 / 5 : 4000,
					   .asr_keep_alive_ms = 4000,
					   .asr_proven_ms = 5000,
					   .llm_linger_ms = 1000};
	iv_list_init(&p->lingering);
	add_all(p);
	if (check_urls(p, e) && read_default(p, IV_ASR, "ASR_PROVIDERS", cfg->asr_providers, e) &&
	    read_default(p, IV_LLM, "LLM_PROVIDERS", cfg->llm_providers, e) &&
	    read_default(p, IV_TTS, "TTS_PROVIDER", cfg->tts_providers, e))
		return p;
	free(p);
	return NULL;
}

void iv_providers_free(struct iv_providers *p)
{
	if (!p)
		return;
	llm_drop_lingering(p);
	ring_pool_deinit(&p->rings);
	free(p);
}

void iv_providers_warm(struct iv_providers *p)
{
	/* Recognisers are sockets of their own; HTTP connections are kept for the others. */
	static const enum iv_provider_role roles[] = {IV_LLM, IV_TTS};

	iv_ws_prepare(p->net); /* not in the first call's time, nor in that of those beside it */
	for (size_t r = 0; r < IV_COUNT(roles); r++)
		for (size_t i = 0; i < p->default_count[roles[r]]; i++)
			iv_fetch_warm(p->net, iv_str(p->defaults[roles[r]][i]->base_url));
}

bool iv_providers_known(const struct iv_providers *p, enum iv_provider_role role, const struct iv_strs *list,
			struct iv_err *e)
{
	for (size_t i = 0; list && i < list->count; i++) {
		bool found = false;
		for (size_t k = 0; k < p->count && !found; k++)
			found = has_role(&p->items[k], role) &&
				iv_str_eq(iv_str(p->items[k].name), list->items[i]);
		if (!found)
			return unknown(e, "", role, list->items[i]);
	}
	return true;
}
