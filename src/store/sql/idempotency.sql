-- One row for a key and a route: the work is done once, and its answer is given again.

-- name: idempotency_claim :one :tenant
-- Takes the key, or tells who has it. It is free when nobody has it, when it is too old, and, if `retake`, when
-- the one who had it left it running for the same request. The token says who may finish it.
-- in:  route text, key text, fingerprint text, token text, lease_s int, retake bool
-- out: mine bool, same bool, done bool, status int, content_type text, answer text
insert into idempotency_keys as i (tenant_id, route, key, fingerprint, token, lease_until)
values (current_tenant(), $1, $2, $3, $4, now() + make_interval(secs => $5))
on conflict (tenant_id, route, key) do update
set (fingerprint, token, state, lease_until, status, content_type, answer, created_at, expires_at) = (
	select case when free then excluded.fingerprint else i.fingerprint end,
		case when free then excluded.token else i.token end,
		case when free then 'running' else i.state end,
		case when free then excluded.lease_until else i.lease_until end,
		case when free then null else i.status end,
		case when free then null else i.content_type end,
		case when free then null else i.answer end,
		case when free then now() else i.created_at end,
		case when free then excluded.expires_at else i.expires_at end
	from (select i.expires_at <= now()
		or ($6 and i.state = 'running' and i.lease_until <= now() and i.fingerprint = excluded.fingerprint)) as x(free))
returning i.token = $4, i.fingerprint = $3, i.state = 'done', i.status, i.content_type, i.answer

-- name: idempotency_finish :exec :tenant
-- in: route text, key text, token text, status int, content_type text, answer text
update idempotency_keys
set state = 'done', status = $4, content_type = $5, answer = $6
where tenant_id = current_tenant() and route = $1 and key = $2 and token = $3

-- name: idempotency_release :exec :tenant
-- in: route text, key text, token text
delete from idempotency_keys
where tenant_id = current_tenant() and route = $1 and key = $2 and token = $3
