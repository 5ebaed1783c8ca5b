/* Taking a call back before anybody has spoken: the carrier hangs up, the row is closed. */
#include "dial_priv.h"

static enum iv_flow_next look(struct iv_flow *f)
{
	struct iv_dial_job *j = dial_self(f);

	return iv_pg_one(j->d->s->pg, f, &j->pg, &j->scope, &j->arena, &iv_sql_dial_look,
			 &(struct iv_dial_look_in){.call = j->ask.call_id}, &j->rows);
}

/* The carrier's own news of the end may come before its answer to us. */
static enum iv_flow_next mark(struct iv_flow *f)
{
	struct iv_dial_job *j = dial_self(f);
	const struct iv_dial_look_out *r = j->rows.count ? iv_dial_look_at(&j->rows, 0) : NULL;

	if (!r)
		return iv_flow_fail(f, IV_ENOENT, "no such call");
	if (r->over || r->held)
		return iv_flow_fail(f, IV_ECONFLICT, r->over ? "the call is over" : "the call is held by a process");
	return iv_pg_one(j->d->s->pg, f, &j->pg, &j->scope, &j->arena, &iv_sql_dial_take_back,
			 &(struct iv_dial_take_back_in){.call = j->ask.call_id, .reason = j->reason}, NULL);
}

static enum iv_flow_next hang_up(struct iv_flow *f)
{
	struct iv_dial_job *j = dial_self(f);
	const struct iv_dial_look_out *r = iv_dial_look_at(&j->rows, 0);
	enum iv_carrier carrier;

	if (iv_str_eq(r->status, IV_S("created")))
		return IV_FLOW_NEXT; /* nobody was asked for it */
	carrier = iv_carrier_named(r->carrier);
	/* ElevenLabs takes no orders; the line it dials on is Twilio's. */
	if (carrier == IV_ELEVENLABS && r->twilio_id.len)
		return iv_carrier_hang_up(j->d->s->carriers, f, &j->carrier_run, &j->arena, IV_TWILIO, r->twilio_id);
	if (!r->provider_id.len)
		return iv_flow_fail(f, IV_ECONFLICT, "the carrier has not said yet which call it is");
	return iv_carrier_hang_up(j->d->s->carriers, f, &j->carrier_run, &j->arena, carrier, r->provider_id);
}

static enum iv_flow_next close_row(struct iv_flow *f)
{
	struct iv_dial_job *j = dial_self(f);

	j->over = true;
	return iv_pg_one(j->d->s->pg, f, &j->pg, &j->scope, &j->arena, &iv_sql_dial_closed,
			 &(struct iv_dial_closed_in){.call = j->ask.call_id,
						     .status = IV_S("canceled"),
						     .reason = j->reason,
						     .failure = IV_STR_NULL},
			 &j->rows);
}

/* Not closed: it was answered this moment, and ends with its media; or somebody was quicker. */
static enum iv_flow_next closed(struct iv_flow *f)
{
	struct iv_dial_job *j = dial_self(f);

	if (!iv_dial_closed_at(&j->rows, 0)->closed)
		return IV_FLOW_NEXT;
	iv_slots_drop(j->d->s->slots, j->ask.tenant_id, j->ask.call_id, IV_SLOT_CANCELED);
	dial_publish(j->d, j->ask.tenant_id, j->ask.call_id, "call.ended");
	return IV_FLOW_NEXT;
}

/* Hung up, and nobody can say whether the row knows: its slot is not kept for that. */
static void ended(struct iv_flow *f)
{
	struct iv_dial_job *j = dial_self(f);

	if (f->err.code != IV_OK && j->over)
		iv_slots_drop_unspoken(j->d->s->slots, j->ask.tenant_id, j->ask.call_id, IV_SLOT_CANCELED);
	dial_job_end(j, &f->err);
}

static const struct iv_flow_step steps[] = {
	{"look", look}, {"mark", mark}, {"hang_up", hang_up}, {"close", close_row}, {"closed", closed}, {0}};
static const struct iv_flow_type type = {"dial.cancel", steps, ended};

enum iv_flow_next iv_dial_cancel(struct iv_dials *d, struct iv_flow *f, struct iv_dial_run *run, struct iv_arena *arena,
				 struct iv_str tenant_id, struct iv_str call_id, struct iv_str reason)
{
	struct iv_dial_job *j =
		dial_job_new(d, f, run, arena, &(struct iv_dial_ask){.tenant_id = tenant_id, .call_id = call_id});

	j->reason = reason.len ? iv_arena_str(&j->arena, reason) : IV_S("hangup");
	dial_job_start(j, &type);
	return iv_flow_await(f);
}
