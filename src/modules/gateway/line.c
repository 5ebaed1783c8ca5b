/* The telephone line behind a carrier's leg: what its carrier is to do between two media sockets, and what it tells.
 *
 * A call whose media was ordered by our own hooks has a line: when the socket closes the carrier asks (line.next).
 * Until the next socket comes, the other telephone has been talked to or the carrier says that it is over, the
 * session is away: state LOST, its slots held, its journal open, no recogniser paid. A call that ended is remembered
 * for some seconds, because the carrier asks after that too. */
#include <stdio.h>
#include <stdlib.h>
#include "iv_line.h"
#include "iv_log.h"
#include "session.h"

enum {
	BACK_MS = 20000,          /* a hook's answer, and a new socket */
	KEY_MS = 600,             /* of a key that the carrier presses, and the pause behind it */
	TALK_MS = 4 * 3600 * 1000, /* two people; then somebody forgot to tell us */
	PART_MS = 15000,
	ORDER_BYTES = 16384,
	KEYS_MOST = 64,           /* of one question; more than can be asked for */
};

struct parting {
	struct iv_list node;
	int64_t until_us;
	char name[IV_CALL_NAME_SIZE];
};

/* ── away ── */

static void wait_for(struct session *s, const struct iv_line_do *d)
{
	int64_t ms = BACK_MS;

	if (d->verb == IV_LINE_DIAL || d->verb == IV_LINE_REFER || d->verb == IV_LINE_CONFERENCE)
		ms = d->timeout_s * 1000 + TALK_MS;
	else if (d->verb == IV_LINE_ASK)
		ms += d->timeout_s * 1000 * (d->max_digits + 1);
	else if (d->verb == IV_LINE_DTMF)
		ms += (int64_t)d->digits.len * KEY_MS;
	iv_timer_in_ms(&s->resume, ms);
}

static void set_next(struct session *s, const struct iv_line_do *d)
{
	iv_buf_clear(&s->next);
	if (!iv_line_write(d, &s->next)) /* cannot be: orders are bounded below this */
		iv_buf_clear(&s->next);
	s->bridged = d->verb == IV_LINE_DIAL || d->verb == IV_LINE_REFER;
	wait_for(s, d);
}

/* The machine knows; the socket goes, what waits on the way with it. */
static void leave(struct session *s)
{
	session_lost(s);
	streams_asr_close(s);
	if (s->ws)
		iv_ws_abandon(s->ws, 1000, IV_S("the line goes on elsewhere"));
	s->ws = NULL;
}

static void go_away(void *arg)
{
	struct session *s = arg;

	if (s->state != SESSION_LIVE)
		return;
	session_step(s, &(struct iv_event){.type = IV_EV_LEG_LOST});
	if (s->state == SESSION_LIVE)
		leave(s);
}

static void away(struct session *s, const struct iv_line_do *d)
{
	set_next(s, d);
	iv_defer(s->g->d.loop, go_away, s); /* perhaps within a step */
}

bool line_cut(struct session *s)
{
	static const struct iv_line_do again = {.verb = IV_LINE_LISTEN};

	if (!s->line || s->leg.stopped)
		return false;
	set_next(s, &again);
	session_step(s, &(struct iv_event){.type = IV_EV_LEG_LOST});
	if (s->state == SESSION_LIVE)
		leave(s);
	return true;
}

void line_hand_on(struct session *s, const struct iv_action *a)
{
	struct iv_line_do d = {.verb = IV_LINE_DIAL, .back = true, .max_digits = 1};

	if (!s->line)
		return; /* the call ends; nobody can take the caller further */
	if (!s->ordered) {
		d.to = a->text;
		d.whisper = a->name;
		d.timeout_s = (iv_call_agent(s->call)->transfer.ring_ms + 999) / 1000;
		set_next(s, &d);
	}
	s->ordered = false;
	if (s->state == SESSION_LIVE) /* else it has left: the carrier hears of it when it asks */
		leave(s);
}

void line_press(struct session *s, struct iv_str digits)
{
	away(s, &(struct iv_line_do){.verb = IV_LINE_DTMF, .digits = digits, .max_digits = 1, .timeout_s = 1});
}

bool line_keys(struct session *s, struct iv_str digits)
{
	if (s->line && !keys_press(s, digits))
		line_press(s, digits);
	return s->line;
}

void line_back(struct session *s)
{
	iv_buf_clear(&s->next);
	s->bridged = false;
	streams_asr_open(s);
	session_step(s, &(struct iv_event){.type = IV_EV_LEG_BACK});
}

const char *line_lost_reason(const struct session *s)
{
	return s->bridged ? "transfer" : "lost";
}

/* ── calls that have ended ── */

static void forget_parted(struct iv_gateway *g, struct parting *p)
{
	(void)iv_map_remove(g->parted, iv_str(p->name));
	iv_list_remove(&p->node);
	if (g->d.control)
		iv_control_disown(g->d.control, iv_str(p->name));
	free(p);
}

static void on_parting(void *arg)
{
	struct iv_gateway *g = arg;

	while (!iv_list_empty(&g->partings)) {
		struct parting *p = IV_CONTAINER(g->partings.next, struct parting, node);
		int64_t left_us = p->until_us - iv_now_us();

		if (left_us > 0) {
			iv_timer_in_ms(&g->part, left_us / 1000 + 1);
			return;
		}
		forget_parted(g, p);
	}
}

void line_part(struct session *s)
{
	struct iv_gateway *g = s->g;
	char name[IV_CALL_NAME_SIZE];
	struct parting *p;

	(void)iv_call_name(iv_str(s->tenant_id), iv_str(s->call_id), name);
	if (!s->line || iv_map_get(g->parted, iv_str(name))) {
		control_disown(s);
		return;
	}
	p = calloc(1, sizeof(*p));
	if (!p)
		abort();
	memcpy(p->name, name, sizeof(name));
	p->until_us = iv_now_us() + (int64_t)PART_MS * 1000;
	(void)iv_map_put(g->parted, iv_str(p->name), p);
	iv_list_append(&g->partings, &p->node);
	if (!iv_timer_armed(&g->part))
		iv_timer_in_ms(&g->part, PART_MS);
}

/* ── what is asked and told ── */

static void refuse(struct iv_control_request *rq, enum iv_code code, const char *why)
{
	iv_control_answer(rq, code, iv_str(why));
}

static void answer_verb(struct iv_control_request *rq, enum iv_line_verb verb)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "{\"do\":\"%s\"}", iv_line_verbs[verb]);
	iv_control_answer(rq, IV_OK, iv_str(text));
}

static struct session *find(struct iv_gateway *g, struct iv_str name)
{
	struct session *s = iv_map_get(g->sessions, name);

	return s && s->line && (s->state == SESSION_LIVE || s->state == SESSION_LOST) ? s : NULL;
}

static struct iv_str verb_of(const struct iv_buf *next)
{
	return next->len ? iv_buf_str(next) : IV_S("{\"do\":\"listen\"}");
}

/* The carrier's media verb is over. It may know before our socket does. */
static void on_next(void *arg, struct iv_control_request *rq)
{
	struct iv_gateway *g = arg;
	struct session *s = find(g, rq->call_id);

	if (!s) {
		if (iv_map_get(g->parted, rq->call_id) || iv_map_get(g->sessions, rq->call_id))
			answer_verb(rq, IV_LINE_HANGUP);
		else
			refuse(rq, IV_ECONFLICT, "the call is not live");
		return;
	}
	if (s->state == SESSION_LIVE && s->next.len)
		go_away(s); /* ordered, and the order came here first */
	else if (s->state == SESSION_LIVE && !line_cut(s))
		session_step(s, &(struct iv_event){.type = IV_EV_LEG_GONE, .text = IV_S("lost")});
	if (s->state != SESSION_LOST)
		answer_verb(rq, IV_LINE_HANGUP);
	else
		iv_control_answer(rq, IV_OK, verb_of(&s->next));
}

struct told {
	struct iv_arena arena;
	cJSON *json;
	struct iv_err e;
};

static bool read_told(struct told *t, const struct iv_shape *shape, struct iv_str text, void *out)
{
	iv_arena_init(&t->arena, ORDER_BYTES);
	t->json = iv_json_parse(text, &t->e);
	return t->json && (!shape || iv_shape_read(shape, t->json, out, &t->arena, &t->e));
}

static void told_end(struct told *t)
{
	cJSON_Delete(t->json);
	iv_arena_deinit(&t->arena);
}

static void order(struct session *s, const struct iv_line_do *d)
{
	switch ((enum iv_line_verb)d->verb) {
	case IV_LINE_HANGUP:
		session_step(s, &(struct iv_event){.type = IV_EV_HANGUP, .text = IV_S("hangup")});
		break;
	case IV_LINE_DIAL:
	case IV_LINE_REFER:
		set_next(s, d);
		s->ordered = true;
		session_step(s, &(struct iv_event){.type = IV_EV_TRANSFER,
						   .text = d->to,
						   .flag = d->whisper.len > 0,
						   .name = d->whisper});
		s->ordered = false;
		if (s->state == SESSION_LIVE) { /* it takes its leave already */
			iv_timer_stop(&s->resume);
			iv_buf_clear(&s->next);
			s->bridged = false;
		}
		break;
	case IV_LINE_DTMF:
		session_step(s, &(struct iv_event){.type = IV_EV_DTMF_SEND, .text = d->digits});
		break;
	case IV_LINE_CONFERENCE:
	case IV_LINE_ASK:
	case IV_LINE_REDIRECT:
	case IV_LINE_SORRY:
		away(s, d);
		break;
	case IV_LINE_NONE:
	case IV_LINE_LISTEN:
	case IV_LINE_VERBS:
		break;
	}
}

/* What its carrier does with a call that is in a room: only of one that is, there. */
static bool is_in_room(const struct session *s, struct iv_str room)
{
	struct iv_line_do d = {0};
	struct told t = {0};
	bool in = s->state == SESSION_LOST && s->next.len &&
		  read_told(&t, &iv_line_do_shape, iv_buf_str(&s->next), &d) && d.verb == IV_LINE_CONFERENCE &&
		  iv_str_eq(d.room, room);

	told_end(&t);
	return in;
}

static bool is_within_room(const struct iv_line_do *d)
{
	return d->verb == IV_LINE_CONFERENCE && d->action.len && !iv_str_eq(d->action, IV_S("join"));
}

static void on_order(void *arg, struct iv_control_request *rq)
{
	struct session *s = find(arg, rq->call_id);
	struct iv_line_do d = {0};
	struct told t = {0};

	if (!s) {
		refuse(rq, IV_ECONFLICT, "the call is not live, or came by no hook of ours");
		return;
	}
	if (!read_told(&t, &iv_line_do_shape, rq->args, &d) || !iv_line_check(&d, &t.e)) {
		control_answer(rq, &t.e);
	} else if (is_within_room(&d)) {
		if (is_in_room(s, d.room))
			control_answer(rq, NULL);
		else
			refuse(rq, IV_ECONFLICT, "the call is not in that room");
	} else if (s->state != SESSION_LIVE) {
		refuse(rq, IV_ECONFLICT, "the line is elsewhere just now");
	} else {
		order(s, &d);
		control_answer(rq, NULL);
	}
	told_end(&t);
}

/* The other telephone was hung up, did not answer, or keys were waited for: the caller is ours again, or gone. */
static void on_dialed(void *arg, struct iv_control_request *rq)
{
	static const struct iv_line_do again = {.verb = IV_LINE_LISTEN};
	struct session *s = find(arg, rq->call_id);
	struct iv_line_result r = {0};
	struct told t = {0};
	bool bridged = s && s->bridged, talked;

	if (!s) {
		answer_verb(rq, IV_LINE_HANGUP);
		return;
	}
	if (s->state == SESSION_LIVE && !s->next.len) { /* told again, or late: he who left is with the agent already */
		answer_verb(rq, IV_LINE_NONE);
		return;
	}
	if (!read_told(&t, &iv_line_result_shape, rq->args, &r)) {
		iv_control_answer(rq, t.e.code, iv_str(t.e.msg));
		told_end(&t);
		return;
	}
	talked = bridged && iv_str_eq(r.status, IV_S("completed"));
	if (bridged)
		session_step(s, &(struct iv_event){.type = IV_EV_DIALED, .text = r.status, .a = r.duration_s});
	if (talked || r.caller_gone) {
		session_step(s, &(struct iv_event){.type = IV_EV_LEG_GONE,
						   .text = talked ? IV_S("transfer") : IV_S("hangup")});
		answer_verb(rq, IV_LINE_HANGUP);
	} else {
		/* Now, and not when the line is back: that may be another process's, which gets them with the journal. */
		for (size_t i = 0; i < r.digits.len && i < KEYS_MOST; i++)
			session_step(s, &(struct iv_event){.type = IV_EV_DTMF, .text = {r.digits.ptr + i, 1}});
		set_next(s, &again);
		answer_verb(rq, IV_LINE_LISTEN);
	}
	told_end(&t);
}

static void on_amd(void *arg, struct iv_control_request *rq)
{
	struct session *s = find(arg, rq->call_id);
	struct told t = {0};

	if (!s) {
		refuse(rq, IV_ECONFLICT, "the call is not live");
		return;
	}
	if (read_told(&t, NULL, rq->args, NULL))
		session_step(s, &(struct iv_event){.type = IV_EV_AMD, .text = iv_json_str(t.json, "verdict")});
	iv_control_answer(rq, t.json ? IV_OK : t.e.code, t.json ? IV_S("{\"ok\":true}") : iv_str(t.e.msg));
	told_end(&t);
}

static void on_over(void *arg, struct iv_control_request *rq)
{
	struct session *s = find(arg, rq->call_id);
	struct told t = {0};

	if (s && read_told(&t, NULL, rq->args, NULL)) {
		struct iv_str status = iv_json_str(t.json, "status");
		bool talked = iv_str_eq(status, IV_S("completed"));

		session_step(s, &(struct iv_event){.type = IV_EV_LEG_GONE,
						   .text = talked ? iv_str(s->bridged ? "transfer" : "hangup")
								  : status.len && status.len < 32 ? status : IV_S("lost")});
		told_end(&t);
	}
	iv_control_answer(rq, IV_OK, IV_S("{\"ok\":true}")); /* over already is over */
}

void line_open(struct iv_gateway *g)
{
	static const struct {
		const char *verb;
		iv_control_fn *fn;
	} verbs[] = {{"line.next", on_next}, {"line.order", on_order}, {"line.dialed", on_dialed},
		     {"line.amd", on_amd},   {"line.over", on_over},   {"line.give", handover_on_give}};

	g->parted = iv_map_new();
	iv_list_init(&g->partings);
	iv_list_init(&g->pressing);
	iv_timer_init(&g->part, g->d.loop, on_parting, g);
	for (size_t i = 0; g->d.control && i < IV_COUNT(verbs); i++)
		iv_control_handle(g->d.control, verbs[i].verb, verbs[i].fn, g);
}

void line_close(struct iv_gateway *g)
{
	iv_timer_stop(&g->part);
	while (!iv_list_empty(&g->partings))
		forget_parted(g, IV_CONTAINER(g->partings.next, struct parting, node));
}
