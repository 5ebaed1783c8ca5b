/* Every service on one port, and the control of the lab itself. */
#include "providers.h"

#include <stdio.h>
#include <stdlib.h>
#include "chat.h"
#include "clips.h"
#include "expected.h"
#include "faults.h"
#include "iv_json.h"
#include "listen.h"
#include "speak.h"
#include "speech_tts.h"
#include "stats.h"
#include "tools.h"
#include "workers.h"

#define STATS_MAX (16u << 20)
#define CLIPS_BYTES_MAX (64u << 20)

const char *const lab_service_names[LAB_SERVICES] = {"listen", "speak", "elevenlabs", "chat",
						     "tools"};

void *lab_alloc(size_t n)
{
	void *p = calloc(1, n ? n : 1);

	if (!p)
		abort();
	return p;
}

struct providers {
	struct lab lab;
	struct speech_model *model;
	struct iv_http_server *server;
	struct iv_timer settle;
	void (*closed)(void *arg);
	void *arg;
};

/* ── control ── */

static void stats_route(void *lab, struct iv_http_req *rq)
{
	const struct lab *l = lab;
	struct iv_buf out;

	iv_buf_init(&out, STATS_MAX);
	if (stats_write(l->stats, &out))
		iv_http_reply(rq, 200, "application/json", iv_buf_str(&out));
	else
		iv_http_reply_err(rq, &(struct iv_err){.code = IV_ETOOBIG,
						       .msg = "statistics are too large"});
	iv_buf_deinit(&out);
}

static void reply_rules(const struct lab *l, struct iv_http_req *rq)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "{\"rules\":%zu}", faults_count(l->faults));

	iv_http_reply(rq, 200, "application/json", (struct iv_str){text, (size_t)n});
}

static bool add_rules(struct lab *l, const cJSON *rules, struct iv_err *e)
{
	if (!cJSON_IsArray(rules))
		return iv_fail_field(e, IV_EINVAL, "rules", "must be an array of rules");
	for (const cJSON *r = rules->child; r; r = r->next) {
		if (!cJSON_IsString(r))
			return iv_fail_field(e, IV_EINVAL, "rules", "must be texts");
		if (!faults_add(l->faults, iv_str(r->valuestring), e))
			return false;
	}
	return true;
}

static void faults_route(void *lab, struct iv_http_req *rq)
{
	struct iv_err e = {0};
	cJSON *json = iv_json_parse(iv_http_body(rq), &e);

	if (json && add_rules(lab, cJSON_GetObjectItemCaseSensitive(json, "rules"), &e))
		reply_rules(lab, rq);
	else
		iv_http_reply_err(rq, &e);
	cJSON_Delete(json);
}

static void clear_route(void *lab, struct iv_http_req *rq)
{
	struct lab *l = lab;

	faults_clear(l->faults);
	reply_rules(l, rq);
}

static const struct iv_route routes[] = {
	{"WS", "/v1/listen", listen_route, 0, 600000, "Deepgram live recognition"},
	{"POST", "/v1/speak", speak_deepgram_route, 65536, 600000, "Deepgram synthesis"},
	{"WS", "/v1/speak", load_speak_socket, 0, 600000, "Deepgram synthesis by socket (load mode)"},
	{"POST", "/v1/text-to-speech/:voice/stream", speak_elevenlabs_route, 65536, 600000,
	 "ElevenLabs synthesis"},
	{"POST", "/v1/chat/completions", chat_route, 1 << 20, 600000, "OpenAI chat completions"},
	{"POST", "/tools/book_table", tools_book_table_route, 65536, 600000,
	 "the demo agent's tool"},
	{"GET", "/lab/stats", stats_route, 0, 0, "what was asked and how it ended"},
	{"POST", "/lab/faults", faults_route, 65536, 0, "adds fault rules"},
	{"DELETE", "/lab/faults", clear_route, 0, 0, "takes all of them back"},
	{0},
};

/* ── life ── */

static void free_all(void *arg)
{
	struct providers *p = arg;

	clips_free(p->lab.clips);
	workers_free(p->lab.workers);
	speech_model_close(p->model);
	expected_free(p->lab.expected);
	stats_free(p->lab.stats);
	faults_free(p->lab.faults);
	free(p);
}

static void tell_closed(void *arg)
{
	struct providers *p = arg;
	void (*closed)(void *) = p->closed;
	void *closed_arg = p->arg;

	free_all(p);
	closed(closed_arg);
}

/* Work in threads comes back to owners that are gone, and must find everything in its place. */
static void wait_for_workers(void *arg)
{
	struct providers *p = arg;

	if (p->lab.workers && !workers_idle(p->lab.workers))
		iv_timer_in_ms(&p->settle, 5);
	else
		iv_defer(p->lab.loop, tell_closed, p);
}

static void server_closed(void *arg)
{
	struct providers *p = arg;

	iv_timer_in_ms(&p->settle, 1); /* the last answers' deferred ends run before */
}

static bool open_model(struct providers *p, const struct providers_opts *o, struct iv_err *e)
{
	if (p->lab.load.on)
		return true;
	speech_voices_open();
	p->model = speech_model_open(o->model_dir, e);
	return p->model != NULL;
}

static bool open_server(struct providers *p, const struct providers_opts *o, struct iv_net *net,
			struct iv_err *e)
{
	struct iv_http_opts opts = {.address = o->host,
				    .port = o->port,
				    .header_max = 16384,
				    .body_max = 65536,
				    .header_ms = 10000,
				    .keepalive_ms = 120000,
				    .max_connections = 16384};

	p->server = iv_http_listen(net, &opts, routes, &p->lab, e);
	return p->server != NULL;
}

struct providers *providers_open(struct iv_net *net, const struct providers_opts *o,
				 struct iv_err *e)
{
	struct providers *p = lab_alloc(sizeof(*p));
	bool ok = true;

	p->lab.loop = iv_net_loop(net);
	p->lab.load = o->load;
	p->lab.faults = faults_new();
	p->lab.stats = stats_new();
	p->lab.expected = expected_new();
	iv_timer_init(&p->settle, p->lab.loop, wait_for_workers, p);
	for (size_t i = 0; ok && i < o->fault_count; i++)
		ok = faults_add(p->lab.faults, iv_str(o->faults[i]), e);
	if (!ok || !open_model(p, o, e) || !open_server(p, o, net, e)) {
		free_all(p);
		return NULL;
	}
	if (p->model) {
		p->lab.workers = workers_new(p->lab.loop, p->model);
		p->lab.clips = clips_new(p->lab.workers, CLIPS_BYTES_MAX);
	}
	return p;
}

int providers_port(const struct providers *p)
{
	return iv_http_port(p->server);
}

struct lab *providers_lab(struct providers *p)
{
	return &p->lab;
}

void providers_close(struct providers *p, void (*closed)(void *arg), void *arg)
{
	p->closed = closed;
	p->arg = arg;
	iv_http_close(p->server, server_closed, p);
}
