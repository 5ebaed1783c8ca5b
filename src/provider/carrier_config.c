/* Which carriers there are, where, and as whom we ask: out of the settings. */
#include "carrier_job.h"

#include "iv_e164.h"

static bool missing(struct iv_err *e, const char *what, const char *beside)
{
	return iv_fail_field(e, IV_EINVAL, what, "is required beside %s", beside);
}

static struct iv_str first(const char *one, const char *other)
{
	return iv_str(one[0] ? one : other);
}

/* ".../Accounts/SID/Calls" → base and account. */
static bool take_outcall_url(struct iv_carriers *c, struct iv_err *e)
{
	static const char middle[] = "/Accounts/", end[] = "/Calls";
	struct iv_str url = iv_str(c->cfg->jambonz_outcall_url);
	ptrdiff_t at = iv_str_find(url, IV_S(middle), 0);
	struct iv_str sid = at < 0 ? IV_STR_NULL
				   : (struct iv_str){url.ptr + at + sizeof(middle) - 1,
						     url.len - (size_t)at - sizeof(middle) + 1};

	if (iv_str_ends(sid, IV_S(end)))
		sid.len -= sizeof(end) - 1;
	if (at < 0 || !sid.len || memchr(sid.ptr, '/', sid.len) ||
	    !iv_str_copy(c->jambonz_url, sizeof(c->jambonz_url), (struct iv_str){url.ptr, (size_t)at}) ||
	    !iv_str_copy(c->jambonz_account, sizeof(c->jambonz_account), sid))
		return iv_fail_field(e, IV_EINVAL, "JAMBONZ_OUTCALL_URL", "must end with /Accounts/SID/Calls");
	return true;
}

static bool read_jambonz(struct iv_carriers *c, struct iv_err *e)
{
	const struct iv_config *cfg = c->cfg;
	struct carrier *k = &c->items[IV_JAMBONZ];

	if (!cfg->jambonz_url[0] && cfg->jambonz_outcall_url[0] && !take_outcall_url(c, e))
		return false;
	k->place = (struct carrier_place){
		.url = first(cfg->jambonz_url, c->jambonz_url),
		.account = first(cfg->jambonz_account, c->jambonz_account),
		.application = first(cfg->jambonz_application, cfg->jambonz_app_sid),
		.trunk = iv_str(cfg->jambonz_trunk),
		.secret = iv_secret_set(cfg->jambonz_key) ? cfg->jambonz_key : cfg->jambonz_token,
	};
	if (!k->place.url.len && !iv_secret_set(k->place.secret))
		return true; /* an account or application alone names who calls us */
	if (!k->place.url.len)
		return missing(e, "JAMBONZ_API_URL", "JAMBONZ_API_KEY");
	if (!iv_secret_set(k->place.secret))
		return missing(e, "JAMBONZ_API_KEY", "JAMBONZ_API_URL");
	if (!k->place.account.len)
		return missing(e, "JAMBONZ_ACCOUNT_SID", "JAMBONZ_API_URL");
	k->configured = true;
	return true;
}

static bool read_twilio(struct iv_carriers *c, struct iv_err *e)
{
	const struct iv_config *cfg = c->cfg;
	struct carrier *k = &c->items[IV_TWILIO];
	bool by_key = cfg->twilio_api_key[0];

	if (by_key != iv_secret_set(cfg->twilio_api_secret))
		return by_key ? missing(e, "TWILIO_API_SECRET", "TWILIO_API_KEY")
			      : missing(e, "TWILIO_API_KEY", "TWILIO_API_SECRET");
	if (!cfg->twilio_account[0])
		return !by_key || missing(e, "TWILIO_ACCOUNT_SID", "TWILIO_API_KEY");
	if (!by_key && !iv_secret_set(cfg->twilio_auth_token))
		return missing(e, "TWILIO_AUTH_TOKEN", "TWILIO_ACCOUNT_SID");
	k->place = (struct carrier_place){
		.url = iv_str(cfg->twilio_url),
		.account = iv_str(cfg->twilio_account),
		.user = iv_str(by_key ? cfg->twilio_api_key : cfg->twilio_account),
		.secret = by_key ? cfg->twilio_api_secret : cfg->twilio_auth_token,
	};
	k->configured = true;
	return true;
}

static void read_elevenlabs(struct iv_carriers *c)
{
	struct carrier *k = &c->items[IV_ELEVENLABS];

	k->place = (struct carrier_place){.url = iv_str(c->cfg->elevenlabs_base_url), .secret = c->cfg->elevenlabs_api_key};
	k->configured = iv_secret_set(k->place.secret);
}

static bool check_urls(struct iv_carriers *c, struct iv_err *e)
{
	static const char *const names[] = {"JAMBONZ_API_URL", "TWILIO_API_URL", "ELEVENLABS_BASE_URL"};

	for (size_t i = 0; i < IV_CARRIERS; i++) {
		struct iv_str *url = &c->items[i].place.url;
		struct iv_url u;

		if (!c->items[i].configured)
			continue;
		while (url->len && url->ptr[url->len - 1] == '/')
			url->len--;
		if (!iv_url_parse(*url, &u, NULL) || !iv_str_starts(u.scheme, IV_S("http")))
			return iv_fail_field(e, IV_EINVAL, names[i], "must be an address that begins with https:// or http://");
		if (i != IV_ELEVENLABS && !c->cfg->public_base_url[0])
			return missing(e, "PUBLIC_BASE_URL", names[i]);
	}
	return true;
}

static bool check_countries(const struct iv_config *cfg, struct iv_err *e)
{
	struct iv_str wrong = iv_e164_list_wrong(iv_str(cfg->allowed_countries));

	return !wrong.len || iv_fail_field(e, IV_EINVAL, "ALLOWED_COUNTRIES",
					   "\"%.*s\" is neither a country (IN) nor the beginning of numbers (+4420)",
					   IV_FMT(wrong));
}

bool carriers_read(struct iv_carriers *c, struct iv_err *e)
{
	if (!read_jambonz(c, e) || !read_twilio(c, e) || !check_countries(c->cfg, e))
		return false;
	read_elevenlabs(c);
	return check_urls(c, e);
}
