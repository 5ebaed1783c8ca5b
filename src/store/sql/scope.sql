-- Sent by the pool before the statements of every batch, in their transaction.

-- name: scope_set :exec :tenant
-- Whose rows the rest of the transaction sees; gone with it.
-- in: tenant_id text, user_id text
select set_config('app.tenant_id', $1, true), set_config('app.user_id', $2, true)
