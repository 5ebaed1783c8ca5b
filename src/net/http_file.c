/* A file as an answer: opened, measured and read by a worker, one piece at a time, the next when there is room. One
 * range is served (RFC 9110, 14); several in one request, or one that is no range, get the whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include "http_priv.h"
#include "net_priv.h"

enum { PIECE = 262144, PATH_SIZE = 1024 };

struct sending {
	struct iv_http_req *rq; /* NULL: the client has gone */
	struct iv_loop *loop;
	char path[PATH_SIZE];
	const char *content_type;
	char range[128];
	int fd;
	int64_t size, at, end; /* end: behind the last byte to be sent */
	bool reading, begun, full;
	ssize_t got;           /* of the piece; -1: it could not be read */
	char piece[PIECE];
};

static void close_file(void *arg)
{
	struct sending *s = arg;

	if (s->fd >= 0)
		(void)close(s->fd); /* read only: nothing to lose */
}

static void freed(void *arg)
{
	free(arg);
}

static void over(struct sending *s)
{
	iv_loop_work(s->loop, close_file, freed, s);
}

static void read_piece(void *arg)
{
	struct sending *s = arg;
	int64_t left = s->end - s->at;
	size_t n = left < PIECE ? (size_t)left : PIECE;

	do
		s->got = pread(s->fd, s->piece, n, (off_t)s->at);
	while (s->got < 0 && errno == EINTR);
}

static void piece_read(void *arg);

static void go_on(struct sending *s)
{
	struct iv_http_req *rq = s->rq;

	if (s->at < s->end) {
		s->reading = true;
		iv_loop_work(s->loop, read_piece, piece_read, s);
		return;
	}
	s->rq = NULL;
	iv_http_stream_end(rq);
	over(s);
}

static void piece_read(void *arg)
{
	struct sending *s = arg;
	struct iv_http_req *rq = s->rq;

	s->reading = false;
	if (!rq) {
		over(s);
		return;
	}
	if (s->got <= 0) { /* it became shorter, or the disk failed: the client must not take it for whole */
		s->rq = NULL;
		iv_http_stream_abort(rq);
		over(s);
		return;
	}
	s->at += s->got;
	s->full = !iv_http_stream_write(rq, (struct iv_str){s->piece, (size_t)s->got});
	if (s->rq && (!s->full || s->at == s->end)) /* writing may have found that the client has gone */
		go_on(s);
}

static void on_writable(void *arg)
{
	struct sending *s = arg;

	if (!s->full || s->reading)
		return;
	s->full = false;
	go_on(s);
}

static void on_close(void *arg)
{
	struct sending *s = arg;

	s->rq = NULL;
	if (!s->reading)
		over(s);
}

/* ── which part ── */

/* "bytes=a-b", "bytes=a-", "bytes=-n". False: not satisfiable. What is no range is no wish for one. */
static bool read_range(struct iv_str text, int64_t size, int64_t *from, int64_t *end, bool *partial)
{
	struct iv_str first, last = text;
	int64_t a, b;

	*from = 0;
	*end = size;
	*partial = false;
	if (!iv_str_starts(last, IV_S("bytes=")) || iv_str_find(last, IV_S(","), 0) >= 0)
		return true;
	last.ptr += 6;
	last.len -= 6;
	if (iv_str_find(last, IV_S("-"), 0) < 0)
		return true;
	(void)iv_str_split(&last, '-', &first); /* the dash is there */
	if (!first.len) {
		if (!iv_str_to_i64(last, &b) || b < 0)
			return true;
		*from = b < size ? size - b : 0;
		*partial = true;
		return b > 0 && size > 0;
	}
	if (!iv_str_to_i64(first, &a) || a < 0 || (last.len && (!iv_str_to_i64(last, &b) || b < a)))
		return true;
	*from = a;
	*partial = true;
	if (last.len && b + 1 < size)
		*end = b + 1;
	return a < size;
}

static void begin(struct sending *s)
{
	struct iv_http_req *rq = s->rq;
	char value[96];
	int64_t from, end;
	bool partial, good = read_range(iv_str(s->range), s->size, &from, &end, &partial);

	iv_http_set_header(rq, "Accept-Ranges", IV_S("bytes"));
	if (!good)
		(void)snprintf(value, sizeof(value), "bytes */%lld", (long long)s->size);
	else
		(void)snprintf(value, sizeof(value), "bytes %lld-%lld/%lld", (long long)from, (long long)end - 1,
			       (long long)s->size);
	if (partial)
		iv_http_set_header(rq, "Content-Range", iv_str(value));
	if (!good) {
		s->rq = NULL;
		iv_http_on_close(rq, NULL, NULL);
		http_reply_problem(rq, 416, "bad_request", "Range", "the file is not that long");
		over(s);
		return;
	}
	s->at = from;
	s->end = iv_str_eq(iv_http_method(rq), IV_S("HEAD")) ? from : end;
	iv_http_on_writable(rq, on_writable, s);
	iv_http_stream_begin_sized(rq, partial ? 206 : 200, s->content_type, end - from);
	if (s->rq)
		go_on(s);
}

/* ── opening ── */

static void open_file(void *arg)
{
	struct sending *s = arg;
	struct stat st;

	s->fd = open(s->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (s->fd >= 0 && (fstat(s->fd, &st) < 0 || !S_ISREG(st.st_mode))) {
		(void)close(s->fd); /* as above */
		s->fd = -1;
	}
	s->size = s->fd >= 0 ? st.st_size : 0;
}

static void opened(void *arg)
{
	struct sending *s = arg;
	struct iv_http_req *rq = s->rq;
	struct iv_err e = {0};

	s->reading = false;
	if (!rq) {
		over(s);
		return;
	}
	if (s->fd >= 0) {
		begin(s);
		return;
	}
	s->rq = NULL;
	iv_http_on_close(rq, NULL, NULL);
	(void)iv_fail(&e, IV_ENOENT, "the file is not here");
	iv_http_reply_err(rq, &e);
	over(s);
}

void iv_http_reply_file(struct iv_http_req *rq, const char *path, const char *content_type)
{
	struct sending *s = net_calloc(sizeof(*s));

	s->rq = rq;
	s->loop = iv_http_loop(rq);
	s->content_type = content_type;
	s->fd = -1;
	s->reading = true;
	(void)iv_str_copy(s->range, sizeof(s->range), iv_http_header(rq, "range")); /* a longer one is no range */
	if (!iv_str_copy(s->path, sizeof(s->path), iv_str(path)))
		s->path[0] = '\0'; /* cannot be opened */
	iv_http_on_close(rq, on_close, s);
	iv_loop_work(s->loop, open_file, opened, s);
}
