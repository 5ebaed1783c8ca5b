/* What dial.c (placing), dial_judge.c (may it be placed), dial_write.c (what is written of it), dial_cancel.c and
 * dial_reconcile.c share. */
#ifndef DIAL_PRIV_H
#define DIAL_PRIV_H

#include "iv_dial.h"
#include "iv_list.h"
#include "iv_pg_join.h"
#include "iv_span.h"
#include "iv_sql.h"

enum { DIAL_ARENA = 65536, DIAL_URL_SIZE = 1536 };

struct dial_reconciler;

struct iv_dials {
	struct iv_services *s;
	bool draining;
	size_t live; /* jobs, and the reconciler's flow */
	struct dial_reconciler *reconciler;
	void (*closed)(void *arg);
	void *closed_arg;
};

/* One question to the dials: it outlives who asked. */
struct iv_dial_job {
	struct iv_flow flow; /* first */
	struct iv_dials *d;
	struct iv_dial_run *run; /* NULL: the asker has gone */
	struct iv_arena arena, *asker_arena;
	struct iv_scope scope;
	struct iv_dial_ask ask;
	struct iv_dial_plan plan, *asker_plan;
	struct iv_dial_answer answer, *asker_answer;
	struct iv_err refused;   /* why it is not even asked for; the row is closed for it */
	const char *refused_word;
	bool asked, heard, written; /* the carrier was; it answered, or will not; the row says so */
	bool doubted;            /* its row may come yet */
	bool looked;             /* rows: how it stands */
	int tries, looks;
	struct iv_timer again;
	struct iv_pg_run pg;
	struct iv_pg_joined joined;
	struct iv_dial_load_in load;
	struct iv_rows rows;
	struct iv_slots_run slots_run;
	struct iv_slot_ask slot_ask;
	struct iv_carrier_run carrier_run;
	struct iv_originate o;
	struct iv_carrier_answer told;
	struct iv_span *span;    /* of placing it, until that is written; NULL: not traced, or over */
	struct iv_str reason;    /* of a cancel */
	bool over;               /* a cancel: nobody is on the line any more */
};

void dials_rest(struct iv_dials *d); /* something is over */
/* A job for who waits in f; run NULL: for nobody. Strings of ask are copied. */
struct iv_dial_job *dial_job_new(struct iv_dials *d, struct iv_flow *f, struct iv_dial_run *run, struct iv_arena *arena,
				 const struct iv_dial_ask *ask);
void dial_job_start(struct iv_dial_job *j, const struct iv_flow_type *type);
void dial_job_end(struct iv_dial_job *j, const struct iv_err *err); /* tells the asker and frees it */
void dial_job_free(struct iv_dial_job *j);
static inline struct iv_dial_job *dial_self(struct iv_flow *f)
{
	return (struct iv_dial_job *)(void *)f;
}

/* dial_judge.c: four steps; what is wrong is left in j->refused. */
enum iv_flow_next dial_load(struct iv_flow *f);
enum iv_flow_next dial_judge(struct iv_flow *f);
enum iv_flow_next dial_take(struct iv_flow *f);
enum iv_flow_next dial_taken(struct iv_flow *f);

/* dial.c: the end of a flow that places a call, or writes what came of it. */
void dial_placed(struct iv_flow *f);
/* dial_write.c: two steps, a third for who is told; and what their end is left with. True: the job goes on. */
enum iv_flow_next dial_write(struct iv_flow *f);
enum iv_flow_next dial_written(struct iv_flow *f);
enum iv_flow_next dial_stands(struct iv_flow *f);
bool dial_writes_again(struct iv_dial_job *j);
/* dial_span.c: the placing as a span. */
void dial_span_begin(struct iv_dial_job *j, const struct iv_span *parent);
void dial_span_end(struct iv_dial_job *j); /* once told, refused or cut off */

/* Whoever watches the call. */
void dial_publish(struct iv_dials *d, struct iv_str tenant_id, struct iv_str call_id, const char *kind);

/* dial_reconcile.c */
struct dial_reconciler *dial_reconciler_new(struct iv_dials *d);
void dial_reconciler_start(struct dial_reconciler *r);
void dial_reconciler_stop(struct dial_reconciler *r);
void dial_reconciler_free(struct dial_reconciler *r);

/* By the final word of a call: why its slots are given back. */
enum iv_slot_end dial_slot_end(struct iv_str status);

#endif
