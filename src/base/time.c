/* Dates by days since 1970, counted in eras of 400 years from 1 March, so that the leap day is the last of a
 * year. No clock, no locale, no time zone of the machine. */
#include <stdio.h>
#include "iv_time.h"

#define DAY_MS 86400000
#define LAST_MS 253402300799999 /* the end of 9999 */
#define ERA_DAYS 146097
#define EPOCH_DAYS 719468 /* from 0000-03-01 to 1970-01-01 */

static int64_t days_of(int year, int month, int day)
{
	int64_t y = month <= 2 ? year - 1 : year, era = y / 400, year_of_era = y - era * 400;
	int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

	return era * ERA_DAYS + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - EPOCH_DAYS;
}

struct iv_str iv_time_iso(int64_t ms, char out[IV_TIME_SIZE])
{
	int64_t days, era, day_of_era, year_of_era, day_of_year, m;
	unsigned year, month, day, rest;

	ms = ms < 0 ? 0 : ms > LAST_MS ? LAST_MS : ms;
	days = ms / DAY_MS + EPOCH_DAYS;
	rest = (unsigned)(ms % DAY_MS);
	era = days / ERA_DAYS;
	day_of_era = days % ERA_DAYS;
	year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / (ERA_DAYS - 1)) / 365;
	day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	m = (5 * day_of_year + 2) / 153;
	day = (unsigned)(day_of_year - (153 * m + 2) / 5 + 1) % 32;
	month = (unsigned)(m < 10 ? m + 3 : m - 9) % 13;
	year = (unsigned)(year_of_era + era * 400 + (month <= 2)) % 10000;
	(void)snprintf(out, IV_TIME_SIZE, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ", year, month, day, rest / 3600000 % 24,
		       rest / 60000 % 60, rest / 1000 % 60, rest % 1000);
	return (struct iv_str){out, IV_TIME_SIZE - 1};
}

/* ── reading ── */

static bool digits(struct iv_str *s, size_t n, int *out)
{
	*out = 0;
	if (s->len < n)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s->ptr[i] < '0' || s->ptr[i] > '9')
			return false;
		*out = *out * 10 + s->ptr[i] - '0';
	}
	s->ptr += n;
	s->len -= n;
	return true;
}

static bool sign(struct iv_str *s, const char *any, char *out)
{
	if (!s->len || !strchr(any, s->ptr[0]) || !s->ptr[0])
		return false;
	*out = s->ptr[0];
	s->ptr++;
	s->len--;
	return true;
}

static int month_days(int year, int month)
{
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 ? (leap ? 29 : 28) : month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

static bool fraction(struct iv_str *s, int *ms)
{
	int scale = 100, n;

	*ms = 0;
	if (!s->len || s->ptr[0] != '.')
		return true;
	s->ptr++;
	s->len--;
	for (n = 0; s->len && s->ptr[0] >= '0' && s->ptr[0] <= '9'; n++, scale /= 10) {
		*ms += (s->ptr[0] - '0') * scale; /* behind the third digit scale is 0 */
		s->ptr++;
		s->len--;
	}
	return n > 0;
}

static bool offset(struct iv_str *s, int *minutes)
{
	int h, m;
	char c;

	*minutes = 0;
	if (!sign(s, "Zz+-", &c))
		return false;
	if (c == 'Z' || c == 'z')
		return true;
	if (!digits(s, 2, &h) || !sign(s, ":", &(char){0}) || !digits(s, 2, &m) || h > 23 || m > 59)
		return false;
	*minutes = (c == '-' ? -1 : 1) * (h * 60 + m);
	return true;
}

bool iv_time_parse(struct iv_str s, int64_t *ms)
{
	int year, month, day, h, m, sec, part, east;
	char c;

	if (!digits(&s, 4, &year) || !sign(&s, "-", &c) || !digits(&s, 2, &month) || !sign(&s, "-", &c) ||
	    !digits(&s, 2, &day) || !sign(&s, "Tt ", &c) || !digits(&s, 2, &h) || !sign(&s, ":", &c) ||
	    !digits(&s, 2, &m) || !sign(&s, ":", &c) || !digits(&s, 2, &sec) || !fraction(&s, &part) ||
	    !offset(&s, &east) || s.len)
		return false;
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > month_days(year, month) || h > 23 || m > 59 || sec > 60)
		return false;
	*ms = days_of(year, month, day) * DAY_MS + ((int64_t)h * 3600 + m * 60 + sec) * 1000 + part - (int64_t)east * 60000;
	return *ms >= 0 && *ms <= LAST_MS;
}
