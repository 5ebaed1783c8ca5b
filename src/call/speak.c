/* The agent's turn: model's text → sentences → synthesiser, one sentence at a time and only as far ahead
 * as will be needed soon, so that an interruption pays for little that nobody hears. */
#include <stdlib.h>
#include "call_priv.h"

const char *const iv_turn_outcomes[] = {"completed", "interrupted", "failed", "tool", NULL};

/* ── sentences ── */

struct utt *utt_at(struct iv_call *c, size_t i)
{
	return &c->utts[(c->utt_first + i) % UTTS];
}

const struct utt *utt_get(const struct iv_call *c, size_t i)
{
	return &c->utts[(c->utt_first + i) % UTTS];
}

static struct utt *utt_find(struct iv_call *c, uint32_t id)
{
	for (size_t i = 0; i < c->utt_count; i++)
		if (utt_at(c, i)->id == id)
			return utt_at(c, i);
	return NULL;
}

void utts_clear(struct iv_call *c)
{
	for (size_t i = 0; i < c->utt_count; i++) {
		free(utt_at(c, i)->text);
		free(utt_at(c, i)->levels);
		*utt_at(c, i) = (struct utt){0};
	}
	c->utt_first = c->utt_count = 0;
}

static void utt_ask(struct iv_call *c, struct utt *u)
{
	if (c->turn.at.sentence_first < 0)
		c->turn.at.sentence_first = c->now_us;
	u->state = UTT_ASKED;
	if (!(u->flags & UTT_CLIP))
		c->usage.tts_chars += (int64_t)u->text_len;
	act(c, &(struct iv_action){.type = IV_ACT_TTS_SAY,
				   .utt = u->id,
				   .name = u->flags & UTT_CLIP ? IV_S("clip") : IV_STR_NULL,
				   .text = {u->text, u->text_len}});
}

void turn_say(struct iv_call *c, struct iv_str text, unsigned flags)
{
	char spoken[SENTENCE_MAX * 4 + 64];
	struct utt *u;
	size_t n = sentence_speakable(text, spoken, sizeof(spoken));

	if (!n)
		return;
	if (c->utt_count == UTTS) {
		c->turn.truncated = true;
		return;
	}
	if (!(flags & UTT_ASIDE) && !c->turn.message)
		c->turn.message = history_add(c, ROLE_ASSISTANT, IV_S(""));
	u = utt_at(c, c->utt_count++);
	*u = (struct utt){.id = ++c->next_utt,
			  .flags = flags,
			  .text = copy_text((struct iv_str){spoken, n}),
			  .text_len = n,
			  .message = flags & UTT_ASIDE ? 0 : c->turn.message,
			  .start = -1};
	turn_progress(c);
}

void utt_audio(struct iv_call *c, const struct iv_event *ev)
{
	struct utt *u = utt_find(c, ev->utt);

	if (!u || u->state != UTT_ASKED || ev->samples <= 0)
		return;
	if (u->start < 0) {
		u->start = u->end = c->out.end;
		if (c->turn.at.tts_first < 0)
			c->turn.at.tts_first = c->now_us;
	}
	if (!u->levels) {
		u->levels = malloc(LEVELS_MAX);
		if (!u->levels)
			abort();
	}
	for (size_t i = 0; i < ev->level_count && u->level_count < LEVELS_MAX; i++)
		u->levels[u->level_count++] = ev->levels[i];
	u->end += ev->samples;
	c->out.end += ev->samples;
	playout_pump(c);
}

void utt_done(struct iv_call *c, uint32_t id, bool failed, struct iv_str reason)
{
	struct utt *u = utt_find(c, id);

	if (!u || u->state != UTT_ASKED)
		return;
	u->state = failed && u->start < 0 ? UTT_FAILED : UTT_READY;
	if (failed) {
		note_text(c, "tts.failed", "reason", reason);
		if (u->start < 0) {
			bool clip = u->flags & UTT_CLIP;

			turn_fail(c, clip ? "no_voice" : "tts");
			return;
		}
	}
	turn_progress(c);
	playout_pump(c);
}

/* ── the turn ── */

void turn_open(struct iv_call *c, enum turn_kind kind)
{
	struct turn *t = &c->turn;
	struct iv_buf tail = t->tail;

	iv_buf_clear(&tail);
	*t = (struct turn){.open = true, .number = ++c->turns, .kind = kind, .tail = tail};
	t->at = (struct iv_turn_stamps_us){-1, -1, -1, -1, -1, -1, -1, -1, -1};
	set_mouth(c, MOUTH_THINKING);
}

void turn_ask(struct iv_call *c)
{
	struct turn *t = &c->turn;

	if (++t->rounds > TOOL_ROUNDS) {
		turn_fail(c, "tool_rounds");
		return;
	}
	t->gen = ++c->next_gen;
	t->message = 0;
	t->asked_us = c->now_us;
	act(c, &(struct iv_action){.type = IV_ACT_LLM_ASK, .gen = t->gen});
}

static void take_sentences(struct iv_call *c, bool done)
{
	struct turn *t = &c->turn;
	size_t n;

	while (!t->truncated && (n = sentence_next(iv_buf_str(&t->tail), !t->first_sentence_done, done)) > 0) {
		struct iv_str piece = {t->tail.ptr, n};

		if (iv_str_trim(piece).len) {
			t->first_sentence_done = true;
			turn_say(c, piece, 0);
		}
		iv_buf_consume(&t->tail, n);
	}
	if (done || t->truncated)
		iv_buf_clear(&t->tail);
}

static void check_end_phrases(struct iv_call *c)
{
	const struct iv_strs *phrases = &c->agent.end_call_phrases;

	for (size_t i = 0; i < c->utt_count; i++)
		for (size_t k = 0; k < phrases->count; k++)
			if (contains_phrase((struct iv_str){utt_at(c, i)->text, utt_at(c, i)->text_len},
					    phrases->items[k])) {
				c->turn.hangup_after = true;
				iv_str_copy(c->turn.end_reason, sizeof(c->turn.end_reason), IV_S("agent_ended"));
			}
}

void turn_delta(struct iv_call *c, struct iv_str text)
{
	struct turn *t = &c->turn;

	if (t->at.llm_first < 0)
		t->at.llm_first = c->now_us;
	t->said += text.len;
	if (t->said > ANSWER_MAX || !iv_buf_adds(&t->tail, text))
		t->truncated = true;
	act(c, &(struct iv_action){.type = IV_ACT_DELTA, .gen = t->gen, .text = text});
	take_sentences(c, false);
	if (t->truncated && t->gen) {
		uint32_t gen = t->gen;

		note(c, "llm.truncated", NULL);
		turn_llm_done(c);
		act(c, &(struct iv_action){.type = IV_ACT_LLM_CANCEL, .gen = gen});
	}
}

void turn_llm_done(struct iv_call *c)
{
	c->turn.gen = 0;
	take_sentences(c, true);
	check_end_phrases(c);
	turn_progress(c);
	playout_pump(c);
}

static bool any_in_state(const struct iv_call *c, enum utt_state state)
{
	for (size_t i = 0; i < c->utt_count; i++)
		if (utt_get(c, i)->state == state)
			return true;
	return false;
}

bool turn_finished(const struct iv_call *c)
{
	return c->turn.open && !c->turn.gen && !tools_open(c) && !c->keypad.collecting && !c->turn.tail.len &&
	       !any_in_state(c, UTT_WAITING) && !any_in_state(c, UTT_ASKED) && playout_drained(c) &&
	       c->mouth != MOUTH_HELD;
}

void turn_progress(struct iv_call *c)
{
	int64_t queued = c->out.end - c->out.sent;

	if (!c->turn.open || c->mouth == MOUTH_HELD || any_in_state(c, UTT_ASKED))
		return;
	if (samples_us(c, queued) >= PREFETCH_MS * US_PER_MS)
		return;
	for (size_t i = 0; i < c->utt_count; i++)
		if (utt_at(c, i)->state == UTT_WAITING) {
			utt_ask(c, utt_at(c, i));
			return;
		}
}

void turn_cancel_streams(struct iv_call *c)
{
	if (c->turn.gen) {
		act(c, &(struct iv_action){.type = IV_ACT_LLM_CANCEL, .gen = c->turn.gen});
		c->turn.gen = 0;
	}
	iv_buf_clear(&c->turn.tail);
	for (size_t i = 0; i < c->utt_count; i++) {
		struct utt *u = utt_at(c, i);

		if (u->state == UTT_ASKED)
			act(c, &(struct iv_action){.type = IV_ACT_TTS_CANCEL, .utt = u->id});
		if (u->state == UTT_ASKED || u->state == UTT_WAITING)
			u->state = u->start < 0 ? UTT_FAILED : UTT_READY;
	}
}

/* A provider list is out. Say so: by the synthesiser, by the recorded clip when it is the synthesiser
 * that is out, and give the call up the second time in a row. */
void turn_fail(struct iv_call *c, const char *reason)
{
	bool no_tts = strcmp(reason, "tts") == 0, mute = strcmp(reason, "no_voice") == 0;

	note(c, "turn.failed", "reason", reason, NULL);
	if (mute) {
		call_end(c, "provider");
		return;
	}
	turn_cancel_streams(c);
	tools_cancel(c);
	if (!c->turn.failed)
		c->failed_turns++;
	c->turn.failed = true;
	if (c->failed_turns >= 2) {
		c->turn.hangup_after = true;
		iv_str_copy(c->turn.end_reason, sizeof(c->turn.end_reason), IV_S("provider"));
	}
	turn_say(c, c->agent.apology, UTT_ASIDE | (no_tts ? UTT_CLIP : 0));
	playout_pump(c);
}

/* History and report get what was heard: each message of the turn from its own sentences. */
static void settle_history(struct iv_call *c, int64_t heard, bool cut)
{
	struct iv_buf text;
	bool stopped = false;

	iv_buf_init(&text, ANSWER_MAX + SENTENCE_MAX * UTTS);
	iv_buf_clear(&c->heard);
	for (size_t i = 0; i < c->utt_count; i++) {
		const struct utt *u = utt_at(c, i);
		size_t n = cut ? heard_chars(u, heard) : u->start < 0 ? 0 : u->text_len;
		const struct utt *next = i + 1 < c->utt_count ? utt_at(c, i + 1) : NULL;
		bool ok = true;

		if (n)
			ok = (!c->heard.len || iv_buf_addc(&c->heard, ' ')) &&
			     iv_buf_add(&c->heard, u->text, n);
		if (u->message && n)
			ok = ok && (!text.len || iv_buf_addc(&text, ' ')) && iv_buf_add(&text, u->text, n);
		stopped = stopped || !ok || n < u->text_len;
		if (u->message && (!next || next->message != u->message)) {
			struct message *m = history_find(c, u->message);

			if (m) {
				if (stopped && cut && text.len && !iv_buf_adds(&text, IV_S(" [interrupted by the caller]")))
					stopped = true;
				m->cut = stopped && cut;
				history_set_text(c, m, iv_buf_str(&text));
			}
			iv_buf_clear(&text);
		}
	}
	iv_buf_deinit(&text);
}

void turn_close(struct iv_call *c, enum iv_turn_outcome outcome)
{
	struct turn *t = &c->turn;
	bool hangup = t->hangup_after && outcome != IV_TURN_INTERRUPTED;
	bool transfer = t->transfer_after && outcome != IV_TURN_INTERRUPTED;

	turn_cancel_streams(c);
	settle_history(c, c->out.sent, outcome == IV_TURN_INTERRUPTED);
	c->report = (struct iv_turn_report){
		.number = t->number, .outcome = outcome, .at_us = t->at, .heard = iv_buf_str(&c->heard)};
	if (outcome == IV_TURN_COMPLETED && t->kind == TURN_ANSWER)
		c->failed_turns = 0;
	c->usage.turns++;
	note_turn(c);
	act(c, &(struct iv_action){.type = IV_ACT_TURN, .a = t->number});
	utts_clear(c);
	t->open = false;
	c->filler_said = false;
	c->out.kept_from = c->out.sent;
	act(c, &(struct iv_action){.type = IV_ACT_KEEP_FROM, .at = c->out.sent});
	set_mouth(c, MOUTH_IDLE);
	if (t->kind == TURN_ASIDE)
		c->idle.since_us = c->now_us; /* our asking is not the caller's answer */
	else
		idle_touch(c);
	if (transfer) {
		act(c, &(struct iv_action){.type = IV_ACT_TRANSFER,
					   .text = iv_str(t->transfer_to),
					   .flag = t->transfer_attended});
		call_end(c, "transfer");
	} else if (hangup) {
		call_end(c, t->end_reason);
	}
}
