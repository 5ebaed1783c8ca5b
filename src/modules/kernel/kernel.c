/* The door: making, starting, stopping. */
#include "kernel.h"

#include <stdlib.h>
#include "iv_log.h"

struct iv_kernel *kernel_of_process;

static struct iv_str reveal(struct iv_secret s)
{
	return iv_str(iv_secret_reveal(s));
}

static bool check(const struct iv_config *cfg, struct iv_err *e)
{
	if (!cfg->elevenlabs_allow_unsigned)
		return true;
	if (strcmp(cfg->env, "production") == 0)
		return iv_fail_field(e, IV_EINVAL, "ELEVENLABS_WEBHOOK_ALLOW_UNSIGNED",
				     "is for development: in production anybody could end calls");
	iv_warn("post_call.unsigned_believed", IV_LS("setting", "ELEVENLABS_WEBHOOK_ALLOW_UNSIGNED"));
	return true;
}

struct iv_kernel *iv_kernel_new(struct iv_services *s, struct iv_err *e)
{
	struct iv_kernel *k;

	if (!check(s->cfg, e))
		return NULL;
	k = calloc(1, sizeof(*k));
	if (!k)
		abort();
	k->s = s;
	k->cfg = s->cfg;
	k->secrets = (struct iv_webhook_secrets){reveal(s->cfg->elevenlabs_webhook_secret),
						 reveal(s->cfg->elevenlabs_webhook_secret_old)};
	decide_init(k);
	checks_init(k);
	kernel_of_process = k;
	return k;
}

void iv_kernel_mount(struct iv_kernel *k, struct iv_api *a)
{
	(void)k;
	iv_api_mount(a, kernel_hook_routes());
	iv_api_mount(a, kernel_decision_routes());
	iv_api_mount(a, kernel_rule_routes());
}

void iv_kernel_start(struct iv_kernel *k)
{
	k->running = true;
	decide_start(k);
	checks_start(k);
}

void kernel_rest(struct iv_kernel *k)
{
	void (*stopped)(void *arg) = k->stopped;

	if (!stopped || k->busy)
		return;
	k->stopped = NULL;
	iv_defer(k->s->loop, stopped, k->stopped_arg);
}

void iv_kernel_stop(struct iv_kernel *k, void (*done)(void *arg), void *arg)
{
	k->running = false;
	k->stopped = done;
	k->stopped_arg = arg;
	decide_stop(k);
	checks_stop(k);
	kernel_rest(k);
}

void iv_kernel_free(struct iv_kernel *k)
{
	if (!k)
		return;
	iv_arena_deinit(&k->due_arena);
	iv_arena_deinit(&k->decide_arena);
	iv_arena_deinit(&k->check_arena);
	iv_arena_deinit(&k->answer_arena);
	checks_item_free(k);
	kernel_of_process = NULL;
	free(k);
}
