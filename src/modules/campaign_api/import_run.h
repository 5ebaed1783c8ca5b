/* One file of leads being read: a worker thread parses a slice, a statement takes its rows in, and so on to the end. What
 * the import tells is what is in. */
#ifndef IMPORT_RUN_H
#define IMPORT_RUN_H

#include "iv_api.h"

struct import_order {
	struct iv_str tenant_id, user_id, id, path, country; /* copied */
	struct iv_strs tags;
};

/* Reads the file and removes it, with or without anybody who waits. */
void import_start(struct iv_imports *m, const struct import_order *o);
/* A step waits up to `ms` for an import of this process to end; goes on at once for any other. */
struct import_wait {
	struct iv_op op;
	struct iv_timer timer;
	struct import_run *run;
};
enum iv_flow_next import_await(struct iv_imports *m, struct iv_flow *f, struct import_wait *w, struct iv_str id, int ms);
/* The upload did not come to its end: the import is failed, and says why. Nobody waits for it. */
void import_abandon(struct iv_imports *m, const struct iv_scope *scope, struct iv_str id, const char *why);
size_t import_count(struct iv_imports *m); /* being read */

#endif
