/* Asking the instance that owns a call: look the owner up, publish to its channel, wait for its answer. */
#include "control_priv.h"

#include <stdio.h>

#include "iv_json.h"
#include "iv_log.h"
#include "iv_metrics.h"

#define OWNER_MS 5000 /* Redis's own deadline is shorter */

enum wait_state { WAIT_OWNER, WAIT_DELIVERY, WAIT_ANSWER, WAIT_OVER };

struct iv_control_wait {
	struct iv_list node;
	struct iv_control *control;
	struct iv_control_run *run;
	enum wait_state state;
	struct iv_redis_command *command; /* WAIT_OWNER, WAIT_DELIVERY */
	struct iv_timer timer;
	struct iv_arena *arena;
	struct iv_str *answer;
	bool owner_only; /* the answer is the owner */
	int64_t until_ms; /* wall */
	char id[32], owner[64];
	struct iv_str call_id, verb, args; /* their bytes follow the struct */
};

/* ── the end of a wait ── */

static void free_wait(struct iv_control_wait *w)
{
	struct iv_control *c = w->control;

	w->state = WAIT_OVER;
	iv_timer_stop(&w->timer);
	if (w->command)
		iv_redis_forget(w->command);
	(void)iv_map_remove(c->waits, iv_str(w->id));
	iv_list_remove(&w->node);
	c->waiting_count--;
	w->run->wait = NULL;
	free(w);
}

static void done(struct iv_control_wait *w, const struct iv_err *e, int result)
{
	struct iv_control_run *run = w->run;

	if (!w->owner_only)
		iv_metric_add(IV_M_control_requests_total, result, 1);
	free_wait(w);
	iv_op_done(&run->op, e);
}

static void fail(struct iv_control_wait *w, int result, enum iv_code code, const char *why)
{
	struct iv_err e = {0};

	iv_fail(&e, code, "%s", why);
	done(w, &e, result);
}

static void succeed(struct iv_control_wait *w, struct iv_str text)
{
	struct iv_str copy = iv_arena_str(w->arena, text);

	if (!copy.ptr) {
		fail(w, CONTROL_ERROR, IV_ETOOBIG, "the answer does not fit");
		return;
	}
	*w->answer = copy;
	done(w, NULL, CONTROL_OK);
}

static void on_timeout(void *arg)
{
	struct iv_control_wait *w = arg;

	if (w->state == WAIT_OWNER)
		fail(w, CONTROL_AWAY, IV_EDRAINING, "the owner of the call cannot be looked up");
	else
		fail(w, CONTROL_TIMEOUT, IV_ETIMEDOUT, "the instance that has the call does not answer");
}

static void on_cancelled(struct iv_op *op)
{
	struct iv_control_run *run = IV_CONTAINER(op, struct iv_control_run, op);

	if (run->wait)
		free_wait(run->wait);
}

/* ── its steps ── */

static void on_delivered(void *arg, const struct iv_reply *reply, const struct iv_err *err)
{
	struct iv_control_wait *w = arg;

	w->command = NULL;
	if (!reply) {
		/* It may have gone out; a connection that was lost does not say. */
		w->state = WAIT_ANSWER;
		if (err->code != IV_EDRAINING)
			fail(w, CONTROL_ERROR, err->code, err->msg);
		return;
	}
	w->state = WAIT_ANSWER;
	if (reply->i == 0)
		fail(w, CONTROL_AWAY, IV_EDRAINING, "the instance that had the call is gone");
}

static bool write_request(const struct iv_control_wait *w, struct iv_buf *json)
{
	struct iv_jw j;

	iv_jw_init(&j, json);
	iv_jw_obj(&j, NULL);
	iv_jw_cstr(&j, "id", w->id);
	iv_jw_cstr(&j, "from", w->control->instance);
	iv_jw_str(&j, "call", w->call_id);
	iv_jw_str(&j, "verb", w->verb);
	iv_jw_str(&j, "args", w->args);
	iv_jw_i64(&j, "until", w->until_ms);
	iv_jw_end_obj(&j);
	return iv_jw_done(&j);
}

static void deliver(struct iv_control_wait *w)
{
	struct iv_control *c = w->control;
	char channel[80];
	struct iv_buf json;
	struct iv_err e = {0};

	iv_buf_init(&json, 8 * CONTROL_TEXT_MAX);
	snprintf(channel, sizeof(channel), "control:%s", w->owner);
	w->state = WAIT_DELIVERY;
	if (write_request(w, &json))
		w->command = iv_redis_ask(c->redis,
					  (const struct iv_str[]){IV_S("PUBLISH"), iv_str(channel), iv_buf_str(&json)}, 3,
					  on_delivered, w, &e);
	iv_buf_deinit(&json);
	if (!w->command)
		fail(w, CONTROL_AWAY, e.code == IV_OK ? IV_ETOOBIG : e.code, e.code == IV_OK ? "too long" : e.msg);
}

static void on_owner(void *arg, const struct iv_reply *reply, const struct iv_err *err)
{
	struct iv_control_wait *w = arg;
	struct iv_str owner = reply ? reply->s : IV_S("");

	w->command = NULL;
	if (!reply) {
		fail(w, CONTROL_AWAY, err->code, err->msg);
	} else if (w->owner_only) {
		succeed(w, owner);
	} else if (owner.len == 0 || iv_str_eq(owner, iv_str(w->control->instance))) {
		fail(w, CONTROL_UNOWNED, IV_ECONFLICT, "the call is not live"); /* ours would have been known */
	} else if (!iv_str_copy(w->owner, sizeof(w->owner), owner)) {
		fail(w, CONTROL_ERROR, IV_EINTERNAL, "the owner's name is malformed");
	} else {
		deliver(w);
	}
}

/* ── what comes over the channel ── */

static enum iv_code code_named(struct iv_str name)
{
	static const enum iv_code all[] = {
#define X(code, http, ws, retry, wire) code,
		IV_ERR_TABLE(X)
#undef X
	};

	for (size_t i = 0; i < IV_COUNT(all); i++)
		if (iv_str_eq(name, iv_str(iv_code_info(all[i])->name)))
			return all[i];
	return IV_EINTERNAL;
}

void control_answered(struct iv_control *c, struct iv_str wait_id, enum iv_code code, struct iv_str text)
{
	struct iv_control_wait *w = iv_map_get(c->waits, wait_id);
	char why[160];

	if (!w)
		return; /* it has timed out, or its flow has gone */
	if (code == IV_OK) {
		succeed(w, text);
		return;
	}
	(void)iv_str_copy(why, sizeof(why), text);
	fail(w, CONTROL_ERROR, code, why);
}

static void on_message(void *arg, struct iv_str payload)
{
	struct iv_control *c = arg;
	struct iv_err e = {0};
	cJSON *message = payload.len <= 16 * CONTROL_TEXT_MAX ? iv_json_parse(payload, &e) : NULL;
	struct iv_str re = iv_json_str(message, "re");

	if (!message)
		iv_warn("control.malformed", IV_LI("bytes", (int64_t)payload.len));
	else if (re.len)
		control_answered(c, re, code_named(iv_json_str(message, "code")), iv_json_str(message, "text"));
	else
		control_serve(c, message);
	cJSON_Delete(message);
}

static void on_gap(void *arg)
{
	control_own_renew_all(arg);
}

/* ── the door ── */

static struct iv_control_wait *make_wait(struct iv_control *c, struct iv_control_run *run, struct iv_arena *arena,
					 struct iv_str call_id, struct iv_str verb, struct iv_str args, int timeout_ms,
					 struct iv_str *answer)
{
	struct iv_control_wait *w = control_calloc(sizeof(*w) + call_id.len + verb.len + args.len);
	const struct iv_str parts[] = {call_id, verb, args};
	struct iv_str *kept[] = {&w->call_id, &w->verb, &w->args};
	char *at = (char *)(w + 1);

	w->control = c;
	w->run = run;
	w->arena = arena;
	w->answer = answer;
	w->until_ms = iv_wall_ms() + timeout_ms;
	for (size_t i = 0; i < IV_COUNT(parts); i++) {
		if (parts[i].len)
			memcpy(at, parts[i].ptr, parts[i].len);
		*kept[i] = (struct iv_str){at, parts[i].len};
		at += parts[i].len;
	}
	snprintf(w->id, sizeof(w->id), "%llu", (unsigned long long)++c->last_id);
	(void)iv_map_put(c->waits, iv_str(w->id), w);
	iv_list_append(&c->waiting, &w->node);
	c->waiting_count++;
	iv_timer_init(&w->timer, c->loop, on_timeout, w);
	iv_timer_in_ms(&w->timer, timeout_ms);
	run->wait = w;
	return w;
}

static bool look_up(struct iv_control_wait *w, struct iv_err *e)
{
	char key[CONTROL_KEY_SIZE];

	control_owner_key(w->call_id, key);
	w->command = iv_redis_ask(w->control->redis, (const struct iv_str[]){IV_S("GET"), iv_str(key)}, 2, on_owner, w, e);
	return w->command != NULL;
}

static enum iv_flow_next start(struct iv_control_wait *w, struct iv_flow *f)
{
	struct iv_control *c = w->control;
	struct iv_control_run *run = w->run;
	struct iv_err e = {0};

	if (iv_control_owns(c, w->call_id)) {
		w->state = WAIT_ANSWER;
		control_serve_local(c, iv_str(w->id), w->call_id, w->verb, w->args);
	} else if (!look_up(w, &e)) {
		free_wait(w);
		return iv_flow_fail(f, e.code, "%s", e.msg);
	}
	iv_op_begin(&run->op, f, on_cancelled);
	return iv_flow_await(f);
}

enum iv_flow_next iv_control_send(struct iv_control *c, struct iv_flow *f, struct iv_control_run *run,
				  struct iv_arena *arena, struct iv_str call_id, struct iv_str verb, struct iv_str args,
				  int timeout_ms, struct iv_str *answer)
{
	*answer = IV_STR_NULL;
	if (call_id.len == 0 || call_id.len > CONTROL_NAME_MAX || verb.len == 0 || verb.len > 64)
		return iv_flow_fail(f, IV_EINVAL, "a call has a name of 1 to %d bytes", CONTROL_NAME_MAX);
	if (args.len > CONTROL_TEXT_MAX)
		return iv_flow_fail(f, IV_ETOOBIG, "the arguments have more than 64 KiB");
	if (c->waiting_count >= c->waiting_max)
		return iv_flow_fail(f, IV_EDRAINING, "too many commands are waiting for their answers");
	return start(make_wait(c, run, arena, call_id, verb, args, timeout_ms, answer), f);
}

enum iv_flow_next iv_control_owner(struct iv_control *c, struct iv_flow *f, struct iv_control_run *run,
				   struct iv_arena *arena, struct iv_str call_id, struct iv_str *owner)
{
	struct iv_control_wait *w;

	*owner = IV_S("");
	if (call_id.len == 0 || call_id.len > CONTROL_NAME_MAX)
		return IV_FLOW_NEXT; /* such a call cannot be */
	if (iv_control_owns(c, call_id)) {
		*owner = iv_arena_str(arena, iv_str(c->instance));
		return owner->ptr ? IV_FLOW_NEXT : iv_flow_fail(f, IV_ETOOBIG, "the owner does not fit");
	}
	w = make_wait(c, run, arena, call_id, IV_S(""), IV_S(""), OWNER_MS, owner);
	w->owner_only = true;
	return start(w, f);
}

/* ── begin and end ── */

struct iv_control *iv_control_new(struct iv_loop *l, struct iv_redis *r, const struct iv_control_opts *o)
{
	struct iv_control *c = control_calloc(sizeof(*c));

	c->loop = l;
	c->redis = r;
	c->waiting_max = o->waiting_max;
	(void)iv_str_copy(c->instance, sizeof(c->instance), iv_str(o->instance_id));
	snprintf(c->channel, sizeof(c->channel), "control:%s", c->instance);
	c->waits = iv_map_new();
	iv_list_init(&c->waiting);
	iv_list_init(&c->requests);
	control_own_init(c, o->lease_ms);
	c->sub = iv_redis_subscribe(r, iv_str(c->channel), on_message, on_gap, c);
	return c;
}

void iv_control_free(struct iv_control *c)
{
	iv_redis_unsubscribe(c->sub);
	control_own_end(c);
	control_serve_end(c);
	while (!iv_list_empty(&c->waiting))
		fail(IV_CONTAINER(c->waiting.next, struct iv_control_wait, node), CONTROL_AWAY, IV_EDRAINING,
		     "the instance is stopping");
	iv_map_free(c->waits);
	free(c);
}
