-- Secrets of tenants, sealed; the key is not here.

-- name: secret_put :one :tenant
-- The second of a name takes the place of the first. None: there are as many as there may be.
-- in:  name text, bytes text, nonce text, key_id text, hosts texts, by text, most int
-- out: name text, created_at time, updated_at time
insert into tenant_secrets as s (tenant_id, name, ciphertext, nonce, key_id, hosts, created_by)
select current_tenant(), $1, decode($2, 'base64'), decode($3, 'base64'), $4, $5, $6
where (select count(*) from tenant_secrets t where t.tenant_id = current_tenant() and t.name <> $1) < $7
on conflict (tenant_id, name) do update
set ciphertext = excluded.ciphertext, nonce = excluded.nonce, key_id = excluded.key_id, hosts = excluded.hosts,
	created_by = excluded.created_by, updated_at = now()
returning s.name, s.created_at, s.updated_at

-- name: secret_list :many :tenant
-- All of them by name: there are few.
-- out: name text, hosts texts, key_id text, created_by text, created_at time, updated_at time
select name, hosts, key_id, created_by, created_at, updated_at
from tenant_secrets where tenant_id = current_tenant() order by name

-- name: secret_delete :one :tenant
-- in:  name text
-- out: name text
delete from tenant_secrets where tenant_id = current_tenant() and name = $1 returning name

-- name: secret_open :many :tenant
-- As they are kept, for a tool that is about to be called.
-- in:  names texts
-- out: name text, bytes text, nonce text, key_id text, hosts texts
select name, translate(encode(ciphertext, 'base64'), E'\n', ''), encode(nonce, 'base64'), key_id, hosts
from tenant_secrets where tenant_id = current_tenant() and name = any($1)
