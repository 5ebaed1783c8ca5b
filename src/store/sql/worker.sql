-- What happens behind everybody's back: reviews of calls that are over, calls that lost their process, sweeping.

-- name: review_take :many :global
-- Takes what is due, one of each tenant before the second of any. It is another's when `lease_ms` is over.
-- in:  owner text, lease_ms int, most int
-- out: tenant_id text, call_id text, attempt int
with recursive heads(tenant_id) as (
	(select r.tenant_id from call_reviews r order by r.tenant_id limit 1)
	union all
	select n.tenant_id from heads h cross join lateral (
		select r.tenant_id from call_reviews r where r.tenant_id > h.tenant_id order by r.tenant_id limit 1) n
), due as (
	select l.ctid, l.turn from heads h cross join lateral (
		select o.ctid, row_number() over () as turn from (
			select r.ctid from call_reviews r where r.tenant_id = h.tenant_id and r.next_at <= now()
			order by r.next_at limit $3 for update skip locked) o) l
), picked as (
	select d.ctid from due d order by d.turn, random() limit $3
)
update call_reviews r
set attempt = r.attempt + 1, taken_by = $1, next_at = now() + $2 * interval '1 millisecond'
where r.ctid = any (array(select p.ctid from picked p))
returning r.tenant_id, r.call_id, r.attempt

-- name: review_next :one :global
-- In how many milliseconds something comes due; null: nothing waits.
-- out: in_ms int
select (select ceil(extract(epoch from r.next_at - now()) * 1000)::bigint from call_reviews r order by r.next_at limit 1)

-- name: review_load :one :global
-- All there is to know of the call. No row: another process has taken it meanwhile.
-- in:  tenant text, call text, attempt int
-- out: recap json, tries int, status text, outcome text, end_reason text, direction text, provider text, carrier text,
-- out: sip_final text, q850 int, from_number text, to_number text, started_at time, ended_at time, duration_s int,
-- out: agent_id text, agent json, usage json, summary text, analysis json, cost_inr float, costs json, files json,
-- out: redaction text
select v.recap, v.tries, c.status, c.outcome, c.end_reason, c.direction, c.provider, c.carrier,
	c.provider_metadata ->> 'sipFinal',
	case when c.provider_metadata ->> 'q850' ~ '^[0-9]{1,3}$' then (c.provider_metadata ->> 'q850')::integer else 0 end,
	c.from_number, c.to_number, c.started_at, c.ended_at, c.duration_seconds, c.voice_agent_id, c.agent, c.usage,
	c.summary, c.analysis, c.cost_inr::float8,
	(select coalesce(jsonb_agg(jsonb_build_object('type', k.type, 'provider', k.provider, 'units', k.units,
		'costInr', k.cost_inr, 'currency', coalesce(r.currency, 'INR')) order by k.type, k.provider, k.unit), '[]')
	from call_costs k left join rate_cards r on r.id = k.rate_card_id
	where k.tenant_id = c.tenant_id and k.call_id = c.id),
	(select coalesce(jsonb_object_agg(a.kind, a.id order by a.created_at), '{}') from artifacts a
		where a.tenant_id = c.tenant_id and a.call_id = c.id and a.state <> 'deleted' and a.kind <> 'journal'),
	t.settings #>> '{redaction,enabled}'
from call_reviews v
	join voice_call_records c on c.tenant_id = v.tenant_id and c.id = v.call_id
	join tenants t on t.id = v.tenant_id
where v.tenant_id = $1 and v.call_id = $2 and v.attempt = $3

-- name: review_finish :one :global
-- in:  tenant text, call text, attempt int, result json
-- out: mine bool
select finish_review($1, $2, $3::integer, $4)

-- name: review_put_back :exec :global
-- For later, or for another process.
-- in:  tenant text, call text, attempt int, in_ms int, model_failed bool, error text
update call_reviews
set next_at = now() + $4 * interval '1 millisecond', tries = tries + $5::boolean::integer, last_error = left($6, 200),
	taken_by = null
where tenant_id = $1 and call_id = $2 and attempt = $3

-- name: silent_calls :many :global
-- Open calls nobody has written about for long: those a process held, and those nobody ever did. What a vendor hosts
-- is the vendor's to tell.
-- in:  held_s int, unheld_s int, most int
-- out: tenant_id text, id text, silent_s int
select c.tenant_id, c.id, case when c.instance_id is null then $2::integer else $1::integer end
from voice_call_records c
where c.closed_at is null and c.provider = 'invorto'
	and c.updated_at < now() - make_interval(secs => case when c.instance_id is null then $2::integer else $1::integer end)
	and pg_try_advisory_xact_lock(hashtextextended('invorto.silent_calls', 0))
order by c.updated_at
limit $3

-- name: call_lose :one :global
-- in:  tenant text, call text, silent_s int
-- out: lost bool
select lose_call($1, $2, $3::integer)

-- name: sweep :one :global
-- in:  most int, alert_days int
-- out: taken bool, idempotency_keys int, usage_alerts int, sessions int
select taken, idempotency_keys, usage_alerts, sessions from sweep($1::integer, $2::integer)
