/* GET /v1/calls/:id/live: a call's timeline as server-sent events, from any instance. The ids are the stream's, so a
 * viewer that comes back (Last-Event-ID) misses nothing and sees nothing twice.
 *
 * While somebody looks, the process that has the call is asked for what passes (levels, words before they are final,
 * sentences before they are heard); those come without an id, as they are not repeated.
 *
 * It ends behind call.ended. Who comes when that is past, or watches a call whose process went without a word, gets
 * what is left and an event "end": the books are asked at first, and again every minute. */
#include "resources.h"

#include "iv_calls.h"
#include "iv_control.h"
#include "iv_events.h"
#include "iv_sql.h"

enum {
	KEEPALIVE_MS = 15000, KEEPALIVES_A_LOOK = 4, ASK_EVERY_MS = 10000, ASK_MS = 3000, BACK_MS = 2000, LOOK_MS = 5000,
	LOOK_BYTES = 4096, EVENT_BYTES = 262144,
};

/* A viewer, from the answer's head to its end; it outlives the request's flow. */
struct live {
	struct iv_loop *loop;
	struct iv_events *events;
	struct iv_http_req *http;
	struct iv_viewer *viewer, *passing; /* of the story; of what passes, or NULL */
	struct iv_timer keepalive;
	struct iv_buf text;
	bool over; /* the call has ended: the stream ends behind it */
	/* Whether it is over by the books. */
	struct iv_flow flow, *looking;
	struct iv_pg *pg;
	struct iv_pg_run run;
	struct iv_arena arena;
	struct iv_rows rows;
	int keepalives;
	/* Asks the call's process to tell what passes, again and again. */
	struct iv_services *s;
	struct iv_flow ask, *asking;
	struct iv_control_run control;
	struct iv_arena ask_arena;
	struct iv_str answer;
	struct iv_timer ask_again;
	char tenant[130], call[130];
};

struct live_state {
	struct iv_rows rows;
};

static void live_free(struct live *l)
{
	if (l->viewer)
		iv_events_unwatch(l->viewer);
	if (l->passing)
		iv_events_unwatch(l->passing);
	l->viewer = l->passing = NULL;
	if (l->asking)
		iv_flow_cancel(l->asking, IV_ECANCELED, "the viewer left");
	iv_timer_stop(&l->ask_again);
	if (l->looking)
		iv_flow_cancel(l->looking, IV_ECANCELED, "the viewer left");
	iv_timer_stop(&l->keepalive);
	iv_buf_deinit(&l->text);
	iv_arena_deinit(&l->arena);
	iv_arena_deinit(&l->ask_arena);
	iv_free_later(l->loop, l);
}

static void end(void *arg)
{
	struct live *l = arg;

	if (!l->http)
		return; /* the client left meanwhile */
	iv_http_on_close(l->http, NULL, NULL);
	iv_http_stream_end(l->http);
	live_free(l);
}

/* Whoever reads too slowly misses some of what passes. */
static bool on_passing(void *arg, const struct iv_bus_event *e)
{
	struct live *l = arg;

	if (l->over)
		return true;
	iv_buf_clear(&l->text);
	if (iv_buf_printf(&l->text, "event: %.*s\ndata: {\"kind\":\"%.*s\",\"timestamp\":%lld,\"payload\":%.*s}\n\n",
			  IV_FMT(e->kind), IV_FMT(e->kind), (long long)e->timestamp_ms, IV_FMT(e->payload)))
		(void)iv_http_stream_write(l->http, iv_buf_str(&l->text));
	return true;
}

static enum iv_flow_next ask_to_tell(struct iv_flow *f)
{
	struct live *l = IV_CONTAINER(f, struct live, ask);
	char name[IV_CALL_NAME_SIZE];

	return iv_control_send(l->s->control, f, &l->control, &l->ask_arena,
			       iv_call_name(iv_str(l->tenant), iv_str(l->call), name), IV_S("watch"), IV_STR_NULL, ASK_MS,
			       &l->answer);
}

/* Not live yet, or its process is away: the next time may be better. */
static void asked_to_tell(struct iv_flow *f)
{
	struct live *l = IV_CONTAINER(f, struct live, ask);

	if (l->viewer && !l->over)
		iv_timer_in_ms(&l->ask_again, ASK_EVERY_MS);
}

static void start_ask(void *arg)
{
	static const struct iv_flow_step ask_steps[] = {{"ask_to_tell", ask_to_tell}, {0}};
	static const struct iv_flow_type ask_flow = {"live_ask", ask_steps, asked_to_tell};
	struct live *l = arg;

	if (l->asking || l->over || !l->s->control)
		return;
	iv_arena_reset(&l->ask_arena);
	l->ask = (struct iv_flow){0};
	iv_flow_start(&l->ask, &ask_flow, l->loop, ASK_MS + 2000, &l->asking);
}

static bool on_event(void *arg, const struct iv_bus_event *e)
{
	struct live *l = arg;
	bool room = true;

	if (l->over)
		return false;
	iv_buf_clear(&l->text);
	if (e->gap && iv_buf_adds(&l->text, IV_S("event: gap\ndata: {}\n\n")))
		room = iv_http_stream_write(l->http, iv_buf_str(&l->text));
	iv_buf_clear(&l->text);
	/* A payload is one line of JSON. What does not fit the buffer is too large for a viewer: only named. */
	if (!iv_buf_printf(&l->text, "id: %.*s\nevent: %.*s\ndata: {\"kind\":\"%.*s\",\"timestamp\":%lld,\"payload\":",
			   IV_FMT(e->id), IV_FMT(e->kind), IV_FMT(e->kind), (long long)e->timestamp_ms) ||
	    !iv_buf_adds(&l->text, e->payload) || !iv_buf_adds(&l->text, IV_S("}\n\n")))
		return room;
	room = iv_http_stream_write(l->http, iv_buf_str(&l->text)) && room;
	if (iv_str_eq(e->kind, IV_S("call.started")))
		iv_timer_in_ms(&l->ask_again, 0); /* it has its process now */
	if (iv_str_eq(e->kind, IV_S("call.ended"))) {
		l->over = true;
		iv_defer(l->loop, end, l);
	}
	return room;
}

/* ── a call that is over by the books ── */

static void on_drained(void *arg)
{
	struct live *l = arg;

	if (l->over)
		return; /* call.ended was among what was left */
	l->over = true;
	(void)iv_http_stream_write(l->http, IV_S("event: end\ndata: {}\n\n")); /* its end says the same */
	iv_defer(l->loop, end, l);
}

static enum iv_flow_next look(struct iv_flow *f)
{
	struct live *l = IV_CONTAINER(f, struct live, flow);
	const struct iv_scope scope = {.tenant_id = iv_str(l->tenant)};

	return iv_pg_one(l->pg, f, &l->run, &scope, &l->arena, &iv_sql_call_state,
			 &(struct iv_call_state_in){.id = iv_str(l->call)}, &l->rows);
}

static void looked(struct iv_flow *f)
{
	struct live *l = IV_CONTAINER(f, struct live, flow);
	bool gone = f->err.code == IV_ENOENT || (f->err.code == IV_OK && iv_call_state_at(&l->rows, 0)->over);

	/* Without an answer it is asked again. */
	if (gone && l->viewer && !l->over)
		iv_events_when_drained(l->viewer, on_drained);
}

static void start_look(struct live *l)
{
	static const struct iv_flow_step look_steps[] = {{"look", look}, {0}};
	static const struct iv_flow_type look_flow = {"live_look", look_steps, looked};

	if (l->looking || l->over)
		return;
	iv_arena_reset(&l->arena);
	l->flow = (struct iv_flow){0};
	iv_flow_start(&l->flow, &look_flow, l->loop, LOOK_MS, &l->looking);
}

static void on_writable(void *arg)
{
	struct live *l = arg;

	if (l->viewer && !l->over)
		iv_events_resume(l->viewer);
}

static void forget(void *arg)
{
	live_free(arg);
}

static void on_close(void *arg)
{
	struct live *l = arg;

	l->http = NULL;
	if (!l->over)
		live_free(l);
	else
		iv_defer(l->loop, forget, l); /* behind end(), which finds nobody */
}

static void on_keepalive(void *arg)
{
	struct live *l = arg;

	(void)iv_http_stream_write(l->http, IV_S(": still here\n\n")); /* a full pipe needs no keeping alive */
	iv_timer_in_ms(&l->keepalive, KEEPALIVE_MS);
	if (++l->keepalives % KEEPALIVES_A_LOOK == 0)
		start_look(l);
}

static enum iv_flow_next ask(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct live_state *st = c->state;

	if (!iv_event_id_ok(iv_api_header(c, "last-event-id")))
		return iv_flow_fail(f, IV_EINVAL, "Last-Event-ID is none that was sent");
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_call_state,
			 &(struct iv_call_state_in){.id = iv_api_param(c, "id")}, &st->rows);
}

/* What passes, from about now. Refused: one viewer too many, and the story alone is told. */
static void watch_passing(struct live *l)
{
	char name[IV_CALL_NAME_SIZE], from[32];
	struct iv_err e = {0};

	(void)snprintf(from, sizeof(from), "%lld-0", (long long)(iv_wall_ms() - BACK_MS));
	l->passing = iv_events_watch(l->events, iv_call_live_name(iv_str(l->tenant), iv_str(l->call), name), iv_str(from),
				     on_passing, l, &e);
	if (l->passing)
		start_ask(l);
}

static enum iv_flow_next stream(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct iv_str after = iv_api_header(c, "last-event-id");
	struct live_state *st = c->state;
	struct live *l = calloc(1, sizeof(*l));
	char name[IV_CALL_NAME_SIZE];

	if (!l)
		abort();
	l->loop = c->s->loop;
	l->events = c->s->events;
	iv_timer_init(&l->keepalive, l->loop, on_keepalive, l);
	iv_buf_init(&l->text, EVENT_BYTES);
	iv_arena_init(&l->arena, LOOK_BYTES);
	iv_arena_init(&l->ask_arena, LOOK_BYTES);
	iv_timer_init(&l->ask_again, l->loop, start_ask, l);
	l->s = c->s;
	l->pg = c->s->pg;
	(void)iv_str_copy(l->tenant, sizeof(l->tenant), c->who.tenant_id);
	(void)iv_str_copy(l->call, sizeof(l->call), iv_api_param(c, "id")); /* both are in the books: they fit */
	/* The viewer first: it may be one too many, and then there is still an answer to give. Nothing is called
	 * before this turn is over. */
	l->viewer = iv_events_watch(l->events, iv_call_name(c->who.tenant_id, iv_api_param(c, "id"), name), after, on_event,
				    l, &f->err);
	l->http = l->viewer ? iv_api_take(c) : NULL;
	if (!l->http) {
		live_free(l);
		return IV_FLOW_DONE;
	}
	iv_http_set_header(l->http, "Cache-Control", IV_S("no-store"));
	iv_http_set_header(l->http, "X-Accel-Buffering", IV_S("no"));
	iv_http_on_close(l->http, on_close, l);
	iv_http_on_writable(l->http, on_writable, l);
	iv_http_stream_begin(l->http, 200, "text/event-stream");
	iv_timer_in_ms(&l->keepalive, KEEPALIVE_MS);
	if (iv_call_state_at(&st->rows, 0)->over)
		iv_events_when_drained(l->viewer, on_drained);
	else
		watch_passing(l);
	return IV_FLOW_DONE;
}

static const struct iv_flow_step steps[] = {{"ask", ask}, {"stream", stream}, {0}};
static const enum iv_code errors[] = {IV_ENOENT, IV_EQUOTA, IV_OK};

const struct iv_api_route *live_routes(void)
{
	static const struct iv_api_route rows[] = {
		{.method = "GET", .path = "/v1/calls/:id/live", .id = "watchCall", .tag = "Live calls",
		 .role = IV_ROLE_ANALYST, .flags = IV_API_STREAMS, .status = 200, .state_size = sizeof(struct live_state),
		 .steps = steps, .errors = errors, .content_type = "text/event-stream",
		 .doc = "What happens in a call, as it happens: server-sent events, resumable by Last-Event-ID"},
		{0},
	};

	return rows;
}
