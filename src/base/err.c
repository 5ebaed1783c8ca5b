/* The error table and the two ways to fill an error. */
#include "iv_err.h"

#include <stdarg.h>
#include <stdio.h>

#include "utf8.h"

static const struct iv_code_info codes[] = {
#define ROW(code, http, ws, retry, name) [code] = {name, http, ws, retry},
	IV_ERR_TABLE(ROW)
#undef ROW
};

const struct iv_code_info *iv_code_info(enum iv_code code)
{
	return &codes[(size_t)code < IV_COUNT(codes) ? code : IV_EINTERNAL];
}

static void fill(struct iv_err *e, enum iv_code code, const char *field, const char *fmt,
		 va_list ap) IV_PRINTF(4, 0);

static void fill(struct iv_err *e, enum iv_code code, const char *field, const char *fmt,
		 va_list ap)
{
	if (!e || e->code != IV_OK)
		return;
	e->code = code;
	if (!iv_str_copy(e->field, sizeof(e->field), iv_str(field)))
		e->field[utf8_whole(e->field, strlen(e->field))] = '\0';
	if (vsnprintf(e->msg, sizeof(e->msg), fmt, ap) >= (int)sizeof(e->msg))
		e->msg[utf8_whole(e->msg, strlen(e->msg))] = '\0';
}

bool iv_fail(struct iv_err *e, enum iv_code code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(e, code, "", fmt, ap);
	va_end(ap);
	return false;
}

bool iv_fail_field(struct iv_err *e, enum iv_code code, const char *field, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fill(e, code, field, fmt, ap);
	va_end(ap);
	return false;
}
