/* Between reading numbers out of a text and judging what they are. */
#ifndef BASE_REDACT_RUN_H
#define BASE_REDACT_RUN_H

#include "redact_scan.h"

#define GROUPS_MAX 20
#define GROUP_DIGITS_MAX 19
#define PIECE_MAX 64 /* digits in one piece that are passed over at once */

enum joint { JOINT_NONE, JOINT_BLANK, JOINT_HYPHEN, JOINT_DOT, JOINT_MIXED };

struct group {
	size_t from, to; /* of its digits */
	enum joint joint; /* to the group in front */
	bool open; /* '(' in front of it */
};

struct run {
	struct group groups[GROUPS_MAX];
	size_t count, end; /* end: of all that was read, tail included */
	bool plus;	   /* '+' in front of the first */
	bool piece;	   /* '#', '/' or a letter's hyphen in front: a piece of something */
	bool unit;	   /* "ms", "rupees" behind the last */
};

/* Some groups of a run, as one number. */
struct part {
	char digits[GROUP_DIGITS_MAX + 1], sizes[GROUPS_MAX + 1]; /* sizes: '3', '3', '4'; 'A' is ten */
	size_t count, groups;
	enum joint joint; /* JOINT_NONE: one group */
	bool plus, whole, first, open;
	bool other; /* called something else, or a piece of something */
	bool round; /* every group ends with "00" */
	enum redact_label label;
};

/* What a part joined by both is joined by. */
static inline enum joint joint_mix(enum joint a, enum joint b)
{
	if (a == JOINT_NONE || a == b)
		return b;
	if (b == JOINT_NONE)
		return a;
	return a == JOINT_BLANK ? b : b == JOINT_BLANK ? a : JOINT_MIXED;
}

/* False: digits in one piece, too long for anything; r->end is behind them. */
bool redact_read_run(struct redact_scan *s, size_t i, struct run *r);
/* The end of an amount whose first digits end at i: "1,234.50". */
size_t redact_amount_end(struct redact_scan *s, size_t i);
/* What the part is; `strict` goes by its own shape, else by what it is called. */
bool redact_judge(const struct redact_scan *s, const struct part *p, bool strict, enum iv_redact_kind *kind);

#endif
