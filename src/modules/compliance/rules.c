/* When a number may be called: where it may be, what the law says there, the hours that come of it. */
#include "iv_compliance.h"
#include "iv_sql.h"
#include "numbers.h"

enum { HOLIDAY_DAYS = 6 };

static const char *const kinds[] = {"marketing", "informational", "collection", NULL};

struct query {
	struct iv_str phone, timezone, at;
	int kind;
};
static const struct iv_field query_fields[] = {
	IV_STR(struct query, phone, "phone", IV_REQUIRED, 1, 32, "E.164"),
	IV_ENUM(struct query, kind, "kind", 0, kinds, "What for; marketing when absent"),
	IV_STR(struct query, timezone, "timezone", 0, 1, 64, "His own, if it is known: Asia/Kolkata"),
	IV_STR(struct query, at, "at", 0, 1, 40, "Then; now when absent"),
	IV_FIELDS_END,
};
static const struct iv_shape query_shape = {"CallingRulesQuery", sizeof(struct query), query_fields, NULL};

struct rule {
	struct iv_str id, region, kind, days, from, to, source_url, as_of, why;
	int64_t registry_days;
};
static const struct iv_field rule_fields[] = {
	IV_STR(struct rule, id, "id", IV_REQUIRED, 0, 0, "Its name"),
	IV_STR(struct rule, region, "region", IV_REQUIRED, 0, 0, "A country, a part of one, or * for the default"),
	IV_STR(struct rule, kind, "kind", IV_REQUIRED, 0, 0, "any, marketing or collection"),
	IV_JSON(struct rule, days, "days", IV_REQUIRED, 64, "1 is Monday"),
	IV_STR(struct rule, from, "from", IV_REQUIRED, 0, 0, "By his own clock"),
	IV_STR(struct rule, to, "to", IV_REQUIRED, 0, 0, "By his own clock"),
	IV_INT(struct rule, registry_days, "registryDays", 0, 0, 0, "The national list must be no older; 0: none is asked for"),
	IV_STR(struct rule, source_url, "sourceUrl", IV_REQUIRED, 0, 0, "Where that is from"),
	IV_STR(struct rule, as_of, "asOf", IV_REQUIRED, 0, 0, "When that was looked up"),
	IV_STR(struct rule, why, "why", 0, 0, 0, "What else there is to say of it"),
	IV_FIELDS_END,
};
static const struct iv_shape rule_shape = {"CallingRule", sizeof(struct rule), rule_fields, NULL};

struct holiday {
	struct iv_str id, region, kind, name, source_url, as_of, why;
	struct iv_strs days;
};
static const struct iv_field holiday_fields[] = {
	IV_STR(struct holiday, id, "id", IV_REQUIRED, 0, 0, "Its name here"),
	IV_STR(struct holiday, region, "region", IV_REQUIRED, 0, 0, "A country, or a part of one"),
	IV_STR(struct holiday, kind, "kind", IV_REQUIRED, 0, 0, "any, marketing or collection"),
	IV_STR(struct holiday, name, "name", IV_REQUIRED, 0, 0, "What it is called there"),
	IV_STRS(struct holiday, days, "days", IV_REQUIRED, HOLIDAY_DAYS,
		"Its dates of the next twelve months; one that is moved has both"),
	IV_STR(struct holiday, source_url, "sourceUrl", IV_REQUIRED, 0, 0, "Where that is from"),
	IV_STR(struct holiday, as_of, "asOf", IV_REQUIRED, 0, 0, "When that was looked up"),
	IV_STR(struct holiday, why, "why", 0, 0, 0, "What else there is to say of it"),
	IV_FIELDS_END,
};
static const struct iv_shape holiday_shape = {"CallingHoliday", sizeof(struct holiday), holiday_fields, NULL};

struct answer {
	struct iv_str phone, region, country, subdivision, region_why, next_at, closes_at, why;
	struct iv_strs zones;
	bool open;
	struct iv_objs rules, holidays;
};
static const struct iv_field answer_fields[] = {
	IV_STR(struct answer, phone, "phone", IV_REQUIRED, 0, 0, "The number"),
	IV_STR(struct answer, region, "region", 0, 0, 0, "Where it may be; absent: nobody knows"),
	IV_STR(struct answer, country, "country", 0, 0, 0, "ISO 3166"),
	IV_STR(struct answer, subdivision, "subdivision", 0, 0, 0, "ISO 3166-2"),
	IV_STRS(struct answer, zones, "zones", IV_REQUIRED, 100, "All of them must be in hours"),
	IV_STR(struct answer, region_why, "zonesWhy", 0, 0, 0, "Why several"),
	IV_BOOL(struct answer, open, "open", IV_REQUIRED, "He may be called then"),
	IV_STR(struct answer, next_at, "nextAt", 0, 0, 0, "When he first may; absent: not within 15 days"),
	IV_STR(struct answer, closes_at, "closesAt", 0, 0, 0, "Until when, if he may"),
	IV_STR(struct answer, why, "why", 0, 0, 0, "unknown_region, outside_lawful_hours or outside_window (the tenant's)"),
	IV_OBJS(struct answer, rules, "rules", IV_REQUIRED, 100, &rule_shape, "What applies: all of them at once"),
	IV_OBJS(struct answer, holidays, "holidays", IV_REQUIRED, 100, &holiday_shape,
		"Days on which nobody there is called, whatever the hour, soonest first"),
	IV_FIELDS_END,
};
static const struct iv_shape answer_shape = {"CallingRules", sizeof(struct answer), answer_fields, NULL};

struct work {
	struct iv_rows window, rules, holidays;
	struct answer answer;
};

static enum iv_flow_next ask(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct query *q = c->query;
	struct work *w = c->state;
	struct iv_calling_window_of_in window = {
		.phone = q->phone, .zone = q->timezone.len ? q->timezone : IV_STR_NULL, .kind = iv_str(kinds[q->kind])};
	struct iv_calling_rules_of_in rules = {q->phone, window.kind};
	bool ok = iv_time_sent(c, "?at", q->at, &window.at);

	if (!dnc_number_ok(c, "?phone", q->phone) || !ok)
		return iv_api_refuse_if_bad(c);
	struct iv_calling_holidays_of_in holidays = {q->phone, window.kind, window.at};

	return iv_pg_run(c->s->pg, f, &c->pg, &c->scope, &c->arena,
			 (struct iv_pg_part[]){{&iv_sql_calling_window_of, &window, &w->window},
					       {&iv_sql_calling_rules_of, &rules, &w->rules},
					       {&iv_sql_calling_holidays_of, &holidays, &w->holidays}},
			 3);
}

/* NULL: no memory. */
static struct holiday *read_holidays(struct iv_api_call *c, const struct iv_rows *rows)
{
	struct holiday *all = iv_arena_alloc(&c->arena, (rows->count + 1) * sizeof(*all));

	for (size_t i = 0; all && i < rows->count; i++) {
		const struct iv_calling_holidays_of_out *r = iv_calling_holidays_of_at(rows, i);

		all[i] = (struct holiday){.id = r->id,
					  .region = r->region,
					  .kind = r->kind,
					  .name = r->name,
					  .days = r->days,
					  .source_url = r->source_url,
					  .as_of = r->as_of,
					  .why = r->why};
	}
	return all;
}

static enum iv_flow_next show(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct query *q = c->query;
	struct work *w = c->state;
	const struct iv_calling_window_of_out *row = iv_calling_window_of_at(&w->window, 0);
	struct rule *rules = iv_arena_alloc(&c->arena, (w->rules.count + 1) * sizeof(*rules));
	struct holiday *holidays = read_holidays(c, &w->holidays);

	if (!rules || !holidays)
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for the rules");
	if (!row->zone_known) {
		iv_api_bad(c, "?timezone", "must be a time zone such as Asia/Kolkata");
		return iv_api_refuse_if_bad(c);
	}
	for (size_t i = 0; i < w->rules.count; i++) {
		const struct iv_calling_rules_of_out *r = iv_calling_rules_of_at(&w->rules, i);

		rules[i] = (struct rule){.id = r->id,
					 .region = r->region,
					 .kind = r->kind,
					 .days = r->days,
					 .from = r->from_time,
					 .to = r->to_time,
					 .registry_days = r->registry_days == IV_SQL_NULL ? 0 : r->registry_days,
					 .source_url = r->source_url,
					 .as_of = r->as_of,
					 .why = r->why};
	}
	w->answer = (struct answer){.phone = q->phone,
				    .region = row->region,
				    .country = row->country,
				    .subdivision = row->subdivision,
				    .zones = row->zones,
				    .region_why = row->region_why,
				    .open = row->open,
				    .next_at = iv_time_text(c, row->next_at),
				    .closes_at = iv_time_text(c, row->closes_at),
				    .why = row->why,
				    .rules = {rules, w->rules.count},
				    .holidays = {holidays, w->holidays.count}};
	c->out = &w->answer;
	return IV_FLOW_NEXT;
}

static const struct iv_flow_step steps[] = {{"ask", ask}, {"show", show}, {0}};

const struct iv_api_route iv_calling_rule_rows[] = {
	{.method = "GET", .path = "/v1/calling-rules", .id = "getCallingRules", .tag = "Calling rules", .role = IV_ROLE_ANALYST,
	 .query = &query_shape, .out = &answer_shape, .status = 200, .state_size = sizeof(struct work), .steps = steps,
	 .doc = "Where a number may be, what applies there, and when it may be called: by law and by the tenant's own hours"},
	{0},
};
