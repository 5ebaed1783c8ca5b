/* What a number is: a card, an Aadhaar, an SSN or a phone, by its digits, by how they are grouped and by what it
 * is called. */
#include "redact_run.h"

static bool luhn(const char *digits, size_t n)
{
	unsigned sum = 0;

	for (size_t i = 0; i < n; i++) {
		unsigned d = (unsigned)(digits[n - 1 - i] - '0');

		if (i % 2)
			d = d > 4 ? 2 * d - 9 : 2 * d;
		sum += d;
	}
	return sum % 10 == 0;
}

/* The dihedral group of order 10, as Verhoeff's check multiplies and permutes in it. */
static bool verhoeff(const char *digits, size_t n)
{
	static const char product[10][11] = {"0123456789", "1234067895", "2340178956", "3401289567", "4012395678",
					     "5987604321", "6598710432", "7659821043", "8765932104", "9876543210"};
	static const char permuted[8][11] = {"0123456789", "1576283094", "5803796142", "8916043527",
					     "9453126870", "4286573901", "2793806415", "7046913258"};
	int c = 0;

	for (size_t i = 0; i < n; i++)
		c = product[c][permuted[i % 8][digits[n - 1 - i] - '0'] - '0'] - '0';
	return c == 0;
}

static int prefix(const struct part *p, size_t n)
{
	int value = 0;

	for (size_t i = 0; i < n; i++)
		value = value * 10 + (p->digits[i] - '0');
	return value;
}

/* Schemes by their first digits, and how long their numbers are. */
static bool scheme(const struct part *p)
{
	static const struct {
		int from, to; /* of as many digits as `to` has */
		size_t digits, least, most;
	} schemes[] = {
		{4, 4, 1, 13, 19},	     /* Visa */
		{51, 55, 2, 16, 16},	     /* Mastercard */
		{2221, 2720, 4, 16, 16},
		{34, 34, 2, 15, 15},	     /* American Express */
		{37, 37, 2, 15, 15},
		{300, 305, 3, 14, 19},	     /* Diners */
		{36, 36, 2, 14, 19},
		{38, 39, 2, 14, 19},
		{6011, 6011, 4, 16, 19},     /* Discover */
		{644, 659, 3, 16, 19},
		{3528, 3589, 4, 16, 19},     /* JCB */
		{60, 60, 2, 16, 16},	     /* RuPay */
		{65, 65, 2, 16, 16},
		{81, 82, 2, 16, 16},
		{508, 508, 3, 16, 16},
		{62, 62, 2, 16, 19},	     /* UnionPay */
		{50, 50, 2, 13, 19},	     /* Maestro */
		{56, 58, 2, 13, 19},
		{63, 63, 2, 13, 19},
		{67, 67, 2, 13, 19},
	};

	for (size_t i = 0; i < IV_COUNT(schemes); i++) {
		int head = prefix(p, schemes[i].digits);

		if (head >= schemes[i].from && head <= schemes[i].to && p->count >= schemes[i].least &&
		    p->count <= schemes[i].most)
			return true;
	}
	return false;
}

static bool is_card(const struct part *p)
{
	return p->count >= 13 && p->joint != JOINT_DOT && p->joint != JOINT_MIXED && scheme(p) &&
	       luhn(p->digits, p->count);
}

static bool in(const char *sizes, const char *const *list)
{
	for (; *list; list++) {
		if (strcmp(sizes, *list) == 0)
			return true;
	}
	return false;
}

/* "1 2 3 …": every digit by itself. Counting is like that too, so only a whole run of them is a number. */
static bool is_spelt(const struct part *p)
{
	return p->whole && p->groups == p->count && p->groups > 1;
}

static bool is_aadhaar(const struct part *p)
{
	static const char *const sizes[] = {"C", "444", "66", "48", "84", NULL};

	if (p->count != 12 || p->digits[0] < '2' || p->joint == JOINT_DOT || p->joint == JOINT_MIXED)
		return false;
	if (p->label == LABEL_AADHAAR)
		return true; /* a digit may have been misheard */
	return verhoeff(p->digits, 12) && (in(p->sizes, sizes) || is_spelt(p)) && !(p->other && p->groups == 1);
}

static bool is_ssn(const struct part *p)
{
	int area, group, serial;

	if (p->count != 9)
		return false;
	area = prefix(p, 3);
	group = (p->digits[3] - '0') * 10 + p->digits[4] - '0';
	serial = prefix(p, 9) % 10000;
	if (area == 0 || area == 666 || group == 0 || serial == 0 || (area >= 900 && group < 50))
		return false;
	if (p->label == LABEL_SSN)
		return true;
	return strcmp(p->sizes, "324") == 0 && (p->joint == JOINT_HYPHEN || p->joint == JOINT_BLANK) && !p->other;
}

/* The North American plan: area and exchange begin with 2 to 9, and no area is 9x or x11. */
static bool is_nanp(const char *d)
{
	return d[0] >= '2' && d[1] != '9' && !(d[1] == '1' && d[2] == '1') && d[3] >= '2' &&
	       !(d[4] == '1' && d[5] == '1');
}

static bool is_american(const struct part *p)
{
	static const char *const ten[] = {"A", "334", "37", NULL};
	static const char *const eleven[] = {"B", "1334", "1A", "137", NULL};
	bool one = p->count == 11 && p->digits[0] == '1';

	if ((!one && p->count != 10) || p->joint == JOINT_MIXED || !is_nanp(p->digits + one))
		return false;
	if (p->joint == JOINT_DOT && !in(p->sizes, (const char *const[]){"334", "1334", NULL}))
		return false;
	if (p->other && p->joint != JOINT_HYPHEN && !p->open)
		return false;
	return in(p->sizes, one ? eleven : ten) || is_spelt(p);
}

/* Ten digits from 6 on, perhaps with 91 or 091 in front. */
static bool is_indian(const struct part *p)
{
	static const char *const ten[] = {"A", "55", "334", "433", "343", "46", "64", NULL};
	static const char *const twelve[] = {"C", "2A", "255", "2334", "2433", "2343", NULL};
	static const char *const thirteen[] = {"D", "3A", "355", "3334", "3433", "3343", NULL};
	bool code = p->count == 12 && prefix(p, 2) == 91, zero = p->count == 13 && prefix(p, 3) == 91;

	if ((!code && !zero && p->count != 10) || p->digits[p->count - 10] < '6' || p->joint == JOINT_DOT ||
	    p->joint == JOINT_MIXED || p->other)
		return false;
	return in(p->sizes, zero ? thirteen : code ? twelve : ten) || is_spelt(p);
}

/* "0…" inside a country, "00…" out of it. */
static bool is_trunk(const struct part *p)
{
	bool two = p->count > 1 && p->digits[1] == '0';

	if (p->digits[0] != '0' || p->other || p->joint == JOINT_DOT || p->joint == JOINT_MIXED)
		return false;
	if (two)
		return p->digits[2] != '0' && p->count >= 12 && p->count <= 16 &&
		       (p->groups > 1 ? p->sizes[0] >= '2' : p->count >= 14 && prefix(p, 4) == 91 && p->digits[4] >= '6');
	if (p->groups == 1)
		return p->count == 11;
	return p->count >= 10 && p->count <= 11 && p->groups <= 5 && p->sizes[p->groups - 1] >= '3';
}

static bool is_phone(const struct part *p)
{
	if (p->plus) {
		int code = prefix(p, 2);

		if (p->digits[0] == '1')
			return p->count == 11;
		return code == 91 ? p->count == 12 : p->count >= 8 && p->count <= 15 && p->digits[0] != '0';
	}
	if (p->round && p->groups > 1 && p->joint == JOINT_BLANK)
		return false; /* "70000 80000": two amounts */
	return is_american(p) || is_indian(p) || is_trunk(p);
}

/* What is called a phone may have any shape. */
static bool is_called_phone(const struct part *p)
{
	return p->label == LABEL_PHONE && p->first && p->count >= 7 && p->count <= 13 && p->joint != JOINT_DOT &&
	       p->joint != JOINT_MIXED && !p->round;
}

bool redact_judge(const struct redact_scan *s, const struct part *p, bool strict, enum iv_redact_kind *kind)
{
	if (!strict) {
		*kind = IV_REDACT_PHONE;
		return wants(s, IV_REDACT_PHONE) && is_called_phone(p);
	}
	*kind = IV_REDACT_CARD;
	if (!p->plus && wants(s, *kind) && is_card(p))
		return true;
	*kind = IV_REDACT_AADHAAR;
	if (!p->plus && wants(s, *kind) && is_aadhaar(p))
		return true;
	*kind = IV_REDACT_SSN;
	if (!p->plus && wants(s, *kind) && is_ssn(p))
		return true;
	*kind = IV_REDACT_PHONE;
	return wants(s, *kind) && is_phone(p);
}
