/* carrier_jambonz_verb: between what runs an application (carrier_jambonz_run.c) and its verbs. */
#ifndef LAB_CARRIER_JAMBONZ_VERB_H
#define LAB_CARRIER_JAMBONZ_VERB_H

#include "carrier_jambonz_run.h"

/* ── what the run has for a verb */

/* The next verb begins; the call hangs up when there is none. Nothing happens on a call that is over. */
void jambonz_step(struct carrier_call *call);
/* `after` in that long, unless the call or the verb is over by then. */
void jambonz_wait(struct carrier_call *call, int64_t ms, void (*after)(struct carrier_call *call));
/* The verb is over: its actionHook is asked, if it has one, with `extra` (taken, may be NULL); then on. */
void jambonz_verb_ends(struct carrier_call *call, cJSON *extra);
void jambonz_verb_over(struct carrier_call *call); /* the same, with nothing to add */
int64_t jambonz_seconds_ms(const cJSON *verb, const char *key, int64_t otherwise_ms);

/* ── the verbs: each ends in a step, now or later, or in a call that is over */

typedef void jambonz_verb_fn(struct carrier_call *call, const cJSON *verb);

jambonz_verb_fn jambonz_run_listen;  /* carrier_jambonz_listen.c */
jambonz_verb_fn jambonz_run_dial;    /* carrier_jambonz_dial.c */
jambonz_verb_fn jambonz_run_answer, jambonz_run_hangup, jambonz_run_decline, jambonz_run_refer, jambonz_run_play,
	jambonz_run_say, jambonz_run_pause, jambonz_run_dtmf, jambonz_run_gather, jambonz_run_conference, jambonz_run_tag,
	jambonz_run_config, jambonz_run_redirect, jambonz_run_nothing; /* carrier_jambonz_verbs.c */
void jambonz_leave(struct carrier_call *call); /* the room, if it is in one */

#endif
