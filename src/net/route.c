/* Matching a path against the table, segment by segment. Tables have a few dozen rows: reading them
 * in order costs less than the system call that brought the request. */
#include "route.h"

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

struct iv_str route_decode(struct iv_arena *a, struct iv_str s)
{
	char *out = iv_arena_alloc(a, s.len + 1);
	size_t n = 0;

	if (!out)
		return IV_STR_NULL;
	for (size_t i = 0; i < s.len; i++) {
		if (s.ptr[i] != '%') {
			out[n++] = s.ptr[i];
			continue;
		}
		int hi = s.len - i > 2 ? hex(s.ptr[i + 1]) : -1;
		int lo = s.len - i > 2 ? hex(s.ptr[i + 2]) : -1;
		if (hi < 0 || lo < 0 || (hi | lo) == 0)
			return IV_STR_NULL;
		out[n++] = (char)(hi << 4 | lo);
		i += 2;
	}
	return (struct iv_str){out, n};
}

/* Most rows are refused by their first few letters. */
static bool begins_otherwise(const char *pattern, struct iv_str path)
{
	for (size_t i = 0; pattern[i] && pattern[i] != ':' && pattern[i] != '*'; i++)
		if (i >= path.len || path.ptr[i] != pattern[i])
			return true;
	return false;
}

/* Raw parameters go to m; false when the path is another. */
static bool path_fits(const char *pattern, struct iv_str path, struct route_match *m)
{
	struct iv_str want, have, w, h;

	m->param_count = 0;
	if (path.len == 0 || path.ptr[0] != '/')
		return false;
	want = iv_str(pattern + 1);
	have = (struct iv_str){path.ptr + 1, path.len - 1};
	if (want.len == 0)
		return have.len == 0;
	while (iv_str_split(&want, '/', &w)) {
		if (iv_str_eq(w, IV_S("*"))) {
			if (have.ptr[-1] != '/') /* "/static" is not "/static/" */
				return false;
			m->params[m->param_count].name = w;
			m->params[m->param_count++].value = have;
			return true;
		}
		if (!iv_str_split(&have, '/', &h))
			return false;
		if (w.len > 1 && w.ptr[0] == ':') {
			if (h.len == 0 || m->param_count == ROUTE_PARAMS - 1)
				return false;
			m->params[m->param_count].name = (struct iv_str){w.ptr + 1, w.len - 1};
			m->params[m->param_count++].value = h;
		} else if (!iv_str_eq(w, h)) {
			return false;
		}
	}
	/* "/a/" is not "/a": what the split left shows in where it stopped. */
	return have.len == 0 && path.ptr[path.len - 1] != '/';
}

static bool method_fits(const char *row, struct iv_str method, bool upgrade)
{
	if (strcmp(row, "WS") == 0)
		return upgrade && iv_str_eq(method, IV_S("GET"));
	if (strcmp(row, "GET") == 0 && iv_str_eq(method, IV_S("HEAD")))
		return true;
	return iv_str_eq(method, iv_str(row));
}

static void allow_add(char *allow, const char *method)
{
	const char *text = strcmp(method, "GET") == 0 ? "GET, HEAD" : method;
	size_t n = strlen(allow);

	(void)iv_str_copy(allow + n, ROUTE_ALLOW - n,
			  n ? IV_S(", ") : IV_S("")); /* cut: still a list */
	n = strlen(allow);
	(void)iv_str_copy(allow + n, ROUTE_ALLOW - n, iv_str(text));
}

int route_find(const struct iv_route *routes, struct iv_str method, struct iv_str path,
	       bool upgrade, struct iv_arena *a, struct route_match *m)
{
	bool upgrade_only = false;

	*m = (struct route_match){0};
	for (const struct iv_route *r = routes; r->method; r++) {
		bool any_path = strcmp(r->path, "/*") == 0; /* says nothing of this one */

		if (begins_otherwise(r->path, path) || !path_fits(r->path, path, m))
			continue;
		if (any_path && m->allow[0])
			continue; /* another row knows the path: 405 */
		if (!method_fits(r->method, method, upgrade)) {
			if (strcmp(r->method, "WS") == 0)
				upgrade_only = true;
			else if (!any_path)
				allow_add(m->allow, r->method);
			continue;
		}
		m->route = r;
		for (size_t i = 0; i < m->param_count; i++) {
			m->params[i].value = route_decode(a, m->params[i].value);
			if (!m->params[i].value.ptr)
				return 400;
		}
		return 0;
	}
	if (m->allow[0])
		return 405;
	if (!upgrade_only)
		return 404;
	if (iv_str_eq(method, IV_S("GET")))
		return 426;
	allow_add(m->allow, "GET");
	return 405;
}
