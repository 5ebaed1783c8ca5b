-- What the REST API asks of campaigns, leads, segments, imports and decisions. Bodies are made by functions of the schema.

-- name: campaign_page :many :tenant
-- Newest first, behind a cursor when after_us is not null.
-- in:  after_us int, after_id text, status text, count int
-- out: id text, body json, created_us int
select c.id, campaign_body(c), (extract(epoch from c.created_at) * 1000000)::bigint
from voice_campaigns c
where c.tenant_id = current_tenant()
	and (coalesce($3, '') = '' or c.status = $3)
	and ($1::bigint is null or (c.created_at, c.id) < (timestamptz 'epoch' + $1 * interval '1 microsecond', $2))
order by c.created_at desc, c.id desc
limit $4

-- name: campaign_one :one :tenant
-- in:  id text
-- out: body json, status text
select campaign_body(c), c.status from voice_campaigns c where c.tenant_id = current_tenant() and c.id = $1

-- name: campaign_put :one :tenant
-- campaign null: a new one, of the id fresh.
-- in:  campaign text, fresh text, doc json, person text
-- out: body json, code text, wrong text, why text
select body, code, wrong, why from campaign_write(current_tenant(), $1, $2, $3, $4)

-- name: campaign_remove :one :tenant
-- Nothing of it may be going on. Its leads are free again; its calls stay.
-- in:  id text
-- out: deleted bool, status text
with c as (
	select id, status from voice_campaigns where tenant_id = current_tenant() and id = $1 for update
), freed as (
	update leads l set state = 'idle', state_reason = null, campaign_attempt = 0, next_at = null, updated_at = now()
	from c where l.tenant_id = current_tenant() and l.campaign_id = c.id and l.state = 'queued'
		and c.status in ('draft', 'completed', 'failed', 'cancelled')
), gone as (
	delete from voice_campaigns v using c
	where v.tenant_id = current_tenant() and v.id = c.id and c.status in ('draft', 'completed', 'failed', 'cancelled')
	returning v.id
)
select exists (select from gone), c.status from c

-- name: campaign_ordered :one :tenant
-- in:  campaign text, verb text, person text, reason text
-- out: ok bool, status text, code text, detail text, enrolled int
select ok, status, code, detail, enrolled from campaign_order(current_tenant(), $1, $2, now(), $3, $4)

-- name: campaign_numbers :one :tenant
-- What its calls came to since then; null: ever.
-- in:  id text, since_s int
-- out: metrics json, status text
select camel_keys(campaign_metrics(c.tenant_id, c.id, $2::bigint * interval '1 second')), c.status
from voice_campaigns c where c.tenant_id = current_tenant() and c.id = $1

-- name: campaign_days_of :many :tenant
-- in:  id text, days int
-- out: day text, total int, connected int, qualified int, failed int, seconds int, cost_usd text, cost_inr text
select day, total, connected, qualified, failed, seconds, round(cost_usd, 4), round(cost_inr, 4)
from campaign_by_day(current_tenant(), $1, now() - $2::bigint * interval '1 day')

-- name: campaign_calls_of :many :tenant
-- Newest first, from behind (after_us, after_id).
-- in:  id text, since_days int, after_us int, after_id text, count int
-- out: id text, lead text, attempt int, status text, outcome text, end_reason text, started_at time, ended_at time, seconds int, cost_usd text,
-- out: started_us int
select r.id, r.lead_id, r.attempt, r.status, r.outcome, r.end_reason, r.started_at, r.ended_at, r.duration_seconds, round(r.cost, 4),
	(extract(epoch from r.started_at) * 1000000)::bigint
from voice_call_records r
where r.tenant_id = current_tenant() and r.campaign_id = $1 and r.started_at >= now() - $2::bigint * interval '1 day'
	and ($3::bigint is null or (r.started_at, r.id) < (timestamptz 'epoch' + $3 * interval '1 microsecond', $4))
order by r.started_at desc, r.id desc
limit $5

-- name: campaign_plan_page :many :tenant
-- in:  campaign text, at time, after_lead text, count int
-- out: lead_id text, would_call_at time, why_not text, detail text
select lead_id, would_call_at, why_not, detail
from campaign_preview(current_tenant(), $1, coalesce($2, now()), $3, $4) order by lead_id

-- name: campaign_plan_totals :one :tenant
-- in:  campaign text, at time
-- out: totals json
select camel_keys(t.of || jsonb_build_object('first_at', api_time((t.of ->> 'first_at')::timestamptz),
	'last_at', api_time((t.of ->> 'last_at')::timestamptz)))
from campaign_preview_totals(current_tenant(), $1, coalesce($2, now())) as t(of)

-- name: decision_page :many :tenant
-- Of one campaign (null: of all), newest first; `action` is what was done, or is proposed.
-- in:  campaign text, after_us int, after_id text, count int
-- out: id text, body json, created_us int
select d.id, jsonb_build_object('id', d.id, 'campaignId', d.correlation_id, 'eventId', d.event_id, 'policy', d.policy_name,
		'type', d.decision_type, 'status', d.status, 'decision', d.decision_json,
		'createdAt', api_time(d.created_at),
		'actions', coalesce((select jsonb_agg(jsonb_build_object('type', a.action_type, 'status', a.status, 'error', a.error,
			'executedAt', api_time(a.executed_at), 'action', a.action_json) order by a.created_at, a.id)
			from kernel_actions a where a.tenant_id = d.tenant_id and a.decision_id = d.id), '[]')),
	(extract(epoch from d.created_at) * 1000000)::bigint
from kernel_decisions d
where d.tenant_id = current_tenant() and ($1::text is null or d.correlation_id = $1)
	and ($2::bigint is null or (d.created_at, d.id) < (timestamptz 'epoch' + $2 * interval '1 microsecond', $3))
order by d.created_at desc, d.id desc
limit $4

-- name: lead_page :many :tenant
-- in:  after_us int, after_id text, campaign text, state text, phone text, tag text, count int
-- out: id text, body json, created_us int
select l.id, lead_body(l), (extract(epoch from l.created_at) * 1000000)::bigint
from leads l
where l.tenant_id = current_tenant()
	and ($3::text is null or l.campaign_id = $3) and ($4::text is null or l.state = $4)
	and ($5::text is null or l.phone = $5) and ($6::text is null or l.tags @> array[$6::text])
	and ($1::bigint is null or (l.created_at, l.id) < (timestamptz 'epoch' + $1 * interval '1 microsecond', $2))
order by l.created_at desc, l.id desc
limit $7

-- name: lead_one :one :tenant
-- in:  id text
-- out: body json, state text
select lead_body(l), l.state from leads l where l.tenant_id = current_tenant() and l.id = $1

-- name: lead_made :many :tenant
-- in:  docs json, campaign text
-- out: place int, id text, known bool
select place, id, known from lead_batch(current_tenant(), $1, $2, now()) order by place

-- name: lead_changed :many :tenant
-- No row: there is none, or it is being called.
-- in:  id text, doc json
-- out: body json
select lead_body(l) from lead_change(current_tenant(), $1, $2) l

-- name: lead_removed :many :tenant
-- No row: there is none, or it is being called.
-- in:  id text
-- out: id text
delete from leads where tenant_id = current_tenant() and id = $1 and state not in ('dialing', 'in-call', 'unknown')
returning id

-- name: lead_attached :many :tenant
-- in:  campaign text, ids json
-- out: id text, attached bool, why text
select id, attached, why from lead_attach(current_tenant(), $1, $2, now())

-- name: zone_known :one :tenant
-- Which of the names are none of the zone database. (The list of all costs the server a read of 600 files.)
-- in:  names texts
-- out: unknown texts
select array(select distinct n from unnest($1::text[]) n where not calling_zone_known(n))

-- name: segment_page :many :tenant
-- in:  after text, count int
-- out: name text, segment json, created_at time, updated_at time
select name, segment, created_at, updated_at from lead_segments
where tenant_id = current_tenant() and name > coalesce($1, '') order by name limit $2

-- name: segment_one :one :tenant
-- in:  name text
-- out: name text, segment json, created_at time, updated_at time
select name, segment, created_at, updated_at from lead_segments where tenant_id = current_tenant() and name = $1

-- name: segment_put :one :tenant
-- in:  name text, segment json, person text
-- out: name text, segment json, created_at time, updated_at time, fresh bool
insert into lead_segments (tenant_id, name, segment, created_by) values (current_tenant(), $1, $2, $3)
on conflict (tenant_id, name) do update set segment = excluded.segment, updated_at = now()
returning name, segment, created_at, updated_at, xmax = 0

-- name: segment_removed :one :tenant
-- in:  name text
-- out: name text
delete from lead_segments where tenant_id = current_tenant() and name = $1 returning name

-- name: segment_count :one :tenant
-- Whom it names now, and how many of them a campaign could take.
-- in:  segment json
-- out: code text, detail text, leads int, free int
select s.code, s.detail,
	case when s.code is null and s.wants is not null then (select count(*) from leads l where l.tenant_id = current_tenant()
		and (s.wants ->> 'status' is null or l.status = s.wants ->> 'status')
		and (s.wants ->> 'score_min' is null or l.score >= (s.wants ->> 'score_min')::numeric)
		and (s.wants ->> 'score_max' is null or l.score <= (s.wants ->> 'score_max')::numeric)
		and l.tags @> json_texts(coalesce(s.wants -> 'tags', '[]'))
		and (s.wants -> 'ids' is null or l.id = any(json_texts(s.wants -> 'ids')))) else 0 end,
	case when s.code is null and s.wants is not null then
		(select count(*) from campaign_candidates(current_tenant(), '', s.wants, 10000000)) else 0 end
from read_segment(current_tenant(), $1) s

-- name: import_open :one :tenant
-- campaign null: into none. No row: the campaign is not there, or over.
-- in:  id text, campaign text, options json, lease_s int, person text
-- out: id text
insert into lead_imports (tenant_id, id, campaign_id, options, lease_until, created_by)
select current_tenant(), $1, $2, $3, now() + $4::bigint * interval '1 second', $5
where $2::text is null or exists (select from voice_campaigns c where c.tenant_id = current_tenant() and c.id = $2
	and c.status in ('draft', 'scheduled', 'running', 'paused'))
returning id

-- name: import_begin :one :tenant
-- The file is here. `same`: an import of this file into the same place that is done or under way, of the last day; this one
-- is then gone.
-- in:  id text, digest text, bytes int, lease_s int, again bool
-- out: same text, body json
with mine as (
	select id, campaign_id, options from lead_imports where tenant_id = current_tenant() and id = $1
), same as (
	select i.id, import_body(i) as body from lead_imports i, mine m
	where i.tenant_id = current_tenant() and i.digest = $2 and i.id <> m.id and i.campaign_id is not distinct from m.campaign_id
		and i.options = m.options and i.created_at > now() - interval '1 day' and not $5
		and (i.state = 'done' or i.state = 'running' and i.lease_until > now())
	order by i.created_at desc limit 1
), begun as (
	update lead_imports i set digest = $2, bytes = $3, state = case when s.id is null then 'running' else 'failed' end,
		reason = case when s.id is null then null else 'the same file as ' || s.id end,
		lease_until = now() + $4::bigint * interval '1 second', updated_at = now()
	from mine m left join same s on true
	where i.tenant_id = current_tenant() and i.id = m.id returning import_body(i) as body
)
select s.id, coalesce(s.body, b.body) from begun b left join same s on true

-- name: import_store :one :tenant
-- in:  id text, rows json, wrong json, read_to int, lease_s int
-- out: ours bool
select import_rows(current_tenant(), $1, now(), $2, $3, $4, $5)

-- name: import_end :one :tenant
-- in:  id text, why text
-- out: body json
select import_body(f) from import_finish(current_tenant(), $1, now(), $2) f

-- name: import_one :one :tenant
-- in:  id text
-- out: body json
select import_body(i) from lead_imports i where i.tenant_id = current_tenant() and i.id = $1

-- name: import_page :many :tenant
-- in:  after_us int, after_id text, campaign text, count int
-- out: id text, body json, created_us int
select i.id, import_body(i), (extract(epoch from i.created_at) * 1000000)::bigint
from lead_imports i
where i.tenant_id = current_tenant() and ($3::text is null or i.campaign_id = $3)
	and ($1::bigint is null or (i.created_at, i.id) < (timestamptz 'epoch' + $1 * interval '1 microsecond', $2))
order by i.created_at desc, i.id desc
limit $4

-- name: import_errors :many :tenant
-- In the order of the file, behind a line.
-- in:  id text, after_line int, count int
-- out: line int, field int, name text, kind text, reason text
select line, field, name, kind, reason from lead_import_errors
where tenant_id = current_tenant() and import_id = $1 and line > $2
order by line
limit $3

-- name: zone_names :one :tenant
-- out: names texts
select array(select name from pg_timezone_names where calling_zone_known(name))
