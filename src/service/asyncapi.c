/* The realtime socket's document, from the tables that read and write its messages. */
#include <stdio.h>
#include "iv_browser.h"
#include "openapi_priv.h"

#define MESSAGES "#/channels/voice/messages/"

/* "t", and what every message of the server carries beside its own fields. */
static void discriminator(struct iv_jw *w, const char *t, bool server)
{
	iv_jw_obj(w, NULL);
	iv_jw_cstr(w, "type", "object");
	iv_jw_obj(w, "properties");
	iv_jw_obj(w, "t");
	iv_jw_cstr(w, "const", t);
	iv_jw_end_obj(w);
	if (server) {
		iv_jw_raw(w, "ts", IV_S("{\"type\":\"number\",\"description\":\"Seconds since the call began\"}"));
		iv_jw_raw(w, "timestamp", IV_S("{\"type\":\"integer\",\"description\":\"Unix milliseconds\"}"));
		iv_jw_raw(w, "n", IV_S("{\"type\":\"integer\",\"description\":\"1, 2, …: of messages that must not be lost\"}"));
	}
	iv_jw_end_obj(w);
	iv_jw_arr(w, "required");
	iv_jw_cstr(w, NULL, "t");
	if (server) {
		iv_jw_cstr(w, NULL, "ts");
		iv_jw_cstr(w, NULL, "timestamp");
	}
	iv_jw_end_arr(w);
	iv_jw_end_obj(w);
}

/* What is inside an allOf must not forbid its neighbours: only the fields are taken over. */
static void fields_of(struct iv_jw *w, const struct iv_shape *shape, enum iv_side side)
{
	bool any = false;

	iv_jw_obj(w, NULL);
	iv_jw_cstr(w, "type", "object");
	iv_jw_obj(w, "properties");
	for (const struct iv_field *f = shape->fields; f->kind != IV_F_END; f++) {
		if (f->kind == IV_F_OBJ)
			iv_shape_side_schema(f->shape, side, NULL, f->name, w);
		else
			iv_shape_field_schema(f, f->name, w);
		any = any || (f->flags & IV_REQUIRED);
	}
	iv_jw_end_obj(w);
	if (any) {
		iv_jw_arr(w, "required");
		for (const struct iv_field *f = shape->fields; f->kind != IV_F_END; f++)
			if (f->flags & IV_REQUIRED)
				iv_jw_cstr(w, NULL, f->name);
		iv_jw_end_arr(w);
	}
	iv_jw_end_obj(w);
}

/* Names in a document have no dots. */
static void message_name(const char *side, const char *t, char out[64])
{
	size_t n = (size_t)snprintf(out, 64, "%s-", side);

	for (; *t && n < 63; t++)
		out[n++] = *t == '.' ? '-' : *t;
	out[n] = '\0';
}

static void message(struct iv_jw *w, const char *side, const char *t, const struct iv_shape *shape, bool server)
{
	char name[64];

	message_name(side, t, name);
	iv_jw_obj(w, name);
	iv_jw_cstr(w, "name", t);
	iv_jw_cstr(w, "contentType", "application/json");
	iv_jw_obj(w, "payload");
	iv_jw_arr(w, "allOf");
	discriminator(w, t, server);
	fields_of(w, shape, server ? IV_SIDE_ANSWER : IV_SIDE_REQUEST);
	iv_jw_end_arr(w);
	iv_jw_end_obj(w);
	iv_jw_end_obj(w);
}

static void audio(struct iv_jw *w, const char *name, const char *doc)
{
	iv_jw_obj(w, name);
	iv_jw_cstr(w, "name", name);
	iv_jw_cstr(w, "contentType", "application/octet-stream");
	iv_jw_cstr(w, "summary", doc);
	iv_jw_end_obj(w);
}

static void messages(struct iv_jw *w)
{
	iv_jw_obj(w, "messages");
	for (int t = 0; t < IV_CL_TYPES; t++)
		message(w, "client", iv_client_names[t], iv_client_shapes[t], false);
	audio(w, "client-frame", "PCM16 little-endian, mono: the caller's sound");
	for (const struct iv_server_row *r = iv_server_rows; r->t; r++)
		message(w, "server", r->t, &r->shape, true);
	audio(w, "server-frame", "PCM16 little-endian, mono: the agent's sound, with audio=binary in the address");
	iv_jw_end_obj(w);
}

static void message_ref(struct iv_jw *w, const char *side, const char *t)
{
	char name[64], ref[128];

	message_name(side, t, name);
	(void)snprintf(ref, sizeof(ref), MESSAGES "%s", name);
	iv_jw_obj(w, NULL);
	iv_jw_cstr(w, "$ref", ref);
	iv_jw_end_obj(w);
}

static void operation(struct iv_jw *w, const char *id, const char *action, const char *summary)
{
	iv_jw_obj(w, id);
	iv_jw_cstr(w, "action", action);
	iv_jw_cstr(w, "summary", summary);
	iv_jw_raw(w, "channel", IV_S("{\"$ref\":\"#/channels/voice\"}"));
	iv_jw_arr(w, "messages");
}

static void operations(struct iv_jw *w)
{
	iv_jw_obj(w, "operations");
	operation(w, "fromClient", "receive", "What a client may say");
	for (int t = 0; t < IV_CL_TYPES; t++)
		message_ref(w, "client", iv_client_names[t]);
	message_ref(w, "client", "frame");
	iv_jw_end_arr(w);
	iv_jw_end_obj(w);
	operation(w, "toClient", "send", "What it hears");
	for (const struct iv_server_row *r = iv_server_rows; r->t; r++)
		message_ref(w, "server", r->t);
	message_ref(w, "server", "frame");
	iv_jw_end_arr(w);
	iv_jw_end_obj(w);
	iv_jw_end_obj(w);
}

/* Ends that are no error of ours, then the code of every error. */
static void close_codes(struct iv_jw *w)
{
	static const struct {
		int code;
		const char *name, *doc;
	} own[] = {
		{1000, "goodbye", "either side has said all"},
		{1007, "not_utf8", "a text frame that is none"},
		{1002, "not_the_protocol", "a frame that is none"},
		{4000, "connection_timeout", "idle, or pings unanswered"},
		{4002, "missing_call_id", "no callId in the address"},
		{4008, "slow_consumer", "output not read for too long"},
	};

	iv_jw_arr(w, "x-close-codes");
	for (size_t i = 0; i < IV_COUNT(own); i++) {
		iv_jw_obj(w, NULL);
		iv_jw_i64(w, "code", own[i].code);
		iv_jw_cstr(w, "name", own[i].name);
		iv_jw_cstr(w, "description", own[i].doc);
		iv_jw_end_obj(w);
	}
	for (int c = IV_OK + 1; c <= IV_ETIMEDOUT; c++) {
		iv_jw_obj(w, NULL);
		iv_jw_i64(w, "code", iv_code_info((enum iv_code)c)->ws_close);
		iv_jw_cstr(w, "name", iv_code_info((enum iv_code)c)->name);
		iv_jw_bool(w, "retryable", iv_code_info((enum iv_code)c)->retryable);
		iv_jw_end_obj(w);
	}
	iv_jw_end_arr(w);
}

static void query(struct iv_jw *w)
{
	static const char *const rows[][2] = {
		{"callId", "The call; an id of the client's making, or a ticket's"},
		{"agentId", "Who answers; may come with start instead"},
		{"ticket", "From POST /v1/realtime/tickets: good once"},
		{"api_key", "Deprecated: addresses are logged by others"},
		{"ts", "Unix seconds of sig"},
		{"sig", "Hex HMAC-SHA256 of callId:ts, or of callId:ts:tenantId:nonce; good once"},
		{"tenantId", "Whose call it is; signed"},
		{"nonce", "Any text that makes the signature another one; signed"},
		{"rate", "8000 or 16000 samples a second; 16000 unless said"},
		{"audio", "binary: the agent's sound as raw frames"},
		{"traceparent", "W3C Trace Context, where the header of that name cannot be set"},
		{"resume", "The last resumeToken"},
		{"after", "The last n that was seen"},
	};

	iv_jw_obj(w, "bindings");
	iv_jw_obj(w, "ws");
	iv_jw_cstr(w, "method", "GET");
	iv_jw_obj(w, "query");
	iv_jw_cstr(w, "type", "object");
	iv_jw_obj(w, "properties");
	for (size_t i = 0; i < IV_COUNT(rows); i++) {
		iv_jw_obj(w, rows[i][0]);
		iv_jw_cstr(w, "type", "string");
		iv_jw_cstr(w, "description", rows[i][1]);
		iv_jw_end_obj(w);
	}
	iv_jw_end_obj(w);
	iv_jw_end_obj(w);
	iv_jw_cstr(w, "bindingVersion", "0.1.0");
	iv_jw_end_obj(w);
	iv_jw_end_obj(w);
}

static void server(struct iv_jw *w, const struct iv_services *s)
{
	struct iv_url u;
	bool known = iv_url_parse(iv_str(s->cfg->public_base_url), &u, NULL);
	char host[300] = "localhost";

	if (known)
		(void)snprintf(host, sizeof(host), "%.*s:%d", IV_FMT(u.host), u.port);
	iv_jw_obj(w, "servers");
	iv_jw_obj(w, "gateway");
	iv_jw_cstr(w, "host", host);
	iv_jw_cstr(w, "protocol", known && u.tls ? "wss" : "ws");
	iv_jw_arr(w, "security");
	iv_jw_raw(w, NULL, IV_S("{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":\"An API key; browsers: as subprotocol "
			       "beside invorto.v1, or a ticket in the address\"}"));
	iv_jw_end_arr(w);
	iv_jw_end_obj(w);
	iv_jw_end_obj(w);
}

bool iv_asyncapi(const struct iv_services *s, struct iv_buf *out)
{
	struct iv_jw w;

	iv_jw_init(&w, out);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "asyncapi", "3.0.0");
	iv_jw_obj(&w, "info");
	iv_jw_cstr(&w, "title", "invorto realtime socket");
	iv_jw_cstr(&w, "version", s->version);
	iv_jw_end_obj(&w);
	server(&w, s);
	iv_jw_obj(&w, "channels");
	iv_jw_obj(&w, "voice");
	iv_jw_cstr(&w, "address", "/realtime/voice");
	iv_jw_cstr(&w, "description", "One call's media and events. Text frames are JSON, binary frames are sound.");
	messages(&w);
	query(&w);
	iv_jw_end_obj(&w);
	iv_jw_end_obj(&w);
	operations(&w);
	close_codes(&w);
	iv_jw_end_obj(&w);
	return iv_jw_done(&w);
}
