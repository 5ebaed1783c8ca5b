/* Numbers as people write them. Where a writing has two readings, it is refused: a wrong number rings at somebody's. */
#include "iv_e164.h"

#include <stdio.h>

enum { DIGITS = 32, PLAN_DIGITS = 10 };

struct written {
	char digits[DIGITS];
	size_t count;
	bool plus;
};

/* Characters of more than one byte that stand between digits in spreadsheets: hard spaces, dashes,
 * marks of direction. */
static size_t between(struct iv_str s)
{
	static const char *const known[] = {"\xc2\xa0", "\xc2\xad", "\xe2\x80\x8b", "\xe2\x80\x8e", "\xe2\x80\x8f",
					    "\xe2\x80\x90",
					    "\xe2\x80\x91", "\xe2\x80\x92", "\xe2\x80\x93", "\xe2\x80\x94",
					    "\xe2\x80\xaa", "\xe2\x80\xac",
					    "\xe2\x80\xaf", "\xe2\x81\xa0", "\xe2\x88\x92", "\xef\xbb\xbf"};

	if (memchr(" \t-.()/'", s.ptr[0], 8))
		return 1;
	for (size_t i = 0; i < IV_COUNT(known); i++)
		if (iv_str_starts(s, iv_str(known[i])))
			return strlen(known[i]);
	return 0;
}

static const char *read_digits(struct iv_str s, struct written *w)
{
	size_t zero = 0;
	bool bracketed = false;

	if (iv_str_starts(s, IV_S("tel:")))
		s = (struct iv_str){s.ptr + 4, s.len - 4};
	while (s.len) {
		size_t skip = between(s);

		if (iv_str_starts(s, IV_S("(0)"))) {
			bracketed = true;
			zero = w->count; /* it is dialled only inside the country */
		}
		if (s.ptr[0] >= '0' && s.ptr[0] <= '9') {
			if (w->count == DIGITS)
				return "has too many digits";
			w->digits[w->count++] = s.ptr[0];
			skip = 1;
		} else if (s.ptr[0] == '+' && !w->count && !w->plus) {
			w->plus = true;
			skip = 1;
		} else if (!skip) {
			return s.ptr[0] == 'x' || s.ptr[0] == 'e' || s.ptr[0] == '#' || s.ptr[0] == ',' ||
			s.ptr[0] == ';'
				       ? "has an extension, or was turned into another number by a spreadsheet"
				       : "has a character that is no digit";
		}
		s = (struct iv_str){s.ptr + skip, s.len - skip};
	}
	if (bracketed && (w->plus || (w->count > 2 && memcmp(w->digits, "00", 2) == 0))) {
		memmove(w->digits + zero, w->digits + zero + 1, w->count - zero - 1);
		w->count--;
	}
	return w->count ? NULL : "is empty";
}

static void drop(struct written *w, size_t n)
{
	memmove(w->digits, w->digits + n, w->count - n);
	w->count -= n;
}

static bool begins(const struct written *w, const char *with)
{
	size_t n = strlen(with);

	return w->count > n && memcmp(w->digits, with, n) == 0;
}

/* Countries whose numbers keep their first zero. */
static bool keeps_zero(const char *country)
{
	static const char known[][3] = {"IT", "SM", "VA", "CI", "GA", "CG"};

	for (size_t i = 0; i < IV_COUNT(known); i++)
		if (strcmp(known[i], country) == 0)
			return true;
	return false;
}

/* To the number behind the country's code; or it had the code in front after all. */
static const char *of_country(struct written *w, const char *country, int code, bool *whole)
{
	char prefix[8];
	bool trunk = false;

	(void)snprintf(prefix, sizeof(prefix), "%d", code);
	if (code == 1) {
		if (w->count == PLAN_DIGITS + 1 && begins(w, "1"))
			drop(w, 1);
		return w->count == PLAN_DIGITS && w->digits[0] > '1' ? NULL
		: "is no number of ten digits, as the country's are";
	}
	if (code == 7 && w->count == PLAN_DIGITS + 1 && w->digits[0] == '8') {
		drop(w, 1);
	} else if (code == 36 && begins(w, "06")) {
		drop(w, 2);
	} else if (begins(w, "0") && !keeps_zero(country)) {
		drop(w, 1);
		trunk = true;
	}
	*whole = !trunk && w->count > PLAN_DIGITS && begins(w, prefix);
	if (code == 91 && w->count != PLAN_DIGITS + (*whole ? 2 : 0))
		return "is no number of ten digits, as the country's are";
	return begins(w, "0") && !keeps_zero(country) ? "begins with too many zeros" : NULL;
}

bool iv_e164_normal(struct iv_str text, const char *country, char out[IV_E164_SIZE], const char **why)
{
	struct written w = {.count = 0};
	int code = country[0] ? iv_e164_code_of(country) : 0;
	struct iv_e164 found;
	bool whole;
	char number[DIGITS + 16];

	*why = read_digits(iv_str_trim(text), &w);
	if (*why)
		return false;
	whole = w.plus;
	if (!whole && begins(&w, code == 1 ? "011" : "00")) {
		drop(&w, code == 1 ? 3 : 2);
		whole = true;
	}
	if (!whole && !code)
		*why = "has no country code, and no country was given";
	else if (!whole)
		*why = of_country(&w, country, code, &whole);
	if (*why)
		return false;
	if (whole)
		(void)snprintf(number, sizeof(number), "+%.*s", (int)w.count, w.digits);
	else
		(void)snprintf(number, sizeof(number), "+%d%.*s", code, (int)w.count, w.digits);
	if (!iv_e164_read(iv_str(number), &found))
		*why = "is no number of 7 to 15 digits";
	else if (!found.calling_code)
		*why = "begins with no country's code";
	else if (found.calling_code == 1 && (strlen(number) != 12 || number[2] < '2'))
		*why = "is no number of ten digits behind +1";
	if (*why)
		return false;
	return iv_str_copy(out, IV_E164_SIZE, iv_str(number));
}
