/* Slots: exact across instances, and what becomes of them when processes, Redis or clocks misbehave. */
#include "../store/redis_server.h"
#include "iv_metrics.h"
#include "iv_slots.h"

static struct iv_loop *loop;
static struct redis_server server;
static char *const with_aof[] = {(char[]){"--appendonly"}, (char[]){"yes"}, (char[]){"--appendfsync"}, (char[]){"everysec"}, NULL};

/* ── one instance */

struct instance {
	struct iv_config cfg;
	struct iv_redis *r;
	struct iv_slots *slots;
	const char *const *env; /* name, value, … NULL */
	size_t told;
	int tellings;
};

static const char *lookup(void *arg, const char *name)
{
	static const char *const always[] = {"SLOT_LEASE_MS", "1500", "SLOT_RENEW_MS", "300", "SLOT_SETTLE_MS", "360", NULL};
	const struct instance *in = arg;

	for (const char *const *e = in->env; e && *e; e += 2)
		if (strcmp(*e, name) == 0)
			return e[1];
	for (const char *const *e = always; *e; e += 2)
		if (strcmp(*e, name) == 0)
			return e[1];
	return NULL;
}

static void read_config(struct instance *in, const char *const *env)
{
	struct iv_buf problems;

	*in = (struct instance){.env = env};
	iv_buf_init(&problems, 65536);
	if (!iv_config_read(&in->cfg, lookup, in, &problems))
		fail_msg("%.*s", IV_FMT(iv_buf_str(&problems)));
	iv_buf_deinit(&problems);
}

static void start(struct instance *in, const char *name, const char *const *env)
{
	struct iv_err e = {0};

	read_config(in, env);
	in->r = redis_open(loop, server.url, 1000, 10000);
	in->slots = iv_slots_new(&(struct iv_slots_deps){&in->cfg, loop, in->r, name}, &e);
	if (!in->slots)
		fail_msg("%s %s", e.field, e.msg);
}

static void stop(struct instance *in)
{
	iv_slots_free(in->slots);
	redis_shut(loop, in->r);
	iv_config_free(&in->cfg);
}

/* ── one question */

struct asker {
	struct iv_flow flow;
	struct iv_flow *owner;
	struct iv_slots *slots;
	struct iv_slots_run run;
	struct iv_slot_ask ask;
	struct iv_slot_verdict v;
	int ends;
	struct iv_err err;
};

static struct asker *self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct asker, flow);
}

static enum iv_flow_next take(struct iv_flow *f)
{
	struct asker *a = self(f);

	return iv_slots_take(a->slots, f, &a->run, &a->ask, &a->v);
}

static void on_end(struct iv_flow *f)
{
	self(f)->ends++;
	self(f)->err = f->err;
}

static const struct iv_flow_step steps[] = {{"take", take}, {0}};
static const struct iv_flow_type type = {"slots", steps, on_end};

static bool ended(void *arg)
{
	return ((struct asker *)arg)->ends > 0;
}

static struct iv_slot_verdict ask_for(struct instance *in, struct iv_slot_ask ask)
{
	struct asker a = {.slots = in->slots, .ask = ask};

	iv_flow_start(&a.flow, &type, loop, 10000, &a.owner);
	assert_true(loop_until(loop, 10000, ended, &a));
	assert_int_equal(a.err.code, IV_OK);
	return a.v;
}

static struct iv_slot_ask call_of(const char *tenant, const char *call)
{
	return (struct iv_slot_ask){.tenant_id = iv_str(tenant), .call_id = iv_str(call), .agent_id = IV_S("agt"),
				    .carrier = "jambonz", .reason = "inbound"};
}

static bool granted(struct instance *in, const char *tenant, const char *call)
{
	return ask_for(in, call_of(tenant, call)).granted;
}

static void hold(struct instance *in, const char *tenant, const char *call)
{
	struct iv_slot_ask ask = call_of(tenant, call);

	iv_slots_hold(in->slots, &ask, IV_SLOT_MEDIA);
}

static void drop(struct instance *in, const char *tenant, const char *call)
{
	iv_slots_drop(in->slots, iv_str(tenant), iv_str(call), IV_SLOT_COMPLETED);
}

/* How many leases of a scope have not ended, by the server's clock. */
static long leases(const char *scope)
{
	char now[32];
	redisReply *t;

	(void)server_ask(&server, "PING");
	t = redisCommand(server.eyes, "TIME");
	assert_non_null(t);
	snprintf(now, sizeof(now), "%lld", atoll(t->element[0]->str) * 1000 + atoll(t->element[1]->str) / 1000);
	freeReplyObject(t);
	return strtol(server_ask(&server, "ZCOUNT {slots}:%s %s +inf", scope, now), NULL, 10);
}

struct expected {
	const char *scope;
	long n;
};

static bool has_leases(void *arg)
{
	const struct expected *x = arg;

	return leases(x->scope) == x->n;
}

static void wait_for(const char *scope, long n)
{
	struct expected x = {scope, n};

	if (!loop_until(loop, 20000, has_leases, &x))
		fail_msg("%s has %ld leases, not %ld", scope, leases(scope), n);
}

/* A new server that never held a slot: nobody has to be waited for. */
static int fresh(void **state)
{
	(void)state;
	(void)server_ask(&server, "FLUSHALL");
	(void)server_ask(&server, "HSET {slots}:epoch since 0");
	iv_metrics_reset();
	return 0;
}

/* ── scopes ── */

static void a_call_takes_its_slot_in_all_scopes_or_in_none(void **state)
{
	static const char *const env[] = {"TELEPHONY_GLOBAL_MAX_CONCURRENCY", "10", NULL};
	struct iv_slot_ask ask = call_of("A", "one");
	struct iv_slot_verdict v;
	struct instance in;

	(void)state;
	start(&in, "i", env);
	ask.campaign_id = IV_S("cmp");
	ask.tenant_max = 5;
	ask.campaign_max = 1;
	v = ask_for(&in, ask);
	assert_true(v.granted);
	assert_null(v.scope);
	assert_int_equal(v.limit, 5);
	assert_int_equal(v.count, 1);
	ask.call_id = IV_S("two");
	v = ask_for(&in, ask);
	assert_false(v.granted);
	assert_false(v.settling);
	assert_string_equal(v.scope, "campaign");
	assert_int_equal(v.limit, 1);
	assert_int_equal(v.count, 1);
	for (const char *const *s = (const char *const[]){"all", "global", "carrier:jambonz", "tenant:A", "agent:A/agt",
							   "campaign:A/cmp", "campaigns:A", NULL};
	     *s; s++)
		assert_int_equal(leases(*s), 1);
	assert_int_equal(iv_metric_get(IV_M_slots_granted_total, 0), 1);
	assert_int_equal(iv_metric_get(IV_M_slots_refused_total, 4), 1);
	stop(&in);
}

static void each_scope_refuses_by_its_name(void **state)
{
	static const char *const env[] = {"TELEPHONY_GLOBAL_MAX_CONCURRENCY", "4", "TWILIO_MAX_CONCURRENCY", "1",
					  "MAX_CONCURRENT_CALLS", "2", "TELEPHONY_PER_AGENT_MAX_CONCURRENCY", "3", NULL};
	struct iv_slot_ask ask = call_of("A", "a1");
	struct instance in;

	(void)state;
	start(&in, "i", env);
	ask.carrier = "twilio";
	assert_true(ask_for(&in, ask).granted);
	ask.call_id = IV_S("a2");
	assert_string_equal(ask_for(&in, ask).scope, "carrier");
	ask.carrier = "jambonz";
	assert_true(ask_for(&in, ask).granted);
	ask.call_id = IV_S("a3");
	assert_string_equal(ask_for(&in, ask).scope, "tenant");
	ask.tenant_max = 9; /* its own goes before the installation's */
	ask.agent_max = 2;  /* its own is below the installation's */
	assert_string_equal(ask_for(&in, ask).scope, "agent");
	ask.agent_max = 7;
	assert_true(ask_for(&in, ask).granted);
	ask.call_id = IV_S("a4");
	assert_int_equal(ask_for(&in, ask).limit, 3);
	assert_true(granted(&in, "B", "b1"));
	assert_string_equal(ask_for(&in, call_of("C", "c1")).scope, "global");
	stop(&in);
}

static void what_is_not_capped_is_counted_all_the_same(void **state)
{
	static const char *const env[] = {"TELEPHONY_GLOBAL_MAX_CONCURRENCY", "0", "MAX_CONCURRENT_CALLS", "0", NULL};
	char name[16];
	struct instance in;

	(void)state;
	start(&in, "i", env);
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		assert_true(granted(&in, "A", name));
	}
	assert_int_equal(leases("global"), 300);
	assert_int_equal(leases("tenant:A"), 300);
	assert_int_equal(iv_metric_get(IV_M_telephony_max_semaphores, 0), 1000000);
	stop(&in);
}

static void browsers_calls_are_the_tenants_and_not_the_carriers(void **state)
{
	static const char *const env[] = {"TELEPHONY_GLOBAL_MAX_CONCURRENCY", "1", "MAX_CONCURRENT_CALLS", "2", NULL};
	struct iv_slot_ask ask = call_of("A", "web1");
	struct instance in;

	(void)state;
	start(&in, "i", env);
	ask.carrier = "browser";
	ask.reason = "realtime";
	assert_true(ask_for(&in, ask).granted);
	assert_int_equal(leases("global"), 0);
	assert_true(granted(&in, "A", "phone"));
	ask.call_id = IV_S("web2");
	assert_string_equal(ask_for(&in, ask).scope, "tenant");
	stop(&in);
}

static void asking_twice_is_granted_twice_and_counted_once(void **state)
{
	static const char *const env[] = {"MAX_CONCURRENT_CALLS", "1", NULL};
	struct instance in, other;

	(void)state;
	start(&in, "i", env);
	start(&other, "o", env);
	for (int i = 0; i < 3; i++) {
		assert_true(granted(&in, "A", "one"));
		assert_true(granted(&other, "A", "one")); /* the hook came again, elsewhere */
	}
	assert_int_equal(leases("tenant:A"), 1);
	assert_false(granted(&other, "A", "two"));
	stop(&in);
	stop(&other);
}

static void what_is_no_id_is_refused(void **state)
{
	static const char *const bad[] = {"", "a/b", "a b", "a\nb"};
	struct instance in;

	(void)state;
	start(&in, "i", NULL);
	for (size_t i = 0; i < IV_COUNT(bad); i++) {
		struct asker a = {.slots = in.slots, .ask = call_of("A", bad[i])};

		iv_flow_start(&a.flow, &type, loop, 1000, NULL);
		assert_int_equal(a.ends, 1);
		assert_int_equal(a.err.code, IV_EINVAL);
		assert_string_equal(a.err.field, "callId");
		iv_slots_hold(in.slots, &a.ask, IV_SLOT_MEDIA); /* logged, and that is all */
	}
	assert_int_equal(iv_slots_held(in.slots), 0);
	stop(&in);
}

static void a_lease_must_bear_two_renewals_that_fail(void **state)
{
	static const char *const env[] = {"SLOT_LEASE_MS", "800", NULL}, *const hasty[] = {"SLOT_SETTLE_MS", "359", NULL};
	struct iv_err e = {0};
	struct instance in;

	(void)state;
	read_config(&in, env);
	assert_null(iv_slots_new(&(struct iv_slots_deps){&in.cfg, loop, NULL, "i"}, &e));
	assert_int_equal(e.code, IV_EINVAL);
	assert_string_equal(e.field, "SLOT_LEASE_MS");
	iv_config_free(&in.cfg);
	e = (struct iv_err){0};
	read_config(&in, hasty);
	assert_null(iv_slots_new(&(struct iv_slots_deps){&in.cfg, loop, NULL, "i"}, &e));
	assert_string_equal(e.field, "SLOT_SETTLE_MS");
	iv_config_free(&in.cfg);
}

/* ── leases ── */

static void a_slot_that_nobody_holds_is_free_when_its_lease_ends(void **state)
{
	static const char *const env[] = {"MAX_CONCURRENT_CALLS", "1", NULL};
	struct instance in;

	(void)state;
	start(&in, "i", env);
	assert_true(granted(&in, "A", "one"));
	assert_false(granted(&in, "A", "two"));
	wait_for("tenant:A", 0);
	assert_true(granted(&in, "A", "two"));
	loop_for(loop, 400); /* somebody came by and swept */
	assert_int_equal(iv_metric_get(IV_M_telephony_semaphore_leaks_total, 0), 1);
	stop(&in);
}

static void a_slot_that_is_held_outlives_many_leases(void **state)
{
	static const char *const env[] = {"SLOT_LEASE_MS", "900", "SLOT_RENEW_MS", "300", "MAX_CONCURRENT_CALLS", "1", NULL};
	struct instance in;

	(void)state;
	start(&in, "i", env);
	assert_true(granted(&in, "A", "one"));
	hold(&in, "A", "one");
	for (int i = 0; i < 15; i++) {
		loop_for(loop, 200);
		assert_false(granted(&in, "A", "two"));
	}
	assert_int_equal(iv_metric_get(IV_M_slots_renewals_total, 1), 0);
	assert_true(iv_metric_get(IV_M_slots_renewals_total, 0) >= 8);
	assert_int_equal(iv_metric_get(IV_M_telephony_semaphore_leaks_total, 0), 0);
	stop(&in);
	wait_for("all", 0); /* who ends lets go, by and by */
}

static void flush(void);

static void hundreds_of_calls_are_renewed_in_a_few_scripts(void **state)
{
	static const char *const env[] = {"MAX_CONCURRENT_CALLS", "0", NULL};
	struct instance in;
	struct iv_slot_verdict v;
	char name[16];
	long before, scripts;

	(void)state;
	start(&in, "i", env);
	for (int i = 0; i < 730; i++) {
		snprintf(name, sizeof(name), "c%d", i);
		hold(&in, "A", name);
	}
	wait_for("all", 730);
	before = (long)iv_redis_stats(in.r).commands;
	loop_for(loop, 3300); /* more than two leases, eleven rounds of ten helpings */
	scripts = (long)iv_redis_stats(in.r).commands - before;
	assert_int_equal(leases("all"), 730);
	assert_int_equal(leases("tenant:A"), 730);
	assert_in_range(scripts, 8, 200);
	(void)server_ask(&server, "CLIENT KILL TYPE normal SKIPME yes");
	assert_true(loop_until(loop, 5000, redis_is_down, in.r));
	flush();
	assert_true(loop_until(loop, 5000, redis_is_up, in.r));
	v = ask_for(&in, call_of("A", "new")); /* 730 do not fit into what may be on its way: nobody passes them */
	assert_true(!v.granted && v.settling);
	wait_for("all", 730);
	stop(&in);
}

static void what_is_given_back_is_free_at_once_and_everywhere(void **state)
{
	static const char *const env[] = {"MAX_CONCURRENT_CALLS", "1", NULL};
	struct instance in, other;

	(void)state;
	start(&in, "i", env);
	start(&other, "o", env);
	assert_true(granted(&in, "A", "one"));
	hold(&in, "A", "one");
	wait_for("all", 1);
	drop(&other, "A", "one"); /* the final status came to another instance */
	assert_true(granted(&other, "A", "two"));
	drop(&other, "A", "one"); /* twice is as good as once */
	drop(&in, "A", "one");
	loop_for(loop, 800); /* its renewals do not bring it back */
	assert_int_equal(leases("tenant:A"), 1);
	assert_int_equal(iv_slots_held(in.slots), 0);
	drop(&other, "A", "two");
	assert_true(granted(&other, "A", "one")); /* the same name again is another call */
	stop(&in);
	stop(&other);
}

static bool holds_none(void *arg)
{
	return iv_slots_held(((struct instance *)arg)->slots) == 0;
}

static void a_renewal_does_not_bring_back_what_another_instance_gave_back(void **state)
{
	struct instance in, other;

	(void)state;
	start(&in, "i", NULL);
	start(&other, "o", NULL);
	hold(&in, "A", "one");
	wait_for("all", 1);
	drop(&other, "A", "one");
	wait_for("all", 0);
	assert_true(loop_until(loop, 5000, holds_none, &in));
	assert_int_equal(leases("all"), 0);
	stop(&in);
	stop(&other);
}

static void a_script_the_server_forgot_is_sent_again(void **state)
{
	struct instance in;

	(void)state;
	start(&in, "i", NULL);
	hold(&in, "A", "one");
	wait_for("all", 1);
	(void)server_ask(&server, "SCRIPT FLUSH");
	drop(&in, "A", "one");
	wait_for("all", 0);
	stop(&in);
}

static void a_live_call_is_counted_over_the_limit_too(void **state)
{
	static const char *const env[] = {"MAX_CONCURRENT_CALLS", "2", NULL};
	struct iv_slot_verdict v;
	struct instance in;

	(void)state;
	start(&in, "i", env);
	hold(&in, "A", "one");
	hold(&in, "A", "two");
	hold(&in, "A", "three");
	wait_for("tenant:A", 3);
	v = ask_for(&in, call_of("A", "four"));
	assert_false(v.granted);
	assert_int_equal(v.count, 3);
	assert_int_equal(v.limit, 2);
	drop(&in, "A", "one");
	assert_false(granted(&in, "A", "four"));
	drop(&in, "A", "two");
	assert_true(granted(&in, "A", "four"));
	stop(&in);
}

/* ── from instance to instance ── */

static void the_last_to_hold_a_call_has_it(void **state)
{
	struct instance in, other;

	(void)state;
	start(&in, "first", NULL);
	start(&other, "second", NULL);
	hold(&in, "A", "one");
	wait_for("all", 1);
	hold(&other, "A", "one");
	assert_true(loop_until(loop, 5000, holds_none, &in));
	assert_int_equal(iv_slots_held(other.slots), 1);
	assert_string_equal(server_ask(&server, "HGET {slots}:holder:A/one owner"), "second");
	/* Also when Redis has forgotten who was last. */
	hold(&in, "A", "two");
	wait_for("all", 2);
	hold(&other, "A", "two");
	loop_for(loop, 20);
	(void)server_ask(&server, "FLUSHALL");
	loop_for(loop, 900);
	assert_string_equal(server_ask(&server, "HGET {slots}:holder:A/two owner"), "second");
	assert_int_equal(iv_slots_held(other.slots), 2);
	assert_true(loop_until(loop, 5000, holds_none, &in));
	stop(&in);
	stop(&other);
}

static void a_call_that_is_left_to_another_keeps_its_slot_between(void **state)
{
	static const char *const env[] = {"MAX_CONCURRENT_CALLS", "1", NULL};
	struct instance in, other;

	(void)state;
	start(&in, "i", env);
	start(&other, "o", env);
	assert_true(granted(&in, "A", "one"));
	hold(&in, "A", "one");
	wait_for("all", 1);
	iv_slots_leave(in.slots, IV_S("A"), IV_S("one"));
	assert_int_equal(iv_slots_held(in.slots), 0);
	loop_for(loop, 500);
	assert_false(granted(&other, "A", "two"));
	hold(&other, "A", "one");
	loop_for(loop, 2000);
	assert_int_equal(leases("tenant:A"), 1);
	assert_false(granted(&in, "A", "two"));
	stop(&in);
	stop(&other);
}

static void a_call_that_is_dialled_for_too_long_lets_go(void **state)
{
	static const char *const env[] = {"TELEPHONY_SEMAPHORE_TTL_SEC", "1", NULL};
	struct iv_slot_ask ask = call_of("A", "rings");
	struct instance in;

	(void)state;
	start(&in, "i", env);
	iv_slots_hold(in.slots, &ask, IV_SLOT_DIALLING);
	ask.call_id = IV_S("answered");
	iv_slots_hold(in.slots, &ask, IV_SLOT_DIALLING);
	wait_for("all", 2);
	assert_string_equal(server_ask(&server, "HGET {slots}:holder:A/answered stage"), "dialling");
	iv_slots_hold(in.slots, &ask, IV_SLOT_MEDIA);
	wait_for("all", 1);
	loop_for(loop, 1200);
	assert_int_equal(leases("all"), 1);
	assert_string_equal(server_ask(&server, "HGET {slots}:holder:A/answered stage"), "media");
	assert_string_equal(server_ask(&server, "HGET {slots}:holder:A/rings ended"), "timeout");
	assert_int_equal(iv_metric_get(IV_M_telephony_call_timeouts_total, 0), 1);
	stop(&in);
}

static void on_change(void *arg, size_t held)
{
	struct instance *in = arg;

	in->told = held;
	in->tellings++;
}

static void whoever_watches_is_told_how_many_are_held(void **state)
{
	struct instance in;

	(void)state;
	start(&in, "i", NULL);
	iv_slots_watch(in.slots, on_change, &in);
	assert_true(granted(&in, "A", "one"));
	assert_int_equal(in.tellings, 0); /* taken is not held */
	hold(&in, "A", "one");
	hold(&in, "A", "one");
	hold(&in, "A", "two");
	assert_int_equal(in.told, 2);
	assert_int_equal(in.tellings, 2);
	assert_int_equal(iv_metric_get(IV_M_slots_held, 1), 2);
	drop(&in, "A", "one");
	iv_slots_leave(in.slots, IV_S("A"), IV_S("two"));
	assert_int_equal(in.told, 0);
	assert_int_equal(in.tellings, 4);
	stop(&in);
}

/* ── flows that end in between ── */

static void a_flow_that_ends_in_between_lets_the_slot_go(void **state)
{
	struct instance in;
	struct asker a;

	(void)state;
	start(&in, "i", NULL);
	assert_true(granted(&in, "A", "before"));
	a = (struct asker){.slots = in.slots, .ask = call_of("A", "one")};
	iv_flow_start(&a.flow, &type, loop, 10000, &a.owner);
	assert_int_equal(a.ends, 0);
	iv_flow_cancel(a.owner, IV_ECANCELED, "the client left");
	assert_int_equal(a.ends, 1);
	loop_for(loop, 100);
	assert_int_equal(leases("all"), 1);
	assert_int_equal(leases("tenant:A"), 1);
	stop(&in);
}

static void and_not_that_of_a_call_somebody_has(void **state)
{
	struct instance in, other;
	struct asker a;

	(void)state;
	start(&in, "i", NULL);
	start(&other, "o", NULL);
	assert_true(granted(&in, "A", "taken"));
	hold(&in, "A", "held");
	wait_for("all", 2);
	for (int i = 0; i < 4; i++) {
		a = (struct asker){.slots = i % 2 ? other.slots : in.slots, .ask = call_of("A", i / 2 ? "taken" : "held")};
		iv_flow_start(&a.flow, &type, loop, 10000, &a.owner);
		iv_flow_cancel(a.owner, IV_ECANCELED, "the client left");
	}
	loop_for(loop, 100);
	assert_int_equal(leases("all"), 2);
	stop(&in);
	stop(&other);
}

/* ── when Redis may have forgotten ── */

/* Two instances with a call each, a limit of two, and a loss: nobody else is ever admitted. */
static void survives(void (*lose)(void), bool settles)
{
	static const char *const env[] = {"MAX_CONCURRENT_CALLS", "2", "SLOTS_WHEN_REDIS_DOWN", "closed", NULL};
	struct instance in, other;
	bool settled = false;
	char name[16];
	int64_t end_us;

	start(&in, "i", env);
	start(&other, "o", env);
	hold(&in, "A", "one");
	hold(&other, "A", "two");
	wait_for("tenant:A", 2);
	loop_for(loop, 100);
	lose();
	end_us = iv_now_us() + 1500000;
	for (int i = 0; iv_now_us() < end_us; i++) {
		struct iv_slot_verdict v;

		snprintf(name, sizeof(name), "new%d", i);
		v = ask_for(i % 2 ? &in : &other, call_of("A", name));
		assert_false(v.granted);
		if (v.settling) {
			assert_string_equal(v.scope, "settling");
			assert_in_range(v.retry_ms, 1, 360);
			settled = true;
		}
		loop_for(loop, 5);
	}
	wait_for("tenant:A", 2);
	assert_int_equal(settled, settles);
	drop(&in, "A", "one");
	assert_true(granted(&other, "A", "three")); /* and then all is as before */
	stop(&in);
	stop(&other);
}

static void flush(void)
{
	(void)server_ask(&server, "FLUSHALL");
}

static void restart(void)
{
	server_kill(&server);
	server_run(&server, NULL);
}

static void restart_with_aof(void)
{
	server_kill(&server);
	server_run(&server, with_aof);
}

static void clock_back(void)
{
	/* The server was last here an hour from now: its clock was put back. */
	(void)server_ask(&server, "HSET {slots}:epoch last 9999999999999");
}

static void away_for_long(void)
{
	(void)server_ask(&server, "HSET {slots}:epoch last 1000");
}

static void scripts(void)
{
	(void)server_ask(&server, "SCRIPT FLUSH");
}

static void a_wiped_redis_admits_nobody_until_live_calls_are_back(void **state)
{
	(void)state;
	survives(flush, true);
}

static void a_restarted_redis_that_lost_all(void **state)
{
	(void)state;
	survives(restart, true);
}

static void a_restarted_redis_that_remembers(void **state)
{
	(void)state;
	server_kill(&server);
	server_run(&server, with_aof);
	(void)fresh(state);
	survives(restart_with_aof, true);
	server_kill(&server);
	server_run(&server, NULL);
}

static void a_redis_whose_clock_was_put_back(void **state)
{
	(void)state;
	survives(clock_back, true);
}

static void a_redis_nobody_reached_for_long(void **state)
{
	(void)state;
	survives(away_for_long, true);
}

static void a_redis_that_only_forgot_its_scripts_admits_at_once(void **state)
{
	(void)state;
	survives(scripts, false);
}

static void a_redis_nobody_used_for_long_admits_at_once(void **state)
{
	struct instance in;

	(void)state;
	(void)server_ask(&server, "HSET {slots}:epoch since 1 last 1000");
	start(&in, "i", NULL);
	assert_true(granted(&in, "A", "one"));
	stop(&in);
}

static void leases_of_a_clock_that_was_put_back_do_not_last_for_hours(void **state)
{
	static const char *const env[] = {"MAX_CONCURRENT_CALLS", "1", NULL};
	struct instance in;

	(void)state;
	start(&in, "i", env);
	assert_true(granted(&in, "A", "gone"));
	for (const char *const *s =
		     (const char *const[]){"all", "global", "carrier:jambonz", "tenant:A", "agent:A/agt", NULL};
	     *s; s++)
		(void)server_ask(&server, "ZADD {slots}:%s 9999999999999 A/gone", *s);
	clock_back();
	wait_for("tenant:A", 0);
	wait_for("global", 0);
	loop_for(loop, 400);
	assert_true(granted(&in, "A", "two"));
	stop(&in);
}

static void a_process_that_slept_renews_before_it_asks(void **state)
{
	static const char *const env[] = {"MAX_CONCURRENT_CALLS", "2", NULL};
	struct instance in, other;

	(void)state;
	start(&in, "i", env);
	start(&other, "o", env);
	hold(&in, "A", "one");
	hold(&in, "A", "two");
	wait_for("tenant:A", 2);
	server_sleep_ms(1600);          /* both sleep; the leases end */
	assert_int_equal(leases("tenant:A"), 0);
	assert_false(granted(&in, "A", "three"));
	assert_int_equal(leases("tenant:A"), 2);
	stop(&in);
	stop(&other);
}

/* ── without Redis ── */

static void lose_redis(struct instance *in)
{
	server_kill(&server);
	assert_true(loop_until(loop, 5000, redis_is_down, in->r));
}

static void without_redis_the_open_policy_counts_what_it_knows(void **state)
{
	static const char *const env[] = {"MAX_CONCURRENT_CALLS", "2", "SLOTS_LOCAL_MAX", "4", NULL};
	struct iv_slot_ask ask = call_of("A", "one");
	struct iv_slot_verdict v;
	struct instance in;

	(void)state;
	start(&in, "i", env);
	assert_true(granted(&in, "A", "one"));
	hold(&in, "A", "one");
	loop_for(loop, 50);
	lose_redis(&in);
	v = ask_for(&in, ask);
	assert_true(v.granted && v.local); /* it has its slot */
	v = ask_for(&in, call_of("A", "two"));
	assert_true(v.granted && v.local);
	assert_int_equal(v.count, 2);
	hold(&in, "A", "two");
	v = ask_for(&in, call_of("A", "three"));
	assert_true(v.local && !v.granted);
	assert_string_equal(v.scope, "tenant");
	assert_true(granted(&in, "B", "b1"));
	assert_true(granted(&in, "B", "b2"));
	v = ask_for(&in, call_of("C", "c1"));
	assert_string_equal(v.scope, "instance");
	assert_int_equal(v.limit, 4);
	drop(&in, "A", "two");
	assert_true(granted(&in, "C", "c1"));
	hold(&in, "C", "c1");
	server_run(&server, NULL);
	wait_for("all", 2); /* one and c1: what is held is told to Redis as soon as it is back */
	assert_int_equal(leases("tenant:C"), 1);
	stop(&in);
}

static void without_redis_the_closed_policy_admits_nobody(void **state)
{
	static const char *const env[] = {"SLOTS_WHEN_REDIS_DOWN", "closed", NULL};
	struct iv_slot_verdict v;
	struct instance in;

	(void)state;
	start(&in, "i", env);
	assert_true(granted(&in, "A", "one"));
	hold(&in, "A", "one");
	loop_for(loop, 50);
	lose_redis(&in);
	v = ask_for(&in, call_of("A", "two"));
	assert_true(v.local && !v.granted && !v.settling);
	assert_string_equal(v.scope, "redis");
	assert_int_equal(iv_slots_held(in.slots), 1); /* who talks goes on talking */
	assert_true(granted(&in, "A", "one"));
	server_run(&server, NULL);
	wait_for("all", 1);
	stop(&in);
}

static void a_redis_that_cannot_write_is_as_good_as_none(void **state)
{
	struct iv_slot_verdict v;
	struct instance in;

	(void)state;
	start(&in, "i", NULL);
	(void)server_ask(&server, "SET {slots}:tenant:A text");
	v = ask_for(&in, call_of("A", "one"));
	assert_true(v.granted && v.local);
	stop(&in);
}

/* ── looking ── */

struct looker {
	struct iv_flow flow;
	struct iv_slots *slots;
	struct iv_arena arena;
	struct iv_slots_look look;
	const char *tenant;
	struct iv_str cursor;
	bool list;
	int ends;
	enum iv_code code;
};

static enum iv_flow_next look(struct iv_flow *f)
{
	struct looker *k = IV_CONTAINER(f, struct looker, flow);

	return k->list ? iv_slots_look_holders(k->slots, f, &k->look, &k->arena, iv_str(k->tenant), k->cursor, 50)
		       : iv_slots_look_counts(k->slots, f, &k->look, &k->arena, iv_str(k->tenant));
}

static void on_looked(struct iv_flow *f)
{
	struct looker *k = IV_CONTAINER(f, struct looker, flow);

	k->ends++;
	k->code = f->err.code;
}

static bool looked(void *arg)
{
	return ((struct looker *)arg)->ends > 0;
}

static const struct iv_flow_step look_steps[] = {{"look", look}, {0}};
static const struct iv_flow_type look_type = {"look", look_steps, on_looked};

static void look_now(struct looker *k)
{
	k->ends = 0;
	iv_flow_start(&k->flow, &look_type, loop, 5000, NULL);
	assert_true(loop_until(loop, 5000, looked, k));
	assert_int_equal(k->code, IV_OK);
}

static void counts_are_told_by_scope(void **state)
{
	static const char *const env[] = {"TELEPHONY_GLOBAL_MAX_CONCURRENCY", "50", "TWILIO_MAX_CONCURRENCY", "7", NULL};
	struct iv_slot_ask ask = call_of("A", "one");
	struct looker k = {.tenant = "A"};
	struct iv_slot_counts c;
	struct instance in;

	(void)state;
	start(&in, "i", env);
	iv_arena_init(&k.arena, 1 << 20);
	k.slots = in.slots;
	ask.campaign_id = IV_S("cmp");
	assert_true(ask_for(&in, ask).granted);
	ask.call_id = IV_S("two");
	ask.carrier = "twilio";
	assert_true(ask_for(&in, ask).granted);
	assert_true(granted(&in, "B", "b1"));
	look_now(&k);
	assert_true(iv_slots_counts(in.slots, &k.look, &k.arena, &c, NULL));
	assert_int_equal(c.settling_ms, 0);
	assert_int_equal(c.global.count, 3);
	assert_int_equal(c.global.limit, 50);
	assert_int_equal(c.tenant.count, 2);
	assert_true(iv_str_eq(c.carriers[1].id, IV_S("twilio")));
	assert_int_equal(c.carriers[0].count, 2);
	assert_int_equal(c.carriers[1].count, 1);
	assert_int_equal(c.carriers[1].limit, 7);
	assert_int_equal(c.campaign_count, 1);
	assert_true(iv_str_eq(c.campaigns[0].id, IV_S("cmp")));
	assert_int_equal(c.campaigns[0].count, 2);
	assert_int_equal(c.campaigns[0].limit, 100);
	flush();
	look_now(&k);
	assert_true(iv_slots_counts(in.slots, &k.look, &k.arena, &c, NULL));
	assert_in_range(c.settling_ms, 1, 360);
	iv_arena_deinit(&k.arena);
	stop(&in);
}

static void every_holder_is_told_with_its_call_and_owner(void **state)
{
	static const char *const env[] = {"MAX_CONCURRENT_CALLS", "0", NULL};
	struct looker k = {.tenant = "A", .list = true};
	struct iv_slot_ask ask = call_of("A", "one");
	struct iv_slot_page p;
	struct instance in;

	(void)state;
	start(&in, "ins_1", env);
	iv_arena_init(&k.arena, 8 << 20);
	k.slots = in.slots;
	ask.campaign_id = IV_S("cmp");
	ask.reason = "outbound";
	iv_slots_hold(in.slots, &ask, IV_SLOT_DIALLING);
	hold(&in, "B", "b1");
	wait_for("all", 2);
	look_now(&k);
	assert_true(iv_slots_holders(&k.look, &k.arena, &p, NULL));
	assert_int_equal(p.count, 1); /* B's is B's */
	assert_int_equal(p.total, 1);
	assert_int_equal(p.next.len, 0);
	assert_true(iv_str_eq(p.holders[0].tenant_id, IV_S("A")));
	assert_true(iv_str_eq(p.holders[0].call_id, IV_S("one")));
	assert_true(iv_str_eq(p.holders[0].agent_id, IV_S("agt")));
	assert_true(iv_str_eq(p.holders[0].campaign_id, IV_S("cmp")));
	assert_true(iv_str_eq(p.holders[0].carrier, IV_S("jambonz")));
	assert_true(iv_str_eq(p.holders[0].reason, IV_S("outbound")));
	assert_true(iv_str_eq(p.holders[0].stage, IV_S("dialling")));
	assert_true(iv_str_eq(p.holders[0].owner, IV_S("ins_1")));
	assert_in_range(p.holders[0].lease_ms, 1, 1500);
	assert_true(llabs(p.holders[0].since_ms - iv_wall_ms()) < 20000);
	stop(&in);
	iv_arena_deinit(&k.arena);
}

static void a_long_list_comes_in_pages(void **state)
{
	enum { CALLS = 400 };
	static const char *const env[] = {"MAX_CONCURRENT_CALLS", "0", NULL};
	struct looker k = {.tenant = "", .list = true};
	bool seen[CALLS] = {false};
	struct iv_slot_page p;
	struct instance in;
	char name[16];
	int pages = 0;

	(void)state;
	start(&in, "i", env);
	iv_arena_init(&k.arena, 8 << 20);
	k.slots = in.slots;
	for (int i = 0; i < CALLS; i++) {
		snprintf(name, sizeof(name), "%d", i);
		hold(&in, i % 2 ? "A" : "B", name);
	}
	wait_for("all", CALLS);
	do {
		look_now(&k);
		assert_true(iv_slots_holders(&k.look, &k.arena, &p, NULL));
		assert_int_equal(p.total, CALLS);
		for (size_t i = 0; i < p.count; i++)
			seen[strtol(p.holders[i].call_id.ptr, NULL, 10)] = true;
		k.cursor = p.next;
		pages++;
	} while (p.next.len);
	assert_in_range(pages, 4, 20);
	for (int i = 0; i < CALLS; i++)
		assert_true(seen[i]);
	stop(&in);
	iv_arena_deinit(&k.arena);
}

/* ── eight processes against one limit */

enum { LIMIT = 3, CONTENDERS = 8 };

static void contend(int index)
{
	static const char *const env[] = {"MAX_CONCURRENT_CALLS", "3", "SLOTS_WHEN_REDIS_DOWN", "closed", NULL};
	struct instance in;
	char name[32];
	int64_t end_us;

	loop = iv_loop_new();
	snprintf(name, sizeof(name), "p%d", index);
	start(&in, name, env);
	end_us = iv_now_us() + 2000000;
	for (int i = 0; iv_now_us() < end_us; i++) {
		snprintf(name, sizeof(name), "p%d-%d", index, i);
		if (!granted(&in, "A", name))
			continue;
		/* Redis itself counts the calls that are on. */
		(void)iv_redis_send(in.r, (const struct iv_str[]){IV_S("EVAL"),
								   IV_S("local n=redis.call('INCR','on') "
									"if n>tonumber(redis.call('GET','most') or 0) then "
									"redis.call('SET','most',n) end redis.call('INCR','granted')"),
								   IV_S("0")}, 3);
		loop_for(loop, 2);
		(void)iv_redis_send(in.r, (const struct iv_str[]){IV_S("DECR"), IV_S("on")}, 2);
		drop(&in, "A", name);
	}
	loop_for(loop, 50);
	stop(&in);
	iv_loop_free(loop);
}

static void eight_contenders_never_exceed_the_limit(void **state)
{
	pid_t pids[CONTENDERS];

	(void)state;
	server_ask(&server, "SET on 0");
	for (int i = 0; i < CONTENDERS; i++) {
		pids[i] = fork();
		assert_true(pids[i] >= 0);
		if (pids[i] == 0) {
			server_child();
			server.eyes = NULL;
			contend(i);
			_exit(0);
		}
	}
	for (int i = 0; i < CONTENDERS; i++) {
		int status;

		waitpid(pids[i], &status, 0);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 0);
	}
	printf("eight processes: %ld grants, %ld at once at most\n", server_number(&server, "GET", "granted"),
	       server_number(&server, "GET", "most"));
	assert_true(server_number(&server, "GET", "granted") > 100);
	assert_in_range(server_number(&server, "GET", "most"), 2, LIMIT);
	assert_int_equal(leases("all"), 0);
}

static int setup(void **state)
{
	(void)state;
	loop = iv_loop_new();
	server_start(&server, NULL);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	server_end(&server);
	iv_loop_free(loop);
	return 0;
}

#define T(f) cmocka_unit_test_setup(f, fresh)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_call_takes_its_slot_in_all_scopes_or_in_none),
		T(each_scope_refuses_by_its_name),
		T(what_is_not_capped_is_counted_all_the_same),
		T(browsers_calls_are_the_tenants_and_not_the_carriers),
		T(asking_twice_is_granted_twice_and_counted_once),
		T(what_is_no_id_is_refused),
		T(a_lease_must_bear_two_renewals_that_fail),
		T(a_slot_that_nobody_holds_is_free_when_its_lease_ends),
		T(a_slot_that_is_held_outlives_many_leases),
		T(hundreds_of_calls_are_renewed_in_a_few_scripts),
		T(what_is_given_back_is_free_at_once_and_everywhere),
		T(a_renewal_does_not_bring_back_what_another_instance_gave_back),
		T(a_script_the_server_forgot_is_sent_again),
		T(a_live_call_is_counted_over_the_limit_too),
		T(the_last_to_hold_a_call_has_it),
		T(a_call_that_is_left_to_another_keeps_its_slot_between),
		T(a_call_that_is_dialled_for_too_long_lets_go),
		T(whoever_watches_is_told_how_many_are_held),
		T(a_flow_that_ends_in_between_lets_the_slot_go),
		T(and_not_that_of_a_call_somebody_has),
		T(a_wiped_redis_admits_nobody_until_live_calls_are_back),
		T(a_restarted_redis_that_lost_all),
		T(a_restarted_redis_that_remembers),
		T(a_redis_whose_clock_was_put_back),
		T(a_redis_nobody_reached_for_long),
		T(a_redis_that_only_forgot_its_scripts_admits_at_once),
		T(a_redis_nobody_used_for_long_admits_at_once),
		T(leases_of_a_clock_that_was_put_back_do_not_last_for_hours),
		T(a_process_that_slept_renews_before_it_asks),
		T(without_redis_the_open_policy_counts_what_it_knows),
		T(without_redis_the_closed_policy_admits_nobody),
		T(a_redis_that_cannot_write_is_as_good_as_none),
		T(counts_are_told_by_scope),
		T(every_holder_is_told_with_its_call_and_owner),
		T(a_long_list_comes_in_pages),
		T(eight_contenders_never_exceed_the_limit),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
