/* /v1/webhooks: endpoints as their owner sees them. Secrets are shown when they are made, headers' values never. */
#include "routes.h"

#include <stdio.h>
#include "iv_id.h"
#include "iv_webhook_event.h"
#include "iv_webhook_sign.h"

enum { HEADERS_BYTES = 32768, OVERLAP_S = 24 * 3600, PAYLOAD_BYTES = 4096 };

static const char *const schedules[] = {"default", "standard", "short", NULL};
#define HIDDEN "***"

/* ── shapes ── */

struct body {
	struct iv_str url, description, headers, secret;
	struct iv_strs events;
	int schedule;
	int64_t max_concurrency;
	bool enabled;
};

static void body_defaults(void *object)
{
	struct body *b = object;

	b->max_concurrency = 4;
	b->enabled = true;
}

static const struct iv_field body_fields[] = {
	IV_STR(struct body, url, "url", IV_REQUIRED, 1, 2048, "Where to post to; https, but in development"),
	IV_STRS(struct body, events, "events", 0, 64, "Names of events; \"*\" (the default) is all of today's names"),
	IV_STR(struct body, description, "description", 0, 0, 500, "What it is for"),
	IV_JSON(struct body, headers, "headers", 0, HEADERS_BYTES, "Headers to send, as an object of strings"),
	IV_STR(struct body, secret, "secret", IV_SECRET, 0, 128, "whsec_ and base64 of 24 to 64 bytes; made when absent"),
	IV_ENUM(struct body, schedule, "schedule", 0, schedules,
		"standard: ten tries in 75 hours; short: four in 21 seconds; default: as the platform is set"),
	IV_INT(struct body, max_concurrency, "maxConcurrency", 0, 1, 64, "Deliveries at once, per process"),
	IV_BOOL(struct body, enabled, "enabled", 0, "Whether anything is sent"),
	IV_FIELDS_END,
};
const struct iv_shape webhook_body_shape = {"webhookBody", sizeof(struct body), body_fields, body_defaults};

struct shown {
	struct iv_str id, url, description, headers, schedule, failing_since, disabled_at, disabled_reason;
	struct iv_str previous_secret_until, public_key, origin, created_at, updated_at, secret;
	struct iv_strs events;
	int64_t max_concurrency;
	bool enabled;
};

#define SHOWN_FIELDS                                                                                                  \
	IV_STR(struct shown, id, "id", IV_READONLY | IV_REQUIRED, 0, 0, "whe_…"),                                     \
		IV_STR(struct shown, url, "url", IV_REQUIRED, 0, 0, "Where it posts to"),                             \
		IV_STRS(struct shown, events, "events", IV_REQUIRED, 64, "What it subscribes to"),                    \
		IV_STR(struct shown, description, "description", 0, 0, 0, "What it is for"),                          \
		IV_JSON(struct shown, headers, "headers", 0, 0, "Names of its own headers; values are not shown"),    \
		IV_STR(struct shown, schedule, "schedule", 0, 0, 0, "default, standard or short"),                    \
		IV_INT(struct shown, max_concurrency, "maxConcurrency", 0, 0, 0, "Deliveries at once, per process"),  \
		IV_BOOL(struct shown, enabled, "enabled", IV_REQUIRED, "Whether anything is sent"),                   \
		IV_STR(struct shown, disabled_at, "disabledAt", IV_READONLY, 0, 0, "RFC 3339"),                       \
		IV_STR(struct shown, disabled_reason, "disabledReason", IV_READONLY, 0, 0,                            \
		       "by request; gone: it answered 410; failing: nothing but failures for 120 hours"),             \
		IV_STR(struct shown, failing_since, "failingSince", IV_READONLY, 0, 0,                                \
		       "The first failure behind the last success"),                                                  \
		IV_STR(struct shown, previous_secret_until, "previousSecretUntil", IV_READONLY, 0, 0,                 \
		       "Until then the secret before signs too"),                                                     \
		IV_STR(struct shown, public_key, "publicKey", IV_READONLY, 0, 0,                                      \
		       "whpk_…: whoever has it can check v1a of webhook-signature (ed25519), and sign nothing"),        \
		IV_STR(struct shown, origin, "origin", IV_READONLY, 0, 0,                                             \
		       "events: registered here; bootstrap: the platform's configuration"),                           \
		IV_STR(struct shown, created_at, "createdAt", IV_READONLY, 0, 0, "RFC 3339"),                         \
		IV_STR(struct shown, updated_at, "updatedAt", IV_READONLY, 0, 0, "RFC 3339")

static const struct iv_field shown_fields[] = {SHOWN_FIELDS, IV_FIELDS_END};
const struct iv_shape webhook_shape = {"webhook", sizeof(struct shown), shown_fields, NULL};
static const struct iv_field made_fields[] = {
	SHOWN_FIELDS,
	IV_STR(struct shown, secret, "secret", IV_READONLY | IV_REQUIRED, 0, 0,
	       "Signs what is sent; keep it, it is not shown again"),
	IV_FIELDS_END,
};
const struct iv_shape webhook_made_shape = {"webhookWithSecret", sizeof(struct shown), made_fields, NULL};

static const struct iv_field list_fields[] = {
	IV_OBJS(struct iv_page_out, data, "data", IV_REQUIRED, 100, &webhook_shape, "Newest first"),
	IV_BOOL(struct iv_page_out, has_more, "hasMore", IV_REQUIRED, "There is another page"),
	IV_STR(struct iv_page_out, next_cursor, "nextCursor", 0, 0, 0, "Of the next page"),
	IV_FIELDS_END,
};
const struct iv_shape webhook_list_shape = {"webhookList", sizeof(struct iv_page_out), list_fields, NULL};

struct tested {
	struct iv_str event_id, status;
};
static const struct iv_field test_fields[] = {
	IV_STR(struct tested, event_id, "eventId", IV_REQUIRED, 0, 0, "What it will come with"),
	IV_STR(struct tested, status, "status", 0, 0, 0, "queued"),
	IV_FIELDS_END,
};
const struct iv_shape webhook_test_shape = {"webhookTest", sizeof(struct tested), test_fields, NULL};

struct state {
	struct iv_rows rows, done;
	struct iv_page_out page;
	struct iv_webhook_get_out row;
	struct iv_str secret, event_id;
	struct shown shown;
	struct tested tested;
};
_Static_assert(sizeof(struct state) <= WEBHOOK_STATE_BYTES, "the rows name WEBHOOK_STATE_BYTES");

/* ── showing ── */

static struct iv_str hide_values(struct iv_api_call *c, struct iv_str headers)
{
	cJSON *json = headers.ptr ? iv_json_parse(headers, NULL) : NULL;
	struct iv_str text = IV_S("{}");
	struct iv_buf b;
	struct iv_jw w;

	iv_buf_init(&b, HEADERS_BYTES);
	iv_jw_init(&w, &b);
	iv_jw_obj(&w, NULL);
	for (const cJSON *m = json ? json->child : NULL; m; m = m->next)
		iv_jw_cstr(&w, m->string, HIDDEN);
	iv_jw_end_obj(&w);
	if (iv_jw_done(&w))
		text = iv_arena_str(&c->arena, iv_buf_str(&b));
	iv_buf_deinit(&b);
	cJSON_Delete(json);
	return text;
}

static struct iv_str public_key(struct iv_api_call *c, struct iv_str sign_key)
{
	char text[IV_WEBHOOK_PUBLIC_SIZE];

	return c->s->cfg->webhook_asymmetric && iv_webhook_public_key(sign_key, text) ? iv_arena_str(&c->arena, iv_str(text))
										      : IV_STR_NULL;
}

static struct shown show(struct iv_api_call *c, const struct iv_webhook_get_out *r)
{
	return (struct shown){
		.id = r->id,
		.url = r->url,
		.description = r->description,
		.headers = hide_values(c, r->headers),
		.schedule = r->schedule,
		.failing_since = iv_time_text(c, r->failing_since),
		.disabled_at = iv_time_text(c, r->disabled_at),
		.disabled_reason = r->disabled_reason,
		.previous_secret_until = iv_time_text(c, r->previous_secret_until),
		.public_key = public_key(c, r->sign_key),
		.origin = r->purpose,
		.created_at = iv_time_text(c, r->created_at),
		.updated_at = iv_time_text(c, r->updated_at),
		.events = r->events,
		.max_concurrency = r->max_concurrency,
		.enabled = r->disabled_at == IV_SQL_NULL,
	};
}

static enum iv_flow_next give(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	st->shown = show(c, &st->row);
	st->shown.secret = st->secret;
	c->entity_id = st->row.id;
	c->out = &st->shown;
	return IV_FLOW_DONE;
}

/* ── reading ── */

static void check_events(struct iv_api_call *c, const struct iv_strs *events)
{
	char at[32];

	if (events->count == 0)
		iv_api_bad(c, "/events", "must name at least one event");
	for (size_t i = 0; i < events->count; i++) {
		(void)snprintf(at, sizeof(at), "/events/%zu", i);
		if (!iv_webhook_subscribable(events->items[i]))
			iv_api_bad(c, at, "is no event's name");
	}
}

static struct iv_str new_secret(struct iv_api_call *c)
{
	char secret[IV_WEBHOOK_SECRET_SIZE];

	iv_webhook_secret_make(secret);
	return iv_arena_str(&c->arena, iv_str(secret));
}

static enum iv_flow_next check_body(struct iv_flow *f)
{
	static struct iv_str all[] = {IV_S("*")};
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	struct body *b = c->in;

	if (!iv_api_sent(c, "events"))
		b->events = (struct iv_strs){all, 1};
	webhook_check_url(c, "/url", b->url);
	check_events(c, &b->events);
	webhook_check_headers(c, "/headers", b->headers);
	if (b->secret.len && !iv_webhook_secret_check(b->secret))
		iv_api_bad(c, "/secret", "must be whsec_ and base64 of 24 to 64 bytes");
	st->secret = b->secret.len ? b->secret : new_secret(c);
	return iv_api_refuse_if_bad(c);
}

static enum iv_flow_next insert(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	const struct body *b = c->in;
	const struct iv_webhook_create_in in = {
		.url = b->url,
		.description = b->description,
		.events = b->events,
		.headers = b->headers.ptr ? b->headers : IV_S("{}"),
		.schedule = iv_str(schedules[b->schedule]),
		.max_concurrency = b->max_concurrency,
		.secret = st->secret,
		.disabled = !b->enabled,
		.created_by = iv_actor(c),
		.most = c->s->cfg->webhook_endpoints_max,
	};

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_webhook_create, &in, &st->done);
}

static enum iv_flow_next inserted(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	struct iv_webhook_get_in in;

	if (st->done.count == 0)
		return iv_flow_fail(f, IV_ECONFLICT, "there are %lld webhooks already, as many as a tenant may have",
				    (long long)c->s->cfg->webhook_endpoints_max);
	in.id = iv_webhook_create_at(&st->done, 0)->id;
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_webhook_get, &in, &st->rows);
}

static enum iv_flow_next keep_row(struct iv_flow *f)
{
	struct state *st = iv_api_self(f)->state;

	st->row = *iv_webhook_get_at(&st->rows, 0);
	return IV_FLOW_NEXT;
}

static enum iv_flow_next get(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_webhook_get,
			 &(struct iv_webhook_get_in){.id = iv_api_param(c, "id")}, &st->rows);
}

static enum iv_flow_next list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	struct iv_page_place p;

	if (!webhook_page_from(c, &p))
		return iv_api_refuse_if_bad(c);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_webhook_list,
			 &(struct iv_webhook_list_in){.after_us = p.after_us, .after_id = p.after_id, .most = p.count},
			 &st->rows);
}

static enum iv_flow_next show_list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct webhook_page_query *q = c->query;
	struct state *st = c->state;
	struct shown *items = webhook_page_room(c, &st->page, st->rows.count, sizeof(*items));
	const struct iv_webhook_list_out *r = NULL;

	if (!items)
		return IV_FLOW_DONE;
	for (size_t i = 0; i < st->page.data.count; i++) {
		r = iv_webhook_list_at(&st->rows, i);
		const struct iv_webhook_get_out same = {
			r->id, r->url, r->description, r->events, r->headers, r->schedule, r->max_concurrency,
			r->failing_since, r->disabled_at, r->disabled_reason, r->previous_secret_until, r->purpose,
			r->created_at, r->updated_at, r->sign_key};

		items[i] = show(c, &same);
	}
	iv_page_ends(c, &q->page, &st->page, st->rows.count, r ? r->when_us : 0, r ? r->id : IV_STR_NULL);
	c->out = &st->page;
	return IV_FLOW_DONE;
}

/* ── changing ── */

/* A value that came out as *** goes back in as what it was. */
static struct iv_str merge_headers(struct iv_api_call *c, struct iv_str was_text, struct iv_str now_text)
{
	cJSON *was = iv_json_parse(was_text, NULL), *now = iv_json_parse(now_text, NULL);
	struct iv_str text = now_text;
	struct iv_buf b;
	struct iv_jw w;

	iv_buf_init(&b, HEADERS_BYTES);
	iv_jw_init(&w, &b);
	iv_jw_obj(&w, NULL);
	for (const cJSON *m = now ? now->child : NULL; m; m = m->next) {
		struct iv_str old = iv_json_str(was, m->string), new = iv_str(m->valuestring);

		iv_jw_str(&w, m->string, iv_str_eq(new, IV_S(HIDDEN)) && old.ptr ? old : new);
	}
	iv_jw_end_obj(&w);
	if (iv_jw_done(&w))
		text = iv_arena_str(&c->arena, iv_buf_str(&b));
	iv_buf_deinit(&b);
	cJSON_Delete(was);
	cJSON_Delete(now);
	return text;
}

static enum iv_flow_next check_change(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct body *b = c->in;

	if (iv_api_sent(c, "url"))
		webhook_check_url(c, "/url", b->url);
	if (iv_api_sent(c, "events"))
		check_events(c, &b->events);
	if (iv_api_sent(c, "headers"))
		webhook_check_headers(c, "/headers", b->headers);
	if (iv_api_sent(c, "secret"))
		iv_api_bad(c, "/secret", "is changed by rotating it");
	return iv_api_refuse_if_bad(c);
}

static enum iv_flow_next update(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct body *b = c->in;
	struct state *st = c->state;
	struct iv_webhook_get_out *r = &st->row;
	struct iv_webhook_update_in in = {.id = r->id};

	*r = *iv_webhook_get_at(&st->rows, 0);
	in.id = r->id;
	in.url = iv_api_sent(c, "url") ? b->url : r->url;
	in.description = iv_api_sent(c, "description") ? b->description : r->description;
	in.events = iv_api_sent(c, "events") ? b->events : r->events;
	in.headers = iv_api_sent(c, "headers") ? merge_headers(c, r->headers, b->headers) : r->headers;
	in.schedule = iv_api_sent(c, "schedule") ? iv_str(schedules[b->schedule]) : r->schedule;
	in.max_concurrency = iv_api_sent(c, "maxConcurrency") ? b->max_concurrency : r->max_concurrency;
	in.disabled = iv_api_sent(c, "enabled") ? !b->enabled : r->disabled_at != IV_SQL_NULL;
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_webhook_update, &in, &st->done);
}

static enum iv_flow_next delete_it(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_webhook_delete,
			 &(struct iv_webhook_delete_in){.id = iv_api_param(c, "id")}, &st->done);
}

static enum iv_flow_next rotate(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	st->secret = new_secret(c);
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_webhook_rotate,
			 &(struct iv_webhook_rotate_in){iv_api_param(c, "id"), st->secret, OVERLAP_S}, &st->done);
}

/* ── trying ── */

static enum iv_flow_next send_test(struct iv_flow *f)
{
	const struct iv_webhook_type *type = iv_webhook_type(IV_S("webhook.test"));
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	struct iv_event_webhook_test e = {.message = IV_S("It works.")};
	struct iv_webhook_enqueue_in in = {.type = iv_str(type->name), .call_id = IV_STR_NULL};
	char id[IV_ID_SIZE], at[IV_TIME_SIZE];
	int64_t now_ms = iv_wall_ms();
	enum iv_flow_next next;
	struct iv_buf b;

	st->row = *iv_webhook_get_at(&st->rows, 0);
	iv_id_new("evt", now_ms, id);
	st->event_id = iv_arena_str(&c->arena, iv_str(id));
	iv_webhook_head_init(&e.head, type, st->event_id, c->scope.tenant_id, IV_STR_NULL, iv_time_iso(now_ms, at));
	e.endpoint_id = st->row.id;
	iv_buf_init(&b, PAYLOAD_BYTES);
	in.event_id = in.dedup = st->event_id;
	in.endpoint_id = st->row.id;
	if (iv_webhook_print(type, &e, &b)) {
		in.payload = iv_buf_str(&b);
		next = iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_webhook_enqueue, &in, &st->done);
	} else {
		next = iv_flow_fail(f, IV_EINTERNAL, "the test does not fit its buffer");
	}
	iv_buf_deinit(&b);
	return next;
}

static enum iv_flow_next tested(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	if (iv_webhook_enqueue_at(&st->done, 0)->deliveries == 0)
		return iv_flow_fail(f, IV_ECONFLICT, "the webhook is disabled");
	st->tested = (struct tested){st->event_id, IV_S("queued")};
	c->out = &st->tested;
	return IV_FLOW_DONE;
}

const struct iv_flow_step webhook_create_steps[] = {{"check_body", check_body}, {"insert", insert},
						    {"inserted", inserted}, {"keep_row", keep_row},
						    {"give", give}, {0}};
const struct iv_flow_step webhook_list_steps[] = {{"list", list}, {"show_list", show_list}, {0}};
const struct iv_flow_step webhook_get_steps[] = {{"get", get}, {"keep_row", keep_row}, {"give", give}, {0}};
const struct iv_flow_step webhook_change_steps[] = {{"check_change", check_change}, {"get", get}, {"update", update},
						    {"get_again", get}, {"keep_row", keep_row}, {"give", give}, {0}};
const struct iv_flow_step webhook_delete_steps[] = {{"delete", delete_it}, {0}};
const struct iv_flow_step webhook_rotate_steps[] = {{"rotate", rotate}, {"get", get}, {"keep_row", keep_row},
						    {"give", give}, {0}};
const struct iv_flow_step webhook_test_steps[] = {{"get", get}, {"send_test", send_test}, {"tested", tested}, {0}};
