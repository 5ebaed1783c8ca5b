/* Processes that take, hold and give back slots, for the tests of the limits and the bench. Settings from the
 * environment, as the daemon's.
 *
 *   slots live NAME SEED LOG   calls come and go at random until it is killed. LOG gets a line for each event, written
 *                              before what it tells is begun or after it is done, so that what is in it is never more
 *                              than what is true:
 *                                G us call agent carrier campaign   granted (and held from now on)
 *                                D us call                          is about to be given back
 *                                T us                               this process runs, and is connected to Redis
 *   slots hold NAME N TENANT   N calls; prints "held" when Redis knows them, ends on SIGTERM
 *   slots bench NAME SECONDS AT_ONCE HELD
 *                              takes and gives back as fast as it can, beside so many calls it holds; prints
 *                              grants, then the p50, p99 and p99.9 of a take in microseconds */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "iv_id.h"
#include "iv_log.h"
#include "iv_slots.h"

enum { CALLS_MAX = 16, AT_ONCE_MAX = 4096, BUCKETS = 200000 };

struct driver {
	struct iv_loop *loop;
	struct iv_config cfg;
	struct iv_redis *redis;
	struct iv_slots *slots;
	const char *name;
	uint64_t dice;
	int log;
	int made;
	struct iv_timer tick, work, end;
	struct asker *askers;
	size_t asker_count;
	struct live_call {
		char name[32];
		int64_t end_us;
	} live[CALLS_MAX];
	size_t live_count;
	/* bench */
	bool over;
	int64_t end_us;
	long grants, refusals;
	uint32_t *took; /* by 10 us */
	uv_signal_t term;
};

/* One call that asks. */
struct asker {
	struct iv_flow flow;
	struct driver *d;
	struct iv_slots_run run;
	struct iv_slot_ask ask;
	struct iv_slot_verdict v;
	struct iv_timer pause;
	int64_t asked_us;
	char call[32], agent[16], campaign[16];
	bool busy;
};

static const char *from_env(void *arg, const char *name)
{
	(void)arg;
	return getenv(name);
}

static void flush(void *arg)
{
	(void)arg;
	iv_log_flush();
}

static uint64_t roll(struct driver *d, uint64_t sides)
{
	d->dice ^= d->dice << 13;
	d->dice ^= d->dice >> 7;
	d->dice ^= d->dice << 17;
	return d->dice % sides;
}

static enum iv_flow_next take(struct iv_flow *f)
{
	struct asker *a = IV_CONTAINER(f, struct asker, flow);

	return iv_slots_take(a->d->slots, f, &a->run, &a->ask, &a->v);
}
static const struct iv_flow_step steps[] = {{"take", take}, {0}};

static void ask_for_one(struct asker *a, const struct iv_flow_type *type)
{
	struct driver *d = a->d;

	(void)snprintf(a->call, sizeof(a->call), "%s-%d", d->name, d->made++);
	a->ask.call_id = iv_str(a->call);
	a->busy = true;
	a->asked_us = iv_now_us();
	iv_flow_start(&a->flow, type, d->loop, 10000, NULL);
}

/* ── live ── */

static void tell(struct driver *d, const char *fmt, ...) IV_PRINTF(2, 3);
static void tell(struct driver *d, const char *fmt, ...)
{
	char line[200];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (write(d->log, line, (size_t)n) != n)
		abort(); /* nothing that was not told may be done */
}

static void on_answer(struct iv_flow *f)
{
	struct asker *a = IV_CONTAINER(f, struct asker, flow);
	struct driver *d = a->d;

	a->busy = false;
	if (f->err.code != IV_OK)
		abort();
	if (!a->v.granted)
		return;
	tell(d, "G %lld %s %s %s %s\n", (long long)iv_now_us(), a->call, a->agent, a->ask.carrier,
	     a->campaign[0] ? a->campaign : "-");
	iv_slots_hold(d->slots, &a->ask, roll(d, 2) ? IV_SLOT_MEDIA : IV_SLOT_DIALLING);
	/* Half of them are over at once, the others live for leases. */
	d->live[d->live_count].end_us = iv_now_us() + (int64_t)(roll(d, 2) ? 20 + roll(d, 400) : 1000 + roll(d, 9000)) * 1000;
	(void)iv_str_copy(d->live[d->live_count++].name, sizeof(d->live[0].name), iv_str(a->call));
}
static const struct iv_flow_type live_type = {"live", steps, on_answer};

static void begin_call(struct driver *d)
{
	static const char *const carriers[] = {"jambonz", "twilio"};
	struct asker *a = d->askers;

	if (a->busy)
		return;
	(void)snprintf(a->agent, sizeof(a->agent), "agt_%d", (int)roll(d, 3));
	a->campaign[0] = '\0';
	if (roll(d, 2))
		(void)snprintf(a->campaign, sizeof(a->campaign), "cmp_%d", (int)roll(d, 2));
	a->ask = (struct iv_slot_ask){.tenant_id = IV_S("A"), .agent_id = iv_str(a->agent), .campaign_id = iv_str(a->campaign),
				      .carrier = carriers[roll(d, 2)], .reason = "outbound"};
	ask_for_one(a, &live_type);
}

static void end_call(struct driver *d, size_t i)
{
	struct live_call *call = &d->live[i];

	tell(d, "D %lld %s\n", (long long)iv_now_us(), call->name);
	iv_slots_drop(d->slots, IV_S("A"), iv_str(call->name), IV_SLOT_COMPLETED);
	*call = d->live[--d->live_count];
}

static void on_work(void *arg)
{
	struct driver *d = arg;
	int64_t now_us = iv_now_us();

	for (size_t i = d->live_count; i-- > 0;)
		if (now_us >= d->live[i].end_us)
			end_call(d, i);
	if (d->live_count < CALLS_MAX)
		begin_call(d);
	iv_timer_in_ms(&d->work, 5 + (int64_t)roll(d, 60));
}

static void on_tick(void *arg)
{
	struct driver *d = arg;

	if (iv_redis_up(d->redis))
		tell(d, "T %lld\n", (long long)iv_now_us());
	iv_timer_in_ms(&d->tick, 50);
}

static int live(struct driver *d, const char *seed, const char *log)
{
	struct asker one = {.d = d};

	d->dice = strtoull(seed, NULL, 10) * 2654435761u + 1;
	d->log = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	if (d->log < 0)
		return EXIT_FAILURE;
	d->askers = &one;
	iv_timer_init(&d->work, d->loop, on_work, d);
	iv_timer_init(&d->tick, d->loop, on_tick, d);
	iv_timer_in_ms(&d->work, 1);
	iv_timer_in_ms(&d->tick, 1);
	iv_loop_run(d->loop);
	return EXIT_FAILURE; /* it is killed */
}

/* ── hold ── */

static void nothing(void *arg)
{
	(void)arg;
}

static void finish(struct driver *d)
{
	iv_slots_free(d->slots);
	iv_redis_close(d->redis, nothing, NULL);
}

static void on_term(uv_signal_t *handle, int number)
{
	struct driver *d = handle->data;

	(void)number;
	iv_timer_stop(&d->work);
	uv_close((uv_handle_t *)&d->term, NULL);
	finish(d);
}

static void on_held(void *arg)
{
	(void)arg;
	printf("held\n");
	(void)fflush(stdout);
}

static struct iv_slot_ask held_call(const char *tenant, const char *call)
{
	return (struct iv_slot_ask){.tenant_id = iv_str(tenant), .call_id = iv_str(call), .agent_id = IV_S("agt_held"),
				    .campaign_id = IV_S("cmp_held"), .carrier = "twilio", .reason = "inbound"};
}

static void hold_many(struct driver *d, long n, const char *tenant)
{
	for (long i = 0; i < n; i++) {
		char call[32];
		struct iv_slot_ask ask = held_call(tenant, call);

		(void)snprintf(call, sizeof(call), "%s-held-%ld", d->name, i);
		ask.call_id = iv_str(call);
		iv_slots_hold(d->slots, &ask, IV_SLOT_MEDIA);
	}
}

static int hold(struct driver *d, const char *n, const char *tenant)
{
	(void)uv_signal_init(iv_loop_uv(d->loop), &d->term);
	d->term.data = d;
	(void)uv_signal_start(&d->term, on_term, SIGTERM);
	hold_many(d, strtol(n, NULL, 10), tenant);
	iv_timer_init(&d->work, d->loop, on_held, d);
	iv_timer_in_ms(&d->work, 300);
	iv_loop_run(d->loop);
	iv_loop_free(d->loop);
	return EXIT_SUCCESS;
}

/* ── bench ── */

static void on_benched(struct iv_flow *f);
static const struct iv_flow_type bench_type = {"bench", steps, on_benched};

static void again(void *arg)
{
	struct asker *a = arg;
	struct driver *d = a->d;

	if (!d->over) {
		ask_for_one(a, &bench_type);
	} else if (--d->asker_count == 0) {
		finish(d);
	}
}

static void on_benched(struct iv_flow *f)
{
	struct asker *a = IV_CONTAINER(f, struct asker, flow);
	struct driver *d = a->d;
	int64_t us = iv_now_us() - a->asked_us;

	if (a->v.granted && !a->v.local) {
		d->grants++;
		d->took[us / 10 < BUCKETS ? us / 10 : BUCKETS - 1]++;
		iv_slots_drop(d->slots, a->ask.tenant_id, a->ask.call_id, IV_SLOT_COMPLETED);
	} else {
		d->refusals++;
	}
	if (iv_now_us() >= d->end_us)
		d->over = true;
	if (a->v.granted)
		iv_defer(d->loop, again, a);
	else
		iv_timer_in_ms(&a->pause, 20);
}

static double percentile(const struct driver *d, double share)
{
	long before = 0;

	for (int i = 0; i < BUCKETS; i++) {
		before += d->took[i];
		if ((double)before >= share * (double)d->grants)
			return (double)i * 10;
	}
	return 0;
}

static void start_bench(void *arg)
{
	struct driver *d = arg;

	for (size_t i = 0; i < d->asker_count; i++)
		again(&d->askers[i]);
}

static int bench(struct driver *d, const char *seconds, const char *at_once, const char *held)
{
	d->asker_count = (size_t)strtol(at_once, NULL, 10);
	if (d->asker_count < 1 || d->asker_count > AT_ONCE_MAX)
		return 64;
	d->askers = calloc(d->asker_count, sizeof(*d->askers));
	d->took = calloc(BUCKETS, sizeof(*d->took));
	if (!d->askers || !d->took)
		abort();
	hold_many(d, strtol(held, NULL, 10), d->name);
	for (size_t i = 0; i < d->asker_count; i++) {
		struct asker *a = &d->askers[i];

		a->d = d;
		iv_timer_init(&a->pause, d->loop, again, a);
		(void)snprintf(a->agent, sizeof(a->agent), "agt_%zu", i % 10);
		a->ask = (struct iv_slot_ask){.tenant_id = iv_str(d->name), .agent_id = iv_str(a->agent),
					      .campaign_id = IV_S("cmp"), .carrier = "jambonz", .reason = "outbound"};
	}
	iv_timer_init(&d->work, d->loop, start_bench, d);
	iv_timer_in_ms(&d->work, 500); /* connected, and what is held is there */
	d->end_us = iv_now_us() + 500000 + strtol(seconds, NULL, 10) * 1000000;
	iv_loop_run(d->loop);
	printf("%ld %ld %.0f %.0f %.0f\n", d->grants, d->refusals, percentile(d, 0.5), percentile(d, 0.99),
	       percentile(d, 0.999));
	free(d->askers);
	free(d->took);
	iv_loop_free(d->loop);
	return EXIT_SUCCESS;
}

/* ── all of them ── */

static bool open_slots(struct driver *d)
{
	struct iv_err e = {0};
	struct iv_buf problems;

	iv_buf_init(&problems, 65536);
	if (!iv_config_read(&d->cfg, from_env, NULL, &problems)) {
		(void)fprintf(stderr, "%.*s", IV_FMT(iv_buf_str(&problems)));
		return false;
	}
	iv_buf_deinit(&problems);
	d->redis = iv_redis_new(d->loop,
				&(struct iv_redis_opts){.url = iv_secret_reveal(d->cfg.redis_url),
							.connect_ms = (int)d->cfg.redis_connect_ms,
							.command_ms = (int)d->cfg.redis_command_ms,
							.pending_max = (size_t)d->cfg.redis_pending_max},
				&e);
	if (d->redis)
		d->slots = iv_slots_new(&(struct iv_slots_deps){&d->cfg, d->loop, d->redis, d->name}, &e);
	if (!d->slots)
		(void)fprintf(stderr, "slots: %s%s%s\n", e.field, e.field[0] ? ": " : "", e.msg);
	return d->slots != NULL;
}

int main(int argc, char **argv)
{
	static struct driver d;
	int rc = 64;

	if (argc < 5) {
		(void)fprintf(stderr, "usage: slots live NAME SEED LOG | hold NAME N TENANT | bench NAME SECONDS AT_ONCE HELD\n");
		return rc;
	}
	d.loop = iv_loop_new();
	iv_loop_set_turn_hook(d.loop, flush, NULL);
	d.name = argv[2];
	if (!open_slots(&d))
		return EXIT_FAILURE;
	if (strcmp(argv[1], "live") == 0)
		rc = live(&d, argv[3], argv[4]);
	else if (strcmp(argv[1], "hold") == 0)
		rc = hold(&d, argv[3], argv[4]);
	else if (strcmp(argv[1], "bench") == 0 && argc == 6)
		rc = bench(&d, argv[3], argv[4], argv[5]);
	iv_config_free(&d.cfg);
	iv_log_flush();
	return rc;
}
