/* The pure parts of the lab's carriers: lines on a virtual clock, rules, verbs, documents. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include "carrier_line.h"
#include "carrier_plan.h"
#include "carrier_twiml.h"
#include "carrier_verbs.h"

/* ── lines */

struct told {
	char text[256];
};

static void on_state(void *arg, const struct line *l)
{
	struct told *t = arg;
	size_t at = strlen(t->text);

	snprintf(t->text + at, sizeof(t->text) - at, "%d/%d@%d ", (int)l->state, l->sip_status, (int)l->since_ms);
}

/* Runs the clock to `end`, stopping only where the line wants it: late ticks are a test of their own. */
static void run(struct line *l, int64_t end)
{
	int64_t due;

	while ((due = line_due(l)) >= 0 && due <= end)
		line_tick(l, due);
}

static const struct line_plan answered = {
	.trying_ms = 20, .pick_up_ms = 100, .outcome = LINE_TALKING, .timeout_ms = 1000, .give_up_ms = -1, .hang_up_ms = 500, .limit_ms = -1};

static void an_answered_line_tells_each_state_once(void **state)
{
	struct told t = {0};
	struct line l;

	(void)state;
	line_init(&l, &answered, on_state, &t);
	line_place(&l, 1000);
	run(&l, 100000);
	assert_string_equal(t.text, "1/100@1000 2/180@1020 3/200@1120 4/200@1620 ");
	assert_int_equal(l.by, LINE_BY_PERSON);
	assert_int_equal(line_duration_ms(&l), 500);
	assert_int_equal(l.sequence, 3);
	assert_int_equal(line_due(&l), -1);
	assert_false(line_hang_up(&l, 2000, LINE_BY_CARRIER, 0)); /* it ends once */
	assert_false(line_answer(&l, 2000));
}

static void a_line_that_nobody_answers_is_given_up(void **state)
{
	struct line_plan plan = answered;
	struct told t = {0};
	struct line l;

	(void)state;
	plan.outcome = LINE_NO_ANSWER;
	line_init(&l, &plan, on_state, &t);
	line_place(&l, 0);
	run(&l, 100000);
	assert_string_equal(t.text, "1/100@0 2/180@20 6/487@1000 ");
	assert_int_equal(l.by, LINE_BY_CARRIER);
	assert_int_equal(line_duration_ms(&l), 0);
}

static void busy_and_failed_lines_carry_their_sip_status(void **state)
{
	struct line_plan plan = answered;
	struct told t = {0};
	struct line l;

	(void)state;
	plan.outcome = LINE_BUSY;
	line_init(&l, &plan, on_state, &t);
	line_place(&l, 0);
	run(&l, 100000);
	plan.outcome = LINE_FAILED;
	plan.sip = 404;
	plan.pick_up_ms = 0; /* refused before it rings */
	line_init(&l, &plan, on_state, &t);
	line_place(&l, 0);
	run(&l, 100000);
	assert_string_equal(t.text, "1/100@0 2/180@20 5/486@120 1/100@0 7/404@20 ");
}

static void a_queued_line_waits_its_turn(void **state)
{
	struct line_plan plan = answered;
	struct told t = {0};
	struct line l;

	(void)state;
	plan.queue_ms = 300;
	line_init(&l, &plan, on_state, &t);
	line_place(&l, 0);
	run(&l, 319);
	assert_string_equal(t.text, "0/0@0 1/100@300 ");
	assert_true(line_hang_up(&l, 310, LINE_BY_CARRIER, 0));
	assert_int_equal(l.state, LINE_CANCELED);
}

static void an_inbound_line_is_answered_by_the_application_or_given_up(void **state)
{
	struct line_plan plan = {.inbound = true, .trying_ms = 10, .give_up_ms = 200, .hang_up_ms = -1, .limit_ms = 400, .timeout_ms = -1};
	struct told t = {0};
	struct line l;

	(void)state;
	line_init(&l, &plan, on_state, &t);
	line_place(&l, 0);
	run(&l, 100);
	assert_true(line_answer(&l, 100));
	assert_false(line_answer(&l, 101));
	run(&l, 100000);
	assert_string_equal(t.text, "1/100@0 2/180@10 3/200@100 4/200@500 ");
	assert_int_equal(l.by, LINE_BY_CARRIER); /* the limit */
	t.text[0] = '\0';
	line_init(&l, &plan, on_state, &t);
	line_place(&l, 0);
	run(&l, 100000);
	assert_string_equal(t.text, "1/100@0 2/180@10 8/487@200 ");
	assert_int_equal(l.by, LINE_BY_PERSON);
	t.text[0] = '\0';
	line_init(&l, &plan, on_state, &t);
	line_place(&l, 0);
	assert_true(line_hang_up(&l, 5, LINE_BY_CARRIER, 486));
	line_init(&l, &plan, on_state, &t);
	line_place(&l, 0);
	assert_true(line_hang_up(&l, 5, LINE_BY_CARRIER, 480));
	assert_string_equal(t.text, "1/100@0 5/486@5 1/100@0 7/480@5 ");
}

static void a_late_clock_loses_no_state(void **state)
{
	struct told t = {0};
	struct line l;

	(void)state;
	line_init(&l, &answered, on_state, &t);
	line_place(&l, 0);
	line_tick(&l, 150); /* rings late; the rest counts from when it did */
	assert_string_equal(t.text, "1/100@0 2/180@150 ");
	line_tick(&l, 5000);
	assert_int_equal(l.state, LINE_NO_ANSWER); /* by then its time to be answered was over */
}

/* ── rules */

static struct rules *rules_of(const char *text, struct iv_err *e)
{
	struct rules *r = rules_new();
	cJSON *json = cJSON_Parse(text);

	if (!rules_set(r, json, e)) {
		rules_free(r);
		r = NULL;
	}
	cJSON_Delete(json);
	return r;
}

static struct carrier_plan plan_of(struct rules *r, const struct rule_match *what, struct iv_arena *arena)
{
	struct carrier_plan plan = {0};

	carrier_plan_shape.defaults(&plan);
	assert_true(rules_apply(r, what, &plan, arena, NULL));
	return plan;
}

static void rules_are_laid_over_each_other_and_run_out(void **state)
{
	struct iv_err e = {0};
	struct iv_arena arena;
	struct rules *r = rules_of("{\"rules\":[{\"then\":{\"pick_up_ms\":7,\"status\":{\"delay_ms\":5}}},"
				   "{\"match\":{\"to\":\"+1555*\",\"carrier\":\"twilio\"},\"times\":1,\"then\":{\"outcome\":\"busy\","
				   "\"status\":{\"reorder\":true}}},"
				   "{\"match\":{\"rest\":\"create\"},\"then\":{\"rest\":{\"status\":429}}}]}", &e);
	struct rule_match twilio = {.carrier = IV_S("twilio"), .to = IV_S("+15551"), .direction = IV_S("outbound")};
	struct rule_match jambonz = {.carrier = IV_S("jambonz"), .to = IV_S("+15551")}, rest = {.rest = IV_S("create")};

	(void)state;
	assert_non_null(r);
	assert_int_equal(rules_count(r), 3);
	iv_arena_init(&arena, 65536);
	struct carrier_plan p = plan_of(r, &jambonz, &arena);
	assert_int_equal(p.outcome, PLAN_ANSWER);
	assert_int_equal(p.pick_up_ms, 7);
	p = plan_of(r, &twilio, &arena);
	assert_int_equal(p.outcome, PLAN_BUSY);
	assert_true(p.status.reorder);
	assert_int_equal(p.status.delay_ms, 5); /* what the second rule does not name stays */
	assert_int_equal(p.rest.status, 0);	/* a rule about REST is none about calls */
	p = plan_of(r, &twilio, &arena);
	assert_int_equal(p.outcome, PLAN_ANSWER); /* its one time is over */
	p = plan_of(r, &rest, &arena);
	assert_int_equal(p.rest.status, 429);
	assert_int_equal(p.pick_up_ms, 100); /* and the other way round */
	iv_arena_deinit(&arena);
	rules_free(r);
}

static void rules_that_are_wrong_are_refused_with_their_place(void **state)
{
	static const char *const wrong[] = {
		"{\"rules\":[{\"then\":{\"outcome\":\"bussy\"}}]}", "{\"rules\":[{\"then\":{\"x\":1}}]}",
		"{\"rules\":[{}]}", "{}", "[]", "{\"rules\":[{\"then\":{},\"when\":1}]}", "{\"rules\":[{\"then\":{\"status\":{\"delay_ms\":-1}}}]}",
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(wrong); i++) {
		struct iv_err e = {0};

		if (rules_of(wrong[i], &e))
			fail_msg("taken: %s", wrong[i]);
		assert_int_equal(e.code, IV_EINVAL);
	}
}

/* ── verbs */

static bool takes(const char *text, char *said, size_t size)
{
	struct iv_err e = {0};
	cJSON *json = cJSON_Parse(text), *app = verbs_read(json, &e);
	bool ok = app != NULL;

	snprintf(said, size, "%s", e.msg);
	cJSON_Delete(app);
	cJSON_Delete(json);
	return ok;
}

static void verbs_are_read_as_strictly_as_jambonz_reads_them(void **state)
{
	static const struct {
		const char *app, *said; /* NULL: taken */
	} table[] = {
		{"[{\"verb\":\"listen\",\"url\":\"wss://x/y\",\"metadata\":{\"a\":{\"b\":[1]}}}]", NULL},
		{"[{\"listen\":{\"url\":\"wss://x/y\"}}]", NULL},
		{"[{\"verb\":\"stream\",\"url\":\"wss://x/y\"}]", NULL},
		{"[]", NULL},
		{"[{\"verb\":\"tag\",\"data\":[1]}]", NULL}, /* a list is an object to that server */
		{"[{\"verb\":\"say\",\"text\":\"x\",\"_\":{\"any\":1}}]", NULL},
		{"[{\"verb\":\"listen\",\"url\":\"wss://x/y\",\"foo\":1}]", "listen: unknown property foo"},
		{"[{\"verb\":\"listen\",\"url\":\"x\",\"sampleRate\":\"8000\"}]", "listen: property sampleRate has invalid data type"},
		{"[{\"verb\":\"listen\",\"url\":\"x\",\"wsAuth\":{\"username\":\"u\"}}]", "auth: missing value for password"},
		{"[{\"verb\":\"listen\"}]", "listen: missing value for url"},
		{"[{\"verb\":\"auth\",\"username\":\"u\",\"password\":\"p\"}]", "invalid instruction: auth"},
		{"[{\"verb\":\"dial\",\"target\":[{\"type\":\"phone\",\"bar\":1}]}]", "target: unknown property bar"},
		{"[{\"verb\":\"dial\",\"target\":[{\"type\":\"pigeon\"}]}]", "invalid value pigeon must be one of phone/sip/user/teams"},
		{"[{\"a\":1,\"b\":2}]", "malformed jambonz payload: missing verb property"},
		{"[5]", "malformed jambonz payload: missing verb property"},
		{"[null]", "malformed jambonz payload: missing verb property"},
		{"{\"verb\":\"hangup\"}", "malformed jambonz payload: must be array"},
		{"[{\"verb\":7}]", "malformed jambonz payload: missing verb property"},
	};
	char said[200];

	(void)state;
	for (size_t i = 0; i < IV_COUNT(table); i++) {
		if (takes(table[i].app, said, sizeof(said)) != !table[i].said)
			fail_msg("%s: %s", table[i].app, said);
		if (table[i].said)
			assert_string_equal(said, table[i].said);
	}
}

static void both_ways_of_writing_a_verb_become_one(void **state)
{
	struct iv_err e = {0};
	cJSON *json = cJSON_Parse("[{\"stream\":{\"url\":\"wss://x/y\"}}]"), *app = verbs_read(json, &e);
	char *text = cJSON_PrintUnformatted(app);

	(void)state;
	assert_string_equal(text, "[{\"verb\":\"listen\",\"url\":\"wss://x/y\"}]");
	cJSON_free(text);
	cJSON_Delete(app);
	cJSON_Delete(json);
}

/* ── documents */

static void documents_are_read_into_trees(void **state)
{
	struct iv_err e = {0};
	cJSON *doc = twiml_read(IV_S("<?xml version=\"1.0\"?><Response><!-- x --><Connect action=\"/a?b=1&amp;c=2\"><Stream url=\"wss://x/y\">"
				     "<Parameter name=\"n\" value=\"&lt;v&gt;\"/></Stream></Connect>"
				     "<Say> a &amp; <![CDATA[<b>]]> </Say></Response>"), false, &e);

	(void)state;
	assert_non_null(doc);
	const cJSON *connect = twiml_children(doc), *stream = twiml_children(connect), *say = connect->next;
	assert_string_equal(twiml_attribute(connect, "action"), "/a?b=1&c=2");
	assert_string_equal(twiml_attribute(connect, "method"), "");
	assert_string_equal(twiml_attribute(twiml_children(stream), "value"), "<v>");
	assert_string_equal(twiml_text(say), "a & <b>");
	assert_null(say->next);
	cJSON_Delete(doc);
}

static void documents_that_twilio_would_not_run_are_refused_with_its_codes(void **state)
{
	static const struct {
		const char *text, *code;
		bool whisper;
	} table[] = {
		{"", "12100", false},
		{"<Response>", "12100", false},
		{"<Response/><Response/>", "12100", false},
		{"<!DOCTYPE a [<!ENTITY x \"y\">]><Response><Say>&x;</Say></Response>", "12100", false},
		{"<Say>x</Say>", "12200", false},
		{"<Response><Dance/></Response>", "12200", false},
		{"<Response>words</Response>", "12200", false},
		{"<Response><Response/></Response>", "12200", false},
		{"<Response><Stream url=\"wss://x\"/></Response>", "12200", false},
		{"<Response><Say foo=\"1\">x</Say></Response>", "12200", false},
		{"<Response><say>x</say></Response>", "12200", false},
		{"<Response><Connect><Stream url=\"https://x/y\"/></Connect></Response>", "31923", false},
		{"<Response><Connect><Stream url=\"wss://x/y?a=b\"/></Connect></Response>", "31920", false},
		{"<Response><Dial>+1</Dial></Response>", "13201", true},
		{"<Response><Connect><Stream url=\"wss://x/y\"/></Connect></Response>", "13201", true},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(table); i++) {
		struct iv_err e = {0};

		if (twiml_read(iv_str(table[i].text), table[i].whisper, &e) || strncmp(e.msg, table[i].code, 5) != 0)
			fail_msg("%s: \"%s\"", table[i].text, e.msg);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answered_line_tells_each_state_once),
		cmocka_unit_test(a_line_that_nobody_answers_is_given_up),
		cmocka_unit_test(busy_and_failed_lines_carry_their_sip_status),
		cmocka_unit_test(a_queued_line_waits_its_turn),
		cmocka_unit_test(an_inbound_line_is_answered_by_the_application_or_given_up),
		cmocka_unit_test(a_late_clock_loses_no_state),
		cmocka_unit_test(rules_are_laid_over_each_other_and_run_out),
		cmocka_unit_test(rules_that_are_wrong_are_refused_with_their_place),
		cmocka_unit_test(verbs_are_read_as_strictly_as_jambonz_reads_them),
		cmocka_unit_test(both_ways_of_writing_a_verb_become_one),
		cmocka_unit_test(documents_are_read_into_trees),
		cmocka_unit_test(documents_that_twilio_would_not_run_are_refused_with_its_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
