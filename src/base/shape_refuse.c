/* Saying which field is wrong: as a dotted path in an error, and as a JSON pointer (RFC 6901) to whoever
 * wants to hear of all of them. */
#include "shape_bind.h"

#include <stdarg.h>
#include <stdio.h>

#include "utf8.h"

#define POINTER_MAX 255 /* bytes; a deeper or longer one is cut */

static void render(const struct shape_step *at, struct iv_buf *path)
{
	bool fits;

	if (!at)
		return;
	render(at->outer, path);
	if (at->name)
		fits = iv_buf_printf(path, "%s%s", path->len ? "." : "", at->name);
	else
		fits = iv_buf_printf(path, "[%zu]", at->index);
	(void)fits; /* a path that is too long is cut */
}

/* One name of a pointer, '~' and '/' escaped. Character by character, so that what is cut ends whole. */
static bool add_token(struct iv_buf *pointer, const char *name)
{
	size_t left = strlen(name), step;
	bool fits = iv_buf_addc(pointer, '/');

	for (; fits && left; name += step, left -= step) {
		step = iv_utf8_step(name, left);
		if (step == 0)
			step = 1;
		if (*name == '~' || *name == '/')
			fits = iv_buf_adds(pointer, *name == '~' ? IV_S("~0") : IV_S("~1"));
		else
			fits = iv_buf_add(pointer, name, step);
	}
	return fits;
}

static bool point(const struct shape_step *at, struct iv_buf *pointer)
{
	if (!at)
		return true;
	if (!point(at->outer, pointer))
		return false;
	if (!at->name)
		return iv_buf_printf(pointer, "/%zu", at->index);
	return add_token(pointer, at->given ? at->given : at->name);
}

static void report(struct shape_report *all, const struct shape_step *at, const char *rule)
{
	char memory[POINTER_MAX + 1];
	struct iv_buf pointer = {memory, 0, POINTER_MAX, POINTER_MAX};

	(void)point(at, &pointer); /* false: cut */
	memory[pointer.len] = '\0';
	all->bad(all->arg, memory, rule);
	if (++all->count == IV_SHAPE_BAD_MAX)
		all->over = true;
}

bool iv_shape_refuse(const struct shape_reader *r, const struct shape_step *at, const char *fmt,
		     ...)
{
	char memory[sizeof(r->e->field)], msg[sizeof(r->e->msg)];
	struct iv_buf path = {memory, 0, sizeof(memory) - 1, sizeof(memory) - 1};
	va_list ap;

	render(at, &path);
	memory[path.len] = '\0';
	va_start(ap, fmt);
	if (vsnprintf(msg, sizeof(msg), fmt, ap) >= (int)sizeof(msg))
		msg[utf8_whole(msg, strlen(msg))] = '\0';
	va_end(ap);
	if (r->report)
		report(r->report, at, msg);
	return iv_fail_field(r->e, IV_EINVAL, memory, "%s", msg);
}

bool iv_shape_full(const struct shape_reader *r)
{
	if (r->report)
		r->report->over = true;
	return iv_fail(r->e, IV_ETOOBIG, "is more than the memory of one request (%zu bytes)",
		       r->arena->limit);
}
