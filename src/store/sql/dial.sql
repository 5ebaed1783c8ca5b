-- Placing calls, and asking after those that nobody holds.

-- name: dial_load :many :tenant
-- What it takes to dial for an agent from a number (none: the agent's, else the tenant's first), for as many as ask at the
-- same time (iv_pg_join.h): {agent, from, campaign, lead}. What is null is not there, or not the tenant's. caller_id: the
-- number is not the tenant's, but the operator has verified it.
-- in:  items json
-- out: n int, agent_id text, hosted bool, agent_ref text, voicemail text, number_id text, number text,
-- out: number_carrier text, number_ref text, caller_id bool, countries text, tenant_max int, campaign_id text,
-- out: campaign_max int, lead_id text
select w.n, a.id, a.provider = 'elevenlabs', a.elevenlabs_agent_id, a.config #>> '{voicemail,action}', m.id, m.phone_number,
	m.provider, m.elevenlabs_phone_number_id, coalesce(t.caller_ids ? w.from_number, false), t.countries, t.live_max,
	p.id, p.max_concurrent_calls::bigint, l.id
from (
	select tenants.id, settings -> 'caller_ids' as caller_ids, (settings ->> 'max_concurrent_calls')::bigint as live_max,
		array_to_string(json_texts(settings -> 'allowed_countries'), ',') as countries
	from tenants where tenants.id = current_tenant() offset 0) t
cross join rows from (jsonb_to_recordset($1) as (agent text, "from" text, campaign text, lead text)) with ordinality
	as w(agent, from_number, campaign, lead, n)
left join lateral (
	select v.id, v.provider, v.elevenlabs_agent_id, v.config from voice_agents v
	where v.tenant_id = t.id and v.id = w.agent and v.deleted_at is null and v.status = 'active'
	limit 1) a on true
left join lateral (
	select v.id, v.phone_number, v.provider, v.elevenlabs_phone_number_id from voice_phone_numbers v
	where v.tenant_id = t.id and v.is_active and (w.from_number is null or v.phone_number = w.from_number)
	order by v.voice_agent_id is not distinct from w.agent desc, v.created_at, v.id
	limit 1) m on true
left join lateral (
	select v.id, v.max_concurrent_calls from voice_campaigns v where v.tenant_id = t.id and v.id = w.campaign limit 1) p on true
left join lateral (select v.id from leads v where v.tenant_id = t.id and v.id = w.lead limit 1) l on true

-- name: dial_begin :one :tenant
-- The right to ask a carrier for this call; not granted: it was given before, the call is over, or it is not to be dialled
-- any more. up: somebody has it, or may; else whoever was refused has its slots to give back.
-- variables: of the texts of an agent that somebody else hosts.
-- in:  call text, plan json
-- out: granted bool, up bool, variables json
select begin_dial(current_tenant(), $1, $2), call_is_up(current_tenant(), $1),
	case when ($2::jsonb -> 'hosted')::boolean then hosted_variables(current_tenant(), $1) end

-- name: dial_placed :one :tenant
-- news: nothing was heard of it before. Locked before it is looked at: a hook that is quicker has written, or waits.
-- in:  call text, carrier text, provider_id text, second_kind text, second_id text, check_s int
-- out: ours bool, news bool
with c as materialized (
	select r.status from voice_call_records r where r.tenant_id = current_tenant() and r.id = $1 for no key update
)
select place_dial(current_tenant(), $1, $2, $3, $4, $5, $6::integer),
	coalesce(c.status in ('created', 'dialing', 'unknown'), false)
from (values (1)) as w(n) left join c on true

-- name: dial_doubted :one :tenant
-- in:  call text, why text, check_s int
-- out: done text, news bool
with c as materialized (
	select r.status from voice_call_records r where r.tenant_id = current_tenant() and r.id = $1 for no key update
)
select doubt_dial(current_tenant(), $1, $2, $3::integer)::text, coalesce(c.status = 'dialing', false)
from (values (1)) as w(n) left join c on true

-- name: dial_stands :many :tenant
-- in:  call text
-- out: status text, failure text
select c.status, coalesce(c.failure_reason, '') from voice_call_records c where c.tenant_id = current_tenant() and c.id = $1

-- name: dial_dropped :one :tenant
-- The end of a call that no carrier was asked for, and none will be. false: one was, or a campaign takes it back.
-- in:  call text, failure text
-- out: closed bool
with c as (
	select r.tenant_id, r.id from voice_call_records r
	where r.tenant_id = current_tenant() and r.id = $1 and r.status = 'created' and r.dialled_at is null
		and (r.attempt is null or r.campaign_id is null)
	for update
)
select close_unspoken_call(c.tenant_id, c.id, 'failed', 'refused', $2) from c
union all select false limit 1

-- name: dial_closed :one :tenant
-- The end of a call nobody spoke. false: its end comes from elsewhere, or has come.
-- in:  call text, status text, reason text, failure text
-- out: closed bool
select close_unspoken_call(current_tenant(), $1, $2, $3, $4)

-- name: dial_look :many :tenant
-- A call, for who wants to take it back.
-- in:  call text
-- out: status text, over bool, held bool, carrier text, provider_id text, twilio_id text
select c.status, c.closed_at is not null, c.instance_id is not null, c.carrier, c.provider_call_id,
	(select a.alias from call_aliases a where a.tenant_id = c.tenant_id and a.call_id = c.id and a.provider = 'twilio'
	order by a.created_at limit 1)
from voice_call_records c where c.tenant_id = current_tenant() and c.id = $1

-- name: dial_take_back :exec :tenant
-- The carrier is about to be told: whoever hears of the end first, it was taken back.
-- in:  call text, reason text
update voice_call_records set provider_metadata = provider_metadata || jsonb_build_object('takenBack', $2::text,
	'takenBackAt', now())
where tenant_id = current_tenant() and id = $1 and closed_at is null and instance_id is null

-- name: check_take :many :global
-- Calls to be asked about, of carriers among `carriers`. They are another's when `lease_s` is over.
-- in:  carriers texts, lease_s int, most int
-- out: tenant_id text, call_id text, agent_id text, status text, carrier text, hosted bool, provider_id text,
-- out: from_number text, to_number text, agent_ref text, final text, checks int, misses int, dialled_ms int, age_s int,
-- out: waits_s int
with due as (
	select k.tenant_id, k.call_id from call_checks k
	join voice_call_records c on c.tenant_id = k.tenant_id and c.id = k.call_id
	where k.next_at <= now() and c.carrier = any($1)
	order by k.next_at limit $3 for update of k skip locked
)
update call_checks k set next_at = now() + make_interval(secs => $2::integer), checks = k.checks + 1
from due d
join voice_call_records c on c.tenant_id = d.tenant_id and c.id = d.call_id
left join voice_agents a on a.tenant_id = c.tenant_id and a.id = c.voice_agent_id
where k.tenant_id = d.tenant_id and k.call_id = d.call_id
returning k.tenant_id, k.call_id, c.voice_agent_id, c.status, c.carrier, c.provider = 'elevenlabs', c.provider_call_id,
	c.from_number, c.to_number, a.elevenlabs_agent_id, c.provider_metadata ->> 'final', k.checks::bigint, k.misses::bigint,
	(extract(epoch from coalesce(c.dialled_at, c.started_at)) * 1000)::bigint,
	extract(epoch from now() - coalesce(c.dialled_at, c.started_at))::bigint,
	case when c.provider = 'elevenlabs' or exists (select from call_handovers h where h.tenant_id = k.tenant_id
		and h.call_id = k.call_id) then 0 else coalesce(extract(epoch from now() - c.answered_at)::bigint, 0) end

-- name: check_adopt :many :tenant
-- The first of these ids that is no other call's is this one's; no row: there is none.
-- in:  call text, carrier text, ids texts, check_s int
-- out: provider_id text
select p.id from (
	select u.id from unnest($3::text[]) with ordinality as u(id, n)
	where not exists (select from call_aliases a where a.tenant_id = current_tenant() and a.provider = $2 and a.alias = u.id
		and a.call_id <> $1)
	order by u.n limit 1) p
where place_dial(current_tenant(), $1, $2, p.id, null, null, $4::integer)

-- name: check_put :exec :tenant
-- in:  call text, in_s int, missed bool
update call_checks k set next_at = now() + make_interval(secs => $2::integer),
	misses = case when $3::boolean then k.misses + 1 else 0 end
where k.tenant_id = current_tenant() and k.call_id = $1

-- name: check_told :many :tenant
-- What the carrier answers, as if it had said so itself.
-- in:  tenant text, call text, carrier text, provider_id text, next text
-- out: status text
select status from take_call_status($1, $2, $3, $4, $5, '{}')

-- name: holders :many :global
-- Processes that hold calls, or did and died.
-- in:  not_me text
-- out: instance_id text
with recursive h(instance_id) as (
	(select c.instance_id from voice_call_records c where c.closed_at is null and c.instance_id is not null
		order by c.instance_id limit 1)
	union all
	select n.instance_id from h cross join lateral (
		select c.instance_id from voice_call_records c where c.closed_at is null and c.instance_id > h.instance_id
		order by c.instance_id limit 1) n
)
select instance_id from h where instance_id <> $1

-- name: held_by :many :global
-- Calls of a process; locked by whoever asks first, for as long as he looks.
-- in:  instance text, most int
-- out: tenant_id text, id text
select c.tenant_id, c.id from voice_call_records c
where c.closed_at is null and c.instance_id = $1
	and pg_try_advisory_xact_lock(hashtextextended('invorto.dead:' || $1, 0))
order by c.started_at
limit $2

-- name: held_lost :one :global
-- in:  tenant text, call text, instance text
-- out: lost bool
select lose_call($1, $2, 0) where exists (
	select from voice_call_records c where c.tenant_id = $1 and c.id = $2 and c.instance_id = $3 and c.closed_at is null)
union all select false limit 1
