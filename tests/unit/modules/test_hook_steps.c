/* Every hook of a carrier, at each of its steps: the carrier hangs up, the database or Redis fails, or something else comes
 * first. Whoever asked is answered once; there is one call, with one end, and no slot stays. Two programs for each kind of
 * route: HOOKS_OF says which, and HOOKS_faults or HOOKS_early what. */
#include <stdio.h>
#include <string.h>
#include "house.h"
#include "iv_calls.h"
#include "iv_control.h"
#include "iv_webhook_sign.h"

enum { OF_JAMBONZ, OF_TWILIO, OF_ANYONE };

/* Where the call is when the hook comes. */
enum before {
	NOTHING,  /* nobody knows it */
	RINGS,    /* it rang, and we have answered: the carrier is to open its media */
	PLACED,   /* we placed it */
	SPEAKS,   /* its media is here */
};

static const struct hook_case {
	int of;
	const char *flow, *path, *status, *more; /* more: members, or pairs */
	enum before before;
} every_hook[] = {
	{OF_JAMBONZ, "jambonzCall", "call", "trying", "", NOTHING},
	{OF_JAMBONZ, "jambonzCall", "call", "trying", "", RINGS},
	{OF_JAMBONZ, "jambonzCall", "call", "in-progress", "", PLACED},
	{OF_JAMBONZ, "jambonzCall", "call", "in-progress", "", SPEAKS},
	{OF_JAMBONZ, "jambonzStatus", "status", "ringing", "", PLACED},
	{OF_JAMBONZ, "jambonzStatus", "status", "in-progress", "", PLACED},
	{OF_JAMBONZ, "jambonzStatus", "status", "busy", ",\"sip_status\":486", PLACED},
	{OF_JAMBONZ, "jambonzStatus", "status", "completed", ",\"duration\":3", RINGS},
	{OF_JAMBONZ, "jambonzStatus", "status", "completed", ",\"duration\":3", SPEAKS},
	{OF_JAMBONZ, "jambonzStatus", "status", "completed", "", NOTHING},
	{OF_JAMBONZ, "jambonzAfter", "after", "in-progress", "", SPEAKS},
	{OF_JAMBONZ, "jambonzAfter", "after", "in-progress", "", RINGS},
	{OF_JAMBONZ, "jambonzAfter", "after", "completed", "", SPEAKS},
	{OF_JAMBONZ, "jambonzDialed", "dialed", "in-progress", ",\"dial_call_status\":\"no-answer\"", SPEAKS},
	{OF_JAMBONZ, "jambonzDialed", "dialed", "completed", ",\"refer_status\":202,\"final_referred_call_status\":200", SPEAKS},
	{OF_JAMBONZ, "jambonzAsked", "asked", "in-progress", ",\"digits\":\"42\"", SPEAKS},
	{OF_JAMBONZ, "jambonzAnsweredBy", "amd", "in-progress", ",\"type\":\"amd_machine_detected\"", SPEAKS},
	{OF_JAMBONZ, "jambonzAnsweredBy", "amd", "in-progress", ",\"type\":\"amd_human_detected\"", PLACED},
	{OF_JAMBONZ, "jambonzConfirm", "confirm?say=Joe", "in-progress", "", SPEAKS},
	{OF_TWILIO, "twilioVoice", "voice", "ringing", "", NOTHING},
	{OF_TWILIO, "twilioVoice", "voice", "ringing", "", RINGS},
	{OF_TWILIO, "twilioVoice", "voice", "in-progress", "", PLACED},
	{OF_TWILIO, "twilioStatus", "status", "ringing", "", PLACED},
	{OF_TWILIO, "twilioStatus", "status", "in-progress", "", PLACED},
	{OF_TWILIO, "twilioStatus", "status", "no-answer", "", PLACED},
	{OF_TWILIO, "twilioStatus", "status", "completed", "&CallDuration=3", SPEAKS},
	{OF_TWILIO, "twilioResume", "resume", "in-progress", "", SPEAKS},
	{OF_TWILIO, "twilioResume", "resume", "in-progress", "", RINGS},
	{OF_TWILIO, "twilioResume", "resume", "completed", "", SPEAKS},
	{OF_TWILIO, "twilioStreamStatus", "stream-status?try=1", "in-progress", "&StreamEvent=stream-error&StreamError=x", RINGS},
	{OF_TWILIO, "twilioDialed", "dialed", "in-progress", "&DialCallStatus=busy", SPEAKS},
	{OF_TWILIO, "twilioAsked", "asked", "in-progress", "&Digits=42", SPEAKS},
	{OF_TWILIO, "twilioAnsweredBy", "amd", "in-progress", "&AnsweredBy=machine_start", SPEAKS},
	{OF_TWILIO, "twilioAnsweredBy", "amd", "in-progress", "&AnsweredBy=human", PLACED},
	{OF_TWILIO, "twilioWhisper", "whisper?say=Joe", "in-progress", "", SPEAKS},
	{OF_ANYONE, "telephonyCall", "/telephony/call", "trying", "", NOTHING},
	{OF_ANYONE, "telephonyCallBare", "/call", "trying", "", RINGS},
	{OF_ANYONE, "telephonyStatus", "/telephony/status/", "ringing", "", PLACED},
	{OF_ANYONE, "telephonyStatus", "/telephony/status/", "completed", "", SPEAKS},
	{OF_ANYONE, "telephonyStatusBare", "/status/", "busy", "", PLACED},
};

static bool there;
static struct {
	const struct hook_case *k;
	char sid[64], call[64]; /* call "": it has no row yet */
	bool held, frozen; /* its media is here; Redis was away */
	int cases, asked;
	struct house_client *client;
} now;

/* ── who holds the call: the gateway's part ── */

static struct iv_slot_ask slot_of(void)
{
	return (struct iv_slot_ask){.tenant_id = IV_S(HOUSE_TENANT), .call_id = iv_str(now.call), .agent_id = IV_S("desk"),
				    .carrier = now.k->of == OF_TWILIO ? "twilio" : "jambonz", .reason = "inbound"};
}

static struct iv_str name_of(char out[IV_CALL_NAME_SIZE])
{
	return iv_call_name(IV_S(HOUSE_TENANT), iv_str(now.call), out);
}

static void media_ends(void)
{
	char name[IV_CALL_NAME_SIZE];

	if (!now.held)
		return;
	now.held = false;
	(void)house_sql("select lose_call('A', '%s', 0)", now.call);
	iv_control_disown(house.s.control, name_of(name));
	iv_slots_drop(house.s.slots, IV_S(HOUSE_TENANT), iv_str(now.call), IV_SLOT_COMPLETED);
}

static void on_next(void *arg, struct iv_control_request *rq)
{
	(void)arg;
	iv_control_answer(rq, IV_OK, IV_S("{\"do\":\"listen\"}"));
}

static void on_ok(void *arg, struct iv_control_request *rq)
{
	(void)arg;
	iv_control_answer(rq, IV_OK, IV_S("{\"ok\":true}"));
}

static void on_over(void *arg, struct iv_control_request *rq)
{
	(void)arg;
	iv_control_answer(rq, IV_OK, IV_S("{\"ok\":true}"));
	media_ends();
}

static void find_call(void)
{
	(void)snprintf(now.call, sizeof(now.call), "%s", house_sql("select call_id from call_aliases where alias = '%s'", now.sid));
}

static bool is_over(void)
{
	return now.call[0] && house_number("select count(*) from voice_call_records where id = '%s' and closed_at is not null", now.call);
}

/* As the gateway opens it: the row, whose it is, its slot. */
static void media_opens(void *arg)
{
	struct iv_slot_ask ask;
	char name[IV_CALL_NAME_SIZE];

	(void)arg;
	if (!now.call[0])
		find_call();
	if (!now.call[0] || now.held || is_over())
		return;
	now.held = true;
	(void)house_sql("select count(*) from open_call('A', '%s', '', '{\"carrier\":\"jambonz\",\"instance_id\":\"ins_test\"}')", now.call);
	iv_control_own(house.s.control, name_of(name));
	ask = slot_of();
	iv_slots_hold(house.s.slots, &ask, IV_SLOT_MEDIA);
}

/* ── asking as a carrier does ── */

static struct house_client *ask(const struct hook_case *k)
{
	bool outbound = k->before == PLACED;
	char path[160], body[1024], headers[512];
	const char *query = strchr(k->path, '?');

	now.asked++;
	if (k->of == OF_TWILIO) {
		(void)snprintf(path, sizeof(path), "/telephony/twilio/%s%s", k->path, "");
		if (outbound)
			(void)snprintf(path, sizeof(path), "/telephony/twilio/%s%ccall=A/%s", k->path, query ? '&' : '?', now.call);
		(void)snprintf(body, sizeof(body), "CallSid=%s&CallStatus=%s&Direction=%s&From=%%2B15551112222&To=%%2B15550001111%s", now.sid,
			       k->status, outbound ? "outbound-api" : "inbound", k->more);
		return house_post(path, "Content-Type: application/x-www-form-urlencoded\r\nx-telephony-token: shared-secret-of-the-tests\r\n",
				  body);
	}
	(void)snprintf(body, sizeof(body),
		       "{\"call_sid\":\"%s\",\"n\":%d,\"direction\":\"%s\",\"from\":\"15551112222\",\"to\":\"15550001111\",\"call_status\":\"%s\"%s%s%s%s}",
		       now.sid, now.asked, outbound ? "outbound" : "inbound", k->status, k->more,
		       outbound ? ",\"customerData\":{\"tenantId\":\"A\",\"callId\":\"" : "", outbound ? now.call : "", outbound ? "\"}" : "");
	if (k->of == OF_ANYONE) {
		bool status = strstr(k->path, "status") != NULL;

		(void)snprintf(path, sizeof(path), "%s%s", k->path, status ? now.sid : "");
		return house_post(path, "Content-Type: application/json\r\nx-telephony-token: shared-secret-of-the-tests\r\n", body);
	}
	struct iv_webhook_secrets secrets = {.current = IV_S("secret-of-the-tests")};
	struct iv_webhook_headers signs;

	iv_webhook_sign(&secrets, IV_S("x"), iv_wall_ms() / 1000, iv_str(body), &signs);
	(void)snprintf(headers, sizeof(headers), "Content-Type: application/json\r\nJambonz-Signature: %s\r\n", signs.stamped);
	(void)snprintf(path, sizeof(path), "/telephony/jambonz/%s", k->path);
	return house_post(path, headers, body);
}

static void expect_ok(const struct hook_case *k, const char *what)
{
	struct house_client *c = ask(k);
	struct house_answer *a = house_hear(c);

	if (!a->whole || a->status != 200)
		fail_msg("%s: %s answered %d %.300s", what, k->path, a->status, a->body ? a->body : "");
	house_forget(c);
}

/* ── one case ── */

static const struct hook_case *call_of(int of)
{
	static const struct hook_case rings[] = {{OF_JAMBONZ, "", "call", "trying", "", NOTHING}, {OF_TWILIO, "", "voice", "ringing", "", NOTHING},
						 {OF_ANYONE, "", "/call", "trying", "", NOTHING}};

	return &rings[of];
}

static void prepare(const struct hook_case *k)
{
	struct iv_slot_ask slot;

	if (iv_slots_held(house.s.slots)) /* of a case that failed */
		iv_slots_drop(house.s.slots, IV_S(HOUSE_TENANT), iv_str(now.call), IV_SLOT_LOST);
	now.k = k;
	now.held = false;
	now.call[0] = '\0';
	(void)snprintf(now.sid, sizeof(now.sid), "sid-case_%05d", ++now.cases);
	far_reset();
	if (k->before == RINGS || k->before == SPEAKS) {
		expect_ok(call_of(k->of), "before");
		find_call();
		assert_true(now.call[0]);
	} else if (k->before == PLACED) {
		const char *carrier = k->of == OF_TWILIO ? "twilio" : "jambonz";

		(void)snprintf(now.call, sizeof(now.call), "case_%05d", now.cases);
		house_new_call(now.call, "desk");
		(void)house_sql("select begin_dial('A', '%s', '{\"carrier\":\"%s\",\"instance\":\"ins_test\",\"from\":\"" HOUSE_NUMBER
				"\",\"hosted\":false,\"check_s\":60}')", now.call, carrier);
		(void)house_sql("select place_dial('A', '%s', '%s', '%s', null, null, 60)", now.call, carrier, now.sid);
		slot = slot_of();
		iv_slots_hold(house.s.slots, &slot, IV_SLOT_DIALLING);
	}
	if (k->before == SPEAKS)
		media_opens(NULL);
}

static bool slot_is_free(void *arg)
{
	(void)arg;
	/* What Redis could not be told is free when the lease ends. */
	return iv_slots_held(house.s.slots) == 0 && (now.frozen || !house_holds_slot(now.call));
}

static bool is_closed(void *arg)
{
	(void)arg;
	(void)house_sql("update call_checks set next_at = now() where call_id = '%s'", now.call);
	return is_over();
}

#define ROW "select concat_ws(' ', status, end_reason, failure_reason, 'holder', instance_id) from voice_call_records where id = '%s'"

/* The carrier's last word, told by a hook; or, of every eighth, never told: then it is asked. */
static void finish(const char *what)
{
	static const struct hook_case last[] = {{OF_JAMBONZ, "", "status", "completed", "", RINGS},
						{OF_TWILIO, "", "status", "completed", "", RINGS},
						{OF_ANYONE, "", "/telephony/status/", "completed", "", RINGS}};

	find_call();
	if (now.call[0] && !is_over() && now.cases % 8 == 0 && !now.held) {
		struct iv_dials *d = house_new_dials();

		far.takes = true;
		far.state = "completed";
		(void)snprintf(far.sid, sizeof(far.sid), "%s", now.sid);
		(void)snprintf(far.call, sizeof(far.call), "%s", now.call);
		iv_dials_start(d);
		if (!house_until(30000, is_closed, NULL) || !house_until(30000, slot_is_free, NULL))
			fail_msg("%s: not reconciled: %s", what, house_sql(ROW, now.call));
		house_end_dials(d);
	}
	expect_ok(&last[now.k->of], what);
	media_ends(); /* who never heard of it */
	if (!now.call[0])
		return;
	if (!is_over())
		fail_msg("%s: no end: %s", what, house_sql(ROW, now.call));
	if (!house_until(20000, slot_is_free, NULL))
		fail_msg("%s: %zu slots are held; %s", what, iv_slots_held(house.s.slots), house_sql(ROW, now.call));
	if (house_number("select count(*) from voice_call_records c join call_aliases a on a.call_id = c.id where a.alias = '%s'", now.sid) != 1 ||
	    house_number("select count(*) from call_timeline where call_id = '%s' and kind = 'call.ended'", now.call) != 1 ||
	    house_number("select count(*) from webhook_events where call_id = '%s' and type = 'call.ended'", now.call) != 1 ||
	    house_number("select count(*) from voice_usage_ledger where call_id = '%s'", now.call) != 1 ||
	    house_number("select count(*) from (select type from webhook_events where call_id = '%s' group by type having count(*) > 1) x",
			 now.call) != 0)
		fail_msg("%s: not one call with one end: %s", what, house_sql(ROW, now.call));
}

static bool is_up(void *arg)
{
	(void)arg;
	return iv_pg_up(house.s.pg) && iv_redis_up(house.s.redis);
}

static bool run(const struct hook_case *k, enum fault_how how, int n, void (*act)(void *arg), bool frozen)
{
	struct house_answer *a;
	char what[256];
	bool hit, left;

	now.frozen = frozen;
	prepare(k);
	if (frozen)
		house_redis_freeze();
	fault_set(k->flow, how, n, act, NULL);
	now.client = ask(k);
	a = house_hear(now.client);
	hit = fault.hit;
	left = how == FAULT_LEFT && hit;
	(void)snprintf(what, sizeof(what), "%s %s/%s(%d): %s %d (%s)%s", now.sid, k->flow, k->status, (int)k->before, fault_name(how), n,
		       fault.step ? fault.step : "-", frozen ? ", no redis" : "");
	fault_clear();
	if (!left && (!a->whole || (a->status != 200 && (a->status < 400 || !strstr(a->body, "\"code\"")))))
		fail_msg("%s: answered %d %.300s", what, a->status, a->body ? a->body : "nothing");
	house_forget(now.client);
	if (frozen)
		house_redis_thaw();
	if (!house_until(20000, is_up, NULL))
		fail_msg("%s: the stores do not come back", what);
	/* Carriers ask once more when they were not answered; and sometimes when they were. */
	if (now.cases % 2)
		expect_ok(k, what);
	finish(what);
	return hit;
}

/* Of all hooks; or of those about a call in that state or before it. It is one of `kinds` acts that take turns. */
static int at_every_step(void (*act)(void *arg), enum before first, enum before last, size_t which, size_t kinds)
{
	int cases = 0;

	for (size_t i = 0; i < IV_COUNT(every_hook); i++) {
		const struct hook_case *k = &every_hook[i];
		struct house_turns t = house_turns(i + which, kinds);

		for (int n = t.first; k->of == HOOKS_OF && k->before >= first && k->before <= last && run(k, FAULT_AT_STEP, n, act, false);
		     n += t.stride)
			cases++;
	}
	return cases;
}

#ifdef HOOKS_faults
static void carrier_leaves(void *arg)
{
	(void)arg;
	house_hang_up(now.client);
}

static void process_stops(void *arg)
{
	(void)arg;
	iv_flow_cancel(fault.at, IV_ECANCELED, "the process stops");
}

static void a_hook_may_be_cut_short_at_every_step(void **state)
{
	(void)state;
	if (!there)
		skip();
	assert_true(at_every_step(process_stops, NOTHING, SPEAKS, 0, 1) > 100);
}

static void the_database_may_fail_at_every_statement(void **state)
{
	static const enum fault_how hows[] = {FAULT_GONE, FAULT_BROKEN, FAULT_LOST, FAULT_LEFT, FAULT_CUT};

	(void)state;
	if (!there)
		skip();
	for (size_t i = 0; i < IV_COUNT(every_hook); i++)
		for (size_t h = 0; h < IV_COUNT(hows) && every_hook[i].of == HOOKS_OF; h++) {
			struct house_turns t = house_turns(i + h, IV_COUNT(hows));

			for (int n = t.first; run(&every_hook[i], hows[h], n, carrier_leaves, false); n += t.stride)
				continue;
		}
}

static void without_redis_every_hook_is_answered(void **state)
{
	(void)state;
	if (!there)
		skip();
	for (size_t i = 0; i < IV_COUNT(every_hook); i++)
		if (every_hook[i].of == HOOKS_OF)
			(void)run(&every_hook[i], FAULT_NONE, 0, NULL, true);
}
#else
/* Its end, told to another process. */
static void its_end_comes(void *arg)
{
	(void)arg;
	if (!now.call[0])
		find_call();
	if (!now.call[0] || now.held)
		return;
	(void)house_sql("select count(*) from take_call_status('A', '%s', 'jambonz', '', 'no-answer', '{}')", now.call);
	(void)house_sql("select close_unspoken_call('A', '%s', 'no-answer', 'no-answer', 'no_answer')", now.call);
	iv_slots_drop(house.s.slots, IV_S(HOUSE_TENANT), iv_str(now.call), IV_SLOT_NO_ANSWER);
}

static void it_rings(void *arg)
{
	(void)arg;
	if (!now.call[0])
		find_call();
	if (now.call[0])
		(void)house_sql("select count(*) from take_call_status('A', '%s', 'jambonz', '', 'ringing', '{}')", now.call);
}

static void its_media_may_open_at_every_step(void **state)
{
	(void)state;
	if (!there)
		skip();
	assert_true(at_every_step(media_opens, NOTHING, PLACED, 0, 2) > 30);
}

static void its_end_may_come_first_at_every_step(void **state)
{
	(void)state;
	if (!there)
		skip();
	assert_true(at_every_step(its_end_comes, NOTHING, PLACED, 1, 2) > 30);
}

static void it_may_ring_at_every_step(void **state)
{
	(void)state;
	if (!there)
		skip();
	assert_true(at_every_step(it_rings, PLACED, PLACED, 0, 2) > 15);
}
#endif

static int set_up(void **state)
{
	(void)state;
	there = house_up();
	if (!there)
		return 0;
	iv_control_handle(house.s.control, "line.next", on_next, NULL);
	iv_control_handle(house.s.control, "line.dialed", on_next, NULL);
	iv_control_handle(house.s.control, "line.amd", on_ok, NULL);
	iv_control_handle(house.s.control, "line.over", on_over, NULL);
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
#ifdef HOOKS_faults
		cmocka_unit_test(a_hook_may_be_cut_short_at_every_step),
		cmocka_unit_test(the_database_may_fail_at_every_statement),
		cmocka_unit_test(without_redis_every_hook_is_answered),
#else
		cmocka_unit_test(its_media_may_open_at_every_step),
		cmocka_unit_test(its_end_may_come_first_at_every_step),
		cmocka_unit_test(it_may_ring_at_every_step),
#endif
	};
	int failed = cmocka_run_group_tests(tests, set_up, tear_down);

	print_message("%d calls, %d hooks\n", now.cases, now.asked);
	return failed;
}
