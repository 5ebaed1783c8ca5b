/* The providers and a client on one loop. */
#ifndef TEST_RIG_H
#define TEST_RIG_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include "iv_fetch.h"
#include "iv_json.h"
#include "iv_ws.h"
#include "lab.h"
#include "providers.h"

struct rig {
	struct iv_loop *loop;
	struct iv_net *net;
	struct providers *providers;
	struct iv_timer guard;
	bool late;
};

/* load NULL: speech. */
void rig_open(struct rig *r, const struct lab_load *load);
void rig_close(struct rig *r);
void rig_stop(void *rig); /* ends rig_run */
/* Runs the loop until rig_stop; fails the test after `ms`. */
void rig_run(struct rig *r, int ms);
void rig_wait(struct rig *r, int ms); /* runs the loop that long */
const char *rig_url(struct rig *r, const char *scheme, const char *target);
void rig_fault(struct rig *r, const char *rule);
/* A counter of GET /lab/stats: "speak", "cancelled". */
int rig_stat(struct rig *r, const char *service, const char *name);

struct rig_answer {
	struct rig *rig;
	int status;
	enum iv_code code;
	char *body;
	size_t len;
	int64_t start_us, first_us, last_us; /* of the body */
	struct iv_fetch *fetch;
	bool done;
};

/* Starts a request with everything in `a`; rig_run ends when it is done. */
void rig_fetch(struct rig *r, struct rig_answer *a, const char *method, const char *target,
	       const char *body);
/* …and waits for it. */
void rig_ask(struct rig *r, struct rig_answer *a, const char *method, const char *target,
	     const char *body);
void rig_answer_free(struct rig_answer *a);

#endif
