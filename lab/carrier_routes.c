/* What the carriers answer: their REST, and the lab's own control. */
#include "carrier.h"

const struct iv_route carrier_routes[] = {
	{"PUT", "/_lab/rules", control_rules_put, 0, 0, "replaces the rules"},
	{"DELETE", "/_lab/rules", control_rules_delete, 0, 0, "takes all of them back"},
	{"POST", "/_lab/calls", control_call_post, 0, 0, "somebody rings the daemon"},
	{"GET", "/_lab/calls", control_call_list, 0, 0, "all calls"},
	{"GET", "/_lab/calls/:call", control_call_get, 0, 0, "everything that happened to a call"},
	{"DELETE", "/_lab/calls/:call", control_call_delete, 0, 0, "the person hangs up"},
	{"GET", "/_lab/stats", control_stats, 0, 0, "counts"},
	{0},
};
