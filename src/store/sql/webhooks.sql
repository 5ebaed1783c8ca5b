-- Endpoints, their deliveries, and how deliveries are claimed and settled.

-- name: webhook_list :many :tenant
-- The tenant's endpoints, newest first, from behind a cursor. What a request to dispatch made is not listed.
-- in:  after_us int, after_id text, most int
-- out: id text, url text, description text, events texts, headers json, schedule text, max_concurrency int,
-- out: failing_since time, disabled_at time, disabled_reason text, previous_secret_until time, purpose text,
-- out: created_at time, updated_at time, when_us int, sign_key text
select id, url, description, events, headers, schedule, max_concurrency, failing_since, disabled_at, disabled_reason,
	case when previous_secret_until > now() then previous_secret_until end, purpose, created_at, updated_at,
	(extract(epoch from created_at) * 1000000)::bigint, sign_key
from webhook_endpoints
where tenant_id = current_tenant() and deleted_at is null and purpose <> 'dispatch'
	and ($1::bigint is null or (created_at, id) < (timestamptz 'epoch' + $1 * interval '1 microsecond', $2))
order by created_at desc, id desc
limit $3

-- name: webhook_get :one :tenant
-- in:  id text
-- out: id text, url text, description text, events texts, headers json, schedule text, max_concurrency int,
-- out: failing_since time, disabled_at time, disabled_reason text, previous_secret_until time, purpose text,
-- out: created_at time, updated_at time, sign_key text
select id, url, description, events, headers, schedule, max_concurrency, failing_since, disabled_at, disabled_reason,
	case when previous_secret_until > now() then previous_secret_until end, purpose, created_at, updated_at, sign_key
from webhook_endpoints
where tenant_id = current_tenant() and id = $1 and deleted_at is null

-- name: webhook_create :many :tenant
-- No row: the tenant has `most` of them.
-- in:  url text, description text, events texts, headers json, schedule text, max_concurrency int, secret text,
-- in:  disabled bool, created_by text, most int
-- out: id text, created_at time, updated_at time
insert into webhook_endpoints (tenant_id, url, description, events, headers, schedule, max_concurrency, secret,
	disabled_at, disabled_reason, created_by)
select current_tenant(), $1, $2, $3, $4, $5, $6, $7, case when $8 then now() end, case when $8 then 'by request' end, $9
where (select count(*) from webhook_endpoints
	where tenant_id = current_tenant() and deleted_at is null and purpose <> 'dispatch') < $10
returning id, created_at, updated_at

-- name: webhook_update :one :tenant
-- Enabling it again forgives what was before.
-- in:  id text, url text, description text, events texts, headers json, schedule text, max_concurrency int,
-- in:  disabled bool
-- out: updated_at time
update webhook_endpoints
set url = $2, description = $3, events = $4, headers = $5, schedule = $6, max_concurrency = $7,
	disabled_at = case when $8 then coalesce(disabled_at, now()) end,
	disabled_reason = case when $8 then coalesce(disabled_reason, 'by request') end,
	failing_since = case when not $8 and disabled_at is not null then null else failing_since end,
	updated_at = now()
where tenant_id = current_tenant() and id = $1 and deleted_at is null and purpose <> 'dispatch'
returning updated_at

-- name: webhook_delete :one :tenant
-- The row stays for the log of deliveries; its secrets go at once.
-- in:  id text
-- out: id text
update webhook_endpoints
set deleted_at = now(), secret = '', previous_secret = null, previous_secret_until = null, headers = '{}', sign_key = '',
	previous_sign_key = null
where tenant_id = current_tenant() and id = $1 and deleted_at is null and purpose <> 'dispatch'
returning id

-- name: webhook_rotate :one :tenant
-- The secret there was signs beside the new one for a while; one that was on its way out goes at once.
-- in:  id text, secret text, overlap_s int
-- out: previous_secret_until time
update webhook_endpoints
set previous_secret = secret, previous_secret_until = now() + make_interval(secs => $3), secret = $2, updated_at = now(),
	previous_sign_key = sign_key, sign_key = encode(uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()), 'hex')
where tenant_id = current_tenant() and id = $1 and deleted_at is null and purpose <> 'dispatch'
returning previous_secret_until

-- name: webhook_secrets :one :tenant
-- To verify a signature with; never to be shown.
-- in:  id text
-- out: secret text, previous_secret text
select secret, case when previous_secret_until > now() then previous_secret end
from webhook_endpoints
where tenant_id = current_tenant() and id = $1 and deleted_at is null

-- name: webhook_enqueue :one :tenant
-- An event for whoever subscribes to its type, or for one endpoint. The same dedup again changes nothing.
-- in:  event_id text, type text, call_id text, dedup text, payload text, endpoint_id text
-- out: event_id text, created bool, deliveries int
select event_id, created, deliveries from enqueue_event(current_tenant(), $2, $3, $4, $5, $1, $6)

-- name: webhook_enqueue_old :many :tenant
-- An event under its older name, only when somebody asks for it by that name.
-- in:  event_id text, type text, call_id text, dedup text, payload text
-- out: deliveries int
select q.deliveries
from (select where event_wanted(current_tenant(), $2)) wanted
	cross join lateral enqueue_event(current_tenant(), $2, $3, $4, $5, $1) q

-- name: webhook_deliveries :many :tenant
-- Newest first, from behind a cursor; state null is all of them.
-- in:  endpoint_id text, state text, after_us int, after_id text, most int
-- out: id text, event_id text, endpoint_id text, type text, call_id text, state text, attempt int, next_at time,
-- out: last_status int, last_error text, created_at time, done_at time, attempts json, when_us int
select o.id, o.event_id, o.endpoint_id, e.type, e.call_id, o.state, o.attempt,
	case when o.state = 'pending' then o.next_at end, o.last_status, o.last_error, o.created_at, o.done_at,
	(select coalesce(json_agg(json_build_object('attempt', a.attempt, 'at', to_char(a.at at time zone 'UTC',
			'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), 'durationMs', a.duration_ms, 'status', a.status, 'error', a.error,
			'response', a.response) order by a.at), '[]')
		from webhook_attempts a where a.tenant_id = o.tenant_id and a.delivery_id = o.id),
	(extract(epoch from o.created_at) * 1000000)::bigint
from webhook_outbox o join webhook_events e on e.tenant_id = o.tenant_id and e.id = o.event_id
where o.tenant_id = current_tenant() and o.endpoint_id = $1 and ($2::text is null or o.state = $2)
	and ($3::bigint is null or (o.created_at, o.id) < (timestamptz 'epoch' + $3 * interval '1 microsecond', $4))
order by o.created_at desc, o.id desc
limit $5

-- name: webhook_replay :one :tenant
-- Once more from the start, with the id it always had. `only_dead`: not what was delivered. outcome: queued;
-- pending (it is on its way already); disabled (its endpoint is, or is gone); delivered (and only_dead).
-- in:  id text, only_dead bool
-- out: outcome text, event_id text, endpoint_id text
with found as (
	select o.tenant_id, o.id, o.state, o.event_id, o.endpoint_id, w.disabled_at is null and w.deleted_at is null as open
	from webhook_outbox o join webhook_endpoints w on w.tenant_id = o.tenant_id and w.id = o.endpoint_id
	where o.tenant_id = current_tenant() and o.id = $1
), again as (
	update webhook_outbox o
	set state = 'pending', attempt = 0, next_at = now(), done_at = null, last_error = null, last_status = null
	from found f
	where o.tenant_id = f.tenant_id and o.id = f.id and f.open
		and (o.state = 'dead' or (o.state = 'delivered' and not $2))
	returning o.tenant_id, o.id
), woken as (
	select pg_notify('webhook_outbox', again.tenant_id) from again
)
select case when (select count(*) from woken) > 0 then 'queued' when f.state in ('pending', 'sending') then 'pending'
	when not f.open then 'disabled' else f.state end, f.event_id, f.endpoint_id
from found f

-- name: webhook_dispatch :one :tenant
-- in:  url text, secret text, headers json, made_for text, type text, payload text, priority int, per_minute int
-- out: outcome text, event_id text, delivery_id text
select outcome, event_id, delivery_id from dispatch_webhook(current_tenant(), $1, $2, $3, $4, $5, $6, $7, $8)

-- name: webhook_dead :many :tenant
-- Dead letters, latest first, from behind a cursor.
-- in:  after_us int, after_id text, most int
-- out: id text, event_id text, endpoint_id text, url text, type text, call_id text, attempt int, last_status int,
-- out: last_error text, created_at time, done_at time, when_us int
select o.id, o.event_id, o.endpoint_id, w.url, e.type, e.call_id, o.attempt, o.last_status, o.last_error, o.created_at,
	o.done_at, (extract(epoch from o.done_at) * 1000000)::bigint
from webhook_outbox o
	join webhook_events e on e.tenant_id = o.tenant_id and e.id = o.event_id
	join webhook_endpoints w on w.tenant_id = o.tenant_id and w.id = o.endpoint_id
where o.tenant_id = current_tenant() and o.state = 'dead'
	and ($1::bigint is null or (o.done_at, o.id) < (timestamptz 'epoch' + $1 * interval '1 microsecond', $2))
order by o.done_at desc, o.id desc
limit $3

-- name: webhook_dead_clear :one :tenant
-- in:  most int
-- out: cleared int
with gone as (
	delete from webhook_outbox o
	where o.tenant_id = current_tenant() and o.id in (
		select d.id from webhook_outbox d where d.tenant_id = current_tenant() and d.state = 'dead'
		order by d.done_at limit $1)
	returning 1
)
select count(*) from gone

-- name: webhook_lengths :one :tenant
-- How much of the tenant's is where; each is counted to 100,000.
-- out: due int, waiting int, sending int, dead int, oldest_due time, oldest_dead time
select (select count(*) from (select from webhook_outbox o where o.tenant_id = current_tenant()
		and o.state = 'pending' and o.next_at <= now() limit 100000) x),
	(select count(*) from (select from webhook_outbox o where o.tenant_id = current_tenant()
		and o.state = 'pending' and o.next_at > now() limit 100000) x),
	(select count(*) from (select from webhook_outbox o where o.tenant_id = current_tenant()
		and o.state = 'sending' limit 100000) x),
	(select count(*) from (select from webhook_outbox o where o.tenant_id = current_tenant()
		and o.state = 'dead' limit 100000) x),
	(select min(o.next_at) from webhook_outbox o where o.tenant_id = current_tenant() and o.state = 'pending'
		and o.next_at <= now()),
	(select min(o.done_at) from webhook_outbox o where o.tenant_id = current_tenant() and o.state = 'dead')

-- name: webhook_days :many :tenant
-- Latest first; days on which nothing happened are missing.
-- in:  days int
-- out: day text, delivered int, retries int, dead int
select to_char(day, 'YYYY-MM-DD'), delivered, retries, dead
from webhook_days
where tenant_id = current_tenant() and day > (now() at time zone 'UTC')::date - $1::integer
order by webhook_days.day desc

-- name: webhook_expire :exec :global
-- What a process took and never settled may be taken again. The try it may have made stays counted.
-- in:  most int
update webhook_outbox o
set state = 'pending', lease_owner = null, lease_until = null, next_at = now()
from (select l.tenant_id, l.id from webhook_outbox l where l.state = 'sending' and l.lease_until < now()
	order by l.lease_until limit $1 for update skip locked) late
where o.tenant_id = late.tenant_id and o.id = late.id

-- name: webhook_claim :many :global
-- Takes what is due, fairly: at most `most` rows, of each endpoint as many as it takes at once twice over, one
-- endpoint of each tenant before the second of any. Walks the index from endpoint to endpoint, past a full tenant in
-- one step: a backlog of one costs the others nothing. limit 1 and 128 and the ctids, which locked rows keep, hold the
-- planner to that way whatever its statistics say. Payloads beyond `bytes` in all stay where they are. open is false
-- when the endpoint is disabled or gone: nothing is to be sent.
-- in:  owner text, lease_ms int, tenants_full texts, endpoints_full texts, most int, bytes int
-- out: tenant_id text, id text, endpoint_id text, event_id text, type text, call_id text, payload text, url text,
-- out: secret text, previous_secret text, headers json, schedule text, max_concurrency int, attempt int,
-- out: priority int, failing_since time, open bool, created_at time, now_at time, sign_key text, previous_sign_key text
with recursive heads(tenant_id, endpoint_id) as (
	(select o.tenant_id, o.endpoint_id from webhook_outbox o where o.state = 'pending'
		order by o.tenant_id, o.endpoint_id limit 1)
	union all
	select n.tenant_id, n.endpoint_id
	from heads h cross join lateral (
		(select o.tenant_id, o.endpoint_id from webhook_outbox o
			where h.tenant_id <> all ($3) and o.state = 'pending'
				and (o.tenant_id, o.endpoint_id) > (h.tenant_id, h.endpoint_id)
			order by o.tenant_id, o.endpoint_id limit 1)
		union all
		(select o.tenant_id, o.endpoint_id from webhook_outbox o
			where h.tenant_id = any ($3) and o.state = 'pending' and o.tenant_id > h.tenant_id
			order by o.tenant_id, o.endpoint_id limit 1)) n
), due as (
	select h.tenant_id, h.endpoint_id, row_number() over (partition by h.tenant_id order by random()) as turn
	from heads h cross join lateral (
		select from webhook_outbox o
		where o.tenant_id = h.tenant_id and o.endpoint_id = h.endpoint_id and o.state = 'pending' and o.next_at <= now()
		order by o.next_at limit 1) any_due
	where h.tenant_id <> all ($3) and h.endpoint_id <> all ($4)
), first as (
	select d.tenant_id, d.endpoint_id, d.turn,
		least(2 * w.max_concurrency, greatest(1, ceil($5 / count(*) over ()::float8))) as room
	from due d cross join lateral (
		select e.max_concurrency from webhook_endpoints e
		where e.tenant_id = d.tenant_id and e.id = d.endpoint_id limit 1) w
	order by d.turn, random() limit $5
), locked as (
	select p.ctid, p.tenant_id, p.event_id, f.turn, p.n
	from first f cross join lateral (
		select o.ctid, o.tenant_id, o.event_id, row_number() over () as n from (
			select i.ctid, i.tenant_id, i.event_id from webhook_outbox i
			where i.tenant_id = f.tenant_id and i.endpoint_id = f.endpoint_id and i.state = 'pending' and i.next_at <= now()
			order by i.next_at limit f.room for update skip locked) o
		limit 128) p
), picked as (
	select s.ctid from (
		select l.ctid, row_number() over turns as place, sum(e.bytes) over turns - e.bytes as bytes_before
		from locked l cross join lateral (
			select octet_length(v.payload) as bytes from webhook_events v
			where v.tenant_id = l.tenant_id and v.id = l.event_id limit 1) e
		window turns as (order by l.n, l.turn, l.ctid)) s
	where s.place <= $5 and s.bytes_before < $6
), claimed as (
	update webhook_outbox o
	set state = 'sending', attempt = o.attempt + 1, lease_owner = $1, lease_until = now() + $2 * interval '1 millisecond'
	where o.ctid = any (array(select p.ctid from picked p))
	returning o.tenant_id, o.id, o.endpoint_id, o.event_id, o.attempt, o.priority, o.next_at, o.created_at
)
select c.tenant_id, c.id, c.endpoint_id, c.event_id, e.type, e.call_id, e.payload, w.url, w.secret,
	case when w.previous_secret_until > now() then w.previous_secret end, w.headers, w.schedule, w.max_concurrency,
	c.attempt, c.priority, w.failing_since, w.disabled_at is null and w.deleted_at is null, c.created_at, now(),
	w.sign_key, case when w.previous_secret_until > now() then w.previous_sign_key end
from claimed c
	cross join lateral (select v.type, v.call_id, v.payload from webhook_events v
		where v.tenant_id = c.tenant_id and v.id = c.event_id limit 1) e
	cross join lateral (select u.url, u.secret, u.previous_secret, u.previous_secret_until, u.headers, u.schedule,
			u.max_concurrency, u.failing_since, u.disabled_at, u.deleted_at,
			case when u.purpose <> 'dispatch' then u.sign_key end as sign_key, u.previous_sign_key
		from webhook_endpoints u where u.tenant_id = c.tenant_id and u.id = c.endpoint_id limit 1) w
order by c.next_at, c.id

-- name: webhook_next :one :global
-- In how many milliseconds something comes due, and until the first lease is over; null when nothing will. What
-- became due within the last back_ms counts, with a negative number.
-- in:  back_ms int
-- out: due_ms int, lease_ms int
with recursive heads(tenant_id, endpoint_id) as (
	(select o.tenant_id, o.endpoint_id from webhook_outbox o where o.state = 'pending'
		order by o.tenant_id, o.endpoint_id limit 1)
	union all
	select n.tenant_id, n.endpoint_id
	from heads h cross join lateral (
		select o.tenant_id, o.endpoint_id from webhook_outbox o
		where o.state = 'pending' and (o.tenant_id, o.endpoint_id) > (h.tenant_id, h.endpoint_id)
		order by o.tenant_id, o.endpoint_id limit 1) n
)
select (select ceil(extract(epoch from min(later.next_at) - now()) * 1000)::bigint
		from heads h cross join lateral (
			select o.next_at from webhook_outbox o
			where o.tenant_id = h.tenant_id and o.endpoint_id = h.endpoint_id and o.state = 'pending'
				and o.next_at > now() - $1 * interval '1 millisecond'
			order by o.next_at limit 1) later),
	(select (ceil(extract(epoch from o.lease_until - now()) * 1000))::bigint from webhook_outbox o
		where o.state = 'sending' order by o.lease_until limit 1)

-- name: webhook_settle :many :global
-- How attempts ended, many at once, [{tenant, id, endpoint, attempt, verdict, delay_ms, tried, duration_ms, status,
-- error, response, reason, event, payload}]; tried is the id of the attempt's line in the log. verdict: delivered, retry (in delay_ms), dead, back (it was never sent: as if
-- never taken). What is no longer ours (the lease was over, and another has it) changes nothing but the log.
-- reason: disable the endpoint for it, if nothing went well meanwhile, and tell those who subscribe with `event`
-- and `payload`. Gives the endpoints that were disabled.
-- in:  owner text, ends json
-- out: tenant_id text, endpoint_id text, reason text
with ends as (
	select x.tenant, x.id, x.endpoint, x.attempt, x.verdict, x.delay_ms, x.tried, x.duration_ms, x.status, x.error,
		x.response, x.reason, x.event, x.payload
	from jsonb_to_recordset($2::jsonb) as x(tenant text, id text, endpoint text, attempt integer, verdict text,
		delay_ms bigint, tried text, duration_ms integer, status integer, error text, response text, reason text,
		event text, payload text)
), moved as (
	update webhook_outbox o
	set state = case x.verdict when 'delivered' then 'delivered' when 'dead' then 'dead' else 'pending' end,
		next_at = case x.verdict when 'retry' then now() + x.delay_ms * interval '1 millisecond'
			when 'back' then now() else o.next_at end,
		attempt = case x.verdict when 'back' then o.attempt - 1 else o.attempt end,
		lease_owner = null, lease_until = null,
		done_at = case when x.verdict in ('delivered', 'dead') then now() end,
		last_status = case x.verdict when 'back' then o.last_status else x.status end,
		last_error = case x.verdict when 'back' then o.last_error else nullif(x.error, '') end
	from ends x
	where o.tenant_id = x.tenant and o.id = x.id and o.state = 'sending' and o.attempt = x.attempt
		and o.lease_owner = $1
	returning o.tenant_id, x.verdict, x.attempt
), logged as (
	insert into webhook_attempts (tenant_id, id, delivery_id, endpoint_id, attempt, duration_ms, status, error, response)
	select x.tenant, x.tried, x.id, x.endpoint, x.attempt, x.duration_ms, x.status, nullif(x.error, ''), x.response
	from ends x join webhook_outbox o on o.tenant_id = x.tenant and o.id = x.id
	where x.tried is not null
	on conflict (tenant_id, id) do nothing
), counted as (
	insert into webhook_days as d (tenant_id, day, delivered, retries, dead)
	select m.tenant_id, (now() at time zone 'UTC')::date, count(*) filter (where m.verdict = 'delivered'),
		count(*) filter (where m.attempt > 1 and m.verdict <> 'back'), count(*) filter (where m.verdict = 'dead')
	from moved m where m.verdict <> 'back' group by m.tenant_id order by m.tenant_id
	on conflict (tenant_id, day) do update set delivered = d.delivered + excluded.delivered,
		retries = d.retries + excluded.retries, dead = d.dead + excluded.dead
), health as (
	select x.tenant, x.endpoint, bool_or(x.verdict = 'delivered') as well, max(x.reason) as reason
	from ends x where x.tried is not null group by x.tenant, x.endpoint
), changed as (
	update webhook_endpoints w
	set failing_since = case when h.well then null else coalesce(w.failing_since, now()) end,
		disabled_at = case when h.reason is not null and not h.well then coalesce(w.disabled_at, now()) else w.disabled_at end,
		disabled_reason = case when h.reason is not null and not h.well then coalesce(w.disabled_reason, h.reason)
			else w.disabled_reason end
	from health h
	where w.tenant_id = h.tenant and w.id = h.endpoint and w.deleted_at is null
		and (h.well <> (w.failing_since is null) or (h.reason is not null and not h.well and w.disabled_at is null))
	returning w.tenant_id, w.id, h.reason, h.reason is not null and not h.well as disabled
)
select c.tenant_id, c.id, c.reason
from changed c
	join lateral (select x.event, x.payload from ends x
		where x.tenant = c.tenant_id and x.endpoint = c.id and x.reason is not null limit 1) told on true
	cross join lateral enqueue_event(c.tenant_id, 'webhook.endpoint_disabled', null,
		'webhook.endpoint_disabled:' || told.event, told.payload, told.event)
where c.disabled

-- name: webhook_backlog :one :global
-- For the gauges; counted to 10,000.
-- out: due int, dead int
select (select count(*) from (select from webhook_outbox o where o.state = 'pending' and o.next_at <= now() limit 10000) x),
	(select count(*) from (select from webhook_outbox o where o.state = 'dead' limit 10000) x)

-- name: webhook_forget :one :global
-- What is too old, a piece at a time: by age and never by count.
-- in:  delivered_days int, dead_days int, most int
-- out: deliveries int, events int, endpoints int
with old as (
	delete from webhook_outbox o using (
		select d.tenant_id, d.id from webhook_outbox d
		where (d.state = 'delivered' and d.done_at < now() - make_interval(days => $1::integer))
			or (d.state = 'dead' and d.done_at < now() - make_interval(days => $2::integer))
		limit $3) x
	where o.tenant_id = x.tenant_id and o.id = x.id
	returning 1
), told as (
	delete from webhook_events e using (
		select v.tenant_id, v.id from webhook_events v
		where v.created_at < now() - make_interval(days => $1::integer)
			and not exists (select from webhook_outbox o where o.tenant_id = v.tenant_id and o.event_id = v.id)
		limit $3) x
	where e.tenant_id = x.tenant_id and e.id = x.id
	returning 1
), unused as (
	delete from webhook_endpoints w using (
		select u.tenant_id, u.id from webhook_endpoints u
		where u.purpose = 'dispatch' and u.used_at < now() - make_interval(days => $2::integer)
			and not exists (select from webhook_outbox o where o.tenant_id = u.tenant_id and o.endpoint_id = u.id)
		limit $3) x
	where w.tenant_id = x.tenant_id and w.id = x.id
	returning 1
)
select (select count(*) from old), (select count(*) from told), (select count(*) from unused)

-- name: webhook_bootstrap :exec :global
-- The endpoint of the configuration, once for each tenant; one that the tenant deleted stays deleted.
-- in:  url text, secret text
insert into webhook_endpoints as w (tenant_id, url, secret, events, purpose, made_for, description)
select t.id, $1, $2, '{*}', 'bootstrap', 'bootstrap', 'TENANT_WEBHOOK_URL'
from tenants t where t.status = 'active'
on conflict (tenant_id, made_for) where made_for is not null do update
set url = excluded.url, secret = excluded.secret, updated_at = now()
where (w.url, w.secret) is distinct from (excluded.url, excluded.secret) and w.deleted_at is null
