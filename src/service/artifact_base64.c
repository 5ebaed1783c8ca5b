/* A recording of a vendor's, as it is or as base64 inside of something else: into a file, a piece at a time. */
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

struct sink {
	int fd;
	struct iv_artifact_file *out;
	struct iv_sha256 *sum;
};

/* The first bytes tell what it is. */
static bool put(struct sink *to, struct iv_str bytes, struct iv_err *e)
{
	const char *format = to->out->bytes ? "mp3" : iv_artifact_sound(bytes);

	if (!format || strcmp(format, "mp3") != 0)
		return iv_fail_field(e, IV_EINVAL, "data.full_audio", "is no MP3");
	if (!write_all(to->fd, (const uint8_t *)bytes.ptr, bytes.len))
		return failed("written", e);
	iv_sha256_add(to->sum, bytes);
	to->out->bytes += (int64_t)bytes.len;
	return true;
}

static bool decode_into(struct sink *to, struct iv_str text, struct iv_err *e)
{
	char piece[PIECE];
	uint8_t bytes[PIECE / 4 * 3];

	while (text.len) {
		size_t len = next_piece(&text, piece);
		ptrdiff_t n = iv_base64_decode((struct iv_str){piece, len}, bytes);

		if (n < 0)
			return iv_fail_field(e, IV_EINVAL, "data.full_audio", "is not base64");
		if (!put(to, (struct iv_str){(char *)bytes, (size_t)n}, e))
			return false;
	}
	return true;
}

static bool write_into(struct sink *to, struct iv_str sound, struct iv_err *e)
{
	return !sound.len || put(to, sound, e);
}

static bool kept(const struct sink *to, struct iv_err *e)
{
	if (to->out->bytes == 0)
		return iv_fail_field(e, IV_EINVAL, "data.full_audio", "is empty");
	return fsync(to->fd) == 0 || failed("kept", e);
}

static bool make(const struct iv_artifact_place *p, struct iv_str given,
		 bool (*into)(struct sink *to, struct iv_str given, struct iv_err *e), struct iv_artifact_file *out,
		 struct iv_err *e)
{
	const struct artifact_kind *k = artifact_kind(IV_S("recording"), IV_S("mp3"));
	char hex[17], ending[40];
	uint8_t random[8];
	struct sink to = {.out = out};
	bool ok;

	*out = (struct iv_artifact_file){.kind = k->kind, .format = k->format, .duration_ms = -1};
	iv_random(random, sizeof(random));
	(void)iv_hex(random, sizeof(random), hex);
	(void)snprintf(ending, sizeof(ending), "hosted-%s.mp3", hex);
	if (!iv_artifact_path(p, k->folder, ending, out->path))
		return iv_fail(e, IV_EINVAL, "the path of a recording is too long");
	if (!file_parents(out->path) || (to.fd = open(out->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) < 0)
		return failed("opened", e);
	to.sum = iv_sha256_begin();
	ok = into(&to, given, e) && kept(&to, e);
	iv_sha256_end_hex(to.sum, out->sha256);
	(void)close(to.fd); /* synced, or given up */
	if (!ok)
		(void)unlink(out->path);
	return ok;
}

bool iv_artifact_from_base64(const struct iv_artifact_place *p, struct iv_str text, struct iv_artifact_file *out,
			     struct iv_err *e)
{
	return make(p, text, decode_into, out, e);
}

bool iv_artifact_from_bytes(const struct iv_artifact_place *p, struct iv_str sound, struct iv_artifact_file *out,
			    struct iv_err *e)
{
	return make(p, sound, write_into, out, e);
}
