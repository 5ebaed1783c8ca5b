/* Names to addresses without blocking: getaddrinfo on libuv's threads, one lookup per name at a
 * time, answers kept for a minute. When a lookup fails or is late, the last good answer is used: a
 * resolver that is down for a minute must not end calls. */
#include <arpa/inet.h>
#include <netdb.h>

#include "iv_map.h"
#include "net_priv.h"

#define FRESH_US (60 * INT64_C(1000000))
#define ENTRIES_MAX 256
#define HOST_MAX 253

struct lookup {
	uv_getaddrinfo_t req;
	struct iv_dns_entry *entry; /* NULL: nobody is interested any more */
};

struct iv_dns_entry {
	struct iv_list node;
	struct iv_dns *dns;
	char host[HOST_MAX + 1];
	struct iv_dns_answer answer; /* count 0: never had one */
	int64_t fresh_until_us;
	struct lookup *flying;
	struct iv_list asking;
	bool answering; /* those who asked are being called: not idle */
};

struct iv_dns {
	struct iv_loop *loop;
	struct iv_map *by_host;
	struct iv_list entries; /* oldest first */
};

struct iv_dns *iv_dns_new(struct iv_loop *l)
{
	struct iv_dns *d = net_calloc(sizeof(*d));

	d->loop = l;
	d->by_host = iv_map_new();
	iv_list_init(&d->entries);
	return d;
}

static void entry_free(struct iv_dns_entry *en)
{
	if (en->flying) {
		en->flying->entry = NULL;
		(void)uv_cancel(
			(uv_req_t *)&en->flying->req); /* one that runs already ends unheard */
	}
	(void)iv_map_remove(en->dns->by_host, iv_str(en->host));
	iv_list_remove(&en->node);
	free(en);
}

void iv_dns_free(struct iv_dns *d)
{
	while (!iv_list_empty(&d->entries))
		entry_free(IV_CONTAINER(d->entries.next, struct iv_dns_entry, node));
	iv_map_free(d->by_host);
	free(d);
}

static struct iv_dns_entry *find_entry(struct iv_dns *d, struct iv_str host)
{
	return iv_map_get(d->by_host, host);
}

static void drop_oldest_idle(struct iv_dns *d)
{
	IV_LIST_EACH(node, &d->entries)
	{
		struct iv_dns_entry *en = IV_CONTAINER(node, struct iv_dns_entry, node);

		if (!en->flying && !en->answering && iv_list_empty(&en->asking)) {
			entry_free(en);
			return;
		}
	}
}

static struct iv_dns_entry *make_entry(struct iv_dns *d, struct iv_str host)
{
	struct iv_dns_entry *en = find_entry(d, host);

	if (en)
		return en;
	if (iv_map_count(d->by_host) >= ENTRIES_MAX)
		drop_oldest_idle(d);
	en = net_calloc(sizeof(*en));
	en->dns = d;
	(void)iv_str_copy(en->host, sizeof(en->host), host); /* URLs hold no longer host */
	iv_list_init(&en->asking);
	iv_list_append(&d->entries, &en->node);
	(void)iv_map_put(d->by_host, iv_str(en->host), en);
	return en;
}

static bool literal(struct iv_str host, struct iv_dns_answer *out)
{
	unsigned char bytes[16];

	if (!iv_str_copy(out->ip[0], sizeof(out->ip[0]), host))
		return false;
	out->count = 1;
	return inet_pton(AF_INET, out->ip[0], bytes) == 1 ||
	       inet_pton(AF_INET6, out->ip[0], bytes) == 1;
}

bool iv_dns_cached(struct iv_dns *d, struct iv_str host, struct iv_dns_answer *out)
{
	struct iv_dns_entry *en;

	if (literal(host, out))
		return true;
	en = find_entry(d, host);
	if (!en || en->answer.count == 0 || iv_now_us() >= en->fresh_until_us)
		return false;
	*out = en->answer;
	return true;
}

static void answer_query(struct iv_dns_query *q, const char *why)
{
	struct iv_dns_entry *en = q->entry;
	struct iv_dns_answer copy = en->answer; /* fn may ask again, or end everything */
	iv_dns_fn *fn = q->fn;
	void *arg = q->arg;

	iv_dns_cancel(q);
	fn(arg, copy.count ? &copy : NULL, why);
}

static void on_deadline(void *arg)
{
	answer_query(arg, "name lookup timed out");
}

static void keep(struct iv_dns_answer *a, const struct addrinfo *list, int family)
{
	for (; list && a->count < IV_DNS_ADDRESSES; list = list->ai_next) {
		if (list->ai_family != family)
			continue;
		if (getnameinfo(list->ai_addr, list->ai_addrlen, a->ip[a->count], sizeof(a->ip[0]),
				NULL, 0, NI_NUMERICHOST) == 0)
			a->count++;
	}
}

static void on_looked_up(uv_getaddrinfo_t *req, int status, struct addrinfo *list)
{
	struct lookup *lk = IV_CONTAINER(req, struct lookup, req);
	struct iv_dns_entry *en = lk->entry;
	struct iv_dns_answer got = {0};

	free(lk);
	if (status == 0) {
		keep(&got, list, AF_INET);
		keep(&got, list, AF_INET6);
	}
	uv_freeaddrinfo(list);
	if (!en)
		return;
	en->flying = NULL;
	if (got.count) {
		en->answer = got;
		en->fresh_until_us = iv_now_us() + FRESH_US;
	}
	/* One after another from the head: an answer may cancel or add others. */
	struct iv_list due;
	iv_list_init(&due);
	IV_LIST_EACH(node, &en->asking)
	{
		iv_list_remove(node);
		iv_list_append(&due, node);
	}
	en->answering = true;
	while (!iv_list_empty(&due))
		answer_query(IV_CONTAINER(due.next, struct iv_dns_query, node),
			     status ? uv_strerror(status) : "name has no address");
	en->answering = false;
}

static bool look_up(struct iv_dns_entry *en)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
	struct lookup *lk;

	if (en->flying)
		return true;
	lk = net_calloc(sizeof(*lk));
	lk->entry = en;
	if (uv_getaddrinfo(iv_loop_uv(en->dns->loop), &lk->req, on_looked_up, en->host, NULL,
			   &hints) != 0) {
		free(lk);
		return false;
	}
	en->flying = lk;
	return true;
}

void iv_dns_ask(struct iv_dns *d, struct iv_dns_query *q, struct iv_str host, int64_t deadline_ms,
		iv_dns_fn *fn, void *arg)
{
	struct iv_dns_entry *en = make_entry(d, host);

	q->fn = fn;
	q->arg = arg;
	q->entry = en;
	iv_list_append(&en->asking, &q->node);
	iv_timer_init(&q->deadline, d->loop, on_deadline, q);
	iv_timer_in_ms(&q->deadline, look_up(en) ? deadline_ms : 0);
}

void iv_dns_cancel(struct iv_dns_query *q)
{
	if (!q->fn)
		return;
	q->fn = NULL;
	iv_timer_stop(&q->deadline);
	iv_list_remove(&q->node);
}
