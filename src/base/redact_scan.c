/* Reading a text for personal data: words, addresses, and what only looks like a number. The order matters:
 * first what must stay (dates and times), then what must go. */
#include "redact_scan.h"

#include "iv_cidr.h"

#define WORD_MAX 128
#define LOCAL_MAX 64
#define DOMAIN_MAX 253

static bool is_hex(int c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static int lower(int c)
{
	return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

/* ── what stays */

static size_t digits(struct redact_scan *s, size_t i, size_t max)
{
	size_t n = 0;

	while (n < max && is_digit(look(s, i + n)))
		n++;
	return n;
}

static int number(const struct redact_scan *s, size_t i, size_t n)
{
	int value = 0;

	while (n--)
		value = value * 10 + (s->text[i++] - '0');
	return value;
}

/* "10:30", "10:30:05.123", and a zone behind it: its length, or 0. */
static size_t clock_time(struct redact_scan *s, size_t i)
{
	size_t n = digits(s, i, 3), at = i;

	if (n < 1 || n > 2 || look(s, at + n) != ':' || digits(s, at + n + 1, 3) != 2)
		return 0;
	at += n + 3;
	if (look(s, at) == ':' && digits(s, at + 1, 3) == 2)
		at += 3;
	if (look(s, at) == '.' && is_digit(look(s, at + 1)))
		at += 1 + digits(s, at + 1, 9);
	if ((look(s, at) == '+' || look(s, at) == '-') && digits(s, at + 1, 3) == 2 && look(s, at + 3) == ':' &&
	    digits(s, at + 4, 3) == 2)
		at += 6;
	else if (look(s, at) == 'Z')
		at++;
	return is_digit(look(s, at)) ? 0 : at - i;
}

static bool day_and_month(int a, int b)
{
	return a >= 1 && b >= 1 && ((a <= 31 && b <= 12) || (a <= 12 && b <= 31));
}

/* "2026-11-21", "21/11/2026", "1.2.26", perhaps with a time behind it. */
static size_t date(struct redact_scan *s, size_t i)
{
	size_t first = digits(s, i, 5), second, third, at = i + first;
	int separator = look(s, at);

	if ((separator != '-' && separator != '/' && separator != '.') || (first != 4 && first > 2))
		return 0;
	second = digits(s, at + 1, 3);
	at += 1 + second;
	if (second < 1 || second > 2 || look(s, at) != separator)
		return 0;
	third = digits(s, at + 1, 5);
	if (first == 4) {
		int year = number(s, i, 4);

		if (third < 1 || third > 2 || year < 1900 || year > 2199 ||
		    !day_and_month(number(s, at + 1, third), number(s, at - second, second)))
			return 0;
	} else if ((third != 2 && third != 4) || !day_and_month(number(s, i, first), number(s, at - second, second))) {
		return 0;
	}
	at += 1 + third;
	if ((look(s, at) == 'T' || look(s, at) == ' ') && clock_time(s, at + 1))
		at += 1 + clock_time(s, at + 1);
	else if (is_word(look(s, at)) || ((look(s, at) == '-' || look(s, at) == '.') && is_digit(look(s, at + 1))))
		return 0;
	return at - i;
}

/* ── addresses */

static bool is_local(int c)
{
	return is_word(c) || (c > 0 && c < 0x80 && strchr(".%+-'", c)) ||
	       (c >= 0x80 && c != 0xC2 && c != 0xE2 && c != 0xE3 && c != 0xEF); /* letters, no punctuation */
}

/* The end of a domain that begins at i and has a top level of letters, or 0. */
static size_t domain(struct redact_scan *s, size_t i)
{
	size_t at = i, top = i, end = 0;

	while (at - i < DOMAIN_MAX) {
		int c = look(s, at);

		if (is_digit(c) || is_letter(c) || c == '-' || c >= 0x80) {
			at++;
			continue;
		}
		if (top > i && at - top >= 2 && (is_letter(look(s, top)) || look(s, top) >= 0x80))
			end = at;
		c = c == '.' ? look(s, at + 1) : -1;
		if (at == top || !(is_digit(c) || is_letter(c) || c >= 0x80))
			break;
		top = ++at;
	}
	return end;
}

static bool email(struct redact_scan *s, size_t i, struct redact_hit *h)
{
	size_t at = i, end;

	while (at - i <= LOCAL_MAX && is_local(look(s, at)))
		at++;
	if (at == i || look(s, at) != '@' || s->text[at - 1] == '.')
		return false;
	end = domain(s, at + 1);
	return end && hit(h, IV_REDACT_EMAIL, i, end);
}

/* The word at i, without moving: its length, at most 32. */
static size_t word_at(struct redact_scan *s, size_t i)
{
	size_t n = 0;

	while (n < 32 && (is_digit(look(s, i + n)) || is_letter(look(s, i + n))))
		n++;
	return n;
}

/* The place behind " WORD " when the word is in the list, else 0. */
static size_t joined_by(struct redact_scan *s, size_t i, const char *const *list)
{
	size_t n;

	if (look(s, i) != ' ')
		return 0;
	n = word_at(s, i + 1);
	if (!n || !redact_in_list((struct iv_str){s->text + i + 1, n}, list) || look(s, i + 1 + n) != ' ')
		return 0;
	return i + n + 2;
}

/* "gmail dot com" or "gmail.com" at i: its end, or 0. Other domains only where an address was announced: people
 * also say where to look things up. */
static size_t spoken_domain(struct redact_scan *s, size_t i, bool announced)
{
	static const char *const providers[] = {"gmail", "yahoo",      "outlook", "hotmail",	"rediffmail", "icloud",
						"live",	 "protonmail", "proton",  "aol",	"ymail",      "zoho",
						"msn",	 "googlemail", "yandex",  "fastmail",	NULL};
	static const char *const tops[] = {"com", "net", "org", "in", "co", "io", "edu", "gov", "ai",
					   "dev", "info", "biz", "uk", "us", "me", NULL};
	static const char *const dot[] = {"dot", "point", NULL};
	size_t n = word_at(s, i), at = i + n, end = 0, next;

	if (!n || (!announced && !redact_in_list((struct iv_str){s->text + i, n}, providers)))
		return 0;
	if (look(s, at) == '.')
		return domain(s, i);
	for (int labels = 0; labels < 3 && (next = joined_by(s, at, dot)) > 0; labels++) {
		n = word_at(s, next);
		at = next + n;
		if (n && redact_in_list((struct iv_str){s->text + next, n}, tops))
			end = at;
	}
	return end;
}

/* "asha dot rao at gmail dot com", "asha at the rate gmail dot com". */
static bool spoken_email(struct redact_scan *s, size_t i, struct redact_hit *h)
{
	static const char *const joints[] = {"dot", "underscore", "dash", "hyphen", "minus", "plus", "point", NULL};
	static const char *const at_words[] = {"at", NULL}, *const the[] = {"the", NULL};
	static const char *const rate[] = {"rate", NULL}, *const of[] = {"of", NULL};
	static const char *const nobody[] = {"look", "visit", "us", "me", "see", "find", "go", "is", "are", "it",
					     "available", "here", "online", "meet", "check", "them", "you", "hosted", NULL};
	size_t at = i + word_at(s, i), next, end;

	for (int parts = 0; parts < 5 && (next = joined_by(s, at, joints)) > 0; parts++) {
		if (!word_at(s, next))
			return false;
		at = next + word_at(s, next);
	}
	if (look(s, at) == ' ' && digits(s, at + 1, 5) - 1 < 4) /* "rao 99 at …" */
		at += 1 + digits(s, at + 1, 5);
	at = joined_by(s, at, at_words);
	if (!at || redact_in_list((struct iv_str){s->text + i, word_at(s, i)}, nobody))
		return false;
	next = joined_by(s, at - 1, the);
	next = next ? joined_by(s, next - 1, rate) : 0;
	if (next)
		at = next;
	next = next ? joined_by(s, next - 1, of) : 0;
	if (next)
		at = next;
	end = spoken_domain(s, at, redact_label_before(s, i) == LABEL_EMAIL);
	return end && hit(h, IV_REDACT_EMAIL, i, end);
}

/* Five letters of which the fourth says what kind of holder, four digits, a letter. Spaced only in capitals. */
static bool pan(struct redact_scan *s, size_t i, struct redact_hit *h)
{
	static const char shape[] = "AAAAA9999A";
	size_t at = i;
	bool upper = true;
	int holder = 0;

	for (size_t n = 0; n < 10; n++) {
		int c = look(s, at);

		if ((n == 5 || n == 9) && (c == ' ' || c == '-') && upper)
			c = look(s, ++at);
		if (shape[n] == 'A' ? !is_letter(c) : !is_digit(c))
			return false;
		upper = upper && (shape[n] == '9' || (c >= 'A' && c <= 'Z'));
		if (n == 3)
			holder = lower(c);
		at++;
	}
	if (!strchr("pchfatbljgke", holder) || is_word(look(s, at)))
		return false;
	return hit(h, IV_REDACT_PAN, i, at);
}

/* Four numbers up to 255: its end, or 0. With a fifth it is a version of something. */
static size_t ipv4(struct redact_scan *s, size_t i)
{
	size_t at = i;

	for (int part = 0; part < 4; part++) {
		size_t n = digits(s, at, 4);

		if (n < 1 || n > 3 || number(s, at, n) > 255 || (part < 3 && look(s, at + n) != '.'))
			return 0;
		at += n + (part < 3);
	}
	if (is_word(look(s, at)) || (look(s, at) == '.' && is_digit(look(s, at + 1))))
		return 0;
	return at;
}

static bool ipv6(struct redact_scan *s, size_t i, struct redact_hit *h)
{
	struct iv_address a;
	size_t at = i, colons = 0;

	for (; at - i < IV_ADDRESS_SIZE && (is_hex(look(s, at)) || look(s, at) == ':' || look(s, at) == '.'); at++)
		colons += s->text[at] == ':';
	while (at > i && s->text[at - 1] == '.')
		at--; /* the sentence's */
	if (colons < 2 || is_word(look(s, at)) || !iv_address_parse((struct iv_str){s->text + i, at - i}, &a))
		return false;
	return hit(h, IV_REDACT_IP, i, at);
}

/* ── words */

/* The end of a word that begins at i. What is joined to letters by a hyphen belongs to it ("INV-2026-0012"),
 * except where the letters say what the number is ("Ph-98765…"). */
static size_t word_end(struct redact_scan *s, size_t i)
{
	static const char *const names[] = {"ph",  "tel", "mob",  "mobile", "phone", "cell", "call", "fax", "whatsapp",
					    "no",  "pan", "ssn",  "aadhaar", "aadhar", "uid", "card", "cc",  "contact",
					    "dial", "number", "ip", "email", "mail", NULL};
	size_t at = i;

	while (at - i < WORD_MAX) {
		if (is_word(look(s, at))) {
			at++;
			continue;
		}
		if (look(s, at) != '-' || !is_word(look(s, at + 1)) ||
		    redact_in_list((struct iv_str){s->text + i, at - i}, names))
			break;
		at++;
	}
	return at;
}

static size_t word_step(struct redact_scan *s, size_t i, struct redact_hit *h)
{
	bool digit = is_digit(look(s, i));
	size_t n = digit ? date(s, i) : 0;

	if (!n && digit)
		n = clock_time(s, i);
	if (n)
		return i + n;
	if (wants(s, IV_REDACT_EMAIL) && email(s, i, h))
		return h->to;
	if (digit) {
		n = ipv4(s, i);
		if (n && wants(s, IV_REDACT_IP))
			hit(h, IV_REDACT_IP, i, n);
		if (n)
			return n;
	}
	if (wants(s, IV_REDACT_IP) && ipv6(s, i, h))
		return h->to;
	if (digit)
		return redact_number(s, i, h);
	if (wants(s, IV_REDACT_PAN) && pan(s, i, h))
		return h->to;
	if (wants(s, IV_REDACT_EMAIL) && spoken_email(s, i, h))
		return h->to;
	return word_end(s, i);
}

size_t redact_step(struct redact_scan *s, size_t i, struct redact_hit *h)
{
	int c = look(s, i);

	h->found = false;
	if (is_word(c) && is_word(behind(s, i)))
		return word_end(s, i); /* the rest of a word that was too long for one step */
	if (is_word(c))
		return word_step(s, i, h);
	if ((c == '+' || c == '(') && is_digit(look(s, i + 1)))
		return redact_number(s, i, h);
	if (c == ':' && behind(s, i) != ':' && wants(s, IV_REDACT_IP) && ipv6(s, i, h))
		return h->to;
	return i + 1;
}
