/* Somebody watches a call as it goes: what is understood word by word, the sentence about to be heard, how loud both
 * sides are. It is told only while somebody asks for it, and to a stream of its own, since it would push the call's
 * story out of the other. Of a call that is redacted the words are masked. */
#include <stdlib.h>
#include "iv_redact.h"
#include "session.h"

enum {
	WATCH_US = 30 * 1000000, /* viewers ask again before that */
	SLOT_US = 50000,
	SLOTS = 5, /* of one event */
	SILENT_DDB = -1000,
	MASKED_BYTES = 65536,
};

struct watch {
	int64_t until_us, from_us;
	int16_t caller[SLOTS], agent[SLOTS]; /* tenths of dBFS, the loudest of each slot */
	int64_t began_us, sounds_us; /* the agent's last block sounds from and until then, */
	int16_t sounds;    /* as loud as this */
};

/* A block of the agent's is longer than a slot. */
static void sound(struct watch *w)
{
	for (int i = 0; i < SLOTS; i++)
		if (w->from_us + i * SLOT_US < w->sounds_us && w->from_us + (i + 1) * SLOT_US > w->began_us &&
		    w->sounds > w->agent[i])
			w->agent[i] = w->sounds;
}

static void restart(struct watch *w, int64_t now_us)
{
	w->from_us = now_us - now_us % SLOT_US;
	for (size_t i = 0; i < SLOTS; i++)
		w->caller[i] = w->agent[i] = SILENT_DDB;
	sound(w);
}

void watch_ask(struct session *s)
{
	if (!s->watch) {
		s->watch = calloc(1, sizeof(*s->watch));
		if (!s->watch)
			abort();
		restart(s->watch, session_now(s));
	}
	s->watch->until_us = session_now(s) + WATCH_US;
}

void watch_end(struct session *s)
{
	free(s->watch);
	s->watch = NULL;
}

static bool watched(struct session *s)
{
	if (s->watch && s->last_us > s->watch->until_us)
		watch_end(s);
	return s->watch && s->g->d.calls;
}

static void tell(struct session *s, const char *kind, const struct iv_jw *w)
{
	if (iv_jw_done(w))
		iv_calls_glimpse(s->g->d.calls, iv_str(s->tenant_id), iv_str(s->call_id), iv_str(kind),
				 iv_buf_str(&s->g->json));
}

static void put_levels(struct iv_jw *w, const char *key, const int16_t *levels)
{
	iv_jw_arr(w, key);
	for (size_t i = 0; i < SLOTS; i++)
		iv_jw_i64(w, NULL, (levels[i] - 5) / 10);
	iv_jw_end_arr(w);
}

static void tell_levels(struct session *s)
{
	struct iv_jw w;

	iv_buf_clear(&s->g->json);
	iv_jw_init(&w, &s->g->json);
	iv_jw_obj(&w, NULL);
	iv_jw_i64(&w, "fromMs", s->watch->from_us / 1000);
	put_levels(&w, "caller", s->watch->caller);
	put_levels(&w, "agent", s->watch->agent);
	iv_jw_end_obj(&w);
	tell(s, "levels", &w);
}

static int16_t *slot(struct session *s, int16_t *levels)
{
	int64_t at = (s->last_us - s->watch->from_us) / SLOT_US;

	return at >= 0 && at < SLOTS ? &levels[at] : NULL;
}

/* The end of an event's time is noticed by what comes next: frames of the caller come all the time. */
static void turn_over(struct session *s)
{
	if (s->last_us - s->watch->from_us < (int64_t)SLOTS * SLOT_US)
		return;
	tell_levels(s);
	restart(s->watch, s->last_us);
}

void watch_caller(struct session *s, struct iv_level level)
{
	int16_t *at;

	if (!watched(s))
		return;
	turn_over(s);
	at = slot(s, s->watch->caller);
	if (at && level.rms_ddb > *at)
		*at = level.rms_ddb;
}

void watch_agent(struct session *s, const int16_t *pcm, size_t n)
{
	if (!watched(s) || !n)
		return;
	turn_over(s);
	s->watch->sounds = iv_level_measure(pcm, n).rms_ddb;
	s->watch->began_us = s->last_us;
	s->watch->sounds_us = s->last_us + (int64_t)n * 1000000 / s->leg.rate_hz;
	sound(s->watch);
}

void watch_action(struct session *s, const struct iv_action *a)
{
	static const struct iv_redact all = {0};
	bool partial = a->type == IV_ACT_STT && !a->flag;
	struct iv_buf masked;
	struct iv_jw w;

	if (!watched(s) || !(partial || a->type == IV_ACT_SAY))
		return;
	iv_buf_init(&masked, MASKED_BYTES);
	if (!s->redact || iv_redact_text(&all, a->text, &masked, NULL)) {
		iv_buf_clear(&s->g->json);
		iv_jw_init(&w, &s->g->json);
		iv_jw_obj(&w, NULL);
		if (!partial)
			iv_jw_i64(&w, "turn", (int64_t)a->a);
		iv_jw_str(&w, "text", s->redact ? iv_buf_str(&masked) : a->text);
		iv_jw_end_obj(&w);
		tell(s, partial ? "stt.partial" : "say", &w);
	}
	iv_buf_deinit(&masked);
}
