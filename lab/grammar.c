/* What callers may say to the demo agent, as JSGF. About a hundred words: enough for natural
 * variants of each intent, few enough that a small decoder is right nearly always. */
#include "grammar.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

/* One rule a line; a name in <> is a rule, everything else between the signs is vocabulary. */
static const char *const rules[] = {
	"<number> = one | two | three | four | five | six | seven | eight | nine | ten;",
	"<hour> = <number> | eleven | twelve;",
	"<weekday> = monday | tuesday | wednesday | thursday | friday | saturday | sunday;",
	"<day> = today | tonight | tomorrow | tomorrow ( evening | night ) |"
	" [ on | next ] <weekday> [ evening ];",
	"<clock> = <hour> | <hour> o'clock | <hour> thirty | half past <hour> | noon;",
	"<time> = at <clock> [ tonight ];",
	"<guests> = <number> people | <number>;",
	"<party> = for <guests> | a party of <number>;",
	"<when> = <day> [ <time> ] | <time> [ <day> ];",
	"<fragment> = ( <guests> | <party> ) [ please ] | <when> [ please ] | <party> <when> [ "
	"please ] |"
	" <number> people <when> | <hour> o'clock | <hour> thirty | half past <hour> | for <when>;",

	"<ask> = i would like to | i'd like to | i want to | can i | can you | please;",
	"<book> = [ <ask> ] ( book | reserve ) a table [ please ] |"
	" [ <ask> ] ( book | reserve ) a table <party> [ <when> ] [ please ] |"
	" [ <ask> ] ( book | reserve ) a table <when> | a table <party> [ <when> ] [ please ];",
	"<clocktime> = what time is it [ now | please ] | what's the time | what is the time |"
	" tell me the time [ please ] | can you tell me the time | do you have the time;",
	"<story> = [ can you | please ] tell me ( a | another ) story [ please ] |"
	" i ( want | would like ) to hear a story;",
	"<human> = [ <ask> ] ( talk | speak ) to a ( human | person ) [ please ] |"
	" i need ( a human | help from a person ) | transfer me [ please ];",
	"<hello> = hello | hi | hello there | hi there | good morning | good evening | how are "
	"you;",
	"<goodbye> = goodbye | bye bye | okay goodbye | thank you goodbye | that's all | that's "
	"all thank you;",
	"<thanks> = thank you [ very much ] | thanks | thanks a lot;",
	"<repeat> = [ can you | please ] ( repeat that | say that again ) [ please ] | what did "
	"you say;",
	"<about> = what can you do | can you help me | are you a ( robot | human | real person ) | "
	"who are you;",
	"<halt> = stop | stop it | stop please | please stop | okay stop | wait | wait a minute | "
	"hold on |"
	" hold on a minute;",
	"<cancel> = never mind | cancel that | forget it;",
	"<agree> = yes | yes please | yeah | sure | of course | that's right;",
	"<deny> = no | no thanks | no thank you | not now;",
	"<backchannel> = uh huh | okay | right | i see;",

	"<control> = <hello> | <goodbye> | <thanks> | <repeat> | <halt> | <cancel> | <agree> | "
	"<deny> |"
	" <backchannel> | <human>;",
	"<any> = <control> | <book> | <fragment> | <clocktime> | <story> | <about>;",
	"<booking> = <control> | <book> | <fragment>;",
};

static const char *const names[GRAMMAR_KINDS] = {"any", "booking"};

const char *grammar_name(enum grammar_kind kind)
{
	return names[kind];
}

size_t grammar_jsgf(enum grammar_kind kind, char *out, size_t size)
{
	size_t len = 0;
	int n = snprintf(out, size, "#JSGF V1.0;\ngrammar lab;\npublic <turn> = <%s>;\n",
			 names[kind]);

	for (size_t i = 0; n >= 0; i++) {
		len += (size_t)n;
		if (len >= size)
			abort(); /* GRAMMAR_JSGF_SIZE is too small for the table above */
		if (i == IV_COUNT(rules))
			break;
		n = snprintf(out + len, size - len, "%s\n", rules[i]);
	}
	return len;
}

static bool word_char(char c)
{
	return isalpha((unsigned char)c) || c == '\'';
}

/* The next vocabulary word of a rule at or after *at. */
static bool next_word(const char *rule, size_t *at, struct iv_str *word)
{
	size_t i = *at;

	while (rule[i]) {
		if (rule[i] == '<') {
			i += strcspn(rule + i, ">");
		} else if (word_char(rule[i])) {
			size_t from = i;

			while (word_char(rule[i]))
				i++;
			*word = (struct iv_str){rule + from, i - from};
			*at = i;
			return true;
		} else {
			i++;
		}
	}
	return false;
}

#define WORDS_MAX 256

void grammar_words(void (*fn)(void *arg, struct iv_str word), void *arg)
{
	struct iv_str seen[WORDS_MAX], word;
	size_t count = 0;

	for (size_t r = 0; r < IV_COUNT(rules); r++) {
		for (size_t at = 0; next_word(rules[r], &at, &word);) {
			size_t i = 0;

			while (i < count && !iv_str_eq(seen[i], word))
				i++;
			if (i < count)
				continue;
			if (count == WORDS_MAX)
				abort();
			seen[count++] = word;
			fn(arg, word);
		}
	}
}

static bool ends_with_any(struct iv_str s, const char *const *endings)
{
	for (; *endings; endings++) {
		struct iv_str end = iv_str(*endings);

		if (s.len >= end.len && memcmp(s.ptr + s.len - end.len, end.ptr, end.len) == 0 &&
		    (s.len == end.len || s.ptr[s.len - end.len - 1] == ' '))
			return true;
	}
	return false;
}

static bool starts_with_any(struct iv_str s, const char *const *starts)
{
	for (; *starts; starts++) {
		struct iv_str start = iv_str(*starts);

		if (s.len >= start.len && memcmp(s.ptr, start.ptr, start.len) == 0 &&
		    (s.len == start.len || s.ptr[start.len] == ' '))
			return true;
	}
	return false;
}

static bool capital(struct iv_str word)
{
	static const char *const always[] = {"i",	"i'd",	     "monday",
					     "tuesday", "wednesday", "thursday",
					     "friday",	"saturday",  "sunday"};

	for (size_t i = 0; i < IV_COUNT(always); i++)
		if (iv_str_eq(word, iv_str(always[i])))
			return true;
	return false;
}

void grammar_punctuate(struct iv_str plain, bool whole, char *out, size_t size)
{
	static const char *const open[] = {"to",   "a",	  "for",  "at", "on",
					   "next", "the", "past", "of", NULL};
	static const char *const asks[] = {"what", "what's", "who", "how",
					   "can",  "do",     "are", NULL};
	struct iv_str rest = plain, word;
	size_t len = 0;

	while (iv_str_split(&rest, ' ', &word)) {
		bool upper = len == 0 || capital(word);

		if (word.len == 0 || len + word.len + 3 > size)
			continue;
		if (len)
			out[len++] = ' ';
		memcpy(out + len, word.ptr, word.len);
		if (upper)
			out[len] = (char)toupper((unsigned char)out[len]);
		len += word.len;
	}
	if (whole && len && len + 2 <= size && !ends_with_any(plain, open))
		out[len++] = starts_with_any(plain, asks) ? '?' : '.';
	if (size)
		out[len] = '\0';
}
