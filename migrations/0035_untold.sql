-- compatible: a table, an index and a column more. Conversations nobody told us of, rules that only watch, times of the API.
set local role invorto_owner;

-- ── what a vendor has, and may never have told ──

-- How far the conversations of each hosted agent were listed. Those that began before `listed_to` are known; a list of
-- more than one page goes on at `cursor`.
create table conversation_lists (
	tenant_id text not null,
	voice_agent_id text not null,
	vendor_agent text not null,
	listed_to timestamptz not null default now() - interval '1 day',
	cursor text,
	pages integer not null default 0,
	newest timestamptz,             -- the latest beginning on the pages before
	next_at timestamptz not null default now(),
	last_error text,
	primary key (tenant_id, voice_agent_id),
	foreign key (tenant_id, voice_agent_id) references voice_agents on delete cascade
);
create index conversation_lists_due on conversation_lists (next_at);
call guard_table('conversation_lists', 'select, insert, update, delete', 'select, insert, update, delete', across => true);
create index vendor_deliveries_by_conversation on vendor_deliveries (conversation_id);

create function conversations_to_list() returns trigger
language plpgsql
as $$
begin
	if new.provider = 'elevenlabs' and new.elevenlabs_agent_id is not null and new.deleted_at is null then
		insert into public.conversation_lists as l (tenant_id, voice_agent_id, vendor_agent)
		values (new.tenant_id, new.id, new.elevenlabs_agent_id)
		on conflict (tenant_id, voice_agent_id) do update set vendor_agent = excluded.vendor_agent,
			listed_to = excluded.listed_to, cursor = null, pages = 0, newest = null, next_at = now()
		where l.vendor_agent <> excluded.vendor_agent;
	else
		delete from public.conversation_lists l where l.tenant_id = new.tenant_id and l.voice_agent_id = new.id;
	end if;
	return null;
end $$;
create trigger conversations_to_list_new after insert on voice_agents
	for each row when (new.elevenlabs_agent_id is not null) execute function conversations_to_list();
create trigger conversations_to_list after update of provider, elevenlabs_agent_id, deleted_at on voice_agents
	for each row when (old.elevenlabs_agent_id is not null or new.elevenlabs_agent_id is not null)
	execute function conversations_to_list();
alter table voice_agents no force row level security;
alter table conversation_lists no force row level security;
insert into conversation_lists (tenant_id, voice_agent_id, vendor_agent)
select a.tenant_id, a.id, a.elevenlabs_agent_id from voice_agents a
where a.provider = 'elevenlabs' and a.elevenlabs_agent_id is not null and a.deleted_at is null;
alter table voice_agents force row level security;
alter table conversation_lists force row level security;

-- One page of such a list: [{id, live, began}], began in seconds since 1970. What nobody told and nobody asks about is
-- parked without a payload, to be asked for: at once, or in a minute while it goes on.
create function conversations_listed(tenant text, agent text, page jsonb, next_cursor text, every_s double precision)
returns table (fresh bigint, known bigint)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	l conversation_lists;
	parked bigint;
	ends boolean;
begin
	select k.* into l from conversation_lists k where k.tenant_id = tenant and k.voice_agent_id = agent for update;
	with put as (
		insert into vendor_parked as v (type, conversation_id, agent_ref, next_at)
		select distinct on (p.id) 'post_call_transcription', p.id, l.vendor_agent,
			now() + case when p.live then interval '1 minute' else '0' end
		from jsonb_to_recordset(page) as p(id text, live boolean)
		where not exists (select from vendor_deliveries d where d.conversation_id = p.id
				and d.type in ('post_call_transcription', 'call_initiation_failure'))
			and not exists (select from call_aliases a
				join conversation_checks k on k.tenant_id = a.tenant_id and k.call_id = a.call_id
				where a.provider = 'elevenlabs' and a.alias = p.id)
		-- It was going on when it was seen last, and is over now.
		on conflict (type, conversation_id) do update set next_at = excluded.next_at
		where v.payload is null and v.given_up_at is null and v.tries = 0 and v.next_at > excluded.next_at
		returning xmax = 0 as is_new)
	select count(*) filter (where put.is_new) into parked from put;
	ends := next_cursor is null or l.pages >= 999;
	update conversation_lists k set
		newest = case when not ends then v.newest end,
		listed_to = case when ends then greatest(k.listed_to, least(v.newest, now())) else k.listed_to end,
		cursor = case when not ends then next_cursor end,
		pages = case when not ends then k.pages + 1 else 0 end,
		next_at = case when ends then now() + make_interval(secs => every_s) else now() end,
		last_error = null
	from (select greatest(l.newest, to_timestamp(max(p.began))) as newest
		from jsonb_to_recordset(page) as p(began double precision)) v
	where k.tenant_id = tenant and k.voice_agent_id = agent;
	return query select parked, jsonb_array_length(page) - parked;
end $$;
grant execute on function conversations_listed(text, text, jsonb, text, double precision) to invorto_worker;

-- ── rules that only watch ──

-- A tenant that only watches watches with all of its rules. A rule that watches keeps none behind it from acting.
alter table optimizer_rules add column mode text not null default 'enforce' check (mode in ('shadow', 'enforce'));

-- As before, and: 'watched', a rule that matches and only watches. It is what follows when no other matches.

create or replace function kernel_explain(tenant text, campaign text, at timestamptz) returns jsonb
language plpgsql stable
as $$
declare
	g public.voice_campaigns;
	r public.optimizer_rules;
	c record;
	k record;
	b record;
	counts jsonb := '{}';
	of_rule jsonb;
	about jsonb;
	sample bigint;
	last_at timestamptz;
	conditions jsonb;
	holds boolean;
	result text;
	why text;
	reason text;
	rules jsonb := '[]';
	chosen jsonb;
	watched jsonb;    -- the first that matches of those that only watch
	quiet boolean;
	mode text := public.optimizer_mode(tenant);
begin
	select v.* into g from public.voice_campaigns v where v.tenant_id = tenant and v.id = campaign;
	if g.id is null then
		return null;
	end if;
	for r in
		select o.* from (select distinct on (a.name) a.* from public.optimizer_rules a
			where a.tenant_id is null or a.tenant_id = tenant order by a.name, a.tenant_id nulls last) o
		order by o.position, o.name
	loop
		-- The counts of each window once.
		about := jsonb_build_object('s', extract(epoch from r.looks_back), 'parity', r.parity);
		if not counts ? about::text then
			select * into c from public.kernel_counts(tenant, campaign, at, r.looks_back, r.parity);
			counts := counts || jsonb_build_object(about::text, to_jsonb(c));
		end if;
		of_rule := counts -> about::text;
		sample := (of_rule ->> r.sample_of)::bigint;
		select * into k from public.kernel_condition(of_rule, r.metric, r.comparison, r.threshold);
		holds := k.holds;
		conditions := '[]';
		for b in
			select a.metric, a.comparison, a.threshold, n.* from jsonb_to_recordset(r.also) as a(metric text, comparison text,
				threshold numeric) cross join lateral public.kernel_condition(of_rule, a.metric, a.comparison, a.threshold) n
		loop
			conditions := conditions || jsonb_build_object('metric', b.metric, 'comparison', b.comparison,
				'threshold', b.threshold, 'numerator', b.numerator, 'denominator', b.denominator, 'value', b.value,
				'holds', b.holds);
			holds := holds and b.holds;
		end loop;
		select max(d.created_at) into last_at from public.kernel_decisions d
		where d.tenant_id = tenant and d.correlation_id = campaign and d.policy_name = 'voice_campaign_optimization'
			and d.decision_json #>> '{metadata,rule}' = r.name and d.created_at > at - r.cool_down and d.created_at <= at;

		quiet := mode = 'shadow' or r.mode = 'shadow';
		if not r.enabled then
			result := 'disabled';
			why := 'the rule is off';
		elsif sample < r.min_sample then
			result := 'too_few';
			why := format('%s %s, and it takes %s', sample, replace(r.sample_of, 'total', 'calls'), r.min_sample);
		elsif not holds then
			result := 'not_reached';
			why := format('%s is %s, not %s %s', replace(r.metric, '_', ' '), public.kernel_number(r.metric, k.value),
				r.comparison, public.kernel_number(r.metric, r.threshold));
			if k.holds then
				select format('%s is %s, not %s %s', replace(x ->> 'metric', '_', ' '),
					public.kernel_number(x ->> 'metric', (x ->> 'value')::numeric), x ->> 'comparison',
					public.kernel_number(x ->> 'metric', (x ->> 'threshold')::numeric))
				into why from jsonb_array_elements(conditions) x where not (x ->> 'holds')::boolean limit 1;
			end if;
		elsif last_at is not null then
			result := 'cooling';
			why := format('decided at %s, and again from %s on',
				to_char(last_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
				to_char((last_at + r.cool_down) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'));
		elsif r.decision_type = 'pause_campaign' and g.status not in ('running', 'scheduled') then
			result := 'in_force';
			why := 'the campaign is ' || g.status;
		elsif r.decision_type = 'adjust_retry_window' and g.call_schedule -> 'retry_windows' = r.action -> 'retry_windows' then
			result := 'in_force';
			why := 'the campaign has these windows';
		elsif r.decision_type in ('switch_agent', 'scale_up') and exists (select from public.kernel_decisions d
				where d.tenant_id = tenant and d.correlation_id = campaign and d.status = 'proposed'
					and d.policy_name = 'voice_campaign_optimization' and d.decision_json #>> '{metadata,rule}' = r.name
					and d.decision_json #>> '{metadata,mode}' = case when quiet then 'shadow' else 'enforce' end) then
			result := 'waiting';
			why := 'what was recommended before waits for somebody to accept or reject it';
		elsif r.mode = 'shadow' and mode <> 'shadow' then
			result := 'watched';
			why := 'it matches, and the rule only watches';
		elsif chosen is not null then
			result := 'later';
			why := 'a rule before it matched';
		else
			result := 'matched';
			why := 'the first that matches';
		end if;

		about := jsonb_build_object('name', r.name, 'tenant_s_own', r.tenant_id is not null, 'metric', r.metric,
			'comparison', r.comparison, 'threshold', r.threshold, 'numerator', k.numerator, 'denominator', k.denominator,
			'value', k.value, 'sample', sample, 'sample_of', r.sample_of, 'min_sample', r.min_sample, 'also', conditions,
			'looks_back_s', extract(epoch from r.looks_back)::bigint, 'cool_down_s', extract(epoch from r.cool_down)::bigint,
			'parity', r.parity, 'mode', r.mode, 'result', result, 'why', why);
		rules := rules || about;
		if result = 'matched' or (result = 'watched' and watched is null) then
			reason := r.reason;
			for b in select * from (values ('value', public.kernel_number(r.metric, k.value)),
					('threshold', public.kernel_number(r.metric, r.threshold)), ('numerator', trim_scale(k.numerator)::text),
					('denominator', trim_scale(k.denominator)::text), ('sample', sample::text), ('min_sample', r.min_sample::text),
					('days', trim_scale(round(extract(epoch from r.looks_back) / 86400, 2))::text)) as v(name, said)
			loop
				reason := replace(reason, '{' || b.name || '}', b.said);
			end loop;
			about := jsonb_build_object('rule', r.name, 'decision', r.decision_type, 'action', r.action_type,
				'parameters', r.action, 'reason', reason,
				'mode', case when quiet then 'shadow' else 'enforce' end,
				'effect', case when mode = 'shadow' then 'proposed: the tenant''s optimiser only watches'
					when quiet then 'proposed: the rule only watches'
					when r.decision_type in ('pause_campaign', 'adjust_retry_window') then 'done at once'
					else 'recommended: it waits for somebody to accept it' end);
			if result = 'matched' then
				chosen := about;
			else
				watched := about;
			end if;
		end if;
	end loop;
	return jsonb_build_object('campaign_id', g.id, 'campaign', g.name, 'status', g.status, 'mode', mode,
		'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
		'counts', (select jsonb_agg(jsonb_build_object('looks_back_s', (x.key::jsonb ->> 's')::numeric::bigint,
			'parity', (x.key::jsonb ->> 'parity')::boolean, 'counts', x.value)) from jsonb_each(counts) x),
		'rules', rules, 'chosen', coalesce(chosen, watched, jsonb_build_object('rule', null, 'decision', 'continue', 'action', 'monitor',
			'parameters', '{}'::jsonb, 'reason', 'No rule applies', 'mode', mode, 'effect', 'nothing')));
end $$;

create or replace function kernel_decide(tenant text, event text, at timestamptz)
returns table (result text, decision_id text, decision_type text, status text, campaign_id text, folded bigint)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	e kernel_events;
	saw jsonb;
	chosen jsonb;
	decision text;
	kind text;
	did text;        -- the decision's status
	doing text;      -- the action's
	failed text;
	others bigint;
begin
	if current_tenant() is null then
		perform set_config('app.tenant_id', tenant, true);
	elsif tenant is distinct from current_tenant() then
		raise insufficient_privilege using message = 'the event''s tenant is not the one that is set';
	end if;
	select v.* into e from kernel_events v where v.tenant_id = tenant and v.id = event and v.status = 'pending'
	for update skip locked;
	if e.id is null then
		return query select 'none', null::text, null::text, null::text, null::text, 0::bigint;
		return;
	end if;
	if not pg_try_advisory_xact_lock(hashtextextended('kernel:' || tenant || '/' || e.correlation_id, 0)) then
		return query select 'busy', null::text, null::text, null::text, e.correlation_id, 0::bigint;
		return;
	end if;
	with gone as (
		update kernel_events v set status = 'completed', processed_at = now(), last_error = null,
			folded_into = case when v.id <> e.id then e.id end
		where v.tenant_id = tenant and v.correlation_id = e.correlation_id and v.status = 'pending'
			and v.type like 'voice.call.%' and v.id = any (array(select w.id from kernel_events w
				where w.tenant_id = tenant and w.correlation_id = e.correlation_id and w.status = 'pending'
				for update skip locked))
		returning 1)
	select count(*) - 1 into others from gone;
	saw := kernel_explain(tenant, e.payload_json ->> 'campaign_id', at);
	if saw is null then
		return query select 'no_campaign', null::text, null::text, null::text, e.correlation_id, others;
		return;
	end if;

	chosen := saw -> 'chosen';
	kind := chosen ->> 'decision';
	decision := new_id('kdc');
	if kind = 'continue' then
		did := 'executed';
	elsif chosen ->> 'mode' = 'shadow' then
		did := 'proposed';
		doing := 'skipped';
	elsif kind in ('pause_campaign', 'adjust_retry_window') then
		begin
			failed := kernel_effect(tenant, saw ->> 'campaign_id', kind, chosen -> 'parameters', at, null, chosen ->> 'reason');
		exception when check_violation or not_null_violation or foreign_key_violation or invalid_text_representation then
			failed := sqlerrm;
		end;
		did := case when failed is null then 'executed' else 'failed' end;
		doing := did;
	else
		did := 'proposed';
		doing := 'logged';
	end if;
	insert into kernel_decisions (tenant_id, id, event_id, correlation_id, policy_name, decision_type, decision_json, status, created_at)
	values (tenant, decision, e.id, e.correlation_id, 'voice_campaign_optimization', kind,
		jsonb_build_object('campaign_id', saw -> 'campaign_id', 'decision', kind, 'reason', chosen -> 'reason',
			'action', chosen -> 'action', 'metadata', jsonb_build_object('rule', chosen -> 'rule',
				'parameters', chosen -> 'parameters', 'mode', chosen -> 'mode', 'campaign_status', saw -> 'status', 'at', saw -> 'at',
				'events', others + 1, 'counts', saw -> 'counts', 'rules', saw -> 'rules')),
		did, at);
	if doing is not null then
		insert into kernel_actions (tenant_id, decision_id, correlation_id, action_type, action_json, status, executed_at, error, created_at)
		values (tenant, decision, e.correlation_id, chosen ->> 'action', jsonb_build_object('campaign_id', saw -> 'campaign_id',
				'decision', kind, 'executed_action', chosen -> 'action', 'metadata', chosen -> 'parameters'),
			doing, case when doing = 'executed' then at end, failed, at);
	end if;
	return query select 'decided', decision, kind, did, saw ->> 'campaign_id', others;
end $$;

-- ── times as the API prints them ──

create function api_time(t timestamptz) returns text
language sql stable parallel safe
as $$ select case when isfinite(t) then to_char(t at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') end $$;
grant execute on function api_time(timestamptz) to invorto_app, invorto_worker;

create or replace function import_body(i lead_imports) returns jsonb
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
		'createdAt', public.api_time(i.created_at), 'finishedAt', public.api_time(i.finished_at)))
	from (select i.state in ('receiving', 'running') and i.lease_until < now() as lost) l
$$;

create or replace function lead_body(l leads) returns jsonb
language sql stable
as $$
	select public.without_nulls(jsonb_build_object('id', l.id, 'firstName', l.first_name, 'lastName', l.last_name,
		'name', l.name, 'email', l.email, 'phone', l.phone, 'company', l.company, 'timezone', l.timezone, 'region', l.region, 'status', l.status, 'score', l.score,
		'tags', l.tags, 'variables', l.variables, 'campaignId', l.campaign_id, 'state', l.state, 'stateReason', l.state_reason,
		'attempts', l.campaign_attempt, 'nextAt', public.api_time(l.next_at), 'lastCallId', l.last_call_id, 'lastOutcome', l.last_outcome,
		'createdAt', public.api_time(l.created_at), 'updatedAt', public.api_time(l.updated_at)))
$$;

create or replace function campaign_body(c voice_campaigns) returns jsonb
language sql stable
as $$
	select public.without_nulls(jsonb_build_object('id', c.id, 'name', c.name, 'description', c.description, 'status', c.status,
		'statusReason', c.status_reason, 'agentId', c.voice_agent_id, 'phoneNumberId', c.phone_number_id, 'kind', c.kind,
		'segment', c.target_segment, 'schedule', jsonb_strip_nulls(jsonb_build_object(
			'retryWindows', c.call_schedule -> 'retry_windows', 'days', c.call_schedule -> 'days')),
		'maxConcurrentCalls', c.max_concurrent_calls, 'callsPerSecond', c.calls_per_second, 'maxCallsPerDay', c.max_calls_per_day,
		'callIntervalMs', c.call_interval_ms, 'maxAttempts', c.max_attempts, 'retryDelays', c.retry_delays_s, 'timezone', c.timezone,
		'consentRequired', c.consent_required, 'scheduledAt', public.api_time(c.scheduled_at), 'startedAt', public.api_time(c.started_at),
		'completedAt', public.api_time(c.completed_at), 'totalContacts', c.total_contacts, 'completedCalls', c.completed_calls,
		'successfulCalls', c.successful_calls, 'createdAt', public.api_time(c.created_at), 'updatedAt', public.api_time(c.updated_at)))
$$;
