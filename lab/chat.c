/* The brain's words as a model would send them: one delta a word, tool arguments in pieces. */
#include "chat.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "brain_review.h"
#include "expected.h"

#define FIRST_MS 40
#define WORD_MS 12
#define PIECE 9 /* bytes of tool arguments in a delta */
#define CHUNK_MAX 4096

struct chat {
	struct answer answer;
	struct brain_reply reply;
	struct iv_timer timer;
	char id[32], model[64], call_id[LAB_CALL_ID_SIZE];
	bool stream, usage;
	int refused; /* status, instead of an answer */
	const char *why;
	int64_t prompt_tokens, completion_tokens;
	enum { ROLE, WORDS, TOOL, ARGUMENTS, REASON, USAGE, LAST } step;
	size_t at; /* into the text or the arguments */
};

/* ── one event ── */

static void open_chunk(const struct chat *c, struct iv_jw *w, bool with_choice)
{
	iv_jw_obj(w, NULL);
	iv_jw_cstr(w, "id", c->id);
	iv_jw_cstr(w, "object", c->stream ? "chat.completion.chunk" : "chat.completion");
	iv_jw_i64(w, "created", iv_wall_ms() / 1000);
	iv_jw_cstr(w, "model", c->model);
	iv_jw_arr(w, "choices");
	if (with_choice) {
		iv_jw_obj(w, NULL);
		iv_jw_i64(w, "index", 0);
	}
}

static void write_usage(const struct chat *c, struct iv_jw *w)
{
	iv_jw_obj(w, "usage");
	iv_jw_i64(w, "prompt_tokens", c->prompt_tokens);
	iv_jw_i64(w, "completion_tokens", c->completion_tokens);
	iv_jw_i64(w, "total_tokens", c->prompt_tokens + c->completion_tokens);
	iv_jw_end_obj(w);
}

static void send_event(struct chat *c, struct iv_buf *json)
{
	struct iv_buf event;

	iv_buf_init(&event, CHUNK_MAX + 16);
	if (iv_buf_printf(&event, "data: %.*s\n\n", (int)json->len, json->ptr))
		(void)answer_write(&c->answer,
				   iv_buf_str(&event)); /* a few kilobytes in all: never full */
	iv_buf_deinit(&event);
}

/* A chunk whose delta `fill` writes. */
static void send_delta(struct chat *c, void (*fill)(struct chat *c, struct iv_jw *w),
		       const char *reason)
{
	struct iv_buf json;
	struct iv_jw w;

	iv_buf_init(&json, CHUNK_MAX);
	iv_jw_init(&w, &json);
	open_chunk(c, &w, true);
	iv_jw_obj(&w, "delta");
	if (fill)
		fill(c, &w);
	iv_jw_end_obj(&w);
	if (reason)
		iv_jw_cstr(&w, "finish_reason", reason);
	else
		iv_jw_null(&w, "finish_reason");
	iv_jw_end_obj(&w);
	iv_jw_end_arr(&w);
	if (c->usage)
		iv_jw_null(&w, "usage");
	iv_jw_end_obj(&w);
	if (iv_jw_done(&w))
		send_event(c, &json);
	iv_buf_deinit(&json);
}

static void fill_role(struct chat *c, struct iv_jw *w)
{
	(void)c;
	iv_jw_cstr(w, "role", "assistant");
	iv_jw_cstr(w, "content", "");
}

/* The next word with the blank before it. */
static void fill_word(struct chat *c, struct iv_jw *w)
{
	const char *from = c->reply.text + c->at;
	size_t n = from[0] == ' ' ? 1 : 0;

	n += strcspn(from + n, " ");
	iv_jw_str(w, "content", (struct iv_str){from, n});
	c->at += n;
	c->completion_tokens++;
}

static void fill_tool(struct chat *c, struct iv_jw *w)
{
	char id[48];

	snprintf(id, sizeof(id), "call_%s", c->id + strlen("chatcmpl-"));
	iv_jw_arr(w, "tool_calls");
	iv_jw_obj(w, NULL);
	iv_jw_i64(w, "index", 0);
	iv_jw_cstr(w, "id", id);
	iv_jw_cstr(w, "type", "function");
	iv_jw_obj(w, "function");
	iv_jw_cstr(w, "name", c->reply.tool);
	iv_jw_cstr(w, "arguments", c->stream ? "" : c->reply.arguments);
	iv_jw_end_obj(w);
	iv_jw_end_obj(w);
	iv_jw_end_arr(w);
}

static void fill_arguments(struct chat *c, struct iv_jw *w)
{
	struct iv_str all = iv_str(c->reply.arguments);
	size_t n = all.len - c->at < PIECE ? all.len - c->at : PIECE;

	iv_jw_arr(w, "tool_calls");
	iv_jw_obj(w, NULL);
	iv_jw_i64(w, "index", 0);
	iv_jw_obj(w, "function");
	iv_jw_str(w, "arguments", (struct iv_str){all.ptr + c->at, n});
	iv_jw_end_obj(w);
	iv_jw_end_obj(w);
	iv_jw_end_arr(w);
	c->at += n;
	c->completion_tokens++;
}

static const char *finish_reason(const struct chat *c)
{
	return c->reply.tool[0] ? "tool_calls" : "stop";
}

static void send_usage(struct chat *c)
{
	struct iv_buf json;
	struct iv_jw w;

	iv_buf_init(&json, CHUNK_MAX);
	iv_jw_init(&w, &json);
	open_chunk(c, &w, false);
	iv_jw_end_arr(&w);
	write_usage(c, &w);
	iv_jw_end_obj(&w);
	if (iv_jw_done(&w))
		send_event(c, &json);
	iv_buf_deinit(&json);
}

/* ── the stream ── */

/* Sends the event of the step that is due; false when that was the last. */
static bool send_next(struct chat *c)
{
	if (c->step == WORDS && !c->reply.text[c->at])
		c->step = TOOL;
	if (c->step == TOOL && !c->reply.tool[0])
		c->step = REASON;
	if (c->step == ARGUMENTS && !c->reply.arguments[c->at])
		c->step = REASON;
	if (c->step == USAGE && !c->usage)
		c->step = LAST;
	switch (c->step) {
	case ROLE:
		send_delta(c, fill_role, NULL);
		c->step = WORDS;
		return true;
	case WORDS:
		send_delta(c, fill_word, NULL);
		return true;
	case TOOL:
		send_delta(c, fill_tool, NULL);
		c->at = 0;
		c->step = ARGUMENTS;
		return true;
	case ARGUMENTS:
		send_delta(c, fill_arguments, NULL);
		return true;
	case REASON:
		send_delta(c, NULL, finish_reason(c));
		c->step = USAGE;
		return true;
	case USAGE:
		send_usage(c);
		c->step = LAST;
		return true;
	default:
		(void)answer_write(&c->answer, IV_S("data: [DONE]\n\n")); /* a few bytes */
		answer_end(&c->answer);
		return false;
	}
}

static void send_whole(struct chat *c)
{
	struct iv_buf json;
	struct iv_jw w;

	iv_buf_init(&json, 2 * CHUNK_MAX);
	iv_jw_init(&w, &json);
	open_chunk(c, &w, true);
	iv_jw_obj(&w, "message");
	iv_jw_cstr(&w, "role", "assistant");
	if (c->reply.text[0])
		iv_jw_cstr(&w, "content", c->reply.text);
	else
		iv_jw_null(&w, "content");
	if (c->reply.tool[0])
		fill_tool(c, &w);
	iv_jw_end_obj(&w);
	iv_jw_cstr(&w, "finish_reason", finish_reason(c));
	iv_jw_end_obj(&w);
	iv_jw_end_arr(&w);
	write_usage(c, &w);
	iv_jw_end_obj(&w);
	answer_whole(&c->answer, iv_jw_done(&w) ? 200 : 500, iv_buf_str(&json));
	iv_buf_deinit(&json);
}

static void tick(void *arg)
{
	struct chat *c = arg;

	if (!c->stream) {
		send_whole(c);
		return;
	}
	if (c->step == ROLE) {
		answer_begin(&c->answer, "text/event-stream");
		(void)send_next(c); /* the role is never the last */
	}
	if (send_next(c) && answer_open(&c->answer))
		/* What ends a stream comes with its last word. */
		iv_timer_in_ms(&c->timer, c->step >= REASON ? 0 : WORD_MS);
}

static void go(void *arg)
{
	struct chat *c = arg;
	char body[320];
	int n;

	if (!c->refused) {
		iv_timer_in_ms(&c->timer, FIRST_MS);
		return;
	}
	n = snprintf(
		body, sizeof(body),
		"{\"error\":{\"message\":\"%s\",\"type\":\"invalid_request_error\",\"param\":null,"
		"\"code\":null}}",
		c->why);
	answer_whole(&c->answer, c->refused, (struct iv_str){body, (size_t)n});
}

static void over(void *arg)
{
	struct chat *c = arg;

	iv_timer_stop(&c->timer);
	free(c);
}

/* ── the request ── */

/* Every tool call needs its result before anybody speaks again: the real ones refuse otherwise. */
static const char *check_messages(const cJSON *messages)
{
	int open = 0;

	if (!cJSON_IsArray(messages) || !messages->child)
		return "messages must be an array with at least one message";
	for (const cJSON *m = messages->child; m; m = m->next) {
		struct iv_str role = iv_json_str(m, "role");
		const cJSON *calls = cJSON_GetObjectItemCaseSensitive(m, "tool_calls");

		if (iv_str_eq(role, IV_S("tool"))) {
			if (open-- <= 0 || iv_json_str(m, "tool_call_id").len == 0)
				return "messages with role tool must answer a preceding tool_call";
			continue;
		}
		if (open > 0)
			return "an assistant message with tool_calls must be followed by tool "
			       "messages";
		open = cJSON_GetArraySize(calls);
		if (!iv_str_eq(role, IV_S("system")) && !iv_str_eq(role, IV_S("developer")) &&
		    !iv_str_eq(role, IV_S("user")) && !iv_str_eq(role, IV_S("assistant")))
			return "role must be system, developer, user, assistant or tool";
	}
	return open > 0 ? "an assistant message with tool_calls must be followed by tool messages"
			: NULL;
}

static int minute_of_day(void)
{
	time_t now = (time_t)(iv_wall_ms() / 1000);
	struct tm tm;

	return localtime_r(&now, &tm) ? tm.tm_hour * 60 + tm.tm_min : 0;
}

/* response_format of type json_schema: what the answer shall look like. */
static const cJSON *wanted_schema(const cJSON *json)
{
	const cJSON *format = cJSON_GetObjectItemCaseSensitive(json, "response_format");

	return iv_str_eq(iv_json_str(format, "type"), IV_S("json_schema"))
		       ? iv_json_get(iv_json_get(format, "json_schema"), "schema")
		       : NULL;
}

static void read_request(struct chat *c, struct iv_str body)
{
	cJSON *json = iv_json_parse(body, NULL);
	const cJSON *messages = cJSON_GetObjectItemCaseSensitive(json, "messages");
	struct iv_str model = iv_json_str(json, "model");

	c->why = json ? check_messages(messages) : "the body is not JSON";
	if (!c->why && model.len == 0)
		c->why = "model must be given";
	c->refused = c->why ? 400 : 0;
	c->stream = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "stream"));
	c->usage = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(
		cJSON_GetObjectItemCaseSensitive(json, "stream_options"), "include_usage"));
	iv_str_copy(c->model, sizeof(c->model), model.len ? model : IV_S("lab"));
	if (!iv_str_copy(c->call_id, sizeof(c->call_id), iv_json_str(json, "user")))
		c->call_id[0] = '\0'; /* too long to be a call's */
	if (!c->refused && wanted_schema(json))
		brain_review(messages, wanted_schema(json), &c->reply);
	else if (!c->refused)
		brain_answer(messages, cJSON_GetObjectItemCaseSensitive(json, "tools"),
			     minute_of_day(), &c->reply);
	c->prompt_tokens = (int64_t)body.len / 4;
	cJSON_Delete(json);
}

void chat_route(void *arg, struct iv_http_req *rq)
{
	static unsigned serial;
	struct lab *lab = arg;

	if (lab->load.on) {
		load_chat(lab, rq);
		return;
	}
	struct chat *c = lab_alloc(sizeof(*c));
	snprintf(c->id, sizeof(c->id), "chatcmpl-lab%u", ++serial);
	read_request(c, iv_http_body(rq));
	if (!c->refused)
		expected_set(lab->expected, iv_str(c->call_id), c->reply.expects);
	iv_timer_init(&c->timer, lab->loop, tick, c);
	answer_start(&c->answer, lab, rq, LAB_CHAT, iv_str(c->call_id), go, over, c);
}
