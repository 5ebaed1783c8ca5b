/* The call under review, from its row: agent, recap, flags. */
#include "review.h"

static bool is_json(struct iv_str json)
{
	return json.len > 0 && !iv_str_eq(json, IV_S("null"));
}

static bool read_as(const struct iv_shape *shape, struct iv_str text, void *object, struct iv_arena *arena,
		    struct iv_err *e)
{
	cJSON *json = iv_json_parse(text, e);
	bool ok = json && iv_shape_merge(shape, json, object, arena, e);

	cJSON_Delete(json);
	return ok;
}

/* An agent that cannot be read any more still had this call. */
static bool read_agent(struct review_call *c, struct iv_arena *arena, struct iv_err *e)
{
	struct iv_err why = {0};

	iv_agent_shape.defaults(&c->agent);
	if (is_json(c->row->agent) && !read_as(&iv_agent_shape, c->row->agent, &c->agent, arena, &why)) {
		c->agent = (struct iv_agent){0};
		iv_agent_shape.defaults(&c->agent);
	}
	return why.code != IV_ETOOBIG || iv_fail(e, IV_ETOOBIG, "the agent does not fit its memory");
}

static bool take_messages(struct review_call *c, const struct iv_config *cfg, struct iv_arena *arena)
{
	c->messages = c->recap.messages.items;
	c->count = c->recap.messages.count;
	c->toxic = iv_arena_alloc(arena, c->count + 1);
	for (size_t i = 0; i < c->count && c->toxic; i++) {
		c->toxic[i] = iv_qa_mentions(c->messages[i].text, iv_str(cfg->qa_words));
		c->by_caller += c->messages[i].role == IV_STORY_USER;
	}
	return c->toxic != NULL;
}

static bool wants_redaction(const struct review_call *c, const struct iv_config *cfg)
{
	if (c->told)
		return c->recap.redacted;
	return c->row->redaction.len ? !iv_str_eq(c->row->redaction, IV_S("false")) : cfg->redact;
}

bool review_read(struct review_call *c, const struct iv_config *cfg, struct iv_arena *arena, struct iv_err *e)
{
	struct iv_err why = {0};

	if (!read_agent(c, arena, e))
		return false;
	c->told = is_json(c->row->recap) && read_as(&iv_recap_shape, c->row->recap, &c->recap, arena, &why);
	if (why.code == IV_ETOOBIG)
		return iv_fail(e, IV_ETOOBIG, "the recap does not fit its memory");
	if (!c->told)
		c->recap = (struct iv_recap){0};
	c->redact = wants_redaction(c, cfg);
	if (!take_messages(c, cfg, arena))
		return iv_fail(e, IV_ETOOBIG, "the conversation does not fit its memory");
	c->flag_count = iv_qa_flags(&c->recap, iv_str(cfg->qa_words), c->flags);
	return true;
}

bool review_worth_asking(const struct review_call *c)
{
	return c->agent.analysis.enabled && c->by_caller > 0 && iv_str_eq(c->row->provider, IV_S("invorto"));
}
