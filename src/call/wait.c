/* The wait function of endpointing: arithmetic over x by recursive descent, bounded in depth. */
#include <math.h>
#include <stdlib.h>
#include "iv_agent.h"

enum { DEPTH_MAX = 16 };

struct parser {
	struct iv_str rest;
	double x;
	int depth;
	bool ok;
};

static double sum(struct parser *p);

static void skip_blanks(struct parser *p)
{
	while (p->rest.len && p->rest.ptr[0] == ' ') {
		p->rest.ptr++;
		p->rest.len--;
	}
}

static bool take(struct parser *p, char c)
{
	skip_blanks(p);
	if (!p->rest.len || p->rest.ptr[0] != c)
		return false;
	p->rest.ptr++;
	p->rest.len--;
	return true;
}

static double number(struct parser *p)
{
	size_t n = 0;
	double value = 0;

	while (n < p->rest.len && ((p->rest.ptr[n] >= '0' && p->rest.ptr[n] <= '9') || p->rest.ptr[n] == '.'))
		n++;
	if (!n || !iv_str_to_double((struct iv_str){p->rest.ptr, n}, &value))
		p->ok = false;
	p->rest.ptr += n;
	p->rest.len -= n;
	return value;
}

static double atom(struct parser *p)
{
	double value;

	if (++p->depth > DEPTH_MAX)
		p->ok = false;
	if (!p->ok)
		return 0;
	skip_blanks(p);
	if (take(p, '-')) {
		value = -atom(p);
	} else if (take(p, '(')) {
		value = sum(p);
		p->ok = p->ok && take(p, ')');
	} else if (take(p, 'x')) {
		value = p->x;
	} else if (iv_str_starts(p->rest, IV_S("exp("))) {
		p->rest.ptr += 4;
		p->rest.len -= 4;
		value = exp(sum(p));
		p->ok = p->ok && take(p, ')');
	} else {
		value = number(p);
	}
	p->depth--;
	return value;
}

static double power(struct parser *p)
{
	double value = atom(p);

	if (p->ok && take(p, '^'))
		value = pow(value, atom(p));
	return value;
}

static double product(struct parser *p)
{
	double value = power(p);

	while (p->ok) {
		if (take(p, '*'))
			value *= power(p);
		else if (take(p, '/'))
			value /= power(p);
		else
			break;
	}
	return value;
}

static double sum(struct parser *p)
{
	double value;

	if (++p->depth > DEPTH_MAX) {
		p->ok = false;
		return 0;
	}
	value = product(p);
	while (p->ok) {
		if (take(p, '+'))
			value += product(p);
		else if (take(p, '-'))
			value -= product(p);
		else
			break;
	}
	p->depth--;
	return value;
}

bool iv_wait_function(struct iv_str expr, double x, double *ms, struct iv_err *e)
{
	struct parser p = {.rest = expr, .x = x, .ok = true};
	double value = sum(&p);

	skip_blanks(&p);
	if (!p.ok || p.rest.len)
		return iv_fail_field(e, IV_EINVAL, "endpointing.waitFunction",
				     "must be arithmetic over x with + - * / ^ ( ) exp(), like 200 + 8000*x");
	if (!isfinite(value))
		return iv_fail_field(e, IV_EINVAL, "endpointing.waitFunction",
				     "must be finite for every x from 0 to 1");
	*ms = value;
	return true;
}
