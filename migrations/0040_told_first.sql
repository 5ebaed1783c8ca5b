-- compatible: the same function, which also writes down the vendor's name for a call whose dial was not answered yet.
set local role invorto_owner;

-- Takes what a vendor told of a call: once for each type of each conversation. `told`:
--   type, conversation_id, call_sid, how, recording {disk, path, format, bytes, sha256}
--   record   columns of voice_call_records by name; status a final one; usage is put over the call's
-- result: 'ended' (the call is over by this), 'added' (it was over, this is more of it), 'stage' (it is not over),
-- 'held' (a process of ours has its media and ends it), 'again' (taken before), 'gone' (no such call, or erased).
create or replace function take_post_call(tenant text, call text, told jsonb) returns table (result text, status text)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	c voice_call_records;
	record jsonb := coalesce(told -> 'record', '{}');
	next text := record ->> 'status';
	fresh boolean;
	stood text := null;
begin
	if tenant is distinct from current_tenant() then
		raise insufficient_privilege using message = 'the call''s tenant is not the one that is set';
	end if;
	select r.* into c from voice_call_records r where r.tenant_id = tenant and r.id = call for update;
	if c.id is null or c.erased_at is not null then
		return query select 'gone', c.status;
		return;
	end if;
	insert into call_aliases (tenant_id, provider, alias, call_id)
	select tenant, n.provider, n.alias, call
	from (values ('elevenlabs', told ->> 'conversation_id'), ('twilio', told ->> 'call_sid')) as n(provider, alias)
	where coalesce(n.alias, '') <> ''
	on conflict do nothing;
	-- Who dialled it may not have heard its name yet, or never.
	if c.provider_call_id is null and c.carrier = 'elevenlabs' then
		update voice_call_records r set provider_call_id = nullif(told ->> 'conversation_id', '')
		where r.tenant_id = tenant and r.id = call;
	end if;
	if told -> 'recording' is null and not call_is_over(next) then
		if c.closed_at is null then
			select s.status into stood from take_call_status(tenant, call, 'elevenlabs', '', next, '{}') s;
		end if;
		return query select 'stage', coalesce(stood, c.status);
		return;
	end if;
	insert into vendor_deliveries (tenant_id, type, conversation_id, call_id, how)
	values (tenant, told ->> 'type', told ->> 'conversation_id', call, coalesce(told ->> 'how', 'webhook'))
	on conflict do nothing;
	fresh := found;
	if not fresh then
		return query select 'again', c.status;
		return;
	end if;
	if told -> 'recording' is not null then
		insert into artifacts (tenant_id, call_id, kind, format, local_path, instance_id, bytes, sha256)
		values (tenant, call, 'recording', told #>> '{recording,format}', told #>> '{recording,path}',
			told #>> '{recording,disk}', (told #>> '{recording,bytes}')::bigint, told #>> '{recording,sha256}')
		on conflict do nothing;
		return query select case when found then 'added' else 'again' end, c.status;
		return;
	end if;

	delete from conversation_checks k where k.tenant_id = tenant and k.call_id = call;
	record := record || jsonb_build_object('usage', c.usage || coalesce(record -> 'usage', '{}'),
		'provider_metadata', c.provider_metadata || coalesce(record -> 'provider_metadata', '{}'));
	if c.closed_at is null and c.instance_id is not null then
		return query select 'held', c.status;
		return;
	end if;
	if c.closed_at is null and record ->> 'transcript' is null and next <> 'completed' then
		update voice_call_records r set usage = record -> 'usage', provider_metadata = record -> 'provider_metadata'
		where r.tenant_id = tenant and r.id = call;
		perform close_unspoken_call(tenant, call, next, record ->> 'end_reason', record ->> 'failure_reason');
	elsif c.closed_at is null then
		perform end_call(tenant, call, jsonb_build_object('record', record
			|| jsonb_build_object('answered_at', coalesce(to_jsonb(c.answered_at), record -> 'answered_at'))));
	else
		-- Its end stands, and what it cost; what somebody wrote into it stays.
		update voice_call_records r set
			transcript = coalesce(r.transcript, record ->> 'transcript'),
			redacted = case when r.transcript is null then coalesce((record ->> 'redacted')::boolean, r.redacted) else r.redacted end,
			summary = coalesce(r.summary, record ->> 'summary'),
			analysis = coalesce(r.analysis, record -> 'analysis'),
			outcome = case when coalesce(r.outcome, 'connected') in ('connected', 'failed')
				then coalesce(record ->> 'outcome', r.outcome) else r.outcome end,
			recording_url = coalesce(r.recording_url, record ->> 'recording_url'),
			language = coalesce(r.language, record ->> 'language'),
			usage = record -> 'usage', provider_metadata = record -> 'provider_metadata'
		where r.tenant_id = tenant and r.id = call;
	end if;
	if record ->> 'outcome' = 'opted-out' and c.customer_number is not null then
		perform opt_out(tenant, c.customer_number, 'voice', call, 'said so to ' || c.provider);
	end if;
	select r.status into next from voice_call_records r where r.tenant_id = tenant and r.id = call;
	return query select case when c.closed_at is null then 'ended' else 'added' end, next;
end $$;
