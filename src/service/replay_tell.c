/* A journal as two tellings of its turns: as they were, and as they would have been. */
#include "iv_replays.h"

#include "iv_account.h"
#include "iv_calls.h"
#include "iv_redact.h"
#include "iv_replay.h"
#include "iv_spool.h"

enum { ARENA_MAX = 64 << 20, TEXT_MAX = 65536 };

struct telling {
	struct iv_arena *arena;
	struct iv_story *story;
	struct iv_turn_report *turns; /* room for IV_REPLAY_TURNS; what was heard is in the arena */
	size_t count;
	bool truncated;
	struct iv_replay_end end;
};

static void on_event(void *arg, const struct iv_event *ev)
{
	iv_story_event(((struct telling *)arg)->story, ev);
}

static void on_action(void *arg, int64_t now_us, const struct iv_action *a, const struct iv_call *c)
{
	struct telling *t = arg;
	struct iv_turn_report *turn;

	iv_story_action(t->story, now_us, a, c);
	if (a->type != IV_ACT_TURN)
		return;
	if (t->count == IV_REPLAY_TURNS) {
		t->truncated = true;
		return;
	}
	turn = &t->turns[t->count++];
	*turn = *iv_call_last_turn(c);
	turn->heard = iv_arena_str(t->arena, turn->heard);
}

static bool tell(const struct iv_record_header *h, struct iv_str events, const struct iv_agent *agent, struct iv_arena *arena,
		 struct telling *t, struct iv_err *e)
{
	const struct iv_replay_watch watch = {.event = on_event, .action = on_action, .arg = t};

	t->arena = arena;
	t->turns = iv_arena_alloc(arena, IV_REPLAY_TURNS * sizeof(t->turns[0]));
	if (!t->turns)
		return iv_fail(e, IV_ETOOBIG, "the turns do not fit");
	t->story = iv_story_new(&(struct iv_story_opts){
		.call_id = h->call_id, .started_ms = h->started_ms, .agent = agent ? agent : &h->agent, .opts = &h->opts});
	return agent ? iv_replay_changed(h, events, agent, &watch, &t->end, e)
		     : iv_replay_exactly(h, events, &watch, &t->end, e);
}

/* ── writing ── */

struct writer {
	struct iv_jw w;
	struct iv_buf text;
	bool redact;
};

static void put_text(struct writer *x, const char *key, struct iv_str text)
{
	static const struct iv_redact how = {.mode = IV_REDACT_MASK};

	iv_buf_clear(&x->text);
	if (!x->redact)
		iv_jw_str(&x->w, key, text);
	else if (iv_redact_text(&how, text, &x->text, NULL))
		iv_jw_str(&x->w, key, iv_buf_str(&x->text));
	else
		iv_jw_str(&x->w, key, IV_S("[…]")); /* more than a turn ever has: nothing of it rather than all */
}

static void put_ms(struct iv_jw *w, const char *key, int64_t us)
{
	if (us >= 0)
		iv_jw_i64(w, key, (us + 500) / 1000);
}

static void put_caller(struct writer *x, const struct telling *t, int number)
{
	const struct iv_story_turn *said;
	size_t n = iv_story_turns(t->story, &said);

	for (size_t i = 0; i < n; i++)
		if (said[i].role == IV_STORY_USER && said[i].number == number) {
			put_text(x, "caller", said[i].text);
			return;
		}
}

static void put_turn(struct writer *x, const struct telling *t, const struct iv_turn_report *r)
{
	const struct iv_turn_stamps_us *at = &r->at_us;
	struct iv_jw *w = &x->w;

	iv_jw_obj(w, NULL);
	iv_jw_i64(w, "turn", r->number);
	iv_jw_cstr(w, "outcome", iv_turn_outcomes[r->outcome]);
	put_caller(x, t, r->number);
	put_text(x, "agent", r->heard);
	put_ms(w, "speechStartMs", at->speech_start);
	put_ms(w, "vadEndMs", at->vad_end);
	put_ms(w, "sttFinalMs", at->stt_final);
	put_ms(w, "eouMs", at->eou);
	put_ms(w, "llmFirstMs", at->llm_first);
	put_ms(w, "sentenceFirstMs", at->sentence_first);
	put_ms(w, "ttsFirstMs", at->tts_first);
	put_ms(w, "legFirstMs", at->leg_first);
	put_ms(w, "heardFirstMs", at->heard_first);
	put_ms(w, "endedMs", r->ended_us);
	iv_jw_end_obj(w);
}

static void put_turns(struct writer *x, const char *key, const struct telling *t)
{
	iv_jw_arr(&x->w, key);
	for (size_t i = 0; i < t->count; i++)
		put_turn(x, t, &t->turns[i]);
	iv_jw_end_arr(&x->w);
}

static void put_end(struct iv_jw *w, const char *key, const struct iv_replay_end *end)
{
	iv_jw_obj(w, key);
	if (end->ended)
		iv_jw_cstr(w, "reason", end->reason);
	put_ms(w, "atMs", end->last_us);
	iv_jw_end_obj(w);
}

static bool put_all(const struct iv_record_header *h, const struct telling *was, const struct telling *is, struct iv_buf *out)
{
	struct writer x = {.redact = iv_account_redacts(h->context)};

	iv_jw_init(&x.w, out);
	iv_buf_init(&x.text, TEXT_MAX);
	iv_jw_obj(&x.w, NULL);
	iv_jw_str(&x.w, "callId", h->call_id);
	iv_jw_i64(&x.w, "events", (int64_t)was->end.events);
	iv_jw_bool(&x.w, "torn", was->end.torn);
	iv_jw_bool(&x.w, "truncated", was->truncated || is->truncated);
	iv_shape_write(&iv_agent_shape, &h->agent, "agent", &x.w);
	put_turns(&x, "original", was);
	put_end(&x.w, "originalEnd", &was->end);
	put_turns(&x, "replayed", is);
	put_end(&x.w, "replayedEnd", &is->end);
	iv_jw_end_obj(&x.w);
	iv_buf_deinit(&x.text);
	return iv_jw_done(&x.w);
}

/* ── reading ── */

static bool change(const struct iv_record_header *h, struct iv_str settings, struct iv_agent *agent, struct iv_arena *arena,
		   struct iv_err *e)
{
	cJSON *json = iv_json_parse(settings, e);
	bool ok;

	*agent = h->agent;
	ok = json && iv_shape_merge(&iv_agent_shape, json, agent, arena, e) && iv_agent_check(agent, e);
	cJSON_Delete(json);
	return ok;
}

static bool replay(struct iv_str bytes, struct iv_str settings, struct iv_arena *arena, struct iv_buf *out, struct iv_err *e)
{
	struct iv_record_header *h = iv_arena_alloc(arena, sizeof(*h)); /* the stories look at the agents */
	struct iv_agent *agent = iv_arena_alloc(arena, sizeof(*agent));
	struct telling was = {0}, is = {0};
	ptrdiff_t head = h && agent ? iv_record_read_header(bytes, h, arena, e) : -1;
	bool ok = head > 0;

	bytes = ok ? (struct iv_str){bytes.ptr + head, bytes.len - (size_t)head} : bytes;
	ok = ok && change(h, settings, agent, arena, e) && tell(h, bytes, NULL, arena, &was, e) &&
	     tell(h, bytes, agent, arena, &is, e) &&
	     (put_all(h, &was, &is, out) || iv_fail(e, IV_ETOOBIG, "the answer does not fit"));
	iv_story_free(was.story);
	iv_story_free(is.story);
	return ok || iv_fail(e, IV_ETOOBIG, "the journal's header does not fit its memory");
}

bool iv_replay_tell(const char *path, struct iv_str settings, struct iv_buf *out, struct iv_err *e)
{
	struct iv_arena arena;
	struct iv_buf file;
	struct iv_err why = {0}; /* names the file: not for a client */
	bool ok;

	iv_arena_init(&arena, ARENA_MAX);
	iv_buf_init(&file, IV_CALLS_GIVE_MAX + 65536);
	if (iv_file_read(path, IV_CALLS_GIVE_MAX, &file, &why))
		ok = replay(iv_buf_str(&file), settings, &arena, out, e);
	else if (why.code == IV_ETOOBIG)
		ok = iv_fail(e, IV_ETOOBIG, "the call is too long for that: its journal has more than %d MiB",
			     IV_CALLS_GIVE_MAX >> 20);
	else
		ok = iv_fail(e, why.code == IV_ENOENT ? IV_EGONE : IV_EINTERNAL, "the journal of the call cannot be read");
	iv_buf_deinit(&file);
	iv_arena_deinit(&arena);
	return ok;
}
