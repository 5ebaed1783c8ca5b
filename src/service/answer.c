/* Times, ids and persons of the API's answers. */
#include "iv_answer.h"

#include "iv_id.h"

struct iv_str iv_time_text(struct iv_api_call *c, int64_t ms)
{
	char text[IV_TIME_SIZE];

	return ms == IV_SQL_NULL ? IV_STR_NULL : iv_arena_str(&c->arena, iv_time_iso(ms, text));
}

bool iv_time_sent(struct iv_api_call *c, const char *pointer, struct iv_str text, int64_t *ms)
{
	*ms = IV_SQL_NULL;
	if (!text.len || iv_time_parse(text, ms))
		return true;
	iv_api_bad(c, pointer, "must be a time such as 2030-01-31T12:00:00Z");
	return false;
}

struct iv_str iv_id_text(struct iv_api_call *c, const char *prefix)
{
	char id[IV_ID_SIZE];

	iv_id_new(prefix, iv_wall_ms(), id);
	return iv_arena_str(&c->arena, iv_str(id));
}

struct iv_str iv_actor(const struct iv_api_call *c)
{
	return c->who.user_id.len ? c->who.user_id : c->who.key_id;
}
