/* What the settings say of traces, for the exporter; see telemetry.h. */
#include "iv_crypto.h"
#include "iv_log.h"
#include "iv_trace.h"
#include "telemetry.h"

enum { PAIRS_MAX = 64, OURS_MAX = 3, LISTS_BYTES = 131072, URL_BYTES = 2048 };

struct reading {
	struct iv_arena arena;
	struct iv_buf url;
	struct iv_pair headers[PAIRS_MAX], attrs[PAIRS_MAX + OURS_MAX];
	size_t header_count, attr_count;
	char instance[33];
};

static bool read_url(const struct iv_config *cfg, struct iv_buf *url)
{
	struct iv_str base = iv_str(cfg->otel_endpoint);

	if (cfg->otel_traces_endpoint[0])
		return iv_buf_adds(url, iv_str(cfg->otel_traces_endpoint));
	while (base.len && base.ptr[base.len - 1] == '/')
		base.len--;
	return iv_buf_adds(url, base) && iv_buf_adds(url, IV_S("/v1/traces"));
}

static bool has(const struct reading *r, const char *name)
{
	for (size_t i = 0; i < r->attr_count; i++)
		if (iv_str_eq(r->attrs[i].name, iv_str(name)))
			return true;
	return false;
}

static void add(struct reading *r, const char *name, struct iv_str value)
{
	if (value.len && !has(r, name))
		r->attrs[r->attr_count++] = (struct iv_pair){iv_str(name), value};
}

/* OTEL_SERVICE_NAME goes before the service.name of the list. */
static void name_service(struct reading *r, const struct iv_config *cfg)
{
	for (size_t i = 0; i < r->attr_count && cfg->otel_service_name[0]; i++)
		if (iv_str_eq(r->attrs[i].name, IV_S("service.name")))
			r->attrs[i].value = iv_str(cfg->otel_service_name);
	add(r, "service.name", cfg->otel_service_name[0] ? iv_str(cfg->otel_service_name) : IV_S("invorto"));
}

static bool read_lists(struct reading *r, const struct iv_config *cfg, const char *version, struct iv_err *e)
{
	uint8_t random[16];
	struct iv_err why = {0};

	if (!iv_otlp_pairs(iv_str(iv_secret_reveal(cfg->otel_headers)), &r->arena, r->headers, PAIRS_MAX, &r->header_count, &why))
		return iv_fail(e, IV_EINVAL, "OTEL_EXPORTER_OTLP_HEADERS: %s", why.msg);
	if (!iv_otlp_pairs(iv_str(cfg->otel_resource), &r->arena, r->attrs, PAIRS_MAX, &r->attr_count, &why))
		return iv_fail(e, IV_EINVAL, "OTEL_RESOURCE_ATTRIBUTES: %s", why.msg);
	name_service(r, cfg);
	add(r, "service.version", iv_str(version));
	iv_random(random, sizeof(random));
	(void)iv_hex(random, sizeof(random), r->instance);
	add(r, "service.instance.id", iv_str(r->instance));
	return true;
}

static enum iv_sampler sampler_of(const char *name)
{
	for (int i = 0; iv_sampler_names[i]; i++)
		if (strcmp(iv_sampler_names[i], name) == 0)
			return (enum iv_sampler)i;
	return IV_SAMPLE_PARENT_ALWAYS; /* the table allows no other name */
}

static bool open_exporter(struct reading *r, const struct iv_config *cfg, struct iv_net *n, const char *version,
			  struct iv_exporter **x, struct iv_err *e)
{
	struct iv_err why = {0};

	if (!read_url(cfg, &r->url))
		return iv_fail(e, IV_EINVAL, "OTEL_EXPORTER_OTLP_ENDPOINT: is too long");
	if (!read_lists(r, cfg, version, e))
		return false;
	*x = iv_exporter_new(n,
			     &(struct iv_exporter_opts){.url = iv_buf_str(&r->url),
							.headers = r->headers,
							.header_count = r->header_count,
							.attrs = r->attrs,
							.attr_count = r->attr_count,
							.version = version,
							.batch = (int)cfg->otel_batch_max,
							.delay_ms = (int)cfg->otel_delay_ms,
							.timeout_ms = (int)cfg->otel_timeout_ms,
							.flush_ms = (int)cfg->traces_flush_ms},
			     &why);
	if (!*x)
		return iv_fail(e, IV_EINVAL, "%s: %s",
			       cfg->otel_traces_endpoint[0] ? "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"
							    : "OTEL_EXPORTER_OTLP_ENDPOINT",
			       why.msg);
	return true;
}

bool telemetry_open(const struct iv_config *cfg, struct iv_net *n, const char *version, struct iv_exporter **x,
		    struct iv_err *e)
{
	struct reading r = {0};
	bool ok;

	*x = NULL;
	if (cfg->otel_disabled || (!cfg->otel_endpoint[0] && !cfg->otel_traces_endpoint[0]))
		return true;
	iv_trace_open(&(struct iv_trace_opts){.sampler = sampler_of(cfg->otel_sampler),
					      .ratio = cfg->otel_sampler_arg,
					      .live_max = (size_t)cfg->traces_live_max,
					      .queue_max = (size_t)cfg->otel_queue_max,
					      .content = cfg->traces_content});
	iv_arena_init(&r.arena, LISTS_BYTES);
	iv_buf_init(&r.url, URL_BYTES);
	ok = open_exporter(&r, cfg, n, version, x, e);
	iv_buf_deinit(&r.url);
	iv_arena_deinit(&r.arena);
	if (!ok) {
		iv_trace_close();
		return false;
	}
	if (cfg->traces_content)
		iv_warn("traces.content", IV_LS("rule", "TRACES_CONTENT is on: what is said leaves with the traces"));
	return true;
}
