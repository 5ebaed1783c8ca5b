-- Calls as the API sees them.

-- name: call_create :many :tenant
-- Calls that somebody asked for, of as many requests as came together (iv_pg_join.h), each with its line of the audit
-- log: {id, agent, direction, to, from, metadata, test, audit: {id, kind, actor, action, request, ip}}. refusal: agent
-- (none that is active), concurrent, daily_cost, monthly_minutes; then nothing was made of this one, and used and cap say
-- why.
-- in:  items json, caps json
-- out: n int, refusal text, used text, cap text, id text, agent_id text, started_at time
select n, refusal, used::text, cap::text, call_id, agent_id, started_at
from create_calls(current_tenant(), $2, $1)

-- name: call_get :one :tenant
-- in:  id text
-- out: id text, agent_id text, agent_version int, agent json, direction text, from_number text, to_number text,
-- out: status text, outcome text, end_reason text, failure_reason text, test bool, carrier text, provider text,
-- out: provider_call_id text, campaign_id text, lead_id text, started_at time, answered_at time, ended_at time,
-- out: duration_seconds int, cost text, cost_inr text, usage json, metadata json, summary text, summary_json json,
-- out: analysis json, recording_url text, language text, instance_id text, costs json
select c.id, c.voice_agent_id, c.agent_version, c.agent, c.direction, c.from_number, c.to_number, c.status, c.outcome,
	c.end_reason, c.failure_reason, c.test, c.carrier, c.provider, c.provider_call_id, c.campaign_id, c.lead_id,
	c.started_at, c.answered_at, c.ended_at, c.duration_seconds, c.cost::text, c.cost_inr::text, c.usage, c.metadata,
	c.summary, c.summary_json, c.analysis, c.recording_url, c.language, c.instance_id,
	(select coalesce(jsonb_agg(jsonb_build_object('type', k.type, 'provider', k.provider, 'unit', k.unit,
		'units', k.units, 'minutes', k.minutes, 'costInr', k.cost_inr, 'costUsd', k.cost_usd)
		order by k.type, k.provider, k.unit), '[]')
	from call_costs k where k.tenant_id = c.tenant_id and k.call_id = c.id)
from voice_call_records c
where c.tenant_id = current_tenant() and c.id = $1

-- name: call_list :many :tenant
-- Newest first. What is null does not choose; times are of the start.
-- in:  after_us int, after_id text, skip int, count int, status text, agent text, direction text, from_at time,
-- in:  to_at time
-- out: id text, agent_id text, direction text, from_number text, to_number text, status text, outcome text,
-- out: end_reason text, test bool, carrier text, provider text, campaign_id text, started_at time, answered_at time,
-- out: ended_at time, duration_seconds int, cost text, cost_inr text, metadata json, summary text, started_us int
select c.id, c.voice_agent_id, c.direction, c.from_number, c.to_number, c.status, c.outcome, c.end_reason, c.test,
	c.carrier, c.provider, c.campaign_id, c.started_at, c.answered_at, c.ended_at, c.duration_seconds, c.cost::text,
	c.cost_inr::text, c.metadata, c.summary, (extract(epoch from c.started_at) * 1000000)::bigint
from voice_call_records c
where c.tenant_id = current_tenant()
	and ($1::bigint is null or (c.started_at, c.id) < (timestamptz 'epoch' + $1 * interval '1 microsecond', $2))
	and ($5::text is null or c.status = $5) and ($6::text is null or c.voice_agent_id = $6)
	and ($7::text is null or c.direction = $7) and ($8::timestamptz is null or c.started_at >= $8)
	and ($9::timestamptz is null or c.started_at < $9)
order by c.started_at desc, c.id desc
offset $3 limit $4

-- name: call_count :one :tenant
-- in:  status text, agent text, direction text, from_at time, to_at time
-- out: total int
select count(*) from voice_call_records c
where c.tenant_id = current_tenant()
	and ($1::text is null or c.status = $1) and ($2::text is null or c.voice_agent_id = $2)
	and ($3::text is null or c.direction = $3) and ($4::timestamptz is null or c.started_at >= $4)
	and ($5::timestamptz is null or c.started_at < $5)

-- name: call_patch_status :one :tenant
-- Somebody says how the call stands. A call that is over stays as it is: then changed is false.
-- in:  id text, status text, metadata json
-- out: changed bool, status text, was text
select changed, status, was from patch_call_status(current_tenant(), $1, $2, $3)

-- name: call_state :one :tenant
-- carried: a carrier has it, or was asked for it, and its media is not here.
-- in:  id text
-- out: id text, status text, over bool, carried bool
select id, status, closed_at is not null,
	instance_id is null and closed_at is null and carrier in ('jambonz', 'twilio', 'elevenlabs')
from voice_call_records
where tenant_id = current_tenant() and id = $1

-- name: call_kept :one :tenant
-- What there is to say of what is kept of a call; `reviewed`: nothing more will be.
-- in:  id text
-- out: over bool, reviewed bool, erased bool, summary text, transcript text
select c.closed_at is not null,
	c.closed_at is not null
		and not exists (select from call_reviews v where v.tenant_id = c.tenant_id and v.call_id = c.id),
	c.erased_at is not null, c.summary, c.transcript
from voice_call_records c
where c.tenant_id = current_tenant() and c.id = $1

-- name: call_journal :one :tenant
-- Where its journal lies, when it was written here.
-- in:  id text
-- out: over bool, state text, disk text, local_path text
select c.closed_at is not null, a.state, a.instance_id, a.local_path
from voice_call_records c
left join artifacts a on a.tenant_id = c.tenant_id and a.call_id = c.id and a.kind = 'journal'
where c.tenant_id = current_tenant() and c.id = $1
limit 1

-- name: call_timeline :many :tenant
-- in:  id text, after int, count int
-- out: seq int, kind text, payload json, at time
select seq, kind, payload, at from call_timeline
where tenant_id = current_tenant() and call_id = $1 and seq > $2
order by seq
limit $3

-- name: call_summary_put :one :tenant
-- A summary from outside; the webhook goes out with it, once for each text.
-- in:  id text, summary text, summary_json json, event json
-- out: id text
select id from put_call_summary(current_tenant(), $1, $2, $3, $4) as t(id)

-- name: usage_total :one :tenant
-- What was used since then.
-- in:  since time
-- out: total int, completed int, failed int, average_cost text, total_cost text, total_cost_usd text,
-- out: average_duration text, minutes text, agents int, agents_active int
select count(*), count(*) filter (where c.status = 'completed'), count(*) filter (where c.status <> 'completed'),
	round(coalesce(avg(c.cost_inr), 0), 4)::text, coalesce(sum(c.cost_inr), 0)::text, coalesce(sum(c.cost), 0)::text,
	round(coalesce(avg(c.duration_seconds), 0), 1)::text, round(coalesce(sum(c.duration_seconds), 0) / 60.0, 2)::text,
	(select count(*) from voice_agents a where a.tenant_id = current_tenant() and a.deleted_at is null),
	(select count(*) from voice_agents a where a.tenant_id = current_tenant() and a.deleted_at is null
		and a.status = 'active')
from voice_call_records c
where c.tenant_id = current_tenant() and c.closed_at is not null and c.started_at >= $1

-- name: usage_by_day :many :tenant
-- in:  since time
-- out: day text, calls int, minutes text, cost_inr text, cost_usd text
select l.usage_date::text, count(*), round(sum(l.duration_seconds) / 60.0, 2)::text, sum(l.cost_inr)::text,
	sum(l.cost_usd)::text
from voice_usage_ledger l
where l.tenant_id = current_tenant() and l.occurred_at >= $1
group by l.usage_date order by l.usage_date

-- name: usage_by_type :many :tenant
-- in:  since time
-- out: type text, provider text, unit text, units text, cost_inr text, cost_usd text
select k.type, k.provider, k.unit, sum(k.units)::text, sum(k.cost_inr)::text, sum(k.cost_usd)::text
from call_costs k
where k.tenant_id = current_tenant() and k.created_at >= $1
group by k.type, k.provider, k.unit order by k.type, k.provider, k.unit

-- name: usage_rows :many :tenant
-- The ledger, for a spreadsheet; oldest first, from behind (after_us, after_id).
-- in:  from_at time, to_at time, after_us int, after_id text, count int
-- out: id text, call_id text, usage_type text, agent_id text, campaign_id text, provider text, duration_seconds int,
-- out: cost_inr text, cost_usd text, occurred_at time, occurred_us int
select l.id, l.call_id, l.usage_type, l.agent_id, l.campaign_id, l.provider, l.duration_seconds, l.cost_inr::text,
	l.cost_usd::text, l.occurred_at, (extract(epoch from l.occurred_at) * 1000000)::bigint
from voice_usage_ledger l
where l.tenant_id = current_tenant() and l.occurred_at >= $1 and l.occurred_at < $2
	and ($3::bigint is null or (l.occurred_at, l.id) > (timestamptz 'epoch' + $3 * interval '1 microsecond', $4))
order by l.occurred_at, l.id
limit $5

-- name: metrics_by_status :many :tenant
-- Calls that were started since then.
-- in:  since time
-- out: status text, over bool, calls int, seconds float, cost_inr float, cost_usd float
select c.status, call_is_over(c.status), count(*), coalesce(sum(c.duration_seconds), 0)::float8,
	coalesce(sum(c.cost_inr), 0)::float8, coalesce(sum(c.cost), 0)::float8
from voice_call_records c
where c.tenant_id = current_tenant() and c.started_at >= $1
group by c.status order by c.status

-- name: metrics_of_turns :one :tenant
-- How long the stages of turns took, in ms; of the latest so many. What a turn lacks it is not counted for.
-- in:  since time, most int
-- out: turns int, asr_50 float, asr_95 float, eou_50 float, eou_95 float, llm_50 float, llm_95 float, tts_50 float,
-- out: tts_95 float, turn_50 float, turn_95 float
with latest as (
	select t.payload from call_timeline t
	where t.tenant_id = current_tenant() and t.kind = 'turn.closed' and t.at >= $1
	order by t.at desc limit $2
), stamps as (
	select (payload ->> 'speechStartMs')::float8 as speech, (payload ->> 'sttFirstMs')::float8 as stt,
		(payload ->> 'vadEndMs')::float8 as vad, (payload ->> 'eouMs')::float8 as eou,
		(payload ->> 'llmFirstMs')::float8 as llm, (payload ->> 'sentenceFirstMs')::float8 as sentence,
		(payload ->> 'ttsFirstMs')::float8 as tts, (payload ->> 'heardFirstMs')::float8 as heard
	from latest
), took as (
	select case when stt >= speech then stt - speech end as asr, case when eou >= vad then eou - vad end as eou,
		case when llm >= eou then llm - eou end as llm, case when tts >= sentence then tts - sentence end as tts,
		case when heard >= vad then heard - vad end as turn
	from stamps
), shares as (
	select count(*) as turns, percentile_cont(array[0.5, 0.95]) within group (order by asr) as asr,
		percentile_cont(array[0.5, 0.95]) within group (order by eou) as eou,
		percentile_cont(array[0.5, 0.95]) within group (order by llm) as llm,
		percentile_cont(array[0.5, 0.95]) within group (order by tts) as tts,
		percentile_cont(array[0.5, 0.95]) within group (order by turn) as turn
	from took
)
select turns, asr[1], asr[2], eou[1], eou[2], llm[1], llm[2], tts[1], tts[2], turn[1], turn[2] from shares

-- name: caps_of :one :tenant
-- The tenant's caps and what stands against them.
-- in:  caps json
-- out: live int, max_live int, cost_inr text, daily_cap text, minutes text, monthly_cap text
select live, max_live::bigint, cost_inr::text, daily_cap::text, minutes::text, monthly_cap::text
from caps_of(current_tenant(), $1)
