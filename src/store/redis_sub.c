/* Subscriptions: one connection for all channels, made with the first of them. Redis answers each SUBSCRIBE
 * and UNSUBSCRIBE in order; a channel is heard when every answer it is owed has come. */
#include "redis_priv.h"

#include "iv_log.h"
#include "iv_map.h"

#define PING_MS 2000 /* a connection that only listens does not notice that its peer has vanished */

struct channel {
	struct iv_list node;
	struct iv_redis_subs *all;
	struct iv_str name; /* its bytes follow the struct */
	struct iv_list subs;
	int owed;       /* answers to SUBSCRIBE and UNSUBSCRIBE */
	int dispatching;
	bool heard;     /* messages come */
	bool asked_for; /* the last word to the server was SUBSCRIBE */
};

struct iv_redis_sub {
	struct iv_list node;
	struct iv_list late_node; /* heard already, but not told so */
	struct channel *channel;
	void (*message)(void *arg, struct iv_str payload);
	void (*gap)(void *arg);
	void *arg;
	bool told, dead;
};

struct iv_redis_subs {
	struct iv_redis *r;
	struct iv_loop *loop;
	struct iv_redis_link link;
	struct iv_map *by_name;
	struct iv_list channels, late;
	struct iv_timer ping, tell;
	bool pinged;
	void (*closed)(void *arg);
	void *closed_arg;
};

/* ── channels ── */

static void free_channel(struct channel *c)
{
	(void)iv_map_remove(c->all->by_name, c->name);
	iv_list_remove(&c->node);
	free(c);
}

static void free_if_idle(struct channel *c)
{
	if (iv_list_empty(&c->subs) && c->owed == 0 && !c->dispatching)
		free_channel(c);
}

static struct channel *find_or_make(struct iv_redis_subs *s, struct iv_str name)
{
	struct channel *c = iv_map_get(s->by_name, name);
	char *bytes;

	if (c)
		return c;
	c = redis_calloc(sizeof(*c) + name.len + 1);
	c->all = s;
	bytes = (char *)(c + 1);
	memcpy(bytes, name.ptr, name.len);
	c->name = (struct iv_str){bytes, name.len};
	iv_list_init(&c->subs);
	iv_list_append(&s->channels, &c->node);
	(void)iv_map_put(s->by_name, c->name, c);
	return c;
}

static void tell_server(struct channel *c, bool subscribe)
{
	const struct iv_str argv[] = {subscribe ? IV_S("SUBSCRIBE") : IV_S("UNSUBSCRIBE"), c->name};

	c->heard = false;
	c->asked_for = subscribe;
	if (c->all->link.state != LINK_UP)
		return;
	iv_redis_sock_write(c->all->link.sock, argv, IV_COUNT(argv));
	c->owed++;
}

/* ── telling those who listen ── */

static void drop_sub(struct iv_redis_sub *sub)
{
	iv_list_remove(&sub->node);
	iv_list_remove(&sub->late_node);
	free(sub);
}

/* While a channel's subscribers are walked none is taken off: they are marked, and swept here. */
static void walk_done(struct channel *c)
{
	if (--c->dispatching > 0)
		return;
	IV_LIST_EACH(node, &c->subs)
	{
		struct iv_redis_sub *sub = IV_CONTAINER(node, struct iv_redis_sub, node);

		if (sub->dead)
			drop_sub(sub);
	}
	if (iv_list_empty(&c->subs) && c->heard)
		tell_server(c, false);
	free_if_idle(c);
}

static void tell_gap(struct iv_redis_sub *sub)
{
	iv_list_remove(&sub->late_node);
	sub->told = true;
	sub->gap(sub->arg);
}

static void on_heard(struct channel *c)
{
	c->heard = true;
	c->dispatching++;
	for (struct iv_list *node = c->subs.next; node != &c->subs; node = node->next) {
		struct iv_redis_sub *sub = IV_CONTAINER(node, struct iv_redis_sub, node);

		if (!sub->dead && !sub->told)
			tell_gap(sub);
	}
	walk_done(c);
}

static void on_message(struct channel *c, struct iv_str payload)
{
	c->dispatching++;
	for (struct iv_list *node = c->subs.next; node != &c->subs; node = node->next) {
		struct iv_redis_sub *sub = IV_CONTAINER(node, struct iv_redis_sub, node);

		if (!sub->dead && sub->told)
			sub->message(sub->arg, payload);
	}
	walk_done(c);
}

static void on_tell(void *arg)
{
	struct iv_redis_subs *s = arg;

	while (!iv_list_empty(&s->late)) {
		struct iv_redis_sub *sub = IV_CONTAINER(s->late.next, struct iv_redis_sub, late_node);
		struct channel *c = sub->channel;

		if (c->heard) {
			c->dispatching++;
			tell_gap(sub);
			walk_done(c);
		} else {
			iv_list_remove(&sub->late_node); /* on_heard will */
		}
	}
}

/* ── what comes from the link ── */

static void on_up(void *arg)
{
	struct iv_redis_subs *s = arg;

	s->pinged = false;
	iv_timer_in_ms(&s->ping, PING_MS);
	IV_LIST_EACH(node, &s->channels)
		tell_server(IV_CONTAINER(node, struct channel, node), true);
}

static void on_down(void *arg, const char *why)
{
	struct iv_redis_subs *s = arg;

	(void)why; /* the link has logged it */
	iv_timer_stop(&s->ping);
	IV_LIST_EACH(node, &s->channels)
	{
		struct channel *c = IV_CONTAINER(node, struct channel, node);

		c->owed = 0;
		c->heard = false;
		IV_LIST_EACH(sub_node, &c->subs)
			IV_CONTAINER(sub_node, struct iv_redis_sub, node)->told = false;
		free_if_idle(c);
	}
}

static struct iv_str text(const redisReply *list, size_t i)
{
	const redisReply *r = i < list->elements ? list->element[i] : NULL;

	return r && r->type == REDIS_REPLY_STRING ? (struct iv_str){r->str, r->len} : IV_STR_NULL;
}

static void on_confirmed(struct iv_redis_subs *s, struct channel *c)
{
	if (!c || c->owed == 0) {
		iv_redis_link_lose(&s->link, "an answer that nobody asked for");
		return;
	}
	if (--c->owed > 0)
		return;
	if (!iv_list_empty(&c->subs))
		on_heard(c);
	else if (c->asked_for)
		tell_server(c, false); /* who wanted it has left before it was there */
	else
		free_if_idle(c);
}

static void on_reply(void *arg, const redisReply *reply)
{
	struct iv_redis_subs *s = arg;
	struct iv_str kind;

	if (reply->type == REDIS_REPLY_ERROR) {
		iv_redis_log_refused(s->r, "SUBSCRIBE", reply);
		iv_redis_link_lose(&s->link, "refused");
		return;
	}
	kind = reply->type == REDIS_REPLY_ARRAY ? text(reply, 0) : IV_S("pong"); /* a status: nothing is subscribed */
	if (iv_str_eq(kind, IV_S("pong"))) {
		s->pinged = false;
	} else if (iv_str_eq(kind, IV_S("message"))) {
		struct channel *c = iv_map_get(s->by_name, text(reply, 1));

		if (c && c->heard)
			on_message(c, text(reply, 2));
	} else {
		on_confirmed(s, iv_map_get(s->by_name, text(reply, 1)));
	}
}

static void on_ping(void *arg)
{
	struct iv_redis_subs *s = arg;

	if (s->pinged) {
		iv_redis_link_lose(&s->link, "no answer to a ping");
		return;
	}
	s->pinged = true;
	iv_redis_sock_write(s->link.sock, &IV_S("PING"), 1);
	iv_timer_in_ms(&s->ping, PING_MS);
}

/* ── the door ── */

struct iv_redis_sub *iv_redis_subscribe(struct iv_redis *r, struct iv_str channel,
					void (*message)(void *arg, struct iv_str payload), void (*gap)(void *arg),
					void *arg)
{
	struct iv_redis_subs *s = iv_redis_subs_of(r);
	struct channel *c = find_or_make(s, channel);
	struct iv_redis_sub *sub = redis_calloc(sizeof(*sub));
	bool first = iv_list_empty(&c->subs);

	*sub = (struct iv_redis_sub){.channel = c, .message = message, .gap = gap, .arg = arg};
	iv_list_append(&c->subs, &sub->node);
	iv_list_init(&sub->late_node);
	iv_redis_link_start(&s->link);
	if (first && !c->heard) {
		tell_server(c, true);
	} else if (c->heard) {
		iv_list_append(&s->late, &sub->late_node);
		iv_timer_in_ms(&s->tell, 0);
	}
	return sub;
}

void iv_redis_unsubscribe(struct iv_redis_sub *sub)
{
	struct channel *c = sub->channel;

	sub->dead = true;
	c->dispatching++;
	walk_done(c);
}

/* ── begin and end ── */

struct iv_redis_subs *iv_redis_subs_new(struct iv_redis *r, const struct iv_redis_link *like)
{
	struct iv_redis_subs *s = redis_calloc(sizeof(*s));

	s->r = r;
	s->loop = like->loop;
	s->by_name = iv_map_new();
	iv_list_init(&s->channels);
	iv_list_init(&s->late);
	iv_timer_init(&s->ping, s->loop, on_ping, s);
	iv_timer_init(&s->tell, s->loop, on_tell, s);
	s->link = (struct iv_redis_link){
		.loop = like->loop,
		.to = like->to,
		.tls = like->tls,
		.name = "subscriptions",
		.connect_ms = like->connect_ms,
		.rest_ms = like->rest_ms,
		.up = on_up,
		.reply = on_reply,
		.down = on_down,
		.arg = s,
	};
	iv_redis_link_init(&s->link);
	return s;
}

static void on_closed(void *arg)
{
	struct iv_redis_subs *s = arg;
	void (*closed)(void *) = s->closed;
	void *closed_arg = s->closed_arg;

	while (!iv_list_empty(&s->channels)) {
		struct channel *c = IV_CONTAINER(s->channels.next, struct channel, node);

		while (!iv_list_empty(&c->subs))
			drop_sub(IV_CONTAINER(c->subs.next, struct iv_redis_sub, node));
		free_channel(c);
	}
	iv_map_free(s->by_name);
	free(s);
	closed(closed_arg);
}

void iv_redis_subs_close(struct iv_redis_subs *s, void (*closed)(void *arg), void *arg)
{
	s->closed = closed;
	s->closed_arg = arg;
	s->link.closed = on_closed;
	iv_timer_stop(&s->ping);
	iv_timer_stop(&s->tell);
	iv_redis_link_close(&s->link);
}
