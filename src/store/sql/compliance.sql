-- Who may be called, and when.

-- name: dnc_list :many :tenant
-- Newest first; what is null does not choose.
-- in:  after_us int, after_id text, count int, phone text, source text
-- out: id text, phone text, source text, reason text, call_id text, created_by text, created_at time, expires_at time,
-- out: created_us int
select d.id, d.phone_e164, d.source, d.reason, d.call_id, d.created_by, d.created_at, d.expires_at,
	(extract(epoch from d.created_at) * 1000000)::bigint
from dnc_entries d
where d.tenant_id = current_tenant()
	and ($1::bigint is null or (d.created_at, d.id) < (timestamptz 'epoch' + $1 * interval '1 microsecond', $2))
	and ($4::text is null or d.phone_e164 = $4) and ($5::text is null or d.source = $5)
order by d.created_at desc, d.id desc
limit $3

-- name: dnc_add :many :tenant
-- Those that are there stay what they are, and for as long as the longer of the two says.
-- in:  phones texts, reason text, expires_at time, created_by text
-- out: id text, phone text, source text, reason text, call_id text, created_by text, created_at time, expires_at time,
-- out: added bool
insert into dnc_entries as d (tenant_id, phone_e164, source, reason, expires_at, created_by)
select current_tenant(), p, 'manual', $2, $3, $4 from (select distinct unnest($1::text[]) as p order by 1) as wanted
on conflict (tenant_id, phone_e164) do update set expires_at = case when d.expires_at is null or excluded.expires_at is null
	then null else greatest(d.expires_at, excluded.expires_at) end
returning d.id, d.phone_e164, d.source, d.reason, d.call_id, d.created_by, d.created_at, d.expires_at, d.xmax = 0

-- name: dnc_delete :one :tenant
-- in:  id text
-- out: id text
delete from dnc_entries where tenant_id = current_tenant() and id = $1 returning id

-- name: dnc_check :one :tenant
-- Why somebody may not be called: barred null, he may.
-- in:  phone text, marketing bool
-- out: barred text, region text, entry_id text, source text, reason text, created_at time, expires_at time,
-- out: registry_as_of time, consent text, consent_at time
select callee_barred(current_tenant(), $1, $2, now()), calling_region_of($1), d.id, d.source, d.reason, d.created_at,
	d.expires_at, g.as_of, case when c.granted then 'granted' when not c.granted then 'withdrawn' end, c.occurred_at
from (select 1) as one
left join dnc_entries d on d.tenant_id = current_tenant() and d.phone_e164 = $1
left join calling_regions r on r.id = calling_region_of($1)
left join dnc_registries g on g.tenant_id = current_tenant() and g.country = r.country
left join lateral (select l.granted, l.occurred_at from consent_ledger l
	where l.tenant_id = current_tenant() and l.phone_e164 = $1 and l.kind = case when $2 then 'marketing' else 'call' end
	order by l.occurred_at desc, l.granted limit 1) as c on true

-- name: dnc_import :one :tenant
-- in:  body text, list text, country text, as_of time, complete bool, person text, first_line int, most int
-- out: numbers int, added int, rejected int, errors json
select numbers, added, rejected, errors from dnc_import(current_tenant(), $1, $2, $3, $4, $5, $6, $7, $8)

-- name: opt_out_add :one :tenant
-- in:  phone text, source text, call text, reason text
-- out: id text
select d.id from opt_out_of(current_tenant(), $1, $2, $3, $4) as d(id)

-- name: consent_add :many :tenant
-- in:  phones texts, kind text, granted bool, source text, call text, lead text, evidence json, at time
-- out: id text, phone text, kind text, granted bool, source text, call_id text, lead_id text, evidence json,
-- out: occurred_at time
insert into consent_ledger (tenant_id, phone_e164, kind, granted, source, call_id, lead_id, evidence, occurred_at)
select current_tenant(), p, $2, $3, $4, $5, $6, coalesce($7::jsonb, '{}'), coalesce($8, now())
from (select distinct unnest($1::text[]) as p order by 1) as wanted
returning id, phone_e164, kind, granted, source, call_id, lead_id, evidence, occurred_at

-- name: consent_list :many :tenant
-- Newest first.
-- in:  after_us int, after_id text, count int, phone text, kind text
-- out: id text, phone text, kind text, granted bool, source text, call_id text, lead_id text, evidence json,
-- out: occurred_at time, occurred_us int
select c.id, c.phone_e164, c.kind, c.granted, c.source, c.call_id, c.lead_id, c.evidence, c.occurred_at,
	(extract(epoch from c.occurred_at) * 1000000)::bigint
from consent_ledger c
where c.tenant_id = current_tenant() and c.phone_e164 = $4 and ($5::text is null or c.kind = $5)
	and ($1::bigint is null or (c.occurred_at, c.id) < (timestamptz 'epoch' + $1 * interval '1 microsecond', $2))
order by c.occurred_at desc, c.id desc
limit $3

-- name: calling_window_of :one :tenant
-- Where a number is and when it may be called, by law and by the tenant's own hours. zone null: all of the region's.
-- in:  phone text, zone text, kind text, at time
-- out: region text, country text, subdivision text, zones texts, zone_known bool, region_why text, open bool, next_at time,
-- out: closes_at time, why text
select r.id, r.country, r.subdivision, coalesce(r.zones, '{}'), $2::text is null or calling_zone_known($2), r.why as region_why,
	w.open, w.next_at, w.closes_at, w.why
from (select 1) as one
left join calling_regions r on r.id = calling_region_of($1)
cross join lateral calling_window(r.id, $2, $3, calling_schedule(current_tenant(), '{}'), coalesce($4, now())) as w

-- name: calling_rules_of :many :tenant
-- The rules that apply to a number.
-- in:  phone text, kind text
-- out: id text, region text, kind text, days json, from_time text, to_time text, registry_days int, source_url text,
-- out: as_of text, why text
with place as (
	select array[r.id, r.country, r.subdivision] as names from (select 1) as one
	left join calling_regions r on r.id = calling_region_of($1)
), own as (
	select u.id from calling_rules u, place p where u.region = any (p.names) and u.kind in ('any', $2)
)
select u.id, u.region, u.kind, to_jsonb(u.days), to_char(u.from_time, 'HH24:MI'), to_char(u.to_time, 'HH24:MI'), u.registry_days, u.source_url,
	u.as_of::text, u.why
from calling_rules u
where u.id in (select id from own) or u.region = '*' and u.kind in ('any', $2) and not exists (select from own)
order by u.region, u.kind, u.days

-- name: calling_holidays_of :many :tenant
-- The days of the next twelve months on which nobody at a number is called; each with what it is kept as (it may be moved).
-- in:  phone text, kind text, at time
-- out: id text, region text, kind text, name text, days texts, source_url text, as_of text, why text
select h.id, h.region, h.kind, h.name, array_agg(d.day::text order by d.day), h.source_url, h.as_of::text, h.why
from (select coalesce($3, now())::date as day) as since
join calling_regions r on r.id = calling_region_of($1)
join calling_holidays h on h.region in (r.id, r.country, r.subdivision) and h.kind in ('any', $2)
cross join generate_series(extract(year from since.day)::integer, extract(year from since.day)::integer + 2) as y
cross join lateral calling_holiday_dates(h, y) as d(day)
where d.day >= since.day and d.day < since.day + interval '1 year'
group by h.id
order by min(d.day), h.id
