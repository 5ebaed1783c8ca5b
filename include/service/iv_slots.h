/* iv_slots: how many calls there may be at once, counted across all instances.
 *
 * A call takes one slot in several scopes, all or none: global and carrier (calls of carriers), tenant, agent,
 * campaign. A slot is a lease of SLOT_LEASE_MS in Redis, by Redis's clock. The process that dials the call or holds
 * its media renews it every SLOT_RENEW_MS; who dies lets go. A call that lives is never ended for a limit: it
 * re-asserts itself, over the limit too, and only new ones are refused.
 *
 * When Redis may have forgotten slots (it is empty, restarted, was away for long, its clock jumped) every process
 * re-asserts what it holds and nobody is admitted for SLOT_SETTLE_MS: the verdict says `settling`. While
 * Redis is away SLOTS_WHEN_REDIS_DOWN decides: the verdict says `local`. docs/telephony.md states how far a limit can
 * be passed then.
 *
 * The life of a slot:   take ─ hold(DIALLING) ─ hold(MEDIA) ─ drop       on one instance, or
 *                       take │ hold(MEDIA) … leave │ hold(MEDIA) ─ drop   each │ another instance */
#ifndef IV_SLOTS_H
#define IV_SLOTS_H

#include "iv_config.h"
#include "iv_redis.h"

struct iv_slots;

struct iv_slots_deps {
	const struct iv_config *cfg; /* outlives it */
	struct iv_loop *loop;
	struct iv_redis *redis;
	const char *instance_id; /* copied */
};

/* NULL with *e: SLOT_LEASE_MS is not at least three times SLOT_RENEW_MS, or SLOT_SETTLE_MS too short. */
struct iv_slots *iv_slots_new(const struct iv_slots_deps *d, struct iv_err *e);
/* What is still held stays until its lease ends: another instance may be taking it over. No operation may be in
 * flight. Before iv_redis_close. */
void iv_slots_free(struct iv_slots *s);

/* Every id 1 to 128 of iv_id_acceptable. */
struct iv_slot_ask {
	struct iv_str tenant_id, call_id;
	struct iv_str agent_id, campaign_id; /* "": none */
	const char *carrier;                 /* "jambonz", "twilio", "elevenlabs", "browser" */
	const char *reason;                  /* "inbound", "outbound", "realtime" */
	int64_t tenant_max;   /* the tenant's own; 0: MAX_CONCURRENT_CALLS */
	int64_t agent_max;    /* the agent's own, below TELEPHONY_PER_AGENT_MAX_CONCURRENCY; 0: that */
	int64_t campaign_max; /* the campaign's own, below TELEPHONY_PER_CAMPAIGN_MAX_CONCURRENCY; 0: that */
};

struct iv_slot_verdict {
	bool granted;
	bool over;         /* granted, and none was taken: the call (not a browser's) was given back as ended already */
	bool local;        /* Redis did not answer: the policy decided */
	bool settling;     /* refused for the moment only: retry_ms */
	const char *scope; /* who refused: "global", "carrier", "tenant", "agent", "campaign"; "settling"; without Redis
			    * also "redis" (the policy is closed) and "instance" (SLOTS_LOCAL_MAX); NULL when granted */
	int64_t limit, count; /* of that scope; granted: of the tenant, this call included; limit 0: none */
	int64_t retry_ms;     /* when it may be worth asking again; 0: nobody knows */
};

struct iv_slots_run {
	struct iv_op op;
	struct iv_redis_command *command; /* NULL when nothing is in flight */
	struct iv_slots *slots;
	const struct iv_slot_ask *ask;
	struct iv_slot_verdict *verdict;
	int64_t limits[5];
};

/* `return iv_slots_take(…)` in a step; ask, what it points to and v live until the operation is over. A call that has
 * its slot keeps it: asking twice is granted twice and counted once. Not held within SLOT_LEASE_MS, the slot is free
 * again. A flow that ends while this is in flight lets the slot go. Fails only with IV_EINVAL (an id, carrier or
 * reason that is none); never for want of Redis. */
enum iv_flow_next iv_slots_take(struct iv_slots *s, struct iv_flow *f, struct iv_slots_run *run,
				const struct iv_slot_ask *ask, struct iv_slot_verdict *v);

/* From now on this process renews it; copied. Taken before or not: a live call is counted. Another instance that held
 * it stops within SLOT_RENEW_MS. DIALLING ends by itself after TELEPHONY_SEMAPHORE_TTL_SEC, MEDIA never does, and does not become
 * DIALLING again. */
enum iv_slot_stage { IV_SLOT_DIALLING, IV_SLOT_MEDIA };
void iv_slots_hold(struct iv_slots *s, const struct iv_slot_ask *ask, enum iv_slot_stage stage);

/* Why a slot is given back: the words of slots_released_total. */
#define IV_SLOT_ENDS(X)                                                                            \
	X(COMPLETED, "completed")   /* the call was had and is over */                             \
	X(BUSY, "busy")             /* the far end was engaged */                                  \
	X(NO_ANSWER, "no_answer")   /* it rang */                                                  \
	X(FAILED, "failed")         /* the carrier could not, or an error of ours */               \
	X(CANCELED, "canceled")     /* taken back before it was answered */                        \
	X(REFUSED, "refused")       /* granted, and then refused for another reason: never a call */ \
	X(LOST, "lost")             /* nobody has it any more: reconciliation, a dead instance */  \
	X(TIMEOUT, "timeout")       /* dialled for too long */
enum iv_slot_end {
#define X(name, word) IV_SLOT_##name,
	IV_SLOT_ENDS(X)
#undef X
	IV_SLOT_END_COUNT
};
extern const char *const iv_slot_ends[]; /* the words, NULL */

/* The call is over: free now, in all scopes, and no renewal that is still under way brings it back. From any process;
 * twice is as good as once. Without Redis it is free when its lease ends. */
void iv_slots_drop(struct iv_slots *s, struct iv_str tenant_id, struct iv_str call_id, enum iv_slot_end why);
/* The same, unless its media has come to some process meanwhile: for who was cut short and cannot say. */
void iv_slots_drop_unspoken(struct iv_slots *s, struct iv_str tenant_id, struct iv_str call_id, enum iv_slot_end why);
/* Another instance goes on with the call: this one stops renewing, the slot stays for the rest of its lease. */
void iv_slots_leave(struct iv_slots *s, struct iv_str tenant_id, struct iv_str call_id);

/* How many this process holds, dialling and media; for draining and for task protection. changed() is called from
 * wherever the number changes; it must not call back. One watcher. */
size_t iv_slots_held(const struct iv_slots *s);
void iv_slots_watch(struct iv_slots *s, void (*changed)(void *arg, size_t held), void *arg);

/* ── looking: start it in one step, read it in the next. Errors as of iv_redis_script. */
struct iv_slots_look {
	struct iv_redis_run redis;
	struct iv_reply reply;
};
struct iv_slot_count {
	struct iv_str id; /* of a campaign, name of a carrier */
	int64_t count, limit;
};
struct iv_slot_counts {
	int64_t settling_ms; /* > 0: nobody is admitted yet */
	struct iv_slot_count global, tenant; /* tenant.limit: 0, the caller knows it */
	struct iv_slot_count carriers[4];
	struct iv_slot_count *campaigns; /* of the tenant, with calls; 200 at most */
	size_t campaign_count;
};
enum iv_flow_next iv_slots_look_counts(struct iv_slots *s, struct iv_flow *f, struct iv_slots_look *l,
				       struct iv_arena *a, struct iv_str tenant_id);
IV_MUST_CHECK bool iv_slots_counts(const struct iv_slots *s, const struct iv_slots_look *l, struct iv_arena *a,
				   struct iv_slot_counts *out, struct iv_err *e);

struct iv_slot_holder {
	struct iv_str tenant_id, call_id, agent_id, campaign_id, carrier, reason, stage; /* "taken", "dialling", "media" */
	struct iv_str owner; /* instance */
	int64_t since_ms, age_ms, lease_ms; /* lease_ms: what is left of it */
};
/* About `count` of them (a small set comes whole); tenant "": everybody's. cursor "" or "0" begins. */
enum iv_flow_next iv_slots_look_holders(struct iv_slots *s, struct iv_flow *f, struct iv_slots_look *l,
					struct iv_arena *a, struct iv_str tenant_id, struct iv_str cursor, int count);
struct iv_slot_page {
	struct iv_slot_holder *holders;
	size_t count;
	int64_t total;
	struct iv_str next; /* cursor; "": that was all */
};
IV_MUST_CHECK bool iv_slots_holders(const struct iv_slots_look *l, struct iv_arena *a, struct iv_slot_page *out,
				    struct iv_err *e);

#endif
