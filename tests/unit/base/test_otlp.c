/* Spans as the collector gets them, against documents written by hand. */
#include "check.h"

#include <stdlib.h>

#include "iv_json.h"
#include "iv_otlp.h"

static const struct iv_pair attrs[] = {{{"service.name", 12}, {"invorto", 7}}};
static const struct iv_otlp_resource resource = {attrs, 1, "1.2.3"};

static void fill_ids(struct iv_span *s)
{
	for (uint8_t i = 0; i < 16; i++)
		s->trace_id[i] = (uint8_t)(0xa0 + i);
	for (uint8_t i = 0; i < 8; i++)
		s->id[i] = (uint8_t)(i + 1);
}

static struct iv_span *plain(void)
{
	struct iv_span *s = calloc(1, sizeof(*s));

	fill_ids(s);
	s->recorded = true;
	s->flags = 1;
	s->kind = IV_SPAN_SERVER;
	memcpy(s->name, "call", 5);
	s->start_us = 1000000;
	s->end_us = 2500000;
	s->wall_us = 1700000000000000;
	return s;
}

static void discard(struct iv_span *s)
{
	iv_span_reset(s);
	free(s);
}

static void a_span_is_written_as_the_protocol_wants_it(void **state)
{
	static const char wanted[] =
		"{\"resourceSpans\":[{\"resource\":{\"attributes\":["
		"{\"key\":\"service.name\",\"value\":{\"stringValue\":\"invorto\"}}]},"
		"\"scopeSpans\":[{\"scope\":{\"name\":\"invorto\",\"version\":\"1.2.3\"},\"spans\":["
		"{\"traceId\":\"a0a1a2a3a4a5a6a7a8a9aaabacadaeaf\",\"spanId\":\"0102030405060708\","
		"\"parentSpanId\":\"ff00000000000001\",\"traceState\":\"a=b\",\"flags\":769,"
		"\"name\":\"call\",\"kind\":2,"
		"\"startTimeUnixNano\":\"1700000001000000000\",\"endTimeUnixNano\":\"1700000002500000000\","
		"\"attributes\":["
		"{\"key\":\"gen_ai.request.model\",\"value\":{\"stringValue\":\"gpt \\\"4\\\"\"}},"
		"{\"key\":\"gen_ai.usage.input_tokens\",\"value\":{\"intValue\":\"9007199254740993\"}},"
		"{\"key\":\"ttfb\",\"value\":{\"doubleValue\":0.25}},"
		"{\"key\":\"cancelled\",\"value\":{\"boolValue\":true}},"
		"{\"key\":\"error.type\",\"value\":{\"stringValue\":\"timeout\"}}],"
		"\"events\":[{\"timeUnixNano\":\"1700000001200000000\",\"name\":\"first_token\"}],"
		"\"status\":{\"code\":2}}]}]}]}";
	struct iv_span *s = plain();
	struct iv_buf out;

	(void)state;
	s->has_parent = s->remote_parent = true;
	s->parent_id[0] = 0xff;
	s->parent_id[7] = 1;
	s->state = strdup("a=b");
	iv_span_set(s, "gen_ai.request.model", IV_S("gpt \"4\""));
	iv_span_set_int(s, "gen_ai.usage.input_tokens", INT64_C(9007199254740993));
	iv_span_set_num(s, "ttfb", 0.25);
	iv_span_set_bool(s, "cancelled", true);
	iv_span_event(s, "first_token", 1200000);
	iv_span_event(s, "never", -1);
	iv_span_error(s, "timeout");
	iv_buf_init(&out, 65536);
	assert_int_equal(iv_otlp_write(&out, &resource, &s, 1), 1);
	assert_int_equal(out.len, strlen(wanted));
	assert_memory_equal(out.ptr, wanted, out.len);
	iv_buf_deinit(&out);
	discard(s);
}

static void a_span_without_anything_has_no_parent_and_no_events(void **state)
{
	struct iv_span *s = plain();
	struct iv_buf out;

	(void)state;
	iv_buf_init(&out, 65536);
	assert_int_equal(iv_otlp_write(&out, &resource, &s, 1), 1);
	assert_true(iv_buf_addc(&out, '\0'));
	assert_null(strstr(out.ptr, "parentSpanId"));
	assert_null(strstr(out.ptr, "traceState"));
	assert_null(strstr(out.ptr, "events"));
	assert_null(strstr(out.ptr, "dropped"));
	assert_non_null(strstr(out.ptr, "\"flags\":257,"));
	assert_non_null(strstr(out.ptr, "\"attributes\":[],\"status\":{}}]}]}]}"));
	iv_buf_deinit(&out);
	discard(s);
}

static void what_has_no_room_in_a_span_is_counted(void **state)
{
	static const char *const keys[] = {"k0", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "k9",
					   "l0", "l1", "l2", "l3", "l4", "l5", "l6", "l7", "l8", "l9",
					   "m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9"};
	struct iv_span *s = plain();
	char longer[400];
	struct iv_buf out;

	(void)state;
	for (size_t i = 0; i < IV_COUNT(keys); i++)
		iv_span_set_int(s, keys[i], (int64_t)i);
	iv_span_set_int(s, "k3", 33); /* there already */
	for (size_t i = 0; i < IV_SPAN_EVENTS + 3; i++)
		iv_span_event(s, "e", 1);
	assert_int_equal(s->attr_count, IV_SPAN_ATTRS);
	assert_int_equal(s->attrs_dropped, IV_COUNT(keys) - IV_SPAN_ATTRS);
	assert_int_equal(s->events_dropped, 3);
	assert_int_equal(s->attrs[3].v.i, 33);
	iv_buf_init(&out, 65536);
	assert_int_equal(iv_otlp_write(&out, &resource, &s, 1), 1);
	assert_true(iv_buf_addc(&out, '\0'));
	assert_non_null(strstr(out.ptr, "\"droppedAttributesCount\":2,"));
	assert_non_null(strstr(out.ptr, "\"droppedEventsCount\":3,"));
	discard(s);

	s = plain();
	memset(longer, 'x', sizeof(longer));
	for (size_t i = 0; i < 10; i++)
		iv_span_set(s, keys[i], (struct iv_str){longer, sizeof(longer)});
	assert_int_equal(s->attr_count, IV_SPAN_TEXT / IV_SPAN_VALUE);
	assert_int_equal(s->attrs[0].len, IV_SPAN_VALUE);
	assert_int_equal(s->attrs_dropped, 10 - IV_SPAN_TEXT / IV_SPAN_VALUE);
	iv_buf_deinit(&out);
	discard(s);
}

static void content_is_written_only_where_it_is_allowed(void **state)
{
	struct iv_span *s = plain();
	char *large = malloc(IV_SPAN_CONTENT + 1);
	struct iv_buf out;

	(void)state;
	memset(large, 'x', IV_SPAN_CONTENT + 1);
	iv_span_content(s, "gen_ai.what", 1000000, "gen_ai.input.messages", IV_S("[\"hello\"]"));
	assert_null(s->content[0]);
	s->content_allowed = true;
	iv_span_content(s, "gen_ai.what", 1000000, "gen_ai.input.messages", IV_S("[\"hello\"]"));
	iv_span_content(s, "gen_ai.what", 1000000, "gen_ai.output.messages",
			(struct iv_str){large, IV_SPAN_CONTENT + 1});
	assert_int_equal(s->events_dropped, 1);
	iv_buf_init(&out, 65536);
	assert_int_equal(iv_otlp_write(&out, &resource, &s, 1), 1);
	assert_true(iv_buf_addc(&out, '\0'));
	assert_non_null(strstr(out.ptr, "\"events\":[{\"timeUnixNano\":\"1700000001000000000\",\"name\":\"gen_ai.what\","
					"\"attributes\":[{\"key\":\"gen_ai.input.messages\",\"value\":"
					"{\"stringValue\":\"[\\\"hello\\\"]\"}}]}]"));
	iv_buf_deinit(&out);
	free(large);
	discard(s);
}

static void a_span_that_is_not_recorded_or_finished_takes_nothing(void **state)
{
	struct iv_span *s = plain();

	(void)state;
	s->recorded = false;
	iv_span_set_int(s, "k", 1);
	s->recorded = s->finished = true;
	iv_span_set(s, "k", IV_S("v"));
	iv_span_event(s, "e", 1);
	iv_span_error(s, "timeout");
	iv_span_name(s, "other");
	assert_int_equal(s->attr_count + s->event_count + (unsigned)s->status, 0);
	assert_string_equal(s->name, "call");
	discard(s);
	iv_span_set_int(NULL, "k", 1);
	iv_span_name(NULL, "x");
	iv_span_content(NULL, "e", 1, "k", IV_S("v"));
}

static void as_many_spans_are_written_as_fit(void **state)
{
	struct iv_span *spans[20];
	struct iv_err e = {0};
	struct iv_buf out;
	size_t n, all = 0;

	(void)state;
	for (size_t i = 0; i < IV_COUNT(spans); i++) {
		spans[i] = plain();
		spans[i]->id[0] = (uint8_t)i;
		iv_span_set(spans[i], "k", IV_S("\xff\"\\\n\x01"));
	}
	iv_buf_init(&out, 2000);
	while (all < IV_COUNT(spans)) {
		cJSON *doc, *list;

		iv_buf_clear(&out);
		n = iv_otlp_write(&out, &resource, spans + all, IV_COUNT(spans) - all);
		assert_true(n > 1 && n < IV_COUNT(spans));
		doc = iv_json_parse(iv_buf_str(&out), &e);
		assert_non_null(doc);
		list = cJSON_GetObjectItem(
			cJSON_GetArrayItem(cJSON_GetObjectItem(cJSON_GetArrayItem(cJSON_GetObjectItem(doc, "resourceSpans"), 0),
							       "scopeSpans"), 0), "spans");
		assert_int_equal(cJSON_GetArraySize(list), n);
		cJSON_Delete(doc);
		all += n;
	}
	assert_int_equal(all, IV_COUNT(spans));
	iv_buf_deinit(&out);
	iv_buf_init(&out, 300);
	assert_true(iv_buf_adds(&out, IV_S("before")));
	assert_int_equal(iv_otlp_write(&out, &resource, spans, 1), 0);
	assert_int_equal(out.len, 6);
	assert_int_equal(iv_otlp_write(&out, &resource, spans, 0), 0);
	iv_buf_deinit(&out);
	for (size_t i = 0; i < IV_COUNT(spans); i++)
		discard(spans[i]);
}

static void lists_of_pairs_are_read(void **state)
{
	struct iv_arena arena;
	struct iv_pair pairs[4];
	struct iv_err e = {0};
	size_t n;

	(void)state;
	iv_arena_init(&arena, 65536);
	assert_true(iv_otlp_pairs(IV_S(" Authorization = Basic%20QTpC+/== ,x=,, y=a=b"), &arena, pairs, 4, &n, &e));
	assert_int_equal(n, 3);
	assert_true(iv_str_eq(pairs[0].name, IV_S("Authorization")));
	assert_true(iv_str_eq(pairs[0].value, IV_S("Basic QTpC+/==")));
	assert_int_equal(pairs[1].value.len, 0);
	assert_true(iv_str_eq(pairs[2].value, IV_S("a=b")));
	assert_true(iv_otlp_pairs(IV_S(""), &arena, pairs, 4, &n, &e));
	assert_int_equal(n, 0);
	assert_false(iv_otlp_pairs(IV_S("a=secret%2,"), &arena, pairs, 4, &n, &e));
	assert_null(strstr(e.msg, "secret"));
	e = (struct iv_err){0};
	assert_false(iv_otlp_pairs(IV_S("a=1,novalue"), &arena, pairs, 4, &n, &e));
	assert_non_null(strstr(e.msg, "entry 2"));
	e = (struct iv_err){0};
	assert_false(iv_otlp_pairs(IV_S("a=1,=2"), &arena, pairs, 4, &n, &e));
	e = (struct iv_err){0};
	assert_false(iv_otlp_pairs(IV_S("a=1,b=1,c=1,d=1,e=1"), &arena, pairs, 4, &n, &e));
	iv_arena_deinit(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_span_is_written_as_the_protocol_wants_it),
		cmocka_unit_test(a_span_without_anything_has_no_parent_and_no_events),
		cmocka_unit_test(what_has_no_room_in_a_span_is_counted),
		cmocka_unit_test(content_is_written_only_where_it_is_allowed),
		cmocka_unit_test(a_span_that_is_not_recorded_or_finished_takes_nothing),
		cmocka_unit_test(as_many_spans_are_written_as_fit),
		cmocka_unit_test(lists_of_pairs_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
