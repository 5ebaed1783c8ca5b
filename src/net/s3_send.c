/* One request to S3: keys, signature, sending; and once more with the right clock, with new keys, or after a rest. */
#include <curl/curl.h>
#include <stdio.h>
#include "iv_json.h"
#include "s3_priv.h"

enum { URL_MAX = 8192, REST_MAX_MS = 5000, SKEW_MS = 300000, BYTE_US = 40 /* a line of 25 kB/s is the slowest we wait for */ };

static void begin(struct iv_s3_task *t);

struct iv_str s3_xml_text(struct iv_str xml, const char *name)
{
	char open[64], close[64];
	ptrdiff_t from, to;

	(void)snprintf(open, sizeof(open), "<%s>", name);
	(void)snprintf(close, sizeof(close), "</%s>", name);
	from = iv_str_find(xml, iv_str(open), 0);
	to = from < 0 ? -1 : iv_str_find(xml, iv_str(close), (size_t)from);
	if (to < 0)
		return IV_S("");
	from += (ptrdiff_t)strlen(open);
	return (struct iv_str){xml.ptr + from, (size_t)(to - from)};
}

/* ── where to ── */

static bool is_address(struct iv_str host)
{
	for (size_t i = 0; i < host.len; i++)
		if (!strchr("0123456789.:abcdefABCDEF", host.ptr[i]))
			return false;
	return true;
}

bool s3_address(struct iv_s3 *s, const char *bucket, const char *key, char *host, size_t host_size, struct iv_buf *path,
		struct iv_err *e)
{
	const struct iv_url *u = &s->endpoint;
	bool in_path = s->o.path_style || strchr(bucket, '.') || (s->custom && is_address(u->host));
	bool v6 = memchr(u->host.ptr, ':', u->host.len) != NULL;
	char port[8] = "";
	int n;

	if (u->port != (u->tls ? 443 : 80))
		(void)snprintf(port, sizeof(port), ":%d", u->port);
	n = snprintf(host, host_size, "%s%s%s%.*s%s%s", in_path ? "" : bucket, in_path ? "" : ".", v6 ? "[" : "",
		     IV_FMT(u->host), v6 ? "]" : "", port);
	if (n < 0 || (size_t)n >= host_size)
		return iv_fail(e, IV_EINVAL, "the endpoint's name is too long");
	if (!iv_buf_printf(path, "/%s%s%s", in_path ? bucket : "", in_path ? "/" : "", key))
		return iv_fail(e, IV_EINVAL, "the object's key is too long");
	return true;
}

/* ── what came back ── */

static int64_t server_ms(const struct iv_s3_task *t)
{
	char text[64];
	time_t at;

	if (!t->fetch || !iv_str_copy(text, sizeof(text), iv_fetch_header(t->fetch, "date")))
		return -1;
	at = curl_getdate(text, NULL);
	return at == (time_t)-1 ? -1 : (int64_t)at * 1000;
}

/* What S3 calls the request's fault and is the way's. */
static bool broke_on_the_way(struct iv_str code)
{
	static const char *const codes[] = {"RequestTimeout", "IncompleteBody", "BadDigest", "XAmzContentSHA256Mismatch"};

	for (size_t i = 0; i < IV_COUNT(codes); i++)
		if (iv_str_eq(code, iv_str(codes[i])))
			return true;
	return false;
}

static void judge(struct s3_request *rq, const struct iv_err *sent)
{
	struct iv_str code = s3_xml_text(iv_buf_str(&rq->answer), "Code");

	rq->err = *sent;
	/* Completing an upload answers 200 before it knows: then the body holds the error. */
	if (rq->status >= 200 && rq->status < 300 && !(code.len && strcmp(rq->method, "POST") == 0))
		return;
	rq->err = (struct iv_err){0};
	if (!rq->status)
		rq->err = *sent;
	else
		(void)iv_fail(&rq->err,
			      rq->status == 404	  ? IV_ENOENT
			      : rq->status == 403 ? IV_EFORBIDDEN
			      : rq->status == 400 && !broke_on_the_way(code) ? IV_EINVAL
									     : IV_EUPSTREAM,
			      "the object store answered %d %.*s", rq->status, (int)(code.len < 64 ? code.len : 64), code.ptr);
}

static void over(struct iv_s3_task *t)
{
	t->fetch = NULL;
	t->answered(t);
}

static void on_rest_over(void *arg)
{
	begin(arg);
}

static void send_again(struct iv_s3_task *t, int64_t rest_ms)
{
	t->fetch = NULL;
	s3_set_state(t, S3_RESTING);
	iv_timer_in_ms(&t->rest, rest_ms);
}

static bool wrong_clock(struct iv_s3_task *t, struct iv_str code)
{
	int64_t server = server_ms(t), off = server - iv_wall_ms() - t->s3->skew_ms;
	/* The answer to a HEAD has no body to say so. */
	bool says_so = iv_str_eq(code, IV_S("RequestTimeTooSkewed")) ||
		       (t->rq.status == 403 && strcmp(t->rq.method, "HEAD") == 0 && (off > SKEW_MS || off < -SKEW_MS));

	if (!says_so || server < 0 || t->sent >= S3_SENDS)
		return false;
	t->s3->skew_ms = server - iv_wall_ms();
	return true;
}

static bool old_keys(struct iv_s3_task *t, struct iv_str code)
{
	if (t->new_keys || !(iv_str_eq(code, IV_S("ExpiredToken")) || iv_str_eq(code, IV_S("InvalidToken"))))
		return false;
	t->new_keys = true;
	iv_aws_refused(t->s3->aws);
	return true;
}

static bool may_pass(const struct s3_request *rq)
{
	return rq->err.code == IV_ETIMEDOUT || (rq->err.code == IV_EUPSTREAM && (rq->status < 300 || rq->status >= 400));
}

static void on_done(void *arg, const struct iv_fetch_result *r)
{
	struct iv_s3_task *t = arg;
	struct s3_request *rq = &t->rq;
	struct iv_str code;
	int64_t rest;

	rq->status = r->status;
	iv_buf_clear(&rq->answer);
	(void)!iv_buf_adds(&rq->answer, r->body); /* its limit is the fetch's */
	(void)iv_str_copy(rq->etag, sizeof(rq->etag), iv_fetch_header(t->fetch, "etag")); /* empty when too long: refused below */
	if (!iv_str_to_i64(iv_fetch_header(t->fetch, "content-length"), &rq->length))
		rq->length = -1;
	judge(rq, &r->err);
	code = s3_xml_text(iv_buf_str(&rq->answer), "Code");
	if (rq->err.code != IV_OK && (wrong_clock(t, code) || old_keys(t, code))) {
		send_again(t, 0);
		return;
	}
	if (rq->err.code != IV_OK && may_pass(rq) && t->sent < S3_SENDS) {
		rest = r->retry_after_ms >= 0 ? r->retry_after_ms : (int64_t)S3_AGAIN_MS << (t->sent - 1);
		send_again(t, rest < REST_MAX_MS ? rest : REST_MAX_MS);
		return;
	}
	over(t);
}

/* ── sending ── */

static bool sign(struct iv_s3_task *t, const char *host, struct iv_buf *path, struct iv_sigv4_signed *out, struct iv_err *e)
{
	struct iv_s3 *s = t->s3;
	const struct s3_request *rq = &t->rq;
	struct iv_pair type = {IV_S("content-type"), iv_str(rq->content_type)};
	struct iv_aws_keys keys;
	struct iv_sigv4_keys signing;

	if (!iv_aws_keys(s->aws, &keys))
		return iv_fail(e, IV_EAUTH, "the AWS keys ran out");
	signing = (struct iv_sigv4_keys){.access_key = keys.access_key,
					 .secret_key = keys.secret_key,
					 .session_token = keys.session_token,
					 .region = s->o.region};
	return iv_sigv4_sign(&signing,
			     &(struct iv_sigv4_request){.method = rq->method,
							.host = iv_str(host),
							.path = iv_buf_str(path),
							.query = rq->query,
							.query_count = rq->query_count,
							.headers = &type,
							.header_count = rq->content_type ? 1 : 0,
							.payload_hash = iv_str(rq->body_hash)},
			     iv_wall_ms() + s->skew_ms, &t->memory, out, e);
}

static bool start_fetch(struct iv_s3_task *t, struct iv_err *e)
{
	static const struct iv_fetch_handlers handlers = {.done = on_done};
	struct iv_header headers[6];
	struct iv_sigv4_signed signature = {0};
	struct iv_s3 *s = t->s3;
	struct s3_request *rq = &t->rq;
	struct iv_buf path, url;
	char host[300];
	size_t n = 0;
	bool ok;

	iv_arena_reset(&t->memory);
	iv_buf_init(&path, URL_MAX);
	iv_buf_init(&url, 2 * URL_MAX);
	ok = s3_address(s, t->bucket, t->key, host, sizeof(host), &path, e) && sign(t, host, &path, &signature, e);
	if (ok && !iv_buf_printf(&url, "%s://%s%.*s", s->endpoint.tls ? "https" : "http", host, IV_FMT(signature.target)))
		ok = iv_fail(e, IV_EINVAL, "the object's key is too long");
	for (size_t i = 0; ok && i < signature.header_count; i++)
		headers[n++] = (struct iv_header){signature.headers[i].name, signature.headers[i].value};
	if (ok && rq->content_type)
		headers[n++] = (struct iv_header){IV_S("content-type"), iv_str(rq->content_type)};
	if (ok)
		t->fetch = iv_fetch_start(s->net,
					  &(struct iv_fetch_opts){
						  .method = rq->method,
						  .url = iv_buf_str(&url),
						  .headers = headers,
						  .header_count = n,
						  .body = rq->body,
						  .body_stays = true,
						  .send_per_s = s->o.send_per_s,
						  .connect_ms = s->o.connect_ms,
						  .total_ms = s->o.connect_ms + s->o.answer_ms +
							      (int)(rq->body.len * BYTE_US / 1000),
						  .body_max = S3_ANSWER_MAX},
					  &handlers, t);
	iv_buf_deinit(&path);
	iv_buf_deinit(&url);
	return ok;
}

static enum iv_flow_next wait_for_keys(struct iv_flow *f)
{
	struct iv_s3_task *t = IV_CONTAINER(f, struct iv_s3_task, keys_flow);

	return iv_aws_wait(t->s3->aws, f, &t->keys_run);
}

static void have_keys(struct iv_flow *f)
{
	struct iv_s3_task *t = IV_CONTAINER(f, struct iv_s3_task, keys_flow);
	struct iv_err e = f->err;

	if (t->state != S3_KEYS)
		return; /* cancelled */
	s3_set_state(t, S3_SENDING);
	if (e.code == IV_OK && start_fetch(t, &e))
		return;
	t->rq.err = e;
	t->rq.status = 0;
	over(t);
}

static const struct iv_flow_step keys_steps[] = {{"keys", wait_for_keys}, {0}};
static const struct iv_flow_type keys_flow = {"s3_keys", keys_steps, have_keys};

static void begin(struct iv_s3_task *t)
{
	t->sent++;
	s3_set_state(t, S3_KEYS);
	iv_flow_start(&t->keys_flow, &keys_flow, iv_net_loop(t->s3->net), 60000, NULL);
}

void s3_send(struct iv_s3_task *t)
{
	t->sent = 0;
	t->new_keys = false;
	iv_timer_init(&t->rest, iv_net_loop(t->s3->net), on_rest_over, t);
	begin(t);
}

void s3_send_cancel(struct iv_s3_task *t)
{
	if (t->state == S3_KEYS) {
		t->state = S3_OVER; /* so that the end of the waiting finds nobody */
		iv_flow_cancel(&t->keys_flow, IV_ECANCELED, "cancelled");
	}
	if (t->fetch)
		iv_fetch_cancel(t->fetch);
	t->fetch = NULL;
	iv_timer_stop(&t->rest);
}
