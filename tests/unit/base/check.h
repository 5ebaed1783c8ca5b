/* What every test program of this floor starts with. */
#ifndef TESTS_BASE_CHECK_H
#define TESTS_BASE_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "iv_buf.h"

static inline void check_text(struct iv_str got, const char *want)
{
	if (!iv_str_eq(got, iv_str(want)))
		fail_msg("got \"%.*s\", want \"%s\"", IV_FMT(got), want);
}

static inline void check_holds(struct iv_str got, const char *part)
{
	if (iv_str_find(got, iv_str(part), 0) < 0)
		fail_msg("\"%s\" is not in:\n%.*s", part, IV_FMT(got));
}

static inline void check_holds_not(struct iv_str got, const char *part)
{
	if (iv_str_find(got, iv_str(part), 0) >= 0)
		fail_msg("\"%s\" is in:\n%.*s", part, IV_FMT(got));
}

#endif
