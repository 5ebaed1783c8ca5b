-- What `invorto migrate` and the check at start ask. They block, and run outside the pool.

-- name: schema_session :one :global
-- Long enough to wait for another instance that migrates, short enough not to queue for ever behind a long
-- transaction.
-- in:  lock_timeout text
-- out: a text, b text, c text
select set_config('lock_timeout', $1, false), set_config('client_min_messages', 'warning', false),
	set_config('search_path', 'public', false)

-- name: schema_try_lock :one :global
-- One migrates at a time in a database; the number is "invorto" in ASCII.
-- out: taken bool
select pg_try_advisory_lock(x'696e766f72746f'::bigint)

-- name: schema_lock :exec :global
select pg_advisory_lock(x'696e766f72746f'::bigint)

-- name: schema_present :one :global
-- out: present bool
select to_regclass('public.schema_migrations') is not null

-- name: schema_applied :many :global
-- The column came with a migration of its own.
-- out: version int, name text, checksum text, compatible bool
select m.version, m.name, m.checksum, coalesce((to_jsonb(m) ->> 'compatible')::boolean, false)
from public.schema_migrations m order by m.version

-- name: schema_record :exec :global
-- in: version int, name text, checksum text
insert into public.schema_migrations (version, name, checksum) values ($1, $2, $3)

-- name: schema_mark_compatible :exec :global
-- in: version int
update public.schema_migrations set compatible = true where version = $1

-- name: schema_role :one :global
-- Who we are here. `owned`: a table of ours that this role owns, itself or by membership.
-- out: name text, superuser bool, bypassrls bool, createrole bool, owned text
select current_user, rolsuper, rolbypassrls, rolcreaterole,
	(select c.oid::regclass::text from pg_class c join pg_namespace n on n.oid = c.relnamespace
		where n.nspname in ('public', 'lookup') and c.relkind in ('r', 'p', 'v') and pg_has_role(c.relowner, 'member')
		order by c.oid limit 1)
from pg_roles where rolname = current_user

-- name: schema_backend :one :global
-- The process of the server that answers.
-- out: pid int
select pg_backend_pid()

-- name: schema_unguarded :many :global
-- Tables with a tenant whose rows are not kept apart.
-- out: relation text
select c.oid::regclass::text
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = 'public' and c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)
	and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped)
