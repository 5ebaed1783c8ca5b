/* The driver of REST requests, over real sockets and a fake store: what is refused and how, what is
 * answered, what is done once, and that nothing is held whatever breaks. */
#include "fake_store.h"
#include "api_rig.h"
#include "iv_api_key.h"
#include "iv_metrics.h"

static struct iv_pg pg;
static struct iv_rate rate;

/* ── keys: one of each role in tenant A, a dev in tenant B */
static char keys[5][IV_API_KEY_SIZE]; /* analyst, dev, admin, dev of B, a scoped dev */
enum { ANALYST, DEV, ADMIN, DEV_B, SCOPED };

static const char *bearer(int who)
{
	static char line[8][320];
	static int next;
	char *out = line[next++ % 8];

	snprintf(out, 320, "Authorization: Bearer %s\r\n", keys[who]);
	return out;
}

static const char *with(int who, const char *more)
{
	static char line[1024];

	snprintf(line, sizeof(line), "%s%s", bearer(who), more);
	return line;
}

#define JSON "Content-Type: application/json\r\n"

static bool fake_perform(const struct iv_query *q, const void *in, struct iv_rows *rows, struct iv_arena *arena,
			 const struct iv_scope *scope)
{
	static const char *const roles[] = {"analyst", "dev", "admin", "dev", "dev"};

	if (q == &iv_sql_key_lookup) {
		const struct iv_key_lookup_in *i = in;

		fake.key_lookups++;
		for (size_t k = 0; k < IV_COUNT(keys); k++) {
			char hash[IV_SHA256_HEX];
			struct iv_key_lookup_out *o;

			iv_api_key_hash(iv_str(keys[k]), hash);
			if (!iv_str_eq(iv_str(hash), i->hash))
				continue;
			o = fake_row(rows, arena, q);
			o->key_id = k == SCOPED ? IV_S("key_scoped") : IV_S("key_1");
			o->tenant_id = k == DEV_B ? IV_S("tnt_b") : IV_S("tnt_a");
			o->role = iv_str(roles[k]);
			if (k == SCOPED) {
				o->scopes.items = iv_arena_alloc(arena, sizeof(struct iv_str));
				o->scopes.items[0] = IV_S("things:read");
				o->scopes.count = 1;
			}
			o->live = true;
			o->rate_per_minute = o->expires_at = o->revoked_at = IV_SQL_NULL;
			o->tenant_status = IV_S("active");
		}
		return true;
	}
	if (q == &iv_sql_key_used)
		return ++fake.uses;
	if (q == &iv_sql_tenant_get) { /* stands for any work of a row */
		struct iv_tenant_get_out *o = fake_row(rows, arena, q);

		fake.executed++;
		o->id = iv_arena_str(arena, scope->tenant_id);
		return true;
	}
	return false;
}

/* ── shapes and rows */

struct part {
	struct iv_str name;
	int64_t weight;
};
static const struct iv_field part_fields[] = {
	IV_STR(struct part, name, "name", IV_REQUIRED, 1, 10, "what it is called"),
	IV_INT(struct part, weight, "weight", 0, 1, 9, "grams"),
	IV_FIELDS_END,
};
static const struct iv_shape part_shape = {"Part", sizeof(struct part), part_fields, NULL};

struct thing {
	struct iv_str id, name, secret, tenant;
	int64_t size;
	struct iv_objs parts;
};
static const struct iv_field thing_fields[] = {
	IV_STR(struct thing, id, "id", IV_READONLY, 0, 40, "made by us"),
	IV_STR(struct thing, name, "name", IV_REQUIRED, 1, 10, "what it is called"),
	IV_INT(struct thing, size, "size", 0, 1, 100, "millimetres"),
	IV_STR(struct thing, secret, "secret", IV_SECRET, 0, 10, "never shown"),
	IV_OBJS(struct thing, parts, "parts", 0, 3, &part_shape, "what it is made of"),
	IV_STR(struct thing, tenant, "tenant", IV_READONLY, 0, 40, "whose it is"),
	IV_FIELDS_END,
};
static const struct iv_shape thing_shape = {"Thing", sizeof(struct thing), thing_fields, NULL};

struct filter {
	int64_t limit;
	int kind;
};
static const char *const kinds[] = {"any", "big", NULL};
static const struct iv_field filter_fields[] = {
	IV_INT(struct filter, limit, "limit", 0, 1, 100, "at most so many"),
	IV_ENUM(struct filter, kind, "kind", 0, kinds, "which"),
	IV_FIELDS_END,
};
static void filter_defaults(void *o)
{
	((struct filter *)o)->limit = 50;
}
static const struct iv_shape filter_shape = {"Filter", sizeof(struct filter), filter_fields, filter_defaults};

struct work {
	struct iv_rows rows;
	struct thing thing;
};

static bool lied; /* the row that lies was asked */
static enum iv_code break_with;
static bool nothing_was_done;
static int streams_taken;
static struct iv_http_req *stream;

static enum iv_flow_next do_work(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;

	if (c->in && iv_str_eq(((struct thing *)c->in)->name, IV_S("forbidden")))
		iv_api_bad(c, "/name", "must not be %s", "forbidden");
	if (iv_api_refuse_if_bad(c) == IV_FLOW_DONE)
		return IV_FLOW_DONE;
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_tenant_get, NULL, &w->rows);
}

static enum iv_flow_next show_thing(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct work *w = c->state;

	if (break_with != IV_OK) {
		c->nothing_done = nothing_was_done;
		return iv_flow_fail(f, break_with, "broken on purpose with secret-detail");
	}
	if (c->in)
		w->thing = *(struct thing *)c->in;
	else
		w->thing.name = IV_S("found");
	w->thing.id = c->priv && iv_api_param(c, "id").len ? iv_api_param(c, "id") : IV_S("thg_new");
	w->thing.tenant = iv_tenant_get_at(&w->rows, 0)->id;
	if (c->query)
		w->thing.size = ((struct filter *)c->query)->limit;
	c->out = &w->thing;
	c->entity_id = w->thing.id;
	return IV_FLOW_NEXT;
}

static enum iv_flow_next patch_thing(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct thing *t = iv_arena_alloc(&c->arena, sizeof(*t));
	struct iv_err e = {0};

	*t = (struct thing){.id = iv_api_param(c, "id"), .name = IV_S("before"), .size = 7};
	if (!iv_shape_merge(&thing_shape, c->doc, t, &c->arena, &e))
		return iv_flow_fail(f, IV_EINTERNAL, "was checked before");
	assert_int_equal(iv_api_sent(c, "size"), ((struct thing *)c->in)->size != 0);
	c->out = t;
	return IV_FLOW_DONE;
}

static enum iv_flow_next say_nothing(struct iv_flow *f)
{
	(void)f;
	return IV_FLOW_DONE;
}

static enum iv_flow_next echo_raw(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);

	return iv_buf_adds(&c->json, c->body) ? IV_FLOW_NEXT : iv_flow_fail(f, IV_ETOOBIG, "too much");
}

static enum iv_flow_next take_stream(struct iv_flow *f)
{
	stream = iv_api_take(iv_api_self(f));
	streams_taken += stream != NULL;
	if (stream) {
		iv_http_stream_begin(stream, 200, "text/event-stream");
		(void)iv_http_stream_write(stream, IV_S("data: 1\n\n"));
	}
	return IV_FLOW_DONE;
}

static enum iv_flow_next lie(struct iv_flow *f)
{
	lied = true;
	return iv_flow_fail(f, IV_EGONE, "a code this row never declared");
}

static enum iv_flow_next forget_answer(struct iv_flow *f)
{
	(void)f;
	return IV_FLOW_DONE; /* the row promises a body */
}

static const struct iv_flow_step work_steps[] = {{"do_work", do_work}, {"show_thing", show_thing}, {0}};
static const struct iv_flow_step patch_steps[] = {{"patch_thing", patch_thing}, {0}};
static const struct iv_flow_step quiet_steps[] = {{"say_nothing", say_nothing}, {0}};
static const struct iv_flow_step raw_steps[] = {{"echo_raw", echo_raw}, {0}};
static const struct iv_flow_step stream_steps[] = {{"take_stream", take_stream}, {0}};
static const struct iv_flow_step lie_steps[] = {{"lie", lie}, {0}};
static const struct iv_flow_step forget_steps[] = {{"forget_answer", forget_answer}, {0}};
static const enum iv_code vendor_fails[] = {IV_EUPSTREAM, IV_OK};

static const struct iv_api_route rows[] = {
	{.method = "GET", .path = "/t/things/:id", .id = "getThing", .tag = "Things", .role = IV_ROLE_ANALYST,
	 .query = &filter_shape, .out = &thing_shape, .status = 200, .state_size = sizeof(struct work), .steps = work_steps,
	 .doc = "One thing"},
	{.method = "GET", .path = "/t/things/special", .id = "getSpecial", .tag = "Things", .role = IV_ROLE_ANALYST,
	 .status = 204, .steps = quiet_steps, .doc = "Mounted behind :id and still found"},
	{.method = "POST", .path = "/t/things", .id = "createThing", .tag = "Things", .role = IV_ROLE_DEV, .in = &thing_shape,
	 .flags = IV_API_AUDIT, .out = &thing_shape, .status = 201, .state_size = sizeof(struct work), .steps = work_steps,
	 .doc = "Makes a thing", .body_max = 4096, .errors = vendor_fails},
	{.method = "POST", .path = "/t/large", .id = "createLarge", .tag = "Things", .role = IV_ROLE_DEV, .in = &thing_shape,
	 .out = &thing_shape, .status = 201, .state_size = sizeof(struct work), .steps = work_steps,
	 .doc = "Makes a thing of much", .body_max = 1 << 20},
	{.method = "PATCH", .path = "/t/things/:id", .id = "updateThing", .tag = "Things", .role = IV_ROLE_DEV,
	 .flags = IV_API_PATCH, .in = &thing_shape, .out = &thing_shape, .status = 200, .steps = patch_steps,
	 .doc = "Changes a thing"},
	{.method = "DELETE", .path = "/t/things/:id", .id = "deleteThing", .tag = "Things", .role = IV_ROLE_ADMIN,
	 .flags = IV_API_AUDIT, .status = 204, .steps = quiet_steps, .doc = "Takes a thing away"},
	{.method = "POST", .path = "/t/dial", .id = "dial", .tag = "Calls", .role = IV_ROLE_DEV, .flags = IV_API_PLACES_CALL,
	 .out = &thing_shape, .status = 201, .state_size = sizeof(struct work), .steps = work_steps, .doc = "Rings",
	 .deadline_ms = 300, .errors = vendor_fails},
	{.method = "GET", .path = "/t/open", .id = "open", .tag = "Open", .status = 204, .steps = quiet_steps,
	 .doc = "For anyone"},
	{.method = "POST", .path = "/t/raw", .id = "raw", .tag = "Open", .flags = IV_API_RAW, .status = 200,
	 .steps = raw_steps, .content_type = "text/csv", .doc = "Gives the bytes back"},
	{.method = "GET", .path = "/t/stream", .id = "stream", .tag = "Things", .role = IV_ROLE_ANALYST,
	 .flags = IV_API_STREAMS, .status = 200, .steps = stream_steps, .content_type = "text/event-stream", .doc = "Streams"},
	{.method = "GET", .path = "/t/platform", .id = "platform", .tag = "Things", .role = IV_ROLE_PLATFORM, .status = 204,
	 .steps = quiet_steps, .doc = "For the platform"},
	{.method = "GET", .path = "/t/lie", .id = "lie", .tag = "Open", .status = 204, .steps = lie_steps, .doc = "Lies"},
	{.method = "GET", .path = "/t/forget", .id = "forget", .tag = "Open", .out = &thing_shape, .status = 200,
	 .steps = forget_steps, .doc = "Forgets its answer"},
	{0},
};

static void mount(struct iv_api *a)
{
	iv_api_mount(a, rows);
}

static int set_up(void **state)
{
	static const char *const env[] = {"PUBLIC_BASE_URL", "https://api.example.com", "ALLOWED_ORIGINS",
					  "https://app.example.com, http://localhost:3000", "JWT_SECRET",
					  "0123456789abcdef0123456789abcdef", NULL};

	(void)state;
	for (size_t i = 0; i < IV_COUNT(keys); i++)
		if (!keys[i][0])
			iv_api_key_make(true, keys[i]);
	break_with = IV_OK;
	nothing_was_done = lied = false;
	memset(&fake, 0, sizeof(fake));
	rig_start(&pg, &rate, env, mount);
	fake_reset();
	fake.loop = rig.loop;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	rig_stop();
	for (size_t i = 0; i < IV_COUNT(keys); i++)
		assert_null(strstr(rig.log, keys[i]));
	assert_null(strstr(rig.log, "secret-body"));
	assert_int_equal(strstr(rig.log, "api.undeclared_error") != NULL, lied); /* every error was declared */
	return 0;
}

/* ── what is answered */

static void a_row_is_answered_by_its_shape(void **state)
{
	struct client *c = ask("GET /t/things/thg_7", bearer(ANALYST), NULL);

	(void)state;
	assert_int_equal(c->status, 200);
	assert_true(has_header(c, "Content-Type: application/json\r\n"));
	assert_string_equal(c->body, "{\"id\":\"thg_7\",\"name\":\"found\",\"size\":50,\"parts\":[],\"tenant\":\"tnt_a\"}");
	assert_true(has_header(c, "X-Request-Id: req_"));
	assert_true(has_header(c, "RateLimit-Policy: \"default\";q=60;w=60\r\n"));
	assert_true(has_header(c, "RateLimit: \"default\";r=59;t=17\r\n"));
	assert_true(has_header(c, "Cache-Control: no-store\r\n"));
	assert_true(has_header(c, "X-Content-Type-Options: nosniff\r\n"));
	client_end(c);

	c = ask("GET /t/things/thg_7?limit=9&kind=big", with(DEV_B, "X-Request-Id: mine-42\r\n"), NULL);
	assert_string_equal(c->body, "{\"id\":\"thg_7\",\"name\":\"found\",\"size\":9,\"parts\":[],\"tenant\":\"tnt_b\"}");
	assert_true(has_header(c, "X-Request-Id: mine-42\r\n"));
	client_end(c);

	c = request("HEAD /t/things/thg_7", bearer(ANALYST), NULL);
	rig_turn(200);
	assert_int_equal((int)strtol(c->bytes + 9, NULL, 10), 200);
	assert_string_equal(strstr(c->bytes, "\r\n\r\n"), "\r\n\r\n");
	client_end(c);

	c = ask("GET /t/things/special", bearer(ANALYST), NULL);
	assert_int_equal(c->status, 204);
	client_end(c);

	c = ask("POST /t/raw", "Content-Type: text/csv\r\n", "a,b\n1,2\n");
	assert_int_equal(c->status, 200);
	assert_true(has_header(c, "Content-Type: text/csv\r\n"));
	assert_string_equal(c->body, "a,b\n1,2\n");
	client_end(c);
}

static void what_was_sent_is_bound_and_secrets_are_not_printed(void **state)
{
	struct client *c = ask("POST /t/things", with(DEV, JSON),
			       "{\"name\":\"n\",\"secret\":\"secret-body\",\"parts\":[{\"name\":\"p\",\"weight\":2}]}");

	(void)state;
	check_problem(c, 400, "bad_request"); /* 11 bytes of 10 */
	client_end(c);
	c = ask("POST /t/things", with(DEV, JSON), "{\"name\":\"n\",\"secret\":\"s3cr3t\",\"parts\":[{\"name\":\"p\",\"weight\":2}]}");
	assert_int_equal(c->status, 201);
	assert_string_equal(c->body, "{\"id\":\"thg_new\",\"name\":\"n\",\"size\":0,\"parts\":[{\"name\":\"p\",\"weight\":2}],"
				     "\"tenant\":\"tnt_a\"}");
	assert_int_equal(fake.audits, 1);
	client_end(c);
}

static void a_patch_changes_what_it_names(void **state)
{
	struct client *c = ask("PATCH /t/things/x", with(DEV, JSON), "{\"size\":9}");

	(void)state;
	assert_string_equal(c->body, "{\"id\":\"x\",\"name\":\"before\",\"size\":9,\"parts\":[]}");
	client_end(c);
	c = ask("PATCH /t/things/x", with(DEV, JSON), "{\"name\":\"after\"}");
	assert_string_equal(c->body, "{\"id\":\"x\",\"name\":\"after\",\"size\":7,\"parts\":[]}");
	client_end(c);
	c = ask("PATCH /t/things/x", with(DEV, JSON), "{\"name\":\"\",\"size\":101,\"id\":\"y\",\"parts\":[{}]}");
	check_problem(c, 400, "bad_request");
	assert_non_null(wrong_at(c, "pointer", "/name"));
	assert_non_null(wrong_at(c, "pointer", "/size"));
	assert_string_equal(wrong_at(c, "pointer", "/id"), "is read only");
	assert_string_equal(wrong_at(c, "pointer", "/parts/0/name"), "is required");
	client_end(c);
}

/* ── who may */

static void every_role_opens_its_rows_and_no_others(void **state)
{
	static const char *const lines[] = {"GET /t/things/x", "POST /t/things", "DELETE /t/things/x", "GET /t/platform",
					    "GET /t/open"};
	static const int wanted[][5] = {
		/* analyst */ {200, 403, 403, 403, 204},
		/* dev     */ {200, 201, 403, 403, 204},
		/* admin   */ {200, 201, 204, 403, 204},
	};

	(void)state;
	for (int role = ANALYST; role <= ADMIN; role++) {
		for (size_t i = 0; i < IV_COUNT(lines); i++) {
			struct client *c = ask(lines[i], with(role, JSON), i == 1 ? "{\"name\":\"n\"}" : NULL);

			if (c->status != wanted[role][i])
				fail_msg("role %d, %s: %d", role, lines[i], c->status);
			if (c->status == 403)
				check_problem(c, 403, "forbidden");
			client_end(c);
		}
	}
}

static void a_scoped_key_opens_its_scope_alone(void **state)
{
	struct client *c = ask("GET /t/things/x", bearer(SCOPED), NULL);

	(void)state;
	assert_int_equal(c->status, 200);
	client_end(c);
	c = ask("POST /t/things", with(SCOPED, JSON), "{\"name\":\"n\"}");
	check_problem(c, 403, "forbidden");
	assert_non_null(strstr(text_of(c, "detail"), "things:write"));
	client_end(c);
}

static void without_a_right_credential_there_is_nothing(void **state)
{
	char stranger[IV_API_KEY_SIZE], line[256];
	struct client *c = ask("GET /t/things/x", "", NULL);

	(void)state;
	check_problem(c, 401, "invalid_api_key");
	assert_true(has_header(c, "WWW-Authenticate: Bearer"));
	client_end(c);
	iv_api_key_make(true, stranger);
	snprintf(line, sizeof(line), "x-api-key: %s\r\n", stranger);
	c = ask("GET /t/things/x", line, NULL);
	check_problem(c, 401, "invalid_api_key");
	client_end(c);
	assert_int_equal(fake.key_lookups, 1);
	c = ask("GET /t/things/x", line, NULL); /* remembered as unknown */
	assert_int_equal(c->status, 401);
	assert_int_equal(fake.key_lookups, 1);
	client_end(c);
	stranger[20] ^= 1; /* mistyped: nobody is asked */
	snprintf(line, sizeof(line), "Authorization: Bearer %s\r\n", stranger);
	c = ask("GET /t/things/x", line, NULL);
	assert_int_equal(c->status, 401);
	assert_int_equal(fake.key_lookups, 1);
	client_end(c);
	c = ask("GET /t/things/x", "Authorization: Basic dTpw\r\n", NULL);
	assert_int_equal(c->status, 401);
	client_end(c);
	snprintf(line, sizeof(line), "x-api-key: %s\r\n", keys[ANALYST]);
	c = ask("GET /t/things/x", line, NULL);
	assert_int_equal(c->status, 200);
	client_end(c);
}

static void the_tenant_is_the_credentials(void **state)
{
	struct client *c = ask("GET /t/things/x", with(DEV, "x-tenant-id: tnt_b\r\n"), NULL);

	(void)state;
	check_problem(c, 403, "forbidden");
	client_end(c);
	c = ask("GET /t/things/x", with(DEV, "x-tenant-id: tnt_a\r\n"), NULL);
	assert_int_equal(c->status, 200);
	client_end(c);
}

static void a_limit_is_told_and_kept(void **state)
{
	struct client *c;

	(void)state;
	fake.limit_left = 1;
	c = ask("GET /t/things/x", bearer(DEV), NULL);
	assert_int_equal(c->status, 200);
	client_end(c);
	c = ask("GET /t/things/x", bearer(DEV), NULL);
	check_problem(c, 429, "rate_limited");
	assert_true(has_header(c, "Retry-After: 17\r\n"));
	assert_true(has_header(c, "RateLimit: \"default\";r=0;t=17\r\n"));
	client_end(c);
	c = ask("GET /t/open", "", NULL); /* an address has its own allowance */
	check_problem(c, 429, "rate_limited");
	client_end(c);
}

/* ── what is wrong with it */

static void every_wrong_field_is_named(void **state)
{
	struct client *c = ask("POST /t/things", with(DEV, JSON),
			       "{\"nmae\":1,\"size\":\"5\",\"a/b~c\":0,\"parts\":[{\"name\":\"\",\"weight\":10},5,{\"name\":\"x\","
			       "\"color\":\"red\"}]}");

	(void)state;
	check_problem(c, 400, "bad_request");
	assert_string_equal(text_of(c, "detail"), "8 fields are wrong");
	assert_non_null(wrong_at(c, "pointer", "/nmae"));
	assert_non_null(wrong_at(c, "pointer", "/a~1b~0c"));
	assert_non_null(wrong_at(c, "pointer", "/size"));
	assert_non_null(wrong_at(c, "pointer", "/parts/0/name"));
	assert_non_null(wrong_at(c, "pointer", "/parts/0/weight"));
	assert_non_null(wrong_at(c, "pointer", "/parts/1"));
	assert_non_null(wrong_at(c, "pointer", "/parts/2/color"));
	assert_string_equal(wrong_at(c, "pointer", "/name"), "is required");
	client_end(c);
	assert_int_equal(fake.executed, 0);

	c = ask("POST /t/things", with(DEV, JSON), "{\"name\":\"forbidden\"}"); /* by a step */
	check_problem(c, 400, "bad_request");
	assert_string_equal(wrong_at(c, "pointer", "/name"), "must not be forbidden");
	client_end(c);

	c = ask("GET /t/things/x?limit=0&kind=huge&limt=3&limit=4&x=%zz", bearer(DEV), NULL);
	check_problem(c, 400, "bad_request");
	assert_non_null(wrong_at(c, "parameter", "limit"));
	assert_non_null(wrong_at(c, "parameter", "kind"));
	assert_non_null(wrong_at(c, "parameter", "limt"));
	client_end(c);
	c = ask("GET /t/open?x=1", "", NULL); /* a row that takes none */
	check_problem(c, 400, "bad_request");
	assert_non_null(wrong_at(c, "parameter", "x"));
	client_end(c);
}

static void what_is_no_json_object_is_refused(void **state)
{
	static const struct {
		const char *type, *body;
		int status;
	} table[] = {
		{JSON, "", 400}, {JSON, "{", 400}, {JSON, "[]", 400}, {JSON, "null", 400}, {JSON, "{\"name\":\"n\"} x", 400},
		{JSON, "{\"name\":\"n\",\"name\":\"m\"}", 400}, {JSON, "{\"name\":\"\xff\"}", 400},
		{JSON, "{\"name\":\"\\u0000\"}", 400}, {"", "{\"name\":\"n\"}", 415},
		{"Content-Type: text/plain\r\n", "{\"name\":\"n\"}", 415},
		{"Content-Type: application/json; charset=latin1\r\n", "{\"name\":\"n\"}", 415},
		{"Content-Type: application/json; charset=UTF-8\r\n", "{\"name\":\"n\"}", 201},
		{"Content-Type: application/merge-patch+json\r\n", "{\"name\":\"n\"}", 201},
		{"Content-Type: application/jsonx\r\n", "{\"name\":\"n\"}", 415},
	};
	char deep[256] = "{\"name\":", *at = deep + strlen(deep), big[5000] = "";
	struct client *c;

	(void)state;
	for (size_t i = 0; i < IV_COUNT(table); i++) {
		char headers[512];

		snprintf(headers, sizeof(headers), "%s%s", bearer(DEV), table[i].type);
		c = ask("POST /t/things", headers, table[i].body);
		if (c->status != table[i].status)
			fail_msg("%s %s: %s", table[i].type, table[i].body, c->bytes);
		if (c->status != 201)
			check_problem(c, c->status, c->status == 415 ? "unsupported_media_type" : "bad_request");
		client_end(c);
	}
	memset(at, '[', 40);
	c = ask("POST /t/things", with(DEV, JSON), deep);
	check_problem(c, 400, "bad_request");
	assert_non_null(strstr(wrong_at(c, "pointer", ""), "nested deeper"));
	client_end(c);
	memset(big, ' ', sizeof(big) - 1);
	c = ask("POST /t/things", with(DEV, JSON), big);
	assert_int_equal(c->status, 413);
	assert_string_equal(text_of(c, "code"), "too_large");
	client_end(c);
	c = ask("POST /t/dial", with(DEV, JSON), "{\"x\":1}");
	check_problem(c, 400, "bad_request"); /* takes no body */
	client_end(c);
}

static void ids_that_are_none_and_paths_that_are_none_are_not_found(void **state)
{
	struct client *c = ask("GET /t/things/a%20b", bearer(DEV), NULL);

	(void)state;
	check_problem(c, 404, "not_found");
	client_end(c);
	c = ask("GET /t/nowhere", "X-Request-Id: r1\r\n", NULL);
	check_problem(c, 404, "not_found");
	assert_true(has_header(c, "X-Request-Id: r1\r\n"));
	assert_string_equal(text_of(c, "requestId"), "r1");
	client_end(c);
	c = ask("PUT /t/things", "", NULL);
	check_problem(c, 405, "method_not_allowed");
	assert_true(has_header(c, "Allow: POST\r\n"));
	client_end(c);
}

static void what_breaks_is_told_without_its_insides(void **state)
{
	struct client *c;

	(void)state;
	break_with = IV_EINTERNAL;
	c = ask("POST /t/things", with(DEV, JSON), "{\"name\":\"n\"}");
	check_problem(c, 500, "internal_error");
	assert_null(strstr(c->body, "secret-detail"));
	client_end(c);
	iv_log_flush();
	assert_non_null(strstr(rig.log, "secret-detail"));
	break_with = IV_EDRAINING;
	c = ask("POST /t/things", with(DEV, JSON), "{\"name\":\"n\"}");
	check_problem(c, 503, "service_unavailable");
	assert_true(has_header(c, "Retry-After: 1\r\n"));
	client_end(c);
	break_with = IV_OK;
	iv_log_flush();
	assert_null(strstr(rig.log, "api.undeclared_error"));
	c = ask("GET /t/lie", "", NULL);
	check_problem(c, 410, "call_ended");
	client_end(c);
	iv_log_flush();
	assert_non_null(strstr(rig.log, "api.undeclared_error"));
	c = ask("GET /t/forget", "", NULL);
	check_problem(c, 500, "internal_error");
	client_end(c);
	fake.silent = &iv_sql_tenant_get;
	c = ask("POST /t/dial", bearer(DEV), NULL);
	check_problem(c, 504, "timeout");
	client_end(c);
}

/* ── origins */

static void pages_of_named_origins_may_ask(void **state)
{
	static const struct {
		const char *origin;
		bool welcome;
	} table[] = {
		{"https://api.example.com", true},	{"https://app.example.com", true},
		{"http://localhost:3000", true},	{"https://API.example.com:443", true},
		{"http://api.example.com", false},	{"https://api.example.com:8443", false},
		{"https://evil.com", false},		{"https://api.example.com.evil.com", false},
		{"https://evilapi.example.com", false}, {"null", false},
		{"http://localhost:3001", false},	{"https://", false},
	};
	struct client *c;
	char headers[512];

	(void)state;
	for (size_t i = 0; i < IV_COUNT(table); i++) {
		char allow[300];

		snprintf(allow, sizeof(allow), "Access-Control-Allow-Origin: %s\r\n", table[i].origin);
		snprintf(headers, sizeof(headers), "Origin: %s\r\n", table[i].origin);
		c = ask("GET /t/open", headers, NULL);
		assert_true(has_header(c, "Vary: Origin\r\n"));
		if (has_header(c, allow) != table[i].welcome || has_header(c, "Access-Control-Allow-Origin") != table[i].welcome)
			fail_msg("%s: %s", table[i].origin, c->bytes);
		client_end(c);
		snprintf(headers, sizeof(headers),
			 "Origin: %s\r\nAccess-Control-Request-Method: PATCH\r\n"
			 "Access-Control-Request-Headers: authorization\r\n",
			 table[i].origin);
		c = ask("OPTIONS /t/things/x", headers, NULL);
		assert_int_equal(c->status, 204);
		assert_int_equal(has_header(c, allow), table[i].welcome);
		assert_true(has_header(c, "Allow: "));
		client_end(c);
	}
	c = ask("GET /t/things/x", "Origin: https://app.example.com\r\n", NULL); /* a refusal is readable too */
	check_problem(c, 401, "invalid_api_key");
	assert_true(has_header(c, "Access-Control-Allow-Origin: https://app.example.com\r\n"));
	assert_true(has_header(c, "Access-Control-Expose-Headers: "));
	assert_false(has_header(c, "Access-Control-Allow-Credentials"));
	client_end(c);
	c = ask("OPTIONS /t/nowhere", "Origin: https://app.example.com\r\n", NULL);
	assert_int_equal(c->status, 404);
	client_end(c);
}

/* ── once */

static const char *keyed(int who, const char *key)
{
	static char line[4][1024];
	static int next;
	char *out = line[next++ % 4];

	snprintf(out, 1024, "%s" JSON "Idempotency-Key: %s\r\n", bearer(who), key);
	return out;
}

static void the_work_of_one_key_is_done_once(void **state)
{
	struct client *a = ask("POST /t/things", keyed(DEV, "k1"), "{\"name\":\"n\"}"), *b;

	(void)state;
	assert_int_equal(a->status, 201);
	assert_false(has_header(a, "Idempotency-Replayed"));
	b = ask("POST /t/things", keyed(DEV, "\"k1\""), "{\"name\":\"n\"}"); /* quoted is the same key */
	assert_int_equal(b->status, 201);
	assert_true(has_header(b, "Idempotency-Replayed: true\r\n"));
	assert_true(has_header(b, "Content-Type: application/json\r\n"));
	assert_string_equal(a->body, b->body);
	assert_int_equal(fake.executed, 1);
	assert_int_equal(fake.audits, 1);
	client_end(a);
	client_end(b);
	b = ask("POST /t/things", keyed(DEV, "k1"), "{\"name\":\"m\"}");
	check_problem(b, 422, "unprocessable");
	client_end(b);
	b = ask("POST /t/things", keyed(DEV, "k2"), "{\"name\":\"n\"}");
	assert_int_equal(b->status, 201);
	assert_int_equal(fake.executed, 2);
	client_end(b);
	b = ask("POST /t/things", keyed(DEV, ""), "{\"name\":\"n\"}"); /* no key at all */
	assert_int_equal(b->status, 201);
	client_end(b);
	b = ask("POST /t/things", keyed(DEV, "with blank"), "{\"name\":\"n\"}");
	check_problem(b, 400, "bad_request");
	client_end(b);
}

static void fifty_at_once_are_done_once(void **state)
{
	struct client *c[50];
	int made = 0, replayed = 0, running = 0;

	(void)state;
	for (size_t i = 0; i < IV_COUNT(c); i++)
		c[i] = request("POST /t/things", keyed(DEV, "race"), "{\"name\":\"n\"}");
	for (size_t i = 0; i < IV_COUNT(c); i++) {
		while (!c[i]->whole)
			client_wait(c[i], 5000);
		if (c[i]->status == 409)
			running++;
		else if (has_header(c[i], "Idempotency-Replayed"))
			replayed++;
		else
			made += c[i]->status == 201;
		client_end(c[i]);
	}
	assert_int_equal(made, 1);
	assert_int_equal(made + replayed + running, 50);
	assert_int_equal(fake.executed, 1);
}

static void a_refusal_is_remembered_a_failure_is_not(void **state)
{
	struct client *c;

	(void)state;
	c = ask("POST /t/things", keyed(DEV, "r"), "{\"name\":\"forbidden\"}");
	check_problem(c, 400, "bad_request");
	client_end(c);
	c = ask("POST /t/things", keyed(DEV, "r"), "{\"name\":\"forbidden\"}");
	check_problem(c, 400, "bad_request");
	assert_true(has_header(c, "Idempotency-Replayed: true\r\n"));
	assert_string_equal(wrong_at(c, "pointer", "/name"), "must not be forbidden");
	client_end(c);
	for (int i = 0; i < 2; i++) { /* each time anew */
		static const enum iv_code codes[] = {IV_EUPSTREAM, IV_ERATE};

		break_with = codes[i];
		fake.executed = 0;
		for (int n = 1; n <= 2; n++) {
			c = ask("POST /t/things", keyed(DEV, "f"), "{\"name\":\"n\"}");
			assert_int_equal(c->status, i == 0 ? 502 : 429);
			assert_false(has_header(c, "Idempotency-Replayed"));
			assert_int_equal(fake.executed, n);
			client_end(c);
		}
	}
}

static void where_a_phone_may_have_rung_a_failure_is_remembered(void **state)
{
	struct client *c;

	(void)state;
	break_with = IV_EUPSTREAM;
	c = ask("POST /t/dial", keyed(DEV, "d"), NULL);
	check_problem(c, 502, "provider_unavailable");
	client_end(c);
	break_with = IV_OK;
	c = ask("POST /t/dial", keyed(DEV, "d"), NULL);
	check_problem(c, 502, "provider_unavailable");
	assert_true(has_header(c, "Idempotency-Replayed: true\r\n"));
	assert_int_equal(fake.executed, 1);
	client_end(c);
	break_with = IV_EUPSTREAM;
	nothing_was_done = true; /* it was refused before anything rang */
	c = ask("POST /t/dial", keyed(DEV, "e"), NULL);
	check_problem(c, 502, "provider_unavailable");
	client_end(c);
	break_with = IV_OK;
	c = ask("POST /t/dial", keyed(DEV, "e"), NULL);
	assert_int_equal(c->status, 201);
	client_end(c);
}

static int claims_running(void)
{
	int n = 0;

	for (size_t i = 0; i < IV_COUNT(fake.claims); i++)
		n += fake.claims[i].taken && !fake.claims[i].done;
	return n;
}

/* A process died over it: the work is taken over when its lease has ended, unless a phone may have rung. */
static void what_was_left_running_is_taken_over_once_its_lease_ended(void **state)
{
	static const char *const lines[] = {"POST /t/things", "POST /t/dial"};
	static const char *const bodies[] = {"{\"name\":\"n\"}", NULL};
	struct client *c;

	(void)state;
	for (int i = 0; i < 2; i++) {
		fake.silent = &iv_sql_tenant_get; /* the work is never done */
		c = request(lines[i], keyed(DEV, "dead"), bodies[i]);
		rig_turn(50);
		assert_int_equal(claims_running(), 1);
		for (size_t k = 0; k < IV_COUNT(fake.claims); k++)
			fake.claims[k].abandoned = true;
		client_end(c);
		fake.silent = NULL;
		c = ask(lines[i], keyed(DEV, "dead"), bodies[i]);
		assert_int_equal(c->status, i == 0 ? 201 : 409);
		client_end(c);
		rig_turn(400);
		memset(fake.claims, 0, sizeof(fake.claims));
	}
}

static void what_could_not_be_remembered_is_when_the_database_answers_again(void **state)
{
	struct client *c;

	(void)state;
	for (int i = 0; i < 3; i++) {
		fake.away = &iv_sql_idempotency_finish;
		c = ask("POST /t/things", keyed(DEV, "late"), "{\"name\":\"n\"}");
		assert_int_equal(c->status, 201);
		client_end(c);
		fake.away = NULL;
		c = ask("POST /t/things", keyed(DEV, "late"), "{\"name\":\"n\"}");
		check_problem(c, 409, "conflict");
		client_end(c);
		rig_turn(700);
		assert_int_equal(claims_running(), 1); /* it is not asked while it is away */
		if (i == 2)
			return; /* the process stops: nothing is held */
		fake.down = false;
		rig_turn(700);
		assert_int_equal(claims_running(), 0);
		assert_int_equal(fake.audits, i + 1);
		c = ask("POST /t/things", keyed(DEV, "late"), "{\"name\":\"n\"}");
		assert_int_equal(c->status, 201);
		assert_true(has_header(c, "Idempotency-Replayed: true\r\n"));
		assert_int_equal(fake.executed, i + 1);
		client_end(c);
		memset(fake.claims, 0, sizeof(fake.claims));
	}
}

/* The client is gone in the middle; whoever comes back with his key gets the answer. */
static void who_sent_a_key_may_leave(void **state)
{
	struct client *c;

	(void)state;
	fake.silent_at = 0;
	for (int cut = 1; cut <= 4; cut++) {
		char key[16];

		snprintf(key, sizeof(key), "left-%d", cut);
		fake.executed = 0;
		c = request("POST /t/things", keyed(DEV, key), "{\"name\":\"n\"}");
		for (int i = 0; i < cut; i++)
			uv_run(iv_loop_uv(rig.loop), UV_RUN_NOWAIT);
		client_end(c);
		rig_turn(100);
		c = ask("POST /t/things", keyed(DEV, key), "{\"name\":\"n\"}");
		assert_int_equal(c->status, 201);
		assert_true(fake.executed == 1);
		client_end(c);
	}
}

/* ── bodies that a thread reads */

enum { LARGE = 400000 };
static char large_body[LARGE + 1];

static void send_large(void *arg)
{
	const struct client *c = arg;

	for (size_t at = 0; at < LARGE;) {
		ssize_t n = send(c->fd, large_body + at, LARGE - at, MSG_NOSIGNAL);

		if (n <= 0)
			return; /* answered, or gone, before it was whole */
		at += (size_t)n;
	}
}

/* `json` with blanks behind it, up to LARGE; sent from another thread, since the server is in this one. */
static struct client *large(const char *json, const char *headers, bool wait)
{
	char head[1024];
	int n = snprintf(head, sizeof(head), "POST /t/large HTTP/1.1\r\nHost: x\r\n%sContent-Length: %d\r\n\r\n", headers, LARGE);
	struct client *c;
	uv_thread_t thread;

	memset(large_body, ' ', LARGE);
	memcpy(large_body, json, strlen(json));
	c = client_send(head, (size_t)n);
	assert_int_equal(uv_thread_create(&thread, send_large, c), 0);
	client_wait(c, wait ? 5000 : 30);
	if (!wait)
		shutdown(c->fd, SHUT_RDWR);
	assert_int_equal(uv_thread_join(&thread), 0);
	if (wait && !c->whole)
		fail_msg("no whole answer: %.300s", c->bytes);
	return c;
}

static void a_large_body_is_read_as_a_small_one_is(void **state)
{
	static const char two_wrong[] = "{\"name\":\"far too long\",\"sise\":1}";
	struct client *c = large("{\"name\":\"much\",\"parts\":[{\"name\":\"x\",\"weight\":3}]}", with(DEV, JSON), true);

	(void)state;
	assert_int_equal(c->status, 201);
	assert_string_equal(text_of(c, "name"), "much");
	client_end(c);
	c = large(two_wrong, with(DEV, JSON), true);
	check_problem(c, 400, "bad_request");
	assert_string_equal(text_of(c, "detail"), "2 fields are wrong");
	assert_non_null(wrong_at(c, "pointer", "/name"));
	assert_non_null(wrong_at(c, "pointer", "/sise"));
	client_end(c);
	c = large("{\"name\":", with(DEV, JSON), true);
	check_problem(c, 400, "bad_request");
	client_end(c);
	c = large("{\"name\":\"n\"}", with(DEV, "Content-Type: text/plain\r\n"), true);
	assert_int_equal(c->status, 415);
	client_end(c);
}

static void the_work_of_a_large_body_is_done_once_too(void **state)
{
	struct client *c;

	(void)state;
	for (int i = 0; i < 2; i++) {
		c = large("{\"name\":\"once\"}", keyed(DEV, "large-1"), true);
		assert_int_equal(c->status, 201);
		assert_string_equal(text_of(c, "name"), "once");
		client_end(c);
	}
	assert_int_equal(fake.executed, 1);
	c = large("{\"name\":\"else\"}", keyed(DEV, "large-1"), true); /* as long, and another */
	assert_int_equal(c->status, 422);
	client_end(c);
}

static void who_leaves_while_his_large_body_is_read_leaves_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < 5; i++) {
		client_end(large("{\"name\":\"gone\"}", with(DEV, JSON), false));
		rig_turn(20);
	}
}

/* ── streams */

static void a_stream_is_the_steps_own(void **state)
{
	struct client *c = request("GET /t/stream", bearer(ANALYST), NULL);

	(void)state;
	rig_turn(100);
	assert_int_equal(streams_taken, 1);
	assert_non_null(strstr(c->bytes, "data: 1"));
	assert_non_null(strstr(c->bytes, "X-Request-Id: req_"));
	assert_non_null(strstr(c->bytes, "Content-Type: text/event-stream"));
	iv_http_stream_end(stream);
	rig_turn(20);
	client_end(c);
}

/* ── whatever breaks */

static int cancel_step, steps_seen;
static bool cancel_hit;

static void cancel_there(struct iv_flow *f, const char *step)
{
	(void)step;
	if (++steps_seen == cancel_step) {
		cancel_hit = true;
		iv_flow_cancel(f, IV_EDRAINING, "torture");
	}
}

/* Every step of every flow is cancelled, every operation fails, or never answers, or its client leaves: one
 * answer, and the next request works as if nothing had been. */
static void nothing_is_held_whatever_breaks(void **state)
{
	static const char *const lines[] = {"GET /t/things/x", "POST /t/things", "POST /t/dial", "DELETE /t/things/x"};
	static const char *const bodies[] = {NULL, "{\"name\":\"n\"}", NULL, NULL};
	static const int good[] = {200, 201, 201, 204};
	int key = 0;

	(void)state;
	fake.down = true; /* what is owed is not written in between */
	for (size_t i = 0; i < IV_COUNT(lines); i++) {
		for (int how = 0; how < 3; how++) {
			for (int n = 1, more = 1; more; n++) {
				struct client *c;
				char name[16];

				snprintf(name, sizeof(name), "t%d", key++);
				fake.at_once = n % 2 == 0;
				if (fake.news)
					fake.news(fake.news_arg, IV_S("")); /* forget the keys: look them up again */
				fake.ops = steps_seen = 0;
				cancel_hit = false;
				cancel_step = how == 0 ? n : 0;
				fake.fail_at = how == 1 ? n : 0;
				fake.fail_code = IV_EDRAINING;
				fake.silent_at = 0;
				iv_flow_trace = how == 0 ? cancel_there : NULL;
				c = request(lines[i], keyed(ADMIN, name), bodies[i]);
				if (how == 2) {
					for (int k = 0; k < n; k++)
						uv_run(iv_loop_uv(rig.loop), UV_RUN_NOWAIT);
					client_end(c);
					rig_turn(30);
					more = n < 12;
				} else {
					client_wait(c, 5000);
					assert_true(c->whole);
					if (c->status != good[i] && c->status != 503)
						fail_msg("%s how %d n %d: %s", lines[i], how, n, c->bytes);
					more = how == 0 ? cancel_hit : fake.ops >= n;
					if (!more)
						assert_int_equal(c->status, good[i]);
					client_end(c);
				}
				iv_flow_trace = NULL;
				rig_turn(1);
				fake.fail_at = 0;
				/* Only the write that could not be made leaves a claim behind, until its lease ends. */
				assert_true(claims_running() <= (how == 2 ? 0 : 1));
				memset(fake.claims, 0, sizeof(fake.claims));
			}
		}
	}
	struct client *c = ask("GET /t/things/x", bearer(ANALYST), NULL);
	assert_int_equal(c->status, 200);
	client_end(c);
}

static void a_server_that_stops_ends_what_runs(void **state)
{
	struct client *c = request("POST /t/things", keyed(DEV, "stop"), "{\"name\":\"n\"}");

	(void)state;
	fake.silent_at = 3;
	rig_turn(50);
	client_end(c); /* tear_down closes the server over it; the loop asserts that nothing is left */
}

/* ── numbers */

static void requests_are_counted_by_pattern_and_logged_without_secrets(void **state)
{
	struct iv_buf out;
	struct client *c;

	(void)state;
	client_end(ask("GET /t/things/aaa", bearer(DEV), NULL));
	client_end(ask("GET /t/things/bbb?limit=7", bearer(DEV), NULL));
	c = ask("GET /t/things/ccc?token=secret-body", bearer(DEV), NULL);
	assert_int_equal(c->status, 400);
	client_end(c);
	iv_buf_init(&out, 1 << 20);
	assert_true(iv_api_metrics(rig.api, &out));
	assert_true(iv_buf_addc(&out, '\0'));
	assert_non_null(strstr(out.ptr, "invorto_http_route_requests_total{method=\"GET\",route=\"/t/things/:id\",class=\"2xx\"} 2\n"));
	assert_non_null(strstr(out.ptr, "invorto_http_route_requests_total{method=\"GET\",route=\"/t/things/:id\",class=\"4xx\"} 1\n"));
	assert_non_null(strstr(out.ptr, "invorto_http_route_ms_count{method=\"GET\",route=\"/t/things/:id\"} 3\n"));
	assert_non_null(strstr(out.ptr, "route=\"/t/things/:id\",le=\"+Inf\"} 3\n"));
	assert_null(strstr(out.ptr, "aaa"));
	iv_buf_deinit(&out);
	iv_log_flush();
	assert_non_null(strstr(rig.log, "\"event\":\"http.request\""));
	assert_non_null(strstr(rig.log, "\"route\":\"/t/things/:id\""));
	assert_non_null(strstr(rig.log, "\"tenant_id\":\"tnt_a\""));
}

static void cursors_are_read_by_who_wrote_them(void **state)
{
	struct iv_arena a;
	struct iv_str cursor;
	int64_t when;
	char id[64], bent[128];

	(void)state;
	iv_arena_init(&a, 65536);
	cursor = iv_cursor_write(&rig.s, &a, 1700000000123456, IV_S("agt_01HX"));
	assert_true(iv_cursor_read(&rig.s, cursor, &when, id));
	assert_true(when == 1700000000123456);
	assert_string_equal(id, "agt_01HX");
	for (size_t i = 0; i < cursor.len; i++) {
		memcpy(bent, cursor.ptr, cursor.len);
		bent[i] = bent[i] == 'A' ? 'B' : 'A';
		assert_false(iv_cursor_read(&rig.s, (struct iv_str){bent, cursor.len}, &when, id));
		assert_false(iv_cursor_read(&rig.s, (struct iv_str){cursor.ptr, i}, &when, id));
	}
	iv_arena_deinit(&a);
}

static void a_fresh_key_is_known_at_once_and_a_changed_one_forgotten(void **state)
{
	struct client *c;

	(void)state;
	client_end(ask("GET /t/things/x", bearer(DEV), NULL));
	client_end(ask("GET /t/things/x", bearer(DEV), NULL));
	assert_int_equal(fake.key_lookups, 1);
	assert_int_equal(fake.uses, 1);
	fake.news(fake.news_arg, IV_S("key key_other"));
	client_end(ask("GET /t/things/x", bearer(DEV), NULL));
	assert_int_equal(fake.key_lookups, 1);
	fake.news(fake.news_arg, IV_S("key key_1"));
	client_end(ask("GET /t/things/x", bearer(DEV), NULL));
	assert_int_equal(fake.key_lookups, 2);
	fake.news(fake.news_arg, IV_S("tenant tnt_a"));
	c = ask("GET /t/things/x", bearer(DEV), NULL);
	assert_int_equal(fake.key_lookups, 3);
	client_end(c);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_row_is_answered_by_its_shape),
		TEST(what_was_sent_is_bound_and_secrets_are_not_printed),
		TEST(a_patch_changes_what_it_names),
		TEST(every_role_opens_its_rows_and_no_others),
		TEST(a_scoped_key_opens_its_scope_alone),
		TEST(without_a_right_credential_there_is_nothing),
		TEST(the_tenant_is_the_credentials),
		TEST(a_limit_is_told_and_kept),
		TEST(every_wrong_field_is_named),
		TEST(what_is_no_json_object_is_refused),
		TEST(ids_that_are_none_and_paths_that_are_none_are_not_found),
		TEST(what_breaks_is_told_without_its_insides),
		TEST(pages_of_named_origins_may_ask),
		TEST(the_work_of_one_key_is_done_once),
		TEST(fifty_at_once_are_done_once),
		TEST(a_refusal_is_remembered_a_failure_is_not),
		TEST(where_a_phone_may_have_rung_a_failure_is_remembered),
		TEST(what_was_left_running_is_taken_over_once_its_lease_ended),
		TEST(what_could_not_be_remembered_is_when_the_database_answers_again),
		TEST(who_sent_a_key_may_leave),
		TEST(a_large_body_is_read_as_a_small_one_is),
		TEST(the_work_of_a_large_body_is_done_once_too),
		TEST(who_leaves_while_his_large_body_is_read_leaves_nothing),
		TEST(a_stream_is_the_steps_own),
		TEST(nothing_is_held_whatever_breaks),
		TEST(a_server_that_stops_ends_what_runs),
		TEST(requests_are_counted_by_pattern_and_logged_without_secrets),
		TEST(cursors_are_read_by_who_wrote_them),
		TEST(a_fresh_key_is_known_at_once_and_a_changed_one_forgotten),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
