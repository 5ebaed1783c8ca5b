/* The daemon: start top to bottom, serve, drain, stop bottom to top. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include "app.h"
#include "house.h"
#include "protect.h"
#include "supervisor.h"
#include "telemetry.h"
#include "iv_agents.h"
#include "iv_artifacts.h"
#include "iv_auth.h"
#include "iv_campaign.h"
#include "iv_dial.h"
#include "iv_gateway.h"
#include "iv_kernel.h"
#include "iv_limits.h"
#include "iv_log.h"
#include "iv_metrics.h"
#include "iv_openapi.h"
#include "iv_ops.h"
#include "iv_rest.h"
#include "iv_telephony.h"
#include "iv_trace.h"
#include "iv_vendors.h"
#include "iv_access.h"
#include "iv_compliance.h"
#include "iv_campaign_api.h"
#include "iv_webhook.h"
#include "iv_worker.h"
#include "iv_wav.h"

enum { CLIP_BYTES = 4 << 20, FDS_RESERVED = 64 };

enum phase { PHASE_STARTING, PHASE_READY, PHASE_DRAINING, PHASE_STOPPING };

struct app {
	struct iv_route_ctx route; /* first: what the handlers see */
	const struct iv_config *cfg;
	enum phase phase;
	struct iv_loop *loop;
	struct iv_net *net;
	struct iv_exporter *traces; /* NULL: none are sent */
	struct iv_providers *providers;
	struct iv_agents *agents;
	struct iv_auth *auth;
	struct house *house; /* NULL without a database: the gateway alone */
	struct iv_api *api;
	struct iv_docs *docs;
	struct iv_webhook *webhook;
	struct iv_worker *worker;
	struct iv_campaigns *campaigns;
	struct iv_kernel *kernel;
	struct iv_telephony *telephony;
	struct iv_route *routes; /* ours and the API's */
	struct iv_spools *spools;
	struct iv_http_server *http;
	struct iv_buf clip_file;
	struct iv_str clip;
	struct iv_timer drain_deadline, hand_over;
	struct protect *protect; /* NULL: not in ECS */
	struct supervisor *supervisor; /* NULL: not under systemd */
	uv_signal_t term, interrupt;
	int log_fd;
};

static void on_artifact(void *ctx, struct iv_http_req *rq)
{
	struct app *app = ctx;
	struct iv_err e = {0};

	if (app->house) {
		iv_artifacts_on_content(house_services(app->house)->artifacts, rq, iv_http_param(rq, "id"));
		return;
	}
	(void)iv_fail(&e, IV_ENOENT, "there is no database, so no links");
	iv_http_reply_err(rq, &e);
}

static const struct iv_route own_routes[] = {
	{"WS", "/realtime/voice", iv_gateway_on_realtime, 0, 0, "A call's media socket: browser, SDK, Jambonz"},
	{"WS", "/v1/realtime/:callId", iv_gateway_on_realtime, 0, 0, "The same, the call in the path"},
	{"WS", "/realtime/twilio", iv_gateway_on_twilio, 0, 0, "Twilio Media Streams"},
	{"GET", "/health", iv_ops_on_health, 0, 0, "The process answers; true while draining"},
	{"GET", "/v1/health", iv_ops_on_health, 0, 0, "The same"},
	{"GET", "/telephony/health", iv_ops_on_health, 0, 0, "The same"},
	{"GET", "/livez", iv_ops_on_livez, 0, 0, "The loop turns"},
	{"GET", "/readyz", iv_ops_on_readyz, 0, 0, "503 when no more calls are taken"},
	{"GET", "/metrics", iv_ops_on_metrics, 0, 0, "Prometheus text"},
	{"GET", "/telephony/metrics", iv_ops_on_metrics, 0, 0, "The same"},
	{"GET", "/v1/artifacts/:id/content", on_artifact, 0, 0, "A recording or transcript, by a signed link; ranges are served"},
	{"GET", "/demo/ticket", iv_gateway_on_ticket, 0, 0, "A signed call for the page (development, this machine)"},
	{0},
};
static void on_page(void *ctx, struct iv_http_req *rq);
static const struct iv_route last_route = {"GET", "/*", on_page, 0, 0, "The page"};

static void on_api(void *ctx, struct iv_http_req *rq)
{
	iv_api_handle(((struct app *)ctx)->api, rq);
}

static void on_openapi(void *ctx, struct iv_http_req *rq)
{
	iv_docs_on_openapi(((struct app *)ctx)->docs, rq);
}

static void on_asyncapi(void *ctx, struct iv_http_req *rq)
{
	iv_docs_on_asyncapi(((struct app *)ctx)->docs, rq);
}

static void on_unmatched(void *ctx, struct iv_http_req *rq, int status, const char *allow)
{
	iv_api_unmatched(((struct app *)ctx)->api, rq, status, allow);
}

static void on_page(void *ctx, struct iv_http_req *rq)
{
	struct app *app = ctx;

	if (!app->api)
		iv_ops_on_page(ctx, rq);
	else if (!iv_ops_try_page(ctx, rq))
		iv_api_unmatched(app->api, rq, 404, "");
}

static const struct iv_route document_routes[] = {
	{"GET", "/openapi.json", on_openapi, 0, 0, "This API, as OpenAPI 3.1"},
	{"GET", "/asyncapi.json", on_asyncapi, 0, 0, "The realtime socket, as AsyncAPI 3"},
	{0},
};

static size_t count_routes(const struct iv_route *rows)
{
	size_t n = 0;

	while (rows[n].method)
		n++;
	return n;
}

static size_t add_routes(struct iv_route *all, size_t at, const struct iv_route *rows)
{
	memcpy(all + at, rows, count_routes(rows) * sizeof(*all));
	return at + count_routes(rows);
}

/* Ours first, the page last: the server takes the first row that fits. */
static struct iv_route *all_routes(const struct iv_route *api)
{
	size_t more = api ? count_routes(api) + count_routes(document_routes) : 0, n;
	struct iv_route *all = calloc(count_routes(own_routes) + more + 2, sizeof(*all));

	if (!all)
		abort();
	n = add_routes(all, 0, own_routes);
	if (api) {
		n = add_routes(all, n, document_routes);
		n = add_routes(all, n, api);
	}
	all[n] = last_route;
	return all;
}

/* ── logging that never blocks ── */

static size_t write_log(void *arg, const char *lines, size_t n)
{
	ssize_t w = write(((struct app *)arg)->log_fd, lines, n);

	if (w < 0 && errno != EAGAIN && errno != EINTR)
		return n; /* nobody reads any more */
	return w < 0 ? 0 : (size_t)w;
}

static void open_log(struct app *app)
{
	static const char *const levels[] = {"debug", "info", "warn", "error"};

	/* Our own description of stderr, so that making it non-blocking is nobody else's surprise. */
	app->log_fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_APPEND | O_CLOEXEC);
	if (app->log_fd < 0)
		app->log_fd = STDERR_FILENO;
	iv_log_set_sink(write_log, app);
	for (size_t i = 0; i < IV_COUNT(levels); i++)
		if (strcmp(app->cfg->log_level, levels[i]) == 0)
			iv_log_set_level((enum iv_log_level)i);
}

static void on_turn(void *arg)
{
	(void)arg;
	iv_log_flush();
}

static void on_lag(void *arg, int64_t late_us)
{
	(void)arg;
	iv_metric_observe(IV_M_loop_lag_ms, 0, (double)late_us / 1000.0);
}

/* ── questions of ops ── */

static const char *not_ready(void *arg)
{
	const struct app *app = arg;

	return app->phase == PHASE_READY ? NULL : app->phase == PHASE_STARTING ? "starting" : "draining";
}

static size_t calls_here(const void *arg)
{
	const struct app *app = arg;

	return app->route.gateway ? iv_gateway_live(app->route.gateway) : 0;
}

static size_t live_calls(void *arg)
{
	const struct app *app = arg;

	return app->route.gateway ? iv_gateway_live(app->route.gateway) : 0;
}

static const char *part(void *arg, size_t i, bool *up)
{
	const struct app *app = arg;
	const struct iv_services *s = app->house ? house_services(app->house) : NULL;

	if (!s || i > 1)
		return NULL;
	*up = i == 0 ? iv_pg_up(s->pg) : iv_redis_up(s->redis);
	return i == 0 ? "database" : "redis";
}

static bool more_metrics(void *arg, struct iv_buf *out)
{
	const struct app *app = arg;

	return !app->api || iv_api_metrics(app->api, out);
}

/* ── the end, bottom to top ── */

static void stopped_net(void *arg)
{
	struct app *app = arg;

	uv_close((uv_handle_t *)&app->term, NULL);
	uv_close((uv_handle_t *)&app->interrupt, NULL);
	iv_info("process.stopped", IV_LI("phase", app->phase));
}

static void stopped_traces(void *arg)
{
	struct app *app = arg;

	iv_net_close(app->net, stopped_net, app);
}

static void stopped_house(void *arg)
{
	struct app *app = arg;

	iv_webhook_free(app->webhook);
	iv_kernel_free(app->kernel);
	iv_worker_free(app->worker);
	iv_campaigns_free(app->campaigns);
	iv_providers_free(app->providers);
	iv_exporter_close(app->traces, app->loop, stopped_traces, app);
}

static void stopped_webhooks(void *arg)
{
	struct app *app = arg;

	iv_webhook_stop(app->webhook);
	iv_docs_free(app->docs);
	iv_api_free(app->api);
	iv_imports_free(house_services(app->house)->imports);
	iv_telephony_free(app->telephony);
	house_close(app->house, stopped_house, app);
}

static void stopped_kernel(void *arg)
{
	struct app *app = arg;

	iv_webhook_drain(app->webhook, stopped_webhooks, app);
}

static void stopped_worker(void *arg)
{
	struct app *app = arg;

	iv_kernel_stop(app->kernel, stopped_kernel, app);
}

static void stopped_campaigns(void *arg)
{
	struct app *app = arg;

	iv_worker_stop(app->worker, stopped_worker, app);
}

static void stopped_http(void *arg)
{
	struct app *app = arg;

	if (app->house)
		iv_campaigns_stop(app->campaigns, stopped_campaigns, app);
	else
		stopped_house(app);
}

static void stopped_spools(void *arg)
{
	struct app *app = arg;

	iv_http_close(app->http, stopped_http, app);
}

static void stop(void *arg)
{
	struct app *app = arg;

	if (app->phase == PHASE_STOPPING)
		return;
	app->phase = PHASE_STOPPING;
	iv_timer_stop(&app->drain_deadline);
	iv_timer_stop(&app->hand_over);
	protect_free(app->protect);
	supervisor_free(app->supervisor);
	iv_spools_close(app->spools, stopped_spools, app);
}

/* What does not end by itself goes to another process; what cannot is ended some seconds later. */
static void on_hand_over(void *arg)
{
	struct app *app = arg;

	iv_info("drain.hand_over", IV_LI("live_calls", iv_gateway_live(app->route.gateway)));
	iv_gateway_hand_over(app->route.gateway);
}

static void on_drain_deadline(void *arg)
{
	struct app *app = arg;

	iv_warn("drain.deadline", IV_LI("live_calls", iv_gateway_live(app->route.gateway)));
	iv_gateway_end_all(app->route.gateway); /* the last of them calls stop() */
}

static void drain(struct app *app, const char *why)
{
	int64_t alone_s = app->cfg->drain_seconds - app->cfg->hand_over_seconds;

	if (app->phase == PHASE_DRAINING) {
		on_drain_deadline(app); /* asked twice: now */
		return;
	}
	if (app->phase != PHASE_READY)
		return;
	app->phase = PHASE_DRAINING;
	iv_info("process.draining", IV_LS("signal", why), IV_LI("live_calls", iv_gateway_live(app->route.gateway)));
	iv_timer_in_ms(&app->drain_deadline, app->cfg->drain_seconds * 1000);
	if (app->house) { /* first of all: nobody new is called */
		iv_campaigns_drain(app->campaigns);
		iv_dials_drain(house_services(app->house)->dials);
	}
	if (app->telephony)
		iv_telephony_drain(app->telephony);
	if (alone_s > 0)
		iv_timer_in_ms(&app->hand_over, alone_s * 1000);
	else
		on_hand_over(app);
	supervisor_draining(app->supervisor);
	iv_gateway_drain(app->route.gateway, stop, app);
}

static void on_signal(uv_signal_t *handle, int number)
{
	drain(handle->data, number == SIGTERM ? "SIGTERM" : "SIGINT");
}

/* ── the start, top to bottom ── */

static bool load_clip(struct app *app, struct iv_err *e)
{
	struct iv_wav wav;
	struct iv_err why = {0};

	iv_buf_init(&app->clip_file, CLIP_BYTES + 65536);
	if (!iv_file_read(app->cfg->clip_file, CLIP_BYTES, &app->clip_file, &why) ||
	    !iv_wav_parse(iv_buf_str(&app->clip_file), &wav, &why))
		return iv_fail(e, IV_EINVAL, "APOLOGY_CLIP=\"%s\": %s", app->cfg->clip_file, why.msg);
	if (wav.rate_hz != 8000 || wav.channels != 1)
		return iv_fail(e, IV_EINVAL, "APOLOGY_CLIP=\"%s\": expected 8000 Hz mono, found %d Hz and %d channels",
			       app->cfg->clip_file, wav.rate_hz, wav.channels);
	app->clip = (struct iv_str){(const char *)wav.data, wav.samples * sizeof(int16_t)};
	return true;
}

static bool check_descriptors(const struct iv_config *cfg, struct iv_err *e)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return iv_fail(e, IV_EINTERNAL, "cannot read the descriptor limit: %s", strerror(errno));
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit); /* what it was is checked next */
	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 ||
	    limit.rlim_cur < (rlim_t)(cfg->max_connections + FDS_RESERVED))
		return iv_fail(e, IV_EINVAL,
			       "HTTP_MAX_CONNECTIONS=\"%lld\": needs %lld descriptors, the limit is %llu",
			       (long long)cfg->max_connections, (long long)cfg->max_connections + FDS_RESERVED,
			       (unsigned long long)limit.rlim_cur);
	return true;
}

static bool agents_know_their_providers(struct app *app, struct iv_err *e)
{
	for (size_t i = 0; i < iv_agents_count(app->agents); i++) {
		const struct iv_agent *a = iv_agents_at(app->agents, i);
		struct iv_err why = {0};

		if (!iv_providers_known(app->providers, IV_ASR, &a->asr, &why) ||
		    !iv_providers_known(app->providers, IV_LLM, &a->llm, &why) ||
		    !iv_providers_known(app->providers, IV_TTS, &a->tts, &why))
			return iv_fail(e, IV_EINVAL, "agent \"%.*s\": %s", IV_FMT(a->id), why.msg);
	}
	return true;
}

static bool open_modules(struct app *app, struct iv_err *e)
{
	struct iv_services *s = house_services(app->house);

	s->providers = app->providers;
	app->webhook = iv_webhook_new(s, e);
	app->worker = app->webhook ? iv_worker_new(s, e) : NULL;
	app->kernel = app->worker ? iv_kernel_new(s, e) : NULL;
	app->telephony = app->kernel ? iv_telephony_new(s, e) : NULL;
	if (!app->telephony)
		return false;
	app->api = iv_api_new(s);
	iv_access_mount(app->api);
	iv_rest_mount(app->api);
	iv_compliance_mount(app->api);
	s->imports = iv_imports_new(s);
	iv_campaign_api_mount(app->api);
	iv_api_mount(app->api, iv_webhook_routes);
	iv_api_mount(app->api, iv_webhook_dispatch_routes);
	iv_api_mount(app->api, iv_webhook_bare_routes());
	iv_telephony_mount(app->api);
	iv_vendors_mount(app->api);
	iv_api_mount(app->api, iv_telephony_limit_routes());
	iv_kernel_mount(app->kernel, app->api);
	app->docs = iv_docs_new(app->api, own_routes, s, e);
	if (!app->docs)
		return false;
	iv_webhook_start(app->webhook);
	iv_worker_start(app->worker);
	app->campaigns = iv_campaigns_new(s, &(struct iv_campaign_opts){0});
	iv_campaigns_start(app->campaigns);
	iv_kernel_start(app->kernel);
	return true;
}

static bool start(struct app *app, struct iv_err *e)
{
	const struct iv_config *cfg = app->cfg;

	if (!check_descriptors(cfg, e) || !load_clip(app, e))
		return false;
	app->net = iv_net_new(
		app->loop, &(struct iv_net_opts){.user_agent = "invorto/" IV_VERSION, .egress_allow = cfg->egress_allow}, e);
	if (!app->net || !telemetry_open(cfg, app->net, IV_VERSION, &app->traces, e))
		return false;
	app->providers = iv_providers_new(app->net, cfg, e);
	app->agents = app->providers ? iv_agents_load(cfg, e) : NULL;
	if (!app->agents || !agents_know_their_providers(app, e))
		return false;
	app->auth = iv_auth_new(cfg);
	app->spools = iv_spools_new(app->loop, cfg->journal_flush_ms);
	if (iv_secret_set(cfg->database_url)) {
		app->house = house_open(&(struct house_deps){.cfg = cfg,
							     .loop = app->loop,
							     .net = app->net,
							     .auth = app->auth,
							     .version = IV_VERSION},
					e);
		if (!app->house || !open_modules(app, e))
			return false;
	}
	app->routes = all_routes(app->api ? iv_api_routes(app->api, on_api) : NULL);
	app->route.gateway = iv_gateway_new(&(struct iv_gateway_deps){.cfg = cfg,
								      .loop = app->loop,
								      .net = app->net,
								      .providers = app->providers,
								      .agents = app->agents,
								      .auth = app->auth,
								      .spools = app->spools,
								      .calls = app->house ? house_calls(app->house) : NULL,
								      .secrets = app->house
											 ? house_services(app->house)->secrets
											 : NULL,
								      .control = app->house
											 ? house_services(app->house)->control
											 : NULL,
								      .carriers = app->house
											  ? house_services(app->house)->carriers
											  : NULL,
								      .slots = app->house
											? house_services(app->house)->slots
											: NULL,
								      .version = IV_VERSION,
								      .clip = app->clip});
	app->protect = protect_new(&(struct protect_deps){
		.net = app->net, .loop = app->loop, .agent_uri = cfg->ecs_agent_uri, .live = calls_here, .arg = app});
	app->supervisor = supervisor_new(cfg, app->loop, calls_here, app, e);
	if (!app->supervisor && cfg->notify_socket[0])
		return false;
	app->route.ops = iv_ops_new(&(struct iv_ops_deps){.cfg = cfg,
							  .loop = app->loop,
							  .version = IV_VERSION,
							  .not_ready = not_ready,
							  .live_calls = live_calls,
							  .part = part,
							  .more_metrics = more_metrics,
							  .arg = app},
				    e);
	if (!app->route.ops)
		return false;
	app->http = iv_http_listen(app->net,
				   &(struct iv_http_opts){.address = cfg->bind_address,
							  .port = (int)cfg->port,
							  .header_max = (size_t)cfg->http_header_bytes,
							  .body_max = (size_t)cfg->http_body_bytes,
							  .header_ms = (int)cfg->http_header_ms,
							  .keepalive_ms = (int)cfg->http_keepalive_ms,
							  .max_connections = (int)cfg->max_connections,
							  .unmatched = app->api ? on_unmatched : NULL,
							  .server_name = "invorto"},
				   app->routes, &app->route, e);
	return app->http != NULL;
}

static void watch_signals(struct app *app)
{
	(void)signal(SIGPIPE, SIG_IGN);
	uv_signal_init(iv_loop_uv(app->loop), &app->term);
	uv_signal_init(iv_loop_uv(app->loop), &app->interrupt);
	app->term.data = app->interrupt.data = app;
	uv_signal_start(&app->term, on_signal, SIGTERM);
	uv_signal_start(&app->interrupt, on_signal, SIGINT);
}

int app_serve(const struct iv_config *cfg)
{
	static struct app app;
	struct iv_err e = {0};

	app.cfg = cfg;
	open_log(&app);
	app.loop = iv_loop_new();
	iv_loop_set_turn_hook(app.loop, on_turn, &app);
	iv_pacer_set_lag_hook(app.loop, on_lag, &app);
	iv_timer_init(&app.drain_deadline, app.loop, on_drain_deadline, &app);
	iv_timer_init(&app.hand_over, app.loop, on_hand_over, &app);
	if (!start(&app, &e)) {
		iv_log_flush();
		(void)fprintf(stderr, "invorto: %s%s%s\n", e.field, e.field[0] ? ": " : "", e.msg);
		return EXIT_CONFIG;
	}
	watch_signals(&app);
	iv_metric_set(IV_M_build_info, 0, 1);
	app.phase = PHASE_READY;
	iv_providers_warm(app.providers);
	supervisor_ready(app.supervisor);
	iv_info("process.ready", IV_LI("port", iv_http_port(app.http)), IV_LS("version", IV_VERSION),
		IV_LI("agents", iv_agents_count(app.agents)));
	iv_loop_run(app.loop);
	iv_gateway_free(app.route.gateway);
	iv_ops_free(app.route.ops);
	iv_agents_free(app.agents);
	iv_auth_free(app.auth);
	free(app.routes);
	iv_buf_deinit(&app.clip_file);
	iv_loop_free(app.loop);
	iv_trace_close();
	iv_log_flush();
	return EXIT_SUCCESS;
}
