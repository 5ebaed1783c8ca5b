/* Calling a registered tool from here rather than from a call: POST /v1/tools/:name/invoke, which tells what came of it,
 * and the older POST /tools/:name, which answers as the tool did. */
#include "tools.h"

#include "iv_crypto.h"
#include "iv_id.h"
#include "iv_metrics.h"
#include "iv_rate.h"
#include "iv_sql.h"
#include "iv_tool_run.h"

enum { LOCK_MS = 10000, KEY_BYTES = 128, ARGUMENTS_BYTES = 65536 };

enum outcome_error { CONFLICT, BAD_REQUEST, SCHEMA_MISMATCH, TIMEOUT, ERROR, NONE = -1 };
static const char *const error_names[] = {"conflict", "bad_request", "schema_mismatch", "timeout", "error", NULL};

/* ── shapes ── */

struct invocation {
	struct iv_str arguments, call_id, key;
};

static const struct iv_field invocation_fields[] = {
	IV_JSON(struct invocation, arguments, "arguments", 0, ARGUMENTS_BYTES, "An object, as inputSchema asks for; none is {}"),
	IV_STR(struct invocation, call_id, "callId", 0, 1, KEY_BYTES, "Sent along as X-Call-Id"),
	IV_STR(struct invocation, key, "idempotencyKey", 0, 1, KEY_BYTES,
	       "The same one again for the same tool within 10 seconds is a conflict; without one a callId with the same "
	       "arguments is"),
	IV_FIELDS_END,
};
const struct iv_shape tool_invocation_shape = {"toolInvocation", sizeof(struct invocation), invocation_fields, NULL};

struct outcome {
	bool ok;
	int64_t status, latency_ms;
	struct iv_str result;
	int error;
	struct iv_str message;
	struct iv_objs errors;
};

static const struct iv_field outcome_fields[] = {
	IV_BOOL(struct outcome, ok, "ok", 0, "It answered as it should"),
	IV_INT(struct outcome, status, "status", 0, 0, 0, "HTTP status of its answer; 0: there was none"),
	IV_INT(struct outcome, latency_ms, "latencyMs", 0, 0, 0, "From the request to the end of the answer; 0: not sent"),
	IV_JSON(struct outcome, result, "result", 0, 0, "Its answer"),
	IV_ENUM(struct outcome, error, "error", 0, error_names, "What went wrong"),
	IV_STR(struct outcome, message, "message", 0, 0, 0, "The same in words"),
	IV_OBJS(struct outcome, errors, "errors", 0, TOOL_WRONGS_MAX, &tool_wrong_shape, "Wrong arguments"),
	IV_FIELDS_END,
};
const struct iv_shape tool_outcome_shape = {"toolOutcome", sizeof(struct outcome), outcome_fields, NULL};

struct invoke_state {
	struct iv_rows rows;
	struct iv_tool tool;
	struct iv_str arguments, call_id, key;
	struct tool_wrongs wrongs;
	struct iv_once_run once;
	bool locks, fresh;
	struct iv_op op;
	struct iv_tool_run *run;
	int64_t begun_us;
	bool decided; /* nothing more is to be done */
	struct outcome outcome;
};
const size_t tool_invoke_state = sizeof(struct invoke_state);

static enum iv_flow_next decide(struct invoke_state *st, enum outcome_error error, const char *message)
{
	st->decided = true;
	st->outcome.error = error;
	st->outcome.message = iv_str(message);
	return IV_FLOW_NEXT;
}

/* ── what is asked ── */

static void check_call_id(struct iv_api_call *c, struct iv_str id)
{
	if (id.len && !iv_id_acceptable(id))
		iv_api_bad(c, "/callId", "is no id of a call");
}

static enum iv_flow_next read_asked(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct invoke_state *st = c->state;
	const struct invocation *in = c->in;
	const cJSON *arguments = iv_json_get(c->doc, "arguments");

	if (arguments && !cJSON_IsObject(arguments))
		iv_api_bad(c, "/arguments", "must be an object");
	check_call_id(c, in->call_id);
	st->arguments = in->arguments.ptr ? in->arguments : IV_S("{}");
	st->call_id = in->call_id;
	st->key = in->key;
	return iv_api_refuse_if_bad(c);
}

/* The body is the arguments, but for callId. */
static enum iv_flow_next read_old(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct invoke_state *st = c->state;
	struct iv_err e = {0};
	cJSON *body = iv_json_parse(c->body.len ? c->body : IV_S("{}"), &e), *call_id;
	char *text = NULL;

	if (!body || !cJSON_IsObject(body))
		iv_api_bad(c, "", "%s", body ? "must be an object" : e.msg);
	call_id = cJSON_DetachItemFromObjectCaseSensitive(body, "callId");
	st->call_id = cJSON_IsString(call_id) ? iv_arena_str(&c->arena, iv_str(call_id->valuestring))
					      : iv_arena_str(&c->arena, iv_api_header(c, "x-call-id"));
	check_call_id(c, st->call_id);
	if (body)
		text = cJSON_PrintUnformatted(body);
	st->arguments = text ? iv_arena_str(&c->arena, iv_str(text)) : IV_STR_NULL;
	cJSON_free(text);
	cJSON_Delete(call_id);
	cJSON_Delete(body);
	if (!st->arguments.ptr && !iv_api_any_bad(c))
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for the arguments");
	return iv_api_refuse_if_bad(c);
}

static enum iv_flow_next find(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct invoke_state *st = c->state;

	st->outcome.error = NONE;
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_tool_get,
			 &(struct iv_tool_get_in){.name = iv_api_param(c, "name")}, &st->rows);
}

static enum iv_flow_next check(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct invoke_state *st = c->state;
	cJSON *arguments;

	if (!tool_read_stored(c, iv_tool_get_at(&st->rows, 0)->definition, &st->tool))
		return IV_FLOW_DONE;
	if (!tool_wrongs_init(&st->wrongs, &c->arena))
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for the arguments");
	arguments = iv_json_parse(st->arguments, NULL);
	st->wrongs.at = c->in ? "/arguments" : "";
	tool_judge_arguments(st->tool.parameters, arguments, tool_note_wrong, &st->wrongs);
	cJSON_Delete(arguments);
	st->outcome.errors = (struct iv_objs){st->wrongs.items, st->wrongs.count};
	if (st->wrongs.count)
		return decide(st, BAD_REQUEST, "the arguments are not what the tool takes");
	if (!st->tool.url.len)
		return decide(st, ERROR, "the tool has no address: the client of a call runs it");
	return IV_FLOW_NEXT;
}

/* ── once ── */

static enum iv_flow_next lock(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct invoke_state *st = c->state;
	uint8_t digest[IV_SHA256_BYTES];
	char hex[2 * IV_SHA256_BYTES + 1] = "", name[600];
	struct iv_str key = st->key;

	st->locks = !st->decided && (st->key.len || st->call_id.len);
	if (!st->locks)
		return IV_FLOW_NEXT;
	if (!key.len) {
		iv_sha256(st->arguments, digest);
		iv_hex(digest, sizeof(digest), hex);
		key = st->call_id;
	}
	(void)snprintf(name, sizeof(name), "toollock:%.*s:%.*s:%s%.*s:%s", IV_FMT(c->who.tenant_id),
		       IV_FMT(iv_api_param(c, "name")), st->key.len ? "" : "call:", IV_FMT(key), hex);
	return iv_once_put(c->s->rate, f, &st->once, iv_str(name), LOCK_MS, IV_S("1"), &st->fresh);
}

/* ── the call ── */

static void on_done(void *arg, const struct iv_tool_result *r)
{
	static const enum outcome_error errors[] = {[IV_TOOL_OK] = NONE,
						    [IV_TOOL_BAD_REQUEST] = BAD_REQUEST,
						    [IV_TOOL_SCHEMA_MISMATCH] = SCHEMA_MISMATCH,
						    [IV_TOOL_TIMEOUT] = TIMEOUT,
						    [IV_TOOL_ERROR] = ERROR};
	struct iv_api_call *c = arg;
	struct invoke_state *st = c->state;
	struct outcome *o = &st->outcome;
	cJSON *json;

	st->run = NULL;
	st->decided = true;
	o->ok = r->end == IV_TOOL_OK;
	o->error = errors[r->end];
	o->status = r->status;
	o->latency_ms = (iv_now_us() - st->begun_us) / 1000;
	if (o->ok) {
		o->result = iv_arena_str(&c->arena, r->json);
	} else {
		json = iv_json_parse(r->json, NULL);
		o->message = iv_arena_str(&c->arena, iv_json_str(json, "error"));
		cJSON_Delete(json);
	}
	iv_metric_add(IV_M_tool_calls_total, o->ok ? 0 : o->error == TIMEOUT ? 2 : 1, 1);
	iv_op_done(&st->op, NULL);
}

static void on_cancel(struct iv_op *op)
{
	struct invoke_state *st = IV_CONTAINER(op, struct invoke_state, op);

	if (st->run)
		iv_tool_cancel(st->run);
	st->run = NULL;
}

static enum iv_flow_next call(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct invoke_state *st = c->state;
	int64_t timeout_ms = st->tool.timeout_ms ? st->tool.timeout_ms : c->s->cfg->tool_timeout_ms;

	if (st->decided)
		return IV_FLOW_NEXT;
	if (st->locks && !st->fresh)
		return decide(st, CONFLICT, "the same call of the tool was made within the last 10 seconds");
	st->begun_us = iv_now_us();
	iv_op_begin(&st->op, f, on_cancel);
	st->run = iv_tool_start(&(struct iv_tool_house){c->s->net, c->s->cfg, c->s->secrets, c->who.tenant_id, c->span},
				&st->tool,
				st->arguments, st->call_id, (int)timeout_ms, on_done, c);
	return iv_flow_await(f);
}

/* ── the answer ── */

static enum iv_flow_next tell(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct invoke_state *st = c->state;

	c->out = &st->outcome;
	return IV_FLOW_DONE;
}

static enum iv_flow_next tell_old(struct iv_flow *f)
{
	static const enum iv_code codes[] = {[CONFLICT] = IV_ECONFLICT,
					     [BAD_REQUEST] = IV_EINVAL,
					     [SCHEMA_MISMATCH] = IV_EUPSTREAM,
					     [TIMEOUT] = IV_ETIMEDOUT,
					     [ERROR] = IV_EUPSTREAM};
	struct iv_api_call *c = iv_api_self(f);
	const struct invoke_state *st = c->state;
	const struct outcome *o = &st->outcome;

	if (o->ok)
		return iv_buf_adds(&c->json, o->result) ? IV_FLOW_DONE
							: iv_flow_fail(f, IV_ETOOBIG, "the answer does not fit");
	for (size_t i = 0; i < st->wrongs.count; i++)
		iv_api_bad_field(c, st->wrongs.items[i].pointer.ptr, st->wrongs.items[i].detail.ptr);
	if (st->wrongs.count)
		return iv_api_refuse_if_bad(c);
	/* A tool that only the client of a call can run is nobody's failure. */
	return iv_flow_fail(f, st->tool.url.len ? codes[o->error] : IV_ECONFLICT, "%s: %.*s", error_names[o->error],
			    IV_FMT(o->message));
}

const struct iv_flow_step tool_invoke_steps[] = {{"read", read_asked}, {"find", find}, {"check", check}, {"lock", lock},
						 {"call", call},       {"tell", tell}, {0}};
const struct iv_flow_step tool_call_steps[] = {{"read", read_old}, {"find", find},     {"check", check}, {"lock", lock},
					       {"call", call},     {"tell", tell_old}, {0}};
