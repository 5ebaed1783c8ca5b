-- After a campaign's calls: what vendors tell of those they had, and what the kernel makes of them.

-- name: hosted_call :many :global
-- Which call a vendor speaks of; two rows: nobody can say.
-- in:  conversation text, sid text, named text
-- out: tenant_id text, call_id text, redact bool
select tenant_id, call_id, redact from lookup.hosted_call($1, $2, $3)

-- name: post_call_take :one :tenant
-- in:  call text, told json
-- out: result text, status text
select result, status from take_post_call(current_tenant(), $1, $2)

-- name: post_call_park :exec :global
-- Until its call is known. in: payload null: a recording, to be asked for then.
-- in:  type text, conversation text, payload text, sid text, named text, agent_ref text
insert into vendor_parked (type, conversation_id, payload, call_sid, named, agent_ref) values ($1, $2, $3, $4, $5, $6)
on conflict (type, conversation_id) do update set payload = coalesce(vendor_parked.payload, excluded.payload)

-- name: parked_take :many :global
-- in:  most int, lease_s int, tries_max int
-- out: type text, conversation text, payload text, sid text, named text, tries int, last bool
select type, conversation_id, payload, call_sid, named, tries, given_up
from take_parked($1::integer, $2::integer, $3::integer)

-- name: parked_done :exec :global
-- in: type text, conversation text
delete from vendor_parked where type = $1 and conversation_id = $2

-- name: parked_back :exec :global
-- Later; `last`: never again, and what it said goes.
-- in: type text, conversation text, in_s int, last bool, error text
update vendor_parked set next_at = now() + make_interval(secs => $3), last_error = left($5, 200),
	given_up_at = case when $4 then now() end, payload = case when $4 then null else payload end
where type = $1 and conversation_id = $2

-- name: parked_sweep :exec :global
-- in: keep_days int
delete from vendor_parked where given_up_at < now() - make_interval(days => $1::integer)

-- name: conversation_take :many :global
-- Conversations whose end nobody has told us, due to be asked about; theirs for as long as the lease.
-- in:  most int, lease_s int
-- out: tenant_id text, call_id text, conversation text, over bool, checks int, age_s int
with due as (
	select k.ctid from conversation_checks k
	where k.next_at <= now() order by k.next_at limit $1 for update skip locked
), mine as (
	update conversation_checks k set next_at = now() + make_interval(secs => $2), checks = k.checks + 1
	where k.ctid = any (array(select d.ctid from due d))
	returning k.tenant_id, k.call_id, k.checks
)
select m.tenant_id, m.call_id, (select a.alias from call_aliases a where a.tenant_id = m.tenant_id and a.call_id = m.call_id
		and a.provider = 'elevenlabs' order by a.created_at limit 1), c.closed_at is not null, m.checks,
	extract(epoch from now() - coalesce(c.ended_at, c.started_at))::bigint
from mine m join voice_call_records c on c.tenant_id = m.tenant_id and c.id = m.call_id

-- name: conversation_back :exec :global
-- in: tenant text, call text, in_s int, error text
update conversation_checks set next_at = now() + make_interval(secs => $3), last_error = left($4, 200)
where tenant_id = $1 and call_id = $2

-- name: conversation_drop :exec :global
-- in: tenant text, call text
delete from conversation_checks where tenant_id = $1 and call_id = $2

-- name: kernel_due :many :global
-- in:  debounce_ms int, most int
-- out: tenant_id text, event_id text, campaign_id text
select tenant_id, event_id, campaign_id from kernel_due($1, $2::integer)

-- name: kernel_decide :one :global
-- in:  tenant text, event text, at time
-- out: result text, decision_id text, decision text, status text, campaign_id text, folded int
select result, decision_id, decision_type, status, campaign_id, folded from kernel_decide($1, $2, $3)

-- name: kernel_put_back :exec :global
-- in: tenant text, event text, why text
select kernel_put_back($1, $2, $3)

-- name: kernel_sweep :one :global
-- in:  most int, keep_days int
-- out: gone int
select kernel_sweep($1::integer, $2::integer)

-- name: decision_list :many :tenant
-- Newest first, from behind a cursor.
-- in:  campaign text, status text, decision text, after_us int, after_id text, most int
-- out: id text, event_id text, campaign_id text, decision text, status text, body json, decided_by text, decided_at time,
-- out: created_at time, when_us int, actions json
select d.id, d.event_id, d.correlation_id, d.decision_type, d.status, d.decision_json, d.decided_by, d.decided_at, d.created_at,
	(extract(epoch from d.created_at) * 1000000)::bigint,
	(select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'type', a.action_type, 'status', a.status, 'error', a.error)), '[]')
	from kernel_actions a where a.tenant_id = d.tenant_id and a.decision_id = d.id)
from kernel_decisions d
where d.tenant_id = current_tenant() and ($1::text is null or d.correlation_id = $1) and ($2::text is null or d.status = $2)
	and ($3::text is null or d.decision_type = $3)
	and ($4::bigint is null or (d.created_at, d.id) < (timestamptz 'epoch' + $4 * interval '1 microsecond', $5))
order by d.created_at desc, d.id desc
limit $6

-- name: decision_get :many :tenant
-- in:  id text
-- out: id text, event_id text, campaign_id text, decision text, status text, body json, decided_by text, decided_at time,
-- out: created_at time, when_us int, actions json
select d.id, d.event_id, d.correlation_id, d.decision_type, d.status, d.decision_json, d.decided_by, d.decided_at, d.created_at,
	(extract(epoch from d.created_at) * 1000000)::bigint,
	(select coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'type', a.action_type, 'status', a.status, 'error', a.error)), '[]')
	from kernel_actions a where a.tenant_id = d.tenant_id and a.decision_id = d.id)
from kernel_decisions d where d.tenant_id = current_tenant() and d.id = $1

-- name: decision_accept :one :tenant
-- in:  id text, person text, accept bool
-- out: code text, status text
select code, status from kernel_accept(current_tenant(), $1, $2, $3)

-- name: campaign_whose :many :global
-- in:  campaign text
-- out: tenant_id text
select tenant_id from voice_campaigns where id = $1 limit 2

-- name: campaign_explain :one :global
-- in:  tenant text, campaign text
-- out: body json
select kernel_explain($1, $2, now())
