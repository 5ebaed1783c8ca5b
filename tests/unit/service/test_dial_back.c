/* Every step of taking a call back, and of looking after one that nobody holds. */
#include "dial_case.h"

/* ── taking one back ── */

struct back_case {
	enum fault_how how;
	int n;
	void (*act)(void *arg);
	bool twilio;
};

static bool run_back(const struct back_case *b)
{
	struct dial_case k = {.agent = "desk", .carrier = b->twilio ? "twilio" : "jambonz", .flow = "dial.cancel", .how = b->how,
			      .n = b->n, .far = {.takes = true}};
	char what[256];
	bool hit;

	begin_case(&k);
	ask_now(&place_asker, k.agent, k.carrier);
	wait_idle("before it is taken back");
	assert_int_equal(asker.answer.placed, IV_PLACED);
	fault_set("dial.cancel", b->how, b->n, b->act, NULL);
	ask_now(&back_asker, k.agent, k.carrier);
	wait_idle(case_text(&k, what));
	hit = fault.hit;
	case_text(&k, what);
	fault_clear();
	if (far.orders > 1)
		fail_msg("%s: hung up %d times", what, far.orders);
	if (asker.err.code == IV_OK && !far.orders && !now.media &&
	    house_number("select count(*) from voice_call_records where id = '%s' and closed_at is not null", now.call) == 0)
		fail_msg("%s: told that it was taken back, and nobody was", what);
	house_end_dials(now.d);
	if (strcmp(far.state, "ringing") == 0) /* hung up by us, or by nobody: the same word */
		far.state = "no-answer";
	reconcile(what);
	check_books(what);
	/* Once it was marked, it was taken back, whoever said so first. */
	if (far.orders && !now.media && b->act != ends_unanswered &&
	    strcmp(house_sql("select status from voice_call_records where id = '%s'", now.call), "canceled") != 0)
		fail_msg("%s: not taken back: %s", what, house_sql(ROW, now.call));
	assert_int_equal(far.posts, 1);
	return hit;
}

static void a_call_is_taken_back_or_it_is_not_at_every_step(void **state)
{
	static const struct {
		enum fault_how how;
		void (*act)(void *arg);
	} all[] = {
		{FAULT_AT_STEP, leaves}, {FAULT_AT_STEP, drains}, {FAULT_AT_STEP, rings}, {FAULT_AT_STEP, answers},
		{FAULT_AT_STEP, ends_unanswered}, {FAULT_AT_STEP, media_opens}, {FAULT_GONE, NULL}, {FAULT_BROKEN, NULL},
		{FAULT_LOST, NULL}, {FAULT_LEFT, leaves}, {FAULT_CUT, NULL}, {FAULT_AWAY, NULL},
	};
	int cases = 0;

	(void)state;
	if (!there)
		skip();
	for (size_t i = 0; i < IV_COUNT(all); i++)
		for (int n = 0; run_back(&(struct back_case){all[i].how, n, all[i].act, n % 2}); n++)
			cases++;
	assert_true(cases >= 6 * 4 + 6 * 2);
}

/* ── who looks after calls that nobody holds ── */

static void cut_short(void *arg)
{
	(void)arg;
	iv_flow_cancel(fault.at, IV_ECANCELED, "stopping");
}

/* What is to be found: its end; that it rings on and ends; that the carrier never had it; and that it had. */
static const struct {
	struct far far;
	const char *state;
} ends[] = {
	{{.takes = true}, "busy"},
	{{.way = FAR_SHUT}, "failed"},
	{{.way = FAR_SHUT, .takes = true}, "no-answer"},
};

static bool run_reconciled(size_t end, enum fault_how how, int n)
{
	struct dial_case k = {.agent = "desk", .carrier = "jambonz", .flow = "reconcile.call", .how = how, .n = n, .far = ends[end].far};
	char what[256];
	bool hit;

	begin_case(&k);
	ask_now(&place_asker, k.agent, k.carrier);
	wait_idle("before it is looked after");
	house_end_dials(now.d);
	far.way = FAR_WHOLE;
	far.state = ends[end].state;
	fault_set(k.flow, how, n, cut_short, NULL);
	reconcile(case_text(&k, what));
	hit = fault.hit;
	case_text(&k, what);
	fault_clear();
	check_books(what);
	assert_string_equal(house_sql("select status from voice_call_records where id = '%s'", now.call), ends[end].state);
	assert_int_equal(far.posts, 1);
	return hit;
}

static void reconciliation_may_be_stopped_or_fail_at_every_step(void **state)
{
	static const enum fault_how hows[] = {FAULT_AT_STEP, FAULT_GONE, FAULT_BROKEN, FAULT_LOST};
	int cases = 0;

	(void)state;
	if (!there)
		skip();
	for (size_t e = 0; e < IV_COUNT(ends); e++)
		for (size_t h = 0; h < IV_COUNT(hows); h++)
			for (int n = 0; run_reconciled(e, hows[h], n); n++)
				cases++;
	assert_true(cases >= 3 * (6 + 3));
}

/* ── rows that nobody knows to be there ── */

static bool are_closed(void *arg)
{
	(void)arg;
	return house_number("select count(*) from voice_call_records where id in ('doubt_there', 'doubt_late') and closed_at is not null") == 2;
}

static void a_row_in_doubt_is_closed_whenever_it_comes(void **state)
{
	struct iv_dials *d;

	(void)state;
	if (!there)
		skip();
	d = house_new_dials();
	house_new_call("doubt_there", "desk");
	house_new_call("doubt_dialled", "desk");
	house_sql("update voice_call_records set status = 'dialing', dialled_at = now() where id = 'doubt_dialled'");
	iv_dial_doubt(d, IV_S(HOUSE_TENANT), IV_S("doubt_there"));
	iv_dial_doubt(d, IV_S(HOUSE_TENANT), IV_S("doubt_late"));
	iv_dial_doubt(d, IV_S(HOUSE_TENANT), IV_S("doubt_never"));
	iv_dial_doubt(d, IV_S(HOUSE_TENANT), IV_S("doubt_dialled"));
	house_turn(300);
	house_new_call("doubt_late", "desk");
	assert_true(house_until(20000, are_closed, NULL));
	assert_int_equal(house_number("select count(*) from voice_call_records where id in ('doubt_there', 'doubt_late') "
				      "and status = 'failed' and end_reason = 'refused' and failure_reason = 'unavailable'"), 2);
	assert_string_equal(house_sql("select status from voice_call_records where id = 'doubt_dialled'"), "dialing");
	house_sql("delete from voice_call_records where id = 'doubt_dialled'");
	house_end_dials(d);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_is_taken_back_or_it_is_not_at_every_step),
		cmocka_unit_test(reconciliation_may_be_stopped_or_fail_at_every_step),
		cmocka_unit_test(a_row_in_doubt_is_closed_whenever_it_comes),
	};
	int failed = cmocka_run_group_tests(tests, set_up, tear_down);

	print_message("%d calls dialled\n", now.cases);
	return failed;
}
