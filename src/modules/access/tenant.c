/* The tenant as he sees himself: his name and his rules. The rules are one JSON column with snake_case names
 * (the schema reads some of them); here they are camelCase. Two field tables over one struct. */
#include <stdio.h>
#include "iv_cidr.h"
#include "iv_log.h"
#include "iv_access.h"
#include "iv_sql.h"
#include "iv_page.h"

enum { NETWORKS_MAX = 100, DAYS_MAX = 3650 };

struct retention {
	int64_t recording_days, transcript_days, call_days;
};
struct redaction {
	bool enabled;
};
struct tenant {
	struct iv_str id, slug, name, status, created_at, updated_at, timezone;
	struct iv_strs ip_allow;
	double daily_cost_cap_inr;
	int64_t monthly_minute_cap, max_concurrent_calls, rate_per_minute;
	struct retention retention;
	struct redaction redaction;
	bool consent_required;
	int optimizer_mode;
	struct iv_str calling_hours;
};

static const char *const optimizer_modes[] = {"enforce", "shadow", NULL};

static void tenant_defaults(void *tenant)
{
	((struct tenant *)tenant)->consent_required = true;
}

#define RETENTION_ROWS(recording, transcript, call)                                                              \
	IV_INT(struct retention, recording_days, recording, 0, 0, DAYS_MAX, "0: the installation's"),            \
		IV_INT(struct retention, transcript_days, transcript, 0, 0, DAYS_MAX, "0: the installation's"),  \
		IV_INT(struct retention, call_days, call, 0, 0, DAYS_MAX, "0: the installation's")
#define REDACTION_ROWS                                                                                           \
	IV_BOOL(struct redaction, enabled, "enabled", 0,                                                         \
		"E-mail addresses, telephone, card and identity numbers are masked before what was said is kept; " \
		"the installation's when nothing was said")
#define OUTREACH_ROWS(consent, mode, hours)                                                                      \
	IV_BOOL(struct tenant, consent_required, consent, 0,                                                     \
		"Campaigns call only people whose consent is on record; false: it is kept elsewhere"),           \
		IV_ENUM(struct tenant, optimizer_mode, mode, 0, optimizer_modes,                                 \
			"Whether the optimiser may pause campaigns and change their windows, or only says that it would"), \
		IV_JSON(struct tenant, calling_hours, hours, 0, 16384,                                           \
			"Narrower hours than the law's: {windows: [{start, end, timezone}], days: [1-7]}; null: the law's")
#define RULE_ROWS(ip, cost, minutes, calls, rate, retention_rows, redaction_rows)                                \
	IV_STRS(struct tenant, ip_allow, ip, 0, NETWORKS_MAX, "Networks that may use the tenant's keys; none: any"), \
		IV_DBL(struct tenant, daily_cost_cap_inr, cost, 0, 0, 1e9,                                       \
		       "Calls are refused above it; 0: the installation's"),                                     \
		IV_INT(struct tenant, monthly_minute_cap, minutes, 0, 0, 1e9,                                    \
		       "Calls are refused above it; 0: the installation's"),                                     \
		IV_INT(struct tenant, max_concurrent_calls, calls, 0, 0, 100000, "At once; 0: the installation's"), \
		IV_INT(struct tenant, rate_per_minute, rate, 0, 0, 10000,                                        \
		       "Requests of each key a minute; 0: the installation's"),                                  \
		IV_OBJ(struct tenant, retention, "retention", 0, retention_rows, "How long things are kept"),    \
		IV_OBJ(struct tenant, redaction, "redaction", 0, redaction_rows, "What is masked"),              \
		IV_STR(struct tenant, timezone, "timezone", 0, 0, 64, "Of days and months in usage: Asia/Kolkata")

static const struct iv_field retention_fields[] = {RETENTION_ROWS("recordingDays", "transcriptDays", "callDays"), IV_FIELDS_END};
static const struct iv_shape retention_shape = {"Retention", sizeof(struct retention), retention_fields, NULL};
static const struct iv_field redaction_fields[] = {REDACTION_ROWS, IV_FIELDS_END};
static const struct iv_shape redaction_shape = {"Redaction", sizeof(struct redaction), redaction_fields, NULL};

static const struct iv_field tenant_fields[] = {
	IV_STR(struct tenant, id, "id", IV_REQUIRED | IV_READONLY, 0, 0, "tnt_…"),
	IV_STR(struct tenant, slug, "slug", IV_REQUIRED | IV_READONLY, 0, 0, "A short name that stays"),
	IV_STR(struct tenant, name, "name", IV_REQUIRED, 1, 200, "What it is called"),
	IV_STR(struct tenant, status, "status", IV_REQUIRED | IV_READONLY, 0, 0, "active, suspended or closed"),
	RULE_ROWS("ipAllowList", "dailyCostCapInr", "monthlyMinuteCap", "maxConcurrentCalls", "ratePerMinute",
		  &retention_shape, &redaction_shape),
	OUTREACH_ROWS("consentRequired", "optimizerMode", "callingHours"),
	IV_STR(struct tenant, created_at, "createdAt", IV_REQUIRED | IV_READONLY, 0, 0, "When it was made"),
	IV_STR(struct tenant, updated_at, "updatedAt", IV_REQUIRED | IV_READONLY, 0, 0, "When it was last changed"),
	IV_FIELDS_END,
};
static const struct iv_shape tenant_shape = {"Tenant", sizeof(struct tenant), tenant_fields, tenant_defaults};

/* The same as the schema has it. */
static const struct iv_field kept_retention_fields[] = {
	RETENTION_ROWS("recording_days", "transcript_days", "call_days"),
	IV_FIELDS_END,
};
static const struct iv_shape kept_retention_shape = {"KeptRetention", sizeof(struct retention), kept_retention_fields, NULL};
static const struct iv_field kept_fields[] = {
	RULE_ROWS("ip_allow", "daily_cost_cap_inr", "monthly_minute_cap", "max_concurrent_calls", "rate_per_minute",
		  &kept_retention_shape, &redaction_shape),
	OUTREACH_ROWS("consent_required", "optimizer_mode", "calling_hours"),
	IV_FIELDS_END,
};
static const struct iv_shape kept_shape = {"KeptRules", sizeof(struct tenant), kept_fields, NULL};

struct work {
	struct iv_rows rows, known;
	struct tenant tenant;
};

/* ── reading ── */

/* Members that are not of this API (written by hand, or by a newer version) are no reason to fail. */
static void read_settings(struct iv_api_call *c, struct iv_str json, struct tenant *t)
{
	struct iv_err e = {0};
	cJSON *doc = iv_json_parse(json, &e);

	for (const struct iv_field *f = kept_shape.fields; doc && f->kind != IV_F_END; f++) {
		cJSON *value = cJSON_DetachItemFromObjectCaseSensitive(doc, f->name), *one;

		if (!value)
			continue;
		one = cJSON_CreateObject();
		cJSON_AddItemToObject(one, f->name, value);
		e = (struct iv_err){0};
		if (!iv_shape_merge(&kept_shape, one, t, &c->arena, &e))
			iv_warn("tenant.setting_ignored", IV_LS("setting", f->name), IV_LS("why", e.msg));
		cJSON_Delete(one);
	}
	cJSON_Delete(doc);
}

static enum iv_flow_next load(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;

	if (!c->scope.tenant_id.len)
		return iv_flow_fail(f, IV_EINVAL, "x-tenant-id is required: say which tenant");
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_tenant_get, NULL, &w->rows);
}

/* Both statements answer with these columns. */
static enum iv_flow_next show(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	const struct iv_tenant_get_out *row = iv_tenant_get_at(&w->rows, 0);

	w->tenant = (struct tenant){.consent_required = true,
				    .redaction = {.enabled = c->s->cfg->redact}, /* in force while nothing was said */
				    .id = row->id,
				    .slug = row->slug,
				    .name = row->name,
				    .status = row->status,
				    .created_at = iv_time_text(c, row->created_at),
				    .updated_at = iv_time_text(c, row->updated_at)};
	read_settings(c, row->settings, &w->tenant);
	c->out = &w->tenant;
	c->entity_id = row->id;
	return IV_FLOW_NEXT;
}

/* ── writing ── */

static void check_networks(struct iv_api_call *c, const struct iv_strs *networks)
{
	for (size_t i = 0; i < networks->count; i++) {
		struct iv_err e = {0};
		struct iv_cidr net;
		char pointer[40];

		if (iv_cidr_parse(networks->items[i], &net, &e))
			continue;
		(void)snprintf(pointer, sizeof(pointer), "/ipAllowList/%zu", i);
		iv_api_bad(c, pointer, "%s", e.msg);
	}
}

/* Who locks himself out must find somebody else to let him in again: refused. */
static void check_own_address(struct iv_api_call *c, const struct iv_strs *networks)
{
	struct iv_address me;

	if (!networks->count || !iv_address_parse(c->peer, &me))
		return;
	for (size_t i = 0; i < networks->count; i++) {
		struct iv_cidr net;
		struct iv_err e = {0};

		if (iv_cidr_parse(networks->items[i], &net, &e) && iv_cidr_has(&net, &me))
			return;
	}
	iv_api_bad(c, "/ipAllowList", "does not hold the address you ask from");
}

static bool is_zero(const struct iv_field *f, const void *object)
{
	const void *slot = (const char *)object + f->offset;

	return (f->kind == IV_F_INT && *(const int64_t *)slot == 0) || (f->kind == IV_F_DBL && *(const double *)slot == 0) ||
	       (f->kind == IV_F_STR && ((const struct iv_str *)slot)->len == 0);
}

static void write_sent(const struct iv_shape *sent, const struct iv_shape *kept, const cJSON *doc, const void *object,
		       const char *key, struct iv_jw *w);

static void write_one(const struct iv_field *sent, const struct iv_field *kept, const cJSON *value, const void *object,
		      struct iv_jw *w)
{
	if (kept->kind == IV_F_OBJ)
		write_sent(sent->shape, kept->shape, value, (const char *)object + kept->offset, kept->name, w);
	else if (is_zero(kept, object))
		iv_jw_null(w, kept->name); /* back to the installation's */
	else
		iv_shape_write_field(kept, object, w);
}

/* What was sent, by the names it is kept by; both shapes have the same rows in the same order. */
static void write_sent(const struct iv_shape *sent, const struct iv_shape *kept, const cJSON *doc, const void *object,
		       const char *key, struct iv_jw *w)
{
	iv_jw_obj(w, key);
	for (const struct iv_field *s = sent->fields; s->kind != IV_F_END; s++) {
		const cJSON *value = cJSON_GetObjectItemCaseSensitive(doc, s->name);

		for (const struct iv_field *k = kept->fields; value && k->kind != IV_F_END; k++)
			if (k->offset == s->offset)
				write_one(s, k, value, object, w);
	}
	iv_jw_end_obj(w);
}

static enum iv_flow_next check(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	const struct tenant *in = c->in;

	if (!c->scope.tenant_id.len)
		return iv_flow_fail(f, IV_EINVAL, "x-tenant-id is required: say which tenant");
	check_networks(c, &in->ip_allow);
	if (c->who.role < IV_ROLE_PLATFORM)
		check_own_address(c, &in->ip_allow);
	if (!in->timezone.len && !in->calling_hours.len)
		return IV_FLOW_NEXT;
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_tenant_rules_known,
			 &(struct iv_tenant_rules_known_in){.zone = in->timezone, .hours = in->calling_hours}, &w->known);
}

static enum iv_flow_next change(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;
	const struct tenant *in = c->in;
	const struct iv_tenant_rules_known_out *known = w->known.count ? iv_tenant_rules_known_at(&w->known, 0) : NULL;
	struct iv_jw jw;

	if (known && in->timezone.len && !known->zone)
		iv_api_bad(c, "/timezone", "must be a time zone such as Asia/Kolkata");
	if (known && known->hours.len)
		iv_api_bad(c, "/callingHours", "%.*s", IV_FMT(known->hours));
	if (iv_api_any_bad(c))
		return iv_api_refuse_if_bad(c);
	iv_jw_init(&jw, &c->json);
	write_sent(&tenant_shape, &kept_shape, c->doc, in, NULL, &jw);
	if (!iv_jw_done(&jw))
		return iv_flow_fail(f, IV_ETOOBIG, "the settings are too large");
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_tenant_update,
			 &(struct iv_tenant_update_in){.name = in->name, .settings = iv_buf_str(&c->json)}, &w->rows);
}

static const struct iv_flow_step get_steps[] = {{"load", load}, {"show", show}, {0}};
static const struct iv_flow_step change_steps[] = {{"check", check}, {"change", change}, {"show", show}, {0}};
static const enum iv_code absent[] = {IV_ENOENT, IV_OK};

const struct iv_api_route iv_tenant_rows[] = {
	{.method = "GET", .path = "/v1/tenant", .id = "getTenant", .tag = "Tenant", .role = IV_ROLE_ANALYST,
	 .out = &tenant_shape, .status = 200, .state_size = sizeof(struct work), .steps = get_steps, .errors = absent,
	 .doc = "The tenant of this credential and its rules"},
	{.method = "PATCH", .path = "/v1/tenant", .id = "updateTenant", .tag = "Tenant", .role = IV_ROLE_ADMIN,
	 .flags = IV_API_PATCH | IV_API_AUDIT, .in = &tenant_shape, .out = &tenant_shape, .status = 200,
	 .state_size = sizeof(struct work), .steps = change_steps, .errors = absent,
	 .doc = "Changes what is named; other rules stay"},
	{0},
};
