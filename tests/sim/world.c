/* The clock of the world, and the judge of what the machine does. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include "world.h"

enum { AGENTS = 24, SILENCE_BOUND_MS = 26000, GRACE_MS = 40000 };

static struct iv_agent agents[AGENTS];
static struct iv_arena agents_memory;

/* ── dice ── */

uint64_t dice(struct world *w)
{
	w->rng ^= w->rng >> 12;
	w->rng ^= w->rng << 25;
	w->rng ^= w->rng >> 27;
	return w->rng * 2685821657736338717u >> 16;
}

int64_t between(struct world *w, int64_t least, int64_t most)
{
	return most <= least ? least : least + (int64_t)(dice(w) % (uint64_t)(most - least + 1));
}

int64_t ms_between(struct world *w, int64_t least, int64_t most)
{
	return between(w, least * MS, most * MS);
}

bool chance(struct world *w, int percent)
{
	return (int)(dice(w) % 100) < percent;
}

static void seed_dice(struct world *w, uint64_t seed)
{
	w->rng = seed * 0x9e3779b97f4a7c15u + 0x5851f42d4c957f2du;
	for (int i = 0; i < 4; i++)
		(void)dice(w);
}

/* ── agents ── */

static void make_agent(struct world *w, struct iv_agent *a)
{
	static const char tools[] =
		"\"tools\":[{\"name\":\"book\",\"url\":\"https://example.com/book\",\"filler\":\"One second.\"},"
		"{\"name\":\"lookup\"},{\"name\":\"notify\",\"blocking\":false,\"timeoutMs\":1500}]";
	static const char *const machines[] = {"hangup", "message", "continue"};
	static const char *const consent[] = {"off", "announce", "ask"};
	struct iv_buf text;
	struct iv_err e = {0};
	cJSON *json;

	iv_buf_init(&text, 65536);
	if (!iv_buf_printf(
		    &text,
		    "{\"name\":\"a\",\"disclosure\":\"%s\",\"disclosureWaived\":true,\"greeting\":"
		    "\"%s\","
		    "\"consent\":{\"mode\":\"%s\",\"prompt\":\"May we "
		    "record?\"},\"transferTo\":\"%s\","
		    "\"voicemail\":{\"action\":\"%s\",\"message\":\"Please call us back.\"},"
		    "\"endpointing\":{\"silenceMs\":%d,\"provider\":\"%s\"},\"interruptible\":%s,"
		    "\"bargeIn\":{\"enabled\":%s,\"onsetMs\":%d,\"minWords\":%d,\"resume\":%s},"
		    "\"idle\":{\"promptMs\":%d,\"hangupMs\":%d},\"emotion\":%s,"
		    "\"maxDurationMs\":%d,\"endCallPhrases\":[\"goodbye and thank you\"],%s}",
		    chance(w, 70) ? "This is an automated voice." : "",
		    chance(w, 70) ? "Hello, what can I do for you today?" : "",
		    consent[chance(w, 70) ? 0 : between(w, 1, 2)], chance(w, 50) ? "+911" : "",
		    machines[between(w, 0, 2)],
		    (int)between(w, 100, 700), chance(w, 90) ? "invorto" : "off",
		    chance(w, 90) ? "true" : "false", chance(w, 90) ? "true" : "false",
		    (int)between(w, 40, 200), (int)between(w, 0, 3),
		    chance(w, 85) ? "true" : "false",
		    chance(w, 80) ? (int)between(w, 3000, 12000) : 0,
		    chance(w, 80) ? (int)between(w, 13000, 30000) : 0,
		    chance(w, 50) ? "true" : "false", (int)between(w, 20000, 90000), tools))
		abort();
	json = iv_json_parse(iv_buf_str(&text), &e);
	if (!json || !iv_shape_read(&iv_agent_shape, json, a, &agents_memory, &e) || !iv_agent_check(a, &e)) {
		(void)fprintf(stderr, "agent: %s %s\n", e.field, e.msg);
		abort();
	}
	cJSON_Delete(json);
	iv_buf_deinit(&text);
}

void world_agents_init(void)
{
	struct world w = {0};

	seed_dice(&w, 7);
	iv_arena_init(&agents_memory, 4u << 20);
	for (size_t i = 0; i < AGENTS; i++)
		make_agent(&w, &agents[i]);
}

void world_agents_deinit(void)
{
	iv_arena_deinit(&agents_memory);
}

const struct iv_agent *world_agent(uint64_t seed)
{
	return &agents[seed % AGENTS];
}

void world_random_opts(uint64_t seed, struct iv_call_opts *opts)
{
	iv_call_opts_shape.defaults(opts);
	if (seed % 5 == 0)
		opts->consent_prompt = IV_S("Calls are recorded.");
	if (seed % 3 == 0)
		opts->system_prompt = IV_S("Be brief.");
}

/* ── failing ── */

static void add_line(struct world *w, const char *mark, struct iv_str text)
{
	if (w->verbose)
		(void)printf("%s%.*s\n", mark, IV_FMT(text));
	if (w->lines)
		(void)snprintf(w->lines[w->line_count++ % LINES], sizeof(w->lines[0]), "%s%.*s",
			       mark, IV_FMT(text));
}

void world_fail(struct world *w, const char *fmt, ...)
{
	char state[200];
	va_list ap;

	(void)fflush(stdout);
	(void)fprintf(stderr, "sim: ");
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
	iv_call_describe(w->call, state, sizeof(state));
	(void)fprintf(stderr, " (%s)\n", state);
	abort();
}

/* ── actions ── */

static void check_stamps(struct world *w, const struct iv_turn_report *r)
{
	const struct iv_turn_stamps_us *s = &r->at_us;
	const int64_t order[] = {s->speech_start, s->vad_end, s->eou, s->llm_first, s->sentence_first,
				 s->tts_first, s->leg_first, s->heard_first};
	int64_t last = -1;

	for (size_t i = 0; i < IV_COUNT(order) && !w->said_by_operator; i++) {
		world_must(w, order[i] < 0 || order[i] >= last,
			   "stamp %zu of turn %d is before the one before", i, r->number);
		last = order[i] > last ? order[i] : last;
	}
	world_must(w, s->stt_first <= s->stt_final || s->stt_final < 0, "the first text is after the last");
	world_must(w, s->stt_final <= s->eou || s->eou < 0, "the turn ended before its last text");
}

/* What was heard is a head, cut at a word, of every sentence announced, in their order. */
static bool is_heads_of(struct iv_str heard, struct iv_str all)
{
	struct iv_str sentence;
	size_t n = 0;

	if (!iv_str_split(&all, '\n', &sentence))
		return heard.len == 0;
	while (n < heard.len && n < sentence.len && heard.ptr[n] == sentence.ptr[n])
		n++;
	for (;; n--) {
		size_t next = n + (n && n < heard.len && heard.ptr[n] == ' ');

		if ((n == 0 || n == sentence.len || sentence.ptr[n] == ' ') &&
		    is_heads_of((struct iv_str){heard.ptr + next, heard.len - next}, all))
			return true;
		if (!n)
			return false;
	}
}

static void on_turn(struct world *w, const struct iv_action *a)
{
	const struct iv_turn_report *r = iv_call_last_turn(w->call);

	world_must(w, r->number == (int)a->a && r->number > w->turns, "turn %d is closed after %d", r->number,
		   w->turns);
	w->turns = r->number;
	world_must(w, is_heads_of(r->heard, iv_buf_str(&w->said)),
		   "heard \"%.*s\", announced \"%.*s\"", IV_FMT(r->heard),
		   IV_FMT(iv_buf_str(&w->said)));
	check_stamps(w, r);
	iv_buf_clear(&w->said);
	w->answering = w->said_by_operator = false;
}

static void check_messages(struct world *w)
{
	cJSON *all;
	int open = 0;

	iv_buf_clear(&w->scratch);
	world_must(w, iv_call_messages(w->call, &w->scratch), "the messages are too long");
	all = iv_json_parse(iv_buf_str(&w->scratch), NULL);
	world_must(w, all, "the messages are no JSON");
	for (const cJSON *m = all->child; m; m = m->next) {
		struct iv_str role = iv_json_str(m, "role");

		if (iv_str_eq(role, IV_S("tool"))) {
			world_must(w, open-- > 0, "an answer of a tool without its question");
			continue;
		}
		world_must(w, open == 0, "%d tool calls without an answer before %.*s", open, IV_FMT(role));
		open = cJSON_GetArraySize(iv_json_get(m, "tool_calls"));
	}
	world_must(w, open == 0, "%d tool calls without an answer", open);
	cJSON_Delete(all);
}

static void on_end(struct world *w)
{
	world_must(w, !models_open(w), "a stream is open at the end");
	world_must(w, w->asr_opens == 1 && w->asr_closes == 1,
		   "the recogniser was opened %d and closed %d times", w->asr_opens, w->asr_closes);
	world_must(w, !w->answering && !w->said.len, "a turn is open at the end");
	w->ended = true;
}

static void on_act(void *arg, const struct iv_action *a)
{
	struct world *w = arg;

	if (w->printed && !iv_action_print(w->printed, w->now_us, a))
		world_fail(w, "an action cannot be printed");
	if (w->verbose || w->lines) {
		iv_buf_clear(&w->scratch);
		if (iv_action_print(&w->scratch, w->now_us, a))
			add_line(w, "", iv_str_trim(iv_buf_str(&w->scratch)));
	}
	world_must(w, !w->ended, "%s after the end", iv_action_names[a->type]);
	far_act(w, a);
	models_act(w, a);
	people_act(w, a);
	switch (a->type) {
	case IV_ACT_ASR_OPEN:
		w->asr_opens++;
		break;
	case IV_ACT_ASR_CLOSE:
		w->asr_closes++;
		break;
	case IV_ACT_SAY:
		if (!iv_buf_adds(&w->said, a->text) || !iv_buf_addc(&w->said, '\n'))
			world_fail(w, "too much is said");
		break;
	case IV_ACT_LLM_ASK:
		w->answering = true;
		if (w->check_messages)
			check_messages(w);
		w->active_us = w->now_us;
		break;
	case IV_ACT_NOTE:
		if (iv_str_eq(a->name, IV_S("turn.retracted")))
			w->answering = false;
		break;
	case IV_ACT_LLM_CANCEL:
	case IV_ACT_TTS_SAY:
	case IV_ACT_TOOL_CALL:
		w->active_us = w->now_us;
		break;
	case IV_ACT_TURN:
		on_turn(w, a);
		break;
	case IV_ACT_END:
		on_end(w);
		break;
	default:
		break;
	}
}

/* ── events ── */

static void print_event(struct world *w, const struct iv_event *ev)
{
	char line[200];

	if (ev->type == IV_EV_FRAME || ev->type == IV_EV_TICK)
		return;
	(void)snprintf(line, sizeof(line), "%10.6f > %s%s gen=%u utt=%u n=%lld at=%lld \"%.*s\"",
		       (double)ev->now_us / 1e6, iv_event_names[ev->type], ev->flag ? " flag" : "",
		       ev->gen, ev->utt, (long long)ev->samples, (long long)ev->mark.at,
		       IV_FMT(ev->text));
	add_line(w, "", iv_str(line));
}

void world_step(struct world *w, struct iv_event *ev)
{
	if (w->ended)
		return;
	w->steps++;
	ev->now_us = w->now_us;
	if (w->verbose || w->lines)
		print_event(w, ev);
	if (w->journal && !iv_record_write(w->journal, ev, &w->journal_us))
		world_fail(w, "the event cannot be written");
	iv_call_step(w->call, ev);
	iv_call_check(w->call);
	if (!w->ended) {
		world_must(w, iv_call_audio_end(w->call) <= w->audio_end,
			   "the machine took audio nobody made");
		w->audio_end = iv_call_audio_end(w->call);
	}
}

void world_due(struct world *w, int64_t at_us)
{
	w->next_due_us = sooner(w->next_due_us, at_us);
}

/* Everything that is due up to `until`, in its order. */
static void run_due(struct world *w, int64_t until)
{
	while (w->next_due_us <= until && !w->ended) {
		int64_t next;

		if (w->next_due_us > w->now_us)
			w->now_us = w->next_due_us;
		w->next_due_us = NOT_DUE;
		next = sooner(people_due(w), sooner(models_due(w), far_due(w)));
		world_due(w, next);
	}
	w->now_us = until;
}

static void check_progress(struct world *w)
{
	far_check(w);
	if (w->people.paused || w->people.lost)
		w->active_us = w->now_us;
	world_must(w, !w->answering || w->now_us - w->active_us < (int64_t)SILENCE_BOUND_MS * MS,
		   "nothing happened since %.3f", (double)w->active_us / 1e6);
	world_must(w, w->now_us < w->end_by_us + (int64_t)GRACE_MS * MS, "the call does not end");
}

void world_run(struct world *w, uint64_t seed, const struct iv_agent *agent, const struct iv_call_opts *opts)
{
	int64_t tick_us;

	seed_dice(w, seed);
	w->end_by_us = agent->max_duration_ms * MS;
	w->check_messages = seed % 8 == 0;
	w->next_due_us = 0;
	iv_buf_init(&w->said, 1u << 20);
	iv_buf_init(&w->scratch, 4u << 20);
	far_start(w);
	people_start(w);
	w->call = iv_call_new(agent, opts, on_act, w);
	w->resumable = w->far.kind != IV_LEG_BROWSER && chance(w, 60);
	world_step(w, &(struct iv_event){.type = IV_EV_START,
					 .leg = w->far.kind,
					 .rate_hz = w->far.rate_hz,
					 .resumable = w->resumable});
	world_step(w, &(struct iv_event){.type = IV_EV_ASR_READY});
	for (tick_us = 0; !w->ended; tick_us += 20 * MS) {
		run_due(w, tick_us);
		if (!w->people.lost)
			far_frame(w, people_level(w));
		world_step(w, &(struct iv_event){.type = IV_EV_TICK});
		if (!w->ended)
			check_progress(w);
	}
	/* What comes after the end changes nothing. */
	w->now_us += 20 * MS;
	iv_call_step(w->call, &(struct iv_event){.type = IV_EV_TICK, .now_us = w->now_us});
}

void world_deinit(struct world *w)
{
	iv_call_free(w->call);
	iv_buf_deinit(&w->said);
	iv_buf_deinit(&w->scratch);
}
