/* brain_words: what is understood of one sentence, spoken or typed. */
#ifndef LAB_BRAIN_WORDS_H
#define LAB_BRAIN_WORDS_H

#include "iv_str.h"

enum intent {
	INTENT_NONE,
	INTENT_UNCLEAR,
	INTENT_GREET,
	INTENT_HOW,
	INTENT_TIME,
	INTENT_BOOK,
	INTENT_STORY,
	INTENT_HUMAN,
	INTENT_GOODBYE,
	INTENT_THANKS,
	INTENT_REPEAT,
	INTENT_ABOUT,
	INTENT_WHO,
	INTENT_STOP,
	INTENT_CANCEL,
	INTENT_YES,
	INTENT_NO,
	INTENT_BACKCHANNEL,
};

struct understood {
	enum intent intent;
	int people;   /* 0: not said */
	char day[20]; /* "tomorrow", "friday"; "" */
	int minute;   /* of the day, 0…1439; -1: not said */
};

struct understood brain_understand(struct iv_str text);
/* "two", "twelve"; at most 12. */
const char *brain_number(int n);

#endif
