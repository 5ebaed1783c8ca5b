/* What was sent, what was given up, and doing it again. */
#include "routes.h"

enum { CLEAR_MOST = 10000, SUMMARY_DAYS = 7 };

struct delivery {
	struct iv_str id, event_id, endpoint_id, url, type, call_id, state, last_error, attempts;
	struct iv_str created_at, done_at, next_at;
	int64_t attempt, last_status;
};

#define D struct delivery
#define DELIVERY_FIELDS                                                                                               \
	IV_STR(D, id, "id", 0, 0, 0, "dlv_…"), IV_STR(D, event_id, "eventId", 0, 0, 0, "The same on every try"),      \
		IV_STR(D, endpoint_id, "webhookId", 0, 0, 0, "whe_…"),                                                \
		IV_STR(D, type, "type", 0, 0, 0, "Name of the event"),                                                \
		IV_STR(D, call_id, "callId", 0, 0, 0, "The call it is about"),                                        \
		IV_INT(D, attempt, "attempt", 0, 0, 0, "Tries so far"),                                               \
		IV_INT(D, last_status, "lastStatus", 0, 0, 0, "Of the last try; 0: no answer came"),                  \
		IV_STR(D, last_error, "lastError", 0, 0, 0, "Why the last try failed"),                               \
		IV_STR(D, created_at, "createdAt", 0, 0, 0, "RFC 3339"),                                              \
		IV_STR(D, done_at, "doneAt", 0, 0, 0, "Delivered or given up, RFC 3339")

static const struct iv_field delivery_fields[] = {
	DELIVERY_FIELDS,
	IV_STR(D, state, "state", 0, 0, 0, "pending, sending, delivered or dead"),
	IV_STR(D, next_at, "nextAt", 0, 0, 0, "The next try, RFC 3339"),
	IV_JSON(D, attempts, "attempts", 0, 0, "Each try: attempt, at, durationMs, status, error, response"),
	IV_FIELDS_END,
};
static const struct iv_shape delivery_shape = {"webhookDelivery", sizeof(D), delivery_fields, NULL};
static const struct iv_field dead_fields[] = {
	DELIVERY_FIELDS, IV_STR(D, url, "url", 0, 0, 0, "Where it was to go"), IV_FIELDS_END};
static const struct iv_shape dead_shape = {"webhookDeadLetter", sizeof(D), dead_fields, NULL};

#define P struct iv_page_out
static const struct iv_field deliveries_fields[] = {
	IV_OBJS(P, data, "data", IV_REQUIRED, 100, &delivery_shape, "Newest first"),
	IV_BOOL(P, has_more, "hasMore", IV_REQUIRED, "There is another page"),
	IV_STR(P, next_cursor, "nextCursor", 0, 0, 0, "Of the next page"),
	IV_FIELDS_END,
};
const struct iv_shape webhook_deliveries_shape = {"webhookDeliveryList", sizeof(P), deliveries_fields, NULL};

struct dead_page {
	struct iv_page_out page;
	int64_t total;
};
#define DP struct dead_page
static const struct iv_field dead_page_fields[] = {
	IV_OBJS(DP, page.data, "items", IV_REQUIRED, 100, &dead_shape, "Latest first"),
	IV_INT(DP, total, "total", 0, 0, 0, "Of all pages, counted to 100,000"),
	IV_BOOL(DP, page.has_more, "hasMore", IV_REQUIRED, "There is another page"),
	IV_STR(DP, page.next_cursor, "nextCursor", 0, 0, 0, "Of the next page"),
	IV_FIELDS_END,
};
const struct iv_shape webhook_dead_shape = {"webhookDeadLetterList", sizeof(DP), dead_page_fields, NULL};

struct replayed {
	bool ok;
	struct iv_str id, event_id, status;
};
#define R struct replayed
static const struct iv_field replay_fields[] = {
	IV_STR(R, id, "id", 0, 0, 0, "dlv_…"),
	IV_STR(R, event_id, "eventId", 0, 0, 0, "As it always was"),
	IV_STR(R, status, "status", 0, 0, 0, "queued"),
	IV_FIELDS_END,
};
const struct iv_shape webhook_replay_shape = {"webhookReplay", sizeof(R), replay_fields, NULL};
static const struct iv_field retried_fields[] = {
	IV_BOOL(R, ok, "ok", 0, "It is queued"),
	IV_STR(R, id, "id", 0, 0, 0, "dlv_…"),
	IV_STR(R, event_id, "eventId", 0, 0, 0, "As it always was"),
	IV_FIELDS_END,
};
const struct iv_shape webhook_retried_shape = {"webhookDeadLetterRetry", sizeof(R), retried_fields, NULL};

struct cleared {
	bool ok, more;
	int64_t cleared;
};
static const struct iv_field cleared_fields[] = {
	IV_BOOL(struct cleared, ok, "ok", 0, "Done"),
	IV_INT(struct cleared, cleared, "cleared", 0, 0, 0, "How many"),
	IV_BOOL(struct cleared, more, "more", 0, "There may be more: ask again"),
	IV_FIELDS_END,
};
const struct iv_shape webhook_cleared_shape = {"webhookDeadLettersCleared", sizeof(struct cleared), cleared_fields,
					       NULL};

struct lengths {
	int64_t due, waiting, sending, dead;
	struct iv_str oldest_due, oldest_dead;
};
#define L struct lengths
#define QUEUE_FIELDS                                                                                                  \
	IV_INT(L, due, "due", 0, 0, 0, "To be sent now"),                                                             \
		IV_INT(L, waiting, "waiting", 0, 0, 0, "For their next try"),                                         \
		IV_INT(L, sending, "sending", 0, 0, 0, "Under way"),                                                  \
		IV_STR(L, oldest_due, "oldestDueAt", 0, 0, 0, "RFC 3339")
static const struct iv_field stats_fields[] = {
	IV_INT(L, dead, "dead", 0, 0, 0, "Dead letters, counted to 100,000"),
	IV_STR(L, oldest_dead, "oldestDeadAt", 0, 0, 0, "RFC 3339"), QUEUE_FIELDS, IV_FIELDS_END};
const struct iv_shape webhook_dead_stats_shape = {"webhookDeadLetterStats", sizeof(L), stats_fields, NULL};

struct day {
	struct iv_str day;
	int64_t success, retries, dlq;
};
static const struct iv_field day_fields[] = {
	IV_STR(struct day, day, "day", 0, 0, 0, "UTC"),
	IV_INT(struct day, success, "success", 0, 0, 0, "Delivered"),
	IV_INT(struct day, retries, "retries", 0, 0, 0, "Tries behind the first"),
	IV_INT(struct day, dlq, "dlq", 0, 0, 0, "Given up"),
	IV_FIELDS_END,
};
static const struct iv_shape day_shape = {"webhookDay", sizeof(struct day), day_fields, NULL};
static const struct iv_field queue_fields[] = {
	QUEUE_FIELDS, IV_INT(L, dead, "dead", 0, 0, 0, "Dead letters, counted to 100,000"), IV_FIELDS_END};
static const struct iv_shape queue_shape = {"webhookQueue", sizeof(L), queue_fields, NULL};

struct summary {
	struct iv_objs days;
	struct lengths queue;
};
static const struct iv_field summary_fields[] = {
	IV_OBJS(struct summary, days, "days", 0, SUMMARY_DAYS, &day_shape, "Latest first; empty ones are missing"),
	IV_OBJ(struct summary, queue, "queue", 0, &queue_shape, "What is where"),
	IV_FIELDS_END,
};
const struct iv_shape webhook_summary_shape = {"webhookSummary", sizeof(struct summary), summary_fields, NULL};

struct state {
	struct iv_rows rows, other;
	struct iv_page_out page;
	struct dead_page dead;
	struct replayed replayed;
	struct cleared cleared;
	struct lengths lengths;
	struct summary summary;
};
_Static_assert(sizeof(struct state) <= WEBHOOK_STATE_BYTES, "the rows name WEBHOOK_STATE_BYTES");

/* ── the log of an endpoint ── */

static enum iv_flow_next read_log(struct iv_flow *f)
{
	static const char *const states[] = {"pending", "sending", "delivered", "dead"};
	struct iv_api_call *c = iv_api_self(f);
	const struct webhook_page_query *q = c->query;
	struct state *st = c->state;
	struct iv_webhook_get_in get = {.id = iv_api_param(c, "id")};
	struct iv_webhook_deliveries_in in = {
		.endpoint_id = get.id, .state = q->state < 0 ? IV_STR_NULL : iv_str(states[q->state])};
	struct iv_page_place p;

	if (!webhook_page_from(c, &p))
		return iv_api_refuse_if_bad(c);
	in.after_us = p.after_us;
	in.after_id = p.after_id;
	in.most = p.count;
	/* The first is there to say 404. */
	return iv_pg_run(c->s->pg, f, &c->pg, &c->scope, &c->arena,
			 (const struct iv_pg_part[]){{&iv_sql_webhook_get, &get, &st->other},
						     {&iv_sql_webhook_deliveries, &in, &st->rows}},
			 2);
}

static enum iv_flow_next show_log(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct webhook_page_query *q = c->query;
	struct state *st = c->state;
	D *items = webhook_page_room(c, &st->page, st->rows.count, sizeof(*items));
	const struct iv_webhook_deliveries_out *r = NULL;

	if (!items)
		return IV_FLOW_DONE;
	for (size_t i = 0; i < st->page.data.count; i++) {
		r = iv_webhook_deliveries_at(&st->rows, i);
		items[i] = (D){
			.id = r->id,
			.event_id = r->event_id,
			.endpoint_id = r->endpoint_id,
			.type = r->type,
			.call_id = r->call_id,
			.state = r->state,
			.last_error = r->last_error,
			.attempts = r->attempts,
			.created_at = iv_time_text(c, r->created_at),
			.done_at = iv_time_text(c, r->done_at),
			.next_at = iv_time_text(c, r->next_at),
			.attempt = r->attempt,
			.last_status = r->last_status == IV_SQL_NULL ? 0 : r->last_status,
		};
	}
	iv_page_ends(c, &q->page, &st->page, st->rows.count, r ? r->when_us : 0, r ? r->id : IV_STR_NULL);
	c->out = &st->page;
	return IV_FLOW_DONE;
}

/* ── again ── */

static enum iv_flow_next ask_replay(struct iv_flow *f, bool only_dead)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_webhook_replay,
			 &(struct iv_webhook_replay_in){iv_api_param(c, "id"), only_dead}, &st->rows);
}

static enum iv_flow_next replay(struct iv_flow *f)
{
	return ask_replay(f, false);
}

static enum iv_flow_next retry_dead(struct iv_flow *f)
{
	return ask_replay(f, true);
}

static enum iv_flow_next replayed(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	const struct iv_webhook_replay_out *r = iv_webhook_replay_at(&st->rows, 0);

	if (iv_str_eq(r->outcome, IV_S("delivered")))
		return iv_flow_fail(f, IV_ENOENT, "no such dead letter");
	if (iv_str_eq(r->outcome, IV_S("pending")))
		return iv_flow_fail(f, IV_ECONFLICT, "it is on its way already");
	if (!iv_str_eq(r->outcome, IV_S("queued")))
		return iv_flow_fail(f, IV_ECONFLICT, "its webhook is disabled or gone");
	st->replayed = (R){true, iv_api_param(c, "id"), r->event_id, IV_S("queued")};
	c->out = &st->replayed;
	return IV_FLOW_DONE;
}

/* ── dead letters ── */

static enum iv_flow_next read_dead(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	struct iv_page_place p;

	if (!webhook_page_from(c, &p))
		return iv_api_refuse_if_bad(c);
	struct iv_webhook_dead_in in = {.after_us = p.after_us, .after_id = p.after_id, .most = p.count};

	return iv_pg_run(c->s->pg, f, &c->pg, &c->scope, &c->arena,
			 (const struct iv_pg_part[]){{&iv_sql_webhook_lengths, NULL, &st->other},
						     {&iv_sql_webhook_dead, &in, &st->rows}},
			 2);
}

static enum iv_flow_next show_dead(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct webhook_page_query *q = c->query;
	struct state *st = c->state;
	struct iv_page_out *page = &st->dead.page;
	D *items = webhook_page_room(c, page, st->rows.count, sizeof(*items));
	const struct iv_webhook_dead_out *r = NULL;

	if (!items)
		return IV_FLOW_DONE;
	for (size_t i = 0; i < page->data.count; i++) {
		r = iv_webhook_dead_at(&st->rows, i);
		items[i] = (D){
			.id = r->id,
			.event_id = r->event_id,
			.endpoint_id = r->endpoint_id,
			.url = r->url,
			.type = r->type,
			.call_id = r->call_id,
			.last_error = r->last_error,
			.created_at = iv_time_text(c, r->created_at),
			.done_at = iv_time_text(c, r->done_at),
			.attempt = r->attempt,
			.last_status = r->last_status == IV_SQL_NULL ? 0 : r->last_status,
		};
	}
	iv_page_ends(c, &q->page, page, st->rows.count, r ? r->when_us : 0, r ? r->id : IV_STR_NULL);
	st->dead.total = iv_webhook_lengths_at(&st->other, 0)->dead;
	c->out = &st->dead;
	return IV_FLOW_DONE;
}

static enum iv_flow_next clear_dead(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_webhook_dead_clear,
			 &(struct iv_webhook_dead_clear_in){.most = CLEAR_MOST}, &st->rows);
}

static enum iv_flow_next cleared(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	int64_t n = iv_webhook_dead_clear_at(&st->rows, 0)->cleared;

	st->cleared = (struct cleared){.ok = true, .cleared = n, .more = n == CLEAR_MOST};
	c->out = &st->cleared;
	return IV_FLOW_DONE;
}

/* ── how much ── */

static struct lengths lengths_of(struct iv_api_call *c, const struct iv_rows *rows)
{
	const struct iv_webhook_lengths_out *r = iv_webhook_lengths_at(rows, 0);

	return (L){r->due, r->waiting, r->sending, r->dead, iv_time_text(c, r->oldest_due),
		   iv_time_text(c, r->oldest_dead)};
}

static enum iv_flow_next read_lengths(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	return iv_pg_run(c->s->pg, f, &c->pg, &c->scope, &c->arena,
			 (const struct iv_pg_part[]){
				 {&iv_sql_webhook_lengths, NULL, &st->other},
				 {&iv_sql_webhook_days, &(struct iv_webhook_days_in){SUMMARY_DAYS}, &st->rows}},
			 2);
}

static enum iv_flow_next show_lengths(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;

	st->lengths = lengths_of(c, &st->other);
	c->out = &st->lengths;
	return IV_FLOW_DONE;
}

static enum iv_flow_next show_summary(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	struct day *days = iv_arena_alloc(&c->arena, (st->rows.count + 1) * sizeof(*days));

	for (size_t i = 0; days && i < st->rows.count; i++) {
		const struct iv_webhook_days_out *r = iv_webhook_days_at(&st->rows, i);

		days[i] = (struct day){r->day, r->delivered, r->retries, r->dead};
	}
	st->summary = (struct summary){{days, days ? st->rows.count : 0}, lengths_of(c, &st->other)};
	c->out = &st->summary;
	return IV_FLOW_DONE;
}

const struct iv_flow_step webhook_log_steps[] = {{"read_log", read_log}, {"show_log", show_log}, {0}};
const struct iv_flow_step webhook_replay_steps[] = {{"replay", replay}, {"replayed", replayed}, {0}};
const struct iv_flow_step webhook_dead_steps[] = {{"read_dead", read_dead}, {"show_dead", show_dead}, {0}};
const struct iv_flow_step webhook_dead_retry_steps[] = {{"retry_dead", retry_dead}, {"replayed", replayed}, {0}};
const struct iv_flow_step webhook_dead_clear_steps[] = {{"clear_dead", clear_dead}, {"cleared", cleared}, {0}};
const struct iv_flow_step webhook_dead_stats_steps[] = {{"read_lengths", read_lengths},
							{"show_lengths", show_lengths}, {0}};
const struct iv_flow_step webhook_summary_steps[] = {{"read_lengths", read_lengths},
						     {"show_summary", show_summary}, {0}};
