/* What the three legs share. */
#include "leg.h"

#include <stdio.h>
#include "iv_crypto.h"

static const struct leg_ops *const kinds[] = {
	[FAR_BROWSER] = &leg_browser,
	[FAR_JAMBONZ] = &leg_jambonz,
	[FAR_TWILIO] = &leg_twilio,
};

const char *leg_name(enum far_kind kind)
{
	return kinds[kind]->name;
}

void leg_init(struct leg *l, const struct leg_opts *opts, struct leg_scratch *scratch,
	      struct wire *wire)
{
	uint8_t raw[16];
	char hex[33];

	memset(l, 0, sizeof(*l));
	l->ops = kinds[opts->kind];
	l->opts = opts;
	l->scratch = scratch;
	l->wire = wire;
	iv_random(raw, sizeof(raw));
	iv_hex(raw, sizeof(raw), hex);
	snprintf(l->call_id, sizeof(l->call_id), "lab-%.20s", hex);
	if (opts->kind == FAR_TWILIO)
		snprintf(l->sid, sizeof(l->sid), "MZ%.32s", hex);
	else
		snprintf(l->sid, sizeof(l->sid), "lab-sid-%.20s", hex + 8);
}

bool leg_send_text(struct leg *l, const struct iv_buf *b)
{
	if (b->len > LEG_OUT_MAX)
		return false;
	memcpy(leg_out(l), b->ptr, b->len);
	return wire_send(l->wire, IV_WS_TEXT, leg_out(l), b->len);
}

bool leg_printf(struct leg *l, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(leg_out(l), LEG_OUT_MAX, fmt, ap);
	va_end(ap);
	return n >= 0 && n < LEG_OUT_MAX && wire_send(l->wire, IV_WS_TEXT, leg_out(l), (size_t)n);
}

void leg_sign(const struct leg *l, char ts[24], char sig[65])
{
	char signed_part[80];

	snprintf(ts, 24, "%lld", (long long)(iv_wall_ms() / 1000));
	snprintf(signed_part, sizeof(signed_part), "%s:%s", l->call_id, ts);
	iv_hmac_sha256_hex(iv_str(l->opts->secret), iv_str(signed_part), sig);
}

struct iv_str leg_scan(struct iv_str json, struct iv_str quoted_key)
{
	ptrdiff_t at = iv_str_find(json, quoted_key, 0);

	if (at < 0)
		return IV_STR_NULL;
	const char *p = json.ptr + at + quoted_key.len, *end = json.ptr + json.len;
	while (p < end && (*p == ' ' || *p == ':'))
		p++;
	if (p == end || *p != '"')
		return IV_STR_NULL;
	const char *close = memchr(p + 1, '"', (size_t)(end - p - 1));
	if (!close)
		return IV_STR_NULL;
	return (struct iv_str){p + 1, (size_t)(close - p - 1)};
}

void leg_give(leg_event_fn *fn, void *arg, enum leg_event_type type, struct iv_str name,
	      struct iv_str text)
{
	struct leg_event ev = {.type = type, .name = name, .text = text};

	fn(arg, &ev);
}

void leg_give_pcm(struct leg *l, struct iv_str bytes, leg_event_fn *fn, void *arg)
{
	const uint8_t *p = (const uint8_t *)bytes.ptr;
	size_t n = bytes.len / 2;
	struct leg_event ev = {.type = LEG_AUDIO, .pcm = l->scratch->pcm, .text = bytes};

	if (n > LEG_PCM_MAX) {
		leg_give(fn, arg, LEG_BAD, IV_S("audio longer than the lab takes"), IV_STR_NULL);
		return;
	}
	for (size_t i = 0; i < n; i++)
		l->scratch->pcm[i] = (int16_t)(uint16_t)(p[2 * i] | p[2 * i + 1] << 8);
	ev.samples = n;
	fn(arg, &ev);
}
