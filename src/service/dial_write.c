/* What is written of a call that was to be placed, however long the database is away: what the carrier said, or that it
 * was never asked. */
#include "dial_priv.h"

#include "iv_calls.h"
#include "iv_events.h"

enum { LOOKS = 4, WRITE_TRIES = 8, WRITE_FIRST_MS = 500, DOUBT_S = 3, QUIET_S = 15 };

static enum iv_flow_next write_placed(struct iv_dial_job *j)
{
	struct iv_dial_placed_in in = {.call = j->ask.call_id,
				       .carrier = iv_str(iv_carrier_names[j->plan.carrier]),
				       .provider_id = j->told.provider_id,
				       .second_kind = j->plan.carrier == IV_JAMBONZ ? IV_S("jambonz") : IV_S("twilio"),
				       .second_id = j->told.second_id,
				       .check_s = j->o.ring_s + QUIET_S};

	return iv_pg_one(j->d->s->pg, &j->flow, &j->pg, &j->scope, &j->arena, &iv_sql_dial_placed, &in, &j->rows);
}

enum iv_flow_next dial_write(struct iv_flow *f)
{
	struct iv_dial_job *j = dial_self(f);
	struct iv_dial_closed_in closed = {.call = j->ask.call_id,
					   .status = IV_S("failed"),
					   .reason = j->asked ? IV_S("not_placed") : IV_S("refused"),
					   .failure = j->answer.why};
	struct iv_dial_doubted_in doubted = {.call = j->ask.call_id, .why = j->told.why, .check_s = DOUBT_S};

	if (j->asked && j->told.placed == IV_PLACED)
		return write_placed(j);
	if (j->asked && j->told.placed == IV_MAYBE_PLACED)
		return iv_pg_one(j->d->s->pg, f, &j->pg, &j->scope, &j->arena, &iv_sql_dial_doubted, &doubted, &j->rows);
	return iv_pg_one(j->d->s->pg, f, &j->pg, &j->scope, &j->arena, &iv_sql_dial_closed, &closed, &j->rows);
}

void dial_publish(struct iv_dials *d, struct iv_str tenant_id, struct iv_str call_id, const char *kind)
{
	char name[IV_CALL_NAME_SIZE];

	if (d->s->events)
		iv_events_publish(d->s->events, tenant_id, iv_call_name(tenant_id, call_id, name), iv_str(kind), IV_S("{}"));
}

/* What it has become, for whoever watches; NULL: a hook was quicker, and has told more. */
static const char *news(const struct iv_dial_job *j)
{
	if (!j->asked || j->told.placed == IV_NOT_PLACED)
		return iv_dial_closed_at(&j->rows, 0)->closed ? "call.ended" : NULL;
	if (j->told.placed == IV_PLACED)
		return iv_dial_placed_at(&j->rows, 0)->news ? "call.queued" : NULL;
	return iv_dial_doubted_at(&j->rows, 0)->news ? "call.unknown" : NULL;
}

enum iv_flow_next dial_written(struct iv_flow *f)
{
	struct iv_dial_job *j = dial_self(f);
	const char *kind = news(j);

	j->written = true;
	if (kind)
		dial_publish(j->d, j->ask.tenant_id, j->ask.call_id, kind);
	/* Who asked hears how it stands: as was written, or as somebody else had it before. */
	j->looked = j->run && j->asked && (!kind || j->told.placed == IV_NOT_PLACED);
	if (!j->looked)
		return IV_FLOW_NEXT;
	return iv_pg_one(j->d->s->pg, f, &j->pg, &j->scope, &j->arena, &iv_sql_dial_stands,
			 &(struct iv_dial_stands_in){.call = j->ask.call_id}, &j->rows);
}

enum iv_flow_next dial_stands(struct iv_flow *f)
{
	struct iv_dial_job *j = dial_self(f);

	(void)f;
	if (!j->looked || !j->rows.count)
		return IV_FLOW_DONE;
	j->answer.status = iv_dial_stands_at(&j->rows, 0)->status;
	j->answer.failure = iv_dial_stands_at(&j->rows, 0)->failure;
	return IV_FLOW_DONE;
}

/* Nobody was asked for it, and nobody will be: else its row would count as a call that waits, for ever. A campaign takes
 * its own back. */
static enum iv_flow_next drop(struct iv_flow *f)
{
	struct iv_dial_job *j = dial_self(f);

	return iv_pg_one(j->d->s->pg, f, &j->pg, &j->scope, &j->arena, &iv_sql_dial_dropped,
			 &(struct iv_dial_dropped_in){.call = j->ask.call_id,
						      .failure = iv_str(j->refused_word ? j->refused_word : "unavailable")},
			 &j->rows);
}

static enum iv_flow_next dropped(struct iv_flow *f)
{
	struct iv_dial_job *j = dial_self(f);

	(void)f;
	j->written = iv_dial_dropped_at(&j->rows, 0)->closed || !j->doubted || ++j->looks == LOOKS;
	if (iv_dial_dropped_at(&j->rows, 0)->closed)
		dial_publish(j->d, j->ask.tenant_id, j->ask.call_id, "call.ended");
	return IV_FLOW_NEXT;
}

static const struct iv_flow_step again_steps[] = {{"write", dial_write}, {"written", dial_written}, {0}};
static const struct iv_flow_type again_type = {"dial.write", again_steps, dial_placed};
static const struct iv_flow_step drop_steps[] = {{"drop", drop}, {"dropped", dropped}, {0}};
static const struct iv_flow_type drop_type = {"dial.drop", drop_steps, dial_placed};

static void on_again(void *arg)
{
	struct iv_dial_job *j = arg;

	dial_job_start(j, j->asked ? &again_type : &drop_type);
}

void iv_dial_doubt(struct iv_dials *d, struct iv_str tenant_id, struct iv_str call_id)
{
	const struct iv_dial_ask ask = {.tenant_id = tenant_id, .call_id = call_id};
	struct iv_dial_job *j = dial_job_new(d, NULL, NULL, NULL, &ask);

	j->doubted = true;
	j->tries = 1;
	dial_job_start(j, &drop_type);
}

bool iv_dial_in_doubt(enum iv_code code)
{
	return code == IV_EDRAINING || code == IV_ETIMEDOUT || code == IV_ECANCELED || code == IV_ETOOBIG;
}

/* A process that ends tries to drop once; the rest is found by another. */
bool dial_writes_again(struct iv_dial_job *j)
{
	bool first = !j->asked && !j->tries;

	if (j->written || (j->d->draining && !first) || ++j->tries > WRITE_TRIES)
		return false;
	iv_timer_init(&j->again, j->d->s->loop, on_again, j);
	iv_timer_in_ms(&j->again, first ? 0 : (int64_t)WRITE_FIRST_MS << (j->tries - 1));
	return true;
}
