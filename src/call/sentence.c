/* Cuts a model's stream of text into pieces worth speaking: whole sentences, the first one early. Pure. */
#include <ctype.h>
#include "call_priv.h"

enum { FIRST_CLAUSE_MIN = 30, SENTENCE_MIN = 20 };

static const char *const abbreviations[] = {
	"mr", "mrs", "ms", "dr", "st", "inc", "ltd", "jr", "sr", "co", "no", "vs", "e.g", "i.e", "etc", "approx",
	"a.m", "p.m", "u.s", "ph.d", "prof", "dept",
};

static bool ends_with_abbreviation(struct iv_str head)
{
	size_t start = head.len;
	struct iv_str word;

	while (start && !isspace((unsigned char)head.ptr[start - 1]))
		start--;
	word = (struct iv_str){head.ptr + start, head.len - start};
	if (word.len == 1 && isalpha((unsigned char)word.ptr[0]) && word.ptr[0] != 'I')
		return true; /* an initial */
	for (size_t i = 0; i < IV_COUNT(abbreviations); i++)
		if (iv_str_ieq(word, iv_str(abbreviations[i])))
			return true;
	return false;
}

static bool closes(char c)
{
	return c == '"' || c == '\'' || c == ')' || c == ']';
}

/* Is there a sentence's end at i (one of . ! ?)? Returns the length with closing quotes and blanks. */
static size_t boundary(struct iv_str t, size_t i)
{
	size_t n = i + 1;

	while (n < t.len && (closes(t.ptr[n]) || t.ptr[n] == '.' || t.ptr[n] == '!' || t.ptr[n] == '?'))
		n++;
	if (n >= t.len || !isspace((unsigned char)t.ptr[n]))
		return 0; /* "3.5", "example.com", or not known yet */
	if (t.ptr[i] == '.' && ends_with_abbreviation((struct iv_str){t.ptr, i}))
		return 0;
	while (n < t.len && isspace((unsigned char)t.ptr[n]))
		n++;
	if (n < t.len && islower((unsigned char)t.ptr[n]))
		return 0;
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
		if ((c == ',' || c == ';' || c == ':') && i + 1 < t.len && t.ptr[i + 1] == ' ' &&
		    i + 1 >= FIRST_CLAUSE_MIN && first)
			clause = i + 2;
		if (first && clause)
			return clause;
		if (c == ' ')
			blank = i + 1;
		if (i + 1 >= SENTENCE_MAX)
			return blank ? blank : i + 1;
	}
	return done ? t.len : 0;
}

static size_t utf8_len(unsigned char c)
{
	return c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
}

size_t sentence_speakable(struct iv_str in, char *out, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < in.len && n + 4 < size;) {
		unsigned char c = (unsigned char)in.ptr[i];
		size_t len = utf8_len(c);
		bool emoji = len == 4 || (len == 3 && c == 0xe2 && i + 1 < in.len &&
					  ((unsigned char)in.ptr[i + 1] >= 0x98 && (unsigned char)in.ptr[i + 1] <= 0x9e));

		if (i + len > in.len)
			break;
		if (c == '*' || c == '`' || c == '#' || c == '_' || c == '~' || emoji) {
			i += len;
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
