/* Conversations of the agents that ElevenLabs hosts for us, as it lists them: those nobody told us of are parked, to be
 * asked for like any other. A page of each agent at a time; how far it got is in the books. */
#include "kernel.h"

#include <stdio.h>
#include "iv_json.h"
#include "iv_log.h"
#include "iv_metrics.h"

enum { OVERLAP_S = 3600, PAGE_MOST = 100, PAGE_BYTES = 65536, CURSOR_MAX = 2000, ID_MAX = 128 };
enum { LISTED_KNOWN, LISTED_UNKNOWN, LISTED_FAILED };

static struct iv_kernel *self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct iv_kernel, check);
}

static const struct iv_listing_take_out *row(const struct iv_kernel *k)
{
	return iv_listing_take_at(&k->lists, k->lists_at);
}

enum iv_flow_next list_take(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);

	return iv_pg_one(k->s->worker, f, &k->check_run, &(struct iv_scope){0}, &k->check_arena, &iv_sql_listing_take,
			 &(struct iv_listing_take_in){
				 .most = CHECKS_MOST, .lease_s = CHECKS_LEASE_S, .overlap_s = OVERLAP_S},
			 &k->lists);
}

static bool write_query(const struct iv_listing_take_out *l, struct iv_buf *out)
{
	return iv_buf_printf(out, "page_size=%d&call_start_after_unix=%lld&agent_id=", PAGE_MOST,
			     (long long)(l->since_s > 0 ? l->since_s : 0)) &&
	       iv_url_encode(out, l->vendor_agent) &&
	       (!l->cursor.len || (iv_buf_adds(out, IV_S("&cursor=")) && iv_url_encode(out, l->cursor)));
}

static enum iv_flow_next ask(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);
	struct iv_buf query;
	enum iv_flow_next next;

	iv_buf_init(&query, CURSOR_MAX * 4);
	if (write_query(row(k), &query))
		next = iv_convai_conversations(k->s->carriers, f, &k->item.vendor, &k->answer_arena, iv_buf_str(&query),
					       &k->item.answer);
	else
		next = iv_flow_fail(f, IV_EINTERNAL, "the list's address does not fit");
	iv_buf_deinit(&query);
	return next;
}

/* ── a page ── */

static void put_one(struct iv_jw *w, const cJSON *one)
{
	struct iv_str id = iv_json_str(one, "conversation_id");
	const cJSON *began = iv_json_get(one, "start_time_unix_secs");

	if (!id.len || id.len > ID_MAX)
		return;
	iv_jw_obj(w, NULL);
	iv_jw_str(w, "id", id);
	iv_jw_bool(w, "live", !checks_is_over(iv_json_str(one, "status")));
	if (cJSON_IsNumber(began) && began->valuedouble > 0 && began->valuedouble < 1e11)
		iv_jw_i64(w, "began", (int64_t)began->valuedouble);
	iv_jw_end_obj(w);
}

/* The next page's name; "" at the end. */
static struct iv_str next_of(const cJSON *doc)
{
	struct iv_str next = iv_json_str(doc, "next_cursor");

	return cJSON_IsTrue(iv_json_get(doc, "has_more")) && next.len <= CURSOR_MAX ? next : IV_STR_NULL;
}

static bool write_page(const cJSON *doc, struct iv_buf *out)
{
	const cJSON *all = iv_json_get(doc, "conversations"), *one;
	int told = 0;
	struct iv_jw w;

	if (!cJSON_IsArray(all))
		return false;
	iv_jw_init(&w, out);
	iv_jw_arr(&w, NULL);
	cJSON_ArrayForEach(one, all)
	{
		if (told++ < PAGE_MOST)
			put_one(&w, one);
	}
	iv_jw_end_arr(&w);
	return iv_jw_done(&w);
}

static enum iv_flow_next keep(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);
	const struct iv_vendor_answer *a = &k->item.answer;
	cJSON *doc = a->said == IV_SAID_DONE ? iv_json_parse(a->body, NULL) : NULL;
	struct iv_listing_page_in in = {
		.tenant = row(k)->tenant_id, .agent = row(k)->agent_id, .every_s = k->cfg->conversation_list_s};
	enum iv_flow_next next;
	struct iv_buf page;

	iv_buf_init(&page, PAGE_BYTES);
	if (doc && write_page(doc, &page)) {
		in.page = iv_buf_str(&page);
		in.cursor = next_of(doc);
		if (!in.cursor.len)
			in.cursor = IV_STR_NULL;
		k->full = k->full || in.cursor.len;
		next = iv_pg_one(k->s->worker, f, &k->check_run, &(struct iv_scope){0}, &k->check_arena, &iv_sql_listing_page,
				 &in, &k->item.rows);
	} else {
		struct iv_str why = a->said == IV_SAID_DONE ? IV_S("nonsense") : a->why;

		next = iv_flow_fail(f, IV_EUPSTREAM, "elevenlabs: %.*s", IV_FMT(why));
	}
	iv_buf_deinit(&page);
	cJSON_Delete(doc);
	return next;
}

static enum iv_flow_next count(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);
	const struct iv_listing_page_out *o = iv_listing_page_at(&k->item.rows, 0);

	(void)f;
	iv_metric_add(IV_M_conversations_listed_total, LISTED_KNOWN, (double)o->known);
	iv_metric_add(IV_M_conversations_listed_total, LISTED_UNKNOWN, (double)o->fresh);
	if (o->fresh)
		iv_info("conversations.found", IV_LV("tenant_id", row(k)->tenant_id), IV_LV("agent_id", row(k)->agent_id),
			IV_LI("count", o->fresh));
	return IV_FLOW_DONE;
}

/* ── and what did not come: a place in the list that is none any more is forgotten */

static enum iv_flow_next give_back(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);
	struct iv_listing_back_in in = {.tenant = row(k)->tenant_id,
					.agent = row(k)->agent_id,
					.in_s = k->cfg->conversation_list_s,
					.afresh = row(k)->cursor.len > 0 && k->list_refused,
					.error = iv_str(k->check_why)};

	return iv_pg_one(k->s->worker, f, &k->check_run, &(struct iv_scope){0}, &k->check_arena, &iv_sql_listing_back, &in, NULL);
}

static void next_one(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);

	k->lists_at++;
	list_walk(k);
	checks_went(k);
}

static const struct iv_flow_step back_steps[] = {{"give_back", give_back}, {0}};
static const struct iv_flow_type back_type = {"kernel.list_back", back_steps, next_one};

static void one_over(struct iv_flow *f)
{
	struct iv_kernel *k = self(f);

	if (f->err.code == IV_OK || !k->running) {
		next_one(f);
		return;
	}
	iv_metric_add(IV_M_conversations_listed_total, LISTED_FAILED, 1);
	iv_info("conversations.not_listed", IV_LV("tenant_id", row(k)->tenant_id), IV_LV("agent_id", row(k)->agent_id),
		IV_LS("why", f->err.msg));
	k->stumbled = true;
	k->list_refused = k->item.answer.said == IV_SAID_REFUSED && k->item.answer.code != IV_ERATE;
	(void)snprintf(k->check_why, sizeof(k->check_why), "%s", f->err.msg);
	checks_go(k, &back_type);
	checks_went(k);
}

static const struct iv_flow_step steps[] = {{"ask", ask}, {"keep", keep}, {"count", count}, {0}};
static const struct iv_flow_type type = {"kernel.listing", steps, one_over};

void list_walk(struct iv_kernel *k)
{
	if (k->running && k->lists_at < k->lists.count)
		checks_go(k, &type);
	else
		checks_rest(k);
}
