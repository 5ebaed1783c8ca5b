/* iv_money: amounts and prices as whole numbers of a small part, never as doubles. Money is int64_t in
 * millionths (`_micro`); prices have two more decimals, for what a token costs. Halves are rounded up, away
 * from zero below it, as Postgres' round() does. Nothing overflows: what does not fit is false. */
#ifndef IV_MONEY_H
#define IV_MONEY_H

#include "iv_str.h"

#define IV_MICRO 1000000         /* of a rupee, a dollar, a rate of exchange */
#define IV_MONEY_DECIMALS 6      /* of `_micro` */
#define IV_MONEY_KEPT 4          /* decimals that costs are rounded to */
#define IV_PRICE_DECIMALS 8      /* of struct iv_rate */
#define IV_DECIMAL_SIZE 32

/* "12.5" with 6 decimals is 12500000. An optional '-', digits, perhaps a point and digits; more decimals than
 * `decimals` (0…18) only when they are zeros. */
IV_MUST_CHECK bool iv_decimal_parse(struct iv_str s, int decimals, int64_t *out);
/* With `shown` decimals (0…decimals), rounded; shown < 0: as many as it has, no trailing zeros. Its length. */
size_t iv_decimal_print(int64_t value, int decimals, int shown, char out[IV_DECIMAL_SIZE]);
/* To `kept` decimals, still counted in `decimals`. */
IV_MUST_CHECK bool iv_decimal_round(int64_t value, int decimals, int kept, int64_t *out);

static inline bool iv_money_parse(struct iv_str s, int64_t *micro)
{
	return iv_decimal_parse(s, IV_MONEY_DECIMALS, micro);
}

/* Stored amounts have 4 decimals, people are shown 2. */
static inline size_t iv_money_print(int64_t micro, int shown, char out[IV_DECIMAL_SIZE])
{
	return iv_decimal_print(micro, IV_MONEY_DECIMALS, shown, out);
}

/* False, and *total as before, when the sum does not fit. */
IV_MUST_CHECK bool iv_money_add(int64_t *total_micro, int64_t more_micro);

struct iv_ratio {
	int64_t num, den; /* den > 0 */
};

#define IV_RATIO_ONE ((struct iv_ratio){1, 1})

/* Rupees to the dollar: dollars to rupees, and back. */
static inline struct iv_ratio iv_fx(int64_t rate_micro)
{
	return (struct iv_ratio){rate_micro, IV_MICRO};
}

static inline struct iv_ratio iv_fx_back(int64_t rate_micro)
{
	return (struct iv_ratio){IV_MICRO, rate_micro};
}

/* amount × ratio, rounded once to IV_MONEY_KEPT decimals. */
IV_MUST_CHECK bool iv_money_times(int64_t micro, struct iv_ratio by, int64_t *out_micro);

/* ── rate cards */
#define IV_UNITS(X)                    \
	X(IV_UNIT_MINUTE, "minute")    \
	X(IV_UNIT_SECOND, "second")    \
	X(IV_UNIT_CHARACTER, "character") \
	X(IV_UNIT_TOKEN, "token")      \
	X(IV_UNIT_TOKEN_IN, "token_in")   \
	X(IV_UNIT_TOKEN_OUT, "token_out") \
	X(IV_UNIT_CALL, "call")

enum iv_unit {
#define X(unit, name) unit,
	IV_UNITS(X)
#undef X
};
extern const char *const iv_unit_names[]; /* ends with NULL; of IV_F_ENUM rows too */

struct iv_rate {
	enum iv_unit unit;
	int64_t price;     /* of one unit, in 10^-IV_PRICE_DECIMALS, ≥ 0 */
	int64_t increment; /* usage is rounded up to a multiple: seconds of time, else pieces; 0, 1: none of pieces */
};

/* The cost of `quantity`: milliseconds where the unit is time, else pieces; ≥ 0. In the currency that `fx`
 * leads to (IV_RATIO_ONE: the card's), rounded once to IV_MONEY_KEPT decimals. */
IV_MUST_CHECK bool iv_rate_cost(const struct iv_rate *rate, int64_t quantity, struct iv_ratio fx,
				int64_t *micro);
/* What is charged for: quantity rounded up to the increment, in the same measure. */
IV_MUST_CHECK bool iv_rate_billed(const struct iv_rate *rate, int64_t quantity, int64_t *billed);

#endif
