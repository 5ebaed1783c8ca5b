-- compatible: the same function, in another order.
set local role invorto_owner;

-- Who decides for a campaign asks for its turn before it locks an event. It was the other way round: a process that was
-- told "busy" held its own event for that moment, whoever decided passed over it, and the event was decided on a second
-- time, alone.

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
	select v.* into e from kernel_events v where v.tenant_id = tenant and v.id = event and v.status = 'pending';
	if e.id is null then
		return query select 'none', null::text, null::text, null::text, null::text, 0::bigint;
		return;
	end if;
	if not pg_try_advisory_xact_lock(hashtextextended('kernel:' || tenant || '/' || e.correlation_id, 0)) then
		return query select 'busy', null::text, null::text, null::text, e.correlation_id, 0::bigint;
		return;
	end if;
	perform from kernel_events v where v.tenant_id = tenant and v.id = event and v.status = 'pending' for update skip locked;
	if not found then -- decided between the two looks
		return query select 'none', null::text, null::text, null::text, null::text, 0::bigint;
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
