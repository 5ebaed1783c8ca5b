/* The model's session: one request at a time, the next provider while nothing was given yet. */
#include <assert.h>
#include <stdlib.h>
#include "iv_log.h"
#include "iv_sse.h"
#include "llm.h"
#include "llm_vendor.h"
#include "role.h"

#define URL_MAX 4096
#define BODY_MAX ((size_t)4 * 1024 * 1024)
#define ANSWER_MAX ((size_t)8 * 1024 * 1024)
#define EVENT_MAX ((size_t)256 * 1024)

enum llm_state { LLM_IDLE, LLM_WAITING, LLM_ANSWERING, LLM_LINGERING, LLM_DEAD, LLM_STATES };

#define TO(s) (1u << (s))
static const unsigned edges[LLM_STATES] = {
	[LLM_IDLE] = TO(LLM_WAITING) | TO(LLM_DEAD),
	[LLM_WAITING] = TO(LLM_WAITING) | TO(LLM_ANSWERING) | TO(LLM_LINGERING) | TO(LLM_DEAD),
	[LLM_ANSWERING] = TO(LLM_WAITING) | TO(LLM_LINGERING) | TO(LLM_DEAD),
	[LLM_LINGERING] = TO(LLM_DEAD),
};

struct iv_llm {
	struct iv_list node; /* on providers->lingering */
	struct iv_providers *p;
	struct role_walk walk;
	const struct llm_vendor *vendor;
	struct iv_llm_events ev;
	void *arg;
	enum llm_state state;
	char *model, *messages, *tools, *user, *response;
	double temperature;
	int64_t max_tokens, first_ms;
	struct iv_fetch *fetch;
	struct iv_sse sse;
	struct llm_reader reader;
	bool given;	   /* text was handed out: no other provider may begin again */
	bool end_mark;	   /* seen by on_event, acted upon outside of the SSE reader */
	const char *fault; /* the same */
	struct iv_timer deadline;
};

static bool ask(struct iv_llm *l);

/* The only place where the state changes; checks the edge. */
static void set_state(struct iv_llm *l, enum llm_state to)
{
	static const char *const names[LLM_STATES] = {"idle", "waiting", "answering", "lingering",
						      "dead"};
	assert(edges[l->state] & TO(to));
	iv_debug("llm.state", IV_LS("from", names[l->state]), IV_LS("to", names[to]));
	l->state = to;
}

static void end_request(struct iv_llm *l)
{
	iv_timer_stop(&l->deadline);
	if (l->fetch)
		iv_fetch_cancel(l->fetch);
	l->fetch = NULL;
}

static void destroy(void *arg)
{
	struct iv_llm *l = arg;
	iv_sse_deinit(&l->sse);
	llm_reader_deinit(&l->reader);
	free(l->model);
	free(l->messages);
	free(l->tools);
	free(l->user);
	free(l->response);
	role_walk_deinit(&l->walk);
	free(l);
}

static void bury(struct iv_llm *l)
{
	end_request(l);
	set_state(l, LLM_DEAD);
	iv_list_remove(&l->node);
	iv_defer(l->p->loop, destroy, l);
}

static void fail(struct iv_llm *l, enum role_end end, const char *reason)
{
	role_walk_end(&l->walk, end, reason);
	end_request(l);
	if (!l->given && role_walk_next(&l->walk)) {
		if (!ask(l))
			iv_timer_in_ms(&l->deadline, 0);
		l->ev.switched(l->arg, l->walk.now->name, reason);
		return;
	}
	bury(l);
	l->ev.failed(l->arg, reason);
}

/* ── a whole answer */

static void count_tokens(const struct iv_llm *l, int64_t *in, int64_t *out)
{
	*in = l->reader.tokens_in;
	*out = l->reader.tokens_out;
	if (l->reader.counted)
		return;
	/* A token is about four bytes; better than nothing when the server does not count. */
	uint64_t bytes = l->reader.bytes_out;
	for (size_t i = 0; i < l->reader.tools.count; i++)
		bytes += l->reader.tools.slots[i].name.len + l->reader.tools.slots[i].args.len;
	*in = (int64_t)((strlen(l->messages) + strlen(l->tools) + 3) / 4);
	*out = (int64_t)((bytes + 3) / 4);
}

static void give_text(struct iv_llm *l)
{
	if (l->reader.text.len == 0)
		return;
	l->given = true;
	l->ev.delta(l->arg, iv_buf_str(&l->reader.text));
}

static void give_tools(struct iv_llm *l)
{
	for (size_t i = 0; i < l->reader.tools.count && l->state != LLM_DEAD; i++) {
		struct llm_tool *t = &l->reader.tools.slots[i];
		l->ev.tool(l->arg, iv_buf_str(&t->id), iv_buf_str(&t->name), iv_buf_str(&t->args));
	}
}

/* The answer is over for its owner; the connection may still have a line or two to say, and is
 * worth keeping for the next turn. */
static void part(struct iv_llm *l)
{
	if (!l->fetch) {
		bury(l);
		return;
	}
	set_state(l, LLM_LINGERING);
	iv_list_append(&l->p->lingering, &l->node);
	iv_timer_in_ms(&l->deadline, l->p->times.llm_linger_ms);
}

static void complete(struct iv_llm *l)
{
	bool whole = llm_reader_finish(&l->reader);
	int64_t in, out;
	give_text(l);
	if (l->state == LLM_DEAD)
		return;
	if (!whole) {
		fail(l, ROLE_FAILED, "garbage");
		return;
	}
	give_tools(l);
	if (l->state == LLM_DEAD)
		return;
	count_tokens(l, &in, &out);
	iv_span_set_int(l->walk.span, "gen_ai.usage.input_tokens", in);
	iv_span_set_int(l->walk.span, "gen_ai.usage.output_tokens", out);
	role_walk_end(&l->walk, ROLE_OK, NULL);
	part(l);
	l->ev.done(l->arg, in, out);
}

/* ── the stream */

static void on_event(void *arg, struct iv_str event, struct iv_str data)
{
	struct iv_llm *l = arg;
	if (l->state == LLM_DEAD || l->fault || l->end_mark)
		return;
	enum llm_read read = l->vendor->read(&l->reader, event, data);
	l->end_mark = read == LLM_READ_DONE;
	if (read == LLM_READ_BAD || read == LLM_READ_ERROR) {
		l->fault = read == LLM_READ_BAD ? "garbage" : l->reader.error_reason;
		return;
	}
	bool useful = l->reader.text.len > 0 || l->reader.tools.count > 0;
	if (l->state == LLM_WAITING && useful) {
		set_state(l, LLM_ANSWERING);
		role_walk_first(&l->walk);
	}
	if (l->reader.finished)
		iv_timer_in_ms(&l->deadline, l->p->times.llm_linger_ms);
	else if (l->state == LLM_ANSWERING)
		iv_timer_in_ms(&l->deadline, l->p->cfg->llm_stall_ms);
	give_text(l);
}

/* What on_event found, once the SSE reader has returned. True: the request is over. */
static bool settle(struct iv_llm *l)
{
	if (l->state == LLM_DEAD)
		return true;
	if (l->fault)
		fail(l, ROLE_FAILED, l->fault);
	else if (l->end_mark)
		complete(l);
	else
		return false;
	return true;
}

static void on_data(void *arg, struct iv_str bytes)
{
	struct iv_llm *l = arg;
	if (l->state == LLM_LINGERING)
		return;
	bool fits = iv_sse_feed(&l->sse, bytes, on_event, l);
	if (!settle(l) && !fits)
		fail(l, ROLE_FAILED, "garbage");
}

static void on_done(void *arg, const struct iv_fetch_result *r)
{
	struct iv_llm *l = arg;
	l->fetch = NULL;
	if (l->state == LLM_LINGERING) {
		bury(l);
		return;
	}
	if (r->status == 0 || r->status >= 300) {
		role_walk_status(&l->walk, r->status);
		fail(l, role_fetch_end(r), role_fetch_reason(r));
		return;
	}
	/* The last event may lack its blank line. */
	iv_sse_finish(&l->sse, on_event, l);
	if (settle(l))
		return;
	if (l->reader.finished)
		complete(l);
	else if (r->err.code == IV_OK && !l->reader.understood)
		fail(l, ROLE_FAILED, "garbage");
	else
		fail(l, ROLE_FAILED, r->err.code == IV_OK ? "cut" : role_fetch_reason(r));
}

static void on_deadline(void *arg)
{
	struct iv_llm *l = arg;
	if (l->state == LLM_IDLE) { /* no provider may be asked */
		bury(l);
		l->ev.failed(l->arg, "refused");
	} else if (l->state == LLM_LINGERING) {
		bury(l);
	} else if (!l->fetch) { /* ask() could not build the request */
		fail(l, ROLE_REFUSED, "refused");
	} else if (l->reader.finished) { /* all was said, only usage or the end mark are missing */
		complete(l);
	} else {
		fail(l, ROLE_FAILED, l->state == LLM_WAITING ? "timeout" : "stalled");
	}
}

/* ── the request */

static bool start(struct iv_llm *l, struct iv_buf *url, struct iv_buf *body)
{
	static const struct iv_fetch_handlers handlers = {.data = on_data, .done = on_done};
	const struct provider *v = l->walk.now;
	/* The agent's model is the first provider's; its name means nothing to the others. */
	bool own = l->walk.at > 0 || l->model[0] == '\0';
	struct llm_params params = {iv_str(v->base_url), iv_str(own ? v->model : l->model),
				    l->temperature,	 l->max_tokens,
				    iv_str(l->messages), iv_str(l->tools), iv_str(l->user),
				    iv_str(l->response)};
	role_walk_wants(&l->walk, params.model, params.user);
	iv_span_set_num(l->walk.span, "gen_ai.request.temperature", l->temperature);
	iv_span_set_int(l->walk.span, "gen_ai.request.max_tokens", l->max_tokens);
	if (!l->vendor->url(url, &params) || !l->vendor->body(body, &params))
		return false;
	struct iv_buf key;
	bool has_key = role_key(&key, v, l->vendor->authorization);
	struct iv_header headers[] = {
		{IV_S("Content-Type"), IV_S("application/json")},
		{IV_S("Accept"), IV_S("text/event-stream")},
		{IV_S("Authorization"), iv_buf_str(&key)},
	};
	struct iv_fetch_opts opts = {
		.method = "POST",
		.url = iv_buf_str(url),
		.headers = headers,
		.header_count = has_key ? 3 : 2,
		.body = iv_buf_str(body),
		.body_max = ANSWER_MAX,
		.span = l->walk.span,
	};
	/* First byte and first token are different things, so the deadlines are ours. */
	iv_timer_in_ms(&l->deadline, l->first_ms);
	l->fetch = iv_fetch_start(l->p->net, &opts, &handlers, l);
	role_key_wipe(&key);
	return true;
}

static bool ask(struct iv_llm *l)
{
	struct iv_buf url, body;
	l->vendor = &llm_openai;
	set_state(l, LLM_WAITING);
	l->end_mark = false;
	l->fault = NULL;
	iv_sse_deinit(&l->sse);
	iv_sse_init(&l->sse, EVENT_MAX);
	llm_reader_deinit(&l->reader);
	llm_reader_init(&l->reader);
	iv_buf_init(&url, URL_MAX);
	iv_buf_init(&body, BODY_MAX);
	bool ok = start(l, &url, &body);
	iv_buf_deinit(&url);
	iv_buf_deinit(&body);
	return ok;
}

struct iv_llm *iv_llm_ask(struct iv_providers *p, const struct iv_llm_opts *o,
			  const struct iv_llm_events *ev, void *arg)
{
	struct iv_llm *l = calloc(1, sizeof(*l));
	if (!l)
		abort();
	l->p = p;
	l->ev = *ev;
	l->arg = arg;
	l->model = role_copy(o->model);
	l->messages = role_copy(o->messages_json);
	l->tools = role_copy(o->tools_json);
	l->user = role_copy(o->call_id);
	l->response = role_copy(o->response_json);
	l->first_ms = o->first_ms > 0 ? o->first_ms : p->cfg->llm_first_ms;
	l->temperature = o->temperature < 0 ? p->cfg->openai_temperature : o->temperature;
	l->max_tokens = o->max_tokens > 0 ? o->max_tokens : p->cfg->openai_max_tokens;
	iv_list_init(&l->node);
	iv_sse_init(&l->sse, EVENT_MAX);
	llm_reader_init(&l->reader);
	iv_timer_init(&l->deadline, p->loop, on_deadline, l);
	role_walk_init(&l->walk, p, IV_LLM, o->list);
	role_walk_trace(&l->walk, o->span);
	l->walk.aside = o->aside;
	if (!role_walk_next(&l->walk) || !ask(l))
		iv_timer_in_ms(&l->deadline, 0);
	return l;
}

void iv_llm_cancel(struct iv_llm *l)
{
	if (l->state == LLM_WAITING)
		role_walk_end(&l->walk, ROLE_CANCELLED, NULL);
	else if (l->state == LLM_ANSWERING)
		role_walk_end(&l->walk, ROLE_STOPPED, NULL);
	else if (l->state != LLM_IDLE)
		return;
	bury(l);
}

const char *iv_llm_provider(const struct iv_llm *l)
{
	return l->walk.now ? l->walk.now->name : "";
}

void llm_drop_lingering(struct iv_providers *p)
{
	IV_LIST_EACH(node, &p->lingering) {
		bury(IV_CONTAINER(node, struct iv_llm, node));
	}
}
