/* The list of resources. */
#include "iv_rest.h"
#include "resources.h"

void iv_rest_mount(struct iv_api *a)
{
	answers_init();
	iv_api_mount(a, agent_routes());
	iv_api_mount(a, call_new_routes());
	iv_api_mount(a, call_routes());
	iv_api_mount(a, artifact_routes());
	iv_api_mount(a, replay_routes());
	iv_api_mount(a, live_routes());
	iv_api_mount(a, live_calls_routes());
	iv_api_mount(a, tool_routes());
	iv_api_mount(a, secret_routes());
	iv_api_mount(a, usage_routes());
	iv_api_mount(a, metric_routes());
}
