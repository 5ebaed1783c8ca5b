-- compatible: one more function, for calls that are asked for at the same time.
set local role invorto_owner;

-- create_call for many, with the same caps: a statement and a transaction cost several times what a row does. `wanted` is
-- an array of {id, agent, direction, to, from, metadata, test, audit: {id, kind, actor, action, request, ip}}, judged in
-- its order: a cap that is reached in the middle refuses those behind. Each has a row of the answer, n is its place; what
-- is refused harms nobody, what cannot be written (a bad value, an id that is there) undoes all.
create function create_calls(tenant text, defaults jsonb, wanted jsonb)
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
				metadata jsonb, test boolean, audit jsonb)) with ordinality
			as w(id, agent, direction, to_number, from_number, metadata, test, audit, n)
		left join lateral (
			select v.id, v.version, v.config from voice_agents v
			where v.tenant_id = tenant and v.id = w.agent and v.deleted_at is null and v.status = 'active'
			limit 1) a on true
	), made as (
		insert into voice_call_records (tenant_id, id, direction, status, voice_agent_id, agent_version, agent, to_number,
			from_number, customer_number, metadata, test)
		select tenant, k.id, k.direction, 'created', k.agent_id, k.version, k.config, k.to_number, k.from_number,
			case k.direction when 'inbound' then k.from_number else k.to_number end, coalesce(k.metadata, '{}'),
			coalesce(k.test, false)
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
grant execute on function create_calls(text, jsonb, jsonb) to invorto_app;
