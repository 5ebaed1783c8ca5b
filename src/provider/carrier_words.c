/* What every carrier's answers have in common, read without knowing whose they are. Pure. */
#include "carrier.h"

void carrier_not_placed(struct iv_carrier_answer *a, const char *why, bool for_good)
{
	a->placed = IV_NOT_PLACED;
	a->why = iv_str(why);
	a->for_good = for_good;
}

void carrier_maybe_placed(struct iv_carrier_answer *a, const char *why)
{
	a->placed = IV_MAYBE_PLACED;
	a->why = iv_str(why);
	a->for_good = false;
}

void carrier_placed(struct iv_carrier_answer *a, struct iv_arena *arena, struct iv_str id, struct iv_str second)
{
	struct iv_str kept = iv_arena_str(arena, id);

	if (!id.len || !kept.ptr) {
		carrier_maybe_placed(a, "no_id");
		return;
	}
	*a = (struct iv_carrier_answer){.placed = IV_PLACED, .provider_id = kept, .why = IV_S("")};
	a->second_id = second.len ? iv_arena_str(arena, second) : IV_S("");
}

/* Whoever says 4xx has read the request and not done it; but 408 is a proxy's, and says nothing of what is behind. */
void carrier_refusal(const struct carrier_reply *r, struct iv_carrier_answer *a)
{
	*a = (struct iv_carrier_answer){.provider_id = IV_S(""), .second_id = IV_S("")};
	if (r->status == 0 && r->unsent)
		carrier_not_placed(a, "unreachable", false);
	else if (r->status == 0)
		carrier_maybe_placed(a, r->late ? "timeout" : "cut");
	else if (r->status == 401 || r->status == 403 || r->status == 404)
		carrier_not_placed(a, "unauthorized", false);
	else if (r->status == 429)
		carrier_not_placed(a, "rate_limited", false);
	else if (r->status == 408)
		carrier_maybe_placed(a, "timeout");
	else if (r->status >= 500)
		carrier_maybe_placed(a, "server_error");
	else if (r->status >= 400)
		carrier_not_placed(a, "rejected", true);
	else /* a redirect, which nobody follows: the address is not the API's */
		carrier_not_placed(a, "misconfigured", false);
	if (r->retry_after_ms >= 0)
		a->retry_after_s = (r->retry_after_ms + 999) / 1000;
}

bool carrier_found_add(struct iv_carrier_found *found, struct iv_arena *arena, struct iv_str id, struct iv_str status,
		       bool sure)
{
	struct iv_carrier_status *st;

	if (!id.len || !status.ptr || found->sure)
		return true;
	if (sure)
		found->count = 0;
	else if (found->count == IV_CARRIER_FOUND_MAX)
		return true;
	st = &found->items[found->count++];
	*st = (struct iv_carrier_status){.known = true, .provider_id = iv_arena_str(arena, id), .status = status};
	found->sure = sure;
	return st->provider_id.ptr != NULL;
}

static struct iv_str bare(struct iv_str number)
{
	if (number.len && number.ptr[0] == '+')
		return (struct iv_str){number.ptr + 1, number.len - 1};
	return number;
}

bool carrier_same_number(struct iv_str a, struct iv_str b)
{
	return iv_str_eq(bare(a), bare(b));
}

struct iv_str carrier_either(const cJSON *obj, const char *one, const char *other)
{
	struct iv_str value = iv_json_str(obj, one);

	return value.len ? value : iv_json_str(obj, other);
}
