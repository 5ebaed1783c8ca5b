/* Signatures of webhooks that come in. The time is judged last: who cannot sign learns nothing of our clock. */
#include "iv_webhook_sign.h"

#include "webhook_mac.h"

#define SIGNATURES_MAX 16 /* of one header; more is no webhook */
#define TIME_DIGITS_MAX 11

const char *iv_webhook_verdict_name(enum iv_webhook_verdict v)
{
	static const char *const names[] = {
#define X(verdict, name) [verdict] = name,
		IV_WEBHOOK_VERDICTS(X)
#undef X
	};

	return (size_t)v < IV_COUNT(names) ? names[v] : "unknown";
}

/* Digits only: a sign or a blank would be signed with, and mean the same time twice. */
static bool read_time(struct iv_str text, int64_t *seconds)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '9')
			return false;
	}
	return text.len > 0 && text.len <= TIME_DIGITS_MAX && iv_str_to_i64(text, seconds);
}

static enum iv_webhook_verdict judge_time(int64_t then_s, int64_t wall_s, int64_t tolerance_s)
{
	if (then_s < wall_s - tolerance_s)
		return IV_WEBHOOK_STALE;
	return then_s > wall_s + tolerance_s ? IV_WEBHOOK_EARLY : IV_WEBHOOK_OK;
}

/* Is one of the entries "<before><want>" one of ours? All are compared, none may end it early. */
static bool any_entry(struct iv_str list, char separator, struct iv_str before, char wants[2][80],
		      size_t *entries)
{
	struct iv_str entry;
	bool found = false;

	*entries = 0;
	while (*entries < SIGNATURES_MAX && iv_str_split(&list, separator, &entry)) {
		entry = iv_str_trim(entry);
		if (!iv_str_starts(entry, before))
			continue;
		entry = (struct iv_str){entry.ptr + before.len, entry.len - before.len};
		++*entries;
		for (int i = 0; i < 2; i++)
			found |= wants[i][0] != '\0' && iv_secret_equal(entry, iv_str(wants[i]));
	}
	return found;
}

enum iv_webhook_verdict iv_webhook_verify_standard(const struct iv_webhook_secrets *secrets, struct iv_str id,
						   struct iv_str timestamp, struct iv_str signature,
						   struct iv_str body, int64_t wall_s, int64_t tolerance_s)
{
	char wants[2][80] = {"", ""};
	int64_t then_s;
	size_t entries;

	if (!id.len || !timestamp.len || !signature.len)
		return IV_WEBHOOK_MISSING;
	if (!read_time(timestamp, &then_s))
		return IV_WEBHOOK_MALFORMED;
	(void)webhook_standard(secrets->current, id, timestamp, body, wants[0]); /* none: nothing matches */
	(void)webhook_standard(secrets->previous, id, timestamp, body, wants[1]);
	if (any_entry(signature, ' ', IV_S("v1,"), wants, &entries))
		return judge_time(then_s, wall_s, tolerance_s);
	return entries ? IV_WEBHOOK_WRONG : IV_WEBHOOK_MALFORMED;
}

static enum iv_webhook_verdict verify_digest(const struct iv_webhook_secrets *secrets, struct iv_str before,
					     struct iv_str header, struct iv_str body)
{
	const struct iv_str both[] = {secrets->current, secrets->previous};
	char wants[2][80] = {"", ""};
	size_t entries;

	if (!header.len)
		return IV_WEBHOOK_MISSING;
	for (int i = 0; i < 2; i++) {
		if (both[i].len)
			iv_hmac_sha256_hex(both[i], body, wants[i]);
	}
	if (any_entry(header, ',', before, wants, &entries))
		return IV_WEBHOOK_OK;
	return entries ? IV_WEBHOOK_WRONG : IV_WEBHOOK_MALFORMED;
}

enum iv_webhook_verdict iv_webhook_verify_body(const struct iv_webhook_secrets *secrets, struct iv_str header,
					       struct iv_str body)
{
	return verify_digest(secrets, IV_S("sha256="), header, body);
}

enum iv_webhook_verdict iv_webhook_verify_hex(const struct iv_webhook_secrets *secrets, struct iv_str header,
					      struct iv_str body)
{
	return verify_digest(secrets, IV_S(""), header, body);
}

/* The only "t=" of the header. */
static bool find_time(struct iv_str header, struct iv_str *timestamp)
{
	struct iv_str entry;
	int found = 0;

	while (iv_str_split(&header, ',', &entry)) {
		entry = iv_str_trim(entry);
		if (iv_str_starts(entry, IV_S("t="))) {
			*timestamp = (struct iv_str){entry.ptr + 2, entry.len - 2};
			found++;
		}
	}
	return found == 1;
}

enum iv_webhook_verdict iv_webhook_verify_stamped(const struct iv_webhook_secrets *secrets, const char *scheme,
						  struct iv_str header, struct iv_str body, int64_t wall_s,
						  int64_t tolerance_s)
{
	char wants[2][80] = {"", ""}, before[8] = "";
	struct iv_str timestamp;
	int64_t then_s;
	size_t entries;

	if (!header.len)
		return IV_WEBHOOK_MISSING;
	if (!find_time(header, &timestamp) || !read_time(timestamp, &then_s))
		return IV_WEBHOOK_MALFORMED;
	iv_str_copy(before, sizeof(before) - 1, iv_str(scheme));
	before[strlen(before)] = '=';
	(void)webhook_stamped(secrets->current, timestamp, body, wants[0]); /* none: nothing matches */
	(void)webhook_stamped(secrets->previous, timestamp, body, wants[1]);
	if (any_entry(header, ',', iv_str(before), wants, &entries))
		return judge_time(then_s, wall_s, tolerance_s);
	return entries ? IV_WEBHOOK_WRONG : IV_WEBHOOK_MALFORMED;
}
