-- What the API asks of calls: to make one within the tenant's caps, to say how one stands, to tell its summary.
set local role invorto_owner;

-- A tenant's caps (its settings, else `defaults`: {max_concurrent_calls, daily_cost_cap_inr, monthly_minute_cap}; 0 is
-- no cap) and what stands against them: live calls, rupees of the last 24 hours, minutes of the last 30 days.
create index voice_call_records_live on voice_call_records (tenant_id, started_at) where closed_at is null;

create function caps_of(tenant text, defaults jsonb)
returns table (live bigint, max_live numeric, cost_inr numeric, daily_cap numeric, minutes numeric, monthly_cap numeric)
language sql stable
as $$
	with s as (select coalesce((select settings from public.tenants where id = tenant), '{}') as settings)
	select
		(select count(*) from public.voice_call_records c where c.tenant_id = tenant and c.closed_at is null
			and c.started_at > now() - interval '1 day'),
		coalesce((s.settings -> 'max_concurrent_calls')::numeric, (defaults -> 'max_concurrent_calls')::numeric, 0),
		(select coalesce(sum(l.cost_inr), 0) from public.voice_usage_ledger l
			where l.tenant_id = tenant and l.occurred_at > now() - interval '24 hours'),
		coalesce((s.settings -> 'daily_cost_cap_inr')::numeric, (defaults -> 'daily_cost_cap_inr')::numeric, 0),
		(select coalesce(sum(l.duration_seconds), 0) / 60.0 from public.voice_usage_ledger l
			where l.tenant_id = tenant and l.occurred_at > now() - interval '30 days'),
		coalesce((s.settings -> 'monthly_minute_cap')::numeric, (defaults -> 'monthly_minute_cap')::numeric, 0)
	from s
$$;
grant execute on function caps_of(text, jsonb) to invorto_app, invorto_worker;

create function create_call(tenant text, call text, agent text, direction text, to_number text, from_number text,
	metadata jsonb, test boolean, defaults jsonb)
returns table (refusal text, used numeric, cap numeric, call_id text, agent_id text, started_at timestamptz)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	c record;
	a voice_agents;
	made voice_call_records;
	settings jsonb := defaults || coalesce((select t.settings from tenants t where t.id = tenant), '{}');
	capped boolean := (settings -> 'max_concurrent_calls')::numeric > 0 or (settings -> 'daily_cost_cap_inr')::numeric > 0
		or (settings -> 'monthly_minute_cap')::numeric > 0;
begin
	select v.* into a from voice_agents v
	where v.tenant_id = tenant and v.id = agent and v.deleted_at is null and v.status = 'active';
	if a.id is null then
		return query select 'agent', null::numeric, null::numeric, null::text, null::text, null::timestamptz;
		return;
	end if;
	if capped then
		-- One at a time for a tenant: two that each see room for one are one too many.
		perform pg_advisory_xact_lock(hashtextextended('create_call:' || tenant, 0));
		select * into c from caps_of(tenant, defaults);
	else
		select 0 as live, 0 as max_live, 0 as cost_inr, 0 as daily_cap, 0 as minutes, 0 as monthly_cap into c;
	end if;
	if c.max_live > 0 and c.live >= c.max_live then
		return query select 'concurrent', c.live::numeric, c.max_live, null::text, null::text, null::timestamptz;
	elsif c.daily_cap > 0 and c.cost_inr >= c.daily_cap then
		return query select 'daily_cost', c.cost_inr, c.daily_cap, null::text, null::text, null::timestamptz;
	elsif c.monthly_cap > 0 and c.minutes >= c.monthly_cap then
		return query select 'monthly_minutes', c.minutes, c.monthly_cap, null::text, null::text, null::timestamptz;
	else
		insert into voice_call_records (tenant_id, id, direction, status, voice_agent_id, agent_version, agent, to_number,
			from_number, customer_number, metadata, test)
		values (tenant, call, direction, 'created', a.id, a.version, a.config, to_number, from_number,
			case direction when 'inbound' then from_number else to_number end, coalesce(metadata, '{}'), test)
		returning * into made;
		return query select null::text, null::numeric, null::numeric, made.id, a.id, made.started_at;
	end if;
end $$;
grant execute on function create_call(text, text, text, text, text, text, jsonb, boolean, jsonb) to invorto_app;

create function patch_call_status(tenant text, call text, next text, more jsonb)
returns table (changed boolean, status text, was text)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	c voice_call_records;
	before text;
begin
	select r.* into c from voice_call_records r where r.tenant_id = tenant and r.id = call for update;
	if c.id is null then
		return;
	end if;
	before := c.status;
	if c.closed_at is not null then
		return query select next = c.status, c.status, c.status;
		return;
	end if;
	update voice_call_records r set status = next, metadata = r.metadata || coalesce(more, '{}'),
		answered_at = case when next in ('answered', 'in-progress', 'active') then coalesce(r.answered_at, now())
			else r.answered_at end
	where r.tenant_id = tenant and r.id = call returning r.* into c;
	insert into call_timeline (tenant_id, call_id, seq, kind, payload)
	select tenant, call, coalesce(max(t.seq), 0) + 1, 'call.status_changed', jsonb_build_object('from', before, 'to', next)
	from call_timeline t where t.tenant_id = tenant and t.call_id = call;
	return query select true, c.status, before;
end $$;
grant execute on function patch_call_status(text, text, text, jsonb) to invorto_app;

create function put_call_summary(tenant text, call text, text_of text, body jsonb, event jsonb) returns text
language plpgsql volatile
as $$
declare
	found text;
	payload text := (event || jsonb_build_object('summary', coalesce(body -> 'summary', to_jsonb(text_of))))::text;
begin
	update public.voice_call_records r set summary = coalesce(text_of, r.summary), summary_json = body
	where r.tenant_id = tenant and r.id = call returning r.id into found;
	if found is not null then
		-- What somebody writes into a call is the older event; agent.summary is what the review finds.
		perform public.enqueue_event(tenant, 'call.summary', call,
			'call.summary:' || call || ':' || encode(sha256(convert_to(body::text, 'UTF8')), 'hex'), payload,
			event ->> 'eventId');
	end if;
	return found;
end $$;
grant execute on function put_call_summary(text, text, text, jsonb, jsonb) to invorto_app, invorto_worker;

-- 80 and 100 % of a cap, told once a period, in the transaction that reached it.
create function tell_caps() returns trigger
language plpgsql
as $$
declare
	c record;
	k record;
	event text;
begin
	select * into c from public.caps_of(new.tenant_id, '{}');
	for k in
		select * from (values
			('daily_cost_inr', to_char(now() at time zone 'UTC', 'YYYY-MM-DD'), c.cost_inr, c.daily_cap),
			('monthly_minutes', to_char(now() at time zone 'UTC', 'YYYY-MM'), c.minutes, c.monthly_cap)
		) as v(kind, period, used, cap) cross join (values (80), (100)) as p(percent)
		where cap > 0 and used >= cap * percent / 100.0
	loop
		insert into public.usage_alerts (tenant_id, kind, period, percent, used, cap)
		values (new.tenant_id, k.kind, k.period, k.percent, k.used, k.cap)
		on conflict do nothing;
		if found then
			event := public.new_id('evt');
			perform public.enqueue_event(new.tenant_id, 'system.alert', null,
				'cap:' || k.kind || ':' || k.period || ':' || k.percent,
				jsonb_build_object('type', 'system.alert', 'schemaVersion', 'system.alert.v1', 'eventId', event,
					'tenantId', new.tenant_id, 'kind', k.kind, 'period', k.period, 'percent', k.percent,
					'used', k.used, 'cap', k.cap,
					'timestamp', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))::text, event);
		end if;
	end loop;
	return null;
end $$;
create trigger tell_caps after insert on voice_usage_ledger for each row execute function tell_caps();

-- What an agent's calls came to, kept beside it: counted each time it is looked at, a busy agent would be slow to see.
alter table voice_agents
	add column calls_ended bigint not null default 0,
	add column calls_cost_inr numeric(16, 4) not null default 0;

-- A call may be closed by either role.
grant update (calls_ended, calls_cost_inr) on voice_agents to invorto_worker;

create function count_call() returns trigger
language plpgsql
as $$
begin
	update public.voice_agents a set calls_ended = a.calls_ended + 1, calls_cost_inr = a.calls_cost_inr + new.cost_inr
	where a.tenant_id = new.tenant_id and a.id = new.agent_id;
	return null;
end $$;
create trigger count_call after insert on voice_usage_ledger
	for each row when (new.agent_id is not null and new.usage_type <> 'transcription') execute function count_call();
