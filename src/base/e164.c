/* Numbers to countries: the longest beginning that is in the table. */
#include "iv_e164.h"

#include "e164_table.h"
#include <stdio.h>
#include <stdlib.h>

enum { DIGITS_MIN = 7, DIGITS_MAX = 15, PREFIX_MAX = 8 };

static bool digits_only(struct iv_str s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.ptr[i] < '0' || s.ptr[i] > '9')
			return false;
	return true;
}

bool iv_e164_ok(struct iv_str number)
{
	return number.len > DIGITS_MIN && number.len <= DIGITS_MAX + 1 && number.ptr[0] == '+' && number.ptr[1] != '0' &&
	       digits_only((struct iv_str){number.ptr + 1, number.len - 1});
}

static int by_digits(const void *key, const void *row)
{
	const struct iv_str *k = key;
	struct iv_str digits = iv_str(((const struct prefix *)row)->digits);
	int order = memcmp(k->ptr, digits.ptr, k->len < digits.len ? k->len : digits.len);

	return order ? order : (int)k->len - (int)digits.len;
}

static const struct prefix *find(struct iv_str digits)
{
	return bsearch(&digits, prefixes, IV_COUNT(prefixes), sizeof(prefixes[0]), by_digits);
}

static const char *country_of_area(const char *code)
{
	for (size_t i = 0; i < IV_COUNT(areas); i++)
		for (const char *at = areas[i].codes; *at; at += 3)
			if (memcmp(at, code, 3) == 0)
				return areas[i].country;
	return NULL;
}

static int number_of(struct iv_str digits)
{
	int n = 0;

	for (size_t i = 0; i < digits.len; i++)
		n = n * 10 + (digits.ptr[i] - '0');
	return n;
}

bool iv_e164_read(struct iv_str number, struct iv_e164 *out)
{
	struct iv_str digits = {number.ptr + 1, number.len - 1};
	const char *country = NULL;

	*out = (struct iv_e164){0};
	if (!iv_e164_ok(number))
		return false;
	if (digits.ptr[0] == '1') {
		out->calling_code = 1;
		country = country_of_area(digits.ptr + 1);
	}
	/* No code begins another: the shortest beginning is the code, the longest says the country. */
	for (size_t n = PREFIX_MAX; n > 0 && digits.ptr[0] != '1'; n--) {
		const struct prefix *p = digits.len > n ? find((struct iv_str){digits.ptr, n}) : NULL;

		if (!p)
			continue;
		if (!country)
			country = p->country;
		out->calling_code = number_of((struct iv_str){digits.ptr, n});
	}
	if (country && country[0] != ' ')
		memcpy(out->country, country, sizeof(out->country));
	return true;
}

bool iv_e164_allowed(struct iv_str list, struct iv_str number)
{
	struct iv_str one;
	struct iv_e164 n;

	if (!iv_e164_read(number, &n))
		return false;
	if (!iv_str_trim(list).len)
		return true;
	while (iv_str_split(&list, ',', &one)) {
		one = iv_str_trim(one);
		if (one.len && (one.ptr[0] == '+' ? iv_str_starts(number, one) : iv_str_ieq(one, iv_str(n.country))))
			return true;
	}
	return false;
}

static bool known_country(struct iv_str name)
{
	for (size_t i = 0; i < IV_COUNT(prefixes); i++)
		if (iv_str_ieq(name, iv_str(prefixes[i].country)))
			return true;
	for (size_t i = 0; i < IV_COUNT(areas); i++)
		if (iv_str_ieq(name, iv_str(areas[i].country)))
			return true;
	return false;
}

struct iv_str iv_e164_list_wrong(struct iv_str list)
{
	struct iv_str one;

	while (iv_str_split(&list, ',', &one)) {
		one = iv_str_trim(one);
		if (!one.len)
			continue;
		if (one.ptr[0] == '+' ? one.len < 2 || one.len > DIGITS_MAX + 1 || one.ptr[1] == '0' ||
						!digits_only((struct iv_str){one.ptr + 1, one.len - 1})
				      : !known_country(one))
			return one;
	}
	return IV_S("");
}

int iv_e164_code_of(const char *country)
{
	struct iv_e164 n = {0};
	char number[IV_E164_SIZE];

	for (size_t i = 0; i < IV_COUNT(areas); i++)
		if (strcmp(areas[i].country, country) == 0)
			return 1;
	for (size_t i = 0; i < IV_COUNT(prefixes); i++)
		if (strcmp(prefixes[i].country, country) == 0) {
			(void)snprintf(number, sizeof(number), "+%.8s0000000", prefixes[i].digits);
			return iv_e164_read(iv_str(number), &n) ? n.calling_code : 0;
		}
	return 0;
}
