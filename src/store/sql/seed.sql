-- The first tenant, key and person: made at the command line by whoever may become the owner, before anybody has a
-- key to ask the API with.

-- name: seed_as_owner :one :global
-- For the rest of the session.
-- in:  tenant text
-- out: role text, tenant text
select set_config('role', 'invorto_owner', false), set_config('app.tenant_id', $1, false)

-- name: seed_find_tenant :many :global
-- in:  id_or_slug text
-- out: id text
select id from tenants where id = $1 or slug = $1

-- name: seed_tenant :one :tenant
-- in:  id text, slug text, name text
-- out: id text
insert into tenants (id, slug, name) values ($1, $2, $3) returning id

-- name: seed_key :one :tenant
-- in:  tenant text, id text, name text, prefix text, hash text, role text, live bool
-- out: id text
insert into api_keys (tenant_id, id, name, prefix, key_hash, role, live, created_by)
values ($1, $2, $3, $4, $5, $6, $7, 'command line') returning id

-- name: seed_person :one :tenant
-- Known already: the password is the new one, and a member keeps the role that is said last.
-- in:  tenant text, id text, email text, name text, password_hash text, role text, platform_admin bool
-- out: id text
with person as (
	insert into users as u (id, email, name, password_hash, platform_admin) values ($2, $3, $4, $5, $7)
	on conflict (lower(email)) do update
	set password_hash = coalesce(excluded.password_hash, u.password_hash),
		platform_admin = u.platform_admin or excluded.platform_admin
	returning u.id
), member as (
	insert into user_tenants (tenant_id, user_id, role) select $1, id, $6 from person
	on conflict (tenant_id, user_id) do update set role = excluded.role
)
select id from person
