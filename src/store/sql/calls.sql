-- name: call_open :one :tenant
-- A socket has come for a call: whom it talks to, and the row that says who holds it; or why not (refusal). config is the
-- agent's with nothing known; spoken the same with the call's {{variables}}, where it has any. What is said in it is masked
-- as its tenant says, else as `opening` does (redact).
-- in:  tenant text, call text, agent text, opening json
-- out: refusal text, agent_id text, agent_version int, config json, call_record json, spoken json
select o.refusal, o.agent_id, o.agent_version, config_filled(o.config, '{}'), o.call_record
		|| jsonb_build_object('redact', coalesce((select t.settings #> '{redaction,enabled}' from tenants t where t.id = $1),
			$4::jsonb -> 'redact', 'true')),
	case when strpos(o.config::text, '{{') > 0 then config_filled(o.config, call_variables($1, $2)) end
from open_call($1, $2, $3, $4) o

-- name: call_close :one :tenant
-- The end of a call: record, timeline, costs, artifacts, ledger, events, what its review needs; all at once and once.
-- `caps`: those of a tenant that names none, for the alerts; told before, and so that it cannot be left out.
-- in:  tenant text, call text, ending json, caps json
-- out: recorded bool, status text
select c.recorded, c.status
from (select set_config('app.default_caps', $4::jsonb::text, true) as told) s
	cross join lateral close_call($1, $2, case when s.told is not null then $3::jsonb end) c

-- name: call_held :exec :tenant
-- The process that holds these calls still does; the janitor leaves them alone.
-- in:  calls texts, instance text
update voice_call_records set updated_at = now()
where tenant_id = current_tenant() and id = any($1) and instance_id = $2 and closed_at is null

-- name: event_enqueue :exec :tenant
-- An event for whoever subscribed; the second time it is a duplicate.
-- in:  tenant text, type text, call text, dedup text, payload text, id text
select enqueue_event($1, $2, $3, $4, $5, $6)

-- name: call_opt_out :exec :tenant
-- Who is on the other end does not want to be called again.
-- in:  call text, reason text
select opt_out_caller(current_tenant(), $1, $2)

-- name: call_whose :many :global
-- Whose call is it? Two rows: the id is in use by two tenants.
-- in:  call text
-- out: tenant_id text
select tenant_id from lookup.call($1)

-- name: call_abandon :exec :tenant
-- A call that was opened and came to nothing.
-- in:  call text, instance text
update voice_call_records set status = 'failed', end_reason = 'refused', failure_reason = 'refused'
where tenant_id = current_tenant() and id = $1 and instance_id = $2 and closed_at is null
