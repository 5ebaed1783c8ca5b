/* Spans from their beginning to the queue: parents, samplers, limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <cmocka.h>
#include "iv_loop.h"
#include "iv_metrics.h"
#include "iv_trace.h"

enum { DROPPED = 1 };

static struct iv_trace_opts usual(void)
{
	return (struct iv_trace_opts){.sampler = IV_SAMPLE_PARENT_ALWAYS, .ratio = 1, .live_max = 100, .queue_max = 50};
}

static int begin(void **state)
{
	struct iv_trace_opts o = usual();

	(void)state;
	iv_metrics_reset();
	iv_trace_open(&o);
	return 0;
}

static int end(void **state)
{
	(void)state;
	iv_trace_close();
	return 0;
}

static struct iv_span *sent(void)
{
	struct iv_span *s;

	assert_int_equal(iv_trace_take(&s, 1), 1);
	return s;
}

static void closed_it_makes_nothing(void **state)
{
	char text[IV_TRACEPARENT_SIZE];

	(void)state;
	iv_trace_close();
	assert_false(iv_trace_on());
	assert_null(iv_trace_root("call", IV_SPAN_SERVER, NULL));
	assert_null(iv_trace_child(NULL, "turn", IV_SPAN_INTERNAL));
	iv_trace_finish(NULL);
	iv_trace_drop(iv_trace_hold(NULL));
	iv_trace_begun(NULL, 1);
	assert_string_equal(iv_span_traceparent(NULL, text), "");
	assert_int_equal(iv_trace_waiting(), 0);
	assert_int_equal((int)iv_metric_get(IV_M_trace_spans_total, DROPPED), 0);
}

static void a_child_stands_in_its_parents_trace(void **state)
{
	struct iv_span *call = iv_trace_root("call", IV_SPAN_SERVER, NULL);
	struct iv_span *turn = iv_trace_child(call, "turn", IV_SPAN_INTERNAL), *first, *second;
	char wanted[IV_TRACEPARENT_SIZE];

	(void)state;
	assert_false(call->has_parent);
	assert_true(call->recorded && turn->recorded);
	assert_memory_equal(turn->trace_id, call->trace_id, 16);
	assert_memory_equal(turn->parent_id, call->id, 8);
	assert_memory_not_equal(turn->id, call->id, 8);
	iv_traceparent_write(turn->trace_id, turn->id, IV_TRACE_SAMPLED | IV_TRACE_RANDOM, wanted);
	assert_string_equal(iv_span_traceparent(turn, wanted), wanted);
	iv_trace_finish(turn);
	iv_trace_finish(call);
	first = sent();
	second = sent();
	assert_string_equal(first->name, "turn");
	assert_string_equal(second->name, "call");
	assert_true(first->start_us >= second->start_us && first->end_us <= second->end_us);
	assert_true(first->wall_us == second->wall_us);
	assert_true((second->start_us + second->wall_us) / 1000 - iv_wall_ms() < 1000);
	iv_trace_drop(first);
	iv_trace_drop(second);
}

static void a_callers_trace_goes_on_here(void **state)
{
	struct iv_trace_context from;
	struct iv_span *s, *child;

	(void)state;
	assert_true(iv_trace_context_read(IV_S("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), IV_S("a=b"), &from));
	s = iv_trace_root("GET /v1/calls", IV_SPAN_SERVER, &from);
	child = iv_trace_child(s, "x", IV_SPAN_CLIENT);
	assert_true(s->has_parent && s->remote_parent && !child->remote_parent);
	assert_memory_equal(s->trace_id, from.trace_id, 16);
	assert_memory_equal(s->parent_id, from.span_id, 8);
	assert_string_equal(s->state, "a=b");
	assert_string_equal(child->state, "a=b");
	assert_int_equal(child->flags, IV_TRACE_SAMPLED);
	iv_trace_finish(child);
	iv_trace_finish(s);
}

static void what_the_caller_does_not_sample_is_passed_on_and_not_sent(void **state)
{
	struct iv_trace_context from;
	struct iv_span *s, *child;
	char text[IV_TRACEPARENT_SIZE];

	(void)state;
	assert_true(iv_trace_context_read(IV_S("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"), IV_S(""), &from));
	s = iv_trace_root("call", IV_SPAN_SERVER, &from);
	child = iv_trace_child(s, "turn", IV_SPAN_INTERNAL);
	assert_false(s->recorded || child->recorded);
	iv_span_set_int(child, "k", 1);
	assert_int_equal(child->attr_count, 0);
	assert_memory_equal(iv_span_traceparent(child, text), "00-4bf92f3577b34da6a3ce929d0e0e4736-", 36);
	assert_string_equal(text + 53, "00");
	iv_trace_finish(child);
	iv_trace_finish(s);
	assert_int_equal(iv_trace_waiting(), 0);
	assert_int_equal((int)iv_metric_get(IV_M_trace_spans_total, DROPPED), 0);
}

static void samplers_decide_by_parent_and_by_id(void **state)
{
	const struct iv_trace_context yes = {.flags = IV_TRACE_SAMPLED}, no = {0};
	uint8_t low[16] = {0xff}, high[16] = {0}, half[16] = {0};

	(void)state;
	memset(high + 8, 0xff, 8);
	half[8] = 0x80;
	assert_true(iv_trace_sampled(IV_SAMPLE_ALWAYS, 0, high, &no));
	assert_false(iv_trace_sampled(IV_SAMPLE_NEVER, 1, low, &yes));
	assert_true(iv_trace_sampled(IV_SAMPLE_PARENT_ALWAYS, 0, high, NULL));
	assert_false(iv_trace_sampled(IV_SAMPLE_PARENT_ALWAYS, 1, low, &no));
	assert_false(iv_trace_sampled(IV_SAMPLE_PARENT_NEVER, 1, low, NULL));
	assert_true(iv_trace_sampled(IV_SAMPLE_PARENT_NEVER, 1, low, &yes));
	assert_true(iv_trace_sampled(IV_SAMPLE_PARENT_RATIO, 0, high, &yes));
	assert_false(iv_trace_sampled(IV_SAMPLE_PARENT_RATIO, 1, low, &no));
	assert_true(iv_trace_sampled(IV_SAMPLE_RATIO, 0.5, low, &no));
	assert_false(iv_trace_sampled(IV_SAMPLE_RATIO, 0.5, half, NULL));
	assert_true(iv_trace_sampled(IV_SAMPLE_RATIO, 0.500001, half, NULL));
	assert_true(iv_trace_sampled(IV_SAMPLE_RATIO, 1, high, NULL));
	assert_false(iv_trace_sampled(IV_SAMPLE_RATIO, 0, low, NULL));
}

static void a_ratio_is_the_share_that_is_sent(void **state)
{
	struct iv_trace_opts o = usual();
	int recorded = 0;

	(void)state;
	o.sampler = IV_SAMPLE_PARENT_RATIO;
	o.ratio = 0.25;
	iv_trace_open(&o);
	for (int i = 0; i < 4000; i++) {
		struct iv_span *s = iv_trace_root("call", IV_SPAN_SERVER, NULL), *child = iv_trace_child(s, "turn", IV_SPAN_INTERNAL);

		assert_true(child->recorded == s->recorded); /* a trace is sent whole */
		recorded += s->recorded;
		s->recorded = child->recorded = false;
		iv_trace_finish(child);
		iv_trace_finish(s);
	}
	assert_in_range(recorded, 850, 1150); /* 5 sigma */
}

static void a_full_queue_drops_the_newest_and_counts_them(void **state)
{
	struct iv_span *out[60];
	size_t n;

	(void)state;
	for (int i = 0; i < 60; i++) {
		struct iv_span *s = iv_trace_root("s", IV_SPAN_SERVER, NULL);

		iv_span_set_int(s, "i", i);
		iv_trace_finish(s);
	}
	assert_int_equal(iv_trace_waiting(), 50);
	assert_int_equal((int)iv_metric_get(IV_M_trace_spans_total, DROPPED), 10);
	assert_int_equal((int)iv_metric_get(IV_M_trace_queue_length, 0), 50);
	n = iv_trace_take(out, 20);
	assert_int_equal(n, 20);
	assert_int_equal(out[0]->attrs[0].v.i, 0);
	assert_int_equal(out[19]->attrs[0].v.i, 19);
	n += iv_trace_take(out + n, 40);
	assert_int_equal(n, 50);
	assert_int_equal(out[49]->attrs[0].v.i, 49);
	assert_int_equal(iv_trace_take(out + n, 1), 0);
	for (size_t i = 0; i < n; i++)
		iv_trace_drop(out[i]);
	iv_trace_finish(iv_trace_root("again", IV_SPAN_SERVER, NULL));
	assert_int_equal(iv_trace_waiting(), 1);
}

static void beyond_the_ceiling_there_are_no_spans_and_nothing_breaks(void **state)
{
	struct iv_span *all[100], *more, *child;

	(void)state;
	for (int i = 0; i < 100; i++) {
		all[i] = iv_trace_root("s", IV_SPAN_SERVER, NULL);
		assert_non_null(all[i]);
	}
	more = iv_trace_root("s", IV_SPAN_SERVER, NULL);
	child = iv_trace_child(all[0], "c", IV_SPAN_CLIENT);
	assert_null(more);
	assert_null(child);
	assert_null(iv_trace_child(more, "c", IV_SPAN_CLIENT));
	assert_int_equal((int)iv_metric_get(IV_M_trace_spans_total, DROPPED), 2);
	all[0]->recorded = false;
	iv_trace_finish(all[0]);
	assert_non_null(iv_trace_child(all[1], "c", IV_SPAN_CLIENT));
}

static void who_holds_a_span_may_ask_it_after_it_was_sent(void **state)
{
	struct iv_span *s = iv_trace_hold(iv_trace_root("call", IV_SPAN_SERVER, NULL)), *child;
	uint8_t id[8];

	(void)state;
	memcpy(id, s->id, 8);
	iv_trace_finish(s);
	iv_trace_drop(sent());
	child = iv_trace_child(s, "late", IV_SPAN_CLIENT);
	assert_memory_equal(child->parent_id, id, 8);
	iv_span_set_int(s, "k", 1); /* finished: somebody else may be reading it */
	assert_int_equal(s->attr_count, 0);
	iv_trace_drop(s);
	iv_trace_finish(child);
}

static void a_span_may_have_begun_earlier_but_not_later(void **state)
{
	struct iv_span *s = iv_trace_root("turn", IV_SPAN_INTERNAL, NULL);
	int64_t made = s->start_us;

	(void)state;
	iv_trace_begun(s, made - 5000);
	iv_trace_begun(s, made - 2000);
	assert_int_equal(s->start_us, made - 5000);
	iv_trace_finish(s);
}

static void a_root_may_be_adopted_by_a_trace_that_is_found_later(void **state)
{
	struct iv_trace_opts o = {.sampler = IV_SAMPLE_PARENT_NEVER, .live_max = 100, .queue_max = 50};
	struct iv_trace_context from;
	struct iv_span *hook, *call;
	uint8_t own[8];

	(void)state;
	iv_trace_open(&o);
	hook = iv_trace_root("hook", IV_SPAN_SERVER, NULL);
	assert_false(hook->recorded);
	memcpy(own, hook->id, sizeof(own));
	assert_true(iv_trace_context_read(IV_S("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"), IV_S("a=b"), &from));
	iv_trace_adopt(hook, &from);
	assert_true(hook->recorded && hook->has_parent && hook->flags == IV_TRACE_SAMPLED);
	assert_memory_equal(hook->trace_id, from.trace_id, 16);
	assert_memory_equal(hook->parent_id, from.span_id, 8);
	assert_memory_equal(hook->id, own, 8);
	assert_string_equal(hook->state, "a=b");
	call = iv_trace_child(hook, "call", IV_SPAN_SERVER);
	assert_memory_equal(call->trace_id, from.trace_id, 16);
	from.flags = 0;
	from.state[0] = '\0';
	iv_trace_adopt(hook, &from);
	assert_false(hook->recorded);
	assert_null(hook->state);
	iv_trace_adopt(NULL, &from);
	iv_trace_finish(call);
	iv_trace_finish(hook);
}

static int told;

static void on_waiting(void *arg)
{
	(void)arg;
	told++;
}

static void who_sends_is_told(void **state)
{
	(void)state;
	told = 0;
	iv_trace_on_waiting(on_waiting, NULL);
	iv_trace_finish(iv_trace_root("a", IV_SPAN_SERVER, NULL));
	iv_trace_finish(iv_trace_root("b", IV_SPAN_SERVER, NULL));
	assert_int_equal(told, 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		TEST(closed_it_makes_nothing),
		TEST(a_child_stands_in_its_parents_trace),
		TEST(a_callers_trace_goes_on_here),
		TEST(what_the_caller_does_not_sample_is_passed_on_and_not_sent),
		TEST(samplers_decide_by_parent_and_by_id),
		TEST(a_ratio_is_the_share_that_is_sent),
		TEST(a_full_queue_drops_the_newest_and_counts_them),
		TEST(beyond_the_ceiling_there_are_no_spans_and_nothing_breaks),
		TEST(who_holds_a_span_may_ask_it_after_it_was_sent),
		TEST(a_span_may_have_begun_earlier_but_not_later),
		TEST(a_root_may_be_adopted_by_a_trace_that_is_found_later),
		TEST(who_sends_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
