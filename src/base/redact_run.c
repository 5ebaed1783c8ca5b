/* Reading numbers: a run of digit groups with blanks, hyphens, points and brackets between them, and what stands
 * around it. */
#include "redact_run.h"

/* Bytes of one separator at i, and what it is; 0: none. */
static size_t separator(struct redact_scan *s, size_t i, enum joint *joint)
{
	int c = look(s, i), d, e;

	*joint = c == '-' ? JOINT_HYPHEN : c == '.' ? JOINT_DOT : JOINT_BLANK;
	if (c == ' ' || c == '-' || c == '.' || c == ')')
		return 1;
	if (c != 0xC2 && c != 0xE2)
		return 0;
	d = look(s, i + 1);
	if (c == 0xC2)
		return d == 0xA0 ? 2 : 0; /* blank that does not break */
	e = look(s, i + 2);
	if (d != 0x80)
		return 0;
	if (e >= 0x90 && e <= 0x93) {
		*joint = JOINT_HYPHEN; /* hyphens and dashes */
		return 3;
	}
	return e == 0xAF || e == 0x89 ? 3 : 0; /* narrow blanks */
}

/* The place of the next group's digits when at most three separators lie between, else 0. */
static size_t next_group(struct redact_scan *s, size_t i, enum joint *joint, bool *open)
{
	enum joint one;
	size_t n, at = i;

	*joint = JOINT_NONE;
	*open = false;
	for (int count = 0; count < 3 && (n = separator(s, at, &one)) > 0; count++) {
		*joint = joint_mix(*joint, one);
		at += n;
	}
	if (look(s, at) == '(' && is_digit(look(s, at + 1))) {
		*open = true;
		*joint = joint_mix(*joint, JOINT_BLANK);
		at++;
	}
	if (*joint == JOINT_DOT && at - i > 1)
		return 0; /* the end of a sentence */
	return at > i && is_digit(look(s, at)) ? at : 0;
}

static size_t digits_end(struct redact_scan *s, size_t i, size_t max)
{
	size_t at = i;

	while (at - i < max && is_digit(look(s, at)))
		at++;
	return at;
}

/* Letters that go on behind digits, and hyphens with more: "12ab-9", to be passed over with them. */
static size_t tail_end(struct redact_scan *s, size_t i)
{
	size_t at = i;

	while (at - i < PIECE_MAX && (is_word(look(s, at)) || (look(s, at) == '-' && is_word(look(s, at + 1)))))
		at++;
	return at;
}

/* "1,234,567.89" from its first comma on: its end, or i. */
static size_t thousands_end(struct redact_scan *s, size_t i)
{
	size_t at = i, n;

	while (look(s, at) == ',' && at - i < PIECE_MAX) {
		n = digits_end(s, at + 1, 4) - at - 1;
		if (n != 2 && n != 3)
			break;
		at += n + 1;
	}
	if (at > i && look(s, at) == '.' && is_digit(look(s, at + 1)))
		at = digits_end(s, at + 1, PIECE_MAX);
	return at;
}

static void drop_last(struct run *r)
{
	enum joint joint;

	do
		joint = r->groups[--r->count].joint;
	while (r->count && joint != JOINT_BLANK);
}

/* What stands behind the last group may say that it is no number of a person: letters, a time, a share. */
static void read_tail(struct redact_scan *s, struct run *r)
{
	static const char *const units[] = {
		"ms", "sec", "secs", "second", "seconds", "minutes", "hours", "days", "bytes", "kb", "mb",
		"gb", "tokens", "rupees", "rs", "inr", "usd", "dollars", "euros", "eur", "percent", "items",
		"units", "points", "people", "crore", "crores", "lakh", "lakhs", "million", "billion", "times",
		"views", "users", "rows", "km", "kilometers", "meters", "steps", "samples", "frames",
		"messages", "records", "votes", NULL};
	int c = look(s, r->end);
	size_t n = 0;

	if (is_word(c) && !((c == 'x' || c == 'X') && is_digit(look(s, r->end + 1)))) {
		r->end = tail_end(s, r->end);
		drop_last(r);
		return;
	}
	if (c == ',' && thousands_end(s, r->end) > r->end) {
		r->end = thousands_end(s, r->end);
		drop_last(r);
		return;
	}
	if (c == '-' && is_word(look(s, r->end + 1))) {
		r->end = tail_end(s, r->end);
		drop_last(r);
		return;
	}
	if (c == '%' || (c == ':' && is_digit(look(s, r->end + 1)))) {
		drop_last(r);
		return;
	}
	if (c != ' ')
		return;
	while (n < 12 && is_letter(look(s, r->end + 1 + n)))
		n++;
	r->unit = redact_in_list((struct iv_str){s->text + r->end + 1, n}, units);
}

bool redact_read_run(struct redact_scan *s, size_t i, struct run *r)
{
	enum joint joint = JOINT_NONE;
	bool open = look(s, i) == '(';
	size_t at;

	*r = (struct run){.plus = look(s, i) == '+'};
	r->piece = behind(s, i) == '#' || (behind(s, i) == '/' && !is_digit(behind(s, i - 1)));
	at = i + (r->plus || open);
	do { /* a group's place is never 0 but for the first */
		size_t end = digits_end(s, at, PIECE_MAX);

		if (end - at > GROUP_DIGITS_MAX) {
			if (r->count)
				return true; /* the long one begins a run of its own */
			r->end = tail_end(s, end);
			return false;
		}
		r->groups[r->count++] = (struct group){at, end, joint, open};
		r->end = end;
		at = next_group(s, end, &joint, &open);
	} while (at && r->count < GROUPS_MAX);
	if (r->count == GROUPS_MAX && at)
		r->piece = true; /* it goes on: a table, not a number */
	read_tail(s, r);
	return true;
}

size_t redact_amount_end(struct redact_scan *s, size_t i)
{
	size_t end = thousands_end(s, i);

	return look(s, end) == '.' && is_digit(look(s, end + 1)) ? digits_end(s, end + 1, PIECE_MAX) : end;
}
