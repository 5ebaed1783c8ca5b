/* The transcript and the numbers of a call, written while it lives: a line as soon as it cannot change any more. What
 * a crash cuts off is in the journal; when the call is closed its files are made whole from that. */
#include <stdio.h>
#include "session.h"

enum { WAITING_BYTES = 524288 };

/* The file is made with its first line. */
static struct iv_spool *file_of(struct session *s, struct iv_spool **file, const char *folder, const char *ending)
{
	char path[700];

	if (*file)
		return *file;
	(void)snprintf(path, sizeof(path), "%s/%s/%s%s%s.%s", s->g->d.cfg->data_dir, folder, s->tenant_id,
		       s->tenant_id[0] ? "/" : "", s->call_id, ending);
	*file = iv_spool_open(s->g->d.spools, path, WAITING_BYTES);
	return *file;
}

static void on_line(void *arg, enum iv_story_file which, struct iv_str line)
{
	struct session *s = arg;
	struct iv_spool *file = which == IV_STORY_TRANSCRIPT ? file_of(s, &s->transcript, "transcripts", "jsonl")
							     : file_of(s, &s->numbers, "metrics", "ndjson");

	(void)iv_spool_add(file, line); /* counted there; the journal has it */
}

static bool wants_redaction(const struct session *s, struct iv_str context)
{
	cJSON *json = context.len ? iv_json_parse(context, NULL) : NULL;
	const cJSON *said = iv_json_get(iv_json_get(json, "call"), "redact");
	bool redact = cJSON_IsBool(said) ? cJSON_IsTrue(said) : s->g->d.cfg->redact;

	cJSON_Delete(json);
	return redact;
}

void story_open(struct session *s, struct iv_str context)
{
	s->redact = wants_redaction(s, context);
	s->story = iv_story_new(&(struct iv_story_opts){.call_id = iv_str(s->call_id),
							.started_ms = s->start_wall_ms,
							.agent = iv_call_agent(s->call),
							.opts = &s->g->call_opts,
							.redact = s->redact,
							.line = on_line,
							.arg = s});
}

void story_close(struct session *s)
{
	iv_story_free(s->story);
	s->story = NULL;
}
