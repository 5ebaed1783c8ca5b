/* The inside of telephony. A hook is one request of a carrier; whatever it is, it goes through the steps of hook.c in
 * their order, and each step does what this hook is in need of.
 *
 *   words.c   their words and ours          verbs.c, twiml.c  orders in their languages
 *   hook.c    proof, replays, reading       hook_call.c       whose call it is, the slots of a new one
 *   hook_line.c  what is asked and told     hook_say.c        the answer
 *   routes.c  the carriers' addresses       orders.c, reports.c  the first platform's other routes
 *   rooms.c   orders to several calls */
#ifndef TELEPHONY_H
#define TELEPHONY_H

#include "iv_api.h"
#include "iv_carrier.h"
#include "iv_cidr.h"
#include "iv_control.h"
#include "iv_convai.h"
#include "iv_rate.h"
#include "iv_slots.h"
#include "iv_sql.h"
#include "iv_telephony.h"
#include "iv_webhook_sign.h"
#include "say.h"
#include "words.h"

struct iv_telephony {
	struct iv_services *s;
	struct iv_arena arena;
	struct iv_cidrs anywhere, jambonz_from; /* who may ask; none: anybody */
	struct iv_webhook_secrets secrets[WORD_CARRIERS];
	struct iv_str token; /* TELEPHONY_SHARED_SECRET */
	bool believes_unsigned; /* of a carrier without a secret */
	bool draining;
};

/* What a hook is about. */
enum hook_kind {
	HOOK_CALL,    /* a call wants to know what to do: it rings, or has been answered */
	HOOK_STATUS,  /* how it stands */
	HOOK_AFTER,   /* its media socket is closed */
	HOOK_DIALED,  /* its dial, refer or conference is over */
	HOOK_ASKED,   /* keys were pressed, or not */
	HOOK_AMD,     /* who answered */
	HOOK_WHISPER, /* what is said to who was dialled */
	HOOK_STREAM,  /* the carrier's side of the media socket */
};

struct hook_row {
	const char *path;
	enum word_carrier carrier;
	enum hook_kind kind;
	bool generic; /* proved by a credential of ours, not by a signature */
};
const struct hook_row *hook_row_of(const char *path); /* routes.c */

struct hook_query {
	struct iv_str call, agent_id, shape, nonce, say, body_sha256, traceparent;
	int64_t attempt;
};
extern const struct iv_shape hook_query_shape;

/* One operation that may fail without failing the hook. */
struct hook_try {
	struct iv_op op;
	struct iv_flow flow, *running;
	enum iv_flow_next (*start)(struct iv_flow *f, void *arg);
	void *arg;
	struct iv_err err; /* how it went */
};
enum iv_flow_next hook_try(struct iv_api_call *c, struct hook_try *t,
			   enum iv_flow_next (*start)(struct iv_flow *f, void *arg), void *arg);

struct hook {
	struct iv_api_call *c;
	const struct hook_row *row;
	struct hook_query q;
	struct iv_str named_tenant, named_call; /* by the address */
	/* Proof. */
	struct iv_pair *pairs; /* Twilio's form */
	size_t pair_count;
	struct iv_str signature;
	enum iv_webhook_verdict verdict;
	bool trusted;
	struct iv_auth_run auth;
	struct iv_rate_run rate;
	struct iv_rate_policy policy;
	struct iv_rate_verdict allowance;
	struct hook_try attempt;
	struct iv_redis_run redis;
	struct iv_reply seen, ended; /* ended: how it ended before it was heard of */
	char seen_key[96];
	/* Whose. */
	struct word_hook is;
	struct iv_str status; /* in our words; ptr NULL: not told */
	bool final;
	struct iv_rows found, rows;
	struct iv_str tenant_id, call_id, agent_id, number_id; /* call_id "": nobody's */
	struct iv_scope scope;
	bool over, held, fresh;
	/* An agent that ElevenLabs hosts. */
	struct iv_str agent_ref; /* of a new call; "": our own speaks */
	bool hosted;             /* of a call that is known */
	struct iv_convai_call registering;
	struct iv_vendor_run vendor;
	struct iv_vendor_answer registered;
	struct iv_str document;  /* what it wants Twilio to do; "": none */
	int64_t tenant_max, campaign_max;
	struct iv_str campaign_id; /* of its tenant; "": none */
	/* The line. */
	struct iv_control_run control;
	struct iv_str name, verb, args, told;
	struct iv_op wait_op;
	struct iv_timer wait;
	struct iv_line_do todo;
	bool has_todo, closes, refused;
	struct iv_str end_status, end_reason, failure;
	struct iv_slots_run slots;
	struct iv_slot_ask ask;
	struct iv_slot_verdict verdict_of_slots;
	struct iv_undo undo_slots, undo_end;
	struct say_call say;
	struct iv_line_media media;
};

static inline struct hook *hook_self(struct iv_flow *f)
{
	return iv_api_self(f)->state;
}
extern const struct iv_flow_step hook_steps[]; /* hook.c */

/* hook_call.c */
enum iv_flow_next hook_find(struct iv_flow *f);
enum iv_flow_next hook_found(struct iv_flow *f);
enum iv_flow_next hook_take(struct iv_flow *f);
enum iv_flow_next hook_taken(struct iv_flow *f);
enum iv_flow_next hook_recall(struct iv_flow *f);
enum iv_flow_next hook_recalled(struct iv_flow *f);
enum iv_flow_next hook_slots(struct iv_flow *f);
enum iv_flow_next hook_granted(struct iv_flow *f);
enum iv_flow_next hook_hosted(struct iv_flow *f); /* hook_hosted.c: these three */
enum iv_flow_next hook_register(struct iv_flow *f);
enum iv_flow_next hook_registered(struct iv_flow *f);
void hook_tell(struct hook *h, const char *kind); /* whoever watches the call */

/* hook_line.c: in this order */
/* What it says of the call, for the books: a status in our words, ptr NULL: nothing; and facts beside it, as JSON. */
struct iv_str hook_news(struct hook *h, struct iv_str *facts);
enum iv_flow_next hook_ask(struct iv_flow *f);
enum iv_flow_next hook_wait(struct iv_flow *f);
enum iv_flow_next hook_ask_again(struct iv_flow *f);
enum iv_flow_next hook_told(struct iv_flow *f);
enum iv_flow_next hook_orphaned(struct iv_flow *f);
enum iv_flow_next hook_over(struct iv_flow *f);
enum iv_flow_next hook_over_told(struct iv_flow *f);
enum iv_flow_next hook_close(struct iv_flow *f);
enum iv_flow_next hook_closed(struct iv_flow *f);

/* hook_say.c */
enum iv_flow_next hook_say(struct iv_flow *f);
/* Declines a call that nobody answers (404), or that nobody can answer now (486, 480). */
enum iv_flow_next hook_decline(struct hook *h, int sip_status);
enum iv_flow_next hook_say_again(struct hook *h, struct iv_str answer);

/* rooms.c: one order of a room, to several calls. */
enum { ROOM_PARTIES_MAX = 10 };
struct room_party {
	struct iv_str id, call_id; /* as it was named; ours */
	struct iv_err err;
};
struct room_run {
	struct iv_api_call *c;
	struct iv_op op;
	struct iv_flow flow, *running;
	struct room_party parties[ROOM_PARTIES_MAX + 1];
	size_t count, at;
	struct iv_line_do line;
	struct iv_str args, answer;
	struct iv_pg_run pg;
	struct iv_rows rows;
	struct iv_control_run control;
	struct iv_carrier_run carrier;
	struct iv_redis_run redis;
	struct iv_reply members;
	char name[192], key[512]; /* as tenants know it; of who went there */
};
/* `given`, or the prefix and the call's id. */
void room_name(struct iv_api_call *c, struct room_run *r, struct iv_str given, const char *prefix, struct iv_str call_id);
/* action: "join", "leave", "mute", "unmute"; self "" and others NULL: nobody. `return room_order(…)` in a step. */
enum iv_flow_next room_order(struct iv_flow *f, struct room_run *r, const char *action, struct iv_str self,
			     const struct iv_strs *others, bool muted);
enum iv_flow_next room_list(struct iv_flow *f, struct room_run *r);
/* The step after it: one that followed makes it well; when none did, the first's reason is the answer. */
enum iv_flow_next room_ordered(struct iv_flow *f, struct room_run *r);
void room_put(struct iv_jw *w, const struct room_run *r); /* into an object */

/* orders.c, reports.c: the rows iv_telephony_mount adds. */
extern const struct iv_api_route telephony_order_rows[], telephony_report_rows[];

#endif
