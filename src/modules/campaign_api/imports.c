/* Files of leads: POST text/csv,
 * and what came of it. The file goes to the disk as it comes; only a whole one is read. */
#include "parts.h"

#include <stddef.h>
#include <stdio.h>
#include "import_run.h"
#include "iv_sql.h"
#include "iv_upload.h"

enum { UPLOAD_MS = 900000, RECEIVE_S = 960, RUN_S = 120, WAIT_MS = 5000, ERRORS_SHOWN = 20, ERRORS_MAX = 50000 };

static const char *const policies[] = {"skip", "update", NULL};

struct import_query {
	struct iv_str country;
	struct iv_strs tags;
	int on_duplicate;
	bool again;
};
static const struct iv_field import_fields[] = {
	IV_STR(struct import_query, country, "country", 0, 0, 2, "Of numbers without a country code: IN"),
	IV_ENUM(struct import_query, on_duplicate, "onDuplicate", 0, policies,
		"What a row does to a lead of its number that is there: nothing (skip), or what it says is written over it"),
	IV_STRS(struct import_query, tags, "tags", 0, 16, "Every lead of the file gets these"),
	IV_BOOL(struct import_query, again, "again", 0, "Read a file that was read within a day once more"),
	IV_FIELDS_END,
};
static const struct iv_shape import_query_shape = {"importQuery", sizeof(struct import_query), import_fields, NULL};

struct import_state {
	struct iv_rows opened, begun, rows, errors;
	struct iv_upload upload;
	struct import_wait wait;
	struct iv_undo undo;
	struct iv_api_call *call;
	struct iv_str id, campaign, options, shown;
};

/* ── receiving ── */

static struct iv_str options_of(struct iv_api_call *c, const struct import_query *q)
{
	struct iv_str text;
	struct iv_buf b;
	struct iv_jw w;

	iv_buf_init(&b, 65536);
	iv_jw_init(&w, &b);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "on_duplicate", policies[q->on_duplicate]);
	if (q->country.len)
		iv_jw_str(&w, "country", q->country);
	iv_jw_arr(&w, "tags");
	for (size_t i = 0; i < q->tags.count; i++)
		iv_jw_str(&w, NULL, q->tags.items[i]);
	iv_jw_end_arr(&w);
	iv_jw_end_obj(&w);
	text = iv_jw_done(&w) ? iv_arena_str(&c->arena, iv_buf_str(&b)) : IV_STR_NULL;
	iv_buf_deinit(&b);
	return text;
}

static enum iv_flow_next open_import(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct import_query *q = c->query;
	struct import_state *st = c->state;

	if (!country_good(c, "?country", q->country))
		return iv_api_refuse_if_bad(c);
	if (import_count(c->s->imports) >= (size_t)c->s->cfg->lead_imports_at_once)
		return iv_flow_fail(f, IV_EQUOTA, "%lld files are being read here already",
				    (long long)c->s->cfg->lead_imports_at_once);
	st->call = c;
	st->id = iv_id_text(c, "imp");
	st->campaign = text_or_null(iv_api_param(c, "id"));
	st->options = options_of(c, q);
	if (!st->options.ptr)
		return iv_flow_fail(f, IV_ETOOBIG, "no memory for the options");
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_import_open,
			 &(struct iv_import_open_in){.id = st->id, .campaign = st->campaign, .options = st->options,
						     .lease_s = RECEIVE_S, .person = iv_actor(c)},
			 &st->opened);
}

/* The row is there: it must say how it ended. */
static void give_up(void *arg)
{
	struct import_state *st = arg;
	struct iv_api_call *c = st->call;
	enum iv_code code = c->flow.err.code;

	if (st->upload.bytes)
		iv_upload_remove(c->s, st->upload.path);
	import_abandon(c->s->imports, &c->scope, st->id,
		       code == IV_ECANCELED ? "the connection ended before the file was whole: nothing of it is in"
		       : c->flow.err.msg);
}

static enum iv_flow_next take(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct import_state *st = c->state;

	iv_undo_push(f, &st->undo, give_up, st);
	if (snprintf(st->upload.path, sizeof(st->upload.path), "%s/imports/%.*s/%.*s.csv", c->s->cfg->data_dir,
		     IV_FMT(c->who.tenant_id),
		     IV_FMT(st->id)) >= (int)sizeof(st->upload.path))
		return iv_flow_fail(f, IV_EINTERNAL, "the path of a file of leads is too long");
	return iv_upload_take(c, &st->upload);
}

static enum iv_flow_next begin(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct import_query *q = c->query;
	struct import_state *st = c->state;

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_import_begin,
			 &(struct iv_import_begin_in){.id = st->id, .digest = iv_str(st->upload.sha256),
						      .bytes = st->upload.bytes,
						      .lease_s = RUN_S, .again = q->again},
			 &st->begun);
}

static enum iv_flow_next await(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct import_query *q = c->query;
	struct import_state *st = c->state;
	const struct iv_import_begin_out *r = iv_import_begin_at(&st->begun, 0);
	struct import_order o = {.tenant_id = c->scope.tenant_id, .user_id = c->scope.user_id, .id = st->id,
				 .path = iv_str(st->upload.path), .country = q->country, .tags = q->tags};

	f->undo = NULL; /* from here on it is the reader's to tell */
	st->shown = r->same.len ? r->same : st->id;
	c->entity_id = st->shown;
	if (r->same.len)
		iv_upload_remove(c->s, st->upload.path);
	else
		import_start(c->s->imports, &o);
	return import_await(c->s->imports, f, &st->wait, st->shown, WAIT_MS);
}

/* ── telling ── */

static enum iv_flow_next ask_for(struct iv_flow *f, struct iv_str id)
{
	struct iv_api_call *c = iv_api_self(f);
	struct import_state *st = c->state;
	struct iv_import_one_in one = {.id = id};
	struct iv_import_errors_in errors = {.id = id, .after_line = 0, .count = ERRORS_SHOWN};

	return iv_pg_run(c->s->pg, f, &c->pg, &c->scope, &c->arena,
			 (struct iv_pg_part[]){{&iv_sql_import_one, &one, &st->rows},
					       {&iv_sql_import_errors, &errors, &st->errors}}, 2);
}

static enum iv_flow_next ask_shown(struct iv_flow *f)
{
	return ask_for(f, ((struct import_state *)iv_api_self(f)->state)->shown);
}

static enum iv_flow_next ask(struct iv_flow *f)
{
	return ask_for(f, iv_api_param(iv_api_self(f), "id"));
}

static void put_error(struct iv_jw *w, const struct iv_import_errors_out *r)
{
	iv_jw_obj(w, NULL);
	iv_jw_i64(w, "line", r->line);
	if (r->field != IV_SQL_NULL)
		iv_jw_i64(w, "field", r->field);
	if (r->name.len)
		iv_jw_str(w, "column", r->name);
	iv_jw_str(w, "kind", r->kind);
	iv_jw_str(w, "reason", r->reason);
	iv_jw_end_obj(w);
}

static enum iv_flow_next told(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct import_state *st = c->state;
	struct iv_str body = iv_import_one_at(&st->rows, 0)->body;
	struct iv_jw w;

	/* Its members, and the first of what was wrong. */
	if (!iv_buf_add(&c->json, body.ptr, body.len - 1))
		return iv_flow_fail(f, IV_ETOOBIG, "the answer does not fit");
	iv_jw_init(&w, &c->json);
	w.comma = true;
	iv_jw_arr(&w, "errors");
	for (size_t i = 0; i < st->errors.count; i++)
		put_error(&w, iv_import_errors_at(&st->errors, i));
	iv_jw_end_arr(&w);
	iv_jw_end_obj(&w);
	return answer_done(c, &w);
}

struct list_query {
	struct iv_page_query page;
	struct iv_str campaign;
};
static const struct iv_field list_fields[] = {
	PAGE_FIELDS(struct list_query, page),
	IV_STR(struct list_query, campaign, "campaignId", 0, 0, 128, "Only those into this campaign"), IV_FIELDS_END};
static const struct iv_shape list_shape = {"importList", sizeof(struct list_query), list_fields, iv_page_defaults};

static enum iv_flow_next list(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct list_query *q = c->query;
	struct import_state *st = c->state;
	struct iv_page_place p;

	if (!pages_begin(c, &q->page, &p))
		return iv_api_refuse_if_bad(c);
	struct iv_import_page_in in = {.after_us = p.after_us, .after_id = p.after_id,
				       .campaign = text_or_null(q->campaign), .count = p.count};

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_import_page, &in, &st->rows);
}
PAGE_STEP(listed, import_page, struct list_query, &((struct import_state *)c->state)->rows)

/* ── all that was wrong, as CSV ── */

struct errors_query {
	int64_t after, limit;
};
static void errors_defaults(void *q)
{
	((struct errors_query *)q)->limit = 10000;
}
static const struct iv_field errors_fields[] = {
	IV_INT(struct errors_query, after, "after", 0, 0, 9e15, "Lines behind this one"),
	IV_INT(struct errors_query, limit, "limit", 0, 1, ERRORS_MAX, "At most so many; 10000 when absent"),
	IV_FIELDS_END};
static const struct iv_shape errors_shape = {"importErrors", sizeof(struct errors_query), errors_fields,
					     errors_defaults};

static enum iv_flow_next ask_errors(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct errors_query *q = c->query;
	struct import_state *st = c->state;
	struct iv_import_one_in one = {.id = iv_api_param(c, "id")};
	struct iv_import_errors_in errors = {.id = one.id, .after_line = q->after, .count = q->limit + 1};

	return iv_pg_run(c->s->pg, f, &c->pg, &c->scope, &c->arena,
			 (struct iv_pg_part[]){{&iv_sql_import_one, &one, &st->rows},
					       {&iv_sql_import_errors, &errors, &st->errors}}, 2);
}

static enum iv_flow_next put_errors(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct errors_query *q = c->query;
	struct import_state *st = c->state;
	size_t n = st->errors.count > (size_t)q->limit ? (size_t)q->limit : st->errors.count;
	bool ok = iv_buf_adds(&c->json, IV_S("line,field,column,kind,reason\r\n"));
	char link[256];

	for (size_t i = 0; ok && i < n; i++) {
		const struct iv_import_errors_out *r = iv_import_errors_at(&st->errors, i);
		const struct iv_str cells[] = {answer_number(c, r->line), answer_number(c, r->field), r->name, r->kind,
					       r->reason};

		ok = answer_row(&c->json, cells, IV_COUNT(cells));
	}
	if (st->errors.count > n) {
		(void)snprintf(link, sizeof(link), "</v1/imports/%.*s/errors?after=%lld&limit=%lld>; rel=\"next\"",
			       IV_FMT(iv_api_param(c, "id")), (long long)iv_import_errors_at(&st->errors, n - 1)->line,
			       (long long)q->limit);
		iv_api_set_header(c, "Link", iv_str(link));
	}
	return ok ? IV_FLOW_DONE : iv_flow_fail(f, IV_ETOOBIG, "the answer does not fit: ask for fewer");
}

/* ── the table ── */

static const struct iv_flow_step import_steps[] = {{"open", open_import}, {"take", take},	{"begin", begin},
						   {"await", await},
						   {"ask", ask_shown},	  {"told", told}, {0}};
static const struct iv_flow_step list_steps[] = {{"list", list}, {"listed", listed}, {0}};
static const struct iv_flow_step get_steps[] = {{"ask", ask}, {"told", told}, {0}};
static const struct iv_flow_step errors_steps[] = {{"ask", ask_errors}, {"put", put_errors}, {0}};
static const enum iv_code missing[] = {IV_ENOENT, IV_ETOOBIG, IV_OK};
static const enum iv_code importing[] = {IV_ENOENT, IV_EMEDIA, IV_ETOOBIG, IV_EQUOTA, IV_OK};
static const char *const csv[] = {"text/csv", "application/csv", "text/tab-separated-values", NULL};

#define STATE .state_size = sizeof(struct import_state)
#define IMPORT(where, name, text)                                                                                      \
	{                                                                                                              \
		.method = "POST", .path = where, .id = name, .tag = "Leads", .role = IV_ROLE_DEV,                      \
		.flags = IV_API_AUDIT | IV_API_PIECES, .query = &import_query_shape, .media = csv,                     \
		.body_max_at = offsetof(struct iv_config, lead_import_max), .status = 200, .deadline_ms = UPLOAD_MS,   \
		.steps = import_steps, STATE, .errors = importing, .doc = text                                         \
	}

const struct iv_api_route *import_routes(void)
{
	static const struct iv_api_route rows[] = {
		IMPORT("/v1/leads/import", "importLeads", "Leads from a CSV file, into no campaign"),
		IMPORT("/v1/campaigns/:id/leads/import", "importCampaignLeads",
		       "Leads from a CSV file, for this campaign; a file that takes longer than 5 s is told as running"),
		{.method = "GET", .path = "/v1/imports", .id = "listImports", .tag = "Leads", .role = IV_ROLE_ANALYST,
		 .query = &list_shape, .status = 200, .steps = list_steps, STATE,
		 .doc = "Files of leads, newest first"},
		{.method = "GET", .path = "/v1/imports/:id", .id = "getImport", .tag = "Leads", .role = IV_ROLE_ANALYST,
		 .status = 200, .steps = get_steps, STATE, .errors = missing,
		 .doc = "How far a file has come, and the first of what is wrong in it"},
		{.method = "GET", .path = "/v1/imports/:id/errors", .id = "getImportErrors", .tag = "Leads",
		 .role = IV_ROLE_ANALYST,
		 .query = &errors_shape, .status = 200, .steps = errors_steps, STATE, .errors = missing,
		 .content_type = "text/csv",
		 .doc = "Every row that was not taken, by line, column and reason; Link says where the next are"},
		{0},
	};

	return rows;
}
