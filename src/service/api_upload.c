/* A body into a file, and a small one into memory. Pieces and writes alternate: while the worker has one, nothing more
 * is asked of the socket. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "api_priv.h"
#include "artifacts_priv.h"
#include "iv_crypto.h"
#include "iv_upload.h"

enum { PIECE_MAX = 256 << 10 }; /* the server gives less */

/* Outlives the request: a worker may have it when the client goes. */
struct upload_job {
	struct iv_loop *loop;
	struct iv_upload *u; /* NULL: nobody waits any more */
	struct iv_sha256 *sha;
	int fd;
	char path[IV_UPLOAD_PATH], part[IV_UPLOAD_PATH + 8];
	struct iv_buf piece;
	int64_t bytes;
	char digest[65];
	bool looked, whole, working, made, remove; /* made: there is a file */
	struct iv_err err;
};

/* ── in the worker ── */

static bool failed(struct upload_job *j, const char *what)
{
	enum iv_code code = errno == ENOSPC || errno == EDQUOT ? IV_EDRAINING : IV_EINTERNAL;

	return iv_fail(&j->err, code, "an upload cannot be %s: %s", what, strerror(errno));
}

static bool open_part(struct upload_job *j)
{
	(void)snprintf(j->part, sizeof(j->part), "%s.part", j->path);
	if (!file_parents(j->part) || (j->fd = open(j->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) < 0)
		return failed(j, "opened");
	j->made = true;
	j->sha = iv_sha256_begin();
	return true;
}

static bool write_piece(struct upload_job *j)
{
	for (size_t at = 0; at < j->piece.len;) {
		ssize_t n = write(j->fd, j->piece.ptr + at, j->piece.len - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return failed(j, "written");
		at += (size_t)n;
	}
	iv_sha256_add(j->sha, iv_buf_str(&j->piece));
	j->bytes += (int64_t)j->piece.len;
	return true;
}

static void work(void *arg)
{
	struct upload_job *j = arg;

	if ((j->fd < 0 && !open_part(j)) || !write_piece(j) || !j->whole)
		return;
	if (fsync(j->fd) != 0 || rename(j->part, j->path) != 0) {
		(void)failed(j, "kept");
		return;
	}
	iv_sha256_end_hex(j->sha, j->digest);
	j->sha = NULL;
}

static void clean(void *arg)
{
	struct upload_job *j = arg;
	char digest[65];

	if (j->sha)
		iv_sha256_end_hex(j->sha, digest); /* frees it */
	if (j->fd >= 0)
		(void)close(j->fd); /* synced, or given up */
	if (j->made && j->remove) {
		(void)unlink(j->part); /* one of them is there */
		(void)unlink(j->path);
	}
}

/* ── on the loop ── */

static void cleaned(void *arg)
{
	struct upload_job *j = arg;
	struct iv_upload *u = j->u;
	struct iv_err e = j->err;

	if (u) {
		u->bytes = j->bytes;
		(void)iv_str_copy(u->path, sizeof(u->path), iv_str(j->path)); /* as long */
		memcpy(u->sha256, j->digest, sizeof(u->sha256));
		u->job = NULL;
		u->call->priv->taking = false;
	} else if (j->made && !j->remove) {
		(void)unlink(j->path); /* given up while it was being closed */
	}
	iv_buf_deinit(&j->piece);
	free(j);
	if (u)
		iv_op_done(&u->op, &e);
}

static void end(struct upload_job *j)
{
	j->working = true;
	j->remove = !j->u || j->err.code != IV_OK;
	iv_loop_work(j->loop, clean, cleaned, j);
}

static void on_piece(void *arg, struct iv_str piece, const struct iv_err *e);

static void worked(void *arg)
{
	struct upload_job *j = arg;

	j->working = false;
	if (!j->u || j->whole || j->err.code != IV_OK) {
		end(j);
		return;
	}
	iv_buf_clear(&j->piece);
	iv_http_body_next(j->u->call->http, on_piece, j);
}

static void on_piece(void *arg, struct iv_str piece, const struct iv_err *e)
{
	struct upload_job *j = arg;
	struct iv_upload *u = j->u;

	j->whole = !e && !piece.len;
	if (e)
		j->err = *e;
	else if (piece.len && !iv_buf_adds(&j->piece, piece))
		(void)iv_fail(&j->err, IV_EINTERNAL, "no memory for a piece of the body");
	if (j->err.code == IV_OK && !j->looked) {
		if (j->piece.len < IV_UPLOAD_HEAD && !j->whole) {
			iv_http_body_next(u->call->http, on_piece, j);
			return;
		}
		j->looked = true;
		if (u->look) {
			struct iv_str head = iv_buf_str(&j->piece);

			head.len = head.len < IV_UPLOAD_HEAD ? head.len : IV_UPLOAD_HEAD;
			if (!u->look(u, head, &j->err))
				(void)iv_fail(&j->err, IV_EMEDIA, "the body is none that is taken here");
		}
		(void)iv_str_copy(j->path, sizeof(j->path), iv_str(u->path)); /* as long */
	}
	if (j->err.code != IV_OK) {
		end(j);
		return;
	}
	j->working = true;
	iv_loop_work(j->loop, work, worked, j);
}

static void give_up(struct iv_op *op)
{
	struct iv_upload *u = IV_CONTAINER(op, struct iv_upload, op);
	struct upload_job *j = u->job;

	j->u = NULL;
	u->job = NULL;
	u->call->priv->taking = false;
	if (j->working)
		return; /* whoever has it finds nobody */
	if (u->call->http)
		iv_http_body_next(u->call->http, NULL, NULL);
	end(j);
}

enum iv_flow_next iv_upload_take(struct iv_api_call *c, struct iv_upload *u)
{
	struct upload_job *j = calloc(1, sizeof(*j));

	if (!j)
		abort();
	if (!c->http) {
		free(j);
		return iv_flow_fail(&c->flow, IV_ECANCELED, "the client left");
	}
	j->loop = c->s->loop;
	j->u = u;
	j->fd = -1;
	iv_buf_init(&j->piece, PIECE_MAX);
	u->job = j;
	u->call = c;
	c->priv->taking = true;
	iv_op_begin(&u->op, &c->flow, give_up);
	iv_http_body_next(c->http, on_piece, j);
	return iv_flow_await(&c->flow);
}

/* ── a file that is no longer wanted ── */

static void remove_file(void *path)
{
	(void)unlink(path); /* not there: as it should be */
}

void iv_upload_remove(struct iv_services *s, const char *path)
{
	char *copy = strdup(path);

	if (!copy)
		abort();
	iv_loop_work(s->loop, remove_file, free, copy);
}

/* ── a body that is read whole: JSON, of a row that takes other things in pieces ── */

static void on_small_piece(void *arg, struct iv_str piece, const struct iv_err *e)
{
	struct iv_api_call *c = arg;
	struct iv_api_private *p = c->priv;
	struct iv_err why = {0};

	if (e)
		why = *e;
	else if (!iv_buf_adds(&p->body, piece))
		(void)iv_fail(&why, IV_ETOOBIG, "JSON must be at most %d bytes", API_BODY_MAX);
	if (why.code == IV_OK && piece.len) {
		iv_http_body_next(c->http, on_small_piece, c);
		return;
	}
	p->taking = false;
	c->body = iv_buf_str(&p->body);
	iv_op_done(&p->collect, &why);
}

static void stop_collecting(struct iv_op *op)
{
	struct iv_api_call *c = IV_CONTAINER(op, struct iv_api_private, collect)->call;

	c->priv->taking = false;
	if (c->http)
		iv_http_body_next(c->http, NULL, NULL);
}

enum iv_flow_next api_collect(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);

	if (api_is_media(c))
		return IV_FLOW_NEXT;
	if (!c->route->in)
		return iv_flow_fail(f, IV_EMEDIA, "Content-Type must be %s", c->route->media[0]);
	iv_buf_init(&c->priv->body, API_BODY_MAX);
	c->priv->taking = true;
	iv_op_begin(&c->priv->collect, f, stop_collecting);
	iv_http_body_next(c->http, on_small_piece, c);
	return iv_flow_await(f);
}
