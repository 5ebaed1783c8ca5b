-- Calls as carriers know them.

-- name: line_hook :one :global
-- Whose call a carrier's hook is about (by its id, else by ours, which we gave it with the call), whose number was called,
-- and what becomes of what it says (next; null: nothing). held and what follows it: when something was said.
-- in:  carrier text, alias text, alias_tenant text, call text, call_tenant text, called text, provider_id text,
-- in:  next text, facts json
-- out: tenant_id text, call_id text, agent_id text, over bool, held bool, rang bool, answered bool, hosted bool,
-- out: number_tenant text, number_id text, number_agent text
select h.tenant_id, h.call_id, h.agent_id, h.over, h.held, h.rang, h.answered, h.hosted, h.number_tenant, h.number_id,
	h.number_agent
from take_hook($1, $2, $3, $4, $5, $6, $7, $8, $9) h

-- name: line_take_inbound :one :tenant
-- in:  tenant text, call text, carrier text, provider_id text, agent text, number_id text, from_number text,
-- in:  to_number text, more json
-- out: refusal text, call_id text, agent_id text, made bool, over bool, held bool, tenant_max int,
-- out: campaign_id text, campaign_max int, hosted text
select t.refusal, t.call_id, t.agent_id, t.made, t.over, t.held, t.tenant_max, t.campaign, t.campaign_max,
	case when a.provider = 'elevenlabs' then coalesce(a.elevenlabs_agent_id, '') else '' end
from take_inbound_call($1, $2, $3, $4, $5, $6, $7, $8, $9) t
left join voice_agents a on a.tenant_id = $1 and a.id = t.agent_id

-- name: line_hosted :one :tenant
-- Somebody else's agent is about to speak with this call: what its texts need.
-- in:  tenant text, call text
-- out: variables json
update voice_call_records r set provider = 'elevenlabs'
where r.tenant_id = $1 and r.id = $2
returning hosted_variables($1, $2)

-- name: line_close :one :tenant
-- The end of a call nobody spoke. false: its end comes from elsewhere (what its process gave to another), or has come.
-- in:  tenant text, call text, status text, reason text, failure text
-- out: closed bool
select case when exists (select from call_handovers h where h.tenant_id = $1 and h.call_id = $2) then false
	else close_unspoken_call($1, $2, $3, $4, $5) end

-- name: line_state :many :tenant
-- A call by our id or the carrier's, for who orders something of it.
-- in:  name text
-- out: id text, status text, over bool, carrier text, held bool, given bool, provider_id text
select c.id, c.status, c.closed_at is not null, c.carrier, c.instance_id is not null,
	exists (select from call_handovers h where h.tenant_id = c.tenant_id and h.call_id = c.id), coalesce(c.provider_call_id, '')
from voice_call_records c
where c.tenant_id = current_tenant() and c.id in (select $1 union all
	select a.call_id from call_aliases a where a.tenant_id = current_tenant() and a.alias = $1)
order by c.id <> $1
limit 1

-- name: line_live :many :tenant
-- Calls that are not over, the latest first.
-- in:  count int
-- out: id text, status text, started_at time, updated_at time, held bool
select c.id, c.status, c.started_at, c.updated_at, c.instance_id is not null
from voice_call_records c
where c.tenant_id = current_tenant() and c.closed_at is null
order by c.started_at desc, c.id desc
limit $1

-- name: line_stuck :many :tenant
-- Calls that are not over, and of which nobody has said anything for so long.
-- in:  minutes float, count int
-- out: id text, status text, updated_at time, age_minutes float, held bool, told bool
select c.id, c.status, c.updated_at, (extract(epoch from now() - c.updated_at) / 60.0)::float8, c.instance_id is not null,
	exists (select from call_timeline t where t.tenant_id = c.tenant_id and t.call_id = c.id)
from voice_call_records c
where c.tenant_id = current_tenant() and c.closed_at is null and c.updated_at < now() - $1 * interval '1 minute'
order by c.updated_at
limit $2

-- name: line_story :one :tenant
-- How a call went, in numbers.
-- in:  id text
-- out: started_at time, ended_at time, analysis json
select c.started_at, c.ended_at, c.analysis from voice_call_records c where c.tenant_id = current_tenant() and c.id = $1
