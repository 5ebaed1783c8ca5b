-- API keys. What a key is worth is asked by its hash, before its tenant is known.

-- name: key_lookup :many :global
-- in:  hash text
-- out: key_id text, tenant_id text, role text, scopes texts, live bool, rate_per_minute int, expires_at time,
-- out: revoked_at time, tenant_status text, ip_allow texts
select key_id, tenant_id, role, scopes, live, rate_per_minute, expires_at, revoked_at, tenant_status, ip_allow
from lookup.api_key($1)

-- name: key_used :exec :tenant
-- At most once a minute.
-- in: id text
update api_keys set last_used_at = now()
where tenant_id = current_tenant() and id = $1
	and (last_used_at is null or last_used_at < now() - interval '1 minute')

-- name: key_insert :one :tenant
-- in:  id text, name text, prefix text, hash text, role text, scopes texts, live bool, rate_per_minute int,
-- in:  expires_at time, created_by text
-- out: id text, name text, prefix text, role text, scopes texts, live bool, rate_per_minute int, expires_at time,
-- out: last_used_at time, revoked_at time, created_by text, created_at time
insert into api_keys (tenant_id, id, name, prefix, key_hash, role, scopes, live, rate_per_minute, expires_at, created_by)
values (current_tenant(), $1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
returning id, name, prefix, role, scopes, live, rate_per_minute, expires_at, last_used_at, revoked_at, created_by, created_at

-- name: key_list :many :tenant
-- Newest first; after_us null: from the newest. Microseconds, because that is what the rows are sorted by.
-- in:  after_us int, after_id text, count int
-- out: id text, name text, prefix text, role text, scopes texts, live bool, rate_per_minute int, expires_at time,
-- out: last_used_at time, revoked_at time, created_by text, created_at time, created_us int
select id, name, prefix, role, scopes, live, rate_per_minute, expires_at, last_used_at, revoked_at, created_by, created_at,
	(extract(epoch from created_at) * 1000000)::bigint
from api_keys
where tenant_id = current_tenant()
	and ($1::bigint is null or (created_at, id) < (timestamptz 'epoch' + $1 * interval '1 microsecond', $2))
order by created_at desc, id desc
limit $3

-- name: key_get :one :tenant
-- in:  id text
-- out: id text, name text, prefix text, role text, scopes texts, live bool, rate_per_minute int, expires_at time,
-- out: last_used_at time, revoked_at time, created_by text, created_at time
select id, name, prefix, role, scopes, live, rate_per_minute, expires_at, last_used_at, revoked_at, created_by, created_at
from api_keys
where tenant_id = current_tenant() and id = $1

-- name: key_revoke :one :tenant
-- Now, or in so many seconds; an earlier end stays. Twice is once.
-- in:  id text, in_s int
-- out: id text, name text, prefix text, role text, scopes texts, live bool, rate_per_minute int, expires_at time,
-- out: last_used_at time, revoked_at time, created_by text, created_at time
update api_keys
set revoked_at = case when $2 > 0 then revoked_at else coalesce(revoked_at, now()) end,
	expires_at = case when $2 > 0 then least(expires_at, now() + make_interval(secs => $2)) else expires_at end
where tenant_id = current_tenant() and id = $1
returning id, name, prefix, role, scopes, live, rate_per_minute, expires_at, last_used_at, revoked_at, created_by, created_at
