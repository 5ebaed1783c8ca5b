/* Answers: copied out of hiredis's memory, and what an error means to the one who asked. */
#include "redis_priv.h"

#include <stdio.h>

#define DEPTH_MAX 8 /* hiredis 0.14 reads no deeper */

static bool copy(const redisReply *from, struct iv_arena *arena, struct iv_reply *to, int depth)
{
	*to = (struct iv_reply){.kind = IV_REPLY_NIL};
	switch (from->type) {
	case REDIS_REPLY_INTEGER:
		to->kind = IV_REPLY_INT;
		to->i = from->integer;
		return true;
	case REDIS_REPLY_STRING:
	case REDIS_REPLY_STATUS:
	case REDIS_REPLY_ERROR:
		to->kind = from->type == REDIS_REPLY_STRING   ? IV_REPLY_TEXT
			   : from->type == REDIS_REPLY_STATUS ? IV_REPLY_STATUS
							      : IV_REPLY_ERROR;
		to->s = iv_arena_str(arena, (struct iv_str){from->str, from->len});
		return to->s.ptr != NULL;
	case REDIS_REPLY_ARRAY:
		to->kind = IV_REPLY_LIST;
		if (from->elements == 0)
			return true;
		if (depth == DEPTH_MAX || from->elements > SIZE_MAX / sizeof(*to->items))
			return false;
		to->items = iv_arena_alloc(arena, from->elements * sizeof(*to->items));
		if (!to->items)
			return false;
		for (; to->count < from->elements; to->count++)
			if (!copy(from->element[to->count], arena, &to->items[to->count], depth + 1))
				return false;
		return true;
	default:
		return true; /* nil */
	}
}

bool iv_redis_copy_reply(const redisReply *from, struct iv_arena *arena, struct iv_reply *to, struct iv_err *e)
{
	if (copy(from, arena, to, 0))
		return true;
	*to = (struct iv_reply){.kind = IV_REPLY_NIL};
	return iv_fail(e, IV_ETOOBIG, "redis: the answer does not fit %zu bytes", arena->limit);
}

enum iv_redis_refusal iv_redis_refusal(const redisReply *error)
{
	static const struct {
		struct iv_str word;
		enum iv_redis_refusal means;
	} known[] = {
		{IV_S("NOSCRIPT "), REFUSED_NOSCRIPT},
		{IV_S("LOADING "), REFUSED_WRONG_SERVER},
		{IV_S("READONLY "), REFUSED_WRONG_SERVER},
		{IV_S("MASTERDOWN "), REFUSED_WRONG_SERVER},
		{IV_S("NOREPLICAS "), REFUSED_WRONG_SERVER},
		{IV_S("NOAUTH "), REFUSED_WRONG_SERVER}, /* the password was changed: greet again */
		{IV_S("OOM "), REFUSED_FOR_NOW},
		{IV_S("MISCONF "), REFUSED_FOR_NOW},
		{IV_S("BUSY "), REFUSED_FOR_NOW},
		{IV_S("TRYAGAIN "), REFUSED_FOR_NOW},
		{IV_S("CLUSTERDOWN "), REFUSED_FOR_NOW},
	};
	struct iv_str said = {error->str, error->len};

	for (size_t i = 0; i < IV_COUNT(known); i++)
		if (iv_str_starts(said, known[i].word))
			return known[i].means;
	return REFUSED;
}

void iv_redis_refusal_text(const redisReply *error, char *out, size_t size)
{
	struct iv_str said = {error->str, error->len};
	size_t n = 0;

	/* "ERR unknown command 'X', with args beginning with: '…'": quotes begin what is not the server's. */
	while (n < said.len && said.ptr[n] >= ' ' && said.ptr[n] <= '~' && !memchr("'`\"", said.ptr[n], 3))
		n++;
	(void)iv_str_copy(out, size, iv_str_trim((struct iv_str){said.ptr, n}));
}
