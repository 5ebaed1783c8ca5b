/* A live call goes to another process, because this one stops or the carrier's next socket came to the other.
 *
 *   here:   the line is lost for the machine, streams are closed, journal and recording go to the disk; the journal to
 *           Postgres; only then the socket is closed, and the carrier asks whoever answers what to do: listen again
 *   there:  the journal goes through a new machine (nothing of what it does is done), which is then told that it moved */
#include <stdlib.h>
#include "iv_log.h"
#include "iv_record.h"
#include "session.h"

enum { SERVICE_RESTART = 1012, HEADER_BYTES = 4 << 20, REPLAY_RECORDS = 500 /* ten seconds of a call */ };

/* ── giving ── */

struct handing {
	struct iv_gateway *g;
	struct iv_control_request *rq; /* NULL: nobody asked */
	struct iv_ws *ws;              /* kept open, and silent, until the other can go on */
	char tenant_id[CALL_ID_SIZE], call_id[CALL_ID_SIZE], name[IV_CALL_NAME_SIZE];
};

static void on_closed(void *arg, struct iv_ws *ws, int code, int http_status, struct iv_str reason)
{
	struct handing *h = arg;

	(void)ws;
	(void)code;
	(void)http_status;
	(void)reason;
	h->ws = NULL;
}

static void on_message(void *arg, struct iv_ws *ws, bool text, struct iv_str data)
{
	(void)arg;
	(void)ws;
	(void)text;
	(void)data; /* a tenth of a second nobody hears */
}

static const struct iv_ws_handlers silent_socket = {.message = on_message, .closed = on_closed};

static void on_given(void *arg, bool given)
{
	struct handing *h = arg;
	struct iv_gateway *g = h->g;

	iv_info(given ? "call.given" : "call.not_given", IV_LS("call_id", h->call_id));
	if (g->d.control)
		iv_control_disown(g->d.control, iv_str(h->name));
	if (g->d.slots && given)
		iv_slots_leave(g->d.slots, iv_str(h->tenant_id), iv_str(h->call_id));
	else if (g->d.slots)
		iv_slots_drop(g->d.slots, iv_str(h->tenant_id), iv_str(h->call_id), IV_SLOT_LOST);
	if (h->rq)
		iv_control_answer(h->rq, given ? IV_OK : IV_EDRAINING,
				  given ? IV_S("{\"ok\":true}") : IV_S("the call could not be given away"));
	if (h->ws)
		iv_ws_abandon(h->ws, SERVICE_RESTART, IV_S("another instance goes on"));
	free(h);
	gateway_given(g);
}

static void on_files_closed(void *arg)
{
	struct handing *h = arg;

	iv_calls_give(h->g->d.calls, iv_str(h->tenant_id), iv_str(h->call_id), on_given, h);
}

bool handover_give(struct session *s, struct iv_control_request *rq)
{
	struct iv_gateway *g = s->g;
	struct handing *h;

	if (!s->line || !s->journal || (s->state != SESSION_LIVE && s->state != SESSION_LOST))
		return false;
	session_step(s, &(struct iv_event){.type = IV_EV_LEG_LOST});
	if (s->state != SESSION_LIVE && s->state != SESSION_LOST)
		return false; /* it had been saying goodbye */
	h = calloc(1, sizeof(*h));
	if (!h)
		abort();
	h->g = g;
	h->rq = rq;
	memcpy(h->tenant_id, s->tenant_id, sizeof(h->tenant_id));
	memcpy(h->call_id, s->call_id, sizeof(h->call_id));
	(void)iv_call_name(iv_str(s->tenant_id), iv_str(s->call_id), h->name);
	g->giving++;
	h->ws = s->ws;
	if (h->ws)
		iv_ws_give(h->ws, &silent_socket, h);
	session_give(s, on_files_closed, h);
	return true;
}

void handover_on_give(void *gateway, struct iv_control_request *rq)
{
	struct iv_gateway *g = gateway;
	struct session *s = iv_map_get(g->sessions, rq->call_id);

	if (!s || !handover_give(s, rq))
		iv_control_answer(rq, IV_ECONFLICT, IV_S("the call is not live, or cannot be given away"));
}

void iv_gateway_hand_over(struct iv_gateway *g)
{
	IV_LIST_EACH(node, &g->list) {
		(void)handover_give(IV_CONTAINER(node, struct session, node), NULL); /* the others go on to their end */
	}
}

/* ── taking ── */

static void act_in_story(void *session, const struct iv_action *a)
{
	struct session *s = session;

	if (s->story)
		iv_story_action(s->story, s->last_us, a, s->call);
	if (a->type == IV_ACT_NOTE)
		s->timeline_seq++;
}

/* Steps what the other process wrote through this one's machine, some of it: an hour of a call is nothing to do in one
 * turn of the loop, where others have frames to send. */
bool handover_replay(struct session *s, struct iv_str journal, size_t *at)
{
	for (int i = 0; i < REPLAY_RECORDS; i++) {
		struct iv_event ev;
		ptrdiff_t n = iv_record_read((struct iv_str){journal.ptr + *at, journal.len - *at}, &ev, &s->journal_us);

		if (n <= 0) { /* the end, or torn, or none of ours: what came before it counts */
			session_taken(s, (struct iv_str){journal.ptr, *at});
			return false;
		}
		s->last_us = ev.now_us;
		if (s->story)
			iv_story_event(s->story, &ev);
		iv_call_step(s->call, &ev);
		*at += (size_t)n;
	}
	return true;
}

struct session *handover_take(struct iv_gateway *g, const struct session_start *start, struct iv_str journal, size_t *at,
			      struct iv_err *e)
{
	struct iv_record_header h;
	struct session_start taken = *start;
	struct iv_trace_context trace;
	struct iv_arena arena;
	struct session *s;
	ptrdiff_t head;

	iv_arena_init(&arena, HEADER_BYTES);
	head = iv_record_read_header(journal, &h, &arena, e);
	if (head < 0) {
		iv_arena_deinit(&arena);
		return NULL;
	}
	taken.agent = &h.agent;
	taken.opts = &h.opts;
	taken.context = h.context;
	taken.started_ms = h.started_ms;
	taken.act = act_in_story;
	if (iv_trace_on() && iv_trace_context_read(h.traceparent, IV_STR_NULL, &trace))
		taken.trace = &trace; /* and not that of the hook that sent its socket here */
	s = session_new(g, &taken);
	*at = (size_t)head;
	iv_arena_deinit(&arena);
	return s;
}
