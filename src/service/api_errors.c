/* Which errors a row may answer: what its own steps declare, and what our stages add because of what the
 * row is. The document prints this list, the driver complains about anything else. */
#include <assert.h>
#include "api_priv.h"

static size_t add(enum iv_code out[IV_API_ERRORS], size_t n, enum iv_code code)
{
	for (size_t i = 0; i < n; i++)
		if (out[i] == code)
			return n;
	assert(n < IV_API_ERRORS - 1);
	out[n] = code;
	return n + 1;
}

const enum iv_code *iv_api_errors(const struct iv_api_route *row, enum iv_code out[IV_API_ERRORS])
{
	bool get = strcmp(row->method, "GET") == 0;
	size_t n = 0;

	n = add(out, n, IV_EINVAL); /* a query, a path or a head that nobody understands */
	if (row->role > IV_ROLE_ANYONE) {
		n = add(out, n, IV_EAUTH);
		n = add(out, n, IV_EFORBIDDEN);
		n = add(out, n, IV_ERATE);
	} else if (!(row->flags & IV_API_NO_RATE)) {
		n = add(out, n, IV_ERATE);
	}
	if (strchr(row->path, ':'))
		n = add(out, n, IV_ENOENT);
	if (!get) {
		n = add(out, n, IV_ETOOBIG);
		n = add(out, n, IV_EMEDIA);
	}
	if (strcmp(row->method, "POST") == 0 && row->role > IV_ROLE_ANYONE) {
		n = add(out, n, IV_ECONFLICT);
		n = add(out, n, IV_EUNPROCESSABLE);
	}
	n = add(out, n, IV_EINTERNAL);
	n = add(out, n, IV_EDRAINING);
	n = add(out, n, IV_ETIMEDOUT);
	for (const enum iv_code *e = row->errors; e && *e != IV_OK; e++)
		n = add(out, n, *e);
	out[n] = IV_OK;
	return out;
}
