/* Putting the house together, and taking it apart. */
#include "house.h"
#include "../scratch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "iv_auth.h"
#include "iv_calls.h"
#include "iv_carrier.h"
#include "iv_control.h"
#include "iv_events.h"
#include "iv_http.h"
#include "iv_log.h"
#include "iv_rate.h"
#include "iv_telephony.h"

struct house house;
struct house_guests house_guests;
static struct {
	struct iv_api *api;
	struct iv_http_server *http;
	struct iv_telephony *telephony;
	char far_url[64], dir[64];
} rig;

/* ── waiting ── */

struct spin {
	struct iv_timer timer;
	bool (*until)(void *arg);
	void *arg;
	int64_t end_us;
	bool met;
};

static void look(void *arg)
{
	struct spin *s = arg;

	s->met = s->until && s->until(s->arg);
	if (s->met || iv_now_us() >= s->end_us)
		iv_loop_stop(house.s.loop);
	else
		iv_timer_in_ms(&s->timer, 1);
}

bool house_until(int ms, bool (*until)(void *arg), void *arg)
{
	struct spin s = {.until = until, .arg = arg, .end_us = iv_now_us() + ms * INT64_C(1000)};

	iv_timer_init(&s.timer, house.s.loop, look, &s);
	iv_timer_in_ms(&s.timer, 0);
	iv_loop_run(house.s.loop);
	iv_timer_stop(&s.timer);
	return s.met;
}

void house_turn(int ms)
{
	(void)house_until(ms, NULL, NULL);
}

static void set_true(void *arg)
{
	*(bool *)arg = true;
}

static bool is_true(void *arg)
{
	return *(bool *)arg;
}

/* ── up ── */

static const char *setting(void *arg, const char *name)
{
	static const char *const rows[][2] = {
		{"TWILIO_ACCOUNT_SID", "AC1"}, {"TWILIO_AUTH_TOKEN", "token-of-the-tests"}, {"TWILIO_CPS", "1000"},
		{"JAMBONZ_API_KEY", "k"}, {"JAMBONZ_ACCOUNT_SID", "a"}, {"JAMBONZ_CPS", "1000"},
		{"JAMBONZ_WEBHOOK_SECRET", "secret-of-the-tests"}, {"ELEVENLABS_API_KEY", "e"}, {"ELEVENLABS_CPS", "1000"},
		{"PUBLIC_BASE_URL", "https://gw.example"}, {"REALTIME_WS_SECRET", "a-secret-of-some-length"},
		{"TELEPHONY_SHARED_SECRET", "shared-secret-of-the-tests"},
		{"DIAL_WAIT_MS", "1000"}, {"CARRIER_TIMEOUT_MS", "400"}, {"RECONCILE_SECONDS", "0.1"},
		{"CIRCUIT_BREAKER_FAILURE_THRESHOLD", "100"}, {"MAX_CONCURRENT_CALLS", "10000"},
		{"REGISTER_CALL_MS", "400"}, {"ELEVENLABS_WEBHOOK_SECRET", "wsec-of-the-tests"}, {"API_RATE_PER_MINUTE", "10000"},
		{"OPTIMIZER_DEBOUNCE_MS", "0"}, {"CONVERSATION_CHECK_SECONDS", "0.1"}, {"CAMPAIGN_TICK_MS", "20"},
	};

	(void)arg;
	if (strcmp(name, "DATA_DIR") == 0)
		return rig.dir;
	for (size_t i = 0; i < IV_COUNT(rows); i++)
		if (strcmp(rows[i][0], name) == 0)
			return rows[i][1];
	return strstr(name, "_URL") && (strcmp(name, "TWILIO_API_URL") == 0 || strcmp(name, "JAMBONZ_API_URL") == 0 ||
					strcmp(name, "ELEVENLABS_BASE_URL") == 0)
		       ? rig.far_url
		       : NULL;
}

static void read_config(void)
{
	struct iv_buf errors;

	iv_buf_init(&errors, 65536);
	if (!iv_config_read(&house.cfg, setting, NULL, &errors))
		fail_msg("%.*s", IV_FMT(iv_buf_str(&errors)));
	iv_buf_deinit(&errors);
}

static struct iv_pg *pool(const char *role, const char *name)
{
	char url[256];
	struct iv_err e = {0};
	struct iv_pg *pg = iv_pg_new(house.s.loop,
				     &(struct iv_pg_opts){.url = house_pg_url(role, url), .name = name, .connections = 3,
							  .depth = 8, .waiting_max = 100, .connect_ms = 5000, .query_ms = 10000},
				     &e);

	if (!pg)
		fail_msg("%s", e.msg);
	return pg;
}

static void seed(void)
{
	(void)house_sql("insert into tenants (id, slug, name) values ('A', 'a', 'A')");
	(void)house_sql("insert into voice_agents (tenant_id, id, name, config, provider, elevenlabs_agent_id) values "
			"('A', 'desk', 'Desk', '{\"prompt\":\"Be brief.\"}', 'invorto', null), "
			"('A', 'host', 'Host', '{\"prompt\":\"Be brief.\"}', 'elevenlabs', 'agent_theirs')");
	(void)house_sql("insert into voice_phone_numbers (tenant_id, id, phone_number, provider, voice_agent_id, "
			"elevenlabs_phone_number_id) values ('A', 'num', '" HOUSE_NUMBER "', 'jambonz', 'desk', 'phnum_theirs')");
	/* The key's digest; nobody but the tests has it. */
	(void)house_sql("insert into api_keys (tenant_id, name, prefix, key_hash, role, rate_per_minute) values "
			"('A', 'test', 'iv_live_', encode(sha256('" HOUSE_KEY "'), 'hex'), 'admin', 1000000)");
	/* Whoever subscribed: what is told of a call is counted by its events. */
	(void)house_sql("insert into webhook_endpoints (tenant_id, id, url, secret, events) values "
			"('A', 'whe', 'https://example.com/', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', '{*}')");
	(void)house_sql("select set_config('app.tenant_id', 'A', false)");
}

static void on_http(void *ctx, struct iv_http_req *rq)
{
	(void)ctx;
	iv_api_handle(rig.api, rq);
}

static void serve(void)
{
	struct iv_err e = {0};

	rig.telephony = iv_telephony_new(&house.s, &e);
	if (!rig.telephony)
		fail_msg("%s %s", e.field, e.msg);
	house.s.telephony = rig.telephony;
	rig.api = iv_api_new(&house.s);
	iv_telephony_mount(rig.api);
	if (house_guests.come)
		house_guests.come(rig.api);
	rig.http = iv_http_listen(house.s.net,
				  &(struct iv_http_opts){.address = "127.0.0.1", .body_max = 131072, .header_ms = 10000,
							 .keepalive_ms = 10000, .max_connections = 100},
				  iv_api_routes(rig.api, on_http), NULL, &e);
	if (!rig.http)
		fail_msg("%s", e.msg);
	house.port = iv_http_port(rig.http);
}

struct iv_dials *house_new_dials(void)
{
	if (house.s.dials)
		house_end_dials(house.s.dials);
	house.s.dials = iv_dials_new(&house.s);
	return house.s.dials;
}

void house_end_dials(struct iv_dials *d)
{
	bool done = false;

	iv_dials_close(d, set_true, &done);
	assert_true(house_until(30000, is_true, &done));
	iv_dials_free(d);
	house.s.dials = NULL;
}

bool house_up(void)
{
	struct iv_services *s = &house.s;
	struct iv_err e = {0};

	iv_log_set_level(IV_ERROR);
	if (!house_pg_start())
		return false;
	house_redis_start();
	seed();
	SCRATCH(rig.dir, "iv_house");
	assert_non_null(mkdtemp(rig.dir));
	*s = (struct iv_services){.cfg = &house.cfg, .loop = iv_loop_new(), .instance_id = "ins_test", .version = "test"};
	(void)snprintf(rig.far_url, sizeof(rig.far_url), "http://127.0.0.1:%d", far_start(s->loop));
	read_config();
	s->net = iv_net_new(s->loop, &(struct iv_net_opts){.user_agent = "test"}, &e);
	assert_non_null(s->net);
	s->pg = pool("invorto_app", "app");
	s->worker = pool("invorto_worker", "worker");
	s->redis = iv_redis_new(s->loop,
				&(struct iv_redis_opts){.url = house_redis_url(), .connect_ms = 1000, .command_ms = 500,
							.rest_ms = 200, .pending_max = 10000},
				&e);
	assert_non_null(s->redis);
	s->rate = iv_rate_new(s->loop, s->redis, s->instance_id);
	s->events = iv_events_new(s->loop, s->redis,
				  &(struct iv_events_opts){.instance_id = s->instance_id, .maxlen = 1000, .keep_ms = 600000,
							   .buffer_bytes = 1 << 20, .viewers_max = 10});
	s->control = iv_control_new(s->loop, s->redis,
				    &(struct iv_control_opts){.instance_id = s->instance_id, .lease_ms = 15000, .waiting_max = 100});
	s->slots = iv_slots_new(&(struct iv_slots_deps){.cfg = s->cfg, .loop = s->loop, .redis = s->redis,
							.instance_id = s->instance_id},
				&e);
	if (!s->slots)
		fail_msg("%s %s", e.field, e.msg);
	s->auth = iv_auth_new(s->cfg);
	if (!iv_auth_open(s->auth, s, &e))
		fail_msg("%s", e.msg);
	s->carriers = iv_carriers_new(s->net, s->cfg, &e);
	if (!s->carriers)
		fail_msg("%s %s", e.field, e.msg);
	serve();
	return true;
}

/* ── down ── */

static void wait_for(bool *done)
{
	assert_true(house_until(30000, is_true, done));
	*done = false;
}

void house_down(void)
{
	struct iv_services *s = &house.s;
	bool done = false;
	char command[64];

	if (!s->loop) {
		house_pg_end();
		return;
	}
	fault_clear();
	if (s->dials) /* of a test that failed */
		house_end_dials(s->dials);
	far_stop();
	iv_http_close(rig.http, set_true, &done);
	wait_for(&done);
	if (house_guests.go)
		house_guests.go();
	iv_api_free(rig.api);
	iv_telephony_free(rig.telephony);
	iv_carriers_free(s->carriers);
	iv_events_close(s->events, 1000, set_true, &done);
	wait_for(&done);
	iv_control_free(s->control);
	iv_auth_close(s->auth);
	iv_rate_free(s->rate);
	iv_slots_free(s->slots);
	iv_redis_close(s->redis, set_true, &done);
	wait_for(&done);
	iv_pg_close(s->pg, set_true, &done);
	wait_for(&done);
	iv_pg_close(s->worker, set_true, &done);
	wait_for(&done);
	iv_net_close(s->net, set_true, &done);
	wait_for(&done);
	if (house_guests.free)
		house_guests.free();
	house_turn(1);
	iv_auth_free(s->auth);
	iv_loop_free(s->loop);
	iv_config_free(&house.cfg);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", rig.dir);
	assert_int_equal(system(command), 0);
	house_redis_end();
	house_pg_end();
}

/* ── calls ── */

void house_new_call(const char *call, const char *agent)
{
	(void)house_sql("insert into voice_call_records (tenant_id, id, direction, status, voice_agent_id, agent_version, agent, "
			"to_number, customer_number) values ('A', '%s', 'outbound', 'created', '%s', 1, '{}', '" HOUSE_CALLEE
			"', '" HOUSE_CALLEE "')",
			call, agent);
}

bool house_holds_slot(const char *call)
{
	char member[96];

	(void)snprintf(member, sizeof(member), HOUSE_TENANT "/%s", call);
	return house_redis_ask("ZSCORE", "{slots}:all", member)[0] != '\0';
}
