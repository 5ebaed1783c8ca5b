/* Between the parts of iv_redact: a text that may go on, read character by character. */
#ifndef BASE_REDACT_SCAN_H
#define BASE_REDACT_SCAN_H

#include "iv_redact.h"

/* How far a decision may look back; a stream keeps so much of what it has given. */
#define REDACT_BEHIND 48

struct redact_scan {
	const char *text;
	size_t len;
	bool final;	   /* nothing comes behind it */
	bool touched;	   /* somebody wanted to see behind the end: the decision must wait unless final */
	unsigned kinds;
	struct iv_str name; /* of the JSON member that the text is, or empty */
};

struct redact_hit {
	size_t from, to;
	enum iv_redact_kind kind;
	bool found;
};

/* -1 behind the end. */
static inline int look(struct redact_scan *s, size_t i)
{
	if (i < s->len)
		return (unsigned char)s->text[i];
	s->touched = true;
	return -1;
}

/* The character in front; a blank where the text begins. */
static inline int behind(const struct redact_scan *s, size_t i)
{
	return i > 0 ? (unsigned char)s->text[i - 1] : ' ';
}

static inline bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static inline bool is_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool is_word(int c)
{
	return is_digit(c) || is_letter(c) || c == '_';
}

static inline bool wants(const struct redact_scan *s, enum iv_redact_kind kind)
{
	return s->kinds >> kind & 1;
}

static inline bool hit(struct redact_hit *h, enum iv_redact_kind kind, size_t from, size_t to)
{
	*h = (struct redact_hit){from, to, kind, true};
	return true;
}

/* Appends what takes the place of what was found, and counts it. */
bool redact_replace(const struct iv_redact *how, enum iv_redact_kind kind, struct iv_str found, struct iv_buf *out,
		    struct iv_redact_counts *counts);
/* iv_redact_text of a JSON member of that name, which says as much as words in front of a number. */
bool redact_named_text(const struct iv_redact *how, struct iv_str name, struct iv_str text, struct iv_buf *out,
		       struct iv_redact_counts *counts);
/* Deals with what begins at i, in front of which nothing is open: *h is what was found, perhaps further on,
 * and the rest up to the returned place is to be kept. Always beyond i. */
size_t redact_step(struct redact_scan *s, size_t i, struct redact_hit *h);
/* The same for what begins with a digit, '+' or '('. */
size_t redact_number(struct redact_scan *s, size_t i, struct redact_hit *h);

/* What the words in front of a number call it; the nearest that says anything. */
enum redact_label { LABEL_NONE, LABEL_PHONE, LABEL_OTHER, LABEL_SSN, LABEL_AADHAAR, LABEL_EMAIL };
enum redact_label redact_label_before(const struct redact_scan *s, size_t i);
/* Is it the amount of something: "$" in front? */
bool redact_is_amount(const struct redact_scan *s, size_t i);
/* Is `word` (any case) in the list that ends with NULL? */
bool redact_in_list(struct iv_str word, const char *const *list);
/* Cuts the next word off a name in camelCase or snake_case: "apiKey" gives "api", "Key". */
bool redact_next_part(struct iv_str *rest, struct iv_str *part);

#endif
