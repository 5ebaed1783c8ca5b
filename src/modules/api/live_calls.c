/* GET /v1/live: the calls of a tenant that are not over, as server-sent events, whichever instance or vendor has them:
 * the books are asked every second, and told when something is not as it was. Each event is the whole list. */
#include "resources.h"

#include "iv_sql.h"
#include "iv_time.h"

enum { LOOK_EVERY_MS = 1000, LOOK_MS = 5000, QUIET_LOOKS = 15, SHOWN = 200, TEXT_BYTES = 262144, ROWS_BYTES = 1 << 20 };

/* A viewer, from the answer's head to its end; it outlives the request's flow. */
struct watcher {
	struct iv_loop *loop;
	struct iv_http_req *http; /* NULL once the client left */
	struct iv_timer timer;
	struct iv_services *s;
	struct iv_flow flow, *looking;
	struct iv_pg_run run;
	struct iv_arena arena;
	struct iv_rows rows;
	struct iv_buf now, told;
	int quiet; /* looks since the client last got something */
	char tenant[130];
};

static void watcher_free(struct watcher *w)
{
	if (w->looking)
		iv_flow_cancel(w->looking, IV_ECANCELED, "the viewer left");
	iv_timer_stop(&w->timer);
	iv_buf_deinit(&w->now);
	iv_buf_deinit(&w->told);
	iv_arena_deinit(&w->arena);
	iv_free_later(w->loop, w);
}

static void put(struct iv_jw *w, const char *key, struct iv_str s)
{
	if (s.ptr)
		iv_jw_str(w, key, s);
}

static void put_time(struct iv_jw *w, const char *key, int64_t ms)
{
	char text[IV_TIME_SIZE];

	if (ms != IV_SQL_NULL)
		iv_jw_str(w, key, iv_time_iso(ms, text));
}

static bool print_list(struct watcher *w)
{
	size_t shown = w->rows.count > SHOWN ? SHOWN : w->rows.count;
	struct iv_jw j;

	iv_buf_clear(&w->now);
	if (!iv_buf_adds(&w->now, IV_S("event: calls\ndata: ")))
		return false;
	iv_jw_init(&j, &w->now);
	iv_jw_obj(&j, NULL);
	iv_jw_arr(&j, "data");
	for (size_t i = 0; i < shown; i++) {
		const struct iv_calls_open_out *r = iv_calls_open_at(&w->rows, i);

		iv_jw_obj(&j, NULL);
		iv_jw_str(&j, "id", r->id);
		put(&j, "agentId", r->agent_id);
		iv_jw_str(&j, "direction", r->direction);
		put(&j, "from", r->from_number);
		put(&j, "to", r->to_number);
		iv_jw_str(&j, "status", r->status);
		put(&j, "carrier", r->carrier);
		iv_jw_str(&j, "provider", r->provider);
		put(&j, "campaignId", r->campaign_id);
		put_time(&j, "startedAt", r->started_at);
		put_time(&j, "answeredAt", r->answered_at);
		iv_jw_end_obj(&j);
	}
	iv_jw_end_arr(&j);
	iv_jw_bool(&j, "hasMore", w->rows.count > shown);
	iv_jw_end_obj(&j);
	return iv_jw_done(&j) && iv_buf_adds(&w->now, IV_S("\n\n"));
}

static enum iv_flow_next look(struct iv_flow *f)
{
	struct watcher *w = IV_CONTAINER(f, struct watcher, flow);
	const struct iv_scope scope = {.tenant_id = iv_str(w->tenant)};

	return iv_pg_one(w->s->pg, f, &w->run, &scope, &w->arena, &iv_sql_calls_open,
			 &(struct iv_calls_open_in){.count = SHOWN + 1}, &w->rows);
}

static void looked(struct iv_flow *f)
{
	struct watcher *w = IV_CONTAINER(f, struct watcher, flow);
	bool good = f->err.code == IV_OK && print_list(w);

	if (!w->http)
		return;
	if (good && !iv_str_eq(iv_buf_str(&w->now), iv_buf_str(&w->told))) {
		struct iv_buf was = w->told;

		w->told = w->now;
		w->now = was;
		w->quiet = 0;
		/* A full pipe: the client gets the list as it is then, with the next that differs. */
		if (!iv_http_stream_write(w->http, iv_buf_str(&w->told)))
			iv_buf_clear(&w->told);
	} else if (++w->quiet % QUIET_LOOKS == 0) {
		(void)iv_http_stream_write(w->http, IV_S(": still here\n\n"));
	}
	iv_timer_in_ms(&w->timer, LOOK_EVERY_MS);
}

static void start_look(void *arg)
{
	static const struct iv_flow_step steps[] = {{"look", look}, {0}};
	static const struct iv_flow_type type = {"live_calls_look", steps, looked};
	struct watcher *w = arg;

	iv_arena_reset(&w->arena);
	w->flow = (struct iv_flow){0};
	iv_flow_start(&w->flow, &type, w->loop, LOOK_MS, &w->looking);
}

static void on_close(void *arg)
{
	struct watcher *w = arg;

	w->http = NULL;
	watcher_free(w);
}

static enum iv_flow_next begin(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct iv_http_req *http = iv_api_take(c);
	struct watcher *w;

	if (!http)
		return IV_FLOW_DONE;
	w = calloc(1, sizeof(*w));
	if (!w)
		abort();
	w->loop = c->s->loop;
	w->s = c->s;
	w->http = http;
	iv_timer_init(&w->timer, w->loop, start_look, w);
	iv_arena_init(&w->arena, ROWS_BYTES);
	iv_buf_init(&w->now, TEXT_BYTES);
	iv_buf_init(&w->told, TEXT_BYTES);
	(void)iv_str_copy(w->tenant, sizeof(w->tenant), c->who.tenant_id); /* it is in the books: it fits */
	iv_http_set_header(http, "Cache-Control", IV_S("no-store"));
	iv_http_set_header(http, "X-Accel-Buffering", IV_S("no"));
	iv_http_on_close(http, on_close, w);
	iv_http_stream_begin(http, 200, "text/event-stream");
	iv_timer_in_ms(&w->timer, 0);
	return IV_FLOW_DONE;
}

static const struct iv_flow_step steps[] = {{"begin", begin}, {0}};

const struct iv_api_route *live_calls_routes(void)
{
	static const struct iv_api_route rows[] = {
		{.method = "GET", .path = "/v1/live", .id = "watchCalls", .tag = "Live calls", .role = IV_ROLE_ANALYST,
		 .flags = IV_API_STREAMS, .status = 200, .steps = steps, .content_type = "text/event-stream",
		 .doc = "The calls that are not over, the whole list whenever it changes: server-sent events"},
		{0},
	};

	return rows;
}
