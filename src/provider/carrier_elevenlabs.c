/* ElevenLabs' outbound call over its own Twilio line: it dials, its agent speaks. Pure. It takes no orders; Twilio
 * does, for the call_sid it gives.
 *
 * `success` counts, not the status; both ids may be null. Our id goes along as user_id, by which conversations can be
 * asked for: that is how an ambiguous answer is resolved. */
#include "elevenlabs_write.h"

static bool authorise(const struct carrier_place *p, struct iv_buf *value, const char **header)
{
	*header = "xi-api-key";
	return iv_buf_printf(value, "%s", iv_secret_reveal(p->secret));
}

static bool user_id(const struct iv_originate *o, struct iv_buf *out)
{
	return iv_buf_adds(out, o->tenant_id) && iv_buf_addc(out, '/') && iv_buf_adds(out, o->call_id);
}

static bool originate(const struct carrier_place *p, const struct iv_originate *o, struct carrier_request *rq)
{
	struct iv_jw w;

	rq->method = "POST";
	rq->type = "application/json";
	iv_jw_init(&w, &rq->body);
	iv_jw_obj(&w, NULL);
	iv_jw_str(&w, "agent_id", o->agent_ref);
	iv_jw_str(&w, "agent_phone_number_id", o->number_ref);
	iv_jw_str(&w, "to_number", o->to);
	iv_jw_obj(&w, "telephony_call_config");
	iv_jw_i64(&w, "ringing_timeout_secs", o->ring_s);
	if (o->amd == IV_AMD_MESSAGE_END) {
		iv_jw_obj(&w, "twilio_machine_detection");
		iv_jw_cstr(&w, "mode", "detect_message_end");
		iv_jw_end_obj(&w);
	}
	iv_jw_end_obj(&w);
	elevenlabs_put_data(&w, o->tenant_id, o->call_id, o->variables, o->campaign_id, o->lead_id);
	iv_jw_end_obj(&w);
	return iv_jw_done(&w) && iv_buf_adds(&rq->url, p->url) &&
	       iv_buf_adds(&rq->url, IV_S("/v1/convai/twilio/outbound-call"));
}

static void originated(const struct carrier_reply *r, struct iv_arena *arena, struct iv_carrier_answer *a)
{
	cJSON *doc;
	struct iv_str id;

	if (r->status < 200 || r->status >= 300) {
		carrier_refusal(r, a);
		return;
	}
	doc = iv_json_parse(r->body, NULL);
	id = iv_json_str(doc, "conversation_id");
	if (cJSON_IsFalse(iv_json_get(doc, "success")) && !id.len && !iv_json_str(doc, "callSid").len)
		carrier_not_placed(a, "rejected", false);
	else
		carrier_placed(a, arena, id, iv_json_str(doc, "callSid"));
	cJSON_Delete(doc);
}

static bool conversations(const struct carrier_place *p, struct carrier_request *rq)
{
	rq->method = "GET";
	return iv_buf_adds(&rq->url, p->url) && iv_buf_adds(&rq->url, IV_S("/v1/convai/conversations"));
}

static bool fetch(const struct carrier_place *p, struct iv_str provider_id, struct carrier_request *rq)
{
	return conversations(p, rq) && iv_buf_addc(&rq->url, '/') && iv_url_encode(&rq->url, provider_id);
}

static struct iv_str status_of(const cJSON *doc)
{
	struct iv_str theirs = iv_json_str(doc, "status");
	struct iv_str result = iv_json_str(iv_json_get(iv_json_get(doc, "metadata"), "phone_call"), "call_result");

	if (iv_str_eq(theirs, IV_S("initiated")))
		return IV_S("initiated");
	if (iv_str_eq(theirs, IV_S("in-progress")))
		return IV_S("in-progress");
	if (iv_str_eq(result, IV_S("busy")))
		return IV_S("busy");
	if (iv_str_eq(result, IV_S("no_answer")))
		return IV_S("no-answer");
	if (iv_str_eq(theirs, IV_S("failed")) || iv_str_eq(result, IV_S("failed")))
		return IV_S("failed");
	if (iv_str_eq(theirs, IV_S("processing")) || iv_str_eq(theirs, IV_S("done")))
		return IV_S("completed");
	return IV_STR_NULL;
}

static bool fetched(const cJSON *doc, struct iv_arena *arena, struct iv_carrier_status *st)
{
	const cJSON *seconds = iv_json_get(iv_json_get(doc, "metadata"), "call_duration_secs");

	st->known = true;
	st->provider_id = iv_arena_str(arena, iv_json_str(doc, "conversation_id"));
	st->status = status_of(doc);
	if (cJSON_IsNumber(seconds) && seconds->valuedouble >= 0 && seconds->valuedouble < 1e7)
		st->duration_s = (int64_t)seconds->valuedouble;
	return st->status.ptr && st->provider_id.len;
}

static bool find(const struct carrier_place *p, const struct iv_originate *o, int64_t since_ms, struct carrier_request *rq)
{
	struct iv_buf user;
	bool ok;

	iv_buf_init(&user, 512);
	ok = user_id(o, &user) && conversations(p, rq) && iv_buf_adds(&rq->url, IV_S("?page_size=10&agent_id=")) &&
	     iv_url_encode(&rq->url, o->agent_ref) && iv_buf_adds(&rq->url, IV_S("&user_id=")) &&
	     iv_url_encode(&rq->url, iv_buf_str(&user)) &&
	     iv_buf_printf(&rq->url, "&call_start_after_unix=%lld", (long long)(since_ms / 1000));
	iv_buf_deinit(&user);
	return ok;
}

static bool found(const cJSON *doc, const struct iv_originate *o, int64_t since_ms, struct iv_arena *arena,
		  struct iv_carrier_found *out)
{
	const cJSON *all = iv_json_get(doc, "conversations"), *one;
	struct iv_buf user;
	bool ok;

	(void)since_ms;
	iv_buf_init(&user, 512);
	ok = cJSON_IsArray(all) && user_id(o, &user);
	cJSON_ArrayForEach(one, all)
	{
		struct iv_str theirs = iv_json_str(one, "user_id");

		if (!theirs.len || iv_str_eq(theirs, iv_buf_str(&user)))
			ok = ok && carrier_found_add(out, arena, iv_json_str(one, "conversation_id"), status_of(one),
						     theirs.len > 0);
	}
	iv_buf_deinit(&user);
	return ok;
}

const struct carrier_vendor carrier_elevenlabs = {
	.authorise = authorise, .originate = originate, .originated = originated, .fetch = fetch, .fetched = fetched,
	.find = find, .found = found, .counts_500 = true,
};
