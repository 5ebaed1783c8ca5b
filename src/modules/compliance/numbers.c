/* Numbers of requests. */
#include "numbers.h"

#include <stdio.h>
#include "iv_e164.h"

bool dnc_number_ok(struct iv_api_call *c, const char *pointer, struct iv_str phone)
{
	if (iv_e164_ok(phone))
		return true;
	iv_api_bad(c, pointer, "must be a number with its country, E.164: + and 7 to 15 digits");
	return false;
}

struct iv_strs dnc_numbers_read(struct iv_api_call *c, const struct numbers_sent *sent)
{
	struct iv_strs one = {iv_arena_alloc(&c->arena, sizeof(struct iv_str)), 1};
	char pointer[32];

	if (!sent->phone.len == !sent->phones.count || !one.items) {
		iv_api_bad(c, "/phone", "is required, or else phones with one at least");
		return (struct iv_strs){0};
	}
	for (size_t i = 0; i < sent->phones.count; i++) {
		(void)snprintf(pointer, sizeof(pointer), "/phones/%zu", i);
		(void)dnc_number_ok(c, pointer, sent->phones.items[i]);
	}
	if (sent->phones.count)
		return sent->phones;
	(void)dnc_number_ok(c, "/phone", sent->phone);
	one.items[0] = sent->phone;
	return one;
}
