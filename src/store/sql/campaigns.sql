-- The campaign engine. Its clock is the server's and `ahead_ms`, which is 0 but in simulations.

-- name: campaign_tend :one :global
-- What died, is to begin, is over.
-- in:  ahead_ms int, most int
-- out: orphans int, started int, completed int, moved int
select orphans, started, completed, moved from campaign_tend(now() + $1 * interval '1 millisecond', $2::integer)

-- name: campaign_claim :many :global
-- Leads whose turn it is, each with the call that was made for it.
-- in:  ahead_ms int, instance text, lease_s int, most int, slack_ms int
-- out: tenant_id text, call_id text, campaign_id text, lead_id text, agent_id text, from_number text, to_number text
select tenant_id, call_id, campaign_id, lead_id, agent_id, from_number, to_number
from campaign_claim(now() + $1 * interval '1 millisecond', $2, $3::integer, $4::integer, $5::integer)

-- name: campaign_next :one :global
-- In how many milliseconds there is something to do; null: nothing runs.
-- in:  ahead_ms int
-- out: in_ms int
select campaign_next(now() + $1 * interval '1 millisecond')

-- name: campaign_settle :one :global
-- A claim that no carrier has. `wait_ms`: so long its campaign calls nobody; `why`: the lead cannot be called, ever.
-- in:  tenant text, call text, ahead_ms int, wait_ms int, why text
-- out: undone bool
select campaign_settle($1, $2, now() + $3 * interval '1 millisecond', $4, $5)
