/* iv_secrets: what a tenant's tools show to the systems they call. Sealed in the database with a key that is not there
 * (SECRETS_KEY); opened at the moment a tool is called, for the hosts the secret is for, and wiped behind it. Never in
 * an agent's configuration, a journal, a log or an answer: there stands {"$secret": "NAME"}. */
#ifndef IV_SECRETS_H
#define IV_SECRETS_H

#include "iv_config.h"
#include "iv_pg.h"
#include "iv_seal.h"
#include "iv_shape.h"

struct iv_secrets;

/* IV_EINVAL: a key is none; its setting is the field. `pg` is of role invorto_app. */
struct iv_secrets *iv_secrets_new(const struct iv_config *cfg, struct iv_pg *pg, struct iv_err *e);
void iv_secrets_free(struct iv_secrets *s); /* keys are wiped */
const struct iv_seal_keys *iv_secrets_keys(const struct iv_secrets *s);

/* ── opening, as operation of a flow */

#define IV_SECRETS_AT_ONCE 16

struct iv_secrets_run {
	struct iv_pg_run pg;
	struct iv_rows rows;
	struct iv_str names[IV_SECRETS_AT_ONCE];
};
/* `return iv_secrets_ask(…)` in a step: the names live until the next one, which opens each with iv_secrets_take. */
enum iv_flow_next iv_secrets_ask(struct iv_secrets *s, struct iv_flow *f, struct iv_secrets_run *run,
				 const struct iv_scope *scope, struct iv_arena *arena, const struct iv_str *names, size_t count);
/* Appends the value, if the host may have it. IV_ENOENT: no such secret; IV_EFORBIDDEN: not for this host, or not as it
 * was sealed; IV_ECONFLICT: sealed with a key that is not here. Words name the secret and never hold it. */
IV_MUST_CHECK bool iv_secrets_take(struct iv_secrets *s, const struct iv_secrets_run *run, struct iv_str tenant_id,
				   struct iv_str name, struct iv_str host, struct iv_buf *out, struct iv_err *e);
/* "crm.example" is itself; "*.example" is whatever ends so. No pattern: every host. */
bool iv_secrets_host_fits(const struct iv_strs *hosts, struct iv_str host);

#endif
