/* Carriers over HTTP: who waits for his turn, what is sent, what its answer means.
 *
 * Placing a call takes turns: one after the other, 1/CPS apart over all processes, none before a Retry-After has passed
 * that any of them heard (carrier_pace.c), none while the breaker is open. Orders and questions do not wait: a hang-up
 * must get through to a carrier that is unwell. */
#include "carrier_pace.h"
#include "vendor.h"

#include <stdlib.h>
#include "iv_e164.h"
#include "iv_metrics.h"

enum {
	CONNECT_MS = 3000, PAUSE_MS = 1000, KEY_GAP_MS = 250, KEY_WAIT_MS = 500, URL_MAX = 512,
};

const char *const iv_carrier_names[] = {"jambonz", "twilio", "elevenlabs", NULL};
static const struct carrier_vendor *const vendors[] = {&carrier_jambonz, &carrier_twilio, &carrier_elevenlabs};

struct carrier {
	struct iv_carriers *all;
	const struct carrier_vendor *vendor;
	struct carrier_place place;
	bool configured;
	struct carrier_pace pace;
	struct iv_list waiting;          /* of struct iv_carrier_job, in their order */
	size_t waiting_count;
	struct iv_timer turn;
	struct iv_breaker breaker;       /* of placing */
	struct iv_breaker rest;          /* of what vendor.c asks */
};

struct iv_carriers {
	struct iv_net *net;
	struct iv_loop *loop;
	const struct iv_config *cfg;
	struct carrier items[IV_CARRIERS];
	char jambonz_url[URL_MAX], jambonz_account[128]; /* out of the older setting */
};

enum job_kind { ORIGINATE, ORDER, FETCH, FIND };

struct iv_carrier_job {
	struct iv_list node; /* in waiting */
	bool waits;
	struct carrier *k;
	struct iv_carrier_run *run;
	enum job_kind kind;
	enum carrier_order order;
	int step;
	struct iv_fetch *fetch;
	struct iv_span *span; /* of the fetch, when it places a call */
	struct iv_timer pause; /* between keys */
	struct carrier_request rq;
	int64_t patience_us;   /* not sent by then: refused */
	int64_t since_ms;
	/* the asker's */
	struct iv_arena *arena;
	const struct iv_originate *o;
	struct iv_str provider_id, text;
	struct iv_carrier_answer *answer;
	struct iv_carrier_status *status;
	struct iv_carrier_found *found;
};

/* ── the configuration ── */

bool iv_carriers_has(const struct iv_carriers *c, enum iv_carrier which)
{
	return which < IV_CARRIERS && c->items[which].configured;
}

const struct iv_breaker *iv_carriers_breaker(const struct iv_carriers *c, enum iv_carrier which)
{
	return &c->items[which].breaker;
}

enum iv_carrier iv_carrier_named(struct iv_str name)
{
	int i = 0;

	while (iv_carrier_names[i] && !iv_str_eq(name, iv_str(iv_carrier_names[i])))
		i++;
	return (enum iv_carrier)i;
}

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

static void on_turn(void *arg);
static void on_pace(void *arg, bool go);

struct iv_carriers *iv_carriers_new(struct iv_net *n, const struct iv_config *cfg, struct iv_err *e)
{
	const double cps[] = {cfg->jambonz_cps, cfg->twilio_cps, cfg->elevenlabs_cps};
	struct iv_carriers *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	*c = (struct iv_carriers){.net = n, .loop = iv_net_loop(n), .cfg = cfg};
	if (!read_jambonz(c, e) || !read_twilio(c, e) || !check_countries(cfg, e)) {
		free(c);
		return NULL;
	}
	read_elevenlabs(c);
	for (size_t i = 0; i < IV_CARRIERS; i++) {
		struct carrier *k = &c->items[i];

		k->all = c;
		k->vendor = vendors[i];
		pace_init(&k->pace, c->loop, (int64_t)(1e6 / cps[i]), on_pace, k);
		iv_list_init(&k->waiting);
		iv_timer_init(&k->turn, c->loop, on_turn, k);
		iv_breaker_init(&k->breaker, (int)cfg->breaker_failures, cfg->breaker_open_ms);
		iv_breaker_init(&k->rest, (int)cfg->breaker_failures, cfg->breaker_open_ms);
	}
	if (check_urls(c, e))
		return c;
	free(c);
	return NULL;
}

void iv_carriers_free(struct iv_carriers *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < IV_CARRIERS; i++) {
		iv_timer_stop(&c->items[i].turn);
		pace_end(&c->items[i].pace);
	}
	free(c);
}

void iv_carriers_share(struct iv_carriers *c, struct iv_redis *redis, const char *instance)
{
	for (size_t i = 0; i < IV_CARRIERS; i++) {
		struct carrier *k = &c->items[i];

		if (k->configured) /* an API key that is no account's is told apart by itself: by its digest */
			pace_share(&k->pace, redis, instance, iv_carrier_names[i],
				   k->place.account.len ? k->place.account : iv_str(iv_secret_reveal(k->place.secret)));
	}
}

/* ── a job's life ── */

static void arm(struct carrier *k);

static void leave_line(struct iv_carrier_job *j)
{
	if (!j->waits)
		return;
	j->waits = false;
	iv_list_remove(&j->node);
	j->k->waiting_count--;
	arm(j->k);
}

static void job_free(struct iv_carrier_job *j)
{
	leave_line(j);
	iv_timer_stop(&j->pause);
	iv_buf_deinit(&j->rq.url);
	iv_buf_deinit(&j->rq.body);
	j->run->job = NULL;
	free(j);
}

static void on_cancelled(struct iv_op *op)
{
	struct iv_carrier_run *run = IV_CONTAINER(op, struct iv_carrier_run, op);
	struct iv_carrier_job *j = run->job;

	if (!j)
		return;
	if (j->fetch)
		iv_fetch_cancel(j->fetch);
	if (j->fetch && j->kind == ORIGINATE) {
		carrier_span_end(j->span, NULL);
		iv_breaker_no_result(&j->k->breaker, iv_now_us());
	}
	job_free(j);
}

static void job_done(struct iv_carrier_job *j, enum iv_code code, const char *why)
{
	struct iv_carrier_run *run = j->run;
	struct iv_err e = {0};

	if (code != IV_OK)
		(void)iv_fail(&e, code, "%s: %s", iv_carrier_names[j->k - j->k->all->items], why);
	job_free(j);
	iv_op_done(&run->op, &e);
}

static struct iv_carrier_job *job_new(struct carrier *k, struct iv_flow *f, struct iv_carrier_run *run, enum job_kind kind,
				      struct iv_arena *arena)
{
	struct iv_carrier_job *j = calloc(1, sizeof(*j));

	if (!j)
		abort();
	*j = (struct iv_carrier_job){.k = k, .run = run, .kind = kind, .arena = arena};
	iv_buf_init(&j->rq.url, CARRIER_URL_MAX);
	iv_buf_init(&j->rq.body, CARRIER_BODY_MAX);
	run->job = j;
	iv_op_begin(&run->op, f, on_cancelled);
	return j;
}

static void on_fetched(void *arg, const struct iv_fetch_result *r);

static bool write_request(struct iv_carrier_job *j)
{
	const struct carrier_vendor *v = j->k->vendor;
	const struct carrier_place *p = &j->k->place;

	iv_buf_clear(&j->rq.url);
	iv_buf_clear(&j->rq.body);
	switch (j->kind) {
	case ORIGINATE:
		return v->originate(p, j->o, &j->rq);
	case ORDER:
		return v->order(p, j->order, j->step, j->provider_id,
				j->order == CARRIER_KEY ? (struct iv_str){j->text.ptr, 1} : j->text, &j->rq);
	case FETCH:
		return v->fetch(p, j->provider_id, &j->rq);
	case FIND:
		return v->find(p, j->o, j->since_ms, &j->rq);
	}
	return false;
}

static struct carrier_link link_of(struct carrier *k)
{
	return (struct carrier_link){.net = k->all->net, .loop = k->all->loop, .cfg = k->all->cfg, .place = &k->place,
				     .vendor = k->vendor, .breaker = &k->rest};
}

bool carrier_link(struct iv_carriers *c, enum iv_carrier which, struct carrier_link *out)
{
	*out = link_of(&c->items[which]);
	return c->items[which].configured;
}

struct iv_fetch *carrier_send(const struct carrier_link *k, const struct carrier_request *rq, int total_ms, size_t body_max,
			      bool at_most_once, const struct iv_fetch_handlers *h, void *arg)
{
	struct iv_header headers[3] = {{IV_S("Accept"), IV_S("application/json")}};
	struct iv_fetch *fetch = NULL;
	size_t count = 1;
	const char *name = NULL;
	struct iv_buf auth;

	iv_buf_init(&auth, 2048);
	if (k->vendor->authorise(k->place, &auth, &name)) {
		headers[count++] = (struct iv_header){iv_str(name), iv_buf_str(&auth)};
		if (rq->type)
			headers[count++] = (struct iv_header){IV_S("Content-Type"), iv_str(rq->type)};
		fetch = iv_fetch_start(k->net,
				       &(struct iv_fetch_opts){.method = rq->method,
							       .url = iv_buf_str(&rq->url),
							       .headers = headers,
							       .header_count = count,
							       .body = iv_buf_str(&rq->body),
							       .connect_ms = CONNECT_MS,
							       .total_ms = total_ms,
							       .body_max = body_max,
							       .span = rq->span,
							       .at_most_once = at_most_once},
				       h, arg);
	}
	iv_buf_deinit(&auth);
	return fetch;
}

/* False: it cannot be written down. */
static bool send_request(struct iv_carrier_job *j)
{
	const struct carrier_link link = link_of(j->k);

	if (!write_request(j))
		return false;
	if (j->kind == ORIGINATE)
		j->rq.span = j->span = carrier_span_begin(&j->k->place, j->o);
	j->fetch = carrier_send(&link, &j->rq, (int)link.cfg->carrier_ms, CARRIER_ANSWER_MAX, j->kind == ORIGINATE,
				&(struct iv_fetch_handlers){.done = on_fetched}, j);
	if (!j->fetch)
		carrier_span_end(j->span, NULL);
	return j->fetch != NULL;
}

/* ── placing: the line ── */

static void arm(struct carrier *k)
{
	if (iv_list_empty(&k->waiting) || pace_is_asking(&k->pace))
		iv_timer_stop(&k->turn);
	else
		iv_timer_at(&k->turn, pace_turn_us(&k->pace));
}

static void refuse(struct iv_carrier_answer *a, const char *why, int64_t wait_us)
{
	carrier_not_placed(a, why, false);
	a->retry_after_s = wait_us > 0 ? (wait_us + 999999) / 1000000 : 1;
}

/* Somebody who would now wait longer than he may; NULL: nobody. */
static struct iv_carrier_job *impatient(struct carrier *k, int64_t *wait_us)
{
	int64_t at = pace_turn_us(&k->pace);

	IV_LIST_EACH(node, &k->waiting)
	{
		struct iv_carrier_job *j = IV_CONTAINER(node, struct iv_carrier_job, node);

		*wait_us = at - iv_now_us();
		if (at > j->patience_us)
			return j;
		at += pace_apart_us(&k->pace);
	}
	return NULL;
}

/* One by one: whoever is told may call back, and the line is another then. */
static void thin_out(struct carrier *k)
{
	struct iv_carrier_job *j;
	int64_t wait_us;

	while ((j = impatient(k, &wait_us))) {
		refuse(j->answer, "rate_limited", wait_us);
		job_done(j, IV_OK, "");
	}
}

static void begin_turn(struct iv_carrier_job *j)
{
	struct carrier *k = j->k;
	int64_t now = iv_now_us();

	leave_line(j);
	if (!iv_breaker_allow(&k->breaker, now)) {
		refuse(j->answer, "unavailable", k->breaker.until_us - now);
		job_done(j, IV_OK, "");
		return;
	}
	if (send_request(j))
		return;
	iv_breaker_no_result(&k->breaker, now);
	carrier_not_placed(j->answer, "too_long", true);
	job_done(j, IV_OK, "");
}

static void on_turn(void *arg)
{
	struct carrier *k = arg;

	if (pace_turn_us(&k->pace) > iv_now_us())
		arm(k);
	else if (!iv_list_empty(&k->waiting))
		pace_ask(&k->pace);
}

/* Others had the turn: those who cannot wait for the next are told. */
static void on_pace(void *arg, bool go)
{
	struct carrier *k = arg;

	if (go && !iv_list_empty(&k->waiting))
		begin_turn(IV_CONTAINER(k->waiting.next, struct iv_carrier_job, node));
	else if (!go)
		thin_out(k);
	arm(k);
}

static void stand_in_line(struct iv_carrier_job *j, bool in_front)
{
	struct carrier *k = j->k;

	if (in_front)
		iv_list_append(k->waiting.next, &j->node); /* before the first */
	else
		iv_list_append(&k->waiting, &j->node);
	j->waits = true;
	k->waiting_count++;
	arm(k);
}

enum iv_flow_next iv_carrier_originate(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				       struct iv_arena *arena, const struct iv_originate *o, struct iv_carrier_answer *a)
{
	struct carrier *k = &c->items[o->carrier];
	int64_t now = iv_now_us(), turn = pace_turn_us(&k->pace),
		at = (turn > now ? turn : now) + (int64_t)k->waiting_count * pace_apart_us(&k->pace);
	struct iv_carrier_job *j;

	*a = (struct iv_carrier_answer){.placed = IV_NOT_PLACED, .provider_id = IV_S(""), .second_id = IV_S("")};
	if (!k->configured) {
		carrier_not_placed(a, "not_configured", true);
		return IV_FLOW_NEXT;
	}
	if (at - now > c->cfg->dial_wait_ms * 1000) {
		refuse(a, "rate_limited", at - now);
		return IV_FLOW_NEXT;
	}
	j = job_new(k, f, run, ORIGINATE, arena);
	j->o = o;
	j->answer = a;
	j->patience_us = now + c->cfg->dial_wait_ms * 1000;
	stand_in_line(j, false);
	return iv_flow_await(f);
}

/* ── placing: the answer ── */

static void pause_for(struct carrier *k, int retry_after_ms)
{
	pace_pause(&k->pace, retry_after_ms < 0 ? PAUSE_MS : retry_after_ms);
}

static void weigh(struct carrier *k, const struct carrier_reply *r)
{
	bool ill = r->status == 0 || r->status > 500 || (r->status == 500 && k->vendor->counts_500);

	iv_breaker_result(&k->breaker, !ill, iv_now_us());
}

static void originated(struct iv_carrier_job *j, const struct carrier_reply *r)
{
	struct carrier *k = j->k;

	weigh(k, r);
	carrier_span_end(j->span, r);
	k->vendor->originated(r, j->arena, j->answer);
	if (r->status == 429) {
		pause_for(k, r->retry_after_ms);
		if (k->pace.paused_until_us <= j->patience_us) {
			stand_in_line(j, true);
			thin_out(k);
			return;
		}
		j->answer->retry_after_s = (k->pace.paused_until_us - iv_now_us() + 999999) / 1000000;
		thin_out(k);
		arm(k);
	}
	job_done(j, IV_OK, "");
}

/* ── orders and questions ── */

static enum iv_code code_of(const struct carrier_reply *r)
{
	return r->status == 0 ? r->late ? IV_ETIMEDOUT : IV_EUPSTREAM : r->status == 429 ? IV_ERATE : IV_EUPSTREAM;
}

static const char *words_of(enum iv_code code)
{
	return code == IV_ECONFLICT   ? "the call is over, or not in a state for it"
	       : code == IV_ETIMEDOUT ? "no answer in time"
	       : code == IV_ERATE     ? "too many requests"
				      : "the request was not done";
}

static void on_pause_over(void *arg)
{
	struct iv_carrier_job *j = arg;

	/* 'w' waits half a second and sends nothing. */
	if (j->text.len && (j->text.ptr[0] == 'w' || j->text.ptr[0] == 'W')) {
		j->text = (struct iv_str){j->text.ptr + 1, j->text.len - 1};
		iv_timer_in_ms(&j->pause, KEY_WAIT_MS);
		return;
	}
	if (!j->text.len)
		job_done(j, IV_OK, "");
	else if (!send_request(j))
		job_done(j, IV_ETOOBIG, "the request does not fit");
}

static void order_done(struct iv_carrier_job *j, const struct carrier_reply *r)
{
	bool again = false;
	enum iv_code code = j->k->vendor->ordered(r, j->order, j->step, &again);

	if (code == IV_EUPSTREAM)
		code = code_of(r);
	if (code == IV_OK && j->order == CARRIER_KEY) {
		j->text = (struct iv_str){j->text.ptr + 1, j->text.len - 1};
		iv_timer_in_ms(&j->pause, j->text.len ? KEY_GAP_MS : 0);
		return;
	}
	if (again) {
		j->step++;
		if (j->k->vendor->room && (j->order == CARRIER_MUTE || j->order == CARRIER_UNMUTE))
			j->text = j->k->vendor->room(r->body, j->arena);
		if (send_request(j))
			return;
	}
	job_done(j, code, words_of(code));
}

static void question_done(struct iv_carrier_job *j, const struct carrier_reply *r)
{
	cJSON *doc = NULL;
	bool ok;

	if (j->kind == FETCH && r->status == 404) {
		job_done(j, IV_OK, "");
		return;
	}
	if (r->status < 200 || r->status >= 300) {
		if (r->status == 429)
			pause_for(j->k, r->retry_after_ms);
		job_done(j, code_of(r), words_of(code_of(r)));
		return;
	}
	doc = iv_json_parse(r->body, NULL);
	ok = doc && (j->kind == FETCH ? j->k->vendor->fetched(doc, j->arena, j->status)
				      : j->k->vendor->found(doc, j->o, j->since_ms, j->arena, j->found));
	cJSON_Delete(doc);
	job_done(j, ok ? IV_OK : IV_EUPSTREAM, "an answer that makes no sense");
}

static void on_fetched(void *arg, const struct iv_fetch_result *result)
{
	struct iv_carrier_job *j = arg;
	struct carrier_reply r = {.status = result->status,
				  .unsent = result->unsent,
				  .late = result->err.code == IV_ETIMEDOUT,
				  .retry_after_ms = result->retry_after_ms,
				  .body = result->body};

	j->fetch = NULL;
	if (j->kind == ORIGINATE)
		originated(j, &r);
	else if (j->kind == ORDER)
		order_done(j, &r);
	else
		question_done(j, &r);
}

static enum iv_flow_next start(struct iv_flow *f, struct iv_carrier_job *j)
{
	if (j->order == CARRIER_KEY && j->kind == ORDER)
		on_pause_over(j);
	else if (!send_request(j))
		job_done(j, IV_ETOOBIG, "the request does not fit");
	return iv_flow_await(f);
}

static enum iv_flow_next give_order(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				    struct iv_arena *arena, enum iv_carrier which, enum carrier_order order,
				    struct iv_str provider_id, struct iv_str text)
{
	struct carrier *k = which < IV_CARRIERS ? &c->items[which] : NULL;
	struct iv_carrier_job *j;

	if (!k || !k->configured || !k->vendor->order || (order == CARRIER_KEY && !k->vendor->keys))
		return iv_flow_fail(f, IV_EUNSUPPORTED, "%s cannot do this", k ? iv_carrier_names[which] : "the carrier");
	if (!provider_id.len)
		return iv_flow_fail(f, IV_ECONFLICT, "the carrier has no such call");
	j = job_new(k, f, run, ORDER, arena);
	j->order = order;
	j->provider_id = provider_id;
	j->text = text;
	iv_timer_init(&j->pause, c->loop, on_pause_over, j);
	return start(f, j);
}

enum iv_flow_next iv_carrier_hang_up(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				     struct iv_arena *arena, enum iv_carrier which, struct iv_str provider_id)
{
	return give_order(c, f, run, arena, which, CARRIER_HANG_UP, provider_id, IV_STR_NULL);
}

enum iv_flow_next iv_carrier_redirect(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				      struct iv_arena *arena, enum iv_carrier which, struct iv_str provider_id,
				      struct iv_str url)
{
	return give_order(c, f, run, arena, which, CARRIER_REDIRECT, provider_id, url);
}

enum iv_flow_next iv_carrier_dtmf(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				  struct iv_arena *arena, enum iv_carrier which, struct iv_str provider_id,
				  struct iv_str digits)
{
	return give_order(c, f, run, arena, which, CARRIER_KEY, provider_id, digits);
}

enum iv_flow_next iv_carrier_mute(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				  struct iv_arena *arena, enum iv_carrier which, struct iv_str provider_id,
				  struct iv_str room, bool muted)
{
	return give_order(c, f, run, arena, which, muted ? CARRIER_MUTE : CARRIER_UNMUTE, provider_id, room);
}

enum iv_flow_next iv_carrier_fetch(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				   struct iv_arena *arena, enum iv_carrier which, struct iv_str provider_id,
				   struct iv_carrier_status *st)
{
	struct iv_carrier_job *j;

	*st = (struct iv_carrier_status){0};
	if (!iv_carriers_has(c, which))
		return iv_flow_fail(f, IV_EUNSUPPORTED, "the carrier is not configured");
	j = job_new(&c->items[which], f, run, FETCH, arena);
	j->provider_id = provider_id;
	j->status = st;
	return start(f, j);
}

enum iv_flow_next iv_carrier_find(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				  struct iv_arena *arena, const struct iv_originate *o, int64_t since_ms,
				  struct iv_carrier_found *found)
{
	struct iv_carrier_job *j;

	*found = (struct iv_carrier_found){0};
	if (!iv_carriers_has(c, o->carrier))
		return iv_flow_fail(f, IV_EUNSUPPORTED, "the carrier is not configured");
	j = job_new(&c->items[o->carrier], f, run, FIND, arena);
	j->o = o;
	j->since_ms = since_ms;
	j->found = found;
	return start(f, j);
}
