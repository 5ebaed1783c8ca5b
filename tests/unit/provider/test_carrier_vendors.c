/* What goes to each carrier, to the byte, and what each of their answers means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include "../../../src/provider/carrier.h"

static struct iv_arena arena;

static int setup(void **state)
{
	(void)state;
	iv_arena_init(&arena, 65536);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	iv_arena_deinit(&arena);
	return 0;
}

static const struct carrier_place twilio = {.url = {"https://api.twilio.com", 22}, .account = {"AC1", 3}, .user = {"SK9", 3},
					    .secret = {"s3cret"}};
static const struct carrier_place jambonz = {.url = {"https://j.example/v1", 20}, .account = {"acc-1", 5},
					     .secret = {"key"}};
static const struct carrier_place elevenlabs = {.url = {"https://api.elevenlabs.io", 25}, .secret = {"xi"}};

static struct iv_originate ask(void)
{
	return (struct iv_originate){.tenant_id = IV_S("tnt_1"), .call_id = IV_S("call_1"), .agent_id = IV_S("agt_1"),
				     .campaign_id = IV_S("cmp_1"), .from = IV_S("+15559870000"), .to = IV_S("+15551230000"),
				     .voice_url = IV_S("https://gw.example/telephony/twilio/voice?call=tnt_1%2Fcall_1"),
				     .status_url = IV_S("https://gw.example/s"), .amd_url = IV_S("https://gw.example/a"),
				     .ring_s = 25, .limit_s = 3600, .agent_ref = IV_S("agent_9"),
				     .number_ref = IV_S("phnum_9")};
}

static struct carrier_request request(void)
{
	struct carrier_request rq = {0};

	iv_buf_init(&rq.url, CARRIER_URL_MAX);
	iv_buf_init(&rq.body, CARRIER_BODY_MAX);
	return rq;
}

static void is(const struct iv_buf *b, const char *text)
{
	if (!iv_str_eq(iv_buf_str(b), iv_str(text)))
		fail_msg("\n  is     %.*s\n  wanted %s", IV_FMT(iv_buf_str(b)), text);
}

static void sent(bool ok, struct carrier_request *rq, const char *method, const char *url, const char *body)
{
	assert_true(ok);
	assert_string_equal(rq->method, method);
	is(&rq->url, url);
	is(&rq->body, body);
	iv_buf_deinit(&rq->url);
	iv_buf_deinit(&rq->body);
}

static void twilio_is_asked_with_a_form(void **state)
{
	struct iv_originate o = ask();
	struct carrier_request rq = request();

	(void)state;
	o.amd = IV_AMD_MESSAGE_END;
	sent(carrier_twilio.originate(&twilio, &o, &rq), &rq, "POST", "https://api.twilio.com/2010-04-01/Accounts/AC1/Calls.json",
	     "To=%2B15551230000&From=%2B15559870000&Url=https%3A%2F%2Fgw.example%2Ftelephony%2Ftwilio%2Fvoice%3Fcall%3Dtnt_1%252Fcall_1"
	     "&Method=POST&StatusCallback=https%3A%2F%2Fgw.example%2Fs&StatusCallbackMethod=POST&StatusCallbackEvent=initiated"
	     "&StatusCallbackEvent=ringing&StatusCallbackEvent=answered&StatusCallbackEvent=completed&Timeout=25&TimeLimit=3600"
	     "&MachineDetection=DetectMessageEnd&AsyncAmd=true&AsyncAmdStatusCallback=https%3A%2F%2Fgw.example%2Fa"
	     "&AsyncAmdStatusCallbackMethod=POST");
	rq = request();
	sent(carrier_twilio.order(&twilio, CARRIER_HANG_UP, 0, IV_S("CA7"), IV_STR_NULL, &rq), &rq, "POST",
	     "https://api.twilio.com/2010-04-01/Accounts/AC1/Calls/CA7.json", "Status=completed");
	rq = request();
	sent(carrier_twilio.order(&twilio, CARRIER_REDIRECT, 0, IV_S("CA7"), IV_S("https://x/?a=b"), &rq), &rq, "POST",
	     "https://api.twilio.com/2010-04-01/Accounts/AC1/Calls/CA7.json", "Url=https%3A%2F%2Fx%2F%3Fa%3Db&Method=POST");
	rq = request();
	sent(carrier_twilio.find(&twilio, &o, 0, &rq), &rq, "GET",
	     "https://api.twilio.com/2010-04-01/Accounts/AC1/Calls.json?To=%2B15551230000&From=%2B15559870000&PageSize=50", "");
	rq = request();
	sent(carrier_twilio.fetch(&twilio, IV_S("../x"), &rq), &rq, "GET",
	     "https://api.twilio.com/2010-04-01/Accounts/AC1/Calls/..%2Fx.json", "");
}

static void jambonz_is_asked_with_json(void **state)
{
	struct carrier_place own = jambonz;
	struct iv_originate o = ask();
	struct carrier_request rq = request();

	(void)state;
	own.application = IV_S("app-1");
	own.trunk = IV_S("acme");
	o.amd = IV_AMD_DETECT;
	sent(carrier_jambonz.originate(&own, &o, &rq), &rq, "POST", "https://j.example/v1/Accounts/acc-1/Calls",
	     "{\"application_sid\":\"app-1\",\"from\":\"+15559870000\",\"to\":{\"type\":\"phone\",\"number\":\"+15551230000\",\"trunk\":\"acme\"},"
	     "\"timeout\":25,\"timeLimit\":3600,\"tag\":{\"callId\":\"call_1\",\"tenantId\":\"tnt_1\",\"agentId\":\"agt_1\","
	     "\"campaignId\":\"cmp_1\"},\"headers\":{\"X-Invorto-Call\":\"call_1\"},\"amd\":{\"actionHook\":\"https://gw.example/a\"}}");
	o = ask();
	o.to = IV_S("sip:desk@pbx.example");
	o.campaign_id = IV_S("");
	rq = request();
	sent(carrier_jambonz.originate(&jambonz, &o, &rq), &rq, "POST", "https://j.example/v1/Accounts/acc-1/Calls",
	     "{\"call_hook\":{\"url\":\"https://gw.example/telephony/twilio/voice?call=tnt_1%2Fcall_1\",\"method\":\"POST\"},"
	     "\"call_status_hook\":{\"url\":\"https://gw.example/s\",\"method\":\"POST\"},\"speech_synthesis_vendor\":\"google\","
	     "\"speech_synthesis_language\":\"en-US\",\"speech_synthesis_voice\":\"en-US-Standard-C\","
	     "\"speech_recognizer_vendor\":\"google\",\"speech_recognizer_language\":\"en-US\",\"from\":\"+15559870000\","
	     "\"to\":{\"type\":\"sip\",\"sipUri\":\"sip:desk@pbx.example\"},\"timeout\":25,\"timeLimit\":3600,"
	     "\"tag\":{\"callId\":\"call_1\",\"tenantId\":\"tnt_1\",\"agentId\":\"agt_1\"},"
	     "\"headers\":{\"X-Invorto-Call\":\"call_1\"}}");
	rq = request();
	sent(carrier_jambonz.order(&jambonz, CARRIER_HANG_UP, 0, IV_S("s1"), IV_STR_NULL, &rq), &rq, "PUT",
	     "https://j.example/v1/Accounts/acc-1/Calls/s1", "{\"call_status\":\"completed\"}");
	rq = request();
	sent(carrier_jambonz.order(&jambonz, CARRIER_HANG_UP, 1, IV_S("s1"), IV_STR_NULL, &rq), &rq, "PUT",
	     "https://j.example/v1/Accounts/acc-1/Calls/s1", "{\"call_status\":\"no-answer\"}");
	rq = request();
	sent(carrier_jambonz.order(&jambonz, CARRIER_KEY, 0, IV_S("s1"), IV_S("5"), &rq), &rq, "PUT",
	     "https://j.example/v1/Accounts/acc-1/Calls/s1", "{\"dtmf\":{\"digit\":\"5\",\"duration\":200}}");
}

/* Twilio knows rooms by their sids, and those are asked for by their names first. */
static void who_is_in_a_room_is_silenced_there(void **state)
{
	struct carrier_request rq = request();
	struct iv_arena own;

	(void)state;
	sent(carrier_jambonz.order(&jambonz, CARRIER_MUTE, 0, IV_S("s1"), IV_S("room-1"), &rq), &rq, "PUT",
	     "https://j.example/v1/Accounts/acc-1/Calls/s1", "{\"conf_mute_status\":\"mute\"}");
	rq = request();
	sent(carrier_jambonz.order(&jambonz, CARRIER_UNMUTE, 0, IV_S("s1"), IV_S("room-1"), &rq), &rq, "PUT",
	     "https://j.example/v1/Accounts/acc-1/Calls/s1", "{\"conf_mute_status\":\"unmute\"}");
	rq = request();
	sent(carrier_twilio.order(&twilio, CARRIER_MUTE, 0, IV_S("CA7"), IV_S("a&b"), &rq), &rq, "GET",
	     "https://api.twilio.com/2010-04-01/Accounts/AC1/Conferences.json?Status=in-progress&PageSize=1&FriendlyName=a%26b",
	     "");
	rq = request();
	sent(carrier_twilio.order(&twilio, CARRIER_MUTE, 1, IV_S("CA7"), IV_S("CF1"), &rq), &rq, "POST",
	     "https://api.twilio.com/2010-04-01/Accounts/AC1/Conferences/CF1/Participants/CA7.json", "Muted=true");
	rq = request();
	sent(carrier_twilio.order(&twilio, CARRIER_UNMUTE, 1, IV_S("CA7"), IV_S("CF1"), &rq), &rq, "POST",
	     "https://api.twilio.com/2010-04-01/Accounts/AC1/Conferences/CF1/Participants/CA7.json", "Muted=false");
	rq = request();
	assert_false(carrier_twilio.order(&twilio, CARRIER_MUTE, 1, IV_S("CA7"), IV_S(""), &rq));
	iv_buf_deinit(&rq.url);
	iv_buf_deinit(&rq.body);
	iv_arena_init(&own, 4096);
	assert_true(iv_str_eq(carrier_twilio.room(IV_S("{\"conferences\":[{\"sid\":\"CF1\"},{\"sid\":\"CF2\"}]}"), &own), IV_S("CF1")));
	assert_int_equal(carrier_twilio.room(IV_S("{\"conferences\":[]}"), &own).len, 0);
	assert_int_equal(carrier_twilio.room(IV_S("[1"), &own).len, 0);
	iv_arena_deinit(&own);
	assert_null(carrier_jambonz.room);
}

static void elevenlabs_is_told_whose_call_it_is(void **state)
{
	struct iv_originate o = ask();
	struct carrier_request rq = request();

	(void)state;
	sent(carrier_elevenlabs.originate(&elevenlabs, &o, &rq), &rq, "POST",
	     "https://api.elevenlabs.io/v1/convai/twilio/outbound-call",
	     "{\"agent_id\":\"agent_9\",\"agent_phone_number_id\":\"phnum_9\",\"to_number\":\"+15551230000\","
	     "\"telephony_call_config\":{\"ringing_timeout_secs\":25},\"conversation_initiation_client_data\":{"
	     "\"user_id\":\"tnt_1/call_1\",\"dynamic_variables\":{\"call_id\":\"call_1\",\"campaign_id\":\"cmp_1\"}}}");
	rq = request();
	sent(carrier_elevenlabs.find(&elevenlabs, &o, 1790000000999, &rq), &rq, "GET",
	     "https://api.elevenlabs.io/v1/convai/conversations?page_size=10&agent_id=agent_9&user_id=tnt_1%2Fcall_1"
	     "&call_start_after_unix=1790000000",
	     "");
	assert_null(carrier_elevenlabs.order);
}

static void each_is_shown_its_own_kind_of_credential(void **state)
{
	static const struct {
		const struct carrier_vendor *v;
		const struct carrier_place *p;
		const char *header, *value;
	} rows[] = {
		{&carrier_twilio, &twilio, "Authorization", "Basic U0s5OnMzY3JldA=="},
		{&carrier_jambonz, &jambonz, "Authorization", "Bearer key"},
		{&carrier_elevenlabs, &elevenlabs, "xi-api-key", "xi"},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		const char *header;
		struct iv_buf b;

		iv_buf_init(&b, 2048);
		assert_true(rows[i].v->authorise(rows[i].p, &b, &header));
		assert_string_equal(header, rows[i].header);
		is(&b, rows[i].value);
		iv_buf_deinit(&b);
	}
}

static void a_request_that_does_not_fit_is_not_half_sent(void **state)
{
	char *long_id = test_malloc(CARRIER_BODY_MAX + 1);
	struct iv_originate o = ask();

	(void)state;
	memset(long_id, 'x', CARRIER_BODY_MAX);
	o.campaign_id = o.voice_url = (struct iv_str){long_id, CARRIER_BODY_MAX};
	for (int i = 0; i < 3; i++) {
		const struct carrier_vendor *v = (const struct carrier_vendor *const[]){&carrier_twilio, &carrier_jambonz,
											&carrier_elevenlabs}[i];
		struct carrier_request rq = request();

		assert_false(v->originate(i == 0 ? &twilio : i == 1 ? &jambonz : &elevenlabs, &o, &rq));
		iv_buf_deinit(&rq.url);
		iv_buf_deinit(&rq.body);
	}
	test_free(long_id);
}

/* ── answers to a question for a call ── */

enum { UNSENT = -1, CUT = -2, LATE = -3 }; /* no status */

static const struct {
	const struct carrier_vendor *v;
	int status;
	const char *body;
	enum iv_placed placed;
	const char *why, *id, *second;
	bool for_good;
} answers[] = {
#define T &carrier_twilio
#define J &carrier_jambonz
#define E &carrier_elevenlabs
	{T, 201, "{\"sid\":\"CA1\",\"status\":\"queued\"}", IV_PLACED, "", "CA1", "", false},
	{T, 200, "{\"sid\":\"CA1\"}", IV_PLACED, "", "CA1", "", false},
	{T, 201, "{\"status\":\"queued\"}", IV_MAYBE_PLACED, "no_id", "", "", false},
	{T, 201, "{\"sid\":\"CA", IV_MAYBE_PLACED, "no_id", "", "", false},
	{T, 201, "", IV_MAYBE_PLACED, "no_id", "", "", false},
	{T, UNSENT, "", IV_NOT_PLACED, "unreachable", "", "", false},
	{T, CUT, "", IV_MAYBE_PLACED, "cut", "", "", false},
	{T, LATE, "", IV_MAYBE_PLACED, "timeout", "", "", false},
	{T, 302, "", IV_NOT_PLACED, "misconfigured", "", "", false},
	{T, 400, "{\"code\":21211}", IV_NOT_PLACED, "bad_number", "", "", true},
	{T, 400, "{\"code\":21217}", IV_NOT_PLACED, "bad_number", "", "", true},
	{T, 400, "{\"code\":21212}", IV_NOT_PLACED, "caller_id_refused", "", "", true},
	{T, 400, "{\"code\":21215}", IV_NOT_PLACED, "geo_permission", "", "", true},
	{T, 400, "{\"code\":21608}", IV_NOT_PLACED, "unverified_number", "", "", true},
	{T, 400, "{\"code\":99999}", IV_NOT_PLACED, "rejected", "", "", true},
	{T, 400, "<html>", IV_NOT_PLACED, "rejected", "", "", true},
	{T, 401, "{\"code\":20003}", IV_NOT_PLACED, "unauthorized", "", "", false},
	{T, 403, "{\"code\":21215}", IV_NOT_PLACED, "geo_permission", "", "", true},
	{T, 404, "{\"code\":20404}", IV_NOT_PLACED, "unauthorized", "", "", false},
	{T, 408, "", IV_MAYBE_PLACED, "timeout", "", "", false},
	{T, 429, "{\"code\":20429}", IV_NOT_PLACED, "rate_limited", "", "", false},
	{T, 500, "{\"code\":20500}", IV_MAYBE_PLACED, "server_error", "", "", false},
	{T, 503, "{\"code\":21211}", IV_MAYBE_PLACED, "server_error", "", "", false},
	{J, 201, "{\"sid\":\"s1\",\"callId\":\"sip-1\"}", IV_PLACED, "", "s1", "sip-1", false},
	{J, 201, "{\"sid\":\"s1\"}", IV_PLACED, "", "s1", "", false},
	{J, 201, "Created", IV_MAYBE_PLACED, "no_id", "", "", false},
	{J, 400, "{\"msg\":\"no such account\"}", IV_NOT_PLACED, "rejected", "", "", true},
	{J, 401, "Unauthorized", IV_NOT_PLACED, "unauthorized", "", "", false},
	{J, 429, "Too many requests", IV_NOT_PLACED, "rate_limited", "", "", false},
	{J, 480, "{\"msg\":\"no available feature servers\"}", IV_NOT_PLACED, "no_capacity", "", "", false},
	{J, 500, "Internal Server Error", IV_MAYBE_PLACED, "server_error", "", "", false},
	{J, 502, "", IV_MAYBE_PLACED, "server_error", "", "", false},
	{J, UNSENT, "", IV_NOT_PLACED, "unreachable", "", "", false},
	{J, LATE, "", IV_MAYBE_PLACED, "timeout", "", "", false},
	{E, 200, "{\"success\":true,\"conversation_id\":\"conv_1\",\"callSid\":\"CA1\"}", IV_PLACED, "", "conv_1", "CA1", false},
	{E, 200, "{\"success\":true,\"conversation_id\":\"conv_1\",\"callSid\":null}", IV_PLACED, "", "conv_1", "", false},
	{E, 200, "{\"success\":true,\"conversation_id\":null,\"callSid\":null}", IV_MAYBE_PLACED, "no_id", "", "", false},
	{E, 200, "{\"success\":false,\"message\":\"no\",\"conversation_id\":null,\"callSid\":null}", IV_NOT_PLACED, "rejected", "", "",
	 false},
	{E, 200, "{\"success\":false,\"conversation_id\":null,\"callSid\":\"CA1\"}", IV_MAYBE_PLACED, "no_id", "", "", false},
	{E, 200, "oops", IV_MAYBE_PLACED, "no_id", "", "", false},
	{E, 422, "{\"detail\":[]}", IV_NOT_PLACED, "rejected", "", "", true},
	{E, 429, "{}", IV_NOT_PLACED, "rate_limited", "", "", false},
	{E, 500, "{}", IV_MAYBE_PLACED, "server_error", "", "", false},
};

static void every_answer_says_whether_a_telephone_may_ring(void **state)
{
	(void)state;
	for (size_t i = 0; i < IV_COUNT(answers); i++) {
		struct carrier_reply r = {.status = answers[i].status > 0 ? answers[i].status : 0,
					  .unsent = answers[i].status == UNSENT,
					  .late = answers[i].status == LATE,
					  .retry_after_ms = answers[i].status == 429 ? 1500 : -1,
					  .body = iv_str(answers[i].body)};
		struct iv_carrier_answer a = {.placed = IV_NOT_PLACED};

		answers[i].v->originated(&r, &arena, &a);
		if (a.placed != answers[i].placed || !iv_str_eq(a.why, iv_str(answers[i].why)) ||
		    !iv_str_eq(a.provider_id, iv_str(answers[i].id)) || a.for_good != answers[i].for_good ||
		    !iv_str_eq(a.second_id, iv_str(answers[i].second)) || a.retry_after_s != (r.status == 429 ? 2 : 0))
			fail_msg("row %zu: %d %s: %d %.*s %.*s %d", i, answers[i].status, answers[i].body, (int)a.placed,
				 IV_FMT(a.why), IV_FMT(a.provider_id), a.for_good);
	}
}

static void without_memory_for_its_id_a_call_is_in_doubt(void **state)
{
	struct carrier_reply r = {.status = 201, .retry_after_ms = -1, .body = IV_S("{\"sid\":\"CA1\"}")};
	struct iv_carrier_answer a = {.placed = IV_NOT_PLACED};
	struct iv_arena none;

	(void)state;
	iv_arena_init(&none, 1);
	carrier_twilio.originated(&r, &none, &a);
	assert_int_equal(a.placed, IV_MAYBE_PLACED);
	iv_arena_deinit(&none);
}

/* ── answers to orders and questions ── */

static void an_order_to_a_call_that_is_over_is_a_conflict(void **state)
{
	static const struct {
		const struct carrier_vendor *v;
		enum carrier_order order;
		int step, status;
		const char *body;
		enum iv_code code;
		bool again;
	} rows[] = {
		{T, CARRIER_HANG_UP, 0, 200, "{}", IV_OK, false},
		{T, CARRIER_HANG_UP, 0, 404, "{\"code\":20404}", IV_ECONFLICT, false},
		{T, CARRIER_REDIRECT, 0, 400, "{\"code\":21220}", IV_ECONFLICT, false},
		{T, CARRIER_REDIRECT, 0, 400, "{\"code\":21402}", IV_EUPSTREAM, false},
		{T, CARRIER_HANG_UP, 0, 500, "", IV_EUPSTREAM, false},
		{J, CARRIER_HANG_UP, 0, 202, "", IV_OK, false},
		{J, CARRIER_HANG_UP, 0, 204, "", IV_OK, false},
		{J, CARRIER_HANG_UP, 0, 422, "call session is gone", IV_ECONFLICT, true},
		{J, CARRIER_HANG_UP, 1, 422, "call session is gone", IV_ECONFLICT, false},
		{J, CARRIER_REDIRECT, 0, 422, "", IV_ECONFLICT, false},
		{J, CARRIER_KEY, 0, 404, "", IV_ECONFLICT, false},
		{J, CARRIER_KEY, 0, 500, "", IV_EUPSTREAM, false},
		{J, CARRIER_MUTE, 0, 202, "", IV_OK, false},
		{J, CARRIER_MUTE, 0, 422, "", IV_ECONFLICT, false},
		{T, CARRIER_MUTE, 0, 200, "{\"conferences\":[{\"sid\":\"CF1\"}]}", IV_OK, true},
		{T, CARRIER_UNMUTE, 0, 200, "{\"conferences\":[]}", IV_ECONFLICT, false},
		{T, CARRIER_UNMUTE, 0, 200, "garbage", IV_ECONFLICT, false},
		{T, CARRIER_UNMUTE, 0, 503, "", IV_EUPSTREAM, false},
		{T, CARRIER_MUTE, 1, 200, "{}", IV_OK, false},
		{T, CARRIER_MUTE, 1, 404, "{\"code\":20404}", IV_ECONFLICT, false},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct carrier_reply r = {.status = rows[i].status, .retry_after_ms = -1, .body = iv_str(rows[i].body)};
		bool again = false;

		if (rows[i].v->ordered(&r, rows[i].order, rows[i].step, &again) != rows[i].code || again != rows[i].again)
			fail_msg("row %zu", i);
	}
}

static void a_call_stands_as_its_carrier_says(void **state)
{
	static const struct {
		const struct carrier_vendor *v;
		const char *body, *status;
		int64_t seconds;
	} rows[] = {
		{T, "{\"sid\":\"X\",\"status\":\"queued\",\"duration\":null}", "queued", 0},
		{T, "{\"sid\":\"X\",\"status\":\"completed\",\"duration\":\"42\"}", "completed", 42},
		{T, "{\"sid\":\"X\",\"status\":\"sideways\"}", NULL, 0},
		{T, "{\"status\":\"queued\"}", NULL, 0},
		{J, "{\"call_sid\":\"X\",\"call_status\":\"trying\"}", "initiated", 0},
		{J, "{\"callSid\":\"X\",\"callStatus\":\"early-media\"}", "ringing", 0},
		{J, "{\"callSid\":\"X\",\"callStatus\":\"completed\",\"duration\":7}", "completed", 7},
		{J, "[]", NULL, 0},
		{E, "{\"conversation_id\":\"X\",\"status\":\"in-progress\"}", "in-progress", 0},
		{E, "{\"conversation_id\":\"X\",\"status\":\"done\",\"metadata\":{\"call_duration_secs\":9}}", "completed", 9},
		{E, "{\"conversation_id\":\"X\",\"status\":\"done\",\"metadata\":{\"phone_call\":{\"call_result\":\"no_answer\"}}}", "no-answer",
		 0},
		{E, "{\"conversation_id\":\"X\",\"status\":\"failed\"}", "failed", 0},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		struct iv_carrier_status st = {0};
		cJSON *doc = iv_json_parse(iv_str(rows[i].body), NULL);
		bool ok = rows[i].v->fetched(doc, &arena, &st);

		if (ok != (rows[i].status != NULL) || (ok && (!iv_str_eq(st.status, iv_str(rows[i].status)) ||
							      !iv_str_eq(st.provider_id, IV_S("X")))) ||
		    st.duration_s != rows[i].seconds)
			fail_msg("row %zu: %.*s", i, IV_FMT(st.status));
		cJSON_Delete(doc);
	}
}

static struct iv_carrier_found look(const struct carrier_vendor *v, const char *body, int64_t since_ms)
{
	struct iv_carrier_found found = {0};
	struct iv_originate o = ask();
	cJSON *doc = iv_json_parse(iv_str(body), NULL);

	assert_non_null(doc);
	assert_true(v->found(doc, &o, since_ms, &arena, &found));
	cJSON_Delete(doc);
	return found;
}

static void twilio_s_list_is_searched_by_numbers_direction_and_time(void **state)
{
#define CALL(sid, to, direction, made)                                                                                    \
	"{\"sid\":\"" sid "\",\"to\":\"" to "\",\"from\":\"+15559870000\",\"direction\":\"" direction                           \
	"\",\"status\":\"ringing\",\"date_created\":" made "}"
	struct iv_carrier_found f =
		look(T,
		     "{\"calls\":[" CALL("CA1", "+15551230000", "outbound-api", "\"Sat, 21 Nov 2026 16:00:05 +0000\"") "," CALL(
			     "CA2", "+15551239999", "outbound-api", "null") "," CALL("CA3", "+15551230000", "inbound",
										   "null") "," CALL("CA4", "+15551230000",
												    "outbound-api",
												    "null") "," CALL("CA5",
														     "+15551230000",
														     "outbound-api",
														     "\"Sat, 21 Nov 2026 15:59:59 +0000\"") "]}",
		     1795276800000); /* 16:00:00 */

	(void)state;
	assert_int_equal(f.count, 2);
	assert_false(f.sure);
	assert_true(iv_str_eq(f.items[0].provider_id, IV_S("CA1")) && iv_str_eq(f.items[1].provider_id, IV_S("CA4")));
}

static void a_call_that_carries_our_id_is_the_one(void **state)
{
	struct iv_carrier_found f = look(
		J,
		"[{\"callSid\":\"a\",\"direction\":\"outbound\",\"to\":\"15551230000\",\"from\":\"15559870000\",\"callStatus\":\"ringing\"},"
		"{\"callSid\":\"b\",\"direction\":\"outbound\",\"to\":\"x\",\"callStatus\":\"ringing\",\"customerData\":{\"callId\":\"call_1\"}},"
		"{\"callSid\":\"c\",\"direction\":\"outbound\",\"to\":\"15551230000\",\"from\":\"15559870000\",\"callStatus\":\"ringing\"}]",
		0);

	(void)state;
	assert_true(f.sure && f.count == 1 && iv_str_eq(f.items[0].provider_id, IV_S("b")));
	f = look(J,
		 "[{\"call_sid\":\"d\",\"direction\":\"outbound\",\"to\":\"+15551230000\",\"from\":\"15559870000\",\"call_status\":\"trying\","
		 "\"customerData\":\"{\\\"callId\\\":\\\"call_2\\\"}\"},"
		 "{\"call_sid\":\"e\",\"direction\":\"inbound\",\"to\":\"15551230000\",\"from\":\"15559870000\",\"call_status\":\"trying\"}]",
		 0);
	assert_int_equal(f.count, 0); /* another's, and another way */
	f = look(E,
		 "{\"conversations\":[{\"conversation_id\":\"c1\",\"status\":\"done\",\"user_id\":\"tnt_1/call_9\"},"
		 "{\"conversation_id\":\"c2\",\"status\":\"in-progress\",\"user_id\":\"tnt_1/call_1\"}]}",
		 0);
	assert_true(f.sure && f.count == 1 && iv_str_eq(f.items[0].provider_id, IV_S("c2")));
}

static void a_list_that_is_none_is_not_an_empty_one(void **state)
{
	const struct carrier_vendor *all[] = {T, J, E};
	struct iv_originate o = ask();

	(void)state;
	for (size_t i = 0; i < IV_COUNT(all); i++) {
		struct iv_carrier_found found = {0};
		cJSON *doc = iv_json_parse(IV_S("{\"message\":\"later\"}"), NULL);

		assert_false(all[i]->found(doc, &o, 0, &arena, &found));
		cJSON_Delete(doc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
		TEST(twilio_is_asked_with_a_form),
		TEST(jambonz_is_asked_with_json),
		TEST(elevenlabs_is_told_whose_call_it_is),
		TEST(each_is_shown_its_own_kind_of_credential),
		TEST(a_request_that_does_not_fit_is_not_half_sent),
		TEST(every_answer_says_whether_a_telephone_may_ring),
		TEST(without_memory_for_its_id_a_call_is_in_doubt),
		TEST(who_is_in_a_room_is_silenced_there),
		TEST(an_order_to_a_call_that_is_over_is_a_conflict),
		TEST(a_call_stands_as_its_carrier_says),
		TEST(twilio_s_list_is_searched_by_numbers_direction_and_time),
		TEST(a_call_that_carries_our_id_is_the_one),
		TEST(a_list_that_is_none_is_not_an_empty_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
