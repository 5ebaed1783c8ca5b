/* X-Twilio-Signature: HMAC-SHA1 over the URL and the form's pairs in order of their names, each name once
 * with each of its different values behind it. */
#include "iv_webhook_sign.h"

#include <stdio.h>
#include <stdlib.h>

#include "iv_config.h"
#include "iv_crypto.h"

#define URL_MAX 4096

static int order(struct iv_str a, struct iv_str b)
{
	size_t n = a.len < b.len ? a.len : b.len;
	int cmp = n ? memcmp(a.ptr, b.ptr, n) : 0;

	return cmp ? cmp : (a.len > b.len) - (a.len < b.len);
}

static int by_name_and_value(const void *a, const void *b)
{
	const struct iv_pair *x = a, *y = b;
	int cmp = order(x->name, y->name);

	return cmp ? cmp : order(x->value, y->value);
}

/* What is signed behind the URL, after a free first place for it: names and values in turn. */
static struct iv_str *signed_parts(const struct iv_pair *pairs, size_t count, struct iv_arena *arena, size_t *n)
{
	struct iv_pair *sorted;
	struct iv_str *parts;

	if (count > IV_QUERY_PAIRS_MAX)
		return NULL;
	sorted = iv_arena_alloc(arena, count * sizeof(*sorted));
	parts = iv_arena_alloc(arena, (2 * count + 1) * sizeof(*parts));
	if (!sorted || !parts)
		return NULL;
	if (count) {
		memcpy(sorted, pairs, count * sizeof(*sorted));
		qsort(sorted, count, sizeof(*sorted), by_name_and_value);
	}
	*n = 1;
	for (size_t i = 0; i < count; i++) {
		if (i && by_name_and_value(&sorted[i - 1], &sorted[i]) == 0)
			continue;
		parts[(*n)++] = sorted[i].name;
		parts[(*n)++] = sorted[i].value;
	}
	return parts;
}

/* The URL as scheme and host, port with its colon, and all that is behind. */
struct url_parts {
	struct iv_str host, port, rest;
	bool socket;
};

static bool cut(struct iv_str url, struct url_parts *out)
{
	ptrdiff_t scheme = iv_str_find(url, IV_S("://"), 0);
	size_t start, end, colon;

	if (scheme < 0 || url.len > URL_MAX)
		return false;
	start = (size_t)scheme + 3;
	for (end = start; end < url.len && url.ptr[end] != '/' && url.ptr[end] != '?'; end++)
		;
	colon = end;
	for (size_t i = end; i > start && url.ptr[i - 1] != ']'; i--) {
		if (url.ptr[i - 1] == ':')
			colon = i - 1;
	}
	out->host = (struct iv_str){url.ptr, colon};
	out->port = (struct iv_str){url.ptr + colon, end - colon};
	out->rest = (struct iv_str){url.ptr + end, url.len - end};
	out->socket = iv_str_starts(url, IV_S("ws"));
	return true;
}

static struct iv_str usual_port(struct iv_str url)
{
	return iv_str_starts(url, IV_S("https:")) || iv_str_starts(url, IV_S("wss:")) ? IV_S(":443") : IV_S(":80");
}

/* One spelling of the URL: with or without port, for sockets with or without a slash at the end. */
static struct iv_str spell(const struct url_parts *u, struct iv_str port, bool other_slash, char out[URL_MAX + 16])
{
	struct iv_str rest = u->rest;
	const char *slash = "";
	int n;

	if (other_slash && iv_str_ends(rest, IV_S("/")))
		rest.len--;
	else if (other_slash)
		slash = "/";
	n = snprintf(out, URL_MAX + 16, "%.*s%.*s%.*s%s", IV_FMT(u->host), IV_FMT(port), IV_FMT(rest), slash);
	return (struct iv_str){out, (size_t)n};
}

static bool matches(struct iv_str token, const struct iv_str *parts, size_t n, struct iv_str header)
{
	uint8_t mac[IV_SHA1_BYTES];
	char text[32];

	if (!token.len)
		return false;
	iv_hmac_sha1_of(token, parts, n, mac);
	return iv_secret_equal(header, (struct iv_str){text, iv_base64(mac, sizeof(mac), text)});
}

enum iv_webhook_verdict iv_twilio_verify(const struct iv_webhook_secrets *tokens, struct iv_str url,
					 const struct iv_pair *pairs, size_t count, struct iv_str header,
					 struct iv_arena *arena)
{
	char text[URL_MAX + 16];
	struct url_parts u;
	struct iv_str *parts;
	size_t n = 0;

	if (!header.len)
		return IV_WEBHOOK_MISSING;
	if (!cut(url, &u))
		return IV_WEBHOOK_MALFORMED;
	parts = signed_parts(pairs, count, arena, &n);
	if (!parts)
		return IV_WEBHOOK_MALFORMED;
	for (int spelling = 0; spelling < (u.socket ? 4 : 2); spelling++) {
		struct iv_str with = u.port.len ? u.port : usual_port(url);

		parts[0] = spell(&u, spelling & 1 ? with : IV_S(""), spelling & 2, text);
		if (matches(tokens->current, parts, n, header) || matches(tokens->previous, parts, n, header))
			return IV_WEBHOOK_OK;
	}
	return IV_WEBHOOK_WRONG;
}

enum iv_webhook_verdict iv_twilio_verify_json(const struct iv_webhook_secrets *tokens, struct iv_str url,
					      struct iv_str body, struct iv_str header, struct iv_arena *arena)
{
	ptrdiff_t mark = iv_str_find(url, IV_S("?"), 0);
	struct iv_str query = mark < 0 ? IV_S("") : (struct iv_str){url.ptr + mark + 1, url.len - (size_t)mark - 1};
	struct iv_pair *pairs;
	char digest[IV_SHA256_HEX];
	size_t count;

	if (!header.len)
		return IV_WEBHOOK_MISSING;
	if (!iv_query_parse(query, arena, &pairs, &count, NULL) ||
	    !iv_query_value(pairs, count, "bodySHA256").ptr)
		return IV_WEBHOOK_MALFORMED;
	iv_sha256_hex(body, digest);
	if (!iv_str_ieq(iv_query_value(pairs, count, "bodySHA256"), iv_str(digest)))
		return IV_WEBHOOK_WRONG;
	return iv_twilio_verify(tokens, url, NULL, 0, header, arena);
}

bool iv_twilio_upgrade_ok(const struct iv_config *cfg, struct iv_str path, struct iv_str signature)
{
	const struct iv_webhook_secrets tokens = {iv_str(iv_secret_reveal(cfg->twilio_auth_token)),
						  iv_str(iv_secret_reveal(cfg->twilio_auth_token_old))};
	struct iv_str base = iv_str(cfg->public_base_url);
	char url[URL_MAX];
	struct iv_arena arena;
	bool ok;
	int n;

	if (!tokens.current.len && !tokens.previous.len)
		return true;
	while (base.len && base.ptr[base.len - 1] == '/')
		base.len--;
	if (!iv_str_starts(base, IV_S("http")))
		return false;
	n = snprintf(url, sizeof(url), "ws%.*s%.*s", (int)base.len - 4, base.ptr + 4, IV_FMT(path));
	if (n < 0 || (size_t)n >= sizeof(url))
		return false;
	iv_arena_init(&arena, 4096);
	ok = iv_twilio_verify(&tokens, (struct iv_str){url, (size_t)n}, NULL, 0, signature, &arena) == IV_WEBHOOK_OK;
	iv_arena_deinit(&arena);
	return ok;
}
