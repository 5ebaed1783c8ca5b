-- What asks nothing of the schema.

-- name: server_now :one :global
-- The server's clock and whether it takes writes.
-- out: now time, read_only bool
select now(), pg_is_in_recovery() or current_setting('default_transaction_read_only')::bool
