/* Rows that are made before anybody may ask the API to. */
#include "iv_seed.h"
#include "iv_sql.h"
#include "migration.h"

static bool ask(PGconn *db, const struct iv_query *q, const char *const *in, char *out, struct iv_err *e)
{
	PGresult *r = schema_ask(db, q, in, e);
	bool ok = r != NULL;

	if (ok && out)
		ok = (PQntuples(r) && iv_str_copy(out, IV_SEED_ID, iv_str(PQgetvalue(r, 0, 0)))) ||
		     iv_fail(e, IV_ENOENT, "there is none");
	PQclear(r);
	return ok;
}

/* One statement as the owner, for this tenant. */
static bool seed(const char *url, const char *tenant, const struct iv_query *q, const char *const *in, char *out,
		 struct iv_err *e)
{
	PGconn *db = schema_connect(url, e);
	bool ok = db && ask(db, &iv_sql_seed_as_owner, &tenant, NULL, e) && ask(db, q, in, out, e);

	PQfinish(db);
	return ok;
}

bool iv_seed_tenant(const char *url, const char *id, const char *slug, const char *name, struct iv_err *e)
{
	char taken[IV_SEED_ID];
	struct iv_err absent = {0};

	(void)iv_str_copy(taken, sizeof(taken), iv_str(slug)); /* a longer slug is refused by its check */
	if (iv_seed_find_tenant(url, taken, &absent))
		return iv_fail_field(e, IV_ECONFLICT, "slug", "\"%s\" is %s already", slug, taken);
	return seed(url, id, &iv_sql_seed_tenant, (const char *const[]){id, slug, name}, NULL, e);
}

bool iv_seed_find_tenant(const char *url, char tenant[IV_SEED_ID], struct iv_err *e)
{
	const char *const in[] = {tenant};
	char id[IV_SEED_ID];

	if (!seed(url, "", &iv_sql_seed_find_tenant, in, id, e))
		return false;
	return iv_str_copy(tenant, IV_SEED_ID, iv_str(id));
}

static const char *flag(bool b)
{
	return b ? "true" : "false";
}

bool iv_seed_key(const char *url, const struct iv_seed_key *k, struct iv_err *e)
{
	const char *const in[] = {k->tenant, k->id, k->name, k->prefix, k->hash, k->role, flag(k->live)};

	return seed(url, k->tenant, &iv_sql_seed_key, in, NULL, e);
}

bool iv_seed_person(const char *url, const struct iv_seed_person *p, char id_out[IV_SEED_ID], struct iv_err *e)
{
	const char *const in[] = {p->tenant,	    p->id,   p->email,		    p->name,
				  p->password_hash, p->role, flag(p->platform_admin)};

	return seed(url, p->tenant, &iv_sql_seed_person, in, id_out, e);
}
