-- Caps of calls at once, where a tenant has its own.

-- name: slot_tenant_cap :one :tenant
-- in:  tenant text
-- out: cap int
select coalesce((select (settings -> 'max_concurrent_calls')::bigint from tenants where id = $1), 0)

-- name: slot_campaign_caps :many :tenant
-- in:  ids texts
-- out: id text, cap int
select id, max_concurrent_calls from voice_campaigns where tenant_id = current_tenant() and id = any ($1)
