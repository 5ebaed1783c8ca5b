/* Pages, answers, cells. */
#include "parts.h"

#include <stdio.h>
#include "iv_campaign_api.h"
#include "iv_e164.h"

bool pages_begin(struct iv_api_call *c, const struct iv_page_query *q, struct iv_page_place *p)
{
	if (iv_page_reads(c, q, p))
		return true;
	iv_api_bad(c, "?cursor", "is none that was given out");
	return false;
}

enum iv_flow_next answer_json(struct iv_api_call *c, struct iv_str json)
{
	return iv_buf_adds(&c->json, json) ? IV_FLOW_DONE : iv_flow_fail(&c->flow, IV_ETOOBIG,
		"the answer does not fit");
}

enum iv_flow_next answer_done(struct iv_api_call *c, const struct iv_jw *w)
{
	return iv_jw_done(w) ? IV_FLOW_DONE : iv_flow_fail(&c->flow, IV_ETOOBIG,
							   "the answer does not fit: ask for fewer rows");
}

struct iv_str answer_number(struct iv_api_call *c, int64_t n)
{
	char text[24];

	if (n == IV_SQL_NULL)
		return IV_S("");
	(void)snprintf(text, sizeof(text), "%lld", (long long)n);
	return iv_arena_str(&c->arena, iv_str(text));
}

bool answer_row(struct iv_buf *b, const struct iv_str *cells, size_t count)
{
	bool ok = true;

	for (size_t i = 0; ok && i < count; i++) {
		struct iv_str s = cells[i];
		bool quote = false;

		for (size_t k = 0; k < s.len; k++)
			quote = quote || memchr(",\"\r\n", s.ptr[k], 4);
		ok = (i == 0 || iv_buf_addc(b, ',')) && (!quote || iv_buf_addc(b, '"'));
		if (ok && s.len && memchr("=+-@\t\r", s.ptr[0], 6))
			ok = iv_buf_addc(b, '\'');
		for (size_t k = 0; ok && k < s.len; k++)
			ok = (s.ptr[k] != '"' || iv_buf_addc(b, '"')) && iv_buf_addc(b, s.ptr[k]);
		ok = ok && (!quote || iv_buf_addc(b, '"'));
	}
	return ok && iv_buf_adds(b, IV_S("\r\n"));
}

bool answer_is_csv(struct iv_api_call *c)
{
	struct iv_str rest = iv_api_header(c, "accept"), one, type;

	iv_api_set_header(c, "Vary", IV_S("Accept"));
	while (iv_str_split(&rest, ',', &one)) {
		if (!iv_str_split(&one, ';', &type))
			continue;
		type = iv_str_trim(type);
		if (iv_str_ieq(type, IV_S("application/json")) || iv_str_ieq(type, IV_S("*/*")))
			return false;
		if (iv_str_ieq(type, IV_S("text/csv"))) {
			c->content_type = "text/csv";
			return true;
		}
	}
	return false;
}

struct iv_str text_or_null(struct iv_str s)
{
	return s.len ? s : IV_STR_NULL;
}

bool lead_phone(struct iv_str text, struct iv_str country, char out[IV_E164_SIZE], const char **why)
{
	char two[3] = "";

	(void)iv_str_copy(two, sizeof(two), country); /* it was looked at */
	return iv_e164_normal(text, two, out, why);
}

bool country_good(struct iv_api_call *c, const char *pointer, struct iv_str country)
{
	char two[3];

	if (!country.len || (country.len == 2 && iv_str_copy(two, sizeof(two), country) && iv_e164_code_of(two)))
		return true;
	iv_api_bad(c, pointer, "must be a country's two letters, as IN is");
	return false;
}

void iv_campaign_api_mount(struct iv_api *a)
{
	iv_api_mount(a, campaign_routes());
	iv_api_mount(a, campaign_order_routes());
	iv_api_mount(a, campaign_report_routes());
	iv_api_mount(a, lead_routes());
	iv_api_mount(a, segment_routes());
	iv_api_mount(a, import_routes());
}
