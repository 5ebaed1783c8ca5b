/* LISTEN on a connection of its own: one Sync for each channel, then whatever the server tells. After every
 * reconnect all channels are listened to again, and each is told that it may have missed something. */
#include "pg_priv.h"

#include <stdio.h>

#include "iv_log.h"

struct channel {
	struct iv_list node;
	char name[64]; /* as long as the server's own */
	void (*fn)(void *arg, struct iv_str payload);
	void *arg;
};

struct pg_listener {
	struct iv_pg *pool;
	struct pg_conn conn;
	struct pg_backoff backoff;
	struct iv_list channels;
	struct channel *asked, *confirmed; /* the last of either; NULL: none on this connection */
	int connect_ms, answer_ms;
	bool closing;
};

static struct channel *after(struct pg_listener *n, struct channel *ch)
{
	struct iv_list *node = ch ? ch->node.next : n->channels.next;

	return node == &n->channels ? NULL : IV_CONTAINER(node, struct channel, node);
}

/* A channel is an identifier: no parameter can stand for it. */
static bool send_listen(struct pg_conn *c, const struct channel *ch)
{
	char *quoted = PQescapeIdentifier(c->pg, ch->name, strlen(ch->name)), sql[160];
	bool ok;

	if (!quoted)
		return false;
	(void)snprintf(sql, sizeof(sql), "listen %s", quoted);
	PQfreemem(quoted);
	ok = PQsendQueryParams(c->pg, sql, 0, NULL, NULL, NULL, NULL, 0) && PQpipelineSync(c->pg);
	return ok;
}

static void on_late(void *arg)
{
	pg_conn_close(arg, "deadline");
}

static void ask(struct pg_listener *n)
{
	struct pg_conn *c = &n->conn;

	for (struct channel *ch = after(n, n->asked); ch; ch = after(n, ch)) {
		if (!send_listen(c, ch)) {
			pg_conn_close(c, "cannot send");
			return;
		}
		n->asked = ch;
	}
	if (n->asked != n->confirmed && !iv_timer_armed(&c->deadline)) {
		iv_timer_init(&c->deadline, c->loop, on_late, c);
		iv_timer_in_ms(&c->deadline, n->answer_ms);
	}
	pg_conn_flush(c);
}

static void on_ready(struct pg_conn *c)
{
	struct pg_listener *n = c->owner;

	n->asked = n->confirmed = NULL;
	ask(n);
}

static void confirm(struct pg_listener *n)
{
	struct channel *ch = after(n, n->confirmed);

	n->confirmed = ch;
	n->backoff.failures = 0;
	if (n->confirmed == n->asked)
		iv_timer_stop(&n->conn.deadline);
	ch->fn(ch->arg, IV_S(""));
}

static void read_answers(struct pg_listener *n)
{
	struct pg_conn *c = &n->conn;
	int nulls = 0;

	while (pg_conn_live(c) && !PQisBusy(c->pg) && n->confirmed != n->asked && nulls < 3) {
		PGresult *res = PQgetResult(c->pg);
		ExecStatusType status = PQresultStatus(res);

		nulls = res ? 0 : nulls + 1;
		if (status == PGRES_FATAL_ERROR && res) {
			pg_error_log(c->label, "listen", res); /* a replica, for one, cannot */
			pg_conn_close(c, "cannot listen");
		}
		PQclear(res);
		if (status == PGRES_PIPELINE_SYNC)
			confirm(n);
	}
}

static void deliver(struct pg_listener *n, const PGnotify *note)
{
	IV_LIST_EACH(node, &n->channels)
	{
		struct channel *ch = IV_CONTAINER(node, struct channel, node);

		if (strcmp(ch->name, note->relname) == 0)
			ch->fn(ch->arg, iv_str(note->extra));
		if (n->closing)
			return;
	}
}

static void on_input(struct pg_conn *c)
{
	struct pg_listener *n = c->owner;
	PGnotify *note;

	read_answers(n);
	while (pg_conn_live(c) && (note = PQnotifies(c->pg))) {
		deliver(n, note);
		PQfreemem(note);
	}
}

static void on_drained(struct pg_conn *c)
{
	(void)c; /* what is sent here fits any socket */
}

static void on_lost(struct pg_conn *c)
{
	struct pg_listener *n = c->owner;

	if (!n->closing)
		pg_backoff_start(&n->backoff);
}

static void on_closed(struct pg_conn *c)
{
	struct pg_listener *n = c->owner;

	if (n->closing)
		pg_listener_closed(n->pool);
}

static const struct pg_conn_type conn_type = {on_ready, on_input, on_drained, on_lost, on_closed};

static void on_backoff(void *arg)
{
	struct pg_listener *n = arg;

	pg_conn_open(&n->conn, n->connect_ms, (unsigned)n->backoff.failures);
}

struct pg_listener *pg_listener_new(struct iv_pg *pool, struct iv_loop *l, struct pg_target *t, const char *label,
				    int connect_ms, int answer_ms)
{
	struct pg_listener *n = pg_calloc(sizeof(*n));

	n->pool = pool;
	n->connect_ms = connect_ms;
	n->answer_ms = answer_ms;
	iv_list_init(&n->channels);
	pg_conn_init(&n->conn, &conn_type, n, l, t, label, 0);
	iv_timer_init(&n->backoff.timer, l, on_backoff, n);
	iv_timer_in_ms(&n->backoff.timer, 0); /* when the loop runs */
	return n;
}

void pg_listener_add(struct pg_listener *n, const char *channel, void (*fn)(void *arg, struct iv_str payload), void *arg)
{
	struct channel *ch = pg_calloc(sizeof(*ch));

	if (!iv_str_copy(ch->name, sizeof(ch->name), iv_str(channel)))
		abort(); /* names of channels are ours */
	ch->fn = fn;
	ch->arg = arg;
	iv_list_append(&n->channels, &ch->node);
	if (n->conn.state == PG_READY)
		ask(n);
}

void pg_listener_close(struct pg_listener *n)
{
	n->closing = true;
	iv_timer_stop(&n->backoff.timer);
	pg_conn_close(&n->conn, "pool closed");
}

bool pg_listener_over(const struct pg_listener *n)
{
	return n->closing && n->conn.state == PG_CLOSED;
}

void pg_listener_free(struct pg_listener *n)
{
	if (!n)
		return;
	while (!iv_list_empty(&n->channels)) {
		struct channel *ch = IV_CONTAINER(n->channels.next, struct channel, node);

		iv_list_remove(&ch->node);
		free(ch);
	}
	free(n);
}
