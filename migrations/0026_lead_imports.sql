-- compatible: files of leads and how far they have come; what the API says of campaigns and leads, and what it may write.
set local role invorto_owner;

-- A file of leads. Whoever took it works on it as long as the lease; a lease that has run out is a process that is gone,
-- and the import has failed with the rows it told so far.
create table lead_imports (
	tenant_id text not null references tenants on delete cascade,
	id text not null default new_id('imp'),
	campaign_id text,
	state text not null default 'receiving' check (state in ('receiving', 'running', 'done', 'failed')),
	reason text,
	digest text,                                  -- sha-256 of the file, hex
	bytes bigint,
	read_bytes bigint not null default 0,
	options jsonb not null default '{}',          -- {"country", "on_duplicate", "tags"}
	rows bigint not null default 0,               -- beside the header
	accepted bigint not null default 0,           -- new leads
	updated bigint not null default 0,            -- leads that were there and got what the file says
	attached bigint not null default 0,           -- leads that were there and came into the campaign
	bad bigint not null default 0,
	in_file bigint not null default 0,            -- numbers that the file has twice
	in_tenant bigint not null default 0,          -- numbers of a lead that was there: in no live campaign,
	in_campaign bigint not null default 0,        -- in this one,
	elsewhere bigint not null default 0,          -- in another live one, where it stays
	dnc bigint not null default 0,                -- numbers not to be called; taken all the same
	lease_until timestamptz,
	created_by text,
	created_at timestamptz not null default now(),
	updated_at timestamptz not null default now(),
	finished_at timestamptz,
	primary key (tenant_id, id),
	foreign key (tenant_id, campaign_id) references voice_campaigns on delete set null (campaign_id)
);
create index lead_imports_by_time on lead_imports (tenant_id, created_at desc, id desc);
create index lead_imports_by_campaign on lead_imports (tenant_id, campaign_id);
create index lead_imports_by_digest on lead_imports (tenant_id, digest);
call guard_table('lead_imports', 'select, insert, update');

-- A row of a file that was not taken, or was and should be looked at. Never what the row held.
create table lead_import_errors (
	tenant_id text not null,
	import_id text not null,
	line bigint not null,
	field integer,                                -- from 1; null: the row
	name text,                                    -- of the column
	kind text not null default 'bad' check (kind in ('bad', 'dnc')),
	reason text not null,
	primary key (tenant_id, import_id, line),
	foreign key (tenant_id, import_id) references lead_imports on delete cascade
);
call guard_table('lead_import_errors', 'select, insert');

alter table leads add column import_id text;

-- An answer has no member that says nothing.
create function without_nulls(j jsonb) returns jsonb
language sql immutable parallel safe
as $$ select coalesce(jsonb_object_agg(key, value) filter (where value <> 'null'), '{}') from jsonb_each(j) $$;

-- ── an import ──

create function import_body(i lead_imports) returns jsonb
language sql stable
as $$
	select public.without_nulls(jsonb_build_object('id', i.id, 'campaignId', i.campaign_id,
		'state', case when lost then 'failed' else i.state end,
		'reason', case when lost then 'the process that read it is gone: rows up to here are in' else i.reason end,
		'onDuplicate', coalesce(i.options ->> 'on_duplicate', 'skip'), 'country', i.options ->> 'country',
		'digest', i.digest, 'bytes', i.bytes, 'readBytes', i.read_bytes, 'rows', i.rows, 'accepted', i.accepted,
		'updated', i.updated, 'attached', i.attached, 'bad', i.bad, 'dnc', i.dnc,
		'duplicates', jsonb_build_object('inFile', i.in_file, 'inTenant', i.in_tenant, 'inCampaign', i.in_campaign,
			'inOtherCampaign', i.elsewhere),
		'createdAt', i.created_at, 'finishedAt', i.finished_at))
	from (select i.state in ('receiving', 'running') and i.lease_until < now() as lost) l
$$;

-- Rows of a file, at most a few hundred, and how far it has been read, in one transaction: what the import tells is what is
-- in. `rows`: [{line, phone, first_name, …}], `wrong`: [{line, field, name, reason}]. False: the import is no longer ours.
create function import_rows(tenant text, import text, at timestamptz, rows jsonb, wrong jsonb, read_to bigint, lease_s integer)
returns boolean
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	i public.lead_imports;
	n record;
	overwrite boolean;
begin
	if tenant is distinct from public.current_tenant() then
		raise insufficient_privilege using message = 'the import''s tenant is not the one that is set';
	end if;
	-- Two files at once may hold the same number.
	perform pg_advisory_xact_lock(hashtextextended('leads of ' || tenant, 0));
	select f.* into i from public.lead_imports f where f.tenant_id = tenant and f.id = import for update;
	if i.id is null or i.state <> 'running' or i.lease_until < at then
		return false;
	end if;
	overwrite := i.options ->> 'on_duplicate' = 'update';
	with given as (
		select r.*, row_number() over (partition by r.phone order by r.line) as nth
		from jsonb_to_recordset(rows) as r(line bigint, phone text, first_name text, last_name text, email text, company text,
			timezone text, status text, score integer, tags text[], variables jsonb)
	), judged as (
		select g.*, l.id as known_id, case
			when g.nth > 1 or l.import_id = import then 'in_file'
			when l.id is null then 'new'
			when l.campaign_id = i.campaign_id then 'in_campaign'
			when l.live then 'elsewhere'
			else 'in_tenant' end as is_a,
			i.campaign_id is not null and l.id is not null and l.campaign_id is distinct from i.campaign_id and not l.live
				and (l.state in ('idle', 'queued', 'done', 'failed') or l.state = 'blocked'
					and coalesce(l.state_reason, '') not in ('opted_out', 'erased')) as joins
		from given g left join lateral (
			select l.id, l.campaign_id, l.import_id, l.state, l.state_reason, exists (select from public.voice_campaigns c
				where c.tenant_id = tenant and c.id = l.campaign_id
					and c.status in ('draft', 'scheduled', 'running', 'paused')) as live
			from public.leads l where l.tenant_id = tenant and l.phone = g.phone
			order by l.import_id = import desc nulls last, l.campaign_id = i.campaign_id desc nulls last, l.created_at, l.id limit 1) l
			on true
	), made as (
		insert into public.leads (tenant_id, first_name, last_name, email, phone, company, timezone, status, score, tags, variables,
			campaign_id, import_id)
		select tenant, j.first_name, j.last_name, j.email, j.phone, j.company, j.timezone, coalesce(j.status, 'new'), j.score,
			coalesce(j.tags, '{}'), coalesce(j.variables, '{}'), i.campaign_id, import
		from judged j where j.is_a = 'new'
		returning 1
	), changed as (
		update public.leads l set
			first_name = case when overwrite then coalesce(j.first_name, l.first_name) else l.first_name end,
			last_name = case when overwrite then coalesce(j.last_name, l.last_name) else l.last_name end,
			email = case when overwrite then coalesce(j.email, l.email) else l.email end,
			company = case when overwrite then coalesce(j.company, l.company) else l.company end,
			timezone = case when overwrite then coalesce(j.timezone, l.timezone) else l.timezone end,
			status = case when overwrite then coalesce(j.status, l.status) else l.status end,
			score = case when overwrite then coalesce(j.score, l.score) else l.score end,
			tags = case when overwrite then (select coalesce(array_agg(distinct t), '{}') from unnest(l.tags || j.tags) t) else l.tags end,
			variables = case when overwrite then l.variables || coalesce(j.variables, '{}') else l.variables end,
			import_id = import, campaign_id = case when j.joins then i.campaign_id else l.campaign_id end,
			state = case when j.joins then 'idle' else l.state end,
			state_reason = case when j.joins then null else l.state_reason end, updated_at = at
		from judged j
		where l.tenant_id = tenant and l.id = j.known_id and j.is_a in ('in_tenant', 'in_campaign', 'elsewhere')
			and (overwrite or j.joins)
		returning j.joins
	), barred as (
		select min(j.line) as line from judged j
		join public.dnc_entries d on d.tenant_id = tenant and d.phone_e164 = j.phone and (d.expires_at is null or d.expires_at > at)
		where j.is_a <> 'in_file' group by j.phone
	), told as (
		insert into public.lead_import_errors (tenant_id, import_id, line, field, name, kind, reason)
		select tenant, import, w.line, w.field, w.name, 'bad', w.reason
		from jsonb_to_recordset(wrong) as w(line bigint, field integer, name text, reason text)
		union all
		select tenant, import, b.line, null, 'phone', 'dnc', 'the number is not to be called; the lead is in and will not be dialled'
		from barred b
		on conflict do nothing
	)
	select count(*) as rows, (select count(*) from made) as made, (select count(*) from changed) as changed,
		(select count(*) from changed c where c.joins) as joined, (select count(*) from barred) as barred,
		count(*) filter (where j.is_a = 'in_file') as in_file, count(*) filter (where j.is_a = 'in_tenant') as in_tenant,
		count(*) filter (where j.is_a = 'in_campaign') as in_campaign, count(*) filter (where j.is_a = 'elsewhere') as elsewhere
	into n from judged j;
	update public.lead_imports f set rows = f.rows + n.rows + jsonb_array_length(wrong), accepted = f.accepted + n.made,
		updated = f.updated + case when overwrite then n.changed else 0 end, attached = f.attached + n.joined,
		bad = f.bad + jsonb_array_length(wrong), in_file = f.in_file + n.in_file, in_tenant = f.in_tenant + n.in_tenant,
		in_campaign = f.in_campaign + n.in_campaign, elsewhere = f.elsewhere + n.elsewhere, dnc = f.dnc + n.barred,
		read_bytes = read_to, lease_until = at + lease_s * interval '1 second', updated_at = at
	where f.tenant_id = tenant and f.id = import;
	return true;
end $$;

-- The file is at its end, or will not get there (why not null). Leads that came to a campaign at work are taken in by it.
create function import_finish(tenant text, import text, at timestamptz, why text) returns setof lead_imports
language plpgsql volatile
as $$
declare
	i public.lead_imports;
begin
	if tenant is distinct from public.current_tenant() then
		raise insufficient_privilege using message = 'the import''s tenant is not the one that is set';
	end if;
	update public.lead_imports f set state = case when why is null then 'done' else 'failed' end, reason = why, finished_at = at,
		updated_at = at
	where f.tenant_id = tenant and f.id = import and f.state in ('receiving', 'running') returning f.* into i;
	if i.id is not null and i.campaign_id is not null and exists (select from public.voice_campaigns c
			where c.tenant_id = tenant and c.id = i.campaign_id and c.status in ('running', 'paused')) then
		perform public.campaign_enrol(tenant, i.campaign_id, at, 2000);
	end if;
	return query select f.* from public.lead_imports f where f.tenant_id = tenant and f.id = import;
end $$;

-- ── leads ──

create function lead_body(l leads) returns jsonb
language sql stable
as $$
	select public.without_nulls(jsonb_build_object('id', l.id, 'firstName', l.first_name, 'lastName', l.last_name, 'name', l.name, 'email', l.email,
		'phone', l.phone, 'company', l.company, 'timezone', l.timezone, 'region', l.region, 'status', l.status, 'score', l.score,
		'tags', l.tags, 'variables', l.variables, 'campaignId', l.campaign_id, 'state', l.state, 'stateReason', l.state_reason,
		'attempts', l.campaign_attempt, 'nextAt', l.next_at, 'lastCallId', l.last_call_id, 'lastOutcome', l.last_outcome,
		'createdAt', l.created_at, 'updatedAt', l.updated_at))
$$;

-- What a PATCH changes: only what is there, null empties. Phone and the rest were checked.
create function lead_change(tenant text, lead text, doc jsonb) returns setof leads
language plpgsql volatile
as $$
#variable_conflict use_column
begin
	return query update public.leads l set
		phone = case when doc ? 'phone' then doc ->> 'phone' else l.phone end,
		first_name = case when doc ? 'firstName' then doc ->> 'firstName' else l.first_name end,
		last_name = case when doc ? 'lastName' then doc ->> 'lastName' else l.last_name end,
		email = case when doc ? 'email' then doc ->> 'email' else l.email end,
		company = case when doc ? 'company' then doc ->> 'company' else l.company end,
		timezone = case when doc ? 'timezone' then doc ->> 'timezone' else l.timezone end,
		status = case when doc ? 'status' then coalesce(doc ->> 'status', 'new') else l.status end,
		score = case when doc ? 'score' then (doc ->> 'score')::integer else l.score end,
		tags = case when doc ? 'tags' then public.json_texts(coalesce(doc -> 'tags', '[]')) else l.tags end,
		variables = case when doc ? 'variables' then coalesce(nullif(doc -> 'variables', 'null'), '{}') else l.variables end,
		updated_at = now()
	where l.tenant_id = tenant and l.id = lead and tenant = public.current_tenant() and l.state not in ('dialing', 'in-call')
	returning l.*;
end $$;

-- Leads of a request: [{phone, firstName, …}]. One of a number that is there is left as it is, and named.
create function lead_batch(tenant text, docs jsonb, campaign text, at timestamptz)
returns table (place bigint, id text, known boolean)
language plpgsql volatile
as $$
#variable_conflict use_column
begin
	if tenant is distinct from public.current_tenant() then
		raise insufficient_privilege using message = 'the leads'' tenant is not the one that is set';
	end if;
	perform pg_advisory_xact_lock(hashtextextended('leads of ' || tenant, 0));
	return query
	with given as (
		select d.doc, d.nth, row_number() over (partition by d.doc ->> 'phone' order by d.nth) as again
		from jsonb_array_elements(docs) with ordinality as d(doc, nth)
	), there as (
		select g.nth, min(l.id) as id from given g join public.leads l on l.tenant_id = tenant and l.phone = g.doc ->> 'phone' group by 1
	), made as (
		insert into public.leads (tenant_id, id, phone, first_name, last_name, email, company, timezone, status, score, tags, variables,
			campaign_id)
		select tenant, public.new_id('lead'), g.doc ->> 'phone', g.doc ->> 'firstName', g.doc ->> 'lastName', g.doc ->> 'email',
			g.doc ->> 'company', g.doc ->> 'timezone', coalesce(g.doc ->> 'status', 'new'), (g.doc ->> 'score')::integer,
			public.json_texts(coalesce(nullif(g.doc -> 'tags', 'null'), '[]')), coalesce(nullif(g.doc -> 'variables', 'null'), '{}'),
			campaign
		from given g where g.again = 1 and not exists (select from there t where t.nth = g.nth)
		returning id, phone
	)
	select g.nth, coalesce(t.id, m.id), t.id is not null or g.again > 1
	from given g left join there t on t.nth = g.nth left join made m on m.phone = g.doc ->> 'phone'
	order by g.nth;
	if exists (select from public.voice_campaigns c where c.tenant_id = tenant and c.id = campaign
			and c.status in ('running', 'paused')) then
		perform public.campaign_enrol(tenant, campaign, at, 2000);
	end if;
end $$;

-- Puts leads into a campaign, by id. Who is in another live one, or is being called, stays where he is.
create function lead_attach(tenant text, campaign text, ids jsonb, at timestamptz)
returns table (id text, attached boolean, why text)
language plpgsql volatile
as $$
#variable_conflict use_column
begin
	if tenant is distinct from public.current_tenant() then
		raise insufficient_privilege using message = 'the leads'' tenant is not the one that is set';
	end if;
	return query
	with asked as (
		select a.id, min(a.nth) as nth from jsonb_array_elements_text(ids) with ordinality as a(id, nth) group by 1
	), judged as (
		select a.id, a.nth, l.id is not null as there, case
			when l.id is null then 'not_found'
			when l.campaign_id = campaign then 'in_campaign'
			when l.state in ('dialing', 'in-call', 'unknown') then 'being_called'
			when l.state = 'blocked' and coalesce(l.state_reason, '') in ('opted_out', 'erased') then l.state_reason
			when exists (select from public.voice_campaigns c where c.tenant_id = tenant and c.id = l.campaign_id
				and c.status in ('draft', 'scheduled', 'running', 'paused')) then 'in_other_campaign' end as why
		from asked a left join public.leads l on l.tenant_id = tenant and l.id = a.id
	), moved as (
		update public.leads l set campaign_id = campaign, state = 'idle', state_reason = null, updated_at = at
		from judged j where l.tenant_id = tenant and l.id = j.id and j.why is null
		returning l.id
	)
	select j.id, m.id is not null, j.why from judged j left join moved m on m.id = j.id order by j.nth;
	if exists (select from public.voice_campaigns c where c.tenant_id = tenant and c.id = campaign
			and c.status in ('running', 'paused')) then
		perform public.campaign_enrol(tenant, campaign, at, 2000);
	end if;
end $$;

-- ── campaigns ──

create function delays_ok(delays jsonb) returns boolean
language sql immutable
as $$
	select coalesce(jsonb_typeof(delays) = 'array' and jsonb_array_length(delays) <= 10 and not jsonb_path_exists(delays,
		'$[*] ? (@.type() != "number" || @ < 60 || @ > 2592000 || @ != @.floor())'), false)
$$;

create function campaign_body(c voice_campaigns) returns jsonb
language sql stable
as $$
	select public.without_nulls(jsonb_build_object('id', c.id, 'name', c.name, 'description', c.description, 'status', c.status,
		'statusReason', c.status_reason, 'agentId', c.voice_agent_id, 'phoneNumberId', c.phone_number_id, 'kind', c.kind,
		'segment', c.target_segment, 'schedule', jsonb_strip_nulls(jsonb_build_object(
			'retryWindows', c.call_schedule -> 'retry_windows', 'days', c.call_schedule -> 'days')),
		'maxConcurrentCalls', c.max_concurrent_calls, 'callsPerSecond', c.calls_per_second, 'maxCallsPerDay', c.max_calls_per_day,
		'callIntervalMs', c.call_interval_ms, 'maxAttempts', c.max_attempts, 'retryDelays', c.retry_delays_s, 'timezone', c.timezone,
		'consentRequired', c.consent_required, 'scheduledAt', c.scheduled_at, 'startedAt', c.started_at,
		'completedAt', c.completed_at, 'totalContacts', c.total_contacts, 'completedCalls', c.completed_calls,
		'successfulCalls', c.successful_calls, 'createdAt', c.created_at, 'updatedAt', c.updated_at))
$$;

-- Writes what a request says over a campaign that is there, or a new one (campaign null). wrong: the member that does not
-- do, and why; nothing was written then. code 'not_found', 'bad_state'.
create function campaign_write(tenant text, campaign text, fresh text, doc jsonb, person text)
returns table (body jsonb, code text, wrong text, why text)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	c public.voice_campaigns;
	s record;
begin
	if tenant is distinct from public.current_tenant() then
		raise insufficient_privilege using message = 'the campaign''s tenant is not the one that is set';
	end if;
	if campaign is not null then
		select v.* into c from public.voice_campaigns v where v.tenant_id = tenant and v.id = campaign for update;
		if c.id is null then
			return query select null::jsonb, 'not_found', null::text, null::text;
			return;
		elsif c.status in ('completed', 'failed', 'cancelled') then
			return query select null::jsonb, 'bad_state', null::text, format('the campaign is %s', c.status);
			return;
		end if;
	else
		insert into public.voice_campaigns (tenant_id, id, name, created_by) values (tenant, fresh, doc ->> 'name', person)
		returning * into c;
	end if;
	c.name := coalesce(doc ->> 'name', c.name);
	c.description := case when doc ? 'description' then nullif(doc ->> 'description', '') else c.description end;
	c.voice_agent_id := case when doc ? 'agentId' then nullif(doc ->> 'agentId', '') else c.voice_agent_id end;
	c.phone_number_id := case when doc ? 'phoneNumberId' then nullif(doc ->> 'phoneNumberId', '') else c.phone_number_id end;
	c.kind := coalesce(doc ->> 'kind', c.kind);
	c.target_segment := case when doc ? 'segment' then nullif(doc -> 'segment', 'null') else c.target_segment end;
	if jsonb_typeof(doc -> 'schedule') = 'object' then
		c.call_schedule := jsonb_strip_nulls(jsonb_build_object('retry_windows', doc -> 'schedule' -> 'retryWindows',
			'days', doc -> 'schedule' -> 'days'));
	end if;
	c.max_concurrent_calls := coalesce((doc ->> 'maxConcurrentCalls')::integer, c.max_concurrent_calls);
	c.calls_per_second := coalesce((doc ->> 'callsPerSecond')::numeric, c.calls_per_second);
	c.max_calls_per_day := coalesce((doc ->> 'maxCallsPerDay')::integer, c.max_calls_per_day);
	c.call_interval_ms := coalesce((doc ->> 'callIntervalMs')::integer, c.call_interval_ms);
	c.max_attempts := coalesce((doc ->> 'maxAttempts')::integer, c.max_attempts);
	if public.delays_ok(doc -> 'retryDelays') then
		select coalesce(array_agg(d::integer order by nth), '{}') into c.retry_delays_s
		from jsonb_array_elements_text(doc -> 'retryDelays') with ordinality as x(d, nth);
	end if;
	c.timezone := case when doc ? 'timezone' then nullif(doc ->> 'timezone', '') else c.timezone end;
	c.consent_required := coalesce((doc ->> 'consentRequired')::boolean, c.consent_required);
	c.scheduled_at := case when doc ? 'scheduledAt' then nullif(doc ->> 'scheduledAt', '')::timestamptz else c.scheduled_at end;

	select r.* into s from public.read_segment(tenant, c.target_segment) r;
	if c.voice_agent_id is not null and not exists (select from public.voice_agents a
			where a.tenant_id = tenant and a.id = c.voice_agent_id and a.deleted_at is null) then
		return query select null::jsonb, null::text, '/agentId', 'is no agent of yours';
	elsif c.phone_number_id is not null and not exists (select from public.voice_phone_numbers n
			where n.tenant_id = tenant and n.id = c.phone_number_id) then
		return query select null::jsonb, null::text, '/phoneNumberId', 'is no number of yours';
	elsif doc ? 'retryDelays' and not public.delays_ok(doc -> 'retryDelays') then
		return query select null::jsonb, null::text, '/retryDelays', 'must be up to 10 whole numbers of seconds, 60 to 2592000 each';
	elsif doc ? 'schedule' and (jsonb_typeof(doc -> 'schedule') <> 'object' or exists (
			select from jsonb_object_keys(case when jsonb_typeof(doc -> 'schedule') = 'object' then doc -> 'schedule' else '{}' end) k
			where k not in ('retryWindows', 'days'))) then
		return query select null::jsonb, null::text, '/schedule', 'must be an object of retryWindows and days';
	elsif public.calling_schedule_error(c.call_schedule) is not null then
		return query select null::jsonb, null::text, '/schedule', public.calling_schedule_error(c.call_schedule);
	elsif c.timezone is not null and not exists (select from pg_catalog.pg_timezone_names z where z.name = c.timezone) then
		return query select null::jsonb, null::text, '/timezone', 'is no name of the zone database, as Asia/Kolkata is';
	elsif s.code is not null then
		return query select null::jsonb, null::text, '/segment', s.detail;
	else
		update public.voice_campaigns v set name = c.name, description = c.description, voice_agent_id = c.voice_agent_id,
			phone_number_id = c.phone_number_id, kind = c.kind, target_segment = c.target_segment, call_schedule = c.call_schedule,
			max_concurrent_calls = c.max_concurrent_calls, calls_per_second = c.calls_per_second,
			max_calls_per_day = c.max_calls_per_day, call_interval_ms = c.call_interval_ms, max_attempts = c.max_attempts,
			retry_delays_s = c.retry_delays_s, timezone = c.timezone, consent_required = c.consent_required,
			scheduled_at = c.scheduled_at, updated_at = now()
		where v.tenant_id = tenant and v.id = c.id returning v.* into c;
		return query select public.campaign_body(c), null::text, null::text, null::text;
		return;
	end if;
	if campaign is null then
		delete from public.voice_campaigns v where v.tenant_id = tenant and v.id = fresh;
	end if;
end $$;

-- Calls of a campaign that ended, by the day of its zone.
create function campaign_by_day(tenant text, campaign text, since timestamptz)
returns table (day date, total bigint, connected bigint, qualified bigint, failed bigint, seconds bigint, cost_usd numeric,
	cost_inr numeric)
language sql stable
as $$
	select timezone(z.zone, r.ended_at)::date, count(*), count(*) filter (where public.call_is_connected(coalesce(r.outcome, r.status))),
		count(*) filter (where r.outcome = 'qualified'), count(*) filter (where r.status = 'failed' or r.outcome = 'failed'),
		coalesce(sum(r.duration_seconds), 0)::bigint, coalesce(sum(r.cost), 0), coalesce(sum(r.cost_inr), 0)
	from public.voice_call_records r
	cross join (select coalesce(c.timezone, t.settings ->> 'timezone', 'UTC') as zone from public.voice_campaigns c
		join public.tenants t on t.id = c.tenant_id where c.tenant_id = campaign_by_day.tenant and c.id = campaign) z
	where r.tenant_id = campaign_by_day.tenant and r.campaign_id = campaign and r.closed_at is not null
		and r.direction = 'outbound' and r.ended_at >= since
		and not (r.status = 'failed' and coalesce(r.end_reason, '') in ('not_placed', 'refused'))
	group by 1 order by 1
$$;

-- The members of an object as the API spells them: by_outcome is byOutcome. What is inside them stays.
create function camel_keys(j jsonb) returns jsonb
language sql immutable
as $$
	select coalesce(jsonb_object_agg((select string_agg(case when n = 1 then w else initcap(w) end, '' order by n)
		from unnest(string_to_array(key, '_')) with ordinality as x(w, n)), value), '{}')
	from jsonb_each(j)
$$;

grant execute on function camel_keys(jsonb), without_nulls(jsonb), delays_ok(jsonb), import_body(lead_imports), import_rows(text, text, timestamptz, jsonb, jsonb, bigint, integer),
	import_finish(text, text, timestamptz, text), lead_body(leads), lead_change(text, text, jsonb),
	lead_batch(text, jsonb, text, timestamptz), lead_attach(text, text, jsonb, timestamptz), campaign_body(voice_campaigns),
	campaign_write(text, text, text, jsonb, text), campaign_by_day(text, text, timestamptz) to invorto_app;
