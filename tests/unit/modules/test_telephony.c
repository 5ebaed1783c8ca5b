/* Carriers' words and ours, and orders in their languages, without a daemon. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "iv_telephony.h"
#include "say.h"
#include "words.h"

static struct iv_arena arena;
static struct iv_config cfg;
static struct iv_line_media media;
static struct say_call call;
static struct iv_buf out;

static int set_up(void **state)
{
	(void)state;
	iv_arena_init(&arena, 1 << 20);
	iv_buf_init(&out, 65536);
	cfg = (struct iv_config){.public_base_url = "https://gw.example/",
				 .jambonz_rate_hz = 8000,
				 .telephony_sorry_text = "Sorry."};
	media = (struct iv_line_media){.url = "wss://gw.example/realtime/voice?callId=call_1&sig=ab", .ts = "1795266000",
				       .sig = "ab", .nonce = "cd"};
	say_call_init(&call, &cfg);
	(void)iv_str_copy(call.nonce, sizeof(call.nonce), IV_S("0011223344556677"));
	call.call_id = IV_S("call_1");
	call.tenant_id = IV_S("A");
	call.agent_id = IV_S("agt_1");
	call.our_number = IV_S("+15550001111");
	call.media = &media;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	iv_buf_deinit(&out);
	iv_arena_deinit(&arena);
	return 0;
}

static void expect(struct iv_str got, const char *want)
{
	char text[256] = "";

	if (!want) {
		assert_null(got.ptr);
		return;
	}
	assert_true(iv_str_copy(text, sizeof(text), got));
	assert_string_equal(text, want);
}

/* ── words ── */

static void every_status_of_a_carrier_has_one_of_ours(void **state)
{
	static const struct {
		enum word_carrier carrier;
		const char *theirs, *ours;
		bool final;
	} all[] = {
		{WORD_JAMBONZ, "trying", "initiated", false},     {WORD_JAMBONZ, "ringing", "ringing", false},
		{WORD_JAMBONZ, "early-media", "ringing", false},  {WORD_JAMBONZ, "in-progress", "answered", false},
		{WORD_JAMBONZ, "queued", "queued", false},        {WORD_JAMBONZ, "completed", "completed", true},
		{WORD_JAMBONZ, "failed", "failed", true},         {WORD_JAMBONZ, "busy", "busy", true},
		{WORD_JAMBONZ, "no-answer", "no-answer", true},   {WORD_JAMBONZ, "hangup", "completed", true},
		{WORD_TWILIO, "queued", "queued", false},         {WORD_TWILIO, "initiated", "initiated", false},
		{WORD_TWILIO, "ringing", "ringing", false},       {WORD_TWILIO, "in-progress", "answered", false},
		{WORD_TWILIO, "completed", "completed", true},    {WORD_TWILIO, "busy", "busy", true},
		{WORD_TWILIO, "failed", "failed", true},          {WORD_TWILIO, "no-answer", "no-answer", true},
		{WORD_TWILIO, "canceled", "canceled", true},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(all); i++) {
		struct iv_str ours = word_status(all[i].carrier, iv_str(all[i].theirs));

		expect(ours, all[i].ours);
		assert_int_equal(word_is_final(ours), all[i].final);
	}
	expect(word_status(WORD_JAMBONZ, IV_S("telepathic")), NULL);
	expect(word_status(WORD_TWILIO, IV_S("early-media")), NULL);
	expect(word_status(WORD_TWILIO, IV_S("")), NULL);
	assert_false(word_is_final(IV_STR_NULL));
}

static void why_a_call_failed_is_read_from_its_sip_status(void **state)
{
	(void)state;
	expect(word_failure(IV_S("failed"), 404), "bad_number");
	expect(word_failure(IV_S("failed"), 480), "unavailable");
	expect(word_failure(IV_S("failed"), 503), "congestion");
	expect(word_failure(IV_S("failed"), 0), "carrier_failed");
	expect(word_failure(IV_S("busy"), 486), "busy");
	expect(word_failure(IV_S("busy"), 603), "declined");
	expect(word_failure(IV_S("no-answer"), 487), "no_answer");
	expect(word_failure(IV_S("completed"), 200), NULL);
}

static void who_answered_is_told_in_five_words(void **state)
{
	(void)state;
	expect(word_answered_by(WORD_JAMBONZ, IV_S("amd_human_detected")), "human");
	expect(word_answered_by(WORD_JAMBONZ, IV_S("amd_machine_detected")), "machine");
	expect(word_answered_by(WORD_JAMBONZ, IV_S("amd_machine_stopped_speaking")), "machine_end");
	expect(word_answered_by(WORD_JAMBONZ, IV_S("amd_tone_detected")), "machine_end");
	expect(word_answered_by(WORD_JAMBONZ, IV_S("amd_decision_timeout")), "unknown");
	expect(word_answered_by(WORD_JAMBONZ, IV_S("amd_stopped")), NULL);
	expect(word_answered_by(WORD_TWILIO, IV_S("human")), "human");
	expect(word_answered_by(WORD_TWILIO, IV_S("machine_start")), "machine");
	expect(word_answered_by(WORD_TWILIO, IV_S("machine_end_beep")), "machine_end");
	expect(word_answered_by(WORD_TWILIO, IV_S("fax")), "fax");
	expect(word_answered_by(WORD_TWILIO, IV_S("")), NULL);
	expect(word_dialed(IV_S("answered")), "completed");
	expect(word_dialed(IV_S("no-answer")), "no-answer");
	expect(word_dialed(IV_S("nonsense")), "failed");
}

static void numbers_are_kept_with_a_plus_and_all_else_as_it_came(void **state)
{
	(void)state;
	expect(word_number(&arena, IV_S("15551112222")), "+15551112222");
	expect(word_number(&arena, IV_S("+15551112222")), "+15551112222");
	expect(word_number(&arena, IV_S(" 919876543210 ")), "+919876543210");
	expect(word_number(&arena, IV_S("anonymous")), "anonymous");
	expect(word_number(&arena, IV_S("911")), "911");
	expect(word_number(&arena, IV_S("0911234567")), "0911234567");
	expect(word_number(&arena, IV_S("sip:joe@example.com")), "sip:joe@example.com");
	expect(word_number(&arena, IV_S("1234567890123456")), "1234567890123456");
}

static void a_body_of_jambonz_is_read_for_what_we_need(void **state)
{
	struct word_hook h;
	struct iv_err e = {0};

	(void)state;
	assert_true(word_read_jambonz(
		IV_S("{\"call_sid\":\"s-1\",\"direction\":\"outbound\",\"from\":\"15551112222\",\"to\":\"15553334444\","
		     "\"call_id\":\"sip-1\",\"sip_status\":200,\"call_status\":\"completed\",\"duration\":12,"
		     "\"call_termination_by\":\"caller\",\"dial_call_status\":\"no-answer\",\"dial_call_sid\":\"b-1\","
		     "\"customerData\":{\"callId\":\"call_1\",\"tenantId\":\"A\"},\"sip\":{\"headers\":{}}}"),
		true, &arena, &h, &e));
	expect(h.provider_id, "s-1");
	expect(h.second_id, "sip-1");
	expect(h.from, "+15551112222");
	expect(h.status, "completed");
	expect(h.tag_call, "call_1");
	expect(h.tag_tenant, "A");
	expect(h.dial_status, "no-answer");
	expect(h.dial_id, "b-1");
	assert_true(h.outbound);
	assert_int_equal(h.duration_s, 12);
	assert_int_equal(h.sip_status, 200);
	assert_false(word_read_jambonz(IV_S("{\"call_status\":\"ringing\"}"), true, &arena, &h, &e));
	assert_int_equal(e.code, IV_EINVAL);
	assert_string_equal(e.field, "call_sid");
	assert_true(word_read_jambonz(IV_S("{\"call_status\":\"ringing\"}"), false, &arena, &h, &e));
	assert_false(word_read_jambonz(IV_S("{\"call_sid\":\"a b\"}"), false, &arena, &h, NULL));
	assert_false(word_read_jambonz(IV_S("[]"), true, &arena, &h, NULL));
	assert_false(word_read_jambonz(IV_S("{\"call_sid\":"), true, &arena, &h, NULL));
	/* Of another type is as good as not told. */
	assert_true(word_read_jambonz(IV_S("{\"call_sid\":\"s\",\"from\":7,\"duration\":\"x\",\"customerData\":[1],"
					   "\"sip_status\":-5}"),
				      true, &arena, &h, NULL));
	assert_null(h.from.ptr);
	assert_int_equal(h.sip_status, 0);
}

static void a_refer_tells_its_end_by_a_status_of_sip(void **state)
{
	struct word_hook h;

	(void)state;
	assert_true(word_read_jambonz(IV_S("{\"call_sid\":\"s\",\"refer_status\":202,\"final_referred_call_status\":486}"), true,
				      &arena, &h, NULL));
	expect(h.dial_status, "busy");
	assert_true(word_read_jambonz(IV_S("{\"call_sid\":\"s\",\"refer_status\":202}"), true, &arena, &h, NULL));
	expect(h.dial_status, "completed");
	assert_true(word_read_jambonz(IV_S("{\"call_sid\":\"s\"}"), true, &arena, &h, NULL));
	expect(h.dial_status, NULL);
}

static void a_form_of_twilio_is_read_for_what_we_need(void **state)
{
	const struct iv_pair pairs[] = {
		{IV_S("CallSid"), IV_S("CA1")}, {IV_S("From"), IV_S("+15551112222")}, {IV_S("Direction"), IV_S("outbound-api")},
		{IV_S("CallStatus"), IV_S("completed")}, {IV_S("CallDuration"), IV_S("7")}, {IV_S("SipResponseCode"), IV_S("486")},
		{IV_S("AnsweredBy"), IV_S("machine_start")}, {IV_S("Digits"), IV_S("42")}};
	struct word_hook h;
	struct iv_err e = {0};

	(void)state;
	assert_true(word_read_twilio(pairs, IV_COUNT(pairs), &arena, &h, &e));
	expect(h.provider_id, "CA1");
	expect(h.status, "completed");
	expect(h.digits, "42");
	assert_int_equal(h.duration_s, 7);
	assert_int_equal(h.sip_status, 486);
	assert_true(h.outbound);
	assert_false(word_read_twilio(pairs + 1, IV_COUNT(pairs) - 1, &arena, &h, &e));
	assert_string_equal(e.field, "CallSid");
}

/* ── verbs ── */

#define HOOK(name) "\"https://gw.example/telephony/jambonz/" name "?n=0011223344556677"
#define LISTEN                                                                                                         \
	"{\"verb\":\"listen\",\"id\":\"media\",\"url\":\"wss://gw.example/realtime/voice?callId=call_1&sig=ab\","      \
	"\"actionHook\":" HOOK("after") "\",\"sampleRate\":8000,\"mixType\":\"mono\",\"passDtmf\":true,"               \
	"\"metadata\":{\"source\":\"pstn\",\"provider\":\"jambonz\",\"invortoCall\":\"call_1\",\"agentId\":\"agt_1\"},"\
	"\"bidirectionalAudio\":{\"enabled\":true,\"streaming\":true,\"sampleRate\":8000}}"

static void verbs(const struct iv_line_do *d, const char *want)
{
	iv_buf_clear(&out);
	assert_true(say_verbs(&call, d, &out));
	assert_true(iv_buf_addc(&out, '\0'));
	assert_string_equal(out.ptr, want);
}

static void an_order_becomes_verbs_of_jambonz(void **state)
{
	(void)state;
	verbs(&(struct iv_line_do){.verb = IV_LINE_NONE}, "[]");
	verbs(&(struct iv_line_do){.verb = IV_LINE_HANGUP}, "[{\"verb\":\"hangup\"}]");
	verbs(&(struct iv_line_do){.verb = IV_LINE_LISTEN}, "[" LISTEN "]");
	verbs(&(struct iv_line_do){.verb = IV_LINE_DIAL, .to = IV_S("+15552220000"), .timeout_s = 20},
	      "[{\"verb\":\"dial\",\"target\":[{\"type\":\"phone\",\"number\":\"+15552220000\"}],\"callerId\":\"+15550001111\","
	      "\"answerOnBridge\":true,\"timeout\":20,\"actionHook\":" HOOK("dialed") "\"}]");
	verbs(&(struct iv_line_do){.verb = IV_LINE_DIAL, .to = IV_S("sip:a@b"), .caller_id = IV_S("+15550009999"),
				   .whisper = IV_S("Joe & Co"), .timeout_s = 20},
	      "[{\"verb\":\"dial\",\"target\":[{\"type\":\"sip\",\"sipUri\":\"sip:a@b\"}],\"callerId\":\"+15550009999\","
	      "\"answerOnBridge\":true,\"timeout\":20,\"confirmHook\":" HOOK("confirm") "&say=Joe%20%26%20Co\","
	      "\"actionHook\":" HOOK("dialed") "\"}]");
	verbs(&(struct iv_line_do){.verb = IV_LINE_REFER, .to = IV_S("sip:a@b")},
	      "[{\"verb\":\"sip:refer\",\"referTo\":\"sip:a@b\",\"actionHook\":" HOOK("dialed") "\"}]");
	verbs(&(struct iv_line_do){.verb = IV_LINE_DTMF, .digits = IV_S("w1ww23")},
	      "[{\"verb\":\"pause\",\"length\":0.5},{\"verb\":\"dtmf\",\"dtmf\":\"1\"},{\"verb\":\"pause\",\"length\":1},"
	      "{\"verb\":\"dtmf\",\"dtmf\":\"23\"}," LISTEN "]");
	verbs(&(struct iv_line_do){.verb = IV_LINE_CONFERENCE, .room = IV_S("r1"), .muted = true},
	      "[{\"verb\":\"conference\",\"name\":\"r1\",\"beep\":false,\"startConferenceOnEnter\":true,"
	      "\"endConferenceOnExit\":false,\"joinMuted\":true,\"actionHook\":" HOOK("dialed") "\"}]");
	verbs(&(struct iv_line_do){.verb = IV_LINE_ASK, .prompt = IV_S("https://a/b.mp3"), .timeout_s = 7, .max_digits = 4},
	      "[{\"verb\":\"gather\",\"input\":[\"digits\"],\"numDigits\":4,\"timeout\":7,\"finishOnKey\":\"#\","
	      "\"play\":{\"url\":\"https://a/b.mp3\"},\"actionHook\":" HOOK("asked") "\"}]");
	verbs(&(struct iv_line_do){.verb = IV_LINE_REDIRECT, .url = IV_S("https://elsewhere/")},
	      "[{\"verb\":\"redirect\",\"actionHook\":\"https://elsewhere/\"}]");
	verbs(&(struct iv_line_do){.verb = IV_LINE_SORRY}, "[{\"verb\":\"say\",\"text\":\"Sorry.\"},{\"verb\":\"hangup\"}]");
	verbs(&(struct iv_line_do){.verb = IV_LINE_SORRY, .text = IV_S("\"Oh\"")},
	      "[{\"verb\":\"say\",\"text\":\"\\\"Oh\\\"\"},{\"verb\":\"hangup\"}]");
}

static void what_jambonz_would_break_is_left_out_of_its_metadata(void **state)
{
	(void)state;
	call.agent_id = IV_S("agt'1\"");
	call.call_id = IV_S("a:b");
	iv_buf_clear(&out);
	assert_true(say_verbs(&call, &(struct iv_line_do){.verb = IV_LINE_LISTEN}, &out));
	assert_true(iv_str_find(iv_buf_str(&out), IV_S("\"metadata\":{\"source\":\"pstn\",\"provider\":\"jambonz\"}"), 0) > 0);
}

static void wideband_lines_are_asked_for_both_ways(void **state)
{
	(void)state;
	cfg.jambonz_rate_hz = 16000;
	iv_buf_clear(&out);
	assert_true(say_verbs(&call, &(struct iv_line_do){.verb = IV_LINE_LISTEN}, &out));
	assert_true(iv_str_find(iv_buf_str(&out), IV_S("\"streaming\":true,\"sampleRate\":16000"), 0) > 0);
	assert_true(iv_str_find(iv_buf_str(&out), IV_S("\"sampleRate\":16000,\"mixType\""), 0) > 0);
	assert_true(iv_str_find(iv_buf_str(&out), IV_S("8000"), 0) < 0);
}

static void a_second_attempt_says_so_in_its_addresses(void **state)
{
	char url[SAY_URL_SIZE];

	(void)state;
	call.attempt = 1;
	assert_true(say_url(&call, "/x", NULL, IV_STR_NULL, url));
	assert_string_equal(url, "https://gw.example/x?n=0011223344556677&try=1");
	struct say_call one, other;

	say_call_init(&one, &cfg);
	say_call_init(&other, &cfg);
	assert_string_not_equal(one.nonce, other.nonce);
}

static void a_refusal_is_a_sip_status_or_a_few_words(void **state)
{
	(void)state;
	assert_true(say_decline(486, &out));
	assert_true(iv_buf_addc(&out, '\0'));
	assert_string_equal(out.ptr, "[{\"verb\":\"sip:decline\",\"status\":486,\"reason\":\"Busy Here\"}]");
	iv_buf_clear(&out);
	assert_true(say_text(IV_S("http://a/b.wav"), true, &out));
	assert_true(iv_buf_addc(&out, '\0'));
	assert_string_equal(out.ptr, "[{\"verb\":\"play\",\"url\":\"http://a/b.wav\"},{\"verb\":\"hangup\"}]");
	iv_buf_clear(&out);
	assert_true(say_seed(&call, IV_S("app-1"), &out));
	assert_true(iv_buf_addc(&out, '\0'));
	assert_string_equal(out.ptr, "{\"application_sid\":\"app-1\",\"call_hook\":[{\"verb\":\"stream\",\"url\":"
				     "\"wss://gw.example/realtime/voice?callId=call_1&sig=ab\",\"metadata\":{\"source\":\"pstn\","
				     "\"provider\":\"jambonz\"}}]}");
}

static void an_answer_that_does_not_fit_is_told(void **state)
{
	struct iv_buf small;

	(void)state;
	iv_buf_init(&small, 100);
	assert_false(say_verbs(&call, &(struct iv_line_do){.verb = IV_LINE_LISTEN}, &small));
	iv_buf_clear(&small);
	assert_false(twiml_verbs(&call, &(struct iv_line_do){.verb = IV_LINE_LISTEN}, &small));
	iv_buf_deinit(&small);
}

/* ── TwiML ── */

#define XML(inside) "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Response>" inside "</Response>"
#define THOOK(name) "https://gw.example/telephony/twilio/" name "?n=0011223344556677"
#define CONNECT                                                                                                        \
	"<Connect><Stream url=\"wss://gw.example/realtime/twilio\" name=\"0011223344556677\" statusCallback=\""        \
	THOOK("stream-status") "\" statusCallbackMethod=\"POST\">"                                                     \
	"<Parameter name=\"callId\" value=\"call_1\"/><Parameter name=\"agentId\" value=\"agt_1\"/>"                   \
	"<Parameter name=\"tenantId\" value=\"A\"/><Parameter name=\"ts\" value=\"1795266000\"/>"                      \
	"<Parameter name=\"sig\" value=\"ab\"/><Parameter name=\"nonce\" value=\"cd\"/></Stream></Connect>"            \
	"<Redirect method=\"POST\">" THOOK("resume") "</Redirect>"

static void twiml(const struct iv_line_do *d, const char *want)
{
	(void)iv_str_copy(media.url, sizeof(media.url), IV_S("wss://gw.example/realtime/twilio"));
	iv_buf_clear(&out);
	assert_true(twiml_verbs(&call, d, &out));
	assert_true(iv_buf_addc(&out, '\0'));
	assert_string_equal(out.ptr, want);
}

static void an_order_becomes_twiml(void **state)
{
	(void)state;
	twiml(&(struct iv_line_do){.verb = IV_LINE_HANGUP}, XML("<Hangup/>"));
	twiml(&(struct iv_line_do){.verb = IV_LINE_LISTEN}, XML(CONNECT));
	twiml(&(struct iv_line_do){.verb = IV_LINE_NONE},
	      XML("<Pause length=\"10\"/><Redirect method=\"POST\">" THOOK("resume") "</Redirect>"));
	twiml(&(struct iv_line_do){.verb = IV_LINE_DIAL, .to = IV_S("+15552220000"), .timeout_s = 20,
				   .whisper = IV_S("a<b>&\"c\"")},
	      XML("<Dial answerOnBridge=\"true\" method=\"POST\" callerId=\"+15550001111\" timeout=\"20\" action=\"" THOOK("dialed")
		  "\"><Number url=\"" THOOK("whisper") "&amp;say=a%3Cb%3E%26%22c%22\" method=\"POST\">+15552220000</Number></Dial>"));
	twiml(&(struct iv_line_do){.verb = IV_LINE_REFER, .to = IV_S("sip:a@b")},
	      XML("<Refer method=\"POST\" action=\"" THOOK("dialed") "\"><Sip>sip:a@b</Sip></Refer>"));
	twiml(&(struct iv_line_do){.verb = IV_LINE_DTMF, .digits = IV_S("ww1#")}, XML("<Play digits=\"ww1#\"/>" CONNECT));
	twiml(&(struct iv_line_do){.verb = IV_LINE_CONFERENCE, .room = IV_S("r1"), .muted = true},
	      XML("<Dial method=\"POST\" action=\"" THOOK("dialed") "\"><Conference beep=\"false\" startConferenceOnEnter=\"true\" "
		  "endConferenceOnExit=\"false\" muted=\"true\">r1</Conference></Dial>"));
	twiml(&(struct iv_line_do){.verb = IV_LINE_ASK, .prompt = IV_S("Tom & Joe?"), .timeout_s = 7, .max_digits = 4},
	      XML("<Gather input=\"dtmf\" method=\"POST\" actionOnEmptyResult=\"true\" finishOnKey=\"#\" numDigits=\"4\" timeout=\"7\" "
		  "action=\"" THOOK("asked") "\"><Say>Tom &amp; Joe?</Say></Gather>"));
	twiml(&(struct iv_line_do){.verb = IV_LINE_REDIRECT, .url = IV_S("https://e/?a=1&b=2")},
	      XML("<Redirect method=\"POST\">https://e/?a=1&amp;b=2</Redirect>"));
	twiml(&(struct iv_line_do){.verb = IV_LINE_SORRY}, XML("<Say>Sorry.</Say><Hangup/>"));
}

static void what_xml_cannot_hold_is_left_out(void **state)
{
	(void)state;
	twiml(&(struct iv_line_do){.verb = IV_LINE_SORRY, .text = IV_S("a\x01" "b\x7f" "c\nd \xc3\xa9")},
	      XML("<Say>abc&#10;d \xc3\xa9</Say><Hangup/>"));
}

static void a_refusal_of_twilios_is_a_reject(void **state)
{
	(void)state;
	assert_true(twiml_decline(true, &out));
	assert_true(iv_buf_addc(&out, '\0'));
	assert_string_equal(out.ptr, XML("<Reject reason=\"busy\"/>"));
	iv_buf_clear(&out);
	assert_true(twiml_text(IV_S("Busy."), true, &out));
	assert_true(iv_buf_addc(&out, '\0'));
	assert_string_equal(out.ptr, XML("<Say>Busy.</Say><Hangup/>"));
}

/* ── the start ── */

static void starts(const char *field)
{
	struct iv_services s = {.cfg = &cfg};
	struct iv_err e = {0};
	struct iv_telephony *t = iv_telephony_new(&s, &e);

	if (field) {
		assert_null(t);
		assert_string_equal(e.field, field);
		return;
	}
	assert_non_null(t);
	assert_ptr_equal(s.telephony, t);
	iv_telephony_free(t);
}

static void in_production_a_carrier_we_use_has_its_secret(void **state)
{
	(void)state;
	cfg.env = "production";
	cfg.jambonz_applications = cfg.twilio_account = cfg.telephony_allowed_ips = cfg.jambonz_allowed_ips = "";
	starts(NULL); /* no carrier at all */
	cfg.twilio_account = "AC1";
	starts("TWILIO_AUTH_TOKEN");
	cfg.telephony_allow_unsigned = true;
	starts(NULL);
	cfg.telephony_allow_unsigned = false;
	cfg.twilio_auth_token.hidden = "token";
	starts(NULL);
	cfg.jambonz_key.hidden = "key";
	starts("JAMBONZ_WEBHOOK_SECRET");
	cfg.jambonz_webhook_secret.hidden = "wh_secret_cJqgtMDPzDhhnjmaJH6Mtk"; /* everybody's */
	starts("JAMBONZ_WEBHOOK_SECRET");
	cfg.jambonz_webhook_secret.hidden = "wh_secret_of_our_own";
	starts(NULL);
	cfg.jambonz_webhook_secret_old.hidden = "wh_secret_cJqgtMDPzDhhnjmaJH6Mtk";
	starts("JAMBONZ_WEBHOOK_SECRET");
	cfg.env = "development";
	starts(NULL);
	cfg.telephony_allowed_ips = "10.0.0.0/8, 2001:db8::/32";
	starts(NULL);
	cfg.telephony_allowed_ips = "10.0.0.1/8";
	starts("TELEPHONY_ALLOWED_IPS");
	cfg.telephony_allowed_ips = "";
	cfg.jambonz_allowed_ips = "everywhere";
	starts("ALLOWED_JAMBONZ_IPS");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_status_of_a_carrier_has_one_of_ours),
		TEST(why_a_call_failed_is_read_from_its_sip_status),
		TEST(who_answered_is_told_in_five_words),
		TEST(numbers_are_kept_with_a_plus_and_all_else_as_it_came),
		TEST(a_body_of_jambonz_is_read_for_what_we_need),
		TEST(a_refer_tells_its_end_by_a_status_of_sip),
		TEST(a_form_of_twilio_is_read_for_what_we_need),
		TEST(an_order_becomes_verbs_of_jambonz),
		TEST(what_jambonz_would_break_is_left_out_of_its_metadata),
		TEST(wideband_lines_are_asked_for_both_ways),
		TEST(a_second_attempt_says_so_in_its_addresses),
		TEST(a_refusal_is_a_sip_status_or_a_few_words),
		TEST(an_answer_that_does_not_fit_is_told),
		TEST(an_order_becomes_twiml),
		TEST(what_xml_cannot_hold_is_left_out),
		TEST(a_refusal_of_twilios_is_a_reject),
		TEST(in_production_a_carrier_we_use_has_its_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
