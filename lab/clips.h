/* clips: spoken sentences, ready to send. What was said once is kept, the least recently used is
 * dropped first. */
#ifndef LAB_CLIPS_H
#define LAB_CLIPS_H

#include "workers.h"

#define CLIP_TEXT_SIZE 512 /* one sentence, with NUL */

struct clip_format {
	enum { CLIP_LINEAR16, CLIP_MULAW, CLIP_ALAW } encoding;
	int rate_hz;
	char voice[8]; /* flite's */
};

struct clips;

/* A sentence on its way; embedded in its owner. */
struct clip_wish {
	struct clips *clips;
	struct clip_format format;
	char text[CLIP_TEXT_SIZE];
	void (*ready)(void *arg, struct iv_str bytes);
	void *arg;
	bool flying, unwanted;
	struct job job;
	char *bytes;
	size_t len;
	void (*free_owner)(void *arg); /* the owner let go while the job ran */
};

struct clips *clips_new(struct workers *w, size_t bytes_max);
void clips_free(struct clips *c);
/* `ready` runs on the loop, at once when the clip is kept; bytes are valid during the call. False:
 * not a format (8000, 16000 or 24000 Hz; a known voice). */
IV_MUST_CHECK bool clip_want(struct clips *c, struct clip_wish *wish, struct clip_format format,
			     struct iv_str text, void (*ready)(void *arg, struct iv_str bytes),
			     void *arg);
bool clip_format_ok(const struct clip_format *f);
/* The owner goes: free_owner runs now, or when the job is back. `ready` does not run any more. */
void clip_release(struct clip_wish *wish, void (*free_owner)(void *arg), void *arg);
size_t clips_bytes(const struct clips *c);
int clip_chunk_bytes(const struct clip_format *f, int ms);

#endif
