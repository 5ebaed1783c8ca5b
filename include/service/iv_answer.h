/* iv_answer: small things that answers of the API have in common: times, ids, who did it. Texts are the call's arena's; ptr
 * NULL: there is none, or no room. */
#ifndef IV_ANSWER_H
#define IV_ANSWER_H

#include "iv_api.h"
#include "iv_time.h"

/* A time for a shape: RFC 3339 in the arena; IV_SQL_NULL is left out. */
struct iv_str iv_time_text(struct iv_api_call *c, int64_t ms);
/* A time that was sent; false names the field as wrong. Absent is IV_SQL_NULL. */
bool iv_time_sent(struct iv_api_call *c, const char *pointer, struct iv_str text, int64_t *ms);
/* 0 for IV_SQL_NULL, and back. */
static inline int64_t iv_or_zero(int64_t n)
{
	return n == IV_SQL_NULL ? 0 : n;
}
static inline int64_t iv_or_null(int64_t n)
{
	return n == 0 ? IV_SQL_NULL : n;
}

/* An id of now. */
struct iv_str iv_id_text(struct iv_api_call *c, const char *prefix);
/* Who asked: the person, else the key. */
struct iv_str iv_actor(const struct iv_api_call *c);

#endif
