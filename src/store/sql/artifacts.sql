-- Files of calls: taken to be stored, settled, removed from the disk, deleted when their time is over; erasures.

-- name: artifact_reclaim :exec :global
-- At the start: what the process before us on this disk had in its hands.
-- in: disk text
update artifacts set state = 'local', lease_owner = null, lease_until = null, next_at = now()
where instance_id = $1 and (state = 'uploading' or (state = 'local' and next_at > now()))

-- name: artifact_take :many :global
-- What this disk has to store, oldest first. Files whose time is over are left to be deleted.
-- in:  owner text, disk text, lease_s int, most int
-- out: tenant_id text, id text, call_id text, kind text, format text, local_path text, attempt int
update artifacts a
set state = 'uploading', lease_owner = $1, lease_until = now() + make_interval(secs => $3), attempt = a.attempt + 1
from (
	select t.ctid from artifacts t
	where t.instance_id = $2 and t.kind <> 'journal' and (t.retain_until is null or t.retain_until > now())
		and ((t.state = 'local' and t.next_at <= now()) or (t.state = 'uploading' and t.lease_until < now()))
	order by t.next_at limit $4 for update skip locked
) due
where a.ctid = due.ctid
returning a.tenant_id, a.id, a.call_id, a.kind, a.format, a.local_path, a.attempt

-- name: artifact_hold :exec :global
-- Those under way go on.
-- in: owner text, lease_s int
update artifacts set lease_until = now() + make_interval(secs => $2) where lease_owner = $1 and state = 'uploading'

-- name: artifact_next :one :global
-- How many wait on this disk, and in how many milliseconds the next one is due (null: none).
-- in:  disk text
-- out: waiting int, due_ms int
select count(*), case when count(*) > 0 then greatest(0, ceil(extract(epoch from min(next_at) - now()) * 1000))::bigint end
from artifacts
where instance_id = $1 and state = 'local' and kind <> 'journal' and next_at < 'infinity'
	and (retain_until is null or retain_until > now())

-- name: artifact_made :exec :global
-- The file is another one now: transcoded, measured. Here and below the row is known by the path it was taken with, too:
-- a file that was brought meanwhile has taken it over, and perhaps the same process stores that one already.
-- in: tenant text, id text, owner text, taken_path text, local_path text, bytes int, sha256 text, duration_ms int
update artifacts set local_path = $5, bytes = $6, sha256 = $7, duration_ms = coalesce($8, duration_ms)
where tenant_id = $1 and id = $2 and lease_owner = $3 and local_path = $4 and state = 'uploading'

-- name: artifact_stored :exec :global
-- in: tenant text, id text, owner text, taken_path text, object_key text
update artifacts set state = 'stored', object_key = $5, stored_at = now(), lease_owner = null, lease_until = null, last_error = null
where tenant_id = $1 and id = $2 and lease_owner = $3 and local_path = $4 and state = 'uploading'

-- name: artifact_back :exec :global
-- For later; without in_ms it stays where it is for good (no object store is set up for its kind).
-- in: tenant text, id text, owner text, taken_path text, in_ms int, error text
update artifacts set state = 'local', lease_owner = null, lease_until = null, last_error = left($6, 200),
	next_at = coalesce(now() + $5 * interval '1 millisecond', 'infinity')
where tenant_id = $1 and id = $2 and lease_owner = $3 and local_path = $4 and state = 'uploading'

-- name: artifact_lost :exec :global
-- The file is gone: there is nothing that could be stored.
-- in: tenant text, id text, owner text, taken_path text, error text
update artifacts set state = 'deleted', deleted_at = now(), local_path = null, lease_owner = null, lease_until = null,
	last_error = left($5, 200)
where tenant_id = $1 and id = $2 and lease_owner = $3 and local_path = $4 and state = 'uploading'

-- name: artifact_to_remove :many :global
-- Files on this disk that are not needed on it any more.
-- in:  disk text, grace_s int, most int
-- out: tenant_id text, id text, local_path text
select tenant_id, id, local_path from artifacts
where instance_id = $1 and local_path is not null
	and (state = 'deleted' or (state = 'stored' and stored_at < now() - make_interval(secs => $2)))
limit $3

-- name: artifact_removed :exec :global
-- The file is gone; another may have taken the row since.
-- in: tenant text, id text, path text
update artifacts set local_path = null
where tenant_id = $1 and id = $2 and local_path = $3 and state in ('stored', 'deleted')

-- name: artifact_expired :many :global
-- Files whose time is over, whoever's they are; taken for a while, so that others leave them alone.
-- in:  owner text, lease_s int, most int, recordings int, transcripts int, metrics int, journals int
-- out: tenant_id text, id text, kind text, object_key text, erased bool
update artifacts a
set lease_owner = $1, lease_until = now() + make_interval(secs => $2)
from (
	select x.ctid from artifacts x join tenants t on t.id = x.tenant_id
	where x.state in ('local', 'stored') and (x.lease_until is null or x.lease_until < now())
		and (x.retain_until <= now() or (x.retain_until is null
			and x.created_at < now() - make_interval(days => keep_days(t.settings, x.kind, $4::integer, $5::integer, $6::integer,
				$7::integer))))
	order by x.created_at limit $3 for update of x skip locked
) due
where a.ctid = due.ctid
returning a.tenant_id, a.id, a.kind, a.object_key,
	coalesce((select c.erased_at is not null from voice_call_records c where c.tenant_id = a.tenant_id and c.id = a.call_id), false)

-- name: artifact_deleted :exec :global
-- in: tenant text, id text, owner text
update artifacts set state = 'deleted', deleted_at = now(), object_key = null, sha256 = null, lease_owner = null,
	lease_until = null, last_error = null
where tenant_id = $1 and id = $2 and lease_owner = $3

-- name: artifact_not_deleted :exec :global
-- in: tenant text, id text, owner text, in_ms int, error text
update artifacts set lease_owner = null, lease_until = now() + $4 * interval '1 millisecond', last_error = left($5, 200)
where tenant_id = $1 and id = $2 and lease_owner = $3

-- name: artifact_find :one :tenant
-- One file, for whoever wants to have it.
-- in:  id text
-- out: call_id text, kind text, format text, state text, disk text, local_path text, object_key text, bytes int, duration_ms int
select call_id, kind, format, state, instance_id, local_path, object_key, bytes, duration_ms
from artifacts where tenant_id = current_tenant() and id = $1

-- name: artifact_list :many :tenant
-- What there is of a call; not its journal, which is ours.
-- in:  call text
-- out: id text, kind text, format text, state text, disk text, local_path text, object_key text, bytes int,
-- out: duration_ms int, created_at time, stored_at time
select id, kind, format, state, instance_id, local_path, object_key, bytes, duration_ms, created_at, stored_at
from artifacts where tenant_id = current_tenant() and call_id = $1 and state <> 'deleted' and kind <> 'journal'
order by kind, format

-- name: artifact_call :one :tenant
-- Before artifact_add, in its transaction: one at a time for a call, so that each sees what the one before has put there.
-- in:  call text
-- out: erased bool
select erased_at is not null from voice_call_records where tenant_id = current_tenant() and id = $1 for no key update

-- name: artifact_add :one :tenant
-- A file somebody brought; the second of its kind takes the place of the first, whose path on the same disk is given
-- back to be removed. That path is read before the row is written (count(*) has to wait for it): a row that this very
-- statement has written is not locked again, and would be none.
-- in:  call text, kind text, format text, disk text, local_path text, bytes int, sha256 text
-- out: id text, replaced text
with before as (
	select a.local_path from artifacts a
	where a.tenant_id = current_tenant() and a.call_id = $1 and a.kind = $2 and a.format = $3 and a.instance_id = $4
	for update
), added as (
	insert into artifacts (tenant_id, call_id, kind, format, instance_id, local_path, bytes, sha256)
	select current_tenant(), $1, $2, $3, $4, $5, $6::bigint, $7 from (select count(*) from before) read_before
	on conflict (tenant_id, call_id, kind, format) do update
	set state = 'local', instance_id = excluded.instance_id, local_path = excluded.local_path, object_key = null,
		bytes = excluded.bytes, sha256 = excluded.sha256, duration_ms = null, attempt = 0, next_at = now(),
		deleted_at = null, stored_at = null, lease_owner = null, lease_until = null, created_at = now()
	returning id
)
select added.id, before.local_path from added left join before on true

-- name: erasure_ask :one :tenant
-- No row: there is no such call or lead.
-- in:  kind text, subject text, by text
-- out: id text, kind text, subject text, state text, requested_by text, created_at time, due_at time, finished_at time,
-- out: report json
insert into erasure_jobs (tenant_id, subject_kind, subject, requested_by)
select current_tenant(), $1, $2, $3
where case $1 when 'call' then exists (select from voice_call_records where tenant_id = current_tenant() and id = $2)
	when 'lead' then exists (select from leads where tenant_id = current_tenant() and id = $2) else true end
returning id, subject_kind, subject, state, requested_by, created_at, due_at, finished_at, report

-- name: erasure_get :one :tenant
-- in:  id text
-- out: id text, kind text, subject text, state text, requested_by text, created_at time, due_at time, finished_at time,
-- out: report json
select id, subject_kind, subject, state, requested_by, created_at, due_at, finished_at, report
from erasure_jobs where tenant_id = current_tenant() and id = $1

-- name: erasure_list :many :tenant
-- in:  after_us int, after_id text, count int
-- out: id text, kind text, subject text, state text, requested_by text, created_at time, due_at time, finished_at time,
-- out: report json, created_us int
select id, subject_kind, subject, state, requested_by, created_at, due_at, finished_at, report,
	(extract(epoch from created_at) * 1000000)::bigint
from erasure_jobs
where tenant_id = current_tenant()
	and ($1::bigint is null or (created_at, id) < (timestamptz 'epoch' + $1 * interval '1 microsecond', $2))
order by created_at desc, id desc
limit $3

-- name: erasure_take :many :global
-- in:  owner text, lease_s int
-- out: tenant_id text, id text, kind text, subject text, attempt int
update erasure_jobs j
set state = 'running', started_at = coalesce(j.started_at, now()), lease_owner = $1,
	lease_until = now() + make_interval(secs => $2), attempt = j.attempt + 1
from (select e.ctid from erasure_jobs e
	where e.state in ('queued', 'running') and (e.lease_until is null or e.lease_until < now())
	order by e.created_at limit 1 for update skip locked) due
where j.ctid = due.ctid
returning j.tenant_id, j.id, j.subject_kind, j.subject, j.attempt

-- name: erasure_step :one :global
-- Some more calls of the job; its report grows with each step.
-- in:  tenant text, id text, owner text, kind text, subject text, most int
-- out: calls int, live int
with step as (select erase_calls($1, $4, $5, $6::integer) as report),
grown as (
	update erasure_jobs j
	set report = coalesce((select jsonb_object_agg(k.key, coalesce((j.report ->> k.key)::bigint, 0)
			+ coalesce((s.report ->> k.key)::bigint, 0))
		from step s, (select jsonb_object_keys(s2.report || coalesce(j.report, '{}')) as key from step s2) k
		where k.key <> 'live'), '{}')
	where j.tenant_id = $1 and j.id = $2 and j.lease_owner = $3
	returning j.id
)
select (s.report ->> 'calls')::bigint, (s.report ->> 'live')::bigint from step s, grown

-- name: erasure_end :one :global
-- Done when no file of it is left anywhere; else it is looked at again in a while. A number is not kept for having been
-- erased: all but its last two digits go.
-- in:  tenant text, id text, owner text, live int, again_s int
-- out: done bool, waiting int
with waiting as (
	select count(*) as n from artifacts a join voice_call_records c on c.tenant_id = a.tenant_id and c.id = a.call_id
	where a.tenant_id = $1 and c.erased_at is not null and (a.state <> 'deleted' or a.local_path is not null)
), ended as (
	update erasure_jobs j
	set state = case when w.n = 0 and $4 = 0 then 'done' else 'running' end,
		finished_at = case when w.n = 0 and $4 = 0 then now() end,
		subject = case when w.n = 0 and $4 = 0 and j.subject_kind = 'phone'
			then '+***' || right(j.subject, 2) else j.subject end,
		report = coalesce(j.report, '{}') || jsonb_build_object('filesWaiting', w.n, 'callsLive', $4::bigint),
		lease_owner = null, lease_until = now() + make_interval(secs => $5)
	from waiting w
	where j.tenant_id = $1 and j.id = $2 and j.lease_owner = $3
	returning j.state = 'done' as done, w.n
)
select done, n from ended

-- name: retention_tenants :many :global
-- Tenants that let whole calls go after a while.
-- out: tenant_id text, days int
select id, floor((settings #>> '{retention,call_days}')::numeric)::bigint from tenants
where jsonb_typeof(settings #> '{retention,call_days}') = 'number'
	and (settings #>> '{retention,call_days}')::numeric between 1 and 36500

-- name: retention_erase :one :global
-- in:  tenant text, days int, most int
-- out: report json
select erase_calls($1, 'retention', ($2::bigint)::text, $3::integer)
