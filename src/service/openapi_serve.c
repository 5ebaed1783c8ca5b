/* The documents as they are asked for: made once, known by their hash. */
#include <stdlib.h>
#include <zlib.h>
#include "iv_crypto.h"
#include "openapi_priv.h"

enum { GZIP = 15 + 16, MEMORY = 8 }; /* zlib's words for a window of 32 KiB in gzip's frame */

struct document {
	struct iv_buf text, packed; /* packed: by gzip, a tenth of it */
	char etag[40];
};

struct iv_docs {
	struct document openapi, asyncapi;
};

static void sign(struct document *d)
{
	uint8_t hash[IV_SHA256_BYTES];

	iv_sha256(iv_buf_str(&d->text), hash);
	d->etag[0] = '"';
	(void)iv_hex(hash, 16, d->etag + 1);
	d->etag[33] = '"';
	d->etag[34] = '\0';
}

static bool pack(struct document *d)
{
	z_stream z = {.next_in = (Bytef *)d->text.ptr, .avail_in = (uInt)d->text.len};
	bool ok;

	if (deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP, MEMORY, Z_DEFAULT_STRATEGY) != Z_OK)
		return false;
	ok = iv_buf_reserve(&d->packed, deflateBound(&z, (uLong)d->text.len));
	z.next_out = (Bytef *)d->packed.ptr;
	z.avail_out = (uInt)(ok ? d->packed.cap : 0);
	ok = ok && deflate(&z, Z_FINISH) == Z_STREAM_END;
	d->packed.len = ok ? (size_t)z.total_out : 0;
	(void)deflateEnd(&z);
	return ok;
}

struct iv_docs *iv_docs_new(const struct iv_api *a, const struct iv_route *plain, struct iv_services *s,
			    struct iv_err *e)
{
	struct iv_docs *d = calloc(1, sizeof(*d));

	if (!d)
		abort();
	iv_buf_init(&d->openapi.text, DOCUMENT_BYTES);
	iv_buf_init(&d->asyncapi.text, DOCUMENT_BYTES);
	iv_buf_init(&d->openapi.packed, DOCUMENT_BYTES);
	iv_buf_init(&d->asyncapi.packed, DOCUMENT_BYTES);
	if (!iv_openapi(a, plain, s, &d->openapi.text) || !iv_asyncapi(s, &d->asyncapi.text) || !pack(&d->openapi) ||
	    !pack(&d->asyncapi)) {
		(void)iv_fail(e, IV_EINTERNAL, "the API's document is larger than %d bytes", DOCUMENT_BYTES);
		iv_docs_free(d);
		return NULL;
	}
	sign(&d->openapi);
	sign(&d->asyncapi);
	return d;
}

void iv_docs_free(struct iv_docs *d)
{
	if (!d)
		return;
	iv_buf_deinit(&d->openapi.text);
	iv_buf_deinit(&d->asyncapi.text);
	iv_buf_deinit(&d->openapi.packed);
	iv_buf_deinit(&d->asyncapi.packed);
	free(d);
}

static bool has_it(struct iv_http_req *rq, const char *etag)
{
	struct iv_str rest = iv_http_header(rq, "if-none-match"), one;

	while (iv_str_split(&rest, ',', &one)) {
		one = iv_str_trim(one);
		if (iv_str_starts(one, IV_S("W/")))
			one = (struct iv_str){one.ptr + 2, one.len - 2};
		if (iv_str_eq(one, iv_str(etag)) || iv_str_eq(one, IV_S("*")))
			return true;
	}
	return false;
}

/* Public: any page may read what the API is. */
static void serve(const struct document *d, struct iv_http_req *rq)
{
	iv_http_set_header(rq, "ETag", iv_str(d->etag));
	iv_http_set_header(rq, "Cache-Control", IV_S("no-cache"));
	iv_http_set_header(rq, "Access-Control-Allow-Origin", IV_S("*"));
	iv_http_set_header(rq, "Vary", IV_S("Accept-Encoding"));
	if (has_it(rq, d->etag)) {
		iv_http_reply(rq, 304, NULL, IV_S(""));
	} else if (iv_http_takes_gzip(rq)) {
		iv_http_set_header(rq, "Content-Encoding", IV_S("gzip"));
		iv_http_reply(rq, 200, "application/json", iv_buf_str(&d->packed));
	} else {
		iv_http_reply(rq, 200, "application/json", iv_buf_str(&d->text));
	}
}

void iv_docs_on_openapi(struct iv_docs *d, struct iv_http_req *rq)
{
	serve(&d->openapi, rq);
}

void iv_docs_on_asyncapi(struct iv_docs *d, struct iv_http_req *rq)
{
	serve(&d->asyncapi, rq);
}
