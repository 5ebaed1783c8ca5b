/* llm_vendor: what the model's session needs to know about one protocol. Pure. */
#ifndef LLM_VENDOR_H
#define LLM_VENDOR_H

#include "llm_think.h"
#include "llm_tools.h"

struct llm_params {
	struct iv_str base_url, model;
	double temperature;
	int64_t max_tokens;
	struct iv_str messages_json, tools_json; /* arrays; tools empty or "[]": none */
	struct iv_str user; /* opaque, empty: not said */
	struct iv_str response_json; /* what the answer shall look like, empty: text */
};

/* One answer as it comes. */
struct llm_reader {
	struct llm_think think;
	struct llm_tools tools;
	struct iv_buf text; /* what the last event added to the visible text */
	bool understood;    /* at least one event was of the protocol */
	bool finished;	    /* the model said why it stopped */
	bool counted;	    /* usage was told */
	int64_t tokens_in, tokens_out;
	uint64_t bytes_out;	  /* of visible text so far */
	const char *error_reason; /* with LLM_READ_ERROR: one of iv_provider.h's */
};

enum llm_read {
	LLM_READ_MORE,
	LLM_READ_DONE,	/* the end mark */
	LLM_READ_ERROR, /* the provider reports one inside its 200 */
	LLM_READ_BAD,	/* not the protocol, or a limit was hit */
};

void llm_reader_init(struct llm_reader *r);
void llm_reader_deinit(struct llm_reader *r);
/* The stream is over: r->text is the last visible text, r->tools are whole. False: a tool call is
 * not. */
IV_MUST_CHECK bool llm_reader_finish(struct llm_reader *r);

struct llm_vendor {
	bool (*url)(struct iv_buf *out, const struct llm_params *p);
	bool (*authorization)(struct iv_buf *out, const char *key);
	bool (*body)(struct iv_buf *out, const struct llm_params *p);
	/* One server-sent event. */
	enum llm_read (*read)(struct llm_reader *r, struct iv_str event, struct iv_str data);
};

extern const struct llm_vendor llm_openai;

#endif
