/* Recordings on the disk: what a crash left unfinished, what must not be heard, and Opus. All of it blocks and runs in
 * threads of workers. */
#include "artifacts_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include "iv_crypto.h"
#include "iv_opus.h"
#include "iv_wav.h"

enum { PIECE = 1 << 16, PAGES_MAX = 1 << 18 };

static bool fail(struct iv_err *e, const char *what)
{
	return iv_fail(e, errno == ENOENT ? IV_ENOENT : IV_EINTERNAL, "%s: %s", what, strerror(errno));
}

static ssize_t read_at(int fd, void *out, size_t n, int64_t at)
{
	size_t got = 0;

	while (got < n) {
		ssize_t r = pread(fd, (char *)out + got, n - got, (off_t)(at + (int64_t)got));

		if (r < 0 && errno == EINTR)
			continue;
		if (r < 0)
			return -1;
		if (r == 0)
			break;
		got += (size_t)r;
	}
	return (ssize_t)got;
}

static bool write_at(int fd, const void *bytes, size_t n, int64_t at)
{
	for (size_t done = 0; done < n;) {
		ssize_t w = pwrite(fd, (const char *)bytes + done, n - done, (off_t)(at + (int64_t)done));

		if (w < 0 && errno == EINTR)
			continue;
		if (w <= 0)
			return false;
		done += (size_t)w;
	}
	return true;
}

/* Our own files: one header of IV_WAV_HEADER bytes, then samples. */
static bool read_header(int fd, struct iv_wav *w, int64_t *data_bytes, struct iv_err *e)
{
	char head[IV_WAV_HEADER];
	struct stat st;

	if (fstat(fd, &st) < 0 || read_at(fd, head, sizeof(head), 0) < 0)
		return fail(e, "cannot read the recording");
	*data_bytes = st.st_size - IV_WAV_HEADER;
	if (*data_bytes < 0)
		return iv_fail(e, IV_EINVAL, "the recording ends inside its header");
	return iv_wav_parse((struct iv_str){head, sizeof(head)}, w, e);
}

static bool silence(int fd, const struct iv_wav *w, int64_t data_bytes, const struct sound_mute *m)
{
	static const char zeros[PIECE];
	int64_t frame = 2 * w->channels;
	int64_t from = m->from_ms < 0 ? 0 : m->from_ms * w->rate_hz / 1000 * frame;
	int64_t to = m->to_ms * w->rate_hz / 1000 * frame;

	for (to = to < data_bytes ? to : data_bytes; from < to;) {
		size_t n = to - from < PIECE ? (size_t)(to - from) : PIECE;

		if (!write_at(fd, zeros, n, IV_WAV_HEADER + from))
			return false;
		from += (int64_t)n;
	}
	return true;
}

int sound_put_right(const char *path, const struct sound_mute *mutes, size_t count, int64_t *bytes, int64_t *duration_ms,
		    struct iv_err *e)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	uint8_t header[IV_WAV_HEADER];
	struct iv_wav w;
	int64_t data;
	bool ok;

	if (fd < 0 && errno == ENOENT)
		return 0;
	ok = fd >= 0 || fail(e, "cannot open the recording");
	ok = ok && read_header(fd, &w, &data, e);
	if (ok) {
		data -= data % (2 * w.channels); /* a crash may have cut a sample */
		iv_wav_header(header, w.rate_hz, w.channels, (uint32_t)(data < UINT32_MAX ? data : UINT32_MAX));
		ok = write_at(fd, header, sizeof(header), 0);
		for (size_t i = 0; ok && i < count; i++)
			ok = silence(fd, &w, data, &mutes[i]);
		ok = (ok && fsync(fd) == 0) || fail(e, "cannot write the recording");
		*bytes = data + IV_WAV_HEADER;
		*duration_ms = data / (2 * w.channels) * 1000 / w.rate_hz;
	}
	if (fd >= 0)
		(void)close(fd); /* synced above */
	return ok ? 1 : -1;
}

/* ── Opus ── */

struct transcoding {
	struct iv_job *job;
	int in, out;
	int64_t written;
	struct iv_buf pages;
	struct iv_sha256 *digest;
};

static bool give_pages(struct transcoding *t, struct iv_err *e)
{
	if (!write_at(t->out, t->pages.ptr, t->pages.len, t->written))
		return fail(e, "cannot write the Opus file");
	iv_sha256_add(t->digest, iv_buf_str(&t->pages));
	t->written += (int64_t)t->pages.len;
	iv_buf_clear(&t->pages);
	return true;
}

static bool encode(struct transcoding *t, const struct iv_wav *wav, int64_t data_bytes, struct iv_err *e)
{
	struct iv_opus_writer *w = iv_opus_writer_new(wav->rate_hz, wav->channels, 1, e);
	size_t frame = 2 * (size_t)wav->channels;
	int16_t pcm[PIECE / sizeof(int16_t)];
	bool ok = w != NULL;

	for (int64_t at = 0; ok && at < data_bytes;) {
		size_t want = data_bytes - at < PIECE ? (size_t)(data_bytes - at) : PIECE;
		ssize_t n = read_at(t->in, pcm, want, IV_WAV_HEADER + at);

		if (iv_job_stopping(t->job))
			ok = iv_fail(e, IV_ECANCELED, "the process stops");
		else if (n < (ssize_t)frame)
			ok = n < 0 ? fail(e, "cannot read the recording") : (at = data_bytes) > 0; /* cut in a sample */
		else
			ok = (iv_opus_write(w, pcm, (size_t)n / frame, &t->pages) ||
			      iv_fail(e, IV_EINTERNAL, "the encoder gave more than it may")) && give_pages(t, e);
		at += n > 0 ? n : 0;
	}
	if (ok && !iv_opus_finish(w, &t->pages))
		ok = iv_fail(e, IV_EINTERNAL, "the encoder gave more than it may");
	ok = ok && give_pages(t, e);
	iv_opus_writer_free(w);
	return ok;
}

bool sound_to_opus(struct iv_job *job, const char *wav, const char *opus, int64_t *bytes, int64_t *duration_ms,
		   char sha256[65], struct iv_err *e)
{
	struct transcoding t = {.job = job, .out = -1, .digest = iv_sha256_begin()};
	char part[IV_ARTIFACT_PATH + 8];
	struct iv_wav w;
	int64_t data = 0;
	bool ok;

	(void)snprintf(part, sizeof(part), "%s.part", opus);
	iv_buf_init(&t.pages, PAGES_MAX);
	t.in = open(wav, O_RDONLY | O_CLOEXEC);
	ok = t.in >= 0 || fail(e, "cannot open the recording");
	ok = ok && read_header(t.in, &w, &data, e);
	if (ok && (t.out = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) < 0)
		ok = fail(e, "cannot make the Opus file");
	ok = ok && encode(&t, &w, data, e);
	ok = ok && ((fsync(t.out) == 0 && rename(part, opus) == 0) || fail(e, "cannot write the Opus file"));
	if (ok) {
		*bytes = t.written;
		*duration_ms = data / (2 * w.channels) * 1000 / w.rate_hz;
	}
	iv_sha256_end_hex(t.digest, sha256);
	if (t.in >= 0)
		(void)close(t.in); /* read only */
	if (t.out >= 0)
		(void)close(t.out); /* synced above, or given up */
	if (!ok)
		(void)unlink(part); /* may never have been there */
	iv_buf_deinit(&t.pages);
	return ok;
}

bool file_digest(struct iv_job *job, const char *path, int64_t *bytes, char sha256[65], struct iv_err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct iv_sha256 *digest = iv_sha256_begin();
	char piece[PIECE];
	ssize_t n = 0;
	bool ok = fd >= 0 || fail(e, "cannot open the file");

	*bytes = 0;
	while (ok && (n = read_at(fd, piece, sizeof(piece), *bytes)) > 0) {
		iv_sha256_add(digest, (struct iv_str){piece, (size_t)n});
		*bytes += n;
		if (iv_job_stopping(job))
			ok = iv_fail(e, IV_ECANCELED, "the process stops");
	}
	if (ok && n < 0)
		ok = fail(e, "cannot read the file");
	iv_sha256_end_hex(digest, sha256);
	if (fd >= 0)
		(void)close(fd); /* read only */
	return ok;
}
