/* grammar: what the offline recogniser can hear. One JSGF source, a public rule per kind of turn;
 * the vocabulary is what the source uses, so the two cannot disagree. */
#ifndef LAB_GRAMMAR_H
#define LAB_GRAMMAR_H

#include "iv_str.h"

enum grammar_kind {
	GRAMMAR_ANY,	 /* every intent */
	GRAMMAR_BOOKING, /* the brain asked how many people, or when */
	GRAMMAR_KINDS
};

/* The name of the kind's search, and its rule inside the source. */
const char *grammar_name(enum grammar_kind kind);
/* The whole source with `kind`'s rule as the only public one. */
size_t grammar_jsgf(enum grammar_kind kind, char *out, size_t size);
#define GRAMMAR_JSGF_SIZE 8192
/* Each distinct word of the source, once. */
void grammar_words(void (*fn)(void *arg, struct iv_str word), void *arg);

/* Writing as a person would: first letter upper case, "I" and the days too; what is whole gets a
 * question mark or a full stop, unless it ends as if more were coming. `out` gets at most size-1
 * bytes and NUL. */
void grammar_punctuate(struct iv_str plain, bool whole, char *out, size_t size);

#endif
