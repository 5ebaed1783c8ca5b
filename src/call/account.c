/* A journal read as an account: the machine is stepped through it and watched. */
#include "iv_account.h"

#include "iv_time.h"

enum { TIMELINE_SPARE = 256, TURNS_BYTES = 16 << 20, LINES_BYTES = 16 << 20, HANGING_MS = 20 };

struct reader {
	struct iv_account *a;
	const struct iv_call *call;
	int64_t now_us;
	int64_t seq;
	size_t timeline_max;
	bool full;
	/* Who serves now; what was used goes to their account. */
	struct iv_str asr, llm, tts;
	struct iv_usage before;
};

/* ── usage by provider ── */

static void add_units(struct iv_account *a, const char *type, const char *unit, struct iv_str provider, double units)
{
	struct iv_account_line *last = NULL;

	if (units <= 0)
		return;
	for (size_t i = 0; i < a->line_count; i++) {
		struct iv_account_line *l = &a->lines[i];

		if (strcmp(l->type, type) != 0 || strcmp(l->unit, unit) != 0)
			continue;
		last = l;
		if (iv_str_eq(l->provider, provider)) {
			l->units += units;
			return;
		}
	}
	if (a->line_count == IV_ACCOUNT_LINES) {
		if (last)
			last->units += units;
		return;
	}
	a->lines[a->line_count++] = (struct iv_account_line){type, unit, provider, units};
}

/* What this step used belongs to who served when it began; a switch takes effect behind it. */
static void share_out(struct reader *r)
{
	struct iv_usage now;
	const struct iv_usage *was = &r->before;

	iv_call_usage(r->call, &now);
	add_units(r->a, "stt", "minute", r->asr, (double)(now.asr_ms - was->asr_ms) / 60000.0);
	add_units(r->a, "tts", "character", r->tts, (double)(now.tts_chars - was->tts_chars));
	add_units(r->a, "llm", "token_in", r->llm, (double)(now.llm_in - was->llm_in));
	add_units(r->a, "llm", "token_out", r->llm, (double)(now.llm_out - was->llm_out));
	add_units(r->a, "other", "call", IV_S("tool"), (double)(now.tool_calls - was->tool_calls));
	r->before = now;
}

static struct iv_str first_of(const struct iv_strs *list)
{
	return list->count ? list->items[0] : IV_STR_NULL;
}

static void note_server(struct reader *r, const struct iv_event *ev, struct iv_arena *arena)
{
	struct iv_str *who = ev->type == IV_EV_ASR_SWITCHED || ev->type == IV_EV_ASR_READY ? &r->asr
			     : ev->type == IV_EV_LLM_SWITCHED                              ? &r->llm
			     : ev->type == IV_EV_TTS_SWITCHED                              ? &r->tts
											   : NULL;

	if (who && ev->text.len && !iv_str_eq(*who, ev->text)) {
		struct iv_str copy = iv_arena_str(arena, ev->text);

		*who = copy.ptr ? copy : *who; /* an arena that is full keeps the old name */
	}
}

/* ── the timeline ── */

static void write_entry(struct iv_buf *out, int64_t seq, struct iv_str kind, struct iv_str payload, int64_t wall_ms)
{
	struct iv_jw w = {.out = out, .comma = seq > 1};
	char at[IV_TIME_SIZE];

	iv_jw_obj(&w, NULL);
	iv_jw_i64(&w, "seq", seq);
	iv_jw_str(&w, "kind", kind);
	iv_jw_raw(&w, "payload", payload);
	iv_jw_str(&w, "at", iv_time_iso(wall_ms, at));
	iv_jw_end_obj(&w);
}

static void add_entry(struct reader *r, struct iv_str kind, struct iv_str payload)
{
	struct iv_buf *out = &r->a->timeline;
	int64_t wall_ms = r->a->header.started_ms + r->now_us / 1000;

	if (iv_str_eq(kind, IV_S("turn.closed")) &&
	    (!iv_buf_adds(&r->a->turns, payload) || !iv_buf_addc(&r->a->turns, '\n')))
		iv_buf_clear(&r->a->turns); /* more turns than a day holds */
	if (r->full)
		return;
	if (out->len + kind.len + payload.len + TIMELINE_SPARE > r->timeline_max) {
		r->full = true;
		kind = IV_S("timeline.truncated");
		payload = IV_S("{}");
	}
	write_entry(out, ++r->seq, kind, payload, wall_ms);
}

static void on_action(void *arg, const struct iv_action *act)
{
	struct reader *r = arg;

	iv_story_action(r->a->story, r->now_us, act, r->call);
	if (act->type == IV_ACT_NOTE)
		add_entry(r, act->name, act->text);
}

/* ── stepping ── */

static void step(struct reader *r, struct iv_call *c, const struct iv_event *ev, struct iv_arena *arena)
{
	r->now_us = ev->now_us;
	if (ev->type == IV_EV_START)
		r->a->leg = ev->leg;
	if (ev->type == IV_EV_MOVED)
		r->a->moved_ms = ev->now_us / 1000;
	note_server(r, ev, arena);
	iv_story_event(r->a->story, ev);
	iv_call_step(c, ev);
	share_out(r);
}

static bool step_all(struct reader *r, struct iv_call *c, struct iv_str bytes, struct iv_arena *arena,
		     struct iv_err *e)
{
	int64_t last_us = 0;

	while (bytes.len) {
		struct iv_event ev;
		ptrdiff_t n = iv_record_read(bytes, &ev, &last_us);

		if (n < 0)
			return iv_fail(e, IV_EINVAL, "the journal holds something that is no record");
		if (n == 0)
			break; /* torn */
		step(r, c, &ev, arena);
		bytes.ptr += n;
		bytes.len -= (size_t)n;
	}
	return true;
}

static void close_lines(struct iv_account *a)
{
	static const char *const carriers[] = {"browser", "jambonz", "twilio"};

	add_units(a, "transport", "minute", iv_str(carriers[a->leg]), (double)a->usage.call_ms / 60000.0);
	add_units(a, "platform", "call", IV_S("invorto"), 1);
}

bool iv_account_redacts(struct iv_str context)
{
	cJSON *json = context.len ? iv_json_parse(context, NULL) : NULL;
	bool no = cJSON_IsFalse(iv_json_get(iv_json_get(json, "call"), "redact"));

	cJSON_Delete(json);
	return !no;
}

static void on_line(void *arg, enum iv_story_file file, struct iv_str line)
{
	struct iv_account *a = arg;

	(void)!iv_buf_adds(&a->told[file], line); /* beyond the ceiling the file ends early: more than a day holds */
}

bool iv_account_read(struct iv_str journal, size_t timeline_max, struct iv_arena *arena, struct iv_account *a,
		     struct iv_err *e)
{
	struct reader r = {.a = a, .timeline_max = timeline_max};
	struct iv_call *c;
	ptrdiff_t head;
	bool ok;

	*a = (struct iv_account){0};
	iv_buf_init(&a->timeline, timeline_max + TIMELINE_SPARE);
	iv_buf_init(&a->turns, TURNS_BYTES);
	for (size_t i = 0; i < IV_STORY_FILES; i++)
		iv_buf_init(&a->told[i], LINES_BYTES);
	head = iv_record_read_header(journal, &a->header, arena, e);
	if (head < 0)
		return false;
	r.asr = first_of(&a->header.agent.asr);
	r.llm = first_of(&a->header.agent.llm);
	r.tts = first_of(&a->header.agent.tts);
	a->redact = iv_account_redacts(a->header.context);
	a->story = iv_story_new(&(struct iv_story_opts){.call_id = a->header.call_id,
							.started_ms = a->header.started_ms,
							.agent = &a->header.agent,
							.opts = &a->header.opts,
							.redact = a->redact,
							.line = on_line,
							.arg = a});
	ok = iv_buf_addc(&a->timeline, '[');
	c = iv_call_new(&a->header.agent, &a->header.opts, on_action, &r);
	r.call = c;
	ok = ok && step_all(&r, c, (struct iv_str){journal.ptr + head, journal.len - (size_t)head}, arena, e);
	a->ended = iv_call_ended(c);
	if (ok && !a->ended)
		step(&r, c,
		     &(struct iv_event){.type = IV_EV_LEG_GONE,
					.now_us = r.now_us + HANGING_MS * 1000,
					.text = IV_S("crashed")},
		     arena);
	if (ok) {
		/* A journal without so much as its START has no machine to end. */
		a->reason = iv_arena_str(arena, iv_call_ended(c) ? iv_str(iv_call_end_reason(c)) : IV_S("crashed"));
		a->ended_ms = a->header.started_ms + r.now_us / 1000;
		iv_call_usage(c, &a->usage);
		close_lines(a);
		ok = iv_buf_addc(&a->timeline, ']') && a->reason.ptr;
		if (!ok)
			(void)iv_fail(e, IV_ETOOBIG, "the account does not fit its memory");
	}
	iv_call_free(c);
	return ok;
}

void iv_account_deinit(struct iv_account *a)
{
	iv_buf_deinit(&a->timeline);
	iv_buf_deinit(&a->turns);
	for (size_t i = 0; i < IV_STORY_FILES; i++)
		iv_buf_deinit(&a->told[i]);
	iv_story_free(a->story);
}
