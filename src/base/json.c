/* Writing JSON straight into a buffer: no tree, no check at every call, one question at the end. */
#include "iv_json.h"

#include <math.h>
#include <stdio.h>

#include "utf8.h"

/* Beyond this a double has no decimals left to round. */
#define ROUNDABLE 1e15
#define DECIMALS_MAX 9

void iv_jw_init(struct iv_jw *w, struct iv_buf *out)
{
	*w = (struct iv_jw){.out = out};
}

static void put(struct iv_jw *w, const char *text, size_t n)
{
	if (!w->failed && !iv_buf_add(w->out, text, n))
		w->failed = true;
}

static void escape(struct iv_jw *w, unsigned char c)
{
	static const char shorts[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	char text[8];

	for (const char *s = shorts; *s; s += 2) {
		if ((unsigned char)*s == c) {
			put(w, (const char[]){'\\', s[1]}, 2);
			return;
		}
	}
	snprintf(text, sizeof(text), "\\u%04x", (unsigned)c);
	put(w, text, 6);
}

static void quoted(struct iv_jw *w, struct iv_str s)
{
	size_t clean = 0, i = 0;

	put(w, "\"", 1);
	while (i < s.len && !w->failed) {
		unsigned char c = (unsigned char)s.ptr[i];
		size_t step = c < 0x80 ? 1 : iv_utf8_step(s.ptr + i, s.len - i);

		if (step && c >= 0x20 && c != '"' && c != '\\') {
			i += step;
			continue;
		}
		put(w, s.ptr + clean, i - clean);
		if (step)
			escape(w, c);
		else
			put(w, "\xEF\xBF\xBD", 3);
		clean = ++i;
	}
	if (i > clean)
		put(w, s.ptr + clean, i - clean);
	put(w, "\"", 1);
}

/* What goes before a value: the comma that is due, and the key. */
static void lead(struct iv_jw *w, const char *key)
{
	if (w->comma)
		put(w, ",", 1);
	if (key) {
		quoted(w, iv_str(key));
		put(w, ":", 1);
	}
	w->comma = true;
}

static void open(struct iv_jw *w, const char *key, const char *bracket)
{
	lead(w, key);
	put(w, bracket, 1);
	w->comma = false;
}

static void close(struct iv_jw *w, const char *bracket)
{
	put(w, bracket, 1);
	w->comma = true;
}

void iv_jw_obj(struct iv_jw *w, const char *key)
{
	open(w, key, "{");
}

void iv_jw_arr(struct iv_jw *w, const char *key)
{
	open(w, key, "[");
}

void iv_jw_end_obj(struct iv_jw *w)
{
	close(w, "}");
}

void iv_jw_end_arr(struct iv_jw *w)
{
	close(w, "]");
}

void iv_jw_str(struct iv_jw *w, const char *key, struct iv_str value)
{
	lead(w, key);
	quoted(w, value);
}

void iv_jw_cstr(struct iv_jw *w, const char *key, const char *value)
{
	if (value)
		iv_jw_str(w, key, iv_str(value));
	else
		iv_jw_null(w, key);
}

void iv_jw_i64(struct iv_jw *w, const char *key, int64_t value)
{
	char text[24];
	int n = snprintf(text, sizeof(text), "%lld", (long long)value);

	lead(w, key);
	put(w, text, (size_t)n);
}

/* Rounds into text and drops the zeros that rounding left behind the point. */
static size_t fixed(char out[IV_DOUBLE_SIZE], double value, int decimals)
{
	size_t n;

	if (decimals > DECIMALS_MAX)
		decimals = DECIMALS_MAX;
	n = (size_t)snprintf(out, IV_DOUBLE_SIZE, "%.*f", decimals, value);
	if (decimals > 0) {
		while (out[n - 1] == '0')
			n--;
		if (out[n - 1] == '.')
			n--;
	}
	if (n == 2 && out[0] == '-' && out[1] == '0') {
		out[0] = '0';
		n = 1;
	}
	return n;
}

void iv_jw_num(struct iv_jw *w, const char *key, double value, int decimals)
{
	char text[IV_DOUBLE_SIZE];
	size_t n;

	if (!isfinite(value)) {
		iv_jw_null(w, key);
		return;
	}
	if (decimals < 0 || fabs(value) >= ROUNDABLE)
		n = iv_double_str(text, value);
	else
		n = fixed(text, value, decimals);
	lead(w, key);
	put(w, text, n);
}

void iv_jw_bool(struct iv_jw *w, const char *key, bool value)
{
	lead(w, key);
	put(w, value ? "true" : "false", value ? 4 : 5);
}

void iv_jw_null(struct iv_jw *w, const char *key)
{
	lead(w, key);
	put(w, "null", 4);
}

void iv_jw_raw(struct iv_jw *w, const char *key, struct iv_str json)
{
	if (json.len == 0) {
		iv_jw_null(w, key);
		return;
	}
	lead(w, key);
	put(w, json.ptr, json.len);
}

bool iv_jw_done(const struct iv_jw *w)
{
	return !w->failed;
}
