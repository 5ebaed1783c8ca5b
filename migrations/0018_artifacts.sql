-- Files of calls on their way: from the disk they were written on to the object store, and out of both when their time
-- is over or somebody wants to be forgotten.
set local role invorto_owner;

comment on column artifacts.instance_id is 'the disk the file was written on: the id in DATA_DIR/disk.id, which outlives a process';

-- What a disk has to store; what it may remove of what is stored or deleted; what has aged.
drop index artifacts_to_do;
create index artifacts_to_do on artifacts (instance_id, next_at) where state = 'local';
create index artifacts_on_disk on artifacts (instance_id, stored_at)
	where local_path is not null and state in ('stored', 'deleted');
create index artifacts_by_creation on artifacts (created_at) where state <> 'deleted';

create function artifact_written() returns trigger
language plpgsql
as $$
begin
	perform pg_notify('artifacts', new.instance_id);
	return null;
end $$;
create trigger artifact_written after insert on artifacts
	for each row when (new.instance_id is not null) execute function artifact_written();

create function erasure_wanted() returns trigger
language plpgsql
as $$
begin
	perform pg_notify('erasure_jobs', new.tenant_id);
	return null;
end $$;
create trigger erasure_wanted after insert on erasure_jobs for each row execute function erasure_wanted();

-- How many days a tenant keeps that kind of file: what its settings say, else what is said here.
create function keep_days(settings jsonb, kind text, recordings integer, transcripts integer, metrics integer, journals integer)
returns integer
language sql immutable parallel safe
as $$
	select case when jsonb_typeof(own.days) = 'number' and own.days::numeric between 1 and 36500
		then floor(own.days::numeric)::integer else fallback.days end
	from (select settings -> 'retention' -> case
			when kind = 'recording' then 'recording_days'
			when kind = 'metrics' then 'metrics_days'
			when kind = 'journal' then 'journal_days'
			else 'transcript_days' end as days) own,
		(select case kind when 'recording' then recordings when 'metrics' then metrics when 'journal' then journals
			else transcripts end as days) fallback
$$;
grant execute on function keep_days(jsonb, text, integer, integer, integer, integer) to invorto_app, invorto_worker;

-- The ledger is written once and never changed, but for this: whom the calls were with. What they cost stays.
create policy erasure on voice_usage_ledger for all to invorto_owner using (true) with check (true);
create function forget_numbers(tenant text, calls text[]) returns void
language sql volatile security definer set search_path = ''
as $$
	update public.voice_usage_ledger l set customer_number_e164 = null, phone_number_e164 = null
	where l.tenant_id = tenant and l.call_id = any (calls)
$$;
grant execute on function forget_numbers(text, text[]) to invorto_worker;

-- Takes a person out of what is kept of up to `most` calls: one call, all with a number, all of a lead or of a tenant,
-- or (retention) those that ended `subject` days ago. What was, when and for how much stays; who and what was said
-- goes: names, numbers, timeline payloads, summaries, documents, events with their deliveries. Files are given over
-- to be deleted. Calls that still live are left for later and counted.
create function erase_calls(tenant text, subject_kind text, subject text, most integer) returns jsonb
language plpgsql volatile
as $$
declare
	ids text[];
	live integer;
	n integer;
	report jsonb := '{}';
begin
	select array_agg(c.id) filter (where c.closed_at is not null), count(*) filter (where c.closed_at is null)
	into ids, live
	from (select r.id, r.closed_at from public.voice_call_records r
		where r.tenant_id = tenant and r.erased_at is null and case subject_kind
			when 'call' then r.id = subject
			when 'phone' then subject in (r.customer_number, r.from_number, r.to_number)
			when 'lead' then r.lead_id = subject
			when 'tenant' then subject = tenant
			when 'retention' then r.ended_at < now() - make_interval(days => subject::integer)
			else false end
		order by r.started_at limit most) c;
	ids := coalesce(ids, '{}');
	report := jsonb_build_object('calls', cardinality(ids), 'live', live);

	update public.artifacts a set retain_until = now()
	where a.tenant_id = tenant and a.call_id = any (ids) and a.state <> 'deleted';
	get diagnostics n = row_count;
	report := report || jsonb_build_object('files', n);
	update public.call_timeline t set payload = '{}' where t.tenant_id = tenant and t.call_id = any (ids) and t.payload <> '{}';
	get diagnostics n = row_count;
	report := report || jsonb_build_object('timelineEntries', n);
	delete from public.call_documents d where d.tenant_id = tenant and d.call_id = any (ids);
	get diagnostics n = row_count;
	report := report || jsonb_build_object('documents', n);
	delete from public.webhook_events e where e.tenant_id = tenant and e.call_id = any (ids);
	get diagnostics n = row_count;
	report := report || jsonb_build_object('events', n);
	delete from public.call_reviews v where v.tenant_id = tenant and v.call_id = any (ids);
	if subject_kind <> 'retention' then
		perform public.forget_numbers(tenant, ids);
	end if;
	update public.voice_call_records c set from_number = null, to_number = null, customer_number = null, customer_name = null,
		transcript = null, summary = null, summary_json = null, analysis = null, recording_url = null,
		provider_metadata = '{}', metadata = '{}', erased_at = now()
	where c.tenant_id = tenant and c.id = any (ids);
	if subject_kind in ('phone', 'lead', 'tenant') then
		update public.leads l set first_name = null, last_name = null, email = null, phone = null, company = null,
			variables = '{}', tags = '{}', state = 'blocked', state_reason = 'erased', lease_owner = null, lease_until = null,
			next_at = null, updated_at = now()
		where l.tenant_id = tenant and l.state_reason is distinct from 'erased' and case subject_kind
			when 'phone' then l.phone = subject when 'lead' then l.id = subject else true end;
		get diagnostics n = row_count;
		report := report || jsonb_build_object('leads', n);
	end if;
	return report;
end $$;
grant execute on function erase_calls(text, text, text, integer) to invorto_worker;
