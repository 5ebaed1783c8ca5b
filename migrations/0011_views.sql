-- The first seed's names for the same rows. All with the asker's own rights: row security holds through them.
set local role invorto_owner;

create view agents with (security_invoker = true) as
	select id, tenant_id, name, version, config, status, created_at, updated_at
	from voice_agents where deleted_at is null;

create view calls with (security_invoker = true) as
	select id, tenant_id, voice_agent_id as agent_id, direction, from_number as from_num, to_number as to_num, status,
		started_at, ended_at, duration_seconds as duration_sec, coalesce(cost_inr, 0) as cost_inr, created_at, updated_at
	from voice_call_records;

create view events with (security_invoker = true) as
	select tenant_id, seq as id, call_id, at as ts, kind, payload
	from call_timeline;

create view call_stats with (security_invoker = true) as
	select tenant_id, (started_at at time zone 'UTC')::date as day, count(*) as n_calls,
		sum(duration_seconds) as dur, avg(duration_seconds) as avg_dur, sum(cost_inr) as cost
	from voice_call_records group by 1, 2;

grant select on agents, calls, events, call_stats to invorto_app, invorto_worker;
