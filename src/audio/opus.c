/* Ogg/Opus: libopus encodes 20 ms at a time, libogg makes pages of fifty packets, we count. Positions in
 * the file are always samples at 48 kHz, whatever the encoder runs at. */
#include <ogg/ogg.h>
#include <opus/opus.h>
#include <stdlib.h>
#include "iv_opus.h"

enum { FRAMES_PER_SECOND = 50, FRAME_MAX = 48000 / FRAMES_PER_SECOND, PACKET_MAX = 1500, BITRATE_PER_CHANNEL = 24000,
       FILE_HZ = 48000 };

struct iv_opus_writer {
	OpusEncoder *encoder;
	ogg_stream_state stream;
	int rate_hz, channels;
	size_t frame; /* samples per channel of 20 ms */
	int64_t taken;  /* samples per channel that came in */
	int64_t coded;  /* samples per channel that were encoded, the silence at the end with them */
	int64_t packets;
	int skip; /* the encoder's delay: samples at its rate before the first of ours */
	int16_t part[2 * FRAME_MAX];
	size_t part_len; /* per channel */
	bool begun, broken;
};

struct iv_opus_writer *iv_opus_writer_new(int rate_hz, int channels, uint32_t serial, struct iv_err *e)
{
	struct iv_opus_writer *w;
	int why = OPUS_OK;

	if (channels != 1 && channels != 2) {
		(void)iv_fail_field(e, IV_EINVAL, "channels", "must be 1 or 2, got %d", channels);
		return NULL;
	}
	w = calloc(1, sizeof(*w));
	if (!w)
		abort();
	w->encoder = opus_encoder_create(rate_hz, channels, OPUS_APPLICATION_RESTRICTED_LOWDELAY, &why);
	if (!w->encoder) {
		(void)iv_fail_field(e, IV_EINVAL, "rate", "must be 8000, 12000, 16000, 24000 or 48000, got %d", rate_hz);
		free(w);
		return NULL;
	}
	w->rate_hz = rate_hz;
	w->channels = channels;
	w->frame = (size_t)(rate_hz / FRAMES_PER_SECOND);
	/* None of these can fail: the values are constants in range. */
	(void)opus_encoder_ctl(w->encoder, OPUS_SET_BITRATE(BITRATE_PER_CHANNEL * channels));
	(void)opus_encoder_ctl(w->encoder, OPUS_SET_COMPLEXITY(0));
	(void)opus_encoder_ctl(w->encoder, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
	(void)opus_encoder_ctl(w->encoder, OPUS_SET_PHASE_INVERSION_DISABLED(1));
	(void)opus_encoder_ctl(w->encoder, OPUS_GET_LOOKAHEAD(&w->skip));
	if (ogg_stream_init(&w->stream, (int)serial) != 0)
		abort(); /* only without memory */
	return w;
}

void iv_opus_writer_free(struct iv_opus_writer *w)
{
	if (!w)
		return;
	opus_encoder_destroy(w->encoder);
	(void)ogg_stream_clear(&w->stream); /* always 0 */
	free(w);
}

static int64_t in_file(const struct iv_opus_writer *w, int64_t samples)
{
	return samples * (FILE_HZ / w->rate_hz);
}

/* ── pages ── */

static bool take_page(struct iv_opus_writer *w, const ogg_page *page, struct iv_buf *out)
{
	if (iv_buf_add(out, page->header, (size_t)page->header_len) && iv_buf_add(out, page->body, (size_t)page->body_len))
		return true;
	w->broken = true;
	return false;
}

static bool add_packet(struct iv_opus_writer *w, uint8_t *bytes, size_t n, int64_t position, bool last)
{
	ogg_packet packet = {.packet = bytes,
			     .bytes = (long)n,
			     .b_o_s = w->packets == 0,
			     .e_o_s = last,
			     .granulepos = position,
			     .packetno = w->packets};

	w->packets++;
	if (ogg_stream_packetin(&w->stream, &packet) != 0)
		abort(); /* only without memory */
	return true;
}

/* `all`: also a page that is not full yet. */
static bool give_pages(struct iv_opus_writer *w, bool all, struct iv_buf *out)
{
	ogg_page page;

	while (all ? ogg_stream_flush(&w->stream, &page) : ogg_stream_pageout(&w->stream, &page))
		if (!take_page(w, &page, out))
			return false;
	return true;
}

/* ── headers (RFC 7845, 5) ── */

static void put32(uint8_t *out, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		out[i] = (uint8_t)(v >> 8 * i);
}

static bool write_headers(struct iv_opus_writer *w, struct iv_buf *out)
{
	static const char encoder[] = "ENCODER=invorto";
	const char *vendor = opus_get_version_string();
	size_t vendor_len = strnlen(vendor, 128), at = 12 + vendor_len;
	uint8_t head[19] = "OpusHead", tags[256] = "OpusTags";
	int64_t skip = in_file(w, w->skip);

	head[8] = 1; /* version */
	head[9] = (uint8_t)w->channels;
	head[10] = (uint8_t)skip;
	head[11] = (uint8_t)(skip >> 8);
	put32(head + 12, (uint32_t)w->rate_hz);
	put32(tags + 8, (uint32_t)vendor_len);
	memcpy(tags + 12, vendor, vendor_len);
	put32(tags + at, 1);
	put32(tags + at + 4, sizeof(encoder) - 1);
	memcpy(tags + at + 8, encoder, sizeof(encoder) - 1);
	w->begun = true;
	/* Each has pages of its own. */
	return add_packet(w, head, sizeof(head), 0, false) && give_pages(w, true, out) &&
	       add_packet(w, tags, at + 8 + sizeof(encoder) - 1, 0, false) && give_pages(w, true, out);
}

/* ── sound ── */

static bool encode_part(struct iv_opus_writer *w, bool last, struct iv_buf *out)
{
	uint8_t bytes[PACKET_MAX];
	int n = opus_encode(w->encoder, w->part, (int)w->frame, bytes, sizeof(bytes));
	int64_t position;

	if (n < 0)
		abort(); /* a frame of legal size into a buffer that is large enough */
	w->part_len = 0;
	w->coded += (int64_t)w->frame;
	/* The last position is where our sound ends, before the silence that pushed it out. */
	position = in_file(w, last ? w->skip + w->taken : w->coded);
	(void)add_packet(w, bytes, (size_t)n, position, last);
	return give_pages(w, last || (w->packets - 2) % FRAMES_PER_SECOND == 0, out);
}

bool iv_opus_write(struct iv_opus_writer *w, const int16_t *pcm, size_t samples, struct iv_buf *out)
{
	size_t channels = (size_t)w->channels;

	if (w->broken || (!w->begun && !write_headers(w, out)))
		return false;
	w->taken += (int64_t)samples;
	while (samples) {
		size_t n = w->frame - w->part_len;

		n = n < samples ? n : samples;
		memcpy(w->part + w->part_len * channels, pcm, n * channels * sizeof(pcm[0]));
		w->part_len += n;
		pcm += n * channels;
		samples -= n;
		if (w->part_len == w->frame && !encode_part(w, false, out))
			return false;
	}
	return true;
}

bool iv_opus_finish(struct iv_opus_writer *w, struct iv_buf *out)
{
	if (w->broken || (!w->begun && !write_headers(w, out)))
		return false;
	do {
		size_t rest = w->frame - w->part_len;

		memset(w->part + w->part_len * (size_t)w->channels, 0, rest * (size_t)w->channels * sizeof(w->part[0]));
		if (!encode_part(w, w->coded + (int64_t)w->frame >= w->taken + w->skip, out))
			return false;
	} while (w->coded < w->taken + w->skip);
	w->broken = true; /* nothing may follow */
	return true;
}

/* ── reading: only how long it is ── */

static int64_t get64(const char *p)
{
	uint64_t v = 0;

	for (int i = 7; i >= 0; i--)
		v = v << 8 | (uint8_t)p[i];
	return (int64_t)v;
}

int64_t iv_opus_duration_ms(struct iv_str file)
{
	ptrdiff_t head = iv_str_find(file, IV_S("OpusHead"), 0);
	int64_t skip, end;

	if (!iv_str_starts(file, IV_S("OggS")) || head != 28 || file.len < 47)
		return -1;
	skip = (uint8_t)file.ptr[38] | (int64_t)(uint8_t)file.ptr[39] << 8;
	for (size_t at = file.len - 14; at > 0; at--) {
		if (memcmp(file.ptr + at, "OggS", 4) != 0)
			continue;
		end = get64(file.ptr + at + 6);
		return end < skip ? -1 : (end - skip) / (FILE_HZ / 1000);
	}
	return -1;
}
