/* Ogg/Opus files: taken apart by libogg and libopus themselves, and held against the sound that went in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>
#include <ogg/ogg.h>
#include <opus/opus.h>
#include "iv_opus.h"

enum { SECONDS = 7 };

struct decoded {
	int channels, skip, rate_in_head;
	int64_t end;     /* last position */
	size_t pages, packets;
	bool first_flagged, last_flagged;
	int16_t *pcm;    /* 48 kHz, interleaved, the skip and the tail cut as the file says */
	size_t samples;
};

static void decode(struct iv_str file, struct decoded *d)
{
	static int16_t frame[2 * 5760];
	ogg_sync_state sync;
	ogg_stream_state stream;
	ogg_page page;
	ogg_packet packet;
	OpusDecoder *decoder = NULL;
	int why;

	*d = (struct decoded){0};
	d->pcm = calloc((size_t)48000 * (SECONDS + 2) * 2, sizeof(int16_t));
	ogg_sync_init(&sync);
	memcpy(ogg_sync_buffer(&sync, (long)file.len), file.ptr, file.len);
	ogg_sync_wrote(&sync, (long)file.len);
	while (ogg_sync_pageout(&sync, &page) == 1) {
		if (d->pages++ == 0) {
			ogg_stream_init(&stream, ogg_page_serialno(&page));
			d->first_flagged = ogg_page_bos(&page) != 0;
		}
		assert_int_equal(ogg_page_pageno(&page), d->pages - 1);
		assert_int_equal(ogg_stream_pagein(&stream, &page), 0); /* checks the sum, too */
		d->last_flagged = ogg_page_eos(&page) != 0;
		while (ogg_stream_packetout(&stream, &packet) == 1) {
			if (d->packets == 0) {
				assert_memory_equal(packet.packet, "OpusHead\1", 9);
				d->channels = packet.packet[9];
				d->skip = packet.packet[10] | packet.packet[11] << 8;
				d->rate_in_head = packet.packet[12] | packet.packet[13] << 8;
				decoder = opus_decoder_create(48000, d->channels, &why);
			} else if (d->packets == 1) {
				assert_memory_equal(packet.packet, "OpusTags", 8);
			} else {
				int n = opus_decode(decoder, packet.packet, (opus_int32)packet.bytes, frame, 5760, 0);

				assert_int_equal(n, 960);
				memcpy(d->pcm + d->samples * (size_t)d->channels, frame,
				       (size_t)n * (size_t)d->channels * sizeof(frame[0]));
				d->samples += (size_t)n;
			}
			d->packets++;
		}
		if (ogg_page_granulepos(&page) >= 0) {
			assert_true(ogg_page_granulepos(&page) >= d->end);
			d->end = ogg_page_granulepos(&page);
		}
	}
	assert_true(d->samples >= (size_t)d->end);
	assert_true(d->samples - (size_t)d->end < 960); /* no more than one frame is cut at the end */
	d->samples = (size_t)(d->end - d->skip);
	memmove(d->pcm, d->pcm + d->skip * d->channels, d->samples * (size_t)d->channels * sizeof(int16_t));
	opus_decoder_destroy(decoder);
	ogg_stream_clear(&stream);
	ogg_sync_clear(&sync);
}

/* A tone from `from_ms` for 200 ms in one channel of a stereo sound. */
static void beep(int16_t *pcm, int rate, int channel, int from_ms, double hz)
{
	for (int i = from_ms * rate / 1000; i < (from_ms + 200) * rate / 1000; i++)
		pcm[2 * i + channel] = (int16_t)(9000 * sin(6.283185 * hz * i / rate));
}

/* First ms in which the channel holds more than a tenth of the tone's energy. */
static int onset_ms(const struct decoded *d, int channel, int after_ms)
{
	for (int ms = after_ms; ms < (int)(d->samples / 48); ms++) {
		double sum = 0;

		for (int i = 0; i < 48; i++) {
			double v = d->pcm[2 * (ms * 48 + i) + channel];

			sum += v * v;
		}
		if (sum / 48 > 9000.0 * 9000 / 20)
			return ms;
	}
	return -1;
}

static double energy_db(const struct decoded *d, int channel, int from_ms, int ms)
{
	double sum = 0;

	for (int i = from_ms * 48; i < (from_ms + ms) * 48; i++)
		sum += (double)d->pcm[2 * i + channel] * d->pcm[2 * i + channel];
	return 10 * log10((sum + 1) / (ms * 48) / (32768.0 * 32768));
}

static void check_rate(int rate)
{
	size_t n = (size_t)(rate * SECONDS) + 123;
	int16_t *pcm = calloc(2 * n, sizeof(pcm[0]));
	struct iv_opus_writer *w = iv_opus_writer_new(rate, 2, 7, NULL);
	struct iv_buf file;
	struct decoded d;

	beep(pcm, rate, 0, 1000, 440);
	beep(pcm, rate, 1, 2500, 600);
	beep(pcm, rate, 0, 6700, 440);
	iv_buf_init(&file, 1 << 20);
	for (size_t at = 0; at < n;) { /* in pieces of every size */
		size_t piece = 1 + at % 777 < n - at ? 1 + at % 777 : n - at;

		assert_true(iv_opus_write(w, pcm + 2 * at, piece, &file));
		at += piece;
	}
	assert_true(iv_opus_finish(w, &file));
	assert_int_equal(iv_opus_duration_ms(iv_buf_str(&file)), (int64_t)n * 1000 / rate);
	decode(iv_buf_str(&file), &d);
	assert_int_equal(d.channels, 2);
	assert_int_equal(d.rate_in_head, rate);
	assert_true(d.first_flagged && d.last_flagged);
	assert_int_equal(d.pages, 2 + SECONDS + 1);
	assert_int_equal(d.samples, n * (size_t)(48000 / rate)); /* to the sample */
	assert_in_range(onset_ms(&d, 0, 500), 999, 1003);
	assert_in_range(onset_ms(&d, 1, 500), 2499, 2503);
	assert_in_range(onset_ms(&d, 0, 6000), 6699, 6703);
	assert_int_equal(onset_ms(&d, 1, 2800), -1);
	assert_true(energy_db(&d, 0, 1050, 100) > -15);
	assert_true(energy_db(&d, 1, 1050, 100) < -75); /* the caller is not heard on the agent's side */
	assert_true(energy_db(&d, 0, 2550, 100) < -75);
	assert_true(energy_db(&d, 0, 4000, 1000) < -80);
	free(d.pcm);
	free(pcm);
	iv_buf_deinit(&file);
	iv_opus_writer_free(w);
}

static void a_stereo_file_at_8_khz_has_every_sound_where_it_was(void **state)
{
	(void)state;
	check_rate(8000);
}

static void a_stereo_file_at_16_khz_has_every_sound_where_it_was(void **state)
{
	(void)state;
	check_rate(16000);
}

static void any_length_comes_back_to_the_sample(void **state)
{
	static const size_t lengths[] = {0, 1, 159, 160, 161, 8000, 8001, 8000 + 52, 16000 - 52};
	static int16_t pcm[16000];

	(void)state;
	for (size_t i = 0; i < IV_COUNT(lengths); i++) {
		struct iv_opus_writer *w = iv_opus_writer_new(8000, 1, 1, NULL);
		struct iv_buf file;
		struct decoded d;

		iv_buf_init(&file, 1 << 20);
		assert_true(iv_opus_write(w, pcm, lengths[i], &file));
		assert_true(iv_opus_finish(w, &file));
		decode(iv_buf_str(&file), &d);
		assert_int_equal(d.channels, 1);
		assert_int_equal(d.samples, lengths[i] * 6);
		assert_true(d.last_flagged);
		free(d.pcm);
		iv_buf_deinit(&file);
		iv_opus_writer_free(w);
	}
}

static void pages_come_while_the_sound_goes_in(void **state)
{
	static int16_t pcm[2 * 16000];
	struct iv_opus_writer *w = iv_opus_writer_new(16000, 2, 1, NULL);
	struct iv_buf out;
	size_t head;

	(void)state;
	iv_buf_init(&out, 1 << 20);
	assert_true(iv_opus_write(w, pcm, 320, &out));
	head = out.len;
	assert_in_range(head, 47 + 28, 300); /* both headers, no sound yet */
	assert_true(iv_opus_write(w, pcm, 15680, &out));
	assert_true(out.len > head);
	assert_memory_equal(out.ptr + head, "OggS", 4);
	iv_opus_writer_free(w);
	iv_buf_deinit(&out);
}

static void a_full_buffer_ends_the_stream_and_is_told(void **state)
{
	static int16_t pcm[2 * 16000];
	struct iv_opus_writer *w = iv_opus_writer_new(16000, 2, 1, NULL);
	struct iv_buf out;

	(void)state;
	iv_buf_init(&out, 200);
	assert_false(iv_opus_write(w, pcm, 16000, &out));
	iv_buf_clear(&out);
	assert_false(iv_opus_write(w, pcm, 16000, &out));
	assert_false(iv_opus_finish(w, &out));
	iv_opus_writer_free(w);
	iv_buf_deinit(&out);
}

static void other_rates_and_channels_are_refused_by_name(void **state)
{
	struct iv_err e = {0};

	(void)state;
	assert_null(iv_opus_writer_new(44100, 2, 1, &e));
	assert_int_equal(e.code, IV_EINVAL);
	assert_string_equal(e.field, "rate");
	e = (struct iv_err){0};
	assert_null(iv_opus_writer_new(16000, 3, 1, &e));
	assert_string_equal(e.field, "channels");
}

static void what_is_no_opus_file_has_no_length(void **state)
{
	(void)state;
	assert_int_equal(iv_opus_duration_ms(IV_S("")), -1);
	assert_int_equal(iv_opus_duration_ms(IV_S("OggS")), -1);
	assert_int_equal(iv_opus_duration_ms(IV_S("RIFF....WAVEfmt and more than forty seven bytes of it all")), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_stereo_file_at_8_khz_has_every_sound_where_it_was),
		cmocka_unit_test(a_stereo_file_at_16_khz_has_every_sound_where_it_was),
		cmocka_unit_test(any_length_comes_back_to_the_sample),
		cmocka_unit_test(pages_come_while_the_sound_goes_in),
		cmocka_unit_test(a_full_buffer_ends_the_stream_and_is_told),
		cmocka_unit_test(other_rates_and_channels_are_refused_by_name),
		cmocka_unit_test(what_is_no_opus_file_has_no_length),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
