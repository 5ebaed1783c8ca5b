/* URLs that we dial or fetch, query strings and percent encoding. Strict: what two parsers could
 * read differently (user info, blanks, odd ports) is refused, never repaired. */
#include "iv_buf.h"
#include "iv_net.h"
#include "iv_query.h"

#define URL_MAX 8192

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static struct iv_str cut(struct iv_str s, size_t from, size_t to)
{
	return (struct iv_str){s.ptr + from, to - from};
}

static size_t find_any(struct iv_str s, size_t from, const char *set)
{
	while (from < s.len && !memchr(set, s.ptr[from], strlen(set)))
		from++;
	return from;
}

static bool parse_scheme(struct iv_str s, struct iv_url *u, size_t *after, struct iv_err *e)
{
	static const struct {
		struct iv_str name;
		int port;
		bool tls;
	} known[] = {
		{IV_S("http"), 80, false},
		{IV_S("https"), 443, true},
		{IV_S("ws"), 80, false},
		{IV_S("wss"), 443, true},
	};
	ptrdiff_t end = iv_str_find(s, IV_S("://"), 0);

	if (end < 0)
		return iv_fail(e, IV_EINVAL,
			       "url must start with http://, https://, ws:// or wss://");
	u->scheme = cut(s, 0, (size_t)end);
	*after = (size_t)end + 3;
	for (size_t i = 0; i < IV_COUNT(known); i++) {
		if (iv_str_ieq(u->scheme, known[i].name)) {
			u->port = known[i].port;
			u->tls = known[i].tls;
			return true;
		}
	}
	return iv_fail(e, IV_EINVAL, "url must start with http://, https://, ws:// or wss://");
}

/* Brackets are syntax of the URL, not of the address. */
static bool parse_ipv6(struct iv_str authority, struct iv_url *u, size_t *after, struct iv_err *e)
{
	size_t end = find_any(authority, 1, "]");

	if (end == authority.len)
		return iv_fail(e, IV_EINVAL, "url host: '[' is not closed");
	for (size_t i = 1; i < end; i++)
		if (hex_value(authority.ptr[i]) < 0 && authority.ptr[i] != ':' &&
		    authority.ptr[i] != '.')
			return iv_fail(e, IV_EINVAL, "url host: not an IPv6 address in brackets");
	u->host = cut(authority, 1, end);
	if (u->host.len < 2)
		return iv_fail(e, IV_EINVAL, "url host: not an IPv6 address in brackets");
	*after = end + 1;
	return true;
}

static bool parse_host(struct iv_str authority, struct iv_url *u, size_t *after, struct iv_err *e)
{
	size_t end = find_any(authority, 0, ":");

	if (authority.len > 0 && authority.ptr[0] == '[')
		return parse_ipv6(authority, u, after, e);
	if (end == 0)
		return iv_fail(e, IV_EINVAL, "url host must not be empty");
	if (end > 253)
		return iv_fail(e, IV_EINVAL, "url host must be at most 253 characters, got %zu",
			       end);
	for (size_t i = 0; i < end; i++) {
		char c = authority.ptr[i];
		if (!is_alnum(c) && c != '-' && c != '.' && c != '_')
			return iv_fail(e, IV_EINVAL,
				       "url host may hold letters, digits, '-', '_' and '.'");
	}
	u->host = cut(authority, 0, end);
	*after = end;
	return true;
}

static bool parse_port(struct iv_str s, struct iv_url *u, struct iv_err *e)
{
	int64_t port;

	if (s.len == 0)
		return true;
	if (s.ptr[0] != ':')
		return iv_fail(e, IV_EINVAL, "url host: unexpected characters behind ']'");
	for (size_t i = 1; i < s.len; i++)
		if (!is_digit(s.ptr[i]))
			return iv_fail(e, IV_EINVAL, "url port must be a number from 1 to 65535");
	if (s.len > 6 || !iv_str_to_i64(cut(s, 1, s.len), &port) || port < 1 || port > 65535)
		return iv_fail(e, IV_EINVAL, "url port must be a number from 1 to 65535");
	u->port = (int)port;
	return true;
}

bool iv_url_parse(struct iv_str s, struct iv_url *u, struct iv_err *e)
{
	struct iv_str authority;
	size_t start = 0, end, after = 0;

	*u = (struct iv_url){0};
	if (s.len > URL_MAX)
		return iv_fail(e, IV_EINVAL, "url must be at most %d bytes, got %zu", URL_MAX,
			       s.len);
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] <= ' ' || s.ptr[i] >= 0x7f || s.ptr[i] == '\\')
			return iv_fail(e, IV_EINVAL,
				       "url must be printable ASCII without blanks or '\\'");
	if (!parse_scheme(s, u, &start, e))
		return false;
	end = find_any(s, start, "/?#");
	authority = cut(s, start, end);
	if (memchr(authority.ptr, '@', authority.len))
		return iv_fail(e, IV_EINVAL, "url must not hold a user name or password");
	if (!parse_host(authority, u, &after, e) ||
	    !parse_port(cut(authority, after, authority.len), u, e))
		return false;
	u->target = end == s.len ? IV_S("/") : cut(s, end, s.len);
	if (u->target.ptr[0] != '/')
		return iv_fail(e, IV_EINVAL, "url path must start with '/'");
	if (memchr(u->target.ptr, '#', u->target.len))
		return iv_fail(e, IV_EINVAL, "url must not hold a fragment ('#')");
	return true;
}

/* Writes the decoded bytes and NUL; -1 when malformed, holding NUL, or too long for size. */
static ptrdiff_t decode(struct iv_str s, char *dst, size_t size)
{
	ptrdiff_t n = size ? iv_query_decode(s, dst, size - 1) : -1;

	if (n < 0 || memchr(dst, '\0', (size_t)n))
		return -1;
	dst[n] = '\0';
	return n;
}

bool iv_query_get(struct iv_str query, struct iv_str name, char *dst, size_t size)
{
	struct iv_str pair;
	char key[128];

	while (iv_str_split(&query, '&', &pair)) {
		ptrdiff_t eq = iv_str_find(pair, IV_S("="), 0);
		struct iv_str raw = eq < 0 ? pair : cut(pair, 0, (size_t)eq);
		ptrdiff_t n = decode(raw, key, sizeof(key));

		if (n < 0 || !iv_str_eq((struct iv_str){key, (size_t)n}, name))
			continue;
		raw = eq < 0 ? IV_S("") : cut(pair, (size_t)eq + 1, pair.len);
		return decode(raw, dst, size) >= 0;
	}
	return false;
}

bool iv_url_encode(struct iv_buf *out, struct iv_str s)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < s.len; i++) {
		unsigned char c = (unsigned char)s.ptr[i];
		char escaped[3] = {'%', hex[c >> 4], hex[c & 15]};
		bool plain = is_alnum((char)c) || c == '-' || c == '.' || c == '_' || c == '~';

		if (plain ? !iv_buf_addc(out, (char)c) : !iv_buf_add(out, escaped, 3))
			return false;
	}
	return true;
}
