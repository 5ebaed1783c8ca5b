/* What the files of the control channel share. */
#ifndef IV_SERVICE_CONTROL_PRIV_H
#define IV_SERVICE_CONTROL_PRIV_H

#include <stdlib.h>
#include "iv_control.h"
#include "iv_json.h"
#include "iv_map.h"

#define CONTROL_NAME_MAX 280 /* of a call */
#define CONTROL_TEXT_MAX 65536
#define CONTROL_VERBS_MAX 32
#define CONTROL_SLICES 8 /* leases are renewed in so many parts, not all at once */

enum { CONTROL_OK, CONTROL_ERROR, CONTROL_UNOWNED, CONTROL_AWAY, CONTROL_TIMEOUT }; /* labels of control_requests_total */

struct control_owned {
	struct iv_list node; /* on its slice */
	struct iv_control *control;
	struct iv_redis_command *command; /* the first claim, in flight */
	bool known;                       /* Redis has it */
	char name[CONTROL_NAME_MAX + 1];
};

struct control_verb {
	const char *verb;
	iv_control_fn *fn;
	void *arg;
};

struct iv_control {
	struct iv_loop *loop;
	struct iv_redis *redis;
	struct iv_redis_sub *sub;
	char instance[64], channel[80], lease_ms[24];
	int64_t renew_ms; /* between two slices */

	struct iv_map *owned; /* by name */
	struct iv_list slices[CONTROL_SLICES];
	struct iv_list renewals; /* under way */
	unsigned next_slice, next_join;
	struct iv_timer renew;

	struct control_verb verbs[CONTROL_VERBS_MAX];
	size_t verb_count;
	struct iv_list requests; /* being answered */

	struct iv_map *waits; /* by id */
	struct iv_list waiting;
	size_t waiting_max, waiting_count;
	uint64_t last_id;
};

static inline void *control_calloc(size_t n)
{
	void *p = calloc(1, n); /* sizes that no peer chooses, or that were checked */

	if (!p)
		abort();
	return p;
}

#define CONTROL_KEY_SIZE (CONTROL_NAME_MAX + 16)
void control_owner_key(struct iv_str call_id, char key[CONTROL_KEY_SIZE]);

/* control_own.c */
void control_own_init(struct iv_control *c, int64_t lease_ms);
void control_own_end(struct iv_control *c);
void control_own_renew_all(struct iv_control *c); /* Redis may have lost them */

/* control_serve.c */
void control_serve(struct iv_control *c, const cJSON *message);
/* A request of this very instance: served, and answered, from the loop. */
void control_serve_local(struct iv_control *c, struct iv_str wait_id, struct iv_str call_id, struct iv_str verb,
			 struct iv_str args);
void control_serve_end(struct iv_control *c);

/* control.c: an answer came, over the wire or from here. */
void control_answered(struct iv_control *c, struct iv_str wait_id, enum iv_code code, struct iv_str text);

#endif
