/* A span for each time a carrier is asked to place a call: one that is asked again, in its turn, has two. */
#include "carrier.h"

#include "iv_trace.h"

struct iv_span *carrier_span_begin(const struct carrier_place *p, const struct iv_originate *o)
{
	struct iv_span *s = iv_trace_child(o->span, "originate", IV_SPAN_CLIENT);
	struct iv_url u;

	iv_span_name(s, "originate %s", iv_carrier_names[o->carrier]);
	iv_span_set_word(s, "http.request.method", "POST");
	if (iv_span_records(s) && iv_url_parse(p->url, &u, NULL)) {
		iv_span_set(s, "server.address", u.host);
		iv_span_set_int(s, "server.port", u.port);
	}
	return s;
}

/* The words that other providers' spans have; NULL: it went well. */
static const char *error_of(const struct carrier_reply *r)
{
	if (r->status == 0)
		return r->late ? "timeout" : r->unsent ? "unreachable" : "cut";
	return r->status < 400			   ? NULL
	       : r->status == 429		   ? "rate_limited"
	       : r->status == 401 || r->status == 403 ? "unauthorized"
	       : r->status >= 500		   ? "server_error"
						   : "refused";
}

void carrier_span_end(struct iv_span *s, const struct carrier_reply *r)
{
	if (!r)
		iv_span_set_bool(s, "invorto.cancelled", true);
	else if (r->status)
		iv_span_set_int(s, "http.response.status_code", r->status);
	if (r && error_of(r))
		iv_span_error(s, error_of(r));
	iv_trace_finish(s);
}
