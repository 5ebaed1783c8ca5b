/* The first words: consent, that this is a machine, hello. What the law wants heard is not interrupted. */
#include "call_priv.h"

enum { ASK_TWICE = 2 };
enum { CONSENT_OFF, CONSENT_ANNOUNCE, CONSENT_ASK };

static const char *const yes_words[] = {"yes", "yeah", "yep", "sure"};
/* Yes by themselves, no behind a "not". */
static const char *const weak_yes_words[] = {"okay", "ok", "fine", "agree", "go ahead", "of course", "i do",
					     "please do", "alright"};
static const char *const no_words[] = {"no", "nope", "not", "don't", "do not", "stop", "never", "refuse"};

static void say_greeting(struct iv_call *c)
{
	if (c->agent.greeting.len)
		turn_say(c, c->agent.greeting, 0);
}

void opening_start(struct iv_call *c)
{
	turn_open(c, TURN_OPENING);
	if (c->opts.consent_prompt.len)
		turn_say(c, c->opts.consent_prompt, UTT_KEEP);
	if (c->agent.disclosure.len)
		turn_say(c, c->agent.disclosure, UTT_KEEP | UTT_DISCLOSURE);
	if (c->agent.consent.mode != CONSENT_OFF) {
		turn_say(c, c->agent.consent.prompt, UTT_KEEP);
		note(c, "consent.prompted", "mode", iv_consent_names[c->agent.consent.mode], NULL);
	}
	if (c->agent.consent.mode == CONSENT_ASK) {
		c->consent.asking = true;
		c->consent.asked = 1;
	} else {
		say_greeting(c);
	}
	if (!c->utt_count)
		turn_close(c, IV_TURN_COMPLETED);
}

static bool any(struct iv_str text, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (contains_phrase(text, iv_str(list[i])))
			return true;
	return false;
}

bool opening_takes(struct iv_call *c, struct iv_str text)
{
	bool no = any(text, no_words, IV_COUNT(no_words)), yes = any(text, yes_words, IV_COUNT(yes_words));
	bool weak_yes = any(text, weak_yes_words, IV_COUNT(weak_yes_words));

	if (!c->consent.asking)
		return false;
	if ((yes || weak_yes) && !no) {
		c->consent.asking = false;
		note(c, "consent.granted", NULL);
		turn_open(c, TURN_OPENING);
		say_greeting(c);
		if (!c->utt_count)
			turn_close(c, IV_TURN_COMPLETED);
	} else if ((no && !yes) || c->consent.asked >= ASK_TWICE) {
		note(c, "consent.declined", NULL);
		call_close(c, "consent_declined", c->agent.consent.declined);
	} else {
		c->consent.asked++;
		turn_open(c, TURN_OPENING);
		turn_say(c, c->agent.consent.prompt, UTT_KEEP);
	}
	return true;
}
