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
	if c.id is null or c.closed_at is not null or c.instance_id is not null then
		return false;
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
