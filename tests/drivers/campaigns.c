/* The campaign engine with a carrier that only keeps a log, for the simulation and the bench. Settings from the
 * environment, as the daemon's.
 *
 *   campaigns live NAME SEED LOG  a line "ms" on stdin is the time it is: the engine does its rounds until nobody is
 *                                 claimed any more and answers "claimed given_back". LOG is the carrier's, a line for
 *                                 each that it was asked for, written when it is:
 *                                   D ms tenant call number   it rings
 *                                   X ms tenant call number   refused, it never rang
 *                                 Unless SEED is 0, by the call's id some are refused at the slots (no line), some by the carrier, and of
 *                                 some it is not told whether they ring, though they may.
 *   campaigns bench NAME SECONDS  claims as fast as it can, each call given the right to dial and no more; prints claims
 *                                 and the seconds they took */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include "iv_campaign.h"
#include "iv_log.h"
#include "iv_services.h"
#include "iv_sql.h"

enum { ARENA_BYTES = 65536, LINE = 256, FLOW_MS = 60000 };

struct driver {
	struct iv_services s;
	struct iv_config cfg;
	struct iv_campaigns *engine;
	const char *name;
	uint64_t seed, claimed, given_back;
	int log;
	int64_t at_ms, until_us, began_us;
	bool bench;
	char in[LINE];
	size_t in_len;
	uv_pipe_t input;
};

/* A call on its way into the log. It outlives who asked, as a real one does. */
struct ask {
	struct iv_flow flow;
	struct driver *d;
	struct iv_dial_run *run; /* NULL: the asker has gone */
	struct iv_dial_answer *answer;
	struct iv_arena arena;
	struct iv_scope scope;
	struct iv_str call, to;
	struct iv_pg_run pg;
	struct iv_rows rows;
	uint64_t dice;
	bool refused, told, rings;
};

static uint64_t dice_of(const struct driver *d, struct iv_str call, uint64_t salt)
{
	if (!d->seed)
		return 99; /* all goes well */
	uint64_t h = 14695981039346656037u ^ (d->seed * 2654435761u + salt);

	for (size_t i = 0; i < call.len; i++)
		h = (h ^ (unsigned char)call.ptr[i]) * 1099511628211u;
	return (h ^ (h >> 29)) % 100;
}

static void tell(const struct driver *d, char what, const struct ask *k)
{
	char line[LINE];
	int n = snprintf(line, sizeof(line), "%c %lld %.*s %.*s %.*s\n", what, (long long)d->at_ms, IV_FMT(k->scope.tenant_id),
			 IV_FMT(k->call), IV_FMT(k->to));

	if (write(d->log, line, (size_t)n) != n)
		abort(); /* nothing rings that is not in the log */
}

static struct ask *self(struct iv_flow *f)
{
	return IV_CONTAINER(f, struct ask, flow);
}

/* ── the door ── */

static enum iv_flow_next check(void *arg, struct iv_flow *f, struct iv_dial_run *run, struct iv_arena *arena,
			       const struct iv_dial_ask *ask, struct iv_dial_plan *plan, struct iv_dial_answer *answer)
{
	struct driver *d = arg;

	(void)run;
	(void)arena;
	*plan = (struct iv_dial_plan){.carrier = IV_JAMBONZ};
	*answer = (struct iv_dial_answer){0};
	if (!d->bench && dice_of(d, ask->call_id, 1) < 1)
		return iv_flow_fail(f, IV_EQUOTA, "the slots are full");
	return IV_FLOW_NEXT;
}

static enum iv_flow_next begin(struct iv_flow *f)
{
	struct ask *k = self(f);
	struct driver *d = k->d;
	char plan[LINE];

	(void)snprintf(plan, sizeof(plan), "{\"carrier\": \"jambonz\", \"from\": \"+15550100009\", \"instance\": \"%s\", \"check_s\": 30%s",
		       d->name, d->bench ? "}" : "");
	if (!d->bench) {
		time_t s = (time_t)(d->at_ms / 1000);
		struct tm tm;
		size_t at = strlen(plan);

		(void)gmtime_r(&s, &tm);
		at += strftime(plan + at, sizeof(plan) - at, ", \"at\": \"%Y-%m-%dT%H:%M:%S", &tm);
		(void)snprintf(plan + at, sizeof(plan) - at, ".%03dZ\"}", (int)(d->at_ms % 1000));
	}
	return iv_pg_one(d->s.pg, f, &k->pg, &k->scope, &k->arena, &iv_sql_dial_begin,
			 &(struct iv_dial_begin_in){.call = k->call, .plan = iv_str(plan)}, &k->rows);
}

static enum iv_flow_next write_answer(struct iv_flow *f)
{
	struct ask *k = self(f);
	struct driver *d = k->d;
	bool ambiguous = k->dice >= 2 && k->dice < 8;
	char at[40];

	if (!iv_dial_begin_at(&k->rows, 0)->granted)
		return iv_flow_fail(f, IV_ECONFLICT, "no right to dial");
	if (d->bench)
		return IV_FLOW_DONE;
	k->refused = k->dice < 2;
	k->rings = !k->refused && (!ambiguous || k->dice < 6);
	if (k->refused || k->rings)
		tell(d, k->rings ? 'D' : 'X', k);
	k->answer->placed = k->refused ? IV_NOT_PLACED : ambiguous ? IV_MAYBE_PLACED : IV_PLACED;
	k->answer->why = k->refused ? IV_S("rate_limited") : IV_S("timeout");
	k->answer->retry_after_s = k->refused ? 2 : 0;
	if (ambiguous)
		return iv_pg_one(d->s.pg, f, &k->pg, &k->scope, &k->arena, &iv_sql_dial_doubted,
				 &(struct iv_dial_doubted_in){.call = k->call, .why = IV_S("timeout"), .check_s = 3}, NULL);
	if (!k->refused)
		return iv_pg_one(d->s.pg, f, &k->pg, &k->scope, &k->arena, &iv_sql_dial_placed,
				 &(struct iv_dial_placed_in){.call = k->call, .carrier = IV_S("jambonz"), .provider_id = k->call,
							     .second_kind = IV_S("jambonz"), .second_id = IV_STR_NULL, .check_s = 30},
				 &k->rows);
	/* As close_unspoken_call does, at the time it is. */
	static const struct iv_sql_column in[] = {{"call", IV_SQL_TEXT, 0}, {"at", IV_SQL_TEXT, sizeof(struct iv_str)}, {0}};
	static const struct iv_query refuse = {
		.name = "sim_refused",
		.sql = "update voice_call_records set status = 'failed', end_reason = 'not_placed', failure_reason = 'rate_limited', "
		       "ended_at = to_timestamp($2::float8 / 1000), duration_seconds = 0, cost = 0, outcome = 'failed' "
		       "where tenant_id = current_tenant() and id = $1 and closed_at is null",
		.in = in,
		.in_size = 2 * sizeof(struct iv_str)};
	struct iv_str values[2] = {k->call, {at, (size_t)snprintf(at, sizeof(at), "%lld", (long long)d->at_ms)}};

	return iv_pg_one(d->s.pg, f, &k->pg, &k->scope, &k->arena, &refuse, values, NULL);
}

static void asked(struct iv_flow *f)
{
	struct ask *k = self(f);

	if (k->run) {
		k->run->job = NULL;
		iv_op_done(&k->run->op, &f->err);
	}
	iv_arena_deinit(&k->arena);
	iv_free_later(k->d->s.loop, k);
}

static const struct iv_flow_step steps[] = {{"begin", begin}, {"write", write_answer}, {0}};
static const struct iv_flow_type type = {"sim.place", steps, asked};

static enum iv_flow_next place(void *arg, struct iv_flow *f, struct iv_dial_run *run, struct iv_arena *arena,
			       const struct iv_dial_ask *ask, const struct iv_dial_plan *plan, struct iv_dial_answer *answer)
{
	struct ask *k = calloc(1, sizeof(*k));

	(void)arena;
	(void)plan;
	if (!k)
		abort();
	k->d = arg;
	k->run = run;
	k->answer = answer;
	*answer = (struct iv_dial_answer){.placed = IV_PLACED};
	iv_arena_init(&k->arena, ARENA_BYTES);
	k->scope.tenant_id = iv_arena_str(&k->arena, ask->tenant_id);
	k->call = iv_arena_str(&k->arena, ask->call_id);
	k->to = iv_arena_str(&k->arena, ask->to);
	k->dice = dice_of(k->d, k->call, 2);
	iv_op_begin(&run->op, f, NULL);
	iv_flow_start(&k->flow, &type, k->d->s.loop, FLOW_MS, NULL);
	return iv_flow_await(f);
}

static void give_back(void *arg, const struct iv_dial_ask *ask, struct iv_dial_plan *plan)
{
	(void)arg;
	(void)ask;
	(void)plan;
}

/* ── rounds ── */

static void on_round(void *arg)
{
	struct driver *d = arg;
	struct iv_campaign_stats now = iv_campaign_stats(d->engine);
	bool more = now.claimed != d->claimed;

	d->claimed = now.claimed;
	if (d->bench && iv_now_us() >= d->until_us) {
		printf("%llu %.3f\n", (unsigned long long)now.claimed, (double)(iv_now_us() - d->began_us) / 1e6);
		(void)fflush(stdout);
		_exit(EXIT_SUCCESS); /* what it holds is nobody's concern */
	}
	if (more || d->bench) {
		iv_campaign_round(d->engine, d->bench ? iv_wall_ms() : d->at_ms, on_round, d);
		return;
	}
	printf("%llu %llu\n", (unsigned long long)now.claimed, (unsigned long long)now.given_back);
	(void)fflush(stdout);
}

static void on_line(uv_stream_t *stream, ssize_t n, const uv_buf_t *buf)
{
	struct driver *d = stream->data;
	char *end;

	(void)buf;
	if (n < 0)
		_exit(EXIT_SUCCESS);
	d->in_len += (size_t)n;
	end = memchr(d->in, '\n', d->in_len);
	if (!end)
		return;
	d->in_len = 0;
	d->at_ms = strtoll(d->in, NULL, 10);
	iv_campaign_round(d->engine, d->at_ms, on_round, d);
}

static void on_room(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
	struct driver *d = handle->data;

	(void)size;
	*buf = uv_buf_init(d->in + d->in_len, (unsigned)(sizeof(d->in) - d->in_len));
}

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

static struct iv_pg *open_pool(struct driver *d, const char *url, const char *name, struct iv_err *e)
{
	return iv_pg_new(d->s.loop, &(struct iv_pg_opts){.url = url, .name = name, .connections = 4, .depth = 8, .waiting_max = 2000,
							 .connect_ms = 10000, .query_ms = 30000}, e);
}

static bool open_all(struct driver *d, struct iv_err *e)
{
	struct iv_buf errors;

	iv_buf_init(&errors, 65536);
	if (!iv_config_read(&d->cfg, from_env, NULL, &errors)) {
		(void)fprintf(stderr, "%.*s", (int)errors.len, errors.ptr);
		return false;
	}
	d->s.cfg = &d->cfg;
	d->s.loop = iv_loop_new();
	iv_loop_set_turn_hook(d->s.loop, flush, NULL);
	d->s.instance_id = d->name;
	d->s.pg = open_pool(d, iv_secret_reveal(d->cfg.database_url), "app", e);
	d->s.worker = d->s.pg ? open_pool(d, iv_secret_reveal(d->cfg.database_worker_url), "worker", e) : NULL;
	return d->s.worker != NULL;
}

int main(int argc, char **argv)
{
	static struct driver d;
	struct iv_campaign_door door = {check, place, give_back, &d};
	struct iv_err e = {0};

	if (argc < 4 || (argc < 5 && strcmp(argv[1], "live") == 0)) {
		(void)fprintf(stderr, "usage: campaigns live NAME SEED LOG | bench NAME SECONDS\n");
		return EXIT_FAILURE;
	}
	d.name = argv[2];
	d.bench = strcmp(argv[1], "bench") == 0;
	iv_log_set_level(IV_WARN);
	if (!open_all(&d, &e)) {
		(void)fprintf(stderr, "%s\n", e.msg);
		return EXIT_FAILURE;
	}
	d.engine = iv_campaigns_new(&d.s, &(struct iv_campaign_opts){.door = &door, .by_hand = true});
	iv_campaigns_start(d.engine);
	if (d.bench) {
		d.began_us = iv_now_us();
		d.until_us = d.began_us + strtoll(argv[3], NULL, 10) * 1000000;
		iv_campaign_round(d.engine, iv_wall_ms(), on_round, &d);
	} else {
		d.seed = strtoull(argv[3], NULL, 10);
		d.log = open(argv[4], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
		if (d.log < 0 || uv_pipe_init(iv_loop_uv(d.s.loop), &d.input, 0) || uv_pipe_open(&d.input, STDIN_FILENO))
			return EXIT_FAILURE;
		d.input.data = &d;
		(void)uv_read_start((uv_stream_t *)&d.input, on_room, on_line);
		printf("ready\n");
		(void)fflush(stdout);
	}
	iv_loop_run(d.s.loop);
	return EXIT_SUCCESS;
}
