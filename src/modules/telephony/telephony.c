/* The module: who is believed, by what. */
#include "telephony.h"

#include <stdlib.h>
#include "iv_log.h"

enum { LIST_BYTES = 1 << 20 };

/* Open-source installations of Jambonz all begin with it. */
#define WELL_KNOWN "wh_secret_cJqgtMDPzDhhnjmaJH6Mtk"

static struct iv_str reveal(struct iv_secret s)
{
	return iv_str(iv_secret_reveal(s));
}

static bool well_known(const struct iv_webhook_secrets *s)
{
	return iv_str_eq(s->current, IV_S(WELL_KNOWN)) || iv_str_eq(s->previous, IV_S(WELL_KNOWN));
}

static bool has_any(const struct iv_webhook_secrets *s)
{
	return s->current.len || s->previous.len;
}

/* In production a carrier that we have the credentials of has the secret of its hooks as well. */
static bool check_secrets(const struct iv_telephony *t, struct iv_err *e)
{
	const struct iv_config *cfg = t->s->cfg;
	bool production = strcmp(cfg->env, "production") == 0;

	if (well_known(&t->secrets[WORD_JAMBONZ])) {
		if (production)
			return iv_fail_field(e, IV_EINVAL, "JAMBONZ_WEBHOOK_SECRET",
					     "is the one every installation begins with: anybody could sign");
		iv_warn("hooks.well_known_secret", IV_LS("setting", "JAMBONZ_WEBHOOK_SECRET"));
	}
	if (!production || cfg->telephony_allow_unsigned)
		return true;
	if (!has_any(&t->secrets[WORD_JAMBONZ]) &&
	    (iv_secret_set(cfg->jambonz_key) || iv_secret_set(cfg->jambonz_token) || cfg->jambonz_applications[0]))
		return iv_fail_field(e, IV_EINVAL, "JAMBONZ_WEBHOOK_SECRET",
				     "is required where Jambonz is used: or set TELEPHONY_ALLOW_UNSIGNED");
	if (!has_any(&t->secrets[WORD_TWILIO]) && cfg->twilio_account[0])
		return iv_fail_field(e, IV_EINVAL, "TWILIO_AUTH_TOKEN",
				     "is required where Twilio is used: or set TELEPHONY_ALLOW_UNSIGNED");
	return true;
}

static bool read_list(struct iv_telephony *t, const char *name, const char *text, struct iv_cidrs *out, struct iv_err *e)
{
	struct iv_err why = {0};

	return iv_cidrs_parse(iv_str(text), &t->arena, out, &why) || iv_fail_field(e, IV_EINVAL, name, "%s", why.msg);
}

struct iv_telephony *iv_telephony_new(struct iv_services *s, struct iv_err *e)
{
	const struct iv_config *cfg = s->cfg;
	struct iv_telephony *t = calloc(1, sizeof(*t));

	if (!t)
		abort();
	t->s = s;
	iv_arena_init(&t->arena, LIST_BYTES);
	t->secrets[WORD_JAMBONZ] = (struct iv_webhook_secrets){reveal(cfg->jambonz_webhook_secret),
							       reveal(cfg->jambonz_webhook_secret_old)};
	t->secrets[WORD_TWILIO] = (struct iv_webhook_secrets){reveal(cfg->twilio_auth_token),
							      reveal(cfg->twilio_auth_token_old)};
	t->token = reveal(cfg->telephony_shared_secret);
	t->believes_unsigned = cfg->telephony_allow_unsigned || strcmp(cfg->env, "development") == 0;
	if (!check_secrets(t, e) || !read_list(t, "TELEPHONY_ALLOWED_IPS", cfg->telephony_allowed_ips, &t->anywhere, e) ||
	    !read_list(t, "ALLOWED_JAMBONZ_IPS", cfg->jambonz_allowed_ips, &t->jambonz_from, e)) {
		iv_telephony_free(t);
		return NULL;
	}
	s->telephony = t;
	return t;
}

void iv_telephony_free(struct iv_telephony *t)
{
	if (!t)
		return;
	iv_arena_deinit(&t->arena);
	free(t);
}

void iv_telephony_drain(struct iv_telephony *t)
{
	t->draining = true;
}
