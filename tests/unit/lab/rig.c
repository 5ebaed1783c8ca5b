/* Opening, closing and asking the providers from inside a test. */
#include "rig.h"

static void late(void *arg)
{
	struct rig *r = arg;

	r->late = true;
	iv_loop_stop(r->loop);
}

void rig_stop(void *arg)
{
	struct rig *r = arg;

	iv_loop_stop(r->loop);
}

void rig_run(struct rig *r, int ms)
{
	r->late = false;
	iv_timer_init(&r->guard, r->loop, late, r);
	iv_timer_in_ms(&r->guard, ms);
	iv_loop_run(r->loop);
	iv_timer_stop(&r->guard);
	assert_false(r->late);
}

void rig_wait(struct rig *r, int ms)
{
	iv_timer_init(&r->guard, r->loop, rig_stop, r);
	iv_timer_in_ms(&r->guard, ms);
	iv_loop_run(r->loop);
}

void rig_open(struct rig *r, const struct lab_load *load)
{
	struct providers_opts opts = {.host = "127.0.0.1"};
	struct iv_err e = {0};

	if (load)
		opts.load = *load;
	r->loop = iv_loop_new();
	r->net = iv_net_new(r->loop, &(struct iv_net_opts){.user_agent = "test"}, &e);
	assert_non_null(r->net);
	r->providers = providers_open(r->net, &opts, &e);
	if (!r->providers)
		fail_msg("%s", e.msg);
}

static void providers_closed(void *arg)
{
	struct rig *r = arg;

	iv_net_close(r->net, rig_stop, r);
}

void rig_close(struct rig *r)
{
	providers_close(r->providers, providers_closed, r);
	rig_run(r, 10000);
	iv_loop_free(r->loop);
}

const char *rig_url(struct rig *r, const char *scheme, const char *target)
{
	static char url[512];

	snprintf(url, sizeof(url), "%s://127.0.0.1:%d%s", scheme, providers_port(r->providers),
		 target);
	return url;
}

/* ── requests ── */

static void on_data(void *arg, struct iv_str bytes)
{
	struct rig_answer *a = arg;

	a->last_us = iv_now_us();
	if (!a->first_us)
		a->first_us = a->last_us;
	a->body = realloc(a->body, a->len + bytes.len + 1);
	assert_non_null(a->body);
	memcpy(a->body + a->len, bytes.ptr, bytes.len);
	a->len += bytes.len;
	a->body[a->len] = '\0';
}

static void on_done(void *arg, const struct iv_fetch_result *res)
{
	struct rig_answer *a = arg;

	a->status = res->status;
	a->code = res->err.code;
	if (res->body.len)
		on_data(a, res->body);
	a->fetch = NULL;
	a->done = true;
	iv_loop_stop(a->rig->loop);
}

void rig_fetch(struct rig *r, struct rig_answer *a, const char *method, const char *target,
	       const char *body)
{
	static const struct iv_fetch_handlers handlers = {.data = on_data, .done = on_done};
	struct iv_header type = {IV_S("content-type"), IV_S("application/json")};

	*a = (struct rig_answer){.rig = r, .start_us = iv_now_us()};
	a->fetch = iv_fetch_start(r->net,
				  &(struct iv_fetch_opts){.method = method,
							  .url = iv_str(rig_url(r, "http", target)),
							  .headers = &type,
							  .header_count = 1,
							  .body = iv_str(body),
							  .body_max = 8 << 20},
				  &handlers, a);
}

void rig_ask(struct rig *r, struct rig_answer *a, const char *method, const char *target,
	     const char *body)
{
	rig_fetch(r, a, method, target, body);
	rig_run(r, 10000);
	assert_true(a->done);
}

void rig_answer_free(struct rig_answer *a)
{
	free(a->body);
	a->body = NULL;
}

void rig_fault(struct rig *r, const char *rule)
{
	struct rig_answer a;
	char body[200];

	snprintf(body, sizeof(body), "{\"rules\":[\"%s\"]}", rule);
	rig_ask(r, &a, "POST", "/lab/faults", body);
	assert_int_equal(a.status, 200);
	rig_answer_free(&a);
}

int rig_stat(struct rig *r, const char *service, const char *name)
{
	struct rig_answer a;
	cJSON *json;
	int n;

	rig_ask(r, &a, "GET", "/lab/stats", NULL);
	json = iv_json_parse((struct iv_str){a.body, a.len}, NULL);
	const cJSON *found = cJSON_GetObjectItemCaseSensitive(
		cJSON_GetObjectItemCaseSensitive(json, service), name);
	assert_true(cJSON_IsNumber(found));
	n = found->valueint;
	cJSON_Delete(json);
	rig_answer_free(&a);
	return n;
}
