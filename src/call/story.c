/* What a call leaves behind, gathered while it happens. */
#include <math.h>
#include <stdlib.h>
#include "story_priv.h"

const char *const iv_story_roles[] = {"user", "agent", NULL};

static void init_name(char *name, const struct iv_strs *list)
{
	if (list->count)
		(void)iv_str_copy(name, NAME_SIZE, list->items[0]); /* a longer one is shown cut */
}

struct iv_story *iv_story_new(const struct iv_story_opts *o)
{
	struct iv_story *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->o = *o;
	(void)iv_str_copy(s->call_id, sizeof(s->call_id), o->call_id); /* ids are shorter */
	s->o.call_id = iv_str(s->call_id);
	init_name(s->asr, &o->agent->asr);
	init_name(s->llm, &o->agent->llm);
	init_name(s->tts, &o->agent->tts);
	iv_buf_init(&s->texts, IV_STORY_TEXT);
	iv_buf_init(&s->user_text, IV_STORY_LINE);
	iv_buf_init(&s->line, IV_STORY_LINE);
	return s;
}

void iv_story_free(struct iv_story *s)
{
	if (!s)
		return;
	story_tools_deinit(s);
	for (size_t i = 0; i < SERIES; i++)
		free(s->series[i].ms);
	iv_buf_deinit(&s->texts);
	iv_buf_deinit(&s->user_text);
	iv_buf_deinit(&s->line);
	free(s->turns);
	free(s->turn_texts);
	free(s->pauses);
	free(s->mood.louds);
	free(s);
}

void *story_grow(void *array, size_t *cap, size_t count, size_t size)
{
	if (count < *cap)
		return array;
	*cap = *cap ? 2 * *cap : 16;
	array = realloc(array, *cap * size);
	if (!array)
		abort();
	return array;
}

struct text_ref story_keep(struct iv_story *s, struct iv_str text, size_t max)
{
	struct text_ref ref = {s->texts.len, text.len < max ? text.len : max};

	while (ref.len > 0 && ref.len < text.len && ((unsigned char)text.ptr[ref.len] & 0xc0) == 0x80)
		ref.len--; /* not in the middle of a letter */
	if (iv_buf_add(&s->texts, text.ptr, ref.len))
		return ref;
	s->truncated = true;
	return (struct text_ref){0, 0};
}

/* ── turns ── */

static void add_turn(struct iv_story *s, const struct iv_story_turn *t)
{
	struct text_ref ref;
	size_t cap = s->turn_cap;

	story_write_turn(s, t);
	if (s->turn_count == IV_STORY_TURNS || s->texts.len + t->text.len > IV_STORY_TEXT) {
		s->truncated = true;
		return;
	}
	ref = story_keep(s, t->text, t->text.len);
	s->turns = story_grow(s->turns, &s->turn_cap, s->turn_count, sizeof(s->turns[0]));
	s->turn_texts = story_grow(s->turn_texts, &cap, s->turn_count, sizeof(s->turn_texts[0]));
	s->turns[s->turn_count] = *t;
	s->turn_texts[s->turn_count++] = ref;
}

/* What the caller said is settled: the answer to it is being heard, or there will be none. */
static void settle_user(struct iv_story *s, int number)
{
	if (!s->waiting)
		return;
	s->waiting = false;
	s->user.number = number;
	s->user.text = iv_buf_str(&s->user_text);
	add_turn(s, &s->user);
}

static int64_t member_ms(const cJSON *json, const char *key)
{
	const cJSON *n = iv_json_get(json, key);

	return cJSON_IsNumber(n) ? (int64_t)llround(n->valuedouble) : -1;
}

static void take_user(struct iv_story *s, const cJSON *json)
{
	const cJSON *confidence = iv_json_get(json, "confidence");

	settle_user(s, 0);
	iv_buf_clear(&s->user_text);
	s->waiting = iv_buf_adds(&s->user_text, iv_json_str(json, "text"));
	s->user = (struct iv_story_turn){.role = IV_STORY_USER,
					 .start_ms = member_ms(json, "startMs"),
					 .end_ms = member_ms(json, "endMs"),
					 .confidence = cJSON_IsNumber(confidence) ? confidence->valuedouble : 0};
}

static int64_t to_ms(int64_t us)
{
	return us < 0 ? -1 : (us + 500) / 1000;
}

static void observe(struct iv_story *s, size_t which, int64_t from_us, int64_t to_us)
{
	struct series *v = &s->series[which];

	if (from_us < 0 || to_us < from_us || v->count == IV_STORY_TURNS)
		return;
	v->ms = story_grow(v->ms, &v->cap, v->count, sizeof(v->ms[0]));
	v->ms[v->count++] = (float)(to_us - from_us) / 1000.0f;
}

static void take_turn(struct iv_story *s, const struct iv_turn_report *r)
{
	const struct iv_turn_stamps_us *at = &r->at_us;

	settle_user(s, r->number);
	story_write_metrics(s, r);
	if (r->heard.len)
		add_turn(s, &(struct iv_story_turn){
				    .role = IV_STORY_AGENT,
				    .number = r->number,
				    .text = r->heard,
				    .start_ms = to_ms(at->heard_first >= 0 ? at->heard_first : at->leg_first),
				    .end_ms = to_ms(r->ended_us),
				    .confidence = 1,
				    .interrupted = r->outcome == IV_TURN_INTERRUPTED});
	if (at->eou < 0)
		return; /* nobody waited for it */
	observe(s, 0, at->speech_start, at->stt_first);
	observe(s, 1, at->vad_end, at->eou);
	observe(s, 2, at->eou, at->llm_first);
	observe(s, 3, at->sentence_first, at->tts_first);
	observe(s, 4, at->vad_end, at->heard_first);
}

/* ── who served ── */

static void take_provider(struct iv_story *s, char *name, struct iv_str who)
{
	if (who.len)
		(void)iv_str_copy(name, NAME_SIZE, who); /* shown cut */
	if (name != s->asr || !who.len)
		return;
	for (size_t i = 0; i < PROVIDERS; i++) {
		if (strcmp(s->heard_by[i], name) == 0)
			return;
		if (!s->heard_by[i][0]) {
			memcpy(s->heard_by[i], name, NAME_SIZE);
			return;
		}
	}
}

/* ── the recording ── */

static void take_pause(struct iv_story *s, const cJSON *json, bool on)
{
	struct iv_story_pause p = {.from_ms = member_ms(json, "atMs"), .to_ms = -1};

	(void)iv_str_copy(p.reason, sizeof(p.reason), iv_json_str(json, "reason")); /* shown cut */
	if (on && s->pause_count < IV_STORY_PAUSES) {
		s->pauses = story_grow(s->pauses, &s->pause_cap, s->pause_count, sizeof(s->pauses[0]));
		s->pauses[s->pause_count++] = p;
		return;
	}
	for (size_t i = s->pause_count; !on && i > 0; i--) {
		struct iv_story_pause *was = &s->pauses[i - 1];

		if (was->to_ms < 0 && strcmp(was->reason, p.reason) == 0) {
			was->to_ms = p.from_ms > was->from_ms ? p.from_ms : was->from_ms;
			return;
		}
	}
}

/* ── the transfer ── */

static void take_transfer(struct iv_story *s, const cJSON *json)
{
	const cJSON *seconds = iv_json_get(json, "durationSec");

	(void)iv_str_copy(s->transfer_status, sizeof(s->transfer_status), iv_json_str(json, "status"));
	s->transfer_s = cJSON_IsNumber(seconds) ? (int64_t)seconds->valuedouble : 0;
}

/* ── what the machine tells ── */

static void take_note(struct iv_story *s, struct iv_str kind, struct iv_str text)
{
	cJSON *json = iv_json_parse(text, NULL);

	if (iv_str_eq(kind, IV_S("turn.user")))
		take_user(s, json);
	else if (iv_str_eq(kind, IV_S("turn.retracted")))
		s->waiting = false;
	else if (iv_str_eq(kind, IV_S("asr.ready")) || iv_str_eq(kind, IV_S("asr.switched")))
		take_provider(s, s->asr, iv_json_str(json, "provider"));
	else if (iv_str_eq(kind, IV_S("llm.switched")))
		take_provider(s, s->llm, iv_json_str(json, "provider"));
	else if (iv_str_eq(kind, IV_S("tts.switched")))
		take_provider(s, s->tts, iv_json_str(json, "provider"));
	else if (iv_str_eq(kind, IV_S("recording.paused")) || iv_str_eq(kind, IV_S("recording.resumed")))
		take_pause(s, json, iv_str_eq(kind, IV_S("recording.paused")));
	else if (iv_str_starts(kind, IV_S("transfer.")))
		take_transfer(s, json);
	else if (iv_str_eq(kind, IV_S("callee.opted_out")))
		s->opted_out = true;
	else if (iv_str_starts(kind, IV_S("tool.")))
		story_tool_note(s, kind, json);
	cJSON_Delete(json);
}

static bool worth_reading(struct iv_str kind)
{
	return iv_str_starts(kind, IV_S("turn.")) || iv_str_starts(kind, IV_S("tool.")) ||
	       iv_str_starts(kind, IV_S("asr.")) || iv_str_starts(kind, IV_S("recording.")) ||
	       iv_str_starts(kind, IV_S("transfer.")) || iv_str_starts(kind, IV_S("callee.")) ||
	       iv_str_ends(kind, IV_S(".switched"));
}

void iv_story_event(struct iv_story *s, const struct iv_event *ev)
{
	s->now_ms = ev->now_us / 1000;
	if (ev->type == IV_EV_FRAME)
		story_media_frame(&s->media, ev->now_us);
	else if (ev->type == IV_EV_LLM_TOOL || ev->type == IV_EV_TOOL_RESULT)
		story_tool_event(s, ev);
}

void iv_story_action(struct iv_story *s, int64_t now_us, const struct iv_action *a, const struct iv_call *c)
{
	s->now_ms = now_us / 1000;
	switch (a->type) {
	case IV_ACT_SAY:
		settle_user(s, (int)a->a);
		break;
	case IV_ACT_TURN:
		take_turn(s, iv_call_last_turn(c));
		break;
	case IV_ACT_NOTE:
		if (worth_reading(a->name))
			take_note(s, a->name, a->text);
		break;
	case IV_ACT_EMOTION:
		story_mood_window(s, a->value, a->flag);
		break;
	case IV_ACT_TRANSFER:
		(void)iv_str_copy(s->transfer_to, sizeof(s->transfer_to), a->text); /* shown cut */
		s->transfer_attended = a->flag;
		s->transfer_status[0] = '\0';
		s->transfer_s = 0;
		break;
	case IV_ACT_END:
		settle_user(s, 0);
		story_mood_end(s);
		(void)iv_str_copy(s->end_reason, sizeof(s->end_reason), a->text); /* reasons are shorter */
		iv_call_usage(c, &s->usage);
		break;
	default:
		break;
	}
}

/* ── questions ── */

size_t iv_story_turns(const struct iv_story *s, const struct iv_story_turn **turns)
{
	/* Where the texts lie moved while they grew. */
	for (size_t i = 0; i < s->turn_count; i++)
		s->turns[i].text = (struct iv_str){s->texts.ptr + s->turn_texts[i].at, s->turn_texts[i].len};
	*turns = s->turns;
	return s->turn_count;
}

size_t iv_story_pauses(const struct iv_story *s, const struct iv_story_pause **pauses)
{
	*pauses = s->pauses;
	return s->pause_count;
}

void iv_story_transfer(const struct iv_story *s, struct iv_story_transfer *t)
{
	*t = (struct iv_story_transfer){iv_str(s->transfer_to), iv_str(s->transfer_status), s->transfer_attended, s->transfer_s};
}

bool iv_story_opted_out(const struct iv_story *s)
{
	return s->opted_out;
}

struct iv_str iv_story_transferred_to(const struct iv_story *s)
{
	bool taken = !s->transfer_status[0] || strcmp(s->transfer_status, "completed") == 0;

	return taken ? iv_str(s->transfer_to) : IV_S("");
}

static int by_size(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;

	return (x > y) - (x < y);
}

static double median(struct series *v)
{
	if (!v->count)
		return NAN;
	qsort(v->ms, v->count, sizeof(v->ms[0]), by_size); /* nobody minds their order */
	return v->count % 2 ? (double)v->ms[v->count / 2]
			    : ((double)v->ms[v->count / 2] + (double)v->ms[v->count / 2 - 1]) / 2;
}

void iv_story_latencies(const struct iv_story *story, struct iv_story_latencies *l)
{
	struct series v[SERIES];

	memcpy(v, story->series, sizeof(v));
	*l = (struct iv_story_latencies){.asr_first_partial = median(&v[0]),
					 .eou = median(&v[1]),
					 .llm_first_token = median(&v[2]),
					 .tts_first_chunk = median(&v[3]),
					 .turn = median(&v[4])};
}
