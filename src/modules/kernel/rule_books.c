/* A rule from the books, and into them. */
#include "rule.h"

/* ── from ── */

static int index_of(const char *const *names, struct iv_str word)
{
	for (int i = 0; names[i]; i++)
		if (iv_str_eq(word, iv_str(names[i])))
			return i;
	return RULE_NOT_SAID;
}

static void read_also(struct iv_api_call *c, struct iv_str json, struct rule *r)
{
	cJSON *doc = iv_json_parse(json, NULL);
	const cJSON *one;
	struct condition *all = iv_arena_alloc(&c->arena, RULE_ALSO_MOST * sizeof(*all));
	size_t n = 0;

	cJSON_ArrayForEach(one, doc)
	{
		if (all && n < RULE_ALSO_MOST)
			all[n++] = (struct condition){index_of(rule_metrics, iv_json_str(one, "metric")),
						      index_of(rule_comparisons, iv_json_str(one, "comparison")),
						      cJSON_GetNumberValue(iv_json_get(one, "threshold"))};
	}
	r->also = (struct iv_objs){all, n};
	cJSON_Delete(doc);
}

static void read_action(struct iv_api_call *c, struct iv_str json, struct rule *r)
{
	cJSON *doc = iv_json_parse(json, NULL);
	const cJSON *one, *factor = iv_json_get(doc, "factor");
	struct window *all = iv_arena_alloc(&c->arena, RULE_WINDOWS_MOST * sizeof(*all));
	size_t n = 0;

	cJSON_ArrayForEach(one, iv_json_get(doc, "retry_windows"))
	{
		struct iv_str zone = iv_json_str(one, "timezone");

		if (all && n < RULE_WINDOWS_MOST)
			all[n++] = (struct window){iv_arena_str(&c->arena, iv_json_str(one, "start")),
						   iv_arena_str(&c->arena, iv_json_str(one, "end")),
						   iv_arena_str(&c->arena, zone.len ? zone : IV_S("local"))};
	}
	r->action = (struct action){.windows = {all, n}, .factor = cJSON_IsNumber(factor) ? factor->valuedouble : 0};
	if (iv_json_str(doc, "voice_agent_id").len)
		r->action.agent_id = iv_arena_str(&c->arena, iv_json_str(doc, "voice_agent_id"));
	cJSON_Delete(doc);
}

void rule_read(struct iv_api_call *c, const struct iv_rule_page_out *o, struct rule *r)
{
	*r = (struct rule){.id = o->id,
			   .name = o->name,
			   .reason = o->reason,
			   .created_at = iv_time_text(c, o->created_at),
			   .updated_at = iv_time_text(c, o->updated_at),
			   .scope = o->own,
			   .mode = index_of(rule_modes, o->mode),
			   .metric = index_of(rule_metrics, o->metric),
			   .comparison = index_of(rule_comparisons, o->comparison),
			   .sample_of = index_of(rule_samples, o->sample_of),
			   .decision = index_of(rule_decisions, o->decision),
			   .overridden = o->hidden,
			   .enabled = o->enabled,
			   .parity = o->parity,
			   .position = o->position,
			   .min_sample = o->min_sample,
			   .looks_back_s = o->looks_back_s,
			   .cool_down_s = o->cool_down_s,
			   .threshold = o->threshold};
	read_also(c, o->also, r);
	read_action(c, o->action, r);
}

/* ── into ── */

static void write_windows(const struct action *a, struct iv_jw *w, const char *key)
{
	const struct window *all = a->windows.items;

	iv_jw_arr(w, key);
	for (size_t i = 0; i < a->windows.count; i++) {
		iv_jw_obj(w, NULL);
		iv_jw_str(w, "start", all[i].start);
		iv_jw_str(w, "end", all[i].end);
		iv_jw_str(w, "timezone", all[i].zone.len ? all[i].zone : IV_S("local"));
		iv_jw_end_obj(w);
	}
	iv_jw_end_arr(w);
}

static struct iv_str done(struct iv_api_call *c, struct iv_jw *w, struct iv_buf *b)
{
	struct iv_str text = iv_jw_done(w) ? iv_arena_str(&c->arena, iv_buf_str(b)) : IV_STR_NULL;

	iv_buf_deinit(b);
	return text;
}

struct iv_str rule_windows_text(struct iv_api_call *c, const struct action *a)
{
	struct iv_buf b;
	struct iv_jw w;

	iv_buf_init(&b, 8192);
	iv_jw_init(&w, &b);
	write_windows(a, &w, NULL);
	return done(c, &w, &b);
}

static struct iv_str action_text(struct iv_api_call *c, const struct rule *r)
{
	struct iv_buf b;
	struct iv_jw w;

	iv_buf_init(&b, 8192);
	iv_jw_init(&w, &b);
	iv_jw_obj(&w, NULL);
	if (r->decision == RULE_WINDOWS)
		write_windows(&r->action, &w, "retry_windows");
	if (r->decision == RULE_SCALE)
		iv_jw_num(&w, "factor", r->action.factor, -1);
	if (r->action.agent_id.len)
		iv_jw_str(&w, "voice_agent_id", r->action.agent_id);
	iv_jw_end_obj(&w);
	return done(c, &w, &b);
}

static struct iv_str also_text(struct iv_api_call *c, const struct rule *r)
{
	const struct condition *all = r->also.items;
	struct iv_buf b;
	struct iv_jw w;

	iv_buf_init(&b, 4096);
	iv_jw_init(&w, &b);
	iv_jw_arr(&w, NULL);
	for (size_t i = 0; i < r->also.count; i++) {
		iv_jw_obj(&w, NULL);
		iv_jw_cstr(&w, "metric", rule_metrics[all[i].metric]);
		iv_jw_cstr(&w, "comparison", rule_comparisons[all[i].comparison]);
		iv_jw_num(&w, "threshold", all[i].threshold, -1);
		iv_jw_end_obj(&w);
	}
	iv_jw_end_arr(&w);
	return done(c, &w, &b);
}

struct iv_rule_put_in rule_written(struct iv_api_call *c, const struct rule *r)
{
	return (struct iv_rule_put_in){.id = r->id,
				       .name = r->name,
				       .position = r->position,
				       .enabled = r->enabled,
				       .mode = iv_str(rule_modes[r->mode]),
				       .metric = iv_str(rule_metrics[r->metric]),
				       .comparison = iv_str(rule_comparisons[r->comparison]),
				       .threshold = r->threshold,
				       .min_sample = r->min_sample,
				       .sample_of = iv_str(rule_samples[r->sample_of]),
				       .also = also_text(c, r),
				       .parity = r->parity,
				       .looks_back_s = r->looks_back_s,
				       .cool_down_s = r->cool_down_s,
				       .decision = iv_str(rule_decisions[r->decision]),
				       .act = iv_str(rule_acts[r->decision]),
				       .action = action_text(c, r),
				       .reason = r->reason};
}
