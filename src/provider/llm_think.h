/* llm_think: takes <think>…</think> out of a text that comes in pieces. Pure. */
#ifndef LLM_THINK_H
#define LLM_THINK_H

#include "iv_buf.h"

struct llm_think {
	bool inside;
	bool trim;	/* behind </think> blanks are not text yet */
	size_t matched; /* bytes of the tag looked for that are held back */
};

/* Appends what is visible to out; false at out's ceiling. */
IV_MUST_CHECK bool llm_think_feed(struct llm_think *t, struct iv_str piece, struct iv_buf *out);
/* Gives what was held back because it looked like the beginning of a tag. */
IV_MUST_CHECK bool llm_think_finish(struct llm_think *t, struct iv_buf *out);

#endif
