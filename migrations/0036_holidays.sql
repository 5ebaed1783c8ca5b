-- compatible: a table and rows more. Days on which the law lets nobody be called, and hours of more states.
set local role invorto_owner;

-- A day of each year: a date (month, day), the nth weekday of a month (nth -1: the last), or so many days from Easter
-- Sunday; and `plus` days after that. moved: 'both', one on a Sunday is the Monday after it as well, one on a Saturday the
-- Friday before; 'week', the Monday of its week as well, of a weekend the one after. Nobody of the region is called on
-- any of them.
create table calling_holidays (
	id text primary key,
	region text not null,                         -- as in calling_rules
	kind text not null check (kind in ('any', 'marketing', 'collection')),
	name text not null,
	month integer check (month between 1 and 12),
	day integer check (day between 1 and 31),
	weekday integer check (weekday between 1 and 7), -- 1: Monday
	nth integer check (nth between 1 and 4 or nth = -1),
	easter integer check (easter between -70 and 70),
	plus integer not null default 0 check (plus between 0 and 30),
	moved text not null default 'no' check (moved in ('no', 'both', 'week')),
	even_years boolean not null default false,    -- in those alone
	source_url text not null check (source_url ~ '^https?://'),
	as_of date not null,
	why text,
	check (case when easter is not null then month is null and day is null and weekday is null and nth is null
		when day is not null then month is not null and weekday is null and nth is null
		else month is not null and weekday is not null and nth is not null end)
);
create index calling_holidays_by_region on calling_holidays (region, kind);
grant select on calling_holidays to invorto_app, invorto_worker;

-- Gauss's rule, as corrected for the Gregorian calendar.
create function easter_sunday(year integer) returns date
language plpgsql immutable parallel safe
as $$
declare
	a integer := year % 19;
	b integer := year / 100;
	c integer := year % 100;
	h integer := (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
	l integer := (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
	m integer := (a + 11 * h + 22 * l) / 451;
	n integer := h + l - 7 * m + 114;
begin
	return make_date(year, n / 31, n % 31 + 1);
end $$;

create function calling_holiday_dates(h calling_holidays, year integer) returns setof date
language plpgsql immutable
as $$
declare
	day date;
	weekday integer;
begin
	if h.even_years and year % 2 = 1 then
		return;
	elsif h.easter is not null then
		day := public.easter_sunday(year) + h.easter;
	elsif h.day is not null then
		day := make_date(year, h.month, h.day);
	elsif h.nth > 0 then
		day := make_date(year, h.month, 1);
		day := day + (h.weekday - extract(isodow from day)::integer + 7) % 7 + 7 * (h.nth - 1);
	else
		day := (make_date(year, h.month, 1) + interval '1 month')::date - 1;
		day := day - (extract(isodow from day)::integer - h.weekday + 7) % 7;
	end if;
	day := day + h.plus;
	weekday := extract(isodow from day)::integer;
	return next day;
	if h.moved <> 'no' and weekday = 7 then
		return next day + 1;
	elsif h.moved = 'both' and weekday = 6 then
		return next day - 1;
	elsif h.moved = 'week' and weekday = 6 then
		return next day + 2;
	elsif h.moved = 'week' and weekday > 1 then
		return next day - (weekday - 1);
	end if;
end $$;

-- New Year's Day of the next year may be moved into this one.
create function calling_closed_days(places text[], kind text, first date, last date) returns setof date
language sql stable
as $$
	select distinct d.day
	from public.calling_holidays h
	cross join generate_series(extract(year from first)::integer, extract(year from last)::integer + 1) as y
	cross join lateral public.calling_holiday_dates(h, y) as d(day)
	where h.region = any (places) and h.kind in ('any', calling_closed_days.kind) and d.day between first and last
$$;
grant execute on function easter_sunday(integer), calling_holiday_dates(calling_holidays, integer),
	calling_closed_days(text[], text, date, date) to invorto_app, invorto_worker;

-- As before, less those days.
create or replace function calling_lawful(places text[], kind text, first date, last date) returns tsmultirange
language sql stable
as $$
	select coalesce(range_intersect_agg(hours), '{}') - coalesce((
		select range_agg(tsrange(c.day, c.day + 1)) from public.calling_closed_days(places, kind, first, last) as c(day)), '{}')
	from (
		select coalesce(range_agg(tsrange(first + n + r.from_time, first + n + r.to_time))
			filter (where extract(isodow from first + n) = any (r.days)), '{}') as hours
		from public.calling_rules r cross join generate_series(0, last - first) as n
		where r.kind in ('any', calling_lawful.kind) and (r.region = any (places) or r.region = '*' and not exists (
			select from public.calling_rules o where o.region = any (places) and o.kind in ('any', calling_lawful.kind)))
		group by r.region, r.kind) as groups
$$;

-- As before, and a region of which there are only such days is not passed over.
create or replace function calling_open_regions(kind text, schedule jsonb, at timestamptz)
returns table (region text, closes_at timestamptz)
language plpgsql stable
as $$
#variable_conflict use_column
declare
	since timestamp := calling_open_regions.at at time zone 'UTC';
	until timestamp := since + interval '2 days';
	wanted text := calling_open_regions.kind;
	ruled text[] := (select array_agg(distinct r.region) from (
		select u.region, u.kind from public.calling_rules u union all select h.region, h.kind from public.calling_holidays h) r
		where r.kind in ('any', wanted));
	s record;
begin
	if calling_schedule_error(calling_open_regions.schedule) is not null then
		return;
	end if;
	s := calling_schedule_hours(calling_open_regions.schedule, since, until);
	return query
	with clocks as materialized (
		select c.* from calling_clocks((select array_agg(distinct z) from public.calling_regions r, unnest(r.zones) as z),
			since, until) as c
	), places as materialized (
		select r.id, r.zones, array(select p from unnest(array[r.id, r.country, r.subdivision]) as p where p = any (ruled)) as rules
		from public.calling_regions r
	), lawful as materialized (
		select l.rules, calling_lawful(l.rules, wanted, since::date - 1, until::date + 1) * s.local as hours
		from (select distinct p.rules from places p) as l
	), pairs as materialized (
		select p.id, p.rules, c.before, c.change, c.after
		from places p cross join unnest(p.zones) as z join clocks c on c.zone = z
	), ends as materialized (
		select d.rules, d.before, d.change, d.after, (
			select upper(h) from unnest(calling_zone_hours(l.hours, s.either_local, s.either_utc, d.before, d.change, d.after)) as h
			where h @> since) as closes
		from (select distinct rules, before, change, after from pairs) as d join lawful l on l.rules = d.rules
	)
	select p.id, least(min(e.closes), until) at time zone 'UTC'
	from pairs p join ends e on e.rules = p.rules and e.before = p.before and e.after = p.after
		and e.change is not distinct from p.change
	group by p.id having bool_and(e.closes is not null);
end $$;

insert into calling_rules (id, region, kind, days, from_time, to_time, source_url, as_of, why) values
	('us-ri', 'US-RI', 'marketing', '{1,2,3,4,5}', '09:00', '18:00',
		'http://webserver.rilin.state.ri.us/Statutes/TITLE5/5-61/5-61-3.6.HTM', '2026-11-21',
		'R.I. Gen. Laws 5-61-2(2), 5-61-3.6'),
	('us-ri-saturday', 'US-RI', 'marketing', '{6}', '10:00', '17:00',
		'http://webserver.rilin.state.ri.us/Statutes/TITLE5/5-61/5-61-3.6.HTM', '2026-11-21',
		'R.I. Gen. Laws 5-61-2(2), 5-61-3.6; no Sundays'),
	('us-ut', 'US-UT', 'marketing', '{1,2,3,4,5,6}', '08:00', '21:00',
		'https://codes.findlaw.com/ut/title-13-commerce-and-trade/ut-code-sect-13-25a-103/', '2026-11-21',
		'Utah Code 13-25a-103(3): no Sundays, without prior express consent'),
	('us-ms', 'US-MS', 'marketing', '{1,2,3,4,5,6}', '08:00', '21:00',
		'https://www.dnc.com/blog/no-more-holidays-mississippi-marketers-magnolia-state-lifts-prohibition-telemarketing-legal', '2026-11-21',
		'Miss. Code 77-3-723(1), 77-3-603(a), quoted by a secondary source: no Sundays; holidays are free since 2023'),
	('us-sd', 'US-SD', 'any', '{1,2,3,4,5}', '09:00', '21:00',
		'http://legis.state.sd.us/statutes/DisplayStatute.aspx?Type=Statute&Statute=37-30-28', '2026-11-21',
		'SDCL 37-30-28: automated dialling; every call from here is one'),
	('us-ma', 'US-MA', 'marketing', '{1,2,3,4,5,6,7}', '08:00', '20:00',
		'https://regulations.justia.com/states/massachusetts/201-cmr/title-201-cmr-12-00/section-12-02', '2026-11-21',
		'201 CMR 12.02(2)'),
	('us-nm', 'US-NM', 'marketing', '{1,2,3,4,5,6,7}', '09:00', '21:00',
		'https://law.justia.com/codes/new-mexico/2006/nmrc/jd_57-12-22-13117.html', '2026-11-21',
		'N.M. Stat. 57-12-22(B)(5), as of 2006'),
	('us-al', 'US-AL', 'marketing', '{1,2,3,4,5,6}', '08:00', '20:00',
		'https://blog.clickpointsoftware.com/telemarketing-calling-hours-by-state', '2026-11-21',
		'secondary source: no Sundays'),
	('us-la', 'US-LA', 'marketing', '{1,2,3,4,5,6}', '08:00', '20:00',
		'https://dnc.com/holiday-alerts?year=2023', '2026-11-21',
		'La. Public Service Commission, General Order R-29617 V(A)(2), quoted by a secondary source: no Sundays'),
	('us-ct', 'US-CT', 'marketing', '{1,2,3,4,5,6,7}', '09:00', '20:00',
		'https://g2leadstosales.com/2025-state-by-state-calling-restrictions-telemarketing-call-centers.html', '2026-11-21',
		'Conn. Gen. Stat. 42-288a; secondary sources say until 20:00 and until 21:00: the narrower'),
	('us-il', 'US-IL', 'marketing', '{1,2,3,4,5,6,7}', '09:00', '21:00',
		'https://blog.clickpointsoftware.com/telemarketing-calling-hours-by-state', '2026-11-21',
		'secondary source: prerecorded calls'),
	('us-mi', 'US-MI', 'marketing', '{1,2,3,4,5,6,7}', '09:00', '21:00',
		'https://blog.clickpointsoftware.com/telemarketing-calling-hours-by-state', '2026-11-21',
		'secondary source: from 09:00; until when is the federal hour');

insert into calling_holidays (id, region, kind, name, month, day, weekday, nth, easter, plus, moved, even_years, source_url, as_of, why)
select d.*, s.source_url, '2026-11-21', s.why
from (values
	('us-al-new-year', 'US-AL', 'marketing', 'New Year''s Day', 1, 1, null, null, null, 0, 'both', false),
	('us-al-mlk', 'US-AL', 'marketing', 'Martin Luther King, Jr. Day', 1, null, 1, 3, null, 0, 'no', false),
	('us-al-presidents', 'US-AL', 'marketing', 'Presidents'' Day', 2, null, 1, 3, null, 0, 'no', false),
	('us-al-confederate', 'US-AL', 'marketing', 'Confederate Memorial Day', 4, null, 1, 4, null, 0, 'no', false),
	('us-al-memorial', 'US-AL', 'marketing', 'Memorial Day', 5, null, 1, -1, null, 0, 'no', false),
	('us-al-davis', 'US-AL', 'marketing', 'Jefferson Davis Day', 6, null, 1, 1, null, 0, 'no', false),
	('us-al-juneteenth', 'US-AL', 'marketing', 'Juneteenth', 6, 19, null, null, null, 0, 'both', false),
	('us-al-independence', 'US-AL', 'marketing', 'Independence Day', 7, 4, null, null, null, 0, 'both', false),
	('us-al-labor', 'US-AL', 'marketing', 'Labor Day', 9, null, 1, 1, null, 0, 'no', false),
	('us-al-columbus', 'US-AL', 'marketing', 'Columbus Day', 10, null, 1, 2, null, 0, 'no', false),
	('us-al-veterans', 'US-AL', 'marketing', 'Veterans Day', 11, 11, null, null, null, 0, 'both', false),
	('us-al-thanksgiving', 'US-AL', 'marketing', 'Thanksgiving Day', 11, null, 4, 4, null, 0, 'no', false),
	('us-al-parks', 'US-AL', 'marketing', 'Rosa Parks Day', 12, 1, null, null, null, 0, 'both', false),
	('us-al-christmas', 'US-AL', 'marketing', 'Christmas Day', 12, 25, null, null, null, 0, 'both', false),
	('us-la-new-year', 'US-LA', 'marketing', 'New Year''s Day', 1, 1, null, null, null, 0, 'both', false),
	('us-la-new-orleans', 'US-LA', 'marketing', 'Battle of New Orleans', 1, 8, null, null, null, 0, 'both', false),
	('us-la-lee', 'US-LA', 'marketing', 'Robert E. Lee Day', 1, 19, null, null, null, 0, 'both', false),
	('us-la-mlk', 'US-LA', 'marketing', 'Martin Luther King, Jr. Day', 1, null, 1, 3, null, 0, 'no', false),
	('us-la-mardi-gras', 'US-LA', 'marketing', 'Mardi Gras', null, null, null, null, -47, 0, 'no', false),
	('us-la-good-friday', 'US-LA', 'marketing', 'Good Friday', null, null, null, null, -2, 0, 'no', false),
	('us-la-memorial', 'US-LA', 'marketing', 'Memorial Day', 5, null, 1, -1, null, 0, 'no', false),
	('us-la-juneteenth', 'US-LA', 'marketing', 'Juneteenth', 6, 19, null, null, null, 0, 'both', false),
	('us-la-independence', 'US-LA', 'marketing', 'Independence Day', 7, 4, null, null, null, 0, 'both', false),
	('us-la-labor', 'US-LA', 'marketing', 'Labor Day', 9, null, 1, 1, null, 0, 'no', false),
	('us-la-columbus', 'US-LA', 'marketing', 'Columbus Day', 10, null, 1, 2, null, 0, 'no', false),
	('us-la-election', 'US-LA', 'marketing', 'Election Day', 11, null, 1, 1, null, 1, 'no', true),
	('us-la-veterans', 'US-LA', 'marketing', 'Veterans Day', 11, 11, null, null, null, 0, 'both', false),
	('us-la-thanksgiving', 'US-LA', 'marketing', 'Thanksgiving Day', 11, null, 4, 4, null, 0, 'no', false),
	('us-la-after-thanksgiving', 'US-LA', 'marketing', 'The day after Thanksgiving', 11, null, 4, 4, null, 1, 'no', false),
	('us-la-christmas', 'US-LA', 'marketing', 'Christmas Day', 12, 25, null, null, null, 0, 'both', false),
	('us-pa-new-year', 'US-PA', 'marketing', 'New Year''s Day', 1, 1, null, null, null, 0, 'both', false),
	('us-pa-mlk', 'US-PA', 'marketing', 'Martin Luther King, Jr. Day', 1, null, 1, 3, null, 0, 'no', false),
	('us-pa-presidents', 'US-PA', 'marketing', 'Presidents'' Day', 2, null, 1, 3, null, 0, 'no', false),
	('us-pa-good-friday', 'US-PA', 'marketing', 'Good Friday', null, null, null, null, -2, 0, 'no', false),
	('us-pa-memorial', 'US-PA', 'marketing', 'Memorial Day', 5, null, 1, -1, null, 0, 'no', false),
	('us-pa-flag', 'US-PA', 'marketing', 'Flag Day', 6, 14, null, null, null, 0, 'both', false),
	('us-pa-independence', 'US-PA', 'marketing', 'Independence Day', 7, 4, null, null, null, 0, 'both', false),
	('us-pa-labor', 'US-PA', 'marketing', 'Labor Day', 9, null, 1, 1, null, 0, 'no', false),
	('us-pa-columbus', 'US-PA', 'marketing', 'Columbus Day', 10, null, 1, 2, null, 0, 'no', false),
	('us-pa-election', 'US-PA', 'marketing', 'Election Day', 11, null, 1, 1, null, 1, 'no', false),
	('us-pa-veterans', 'US-PA', 'marketing', 'Veterans Day', 11, 11, null, null, null, 0, 'both', false),
	('us-pa-thanksgiving', 'US-PA', 'marketing', 'Thanksgiving Day', 11, null, 4, 4, null, 0, 'no', false),
	('us-pa-christmas', 'US-PA', 'marketing', 'Christmas Day', 12, 25, null, null, null, 0, 'both', false),
	('us-ri-new-year', 'US-RI', 'marketing', 'New Year''s Day', 1, 1, null, null, null, 0, 'both', false),
	('us-ri-mlk', 'US-RI', 'marketing', 'Martin Luther King, Jr. Day', 1, null, 1, 3, null, 0, 'no', false),
	('us-ri-presidents', 'US-RI', 'marketing', 'Presidents'' Day', 2, null, 1, 3, null, 0, 'no', false),
	('us-ri-state-independence', 'US-RI', 'marketing', 'Rhode Island Independence Day', 5, 4, null, null, null, 0, 'both', false),
	('us-ri-memorial', 'US-RI', 'marketing', 'Memorial Day', 5, null, 1, -1, null, 0, 'no', false),
	('us-ri-juneteenth', 'US-RI', 'marketing', 'Juneteenth', 6, 19, null, null, null, 0, 'both', false),
	('us-ri-independence', 'US-RI', 'marketing', 'Independence Day', 7, 4, null, null, null, 0, 'both', false),
	('us-ri-victory', 'US-RI', 'marketing', 'Victory Day', 8, null, 1, 2, null, 0, 'no', false),
	('us-ri-labor', 'US-RI', 'marketing', 'Labor Day', 9, null, 1, 1, null, 0, 'no', false),
	('us-ri-columbus', 'US-RI', 'marketing', 'Columbus Day', 10, null, 1, 2, null, 0, 'no', false),
	('us-ri-election', 'US-RI', 'marketing', 'Election Day', 11, null, 1, 1, null, 1, 'no', true),
	('us-ri-veterans', 'US-RI', 'marketing', 'Veterans Day', 11, 11, null, null, null, 0, 'both', false),
	('us-ri-thanksgiving', 'US-RI', 'marketing', 'Thanksgiving Day', 11, null, 4, 4, null, 0, 'no', false),
	('us-ri-christmas', 'US-RI', 'marketing', 'Christmas Day', 12, 25, null, null, null, 0, 'both', false),
	('us-ut-new-year', 'US-UT', 'marketing', 'New Year''s Day', 1, 1, null, null, null, 0, 'both', false),
	('us-ut-mlk', 'US-UT', 'marketing', 'Martin Luther King, Jr. Day', 1, null, 1, 3, null, 0, 'no', false),
	('us-ut-presidents', 'US-UT', 'marketing', 'Presidents'' Day', 2, null, 1, 3, null, 0, 'no', false),
	('us-ut-good-friday', 'US-UT', 'marketing', 'Good Friday', null, null, null, null, -2, 0, 'no', false),
	('us-ut-easter', 'US-UT', 'marketing', 'Easter Sunday', null, null, null, null, 0, 0, 'no', false),
	('us-ut-memorial', 'US-UT', 'marketing', 'Memorial Day', 5, null, 1, -1, null, 0, 'no', false),
	('us-ut-juneteenth', 'US-UT', 'marketing', 'Juneteenth', 6, 19, null, null, null, 0, 'week', false),
	('us-ut-independence', 'US-UT', 'marketing', 'Independence Day', 7, 4, null, null, null, 0, 'both', false),
	('us-ut-pioneer', 'US-UT', 'marketing', 'Pioneer Day', 7, 24, null, null, null, 0, 'both', false),
	('us-ut-labor', 'US-UT', 'marketing', 'Labor Day', 9, null, 1, 1, null, 0, 'no', false),
	('us-ut-columbus', 'US-UT', 'marketing', 'Columbus Day', 10, null, 1, 2, null, 0, 'no', false),
	('us-ut-veterans', 'US-UT', 'marketing', 'Veterans Day', 11, 11, null, null, null, 0, 'both', false),
	('us-ut-thanksgiving', 'US-UT', 'marketing', 'Thanksgiving Day', 11, null, 4, 4, null, 0, 'no', false),
	('us-ut-christmas', 'US-UT', 'marketing', 'Christmas Day', 12, 25, null, null, null, 0, 'both', false)
) as d(id, region, kind, name, month, day, weekday, nth, easter, plus, moved, even_years)
join (values
	('US-AL', 'https://vicifast.com/blog/what-are-telemarketing-prohibited-holidays',
		'secondary source; moved as Ala. Code 1-3-8 has it'),
	('US-LA', 'https://vicifast.com/blog/what-are-telemarketing-prohibited-holidays',
		'General Order R-29617 V(A)(2), La. R.S. 45:811; which days, by secondary sources: all that any of them names'),
	('US-PA', 'https://dnc.dreamhosters.com/update-pennsylvania-governor-signs-new-robocall-restrictions-law',
		'73 P.S. 2245(a)(10); which days, by a secondary source'),
	('US-RI', 'https://instalawyer.io/laws/rhode-island-general-laws/section-5-61-2-definitions',
		'R.I. Gen. Laws 5-61-2(2): a state or federal holiday; which days, by a secondary source'),
	('US-UT', 'https://self-law.org/code/ut/title-63g/chapter-1/1',
		'Utah Code 13-25a-103(3)(c), 63G-1-301 as of 2026-05-06')
) as s(region, source_url, why) on s.region = d.region;
