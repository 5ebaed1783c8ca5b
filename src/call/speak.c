/* The agent's turn: model's text → sentences → synthesiser, and how a turn fails and closes. */
#include "call_priv.h"

enum { LLM_STALL_MS = 20000 };

const char *const iv_turn_outcomes[] = {"completed", "interrupted", "failed", "tool", NULL};

void turn_open(struct iv_call *c, enum turn_kind kind)
{
	struct turn *t = &c->turn;
	struct iv_buf tail = t->tail;

	iv_buf_clear(&tail);
	*t = (struct turn){.open = true, .number = ++c->turns, .kind = kind, .tail = tail};
	t->at = (struct iv_turn_stamps_us){-1, -1, -1, -1, -1, -1, -1, -1, -1, -1};
	set_mouth(c, MOUTH_THINKING);
}

void turn_ask(struct iv_call *c)
{
	struct turn *t = &c->turn;

	if (++t->rounds > TOOL_ROUNDS) {
		turn_fail(c, "tool_rounds");
		return;
	}
	tools_tell_background(c);
	t->gen = ++c->next_gen;
	t->message = 0;
	t->alive_us = c->now_us;
	t->ask_again = false;
	t->requested = 0;
	t->first_sentence_done = false;
	act(c, &(struct iv_action){.type = IV_ACT_LLM_ASK, .gen = t->gen});
}

static void take_sentences(struct iv_call *c, bool done)
{
	struct turn *t = &c->turn;
	size_t n;

	while (!t->truncated &&
	       (n = sentence_next(iv_buf_str(&t->tail), !t->first_sentence_done, done)) > 0) {
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
				iv_str_copy(c->turn.end_reason, sizeof(c->turn.end_reason),
					    IV_S("agent_ended"));
			}
}

void turn_delta(struct iv_call *c, struct iv_str text)
{
	struct turn *t = &c->turn;

	if (t->at.llm_first < 0)
		t->at.llm_first = c->now_us;
	t->alive_us = c->now_us;
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

static bool said_anything(const struct iv_call *c)
{
	for (size_t i = 0; i < c->utt_count; i++)
		if (!(utt_get(c, i)->flags & UTT_ASIDE))
			return true;
	return false;
}

void turn_llm_done(struct iv_call *c)
{
	c->turn.gen = 0;
	take_sentences(c, true);
	check_end_phrases(c);
	/* A turn that is only a tool call is one; a turn of nothing is a failure. */
	if (!said_anything(c) && !tools_open(c) && !c->turn.ask_again) {
		turn_fail(c, "empty_answer");
		return;
	}
	turn_progress(c);
	playout_pump(c);
}

bool turn_finished(const struct iv_call *c)
{
	return c->turn.open && !c->turn.gen && !tools_open(c) && !c->keypad.collecting && !c->turn.tail.len &&
	       !c->turn.ask_again && !utts_unsaid(c) && c->mouth != MOUTH_HELD;
}

void turn_check(struct iv_call *c)
{
	uint32_t gen = c->turn.gen;

	if (!gen || c->now_us - c->turn.alive_us < (int64_t)LLM_STALL_MS * US_PER_MS)
		return;
	c->turn.gen = 0;
	act(c, &(struct iv_action){.type = IV_ACT_LLM_CANCEL, .gen = gen});
	turn_fail(c, "llm_stalled");
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

/* What it had not begun to say it is asked for again; an answer that was begun ends where it was cut. */
void turn_moved(struct iv_call *c)
{
	struct turn *t = &c->turn;

	if (!t->gen)
		return;
	t->gen = 0;
	if (!t->said && !t->requested)
		turn_ask(c);
	else
		take_sentences(c, true);
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

static size_t heard_of(const struct iv_call *c, const struct utt *u, int64_t heard, bool cut)
{
	if (u->start < 0)
		return 0;
	/* Of a sentence the synthesiser left unfinished nobody heard the end. */
	return cut || !u->whole ? heard_chars(c, u, heard) : u->text_len;
}

/* Gives the message what was heard of its sentences, from the i-th on. */
static void settle_message(struct iv_call *c, size_t i, int64_t heard, bool cut)
{
	struct message *m = history_find(c, utt_get(c, i)->message);
	uint32_t id = utt_get(c, i)->message;
	struct iv_buf text;
	bool ok = true, stopped = false;

	if (!m)
		return;
	iv_buf_init(&text, ANSWER_MAX + SENTENCE_MAX * UTTS);
	for (; i < c->utt_count; i++) {
		const struct utt *u = utt_get(c, i);
		size_t n = heard_of(c, u, heard, cut);

		if (u->message != id)
			continue;
		stopped = stopped || n < u->text_len;
		if (n)
			ok = ok && (!text.len || iv_buf_addc(&text, ' ')) && iv_buf_add(&text, u->text, n);
	}
	m->cut = cut && stopped;
	if (ok && m->cut && text.len)
		ok = iv_buf_adds(&text, IV_S(" [interrupted by the caller]"));
	if (ok)
		history_set_text(c, m, iv_buf_str(&text));
	iv_buf_deinit(&text);
}

/* History and report get what was heard: each message of the turn from its own sentences. */
static void settle_history(struct iv_call *c, int64_t heard, bool cut)
{
	uint32_t settled = 0;

	iv_buf_clear(&c->heard);
	for (size_t i = 0; i < c->utt_count; i++) {
		const struct utt *u = utt_get(c, i);
		size_t n = heard_of(c, u, heard, cut);

		if (n && (!c->heard.len || iv_buf_addc(&c->heard, ' ')))
			(void)!iv_buf_add(&c->heard, u->text, n); /* fits: the ceiling is all sentences */
		if (u->message > settled) { /* messages are numbered in the order they began */
			settle_message(c, i, heard, cut);
			settled = u->message;
		}
	}
}

/* What a turn says of being a machine was heard to its end. */
static void note_disclosure(struct iv_call *c)
{
	size_t wanted = 0, heard = 0;

	for (size_t i = 0; i < c->utt_count; i++) {
		const struct utt *u = utt_get(c, i);

		if (!(u->flags & UTT_DISCLOSURE))
			continue;
		wanted++;
		heard += u->state == UTT_READY && u->start >= 0 && u->end > u->start && u->end <= c->out.sent;
	}
	if (wanted && heard == wanted)
		note(c, "disclosure.spoken", NULL);
}

void turn_close(struct iv_call *c, enum iv_turn_outcome outcome)
{
	struct turn *t = &c->turn;
	bool hangup = t->hangup_after && outcome != IV_TURN_INTERRUPTED;
	bool transfer = t->transfer_after && outcome != IV_TURN_INTERRUPTED;

	turn_cancel_streams(c);
	tools_tell_background(c);
	settle_history(c, c->out.sent, outcome == IV_TURN_INTERRUPTED);
	c->report = (struct iv_turn_report){.number = t->number,
					    .outcome = outcome,
					    .at_us = t->at,
					    .ended_us = t->at.leg_first < 0 ? -1 : playout_ended_us(c),
					    .heard = iv_buf_str(&c->heard)};
	if (outcome == IV_TURN_COMPLETED && t->kind == TURN_ANSWER)
		c->failed_turns = 0;
	c->usage.turns++;
	note_disclosure(c);
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
		t->transfer_after = false;
		line_transfer(c, iv_str(t->transfer_to), t->transfer_attended, iv_str(t->whisper));
	} else if (hangup) {
		call_end(c, t->end_reason);
	}
}
