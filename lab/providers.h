/* providers: every service on one port. */
#ifndef LAB_PROVIDERS_H
#define LAB_PROVIDERS_H

#include "iv_err.h"
#include "lab.h"

struct providers_opts {
	const char *host;
	int port;	       /* 0: any */
	const char *model_dir; /* of the recogniser; NULL: as built */
	struct lab_load load;
	const char *const *faults; /* rules */
	size_t fault_count;
};

struct providers;

/* Listens at once. NULL with *e filled: a rule, the model or the port. Strings are not kept. */
struct providers *providers_open(struct iv_net *net, const struct providers_opts *o,
				 struct iv_err *e);
int providers_port(const struct providers *p);
struct lab *providers_lab(struct providers *p);
/* `closed` from the loop, when every connection and all work in threads is over; p is gone by then.
 */
void providers_close(struct providers *p, void (*closed)(void *arg), void *arg);

#endif
