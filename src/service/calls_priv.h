/* Private to calls.c (the beginning), call_ending.c (an account as what Postgres is told) and call_close.c (the end). */
#ifndef CALLS_PRIV_H
#define CALLS_PRIV_H

#include <stdlib.h>
#include "iv_account.h"
#include "iv_artifacts.h"
#include "iv_calls.h"
#include "iv_map.h"
#include "iv_sql.h"

enum { TELLING_MAX = 256, TELLING_BYTES = 262144, TELLING_MS = 5000 };

struct iv_calls {
	struct iv_calls_deps d;
	struct iv_artifacts *artifacts; /* NULL: files are written and not told of */
	int lock_fd;

	struct iv_map *by_key; /* tenant/agent → struct remembered */
	struct iv_list remembered;
	size_t remembered_count;
	size_t telling; /* what is on its way to Postgres and nobody waits for; the end does */

	/* call_close.c: one at a time, so that a thousand ends at once do not take the core. */
	struct iv_list waiting; /* of struct closing */
	size_t closings;        /* waiting and under way */
	struct closing *now;    /* under way */
	struct iv_timer retry;
	int64_t backoff_ms;
	struct iv_timer give_up;
	bool ending;            /* all that is left is what is being told */
	void (*closed)(void *arg);
	void *closed_arg;
};

void calls_free(struct iv_calls *c);
void calls_close_next(void *calls);
void calls_over(struct iv_calls *c); /* the end, once nothing is being told any more */

/* ── call_ending.c: pure, also run by the worker thread */

struct ending_place {
	const char *journal_path;   /* where the journal will be when all is done */
	const struct iv_artifact_file *files; /* what it left beside the journal */
	size_t file_count;
	const char *disk_id;        /* on which all of them are */
	const char *instance_id;
};
/* The JSON that the schema's end_call() takes. */
IV_MUST_CHECK bool ending_write(struct iv_buf *out, const struct iv_account *a, const struct ending_place *place);
/* The webhook of one line of a timeline: type, dedup, id and payload into `in`, in the arena; b is scratch. */
IV_MUST_CHECK bool ending_event(struct iv_buf *b, struct iv_arena *arena, const struct iv_call_line *line,
				struct iv_event_enqueue_in *in);
/* Member of the journal's context: "tenantId". In the arena. */
struct iv_str ending_context(const struct iv_account *a, struct iv_arena *arena, const char *member);

#endif
