/* A connection to Redis that comes back: resolve, connect, greet, serve; and after any end rest for 100 ms
 * to 5 s and begin again, for the name may point elsewhere by now. */
#include "redis_priv.h"

#include <stdio.h>

#include "iv_crypto.h"
#include "iv_log.h"

#define REST_MIN_US 100000
#define REST_MAX_MS 5000
#define LASTED_US 5000000 /* a connection that lived so long was a good one */

static const char *const state_names[LINK_STATES] = {"idle",    "resolving", "connecting", "greeting",
						     "up",      "resting",   "closing",    "closed"};

#define TO(state) (1u << (state))
static const unsigned legal[LINK_STATES] = {
	[LINK_IDLE] = TO(LINK_RESOLVING) | TO(LINK_CLOSING),
	[LINK_RESOLVING] = TO(LINK_CONNECTING) | TO(LINK_RESTING) | TO(LINK_CLOSING),
	[LINK_CONNECTING] = TO(LINK_GREETING) | TO(LINK_RESTING) | TO(LINK_CLOSING),
	[LINK_GREETING] = TO(LINK_UP) | TO(LINK_RESTING) | TO(LINK_CLOSING),
	[LINK_UP] = TO(LINK_RESTING) | TO(LINK_CLOSING),
	[LINK_RESTING] = TO(LINK_RESOLVING) | TO(LINK_CLOSING),
	[LINK_CLOSING] = TO(LINK_CLOSED),
};

static void set_state(struct iv_redis_link *k, enum iv_redis_link_state to)
{
	if (!(legal[k->state] & TO(to)))
		abort();
	iv_debug("redis.link", IV_LS("link", k->name), IV_LS("from", state_names[k->state]),
		 IV_LS("to", state_names[to]));
	k->state = to;
}

/* ── the end of an attempt, or of a connection ── */

static int64_t chance(int64_t below)
{
	uint32_t n;

	iv_random(&n, sizeof(n));
	return n % below;
}

/* The rest is counted from the attempt's start: a server that accepts and is silent has cost its time
 * already, and is asked again soon. Half of it is chance, so that N instances do not come together. */
static int64_t rest_until_us(const struct iv_redis_link *k)
{
	int64_t us = REST_MIN_US, most = (k->rest_ms ? k->rest_ms : REST_MAX_MS) * INT64_C(1000);
	int64_t now = iv_now_us(), until, soonest;

	for (int i = 1; i < k->failures && us < most; i++)
		us *= 2;
	if (us > most)
		us = most;
	until = k->attempt_us + us / 2 + chance(us / 2);
	soonest = now + REST_MIN_US / 2 + chance(REST_MIN_US / 2);
	return until > soonest ? until : soonest;
}

static void log_lost(const struct iv_redis_link *k, bool was_up, const char *why)
{
	/* Each doubling of the failures says it again. */
	if (was_up || (k->failures & (k->failures - 1)) == 0)
		iv_warn(was_up ? "redis.lost" : "redis.unreachable", IV_LS("link", k->name),
			IV_LS("server", k->to->shown), IV_LS("why", why), IV_LI("failures", k->failures));
}

static void give_up(struct iv_redis_link *k, const char *why)
{
	bool was_up = k->state == LINK_UP;

	iv_resolve_cancel(&k->resolve);
	if (k->sock)
		iv_redis_sock_drop(k->sock);
	k->sock = NULL;
	if (was_up && iv_now_us() - k->up_us > LASTED_US)
		k->failures = 0;
	k->failures++;
	k->lost_us = iv_now_us();
	set_state(k, LINK_RESTING);
	log_lost(k, was_up, why);
	iv_timer_at(&k->timer, rest_until_us(k));
	k->down(k->arg, why);
}

static void on_lost(void *arg, const char *why)
{
	struct iv_redis_link *k = arg;

	k->sock = NULL;
	give_up(k, why);
}

static void finish_close(void *arg)
{
	struct iv_redis_link *k = arg;

	set_state(k, LINK_CLOSED);
	k->closed(k->arg);
}

static void on_sock_closed(void *arg)
{
	struct iv_redis_link *k = arg;

	if (--k->socks == 0 && k->state == LINK_CLOSING)
		finish_close(k);
}

/* ── greeting ── */

static void on_connected(void *arg)
{
	struct iv_redis_link *k = arg;
	struct iv_str user = iv_str(k->to->user), password = iv_str(k->to->password);
	char db[16];

	set_state(k, LINK_GREETING);
	k->greeting_left = 1;
	if (password.len) {
		const struct iv_str argv[] = {IV_S("AUTH"), user.len ? user : password, password};

		iv_redis_sock_write(k->sock, argv, user.len ? 3 : 2);
		k->greeting_left++;
	}
	if (k->to->db != 0) {
		snprintf(db, sizeof(db), "%d", k->to->db);
		const struct iv_str argv[] = {IV_S("SELECT"), iv_str(db)};

		iv_redis_sock_write(k->sock, argv, IV_COUNT(argv));
		k->greeting_left++;
	}
	/* Refused while it loads, and without a password that it wants. */
	iv_redis_sock_write(k->sock, &IV_S("PING"), 1);
}

static void on_greeting(struct iv_redis_link *k, const redisReply *reply)
{
	char why[128] = "the peer is no Redis";
	const char *expected = k->greeting_left > 1 ? "OK" : "PONG";

	if (reply->type != REDIS_REPLY_STATUS || strcmp(reply->str, expected) != 0) {
		if (reply->type == REDIS_REPLY_ERROR)
			iv_redis_refusal_text(reply, why, sizeof(why));
		give_up(k, why);
		return;
	}
	if (--k->greeting_left > 0)
		return;
	iv_timer_stop(&k->timer);
	set_state(k, LINK_UP);
	k->up_us = iv_now_us();
	k->connects++;
	iv_info("redis.up", IV_LS("link", k->name), IV_LS("server", k->to->shown), IV_LI("failures", k->failures));
	k->up(k->arg);
}

static void on_reply(void *arg, const redisReply *reply)
{
	struct iv_redis_link *k = arg;

	if (k->state == LINK_GREETING)
		on_greeting(k, reply);
	else
		k->reply(k->arg, reply);
}

/* ── an attempt ── */

static void connect_to(struct iv_redis_link *k, const char *ip)
{
	struct iv_redis_sock_opts o = {
		.loop = k->loop,
		.to = k->to,
		.ip = ip,
		.tls = k->tls,
		.connected = on_connected,
		.reply = on_reply,
		.lost = on_lost,
		.closed = on_sock_closed,
		.arg = k,
	};
	struct iv_err e = {0};

	set_state(k, LINK_CONNECTING);
	k->sock = iv_redis_sock_open(&o, &e);
	if (k->sock)
		k->socks++;
	else
		give_up(k, e.msg);
}

static void on_resolved(void *arg, const struct iv_addresses *got, const char *why)
{
	struct iv_redis_link *k = arg;

	if (got)
		connect_to(k, got->ip[k->failures % got->count]);
	else
		give_up(k, why);
}

static void attempt(struct iv_redis_link *k)
{
	struct iv_addresses literal;

	set_state(k, LINK_RESOLVING);
	k->attempt_us = iv_now_us();
	iv_timer_in_ms(&k->timer, k->connect_ms);
	if (k->to->local)
		connect_to(k, NULL);
	else if (iv_resolve_literal(k->to->host, &literal))
		connect_to(k, literal.ip[0]);
	else
		iv_resolve_start(&k->resolve, k->loop, k->to->host, on_resolved, k);
}

static void on_timer(void *arg)
{
	struct iv_redis_link *k = arg;
	char why[64];

	if (k->state == LINK_RESTING || k->state == LINK_IDLE) {
		attempt(k);
		return;
	}
	snprintf(why, sizeof(why), "%s: no answer in %d ms", state_names[k->state], k->connect_ms);
	give_up(k, why);
}

/* ── the door ── */

void iv_redis_link_init(struct iv_redis_link *k)
{
	k->state = LINK_IDLE;
	iv_timer_init(&k->timer, k->loop, on_timer, k);
}

void iv_redis_link_start(struct iv_redis_link *k)
{
	if (k->state == LINK_IDLE && !iv_timer_armed(&k->timer))
		iv_timer_in_ms(&k->timer, 0);
}

void iv_redis_link_lose(struct iv_redis_link *k, const char *why)
{
	if (k->state != LINK_CLOSING && k->state != LINK_CLOSED && k->state != LINK_RESTING)
		give_up(k, why);
}

void iv_redis_link_close(struct iv_redis_link *k)
{
	if (k->state == LINK_CLOSING || k->state == LINK_CLOSED)
		return;
	set_state(k, LINK_CLOSING);
	iv_timer_stop(&k->timer);
	iv_resolve_cancel(&k->resolve);
	if (k->sock)
		iv_redis_sock_drop(k->sock);
	k->sock = NULL;
	if (k->socks == 0)
		iv_defer(k->loop, finish_close, k);
}
