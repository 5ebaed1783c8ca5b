/* What a field table cannot check of an agent, and the tools the model is told about. */
#include <stdio.h>
#include "iv_agent.h"
#include "iv_schema.h"

/* Tools of the house: any agent may use them, none needs to declare them. */
static const char built_in_tools[] =
	"{\"type\":\"function\",\"function\":{\"name\":\"end_call\",\"description\":\"Hang up, after "
	"your last words were heard\",\"parameters\":{\"type\":\"object\",\"properties\":{}}}},"
	"{\"type\":\"function\",\"function\":{\"name\":\"opt_out\",\"description\":\"The caller asks "
	"not to be called any more, in whatever words. Call it at once, then confirm in one sentence that no more "
	"calls will come, and end the call\",\"parameters\":{\"type\":\"object\",\"properties\":{}}}},"
	"{\"type\":\"function\",\"function\":{\"name\":\"transfer_to_human\",\"description\":\"Hand the "
	"caller over to a person\",\"parameters\":{\"type\":\"object\",\"properties\":{\"reason\":{"
	"\"type\":\"string\",\"description\":\"What it is about, in one sentence, for that person\"}}}}},"
	"{\"type\":\"function\",\"function\":{\"name\":\"collect_digits\",\"description\":\"Wait for the "
	"caller to press keys\",\"parameters\":{\"type\":\"object\",\"properties\":{\"max\":{\"type\":"
	"\"integer\"},\"finish\":{\"type\":\"string\"}}}}},"
	"{\"type\":\"function\",\"function\":{\"name\":\"send_dtmf\",\"description\":\"Press keys towards "
	"the far end\",\"parameters\":{\"type\":\"object\",\"properties\":{\"digits\":{\"type\":"
	"\"string\"}},\"required\":[\"digits\"]}}}";

static bool check_tool(const struct iv_agent *a, size_t i, struct iv_err *e)
{
	const struct iv_tool *tools = a->tools.items;
	struct iv_err why = {0};
	char field[IV_COUNT(why.field) + 16];

	if (!iv_tool_check(&tools[i], &why)) {
		(void)snprintf(field, sizeof(field), "tools[%zu].%s", i, why.field);
		return iv_fail_field(e, why.code, field, "%s", why.msg);
	}
	(void)snprintf(field, sizeof(field), "tools[%zu].name", i);
	for (size_t k = 0; k < i; k++)
		if (iv_str_eq(tools[i].name, tools[k].name))
			return iv_fail_field(e, IV_EINVAL, field, "must be unique");
	return true;
}

static bool check_analysis(const struct iv_analysis *a, struct iv_err *e)
{
	struct iv_err why = {0};
	cJSON *schema;
	bool ok;

	if (!a->structured_schema.len || iv_str_eq(a->structured_schema, IV_S("null")))
		return true;
	schema = iv_json_parse(a->structured_schema, &why);
	ok = schema && iv_schema_ok(schema, &why);
	if (ok && !cJSON_IsObject(schema))
		ok = iv_fail(&why, IV_EINVAL, "must be a JSON Schema object");
	cJSON_Delete(schema);
	return ok || iv_fail_field(e, IV_EINVAL, "analysis.structuredSchema", "%s%s%s", why.field, why.field[0] ? " " : "",
				   why.msg);
}

bool iv_agent_check(const struct iv_agent *a, struct iv_err *e)
{
	double ms;

	if (!a->disclosure.len && !a->disclosure_waived)
		return iv_fail_field(e, IV_EINVAL, "disclosure",
				     "must say that this is an automated voice, or disclosureWaived must be true");
	if (a->voicemail.action == 1 && !a->voicemail.message.len)
		return iv_fail_field(e, IV_EINVAL, "voicemail.message", "is required with the action message");
	if (a->opt_out_digit.len && !strchr("0123456789*#", a->opt_out_digit.ptr[0]))
		return iv_fail_field(e, IV_EINVAL, "optOutDigit", "must be one of 0-9 * #");
	if (a->consent.mode != 0 && !a->consent.prompt.len)
		return iv_fail_field(e, IV_EINVAL, "consent.prompt",
				     "is required unless consent.mode is off");
	if (a->endpointing.wait_function.len)
		for (double x = 0; x <= 1.0; x += 0.25)
			if (!iv_wait_function(a->endpointing.wait_function, x, &ms, e))
				return false;
	if (a->idle.prompt_ms && a->idle.hangup_ms && a->idle.hangup_ms <= a->idle.prompt_ms)
		return iv_fail_field(e, IV_EINVAL, "idle.hangupMs", "must be more than idle.promptMs");
	for (size_t i = 0; i < a->tools.count; i++)
		if (!check_tool(a, i, e))
			return false;
	return check_analysis(&a->analysis, e);
}

bool iv_agent_tools_json(const struct iv_agent *a, struct iv_buf *out)
{
	const struct iv_tool *tools = a->tools.items;
	struct iv_jw w;

	iv_jw_init(&w, out);
	iv_jw_arr(&w, NULL);
	iv_jw_raw(&w, NULL, IV_S(built_in_tools));
	for (size_t i = 0; i < a->tools.count; i++) {
		iv_jw_obj(&w, NULL);
		iv_jw_cstr(&w, "type", "function");
		iv_jw_obj(&w, "function");
		iv_jw_str(&w, "name", tools[i].name);
		iv_jw_str(&w, "description", tools[i].description);
		iv_jw_raw(&w, "parameters", tools[i].parameters);
		iv_jw_end_obj(&w);
		iv_jw_end_obj(&w);
	}
	iv_jw_end_arr(&w);
	return iv_jw_done(&w);
}
