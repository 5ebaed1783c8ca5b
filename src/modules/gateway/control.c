/* Orders to live calls, from the REST API of any instance: each is an event of the machine. And the other way: this
 * process says which calls it holds. */
#include <stdio.h>
#include <stdlib.h>
#include "iv_line.h"
#include "session.h"

enum { HOLD_MS = 60000, HELD_AT_ONCE = 500, ORDER_BYTES = 65536 };

static const char *const modes[] = {"blind", "attended", NULL};

/* What any order may say; each takes what is its own. */
struct order {
	struct iv_str text, to, digits, reason, action;
	bool interrupt, muted, held;
	int mode;
};

static const struct iv_field order_fields[] = {
	IV_STR(struct order, text, "text", 0, 1, 4096, "say: what the agent says"),
	IV_BOOL(struct order, interrupt, "interrupt", 0, "say: cut what is being said"),
	IV_STR(struct order, to, "to", 0, 1, 256, "transfer: number, SIP address or name"),
	IV_ENUM(struct order, mode, "mode", 0, modes, "transfer: blind or attended"),
	IV_STR(struct order, digits, "digits", 0, 1, 64, "dtmf: 0-9 * # A-D, w waits"),
	IV_BOOL(struct order, muted, "muted", 0, "mute: the caller is not heard"),
	IV_BOOL(struct order, held, "held", 0, "hold: neither side is heard"),
	IV_STR(struct order, reason, "reason", 0, 1, 31, "hangup: kept as the end's reason"),
	IV_STR(struct order, action, "action", 0, 1, 16, "recording: pause or stop, resume or start"),
	IV_FIELDS_END,
};
static const struct iv_shape order_shape = {"order", sizeof(struct order), order_fields, NULL};

typedef bool order_fn(struct session *s, const struct order *o, struct iv_err *e);

static bool on_hangup(struct session *s, const struct order *o, struct iv_err *e)
{
	(void)e;
	session_step(s, &(struct iv_event){.type = IV_EV_HANGUP, .text = o->reason.len ? o->reason : IV_S("hangup")});
	return true;
}

static bool on_say(struct session *s, const struct order *o, struct iv_err *e)
{
	if (!o->text.len)
		return iv_fail_field(e, IV_EINVAL, "text", "is required");
	session_step(s, &(struct iv_event){.type = IV_EV_SAY, .text = o->text, .flag = o->interrupt});
	return true;
}

static bool on_transfer(struct session *s, const struct order *o, struct iv_err *e)
{
	if (!o->to.len)
		return iv_fail_field(e, IV_EINVAL, "to", "is required");
	if (s->line && s->state != SESSION_LIVE) /* the carrier may have been told what to do next */
		return iv_fail(e, IV_ECONFLICT, "the line is elsewhere just now");
	session_step(s, &(struct iv_event){.type = IV_EV_TRANSFER, .text = o->to, .flag = o->mode == 1});
	return true;
}

static bool on_dtmf(struct session *s, const struct order *o, struct iv_err *e)
{
	if (!o->digits.len)
		return iv_fail_field(e, IV_EINVAL, "digits", "is required");
	if (!iv_line_check(&(struct iv_line_do){.verb = IV_LINE_DTMF, .digits = o->digits}, e))
		return false;
	if (s->leg.kind == IV_LEG_BROWSER)
		return iv_fail(e, IV_EUNSUPPORTED, "a browser has no far end to press keys towards");
	session_step(s, &(struct iv_event){.type = IV_EV_DTMF_SEND, .text = o->digits});
	return true;
}

static bool on_mute(struct session *s, const struct order *o, struct iv_err *e)
{
	(void)e;
	s->muted = o->muted;
	return true;
}

static bool on_hold(struct session *s, const struct order *o, struct iv_err *e)
{
	(void)e;
	session_step(s, &(struct iv_event){.type = o->held ? IV_EV_PAUSE : IV_EV_RESUME});
	return true;
}

static bool on_watch(struct session *s, const struct order *o, struct iv_err *e)
{
	(void)o;
	(void)e;
	watch_ask(s);
	return true;
}

static bool on_recording(struct session *s, const struct order *o, struct iv_err *e)
{
	static const struct {
		const char *action;
		bool paused;
	} actions[] = {{"pause", true}, {"stop", true}, {"resume", false}, {"start", false}};

	for (size_t i = 0; i < IV_COUNT(actions); i++)
		if (iv_str_eq(o->action, iv_str(actions[i].action)))
			return recording_pause(s, actions[i].paused) ||
			       iv_fail(e, IV_ECONFLICT, "the call is not recorded: its agent does not record");
	return iv_fail_field(e, IV_EINVAL, "action", "must be start, stop, pause or resume");
}

/* ── answering ── */

static struct session *find(struct iv_gateway *g, struct iv_str name)
{
	struct session *s = iv_map_get(g->sessions, name);

	return s && (s->state == SESSION_LIVE || s->state == SESSION_LOST) ? s : NULL;
}

void control_answer(struct iv_control_request *rq, const struct iv_err *e)
{
	char text[1024]; /* field and rule are shorter */

	if (!e) {
		iv_control_answer(rq, IV_OK, IV_S("{\"ok\":true}"));
		return;
	}
	(void)snprintf(text, sizeof(text), "%s%s%s", e->field, e->field[0] ? " " : "", e->msg);
	iv_control_answer(rq, e->code, iv_str(text));
}

static void answer(struct iv_gateway *g, struct iv_control_request *rq, order_fn *fn)
{
	struct session *s = find(g, rq->call_id);
	struct order o = {0};
	struct iv_arena arena;
	struct iv_err e = {0};
	cJSON *json;
	bool ok;

	iv_arena_init(&arena, ORDER_BYTES);
	json = iv_json_parse(rq->args.len ? rq->args : IV_S("{}"), &e);
	ok = json && iv_shape_read(&order_shape, json, &o, &arena, &e);
	if (ok && !s)
		ok = iv_fail(&e, IV_ECONFLICT, "the call is not live");
	ok = ok && fn(s, &o, &e);
	control_answer(rq, ok ? NULL : &e);
	cJSON_Delete(json);
	iv_arena_deinit(&arena);
}

#define ORDER(verb)                                                                                                    \
	static void take_##verb(void *arg, struct iv_control_request *rq)                                              \
	{                                                                                                              \
		answer(arg, rq, on_##verb);                                                                            \
	}
ORDER(hangup)
ORDER(say)
ORDER(transfer)
ORDER(dtmf)
ORDER(mute)
ORDER(hold)
ORDER(watch)
ORDER(recording)

/* ── which calls live here ── */

void control_own(struct session *s)
{
	char name[IV_CALL_NAME_SIZE];

	if (s->g->d.control)
		iv_control_own(s->g->d.control, iv_call_name(iv_str(s->tenant_id), iv_str(s->call_id), name));
}

void control_disown(struct session *s)
{
	char name[IV_CALL_NAME_SIZE];

	if (s->g->d.control)
		iv_control_disown(s->g->d.control, iv_call_name(iv_str(s->tenant_id), iv_str(s->call_id), name));
}

/* Calls of the tenant of the first that was not yet told of in this round. False: none is left. */
static bool hold_some(struct iv_gateway *g)
{
	struct iv_str ids[HELD_AT_ONCE];
	struct iv_strs list = {.items = ids};
	const struct session *first = NULL;

	IV_LIST_EACH(node, &g->list) {
		struct session *s = IV_CONTAINER(node, struct session, node);

		if (s->hold_round == g->hold_round || s->state == SESSION_ENDING || list.count == HELD_AT_ONCE ||
		    (first && strcmp(first->tenant_id, s->tenant_id) != 0))
			continue;
		first = first ? first : s;
		s->hold_round = g->hold_round;
		ids[list.count++] = iv_str(s->call_id);
	}
	if (first)
		iv_calls_hold(g->d.calls, iv_str(first->tenant_id), &list);
	return first != NULL;
}

static void on_hold_timer(void *arg)
{
	struct iv_gateway *g = arg;

	g->hold_round++;
	while (hold_some(g))
		;
	iv_timer_in_ms(&g->hold, HOLD_MS);
}

void control_open(struct iv_gateway *g)
{
	static const struct {
		const char *verb;
		iv_control_fn *fn;
	} verbs[] = {{"hangup", take_hangup}, {"say", take_say},   {"transfer", take_transfer},
		     {"dtmf", take_dtmf},     {"mute", take_mute}, {"hold", take_hold},
		     {"watch", take_watch},   {"recording", take_recording}};

	iv_timer_init(&g->hold, g->d.loop, on_hold_timer, g);
	if (g->d.calls)
		iv_timer_in_ms(&g->hold, HOLD_MS);
	for (size_t i = 0; g->d.control && i < IV_COUNT(verbs); i++)
		iv_control_handle(g->d.control, verbs[i].verb, verbs[i].fn, g);
}

void control_close(struct iv_gateway *g)
{
	iv_timer_stop(&g->hold);
}
