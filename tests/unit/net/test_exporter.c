/* Spans on their way to a collector that has good days and bad ones. The collector is in this process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "iv_exporter.h"
#include "iv_http.h"
#include "iv_json.h"
#include "iv_metrics.h"
#include "iv_trace.h"

enum { EXPORTED, DROPPED, FAILED, REJECTED };
enum { ANSWERS = 16 };

static struct iv_loop *loop;
static struct iv_net *net;
static struct iv_http_server *server;
static struct iv_exporter *exporter;

static struct {
	int status[ANSWERS]; /* of the n-th request; 0: it hangs */
	const char *body[ANSWERS], *retry_after[ANSWERS];
	int requests, spans[ANSWERS];
	int64_t at_us[ANSWERS];
	char authorization[64], content_type[64], service[64];
	struct iv_http_req *hanging;
} collector;

static int count_spans(struct iv_str body)
{
	struct iv_err e = {0};
	cJSON *doc = iv_json_parse(body, &e), *resource, *scope;
	int n;

	assert_non_null(doc);
	resource = cJSON_GetArrayItem(cJSON_GetObjectItem(doc, "resourceSpans"), 0);
	scope = cJSON_GetArrayItem(cJSON_GetObjectItem(resource, "scopeSpans"), 0);
	n = cJSON_GetArraySize(cJSON_GetObjectItem(scope, "spans"));
	resource = cJSON_GetArrayItem(cJSON_GetObjectItem(cJSON_GetObjectItem(resource, "resource"), "attributes"), 0);
	(void)iv_str_copy(collector.service, sizeof(collector.service),
			  iv_json_str(cJSON_GetObjectItem(resource, "value"), "stringValue"));
	cJSON_Delete(doc);
	return n;
}

static void on_gone(void *arg)
{
	(void)arg;
	collector.hanging = NULL;
}

static void on_traces(void *ctx, struct iv_http_req *rq)
{
	int i = collector.requests++;

	(void)ctx;
	assert_true(i < ANSWERS);
	collector.at_us[i] = iv_now_us();
	collector.spans[i] = count_spans(iv_http_body(rq));
	(void)iv_str_copy(collector.authorization, sizeof(collector.authorization), iv_http_header(rq, "authorization"));
	(void)iv_str_copy(collector.content_type, sizeof(collector.content_type), iv_http_header(rq, "content-type"));
	if (!collector.status[i]) {
		collector.hanging = rq;
		iv_http_on_close(rq, on_gone, NULL);
		return;
	}
	if (collector.retry_after[i])
		iv_http_set_header(rq, "Retry-After", iv_str(collector.retry_after[i]));
	iv_http_reply(rq, collector.status[i], "application/json",
		      collector.body[i] ? iv_str(collector.body[i]) : IV_S("{\"partialSuccess\":{}}"));
}

static const struct iv_route routes[] = {
	{"POST", "/v1/traces", on_traces, 8 << 20, 0, "Takes spans"},
	{0},
};

/* ── the house ── */

static void open_exporter(int port, struct iv_exporter_opts o)
{
	static const struct iv_pair headers[] = {{{"Authorization", 13}, {"Bearer k", 8}}, {{"content-type", 12}, {"x", 1}}};
	static const struct iv_pair attrs[] = {{{"service.name", 12}, {"here", 4}}};
	struct iv_err e = {0};
	char url[64];

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/v1/traces", port);
	o.url = iv_str(url);
	o.headers = headers;
	o.header_count = 2;
	o.attrs = attrs;
	o.attr_count = 1;
	o.batch = o.batch ? o.batch : 10;
	o.delay_ms = o.delay_ms ? o.delay_ms : 20;
	o.timeout_ms = o.timeout_ms ? o.timeout_ms : 2000;
	o.flush_ms = o.flush_ms ? o.flush_ms : 2000;
	o.retry_ms = o.retry_ms ? o.retry_ms : 10;
	exporter = iv_exporter_new(net, &o, &e);
	assert_non_null(exporter);
}

static int up(void **state)
{
	struct iv_err e = {0};

	(void)state;
	memset(&collector, 0, sizeof(collector));
	for (int i = 0; i < ANSWERS; i++)
		collector.status[i] = 200;
	iv_metrics_reset();
	loop = iv_loop_new();
	net = iv_net_new(loop, &(struct iv_net_opts){.user_agent = "test"}, &e);
	server = iv_http_listen(net, &(struct iv_http_opts){.address = "127.0.0.1", .header_max = 8192, .body_max = 8192,
							    .header_ms = 1000, .keepalive_ms = 1000, .max_connections = 10},
				routes, NULL, &e);
	assert_non_null(server);
	iv_trace_open(&(struct iv_trace_opts){.sampler = IV_SAMPLE_ALWAYS, .live_max = 1000, .queue_max = 100});
	return 0;
}

static void stop(void *arg)
{
	(void)arg;
	iv_loop_stop(loop);
}

static void close_net(void *arg)
{
	(void)arg;
	iv_net_close(net, stop, NULL);
}

static void close_server(void *arg)
{
	(void)arg;
	iv_http_close(server, close_net, NULL);
}

static int down(void **state)
{
	(void)state;
	iv_exporter_close(exporter, loop, close_server, NULL);
	exporter = NULL;
	iv_loop_run(loop);
	iv_trace_close();
	iv_loop_free(loop);
	return 0;
}

static void give_up(void *arg)
{
	(void)arg;
	fail_msg("it did not come to pass in 10 s");
}

static bool (*wanted)(void);
static struct iv_timer look;

static void on_look(void *arg)
{
	(void)arg;
	if (wanted())
		iv_loop_stop(loop);
	else
		iv_timer_in_ms(&look, 2);
}

static void until(bool (*fn)(void))
{
	struct iv_timer limit;

	wanted = fn;
	iv_timer_init(&limit, loop, give_up, NULL);
	iv_timer_init(&look, loop, on_look, NULL);
	iv_timer_in_ms(&limit, 10000);
	iv_timer_in_ms(&look, 0);
	iv_loop_run(loop);
	iv_timer_stop(&limit);
}

static int spans(int label)
{
	return (int)iv_metric_get(IV_M_trace_spans_total, label);
}

static int settled(void)
{
	return spans(EXPORTED) + spans(DROPPED) + spans(FAILED) + spans(REJECTED);
}

static void make(int n)
{
	for (int i = 0; i < n; i++)
		iv_trace_finish(iv_trace_root("s", IV_SPAN_SERVER, NULL));
}

static int enough;

static bool enough_are_settled(void)
{
	return settled() >= enough;
}

static bool one_is_retried(void)
{
	return iv_metric_get(IV_M_trace_exports_total, 1) > 0;
}

static bool one_hangs(void)
{
	return collector.hanging != NULL;
}

static void until_settled(int n)
{
	enough = n;
	until(enough_are_settled);
}

/* ── tests ── */

static void spans_are_sent_after_a_while(void **state)
{
	int64_t began = iv_now_us();

	(void)state;
	open_exporter(iv_http_port(server), (struct iv_exporter_opts){.delay_ms = 60});
	make(3);
	until_settled(3);
	assert_int_equal(spans(EXPORTED), 3);
	assert_int_equal(collector.requests, 1);
	assert_int_equal(collector.spans[0], 3);
	assert_true(collector.at_us[0] - began >= 55000);
	assert_string_equal(collector.authorization, "Bearer k");
	assert_string_equal(collector.content_type, "application/json");
	assert_string_equal(collector.service, "here");
	make(3); /* and the next after another while */
	until_settled(6);
	assert_int_equal(spans(EXPORTED), 6);
}

static void a_full_batch_goes_at_once(void **state)
{
	int64_t began = iv_now_us();

	(void)state;
	open_exporter(iv_http_port(server), (struct iv_exporter_opts){.delay_ms = 3000});
	make(25);
	until_settled(20);
	assert_true(iv_now_us() - began < 2500000);
	assert_true(collector.spans[0] == 10);
	/* the rest goes when the process ends */
	down(state);
	assert_int_equal(spans(EXPORTED), 25);
	assert_int_equal(collector.requests, 3);
	assert_int_equal(collector.spans[2], 5);
	(void)up(state);
}

static void a_503_with_retry_after_is_offered_again_then(void **state)
{
	(void)state;
	collector.status[0] = 503;
	collector.retry_after[0] = "1";
	collector.body[0] = "not json at all";
	open_exporter(iv_http_port(server), (struct iv_exporter_opts){0});
	make(3);
	until_settled(3);
	assert_int_equal(spans(EXPORTED), 3);
	assert_int_equal(collector.requests, 2);
	assert_int_equal(collector.spans[1], 3);
	assert_true(collector.at_us[1] - collector.at_us[0] >= 990000);
	assert_int_equal((int)iv_metric_get(IV_M_trace_exports_total, 1), 1);
}

static void what_is_passing_is_tried_five_times(void **state)
{
	static const int codes[] = {429, 502, 503, 504, 429};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(codes); i++)
		collector.status[i] = codes[i];
	open_exporter(iv_http_port(server), (struct iv_exporter_opts){0});
	make(3);
	until_settled(3);
	assert_int_equal(spans(FAILED), 3);
	assert_int_equal(collector.requests, 5);
	make(3);
	until_settled(6);
	assert_int_equal(spans(EXPORTED), 3); /* and it begins anew */
}

static void what_is_not_passing_is_lost_at_once(void **state)
{
	(void)state;
	collector.status[0] = 400;
	collector.status[1] = 500;
	open_exporter(iv_http_port(server), (struct iv_exporter_opts){.batch = 3});
	make(3);
	until_settled(3);
	make(3);
	until_settled(6);
	assert_int_equal(spans(FAILED), 6);
	assert_int_equal(collector.requests, 2);
}

static void what_the_collector_rejects_is_counted_and_not_repeated(void **state)
{
	(void)state;
	collector.body[0] = "{\"partialSuccess\":{\"rejectedSpans\":\"2\",\"errorMessage\":\"too old\"}}";
	open_exporter(iv_http_port(server), (struct iv_exporter_opts){0});
	make(3);
	until_settled(3);
	assert_int_equal(spans(EXPORTED), 1);
	assert_int_equal(spans(REJECTED), 2);
	assert_int_equal(collector.requests, 1);
}

static void garbage_behind_a_200_is_a_success(void **state)
{
	(void)state;
	collector.body[0] = "\x1f\x8b garbage { \"partialSuccess";
	open_exporter(iv_http_port(server), (struct iv_exporter_opts){0});
	make(3);
	until_settled(3);
	assert_int_equal(spans(EXPORTED), 3);
	collector.body[1] = "{\"partialSuccess\":{\"rejectedSpans\":\"-5\"}}";
	make(3);
	until_settled(6);
	assert_int_equal(spans(EXPORTED), 6);
}

static void a_collector_that_hangs_costs_spans_and_nothing_else(void **state)
{
	(void)state;
	collector.status[0] = 0;
	open_exporter(iv_http_port(server), (struct iv_exporter_opts){.timeout_ms = 300});
	make(10);
	until(one_hangs);
	make(150); /* returns at once: the queue takes 100 */
	assert_int_equal(iv_trace_waiting(), 100);
	assert_int_equal(spans(DROPPED), 50);
	until_settled(160);
	assert_int_equal(spans(FAILED), 10);
	assert_int_equal(spans(EXPORTED), 100);
}

static void nobody_there_is_tried_again(void **state)
{
	(void)state;
	open_exporter(1, (struct iv_exporter_opts){0}); /* port 1: refused */
	make(3);
	until_settled(3);
	assert_int_equal(spans(FAILED), 3);
	assert_int_equal((int)iv_metric_get(IV_M_trace_exports_total, 1), 4);
}

static void closing_sends_what_waits(void **state)
{
	(void)state;
	open_exporter(iv_http_port(server), (struct iv_exporter_opts){.delay_ms = 60000});
	make(34);
	down(state);
	assert_int_equal(spans(EXPORTED), 34);
	assert_int_equal(collector.requests, 4);
	(void)up(state);
}

static void closing_does_not_wait_for_a_collector_that_hangs(void **state)
{
	int64_t began = iv_now_us();

	(void)state;
	collector.status[0] = 0;
	open_exporter(iv_http_port(server), (struct iv_exporter_opts){.delay_ms = 60000, .flush_ms = 200, .timeout_ms = 30000});
	make(34);
	down(state);
	assert_true(iv_now_us() - began < 3000000);
	assert_int_equal(spans(FAILED), 10);
	assert_int_equal(spans(DROPPED), 24);
	(void)up(state);
}

static void closing_while_it_waits_to_try_again_tries_once_more(void **state)
{
	(void)state;
	collector.status[0] = 503;
	collector.retry_after[0] = "50";
	open_exporter(iv_http_port(server), (struct iv_exporter_opts){0});
	make(3);
	until(one_is_retried);
	down(state);
	assert_int_equal(spans(EXPORTED), 3);
	assert_int_equal(collector.requests, 2);
	(void)up(state);
}

static void an_address_that_is_none_is_refused(void **state)
{
	struct iv_err e = {0};

	(void)state;
	assert_null(iv_exporter_new(net, &(struct iv_exporter_opts){.url = IV_S("collector:4318")}, &e));
	assert_int_equal(e.code, IV_EINVAL);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, up, down)
	const struct CMUnitTest tests[] = {
		TEST(spans_are_sent_after_a_while),
		TEST(a_full_batch_goes_at_once),
		TEST(a_503_with_retry_after_is_offered_again_then),
		TEST(what_is_passing_is_tried_five_times),
		TEST(what_is_not_passing_is_lost_at_once),
		TEST(what_the_collector_rejects_is_counted_and_not_repeated),
		TEST(garbage_behind_a_200_is_a_success),
		TEST(a_collector_that_hangs_costs_spans_and_nothing_else),
		TEST(nobody_there_is_tried_again),
		TEST(closing_sends_what_waits),
		TEST(closing_does_not_wait_for_a_collector_that_hangs),
		TEST(closing_while_it_waits_to_try_again_tries_once_more),
		TEST(an_address_that_is_none_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
