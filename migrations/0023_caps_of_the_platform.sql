-- compatible: alerts and at-risk marks know the caps that the platform's configuration gives tenants that name none.
set local role invorto_owner;

-- As before, and where neither the tenant nor the caller names a cap what the transaction was told: app.default_caps,
-- an object like `defaults`.
create or replace function caps_of(tenant text, defaults jsonb)
returns table (live bigint, max_live numeric, cost_inr numeric, daily_cap numeric, minutes numeric, monthly_cap numeric)
language sql stable
as $$
	with s as (select
		coalesce(nullif(current_setting('app.default_caps', true), '')::jsonb, '{}') || defaults
			|| coalesce((select settings from public.tenants where id = tenant), '{}') as settings)
	select
		(select count(*) from public.voice_call_records c where c.tenant_id = tenant and c.closed_at is null
			and c.started_at > now() - interval '1 day'),
		coalesce((s.settings -> 'max_concurrent_calls')::numeric, 0),
		(select coalesce(sum(l.cost_inr), 0) from public.voice_usage_ledger l
			where l.tenant_id = tenant and l.occurred_at > now() - interval '24 hours'),
		coalesce((s.settings -> 'daily_cost_cap_inr')::numeric, 0),
		(select coalesce(sum(l.duration_seconds), 0) / 60.0 from public.voice_usage_ledger l
			where l.tenant_id = tenant and l.occurred_at > now() - interval '30 days'),
		coalesce((s.settings -> 'monthly_minute_cap')::numeric, 0)
	from s
$$;
