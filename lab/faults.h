/* faults: rules that make a service misbehave, "service[:nth]=fault[,fault…]". */
#ifndef LAB_FAULTS_H
#define LAB_FAULTS_H

#include "iv_buf.h"
#include "iv_err.h"
#include "lab.h"

#define FAULT_RULES_MAX 64

/* What happens to one request. */
struct fault {
	int status;			/* refused with it; 0: not */
	int delay_ms;			/* before anything is answered */
	bool stall;			/* accepted, then nothing */
	bool garbage;			/* bytes that make no sense */
	bool empty;			/* accepted, and over without content */
	bool reset;			/* the connection drops without an answer */
	int64_t stall_after, cut_after; /* bytes given (a socket: taken); -1: not */
};

struct faults;

struct faults *faults_new(void);
void faults_free(struct faults *f);
/* False with the part that was not understood in *e. */
IV_MUST_CHECK bool faults_add(struct faults *f, struct iv_str rule, struct iv_err *e);
void faults_clear(struct faults *f);
size_t faults_count(const struct faults *f);
/* Counts a request against every rule of the service and adds up those that apply. */
struct fault faults_take(struct faults *f, enum lab_service service);
static inline bool fault_replaces(const struct fault *f)
{
	return f->status || f->stall || f->garbage || f->empty || f->reset;
}

#endif
