/* iv_redact: takes personal data out of texts and of JSON before they are kept or sent. What is found:
 *
 *   email    a@b.co, and spoken: "asha dot rao at gmail dot com"
 *   phone    +…; grouped or bare Indian, North American and trunk (0…) numbers; any digits called a phone
 *   card     13 to 19 digits of a card scheme that pass Luhn's check, however grouped
 *   ssn      123-45-6789 of ranges that are issued; bare only where it is called so
 *   aadhaar  12 digits that pass Verhoeff's check
 *   pan      ABCPE1234F
 *   ip       addresses of IPv4 and IPv6
 *
 * Dates, times, UUIDs, ids with letters in them, prices and numbers called an order's or an invoice's stay.
 * Digits spelt as words, and names of people, are not found. Some 8 MB a second: what is longer than a few pages
 * belongs into iv_loop_work. */
#ifndef IV_REDACT_H
#define IV_REDACT_H

#include "iv_json.h"

#define IV_REDACT_KINDS(X)                         \
	X(IV_REDACT_EMAIL, "email", "EMAIL")       \
	X(IV_REDACT_PHONE, "phone", "PHONE")       \
	X(IV_REDACT_CARD, "card", "CARD")          \
	X(IV_REDACT_SSN, "ssn", "SSN")             \
	X(IV_REDACT_AADHAAR, "aadhaar", "AADHAAR") \
	X(IV_REDACT_PAN, "pan", "PAN")             \
	X(IV_REDACT_IP, "ip", "IP")                \
	X(IV_REDACT_KEY, "key", "REDACTED") /* a JSON member whose name says that it is secret */

enum iv_redact_kind {
#define X(kind, name, mask) kind,
	IV_REDACT_KINDS(X)
#undef X
	IV_REDACT_KIND_COUNT
};
extern const char *const iv_redact_kind_names[]; /* ends with NULL */

enum iv_redact_mode {
	IV_REDACT_MASK,	  /* "[PHONE]" */
	IV_REDACT_LENGTH, /* "+** ***** *****": every letter and digit, so that offsets stay */
	IV_REDACT_HASH,	  /* "[PHONE:6f1c…]": 12 hex digits of a keyed digest, the same for the same number */
};

struct iv_redact {
	unsigned kinds;	    /* bits 1 << enum iv_redact_kind; 0: all but ip */
	enum iv_redact_mode mode;
	struct iv_str hash_key; /* of IV_REDACT_HASH; without one it masks, since a bare digest can be guessed */
	const char *const *keep; /* NULL, or further member names that are never looked into; ends with NULL */
};

struct iv_redact_counts {
	size_t found[IV_REDACT_KIND_COUNT];
};

/* Appends the text without what was found; counts (may be NULL) are added to. False: out is full, and holds
 * what it held before. */
IV_MUST_CHECK bool iv_redact_text(const struct iv_redact *how, struct iv_str text, struct iv_buf *out,
				  struct iv_redact_counts *counts);

/* A text that comes in pieces, cut anywhere: what is appended in all is what iv_redact_text makes of the
 * whole. At most a few hundred bytes are held back until more comes, or the end. A piece has at most 1 MiB;
 * what is not valid UTF-8 is passed as it is. */
struct iv_redact_stream {
	const struct iv_redact *how;
	struct iv_buf held;
	size_t at; /* in `held`: what is in front was dealt with */
};

void iv_redact_begin(struct iv_redact_stream *s, const struct iv_redact *how); /* how outlives the stream */
IV_MUST_CHECK bool iv_redact_feed(struct iv_redact_stream *s, struct iv_str piece, struct iv_buf *out,
				  struct iv_redact_counts *counts);
/* Gives the rest, and frees. Without out only frees. */
IV_MUST_CHECK bool iv_redact_end(struct iv_redact_stream *s, struct iv_buf *out, struct iv_redact_counts *counts);

/* JSON, member by member. Left alone: names by which things are found and routed (id, …Id, type, status, from,
 * to, url, …At, …Ms and the like), numbers that are no cards, true, false, null. Masked whole: strings and
 * numbers called password, secret, token, api key, cvv, otp and so on, and those called email, phone, ssn,
 * aadhaar, pan or card number. All other strings are read as texts. */
void iv_redact_value(const struct iv_redact *how, const cJSON *json, const char *key, struct iv_jw *w,
		     struct iv_redact_counts *counts);
/* The same from text to text. False with *e: no JSON, or out is full and as before. */
IV_MUST_CHECK bool iv_redact_json(const struct iv_redact *how, struct iv_str json, struct iv_buf *out,
				  struct iv_redact_counts *counts, struct iv_err *e);

#endif
