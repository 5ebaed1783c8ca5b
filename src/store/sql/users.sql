-- People: who they are, what they may, and the sign-ins that are still good.

-- name: person_by_email :many :global
-- in:  email text
-- out: user_id text, password_hash text, disabled bool, platform_admin bool
select user_id, password_hash, disabled, platform_admin from lookup.person($1)

-- name: person_subject :many :global
-- Nobody: not known here.
-- in:  id text
-- out: email text, name text, disabled bool, platform_admin bool
select email, name, disabled, platform_admin from lookup.subject($1)

-- name: person_memberships :many :global
-- In the order in which they were made.
-- in:  id text
-- out: tenant_id text, role text, slug text, name text, tenant_status text, ip_allow texts, rate_per_minute int
select tenant_id, role, slug, name, tenant_status, ip_allow, rate_per_minute from lookup.memberships($1)

-- name: person_enroll :one :tenant
-- in:  id text, email text, name text, password_hash text, role text
-- out: user_id text
select lookup.enroll($1, $2, $3, $4, $5)

-- name: session_open :one :global
-- in:  id text, user_id text, tenant_id text, hash text, ttl_s int
-- out: opened bool
select lookup.open_session($1, $2, $3, $4, $5)

-- name: session_renew :many :global
-- The old token is good once. Nobody: no such token, too old, or closed; one that was renewed before closes the
-- session, because two hold it.
-- in:  hash text, new_hash text, ttl_s int
-- out: session_id text, user_id text, tenant_id text
select session_id, user_id, tenant_id from lookup.renew_session($1, $2, $3)

-- name: session_close :one :global
-- in:  hash text
-- out: closed bool
select lookup.close_session($1)

-- name: token_keys_purge :one :global
-- Told to every process, this one too.
-- out: told bool
select pg_notify('credentials', 'token-keys') is not null

-- name: member_list :many :tenant
-- in:  after_us int, after_id text, count int
-- out: user_id text, email text, name text, role text, disabled bool, created_at time, created_us int
select u.id, u.email, u.name, m.role, u.disabled_at is not null, m.created_at,
	(extract(epoch from m.created_at) * 1000000)::bigint
from user_tenants m join users u on u.id = m.user_id
where m.tenant_id = current_tenant()
	and ($1::bigint is null or (m.created_at, m.user_id) < (timestamptz 'epoch' + $1 * interval '1 microsecond', $2))
order by m.created_at desc, m.user_id desc
limit $3

-- name: member_get :one :tenant
-- in:  user_id text
-- out: user_id text, email text, name text, role text, disabled bool, created_at time
select u.id, u.email, u.name, m.role, u.disabled_at is not null, m.created_at
from user_tenants m join users u on u.id = m.user_id
where m.tenant_id = current_tenant() and m.user_id = $1

-- name: member_role :many :tenant
-- The last admin stays one: then no row.
-- in:  user_id text, role text
-- out: user_id text
update user_tenants m set role = $2
where m.tenant_id = current_tenant() and m.user_id = $1
	and ($2 = 'admin' or m.role <> 'admin' or exists (
		select from user_tenants o where o.tenant_id = current_tenant() and o.role = 'admin' and o.user_id <> $1))
returning m.user_id

-- name: member_remove :many :tenant
-- The last admin stays: then no row.
-- in:  user_id text
-- out: user_id text
delete from user_tenants m
where m.tenant_id = current_tenant() and m.user_id = $1
	and (m.role <> 'admin' or exists (
		select from user_tenants o where o.tenant_id = current_tenant() and o.role = 'admin' and o.user_id <> $1))
returning m.user_id
