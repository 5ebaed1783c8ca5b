/* Who asks: keys, tokens and tickets, right and wrong, over a fake store and a key document that changes. */
#include "fake_store.h"
#include "api_rig.h"
#include <openssl/evp.h>
#include <openssl/core_names.h>
#include <openssl/pem.h>
#include <pthread.h>
#include "../../../src/service/auth_priv.h"
#include "iv_api_key.h"

#define SECRET "0123456789abcdef0123456789abcdef"
#define ISSUER "https://project.example.com/auth/v1"

static struct iv_pg pg;
static struct iv_rate rate;

/* ── what the database knows: one key, a few people */

static struct {
	char key[IV_API_KEY_SIZE];
	const char *allow, *tenant_status;
	int64_t expires, revoked;
} known;

struct someone {
	const char *id;
	bool disabled, platform;
	const char *tenants[4][3]; /* id, role, status */
};
static const struct someone people[] = {
	{"usr_one", false, false, {{"tnt_a", "dev", "active"}}},
	{"usr_two", false, false, {{"tnt_a", "analyst", "active"}, {"tnt_b", "admin", "active"}}},
	{"usr_gone", true, false, {{"tnt_a", "admin", "active"}}},
	{"usr_none", false, false, {{NULL}}},
	{"usr_platform", false, true, {{NULL}}},
	{"usr_suspended", false, false, {{"tnt_s", "admin", "suspended"}}},
};

static void give_allow(struct iv_strs *to, struct iv_arena *arena)
{
	struct iv_str rest = iv_str(known.allow ? known.allow : ""), one;

	to->items = iv_arena_alloc(arena, 8 * sizeof(struct iv_str));
	while (iv_str_split(&rest, ',', &one))
		to->items[to->count++] = iv_arena_str(arena, one);
}

static const struct someone *person(struct iv_str id)
{
	for (size_t i = 0; i < IV_COUNT(people); i++)
		if (iv_str_eq(iv_str(people[i].id), id))
			return &people[i];
	return NULL;
}

static bool fake_perform(const struct iv_query *q, const void *in, struct iv_rows *rows, struct iv_arena *arena,
			 const struct iv_scope *scope)
{
	if (q == &iv_sql_key_lookup) {
		char hash[IV_SHA256_HEX];
		struct iv_key_lookup_out *o;

		assert_int_equal(scope->tenant_id.len + scope->user_id.len, 0);
		fake.key_lookups++;
		iv_api_key_hash(iv_str(known.key), hash);
		if (!iv_str_eq(iv_str(hash), ((const struct iv_key_lookup_in *)in)->hash))
			return true;
		o = fake_row(rows, arena, q);
		*o = (struct iv_key_lookup_out){.key_id = IV_S("key_1"), .tenant_id = IV_S("tnt_a"), .role = IV_S("dev"),
						.live = true, .rate_per_minute = 77, .expires_at = known.expires,
						.revoked_at = known.revoked, .tenant_status = iv_str(known.tenant_status)};
		give_allow(&o->ip_allow, arena);
		return true;
	}
	if (q == &iv_sql_person_subject) {
		const struct someone *p = person(((const struct iv_person_subject_in *)in)->id);

		fake.person_lookups++;
		if (p) {
			struct iv_person_subject_out *o = fake_row(rows, arena, q);

			o->disabled = p->disabled;
			o->platform_admin = p->platform;
		}
		return true;
	}
	if (q == &iv_sql_person_memberships) {
		const struct someone *p = person(((const struct iv_person_memberships_in *)in)->id);
		struct iv_person_memberships_out *all = iv_arena_alloc(arena, 4 * sizeof(*all));

		rows->items = all;
		for (; p && p->tenants[rows->count][0]; rows->count++) {
			struct iv_person_memberships_out *m = &all[rows->count];

			m->tenant_id = iv_str(p->tenants[rows->count][0]);
			m->role = iv_str(p->tenants[rows->count][1]);
			m->tenant_status = iv_str(p->tenants[rows->count][2]);
			m->rate_per_minute = IV_SQL_NULL;
			give_allow(&m->ip_allow, arena);
		}
		return true;
	}
	if (q == &iv_sql_key_used) {
		assert_true(iv_str_eq(scope->tenant_id, IV_S("tnt_a")));
		return ++fake.uses;
	}
	return false;
}

/* ── a row that tells who it was asked by, and one that opens "sockets" */

static enum iv_flow_next tell(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);

	return iv_buf_printf(&c->json, "{\"who\":\"%s %.*s %.*s%.*s %lld\"}", iv_role_names[c->who.role],
			     IV_FMT(c->who.tenant_id), IV_FMT(c->who.key_id), IV_FMT(c->who.user_id),
			     (long long)c->who.rate_per_minute)
		       ? IV_FLOW_DONE
		       : iv_flow_fail(f, IV_EINTERNAL, "no room");
}

struct socket_work {
	struct iv_auth_run run;
	struct iv_socket_guest guest;
	struct iv_ticket_run ticket;
	char text[IV_TICKET_SIZE];
};

static enum iv_flow_next make_ticket(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct socket_work *w = c->state;

	return iv_auth_ticket(c->s->auth, f, &w->ticket, &c->who, IV_S("call_9"), IV_S("agt_9"), w->text);
}

static enum iv_flow_next show_ticket(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);

	return iv_buf_printf(&c->json, "{\"ticket\":\"%s\"}", ((struct socket_work *)c->state)->text)
		       ? IV_FLOW_DONE
		       : iv_flow_fail(f, IV_EINTERNAL, "no room");
}

/* The headers x-t-… stand for what a handshake brings. */
static enum iv_flow_next open_socket(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct socket_work *w = c->state;

	return iv_auth_guest(c->s->auth, f, &w->run,
			     &(struct iv_credentials){.call_id = IV_S("call_9"),
						      .subprotocols = iv_api_header(c, "x-t-protocols"),
						      .authorization = iv_api_header(c, "x-t-authorization"),
						      .api_key = iv_api_header(c, "x-t-key"),
						      .ts = iv_api_header(c, "x-t-ts"),
						      .sig = iv_api_header(c, "x-t-sig"),
						      .ticket = iv_api_header(c, "x-t-ticket"),
						      .peer = c->peer},
			     &c->arena, &w->guest);
}

static enum iv_flow_next show_guest(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct iv_socket_guest *g = &((struct socket_work *)c->state)->guest;

	return iv_buf_printf(&c->json, "{\"who\":\"%d %s %.*s %.*s %.*s\"}", (int)g->method, iv_role_names[g->who.role],
			     IV_FMT(g->who.tenant_id), IV_FMT(g->call_id), IV_FMT(g->agent_id))
		       ? IV_FLOW_DONE
		       : iv_flow_fail(f, IV_EINTERNAL, "no room");
}

static const struct iv_flow_step tell_steps[] = {{"tell", tell}, {0}};
static const struct iv_flow_step ticket_steps[] = {{"make_ticket", make_ticket}, {"show_ticket", show_ticket}, {0}};
static const struct iv_flow_step socket_steps[] = {{"open_socket", open_socket}, {"show_guest", show_guest}, {0}};
static const enum iv_code socket_errors[] = {IV_EAUTH, IV_EFORBIDDEN, IV_ERATE, IV_OK};
static const struct iv_api_route rows[] = {
	{.method = "GET", .path = "/t/me", .id = "me", .tag = "T", .role = IV_ROLE_ANALYST, .flags = IV_API_NO_RATE,
	 .status = 200, .steps = tell_steps, .doc = "Who asks"},
	{.method = "POST", .path = "/t/tickets", .id = "ticket", .tag = "T", .role = IV_ROLE_DEV, .flags = IV_API_NO_RATE,
	 .status = 201, .state_size = sizeof(struct socket_work), .steps = ticket_steps, .doc = "A ticket"},
	{.method = "GET", .path = "/t/socket", .id = "socket", .tag = "T", .flags = IV_API_NO_RATE, .status = 200,
	 .state_size = sizeof(struct socket_work), .steps = socket_steps, .errors = socket_errors, .doc = "A socket"},
	{0},
};

static void mount(struct iv_api *a)
{
	iv_api_mount(a, rows);
}

/* ── an identity provider: its key document, served by a thread */

static struct {
	int fd, port, asked;
	pthread_t thread;
	char document[4096];
	pthread_mutex_t lock;
} provider = {.lock = PTHREAD_MUTEX_INITIALIZER};

static void *provide(void *arg)
{
	(void)arg;
	for (;;) {
		char bytes[8192];
		int fd = accept(provider.fd, NULL, NULL), n;

		if (fd < 0)
			return NULL;
		(void)!recv(fd, bytes, sizeof(bytes), 0);
		pthread_mutex_lock(&provider.lock);
		provider.asked++;
		n = snprintf(bytes, sizeof(bytes),
			     "HTTP/1.1 %s\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n%s",
			     provider.document[0] ? "200 OK" : "500 Oops", strlen(provider.document), provider.document);
		pthread_mutex_unlock(&provider.lock);
		(void)!send(fd, bytes, (size_t)n, MSG_NOSIGNAL);
		close(fd);
	}
}

static void provider_start(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t len = sizeof(a);

	provider.fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(provider.fd, (struct sockaddr *)&a, len), 0);
	assert_int_equal(listen(provider.fd, 16), 0);
	assert_int_equal(getsockname(provider.fd, (struct sockaddr *)&a, &len), 0);
	provider.port = ntohs(a.sin_port);
	assert_int_equal(pthread_create(&provider.thread, NULL, provide, NULL), 0);
}

static void provider_say(const char *document)
{
	pthread_mutex_lock(&provider.lock);
	snprintf(provider.document, sizeof(provider.document), "%s", document);
	pthread_mutex_unlock(&provider.lock);
}

static int provider_asked(void)
{
	pthread_mutex_lock(&provider.lock);
	int n = provider.asked;
	pthread_mutex_unlock(&provider.lock);
	return n;
}

/* ── keys and tokens */

struct ec_key {
	char pem[1024], jwk[512];
};

static void make_ec(const char *kid, struct ec_key *k)
{
	EVP_PKEY *pkey = EVP_EC_gen("P-256");
	BIO *bio = BIO_new(BIO_s_mem());
	unsigned char point[65];
	size_t len;
	char x[64], y[64];
	int n;

	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(bio, pkey, NULL, NULL, 0, NULL, NULL), 1);
	n = BIO_read(bio, k->pem, sizeof(k->pem) - 1);
	k->pem[n] = '\0';
	assert_int_equal(EVP_PKEY_get_octet_string_param(pkey, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), &len), 1);
	assert_int_equal(len, 65);
	x[iv_base64url(point + 1, 32, x)] = '\0';
	y[iv_base64url(point + 33, 32, y)] = '\0';
	snprintf(k->jwk, sizeof(k->jwk),
		 "{\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":\"sig\",\"alg\":\"ES256\",\"kid\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"}", kid, x,
		 y);
	BIO_free(bio);
	EVP_PKEY_free(pkey);
}

static const char *sign(const struct iv_jwt_keys *keys, const char *kid, const char *claims)
{
	static char line[4][4096];
	static int next;
	char *out = line[next++ % 4];
	struct iv_err e = {0};
	struct iv_buf b;

	iv_buf_init(&b, 3800);
	if (!iv_jwt_sign(keys, iv_str(kid), "JWT", iv_str(claims), &b, &e))
		fail_msg("%s", e.msg);
	snprintf(out, 4096, "Authorization: Bearer %.*s\r\n", IV_FMT(iv_buf_str(&b)));
	iv_buf_deinit(&b);
	return out;
}

static const char *hs256(const char *secret, const char *claims)
{
	struct iv_jwt_keys *keys = iv_jwt_keys_new();
	struct iv_err e = {0};
	const char *line;

	assert_true(iv_jwt_keys_add_secret(keys, IV_S(""), iv_str(secret), &e));
	line = sign(keys, "", claims);
	iv_jwt_keys_free(keys);
	return line;
}

static const char *es256(const struct ec_key *k, const char *kid, const char *claims)
{
	struct iv_jwt_keys *keys = iv_jwt_keys_new();
	struct iv_err e = {0};
	const char *line;

	assert_true(iv_jwt_keys_add_pem(keys, iv_str(kid), IV_JWT_ES256, iv_str(k->pem), &e));
	line = sign(keys, kid, claims);
	iv_jwt_keys_free(keys);
	return line;
}

/* Claims of a person, good for an hour; `more` is appended. */
static const char *claims(const char *sub, const char *more)
{
	static char text[4][1024];
	static int next;
	char *out = text[next++ % 4];
	long long now = iv_wall_ms() / 1000;

	snprintf(out, 1024, "{\"sub\":\"%s\",\"aud\":\"authenticated\",\"iss\":\"" ISSUER "\",\"role\":\"authenticated\","
			    "\"iat\":%lld,\"exp\":%lld%s}", sub, now, now + 3600, more);
	return out;
}

static const char *key_line(const char *more)
{
	static char line[512];

	snprintf(line, sizeof(line), "x-api-key: %s\r\n%s", known.key, more);
	return line;
}

static void expect(const char *headers, int status, const char *what)
{
	struct client *c = ask("GET /t/me", headers, NULL);

	if (c->status != status || (status == 200 ? strcmp(text_of(c, "who"), what) != 0
						  : what && !strstr(text_of(c, "detail"), what)))
		fail_msg("expected %d %s, got %.700s", status, what ? what : "", c->bytes);
	client_end(c);
}

/* ── setting up */

static const char *const *environment;

static int set_up_with(const char *const *env)
{
	memset(&known, 0, sizeof(known));
	iv_api_key_make(true, known.key);
	known.tenant_status = "active";
	known.expires = known.revoked = IV_SQL_NULL;
	memset(&fake, 0, sizeof(fake));
	environment = env;
	rig_start(&pg, &rate, env, mount);
	fake_reset();
	fake.loop = rig.loop;
	return 0;
}

static int set_up(void **state)
{
	static const char *const env[] = {"JWT_SECRET", SECRET, "JWT_ISSUER", ISSUER, "REALTIME_API_KEY", "process-key-0123",
					  "REALTIME_WS_SECRET", "process-secret-01", NULL};

	(void)state;
	return set_up_with(env);
}

static int set_up_behind_proxy(void **state)
{
	static const char *const env[] = {"JWT_SECRET", SECRET, "TRUSTED_PROXIES", "127.0.0.0/8, 10.1.0.0/16", NULL};

	(void)state;
	return set_up_with(env);
}

static int set_up_with_provider(void **state)
{
	static char url[64];
	static const char *env[] = {"JWT_SECRET", SECRET, "JWT_JWKS_URL", url, NULL};

	(void)state;
	if (!provider.fd)
		provider_start();
	provider.asked = 0;
	snprintf(url, sizeof(url), "http://127.0.0.1:%d/jwks.json", provider.port);
	return set_up_with(env);
}

static int tear_down(void **state)
{
	(void)state;
	rig_stop();
	assert_null(strstr(rig.log, known.key));
	assert_null(strstr(rig.log, "eyJ")); /* no token either */
	return 0;
}

/* ── keys */

static void a_key_is_its_tenants_and_nobody_elses(void **state)
{
	(void)state;
	expect(key_line(""), 200, "dev tnt_a key_1 77");
	expect(key_line("x-tenant-id: tnt_a\r\n"), 200, "dev tnt_a key_1 77");
	expect(key_line("x-tenant-id: tnt_b\r\n"), 403, "x-tenant-id");
}

static void a_key_that_is_over_is_refused(void **state)
{
	(void)state;
	known.expires = iv_wall_ms() + 200;
	expect(key_line(""), 200, "dev tnt_a key_1 77");
	rig_turn(250);
	expect(key_line(""), 401, "has expired"); /* also while it is remembered */
	known.expires = IV_SQL_NULL;
	known.revoked = iv_wall_ms() - 1;
	fake.news(fake.news_arg, IV_S("key key_1"));
	expect(key_line(""), 401, "was revoked");
	known.revoked = IV_SQL_NULL;
	known.tenant_status = "suspended";
	fake.news(fake.news_arg, IV_S("tenant tnt_a"));
	expect(key_line(""), 403, "suspended");
}

static void addresses_are_held_to_the_tenants_list(void **state)
{
	static const struct {
		const char *allow;
		int status;
	} table[] = {
		{"", 200}, {"127.0.0.1", 200}, {"127.0.0.0/8", 200}, {"10.0.0.0/8", 403}, {"10.0.0.0/8,127.0.0.1/32", 200},
		{"::1", 403}, {"::/0", 403}, {"nonsense", 403}, {"0.0.0.0/0", 200},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(table); i++) {
		known.allow = table[i].allow;
		fake.news(fake.news_arg, IV_S(""));
		expect(key_line(""), table[i].status, table[i].status == 200 ? "dev tnt_a key_1 77" : "not on the tenant's list");
		expect(hs256(SECRET, claims("usr_one", "")), table[i].status,
		       table[i].status == 200 ? "dev tnt_a usr_one 0" : "not on the tenant's list");
	}
	known.allow = "203.0.113.0/24";
	fake.news(fake.news_arg, IV_S(""));
	expect(key_line("X-Forwarded-For: 203.0.113.9\r\n"), 403, "not on"); /* anybody may say so */
}

static void proxies_that_are_named_are_believed(void **state)
{
	static const struct {
		const char *forwarded;
		int status;
	} table[] = {
		{"203.0.113.9", 200}, {"203.0.113.9, 10.1.2.3", 200}, {"198.51.100.1", 403},
		{"203.0.113.9, 198.51.100.1", 403}, /* the last who is none of ours is the client */
		{"203.0.113.9, 198.51.100.1, 10.1.0.7", 403}, {"198.51.100.1, 203.0.113.9,10.1.0.7", 200},
		{"203.0.113.9, rubbish", 403}, {"", 403},
	};

	(void)state;
	known.allow = "203.0.113.0/24";
	for (size_t i = 0; i < IV_COUNT(table); i++) {
		char header[256];

		snprintf(header, sizeof(header), "X-Forwarded-For: %s\r\n", table[i].forwarded);
		expect(key_line(header), table[i].status, table[i].status == 200 ? "dev tnt_a key_1 77" : NULL);
	}
}

static void who_is_wrong_too_often_waits_and_who_is_known_does_not(void **state)
{
	struct client *c;
	char stranger[IV_API_KEY_SIZE], line[128];

	(void)state;
	expect(key_line(""), 200, "dev tnt_a key_1 77");
	for (int i = 0; i < 10; i++) {
		iv_api_key_make(true, stranger);
		snprintf(line, sizeof(line), "x-api-key: %s\r\n", stranger);
		expect(line, 401, "no such API key");
	}
	c = ask("GET /t/me", line, NULL);
	check_problem(c, 429, "rate_limited");
	assert_true(has_header(c, "Retry-After: "));
	client_end(c);
	assert_int_equal(fake.key_lookups, 11);
	expect(key_line(""), 200, "dev tnt_a key_1 77"); /* remembered: right is right */
	expect(hs256("another secret of thirty-two bytes", claims("usr_one", "")), 429, "too many");
}

/* ── tokens */

static const char *bent(const char *line, int part)
{
	static char out[4096];
	char *p = out;

	snprintf(out, sizeof(out), "%s", line);
	for (int i = 0; i < part; i++)
		p = strchr(p + 1, '.');
	p += part ? 10 : 30;
	*p = *p == 'A' ? 'B' : 'A';
	return out;
}

static void tokens_that_are_not_right_are_refused(void **state)
{
	long long now = iv_wall_ms() / 1000;
	const char *good = claims("usr_one", "");
	char text[512];

	(void)state;
	expect(hs256(SECRET, good), 200, "dev tnt_a usr_one 0");
	snprintf(text, sizeof(text), "{\"sub\":\"usr_one\",\"aud\":\"authenticated\",\"iss\":\"" ISSUER "\",\"exp\":%lld}", now - 60);
	expect(hs256(SECRET, text), 401, NULL);
	snprintf(text, sizeof(text), "{\"sub\":\"usr_one\",\"aud\":\"other\",\"iss\":\"" ISSUER "\",\"exp\":%lld}", now + 60);
	expect(hs256(SECRET, text), 401, NULL);
	snprintf(text, sizeof(text), "{\"sub\":\"usr_one\",\"aud\":\"authenticated\",\"iss\":\"https://evil\",\"exp\":%lld}", now + 60);
	expect(hs256(SECRET, text), 401, "another issuer");
	snprintf(text, sizeof(text), "{\"sub\":\"usr_one\",\"aud\":\"authenticated\",\"iss\":\"" ISSUER "\"}");
	fake.news(fake.news_arg, IV_S(""));
	expect(hs256("another secret of thirty-two bytes", good), 401, NULL);
	expect(bent(hs256(SECRET, good), 1), 401, NULL);
	expect(bent(hs256(SECRET, good), 2), 401, NULL);
	expect("Authorization: Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJ1c3Jfb25lIn0.\r\n", 401, NULL);
	expect("Authorization: Bearer a.b.c\r\n", 401, NULL);
	expect(hs256(SECRET, claims("usr_one", ",\"is_anonymous\":true")), 401, "nobody's");
	expect(hs256(SECRET, claims("", "")), 401, NULL);
	expect(hs256(SECRET, good), 200, "dev tnt_a usr_one 0");
}

static const char *for_tenant(const char *line, const char *tenant)
{
	static char out[4096];

	snprintf(out, sizeof(out), "%sx-tenant-id: %s\r\n", line, tenant);
	return out;
}

static void a_persons_tenant_is_one_he_belongs_to(void **state)
{
	(void)state;
	expect(hs256(SECRET, claims("usr_two", "")), 400, "x-tenant-id is required");
	expect(for_tenant(hs256(SECRET, claims("usr_two", "")), "tnt_b"), 200, "admin tnt_b usr_two 0");
	expect(for_tenant(hs256(SECRET, claims("usr_two", "")), "tnt_a"), 200, "analyst tnt_a usr_two 0");
	expect(for_tenant(hs256(SECRET, claims("usr_two", "")), "tnt_c"), 403, "do not belong");
	expect(hs256(SECRET, claims("usr_two", ",\"app_metadata\":{\"tenant_id\":\"tnt_b\"}")), 200, "admin tnt_b usr_two 0");
	expect(hs256(SECRET, claims("usr_two", ",\"app_metadata\":{\"tenant_id\":\"tnt_c\"}")), 403, "do not belong");
	/* What users write themselves counts for nothing. */
	expect(hs256(SECRET, claims("usr_two", ",\"user_metadata\":{\"tenant_id\":\"tnt_b\"}")), 400, "x-tenant-id is required");
	expect(hs256(SECRET, claims("usr_none", "")), 403, "belong to no tenant");
	expect(hs256(SECRET, claims("usr_unknown", "")), 403, "belong to no tenant");
	expect(hs256(SECRET, claims("usr_gone", "")), 403, "taken away");
	expect(hs256(SECRET, claims("usr_suspended", "")), 403, "suspended");
	expect(hs256(SECRET, claims("usr_platform", "")), 200, "platform  usr_platform 0");
	expect(for_tenant(hs256(SECRET, claims("usr_platform", "")), "tnt_c"), 200, "platform tnt_c usr_platform 0");
	expect(for_tenant(hs256(SECRET, claims("usr_platform", "")), "no id!"), 403, NULL);
}

static void the_projects_own_token_is_the_platforms(void **state)
{
	long long now = iv_wall_ms() / 1000;
	char text[512];

	(void)state;
	snprintf(text, sizeof(text), "{\"aud\":\"authenticated\",\"iss\":\"" ISSUER "\",\"role\":\"service_role\",\"exp\":%lld}", now + 60);
	expect(hs256(SECRET, text), 200, "platform   0");
	expect(for_tenant(hs256(SECRET, text), "tnt_b"), 200, "platform tnt_b  0");
	snprintf(text, sizeof(text), "{\"aud\":\"authenticated\",\"iss\":\"" ISSUER "\",\"role\":\"anon\",\"exp\":%lld}", now + 60);
	expect(hs256(SECRET, text), 401, "nobody's");
}

static void people_are_remembered_until_news_come(void **state)
{
	const char *line = hs256(SECRET, claims("usr_one", ""));

	(void)state;
	expect(line, 200, "dev tnt_a usr_one 0");
	expect(line, 200, "dev tnt_a usr_one 0");
	assert_int_equal(fake.person_lookups, 1);
	fake.news(fake.news_arg, IV_S("user usr_other"));
	expect(line, 200, "dev tnt_a usr_one 0");
	assert_int_equal(fake.person_lookups, 1);
	fake.news(fake.news_arg, IV_S("user usr_one"));
	expect(line, 200, "dev tnt_a usr_one 0");
	assert_int_equal(fake.person_lookups, 2);
}

static void our_own_sign_ins_are_taken(void **state)
{
	struct iv_err e = {0};
	struct iv_buf b;
	char line[4096];

	(void)state;
	iv_buf_init(&b, 4096);
	assert_true(iv_auth_access_token(rig.s.auth, IV_S("usr_two"), IV_S("tnt_b"), IV_S("ses_1"), iv_wall_ms(), &b, &e));
	snprintf(line, sizeof(line), "Authorization: Bearer %.*s\r\n", IV_FMT(iv_buf_str(&b)));
	expect(line, 200, "admin tnt_b usr_two 0");
	iv_buf_clear(&b);
	assert_true(iv_auth_access_token(rig.s.auth, IV_S("usr_two"), IV_S("tnt_b"), IV_S("ses_1"),
					 iv_wall_ms() - 1000 * (rig.cfg.access_token_s + 60), &b, &e));
	snprintf(line, sizeof(line), "Authorization: Bearer %.*s\r\n", IV_FMT(iv_buf_str(&b)));
	expect(line, 401, NULL);
	iv_buf_deinit(&b);
}

/* ── an identity provider that changes its keys */

static void a_rotated_key_is_fetched_and_guessing_does_not_fetch(void **state)
{
	struct ec_key one, two, forged;
	char document[2048];
	struct auth_keys *keys = &rig.s.auth->door->tokens;

	(void)state;
	make_ec("k1", &one);
	make_ec("k2", &two);
	make_ec("k2", &forged);
	snprintf(document, sizeof(document), "{\"keys\":[%s]}", one.jwk);
	provider_say(document);
	rig_turn(300); /* the fetch of the start */
	expect(es256(&one, "k1", claims("usr_one", "")), 200, "dev tnt_a usr_one 0");
	int asked = provider_asked();

	snprintf(document, sizeof(document), "{\"keys\":[%s,%s]}", one.jwk, two.jwk);
	provider_say(document);
	expect(es256(&two, "k2", claims("usr_one", "")), 401, NULL); /* within 30 s of the last fetch */
	assert_int_equal(provider_asked(), asked);
	keys->tried_us = iv_now_us() - 31000000;
	expect(es256(&two, "k2", claims("usr_one", "")), 200, "dev tnt_a usr_one 0");
	assert_int_equal(provider_asked(), asked + 1);
	expect(es256(&two, "k2", claims("usr_two", ",\"app_metadata\":{\"tenant_id\":\"tnt_b\"}")), 200, "admin tnt_b usr_two 0");
	expect(es256(&forged, "k2", claims("usr_one", "")), 401, NULL);
	expect(es256(&forged, "k3", claims("usr_one", "")), 401, NULL);
	assert_int_equal(provider_asked(), asked + 1);
	expect(hs256(SECRET, claims("usr_one", "")), 200, "dev tnt_a usr_one 0"); /* the secret stays */

	/* The provider is away: the last good document stays for a day. */
	provider_say("");
	keys->tried_us = iv_now_us() - 31000000;
	expect(es256(&forged, "k9", claims("usr_one", "")), 401, NULL);
	assert_int_equal(provider_asked(), asked + 2);
	expect(es256(&two, "k2", claims("usr_one", "")), 200, "dev tnt_a usr_one 0");
	/* A key that was lost is good no more at once, in every process that hears of it. */
	fake.news(fake.news_arg, IV_S("token-keys"));
	expect(es256(&two, "k2", claims("usr_one", "")), 401, NULL);
	provider_say(document);
	rig_turn(300);
	keys->tried_us = iv_now_us() - 31000000;
	expect(es256(&two, "k2", claims("usr_one", "")), 200, "dev tnt_a usr_one 0");

	provider_say("");
	keys->good_us = iv_now_us() - 25LL * 3600 * 1000000;
	keys->tried_us = iv_now_us() - 31000000;
	expect(es256(&forged, "k9", claims("usr_one", "")), 401, NULL);
	expect(es256(&two, "k2", claims("usr_one", "")), 401, NULL);
}

/* ── sockets */

static void expect_socket(const char *headers, int status, const char *what)
{
	struct client *c = ask("GET /t/socket", headers, NULL);

	if (c->status != status || (status == 200 ? strcmp(text_of(c, "who"), what) != 0
						  : what && !strstr(text_of(c, "detail"), what)))
		fail_msg("expected %d %s, got %.700s", status, what ? what : "", c->bytes);
	client_end(c);
}

static void a_socket_comes_in_by_any_proof(void **state)
{
	char line[4096], sig[65];
	long long ts = iv_wall_ms() / 1000;

	(void)state;
	expect_socket("x-t-key: process-key-0123\r\n", 200, "0 anyone   "); /* the process's own, as ever */
	assert_true(iv_auth_sign(rig.s.auth, IV_S("call_9"), ts, sig));
	snprintf(line, sizeof(line), "x-t-ts: %lld\r\nx-t-sig: %s\r\n", ts, sig);
	expect_socket(line, 200, "1 anyone   ");
	expect_socket(line, 401, "used before");
	snprintf(line, sizeof(line), "x-t-protocols: invorto.v1, %s\r\n", known.key);
	expect_socket(line, 200, "2 dev tnt_a  ");
	snprintf(line, sizeof(line), "x-t-authorization: Bearer %s\r\n", known.key);
	expect_socket(line, 200, "2 dev tnt_a  ");
	snprintf(line, sizeof(line), "x-t-key: %s\r\n", known.key);
	expect_socket(line, 200, "2 dev tnt_a  ");
	snprintf(line, sizeof(line), "x-t-authorization%s", strchr(hs256(SECRET, claims("usr_one", "")), ':'));
	expect_socket(line, 200, "3 dev tnt_a  ");
	snprintf(line, sizeof(line), "x-t-protocols: invorto.v1, %s",
		 strstr(hs256(SECRET, claims("usr_one", "")), "Bearer ") + 7);
	expect_socket(line, 200, "3 dev tnt_a  ");
	expect_socket("", 401, NULL);
	expect_socket("x-t-protocols: invorto.v1, audio.jambonz.org\r\n", 401, NULL);
	expect_socket("x-t-key: wrong\r\n", 401, NULL);
	fake.limit_left = 0;
	snprintf(line, sizeof(line), "x-t-key: %s\r\n", known.key);
	expect_socket(line, 429, "at most 3 sockets a second");
}

static void a_ticket_is_good_once(void **state)
{
	struct client *c = ask("POST /t/tickets", key_line(""), NULL);
	char line[256];

	(void)state;
	assert_int_equal(c->status, 201);
	assert_true(strncmp(text_of(c, "ticket"), "wst_", 4) == 0 && strlen(text_of(c, "ticket")) == 36);
	snprintf(line, sizeof(line), "x-t-ticket: %s\r\n", text_of(c, "ticket"));
	client_end(c);
	expect_socket(line, 200, "4 dev tnt_a call_9 agt_9");
	expect_socket(line, 401, "used");
	expect_socket("x-t-ticket: wst_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\r\n", 401, "used");
	/* A ticket that is wrong is not mended by a key beside it. */
	snprintf(line, sizeof(line), "x-t-ticket: wst_x\r\nx-t-key: %s\r\n", known.key);
	expect_socket(line, 401, NULL);
}

static int cancel_step, steps_seen;
static bool hit;

static void cancel_there(struct iv_flow *f, const char *step)
{
	(void)step;
	if (++steps_seen == cancel_step) {
		hit = true;
		iv_flow_cancel(f, IV_EDRAINING, "torture");
	}
}

/* Every step cancelled, every operation failed or left by its client; the next socket opens as if nothing had been. */
static void lookups_hold_nothing_whatever_breaks(void **state)
{
	(void)state;
	for (int how = 0; how < 3; how++) {
		for (int n = 1, more = 1; more; n++) {
			char line[4096];
			struct client *c;

			if (n % 2)
				snprintf(line, sizeof(line), "x-t-key: %s\r\n", known.key);
			else
				snprintf(line, sizeof(line), "x-t-authorization%s",
					 strchr(hs256(SECRET, claims("usr_one", "")), ':'));
			fake.news(fake.news_arg, IV_S(""));
			fake.at_once = n % 3 == 0;
			fake.ops = steps_seen = 0;
			hit = false;
			cancel_step = how == 0 ? n : 0;
			fake.fail_at = how == 1 ? n : 0;
			fake.fail_code = IV_EDRAINING;
			iv_flow_trace = how == 0 ? cancel_there : NULL;
			c = request("GET /t/socket", line, NULL);
			if (how == 2) {
				for (int k = 0; k < n; k++)
					uv_run(iv_loop_uv(rig.loop), UV_RUN_NOWAIT);
				client_end(c);
				rig_turn(20);
				more = n < 10;
			} else {
				client_wait(c, 5000);
				assert_true(c->whole);
				if (c->status != 200 && c->status != 503)
					fail_msg("how %d n %d: %s", how, n, c->bytes);
				more = how == 0 ? hit : fake.ops >= n;
				client_end(c);
			}
			iv_flow_trace = NULL;
			fake.fail_at = 0;
			rig_turn(1);
			assert_true(iv_list_empty(&rig.s.auth->door->lookups));
			assert_true(iv_list_empty(&rig.s.auth->door->guests));
			assert_true(iv_list_empty(&rig.s.auth->door->uses));
			snprintf(line, sizeof(line), "x-t-key: %s\r\n", known.key);
			expect_socket(line, 200, "2 dev tnt_a  ");
		}
	}
}

/* ── memory */

static void memory_is_bounded_and_forgets_the_oldest(void **state)
{
	struct auth_memory m;
	char name[16];

	(void)state;
	auth_memory_init(&m, 100);
	for (int i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		assert_non_null(auth_memory_put(&m, iv_str(name), 10000));
	}
	assert_int_equal(iv_map_count(m.by_name), 100);
	assert_null(auth_memory_get(&m, IV_S("n899")));
	assert_non_null(auth_memory_get(&m, IV_S("n900")));
	assert_non_null(auth_memory_put(&m, IV_S("n950"), -1)); /* in the place of the old one, and over */
	assert_int_equal(iv_map_count(m.by_name), 100);
	assert_null(auth_memory_get(&m, IV_S("n950")));
	assert_int_equal(iv_map_count(m.by_name), 99);
	auth_memory_news(&m, IV_S(""));
	assert_int_equal(iv_map_count(m.by_name), 0);
	auth_memory_deinit(&m);
}

/* ── scopes */

static void scopes_are_pairs_with_stars(void **state)
{
	static const struct {
		const char *have, *want;
		bool allowed;
	} table[] = {
		{"", "agents:read", true}, {"agents:read", "agents:read", true}, {"agents:read", "agents:write", false},
		{"agents:*", "agents:write", true}, {"*:read", "calls:read", true}, {"*:read", "calls:write", false},
		{"*:*", "calls:write", true}, {"agents:read,calls:write", "calls:write", true}, {"agents", "agents:read", false},
		{"agents:", "agents:read", false}, {"agent:read", "agents:read", false}, {"*", "agents:read", false},
		{"agents:read", "agents:*", false}, {"agents:*", "agents:*", true},
	};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(table); i++) {
		struct iv_str items[4], rest = iv_str(table[i].have);
		struct iv_strs scopes = {items, 0};

		while (iv_str_split(&rest, ',', &items[scopes.count]))
			scopes.count++;
		if (iv_scope_allows(&scopes, iv_str(table[i].want)) != table[i].allowed)
			fail_msg("%s, %s", table[i].have, table[i].want);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_key_is_its_tenants_and_nobody_elses),
		TEST(a_key_that_is_over_is_refused),
		TEST(addresses_are_held_to_the_tenants_list),
		cmocka_unit_test_setup_teardown(proxies_that_are_named_are_believed, set_up_behind_proxy, tear_down),
		TEST(who_is_wrong_too_often_waits_and_who_is_known_does_not),
		TEST(tokens_that_are_not_right_are_refused),
		TEST(a_persons_tenant_is_one_he_belongs_to),
		TEST(the_projects_own_token_is_the_platforms),
		TEST(people_are_remembered_until_news_come),
		TEST(our_own_sign_ins_are_taken),
		cmocka_unit_test_setup_teardown(a_rotated_key_is_fetched_and_guessing_does_not_fetch, set_up_with_provider,
						tear_down),
		TEST(a_socket_comes_in_by_any_proof),
		TEST(a_ticket_is_good_once),
		TEST(lookups_hold_nothing_whatever_breaks),
		cmocka_unit_test(memory_is_bounded_and_forgets_the_oldest),
		cmocka_unit_test(scopes_are_pairs_with_stars),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
