/* What an operation on S3 consists of: one request, or for a large file the begin, its parts and the end of an upload.
 * Parts are read and hashed by a worker, one at a time; what was begun and fails is taken back. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "iv_crypto.h"
#include "s3_priv.h"

enum { MEMORY_MAX = 65536, PART_LINE = 64 + S3_ETAG };

void s3_set_state(struct iv_s3_task *t, enum s3_state to)
{
	static const bool legal[S3_STATES][S3_STATES] = {
		[S3_NEW] = {[S3_KEYS] = true, [S3_READING] = true, [S3_OVER] = true},
		[S3_READING] = {[S3_KEYS] = true, [S3_OVER] = true},
		[S3_KEYS] = {[S3_SENDING] = true, [S3_OVER] = true},
		[S3_SENDING] = {[S3_RESTING] = true, [S3_READING] = true, [S3_KEYS] = true, [S3_OVER] = true},
		[S3_RESTING] = {[S3_KEYS] = true, [S3_OVER] = true},
	};

	if (!legal[t->state][to])
		abort();
	t->state = to;
}

/* ── life ── */

struct iv_s3_task *s3_task_new(struct iv_s3 *s, struct iv_s3_name name, struct iv_err *e)
{
	struct iv_s3_task *t = calloc(1, sizeof(*t));

	if (!t)
		abort();
	t->s3 = s;
	t->size = -1;
	iv_arena_init(&t->memory, MEMORY_MAX);
	iv_buf_init(&t->rq.answer, S3_ANSWER_MAX);
	t->key = calloc(1, name.key.len + 1);
	if (!t->key)
		abort();
	if (name.key.len)
		memcpy(t->key, name.key.ptr, name.key.len);
	if (!name.bucket.len || !iv_str_copy(t->bucket, sizeof(t->bucket), name.bucket))
		(void)iv_fail(e, IV_EINVAL, "a bucket's name has 1 to 63 characters");
	else if (!name.key.len || name.key.len > 1024)
		(void)iv_fail(e, IV_EINVAL, "an object's key has 1 to 1024 bytes");
	return t;
}

static void free_task(struct iv_s3_task *t)
{
	iv_arena_deinit(&t->memory);
	iv_buf_deinit(&t->rq.answer);
	iv_buf_deinit(&t->list);
	free(t->part);
	free(t->etags);
	free(t->path);
	free(t->key);
	free(t);
}

static void free_later(void *arg)
{
	free_task(arg);
}

void s3_task_end(struct iv_s3_task *t, const struct iv_err *e)
{
	struct iv_s3_run *run = t->run;

	s3_set_state(t, S3_OVER);
	iv_defer(iv_net_loop(t->s3->net), free_later, t);
	if (!run)
		return;
	t->run = NULL;
	run->task = NULL;
	iv_op_done(&run->op, e);
}

static void on_cancel(struct iv_op *op)
{
	struct iv_s3_run *run = IV_CONTAINER(op, struct iv_s3_run, op);
	struct iv_s3_task *t = run->task;

	run->task = NULL;
	t->run = NULL;
	if (t->state == S3_READING)
		return; /* the worker has its memory: the end of the reading ends the task */
	s3_send_cancel(t);
	t->state = S3_OVER;
	/* What was begun stays at the server until its rule for unfinished uploads takes it away. */
	iv_defer(iv_net_loop(t->s3->net), free_later, t); /* behind the fetch that may still read the part */
}

enum iv_flow_next s3_task_start(struct iv_s3_task *t, struct iv_flow *f, struct iv_s3_run *run,
				void (*begin)(struct iv_s3_task *t))
{
	run->task = t;
	t->run = run;
	iv_op_begin(&run->op, f, on_cancel);
	begin(t);
	return iv_flow_await(f);
}

/* ── reading ── */

static void read_part(void *arg)
{
	struct iv_s3_task *t = arg;
	int fd = open(t->path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	uint8_t digest[IV_SHA256_BYTES];

	t->fd_errno = fd < 0 || fstat(fd, &st) < 0 ? errno : 0;
	if (!t->fd_errno && t->size >= 0 && st.st_size != t->size)
		t->fd_errno = ESTALE; /* somebody writes to it */
	if (!t->fd_errno)
		t->size = st.st_size;
	t->part_len = 0;
	while (!t->fd_errno && t->part_len < t->part_cap && t->at + (int64_t)t->part_len < t->size) {
		ssize_t n = pread(fd, t->part + t->part_len, t->part_cap - t->part_len, (off_t)(t->at + (int64_t)t->part_len));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			t->fd_errno = n < 0 ? errno : EIO;
		else
			t->part_len += (size_t)n;
	}
	if (fd >= 0)
		(void)close(fd); /* read only: nothing to lose */
	iv_sha256((struct iv_str){t->part, t->part_len}, digest);
	(void)iv_hex(digest, sizeof(digest), t->part_hash);
}

static void part_read(void *arg);

static void read_next(struct iv_s3_task *t)
{
	s3_set_state(t, S3_READING);
	iv_loop_work(iv_net_loop(t->s3->net), read_part, part_read, t);
}

/* ── an upload in parts ── */

static void ask(struct iv_s3_task *t, const char *method, void (*answered)(struct iv_s3_task *t))
{
	t->rq.method = method;
	t->rq.query_count = 0;
	t->rq.body = IV_STR_NULL;
	t->rq.body_hash[0] = '\0';
	t->rq.content_type = NULL;
	t->answered = answered;
}

static void with(struct iv_s3_task *t, const char *name, const char *value)
{
	t->rq.query[t->rq.query_count++] = (struct iv_pair){iv_str(name), iv_str(value)};
}

static void aborted(struct iv_s3_task *t)
{
	s3_task_end(t, &t->failed); /* whether or not it could be taken back */
}

static void give_up(struct iv_s3_task *t, const struct iv_err *e)
{
	if (!t->upload_id[0]) {
		s3_task_end(t, e);
		return;
	}
	t->failed = *e;
	ask(t, "DELETE", aborted);
	with(t, "uploadId", t->upload_id);
	s3_send(t);
}

static void completed(struct iv_s3_task *t)
{
	if (t->rq.err.code != IV_OK)
		give_up(t, &t->rq.err);
	else
		s3_task_end(t, NULL);
}

static void complete(struct iv_s3_task *t)
{
	struct iv_err e = {0};
	bool ok;

	iv_buf_init(&t->list, 256 + (t->parts + 1) * PART_LINE * 2);
	ok = iv_buf_adds(&t->list, IV_S("<CompleteMultipartUpload>"));
	for (size_t i = 0; i < t->parts; i++)
		ok = ok && iv_buf_printf(&t->list, "<Part><PartNumber>%zu</PartNumber><ETag>%s</ETag></Part>", i + 1,
					 t->etags[i]);
	if (!ok || !iv_buf_adds(&t->list, IV_S("</CompleteMultipartUpload>"))) {
		(void)iv_fail(&e, IV_EUPSTREAM, "the object store's tags are too long");
		give_up(t, &e);
		return;
	}
	ask(t, "POST", completed);
	with(t, "uploadId", t->upload_id);
	t->rq.body = iv_buf_str(&t->list);
	t->rq.content_type = "application/xml";
	iv_sha256_hex(t->rq.body, t->rq.body_hash);
	s3_send(t);
}

static void part_sent(struct iv_s3_task *t)
{
	struct iv_err e = t->rq.err;

	if (e.code == IV_OK && (!t->rq.etag[0] || strpbrk(t->rq.etag, "<&")))
		(void)iv_fail(&e, IV_EUPSTREAM, "the object store gave no tag for a part");
	if (e.code != IV_OK) {
		give_up(t, &e);
		return;
	}
	t->etags = realloc(t->etags, (t->parts + 1) * sizeof(t->etags[0]));
	if (!t->etags)
		abort();
	memcpy(t->etags[t->parts++], t->rq.etag, S3_ETAG);
	t->at += (int64_t)t->part_len;
	if (t->at < t->size)
		read_next(t);
	else
		complete(t);
}

static void send_body(struct iv_s3_task *t)
{
	t->rq.body = (struct iv_str){t->part, t->part_len};
	memcpy(t->rq.body_hash, t->part_hash, sizeof(t->part_hash));
	s3_send(t);
}

static void send_part(struct iv_s3_task *t)
{
	(void)snprintf(t->number, sizeof(t->number), "%zu", t->parts + 1);
	ask(t, "PUT", part_sent);
	with(t, "uploadId", t->upload_id);
	with(t, "partNumber", t->number);
	send_body(t);
}

static void begun(struct iv_s3_task *t)
{
	struct iv_err e = t->rq.err;
	struct iv_str id = s3_xml_text(iv_buf_str(&t->rq.answer), "UploadId");

	if (e.code == IV_OK && (!id.len || id.len >= sizeof(t->upload_id) || memchr(id.ptr, '&', id.len)))
		(void)iv_fail(&e, IV_EUPSTREAM, "the object store gave no upload id");
	if (e.code != IV_OK) {
		s3_task_end(t, &e);
		return;
	}
	memcpy(t->upload_id, id.ptr, id.len);
	t->upload_id[id.len] = '\0';
	send_part(t);
}

/* ── a file ── */

static void sent_whole(struct iv_s3_task *t)
{
	s3_task_end(t, &t->rq.err);
}

static void first_part_read(struct iv_s3_task *t)
{
	if (t->bytes_out)
		*t->bytes_out = t->size;
	if ((int64_t)t->part_len == t->size) {
		ask(t, "PUT", sent_whole);
		t->rq.content_type = t->content_type;
		send_body(t);
		return;
	}
	ask(t, "POST", begun);
	with(t, "uploads", "");
	t->rq.content_type = t->content_type;
	s3_send(t);
}

static void part_read(void *arg)
{
	struct iv_s3_task *t = arg;
	struct iv_err e = {0};

	if (!t->run) { /* cancelled meanwhile */
		t->state = S3_OVER;
		free_task(t);
		return;
	}
	if (t->fd_errno) {
		(void)iv_fail(&e, t->fd_errno == ENOENT ? IV_ENOENT : IV_EINTERNAL, "cannot read the file: %s",
			      strerror(t->fd_errno));
		give_up(t, &e);
	} else if (t->size > (int64_t)t->part_cap * S3_PARTS) {
		(void)iv_fail(&e, IV_ETOOBIG, "the file is more than %d parts", S3_PARTS);
		give_up(t, &e);
	} else if (t->parts || t->upload_id[0]) {
		send_part(t);
	} else {
		first_part_read(t);
	}
}

void s3_put_file(struct iv_s3_task *t)
{
	t->part_cap = t->s3->o.part_bytes;
	t->part = malloc(t->part_cap);
	if (!t->part)
		abort();
	read_next(t);
}
