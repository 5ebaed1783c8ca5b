-- compatible: the same functions, which tell one line more.
set local role invorto_owner;

-- A carrier that says a call rings has taken it, even when its hook was quicker than its answer to our request: what is
-- told of an outbound call begins with that, in whichever order the two arrive.
create or replace function tell_progress(c public.voice_call_records, kind text) returns boolean
language plpgsql volatile
as $$
declare
	event text := public.new_id('evt');
begin
	if c.direction = 'outbound' then
		perform public.tell_once(c.tenant_id, c.id, 'call.queued', jsonb_build_object('carrier', c.carrier));
	end if;
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
