/* Keywords, in any order and any spelling a person types: "Table 4 two, 7pm pls" is a booking for
 * two at seven in the evening as much as the sentences of the grammar are. */
#include "brain_words.h"

#include <ctype.h>

#define WORDS_MAX 64
#define WORD_SIZE 24

struct sentence {
	char word[WORDS_MAX][WORD_SIZE];
	size_t count;
};

static const char *const numbers[] = {"zero",  "one",	"two",	"three", "four",   "five",  "six",
				      "seven", "eight", "nine", "ten",	 "eleven", "twelve"};

const char *brain_number(int n)
{
	return n >= 0 && (size_t)n < IV_COUNT(numbers) ? numbers[n] : "many";
}

/* Lower case; apostrophes vanish ("what's", "whats"); other signs part words, but ':' within a
 * time. */
static void split_words(struct iv_str text, struct sentence *s)
{
	size_t len = 0;

	s->count = 0;
	for (size_t i = 0; i <= text.len && s->count < WORDS_MAX; i++) {
		unsigned char c = i < text.len ? (unsigned char)text.ptr[i] : ' ';
		bool colon = c == ':' && len && i + 1 < text.len &&
			     isdigit((unsigned char)text.ptr[i + 1]);

		if (c == '\'')
			continue;
		if (isalnum(c) || colon) {
			if (len + 1 < WORD_SIZE)
				s->word[s->count][len++] = (char)tolower(c);
		} else if (len) {
			s->word[s->count++][len] = '\0';
			len = 0;
		}
	}
}

static bool is_word(const struct sentence *s, size_t i, const char *word)
{
	return i < s->count && strcmp(s->word[i], word) == 0;
}

/* `pattern` is words parted by blanks, found side by side anywhere in the sentence. */
static bool has(const struct sentence *s, const char *pattern)
{
	for (size_t from = 0; from < s->count; from++) {
		struct iv_str rest = iv_str(pattern), word;
		size_t at = from;
		bool same = true;

		while (same && iv_str_split(&rest, ' ', &word)) {
			same = at < s->count && iv_str_eq(iv_str(s->word[at]), word);
			at++;
		}
		if (same)
			return true;
	}
	return false;
}

static bool has_any(const struct sentence *s, const char *const *patterns)
{
	for (; *patterns; patterns++)
		if (has(s, *patterns))
			return true;
	return false;
}

static int number_at(const struct sentence *s, size_t i)
{
	int64_t n;

	if (i >= s->count)
		return -1;
	for (size_t k = 1; k < IV_COUNT(numbers); k++)
		if (strcmp(s->word[i], numbers[k]) == 0)
			return (int)k;
	if (isdigit((unsigned char)s->word[i][0]) && iv_str_to_i64(iv_str(s->word[i]), &n) &&
	    n >= 0 && n < 1000)
		return (int)n;
	return -1;
}

/* ── when ── */

static const char *const days[] = {"today",	"tonight",  "tomorrow", "monday",   "tuesday",
				   "wednesday", "thursday", "friday",	"saturday", "sunday"};

static void find_day(const struct sentence *s, struct understood *u)
{
	for (size_t i = 0; i < s->count && !u->day[0]; i++)
		for (size_t d = 0; d < IV_COUNT(days); d++)
			if (strcmp(s->word[i], days[d]) == 0)
				iv_str_copy(u->day, sizeof(u->day), iv_str(days[d]));
}

/* Tables are booked for the evening: seven is 19:00 unless somebody says "am". */
static int evening(int hour, bool morning)
{
	return hour < 12 && !morning ? hour + 12 : hour;
}

/* "7", "7pm", "19:30", "7:30pm", "7am" */
static bool clock_word(const char *w, int *hour, int *minute, bool *marked)
{
	struct iv_str s = iv_str(w), part;
	int64_t h, m = 0;
	bool am = iv_str_ends(s, IV_S("am")), pm = iv_str_ends(s, IV_S("pm"));
	bool colon;

	if (am || pm)
		s.len -= 2;
	colon = memchr(s.ptr, ':', s.len) != NULL;
	if (!iv_str_split(&s, ':', &part) || !iv_str_to_i64(part, &h) || h < 0 || h > 23)
		return false;
	if (colon && (!iv_str_to_i64(s, &m) || m < 0 || m > 59))
		return false;
	*marked = am || pm || colon;
	*hour = pm && h < 12		 ? (int)h + 12
		: h > 0 && h < 12 && !am ? evening((int)h, false)
					 : (int)h;
	*minute = (int)m;
	return true;
}

/* The hour written at i; returns how many words it takes, 0 for none. */
static size_t hour_at(const struct sentence *s, size_t i, int *minute_of_day, bool *marked)
{
	int spoken = number_at(s, i), hour, minute;

	*marked = false;
	if (is_word(s, i, "noon")) {
		*marked = true;
		*minute_of_day = 12 * 60;
		return 1;
	}
	if (i >= s->count)
		return 0;
	if (clock_word(s->word[i], &hour, &minute, marked)) {
		*minute_of_day = hour * 60 + minute;
	} else if (spoken >= 1 && spoken <= 12) {
		*minute_of_day = evening(spoken, is_word(s, i + 1, "am")) * 60;
	} else {
		return 0;
	}
	if (is_word(s, i + 1, "thirty")) {
		*minute_of_day += 30;
		*marked = true;
		return 2;
	}
	if (is_word(s, i + 1, "oclock") || is_word(s, i + 1, "pm") || is_word(s, i + 1, "am")) {
		*marked = true;
		return 2;
	}
	if (is_word(s, i + 1, "o") && is_word(s, i + 2, "clock")) {
		*marked = true;
		return 3;
	}
	return 1;
}

/* A number is a time behind "at" or "past", or when it says so itself ("7pm", "seven o'clock"). Its
 * words are taken out, so that what is left may be a number of people. */
static void take_time(struct sentence *s, struct understood *u)
{
	for (size_t i = 0; i < s->count && u->minute < 0; i++) {
		bool past = i > 0 && is_word(s, i - 1, "past"),
		     at = i > 0 && is_word(s, i - 1, "at");
		int minute;
		bool marked;
		size_t words = hour_at(s, i, &minute, &marked);

		if (!words || !(past || at || marked))
			continue;
		if (past)
			minute += 30; /* half past is the only one known */
		u->minute = minute % (24 * 60);
		for (size_t k = i; k < i + words; k++)
			s->word[k][0] = '\0';
	}
}

static void find_people(const struct sentence *s, struct understood *u)
{
	for (size_t i = 0; i < s->count && !u->people; i++) {
		int n = number_at(s, i);

		/* "one" and "a" are no counts in "that one" or "a table". */
		if (n > 0 && !(n == 1 && i > 0 &&
			       (is_word(s, i - 1, "that") || is_word(s, i - 1, "another"))))
			u->people = n;
	}
	if (!u->people && (has(s, "just me") || has(s, "myself") || has(s, "only me")))
		u->people = 1;
}

/* ── what for ── */

struct rule {
	enum intent intent;
	const char *any[20];
};

/* The first row with a pattern in the sentence counts. */
static const struct rule rules[] = {
	{INTENT_UNCLEAR, {"unclear"}},
	{INTENT_HUMAN,
	 {"human", "person", "somebody", "someone", "operator", "colleague", "transfer",
	  "real agent", "transfer me", "representative", "manager"}},
	{INTENT_STORY, {"story", "stories", "tale"}},
	{INTENT_BOOK, {"book", "booking", "reserve", "reservation", "table"}},
	{INTENT_TIME,
	 {"what time", "the time", "whats the time", "time is it", "time now", "current time"}},
	{INTENT_GOODBYE,
	 {"goodbye", "bye", "good bye", "thats all", "hang up", "see you", "farewell",
	  "have a nice day", "end the call"}},
	{INTENT_CANCEL, {"never mind", "nevermind", "cancel", "forget it", "forget that"}},
	{INTENT_REPEAT,
	 {"repeat", "say that again", "say again", "what did you say", "pardon", "come again",
	  "once more"}},
	{INTENT_WHO,
	 {"robot", "who are you", "are you human", "are you real", "a machine", "your name",
	  "an ai"}},
	{INTENT_ABOUT,
	 {"what can you", "help", "what can i", "what do you do", "how does this work", "options"}},
	{INTENT_STOP,
	 {"stop", "wait", "hold on", "one moment", "quiet", "shut up", "enough", "be quiet"}},
	{INTENT_HOW, {"how are you", "how do you do", "how is it going", "hows it going"}},
	{INTENT_NO, {"no", "nope", "not now", "nothing", "no thanks"}},
	{INTENT_THANKS, {"thank you", "thanks", "thank", "thx", "cheers"}},
	{INTENT_GREET,
	 {"hello", "hi", "hey", "good morning", "good evening", "good afternoon", "hallo"}},
	{INTENT_YES,
	 {"yes", "yeah", "yep", "sure", "of course", "please do", "go ahead", "thats right",
	  "correct"}},
	{INTENT_BACKCHANNEL,
	 {"uh huh", "okay", "ok", "right", "i see", "mm", "hmm", "mhm", "uhhuh", "alright"}},
};

struct understood brain_understand(struct iv_str text)
{
	struct understood u = {.minute = -1};
	struct sentence s;

	split_words(text, &s);
	for (size_t i = 0; i < IV_COUNT(rules) && u.intent == INTENT_NONE; i++)
		if (has_any(&s, rules[i].any))
			u.intent = rules[i].intent;
	/* "are you a human" asks who, not for whom. */
	if (u.intent == INTENT_HUMAN && has(&s, "are you"))
		u.intent = INTENT_WHO;
	find_day(&s, &u);
	take_time(&s, &u);
	find_people(&s, &u);
	return u;
}
