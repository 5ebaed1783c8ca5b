/* Redaction of JSON: the name of a member decides first, then what is in it. */
#include "iv_redact.h"

#include <math.h>
#include <stdio.h>

#include "redact_scan.h"

#define VALUE_MAX (4 * IV_JSON_MAX_BYTES)

/* How a member is treated by its name. */
enum fate { FATE_READ, FATE_KEEP, FATE_HIDE };

static struct iv_str part_at(const struct iv_str *parts, size_t count, size_t from_end)
{
	return from_end < count ? parts[count - 1 - from_end] : IV_S("");
}

static bool is(struct iv_str part, const char *word)
{
	return iv_str_ieq(part, iv_str(word));
}

/* By what things are found, counted and sent. Last words of a name. */
static bool routes(const struct iv_str *parts, size_t count)
{
	static const char *const lasts[] = {
		"id",	     "ids",	"sid",	    "uuid",    "type",	"event",    "status",	"state",  "direction",
		"from",	     "to",	"ani",	    "dnis",    "url",	"uri",	    "href",	"host",	  "origin",
		"cursor",    "version", "at",	    "date",    "ms",	"seconds",  "sec",	"kind",	  "duration",
		"timestamp", "language", "provider", "carrier", "model", "voice",   "currency", "role",	  "code",
		"count",     "index",	"seq",	    "hash",    "etag",	"sha256",   NULL};

	return count && redact_in_list(part_at(parts, count, 0), lasts);
}

/* What must not be seen at all: the kind it counts as, or -1. */
static int secret(const struct iv_str *parts, size_t count)
{
	static const char *const anywhere[] = {"password", "passwd", "passphrase", "pwd", "secret", "authorization",
					       "cookie",   "credential", "credentials", "cvv", "cvc", NULL};
	static const char *const lasts[] = {"token", "otp", "pin", "jwt", "bearer", "apikey", "signature", NULL};
	static const char *const key_of[] = {"api", "access", "private", "signing", "encryption", "auth", "master", NULL};
	struct iv_str last = part_at(parts, count, 0), before = part_at(parts, count, 1);

	for (size_t i = 0; i < count; i++) {
		if (redact_in_list(parts[i], anywhere))
			return IV_REDACT_KEY;
	}
	if (redact_in_list(last, lasts) || (is(last, "key") && redact_in_list(before, key_of)))
		return IV_REDACT_KEY;
	return -1;
}

static int personal(const struct iv_str *parts, size_t count)
{
	static const char *const emails[] = {"email", "mail", NULL};
	static const char *const phones[] = {"phone", "mobile", "cell", "telephone", "whatsapp", "msisdn", "fax", NULL};
	static const char *const aadhaars[] = {"aadhaar", "aadhar", "uidai", NULL};
	struct iv_str last = part_at(parts, count, 0), before = part_at(parts, count, 1);

	if (is(last, "number") || is(last, "no") || is(last, "address")) {
		last = before;
		before = part_at(parts, count, 2);
		if (is(last, "card") || is(last, "cc"))
			return IV_REDACT_CARD;
	}
	if (is(last, "card") && (is(before, "credit") || is(before, "debit")))
		return IV_REDACT_CARD;
	if (redact_in_list(last, emails))
		return IV_REDACT_EMAIL;
	if (redact_in_list(last, phones))
		return IV_REDACT_PHONE;
	if (redact_in_list(last, aadhaars))
		return IV_REDACT_AADHAAR;
	if (is(last, "ssn"))
		return IV_REDACT_SSN;
	return is(last, "pan") ? IV_REDACT_PAN : -1;
}

static enum fate fate_of(const struct iv_redact *how, const char *name, enum iv_redact_kind *kind)
{
	unsigned kinds = how->kinds ? how->kinds : ~(1U << IV_REDACT_IP);
	struct iv_str parts[12], rest = iv_str(name);
	size_t count = 0;
	int found;

	if (!name)
		return FATE_READ;
	if (how->keep && redact_in_list(rest, how->keep))
		return FATE_KEEP;
	while (count < IV_COUNT(parts) && redact_next_part(&rest, &parts[count]))
		count++;
	if (routes(parts, count))
		return FATE_KEEP;
	found = secret(parts, count);
	if (found < 0)
		found = personal(parts, count);
	if (found < 0 || !(kinds >> found & 1))
		return FATE_READ;
	*kind = (enum iv_redact_kind)found;
	return FATE_HIDE;
}

static void hide(const struct iv_redact *how, enum iv_redact_kind kind, struct iv_str value, const char *key,
		 struct iv_jw *w, struct iv_redact_counts *counts)
{
	struct iv_buf text;

	iv_buf_init(&text, VALUE_MAX);
	if (redact_replace(how, kind, value, &text, counts))
		iv_jw_str(w, key, iv_buf_str(&text));
	else
		w->failed = true;
	iv_buf_deinit(&text);
}

static void write_text(const struct iv_redact *how, const char *name, struct iv_str value, const char *key,
		       struct iv_jw *w, struct iv_redact_counts *counts)
{
	struct iv_buf text;

	iv_buf_init(&text, VALUE_MAX);
	if (redact_named_text(how, name ? iv_str(name) : IV_S(""), value, &text, counts))
		iv_jw_str(w, key, iv_buf_str(&text));
	else
		w->failed = true;
	iv_buf_deinit(&text);
}

/* A card's number without quotes is one all the same; other numbers are what programs count with. */
static bool is_card_number(const struct iv_redact *how, double value, char text[32])
{
	struct iv_redact cards = {.kinds = 1U << IV_REDACT_CARD};
	struct iv_redact_counts counts = {{0}};
	struct iv_buf out;
	bool ok;

	if ((how->kinds && !(how->kinds >> IV_REDACT_CARD & 1)) || value < 1e12 || value >= 1e19 || value != trunc(value))
		return false;
	snprintf(text, 32, "%.0f", value);
	iv_buf_init(&out, 64);
	ok = iv_redact_text(&cards, iv_str(text), &out, &counts) && counts.found[IV_REDACT_CARD];
	iv_buf_deinit(&out);
	return ok;
}

/* `name` is the nearest member's: items of an array are called as the array is. */
static void walk(const struct iv_redact *how, const cJSON *json, const char *key, const char *name, enum fate fate,
		 enum iv_redact_kind kind, struct iv_jw *w, struct iv_redact_counts *counts)
{
	const cJSON *item;
	char number[32];

	if (cJSON_IsObject(json)) {
		iv_jw_obj(w, key);
		for (item = json->child; item; item = item->next) {
			enum iv_redact_kind inner = kind;
			enum fate own = fate_of(how, item->string, &inner);

			walk(how, item, item->string, item->string, fate == FATE_HIDE ? FATE_HIDE : own, inner, w, counts);
		}
		iv_jw_end_obj(w);
	} else if (cJSON_IsArray(json)) {
		iv_jw_arr(w, key);
		for (item = json->child; item; item = item->next)
			walk(how, item, NULL, name, fate, kind, w, counts);
		iv_jw_end_arr(w);
	} else if (cJSON_IsString(json)) {
		if (fate == FATE_KEEP)
			iv_jw_cstr(w, key, json->valuestring);
		else if (fate == FATE_HIDE)
			hide(how, kind, iv_str(json->valuestring), key, w, counts);
		else
			write_text(how, name, iv_str(json->valuestring), key, w, counts);
	} else if (cJSON_IsNumber(json)) {
		iv_double_str(number, json->valuedouble);
		if (fate == FATE_HIDE || (fate == FATE_READ && is_card_number(how, json->valuedouble, number)))
			hide(how, fate == FATE_HIDE ? kind : IV_REDACT_CARD, iv_str(number), key, w, counts);
		else
			iv_jw_num(w, key, json->valuedouble, -1);
	} else if (cJSON_IsBool(json)) {
		iv_jw_bool(w, key, cJSON_IsTrue(json));
	} else {
		iv_jw_null(w, key);
	}
}

void iv_redact_value(const struct iv_redact *how, const cJSON *json, const char *key, struct iv_jw *w,
		     struct iv_redact_counts *counts)
{
	enum iv_redact_kind kind = IV_REDACT_KEY;
	enum fate fate = fate_of(how, key, &kind);

	walk(how, json, key, key, fate, kind, w, counts);
}

bool iv_redact_json(const struct iv_redact *how, struct iv_str json, struct iv_buf *out,
		    struct iv_redact_counts *counts, struct iv_err *e)
{
	size_t before = out->len;
	cJSON *tree = iv_json_parse(json, e);
	struct iv_jw w;

	if (!tree)
		return false;
	iv_jw_init(&w, out);
	iv_redact_value(how, tree, NULL, &w, counts);
	cJSON_Delete(tree);
	if (iv_jw_done(&w))
		return true;
	out->len = before;
	return iv_fail(e, IV_ETOOBIG, "is too large without personal data");
}
