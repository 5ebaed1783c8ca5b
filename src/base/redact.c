/* Redaction of texts, whole or in pieces. A piece is read as far as its decisions need nothing that is yet to
 * come, so that a text is treated the same however it was cut. */
#include "iv_redact.h"

#include <stdio.h>

#include "iv_crypto.h"
#include "redact_scan.h"

#define HELD_MAX (1 << 20) /* a piece, and what was held of the one before */
#define HASH_HEX 12

const char *const iv_redact_kind_names[] = {
#define X(kind, name, mask) [kind] = name,
	IV_REDACT_KINDS(X)
#undef X
	NULL,
};

static const char *const masks[] = {
#define X(kind, name, mask) [kind] = mask,
	IV_REDACT_KINDS(X)
#undef X
};

static unsigned kinds_of(const struct iv_redact *how)
{
	return how->kinds ? how->kinds : ~(1U << IV_REDACT_IP);
}

/* ── what takes its place */

static bool stars(struct iv_str found, struct iv_buf *out)
{
	bool ok = true;

	for (size_t i = 0; i < found.len && ok; i++) {
		int c = (unsigned char)found.ptr[i];

		if ((c & 0xC0) == 0x80)
			continue; /* the rest of a character */
		ok = iv_buf_addc(out, is_digit(c) || is_letter(c) || c >= 0x80 ? '*' : (char)c);
	}
	return ok;
}

/* Over letters and digits only: however a number is grouped it has one digest. */
static bool digest(const struct iv_redact *how, enum iv_redact_kind kind, struct iv_str found, struct iv_buf *out)
{
	char plain[512], hex[IV_SHA256_HEX];
	size_t n = 0;

	for (size_t i = 0; i < found.len && n < sizeof(plain); i++) {
		int c = (unsigned char)found.ptr[i];

		if (c >= 'A' && c <= 'Z')
			plain[n++] = (char)(c + ('a' - 'A'));
		else if (is_digit(c) || is_letter(c) || c >= 0x80 || kind == IV_REDACT_EMAIL || kind == IV_REDACT_IP ||
			 kind == IV_REDACT_KEY)
			plain[n++] = (char)c;
	}
	iv_hmac_sha256_hex(how->hash_key, (struct iv_str){plain, n}, hex);
	return iv_buf_printf(out, "[%s:%.*s]", masks[kind], HASH_HEX, hex);
}

bool redact_replace(const struct iv_redact *how, enum iv_redact_kind kind, struct iv_str found, struct iv_buf *out,
		    struct iv_redact_counts *counts)
{
	if (counts)
		counts->found[kind]++;
	if (how->mode == IV_REDACT_LENGTH)
		return stars(found, out);
	if (how->mode == IV_REDACT_HASH && how->hash_key.len)
		return digest(how, kind, found, out);
	return iv_buf_printf(out, "[%s]", masks[kind]);
}

/* ── texts */

/* From *at as far as can be decided. What stays is added in pieces as long as possible. */
static bool run(struct redact_scan *s, const struct iv_redact *how, size_t *at, struct iv_buf *out,
		struct iv_redact_counts *counts)
{
	size_t kept = *at, i = *at;
	struct redact_hit h;
	bool ok = true;

	while (i < s->len && ok) {
		size_t end;

		s->touched = false;
		end = redact_step(s, i, &h);
		if (s->touched && !s->final)
			break;
		if (h.found) {
			ok = iv_buf_add(out, s->text + kept, h.from - kept) &&
			     redact_replace(how, h.kind, (struct iv_str){s->text + h.from, h.to - h.from}, out, counts);
			kept = end = h.to;
		}
		i = end;
	}
	*at = i;
	return ok && iv_buf_add(out, s->text + kept, i - kept);
}

bool redact_named_text(const struct iv_redact *how, struct iv_str name, struct iv_str text, struct iv_buf *out,
		       struct iv_redact_counts *counts)
{
	struct redact_scan s = {.text = text.ptr, .len = text.len, .final = true, .kinds = kinds_of(how), .name = name};
	size_t before = out->len, at = 0;

	if (run(&s, how, &at, out, counts))
		return true;
	out->len = before;
	return false;
}

bool iv_redact_text(const struct iv_redact *how, struct iv_str text, struct iv_buf *out,
		    struct iv_redact_counts *counts)
{
	return redact_named_text(how, IV_S(""), text, out, counts);
}

/* ── texts in pieces */

void iv_redact_begin(struct iv_redact_stream *s, const struct iv_redact *how)
{
	*s = (struct iv_redact_stream){.how = how};
	iv_buf_init(&s->held, HELD_MAX);
}

static bool go_on(struct iv_redact_stream *s, bool final, struct iv_buf *out, struct iv_redact_counts *counts)
{
	struct redact_scan scan = {
		.text = s->held.ptr, .len = s->held.len, .final = final, .kinds = kinds_of(s->how)};

	return run(&scan, s->how, &s->at, out, counts);
}

bool iv_redact_feed(struct iv_redact_stream *s, struct iv_str piece, struct iv_buf *out,
		    struct iv_redact_counts *counts)
{
	if (!iv_buf_adds(&s->held, piece) || !go_on(s, false, out, counts))
		return false;
	if (s->at > 2 * REDACT_BEHIND) {
		iv_buf_consume(&s->held, s->at - REDACT_BEHIND);
		s->at = REDACT_BEHIND;
	}
	return true;
}

bool iv_redact_end(struct iv_redact_stream *s, struct iv_buf *out, struct iv_redact_counts *counts)
{
	bool ok = !out || go_on(s, true, out, counts);

	iv_buf_deinit(&s->held);
	s->at = 0;
	return ok;
}
