/* One statement at the command line. */
#include "iv_ask.h"
#include "migration.h"

static bool take(const PGresult *r, const struct iv_query *q, struct iv_buf *out, struct iv_err *e)
{
	if (PQntuples(r) == 0 || PQgetisnull(r, 0, 0))
		return iv_fail(e, IV_ENOENT, "there is none");
	if (PQntuples(r) > 1)
		return iv_fail(e, IV_ECONFLICT, "there are several");
	return iv_buf_adds(out, iv_str(PQgetvalue(r, 0, 0))) || iv_fail(e, IV_ETOOBIG, "%s: the answer is too long", q->name);
}

bool iv_ask(const char *url, const struct iv_query *q, const char *const *in, struct iv_buf *out, struct iv_err *e)
{
	PGconn *db = schema_connect(url, e);
	PGresult *r = db ? schema_ask(db, q, in, e) : NULL;
	bool ok = r && take(r, q, out, e);

	PQclear(r); /* takes NULL */
	PQfinish(db);
	return ok;
}
