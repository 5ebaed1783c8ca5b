/* /webhooks/dispatch and /webhooks/verify: a tenant posts a body of his own through our queue, and has a
 * signature judged. Both need his credential; neither signs with a secret that is not his. */
#include "routes.h"

#include <stdio.h>
#include "iv_crypto.h"
#include "iv_webhook_sign.h"

enum { PAYLOAD_BYTES = 262144, BATCH_MAX = 100, SECRET_LEAST = 16 };

/* ── shapes ── */

struct transformation {
	struct iv_str mappings, additions;
	struct iv_strs filters;
};
#define T struct transformation
static const struct iv_field transformation_fields[] = {
	IV_JSON(T, mappings, "mappings", 0, 8192, "Members to rename: {\"old\":\"new\"}"),
	IV_STRS(T, filters, "filters", 0, 64, "Members to leave out"),
	IV_JSON(T, additions, "additions", 0, 8192, "Members to add, or to put in place of others"),
	IV_FIELDS_END,
};
static const struct iv_shape transformation_shape = {"webhookTransformation", sizeof(T), transformation_fields, NULL};

struct order {
	struct iv_str url, payload, headers, secret;
	struct transformation change;
	int64_t priority;
};
#define O struct order
static void order_defaults(void *object)
{
	((O *)object)->priority = 1;
}
static const struct iv_field order_fields[] = {
	IV_STR(O, url, "url", IV_REQUIRED, 1, 2048, "Where to post to; https, but in development"),
	IV_JSON(O, payload, "payload", IV_REQUIRED, PAYLOAD_BYTES, "What to post"),
	IV_JSON(O, headers, "headers", 0, 32768, "Headers to send, as an object of strings; with hmacSecret only"),
	IV_STR(O, secret, "hmacSecret", IV_SECRET, 0, 128,
	       "Signs it; without one the address must be a webhook of yours, and its secret signs"),
	IV_OBJ(O, change, "transformation", 0, &transformation_shape, "Done to the payload first"),
	IV_INT(O, priority, "priority", 0, 1, 5, "Each above 1 goes before what was queued up to a minute earlier"),
	IV_FIELDS_END,
};
const struct iv_shape webhook_send_shape = {"webhookOrder", sizeof(O), order_fields, order_defaults};

struct batch {
	struct iv_objs orders;
};
static const struct iv_field batch_fields[] = {
	IV_OBJS(struct batch, orders, "webhooks", IV_REQUIRED, BATCH_MAX, &webhook_send_shape, "At most a hundred"),
	IV_FIELDS_END,
};
const struct iv_shape webhook_batch_shape = {"webhookOrders", sizeof(struct batch), batch_fields, NULL};

struct sent {
	bool ok, queued;
	struct iv_str job_id, event_id;
	int64_t priority;
};
static const struct iv_field sent_fields[] = {
	IV_BOOL(struct sent, ok, "ok", 0, "It is kept"),
	IV_BOOL(struct sent, queued, "queued", 0, "It is kept"),
	IV_STR(struct sent, job_id, "jobId", 0, 0, 0, "The delivery, dlv_…"),
	IV_STR(struct sent, event_id, "eventId", 0, 0, 0, "webhook-id of every try"),
	IV_INT(struct sent, priority, "priority", 0, 0, 0, "As asked"),
	IV_FIELDS_END,
};
const struct iv_shape webhook_sent_shape = {"webhookOrdered", sizeof(struct sent), sent_fields, NULL};

struct refusal {
	int64_t index;
	struct iv_str reason;
};
static const struct iv_field refusal_fields[] = {
	IV_INT(struct refusal, index, "index", 0, 0, 0, "In the request, from 0"),
	IV_STR(struct refusal, reason, "reason", 0, 0, 0,
	       "rate: the address has had its share; disabled; unknown: none of your webhooks, and no hmacSecret"),
	IV_FIELDS_END,
};
static const struct iv_shape refusal_shape = {"webhookRefusal", sizeof(struct refusal), refusal_fields, NULL};

struct batch_sent {
	bool ok;
	int64_t queued;
	struct iv_strs job_ids;
	struct iv_objs refused;
};
static const struct iv_field batch_sent_fields[] = {
	IV_BOOL(struct batch_sent, ok, "ok", 0, "All of them are kept"),
	IV_INT(struct batch_sent, queued, "queued", 0, 0, 0, "How many"),
	IV_STRS(struct batch_sent, job_ids, "jobIds", 0, BATCH_MAX, "The deliveries, in order"),
	IV_OBJS(struct batch_sent, refused, "refused", 0, BATCH_MAX, &refusal_shape, "Those that are not kept"),
	IV_FIELDS_END,
};
const struct iv_shape webhook_batch_sent_shape = {"webhooksOrdered", sizeof(struct batch_sent), batch_sent_fields,
						  NULL};

struct proof {
	struct iv_str payload, signature, secret, endpoint_id, id, timestamp;
};
#define V struct proof
static const struct iv_field verify_fields[] = {
	IV_JSON(V, payload, "payload", IV_REQUIRED, PAYLOAD_BYTES,
		"The body as a string, byte for byte; anything else is printed compactly first"),
	IV_STR(V, signature, "signature", IV_REQUIRED, 1, 1024,
	       "Value of X-Signature (sha256=…), X-Webhook-Signature-V2 (t=…,v1=…) or webhook-signature (v1,…)"),
	IV_STR(V, secret, "secret", IV_SECRET, 0, 128, "The secret, when it is none of a webhook's"),
	IV_STR(V, endpoint_id, "webhookId", 0, 0, 128, "Of whose secrets one must have signed"),
	IV_STR(V, id, "id", 0, 0, 128, "Value of webhook-id, for webhook-signature"),
	IV_STR(V, timestamp, "timestamp", 0, 0, 32, "Value of webhook-timestamp, for webhook-signature"),
	IV_FIELDS_END,
};
const struct iv_shape webhook_verify_shape = {"webhookProof", sizeof(V), verify_fields, NULL};

struct verdict {
	bool valid;
	struct iv_str reason;
};
static const struct iv_field verdict_fields[] = {
	IV_BOOL(struct verdict, valid, "valid", 0, "It is right, and of the last five minutes where it says when"),
	IV_STR(struct verdict, reason, "reason", 0, 0, 0, "ok, missing, malformed, too_old, in_the_future or wrong_signature"),
	IV_FIELDS_END,
};
const struct iv_shape webhook_verdict_shape = {"webhookVerdict", sizeof(struct verdict), verdict_fields, NULL};

struct state {
	struct iv_rows rows[1];
	struct iv_rows *batch_rows;
	struct sent sent;
	struct batch_sent batch_sent;
	struct verdict verdict;
};
_Static_assert(sizeof(struct state) <= WEBHOOK_STATE_BYTES, "the rows name WEBHOOK_STATE_BYTES");

/* ── what is posted ── */

static void rename_members(cJSON *payload, const cJSON *mappings)
{
	for (const cJSON *m = mappings ? mappings->child : NULL; m; m = m->next) {
		cJSON *item = cJSON_IsString(m) ? cJSON_DetachItemFromObjectCaseSensitive(payload, m->string) : NULL;

		if (!item)
			continue;
		cJSON_DeleteItemFromObjectCaseSensitive(payload, m->valuestring);
		cJSON_AddItemToObject(payload, m->valuestring, item);
	}
}

static void add_members(cJSON *payload, const cJSON *additions)
{
	for (const cJSON *m = additions ? additions->child : NULL; m; m = m->next) {
		cJSON_DeleteItemFromObjectCaseSensitive(payload, m->string);
		cJSON_AddItemToObject(payload, m->string, cJSON_Duplicate(m, true));
	}
}

/* Renamed, then left out, then added. */
static struct iv_str transform(struct iv_api_call *c, const struct order *o)
{
	cJSON *payload, *mappings, *additions;
	struct iv_str text = o->payload;
	char *printed;

	if (!o->change.mappings.ptr && !o->change.additions.ptr && !o->change.filters.count)
		return text;
	payload = iv_json_parse(o->payload, NULL);
	mappings = o->change.mappings.ptr ? iv_json_parse(o->change.mappings, NULL) : NULL;
	additions = o->change.additions.ptr ? iv_json_parse(o->change.additions, NULL) : NULL;
	if (cJSON_IsObject(payload)) {
		rename_members(payload, mappings);
		for (size_t i = 0; i < o->change.filters.count; i++)
			cJSON_DeleteItemFromObjectCaseSensitive(payload, o->change.filters.items[i].ptr);
		add_members(payload, additions);
		printed = cJSON_PrintUnformatted(payload);
		if (printed)
			text = iv_arena_str(&c->arena, iv_str(printed));
		cJSON_free(printed);
	}
	cJSON_Delete(payload);
	cJSON_Delete(mappings);
	cJSON_Delete(additions);
	return text;
}

/* The payload's own type, when it could be an event's name. */
static struct iv_str type_of(struct iv_api_call *c, struct iv_str payload)
{
	cJSON *json = iv_json_parse(payload, NULL);
	struct iv_str type = iv_json_str(json, "type"), found = IV_S("webhook.dispatch");
	bool ok = type.len > 0 && type.len <= 64;

	for (size_t i = 0; i < type.len && ok; i++)
		ok = (type.ptr[i] >= 'a' && type.ptr[i] <= 'z') || (type.ptr[i] >= '0' && type.ptr[i] <= '9') ||
		     type.ptr[i] == '_' || type.ptr[i] == '.';
	if (ok)
		found = iv_arena_str(&c->arena, type);
	cJSON_Delete(json);
	return found;
}

static void check_member(struct iv_api_call *c, const char *at, const char *name, struct iv_str json)
{
	cJSON *value = json.ptr ? iv_json_parse(json, NULL) : NULL;
	char pointer[96];

	(void)snprintf(pointer, sizeof(pointer), "%s/transformation/%s", at, name);
	if (json.ptr && !cJSON_IsObject(value))
		iv_api_bad(c, pointer, "must be an object");
	cJSON_Delete(value);
}

static void check_order(struct iv_api_call *c, const char *at, const struct order *o)
{
	char pointer[64];

	(void)snprintf(pointer, sizeof(pointer), "%s/url", at);
	webhook_check_url(c, pointer, o->url);
	(void)snprintf(pointer, sizeof(pointer), "%s/headers", at);
	webhook_check_headers(c, pointer, o->headers);
	if (o->headers.ptr && !o->secret.len)
		iv_api_bad(c, pointer, "go with hmacSecret; a webhook has its own");
	(void)snprintf(pointer, sizeof(pointer), "%s/hmacSecret", at);
	if (o->secret.len && o->secret.len < SECRET_LEAST)
		iv_api_bad(c, pointer, "must be at least %d bytes", SECRET_LEAST);
	check_member(c, at, "mappings", o->change.mappings);
	check_member(c, at, "additions", o->change.additions);
}

/* Which address, secret and headers make one endpoint of the queue. */
static struct iv_str key_of(struct iv_api_call *c, const struct order *o, struct iv_str headers)
{
	uint8_t digest[IV_SHA256_BYTES];
	char hex[IV_SHA256_HEX];
	struct iv_buf b;
	bool ok;

	iv_buf_init(&b, 65536);
	ok = iv_buf_adds(&b, o->url) && iv_buf_addc(&b, '\n') && iv_buf_adds(&b, o->secret) && iv_buf_addc(&b, '\n') &&
	     iv_buf_adds(&b, headers);
	iv_sha256(iv_buf_str(&b), digest);
	iv_buf_deinit(&b);
	iv_hex(digest, sizeof(digest), hex);
	return ok ? iv_arena_str(&c->arena, iv_str(hex)) : IV_STR_NULL;
}

static struct iv_webhook_dispatch_in order_in(struct iv_api_call *c, const struct order *o)
{
	struct iv_webhook_dispatch_in in = {.url = o->url, .secret = o->secret.len ? o->secret : IV_STR_NULL};

	in.headers = o->headers.ptr ? o->headers : IV_S("{}");
	in.made_for = key_of(c, o, in.headers);
	in.payload = transform(c, o);
	in.type = type_of(c, in.payload);
	in.priority = o->priority;
	in.per_minute = c->s->cfg->webhook_rate;
	return in;
}

/* False: it was refused, and the flow has its error. */
static bool accepted(struct iv_flow *f, const struct iv_webhook_dispatch_out *r)
{
	if (iv_str_eq(r->outcome, IV_S("queued")))
		return true;
	if (iv_str_eq(r->outcome, IV_S("rate"))) {
		iv_api_retry_after(iv_api_self(f), 60);
		(void)iv_flow_fail(f, IV_ERATE, "the address has had its share of this minute");
	} else if (iv_str_eq(r->outcome, IV_S("disabled"))) {
		(void)iv_flow_fail(f, IV_ECONFLICT, "the webhook is disabled");
	} else {
		(void)iv_flow_fail(f, IV_EINVAL, "the address is none of your webhooks, and there is no hmacSecret");
	}
	return false;
}

static enum iv_flow_next check_one(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);

	check_order(c, "", c->in);
	return iv_api_refuse_if_bad(c);
}

static enum iv_flow_next queue_one(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	struct iv_webhook_dispatch_in in = order_in(c, c->in);

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_webhook_dispatch, &in, st->rows);
}

static enum iv_flow_next queued_one(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	const struct iv_webhook_dispatch_out *r = iv_webhook_dispatch_at(st->rows, 0);

	if (!accepted(f, r))
		return IV_FLOW_DONE;
	st->sent = (struct sent){true, true, r->delivery_id, r->event_id, ((const struct order *)c->in)->priority};
	c->entity_id = r->delivery_id;
	c->out = &st->sent;
	return IV_FLOW_DONE;
}

static enum iv_flow_next check_all(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct batch *b = c->in;
	char at[32];

	for (size_t i = 0; i < b->orders.count; i++) {
		(void)snprintf(at, sizeof(at), "/webhooks/%zu", i);
		check_order(c, at, &((const struct order *)b->orders.items)[i]);
	}
	if (b->orders.count == 0)
		iv_api_bad(c, "/webhooks", "must hold at least one");
	return iv_api_refuse_if_bad(c);
}

/* All of them in one transaction. */
static enum iv_flow_next queue_all(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct batch *b = c->in;
	struct state *st = c->state;
	size_t n = b->orders.count;
	struct iv_webhook_dispatch_in *ins = iv_arena_alloc(&c->arena, n * sizeof(*ins));
	struct iv_pg_part *parts = iv_arena_alloc(&c->arena, n * sizeof(*parts));

	st->batch_rows = iv_arena_alloc(&c->arena, n * sizeof(*st->batch_rows));
	if (!ins || !parts || !st->batch_rows)
		return iv_flow_fail(f, IV_ETOOBIG, "the batch is too large");
	for (size_t i = 0; i < n; i++) {
		ins[i] = order_in(c, &((const struct order *)b->orders.items)[i]);
		parts[i] = (struct iv_pg_part){&iv_sql_webhook_dispatch, &ins[i], &st->batch_rows[i]};
	}
	return iv_pg_run(c->s->pg, f, &c->pg, &c->scope, &c->arena, parts, n);
}

static enum iv_flow_next queued_all(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct batch *b = c->in;
	struct state *st = c->state;
	size_t n = b->orders.count;

	struct iv_str *jobs = iv_arena_alloc(&c->arena, n * sizeof(*jobs));
	struct refusal *refused = iv_arena_alloc(&c->arena, n * sizeof(*refused));
	struct batch_sent *sent = &st->batch_sent;

	*sent = (struct batch_sent){.job_ids = {jobs, 0}, .refused = {refused, 0}};
	for (size_t i = 0; i < n && jobs && refused; i++) {
		const struct iv_webhook_dispatch_out *r = iv_webhook_dispatch_at(&st->batch_rows[i], 0);

		if (iv_str_eq(r->outcome, IV_S("queued")))
			jobs[sent->job_ids.count++] = r->delivery_id;
		else
			refused[sent->refused.count++] = (struct refusal){(int64_t)i, r->outcome};
	}
	sent->queued = (int64_t)sent->job_ids.count;
	sent->ok = sent->job_ids.count == n;
	c->out = sent;
	return IV_FLOW_DONE;
}

/* ── whether a signature is right ── */

static enum iv_flow_next find_secrets(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct proof *p = c->in;
	struct state *st = c->state;

	if (!p->secret.len && !p->endpoint_id.len)
		iv_api_bad(c, "/webhookId", "is required when there is no secret");
	if (p->secret.len && p->endpoint_id.len)
		iv_api_bad(c, "/secret", "goes without webhookId");
	if (iv_api_any_bad(c) || p->secret.len)
		return iv_api_refuse_if_bad(c);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_webhook_secrets,
			 &(struct iv_webhook_secrets_in){.id = p->endpoint_id}, st->rows);
}

/* The caller learns whether it is right and nothing that would make another right. */
static enum iv_flow_next verify(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct proof *p = c->in;
	struct state *st = c->state;
	const cJSON *payload = iv_json_get(c->doc, "payload");
	struct iv_str body = cJSON_IsString(payload) ? iv_str(payload->valuestring) : p->payload;
	struct iv_webhook_secrets secrets = {.current = p->secret};
	int64_t now_s = iv_wall_ms() / 1000;
	enum iv_webhook_verdict verdict;

	if (!p->secret.len) {
		const struct iv_webhook_secrets_out *r = iv_webhook_secrets_at(st->rows, 0);

		secrets = (struct iv_webhook_secrets){r->secret, r->previous_secret};
	}
	if (iv_str_starts(p->signature, IV_S("sha256=")))
		verdict = iv_webhook_verify_body(&secrets, p->signature, body);
	else if (iv_str_starts(p->signature, IV_S("t=")))
		verdict = iv_webhook_verify_stamped(&secrets, "v1", p->signature, body, now_s, IV_WEBHOOK_TOLERANCE_S);
	else
		verdict = iv_webhook_verify_standard(&secrets, p->id, p->timestamp, p->signature, body, now_s,
						     IV_WEBHOOK_TOLERANCE_S);
	st->verdict = (struct verdict){verdict == IV_WEBHOOK_OK, iv_str(iv_webhook_verdict_name(verdict))};
	c->out = &st->verdict;
	return IV_FLOW_DONE;
}

const struct iv_flow_step webhook_send_steps[] = {
	{"check_one", check_one}, {"queue_one", queue_one}, {"queued_one", queued_one}, {0}};
const struct iv_flow_step webhook_batch_steps[] = {
	{"check_all", check_all}, {"queue_all", queue_all}, {"queued_all", queued_all}, {0}};
const struct iv_flow_step webhook_verify_steps[] = {{"find_secrets", find_secrets}, {"verify", verify}, {0}};
