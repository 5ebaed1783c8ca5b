/* Plans of calls and the rules that make them. */
#include "carrier_plan.h"

#include <stdlib.h>

#define RULES_MAX 200
#define RULES_BYTES (4u << 20)
#define MS_MAX 86400000

static const char *const outcomes[] = {"answer", "busy", "no-answer", "failed", NULL};
static const char *const medias[] = {"open", "never", "refused", "mute", NULL};
static const char *const doings[] = {"speak", "echo", "silence", NULL};
static const char *const preambles[] = {"plain", "broken", "minimal", NULL};
static const char *const answerers[] = {"human", "machine", "fax", "unknown", NULL};

#define S struct plan_status
static const struct iv_field status_fields[] = {
	IV_BOOL(S, reorder, "reorder", 0, "each status is held back until the next one is out"),
	IV_INT(S, duplicates, "duplicates", 0, 0, 5, "so many more of each"),
	IV_INT(S, delay_ms, "delay_ms", 0, 0, MS_MAX, "before each"),
	IV_STRS(S, lose, "lose", 0, 16, "states that are never told"),
	IV_FIELDS_END,
};
static const struct iv_shape status_shape = {"PlanStatus", sizeof(S), status_fields, NULL};
#undef S

#define H struct plan_hook
static const struct iv_field hook_fields[] = {
	IV_INT(H, delay_ms, "delay_ms", 0, 0, MS_MAX, "the call hook comes so much later"),
	IV_BOOL(H, duplicate, "duplicate", 0, "twice at once; the second answer is thrown away"),
	IV_FIELDS_END,
};
static const struct iv_shape hook_shape = {"PlanHook", sizeof(H), hook_fields, NULL};
#undef H

#define R struct plan_rest
static const struct iv_field rest_fields[] = {
	IV_INT(R, status, "status", 0, 0, 599, "HTTP status to answer; 0: as if nothing were"),
	IV_INT(R, delay_ms, "delay_ms", 0, 0, MS_MAX, "before the answer"),
	IV_BOOL(R, after_placed, "after_placed", 0, "the work is done first"),
	IV_BOOL(R, no_answer, "no_answer", 0, "the connection is cut"),
	IV_INT(R, retry_after_s, "retry_after_s", 0, -1, 86400, "Retry-After; -1: none"),
	IV_INT(R, code, "code", 0, 0, 99999, "Twilio's error code; elevenlabs: success is false"),
	IV_FIELDS_END,
};
static void rest_defaults(void *object)
{
	((R *)object)->retry_after_s = -1;
}
static const struct iv_shape rest_shape = {"PlanRest", sizeof(R), rest_fields, rest_defaults};
#undef R

#define P struct carrier_plan
static const struct iv_field plan_fields[] = {
	IV_ENUM(P, outcome, "outcome", 0, outcomes, "what happens where it rings"),
	IV_ENUM(P, media, "media", 0, medias, "the media socket: opens, never, is refused, opens and sends nothing"),
	IV_ENUM(P, does, "does", 0, doings, "the person: speaks `say`, echoes, is silent"),
	IV_ENUM(P, answered_by, "answered_by", 0, answerers, "what answering machine detection says"),
	IV_INT(P, queue_ms, "queue_ms", 0, 0, MS_MAX, "outbound: waits for its turn"),
	IV_INT(P, trying_ms, "trying_ms", 0, 0, MS_MAX, "from placed to ringing"),
	IV_INT(P, pick_up_ms, "pick_up_ms", 0, 0, MS_MAX, "from ringing to the outcome"),
	IV_INT(P, sip, "sip", 0, 0, 699, "of a busy or failed call"),
	IV_INT(P, give_up_ms, "give_up_ms", 0, -1, MS_MAX, "inbound: hangs up while it rings; -1: never"),
	IV_INT(P, hang_up_ms, "hang_up_ms", 0, -1, MS_MAX, "hangs up so long after the answer; -1: never"),
	IV_INT(P, amd_ms, "amd_ms", 0, 0, MS_MAX, "until machine detection has decided"),
	IV_INT(P, greeting_ms, "greeting_ms", 0, 0, MS_MAX, "of a machine, from the verdict to its tone"),
	IV_STRS(P, say, "say", 0, 100, "steps of a caller: tone:300, text:Hello, FILE.wav, dtmf:1, wait:500, hangup"),
	IV_JSON(P, talk, "talk", 0, 65536, "elevenlabs: laid over the conversation at its end"),
	IV_STR(P, caller_name, "caller_name", 0, 0, 60, "of the person"),
	IV_STR(P, digits, "digits", 0, 0, 32, "pressed where a gather waits"),
	IV_ENUM(P, preamble, "preamble", 0, preambles, "jambonz: how the first frame of the socket looks"),
	IV_BOOL(P, drachtio, "drachtio", 0, "jambonz: the older name of the subprotocol"),
	IV_OBJ(P, status, "status", 0, &status_shape, "status callbacks"),
	IV_OBJ(P, hook, "hook", 0, &hook_shape, "the call hook"),
	IV_OBJ(P, rest, "rest", 0, &rest_shape, "answers of the REST API"),
	IV_FIELDS_END,
};
#undef P

static void plan_defaults(void *object)
{
	struct carrier_plan *p = object;

	p->trying_ms = 20;
	p->pick_up_ms = 100;
	p->give_up_ms = p->hang_up_ms = -1;
	p->amd_ms = 300;
	p->greeting_ms = 400;
}

const struct iv_shape carrier_plan_shape = {"CarrierPlan", sizeof(struct carrier_plan), plan_fields, plan_defaults};

/* ── rules */

struct rule {
	struct rule_match match;
	int64_t times; /* left; 0: for ever */
	bool spent;
	struct iv_str then;
};

#define M struct rule_match
static const struct iv_field match_fields[] = {
	IV_STR(M, carrier, "carrier", 0, 0, 16, "jambonz, twilio or elevenlabs"),
	IV_STR(M, direction, "direction", 0, 0, 16, "inbound, outbound or dialled"),
	IV_STR(M, to, "to", 0, 0, 64, "number; may end with *"),
	IV_STR(M, from, "from", 0, 0, 64, "number; may end with *"),
	IV_STR(M, rest, "rest", 0, 0, 16, "create, update, get, list, delete, numbers, register, agents, conversations"),
	IV_FIELDS_END,
};
static const struct iv_shape match_shape = {"RuleMatch", sizeof(M), match_fields, NULL};
#undef M

static const struct iv_field rule_fields[] = {
	IV_OBJ(struct rule, match, "match", 0, &match_shape, "where it applies"),
	IV_INT(struct rule, times, "times", 0, 0, 1000000, "how often; 0: for ever"),
	IV_JSON(struct rule, then, "then", IV_REQUIRED, 65536, "a plan, laid over"),
	IV_FIELDS_END,
};
static const struct iv_shape rule_shape = {"Rule", sizeof(struct rule), rule_fields, NULL};

struct rule_list {
	struct iv_objs rules;
};
static const struct iv_field list_fields[] = {
	IV_OBJS(struct rule_list, rules, "rules", IV_REQUIRED, RULES_MAX, &rule_shape, "in their order"),
	IV_FIELDS_END,
};
static const struct iv_shape list_shape = {"Rules", sizeof(struct rule_list), list_fields, NULL};

struct rules {
	struct iv_arena arena;
	struct rule_list list;
};

struct rules *rules_new(void)
{
	struct rules *r = calloc(1, sizeof(*r));

	if (!r)
		abort();
	iv_arena_init(&r->arena, RULES_BYTES);
	return r;
}

void rules_free(struct rules *r)
{
	if (!r)
		return;
	iv_arena_deinit(&r->arena);
	free(r);
}

size_t rules_count(const struct rules *r)
{
	return r->list.rules.count;
}

static bool lay_over(struct iv_str then, struct carrier_plan *plan, struct iv_arena *arena, struct iv_err *e)
{
	cJSON *json = iv_json_parse(then, e);
	bool ok = json && iv_shape_merge(&carrier_plan_shape, json, plan, arena, e);

	cJSON_Delete(json);
	return ok;
}

/* A rule's plan is read when it is set, so that what is wrong is told to whoever set it. */
static bool check_rules(const struct rule_list *list, struct iv_err *e)
{
	const struct rule *rules = list->rules.items;
	struct iv_arena arena;
	bool ok = true;

	iv_arena_init(&arena, RULES_BYTES);
	for (size_t i = 0; ok && i < list->rules.count; i++) {
		struct carrier_plan plan = {0};

		ok = lay_over(rules[i].then, &plan, &arena, e);
	}
	iv_arena_deinit(&arena);
	return ok;
}

bool rules_set(struct rules *r, const cJSON *json, struct iv_err *e)
{
	struct rules fresh = {0};

	iv_arena_init(&fresh.arena, RULES_BYTES);
	if (!iv_shape_read(&list_shape, json, &fresh.list, &fresh.arena, e) || !check_rules(&fresh.list, e)) {
		iv_arena_deinit(&fresh.arena);
		return false;
	}
	iv_arena_deinit(&r->arena);
	*r = fresh;
	return true;
}

static bool fits(struct iv_str pattern, struct iv_str what)
{
	if (pattern.len == 0)
		return true;
	if (pattern.ptr[pattern.len - 1] == '*')
		return iv_str_starts(what, (struct iv_str){pattern.ptr, pattern.len - 1});
	return iv_str_eq(pattern, what);
}

static bool rule_fits(const struct rule *rule, const struct rule_match *what)
{
	const struct rule_match *m = &rule->match;

	/* A rule about REST is not one about calls, and the other way round. */
	return !rule->spent && (m->rest.len > 0) == (what->rest.len > 0) && fits(m->rest, what->rest) &&
	       fits(m->carrier, what->carrier) && fits(m->direction, what->direction) && fits(m->to, what->to) &&
	       fits(m->from, what->from);
}

bool rules_apply(struct rules *r, const struct rule_match *what, struct carrier_plan *plan, struct iv_arena *arena,
		 struct iv_err *e)
{
	struct rule *rules = r->list.rules.items;

	for (size_t i = 0; i < r->list.rules.count; i++) {
		if (!rule_fits(&rules[i], what))
			continue;
		if (rules[i].times > 0)
			rules[i].spent = --rules[i].times == 0;
		if (!lay_over(rules[i].then, plan, arena, e))
			return false;
	}
	return true;
}

void plan_line(const struct carrier_plan *p, struct line_plan *out)
{
	static const enum line_state states[] = {LINE_TALKING, LINE_BUSY, LINE_NO_ANSWER, LINE_FAILED};

	out->queue_ms = p->queue_ms;
	out->trying_ms = p->trying_ms;
	out->pick_up_ms = p->pick_up_ms;
	out->outcome = states[p->outcome];
	out->sip = (int)p->sip;
	out->give_up_ms = p->give_up_ms;
	out->hang_up_ms = p->hang_up_ms;
}
