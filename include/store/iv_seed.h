/* iv_seed: the first tenant, key and person of an installation. At the command line only: these block. All
 * take the URL of a role that may become invorto_owner. Errors: IV_EDRAINING (cannot connect), IV_ECONFLICT
 * (a slug that is taken), IV_ENOENT (no such tenant), IV_EINTERNAL (what the server said). */
#ifndef IV_SEED_H
#define IV_SEED_H

#include "iv_err.h"

#define IV_SEED_ID 140

IV_MUST_CHECK bool iv_seed_tenant(const char *url, const char *id, const char *slug, const char *name, struct iv_err *e);
/* tenant: an id or a slug; becomes the id. */
IV_MUST_CHECK bool iv_seed_find_tenant(const char *url, char tenant[IV_SEED_ID], struct iv_err *e);

struct iv_seed_key {
	const char *tenant, *id, *name, *prefix, *hash, *role;
	bool live;
};
IV_MUST_CHECK bool iv_seed_key(const char *url, const struct iv_seed_key *key, struct iv_err *e);

struct iv_seed_person {
	const char *tenant, *id, *email, *name, *password_hash, *role; /* name, password_hash: or NULL */
	bool platform_admin;
};
/* id_out: who it was, when the address was known before. */
IV_MUST_CHECK bool iv_seed_person(const char *url, const struct iv_seed_person *person, char id_out[IV_SEED_ID],
				  struct iv_err *e);

#endif
