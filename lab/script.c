/* Reading the steps of --say. */
#include "script.h"

#include <stdlib.h>

#define POWER_45_DB 31622.8 /* 10^(45/10) */

static bool parse_ms(struct iv_str digits, const char *what, int64_t *out, struct iv_err *e)
{
	if (iv_str_to_i64(digits, out) && *out >= 0 && *out <= STEP_MS_MAX)
		return true;
	return iv_fail_field(e, IV_EINVAL, "--say",
			     "%s must be milliseconds from 0 to %d, got \"%.*s\"", what,
			     STEP_MS_MAX, (int)(digits.len < 40 ? digits.len : 40), digits.ptr);
}

static bool cut(struct iv_str *s, struct iv_str prefix)
{
	if (!iv_str_starts(*s, prefix))
		return false;
	s->ptr += prefix.len;
	s->len -= prefix.len;
	return true;
}

/* "@after=300:" or "@now:", and "@gap=200:", each at most once, in any order. */
static bool parse_prefixes(struct iv_str *s, struct step *out, struct iv_err *e)
{
	bool after = false, gap = false;

	while (s->len > 0 && s->ptr[0] == '@') {
		ptrdiff_t colon = iv_str_find(*s, IV_S(":"), 0);
		struct iv_str head = {s->ptr, colon < 0 ? s->len : (size_t)colon};
		bool ok;

		if (colon < 0)
			return iv_fail_field(
				e, IV_EINVAL, "--say",
				"a prefix must end with a colon (@after=MS:, @gap=MS:)");
		s->ptr += head.len + 1;
		s->len -= head.len + 1;
		if (!after && cut(&head, IV_S("@after="))) {
			after = true;
			ok = parse_ms(head, "@after", &out->after_ms, e);
		} else if (!after && iv_str_eq(head, IV_S("@now"))) {
			after = ok = out->now = true;
		} else if (!gap && cut(&head, IV_S("@gap="))) {
			gap = true;
			ok = parse_ms(head, "@gap", &out->gap_ms, e);
		} else {
			ok = iv_fail_field(
				e, IV_EINVAL, "--say",
				"a prefix must be one @after=MS:, @now: or one @gap=MS:, got \"%.*s\"",
				(int)(head.len < 40 ? head.len : 40), head.ptr);
		}
		if (!ok)
			return false;
	}
	return true;
}

static bool take_words(struct step *out, enum step_kind kind, struct iv_str words, struct iv_err *e)
{
	out->kind = kind;
	if (words.len == 0)
		return iv_fail_field(e, IV_EINVAL, "--say", "nothing to say behind the colon");
	if (!iv_str_copy(out->words, sizeof(out->words), words))
		return iv_fail_field(e, IV_ETOOBIG, "--say", "must have at most %d bytes",
				     STEP_WORDS_MAX);
	return true;
}

static bool take_digits(struct step *out, struct iv_str digits, struct iv_err *e)
{
	if (!take_words(out, STEP_DTMF, digits, e))
		return false;
	size_t good = strspn(out->words, "0123456789*#ABCD");
	if (good != digits.len || good > 64)
		return iv_fail_field(e, IV_EINVAL, "--say",
				     "dtmf must be 1 to 64 of 0-9 * # A-D, got \"%.40s\"",
				     out->words);
	return true;
}

bool script_parse_step(const char *arg, struct step *out, struct iv_err *e)
{
	struct iv_str s = iv_str(arg);

	*out = (struct step){.after_ms = -1};
	if (!parse_prefixes(&s, out, e))
		return false;
	if (cut(&s, IV_S("text-typed:")))
		return take_words(out, STEP_TYPED, s, e);
	if (cut(&s, IV_S("text:")))
		return take_words(out, STEP_TEXT, s, e);
	if (cut(&s, IV_S("dtmf:")))
		return take_digits(out, s, e);
	if (cut(&s, IV_S("wait:"))) {
		out->kind = STEP_WAIT;
		return parse_ms(s, "wait", &out->wait_ms, e);
	}
	if (cut(&s, IV_S("tone:"))) {
		out->kind = STEP_TONE;
		return take_words(out, STEP_TONE, s, e) && parse_ms(s, "tone", &out->wait_ms, e);
	}
	if (iv_str_eq(s, IV_S("hangup"))) {
		out->kind = STEP_HANG_UP;
		return true;
	}
	if (s.len > 4 && iv_str_ieq((struct iv_str){s.ptr + s.len - 4, 4}, IV_S(".wav")))
		return take_words(out, STEP_WAV, s, e);
	return iv_fail_field(
		e, IV_EINVAL, "--say",
		"must be FILE.wav, text:…, text-typed:…, tone:MS, dtmf:…, wait:MS or hangup, got \"%.*s\"",
		(int)(s.len < 40 ? s.len : 40), s.ptr);
}

bool script_add(struct script *s, const char *arg, struct iv_err *e)
{
	if (s->count == STEPS_MAX)
		return iv_fail_field(e, IV_ETOOBIG, "--say", "at most %d steps", STEPS_MAX);
	struct step *steps = realloc(s->steps, (s->count + 1) * sizeof(*steps));
	if (!steps)
		abort();
	s->steps = steps;
	if (!script_parse_step(arg, &steps[s->count], e))
		return false;
	s->count++;
	return true;
}

void script_free(struct script *s)
{
	for (size_t i = 0; i < s->count; i++)
		free(s->steps[i].pcm);
	free(s->steps);
	*s = (struct script){0};
}

static double power(const int16_t *pcm, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)pcm[i] * pcm[i];
	return sum / (double)n;
}

size_t script_speech_end(const int16_t *pcm, size_t n, int rate_hz)
{
	size_t window = (size_t)rate_hz / 50, end = 0;
	double loudest = 0;

	for (size_t at = 0; at < n; at += window) {
		double p = power(pcm + at, n - at < window ? n - at : window);
		loudest = p > loudest ? p : loudest;
	}
	if (loudest <= 0)
		return 0;
	for (size_t at = 0; at < n; at += window) {
		size_t len = n - at < window ? n - at : window;

		if (power(pcm + at, len) * POWER_45_DB >= loudest)
			end = at + len;
	}
	return end;
}
