/* POST /functions/v1/voice-webhook-post-call. No credential: the signature over the body is what is believed. Anything but
 * a 200 (or 202: its call is not known yet) makes the vendor ask again, if it asks again at all. */
#include "kernel.h"

#include <stdio.h>
#include "iv_log.h"
#include "iv_metrics.h"
#include "iv_rate.h"
#include "iv_upload.h"
#include "iv_id.h"

enum { HOOK_MS = 65000, MINUTE_MS = 60000 };

struct hook_state {
	struct iv_upload upload;
	struct delivery_run run;
	struct delivery_out out;
	bool asked, believed;
	struct iv_rate_run rate;
	struct iv_rate_policy policy;
	struct iv_rate_verdict allowance;
};

/* Who shows no signature, or was wrong before and often, has his bodies not even looked at. */
static enum iv_flow_next guard(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct hook_state *st = c->state;
	const struct iv_kernel *k = kernel_of_process;
	bool has_secret = k->secrets.current.len || k->secrets.previous.len;
	char key[80];

	st->believed = !has_secret && c->s->cfg->elevenlabs_allow_unsigned;
	if (st->believed || (has_secret && iv_api_header(c, "elevenlabs-signature").len))
		return IV_FLOW_NEXT;
	iv_metric_add(IV_M_post_call_refused_total, has_secret ? 0 : 1, 1);
	st->policy = (struct iv_rate_policy){"hooks", c->s->cfg->hooks_per_minute, MINUTE_MS};
	(void)snprintf(key, sizeof(key), "hook:%.*s", IV_FMT(c->peer));
	return iv_rate_take(c->s->rate, f, &st->rate, &st->policy, iv_str(key), &st->allowance);
}

static enum iv_flow_next guarded(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct hook_state *st = c->state;

	if (!st->policy.name)
		return IV_FLOW_NEXT;
	if (!st->allowance.allowed) {
		iv_api_retry_after(c, st->allowance.reset_s);
		return iv_flow_fail(f, IV_ERATE, "too many requests without a right signature");
	}
	return iv_flow_fail(f, IV_EAUTH, "the signature is missing");
}

/* A recording is many megabytes: whatever comes goes to the disk, and nothing of it is kept there. */
static enum iv_flow_next collect(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct hook_state *st = c->state;
	char id[IV_ID_SIZE];
	int n;

	iv_id_new("in", iv_wall_ms(), id);
	n = snprintf(st->upload.path, sizeof(st->upload.path), "%s/incoming/%s", c->s->cfg->data_dir, id);
	if (n < 0 || (size_t)n >= sizeof(st->upload.path))
		return iv_flow_fail(f, IV_EINTERNAL, "DATA_DIR is too long");
	return iv_upload_take(c, &st->upload);
}

/* From here on it goes its way, whether the vendor waits for the answer or not. */
static enum iv_flow_next deliver(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct hook_state *st = c->state;
	struct delivery_in in = {.path = iv_str(st->upload.path),
				 .signature = iv_api_header(c, "elevenlabs-signature"),
				 .check = !st->believed,
				 .how = "webhook",
				 .park = true};

	iv_buf_init(&in.body, 0);
	return delivery_start(kernel_of_process, f, &st->run, &in, &st->out);
}

static enum iv_flow_next delivered(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct hook_state *st = c->state;
	struct iv_jw w;

	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_bool(&w, "success", true);
	iv_jw_cstr(&w, "result", delivery_words[st->out.result]);
	iv_jw_end_obj(&w);
	if (st->out.result == DELIVERY_PARKED)
		c->status = 202;
	return iv_jw_done(&w) ? IV_FLOW_DONE : iv_flow_fail(f, IV_ETOOBIG, "the answer does not fit");
}

static const struct iv_flow_step steps[] = {
	{"guard", guard}, {"guarded", guarded}, {"collect", collect}, {"deliver", deliver}, {"delivered", delivered}, {0}};
static const enum iv_code errors[] = {IV_EAUTH, IV_ERATE, IV_ETOOBIG, IV_OK};
static const char *const kinds[] = {"application/json", NULL};

const struct iv_api_route *kernel_hook_routes(void)
{
	static const struct iv_api_route rows[] = {
		{.method = "POST", .path = "/functions/v1/voice-webhook-post-call", .id = "voiceWebhookPostCall",
		 .tag = "Voice functions", .role = IV_ROLE_ANYONE, .flags = IV_API_PIECES | IV_API_NO_RATE, .status = 200,
		 .media = kinds, .body_max_at = offsetof(struct iv_config, elevenlabs_webhook_bytes), .deadline_ms = HOOK_MS,
		 .state_size = sizeof(struct hook_state), .steps = steps, .errors = errors,
		 .example = "{\"conversation_id\":\"conv_1\",\"status\":\"completed\",\"duration_seconds\":180}",
		 .doc = "What ElevenLabs tells after a call, signed; 202: its call is not known yet"},
		{0},
	};

	return rows;
}
