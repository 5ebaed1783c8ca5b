/* One connection to Postgres as a state machine: resolve, connect, carry, close. libpq does the protocol and never
 * waits; libuv says when there is something to do. */
#include "pg_priv.h"

#include <openssl/ssl.h>
#include <stdio.h>

#include "iv_crypto.h"
#include "iv_log.h"

/* Apart from the connection, because closing a handle takes a turn of the loop. */
struct pg_watch {
	uv_poll_t poll;
	struct pg_conn *conn; /* NULL: superseded */
	int events;
};

static const struct {
	const char *name;
	unsigned next; /* bits of the states that may follow */
} states[] = {
	[PG_CLOSED] = {"closed", 1u << PG_RESOLVING},
	[PG_RESOLVING] = {"resolving", 1u << PG_CONNECTING | 1u << PG_CLOSING},
	[PG_CONNECTING] = {"connecting", 1u << PG_READY | 1u << PG_CLOSING},
	[PG_READY] = {"ready", 1u << PG_RETIRING | 1u << PG_CLOSING},
	[PG_RETIRING] = {"retiring", 1u << PG_CLOSING},
	[PG_CLOSING] = {"closing", 1u << PG_CLOSED},
};

static void set_state(struct pg_conn *c, enum pg_conn_state to, const char *why)
{
	if (!(states[c->state].next & 1u << to))
		abort();
	iv_debug("pg.connection", IV_LS("pool", c->label), IV_LI("number", c->number),
		 IV_LS("from", states[c->state].name), IV_LS("to", states[to].name), IV_LS("why", why));
	c->state = to;
}

/* ── watching the socket ── */

static void on_watch_closed(uv_handle_t *h)
{
	free(IV_CONTAINER(h, struct pg_watch, poll));
}

/* Always before the socket is closed: its number may be somebody else's a moment later, and it is by number that
 * libuv lets go. */
static void unwatch(struct pg_conn *c)
{
	struct pg_watch *w = c->watch;

	if (!w)
		return;
	c->watch = NULL;
	w->conn = NULL;
	uv_poll_stop(&w->poll);
	uv_close((uv_handle_t *)&w->poll, on_watch_closed);
}

static void on_socket(uv_poll_t *h, int status, int events);

static bool watch(struct pg_conn *c, int events)
{
	int fd = PQsocket(c->pg);

	if (fd < 0)
		return false;
	if (!c->watch) {
		struct pg_watch *w = pg_calloc(sizeof(*w));

		if (uv_poll_init(iv_loop_uv(c->loop), &w->poll, fd) != 0) {
			free(w);
			return false;
		}
		w->conn = c;
		c->watch = w;
	}
	if (c->watch->events != events && uv_poll_start(&c->watch->poll, events, on_socket) != 0)
		return false;
	c->watch->events = events;
	return true;
}

/* ── the end ── */

static void on_closed(void *arg)
{
	struct pg_conn *c = arg;

	/* Not before: PQfinish closes the socket, and whoever called us may be reading results. */
	PQfinish(c->pg);
	c->pg = NULL;
	iv_map_free(c->prepared);
	c->prepared = NULL;
	set_state(c, PG_CLOSED, "");
	c->type->closed(c);
}

void pg_conn_close(struct pg_conn *c, const char *why)
{
	if (c->state == PG_CLOSED || c->state == PG_CLOSING)
		return;
	set_state(c, PG_CLOSING, why);
	iv_timer_stop(&c->deadline);
	iv_resolve_cancel(&c->resolve);
	unwatch(c);
	c->type->lost(c);
	if (!c->polling) /* else when the thread has done with it */
		iv_defer(c->loop, on_closed, c);
}

/* libpq's words of a connection name host, user and database, never the password. */
static void close_failed(struct pg_conn *c, const char *what)
{
	struct iv_str words = iv_str_trim(iv_str(c->pg && !c->polling ? PQerrorMessage(c->pg) : ""));

	iv_warn("pg.lost", IV_LS("pool", c->label), IV_LI("number", c->number), IV_LS("what", what),
		IV_LV("message", words));
	pg_conn_close(c, what);
}

void pg_conn_retire(struct pg_conn *c)
{
	if (c->state == PG_READY)
		set_state(c, PG_RETIRING, "");
}

/* ── ready: reading and writing ── */

void pg_conn_flush(struct pg_conn *c)
{
	int left = PQflush(c->pg);

	/* What did not fit goes when the socket takes more; reading goes on meanwhile, or both sides would wait. */
	c->unsent = left != 0;
	if (left < 0 || !watch(c, left ? UV_READABLE | UV_WRITABLE : UV_READABLE))
		close_failed(c, "write failed");
}

/* TLS hands out records: a part of one may wait inside OpenSSL where the socket shows nothing. */
static bool read_all(struct pg_conn *c)
{
	SSL *tls = PQsslStruct(c->pg, "OpenSSL");

	do {
		if (!PQconsumeInput(c->pg))
			return false;
	} while (tls && SSL_pending(tls) > 0);
	return true;
}

static void carry(struct pg_conn *c)
{
	/* A dead peer's last words are read all the same: answers that are whole, and why it went. */
	bool ok = read_all(c), unsent = c->unsent;

	if (!ok) {
		unwatch(c); /* libpq has closed it */
		pg_conn_retire(c);
	}
	c->type->input(c);
	if (!pg_conn_live(c))
		return;
	if (!ok || PQstatus(c->pg) != CONNECTION_OK) {
		close_failed(c, "connection lost");
		return;
	}
	pg_conn_flush(c);
	if (pg_conn_live(c) && unsent && !c->unsent)
		c->type->drained(c);
}

/* ── connecting ── */

/* What the server tells in passing; libpq would print it. Its words may hold anything. */
static void on_notice(void *arg, const PGresult *res)
{
	struct pg_conn *c = arg;
	const char *sqlstate = PQresultErrorField(res, PG_DIAG_SQLSTATE);

	iv_debug("pg.notice", IV_LS("pool", c->label), IV_LS("sqlstate", sqlstate ? sqlstate : ""));
}

/* The same while it connects: in another thread, which does not log. */
static void on_early_notice(void *arg, const PGresult *res)
{
	(void)arg;
	(void)res;
}

static void become_ready(struct pg_conn *c)
{
	iv_timer_stop(&c->deadline);
	(void)PQsetNoticeReceiver(c->pg, on_notice, c);
	if (PQsetnonblocking(c->pg, 1) != 0 || !PQenterPipelineMode(c->pg)) {
		close_failed(c, "pipeline mode refused");
		return;
	}
	c->prepared = iv_map_new();
	c->generation = 0;
	c->unsent = false;
	set_state(c, PG_READY, "");
	if (watch(c, UV_READABLE))
		c->type->ready(c);
	else
		close_failed(c, "cannot watch the socket");
}

static void poll_in_thread(void *arg)
{
	struct pg_conn *c = arg;

	c->next = PQconnectPoll(c->pg);
}

static void on_polled(void *arg)
{
	struct pg_conn *c = arg;

	c->polling = false;
	if (c->state == PG_CLOSING)
		on_closed(c);
	else if (c->next == PGRES_POLLING_OK)
		become_ready(c);
	else if (c->next == PGRES_POLLING_FAILED ||
		 !watch(c, c->next == PGRES_POLLING_WRITING ? UV_WRITABLE : UV_READABLE))
		close_failed(c, "cannot connect");
}

/* In a thread, because the hashing of a password and a TLS handshake take milliseconds; they wait for nothing. Until
 * it has answered nobody here touches c->pg, nor watches a socket that libpq may close for another in there (the next
 * address, TLS refused). */
static void connect_on(struct pg_conn *c)
{
	unwatch(c);
	c->polling = true;
	iv_loop_work(c->loop, poll_in_thread, on_polled, c);
}

static void on_socket(uv_poll_t *h, int status, int events)
{
	struct pg_conn *c = IV_CONTAINER(h, struct pg_watch, poll)->conn;

	(void)status; /* an error of the socket: libuv has stopped, libpq finds out what it is */
	(void)events;
	if (!c)
		return;
	if (status < 0)
		c->watch->events = 0;
	if (c->state == PG_CONNECTING)
		connect_on(c);
	else if (pg_conn_live(c))
		carry(c);
}

static void start(struct pg_conn *c)
{
	if (!pg_target_reachable(c->target)) {
		close_failed(c, "cannot resolve");
		return;
	}
	set_state(c, PG_CONNECTING, "");
	c->pg = pg_target_start(c->target, c->attempt);
	if (!c->pg)
		abort();
	(void)PQsetNoticeReceiver(c->pg, on_early_notice, NULL);
	/* The manual's rule: behave as if PQconnectPoll had last said "writing". */
	if (PQstatus(c->pg) == CONNECTION_BAD || !watch(c, UV_WRITABLE))
		close_failed(c, "cannot connect");
}

/* ── resolving: one host after another, answers kept in the target ── */

static void resolve_next(struct pg_conn *c);

static void on_resolved(void *arg, const struct iv_addresses *got, const char *why)
{
	struct pg_conn *c = arg;

	/* Without an answer the last good one is used: a resolver that is down must not end us. */
	if (got)
		c->target->hosts[c->resolving].at = *got;
	else
		iv_warn("pg.unresolved", IV_LS("pool", c->label), IV_LS("host", c->target->hosts[c->resolving].name),
			IV_LS("why", why));
	c->resolving++;
	resolve_next(c);
}

static void resolve_next(struct pg_conn *c)
{
	struct pg_target *t = c->target;

	while (c->resolving < t->host_count && !t->hosts[c->resolving].resolve)
		c->resolving++;
	if (c->resolving < t->host_count)
		iv_resolve_start(&c->resolve, c->loop, t->hosts[c->resolving].name, on_resolved, c);
	else
		start(c);
}

static void on_connect_deadline(void *arg)
{
	close_failed(arg, "cannot connect in time");
}

void pg_conn_init(struct pg_conn *c, const struct pg_conn_type *type, void *owner, struct iv_loop *l,
		  struct pg_target *t, const char *label, int number)
{
	*c = (struct pg_conn){
		.type = type, .owner = owner, .loop = l, .target = t, .label = label, .number = number};
	iv_list_init(&c->in_flight);
}

void pg_conn_open(struct pg_conn *c, int connect_ms, unsigned attempt)
{
	set_state(c, PG_RESOLVING, "");
	c->attempt = attempt;
	c->resolving = 0;
	iv_timer_init(&c->deadline, c->loop, on_connect_deadline, c);
	iv_timer_in_ms(&c->deadline, connect_ms);
	resolve_next(c);
}

void pg_backoff_start(struct pg_backoff *b)
{
	int64_t ms = b->failures < 7 ? 100 << b->failures : 5000;
	uint32_t chance;

	ms = ms < 5000 ? ms : 5000;
	b->failures++;
	iv_random(&chance, sizeof(chance));
	iv_timer_in_ms(&b->timer, ms / 2 + (int64_t)chance % (ms / 2 + 1));
}
