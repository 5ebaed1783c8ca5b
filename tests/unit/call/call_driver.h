/* Drives one call with a virtual clock: a frame and a tick every 20 ms, verbs for what the outside does,
 * wants for what the machine must do. What was done is kept; a failed want prints all of it. */
#ifndef TESTS_CALL_DRIVER_H
#define TESTS_CALL_DRIVER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "iv_call.h"
#include "iv_record.h"

struct seen {
	int64_t now_us;
	struct iv_action a; /* texts live as long as the driver */
};

struct driver {
	struct iv_call *call;
	struct iv_call_opts opts;
	enum iv_leg_kind leg;
	int rate_hz;
	int64_t now_us;
	uint32_t gen;        /* of the last LLM_ASK */
	uint32_t utt;        /* of the last TTS_SAY */
	uint32_t epoch;      /* of the last LEG_CLEAR */
	bool auto_tts;       /* every sentence is spoken at once, 60 ms a character */
	bool no_frames;      /* the caller's side sends nothing */
	bool off_hook;       /* the last action was END: nothing may follow */
	void (*before)(void *arg, struct driver *d, const struct iv_event *ev); /* looks on; set before driver_start */
	void (*after)(void *arg, struct driver *d, const struct iv_action *a);
	void *onlooker;
	struct { uint32_t utt; size_t chars; } due[64];
	size_t due_count;
	struct seen *seen;
	size_t seen_count, seen_cap, cursor;
	struct iv_arena texts;
	struct iv_buf json;
};

#define MS 1000
/* An agent that says nothing before it is spoken to. */
#define QUIET_AGENT "\"name\":\"t\",\"disclosure\":\"\",\"disclosureWaived\":true"

/* `agent` is JSON over the defaults; the call is started and stands after its first 20 ms. */
void call_start(struct driver *d, const char *agent);
void call_start_on(struct driver *d, enum iv_leg_kind leg, int rate_hz, const char *agent);
void driver_init(struct driver *d);                      /* apart, to change opts or auto_tts before … */
void driver_start(struct driver *d, const char *agent); /* … this */
void call_stop(struct driver *d);

void step(struct driver *d, struct iv_event ev); /* at d->now_us */
void run(struct driver *d, int64_t ms);          /* silence */
void say_levels(struct driver *d, int64_t ms, int db);
void partial(struct driver *d, const char *text);
void final(struct driver *d, const char *text, double confidence);
void final_eot(struct driver *d, const char *text); /* with the recogniser's own end of turn */
void llm(struct driver *d, const char *text);
void llm_done(struct driver *d);
void llm_tool(struct driver *d, const char *id, const char *name, const char *args);
void audio(struct driver *d, uint32_t utt, int64_t ms);
void audio_at(struct driver *d, uint32_t utt, int64_t ms, int db);
void tts_done(struct driver *d, uint32_t utt);
void tool_answers(struct driver *d, const char *id, const char *json);
void mark_back(struct driver *d, const struct iv_mark *m, bool cleared);
void press(struct driver *d, const char *digits);
void happens(struct driver *d, enum iv_event_type type); /* an event without fields, or by gen/utt */
void happens_text(struct driver *d, enum iv_event_type type, const char *text);

/* Whole exchanges. */
void ask(struct driver *d, const char *text);    /* speaks, final, until the model is asked */
void answer(struct driver *d, const char *text); /* the model's whole answer */
/* Until there is such an action after the cursor, which moves behind it. */
void run_until(struct driver *d, enum iv_action_type type, int64_t at_most_ms);

/* The next action of the type after the cursor, which moves behind it. */
const struct seen *want(struct driver *d, enum iv_action_type type);
const struct seen *want_text(struct driver *d, enum iv_action_type type, const char *text);
const struct seen *want_note(struct driver *d, const char *kind);
void want_none(struct driver *d, enum iv_action_type type); /* none after the cursor */
void want_no_note(struct driver *d, const char *kind);
void forget(struct driver *d); /* cursor to the end */
size_t count_of(const struct driver *d, enum iv_action_type type);
const struct seen *last_of(struct driver *d, enum iv_action_type type);
void want_ended(struct driver *d, const char *reason);
/* The conversation as the model is told it, parsed; cJSON_Delete it. */
cJSON *messages(struct driver *d);
void want_message(struct driver *d, int from_end, const char *role, const char *content);
_Noreturn void driver_fail(struct driver *d, const char *fmt, ...) IV_PRINTF(2, 3);

#endif
