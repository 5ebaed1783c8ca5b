/* Commands: what is asked and not yet answered, oldest first, over a link that comes back. */
#include "redis_priv.h"

#include <stdio.h>

#include "iv_log.h"
#include "iv_metrics.h"

#define PENDING_BYTES_MAX (64 << 20) /* of unanswered commands together */
#define SCRATCH_BYTES (16 << 20)     /* an answer to iv_redis_ask */

enum { RESULT_OK, RESULT_REFUSED, RESULT_LOST, RESULT_LATE, RESULT_BUSY }; /* labels of redis_commands_total */

struct iv_redis {
	struct iv_loop *loop;
	struct iv_redis_target to;
	struct iv_redis_tls *tls;
	int command_ms;
	size_t pending_max;
	struct iv_redis_link link;
	struct iv_list pending;
	size_t pending_count, pending_bytes;
	struct iv_timer deadline;
	struct iv_arena scratch;
	struct iv_redis_subs *subs;
	uint64_t commands, failures;
	int64_t failed_us;
	int64_t refused_logged_us;
	bool closing, late;
	int open_parts;
	void (*closed)(void *arg);
	void *closed_arg;
};

/* ── one command's life ── */

static void free_command(struct iv_redis_command *c)
{
	free(c->call);
	redisFreeCommand(c->early);
	free(c);
}

static void take_off(struct iv_redis_command *c)
{
	iv_list_remove(&c->node);
	c->r->pending_count--;
	c->r->pending_bytes -= c->bytes;
}

static void maybe_close(struct iv_redis *r);

/* The one end of a command: off the list, told, freed. */
static void finish(struct iv_redis_command *c, const redisReply *reply, const struct iv_err *err, int result)
{
	struct iv_redis *r = c->r;
	struct iv_reply copy = {.kind = IV_REPLY_NIL};
	struct iv_err e = err ? *err : (struct iv_err){0};

	take_off(c);
	iv_metric_add(IV_M_redis_commands_total, result, 1);
	r->commands++;
	r->failures += result != RESULT_OK;
	if (result != RESULT_OK)
		r->failed_us = iv_now_us();
	if (c->fn && reply && e.code == IV_OK && c->wants_reply &&
	    iv_redis_copy_reply(reply, c->arena ? c->arena : &r->scratch, &copy, &e) && c->into)
		*c->into = copy;
	if (c->fn)
		c->fn(c->arg, e.code == IV_OK ? &copy : NULL, &e);
	if (!c->arena)
		iv_arena_reset(&r->scratch);
	free_command(c);
	maybe_close(r);
}

static struct iv_redis_command *oldest(struct iv_redis *r)
{
	return iv_list_empty(&r->pending) ? NULL : IV_CONTAINER(r->pending.next, struct iv_redis_command, node);
}

static void watch_oldest(struct iv_redis *r)
{
	struct iv_redis_command *c = oldest(r);

	if (c && !iv_timer_armed(&r->deadline))
		iv_timer_at(&r->deadline, c->asked_us + r->command_ms * INT64_C(1000));
}

static void put(struct iv_redis_command *c, const char *formatted, size_t len)
{
	struct iv_redis *r = c->r;

	c->asked_us = iv_now_us();
	c->bytes = len;
	iv_list_append(&r->pending, &c->node);
	r->pending_count++;
	r->pending_bytes += len;
	watch_oldest(r);
	if (r->link.state == LINK_UP)
		iv_redis_sock_write_raw(r->link.sock, formatted, len);
}

void iv_redis_put_again(struct iv_redis_command *c, const char *formatted, size_t len)
{
	take_off(c);
	put(c, formatted, len);
}

/* Only before the first attempt to connect has ended is it worth waiting. */
static bool may_ask(struct iv_redis *r, struct iv_err *e)
{
	if (r->closing)
		return iv_fail(e, IV_EDRAINING, "redis: closing");
	if (r->link.state != LINK_UP && r->link.failures > 0)
		return iv_fail(e, IV_EDRAINING, "redis: no connection");
	if (r->pending_count < r->pending_max && r->pending_bytes < PENDING_BYTES_MAX)
		return true;
	iv_metric_add(IV_M_redis_commands_total, RESULT_BUSY, 1);
	return iv_fail(e, IV_EDRAINING, "redis: too many commands are waiting");
}

struct iv_redis_command *iv_redis_ask(struct iv_redis *r, const struct iv_str *argv, size_t argc, iv_redis_fn *fn,
				      void *arg, struct iv_err *e)
{
	struct iv_redis_command *c;
	size_t len;
	char *formatted;

	if (!may_ask(r, e))
		return NULL;
	c = redis_calloc(sizeof(*c));
	c->r = r;
	c->fn = fn;
	c->arg = arg;
	c->wants_reply = fn != NULL;
	(void)iv_str_copy(c->name, sizeof(c->name), argv[0]);
	formatted = iv_redis_format(argv, argc, &len);
	put(c, formatted, len);
	if (r->link.state == LINK_UP) {
		redisFreeCommand(formatted);
	} else {
		c->early = formatted;
		c->early_len = len;
	}
	return c;
}

/* ── what comes from the link ── */

static void fail_all(struct iv_redis *r, const char *why)
{
	struct iv_err e = {0};
	struct iv_list due;

	iv_fail(&e, IV_EDRAINING, "redis: %s", why);
	/* What is asked meanwhile is not of them. */
	iv_list_init(&due);
	IV_LIST_EACH(node, &r->pending)
	{
		iv_list_remove(node);
		iv_list_append(&due, node);
	}
	while (!iv_list_empty(&due))
		finish(IV_CONTAINER(due.next, struct iv_redis_command, node), NULL, &e,
		       r->late ? RESULT_LATE : RESULT_LOST);
	r->late = false;
}

static void on_up(void *arg)
{
	struct iv_redis *r = arg;

	iv_metric_set(IV_M_redis_up, 0, 1);
	IV_LIST_EACH(node, &r->pending)
	{
		struct iv_redis_command *c = IV_CONTAINER(node, struct iv_redis_command, node);

		iv_redis_sock_write_raw(r->link.sock, c->early, c->early_len);
		redisFreeCommand(c->early);
		c->early = NULL;
	}
}

static void on_down(void *arg, const char *why)
{
	iv_metric_set(IV_M_redis_up, 0, 0);
	fail_all(arg, why);
}

void iv_redis_log_refused(struct iv_redis *r, const char *command, const redisReply *error)
{
	char why[128];
	int64_t now = iv_now_us();

	if (now - r->refused_logged_us < 1000000)
		return; /* one a second says enough */
	r->refused_logged_us = now;
	iv_redis_refusal_text(error, why, sizeof(why));
	iv_error("redis.refused", IV_LS("command", command), IV_LS("why", why));
}

static void on_refused(struct iv_redis_command *c, const redisReply *reply)
{
	struct iv_redis *r = c->r;
	enum iv_redis_refusal what = iv_redis_refusal(reply);
	struct iv_err e = {0};

	if (what == REFUSED_NOSCRIPT && c->call && c->fn) {
		iv_redis_send_whole_script(c);
		return;
	}
	if (what != REFUSED_NOSCRIPT) /* else nobody waits for it any more: it was not done, and need not be */
		iv_redis_log_refused(r, c->name, reply);
	if (what == REFUSED || what == REFUSED_NOSCRIPT) {
		iv_fail(&e, IV_EINTERNAL, "redis refused %s", c->name);
		finish(c, NULL, &e, RESULT_REFUSED);
	} else if (what == REFUSED_FOR_NOW) {
		iv_fail(&e, IV_EDRAINING, "redis cannot take %s now", c->name);
		finish(c, NULL, &e, RESULT_REFUSED);
	} else {
		char why[128];

		iv_redis_refusal_text(reply, why, sizeof(why));
		iv_redis_link_lose(&r->link, why); /* c is told with the others */
	}
}

static void on_reply(void *arg, const redisReply *reply)
{
	struct iv_redis *r = arg;
	struct iv_redis_command *c = oldest(r);

	if (!c) {
		iv_redis_link_lose(&r->link, "an answer that nobody asked for");
		return;
	}
	iv_metric_observe(IV_M_redis_command_ms, 0, (double)(iv_now_us() - c->asked_us) / 1000);
	if (reply->type == REDIS_REPLY_ERROR)
		on_refused(c, reply);
	else
		finish(c, reply, NULL, RESULT_OK);
}

/* ── late ── */

static struct iv_redis_command *late_one(struct iv_redis *r)
{
	struct iv_redis_command *c = oldest(r);

	return c && iv_now_us() - c->asked_us >= r->command_ms * INT64_C(1000) ? c : NULL;
}

static void fail_late_ones(struct iv_redis *r)
{
	struct iv_redis_command *c;
	struct iv_err e = {0};

	iv_fail(&e, IV_EDRAINING, "redis: no connection in %d ms", r->command_ms);
	while ((c = late_one(r)))
		finish(c, NULL, &e, RESULT_LATE);
}

static void on_deadline(void *arg)
{
	struct iv_redis *r = arg;
	int64_t overslept_us = iv_now_us() - r->deadline.deadline_us;

	if (late_one(r) && r->link.state == LINK_UP) {
		/* The answer may be here already: timers run before sockets are looked at. */
		iv_redis_sock_pump(r->link.sock);
	}
	if (late_one(r) && overslept_us > r->command_ms * INT64_C(250)) {
		/* We were the ones who slept; what was asked has not had its time. */
		iv_timer_in_ms(&r->deadline, r->command_ms);
		return;
	}
	if (late_one(r) && r->link.state == LINK_UP) {
		char why[64];

		snprintf(why, sizeof(why), "no answer in %d ms", r->command_ms);
		r->late = true;
		iv_redis_link_lose(&r->link, why);
	}
	fail_late_ones(r);
	watch_oldest(r);
}

/* ── the door ── */

void iv_redis_forget(struct iv_redis_command *c)
{
	c->fn = NULL;
}

bool iv_redis_send(struct iv_redis *r, const struct iv_str *argv, size_t argc)
{
	return iv_redis_ask(r, argv, argc, NULL, NULL, NULL) != NULL;
}

bool iv_redis_up(const struct iv_redis *r)
{
	return r->link.state == LINK_UP;
}

struct iv_redis_stats iv_redis_stats(const struct iv_redis *r)
{
	const struct iv_redis_link *k = &r->link;

	return (struct iv_redis_stats){.pending = r->pending_count,
				       .commands = r->commands,
				       .failures = r->failures,
				       .connects = k->connects,
				       .failed_us = r->failed_us > k->lost_us ? r->failed_us : k->lost_us,
				       .retry_us = k->state == LINK_RESTING ? k->timer.deadline_us : 0};
}

struct iv_redis_subs *iv_redis_subs_of(struct iv_redis *r)
{
	return r->subs;
}

/* ── begin and end ── */

static void free_redis(struct iv_redis *r)
{
#if IV_REDIS_TLS
	iv_redis_tls_free(r->tls);
#endif
	iv_arena_deinit(&r->scratch);
	free(r);
}

static void on_part_closed(void *arg)
{
	struct iv_redis *r = arg;
	void (*closed)(void *) = r->closed;
	void *closed_arg = r->closed_arg;

	if (--r->open_parts > 0)
		return;
	free_redis(r);
	if (closed)
		closed(closed_arg);
}

static void maybe_close(struct iv_redis *r)
{
	if (!r->closing || r->open_parts || r->pending_count)
		return;
	r->open_parts = 2;
	iv_timer_stop(&r->deadline);
	iv_redis_link_close(&r->link);
	iv_redis_subs_close(r->subs, on_part_closed, r);
}

void iv_redis_close(struct iv_redis *r, void (*done)(void *arg), void *arg)
{
	r->closing = true;
	r->closed = done;
	r->closed_arg = arg;
	maybe_close(r);
}

static bool make_tls(struct iv_redis *r, const char *ca_file, struct iv_err *e)
{
#if IV_REDIS_TLS
	if (r->to.tls)
		r->tls = iv_redis_tls_new(ca_file && ca_file[0] ? ca_file : NULL, e);
	return !r->to.tls || r->tls;
#else
	(void)ca_file;
	return !r->to.tls ||
	       iv_fail(e, IV_EINVAL, "redis url: rediss:// needs hiredis 1.0 or later with TLS; this is built with %d.%d.%d",
		       HIREDIS_MAJOR, HIREDIS_MINOR, HIREDIS_PATCH);
#endif
}

struct iv_redis *iv_redis_new(struct iv_loop *l, const struct iv_redis_opts *o, struct iv_err *e)
{
	struct iv_redis *r = redis_calloc(sizeof(*r));

	if (!iv_redis_url_parse(iv_str(o->url), &r->to, e) || !make_tls(r, o->ca_file, e)) {
		free(r);
		return NULL;
	}
	r->loop = l;
	r->command_ms = o->command_ms;
	r->pending_max = o->pending_max;
	iv_list_init(&r->pending);
	iv_timer_init(&r->deadline, l, on_deadline, r);
	iv_arena_init(&r->scratch, SCRATCH_BYTES);
	r->link = (struct iv_redis_link){
		.loop = l,
		.to = &r->to,
		.tls = r->tls,
		.name = "commands",
		.connect_ms = o->connect_ms,
		.rest_ms = o->rest_ms,
		.up = on_up,
		.reply = on_reply,
		.down = on_down,
		.closed = on_part_closed,
		.arg = r,
	};
	iv_redis_link_init(&r->link);
	iv_redis_link_start(&r->link);
	r->subs = iv_redis_subs_new(r, &r->link);
	return r;
}
