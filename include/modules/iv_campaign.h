/* iv_campaign: the engine that calls a campaign's leads. What must be true of it is in the database (migration
 * 0025_campaigns.sql): who may be called now, how fast, by whom; one transaction claims a lead, makes its call and counts
 * its attempt. Here is what does it: rounds that claim, and a flow for each call that was claimed. Any number of
 * processes; one that dies is made good for by the others.
 *
 *   round   every CAMPAIGN_TICK_MS while something is due, at once when a campaign is started anywhere (NOTIFY
 *           campaigns), seldom else: tends (leases of the dead, starts, ends), claims, begins to dial
 *   dial    check (number, carrier, slots), wait for its turn at the carrier, ask for the right to dial (refused when the
 *           campaign was paused or the lead barred meanwhile), ask the carrier; what was not asked for is given back
 *
 * What comes of a call is not the engine's: the end of its row says so, by whomever it is written. */
#ifndef IV_CAMPAIGN_H
#define IV_CAMPAIGN_H

#include "iv_dial.h"

struct iv_campaigns;

/* Who places calls: iv_dial, or what stands in for it. As iv_dial_check, iv_dial_place and iv_dial_give_back. */
struct iv_campaign_door {
	enum iv_flow_next (*check)(void *arg, struct iv_flow *f, struct iv_dial_run *run, struct iv_arena *arena,
				   const struct iv_dial_ask *ask, struct iv_dial_plan *plan, struct iv_dial_answer *answer);
	enum iv_flow_next (*place)(void *arg, struct iv_flow *f, struct iv_dial_run *run, struct iv_arena *arena,
				   const struct iv_dial_ask *ask, const struct iv_dial_plan *plan,
				   struct iv_dial_answer *answer);
	void (*give_back)(void *arg, const struct iv_dial_ask *ask, struct iv_dial_plan *plan);
	void *arg;
};

struct iv_campaign_opts {
	const struct iv_campaign_door *door; /* outlives it; NULL: s->dials */
	bool by_hand; /* no timer: rounds are asked for by iv_campaign_round, which says what time it is */
};

/* Needs s->cfg, loop, worker, dials (or a door), instance_id. Does nothing yet. */
struct iv_campaigns *iv_campaigns_new(struct iv_services *s, const struct iv_campaign_opts *o);
void iv_campaigns_start(struct iv_campaigns *c); /* nothing when CAMPAIGNS is off */
/* Claims no more; what is not dialled yet is given back. First of all when a process drains. */
void iv_campaigns_drain(struct iv_campaigns *c);
/* Drains; done, from the loop, when no call of a campaign is between claim and carrier. Before iv_dials_close. */
void iv_campaigns_stop(struct iv_campaigns *c, void (*done)(void *arg), void *arg);
void iv_campaigns_free(struct iv_campaigns *c); /* after iv_pg_close: a notification may still come until then */

/* by_hand: one round at this time (Unix ms), and the calls it began; then done. Not while one is under way. */
void iv_campaign_round(struct iv_campaigns *c, int64_t at_ms, void (*done)(void *arg), void *arg);

struct iv_campaign_stats {
	size_t in_flight; /* between claim and carrier */
	uint64_t rounds, claimed, given_back;
};
struct iv_campaign_stats iv_campaign_stats(const struct iv_campaigns *c);

#endif
