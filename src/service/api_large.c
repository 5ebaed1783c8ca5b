/* A large body is read on a thread: parsed, put into its shape, and digested, all of which takes as long as some frames of
 * a call. Its memory is the request's own from here on; nothing is copied. */
#include <stdlib.h>
#include "api_priv.h"
#include "iv_crypto.h"
#include "iv_json.h"
#include "iv_shape.h"

/* Outlives the request: the thread may have it when the client goes. */
struct api_large {
	struct iv_api_call *c; /* NULL: nobody waits any more */
	const struct iv_shape *shape;
	struct iv_buf body;
	struct iv_arena arena;
	cJSON *doc;
	void *in;
	bool fits; /* the shape */
	struct iv_err err;
	uint8_t digest[IV_SHA256_BYTES];
	struct {
		struct iv_str pointer, rule;
	} bad[IV_SHAPE_BAD_MAX];
	size_t bad_count;
};

void api_large_free(struct api_large *l)
{
	if (!l)
		return;
	cJSON_Delete(l->doc);
	iv_arena_deinit(&l->arena);
	iv_buf_deinit(&l->body);
	free(l);
}

/* ── on the thread ── */

static void on_bad(void *arg, const char *pointer, const char *rule)
{
	struct api_large *l = arg;

	if (l->bad_count == IV_SHAPE_BAD_MAX)
		return;
	l->bad[l->bad_count].pointer = iv_arena_str(&l->arena, iv_str(pointer));
	l->bad[l->bad_count].rule = iv_arena_str(&l->arena, iv_str(rule));
	l->bad_count += l->bad[l->bad_count].pointer.ptr && l->bad[l->bad_count].rule.ptr;
}

static void read_it(void *arg)
{
	struct api_large *l = arg;

	iv_sha256(iv_buf_str(&l->body), l->digest);
	l->doc = iv_json_parse(iv_buf_str(&l->body), &l->err);
	if (!l->doc)
		return;
	l->in = iv_arena_alloc(&l->arena, l->shape->size);
	l->fits = l->in ? iv_shape_read_all(l->shape, l->doc, l->in, &l->arena, on_bad, l, &l->err)
			: iv_fail(&l->err, IV_ETOOBIG, "no memory for the body");
}

/* ── on the loop ── */

static void was_read(void *arg)
{
	struct api_large *l = arg;

	if (!l->c)
		api_large_free(l);
	else
		iv_op_done(&l->c->priv->reading, NULL);
}

static void stop_waiting(struct iv_op *op)
{
	struct iv_api_private *p = IV_CONTAINER(op, struct iv_api_private, reading);

	p->large->c = NULL; /* was_read frees it */
	p->large = NULL;
	p->call->body = IV_S("");
}

enum iv_flow_next api_read_large(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct api_large *l;

	if (!c->http || c->body.len <= API_LARGE_BYTES || !api_is_json(c))
		return IV_FLOW_NEXT;
	l = calloc(1, sizeof(*l));
	if (!l)
		abort();
	l->c = c;
	l->shape = c->route->in;
	l->body = iv_http_take_body(c->http);
	iv_arena_init(&l->arena, API_ARENA_BYTES);
	c->body = iv_buf_str(&l->body);
	c->priv->large = l;
	iv_op_begin(&c->priv->reading, f, stop_waiting);
	iv_loop_work(c->s->loop, read_it, was_read, l);
	return iv_flow_await(f);
}

void api_large_bind(struct iv_api_call *c)
{
	struct api_large *l = c->priv->large;

	c->doc = l->doc;
	c->in = l->in;
	for (size_t i = 0; i < l->bad_count; i++)
		iv_api_bad_field(c, l->bad[i].pointer.ptr, l->bad[i].rule.ptr);
	if (!l->doc)
		iv_api_bad(c, "", "%s", l->err.msg);
	else if (!l->fits && l->err.code == IV_ETOOBIG)
		c->flow.err = l->err;
	else if (!l->fits && !iv_api_any_bad(c))
		iv_api_bad(c, "", "%s", l->err.msg);
}

const uint8_t *api_large_digest(const struct iv_api_call *c)
{
	return c->priv->large ? c->priv->large->digest : NULL;
}
