/* iv_e164: whose a telephone number is, by its first digits. Pure; the table is of its day (e164_table.h), and a
 * number that is not in it belongs to nobody rather than to the wrong country. */
#ifndef IV_E164_H
#define IV_E164_H

#include "iv_str.h"

struct iv_e164 {
	char country[3];  /* ISO 3166-1 alpha-2; "": of no country (freephone, satellite) or nobody's */
	int calling_code; /* 1, 44, 971; 0: there is no such code */
};

/* '+', no leading zero, 7 to 15 digits, nothing else. Says nothing of whether anybody has the number. */
bool iv_e164_ok(struct iv_str number);
/* False, and *out empty: not a number as above. */
bool iv_e164_read(struct iv_str number, struct iv_e164 *out);

#define IV_E164_SIZE 17
/* A number as people write it to one that can be dialled: spaces, dots, dashes, brackets and "(0)" are passed over; what
 * begins with + or 00 says its country, anything else is of `country` ("IN"; "": none), without the 0 (in Hungary 06, in
 * Russia 8) that is dialled inside it. False: *why says what is wrong, without the number. */
bool iv_e164_normal(struct iv_str text, const char *country, char out[IV_E164_SIZE], const char **why);
/* The calling code of a country by its two letters; 0: there is no such country. */
int iv_e164_code_of(const char *country);

/* Is the number in a list of countries and beginnings of numbers, by commas ("IN, US, +4420")? Every one is in the
 * empty list; what is no number is in none. */
bool iv_e164_allowed(struct iv_str list, struct iv_str number);
/* What is wrong with a list, as its first wrong entry; "": nothing. */
struct iv_str iv_e164_list_wrong(struct iv_str list);

#endif
