/* The registry's text, against lines written by hand from Prometheus's text format 0.0.4. */
#include "check.h"

#include <math.h>

#include "iv_metrics.h"

static struct iv_buf text;

static int set_up(void **state)
{
	(void)state;
	iv_metrics_reset();
	iv_buf_init(&text, 1 << 20);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	iv_buf_deinit(&text);
	return 0;
}

static void a_histogram_is_bare_cumulative_and_complete(void **state)
{
	(void)state;
	iv_metric_observe(IV_M_cost_per_call_inr, 0, 0.1); /* a bound belongs to its bucket */
	iv_metric_observe(IV_M_cost_per_call_inr, 0, 3.5);
	iv_metric_observe(IV_M_cost_per_call_inr, 0, 900);
	iv_metric_observe(IV_M_cost_per_call_inr, 0, NAN);
	assert_true(iv_metrics_text(&text));
	check_holds(iv_buf_str(&text), "\n# HELP cost_per_call_inr Cost of an ended call in INR\n"
				       "# TYPE cost_per_call_inr histogram\n"
				       "cost_per_call_inr_bucket{le=\"0.1\"} 1\n"
				       "cost_per_call_inr_bucket{le=\"0.2\"} 1\n"
				       "cost_per_call_inr_bucket{le=\"0.5\"} 1\n"
				       "cost_per_call_inr_bucket{le=\"1\"} 1\n"
				       "cost_per_call_inr_bucket{le=\"2\"} 1\n"
				       "cost_per_call_inr_bucket{le=\"5\"} 2\n"
				       "cost_per_call_inr_bucket{le=\"10\"} 2\n"
				       "cost_per_call_inr_bucket{le=\"20\"} 2\n"
				       "cost_per_call_inr_bucket{le=\"50\"} 2\n"
				       "cost_per_call_inr_bucket{le=\"100\"} 2\n"
				       "cost_per_call_inr_bucket{le=\"200\"} 2\n"
				       "cost_per_call_inr_bucket{le=\"500\"} 2\n"
				       "cost_per_call_inr_bucket{le=\"+Inf\"} 3\n"
				       "cost_per_call_inr_sum 903.6\n"
				       "cost_per_call_inr_count 3\n"
				       "# HELP ");
	assert_int_equal(iv_metric_count(IV_M_cost_per_call_inr, 0), 3);
	assert_true(fabs(iv_metric_get(IV_M_cost_per_call_inr, 0) - 903.6) < 1e-9);
}

static void a_labelled_counter_has_a_line_for_each_value(void **state)
{
	(void)state;
	iv_metric_add(IV_M_calls_started_total, 1, 1);
	iv_metric_add(IV_M_calls_started_total, 1, 2);
	assert_true(iv_metrics_text(&text));
	check_holds(iv_buf_str(&text),
		    "# HELP invorto_calls_started_total Calls that were accepted\n"
		    "# TYPE invorto_calls_started_total counter\n"
		    "invorto_calls_started_total{leg=\"browser\"} 0\n"
		    "invorto_calls_started_total{leg=\"jambonz\"} 3\n"
		    "invorto_calls_started_total{leg=\"twilio\"} 0\n");
}

static void a_gauge_goes_up_and_down(void **state)
{
	(void)state;
	iv_metric_add(IV_M_calls_live, 0, 5);
	iv_metric_add(IV_M_calls_live, 0, -2);
	iv_metric_set(IV_M_http_connections, 0, 12000);
	assert_true(iv_metric_get(IV_M_calls_live, 0) == 3);
	assert_true(iv_metrics_text(&text));
	check_holds(iv_buf_str(&text), "# TYPE invorto_calls_live gauge\ninvorto_calls_live 3\n");
	check_holds(iv_buf_str(&text), "\ninvorto_http_connections 12000\n");
	check_holds(iv_buf_str(&text), "\ninvorto_build_info 1\n");
}

static void the_first_names_are_bare_and_no_others(void **state)
{
	static const char *const bare[] = {"asr_first_partial_ms", "eou_ms",
					   "llm_first_token_ms",   "tts_first_chunk_ms",
					   "bargein_cutoff_ms",	   "cost_per_call_inr",
					   "telephony_active_semaphores", "telephony_max_semaphores",
					   "telephony_semaphore_leaks_total", "telephony_stuck_calls_total",
					   "telephony_call_timeouts_total", "telephony_blocked_ips_total"};
	struct iv_str rest, line;
	size_t found = 0;

	(void)state;
	assert_true(iv_metrics_text(&text));
	rest = iv_buf_str(&text);
	while (iv_str_split(&rest, '\n', &line)) {
		struct iv_str prefix = IV_S("# TYPE ");

		if (!iv_str_starts(line, prefix))
			continue;
		line = (struct iv_str){line.ptr + prefix.len, line.len - prefix.len};
		if (iv_str_starts(line, IV_S("invorto_")))
			continue;
		assert_true(found < IV_COUNT(bare));
		assert_true(iv_str_starts(line, iv_str(bare[found])));
		found++;
	}
	assert_int_equal(found, IV_COUNT(bare));
}

static void every_line_is_a_comment_or_a_sample(void **state)
{
	struct iv_str rest, line;

	(void)state;
	assert_true(iv_metrics_text(&text));
	rest = iv_buf_str(&text);
	assert_true(iv_str_ends(rest, IV_S("\n")));
	while (iv_str_split(&rest, '\n', &line)) {
		ptrdiff_t blank;
		double value;

		if (iv_str_starts(line, IV_S("# HELP ")) || iv_str_starts(line, IV_S("# TYPE ")))
			continue;
		blank = iv_str_find(line, IV_S(" "), 0);
		assert_true(blank > 0);
		assert_true(iv_str_to_double(
			(struct iv_str){line.ptr + blank + 1, line.len - (size_t)blank - 1},
			&value));
	}
}

static void a_full_buffer_is_said(void **state)
{
	struct iv_buf small;

	(void)state;
	iv_buf_init(&small, 1000);
	assert_false(iv_metrics_text(&small));
	iv_buf_deinit(&small);
}

int main(void)
{
#define METRICS_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		METRICS_TEST(a_histogram_is_bare_cumulative_and_complete),
		METRICS_TEST(a_labelled_counter_has_a_line_for_each_value),
		METRICS_TEST(a_gauge_goes_up_and_down),
		METRICS_TEST(the_first_names_are_bare_and_no_others),
		METRICS_TEST(every_line_is_a_comment_or_a_sample),
		METRICS_TEST(a_full_buffer_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
