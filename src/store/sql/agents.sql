-- Agents and their versions.

-- name: agent_insert :one :tenant
-- The agent and its first version.
-- in:  id text, name text, description text, status text, use_case text, config json, created_by text
-- out: id text, version int, name text, description text, status text, use_case text, provider text,
-- out: template_id text, config json, created_at time, updated_at time
with made as (
	insert into voice_agents (tenant_id, id, name, description, status, use_case, config, created_by)
	values (current_tenant(), $1, $2, $3, coalesce($4, 'active'), $5, $6, $7)
	returning tenant_id, id, version, name, description, status, use_case, provider, template_id, config, created_by, created_at,
		updated_at
), kept as (
	insert into voice_agent_versions (tenant_id, agent_id, version, name, config, created_by)
	select tenant_id, id, version, name, config, created_by from made
)
select id, version, name, description, status, use_case, provider, template_id, config, created_at, updated_at from made

-- name: agent_get :one :tenant
-- With what its calls came to.
-- in:  id text
-- out: id text, version int, name text, description text, status text, use_case text, provider text,
-- out: template_id text, config json, created_at time, updated_at time, total_calls int, average_cost text
select a.id, a.version, a.name, a.description, a.status, a.use_case, a.provider, a.template_id, a.config, a.created_at,
	a.updated_at, a.calls_ended, round(a.calls_cost_inr / greatest(a.calls_ended, 1), 4)::text
from voice_agents a
where a.tenant_id = current_tenant() and a.id = $1 and a.deleted_at is null

-- name: agents_read :many :tenant
-- The same, for as many as ask at the same time (iv_pg_join.h): {id}. No id: there is none.
-- in:  items json
-- out: n int, id text, version int, name text, description text, status text, use_case text, provider text,
-- out: template_id text, config json, created_at time, updated_at time, total_calls int, average_cost text
select w.n, a.id, a.version, a.name, a.description, a.status, a.use_case, a.provider, a.template_id, a.config, a.created_at,
	a.updated_at, a.calls_ended, round(a.calls_cost_inr / greatest(a.calls_ended, 1), 4)::text
from rows from (jsonb_to_recordset($1) as (id text)) with ordinality as w(id, n)
left join voice_agents a on a.tenant_id = current_tenant() and a.id = w.id and a.deleted_at is null

-- name: agent_list :many :tenant
-- Newest first, from behind a cursor (after_us not null) or from an offset; status null: any.
-- in:  after_us int, after_id text, skip int, count int, status text
-- out: id text, version int, name text, description text, status text, use_case text, provider text,
-- out: template_id text, config json, created_at time, updated_at time, created_us int
select id, version, name, description, status, use_case, provider, template_id, config, created_at, updated_at,
	(extract(epoch from created_at) * 1000000)::bigint
from voice_agents
where tenant_id = current_tenant() and deleted_at is null and ($5::text is null or status = $5)
	and ($1::bigint is null or (created_at, id) < (timestamptz 'epoch' + $1 * interval '1 microsecond', $2))
order by created_at desc, id desc
offset $3 limit $4

-- name: agent_count :one :tenant
-- in:  status text
-- out: total int
select count(*) from voice_agents
where tenant_id = current_tenant() and deleted_at is null and ($1::text is null or status = $1)

-- name: agent_update :one :tenant
-- What is null stays. Another name or config is another version; `expected` null: whatever the version is now.
-- in:  id text, name text, description text, status text, use_case text, config json, updated_by text, expected int
-- out: id text, version int, name text, description text, status text, use_case text, provider text,
-- out: template_id text, config json, created_at time, updated_at time
with changed as (
	update voice_agents a set
		name = coalesce($2, a.name), description = coalesce($3, a.description), status = coalesce($4, a.status),
		use_case = coalesce($5, a.use_case), config = coalesce($6::jsonb, a.config), updated_at = now(),
		version = a.version + case when coalesce($2, a.name) <> a.name or coalesce($6::jsonb, a.config) <> a.config
			then 1 else 0 end
	where a.tenant_id = current_tenant() and a.id = $1 and a.deleted_at is null and ($8::bigint is null or a.version = $8)
	returning tenant_id, id, version, name, description, status, use_case, provider, template_id, config, created_by, created_at,
		updated_at
), kept as (
	insert into voice_agent_versions (tenant_id, agent_id, version, name, config, created_by)
	select tenant_id, id, version, name, config, $7 from changed
	on conflict do nothing
)
select id, version, name, description, status, use_case, provider, template_id, config, created_at, updated_at
from changed

-- name: agent_delete :one :tenant
-- Refused while it has calls that are not over: then deleted is false.
-- in:  id text
-- out: id text, version int, name text, description text, status text, use_case text, provider text,
-- out: template_id text, config json, created_at time, updated_at time, deleted bool, active_calls int
with a as (
	select v.tenant_id, v.id, v.version, v.name, v.description, v.status, v.use_case, v.provider, v.template_id, v.config,
		v.created_at, v.updated_at, (select count(*) from voice_call_records c
		where c.tenant_id = v.tenant_id and c.voice_agent_id = v.id and c.closed_at is null) as calls
	from voice_agents v
	where v.tenant_id = current_tenant() and v.id = $1 and v.deleted_at is null
	for update
), gone as (
	update voice_agents v set deleted_at = now(), status = 'inactive', updated_at = now()
	from a where v.tenant_id = a.tenant_id and v.id = a.id and a.calls = 0
	returning v.id
)
select a.id, a.version, a.name, a.description, a.status, a.use_case, a.provider, a.template_id, a.config, a.created_at,
	a.updated_at, exists (select from gone), a.calls
from a

-- name: agent_versions :many :tenant
-- Newest first.
-- in:  id text, before int, count int
-- out: version int, name text, config json, created_by text, created_at time
select v.version, v.name, v.config, v.created_by, v.created_at
from voice_agent_versions v
join voice_agents a on a.tenant_id = v.tenant_id and a.id = v.agent_id and a.deleted_at is null
where v.tenant_id = current_tenant() and v.agent_id = $1 and ($2::bigint is null or v.version < $2)
order by v.version desc
limit $3
