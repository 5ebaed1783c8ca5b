/* What a text says about whether its speaker is done, and how long to wait. Pure. */
#include <ctype.h>
#include "call_priv.h"

/* Recognisers put a full stop behind anything: it does not make these the end of a sentence … */
static const char *const never_last[] = {
	"and", "but", "or", "because", "the", "a", "an", "my", "um", "uh", "erm", "if", "which", "i",
};
/* … but "come in." and "what is it like?" are whole. */
static const char *const seldom_last[] = {
	"so", "to", "for", "with", "of", "in", "on", "at", "is", "are", "like", "when", "then", "that", "about",
};
static const char *const number_words[] = {
	"zero", "oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "double",
	"triple", "hundred",
};

static bool word_char(char c)
{
	return isalnum((unsigned char)c) || c == '\'' || (unsigned char)c >= 0x80;
}

size_t count_words(struct iv_str text)
{
	size_t words = 0;
	bool inside = false;

	for (size_t i = 0; i < text.len; i++) {
		bool w = word_char(text.ptr[i]);

		words += w && !inside;
		inside = w;
	}
	return words;
}

size_t normalize(struct iv_str text, char *dst, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len && n + 1 < size; i++) {
		char c = text.ptr[i];

		if (word_char(c) && c != '\'')
			dst[n++] = (char)tolower((unsigned char)c);
		else if (c != '\'' && n && dst[n - 1] != ' ')
			dst[n++] = ' ';
	}
	while (n && dst[n - 1] == ' ')
		n--;
	dst[n] = '\0';
	return n;
}

/* The next letter of a text without its dress: lower case, ' ' between words, '\0' at the end. */
static char next_letter(struct iv_str text, size_t *at)
{
	bool gap = false;

	while (*at < text.len && (!word_char(text.ptr[*at]) || text.ptr[*at] == '\''))
		gap |= text.ptr[(*at)++] != '\'';
	if (*at == text.len)
		return '\0';
	return gap ? ' ' : (char)tolower((unsigned char)text.ptr[(*at)++]);
}

size_t same_words(struct iv_str text, struct iv_str head)
{
	size_t i = 0, k = 0;
	char a = next_letter(text, &i), b = next_letter(head, &k);

	if (a == ' ')
		a = next_letter(text, &i);
	if (b == ' ')
		b = next_letter(head, &k);
	while (b && a == b) {
		a = next_letter(text, &i);
		b = next_letter(head, &k);
	}
	return !b && (!a || a == ' ') ? i : 0;
}

static struct iv_str last_word(struct iv_str text)
{
	size_t end = text.len, start;

	while (end && !word_char(text.ptr[end - 1]))
		end--;
	start = end;
	while (start && word_char(text.ptr[start - 1]))
		start--;
	return (struct iv_str){text.ptr + start, end - start};
}

static bool in_words(struct iv_str word, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (iv_str_ieq(word, iv_str(list[i])))
			return true;
	return false;
}

enum text_end endpoint_text(struct iv_str text)
{
	struct iv_str t = iv_str_trim(text), word = last_word(t);
	char last = t.len ? t.ptr[t.len - 1] : '\0';

	bool stop = last == '.' || last == '?' || last == '!';

	if (last == ',' || last == '-' || in_words(word, never_last, IV_COUNT(never_last)) ||
	    (!stop && in_words(word, seldom_last, IV_COUNT(seldom_last))))
		return TEXT_TRAILING;
	if (in_words(word, number_words, IV_COUNT(number_words)) ||
	    (word.len && isdigit((unsigned char)word.ptr[word.len - 1])))
		return TEXT_DIGITS;
	return stop ? TEXT_FINISHED : TEXT_OPEN;
}

double endpoint_unfinished(struct iv_str text)
{
	static const double x[] = {
		[TEXT_FINISHED] = 0.05, [TEXT_OPEN] = 0.3, [TEXT_TRAILING] = 0.9, [TEXT_DIGITS] = 0.5};

	return x[endpoint_text(text)];
}

int64_t endpoint_wait_ms(const struct iv_endpointing *e, struct iv_str text, double confidence,
			 bool provider_eot)
{
	enum text_end end = endpoint_text(text);
	int64_t wait = e->silence_ms;
	double ms;

	if (e->wait_function.len &&
	    iv_wait_function(e->wait_function, endpoint_unfinished(text), &ms, NULL)) {
		wait = ms < 0 ? 0 : ms > 60000 ? 60000 : (int64_t)ms;
	} else if (end == TEXT_TRAILING) {
		wait = e->unfinished_ms;
	} else if (end == TEXT_DIGITS) {
		wait = e->digits_ms;
	} else if (!provider_eot) {
		/* Without the recogniser's own word for it, what is short, unsure or bare waits longer. */
		if (confidence > 0 && confidence < e->confidence)
			wait = e->unfinished_ms;
		else if (end == TEXT_OPEN || count_words(text) < (size_t)e->min_words)
			wait = 2 * e->silence_ms;
	}
	return wait < e->max_ms ? wait : e->max_ms;
}

bool contains_phrase(struct iv_str text, struct iv_str phrase)
{
	char hay[TEXT_MAX + 2] = " ", needle[260] = " ";
	size_t n, m;

	n = normalize(text, hay + 1, sizeof(hay) - 2) + 1;
	m = normalize(phrase, needle + 1, sizeof(needle) - 2) + 1;
	hay[n++] = ' ';
	needle[m++] = ' ';
	return m > 2 && iv_str_find((struct iv_str){hay, n}, (struct iv_str){needle, m}, 0) >= 0;
}

bool is_backchannel(const struct iv_strs *list, struct iv_str text, bool unfinished)
{
	char words[160], one[80];
	size_t n = normalize(text, words, sizeof(words)), at = 0;

	if (!n || n + 1 >= sizeof(words))
		return false;
	while (at < n) { /* "yeah yeah okay": every piece has to be on the list; longest match first */
		size_t best = 0;

		for (size_t i = 0; i < list->count; i++) {
			size_t m = normalize(list->items[i], one, sizeof(one));

			if (unfinished && m > n - at && memcmp(words + at, one, n - at) == 0 &&
			    one[n - at] == ' ')
				return true;
			if (m > best && m <= n - at && memcmp(words + at, one, m) == 0 &&
			    (at + m == n || words[at + m] == ' '))
				best = m;
		}
		if (!best)
			return false;
		at += best + 1;
	}
	return true;
}
