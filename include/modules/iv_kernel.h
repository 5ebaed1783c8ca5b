/* iv_kernel: what follows from calls that are over.
 *
 *   post-call webhook   what ElevenLabs tells of calls its agents had: POST /functions/v1/voice-webhook-post-call,
 *                       believed by its signature; taken once, parked while its call is not known
 *   conversations       those nobody told us the end of are asked about: a webhook is lost more easily than a call
 *   the kernel          each campaign's ended calls are looked at by the rules of optimizer_rules; what matches is
 *                       decided with every number it saw, done or recommended, in one transaction, once
 *   decisions           GET /v1/decisions, POST /v1/decisions/:id/accept and /reject
 *
 * Any process may do any of it. Needs s->pg, worker, redis, rate, slots, events, artifacts, net, cfg, instance_id. */
#ifndef IV_KERNEL_H
#define IV_KERNEL_H

#include "iv_api.h"

struct iv_kernel;

/* NULL with *e: production believes no unsigned webhook. Does nothing yet. */
struct iv_kernel *iv_kernel_new(struct iv_services *s, struct iv_err *e);
void iv_kernel_mount(struct iv_kernel *k, struct iv_api *a);
void iv_kernel_start(struct iv_kernel *k);
/* Takes nothing more; what is under way gets to its end. Then done, from the loop; before iv_pg_close. */
void iv_kernel_stop(struct iv_kernel *k, void (*done)(void *arg), void *arg);
/* After iv_pg_close and iv_api_free. */
void iv_kernel_free(struct iv_kernel *k);

#endif
