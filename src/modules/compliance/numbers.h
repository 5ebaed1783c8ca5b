/* What these resources share: the numbers of a request. */
#ifndef COMPLIANCE_NUMBERS_H
#define COMPLIANCE_NUMBERS_H

#include "iv_page.h"

enum { NUMBERS_MAX = 1000 };

/* A body has "phone" or "phones"; each that is no number is named. */
struct numbers_sent {
	struct iv_str phone;
	struct iv_strs phones;
};
#define NUMBERS_ROWS(t, numbers)                                                                                 \
	IV_STR(t, numbers.phone, "phone", 0, 1, 32, "One number, E.164: +919876543210"),                         \
		IV_STRS(t, numbers.phones, "phones", 0, NUMBERS_MAX, "Instead: up to 1000 of them")
struct iv_strs dnc_numbers_read(struct iv_api_call *c, const struct numbers_sent *sent);
bool dnc_number_ok(struct iv_api_call *c, const char *pointer, struct iv_str phone);

#endif
