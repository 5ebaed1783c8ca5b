/* The sentences of a turn: asked of the synthesiser one at a time and only as far ahead as will be needed
 * soon, so that an interruption pays for little that nobody hears. */
#include <stdlib.h>
#include "call_priv.h"

enum { PREFETCH_MS = 3000, LEVELS_MAX = 3000, UTT_AUDIO_MAX_MS = 60000, TTS_STALL_MS = 15000,
       HEARD_AT_ALL_MS = 200 };

struct utt *utt_at(struct iv_call *c, size_t i)
{
	return &c->utts[i];
}

const struct utt *utt_get(const struct iv_call *c, size_t i)
{
	return &c->utts[i];
}

static struct utt *utt_find(struct iv_call *c, uint32_t id)
{
	for (size_t i = 0; i < c->utt_count; i++)
		if (c->utts[i].id == id)
			return &c->utts[i];
	return NULL;
}

bool utts_in(const struct iv_call *c, enum utt_state state)
{
	for (size_t i = 0; i < c->utt_count; i++)
		if (c->utts[i].state == state)
			return true;
	return false;
}

bool utts_unsaid(const struct iv_call *c)
{
	return utts_in(c, UTT_WAITING) || utts_in(c, UTT_ASKED) || !playout_drained(c);
}

void utts_clear(struct iv_call *c)
{
	for (size_t i = 0; i < c->utt_count; i++) {
		free(c->utts[i].text);
		free(c->utts[i].levels);
		c->utts[i] = (struct utt){0};
	}
	c->utt_count = 0;
}

static void utt_ask(struct iv_call *c, struct utt *u)
{
	if (c->turn.at.sentence_first < 0)
		c->turn.at.sentence_first = c->now_us;
	u->state = UTT_ASKED;
	u->alive_us = c->now_us;
	if (!(u->flags & UTT_CLIP))
		c->usage.tts_chars += (int64_t)u->text_len;
	act(c, &(struct iv_action){.type = IV_ACT_TTS_SAY,
				   .utt = u->id,
				   .flag = (u->flags & UTT_AGAIN) != 0,
				   .name = u->flags & UTT_CLIP ? IV_S("clip") : IV_STR_NULL,
				   .text = {u->text, u->text_len}});
}

static void add_sentence(struct iv_call *c, struct iv_str text, unsigned flags)
{
	char spoken[SENTENCE_MAX + 8];
	size_t n = sentence_speakable(text, spoken, sizeof(spoken));

	if (!n)
		return;
	if (c->utt_count == UTTS) {
		c->turn.truncated = true;
		return;
	}
	if (!(flags & UTT_ASIDE) && !c->turn.message)
		c->turn.message = history_add(c, ROLE_ASSISTANT, IV_S(""));
	c->utts[c->utt_count++] = (struct utt){.id = ++c->next_utt,
					       .flags = flags,
					       .text = copy_text((struct iv_str){spoken, n}),
					       .text_len = n,
					       .message = flags & UTT_ASIDE ? 0 : c->turn.message,
					       .start = -1};
}

void turn_say(struct iv_call *c, struct iv_str text, unsigned flags)
{
	while (text.len > SENTENCE_MAX) {
		size_t n = sentence_next(text, false, true);

		add_sentence(c, (struct iv_str){text.ptr, n}, flags);
		text.ptr += n;
		text.len -= n;
	}
	add_sentence(c, text, flags);
	turn_progress(c);
}

void turn_progress(struct iv_call *c)
{
	int64_t queued = c->out.end - c->out.sent;

	if (!c->turn.open || c->mouth == MOUTH_HELD || utts_in(c, UTT_ASKED))
		return;
	if (queued * 1000 >= PREFETCH_MS * (int64_t)c->rate_hz)
		return;
	for (size_t i = 0; i < c->utt_count; i++)
		if (c->utts[i].state == UTT_WAITING) {
			utt_ask(c, &c->utts[i]);
			return;
		}
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
	u->alive_us = c->now_us;
	u->end += ev->samples;
	c->out.end += ev->samples;
	if (samples_us(c, u->end - u->start) > (int64_t)UTT_AUDIO_MAX_MS * US_PER_MS) {
		/* No sentence of ours is that long: the synthesiser does not stop by itself. */
		act(c, &(struct iv_action){.type = IV_ACT_TTS_CANCEL, .utt = u->id});
		u->state = UTT_READY;
		note(c, "tts.failed", "reason", "endless", NULL);
	}
	playout_pump(c);
}

/* What follows byte n of a sentence becomes a sentence of its own behind it. Needs room for one more. */
static void split(struct iv_call *c, struct utt *u, size_t n, unsigned flags)
{
	struct iv_str rest = iv_str_trim((struct iv_str){u->text + n, u->text_len - n});
	size_t at = (size_t)(u - c->utts);

	memmove(&c->utts[at + 2], &c->utts[at + 1], (c->utt_count - at - 1) * sizeof(c->utts[0]));
	c->utts[at + 1] = (struct utt){.id = ++c->next_utt,
				       .flags = u->flags | flags,
				       .text = copy_text(rest),
				       .text_len = rest.len,
				       .message = u->message,
				       .start = -1};
	c->utt_count++;
	for (size_t i = at + 2; i < c->utt_count; i++)
		c->utts[i].id = ++c->next_utt; /* none was asked for yet: ids stay in the order of asking */
	u->text_len = n; /* the broken one is what was heard of it */
	u->whole = true;
}

/* A synthesiser broke off inside a sentence: what the caller would miss becomes a sentence of its own, asked
 * of those first that were not asked for it yet. */
static bool say_rest(struct iv_call *c, struct utt *u, bool others)
{
	size_t n = heard_chars(c, u, u->end);
	struct iv_str rest = iv_str_trim((struct iv_str){u->text + n, u->text_len - n});

	if (!rest.len)
		return true;
	/* Without one word more, and nobody new to ask: half a sentence stands as it is, a mere click is a
	 * failure. */
	if (c->utt_count == UTTS || u->flags & UTT_CLIP || (u->flags & UTT_AGAIN && !n && !others))
		return samples_us(c, u->end - u->start) >= (int64_t)HEARD_AT_ALL_MS * US_PER_MS;
	split(c, u, n, UTT_AGAIN);
	return true;
}

/* From position `at` on nobody has the sound any more: it is asked for again, from the word that was last heard. */
void utts_moved(struct iv_call *c, int64_t at)
{
	for (size_t i = 0; i < c->utt_count; i++) {
		struct utt *u = &c->utts[i];
		size_t n;

		if (u->state == UTT_FAILED || (u->state == UTT_READY && u->end <= at))
			continue;
		n = u->start >= 0 && u->start < at ? heard_chars(c, u, at) : 0;
		u->flags &= ~(unsigned)UTT_AGAIN; /* who broke off was asked by the first process */
		if (n && (n == u->text_len || c->utt_count < UTTS)) {
			if (n < u->text_len)
				split(c, u, n, 0); /* the rest waits: the next of this loop */
			u->end = at;
			u->state = UTT_READY;
			u->whole = true;
			continue;
		}
		u->id = ++c->next_utt;
		u->state = UTT_WAITING;
		u->start = -1;
		u->level_count = 0;
		u->announced = u->marked = u->whole = false;
	}
}

void utt_done(struct iv_call *c, uint32_t id, struct utt_end end)
{
	struct utt *u = utt_find(c, id);
	bool mute;

	if (!u || u->state != UTT_ASKED)
		return;
	/* A synthesiser that has nothing to say for words has failed, whatever it calls it. */
	mute = u->start < 0 && (end.failed || count_words((struct iv_str){u->text, u->text_len}) > 0);
	u->state = mute ? UTT_FAILED : UTT_READY;
	u->whole = !end.failed;
	if (end.failed || mute)
		note_text(c, "tts.failed", "reason", end.failed ? end.reason : IV_S("no_audio"));
	if (mute) {
		turn_fail(c, u->flags & UTT_CLIP ? "no_voice" : "tts");
		return;
	}
	if (end.failed && !say_rest(c, u, end.others)) {
		turn_fail(c, "tts");
		return;
	}
	turn_progress(c);
	playout_pump(c);
}

void utts_check(struct iv_call *c)
{
	for (size_t i = 0; i < c->utt_count; i++) {
		struct utt *u = &c->utts[i];

		if (u->state != UTT_ASKED || c->now_us - u->alive_us < (int64_t)TTS_STALL_MS * US_PER_MS)
			continue;
		act(c, &(struct iv_action){.type = IV_ACT_TTS_CANCEL, .utt = u->id});
		utt_done(c, u->id, (struct utt_end){.failed = true, .reason = IV_S("stalled")});
		return;
	}
}
