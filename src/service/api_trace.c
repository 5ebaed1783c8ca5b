/* A span for each request of the API: hooks of carriers are among them. Its caller's trace goes on in it. */
#include <stdio.h>
#include "api_priv.h"

static void describe(struct iv_api_call *c)
{
	(void)iv_span_trace_id(c->span, c->priv->trace_id);
	iv_span_set_word(c->span, "http.request.method", c->route->method);
	iv_span_set_word(c->span, "http.route", c->route->path);
	iv_span_set_word(c->span, "invorto.operation", c->route->id);
	iv_span_set(c->span, "invorto.request.id", iv_str(c->request_id));
}

void api_trace_begin(struct iv_api_call *c)
{
	struct iv_trace_context from;
	char name[IV_SPAN_NAME];
	bool known;

	if (!iv_trace_on())
		return;
	known = iv_trace_context_read(iv_http_header(c->http, "traceparent"), iv_http_header(c->http, "tracestate"), &from);
	(void)snprintf(name, sizeof(name), "%s %s", c->route->method, c->route->path); /* cut */
	c->span = iv_trace_root(name, IV_SPAN_SERVER, known ? &from : NULL);
	describe(c);
}

void iv_api_trace_from(struct iv_api_call *c, struct iv_str traceparent)
{
	struct iv_trace_context from;

	if (!c->span || !iv_trace_context_read(traceparent, IV_STR_NULL, &from))
		return;
	iv_trace_adopt(c->span, &from);
	describe(c); /* it may be recorded only now */
}

void api_trace_end(struct iv_api_call *c, int status)
{
	if (!c->span)
		return;
	iv_span_set_int(c->span, "http.response.status_code", status);
	iv_span_set(c->span, "invorto.tenant.id", c->who.tenant_id);
	iv_span_set(c->span, "invorto.key.id", c->who.key_id);
	if (status >= 500)
		iv_span_error(c->span, c->flow.err.code != IV_OK ? iv_code_info(c->flow.err.code)->name : "500");
	iv_trace_finish(c->span);
	c->span = NULL;
}
