/* Telling: what a vendor said of a call, as the columns of its record. */
#include "post_call_read.h"

#include <stdlib.h>
#include "iv_redact.h"
#include "iv_time.h"

enum { TRANSCRIPT_BYTES = 8 << 20, LINE_BYTES = 1 << 20, PIECE_BYTES = 4 << 20, OLD_MS = 30 * 86400 };

static const struct iv_redact mask = {.mode = IV_REDACT_MASK};

struct telling {
	const struct post_call *p;
	bool redact;
	int64_t now_ms;
	const cJSON *metadata, *analysis, *phone;
	bool spoke; /* the far end said something */
	struct iv_jw *w;
};

/* ── pieces ── */

static bool number_of(const cJSON *item, double *out)
{
	if (cJSON_IsNumber(item)) {
		*out = item->valuedouble;
		return *out >= 0 && *out < 1e12;
	}
	return cJSON_IsString(item) && iv_str_to_double(iv_str(item->valuestring), out) && *out >= 0 && *out < 1e12;
}

static bool number_at(const cJSON *obj, const char *key, double *out)
{
	return number_of(iv_json_get(obj, key), out);
}

static void put_text(struct telling *t, const char *key, struct iv_str text)
{
	struct iv_buf b;

	if (!text.len)
		return;
	if (!t->redact) {
		iv_jw_str(t->w, key, text);
		return;
	}
	iv_buf_init(&b, PIECE_BYTES);
	if (iv_redact_text(&mask, text, &b, NULL))
		iv_jw_str(t->w, key, iv_buf_str(&b));
	else
		t->w->failed = true;
	iv_buf_deinit(&b);
}

/* Names by which a person's number would be found are masked in it as any other text. */
static void put_json(struct telling *t, const char *key, const cJSON *value)
{
	static const struct iv_redact none = {.kinds = 1u << IV_REDACT_KEY};

	if (value && !cJSON_IsNull(value))
		iv_redact_value(t->redact ? &mask : &none, value, key, t->w, NULL);
}

static void put_time(struct telling *t, const char *key, double unix_s)
{
	char text[IV_TIME_SIZE];
	int64_t ms = (int64_t)(unix_s * 1000);

	if (ms > t->now_ms)
		ms = t->now_ms; /* their clock */
	if (ms > t->now_ms - (int64_t)OLD_MS * 1000)
		iv_jw_str(t->w, key, iv_time_iso(ms, text));
}

/* ── what was said ── */

static bool add_line(struct telling *t, struct iv_buf *out, bool user, struct iv_str said)
{
	if (!said.len)
		return true;
	t->spoke = t->spoke || user;
	if ((out->len && !iv_buf_addc(out, '\n')) || !iv_buf_adds(out, user ? IV_S("User: ") : IV_S("Agent: ")))
		return false;
	return t->redact ? iv_redact_text(&mask, said, out, NULL) : iv_buf_adds(out, said);
}

static void put_transcript(struct telling *t)
{
	const cJSON *turns = iv_json_get(t->p->data, "transcript"), *turn;
	struct iv_buf text;
	bool ok = true;

	if (cJSON_IsString(turns)) {
		t->spoke = turns->valuestring[0] != '\0';
		put_text(t, "transcript", iv_str(turns->valuestring));
		return;
	}
	iv_buf_init(&text, TRANSCRIPT_BYTES);
	cJSON_ArrayForEach(turn, turns)
	{
		struct iv_str said = iv_json_str(turn, "message");

		if (!said.len)
			said = iv_json_str(turn, "text");
		ok = ok && add_line(t, &text, iv_str_eq(iv_json_str(turn, "role"), IV_S("user")), said);
	}
	if (!ok)
		t->w->failed = true;
	else if (text.len)
		iv_jw_str(t->w, "transcript", iv_buf_str(&text));
	iv_buf_deinit(&text);
}

/* ── how it went ── */

static bool is_outcome(struct iv_str word)
{
	static const char *const outcomes[] = {"connected", "qualified",	  "not-interested", "callback-requested",
					       "opted-out", "voicemail",	  "transferred"};

	for (size_t i = 0; i < IV_COUNT(outcomes); i++)
		if (iv_str_eq(word, iv_str(outcomes[i])))
			return true;
	return false;
}

static struct iv_str dashed(struct iv_str s, char out[40])
{
	size_t n = s.len < 40 ? s.len : 0;

	for (size_t i = 0; i < n; i++) {
		char c = s.ptr[i];

		out[i] = c == '_' || c == ' ' ? '-' : c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
	}
	return (struct iv_str){out, n};
}

/* What the agent was told to find out, by the id it was given. */
static const cJSON *collected(const struct telling *t, const char *id)
{
	return iv_json_get(iv_json_get(iv_json_get(t->analysis, "data_collection_results"), id), "value");
}

static bool is_yes(const cJSON *value)
{
	return cJSON_IsTrue(value) ||
	       (cJSON_IsString(value) && (iv_str_ieq(iv_str(value->valuestring), IV_S("true")) ||
					  iv_str_ieq(iv_str(value->valuestring), IV_S("yes"))));
}

static bool was_met(const struct telling *t, const char *criterion)
{
	const cJSON *c = iv_json_get(iv_json_get(t->analysis, "evaluation_criteria_results"), criterion);

	return iv_str_eq(iv_json_str(c, "result"), IV_S("success"));
}

static struct iv_str outcome(const struct telling *t, char word[40])
{
	static const char *const flags[][2] = {{"opted_out", "opted-out"},	     {"do_not_call", "opted-out"},
					       {"qualified", "qualified"},	     {"callback_requested", "callback-requested"},
					       {"not_interested", "not-interested"}, {"transferred", "transferred"}};
	static const char *const named[] = {"outcome", "call_outcome"};
	struct iv_str said = dashed(iv_json_str(t->p->data, "outcome"), word);

	if (is_outcome(said))
		return said;
	if (!iv_str_eq(t->p->status, IV_S("completed")))
		return iv_str_eq(t->p->status, IV_S("canceled")) ? IV_STR_NULL : t->p->status;
	if (iv_str_eq(iv_json_str(t->phone, "call_result"), IV_S("voicemail")) ||
	    iv_str_eq(iv_json_str(t->p->data, "status"), IV_S("voicemail")) ||
	    iv_str_find(iv_json_str(t->metadata, "termination_reason"), IV_S("voicemail"), 0) >= 0)
		return IV_S("voicemail");
	for (size_t i = 0; i < IV_COUNT(named); i++) {
		const cJSON *value = collected(t, named[i]);

		said = cJSON_IsString(value) ? dashed(iv_str(value->valuestring), word) : IV_STR_NULL;
		if (is_outcome(said))
			return said;
	}
	for (size_t i = 0; i < IV_COUNT(flags); i++)
		if (is_yes(collected(t, flags[i][0])))
			return iv_str(flags[i][1]);
	if (was_met(t, "qualified"))
		return IV_S("qualified");
	return t->spoke ? IV_S("connected") : IV_STR_NULL;
}

static void put_analysis(struct telling *t)
{
	const cJSON *own = t->p->older ? t->analysis : NULL, *one;
	double score;

	if (!cJSON_IsObject(t->analysis))
		return;
	iv_jw_obj(t->w, "analysis");
	iv_jw_cstr(t->w, "by", "elevenlabs");
	if (number_of(collected(t, "qualification_score"), &score))
		iv_jw_num(t->w, "qualification_score", score, -1);
	cJSON_ArrayForEach(one, own)
		if (strcmp(one->string, "by") != 0)
			put_json(t, one->string, one);
	if (!own) {
		put_json(t, "call_successful", iv_json_get(t->analysis, "call_successful"));
		put_text(t, "title", iv_json_str(t->analysis, "call_summary_title"));
		put_json(t, "evaluation_criteria_results", iv_json_get(t->analysis, "evaluation_criteria_results"));
		put_json(t, "data_collection_results", iv_json_get(t->analysis, "data_collection_results"));
	}
	iv_jw_end_obj(t->w);
}

/* ── time and money ── */

static void put_times(struct telling *t)
{
	double start, accepted, seconds;
	int64_t ended;
	bool lasted = number_at(t->metadata, "call_duration_secs", &seconds) ||
		      number_at(t->p->data, "duration_seconds", &seconds) || number_at(t->p->data, "duration", &seconds);

	if (lasted)
		iv_jw_i64(t->w, "duration_seconds", (int64_t)(seconds < 1e6 ? seconds + 0.5 : 0));
	if (number_at(t->metadata, "accepted_time_unix_secs", &accepted))
		put_time(t, "answered_at", accepted);
	if (number_at(t->metadata, "start_time_unix_secs", &start) && lasted)
		put_time(t, "ended_at", start + seconds);
	else if (iv_time_parse(iv_json_str(t->p->data, "ended_at"), &ended))
		put_time(t, "ended_at", (double)ended / 1000);
}

/* Money when they say money: cost_fiat, or the older payload's cost, which is dollars. Their `cost` is credits. */
static void put_cost(struct telling *t)
{
	const cJSON *fiat = iv_json_get(t->metadata, "cost_fiat");
	const cJSON *amount = cJSON_IsObject(fiat) ? iv_json_get(fiat, "amount") : fiat;
	struct iv_str currency = cJSON_IsObject(fiat) ? iv_json_str(fiat, "currency") : IV_STR_NULL;
	double money;

	if (number_of(amount, &money) && money < 1e7) {
		if (!currency.len || iv_str_ieq(currency, IV_S("USD")))
			iv_jw_num(t->w, "cost", money, 4);
		else if (iv_str_ieq(currency, IV_S("INR")))
			iv_jw_num(t->w, "cost_inr", money, 4);
	} else if (t->p->older && number_at(t->p->data, "cost", &money) && money < 1e7) {
		iv_jw_num(t->w, "cost", money, 4);
	}
}

static void put_usage(struct telling *t)
{
	const cJSON *charging = iv_json_get(t->metadata, "charging");
	double n;

	iv_jw_obj(t->w, "usage");
	if (!t->p->older && number_at(t->metadata, "cost", &n))
		iv_jw_num(t->w, "credits", n, 4);
	if (number_at(charging, "llm_price", &n))
		iv_jw_num(t->w, "vendorLlmPrice", n, 6);
	if (number_at(charging, "call_charge", &n))
		iv_jw_num(t->w, "callCredits", n, 4);
	iv_jw_end_obj(t->w);
}

static void put_vendor(struct telling *t)
{
	const cJSON *form = iv_json_get(t->metadata, "body"), *error = iv_json_get(t->metadata, "error");
	double n;

	iv_jw_obj(t->w, "provider_metadata");
	iv_jw_str(t->w, "conversation", t->p->conversation);
	put_text(t, "termination", iv_json_str(t->metadata, "termination_reason"));
	if (iv_json_str(t->phone, "call_result").len)
		iv_jw_str(t->w, "callResult", iv_json_str(t->phone, "call_result"));
	if (number_at(error, "code", &n))
		iv_jw_i64(t->w, "vendorError", (int64_t)n);
	if (number_at(form, "SipResponseCode", &n) || number_at(form, "sip_status_code", &n))
		iv_jw_i64(t->w, "sipStatus", (int64_t)n);
	iv_jw_end_obj(t->w);
}

static void put_record(struct telling *t)
{
	char word[40];
	struct iv_str came;

	iv_jw_obj(t->w, "record");
	iv_jw_str(t->w, "status", t->p->status);
	put_transcript(t);
	came = outcome(t, word);
	if (came.len)
		iv_jw_str(t->w, "outcome", came);
	if (t->p->kind == POST_CALL_FAILED)
		iv_jw_str(t->w, "failure_reason", iv_json_str(t->p->data, "failure_reason"));
	else if (iv_json_get(t->metadata, "error") && iv_str_eq(t->p->status, IV_S("failed")))
		iv_jw_cstr(t->w, "failure_reason", "vendor_error");
	iv_jw_str(t->w, "end_reason", iv_str_eq(t->p->status, IV_S("completed")) ? IV_S("hangup") : t->p->status);
	iv_jw_bool(t->w, "redacted", t->redact);
	put_text(t, "summary", t->p->older ? iv_json_str(t->p->data, "summary") : iv_json_str(t->analysis, "transcript_summary"));
	put_analysis(t);
	put_times(t);
	put_cost(t);
	put_usage(t);
	put_vendor(t);
	came = iv_json_str(t->p->data, t->p->older ? "recording_url" : "");
	if (t->p->older && !came.len)
		came = iv_json_str(t->p->data, "audio_url");
	if (came.len && came.len <= 2000)
		iv_jw_str(t->w, "recording_url", came);
	came = iv_json_str(t->metadata, "main_language");
	if (came.len && came.len <= 35)
		iv_jw_str(t->w, "language", came);
	iv_jw_end_obj(t->w);
}

static void begin(struct iv_jw *w, struct iv_buf *out, const struct post_call *p, const char *how)
{
	iv_jw_init(w, out);
	iv_jw_obj(w, NULL);
	iv_jw_str(w, "type", p->type);
	iv_jw_str(w, "conversation_id", p->conversation);
	if (p->call_sid.len && p->call_sid.len <= 128)
		iv_jw_str(w, "call_sid", p->call_sid);
	iv_jw_cstr(w, "how", how);
}

bool post_call_tell(const struct post_call *p, bool redact, const char *how, int64_t now_ms, struct iv_buf *out)
{
	struct iv_jw w;
	struct telling t = {.p = p, .redact = redact, .now_ms = now_ms, .w = &w};

	t.metadata = iv_json_get(p->data, "metadata");
	t.phone = iv_json_get(t.metadata, "phone_call");
	t.analysis = iv_json_get(p->data, "analysis");
	begin(&w, out, p, how);
	put_record(&t);
	iv_jw_end_obj(&w);
	return iv_jw_done(&w);
}

bool post_call_tell_file(const struct post_call *p, const char *how, const struct post_call_file *file, struct iv_buf *out)
{
	struct iv_jw w;

	begin(&w, out, p, how);
	iv_jw_obj(&w, "recording");
	iv_jw_str(&w, "disk", file->disk);
	iv_jw_str(&w, "path", file->path);
	iv_jw_str(&w, "format", file->format);
	iv_jw_i64(&w, "bytes", file->bytes);
	iv_jw_str(&w, "sha256", file->sha256);
	iv_jw_end_obj(&w);
	iv_jw_end_obj(&w);
	return iv_jw_done(&w);
}
