/* Decimal amounts in whole numbers. Products are made in 128 bits, and checked there. */
#include "iv_money.h"

#include <stdio.h>

#define DECIMALS_MAX 18

__extension__ typedef __int128 wide;

const char *const iv_unit_names[] = {
#define X(unit, name) [unit] = name,
	IV_UNITS(X)
#undef X
	NULL,
};

static uint64_t power_of_ten(int n)
{
	uint64_t value = 1;

	while (n-- > 0)
		value *= 10;
	return value;
}

static bool narrow(wide value, int64_t *out)
{
	if (value > INT64_MAX || value < INT64_MIN)
		return false;
	*out = (int64_t)value;
	return true;
}

/* Halves away from zero; den > 0. */
static wide divide(wide num, wide den)
{
	wide whole = num / den, rest = num % den;

	if (rest < 0)
		return -rest >= den - -rest ? whole - 1 : whole;
	return rest >= den - rest ? whole + 1 : whole;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool iv_decimal_parse(struct iv_str s, int decimals, int64_t *out)
{
	bool negative = s.len && s.ptr[0] == '-', point = false;
	size_t i = negative ? 1 : 0;
	int behind = 0;
	wide value = 0;

	if (i == s.len || !is_digit(s.ptr[i]) || !is_digit(s.ptr[s.len - 1]) || decimals < 0 ||
	    decimals > DECIMALS_MAX)
		return false;
	for (; i < s.len; i++) {
		if (s.ptr[i] == '.' && !point) {
			point = true;
			continue;
		}
		if (!is_digit(s.ptr[i]))
			return false;
		if (point && behind == decimals) {
			if (s.ptr[i] != '0')
				return false;
			continue;
		}
		behind += point;
		value = value * 10 + (s.ptr[i] - '0');
		if (value > (wide)INT64_MAX + 1)
			return false;
	}
	value *= (wide)power_of_ten(decimals - behind); /* below 2^64 × 10^18 */
	return narrow(negative ? -value : value, out);
}

size_t iv_decimal_print(int64_t value, int decimals, int shown, char out[IV_DECIMAL_SIZE])
{
	wide magnitude = value < 0 ? -(wide)value : value;
	uint64_t whole, part, scale;

	if (shown >= 0 && shown < decimals) {
		magnitude = divide(magnitude, (wide)power_of_ten(decimals - shown));
		decimals = shown;
	}
	scale = power_of_ten(decimals);
	whole = (uint64_t)(magnitude / scale);
	part = (uint64_t)(magnitude % scale);
	while (shown < 0 && decimals > 0 && part % 10 == 0) {
		part /= 10;
		decimals--;
	}
	if (decimals == 0)
		return (size_t)snprintf(out, IV_DECIMAL_SIZE, "%s%llu", value < 0 && whole ? "-" : "",
					(unsigned long long)whole);
	return (size_t)snprintf(out, IV_DECIMAL_SIZE, "%s%llu.%0*llu", value < 0 && (whole || part) ? "-" : "",
				(unsigned long long)whole, decimals, (unsigned long long)part);
}

bool iv_decimal_round(int64_t value, int decimals, int kept, int64_t *out)
{
	wide step = kept < decimals ? (wide)power_of_ten(decimals - kept) : 1;

	return narrow(divide(value, step) * step, out);
}

bool iv_money_add(int64_t *total_micro, int64_t more_micro)
{
	return narrow((wide)*total_micro + more_micro, total_micro);
}

/* num / den in units of 10^-IV_MONEY_KEPT, as micro. */
static bool keep(wide num, wide den, int64_t *micro)
{
	const wide step = (wide)power_of_ten(IV_MONEY_DECIMALS - IV_MONEY_KEPT);
	wide kept = divide(num, den);

	return kept <= INT64_MAX && kept >= INT64_MIN && narrow(kept * step, micro);
}

bool iv_money_times(int64_t micro, struct iv_ratio by, int64_t *out_micro)
{
	const wide step = (wide)power_of_ten(IV_MONEY_DECIMALS - IV_MONEY_KEPT);

	return by.den > 0 && keep((wide)micro * by.num, (wide)by.den * step, out_micro);
}

static bool is_time(enum iv_unit unit)
{
	return unit == IV_UNIT_MINUTE || unit == IV_UNIT_SECOND;
}

bool iv_rate_billed(const struct iv_rate *rate, int64_t quantity, int64_t *billed)
{
	wide step = rate->increment > 0 ? rate->increment : 1;

	if (quantity < 0)
		return false;
	if (is_time(rate->unit))
		step *= rate->increment > 0 ? 1000 : 1;
	return narrow((quantity + step - 1) / step * step, billed);
}

bool iv_rate_cost(const struct iv_rate *rate, int64_t quantity, struct iv_ratio fx, int64_t *micro)
{
	int64_t billed, per = rate->unit == IV_UNIT_MINUTE ? 60000 : rate->unit == IV_UNIT_SECOND ? 1000 : 1;
	const wide step = (wide)power_of_ten(IV_PRICE_DECIMALS - IV_MONEY_KEPT);
	wide num, den;

	if (rate->price < 0 || fx.num < 0 || fx.den <= 0 || !iv_rate_billed(rate, quantity, &billed))
		return false;
	if (__builtin_mul_overflow((wide)rate->price * billed, (wide)fx.num, &num) ||
	    __builtin_mul_overflow(step * per, (wide)fx.den, &den))
		return false;
	return keep(num, den, micro);
}
