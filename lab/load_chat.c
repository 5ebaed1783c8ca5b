/* The model of load mode: the same nine words at set times. Nothing is parsed or allocated per
 * token. */
#include <stdlib.h>
#include "chat.h"

#define HEAD                                                                                  \
	"data: {\"id\":\"chatcmpl-load\",\"object\":\"chat.completion.chunk\",\"created\":1," \
	"\"model\":\"load\","
#define TOKEN(text)                                                     \
	HEAD "\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" text \
	     "\"},\"finish_reason\":null}]}\n\n"
#define ROLE                                                                                  \
	HEAD "\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}," \
	     "\"finish_reason\":null}]}\n\n"
#define STOP                                                                                   \
	HEAD "\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n" HEAD   \
	     "\"choices\":[],\"usage\":{\"prompt_tokens\":90,\"completion_tokens\":9,\"total_" \
	     "tokens\":99}}\n\n"                                                               \
	     "data: [DONE]\n\n"

/* The first goes with the role, the last with the end of the stream: one write each. */
static const char *const tokens[] = {
	ROLE TOKEN("Of"), TOKEN(" course,"), TOKEN(" for"), TOKEN(" how"),	  TOKEN(" many"),
	TOKEN(" people"), TOKEN(" should"),  TOKEN(" I"),   TOKEN(" book?") STOP,
};

struct load_chat {
	struct answer answer;
	struct iv_timer timer;
	int64_t next_us;
	size_t at;
};

static void tick(void *arg)
{
	struct load_chat *c = arg;

	if (c->at == 0)
		answer_begin(&c->answer, "text/event-stream");
	(void)answer_write(&c->answer,
			   iv_str(tokens[c->at])); /* two kilobytes in all: never full */
	if (++c->at == IV_COUNT(tokens)) {
		answer_end(&c->answer);
		return;
	}
	c->next_us += c->answer.lab->load.token_ms * INT64_C(1000);
	if (answer_open(&c->answer))
		iv_timer_at(&c->timer, c->next_us);
}

static void go(void *arg)
{
	struct load_chat *c = arg;

	c->next_us = iv_now_us() + c->answer.lab->load.ttft_ms * INT64_C(1000);
	iv_timer_at(&c->timer, c->next_us);
}

static void over(void *arg)
{
	struct load_chat *c = arg;

	iv_timer_stop(&c->timer);
	free(c);
}

/* The value of the last "user":"…" of the body: cheap, and wrong only for the counters. */
static struct iv_str user_of(struct iv_str body)
{
	ptrdiff_t at = -1, from = iv_str_find(body, IV_S("\"user\":\""), 0);
	struct iv_str id = IV_STR_NULL;

	while (from >= 0) {
		at = from;
		from = iv_str_find(body, IV_S("\"user\":\""), (size_t)from + 1);
	}
	if (at >= 0) {
		id.ptr = body.ptr + at + 8;
		for (size_t rest = body.len - (size_t)at - 8;
		     id.len < rest && id.ptr[id.len] != '"';)
			id.len++;
	}
	return id;
}

void load_chat(struct lab *lab, struct iv_http_req *rq)
{
	struct load_chat *c = lab_alloc(sizeof(*c));

	iv_timer_init(&c->timer, lab->loop, tick, c);
	answer_start(&c->answer, lab, rq, LAB_CHAT, user_of(iv_http_body(rq)), go, over, c);
}
