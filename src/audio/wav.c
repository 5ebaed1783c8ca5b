/* RIFF/WAVE of 16-bit PCM. Reading is bounded by the file: a size that claims more is cut. */
#include "iv_wav.h"

#define FORMAT_PCM 1
#define FORMAT_EXTENSIBLE 0xfffe
#define RATE_MIN 8000
#define RATE_MAX 48000
#define CHANNELS_MAX 8
#define CHUNK_HEADER 8
#define RIFF_HEADER 12

static void put16(uint8_t *out, uint32_t v)
{
	out[0] = (uint8_t)v;
	out[1] = (uint8_t)(v >> 8);
}

static void put32(uint8_t *out, uint32_t v)
{
	put16(out, v);
	put16(out + 2, v >> 16);
}

static uint32_t get16(const uint8_t *in)
{
	return (uint32_t)in[0] | (uint32_t)in[1] << 8;
}

static uint32_t get32(const uint8_t *in)
{
	return get16(in) | get16(in + 2) << 16;
}

void iv_wav_header(uint8_t out[IV_WAV_HEADER], int rate_hz, int channels, uint32_t data_bytes)
{
	uint32_t behind_size = IV_WAV_HEADER - CHUNK_HEADER;
	uint32_t frame_bytes = 2 * (uint32_t)channels;

	memcpy(out, "RIFF", 4);
	put32(out + 4,
	      data_bytes < UINT32_MAX - behind_size ? data_bytes + behind_size : UINT32_MAX);
	memcpy(out + 8, "WAVEfmt ", 8);
	put32(out + 16, 16);
	put16(out + 20, FORMAT_PCM);
	put16(out + 22, (uint32_t)channels);
	put32(out + 24, (uint32_t)rate_hz);
	put32(out + 28, (uint32_t)rate_hz * frame_bytes);
	put16(out + 32, frame_bytes);
	put16(out + 34, 16);
	memcpy(out + 36, "data", 4);
	put32(out + 40, data_bytes);
}

static bool read_format(struct iv_str body, struct iv_wav *w, struct iv_err *e)
{
	const uint8_t *p = (const uint8_t *)body.ptr;
	uint32_t format, rate, channels, bits;

	if (body.len < 16)
		return iv_fail_field(e, IV_EINVAL, "fmt", "must hold at least 16 bytes, got %zu",
				     body.len);
	format = get16(p);
	channels = get16(p + 2);
	rate = get32(p + 4);
	bits = get16(p + 14);
	/* The extensible form carries the real format at the head of its GUID. */
	if (format == FORMAT_EXTENSIBLE && body.len >= 26)
		format = get16(p + 24);
	if (format != FORMAT_PCM)
		return iv_fail_field(e, IV_EINVAL, "fmt.format", "must be 1 (PCM), got %u", format);
	if (channels < 1 || channels > CHANNELS_MAX)
		return iv_fail_field(e, IV_EINVAL, "fmt.channels", "must be 1 to %d, got %u",
				     CHANNELS_MAX, channels);
	if (rate < RATE_MIN || rate > RATE_MAX)
		return iv_fail_field(e, IV_EINVAL, "fmt.rate", "must be %d to %d Hz, got %u",
				     RATE_MIN, RATE_MAX, rate);
	if (bits != 16)
		return iv_fail_field(e, IV_EINVAL, "fmt.bits", "must be 16, got %u", bits);
	w->rate_hz = (int)rate;
	w->channels = (int)channels;
	return true;
}

bool iv_wav_parse(struct iv_str file, struct iv_wav *w, struct iv_err *e)
{
	size_t at = RIFF_HEADER, riff_size;

	*w = (struct iv_wav){0};
	if (file.len < RIFF_HEADER || memcmp(file.ptr, "RIFF", 4) != 0 ||
	    memcmp(file.ptr + 8, "WAVE", 4) != 0)
		return iv_fail_field(e, IV_EINVAL, "riff", "must begin with RIFF….WAVE");
	riff_size = get32((const uint8_t *)file.ptr + 4);
	while (file.len - at >= CHUNK_HEADER) {
		struct iv_str id = {file.ptr + at, 4};
		size_t claimed = get32((const uint8_t *)file.ptr + at + 4);
		struct iv_str body = {file.ptr + at + CHUNK_HEADER, file.len - at - CHUNK_HEADER};

		if (iv_str_eq(id, IV_S("data"))) {
			/* A recording whose writer died still has the sizes it began with: no data,
			 * and a file that ends at this header. Then the data is all that follows.
			 */
			if (claimed < body.len && (claimed != 0 || riff_size > at))
				body.len = claimed;
			if (w->channels == 0)
				return iv_fail_field(e, IV_EINVAL, "fmt", "must come before data");
			w->data = (const uint8_t *)body.ptr;
			w->samples = body.len / (2 * (size_t)w->channels);
			return true;
		}
		if (claimed > body.len)
			break;
		body.len = claimed;
		if (iv_str_eq(id, IV_S("fmt ")) && !read_format(body, w, e))
			return false;
		/* Chunks are padded to even sizes; the last one's padding may be missing. */
		at += CHUNK_HEADER + claimed;
		at += claimed % 2 == 1 && at < file.len ? 1 : 0;
	}
	return iv_fail_field(e, IV_EINVAL, "data", "chunk is missing");
}
