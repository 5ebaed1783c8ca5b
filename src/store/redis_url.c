/* redis://[[user]:password@]host[:port][/db], the same with rediss, unix://[[user]:password@]/path[?db=N].
 * Strict: what two clients could read differently is refused. */
#include "redis_url.h"

#include <stdio.h>

#define PORT_DEFAULT 6379
#define DB_MAX 1000000

static struct iv_str cut(struct iv_str s, size_t from)
{
	return (struct iv_str){s.ptr + from, s.len - from};
}

static struct iv_str head(struct iv_str s, size_t n)
{
	return (struct iv_str){s.ptr, n};
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static bool decode(struct iv_str in, char *out, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < in.len; i++) {
		char c = in.ptr[i];

		if (c == '%') {
			if (in.len - i < 3 || hex_value(in.ptr[i + 1]) < 0 || hex_value(in.ptr[i + 2]) < 0)
				return false;
			c = (char)(hex_value(in.ptr[i + 1]) * 16 + hex_value(in.ptr[i + 2]));
			i += 2;
		}
		if (c == '\0' || n + 1 >= size)
			return false;
		out[n++] = c;
	}
	out[n] = '\0';
	return true;
}

static bool parse_number(struct iv_str s, int64_t lo, int64_t hi, int *out)
{
	int64_t n;

	if (s.len == 0 || s.len > 7)
		return false;
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	if (!iv_str_to_i64(s, &n) || n < lo || n > hi)
		return false;
	*out = (int)n;
	return true;
}

/* "user:password", ":password" or "user"; as redis-cli reads it, a name without a colon is a password. */
static bool parse_user(struct iv_str s, struct iv_redis_target *t, struct iv_err *e)
{
	ptrdiff_t colon = iv_str_find(s, IV_S(":"), 0);
	struct iv_str user = colon < 0 ? IV_S("") : head(s, (size_t)colon);
	struct iv_str password = colon < 0 ? s : cut(s, (size_t)colon + 1);

	if (!decode(user, t->user, sizeof(t->user)))
		return iv_fail(e, IV_EINVAL, "redis url: the user is malformed or longer than %zu bytes",
			       sizeof(t->user) - 1);
	if (!decode(password, t->password, sizeof(t->password)))
		return iv_fail(e, IV_EINVAL, "redis url: the password is malformed or longer than %zu bytes",
			       sizeof(t->password) - 1);
	if (password.len == 0)
		return iv_fail(e, IV_EINVAL, "redis url: there is a user but no password");
	return true;
}

static bool host_char(char c, bool ipv6)
{
	if (ipv6)
		return hex_value(c) >= 0 || c == ':' || c == '.';
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '-' || c == '_' || c == '.';
}

static bool parse_host(struct iv_str s, struct iv_redis_target *t, struct iv_err *e)
{
	bool bracket = s.len > 0 && s.ptr[0] == '[';
	ptrdiff_t end = bracket ? iv_str_find(s, IV_S("]"), 1) : iv_str_find(s, IV_S(":"), 0);
	struct iv_str host, rest;

	if (bracket && end < 0)
		return iv_fail(e, IV_EINVAL, "redis url: '[' of the host is not closed");
	if (bracket) {
		host = head(cut(s, 1), (size_t)end - 1);
		rest = cut(s, (size_t)end + 1);
	} else {
		host = end < 0 ? s : head(s, (size_t)end);
		rest = end < 0 ? IV_S("") : cut(s, (size_t)end);
	}
	for (size_t i = 0; i < host.len; i++)
		if (!host_char(host.ptr[i], bracket))
			return iv_fail(e, IV_EINVAL, "redis url: the host may hold letters, digits, '-', '_' and '.'");
	if (host.len == 0 || !iv_str_copy(t->host, sizeof(t->host), host))
		return iv_fail(e, IV_EINVAL, "redis url: the host must have 1 to %zu characters", sizeof(t->host) - 1);
	t->port = PORT_DEFAULT;
	if (rest.len && (rest.ptr[0] != ':' || !parse_number(cut(rest, 1), 1, 65535, &t->port)))
		return iv_fail(e, IV_EINVAL, "redis url: the port must be a number from 1 to 65535");
	snprintf(t->shown, sizeof(t->shown), strchr(t->host, ':') ? "[%s]:%d" : "%s:%d", t->host, t->port);
	return true;
}

static bool parse_db(struct iv_str s, struct iv_redis_target *t, struct iv_err *e)
{
	if (s.len && !parse_number(s, 0, DB_MAX, &t->db))
		return iv_fail(e, IV_EINVAL, "redis url: the database must be a number from 0 to %d", DB_MAX);
	return true;
}

static bool parse_tcp(struct iv_str rest, struct iv_redis_target *t, struct iv_err *e)
{
	ptrdiff_t slash = iv_str_find(rest, IV_S("/"), 0);
	struct iv_str authority = slash < 0 ? rest : head(rest, (size_t)slash);

	if (iv_str_find(rest, IV_S("?"), 0) >= 0 || iv_str_find(rest, IV_S("#"), 0) >= 0)
		return iv_fail(e, IV_EINVAL, "redis url: no parameters are known (percent-encode '?' and '#')");
	/* A password may hold an '@' that nobody encoded; a host may not. */
	for (size_t i = authority.len; i-- > 0;) {
		if (authority.ptr[i] != '@')
			continue;
		if (!parse_user(head(authority, i), t, e))
			return false;
		authority = cut(authority, i + 1);
		break;
	}
	return parse_host(authority, t, e) && (slash < 0 || parse_db(cut(rest, (size_t)slash + 1), t, e));
}

static bool parse_unix(struct iv_str rest, struct iv_redis_target *t, struct iv_err *e)
{
	ptrdiff_t slash = iv_str_find(rest, IV_S("/"), 0), query = iv_str_find(rest, IV_S("?"), 0);
	struct iv_str path;

	if (slash < 0)
		return iv_fail(e, IV_EINVAL, "redis url: unix:// wants an absolute path");
	if (slash > 0) {
		if (rest.ptr[slash - 1] != '@')
			return iv_fail(e, IV_EINVAL, "redis url: unix:// wants an absolute path");
		if (!parse_user(head(rest, (size_t)slash - 1), t, e))
			return false;
	}
	path = query < 0 ? cut(rest, (size_t)slash) : head(cut(rest, (size_t)slash), (size_t)(query - slash));
	if (path.len < 2 || !decode(path, t->path, sizeof(t->path)))
		return iv_fail(e, IV_EINVAL, "redis url: the path must have 2 to %zu bytes", sizeof(t->path) - 1);
	snprintf(t->shown, sizeof(t->shown), "%s", t->path);
	if (query < 0)
		return true;
	rest = cut(rest, (size_t)query + 1);
	if (!iv_str_starts(rest, IV_S("db=")) || rest.len == 3)
		return iv_fail(e, IV_EINVAL, "redis url: db= is the only parameter of unix://");
	return parse_db(cut(rest, 3), t, e);
}

bool iv_redis_url_parse(struct iv_str url, struct iv_redis_target *t, struct iv_err *e)
{
	static const struct {
		struct iv_str prefix;
		bool tls, local;
	} known[] = {
		{IV_S("redis://"), false, false},
		{IV_S("rediss://"), true, false},
		{IV_S("unix://"), false, true},
	};

	*t = (struct iv_redis_target){0};
	for (size_t i = 0; i < url.len; i++)
		if ((unsigned char)url.ptr[i] <= ' ' || (unsigned char)url.ptr[i] >= 0x7f)
			return iv_fail(e, IV_EINVAL, "redis url must be printable ASCII without blanks");
	for (size_t i = 0; i < IV_COUNT(known); i++) {
		if (!iv_str_starts(url, known[i].prefix))
			continue;
		t->tls = known[i].tls;
		t->local = known[i].local;
		return t->local ? parse_unix(cut(url, known[i].prefix.len), t, e)
				: parse_tcp(cut(url, known[i].prefix.len), t, e);
	}
	return iv_fail(e, IV_EINVAL, "redis url must start with redis://, rediss:// or unix://");
}
