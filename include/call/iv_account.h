/* iv_account: what a call's journal says happened: its timeline, its end, what it used of whom. The journal
 * goes through the machine again, so a call that ended and one whose process died are told by the same code:
 * the second ends where its journal does, with the reason "crashed". */
#ifndef IV_ACCOUNT_H
#define IV_ACCOUNT_H

#include "iv_record.h"
#include "iv_story.h"

#define IV_ACCOUNT_LINES 24

/* Types and units are those of call_costs and rate_cards: "stt" "minute", "tts" "character", … */
struct iv_account_line {
	const char *type, *unit;
	struct iv_str provider;
	double units;
};

struct iv_account {
	struct iv_record_header header; /* strings in the arena */
	bool ended;                     /* the journal holds the end; else its process died */
	struct iv_str reason;
	int64_t ended_ms;               /* Unix */
	int64_t moved_ms;               /* since the start: when the process that has the journal took the call; 0: began it */
	enum iv_leg_kind leg;
	struct iv_usage usage;
	struct iv_account_line lines[IV_ACCOUNT_LINES]; /* what would not fit is added to the last of its type */
	size_t line_count;
	struct iv_buf timeline;         /* JSON array of {seq, kind, payload, at} */
	struct iv_buf turns;            /* JSON lines: the payloads of turn.closed */
	struct iv_story *story;         /* of the whole call; looks at `header`, so the account stays where it is */
	bool redact;                    /* what is kept of it is masked: as its context says, else yes */
	struct iv_buf told[IV_STORY_FILES]; /* the story's, by enum iv_story_file */
};

/* The caller clears *a with iv_account_deinit whatever the answer. A torn last record is the mark of a crash, not
 * an error; timelines beyond timeline_max bytes end with an entry that says so. */
IV_MUST_CHECK bool iv_account_read(struct iv_str journal, size_t timeline_max, struct iv_arena *arena,
				   struct iv_account *a, struct iv_err *e);
void iv_account_deinit(struct iv_account *a);
/* Is what is kept of the call masked? As its journal's context says; else yes. */
bool iv_account_redacts(struct iv_str context);

#endif
