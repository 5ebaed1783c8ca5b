-- The registry: a tenant's tools, by name; of each name one version is in use.

-- name: tool_register :many :tenant
-- Another version when the name is there; the one before goes out of use, and of those out of use the last twenty stay.
-- No row: the tenant has `most` other tools.
-- in:  id text, name text, type text, provider text, description text, definition json, created_by text, most int
-- out: id text, version int, name text, type text, provider text, description text, definition json, created_at time
with had as (
	update tools set status = 'inactive'
	where tenant_id = current_tenant() and name = $2 and status = 'active'
	returning version
), past as (
	select coalesce(max(version), 0) as version from tools where tenant_id = current_tenant() and name = $2
), forgotten as (
	delete from tools t using past
	where t.tenant_id = current_tenant() and t.name = $2 and t.version <= past.version - 20
)
insert into tools (tenant_id, id, name, version, type, provider, description, definition, created_by)
select current_tenant(), $1, $2, past.version + 1, $3, $4, $5, $6, $7
from past, (select count(*) as n from had) as h
where h.n > 0 or (select count(*) from tools where tenant_id = current_tenant() and status = 'active') < $8
returning id, version, name, type, provider, description, definition, created_at

-- name: tool_get :one :tenant
-- in:  name text
-- out: id text, version int, name text, type text, provider text, description text, definition json, created_at time
select id, version, name, type, provider, description, definition, created_at from tools
where tenant_id = current_tenant() and name = $1 and status = 'active'

-- name: tool_list :many :tenant
-- Those in use, newest first, from behind a cursor (after_us not null) or from an offset.
-- in:  after_us int, after_id text, skip int, count int
-- out: id text, version int, name text, type text, provider text, description text, definition json, created_at time,
-- out: created_us int
select id, version, name, type, provider, description, definition, created_at,
	(extract(epoch from created_at) * 1000000)::bigint
from tools
where tenant_id = current_tenant() and status = 'active'
	and ($1::bigint is null or (created_at, id) < (timestamptz 'epoch' + $1 * interval '1 microsecond', $2))
order by created_at desc, id desc
offset $3 limit $4

-- name: tool_count :one :tenant
-- out: total int
select count(*) from tools where tenant_id = current_tenant() and status = 'active'

-- name: tool_delete :one :tenant
-- Out of use; calls that have it keep it.
-- in:  name text
-- out: id text, version int
update tools set status = 'inactive'
where tenant_id = current_tenant() and name = $1 and status = 'active'
returning id, version
