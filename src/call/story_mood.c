/* How the caller sounded, from the energy windows: how lively, and where much louder than usual. */
#include "story_priv.h"

enum {
	USUAL_AFTER = 12, /* speaking windows before anybody knows what is usual */
	LOUD_DB = 9,      /* above it */
	LOUD_MS = 1000,   /* shorter is a cough, a laugh, a bumped microphone */
	QUIET_WINDOWS = 2, /* that end it: a breath does not */
	LIVELY_DB = 10,   /* above the threshold of speaking */
};

static void close_run(struct iv_story *s)
{
	struct mood *m = &s->mood;
	struct iv_story_loud run = m->run;

	m->run = (struct iv_story_loud){0};
	if (!run.to_ms || run.to_ms - run.from_ms < LOUD_MS || m->loud_count == IV_STORY_LOUDS)
		return;
	run.above_db = m->run_db / (double)m->run_count - m->usual_db;
	m->louds = story_grow(m->louds, &m->loud_cap, m->loud_count, sizeof(m->louds[0]));
	m->louds[m->loud_count++] = run;
}

static void take_loud(struct iv_story *s, int64_t window_ms, double dbfs)
{
	struct mood *m = &s->mood;

	if (!m->run.to_ms) {
		m->run.from_ms = s->now_ms - window_ms;
		m->run_db = 0;
		m->run_count = 0;
	}
	m->run.to_ms = s->now_ms;
	m->run_db += dbfs;
	m->run_count++;
	m->quiet = 0;
}

static void take_usual(struct iv_story *s, double dbfs, bool speaking)
{
	struct mood *m = &s->mood;

	if (speaking)
		m->usual_db += (dbfs - m->usual_db) / (double)++m->usual_count;
	if (m->run.to_ms && ++m->quiet >= QUIET_WINDOWS)
		close_run(s);
}

void story_mood_window(struct iv_story *s, double dbfs, bool speaking)
{
	struct mood *m = &s->mood;

	if (!s->o.opts)
		return;
	m->windows++;
	if (speaking) {
		m->speaking++;
		m->arousal += dbfs < -100 ? 0 : dbfs > -40 ? 1 : (dbfs + 100) / 60;
		m->lively += dbfs > s->o.opts->emotion_threshold_db + LIVELY_DB;
	}
	if (speaking && m->usual_count >= USUAL_AFTER && dbfs > m->usual_db + LOUD_DB)
		take_loud(s, s->o.opts->emotion_window_ms, dbfs);
	else
		take_usual(s, dbfs, speaking);
}

void story_mood_end(struct iv_story *s)
{
	close_run(s);
}

void iv_story_mood(const struct iv_story *s, struct iv_story_mood *out)
{
	const struct mood *m = &s->mood;

	*out = (struct iv_story_mood){.windows = m->windows, .speaking = m->speaking};
	if (!m->speaking)
		return;
	out->lively = (double)m->lively / (double)m->speaking;
	out->arousal = m->arousal / (double)m->speaking;
}

size_t iv_story_louds(const struct iv_story *s, const struct iv_story_loud **louds)
{
	*louds = s->mood.louds;
	return s->mood.loud_count;
}
