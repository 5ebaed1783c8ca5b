/* Signature Version 4: the canonical request, the string to sign, the key of the day, the signature. */
#include "iv_sigv4.h"

#include <stdio.h>
#include <stdlib.h>

#include "iv_crypto.h"
#include "iv_time.h"

#define CANONICAL_MAX 65536 /* bytes of a canonical request */
#define QUERY_EXTRA 6	    /* what a link adds to its query */
#define HEADER_EXTRA 4	    /* host, and what we add to the headers */

struct signer {
	const struct iv_sigv4_keys *keys;
	const struct iv_sigv4_request *rq;
	struct iv_arena *arena;
	struct iv_err *e;
	struct iv_str service, payload;
	char date[17]; /* "20130524T000000Z" */
	struct iv_pair query[IV_SIGV4_PAIRS_MAX + QUERY_EXTRA];   /* encoded */
	struct iv_pair headers[IV_SIGV4_PAIRS_MAX + HEADER_EXTRA]; /* canonical */
	size_t query_count, header_count;
	struct iv_str scope, path, query_text, header_names;
	char signature[IV_SHA256_HEX];
};

static bool full(const struct signer *s)
{
	return iv_fail(s->e, IV_ETOOBIG, "request is too large to be signed");
}

static struct iv_str kept(struct signer *s, struct iv_buf *b, bool fits)
{
	struct iv_str text = fits ? iv_arena_str(s->arena, iv_buf_str(b)) : IV_STR_NULL;

	iv_buf_deinit(b);
	return text;
}

static bool encode(struct iv_buf *out, struct iv_str text, bool slashes_stay)
{
	static const char hex[] = "0123456789ABCDEF";
	bool ok = true;

	for (size_t i = 0; i < text.len && ok; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
			     c == '-' || c == '.' || c == '_' || c == '~' || (c == '/' && slashes_stay);
		const char escaped[3] = {'%', hex[c >> 4], hex[c & 15]};

		ok = plain ? iv_buf_addc(out, (char)c) : iv_buf_add(out, escaped, 3);
	}
	return ok;
}

static struct iv_str encoded(struct signer *s, struct iv_str text, bool slashes_stay)
{
	struct iv_buf b;

	iv_buf_init(&b, CANONICAL_MAX);
	return kept(s, &b, encode(&b, text, slashes_stay) && iv_buf_adds(&b, IV_S("")));
}

static int order(struct iv_str a, struct iv_str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int cmp = n ? memcmp(a.ptr, b.ptr, n) : 0;

	return cmp ? cmp : (a.len > b.len) - (a.len < b.len);
}

static int by_name(const void *a, const void *b)
{
	const struct iv_pair *x = a, *y = b;
	int cmp = order(x->name, y->name);

	return cmp ? cmp : order(x->value, y->value);
}

/* ── the parts */

static bool set_path(struct signer *s)
{
	struct iv_str rest = s->rq->path, segment;

	if (!iv_str_starts(rest, IV_S("/")))
		return iv_fail(s->e, IV_EINVAL, "path must start with '/'");
	while (iv_str_split(&rest, '/', &segment)) {
		if (iv_str_eq(segment, IV_S(".")) || iv_str_eq(segment, IV_S("..")))
			return iv_fail(s->e, IV_EINVAL, "path must not have a segment '.' or '..'");
	}
	s->path = encoded(s, s->rq->path, true);
	return s->path.ptr || full(s);
}

static bool add_query(struct signer *s, struct iv_str name, struct iv_str value)
{
	struct iv_pair *pair = &s->query[s->query_count++];

	pair->name = encoded(s, name, false);
	pair->value = encoded(s, value, false);
	return (pair->name.ptr && pair->value.ptr) || full(s);
}

/* Lower-case name; value without blanks around, and one where there were several. */
static bool add_header(struct signer *s, struct iv_str name, struct iv_str value)
{
	struct iv_pair *pair = &s->headers[s->header_count++];
	struct iv_buf b;
	bool ok = true;

	iv_buf_init(&b, CANONICAL_MAX);
	for (size_t i = 0; i < name.len && ok; i++) {
		char c = name.ptr[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-')) {
			iv_buf_deinit(&b);
			return iv_fail(s->e, IV_EINVAL, "header name must be letters, digits and '-'");
		}
		ok = iv_buf_addc(&b, c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c);
	}
	pair->name = kept(s, &b, ok);
	value = iv_str_trim(value);
	ok = iv_buf_adds(&b, IV_S(""));
	for (size_t i = 0; i < value.len && ok; i++) {
		unsigned char c = (unsigned char)value.ptr[i];

		if (c < ' ' || c == 0x7f) {
			iv_buf_deinit(&b);
			return iv_fail(s->e, IV_EINVAL, "header value must not hold control characters");
		}
		if (c != ' ' || value.ptr[i - 1] != ' ')
			ok = iv_buf_addc(&b, (char)c);
	}
	pair->value = kept(s, &b, ok);
	return (name.len && pair->name.ptr && pair->value.ptr) || full(s);
}

static bool set_query_text(struct signer *s)
{
	struct iv_buf b;
	bool ok;

	iv_buf_init(&b, CANONICAL_MAX);
	qsort(s->query, s->query_count, sizeof(s->query[0]), by_name);
	ok = iv_buf_adds(&b, IV_S(""));
	for (size_t i = 0; i < s->query_count && ok; i++)
		ok = iv_buf_printf(&b, "%s%.*s=%.*s", i ? "&" : "", IV_FMT(s->query[i].name),
				   IV_FMT(s->query[i].value));
	s->query_text = kept(s, &b, ok);
	return s->query_text.ptr || full(s);
}

static bool set_header_names(struct signer *s)
{
	struct iv_buf b;
	bool ok = true;

	iv_buf_init(&b, CANONICAL_MAX);
	qsort(s->headers, s->header_count, sizeof(s->headers[0]), by_name);
	for (size_t i = 0; i < s->header_count && ok; i++) {
		if (i && iv_str_eq(s->headers[i - 1].name, s->headers[i].name))
			ok = iv_fail(s->e, IV_EINVAL, "header \"%.*s\" is given twice",
				     (int)(s->headers[i].name.len < 40 ? s->headers[i].name.len : 40),
				     s->headers[i].name.ptr);
		else
			ok = iv_buf_printf(&b, "%s%.*s", i ? ";" : "", IV_FMT(s->headers[i].name));
	}
	s->header_names = kept(s, &b, ok);
	return s->header_names.ptr || full(s);
}

/* ── what is signed */

static bool hash_canonical(struct signer *s, char hex[IV_SHA256_HEX])
{
	struct iv_buf b;
	bool ok;

	iv_buf_init(&b, 2 * CANONICAL_MAX);
	ok = iv_buf_printf(&b, "%s\n%.*s\n%.*s\n", s->rq->method, IV_FMT(s->path), IV_FMT(s->query_text));
	for (size_t i = 0; i < s->header_count && ok; i++)
		ok = iv_buf_printf(&b, "%.*s:%.*s\n", IV_FMT(s->headers[i].name), IV_FMT(s->headers[i].value));
	ok = ok && iv_buf_printf(&b, "\n%.*s\n%.*s", IV_FMT(s->header_names), IV_FMT(s->payload));
	if (ok)
		iv_sha256_hex(iv_buf_str(&b), hex);
	iv_buf_deinit(&b);
	return ok || full(s);
}

/* Four HMACs: the secret, the day, the region, the service, and a fixed word. */
static void day_key(const struct signer *s, uint8_t key[IV_SHA256_BYTES])
{
	const struct iv_str steps[] = {{s->date, 8}, s->keys->region, s->service, IV_S("aws4_request")};
	char first[4 + 128];
	struct iv_str with = {first, 4 + s->keys->secret_key.len};

	memcpy(first, "AWS4", 4);
	memcpy(first + 4, s->keys->secret_key.ptr, s->keys->secret_key.len);
	for (size_t i = 0; i < IV_COUNT(steps); i++) {
		iv_hmac_sha256(with, steps[i], key);
		with = (struct iv_str){(const char *)key, IV_SHA256_BYTES};
	}
}

static bool finish(struct signer *s)
{
	uint8_t key[IV_SHA256_BYTES], mac[IV_SHA256_BYTES];
	char hex[IV_SHA256_HEX];

	if (!set_query_text(s) || !set_header_names(s) || !hash_canonical(s, hex))
		return false;
	const struct iv_str parts[] = {IV_S("AWS4-HMAC-SHA256\n"), iv_str(s->date), IV_S("\n"),
				       s->scope, IV_S("\n"), iv_str(hex)};

	day_key(s, key);
	iv_hmac_sha256_of((struct iv_str){(const char *)key, sizeof(key)}, parts, IV_COUNT(parts), mac);
	iv_hex(mac, sizeof(mac), s->signature);
	return true;
}

/* ── the two ways */

static bool token(struct iv_str s, size_t max)
{
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] <= ' ' || s.ptr[i] >= 0x7f || s.ptr[i] == '/' || s.ptr[i] == ',')
			return false;
	}
	return s.len > 0 && s.len <= max;
}

static void set_date(struct signer *s, int64_t wall_ms)
{
	char iso[IV_TIME_SIZE];
	size_t n = 0;

	iv_time_iso(wall_ms, iso);
	for (size_t i = 0; i < 19; i++) { /* up to the seconds */
		if (iso[i] != '-' && iso[i] != ':')
			s->date[n++] = iso[i];
	}
	s->date[n++] = 'Z';
	s->date[n] = '\0';
}

static bool begin(struct signer *s, int64_t wall_ms)
{
	const struct iv_sigv4_request *rq = s->rq;
	struct iv_buf b;

	if (!token(s->keys->access_key, 128) || !token(s->keys->region, 64) || s->keys->secret_key.len == 0 ||
	    s->keys->secret_key.len > 128 || (s->keys->service.len && !token(s->keys->service, 64)))
		return iv_fail(s->e, IV_EINVAL, "credentials need an access key, a secret key and a region");
	if (!token(rq->host, 256))
		return iv_fail(s->e, IV_EINVAL, "host must be a name and perhaps a port");
	if (rq->query_count > IV_SIGV4_PAIRS_MAX || rq->header_count > IV_SIGV4_PAIRS_MAX)
		return iv_fail(s->e, IV_ETOOBIG, "more than %d parameters or headers", IV_SIGV4_PAIRS_MAX);
	s->service = s->keys->service.len ? s->keys->service : IV_S("s3");
	set_date(s, wall_ms);
	iv_buf_init(&b, 512);
	s->scope = kept(s, &b, iv_buf_printf(&b, "%.8s/%.*s/%.*s/aws4_request", s->date, IV_FMT(s->keys->region),
					     IV_FMT(s->service)));
	if (!s->scope.ptr)
		return full(s);
	if (!set_path(s) || !add_header(s, IV_S("host"), rq->host))
		return false;
	for (size_t i = 0; i < rq->header_count; i++) {
		if (!add_header(s, rq->headers[i].name, rq->headers[i].value))
			return false;
	}
	for (size_t i = 0; i < rq->query_count; i++) {
		if (!add_query(s, rq->query[i].name, rq->query[i].value))
			return false;
	}
	return true;
}

static bool set_target(struct signer *s, const char *more, struct iv_str *target)
{
	struct iv_buf b;

	iv_buf_init(&b, 2 * CANONICAL_MAX);
	*target = kept(s, &b,
		       iv_buf_printf(&b, "%.*s%s%.*s%s", IV_FMT(s->path), s->query_text.len ? "?" : "",
				     IV_FMT(s->query_text), more));
	return target->ptr || full(s);
}

static bool give_header(struct signer *s, struct iv_sigv4_signed *out, const char *name, struct iv_str value)
{
	struct iv_pair *pair = &out->headers[out->header_count++];

	pair->name = iv_str(name);
	pair->value = iv_arena_str(s->arena, value);
	return pair->value.ptr || full(s);
}

static bool give_authorization(struct signer *s, struct iv_sigv4_signed *out)
{
	struct iv_buf b;
	struct iv_str text;

	iv_buf_init(&b, CANONICAL_MAX);
	text = kept(s, &b,
		    iv_buf_printf(&b, "AWS4-HMAC-SHA256 Credential=%.*s/%.*s,SignedHeaders=%.*s,Signature=%s",
				  IV_FMT(s->keys->access_key), IV_FMT(s->scope), IV_FMT(s->header_names),
				  s->signature));
	return text.ptr ? give_header(s, out, "authorization", text) : full(s);
}

bool iv_sigv4_sign(const struct iv_sigv4_keys *keys, const struct iv_sigv4_request *rq, int64_t wall_ms,
		   struct iv_arena *arena, struct iv_sigv4_signed *out, struct iv_err *e)
{
	struct signer s = {.keys = keys, .rq = rq, .arena = arena, .e = e};
	char empty[IV_SHA256_HEX];

	*out = (struct iv_sigv4_signed){0};
	iv_sha256_hex(IV_S(""), empty);
	s.payload = rq->payload_hash.len ? rq->payload_hash : iv_str(empty);
	if (!begin(&s, wall_ms) || !give_header(&s, out, "x-amz-date", iv_str(s.date)) ||
	    !give_header(&s, out, "x-amz-content-sha256", s.payload) ||
	    (keys->session_token.len && !give_header(&s, out, "x-amz-security-token", keys->session_token)))
		return false;
	for (size_t i = 0; i < out->header_count; i++) {
		if (!add_header(&s, out->headers[i].name, out->headers[i].value))
			return false;
	}
	return finish(&s) && give_authorization(&s, out) && set_target(&s, "", &out->target);
}

bool iv_sigv4_presign(const struct iv_sigv4_keys *keys, const struct iv_sigv4_request *rq, int64_t wall_ms,
		      int64_t expires_s, struct iv_arena *arena, struct iv_str *target, struct iv_err *e)
{
	struct signer s = {.keys = keys, .rq = rq, .arena = arena, .e = e, .payload = IV_SIGV4_UNSIGNED};
	char expires[24], credential[512], last[32 + IV_SHA256_HEX];

	*target = IV_STR_NULL;
	if (expires_s < 1 || expires_s > IV_SIGV4_EXPIRES_MAX_S)
		return iv_fail(e, IV_EINVAL, "a link must be good for 1 to %d s", IV_SIGV4_EXPIRES_MAX_S);
	if (!begin(&s, wall_ms) || !set_header_names(&s))
		return false;
	snprintf(expires, sizeof(expires), "%lld", (long long)expires_s);
	snprintf(credential, sizeof(credential), "%.*s/%.*s", IV_FMT(keys->access_key), IV_FMT(s.scope));
	if (!add_query(&s, IV_S("X-Amz-Algorithm"), IV_S("AWS4-HMAC-SHA256")) ||
	    !add_query(&s, IV_S("X-Amz-Credential"), iv_str(credential)) ||
	    !add_query(&s, IV_S("X-Amz-Date"), iv_str(s.date)) ||
	    !add_query(&s, IV_S("X-Amz-Expires"), iv_str(expires)) ||
	    !add_query(&s, IV_S("X-Amz-SignedHeaders"), s.header_names) ||
	    (keys->session_token.len && !add_query(&s, IV_S("X-Amz-Security-Token"), keys->session_token)) ||
	    !finish(&s))
		return false;
	snprintf(last, sizeof(last), "&X-Amz-Signature=%s", s.signature);
	return set_target(&s, last, target);
}
