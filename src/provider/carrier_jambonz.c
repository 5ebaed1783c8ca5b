/* Jambonz' REST API: JSON out, JSON or plain text back. Pure.
 *
 * An answer of 500 is what its API says of anything the server behind it did not do, or did and failed to tell: a
 * refused number as well as a call that rings. So it is ambiguous, and it is no sign that Jambonz is ill. */
#include "carrier.h"
#include "iv_span.h"

static bool authorise(const struct carrier_place *p, struct iv_buf *value, const char **header)
{
	*header = "Authorization";
	return iv_buf_printf(value, "Bearer %s", iv_secret_reveal(p->secret));
}

static bool resource(const struct carrier_place *p, struct iv_buf *url, struct iv_str id)
{
	return iv_buf_adds(url, p->url) && iv_buf_adds(url, IV_S("/Accounts/")) && iv_url_encode(url, p->account) &&
	       iv_buf_adds(url, IV_S("/Calls")) && (!id.len || (iv_buf_addc(url, '/') && iv_url_encode(url, id)));
}

static struct iv_jw json_of(struct carrier_request *rq, const char *method)
{
	struct iv_jw w;

	rq->method = method;
	rq->type = "application/json";
	iv_jw_init(&w, &rq->body);
	iv_jw_obj(&w, NULL);
	return w;
}

static bool finish(struct iv_jw *w)
{
	iv_jw_end_obj(w);
	return iv_jw_done(w);
}

/* ── placing ── */

static void put_hook(struct iv_jw *w, const char *key, struct iv_str url)
{
	iv_jw_obj(w, key);
	iv_jw_str(w, "url", url);
	iv_jw_cstr(w, "method", "POST");
	iv_jw_end_obj(w);
}

/* With an application its hooks are used, whatever the call says. Without one all five of these are required; nothing
 * is said or heard by them. */
static void put_application(struct iv_jw *w, const struct carrier_place *p, const struct iv_originate *o)
{
	if (p->application.len) {
		iv_jw_str(w, "application_sid", p->application);
		return;
	}
	put_hook(w, "call_hook", o->voice_url);
	put_hook(w, "call_status_hook", o->status_url);
	iv_jw_cstr(w, "speech_synthesis_vendor", "google");
	iv_jw_cstr(w, "speech_synthesis_language", "en-US");
	iv_jw_cstr(w, "speech_synthesis_voice", "en-US-Standard-C");
	iv_jw_cstr(w, "speech_recognizer_vendor", "google");
	iv_jw_cstr(w, "speech_recognizer_language", "en-US");
}

static void put_to(struct iv_jw *w, const struct carrier_place *p, struct iv_str to)
{
	bool sip = iv_str_starts(to, IV_S("sip:")) || iv_str_starts(to, IV_S("sips:"));

	iv_jw_obj(w, "to");
	iv_jw_cstr(w, "type", sip ? "sip" : "phone");
	iv_jw_str(w, sip ? "sipUri" : "number", to);
	if (!sip && p->trunk.len)
		iv_jw_str(w, "trunk", p->trunk);
	iv_jw_end_obj(w);
}

static bool originate(const struct carrier_place *p, const struct iv_originate *o, struct carrier_request *rq)
{
	struct iv_jw w = json_of(rq, "POST");
	char trace[IV_TRACEPARENT_SIZE];

	put_application(&w, p, o);
	iv_jw_str(&w, "from", o->from);
	put_to(&w, p, o->to);
	iv_jw_i64(&w, "timeout", o->ring_s);
	iv_jw_i64(&w, "timeLimit", o->limit_s);
	iv_jw_obj(&w, "tag"); /* comes back as customerData in every hook */
	iv_jw_str(&w, "callId", o->call_id);
	iv_jw_str(&w, "tenantId", o->tenant_id);
	iv_jw_str(&w, "agentId", o->agent_id);
	if (o->campaign_id.len)
		iv_jw_str(&w, "campaignId", o->campaign_id);
	if (o->span) /* an application has hooks of its own: their addresses say nothing */
		iv_jw_cstr(&w, "traceparent", iv_span_traceparent(o->span, trace));
	iv_jw_end_obj(&w);
	iv_jw_obj(&w, "headers");
	iv_jw_str(&w, "X-Invorto-Call", o->call_id);
	iv_jw_end_obj(&w);
	if (o->amd != IV_AMD_OFF) {
		iv_jw_obj(&w, "amd");
		iv_jw_str(&w, "actionHook", o->amd_url);
		iv_jw_end_obj(&w);
	}
	return finish(&w) && resource(p, &rq->url, IV_STR_NULL);
}

static void originated(const struct carrier_reply *r, struct iv_arena *arena, struct iv_carrier_answer *a)
{
	if (r->status >= 200 && r->status < 300) {
		cJSON *doc = iv_json_parse(r->body, NULL);

		carrier_placed(a, arena, iv_json_str(doc, "sid"), iv_json_str(doc, "callId"));
		cJSON_Delete(doc);
	} else if (r->status == 480) { /* no feature server is free */
		carrier_not_placed(a, "no_capacity", false);
	} else {
		carrier_refusal(r, a);
	}
}

/* ── orders ── */

static bool order(const struct carrier_place *p, enum carrier_order what, int step, struct iv_str provider_id,
		  struct iv_str text, struct carrier_request *rq)
{
	struct iv_jw w = json_of(rq, "PUT");

	if (what == CARRIER_HANG_UP) {
		iv_jw_cstr(&w, "call_status", step == 0 ? "completed" : "no-answer");
	} else if (what == CARRIER_REDIRECT) {
		put_hook(&w, "call_hook", text);
	} else if (what != CARRIER_KEY) { /* mute_status is of dials; it knows which room the call is in */
		iv_jw_cstr(&w, "conf_mute_status", what == CARRIER_MUTE ? "mute" : "unmute");
	} else {
		iv_jw_obj(&w, "dtmf");
		iv_jw_str(&w, "digit", text);
		iv_jw_i64(&w, "duration", 200);
		iv_jw_end_obj(&w);
	}
	return finish(&w) && resource(p, &rq->url, provider_id);
}

/* 422: the call is not in a state for it. One that rings wants another word than one that is up. */
static enum iv_code ordered(const struct carrier_reply *r, enum carrier_order what, int step, bool *again)
{
	if (r->status >= 200 && r->status < 300)
		return IV_OK;
	*again = what == CARRIER_HANG_UP && step == 0 && r->status == 422;
	return r->status == 404 || r->status == 422 ? IV_ECONFLICT : IV_EUPSTREAM;
}

/* ── asking ── */

static bool get(struct carrier_request *rq)
{
	rq->method = "GET";
	return true;
}

static bool fetch(const struct carrier_place *p, struct iv_str provider_id, struct carrier_request *rq)
{
	return get(rq) && resource(p, &rq->url, provider_id);
}

static struct iv_str status_of(struct iv_str theirs)
{
	static const char *const words[][2] = {
		{"queued", "queued"},	      {"trying", "initiated"}, {"ringing", "ringing"},	   {"early-media", "ringing"},
		{"in-progress", "in-progress"}, {"completed", "completed"}, {"failed", "failed"}, {"busy", "busy"},
		{"no-answer", "no-answer"},
	};

	for (size_t i = 0; i < IV_COUNT(words); i++)
		if (iv_str_eq(theirs, iv_str(words[i][0])))
			return iv_str(words[i][1]);
	return IV_STR_NULL;
}

static bool fetched(const cJSON *doc, struct iv_arena *arena, struct iv_carrier_status *st)
{
	const cJSON *seconds = iv_json_get(doc, "duration");

	st->known = true;
	st->provider_id = iv_arena_str(arena, carrier_either(doc, "call_sid", "callSid"));
	st->status = status_of(carrier_either(doc, "call_status", "callStatus"));
	if (cJSON_IsNumber(seconds) && seconds->valuedouble >= 0 && seconds->valuedouble < 1e7)
		st->duration_s = (int64_t)seconds->valuedouble;
	return st->status.ptr && st->provider_id.len;
}

static bool find(const struct carrier_place *p, const struct iv_originate *o, int64_t since_ms, struct carrier_request *rq)
{
	(void)o;
	(void)since_ms;
	/* How its filters compare numbers depends on how its trunks write them: all that go out, then. */
	return get(rq) && resource(p, &rq->url, IV_STR_NULL) && iv_buf_adds(&rq->url, IV_S("?direction=outbound"));
}

/* Whose call it says it is: 1 ours, 0 another's, -1 it does not say. The tag may come back as text. */
static int tagged(const cJSON *call, struct iv_str call_id)
{
	static const char *const names[] = {"customerData", "customer_data", "tag"};
	int answer = -1;

	for (size_t i = 0; i < IV_COUNT(names) && answer < 0; i++) {
		const cJSON *tag = iv_json_get(call, names[i]);
		cJSON *own = cJSON_IsString(tag) ? iv_json_parse(iv_str(tag->valuestring), NULL) : NULL;
		struct iv_str id = iv_json_str(own ? own : tag, "callId");

		if (id.len)
			answer = iv_str_eq(id, call_id);
		cJSON_Delete(own);
	}
	return answer;
}

static bool found(const cJSON *doc, const struct iv_originate *o, int64_t since_ms, struct iv_arena *arena,
		  struct iv_carrier_found *out)
{
	const cJSON *one;

	(void)since_ms; /* only calls that live are told, and not since when */
	if (!cJSON_IsArray(doc))
		return false;
	cJSON_ArrayForEach(one, doc)
	{
		int ours = tagged(one, o->call_id);

		if (ours == 0 || !iv_str_eq(iv_json_str(one, "direction"), IV_S("outbound")))
			continue;
		if (ours < 0 && (!carrier_same_number(iv_json_str(one, "to"), o->to) ||
				 !carrier_same_number(iv_json_str(one, "from"), o->from)))
			continue;
		if (!carrier_found_add(out, arena, carrier_either(one, "call_sid", "callSid"),
				       status_of(carrier_either(one, "call_status", "callStatus")), ours == 1))
			return false;
	}
	return true;
}

const struct carrier_vendor carrier_jambonz = {
	.authorise = authorise, .originate = originate, .originated = originated, .order = order, .ordered = ordered,
	.keys = true, .fetch = fetch, .fetched = fetched, .find = find, .found = found,
};
