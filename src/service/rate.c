/* The limiter: one script over a sorted set of the window's admissions, by Redis's clock; and the same
 * window of what this instance admitted, for when Redis is away. */
#include "rate_priv.h"

#include <stdio.h>

#include "iv_metrics.h"

enum { RATE_ALLOWED, RATE_REFUSED, RATE_ALLOWED_LOCALLY, RATE_REFUSED_LOCALLY }; /* labels of rate_decisions_total */

/* KEYS: the set. ARGV: limit, window in microseconds, member. Numbers go to Redis as numbers: Lua would
 * print them with 14 digits. Answers allowed, how many there are now, microseconds until the oldest leaves. */
static struct iv_script take_script = {
	"rate_take",
	"local t=redis.call('TIME') "
	"local now,limit,window=t[1]*1000000+t[2],tonumber(ARGV[1]),tonumber(ARGV[2]) "
	"redis.call('ZREMRANGEBYSCORE',KEYS[1],'-inf',now-window) "
	"local n,ok=redis.call('ZCARD',KEYS[1]),0 "
	"if n<limit then redis.call('ZADD',KEYS[1],now,ARGV[3]) "
	"redis.call('PEXPIRE',KEYS[1],math.ceil(window/1000)+1) n=n+1 ok=1 end "
	"local first=redis.call('ZRANGE',KEYS[1],0,0,'WITHSCORES') "
	"return {ok,n,first[2]+window-now}",
	"",
};

static void decide(struct iv_rate_run *run, bool allowed, bool local, int64_t count, int64_t reset_us)
{
	struct iv_rate_verdict *v = run->verdict;

	iv_metric_add(IV_M_rate_decisions_total,
		      (allowed ? RATE_ALLOWED : RATE_REFUSED) + (local ? RATE_ALLOWED_LOCALLY : 0), 1);
	v->allowed = allowed;
	v->local = local;
	v->limit = run->policy.limit;
	v->remaining = count < v->limit ? v->limit - count : 0;
	v->reset_s = (reset_us + 999999) / 1000000;
}

static void decide_locally(struct iv_rate_run *run, int64_t now_us)
{
	struct rate_log *g = rate_log_get(&run->rate->logs, run->key);
	bool fits = rate_log_fits(g, &run->policy, now_us);

	if (fits)
		rate_log_add(g, &run->policy, now_us);
	decide(run, fits, true, (int64_t)g->count, rate_log_reset_us(g, &run->policy, now_us));
}

static void decide_by_redis(struct iv_rate_run *run, const struct iv_reply *reply, int64_t now_us)
{
	struct rate_log *g = rate_log_get(&run->rate->logs, run->key);
	int64_t reset_us = reply->items[2].i;

	if (reply->items[0].i)
		rate_log_add(g, &run->policy, now_us); /* for when Redis goes away */
	else
		g->refused_until_us = now_us + reset_us;
	decide(run, reply->items[0].i != 0, false, reply->items[1].i, reset_us);
}

static void on_taken(void *arg, const struct iv_reply *reply, const struct iv_err *err)
{
	struct iv_rate_run *run = arg;

	(void)err; /* whatever it is, a request is not refused for it */
	run->command = NULL;
	if (reply && reply->kind == IV_REPLY_LIST && reply->count == 3)
		decide_by_redis(run, reply, iv_now_us());
	else
		decide_locally(run, iv_now_us());
	iv_op_done(&run->op, NULL);
}

static void on_cancelled(struct iv_op *op)
{
	struct iv_rate_run *run = IV_CONTAINER(op, struct iv_rate_run, op);

	if (run->command)
		iv_redis_forget(run->command);
	run->command = NULL;
}

static struct iv_redis_command *ask(struct iv_rate_run *run)
{
	struct iv_rate *r = run->rate;
	char limit[24], window[32], member[96];

	snprintf(limit, sizeof(limit), "%lld", (long long)run->policy.limit);
	snprintf(window, sizeof(window), "%lld", (long long)run->policy.window_ms * 1000);
	snprintf(member, sizeof(member), "%s:%llu", r->instance, (unsigned long long)++r->last_member);
	return iv_redis_ask_script(r->redis, &take_script, (const struct iv_str[]){iv_str(run->key)}, 1,
				   (const struct iv_str[]){iv_str(limit), iv_str(window), iv_str(member)}, 3, on_taken, run,
				   NULL);
}

enum iv_flow_next iv_rate_take(struct iv_rate *r, struct iv_flow *f, struct iv_rate_run *run,
			       const struct iv_rate_policy *policy, struct iv_str key, struct iv_rate_verdict *verdict)
{
	int64_t now_us = iv_now_us();
	const struct rate_log *g;

	*verdict = (struct iv_rate_verdict){0};
	if (key.len == 0 || key.len > IV_RATE_KEY_MAX)
		return iv_flow_fail(f, IV_EINVAL, "a limited key has 1 to %d bytes", IV_RATE_KEY_MAX);
	run->rate = r;
	run->policy = *policy;
	if (policy->limit < 1)
		run->policy.limit = 1;
	else if (policy->limit > IV_RATE_LIMIT_MAX)
		run->policy.limit = IV_RATE_LIMIT_MAX;
	run->verdict = verdict;
	snprintf(run->key, sizeof(run->key), "ratelimit:%.*s:%.16s", IV_FMT(key), policy->name);
	/* Redis has said until when nothing is free: a flood is not passed on to it. */
	g = rate_log_get(&r->logs, run->key);
	if (now_us < g->refused_until_us) {
		decide(run, false, true, run->policy.limit, g->refused_until_us - now_us);
		return IV_FLOW_NEXT;
	}
	run->command = ask(run);
	if (!run->command) {
		decide_locally(run, now_us);
		return IV_FLOW_NEXT;
	}
	iv_op_begin(&run->op, f, on_cancelled);
	return iv_flow_await(f);
}

/* ── headers: structured fields (RFC 8941), a list of one item with parameters */

void iv_rate_policy_header(const struct iv_rate_policy *policy, char out[IV_RATE_HEADER_SIZE])
{
	snprintf(out, IV_RATE_HEADER_SIZE, "\"%.32s\";q=%lld;w=%lld", policy->name, (long long)policy->limit,
		 (long long)(policy->window_ms + 999) / 1000);
}

void iv_rate_header(const struct iv_rate_policy *policy, const struct iv_rate_verdict *verdict,
		    char out[IV_RATE_HEADER_SIZE])
{
	snprintf(out, IV_RATE_HEADER_SIZE, "\"%.32s\";r=%lld;t=%lld", policy->name, (long long)verdict->remaining,
		 (long long)verdict->reset_s);
}

/* ── begin and end ── */

struct iv_rate *iv_rate_new(struct iv_loop *l, struct iv_redis *redis, const char *instance_id)
{
	struct iv_rate *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	r->loop = l;
	r->redis = redis;
	(void)iv_str_copy(r->instance, sizeof(r->instance), iv_str(instance_id));
	rate_logs_init(&r->logs);
	r->once = iv_map_new();
	iv_list_init(&r->once_by_age);
	return r;
}

void iv_rate_free(struct iv_rate *r)
{
	rate_logs_deinit(&r->logs);
	iv_once_end(r);
	free(r);
}
