/* Secrets of tenants: asked for by name, opened for a host. */
#include "iv_secrets.h"

#include <stdlib.h>
#include "iv_crypto.h"
#include "iv_sql.h"

struct iv_secrets {
	struct iv_pg *pg;
	struct iv_seal_keys keys;
};

static bool read_keys(struct iv_secrets *s, struct iv_secret setting, const char *name, struct iv_err *e)
{
	struct iv_err why = {0};

	return !iv_secret_set(setting) || iv_seal_keys_read(&s->keys, iv_str(iv_secret_reveal(setting)), &why) ||
	       iv_fail_field(e, IV_EINVAL, name, "%s", why.msg);
}

struct iv_secrets *iv_secrets_new(const struct iv_config *cfg, struct iv_pg *pg, struct iv_err *e)
{
	struct iv_secrets *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->pg = pg;
	if (read_keys(s, cfg->secrets_key, "SECRETS_KEY", e) && read_keys(s, cfg->secrets_key_before, "SECRETS_KEY_PREVIOUS", e))
		return s;
	iv_secrets_free(s);
	return NULL;
}

void iv_secrets_free(struct iv_secrets *s)
{
	if (!s)
		return;
	iv_seal_keys_wipe(&s->keys);
	free(s);
}

const struct iv_seal_keys *iv_secrets_keys(const struct iv_secrets *s)
{
	return &s->keys;
}

enum iv_flow_next iv_secrets_ask(struct iv_secrets *s, struct iv_flow *f, struct iv_secrets_run *run,
				 const struct iv_scope *scope, struct iv_arena *arena, const struct iv_str *names, size_t count)
{
	struct iv_secret_open_in in = {.names = {run->names, count}};

	if (count > IV_SECRETS_AT_ONCE)
		return iv_flow_fail(f, IV_EINVAL, "more than %d secrets at once", IV_SECRETS_AT_ONCE);
	for (size_t i = 0; i < count; i++)
		run->names[i] = names[i];
	return iv_pg_one(s->pg, f, &run->pg, scope, arena, &iv_sql_secret_open, &in, &run->rows);
}

bool iv_secrets_host_fits(const struct iv_strs *hosts, struct iv_str host)
{
	if (!hosts->count)
		return true;
	for (size_t i = 0; i < hosts->count; i++) {
		struct iv_str p = hosts->items[i], end;

		if (iv_str_ieq(p, host))
			return true;
		if (p.len < 3 || p.ptr[0] != '*')
			continue;
		p = (struct iv_str){p.ptr + 1, p.len - 1}; /* ".example" */
		end = host.len > p.len ? (struct iv_str){host.ptr + host.len - p.len, p.len} : IV_S("");
		if (iv_str_ieq(p, end))
			return true;
	}
	return false;
}

bool iv_secrets_take(struct iv_secrets *s, const struct iv_secrets_run *run, struct iv_str tenant_id, struct iv_str name,
		     struct iv_str host, struct iv_buf *out, struct iv_err *e)
{
	const struct iv_secret_open_out *r = NULL;
	uint8_t bytes[IV_SEAL_VALUE_MAX + IV_SEAL_TAG + 4], nonce[IV_SEAL_NONCE + 4];
	ptrdiff_t n = -1, nonce_len = -1;
	struct iv_err why = {0};

	for (size_t i = 0; i < run->rows.count && !r; i++)
		if (iv_str_eq(iv_secret_open_at(&run->rows, i)->name, name))
			r = iv_secret_open_at(&run->rows, i);
	if (!r)
		return iv_fail(e, IV_ENOENT, "there is no secret %.*s", IV_FMT(name));
	if (!iv_secrets_host_fits(&r->hosts, host))
		return iv_fail(e, IV_EFORBIDDEN, "the secret %.*s is not for this host", IV_FMT(name));
	if (r->bytes.len <= iv_base64_size(IV_SEAL_VALUE_MAX + IV_SEAL_TAG))
		n = iv_base64_decode(r->bytes, bytes);
	if (r->nonce.len == iv_base64_size(IV_SEAL_NONCE))
		nonce_len = iv_base64_decode(r->nonce, nonce);
	if (n < 0 || nonce_len < 0)
		return iv_fail(e, IV_EFORBIDDEN, "the secret %.*s is not as it was kept", IV_FMT(name));
	return iv_unseal(&s->keys, r->key_id, tenant_id, name, (struct iv_str){(const char *)nonce, (size_t)nonce_len},
			 (struct iv_str){(const char *)bytes, (size_t)n}, out, &why) ||
	       iv_fail(e, why.code, "the secret %.*s: %s", IV_FMT(name), why.msg);
}
