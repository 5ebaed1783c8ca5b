/* What follows from calls that are over, at each of its steps: deciding about a campaign, taking what a vendor tells, asking
 * it for what it did not. The process stops, the database fails or its answer is lost. In the end there is one decision, one
 * end of the call, one transcript, and the recording is wanted. */
#include <stdio.h>
#include <string.h>
#include "house.h"
#include "iv_kernel.h"
#include "iv_webhook_sign.h"

enum { LONG_MS = 30000 };

static bool there;
static struct iv_kernel *kernel;
static struct {
	char n[8], what[256];
	int cases;
	struct house_client *client;
} now;

/* The text with the case's number for each @; two at a time. */
static const char *numbered(const char *text)
{
	static char out[2][4096];
	static int turn;
	char *at = out[turn ^= 1], *p = at;

	for (; *text && p < at + sizeof(out[0]) - 8; text++)
		p += *text == '@' ? snprintf(p, 8, "%s", now.n) : (*p = *text, 1);
	*p = '\0';
	return at;
}

static const char *sql(const char *text)
{
	return house_sql("%s", numbered(text));
}

static long number(const char *text)
{
	return house_number("%s", numbered(text));
}

static void one(const char *why, const char *text)
{
	long n = number(text);

	if (n != 1)
		fail_msg("%s: %s: %ld", now.what, why, n);
}

static void flow_stops(void *arg)
{
	(void)arg;
	iv_flow_cancel(fault.at, IV_ECANCELED, "the test says so");
}

static void begin_case(const char *flow, enum fault_how how, int n)
{
	(void)snprintf(now.n, sizeof(now.n), "%05d", ++now.cases);
	(void)snprintf(now.what, sizeof(now.what), "%s: %s %d of %s", now.n, fault_name(how), n, flow);
	fault_set(flow, how, n, flow_stops, NULL);
}

static bool end_case(void)
{
	bool hit = fault.hit;

	fault_clear();
	return hit;
}

/* ── deciding ── */

static bool is_decided(void *arg)
{
	(void)arg;
	(void)sql("update kernel_events set lease_until = now() where correlation_id = 'cmp_@' and lease_until > now()");
	return number("select count(*) from kernel_events where correlation_id = 'cmp_@' and status = 'pending'") == 0;
}

static bool decide(const char *flow, enum fault_how how, int n)
{
	begin_case(flow, how, n);
	(void)sql("insert into voice_campaigns (tenant_id, id, name, status) values ('A', 'cmp_@', 'c', 'running')");
	(void)sql("insert into voice_call_records (tenant_id, id, campaign_id, status, outcome, started_at, ended_at, duration_seconds, "
		  "cost) select 'A', 'of_@_' || i, 'cmp_@', 'failed', 'failed', now(), now(), 0, 0 from generate_series(1, 30) i");
	assert_true(number("select count(*) from kernel_events where correlation_id = 'cmp_@'") > 0);
	if (!house_until(LONG_MS, is_decided, NULL))
		fail_msg("%s: nothing is decided", now.what);
	one("not one pause", "select count(*) from kernel_decisions where correlation_id = 'cmp_@' and decision_type = 'pause_campaign' "
			     "and status = 'executed'");
	one("not one action", "select count(*) from kernel_actions where correlation_id = 'cmp_@' and status = 'executed'");
	one("it runs on", "select count(*) from voice_campaigns where id = 'cmp_@' and status = 'paused'");
	return end_case();
}

static void a_campaign_is_decided_about_once_whatever_fails(void **state)
{
	static const char *const flows[] = {"kernel.list", "kernel.decide"};
	static const enum fault_how hows[] = {FAULT_AT_STEP, FAULT_GONE, FAULT_BROKEN, FAULT_LOST, FAULT_CUT};
	int cases = 0;

	(void)state;
	if (!there)
		skip();
	for (size_t i = 0; i < IV_COUNT(flows); i++)
		for (size_t h = 0; h < IV_COUNT(hows); h++)
			for (int n = 0; n < 2; n++) /* two steps, or one statement: what is asked twice is another round's */
				cases += decide(flows[i], hows[h], n);
	assert_true(cases >= 2 * 5);
}

/* ── a vendor ── */

static const char *conversation(void)
{
	return numbered("{\"agent_id\":\"agent_theirs\",\"status\":\"done\",\"user_id\":\"A/call_@\",\"conversation_id\":\"conv_@\","
			"\"has_audio\":true,\"transcript\":[{\"role\":\"agent\",\"message\":\"Hello.\"},{\"role\":\"user\",\"message\":\"Yes.\"}],"
			"\"metadata\":{\"call_duration_secs\":42},\"analysis\":{}}");
}

static bool vendor(const char *method, const char *path, const char *body, int *status, char out[FAR_OUT])
{
	bool list = strstr(path, "/conversations?") != NULL;

	(void)method;
	(void)body;
	if (!strstr(path, "/conversations"))
		return false;
	if (list || strstr(path, "/audio") || !strstr(path, numbered("conv_@"))) {
		*status = list ? 200 : 404;
		(void)snprintf(out, FAR_OUT, "{\"conversations\":[],\"has_more\":false}");
	} else {
		(void)snprintf(out, FAR_OUT, "%s", conversation());
	}
	return true;
}

static void a_hosted_call(void)
{
	far_reset();
	far.other = vendor;
	far.nth = -1;
	(void)sql("insert into voice_call_records (tenant_id, id, status, provider, carrier, voice_agent_id, customer_number, dialled_at) values "
		  "('A', 'call_@', 'queued', 'elevenlabs', 'elevenlabs', 'host', '+15550100077', now())");
	(void)sql("insert into call_aliases (tenant_id, provider, alias, call_id) values ('A', 'elevenlabs', 'conv_@', 'call_@')");
}

static void check_call(void)
{
	one("not one end", "select count(*) from voice_usage_ledger where call_id = 'call_@'");
	one("not taken once", "select count(*) from vendor_deliveries where conversation_id = 'conv_@' and type = 'post_call_transcription'");
	one("what was said is not there", "select count(*) from voice_call_records where id = 'call_@' and status = 'completed' "
					  "and transcript like '%Yes.%' and closed_at is not null");
	one("told twice", "select count(*) from webhook_events where call_id = 'call_@' and type = 'call.ended'");
	if (number("select count(*) from conversation_checks where call_id = 'call_@'") != 0)
		fail_msg("%s: it is asked for ever", now.what);
}

static struct house_answer *tell(void)
{
	struct iv_webhook_secrets secrets = {.current = IV_S("wsec-of-the-tests")};
	struct iv_webhook_headers signs;
	char body[4096], headers[512], signature[256];

	(void)snprintf(body, sizeof(body), "{\"type\":\"post_call_transcription\",\"data\":%s}", conversation());
	iv_webhook_sign(&secrets, IV_S("x"), iv_wall_ms() / 1000, iv_str(body), &signs);
	/* The same over the same bytes; theirs is called v0. */
	(void)snprintf(signature, sizeof(signature), "%s", signs.stamped);
	memcpy(strstr(signature, "v1="), "v0=", 3);
	(void)snprintf(headers, sizeof(headers), "Content-Type: application/json\r\nElevenLabs-Signature: %s\r\n", signature);
	now.client = house_post("/functions/v1/voice-webhook-post-call", headers, body);
	return house_hear(now.client);
}

static bool deliver(const char *flow, enum fault_how how, int n)
{
	struct house_answer *a;
	bool hit;

	begin_case(flow, how, n);
	a_hosted_call();
	a = tell();
	hit = end_case();
	if (!a->whole || (a->status != 200 && (a->status < 400 || !strstr(a->body, "\"code\""))))
		fail_msg("%s: answered %d %.300s", now.what, a->status, a->body ? a->body : "nothing");
	house_forget(now.client);
	for (int i = 0; i < 3; i++) { /* it is sent again */
		a = tell();
		if (a->status != 200 && i == 2)
			fail_msg("%s: answered %d %.300s in the end", now.what, a->status, a->body ? a->body : "nothing");
		i += a->status == 200 ? 3 : 0;
		house_forget(now.client);
	}
	check_call();
	return hit;
}

static void what_a_vendor_tells_is_taken_once_whatever_fails(void **state)
{
	static const char *const flows[] = {"voiceWebhookPostCall", "kernel.delivery"};
	static const enum fault_how hows[] = {FAULT_AT_STEP, FAULT_GONE, FAULT_BROKEN, FAULT_LOST, FAULT_CUT};
	int cases = 0;

	(void)state;
	if (!there)
		skip();
	for (size_t i = 0; i < IV_COUNT(flows); i++)
		for (size_t h = 0; h < IV_COUNT(hows); h++)
			for (int n = 0; deliver(flows[i], hows[h], n); n++)
				cases++;
	assert_true(cases >= 15 + 4 * 2);
}

static bool is_taken(void *arg)
{
	(void)arg;
	(void)sql("update conversation_checks set next_at = now() where call_id = 'call_@'");
	return number("select count(*) from vendor_deliveries where conversation_id = 'conv_@' and type = 'post_call_transcription'") == 1 &&
	       number("select count(*) from conversation_checks where call_id = 'call_@'") == 0;
}

static bool be_asked(const char *flow, enum fault_how how, int n)
{
	begin_case(flow, how, n);
	a_hosted_call();
	if (!house_until(LONG_MS, is_taken, NULL))
		fail_msg("%s: never asked for", now.what);
	check_call();
	one("its recording is not wanted", "select count(*) from vendor_parked where conversation_id = 'conv_@' and type = 'post_call_audio'");
	return end_case();
}

static void what_it_did_not_tell_is_asked_for_whatever_fails(void **state)
{
	static const char *const flows[] = {"kernel.ask", "kernel.delivery"};
	static const enum fault_how hows[] = {FAULT_AT_STEP, FAULT_GONE, FAULT_BROKEN, FAULT_LOST, FAULT_CUT};
	int cases = 0;

	(void)state;
	if (!there)
		skip();
	for (size_t i = 0; i < IV_COUNT(flows); i++)
		for (size_t h = 0; h < IV_COUNT(hows); h++)
			for (int n = 0, most = i ? (h ? 3 : 10) : (h ? 1 : 3); n < most; n++)
				cases += be_asked(flows[i], hows[h], n);
	if (cases < 15) /* of 22: a fault that comes late finds its flow over */
		fail_msg("%d cases", cases);
}

/* ── the house ── */

static void come(struct iv_api *api)
{
	struct iv_err e = {0};

	kernel = iv_kernel_new(&house.s, &e);
	if (!kernel)
		fail_msg("%s %s", e.field, e.msg);
	iv_kernel_mount(kernel, api);
	iv_kernel_start(kernel);
}

static void on_stopped(void *arg)
{
	*(bool *)arg = true;
}

static bool is_stopped(void *arg)
{
	return *(bool *)arg;
}

static void leave(void)
{
	bool stopped = false;

	iv_kernel_stop(kernel, on_stopped, &stopped);
	assert_true(house_until(LONG_MS, is_stopped, &stopped));
}

static void vanish(void)
{
	iv_kernel_free(kernel);
}

static int set_up(void **state)
{
	(void)state;
	house_guests = (struct house_guests){come, leave, vanish};
	there = house_up();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	house_down();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_campaign_is_decided_about_once_whatever_fails),
		cmocka_unit_test(what_a_vendor_tells_is_taken_once_whatever_fails),
		cmocka_unit_test(what_it_did_not_tell_is_asked_for_whatever_fails),
	};
	int failed = cmocka_run_group_tests(tests, set_up, tear_down);

	print_message("%d cases\n", now.cases);
	return failed;
}
