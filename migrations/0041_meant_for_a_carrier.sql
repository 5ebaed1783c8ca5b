-- compatible: the same functions, told one thing more by who knows it. Calls that nobody dials after all.
set local role invorto_owner;

-- A call that is about to be dialled is written with its carrier: so it has a row in call_checks from the beginning. It was
-- given one with the right to dial, and a process that died between the call's row and that right left a call that nobody
-- looked after: open for ever, and counted as one of the tenant's live ones.

-- As before; `wanted` may say "carrier".
create or replace function create_calls(tenant text, defaults jsonb, wanted jsonb)
returns table (n bigint, refusal text, used numeric, cap numeric, call_id text, agent_id text, started_at timestamptz)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	settings jsonb := defaults || coalesce((select t.settings from tenants t where t.id = tenant), '{}');
	live bigint := 0;
	max_live numeric := 0;
	cost numeric := 0;
	daily_cap numeric := 0;
	minutes numeric := 0;
	monthly_cap numeric := 0;
begin
	if (settings -> 'max_concurrent_calls')::numeric > 0 or (settings -> 'daily_cost_cap_inr')::numeric > 0
		or (settings -> 'monthly_minute_cap')::numeric > 0 then
		-- One at a time for a tenant, as create_call: two that each see room for one are one too many.
		perform pg_advisory_xact_lock(hashtextextended('create_call:' || tenant, 0));
		select k.live, k.max_live, k.cost_inr, k.daily_cap, k.minutes, k.monthly_cap
		into live, max_live, cost, daily_cap, minutes, monthly_cap
		from caps_of(tenant, defaults) k;
	end if;
	return query
	with asked as materialized (
		-- A call that was just made costs nothing yet and has no minutes, but it is live.
		select w.*, a.id as agent_id, a.version, a.config, case
			when a.id is null then 'agent'
			when max_live > 0 and live + count(a.id) over (order by w.n) > max_live then 'concurrent'
			when daily_cap > 0 and cost >= daily_cap then 'daily_cost'
			when monthly_cap > 0 and minutes >= monthly_cap then 'monthly_minutes' end as refusal
		from rows from (jsonb_to_recordset(wanted) as (id text, agent text, direction text, "to" text, "from" text,
				metadata jsonb, test boolean, audit jsonb, carrier text)) with ordinality
			as w(id, agent, direction, to_number, from_number, metadata, test, audit, carrier, n)
		left join lateral (
			select v.id, v.version, v.config from voice_agents v
			where v.tenant_id = tenant and v.id = w.agent and v.deleted_at is null and v.status = 'active'
			limit 1) a on true
	), made as (
		insert into voice_call_records (tenant_id, id, direction, status, voice_agent_id, agent_version, agent, to_number,
			from_number, customer_number, metadata, test, carrier)
		select tenant, k.id, k.direction, 'created', k.agent_id, k.version, k.config, k.to_number, k.from_number,
			case k.direction when 'inbound' then k.from_number else k.to_number end, coalesce(k.metadata, '{}'),
			coalesce(k.test, false), k.carrier
		from asked k where k.refusal is null
	), logged as (
		insert into audit_log (tenant_id, id, actor_kind, actor_id, action, entity_id, request_id, ip)
		select tenant, k.audit ->> 'id', k.audit ->> 'kind', k.audit ->> 'actor', k.audit ->> 'action', k.id,
			k.audit ->> 'request', (k.audit ->> 'ip')::inet
		from asked k where k.refusal is null and k.audit is not null
	)
	select k.n, k.refusal,
		case k.refusal when 'concurrent' then greatest(live, max_live) when 'daily_cost' then cost
			when 'monthly_minutes' then minutes end,
		case k.refusal when 'concurrent' then max_live when 'daily_cost' then daily_cap
			when 'monthly_minutes' then monthly_cap end,
		case when k.refusal is null then k.id end, k.agent_id, case when k.refusal is null then now() end
	from asked k;
end $$;

-- As before, of a call that is to be dialled over this carrier.
create function start_call_once(tenant text, call text, agent text, to_number text, from_number text, lead text,
	metadata jsonb, test boolean, defaults jsonb, carrier text)
returns table (refusal text, used text, cap text, call_id text, again boolean)
language plpgsql volatile
as $$
#variable_conflict use_column
begin
	select s.refusal, s.used, s.cap, s.call_id, s.again into refusal, used, cap, call_id, again
	from public.start_call_once(tenant, call, agent, to_number, from_number, lead, metadata, test, defaults) s;
	if refusal is null and not again then
		update public.voice_call_records r set carrier = start_call_once.carrier
		where r.tenant_id = tenant and r.id = call_id and r.status = 'created';
	end if;
	return next;
end $$;
grant execute on function start_call_once(text, text, text, text, text, text, jsonb, boolean, jsonb, text) to invorto_app;

-- Has anybody asked a carrier for it, or its media, and is it not over? Volatile: asked behind begin_dial in one statement,
-- it sees what that has waited for.
create function call_is_up(tenant text, call text) returns boolean
language plpgsql volatile
as $$
begin
	return exists (select from public.voice_call_records r where r.tenant_id = tenant and r.id = call and r.closed_at is null
		and (r.dialled_at is not null or r.instance_id is not null));
end $$;
grant execute on function call_is_up(text, text) to invorto_app, invorto_worker;

-- As before; and a lead that was barred, or was done with, while it was claimed has its attempt back as well.
create or replace function campaign_unclaim(tenant text, call text, at timestamptz, wait interval, why text) returns boolean
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
		state = case when l.state <> 'dialing' then l.state
			when why is not null then 'failed'
			when exists (select from public.voice_campaigns g where g.tenant_id = tenant and g.id = c.campaign_id
				and g.status in ('running', 'paused')) then 'queued'
			else 'idle' end,
		state_reason = case when l.state = 'dialing' then why else l.state_reason end,
		next_at = case when l.state = 'dialing' then at + wait else l.next_at end,
		campaign_attempt = l.campaign_attempt - 1, lease_owner = null, lease_until = null, last_call_id = null,
		updated_at = now()
	where l.tenant_id = tenant and l.id = c.lead_id and l.last_call_id = call;
	update public.campaign_pace p set day_calls = greatest(0, p.day_calls - 1),
		wake_at = least(p.wake_at, at), idle = false
	where p.tenant_id = tenant and p.campaign_id = c.campaign_id;
	return true;
end $$;
