/* The older platform's functions, at each of their steps: the process stops, the database fails or its answer is lost,
 * whoever asked leaves, or a vendor hangs up on us with the thing done. Whoever comes back with the same request is served
 * in the end; and there is one agent, one number, one call, whatever came before. */
#include <stdio.h>
#include <string.h>
#include "house.h"
#include "iv_calls.h"
#include "iv_vendors.h"

enum what { DEPLOY, ASSIGN, IMPORT, ATTACH, CALL, BATCH };
enum { BACK_TRIES = 100 };

/* @: the case's number, five digits. */
static const struct function {
	enum what what;
	const char *flow, *path, *body;
} functions[] = {
	{DEPLOY, "voiceDeployTemplate", "deploy-template",
	 "{\"template_id\":\"tpl\",\"tenant_id\":\"A\",\"overrides\":{\"name\":\"case_@\"}}"},
	{ASSIGN, "voiceAssignNumber", "assign-number", "{\"tenant_id\":\"A\",\"phone_number_e164_or_pool_id\":\"+120255@\"}"},
	{IMPORT, "voiceImportNumber", "import-number", "{\"tenant_id\":\"A\",\"voice_number_id\":\"num_@\"}"},
	{ATTACH, "voiceAttachAgent", "attach-agent", "{\"voice_agent_id\":\"host\",\"voice_number_id\":\"num_@\"}"},
	{CALL, "voiceStartCall", "start-call",
	 "{\"voice_agent_id\":\"desk\",\"voice_number_id\":\"num\",\"to_phone_number\":\"+120266@\"}"},
	{BATCH, "voiceStartBatch", "start-batch", "{\"campaign_id\":\"cmp_@\"}"},
};

static bool there;
static struct {
	const struct function *f;
	char n[8], body[256], what[256];
	int cases;
	struct house_client *client;
} now;

/* The text with the case's number in it; two at a time. */
static const char *numbered(const char *text)
{
	static char out[2][2048];
	static int turn;
	char *at = out[turn ^= 1], *p = at;

	for (; *text && p < at + sizeof(out[0]) - 8; text++)
		p += *text == '@' ? snprintf(p, 8, "%s", now.n) : (*p = *text, 1);
	*p = '\0';
	return at;
}

static void sql(const char *text)
{
	(void)house_sql("%s", numbered(text));
}

static long number(const char *text)
{
	return house_number("%s", numbered(text));
}

/* ── what the vendors have ── */

static struct theirs {
	int agents, imports;
	char tag[64], number[32], voice_url[128], attached[64];
} theirs;

static void between(const char *body, const char *before, const char *after, char *out, size_t size)
{
	const char *p = strstr(body, before), *end = p ? strstr(p + strlen(before), after) : NULL;

	assert_non_null(end);
	p += strlen(before);
	(void)snprintf(out, size, "%.*s", (int)(end - p), p);
}

static void agents_of(const char *method, const char *body, char out[FAR_OUT])
{
	if (strcmp(method, "POST") == 0) {
		theirs.agents++;
		between(body, "\"tags\":[\"", "\"", theirs.tag, sizeof(theirs.tag));
		(void)snprintf(out, FAR_OUT, "{\"agent_id\":\"agent_%s\"}", now.n);
	} else {
		(void)snprintf(out, FAR_OUT, "{\"agents\":[{\"agent_id\":\"agent_%s\",\"tags\":[\"%s\"]}]}", now.n, theirs.tag);
	}
}

static void numbers_of(const char *method, const char *body, int *status, char out[FAR_OUT])
{
	bool known = theirs.number[0];

	if (strcmp(method, "POST") == 0 && known) {
		*status = 422;
		(void)snprintf(out, FAR_OUT, "{\"detail\":\"it is here already\"}");
	} else if (strcmp(method, "POST") == 0) {
		theirs.imports++;
		between(body, "\"phone_number\":\"", "\"", theirs.number, sizeof(theirs.number));
		(void)snprintf(theirs.voice_url, sizeof(theirs.voice_url), "https://api.elevenlabs.example/");
		(void)snprintf(out, FAR_OUT, "{\"phone_number_id\":\"phnum_%s\"}", now.n);
	} else if (strcmp(method, "PATCH") == 0) {
		between(body, "\"agent_id\":\"", "\"", theirs.attached, sizeof(theirs.attached));
		(void)snprintf(out, FAR_OUT, "{}");
	} else {
		(void)snprintf(out, FAR_OUT, "[{\"phone_number_id\":\"phnum_%s\",\"phone_number\":\"%s\"}]", now.n, theirs.number);
	}
}

/* Twilio: where the one number rings. */
static void line_of(const char *method, const char *path, char out[FAR_OUT])
{
	char one[512];
	bool list = strstr(path, "PageSize") != NULL;

	if (strcmp(method, "POST") == 0)
		(void)snprintf(theirs.voice_url, sizeof(theirs.voice_url), "https://gw.example/telephony/twilio/voice");
	(void)snprintf(one, sizeof(one), "{\"sid\":\"PN%s\",\"phone_number\":\"+120277%s\",\"voice_url\":\"%s\"}", now.n, now.n,
		       theirs.voice_url);
	(void)snprintf(out, FAR_OUT, "%s%s%s", list ? "{\"incoming_phone_numbers\":[" : "", one, list ? "]}" : "");
}

static bool vendors(const char *method, const char *path, const char *body, int *status, char out[FAR_OUT])
{
	if (strstr(path, "/convai/agents"))
		agents_of(method, body, out);
	else if (strstr(path, "/convai/phone-numbers"))
		numbers_of(method, body, status, out);
	else if (strstr(path, "/IncomingPhoneNumbers"))
		line_of(method, path, out);
	else
		return false;
	return true;
}

/* ── one case ── */

static void prepare(const struct function *f)
{
	static char made[64];

	now.f = f;
	(void)snprintf(now.n, sizeof(now.n), "%05d", ++now.cases);
	(void)snprintf(now.body, sizeof(now.body), "%s", numbered(f->body));
	theirs = (struct theirs){.voice_url = "https://somewhere.example/"};
	far_reset();
	far.takes = true;
	far.state = "ringing";
	far.other = vendors;
	(void)snprintf(made, sizeof(made), "{\"sid\":\"sid-%s\"}", now.n);
	far.body = made;
	if (f->what == ASSIGN)
		sql("insert into twilio_phone_pool (id, phone_number_e164, twilio_sid) values ('ppn_@', '+120255@', 'PN@')");
	else if (f->what == IMPORT)
		sql("insert into voice_phone_numbers (tenant_id, id, phone_number, provider) values ('A', 'num_@', '+120277@', 'twilio')");
	else if (f->what == ATTACH)
		sql("insert into voice_phone_numbers (tenant_id, id, phone_number, provider, elevenlabs_phone_number_id) values "
		    "('A', 'num_@', '+120277@', 'twilio', 'phnum_@')");
	else if (f->what == BATCH)
		sql("with c as (insert into voice_campaigns (tenant_id, id, name, kind, voice_agent_id, phone_number_id, "
				"target_segment) values ('A', 'cmp_@', 'c', 'informational', 'desk', 'num', '{\"tags\":[\"c@\"]}')), "
				/* A call that seems to come of it: nobody dials here. */
				"r as (insert into voice_call_records (tenant_id, id, direction, status, voice_agent_id, campaign_id, started_at) "
				"values ('A', 'call_of_@', 'outbound', 'queued', 'desk', 'cmp_@', now() + interval '1 hour')) "
				"insert into leads (tenant_id, id, first_name, phone, tags) select 'A', 'lead_@_' || i, 'F', '+12028' || i || '@', "
				"'{c@}' from generate_series(1, 2) i");
}

static void ask(void)
{
	char path[64], headers[256];

	(void)snprintf(path, sizeof(path), "/functions/v1/voice-%s", now.f->path);
	(void)snprintf(headers, sizeof(headers), "Content-Type: application/json\r\n%s", house_key());
	now.client = house_post(path, headers, now.body);
}

static bool is_up(void *arg)
{
	(void)arg;
	return iv_pg_up(house.s.pg) && iv_redis_up(house.s.redis);
}

/* Once more, later: until it is served. */
static void come_back(void)
{
	for (int i = 0; i < BACK_TRIES; i++) {
		struct house_answer *a;
		bool served, soon;

		(void)house_sql("update agent_deploys set lease_until = now() where lease_until > now()");
		ask();
		a = house_hear(now.client);
		served = a->whole && a->status == 200;
		soon = i < 3 || (a->body && strstr(a->body, "nobody has dialled it yet")); /* a row that is being dropped */
		if (!served && (!soon || i == BACK_TRIES - 1))
			fail_msg("%s: answered %d %.300s in the end", now.what, a->status, a->body ? a->body : "nothing");
		house_forget(now.client);
		if (served)
			return;
		house_turn(i < 3 ? 0 : 100);
	}
}

/* ── what must hold ── */

static void one(const char *why, const char *text)
{
	long n = number(text);

	if (n != 1)
		fail_msg("%s: %s: %ld", now.what, why, n);
}

static bool is_over(void *arg)
{
	(void)arg;
	(void)house_sql("update call_checks k set next_at = now() from voice_call_records c where c.tenant_id = k.tenant_id and c.id = k.call_id "
			"and c.to_number = '+120266%s'", now.n);
	return house_number("select count(*) from voice_call_records where to_number = '+120266%s' and closed_at is null", now.n) == 0;
}

static bool no_slot(void *arg)
{
	(void)arg;
	return iv_slots_held(house.s.slots) == 0 && strcmp(house_redis_ask("ZCARD", "{slots}:all", NULL), "0") == 0;
}

/* Whoever was told that the call was started has one that rings, or may. What was written for nobody is no call. The
 * carrier says no-answer. */
static void reconcile(void)
{
	if (far.posts != 1)
		fail_msg("%s: %d telephones ring", now.what, far.posts);
	one("not one call", "select count(*) from voice_call_records where to_number = '+120266@' and dialled_at is not null");
	(void)snprintf(far.sid, sizeof(far.sid), "sid-%s", now.n);
	(void)snprintf(far.call, sizeof(far.call), "%s", house_sql("select id from voice_call_records where to_number = '+120266%s' and dialled_at is not null", now.n));
	far.takes = true;
	far.state = "no-answer";
	far.way = FAR_WHOLE;
	(void)house_sql("update voice_call_records set dialled_at = dialled_at - interval '1 minute' where to_number = '+120266%s'", now.n);
	(void)house_new_dials();
	iv_dials_start(house.s.dials);
	if (!house_until(20000, is_over, NULL) || !house_until(20000, no_slot, NULL))
		fail_msg("%s: no end: %s, %zu slots", now.what, house_sql("select concat_ws(' ', status, end_reason) from voice_call_records "
			 "where to_number = '+120266%s'", now.n), iv_slots_held(house.s.slots));
	(void)house_new_dials();
	one("not one end", "select count(*) from voice_usage_ledger u join voice_call_records c on c.id = u.call_id where c.to_number = '+120266@' and c.dialled_at is not null");
	one("a call that nobody dialled did not fail", "select count(*) + 1 from voice_call_records where to_number = '+120266@' "
						       "and dialled_at is null and (status, end_reason) <> ('failed', 'refused')");
}

static void check(void)
{
	switch (now.f->what) {
	case DEPLOY:
		if (theirs.agents != 1)
			fail_msg("%s: %d agents were made", now.what, theirs.agents);
		one("not one agent", "select count(*) from voice_agents a join agent_deploys d on d.agent_id = a.id and d.state = 'made' "
				     "where a.name = 'case_@' and a.elevenlabs_agent_id is not null");
		one("more deploys than one", "select count(*) from agent_deploys where rendered ->> 'name' = 'case_@'");
		break;
	case ASSIGN:
		one("not one number", "select count(*) from voice_phone_numbers n join tenant_phone_assignments a on a.id = n.pool_assignment_id "
				      "join twilio_phone_pool p on p.id = a.pool_phone_id and p.is_assigned where n.phone_number = '+120255@' and n.is_active");
		one("more assignments than one", "select count(*) from tenant_phone_assignments where pool_phone_id = 'ppn_@'");
		break;
	case IMPORT:
		if (theirs.imports != 1 || !strstr(theirs.voice_url, "gw.example"))
			fail_msg("%s: imported %d times, rings at %s", now.what, theirs.imports, theirs.voice_url);
		one("the books do not have it", "select count(*) from voice_phone_numbers where id = 'num_@' and provider_status = 'imported' "
						"and elevenlabs_phone_number_id is not null");
		break;
	case ATTACH:
		assert_string_equal(theirs.attached, "agent_theirs");
		one("not attached", "select count(*) from voice_phone_numbers where id = 'num_@' and voice_agent_id = 'host'");
		break;
	case CALL:
		reconcile();
		break;
	case BATCH:
		one("it does not run", "select count(*) from voice_campaigns where id = 'cmp_@' and status = 'running' and total_contacts = 2");
		one("its leads do not wait", "select count(*) / 2 from leads where campaign_id = 'cmp_@' and state = 'queued' and campaign_attempt = 0");
		break;
	}
}

/* False: there is no such step, statement or question. */
static bool run(const struct function *f, enum fault_how how, int n, void (*act)(void *arg), enum far_way way, int nth)
{
	struct house_answer *a;
	bool hit, left;

	prepare(f);
	far.way = f->what == CALL ? FAR_WHOLE : way;
	far.nth = nth;
	if (f->what == CALL && way != FAR_WHOLE && nth == 0)
		far.way = way; /* of the call itself */
	if (f->what == CALL && !house.s.dials)
		(void)house_new_dials();
	fault_set(f->flow, how, n, act, NULL);
	ask();
	a = house_hear(now.client);
	hit = fault.hit || (way != FAR_WHOLE && (f->what == CALL ? nth == 0 : far.others > nth));
	left = how == FAULT_LEFT && hit;
	(void)snprintf(now.what, sizeof(now.what), "%s %s: %s %d (%s), vendor %d at %d", f->flow, now.n, fault_name(how), n,
		       fault.step ? fault.step : "-", (int)way, nth);
	fault_clear();
	if (!left && (!a->whole || (a->status != 200 && (a->status < 400 || !strstr(a->body, "\"success\":false")))))
		fail_msg("%s: answered %d %.300s", now.what, a->status, a->body ? a->body : "nothing");
	house_forget(now.client);
	if (!house_until(20000, is_up, NULL))
		fail_msg("%s: the stores do not come back", now.what);
	come_back();
	check();
	return hit;
}

static void caller_leaves(void *arg)
{
	(void)arg;
	house_hang_up(now.client);
}

static void process_stops(void *arg)
{
	(void)arg;
	iv_flow_cancel(fault.at, IV_ECANCELED, "the process stops");
}

static void a_function_may_be_cut_short_at_every_step(void **state)
{
	int cases = 0;

	(void)state;
	if (!there)
		skip();
	for (size_t i = 0; i < IV_COUNT(functions); i++)
		for (int n = 0; run(&functions[i], FAULT_AT_STEP, n, process_stops, FAR_WHOLE, -1); n++)
			cases++;
	assert_true(cases > 40);
}

static void the_database_may_fail_at_every_statement(void **state)
{
	static const enum fault_how hows[] = {FAULT_GONE, FAULT_BROKEN, FAULT_LOST, FAULT_LEFT, FAULT_CUT};
	int cases = 0;

	(void)state;
	if (!there)
		skip();
	for (size_t i = 0; i < IV_COUNT(functions); i++)
		for (size_t h = 0; h < IV_COUNT(hows); h++)
			for (int n = 0; run(&functions[i], hows[h], n, caller_leaves, FAR_WHOLE, -1); n++)
				cases++;
	assert_true(cases > 5 * 10);
}

static void a_vendor_may_hang_up_at_every_question(void **state)
{
	int cases = 0;

	(void)state;
	if (!there)
		skip();
	for (size_t i = 0; i < IV_COUNT(functions); i++)
		for (int n = 0; run(&functions[i], FAULT_NONE, 0, NULL, FAR_SHUT, n); n++)
			cases++;
	assert_true(cases >= 7); /* one agent made, four about a number, one attached, one call */
}

static int set_up(void **state)
{
	(void)state;
	house_guests.come = iv_vendors_mount;
	there = house_up();
	if (!there)
		return 0;
	(void)house_sql("insert into agent_templates (tenant_id, id, name, disclosure, system_prompt, first_message) values "
			"('A', 'tpl', 'T', 'This is an automated call.', 'Be brief.', 'Hello')");
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
		cmocka_unit_test(a_function_may_be_cut_short_at_every_step),
		cmocka_unit_test(the_database_may_fail_at_every_statement),
		cmocka_unit_test(a_vendor_may_hang_up_at_every_question),
	};
	int failed = cmocka_run_group_tests(tests, set_up, tear_down);

	print_message("%d requests\n", now.cases);
	return failed;
}
