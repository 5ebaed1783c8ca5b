/* Append-only files, written in batches by workers. The loop swaps buffers, a worker writes. Three kinds of work go on
 * beside each other, since a disk takes its time to sync: what live calls write, files that end (each synced by itself),
 * and the sync of the file system. A file is in one batch at a time. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "iv_metrics.h"
#include "iv_spool.h"

/* A round writes a share of the files, so that a thousand of them do not take the core at once. */
enum { PATH_SIZE = 512, HEADER_SIZE = 64, ROUNDS = 20 };

struct iv_spool {
	struct iv_list node;
	struct iv_spools *writer;
	char path[PATH_SIZE];
	struct iv_buf filling; /* the loop's */
	struct iv_buf writing; /* the worker's while a batch runs */
	char header[HEADER_SIZE];
	size_t header_len;
	int fd;
	bool fresh;    /* not in a batch yet: its call is not on the disk */
	bool closing;
	bool in_batch, last; /* of a batch under way: takes part, is closed by it */
	bool failed;   /* set by a worker, read between batches */
	void (*then)(void *arg, bool whole);
	void *then_arg;
};

/* Files in the hands of a worker: he looks at these and never at the list. */
struct batch {
	struct iv_spools *writer;
	struct iv_spool **files;
	size_t count, cap;
	bool busy;
};

struct iv_spools {
	struct iv_loop *loop;
	struct iv_list files; /* fresh ones in front */
	struct iv_timer timer;
	size_t count;
	int64_t flush_ms; /* for all the rounds that visit every file once */
	struct batch going_on, ending;
	unsigned round;
	int sync_fd; /* of a sync under way, else -1 */
	void (*done)(void *arg);
	void *done_arg;
};

static void flush(void *arg);

static void arm(struct iv_spools *w)
{
	if (!iv_timer_armed(&w->timer))
		iv_timer_in_ms(&w->timer, w->flush_ms / ROUNDS);
}

struct iv_spools *iv_spools_new(struct iv_loop *l, int64_t flush_ms)
{
	struct iv_spools *w = calloc(1, sizeof(*w));

	if (!w)
		abort();
	w->loop = l;
	w->flush_ms = flush_ms;
	w->going_on.writer = w->ending.writer = w;
	w->sync_fd = -1;
	iv_list_init(&w->files);
	iv_timer_init(&w->timer, l, flush, w);
	return w;
}

struct iv_spool *iv_spool_open(struct iv_spools *w, const char *path, size_t limit_bytes)
{
	struct iv_spool *s = calloc(1, sizeof(*s));

	if (!s)
		abort();
	s->writer = w;
	s->fd = -1;
	s->failed = !iv_str_copy(s->path, sizeof(s->path), iv_str(path));
	iv_buf_init(&s->filling, limit_bytes);
	iv_buf_init(&s->writing, limit_bytes);
	/* First of all, and at once: a call that was answered must have a file to be found by. */
	iv_list_append(w->files.next, &s->node);
	s->fresh = true;
	w->count++;
	iv_timer_in_ms(&w->timer, 0);
	return s;
}

bool iv_spool_add(struct iv_spool *s, struct iv_str bytes)
{
	if (!s->failed && iv_buf_adds(&s->filling, bytes))
		return true;
	iv_metric_add(IV_M_journal_errors_total, 0, 1);
	return false;
}

struct iv_buf *iv_spool_buf(struct iv_spool *s)
{
	return &s->filling;
}

void iv_spool_set_header(struct iv_spool *s, struct iv_str bytes)
{
	s->header_len = bytes.len < HEADER_SIZE ? bytes.len : HEADER_SIZE;
	memcpy(s->header, bytes.ptr, s->header_len);
}

void iv_spool_close(struct iv_spool *s)
{
	s->closing = true;
	arm(s->writer);
}

void iv_spool_close_then(struct iv_spool *s, void (*done)(void *arg, bool whole), void *arg)
{
	s->then = done;
	s->then_arg = arg;
	iv_spool_close(s);
}

/* ── the worker's side ── */

static bool make_parents(char *path)
{
	for (char *p = path + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		if (mkdir(path, 0700) < 0 && errno != EEXIST) {
			*p = '/';
			return false;
		}
		*p = '/';
	}
	return true;
}

static bool write_all(int fd, const char *p, size_t n)
{
	while (n) {
		ssize_t w = write(fd, p, n);

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return false;
		p += w;
		n -= (size_t)w;
	}
	return true;
}

static void write_file(struct iv_spool *s)
{
	if (s->fd < 0 && !s->failed) {
		if (make_parents(s->path))
			s->fd = open(s->path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		s->failed = s->fd < 0;
	}
	if (!s->failed && s->writing.len && !write_all(s->fd, s->writing.ptr, s->writing.len))
		s->failed = true;
	iv_buf_clear(&s->writing);
	if (!s->last || s->fd < 0)
		return;
	if (s->header_len && !s->failed) {
		/* O_APPEND would put it at the end: drop the flag for the one write in place. */
		if (fcntl(s->fd, F_SETFL, 0) < 0 ||
		    pwrite(s->fd, s->header, s->header_len, 0) != (ssize_t)s->header_len)
			s->failed = true;
	}
	if (fsync(s->fd) < 0)
		s->failed = true;
	(void)close(s->fd); /* synced above: a late error has nothing left to lose */
	s->fd = -1;
}

static void write_batch(void *arg)
{
	struct batch *b = arg;

	for (size_t i = 0; i < b->count; i++)
		write_file(b->files[i]);
}

static void sync_all(void *arg)
{
	struct iv_spools *w = arg;

	(void)syncfs(w->sync_fd); /* one for all files; a failure shows at each file's own fsync */
}

/* ── the loop's side ── */

static void release(struct iv_spool *s)
{
	if (s->failed)
		iv_metric_add(IV_M_journal_errors_total, 0, 1);
	iv_list_remove(&s->node);
	s->writer->count--;
	if (s->then)
		s->then(s->then_arg, !s->failed);
	iv_buf_deinit(&s->filling);
	iv_buf_deinit(&s->writing);
	free(s);
}

static bool is_idle(const struct iv_spools *w)
{
	return !w->going_on.busy && !w->ending.busy && w->sync_fd < 0;
}

static void over(struct iv_spools *w)
{
	iv_timer_stop(&w->timer);
	w->done(w->done_arg);
	free(w->going_on.files);
	free(w->ending.files);
	iv_free_later(w->loop, w);
}

/* Behind each piece of work. */
static void go_on(struct iv_spools *w)
{
	if (w->done && iv_list_empty(&w->files)) {
		if (is_idle(w))
			over(w);
	} else if (!iv_list_empty(&w->files) && (w->done || IV_CONTAINER(w->files.next, struct iv_spool, node)->fresh)) {
		flush(w);
	} else if (!iv_list_empty(&w->files)) {
		arm(w);
	}
}

static void batch_done(void *arg)
{
	struct batch *b = arg;

	b->busy = false;
	for (size_t i = 0; i < b->count; i++) {
		struct iv_spool *s = b->files[i];
		bool finished = s->last;

		s->in_batch = s->last = false;
		if (finished)
			release(s);
	}
	b->count = 0;
	go_on(b->writer);
}

static void sync_done(void *arg)
{
	struct iv_spools *w = arg;

	(void)close(w->sync_fd); /* a second name of a file: nothing was written by it */
	w->sync_fd = -1;
	go_on(w);
}

static void take(struct iv_spool *s)
{
	struct batch *b = s->closing ? &s->writer->ending : &s->writer->going_on;
	struct iv_buf full = s->filling;

	if (b->busy || s->in_batch || !(s->filling.len || s->closing))
		return;
	if (b->count == b->cap) {
		b->cap = b->cap ? 2 * b->cap : 64;
		b->files = realloc(b->files, b->cap * sizeof(b->files[0]));
		if (!b->files)
			abort();
	}
	s->filling = s->writing;
	s->writing = full;
	s->last = s->closing;
	s->fresh = false;
	s->in_batch = true;
	b->files[b->count++] = s;
}

static void start(struct batch *b)
{
	if (b->busy || !b->count)
		return;
	b->busy = true;
	iv_loop_work(b->writer->loop, write_batch, batch_done, b);
}

/* Once in all rounds, and not before the last is through. The file may end meanwhile: the sync has a descriptor of its
 * own. */
static void sync_some(struct iv_spools *w)
{
	if (++w->round % ROUNDS != 0 || w->sync_fd >= 0)
		return;
	IV_LIST_EACH(node, &w->files) {
		const struct iv_spool *s = IV_CONTAINER(node, struct iv_spool, node);

		if (s->in_batch || s->fd < 0)
			continue; /* a worker's at the moment, or not yet there */
		w->sync_fd = fcntl(s->fd, F_DUPFD_CLOEXEC, 0);
		if (w->sync_fd >= 0)
			iv_loop_work(w->loop, sync_all, sync_done, w);
		return;
	}
}

static void flush(void *arg)
{
	struct iv_spools *w = arg;
	size_t visits = w->done ? w->count : w->count / ROUNDS + 1;

	IV_LIST_EACH(node, &w->files) {
		struct iv_spool *s = IV_CONTAINER(node, struct iv_spool, node);

		if (!s->fresh)
			break;
		s->fresh = s->filling.len || s->closing; /* else there is nothing to hurry with */
		take(s);
	}
	for (size_t i = 0; i < visits && !iv_list_empty(&w->files); i++) {
		struct iv_spool *s = IV_CONTAINER(w->files.next, struct iv_spool, node);

		if (s->fresh)
			break; /* waits in front for the batch under way, and has nothing yet */
		iv_list_remove(&s->node); /* to the end: the next round begins behind it */
		iv_list_append(&w->files, &s->node);
		take(s);
	}
	start(&w->going_on);
	start(&w->ending);
	sync_some(w);
	if (!iv_list_empty(&w->files) && !w->done)
		arm(w);
}

void iv_spools_close(struct iv_spools *w, void (*done)(void *arg), void *arg)
{
	w->done = done;
	w->done_arg = arg;
	iv_timer_stop(&w->timer);
	IV_LIST_EACH(node, &w->files)
		IV_CONTAINER(node, struct iv_spool, node)->closing = true;
	if (!iv_list_empty(&w->files))
		flush(w);
	else if (is_idle(w))
		over(w); /* else the end of what goes on calls it */
}
