/* A lead from its claim to the carrier, and a file of leads from the client into the books, at each of their steps: the
 * process stops or drains, the database fails or its answer is lost, the carrier does not say, the campaign is paused or
 * the lead opts out. No lead is dialled twice, forgotten, or in twice; nothing that was begun stays open. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "house.h"
#include "iv_calls.h"
#include "iv_campaign.h"
#include "iv_campaign_api.h"

enum { LEASE_MS = 31000, LONG_MS = 30000, AGAIN_MOST = 25 };

static bool there;
static struct {
	char n[8], what[256];
	int cases, files;
	int64_t at_ms;
	struct iv_campaigns *engine;
	bool idle;
	struct house_client *client;
} now;

/* The text with the case's number for each @; two at a time. */
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

static const char *sql(const char *text)
{
	return house_sql("%s", numbered(text));
}

static long number(const char *text)
{
	return house_number("%s", numbered(text));
}

static void zero(const char *why, const char *text)
{
	long n = number(text);

	if (n != 0)
		fail_msg("%s: %s: %ld; %s", now.what, why, n,
			 sql("select concat_ws(' ', 'lead', state, state_reason, campaign_attempt, lease_until, 'calls', (select string_agg("
			     "concat_ws(' ', status, end_reason, dialled_at), ', ') from voice_call_records c where c.lead_id = l.id)) "
			     "from leads l where campaign_id = 'cmp_@' limit 1"));
}

static void begin_case(void)
{
	(void)snprintf(now.n, sizeof(now.n), "%05d", ++now.cases);
	(void)sql("insert into voice_campaigns (tenant_id, id, name, kind, voice_agent_id, phone_number_id, consent_required, "
		  "calls_per_second) values ('A', 'cmp_@', 'c', 'informational', 'desk', 'num', false, 50)");
}

static bool is_up(void *arg)
{
	(void)arg;
	return iv_pg_up(house.s.pg) && iv_pg_up(house.s.worker);
}

static void wait_up(void)
{
	if (!house_until(LONG_MS, is_up, NULL))
		fail_msg("%s: the stores do not come back", now.what);
}

/* ── the engine ── */

static void on_idle(void *arg)
{
	(void)arg;
	now.idle = true;
}

static bool is_idle(void *arg)
{
	(void)arg;
	return now.idle;
}

static void go_round(void)
{
	now.idle = false;
	iv_campaign_round(now.engine, now.at_ms, on_idle, NULL);
	if (!house_until(LONG_MS, is_idle, NULL))
		fail_msg("%s: the round does not end, %zu in flight", now.what, iv_campaign_stats(now.engine).in_flight);
}

static void process_begins(void)
{
	(void)house_new_dials();
	now.engine = iv_campaigns_new(&house.s, &(struct iv_campaign_opts){.by_hand = true});
	iv_campaigns_start(now.engine);
}

static void process_ends(void)
{
	now.idle = false;
	iv_campaigns_stop(now.engine, on_idle, NULL);
	if (!house_until(LONG_MS, is_idle, NULL))
		fail_msg("%s: the engine does not stop", now.what);
	iv_campaigns_free(now.engine);
	house_end_dials(house.s.dials);
}

/* ── what may come at any moment ── */

static void flow_stops(void *arg)
{
	(void)arg;
	iv_flow_cancel(fault.at, IV_ECANCELED, "the test says so");
}

static void process_drains(void *arg)
{
	(void)arg;
	iv_campaigns_drain(now.engine);
}

static void order(const char *verb)
{
	char text[160];

	(void)snprintf(text, sizeof(text), "select ok from campaign_order('A', 'cmp_@', '%s', now(), null, null)", verb);
	assert_string_equal(sql(text), "t");
}

static void campaign_pauses(void *arg)
{
	(void)arg;
	order("pause");
}

static void lead_opts_out(void *arg)
{
	(void)arg;
	(void)sql("select opt_out('A', '+120288@', 'api', null, 'asked')");
}

/* ── one lead ── */

static bool is_over(void *arg)
{
	(void)arg;
	(void)sql("update call_checks k set next_at = now() from voice_call_records c where c.tenant_id = k.tenant_id and c.id = k.call_id "
		  "and c.campaign_id = 'cmp_@'");
	return number("select count(*) from voice_call_records where campaign_id = 'cmp_@' and closed_at is null") == 0;
}

static bool no_slot(void *arg)
{
	(void)arg;
	return iv_slots_held(house.s.slots) == 0 && strcmp(house_redis_ask("ZCARD", "{slots}:all", NULL), "0") == 0;
}

/* The carrier says no-answer of what it took. */
static void reconcile(void)
{
	(void)snprintf(far.call, sizeof(far.call), "%s",
		       sql("select id from voice_call_records where campaign_id = 'cmp_@' and dialled_at is not null order by dialled_at desc limit 1"));
	(void)snprintf(far.sid, sizeof(far.sid), "sid-%s", now.n);
	far.way = FAR_WHOLE;
	far.takes = far.posts > 0;
	far.state = "no-answer";
	(void)sql("update voice_call_records set dialled_at = dialled_at - interval '1 minute' where campaign_id = 'cmp_@'");
	(void)house_new_dials();
	iv_dials_start(house.s.dials);
	if (!house_until(LONG_MS, is_over, NULL) || !house_until(LONG_MS, no_slot, NULL)) {
		zero("calls without an end", "select count(*) from voice_call_records where campaign_id = 'cmp_@' and closed_at is null");
		fail_msg("%s: %zu slots are held", now.what, iv_slots_held(house.s.slots));
	}
	house_end_dials(house.s.dials);
}

struct lead_case {
	const char *flow;
	enum fault_how how;
	int n;
	void (*act)(void *arg);
	struct far far;
	bool barred; /* it must not be dialled behind the act */
};

static void check_lead(bool barred, int posts)
{
	if (barred && far.posts > posts)
		fail_msg("%s: dialled behind it", now.what);
	zero("claimed and forgotten", "select count(*) from leads where campaign_id = 'cmp_@' and state in ('dialing', 'in-call', 'unknown')");
	/* What a carrier did not take for a moment was none. */
	zero("attempts are not calls", "select l.campaign_attempt - (select count(*) from voice_call_records c where c.lead_id = l.id "
				       "and c.end_reason <> 'not_placed') from leads l where l.campaign_id = 'cmp_@'");
	zero("the day's calls are not calls", "select day_calls - (select count(*) from voice_call_records c where c.campaign_id = 'cmp_@') "
					      "from campaign_pace where campaign_id = 'cmp_@'");
	zero("a call without one end", "select count(*) from voice_call_records c where campaign_id = 'cmp_@' and 1 <> (select count(*) "
				       "from call_timeline t where t.call_id = c.id and kind = 'call.ended')");
}

/* False: there is no such step or statement. */
static bool run(const struct lead_case *k)
{
	static char made[64];
	bool hit, refused = k->far.status >= 400;
	int posts;

	begin_case();
	(void)sql("insert into leads (tenant_id, id, first_name, phone, campaign_id) values ('A', 'lead_@', 'F', '+120288@', 'cmp_@')");
	order("start");
	far_reset();
	far = k->far;
	far.state = "ringing";
	(void)snprintf(made, sizeof(made), "{\"sid\":\"sid-%s\"}", now.n);
	far.body = made;
	now.at_ms = iv_wall_ms();
	process_begins();
	fault_set(k->flow, k->how, k->n, k->act, NULL);
	(void)snprintf(now.what, sizeof(now.what), "%s: %s %d of %s; carrier %d/%d", now.n, fault_name(k->how), k->n, k->flow, far.status,
		       (int)far.way);
	go_round();
	hit = fault.hit;
	posts = far.posts;
	fault_clear();
	process_ends();
	wait_up();
	if (far.posts > 1)
		fail_msg("%s: %d telephones ring", now.what, far.posts);
	/* Another process, when the lease is over. Nobody rings again whose call may ring; who was refused for a moment may. */
	if (refused)
		far.status = 0;
	far.takes = true;
	process_begins();
	for (int i = 0; i < 3; i++) {
		now.at_ms += LEASE_MS;
		go_round();
	}
	process_ends();
	if (far.posts > 1 + refused)
		fail_msg("%s: %d telephones ring in the end", now.what, far.posts);
	if (!k->barred && far.posts == 0)
		zero("nobody dialled it", "select 1");
	reconcile();
	check_lead(k->barred && hit, posts);
	(void)sql("select ok from campaign_order('A', 'cmp_@', 'cancel', now(), null, null)"); /* unless it is over */
	return hit;
}

static const struct far carriers[] = {{.takes = true}, {.way = FAR_SHUT, .takes = true}, {.status = 429}};

static int at_every_step(const char *flow, void (*act)(void *arg), bool barred)
{
	int cases = 0;

	for (size_t a = 0; a < IV_COUNT(carriers); a++)
		for (int n = 0; run(&(struct lead_case){.flow = flow, .how = FAULT_AT_STEP, .n = n, .act = act, .far = carriers[a],
						       .barred = barred}); n++)
			cases++;
	return cases;
}

static void a_round_and_a_call_may_be_cut_short_at_every_step(void **state)
{
	(void)state;
	if (!there)
		skip();
	assert_true(at_every_step("campaigns.round", flow_stops, false) >= 3 * 3);
	assert_int_equal(at_every_step("campaign.call", flow_stops, false), 3 * 3);
	assert_true(at_every_step("campaign.settle", flow_stops, false) >= 1);
}

static void the_process_may_drain_at_every_step(void **state)
{
	(void)state;
	if (!there)
		skip();
	assert_true(at_every_step("campaigns.round", process_drains, false) >= 3);
	assert_int_equal(at_every_step("campaign.call", process_drains, false), 3 * 3);
}

static void who_may_not_be_called_any_more_is_not_at_any_step(void **state)
{
	(void)state;
	if (!there)
		skip();
	assert_int_equal(at_every_step("campaign.call", campaign_pauses, true), 3 * 3);
	assert_int_equal(at_every_step("campaign.call", lead_opts_out, true), 3 * 3);
}

static void the_database_may_fail_at_every_statement_of_the_engine(void **state)
{
	static const enum fault_how hows[] = {FAULT_GONE, FAULT_BROKEN, FAULT_LOST, FAULT_CUT, FAULT_AWAY};
	static const char *const flows[] = {"campaigns.round", "campaign.settle"};
	int cases = 0;

	(void)state;
	if (!there)
		skip();
	for (size_t i = 0; i < IV_COUNT(flows); i++)
		for (size_t h = 0; h < IV_COUNT(hows); h++)
			for (int n = 0; run(&(struct lead_case){.flow = flows[i], .how = hows[h], .n = n, .far = carriers[i ? 2 : 0]}); n++)
				cases++;
	assert_true(cases >= 5 * (2 + 1)); /* tend, claim; settle */
}

/* ── a file of leads ── */

static const char *file_text(void)
{
	return numbered("phone,first_name\n+120291@,A\n+120292@,B\nnone,C\n+120291@,D\n");
}

static void post_file(void)
{
	char path[64], headers[256];

	(void)snprintf(path, sizeof(path), "/v1/campaigns/cmp_%s/leads/import", now.n);
	(void)snprintf(headers, sizeof(headers), "Content-Type: text/csv\r\n%s", house_key());
	now.client = house_post(path, headers, file_text());
}

static bool no_file(void *arg)
{
	char path[600];
	DIR *dir;

	(void)arg;
	(void)snprintf(path, sizeof(path), "%s/imports/A", house.cfg.data_dir);
	dir = opendir(path);
	now.files = 0;
	for (struct dirent *one; dir && (one = readdir(dir));)
		now.files += one->d_name[0] != '.';
	if (dir)
		(void)closedir(dir);
	return now.files == 0;
}

static void client_leaves(void *arg)
{
	(void)arg;
	house_hang_up(now.client);
}

static bool nobody_reads(void *arg)
{
	(void)arg;
	return number("select count(*) from lead_imports where campaign_id = 'cmp_@' and state in ('receiving', 'running')") == 0;
}

/* Until one of them is in, whole. */
static void bring_it_again(void)
{
	for (int i = 0; i < AGAIN_MOST; i++) {
		struct house_answer *a;
		bool done;

		(void)house_until(200, nobody_reads, NULL); /* else whoever read it is gone */
		(void)sql("update lead_imports set lease_until = now() - interval '1 second' where campaign_id = 'cmp_@' and finished_at is null");
		post_file();
		a = house_hear(now.client);
		done = a->whole && a->status == 200 && strstr(a->body, "\"state\": \"done\"");
		if (!done && i == AGAIN_MOST - 1)
			fail_msg("%s: answered %d %.300s in the end", now.what, a->status, a->body ? a->body : "nothing");
		house_forget(now.client);
		if (done)
			return;
	}
}

static bool run_file(const char *flow, enum fault_how how, int n, void (*act)(void *arg))
{
	struct house_answer *a;
	bool hit, left;

	begin_case();
	(void)sql("insert into leads (tenant_id, id, first_name, phone, campaign_id) values ('A', 'lead_@', 'F', '+120288@', 'cmp_@')");
	order("start"); /* at work: who comes is taken in */
	fault_set(flow, how, n, act, NULL);
	post_file();
	a = house_hear(now.client);
	hit = fault.hit;
	left = how == FAULT_LEFT && hit;
	(void)snprintf(now.what, sizeof(now.what), "%s: %s %d of %s (%s)", now.n, fault_name(how), n, flow, fault.step ? fault.step : "-");
	fault_clear();
	if (!left && (!a->whole || (a->status != 200 && (a->status < 400 || !strstr(a->body, "\"code\"")))))
		fail_msg("%s: answered %d %.300s", now.what, a->status, a->body ? a->body : "nothing");
	house_forget(now.client);
	wait_up();
	bring_it_again();
	if (!house_until(LONG_MS, no_file, NULL))
		fail_msg("%s: %d files stay", now.what, now.files);
	zero("not two leads", "select count(*) - 2 from leads where campaign_id = 'cmp_@' and phone like '+12029__%' and import_id is not null");
	zero("a lead that waits for nothing", "select count(*) from leads where campaign_id = 'cmp_@' and state <> 'queued'");
	zero("an import that says nothing of its end", "select count(*) from lead_imports i where campaign_id = 'cmp_@' and "
							"import_body(i) ->> 'state' not in ('done', 'failed')");
	order("cancel");
	zero("not one whole import", "select count(*) - 1 from lead_imports where campaign_id = 'cmp_@' and state = 'done' and rows = 4 and bad = 1");
	return hit;
}

static void a_file_of_leads_comes_in_whatever_fails_at_any_step(void **state)
{
	static const char *const flows[] = {"importCampaignLeads", "lead_import"};
	static const enum fault_how hows[] = {FAULT_AT_STEP, FAULT_GONE, FAULT_BROKEN, FAULT_LOST, FAULT_LEFT, FAULT_CUT, FAULT_AWAY};
	int cases = 0;

	(void)state;
	if (!there)
		skip();
	for (size_t i = 0; i < IV_COUNT(flows); i++)
		for (size_t h = 0; h < IV_COUNT(hows); h++)
			for (int n = 0; run_file(flows[i], hows[h], n, hows[h] == FAULT_LEFT ? client_leaves : flow_stops); n++)
				cases++;
	assert_true(cases >= 6 + 4 + 6 * (3 + 3));
}

/* ── the house ── */

static void come(struct iv_api *api)
{
	house.s.imports = iv_imports_new(&house.s);
	iv_campaign_api_mount(api);
}

static void leave(void)
{
	iv_imports_free(house.s.imports);
}

static int set_up(void **state)
{
	(void)state;
	house_guests = (struct house_guests){.come = come, .go = leave};
	there = house_up();
	if (!there)
		return 0;
	/* Any hour is lawful here, and any day. */
	(void)house_sql("update calling_rules set days = '{1,2,3,4,5,6,7}', from_time = '00:00', to_time = '24:00'");
	(void)house_sql("delete from calling_holidays");
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
		cmocka_unit_test(a_round_and_a_call_may_be_cut_short_at_every_step),
		cmocka_unit_test(the_process_may_drain_at_every_step),
		cmocka_unit_test(who_may_not_be_called_any_more_is_not_at_any_step),
		cmocka_unit_test(the_database_may_fail_at_every_statement_of_the_engine),
		cmocka_unit_test(a_file_of_leads_comes_in_whatever_fails_at_any_step),
	};
	int failed = cmocka_run_group_tests(tests, set_up, tear_down);

	print_message("%d cases\n", now.cases);
	return failed;
}
