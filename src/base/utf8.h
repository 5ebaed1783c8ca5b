/* One step through UTF-8, shared by the validator, the JSON writer and messages that are cut. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stddef.h>
#include <string.h>

/* Length of the well-formed sequence that starts at p (1 to 4), or 0: Unicode's table 3-7, which
 * leaves out overlong forms, surrogates and everything above U+10FFFF. */
size_t iv_utf8_step(const char *p, size_t n);

/* Cuts text that a fixed buffer truncated back to the end of its last whole character. */
static inline size_t utf8_whole(const char *text, size_t len)
{
	size_t start = len;

	while (start > 0 && len - start < 3 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
		start--;
	if (start == 0 || (unsigned char)text[start - 1] < 0xC0)
		return len;
	return iv_utf8_step(text + start - 1, len - start + 1) ? len : start - 1;
}

#endif
