/* The inside of the campaign engine: rounds (engine.c), one call from its claim to the carrier (call.c). */
#ifndef CAMPAIGN_H
#define CAMPAIGN_H

#include "iv_campaign.h"
#include "iv_list.h"
#include "iv_sql.h"

struct iv_campaigns {
	struct iv_services *s;
	const struct iv_config *cfg;
	struct iv_campaign_door door;
	bool by_hand, running, draining, wanted;
	int64_t at_ms; /* IV_SQL_NULL: the server says what time it is */
	struct iv_campaign_stats stats;
	size_t busy;         /* the round, calls, givings back: what stop waits for */
	void (*done)(void *arg); /* of a stop, or of a round by hand */
	void *done_arg;

	struct iv_list calls; /* of struct claimed */
	int64_t turn_us[IV_CARRIERS]; /* when the next call may begin there */

	/* round */
	struct iv_timer tick;
	struct iv_flow round, *rounding;
	struct iv_pg_run pg;
	struct iv_arena arena;
	struct iv_rows tended, claimed, next;
	int64_t asked;        /* of the claim */
	int64_t tended_us, began_us;
	int failures;         /* of rounds in a row */
};

void campaign_rest(struct iv_campaigns *c); /* something is not busy any more */
void campaign_look(struct iv_campaigns *c); /* there is room, or something may be due */

/* ── call.c */
void claimed_start(struct iv_campaigns *c, const struct iv_campaign_claim_out *row);
void claimed_drain(struct iv_campaigns *c); /* whoever waits for a turn is given back */

#endif
