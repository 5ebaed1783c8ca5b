/* What Twilio's REST tells of calls: one, a list of them; and one is forgotten. */
#include "carrier_twilio_calls.h"

#include <stdio.h>
#include "iv_time.h"

/* ── the document of a call */

static void add_or_null(cJSON *b, const char *key, const char *value)
{
	if (value && value[0])
		cJSON_AddStringToObject(b, key, value);
	else
		cJSON_AddNullToObject(b, key);
}

static void add_date(cJSON *b, const char *key, int64_t wall_ms)
{
	char text[40] = "";

	if (wall_ms)
		rfc2822(wall_ms, text);
	add_or_null(b, key, text);
}

static void add_subresources(const struct carrier_call *call, cJSON *b)
{
	static const char *const names[] = {"notifications", "recordings",     "payments",
					    "events",	     "siprec",	       "streams",
					    "transcriptions", "user_defined_message_subscriptions", "user_defined_messages"};
	static const char *const paths[] = {"Notifications", "Recordings",     "Payments",
					    "Events",	     "Siprec",	       "Streams",
					    "Transcriptions", "UserDefinedMessageSubscriptions", "UserDefinedMessages"};
	cJSON *uris = cJSON_AddObjectToObject(b, "subresource_uris");
	char uri[200];

	for (size_t i = 0; i < IV_COUNT(names); i++) {
		snprintf(uri, sizeof(uri), "/2010-04-01/Accounts/%s/Calls/%s/%s.json", call->account, call->sid, paths[i]);
		cJSON_AddStringToObject(uris, names[i], uri);
	}
}

cJSON *twilio_document(const struct carrier_call *call)
{
	cJSON *b = cJSON_CreateObject();
	char text[128];

	cJSON_AddStringToObject(b, "sid", call->sid);
	cJSON_AddStringToObject(b, "account_sid", call->account);
	cJSON_AddStringToObject(b, "to", call->to);
	cJSON_AddStringToObject(b, "to_formatted", call->to);
	cJSON_AddStringToObject(b, "from", call->from);
	cJSON_AddStringToObject(b, "from_formatted", call->from);
	add_or_null(b, "parent_call_sid", call->parent);
	add_or_null(b, "phone_number_sid", call->twilio->number_sid);
	cJSON_AddStringToObject(b, "status", twilio_rest_status(call));
	cJSON_AddStringToObject(b, "direction", call->twilio->direction);
	bool queued = call->line.state == LINE_QUEUED || call->line.state == LINE_TRYING;
	add_date(b, "date_created", queued ? 0 : call->began_wall_ms);
	add_date(b, "date_updated", queued ? 0 : call->began_wall_ms);
	add_date(b, "start_time", queued ? 0 : call->began_wall_ms);
	add_date(b, "end_time", call->ended_wall_ms);
	snprintf(text, sizeof(text), "%lld", (long long)(line_duration_ms(&call->line) + 500) / 1000);
	add_or_null(b, "duration", line_over(&call->line) ? text : "");
	cJSON_AddNullToObject(b, "price");
	cJSON_AddStringToObject(b, "price_unit", "USD");
	add_or_null(b, "answered_by", call->twilio->answered_by);
	cJSON_AddNullToObject(b, "forwarded_from");
	cJSON_AddNullToObject(b, "caller_name");
	cJSON_AddNullToObject(b, "group_sid");
	snprintf(text, sizeof(text), "%lld", (long long)call->plan.queue_ms);
	cJSON_AddStringToObject(b, "queue_time", text);
	cJSON_AddNullToObject(b, "trunk_sid");
	cJSON_AddStringToObject(b, "api_version", "2010-04-01");
	snprintf(text, sizeof(text), "/2010-04-01/Accounts/%s/Calls/%s.json", call->account, call->sid);
	cJSON_AddStringToObject(b, "uri", text);
	add_subresources(call, b);
	return b;
}

/* ── look */

struct carrier_call *twilio_call_of(struct twilio_rq *t)
{
	struct carrier_call *call = call_recorded(t->c, CARRIER_TWILIO, iv_str(t->sid));

	if (call)
		return call;
	twilio_refuse(t, 404, 20404, "The requested resource /Calls/%.40s.json was not found", t->sid);
	return NULL;
}

void twilio_not_in_progress(struct twilio_rq *t)
{
	twilio_refuse(t, 400, 21220, "Call is not in-progress. Cannot redirect.");
}

void twilio_get(void *ctx, struct iv_http_req *rq)
{
	struct twilio_rq t;
	struct carrier_call *call;

	if (!twilio_rq_begin(&t, ctx, rq, "get", "call"))
		return;
	call = twilio_call_of(&t);
	if (call)
		twilio_reply(&t, 200, twilio_document(call));
	twilio_rq_end(&t);
}

void twilio_delete(void *ctx, struct iv_http_req *rq)
{
	struct twilio_rq t;
	struct carrier_call *call;

	if (!twilio_rq_begin(&t, ctx, rq, "delete", "call"))
		return;
	call = twilio_call_of(&t);
	if (call && !call->over) {
		twilio_refuse(&t, 409, 20009, "Cannot delete a call that is in progress");
	} else if (call) {
		call->forgotten = true;
		twilio_reply(&t, 204, NULL);
	}
	twilio_rq_end(&t);
}

/* "2026-11-21" is that whole day, a time with its hours is an instant; -1: neither. */
static int64_t read_when(struct iv_str s)
{
	char text[40];
	int64_t ms;

	if (iv_time_parse(s, &ms))
		return ms;
	snprintf(text, sizeof(text), "%.*sT00:00:00Z", (int)(s.len < 12 ? s.len : 12), s.ptr);
	return s.len == 10 && iv_time_parse(iv_str(text), &ms) ? ms : -1;
}

static bool when_fits(const struct twilio_rq *t, const char *name, int64_t at_ms)
{
	char key[24];
	int64_t from, to, day;

	snprintf(key, sizeof(key), "%s>", name);
	from = read_when(twilio_value(t, key));
	snprintf(key, sizeof(key), "%s<", name);
	to = read_when(twilio_value(t, key));
	day = read_when(twilio_value(t, name));
	at_ms = at_ms / 1000 * 1000; /* it knows no milliseconds */
	return (from < 0 || at_ms >= from / 1000 * 1000) && (to < 0 || at_ms <= to) &&
	       (day < 0 || (at_ms >= day && at_ms < day + 86400000));
}

static bool fits(const struct twilio_rq *t, const struct carrier_call *call)
{
	struct iv_str to = twilio_value(t, "To"), from = twilio_value(t, "From"), status = twilio_value(t, "Status"),
		      parent = twilio_value(t, "ParentCallSid");

	return (to.len == 0 || iv_str_eq(to, iv_str(call->to))) && (from.len == 0 || iv_str_eq(from, iv_str(call->from))) &&
	       (status.len == 0 || iv_str_eq(status, iv_str(twilio_rest_status(call)))) &&
	       (parent.len == 0 || iv_str_eq(parent, iv_str(call->parent))) && when_fits(t, "StartTime", call->began_wall_ms) &&
	       (call->ended_wall_ms == 0 || when_fits(t, "EndTime", call->ended_wall_ms));
}

void twilio_list(void *ctx, struct iv_http_req *rq)
{
	struct twilio_rq t;
	cJSON *all;
	char path[128];

	if (!twilio_rq_begin(&t, ctx, rq, "list", NULL))
		return;
	all = cJSON_CreateArray();
	IV_LIST_EACH(node, &t.c->all)
	{
		struct carrier_call *call = IV_CONTAINER(node, struct carrier_call, node);

		if (call->kind == CARRIER_TWILIO && call->twilio && !call->forgotten && fits(&t, call))
			cJSON_InsertItemInArray(all, 0, twilio_document(call)); /* the newest comes first */
	}
	snprintf(path, sizeof(path), "/2010-04-01/Accounts/%s/Calls.json", t.c->opts.twilio_account);
	twilio_reply_page(&t, path, "calls", all);
	twilio_rq_end(&t);
}
