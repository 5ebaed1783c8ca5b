/* The list of what there is, and what all of it needs. */
#include "vendors.h"

#include <ctype.h>

enum { LIMIT_MAX = 100, KEY_MAX = 128 };

void iv_vendors_mount(struct iv_api *a)
{
	iv_api_mount(a, vendors_deploy_routes());
	iv_api_mount(a, vendors_number_routes());
	iv_api_mount(a, vendors_import_routes());
	iv_api_mount(a, vendors_attach_routes());
	iv_api_mount(a, vendors_start_routes());
	iv_api_mount(a, vendors_batch_routes());
	iv_api_mount(a, vendors_template_routes());
	iv_api_mount(a, vendors_pool_routes());
}

bool vendors_tenant(struct iv_api_call *c, struct iv_str wanted)
{
	/* The operator himself acts for whom he names. */
	if (wanted.len && !c->who.tenant_id.len && c->who.role == IV_ROLE_PLATFORM)
		c->who.tenant_id = wanted;
	c->scope.tenant_id = c->who.tenant_id;
	if (!c->who.tenant_id.len)
		return iv_fail(&c->flow.err, IV_EINVAL, "tenant_id, or the header X-Tenant-Id, says whose");
	return !wanted.len || iv_str_eq(wanted, c->who.tenant_id) ||
	       iv_fail(&c->flow.err, IV_EFORBIDDEN, "tenant_id is not a tenant of yours");
}

enum iv_flow_next vendors_failed(struct iv_api_call *c, enum iv_carrier which, const struct iv_vendor_answer *a)
{
	enum iv_code code = a->code;
	char words[180];

	iv_vendor_words(a, which, words, sizeof(words));
	iv_warn("vendor.failed", IV_LS("vendor", iv_carrier_names[which]), IV_LS("route", c->route->id), IV_LV("why", a->why),
		IV_LI("status", a->status), IV_LS("request_id", c->request_id));
	if (code == IV_EUNSUPPORTED || code == IV_ENOENT) /* ours to set up first */
		code = IV_EUNPROCESSABLE;
	if (a->retry_after_s)
		iv_api_retry_after(c, a->retry_after_s);
	return iv_flow_fail(&c->flow, code, "%s", words);
}

/* ── answers ── */

void vendors_begin(struct iv_api_call *c, struct iv_jw *w)
{
	iv_buf_clear(&c->json);
	iv_jw_init(w, &c->json);
	iv_jw_obj(w, NULL);
	if (vendors_is_function(c))
		iv_jw_bool(w, "success", true);
}

enum iv_flow_next vendors_done(struct iv_api_call *c, struct iv_jw *w, const char *message)
{
	if (vendors_is_function(c))
		iv_jw_cstr(w, "message", message);
	iv_jw_end_obj(w);
	return iv_jw_done(w) ? IV_FLOW_DONE : iv_flow_fail(&c->flow, IV_ETOOBIG, "the answer does not fit");
}

/* voice_agent_id → voiceAgentId */
static void camel_name(const char *name, char out[KEY_MAX])
{
	size_t n = 0;

	for (; *name && n < KEY_MAX - 1; name++)
		if (*name == '_' && name[1])
			out[n++] = (char)toupper((unsigned char)*++name);
		else
			out[n++] = *name;
	out[n] = '\0';
}

/* Times of the books as the API prints them. */
static void put_member(struct iv_jw *w, const char *key, const cJSON *value)
{
	size_t len = strlen(key);
	char *text, time[IV_TIME_SIZE];
	int64_t ms;

	if (len > 2 && strcmp(key + len - 2, "At") == 0 && cJSON_IsString(value) &&
	    iv_time_parse(iv_str(value->valuestring), &ms)) {
		iv_jw_str(w, key, iv_time_iso(ms, time));
		return;
	}
	text = cJSON_PrintUnformatted(value);
	iv_jw_raw(w, key, iv_str(text));
	cJSON_free(text);
}

void vendors_row(struct iv_jw *w, const char *key, struct iv_str json, bool camel)
{
	cJSON *doc = camel && json.len ? iv_json_parse(json, NULL) : NULL;
	const cJSON *one;

	if (!doc) {
		iv_jw_raw(w, key, json);
		return;
	}
	iv_jw_obj(w, key);
	cJSON_ArrayForEach(one, doc)
	{
		char name[KEY_MAX];

		camel_name(one->string ? one->string : "", name);
		put_member(w, name, one);
	}
	iv_jw_end_obj(w);
	cJSON_Delete(doc);
}

/* ── pages ── */

static const struct iv_field page_fields[] = {
	IV_INT(struct iv_page_query, limit, "limit", 0, 1, LIMIT_MAX, "Rows of a page"),
	IV_STR(struct iv_page_query, cursor, "cursor", 0, 0, 512, "nextCursor of the page before"),
	IV_FIELDS_END,
};
const struct iv_shape vendors_page_shape = {"vendorsPage", sizeof(struct iv_page_query), page_fields, iv_page_defaults};

bool vendors_page_reads(struct iv_api_call *c, struct iv_page_place *p)
{
	if (iv_page_reads(c, c->query, p))
		return true;
	iv_api_bad(c, "?cursor", "is none that was given out");
	return false;
}

enum iv_flow_next vendors_page_end(struct iv_api_call *c, struct iv_page_writer *p, int64_t last_us, struct iv_str last_id)
{
	iv_page_close(c, p, last_us, last_id, IV_PAGE_NULL);
	return iv_jw_done(&p->w) ? IV_FLOW_DONE
				 : iv_flow_fail(&c->flow, IV_ETOOBIG, "the page does not fit an answer: ask for fewer rows");
}
