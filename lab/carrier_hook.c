/* What the carriers post to the daemon: signed, tried again as the URL's fragment wants, told in the story. */
#include "carrier.h"

#include <stdio.h>
#include <stdlib.h>
#include "iv_crypto.h"
#include "iv_fetch.h"

#define ANSWER_MAX (1u << 20)
#define RETRIES_MAX 5
#define HELD_MS 1500 /* a status that waits for the next one goes by itself after this */
#define FORM_MAX 128

struct retry {
	int left;
	bool connect, read, client, server; /* ct, rt, 4xx, 5xx */
};

struct hook {
	struct iv_list node;
	struct carrier_call *call;
	char *what, *label, *method;
	struct hook_target to;
	char *as_signed; /* the URL the signature is over */
	cJSON *body;
	struct iv_buf bytes;
	char basic[256], token[40];
	struct retry retry;
	int attempt, timeout_ms;
	int64_t sent_us;
	struct iv_timer timer;
	struct iv_fetch *fetch;
	hook_done_fn *done;
	void *arg;
};

/* ── signatures */

static int by_name(const void *a, const void *b)
{
	const cJSON *const *x = a, *const *y = b;

	return strcmp((*x)->string, (*y)->string);
}

void twilio_signature(const char *token, struct iv_str url, const cJSON *form, char out[32])
{
	const cJSON *items[FORM_MAX];
	struct iv_str parts[1 + 2 * FORM_MAX];
	size_t n = 0, count = 0;
	uint8_t mac[IV_SHA1_BYTES];

	for (const cJSON *i = form ? form->child : NULL; i && n < FORM_MAX; i = i->next)
		items[n++] = i;
	qsort(items, n, sizeof(items[0]), by_name);
	parts[count++] = url;
	for (size_t i = 0; i < n; i++) {
		parts[count++] = iv_str(items[i]->string);
		parts[count++] = iv_str(items[i]->valuestring);
	}
	iv_hmac_sha1_of(iv_str(token), parts, count, mac);
	out[iv_base64(mac, sizeof(mac), out)] = '\0';
}

void jambonz_signature(const char *secret, int64_t unix_s, struct iv_str body, char out[128])
{
	char t[24], hex[IV_SHA256_HEX];
	uint8_t mac[IV_SHA256_BYTES];
	struct iv_str parts[3];

	snprintf(t, sizeof(t), "%lld", (long long)unix_s);
	parts[0] = iv_str(t);
	parts[1] = IV_S(".");
	parts[2] = body;
	iv_hmac_sha256_of(iv_str(secret), parts, 3, mac);
	iv_hex(mac, sizeof(mac), hex);
	snprintf(out, 128, "t=%s,v1=%s", t, hex);
}

/* ── where to */

void hook_aim(const struct carriers *c, const char *url, struct hook_target *out)
{
	struct iv_url u;
	size_t len = strcspn(url, "#");
	bool tls = strncmp(url, "https:", 6) == 0 || strncmp(url, "wss:", 4) == 0;

	out->host[0] = '\0';
	if (!tls || !c->opts.via || !iv_url_parse((struct iv_str){url, len}, &u, NULL)) {
		snprintf(out->url, sizeof(out->url), "%.*s", (int)len, url);
		return;
	}
	snprintf(out->host, sizeof(out->host), "%.*s", (int)strcspn(url + (u.host.ptr - url), "/?#"), u.host.ptr);
	snprintf(out->url, sizeof(out->url), "%s%.*s", c->opts.via, IV_FMT(u.target));
}

static void read_retries(const struct carrier_call *call, const char *url, struct retry *r)
{
	struct iv_str rest = iv_str(strchr(url, '#')), one;
	int64_t n = -1;
	bool policy = false;

	*r = (struct retry){.connect = true};
	if (call->kind == CARRIER_TWILIO)
		r->left = 1;
	if (rest.len > 0)
		rest = (struct iv_str){rest.ptr + 1, rest.len - 1};
	while (iv_str_split(&rest, '&', &one)) {
		struct iv_str value = one, name, kind;

		if (!iv_str_split(&value, '=', &name))
			continue;
		if (iv_str_eq(name, IV_S("rc")) && iv_str_to_i64(value, &n))
			r->left = n < 0 ? 0 : n > RETRIES_MAX ? RETRIES_MAX : (int)n;
		for (; iv_str_eq(name, IV_S("rp")) && iv_str_split(&value, ',', &kind); policy = true) {
			bool all = iv_str_eq(kind, IV_S("all"));

			if (!policy)
				r->connect = false;
			r->connect = r->connect || all || iv_str_eq(kind, IV_S("ct"));
			r->read = r->read || all || iv_str_eq(kind, IV_S("rt"));
			r->client = r->client || all || iv_str_eq(kind, IV_S("4xx"));
			r->server = r->server || all || iv_str_eq(kind, IV_S("5xx"));
		}
	}
}

/* ── one of them */

static char *copy(const char *s)
{
	char *p = strdup(s ? s : "");

	if (!p)
		abort();
	return p;
}

static void encode_form(struct iv_buf *b, const cJSON *form)
{
	bool ok = true;

	for (const cJSON *i = form->child; ok && i; i = i->next)
		ok = (i == form->child || iv_buf_addc(b, '&')) && iv_url_encode(b, iv_str(i->string)) && iv_buf_addc(b, '=') &&
		     iv_url_encode(b, iv_str(i->valuestring));
	if (!ok)
		abort(); /* our own values, all of them short */
}

static void encode_body(struct hook *h)
{
	bool get = strcmp(h->method, "GET") == 0;

	if (h->call->kind == CARRIER_TWILIO && get) {
		struct iv_buf url;

		iv_buf_init(&url, CARRIER_URL);
		if (!iv_buf_printf(&url, "%s%c", h->to.url, strchr(h->to.url, '?') ? '&' : '?'))
			abort();
		encode_form(&url, h->body);
		if (!iv_buf_addc(&url, '\0'))
			abort();
		const char *tail = url.ptr + strlen(h->to.url);
		struct iv_buf full;

		iv_buf_init(&full, 2 * CARRIER_URL);
		if (!iv_buf_printf(&full, "%s%s", h->as_signed, tail) || !iv_buf_addc(&full, '\0'))
			abort();
		free(h->as_signed);
		h->as_signed = copy(full.ptr);
		snprintf(h->to.url, sizeof(h->to.url), "%s", url.ptr);
		iv_buf_deinit(&full);
		iv_buf_deinit(&url);
	} else if (h->call->kind == CARRIER_TWILIO) {
		encode_form(&h->bytes, h->body);
	} else if (!get) { /* Jambonz' GET hooks carry nothing at all */
		char *text = cJSON_PrintUnformatted(h->body);

		if (!text || !iv_buf_adds(&h->bytes, iv_str(text)))
			abort();
		free(text);
	}
}

static void free_hook(struct hook *h)
{
	struct carriers *c = h->call->c;

	iv_timer_stop(&h->timer);
	iv_list_remove(&h->node);
	call_release(h->call);
	c->hooks_out--;
	cJSON_Delete(h->body);
	iv_buf_deinit(&h->bytes);
	free(h->what);
	free(h->label);
	free(h->method);
	free(h->as_signed);
	free(h);
}

static void tell_hook(struct hook *h, const struct iv_fetch_result *r)
{
	cJSON *d = cJSON_CreateObject();
	char text[2048];

	cJSON_AddStringToObject(d, "hook", h->what);
	if (h->label[0])
		cJSON_AddStringToObject(d, "label", h->label);
	cJSON_AddStringToObject(d, "method", h->method);
	cJSON_AddStringToObject(d, "url", h->as_signed);
	cJSON_AddItemToObject(d, "body", cJSON_Duplicate(h->body, true));
	cJSON_AddNumberToObject(d, "attempt", h->attempt);
	cJSON_AddNumberToObject(d, "status", r->status);
	cJSON_AddNumberToObject(d, "took_ms", (double)(iv_now_us() - h->sent_us) / 1000);
	iv_str_copy(text, sizeof(text), r->body);
	cJSON_AddStringToObject(d, "answer", text);
	if (r->status == 0)
		cJSON_AddStringToObject(d, "error", r->err.msg);
	call_tell(h->call, "hook", d);
}

static bool again(const struct hook *h, const struct iv_fetch_result *r)
{
	if (h->attempt > h->retry.left)
		return false;
	if (r->status == 0)
		return r->err.code == IV_ETIMEDOUT ? h->retry.read : h->retry.connect;
	return (h->retry.client && r->status >= 400 && r->status < 500) || (h->retry.server && r->status >= 500);
}

static void on_fetched(void *arg, const struct iv_fetch_result *r)
{
	struct hook *h = arg;
	struct hook_answer a = {.status = r->status, .body = r->body, .content_type = iv_fetch_header(h->fetch, "content-type")};

	h->fetch = NULL;
	tell_hook(h, r);
	if (again(h, r) && !h->call->c->closing) {
		iv_timer_in_ms(&h->timer, 500ll << (h->attempt - 1));
		return;
	}
	if (h->done)
		h->done(h->call, h->arg, &a);
	free_hook(h);
}

static size_t make_headers(struct hook *h, struct iv_header *out, char signature[128])
{
	const struct carriers *c = h->call->c;
	size_t n = 0;

	if (h->call->kind == CARRIER_TWILIO) {
		twilio_signature(c->opts.twilio_token, iv_str(h->as_signed), h->bytes.len ? h->body : NULL, signature);
		out[n++] = (struct iv_header){IV_S("X-Twilio-Signature"), iv_str(signature)};
		out[n++] = (struct iv_header){IV_S("I-Twilio-Idempotency-Token"), iv_str(h->token)};
		out[n++] = (struct iv_header){IV_S("User-Agent"), IV_S("TwilioProxy/1.1")};
		if (h->bytes.len)
			out[n++] = (struct iv_header){IV_S("Content-Type"),
						      IV_S("application/x-www-form-urlencoded; charset=UTF-8")};
	} else {
		jambonz_signature(c->opts.jambonz_secret, iv_wall_ms() / 1000, iv_buf_str(&h->bytes), signature);
		out[n++] = (struct iv_header){IV_S("Jambonz-Signature"), iv_str(signature)};
		out[n++] = (struct iv_header){IV_S("User-Agent"), IV_S("jambonz")};
		if (h->bytes.len)
			out[n++] = (struct iv_header){IV_S("Content-Type"), IV_S("application/json")};
	}
	if (h->basic[0])
		out[n++] = (struct iv_header){IV_S("Authorization"), iv_str(h->basic)};
	if (h->to.host[0])
		out[n++] = (struct iv_header){IV_S("Host"), iv_str(h->to.host)};
	return n;
}

static void send_now(void *arg)
{
	static const struct iv_fetch_handlers handlers = {.done = on_fetched};
	struct hook *h = arg;
	struct iv_header headers[8];
	char signature[128];
	struct iv_fetch_opts o = {.method = h->method, .url = iv_str(h->to.url), .headers = headers,
				  .body = iv_buf_str(&h->bytes), .connect_ms = 5000, .total_ms = h->timeout_ms,
				  .body_max = ANSWER_MAX};

	h->attempt++;
	h->sent_us = iv_now_us();
	o.header_count = make_headers(h, headers, signature);
	h->fetch = iv_fetch_start(h->call->c->net, &o, &handlers, h);
}

static void set_basic(struct hook *h, const struct hook_rq *rq)
{
	char pair[160];
	size_t n;

	if (!rq->user)
		return;
	n = (size_t)snprintf(pair, sizeof(pair), "%s:%s", rq->user, rq->password ? rq->password : "");
	n = n < sizeof(pair) ? n : sizeof(pair) - 1;
	memcpy(h->basic, "Basic ", 6);
	h->basic[6 + iv_base64((const uint8_t *)pair, n, h->basic + 6)] = '\0';
}

static struct hook *make_hook(struct carrier_call *call, const struct hook_rq *rq, cJSON *body)
{
	struct hook *h = calloc(1, sizeof(*h));
	char url[CARRIER_URL];

	if (!h)
		abort();
	call_hold(call);
	call->c->hooks_out++;
	iv_list_append(&call->c->hooks, &h->node);
	h->call = call;
	h->what = copy(rq->what);
	h->label = copy(rq->label);
	h->method = copy(rq->method && rq->method[0] ? rq->method : "POST");
	snprintf(url, sizeof(url), "%.*s", (int)strcspn(rq->url, "#"), rq->url);
	h->as_signed = copy(url);
	hook_aim(call->c, rq->url, &h->to);
	read_retries(call, rq->url, &h->retry);
	h->body = body ? body : cJSON_CreateObject();
	h->timeout_ms = rq->timeout_ms ? rq->timeout_ms : call->kind == CARRIER_TWILIO ? 15000 : 10000;
	new_uuid(h->token);
	set_basic(h, rq);
	iv_buf_init(&h->bytes, ANSWER_MAX);
	iv_timer_init(&h->timer, call->c->loop, send_now, h);
	encode_body(h);
	return h;
}

struct hook *hook_send(struct carrier_call *call, const struct hook_rq *rq, hook_done_fn *done, void *arg)
{
	struct hook *h = make_hook(call, rq, rq->body);

	h->done = done;
	h->arg = arg;
	iv_timer_in_ms(&h->timer, rq->delay_ms); /* 0: not from inside here */
	return h;
}

void hook_cancel_all(struct carriers *c)
{
	IV_LIST_EACH(node, &c->hooks)
	{
		struct hook *h = IV_CONTAINER(node, struct hook, node);

		if (h->fetch)
			iv_fetch_cancel(h->fetch);
		if (h->call->held == h)
			h->call->held = NULL;
		free_hook(h);
	}
}

void hook_forget(struct hook *h)
{
	h->done = NULL;
}

/* ── statuses */

static bool lost(const struct carrier_call *call, const char *label)
{
	const struct iv_strs *lose = &call->plan.status.lose;

	for (size_t i = 0; i < lose->count; i++)
		if (iv_str_eq(lose->items[i], iv_str(label)))
			return true;
	return false;
}

static void held_goes(void *arg)
{
	struct hook *h = arg;

	if (h->call->held == h)
		h->call->held = NULL;
	h->timer.fn = send_now;
	send_now(h);
}

void hook_send_status(struct carrier_call *call, const struct hook_rq *rq)
{
	const struct plan_status *plan = &call->plan.status;
	struct hook *before = call->held;

	if (lost(call, rq->label)) {
		call_note(call, "status lost", "%s", rq->label);
		cJSON_Delete(rq->body);
		return;
	}
	for (int64_t i = 0; i < plan->duplicates; i++) {
		struct hook *h = make_hook(call, rq, cJSON_Duplicate(rq->body, true));

		iv_timer_in_ms(&h->timer, plan->delay_ms + 30 * (i + 1));
	}
	struct hook *h = make_hook(call, rq, rq->body);

	if (plan->reorder && !before) {
		call->held = h;
		h->timer.fn = held_goes;
		iv_timer_in_ms(&h->timer, HELD_MS);
		return;
	}
	iv_timer_in_ms(&h->timer, plan->delay_ms);
	if (before) {
		call->held = NULL;
		iv_timer_in_ms(&before->timer, plan->delay_ms + 60);
	}
}
