/* Synthesis in a thread, and the memory of what was synthesised. */
#include "clips.h"

#include <stdio.h>
#include <stdlib.h>
#include "iv_g711.h"
#include "iv_map.h"
#include "iv_resample.h"
#include "lab.h"
#include "speech_tts.h"

struct clip {
	struct iv_list node; /* used last: at the end */
	char key[CLIP_TEXT_SIZE + 32];
	char *bytes;
	size_t len;
};

struct clips {
	struct workers *workers;
	struct iv_map *by_key;
	struct iv_list by_use;
	size_t bytes, bytes_max;
};

bool clip_format_ok(const struct clip_format *f)
{
	return (f->rate_hz == 8000 || f->rate_hz == 16000 || f->rate_hz == 24000) &&
	       speech_voice_known(f->voice);
}

int clip_chunk_bytes(const struct clip_format *f, int ms)
{
	return f->rate_hz / 1000 * ms * (f->encoding == CLIP_LINEAR16 ? 2 : 1);
}

struct clips *clips_new(struct workers *w, size_t bytes_max)
{
	struct clips *c = lab_alloc(sizeof(*c));

	c->workers = w;
	c->bytes_max = bytes_max;
	c->by_key = iv_map_new();
	iv_list_init(&c->by_use);
	return c;
}

static void drop(struct clips *c, struct clip *clip)
{
	iv_map_remove(c->by_key, iv_str(clip->key));
	iv_list_remove(&clip->node);
	c->bytes -= clip->len;
	free(clip->bytes);
	free(clip);
}

void clips_free(struct clips *c)
{
	if (!c)
		return;
	IV_LIST_EACH(node, &c->by_use)
	drop(c, IV_CONTAINER(node, struct clip, node));
	iv_map_free(c->by_key);
	free(c);
}

size_t clips_bytes(const struct clips *c)
{
	return c->bytes;
}

static void write_key(const struct clip_wish *w, char *key, size_t size)
{
	snprintf(key, size, "%d %d %s %s", (int)w->format.encoding, w->format.rate_hz,
		 w->format.voice, w->text);
}

static void keep(struct clips *c, const struct clip_wish *w)
{
	struct clip *clip = lab_alloc(sizeof(*clip));
	struct clip *same;

	write_key(w, clip->key, sizeof(clip->key));
	clip->bytes = w->bytes;
	clip->len = w->len;
	same = iv_map_get(c->by_key, iv_str(clip->key));
	if (same) /* two asked at the same time */
		drop(c, same);
	iv_map_put(c->by_key, iv_str(clip->key), clip);
	iv_list_append(&c->by_use, &clip->node);
	c->bytes += clip->len;
	while (c->bytes > c->bytes_max && c->by_use.next != &clip->node)
		drop(c, IV_CONTAINER(c->by_use.next, struct clip, node));
}

/* ── in a thread ── */

static void encode(struct clip_wish *w, const int16_t *pcm, size_t n)
{
	w->len = n * (w->format.encoding == CLIP_LINEAR16 ? 2 : 1);
	w->bytes = lab_alloc(w->len);
	if (w->format.encoding == CLIP_MULAW)
		iv_ulaw_encode(pcm, n, (uint8_t *)w->bytes);
	else if (w->format.encoding == CLIP_ALAW)
		iv_alaw_encode(pcm, n, (uint8_t *)w->bytes);
	else
		memcpy(w->bytes, pcm, w->len); /* little-endian like every machine this runs on */
}

static void synthesise(void *arg)
{
	struct clip_wish *w = arg;
	struct speech_wave wave;
	struct iv_resampler r;

	w->bytes = NULL;
	w->len = 0;
	if (!speech_say(w->text, w->format.voice, &wave))
		return;
	if (wave.samples && iv_resampler_init(&r, wave.rate_hz, w->format.rate_hz)) {
		int16_t *pcm = lab_alloc(iv_resampler_bound(&r, wave.samples) * sizeof(*pcm));

		encode(w, pcm, iv_resample(&r, wave.pcm, wave.samples, pcm));
		free(pcm);
		iv_resampler_deinit(&r);
	}
	speech_wave_free(&wave);
}

/* ── on the loop ── */

static void synthesised(void *arg)
{
	struct clip_wish *w = arg;

	w->flying = false;
	if (w->bytes)
		keep(w->clips, w);
	if (w->unwanted)
		w->free_owner(w->arg);
	else
		w->ready(w->arg, (struct iv_str){w->bytes, w->len});
}

bool clip_want(struct clips *c, struct clip_wish *wish, struct clip_format format,
	       struct iv_str text, void (*ready)(void *arg, struct iv_str bytes), void *arg)
{
	char key[CLIP_TEXT_SIZE + 32];
	struct clip *kept;

	if (!clip_format_ok(&format) || !iv_str_copy(wish->text, sizeof(wish->text), text))
		return false;
	wish->clips = c;
	wish->format = format;
	wish->ready = ready;
	wish->arg = arg;
	write_key(wish, key, sizeof(key));
	kept = iv_map_get(c->by_key, iv_str(key));
	if (kept) {
		iv_list_remove(&kept->node);
		iv_list_append(&c->by_use, &kept->node);
		ready(arg, (struct iv_str){kept->bytes, kept->len});
		return true;
	}
	wish->flying = true;
	wish->job = (struct job){.work = synthesise, .done = synthesised, .arg = wish};
	job_run(c->workers, &wish->job, JOB_SPEAK);
	return true;
}

void clip_release(struct clip_wish *wish, void (*free_owner)(void *arg), void *arg)
{
	wish->free_owner = free_owner;
	wish->arg = arg;
	wish->unwanted = true;
	if (!wish->flying)
		free_owner(arg);
}
