/* One delivery: post → judge → settle. Whatever happens in between, the row is settled or its lease runs out. */
#include "webhook.h"

#include <stdio.h>
#include <stdlib.h>
#include "iv_crypto.h"
#include "iv_log.h"
#include "iv_metrics.h"
#include "iv_redact.h"
#include "iv_time.h"
#include "iv_trace.h"
#include "iv_webhook_event.h"
#include "iv_webhook_sign.h"

enum {
	ARENA_BYTES = 2 << 20,
	READ_CAP = 65536,     /* of an answer */
	EXCERPT = 1024,       /* of it that is kept */
	HEADERS_MAX = 48,
	SETTLE_MARGIN_MS = 500,
	DISABLED_MS = 5000,   /* nobody goes to an endpoint that was just disabled: the claims know by then */
	HOLD_MAX_MS = 300000, /* an endpoint that asks for time gets at most this between two deliveries */
};

static struct webhook_delivery *self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct webhook_delivery, flow);
}

static bool keep(struct iv_arena *a, struct iv_str *s)
{
	if (!s->ptr)
		return true;
	*s = iv_arena_str(a, *s);
	return s->ptr != NULL;
}

struct webhook_delivery *webhook_delivery_new(struct iv_webhook *w, const struct iv_webhook_claim_out *row,
					      int64_t lease_until_us)
{
	struct webhook_delivery *d = calloc(1, sizeof(*d));
	struct iv_webhook_claim_out *r;

	if (!d)
		abort();
	r = &d->row;
	*r = *row;
	d->w = w;
	d->lease_until_us = lease_until_us;
	iv_list_init(&d->node);
	iv_list_init(&d->end_node);
	iv_arena_init(&d->arena, ARENA_BYTES);
	if (keep(&d->arena, &r->tenant_id) && keep(&d->arena, &r->id) && keep(&d->arena, &r->endpoint_id) &&
	    keep(&d->arena, &r->event_id) && keep(&d->arena, &r->type) && keep(&d->arena, &r->call_id) &&
	    keep(&d->arena, &r->payload) && keep(&d->arena, &r->url) && keep(&d->arena, &r->secret) &&
	    keep(&d->arena, &r->previous_secret) && keep(&d->arena, &r->headers) && keep(&d->arena, &r->schedule)) {
		w->held_bytes += webhook_delivery_bytes(d);
		return d;
	}
	iv_arena_deinit(&d->arena);
	free(d);
	return NULL;
}

size_t webhook_delivery_bytes(const struct webhook_delivery *d)
{
	return sizeof(*d) + d->row.payload.len;
}

void webhook_delivery_free(struct webhook_delivery *d)
{
	d->w->held_bytes -= webhook_delivery_bytes(d);
	iv_list_remove(&d->node);
	iv_arena_deinit(&d->arena);
	iv_free_later(d->w->s->loop, d);
}

/* ── what is sent ── */

static const char *const reserved[] = {
	"accept-encoding", "connection", "content-encoding", "content-length", "content-type", "expect", "host",
	"keep-alive", "te", "traceparent", "tracestate", "trailer", "transfer-encoding", "upgrade", "user-agent", "x-signature"};
static const char *const reserved_prefixes[] = {"webhook-", "x-webhook-", "svix-", "proxy-"};

bool webhook_header_free(struct iv_str name)
{
	for (size_t i = 0; i < IV_COUNT(reserved); i++)
		if (iv_str_ieq(name, iv_str(reserved[i])))
			return false;
	for (size_t i = 0; i < IV_COUNT(reserved_prefixes); i++) {
		struct iv_str prefix = iv_str(reserved_prefixes[i]);

		if (name.len >= prefix.len && iv_str_ieq((struct iv_str){name.ptr, prefix.len}, prefix))
			return false;
	}
	return true;
}

struct head {
	struct iv_header rows[HEADERS_MAX];
	size_t count;
};

static void add(struct head *h, const char *name, struct iv_str value)
{
	if (value.len && h->count < HEADERS_MAX)
		h->rows[h->count++] = (struct iv_header){iv_str(name), value};
}

static void add_own(struct head *h, const cJSON *own)
{
	for (const cJSON *m = own ? own->child : NULL; m; m = m->next)
		if (cJSON_IsString(m) && webhook_header_free(iv_str(m->string)))
			add(h, m->string, iv_str(m->valuestring));
}

static void on_answer(void *arg, const struct iv_fetch_result *r);

static void start_fetch(struct webhook_delivery *d)
{
	static const struct iv_fetch_handlers handlers = {.done = on_answer};
	const struct iv_webhook_claim_out *r = &d->row;
	const struct iv_config *cfg = d->w->cfg;
	int64_t now_ms = iv_wall_ms();
	struct iv_webhook_headers signs;
	char at_ms[24], attempt[24], priority[24];
	cJSON *own = iv_json_parse(r->headers, NULL); /* ours on the way in; none: an empty object */
	struct head h = {.count = 0};

	iv_webhook_sign(&(struct iv_webhook_secrets){r->secret, r->previous_secret}, r->event_id, now_ms / 1000,
			r->payload, &signs);
	if (cfg->webhook_asymmetric)
		iv_webhook_sign_public(&(struct iv_webhook_secrets){r->sign_key, r->previous_sign_key}, r->event_id,
				       r->payload, &signs);
	(void)snprintf(at_ms, sizeof(at_ms), "%lld", (long long)now_ms);
	(void)snprintf(attempt, sizeof(attempt), "%lld", (long long)r->attempt);
	(void)snprintf(priority, sizeof(priority), "%lld", (long long)r->priority);
	add(&h, "Content-Type", IV_S("application/json"));
	add(&h, "webhook-id", r->event_id);
	add(&h, "webhook-timestamp", iv_str(signs.timestamp));
	add(&h, "webhook-signature", iv_str(signs.standard));
	add(&h, "X-Signature", iv_str(signs.body));
	add(&h, "X-Webhook-Signature", iv_str(signs.body));
	add(&h, "X-Webhook-Signature-V2", iv_str(signs.stamped));
	add(&h, "x-webhook-id", r->event_id);
	add(&h, "x-webhook-timestamp", iv_str(at_ms));
	add(&h, "x-webhook-event", r->type);
	add(&h, "x-webhook-delivery", r->id);
	add(&h, "x-webhook-attempt", iv_str(attempt));
	add(&h, "x-webhook-priority", iv_str(priority));
	add_own(&h, own);
	d->fetch = iv_fetch_start(d->w->s->net,
				  &(struct iv_fetch_opts){.method = "POST",
							  .url = r->url,
							  .headers = h.rows,
							  .header_count = h.count,
							  .body = r->payload,
							  .connect_ms = (int)cfg->webhook_connect_ms,
							  .total_ms = (int)cfg->webhook_timeout_ms,
							  .body_max = READ_CAP,
							  .span = d->span,
							  .public_only = true},
				  &handlers, d);
	cJSON_Delete(own);
}

/* ── what comes back ── */

void webhook_excerpt(struct iv_str body, char *out, size_t size)
{
	static const struct iv_redact how = {.mode = IV_REDACT_MASK};
	char line[EXCERPT + 1];
	size_t n = body.len < EXCERPT ? body.len : EXCERPT;
	struct iv_buf masked;

	while (n > 0 && n < body.len && ((unsigned char)body.ptr[n] & 0xc0) == 0x80)
		n--; /* not in the middle of a character */
	for (size_t i = 0; i < n; i++)
		line[i] = (unsigned char)body.ptr[i] < ' ' ? ' ' : body.ptr[i];
	iv_buf_init(&masked, 4 * EXCERPT);
	if (!iv_redact_text(&how, (struct iv_str){line, n}, &masked, NULL) ||
	    !iv_str_copy(out, size, iv_buf_str(&masked)))
		(void)iv_str_copy(out, size, IV_S("[not kept]"));
	iv_buf_deinit(&masked);
}

/* A trace of its own: what happened may be days ago when it is told. */
static void begin_span(struct webhook_delivery *d)
{
	d->span = iv_trace_root("webhook deliver", IV_SPAN_CLIENT, NULL);
	iv_span_name(d->span, "deliver %.*s", IV_FMT(d->row.type));
	iv_span_set_word(d->span, "http.request.method", "POST");
	iv_span_set(d->span, "invorto.tenant.id", d->row.tenant_id);
	iv_span_set(d->span, "invorto.call.id", d->row.call_id);
	iv_span_set(d->span, "invorto.webhook.event", d->row.type);
	iv_span_set(d->span, "invorto.webhook.event_id", d->row.event_id);
	iv_span_set(d->span, "invorto.webhook.delivery_id", d->row.id);
	iv_span_set_int(d->span, "invorto.webhook.attempt", d->row.attempt);
}

static void end_span(struct webhook_delivery *d, const struct iv_fetch_result *r)
{
	if (r && r->status)
		iv_span_set_int(d->span, "http.response.status_code", r->status);
	if (r && r->err.code != IV_OK)
		iv_span_error(d->span, iv_code_info(r->err.code)->name);
	if (!r)
		iv_span_set_bool(d->span, "invorto.cancelled", true);
	iv_trace_finish(d->span);
	d->span = NULL;
}

static void on_answer(void *arg, const struct iv_fetch_result *r)
{
	struct webhook_delivery *d = arg;
	d->fetch = NULL;
	end_span(d, r);
	d->took_ms = (iv_now_us() - d->began_us) / 1000;
	d->answer = (struct webhook_answer){r->err.code, r->status, r->retry_after_ms};
	(void)iv_str_copy(d->reason, sizeof(d->reason), iv_str(r->err.msg));
	webhook_excerpt(r->body, d->said, sizeof(d->said));
	iv_op_done(&d->op, NULL); /* what it means is for the next step */
}

static void cancel_fetch(struct iv_op *op)
{
	struct webhook_delivery *d = IV_CONTAINER(op, struct webhook_delivery, op);

	iv_fetch_cancel(d->fetch);
	d->fetch = NULL;
	end_span(d, NULL);
}

/* ── the steps ── */

static struct webhook_rules rules_of(const struct webhook_delivery *d)
{
	const struct iv_config *cfg = d->w->cfg;
	struct webhook_rules rules = {.plan = d->w->plan,
				      .short_retries = (int)cfg->webhook_retries,
				      .short_jitter = cfg->webhook_jitter};

	for (int i = 0; webhook_plans[i]; i++)
		if (iv_str_eq(d->row.schedule, iv_str(webhook_plans[i])))
			rules.plan = (enum webhook_plan)i;
	return rules;
}

/* Why it is not to be sent at all; NULL: it is. */
static const char *unsendable(const struct webhook_delivery *d)
{
	struct webhook_rules rules = rules_of(d);

	if (!d->row.open)
		return "endpoint_disabled";
	/* Each time it was taken and never settled. It will not be what brings a process down for ever. */
	return d->row.attempt > webhook_attempts_max(&rules) ? "abandoned" : NULL;
}

/* Of the delivery: by the store's clock until it was taken, by ours from then on. */
static int64_t age_ms(const struct webhook_delivery *d)
{
	int64_t taken_us = d->lease_until_us - d->w->cfg->webhook_lease_ms * 1000;

	return d->row.now_at - d->row.created_at + (d->began_us - taken_us) / 1000;
}

static enum iv_flow_next post(struct iv_flow *f)
{
	struct webhook_delivery *d = self(f);
	const char *why = unsendable(d);
	bool plain = !iv_str_starts(d->row.url, IV_S("https://"));

	if (why) {
		(void)iv_str_copy(d->error, sizeof(d->error), iv_str(why));
		d->leave = WEBHOOK_LEAVE_DEAD;
		return IV_FLOW_NEXT;
	}
	d->tried = true;
	iv_id_new("att", iv_wall_ms(), d->attempt_id);
	d->began_us = iv_now_us();
	if (d->row.attempt == 1)
		iv_metric_observe(IV_M_webhook_first_attempt_ms, 0, (double)age_ms(d));
	if (plain && strcmp(d->w->cfg->env, "production") == 0) {
		d->answer = (struct webhook_answer){IV_EFORBIDDEN, 0, -1};
		(void)iv_str_copy(d->reason, sizeof(d->reason), IV_S("https is required"));
		return IV_FLOW_NEXT;
	}
	iv_op_begin(&d->op, f, cancel_fetch);
	begin_span(d);
	start_fetch(d);
	return IV_FLOW_WAIT;
}

static void free_slot(struct webhook_delivery *d, enum webhook_end end, int64_t hold_ms)
{
	if (d->slot)
		webhook_queue_done(d->w->queue, &d->turn, end, hold_ms, iv_now_us());
	d->slot = false;
}

/* The endpoint has failed for long, or says it is gone: its owner is told, through the others he has. */
static void disable(struct webhook_delivery *d, const char *why)
{
	const struct iv_webhook_type *type = iv_webhook_type(IV_S("webhook.endpoint_disabled"));
	char now[IV_TIME_SIZE], since[IV_TIME_SIZE];
	struct iv_event_endpoint_disabled e = {
		.endpoint_id = d->row.endpoint_id, .url = d->row.url, .reason = iv_str(why)};
	int64_t now_ms = iv_wall_ms();
	struct iv_buf b;

	iv_id_new("evt", now_ms, d->event_id);
	e.disabled_at = iv_time_iso(now_ms, now);
	if (d->row.failing_since >= 0)
		e.failing_since = iv_time_iso(d->row.failing_since, since);
	iv_webhook_head_init(&e.head, type, iv_str(d->event_id), d->row.tenant_id, IV_STR_NULL, e.disabled_at);
	iv_buf_init(&b, 16384);
	if (iv_webhook_print(type, &e, &b))
		d->event = iv_arena_str(&d->arena, iv_buf_str(&b));
	iv_buf_deinit(&b);
	d->disable = d->event.ptr ? why : NULL;
}

static enum iv_flow_next judge(struct iv_flow *f)
{
	static const enum webhook_leave leaves[] = {
		[WEBHOOK_DELIVERED] = WEBHOOK_LEAVE_DELIVERED,
		[WEBHOOK_RETRY] = WEBHOOK_LEAVE_RETRY,
		[WEBHOOK_DEAD] = WEBHOOK_LEAVE_DEAD,
		[WEBHOOK_GONE] = WEBHOOK_LEAVE_DEAD,
	};
	struct webhook_delivery *d = self(f);
	struct webhook_rules rules = rules_of(d);
	struct webhook_decision verdict;
	int64_t hold_ms = d->answer.retry_after_ms < HOLD_MAX_MS ? d->answer.retry_after_ms : HOLD_MAX_MS;
	uint32_t chance;

	if (!d->tried) {
		free_slot(d, WEBHOOK_END_UNKNOWN, 0);
		return IV_FLOW_NEXT;
	}
	iv_random(&chance, sizeof(chance));
	verdict = webhook_decide(&rules, (int)d->row.attempt, &d->answer, chance);
	d->leave = leaves[verdict.verdict];
	d->delay_ms = verdict.delay_ms;
	if (verdict.error != WEBHOOK_E_NONE)
		(void)snprintf(d->error, sizeof(d->error), "%s%s%s", webhook_errors[verdict.error],
			       d->reason[0] ? ": " : "", d->reason);
	if (verdict.verdict == WEBHOOK_GONE)
		disable(d, "gone");
	else if (verdict.verdict != WEBHOOK_DELIVERED && webhook_worn_out(d->row.failing_since, d->row.now_at))
		disable(d, "failing");
	if (d->disable)
		hold_ms = DISABLED_MS;
	free_slot(d, webhook_is_outage(verdict.error) ? WEBHOOK_END_OUTAGE : WEBHOOK_END_ANSWERED,
		  verdict.verdict == WEBHOOK_DELIVERED ? 0 : hold_ms);
	iv_metric_add(IV_M_webhook_attempts_total, (int)verdict.error, 1);
	return IV_FLOW_NEXT;
}

static void cancel_settle(struct iv_op *op)
{
	webhook_settle_drop(IV_CONTAINER(op, struct webhook_delivery, op));
}

static enum iv_flow_next settle(struct iv_flow *f)
{
	struct webhook_delivery *d = self(f);

	webhook_left(d->w); /* there is room for another while this one is written down */
	iv_op_begin(&d->op, f, cancel_settle);
	webhook_settle(d->w, d);
	return IV_FLOW_WAIT;
}

static void end(struct iv_flow *f)
{
	struct webhook_delivery *d = self(f);
	struct iv_webhook *w = d->w;

	free_slot(d, WEBHOOK_END_UNKNOWN, 0);
	if (f->err.code != IV_OK && f->err.code != IV_ECANCELED)
		iv_warn("webhook.unsettled", IV_LV("delivery", d->row.id), IV_LS("why", f->err.msg));
	webhook_delivery_free(d);
	webhook_left(w);
}

static const struct iv_flow_step steps[] = {{"post", post}, {"judge", judge}, {"settle", settle}, {0}};
static const struct iv_flow_type type = {"webhook.delivery", steps, end};
static const struct iv_flow_step back_steps[] = {{"settle", settle}, {0}};
static const struct iv_flow_type back_type = {"webhook.back", back_steps, end};

static int64_t lease_left_ms(const struct webhook_delivery *d)
{
	return (d->lease_until_us - iv_now_us()) / 1000;
}

void webhook_delivery_start(struct webhook_delivery *d)
{
	int64_t left_ms = lease_left_ms(d);

	d->slot = true;
	if (left_ms < d->w->cfg->webhook_timeout_ms + SETTLE_MARGIN_MS) {
		webhook_delivery_back(d); /* it waited too long here: the lease would not outlive the try */
		return;
	}
	iv_list_append(&d->w->live, &d->node);
	iv_flow_start(&d->flow, &type, d->w->s->loop, left_ms, NULL);
}

void webhook_delivery_back(struct webhook_delivery *d)
{
	int64_t left_ms = lease_left_ms(d);

	free_slot(d, WEBHOOK_END_UNKNOWN, 0);
	d->leave = WEBHOOK_LEAVE_BACK;
	iv_list_append(&d->w->live, &d->node);
	iv_flow_start(&d->flow, &back_type, d->w->s->loop, left_ms > 100 ? left_ms : 100, NULL);
}
