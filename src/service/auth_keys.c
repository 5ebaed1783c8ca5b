/* The keys that verify tokens: the secret, a public key from the settings, and an identity provider's
 * document, which is fetched again every five minutes, and at most twice a minute because somebody named
 * a key it lacks. A document that cannot be fetched stays in force for a day. */
#include <stdlib.h>
#include "auth_priv.h"
#include "iv_log.h"

enum { REFRESH_MS = 300000, RETRY_MS = 30000, FETCH_MS = 5000 };
#define LAST_GOOD_US (24 * 3600 * 1000000LL)
#define COOLDOWN_US (30 * 1000000LL)

static bool add_public_key(struct iv_jwt_keys *set, struct iv_str pem, struct iv_err *e)
{
	struct iv_err rsa = {0}, ec = {0}; /* the key's kind is its algorithm: the last one tells what is wrong */

	return iv_jwt_keys_add_pem(set, IV_S(""), IV_JWT_RS256, pem, &rsa) ||
	       iv_jwt_keys_add_pem(set, IV_S(""), IV_JWT_ES256, pem, &ec) ||
	       iv_jwt_keys_add_pem(set, IV_S(""), IV_JWT_EDDSA, pem, e);
}

/* All keys there are now; the document only while it is good. */
static struct iv_jwt_keys *collect(const struct auth_keys *k, struct iv_str jwks, struct iv_err *e)
{
	const struct iv_config *cfg = k->s->cfg;
	struct iv_jwt_keys *set = iv_jwt_keys_new();
	bool ok = true;

	if (iv_secret_set(cfg->jwt_secret))
		ok = iv_jwt_keys_add_secret(set, IV_S(""), iv_str(iv_secret_reveal(cfg->jwt_secret)), e);
	if (ok && iv_secret_set(cfg->jwt_public_key))
		ok = add_public_key(set, iv_str(iv_secret_reveal(cfg->jwt_public_key)), e);
	if (ok && jwks.len)
		ok = iv_jwt_keys_add_jwks(set, jwks, e);
	if (ok)
		return set;
	iv_jwt_keys_free(set);
	return NULL;
}

static void use(struct auth_keys *k, struct iv_jwt_keys *set)
{
	iv_jwt_keys_free(k->set);
	k->set = set;
}

/* ── the document ── */

static void wake(struct auth_keys *k)
{
	while (!iv_list_empty(&k->waiting)) {
		struct auth_wait *w = IV_CONTAINER(k->waiting.next, struct auth_wait, node);

		iv_list_remove(&w->node);
		iv_op_done(&w->op, NULL); /* with or without news: the token is read again */
	}
}

static bool take_document(struct auth_keys *k, const struct iv_fetch_result *r, struct iv_err *e)
{
	struct iv_jwt_keys *set;

	if (r->err.code != IV_OK) {
		*e = r->err;
		return false;
	}
	set = collect(k, r->body, e);
	if (!set)
		return false;
	use(k, set);
	iv_buf_clear(&k->jwks);
	return iv_buf_adds(&k->jwks, r->body) || iv_fail(e, IV_ETOOBIG, "the key document is too large");
}

static void drop_stale(struct auth_keys *k)
{
	struct iv_err e = {0};
	struct iv_jwt_keys *set;

	if (!k->jwks.len || iv_now_us() - k->good_us < LAST_GOOD_US)
		return;
	iv_buf_clear(&k->jwks);
	set = collect(k, IV_STR_NULL, &e);
	if (set) /* it was possible at the start */
		use(k, set);
	iv_error("auth.keys_stale", IV_LI("hours", 24));
}

static void on_document(void *arg, const struct iv_fetch_result *r)
{
	struct auth_keys *k = arg;
	struct iv_err e = {0};

	k->fetch = NULL;
	if (take_document(k, r, &e)) {
		k->good_us = iv_now_us();
		iv_info("auth.keys_fetched", IV_LI("keys", iv_jwt_keys_count(k->set)));
		iv_timer_in_ms(&k->refresh, REFRESH_MS);
	} else {
		iv_warn("auth.keys_not_fetched", IV_LI("status", r->status), IV_LS("why", e.msg));
		drop_stale(k);
		iv_timer_in_ms(&k->refresh, RETRY_MS);
	}
	wake(k);
}

static void fetch(void *arg)
{
	static const struct iv_fetch_handlers handlers = {.done = on_document};
	struct auth_keys *k = arg;

	if (k->fetch)
		return;
	k->tried_us = iv_now_us();
	k->fetch = iv_fetch_start(k->s->net,
				  &(struct iv_fetch_opts){.method = "GET",
							  .url = iv_str(k->s->cfg->jwt_jwks_url),
							  .total_ms = FETCH_MS,
							  .body_max = IV_JWT_JWKS_MAX},
				  &handlers, k);
}

bool auth_keys_may_ask(const struct auth_keys *k)
{
	if (!k->s->cfg->jwt_jwks_url[0])
		return false;
	return k->fetch || iv_now_us() - k->tried_us >= COOLDOWN_US;
}

static void stop_waiting(struct iv_op *op)
{
	iv_list_remove(&IV_CONTAINER(op, struct auth_wait, op)->node);
}

enum iv_flow_next auth_keys_await(struct auth_keys *k, struct iv_flow *f, struct auth_wait *w)
{
	iv_op_begin(&w->op, f, stop_waiting);
	iv_list_append(&k->waiting, &w->node);
	fetch(k);
	return iv_flow_await(f);
}

/* The provider says that a key is lost: what the document had is worth nothing until it is read again. */
void auth_keys_purge(struct auth_keys *k)
{
	struct iv_err e = {0};
	struct iv_jwt_keys *set = collect(k, IV_STR_NULL, &e);

	iv_buf_clear(&k->jwks);
	if (set) /* it was possible at the start */
		use(k, set);
	iv_warn("auth.keys_purged", IV_LI("keys", iv_jwt_keys_count(k->set)));
	if (k->s->cfg->jwt_jwks_url[0])
		fetch(k);
}

bool auth_keys_init(struct auth_keys *k, struct iv_services *s, struct iv_err *e)
{
	*k = (struct auth_keys){.s = s};
	iv_list_init(&k->waiting);
	iv_buf_init(&k->jwks, IV_JWT_JWKS_MAX);
	iv_timer_init(&k->refresh, s->loop, fetch, k);
	k->set = collect(k, IV_STR_NULL, e);
	if (k->set && s->cfg->jwt_jwks_url[0])
		fetch(k);
	return k->set != NULL;
}

void auth_keys_deinit(struct auth_keys *k)
{
	iv_timer_stop(&k->refresh);
	if (k->fetch)
		iv_fetch_cancel(k->fetch);
	iv_jwt_keys_free(k->set);
	iv_buf_deinit(&k->jwks);
}
