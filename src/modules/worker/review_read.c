/* The call under review, from its row: agent, recap, masked texts, flags. */
#include "review.h"

enum { TEXT_MAX = 1 << 20 };

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

/* ── masking ── */

struct iv_str review_masked(const struct review_call *c, struct iv_str text, struct iv_arena *arena,
			    struct iv_redact_counts *counts)
{
	static const struct iv_redact how = {.mode = IV_REDACT_MASK};
	struct iv_buf out;
	struct iv_str copy = IV_STR_NULL;

	if (!c->row->redact)
		return text.ptr ? text : IV_S("");
	iv_buf_init(&out, TEXT_MAX);
	if (iv_redact_text(&how, text, &out, counts))
		copy = iv_arena_str(arena, out.len ? iv_buf_str(&out) : IV_S(""));
	iv_buf_deinit(&out);
	return copy;
}

static bool list_found(struct review_message *m, const struct iv_redact_counts *counts, bool toxic,
		       struct iv_arena *arena)
{
	m->found.items = iv_arena_alloc(arena, (IV_REDACT_KIND_COUNT + 1) * sizeof(m->found.items[0]));
	if (!m->found.items)
		return false;
	for (size_t k = 0; k < IV_REDACT_KIND_COUNT; k++)
		if (counts->found[k])
			m->found.items[m->found.count++] = iv_str(iv_redact_kind_names[k]);
	m->masked = m->found.count > 0;
	if (toxic)
		m->found.items[m->found.count++] = IV_S("toxicity");
	return true;
}

static bool take_messages(struct review_call *c, const struct iv_config *cfg, struct iv_arena *arena)
{
	const struct iv_recap_message *from = c->recap.messages.items;

	c->count = c->recap.messages.count;
	c->messages = iv_arena_alloc(arena, (c->count + 1) * sizeof(c->messages[0]));
	if (!c->messages)
		return false;
	for (size_t i = 0; i < c->count; i++) {
		struct review_message *m = &c->messages[i];
		struct iv_redact_counts counts = {0};

		*m = (struct review_message){
			.role = from[i].role, .start_ms = from[i].start_ms, .end_ms = from[i].end_ms};
		m->text = review_masked(c, from[i].text, arena, &counts);
		if (!m->text.ptr || !list_found(m, &counts, iv_qa_mentions(from[i].text, iv_str(cfg->qa_words)), arena))
			return false;
		c->by_caller += m->role == IV_STORY_USER;
	}
	return true;
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
	if (!take_messages(c, cfg, arena))
		return iv_fail(e, IV_ETOOBIG, "the conversation does not fit its memory");
	c->flag_count = iv_qa_flags(&c->recap, iv_str(cfg->qa_words), c->flags);
	return true;
}

bool review_worth_asking(const struct review_call *c)
{
	return c->agent.analysis.enabled && c->by_caller > 0 && iv_str_eq(c->row->provider, IV_S("invorto"));
}
