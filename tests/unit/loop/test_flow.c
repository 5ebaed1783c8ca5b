/* flow.c: the driver's rules one by one, and the torture of a flow of five steps. */
#include "flow_torture.h"

/* ── a small flow whose world is counted: two slots of a pool, one row */
struct world {
	struct iv_flow flow;
	int slots, rows, replies;
	struct iv_undo undo_slot, undo_row;
};

static struct world *self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct world, flow);
}

/* Release is by token and unconditional: it also undoes what arrives after it, as a real server that
 * sees acquire and release in this order on one connection. */
static void release_slot(void *arg)
{
	((struct world *)arg)->slots = -1;
}

static void slot_taken(void *arg)
{
	struct world *w = arg;

	if (w->slots == 0)
		w->slots = 1;
}

static void delete_row(void *arg)
{
	((struct world *)arg)->rows = -1;
}

static void row_inserted(void *arg)
{
	struct world *w = arg;

	if (w->rows == 0)
		w->rows = 1;
}

static enum iv_flow_next load(struct iv_flow *f)
{
	return torture_op(f, NULL, NULL);
}

static enum iv_flow_next check(struct iv_flow *f)
{
	(void)f;
	return IV_FLOW_NEXT;
}

static enum iv_flow_next take_slot(struct iv_flow *f)
{
	struct world *w = self(f);

	iv_undo_push(f, &w->undo_slot, release_slot, w);
	return torture_op(f, slot_taken, w);
}

static enum iv_flow_next insert_row(struct iv_flow *f)
{
	struct world *w = self(f);

	iv_undo_push(f, &w->undo_row, delete_row, w);
	return torture_op(f, row_inserted, w);
}

static enum iv_flow_next done(struct iv_flow *f)
{
	(void)f;
	return IV_FLOW_DONE;
}

static enum iv_flow_next never(struct iv_flow *f)
{
	(void)f;
	fail_msg("a step behind DONE ran");
	return IV_FLOW_DONE;
}

static void world_end(struct iv_flow *f)
{
	torture_ended(f);
	self(f)->replies++;
}

static const struct iv_flow_step world_steps[] = {
	{"load", load}, {"check", check}, {"take_slot", take_slot}, {"insert_row", insert_row},
	{"done", done}, {"never", never}, {0},
};
static const struct iv_flow_type world_type = {"world", world_steps, world_end};

static void *world_start(struct iv_loop *l, struct iv_flow **owner)
{
	struct world *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	iv_flow_start(&w->flow, &world_type, l, 50, owner);
	return w;
}

static int world_held(void *world, bool succeeded)
{
	struct world *w = world;
	int want = succeeded ? 1 : 0;
	int held = ((w->slots > 0) != want) + ((w->rows > 0) != want) + (w->replies != 1);

	free(w);
	return held;
}

static void a_tortured_flow_holds_nothing_and_ends_once(void **state)
{
	static const struct torture_case c = {"world", world_start, world_held};

	(void)state;
	torture_flow(&c);
}

/* ── the rules */
struct tiny {
	struct iv_flow flow;
	struct iv_op op;
	int ends, steps, cancels;
	struct iv_err err;
};

static struct tiny *tiny(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct tiny, flow);
}

static void tiny_end(struct iv_flow *f)
{
	tiny(f)->ends++;
	tiny(f)->err = f->err;
}

static void tiny_cancel(struct iv_op *op)
{
	struct tiny *t = IV_CONTAINER(op, struct tiny, op);

	t->cancels++;
	iv_op_done(op, NULL); /* against the rules; must do no harm */
}

static enum iv_flow_next wait_op(struct iv_flow *f)
{
	tiny(f)->steps++;
	iv_op_begin(&tiny(f)->op, f, tiny_cancel);
	return iv_flow_await(f);
}

static enum iv_flow_next answer_and_wait(struct iv_flow *f)
{
	tiny(f)->steps++;
	iv_op_begin(&tiny(f)->op, f, tiny_cancel);
	iv_op_done(&tiny(f)->op, NULL);
	return IV_FLOW_WAIT; /* a performer that does not know it has answered */
}

static enum iv_flow_next count(struct iv_flow *f)
{
	tiny(f)->steps++;
	return IV_FLOW_NEXT;
}

static enum iv_flow_next fail_with_op(struct iv_flow *f)
{
	iv_op_begin(&tiny(f)->op, f, tiny_cancel);
	return iv_flow_fail(f, IV_ENOENT, "no agent %s", "x");
}

static enum iv_flow_next cancel_self(struct iv_flow *f)
{
	iv_flow_cancel(f, IV_EDRAINING, "stopping");
	assert_int_equal(tiny(f)->ends, 0); /* not inside the step */
	return IV_FLOW_NEXT;
}

static const struct iv_flow_step wait_steps[] = {{"wait", wait_op}, {"count", count}, {0}};
static const struct iv_flow_type wait_type = {"wait", wait_steps, tiny_end};

static void a_late_answer_finds_nobody(void **state)
{
	struct iv_loop *l = iv_loop_new();
	struct tiny t = {0};
	struct iv_flow *owner;

	(void)state;
	iv_flow_start(&t.flow, &wait_type, l, 1000, &owner);
	assert_ptr_equal(owner, &t.flow);
	iv_flow_cancel(owner, IV_ECANCELED, "client left");
	assert_null(owner);
	assert_int_equal(t.cancels, 1);
	assert_int_equal(t.ends, 1);
	assert_int_equal(t.err.code, IV_ECANCELED);
	assert_string_equal(t.err.msg, "client left");
	iv_op_done(&t.op, NULL);
	iv_flow_cancel(&t.flow, IV_EINTERNAL, "again");
	assert_int_equal(t.ends, 1);
	assert_int_equal(t.steps, 1);
	iv_loop_free(l);
}

static void the_deadline_cancels_what_is_in_flight(void **state)
{
	struct iv_loop *l = iv_loop_new();
	struct tiny t = {0};
	int64_t t0 = iv_now_us();

	(void)state;
	iv_flow_start(&t.flow, &wait_type, l, 30, NULL);
	iv_loop_run(l);
	assert_int_equal(t.err.code, IV_ETIMEDOUT);
	assert_int_equal(t.cancels, 1);
	assert_true(iv_now_us() - t0 >= 30000);
	iv_loop_free(l);
}

static void the_error_of_an_answer_ends_the_flow_and_the_first_error_wins(void **state)
{
	struct iv_loop *l = iv_loop_new();
	struct tiny t = {0};
	struct iv_err e = {.code = IV_EUPSTREAM, .msg = "provider answered 500"};

	(void)state;
	iv_flow_start(&t.flow, &wait_type, l, 1000, NULL);
	iv_op_done(&t.op, &e);
	assert_int_equal(t.ends, 1);
	assert_int_equal(t.err.code, IV_EUPSTREAM);
	assert_string_equal(t.err.msg, "provider answered 500");
	assert_int_equal(t.cancels, 0);
	iv_loop_free(l);
}

static void an_answer_inside_the_starter_goes_on_without_recursion(void **state)
{
	enum { STEPS = 20000 };
	static struct iv_flow_step steps[STEPS + 1];
	static struct iv_flow_type type = {"long", steps, tiny_end};
	struct iv_loop *l = iv_loop_new();
	struct tiny t = {0};

	(void)state;
	for (int i = 0; i < STEPS; i++)
		steps[i] = (struct iv_flow_step){"a", answer_and_wait};
	iv_flow_start(&t.flow, &type, l, 1000, NULL);
	assert_int_equal(t.steps, STEPS);
	assert_int_equal(t.ends, 1);
	assert_int_equal(t.err.code, IV_OK);
	assert_false(iv_timer_armed(&t.flow.deadline));
	iv_loop_free(l);
}

static void a_step_that_fails_with_an_operation_in_flight_cancels_it(void **state)
{
	static const struct iv_flow_step steps[] = {{"f", fail_with_op}, {"count", count}, {0}};
	static const struct iv_flow_type type = {"f", steps, tiny_end};
	struct iv_loop *l = iv_loop_new();
	struct tiny t = {0};

	(void)state;
	iv_flow_start(&t.flow, &type, l, 1000, NULL);
	assert_int_equal(t.cancels, 1);
	assert_int_equal(t.steps, 0);
	assert_int_equal(t.err.code, IV_ENOENT);
	assert_string_equal(t.err.msg, "no agent x");
	iv_loop_free(l);
}

static void a_flow_may_cancel_itself_inside_a_step(void **state)
{
	static const struct iv_flow_step steps[] = {{"c", cancel_self}, {"count", count}, {0}};
	static const struct iv_flow_type type = {"c", steps, tiny_end};
	struct iv_loop *l = iv_loop_new();
	struct tiny t = {0};

	(void)state;
	iv_flow_start(&t.flow, &type, l, 1000, NULL);
	assert_int_equal(t.ends, 1);
	assert_int_equal(t.steps, 0);
	assert_int_equal(t.err.code, IV_EDRAINING);
	iv_loop_free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tortured_flow_holds_nothing_and_ends_once),
		cmocka_unit_test(a_late_answer_finds_nobody),
		cmocka_unit_test(the_deadline_cancels_what_is_in_flight),
		cmocka_unit_test(the_error_of_an_answer_ends_the_flow_and_the_first_error_wins),
		cmocka_unit_test(an_answer_inside_the_starter_goes_on_without_recursion),
		cmocka_unit_test(a_step_that_fails_with_an_operation_in_flight_cancels_it),
		cmocka_unit_test(a_flow_may_cancel_itself_inside_a_step),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
