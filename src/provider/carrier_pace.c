#include "carrier_pace.h"

#include <stdio.h>
#include "iv_crypto.h"
#include "iv_log.h"

/* HELLO_MS: a process that has not been heard of for three of them is gone. LATE_MS: longer than any answer takes. */
enum { HELLO_MS = 10000, HEARD_US = 3 * HELLO_MS * 1000, ASKED_US = 3000000, PAUSE_MOST_MS = 3600000 };

/* KEYS: the pace {next, paused}, who there is, who asks. ARGV: what (turn, pause, hello), instance, gap in us, pause in us,
 * how long who there is and who asks are remembered. Answers: may it go, in how many us to ask again, how long of that is
 * a pause, how many there are, how many ask. What lies further ahead than can be is of a clock that went back. */
static struct iv_script pace_script = {
	"carrier_pace",
	"local t=redis.call('TIME') local now=t[1]*1000000+t[2] "
	"local what,me,gap,ms=ARGV[1],ARGV[2],tonumber(ARGV[3]),tonumber(ARGV[4]) "
	"local h=redis.call('HMGET',KEYS[1],'next','paused') "
	"local next,paused=tonumber(h[1] or 0),tonumber(h[2] or 0) "
	"if next>now+gap then next=now+gap end "
	"if paused>now+3600000000 then paused=now+3600000000 end "
	"local function heard(key,us) redis.call('ZADD',key,now,me) "
	"redis.call('ZREMRANGEBYSCORE',key,'-inf',now-us) redis.call('PEXPIRE',key,math.ceil(us/1000)) "
	"return redis.call('ZCARD',key) end "
	"local function keep() "
	"redis.call('HSET',KEYS[1],'next',string.format('%.0f',next),'paused',string.format('%.0f',paused)) "
	"redis.call('PEXPIRE',KEYS[1],math.ceil(math.max(next-now,paused-now,0)/1000)+60000) end "
	"local there=heard(KEYS[2],tonumber(ARGV[5])) "
	"if what=='hello' then return {0,0,0,there,1} end "
	"local asking=heard(KEYS[3],tonumber(ARGV[6])) "
	"if what=='pause' then paused=math.max(paused,now+ms) keep() return {0,paused-now,paused-now,there,asking} end "
	"local at=math.max(next,paused) "
	"if at>now then return {0,at-now,math.max(paused-now,0),there,asking} end "
	"next=now+gap keep() return {1,gap,0,there,asking}",
	"",
};

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

int64_t pace_turn_us(const struct carrier_pace *p)
{
	return later(p->next_us, p->paused_until_us);
}

int64_t pace_apart_us(const struct carrier_pace *p)
{
	return p->gap_us * p->askers;
}

bool pace_is_asking(const struct carrier_pace *p)
{
	return p->asked != NULL;
}

static struct iv_redis_command *ask_redis(struct carrier_pace *p, const char *what, int64_t pause_us, iv_redis_fn *fn)
{
	char gap[24], pause[24], heard[24], asked[24];

	(void)snprintf(gap, sizeof(gap), "%lld", (long long)p->gap_us);
	(void)snprintf(pause, sizeof(pause), "%lld", (long long)pause_us);
	(void)snprintf(heard, sizeof(heard), "%lld", (long long)HEARD_US);
	(void)snprintf(asked, sizeof(asked), "%lld", (long long)ASKED_US);
	return iv_redis_ask_script(p->redis, &pace_script,
				   (const struct iv_str[]){iv_str(p->keys[0]), iv_str(p->keys[1]), iv_str(p->keys[2])}, 3,
				   (const struct iv_str[]){iv_str(what), iv_str(p->instance), iv_str(gap), iv_str(pause),
							   iv_str(heard), iv_str(asked)},
				   6, fn, p, NULL);
}

static bool is_answer(const struct iv_reply *r)
{
	return r && r->kind == IV_REPLY_LIST && r->count == 5;
}

static void count(struct carrier_pace *p, const struct iv_reply *r)
{
	p->instances = later(r->items[3].i, 1);
	p->askers = later(r->items[4].i, 1);
}

static void take_alone(struct carrier_pace *p, int64_t now)
{
	p->next_us = now + p->gap_us * p->instances;
	p->askers = p->instances;
	p->answered(p->arg, true);
}

static void on_turn(void *arg, const struct iv_reply *reply, const struct iv_err *err)
{
	struct carrier_pace *p = arg;
	int64_t now = iv_now_us();
	bool go;

	p->asked = NULL;
	if (!is_answer(reply)) {
		iv_debug("carrier.paced_alone", IV_LS("why", err ? iv_code_info(err->code)->name : "answer"),
			 IV_LI("instances", p->instances));
		take_alone(p, now);
		return;
	}
	go = reply->items[0].i != 0;
	count(p, reply);
	p->next_us = now + reply->items[1].i;
	if (reply->items[2].i > 0)
		p->paused_until_us = later(p->paused_until_us, now + reply->items[2].i);
	p->answered(p->arg, go);
}

void pace_ask(struct carrier_pace *p)
{
	if (p->asked)
		return;
	if (p->redis)
		p->asked = ask_redis(p, "turn", 0, on_turn);
	if (!p->asked)
		take_alone(p, iv_now_us());
}

static void on_counted(void *arg, const struct iv_reply *reply, const struct iv_err *err)
{
	(void)err; /* what was known stays */
	if (is_answer(reply))
		((struct carrier_pace *)arg)->instances = later(reply->items[3].i, 1);
}

void pace_pause(struct carrier_pace *p, int64_t ms)
{
	ms = ms < 0 ? 0 : ms > PAUSE_MOST_MS ? PAUSE_MOST_MS : ms;
	p->paused_until_us = later(p->paused_until_us, iv_now_us() + ms * 1000);
	if (p->redis)
		(void)!ask_redis(p, "pause", ms * 1000, NULL); /* not heard: then the carrier tells the others itself */
}

static void on_hello(void *arg)
{
	struct carrier_pace *p = arg;

	(void)!ask_redis(p, "hello", 0, on_counted); /* away: the next one */
	iv_timer_in_ms(&p->hello, HELLO_MS);
}

void pace_init(struct carrier_pace *p, struct iv_loop *l, int64_t gap_us, void (*answered)(void *arg, bool go), void *arg)
{
	*p = (struct carrier_pace){.gap_us = gap_us, .instances = 1, .askers = 1, .answered = answered, .arg = arg};
	iv_timer_init(&p->hello, l, on_hello, p);
}

void pace_share(struct carrier_pace *p, struct iv_redis *redis, const char *instance, const char *carrier,
		struct iv_str account)
{
	static const char *const ends[] = {"", ":there", ":asking"};
	char digest[IV_SHA256_HEX];

	iv_sha256_hex(account, digest);
	p->redis = redis;
	(void)iv_str_copy(p->instance, sizeof(p->instance), iv_str(instance)); /* ours: it fits */
	for (size_t i = 0; i < 3; i++)
		(void)snprintf(p->keys[i], sizeof(p->keys[i]), "pace:{%s:%.16s}%s", carrier, digest, ends[i]);
	on_hello(p);
}

void pace_end(struct carrier_pace *p)
{
	iv_timer_stop(&p->hello);
	if (p->asked)
		iv_redis_forget(p->asked);
	p->asked = NULL;
}
