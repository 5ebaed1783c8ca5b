/* Requests to this instance: over the wire, or from its own flows. */
#include "control_priv.h"

#include <stdio.h>

#include "iv_json.h"
#include "iv_log.h"
#include "iv_loop.h"

#define GRACE_MS 2000 /* by which instances' clocks may differ */

struct request {
	struct iv_control_request pub; /* first */
	struct iv_list node;
	struct iv_control *control; /* NULL: it is gone, nobody hears the answer */
	bool local;
	char from[64], id[32];
	char bytes[];
};

static struct request *make_request(struct iv_control *c, struct iv_str from, struct iv_str id, struct iv_str call_id,
				    struct iv_str verb, struct iv_str args)
{
	struct request *rq = control_calloc(sizeof(*rq) + call_id.len + verb.len + args.len);
	char *at = rq->bytes;
	const struct iv_str parts[] = {call_id, verb, args};
	struct iv_str *kept[] = {&rq->pub.call_id, &rq->pub.verb, &rq->pub.args};

	rq->control = c;
	(void)iv_str_copy(rq->from, sizeof(rq->from), from);
	(void)iv_str_copy(rq->id, sizeof(rq->id), id);
	for (size_t i = 0; i < IV_COUNT(parts); i++) {
		if (parts[i].len)
			memcpy(at, parts[i].ptr, parts[i].len);
		*kept[i] = (struct iv_str){at, parts[i].len};
		at += parts[i].len;
	}
	iv_list_append(&c->requests, &rq->node);
	return rq;
}

static void dispatch(struct request *rq)
{
	const struct iv_control *c = rq->control;

	for (size_t i = 0; i < c->verb_count; i++) {
		if (iv_str_eq(rq->pub.verb, iv_str(c->verbs[i].verb))) {
			c->verbs[i].fn(c->verbs[i].arg, &rq->pub);
			return;
		}
	}
	iv_control_answer(&rq->pub, IV_EUNSUPPORTED, IV_S("this instance knows no such command"));
}

void control_serve(struct iv_control *c, const cJSON *message)
{
	struct iv_str from = iv_json_str(message, "from"), id = iv_json_str(message, "id");
	struct iv_str call_id = iv_json_str(message, "call"), verb = iv_json_str(message, "verb");
	const cJSON *until = iv_json_get(message, "until");

	if (from.len == 0 || from.len > 63 || id.len == 0 || id.len > 31 || call_id.len > CONTROL_NAME_MAX ||
	    !cJSON_IsNumber(until)) {
		iv_warn("control.malformed", IV_LI("bytes", 0));
		return;
	}
	/* From a Redis that stood still: who asked has been told that it timed out. */
	if ((double)iv_wall_ms() > until->valuedouble + GRACE_MS) {
		iv_warn("control.too_late", IV_LV("verb", verb));
		return;
	}
	dispatch(make_request(c, from, id, call_id, verb, iv_json_str(message, "args")));
}

static void on_local(void *arg)
{
	struct request *rq = arg;

	if (rq->control)
		dispatch(rq);
	else
		free(rq);
}

void control_serve_local(struct iv_control *c, struct iv_str wait_id, struct iv_str call_id, struct iv_str verb,
			 struct iv_str args)
{
	struct request *rq = make_request(c, iv_str(c->instance), wait_id, call_id, verb, args);

	rq->local = true;
	iv_defer(c->loop, on_local, rq);
}

static void answer_over_the_wire(const struct request *rq, enum iv_code code, struct iv_str text)
{
	struct iv_buf json;
	struct iv_jw w;
	char channel[80];

	iv_buf_init(&json, 8 * CONTROL_TEXT_MAX);
	iv_jw_init(&w, &json);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "re", rq->id);
	iv_jw_cstr(&w, "code", iv_code_info(code)->name);
	iv_jw_str(&w, "text", text);
	iv_jw_end_obj(&w);
	snprintf(channel, sizeof(channel), "control:%s", rq->from);
	/* When it cannot be sent the asker times out. */
	if (iv_jw_done(&w))
		(void)iv_redis_send(rq->control->redis,
				    (const struct iv_str[]){IV_S("PUBLISH"), iv_str(channel), iv_buf_str(&json)}, 3);
	iv_buf_deinit(&json);
}

void iv_control_answer(struct iv_control_request *pub, enum iv_code code, struct iv_str text)
{
	struct request *rq = (struct request *)(void *)pub;

	if (text.len > CONTROL_TEXT_MAX) {
		code = IV_ETOOBIG;
		text = IV_S("the answer has more than 64 KiB");
	}
	iv_list_remove(&rq->node);
	if (rq->control && rq->local)
		control_answered(rq->control, iv_str(rq->id), code, text);
	else if (rq->control)
		answer_over_the_wire(rq, code, text);
	free(rq);
}

void control_serve_end(struct iv_control *c)
{
	while (!iv_list_empty(&c->requests)) {
		struct request *rq = IV_CONTAINER(c->requests.next, struct request, node);

		rq->control = NULL; /* whoever works on it frees it by answering */
		iv_list_remove(&rq->node);
	}
}

void iv_control_handle(struct iv_control *c, const char *verb, iv_control_fn *fn, void *arg)
{
	if (c->verb_count == CONTROL_VERBS_MAX)
		abort(); /* a table in the program is too long */
	c->verbs[c->verb_count++] = (struct control_verb){verb, fn, arg};
}
