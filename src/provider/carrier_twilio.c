/* Twilio's REST API, 2010-04-01: forms out, JSON back. Pure.
 *
 * There is no idempotency key on POST /Calls: what was sent and not answered may ring. 429 is said before anything was
 * done, a 4xx with Twilio's code likewise; a 5xx says nothing. */
#include "carrier.h"

#include "iv_crypto.h"
#include "iv_time.h"

static bool authorise(const struct carrier_place *p, struct iv_buf *value, const char **header)
{
	char clear[512], coded[700];
	int n = snprintf(clear, sizeof(clear), "%.*s:%s", IV_FMT(p->user), iv_secret_reveal(p->secret));

	*header = "Authorization";
	if (n < 0 || (size_t)n >= sizeof(clear))
		return false;
	return iv_buf_adds(value, IV_S("Basic ")) &&
	       iv_buf_add(value, coded, iv_base64((const uint8_t *)clear, (size_t)n, coded));
}

static bool resource(const struct carrier_place *p, struct iv_buf *url, struct iv_str id)
{
	return iv_buf_adds(url, p->url) && iv_buf_adds(url, IV_S("/2010-04-01/Accounts/")) &&
	       iv_url_encode(url, p->account) && iv_buf_adds(url, IV_S("/Calls")) &&
	       (!id.len || (iv_buf_addc(url, '/') && iv_url_encode(url, id))) && iv_buf_adds(url, IV_S(".json"));
}

/* Remembers that something did not fit, so that a whole form is written without checks. */
struct form {
	struct iv_buf *out;
	bool full;
};

static void add(struct form *f, const char *name, struct iv_str value)
{
	f->full = f->full || (f->out->len && !iv_buf_addc(f->out, '&')) || !iv_buf_adds(f->out, iv_str(name)) ||
		  !iv_buf_addc(f->out, '=') || !iv_url_encode(f->out, value);
}

static void add_int(struct form *f, const char *name, int64_t value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", (long long)value);
	add(f, name, iv_str(text));
}

static struct form form_of(struct carrier_request *rq)
{
	rq->method = "POST";
	rq->type = "application/x-www-form-urlencoded";
	return (struct form){.out = &rq->body};
}

/* ── placing ── */

static bool originate(const struct carrier_place *p, const struct iv_originate *o, struct carrier_request *rq)
{
	static const char *const told[] = {"initiated", "ringing", "answered", "completed"};
	struct form f = form_of(rq);

	add(&f, "To", o->to);
	add(&f, "From", o->from);
	add(&f, "Url", o->voice_url);
	add(&f, "Method", IV_S("POST"));
	add(&f, "StatusCallback", o->status_url);
	add(&f, "StatusCallbackMethod", IV_S("POST"));
	for (size_t i = 0; i < IV_COUNT(told); i++)
		add(&f, "StatusCallbackEvent", iv_str(told[i]));
	add_int(&f, "Timeout", o->ring_s);
	add_int(&f, "TimeLimit", o->limit_s);
	if (o->amd != IV_AMD_OFF) {
		add(&f, "MachineDetection", o->amd == IV_AMD_DETECT ? IV_S("Enable") : IV_S("DetectMessageEnd"));
		add(&f, "AsyncAmd", IV_S("true"));
		add(&f, "AsyncAmdStatusCallback", o->amd_url);
		add(&f, "AsyncAmdStatusCallbackMethod", IV_S("POST"));
	}
	return !f.full && resource(p, &rq->url, IV_STR_NULL);
}

static int64_t code_of(struct iv_str body)
{
	cJSON *doc = iv_json_parse(body, NULL);
	const cJSON *code = iv_json_get(doc, "code");
	int64_t n = cJSON_IsNumber(code) && code->valuedouble > 0 && code->valuedouble < 1e9 ? (int64_t)code->valuedouble : 0;

	cJSON_Delete(doc);
	return n;
}

static const struct {
	int code;
	const char *why;
	bool for_good;
} refusals[] = {
	{21201, "bad_number", true},	    {21211, "bad_number", true},	{21214, "bad_number", true},
	{21217, "bad_number", true},	    {13224, "bad_number", true},	{21452, "bad_number", true},
	{21210, "caller_id_refused", true}, {21212, "caller_id_refused", true}, {21213, "caller_id_refused", true},
	{21215, "geo_permission", true},    {21216, "number_blocked", true},	{13227, "geo_permission", true},
	{21219, "unverified_number", true}, {21608, "unverified_number", true}, {21402, "bad_hook_url", true},
	{21205, "bad_hook_url", true},	    {20003, "unauthorized", false},	{20404, "unauthorized", false},
	{20429, "rate_limited", false},
};

static void originated(const struct carrier_reply *r, struct iv_arena *arena, struct iv_carrier_answer *a)
{
	if (r->status >= 200 && r->status < 300) {
		cJSON *doc = iv_json_parse(r->body, NULL);

		carrier_placed(a, arena, iv_json_str(doc, "sid"), IV_STR_NULL);
		cJSON_Delete(doc);
		return;
	}
	carrier_refusal(r, a);
	if (r->status < 400 || r->status >= 500 || a->placed != IV_NOT_PLACED)
		return;
	int64_t code = code_of(r->body);

	for (size_t i = 0; i < IV_COUNT(refusals); i++)
		if (refusals[i].code == code)
			carrier_not_placed(a, refusals[i].why, refusals[i].for_good);
}

/* ── orders ── */

static bool is_of_room(enum carrier_order what)
{
	return what == CARRIER_MUTE || what == CARRIER_UNMUTE;
}

/* Who is in a room is asked for under the room's sid, and that is asked for by its name first. */
static bool order_of_room(const struct carrier_place *p, enum carrier_order what, int step, struct iv_str call,
			  struct iv_str room, struct carrier_request *rq)
{
	bool ok = iv_buf_adds(&rq->url, p->url) && iv_buf_adds(&rq->url, IV_S("/2010-04-01/Accounts/")) &&
		  iv_url_encode(&rq->url, p->account) && iv_buf_adds(&rq->url, IV_S("/Conferences"));

	if (step == 0) {
		rq->method = "GET";
		return ok && iv_buf_adds(&rq->url, IV_S(".json?Status=in-progress&PageSize=1&FriendlyName=")) &&
		       iv_url_encode(&rq->url, room);
	}
	struct form f = form_of(rq);

	add(&f, "Muted", what == CARRIER_MUTE ? IV_S("true") : IV_S("false"));
	return ok && !f.full && room.len && iv_buf_addc(&rq->url, '/') && iv_url_encode(&rq->url, room) &&
	       iv_buf_adds(&rq->url, IV_S("/Participants/")) && iv_url_encode(&rq->url, call) &&
	       iv_buf_adds(&rq->url, IV_S(".json"));
}

static struct iv_str room(struct iv_str body, struct iv_arena *arena)
{
	cJSON *doc = iv_json_parse(body, NULL);
	struct iv_str sid = iv_arena_str(arena, iv_json_str(cJSON_GetArrayItem(iv_json_get(doc, "conferences"), 0), "sid"));

	cJSON_Delete(doc);
	return sid;
}

static bool has_room(struct iv_str body)
{
	cJSON *doc = iv_json_parse(body, NULL);
	bool has = iv_json_str(cJSON_GetArrayItem(iv_json_get(doc, "conferences"), 0), "sid").len > 0;

	cJSON_Delete(doc);
	return has;
}

static bool order(const struct carrier_place *p, enum carrier_order what, int step, struct iv_str provider_id,
		  struct iv_str text, struct carrier_request *rq)
{
	if (is_of_room(what))
		return order_of_room(p, what, step, provider_id, text, rq);
	struct form f = form_of(rq);

	if (what == CARRIER_HANG_UP) { /* one that rings too: "canceled" would leave a call that is up */
		add(&f, "Status", IV_S("completed"));
	} else {
		add(&f, "Url", text);
		add(&f, "Method", IV_S("POST"));
	}
	return !f.full && resource(p, &rq->url, provider_id);
}

static enum iv_code ordered(const struct carrier_reply *r, enum carrier_order what, int step, bool *again)
{
	if (r->status >= 200 && r->status < 300) {
		*again = is_of_room(what) && step == 0 && has_room(r->body);
		return is_of_room(what) && step == 0 && !*again ? IV_ECONFLICT : IV_OK;
	}
	/* 21220: not in progress any more. */
	return r->status == 404 || (r->status == 400 && code_of(r->body) == 21220) ? IV_ECONFLICT : IV_EUPSTREAM;
}

/* ── asking ── */

static bool get(struct carrier_request *rq)
{
	rq->method = "GET";
	return true;
}

static bool fetch(const struct carrier_place *p, struct iv_str provider_id, struct carrier_request *rq)
{
	return get(rq) && resource(p, &rq->url, provider_id);
}

static struct iv_str status_of(struct iv_str theirs)
{
	static const char *const same[] = {"queued",	"initiated", "ringing", "in-progress", "completed",
					   "busy",	"failed",    "no-answer", "canceled"};

	for (size_t i = 0; i < IV_COUNT(same); i++)
		if (iv_str_eq(theirs, iv_str(same[i])))
			return iv_str(same[i]);
	return IV_STR_NULL;
}

static bool fetched(const cJSON *doc, struct iv_arena *arena, struct iv_carrier_status *st)
{
	int64_t seconds = 0;

	st->known = true;
	st->provider_id = iv_arena_str(arena, iv_json_str(doc, "sid"));
	st->status = status_of(iv_json_str(doc, "status"));
	if (iv_str_to_i64(iv_json_str(doc, "duration"), &seconds) && seconds >= 0)
		st->duration_s = seconds;
	return st->status.ptr && st->provider_id.len;
}

/* Without StartTime: a call that still waits in Twilio's queue has none. */
static bool find(const struct carrier_place *p, const struct iv_originate *o, int64_t since_ms, struct carrier_request *rq)
{
	(void)since_ms;
	return get(rq) && resource(p, &rq->url, IV_STR_NULL) && iv_buf_adds(&rq->url, IV_S("?To=")) &&
	       iv_url_encode(&rq->url, o->to) && iv_buf_adds(&rq->url, IV_S("&From=")) &&
	       iv_url_encode(&rq->url, o->from) && iv_buf_adds(&rq->url, IV_S("&PageSize=50"));
}

/* "Sat, 21 Nov 2026 16:00:00 +0000". 0: not told. */
static int64_t rfc2822_ms(struct iv_str s)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	struct iv_str part[6];
	int64_t day, ms;
	char iso[48];
	size_t n = 0;
	const char *month = NULL;

	while (n < IV_COUNT(part) && iv_str_split(&s, ' ', &part[n]))
		n++;
	if (n != IV_COUNT(part) || !iv_str_to_i64(part[1], &day) || part[2].len != 3 || part[5].len != 5)
		return 0;
	for (const char *at = months; *at && !month; at += 3)
		if (memcmp(at, part[2].ptr, 3) == 0)
			month = at;
	if (!month)
		return 0;
	(void)snprintf(iso, sizeof(iso), "%.*s-%02d-%02dT%.*s%.3s:%.2s", IV_FMT(part[3]), (int)(month - months) / 3 + 1,
		       (int)(day & 63), IV_FMT(part[4]), part[5].ptr, part[5].ptr + 3);
	return iv_time_parse(iv_str(iso), &ms) ? ms : 0;
}

static bool found(const cJSON *doc, const struct iv_originate *o, int64_t since_ms, struct iv_arena *arena,
		  struct iv_carrier_found *out)
{
	const cJSON *calls = iv_json_get(doc, "calls"), *one;

	if (!cJSON_IsArray(calls))
		return false;
	cJSON_ArrayForEach(one, calls)
	{
		int64_t made_ms = rfc2822_ms(iv_json_str(one, "date_created"));

		if (!iv_str_starts(iv_json_str(one, "direction"), IV_S("outbound")) ||
		    !carrier_same_number(iv_json_str(one, "to"), o->to) ||
		    !carrier_same_number(iv_json_str(one, "from"), o->from) || (made_ms && made_ms < since_ms))
			continue;
		if (!carrier_found_add(out, arena, iv_json_str(one, "sid"), status_of(iv_json_str(one, "status")), false))
			return false;
	}
	return true;
}

const struct carrier_vendor carrier_twilio = {
	.authorise = authorise, .originate = originate, .originated = originated, .order = order, .ordered = ordered,
	.room = room, .fetch = fetch, .fetched = fetched, .find = find, .found = found, .counts_500 = true,
};
