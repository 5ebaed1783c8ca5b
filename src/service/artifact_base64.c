/* A recording that comes as base64 inside of something else: into a file, a piece at a time. */
#include "artifacts_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>
#include "iv_crypto.h"

enum { PIECE = 65536 }; /* of base64: four characters at a time */

/* The next piece without the backslashes that some writers of JSON put before a slash. */
static size_t next_piece(struct iv_str *rest, char out[PIECE])
{
	size_t n = 0, at = 0;

	for (; at < rest->len && n < PIECE; at++)
		if (rest->ptr[at] != '\\' || at + 1 == rest->len || rest->ptr[at + 1] != '/')
			out[n++] = rest->ptr[at];
	rest->ptr += at;
	rest->len -= at;
	return n;
}

static bool write_all(int fd, const uint8_t *bytes, size_t len)
{
	for (size_t at = 0; at < len;) {
		ssize_t n = write(fd, bytes + at, len - at);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		at += (size_t)n;
	}
	return true;
}

static bool failed(const char *what, struct iv_err *e)
{
	enum iv_code code = errno == ENOSPC || errno == EDQUOT ? IV_EDRAINING : IV_EINTERNAL;

	return iv_fail(e, code, "a recording cannot be %s: %s", what, strerror(errno));
}

static bool decode_into(int fd, struct iv_str text, struct iv_artifact_file *out, struct iv_sha256 *sum, struct iv_err *e)
{
	static const char *const expected = "mp3";
	char piece[PIECE];
	uint8_t bytes[PIECE / 4 * 3];
	bool first = true;

	while (text.len) {
		size_t len = next_piece(&text, piece);
		ptrdiff_t n = iv_base64_decode((struct iv_str){piece, len}, bytes);
		const char *format = n > 0 && first ? iv_artifact_sound((struct iv_str){(char *)bytes, (size_t)n}) : expected;

		if (n < 0)
			return iv_fail_field(e, IV_EINVAL, "data.full_audio", "is not base64");
		if (!format || strcmp(format, expected) != 0)
			return iv_fail_field(e, IV_EINVAL, "data.full_audio", "is no MP3");
		if (!write_all(fd, bytes, (size_t)n))
			return failed("written", e);
		iv_sha256_add(sum, (struct iv_str){(char *)bytes, (size_t)n});
		out->bytes += n;
		first = false;
	}
	if (fsync(fd) != 0)
		return failed("kept", e);
	return out->bytes > 0 || iv_fail_field(e, IV_EINVAL, "data.full_audio", "is empty");
}

bool iv_artifact_from_base64(const struct iv_artifact_place *p, struct iv_str text, struct iv_artifact_file *out,
			     struct iv_err *e)
{
	const struct artifact_kind *k = artifact_kind(IV_S("recording"), IV_S("mp3"));
	char hex[17], ending[40];
	uint8_t random[8];
	struct iv_sha256 *sum;
	bool ok;
	int fd;

	*out = (struct iv_artifact_file){.kind = k->kind, .format = k->format, .duration_ms = -1};
	iv_random(random, sizeof(random));
	(void)iv_hex(random, sizeof(random), hex);
	(void)snprintf(ending, sizeof(ending), "hosted-%s.mp3", hex);
	if (!iv_artifact_path(p, k->folder, ending, out->path))
		return iv_fail(e, IV_EINVAL, "the path of a recording is too long");
	if (!file_parents(out->path) || (fd = open(out->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) < 0)
		return failed("opened", e);
	sum = iv_sha256_begin();
	ok = decode_into(fd, text, out, sum, e);
	iv_sha256_end_hex(sum, out->sha256);
	(void)close(fd); /* synced, or given up */
	if (!ok)
		(void)unlink(out->path);
	return ok;
}
