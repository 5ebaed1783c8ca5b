/* POST /v1/calls/:id/replay: a call that is over, as it was and as it would have been with other settings. */
#include "resources.h"

#include "iv_artifacts.h"
#include "iv_replays.h"
#include "iv_sql.h"

enum { SETTINGS_BYTES = 32768, REPLAY_MS = 60000, FAR_MS = 55000 };

struct replay_body {
	struct iv_agent settings; /* checked alone: what counts is merged over the agent of the journal */
};
static struct iv_field body_fields[2];
static const struct iv_shape body_shape = {"callReplayBody", sizeof(struct replay_body), body_fields, NULL};

struct replay_state {
	struct iv_rows rows;
	struct iv_replays_run run;
	struct iv_str settings;
	bool elsewhere; /* its journal lies on another disk */
	struct iv_replays_far far;
};

static enum iv_flow_next read_settings(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct replay_state *st = c->state;
	char *text = cJSON_PrintUnformatted(iv_json_get(c->doc, "settings"));
	struct iv_call_journal_in in = {.id = iv_api_param(c, "id")};

	st->settings = text ? iv_arena_str(&c->arena, iv_str(text)) : IV_STR_NULL;
	cJSON_free(text);
	if (!st->settings.ptr)
		return iv_flow_fail(f, IV_EINTERNAL, "no memory for the settings");
	return iv_pg_one(c->s->pg, f, &c->pg, &c->scope, &c->arena, &iv_sql_call_journal, &in, &st->rows);
}

static enum iv_flow_next replay(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct replay_state *st = c->state;
	const struct iv_call_journal_out *r = iv_call_journal_at(&st->rows, 0);

	if (!r->over)
		return iv_flow_fail(f, IV_ECONFLICT, "the call is not over");
	if (!r->state.ptr)
		return iv_flow_fail(f, IV_ECONFLICT, "there is no journal of this call: it was not held by this gateway");
	if (iv_str_eq(r->state, IV_S("deleted")) || !r->local_path.len)
		return iv_flow_fail(f, IV_EGONE, "the journal of this call was deleted");
	st->elsewhere = !iv_str_eq(r->disk, iv_str(iv_artifacts_disk(c->s->artifacts)));
	if (st->elsewhere)
		return iv_replays_find(c->s->replays, f, &st->far, &c->arena, r->disk);
	return iv_replays_go(c->s->replays, f, &st->run, r->local_path, st->settings, &c->json);
}

static enum iv_flow_next ask(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct replay_state *st = c->state;
	struct iv_str path = iv_call_journal_at(&st->rows, 0)->local_path;

	if (!st->elsewhere)
		return IV_FLOW_NEXT;
	return iv_replays_ask(c->s->replays, f, &st->far, &c->arena, path, st->settings, FAR_MS);
}

static enum iv_flow_next told(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct replay_state *st = c->state;

	if (!st->elsewhere || iv_replays_told(&st->far, &c->json, &f->err))
		return IV_FLOW_NEXT;
	return IV_FLOW_DONE;
}

static const struct iv_flow_step steps[] = {{"read", read_settings}, {"replay", replay}, {"ask", ask}, {"told", told}, {0}};
static const enum iv_code errors[] = {IV_ENOENT, IV_ECONFLICT, IV_EGONE, IV_OK};

const struct iv_api_route *replay_routes(void)
{
	static const struct iv_api_route rows[] = {
		{.method = "POST", .path = "/v1/calls/:id/replay", .id = "replayCall", .tag = "Calls",
		 .role = IV_ROLE_ANALYST, .in = &body_shape, .out = &replay_answer, .status = 200,
		 .state_size = sizeof(struct replay_state), .body_max = SETTINGS_BYTES, .deadline_ms = REPLAY_MS,
		 .steps = steps, .errors = errors, .example = "{\"settings\":{\"endpointing\":{\"silenceMs\":400}}}",
		 .doc = "Go through a call again with other settings of its agent: what would have been said when. Nothing is "
			"called, stored or changed"},
		{0},
	};

	body_fields[0] = (struct iv_field)IV_OBJ(struct replay_body, settings, "settings", IV_REQUIRED, agent_config_shape(),
						 "Members of an agent, merged over the agent as it was");
	body_fields[1] = (struct iv_field)IV_FIELDS_END;
	return rows;
}
