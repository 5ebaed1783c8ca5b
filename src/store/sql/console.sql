-- What the console asks that nobody else does.

-- name: calls_open :many :tenant
-- Calls that are not over, the latest first.
-- in:  count int
-- out: id text, agent_id text, direction text, from_number text, to_number text, status text, carrier text,
-- out: provider text, campaign_id text, started_at time, answered_at time
select id, voice_agent_id, direction, from_number, to_number, status, carrier, provider, campaign_id, started_at, answered_at
from voice_call_records
where tenant_id = current_tenant() and closed_at is null
order by started_at desc, id desc
limit $1

-- name: audit_list :many :tenant
-- Newest first. What is null does not choose.
-- in:  after_us int, after_id text, count int, action text, actor text, entity text
-- out: id text, at time, actor_kind text, actor_id text, action text, entity_type text, entity_id text,
-- out: request_id text, ip text, detail json, at_us int
select id, at, actor_kind, actor_id, action, entity_type, entity_id, request_id, host(ip), detail,
	(extract(epoch from at) * 1000000)::bigint
from audit_log
where tenant_id = current_tenant()
	and ($1::bigint is null or (at, id) < (timestamptz 'epoch' + $1 * interval '1 microsecond', $2))
	and ($4::text is null or action = $4) and ($5::text is null or actor_id = $5) and ($6::text is null or entity_id = $6)
order by at desc, id desc
limit $3
