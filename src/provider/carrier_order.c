/* Orders to calls that are up, and questions about them. They do not wait: a hang-up must get through to a carrier that is
 * unwell. */
#include "carrier_job.h"

enum { KEY_GAP_MS = 250, KEY_WAIT_MS = 500 };

static enum iv_code code_of(const struct carrier_reply *r)
{
	return r->status == 0 ? r->late ? IV_ETIMEDOUT : IV_EUPSTREAM : r->status == 429 ? IV_ERATE : IV_EUPSTREAM;
}

static const char *words_of(enum iv_code code)
{
	return code == IV_ECONFLICT   ? "the call is over, or not in a state for it"
	       : code == IV_ETIMEDOUT ? "no answer in time"
	       : code == IV_ERATE     ? "too many requests"
				      : "the request was not done";
}

static void on_pause_over(void *arg)
{
	struct iv_carrier_job *j = arg;

	/* 'w' waits half a second and sends nothing. */
	if (j->text.len && (j->text.ptr[0] == 'w' || j->text.ptr[0] == 'W')) {
		j->text = (struct iv_str){j->text.ptr + 1, j->text.len - 1};
		iv_timer_in_ms(&j->pause, KEY_WAIT_MS);
		return;
	}
	if (!j->text.len)
		carrier_job_done(j, IV_OK, "");
	else if (!carrier_job_send(j))
		carrier_job_done(j, IV_ETOOBIG, "the request does not fit");
}

void carrier_order_answer(struct iv_carrier_job *j, const struct carrier_reply *r)
{
	bool again = false;
	enum iv_code code = j->k->vendor->ordered(r, j->order, j->step, &again);

	if (code == IV_EUPSTREAM)
		code = code_of(r);
	if (code == IV_OK && j->order == CARRIER_KEY) {
		j->text = (struct iv_str){j->text.ptr + 1, j->text.len - 1};
		iv_timer_in_ms(&j->pause, j->text.len ? KEY_GAP_MS : 0);
		return;
	}
	if (again) {
		j->step++;
		if (j->k->vendor->room && (j->order == CARRIER_MUTE || j->order == CARRIER_UNMUTE))
			j->text = j->k->vendor->room(r->body, j->arena);
		if (carrier_job_send(j))
			return;
	}
	carrier_job_done(j, code, words_of(code));
}

void carrier_question_answer(struct iv_carrier_job *j, const struct carrier_reply *r)
{
	cJSON *doc = NULL;
	bool ok;

	if (j->kind == FETCH && r->status == 404) {
		carrier_job_done(j, IV_OK, "");
		return;
	}
	if (r->status < 200 || r->status >= 300) {
		if (r->status == 429)
			carrier_pause(j->k, r->retry_after_ms);
		carrier_job_done(j, code_of(r), words_of(code_of(r)));
		return;
	}
	doc = iv_json_parse(r->body, NULL);
	ok = doc && (j->kind == FETCH ? j->k->vendor->fetched(doc, j->arena, j->status)
				      : j->k->vendor->found(doc, j->o, j->since_ms, j->arena, j->found));
	cJSON_Delete(doc);
	carrier_job_done(j, ok ? IV_OK : IV_EUPSTREAM, "an answer that makes no sense");
}

static enum iv_flow_next start(struct iv_flow *f, struct iv_carrier_job *j)
{
	if (j->order == CARRIER_KEY && j->kind == ORDER)
		on_pause_over(j);
	else if (!carrier_job_send(j))
		carrier_job_done(j, IV_ETOOBIG, "the request does not fit");
	return iv_flow_await(f);
}

static enum iv_flow_next give_order(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				    struct iv_arena *arena, enum iv_carrier which, enum carrier_order order,
				    struct iv_str provider_id, struct iv_str text)
{
	struct carrier *k = which < IV_CARRIERS ? &c->items[which] : NULL;
	struct iv_carrier_job *j;

	if (!k || !k->configured || !k->vendor->order || (order == CARRIER_KEY && !k->vendor->keys))
		return iv_flow_fail(f, IV_EUNSUPPORTED, "%s cannot do this", k ? iv_carrier_names[which] : "the carrier");
	if (!provider_id.len)
		return iv_flow_fail(f, IV_ECONFLICT, "the carrier has no such call");
	j = carrier_job_new(k, f, run, ORDER, arena);
	j->order = order;
	j->provider_id = provider_id;
	j->text = text;
	iv_timer_init(&j->pause, c->loop, on_pause_over, j);
	return start(f, j);
}

enum iv_flow_next iv_carrier_hang_up(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				     struct iv_arena *arena, enum iv_carrier which, struct iv_str provider_id)
{
	return give_order(c, f, run, arena, which, CARRIER_HANG_UP, provider_id, IV_STR_NULL);
}

enum iv_flow_next iv_carrier_redirect(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				      struct iv_arena *arena, enum iv_carrier which, struct iv_str provider_id,
				      struct iv_str url)
{
	return give_order(c, f, run, arena, which, CARRIER_REDIRECT, provider_id, url);
}

enum iv_flow_next iv_carrier_dtmf(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				  struct iv_arena *arena, enum iv_carrier which, struct iv_str provider_id,
				  struct iv_str digits)
{
	return give_order(c, f, run, arena, which, CARRIER_KEY, provider_id, digits);
}

enum iv_flow_next iv_carrier_mute(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				  struct iv_arena *arena, enum iv_carrier which, struct iv_str provider_id,
				  struct iv_str room, bool muted)
{
	return give_order(c, f, run, arena, which, muted ? CARRIER_MUTE : CARRIER_UNMUTE, provider_id, room);
}

enum iv_flow_next iv_carrier_fetch(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				   struct iv_arena *arena, enum iv_carrier which, struct iv_str provider_id,
				   struct iv_carrier_status *st)
{
	struct iv_carrier_job *j;

	*st = (struct iv_carrier_status){0};
	if (!iv_carriers_has(c, which))
		return iv_flow_fail(f, IV_EUNSUPPORTED, "the carrier is not configured");
	j = carrier_job_new(&c->items[which], f, run, FETCH, arena);
	j->provider_id = provider_id;
	j->status = st;
	return start(f, j);
}

enum iv_flow_next iv_carrier_find(struct iv_carriers *c, struct iv_flow *f, struct iv_carrier_run *run,
				  struct iv_arena *arena, const struct iv_originate *o, int64_t since_ms,
				  struct iv_carrier_found *found)
{
	struct iv_carrier_job *j;

	*found = (struct iv_carrier_found){0};
	if (!iv_carriers_has(c, o->carrier))
		return iv_flow_fail(f, IV_EUNSUPPORTED, "the carrier is not configured");
	j = carrier_job_new(&c->items[o->carrier], f, run, FIND, arena);
	j->o = o;
	j->since_ms = since_ms;
	j->found = found;
	return start(f, j);
}
