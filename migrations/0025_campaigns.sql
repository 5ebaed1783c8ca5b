-- compatible: campaigns at work; whom they call, when, how often, and what came of it. Rows that no campaign started stay as they are.
set local role invorto_owner;

alter table voice_campaigns
	add column kind text not null default 'marketing' check (kind in ('marketing', 'informational', 'collection')),
	add column consent_required boolean not null default true,
	add column calls_per_second numeric not null default 1 check (calls_per_second > 0 and calls_per_second <= 1000),
	add column started_by text;

-- queue_rank: 0 who is called again, or asked to be; 1 who waits for his first call.
alter table leads add column queue_rank smallint not null default 1;
drop index leads_by_region; -- its order is this one's
create index leads_to_claim on leads (tenant_id, campaign_id, coalesce(region, ''), coalesce(timezone, ''), queue_rank, next_at)
	where state = 'queued';

-- Somebody answered and nobody of ours spoke for two seconds. null: not known, or nobody answered.
alter table voice_call_records add column abandoned boolean;
create index voice_call_records_live_by_campaign on voice_call_records (tenant_id, campaign_id) where closed_at is null;

-- A segment with a name: voice_campaigns.target_segment may be that name, as a JSON string.
create table lead_segments (
	tenant_id text not null references tenants on delete cascade,
	name text not null check (name <> ''),
	segment jsonb not null check (jsonb_typeof(segment) = 'object'),
	created_by text,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	primary key (tenant_id, name)
);
call guard_table('lead_segments', 'select, insert, update, delete', 'select', across => true);

-- How fast a campaign calls. The lock of its row is the right to claim for it: apart from voice_campaigns, whose counters
-- the end of every call writes. `running` follows the campaign's status.
create table campaign_pace (
	tenant_id text not null,
	campaign_id text not null,
	running boolean not null default false,
	idle boolean not null default false,          -- nobody waited at the last look
	enrolling boolean not null default false,     -- more belong to it than were taken in at once
	releasing boolean not null default false,     -- it is over, and leads still wait in it
	wake_at timestamptz not null default '-infinity',
	next_dial_at timestamptz,
	served_at timestamptz not null default '-infinity',
	groups_until timestamptz not null default '-infinity',
	day date,                                     -- in the campaign's zone
	day_calls integer not null default 0,
	held_for text,                                -- why it calls more slowly than it may, or not at all
	primary key (tenant_id, campaign_id),
	foreign key (tenant_id, campaign_id) references voice_campaigns on delete cascade
) with (fillfactor = 50);
create index campaign_pace_at_work on campaign_pace (tenant_id) where running or enrolling or releasing;
call guard_table('campaign_pace', 'select, insert, update', 'select, insert, update', across => true);

-- Leads of one region and one zone are open and closed together; asked of calling_window() at most once a minute.
create table campaign_groups (
	tenant_id text not null,
	campaign_id text not null,
	region text not null,                         -- '': none is known
	zone text not null,                           -- '': the lead has none of its own
	open boolean not null,
	until timestamptz not null,                   -- for so long that is true
	opens_at timestamptz,                         -- when it is closed
	why text,
	primary key (tenant_id, campaign_id, region, zone),
	foreign key (tenant_id, campaign_id) references voice_campaigns on delete cascade
);
call guard_table('campaign_groups', 'select, insert, update, delete', 'select, insert, update, delete', across => true);

-- Calls that ended, by day (UTC): what the abandonment of thirty days is read from.
create table campaign_days (
	tenant_id text not null,
	campaign_id text not null,
	day date not null,
	calls integer not null default 0,
	answered integer not null default 0,          -- by a person, and it is known when we spoke
	abandoned integer not null default 0,
	primary key (tenant_id, campaign_id, day),
	foreign key (tenant_id, campaign_id) references voice_campaigns on delete cascade
);
call guard_table('campaign_days', 'select, insert, update', 'select, insert, update', across => true);

-- ── states ──

create function campaign_edge(was text, next text) returns boolean
language sql immutable parallel safe
as $$
	select case was
		when 'draft' then next in ('scheduled', 'running', 'cancelled')
		when 'scheduled' then next in ('draft', 'running', 'failed', 'cancelled')
		when 'running' then next in ('paused', 'completed', 'failed', 'cancelled')
		when 'paused' then next in ('running', 'failed', 'cancelled')
		else false end
$$;

create function campaign_status() returns trigger
language plpgsql
as $$
begin
	if new.status <> old.status and not public.campaign_edge(old.status, new.status)
		and new.status in ('draft', 'scheduled', 'running', 'paused', 'completed', 'failed', 'cancelled') then
		raise check_violation using constraint = 'voice_campaigns_edge',
			message = format('a campaign that is %s cannot become %s', old.status, new.status);
	end if;
	return new;
end $$;
create trigger campaign_status before update of status on voice_campaigns
	for each row when (old.status is distinct from new.status) execute function campaign_status();

create function campaign_paced() returns trigger
language plpgsql
as $$
begin
	insert into public.campaign_pace as p (tenant_id, campaign_id, running, releasing)
	values (new.tenant_id, new.id, new.status = 'running', new.status in ('completed', 'failed', 'cancelled'))
	on conflict (tenant_id, campaign_id) do update set running = excluded.running, releasing = excluded.releasing,
		enrolling = p.enrolling and new.status in ('running', 'paused'), idle = false, wake_at = '-infinity',
		groups_until = '-infinity';
	if new.status in ('scheduled', 'running') then
		perform pg_notify('campaigns', new.tenant_id);
	end if;
	return null;
end $$;
create trigger campaign_inserted_paced after insert on voice_campaigns for each row execute function campaign_paced();
create trigger campaign_paced after update on voice_campaigns
	for each row when (old.status is distinct from new.status or old.call_schedule is distinct from new.call_schedule
		or old.kind is distinct from new.kind or old.timezone is distinct from new.timezone)
	execute function campaign_paced();

alter table voice_campaigns no force row level security;
alter table campaign_pace no force row level security;
insert into campaign_pace (tenant_id, campaign_id, running) select tenant_id, id, status = 'running' from voice_campaigns;
alter table campaign_pace force row level security;
alter table voice_campaigns force row level security;

-- ── whom ──

-- What a target_segment says: {"status", "score_min", "score_max", "tags" (all of them), "ids"}, or the name of a saved
-- one. wants null and no code: only the leads that were put into the campaign by name.
create function read_segment(tenant text, segment jsonb, out code text, out detail text, out wants jsonb)
language plpgsql stable
as $$
declare
	bad text;
begin
	wants := segment;
	if jsonb_typeof(segment) = 'string' then
		select s.segment into wants from public.lead_segments s where s.tenant_id = tenant and s.name = read_segment.segment #>> '{}';
		if wants is null then
			code := 'unreadable_segment';
			detail := 'there is no saved segment of that name';
			return;
		end if;
	end if;
	if wants is null or jsonb_typeof(wants) = 'null' then
		wants := null;
		return;
	end if;
	if jsonb_typeof(wants) <> 'object' then
		code := 'unreadable_segment';
		detail := 'expected an object, or the name of a saved segment';
		return;
	end if;
	select format('%s: %s', k.key, case
			when k.key not in ('status', 'score_min', 'score_max', 'tags', 'ids') then 'is not known'
			when k.key = 'status' then 'expected a text'
			when k.key in ('tags', 'ids') then 'expected a list of texts'
			else 'expected a number' end) into bad
	from jsonb_each(wants) as k
	where k.value <> 'null' and not case
		when k.key = 'status' then jsonb_typeof(k.value) = 'string'
		when k.key in ('score_min', 'score_max') then jsonb_typeof(k.value) = 'number'
		when k.key in ('tags', 'ids') then jsonb_typeof(k.value) = 'array'
			and not jsonb_path_exists(k.value, '$[*] ? (@.type() != "string")')
		else false end
	order by k.key limit 1;
	if bad is not null then
		code := 'unreadable_segment';
		detail := bad;
		return;
	end if;
	wants := jsonb_strip_nulls(wants);
	if wants - 'tags' = '{}' and coalesce(wants -> 'tags', '[]') = '[]' then
		code := 'empty_segment';
		detail := 'it names nobody: everybody is never meant';
	end if;
end $$;

-- Who may be taken into it now: whoever was put into it and waits, and those of the segment whom no live campaign has.
create function campaign_candidates(tenant text, campaign text, wants jsonb, most bigint)
returns table (id text, region text, zone text)
language plpgsql stable
as $$
#variable_conflict use_column
declare
	every_tag text[] := case when wants ? 'tags' then public.json_texts(wants -> 'tags') else '{}' end;
	one_of text[] := case when wants ? 'ids' then public.json_texts(wants -> 'ids') end;
	least_score numeric := (wants ->> 'score_min')::numeric;
	most_score numeric := (wants ->> 'score_max')::numeric;
begin
	return query
	select l.id, coalesce(l.region, ''), coalesce(l.timezone, '') from public.leads l
	where l.tenant_id = tenant and l.phone is not null and (
		l.campaign_id = campaign and l.state = 'idle'
		or wants is not null and l.campaign_id is distinct from campaign
			and (l.state in ('idle', 'done', 'failed', 'queued')
				or l.state = 'blocked' and coalesce(l.state_reason, '') not in ('opted_out', 'erased'))
			and (wants ->> 'status' is null or l.status = wants ->> 'status')
			and (least_score is null or l.score >= least_score) and (most_score is null or l.score <= most_score)
			and l.tags @> every_tag and (one_of is null or l.id = any(one_of))
			and (l.campaign_id is null or not exists (select from public.voice_campaigns o where o.tenant_id = tenant
				and o.id = l.campaign_id and o.status in ('draft', 'scheduled', 'running', 'paused'))))
	limit most;
end $$;

-- Takes them in, `most` at once. The rest is taken in by the rounds of the engine. Also for leads that come to a campaign
-- that runs already.
create function campaign_enrol(tenant text, campaign text, at timestamptz, most bigint) returns bigint
language plpgsql volatile
as $$
declare
	n bigint;
	s record;
begin
	perform from public.voice_campaigns c where c.tenant_id = tenant and c.id = campaign for no key update;
	select r.* into s from public.voice_campaigns c cross join lateral public.read_segment(tenant, c.target_segment) r
	where c.tenant_id = tenant and c.id = campaign;
	if s.code is not null then
		return 0;
	end if;
	update public.leads l set campaign_id = campaign, state = 'queued', state_reason = null, campaign_attempt = 0,
		queue_rank = 1, next_at = at, lease_owner = null, lease_until = null, updated_at = now()
	from public.campaign_candidates(tenant, campaign, s.wants, most) f
	where l.tenant_id = tenant and l.id = f.id;
	get diagnostics n = row_count;
	update public.voice_campaigns c set total_contacts = c.total_contacts + n
	where c.tenant_id = tenant and c.id = campaign and n > 0;
	update public.campaign_pace p set enrolling = n >= most, idle = false, wake_at = '-infinity', groups_until = '-infinity'
	where p.tenant_id = tenant and p.campaign_id = campaign and (n > 0 or p.enrolling);
	if n > 0 then
		perform pg_notify('campaigns', tenant);
	end if;
	return n;
end $$;

-- ── orders ──

-- Abandoned among answered, thirty days back; fewer than a hundred answers are judged as a hundred. left_over: so many more
-- would be within 3 %, were no call but those to come.
create function campaign_abandonment(tenant text, campaign text, at timestamptz, out answered bigint, out abandoned bigint,
	out left_over bigint, out over boolean)
language sql stable
as $$
	select s.answered, s.abandoned, floor((0.03 * greatest(s.answered, 100) - s.abandoned) / 0.97)::bigint,
		s.abandoned > 0.03 * greatest(s.answered, 100)
	from (select coalesce(sum(d.answered), 0)::bigint as answered, coalesce(sum(d.abandoned), 0)::bigint as abandoned
		from public.campaign_days d where d.tenant_id = tenant and d.campaign_id = campaign
			and d.day > timezone('UTC', at)::date - 30) s
$$;

-- What a campaign lacks to be called with.
create function campaign_lacks(c public.voice_campaigns, at timestamptz, out code text, out detail text)
language plpgsql stable
as $$
declare
	a public.voice_agents;
	wrong text := public.calling_schedule_error(c.call_schedule);
begin
	select v.* into a from public.voice_agents v
	where v.tenant_id = c.tenant_id and v.id = c.voice_agent_id and v.deleted_at is null and v.status = 'active';
	if wrong is not null then
		code := 'unreadable_schedule';
		detail := wrong;
	elsif a.id is null then
		code := 'no_agent';
		detail := 'it has no agent that is active';
	elsif a.config ->> 'disclosureWaived' = 'true' or a.config ->> 'disclosure' = ''
		or a.provider <> 'invorto' and a.template_id is null and a.config ->> 'disclosure' is null then
		code := 'no_disclosure';
		detail := 'its agent does not say that it is one';
	elsif not exists (select from public.voice_phone_numbers n where n.tenant_id = c.tenant_id and n.is_active
			and (c.phone_number_id is null or n.id = c.phone_number_id)) then
		code := 'no_number';
		detail := 'there is no active number to call from';
	elsif (public.campaign_abandonment(c.tenant_id, c.id, at)).over then
		code := 'abandonment';
		detail := 'more than 3 % of those who answered in thirty days heard nobody';
	end if;
end $$;

-- What is done to a campaign: schedule, start, pause, resume, cancel. ok false: nothing has changed, and code says why:
-- not_found, bad_verb, bad_state, no_time, no_agent, no_number, no_disclosure, unreadable_schedule, unreadable_segment,
-- empty_segment, abandonment. A pause of what is paused is as good as one.
create function campaign_order(tenant text, campaign text, verb text, at timestamptz, person text, reason text)
returns table (ok boolean, status text, code text, detail text, enrolled bigint)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	c public.voice_campaigns;
	target text := case verb when 'schedule' then 'scheduled' when 'start' then 'running' when 'resume' then 'running'
		when 'pause' then 'paused' when 'cancel' then 'cancelled' end;
	lacks record;
	n bigint := 0;
begin
	if tenant is distinct from public.current_tenant() then
		raise insufficient_privilege using message = 'the campaign''s tenant is not the one that is set';
	end if;
	select v.* into c from public.voice_campaigns v where v.tenant_id = tenant and v.id = campaign for no key update;
	if c.id is null then
		return query select false, null::text, 'not_found', 'there is no such campaign', n;
		return;
	elsif target is null then
		return query select false, c.status, 'bad_verb', 'expected schedule, start, pause, resume or cancel', n;
		return;
	elsif c.status = target and verb in ('pause', 'cancel') then
		return query select true, c.status, null::text, null::text, n;
		return;
	elsif not public.campaign_edge(c.status, target) or (c.status = 'paused') <> (verb = 'resume') and target = 'running' then
		return query select false, c.status, 'bad_state', format('a campaign that is %s takes no %s', c.status, verb), n;
		return;
	elsif verb = 'schedule' and c.scheduled_at is null then
		return query select false, c.status, 'no_time', 'scheduled_at says when', n;
		return;
	end if;
	if verb in ('schedule', 'start', 'resume') then
		select l.code, l.detail into lacks from public.campaign_lacks(c, at) l;
		if lacks.code is null and verb <> 'resume' then
			select s.code, s.detail into lacks from public.read_segment(tenant, c.target_segment) s;
		end if;
		if lacks.code is not null then
			return query select false, c.status, lacks.code, lacks.detail, n;
			return;
		end if;
	end if;
	if verb = 'start' then
		n := public.campaign_enrol(tenant, campaign, at, 20000);
	end if;
	if (verb = 'start' and n = 0) or (verb = 'schedule' and not exists (select from public.campaign_candidates(tenant, campaign,
			(public.read_segment(tenant, c.target_segment)).wants, 1))) then
		return query select false, c.status, 'empty_segment', 'nobody is free to be called by it', n;
		return;
	end if;
	update public.voice_campaigns v set status = target, status_reason = reason,
		started_at = case when verb = 'start' then at else v.started_at end,
		started_by = case when verb = 'start' then person else v.started_by end,
		completed_at = case when verb = 'cancel' then at else v.completed_at end, updated_at = now()
	where v.tenant_id = tenant and v.id = campaign;
	-- Who was taken in before the campaign ran.
	update public.campaign_pace p set enrolling = n >= 20000
	where p.tenant_id = tenant and p.campaign_id = campaign and verb = 'start';
	return query select true, target, null::text, null::text, n;
end $$;
grant execute on function campaign_edge(text, text), read_segment(text, jsonb),
	campaign_candidates(text, text, jsonb, bigint), campaign_enrol(text, text, timestamptz, bigint),
	campaign_abandonment(text, text, timestamptz), campaign_lacks(voice_campaigns, timestamptz),
	campaign_order(text, text, text, timestamptz, text, text) to invorto_app, invorto_worker;

-- ── claiming ──

-- Asks again of every kind of lead that waits whether it may be called now.
create function campaign_look_at_clocks(c public.voice_campaigns, at timestamptz) returns timestamptz
language plpgsql volatile
as $$
declare
	soon timestamptz := at + interval '1 minute';
	schedule jsonb := public.calling_schedule(c.tenant_id, c.call_schedule);
begin
	delete from public.campaign_groups g where g.tenant_id = c.tenant_id and g.campaign_id = c.id;
	insert into public.campaign_groups (tenant_id, campaign_id, region, zone, open, until, opens_at, why)
	with recursive kinds(region, zone) as (
		(select coalesce(l.region, ''), coalesce(l.timezone, '') from public.leads l
			where l.tenant_id = c.tenant_id and l.campaign_id = c.id and l.state = 'queued'
			order by coalesce(l.region, ''), coalesce(l.timezone, '') limit 1)
		union all
		select n.region, n.zone from kinds k cross join lateral (
			select coalesce(l.region, '') as region, coalesce(l.timezone, '') as zone from public.leads l
			where l.tenant_id = c.tenant_id and l.campaign_id = c.id and l.state = 'queued'
				and (coalesce(l.region, ''), coalesce(l.timezone, '')) > (k.region, k.zone)
			order by coalesce(l.region, ''), coalesce(l.timezone, '') limit 1) n)
	select c.tenant_id, c.id, k.region, k.zone, coalesce(w.open, false),
		least(soon, case when w.open then w.closes_at else w.next_at end), case when not w.open then w.next_at end,
		case when w.next_at is null and w.why in ('outside_window', 'outside_lawful_hours') then 'no_window' else w.why end
	from kinds k left join lateral public.calling_window(nullif(k.region, ''), nullif(k.zone, ''), c.kind, schedule, at) w
		on true;
	-- Who can be called at no hour, ever, waits for none.
	update public.leads l set state = 'blocked', state_reason = g.why, next_at = null, updated_at = now()
	from public.campaign_groups g
	where g.tenant_id = c.tenant_id and g.campaign_id = c.id and g.why in ('unknown_region', 'no_window')
		and l.tenant_id = c.tenant_id and l.campaign_id = c.id and l.state = 'queued'
		and coalesce(l.region, '') = g.region and coalesce(l.timezone, '') = g.zone;
	return coalesce((select min(g.until) from public.campaign_groups g
		where g.tenant_id = c.tenant_id and g.campaign_id = c.id and g.until > at), soon);
end $$;

-- How many calls it may begin now by the clock, its own limits and the law of abandonment; and when to look again.
create function campaign_room(c public.voice_campaigns, p public.campaign_pace, at timestamptz, slack interval,
	out room integer, out first_at timestamptz, out gap interval, out today date, out look_at timestamptz, out held text)
language plpgsql stable
as $$
declare
	zone text := coalesce(c.timezone, (select t.settings ->> 'timezone' from public.tenants t where t.id = c.tenant_id), 'UTC');
	live bigint;
	most bigint := c.max_concurrent_calls;
	a record;
begin
	gap := greatest(1 / c.calls_per_second, c.call_interval_ms / 1000.0) * interval '1 second';
	today := timezone(zone, at)::date;
	-- What was missed while nobody looked is not made up for, but for the last moment.
	first_at := greatest(coalesce(p.next_dial_at, at), at - slack);
	look_at := at;
	room := 0;
	if first_at > at then
		look_at := first_at;
		return;
	end if;
	if p.day = today and p.day_calls >= c.max_calls_per_day then
		look_at := timezone(zone, (today + 1)::timestamp);
		held := 'daily_cap';
		return;
	end if;
	select * into a from public.campaign_abandonment(c.tenant_id, c.id, at);
	if a.over then
		held := 'abandonment';
		return;
	elsif a.abandoned > 0.015 * greatest(a.answered, 100) then
		-- So few at once that, were nobody to speak in any of them, the ratio would not pass 3 %.
		most := least(most, greatest(1, a.left_over));
		held := 'abandonment_near';
	end if;
	select count(*) into live from public.voice_call_records r
	where r.tenant_id = c.tenant_id and r.campaign_id = c.id and r.closed_at is null;
	room := greatest(0, least(most - live,
		c.max_calls_per_day - case when p.day = today then p.day_calls else 0 end,
		floor(extract(epoch from at - first_at) / extract(epoch from gap)) + 1));
end $$;

-- Takes leads whose turn it is, for any campaign of any tenant: who was served longest ago comes first, and everybody gets
-- a share of `most`. Each is a call row of status 'created', and this instance's to dial for `lease_s`. `slack_ms`: so
-- late a look may come without the campaign falling behind its pace.
create function campaign_claim(at timestamptz, instance text, lease_s integer, most integer, slack_ms integer)
returns table (tenant_id text, call_id text, campaign_id text, lead_id text, agent_id text, from_number text, to_number text,
	attempt integer)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	turn record;
	p public.campaign_pace;
	c public.voice_campaigns;
	l public.leads;
	room record;
	ids text[];
	one text;
	want integer;
	taken integer;
	barred text;
	moved boolean;
	left_over integer := most;
	from_nr text;
	lease timestamptz;
begin
	for turn in
		select q.tenant_id, q.campaign_id,
			greatest(1, ceil(most::numeric / count(*) over ()))::integer as share
		from public.campaign_pace q
		where q.running and q.wake_at <= at
		order by max(q.served_at) over (partition by q.tenant_id), q.tenant_id, q.served_at
	loop
		exit when left_over <= 0;
		select q.* into p from public.campaign_pace q where q.tenant_id = turn.tenant_id and q.campaign_id = turn.campaign_id
			and q.running and q.wake_at <= at for no key update skip locked;
		continue when not found;
		select v.* into c from public.voice_campaigns v where v.tenant_id = p.tenant_id and v.id = p.campaign_id;
		continue when c.status <> 'running'
			or exists (select from public.tenants t where t.id = c.tenant_id and t.status <> 'active');
		select * into room from public.campaign_room(c, p, at, slack_ms * interval '1 millisecond');
		taken := 0;
		p.idle := false;
		p.wake_at := room.look_at;
		p.held_for := room.held;
		if room.room > 0 then
			if p.groups_until <= at then
				p.groups_until := public.campaign_look_at_clocks(c, at);
			end if;
			want := least(room.room, left_over, turn.share);
			perform set_config('app.tenant_id', c.tenant_id, true); -- numbers are shown to their tenant alone
			select n.phone_number into from_nr from public.voice_phone_numbers n
			where n.tenant_id = c.tenant_id and n.id = c.phone_number_id and n.is_active;
			loop
				exit when taken >= want;
				ids := array(select x.id from public.campaign_groups g cross join (values (0), (1)) as r(rank)
					cross join lateral (
						select k.id, k.next_at from public.leads k
						where k.tenant_id = c.tenant_id and k.campaign_id = c.id and k.state = 'queued'
							and coalesce(k.region, '') = g.region and coalesce(k.timezone, '') = g.zone
							and k.queue_rank = r.rank and k.next_at <= at
						order by k.next_at limit want - taken) x
					where g.tenant_id = c.tenant_id and g.campaign_id = c.id and g.open and g.until > at
					order by r.rank, x.next_at limit want - taken);
				exit when ids = '{}';
				moved := false;
				foreach one in array ids loop
					select k.* into l from public.leads k where k.tenant_id = c.tenant_id and k.id = one and k.state = 'queued'
						and k.campaign_id = c.id for no key update skip locked;
					continue when not found;
					moved := true;
					barred := case when l.phone is null then 'no_phone'
						else public.callee_barred(c.tenant_id, l.phone, c.kind = 'marketing', at) end;
					if barred = 'no_consent' and not c.consent_required then
						barred := null;
					end if;
					if barred = 'registry_stale' then
						update public.leads k set next_at = at + interval '1 hour', state_reason = barred, updated_at = now()
						where k.tenant_id = l.tenant_id and k.id = l.id;
						continue;
					elsif barred is not null then
						update public.leads k set state = 'blocked', state_reason = barred, next_at = null, updated_at = now()
						where k.tenant_id = l.tenant_id and k.id = l.id;
						continue;
					end if;
					call_id := public.new_id('call');
					insert into public.voice_call_records (tenant_id, id, workspace_id, direction, status, voice_agent_id,
						phone_number_id, from_number, to_number, customer_number, customer_name, campaign_id, lead_id, attempt,
						started_at, metadata)
					values (c.tenant_id, call_id, c.workspace_id, 'outbound', 'created', c.voice_agent_id, c.phone_number_id,
						from_nr, l.phone, l.phone, l.name, c.id, l.id, l.attempt + 1, at,
						case when l.variables = '{}' then '{}' else jsonb_build_object('variables', l.variables) end);
					select least(at + make_interval(secs => lease_s), g.until) into lease from public.campaign_groups g
					where g.tenant_id = c.tenant_id and g.campaign_id = c.id and g.region = coalesce(l.region, '')
						and g.zone = coalesce(l.timezone, '');
					update public.leads k set state = 'dialing', state_reason = null, attempt = l.attempt + 1,
						campaign_attempt = l.campaign_attempt + 1, fence = l.fence + 1, lease_owner = instance,
						lease_until = lease, last_call_id = call_id, updated_at = now()
					where k.tenant_id = l.tenant_id and k.id = l.id;
					taken := taken + 1;
					tenant_id := c.tenant_id;
					campaign_id := c.id;
					lead_id := l.id;
					agent_id := c.voice_agent_id;
					from_number := from_nr;
					to_number := l.phone;
					attempt := l.attempt + 1;
					return next;
				end loop;
				exit when not moved; -- others hold them
			end loop;
			if taken > 0 then
				p.next_dial_at := room.first_at + taken * room.gap;
				p.day_calls := case when p.day = room.today then p.day_calls else 0 end + taken;
				p.day := room.today;
				p.served_at := at;
				p.wake_at := p.next_dial_at;
				left_over := left_over - taken;
			else
				-- Whoever is called again meanwhile, or comes, says so.
				p.idle := true;
				p.wake_at := greatest(at + interval '2 seconds', least(at + interval '1 hour', (
					select min(coalesce(g.opens_at, due.at)) from public.campaign_groups g
					left join lateral (select min(x.at) as at from (values (0), (1)) as r(rank) cross join lateral (
						select k.next_at as at from public.leads k
						where k.tenant_id = c.tenant_id and k.campaign_id = c.id and k.state = 'queued'
							and coalesce(k.region, '') = g.region and coalesce(k.timezone, '') = g.zone
							and k.queue_rank = r.rank and k.next_at > at
						order by k.next_at limit 1) x) due on g.open
					where g.tenant_id = c.tenant_id and g.campaign_id = c.id)));
			end if;
		end if;
		update public.campaign_pace q set idle = p.idle, wake_at = p.wake_at, groups_until = p.groups_until,
			next_dial_at = p.next_dial_at, day = p.day, day_calls = p.day_calls, served_at = p.served_at, held_for = p.held_for
		where q.tenant_id = p.tenant_id and q.campaign_id = p.campaign_id;
	end loop;
end $$;

-- A call that was claimed and never asked for goes as if it had not been; the lead waits again, or is given up (`why`).
create function campaign_unclaim(tenant text, call text, at timestamptz, wait interval, why text) returns boolean
language plpgsql volatile
as $$
declare
	c public.voice_call_records;
begin
	delete from public.voice_call_records r
	where r.tenant_id = tenant and r.id = call and r.status = 'created' and r.dialled_at is null
	returning r.* into c;
	if not found then
		return false;
	end if;
	update public.leads l set
		state = case when why is not null then 'failed'
			when exists (select from public.voice_campaigns g where g.tenant_id = tenant and g.id = c.campaign_id
				and g.status in ('running', 'paused')) then 'queued'
			else 'idle' end,
		state_reason = why, campaign_attempt = l.campaign_attempt - 1, next_at = at + wait, lease_owner = null,
		lease_until = null, last_call_id = null, updated_at = now()
	where l.tenant_id = tenant and l.id = c.lead_id and l.last_call_id = call and l.state = 'dialing';
	update public.campaign_pace p set day_calls = greatest(0, p.day_calls - 1),
		wake_at = least(p.wake_at, at), idle = false
	where p.tenant_id = tenant and p.campaign_id = c.campaign_id;
	return true;
end $$;

-- What came of a claim that no carrier has. `wait_ms`: so long the campaign calls nobody, for it was said that there is
-- no room (slots, a carrier's 429). `why`: the lead cannot be called, ever; null: it goes back.
create function campaign_settle(tenant text, call text, at timestamptz, wait_ms bigint, why text) returns boolean
language plpgsql volatile
as $$
declare
	campaign text;
	lead text;
begin
	select r.campaign_id into campaign from public.voice_call_records r where r.tenant_id = tenant and r.id = call;
	if wait_ms > 0 then
		update public.campaign_pace p set next_dial_at = greatest(p.next_dial_at, at + wait_ms * interval '1 millisecond'),
			wake_at = greatest(p.wake_at, at + wait_ms * interval '1 millisecond')
		where p.tenant_id = tenant and p.campaign_id = campaign;
	end if;
	return public.campaign_unclaim(tenant, call, at, wait_ms * interval '1 millisecond', why);
end $$;

-- What the rounds do beside claiming, some of it each time: leads of processes that died, campaigns whose time has come,
-- those that are over, those that were too large to be taken in or let go at once.
create function campaign_tend(at timestamptz, most integer)
returns table (orphans bigint, started bigint, completed bigint, moved bigint)
language plpgsql volatile
as $$
declare
	one record;
	done record;
	n bigint;
begin
	orphans := 0;
	started := 0;
	completed := 0;
	moved := 0;
	for one in
		select l.tenant_id, l.last_call_id from public.leads l where l.state = 'dialing' and l.lease_until < at
		order by l.lease_until limit most
	loop
		orphans := orphans + public.campaign_unclaim(one.tenant_id, one.last_call_id, at, '0', null)::integer;
	end loop;

	for one in
		select c.tenant_id, c.id from public.voice_campaigns c where c.status = 'scheduled' and c.scheduled_at <= at
		order by c.scheduled_at limit 1 for no key update skip locked
	loop
		perform set_config('app.tenant_id', one.tenant_id, true);
		select o.* into done from public.campaign_order(one.tenant_id, one.id, 'start', at, null, 'scheduled') o;
		if not done.ok then
			update public.voice_campaigns c set status = 'failed', status_reason = done.code, completed_at = at, updated_at = now()
			where c.tenant_id = one.tenant_id and c.id = one.id;
		end if;
		started := started + 1;
	end loop;

	for one in
		select p.tenant_id, p.campaign_id, p.idle, p.enrolling, p.releasing, p.held_for from public.campaign_pace p
		where p.running and (p.idle or p.enrolling or p.held_for = 'abandonment') or p.releasing
	loop
		perform from public.voice_campaigns c where c.tenant_id = one.tenant_id and c.id = one.campaign_id
			for no key update skip locked;
		continue when not found;
		if one.releasing then
			update public.leads l set state = 'idle', state_reason = 'campaign_over', next_at = null, updated_at = now()
			where l.tenant_id = one.tenant_id and l.id = any(array(select k.id from public.leads k
				where k.tenant_id = one.tenant_id and k.campaign_id = one.campaign_id and k.state = 'queued' limit 10000));
			get diagnostics n = row_count;
			moved := moved + n;
			update public.campaign_pace p set releasing = false
			where p.tenant_id = one.tenant_id and p.campaign_id = one.campaign_id and n < 10000;
		elsif one.held_for = 'abandonment' then
			update public.voice_campaigns c set status = 'paused', status_reason = 'abandonment', updated_at = now()
			where c.tenant_id = one.tenant_id and c.id = one.campaign_id and c.status = 'running';
		elsif one.enrolling then
			moved := moved + public.campaign_enrol(one.tenant_id, one.campaign_id, at, 10000);
		elsif not exists (select from public.leads l where l.tenant_id = one.tenant_id and l.campaign_id = one.campaign_id
				and l.state in ('queued', 'dialing', 'in-call', 'unknown'))
			and not exists (select from public.call_reviews v join public.voice_call_records r
				on r.tenant_id = v.tenant_id and r.id = v.call_id
				where v.tenant_id = one.tenant_id and v.created_at > at - interval '2 minutes'
					and r.campaign_id = one.campaign_id) then
			-- A review that is about to come may say that somebody asked to be called again.
			update public.voice_campaigns c set status = 'completed', status_reason = null, completed_at = at, updated_at = now()
			where c.tenant_id = one.tenant_id and c.id = one.campaign_id and c.status = 'running';
			completed := completed + 1;
		end if;
	end loop;
	return next;
end $$;

-- In how many milliseconds there is something to do; null: nothing runs.
create function campaign_next(at timestamptz) returns bigint
language sql stable
as $$
	select ceil(extract(epoch from least(
		(select min(case when p.enrolling or p.releasing then at else greatest(p.wake_at, at) end) from public.campaign_pace p
			where p.running or p.releasing),
		(select min(c.scheduled_at) from public.voice_campaigns c where c.status = 'scheduled'),
		(select min(l.lease_until) from public.leads l where l.state = 'dialing')) - at) * 1000)::bigint
$$;
grant execute on function campaign_look_at_clocks(voice_campaigns, timestamptz),
	campaign_room(voice_campaigns, campaign_pace, timestamptz, interval),
	campaign_claim(timestamptz, text, integer, integer, integer),
	campaign_unclaim(text, text, timestamptz, interval, text), campaign_settle(text, text, timestamptz, bigint, text),
	campaign_tend(timestamptz, integer), campaign_next(timestamptz) to invorto_worker;

-- ── dialling ──

-- As before; and a call that a campaign claimed is dialled only while the campaign runs, the lead is this call's and not
-- barred, and its lease lasts (which ends when the lead's lawful hours do). From then on it is the carrier's and
-- reconciliation's. `plan` may say the time: "at".
create or replace function begin_dial(tenant text, call text, plan jsonb) returns boolean
language plpgsql volatile
as $$
declare
	at timestamptz := coalesce((plan ->> 'at')::timestamptz, now());
	c public.voice_call_records;
begin
	select r.* into c from public.voice_call_records r
	where r.tenant_id = tenant and r.id = call and r.status = 'created' and r.dialled_at is null for no key update;
	if c.id is null then
		return false;
	end if;
	if c.attempt is not null and c.campaign_id is not null then
		update public.leads l set lease_until = null, lease_owner = null
		where l.tenant_id = tenant and l.id = c.lead_id and l.last_call_id = call and l.state = 'dialing'
			and l.lease_until > at and exists (select from public.voice_campaigns g
				where g.tenant_id = tenant and g.id = c.campaign_id and g.status = 'running');
		if not found then
			return false;
		end if;
	elsif exists (select from public.leads l where l.tenant_id = tenant and l.id = coalesce(plan ->> 'lead', c.lead_id)
			and l.state = 'blocked') then
		return false;
	end if;
	update public.voice_call_records r set status = 'dialing', dialled_at = at, dialled_by = plan ->> 'instance',
		carrier = plan ->> 'carrier', phone_number_id = plan ->> 'number_id', from_number = plan ->> 'from',
		campaign_id = coalesce(plan ->> 'campaign', r.campaign_id), lead_id = coalesce(plan ->> 'lead', r.lead_id),
		provider = case when (plan ->> 'hosted')::boolean then 'elevenlabs' else r.provider end
	where r.tenant_id = tenant and r.id = call;
	update public.call_checks k set next_at = now() + make_interval(secs => (plan ->> 'check_s')::integer)
	where k.tenant_id = tenant and k.call_id = call;
	return true;
end $$;

-- ── what comes of a call ──

-- A person answered.
create function call_is_connected(outcome text) returns boolean
language sql immutable parallel safe
as $$
	select outcome in ('connected', 'qualified', 'not-interested', 'callback-requested', 'opted-out', 'transferred')
$$;

-- Why a lead that a carrier refused is not asked for again: the word is about the callee, not about us or the moment.
create function refusal_is_final(why text) returns boolean
language sql immutable parallel safe
as $$
	select why in ('bad_number', 'geo_permission', 'number_blocked', 'unverified_number', 'country_not_allowed', 'rejected',
		'too_long')
$$;

-- Somebody answered; did we speak within two seconds? The first sound is in the timeline, counted from started_at.
create function call_row_abandoned() returns trigger
language plpgsql
as $$
declare
	answered timestamptz := least(old.answered_at, new.answered_at);
	spoke_ms bigint;
begin
	if answered is null or new.provider <> 'invorto' or coalesce(new.end_reason, '') in ('lost', 'crashed')
		or coalesce(new.outcome, '') = 'voicemail' or coalesce(new.provider_metadata ->> 'answeredBy', '') like 'machine%' then
		return new;
	end if;
	select min((t.payload ->> 'legFirstMs')::numeric::bigint) into spoke_ms from public.call_timeline t
	where t.tenant_id = new.tenant_id and t.call_id = new.id and t.kind = 'turn.closed' and t.payload ? 'legFirstMs';
	new.abandoned := case when spoke_ms is null then new.ended_at > answered + interval '2 seconds'
		else new.started_at + spoke_ms * interval '1 millisecond' > answered + interval '2 seconds' end;
	return new;
end $$;
-- Behind call_row, which says when it ended.
create trigger call_row_abandoned before update on voice_call_records
	for each row when (old.closed_at is null and new.closed_at is not null and new.campaign_id is not null
		and new.direction = 'outbound' and new.abandoned is null)
	execute function call_row_abandoned();

-- When somebody asked to be called, if the analysis says so; without an offset it is his own time.
create function callback_at(analysis jsonb, zone text) returns timestamptz
language plpgsql stable
as $$
declare
	said text := coalesce(analysis ->> 'callback_at', analysis ->> 'callbackAt', analysis ->> 'callback_time',
		analysis ->> 'callbackTime', analysis #>> '{callback,at}');
begin
	if said ~ '(Z|[+-][0-9]{2}(:?[0-9]{2})?)$' and said ~ ':' then
		return said::timestamptz;
	end if;
	return timezone(coalesce(zone, 'UTC'), said::timestamp);
exception when others then
	return null; -- words, and no time
end $$;

-- What the end of its latest call makes of a lead: he was reached, or is called again, or is given up.
create function campaign_lead_after(c public.voice_call_records) returns void
language plpgsql volatile
as $$
declare
	l public.leads;
	g public.voice_campaigns;
	refused boolean := c.status = 'failed' and coalesce(c.end_reason, '') in ('not_placed', 'refused');
	reached boolean := c.status = 'completed' and coalesce(c.outcome, 'connected') not in ('voicemail', 'no-answer', 'busy', 'failed');
	asked timestamptz;
	due timestamptz;
begin
	select k.* into l from public.leads k where k.tenant_id = c.tenant_id and k.id = c.lead_id and k.last_call_id = c.id
		and k.campaign_id = c.campaign_id and k.state in ('dialing', 'in-call', 'unknown', 'done') for no key update;
	if l.id is null then -- it is another call's by now, or barred meanwhile
		update public.leads k set last_outcome = coalesce(c.outcome, c.status)
		where k.tenant_id = c.tenant_id and k.id = c.lead_id and k.last_call_id = c.id;
		return;
	end if;
	select v.* into g from public.voice_campaigns v where v.tenant_id = c.tenant_id and v.id = c.campaign_id;
	l.last_outcome := coalesce(c.outcome, c.status);
	l.state_reason := null;
	if refused and not public.refusal_is_final(coalesce(c.failure_reason, '')) then
		l.campaign_attempt := l.campaign_attempt - 1;
		due := c.ended_at + interval '30 seconds';
	elsif refused then
		l.state_reason := c.failure_reason;
	elsif c.outcome = 'callback-requested' then
		asked := public.callback_at(c.analysis, coalesce(l.timezone, g.timezone));
		due := case when asked between c.ended_at and c.ended_at + interval '90 days'
			and l.campaign_attempt < g.max_attempts then asked end;
	elsif not reached and l.campaign_attempt >= g.max_attempts then
		l.state_reason := 'max_attempts';
	elsif not reached then
		due := c.ended_at + make_interval(secs => coalesce(
			g.retry_delays_s[least(l.campaign_attempt, cardinality(g.retry_delays_s))], 3600));
	end if;
	if due is not null and g.status not in ('running', 'paused') then
		l.state := 'idle';
		l.state_reason := 'campaign_over';
		due := null;
	elsif due is not null then
		begin
			due := (select w.next_at from public.calling_window(l.region, l.timezone, g.kind,
				public.calling_schedule(g.tenant_id, g.call_schedule), due) w);
			if due is null then
				l.state_reason := 'no_window';
			end if;
		exception when others then
			null; -- the end of a call waits for nothing; whoever claims it asks again
		end;
		l.state := case when due is null then 'failed' else 'queued' end;
	else
		l.state := case when reached then 'done' else 'failed' end;
	end if;
	update public.leads k set state = l.state, state_reason = l.state_reason, campaign_attempt = l.campaign_attempt,
		last_outcome = l.last_outcome, next_at = due, queue_rank = 0, lease_owner = null, lease_until = null, updated_at = now()
	where k.tenant_id = l.tenant_id and k.id = l.id;
	update public.campaign_pace p set wake_at = due, groups_until = least(p.groups_until, due)
	where p.tenant_id = c.tenant_id and p.campaign_id = c.campaign_id and p.wake_at > due;
end $$;

create function stats_add(stats jsonb, path text[], n numeric) returns jsonb
language sql immutable parallel safe
as $$ select jsonb_set(stats, path, to_jsonb(coalesce((stats #>> path)::numeric, 0) + n)) $$;

-- The one way by which calls come into a campaign's books, whoever wrote the row: what it comes to at its end, and again
-- when its outcome becomes a closer one.
create function campaign_call() returns trigger
language plpgsql
as $$
declare
	was text;
	outcome text := coalesce(new.outcome, new.status);
	refused boolean;
	ended boolean := new.closed_at is not null;
begin
	if tg_op = 'UPDATE' and old.closed_at is not null then
		ended := false;
		was := coalesce(old.outcome, old.status);
	end if;
	if new.closed_at is null then
		update public.leads l set state = case when new.status in ('answered', 'in-progress', 'active') then 'in-call'
			when new.status = 'unknown' then 'unknown' else 'dialing' end
		where new.attempt is not null and l.tenant_id = new.tenant_id and l.id = new.lead_id and l.last_call_id = new.id
			and l.state in ('dialing', 'in-call', 'unknown');
		return null;
	end if;
	refused := new.status = 'failed' and coalesce(new.end_reason, '') in ('not_placed', 'refused');
	-- The campaign before the lead, as everybody locks them.
	update public.voice_campaigns c set stats = public.stats_add(c.stats, '{refused}', 1)
	where c.tenant_id = new.tenant_id and c.id = new.campaign_id and ended and refused;
	update public.voice_campaigns c set
		completed_calls = c.completed_calls + ended::integer,
		successful_calls = c.successful_calls + public.call_is_connected(outcome)::integer
			- coalesce(public.call_is_connected(was)::integer, 0),
		stats = case when ended
			then public.stats_add(public.stats_add(public.stats_add(
				jsonb_set(c.stats, '{outcomes}', public.stats_add(coalesce(c.stats -> 'outcomes', '{}'), array[outcome], 1)),
				'{seconds}', new.duration_seconds), '{costUsd}', coalesce(new.cost, 0)),
				'{abandoned}', coalesce(new.abandoned, false)::integer)
			else jsonb_set(c.stats, '{outcomes}', public.stats_add(public.stats_add(coalesce(c.stats -> 'outcomes', '{}'),
				array[outcome], 1), array[was], -1)) end
	where c.tenant_id = new.tenant_id and c.id = new.campaign_id and not refused;
	if ended and not refused then
		insert into public.campaign_days as d (tenant_id, campaign_id, day, calls, answered, abandoned)
		values (new.tenant_id, new.campaign_id, timezone('UTC', new.ended_at)::date, 1, (new.abandoned is not null)::integer,
			coalesce(new.abandoned, false)::integer)
		on conflict (tenant_id, campaign_id, day) do update set calls = d.calls + 1, answered = d.answered + excluded.answered,
			abandoned = d.abandoned + excluded.abandoned;
	end if;
	if new.lead_id is not null and new.attempt is not null then
		perform public.campaign_lead_after(new);
	end if;
	return null;
end $$;
create trigger campaign_call_inserted after insert on voice_call_records
	for each row when (new.closed_at is not null and new.campaign_id is not null and new.direction = 'outbound')
	execute function campaign_call();
create trigger campaign_call after update on voice_call_records
	for each row when (new.campaign_id is not null and new.direction = 'outbound'
		and (old.status is distinct from new.status or new.closed_at is not null and old.outcome is distinct from new.outcome))
	execute function campaign_call();

grant execute on function call_is_connected(text), refusal_is_final(text), callback_at(jsonb, text),
	campaign_lead_after(voice_call_records), stats_add(jsonb, text[], numeric) to invorto_app, invorto_worker;

-- ── what would be, and what was ──

-- Whose turn would come when, and why not the others': everybody who is in it, or would be taken in. A page is `most` leads
-- behind `after_lead`, by id. An estimate: nobody is asked for twice in it, and calls take as long as they did so far.
-- why_not: blocked (detail: why), barred words of callee_barred(), no_window, done, failed, cancelled.
create function campaign_plan(tenant text, campaign text, at timestamptz)
returns table (lead_id text, phone text, region text, zone text, first_at timestamptz, would_call_at timestamptz, why_not text,
	detail text)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	c public.voice_campaigns;
	wants jsonb;
	starts timestamptz;
	gap interval;
	busy numeric;
	schedule jsonb;
begin
	select v.* into c from public.voice_campaigns v where v.tenant_id = tenant and v.id = campaign;
	if c.id is null then
		return;
	end if;
	schedule := public.calling_schedule(tenant, c.call_schedule);
	starts := case when c.status in ('draft', 'scheduled') then greatest(at, coalesce(c.scheduled_at, at)) else at end;
	if c.status in ('draft', 'scheduled') then
		wants := (select s.wants from public.read_segment(tenant, c.target_segment) s where s.code is null);
	end if;
	busy := coalesce((select avg(r.duration_seconds + 15) from (select r.duration_seconds from public.voice_call_records r
		where r.tenant_id = tenant and r.campaign_id = campaign and r.closed_at is not null
		order by r.started_at desc limit 200) r), 60);
	gap := greatest(1 / c.calls_per_second, c.call_interval_ms / 1000.0, busy / c.max_concurrent_calls) * interval '1 second';
	return query
	with people as (
		select l.id, l.phone, coalesce(l.region, '') as region, coalesce(l.timezone, '') as zone, l.state, l.state_reason,
			greatest(l.next_at, starts) as due
		from public.leads l where l.tenant_id = tenant and l.campaign_id = campaign
		union all
		select l.id, l.phone, coalesce(l.region, ''), coalesce(l.timezone, ''), 'idle', null, starts
		from public.campaign_candidates(tenant, campaign, wants, 10000000) f
		join public.leads l on l.tenant_id = tenant and l.id = f.id
		where wants is not null and l.campaign_id is distinct from campaign
	), kinds as materialized (
		select k.region, k.zone, w.next_at, w.why
		from (select distinct p.region, p.zone from people p) k
		left join lateral public.calling_window(nullif(k.region, ''), nullif(k.zone, ''), c.kind, schedule, starts) w on true
	), lined as (
		select p.*, k.next_at as opens, k.why, p.state in ('idle', 'queued') and k.next_at is not null as waits,
			row_number() over (partition by p.state in ('idle', 'queued') and k.next_at is not null
				order by greatest(k.next_at, p.due), p.id) - 1 as place
		from people p join kinds k on k.region = p.region and k.zone = p.zone
	)
	select n.id, n.phone, n.region, n.zone, case when n.waits then greatest(n.opens, n.due) end,
		case when n.waits then greatest(n.opens, n.due,
			starts + (n.place / c.max_calls_per_day) * interval '1 day' + (n.place % c.max_calls_per_day) * gap) end,
		case when n.waits then null when n.state in ('idle', 'queued') then 'no_window' else n.state end,
		case when n.waits then null when n.state in ('idle', 'queued') then n.why else n.state_reason end
	from lined n;
end $$;

create function campaign_preview(tenant text, campaign text, at timestamptz, after_lead text, most integer)
returns table (lead_id text, would_call_at timestamptz, why_not text, detail text)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	c public.voice_campaigns;
begin
	if tenant is distinct from public.current_tenant() then
		raise insufficient_privilege using message = 'the campaign''s tenant is not the one that is set';
	end if;
	select v.* into c from public.voice_campaigns v where v.tenant_id = tenant and v.id = campaign;
	return query
	select p.lead_id,
		case when b.barred is null and p.why_not is null then
			(select w.next_at from public.calling_window(nullif(p.region, ''), nullif(p.zone, ''), c.kind,
				public.calling_schedule(tenant, c.call_schedule), p.would_call_at) w) end,
		coalesce(p.why_not, case when b.barred is not null then 'blocked' end), coalesce(p.detail, b.barred)
	from (select p.* from public.campaign_plan(tenant, campaign, at) p
		where coalesce(after_lead, '') = '' or p.lead_id > after_lead order by p.lead_id limit most) p
	left join lateral (select nullif(x, case when c.consent_required then '' else 'no_consent' end) as barred
		from public.callee_barred(tenant, p.phone, c.kind = 'marketing', at) x) b on p.why_not is null;
end $$;

-- {leads, would_call, why_not: {word: n}, first_at, last_at, duration_s, judged}. Whether a callee is barred is asked for
-- 10,000 of them at most (`judged`); beyond that the share is taken for all.
create function campaign_preview_totals(tenant text, campaign text, at timestamptz) returns jsonb
language plpgsql volatile
as $$
declare
	c public.voice_campaigns;
	total jsonb;
begin
	if tenant is distinct from public.current_tenant() then
		raise insufficient_privilege using message = 'the campaign''s tenant is not the one that is set';
	end if;
	select v.* into c from public.voice_campaigns v where v.tenant_id = tenant and v.id = campaign;
	with plan as materialized (
		select p.* from public.campaign_plan(tenant, campaign, at) p
	), sample as (
		select b.barred from (select p.phone from plan p where p.why_not is null order by p.lead_id limit 10000) p
		cross join lateral (select nullif(x, case when c.consent_required then '' else 'no_consent' end) as barred
			from public.callee_barred(tenant, p.phone, c.kind = 'marketing', at) x) b
	), scale as (
		select count(*) as judged, (select count(*) from plan p where p.why_not is null)::numeric / greatest(1, count(*)) as by,
			count(*) filter (where s.barred is null) as free
		from sample s
	), reasons as (
		select p.why_not as word, count(*)::numeric as n from plan p where p.why_not is not null group by 1
		union all
		select s.barred, round(count(*) * (select k.by from scale k)) from sample s where s.barred is not null group by 1
	)
	select jsonb_build_object('leads', (select count(*) from plan), 'would_call', round(k.free * k.by), 'judged', k.judged,
		'why_not', coalesce((select jsonb_object_agg(r.word, r.n) from (select r.word, sum(r.n) as n from reasons r group by 1) r), '{}'),
		'first_at', (select min(p.would_call_at) from plan p), 'last_at', (select max(p.would_call_at) from plan p),
		'duration_s', coalesce((select round(extract(epoch from max(p.would_call_at) - min(p.would_call_at))) from plan p), 0))
	into total from scale k;
	return total;
end $$;

-- Calls of a campaign that ended within `since` (null: ever): by outcome, rates, time, money. connected: a person answered;
-- total: every call that ended, but for those a carrier did not take; qualified among connected; failed and the rest among
-- total; qualified among total is the efficiency.
create function campaign_metrics(tenant text, campaign text, since interval) returns jsonb
language sql stable
as $$
	with calls as (
		select r.status, coalesce(r.outcome, r.status) as outcome, r.duration_seconds, r.cost, r.cost_inr, r.abandoned,
			r.status = 'failed' and coalesce(r.end_reason, '') in ('not_placed', 'refused') as refused
		from public.voice_call_records r
		where r.tenant_id = campaign_metrics.tenant and r.campaign_id = campaign and r.closed_at is not null
			and r.direction = 'outbound' and (since is null or r.ended_at > now() - since)
	), n as (
		select count(*) filter (where not refused) as total, count(*) filter (where refused) as refused,
			count(*) filter (where public.call_is_connected(outcome)) as connected,
			count(*) filter (where outcome = 'qualified') as qualified,
			count(*) filter (where not refused and (status = 'failed' or outcome = 'failed')) as failed,
			count(*) filter (where abandoned is not null) as answered, count(*) filter (where abandoned) as abandoned,
			coalesce(sum(duration_seconds) filter (where not refused), 0) as seconds,
			coalesce(sum(cost), 0) as cost, coalesce(sum(cost_inr), 0) as cost_inr
		from calls
	)
	select jsonb_build_object('total', n.total, 'refused', n.refused, 'connected', n.connected, 'qualified', n.qualified,
		'failed', n.failed, 'answered', n.answered, 'abandoned', n.abandoned,
		'by_outcome', (select coalesce(jsonb_object_agg(o.outcome, o.n), '{}') from (select c.outcome, count(*) as n
			from calls c where not c.refused group by 1) o),
		'failure_rate', round(n.failed::numeric / greatest(1, n.total), 4),
		'connect_rate', round(n.connected::numeric / greatest(1, n.total), 4),
		'qualification_rate', round(n.qualified::numeric / greatest(1, n.connected), 4),
		'efficiency', round(n.qualified::numeric / greatest(1, n.total), 4),
		'abandonment_rate', round(n.abandoned::numeric / greatest(1, n.answered), 4),
		'duration_seconds', n.seconds, 'average_seconds', round(n.seconds::numeric / greatest(1, n.total), 1),
		'cost_usd', round(n.cost, 4), 'cost_inr', round(n.cost_inr, 4), 'average_cost_usd', round(n.cost / greatest(1, n.total), 4))
	from n
$$;
grant execute on function campaign_plan(text, text, timestamptz),
	campaign_preview(text, text, timestamptz, text, integer), campaign_preview_totals(text, text, timestamptz),
	campaign_metrics(text, text, interval) to invorto_app, invorto_worker;
