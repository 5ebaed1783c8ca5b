-- Calls that go from one process to another while they live.

-- name: call_give :one :tenant
-- This process lets go of the call; whoever its media comes to goes on with it.
-- in:  tenant text, call text, instance text, journal text, bytes int, disk text, recording text, recording_bytes int
-- out: given bool
select give_call($1, $2, $3, decode($4, 'base64'), $5, $6, $7, $8)

-- name: call_take :many :tenant
-- The journal of a call that was given away, once. No row: it was not.
-- in:  call text
-- out: journal text, bytes int, given_at time
delete from call_handovers where tenant_id = current_tenant() and call_id = $1
returning translate(encode(journal, 'base64'), E'\n', ''), journal_bytes, given_at

-- name: call_given :many :tenant
-- Does a call wait for somebody to go on with it?
-- in:  call text
-- out: given_at time
select given_at from call_handovers where tenant_id = current_tenant() and call_id = $1

-- name: handovers_lost :many :global
-- Calls that were given away and that nobody came for: whoever asks closes them from their journals.
-- in:  older_ms int, most int
-- out: tenant_id text, call_id text, journal text, bytes int
with lost as (
	select h.tenant_id, h.call_id from call_handovers h
	where h.given_at < now() - $1 * interval '1 millisecond'
	order by h.given_at limit $2 for update skip locked
)
delete from call_handovers h using lost l where h.tenant_id = l.tenant_id and h.call_id = l.call_id
returning h.tenant_id, h.call_id, translate(encode(h.journal, 'base64'), E'\n', ''), h.journal_bytes
