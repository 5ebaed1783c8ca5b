/* A call of a carrier: its line on the loop's clock, its story, its end. */
#include "carrier.h"

#include <stdio.h>
#include <stdlib.h>
#include "iv_crypto.h"
#include "iv_time.h"

#define PLAN_BYTES 262144

int64_t call_now_ms(void)
{
	return iv_now_us() / 1000;
}

void new_uuid(char out[CARRIER_SID])
{
	uint8_t raw[16];
	char h[33];

	iv_random(raw, sizeof(raw));
	raw[6] = (uint8_t)(0x40 | (raw[6] & 0x0f));
	raw[8] = (uint8_t)(0x80 | (raw[8] & 0x3f));
	iv_hex(raw, sizeof(raw), h);
	snprintf(out, CARRIER_SID, "%.8s-%.4s-%.4s-%.4s-%.12s", h, h + 8, h + 12, h + 16, h + 20);
}

void new_sid(const char *prefix, char out[CARRIER_SID])
{
	uint8_t raw[16];
	char hex[33];

	iv_random(raw, sizeof(raw));
	iv_hex(raw, sizeof(raw), hex);
	snprintf(out, CARRIER_SID, "%s%s", prefix, hex);
}

const char *direction_name(enum carrier_direction d)
{
	static const char *const names[] = {"inbound", "outbound", "dialled"};

	return names[d];
}

static const char *state_name(enum line_state s)
{
	static const char *const names[] = {"queued", "trying",	   "ringing", "in-progress", "completed",
					    "busy",   "no-answer", "failed",  "canceled"};

	return names[s];
}

/* ── the story */

void call_tell(struct carrier_call *call, const char *what, cJSON *details)
{
	int64_t at_ms = (iv_now_us() - call->began_us) / 1000;
	char iso[IV_TIME_SIZE];

	if (!details)
		details = cJSON_CreateObject();
	if (call->c->opts.print)
		call_print(call, what, details);
	if (cJSON_GetArraySize(call->events) >= CARRIER_EVENTS_MAX) {
		cJSON_Delete(details);
		return;
	}
	cJSON_AddStringToObject(details, "what", what);
	cJSON_AddNumberToObject(details, "at_ms", (double)at_ms);
	iv_time_iso(iv_wall_ms(), iso);
	iso[IV_TIME_SIZE - 1] = '\0';
	cJSON_AddStringToObject(details, "time", iso);
	cJSON_AddItemToArray(call->events, details);
}

void call_note(struct carrier_call *call, const char *what, const char *fmt, ...)
{
	cJSON *details = cJSON_CreateObject();
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	cJSON_AddStringToObject(details, "text", text);
	call_tell(call, what, details);
}

void call_pressed(struct carrier_call *call, struct iv_str digits)
{
	char text[64];

	iv_str_copy(text, sizeof(text), digits);
	cJSON_AddItemToArray(call->digits, cJSON_CreateString(text));
	call_note(call, "digits heard", "%s", text);
}

static void write_time(struct iv_jw *w, const char *key, int64_t wall_ms)
{
	char iso[IV_TIME_SIZE];

	if (wall_ms)
		iv_jw_str(w, key, iv_time_iso(wall_ms, iso));
	else
		iv_jw_null(w, key);
}

static void write_tree(struct iv_jw *w, const char *key, const cJSON *tree)
{
	char *text = cJSON_PrintUnformatted(tree);

	iv_jw_raw(w, key, iv_str(text));
	free(text);
}

void call_story(const struct carrier_call *call, bool events, struct iv_jw *w)
{
	static const char *const by[] = {"nobody", "person", "carrier"};

	iv_jw_obj(w, NULL);
	iv_jw_cstr(w, "sid", call->sid);
	iv_jw_cstr(w, "carrier", call->ops->name);
	iv_jw_cstr(w, "direction", direction_name(call->direction));
	iv_jw_cstr(w, "from", call->from);
	iv_jw_cstr(w, "to", call->to);
	iv_jw_cstr(w, "parent", call->parent[0] ? call->parent : NULL);
	iv_jw_cstr(w, "state", state_name(call->line.state));
	iv_jw_bool(w, "over", call->over);
	iv_jw_i64(w, "sip_status", call->line.sip_status);
	iv_jw_cstr(w, "ended_by", line_over(&call->line) ? by[call->line.by] : NULL);
	iv_jw_cstr(w, "end_reason", call->end_reason[0] ? call->end_reason : NULL);
	write_time(w, "began", call->began_wall_ms);
	write_time(w, "answered", call->answered_wall_ms);
	write_time(w, "ended", call->ended_wall_ms);
	iv_jw_i64(w, "duration_ms", line_duration_ms(&call->line));
	iv_jw_i64(w, "heard_ms", media_heard_ms(call));
	write_tree(w, "digits", call->digits);
	write_tree(w, "legs", call->legs);
	media_write(call, w);
	if (events)
		write_tree(w, "events", call->events);
	iv_jw_end_obj(w);
}

/* ── life */

static void free_call(struct carrier_call *call)
{
	call->ops->drop(call);
	iv_timer_stop(&call->line_timer);
	cJSON_Delete(call->events);
	cJSON_Delete(call->media_log);
	cJSON_Delete(call->digits);
	cJSON_Delete(call->legs);
	iv_arena_deinit(&call->arena);
	iv_list_remove(&call->node);
	if (iv_map_get(call->c->calls, iv_str(call->sid)) == call)
		iv_map_remove(call->c->calls, iv_str(call->sid));
	call->c->kept--;
	free(call);
}

/* The oldest that is over and of no interest to anybody makes room. */
static void forget_old(struct carriers *c)
{
	if (c->kept < CARRIER_KEPT_MAX)
		return;
	IV_LIST_EACH(node, &c->all)
	{
		struct carrier_call *call = IV_CONTAINER(node, struct carrier_call, node);

		if (call->over && call->holds == 0) {
			free_call(call);
			return;
		}
	}
}

void call_hold(struct carrier_call *call)
{
	call->holds++;
}

void call_release(struct carrier_call *call)
{
	call->holds--;
}

struct carrier_call *call_find(struct carriers *c, struct iv_str sid)
{
	return iv_map_get(c->calls, sid);
}

struct carrier_call *call_recorded(struct carriers *c, enum carrier_kind kind, struct iv_str sid)
{
	struct carrier_call *call = call_find(c, sid);

	return call && call->kind == kind && !call->forgotten ? call : NULL;
}

static void on_line_timer(void *arg)
{
	struct carrier_call *call = arg;

	line_tick(&call->line, call_now_ms());
	call_rearm(call);
}

void call_rearm(struct carrier_call *call)
{
	int64_t due = line_due(&call->line);

	if (due < 0)
		iv_timer_stop(&call->line_timer);
	else
		iv_timer_at(&call->line_timer, due * 1000);
}

static void line_ended(struct carrier_call *call)
{
	static const char *const by[] = {"ended", "the person hung up", "the carrier ended it"};

	call->over = true;
	call->c->live--;
	call->ended_wall_ms = iv_wall_ms();
	if (call->end_reason[0] == '\0')
		snprintf(call->end_reason, sizeof(call->end_reason), "%s", by[call->line.by]);
}

static void on_line(void *arg, const struct line *l)
{
	struct carrier_call *call = arg;
	cJSON *details = cJSON_CreateObject();

	cJSON_AddStringToObject(details, "state", state_name(l->state));
	cJSON_AddNumberToObject(details, "sip", l->sip_status);
	if (l->state == LINE_TALKING)
		call->answered_wall_ms = iv_wall_ms();
	if (line_over(l)) {
		line_ended(call);
		cJSON_AddStringToObject(details, "why", call->end_reason);
	}
	call_tell(call, "line", details);
	call->ops->changed(call);
	if (line_over(l)) {
		dial_stop(call);
		if (call->media)
			media_close(call->media, "the call is over");
	}
	if (call->a)
		dial_leg_changed(call);
}

static bool read_plan(struct carrier_call *call, const cJSON *plan_json, struct iv_err *e)
{
	struct rule_match what = {.carrier = iv_str(call->ops->name),
				  .direction = iv_str(direction_name(call->direction)),
				  .to = iv_str(call->to),
				  .from = iv_str(call->from)};

	if (carrier_plan_shape.defaults)
		carrier_plan_shape.defaults(&call->plan);
	return rules_apply(call->c->rules, &what, &call->plan, &call->arena, e) &&
	       (!plan_json || iv_shape_merge(&carrier_plan_shape, plan_json, &call->plan, &call->arena, e));
}

struct carrier_call *call_new(struct carriers *c, enum carrier_kind kind, enum carrier_direction direction,
			      struct iv_str from, struct iv_str to, const cJSON *plan_json, struct iv_err *e)
{
	struct carrier_call *call = calloc(1, sizeof(*call));

	if (!call)
		abort();
	forget_old(c);
	call->c = c;
	call->kind = kind;
	call->ops = kind == CARRIER_JAMBONZ ? &carrier_jambonz_ops : &carrier_twilio_ops;
	call->direction = direction;
	iv_str_copy(call->from, sizeof(call->from), from);
	iv_str_copy(call->to, sizeof(call->to), to);
	if (kind == CARRIER_JAMBONZ)
		new_uuid(call->sid);
	else
		new_sid("CA", call->sid);
	new_uuid(call->sip_call_id);
	new_sid("", call->trace);
	snprintf(call->account, sizeof(call->account), "%s",
		 kind == CARRIER_JAMBONZ ? c->opts.jambonz_account : c->opts.twilio_account);
	iv_arena_init(&call->arena, PLAN_BYTES);
	iv_timer_init(&call->line_timer, c->loop, on_line_timer, call);
	call->began_us = iv_now_us();
	call->began_wall_ms = iv_wall_ms();
	call->events = cJSON_CreateArray();
	call->media_log = cJSON_CreateArray();
	call->digits = cJSON_CreateArray();
	call->legs = cJSON_CreateArray();
	call->over = true; /* until it is placed */
	iv_list_append(&c->all, &call->node);
	c->kept++;
	if (!read_plan(call, plan_json, e)) {
		free_call(call);
		return NULL;
	}
	iv_map_put(c->calls, iv_str(call->sid), call);
	scripts_want(c->scripts, &call->plan);
	return call;
}

void call_place(struct carrier_call *call, int64_t timeout_ms, int64_t limit_ms)
{
	struct line_plan plan = {.inbound = call->direction == CARRIER_INBOUND, .timeout_ms = timeout_ms, .limit_ms = limit_ms};
	bool queued;

	plan_line(&call->plan, &plan);
	line_init(&call->line, &plan, on_line, call);
	call->over = false;
	call->c->live++;
	call->c->placed++;
	queued = plan.queue_ms > 0;
	call_note(call, "placed", "%s %s%s", call->ops->name, direction_name(call->direction), queued ? ", queued" : "");
	line_place(&call->line, call_now_ms());
	call_rearm(call);
}

void call_answer(struct carrier_call *call)
{
	line_answer(&call->line, call_now_ms());
	call_rearm(call);
}

void call_hang_up(struct carrier_call *call, enum line_by by, int sip, const char *why)
{
	if (call->over)
		return;
	if (call->end_reason[0] == '\0')
		snprintf(call->end_reason, sizeof(call->end_reason), "%s", why);
	line_hang_up(&call->line, call_now_ms(), by, sip);
	call_rearm(call);
}


void call_free_all(struct carriers *c)
{
	IV_LIST_EACH(node, &c->all)
	free_call(IV_CONTAINER(node, struct carrier_call, node));
}
