/* Cuts a model's stream of text into pieces worth speaking: whole sentences, the first one early. Pure. */
#include <ctype.h>
#include "call_priv.h"

enum { FIRST_CLAUSE_MIN = 30, SENTENCE_MIN = 20 };

static const char *const abbreviations[] = {
	"mr", "mrs", "ms", "dr", "st", "inc", "ltd", "jr", "sr", "co", "vs", "e.g", "i.e", "etc", "approx",
	"a.m", "p.m", "u.s", "ph.d", "prof", "dept",
};

static bool closes(char c)
{
	return c == '"' || c == '\'' || c == ')' || c == ']';
}

static bool ends_with_abbreviation(struct iv_str head)
{
	size_t start = head.len;
	struct iv_str word;

	while (start && !isspace((unsigned char)head.ptr[start - 1]))
		start--;
	while (start < head.len && (closes(head.ptr[start]) || head.ptr[start] == '('))
		start++;
	word = (struct iv_str){head.ptr + start, head.len - start};
	if (word.len == 1 && isalpha((unsigned char)word.ptr[0]) && word.ptr[0] != 'I')
		return true; /* an initial */
	for (size_t i = 0; i < IV_COUNT(abbreviations); i++)
		if (iv_str_ieq(word, iv_str(abbreviations[i])))
			return true;
	return false;
}

/* Bytes of a closing quote or bracket at i, also the curly ones. */
static size_t closing(struct iv_str t, size_t i)
{
	if (closes(t.ptr[i]))
		return 1;
	return t.len - i >= 3 && (memcmp(t.ptr + i, "\xe2\x80\x9d", 3) == 0 ||
				  memcmp(t.ptr + i, "\xe2\x80\x99", 3) == 0)
		       ? 3
		       : 0;
}

static size_t blanks(struct iv_str t, size_t n)
{
	while (n < t.len && isspace((unsigned char)t.ptr[n]))
		n++;
	return n;
}

/* Is there a sentence's end at i (one of . ! ?)? Returns the length with closing quotes and blanks. */
static size_t boundary(struct iv_str t, size_t i)
{
	size_t n = i + 1, more;

	while (n < t.len && ((more = closing(t, n)) || t.ptr[n] == '.' || t.ptr[n] == '!' || t.ptr[n] == '?'))
		n += more ? more : 1;
	if (n >= t.len || !isspace((unsigned char)t.ptr[n]))
		return 0; /* "3.5", "example.com", or not known yet */
	if (t.ptr[i] == '.' && ends_with_abbreviation((struct iv_str){t.ptr, i}))
		return 0;
	n = blanks(t, n);
	return n < t.len && islower((unsigned char)t.ptr[n]) ? 0 : n;
}

/* Full stops that need no blank behind them: danda, double danda, ideographic full stop. */
static size_t other_stop(struct iv_str t, size_t i)
{
	static const char *const stops[] = {"\xe0\xa5\xa4", "\xe0\xa5\xa5", "\xe3\x80\x82"};

	for (size_t k = 0; k < IV_COUNT(stops) && t.len - i >= 3; k++)
		if (memcmp(t.ptr + i, stops[k], 3) == 0)
			return blanks(t, i + 3);
	return 0;
}

/* The longest head of at most SENTENCE_MAX bytes that cuts neither a word, if it can, nor a character. */
static size_t forced_cut(struct iv_str t, size_t blank)
{
	size_t n = SENTENCE_MAX;

	if (blank)
		return blank;
	while (n > 1 && n < t.len && ((unsigned char)t.ptr[n] & 0xc0) == 0x80)
		n--;
	return n;
}

size_t sentence_next(struct iv_str t, bool first, bool done)
{
	size_t clause = 0, blank = 0;

	for (size_t i = 0; i < t.len; i++) {
		char c = t.ptr[i];
		size_t n;

		if (c == '\n' && i > 0)
			return i + 1;
		if (c == '.' || c == '!' || c == '?') {
			n = boundary(t, i);
			if (n && (first || n >= SENTENCE_MIN || done))
				return n;
		}
		n = other_stop(t, i);
		if (n)
			return n;
		if ((c == ',' || c == ';' || c == ':') && i + 1 < t.len && t.ptr[i + 1] == ' ' &&
		    i + 1 >= FIRST_CLAUSE_MIN && first)
			clause = i + 2;
		if (first && clause)
			return clause;
		if (c == ' ')
			blank = i + 1;
		if (i >= SENTENCE_MAX)
			return forced_cut(t, blank);
	}
	return done ? t.len : 0;
}

static size_t utf8_len(unsigned char c)
{
	return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

static bool emoji(struct iv_str in, size_t i, size_t len)
{
	unsigned char a = (unsigned char)in.ptr[i], b = i + 1 < in.len ? (unsigned char)in.ptr[i + 1] : 0;

	if (len == 4)
		return true;
	return len == 3 &&
	       ((a == 0xe2 && ((b >= 0x98 && b <= 0x9e) || b == 0xac || b == 0xad)) ||
		(a == 0xef && b == 0xb8) || /* variation selectors */
		(a == 0xe2 && b == 0x80 && i + 2 < in.len && (unsigned char)in.ptr[i + 2] == 0x8d));
}

static size_t word_end(struct iv_str in, size_t i)
{
	while (i < in.len && !isspace((unsigned char)in.ptr[i]) && in.ptr[i] != ')')
		i++;
	return i;
}

/* Bytes at i that are not spoken: markup, emoji, addresses. */
static size_t unspoken(struct iv_str in, size_t i)
{
	struct iv_str rest = {in.ptr + i, in.len - i};
	char c = in.ptr[i];
	bool line_start = i == 0 || in.ptr[i - 1] == '\n' || in.ptr[i - 1] == '#';

	if (c == '*' || c == '`' || c == '_' || c == '~' || (c == '#' && line_start))
		return 1;
	if (c == '[' && iv_str_find(rest, IV_S("]("), 0) > 0)
		return 1;
	if (iv_str_starts(rest, IV_S("]("))) {
		size_t end = word_end(in, i + 2);

		return end - i + (end < in.len && in.ptr[end] == ')');
	}
	if (iv_str_starts(rest, IV_S("https://")) || iv_str_starts(rest, IV_S("http://")))
		return word_end(in, i) - i;
	return 0;
}

size_t sentence_speakable(struct iv_str in, char *out, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < in.len && n + 4 < size;) {
		unsigned char c = (unsigned char)in.ptr[i];
		size_t len = utf8_len(c), skip = unspoken(in, i);

		if (i + len > in.len)
			break;
		if (skip || emoji(in, i, len)) {
			i += skip ? skip : len;
			continue;
		}
		if (isspace(c)) {
			if (n && out[n - 1] != ' ')
				out[n++] = ' ';
		} else {
			memcpy(out + n, in.ptr + i, len);
			n += len;
		}
		i += len;
	}
	while (n && out[n - 1] == ' ')
		n--;
	return n;
}
