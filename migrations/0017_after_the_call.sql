-- After a call: each that ends is reviewed once, by whichever process takes it (summary, outcome, flags, the event
-- agent.summary); and the janitor's part: calls whose process is gone, keys and sessions that are over.
set local role invorto_owner;

-- A row from a call's end to its review. `next_at` is when it may be taken: again, when whoever took it has not
-- finished by then. `attempt` counts the takings, and is the fence: only the latest may finish.
create table call_reviews (
	tenant_id text not null,
	call_id text not null,
	recap jsonb,                    -- the call as its journal told it (include/call/iv_recap.h); null: there was none
	attempt integer not null default 0,
	tries integer not null default 0, -- of the model, that came to nothing
	next_at timestamptz not null default now(),
	taken_by text,
	last_error text,
	created_at timestamptz not null default now(),
	primary key (tenant_id, call_id),
	foreign key (tenant_id, call_id) references voice_call_records on delete cascade
);
create index call_reviews_due on call_reviews (tenant_id, next_at);
create index call_reviews_next on call_reviews (next_at);
call guard_table('call_reviews', 'select, insert, update', 'select, insert, update, delete', across => true);

-- Whatever ended it. What a vendor hosted gets a minute for the vendor's own summary to come first.
create function call_to_review() returns trigger
language plpgsql
as $$
begin
	insert into public.call_reviews (tenant_id, call_id, next_at)
	values (new.tenant_id, new.id,
		now() + case when new.provider <> 'invorto' and new.summary is null then interval '1 minute' else interval '0' end)
	on conflict do nothing;
	perform pg_notify('call_reviews', new.tenant_id);
	return null;
end $$;
create trigger call_inserted_to_review after insert on voice_call_records
	for each row when (new.closed_at is not null) execute function call_to_review();
create trigger call_to_review after update on voice_call_records
	for each row when (old.closed_at is null and new.closed_at is not null) execute function call_to_review();

-- end_priced_call, and the recap of the call for its review. A journal that comes after the janitor has given the call
-- up still tells what was said: everything but the end, which is latched, and what was billed.
create function close_call(tenant text, call text, ending jsonb) returns table (recorded boolean, status text)
language plpgsql volatile
as $$
#variable_conflict use_column
declare
	how record;
begin
	select e.recorded, e.status into how from public.end_priced_call(tenant, call, ending - 'recap') as e;
	if not how.recorded and exists (select from public.call_timeline t
			where t.tenant_id = tenant and t.call_id = call and t.kind = 'call.lost') then
		insert into public.call_timeline (tenant_id, call_id, seq, kind, payload, at)
		select tenant, call, t.seq + told.lines, t.kind, coalesce(t.payload, '{}'), coalesce(t.at, now())
		from jsonb_to_recordset(coalesce(ending -> 'timeline', '[]'))
			as t(seq bigint, kind text, payload jsonb, at timestamptz)
		cross join (select count(*) as lines from public.call_timeline b where b.tenant_id = tenant and b.call_id = call
			and b.kind in ('call.ringing', 'call.answered', 'call.answered_by', 'call.status_changed')) as told
		where t.kind <> 'call.ended'
		on conflict (tenant_id, call_id, seq) do nothing;
		insert into public.artifacts (tenant_id, call_id, kind, format, local_path, instance_id, bytes)
		select tenant, call, a.kind, coalesce(a.format, ''), a.local_path, a.instance_id, a.bytes
		from jsonb_to_recordset(coalesce(ending -> 'artifacts', '[]'))
			as a(kind text, format text, local_path text, instance_id text, bytes bigint)
		on conflict (tenant_id, call_id, kind, format) do nothing;
		update public.voice_call_records c set
			transcript = coalesce(c.transcript, ending #>> '{record,transcript}'),
			usage = coalesce(ending #> '{record,usage}', '{}') || c.usage
		where c.tenant_id = tenant and c.id = call and c.erased_at is null;
	end if;
	update public.call_reviews v set recap = ending -> 'recap'
	where v.tenant_id = tenant and v.call_id = call and v.recap is null;
	return query select how.recorded, how.status;
end $$;
grant execute on function close_call(text, text, jsonb) to invorto_app;

-- Writes what came of it, and tells it: all or nothing, once. false: another process has taken the review meanwhile.
-- `result`: summary, outcome, analysis, usage (put over the call's), event {id, payload}, flags {id, payload} or null;
-- a payload is text, as it is to be signed. What somebody has written into the call before stays. 'connected' says
-- only that somebody was there, so a closer word replaces it.
create function finish_review(tenant text, call text, attempt integer, result jsonb) returns boolean
language plpgsql volatile
as $$
#variable_conflict use_column
begin
	delete from public.call_reviews v
	where v.tenant_id = tenant and v.call_id = call and v.attempt = finish_review.attempt;
	if not found then
		return false;
	end if;
	update public.voice_call_records c set
		summary = coalesce(c.summary, result ->> 'summary'),
		outcome = case when coalesce(c.outcome, 'connected') = 'connected'
			then coalesce(result ->> 'outcome', c.outcome) else c.outcome end,
		analysis = coalesce(c.analysis, result -> 'analysis'),
		summary_json = coalesce(c.summary_json, (result #>> '{event,payload}')::jsonb),
		usage = c.usage || coalesce(result -> 'usage', '{}')
	where c.tenant_id = tenant and c.id = call and c.erased_at is null;
	if not found then
		return true; -- erased meanwhile: there is nothing to tell any more
	end if;
	perform public.enqueue_event(tenant, 'agent.summary', call, 'agent.summary:' || call, result #>> '{event,payload}',
		result #>> '{event,id}');
	if result ->> 'flags' is not null then
		perform public.enqueue_event(tenant, 'qa.flags', call, 'qa.flags:' || call, result #>> '{flags,payload}',
			result #>> '{flags,id}');
	end if;
	return true;
end $$;
grant execute on function finish_review(text, text, integer, jsonb) to invorto_worker;

-- A call whose process is gone ends where it was last heard of, and costs what is certain: that it was carried and
-- listened to. false: it has ended, or somebody has held it within `silent_s` after all.
create function lose_call(tenant text, call text, silent_s integer) returns boolean
language plpgsql volatile
as $$
declare
	c public.voice_call_records;
	minutes numeric;
	lines jsonb := '[]';
begin
	select r.* into c from public.voice_call_records r where r.tenant_id = tenant and r.id = call for update;
	if c.id is null or c.closed_at is not null or c.updated_at > now() - make_interval(secs => silent_s) then
		return false;
	end if;
	perform set_config('app.tenant_id', tenant, true);
	-- Far behind the lines of its journal, should that come after all.
	insert into public.call_timeline (tenant_id, call_id, seq, kind, payload, at)
	values (tenant, call, 1000000000, 'call.lost', jsonb_build_object('status', c.status, 'instanceId', c.instance_id), now())
	on conflict do nothing;
	if c.answered_at is not null then
		minutes := round(greatest(0, extract(epoch from c.updated_at - c.answered_at)) / 60.0, 4);
		lines := jsonb_build_array(
			jsonb_build_object('type', 'transport', 'unit', 'minute', 'provider', coalesce(c.carrier, ''), 'units', minutes),
			jsonb_build_object('type', 'stt', 'unit', 'minute', 'provider', '', 'units', minutes),
			jsonb_build_object('type', 'platform', 'unit', 'call', 'provider', 'invorto', 'units', 1));
	end if;
	perform public.end_priced_call(tenant, call, jsonb_build_object('costs', lines, 'record', jsonb_build_object(
		'status', 'failed', 'end_reason', 'lost', 'failure_reason', 'lost',
		'ended_at', greatest(c.updated_at, c.started_at))));
	return true;
end $$;
grant execute on function lose_call(text, text, integer) to invorto_worker;

-- Sweeping: one instance at a time, so many rows at most. Dead letters and delivered events are the dispatcher's.
create function lookup.sweep_sessions(most integer) returns bigint
language sql volatile security definer set search_path = ''
as $$
	with gone as (
		delete from public.user_sessions s where s.id in (
			select o.id from public.user_sessions o where o.expires_at < now() - interval '1 day'
			order by o.expires_at limit most for update skip locked)
		returning 1)
	select count(*) from gone
$$;
grant execute on function lookup.sweep_sessions(integer) to invorto_worker;

create function sweep(most integer, alert_days integer)
returns table (taken boolean, idempotency_keys bigint, usage_alerts bigint, sessions bigint)
language plpgsql volatile
as $$
begin
	taken := pg_try_advisory_xact_lock(hashtextextended('invorto.sweep', 0));
	if not taken then
		return next;
		return;
	end if;
	with gone as (
		delete from public.idempotency_keys k where k.ctid = any (array(
			select o.ctid from public.idempotency_keys o where o.expires_at < now() order by o.expires_at limit most))
			and k.expires_at < now() -- it may have been used again since
		returning 1)
	select count(*) into sweep.idempotency_keys from gone;
	with gone as (
		delete from public.usage_alerts a where a.ctid = any (array(
			select o.ctid from public.usage_alerts o where o.at < now() - make_interval(days => alert_days) limit most))
		returning 1)
	select count(*) into sweep.usage_alerts from gone;
	select lookup.sweep_sessions(most) into sweep.sessions;
	return next;
end $$;
grant execute on function sweep(integer, integer) to invorto_worker;
