/* A disk's own name and key, made once: processes come and go on it. */
#include "artifacts_priv.h"

#include <stdio.h>
#include "iv_crypto.h"
#include "iv_spool.h"

enum { ID_MAX = 512 };

static bool read_back(struct iv_str text, struct disk *d)
{
	struct iv_str id, key = text;
	uint8_t raw[64];

	if (!iv_str_split(&key, '\n', &id) || !iv_str_starts(id, IV_S("dsk_")) || !iv_id_acceptable(id) ||
	    !iv_str_copy(d->id, sizeof(d->id), id))
		return false;
	key = iv_str_trim(key);
	if (key.len != iv_base64_size(DISK_KEY) || iv_base64_decode(key, raw) != DISK_KEY)
		return false;
	memcpy(d->key, raw, DISK_KEY);
	return true;
}

static bool make(const char *path, struct disk *d, struct iv_err *e)
{
	char text[IV_ID_SIZE + 66], key[64];
	size_t n = 0;

	iv_id_new("dsk", iv_wall_ms(), d->id);
	iv_random(d->key, sizeof(d->key));
	n = iv_base64(d->key, sizeof(d->key), key);
	(void)snprintf(text, sizeof(text), "%s\n%.*s\n", d->id, (int)n, key);
	return file_write(path, iv_str(text), e);
}

bool disk_open(const char *data_dir, struct disk *d, struct iv_err *e)
{
	char path[IV_ARTIFACT_PATH];
	struct iv_err why = {0};
	struct iv_buf text;
	bool ok;

	(void)snprintf(path, sizeof(path), "%s/disk.id", data_dir);
	iv_buf_init(&text, 2 * ID_MAX + 65536);
	ok = iv_file_read(path, ID_MAX, &text, &why);
	if (ok && !read_back(iv_buf_str(&text), d))
		ok = iv_fail(e, IV_EINVAL, "%s is not ours: move it away, and the files of this disk are nobody's", path);
	else if (!ok && why.code == IV_ENOENT)
		ok = make(path, d, e);
	else if (!ok)
		(void)iv_fail(e, why.code, "%s", why.msg);
	iv_buf_deinit(&text);
	return ok;
}
