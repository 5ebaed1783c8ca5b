/* See call_driver.h. */
#include "call_driver.h"

static struct iv_str keep(struct driver *d, struct iv_str s)
{
	return s.len ? iv_arena_str(&d->texts, s) : IV_STR_NULL;
}

static void on_act(void *arg, const struct iv_action *a)
{
	struct driver *d = arg;
	struct seen *s;

	if (d->off_hook)
		driver_fail(d, "%s after the end", iv_action_names[a->type]);
	if (d->after)
		d->after(d->onlooker, d, a);
	if (d->seen_count == d->seen_cap) {
		d->seen_cap = d->seen_cap ? 2 * d->seen_cap : 256;
		d->seen = realloc(d->seen, d->seen_cap * sizeof(*d->seen));
		assert_non_null(d->seen);
	}
	s = &d->seen[d->seen_count++];
	*s = (struct seen){d->now_us, *a};
	s->a.id = keep(d, a->id);
	s->a.name = keep(d, a->name);
	s->a.text = keep(d, a->text);
	d->off_hook = a->type == IV_ACT_END;
	if (a->type == IV_ACT_LLM_ASK)
		d->gen = a->gen;
	if (a->type == IV_ACT_LEG_CLEAR)
		d->epoch = a->gen;
	if (a->type == IV_ACT_TTS_SAY) {
		d->utt = a->utt;
		if (d->auto_tts && d->due_count < IV_COUNT(d->due)) {
			d->due[d->due_count].utt = a->utt;
			d->due[d->due_count++].chars = a->text.len;
		}
	}
}

void driver_fail(struct driver *d, const char *fmt, ...)
{
	char why[512];
	struct iv_buf line;
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	for (size_t i = 0; i < d->seen_count; i++) {
		iv_buf_init(&line, 65536);
		if (iv_action_print(&line, d->seen[i].now_us, &d->seen[i].a))
			print_error("%s%.*s", i == d->cursor ? "-->\n" : "", IV_FMT(iv_buf_str(&line)));
		iv_buf_deinit(&line);
	}
	iv_call_describe(d->call, (char[200]){0}, 200);
	fail_msg("%s", why);
	abort();
}

void step(struct driver *d, struct iv_event ev)
{
	ev.now_us = d->now_us;
	if (d->before)
		d->before(d->onlooker, d, &ev);
	iv_call_step(d->call, &ev);
	iv_call_check(d->call);
	while (d->due_count) {
		uint32_t utt = d->due[0].utt;
		int64_t ms = (int64_t)d->due[0].chars * 60;

		memmove(d->due, d->due + 1, --d->due_count * sizeof(d->due[0]));
		audio(d, utt, ms);
		tts_done(d, utt);
	}
}

void driver_init(struct driver *d)
{
	*d = (struct driver){.rate_hz = 16000, .leg = IV_LEG_BROWSER, .auto_tts = true};
	iv_call_opts_shape.defaults(&d->opts);
	iv_arena_init(&d->texts, 64u << 20);
	iv_buf_init(&d->json, 4u << 20);
}

void driver_start(struct driver *d, const char *agent)
{
	struct iv_arena memory;
	struct iv_agent a;
	struct iv_err e = {0};
	struct iv_buf text;
	cJSON *json;

	iv_arena_init(&memory, 1u << 20);
	iv_buf_init(&text, 65536);
	assert_true(iv_buf_printf(&text, "{%s}", agent));
	json = iv_json_parse(iv_buf_str(&text), &e);
	if (!json || !iv_shape_read(&iv_agent_shape, json, &a, &memory, &e) || !iv_agent_check(&a, &e))
		fail_msg("agent: %s %s", e.field, e.msg);
	cJSON_Delete(json);
	iv_buf_deinit(&text);
	d->call = iv_call_new(&a, &d->opts, on_act, d);
	iv_arena_deinit(&memory);
	step(d,
	     (struct iv_event){
		     .type = IV_EV_START, .leg = d->leg, .rate_hz = d->rate_hz, .resumable = true});
	step(d, (struct iv_event){.type = IV_EV_ASR_READY, .text = IV_S("test")});
	run(d, 20);
}

void call_start_on(struct driver *d, enum iv_leg_kind leg, int rate_hz, const char *agent)
{
	driver_init(d);
	d->leg = leg;
	d->rate_hz = rate_hz;
	driver_start(d, agent);
}

void call_start(struct driver *d, const char *agent)
{
	call_start_on(d, IV_LEG_BROWSER, 16000, agent);
}

void call_stop(struct driver *d)
{
	iv_call_free(d->call);
	free(d->seen);
	iv_arena_deinit(&d->texts);
	iv_buf_deinit(&d->json);
}

/* ── verbs ── */

void say_levels(struct driver *d, int64_t ms, int db)
{
	for (int64_t t = 0; t < ms; t += 20) {
		d->now_us += 20 * MS;
		if (!d->no_frames)
			step(d, (struct iv_event){.type = IV_EV_FRAME, .level = {(int16_t)(db * 10), 40}});
		step(d, (struct iv_event){.type = IV_EV_TICK});
	}
}

void run(struct driver *d, int64_t ms)
{
	say_levels(d, ms, -70);
}

void partial(struct driver *d, const char *text)
{
	happens_text(d, IV_EV_ASR_PARTIAL, text);
}

void final(struct driver *d, const char *text, double confidence)
{
	step(d, (struct iv_event){.type = IV_EV_ASR_FINAL, .text = iv_str(text), .confidence = confidence});
}

void final_eot(struct driver *d, const char *text)
{
	step(d, (struct iv_event){
			.type = IV_EV_ASR_FINAL, .text = iv_str(text), .confidence = 0.95, .flag = true});
}

void llm(struct driver *d, const char *text)
{
	happens_text(d, IV_EV_LLM_DELTA, text);
}

void llm_done(struct driver *d)
{
	step(d, (struct iv_event){.type = IV_EV_LLM_DONE, .gen = d->gen, .a = 100, .b = 20});
}

void llm_tool(struct driver *d, const char *id, const char *name, const char *args)
{
	step(d, (struct iv_event){.type = IV_EV_LLM_TOOL,
				  .gen = d->gen,
				  .id = iv_str(id),
				  .name = iv_str(name),
				  .text = iv_str(args)});
}

void audio_at(struct driver *d, uint32_t utt, int64_t ms, int db)
{
	uint8_t levels[4096];
	size_t n = (size_t)((ms + 19) / 20);

	if (n > sizeof(levels))
		n = sizeof(levels);
	memset(levels, -db, n);
	step(d, (struct iv_event){.type = IV_EV_TTS_AUDIO,
				  .utt = utt,
				  .samples = ms * d->rate_hz / 1000,
				  .levels = levels,
				  .level_count = n});
}

void audio(struct driver *d, uint32_t utt, int64_t ms)
{
	audio_at(d, utt, ms, -20);
}

void tts_done(struct driver *d, uint32_t utt)
{
	step(d, (struct iv_event){.type = IV_EV_TTS_DONE, .utt = utt});
}

void tool_answers(struct driver *d, const char *id, const char *json)
{
	step(d, (struct iv_event){
			.type = IV_EV_TOOL_RESULT, .id = iv_str(id), .text = iv_str(json), .flag = true});
}

void mark_back(struct driver *d, const struct iv_mark *m, bool cleared)
{
	step(d, (struct iv_event){.type = IV_EV_MARK, .mark = *m, .cleared = cleared});
}

void press(struct driver *d, const char *digits)
{
	for (; *digits; digits++) {
		step(d, (struct iv_event){.type = IV_EV_DTMF, .text = {digits, 1}});
		run(d, 100);
	}
}

void happens(struct driver *d, enum iv_event_type type)
{
	step(d, (struct iv_event){.type = type, .gen = d->gen, .utt = d->utt});
}

void happens_text(struct driver *d, enum iv_event_type type, const char *text)
{
	step(d, (struct iv_event){.type = type, .gen = d->gen, .utt = d->utt, .text = iv_str(text)});
}

void run_until(struct driver *d, enum iv_action_type type, int64_t at_most_ms)
{
	for (int64_t t = 0; t <= at_most_ms; t += 20) {
		for (size_t i = d->cursor; i < d->seen_count; i++)
			if (d->seen[i].a.type == type) {
				d->cursor = i + 1;
				return;
			}
		run(d, 20);
	}
	driver_fail(d, "no %s within %lld ms", iv_action_names[type], (long long)at_most_ms);
}

void ask(struct driver *d, const char *text)
{
	say_levels(d, 600, -25);
	run(d, 60);
	forget(d);
	final(d, text, 0.95);
	run_until(d, IV_ACT_LLM_ASK, 3500);
}

void answer(struct driver *d, const char *text)
{
	llm(d, text);
	llm_done(d);
}

/* ── wants ── */

const struct seen *want_text(struct driver *d, enum iv_action_type type, const char *text)
{
	for (size_t i = d->cursor; i < d->seen_count; i++)
		if (d->seen[i].a.type == type && (!text || iv_str_eq(d->seen[i].a.text, iv_str(text)))) {
			d->cursor = i + 1;
			return &d->seen[i];
		}
	driver_fail(d, "no %s%s%s", iv_action_names[type], text ? " with the text " : "", text ? text : "");
}

const struct seen *want(struct driver *d, enum iv_action_type type)
{
	return want_text(d, type, NULL);
}

static const struct seen *find_note(struct driver *d, const char *kind)
{
	for (size_t i = d->cursor; i < d->seen_count; i++)
		if (d->seen[i].a.type == IV_ACT_NOTE && iv_str_eq(d->seen[i].a.name, iv_str(kind)))
			return &d->seen[i];
	return NULL;
}

const struct seen *want_note(struct driver *d, const char *kind)
{
	const struct seen *s = find_note(d, kind);

	if (!s)
		driver_fail(d, "no note %s", kind);
	d->cursor = (size_t)(s - d->seen) + 1;
	return s;
}

void want_no_note(struct driver *d, const char *kind)
{
	if (find_note(d, kind))
		driver_fail(d, "a note %s", kind);
}

void want_none(struct driver *d, enum iv_action_type type)
{
	for (size_t i = d->cursor; i < d->seen_count; i++)
		if (d->seen[i].a.type == type)
			driver_fail(d, "%s at %.3f, none was wanted", iv_action_names[type],
				    (double)d->seen[i].now_us / 1e6);
}

void forget(struct driver *d)
{
	d->cursor = d->seen_count;
}

size_t count_of(const struct driver *d, enum iv_action_type type)
{
	size_t n = 0;

	for (size_t i = 0; i < d->seen_count; i++)
		n += d->seen[i].a.type == type;
	return n;
}

const struct seen *last_of(struct driver *d, enum iv_action_type type)
{
	for (size_t i = d->seen_count; i-- > 0;)
		if (d->seen[i].a.type == type)
			return &d->seen[i];
	driver_fail(d, "never %s", iv_action_names[type]);
}

void want_ended(struct driver *d, const char *reason)
{
	if (!iv_call_ended(d->call))
		driver_fail(d, "the call lives, want it ended by %s", reason);
	if (strcmp(iv_call_end_reason(d->call), reason) != 0)
		driver_fail(d, "ended by %s, want %s", iv_call_end_reason(d->call), reason);
	assert_int_equal(count_of(d, IV_ACT_END), 1);
}

cJSON *messages(struct driver *d)
{
	struct iv_err e = {0};
	cJSON *json;

	iv_buf_clear(&d->json);
	assert_true(iv_call_messages(d->call, &d->json));
	json = iv_json_parse(iv_buf_str(&d->json), &e);
	if (!json)
		driver_fail(d, "messages are no JSON: %s", e.msg);
	return json;
}

void want_message(struct driver *d, int from_end, const char *role, const char *content)
{
	cJSON *all = messages(d);
	const cJSON *m = cJSON_GetArrayItem(all, cJSON_GetArraySize(all) - 1 - from_end);
	struct iv_str r = iv_json_str(m, "role"), t = iv_json_str(m, "content");

	if (!iv_str_eq(r, iv_str(role)) || !iv_str_eq(t, iv_str(content)))
		driver_fail(d, "message %d from the end is not %s \"%s\" in %.*s", from_end, role, content,
			    IV_FMT(iv_buf_str(&d->json)));
	cJSON_Delete(all);
}
