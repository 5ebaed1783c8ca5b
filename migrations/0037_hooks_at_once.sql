-- compatible: one function more; and the same functions in fewer statements, one of which tells less of a call that is over.
set local role invorto_owner;

-- Each statement within a function is a run of the executor of its own, and hooks are many: what can be one is one.

-- A carrier's hook in one transaction and one question: whose call it is about, who answers the number it came to, and,
-- when it says something of a call that is known (`next`), what take_call_status makes of that. One row, always.
--   alias, call       the carrier's id and ours, one of them or both; a tenant beside one: only of that tenant's. An id in
--                     use by two tenants is nobody's. The alias goes first: our own id is only what the carrier was given
--   called            a number, when the call may be a new one
-- Runs as who asks: it finds calls through `lookup`, and what it writes is the tenant's that it found.
create function take_hook(carrier text, alias text, alias_tenant text, call text, call_tenant text, called text,
	provider_id text, next text, facts jsonb)
returns table (tenant_id text, call_id text, agent_id text, over boolean, held boolean, rang boolean, answered boolean,
	hosted boolean, number_tenant text, number_id text, number_agent text)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	set_to text;
begin
	if alias is not null then
		select min(a.tenant_id), min(a.call_id), min(a.voice_agent_id), bool_or(a.closed_at is not null)
		into tenant_id, call_id, agent_id, over
		from lookup.call_alias(carrier, alias) a where alias_tenant is null or a.tenant_id = alias_tenant
		having count(*) = 1;
	end if;
	if call_id is null and call is not null then
		select min(c.tenant_id), min(c.call_id), min(c.voice_agent_id), bool_or(c.closed_at is not null)
		into tenant_id, call_id, agent_id, over
		from lookup.call(call) c where call_tenant is null or c.tenant_id = call_tenant
		having count(*) = 1;
	end if;
	if called is not null then
		select n.tenant_id, n.number_id, n.voice_agent_id into number_tenant, number_id, number_agent
		from lookup.number(called) n;
	end if;
	if call_id is not null and next is not null then
		set_to := set_config('app.tenant_id', tenant_id, true); -- no statement, as perform would be
		select s.over, s.held, s.rang, s.answered, r.provider = 'elevenlabs' into over, held, rang, answered, hosted
		from public.take_call_status(take_hook.tenant_id, take_hook.call_id, carrier, provider_id, next, facts) s
		left join public.voice_call_records r on r.tenant_id = take_hook.tenant_id and r.id = take_hook.call_id;
	end if;
	return next;
end $$;
grant execute on function take_hook(text, text, text, text, text, text, text, text, jsonb) to invorto_app;

-- As before; but of a call whose end was told already nothing more is told.
create or replace function place_dial(tenant text, call text, carrier text, provider_id text, second_kind text,
	second_id text, check_s integer) returns boolean
language plpgsql volatile
as $$
declare
	over boolean;
begin
	insert into public.call_aliases (tenant_id, provider, alias, call_id)
	select tenant, a.kind, a.name, call from (values (carrier, provider_id), (second_kind, second_id)) as a(kind, name)
	where coalesce(a.name, '') <> ''
	on conflict do nothing;
	if not exists (select from public.call_aliases a where a.tenant_id = tenant and a.provider = place_dial.carrier
			and a.alias = provider_id and a.call_id = call) then
		return false;
	end if;
	update public.voice_call_records r set provider_call_id = coalesce(r.provider_call_id, provider_id),
		status = case when r.status in ('created', 'dialing', 'unknown') then 'queued' else r.status end
	where r.tenant_id = tenant and r.id = call
	returning r.closed_at is not null into over;
	if over then
		return true;
	end if;
	update public.call_checks k set next_at = now() + make_interval(secs => check_s), misses = 0
	where k.tenant_id = tenant and k.call_id = call;
	perform public.tell_once(tenant, call, 'call.queued', jsonb_build_object('carrier', carrier));
	return true;
end $$;

-- As before, in one statement where nothing is told.
create or replace function take_call_status(tenant text, call text, carrier text, provider_id text, next text, facts jsonb)
returns table (status text, over boolean, held boolean, rang boolean, answered boolean, final text)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	c public.voice_call_records;
	is_final boolean := public.call_is_over(next);
	stage integer := public.call_stage(next);
	news jsonb := jsonb_strip_nulls(jsonb_build_object('sipStatus', facts -> 'sip', 'durationSec', facts -> 'duration',
		'endedBy', facts -> 'ended_by', 'answeredBy', facts -> 'answered_by', 'streamError', facts -> 'stream_error',
		'final', case when is_final then next end));
begin
	with named as (
		insert into public.call_aliases (tenant_id, provider, alias, call_id)
		select r.tenant_id, take_call_status.carrier, n, r.id
		from public.voice_call_records r cross join unnest(array[provider_id, facts ->> 'second_id']) as n
		where r.tenant_id = tenant and r.id = call and coalesce(n, '') <> ''
		on conflict do nothing
	)
	update public.voice_call_records r set
		provider_metadata = r.provider_metadata || case when r.provider_metadata ? 'final'
			then news - array['final', 'sipStatus', 'durationSec', 'endedBy'] else news end,
		provider_call_id = coalesce(r.provider_call_id, nullif(provider_id, '')),
		status = case when r.closed_at is null and not is_final and stage > public.call_stage(r.status) then next
			else r.status end,
		answered_at = case when r.closed_at is null and next = 'answered' then coalesce(r.answered_at, now())
			else r.answered_at end
	where r.tenant_id = tenant and r.id = call
	returning r.* into c;
	if c.id is null then
		return;
	end if;
	status := c.status;
	over := c.closed_at is not null;
	held := c.instance_id is not null;
	rang := false;
	answered := false;
	final := c.provider_metadata ->> 'final';
	if not over and final is null then
		rang := next = 'ringing' and public.tell_progress(c, 'call.ringing');
		answered := next = 'answered' and public.tell_progress(c, 'call.answered');
		if news ? 'answeredBy' then
			perform public.tell_once(tenant, call, 'call.answered_by', jsonb_build_object('who', news -> 'answeredBy'));
		end if;
	end if;
	return next;
end $$;

-- What follows from a call's end, as before: the ledger, the kernel, the timeline, whoever subscribed, and its review
-- (what a vendor hosted gets a minute for the vendor's own summary to come first). One statement.
create or replace function call_ended() returns trigger
language plpgsql
as $$
declare
	kind text := case new.status when 'completed' then 'voice.call.completed' else 'voice.call.failed' end;
	event text := public.new_id('evt');
begin
	with billed as (
		insert into public.voice_usage_ledger (tenant_id, workspace_id, call_id, campaign_id, agent_id, usage_type,
			duration_seconds, cost_usd, cost_inr, rate_card_id, provider, phone_number_e164, customer_number_e164,
			usage_date, occurred_at)
		values (new.tenant_id, new.workspace_id, new.id, new.campaign_id, new.voice_agent_id,
			case new.direction when 'inbound' then 'inbound_call' when 'web' then 'web_call' else 'outbound_call' end,
			new.duration_seconds, new.cost, new.cost_inr, new.rate_card_id, new.provider,
			case new.direction when 'inbound' then new.to_number else new.from_number end, new.customer_number,
			(new.ended_at at time zone 'UTC')::date, new.ended_at)
		on conflict (tenant_id, call_id, usage_type) do nothing
	), told as ( -- neither transcript nor numbers: the kernel reads the call when it needs them
		insert into public.kernel_events (tenant_id, type, source, entity_type, entity_id, correlation_id, payload_json,
			occurred_at, idempotency_key)
		values (new.tenant_id, kind, 'voice', 'call', new.id, coalesce(new.campaign_id, new.id),
			jsonb_build_object('call_id', new.id, 'agent_id', new.voice_agent_id, 'phone_number_id', new.phone_number_id,
				'lead_id', new.lead_id, 'campaign_id', new.campaign_id, 'call_type', new.direction, 'status', new.status,
				'outcome', new.outcome, 'failure_reason', new.failure_reason, 'duration_seconds', new.duration_seconds,
				'cost', new.cost, 'analysis', new.analysis, 'started_at', new.started_at, 'ended_at', new.ended_at),
			new.ended_at, coalesce(new.provider_call_id, new.id) || ':' || kind)
		on conflict (tenant_id, idempotency_key) do nothing
	), line as (
		insert into public.call_timeline (tenant_id, call_id, seq, kind, payload, at)
		select new.tenant_id, new.id, coalesce(max(t.seq), 0) + 1, 'call.ended',
			jsonb_build_object('status', new.status, 'reason', new.end_reason, 'durationSec', new.duration_seconds),
			new.ended_at
		from public.call_timeline t where t.tenant_id = new.tenant_id and t.call_id = new.id
		having not coalesce(bool_or(t.kind = 'call.ended'), false)
	), review as (
		insert into public.call_reviews (tenant_id, call_id, next_at)
		values (new.tenant_id, new.id, now() + case when new.provider <> 'invorto' and new.summary is null
			then interval '1 minute' else interval '0' end)
		on conflict do nothing
	)
	select pg_notify('call_reviews', new.tenant_id)::text into kind;
	-- end_call has sent its own by now, with more in it; then this one is a duplicate.
	perform public.enqueue_event(new.tenant_id, 'call.ended', new.id, 'call.ended:' || new.id,
		jsonb_strip_nulls(jsonb_build_object('type', 'call.ended', 'schemaVersion', 'call.ended.v1', 'eventId', event,
			'callId', new.id, 'tenantId', new.tenant_id,
			'timestamp', to_char(new.ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
			'agentId', new.voice_agent_id, 'direction', new.direction, 'status', new.status, 'reason', new.end_reason,
			'outcome', new.outcome, 'durationSec', new.duration_seconds, 'costInr', new.cost_inr,
			'startedAt', to_char(new.started_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
			'endedAt', to_char(new.ended_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))::text, event);
	return null;
end $$;

-- call_ended has put it there. Its triggers stay: a release that is newer than this file may take them away.
create or replace function call_to_review() returns trigger
language plpgsql
as $$
begin
	return null;
end $$;
