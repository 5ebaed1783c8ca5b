-- compatible: the same indexes with more in them, the same functions with less to read.
set local role invorto_owner;

-- What reports add up stands in the index they go through: they read every call of a campaign, and rows of calls are wide.
drop index voice_call_records_by_campaign;
create index voice_call_records_by_campaign on voice_call_records (tenant_id, campaign_id, started_at desc)
	include (id, outcome, duration_seconds, cost) where campaign_id is not null;
drop index voice_usage_ledger_by_date;
create index voice_usage_ledger_by_date on voice_usage_ledger (tenant_id, usage_date)
	include (duration_seconds, cost_usd, cost_inr);

-- Calls are found by when they began; what is asked is when they ended. Nobody talks for a day.
create function longest_call() returns interval
language sql immutable parallel safe
as $$ select interval '1 day' $$;
grant execute on function longest_call() to invorto_app, invorto_worker;

create or replace function campaign_metrics(tenant text, campaign text, since interval) returns jsonb
language sql stable
as $$
	with calls as (
		select r.status, coalesce(r.outcome, r.status) as outcome, r.duration_seconds, r.cost, r.cost_inr, r.abandoned,
			r.status = 'failed' and coalesce(r.end_reason, '') in ('not_placed', 'refused') as refused
		from public.voice_call_records r
		where r.tenant_id = campaign_metrics.tenant and r.campaign_id = campaign and r.closed_at is not null
			and r.direction = 'outbound' and (since is null or r.ended_at > now() - since)
			and r.started_at > coalesce(now() - since - public.longest_call(), '-infinity')
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

create or replace function kernel_counts(tenant text, campaign text, at timestamptz, over interval, parity boolean)
returns table (total bigint, completed bigint, failed bigint, connected bigint, qualified bigint, no_answer bigint, busy bigint,
	voicemail bigint, seconds bigint, cost_usd numeric)
language sql stable
as $$
	select count(*), count(*) filter (where k.status = 'completed'),
		count(*) filter (where k.status = 'failed' or (not parity and k.outcome = 'failed')),
		count(*) filter (where k.reached), count(*) filter (where k.good and (parity or k.reached)),
		count(*) filter (where k.status = 'no-answer' or k.outcome = 'no-answer'),
		count(*) filter (where k.status = 'busy' or k.outcome = 'busy'), count(*) filter (where k.outcome = 'voicemail'),
		coalesce(sum(k.duration_seconds), 0), coalesce(sum(k.cost), 0)
	from (
		select c.status, c.outcome, c.duration_seconds, c.cost,
			case when parity then c.status = 'completed' and c.outcome = 'connected'
				else coalesce(public.call_is_connected(coalesce(c.outcome, c.status)), false) end as reached,
			c.outcome = 'qualified' or case when jsonb_typeof(c.analysis -> 'qualification_score') = 'number'
				then (c.analysis -> 'qualification_score')::numeric >= 7 else false end as good
		from public.voice_call_records c
		where c.tenant_id = tenant and c.campaign_id = campaign
			and c.started_at > case when parity then '-infinity' else at - over - public.longest_call() end
			and (parity or (c.closed_at is not null and c.direction = 'outbound' and c.ended_at > at - over and c.ended_at <= at
				and not (c.status = 'failed' and coalesce(c.end_reason, '') in ('not_placed', 'refused'))))
	) k
$$;
