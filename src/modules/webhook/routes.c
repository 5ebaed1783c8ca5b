/* The rows of /v1/webhooks and of the first platform's /webhooks, and what their steps share. */
#include "routes.h"

#include <stdio.h>
#include "webhook.h"

enum { URL_BYTES = 2048, HEADERS_COUNT = 20, HEADER_BYTES = 1024, SEND_BYTES = 600 << 10, BATCH_BYTES = 1 << 20 };

/* ── pages ── */

static const char *const states[] = {"pending", "sending", "delivered", "dead", NULL};

static void page_defaults(void *object)
{
	iv_page_defaults(object);
	((struct webhook_page_query *)object)->state = -1;
}

#define Q struct webhook_page_query
static const struct iv_field page_fields[] = {
	IV_INT(Q, page.limit, "limit", 0, 1, 100, "At most so many"),
	IV_STR(Q, page.cursor, "cursor", 0, 1, 512, "nextCursor of the page before"),
	IV_FIELDS_END,
};
const struct iv_shape webhook_page_query_shape = {"webhookPageQuery", sizeof(Q), page_fields, page_defaults};

static const struct iv_field log_fields[] = {
	IV_INT(Q, page.limit, "limit", 0, 1, 100, "At most so many"),
	IV_STR(Q, page.cursor, "cursor", 0, 1, 512, "nextCursor of the page before"),
	IV_ENUM(Q, state, "state", 0, states, "Only these"),
	IV_FIELDS_END,
};
const struct iv_shape webhook_log_query_shape = {"webhookLogQuery", sizeof(Q), log_fields, page_defaults};

static void dead_defaults(void *object)
{
	page_defaults(object);
	((Q *)object)->page.limit = 10;
}
const struct iv_shape webhook_dead_query_shape = {"webhookDeadQuery", sizeof(Q), page_fields, dead_defaults};

bool webhook_page_from(struct iv_api_call *c, struct iv_page_place *p)
{
	const Q *q = c->query;

	if (iv_page_reads(c, &q->page, p))
		return true;
	iv_api_bad(c, "?cursor", "is not one of ours");
	return false;
}

void *webhook_page_room(struct iv_api_call *c, struct iv_page_out *p, size_t read, size_t item_size)
{
	const Q *q = c->query;
	size_t shown = read > (size_t)q->page.limit ? (size_t)q->page.limit : read;

	p->data = (struct iv_objs){iv_arena_alloc(&c->arena, (shown + 1) * item_size), shown};
	if (!p->data.items)
		(void)iv_fail(&c->flow.err, IV_EINTERNAL, "no memory for the page");
	return p->data.items;
}

/* ── what may be posted to, and with which headers ── */

void webhook_check_url(struct iv_api_call *c, const char *pointer, struct iv_str url)
{
	bool production = strcmp(c->s->cfg->env, "production") == 0;
	struct iv_err e = {0};
	struct iv_url u;

	if (url.len > URL_BYTES)
		iv_api_bad(c, pointer, "must be at most %d bytes", URL_BYTES);
	else if (!iv_url_parse(url, &u, &e))
		iv_api_bad(c, pointer, "%s", e.msg);
	else if (!iv_str_ieq(u.scheme, IV_S("https")) && (production || !iv_str_ieq(u.scheme, IV_S("http"))))
		iv_api_bad(c, pointer, "must begin with https://");
	else if (!u.host.len || u.host.len > 253)
		iv_api_bad(c, pointer, "must name a host");
}

static bool is_token(struct iv_str name)
{
	for (size_t i = 0; i < name.len; i++) {
		char ch = name.ptr[i];

		if (!((ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
		      (ch && strchr("!#$%&'*+-.^_`|~", ch))))
			return false;
	}
	return name.len > 0 && name.len <= 64;
}

static const char *wrong_header(const cJSON *m)
{
	if (!is_token(iv_str(m->string)))
		return "is not a header's name";
	if (!webhook_header_free(iv_str(m->string)))
		return "is set by us";
	if (!cJSON_IsString(m))
		return "must be a string";
	if (strlen(m->valuestring) > HEADER_BYTES)
		return "must be at most 1024 bytes";
	for (const char *p = m->valuestring; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return "must not hold control characters";
	return NULL;
}

void webhook_check_headers(struct iv_api_call *c, const char *pointer, struct iv_str json)
{
	cJSON *headers = json.ptr ? iv_json_parse(json, NULL) : NULL;
	char at[128];

	if (json.ptr && !cJSON_IsObject(headers))
		iv_api_bad(c, pointer, "must be an object of strings");
	else if (headers && cJSON_GetArraySize(headers) > HEADERS_COUNT)
		iv_api_bad(c, pointer, "must have at most %d members", HEADERS_COUNT);
	else
		for (const cJSON *m = headers ? headers->child : NULL; m; m = m->next) {
			const char *why = wrong_header(m);

			(void)snprintf(at, sizeof(at), "%s/%s", pointer, m->string);
			if (why)
				iv_api_bad(c, at, "%s", why);
		}
	cJSON_Delete(headers);
}

/* ── the rows ── */

static const enum iv_code found[] = {IV_ENOENT, IV_OK};
static const enum iv_code limited[] = {IV_ECONFLICT, IV_OK};
static const enum iv_code changed[] = {IV_ENOENT, IV_ECONFLICT, IV_OK};
static const enum iv_code sent[] = {IV_ECONFLICT, IV_ETOOBIG, IV_ERATE, IV_OK};

#define TAG "Webhooks"

const struct iv_api_route iv_webhook_routes[] = {
	{.method = "POST", .path = "/v1/webhooks", .id = "createWebhook", .tag = TAG, .role = IV_ROLE_DEV,
	 .flags = IV_API_AUDIT, .in = &webhook_body_shape, .out = &webhook_made_shape, .status = 201,
	 .state_size = WEBHOOK_STATE_BYTES,
	 .steps = webhook_create_steps, .errors = limited,
	 .doc = "Registers an address that events are posted to. Its secret is in this answer and in no other",
	 .example = "{\"url\":\"https://example.com/hooks\",\"events\":[\"call.ended\",\"agent.summary\"]}"},
	{.method = "GET", .path = "/v1/webhooks", .id = "listWebhooks", .tag = TAG, .role = IV_ROLE_ANALYST,
	 .query = &webhook_page_query_shape, .out = &webhook_list_shape, .status = 200, .state_size = WEBHOOK_STATE_BYTES,
	 .steps = webhook_list_steps,
	 .doc = "The tenant's endpoints, newest first"},
	{.method = "GET", .path = "/v1/webhooks/:id", .id = "getWebhook", .tag = TAG, .role = IV_ROLE_ANALYST,
	 .out = &webhook_shape, .status = 200, .state_size = WEBHOOK_STATE_BYTES,
	 .steps = webhook_get_steps, .errors = found, .doc = "One endpoint"},
	{.method = "PATCH", .path = "/v1/webhooks/:id", .id = "updateWebhook", .tag = TAG, .role = IV_ROLE_DEV,
	 .flags = IV_API_AUDIT | IV_API_PATCH, .in = &webhook_body_shape, .out = &webhook_shape, .status = 200,
	 .state_size = WEBHOOK_STATE_BYTES,
	 .steps = webhook_change_steps, .errors = found,
	 .doc = "Changes what is sent. Enabling an endpoint again forgives its failures",
	 .example = "{\"enabled\":true}"},
	{.method = "DELETE", .path = "/v1/webhooks/:id", .id = "deleteWebhook", .tag = TAG, .role = IV_ROLE_DEV,
	 .flags = IV_API_AUDIT, .status = 204, .state_size = WEBHOOK_STATE_BYTES,
	 .steps = webhook_delete_steps, .errors = found,
	 .doc = "Nothing more is sent to it; what waits becomes a dead letter"},
	{.method = "POST", .path = "/v1/webhooks/:id/rotate", .id = "rotateWebhookSecret", .tag = TAG,
	 .role = IV_ROLE_DEV, .flags = IV_API_AUDIT, .out = &webhook_made_shape, .status = 200,
	 .state_size = WEBHOOK_STATE_BYTES,
	 .steps = webhook_rotate_steps, .errors = found,
	 .doc = "A new secret, shown once; for 24 hours the one before signs beside it"},
	{.method = "POST", .path = "/v1/webhooks/:id/test", .id = "testWebhook", .tag = TAG, .role = IV_ROLE_DEV,
	 .out = &webhook_test_shape, .status = 202, .state_size = WEBHOOK_STATE_BYTES,
	 .steps = webhook_test_steps, .errors = changed,
	 .doc = "Sends it webhook.test, whatever it subscribes to"},
	{.method = "GET", .path = "/v1/webhooks/:id/deliveries", .id = "listWebhookDeliveries", .tag = TAG,
	 .role = IV_ROLE_ANALYST, .query = &webhook_log_query_shape, .out = &webhook_deliveries_shape, .status = 200,
	 .state_size = WEBHOOK_STATE_BYTES,
	 .steps = webhook_log_steps, .errors = found, .doc = "What was sent to it, newest first, with every attempt"},
	{.method = "POST", .path = "/v1/webhooks/deliveries/:id/replay", .id = "replayWebhookDelivery", .tag = TAG,
	 .role = IV_ROLE_DEV, .flags = IV_API_AUDIT, .out = &webhook_replay_shape, .status = 202,
	 .state_size = WEBHOOK_STATE_BYTES,
	 .steps = webhook_replay_steps, .errors = changed,
	 .doc = "Sends it once more from the start, with the event id it always had"},
	{0},
};

const struct iv_api_route iv_webhook_dispatch_routes[] = {
	{.method = "POST", .path = "/webhooks/dispatch", .id = "dispatchWebhook", .tag = TAG, .role = IV_ROLE_DEV,
	 .in = &webhook_send_shape, .out = &webhook_sent_shape, .status = 202, .state_size = WEBHOOK_STATE_BYTES,
	 .steps = webhook_send_steps,
	 .errors = sent, .body_max = SEND_BYTES,
	 .doc = "Queues a body for an address: one of the tenant's endpoints, or any with an hmacSecret to sign with",
	 .example = "{\"url\":\"https://example.com/hooks\",\"payload\":{\"type\":\"order.placed\"},"
		    "\"hmacSecret\":\"a secret of sixteen or more\"}"},
	{.method = "POST", .path = "/webhooks/dispatch/batch", .id = "dispatchWebhooks", .tag = TAG, .role = IV_ROLE_DEV,
	 .in = &webhook_batch_shape, .out = &webhook_batch_sent_shape, .status = 202, .state_size = WEBHOOK_STATE_BYTES,
	 .steps = webhook_batch_steps,
	 .errors = sent, .body_max = BATCH_BYTES, .doc = "The same for many; those that are refused are named",
	 .example = "{\"webhooks\":[{\"url\":\"https://example.com/hooks\",\"payload\":{},"
		    "\"hmacSecret\":\"a secret of sixteen or more\"}]}"},
	{.method = "POST", .path = "/webhooks/verify", .id = "verifyWebhook", .tag = TAG, .role = IV_ROLE_ANALYST,
	 .in = &webhook_verify_shape, .out = &webhook_verdict_shape, .status = 200, .state_size = WEBHOOK_STATE_BYTES,
	 .steps = webhook_verify_steps,
	 .errors = found, .body_max = SEND_BYTES,
	 .doc = "Whether a signature is right: by an endpoint of the tenant's, or by a secret the caller knows",
	 .example = "{\"payload\":\"{}\",\"signature\":\"sha256=00\",\"secret\":\"a secret of sixteen or more\"}"},
	{.method = "GET", .path = "/webhooks/dlq/stats", .id = "getWebhookDeadLetterStats", .tag = TAG,
	 .role = IV_ROLE_ANALYST, .out = &webhook_dead_stats_shape, .status = 200, .state_size = WEBHOOK_STATE_BYTES,
	 .steps = webhook_dead_stats_steps,
	 .doc = "How many dead letters there are, and what waits"},
	{.method = "GET", .path = "/webhooks/dlq/items", .id = "listWebhookDeadLetters", .tag = TAG,
	 .role = IV_ROLE_ANALYST, .query = &webhook_dead_query_shape, .out = &webhook_dead_shape, .status = 200,
	 .state_size = WEBHOOK_STATE_BYTES,
	 .steps = webhook_dead_steps, .doc = "Dead letters, latest first"},
	{.method = "POST", .path = "/webhooks/dlq/retry/:id", .id = "retryWebhookDeadLetter", .tag = TAG,
	 .role = IV_ROLE_DEV, .flags = IV_API_AUDIT, .out = &webhook_retried_shape, .status = 202,
	 .state_size = WEBHOOK_STATE_BYTES,
	 .steps = webhook_dead_retry_steps, .errors = changed, .doc = "Sends a dead letter once more from the start"},
	{.method = "DELETE", .path = "/webhooks/dlq/clear", .id = "clearWebhookDeadLetters", .tag = TAG,
	 .role = IV_ROLE_ADMIN, .flags = IV_API_AUDIT, .out = &webhook_cleared_shape, .status = 200,
	 .state_size = WEBHOOK_STATE_BYTES,
	 .steps = webhook_dead_clear_steps, .doc = "Drops the tenant's dead letters, 10,000 at a time, oldest first"},
	{.method = "GET", .path = "/webhooks/metrics/summary", .id = "getWebhookSummary", .tag = TAG,
	 .role = IV_ROLE_ANALYST, .out = &webhook_summary_shape, .status = 200, .state_size = WEBHOOK_STATE_BYTES,
	 .steps = webhook_summary_steps,
	 .doc = "What was delivered, retried and given up in the last seven days, and what waits"},
	{0},
};

/* ── the same under the first platform's own paths ── */

const struct iv_api_route *iv_webhook_bare_routes(void)
{
	static struct iv_api_route rows[IV_COUNT(iv_webhook_dispatch_routes)];
	static char ids[IV_COUNT(rows)][64];

	for (size_t i = 0; iv_webhook_dispatch_routes[i].method && !rows[i].method; i++) {
		rows[i] = iv_webhook_dispatch_routes[i];
		rows[i].path += sizeof("/webhooks") - 1;
		(void)snprintf(ids[i], sizeof(ids[i]), "%sBare", rows[i].id); /* ours are shorter */
		rows[i].id = ids[i];
	}
	return rows;
}
