/* The lab's own control of its carriers: rules, calls rung from here, what became of them. */
#include "carrier.h"
#include "carrier_twiml.h"
#include "carrier_verbs.h"

#include <stdio.h>

#define ANSWER_MAX (64u << 20)

static void reply_json(struct iv_http_req *rq, int status, const struct iv_buf *out, const struct iv_jw *w)
{
	if (iv_jw_done(w))
		iv_http_reply(rq, status, "application/json", iv_buf_str(out));
	else
		iv_http_reply_err(rq, &(struct iv_err){.code = IV_ETOOBIG, .msg = "the answer is too large"});
}

static void reply_rules(const struct carriers *c, struct iv_http_req *rq)
{
	char text[48];
	int n = snprintf(text, sizeof(text), "{\"rules\":%zu}", rules_count(c->rules));

	iv_http_reply(rq, 200, "application/json", (struct iv_str){text, (size_t)n});
}

void control_rules_put(void *ctx, struct iv_http_req *rq)
{
	struct carriers *c = ctx;
	struct iv_err e = {0};
	cJSON *json = iv_json_parse(iv_http_body(rq), &e);

	if (json && rules_set(c->rules, json, &e))
		reply_rules(c, rq);
	else
		iv_http_reply_err(rq, &e);
	cJSON_Delete(json);
}

void control_rules_delete(void *ctx, struct iv_http_req *rq)
{
	struct carriers *c = ctx;
	struct iv_err e = {0};
	cJSON *none = cJSON_Parse("{\"rules\":[]}");

	if (rules_set(c->rules, none, &e))
		reply_rules(c, rq);
	else
		iv_http_reply_err(rq, &e);
	cJSON_Delete(none);
}

static bool ring(struct carriers *c, const cJSON *json, struct carrier_call **out, struct iv_err *e)
{
	struct iv_str carrier = iv_json_str(json, "carrier"), to = iv_json_str(json, "to"), from = iv_json_str(json, "from");
	bool jambonz = iv_str_eq(carrier, IV_S("jambonz"));
	struct carrier_call *call;

	if (!jambonz && !iv_str_eq(carrier, IV_S("twilio")))
		return iv_fail_field(e, IV_EINVAL, "carrier", "must be jambonz or twilio");
	if (to.len == 0 || from.len == 0 || to.len >= CARRIER_NUMBER || from.len >= CARRIER_NUMBER)
		return iv_fail_field(e, IV_EINVAL, "to", "to and from must be 1 to %d bytes", CARRIER_NUMBER - 1);
	call = call_new(c, jambonz ? CARRIER_JAMBONZ : CARRIER_TWILIO, CARRIER_INBOUND, from, to,
			cJSON_GetObjectItem(json, "plan"), e);
	if (!call)
		return false;
	*out = call;
	return jambonz ? jambonz_inbound(call, e) : twilio_inbound(call, e);
}

void control_call_post(void *ctx, struct iv_http_req *rq)
{
	struct carriers *c = ctx;
	struct iv_err e = {0};
	struct carrier_call *call = NULL;
	cJSON *json = iv_json_parse(iv_http_body(rq), &e);
	struct iv_buf out;
	struct iv_jw w;

	if (!json || !ring(c, json, &call, &e)) {
		iv_http_reply_err(rq, &e);
	} else {
		iv_buf_init(&out, ANSWER_MAX);
		iv_jw_init(&w, &out);
		call_story(call, false, &w);
		reply_json(rq, 201, &out, &w);
		iv_buf_deinit(&out);
	}
	cJSON_Delete(json);
}

static struct carrier_call *find(struct carriers *c, struct iv_http_req *rq)
{
	struct carrier_call *call = call_find(c, iv_http_param(rq, "call"));

	if (!call)
		iv_http_reply_err(rq, &(struct iv_err){.code = IV_ENOENT, .msg = "no such call"});
	return call;
}

void control_call_get(void *ctx, struct iv_http_req *rq)
{
	struct carrier_call *call = find(ctx, rq);
	struct iv_buf out;
	struct iv_jw w;

	if (!call)
		return;
	iv_buf_init(&out, ANSWER_MAX);
	iv_jw_init(&w, &out);
	call_story(call, true, &w);
	reply_json(rq, 200, &out, &w);
	iv_buf_deinit(&out);
}

void control_call_list(void *ctx, struct iv_http_req *rq)
{
	struct carriers *c = ctx;
	struct iv_buf out;
	struct iv_jw w;

	iv_buf_init(&out, ANSWER_MAX);
	iv_jw_init(&w, &out);
	iv_jw_obj(&w, NULL);
	iv_jw_i64(&w, "live", (int64_t)c->live);
	iv_jw_i64(&w, "placed", c->placed);
	iv_jw_arr(&w, "calls");
	IV_LIST_EACH(node, &c->all)
	call_story(IV_CONTAINER(node, struct carrier_call, node), false, &w);
	iv_jw_end_arr(&w);
	iv_jw_end_obj(&w);
	reply_json(rq, 200, &out, &w);
	iv_buf_deinit(&out);
}

void control_call_delete(void *ctx, struct iv_http_req *rq)
{
	struct carrier_call *call = find(ctx, rq);

	if (!call)
		return;
	call_hang_up(call, LINE_BY_PERSON, 0, "the person hung up");
	iv_http_reply(rq, 204, NULL, IV_STR_NULL);
}

void control_stats(void *ctx, struct iv_http_req *rq)
{
	struct carriers *c = ctx;
	struct iv_buf out;
	struct iv_jw w;

	iv_buf_init(&out, 4096);
	iv_jw_init(&w, &out);
	iv_jw_obj(&w, NULL);
	iv_jw_i64(&w, "live", (int64_t)c->live);
	iv_jw_i64(&w, "placed", c->placed);
	iv_jw_i64(&w, "kept", (int64_t)c->kept);
	iv_jw_i64(&w, "hooks_under_way", c->hooks_out);
	iv_jw_end_obj(&w);
	reply_json(rq, 200, &out, &w);
	iv_buf_deinit(&out);
}

static void reply_verdict(struct iv_http_req *rq, bool ok, const struct iv_err *e)
{
	struct iv_buf out;
	struct iv_jw w;

	iv_buf_init(&out, 4096);
	iv_jw_init(&w, &out);
	iv_jw_obj(&w, NULL);
	iv_jw_bool(&w, "ok", ok);
	iv_jw_cstr(&w, "error", ok ? NULL : e->msg);
	iv_jw_end_obj(&w);
	reply_json(rq, 200, &out, &w);
	iv_buf_deinit(&out);
}

void control_verbs(void *ctx, struct iv_http_req *rq)
{
	struct iv_err e = {0};
	cJSON *json = iv_json_parse(iv_http_body(rq), &e), *app = json ? verbs_read(json, &e) : NULL;

	(void)ctx;
	reply_verdict(rq, app != NULL, &e);
	cJSON_Delete(app);
	cJSON_Delete(json);
}

void control_twiml(void *ctx, struct iv_http_req *rq)
{
	struct iv_err e = {0};
	cJSON *doc = twiml_read(iv_http_body(rq), false, &e);

	(void)ctx;
	reply_verdict(rq, doc != NULL, &e);
	cJSON_Delete(doc);
}
