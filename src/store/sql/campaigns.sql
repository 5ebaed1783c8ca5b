-- The campaign engine. `at`: the time it is; null is the server's, and what a simulation says otherwise.

-- name: campaign_tend :one :global
-- What died, is to begin, is over.
-- in:  at time, most int
-- out: orphans int, started int, completed int, moved int
select orphans, started, completed, moved from campaign_tend(coalesce($1, now()), $2::integer)

-- name: campaign_claim :many :global
-- Leads whose turn it is, each with the call that was made for it.
-- in:  at time, instance text, lease_s int, most int, slack_ms int
-- out: tenant_id text, call_id text, campaign_id text, lead_id text, agent_id text, from_number text, to_number text
select tenant_id, call_id, campaign_id, lead_id, agent_id, from_number, to_number
from campaign_claim(coalesce($1, now()), $2, $3::integer, $4::integer, $5::integer)

-- name: campaign_next :one :global
-- In how many milliseconds there is something to do; null: nothing runs.
-- in:  at time
-- out: in_ms int
select campaign_next(coalesce($1, now()))

-- name: campaign_settle :one :global
-- A claim that no carrier has. `wait_ms`: so long its campaign calls nobody; `why`: the lead cannot be called, ever.
-- in:  tenant text, call text, at time, wait_ms int, why text
-- out: undone bool
select campaign_settle($1, $2, coalesce($3, now()), $4, $5)
