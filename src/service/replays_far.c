/* Replays of journals that lie on another process's disk: asked of it, and answered for it. */
#include "replays_priv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "iv_json.h"
#include "packed.h"

#define VERB "replay"

/* 64 KiB go over the channel: a base64 of so many packed bytes, and what stands around it. */
enum { ANSWER_MS = 50000, ASK_MAX = 65536 };

/* ── asking ── */

static bool disk_name(struct iv_str disk_id, char out[160])
{
	int n = snprintf(out, 160, "disk:%.*s", IV_FMT(disk_id));

	return n > 0 && n < 160;
}

enum iv_flow_next iv_replays_find(struct iv_replays *r, struct iv_flow *f, struct iv_replays_far *far,
				  struct iv_arena *arena, struct iv_str disk_id)
{
	*far = (struct iv_replays_far){0};
	if (!r->control || !disk_name(disk_id, far->name))
		return IV_FLOW_NEXT;
	return iv_control_owner(r->control, f, &far->run, arena, iv_str(far->name), &far->owner);
}

static struct iv_str question(struct iv_arena *arena, struct iv_str path, struct iv_str settings)
{
	struct iv_str text = IV_STR_NULL;
	struct iv_buf b;
	struct iv_jw w;

	iv_buf_init(&b, ASK_MAX);
	iv_jw_init(&w, &b);
	iv_jw_obj(&w, NULL);
	iv_jw_str(&w, "path", path);
	iv_jw_raw(&w, "settings", settings);
	iv_jw_end_obj(&w);
	if (iv_jw_done(&w))
		text = iv_arena_str(arena, iv_buf_str(&b));
	iv_buf_deinit(&b);
	return text;
}

enum iv_flow_next iv_replays_ask(struct iv_replays *r, struct iv_flow *f, struct iv_replays_far *far,
				 struct iv_arena *arena, struct iv_str path, struct iv_str settings, int timeout_ms)
{
	struct iv_str args;

	if (!far->owner.len)
		return iv_flow_fail(f, IV_ECONFLICT,
				    "the journal lies on %s, on which no instance runs now: start one with that DATA_DIR, or run "
				    "invorto replay there", far->name[0] ? far->name : "another instance's disk");
	args = question(arena, path, settings);
	if (!args.len)
		return iv_flow_fail(f, IV_ETOOBIG, "the settings are too long to be sent to the instance that has the journal");
	return iv_control_send(r->control, f, &far->run, arena, iv_str(far->name), IV_S(VERB), args, timeout_ms, &far->answer);
}

static enum iv_code code_named(struct iv_str name)
{
	static const enum iv_code some[] = {IV_EINVAL, IV_EGONE, IV_ETOOBIG, IV_EDRAINING, IV_ECANCELED, IV_ETIMEDOUT};

	for (size_t i = 0; i < IV_COUNT(some); i++)
		if (iv_str_eq(name, iv_str(iv_code_info(some[i])->name)))
			return some[i] == IV_ECANCELED ? IV_EDRAINING : some[i];
	return IV_EINTERNAL;
}

bool iv_replays_told(const struct iv_replays_far *far, struct iv_buf *out, struct iv_err *e)
{
	cJSON *json = iv_json_parse(far->answer, NULL);
	const cJSON *bytes = iv_json_get(json, "bytes");
	struct iv_str code = iv_json_str(json, "code"), field = iv_json_str(json, "field");
	bool ok = false;

	if (code.len)
		(void)iv_fail_field(e, code_named(code), field.ptr ? field.ptr : "", "%.*s", IV_FMT(iv_json_str(json, "why")));
	else
		ok = (cJSON_IsNumber(bytes) && bytes->valuedouble > 0 && bytes->valuedouble <= REPLAYS_ANSWER_MAX &&
		      packed_read(iv_json_str(json, "zip"), (size_t)bytes->valuedouble, out)) ||
		     iv_fail(e, IV_EINTERNAL, "the instance that has the journal answered what cannot be read");
	cJSON_Delete(json);
	return ok;
}

/* ── answering ── */

struct answering {
	struct iv_flow flow; /* first */
	struct iv_replays *r;
	struct iv_control_request *rq;
	struct iv_replays_run run;
	struct iv_str path, settings; /* in the arena */
	struct iv_arena arena;
	struct iv_buf zip;
	int64_t bytes; /* of what is in it */
};

/* Somebody who may write to our Redis is not to read whatever this process may. */
static bool is_ours(const struct iv_replays *r, struct iv_str path)
{
	size_t n = strlen(r->data_dir);

	return iv_str_starts(path, iv_str(r->data_dir)) &&
	       iv_str_starts((struct iv_str){path.ptr + n, path.len - n}, IV_S("/journal/")) &&
	       iv_str_find(path, IV_S("/../"), 0) < 0;
}

static enum iv_flow_next go(struct iv_flow *f)
{
	struct answering *x = (struct answering *)(void *)f;
	cJSON *json = iv_json_parse(x->rq->args, NULL);
	char *settings = cJSON_PrintUnformatted(iv_json_get(json, "settings"));

	x->path = iv_arena_str(&x->arena, iv_json_str(json, "path"));
	x->settings = settings ? iv_arena_str(&x->arena, iv_str(settings)) : IV_STR_NULL;
	cJSON_free(settings);
	cJSON_Delete(json);
	if (!x->settings.len || !is_ours(x->r, x->path))
		return iv_flow_fail(f, IV_EGONE, "the journal of the call cannot be read");
	return replays_go_packed(x->r, f, &x->run, x->path, x->settings, &x->zip, &x->bytes);
}

/* Errors are told with their field, which the channel itself has no place for. */
static bool write_answer(const struct answering *x, const struct iv_err *err, struct iv_buf *out)
{
	struct iv_jw w;

	iv_jw_init(&w, out);
	iv_jw_obj(&w, NULL);
	if (err->code == IV_OK) {
		iv_jw_i64(&w, "bytes", x->bytes);
		iv_jw_str(&w, "zip", iv_buf_str(&x->zip));
	} else {
		iv_jw_cstr(&w, "code", iv_code_info(err->code)->name);
		iv_jw_cstr(&w, "field", err->field);
		iv_jw_cstr(&w, "why", err->msg);
	}
	iv_jw_end_obj(&w);
	return iv_jw_done(&w);
}

static void answered(struct iv_flow *f)
{
	struct answering *x = (struct answering *)(void *)f;
	struct iv_buf out;

	iv_buf_init(&out, 2 * REPLAYS_PACKED_MAX);
	if (write_answer(x, &f->err, &out))
		iv_control_answer(x->rq, IV_OK, iv_buf_str(&out));
	else
		iv_control_answer(x->rq, IV_EINTERNAL, IV_S("the answer does not fit"));
	iv_buf_deinit(&out);
	iv_buf_deinit(&x->zip);
	iv_arena_deinit(&x->arena);
	iv_free_later(x->r->loop, x);
}

static const struct iv_flow_step steps[] = {{"go", go}, {0}};
static const struct iv_flow_type type = {"replay_far", steps, answered};

static void on_asked(void *arg, struct iv_control_request *rq)
{
	struct answering *x = calloc(1, sizeof(*x));

	if (!x)
		abort();
	x->r = arg;
	x->rq = rq;
	iv_arena_init(&x->arena, 2 * ASK_MAX);
	iv_buf_init(&x->zip, REPLAYS_PACKED_MAX);
	iv_flow_start(&x->flow, &type, x->r->loop, ANSWER_MS, NULL);
}

void iv_replays_share(struct iv_replays *r, struct iv_control *c, const char *disk_id, const char *data_dir)
{
	char name[160];

	r->control = c;
	r->data_dir = data_dir;
	iv_control_handle(c, VERB, on_asked, r);
	if (disk_name(iv_str(disk_id), name))
		iv_control_own(c, iv_str(name));
}
