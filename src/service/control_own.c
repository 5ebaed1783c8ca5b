/* Who owns a call: call:NAME:owner is a lease. The first claim takes it from whoever had it; renewals only
 * keep what is ours or nobody's, so that a call that went to another instance is not taken back. */
#include "control_priv.h"

#include <stdio.h>

#include "iv_log.h"

#define BATCH 100

/* KEYS: leases. ARGV: instance, lease ms. Answers with the keys that are another's. */
static struct iv_script renew_script = {
	"control_renew",
	"local lost={} "
	"for _,k in ipairs(KEYS) do "
	"local v=redis.call('GET',k) "
	"if not v or v==ARGV[1] then redis.call('SET',k,ARGV[1],'PX',ARGV[2]) else lost[#lost+1]=k end "
	"end return lost",
	"",
};

/* KEYS: the epoch {since, run}. Its age in ms by the server's clock; a new one when it is gone, or the server another. */
static struct iv_script epoch_script = {
	"control_epoch",
	"local t=redis.call('TIME') local now=t[1]*1000+math.floor(t[2]/1000) "
	"local info=redis.pcall('INFO','server') "
	"local run=type(info)=='string' and string.match(info,'run_id:(%x+)') or '' "
	"local e=redis.call('HMGET',KEYS[1],'since','run') "
	"if not e[1] or e[2]~=run or tonumber(e[1])>now then "
	"redis.call('HSET',KEYS[1],'since',now,'run',run) return 0 end "
	"return now-tonumber(e[1])",
	"",
};

static const char release_script[] = "if redis.call('GET',KEYS[1])==ARGV[1] then return redis.call('DEL',KEYS[1]) end return 0";

/* A batch of renewals under way. */
struct renewal {
	struct iv_list node;
	struct iv_control *control;
	struct iv_redis_command *command;
};

void control_owner_key(struct iv_str call_id, char key[CONTROL_KEY_SIZE])
{
	snprintf(key, CONTROL_KEY_SIZE, "call:%.*s:owner", IV_FMT(call_id));
}

static void forget_owned(struct control_owned *o)
{
	if (o->command)
		iv_redis_forget(o->command);
	(void)iv_map_remove(o->control->owned, iv_str(o->name));
	iv_list_remove(&o->node);
	free(o);
}

/* ── the first claim ── */

static void on_claimed(void *arg, const struct iv_reply *reply, const struct iv_err *err)
{
	struct control_owned *o = arg;

	(void)err; /* claimed again with its slice */
	o->command = NULL;
	o->known = reply != NULL;
}

static void claim(struct control_owned *o)
{
	struct iv_control *c = o->control;
	char key[CONTROL_KEY_SIZE];

	if (o->command)
		return;
	control_owner_key(iv_str(o->name), key);
	o->command = iv_redis_ask(c->redis,
				  (const struct iv_str[]){IV_S("SET"), iv_str(key), iv_str(c->instance), IV_S("PX"),
							  iv_str(c->lease_ms)},
				  5, on_claimed, o, NULL);
}

/* ── renewing ── */

static void on_renewed(void *arg, const struct iv_reply *reply, const struct iv_err *err)
{
	struct renewal *r = arg;
	struct iv_control *c = r->control;
	size_t prefix = sizeof("call:") - 1, suffix = sizeof(":owner") - 1;

	(void)err; /* renewed with the next round; a lease bears two that fail */
	iv_list_remove(&r->node);
	free(r);
	for (size_t i = 0; reply && i < reply->count; i++) {
		struct iv_str key = reply->items[i].s;
		struct control_owned *o;

		if (key.len < prefix + suffix)
			continue;
		o = iv_map_get(c->owned, (struct iv_str){key.ptr + prefix, key.len - prefix - suffix});
		if (!o || !o->known)
			continue; /* given up, or claimed anew, meanwhile */
		iv_warn("control.taken_over", IV_LS("call", o->name));
		forget_owned(o);
	}
}

static void send_renewal(struct iv_control *c, const struct iv_str *keys, size_t count)
{
	struct renewal *r = control_calloc(sizeof(*r));

	r->control = c;
	r->command = iv_redis_ask_script(c->redis, &renew_script, keys, count,
					 (const struct iv_str[]){iv_str(c->instance), iv_str(c->lease_ms)}, 2, on_renewed,
					 r, NULL);
	if (r->command)
		iv_list_append(&c->renewals, &r->node);
	else
		free(r);
}

static void renew_slice(struct iv_control *c, struct iv_list *slice)
{
	static char bytes[BATCH][CONTROL_KEY_SIZE]; /* 30 KB; one thread, and used up before this returns */
	struct iv_str keys[BATCH];
	size_t count = 0;

	IV_LIST_EACH(node, slice)
	{
		struct control_owned *o = IV_CONTAINER(node, struct control_owned, node);

		if (!o->known) {
			claim(o);
			continue;
		}
		control_owner_key(iv_str(o->name), bytes[count]);
		keys[count] = iv_str(bytes[count]);
		if (++count == BATCH) {
			send_renewal(c, keys, count);
			count = 0;
		}
	}
	if (count)
		send_renewal(c, keys, count);
}

static void on_renew(void *arg)
{
	struct iv_control *c = arg;

	renew_slice(c, &c->slices[c->next_slice++ % CONTROL_SLICES]);
	iv_timer_in_ms(&c->renew, c->renew_ms);
}

void control_own_renew_all(struct iv_control *c)
{
	for (int i = 0; i < CONTROL_SLICES; i++)
		renew_slice(c, &c->slices[i]);
}

/* ── the door ── */

void iv_control_own(struct iv_control *c, struct iv_str call_id)
{
	struct control_owned *o = iv_map_get(c->owned, call_id);

	if (call_id.len == 0 || call_id.len > CONTROL_NAME_MAX)
		return; /* nobody can ask for it either */
	if (!o) {
		o = control_calloc(sizeof(*o));
		o->control = c;
		(void)iv_str_copy(o->name, sizeof(o->name), call_id);
		iv_list_append(&c->slices[c->next_join++ % CONTROL_SLICES], &o->node);
		(void)iv_map_put(c->owned, call_id, o);
	}
	o->known = false;
	claim(o);
}

static void release(struct control_owned *o)
{
	struct iv_control *c = o->control;
	char key[CONTROL_KEY_SIZE];

	control_owner_key(iv_str(o->name), key);
	/* Behind a claim that is still under way, on the same connection. Without Redis the lease runs out. */
	(void)iv_redis_send(c->redis,
			    (const struct iv_str[]){IV_S("EVAL"), {release_script, sizeof(release_script) - 1}, IV_S("1"),
						    iv_str(key), iv_str(c->instance)},
			    5);
	forget_owned(o);
}

void iv_control_disown(struct iv_control *c, struct iv_str call_id)
{
	struct control_owned *o = iv_map_get(c->owned, call_id);

	if (o)
		release(o);
}

bool iv_control_owns(const struct iv_control *c, struct iv_str call_id)
{
	return iv_map_get(c->owned, call_id) != NULL;
}

void control_own_init(struct iv_control *c, int64_t lease_ms)
{
	snprintf(c->lease_ms, sizeof(c->lease_ms), "%lld", (long long)lease_ms);
	c->renew_ms = lease_ms / 3 / CONTROL_SLICES;
	if (c->renew_ms < 1)
		c->renew_ms = 1;
	c->owned = iv_map_new();
	for (int i = 0; i < CONTROL_SLICES; i++)
		iv_list_init(&c->slices[i]);
	iv_list_init(&c->renewals);
	iv_timer_init(&c->renew, c->loop, on_renew, c);
	iv_timer_in_ms(&c->renew, c->renew_ms);
}

void control_own_end(struct iv_control *c)
{
	iv_timer_stop(&c->renew);
	for (int i = 0; i < CONTROL_SLICES; i++)
		while (!iv_list_empty(&c->slices[i]))
			release(IV_CONTAINER(c->slices[i].next, struct control_owned, node));
	while (!iv_list_empty(&c->renewals)) {
		struct renewal *r = IV_CONTAINER(c->renewals.next, struct renewal, node);

		iv_redis_forget(r->command);
		iv_list_remove(&r->node);
		free(r);
	}
	iv_map_free(c->owned);
}

enum iv_flow_next iv_control_epoch(struct iv_control *c, struct iv_flow *f, struct iv_redis_run *run,
				   struct iv_arena *arena, struct iv_reply *age_ms)
{
	return iv_redis_script(c->redis, f, run, arena, &epoch_script, (const struct iv_str[]){IV_S("control:epoch")}, 1, NULL, 0,
			       age_ms);
}
