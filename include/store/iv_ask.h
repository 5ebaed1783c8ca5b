/* iv_ask: one statement at the command line, texts in and a text out. Blocks. */
#ifndef IV_ASK_H
#define IV_ASK_H

#include "iv_buf.h"
#include "iv_err.h"
#include "iv_pg.h"

/* Appends the first column of the first row. in: one text for each of its parameters. IV_EDRAINING (cannot connect),
 * IV_ENOENT (no row, or null), IV_ECONFLICT (several rows), IV_EINTERNAL (what the server said). */
IV_MUST_CHECK bool iv_ask(const char *url, const struct iv_query *q, const char *const *in, struct iv_buf *out,
			  struct iv_err *e);

#endif
