/* One review, without anything that waits: what is known of a call, what is asked about it, what is made of the
 * answer. Pure, and run by a worker thread. All strings and lists live in the arena of the one review. */
#ifndef REVIEW_H
#define REVIEW_H

#include "iv_artifacts.h"
#include "iv_config.h"
#include "iv_qa.h"
#include "iv_sql.h"

#define REVIEW_ANSWER_MAX 65536

struct review_call {
	struct iv_str tenant_id, call_id;
	const struct iv_review_load_out *row;
	struct iv_agent agent;     /* its defaults when the row's cannot be read */
	struct iv_recap recap;     /* as told; empty when there was none */
	bool told;                 /* there was one */
	const struct iv_recap_message *messages;
	size_t count, by_caller;
	bool *toxic;               /* one for each message */
	bool redact;               /* numbers are masked: the conversation is already */
	struct iv_qa_flag flags[IV_QA_FLAGS_MAX];
	size_t flag_count;
};

/* Reads the row's JSON, looks for flags. False: it does not fit the arena. */
IV_MUST_CHECK bool review_read(struct review_call *c, const struct iv_config *cfg, struct iv_arena *arena,
			       struct iv_err *e);
/* Is there something a model could say more about than we know? */
bool review_worth_asking(const struct review_call *c);

/* ── review_ask.c */
struct review_question {
	struct iv_buf messages, response; /* for iv_llm_ask: chat messages, response_format */
	struct iv_buf schema;             /* of the answer */
};
IV_MUST_CHECK bool review_ask(struct review_question *q, const struct review_call *c, size_t transcript_bytes);
/* The same once more, with what was wrong about the answer. */
IV_MUST_CHECK bool review_ask_again(struct review_question *q, const struct iv_err *why);
void review_question_deinit(struct review_question *q);

/* What came of it, as a model or as rules say. Texts are "" where there is nothing to say. */
struct review_answer {
	struct iv_str summary, outcome, next_step, notes, reason, score;
	struct iv_str structured; /* JSON, or "" */
	bool success;
	const char *provider;     /* NULL: rules */
	int64_t tokens_in, tokens_out;
};
/* Of a model's words; e says what is wrong with them, in words that may be said to it. */
IV_MUST_CHECK bool review_read_answer(struct iv_str text, const struct review_question *q, struct iv_arena *arena,
				      struct review_answer *a, struct iv_err *e);

/* ── review_rules.c */
/* Without a model: never nothing, and nothing that is not known. */
IV_MUST_CHECK bool review_by_rules(const struct review_call *c, struct iv_arena *arena, struct review_answer *a);
/* What is certain is not the model's to judge: how the call was left, who was there. */
struct iv_str review_outcome(const struct review_call *c, struct iv_str said);

/* ── review_event.c */
struct review_stamp {
	int64_t now_ms;
	const char *event_id, *flags_id;
	const struct iv_artifacts *artifacts; /* makes the links; NULL: none */
	bool bare;            /* without conversation, tools and agent: for what failed again and again */
};
/* What finish_review takes. */
IV_MUST_CHECK bool review_result(struct iv_buf *out, const struct review_call *c, const struct review_answer *a,
				 const struct review_stamp *stamp, struct iv_arena *arena);

#endif
