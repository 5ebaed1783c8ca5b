/* Model, synthesiser and tools: slow, silent, failing, cut in half, and heard of after they were
 * cancelled. Each stream must end or be cancelled exactly once. */
#include <stdio.h>
#include "world.h"

static const char *const answers[] = {
	"Sure. I can do that for you, it will take just a moment. Is there anything else you would like? ",
	"Yes.",
	"The table is booked for Friday at 7.30 p.m. for four people. Dr. Smith will be there as well. Please "
	"come ten minutes early, because the kitchen closes at nine. See you then! ",
	"Well, let me think about that for a while, since it is not as easy as it looks, and then I will tell "
	"you a long story. Once upon a time there was a little fox who lived in the woods behind the hill. "
	"Every morning he went down to the river. One day the river was gone. He looked left. He looked right. "
	"He asked the owl, and the owl said that the river had gone to see the sea. So the fox went after it, "
	"and he walked for a hundred days, and when he came to the sea he was an old fox and did not want to "
	"go home any more. And that is the end of the story, I am afraid. ",
	"**Great!** Here is a list:\n* one\n* two\nWhich one? \xf0\x9f\x98\x80 ",
	"Goodbye and thank you for calling.",
};
static const char *const tool_names[] = {"book", "lookup", "collect_digits", "end_call", "transfer_to_human",
					 "send_dtmf", "unknown_tool", "notify"};
static const int tool_odds[] = {30, 55, 65, 72, 75, 80, 84, 100};

/* ── the model ── */

static void on_ask(struct world *w, uint32_t gen)
{
	struct llm_stream *s = NULL;

	for (size_t i = 0; i < IV_COUNT(w->llm); i++) {
		world_must(w, w->llm[i].state != STREAM_OPEN, "asked while generation %u is open",
			   w->llm[i].gen);
		if (!s || (s->state != STREAM_FREE && w->llm[i].state == STREAM_FREE))
			s = &w->llm[i];
	}
	world_must(w, gen == w->last_gen + 1, "generation %u after %u", gen, w->last_gen);
	w->last_gen = gen;
	*s = (struct llm_stream){.state = STREAM_OPEN,
				 .gen = gen,
				 .text = answers[between(w, 0, IV_COUNT(answers) - 1)],
				 .fails = chance(w, 4),
				 .tools = chance(w, 15) ? (int)between(w, 1, 3) : 0};
	s->words = (int)between(w, chance(w, 3) ? 0 : 1, 130);
	if (s->tools && chance(w, 50))
		s->words = 0;
	s->due_us = chance(w, 1) ? NOT_DUE : w->now_us + ms_between(w, 30, chance(w, 5) ? 6000 : 900);
	world_due(w, s->due_us);
}

static void on_llm_cancel(struct world *w, uint32_t gen)
{
	for (size_t i = 0; i < IV_COUNT(w->llm); i++)
		if (w->llm[i].state == STREAM_OPEN && w->llm[i].gen == gen) {
			w->llm[i].state = chance(w, 50) ? STREAM_CANCELLED
							: STREAM_FREE; /* still talking, or not */
			w->llm[i].words = (int)between(w, 0, 4);
			w->cancelled_gen = gen;
			return;
		}
	world_fail(w, "generation %u is cancelled and is not open", gen);
}

static void give_tool(struct world *w, struct llm_stream *s)
{
	char id[32];
	int odds = (int)between(w, 0, 99);
	size_t k = 0;

	while (odds >= tool_odds[k])
		k++;
	(void)snprintf(id, sizeof(id), "call_%u", ++w->tool_ids);
	world_step(w, &(struct iv_event){.type = IV_EV_LLM_TOOL,
					 .gen = s->gen,
					 .id = iv_str(id),
					 .name = iv_str(tool_names[k]),
					 .text = k == 5 ? IV_S("{\"digits\":\"12#\"}")
							: IV_S("{\"n\":4,\"max\":3}")});
}

static void give_word(struct world *w, struct llm_stream *s)
{
	size_t n = 0, len = strlen(s->text);

	if (s->at == len)
		s->at = 0;
	while (s->at + n < len && s->text[s->at + n] != ' ')
		n++;
	n += s->at + n < len;
	s->at += n;
	s->words--;
	world_step(w, &(struct iv_event){
			      .type = IV_EV_LLM_DELTA, .gen = s->gen, .text = {s->text + s->at - n, n}});
}

static void llm_go_on(struct world *w, struct llm_stream *s)
{
	uint32_t gen = s->gen;

	if (s->words > 0) {
		give_word(w, s);
	} else if (s->tools > 0) {
		s->tools--;
		give_tool(w, s);
	} else {
		s->state = STREAM_FREE;
		world_step(w, &(struct iv_event){.type = s->fails ? IV_EV_LLM_FAILED : IV_EV_LLM_DONE,
						 .gen = gen,
						 .a = 300,
						 .b = 40,
						 .text = IV_S("stalled")});
		return;
	}
	if (s->gen == gen)
		s->due_us = w->now_us + ms_between(w, 4, 60);
}

/* ── the synthesiser ── */

/* What is asked as a rest is the end, from a word on, of what broke off just before; the end of what broke
 * off is asked as a rest. */
static void check_rest(struct world *w, const struct iv_action *a)
{
	struct iv_str asked = iv_str(w->asked);
	bool tail = a->text.len <= asked.len &&
		    memcmp(asked.ptr + asked.len - a->text.len, a->text.ptr, a->text.len) == 0 &&
		    (a->text.len == asked.len || asked.ptr[asked.len - a->text.len - 1] == ' ');

	world_must(w, !a->flag || (w->broke_off && tail), "\"%.*s\" is no rest of \"%s\"", IV_FMT(a->text), w->asked);
	world_must(w, a->flag || !w->broke_off || !tail, "the rest of \"%s\" is asked as a sentence", w->asked);
	w->broke_off = w->cut_off = false;
	(void)iv_str_copy(w->asked, sizeof(w->asked), a->text);
}

static void on_say(struct world *w, const struct iv_action *a)
{
	struct tts_stream *s = NULL;
	int64_t total = (int64_t)a->text.len * 60 * w->far.rate_hz / 1000;

	for (size_t i = 0; i < IV_COUNT(w->tts); i++) {
		world_must(w, w->tts[i].state != STREAM_OPEN, "two sentences at the synthesiser");
		if (!s || (s->state != STREAM_FREE && w->tts[i].state == STREAM_FREE))
			s = &w->tts[i];
	}
	world_must(w, a->utt > w->last_utt, "utterance %u after %u", a->utt, w->last_utt);
	check_rest(w, a);
	world_must(w, a->text.len >= 1 && a->text.len <= 244, "a sentence of %zu bytes", a->text.len);
	w->last_utt = a->utt;
	*s = (struct tts_stream){.state = STREAM_OPEN, .utt = a->utt, .left = total, .fails = chance(w, 3)};
	if (s->fails)
		s->left = chance(w, 50) ? 0 : total / 3;
	s->chunk = between(w, 80, 800) * w->far.rate_hz / 1000 + between(w, 0, 7);
	s->step_us = s->chunk * 1000000 / w->far.rate_hz / between(w, 1, 12);
	s->due_us = chance(w, 1) && !chance(w, 50) ? NOT_DUE : w->now_us + ms_between(w, 40, 500);
	world_due(w, s->due_us);
}

static void on_tts_cancel(struct world *w, uint32_t utt)
{
	for (size_t i = 0; i < IV_COUNT(w->tts); i++)
		if (w->tts[i].state == STREAM_OPEN && w->tts[i].utt == utt) {
			w->tts[i].state = chance(w, 50) ? STREAM_CANCELLED : STREAM_FREE;
			w->tts[i].left = sooner(w->tts[i].left, w->tts[i].chunk);
			w->cut_off = w->tts[i].given;
			return;
		}
	world_fail(w, "utterance %u is cancelled and is not open", utt);
}

static void tts_go_on(struct world *w, struct tts_stream *s)
{
	uint8_t levels[64];
	int64_t n = sooner(s->left, s->chunk);
	uint32_t utt = s->utt;

	if (n > 0) {
		size_t count = (size_t)((n + w->far.rate_hz / 50 - 1) / (w->far.rate_hz / 50));

		memset(levels, (int)(18 + (s->left & 7)), sizeof(levels));
		s->left -= n;
		s->given = true;
		s->due_us = w->now_us + s->step_us;
		w->audio_end += n;
		world_step(w, &(struct iv_event){.type = IV_EV_TTS_AUDIO,
						 .utt = utt,
						 .samples = n,
						 .levels = levels,
						 .level_count = count});
		return;
	}
	w->broke_off = s->state == STREAM_OPEN ? s->fails && s->given : w->broke_off;
	s->state = STREAM_FREE;
	world_step(w, &(struct iv_event){.type = s->fails ? IV_EV_TTS_FAILED : IV_EV_TTS_DONE,
					 .utt = utt,
					 .text = IV_S("cut"),
					 .flag = s->fails && chance(w, 50)});
}

/* ── tools ── */

static void on_tool(struct world *w, const struct iv_action *a)
{
	struct tool_run *t = NULL;

	world_must(w, !w->far.held, "a tool is started while an interruption is undecided");
	world_must(w, a->gen == w->last_gen && a->gen != w->cancelled_gen,
		   "a tool of generation %u is started, which was cancelled", a->gen);
	for (size_t i = 0; i < IV_COUNT(w->tools); i++) {
		world_must(w, w->tools[i].state == STREAM_FREE || !iv_str_eq(a->id, iv_str(w->tools[i].id)),
			   "a tool is started twice");
		if (w->tools[i].state != STREAM_OPEN && (!t || t->state != STREAM_FREE))
			t = &w->tools[i];
	}
	world_must(w, t, "more than 16 tools at the same time");
	*t = (struct tool_run){.state = STREAM_OPEN};
	(void)iv_str_copy(t->id, sizeof(t->id), a->id);
	t->due_us = chance(w, 8) ? NOT_DUE : w->now_us + ms_between(w, 5, 2600);
	world_due(w, t->due_us);
}

static void on_tool_cancel(struct world *w, struct iv_str id)
{
	for (size_t i = 0; i < IV_COUNT(w->tools); i++)
		if (w->tools[i].state == STREAM_OPEN && iv_str_eq(id, iv_str(w->tools[i].id))) {
			w->tools[i].state = STREAM_CANCELLED; /* its result comes all the same */
			return;
		}
	world_fail(w, "a tool is cancelled and is not running");
}

static void tool_go_on(struct world *w, struct tool_run *t)
{
	char id[32];

	memcpy(id, t->id, sizeof(id));
	t->state = STREAM_FREE;
	world_step(w, &(struct iv_event){.type = IV_EV_TOOL_RESULT,
					 .id = iv_str(id),
					 .text = IV_S("{\"ok\":true}"),
					 .flag = !chance(w, 10)});
}

/* ── */

void models_act(struct world *w, const struct iv_action *a)
{
	if (a->type == IV_ACT_TURN || (a->type == IV_ACT_NOTE && iv_str_eq(a->name, IV_S("turn.retracted"))))
		w->broke_off = false; /* what was not said is not wanted any more */
	else if (a->type == IV_ACT_NOTE && iv_str_eq(a->name, IV_S("tts.failed")))
		w->broke_off = w->broke_off || w->cut_off; /* it was cancelled because it stalled */
	else if (a->type == IV_ACT_LLM_ASK)
		on_ask(w, a->gen);
	else if (a->type == IV_ACT_LLM_CANCEL)
		on_llm_cancel(w, a->gen);
	else if (a->type == IV_ACT_TTS_SAY)
		on_say(w, a);
	else if (a->type == IV_ACT_TTS_CANCEL)
		on_tts_cancel(w, a->utt);
	else if (a->type == IV_ACT_TOOL_CALL)
		on_tool(w, a);
	else if (a->type == IV_ACT_TOOL_CANCEL)
		on_tool_cancel(w, a->id);
}

#define GO_ON(array, go_on)                                                                        \
	for (size_t i = 0; i < IV_COUNT(array); i++) {                                             \
		if ((array)[i].state == STREAM_FREE)                                               \
			continue;                                                                  \
		if ((array)[i].due_us <= w->now_us && !w->ended)                                   \
			go_on(w, &(array)[i]);                                                     \
		if ((array)[i].state != STREAM_FREE)                                               \
			next = sooner(next, (array)[i].due_us);                                    \
	}

int64_t models_due(struct world *w)
{
	int64_t next = NOT_DUE;

	GO_ON(w->llm, llm_go_on)
	GO_ON(w->tts, tts_go_on)
	GO_ON(w->tools, tool_go_on)
	return next;
}

void models_gone(struct world *w)
{
	memset(w->llm, 0, sizeof(w->llm));
	memset(w->tts, 0, sizeof(w->tts));
	memset(w->tools, 0, sizeof(w->tools));
	w->broke_off = w->cut_off = false;
}

bool models_open(const struct world *w)
{
	for (size_t i = 0; i < IV_COUNT(w->llm); i++)
		if (w->llm[i].state == STREAM_OPEN || w->tts[i].state == STREAM_OPEN)
			return true;
	for (size_t i = 0; i < IV_COUNT(w->tools); i++)
		if (w->tools[i].state == STREAM_OPEN)
			return true;
	return false;
}
