/* /v1/calls/:id/artifacts: what is kept of a call, with links that end; and /v1/calls/:id/recording, which is two
 * things by what is sent: JSON is an order to the recording of a live call, sound is a recording made elsewhere. */
#include "resources.h"

#include <stddef.h>

#include "iv_artifacts.h"
#include "iv_calls.h"
#include "iv_control.h"
#include "iv_sql.h"
#include "iv_upload.h"

enum { WRITE_MS = 60000, ORDER_MS = 5000 };

static enum iv_flow_next written(struct iv_flow *f, const struct iv_jw *w)
{
	return iv_jw_done(w) ? IV_FLOW_DONE : iv_flow_fail(f, IV_ETOOBIG, "the answer does not fit");
}

/* ── what is kept ── */

struct kept_state {
	struct iv_rows call, files;
	struct iv_aws_run keys;
};

static enum iv_flow_next ask(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct kept_state *st = c->state;
	struct iv_call_kept_in call = {.id = iv_api_param(c, "id")};
	struct iv_artifact_list_in files = {.call = call.id};

	return iv_pg_run(c->s->pg, f, &c->pg, &c->scope, &c->arena,
			 (struct iv_pg_part[]){{&iv_sql_call_kept, &call, &st->call},
					       {&iv_sql_artifact_list, &files, &st->files}},
			 2);
}

static enum iv_flow_next keys(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct kept_state *st = c->state;

	return st->files.count ? iv_artifact_links_ready(c->s->artifacts, f, &st->keys) : IV_FLOW_NEXT;
}

struct kept_file {
	const struct iv_artifact_list_out *row;
	struct iv_str url; /* ptr NULL: none */
	int64_t expires_ms;
	struct iv_err why;
};

static struct kept_file link_of(struct iv_api_call *c, const struct iv_artifact_list_out *r)
{
	struct kept_file k = {.row = r};
	const struct iv_artifact_row row = {.id = r->id,
					    .call_id = iv_api_param(c, "id"),
					    .kind = r->kind,
					    .format = r->format,
					    .state = r->state,
					    .disk = r->disk,
					    .local_path = r->local_path,
					    .object_key = r->object_key};

	if (!iv_artifact_link(c->s->artifacts, c->who.tenant_id, &row, &c->arena, &k.url, &k.expires_ms, &k.why))
		k.url = IV_STR_NULL; /* why is told */
	return k;
}

static void put_file(struct iv_api_call *c, struct iv_jw *w, const struct kept_file *k)
{
	const struct iv_artifact_list_out *r = k->row;

	iv_jw_obj(w, NULL);
	iv_jw_str(w, "id", r->id);
	iv_jw_str(w, "kind", r->kind);
	iv_jw_str(w, "format", r->format);
	iv_jw_cstr(w, "type", iv_artifact_content_type(r->kind, r->format));
	iv_jw_str(w, "state", r->state);
	if (r->bytes != IV_SQL_NULL)
		iv_jw_i64(w, "bytes", r->bytes);
	if (r->duration_ms != IV_SQL_NULL)
		iv_jw_i64(w, "durationMs", r->duration_ms);
	iv_jw_str(w, "createdAt", iv_time_text(c, r->created_at));
	if (k->url.ptr) {
		iv_jw_str(w, "url", k->url);
		iv_jw_str(w, "expiresAt", iv_time_text(c, k->expires_ms));
	} else {
		iv_jw_null(w, "url");
		iv_jw_cstr(w, "unavailable", k->why.msg);
	}
	iv_jw_end_obj(w);
}

/* Where a seed's client looks: the link of that kind, the latest when there are more. */
static void put_link(struct iv_jw *w, const char *key, const struct kept_file *files, size_t count, const char *kind)
{
	const struct kept_file *best = NULL;

	for (size_t i = 0; i < count; i++)
		if (iv_str_eq(files[i].row->kind, iv_str(kind)) && files[i].url.ptr &&
		    (!best || files[i].row->created_at > best->row->created_at))
			best = &files[i];
	if (best)
		iv_jw_str(w, key, best->url);
	else
		iv_jw_null(w, key);
}

static bool has_kind(const struct kept_file *files, size_t count, const char *kind)
{
	for (size_t i = 0; i < count; i++)
		if (iv_str_eq(files[i].row->kind, iv_str(kind)))
			return true;
	return false;
}

static void put_text(struct iv_jw *w, const char *key, struct iv_str text)
{
	if (text.ptr)
		iv_jw_str(w, key, text);
	else
		iv_jw_null(w, key);
}

static enum iv_flow_next told(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct kept_state *st = c->state;
	const struct iv_call_kept_out *call = iv_call_kept_at(&st->call, 0);
	size_t n = st->files.count;
	struct kept_file *files = iv_arena_alloc(&c->arena, (n + 1) * sizeof(*files));
	bool ours, theirs;
	struct iv_jw w;

	if (!files)
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for the links");
	for (size_t i = 0; i < n; i++)
		files[i] = link_of(c, iv_artifact_list_at(&st->files, i));
	ours = has_kind(files, n, "recording");
	theirs = has_kind(files, n, "recording_upload");
	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_str(&w, "callId", iv_api_param(c, "id"));
	put_link(&w, "recording", files, n, ours ? "recording" : "recording_upload");
	put_text(&w, "transcription", call->transcript);
	put_text(&w, "summary", call->summary);
	put_link(&w, "transcript", files, n, "transcript");
	put_link(&w, "timeline", files, n, "timeline");
	put_link(&w, "metrics", files, n, "metrics");
	iv_jw_obj(&w, "metadata");
	iv_jw_str(&w, "callId", iv_api_param(c, "id"));
	iv_jw_bool(&w, "processed", call->reviewed);
	iv_jw_bool(&w, "hasRecording", ours || theirs);
	iv_jw_bool(&w, "erased", call->erased);
	iv_jw_end_obj(&w);
	iv_jw_arr(&w, "data");
	for (size_t i = 0; i < n; i++)
		put_file(c, &w, &files[i]);
	iv_jw_end_arr(&w);
	iv_jw_end_obj(&w);
	return written(f, &w);
}

/* ── a recording: an order, or sound ── */

struct order_body {
	int action;
};
static const char *const actions[] = {"start", "stop", "pause", "resume", NULL};
static const struct iv_field recording_fields[] = {
	IV_ENUM(struct order_body, action, "action", IV_REQUIRED, actions,
		"pause and stop: both sides are silence from now on; resume and start: heard again"),
	IV_FIELDS_END,
};
static const struct iv_shape recording_shape = {"recording", sizeof(struct order_body), recording_fields, NULL};

struct recording_state {
	struct iv_rows call, locked, added;
	struct iv_control_run control;
	struct iv_str answer;
	struct iv_upload upload;
	struct iv_artifact_file file;
};

static enum iv_flow_next ask_call(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct recording_state *st = c->state;
	struct iv_call_kept_in in = {.id = iv_api_param(c, "id")};

	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_call_kept, &in, &st->call);
}

static enum iv_flow_next order(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct recording_state *st = c->state;
	char name[IV_CALL_NAME_SIZE];

	if (!c->in)
		return IV_FLOW_NEXT; /* sound */
	if (iv_call_kept_at(&st->call, 0)->over)
		return iv_flow_fail(f, IV_ECONFLICT, "the call is not live");
	return iv_control_send(c->s->control, f, &st->control, &c->arena,
			       iv_arena_str(&c->arena, iv_call_name(c->who.tenant_id, iv_api_param(c, "id"), name)),
			       IV_S("recording"), c->body, ORDER_MS, &st->answer);
}

static enum iv_flow_next ordered(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct order_body *o = c->in;
	struct iv_jw w;

	if (!o)
		return IV_FLOW_NEXT;
	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_bool(&w, "success", true);
	iv_jw_str(&w, "callId", iv_api_param(c, "id"));
	iv_jw_cstr(&w, "action", "recording");
	iv_jw_str(&w, "actionId", iv_id_text(c, "act"));
	iv_jw_obj(&w, "recording");
	iv_jw_cstr(&w, "action", actions[o->action]);
	iv_jw_str(&w, "timestamp", iv_time_text(c, iv_wall_ms()));
	iv_jw_end_obj(&w);
	iv_jw_end_obj(&w);
	return written(f, &w);
}

/* What was said to come must be what comes; octet-stream says nothing. */
static bool look(struct iv_upload *u, struct iv_str head, struct iv_err *e)
{
	static const char *const said[][2] = {{"audio/wav", "wav"}, {"audio/x-wav", "wav"}, {"audio/ogg", "ogg"},
					      {"audio/mpeg", "mp3"}};
	struct iv_api_call *c = u->call;
	struct recording_state *st = c->state;
	const char *format = iv_artifact_sound(head);
	struct iv_str rest = iv_api_header(c, "content-type"), type = IV_S("");
	struct iv_artifact_place place;
	char tenant[132], call[132];

	(void)iv_str_split(&rest, ';', &type); /* it was one of ours */
	if (!format)
		return iv_fail(e, IV_EMEDIA, "the body is neither WAV nor Ogg nor MP3");
	for (size_t i = 0; i < IV_COUNT(said); i++)
		if (iv_str_ieq(iv_str_trim(type), iv_str(said[i][0])) && strcmp(said[i][1], format) != 0)
			return iv_fail(e, IV_EMEDIA, "Content-Type says %s, and the body is %s", said[i][1], format);
	(void)iv_str_copy(tenant, sizeof(tenant), c->who.tenant_id); /* both are in the books: they fit */
	(void)iv_str_copy(call, sizeof(call), iv_api_param(c, "id"));
	place = (struct iv_artifact_place){c->s->cfg->data_dir, tenant, call};
	return iv_artifact_brought(&place, format, &st->file, e) && iv_str_copy(u->path, sizeof(u->path), iv_str(st->file.path));
}

static enum iv_flow_next take(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct recording_state *st = c->state;

	if (iv_call_kept_at(&st->call, 0)->erased)
		return iv_flow_fail(f, IV_EGONE, "the call was erased: nothing more is kept of it");
	st->upload.look = look;
	return iv_upload_take(c, &st->upload);
}

/* A file whose row could not be written stays: whether it was written may be in doubt. */
static enum iv_flow_next add_row(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct recording_state *st = c->state;
	struct iv_artifact_call_in call = {.call = iv_api_param(c, "id")};

	st->file.bytes = st->upload.bytes;
	memcpy(st->file.sha256, st->upload.sha256, sizeof(st->file.sha256));

	struct iv_artifact_add_in in = {.call = call.call,
					.kind = iv_str(st->file.kind),
					.format = iv_str(st->file.format),
					.disk = iv_str(iv_artifacts_disk(c->s->artifacts)),
					.local_path = iv_str(st->file.path),
					.bytes = st->file.bytes,
					.sha256 = iv_str(st->file.sha256)};

	return iv_pg_run(c->s->pg, f, &c->pg, &c->scope, &c->arena,
			 (struct iv_pg_part[]){{&iv_sql_artifact_call, &call, &st->locked},
					       {&iv_sql_artifact_add, &in, &st->added}},
			 2);
}

static enum iv_flow_next added(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct recording_state *st = c->state;
	const struct iv_artifact_add_out *r = iv_artifact_add_at(&st->added, 0);
	struct iv_str kind = iv_str(st->file.kind), format = iv_str(st->file.format), object;
	char replaced[IV_ARTIFACT_PATH];
	struct iv_jw w;

	if (r->replaced.len && iv_str_copy(replaced, sizeof(replaced), r->replaced) && strcmp(replaced, st->file.path) != 0)
		iv_upload_remove(c->s, replaced);
	iv_artifacts_wake(c->s->artifacts);
	c->entity_id = r->id;
	object = iv_artifact_object(c->s->artifacts, c->who.tenant_id, iv_api_param(c, "id"), kind, format, &c->arena);
	iv_jw_init(&w, &c->json);
	iv_jw_obj(&w, NULL);
	iv_jw_bool(&w, "success", true);
	iv_jw_str(&w, "callId", iv_api_param(c, "id"));
	iv_jw_str(&w, "id", r->id);
	if (object.len)
		iv_jw_str(&w, "path", object);
	else
		iv_jw_null(&w, "path");
	iv_jw_str(&w, "kind", kind);
	iv_jw_str(&w, "format", format);
	iv_jw_i64(&w, "bytes", st->file.bytes);
	iv_jw_cstr(&w, "sha256", st->file.sha256);
	iv_jw_end_obj(&w);
	return written(f, &w);
}

/* ── the table ── */

static const struct iv_flow_step kept_steps[] = {{"ask", ask}, {"keys", keys}, {"told", told}, {0}};
static const struct iv_flow_step recording_steps[] = {{"ask_call", ask_call}, {"order", order},     {"ordered", ordered},
						      {"take", take},         {"add", add_row},   {"added", added},
						      {0}};
static const enum iv_code missing[] = {IV_ENOENT, IV_OK};
static const enum iv_code recording_errors[] = {IV_ENOENT, IV_ECONFLICT, IV_EUNSUPPORTED, IV_EGONE, IV_OK};
static const char *const sounds[] = {"audio/wav", "audio/x-wav", "audio/ogg", "audio/mpeg", "application/octet-stream", NULL};

const struct iv_api_route *artifact_routes(void)
{
	static const struct iv_api_route rows[] = {
		{.method = "GET", .path = "/v1/calls/:id/artifacts", .id = "getArtifacts", .tag = "Calls",
		 .role = IV_ROLE_ANALYST, .out = &artifacts_answer, .status = 200, .state_size = sizeof(struct kept_state),
		 .steps = kept_steps, .errors = missing,
		 .doc = "What is kept of a call, each with a link that is good for an hour"},
		{.method = "POST", .path = "/v1/calls/:id/recording", .id = "controlRecording", .tag = "Live calls",
		 .role = IV_ROLE_DEV, .flags = IV_API_AUDIT | IV_API_PIECES, .in = &recording_shape, .media = sounds,
		 .body_max_at = offsetof(struct iv_config, recording_upload_max), .status = 202, .deadline_ms = WRITE_MS,
		 .state_size = sizeof(struct recording_state), .steps = recording_steps, .errors = recording_errors,
		 .example = "{\"action\":\"pause\"}",
		 .doc = "JSON: pause the recording of a live call, or go on with it. Sound: keep a recording made elsewhere"},
		{0},
	};

	return rows;
}
