/* Models that think aloud put it between tags inside the content; nobody wants it spoken. */
#include "llm_think.h"

static const struct iv_str opening = {"<think>", 7}, closing = {"</think>", 8};

static bool show(struct llm_think *t, char c, struct iv_buf *out)
{
	if (t->trim && (c == ' ' || c == '\n' || c == '\r' || c == '\t'))
		return true;
	t->trim = false;
	return iv_buf_addc(out, c);
}

static bool release(struct llm_think *t, struct iv_buf *out)
{
	size_t n = t->matched;
	t->matched = 0;
	if (t->inside)
		return true;
	for (size_t i = 0; i < n; i++)
		if (!show(t, opening.ptr[i], out))
			return false;
	return true;
}

bool llm_think_feed(struct llm_think *t, struct iv_str piece, struct iv_buf *out)
{
	for (size_t i = 0; i < piece.len; i++) {
		struct iv_str tag = t->inside ? closing : opening;
		char c = piece.ptr[i];
		/* '<' begins both tags and is nowhere else in them: a mismatch restarts at one
		 * byte. */
		if (c != tag.ptr[t->matched] && !release(t, out))
			return false;
		if (c == tag.ptr[t->matched]) {
			if (++t->matched < tag.len)
				continue;
			t->matched = 0;
			t->trim = t->inside;
			t->inside = !t->inside;
		} else if (!t->inside && !show(t, c, out)) {
			return false;
		}
	}
	return true;
}

bool llm_think_finish(struct llm_think *t, struct iv_buf *out)
{
	return release(t, out);
}
