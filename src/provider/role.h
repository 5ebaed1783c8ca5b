/* role: walking a list of providers. One walk belongs to one stream of a call; it remembers which
 * were tried, asks the breakers, keeps their books and counts. */
#ifndef ROLE_H
#define ROLE_H

#include "iv_buf.h"
#include "iv_fetch.h"
#include "iv_trace.h"
#include "registry.h"

struct role_walk {
	struct iv_providers *p;
	enum iv_provider_role role;
	struct provider *items[PROVIDERS_MAX];
	size_t count;
	unsigned tried;	      /* bit per item */
	unsigned passed;      /* bit per item: its breaker did not allow it */
	unsigned last;	      /* bit per item: only when nobody else is left */
	size_t at;	      /* of `now` */
	struct provider *now; /* NULL: before the first */
	struct iv_span *parent, *span; /* the owner's, and that of who is asked now; NULL: none */
	bool aside;	      /* leaves the breakers as they are, and asks nobody whose is not closed */
};

enum role_end {
	ROLE_OK,
	ROLE_UNPROVEN, /* nothing went wrong, but nothing came that shows it works either */
	ROLE_FAILED,
	ROLE_REFUSED,	/* our request was at fault: an error, but not to the breaker */
	ROLE_CANCELLED, /* before there was anything to judge */
	ROLE_STOPPED,	/* cancelled, but it had worked */
};

/* list NULL or empty: the configured one. Names that are not known are left out. */
void role_walk_init(struct role_walk *w, struct iv_providers *p, enum iv_provider_role role,
		    const struct iv_strs *list);
/* Before the first is asked: those who are become children of `span`, which is held. */
void role_walk_trace(struct role_walk *w, struct iv_span *span);
void role_walk_deinit(struct role_walk *w);
/* What is asked for: names the span, and is said of it. */
void role_walk_wants(struct role_walk *w, struct iv_str model, struct iv_str call_id);
void role_walk_first(struct role_walk *w); /* the first of the answer is here */
void role_walk_status(struct role_walk *w, int http_status); /* of an answer that is an error; 0: none */
/* Goes to the first provider that was not tried and whose breaker allows; false: none is left.
 * Counts a failover when there was one before. */
IV_MUST_CHECK bool role_walk_next(struct role_walk *w);
/* Sets of providers outlive a walk: one bit for each the process knows. Those in `asked` come last. */
void role_walk_put_last(struct role_walk *w, uint32_t asked);
/* Who was tried, passed over or put last; and whether that leaves anybody of the list. */
uint32_t role_walk_asked(const struct role_walk *w);
bool role_walk_others(const struct role_walk *w);
/* Asks the breaker for the same provider again. */
IV_MUST_CHECK bool role_walk_again(struct role_walk *w);
/* The one that is tried had proved itself: all others count as not tried. */
void role_walk_forgive(struct role_walk *w);
/* Tells the breaker alone that it works, while the stream goes on. */
void role_walk_works(struct role_walk *w);
/* One stream at w->now is over: counted, logged, told to the breaker. */
void role_walk_end(struct role_walk *w, enum role_end end, const char *reason);

/* Why a request failed, in the door's words, and what the breaker should think of it. */
const char *role_fetch_reason(const struct iv_fetch_result *r);
enum role_end role_fetch_end(const struct iv_fetch_result *r);

/* Headers of a request that carries a key. The value is wiped by role_key_wipe. */
#define ROLE_KEY_MAX 1024
typedef bool role_key_fn(struct iv_buf *out, const char *key);
/* False: no key is configured, or it is too long; then no header is sent. */
bool role_key(struct iv_buf *value, const struct provider *v, role_key_fn *build);
void role_key_wipe(struct iv_buf *value);

/* The given text, or when it is empty the configured one. */
static inline struct iv_str role_or(struct iv_str given, const char *configured)
{
	return given.len > 0 ? given : iv_str(configured);
}

/* A copy that the session owns; free() it. Never NULL. */
char *role_copy(struct iv_str s);

#endif
