-- After a campaign's calls: what vendors tell of those they had, and what the kernel makes of them.

-- name: hosted_call :many :global
-- Which call a vendor speaks of; two rows: nobody can say. redact in: where its tenant does not say otherwise.
-- in:  conversation text, sid text, named text, redact bool
-- out: tenant_id text, call_id text, redact bool
select tenant_id, call_id, redact from lookup.hosted_call($1, $2, $3, $4)

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
-- What is due, taken for as long as the lease; `last`: its last try. payload null: to be asked for.
-- in:  most int, lease_s int, tries_max int
-- out: type text, conversation text, payload text, sid text, named text, tries int, last bool, age_s int
update vendor_parked p set tries = p.tries + 1, next_at = now() + make_interval(secs => $2)
where p.ctid = any (array(
	select d.ctid from vendor_parked d where d.given_up_at is null and d.next_at <= now()
	order by d.next_at limit $1 for update skip locked))
returning p.type, p.conversation_id, p.payload, p.call_sid, p.named, p.tries, p.tries >= $3,
	extract(epoch from now() - p.received_at)::bigint

-- name: parked_sound_of :many :global
-- Whose recording it is, and whether it is here.
-- in:  conversation text
-- out: call_id text, taken bool
select h.call_id, exists (select from vendor_deliveries d where d.tenant_id = h.tenant_id and d.type = 'post_call_audio'
	and d.conversation_id = $1)
from lookup.hosted_call($1, '', '') h

-- name: parked_done :exec :global
-- in: type text, conversation text
delete from vendor_parked where type = $1 and conversation_id = $2

-- name: parked_back :exec :global
-- Later; `last`: never again, and what it said goes. payload: what was asked for meanwhile; live: that was no try.
-- in: type text, conversation text, in_s int, last bool, error text, payload text, live bool
update vendor_parked set next_at = now() + make_interval(secs => $3), last_error = left($5, 200),
	tries = case when $7 then 0 else tries end, given_up_at = case when $4 then now() end,
	payload = case when not $4 then coalesce(payload, $6) end
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

-- name: listing_take :many :global
-- Hosted agents whose conversations are to be listed, one page of each; theirs for as long as the lease. Listed again is
-- what began up to `overlap_s` before what is known: it may have been told late.
-- in:  most int, lease_s int, overlap_s int
-- out: tenant_id text, agent_id text, vendor_agent text, since_s int, cursor text
update conversation_lists l set next_at = now() + make_interval(secs => $2)
where l.ctid = any (array(
	select d.ctid from conversation_lists d where d.next_at <= now() order by d.next_at limit $1 for update skip locked))
returning l.tenant_id, l.voice_agent_id, l.vendor_agent, extract(epoch from l.listed_to)::bigint - $3::bigint, l.cursor

-- name: listing_page :one :global
-- in:  tenant text, agent text, page json, cursor text, every_s float
-- out: fresh int, known int
select fresh, known from conversations_listed($1, $2, $3, $4, $5)

-- name: listing_back :exec :global
-- It could not be listed; `afresh`: from its first page.
-- in: tenant text, agent text, in_s float, afresh bool, error text
update conversation_lists set next_at = now() + make_interval(secs => $3), last_error = left($5, 200),
	cursor = case when not $4 then cursor end, pages = case when $4 then 0 else pages end
where tenant_id = $1 and voice_agent_id = $2

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

-- name: rule_page :many :tenant
-- Everybody's rules and the tenant's own, newest first, from behind a cursor; or the one with this id; or everybody's of
-- this name. hidden: the tenant's own stands in its place.
-- in:  id text, name text, after_us int, after_id text, count int
-- out: id text, own bool, hidden bool, name text, position int, enabled bool, mode text, metric text, comparison text,
-- out: threshold float, min_sample int, sample_of text, also json, parity bool, looks_back_s int, cool_down_s int,
-- out: decision text, action json, reason text, created_at time, updated_at time, when_us int
select r.id, r.tenant_id is not null, r.tenant_id is null and exists (select from optimizer_rules o
		where o.tenant_id = current_tenant() and o.name = r.name), r.name, r.position::bigint, r.enabled, r.mode, r.metric,
	r.comparison, r.threshold::float8, r.min_sample::bigint, r.sample_of, r.also, r.parity,
	extract(epoch from r.looks_back)::bigint, extract(epoch from r.cool_down)::bigint, r.decision_type, r.action, r.reason,
	r.created_at, r.updated_at, (extract(epoch from r.created_at) * 1000000)::bigint
from optimizer_rules r
where (r.tenant_id is null or r.tenant_id = current_tenant()) and ($1::text is null or r.id = $1)
	and ($2::text is null or (r.name = $2 and r.tenant_id is null))
	and ($3::bigint is null or (r.created_at, r.id) < (timestamptz 'epoch' + $3 * interval '1 microsecond', $4))
order by r.created_at desc, r.id desc
limit $5

-- name: rule_known :one :tenant
-- Is there such an agent; what is wrong with these windows ("": nothing).
-- in:  agent text, windows json
-- out: agent bool, windows text
select $1::text is null or exists (select from voice_agents a where a.tenant_id = current_tenant() and a.id = $1
		and a.deleted_at is null),
	coalesce(calling_schedule_error(jsonb_build_object('retry_windows', $2::jsonb)), '')

-- name: rule_put :one :tenant
-- A rule of the tenant's: made when there is none of this id.
-- in:  id text, name text, position int, enabled bool, mode text, metric text, comparison text, threshold float,
-- in:  min_sample int, sample_of text, also json, parity bool, looks_back_s int, cool_down_s int, decision text, act text,
-- in:  action json, reason text
-- out: id text
insert into optimizer_rules as r (tenant_id, id, name, position, enabled, mode, metric, comparison, threshold, min_sample,
	sample_of, also, parity, looks_back, cool_down, decision_type, action_type, action, reason)
values (current_tenant(), $1, $2, $3, $4, $5, $6, $7, $8::float8::numeric, $9, $10, $11, $12, make_interval(secs => $13),
	make_interval(secs => $14), $15, $16, $17, $18)
on conflict (id) do update set name = excluded.name, position = excluded.position, enabled = excluded.enabled,
	mode = excluded.mode, metric = excluded.metric, comparison = excluded.comparison, threshold = excluded.threshold,
	min_sample = excluded.min_sample, sample_of = excluded.sample_of, also = excluded.also, parity = excluded.parity,
	looks_back = excluded.looks_back, cool_down = excluded.cool_down, decision_type = excluded.decision_type,
	action_type = excluded.action_type, action = excluded.action, reason = excluded.reason, updated_at = now()
where r.tenant_id = current_tenant()
returning r.id

-- name: rule_drop :one :tenant
-- in:  id text
-- out: id text
delete from optimizer_rules where tenant_id = current_tenant() and id = $1 returning id
