/* Numbers of the Twilio account: had, searched, bought, told where to ring. */
#include <stdio.h>
#include <stdlib.h>
#include "carrier_twilio_rest.h"

/* What may be set of one, and what REST calls it. */
static const char *const fields[][2] = {
	{"FriendlyName", "friendly_name"},
	{"VoiceUrl", "voice_url"},
	{"VoiceMethod", "voice_method"},
	{"VoiceFallbackUrl", "voice_fallback_url"},
	{"VoiceFallbackMethod", "voice_fallback_method"},
	{"VoiceApplicationSid", "voice_application_sid"},
	{"TrunkSid", "trunk_sid"},
	{"StatusCallback", "status_callback"},
	{"StatusCallbackMethod", "status_callback_method"},
	{"SmsUrl", "sms_url"},
	{"AddressSid", "address_sid"},
	{"BundleSid", "bundle_sid"},
	{"IdentitySid", "identity_sid"},
	{"EmergencyStatus", "emergency_status"},
	{"VoiceReceiveMode", "voice_receive_mode"},
};

struct numbers {
	cJSON *owned; /* documents */
};

static const char *text_of(const cJSON *number, const char *key)
{
	const cJSON *v = cJSON_GetObjectItem(number, key);

	return cJSON_IsString(v) ? v->valuestring : "";
}

static cJSON *make_number(const struct carriers *c, const char *number)
{
	cJSON *n = cJSON_CreateObject(), *can;
	char sid[CARRIER_SID], uri[200];

	new_sid("PN", sid);
	cJSON_AddStringToObject(n, "sid", sid);
	cJSON_AddStringToObject(n, "account_sid", c->opts.twilio_account);
	cJSON_AddStringToObject(n, "phone_number", number);
	for (size_t i = 0; i < IV_COUNT(fields); i++)
		cJSON_AddStringToObject(n, fields[i][1], "");
	cJSON_SetValuestring(cJSON_GetObjectItem(n, "friendly_name"), number);
	cJSON_SetValuestring(cJSON_GetObjectItem(n, "voice_method"), "POST");
	cJSON_SetValuestring(cJSON_GetObjectItem(n, "status_callback_method"), "POST");
	cJSON_SetValuestring(cJSON_GetObjectItem(n, "voice_receive_mode"), "voice");
	can = cJSON_AddObjectToObject(n, "capabilities");
	cJSON_AddBoolToObject(can, "voice", true);
	cJSON_AddBoolToObject(can, "sms", true);
	cJSON_AddBoolToObject(can, "mms", false);
	cJSON_AddBoolToObject(can, "fax", false);
	cJSON_AddStringToObject(n, "origin", "twilio");
	cJSON_AddStringToObject(n, "status", "in-use");
	cJSON_AddStringToObject(n, "type", "local");
	cJSON_AddStringToObject(n, "address_requirements", "none");
	cJSON_AddStringToObject(n, "api_version", "2010-04-01");
	cJSON_AddBoolToObject(n, "beta", false);
	snprintf(uri, sizeof(uri), "/2010-04-01/Accounts/%s/IncomingPhoneNumbers/%s.json", c->opts.twilio_account, sid);
	cJSON_AddStringToObject(n, "uri", uri);
	return n;
}

static cJSON *owned(struct carriers *c)
{
	if (!c->numbers) {
		c->numbers = calloc(1, sizeof(*c->numbers));
		if (!c->numbers)
			abort();
		c->numbers->owned = cJSON_CreateArray();
	}
	return c->numbers->owned;
}

void numbers_free(struct carriers *c)
{
	if (c->numbers)
		cJSON_Delete(c->numbers->owned);
	free(c->numbers);
}

static const cJSON *by_number(struct carriers *c, struct iv_str number)
{
	const cJSON *n;

	cJSON_ArrayForEach(n, owned(c)) if (iv_str_eq(iv_str(text_of(n, "phone_number")), number)) return n;
	return NULL;
}

/* An account without a number of its own calls from any. */
bool numbers_own(struct carriers *c, struct iv_str number)
{
	return !owned(c)->child || by_number(c, number) != NULL;
}

/* Who was given the account's credentials may do this too. */
void numbers_take_voice(struct carriers *c, struct iv_str number, const char *url)
{
	const cJSON *n = by_number(c, number);

	if (n)
		cJSON_SetValuestring(cJSON_GetObjectItem(n, "voice_url"), url);
}

/* A trunk or an application wins over the voice URL, and then nobody asks it. */
bool numbers_route(struct carriers *c, struct iv_str number, struct twilio_app *t)
{
	const cJSON *n = by_number(c, number);

	if (!n)
		return true;
	snprintf(t->number_sid, sizeof(t->number_sid), "%s", text_of(n, "sid"));
	twilio_set_url(&t->status, text_of(n, "status_callback"), text_of(n, "status_callback_method"));
	twilio_set_url(&t->fallback, text_of(n, "voice_fallback_url"), text_of(n, "voice_fallback_method"));
	if (text_of(n, "trunk_sid")[0] || text_of(n, "voice_application_sid")[0])
		return false;
	twilio_set_url(&t->voice, text_of(n, "voice_url"), text_of(n, "voice_method"));
	return true;
}

/* ── handlers */

static void apply(struct twilio_rq *t, cJSON *n)
{
	for (size_t i = 0; i < IV_COUNT(fields); i++) {
		struct iv_str v = twilio_value(t, fields[i][0]);
		char *text;

		if (!v.ptr)
			continue;
		text = strndup(v.ptr, v.len);
		if (!text)
			abort();
		cJSON_SetValuestring(cJSON_GetObjectItem(n, fields[i][1]), text);
		free(text);
	}
}

static bool good_settings(struct twilio_rq *t)
{
	struct iv_str url = twilio_value(t, "VoiceUrl");

	if (url.len > 0 && !iv_str_starts(url, IV_S("http://")) && !iv_str_starts(url, IV_S("https://"))) {
		twilio_refuse(t, 400, 21402, "VoiceUrl is not valid.");
		return false;
	}
	if (twilio_value(t, "FriendlyName").len > 64) {
		twilio_refuse(t, 400, 21405, "FriendlyName must have at most 64 characters");
		return false;
	}
	return true;
}

void numbers_list(void *ctx, struct iv_http_req *rq)
{
	struct twilio_rq t;
	struct iv_str number, name;
	cJSON *all, *n;
	char path[128];

	if (!twilio_rq_begin(&t, ctx, rq, "numbers", NULL))
		return;
	number = twilio_value(&t, "PhoneNumber");
	name = twilio_value(&t, "FriendlyName");
	all = cJSON_CreateArray();
	cJSON_ArrayForEach(n, owned(t.c))
	{
		if ((number.len == 0 || iv_str_find(iv_str(text_of(n, "phone_number")), number, 0) >= 0) &&
		    (name.len == 0 || iv_str_eq(iv_str(text_of(n, "friendly_name")), name)))
			cJSON_AddItemToArray(all, cJSON_Duplicate(n, true));
	}
	snprintf(path, sizeof(path), "/2010-04-01/Accounts/%s/IncomingPhoneNumbers.json", t.c->opts.twilio_account);
	twilio_reply_page(&t, path, "incoming_phone_numbers", all);
	twilio_rq_end(&t);
}

void numbers_buy(void *ctx, struct iv_http_req *rq)
{
	struct twilio_rq t;
	struct iv_str number, area;
	char text[CARRIER_NUMBER];

	if (!twilio_rq_begin(&t, ctx, rq, "numbers", NULL))
		return;
	number = twilio_value(&t, "PhoneNumber");
	area = twilio_value(&t, "AreaCode");
	if (number.len == 0 && area.len == 3)
		snprintf(text, sizeof(text), "+1%.3s555%04d", area.ptr, 100 + cJSON_GetArraySize(owned(t.c)));
	else
		iv_str_copy(text, sizeof(text), number);
	if (!twilio_e164(iv_str(text))) {
		twilio_refuse(&t, 400, 21421, "PhoneNumber is invalid");
	} else if (by_number(t.c, iv_str(text))) {
		twilio_refuse(&t, 400, 21452, "No phone numbers are available: %s", text);
	} else if (good_settings(&t)) {
		cJSON *n = make_number(t.c, text);

		apply(&t, n);
		cJSON_AddItemToArray(owned(t.c), n);
		twilio_reply(&t, 201, cJSON_Duplicate(n, true));
	}
	twilio_rq_end(&t);
}

static cJSON *by_sid(struct twilio_rq *t)
{
	cJSON *n;

	cJSON_ArrayForEach(n, owned(t->c)) if (strcmp(text_of(n, "sid"), t->sid) == 0) return n;
	twilio_refuse(t, 404, 20404, "The requested resource /IncomingPhoneNumbers/%.40s.json was not found", t->sid);
	return NULL;
}

void numbers_get(void *ctx, struct iv_http_req *rq)
{
	struct twilio_rq t;
	cJSON *n;

	if (!twilio_rq_begin(&t, ctx, rq, "numbers", "number"))
		return;
	n = by_sid(&t);
	if (n)
		twilio_reply(&t, 200, cJSON_Duplicate(n, true));
	twilio_rq_end(&t);
}

void numbers_update(void *ctx, struct iv_http_req *rq)
{
	struct twilio_rq t;
	cJSON *n;

	if (!twilio_rq_begin(&t, ctx, rq, "numbers", "number"))
		return;
	n = by_sid(&t);
	if (n && good_settings(&t)) {
		apply(&t, n);
		twilio_reply(&t, 200, cJSON_Duplicate(n, true));
	}
	twilio_rq_end(&t);
}

void numbers_release(void *ctx, struct iv_http_req *rq)
{
	struct twilio_rq t;
	cJSON *n;

	if (!twilio_rq_begin(&t, ctx, rq, "numbers", "number"))
		return;
	n = by_sid(&t);
	if (n) {
		cJSON_Delete(cJSON_DetachItemViaPointer(owned(t.c), n));
		twilio_reply(&t, 204, NULL);
	}
	twilio_rq_end(&t);
}

static cJSON *available(const char *number, const char *country)
{
	cJSON *n = cJSON_CreateObject(), *can;

	cJSON_AddStringToObject(n, "friendly_name", number);
	cJSON_AddStringToObject(n, "phone_number", number);
	cJSON_AddStringToObject(n, "lata", "832");
	cJSON_AddStringToObject(n, "locality", "Springfield");
	cJSON_AddStringToObject(n, "rate_center", "SPRINGFLD");
	cJSON_AddStringToObject(n, "latitude", "41.500000");
	cJSON_AddStringToObject(n, "longitude", "-81.700000");
	cJSON_AddStringToObject(n, "region", "OH");
	cJSON_AddStringToObject(n, "postal_code", "44001");
	cJSON_AddStringToObject(n, "iso_country", country);
	cJSON_AddStringToObject(n, "address_requirements", "none");
	cJSON_AddBoolToObject(n, "beta", false);
	can = cJSON_AddObjectToObject(n, "capabilities");
	cJSON_AddBoolToObject(can, "voice", true);
	cJSON_AddBoolToObject(can, "SMS", true); /* in capitals here, and nowhere else */
	cJSON_AddBoolToObject(can, "MMS", true);
	return n;
}

void numbers_search(void *ctx, struct iv_http_req *rq)
{
	static const char *const kinds[] = {"Local", "TollFree", "Mobile", "National", "Voip", "SharedCost", "MachineToMachine"};
	struct twilio_rq t;
	struct iv_str country = iv_http_param(rq, "country"), area;
	bool known = false;
	char cc[4], number[24];

	if (!twilio_rq_begin(&t, ctx, rq, "numbers", "kind"))
		return;
	iv_str_copy(cc, sizeof(cc), country);
	for (size_t i = 0; i < IV_COUNT(kinds); i++)
		known = known || strcmp(kinds[i], t.sid) == 0;
	if (!known || country.len != 2 || (strcmp(cc, "US") == 0 && strcmp(t.sid, "Mobile") == 0)) {
		twilio_refuse(&t, 404, 20404, "The requested resource /AvailablePhoneNumbers/%s/%.40s.json was not found", cc,
			      t.sid);
	} else {
		cJSON *all = cJSON_CreateArray(), *body = cJSON_CreateObject();

		area = twilio_value(&t, "AreaCode");
		for (int i = 0; i < 5; i++) {
			snprintf(number, sizeof(number), "+1%.3s5550%03d", area.len == 3 ? area.ptr : "216", 150 + i);
			if (!by_number(t.c, iv_str(number)))
				cJSON_AddItemToArray(all, available(number, cc));
		}
		cJSON_AddItemToObject(body, "available_phone_numbers", all);
		cJSON_AddStringToObject(body, "uri", "");
		twilio_reply(&t, 200, body);
	}
	twilio_rq_end(&t);
}
