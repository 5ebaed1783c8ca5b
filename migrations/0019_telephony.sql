-- Telephony: calls over carriers, from the first ring to the last word.
set local role invorto_owner;

-- ── placing calls, and how they end when nobody spoke ──

-- The one end of a call that never was spoken: busy, not answered, refused by the carrier, called off, never placed;
-- or answered, and its media never came. Record, ledger row, timeline and call.ended as at any other end, once.
-- false: nothing changed, because it is over already, is not there, or a process holds (or held) its media: then its
-- end comes from there, or from lose_call. What it costs is nothing; answered, it is what the line cost.
create function close_unspoken_call(tenant text, call text, final_status text, reason text, failure text)
returns boolean
language plpgsql volatile
as $$
declare
	c public.voice_call_records;
begin
	if not public.call_is_over(final_status) then
		raise invalid_parameter_value using message = 'a call does not end as ' || coalesce(final_status, 'null');
	end if;
	select r.* into c from public.voice_call_records r where r.tenant_id = tenant and r.id = call for update;
	if c.id is null or c.closed_at is not null or c.instance_id is not null
		or exists (select from public.call_handovers h where h.tenant_id = tenant and h.call_id = call) then
		return false;
	end if;
	-- The carrier's own word for a call that we take back may come before ours.
	if (c.provider_metadata ->> 'takenBackAt')::timestamptz > now() - interval '30 seconds' then
		final_status := 'canceled';
		reason := c.provider_metadata ->> 'takenBack';
		failure := null;
	end if;
	perform set_config('app.tenant_id', tenant, true);
	if c.answered_at is not null and c.provider = 'invorto' then
		perform public.end_priced_call(tenant, call, jsonb_build_object(
			'record', jsonb_strip_nulls(jsonb_build_object('status', final_status, 'end_reason', reason,
				'failure_reason', failure)),
			'costs', jsonb_build_array(jsonb_build_object('type', 'transport', 'unit', 'minute',
				'provider', coalesce(c.carrier, ''),
				'units', round(greatest(0, extract(epoch from now() - c.answered_at)) / 60.0, 4)))));
		return true;
	end if;
	update public.voice_call_records r set status = final_status, end_reason = reason, failure_reason = failure,
		outcome = coalesce(r.outcome, case when final_status in ('no-answer', 'busy', 'failed') then final_status end),
		duration_seconds = coalesce(r.duration_seconds, case when r.answered_at is null then 0 end),
		cost = coalesce(r.cost, case when r.answered_at is null then 0 end)
	where r.tenant_id = tenant and r.id = call;
	return true;
end $$;
grant execute on function close_unspoken_call(text, text, text, text, text) to invorto_app, invorto_worker;

-- Who has asked a carrier for the call, and when: written before it is asked, once.
alter table voice_call_records add column dialled_at timestamptz, add column dialled_by text;

-- Calls of carriers whose media is not here (yet), each to be asked about at `next_at` unless something is heard of it
-- before. A row comes with the carrier and goes with the media, or the end.
create table call_checks (
	tenant_id text not null,
	call_id text not null,
	next_at timestamptz not null default now() + interval '60 seconds',
	checks integer not null default 0,            -- how often the carrier was asked
	misses integer not null default 0,            -- how often in a row it knew nothing of the call
	primary key (tenant_id, call_id),
	foreign key (tenant_id, call_id) references voice_call_records on delete cascade
);
create index call_checks_due on call_checks (next_at);
call guard_table('call_checks', 'select, insert, update, delete', 'select, insert, update, delete', across => true);

create function call_to_check() returns trigger
language plpgsql
as $$
begin
	if new.closed_at is not null or new.instance_id is not null then
		delete from public.call_checks k where k.tenant_id = new.tenant_id and k.call_id = new.id;
	else
		insert into public.call_checks (tenant_id, call_id) values (new.tenant_id, new.id) on conflict do nothing;
	end if;
	return null;
end $$;
create trigger call_inserted_to_check after insert on voice_call_records
	for each row when (new.carrier in ('jambonz', 'twilio', 'elevenlabs') and new.closed_at is null and new.instance_id is null)
	execute function call_to_check();
create trigger call_to_check after update on voice_call_records
	for each row when (new.carrier in ('jambonz', 'twilio', 'elevenlabs') and (old.carrier is distinct from new.carrier
		or old.instance_id is distinct from new.instance_id or (old.closed_at is null) <> (new.closed_at is null)))
	execute function call_to_check();

-- The right to ask a carrier for this call: given once. `plan`: carrier, number_id, from, campaign, lead, instance,
-- hosted, check_s.
create function begin_dial(tenant text, call text, plan jsonb) returns boolean
language plpgsql volatile
as $$
begin
	update public.voice_call_records r set status = 'dialing', dialled_at = now(), dialled_by = plan ->> 'instance',
		carrier = plan ->> 'carrier', phone_number_id = plan ->> 'number_id', from_number = plan ->> 'from',
		campaign_id = coalesce(plan ->> 'campaign', r.campaign_id), lead_id = coalesce(plan ->> 'lead', r.lead_id),
		provider = case when (plan ->> 'hosted')::boolean then 'elevenlabs' else r.provider end
	where r.tenant_id = tenant and r.id = call and r.status = 'created' and r.dialled_at is null;
	if not found then
		return false;
	end if;
	update public.call_checks k set next_at = now() + make_interval(secs => (plan ->> 'check_s')::integer)
	where k.tenant_id = tenant and k.call_id = call;
	return true;
end $$;

-- A carrier has the call, under this id. false: the id is another call's. Heard before (a hook was quicker) or not.
create function place_dial(tenant text, call text, carrier text, provider_id text, second_kind text, second_id text,
	check_s integer) returns boolean
language plpgsql volatile
as $$
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
	where r.tenant_id = tenant and r.id = call;
	update public.call_checks k set next_at = now() + make_interval(secs => check_s), misses = 0
	where k.tenant_id = tenant and k.call_id = call;
	perform public.tell_once(tenant, call, 'call.queued', jsonb_build_object('carrier', carrier));
	return true;
end $$;

-- Nobody can say whether a telephone rings.
create function doubt_dial(tenant text, call text, why text, check_s integer) returns void
language plpgsql volatile
as $$
begin
	update public.voice_call_records r set status = 'unknown',
		provider_metadata = r.provider_metadata || jsonb_build_object('doubt', why)
	where r.tenant_id = tenant and r.id = call and r.status = 'dialing';
	update public.call_checks k set next_at = least(k.next_at, now() + make_interval(secs => check_s))
	where k.tenant_id = tenant and k.call_id = call;
end $$;
grant execute on function begin_dial(text, text, jsonb), place_dial(text, text, text, text, text, text, integer),
	doubt_dial(text, text, text, integer) to invorto_app;

-- ── what carriers report of calls ──

-- One line of a call's timeline, told once for each kind while the call lives; false: it has been.
create function tell_once(tenant text, call text, kind text, payload jsonb) returns boolean
language plpgsql volatile
as $$
begin
	if exists (select from public.call_timeline t
			where t.tenant_id = tenant and t.call_id = call and t.kind = tell_once.kind) then
		return false;
	end if;
	insert into public.call_timeline (tenant_id, call_id, seq, kind, payload)
	select tenant, call, coalesce(max(t.seq), 0) + 1, tell_once.kind, tell_once.payload
	from public.call_timeline t where t.tenant_id = tenant and t.call_id = call;
	return true;
end $$;

-- The same, and the event of that name for whoever subscribed.
create function tell_progress(c public.voice_call_records, kind text) returns boolean
language plpgsql volatile
as $$
declare
	event text := public.new_id('evt');
begin
	if not public.tell_once(c.tenant_id, c.id, kind, jsonb_strip_nulls(jsonb_build_object('carrier', c.carrier))) then
		return false;
	end if;
	perform public.enqueue_event(c.tenant_id, kind, c.id, kind || ':' || c.id,
		jsonb_strip_nulls(jsonb_build_object('type', kind, 'schemaVersion', kind || '.v1', 'eventId', event,
			'callId', c.id, 'tenantId', c.tenant_id,
			'timestamp', to_char(now() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
			'agentId', c.voice_agent_id, 'direction', c.direction, 'from', c.from_number, 'to', c.to_number,
			'carrier', jsonb_build_object('trunk', c.carrier, 'sipCallId', c.provider_call_id)))::text, event);
	return true;
end $$;

-- A call that rings at a number of ours, once however often the carrier says so. refusal: 'agent' (there is none, or
-- none that is active): then nothing was made. made: it is new. `more`: second_id, trunk, caller_name, application,
-- campaign (the answer has it when it is one of the tenant's).
create function take_inbound_call(tenant text, call text, carrier text, provider_id text, agent text, number_id text,
	from_number text, to_number text, more jsonb)
returns table (refusal text, call_id text, agent_id text, made boolean, over boolean, held boolean, tenant_max bigint,
	campaign text, campaign_max bigint)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	c public.voice_call_records;
	a public.voice_agents;
	p public.voice_campaigns;
	most bigint := (select (t.settings ->> 'max_concurrent_calls')::bigint from public.tenants t where t.id = tenant);
begin
	if tenant is distinct from public.current_tenant() then
		raise insufficient_privilege using message = 'the call''s tenant is not the one that is set';
	end if;
	-- Two requests about one call, at two instances: one makes it, the other finds it.
	perform pg_advisory_xact_lock(hashtextextended('inbound:' || carrier || ':' || provider_id, 0));
	select r.* into c from public.call_aliases n
	join public.voice_call_records r on r.tenant_id = n.tenant_id and r.id = n.call_id
	where n.tenant_id = tenant and n.provider = carrier and n.alias = provider_id;
	if c.id is not null then
		select g.* into p from public.voice_campaigns g where g.tenant_id = tenant and g.id = c.campaign_id;
		return query select null::text, c.id, c.voice_agent_id, false, c.closed_at is not null, c.instance_id is not null, most,
			p.id, p.max_concurrent_calls::bigint;
		return;
	end if;
	select v.* into a from public.voice_agents v
	where v.tenant_id = tenant and v.id = agent and v.deleted_at is null and v.status = 'active';
	if a.id is null then
		return query select 'agent', null::text, null::text, false, false, false, most, null::text, null::bigint;
		return;
	end if;
	select g.* into p from public.voice_campaigns g where g.tenant_id = tenant and g.id = more ->> 'campaign';
	insert into public.voice_call_records as r (tenant_id, id, direction, status, voice_agent_id, agent_version, agent,
		carrier, provider_call_id, phone_number_id, from_number, to_number, customer_number, customer_name,
		campaign_id, provider_metadata)
	values (tenant, call, 'inbound', 'ringing', a.id, a.version, a.config, carrier, provider_id, number_id, from_number,
		to_number, from_number, more ->> 'caller_name', p.id,
		jsonb_strip_nulls(jsonb_build_object('trunk', more -> 'trunk', 'applicationSid', more -> 'application')))
	returning r.* into c;
	insert into public.call_aliases (tenant_id, provider, alias, call_id)
	select tenant, carrier, n, call from unnest(array[provider_id, more ->> 'second_id']) as n
	where n is not null
	on conflict do nothing;
	perform public.tell_progress(c, 'call.ringing');
	return query select null::text, c.id, c.voice_agent_id, true, false, false, most, p.id, p.max_concurrent_calls::bigint;
end $$;

-- How far a call has come. A status never goes back, and none follows a final one.
create function call_stage(status text) returns integer
language sql immutable parallel safe
as $$
	select case status when 'created' then 0 when 'queued' then 1 when 'unknown' then 1 when 'initiated' then 2
		when 'dialing' then 2 when 'ringing' then 3 when 'answered' then 4 when 'in-progress' then 5 when 'active' then 5
		else 6 end
$$;

-- What a carrier says of a call, in our words, in any order and as often as it likes. A final word is kept (the first)
-- and not yet the row's: whoever holds the call ends it, or close_unspoken_call does. `facts`: second_id, sip, duration,
-- ended_by, answered_by, stream_error. rang, answered: said for the first time. No row: there is no such call.
create function take_call_status(tenant text, call text, carrier text, provider_id text, next text, facts jsonb)
returns table (status text, over boolean, held boolean, rang boolean, answered boolean, final text)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	c public.voice_call_records;
	news jsonb;
	first_ring boolean := false;
	first_answer boolean := false;
begin
	select r.* into c from public.voice_call_records r where r.tenant_id = tenant and r.id = call for update;
	if c.id is null then
		return;
	end if;
	insert into public.call_aliases (tenant_id, provider, alias, call_id)
	select tenant, carrier, n, call from unnest(array[provider_id, facts ->> 'second_id']) as n
	where coalesce(n, '') <> ''
	on conflict do nothing;
	news := jsonb_strip_nulls(jsonb_build_object('sipStatus', facts -> 'sip', 'durationSec', facts -> 'duration',
		'endedBy', facts -> 'ended_by', 'answeredBy', facts -> 'answered_by', 'streamError', facts -> 'stream_error',
		'final', case when public.call_is_over(next) then next end));
	if c.provider_metadata ? 'final' then
		news := news - array['final', 'sipStatus', 'durationSec', 'endedBy'];
	end if;
	update public.voice_call_records r set
		provider_metadata = r.provider_metadata || news,
		provider_call_id = coalesce(r.provider_call_id, nullif(provider_id, '')),
		status = case when r.closed_at is null and not public.call_is_over(next)
				and public.call_stage(next) > public.call_stage(r.status) then next else r.status end,
		answered_at = case when r.closed_at is null and next = 'answered' then coalesce(r.answered_at, now())
			else r.answered_at end
	where r.tenant_id = tenant and r.id = call
	returning r.* into c;
	if c.closed_at is null and not c.provider_metadata ? 'final' then
		first_ring := next = 'ringing' and public.tell_progress(c, 'call.ringing');
		first_answer := next = 'answered' and public.tell_progress(c, 'call.answered');
		if news ? 'answeredBy' then
			perform public.tell_once(tenant, call, 'call.answered_by', jsonb_build_object('who', news -> 'answeredBy'));
		end if;
	end if;
	return query select c.status, c.closed_at is not null, c.instance_id is not null, first_ring, first_answer,
		c.provider_metadata ->> 'final';
end $$;

grant execute on function tell_once(text, text, text, jsonb), tell_progress(voice_call_records, text), call_stage(text),
	take_call_status(text, text, text, text, text, jsonb) to invorto_app, invorto_worker;
grant execute on function take_inbound_call(text, text, text, text, text, text, text, text, jsonb) to invorto_app;
