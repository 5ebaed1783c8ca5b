/* Reading a whole file, for start-up and the command line. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include "iv_spool.h"

bool iv_file_read(const char *path, size_t limit_bytes, struct iv_buf *out, struct iv_err *e)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = 0;

	if (fd < 0)
		return iv_fail(e, errno == ENOENT ? IV_ENOENT : IV_EINTERNAL, "cannot open %s: %s", path,
			       strerror(errno));
	while (out->len < limit_bytes) {
		if (!iv_buf_reserve(out, 65536)) {
			n = -1;
			errno = EFBIG;
			break;
		}
		n = read(fd, out->ptr + out->len, out->cap - out->len);
		if (n <= 0)
			break;
		out->len += (size_t)n;
	}
	(void)close(fd); /* read only: nothing to lose */
	if (n < 0)
		return iv_fail(e, IV_EINTERNAL, "cannot read %s: %s", path, strerror(errno));
	if (out->len >= limit_bytes)
		return iv_fail(e, IV_ETOOBIG, "%s is larger than %zu bytes", path, limit_bytes);
	return true;
}
