/* The inside of a story: story.c listens, story_tools.c, story_media.c and story_mood.c keep what is theirs,
 * story_write.c writes. */
#ifndef STORY_PRIV_H
#define STORY_PRIV_H

#include "iv_story.h"

enum { NAME_SIZE = 64, ASKED = 16, PROVIDERS = 4, SERIES = 5, JITTER_BUCKETS = 256, JITTER_STEP_MS = 2 };

struct text_ref {
	size_t at, len; /* in the story's texts */
};

struct asked_tool { /* asked for by the model; the machine may or may not start it */
	char id[96];
	struct iv_buf args;
};

struct media {
	int64_t frames, late;
	int64_t last_us, due_us; /* when the next frame is played */
	uint32_t spread[JITTER_BUCKETS];
	int64_t spreads;
};

struct mood {
	int64_t windows, speaking, lively;
	double arousal;      /* sum of the speaking windows' */
	double usual_db;     /* mean of the speaking windows that were not loud */
	int64_t usual_count;
	struct iv_story_loud run; /* under way; to_ms 0: none is */
	double run_db;       /* sum over its windows */
	int64_t run_count, quiet;
	struct iv_story_loud *louds;
	size_t loud_count, loud_cap;
};

struct series {
	float *ms;
	size_t count, cap;
};

struct iv_story {
	struct iv_story_opts o;
	char call_id[129];
	int64_t now_ms;
	struct iv_buf texts;
	struct iv_story_turn *turns;
	struct text_ref *turn_texts;
	size_t turn_count, turn_cap;
	bool truncated;
	uint64_t dropped;

	bool waiting; /* a caller's turn that may yet be taken back */
	struct iv_story_turn user;
	struct iv_buf user_text;

	char asr[NAME_SIZE], llm[NAME_SIZE], tts[NAME_SIZE]; /* who serves now */
	char heard_by[PROVIDERS][NAME_SIZE];
	struct iv_story_pause *pauses;
	size_t pause_count, pause_cap;
	struct iv_story_tool *tools;
	struct text_ref *tool_args, *tool_results;
	size_t tool_count, tool_cap;
	struct asked_tool asked[ASKED];
	size_t asked_next;
	struct series series[SERIES];
	struct media media;
	struct mood mood;
	char transfer_to[128], transfer_status[32], end_reason[32];
	bool transfer_attended;
	bool opted_out;
	int64_t transfer_s;
	struct iv_usage usage;
	struct iv_buf line; /* scratch */
};

/* story.c */
struct text_ref story_keep(struct iv_story *s, struct iv_str text, size_t max);
void *story_grow(void *array, size_t *cap, size_t count, size_t size);

/* story_tools.c */
void story_tool_event(struct iv_story *s, const struct iv_event *ev);
void story_tool_note(struct iv_story *s, struct iv_str kind, const cJSON *json);
void story_tools_deinit(struct iv_story *s);

/* story_media.c */
void story_media_frame(struct media *m, int64_t now_us);

/* story_mood.c */
void story_mood_window(struct iv_story *s, double dbfs, bool speaking);
void story_mood_end(struct iv_story *s);

/* story_write.c */
void story_write_turn(struct iv_story *s, const struct iv_story_turn *t);
void story_write_metrics(struct iv_story *s, const struct iv_turn_report *r);

#endif
