/* The door of S3: what can be asked, and links for others. */
#include <stdio.h>
#include "iv_crypto.h"
#include "s3_priv.h"

enum { LINK_MAX = 4096, DISPOSITION_MAX = 256 };

struct iv_s3 *iv_s3_new(struct iv_net *n, struct iv_aws *aws, const struct iv_s3_opts *o, struct iv_err *e)
{
	struct iv_s3 *s = calloc(1, sizeof(*s));
	char amazon[128];
	struct iv_err why = {0};

	if (!s)
		abort();
	s->net = n;
	s->aws = aws;
	s->o = *o;
	s->custom = o->endpoint.len > 0;
	iv_arena_init(&s->settings, 8192);
	s->o.region = iv_arena_str(&s->settings, o->region);
	(void)snprintf(amazon, sizeof(amazon), "https://s3.%.*s.amazonaws.com", IV_FMT(o->region));
	s->o.endpoint = iv_arena_str(&s->settings, s->custom ? o->endpoint : iv_str(amazon));
	if (!iv_url_parse(s->o.endpoint, &s->endpoint, &why) || !iv_str_starts(s->endpoint.scheme, IV_S("http")) ||
	    !iv_str_eq(s->endpoint.target, IV_S("/"))) {
		(void)iv_fail_field(e, IV_EINVAL, "endpoint", "must be http:// or https:// and a host, without a path");
		iv_s3_free(s);
		return NULL;
	}
	return s;
}

void iv_s3_free(struct iv_s3 *s)
{
	if (!s)
		return;
	iv_arena_deinit(&s->settings);
	free(s);
}

/* ── operations ── */

static void answered(struct iv_s3_task *t)
{
	s3_task_end(t, &t->rq.err);
}

static void send_only(struct iv_s3_task *t)
{
	s3_send(t);
}

static enum iv_flow_next refuse(struct iv_flow *f, struct iv_s3_task *t, const struct iv_err *e)
{
	s3_task_end(t, NULL);
	return iv_flow_fail(f, e->code, "%s", e->msg);
}

enum iv_flow_next iv_s3_put_file(struct iv_s3 *s, struct iv_flow *f, struct iv_s3_run *run, struct iv_s3_name name,
				 const char *path, const char *content_type, int64_t *bytes_sent)
{
	struct iv_err e = {0};
	struct iv_s3_task *t = s3_task_new(s, name, &e);

	if (e.code != IV_OK)
		return refuse(f, t, &e);
	t->path = strdup(path);
	if (!t->path)
		abort();
	t->content_type = content_type;
	t->bytes_out = bytes_sent;
	return s3_task_start(t, f, run, s3_put_file);
}

static enum iv_flow_next simple(struct iv_s3 *s, struct iv_flow *f, struct iv_s3_run *run, struct iv_s3_name name,
				const struct s3_request *rq, void (*done)(struct iv_s3_task *t), int64_t *bytes)
{
	struct iv_err e = {0};
	struct iv_s3_task *t = s3_task_new(s, name, &e);
	struct iv_buf answer = t->rq.answer;

	if (e.code != IV_OK)
		return refuse(f, t, &e);
	t->rq = *rq;
	t->rq.answer = answer;
	t->answered = done;
	t->bytes_out = bytes;
	return s3_task_start(t, f, run, send_only);
}

enum iv_flow_next iv_s3_put(struct iv_s3 *s, struct iv_flow *f, struct iv_s3_run *run, struct iv_s3_name name,
			    struct iv_str bytes, const char *content_type)
{
	struct s3_request rq = {.method = "PUT", .body = bytes, .content_type = content_type};

	iv_sha256_hex(bytes, rq.body_hash);
	return simple(s, f, run, name, &rq, answered, NULL);
}

static void head_answered(struct iv_s3_task *t)
{
	if (t->rq.err.code == IV_OK && t->bytes_out)
		*t->bytes_out = t->rq.length;
	s3_task_end(t, &t->rq.err);
}

enum iv_flow_next iv_s3_head(struct iv_s3 *s, struct iv_flow *f, struct iv_s3_run *run, struct iv_s3_name name,
			     int64_t *bytes)
{
	return simple(s, f, run, name, &(struct s3_request){.method = "HEAD"}, head_answered, bytes);
}

static void delete_answered(struct iv_s3_task *t)
{
	/* No such object is what was wanted; no such bucket is a setting gone wrong. */
	if (t->rq.err.code == IV_ENOENT && !iv_str_eq(s3_xml_text(iv_buf_str(&t->rq.answer), "Code"), IV_S("NoSuchBucket")))
		t->rq.err = (struct iv_err){0};
	s3_task_end(t, &t->rq.err);
}

enum iv_flow_next iv_s3_delete(struct iv_s3 *s, struct iv_flow *f, struct iv_s3_run *run, struct iv_s3_name name)
{
	return simple(s, f, run, name, &(struct s3_request){.method = "DELETE"}, delete_answered, NULL);
}

/* ── links ── */

enum iv_flow_next iv_s3_ready(struct iv_s3 *s, struct iv_flow *f, struct iv_aws_run *run)
{
	return iv_aws_wait(s->aws, f, run);
}

/* A name in a header and in quotes: what could end either is left out. */
static void disposition(struct iv_str name, char out[DISPOSITION_MAX])
{
	size_t n = (size_t)snprintf(out, DISPOSITION_MAX, "attachment; filename=\"");

	for (size_t i = 0; i < name.len && n + 2 < DISPOSITION_MAX; i++)
		if (name.ptr[i] > ' ' && name.ptr[i] < 0x7f && name.ptr[i] != '"' && name.ptr[i] != '\\')
			out[n++] = name.ptr[i];
	out[n++] = '"';
	out[n] = '\0';
}

bool iv_s3_link(struct iv_s3 *s, struct iv_s3_name name, int64_t seconds, struct iv_str download_as, struct iv_arena *arena,
		struct iv_str *url, struct iv_err *e)
{
	char bucket[64], key[1025], host[300], as[DISPOSITION_MAX];
	struct iv_pair query = {IV_S("response-content-disposition"), {as, 0}};
	struct iv_sigv4_keys signing = {.region = s->o.region};
	struct iv_aws_keys keys;
	struct iv_buf path, text;
	struct iv_str target;
	bool ok;

	if (!name.bucket.len || !name.key.len || !iv_str_copy(bucket, sizeof(bucket), name.bucket) ||
	    !iv_str_copy(key, sizeof(key), name.key))
		return iv_fail(e, IV_EINVAL, "a bucket has 1 to 63 characters, a key 1 to 1024 bytes");
	if (!iv_aws_keys(s->aws, &keys))
		return iv_fail(e, IV_EDRAINING, "there are no AWS keys at the moment");
	signing.access_key = keys.access_key;
	signing.secret_key = keys.secret_key;
	signing.session_token = keys.session_token;
	disposition(download_as, as);
	query.value.len = strlen(as);
	iv_buf_init(&path, LINK_MAX);
	iv_buf_init(&text, 4 * LINK_MAX);
	ok = s3_address(s, bucket, key, host, sizeof(host), &path, e) &&
	     iv_sigv4_presign(&signing,
			      &(struct iv_sigv4_request){.method = "GET",
							 .host = iv_str(host),
							 .path = iv_buf_str(&path),
							 .query = &query,
							 .query_count = download_as.len ? 1 : 0},
			      iv_wall_ms() + s->skew_ms, seconds, arena, &target, e);
	if (ok && !iv_buf_printf(&text, "%s://%s%.*s", s->endpoint.tls ? "https" : "http", host, IV_FMT(target)))
		ok = iv_fail(e, IV_ETOOBIG, "the link is too long");
	if (ok)
		*url = iv_arena_str(arena, iv_buf_str(&text));
	if (ok && !url->ptr)
		ok = iv_fail(e, IV_ETOOBIG, "the link does not fit its memory");
	iv_buf_deinit(&path);
	iv_buf_deinit(&text);
	return ok;
}
