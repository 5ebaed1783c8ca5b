/* Names of marks, the same on both carriers: letters, digits and dashes, because Jambonz does not
 * escape them, and the epoch in front, because Twilio echoes what a clear threw away as if played.
 */
#include "leg_priv.h"

#include <inttypes.h>
#include <stdio.h>

size_t leg_mark_name(const struct iv_mark *m, char out[LEG_MARK_NAME])
{
	int len;

	if (m->at < 0)
		len = snprintf(out, LEG_MARK_NAME, "bar-%" PRIu32, m->epoch);
	else
		len = snprintf(out, LEG_MARK_NAME, "e%" PRIu32 "-u%" PRIu32 "-%" PRId64, m->epoch,
			       m->utterance, m->at);
	return (size_t)len;
}

/* Cuts a prefix and the number behind it off *rest. */
static bool take_number(struct iv_str *rest, struct iv_str prefix, int64_t *out)
{
	struct iv_str digits = {rest->ptr + prefix.len, 0};

	if (!iv_str_starts(*rest, prefix))
		return false;
	while (prefix.len + digits.len < rest->len && digits.ptr[digits.len] >= '0' &&
	       digits.ptr[digits.len] <= '9')
		digits.len++;
	*rest = (struct iv_str){digits.ptr + digits.len, rest->len - prefix.len - digits.len};
	return iv_str_to_i64(digits, out);
}

bool leg_mark_parse(struct iv_str name, struct iv_mark *m)
{
	struct iv_str rest = name;
	char printed[LEG_MARK_NAME];
	int64_t epoch = 0, utterance = 0, at = -1;

	if (iv_str_starts(rest, IV_S("bar-"))) {
		if (!take_number(&rest, IV_S("bar-"), &epoch))
			return false;
	} else if (!take_number(&rest, IV_S("e"), &epoch) ||
		   !take_number(&rest, IV_S("-u"), &utterance) ||
		   !take_number(&rest, IV_S("-"), &at)) {
		return false;
	}
	*m = (struct iv_mark){(uint32_t)epoch, (uint32_t)utterance, at};
	/* Only what we would print is ours: this settles overflow, leading zeros and what is left.
	 */
	return iv_str_eq(name, (struct iv_str){printed, leg_mark_name(m, printed)});
}
