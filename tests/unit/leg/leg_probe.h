/* A leg under test with everything it says written down as lines: "= event" and "> message". */
#ifndef LEG_PROBE_H
#define LEG_PROBE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "iv_leg.h"

#define PROBE_PCM (1 << 18)
#define PROBE_SHOWN 12 /* samples of a frame that are written out */

struct probe {
	struct iv_leg leg;
	struct iv_leg_scratch scratch;
	struct iv_err e;
	char lines[1 << 17];
	size_t len;
	int16_t pcm[PROBE_PCM]; /* all audio events, one behind the other */
	size_t samples;
	size_t events;
};

__attribute__((format(printf, 2, 3))) static inline void probe_note(struct probe *p,
								    const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(p->lines + p->len, sizeof(p->lines) - p->len, fmt, ap);
	va_end(ap);
	assert_true(n >= 0 && (size_t)n < sizeof(p->lines) - p->len);
	p->len += (size_t)n;
}

static inline void probe_audio(struct probe *p, const struct iv_leg_event *ev)
{
	probe_note(p, "= audio %zu", ev->samples);
	if (ev->seq >= 0)
		probe_note(p, " seq %lld", (long long)ev->seq);
	probe_note(p, ":");
	for (size_t i = 0; i < ev->samples && i < PROBE_SHOWN; i++)
		probe_note(p, " %d", ev->pcm[i]);
	probe_note(p, ev->samples > PROBE_SHOWN ? " ...\n" : "\n");
	assert_true(p->samples + ev->samples <= PROBE_PCM);
	memcpy(p->pcm + p->samples, ev->pcm, ev->samples * sizeof(*ev->pcm));
	p->samples += ev->samples;
}

static inline void probe_event(void *arg, const struct iv_leg_event *ev)
{
	struct probe *p = arg;

	p->events++;
	switch (ev->type) {
	case IV_LEG_STARTED:
		probe_note(p, "= started call \"%.*s\" rate %d", IV_FMT(ev->call_id), ev->rate_hz);
		for (size_t i = 0; i < ev->param_count; i++)
			probe_note(p, " %.*s=%.*s", IV_FMT(ev->params[i].name),
				   IV_FMT(ev->params[i].value));
		probe_note(p, "\n");
		break;
	case IV_LEG_AUDIO:
		probe_audio(p, ev);
		break;
	case IV_LEG_DTMF:
		probe_note(p, "= dtmf %c\n", ev->digit);
		break;
	case IV_LEG_MARKED:
		probe_note(p, "= %s epoch %u utterance %u at %lld\n",
			   ev->cleared ? "cleared" : "played", ev->mark.epoch, ev->mark.utterance,
			   (long long)ev->mark.at);
		break;
	case IV_LEG_CONTROL:
		probe_note(p, "= control %.*s\n", IV_FMT(ev->text));
		break;
	case IV_LEG_STOPPED:
		probe_note(p, "= stopped\n");
		break;
	}
}

static inline void probe_send(void *arg, bool text, struct iv_str message)
{
	struct probe *p = arg;

	if (text) {
		probe_note(p, "> %.*s\n", IV_FMT(message));
		return;
	}
	probe_note(p, ">b ");
	for (size_t i = 0; i < message.len; i++)
		probe_note(p, "%02x", (unsigned char)message.ptr[i]);
	probe_note(p, "\n");
}

static inline void probe_clear(struct probe *p)
{
	p->len = p->samples = p->events = 0;
	p->lines[0] = '\0';
}

static inline struct probe *probe_new(enum iv_leg_kind kind, int rate_hz)
{
	struct probe *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	iv_leg_init(&p->leg, kind, rate_hz);
	return p;
}

/* The message is copied to a block of its exact size, so that a read past its end is seen. */
static inline bool probe_receive(struct probe *p, bool text, struct iv_str message)
{
	char *copy = malloc(message.len ? message.len : 1);
	bool ok;

	assert_non_null(copy);
	if (message.len > 0)
		memcpy(copy, message.ptr, message.len);
	p->e = (struct iv_err){0};
	ok = iv_leg_receive(&p->leg, text, (struct iv_str){copy, message.len}, &p->scratch,
			    probe_event, p, &p->e);
	free(copy);
	return ok;
}

/* The text is taken, and says exactly these lines. */
static inline void probe_says(struct probe *p, const char *text, const char *lines)
{
	probe_clear(p);
	if (!probe_receive(p, true, iv_str(text)))
		fail_msg("refused: %s: %s: %s", text, p->e.field, p->e.msg);
	assert_string_equal(p->lines, lines);
}

/* The text is refused because of this field, and nothing is said. */
static inline void probe_refuses(struct probe *p, const char *text, const char *field)
{
	probe_clear(p);
	if (probe_receive(p, true, iv_str(text)))
		fail_msg("taken: %s", text);
	assert_string_equal(p->e.field, field);
	assert_true(p->e.msg[0] != '\0');
	assert_string_equal(p->lines, "");
}

#endif
