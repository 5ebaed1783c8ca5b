/* iv_calls: calls in the books. A call is opened (its agent is loaded, its row says who holds it) and closed (its
 * record, costs, ledger row, timeline and events are written, all at once and once).
 *
 * A call is closed from its journal, never from memory: the journal of a live call stands in
 * DATA_DIR/journal/live/TENANT/CALL.call; once it is whole on the disk it is read as an account by a worker thread,
 * the account goes to Postgres, and the file moves to DATA_DIR/journal/TENANT/CALL.call. What is found in live/ at
 * start-up are calls whose process died: they are closed in the same way. While Postgres is away closings wait,
 * for as long as it takes; until then the call is this process's in iv_control, so that nobody takes it for lost. */
#ifndef IV_CALLS_H
#define IV_CALLS_H

#include "iv_agent.h"
#include "iv_config.h"
#include "iv_control.h"
#include "iv_events.h"
#include "iv_pg.h"

struct iv_calls;

struct iv_calls_deps {
	const struct iv_config *cfg;
	struct iv_loop *loop;
	struct iv_pg *pg;         /* role invorto_app */
	struct iv_events *events; /* may be NULL */
	struct iv_control *control; /* may be NULL; whose a call is until it is closed */
	const char *instance_id;
};

struct iv_artifacts;
/* Whose disk the calls' files lie on, and who is told when there are more of them. Before the first call ends. */
void iv_calls_use_artifacts(struct iv_calls *c, struct iv_artifacts *a);

/* Locks DATA_DIR for this process: two would close each other's live calls. IV_ECONFLICT when it is taken. */
struct iv_calls *iv_calls_new(const struct iv_calls_deps *d, struct iv_err *e);
void iv_calls_recover(struct iv_calls *c); /* start-up: closes what died; reads directories (blocks) */
size_t iv_calls_closing(const struct iv_calls *c);
bool iv_calls_up(const struct iv_calls *c); /* the database answers */
/* Up to wait_ms for the closings under way; the rest is found at the next start. */
void iv_calls_close(struct iv_calls *c, int wait_ms, void (*done)(void *arg), void *arg);

/* What a call is called across tenants: "tenant/call", in event streams and in control. Browsers bring ids. */
#define IV_CALL_NAME_SIZE 270
struct iv_str iv_call_name(struct iv_str tenant_id, struct iv_str call_id, char out[IV_CALL_NAME_SIZE]);
/* The stream of what passes and is kept nowhere: "tenant/call/live". */
struct iv_str iv_call_live_name(struct iv_str tenant_id, struct iv_str call_id, char out[IV_CALL_NAME_SIZE]);

/* ── the beginning, as an operation */

/* Whose call is it? For sockets that came with a signature of ours and not with a tenant's credential. */
struct iv_call_owner_run {
	struct iv_pg_run pg;
	struct iv_rows rows;
};
enum iv_flow_next iv_calls_whose(struct iv_calls *c, struct iv_flow *f, struct iv_call_owner_run *run,
				 struct iv_arena *arena, struct iv_str call_id);
/* In the next step: the tenant; "" when no call has that id, or several tenants' have. */
struct iv_str iv_calls_whose_is(const struct iv_call_owner_run *run);

struct iv_call_opening {
	struct iv_str tenant_id, call_id;
	struct iv_str agent_id;  /* "": the call's row names it */
	const char *carrier;     /* "browser", "jambonz", "twilio" */
	bool test;               /* a test key's */
	/* Filled by iv_calls_opened; strings in the arena. */
	struct iv_agent agent;   /* a snapshot, its provider lists resolved */
	struct iv_str context;   /* for the journal's header */
	struct iv_str campaign_id;      /* "": of none */
	struct iv_str answered_by;      /* "": the carrier has not said: human, machine, … */
	bool outbound;                  /* we placed it */
	bool wants_finals, wants_tools; /* webhooks while the call lives: somebody subscribed */
};
struct iv_calls_run {
	struct iv_pg_run pg;
	struct iv_rows rows;
};

/* `return iv_calls_open(…)` in a step; the next one calls iv_calls_opened. Postgres away: an agent that was loaded
 * within the last hour is good enough; the call's row is then made when it is closed. */
enum iv_flow_next iv_calls_open(struct iv_calls *c, struct iv_flow *f, struct iv_calls_run *run,
				struct iv_arena *arena, const struct iv_call_opening *o);
/* IV_ENOENT (no such agent, or not active), IV_EGONE (the call has ended), IV_ECONFLICT (another process holds it),
 * IV_EINVAL (the stored agent is broken: said which field). */
IV_MUST_CHECK bool iv_calls_opened(struct iv_calls *c, struct iv_calls_run *run, struct iv_arena *arena,
				   struct iv_call_opening *o, struct iv_err *e);
/* When the operation failed with IV_EDRAINING: from what is remembered. */
IV_MUST_CHECK bool iv_calls_open_from_memory(struct iv_calls *c, struct iv_arena *arena, struct iv_call_opening *o,
					     struct iv_err *e);

/* It was opened, or may have been, and comes to nothing: the row is closed as failed, "refused". */
void iv_calls_abandon(struct iv_calls *c, struct iv_str tenant_id, struct iv_str call_id);
/* These calls of this process go on; every minute or so. */
void iv_calls_hold(struct iv_calls *c, struct iv_str tenant_id, const struct iv_strs *call_ids);

/* Where the journal of a live call goes; false when the names do not make a path. */
IV_MUST_CHECK bool iv_calls_journal_path(const struct iv_calls *c, struct iv_str tenant_id, struct iv_str call_id,
					 char *path, size_t size);

/* ── while it lives: a line of its timeline, for viewers on any instance, and for webhooks if they want it. Of
 * "callee.opted_out" Postgres hears at once, that nobody else calls him meanwhile. seq
 * counts the lines of the call from 1, as its account does: what is said twice is sent once. */
struct iv_call_line {
	struct iv_str tenant_id, call_id;
	int64_t seq, wall_ms;
	struct iv_str kind, payload; /* one JSON object */
	bool wanted;                 /* as a webhook too: asr.final for "stt.final", else agent.tool_call */
	bool redact;                 /* what was said is masked in the webhook */
};
void iv_calls_tell(struct iv_calls *c, const struct iv_call_line *line);
/* What only who watches right now wants to know; json is one object. */
void iv_calls_glimpse(struct iv_calls *c, struct iv_str tenant_id, struct iv_str call_id, struct iv_str kind,
		      struct iv_str json);

/* ── a live call goes to another process. Its journal and recording are closed and on the disk. They leave live/: the
 * journal for Postgres, where whoever the carrier's next socket comes to takes it. given false: Postgres did not take
 * it; the call is ended here, from its journal, as crashed. */
void iv_calls_give(struct iv_calls *c, struct iv_str tenant_id, struct iv_str call_id,
		   void (*done)(void *arg, bool given), void *arg);
struct iv_calls_take_run {
	struct iv_pg_run pg;
	struct iv_rows rows;
	struct iv_op op;
	struct unpacking *unpacking; /* under way */
};
enum iv_flow_next iv_calls_take(struct iv_calls *c, struct iv_flow *f, struct iv_calls_take_run *run,
				struct iv_arena *arena, struct iv_str tenant_id, struct iv_str call_id);
/* `return iv_calls_taken(…)` in the next step: the journal as it was written, handed to `journal`, which is empty; nothing
 * when nobody gave the call away. Unpacked by a thread. */
enum iv_flow_next iv_calls_taken(struct iv_calls *c, struct iv_flow *f, struct iv_calls_take_run *run, struct iv_buf *journal);
/* A call that was given away and that nobody came for, as `call_give` wrote it: closed here, as one that died. done when
 * its journal is on the disk, or cannot be. */
void iv_calls_adopt(struct iv_calls *c, struct iv_str tenant_id, struct iv_str call_id, struct iv_str journal,
		    int64_t bytes, void (*done)(void *arg), void *arg);
/* Longest journal that can be given, compressed or not. */
#define IV_CALLS_GIVE_MAX (64 << 20)

/* ── the end: the journal is closed and on the disk */
void iv_calls_ended(struct iv_calls *c, struct iv_str tenant_id, struct iv_str call_id);

#endif
