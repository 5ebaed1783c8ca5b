-- One row for a key and a route: the work is done once, and its answer is given again. What is asked together
-- (iv_pg_join.h) goes through the keys in one order, so that two processes never wait for each other.

-- name: idempotency_claim :many :tenant
-- Each takes its key, or is told who has it: {route, key, fingerprint, token, lease_s, retake}. A key is free when nobody
-- has it, when it is too old, and, where its route says `retake`, when the one who had it left it running for the same
-- request. Of those who ask for one key together the first takes it. The token says who may finish it: who asks twice
-- still has it, and who comes after his own end (below) has it no more.
-- in:  items json
-- out: n int, mine bool, same bool, done bool
with asked as materialized (
	select w.n, w.route, w.key, w.fingerprint, w.token, w.lease_s, w.retake
	from rows from (jsonb_to_recordset($1) as (route text, key text, fingerprint text, token text, lease_s integer,
			retake boolean)) with ordinality as w(route, key, fingerprint, token, lease_s, retake, n)
), held as (
	insert into idempotency_keys as i (tenant_id, route, key, fingerprint, token, lease_until)
	select distinct on (a.route, a.key) current_tenant(), a.route, a.key, a.fingerprint, a.token,
		now() + make_interval(secs => a.lease_s)
	from asked a order by a.route, a.key, a.n
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
		from (select (i.expires_at <= now() and i.token <> excluded.token)
			or (i.state = 'running' and i.lease_until <= now() and i.fingerprint = excluded.fingerprint
				and (select a.retake from asked a where a.route = excluded.route limit 1))) as x(free))
	returning i.route, i.key, i.token, i.fingerprint, i.state
)
select a.n, h.token = a.token, h.fingerprint = a.fingerprint, h.state = 'done'
from asked a join held h on h.route = a.route and h.key = a.key

-- name: idempotency_answer :many :tenant
-- What was answered; no row: it is not known any more.
-- in:  route text, key text, fingerprint text
-- out: status int, content_type text, answer text
select status, content_type, answer from idempotency_keys
where tenant_id = current_tenant() and route = $1 and key = $2 and fingerprint = $3 and state = 'done'

-- name: idempotency_finish :exec :tenant
-- Behind the work of each: {route, key, token, status, type, answer} is remembered, {route, key, token} gives the key back
-- (the next claim finds it too old; its own, should that come late from a connection nobody waits on any more, finds its
-- end), audit: {id, kind, actor, action, entity, request, ip} is its line of the audit log. The token is looked for row by
-- row: whatever is known of the table, its index is used.
-- in: items json
with told as materialized (
	select w.route, w.key, w.token, w.status, w.type, w.answer, w.audit
	from jsonb_to_recordset($1) as w(route text, key text, token text, status integer, type text, answer text,
		audit jsonb)
), kept as (
	insert into idempotency_keys as i (tenant_id, route, key, fingerprint, token, lease_until, state, status, content_type,
		answer, expires_at)
	select current_tenant(), t.route, t.key, '', t.token, now(), case when t.status is null then 'running' else 'done' end,
		t.status, t.type, t.answer, case when t.status is null then '-infinity' else now() + interval '24 hours' end
	from told t
	where t.token = coalesce((select k.token from idempotency_keys k
		where k.tenant_id = current_tenant() and k.route = t.route and k.key = t.key), case when t.status is null then t.token end)
	order by t.route, t.key
	on conflict (tenant_id, route, key) do update
	set state = excluded.state, status = excluded.status, content_type = excluded.content_type, answer = excluded.answer,
		expires_at = least(i.expires_at, excluded.expires_at)
	where i.token = excluded.token
)
insert into audit_log (tenant_id, id, actor_kind, actor_id, action, entity_id, request_id, ip)
select current_tenant(), t.audit ->> 'id', t.audit ->> 'kind', t.audit ->> 'actor', t.audit ->> 'action',
	t.audit ->> 'entity', t.audit ->> 'request', (t.audit ->> 'ip')::inet
from told t where t.audit is not null
