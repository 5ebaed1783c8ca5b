/* What a synthesiser answers, to samples: µ-law or 16-bit, and nothing that is a file or a page. */
#include "iv_g711.h"
#include "tts_decode.h"

bool tts_is_audio(struct iv_str content_type)
{
	struct iv_str type;
	if (!iv_str_split(&content_type, ';', &type))
		return true; /* not said */
	type = iv_str_trim(type);
	char prefix[6];
	iv_str_copy(prefix, sizeof(prefix), type);
	return !iv_str_ieq(iv_str(prefix), IV_S("text/")) &&
	       !iv_str_ieq(type, IV_S("application/json")) &&
	       !iv_str_ieq(type, IV_S("application/problem+json")) &&
	       !iv_str_ieq(type, IV_S("application/xhtml+xml"));
}

void tts_decoder_init(struct tts_decoder *d, bool ulaw)
{
	*d = (struct tts_decoder){.ulaw = ulaw};
}

static uint8_t take(struct iv_str *in)
{
	uint8_t byte = (uint8_t)in->ptr[0];
	in->ptr++;
	in->len--;
	return byte;
}

static bool check_head(struct tts_decoder *d, struct iv_str *in)
{
	while (d->head_len < sizeof(d->head) && in->len > 0)
		d->head[d->head_len++] = take(in);
	if (d->head_len < sizeof(d->head))
		return false;
	d->garbage = memcmp(d->head, "RIFF", 4) == 0;
	d->checked = !d->garbage;
	return d->checked;
}

static size_t decode_ulaw(struct tts_decoder *d, struct iv_str *in, int16_t *out, size_t max)
{
	size_t n = d->head_len;
	if (n > 0) {
		iv_ulaw_decode(d->head, n, out);
		d->head_len = 0;
		return n;
	}
	n = in->len < max ? in->len : max;
	iv_ulaw_decode((const uint8_t *)in->ptr, n, out);
	in->ptr += n;
	in->len -= n;
	return n;
}

/* head holds 4, 2 or 0 bytes here, or the one byte that waits for its other half. */
static size_t decode_linear(struct tts_decoder *d, struct iv_str *in, int16_t *out, size_t max)
{
	size_t n = 0;
	if (d->head_len == 0) { /* the common case, all whole samples: this machine's own order */
		n = in->len / 2 < max ? in->len / 2 : max;
		memcpy(out, in->ptr, n * sizeof(out[0]));
		in->ptr += 2 * n;
		in->len -= 2 * n;
	}
	while (n < max) {
		while (d->head_len < 2 && in->len > 0)
			d->head[d->head_len++] = take(in);
		if (d->head_len < 2)
			break;
		out[n++] = (int16_t)(uint16_t)(d->head[0] | d->head[1] << 8);
		d->head_len -= 2;
		memmove(d->head, d->head + 2, d->head_len);
	}
	return n;
}

size_t tts_decode(struct tts_decoder *d, struct iv_str *in, int16_t *out, size_t max)
{
	if (d->garbage || (!d->checked && !check_head(d, in)) || max < sizeof(d->head))
		return 0;
	return d->ulaw ? decode_ulaw(d, in, out, max) : decode_linear(d, in, out, max);
}

void tts_decoder_end(struct tts_decoder *d)
{
	d->checked = !d->garbage;
}
