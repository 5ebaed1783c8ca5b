-- A live call that one process gives to another: its journal, from which the other rebuilds the conversation.
set local role invorto_owner;

create table call_handovers (
	tenant_id text not null references tenants on delete cascade,
	call_id text not null,
	journal bytea not null,       -- zlib
	journal_bytes bigint not null check (journal_bytes > 0),
	given_by text not null,
	given_at timestamptz not null default now(),
	primary key (tenant_id, call_id),
	foreign key (tenant_id, call_id) references voice_call_records on delete cascade
);
create index call_handovers_by_time on call_handovers (given_at);
call guard_table('call_handovers', 'select, insert, update, delete', 'select, update, delete', across => true);

-- The process that holds the call lets go of it. False: it does not hold it, or the call is over.
-- `recording` (path, bytes; may be null) is what was recorded of it on disk `disk`.
create function give_call(tenant text, call text, instance text, journal bytea, bytes bigint, disk text, recording text,
	recording_bytes bigint) returns boolean
language plpgsql volatile
as $$
declare
	part integer;
begin
	update voice_call_records r set instance_id = null, updated_at = now()
	where r.tenant_id = tenant and r.id = call and r.instance_id = instance and r.closed_at is null;
	if not found then
		return false;
	end if;
	insert into call_handovers (tenant_id, call_id, journal, journal_bytes, given_by)
	values (tenant, call, give_call.journal, bytes, instance)
	on conflict (tenant_id, call_id) do update set journal = excluded.journal, journal_bytes = excluded.journal_bytes,
		given_by = excluded.given_by, given_at = now();
	if recording is not null then
		select count(*) + 1 into part from artifacts a
		where a.tenant_id = tenant and a.call_id = call and a.kind = 'recording' and a.format like 'wav_';
		-- A fourth part stays on its disk: nobody gives a call away so often.
		insert into artifacts (tenant_id, call_id, kind, format, local_path, instance_id, bytes)
		select tenant, call, 'recording', 'wav' || part, recording, disk, recording_bytes where part <= 3
		on conflict do nothing;
	end if;
	return true;
end $$;
grant execute on function give_call(text, text, text, bytea, bigint, text, text, bigint) to invorto_app;
