/* Who speaks at the far end, what the recogniser makes of it, and an operator who meddles. */
#include "world.h"

static const char *const texts[] = {
	"I would like to book a table.", "what time is it", "My number is five five one", "and", "no",
	"wait wait stop that please", "can you tell me a story", "Yes, please.", "for four people, and",
	"I am not sure, maybe on Friday, or perhaps on Saturday.", "um", "goodbye",
};
static const char *const asides[] = {"uh-huh", "yeah", "okay", "Mm hmm."};

static void plan_talk(struct world *w, int64_t from_us)
{
	struct people *p = &w->people;

	p->talk_from_us = from_us;
	switch (between(w, 0, 9)) {
	case 0:
		p->talk = TALK_COUGH;
		p->talk_until_us = from_us + ms_between(w, 60, 350);
		break;
	case 1:
		p->talk = TALK_ASIDE;
		p->talk_until_us = from_us + ms_between(w, 150, 500);
		break;
	default:
		p->talk = TALK_WORDS;
		p->talk_until_us = from_us + ms_between(w, 200, chance(w, 10) ? 9000 : 2500);
		break;
	}
	p->next_talk_us = p->talk_until_us + ms_between(w, 200, chance(w, 25) ? 900 : 9000);
}

void people_start(struct world *w)
{
	struct people *p = &w->people;
	int64_t life = w->end_by_us;

	*p = (struct people){.noisy = chance(w, 10), .echo = chance(w, 40), .finals_fail = chance(w, 3)};
	p->partial_us = p->final_us = p->eot_us = p->back_us = p->resume_us = NOT_DUE;
	p->asr_fail_us = chance(w, 3) ? ms_between(w, 1, life / MS) : NOT_DUE;
	p->gone_us = chance(w, 35) ? ms_between(w, 50, life / MS) : NOT_DUE;
	p->operator_us = chance(w, 50) ? ms_between(w, 50, life / MS) : NOT_DUE;
	plan_talk(w, ms_between(w, 100, chance(w, 10) ? 40000 : 6000));
}

/* A stretch of speech began: the recogniser will have something to say. */
static void recogniser_hears(struct world *w)
{
	struct people *p = &w->people;

	if (p->talk == TALK_COUGH && !chance(w, 5))
		return;
	p->text = p->talk == TALK_ASIDE ? asides[between(w, 0, IV_COUNT(asides) - 1)]
					: texts[between(w, 0, IV_COUNT(texts) - 1)];
	p->words_given = 0;
	p->partial_us = chance(w, 80) ? w->now_us + ms_between(w, 150, 600) : NOT_DUE;
	p->final_us = p->finals_fail || chance(w, 3) ? NOT_DUE : p->talk_until_us + ms_between(w, 40, 1100);
	p->eot_us = chance(w, 30) ? p->talk_until_us + ms_between(w, 200, 1500) : NOT_DUE;
	w->next_due_us = 0;
}

struct iv_level people_level(struct world *w)
{
	struct people *p = &w->people;
	uint64_t r = dice(w);
	int db = -70 - (int)(r & 7), talk;

	if (p->noisy)
		db = -48 - (int)(r & 3);
	if (p->echo && w->far.end_us > w->now_us)
		db = -52 - (int)(r & 7);
	if (w->now_us >= p->talk_from_us) {
		if (p->talk != TALK_NONE && w->now_us - p->talk_from_us < 20 * MS)
			recogniser_hears(w);
		if (w->now_us >= p->talk_until_us) {
			plan_talk(w, p->next_talk_us);
		} else {
			talk = (w->now_us / 20000) % 13 == 12 ? -62 : -22 - (int)((r >> 8) & 7);
			db = talk > db ? talk : db;
		}
	}
	return (struct iv_level){(int16_t)(db * 10), (uint16_t)(20 + (r >> 16 & 63))};
}

static void give_text(struct world *w, bool final)
{
	struct people *p = &w->people;
	struct iv_str t = iv_str(p->text);

	if (!final) {
		size_t n = 0;

		p->words_given++;
		for (int words = 0; n < t.len; n++)
			if (t.ptr[n] == ' ' && ++words == p->words_given)
				break;
		t.len = n;
	}
	world_step(w, &(struct iv_event){.type = final ? IV_EV_ASR_FINAL : IV_EV_ASR_PARTIAL,
					 .text = t,
					 .confidence = final ? (double)between(w, 40, 100) / 100 : 0,
					 .flag = final && chance(w, 30)});
}

static void happens(struct world *w, enum iv_event_type type, struct iv_str text, bool flag)
{
	world_step(w, &(struct iv_event){.type = type, .text = text, .flag = flag});
}

static void meddle(struct world *w)
{
	static const char *const digits[] = {"1", "2", "0", "#", "*"};
	static const char *const verdicts[] = {"human", "machine", "machine_end", "fax", "unknown"};
	struct people *p = &w->people;

	p->operator_us = chance(w, 70) ? w->now_us + ms_between(w, 100, 12000) : NOT_DUE;
	switch (between(w, 0, 15)) {
	case 0:
	case 1:
		w->said_by_operator = true;
		happens(w, IV_EV_SAY,
			IV_S("This is the operator. Please hold the line for a moment."),
			chance(w, 50));
		break;
	case 2:
	case 3:
		if (!p->paused && !p->lost) {
			p->resume_us = w->now_us + ms_between(w, 10, 6000);
			happens(w, IV_EV_PAUSE, IV_STR_NULL, false);
		}
		break;
	case 4:
	case 5:
		if (!p->lost) {
			p->lost = true;
			p->back_us = w->now_us + ms_between(w, 100, 20000);
			happens(w, IV_EV_LEG_LOST, IV_STR_NULL, false);
		}
		break;
	case 6:
		happens(w, IV_EV_CONFIG,
			IV_S("{\"endpointing\":{\"silenceMs\":300},\"bargeIn\":{\"resumeMs\":400}"
			     "}"),
			false);
		break;
	case 7:
		happens(w, IV_EV_CONFIG, IV_S("{\"idle\":{\"promptMs\":\"soon\"}}"), false);
		break;
	case 8:
	case 9:
		if (!p->lost)
			happens(w, IV_EV_TEXT, IV_S("I am typing this"), false);
		break;
	case 10:
		happens(w, IV_EV_DTMF_SEND, IV_S("55#"), false);
		break;
	case 11:
		if (chance(w, 20))
			happens(w, chance(w, 50) ? IV_EV_TRANSFER : IV_EV_HANGUP, IV_S("operator"), false);
		break;
	case 12:
		if (chance(w, 30))
			happens(w, IV_EV_AMD, iv_str(verdicts[between(w, 0, 4)]), false);
		break;
	default:
		if (!p->lost)
			happens(w, IV_EV_DTMF, iv_str(digits[between(w, 0, 4)]), false);
		p->operator_us = w->now_us + ms_between(w, 50, 1200); /* and another key soon */
		break;
	}
}

/* Another process goes on: what was under way in the first is gone, and so are its samples. */
static void move(struct world *w)
{
	models_gone(w);
	w->far.mark_count = 0;
	w->far.jumped = true;
	happens(w, IV_EV_MOVED, IV_STR_NULL, false);
	w->far.sent = w->ended ? w->far.sent : w->audio_end;
}

static void come_back(struct world *w)
{
	struct people *p = &w->people;

	if (p->resume_us <= w->now_us) {
		p->resume_us = NOT_DUE;
		happens(w, IV_EV_RESUME, IV_STR_NULL, false);
	}
	if (p->back_us <= w->now_us) {
		p->back_us = NOT_DUE;
		p->lost = chance(w, 20); /* some never come back */
		if (p->away && chance(w, 90))
			happens(w, IV_EV_DIALED, p->lost ? IV_S("completed") : IV_S("busy"), false);
		if (p->away) /* not the agent's time */
			w->end_by_us += w->now_us - p->away_since_us;
		p->away = false;
		if (w->resumable && !p->lost && chance(w, 50))
			move(w);
		happens(w, p->lost ? IV_EV_LEG_GONE : IV_EV_LEG_BACK, IV_S("disconnected"), false);
	}
}

void people_act(struct world *w, const struct iv_action *a)
{
	struct people *p = &w->people;

	if (a->type == IV_ACT_TRANSFER && w->resumable) {
		p->lost = p->away = true;
		p->away_since_us = w->now_us;
		p->back_us = w->now_us + ms_between(w, 100, 40000);
		world_due(w, p->back_us);
	}
	if (a->type == IV_ACT_NOTE && iv_str_starts(a->name, IV_S("call.paused")))
		p->paused = true;
	else if (a->type == IV_ACT_NOTE && iv_str_starts(a->name, IV_S("call.resumed")))
		p->paused = false;
	if (a->type == IV_ACT_ASR_FINALIZE && p->final_us != NOT_DUE && p->final_us > w->now_us &&
	    chance(w, 80)) {
		p->final_us = w->now_us + ms_between(w, 30, 250);
		world_due(w, p->final_us);
	}
}

int64_t people_due(struct world *w)
{
	struct people *p = &w->people;
	bool deaf = p->paused || p->lost;

	if (p->partial_us <= w->now_us) {
		p->partial_us = w->now_us < p->talk_until_us ? w->now_us + ms_between(w, 100, 400) : NOT_DUE;
		if (!deaf)
			give_text(w, false);
	}
	if (p->final_us <= w->now_us) {
		p->final_us = p->partial_us = NOT_DUE;
		if (!deaf || chance(w, 50))
			give_text(w, true);
	}
	if (p->eot_us <= w->now_us) {
		p->eot_us = NOT_DUE;
		happens(w, IV_EV_ASR_EOT, IV_STR_NULL, false);
	}
	if (p->asr_fail_us <= w->now_us) {
		p->asr_fail_us = NOT_DUE;
		happens(w, IV_EV_ASR_FAILED, IV_STR_NULL, false);
	}
	come_back(w);
	if (p->operator_us <= w->now_us)
		meddle(w);
	if (p->gone_us <= w->now_us) {
		p->gone_us = NOT_DUE;
		happens(w, IV_EV_LEG_GONE, IV_S("caller_hangup"), false);
	}
	return sooner(sooner(sooner(p->partial_us, p->final_us), sooner(p->eot_us, p->asr_fail_us)),
		      sooner(sooner(p->resume_us, p->back_us), sooner(p->operator_us, p->gone_us)));
}
