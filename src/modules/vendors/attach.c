/* Who answers a number. An agent that ElevenLabs hosts is attached there as well. */
#include "vendors.h"

struct attach_body {
	struct iv_str agent_id, number_id;
};
static const struct iv_field function_fields[] = {
	IV_STR(struct attach_body, agent_id, "voice_agent_id", IV_REQUIRED, 1, 128, "Deployed before"),
	IV_STR(struct attach_body, number_id, "voice_number_id", IV_REQUIRED, 1, 128, "Of the same tenant"),
	IV_FIELDS_END,
};
static const struct iv_shape function_shape = {"voiceAttachAgent", sizeof(struct attach_body), function_fields, NULL};
static const struct iv_field resource_fields[] = {
	IV_STR(struct attach_body, agent_id, "agentId", IV_REQUIRED, 1, 128, "Deployed before"), IV_FIELDS_END};
static const struct iv_shape resource_shape = {"numberAgent", sizeof(struct attach_body), resource_fields, NULL};

struct state {
	struct iv_rows agents, numbers, rows;
	struct iv_str number_id;
	struct iv_vendor_run run;
	struct iv_vendor_answer answer;
};

static enum iv_flow_next load(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct attach_body *in = c->in;
	struct state *st = c->state;
	const struct iv_start_agent_in agent = {.agent = in->agent_id, .number = IV_S("")};
	struct iv_number_get_in number;

	if (!vendors_tenant(c, IV_STR_NULL))
		return IV_FLOW_DONE;
	st->number_id = in->number_id.len ? in->number_id : iv_api_param(c, "id");
	number = (struct iv_number_get_in){.id = st->number_id};
	return iv_pg_run(c->s->pg, f, &c->pg, &c->scope, &c->arena,
			 (const struct iv_pg_part[]){{&iv_sql_start_agent, &agent, &st->agents},
						     {&iv_sql_number_get, &number, &st->numbers}},
			 2);
}

static enum iv_flow_next attach(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	const struct iv_start_agent_out *a = iv_start_agent_at(&st->agents, 0);
	const struct iv_number_get_out *n;

	if (!a->agent_id.len)
		return iv_flow_fail(f, IV_ENOENT, "there is no such agent");
	if (!st->numbers.count)
		return iv_flow_fail(f, IV_ENOENT, "there is no such number");
	n = iv_number_get_at(&st->numbers, 0);
	st->answer = (struct iv_vendor_answer){.said = IV_SAID_DONE};
	if (!a->hosted)
		return IV_FLOW_NEXT;
	if (!a->vendor_agent_id.len)
		return iv_flow_fail(f, IV_EUNPROCESSABLE, "the agent is not deployed at ElevenLabs");
	if (!n->vendor_id.len)
		return iv_flow_fail(f, IV_EUNPROCESSABLE, "the number is not imported to ElevenLabs: import it first");
	return iv_convai_attach(c->s->carriers, f, &st->run, &c->arena, n->vendor_id, a->vendor_agent_id, &st->answer);
}

static enum iv_flow_next save(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	const struct attach_body *in = c->in;
	struct state *st = c->state;

	if (st->answer.said != IV_SAID_DONE)
		return vendors_failed(c, IV_ELEVENLABS, &st->answer);
	const struct iv_number_attached_in number = {.id = st->number_id, .agent = in->agent_id};
	const struct iv_agent_row_in agent = {.agent = in->agent_id};

	return iv_pg_run(c->s->pg, f, &c->pg, &c->scope, &c->arena,
			 (const struct iv_pg_part[]){{&iv_sql_number_attached, &number, &st->rows},
						     {&iv_sql_agent_row, &agent, &st->agents}},
			 2);
}

static enum iv_flow_next answer(struct iv_flow *f)
{
	struct iv_api_call *c = iv_api_self(f);
	struct state *st = c->state;
	bool function = vendors_is_function(c);
	struct iv_jw w;

	c->entity_id = st->number_id;
	vendors_begin(c, &w);
	vendors_row(&w, function ? "voice_number" : "number", iv_number_attached_at(&st->rows, 0)->number, !function);
	vendors_row(&w, function ? "voice_agent" : "agent", iv_agent_row_at(&st->agents, 0)->agent, !function);
	return vendors_done(c, &w, "Agent attached to phone number successfully");
}

static const struct iv_flow_step steps[] = {{"load", load}, {"attach", attach}, {"save", save}, {"answer", answer}, {0}};
static const enum iv_code errors[] = {IV_ENOENT, IV_EUNPROCESSABLE, IV_ERATE, IV_EUPSTREAM, IV_OK};

#define DOC "Say which agent answers a number"

const struct iv_api_route *vendors_attach_routes(void)
{
	static const struct iv_api_route rows[] = {
		VENDORS_FUNCTION("attach-agent", "attach-agent", "voiceAttachAgent", .flags = IV_API_FUNCTION | IV_API_AUDIT,
				 .in = &function_shape, .state_size = sizeof(struct state), .steps = steps, .errors = errors,
				 .doc = DOC),
		{.method = "POST", .path = "/v1/numbers/:id/agent", .id = "attachAgent", .tag = "Numbers", .role = IV_ROLE_DEV,
		 .flags = IV_API_AUDIT, .in = &resource_shape, .status = 200, .state_size = sizeof(struct state),
		 .steps = steps, .errors = errors, .doc = DOC, .deadline_ms = VENDORS_DEADLINE_MS},
		{0},
	};

	return rows;
}
