/* iv_migrate: the schema this binary carries (migrations/NNNN_name.sql), and bringing a database to it. For
 * the command line: everything here blocks. */
#ifndef IV_MIGRATE_H
#define IV_MIGRATE_H

#include "iv_err.h"

enum iv_migrate_mode {
	IV_MIGRATE_APPLY, /* what is missing, in order, a transaction each. Of several at once one works, the
			   * others wait for it and find nothing left to do */
	IV_MIGRATE_PLAN,  /* only says what would be applied */
	IV_MIGRATE_CHECK, /* fails when something is missing */
};

/* `url` is of a role that owns the database or is a superuser, and may become invorto_owner. Lines for a
 * person go to `say`. All modes refuse a database that has files this binary does not know (but for those
 * that say in their first line that they are "-- compatible": they only add, and the release before works
 * on beside them), or whose files were other ones:
 *   IV_ECONFLICT  such a database; or a file does not apply: field is "0005_campaigns.sql:12"
 *   IV_ENOENT     CHECK: something is missing
 *   IV_EDRAINING  the server cannot be reached, or another instance migrates for too long */
IV_MUST_CHECK bool iv_migrate(const char *url, enum iv_migrate_mode mode, void (*say)(void *arg, const char *line),
			      void *arg, struct iv_err *e);

#endif
