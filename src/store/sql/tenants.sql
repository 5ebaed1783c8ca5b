-- The tenant as he sees himself.

-- name: tenant_get :one :tenant
-- out: id text, slug text, name text, status text, settings json, created_at time, updated_at time
select id, slug, name, status, settings, created_at, updated_at from tenants where id = current_tenant()

-- name: tenant_update :one :tenant
-- Name null: stays. Settings are merged, two levels deep; a null in them takes the member away.
-- in:  name text, settings json
-- out: id text, slug text, name text, status text, settings json, created_at time, updated_at time
update tenants t
set name = coalesce($1, name), updated_at = now(),
	settings = jsonb_strip_nulls(t.settings || $2::jsonb || coalesce((
		select jsonb_object_agg(s.key, t.settings -> s.key || s.value) from jsonb_each($2::jsonb) s
		where jsonb_typeof(s.value) = 'object' and jsonb_typeof(t.settings -> s.key) = 'object'), '{}'))
where id = current_tenant()
returning id, slug, name, status, settings, created_at, updated_at

-- name: tenant_rules_known :one :global
-- Whether there is such a zone; what is wrong with these hours, null: nothing.
-- in:  zone text, hours json
-- out: zone bool, hours text
select exists (select from pg_timezone_names where name = $1),
	case when jsonb_typeof($2::jsonb) <> 'null'
		then calling_schedule_error(jsonb_build_object('limits', jsonb_build_array($2::jsonb))) end
