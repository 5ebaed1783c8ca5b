/* Walking a list of providers: the next one allowed, the breaker's books, the counters. */
#include <stdlib.h>
#include "iv_log.h"
#include "iv_metrics.h"
#include "role.h"
#include "role_span.h"

static const char *const role_names[ROLES] = {"asr", "llm", "tts"};

/* A list of one name twice is that name once. */
static void add(struct role_walk *w, struct provider *v)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->items[i] == v)
			return;
	if (w->count < PROVIDERS_MAX)
		w->items[w->count++] = v;
}

void role_walk_init(struct role_walk *w, struct iv_providers *p, enum iv_provider_role role,
		    const struct iv_strs *list)
{
	*w = (struct role_walk){.p = p, .role = role};
	if (!list || list->count == 0) {
		for (size_t i = 0; i < p->default_count[role]; i++)
			add(w, p->defaults[role][i]);
		return;
	}
	for (size_t i = 0; i < list->count; i++) {
		struct provider *v = registry_find(p, role, list->items[i]);
		if (v)
			add(w, v);
	}
}

static void show_breakers(const struct iv_providers *p, enum iv_provider_role role)
{
	int open = 0;
	for (size_t i = 0; i < p->count; i++)
		open += p->items[i].breakers[role].state != IV_BREAKER_CLOSED;
	iv_metric_set(IV_M_provider_breaker_open, (int)role, open);
}

static bool allowed(struct role_walk *w, size_t i)
{
	struct iv_breaker *b = &w->items[i]->breakers[w->role];
	return w->aside ? b->state == IV_BREAKER_CLOSED : iv_breaker_allow(b, iv_now_us());
}

static bool next_of(struct role_walk *w, unsigned candidates)
{
	for (size_t i = 0; i < w->count; i++) {
		unsigned bit = 1u << i;
		if ((candidates & bit) == 0)
			continue;
		if (!allowed(w, i)) {
			w->passed |= bit;
			continue;
		}
		if (w->tried != 0 || (w->last != 0 && (w->last & bit) == 0))
			iv_metric_add(IV_M_provider_failovers_total, (int)w->role, 1);
		w->tried |= bit;
		w->at = i;
		w->now = w->items[i];
		role_span_begin(w);
		return true;
	}
	return false;
}

bool role_walk_next(struct role_walk *w)
{
	return next_of(w, ~w->tried & ~w->last) || next_of(w, ~w->tried & w->last);
}

static uint32_t known_as(const struct role_walk *w, size_t i)
{
	return UINT32_C(1) << (w->items[i] - w->p->items);
}

void role_walk_put_last(struct role_walk *w, uint32_t asked)
{
	for (size_t i = 0; i < w->count; i++)
		if (asked & known_as(w, i))
			w->last |= 1u << i;
}

uint32_t role_walk_asked(const struct role_walk *w)
{
	uint32_t set = 0;
	for (size_t i = 0; i < w->count; i++)
		if ((w->tried | w->passed | w->last) >> i & 1u)
			set |= known_as(w, i);
	return set;
}

bool role_walk_others(const struct role_walk *w)
{
	unsigned all = (1u << w->count) - 1;
	return (all & ~(w->tried | w->passed | w->last)) != 0;
}

bool role_walk_again(struct role_walk *w)
{
	if (!allowed(w, w->at))
		return false;
	role_span_begin(w);
	return true;
}

void role_walk_forgive(struct role_walk *w)
{
	w->tried = 1u << w->at;
}

void role_walk_works(struct role_walk *w)
{
	iv_breaker_result(&w->now->breakers[w->role], true, iv_now_us());
	show_breakers(w->p, w->role);
}

static void count(enum iv_provider_role role, enum role_end end)
{
	/* Labels in the order of iv_metrics.def; a recogniser is never cancelled, only closed. */
	enum { OK, ERROR, CANCELLED };
	int what = end == ROLE_OK || end == ROLE_UNPROVEN      ? OK
		   : end == ROLE_FAILED || end == ROLE_REFUSED ? ERROR
							       : CANCELLED;
	static const int labels[ROLES][3] = {{0, 1, -1}, {2, 3, 4}, {5, 6, 7}};
	if (labels[role][what] >= 0)
		iv_metric_add(IV_M_provider_requests_total, labels[role][what], 1);
}

static void tell_breaker(struct iv_breaker *b, enum role_end end)
{
	if (end == ROLE_OK || end == ROLE_STOPPED)
		iv_breaker_result(b, true, iv_now_us());
	else if (end == ROLE_FAILED)
		iv_breaker_result(b, false, iv_now_us());
	else
		iv_breaker_no_result(b, iv_now_us());
}

void role_walk_end(struct role_walk *w, enum role_end end, const char *reason)
{
	struct iv_breaker *b = &w->now->breakers[w->role];
	enum iv_breaker_state before = b->state;
	if (!w->aside)
		tell_breaker(b, end);
	show_breakers(w->p, w->role);
	role_span_end(w, end, reason);
	count(w->role, end);
	if (end == ROLE_FAILED || end == ROLE_REFUSED)
		iv_warn("provider.failed", IV_LS("role", role_names[w->role]),
			IV_LS("provider", w->now->name), IV_LS("reason", reason));
	if (before != IV_BREAKER_OPEN && b->state == IV_BREAKER_OPEN && end == ROLE_FAILED)
		iv_warn("provider.breaker_open", IV_LS("role", role_names[w->role]),
			IV_LS("provider", w->now->name), IV_LI("ms", b->open_ms));
}

const char *role_fetch_reason(const struct iv_fetch_result *r)
{
	if (r->status == 401 || r->status == 403)
		return "unauthorized";
	if (r->status == 429)
		return "rate_limited";
	if (r->status >= 500)
		return "server_error";
	if (r->err.code == IV_ETIMEDOUT)
		return "timeout";
	if (r->err.code == IV_ETOOBIG)
		return "garbage";
	/* No answer at all, a redirect or a refusal; else an answer that ended in the middle. */
	return r->status == 0 || r->status >= 300 ? "refused" : "cut";
}

enum role_end role_fetch_end(const struct iv_fetch_result *r)
{
	/* An agent with a wrong model or voice must not shut the provider for everybody else. */
	static const int ours[] = {400, 404, 413, 422};
	for (size_t i = 0; i < IV_COUNT(ours); i++)
		if (r->status == ours[i])
			return ROLE_REFUSED;
	return ROLE_FAILED;
}

bool role_key(struct iv_buf *value, const struct provider *v, role_key_fn *build)
{
	iv_buf_init(value, ROLE_KEY_MAX);
	return iv_secret_set(v->key) && build(value, iv_secret_reveal(v->key));
}

void role_key_wipe(struct iv_buf *value)
{
	if (value->ptr)
		explicit_bzero(value->ptr, value->cap);
	iv_buf_deinit(value);
}

char *role_copy(struct iv_str s)
{
	char *copy = malloc(s.len + 1);
	if (!copy)
		abort();
	if (s.len > 0)
		memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return copy;
}
