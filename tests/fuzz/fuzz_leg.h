/* Shared by the fuzzers of the legs. An input is lines; one that begins with 'b' is a binary
 * message (the rest of the line), any other a text message. What must hold whatever arrives is
 * asserted. */
#ifndef FUZZ_LEG_H
#define FUZZ_LEG_H

#include <stdlib.h>

#include "iv_leg.h"

struct fuzz_leg {
	struct iv_leg leg;
	struct iv_leg_scratch scratch, out_scratch;
	void (*control)(struct iv_str text); /* or NULL */
	bool started;
};

static inline void fuzz_must(bool holds)
{
	if (!holds)
		abort();
}

static inline void fuzz_send(void *arg, bool text, struct iv_str message)
{
	(void)arg;
	fuzz_must(message.len > 0 && (!text || iv_utf8_valid(message)));
}

static inline void fuzz_audio(struct fuzz_leg *f, const struct iv_leg_event *ev)
{
	/* A sum, so that every sample is read. */
	volatile int32_t sum = 0;

	fuzz_must(f->started && ev->samples > 0 && ev->samples <= IV_LEG_SCRATCH_SAMPLES);
	for (size_t i = 0; i < ev->samples; i++)
		sum = sum ^ ev->pcm[i];
	iv_leg_audio(&f->leg, ev->pcm, ev->samples, 1, 2, &f->out_scratch, fuzz_send, f);
}

static inline void fuzz_event(void *arg, const struct iv_leg_event *ev)
{
	struct fuzz_leg *f = arg;

	switch (ev->type) {
	case IV_LEG_STARTED:
		fuzz_must(!f->started);
		f->started = true;
		for (size_t i = 0; i < ev->param_count; i++)
			fuzz_must(iv_utf8_valid(ev->params[i].name) &&
				  iv_utf8_valid(ev->params[i].value));
		break;
	case IV_LEG_AUDIO:
		fuzz_audio(f, ev);
		break;
	case IV_LEG_DTMF:
		fuzz_must(ev->digit && strchr("0123456789*#ABCD", ev->digit));
		break;
	case IV_LEG_MARKED:
		iv_leg_mark(&f->leg, &ev->mark, fuzz_send, f);
		break;
	case IV_LEG_CONTROL:
		if (f->control)
			f->control(ev->text);
		break;
	case IV_LEG_STOPPED:
		break;
	}
}

static inline void fuzz_line(struct fuzz_leg *f, struct iv_str line)
{
	bool text = line.len == 0 || line.ptr[0] != 'b';
	size_t n = text ? line.len : line.len - 1;
	char *copy = malloc(n + (n == 0));
	struct iv_err e = {0};

	fuzz_must(copy != NULL);
	if (n > 0)
		memcpy(copy, line.ptr + (text ? 0 : 1), n);
	if (!iv_leg_receive(&f->leg, text, (struct iv_str){copy, n}, &f->scratch, fuzz_event, f,
			    &e))
		fuzz_must(e.code != IV_OK && e.field[0] && e.msg[0]);
	free(copy);
}

static inline void fuzz_lines(struct fuzz_leg *f, enum iv_leg_kind kind, int rate_hz,
			      const uint8_t *data, size_t size)
{
	struct iv_str rest = {(const char *)data, size}, line;

	f->started = false;
	iv_leg_init(&f->leg, kind, rate_hz);
	while (iv_str_split(&rest, '\n', &line))
		fuzz_line(f, line);
	iv_leg_clear(&f->leg, 1, 1, 2, fuzz_send, f);
}

#endif
