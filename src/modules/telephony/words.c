/* Carriers' words. One table for each thing; what is in no table says nothing. */
#include "words.h"

#include "iv_id.h"

const char *const word_carriers[] = {[WORD_JAMBONZ] = "jambonz", [WORD_TWILIO] = "twilio", NULL};

struct pair {
	const char *theirs, *ours;
};

static struct iv_str look_up(const struct pair *table, struct iv_str theirs)
{
	for (; table->theirs; table++)
		if (iv_str_ieq(theirs, iv_str(table->theirs)))
			return iv_str(table->ours);
	return IV_STR_NULL;
}

/* The media, not the carrier, decides that a call is in progress: theirs is answered. */
static const struct pair jambonz_statuses[] = {
	{"queued", "queued"},        {"trying", "initiated"}, {"ringing", "ringing"},     {"early-media", "ringing"},
	{"in-progress", "answered"}, {"answered", "answered"}, {"completed", "completed"}, {"failed", "failed"},
	{"busy", "busy"},            {"no-answer", "no-answer"}, {"canceled", "canceled"}, {"cancelled", "canceled"},
	{"hangup", "completed"},     {"ended", "completed"},  {"call.ended", "completed"}, {"finished", "completed"},
	{NULL, NULL},
};
static const struct pair twilio_statuses[] = {
	{"queued", "queued"},       {"initiated", "initiated"}, {"ringing", "ringing"}, {"in-progress", "answered"},
	{"answered", "answered"},   {"completed", "completed"}, {"busy", "busy"},       {"failed", "failed"},
	{"no-answer", "no-answer"}, {"canceled", "canceled"},   {NULL, NULL},
};

struct iv_str word_status(enum word_carrier carrier, struct iv_str theirs)
{
	return look_up(carrier == WORD_JAMBONZ ? jambonz_statuses : twilio_statuses, theirs);
}

bool word_is_final(struct iv_str ours)
{
	static const char *const final[] = {"completed", "failed", "no-answer", "busy", "canceled"};

	for (size_t i = 0; i < IV_COUNT(final); i++)
		if (iv_str_eq(ours, iv_str(final[i])))
			return true;
	return false;
}

struct iv_str word_failure(struct iv_str ours, int64_t sip_status)
{
	static const struct {
		int64_t sip;
		const char *why;
	} known[] = {
		{400, "bad_request"},   {401, "unauthorized"}, {403, "forbidden"},     {404, "bad_number"},
		{408, "timeout"},       {410, "bad_number"},   {480, "unavailable"},   {484, "bad_number"},
		{486, "busy"},          {487, "canceled"},     {488, "no_codec"},      {500, "carrier_error"},
		{502, "carrier_error"}, {503, "congestion"},   {504, "timeout"},       {600, "busy"},
		{603, "declined"},      {604, "bad_number"},   {607, "blocked"},       {608, "blocked"},
	};

	if (iv_str_eq(ours, IV_S("busy")))
		return sip_status == 603 ? IV_S("declined") : IV_S("busy");
	if (iv_str_eq(ours, IV_S("no-answer")))
		return IV_S("no_answer");
	if (iv_str_eq(ours, IV_S("canceled")))
		return IV_S("canceled");
	if (!iv_str_eq(ours, IV_S("failed")))
		return IV_STR_NULL;
	for (size_t i = 0; i < IV_COUNT(known); i++)
		if (known[i].sip == sip_status)
			return iv_str(known[i].why);
	return IV_S("carrier_failed");
}

static const struct pair jambonz_verdicts[] = {
	{"amd_human_detected", "human"},       {"amd_machine_detected", "machine"},
	{"amd_no_speech_detected", "unknown"}, {"amd_decision_timeout", "unknown"},
	{"amd_machine_stopped_speaking", "machine_end"}, {"amd_tone_detected", "machine_end"},
	{"amd_tone_timeout", "machine_end"},   {"amd_error", "unknown"},
	{NULL, NULL}, /* amd_stopped: our own doing */
};
static const struct pair twilio_verdicts[] = {
	{"human", "human"},
	{"machine_start", "machine"},
	{"machine_end_beep", "machine_end"},
	{"machine_end_silence", "machine_end"},
	{"machine_end_other", "machine_end"},
	{"fax", "fax"},
	{"unknown", "unknown"},
	{NULL, NULL},
};

struct iv_str word_answered_by(enum word_carrier carrier, struct iv_str theirs)
{
	return look_up(carrier == WORD_JAMBONZ ? jambonz_verdicts : twilio_verdicts, theirs);
}

static const struct pair dialed[] = {
	{"completed", "completed"}, {"answered", "completed"},   {"busy", "busy"},         {"no-answer", "no-answer"},
	{"failed", "failed"},       {"canceled", "canceled"},    {"cancelled", "canceled"}, {NULL, NULL},
};

struct iv_str word_dialed(struct iv_str theirs)
{
	struct iv_str ours = look_up(dialed, theirs);

	return ours.ptr ? ours : IV_S("failed");
}

/* ── numbers ── */

struct iv_str word_number(struct iv_arena *a, struct iv_str sent)
{
	struct iv_str s = iv_str_trim(sent), digits = s;
	char text[24] = "+";

	if (!s.len)
		return IV_STR_NULL;
	if (digits.ptr[0] == '+')
		digits = (struct iv_str){digits.ptr + 1, digits.len - 1};
	if (digits.len < 7 || digits.len > 15 || digits.ptr[0] == '0')
		return iv_arena_str(a, s);
	for (size_t i = 0; i < digits.len; i++)
		if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
			return iv_arena_str(a, s);
	(void)iv_str_copy(text + 1, sizeof(text) - 1, digits); /* 15 at most */
	return iv_arena_str(a, iv_str(text));
}

/* ── bodies ── */

enum { TEXT_MAX = 512 };

/* A text of theirs: bounded, without what our books do not take. */
static struct iv_str keep(struct iv_arena *a, struct iv_str s)
{
	if (!s.len || s.len > TEXT_MAX || memchr(s.ptr, '\0', s.len) || !iv_utf8_valid(s))
		return IV_STR_NULL;
	return iv_arena_str(a, s);
}

static bool is_id(struct iv_str id, const char *name, struct iv_err *e)
{
	return iv_id_acceptable(id) ||
	       iv_fail_field(e, IV_EINVAL, name, "%s is required: 1 to 128 of A-Z a-z 0-9 . _ : -", name);
}

static struct iv_str id_or_none(struct iv_arena *a, struct iv_str s)
{
	return iv_id_acceptable(s) ? iv_arena_str(a, s) : IV_STR_NULL;
}

static int64_t json_number(const cJSON *doc, const char *name)
{
	const cJSON *n = iv_json_get(doc, name);
	int64_t v = 0;

	if (cJSON_IsNumber(n))
		return n->valuedouble > 0 && n->valuedouble < 1e9 ? (int64_t)n->valuedouble : 0;
	return iv_str_to_i64(iv_json_str(doc, name), &v) && v > 0 && v < 1000000000 ? v : 0;
}

static struct iv_str first_of(const cJSON *doc, const char *one, const char *other)
{
	struct iv_str s = iv_json_str(doc, one);

	return s.ptr ? s : iv_json_str(doc, other);
}

/* A refer tells its end as the SIP status of the call it led to. */
static struct iv_str refer_status(const cJSON *doc)
{
	int64_t code = json_number(doc, "final_referred_call_status"), took = json_number(doc, "refer_status");

	if (!code)
		code = took;
	if (!code)
		return IV_STR_NULL;
	if (code >= 200 && code < 300)
		return IV_S("completed");
	return code == 486 || code == 600 || code == 603 ? IV_S("busy") : code == 408 || code == 480 || code == 487
											 ? IV_S("no-answer") : IV_S("failed");
}

static void read_jambonz(const cJSON *doc, struct iv_arena *a, struct word_hook *h)
{
	const cJSON *tag = iv_json_get(doc, "customerData");

	h->second_id = id_or_none(a, iv_json_str(doc, "call_id"));
	h->parent_id = id_or_none(a, iv_json_str(doc, "parent_call_sid"));
	h->application = id_or_none(a, iv_json_str(doc, "application_sid"));
	h->campaign = id_or_none(a, iv_json_str(doc, "campaign_id"));
	h->trunk = keep(a, iv_json_str(doc, "originating_sip_trunk_name"));
	h->from = word_number(a, keep(a, iv_json_str(doc, "from")));
	h->to = word_number(a, keep(a, iv_json_str(doc, "to")));
	h->caller_name = keep(a, iv_json_str(doc, "caller_name"));
	h->status = keep(a, first_of(doc, "call_status", "status"));
	h->ended_by = keep(a, iv_json_str(doc, "call_termination_by"));
	h->tag_call = id_or_none(a, iv_json_str(tag, "callId"));
	h->tag_tenant = id_or_none(a, iv_json_str(tag, "tenantId"));
	h->tag_trace = keep(a, iv_json_str(tag, "traceparent"));
	h->digits = keep(a, iv_json_str(doc, "digits"));
	h->answered_by = keep(a, iv_json_str(doc, "type"));
	h->dial_status = keep(a, iv_json_str(doc, "dial_call_status"));
	if (!h->dial_status.ptr)
		h->dial_status = refer_status(doc);
	h->dial_id = id_or_none(a, iv_json_str(doc, "dial_call_sid"));
	h->reason = keep(a, iv_json_str(doc, "reason"));
	h->sip_status = json_number(doc, "sip_status");
	h->duration_s = json_number(doc, "duration");
	h->dial_duration_s = json_number(doc, "dial_call_duration");
	h->outbound = iv_str_starts(iv_json_str(doc, "direction"), IV_S("outbound"));
}

bool word_read_jambonz(struct iv_str body, bool needs_id, struct iv_arena *a, struct word_hook *h, struct iv_err *e)
{
	cJSON *doc = iv_json_parse(body, e);
	struct iv_str id;
	bool ok;

	*h = (struct word_hook){0};
	if (!doc)
		return false;
	id = first_of(doc, "call_sid", "id");
	ok = cJSON_IsObject(doc) || iv_fail(e, IV_EINVAL, "must be a JSON object");
	ok = ok && (!(needs_id || id.len) || is_id(id, "call_sid", e));
	if (ok) {
		h->provider_id = id_or_none(a, id);
		read_jambonz(doc, a, h);
		ok = h->provider_id.ptr || !needs_id || iv_fail(e, IV_ETOOBIG, "is more than the memory of one request");
	}
	cJSON_Delete(doc);
	return ok;
}

bool word_read_twilio(const struct iv_pair *pairs, size_t count, struct iv_arena *a, struct word_hook *h, struct iv_err *e)
{
#define VALUE(name) iv_query_value(pairs, count, name)
	int64_t n;

	*h = (struct word_hook){0};
	h->provider_id = VALUE("CallSid");
	if (!is_id(h->provider_id, "CallSid", e))
		return false;
	h->parent_id = id_or_none(a, VALUE("ParentCallSid"));
	h->from = word_number(a, keep(a, VALUE("From")));
	h->to = word_number(a, keep(a, VALUE("To")));
	h->caller_name = keep(a, VALUE("CallerName"));
	h->status = keep(a, VALUE("CallStatus"));
	h->digits = keep(a, VALUE("Digits"));
	h->answered_by = keep(a, VALUE("AnsweredBy"));
	h->dial_status = keep(a, VALUE("DialCallStatus"));
	h->dial_id = id_or_none(a, VALUE("DialCallSid"));
	h->stream_event = keep(a, VALUE("StreamEvent"));
	h->stream_error = keep(a, VALUE("StreamError"));
	if (iv_str_to_i64(VALUE("SipResponseCode"), &n) && n >= 100 && n < 700)
		h->sip_status = n;
	if (iv_str_to_i64(VALUE("CallDuration"), &n) && n > 0 && n < 1000000000)
		h->duration_s = n;
	if (iv_str_to_i64(VALUE("DialCallDuration"), &n) && n > 0 && n < 1000000000)
		h->dial_duration_s = n;
	h->outbound = iv_str_starts(VALUE("Direction"), IV_S("outbound"));
	return true;
#undef VALUE
}
