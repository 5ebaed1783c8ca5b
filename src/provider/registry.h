/* registry: the providers this process knows, by name. What a call may use is a list of these
 * names. */
#ifndef REGISTRY_H
#define REGISTRY_H

#include "iv_breaker.h"
#include "iv_provider.h"
#include "ring.h"

enum vendor { VENDOR_DEEPGRAM, VENDOR_OPENAI, VENDOR_ELEVENLABS };

#define PROVIDERS_MAX 5
#define ROLES 3

struct provider {
	const char *name;
	enum vendor vendor;
	unsigned roles; /* bit (1 << enum iv_provider_role) */
	const char *base_url;
	struct iv_secret key;
	const char *model;		   /* models only: its own */
	struct iv_breaker breakers[ROLES]; /* a vendor that cannot speak may still hear */
};

/* Waits that are not settings. Tests shorten them. */
struct provider_times {
	int asr_retry_ms;      /* before the same recogniser is tried again */
	int asr_stall_ms;      /* speech is sent and nothing comes back */
	int asr_keep_alive_ms; /* no audio was sent */
	int asr_proven_ms;     /* a connection that lived so long was a good one */
	int llm_linger_ms;     /* for usage and end mark behind the last token */
};

struct iv_providers {
	struct iv_net *net;
	struct iv_loop *loop;
	const struct iv_config *cfg;
	struct provider items[PROVIDERS_MAX];
	size_t count;
	struct provider *defaults[ROLES][PROVIDERS_MAX];
	size_t default_count[ROLES];
	struct provider_times times;
	struct ring_pool rings; /* recent audio of all recognisers */
	struct iv_list
		lingering; /* answers given whole whose connection is not free yet: struct iv_llm */
};

/* NULL: unknown, or not of that role. */
struct provider *registry_find(struct iv_providers *p, enum iv_provider_role role, struct iv_str name);

#endif
