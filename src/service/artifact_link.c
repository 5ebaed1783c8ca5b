/* Links: to the object store, signed by its rules; to a file on this disk, signed with the disk's key over path, end
 * and tenant. And what stands behind ours. */
#include "artifacts_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include "iv_crypto.h"
#include "iv_log.h"
#include "iv_sql.h"

enum { SERVE_MS = 10000, ARENA = 65536, URL_MAX = 1024 };

static struct iv_str signing_key(const struct iv_artifacts *a)
{
	if (iv_secret_set(a->cfg->realtime_ws_secret))
		return iv_str(iv_secret_reveal(a->cfg->realtime_ws_secret));
	return (struct iv_str){(const char *)a->disk.key, DISK_KEY};
}

static void sign(const struct iv_artifacts *a, struct iv_str id, struct iv_str tenant, int64_t exp_s, char out[65])
{
	char number[24];
	const struct iv_str parts[] = {IV_S("/v1/artifacts/"), id, IV_S("/content\n"), tenant, IV_S("\n"),
				       {number, (size_t)snprintf(number, sizeof(number), "%lld", (long long)exp_s)}};
	uint8_t mac[IV_SHA256_BYTES];

	iv_hmac_sha256_of(signing_key(a), parts, IV_COUNT(parts), mac);
	(void)iv_hex(mac, sizeof(mac), out);
}

/* ── making ── */

static bool link_here(const struct iv_artifacts *a, struct iv_str tenant, struct iv_str id, int64_t exp_s, struct iv_arena *arena,
		      struct iv_str *url, struct iv_err *e)
{
	struct iv_str base = iv_str(a->cfg->public_base_url);
	char sig[65];
	struct iv_buf b;
	bool ok;

	sign(a, id, tenant, exp_s, sig);
	if (base.len && base.ptr[base.len - 1] == '/')
		base.len--;
	iv_buf_init(&b, URL_MAX);
	ok = iv_buf_adds(&b, base) && iv_buf_adds(&b, IV_S("/v1/artifacts/")) && iv_url_encode(&b, id) &&
	     iv_buf_printf(&b, "/content?exp=%lld&t=", (long long)exp_s) && iv_url_encode(&b, tenant) &&
	     iv_buf_printf(&b, "&sig=%s", sig);
	*url = ok ? iv_arena_str(arena, iv_buf_str(&b)) : IV_STR_NULL;
	iv_buf_deinit(&b);
	return url->ptr || iv_fail(e, IV_ETOOBIG, "the link is too long");
}

/* "CALL.opus": what a browser saves it as. */
static struct iv_str name_of(const struct iv_artifact_row *row, const struct artifact_kind *k, char out[200])
{
	int n = snprintf(out, 200, "%.*s.%s", IV_FMT(row->call_id), k->ending);

	return (struct iv_str){out, n > 0 && n < 200 ? (size_t)n : 0};
}

bool iv_artifact_link(struct iv_artifacts *a, struct iv_str tenant, const struct iv_artifact_row *row, struct iv_arena *arena,
		      struct iv_str *url, int64_t *expires_ms, struct iv_err *e)
{
	const struct artifact_kind *k = artifact_kind(row->kind, row->format);
	int64_t seconds = a->cfg->link_seconds, now_s = iv_wall_ms() / 1000;
	char name[200];

	*expires_ms = (now_s + seconds) * 1000;
	if (!k || iv_str_eq(row->state, IV_S("deleted")))
		return iv_fail(e, IV_EGONE, "the file was deleted");
	if (row->object_key.len && a->s3)
		return iv_s3_link(a->s3, (struct iv_s3_name){iv_str(artifact_bucket(a, k)), row->object_key}, seconds,
				  name_of(row, k, name), arena, url, e);
	if (row->object_key.len || !iv_str_eq(row->disk, iv_str(a->disk.id)) || !row->local_path.len)
		return iv_fail(e, IV_ENOENT, "the file lies on another instance's disk and is not stored yet");
	return link_here(a, tenant, row->id, now_s + seconds, arena, url, e);
}

bool iv_artifact_told_link(const struct iv_artifacts *a, struct iv_str tenant, struct iv_str id, struct iv_arena *arena,
			   struct iv_str *url, struct iv_err *e)
{
	return link_here(a, tenant, id, iv_wall_ms() / 1000 + a->cfg->told_link_seconds, arena, url, e);
}

enum iv_flow_next iv_artifact_links_ready(struct iv_artifacts *a, struct iv_flow *f, struct iv_aws_run *run)
{
	return a->s3 ? iv_s3_ready(a->s3, f, run) : IV_FLOW_NEXT;
}

bool iv_artifact_link_good(const struct iv_artifacts *a, struct iv_str id, struct iv_str tenant, struct iv_str exp,
			   struct iv_str sig, struct iv_err *e)
{
	int64_t exp_s;
	char good[65];

	if (!iv_str_to_i64(exp, &exp_s) || !tenant.len || !sig.len)
		return iv_fail(e, IV_EFORBIDDEN, "the link lacks exp, t or sig");
	sign(a, id, tenant, exp_s, good);
	if (!iv_secret_equal(sig, iv_str(good)))
		return iv_fail(e, IV_EFORBIDDEN,
			       "the link's signature does not fit: it was changed, or another instance made it");
	if (exp_s < iv_wall_ms() / 1000)
		return iv_fail(e, IV_EFORBIDDEN, "the link has expired");
	return true;
}

/* ── serving ── */

struct serving {
	struct iv_flow flow; /* first */
	struct iv_artifacts *a;
	struct iv_http_req *rq; /* NULL: the client has gone */
	char id[130], tenant[130];
	struct iv_arena arena;
	struct iv_pg_run pg;
	struct iv_rows rows;
	struct iv_aws_run keys;
};

static struct serving *self(struct iv_flow *f)
{
	return (struct serving *)(void *)f;
}

static const struct iv_artifact_find_out *found(const struct serving *x)
{
	return iv_artifact_find_at(&x->rows, 0);
}

static enum iv_flow_next find(struct iv_flow *f)
{
	struct serving *x = self(f);
	struct iv_artifact_find_in in = {.id = iv_str(x->id)};

	return iv_pg_one(x->a->s->pg, f, &x->pg, &(struct iv_scope){.tenant_id = iv_str(x->tenant)}, &x->arena,
			 &iv_sql_artifact_find, &in, &x->rows);
}

static enum iv_flow_next keys(struct iv_flow *f)
{
	struct serving *x = self(f);

	return found(x)->object_key.len && x->a->s3 ? iv_s3_ready(x->a->s3, f, &x->keys) : IV_FLOW_NEXT;
}

static void redirect(struct serving *x, const struct iv_artifact_row *row)
{
	struct iv_str url;
	struct iv_err e = {0};
	int64_t until;

	if (!iv_artifact_link(x->a, iv_str(x->tenant), row, &x->arena, &url, &until, &e)) {
		iv_http_reply_err(x->rq, &e);
		return;
	}
	iv_http_set_header(x->rq, "Location", url);
	iv_http_reply(x->rq, 302, "text/plain", IV_S(""));
}

static void answer(struct serving *x)
{
	const struct iv_artifact_find_out *r = found(x);
	struct iv_artifact_row row = {.id = iv_str(x->id),
				      .call_id = r->call_id,
				      .kind = r->kind,
				      .format = r->format,
				      .state = r->state,
				      .disk = r->disk,
				      .local_path = r->local_path,
				      .object_key = r->object_key};
	const struct artifact_kind *k = artifact_kind(r->kind, r->format);
	bool here = r->local_path.len && iv_str_eq(r->disk, iv_str(x->a->disk.id)) && !iv_str_eq(r->state, IV_S("deleted"));
	char path[IV_ARTIFACT_PATH], as[256], name[200];

	iv_http_set_header(x->rq, "Cache-Control", IV_S("private, no-store"));
	iv_http_set_header(x->rq, "X-Content-Type-Options", IV_S("nosniff"));
	/* What is still on this disk is given from it: seeking in it costs nobody anything. */
	if (!k || !here || !iv_str_copy(path, sizeof(path), r->local_path)) {
		redirect(x, &row);
		return;
	}
	(void)snprintf(as, sizeof(as), "inline; filename=\"%.*s\"", IV_FMT(name_of(&row, k, name)));
	iv_http_set_header(x->rq, "Content-Disposition", iv_str(as));
	/* A recording that is still to be made Opus is WAV by now. */
	iv_http_reply_file(x->rq, path, iv_str_ends(r->local_path, IV_S(".wav")) ? "audio/wav" : k->content_type);
}

static void served(struct iv_flow *f)
{
	struct serving *x = self(f);
	struct iv_artifacts *a = x->a;

	if (x->rq) {
		iv_http_on_close(x->rq, NULL, NULL);
		if (f->err.code != IV_OK)
			iv_http_reply_err(x->rq, &f->err);
		else
			answer(x);
	}
	iv_arena_deinit(&x->arena);
	iv_free_later(a->s->loop, x);
	a->serving--;
	artifacts_rest(a);
}

static void client_left(void *arg)
{
	struct serving *x = arg;

	x->rq = NULL;
	iv_flow_cancel(&x->flow, IV_ECANCELED, "the client has gone");
}

static const struct iv_flow_step steps[] = {{"find", find}, {"keys", keys}, {0}};
static const struct iv_flow_type serve_flow = {"artifact_content", steps, served};

void iv_artifacts_on_content(struct iv_artifacts *a, struct iv_http_req *rq, struct iv_str id)
{
	struct iv_str query = iv_http_query(rq);
	char exp[24] = "", sig[80] = "", tenant[130] = "";
	struct serving *x;
	struct iv_err e = {0};

	/* What is missing or too long does not fit the signature. */
	(void)iv_query_get(query, IV_S("exp"), exp, sizeof(exp));
	(void)iv_query_get(query, IV_S("sig"), sig, sizeof(sig));
	(void)iv_query_get(query, IV_S("t"), tenant, sizeof(tenant));
	if (a->state == ARTIFACTS_STOPPED)
		(void)iv_fail(&e, IV_EDRAINING, "this process ends");
	if (e.code != IV_OK || !iv_artifact_link_good(a, id, iv_str(tenant), iv_str(exp), iv_str(sig), &e)) {
		iv_http_reply_err(rq, &e);
		return;
	}
	x = calloc(1, sizeof(*x));
	if (!x)
		abort();
	x->a = a;
	x->rq = rq;
	(void)iv_str_copy(x->id, sizeof(x->id), id); /* a longer one is not found */
	memcpy(x->tenant, tenant, sizeof(tenant));
	iv_arena_init(&x->arena, ARENA);
	a->serving++;
	iv_http_on_close(rq, client_left, x);
	iv_flow_start(&x->flow, &serve_flow, a->s->loop, SERVE_MS, NULL);
}
