#include "packed.h"

#include <stdlib.h>
#include <zlib.h>
#include "iv_crypto.h"

static uint8_t *room(size_t n)
{
	uint8_t *p = malloc(n ? n : 1);

	if (!p)
		abort();
	return p;
}

bool packed_write(struct iv_str plain, struct iv_buf *out)
{
	uLongf size = compressBound((uLong)plain.len);
	uint8_t *zipped = room(size);
	bool ok = compress2(zipped, &size, (const Bytef *)plain.ptr, (uLong)plain.len, Z_BEST_SPEED) == Z_OK &&
		  iv_buf_reserve(out, iv_base64_size(size));

	if (ok)
		out->len += iv_base64(zipped, size, out->ptr + out->len);
	free(zipped);
	return ok;
}

bool packed_read(struct iv_str packed, size_t bytes, struct iv_buf *out)
{
	uint8_t *zipped = room(packed.len);
	ptrdiff_t n = iv_base64_decode(packed, zipped);
	uLongf size = (uLongf)bytes;
	bool ok = n > 0 && iv_buf_reserve(out, bytes) &&
		  uncompress((Bytef *)out->ptr + out->len, &size, zipped, (uLong)n) == Z_OK && size == bytes;

	if (ok)
		out->len += bytes;
	free(zipped);
	return ok;
}
