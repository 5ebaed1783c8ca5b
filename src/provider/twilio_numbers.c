/* The numbers of a Twilio account: forms out, JSON back. */
#include "iv_twilio_numbers.h"
#include "vendor.h"

typedef struct iv_vendor_answer answer;

enum { HOOK_SIZE = 1024 };

/* ── requests ── */

static bool url(const struct carrier_place *p, const char *path, struct iv_str id, struct carrier_request *rq)
{
	return iv_buf_adds(&rq->url, p->url) && iv_buf_adds(&rq->url, IV_S("/2010-04-01/Accounts/")) &&
	       iv_url_encode(&rq->url, p->account) && iv_buf_adds(&rq->url, iv_str(path)) &&
	       (!id.len || (iv_buf_addc(&rq->url, '/') && iv_url_encode(&rq->url, id))) &&
	       iv_buf_adds(&rq->url, IV_S(".json"));
}

static bool add(struct iv_buf *out, const char *name, struct iv_str value)
{
	return (!out->len || iv_buf_addc(out, '&')) && iv_buf_adds(out, iv_str(name)) && iv_buf_addc(out, '=') &&
	       iv_url_encode(out, value);
}

static bool hook(const struct iv_config *cfg, struct iv_arena *arena, const char *path, struct iv_str *out)
{
	struct iv_str base = iv_str(cfg->public_base_url);
	struct iv_buf b;
	bool ok;

	while (base.len && base.ptr[base.len - 1] == '/')
		base.len--;
	iv_buf_init(&b, HOOK_SIZE);
	ok = base.len && iv_buf_adds(&b, base) && iv_buf_adds(&b, iv_str(path));
	*out = ok ? iv_arena_str(arena, iv_buf_str(&b)) : IV_STR_NULL;
	iv_buf_deinit(&b);
	return out->len > 0;
}

bool iv_twilio_hooks(const struct iv_config *cfg, struct iv_arena *arena, struct iv_str *voice_url, struct iv_str *status_url)
{
	return hook(cfg, arena, "/telephony/twilio/voice", voice_url) && hook(cfg, arena, "/telephony/twilio/status", status_url);
}

bool iv_twilio_rings_at(const struct iv_twilio_number *n, struct iv_str voice_url)
{
	return !n->trunk.len && !n->application.len && iv_str_eq(n->voice_url, voice_url);
}

/* What wins over a voice URL is taken away with the same request. */
static bool write_hooks(struct iv_carriers *c, struct iv_arena *arena, struct iv_buf *out)
{
	struct carrier_link link;
	struct iv_str voice, status;

	return carrier_link(c, IV_TWILIO, &link) && iv_twilio_hooks(link.cfg, arena, &voice, &status) &&
	       add(out, "VoiceUrl", voice) && add(out, "VoiceMethod", IV_S("POST")) && add(out, "StatusCallback", status) &&
	       add(out, "StatusCallbackMethod", IV_S("POST")) && add(out, "TrunkSid", IV_S("")) &&
	       add(out, "VoiceApplicationSid", IV_S(""));
}

/* ── answers ── */

static void read_number(const cJSON *doc, struct iv_arena *arena, struct iv_twilio_number *n)
{
	const cJSON *can = iv_json_get(doc, "capabilities");

	*n = (struct iv_twilio_number){
		.sid = iv_arena_str(arena, iv_json_str(doc, "sid")),
		.number = iv_arena_str(arena, iv_json_str(doc, "phone_number")),
		.name = iv_arena_str(arena, iv_json_str(doc, "friendly_name")),
		.voice_url = iv_arena_str(arena, iv_json_str(doc, "voice_url")),
		.status_url = iv_arena_str(arena, iv_json_str(doc, "status_callback")),
		.trunk = iv_arena_str(arena, iv_json_str(doc, "trunk_sid")),
		.application = iv_arena_str(arena, iv_json_str(doc, "voice_application_sid")),
		.country = iv_arena_str(arena, iv_json_str(doc, "iso_country")),
		.voice = cJSON_IsTrue(iv_json_get(can, "voice")),
		/* In capitals of what may be bought, and nowhere else. */
		.sms = cJSON_IsTrue(iv_json_get(can, "sms")) || cJSON_IsTrue(iv_json_get(can, "SMS")),
	};
}

static bool read_one(struct iv_str body, struct iv_arena *arena, void *out, const void *wanted)
{
	cJSON *doc = iv_json_parse(body, NULL);
	struct iv_twilio_number *n = out;

	(void)wanted;
	read_number(doc, arena, n);
	cJSON_Delete(doc);
	return n->sid.len && n->number.len;
}

static bool read_list(struct iv_str body, const char *name, struct iv_arena *arena, struct iv_twilio_found *found)
{
	cJSON *doc = iv_json_parse(body, NULL);
	const cJSON *all = iv_json_get(doc, name), *one;
	bool ok = cJSON_IsArray(all);

	found->count = 0;
	cJSON_ArrayForEach(one, all) if (found->count < IV_TWILIO_FOUND_MAX)
		read_number(one, arena, &found->items[found->count++]);
	cJSON_Delete(doc);
	return ok;
}

static bool read_owned(struct iv_str body, struct iv_arena *arena, void *out, const void *wanted)
{
	(void)wanted;
	return read_list(body, "incoming_phone_numbers", arena, out);
}

static bool read_offered(struct iv_str body, struct iv_arena *arena, void *out, const void *wanted)
{
	(void)wanted;
	return read_list(body, "available_phone_numbers", arena, out);
}

/* ── the operations ── */

static struct vendor_question question(const char *method, enum vendor_care care)
{
	bool post = strcmp(method, "POST") == 0;

	return (struct vendor_question){
		.which = IV_TWILIO, .care = care,
		.rq = {.method = method, .type = post ? "application/x-www-form-urlencoded" : NULL}};
}

enum iv_flow_next iv_twilio_search(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				   struct iv_arena *arena, struct iv_str country, struct iv_str kind, struct iv_str area,
				   struct iv_str contains, struct iv_twilio_found *found, answer *a)
{
	struct vendor_question q = question("GET", VENDOR_ANY);
	const struct carrier_place *p = vendor_begin(c, &q, a);
	char path[64];
	bool ok;

	found->count = 0;
	if (!p)
		return IV_FLOW_NEXT;
	(void)snprintf(path, sizeof(path), "/AvailablePhoneNumbers/%.*s", (int)(country.len < 8 ? country.len : 8), country.ptr);
	ok = url(p, path, kind, &q.rq) && iv_buf_adds(&q.rq.url, IV_S("?VoiceEnabled=true&PageSize=50")) &&
	     (!area.len || add(&q.rq.url, "AreaCode", area)) && (!contains.len || add(&q.rq.url, "Contains", contains));
	q.read = read_offered;
	q.out = found;
	return vendor_ask(c, f, run, arena, &q, ok, a);
}

enum iv_flow_next iv_twilio_list(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				 struct iv_arena *arena, struct iv_str number, struct iv_twilio_found *found,
				 answer *a)
{
	struct vendor_question q = question("GET", VENDOR_ANY);
	const struct carrier_place *p = vendor_begin(c, &q, a);
	bool ok;

	found->count = 0;
	if (!p)
		return IV_FLOW_NEXT;
	ok = url(p, "/IncomingPhoneNumbers", IV_STR_NULL, &q.rq) && iv_buf_adds(&q.rq.url, IV_S("?PageSize=50")) &&
	     (!number.len || add(&q.rq.url, "PhoneNumber", number));
	q.read = read_owned;
	q.out = found;
	return vendor_ask(c, f, run, arena, &q, ok, a);
}

static const char owned[] = "/IncomingPhoneNumbers";

enum iv_flow_next iv_twilio_get(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				struct iv_arena *arena, struct iv_str sid, struct iv_twilio_number *n,
				answer *a)
{
	struct vendor_question q = question("GET", VENDOR_ANY);
	const struct carrier_place *p = vendor_begin(c, &q, a);

	*n = (struct iv_twilio_number){0};
	q.read = read_one;
	q.out = n;
	return !p ? IV_FLOW_NEXT : vendor_ask(c, f, run, arena, &q, url(p, owned, sid, &q.rq), a);
}

enum iv_flow_next iv_twilio_buy(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				struct iv_arena *arena, struct iv_str number, struct iv_twilio_number *n,
				answer *a)
{
	struct vendor_question q = question("POST", VENDOR_ONCE);
	const struct carrier_place *p = vendor_begin(c, &q, a);

	*n = (struct iv_twilio_number){0};
	q.read = read_one;
	q.out = n;
	return !p ? IV_FLOW_NEXT
		  : vendor_ask(c, f, run, arena, &q,
			       url(p, owned, IV_STR_NULL, &q.rq) && add(&q.rq.body, "PhoneNumber", number) &&
				       write_hooks(c, arena, &q.rq.body),
			       a);
}

enum iv_flow_next iv_twilio_point(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				  struct iv_arena *arena, struct iv_str sid, answer *a)
{
	struct vendor_question q = question("POST", VENDOR_ANY);
	const struct carrier_place *p = vendor_begin(c, &q, a);

	return !p ? IV_FLOW_NEXT
		  : vendor_ask(c, f, run, arena, &q, url(p, owned, sid, &q.rq) && write_hooks(c, arena, &q.rq.body), a);
}

enum iv_flow_next iv_twilio_release(struct iv_carriers *c, struct iv_flow *f, struct iv_vendor_run *run,
				    struct iv_arena *arena, struct iv_str sid, answer *a)
{
	struct vendor_question q = question("DELETE", VENDOR_ANY);
	const struct carrier_place *p = vendor_begin(c, &q, a);

	return !p ? IV_FLOW_NEXT : vendor_ask(c, f, run, arena, &q, url(p, owned, sid, &q.rq), a);
}
