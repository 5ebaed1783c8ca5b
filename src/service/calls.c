/* Calls in the books: their beginning, what is told while they live. Their end is call_close.c's. */
#include "calls_priv.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include "iv_id.h"
#include "iv_log.h"
#include "iv_sql.h"

enum { REMEMBERED_MAX = 2048, REMEMBERED_US = 3600 * 1000000LL, OPENING_BYTES = 1024 };
/* Of an agent with the tools it names: what a call and its journal have room for. Without them the API takes less. */
enum { CONFIG_MAX = 393216 };

/* An agent as it was last loaded: for when Postgres is away. */
struct remembered {
	struct iv_list node; /* oldest first */
	char *key;           /* tenant/agent */
	char *config;
	int64_t version, at_us;
};

/* ── the process's own ── */

static bool lock_directory(struct iv_calls *c, struct iv_err *e)
{
	char path[512];

	(void)mkdir(c->d.cfg->data_dir, 0700); /* there already, or open tells */
	(void)snprintf(path, sizeof(path), "%s/lock", c->d.cfg->data_dir);
	c->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (c->lock_fd < 0)
		return iv_fail(e, IV_EINTERNAL, "DATA_DIR=\"%s\": cannot open its lock: %s", c->d.cfg->data_dir,
			       strerror(errno));
	if (flock(c->lock_fd, LOCK_EX | LOCK_NB) < 0)
		return iv_fail(e, IV_ECONFLICT, "DATA_DIR=\"%s\": another invorto uses it; give each its own",
			       c->d.cfg->data_dir);
	return true;
}

struct iv_calls *iv_calls_new(const struct iv_calls_deps *d, struct iv_err *e)
{
	struct iv_calls *c = calloc(1, sizeof(*c));

	if (!c)
		abort();
	c->d = *d;
	iv_list_init(&c->remembered);
	iv_list_init(&c->waiting);
	c->by_key = iv_map_new();
	if (!lock_directory(c, e)) {
		iv_map_free(c->by_key);
		free(c);
		return NULL;
	}
	iv_timer_init(&c->retry, d->loop, calls_close_next, c);
	return c;
}

static void forget(struct iv_calls *c, struct remembered *r)
{
	(void)iv_map_remove(c->by_key, iv_str(r->key));
	iv_list_remove(&r->node);
	c->remembered_count--;
	free(r->key);
	free(r->config);
	free(r);
}

void calls_free(struct iv_calls *c)
{
	while (!iv_list_empty(&c->remembered))
		forget(c, IV_CONTAINER(c->remembered.next, struct remembered, node));
	iv_map_free(c->by_key);
	close(c->lock_fd);
	free(c);
}

/* ── memory ── */

static void key_of(struct iv_str tenant, struct iv_str agent, char out[300])
{
	(void)snprintf(out, 300, "%.*s/%.*s", IV_FMT(tenant), IV_FMT(agent));
}

static char *text_of(struct iv_str s)
{
	char *copy = malloc(s.len + 1);

	if (!copy)
		abort();
	memcpy(copy, s.ptr, s.len);
	copy[s.len] = '\0';
	return copy;
}

static void remember(struct iv_calls *c, struct iv_str tenant, struct iv_str agent, struct iv_str config,
		     int64_t version)
{
	struct remembered *r;
	char key[300];

	key_of(tenant, agent, key);
	r = iv_map_get(c->by_key, iv_str(key));
	if (r)
		forget(c, r);
	else if (c->remembered_count == REMEMBERED_MAX)
		forget(c, IV_CONTAINER(c->remembered.next, struct remembered, node));
	r = calloc(1, sizeof(*r));
	if (!r)
		abort();
	*r = (struct remembered){.key = text_of(iv_str(key)), .config = text_of(config), .version = version,
				 .at_us = iv_now_us()};
	(void)iv_map_put(c->by_key, iv_str(r->key), r);
	iv_list_append(&c->remembered, &r->node);
	c->remembered_count++;
}

/* ── the agent of a call ── */

static struct iv_strs list_of(struct iv_arena *arena, const char *commas)
{
	struct iv_str rest = iv_str(commas), field;
	struct iv_strs out = {0};

	for (struct iv_str r = rest; iv_str_split(&r, ',', &field);)
		out.count++;
	out.items = iv_arena_alloc(arena, (out.count + 1) * sizeof(out.items[0]));
	if (!out.items)
		return (struct iv_strs){0};
	for (size_t i = 0; iv_str_split(&rest, ',', &field); i++)
		out.items[i] = iv_str_trim(field);
	return out;
}

/* The journal has to know who served: lists that name nobody become the configured ones. */
static void resolve_providers(const struct iv_config *cfg, struct iv_arena *arena, struct iv_agent *a)
{
	if (!a->asr.count)
		a->asr = list_of(arena, cfg->asr_providers);
	if (!a->llm.count)
		a->llm = list_of(arena, cfg->llm_providers);
	if (!a->tts.count)
		a->tts = list_of(arena, cfg->tts_providers);
}

static bool read_agent(const struct iv_config *cfg, struct iv_arena *arena, struct iv_str id, struct iv_str config,
		       struct iv_agent *a, struct iv_err *e)
{
	cJSON *json = config.len <= CONFIG_MAX ? iv_json_parse(config, e) : NULL;
	struct iv_err why = {0};
	bool ok;

	if (config.len > CONFIG_MAX)
		return iv_fail_field(e, IV_EINVAL, "agentId", "the agent and its registered tools are more than %d bytes",
				     CONFIG_MAX);
	if (!json)
		return false;
	*a = (struct iv_agent){0};
	iv_agent_shape.defaults(a);
	a->endpointing.silence_ms = cfg->endpointing_silence_ms;
	a->endpointing.min_words = cfg->endpointing_min_words;
	ok = iv_shape_merge(&iv_agent_shape, json, a, arena, &why) && iv_agent_check(a, &why);
	cJSON_Delete(json);
	if (!ok)
		return iv_fail_field(e, IV_EINVAL, "agentId", "the stored agent is broken: %s %s", why.field, why.msg);
	a->id = iv_arena_str(arena, id);
	resolve_providers(cfg, arena, a);
	return a->id.ptr != NULL || iv_fail(e, IV_ETOOBIG, "the agent does not fit its memory");
}

static bool write_context(struct iv_arena *arena, const struct iv_calls *c, struct iv_call_opening *o,
			  struct iv_str call_record, struct iv_err *e)
{
	struct iv_buf b;
	struct iv_jw w;
	bool ok;

	iv_buf_init(&b, call_record.len + OPENING_BYTES);
	iv_jw_init(&w, &b);
	iv_jw_obj(&w, NULL);
	iv_jw_str(&w, "tenantId", o->tenant_id);
	iv_jw_cstr(&w, "instanceId", c->d.instance_id);
	iv_jw_cstr(&w, "carrier", o->carrier);
	iv_jw_bool(&w, "test", o->test);
	if (call_record.len)
		iv_jw_raw(&w, "call", call_record);
	iv_jw_end_obj(&w);
	ok = iv_jw_done(&w);
	if (ok)
		o->context = iv_arena_str(arena, iv_buf_str(&b));
	iv_buf_deinit(&b);
	return (ok && o->context.ptr) || iv_fail(e, IV_ETOOBIG, "the call's record does not fit its memory");
}

/* ── opening ── */

static struct iv_str opening_json(struct iv_calls *c, struct iv_arena *arena, const struct iv_call_opening *o)
{
	struct iv_buf b;
	struct iv_jw w;
	struct iv_str out = IV_STR_NULL;
	char path[600];

	iv_buf_init(&b, OPENING_BYTES);
	iv_jw_init(&w, &b);
	iv_jw_obj(&w, NULL);
	iv_jw_cstr(&w, "instance_id", c->d.instance_id);
	iv_jw_bool(&w, "redact", c->d.cfg->redact);
	iv_jw_cstr(&w, "carrier", o->carrier);
	iv_jw_cstr(&w, "direction", strcmp(o->carrier, "browser") == 0 ? "web" : "inbound");
	iv_jw_bool(&w, "test", o->test);
	if (iv_calls_journal_path(c, o->tenant_id, o->call_id, path, sizeof(path)))
		iv_jw_cstr(&w, "journal_path", path);
	iv_jw_end_obj(&w);
	if (iv_jw_done(&w))
		out = iv_arena_str(arena, iv_buf_str(&b));
	iv_buf_deinit(&b);
	return out;
}

enum iv_flow_next iv_calls_open(struct iv_calls *c, struct iv_flow *f, struct iv_calls_run *run,
				struct iv_arena *arena, const struct iv_call_opening *o)
{
	struct iv_scope scope = {.tenant_id = o->tenant_id};
	struct iv_call_open_in in = {.tenant = o->tenant_id, .call = o->call_id, .agent = o->agent_id,
				     .opening = opening_json(c, arena, o)};

	return iv_pg_one(c->d.pg, f, &run->pg, &scope, arena, &iv_sql_call_open, &in, &run->rows);
}

static bool refused(struct iv_str refusal, struct iv_err *e)
{
	if (iv_str_eq(refusal, IV_S("call_ended")))
		return iv_fail(e, IV_EGONE, "the call has ended");
	if (iv_str_eq(refusal, IV_S("call_live")))
		return iv_fail(e, IV_ECONFLICT, "connection_limit_exceeded: another process holds the call");
	return iv_fail_field(e, IV_ENOENT, "agentId",
			     iv_str_eq(refusal, IV_S("agent_inactive")) ? "names an agent that is not active"
									: "names no agent known here");
}

static void read_wanted(struct iv_call_opening *o, struct iv_arena *arena, struct iv_str call_record)
{
	/* Our own function wrote it: a word in its list is a word in its text. */
	cJSON *json = iv_json_parse(call_record, NULL);
	const cJSON *wanted = json ? iv_json_get(json, "wanted") : NULL, *item;

	cJSON_ArrayForEach(item, wanted)
	{
		o->wants_finals = o->wants_finals || strcmp(item->valuestring, "asr.final") == 0;
		o->wants_tools = o->wants_tools || strcmp(item->valuestring, "agent.tool_call") == 0;
	}
	o->outbound = json && iv_str_eq(iv_json_str(json, "direction"), IV_S("outbound"));
	o->campaign_id = iv_arena_str(arena, json ? iv_json_str(json, "campaignId") : IV_STR_NULL);
	o->answered_by = iv_arena_str(arena, json ? iv_json_str(json, "answeredBy") : IV_STR_NULL);
	cJSON_Delete(json);
}

bool iv_calls_opened(struct iv_calls *c, struct iv_calls_run *run, struct iv_arena *arena, struct iv_call_opening *o,
		     struct iv_err *e)
{
	const struct iv_call_open_out *row = iv_call_open_at(&run->rows, 0);

	if (row->refusal.len)
		return refused(row->refusal, e);
	if (!read_agent(c->d.cfg, arena, row->agent_id, row->spoken.len ? row->spoken : row->config, &o->agent, e))
		return false;
	remember(c, o->tenant_id, row->agent_id, row->config, row->agent_version);
	read_wanted(o, arena, row->call_record);
	return write_context(arena, c, o, row->call_record, e);
}

bool iv_calls_open_from_memory(struct iv_calls *c, struct iv_arena *arena, struct iv_call_opening *o,
			       struct iv_err *e)
{
	const struct remembered *r;
	char key[300], version[64];

	key_of(o->tenant_id, o->agent_id, key);
	r = iv_map_get(c->by_key, iv_str(key));
	if (!r || iv_now_us() - r->at_us > REMEMBERED_US)
		return iv_fail(e, IV_EDRAINING, "the database does not answer, and the agent is not known here yet");
	(void)snprintf(version, sizeof(version), "{\"agentVersion\":%lld}", (long long)r->version);
	iv_warn("call.opened_from_memory", IV_LV("tenant", o->tenant_id));
	return read_agent(c->d.cfg, arena, o->agent_id, iv_str(r->config), &o->agent, e) &&
	       write_context(arena, c, o, iv_str(version), e);
}

bool iv_calls_journal_path(const struct iv_calls *c, struct iv_str tenant_id, struct iv_str call_id, char *path,
			   size_t size)
{
	int n = snprintf(path, size, "%s/journal/live/%.*s/%.*s.call", c->d.cfg->data_dir, IV_FMT(tenant_id),
			 IV_FMT(call_id));

	return n > 0 && (size_t)n < size && iv_id_acceptable(tenant_id) && iv_id_acceptable(call_id);
}

struct iv_str iv_call_name(struct iv_str tenant_id, struct iv_str call_id, char out[IV_CALL_NAME_SIZE])
{
	int n = snprintf(out, IV_CALL_NAME_SIZE, "%.*s/%.*s", IV_FMT(tenant_id), IV_FMT(call_id));

	return (struct iv_str){out, n > 0 && n < IV_CALL_NAME_SIZE ? (size_t)n : 0};
}

struct iv_str iv_call_live_name(struct iv_str tenant_id, struct iv_str call_id, char out[IV_CALL_NAME_SIZE])
{
	int n = snprintf(out, IV_CALL_NAME_SIZE, "%.*s/%.*s/live", IV_FMT(tenant_id), IV_FMT(call_id));

	return (struct iv_str){out, n > 0 && n < IV_CALL_NAME_SIZE ? (size_t)n : 0};
}

bool iv_calls_up(const struct iv_calls *c)
{
	return iv_pg_up(c->d.pg);
}

enum iv_flow_next iv_calls_whose(struct iv_calls *c, struct iv_flow *f, struct iv_call_owner_run *run,
				 struct iv_arena *arena, struct iv_str call_id)
{
	struct iv_scope nobody = {0};

	return iv_pg_one(c->d.pg, f, &run->pg, &nobody, arena, &iv_sql_call_whose,
			 &(struct iv_call_whose_in){.call = call_id}, &run->rows);
}

struct iv_str iv_calls_whose_is(const struct iv_call_owner_run *run)
{
	return run->rows.count == 1 ? iv_call_whose_at(&run->rows, 0)->tenant_id : IV_STR_NULL;
}

/* ── what Postgres is told and nobody waits for ── */

struct telling {
	struct iv_flow flow; /* first */
	struct iv_calls *c;
	struct iv_arena arena;
	struct iv_scope scope;
	const struct iv_query *query;
	union {
		struct iv_event_enqueue_in event;
		struct iv_call_abandon_in abandon;
		struct iv_call_held_in held;
		struct iv_call_opt_out_in opt_out;
	} in;
	struct iv_pg_run pg;
};

static enum iv_flow_next tell(struct iv_flow *f)
{
	struct telling *t = (struct telling *)(void *)f;

	return iv_pg_one(t->c->d.pg, f, &t->pg, &t->scope, &t->arena, t->query, &t->in, NULL);
}

static void told(struct iv_flow *f)
{
	struct telling *t = (struct telling *)(void *)f;
	struct iv_calls *c = t->c;

	/* What did not get through is said again: events by the closing, holding by the next minute, an
	 * abandoned call by the janitor. */
	c->telling--;
	iv_arena_deinit(&t->arena);
	iv_free_later(c->d.loop, t);
	if (c->ending)
		calls_over(c);
}

static const struct iv_flow_step tell_steps[] = {{"tell", tell}, {0}};
static const struct iv_flow_type tell_flow = {"tell_postgres", tell_steps, told};

static struct telling *telling_new(struct iv_calls *c, struct iv_str tenant_id, const struct iv_query *query)
{
	struct telling *t;

	if (c->telling >= TELLING_MAX)
		return NULL;
	t = calloc(1, sizeof(*t));
	if (!t)
		abort();
	t->c = c;
	t->query = query;
	iv_arena_init(&t->arena, TELLING_BYTES);
	t->scope.tenant_id = iv_arena_str(&t->arena, tenant_id);
	c->telling++;
	return t;
}

static void start_telling(struct telling *t)
{
	iv_flow_start(&t->flow, &tell_flow, t->c->d.loop, TELLING_MS, NULL);
}

void iv_calls_abandon(struct iv_calls *c, struct iv_str tenant_id, struct iv_str call_id)
{
	struct telling *t = telling_new(c, tenant_id, &iv_sql_call_abandon);

	if (!t)
		return;
	t->in.abandon = (struct iv_call_abandon_in){.call = iv_arena_str(&t->arena, call_id),
						    .instance = iv_str(c->d.instance_id)};
	start_telling(t);
}

void iv_calls_hold(struct iv_calls *c, struct iv_str tenant_id, const struct iv_strs *call_ids)
{
	struct telling *t = telling_new(c, tenant_id, &iv_sql_call_held);

	if (!t)
		return;
	t->in.held = (struct iv_call_held_in){.calls = *call_ids, .instance = iv_str(c->d.instance_id)};
	start_telling(t); /* the ids are read before it returns */
}

/* ── while it lives ── */

static void tell_subscribers(struct iv_calls *c, const struct iv_call_line *line)
{
	struct telling *t = telling_new(c, line->tenant_id, &iv_sql_event_enqueue);
	struct iv_buf b;

	if (!t)
		return; /* the closing says it again */
	iv_buf_init(&b, TELLING_BYTES / 4);
	t->in.event = (struct iv_event_enqueue_in){.tenant = t->scope.tenant_id,
						   .call = iv_arena_str(&t->arena, line->call_id)};
	if (ending_event(&b, &t->arena, line, &t->in.event))
		start_telling(t);
	else
		told(&t->flow);
	iv_buf_deinit(&b);
}

void iv_calls_glimpse(struct iv_calls *c, struct iv_str tenant_id, struct iv_str call_id, struct iv_str kind,
		      struct iv_str json)
{
	char name[IV_CALL_NAME_SIZE];

	if (c->d.events)
		iv_events_publish(c->d.events, tenant_id, iv_call_live_name(tenant_id, call_id, name), kind, json);
}

static void tell_opt_out(struct iv_calls *c, const struct iv_call_line *line)
{
	struct telling *t = telling_new(c, line->tenant_id, &iv_sql_call_opt_out);

	if (!t)
		return; /* the closing says it again */
	t->in.opt_out = (struct iv_call_opt_out_in){.call = iv_arena_str(&t->arena, line->call_id),
						    .reason = IV_S("said so in a call")};
	start_telling(t);
}

void iv_calls_tell(struct iv_calls *c, const struct iv_call_line *line)
{
	char name[IV_CALL_NAME_SIZE];

	if (c->d.events)
		iv_events_publish(c->d.events, line->tenant_id, iv_call_name(line->tenant_id, line->call_id, name),
				  line->kind, line->payload);
	if (line->wanted)
		tell_subscribers(c, line);
	if (iv_str_eq(line->kind, IV_S("callee.opted_out")))
		tell_opt_out(c, line);
}
