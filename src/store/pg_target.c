/* Where and how to connect. libpq resolves names while everybody waits, so names are resolved by us and it is given
 * addresses; `host` stays beside them, for what a certificate must say. */
#include "pg_priv.h"

#include <stdio.h>

#include "iv_buf.h"

#define LIST_MAX 4096

static PQconninfoOption *option(PQconninfoOption *list, const char *keyword)
{
	for (PQconninfoOption *o = list; o->keyword; o++)
		if (strcmp(o->keyword, keyword) == 0)
			return o;
	return NULL;
}

static const char *value(PQconninfoOption *list, const char *keyword)
{
	PQconninfoOption *o = option(list, keyword);

	return o && o->val ? o->val : "";
}

static void set(struct pg_target *t, const char *keyword, const char *val)
{
	PQconninfoOption *o = option(t->options, keyword);

	if (!o)
		return; /* this libpq does not know it */
	free(o->val);   /* PQconninfoFree frees ours like its own */
	o->val = strdup(val);
	if (!o->val)
		abort();
}

static void set_default(struct pg_target *t, const char *keyword, const char *val)
{
	if (!value(t->options, keyword)[0])
		set(t, keyword, val);
}

/* What the session is: texts we can read, and an end to statements nobody waits for any more. The server learns
 * of a connection that we closed only when it writes, so it has its own limit a little above ours. */
static bool set_session(struct pg_target *t, const struct iv_pg_opts *o, struct iv_err *e)
{
	char text[1024];
	int n = snprintf(text, sizeof(text), "%s -c statement_timeout=%d -c idle_in_transaction_session_timeout=%d"
			 " -c DateStyle=ISO -c TimeZone=UTC", value(t->options, "options"), o->query_ms + 1000,
			 o->query_ms + 1000);

	if (n >= (int)sizeof(text))
		return iv_fail(e, IV_EINVAL, "options in the database URL of %s are too long", o->name);
	set(t, "options", text);
	(void)snprintf(text, sizeof(text), "invorto %s", o->name);
	set(t, "application_name", text);
	set(t, "client_encoding", "UTF8");
	set_default(t, "gssencmode", "disable"); /* looking for tickets may ask the network, and wait */
	set_default(t, "keepalives_idle", "10");
	set_default(t, "keepalives_interval", "5");
	set_default(t, "keepalives_count", "3");
	set_default(t, "tcp_user_timeout", "10000");
	return true;
}

static char *copy(struct iv_str s)
{
	char *out = pg_calloc(s.len + 1);

	if (s.len)
		memcpy(out, s.ptr, s.len);
	return out;
}

/* The n-th of a list parted by commas, in which empty items count; *more tells whether others follow. */
static struct iv_str item(const char *list, int n, bool *more)
{
	const char *end;

	for (;;) {
		end = strchr(list, ',');
		*more = end != NULL;
		if (n-- == 0)
			return (struct iv_str){list, end ? (size_t)(end - list) : strlen(list)};
		if (!end)
			return IV_S("");
		list = end + 1;
	}
}

/* libpq's own defaults come from PGHOST and PGSERVICE too: looked up here, or it would resolve them itself. */
static bool read_hosts(struct pg_target *t, PQconninfoOption *defaults, struct iv_err *e)
{
	const char *hosts = value(t->options, "host"), *ports = value(t->options, "port");
	bool more = true, more_ports;

	if (!hosts[0])
		hosts = value(defaults, "host");
	if (!ports[0])
		ports = value(defaults, "port");
	bool one_port = !strchr(ports, ',');
	while (more) {
		struct pg_host *h = &t->hosts[t->host_count];

		if (t->host_count == PG_HOSTS)
			return iv_fail(e, IV_EINVAL, "the database URL names more than %d hosts", PG_HOSTS);
		h->name = copy(item(hosts, t->host_count, &more));
		h->port = copy(item(ports, one_port ? 0 : t->host_count, &more_ports));
		if (!h->name[0] || h->name[0] == '/' || h->name[0] == '@')
			h->at = (struct iv_addresses){.count = 1}; /* a socket: an item of the list without address */
		else
			h->resolve = !iv_resolve_literal(h->name, &h->at);
		if (h->resolve)
			h->at.count = 0;
		t->host_count++;
	}
	return true;
}

bool pg_target_init(struct pg_target *t, const struct iv_pg_opts *o, struct iv_err *e)
{
	PQconninfoOption *defaults;
	bool ok;

	*t = (struct pg_target){.options = PQconninfoParse(o->url ? o->url : "", NULL)};
	/* libpq's words would quote the URL, which holds a password. */
	if (!t->options)
		return iv_fail(e, IV_EINVAL, "the database URL of %s is not postgresql://user@host/name", o->name);
	if (value(t->options, "service")[0])
		return iv_fail(e, IV_EINVAL, "the database URL of %s must not name a service", o->name);
	defaults = PQconndefaults();
	if (!defaults)
		abort();
	if (value(t->options, "hostaddr")[0]) /* nothing to resolve: libpq takes the lists as they are */
		ok = true;
	else
		ok = read_hosts(t, defaults, e);
	PQconninfoFree(defaults);
	return ok && set_session(t, o, e);
}

void pg_target_deinit(struct pg_target *t)
{
	for (int i = 0; i < t->host_count; i++) {
		free(t->hosts[i].name);
		free(t->hosts[i].port);
	}
	PQconninfoFree(t->options);
	*t = (struct pg_target){0};
}

/* ── the lists libpq is given: one item for each address ── */

struct address {
	const struct pg_host *host;
	const char *ip; /* "" for a socket */
};

static int collect(const struct pg_target *t, struct address out[PG_HOSTS * IV_ADDRESSES])
{
	int n = 0;

	for (int i = 0; i < t->host_count; i++)
		for (int k = 0; k < t->hosts[i].at.count; k++)
			out[n++] = (struct address){&t->hosts[i], t->hosts[i].at.ip[k]};
	return n;
}

bool pg_target_reachable(const struct pg_target *t)
{
	struct address list[PG_HOSTS * IV_ADDRESSES];

	return t->host_count == 0 || collect(t, list) > 0;
}

static char *join(const struct address *list, int n, unsigned first, const char *(*text)(const struct address *a))
{
	struct iv_buf b;
	bool ok = true;

	iv_buf_init(&b, LIST_MAX);
	for (unsigned i = 0; ok && i < (unsigned)n; i++)
		ok = iv_buf_printf(&b, "%s%s", i ? "," : "", text(&list[(first + i) % (unsigned)n]));
	ok = ok && iv_buf_addc(&b, '\0');
	if (!ok)
		iv_buf_deinit(&b);
	return b.ptr; /* NULL: names of hundreds of bytes each, which do not resolve */
}

static const char *host_text(const struct address *a)
{
	return a->host->name;
}

static const char *ip_text(const struct address *a)
{
	return a->ip;
}

static const char *port_text(const struct address *a)
{
	return a->host->port;
}

PGconn *pg_target_start(const struct pg_target *t, unsigned first)
{
	struct address list[PG_HOSTS * IV_ADDRESSES];
	const char *keys[64], *vals[64];
	int count = collect(t, list);
	/* The first address may be one that swallows everything: the next attempt begins behind it. */
	char *hosts = join(list, count, first, host_text), *ips = join(list, count, first, ip_text),
	     *ports = join(list, count, first, port_text);
	size_t n = 0;
	PGconn *pg;

	for (PQconninfoOption *o = t->options; o->keyword && n < IV_COUNT(keys) - 1; o++) {
		const char *v = o->val;

		if (t->host_count && strcmp(o->keyword, "host") == 0)
			v = hosts;
		else if (t->host_count && strcmp(o->keyword, "hostaddr") == 0)
			v = ips;
		else if (t->host_count && strcmp(o->keyword, "port") == 0)
			v = ports;
		if (!v || !v[0])
			continue;
		keys[n] = o->keyword;
		vals[n++] = v;
	}
	keys[n] = vals[n] = NULL;
	pg = PQconnectStartParams(keys, vals, 0);
	free(hosts);
	free(ips);
	free(ports);
	return pg;
}
