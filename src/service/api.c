/* The driver: rows are mounted, a request becomes a flow of our stages and the row's steps, and every
 * flow has one end. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include "api_priv.h"
#include "iv_id.h"
#include "iv_log.h"

struct iv_api *iv_api_new(struct iv_services *s)
{
	struct iv_api *a = calloc(1, sizeof(*a));

	if (!a)
		abort();
	a->s = s;
	iv_list_init(&a->live);
	api_owed_init(a);
	return a;
}

void iv_api_free(struct iv_api *a)
{
	if (!a)
		return;
	while (!iv_list_empty(&a->live)) { /* a flow that ends may leave another, which goes next */
		struct iv_api_private *p = IV_CONTAINER(a->live.next, struct iv_api_private, node);

		iv_flow_cancel(p->running ? p->running : p->finishing, IV_ECANCELED, "the process stops");
	}
	api_owed_drop(a);
	for (size_t i = 0; i < a->count; i++)
		free(a->rows[i]);
	free(a->rows);
	free(a->http);
	free(a);
}

/* ── mounting ── */

static enum iv_flow_next run_step(struct iv_flow *f);
static void ended(struct iv_flow *f);

static void add_step(struct api_row *r, const char *name, enum iv_flow_next (*run)(struct iv_flow *f))
{
	assert(r->step_count < API_STEPS_MAX - 1);
	r->run[r->step_count] = run;
	r->steps[r->step_count++] = (struct iv_flow_step){name, run_step};
}

/* A row is written by us: one that makes no sense must not live to be found by a client. */
static void check_row(const struct iv_api *a, const struct iv_api_route *row)
{
	bool get = strcmp(row->method, "GET") == 0;

	assert(row->path && row->path[0] == '/' && row->id && row->tag && row->doc && row->steps);
	assert(row->status >= 200 && row->status < 300);
	assert(!(get && (row->in || (row->flags & (IV_API_RAW | IV_API_PATCH | IV_API_PLACES_CALL)))));
	assert(!(row->in && (row->flags & IV_API_RAW)) && !row->media == !(row->flags & IV_API_PIECES));
	assert(!(row->flags & IV_API_PATCH) || row->in);
	assert(row->status != 204 || !row->out);
	for (size_t i = 0; i < a->count; i++) {
		const struct iv_api_route *other = a->rows[i]->row;

		assert(strcmp(other->id, row->id) != 0);
		assert(strcmp(other->path, row->path) != 0 || strcmp(other->method, row->method) != 0);
	}
}

static size_t body_max(const struct iv_api *a, const struct iv_api_route *row)
{
	int64_t setting;

	if (!row->media)
		return row->body_max ? row->body_max : API_BODY_MAX;
	memcpy(&setting, (const char *)a->s->cfg + row->body_max_at, sizeof(setting));
	return (size_t)setting;
}

static struct api_row *new_row(const struct iv_api_route *row)
{
	struct api_row *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->row = row;
	r->remembers = strcmp(row->method, "POST") == 0 && row->role > IV_ROLE_ANYONE && !(row->flags & IV_API_STREAMS);
	if (row->role > IV_ROLE_ANYONE) {
		add_step(r, "credential", api_credential);
		add_step(r, "may", api_may);
	}
	if (!(row->flags & IV_API_NO_RATE)) {
		add_step(r, "rate", api_rate);
		add_step(r, "rated", api_rated);
	}
	if (row->flags & IV_API_PIECES)
		add_step(r, "collect", api_collect);
	if (row->in && !(row->flags & (IV_API_PIECES | IV_API_PATCH)) && row->body_max > API_LARGE_BYTES)
		add_step(r, "read_large", api_read_large);
	add_step(r, "read", api_read);
	if (r->remembers) {
		add_step(r, "claim", api_claim);
		add_step(r, "claimed", api_claimed);
		add_step(r, "replay", api_replay);
	}
	for (const struct iv_flow_step *s = row->steps; s->run; s++)
		add_step(r, s->name, s->run);
	r->type = (struct iv_flow_type){row->id, r->steps, ended};
	return r;
}

void iv_api_mount(struct iv_api *a, const struct iv_api_route *rows)
{
	assert(!a->http);
	for (const struct iv_api_route *row = rows; row->method; row++) {
		check_row(a, row);
		a->rows = realloc(a->rows, (a->count + 1) * sizeof(struct api_row *));
		if (!a->rows)
			abort();
		a->rows[a->count] = new_row(row);
		a->count++;
	}
}

size_t iv_api_count(const struct iv_api *a)
{
	return a->count;
}

const struct iv_api_route *iv_api_at(const struct iv_api *a, size_t i)
{
	return a->rows[i]->row;
}

/* "/v1/calls/export" before "/v1/calls/:id", whoever was mounted first: the server takes the first row that
 * fits, and ':' sorts behind every letter that may begin a segment only if we say so. */
static int by_path(const void *x, const void *y)
{
	const struct iv_route *a = x, *b = y;
	size_t i = 0;

	while (a->path[i] && a->path[i] == b->path[i])
		i++;
	if ((a->path[i] == ':') != (b->path[i] == ':'))
		return a->path[i] == ':' ? 1 : -1;
	return a->path[i] != b->path[i] ? (a->path[i] < b->path[i] ? -1 : 1) : strcmp(a->method, b->method);
}

const struct iv_route *iv_api_routes(struct iv_api *a, void (*handle)(void *ctx, struct iv_http_req *rq))
{
	free(a->http);
	a->http = calloc(a->count + 1, sizeof(struct iv_route));
	if (!a->http)
		abort();
	for (size_t i = 0; i < a->count; i++) {
		const struct iv_api_route *row = a->rows[i]->row;

		/* The flow's own deadline answers first; the server's is for a driver that has gone wrong. */
		a->http[i] = (struct iv_route){.method = row->method,
					       .path = row->path,
					       .handle = handle,
					       .body_max = body_max(a, row) | (row->flags & IV_API_PIECES ? IV_HTTP_PIECES : 0),
					       .deadline_ms = (row->deadline_ms ? row->deadline_ms : API_DEADLINE_MS) +
							      2 * API_FINISH_MS,
					       .doc = row->doc};
	}
	qsort(a->http, a->count, sizeof(struct iv_route), by_path);
	return a->http;
}

/* ── one request ── */

/* Both halves of a request are one piece of memory. */
struct request {
	struct iv_api_call call; /* first */
	struct iv_api_private priv;
};

static enum iv_flow_next run_step(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct api_row *r = c->priv->row;
	struct iv_log_context context = {.request_id = c->request_id, .trace_id = c->priv->trace_id};
	enum iv_flow_next next;

	iv_log_push(&context);
	next = r->run[f->at - r->steps](f);
	iv_log_pop(&context);
	return next;
}

static void answer(struct iv_api_call *c)
{
	struct iv_loop *l = c->s->loop;

	api_send(c);
	iv_list_remove(&c->priv->node);
	cJSON_Delete(c->priv->doc);
	api_large_free(c->priv->large);
	iv_buf_deinit(&c->json);
	iv_buf_deinit(&c->priv->body);
	iv_arena_deinit(&c->arena);
	iv_free_later(l, c);
}

/* What was to be remembered is, or will be, or could not be: the answer is the same. */
static void finished(struct iv_flow *f)
{
	struct iv_api_call *c = api_call_of(f);

	if (f->err.code != IV_OK && !api_owe(c, f->err.code))
		iv_warn("api.not_remembered", IV_LS("route", c->route->id), IV_LS("code", iv_code_info(f->err.code)->name),
			IV_LS("request_id", c->request_id));
	answer(c);
}
static const struct iv_flow_type finish_type = {"api_finish", api_finish_steps, finished};

static void ended(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);

	api_compose(c);
	if (api_must_finish(c))
		iv_flow_start(&c->priv->finish, &finish_type, c->s->loop, API_FINISH_MS, &c->priv->finishing);
	else
		answer(c);
}

/* Whoever sent a key comes back for the answer: his work goes on without him. */
static void on_gone(void *arg)
{
	struct iv_api_call *c = arg;

	c->http = NULL;
	if (c->priv->running && (c->priv->taking || !c->priv->claim.held))
		iv_flow_cancel(c->priv->running, IV_ECANCELED, "the client left");
}

static struct api_row *row_of(const struct iv_api *a, const struct iv_route *http)
{
	for (size_t i = 0; i < a->count; i++)
		if (a->rows[i]->row->path == http->path && a->rows[i]->row->method == http->method)
			return a->rows[i];
	return NULL;
}

static void copy_params(struct iv_api_call *c)
{
	struct iv_str rest = iv_str(c->route->path), part;
	struct iv_api_private *p = c->priv;
	char name[64];

	while (iv_str_split(&rest, '/', &part)) {
		if (part.len < 2 || part.ptr[0] != ':' || p->param_count == API_PARAMS_MAX)
			continue;
		part = (struct iv_str){part.ptr + 1, part.len - 1};
		(void)iv_str_copy(name, sizeof(name), part); /* ours: short */
		p->params[p->param_count].name = part;
		p->params[p->param_count++].value = iv_arena_str(&c->arena, iv_http_param(c->http, name));
	}
}

void iv_api_handle(struct iv_api *a, struct iv_http_req *rq)
{
	struct api_row *row = row_of(a, iv_http_row(rq));
	struct request *r;
	struct iv_api_call *c;

	assert(row);
	r = calloc(1, sizeof(*r));
	if (!r)
		abort();
	c = &r->call;
	c->priv = &r->priv;
	r->priv = (struct iv_api_private){.call = c, .api = a, .row = row, .begun_us = iv_now_us()};
	r->priv.wrong_end = &r->priv.wrong;
	iv_list_append(&a->live, &r->priv.node);
	c->route = row->row;
	c->s = a->s;
	c->http = rq;
	iv_arena_init(&c->arena, API_ARENA_BYTES);
	iv_buf_init(&c->json, API_ANSWER_BYTES);
	c->body = iv_http_body(rq); /* none yet, with IV_API_PIECES */
	api_request_id(rq, r->priv.request_id);
	c->request_id = r->priv.request_id;
	api_trace_begin(c);
	c->peer = iv_arena_str(&c->arena, iv_auth_peer(a->s->auth, iv_http_peer(rq), iv_http_header(rq, "x-forwarded-for")));
	r->priv.path = iv_arena_str(&c->arena, iv_http_path(rq));
	copy_params(c);
	c->state = c->route->state_size ? iv_arena_alloc(&c->arena, c->route->state_size) : NULL;
	iv_http_on_close(rq, on_gone, c);
	iv_flow_start(&c->flow, &row->type, a->s->loop, c->route->deadline_ms ? c->route->deadline_ms : API_DEADLINE_MS,
		      &r->priv.running);
}

/* ── for steps ── */

struct iv_str iv_api_param(const struct iv_api_call *c, const char *name)
{
	for (size_t i = 0; i < c->priv->param_count; i++)
		if (iv_str_eq(c->priv->params[i].name, iv_str(name)))
			return c->priv->params[i].value;
	return IV_STR_NULL;
}

struct iv_str iv_api_header(const struct iv_api_call *c, const char *name)
{
	return c->http ? iv_http_header(c->http, name) : IV_S("");
}

void iv_api_set_header(struct iv_api_call *c, const char *name, struct iv_str value)
{
	if (c->http)
		iv_http_set_header(c->http, name, value);
}

void iv_api_retry_after(struct iv_api_call *c, int64_t seconds)
{
	c->priv->retry_after_s = seconds > 0 ? seconds : 1;
}

struct iv_http_req *iv_api_take(struct iv_api_call *c)
{
	struct iv_http_req *rq = c->http;

	assert(c->route->flags & IV_API_STREAMS);
	if (!rq)
		return NULL;
	api_common_headers(c->priv->api, rq, iv_str(c->request_id));
	c->priv->taken = true;
	c->http = NULL;
	iv_http_on_close(rq, NULL, NULL);
	return rq;
}
